/* The options of an audit, and how its commands repeat them. */
#include "audit_options.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

const struct opt_spec audit_opt[] = {
    OPT_GROUP(struct audit_opts, select, selector_group),
    OPT_GROUP(struct audit_opts, policy, policy_group),
    OPT_INT(struct audit_opts, max_hop_limit, 0, "max-hop-limit", RESOURCE_HOP_LIMIT_MIN, RESOURCE_HOP_LIMIT_MAX,
            "the limit of the built-in policy: more than this is a finding", .default_value = "1"),
    OPT_COMMA_LIST(struct audit_opts, rules, 0, "rule", "RULE[,RULE...]", "only findings of these rules",
                   .words = audit_check_ids),
    OPT_COMMA_LIST(struct audit_opts, excluded, 0, "exclude-rule", "RULE[,RULE...]", "no findings of these rules",
                   .words = audit_check_ids),
    OPT_ENUM(struct audit_opts, severity, 0, "severity", policy_severity_names,
             "only findings of this severity or worse", .default_value = "info"),
    OPT_ENUM(struct audit_opts, fail_on, 0, "fail-on", policy_severity_names,
             "exit status 3 only with findings of this severity or worse", .default_value = "low"),
    OPT_FLAG(struct audit_opts, strict, 0, "strict", "an exception that covers nothing is a finding, too"),
    OPT_FLAG(struct audit_opts, details, 0, "trusted-profile-details",
             "read the trusted profile of every server, a request each, whether a rule needs it or not"),
    OPT_GROUP(struct audit_opts, past, audit_past_group),
    OPT_GROUP(struct audit_opts, files, audit_files_group),
    OPT_FLAG(struct audit_opts, list_rules, 0, "list-rules", "show the rules and do nothing else", .flags = OPT_ALONE),
    OPT_END,
};

static bool add_checks(const struct opt_list *ids, const char *option, unsigned *checks, struct err *e)
{
    for (size_t i = 0; i < ids->count; i++) {
        if (!audit_add_check(ids->items[i], checks, e)) {
            return err_wrap(e, "%s", option);
        }
    }
    return true;
}

static bool is_baseline(const struct audit_opts *opts)
{
    return opts->policy.policy == NULL || text_equal(opts->policy.policy, POLICY_BASELINE);
}

/* An audit that cannot find anything is a mistake. */
static bool check_choice(const struct audit_opts *opts, const struct audit_terms *terms, struct err *e)
{
    bool any = false;

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        any = any || audit_reports(terms, check);
    }
    if (!any) {
        return err_set(e, ERR_USAGE, "%s: no rule is left to audit by",
                       opts->rules.count > 0 ? "--rule, --exclude-rule" : "--exclude-rule");
    }
    return !opts->strict || opts->policy.policy != NULL || opts->policy.exceptions.count > 0 ||
           err_set(e, ERR_USAGE,
                   "--strict is about exceptions, and the built-in policy has none: add --policy FILE or --exceptions "
                   "FILE");
}

bool audit_options_terms(const struct audit_opts *opts, struct audit_terms *ret, struct err *e)
{
    if (!is_baseline(opts) && opts->max_hop_limit.given) {
        return err_set(e, ERR_USAGE,
                       "--max-hop-limit belongs to the built-in policy: a policy file sets its own hop limits");
    }
    *ret = (struct audit_terms){.max_hop_limit = is_baseline(opts) ? (int)opts->max_hop_limit.value : 0,
                                .severity = (enum policy_severity)opts->severity.value,
                                .fail_on = (enum policy_severity)opts->fail_on.value,
                                .initializations = opts->details,
                                .strict = opts->strict};
    if (!add_checks(&opts->rules, "--rule", &ret->checks, e) ||
        !add_checks(&opts->excluded, "--exclude-rule", &ret->excluded, e) || !check_choice(opts, ret, e)) {
        return false;
    }
    ret->strict = opts->strict || (ret->checks & 1U << AUDIT_UNUSED_EXCEPTION) != 0; /* named, it is wanted */
    return true;
}

unsigned audit_options_parts(const struct audit_terms *terms)
{
    unsigned needs = audit_needs(terms);

    return ((needs & AUDIT_NEEDS_INITIALIZATIONS) != 0 ? POLICY_READ_PROFILES : 0) |
           ((needs & AUDIT_NEEDS_RULE_PROFILES) != 0 ? POLICY_READ_RULE_PROFILES : 0) |
           ((needs & AUDIT_NEEDS_ARCHITECTURES) != 0 ? POLICY_READ_ARCHITECTURES : 0) |
           ((needs & AUDIT_NEEDS_USE) != 0 ? POLICY_READ_USE : 0) |
           ((needs & AUDIT_NEEDS_MEMBERS) != 0 ? POLICY_READ_MEMBERS : 0) |
           ((needs & AUDIT_NEEDS_RESTARTS) != 0 ? POLICY_READ_RESTARTS : 0) | POLICY_READ_OTHERS;
}

static void add_list(struct audit_options *options, const char *name, const struct opt_list *values)
{
    for (size_t i = 0; i < values->count; i++) {
        *mem_list_add(options) = (struct audit_option){name, values->items[i]};
    }
}

static void add_option(struct audit_options *options, const char *name, const char *value)
{
    if (value != NULL) {
        *mem_list_add(options) = (struct audit_option){name, value};
    }
}

static void add_flag(struct audit_options *options, const char *name, bool given)
{
    if (given) {
        *mem_list_add(options) = (struct audit_option){.name = name};
    }
}

static void add_word(struct audit_options *options, const char *name, const struct opt_enum *option)
{
    add_option(options, name, option->given ? policy_severity_names[option->value] : NULL);
}

/* What chooses findings, not resources. */
static void add_choices(struct audit_options *options, const struct audit_opts *opts, struct text_arena *memory)
{
    CLEANUP(text_free) struct text hop_limit = {0};

    add_list(options, "exclude-rule", &opts->excluded);
    add_word(options, "severity", &opts->severity);
    add_word(options, "fail-on", &opts->fail_on);
    add_flag(options, "strict", opts->strict);
    add_flag(options, "trusted-profile-details", opts->details);
    if (opts->max_hop_limit.given) {
        text_printf(&hop_limit, "%lld", (long long)opts->max_hop_limit.value);
        add_option(options, "max-hop-limit", text_arena_copy(memory, text_string(&hop_limit), hop_limit.size));
    }
}

void audit_options_collect(const struct audit_opts *opts, struct text_arena *memory, struct audit_options *ret)
{
    *ret = (struct audit_options){0};
    add_list(ret, "name", &opts->select.names);
    add_list(ret, "vpc", &opts->select.vpcs);
    add_list(ret, "resource-group", &opts->select.resource_groups);
    add_list(ret, "zone", &opts->select.zones);
    add_list(ret, "status", &opts->select.statuses);
    add_list(ret, "exclude", &opts->select.excludes);
    ret->selectors = ret->count;
    add_option(ret, "where", opts->select.where);
    add_option(ret, "from", opts->select.from);
    add_flag(ret, "null", opts->select.null);
    add_option(ret, "policy", opts->policy.policy);
    add_list(ret, "exceptions", &opts->policy.exceptions);
    add_option(ret, "as-of", opts->policy.as_of);
    add_flag(ret, "allow-unlimited-exceptions", opts->policy.allow_unlimited);
    ret->shared = ret->count;
    add_choices(ret, opts, memory);
}

bool audit_options_read_input(const struct audit_option options[], size_t count)
{
    static const char *const files[] = {"from", "policy", "exceptions"};

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sizeof(files) / sizeof(files[0]); j++) {
            if (strcmp(options[i].name, files[j]) == 0 && text_equal(options[i].value, "-")) {
                return true;
            }
        }
    }
    return false;
}

void audit_options_free(struct audit_options *options)
{
    free(options->items);
}
