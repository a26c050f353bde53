/* Reading what is selected: which requests are needed, and what the selector makes of each record. */
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory_names.h"
#include "inventory/inventory_targets.h"
#include "text/text_arena.h"

enum {
    PARTS_AT_ONCE = 8, /* of long lists, over all regions: each holds a page */
    PARTS_LEAST = 2,   /* of a region */
};

/* One selection in progress; every list and every single read of it ends in one of the callbacks below. */
struct selection {
    const struct inventory_selector *selector;
    const struct inventory_scope *scope;
    struct resource_list *found;
    struct inventory_names names;
    struct inventory_targets targets; /* of the selector */
    bool notes_missing;               /* what could not be read is noted; else it is an error */
    struct text missing;
    struct err error;            /* the first part that could not be read */
    struct text json;            /* scratch for --where */
    struct answer_string source; /* of the record that is judged, where the observer wants it */
    bool needs_subnets;          /* a record refers to its VPC by a subnet alone */
    struct parts {
        struct inventory_part *items;
        size_t count, capacity;
    } unread;                       /* what `missing` has lines about, but for odd records */
    struct text_arena memory;       /* of the requests in progress */
    bool *globs;                    /* which of them matched; NULL: not wanted */
    enum inventory_filter farthest; /* that any record was left out by */
};

static void selection_free(struct selection *selection)
{
    resource_list_destroy(selection->found);
    inventory_names_free(&selection->names);
    free(selection->globs);
    inventory_targets_free(&selection->targets);
    text_free(&selection->json);
    text_free(&selection->missing);
    free(selection->unread.items);
    text_arena_free(&selection->memory);
}

/* --- one record ----------------------------------------------------------------------------------- */

static bool where_holds(struct selection *selection, const struct resource *record, struct answer_node item,
                        bool *ret_holds, struct err *e)
{
    text_clear(&selection->json);
    answer_print(item, &selection->json);
    if (!query_test(selection->selector->where, text_string(&selection->json), selection->json.size, ret_holds, e)) {
        return err_wrap(e, "--where on %s %s", record->kind->singular,
                        record->name != NULL ? record->name : "without a name");
    }
    return true;
}

/* Applies all filters to the record and notes what they did. */
static bool judge(struct selection *selection, const struct resource *record, struct answer_node item,
                  enum inventory_filter *ret, struct err *e)
{
    const struct inventory_selector *selector = selection->selector;
    struct resource judged = *record;
    bool holds = true;

    /* a template may refer to its VPC by id alone, or to a subnet of it (vpc-api.md 2.9) */
    if (selector->vpcs.count > 0 && !inventory_names_take_vpc(&selection->names, &judged)) {
        selection->needs_subnets = true;
    }
    inventory_names_see(&selection->names, &judged);
    enum inventory_filter filter = inventory_selector_judge(selector, &judged);
    if (selection->globs != NULL) {
        inventory_note_globs(selector, record->name, filter, selection->globs);
    }
    if (filter == INVENTORY_WHERE && selector->where != NULL && !where_holds(selection, record, item, &holds, e)) {
        if (record->odd == NULL || query_has_ended(selector->where)) {
            return false;
        }
        /* whether the odd record is meant is not known: it stays, and what it lacks is said */
        err_clear(e);
        holds = true;
    }
    *ret = filter == INVENTORY_WHERE && holds ? INVENTORY_SELECTED : filter;
    selection->farthest = *ret > selection->farthest ? *ret : selection->farthest;
    return true;
}

static bool keep(const struct resource *record, struct answer_node item, void *context, bool *ret_keep, struct err *e)
{
    struct selection *selection = context;
    const struct inventory_selector *selector = selection->selector;
    enum inventory_filter filter = INVENTORY_NOT_READ;
    struct inventory_target *targets[INVENTORY_TARGET_WORDS];
    size_t count = inventory_targets_of(&selection->targets, record, targets);

    *ret_keep = false;
    if (selector->targets.count > 0 && count == 0) {
        return true;
    }
    if (!judge(selection, record, item, &filter, e)) {
        return false;
    }
    *ret_keep = filter == INVENTORY_SELECTED;
    for (size_t i = 0; i < count && !*ret_keep; i++) {
        targets[i]->excluded = true;
    }
    if (*ret_keep && selector->observer != NULL) {
        const struct inventory_seen seen = {.item = item, .source = selection->source};
        selector->observer->selected(record, &seen, selector->observer->context);
    }
    return true;
}

/* --- requests ------------------------------------------------------------------------------------- */

/* Without a token nothing at all can be read; that is no gap in an inventory. */
static void note_missing(struct selection *selection, struct inventory_part part, const struct err *error)
{
    if (selection->notes_missing && inventory_is_gap(selection->scope, error)) {
        text_printf(&selection->missing, "%s\n", error->message);
        *mem_list_add(&selection->unread) = part;
    } else {
        err_take(&selection->error, error);
    }
}

/* A list in progress. */
struct listing {
    struct selection *selection;
    struct inventory_part part;
};

static bool keep_listed(const struct resource *record, struct answer_node item, void *context, bool *ret_keep,
                        struct err *e)
{
    const struct listing *listing = context;

    return keep(record, item, listing->selection, ret_keep, e);
}

static void listed(const struct err *error, void *context)
{
    const struct listing *listing = context;

    if (error != NULL) {
        note_missing(listing->selection, listing->part, error);
    }
}

static bool wants_source(const struct selection *selection)
{
    return selection->selector->observer != NULL && selection->selector->observer->copies;
}

/* Pages in memory are as many whatever the number of regions. */
static unsigned parts_at_once(size_t region_count)
{
    size_t parts = region_count > 0 ? PARTS_AT_ONCE / region_count : PARTS_AT_ONCE;

    return parts < PARTS_LEAST ? PARTS_LEAST : parts < VPC_PARTS_AT_ONCE ? (unsigned)parts : VPC_PARTS_AT_ONCE;
}

static void list(struct selection *selection, struct vpc *vpc, const struct resource_kind *kind,
                 const struct vpc_filter *filter)
{
    struct listing *listing = text_arena_alloc(&selection->memory, sizeof(*listing));

    *listing = (struct listing){selection, {kind, vpc}};
    vpc_list(vpc, &(struct vpc_listing){.kind = kind,
                                        .filter = *filter,
                                        .into = selection->found,
                                        .keep = keep_listed,
                                        .source = wants_source(selection) ? &selection->source : NULL,
                                        .listed = listed,
                                        .context = listing,
                                        .parts = parts_at_once(selection->scope->region_count)});
}

/* A single read in progress. */
struct single {
    struct selection *selection;
    const struct resource_kind *kind;
    struct vpc *api;
    char *id; /* that was asked for */
};

static bool read_single(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct single *single = context;
    struct selection *selection = single->selection;
    size_t before = resource_list_count(selection->found);
    struct resource *record = resource_list_append(selection->found, single->kind, vpc_region(single->api));
    bool wanted = false;

    (void)e;
    record->api = single->api;
    record->id = resource_list_copy(selection->found, single->id, strlen(single->id));
    selection->source = (struct answer_string){.data = reply->body, .size = reply->size};
    resource_read(selection->found, record, root);
    if (!vpc_check_region(single->api, record, &selection->error) ||
        !keep(record, root, selection, &wanted, &selection->error) || !wanted) {
        resource_list_truncate(selection->found, before);
    } else if (reply->etag[0] != '\0') {
        record->etag = resource_list_copy(selection->found, reply->etag, strlen(reply->etag));
    }
    return true;
}

static void single_done(const struct vpc_answer *answer, void *context)
{
    struct single *single = context;

    /* not found: another region may have it; inventory_targets_check reports what no region has */
    if (answer->error != NULL && !http_is_not_found(answer->reply)) {
        note_missing(single->selection, (struct inventory_part){single->kind, single->api}, answer->error);
    }
    free(single->id);
    free(single);
}

static void read_one(struct selection *selection, struct vpc *vpc, const struct resource_kind *kind, const char *id)
{
    struct single *single = mem_alloc(sizeof(*single));

    *single = (struct single){.selection = selection, .kind = kind, .api = vpc, .id = mem_copy(id)};
    vpc_get(vpc, kind, &(struct vpc_call){.id = id, .read = read_single, .done = single_done, .context = single});
}

/* Few targets cost a request each; a name on a kind without the filter costs the whole list anyway. */
static bool read_singly(const struct inventory_words *targets, const struct resource_kind *kind)
{
    if (targets->count == 0 || targets->count > INVENTORY_TARGETS_SINGLY) {
        return false;
    }
    for (size_t i = 0; i < targets->count; i++) {
        if (resource_name_form(targets->items[i]) == RESOURCE_BY_NAME && (kind->filters & RESOURCE_FILTER_NAME) == 0) {
            return false;
        }
    }
    return true;
}

static void request(struct selection *selection, struct vpc *vpc, const struct resource_kind *kind)
{
    const struct inventory_words *targets = &selection->selector->targets;

    if (!read_singly(targets, kind)) {
        struct vpc_filter filter = inventory_names_filter(&selection->names, selection->selector, vpc);
        list(selection, vpc, kind, &filter);
        return;
    }
    for (size_t i = 0; i < targets->count; i++) {
        const char *word = targets->items[i];
        if (resource_name_form(word) == RESOURCE_BY_NAME) {
            list(selection, vpc, kind, &(struct vpc_filter){.name = word});
        } else {
            const char *id = resource_crn_id(word);
            read_one(selection, vpc, kind, id != NULL ? id : word);
        }
    }
}

/* --- the selection -------------------------------------------------------------------------------- */

/* A region without any of the VPCs has nothing to select; a target there must be found all the same. */
static bool may_have_vpc(const struct selection *selection, const struct vpc *api)
{
    const struct inventory_selector *selector = selection->selector;
    const struct inventory_place_words *place = &selection->names.places[INVENTORY_PLACE_VPC];
    bool open = selector->vpcs.count == 0 || selector->targets.count > 0 || !selection->names.vpcs_read ||
                place->error.code != ERR_NONE || place->names.count == 0;

    for (size_t i = 0; !open && i < selector->vpcs.count; i++) {
        open = inventory_names_find_vpc(&selection->names, api, selector->vpcs.items[i]) != NULL;
    }
    return open;
}

static bool read_kinds(struct selection *selection, const struct inventory_scope *scope,
                       const struct resource_kind *const kinds[], size_t kind_count, struct err *e)
{
    resource_list_truncate(selection->found, 0);
    text_clear(&selection->missing);
    selection->unread.count = 0;
    for (size_t r = 0; r < scope->region_count; r++) {
        for (size_t k = 0; k < kind_count && may_have_vpc(selection, scope->regions[r]); k++) {
            request(selection, scope->regions[r], kinds[k]);
        }
    }
    const struct text *missing = selection->notes_missing ? &selection->missing : NULL;
    return inventory_run(scope, missing, e) && err_take(e, &selection->error);
}

/*
 * Reads what the selector needs. A VPC that no record bears is looked up, and then the filter is certain. Where records
 * refer to subnets alone, these are read and then all is judged again.
 */
static bool read_selected(struct selection *selection, const struct inventory_scope *scope,
                          const struct resource_kind *const kinds[], size_t kind_count, struct err *e)
{
    return read_kinds(selection, scope, kinds, kind_count, e) &&
           (!inventory_names_lack_vpcs(&selection->names) ||
            (inventory_names_read_vpcs(&selection->names, e) && read_kinds(selection, scope, kinds, kind_count, e))) &&
           (!selection->needs_subnets || (inventory_names_read_subnets(&selection->names, e) &&
                                          read_kinds(selection, scope, kinds, kind_count, e))) &&
           inventory_names_check(&selection->names, e);
}

/* Whether the VPCs are needed at once: to judge answers without their names, or not to read all for a slip. */
static bool wants_vpcs(const struct inventory_selector *selector, const struct resource_kind *const kinds[],
                       size_t kind_count)
{
    bool wanted = selector->vpcs.count > 1;

    for (size_t k = 0; k < kind_count; k++) {
        wanted = wanted || !kinds[k]->names_vpc;
    }
    return wanted;
}

/* Sorts what was found, drops what was found twice, and names the VPCs that are known. */
static void settle(const struct selection *selection)
{
    struct resource_list *found = selection->found;
    size_t kept = 0;

    resource_list_sort(found);
    for (size_t i = 0; i < resource_list_count(found); i++) {
        struct resource *record = resource_list_at(found, i);
        const struct resource *last = kept > 0 ? resource_list_at(found, kept - 1) : NULL;
        /* a target that is given twice, or by name and by id, is one resource */
        if (last != NULL && last->kind == record->kind && record->id != NULL && text_equal(last->id, record->id)) {
            continue;
        }
        struct inventory_target *targets[INVENTORY_TARGET_WORDS];
        record->named = inventory_targets_of(&selection->targets, record, targets) > 0;
        if (selection->selector->vpcs.count > 0) {
            inventory_names_take_vpc(&selection->names, record);
            record->vpc = resource_list_keep(found, record->vpc);
            record->vpc_id = resource_list_keep(found, record->vpc_id);
        }
        if (kept != i) {
            *resource_list_at(found, kept) = *record;
        }
        kept++;
    }
    resource_list_truncate(found, kept);
}

/* Names of VPCs that could not be read may belong to records that refer to them by id. */
static void note_unread_vpcs(struct selection *selection, const struct resource_kind *const kinds[], size_t kind_count)
{
    const struct err *error = &selection->names.places[INVENTORY_PLACE_VPC].error;

    for (size_t k = 0; k < kind_count; k++) {
        if (!kinds[k]->names_vpc && error->code != ERR_NONE) {
            note_missing(selection, (struct inventory_part){0}, error);
            return;
        }
    }
}

bool inventory_select(const struct inventory_scope *scope, const struct resource_kind *const kinds[], size_t kind_count,
                      const struct inventory_selector *selector, struct resource_list *into, struct text *ret_missing,
                      struct err *e)
{
    const struct resource_kind *only_kind = kind_count == 1 ? kinds[0] : NULL;
    CLEANUP(selection_free)
    struct selection selection = {.selector = selector,
                                  .scope = scope,
                                  .found = resource_list_create(),
                                  .notes_missing = ret_missing != NULL,
                                  .error = ERR_INIT};

    if (!inventory_names_read(&selection.names, scope, selector, wants_vpcs(selector, kinds, kind_count), e)) {
        return false;
    }
    if (selector->effect != NULL) {
        selection.globs = mem_array(selector->names.count + selector->excludes.count + 1, sizeof(bool));
    }
    inventory_targets_index(&selection.targets, &selector->targets);
    if (selector->observer != NULL && selector->observer->begins != NULL) {
        selector->observer->begins(selector->observer->context);
    }
    if (!read_selected(&selection, scope, kinds, kind_count, e)) {
        return false;
    }
    note_unread_vpcs(&selection, kinds, kind_count);
    if (!err_take(e, &selection.error)) {
        return false;
    }
    settle(&selection);
    /* what could not be read may hold what was not found */
    bool may_be_unread = selection.missing.size > 0;
    if (!inventory_targets_check(&selection.targets, scope, kinds, kind_count, selection.found, may_be_unread, e)) {
        return false;
    }
    if (selection.notes_missing) {
        inventory_append_odd(selection.found, &selection.missing);
    }
    bool empty = resource_list_count(selection.found) == 0;
    if (selector->effect != NULL && (empty || selection.missing.size == 0)) {
        inventory_describe_effect(selector, only_kind, selection.farthest, selection.globs, empty);
    }
    if (selector->effect != NULL) {
        free(selector->effect->unread);
        selector->effect->unread = selection.unread.items;
        selector->effect->unread_count = selection.unread.count;
        selection.unread.items = NULL;
    }
    if (selection.missing.size > 0) {
        inventory_add_missing(ret_missing, &selection.missing);
    }
    resource_list_take(into, selection.found);
    return true;
}

bool inventory_read_all(const struct inventory_scope *scope, const struct resource_kind *kind,
                        struct resource_list *into, struct text *missing, struct err *e)
{
    struct inventory_selector everything = {0};

    return inventory_select(scope, &kind, 1, &everything, into, missing, e);
}
