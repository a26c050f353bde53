/* The fix of each resource: one command that fixes all its findings. */
#include "audit/audit_fixes.h"
#include "audit/audit_checks.h"
#include "audit/audit_exceptions.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* --- which resources -------------------------------------------------------------------------------- */

/*
 * A group's finding that its template fixes. No command replaces only the members that another template made; and where
 * rules contradict each other, what fixes this one is the next finding.
 */
static bool is_of_template(const struct audit_finding *finding)
{
    return finding->check == AUDIT_GROUP_TEMPLATE && finding->template_used != NULL && finding->contradicts == NULL;
}

static const struct resource *target_of(const struct audit_finding *finding)
{
    return is_of_template(finding) ? finding->template_used : finding->resource;
}

static unsigned checks_of(const struct audit_finding *finding)
{
    return is_of_template(finding) ? finding->template_checks : 1U << finding->check;
}

/* Borrowed from `key`. A resource may be in two lists, so that its address does not say which one it is. */
static const char *key_of(const struct resource *record, const char *word, struct text *key)
{
    text_clear(key);
    text_printf(key, "%s|%s|%s", record->kind->name, text_or_empty(record->region), text_or_empty(word));
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
        const char *id = text_or_empty(record->id);
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
        audit->fixes[i].own_name = text_equal(only, text_or_empty(target->id));
    }
}

/* --- which settings --------------------------------------------------------------------------------- */

/* What one resource is to be given by one policy rule. */
struct remedy {
    const struct audit *audit;
    const struct resource *record;
    const struct policy_rule *rule;
    unsigned checks; /* that it fails */
};

/* Whether the operator accepts what this check would find. */
static bool is_accepted(const struct remedy *remedy, enum audit_check_number check)
{
    return (remedy->audit->terms.excluded & 1U << check) != 0 ||
           audit_accepts(remedy->rule, remedy->record, audit_check_ids[check]);
}

/* Whether the setting would be found once the service is switched on or off. */
static bool is_found_next(const struct remedy *remedy, unsigned setting, bool enabled)
{
    bool of_template = audit_role_of(remedy->record->kind) == AUDIT_TEMPLATE;
    bool http = remedy->rule->wanted.protocol != NULL && strcmp(remedy->rule->wanted.protocol, "http") == 0;
    enum audit_check_number check = AUDIT_STORED_WHILE_DISABLED;

    if (enabled && setting == RESOURCE_PROTOCOL) {
        check = of_template ? (http ? AUDIT_TEMPLATE_OVER_HTTPS : AUDIT_TEMPLATE_OVER_HTTP)
                            : (http ? AUDIT_ENABLED_OVER_HTTPS : AUDIT_ENABLED_OVER_HTTP);
    } else if (enabled) {
        check = of_template ? AUDIT_TEMPLATE_HOP_LIMIT : AUDIT_HOP_LIMIT;
    }
    return audit_breaks(&remedy->rule->wanted, remedy->record, setting) == AUDIT_YES && !is_accepted(remedy, check);
}

/* Whether any of these checks fails, or the setting would be found after the switch. */
static bool is_set(const struct remedy *remedy, unsigned setting, unsigned checks, unsigned switched, bool enabled)
{
    const struct policy_wanted *wanted = &remedy->rule->wanted;

    if ((wanted->given & setting) == 0) {
        return false;
    }
    if ((remedy->checks & 1U << AUDIT_STORED_WHILE_DISABLED) != 0 &&
        audit_breaks(wanted, remedy->record, setting) == AUDIT_YES) {
        return true;
    }
    return (remedy->checks & checks) != 0 || (switched != 0 && is_found_next(remedy, setting, enabled));
}

/* One hop fulfils a maximum, and no other exact number. */
static void lower_hops(const struct remedy *remedy, struct resource_settings *fixed)
{
    const struct policy_wanted *wanted = &remedy->rule->wanted;

    if ((remedy->checks & 1U << AUDIT_HOP_LIMIT_WITH_PROFILE) != 0 &&
        ((wanted->given & RESOURCE_HOP_LIMIT) == 0 || wanted->hop_limit_is_max)) {
        fixed->given |= RESOURCE_HOP_LIMIT;
        fixed->hop_limit = RESOURCE_HOP_LIMIT_MIN;
    }
}

/* Together with a switch everything is set that the next audit would find. */
static struct resource_settings settings_to_set(const struct remedy *remedy)
{
    const struct policy_wanted *wanted = &remedy->rule->wanted;
    struct resource_settings fixed = {
        .protocol = wanted->protocol, .hop_limit = wanted->hop_limit, .auto_link = wanted->auto_link};
    unsigned switched = remedy->checks & (AUDIT_CHECKS_OF_DISABLED | AUDIT_CHECKS_OF_ENABLED);

    if ((remedy->checks & 1U << AUDIT_UNSUPPORTED_ARCHITECTURE) != 0) {
        fixed.given = RESOURCE_ENABLED; /* off, nothing else matters */
        return fixed;
    }
    fixed.enabled = (remedy->checks & AUDIT_CHECKS_OF_DISABLED) != 0;
    fixed.given |= switched != 0 ? RESOURCE_ENABLED : 0;
    if (is_set(remedy, RESOURCE_PROTOCOL, AUDIT_CHECKS_OF_PROTOCOL, switched, fixed.enabled)) {
        fixed.given |= RESOURCE_PROTOCOL;
    }
    if (is_set(remedy, RESOURCE_HOP_LIMIT, AUDIT_CHECKS_OF_HOP_LIMIT, switched, fixed.enabled)) {
        fixed.given |= RESOURCE_HOP_LIMIT;
    }
    lower_hops(remedy, &fixed);
    if ((remedy->checks & (1U << AUDIT_TEMPLATE_AUTO_LINK | 1U << AUDIT_PROFILE_AUTO_LINK)) != 0 &&
        (remedy->record->kind->settings & RESOURCE_AUTO_LINK) != 0 && remedy->record->kind->patchable == 0) {
        fixed.given |= RESOURCE_AUTO_LINK;
    }
    return fixed;
}

static void add_settings(struct audit *audit, const struct audit_finding *finding, unsigned checks,
                         struct audit_fix *fix)
{
    const struct remedy remedy = {.audit = audit, .record = fix->target, .rule = finding->rule, .checks = checks};
    struct resource_settings settings = settings_to_set(&remedy);

    fix->settings = resource_settings_over(&fix->settings, &settings, settings.given);
}

/* What cannot be done is neither set nor restarted. */
static void heed_obstacle(const struct audit *audit, struct audit_fix *fix)
{
    bool only_off = fix->settings.given == RESOURCE_ENABLED && !fix->settings.enabled;
    bool running = fix->target->status == NULL || resource_status(fix->target->status) == RESOURCE_STATUS_RUNNING;

    fix->obstacle = audit_obstacle_of(fix->target, fix->facts);
    if (fix->obstacle == AUDIT_USE_FORBIDS) {
        bool off = only_off && (fix->checks & 1U << AUDIT_UNSUPPORTED_ARCHITECTURE) != 0;
        fix->settings.given &= off ? RESOURCE_ENABLED : RESOURCE_HOP_LIMIT;
    } else if (fix->obstacle == AUDIT_STATE_REFUSES) {
        fix->settings.given = 0;
        fix->restarts = false;
    }
    fix->successor = fix->settings.given != 0 ? audit_successor_of(&audit->inventory, fix) : NULL;
    if (fix->successor != NULL) {
        fix->obstacle = AUDIT_KEPT;
        fix->settings.given = 0;
    }
    if (fix->restarts && !running) {
        fix->obstacle = AUDIT_NOT_RUNNING;
        fix->restarts = false;
    }
}

static void make_settings(struct audit *audit)
{
    for (size_t i = 0; i < audit->failed; i++) {
        const struct audit_finding *finding = &audit->findings[i];
        struct audit_fix *fix = &audit->fixes[finding->fix];
        if (finding->rule == NULL || fix->target->kind->settings == 0) {
            continue; /* no command sets anything */
        }
        if (!is_of_template(finding)) {
            add_settings(audit, finding, fix->own_checks, fix);
        } else if (finding->rule != fix->rule || (fix->checks & ~fix->own_checks) != 0) {
            add_settings(audit, finding, finding->template_checks, fix);
        }
    }
    for (size_t i = 0; i < audit->fix_count; i++) {
        struct audit_fix *fix = &audit->fixes[i];
        fix->restarts = fix->settings.given == 0 && (fix->checks & 1U << AUDIT_RESTART_PENDING) != 0;
        heed_obstacle(audit, fix);
    }
}

void audit_fixes_make(struct audit *audit)
{
    CLEANUP(mem_map_free) struct mem_map map = {0};

    for (size_t i = 0; i < audit->count; i++) {
        struct audit_finding *finding = &audit->findings[i];
        struct audit_fix *fix = find_or_add(audit, &map, target_of(finding));
        finding->fix = (size_t)(fix - audit->fixes);
        fix->facts = is_of_template(finding) && fix->facts != NULL ? fix->facts : finding->facts;
        if (finding->result != AUDIT_FAIL) {
            continue;
        }
        fix->checks |= checks_of(finding);
        if (!is_of_template(finding)) {
            fix->own_checks |= 1U << finding->check;
            fix->rule = finding->rule;
        } else if (fix->rule == NULL) {
            fix->rule = finding->rule;
        }
    }
    make_settings(audit);
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
    return record->crn != NULL ? record->crn : record->id != NULL ? record->id : text_or_empty(record->name);
}

enum { COMMAND_INDENT = 4 }; /* of the lines behind the first */

void audit_append_command(struct text *out, const char *line, size_t columns)
{
    text_append_command(out, line, strlen(line), 0, COMMAND_INDENT, columns);
    text_append_char(out, '\n');
}

static const char *verb_of(const struct audit_fix *fix)
{
    if (fix->settings.given != 0) {
        return fix->target->kind->patchable == 0 ? "replace" : "set";
    }
    return fix->restarts ? "restart" : fix->target->kind == &audit_policy_kind ? "check" : "show";
}

void audit_fix_begin(struct cli_command_line *line, const struct audit_terms *terms, const struct audit_fix *fix)
{
    CLEANUP(text_free) struct text path = {0};

    text_printf(&path, "%s %s", fix->target->kind->name, verb_of(fix));
    cli_command_line_begin(line, terms->program, text_string(&path));
}

void audit_fix_settings(struct cli_command_line *line, const struct audit_fix *fix)
{
    const struct resource_settings *settings = &fix->settings;
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
    if (settings->given != 0 && fix->target->kind->patchable == 0) {
        cli_command_line_option(line, "update-groups", NULL);
        cli_command_line_option(line, "delete-old", NULL); /* it would be found again */
    }
}

/* Whether nothing else that is known of its kind and region has its name. */
static bool has_own_name(const struct audit *audit, const struct resource *record)
{
    const struct resource_list *known = audit->inventory.known;
    size_t count = 0;

    for (size_t i = 0; i < resource_list_count(known); i++) {
        const struct resource *other = resource_list_at(known, i);
        count += other->kind == record->kind && text_equal(other->name, record->name) &&
                 text_equal(other->region, record->region);
    }
    return count == 1;
}

static struct cli_place place_of(const struct audit *audit, const struct resource *target)
{
    struct cli_place place = audit->terms.place;

    if (target->region != NULL && target->region[0] != '\0') {
        place.regions = &target->region;
        place.region_count = 1;
    }
    return place;
}

void audit_append_roll(const struct audit *audit, const struct resource *template_used, struct text *out)
{
    const struct audit_fix fix = {.target = template_used, .own_name = has_own_name(audit, template_used)};
    const struct cli_place place = place_of(audit, template_used);
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text path = {0};

    text_printf(&path, "%s replace", template_used->kind->name);
    cli_command_line_begin(&line, audit->terms.program, text_string(&path));
    cli_command_line_operand(&line, audit_fix_target(&fix, false));
    /* what it has already: no new template is made */
    cli_command_line_option(&line, "enabled", template_used->settings.enabled ? "true" : "false");
    cli_command_line_option(&line, "update-groups", NULL);
    cli_command_line_option(&line, "roll", NULL);
    cli_command_line_place(&line, &place);
    text_append(out, cli_command_line_string(&line));
}

void audit_fix(const struct audit *audit, const struct audit_finding *finding, struct text *out)
{
    const struct audit_fix *fix = &audit->fixes[finding->fix];
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    const struct cli_place place = place_of(audit, fix->target);

    audit_fix_begin(&line, &audit->terms, fix);
    if (fix->target->kind == &audit_policy_kind) {
        cli_command_line_operand(&line, text_or_empty(audit->terms.policy_file));
    } else {
        cli_command_line_operand(&line, audit_fix_target(fix, false));
        audit_fix_settings(&line, fix);
        cli_command_line_place(&line, &place);
    }
    text_append(out, cli_command_line_string(&line));
}
