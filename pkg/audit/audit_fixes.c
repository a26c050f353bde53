/* The fix of each resource: one command that fixes all its findings. */
#include "audit/audit_fixes.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* --- which resources -------------------------------------------------------------------------------- */

static const struct resource *target_of(const struct audit_finding *finding)
{
    return finding->template_used != NULL ? finding->template_used : finding->resource;
}

static unsigned rules_of(const struct audit_finding *finding)
{
    return finding->template_used != NULL ? finding->template_rules : 1U << finding->rule;
}

static const char *or_empty(const char *string)
{
    return string != NULL ? string : "";
}

/* Borrowed from `key`. A resource may be in two lists, so that its address does not say which one it is. */
static const char *key_of(const struct resource *record, const char *word, struct text *key)
{
    text_clear(key);
    text_printf(key, "%s|%s|%s", record->kind->name, or_empty(record->region), or_empty(word));
    return text_string(key);
}

/* Values of the map: index of the fix + 1. */
static struct audit_fix *find_or_add(struct audit *audit, struct mem_map *map, const struct resource *target)
{
    CLEANUP(text_free) struct text key = {0};
    const char *word = target->id != NULL ? target->id : target->name;
    uintptr_t place = (uintptr_t)mem_map_get(map, key_of(target, word, &key));

    if (place == 0) {
        audit->fixes = mem_list_reserve(audit->fixes, audit->fix_count, &audit->fix_capacity, sizeof(*audit->fixes));
        audit->fixes[audit->fix_count++].target = target;
        place = audit->fix_count;
        mem_map_put(map, text_string(&key), (void *)place); // NOLINT(performance-no-int-to-ptr): a number, no address
    }
    return &audit->fixes[place - 1];
}

/* --- which of them have a name of their own --------------------------------------------------------- */

static void count_names(const struct resource_list *list, struct mem_map *names)
{
    static char several;
    CLEANUP(text_free) struct text key = {0};

    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *record = resource_list_at(list, i);
        const char *id = or_empty(record->id);
        const char *known = mem_map_get(names, key_of(record, record->name, &key));
        if (known == NULL) {
            mem_map_put(names, text_string(&key), (void *)id);
        } else if (!text_equal(known, id)) {
            mem_map_put(names, text_string(&key), &several);
        }
    }
}

static void mark_names(struct audit *audit)
{
    CLEANUP(mem_map_free) struct mem_map names = {0};
    CLEANUP(text_free) struct text key = {0};

    count_names(audit->inventory.selected, &names);
    count_names(audit->inventory.known, &names);
    for (size_t i = 0; i < audit->fix_count; i++) {
        const struct resource *target = audit->fixes[i].target;
        const char *only = mem_map_get(&names, key_of(target, target->name, &key));
        audit->fixes[i].own_name = text_equal(only, or_empty(target->id));
    }
}

/* --- which settings --------------------------------------------------------------------------------- */

/* Whether the operator accepts what all of these rules find. */
static bool accepts(const struct audit_policy *policy, const struct resource_kind *kind, unsigned rules)
{
    unsigned of_kind = kind->patchable == 0 ? 1U << AUDIT_TEMPLATE_HTTP | 1U << AUDIT_TEMPLATE_HOP_LIMIT
                                            : 1U << AUDIT_HTTP | 1U << AUDIT_HOP_LIMIT;

    return (policy->excluded & rules & of_kind) != 0;
}

/* What is enabled is set so that the next audit does not find something else. */
static struct resource_settings settings_to_set(const struct audit_policy *policy, const struct resource *record,
                                                unsigned rules)
{
    const struct resource_settings *found = &record->settings;
    struct resource_settings fixed = {.protocol = "https", .hop_limit = policy->max_hop_limit};
    bool enables = (rules & AUDIT_RULES_OF_DISABLED) != 0;

    if ((rules & 1U << AUDIT_ARCHITECTURE) != 0) {
        fixed.given = RESOURCE_ENABLED; /* off, nothing else matters */
        return fixed;
    }
    if (enables) {
        fixed.given |= RESOURCE_ENABLED;
        fixed.enabled = true;
    }
    if ((rules & AUDIT_RULES_OF_PROTOCOL) != 0 ||
        (enables && (found->given & RESOURCE_PROTOCOL) != 0 && !text_equal(found->protocol, "https") &&
         !accepts(policy, record->kind, AUDIT_RULES_OF_PROTOCOL))) {
        fixed.given |= RESOURCE_PROTOCOL;
    }
    if ((rules & AUDIT_RULES_OF_HOP_LIMIT) != 0 ||
        (enables && (found->given & RESOURCE_HOP_LIMIT) != 0 && found->hop_limit > policy->max_hop_limit &&
         !accepts(policy, record->kind, AUDIT_RULES_OF_HOP_LIMIT))) {
        fixed.given |= RESOURCE_HOP_LIMIT;
    }
    if ((rules & 1U << AUDIT_TEMPLATE_AUTO_LINK) != 0) {
        fixed.given |= RESOURCE_AUTO_LINK;
    }
    return fixed;
}

void audit_fixes_make(struct audit *audit)
{
    CLEANUP(mem_map_free) struct mem_map map = {0};

    for (size_t i = 0; i < audit->count; i++) {
        struct audit_finding *finding = &audit->findings[i];
        struct audit_fix *fix = find_or_add(audit, &map, target_of(finding));
        fix->rules |= rules_of(finding);
        fix->own_rules |= finding->template_used != NULL ? 0 : 1U << finding->rule;
        finding->fix = (size_t)(fix - audit->fixes);
    }
    for (size_t i = 0; i < audit->fix_count; i++) {
        struct audit_fix *fix = &audit->fixes[i];
        fix->settings = settings_to_set(&audit->policy, fix->target, fix->rules);
    }
    mark_names(audit);
}

/* --- the command ------------------------------------------------------------------------------------ */

static bool reads_as(const char *word, enum resource_name_form form)
{
    struct err ignored = ERR_INIT;

    return word != NULL && word[0] != '\0' && resource_name_form(word) == form && resource_check_target(word, &ignored);
}

/* Names are chosen by other people: one counts only where vpcmeta reads it as this name and nothing else. */
const char *audit_fix_target(const struct audit_fix *fix, bool by_id)
{
    const struct resource *record = fix->target;

    if (!by_id && fix->own_name && reads_as(record->name, RESOURCE_BY_NAME)) {
        return record->name;
    }
    if (reads_as(record->id, RESOURCE_BY_ID)) {
        return record->id;
    }
    return record->crn != NULL ? record->crn : record->id != NULL ? record->id : or_empty(record->name);
}

enum { COMMAND_INDENT = 4 }; /* of the lines behind the first */

void audit_append_command(struct text *out, const char *line, size_t columns)
{
    text_append_command(out, line, strlen(line), 0, COMMAND_INDENT, columns);
    text_append_char(out, '\n');
}

void audit_fix_begin(struct cli_command_line *line, const struct audit_policy *policy, const struct resource_kind *kind)
{
    CLEANUP(text_free) struct text path = {0};
    const char *verb = kind->settings == 0 ? "show" : kind->patchable == 0 ? "replace" : "set";

    text_printf(&path, "%s %s", kind->name, verb);
    cli_command_line_begin(line, policy->program, text_string(&path));
}

void audit_fix_settings(struct cli_command_line *line, const struct resource_kind *kind,
                        const struct resource_settings *settings)
{
    CLEANUP(text_free) struct text hop_limit = {0};

    if ((settings->given & RESOURCE_ENABLED) != 0) {
        cli_command_line_option(line, "enabled", settings->enabled ? "true" : "false");
    }
    if ((settings->given & RESOURCE_PROTOCOL) != 0) {
        cli_command_line_option(line, "protocol", settings->protocol);
    }
    if ((settings->given & RESOURCE_HOP_LIMIT) != 0) {
        text_printf(&hop_limit, "%d", settings->hop_limit);
        cli_command_line_option(line, "hop-limit", text_string(&hop_limit));
    }
    if ((settings->given & RESOURCE_AUTO_LINK) != 0) {
        cli_command_line_option(line, "auto-link", settings->auto_link ? "true" : "false");
    }
    if (settings->given != 0 && kind->patchable == 0) {
        cli_command_line_option(line, "update-groups", NULL);
        cli_command_line_option(line, "delete-old", NULL); /* it would be found again */
    }
}

void audit_fix(const struct audit *audit, const struct audit_finding *finding, struct text *out)
{
    const struct audit_fix *fix = &audit->fixes[finding->fix];
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    struct cli_place place = audit->policy.place;

    if (fix->target->region != NULL && fix->target->region[0] != '\0') {
        place.regions = &fix->target->region;
        place.region_count = 1;
    }
    audit_fix_begin(&line, &audit->policy, fix->target->kind);
    cli_command_line_operand(&line, audit_fix_target(fix, false));
    audit_fix_settings(&line, fix->target->kind, &fix->settings);
    cli_command_line_place(&line, &place);
    text_append(out, cli_command_line_string(&line));
}
