/* A few commands that fix everything of a kind: resources that become the same are fixed by one command. */
#include <stdlib.h>
#include <string.h>

#include "audit/audit_fixes.h"
#include "mem/mem.h"

enum {
    NAMED_MAX = 4,               /* resources that a command names instead of describing them */
    OPERANDS_MAX = 40,           /* that a command names, where nothing describes them */
    LEFT_OUT = 5 * OPERANDS_MAX, /* of more, `apply --policy` is the command */
};

/* How the resources of a command are alike. */
struct likeness {
    const struct resource_kind *kind;
    bool enabled;    /* now */
    bool switched;   /* on or off */
    bool linked;     /* the template links its trusted profile, and shall not */
    bool hops_lower; /* the hop limit comes down to one that others of the kind may be below */
    bool near;       /* the hop limit comes down to one, because of a trusted profile */
    bool restarts;
    unsigned given; /* where a policy chooses: what is set in one is not set in another */
    const struct policy_wanted *wanted;
};

struct fix_group {
    struct likeness likeness;
    struct resource_settings settings; /* all that any of them needs; the others have it */
    const struct resource *first;      /* of its resources */
    unsigned checks;
    size_t count;
    bool by_check; /* the rules of the resources themselves are all there is to fix */
};

struct fix_groups {
    const struct audit *audit;
    struct fix_group *items;
    size_t count, capacity;
    size_t *group_of; /* by index of the fix; SIZE_MAX: none */
};

static bool is_template(const struct resource_kind *kind)
{
    return kind->patchable == 0;
}

/* Rules choose by more than a predicate can say, and so do exceptions from the built-in policy. */
static bool is_chosen_by_policy(const struct audit *audit)
{
    const struct audit_terms *terms = &audit->terms;

    return terms->policy_file != NULL || (terms->policy != NULL && policy_exception_count(terms->policy) > 0);
}

bool audit_is_settled_by_apply(const struct audit *audit)
{
    return is_chosen_by_policy(audit) && audit->terms.max_hop_limit <= RESOURCE_HOP_LIMIT_MIN;
}

static bool is_reported(const struct audit *audit, enum audit_check_number rule)
{
    return audit_reports(&audit->terms, rule) && audit_checks[rule].severity >= audit->terms.severity;
}

/* --- which resources are fixed together ------------------------------------------------------------ */

static struct likeness likeness_of(const struct audit *audit, const struct audit_fix *fix)
{
    const struct resource_settings *wanted = &fix->settings;
    bool enabled = fix->target->settings.enabled;

    return (struct likeness){.kind = fix->target->kind,
                             .wanted = &fix->rule->wanted,
                             .restarts = fix->restarts,
                             .given = is_chosen_by_policy(audit) ? wanted->given : 0,
                             .near = (wanted->given & RESOURCE_HOP_LIMIT) != 0 &&
                                     wanted->hop_limit != fix->rule->wanted.hop_limit,
                             .enabled = enabled,
                             .switched = (wanted->given & RESOURCE_ENABLED) != 0 && wanted->enabled != enabled,
                             .linked = (wanted->given & RESOURCE_AUTO_LINK) != 0,
                             .hops_lower = (wanted->given & RESOURCE_HOP_LIMIT) != 0 &&
                                           fix->rule->wanted.hop_limit > RESOURCE_HOP_LIMIT_MIN};
}

static bool is_like(const struct likeness *left, const struct likeness *right)
{
    return left->kind == right->kind && left->enabled == right->enabled && left->switched == right->switched &&
           left->linked == right->linked && left->hops_lower == right->hops_lower &&
           left->restarts == right->restarts && left->wanted == right->wanted && left->given == right->given &&
           left->near == right->near;
}

static size_t find_or_add(struct fix_groups *groups, const struct likeness *likeness)
{
    size_t place = 0;

    while (place < groups->count && !is_like(&groups->items[place].likeness, likeness)) {
        place++;
    }
    if (place == groups->count) {
        *mem_list_add(groups) = (struct fix_group){.likeness = *likeness, .by_check = true};
    }
    return place;
}

static void group_fixes(const struct audit *audit, struct fix_groups *groups)
{
    *groups = (struct fix_groups){.audit = audit, .group_of = mem_array(audit->fix_count + 1, sizeof(size_t))};
    for (size_t i = 0; i < audit->fix_count; i++) {
        const struct audit_fix *fix = &audit->fixes[i];
        groups->group_of[i] = SIZE_MAX;
        if (fix->settings.given == 0 && !fix->restarts) {
            continue;
        }
        struct likeness likeness = likeness_of(audit, fix);
        groups->group_of[i] = find_or_add(groups, &likeness);
        struct fix_group *group = &groups->items[groups->group_of[i]];
        group->settings = resource_settings_over(&group->settings, &fix->settings, fix->settings.given);
        group->first = group->first != NULL ? group->first : fix->target;
        group->checks |= fix->checks;
        group->by_check &= fix->checks == fix->own_checks;
        group->count++;
    }
}

/* --- the predicate ---------------------------------------------------------------------------------- */

/* What the API leaves out of templates has its default (vpc-api.md 2.9); of servers it is unknown. */
static const char *other_than_https(const struct resource_kind *kind)
{
    return is_template(kind) ? "(.metadata_service.protocol // \"http\") != \"https\""
                             : "(.metadata_service.protocol // \"https\") != \"https\"";
}

static bool has_sibling(const struct fix_groups *groups, const struct likeness *likeness)
{
    for (size_t i = 0; i < groups->count; i++) {
        if (is_like(&groups->items[i].likeness, likeness)) {
            return true;
        }
    }
    return false;
}

static bool has_unsupported(const struct audit *audit, const struct resource_kind *kind)
{
    for (size_t i = 0; i < resource_list_count(audit->inventory.selected); i++) {
        const struct resource *record = resource_list_at(audit->inventory.selected, i);
        if (record->kind == kind && !resource_architecture_supported(record->architecture)) {
            return true;
        }
    }
    return false;
}

static void append_switch(const struct fix_group *group, struct text *out)
{
    const struct likeness *likeness = &group->likeness;

    if (likeness->enabled) {
        text_append(out, ".metadata_service.enabled");
    } else {
        text_append(out, is_template(likeness->kind) ? "(.metadata_service.enabled | not)"
                                                     : ".metadata_service.enabled == false");
    }
}

/* Servers on which the service does not exist are off, or become so. */
static void append_architecture(const struct fix_groups *groups, const struct fix_group *group, struct text *out)
{
    const struct likeness *likeness = &group->likeness;
    bool becomes_off = likeness->enabled && likeness->switched;
    bool concerned = !likeness->enabled || is_reported(groups->audit, AUDIT_UNSUPPORTED_ARCHITECTURE);

    if (concerned && has_unsupported(groups->audit, likeness->kind)) {
        text_printf(out, "\vand ((.vcpu // .cpu).architecture // \"amd64\") %s \"amd64\"", becomes_off ? "!=" : "==");
    }
}

static void append_link(const struct fix_groups *groups, const struct fix_group *group, struct text *out)
{
    struct likeness other = group->likeness;

    other.linked = true;
    if (group->likeness.linked) {
        text_append(out, "\vand (.default_trusted_profile | . != null and .auto_link != false)");
    } else if (has_sibling(groups, &other) || (other.hops_lower = !other.hops_lower, has_sibling(groups, &other))) {
        text_append(out, "\vand (.default_trusted_profile | . == null or .auto_link == false)");
    }
}

static void append_settings(const struct fix_groups *groups, const struct fix_group *group, struct text *out)
{
    const struct likeness *likeness = &group->likeness;
    bool protocol = (group->settings.given & RESOURCE_PROTOCOL) != 0;
    bool hops = (group->settings.given & RESOURCE_HOP_LIMIT) != 0;
    struct likeness other = *likeness;
    CLEANUP(text_free) struct text too_far = {0};

    other.hops_lower = !other.hops_lower;
    text_printf(&too_far, ".metadata_service.response_hop_limit > %d", likeness->wanted->hop_limit);
    if (likeness->hops_lower) {
        text_printf(out, "\vand %s", text_string(&too_far));
    } else if (has_sibling(groups, &other)) {
        text_printf(out, "\vand (%s | not)", text_string(&too_far));
    }
    if (likeness->switched || likeness->linked || likeness->hops_lower) {
        return; /* each of them is found, whatever these are */
    }
    text_printf(out, "\vand (%s%s%s)", protocol ? other_than_https(likeness->kind) : "",
                protocol && hops ? "\vor " : "", hops ? text_string(&too_far) : "");
}

static void append_predicate(const struct fix_groups *groups, const struct fix_group *group, struct text *out)
{
    if (groups->audit->terms.where != NULL) {
        text_printf(out, "(%s)\vand ", groups->audit->terms.where);
    }
    append_switch(group, out);
    if (is_template(group->likeness.kind)) {
        append_link(groups, group, out);
    } else {
        append_architecture(groups, group, out);
    }
    append_settings(groups, group, out);
}

/* --- the command ------------------------------------------------------------------------------------ */

struct regions {
    const char **items;
    size_t count, capacity;
};

static void add_region(struct regions *regions, const char *region)
{
    for (size_t i = 0; i < regions->count; i++) {
        if (text_equal(regions->items[i], region)) {
            return;
        }
    }
    if (region != NULL && region[0] != '\0') {
        *mem_list_add(regions) = region;
    }
}

/* A comment in the predicate would hide what is added to it; `replace` has no --name that selects. */
static bool is_described(const struct fix_groups *groups, const struct fix_group *group)
{
    const struct audit_terms *terms = &groups->audit->terms;
    const struct likeness *likeness = &group->likeness;

    if (is_chosen_by_policy(groups->audit) || likeness->restarts || likeness->near) {
        return false;
    }
    for (size_t i = 0; i < terms->option_count; i++) {
        if (is_template(likeness->kind) && strcmp(terms->options[i].name, "name") == 0) {
            return false;
        }
    }
    return group->by_check && group->count > NAMED_MAX && !terms->targeted &&
           (terms->where == NULL || strchr(terms->where, '#') == NULL);
}

static void collect_regions(const struct fix_groups *groups, size_t place, struct regions *regions)
{
    for (size_t i = 0; i < groups->audit->fix_count; i++) {
        if (groups->group_of[i] == place) {
            add_region(regions, groups->audit->fixes[i].target->region);
        }
    }
}

/* Ends the line that names or describes its resources. */
static void end_command(const struct fix_groups *groups, const struct audit_fix *fix, const struct regions *regions,
                        size_t columns, struct cli_command_line *line, struct text *out)
{
    struct cli_place target = groups->audit->terms.place;

    if (regions->count > 0) {
        target.regions = regions->items;
        target.region_count = regions->count;
    }
    audit_fix_settings(line, fix);
    cli_command_line_place(line, &target);
    audit_append_command(out, cli_command_line_string(line), columns);
}

static void append_described(const struct fix_groups *groups, const struct fix_group *group,
                             const struct audit_fix *fix, const struct regions *regions, size_t columns,
                             struct text *out)
{
    const struct audit_terms *terms = &groups->audit->terms;
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text where = {0};

    audit_fix_begin(&line, terms, fix);
    append_predicate(groups, group, &where);
    cli_command_line_option(&line, "where", text_string(&where));
    for (size_t i = 0; i < terms->option_count; i++) {
        cli_command_line_option(&line, terms->options[i].name, terms->options[i].value);
    }
    end_command(groups, fix, regions, columns, &line, out);
}

static void append_named(const struct fix_groups *groups, size_t place, const struct audit_fix *fix,
                         const struct regions *regions, size_t columns, struct text *out)
{
    const struct audit *audit = groups->audit;
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    size_t operands = 0;

    for (size_t i = 0; i < audit->fix_count; i++) {
        if (groups->group_of[i] != place) {
            continue;
        }
        if (operands++ == 0) {
            audit_fix_begin(&line, &audit->terms, fix);
        }
        cli_command_line_operand(&line, audit_fix_target(&audit->fixes[i], regions->count > 1));
        if (operands == OPERANDS_MAX) {
            end_command(groups, fix, regions, columns, &line, out);
            operands = 0;
        }
    }
    if (operands > 0) {
        end_command(groups, fix, regions, columns, &line, out);
    }
}

static void append_commands(const struct fix_groups *groups, size_t place, size_t columns, struct text *out)
{
    const struct fix_group *group = &groups->items[place];
    struct audit_fix fix = {.settings = group->settings, .restarts = group->likeness.restarts, .target = group->first};
    struct regions regions = {0};

    collect_regions(groups, place, &regions);
    if (is_described(groups, group)) {
        append_described(groups, group, &fix, &regions, columns, out);
    } else if (!audit_is_settled_by_apply(groups->audit) || group->count <= LEFT_OUT) {
        append_named(groups, place, &fix, &regions, columns, out);
    }
    free(regions.items);
}

void audit_grouped_fixes(const struct audit *audit, size_t columns, struct text *out)
{
    struct fix_groups groups;

    group_fixes(audit, &groups);
    for (int restarts = 0; restarts <= 1; restarts++) { /* these come last */
        for (size_t i = 0; i < groups.count; i++) {
            if (groups.items[i].likeness.restarts == (restarts != 0)) {
                append_commands(&groups, i, columns, out);
            }
        }
    }
    free(groups.items);
    free(groups.group_of);
}
