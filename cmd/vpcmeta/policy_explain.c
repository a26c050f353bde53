/* policy explain: which rule of a policy holds for a resource, why the others do not, and what it wants. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "audit/audit_explain.h"
#include "commands.h"
#include "policy_read.h"

struct explain_opts {
    struct policy_opts policy;
};

static const struct opt_spec explain_opt[] = {
    OPT_GROUP(struct explain_opts, policy, policy_group),
    OPT_END,
};

/* --- one resource as JSON ------------------------------------------------------------------------ */

static const char *result_of_rule(const struct policy_match *match, const struct policy_rule *rule, bool matches)
{
    const struct policy_rule *last = match->rule != NULL ? match->rule : match->undecided;

    if (rule == match->rule) {
        return "holds";
    }
    if (last != NULL && rule->number > last->number) {
        return "not_reached";
    }
    return rule == match->undecided ? "cannot_tell" : matches ? "holds" : "no_match";
}

static json_t *explain_rules(const struct policy *policy, const struct resource *record,
                             const struct audit_facts *facts)
{
    json_t *rules = json_array();

    for (size_t i = 0; i < policy_rule_count(policy); i++) {
        const struct policy_rule *rule = policy_rule_at(policy, i);
        CLEANUP(text_free) struct text reason = {0};
        bool matches = policy_explain(policy, i, record, facts->holds, &reason);
        const char *result = result_of_rule(&facts->match, rule, matches);
        if (strcmp(result, "not_reached") == 0) {
            text_clear(&reason);
        }
        json_array_append_new(rules,
                              json_build("{s:s, s:s, s:s?, s:I, s:I}", "policy_rule", rule->name, "result", result,
                                         "reason", reason.size > 0 ? text_string(&reason) : NULL, "line",
                                         (json_int_t)rule->place.line, "column", (json_int_t)rule->place.column));
    }
    return rules;
}

static void add_setting(json_t *settings, const char *name, json_t *wanted, json_t *found, const char *result)
{
    json_array_append_new(settings, json_build("{s:s, s:o, s:o?, s:s}", "setting", name, "wanted", wanted, "found",
                                               found, "result", result));
}

static json_t *wanted_hop_limit(const struct policy_wanted *wanted)
{
    return wanted->hop_limit_is_max ? json_build("{s:i}", "max", wanted->hop_limit) : json_integer(wanted->hop_limit);
}

/* By enum audit_result. */
static const char *const verdicts[] = {[AUDIT_PASS] = "fulfilled",
                                       [AUDIT_FAIL] = "differs",
                                       [AUDIT_EXCEPTED] = "differs",
                                       [AUDIT_CANNOT_TELL] = "cannot_tell",
                                       [AUDIT_NOT_APPLICABLE] = "not_applicable"};

/* A resource under its policy rule; of a group the settings are those of its template. */
struct shown {
    const struct audit_inventory *inventory;
    size_t place;
    const struct policy_wanted *wanted;
};

static struct audit_explained judge(const struct shown *shown, unsigned setting)
{
    struct audit_explained explained;

    audit_explain(shown->inventory, shown->place, setting, &explained);
    return explained;
}

/* What was found of a setting of metadata_service; NULL: nothing. */
static json_t *found_of(const struct audit_explained *explained, unsigned setting)
{
    const struct resource_settings *has = explained->record != NULL ? &explained->record->settings : NULL;

    if (has == NULL || (has->given & setting) == 0) {
        return NULL;
    }
    return setting == RESOURCE_ENABLED    ? json_boolean(has->enabled)
           : setting == RESOURCE_PROTOCOL ? json_build_string(has->protocol)
                                          : json_integer(has->hop_limit);
}

static void add_metadata(json_t *settings, const struct shown *shown)
{
    static const struct {
        unsigned setting;
        const char *name;
    } rows[] = {
        {RESOURCE_ENABLED, "enabled"}, {RESOURCE_PROTOCOL, "protocol"}, {RESOURCE_HOP_LIMIT, "response_hop_limit"}};
    const struct policy_wanted *wanted = shown->wanted;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((wanted->given & rows[i].setting) == 0) {
            continue;
        }
        const struct audit_explained explained = judge(shown, rows[i].setting);
        add_setting(settings, rows[i].name,
                    rows[i].setting == RESOURCE_ENABLED    ? json_boolean(wanted->enabled)
                    : rows[i].setting == RESOURCE_PROTOCOL ? json_build_string(wanted->protocol)
                                                           : wanted_hop_limit(wanted),
                    found_of(&explained, rows[i].setting), verdicts[explained.result]);
    }
}

static json_t *wanted_profile(const struct policy_wanted *wanted)
{
    json_t *profile = json_object();

    if (wanted->profile == POLICY_PROFILE_REQUIRED || wanted->profile == POLICY_PROFILE_FORBIDDEN) {
        json_object_set_new(profile, wanted->profile == POLICY_PROFILE_REQUIRED ? "required" : "forbidden",
                            json_true());
    }
    if (wanted->profile_count > 0) {
        json_t *allowed = json_array();
        for (size_t i = 0; i < wanted->profile_count; i++) {
            json_array_append_new(allowed, json_build_string(wanted->profiles[i]));
        }
        json_object_set_new(profile, "allowed", allowed);
    }
    return profile;
}

/* The record of a template has its profile; that of a server was read. */
static const char *profile_of(const struct audit_explained *explained)
{
    const struct resource *record = explained->record;

    if (explained->facts.profile_name != NULL || record == NULL) {
        return explained->facts.profile_name;
    }
    return (record->settings.given & RESOURCE_TRUSTED_PROFILE) != 0 ? record->settings.trusted_profile
                                                                    : explained->facts.profile;
}

static enum resource_switch link_of(const struct audit_explained *explained)
{
    const struct resource *record = explained->record;

    if (record == NULL || (record->settings.given & RESOURCE_AUTO_LINK) == 0) {
        return explained->facts.auto_link;
    }
    return record->settings.auto_link ? RESOURCE_ON : RESOURCE_OFF;
}

static void add_profile(json_t *settings, const struct shown *shown)
{
    const struct policy_wanted *wanted = shown->wanted;

    if (wanted->profile != POLICY_PROFILE_ANY) {
        const struct audit_explained explained = judge(shown, RESOURCE_TRUSTED_PROFILE);
        const char *profile = profile_of(&explained);
        add_setting(settings, "trusted_profile", wanted_profile(wanted),
                    profile != NULL ? json_build_string(profile) : NULL, verdicts[explained.result]);
    }
    if ((wanted->given & RESOURCE_AUTO_LINK) != 0) {
        const struct audit_explained explained = judge(shown, RESOURCE_AUTO_LINK);
        enum resource_switch link = link_of(&explained);
        add_setting(settings, "auto_link", json_boolean(wanted->auto_link),
                    link != RESOURCE_UNKNOWN ? json_boolean(link == RESOURCE_ON) : NULL, verdicts[explained.result]);
    }
}

static json_t *explain_settings(const struct audit_inventory *inventory, size_t place)
{
    const struct policy_rule *rule = inventory->facts[place].match.rule;
    json_t *settings = json_array();

    if (rule != NULL) {
        const struct shown shown = {.inventory = inventory, .place = place, .wanted = &rule->wanted};
        add_metadata(settings, &shown);
        add_profile(settings, &shown);
    }
    return settings;
}

static json_t *exception_json(const struct policy_exception *exception)
{
    json_t *checks = json_array();

    for (size_t i = 0; i < exception->check_count; i++) {
        json_array_append_new(checks, json_build_string(exception->checks[i]));
    }
    return json_build("{s:s*, s:s*, s:o, s:s, s:s, s:s?, s:s?, s:b, s:s, s:I, s:I}", "name", exception->name, "crn",
                      exception->crn, "rules", checks, "reason", exception->reason, "owner", exception->owner, "ticket",
                      exception->ticket, "expires", exception->expires, "expired", exception->expired, "file",
                      exception->file, "line", (json_int_t)exception->place.line, "column",
                      (json_int_t)exception->place.column);
}

/* Those that match the resource, whichever findings they are about. */
static json_t *explain_exceptions(const struct policy *policy, const struct policy_rule *rule,
                                  const struct resource *record)
{
    json_t *exceptions = json_array();

    for (size_t i = 0; rule != NULL && i < policy_exception_count(policy); i++) {
        const struct policy_exception *exception = policy_exception_at(policy, i);
        if (policy_exception_covers(exception, rule) && policy_exception_matches(exception, record)) {
            json_array_append_new(exceptions, exception_json(exception));
        }
    }
    return exceptions;
}

static json_t *explain(const struct policy *policy, const struct audit_inventory *inventory, size_t place)
{
    const struct resource *record = resource_list_at(inventory->selected, place);
    const struct audit_facts *facts = &inventory->facts[place];
    const struct policy_match *match = &facts->match;
    const char *result = match->rule != NULL ? "managed" : match->cannot_tell ? "cannot_tell" : "unmanaged";

    return json_build("{s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s, s:o, s:o, s:o}", "kind", record->kind->name, "region",
                      record->region, "id", record->id, "name", record->name, "crn", record->crn, "policy_rule",
                      match->rule != NULL ? match->rule->name : NULL, "result", result, "rules",
                      explain_rules(policy, record, facts), "settings", explain_settings(inventory, place),
                      "exceptions", explain_exceptions(policy, match->rule, record));
}

/* --- for people ---------------------------------------------------------------------------------- */

enum { COLUMNS = 4 };

static const struct table_column rule_columns[] = {
    {.name = "policy_rule", .title = "RULE", .flags = TABLE_FIXED},
    {.name = "result"},
    {.name = "reason", .title = "WHY", .flags = TABLE_WRAP | TABLE_SPARSE, .least = 20},
};
static const struct table_column setting_columns[] = {
    {.name = "setting", .flags = TABLE_FIXED},
    {.name = "wanted", .flags = TABLE_WRAP},
    {.name = "found", .flags = TABLE_WRAP},
    {.name = "result"},
};
static const struct table_column exception_columns[] = {
    {.name = "exception", .flags = TABLE_WRAP, .least = 16},
    {.name = "rules", .flags = TABLE_WRAP},
    {.name = "owner", .flags = TABLE_WRAP},
    {.name = "expires", .flags = TABLE_FIXED},
    {.name = "reason", .flags = TABLE_WRAP, .least = 16},
};

static const char *word_of(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

/* "true", "https", "2 or less", "required: fleet-reader" */
static void append_value(struct text *out, const json_t *value)
{
    const json_t *max = json_object_get(value, "max"), *allowed = json_object_get(value, "allowed");

    if (max != NULL) {
        text_printf(out, "%d%s", (int)json_integer_value(max), json_integer_value(max) > 1 ? " or less" : "");
    } else if (json_is_object(value)) {
        text_append(out, json_object_get(value, "forbidden") != NULL ? "none" : "");
        for (size_t i = 0; i < json_array_size(allowed); i++) {
            text_append(out, i == 0 ? "" : " or ");
            text_append(out, json_string_value(json_array_get(allowed, i)));
        }
        if (json_object_get(value, "required") == NULL && allowed != NULL) {
            text_append(out, " or none");
        }
        text_append(out, json_object_get(value, "required") != NULL && allowed == NULL ? "any" : "");
    } else if (json_is_string(value)) {
        text_append(out, json_string_value(value));
    } else if (!json_is_null(value)) {
        json_print(out, value, JSON_PRINT_COMPACT);
    }
}

static enum table_style style_of(const char *result)
{
    return strcmp(result, "fulfilled") == 0 || strcmp(result, "holds") == 0 ? TABLE_GOOD
           : strcmp(result, "differs") == 0                                 ? TABLE_BAD
           : strcmp(result, "cannot_tell") == 0                             ? TABLE_WARN
                                                                            : TABLE_DIM;
}

/* "no_match" is a word of programs. */
static void set_result(struct table *table, size_t column, const char *result)
{
    CLEANUP(text_free) struct text words = {0};

    for (const char *c = result; *c != '\0'; c++) {
        text_append_char(&words, *c == '_' ? ' ' : *c);
    }
    table_set_string(table, column, text_string(&words));
    table_set_style(table, column, style_of(result));
}

static struct table *rules_table(const json_t *item)
{
    struct table *table = table_create(rule_columns, sizeof(rule_columns) / sizeof(rule_columns[0]));
    const json_t *rules = json_object_get(item, "rules");

    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);
        table_add_row(table);
        table_set_string(table, 0, word_of(rule, "policy_rule"));
        set_result(table, 1, word_of(rule, "result"));
        table_set_string(table, 2, word_of(rule, "reason"));
    }
    return table;
}

static struct table *settings_table(const json_t *item)
{
    struct table *table = table_create(setting_columns, sizeof(setting_columns) / sizeof(setting_columns[0]));
    const json_t *settings = json_object_get(item, "settings");

    for (size_t i = 0; i < json_array_size(settings); i++) {
        const json_t *setting = json_array_get(settings, i);
        CLEANUP(text_free) struct text wanted = {0}, found = {0};
        append_value(&wanted, json_object_get(setting, "wanted"));
        append_value(&found, json_object_get(setting, "found"));
        table_add_row(table);
        table_set_string(table, 0, word_of(setting, "setting"));
        table_set_string(table, 1, text_string(&wanted));
        table_set_string(table, 2, found.size > 0 ? text_string(&found) : NULL);
        set_result(table, 3, word_of(setting, "result"));
    }
    return table;
}

static struct table *exceptions_table(const json_t *item)
{
    struct table *table = table_create(exception_columns, sizeof(exception_columns) / sizeof(exception_columns[0]));
    const json_t *exceptions = json_object_get(item, "exceptions");

    for (size_t i = 0; i < json_array_size(exceptions); i++) {
        const json_t *exception = json_array_get(exceptions, i);
        const json_t *rules = json_object_get(exception, "rules");
        const char *name = word_of(exception, "name"), *expires = word_of(exception, "expires");
        CLEANUP(text_free) struct text checks = {0}, end = {0};
        for (size_t k = 0; k < json_array_size(rules); k++) {
            text_printf(&checks, "%s%s", k > 0 ? ", " : "", json_string_value(json_array_get(rules, k)));
        }
        bool expired = json_is_true(json_object_get(exception, "expired"));
        text_printf(&end, "%s%s", expires != NULL ? expires : "never", expired ? " (expired)" : "");
        table_add_row(table);
        table_set_string(table, 0, name != NULL ? name : word_of(exception, "crn"));
        table_set_string(table, 1, checks.size > 0 ? text_string(&checks) : "all");
        table_set_string(table, 2, word_of(exception, "owner"));
        table_set_string(table, 3, text_string(&end));
        table_set_style(table, 3, expired ? TABLE_BAD : TABLE_PLAIN);
        table_set_string(table, 4, word_of(exception, "reason"));
    }
    return table;
}

/* Takes over the table; nothing is printed of one without rows. */
static bool print_block(struct app *app, struct table *block, struct err *e)
{
    const struct render_options options = app_render_options(app);
    TABLE_CLEANUP struct table *table = block;

    return table_row_count(table) == 0 ||
           (render_text("\n", 1, app_stdout(app), e) && render_table(table, NULL, &options, app_stdout(app), e));
}

/* "instance web-1 (us-south): rule production holds" */
static void append_headline(struct text *out, const struct resource *record, const struct policy_match *match)
{
    text_printf(out, "%s ", record->kind->singular);
    resource_append_name(out, record, true);
    if (match->rule != NULL) {
        text_append(out, ": the rule ");
        text_append_safe(out, match->rule->name, strlen(match->rule->name));
        text_append(out, " holds\n");
    } else if (match->cannot_tell) {
        text_printf(out, ": which rule holds cannot be determined, because the answer lacks %s\n", match->lacks);
    } else {
        text_append(out, ": unmanaged, because no rule matches\n");
    }
}

static bool print_text(struct app *app, const struct policy_fleet *fleet, const json_t *items, struct err *e)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        CLEANUP(text_free) struct text line = {0};
        text_append(&line, i > 0 ? "\n" : "");
        append_headline(&line, resource_list_at(fleet->selected, i), &fleet->facts[i].match);
        if (!render_text(text_string(&line), line.size, app_stdout(app), e) ||
            !print_block(app, rules_table(item), e) || !print_block(app, settings_table(item), e) ||
            !print_block(app, exceptions_table(item), e)) {
            return false;
        }
    }
    return true;
}

static bool print(struct app *app, const struct policy_loaded *loaded, const struct policy_fleet *fleet, struct err *e)
{
    JSON_CLEANUP json_t *items = json_array();
    JSON_CLEANUP json_t *document = app_list_head(&fleet->missing);
    const struct audit_inventory inventory = {
        .selected = fleet->selected, .known = fleet->known, .facts = fleet->facts, .known_facts = fleet->known_facts};

    for (size_t i = 0; i < resource_list_count(fleet->selected); i++) {
        json_array_append_new(items, explain(loaded->policy, &inventory, i));
    }
    if (app_prints_text(app)) {
        return print_text(app, fleet, items, e);
    }
    json_object_set_new(document, "policy",
                        json_build("{s:s, s:s, s:s}", "name", policy_name(loaded->policy), "digest",
                                   policy_digest(loaded->policy), "as_of", loaded->as_of));
    json_object_set(document, "items", items);
    return app_print_document(app, document, e);
}

/* --- the command --------------------------------------------------------------------------------- */

/* Once a request was sent programs get the object all the same. */
static int refuse(struct app *app, struct policy_fleet *fleet, const struct err *e)
{
    TABLE_CLEANUP struct table *nothing = table_create(NULL, 0);

    return fleet->scope.http != NULL ? app_refuse_inventory(app, nothing, "items", &fleet->missing, e)
                                     : err_exit_status(e);
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct explain_opts *opts = call->opts;
    const struct policy_usual usual = {.path = POLICY_BASELINE, .check_ids = audit_check_ids};
    CLEANUP(policy_loaded_free) struct policy_loaded loaded = {0};
    CLEANUP(policy_fleet_free) struct policy_fleet fleet = {0};
    CLEANUP(selection_free)
    struct selection selection = {.selector = {.targets = {.items = call->args, .count = call->args_count}}};

    if (!app_check_output(app, NULL, 0, e) || !selection_check_targets(&selection.selector.targets, e) ||
        !policy_load(app, &opts->policy, &usual, &loaded, e)) {
        return err_exit_status(e);
    }
    if (!policy_read_fleet(
            app, call,
            &(struct policy_reading){.loaded = &loaded,
                                     .selection = &selection,
                                     .parts = POLICY_READ_PROFILES | POLICY_READ_ARCHITECTURES | POLICY_READ_OTHERS},
            &fleet, e)) {
        return refuse(app, &fleet, e);
    }
    if (!print(app, &loaded, &fleet, e)) {
        return err_exit_status(e);
    }
    return app_inventory_status(app, "explanation", &fleet.missing, e);
}

static const struct cmd_example examples[] = {
    {"vpcmeta policy explain web-0001 --policy policy.yaml", "which rule holds, and what differs from it"},
    {"vpcmeta policy explain web-0001 -o json --jq '.items[].policy_rule'", "by the built-in policy"},
    {0},
};

const struct cmd_spec cmd_policy_explain = {
    .path = "policy explain",
    .summary = "say which rule of a policy holds for a resource, and why",
    .arguments = "NAME|ID|CRN...",
    .description =
        "Reads the resources and shows every rule of the policy in order: which one holds, because it is the first "
        "that matches, and why those before it do not. Then what that rule wants beside what was found, as an audit "
        "judges it: of an instance group what its template has; of a server on an architecture without the service "
        "nothing. Then the "
        "exceptions that match the resource. Without --policy the built-in policy holds.",
    .examples = examples,
    .opts = explain_opt,
    .opts_size = sizeof(struct explain_opts),
    .flags = CMD_PAGED,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = run,
};
