/* What a command that writes leaves in the history: the plan before it begins, each step before it is sent and after. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "plan/plan_history.h"
#include "verbs.h"

bool verb_history_check(struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    return (app_need_state_path(VERB_HISTORY_FILE, &path, e) && history_check(text_string(&path), e)) ||
           err_wrap(e, "nothing was sent");
}

struct history *verb_history_past(struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    return app_need_state_path(VERB_HISTORY_FILE, &path, e) ? history_open_past(text_string(&path), clock_system(), e)
                                                            : NULL;
}

struct history *verb_history_open(struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    return app_need_state_path(VERB_HISTORY_FILE, &path, e) ? history_open(text_string(&path), clock_system(), e)
                                                            : NULL;
}

/* --- where it works --------------------------------------------------------------------------------- */

/* "a/1234", the account, is the seventh part of a CRN (vpc-api.md 1.8). */
static const char *account_of(const char *crn, struct text_arena *memory)
{
    for (int colons = 0; crn != NULL && colons < 6; colons++) {
        crn = strchr(crn, ':');
        crn = crn != NULL ? crn + 1 : NULL;
    }
    return crn == NULL || crn[0] == ':' ? HISTORY_NO_ACCOUNT : text_arena_copy(memory, crn, strcspn(crn, ":"));
}

struct history_place verb_record_place(const struct resource *resource, struct text_arena *memory)
{
    return (struct history_place){.account = account_of(resource->crn, memory), .api = vpc_base(resource->api)};
}

/* Whether the plan changes anything that exists: what does not exist yet cannot be changed by somebody else. */
static bool changes_existing(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].verdict == PLAN_CHANGE && plan->items[i].resource->id != NULL) {
            return true;
        }
    }
    return false;
}

struct places {
    struct history_place *items;
    size_t count, capacity;
    struct text_arena memory;
};

static void places_free(struct places *places)
{
    free(places->items);
    text_arena_free(&places->memory);
}

static bool has_place(const struct history_place places[], size_t count, const char *account, const char *api)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(places[i].account, account) == 0 && strcmp(places[i].api, api) == 0) {
            return true;
        }
    }
    return false;
}

/* The places of what is to change: of what exists, if there is such, as only that tells the account. */
static void find_places(const struct verb_change *change, struct places *ret)
{
    const struct plan *plan = change->plan;
    bool existing = changes_existing(plan);

    for (size_t i = 0; i < plan->count; i++) {
        const struct resource *resource = plan->items[i].resource;
        if (plan->items[i].verdict != PLAN_CHANGE || (existing && resource->id == NULL)) {
            continue;
        }
        struct history_place place = verb_record_place(resource, &ret->memory);
        if (plan->items[i].action == PLAN_CREATE) {
            place.account = HISTORY_NO_ACCOUNT; /* what is created has its account only afterwards */
        }
        if (!has_place(ret->items, ret->count, place.account, place.api)) {
            *mem_list_add(ret) = place;
        }
    }
}

static bool lock_places(struct app *app, struct verb_record *record, struct history_place places[], size_t count,
                        struct err *e)
{
    CLEANUP(text_free) struct text who = {0};
    char now[CLOCK_STAMP_SIZE];

    clock_stamp(clock_wall_s(clock_system()), now);
    text_printf(&who, "vpcmeta %s, process %d, since %s", app->command, (int)getpid(), now);
    record->locks = history_lock(record->history, places, count, text_string(&who), e);
    return record->locks != NULL;
}

/* --- what it was called with ------------------------------------------------------------------------ */

/* No option takes a secret, but a URL can hold one before its host or behind "?". */
static void append_redacted(struct text *out, const char *word)
{
    const char *scheme = strstr(word, "://");
    const char *host = scheme != NULL ? scheme + 3 : word;
    size_t authority = strcspn(host, "/?#");
    const char *at = scheme != NULL ? memrchr(host, '@', authority) : NULL;

    if (scheme == NULL) {
        text_append(out, word);
        return;
    }
    text_append_size(out, word, (size_t)(host - word));
    if (at != NULL) {
        text_append(out, "REDACTED");
        host = at;
    }
    size_t size = strcspn(host, "?#");
    text_append_size(out, host, size);
    text_append(out, host[size] != '\0' ? "?REDACTED" : "");
}

static void print_arguments(const struct app *app, struct text *out)
{
    JSON_CLEANUP json_t *words = json_array();

    for (size_t i = 0; i < app->words_count; i++) {
        CLEANUP(text_free) struct text word = {0};
        append_redacted(&word, app->words[i]);
        json_array_append_new(words, json_stringn_nocheck(text_string(&word), word.size));
    }
    json_print(out, words, JSON_PRINT_COMPACT);
}

/* --- steps ------------------------------------------------------------------------------------------ */

static struct history_step step_of_item(struct plan_encoder *encoder, const struct verb_change *change, size_t ordinal)
{
    const struct plan_item *item = &change->plan->items[ordinal];
    const struct resource *resource = item->resource;
    bool changes = item->verdict == PLAN_CHANGE;
    struct plan_texts texts = plan_item_encode(encoder, item, change->body);

    return (struct history_step){
        .ordinal = ordinal,
        .stage = changes ? HISTORY_PLANNED : HISTORY_FINAL,
        .action = texts.action,
        .body = texts.body,
        .needs = item->depends_on,
        .kind = resource->kind->name,
        .region = resource->region,
        .id = resource->id,
        .name = resource->name,
        .crn = resource->crn,
        .before = texts.before,
        .wanted = texts.wanted,
        .after = changes ? NULL : texts.before,
        .outcome = fleet_outcome_name(item->verdict == PLAN_SKIP ? FLEET_SKIPPED : FLEET_UNCHANGED),
        .reason = item->reason,
    };
}

/* Whether a restart that was needed is needed no more: it was done, or the service is off. */
static bool ends_need(const struct fleet_result *result)
{
    bool off = result->item->action == PLAN_SET && !result->after.enabled;

    return result->outcome == FLEET_CHANGED && !result->restart_needed && (result->restarted || off);
}

static struct history_step step_of_result(struct plan_encoder *encoder, const struct verb_record *record,
                                          const struct fleet_result *result)
{
    const struct resource *resource = result->item->resource;
    size_t index = (size_t)(result->item - record->plan->items);
    const struct history_step *earlier = record->steps != NULL ? record->steps[index] : NULL;

    return (struct history_step){
        .ordinal = earlier != NULL ? earlier->ordinal : index,
        .id = resource->id,
        .crn = resource->crn,
        .before = plan_state_encode(encoder, &result->before, &result->before_state),
        .after = plan_state_encode(encoder, &result->after, &result->after_state),
        .etag = result->etag,
        .phase = result->phase,
        .attempts = result->attempts + (earlier != NULL ? earlier->attempts : 0),
        .outcome = fleet_outcome_name(result->outcome),
        .reason = result->reason,
        .request_id = result->request_id[0] != '\0' ? result->request_id : NULL,
        .http_status = result->http_status,
        .restart_needed = result->restart_needed,
        .restart_done = ends_need(result),
    };
}

static struct history_step *steps_of_results(struct plan_encoder *encoder, const struct verb_record *record,
                                             const struct fleet_result *const results[], size_t count)
{
    struct history_step *steps = text_arena_alloc(&encoder->memory, (count + 1) * sizeof(*steps));

    for (size_t i = 0; i < count; i++) {
        steps[i] = step_of_result(encoder, record, results[i]);
    }
    return steps;
}

static bool record_results(void *context, const struct fleet_result *const journaled[], size_t journaled_count,
                           const struct fleet_result *const concluded[], size_t concluded_count, struct err *e)
{
    const struct verb_record *record = context;
    CLEANUP(plan_encoder_free) struct plan_encoder encoder = {0};
    const struct history_step *before = steps_of_results(&encoder, record, journaled, journaled_count);
    const struct history_step *after = steps_of_results(&encoder, record, concluded, concluded_count);

    return history_record(record->history, record->number, before, journaled_count, after, concluded_count, e);
}

struct fleet_journal verb_record_journal(struct verb_record *record)
{
    return (struct fleet_journal){.record = record_results, .context = record};
}

/* --- the run ---------------------------------------------------------------------------------------- */

static bool write_plan(struct app *app, const struct verb_change *change, const json_t *wanted,
                       const struct places *places, struct verb_record *record, struct err *e)
{
    const struct plan *plan = change->plan;
    CLEANUP(plan_encoder_free) struct plan_encoder encoder = {0};
    CLEANUP(text_free) struct text arguments = {0};
    CLEANUP(text_free) struct text settings = {0};
    struct history_step *steps = text_arena_alloc(&encoder.memory, (plan->count + 1) * sizeof(*steps));

    for (size_t i = 0; i < plan->count; i++) {
        steps[i] = step_of_item(&encoder, change, i);
    }
    print_arguments(app, &arguments);
    json_print(&settings, wanted, JSON_PRINT_COMPACT);
    struct history_run run = {.id = record->id,
                              .command = app->command,
                              .arguments = text_string(&arguments),
                              .places = places->items,
                              .place_count = places->count,
                              .wanted = text_string(&settings)};
    return history_begin(record->history, &run, steps, plan->count, &record->number, e);
}

bool verb_record_begin(struct app *app, const struct verb_change *change, const json_t *wanted, struct verb_record *ret,
                       struct err *e)
{
    CLEANUP(places_free) struct places places = {0};

    verb_run_id(ret->id);
    ret->plan = change->plan;
    if (plan_count(change->plan).change == 0) {
        return true;
    }
    find_places(change, &places);
    ret->history = verb_history_open(e);
    if (ret->history == NULL || !lock_places(app, ret, places.items, places.count, e) ||
        !write_plan(app, change, wanted, &places, ret, e)) {
        return err_wrap(e, "nothing was changed");
    }
    return true;
}

void verb_append_places(const struct history_run *run, struct text *out)
{
    for (size_t i = 0; i < run->place_count; i++) {
        text_printf(out, "%s%s %s", i > 0 ? ", " : "", run->places[i].account, run->places[i].api);
    }
}

bool verb_record_same_place(const struct verb_change *change, const struct history_run *run, struct err *e)
{
    CLEANUP(places_free) struct places places = {0};

    find_places(change, &places);
    for (size_t i = 0; i < places.count; i++) {
        const struct history_place *place = &places.items[i];
        /* a run that only created something did not know its account */
        if (!has_place(run->places, run->place_count, place->account, place->api) &&
            !has_place(run->places, run->place_count, HISTORY_NO_ACCOUNT, place->api)) {
            CLEANUP(text_free) struct text was = {0};
            verb_append_places(run, &was);
            return err_set(e, ERR_USAGE, "run %s was about %s, and these options lead to %s %s; nothing was changed",
                           run->id, text_string(&was), place->account, place->api);
        }
    }
    return true;
}

/* Another process may have resumed the run before the locks were ours. */
static bool still_as_read(struct history *history, const struct history_entry *entry, struct err *e)
{
    CLEANUP(history_entry_free) struct history_entry now = {0};

    if (!history_load(history, entry->run.id, &now, e)) {
        return false;
    }
    const char *ended = now.run.ended_at, *ended_before = entry->run.ended_at;
    bool same = (ended == NULL || ended_before == NULL ? ended == ended_before : strcmp(ended, ended_before) == 0) &&
                now.count == entry->count;
    for (size_t i = 0; same && i < now.count; i++) {
        same = now.steps[i].stage == entry->steps[i].stage && now.steps[i].attempts == entry->steps[i].attempts;
    }
    return same || err_set(e, ERR_CONFLICT, "run %s was resumed meanwhile; nothing was changed, try again", now.run.id);
}

/* All places of the run are locked, also those where nothing is left to do: its locks show that it is in progress. */
bool verb_record_resume(struct app *app, const struct verb_change *change, const struct history_entry *entry,
                        const struct history_step *const *steps, struct verb_record *ret, struct err *e)
{
    size_t count = entry->run.place_count;
    struct history_place *places = mem_array(count, sizeof(*places));

    snprintf(ret->id, sizeof(ret->id), "%s", entry->run.id);
    ret->number = entry->run.number;
    ret->plan = change->plan;
    ret->steps = steps;
    for (size_t i = 0; i < count; i++) {
        places[i] = entry->run.places[i];
    }
    bool fine = verb_record_same_place(change, &entry->run, e) && lock_places(app, ret, places, count, e) &&
                still_as_read(ret->history, entry, e) && history_take_over(ret->history, ret->number, e);
    free(places);
    return fine;
}

void verb_record_end(const struct app *app, struct verb_record *record, const struct fleet_summary *summary)
{
    JSON_CLEANUP json_t *object = verb_summary_json(summary);
    CLEANUP(text_free) struct text bytes = {0};
    struct err error = ERR_INIT;

    json_print(&bytes, object, JSON_PRINT_COMPACT);
    if (record->history != NULL && !history_conclude(record->history, record->number, text_string(&bytes), &error)) {
        app_warn(app, "the end of the run is not recorded: %s", error.message);
    }
}

void verb_record_close(struct verb_record *record)
{
    history_unlock(record->locks);
    history_close(record->history);
    *record = (struct verb_record){0};
}
