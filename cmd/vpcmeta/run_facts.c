/* What the history knows of a run as a whole: who, where, when, how it ended. */
#include "run_facts.h"

#include <signal.h>
#include <string.h>

#include "cli/cli_command_line.h"
#include "clock/clock.h"
#include "identity.h"
#include "session/session.h"
#include "when.h"

static const char unknown[] = "not recorded";

/* --- single facts ------------------------------------------------------------------------------------- */

/* A JSON text of the history; NULL where it is none. New reference. */
static json_t *read_json(const char *text)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    return text != NULL && json_parse(text, strlen(text), "history", JSON_READ_STRICT, &document, &ignored)
               ? json_incref(document.root)
               : NULL;
}

/* Who (identity.h); NULL: not recorded. New reference. */
static json_t *read_who(const struct history_invocation *invocation)
{
    return read_json(invocation->actor);
}

/* Who began it; NULL: not recorded. New reference. */
static json_t *read_beginner(const struct history_run *run)
{
    return run->invocation_count > 0 ? read_who(&run->invocations[0]) : NULL;
}

/* The accounts that the run worked in, "ACCOUNT, ACCOUNT"; nothing where none is recorded. */
static void append_account(const struct history_run *run, struct text *out)
{
    JSON_CLEANUP json_t *who = read_beginner(run);
    JSON_CLEANUP json_t *seen = json_object();
    const char *of_token = json_string_value(json_object_get(who, "account"));

    for (size_t i = 0; i < run->place_count; i++) {
        const char *account = resource_account_id(run->places[i].account);
        if (strcmp(account, HISTORY_NO_ACCOUNT) != 0 && json_object_get(seen, account) == NULL) {
            json_object_set_new(seen, account, json_true());
            text_printf(out, "%s%s", out->size > 0 ? ", " : "", account);
        }
    }
    if (out->size == 0 && of_token != NULL) {
        text_append(out, of_token);
    }
}

json_t *run_facts_regions(const struct history_run *run)
{
    json_t *regions = json_array();
    CLEANUP(text_free) struct text names = {0};

    text_append(&names, run->regions != NULL ? run->regions : "");
    for (char *rest = names.data, *name; (name = strsep(&rest, ",")) != NULL;) {
        if (name[0] != '\0') {
            json_array_append_new(regions, json_build_string(name));
        }
    }
    return regions;
}

void run_facts_describe_regions(const struct history_run *run, struct text *out)
{
    for (const char *c = run->regions; c != NULL && *c != '\0'; c++) {
        text_append_char(out, *c);
        text_append(out, *c == ',' ? " " : "");
    }
}

static int64_t between(const char *started_at, const char *ended_at)
{
    int64_t began_s = clock_stamp_read(started_at);
    int64_t end_s = ended_at != NULL ? clock_stamp_read(ended_at) : -1;

    return began_s < 0 || end_s < began_s ? -1 : end_s - began_s;
}

int64_t run_facts_duration_s(const struct history_run *run)
{
    int64_t sum = 0;

    if (run->invocation_count < 2) {
        return between(run->started_at, run->ended_at);
    }
    for (size_t i = 0; i < run->invocation_count; i++) {
        int64_t one = between(run->invocations[i].started_at, run->invocations[i].ended_at);
        if (one < 0) {
            return -1;
        }
        sum += one;
    }
    return sum;
}

int run_facts_exit_status(const struct history_run *run)
{
    return run->invocation_count > 0 ? run->invocations[run->invocation_count - 1].exit_status : HISTORY_NO_STATUS;
}

/* The command line as it was given, without secrets: "vpcmeta instance set --all --hop-limit 1". */
static void append_command_line(const char *arguments, struct text *out)
{
    JSON_CLEANUP json_t *words = read_json(arguments);
    size_t i;
    json_t *word;

    text_append(out, "vpcmeta");
    json_array_foreach (words, i, word) {
        if (json_is_string(word)) {
            text_append_char(out, ' ');
            cli_quote(out, json_string_value(word));
        }
    }
}

void run_facts_describe_summary(const json_t *summary, struct text *out)
{
    long long not_started = (long long)json_integer_value(json_object_get(summary, "not_started"));
    const char *name;
    json_t *count;

    json_object_foreach ((json_t *)summary, name, count) {
        long long shown = (long long)json_integer_value(count) - (strcmp(name, "skipped") == 0 ? not_started : 0);
        if (shown > 0) {
            text_printf(out, "%s%lld %s", out->size > 0 ? ", " : "", shown,
                        strcmp(name, "not_started") == 0 ? "not started" : name);
        }
    }
}

/* Why a run has left steps that a resumed run carries out; NULL: it has none, or is in progress. */
static const char *why_interrupted(const struct history_run *run)
{
    int status = run_facts_exit_status(run);
    size_t count = run->invocation_count;
    bool ended = run->ended_at != NULL && (count == 0 || run->invocations[count - 1].ended_at != NULL);

    if (run->state != HISTORY_INTERRUPTED) {
        return NULL;
    }
    return !ended                               ? "it was cut off before it could end"
           : status == ERR_EXIT_BUDGET          ? "too many failures ended it"
           : status == ERR_EXIT_SIGNAL + SIGINT ? "Ctrl-C ended it"
           : status > ERR_EXIT_SIGNAL           ? "a signal ended it"
                                                : "it ended before all of it was started";
}

/* The version of the program that began it; NULL: not recorded. */
static const char *read_version(const struct history_run *run)
{
    return run->invocation_count > 0 ? run->invocations[0].version : NULL;
}

/* --- for programs ------------------------------------------------------------------------------------- */

static void set_string(json_t *object, const char *member, const char *value)
{
    json_object_set_new(object, member, value != NULL ? json_build_string(value) : json_null());
}

static void set_number(json_t *object, const char *member, int64_t value)
{
    json_object_set_new(object, member, value >= 0 ? json_integer((json_int_t)value) : json_null());
}

static void set_or_null(json_t *object, const char *member, json_t *value)
{
    json_object_set_new(object, member, value != NULL ? value : json_null());
}

static json_t *invocations_json(const struct history_run *run)
{
    json_t *list = json_array();

    for (size_t i = 0; i < run->invocation_count; i++) {
        const struct history_invocation *invocation = &run->invocations[i];
        json_t *object = json_object();
        set_string(object, "command", invocation->command);
        set_or_null(object, "arguments", read_json(invocation->arguments));
        set_string(object, "started_at", invocation->started_at);
        set_string(object, "ended_at", invocation->ended_at);
        set_number(object, "exit_status", invocation->exit_status);
        set_or_null(object, "who", read_who(invocation));
        set_string(object, "version", invocation->version);
        json_array_append_new(list, object);
    }
    return list;
}

/* Each once. */
static json_t *endpoints_json(const struct history_run *run)
{
    json_t *list = json_array();

    for (size_t i = 0; i < run->place_count; i++) {
        bool known = false;
        for (size_t k = 0; k < i; k++) {
            known |= strcmp(run->places[k].api, run->places[i].api) == 0;
        }
        if (!known) {
            json_array_append_new(list, json_build_string(run->places[i].api));
        }
    }
    return list;
}

json_t *run_facts_json(const struct history_run *run)
{
    CLEANUP(text_free) struct text account = {0};
    json_t *object = json_object();

    append_account(run, &account);
    set_string(object, "command", run->command);
    set_or_null(object, "arguments", read_json(run->arguments));
    set_string(object, "state", history_state_name(run->state));
    set_string(object, "interrupted_by", why_interrupted(run));
    set_string(object, "started_at", run->started_at);
    set_string(object, "ended_at", run->ended_at);
    set_number(object, "duration_s", run_facts_duration_s(run));
    set_number(object, "exit_status", run_facts_exit_status(run));
    set_or_null(object, "who", read_beginner(run));
    set_string(object, "account", account.size > 0 ? text_string(&account) : NULL);
    json_object_set_new(object, "regions", run_facts_regions(run));
    json_object_set_new(object, "endpoints", endpoints_json(run));
    set_string(object, "version", read_version(run));
    json_object_set_new(object, "invocations", invocations_json(run));
    return object;
}

/* --- for people --------------------------------------------------------------------------------------- */

/* The words are those of runs list. What is TABLE_WIDE is shown only where there is something to say. */
enum fact {
    FACT_RUN,
    FACT_STARTED,
    FACT_ENDED,
    FACT_COMMAND,
    FACT_STATE,
    FACT_EXIT_STATUS,
    FACT_SUMMARY,
    FACT_TOOK,
    FACT_REGION,
    FACT_ACCOUNT,
    FACT_ENDPOINT,
    FACT_IDENTITY,
    FACT_MACHINE,
    FACT_VERSION,
    FACT_RESUMED,
    FACTS
};

static const struct table_column fact_columns[FACTS] = {
    [FACT_RUN] = {.name = "run", .type = TABLE_STRING},
    [FACT_STARTED] = {.name = "started", .type = TABLE_STRING},
    [FACT_ENDED] = {.name = "ended", .type = TABLE_STRING, .flags = TABLE_WIDE},
    [FACT_COMMAND] = {.name = "command", .type = TABLE_STRING},
    [FACT_STATE] = {.name = "state", .type = TABLE_STRING},
    [FACT_EXIT_STATUS] = {.name = "exit_status", .type = TABLE_STRING, .flags = TABLE_WIDE},
    [FACT_SUMMARY] = {.name = "summary", .type = TABLE_STRING},
    [FACT_TOOK] = {.name = "took", .type = TABLE_STRING, .flags = TABLE_WIDE},
    [FACT_REGION] = {.name = "region", .type = TABLE_STRING},
    [FACT_ACCOUNT] = {.name = "account", .type = TABLE_STRING},
    [FACT_ENDPOINT] = {.name = "endpoint", .type = TABLE_STRING, .flags = TABLE_WIDE},
    [FACT_IDENTITY] = {.name = "identity", .type = TABLE_STRING},
    [FACT_MACHINE] = {.name = "machine", .type = TABLE_STRING},
    [FACT_VERSION] = {.name = "version", .type = TABLE_STRING},
    [FACT_RESUMED] = {.name = "resumed", .type = TABLE_STRING, .flags = TABLE_WIDE},
};

static void set_fact(struct table *table, enum fact fact, const struct text *value)
{
    table_set_string(table, fact, value->size > 0 ? text_string(value) : unknown);
}

static void set_moment(struct table *table, enum fact fact, const char *stamp)
{
    int64_t moment_s = stamp != NULL ? clock_stamp_read(stamp) : -1;
    CLEANUP(text_free) struct text shown = {0};

    if (moment_s >= 0) {
        when_append_moment(&shown, moment_s, true);
    }
    set_fact(table, fact, &shown);
}

/* "ENDPOINT", without the public ones. */
static void set_endpoints(struct table *table, const struct history_run *run)
{
    JSON_CLEANUP json_t *endpoints = endpoints_json(run);
    CLEANUP(text_free) struct text shown = {0};
    size_t i;
    json_t *endpoint;

    json_array_foreach (endpoints, i, endpoint) {
        const char *url = json_string_value(endpoint);
        if (!session_base_is_public(url)) {
            text_printf(&shown, "%s%s", shown.size > 0 ? ", " : "", url);
        }
    }
    if (shown.size > 0) {
        table_set_string(table, FACT_ENDPOINT, text_string(&shown));
    }
}

static void set_who(struct table *table, const struct history_run *run)
{
    JSON_CLEANUP json_t *who = read_beginner(run);
    CLEANUP(text_free) struct text identity = {0};
    CLEANUP(text_free) struct text machine = {0};

    identity_describe(who, &identity);
    identity_describe_machine(who, &machine);
    set_fact(table, FACT_IDENTITY, &identity);
    set_fact(table, FACT_MACHINE, &machine);
}

/* "2026-11-28 11:09 by Ann Lee (...), root@build-7: vpcmeta runs resume last, exit status 0" */
static void append_resumption(const struct history_invocation *invocation, struct text *out)
{
    int64_t moment_s = clock_stamp_read(invocation->started_at);
    JSON_CLEANUP json_t *who = read_who(invocation);
    CLEANUP(text_free) struct text identity = {0}, machine = {0};

    if (moment_s >= 0) {
        when_append_local(out, moment_s, false);
    } else {
        text_append(out, invocation->started_at);
    }
    identity_describe(who, &identity);
    identity_describe_machine(who, &machine);
    text_printf(out, " by %s%s%s: ", identity.size > 0 ? text_string(&identity) : "an identity that is not recorded",
                machine.size > 0 ? ", " : "", text_string(&machine));
    append_command_line(invocation->arguments, out);
    if (invocation->exit_status != HISTORY_NO_STATUS) {
        text_printf(out, ", exit status %d", invocation->exit_status);
    }
}

/* All of them, with "; " between. */
static void set_resumptions(struct table *table, const struct history_run *run)
{
    CLEANUP(text_free) struct text shown = {0};

    for (size_t i = 1; i < run->invocation_count; i++) {
        text_append(&shown, i > 1 ? "; " : "");
        append_resumption(&run->invocations[i], &shown);
    }
    if (shown.size > 0) {
        table_set_string(table, FACT_RESUMED, text_string(&shown));
    }
}

struct table *run_facts_table(const struct history_run *run, const json_t *summary)
{
    struct table *table = table_create(fact_columns, FACTS);
    int64_t duration_s = run_facts_duration_s(run);
    int status = run_facts_exit_status(run);
    const char *why = why_interrupted(run);
    CLEANUP(text_free)
    struct text state = {0}, command = {0}, counts = {0}, took = {0}, account = {0}, regions = {0}, exit = {0};

    append_command_line(run->arguments, &command);
    run_facts_describe_summary(summary, &counts);
    append_account(run, &account);
    run_facts_describe_regions(run, &regions);
    if (status != HISTORY_NO_STATUS) {
        text_printf(&exit, "%d", status);
    }
    table_add_row(table);
    table_set_string(table, FACT_RUN, run->id);
    set_moment(table, FACT_STARTED, run->started_at);
    if (run->ended_at != NULL) {
        set_moment(table, FACT_ENDED, run->ended_at);
        if (duration_s >= 0) {
            when_append_duration(&took, duration_s);
        }
        set_fact(table, FACT_TOOK, &took);
        set_fact(table, FACT_EXIT_STATUS, &exit);
    }
    set_fact(table, FACT_COMMAND, &command);
    text_printf(&state, "%s%s%s", history_state_name(run->state), why != NULL ? ": " : "", why != NULL ? why : "");
    table_set_string(table, FACT_STATE, text_string(&state));
    set_fact(table, FACT_SUMMARY, &counts);
    set_fact(table, FACT_REGION, &regions);
    set_fact(table, FACT_ACCOUNT, &account);
    set_endpoints(table, run);
    set_who(table, run);
    table_set_string(table, FACT_VERSION, read_version(run) != NULL ? read_version(run) : unknown);
    set_resumptions(table, run);
    return table;
}
