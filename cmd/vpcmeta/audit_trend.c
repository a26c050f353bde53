/* vpcmeta audit trend: how the findings of stored audits developed, as a chart or as rows. */
#include "audit_trend.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit_scope.h"
#include "cli/cli.h"
#include "commands.h"
#include "known_columns.h"
#include "mem/mem.h"
#include "selection.h"

enum { LAST_MAX = 100000 };

struct trend_opts {
    struct selector_opts select;
    struct opt_list rules, excluded;
    struct opt_enum severity;
    const char *policy;
    struct opt_int last;
};

static const struct opt_spec trend_opt[] = {
    OPT_GROUP(struct trend_opts, select, selector_group),
    OPT_COMMA_LIST(struct trend_opts, rules, 0, "rule", "RULE[,RULE...]", "audits of only these rules",
                   .words = audit_check_ids),
    OPT_COMMA_LIST(struct trend_opts, excluded, 0, "exclude-rule", "RULE[,RULE...]", "audits without these rules",
                   .words = audit_check_ids),
    OPT_ENUM(struct trend_opts, severity, 0, "severity", policy_severity_names,
             "audits of only this severity or worse"),
    OPT_STRING(struct trend_opts, policy, 0, "policy", "NAME", "audits with the policy of this name"),
    OPT_INT(struct trend_opts, last, 0, "last", 1, LAST_MAX, "the newest N audits of each scope",
            .default_value = "30"),
    OPT_END,
};

/* --- which audits ------------------------------------------------------------------------------------- */

/* The stored audits that are shown, scope by scope: the one that was audited last first, each with the oldest first. */
struct trend {
    struct history_audits all;
    const struct history_audit **shown;
    size_t count, older; /* of those that were left out by --last */
};

static void trend_free(struct trend *trend)
{
    free(trend->shown);
    history_audits_free(&trend->all);
}

/* What the options leave of the scopes. */
struct trend_filter {
    struct text selection; /* JSON; empty: any */
    const struct opt_list *regions;
    const char *policy;
};

static bool narrows(const struct trend_opts *opts, const struct inventory_selector *selector)
{
    return opts->select.all || inventory_selector_narrows(selector) || opts->select.excludes.count > 0 ||
           opts->rules.count > 0 || opts->excluded.count > 0 || opts->severity.given;
}

static bool has_region(const struct history_audit *audit, const char *region)
{
    JSON_CLEANUP json_t *regions = audit_trend_regions(audit);
    bool found = false;

    for (size_t i = 0; i < json_array_size(regions); i++) {
        found = found || text_equal(json_string_value(json_array_get(regions, i)), region);
    }
    return found;
}

static bool is_wanted(const struct trend_filter *filter, const struct history_audit *audit)
{
    bool wanted = filter->policy == NULL || strcmp(filter->policy, audit->policy) == 0;

    wanted =
        wanted && (filter->selection.size == 0 || strcmp(text_string(&filter->selection), audit->scope.selection) == 0);
    for (size_t i = 0; wanted && i < filter->regions->count; i++) {
        const char *region = filter->regions->items[i];
        wanted = strcmp(region, "all") == 0 || has_region(audit, region);
    }
    return wanted;
}

/* Adds the newest `last` audits of the scope of the audit at `first`, the newest one of it, in the order of time. */
static void add_scope(struct trend *trend, const struct trend_filter *filter, size_t first, size_t last, bool taken[])
{
    const struct history_scope *scope = &trend->all.items[first].scope;
    size_t begin = trend->count;

    for (size_t i = first; i < trend->all.count; i++) {
        const struct history_audit *audit = &trend->all.items[i];
        if (taken[i] || !audit_scope_equal(&audit->scope, scope)) {
            continue;
        }
        taken[i] = true;
        if (!is_wanted(filter, audit)) {
            continue;
        }
        if (trend->count - begin < last) {
            trend->shown[trend->count++] = audit;
        } else {
            trend->older++;
        }
    }
    for (size_t left = begin, right = trend->count; left + 1 < right; left++) {
        const struct history_audit *audit = trend->shown[left];
        trend->shown[left] = trend->shown[--right];
        trend->shown[right] = audit;
    }
}

static void choose(struct trend *trend, const struct trend_filter *filter, size_t last)
{
    bool *taken = mem_array(trend->all.count, sizeof(*taken));

    trend->shown = mem_array(trend->all.count, sizeof(*trend->shown));
    for (size_t i = 0; i < trend->all.count; i++) {
        if (!taken[i]) {
            add_scope(trend, filter, i, last, taken);
        }
    }
    free(taken);
}

/* --- rows --------------------------------------------------------------------------------------------- */

enum trend_column {
    COLUMN_AUDIT,
    COLUMN_STARTED,
    COLUMN_FINDINGS,
    COLUMN_CRITICAL,
    COLUMN_HIGH,
    COLUMN_MEDIUM,
    COLUMN_LOW,
    COLUMN_INFO,
    COLUMN_NEW,
    COLUMN_FIXED,
    COLUMN_EXCEPTED,
    COLUMN_CANNOT_TELL,
    COLUMN_COMPLETE,
    COLUMN_POLICY,
    COLUMN_REGIONS,
    COLUMN_SELECTION,
    COLUMN_ACCOUNT,
    COLUMN_EXIT_STATUS,
    COLUMN_ENDED,
    COLUMN_DIGEST,
    COLUMN_AS_OF,
    COLUMN_VERSION,
    COLUMN_COUNT
};

static const struct table_column columns[COLUMN_COUNT] = {
    [COLUMN_AUDIT] = {.name = "audit", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [COLUMN_STARTED] = {.name = "started_at", .title = "STARTED", .type = TABLE_TIME},
    [COLUMN_FINDINGS] = {.name = "findings", .type = TABLE_INT},
    [COLUMN_CRITICAL] = {.name = "critical", .type = TABLE_INT, .rank = 2},
    [COLUMN_HIGH] = {.name = "high", .type = TABLE_INT, .rank = 2},
    [COLUMN_MEDIUM] = {.name = "medium", .type = TABLE_INT, .rank = 2},
    [COLUMN_LOW] = {.name = "low", .type = TABLE_INT, .rank = 2},
    [COLUMN_INFO] = {.name = "info", .type = TABLE_INT, .rank = 2},
    [COLUMN_NEW] = {.name = "new", .type = TABLE_INT, .rank = 1},
    [COLUMN_FIXED] = {.name = "fixed", .type = TABLE_INT, .rank = 1},
    [COLUMN_EXCEPTED] = {.name = "excepted", .type = TABLE_INT, .rank = 3},
    [COLUMN_CANNOT_TELL] = {.name = "cannot_tell", .type = TABLE_INT, .rank = 3},
    [COLUMN_COMPLETE] = {.name = "complete", .type = TABLE_BOOL, .rank = 3},
    [COLUMN_POLICY] = {.name = "policy", .type = TABLE_STRING, .rank = 4},
    [COLUMN_REGIONS] = {.name = "regions", .type = TABLE_JSON, .rank = 4},
    [COLUMN_SELECTION] = {.name = "selection", .type = TABLE_JSON, .flags = TABLE_WIDE},
    [COLUMN_ACCOUNT] = {.name = "account", .type = TABLE_STRING, .flags = TABLE_WIDE},
    [COLUMN_EXIT_STATUS] = {.name = "exit_status", .type = TABLE_INT, .flags = TABLE_WIDE},
    [COLUMN_ENDED] = {.name = "ended_at", .title = "ENDED", .type = TABLE_TIME, .flags = TABLE_WIDE},
    [COLUMN_DIGEST] = {.name = "policy_digest", .type = TABLE_STRING, .flags = TABLE_WIDE},
    [COLUMN_AS_OF] = {.name = "as_of", .type = TABLE_STRING, .flags = TABLE_WIDE},
    [COLUMN_VERSION] = {.name = "version", .type = TABLE_STRING, .flags = TABLE_WIDE},
};

/* Cells of CSV are text: regions as --region takes them, and the selection as words of a command line. */
static void append_cell(struct text *out, const json_t *list, const char *separator)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        text_append(out, i > 0 ? separator : "");
        cli_quote(out, json_string_value(json_array_get(list, i)));
    }
}

/* Takes over the list. */
static void set_list(struct table *table, size_t column, json_t *list, const char *separator)
{
    CLEANUP(text_free) struct text cell = {0};

    if (table_column(table, column)->type == TABLE_STRING) {
        append_cell(&cell, list, separator);
        table_set_string(table, column, text_string(&cell));
    } else {
        json_print(&cell, list, JSON_PRINT_COMPACT);
        table_set_json(table, column, text_string(&cell), cell.size);
    }
    json_release(&list);
}

static void set_count(struct table *table, size_t column, int64_t count)
{
    if (count == HISTORY_NO_COUNT) {
        table_set_null(table, column);
    } else {
        table_set_int(table, column, count);
    }
}

static void add_row(struct table *table, const struct history_audit *audit)
{
    const char *account = audit_scope_account(&audit->scope);
    struct audit_trend_counts counts;

    audit_trend_read(audit, &counts);
    table_add_row(table);
    table_set_string(table, COLUMN_AUDIT, audit->id);
    table_set_string(table, COLUMN_STARTED, audit->started_at);
    table_set_int(table, COLUMN_FINDINGS, (int64_t)counts.findings);
    for (int i = 0; i < POLICY_SEVERITIES; i++) {
        table_set_int(table, (size_t)(COLUMN_INFO - i), (int64_t)counts.by_severity[i]);
    }
    set_count(table, COLUMN_NEW, audit->new_findings);
    set_count(table, COLUMN_FIXED, audit->fixed_findings);
    table_set_int(table, COLUMN_EXCEPTED, (int64_t)counts.excepted);
    table_set_int(table, COLUMN_CANNOT_TELL, (int64_t)counts.cannot_tell);
    table_set_bool(table, COLUMN_COMPLETE, audit->complete);
    table_set_string(table, COLUMN_POLICY, audit->policy);
    set_list(table, COLUMN_REGIONS, audit_trend_regions(audit), ",");
    set_list(table, COLUMN_SELECTION, audit_scope_selection_json(&audit->scope), " ");
    table_set_string(table, COLUMN_ACCOUNT, account[0] != '\0' ? account : NULL);
    table_set_int(table, COLUMN_EXIT_STATUS, audit->exit_status);
    table_set_string(table, COLUMN_ENDED, audit->ended_at);
    table_set_string(table, COLUMN_DIGEST, audit->policy_digest);
    table_set_string(table, COLUMN_AS_OF, audit->as_of);
    table_set_string(table, COLUMN_VERSION, audit->version);
}

static bool print_rows(struct app *app, const struct trend *trend, struct err *e)
{
    struct table_column shown[COLUMN_COUNT];
    memcpy(shown, columns, sizeof(shown));
    if (app->globals->output.value == RENDER_CSV) {
        shown[COLUMN_REGIONS].type = shown[COLUMN_SELECTION].type = TABLE_STRING;
    }
    TABLE_CLEANUP struct table *table = table_create(shown, COLUMN_COUNT);
    JSON_CLEANUP json_t *head = json_build("{s:i}", "schema_version", 1);

    for (size_t i = 0; i < trend->count; i++) {
        add_row(table, trend->shown[i]);
    }
    return app_print_list(app, table, &(struct render_envelope){.head = head, .items = "items"},
                          (struct app_noun){"audit", "audits"}, e);
}

/* --- the command -------------------------------------------------------------------------------------- */

static bool print_chart(struct app *app, const struct trend *trend, struct err *e)
{
    struct render_options options = app_render_options(app);
    CLEANUP(text_free) struct text out = {0};

    for (size_t begin = 0, end; begin < trend->count; begin = end) {
        end = begin + 1;
        while (end < trend->count && audit_scope_equal(&trend->shown[end]->scope, &trend->shown[begin]->scope)) {
            end++;
        }
        text_append(&out, begin > 0 ? "\n" : "");
        audit_trend_draw(&trend->shown[begin], end - begin, &options, &out);
    }
    return render_text(text_string(&out), out.size, app_stdout(app), e);
}

static void note_nothing(const struct app *app, const struct trend *trend)
{
    if (trend->all.count == 0) {
        app_note(app, "no audit is stored yet: 'vpcmeta audit' stores one each time");
    } else {
        app_note(app,
                 "%zu audit%s stored, none of that scope: 'vpcmeta audit trend' without options shows all; selectors "
                 "stand for the audits that were made with the same ones",
                 trend->all.count, trend->all.count == 1 ? " is" : "s are");
    }
}

static void read_filter(const struct app *app, const struct trend_opts *opts, const struct selection *selection,
                        struct trend_filter *ret)
{
    ret->regions = &app->globals->regions;
    ret->policy = opts->policy;
    if (narrows(opts, &selection->selector)) {
        const struct audit_choice choice = {
            .select = &opts->select,
            .selector = &selection->selector,
            .rules = &opts->rules,
            .excluded = &opts->excluded,
            .severity = opts->severity.given ? policy_severity_names[opts->severity.value] : NULL};
        audit_scope_selection(&choice, &ret->selection);
    }
}

static bool print(struct app *app, const struct trend *trend, struct err *e)
{
    bool chart = app_prints_text(app) && app_render_options(app).fields_count == 0 && !app_arranges_rows(app);

    if (chart && trend->count == 0) {
        note_nothing(app, trend);
        return true;
    }
    if (!(chart ? print_chart(app, trend, e) : print_rows(app, trend, e))) {
        return false;
    }
    if (chart && trend->older > 0) {
        app_note(app, "%zu older audit%s left out (--last N shows more)", trend->older,
                 trend->older == 1 ? " is" : "s are");
    }
    return true;
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct trend_opts *opts = call->opts;
    CLEANUP(selection_free) struct selection selection = {0};
    CLEANUP(trend_free) struct trend trend = {0};
    struct trend_filter filter = {0};
    HISTORY_CLEANUP struct history *history = NULL;

    if (!app_check_output(app, columns, COLUMN_COUNT, e) || !selection_read(app, &opts->select, call, &selection, e) ||
        (history = app_open_history(e)) == NULL || !history_list_audits(history, &trend.all, e)) {
        return err_exit_status(e);
    }
    read_filter(app, opts, &selection, &filter);
    choose(&trend, &filter, (size_t)opts->last.value);
    text_free(&filter.selection);
    return print(app, &trend, e) ? ERR_EXIT_DONE : err_exit_status(e);
}

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, columns, COLUMN_COUNT);
}

static const struct cmd_example examples[] = {
    {"vpcmeta audit trend", "the findings of stored audits over time, each scope apart"},
    {"vpcmeta audit trend --region eu-de --last 10", "the newest ten of each scope that has that region"},
    {"vpcmeta audit trend -o csv > trend.csv", "the same for a spreadsheet"},
    {0},
};

const struct cmd_spec cmd_audit_trend = {
    .path = "audit trend",
    .summary = "show how the findings of stored audits developed",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Every audit is stored with its counts; this draws them over time, without a request. Audits are listed by "
        "scope: account, regions, and the selectors and rules that narrowed them. A bar has a letter for each "
        "severity: C critical, H high, M medium, L low, i info. NEW and FIXED compare an audit with the complete one "
        "of the same scope and policy before it; - where there is none.\n\n"
        "--region chooses the scopes that have all of these regions. Selectors, --rule, --exclude-rule and --severity "
        "choose the audits that were made with the same ones, --all those that were made without. --policy chooses by "
        "the name of the policy.\n\n"
        "-o json is {\"schema_version\", \"items\"}, with items of {\"audit\", \"started_at\", \"findings\", "
        "\"critical\", \"high\", \"medium\", \"low\", \"info\", \"new\", \"fixed\", \"excepted\", \"cannot_tell\", "
        "\"complete\", \"policy\", \"regions\", \"selection\", \"account\", \"exit_status\", \"ended_at\", "
        "\"policy_digest\", \"as_of\", \"version\"}, scope by scope, each with the oldest first.",
    .examples = examples,
    .opts = trend_opt,
    .opts_size = sizeof(struct trend_opts),
    .flags = CMD_OFFLINE | CMD_PAGED | CMD_ROWS,
    .max_args = CMD_ANY_ARGS,
    .run = run,
    .fields = fields,
};
