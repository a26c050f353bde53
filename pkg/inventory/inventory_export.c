/* Reading what an export holds: what was selected, what belongs to that, and what it refers to, round after round. */
#include "inventory/inventory_export.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/inventory_export_store.h"
#include "inventory/inventory_selector.h"

/* --- what could not be read --------------------------------------------------------------------------- */

/* A gap is named, anything else ends the export. */
static void note_error(struct inventory_export *copy, const char *what, const struct err *error)
{
    if (inventory_is_gap(copy->scope, error) && !http_is_late(copy->scope->http)) {
        text_printf(&copy->missing, "%s%s\n", what, error->message);
    } else {
        err_take(&copy->error, error);
    }
}

/* --- collections -------------------------------------------------------------------------------------- */

/* A collection as it is read. */
struct reading {
    struct export_region *region;
    size_t kind;
    char *owner; /* whose collection it is, or NULL */
    struct resource_list *into;
    struct answer_string source;
};

static bool keep(const struct resource *record, struct answer_node item, void *context, bool *ret_keep, struct err *e)
{
    struct reading *reading = context;
    const char *key = export_key(record);

    (void)e;
    *ret_keep = true;
    if (key != NULL) {
        export_store(reading->region, reading->kind,
                     &(struct export_record){.key = key,
                                             .owner = reading->owner,
                                             .crn = record->crn,
                                             .item = item,
                                             .source = reading->source,
                                             .ordered = true});
    }
    return true;
}

/* A list that was read in parts has no order. */
static void drop_order(struct export_table *table)
{
    for (size_t i = 0; table->count > VPC_PARTS_ABOVE && i < table->count; i++) {
        table->items[i].order = EXPORT_UNORDERED;
    }
}

static void listed(const struct err *error, void *context)
{
    struct reading *reading = context;
    struct export_region *region = reading->region;
    const struct resource_copy *copied = &resource_copies[reading->kind];
    CLEANUP(text_free) struct text whose = {0};

    if (error != NULL) {
        if (copied->owner_member != NULL) {
            text_printf(&whose, "%s of %s %s: ", copied->kind->plural, copied->parent->singular, reading->owner);
        }
        region->tables[reading->kind].failed = true;
        if (copied->stands_in && error->code == ERR_API && error->http_status == 404) {
            text_printf(&region->copy->gone, "%s\n", error->message);
        } else {
            note_error(region->copy, text_string(&whose), error);
        }
    }
    export_validate(region, reading->into, false);
    resource_list_destroy(reading->into);
    free(reading->owner);
    free(reading);
    region->copy->pending--;
}

static void list(struct export_region *region, size_t kind, const char *owner)
{
    struct reading *reading = mem_alloc(sizeof(*reading));

    *reading =
        (struct reading){.region = region, .kind = kind, .owner = mem_copy(owner), .into = resource_list_create()};
    region->tables[kind].listed = true;
    region->copy->pending++;
    vpc_list(region->api, &(struct vpc_listing){.kind = resource_copies[kind].kind,
                                                .parent = owner,
                                                .into = reading->into,
                                                .keep = keep,
                                                .source = &reading->source,
                                                .listed = listed,
                                                .context = reading});
}

/* --- single reads ------------------------------------------------------------------------------------- */

struct single {
    struct export_region *region;
    size_t kind;                    /* in the copy */
    const struct resource_kind *of; /* that is asked for, where it is a detail of that; or NULL */
    char *id;
};

static bool read_single(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct single *single = context;
    struct answer_string crn = answer_value(answer_find(root, "crn")).string;

    if (answer_kind(root) != ANSWER_OBJECT) {
        return answer_error(root, e, "the answer must be an object");
    }
    export_store(single->region, single->kind,
                 &(struct export_record){.key = single->id,
                                         .owner = single->of != NULL ? single->id : NULL,
                                         .of = single->of,
                                         .crn = crn.data,
                                         .item = root,
                                         .source = {.data = reply->body, .size = reply->size}});
    return true;
}

static void single_done(const struct vpc_answer *answer, void *context)
{
    struct single *single = context;
    struct inventory_export *copy = single->region->copy;
    struct export_entry *entry = export_find(&single->region->tables[single->kind], single->id);
    CLEANUP(text_free) struct text what = {0};

    text_printf(&what, "%s %s of %s: ", resource_copies[single->kind].kind->singular, single->id, single->region->name);
    if (answer->error != NULL && http_is_not_found(answer->reply)) {
        text_printf(&copy->gone, "%sit does not exist\n", text_string(&what));
    } else if (answer->error != NULL) {
        note_error(copy, text_string(&what), answer->error);
    }
    if (entry != NULL) {
        entry->valid = answer->error == NULL || entry->stands_in;
    }
    free(single->id);
    free(single);
    copy->pending--;
}

static void read_one(struct export_region *region, size_t kind, const struct resource_kind *of, const char *id)
{
    struct single *single = mem_alloc(sizeof(*single));

    *single = (struct single){.region = region, .kind = kind, .of = of, .id = mem_copy(id)};
    region->copy->pending++;
    vpc_get(region->api, of != NULL ? of : resource_copies[kind].kind,
            &(struct vpc_call){.id = id,
                               .below = of != NULL ? resource_copies[kind].kind->name : NULL,
                               .read = read_single,
                               .done = single_done,
                               .context = single});
}

/* --- what comes along --------------------------------------------------------------------------------- */

/* The region itself and what it is divided into. */
static void read_place(struct export_region *region)
{
    if (region->placed || region->name[0] == '\0') {
        return;
    }
    region->placed = true;
    for (size_t k = 0; resource_copies[k].kind != NULL; k++) {
        const struct resource_copy *copied = &resource_copies[k];
        if (copied->how == RESOURCE_COPY_PLACE) {
            read_one(region, k, NULL, region->name);
        } else if (copied->how == RESOURCE_COPY_BELOW &&
                   resource_copies[export_kind(copied->parent)].how == RESOURCE_COPY_PLACE) {
            list(region, k, region->name);
        }
    }
}

/* One of the collections or details below an entry. */
static void read_below_entry(struct export_region *region, size_t kind, const struct resource_kind *owner,
                             const struct export_entry *entry)
{
    const struct resource_copy *copied = &resource_copies[kind];
    bool detail = copied->how == RESOURCE_COPY_DETAIL;

    if (entry->lacks_id) {
        text_printf(&region->copy->missing, "%s of %s %s: its id is not known\n",
                    detail ? copied->kind->singular : copied->kind->plural, owner->singular, entry->key);
    } else if (detail) {
        read_one(region, kind, owner, entry->key);
    } else {
        list(region, kind, entry->key);
    }
}

/* The collections below what is in the file, and the details of it. */
static void read_below(struct export_region *region, size_t kind)
{
    const struct resource_copy *copied = &resource_copies[kind];
    struct export_table *table = &region->tables[kind];

    for (size_t i = 0; i < table->count; i++) {
        struct export_entry *entry = &table->items[i];
        if (entry->followed || !export_retains(region, kind, entry)) {
            continue;
        }
        entry->followed = true;
        for (size_t k = 0; resource_copies[k].kind != NULL; k++) {
            if ((resource_copies[k].how == RESOURCE_COPY_BELOW && resource_copies[k].parent == copied->kind) ||
                (resource_copies[k].how == RESOURCE_COPY_DETAIL && region->copy->options.initializations &&
                 copied->kind->has_initialization)) {
                read_below_entry(region, k, copied->kind, entry);
            }
        }
    }
}

static bool is_lacking(const struct export_table *table, const char *id)
{
    const struct export_entry *entry = export_find(table, id);

    return (entry == NULL || !entry->valid || entry->stands_in) && !mem_set_has(&table->tried, id);
}

/* What is referred to and was not read: a few singly, more of it with the whole collection. */
static void read_referred(struct export_region *region, size_t kind)
{
    struct export_table *table = &region->tables[kind];
    bool collection = !table->listed;
    size_t lacking = 0;

    if (table->failed) {
        return;
    }
    for (const struct mem_map_entry *each = mem_map_first(&table->referred.map); collection && each != NULL;
         each = mem_map_next(each)) {
        lacking += is_lacking(table, each->key);
    }
    /* what is referred to by an alias cannot be asked for by that */
    if (collection && (lacking > INVENTORY_TARGETS_SINGLY || mem_set_count(&table->aliases) > 0)) {
        list(region, kind, NULL);
        return;
    }
    for (const struct mem_map_entry *each = mem_map_first(&table->referred.map); each != NULL;
         each = mem_map_next(each)) {
        if (is_lacking(table, each->key)) {
            mem_set_add(&table->tried, each->key);
            read_one(region, kind, NULL, each->key);
        }
    }
}

/* Asks for all that the records so far bring along. */
static void follow(struct export_region *region)
{
    bool narrowed = region->copy->options.narrowed;

    read_place(region);
    export_note_references(region);
    for (size_t k = 0; resource_copies[k].kind != NULL; k++) {
        switch (resource_copies[k].how) {
        case RESOURCE_COPY_SELECTED:
            read_below(region, k);
            if (narrowed) {
                read_referred(region, k);
            }
            break;
        case RESOURCE_COPY_WHOLE:
        case RESOURCE_COPY_REFERRED:
            read_referred(region, k);
            break;
        default:
            break;
        }
    }
}

/* --- the export --------------------------------------------------------------------------------------- */

static struct export_region *region_of(const struct inventory_export *copy, const struct vpc *api)
{
    for (size_t r = 0; r < copy->scope->region_count; r++) {
        if (copy->regions[r].api == api) {
            return &copy->regions[r];
        }
    }
    return NULL;
}

static void selected(const struct resource *record, const struct inventory_seen *seen, void *context)
{
    struct export_region *region = region_of(context, record->api);
    const char *key = export_key(record);

    if (region != NULL && key != NULL) {
        export_store(region, export_kind(record->kind),
                     &(struct export_record){
                         .key = key, .crn = record->crn, .item = seen->item, .source = seen->source, .ordered = true});
    }
}

struct inventory_export *inventory_export_begin(const struct inventory_scope *scope,
                                                const struct inventory_export_options *options, struct err *e)
{
    struct fsio_scratch *scratch = fsio_scratch_open(options->folder, e);

    if (scratch == NULL) {
        return NULL;
    }
    struct inventory_export *copy = mem_alloc(sizeof(*copy));
    *copy = (struct inventory_export){.options = *options,
                                      .scope = scope,
                                      .observer = {.selected = selected, .context = copy, .copies = true},
                                      .scratch = scratch,
                                      .regions = mem_array(scope->region_count, sizeof(*copy->regions)),
                                      .error = ERR_INIT};
    for (size_t r = 0; r < scope->region_count; r++) {
        struct export_region *region = &copy->regions[r];
        *region = (struct export_region){.copy = copy, .api = scope->regions[r], .name = vpc_region(scope->regions[r])};
        read_place(region);
        for (size_t k = 0; resource_copies[k].kind != NULL; k++) {
            enum resource_copy_how how = resource_copies[k].how;
            bool whole = how == RESOURCE_COPY_WHOLE || how == RESOURCE_COPY_REFERRED;
            if (how == RESOURCE_COPY_ALWAYS || (whole && !options->narrowed)) {
                list(region, k, NULL);
            }
        }
    }
    return copy;
}

static void destroy(struct inventory_export *copy)
{
    struct err ignored = ERR_INIT;

    if (copy == NULL) {
        return;
    }
    /* every request has its end before its context goes */
    while (copy->pending > 0 && http_run(copy->scope->http, &ignored)) {
    }
    for (size_t r = 0; r < copy->scope->region_count; r++) {
        for (size_t k = 0; k < EXPORT_KINDS_MAX; k++) {
            struct export_table *table = &copy->regions[r].tables[k];
            free(table->items);
            mem_map_free(&table->by_key);
            mem_set_free(&table->referred);
            mem_set_free(&table->tried);
            mem_set_free(&table->aliases);
        }
    }
    free(copy->regions);
    fsio_scratch_close(copy->scratch);
    text_arena_free(&copy->memory);
    text_free_secret(&copy->text);
    text_free(&copy->missing);
    text_free(&copy->gone);
    mem_map_free(&copy->accounts);
    free(copy);
}

void inventory_export_release(struct inventory_export **copy)
{
    destroy(*copy);
    *copy = NULL;
}

const struct inventory_observer *inventory_export_observer(const struct inventory_export *copy)
{
    return &copy->observer;
}

/* Records of an endpoint whose region nothing names say where they are. */
static void name_region(struct export_region *region, const struct resource_list *found)
{
    for (size_t i = 0; region->name[0] == '\0' && i < resource_list_count(found); i++) {
        const struct resource *record = resource_list_at(found, i);
        if (record->api == region->api && record->region != NULL) {
            region->name = text_arena_copy(&region->copy->memory, record->region, strlen(record->region));
        }
    }
}

/* The only region of its own list, the one that is at the endpoint, or the one that says it has answered. */
static bool look_up_region(struct export_region *region, struct err *e)
{
    struct inventory_export *copy = region->copy;
    struct vpc_endpoint *places = NULL;
    size_t count = 0;
    struct err error = ERR_INIT;

    if (region->name[0] != '\0') {
        return true;
    }
    if (!vpc_regions(region->api, copy->scope->http, &places, &count, &error)) {
        note_error(copy, "", &error);
        return err_take(e, &copy->error);
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = count == 1 || strcmp(places[i].base, vpc_base(region->api)) == 0 ? places[i].name
                           : i == 0                                                         ? places[i].answered_by
                                                                                            : "";
        if (name[0] != '\0') {
            region->name = text_arena_copy(&copy->memory, name, strlen(name));
        }
    }
    vpc_endpoints_free(places, count);
    if (region->name[0] == '\0') {
        text_printf(&copy->missing, "region of %s: nothing there names it: give it with --region\n",
                    vpc_base(region->api));
    }
    return true;
}

/* Lines about the only region, whose name was not known when they came, have it in front unless they say it. */
static void add_missing(const struct inventory_export *copy, struct text *lines, struct text *missing)
{
    const char *name = copy->regions[0].name;
    bool came_late = vpc_region(copy->scope->regions[0])[0] == '\0' && name[0] != '\0';
    CLEANUP(text_free) struct text named = {0}, where = {0};
    char *rest = lines->data;

    text_printf(&where, " in %s: ", name); /* resource_append_odd */
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        bool lacks = came_late && strstr(line, text_string(&where)) == NULL;
        if (line[0] != '\0') {
            text_printf(&named, "%s%s%s\n", lacks ? name : "", lacks ? ": " : "", line);
        }
    }
    inventory_add_missing(missing, &named);
}

static bool run(struct inventory_export *copy, struct err *e)
{
    if (!http_run(copy->scope->http, e) || !err_take(e, &copy->error)) {
        return false;
    }
    return !http_is_late(copy->scope->http) || err_set(e, ERR_CANCELLED, "the deadline has passed");
}

bool inventory_export_finish(struct inventory_export *copy, const struct resource_list *found, struct text *missing,
                             struct text *ret_gone, struct err *e)
{
    if (!run(copy, e)) {
        return false;
    }
    for (size_t r = 0; r < copy->scope->region_count; r++) {
        struct export_region *region = &copy->regions[r];
        export_validate(region, found, true);
        for (size_t k = 0; k < EXPORT_KINDS_MAX; k++) {
            drop_order(&region->tables[k]);
        }
        name_region(region, found);
        if (!look_up_region(region, e)) {
            return false;
        }
    }
    do {
        for (size_t r = 0; r < copy->scope->region_count; r++) {
            follow(&copy->regions[r]);
        }
    } while (copy->pending > 0 && run(copy, e));
    if (!err_take(e, &copy->error)) {
        return false;
    }
    for (size_t r = 0; r < copy->scope->region_count; r++) {
        export_note_odd(&copy->regions[r]);
    }
    CLEANUP(text_free) struct text selected_missing = *missing;
    *missing = (struct text){0};
    add_missing(copy, &selected_missing, missing);
    add_missing(copy, &copy->missing, missing);
    text_append(ret_gone, text_string(&copy->gone));
    return e->code == ERR_NONE;
}
