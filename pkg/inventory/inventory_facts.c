/* The facts of an audit: an entry for each resource that a list brings, and what came of all questions at the end. */
#include "inventory/inventory_facts.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/inventory_facts_state.h"
#include "inventory/inventory_names.h"

/* --- entries ------------------------------------------------------------------------------------------ */

/* "API kind id"; an id is unique in its kind and region. */
static void append_key(struct text *out, const struct resource *record)
{
    text_printf(out, "%p %s %s", (const void *)record->api, record->kind->name, record->id);
}

static struct facts_entry *entry_of(struct inventory_facts *facts, const struct resource *record)
{
    CLEANUP(text_free) struct text key = {0};

    append_key(&key, record);
    struct facts_entry *entry = mem_map_get_n(&facts->by_key, text_string(&key), key.size);
    if (entry == NULL) {
        entry = text_arena_alloc(&facts->memory, sizeof(*entry));
        mem_map_add_n(&facts->by_key, text_string(&key), key.size, entry);
        *entry = (struct facts_entry){.api = record->api, .kind = record->kind};
        entry->id = resource_list_copy(facts->strings, record->id, strlen(record->id));
        entry->region = resource_list_keep(facts->strings, record->region);
    }
    return entry;
}

const struct inventory_fact *inventory_facts_of(const struct inventory_facts *facts, const struct resource *record)
{
    CLEANUP(text_free) struct text key = {0};

    if (record->id == NULL) {
        return NULL;
    }
    append_key(&key, record);
    const struct facts_entry *entry = mem_map_get_n(&facts->by_key, text_string(&key), key.size);
    return entry != NULL ? &entry->fact : NULL;
}

/* --- VPCs --------------------------------------------------------------------------------------------- */

static void places_listed(const struct err *error, void *context)
{
    struct facts_region *region = context;

    err_take(&region->error, error);
    region->facts->pending--;
}

static void list_places(struct facts_region *region, const struct resource_kind *kind, bool *asked)
{
    if (*asked) {
        return;
    }
    *asked = true;
    region->places = region->places != NULL ? region->places : resource_list_create();
    region->facts->pending++;
    vpc_list(region->api,
             &(struct vpc_listing){.kind = kind, .into = region->places, .listed = places_listed, .context = region});
}

static struct facts_region *region_of(struct inventory_facts *facts, const struct vpc *api)
{
    for (size_t r = 0; r < facts->terms.scope->region_count; r++) {
        if (facts->regions[r].api == api) {
            return &facts->regions[r];
        }
    }
    return NULL;
}

/* The VPCs of a region are read when the first record comes that needs them. */
static void expect_vpc(struct inventory_facts *facts, const struct resource *record)
{
    struct facts_region *region = facts->terms.name_vpcs ? region_of(facts, record->api) : NULL;

    if (region == NULL || !inventory_lacks_vpc_name(record)) {
        return;
    }
    if (record->vpc_id != NULL) {
        list_places(region, &resource_vpc, &region->asked_vpcs);
    } else {
        list_places(region, &resource_subnet, &region->asked_subnets);
    }
}

/* --- records ------------------------------------------------------------------------------------------ */

/* A record that a repeated page brings again is asked about once; as one of the others it is judged again. */
static void see(struct inventory_facts *facts, const struct resource *record, const struct inventory_seen *seen,
                bool selected)
{
    unsigned questions = 0;

    if (record->id == NULL || facts->error.code != ERR_NONE) {
        return;
    }
    struct facts_entry *entry = entry_of(facts, record);
    bool is_new = !entry->seen || (selected && !entry->selected);
    entry->seen = true;
    entry->selected = entry->selected || selected;
    if (!is_new ||
        !facts->terms.ask(record, seen, selected, &entry->fact, &questions, facts->terms.context, &facts->error)) {
        return;
    }
    expect_vpc(facts, record);
    inventory_facts_look(facts, answer_value(answer_find(seen->item, "user_data")).string, &entry->fact);
    if (!selected) {
        return;
    }
    if ((questions & INVENTORY_MEMBERS) != 0 && record->kind->memberships != NULL) {
        entry->group = resource_list_adopt(facts->strings, record);
    }
    facts_ask(facts, entry, questions);
}

static void selected(const struct resource *record, const struct inventory_seen *seen, void *context)
{
    see(context, record, seen, true);
}

static bool keep_other(const struct resource *record, struct answer_node item, void *context, bool *ret_keep,
                       struct err *e)
{
    const struct inventory_seen seen = {.item = item};

    (void)e;
    see(context, record, &seen, false);
    *ret_keep = true;
    return true;
}

/* --- others ------------------------------------------------------------------------------------------- */

static void other_listed(const struct err *error, void *context)
{
    struct inventory_facts *facts = context;

    facts->pending--;
    if (error != NULL && inventory_is_gap(facts->terms.scope, error)) {
        text_printf(&facts->missing, "%s\n", error->message);
    } else {
        err_take(&facts->error, error);
    }
}

/* A selection that names what does not exist has sent nothing but the look-up of that. */
static void begin_others(void *context)
{
    struct inventory_facts *facts = context;
    const struct inventory_scope *scope = facts->terms.scope;

    for (size_t r = 0; facts->others != NULL && r < scope->region_count; r++) {
        for (size_t k = 0; k < facts->other_kind_count; k++) {
            facts->pending++;
            vpc_list(scope->regions[r], &(struct vpc_listing){.kind = facts->other_kinds[k],
                                                              .into = facts->others,
                                                              .keep = keep_other,
                                                              .listed = other_listed,
                                                              .context = facts});
        }
    }
}

void inventory_facts_read_others(struct inventory_facts *facts, const struct resource_kind *const kinds[],
                                 size_t kind_count, struct resource_list *others)
{
    facts->others = others;
    facts->other_kinds = kinds;
    facts->other_kind_count = kind_count;
}

/* --- from the beginning to the end -------------------------------------------------------------------- */

struct inventory_facts *inventory_facts_create(const struct inventory_facts_terms *terms)
{
    struct inventory_facts *facts = mem_alloc(sizeof(*facts));

    *facts = (struct inventory_facts){
        .terms = *terms,
        .observer = {.begins = begin_others, .selected = selected, .context = facts},
        .strings = resource_list_create(),
        .regions = mem_array(terms->scope->region_count, sizeof(*facts->regions)),
        .error = ERR_INIT,
    };
    for (size_t r = 0; r < terms->scope->region_count; r++) {
        facts->regions[r] = (struct facts_region){.facts = facts, .api = terms->scope->regions[r], .error = ERR_INIT};
    }
    return facts;
}

static void destroy(struct inventory_facts *facts)
{
    struct err ignored = ERR_INIT;

    if (facts == NULL) {
        return;
    }
    /* every request has its end before its context goes */
    facts->questions.count = facts->questions.next = 0;
    while (facts->pending > 0 && http_run(facts->terms.scope->http, &ignored)) {
    }
    for (size_t r = 0; r < facts->terms.scope->region_count; r++) {
        resource_list_destroy(facts->regions[r].places);
    }
    free(facts->regions);
    free(facts->questions.items);
    free(facts->gaps.items);
    mem_map_free(&facts->by_key);
    resource_list_destroy(facts->strings);
    text_arena_free(&facts->memory);
    text_free(&facts->missing);
    free(facts);
}

void inventory_facts_release(struct inventory_facts **facts)
{
    destroy(*facts);
    *facts = NULL;
}

const struct inventory_observer *inventory_facts_observer(struct inventory_facts *facts)
{
    return &facts->observer;
}

static size_t drop_gone(const struct inventory_facts *facts, struct resource_list *list)
{
    size_t kept = 0, count = resource_list_count(list);

    for (size_t i = 0; i < count; i++) {
        const struct resource *record = resource_list_at(list, i);
        const struct inventory_fact *fact = inventory_facts_of(facts, record);
        if (fact != NULL && fact->gone) {
            continue;
        }
        if (kept != i) {
            *resource_list_at(list, kept) = *record;
        }
        kept++;
    }
    resource_list_truncate(list, kept);
    return count - kept;
}

/* Names are borrowed from the places, which go with the facts: they are copied. */
static void name_vpcs(struct inventory_facts *facts, struct resource_list *list, struct text *missing)
{
    struct inventory_unnamed unnamed = {0};

    for (size_t i = 0; facts->terms.name_vpcs && i < resource_list_count(list); i++) {
        struct resource *record = resource_list_at(list, i);
        const struct facts_region *region = region_of(facts, record->api);
        if (region == NULL || region->places == NULL || !inventory_lacks_vpc_name(record)) {
            continue;
        }
        struct resource named = *record;
        inventory_take_vpc(region->places, region->places, &named);
        record->vpc = resource_list_keep(list, named.vpc);
        record->vpc_id = resource_list_keep(list, named.vpc_id);
        if (record->vpc == NULL) {
            inventory_note_unnamed(&unnamed, record, &region->error);
        }
    }
    inventory_append_unnamed(&unnamed, missing);
}

static void append_gap(struct text *missing, const struct facts_gap *gap)
{
    bool members = gap->what == INVENTORY_MEMBERS;
    text_append(missing, members ? "members of " : "initializations of ");
    resource_append_count(missing, gap->count, gap->kind);
    if (gap->region != NULL) {
        text_printf(missing, " of %s", gap->region);
    }
    text_printf(missing, ": %s%s\n", gap->differs ? "several errors, the first: " : "", gap->error.message);
}

bool inventory_facts_complete(struct inventory_facts *facts, struct resource_list *list, struct text *missing,
                              size_t *ret_gone, struct err *e)
{
    CLEANUP(text_free) struct text found = {0};

    if (!inventory_run(facts->terms.scope, missing, e) || !err_take(e, &facts->error)) {
        return false;
    }
    *ret_gone = drop_gone(facts, list);
    name_vpcs(facts, list, &found);
    if (facts->others != NULL) {
        name_vpcs(facts, facts->others, &found);
        resource_list_sort(facts->others);
        inventory_append_odd(facts->others, &facts->missing);
    }
    text_append(&found, text_string(&facts->missing));
    for (size_t i = 0; i < facts->gaps.count; i++) {
        append_gap(&found, &facts->gaps.items[i]);
    }
    inventory_add_missing(missing, &found);
    return true;
}
