/* Whether allowed_use permits the changes of servers that exist. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "preflight/preflight_read.h"

/* A change, and whose expression decides it. */
struct lookup {
    struct preflight_change *change;
    const struct resource_kind *source; /* resource_image or resource_volume */
    const char *id;
    const struct preflight_rule *rule; /* what is read for it */
};

struct check {
    struct text_arena *memory; /* of the reasons */
    struct lookup *lookups;
    size_t count;
};

/* --- expressions that were read ---------------------------------------------------------------------- */

struct preflight_rules {
    struct mem_map map; /* by API, source, id and member of allowed_use */
    struct text_arena ids;
    bool volumes; /* the boot volume decides, whatever its image permits */
};

struct preflight_rules *preflight_rules_create(void)
{
    return mem_alloc(sizeof(struct preflight_rules));
}

void preflight_rules_demand_volumes(struct preflight_rules *rules)
{
    rules->volumes = true;
}

void preflight_rules_destroy(struct preflight_rules *rules)
{
    if (rules == NULL) {
        return;
    }
    for (const struct mem_map_entry *entry = mem_map_first(&rules->map); entry != NULL; entry = mem_map_next(entry)) {
        preflight_rule_free(entry->value);
        free(entry->value);
    }
    mem_map_free(&rules->map);
    text_arena_free(&rules->ids);
    free(rules);
}

/* The rule of the source for servers of the kind; NULL where it is new and `add` says no. */
static struct preflight_rule *find_rule(struct preflight_rules *rules, const struct vpc *api,
                                        const struct resource_kind *about, const struct resource_kind *source,
                                        const char *id, bool add, bool *ret_new)
{
    CLEANUP(text_free) struct text key = {0};

    text_printf(&key, "%s %s %s %s", vpc_base(api), source->path, id, about->use_member);
    struct preflight_rule *rule = mem_map_get(&rules->map, text_string(&key));
    *ret_new = rule == NULL && add;
    if (*ret_new) {
        rule = mem_alloc(sizeof(*rule));
        *rule = (struct preflight_rule){
            .source = source, .id = text_arena_copy(&rules->ids, id, strlen(id)), .about = about};
        mem_map_put(&rules->map, text_string(&key), rule);
    }
    return rule;
}

/* The rule of the source for servers like `record`; it is read unless it was. */
static const struct preflight_rule *expect_rule(struct preflight_rules *rules, const struct resource *record,
                                                const struct resource_kind *source, const char *id)
{
    bool is_new;
    struct preflight_rule *rule = find_rule(rules, record->api, record->kind, source, id, true, &is_new);

    if (is_new) {
        preflight_rule_read(record->api, rule);
    }
    return rule;
}

/* --- volumes by the page ------------------------------------------------------------------------------ */

enum { VOLUMES_SINGLY = 20 }; /* of a region: more of them are listed */

/* The list of the volumes of a region, while it is read. */
struct volume_list {
    struct preflight_rules *rules;
    struct vpc *api;
    const struct resource_kind *about;
    struct {
        struct preflight_rule **items;
        size_t count, capacity;
    } wanted;
};

static bool keep_volume(const struct resource *record, struct answer_node item, void *context, bool *ret_keep,
                        struct err *e)
{
    const struct volume_list *list = context;
    bool is_new;
    struct preflight_rule *rule = record->id == NULL ? NULL
                                                     : find_rule(list->rules, list->api, list->about, &resource_volume,
                                                                 record->id, false, &is_new);

    *ret_keep = false;
    return rule == NULL || !rule->listing || preflight_rule_take(rule, item, e);
}

/* A volume that the list lacks is read singly, which says whether it is gone. */
static void volumes_listed(const struct err *error, void *context)
{
    const struct volume_list *list = context;

    for (size_t i = 0; i < list->wanted.count; i++) {
        struct preflight_rule *rule = list->wanted.items[i];
        bool lacks = rule->listing && !rule->taken;
        rule->listing = false;
        if (lacks && error != NULL) {
            rule->problem = mem_copy(error->message);
        } else if (lacks) {
            preflight_rule_read(list->api, rule);
        }
    }
}

/* Lists the volumes of the API of the first of the lookups, where many of them are asked for. */
static void list_volumes(struct check *check, struct preflight_rules *rules, size_t first, struct volume_list *list,
                         struct resource_list *into)
{
    const struct resource *like = check->lookups[first].change->resource;

    *list = (struct volume_list){.rules = rules, .api = like->api, .about = like->kind};
    for (size_t i = first; i < check->count; i++) {
        const struct lookup *lookup = &check->lookups[i];
        const struct resource *record = lookup->change->resource;
        bool is_new;
        if (lookup->source != &resource_volume || record->api != like->api || record->kind != like->kind) {
            continue;
        }
        struct preflight_rule *rule =
            find_rule(rules, record->api, record->kind, lookup->source, lookup->id, true, &is_new);
        if (is_new) {
            rule->listing = true;
            *mem_list_add(&list->wanted) = rule;
        }
    }
    if (list->wanted.count > VOLUMES_SINGLY) {
        vpc_list(like->api, &(struct vpc_listing){.kind = &resource_volume,
                                                  .into = into,
                                                  .keep = keep_volume,
                                                  .listed = volumes_listed,
                                                  .context = list});
        return;
    }
    for (size_t i = 0; i < list->wanted.count; i++) {
        list->wanted.items[i]->listing = false;
        preflight_rule_read(like->api, list->wanted.items[i]);
    }
}

/* Where the expression for the server is read first; NULL: nowhere. */
static const struct resource_kind *first_source(const struct preflight_rules *rules, const struct resource *record,
                                                const char **ret_id)
{
    const struct resource_hardware *hardware = record->hardware;

    bool whole = hardware != NULL && hardware->boot_rule != NULL && !record->kind->disposable;
    if (hardware == NULL || whole || !record->kind->use_of_settings) {
        return NULL;
    }
    bool own = record->boot_id != NULL && rules->volumes && !record->kind->disposable;
    bool image = hardware->image_id != NULL && !own;
    *ret_id = image ? hardware->image_id : record->boot_id;
    return *ret_id == NULL            ? NULL
           : image                    ? &resource_image
           : record->kind->disposable ? &resource_snapshot
                                      : &resource_volume;
}

void preflight_rules_expect(struct preflight_rules *rules, const struct resource *record)
{
    const char *id = NULL;
    const struct resource_kind *source = first_source(rules, record, &id);

    if (source != NULL && !(rules->volumes && source == &resource_volume)) {
        (void)expect_rule(rules, record, source, id);
    }
}

/* --- verdicts ---------------------------------------------------------------------------------------- */

static void set_verdict(struct check *check, struct preflight_change *change, enum preflight_verdict verdict,
                        const struct text *reason)
{
    change->verdict = verdict;
    if (verdict != PREFLIGHT_ALLOWED) {
        change->reason = text_arena_copy(check->memory, text_string(reason), reason->size);
    }
}

static void note_unread(const struct check *check, struct preflight_change *change, const struct preflight_rule *rule)
{
    struct preflight_unread *unread = text_arena_alloc(check->memory, sizeof(*unread));

    *unread = (struct preflight_unread){.source = rule->source,
                                        .id = text_arena_copy(check->memory, rule->id, strlen(rule->id)),
                                        .message = text_arena_copy(check->memory, rule->problem, strlen(rule->problem)),
                                        .http_status = rule->http_status};
    change->unread = unread;
}

/* What the image does not permit, or cannot say any more, the volume itself may: true when that has to be read. */
static bool try_volume(struct lookup *lookup, const struct preflight_rule *rule, enum preflight_verdict verdict)
{
    const char *volume_id = lookup->change->resource->boot_id;

    if (verdict == PREFLIGHT_ALLOWED || (rule->problem != NULL && !rule->gone) || rule->source == &resource_volume ||
        lookup->change->resource->kind->disposable || volume_id == NULL) {
        return false;
    }
    lookup->source = &resource_volume;
    lookup->id = volume_id;
    return true;
}

/* Afterwards only those lookups are left that another round of reading serves. */
static void decide(struct check *check)
{
    size_t left = 0;

    for (size_t i = 0; i < check->count; i++) {
        struct lookup *lookup = &check->lookups[i];
        const struct preflight_rule *rule = lookup->rule;
        CLEANUP(text_free) struct text reason = {0};
        enum preflight_verdict verdict =
            preflight_rule_decide(rule, lookup->change->after, lookup->change->resource->hardware, &reason);
        if (try_volume(lookup, rule, verdict)) {
            check->lookups[left++] = *lookup;
            continue;
        }
        set_verdict(check, lookup->change, verdict, &reason);
        if (rule->problem != NULL && !rule->gone) {
            note_unread(check, lookup->change, rule);
        }
    }
    check->count = left;
}

static void add(struct check *check, const struct preflight_rules *rules, struct preflight_change *change)
{
    const struct resource *record = change->resource;
    const struct resource_hardware *hardware = record->hardware;
    CLEANUP(text_free) struct text reason = {0};

    change->verdict = PREFLIGHT_ALLOWED;
    change->reason = NULL;
    change->unread = NULL;
    if (change->after == NULL || hardware == NULL) {
        return;
    }
    if (hardware->boot_rule != NULL) {
        text_append(&reason, record->kind->disposable ? "its boot volume " : "its boot disk ");
        set_verdict(check, change,
                    preflight_decide(record->kind, hardware->boot_rule, change->after, hardware, &reason), &reason);
        if (change->verdict != PREFLIGHT_ALLOWED || !record->kind->disposable) {
            return;
        }
    }
    const char *id = NULL;
    const struct resource_kind *source = first_source(rules, record, &id);
    if (source != NULL) {
        check->lookups[check->count++] = (struct lookup){.change = change, .source = source, .id = id};
    }
}

/* Reads what the lookups ask for. */
static bool read_round(struct http *http, struct check *check, struct preflight_rules *rules, struct err *e)
{
    struct volume_list *lists = mem_array(check->count, sizeof(*lists));
    CLEANUP(resource_list_release) struct resource_list *none = resource_list_create();
    size_t count = 0;

    for (size_t i = 0; i < check->count; i++) {
        struct lookup *lookup = &check->lookups[i];
        const struct resource *record = lookup->change->resource;
        bool begun = !rules->volumes || lookup->source != &resource_volume;
        for (size_t k = 0; !begun && k < count; k++) {
            begun = lists[k].api == record->api && lists[k].about == record->kind;
        }
        if (!begun) {
            list_volumes(check, rules, i, &lists[count++], none);
        }
        lookup->rule = expect_rule(rules, record, lookup->source, lookup->id);
    }
    bool good = http_run(http, e);
    for (size_t k = 0; k < count; k++) {
        free(lists[k].wanted.items);
    }
    free(lists);
    return good;
}

bool preflight_check_changes(struct http *http, struct preflight_change changes[], size_t count,
                             struct preflight_rules *rules, struct text_arena *memory, struct err *e)
{
    struct check check = {.memory = memory, .lookups = mem_array(count, sizeof(*check.lookups))};
    struct preflight_rules *own = NULL;
    bool good = true;

    if (rules == NULL) {
        own = rules = preflight_rules_create();
    }
    for (size_t i = 0; i < count; i++) {
        add(&check, rules, &changes[i]);
    }
    while (good && check.count > 0) {
        good = read_round(http, &check, rules, e);
        if (good) {
            decide(&check);
        }
    }
    preflight_rules_destroy(own);
    free(check.lookups);
    return good;
}
