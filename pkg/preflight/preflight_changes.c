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
    size_t rule; /* index of what is read for it */
};

struct check {
    struct text_arena *memory; /* of the reasons */
    struct lookup *lookups;
    size_t count;
    struct preflight_rule *rules;
    size_t rule_count;
};

static void set_verdict(struct check *check, struct preflight_change *change, enum preflight_verdict verdict,
                        const struct text *reason)
{
    change->verdict = verdict;
    if (verdict != PREFLIGHT_ALLOWED) {
        change->reason = text_arena_copy(check->memory, text_string(reason), reason->size);
    }
}

/* What the image does not permit the volume itself may: true when that has to be read. */
static bool try_volume(struct lookup *lookup, const struct preflight_rule *rule, enum preflight_verdict verdict)
{
    const char *volume_id = lookup->change->resource->boot_id;

    if (verdict == PREFLIGHT_ALLOWED || rule->problem != NULL || rule->source == &resource_volume ||
        volume_id == NULL) {
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
        const struct preflight_rule *rule = &check->rules[lookup->rule];
        CLEANUP(text_free) struct text reason = {0};
        enum preflight_verdict verdict =
            preflight_rule_decide(rule, lookup->change->after, lookup->change->resource->hardware, &reason);
        if (try_volume(lookup, rule, verdict)) {
            check->lookups[left++] = *lookup;
        } else {
            set_verdict(check, lookup->change, verdict, &reason);
        }
    }
    check->count = left;
}

/* Those that are equal share a request. */
static int compare_lookups(const void *left, const void *right)
{
    const struct lookup *a = left;
    const struct lookup *b = right;
    int order = strcmp(a->id, b->id);

    order = order != 0 ? order : strcmp(a->source->path, b->source->path);
    order = order != 0 ? order : strcmp(a->change->resource->kind->name, b->change->resource->kind->name);
    return order != 0 ? order : strcmp(vpc_base(a->change->resource->api), vpc_base(b->change->resource->api));
}

static bool read_rules(struct http *http, struct check *check, struct err *e)
{
    qsort(check->lookups, check->count, sizeof(*check->lookups), compare_lookups);
    check->rules = mem_array(check->count, sizeof(*check->rules));
    check->rule_count = 0;
    for (size_t i = 0; i < check->count; i++) {
        struct lookup *lookup = &check->lookups[i];
        if (i == 0 || compare_lookups(lookup, lookup - 1) != 0) {
            struct preflight_rule *rule = &check->rules[check->rule_count++];
            *rule = (struct preflight_rule){
                .source = lookup->source, .id = lookup->id, .about = lookup->change->resource->kind};
            preflight_rule_read(lookup->change->resource->api, rule);
        }
        lookup->rule = check->rule_count - 1;
    }
    return http_run(http, e);
}

static void add(struct check *check, struct preflight_change *change)
{
    const struct resource *record = change->resource;
    const struct resource_hardware *hardware = record->hardware;
    CLEANUP(text_free) struct text reason = {0};

    change->verdict = PREFLIGHT_ALLOWED;
    change->reason = NULL;
    if (change->after == NULL || hardware == NULL) {
        return;
    }
    if (hardware->boot_rule != NULL) {
        text_append(&reason, "its boot disk ");
        set_verdict(check, change,
                    preflight_decide(record->kind, hardware->boot_rule, change->after, hardware, &reason), &reason);
    } else if (record->kind->use_of_settings && (hardware->image_id != NULL || record->boot_id != NULL)) {
        bool has_image = hardware->image_id != NULL;
        check->lookups[check->count++] = (struct lookup){.change = change,
                                                         .source = has_image ? &resource_image : &resource_volume,
                                                         .id = has_image ? hardware->image_id : record->boot_id};
    }
}

bool preflight_check_changes(struct http *http, struct preflight_change changes[], size_t count,
                             struct text_arena *memory, struct err *e)
{
    struct check check = {.memory = memory, .lookups = mem_array(count, sizeof(*check.lookups))};
    bool good = true;

    for (size_t i = 0; i < count; i++) {
        add(&check, &changes[i]);
    }
    while (good && check.count > 0) {
        good = read_rules(http, &check, e);
        if (good) {
            decide(&check);
        }
        for (size_t i = 0; i < check.rule_count; i++) {
            preflight_rule_free(&check.rules[i]);
        }
        free(check.rules);
    }
    free(check.lookups);
    return good;
}
