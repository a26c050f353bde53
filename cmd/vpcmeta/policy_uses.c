/* Both verdicts of allowed_use for every server, template and group, and what could not be read for them. */
#include "policy_uses.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* --- what could not be read --------------------------------------------------------------------------- */

/* Images or volumes of a region: one line. */
struct use_gap {
    const char *region; /* NULL: unknown */
    const struct preflight_unread *first;
    size_t count;
    bool differs; /* there were errors of another kind */
};

struct use_gaps {
    struct use_gap *items;
    size_t count, capacity;
    struct mem_map seen; /* each image and volume is counted once */
};

static void add_gap(struct use_gaps *gaps, const struct resource *record, const struct preflight_unread *unread)
{
    CLEANUP(text_free) struct text key = {0};
    const char *region = record->region;

    text_printf(&key, "%p %s %s", (const void *)record->api, unread->source->path, unread->id);
    if (mem_map_get(&gaps->seen, text_string(&key)) != NULL) {
        return;
    }
    mem_map_put(&gaps->seen, text_string(&key), (void *)unread->id);
    for (size_t i = 0; i < gaps->count; i++) {
        struct use_gap *gap = &gaps->items[i];
        if (gap->first->source == unread->source && text_equal(gap->region, region)) {
            gap->count++;
            gap->differs |= gap->first->http_status != unread->http_status;
            return;
        }
    }
    *mem_list_add(gaps) = (struct use_gap){.region = region, .first = unread, .count = 1};
}

static void append_gaps(const struct use_gaps *gaps, struct text *missing)
{
    for (size_t i = 0; i < gaps->count; i++) {
        const struct use_gap *gap = &gaps->items[i];
        text_append(missing, "allowed_use of ");
        resource_append_count(missing, gap->count, gap->first->source);
        if (gap->region != NULL) {
            text_printf(missing, " of %s", gap->region);
        }
        text_printf(missing, ": %s%s\n", gap->differs ? "several errors, the first: " : "", gap->first->message);
    }
}

static void free_gaps(struct use_gaps *gaps)
{
    free(gaps->items);
    mem_map_free(&gaps->seen);
}

/* --- verdicts ----------------------------------------------------------------------------------------- */

/* The settings of the resource as it is, and as the policy wants it. */
struct uses {
    const struct resource *record; /* that has the image or the boot volume */
    struct resource_settings before, wanted;
    struct preflight_change *now, *then;
};

/* Nothing says what the instances of a template with a catalog offering boot from. */
static bool checks_use(const struct resource *record)
{
    bool known = record->hardware != NULL &&
                 (!record->kind->disposable || record->hardware->image_id != NULL || record->boot_id != NULL);

    return record->kind->use_member != NULL && known;
}

/* What a template leaves out has the API's default (vpc-api.md 3.1). */
static struct resource_settings settings_of(const struct resource *record)
{
    struct resource_settings settings = record->settings;

    if (record->kind->disposable && (settings.given & RESOURCE_ENABLED) == 0) {
        settings.enabled = false;
        settings.given |= RESOURCE_ENABLED;
    }
    if (record->kind->disposable && (settings.given & RESOURCE_PROTOCOL) == 0) {
        settings.protocol = RESOURCE_DEFAULT_PROTOCOL;
        settings.given |= RESOURCE_PROTOCOL;
    }
    return settings;
}

/* What a group makes is judged at its template, by the rule of the group; NULL: nothing is known of it. */
static const struct resource *maker_of(const struct policy_fleet *fleet, struct mem_map *templates,
                                       const struct resource *record)
{
    if (record->template_id == NULL || record->kind->settings != 0) {
        return record;
    }
    for (size_t i = 0; mem_map_first(templates) == NULL && i < resource_list_count(fleet->known); i++) {
        for (size_t j = i; j < resource_list_count(fleet->known); j++) {
            struct resource *known = resource_list_at(fleet->known, j);
            if (known->kind->disposable && known->id != NULL) {
                mem_map_put(templates, known->id, known);
            }
        }
    }
    return mem_map_get(templates, record->template_id);
}

static void prepare(const struct resource *record, const struct policy_rule *rule, struct uses *uses,
                    struct preflight_change changes[], size_t *count)
{
    struct resource_settings wanted = {0};

    uses->record = record;
    uses->before = settings_of(record);
    uses->now = &changes[(*count)++];
    *uses->now = (struct preflight_change){.resource = record, .after = &uses->before};
    if (rule != NULL) {
        policy_settings(&rule->wanted, record, &wanted);
    }
    if ((wanted.given & (RESOURCE_ENABLED | RESOURCE_PROTOCOL)) != 0) {
        uses->wanted = resource_settings_over(&uses->before, &wanted, wanted.given);
        uses->then = &changes[(*count)++];
        *uses->then = (struct preflight_change){.resource = record, .after = &uses->wanted};
    }
}

/* An answer that does not say what the server boots from leaves its allowed_use unknown, and nothing can be read. */
static void append_unnamed(const struct uses *uses, const struct resource *record, struct text *missing)
{
    CLEANUP(text_free) struct text name = {0};

    if (uses->now->unnamed) {
        resource_append_name(&name, record, true);
        text_printf(missing, "allowed_use of %s %s: %s\n", record->kind->singular, text_string(&name),
                    uses->now->reason);
    }
}

static void take_verdict(struct audit_facts *facts, const struct uses *uses, bool whole, struct use_gaps *gaps)
{
    const struct preflight_change *then = uses->then != NULL ? uses->then : uses->now;
    const struct preflight_unread *unread = uses->now->unread != NULL ? uses->now->unread : then->unread;

    facts->use_reading = whole ? AUDIT_READ : AUDIT_UNREADABLE;
    facts->use_now = uses->now->verdict;
    facts->use_now_reason = uses->now->reason;
    facts->use_wanted = then->verdict;
    facts->use_wanted_reason = then->reason;
    if (whole && unread != NULL) {
        add_gap(gaps, uses->record, unread);
    }
}

/*
 * Both verdicts of every resource, from one round of reading: most images were read while the lists came. At a deadline
 * nothing is certain, and that is a gap.
 */
bool policy_read_uses(struct policy_fleet *fleet, struct preflight_rules *rules, struct err *e)
{
    size_t count = resource_list_count(fleet->selected), changes_count = 0;
    struct preflight_change *changes = mem_array(2 * count + 1, sizeof(*changes));
    struct uses *uses = mem_array(count + 1, sizeof(*uses));
    CLEANUP(free_gaps) struct use_gaps gaps = {0};
    CLEANUP(mem_map_free) struct mem_map templates = {0};
    struct err error = ERR_INIT;

    for (size_t i = 0; i < count; i++) {
        const struct resource *record = maker_of(fleet, &templates, resource_list_at(fleet->selected, i));
        if (record != NULL && checks_use(record)) {
            prepare(record, fleet->facts[i].match.rule, &uses[i], changes, &changes_count);
        }
    }
    bool whole = preflight_check_changes(fleet->scope.http, changes, changes_count, rules, &fleet->memory, &error);
    bool good = whole || inventory_is_gap(&fleet->scope, &error);
    for (size_t i = 0; good && i < count; i++) {
        if (uses[i].now != NULL) {
            take_verdict(&fleet->facts[i], &uses[i], whole, &gaps);
            append_unnamed(&uses[i], resource_list_at(fleet->selected, i), &fleet->missing);
        }
    }
    append_gaps(&gaps, &fleet->missing);
    if (good && !whole) {
        text_printf(&fleet->missing, "allowed_use of boot volumes and images: %s\n", error.message);
    }
    free(changes);
    free(uses);
    return good || err_take(e, &error);
}
