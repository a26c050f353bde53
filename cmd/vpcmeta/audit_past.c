/* An audit beside earlier ones and beside what is expected, and its place in the history. */
#include "audit_past.h"

#include <stdio.h>
#include <string.h>

#include "audit_store.h"
#include "session/session.h"

static const struct opt_spec past_opt[] = {
    OPT_STRING(struct audit_past_opts, since, 0, "since", "last|AUDIT|DATE",
               "compare with an earlier audit: what is new, unchanged and fixed"),
    OPT_FLAG(struct audit_past_opts, fail_on_new, 0, "fail-on-new", "only new findings make exit status 3",
             .needs = "since"),
    OPT_FILE(struct audit_past_opts, expect, 0, "expect", "FILE|-",
             "findings that are expected: only others make exit status 3"),
    OPT_FILE(struct audit_past_opts, write_expected, 0, "write-expected", "FILE",
             "write the findings as such a file; with --expect only those that were expected"),
    OPT_FLAG(struct audit_past_opts, no_store, 0, "no-store", "do not store this audit in the history"),
    OPT_END,
};

const struct opt_group audit_past_group = {"Earlier audits", past_opt, sizeof(struct audit_past_opts)};

bool audit_past_begin(const struct app *app, const struct audit_past_opts *opts, struct audit_past *ret, struct err *e)
{
    ret->opts = opts;
    clock_stamp(clock_wall_s(clock_system()), ret->started_at);
    return audit_since_open(opts->since, &ret->since, e) && audit_expect_open(app, opts->expect, &ret->expect, e);
}

bool audit_past_aim(struct audit_past *past, const struct inventory_scope *scope, const struct audit_choice *choice,
                    struct err *e)
{
    audit_scope_apis(scope, &past->apis);
    audit_scope_selection(choice, &past->selection);
    past->scope = (struct history_scope){.apis = text_string(&past->apis), .selection = text_string(&past->selection)};
    return audit_since_check(&past->since, &past->scope, e);
}

/* Without a token that names it the account is not known, now and in other audits with the same credential. */
static bool read_account(struct app *app, struct audit_past *past, struct err *e)
{
    CLEANUP(iam_identity_free) struct iam_identity identity = {0};

    if (!session_token_identity(app->session, &identity, e)) {
        return false;
    }
    if (identity.account.size > 0) {
        text_printf(&past->account, "a/%s", text_string(&identity.account));
    } else {
        text_append(&past->account, HISTORY_NO_ACCOUNT);
    }
    past->scope.account = text_string(&past->account);
    return true;
}

static void read_policy(const struct audit_terms *terms, struct audit_past *past)
{
    past->policy = policy_name(terms->policy);
    text_append(&past->policy_digest, policy_digest(terms->policy));
    snprintf(past->as_of, sizeof(past->as_of), "%.10s", terms->as_of != NULL ? terms->as_of : past->started_at);
}

/* What `audit trend` shows of this audit; what is fixed is not counted where a part of it could not be read. */
static void count_changes(struct audit_past *past, const struct audit *audit, const struct inventory_effect *effect,
                          bool complete)
{
    CLEANUP(audit_since_free) struct audit_since earlier = {0};

    past->new_findings = past->fixed_findings = HISTORY_NO_COUNT;
    if (past->opts->no_store) {
        return;
    }
    audit_since_choose_last(&earlier, &past->scope, past->policy);
    if (earlier.base != NULL) {
        audit_since_compare(&earlier, audit, effect);
        past->new_findings = (int64_t)earlier.new_findings;
        past->fixed_findings = complete ? (int64_t)earlier.fixed_count : HISTORY_NO_COUNT;
    }
}

bool audit_past_compare(struct app *app, struct audit_past *past, struct audit *audit,
                        const struct inventory_effect *effect, const struct text *missing, struct err *e)
{
    clock_stamp(clock_wall_s(clock_system()), past->ended_at);
    read_policy(&audit->terms, past);
    if (!read_account(app, past, e)) {
        return false;
    }
    audit_trend_points(&past->scope, &past->points);
    if (!audit_since_choose(app, &past->since, &past->scope, past->policy, text_string(&past->policy_digest), e)) {
        return false;
    }
    audit_since_compare(&past->since, audit, effect);
    audit->baseline = past->since.marks;
    audit_expect_compare(&past->expect, audit, effect);
    count_changes(past, audit, effect, missing->size == 0);
    return true;
}

/* How many open findings, of the severity or worse, are neither expected nor, with --fail-on-new, old. */
static size_t count_open(const struct audit_past *past, const struct audit *audit, enum policy_severity severity)
{
    size_t count = 0;

    for (size_t i = 0; i < audit->count; i++) {
        const struct audit_finding *finding = &audit->findings[i];
        bool fails = finding->result == AUDIT_FAIL && finding->severity >= severity;
        fails = fails && (past->expect.path == NULL || !past->expect.expected[i]);
        count += fails && (!past->opts->fail_on_new || past->since.marks[i] == AUDIT_NEW);
    }
    return count;
}

/* How many findings make the audit end with ERR_EXIT_FINDINGS. */
static size_t count_failures(const struct audit_past *past, const struct audit *audit)
{
    return count_open(past, audit, audit->terms.fail_on);
}

void audit_past_append_reason(const struct audit_past *past, const struct audit *audit, struct text *out)
{
    size_t open = count_open(past, audit, POLICY_INFO);
    bool expects = past->expect.path != NULL;
    const char *const what = !expects ? "new" : past->opts->fail_on_new ? "both new and unexpected" : "not expected";

    if (audit->failed == 0 || (past->expect.path == NULL && !past->opts->fail_on_new)) {
        return;
    }
    if (open == 0 && expects && !past->opts->fail_on_new) {
        text_append(out, audit->failed == 1 ? " and expected" : ", all of them expected");
    } else if (audit->failed == 1) {
        text_printf(out, " and %s%s", open == 0 ? "not " : "", what);
    } else if (open == 0) {
        text_printf(out, ", none of them %s", what);
    } else {
        text_printf(out, ", %zu of them %s", open, what);
    }
    if (open > 0 && audit->serious > 0 && count_failures(past, audit) == 0) {
        text_printf(out, ", below --fail-on %s", policy_severity_names[audit->terms.fail_on]);
    }
}

void audit_past_add_json(const struct audit_past *past, const struct audit *audit, json_t *head, json_t *summary)
{
    if (past->since.word != NULL) {
        json_object_set_new(summary, "since", audit_since_summary(&past->since));
        json_object_set_new(head, "fixed", audit_since_fixed(&past->since));
    }
    if (past->expect.path != NULL) {
        json_object_set_new(head, "expected", audit_expect_json(&past->expect, audit));
    }
}

/* What does not fit goes on below, further to the right. */
static void append_wrapped(struct text *out, const char *lines, unsigned columns)
{
    enum { INDENT = 4 };
    size_t size;

    for (const char *line = lines; *line != '\0'; line += size + (line[size] == '\n')) {
        CLEANUP(text_free) struct text words = {0};
        size_t blanks = strspn(line, " ");
        size = strcspn(line, "\n");
        text_append_size(&words, line + blanks, size - blanks);
        text_append_repeat(out, ' ', blanks);
        text_append_wrapped(out, text_string(&words), NULL, blanks, INDENT, columns);
        text_append_char(out, '\n');
    }
}

void audit_past_describe(const struct audit_past *past, const struct audit *audit, unsigned columns, struct text *out)
{
    CLEANUP(text_free) struct text lines = {0};

    if (past->since.word != NULL) {
        audit_since_describe(&past->since, audit, &lines);
    }
    if (past->expect.path != NULL) {
        text_append(&lines, lines.size > 0 ? "\n" : "");
        audit_expect_describe(&past->expect, audit, &lines);
    }
    append_wrapped(out, text_string(&lines), columns);
}

bool audit_past_store(const struct app *app, struct audit_past *past, const struct audit *audit,
                      const struct inventory_effect *effect, const struct text *missing, struct fsio_draft *expected,
                      int *ret_status, struct err *e)
{
    bool nothing = effect->why.size > 0 && strcmp(past->scope.selection, "[]") != 0;

    *ret_status = missing->size > 0                 ? ERR_EXIT_PARTLY
                  : count_failures(past, audit) > 0 ? ERR_EXIT_FINDINGS
                                                    : ERR_EXIT_DONE;
    if (expected != NULL && !audit_expect_write(&past->expect, audit, expected, e)) {
        return false;
    }
    if (!past->opts->no_store && !nothing) {
        audit_store(app, past, audit, missing, *ret_status);
    }
    return true;
}

void audit_past_free(struct audit_past *past)
{
    audit_since_free(&past->since);
    audit_expect_free(&past->expect);
    audit_trend_points_free(&past->points);
    text_free(&past->account);
    text_free(&past->apis);
    text_free(&past->selection);
    text_free(&past->policy_digest);
    *past = (struct audit_past){0};
}
