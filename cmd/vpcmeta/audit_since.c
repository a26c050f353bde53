/* Which earlier audit an audit is compared with, and what the comparison says. */
#include "audit_since.h"

#include <stdlib.h>
#include <string.h>

#include "audit_scope.h"
#include "clock/clock.h"
#include "mem/mem.h"
#include "when.h"

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
    CLEANUP(text_free) struct text stamp = {0};
    int64_t age_s = read_age_s(word);
    bool date = strlen(word) == strlen("2026-11-28") && word[4] == '-' && word[7] == '-';

    text_printf(&stamp, date ? "%sT23:59:59Z" : "%s", word);
    int64_t moment_s = age_s >= 0 ? clock_wall_s(clock_system()) - age_s : clock_stamp_read(text_string(&stamp));
    if (moment_s >= 0) {
        clock_stamp(moment_s, ret_stamp);
    }
    return moment_s >= 0;
}

/* Whether it is a moment, or a day, that is still to come. */
static bool is_future(const char *word)
{
    CLEANUP(text_free) struct text stamp = {0};
    bool date = strlen(word) == strlen("2026-11-28");

    text_printf(&stamp, date ? "%sT00:00:00Z" : "%s", word);
    return clock_stamp_read(text_string(&stamp)) > clock_wall_s(clock_system());
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
        return err_set(e, ERR_USAGE, "--since: \"%s\" begins the ids of %zu audits: give more of it", since->word,
                       matches);
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
        return err_set(e, ERR_USAGE, "--since %s is in the future: give a day or a moment that has been", word);
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

/* --- comparison --------------------------------------------------------------------------------------- */

static enum audit_result read_result(const char *word)
{
    int result = AUDIT_PASS;

    while (result < AUDIT_RESULTS && strcmp(audit_result_names[result], word) != 0) {
        result++;
    }
    return (enum audit_result)result;
}

static const struct resource_kind *kind_of(const char *word)
{
    for (size_t i = 0; resource_kinds[i] != NULL; i++) {
        if (strcmp(resource_kinds[i]->name, word) == 0) {
            return resource_kinds[i];
        }
    }
    return NULL;
}

/* The selected resources by id; ids are unique over all kinds and regions. */
static void index_resources(const struct resource_list *list, struct mem_map *ret)
{
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *resource = resource_list_at(list, i);
        if (resource->id != NULL) {
            mem_map_put(ret, resource->id, (void *)(uintptr_t)(i + 1)); // NOLINT(performance-no-int-to-ptr): a number
        }
    }
}

/* Whether a record without an id, which may be any resource of its kind, lies in the region. */
static bool has_nameless(const struct resource_list *list, const struct resource_kind *kind, const char *region)
{
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *resource = resource_list_at(list, i);
        if (resource->id == NULL && resource->kind == kind &&
            (resource->region == NULL || text_equal(resource->region, region))) {
            return true;
        }
    }
    return false;
}

static enum audit_result result_of(const struct audit *audit, size_t place, const char *rule)
{
    for (int check = 0; check < AUDIT_CHECKS; check++) {
        if (strcmp(audit_check_ids[check], rule) == 0) {
            return audit_result_of(audit, place, (enum audit_check_number)check);
        }
    }
    return AUDIT_NO_RESULT; /* another version of the program had that check */
}

static enum audit_absence explain(const struct history_finding *finding, const struct audit *audit,
                                  const struct mem_map *by_id, const struct inventory_effect *effect)
{
    const struct resource_list *selected = audit->inventory.selected;
    size_t place = finding->id != NULL ? (size_t)(uintptr_t)mem_map_get(by_id, finding->id) : 0;
    const struct resource_kind *kind = kind_of(finding->kind);
    struct audit_search search = {.found = place > 0, .result = AUDIT_NO_RESULT};

    if (search.found) {
        search.result = result_of(audit, place - 1, finding->rule);
    } else {
        search.read =
            !inventory_effect_may_hide(effect, kind, finding->region) && !has_nameless(selected, kind, finding->region);
    }
    return audit_explain_absence(&search);
}

static void add_gone(struct audit_since *since, const bool gone[], const struct audit *audit,
                     const struct inventory_effect *effect)
{
    struct mem_map by_id = {0};

    index_resources(audit->inventory.selected, &by_id);
    since->fixed = mem_array(since->findings.count, sizeof(*since->fixed));
    for (size_t i = 0; i < since->findings.count; i++) {
        const struct history_finding *finding = &since->findings.items[i];
        if (!gone[i] || read_result(finding->result) != AUDIT_FAIL) {
            continue; /* what was excepted or not judged was not open */
        }
        enum audit_absence absence = explain(finding, audit, &by_id, effect);
        if (absence == AUDIT_ABSENCE_UNKNOWN) {
            since->unknown++;
        } else {
            since->fixed[since->fixed_count++] = (struct audit_fixed){finding, absence};
        }
    }
    mem_map_free(&by_id);
}

static int compare_fixed(const void *a, const void *b)
{
    const struct history_finding *left = ((const struct audit_fixed *)a)->finding;
    const struct history_finding *right = ((const struct audit_fixed *)b)->finding;
    int order = strcmp(left->rule, right->rule);

    order = order != 0 ? order
                       : strcmp(left->region != NULL ? left->region : "", right->region != NULL ? right->region : "");
    order = order != 0 ? order : strcmp(left->name != NULL ? left->name : "", right->name != NULL ? right->name : "");
    return order != 0 ? order : memcmp(left->fingerprint, right->fingerprint, HISTORY_FINGERPRINT_SIZE);
}

static void count_marks(struct audit_since *since, const struct audit *audit)
{
    for (size_t i = 0; i < audit->count; i++) {
        bool fails = audit->findings[i].result == AUDIT_FAIL;
        since->new_findings += fails && since->marks[i] == AUDIT_NEW;
        since->unchanged += fails && since->marks[i] == AUDIT_UNCHANGED;
    }
}

static void print_of(const struct audit_finding *finding, struct audit_print *ret)
{
    audit_scope_fingerprint(finding, ret->fingerprint);
    ret->result = finding->result;
}

void audit_since_compare(struct audit_since *since, const struct audit *audit, const struct inventory_effect *effect)
{
    struct audit_print *earlier = mem_array(since->findings.count, sizeof(*earlier));
    struct audit_print *now = mem_array(audit->count, sizeof(*now));
    bool *gone = mem_array(since->findings.count, sizeof(*gone));

    if (since->word != NULL) {
        for (size_t i = 0; i < since->findings.count; i++) {
            memcpy(earlier[i].fingerprint, since->findings.items[i].fingerprint, AUDIT_FINGERPRINT_SIZE);
            earlier[i].result = read_result(since->findings.items[i].result);
        }
        for (size_t i = 0; i < audit->count; i++) {
            print_of(&audit->findings[i], &now[i]);
        }
        since->marks = mem_array(audit->count, sizeof(*since->marks));
        audit_compare(earlier, since->findings.count, now, audit->count, since->marks, gone);
        count_marks(since, audit);
        add_gone(since, gone, audit, effect);
        qsort(since->fixed, since->fixed_count, sizeof(*since->fixed), compare_fixed);
    }
    free(earlier);
    free(now);
    free(gone);
}

/* --- what it says ------------------------------------------------------------------------------------- */

json_t *audit_since_summary(const struct audit_since *since)
{
    const struct history_audit *base = since->base;

    return json_build("{s:s?, s:s?, s:s?, s:I, s:I, s:I, s:I}", "audit", base != NULL ? base->id : NULL, "started_at",
                      base != NULL ? base->started_at : NULL, "policy", base != NULL ? base->policy : NULL, "new",
                      (json_int_t)since->new_findings, "unchanged", (json_int_t)since->unchanged, "fixed",
                      (json_int_t)since->fixed_count, "unknown", (json_int_t)since->unknown);
}

json_t *audit_since_fixed(const struct audit_since *since)
{
    json_t *list = json_array();

    for (size_t i = 0; i < since->fixed_count; i++) {
        const struct history_finding *finding = since->fixed[i].finding;
        CLEANUP(text_free) struct text fingerprint = {0};
        for (size_t byte = 0; byte < HISTORY_FINGERPRINT_SIZE; byte++) {
            text_printf(&fingerprint, "%02x", finding->fingerprint[byte]);
        }
        json_array_append_new(list,
                              json_build("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s, s:s, s:s}", "rule",
                                         finding->rule, "severity", finding->severity, "kind", finding->kind, "region",
                                         finding->region, "id", finding->id, "name", finding->name, "crn", finding->crn,
                                         "fingerprint", text_string(&fingerprint), "baseline", "fixed", "reason",
                                         audit_absence_names[since->fixed[i].absence]));
    }
    return list;
}

static void append_count(struct text *out, size_t count, const char *what)
{
    text_printf(out, "%s%zu %s", out->size > 0 ? ", " : "", count, what);
}

enum { SHOWN_MAX = 10 };

static void append_new(const struct audit_since *since, const struct audit *audit, struct text *out)
{
    size_t shown = 0;

    for (size_t i = 0; i < audit->count && shown < SHOWN_MAX; i++) {
        if (since->marks[i] == AUDIT_NEW && audit->findings[i].result == AUDIT_FAIL) {
            text_printf(out, "%s  %s ", shown++ == 0 ? "New since then:\n" : "",
                        audit_check_ids[audit->findings[i].check]);
            resource_append_name(out, audit->findings[i].resource, true);
            text_append_char(out, '\n');
        }
    }
    if (since->new_findings > SHOWN_MAX) {
        text_printf(out, "  ... and %zu more (-o json has all of them)\n", since->new_findings - SHOWN_MAX);
    }
}

static void append_fixed(const struct audit_since *since, struct text *out)
{
    for (size_t i = 0; i < since->fixed_count && i < SHOWN_MAX; i++) {
        const struct history_finding *finding = since->fixed[i].finding;
        const char *name = finding->name != NULL ? finding->name : finding->id != NULL ? finding->id : "";
        text_printf(out, "%s  %s ", i == 0 ? "Fixed since then:\n" : "", finding->rule);
        text_append_safe(out, name, strlen(name));
        if (finding->region != NULL && finding->region[0] != '\0') {
            text_append(out, " (");
            text_append_safe(out, finding->region, strlen(finding->region));
            text_append_char(out, ')');
        }
        text_append(out, since->fixed[i].absence == AUDIT_DELETED ? ", deleted\n" : "\n");
    }
    if (since->fixed_count > SHOWN_MAX) {
        text_printf(out, "  ... and %zu more (-o json has all of them)\n", since->fixed_count - SHOWN_MAX);
    }
}

void audit_since_describe(const struct audit_since *since, const struct audit *audit, struct text *out)
{
    CLEANUP(text_free) struct text counts = {0};

    append_count(&counts, since->new_findings, "new");
    append_count(&counts, since->unchanged, "unchanged");
    append_count(&counts, since->fixed_count, "fixed");
    if (since->unknown > 0) {
        append_count(&counts, since->unknown, "unknown (not read)");
    }
    if (since->base == NULL) {
        text_append(out, "Nothing to compare with: ");
    } else {
        text_printf(out, "Since audit %s, ", since->base->id);
        when_append_moment(out, clock_stamp_read(since->base->started_at), false);
        text_append(out, ": ");
    }
    text_printf(out, "%s\n", text_string(&counts));
    if (since->base != NULL) { /* else everything is new */
        append_new(since, audit, out);
        append_fixed(since, out);
    }
}

void audit_since_free(struct audit_since *since)
{
    history_audits_free(&since->audits);
    history_findings_free(&since->findings);
    history_close(since->history);
    free(since->marks);
    free(since->fixed);
    *since = (struct audit_since){0};
}
