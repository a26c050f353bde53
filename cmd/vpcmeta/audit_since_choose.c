/* Which earlier audit of the history an audit is compared with: the words of --since, and what is refused. */
#include "audit_since.h"

#include <stdlib.h>
#include <string.h>

#include "audit_scope.h"
#include "clock/clock.h"
#include "mem/mem.h"

/* --- words of --since --------------------------------------------------------------------------------- */

static bool is_last(const struct audit_since *since)
{
    return strcmp(since->word, "last") == 0;
}

/* "7d", "12h", "30m", "90s", "2w": how long ago; -1: it is something else. */
static int64_t read_age_s(const char *word)
{
    static const char letters[] = "smhdw";
    static const int64_t seconds[] = {1, 60, 60 * 60, 24 * 60 * 60, 7 * 24 * 60 * 60};
    enum { DIGITS_MAX = 6 };
    size_t digits = strspn(word, "0123456789");
    const char *unit = digits > 0 && word[digits] != '\0' ? strchr(letters, word[digits]) : NULL;

    if (digits > DIGITS_MAX || unit == NULL || word[digits + 1] != '\0') {
        return -1;
    }
    return strtoll(word, NULL, 10) * seconds[unit - letters];
}

/* The latest moment that the word means; a date means its whole day in UTC. False: it names an audit. */
static bool read_moment(const char *word, char ret_stamp[CLOCK_STAMP_SIZE])
{
    enum { LAST_SECOND_OF_DAY = 24 * 60 * 60 - 1 };
    int64_t age_s = read_age_s(word);
    int64_t day_s;
    int64_t moment_s = age_s >= 0                      ? clock_wall_s(clock_system()) - age_s
                       : clock_date_read(word, &day_s) ? day_s + LAST_SECOND_OF_DAY
                                                       : clock_stamp_read(word);

    if (moment_s >= 0) {
        clock_stamp(moment_s, ret_stamp);
    }
    return moment_s >= 0;
}

/* Whether it is a moment, or a day, that is still to come. */
static bool is_future(const char *word)
{
    int64_t day_s;
    int64_t moment_s = clock_date_read(word, &day_s) ? day_s : clock_stamp_read(word);

    return moment_s > clock_wall_s(clock_system());
}

/* --- the audit that is named -------------------------------------------------------------------------- */

static bool refuse_unknown(const struct audit_since *since, struct err *e)
{
    CLEANUP(text_free) struct text near = {0};
    const char **words = mem_array(since->audits.count + 1, sizeof(*words));

    words[0] = "last";
    for (size_t i = 0; i < since->audits.count; i++) {
        words[i + 1] = since->audits.items[i].id;
    }
    bool found = text_append_nearest(&near, since->word, words, since->audits.count + 1);
    free(words);
    err_set(e, ERR_USAGE, "--since: there is no audit \"%s\"%s", since->word, found ? text_string(&near) : "");
    if (!found && since->audits.count == 0) {
        return err_append(e, ": no audit is stored yet");
    }
    if (!found) {
        err_advise(e, "Give last, an audit (vpcmeta audit trend shows them), a date such as 2026-11-28, or an age such "
                      "as 7d");
    }
    return false;
}

/* The one whose id is the word or begins with it. */
static bool find_named(struct audit_since *since, struct err *e)
{
    size_t size = strlen(since->word);
    size_t matches = 0;

    for (size_t i = 0; i < since->audits.count; i++) {
        const struct history_audit *audit = &since->audits.items[i];
        if (strcmp(audit->id, since->word) == 0) {
            since->base = audit;
            return true;
        }
        if (strncmp(audit->id, since->word, size) == 0) {
            since->base = audit;
            matches++;
        }
    }
    if (matches > 1) {
        return err_set(e, ERR_USAGE, "--since: \"%s\" begins the ids of %zu audits: give more characters of the id",
                       since->word, matches);
    }
    return matches == 1 || refuse_unknown(since, e);
}

bool audit_since_open(const char *word, struct audit_since *ret, struct err *e)
{
    char stamp[CLOCK_STAMP_SIZE];

    ret->word = word;
    if (word == NULL) {
        return true;
    }
    if (is_future(word)) {
        return err_set(e, ERR_USAGE, "--since %s is in the future: give an earlier date or time", word);
    }
    ret->history = app_open_history(e);
    if (ret->history == NULL || !history_list_audits(ret->history, &ret->audits, e)) {
        return err_wrap(e, "--since");
    }
    return is_last(ret) || read_moment(word, stamp) || find_named(ret, e);
}

/* --- the audit to compare with ------------------------------------------------------------------------ */

/* What stands in the way where no audit of the scope was found: the newest complete one of another scope. */
static void append_nearest_scope(const struct audit_since *since, const struct history_scope *scope, struct text *out)
{
    for (size_t i = 0; i < since->audits.count; i++) {
        const struct history_audit *audit = &since->audits.items[i];
        if (audit->complete && !audit_scope_equal(&audit->scope, scope)) {
            text_printf(out, " (the last complete audit is %s: ", audit->id);
            audit_scope_difference(&audit->scope, scope, out);
            text_append_char(out, ')');
            return;
        }
    }
}

/* The newest complete audit of the scope, not after the moment (NULL: any). */
static const struct history_audit *find_latest(const struct audit_since *since, const struct history_scope *scope,
                                               const char *moment)
{
    for (size_t i = 0; i < since->audits.count; i++) {
        const struct history_audit *audit = &since->audits.items[i];
        if (audit->complete && audit_scope_equal(&audit->scope, scope) &&
            (moment == NULL || strcmp(audit->started_at, moment) <= 0)) {
            return audit;
        }
    }
    return NULL;
}

static bool find_at(struct audit_since *since, const struct history_scope *scope, const char *moment, struct err *e)
{
    CLEANUP(text_free) struct text nearest = {0};

    since->base = find_latest(since, scope, moment);
    if (since->base != NULL) {
        return true;
    }
    for (size_t i = since->audits.count; i > 0; i--) {
        const struct history_audit *audit = &since->audits.items[i - 1];
        if (audit->complete && audit_scope_equal(&audit->scope, scope)) {
            return err_set(e, ERR_USAGE, "--since %s: no complete audit of this scope is that old; the oldest is %s",
                           since->word, audit->id);
        }
    }
    append_nearest_scope(since, scope, &nearest);
    return err_set(e, ERR_USAGE, "--since %s: no complete audit of this scope is stored%s", since->word,
                   text_string(&nearest));
}

static void note_nothing(const struct app *app, const struct audit_since *since, const struct history_scope *scope)
{
    CLEANUP(text_free) struct text nearest = {0};

    append_nearest_scope(since, scope, &nearest);
    app_note(app, "--since last: no complete audit of this scope is stored yet, so every finding is new%s",
             text_string(&nearest));
}

static bool check_named(const struct audit_since *since, const struct history_scope *scope, struct err *e)
{
    CLEANUP(text_free) struct text difference = {0};

    if (audit_scope_equal(&since->base->scope, scope)) {
        return true;
    }
    audit_scope_difference(&since->base->scope, scope, &difference);
    return err_set(e, ERR_USAGE, "--since: audit %s has another scope: %s", since->base->id, text_string(&difference));
}

static void warn_of_differences(const struct app *app, const struct audit_since *since, const char *policy,
                                const char *policy_digest)
{
    const struct history_audit *base = since->base;

    if (strcmp(base->policy_digest, policy_digest) != 0) {
        bool renamed = strcmp(base->policy, policy) != 0;
        app_warn(app, "audit %s was made with %s%s%s: findings may be new or fixed because of that", base->id,
                 renamed ? "policy " : "another version of policy ", base->policy, renamed ? ", another one" : "");
    }
    if (!base->complete) {
        app_warn(app, "audit %s is incomplete: findings in what it could not read count as new", base->id);
    }
}

static bool check_detailed(const struct history_audit *audit, struct err *e)
{
    return audit->detailed || err_set(e, ERR_USAGE,
                                      "--since: of audit %s only the counts are kept: the findings of the newest %d "
                                      "audits of a scope are stored",
                                      audit->id, HISTORY_AUDITS_DETAILED);
}

bool audit_since_check(struct audit_since *since, const struct history_scope *scope, struct err *e)
{
    char stamp[CLOCK_STAMP_SIZE];

    if (since->word == NULL) {
        return true;
    }
    if (is_last(since)) {
        since->base = find_latest(since, scope, NULL);
    } else if (!(read_moment(since->word, stamp) ? find_at(since, scope, stamp, e) : check_named(since, scope, e))) {
        return false;
    }
    return since->base == NULL || check_detailed(since->base, e);
}

bool audit_since_choose(const struct app *app, struct audit_since *since, const struct history_scope *scope,
                        const char *policy, const char *policy_digest, struct err *e)
{
    if (since->word == NULL || !audit_since_check(since, scope, e)) {
        return since->word == NULL;
    }
    if (since->base == NULL) {
        note_nothing(app, since, scope);
        return true;
    }
    warn_of_differences(app, since, policy, policy_digest);
    return history_list_findings(since->history, since->base->number, &since->findings, e);
}

void audit_since_choose_last(struct audit_since *since, const struct history_scope *scope, const char *policy)
{
    struct err ignored = ERR_INIT; /* without a history there is nothing to compare with */

    since->word = "last";
    since->history = app_open_history(&ignored);
    if (since->history == NULL || !history_list_audits(since->history, &since->audits, &ignored)) {
        return;
    }
    for (size_t i = 0; i < since->audits.count && since->base == NULL; i++) {
        const struct history_audit *audit = &since->audits.items[i];
        if (audit->complete && audit->detailed && audit_scope_equal(&audit->scope, scope) &&
            strcmp(audit->policy, policy) == 0) {
            since->base = audit;
        }
    }
    if (since->base != NULL &&
        !history_list_findings(since->history, since->base->number, &since->findings, &ignored)) {
        since->base = NULL;
    }
}
