/* Whether allowed_use permits the changes of servers that exist. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "preflight/preflight_read.h"
#include "preflight/preflight_volumes.h"

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
    struct preflight_volumes volumes;
    bool demands_volumes; /* the boot volume decides, whatever its image permits */
};

struct preflight_rules *preflight_rules_create(void)
{
    return mem_alloc(sizeof(struct preflight_rules));
}

void preflight_rules_demand_volumes(struct preflight_rules *rules)
{
    rules->demands_volumes = true;
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
    preflight_volumes_free(&rules->volumes);
    free(rules);
}

/* The rule of the source for servers like `record`; it is read unless it was. */
static const struct preflight_rule *expect_rule(struct preflight_rules *rules, const struct resource *record,
                                                const struct resource_kind *source, const char *id)
{
    CLEANUP(text_free) struct text key = {0};

    if (rules->demands_volumes && source == &resource_volume) {
        return preflight_volumes_expect(&rules->volumes, record);
    }
    text_printf(&key, "%s %s %s %s", vpc_base(record->api), source->path, id, record->kind->use_member);
    struct preflight_rule *rule = mem_map_get(&rules->map, text_string(&key));
    if (rule == NULL) {
        rule = mem_alloc(sizeof(*rule));
        *rule = (struct preflight_rule){
            .source = source, .id = text_arena_copy(&rules->ids, id, strlen(id)), .about = record->kind};
        mem_map_put(&rules->map, text_string(&key), rule);
        preflight_rule_read(record->api, rule);
    }
    return rule;
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
    bool own = record->boot_id != NULL && rules->demands_volumes && !record->kind->disposable;
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

    if (source != NULL) {
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
    change->unnamed = false;
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
    } else if (hardware->boot_rule == NULL && hardware->image_id == NULL && record->boot_id == NULL &&
               !record->kind->disposable) {
        text_append(&reason, "its answer says neither its image nor what it boots from");
        set_verdict(check, change, PREFLIGHT_UNDETERMINED, &reason);
        change->unnamed = true;
    }
}

/* Reads what the lookups ask for. */
static bool read_round(struct http *http, struct check *check, struct preflight_rules *rules, struct err *e)
{
    for (size_t i = 0; i < check->count; i++) {
        struct lookup *lookup = &check->lookups[i];
        lookup->rule = expect_rule(rules, lookup->change->resource, lookup->source, lookup->id);
    }
    preflight_volumes_settle(&rules->volumes);
    return http_run(http, e);
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
