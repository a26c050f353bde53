/* policy check and policy example: the files with the wanted settings of a fleet; nothing is sent. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "audit/audit.h"
#include "commands.h"
#include "known_columns.h"
#include "policy_read.h"
#include "json/json_yaml.h"

/* --- check ------------------------------------------------------------------------------------- */

struct check_opts {
    struct opt_list exceptions;
    const char *as_of;
    bool allow_unlimited;
};

static const struct opt_spec check_opt[] = {
    OPT_LIST(struct check_opts, exceptions, 0, "exceptions", "FILE", "a file with more exceptions of the policy",
             .flags = OPT_FILES),
    OPT_STRING(struct check_opts, as_of, 0, "as-of", "DATE", "judge exceptions as of this date, instead of today"),
    OPT_FLAG(struct check_opts, allow_unlimited, 0, "allow-unlimited-exceptions",
             "accept exceptions without an expiry date"),
    OPT_END,
};

enum { COLUMN_RULE, COLUMN_KINDS, COLUMN_WHERE, COLUMN_SEVERITY, COLUMN_WANTED, COLUMN_EXCEPTIONS, COLUMNS };

static const struct table_column check_columns[COLUMNS] = {
    [COLUMN_RULE] = {.name = "policy_rule", .title = "RULE", .flags = TABLE_FIXED},
    [COLUMN_KINDS] = {.name = "kinds", .flags = TABLE_WRAP, .rank = 3, .least = 10},
    [COLUMN_WHERE] = {.name = "where", .flags = TABLE_WRAP | TABLE_SPARSE, .rank = 1, .least = 14},
    [COLUMN_SEVERITY] = {.name = "severity", .words = policy_severity_names, .flags = TABLE_SPARSE, .rank = 5},
    [COLUMN_WANTED] = {.name = "wanted", .flags = TABLE_WRAP, .rank = 2, .least = 14},
    [COLUMN_EXCEPTIONS] = {.name = "exceptions", .type = TABLE_INT, .rank = 4},
};

static void add_rule(struct table *table, const struct policy *policy, const struct policy_rule *rule)
{
    CLEANUP(text_free) struct text kinds = {0}, where = {0}, wanted = {0};
    size_t exceptions = 0;

    for (size_t i = 0; i < policy_exception_count(policy); i++) {
        exceptions += policy_exception_covers(policy_exception_at(policy, i), rule);
    }
    policy_append_kinds(rule, &kinds);
    policy_append_where(rule, &where);
    policy_append_wanted(rule, &wanted);
    table_add_row(table);
    table_set_string(table, COLUMN_RULE, rule->name);
    table_set_string(table, COLUMN_KINDS, text_string(&kinds));
    table_set_string(table, COLUMN_WHERE, where.size > 0 ? text_string(&where) : NULL);
    table_set_string(table, COLUMN_SEVERITY,
                     rule->severity != POLICY_SEVERITY_OF_CHECK ? policy_severity_names[rule->severity] : NULL);
    table_set_string(table, COLUMN_WANTED, text_string(&wanted));
    table_set_int(table, COLUMN_EXCEPTIONS, (int64_t)exceptions);
}

struct tally {
    size_t total, expired, soon;
};

static struct tally count_exceptions(const struct policy *policy)
{
    struct tally tally = {.total = policy_exception_count(policy)};

    for (size_t i = 0; i < tally.total; i++) {
        tally.expired += policy_exception_at(policy, i)->expired;
        tally.soon += policy_exception_at(policy, i)->expires_soon;
    }
    return tally;
}

static json_t *make_head(const struct policy_loaded *loaded, const char *file, const json_t *faults)
{
    JSON_CLEANUP json_t *head =
        json_build("{s:i, s:b, s:s}", "schema_version", 1, "valid", loaded->policy != NULL, "file", file);

    if (loaded->policy != NULL) {
        const struct tally tally = count_exceptions(loaded->policy);
        json_object_set_new(head, "policy",
                            json_build("{s:s, s:s, s:s}", "name", policy_name(loaded->policy), "digest",
                                       policy_digest(loaded->policy), "as_of", loaded->as_of));
        json_object_set_new(head, "summary",
                            json_build("{s:I, s:{s:I, s:I, s:I}}", "rules",
                                       (json_int_t)policy_rule_count(loaded->policy), "exceptions", "total",
                                       (json_int_t)tally.total, "expired", (json_int_t)tally.expired, "expires_soon",
                                       (json_int_t)tally.soon));
    }
    json_object_set(head, "faults", (json_t *)faults);
    return json_incref(head);
}

/* Where it does not fit the terminal, its beginning: people compare it with a plan, programs have all of it. */
static void append_digest(struct text *out, const char *digest, size_t columns)
{
    enum { SHOWN = sizeof("sha256:") - 1 + 12 };
    bool fits = columns == 0 || strlen("digest: ") + strlen(digest) <= columns;

    text_printf(out, "digest: %.*s%s\n\n", fits ? (int)strlen(digest) : SHOWN, digest,
                fits ? "" : "... (whole: -o json)");
}

/* "valid: p.yaml: 3 rules, 2 exceptions (1 expired, 1 within 14 days)" */
static void print_verdict(const struct app *app, const struct policy_loaded *loaded, const char *file)
{
    const struct tally tally = count_exceptions(loaded->policy);
    size_t rules = policy_rule_count(loaded->policy);
    size_t columns = app_render_options(app).columns;
    CLEANUP(text_free) struct text line = {0}, counts = {0};

    text_append(&line, "valid: ");
    text_append_safe(&line, file, strlen(file));
    text_printf(&counts, "%zu %s, %zu %s", rules, rules == 1 ? "rule" : "rules", tally.total,
                tally.total == 1 ? "exception" : "exceptions");
    if (tally.total > 0) {
        text_printf(&counts, " (%zu expired, %zu within %d days)", tally.expired, tally.soon, POLICY_WARNING_DAYS);
    }
    bool fits = columns == 0 || text_width(text_string(&line), line.size) + 2 + counts.size <= columns;
    text_printf(&line, "%s%s\n", fits ? ": " : "\n  ", text_string(&counts));
    append_digest(&line, policy_digest(loaded->policy), columns);
    fputs(text_string(&line), app_stdout(app));
}

static void warn_of_expiry(const struct app *app, const struct policy *policy)
{
    for (size_t i = 0; i < policy_exception_count(policy); i++) {
        const struct policy_exception *exception = policy_exception_at(policy, i);
        CLEANUP(text_free) struct text target = {0};
        const char *of = exception->crn != NULL ? exception->crn : exception->name;
        text_append_safe(&target, of, strlen(of));
        if (exception->expired) {
            app_warn(app, "%s:%zu:%zu: the exception of %s for %s expired %s: its findings count again",
                     exception->file, exception->place.line, exception->place.column, exception->owner,
                     text_string(&target), exception->expires);
        } else if (exception->expires_soon) {
            app_warn(app, "%s:%zu:%zu: the exception of %s for %s ends on %s", exception->file, exception->place.line,
                     exception->place.column, exception->owner, text_string(&target), exception->expires);
        }
    }
}

/* A rule without settings is right where resources are to be left alone; else something was forgotten. */
static void warn_of_nothing(const struct app *app, const struct policy *policy, const char *file)
{
    for (size_t i = 0; i < policy_rule_count(policy); i++) {
        const struct policy_rule *rule = policy_rule_at(policy, i);
        if (rule->wanted.given == 0 && rule->wanted.profile == POLICY_PROFILE_ANY) {
            app_warn(app,
                     "%s:%zu:%zu: the rule %s wants nothing: what it matches is left as it is; give it "
                     "`metadata_service` or `trusted_profile`",
                     file, rule->place.line, rule->place.column, rule->name);
        }
    }
}

/* `regions` says where the policy is about anything. */
static void warn_of_regions(const struct app *app, const struct policy *policy, const char *file)
{
    size_t count = policy_region_count(policy);

    for (size_t i = 0; count > 0 && i < policy_reference_count(policy); i++) {
        const struct policy_reference *reference = policy_reference_at(policy, i);
        bool within = reference->referent != POLICY_REFERS_TO_REGION;
        for (size_t r = 0; r < count && !within; r++) {
            const char *region = policy_region_at(policy, r);
            within = strcmp(region, "all") == 0 || strcmp(region, reference->word) == 0;
        }
        if (!within) {
            app_warn(app,
                     "%s:%zu:%zu: %s is not among the `regions` of the policy: the rule %s holds for nothing there; "
                     "add it to `regions`, or take it out here",
                     file, reference->place.line, reference->place.column, reference->word, reference->rule->name);
        }
    }
}

enum { FAULT_FILE, FAULT_LINE, FAULT_COLUMN, FAULT_POINTER, FAULT_MESSAGE, FAULT_COLUMNS };

static const struct table_column fault_columns[FAULT_COLUMNS] = {
    [FAULT_FILE] = {.name = "file"},
    [FAULT_LINE] = {.name = "line", .type = TABLE_INT},
    [FAULT_COLUMN] = {.name = "column", .type = TABLE_INT},
    [FAULT_POINTER] = {.name = "pointer"},
    [FAULT_MESSAGE] = {.name = "message"},
};

/* Formats of rows have the faults instead of the rules, as long as no field of these is asked for. */
static bool print_faults(struct app *app, const json_t *faults, struct err *e)
{
    TABLE_CLEANUP struct table *table = table_create(fault_columns, FAULT_COLUMNS);

    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *fault = json_array_get(faults, i);
        table_add_row(table);
        for (size_t k = 0; k < FAULT_COLUMNS; k++) {
            const json_t *value = json_object_get(fault, fault_columns[k].name);
            if (fault_columns[k].type == TABLE_INT) {
                table_set_int(table, k, json_integer_value(value));
            } else {
                table_set_string(table, k, json_string_value(value));
            }
        }
    }
    return app_print_table(app, table, &(struct render_envelope){.items = "faults"}, e);
}

static bool prints_rows(const struct app *app)
{
    const int format = app->globals->output.value;

    return (format == RENDER_JSONL || format == RENDER_CSV) && app->globals->fields.count == 0 &&
           app->globals->sort.count == 0 && app->globals->jq == NULL;
}

static bool print_check(struct app *app, const struct policy_loaded *loaded, const char *file, const json_t *faults,
                        struct err *e)
{
    TABLE_CLEANUP struct table *table = table_create(check_columns, COLUMNS);
    JSON_CLEANUP json_t *head = make_head(loaded, file, faults);

    if (loaded->policy == NULL && prints_rows(app)) {
        return print_faults(app, faults, e);
    }
    for (size_t i = 0; loaded->policy != NULL && i < policy_rule_count(loaded->policy); i++) {
        add_rule(table, loaded->policy, policy_rule_at(loaded->policy, i));
    }
    if (loaded->policy != NULL && app_prints_text(app)) {
        print_verdict(app, loaded, file);
    }
    /* without a policy there are no rows: programs get the faults */
    return (loaded->policy == NULL && app_prints_text(app)) ||
           app_print_table(app, table, &(struct render_envelope){.head = head, .items = "rules"}, e);
}

static int run_check(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct check_opts *opts = call->opts;
    const struct policy_opts policy = {.policy = call->args[0],
                                       .exceptions = opts->exceptions,
                                       .as_of = opts->as_of,
                                       .allow_unlimited = opts->allow_unlimited};
    JSON_CLEANUP json_t *faults = json_array();
    const struct policy_usual usual = {.check_ids = audit_check_ids, .faults = faults, .operand = true};
    CLEANUP(policy_loaded_free) struct policy_loaded loaded = {0};
    const char *file = strcmp(call->args[0], "-") == 0 ? FSIO_INPUT_NAME : call->args[0];

    if (!app_check_output(app, check_columns, COLUMNS, e)) {
        return err_exit_status(e);
    }
    if (!policy_load(app, &policy, &usual, &loaded, e)) {
        struct err printing = ERR_INIT;
        /* what ends the command is the fault of the file, also where it could not be printed */
        bool printed = json_array_size(faults) == 0 || print_check(app, &loaded, file, faults, &printing);
        return err_exit_status(printed ? e : &printing);
    }
    if (!print_check(app, &loaded, file, faults, e)) {
        return err_exit_status(e);
    }
    warn_of_nothing(app, loaded.policy, file);
    warn_of_regions(app, loaded.policy, file);
    warn_of_expiry(app, loaded.policy);
    return ERR_EXIT_DONE;
}

static const struct cmd_example check_examples[] = {
    {"vpcmeta policy check policy.yaml", "every fault with its place, or the rules in a table"},
    {"vpcmeta schema example policy_exceptions > accepted.json", "exceptions in a separate file, to edit"},
    {"vpcmeta policy check policy.yaml --exceptions accepted.json --as-of 2027-02-01",
     "which of them still hold on a day"},
    {"vpcmeta policy example | vpcmeta policy check - -o json", "for programs"},
    {0},
};

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, check_columns, COLUMNS);
}

const struct cmd_spec cmd_policy_check = {
    .path = "policy check",
    .summary = "check a policy file",
    .arguments = "FILE|-",
    .description =
        "Reads a policy as 'audit', 'plan' and 'apply' do and reports every fault with line and column: invalid YAML "
        "or JSON, unknown keys, values that are wrong, rules that can never match, exceptions without "
        "an end. Nothing is sent. The exit status is 2 where there is a fault.\n\n"
        "'vpcmeta help policy' describes the file.",
    .examples = check_examples,
    .opts = check_opt,
    .opts_size = sizeof(struct check_opts),
    .flags = CMD_OFFLINE | CMD_PAGED | CMD_ROWS | CMD_FILE_ARGS,
    .min_args = 1,
    .max_args = 1,
    .run = run_check,
    .fields = fields,
};

/* --- example ----------------------------------------------------------------------------------- */

static bool print_example(struct app *app, const char *text, struct err *e)
{
    const int format = app->globals->output.value;
    CLEANUP(json_document_free) struct json_document document = {0};
    JSON_CLEANUP json_t *faults = json_array();

    if (format == RENDER_JSONL || format == RENDER_CSV) {
        return err_set(e, ERR_USAGE, "-o %s: a policy is printed as yaml or json", render_format_names[format]);
    }
    if (app->globals->jq == NULL && format != RENDER_JSON) {
        return render_text(text, strlen(text), app_stdout(app), e); /* with its comments */
    }
    return json_parse_yaml(text, strlen(text), "the example", &document, faults, e) &&
           app_print_document(app, document.root, e);
}

static int run_example(struct app *app, const struct cli_call *call, struct err *e)
{
    const char *text = call->args_count > 0 ? policy_baseline_text : policy_example_text;

    return print_example(app, text, e) ? ERR_EXIT_DONE : err_exit_status(e);
}

static const struct cmd_example example_examples[] = {
    {"vpcmeta policy example > policy.yaml", "a policy with every key, to edit"},
    {"vpcmeta policy example baseline", "what 'audit' uses without --policy"},
    {"vpcmeta policy example -o json > policy.json", "the same as JSON, without the comments"},
    {0},
};

static const char *const example_words[] = {POLICY_BASELINE, NULL};

const struct cmd_spec cmd_policy_example = {
    .path = "policy example",
    .summary = "print a policy to start from",
    .arguments = "[" POLICY_BASELINE "]",
    .description =
        "Prints YAML with comments, or with -o json the same policy as JSON; 'policy check' takes both as they "
        "are. With the word baseline it is the built-in policy.",
    .examples = example_examples,
    .flags = CMD_OFFLINE | CMD_PAGED,
    .max_args = 1,
    .argument_words = example_words,
    .run = run_example,
};
