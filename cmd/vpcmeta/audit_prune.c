/* audit prune: old audits of the history are forgotten. */
#include <stdlib.h>
#include <string.h>

#include "audit_scope.h"
#include "audit_trend.h"
#include "clock/clock.h"
#include "commands.h"
#include "known_columns.h"
#include "mem/mem.h"
#include "write_confirm.h"

enum { DAYS_MAX = 36500, DAY_S = 24 * 60 * 60 };

struct prune_opts {
    struct opt_int older_than;
    bool dry_run, yes;
};

static const struct opt_spec prune_opt[] = {
    OPT_INT(struct prune_opts, older_than, 0, "older-than", 0, DAYS_MAX, "days since the audit began"),
    OPT_FLAG(struct prune_opts, dry_run, 'n', "dry-run", "show what would be forgotten, forget nothing"),
    OPT_FLAG(struct prune_opts, yes, 'y', "yes", "do not ask for confirmation"),
    OPT_END,
};

/* Those that are old enough, the newest first. */
struct old_audits {
    struct history_audits all;
    size_t first; /* the list is in the order of time: all from this one on */
};

static void old_audits_free(struct old_audits *old)
{
    history_audits_free(&old->all);
}

static size_t count_old(const struct old_audits *old)
{
    return old->all.count - old->first;
}

static bool find_old(struct history *history, const struct prune_opts *opts, struct old_audits *ret, struct err *e)
{
    char before[CLOCK_STAMP_SIZE];
    size_t kept = 0;

    clock_stamp(clock_wall_s(clock_system()) - opts->older_than.value * DAY_S, before);
    if (!history_list_audits(history, &ret->all, e)) {
        return false;
    }
    /* audits that began side by side ended in any order */
    for (size_t i = 0; i < ret->all.count; i++) {
        if (strcmp(ret->all.items[i].started_at, before) > 0) {
            struct history_audit newer = ret->all.items[i];
            memmove(&ret->all.items[kept + 1], &ret->all.items[kept], (i - kept) * sizeof(newer));
            ret->all.items[kept++] = newer;
        }
    }
    ret->first = kept;
    return true;
}

static bool forget(struct history *history, const struct old_audits *old, struct err *e)
{
    int64_t *numbers = mem_array(count_old(old), sizeof(*numbers));

    for (size_t i = old->first; i < old->all.count; i++) {
        numbers[i - old->first] = old->all.items[i].number;
    }
    bool fine = count_old(old) == 0 || history_forget_audits(history, numbers, count_old(old), e);
    free(numbers);
    return fine;
}

/* --- rows --------------------------------------------------------------------------------------------- */

enum { COLUMN_AUDIT, COLUMN_STARTED, COLUMN_FINDINGS, COLUMN_SCOPE, COLUMN_OUTCOME, COLUMN_COUNT };

static const struct table_column columns[COLUMN_COUNT] = {
    [COLUMN_AUDIT] = {.name = "audit", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [COLUMN_STARTED] = {.name = "started_at", .title = "STARTED", .type = TABLE_TIME, .flags = TABLE_STACKED},
    [COLUMN_FINDINGS] = {.name = "findings", .type = TABLE_INT},
    [COLUMN_SCOPE] = {.name = "scope", .type = TABLE_STRING, .flags = TABLE_STACKED},
    [COLUMN_OUTCOME] = {.name = "outcome", .type = TABLE_STRING},
};

/* Destroy it with table_release. */
static struct table *make_table(const struct old_audits *old, size_t most, bool forgotten)
{
    struct table *table = table_create(columns, COLUMN_COUNT);

    for (size_t i = old->first; i < old->all.count && i - old->first < most; i++) {
        const struct history_audit *audit = &old->all.items[i];
        CLEANUP(text_free) struct text scope = {0};
        struct audit_trend_counts counts;
        audit_trend_read(audit, &counts);
        JSON_CLEANUP json_t *regions = audit_trend_regions(audit);
        audit_scope_describe(&audit->scope, regions, &scope);
        table_add_row(table);
        table_set_string(table, COLUMN_AUDIT, audit->id);
        table_set_string(table, COLUMN_STARTED, audit->started_at);
        table_set_int(table, COLUMN_FINDINGS, (int64_t)counts.findings);
        table_set_string(table, COLUMN_SCOPE, text_string(&scope));
        table_set_string(table, COLUMN_OUTCOME, forgotten ? "forgotten" : "would_forget");
    }
    return table;
}

static bool print(struct app *app, const struct old_audits *old, bool dry_run, struct err *e)
{
    TABLE_CLEANUP struct table *table = make_table(old, SIZE_MAX, !dry_run);
    JSON_CLEANUP json_t *head = json_build("{s:i, s:b, s:I, s:I}", "schema_version", 1, "dry_run", dry_run, "forgotten",
                                           dry_run ? (json_int_t)0 : (json_int_t)count_old(old), "kept",
                                           (json_int_t)(dry_run ? old->all.count : old->first));

    return (app_prints_text(app) && count_old(old) == 0) ||
           app_print_table(app, table, &(struct render_envelope){.head = head, .items = "items"}, e);
}

static bool confirm(const struct app *app, const struct prune_opts *opts, const struct old_audits *old, struct err *e)
{
    static const struct resource_kind audit = {.singular = "audit", .plural = "audits"};
    const struct write_question question = {.count = count_old(old),
                                            .noun = &audit,
                                            .verb = "forget",
                                            .passive = "forgotten",
                                            .nothing = "nothing was forgotten"};
    TABLE_CLEANUP struct table *table = make_table(old, write_question_rows(&question), false);

    if (opts->yes || question.count == 0) {
        return true;
    }
    if (!write_can_ask(app, &question, e)) {
        return false;
    }
    app_say(app, "%zu audit%s will be forgotten:", question.count, question.count == 1 ? "" : "s");
    return write_ask_about(app, &question, table, e);
}

static int prune(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct prune_opts *opts = call->opts;
    HISTORY_CLEANUP struct history *history = NULL;
    CLEANUP(old_audits_free) struct old_audits old = {0};

    if (!opts->older_than.given) {
        err_set(e, ERR_USAGE, "which audits? give --older-than DAYS");
        return err_exit_status(e);
    }
    if (!app_check_output(app, columns, COLUMN_COUNT, e) || (history = app_open_history(e)) == NULL ||
        !find_old(history, opts, &old, e) ||
        (!opts->dry_run && (!confirm(app, opts, &old, e) || !forget(history, &old, e))) ||
        !print(app, &old, opts->dry_run, e)) {
        return err_exit_status(e);
    }
    app_note(app, "%s%zu audit%s %sforgotten", opts->dry_run ? "dry run: " : "", count_old(&old),
             count_old(&old) == 1 ? "" : "s", opts->dry_run ? "would be " : "");
    return ERR_EXIT_DONE;
}

static const struct cmd_example examples[] = {
    {"vpcmeta audit prune --older-than 365 --dry-run", "what began more than a year ago"},
    {"vpcmeta audit prune --older-than 365", "forget it, after a question"},
    {0},
};

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, columns, COLUMN_COUNT);
}

const struct cmd_spec cmd_audit_prune = {
    .path = "audit prune",
    .summary = "forget old audits",
    .description =
        "Lists the stored audits and asks before they are forgotten: after that, neither `audit trend` nor "
        "`audit --since` finds them. Runs are not audits: `runs prune` forgets those.\n\n"
        "The history stays small without this command, too: of each scope the findings of the newest 50 audits are "
        "kept, and of older "
        "ones the counts.\n\n"
        "-o json is {\"schema_version\", \"dry_run\", \"forgotten\", \"kept\", \"items\"} with items of {\"audit\", "
        "\"started_at\", \"findings\", \"scope\", \"outcome\"}; the outcome is forgotten or would_forget.",
    .examples = examples,
    .opts = prune_opt,
    .opts_size = sizeof(struct prune_opts),
    .flags = CMD_OFFLINE,
    .run = prune,
    .fields = fields,
};
