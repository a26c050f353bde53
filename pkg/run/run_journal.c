/* What a run leaves in the history: its plan before it begins, each step before it is sent and after. */
#include "run/run_journal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "fsio/fsio.h"
#include "mem/mem.h"
#include "plan/plan_history.h"
#include "run/run_lock.h"

/* --- places ------------------------------------------------------------------------------------------- */

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

static const char *account_of(const char *crn, struct text_arena *memory)
{
    size_t size;
    const char *account = resource_crn_account(crn, &size);

    return account != NULL ? text_arena_copy(memory, account, size) : HISTORY_NO_ACCOUNT;
}

struct history_place run_place_of(const struct resource *resource, struct text_arena *memory)
{
    return (struct history_place){.account = account_of(resource->crn, memory), .api = vpc_base(resource->api)};
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

/* Whether the plan changes anything that exists: what does not exist yet cannot be changed by others. */
static bool changes_existing(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].verdict == PLAN_CHANGE && plan->items[i].resource->id != NULL) {
            return true;
        }
    }
    return false;
}

/* The places of what is to change: of what exists, if there is such, as only that names its account. */
static void find_places(const struct plan *plan, struct places *ret)
{
    bool existing = changes_existing(plan);

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->verdict != PLAN_CHANGE || (existing && item->resource->id == NULL)) {
            continue;
        }
        struct history_place place = run_place_of(item->resource, &ret->memory);
        if (item->action == PLAN_CREATE) {
            place.account = HISTORY_NO_ACCOUNT; /* what is created has its account only afterwards */
        }
        if (!has_place(ret->items, ret->count, place.account, place.api)) {
            *mem_list_add(ret) = place;
        }
    }
}

/* The run that the request continues or rolls back; NULL: it does neither. */
static const struct history_run *earlier_run(const struct run_request *request)
{
    const struct run_record *record = request->resumption != NULL ? request->resumption->record : request->rolls_back;

    return record != NULL ? &record->entry.run : NULL;
}

/* An API as people name it: host and path. */
static const char *address_of(const char *api)
{
    const char *host = strstr(api, "://");

    return host != NULL ? host + strlen("://") : api;
}

static bool refuse_api(const struct history_run *earlier, const char *api, struct err *e)
{
    CLEANUP(text_free) struct text was = {0};

    for (size_t i = 0; i < earlier->place_count; i++) {
        text_printf(&was, "%s%s", i > 0 ? ", " : "", address_of(earlier->places[i].api));
    }
    return err_set(e, ERR_USAGE,
                   "run %s was about %s, and these options lead to %s: leave out --endpoint and --region to work where "
                   "the run did",
                   earlier->id, text_string(&was), address_of(api));
}

/* Only an earlier run's places; one that only created something did not know its account. */
static bool find_allowed_places(const struct run_request *request, struct places *ret, struct err *e)
{
    const struct history_run *earlier = earlier_run(request);

    if (earlier != NULL && !inventory_find_apis(request->scope, request->list, e)) {
        return false;
    }
    find_places(request->plan, ret);
    for (size_t i = 0; earlier != NULL && i < ret->count; i++) {
        const struct history_place *place = &ret->items[i];
        if (!has_place(earlier->places, earlier->place_count, place->account, place->api) &&
            !has_place(earlier->places, earlier->place_count, HISTORY_NO_ACCOUNT, place->api)) {
            return refuse_api(earlier, place->api, e);
        }
    }
    return true;
}

bool run_check_api(const struct run_record *record, const char *api, struct err *e)
{
    const struct history_run *run = &record->entry.run;
    bool used = api[0] == '\0' || run->place_count == 0;

    for (size_t i = 0; i < run->place_count; i++) {
        used |= strcmp(run->places[i].api, api) == 0;
    }
    return used || refuse_api(run, api, e) || err_wrap(e, "nothing was changed");
}

/* The account of a step, of its place or, where that was not known beforehand, of its CRN. */
static const char *account_of_run(const struct run_record *record, size_t index, struct text_arena *memory)
{
    const struct history_run *run = &record->entry.run;

    return index < run->place_count ? run->places[index].account
                                    : account_of(record->entry.steps[index - run->place_count].crn, memory);
}

bool run_check_account(const struct run_record *record, const char *account, struct err *e)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const char *known = NULL;

    for (size_t i = 0; account[0] != '\0' && i < record->entry.run.place_count + record->entry.count; i++) {
        const char *each = account_of_run(record, i, &memory);
        if (strcmp(resource_account_id(each), account) == 0) {
            return true;
        }
        known = strcmp(each, HISTORY_NO_ACCOUNT) == 0 ? known : resource_account_id(each);
    }
    return known == NULL || err_set(e, ERR_USAGE,
                                    "run %s is of account %s, and the credential of account %s: give a credential of "
                                    "account %s; nothing was changed",
                                    record->entry.run.id, known, account, known);
}

bool run_check_places(const struct run_request *request, struct err *e)
{
    CLEANUP(places_free) struct places places = {0};

    return find_allowed_places(request, &places, e) || err_wrap(e, "nothing was changed");
}

/* For those who find the places locked, or the run in progress. The texts live in the memory. */
static struct history_holder make_holder(const struct run_request *request, struct text_arena *memory)
{
    char now[CLOCK_STAMP_SIZE], host[RUN_HOST_SIZE];
    CLEANUP(text_free) struct text line = {0};
    bool named = run_read_host(host);

    clock_stamp(clock_wall_s(clock_system()), now);
    text_printf(&line, "vpcmeta %s, process %d, since %s", request->command, (int)getpid(), now);
    return (struct history_holder){.description = text_arena_copy(memory, text_string(&line), line.size),
                                   .host = named ? text_arena_copy(memory, host, strlen(host)) : NULL,
                                   .process = getpid()};
}

/* Where something exists that is changed; what does not exist yet cannot be changed by others. */
static bool lock_places(const struct run_request *request, struct places *places, const struct history_holder *holder,
                        struct run_journal *journal, struct err *e)
{
    if (!changes_existing(request->plan)) {
        return true;
    }
    journal->locks = run_lock(journal->history, places->items, places->count, request->plan, holder->description, e);
    return journal->locks != NULL;
}

/* --- steps -------------------------------------------------------------------------------------------- */

static struct history_step step_of_item(struct plan_encoder *encoder, const struct run_request *request, size_t ordinal)
{
    const struct plan_item *item = &request->plan->items[ordinal];
    const struct resource *resource = item->resource;
    bool changes = item->verdict == PLAN_CHANGE;
    struct plan_texts texts = plan_item_encode(encoder, item, request->body);

    return (struct history_step){
        .ordinal = ordinal,
        .stage = changes ? HISTORY_PLANNED : HISTORY_FINAL,
        .action = texts.action,
        .body = texts.body,
        .depends_on = item->depends_on,
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
    bool off =
        result->item->action == PLAN_SET && (result->after.given & RESOURCE_ENABLED) != 0 && !result->after.enabled;

    return result->outcome == FLEET_CHANGED && !result->restart_needed && (result->restarted || off);
}

/* Whether the item turns on a server that was off and that is not stopped: its restart is pending from then on. */
static bool turns_on(const struct fleet_result *result)
{
    const struct plan_item *item = result->item;

    return item->action == PLAN_SET && item->resource->kind->restart_to_enable && item->resource->id != NULL &&
           (item->wanted->given & RESOURCE_ENABLED) != 0 && item->wanted->enabled &&
           (result->before.given & RESOURCE_ENABLED) != 0 && !result->before.enabled &&
           resource_status(item->resource->status) != RESOURCE_STATUS_STOPPED;
}

/* What is known of its restart from now on. */
static enum history_restart restart_of(const struct fleet_result *result)
{
    const struct plan_item *item = result->item;
    bool shown = result->outcome == FLEET_CHANGED && (result->after.given & RESOURCE_ENABLED) != 0;
    bool turned_on = (result->before.given & RESOURCE_ENABLED) != 0 && !result->before.enabled;

    if (!item->resource->kind->restart_to_enable || item->resource->id == NULL) {
        return HISTORY_RESTART_UNSAID;
    }
    if (result->restart_needed) {
        return HISTORY_RESTART_PENDING;
    }
    if (result->restart_over || (result->outcome == FLEET_CHANGED && result->restarted)) {
        return HISTORY_RESTART_NONE;
    }
    if (shown && item->action == PLAN_CREATE) {
        return result->after.enabled ? HISTORY_RESTART_NONE : HISTORY_RESTART_UNSAID;
    }
    if (turns_on(result) && !shown && result->outcome != FLEET_UNKNOWN) {
        return HISTORY_RESTART_UNKNOWN; /* it was not turned on: what its request left is taken back */
    }
    if (!shown || item->action != PLAN_SET) {
        return HISTORY_RESTART_UNSAID;
    }
    /* one that was turned on without the need of a restart was stopped */
    return !result->after.enabled ? HISTORY_RESTART_UNKNOWN : turned_on ? HISTORY_RESTART_NONE : HISTORY_RESTART_UNSAID;
}

static struct history_step step_of_result(struct plan_encoder *encoder, const struct run_journal *journal,
                                          const struct fleet_result *result)
{
    const struct resource *resource = result->item->resource;
    size_t index = (size_t)(result->item - journal->plan->items);
    const struct history_step *earlier = journal->steps != NULL ? journal->steps[index] : NULL;

    return (struct history_step){
        .ordinal = earlier != NULL ? earlier->ordinal : index,
        .region = resource->region,
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
        .not_started = fleet_is_not_started(result),
        .restart = restart_of(result),
        .place = resource->api != NULL ? run_place_of(resource, &encoder->memory) : (struct history_place){0},
    };
}

static struct history_step *steps_of_results(struct plan_encoder *encoder, const struct run_journal *journal,
                                             const struct fleet_result *const results[], size_t count)
{
    struct history_step *steps = text_arena_alloc(&encoder->memory, (count + 1) * sizeof(*steps));

    for (size_t i = 0; i < count; i++) {
        steps[i] = step_of_result(encoder, journal, results[i]);
    }
    return steps;
}

/* A run may end here: what its request turns on needs its restart, whether it is heard of again or not. */
static void expect_restarts(struct history_step steps[], const struct fleet_result *const results[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        steps[i].restart = turns_on(results[i]) ? HISTORY_RESTART_PENDING : HISTORY_RESTART_UNSAID;
    }
}

static bool record_results(void *context, const struct fleet_result *const journaled[], size_t journaled_count,
                           const struct fleet_result *const concluded[], size_t concluded_count, struct err *e)
{
    const struct run_journal *journal = context;
    CLEANUP(plan_encoder_free) struct plan_encoder encoder = {0};
    struct history_step *before = steps_of_results(&encoder, journal, journaled, journaled_count);
    const struct history_step *after = steps_of_results(&encoder, journal, concluded, concluded_count);

    expect_restarts(before, journaled, journaled_count);
    return history_record(journal->history, journal->number, before, journaled_count, after, concluded_count, e);
}

struct fleet_journal run_journal_of_fleet(struct run_journal *journal)
{
    return (struct fleet_journal){.record = record_results, .context = journal};
}

/* --- a new run ---------------------------------------------------------------------------------------- */

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

static void print_arguments(const struct run_request *request, struct text *out)
{
    JSON_CLEANUP json_t *words = json_array();

    for (size_t i = 0; i < request->word_count; i++) {
        CLEANUP(text_free) struct text word = {0};
        append_redacted(&word, request->words[i]);
        (void)secrets_mask(request->secrets, word.data, word.size);
        json_array_append_new(words, json_build_string_n(text_string(&word), word.size));
    }
    json_print(out, words, JSON_PRINT_COMPACT);
}

static bool write_plan(const struct run_request *request, const struct places *places,
                       const struct history_holder *holder, struct run_journal *journal, struct err *e)
{
    const struct plan *plan = request->plan;
    CLEANUP(plan_encoder_free) struct plan_encoder encoder = {0};
    CLEANUP(text_free) struct text arguments = {0};
    CLEANUP(text_free) struct text wanted = {0};
    JSON_CLEANUP json_t *object = run_wanted_json(request);
    struct history_step *steps = text_arena_alloc(&encoder.memory, (plan->count + 1) * sizeof(*steps));

    for (size_t i = 0; i < plan->count; i++) {
        steps[i] = step_of_item(&encoder, request, i);
    }
    print_arguments(request, &arguments);
    json_print(&wanted, object, JSON_PRINT_COMPACT);
    struct history_invocation first = {.actor = request->actor, .version = request->version};
    struct history_run run = {.id = journal->id,
                              .invocations = &first,
                              .invocation_count = 1,
                              .command = request->command,
                              .arguments = text_string(&arguments),
                              .places = places->items,
                              .place_count = places->count,
                              .wanted = text_string(&wanted),
                              .holder = *holder};
    return history_begin(journal->history, &run, steps, plan->count, &journal->number, e);
}

static bool begin_new(const struct run_request *request, const struct history_holder *holder,
                      struct run_journal *journal, struct err *e)
{
    CLEANUP(places_free) struct places places = {0};

    if (!history_make_id(clock_system(), journal->id, e)) {
        return false;
    }
    if (plan_count(request->plan).change == 0) {
        return true;
    }
    if (!find_allowed_places(request, &places, e)) {
        return false;
    }
    journal->history = history_open(request->history, clock_system(), e);
    return journal->history != NULL && lock_places(request, &places, holder, journal, e) &&
           write_plan(request, &places, holder, journal, e);
}

static bool begin_resumed(const struct run_request *request, const struct history_holder *holder,
                          struct run_journal *journal, struct err *e)
{
    const struct history_entry *entry = &request->resumption->record->entry;
    CLEANUP(places_free) struct places places = {0};
    CLEANUP(text_free) struct text arguments = {0};

    snprintf(journal->id, sizeof(journal->id), "%s", entry->run.id);
    journal->number = entry->run.number;
    journal->steps = request->resumption->steps;
    if (!find_allowed_places(request, &places, e)) {
        return false;
    }
    journal->history = history_open(request->history, clock_system(), e);
    print_arguments(request, &arguments);
    struct history_invocation invocation = {.command = request->command,
                                            .arguments = text_string(&arguments),
                                            .actor = request->actor,
                                            .version = request->version};
    return journal->history != NULL && lock_places(request, &places, holder, journal, e) &&
           history_take_over(journal->history, entry, holder, &invocation, e);
}

/* --- begin and end ------------------------------------------------------------------------------------ */

bool run_journal_begin(const struct run_request *request, struct run_journal *ret, struct err *e)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const struct history_holder holder = make_holder(request, &memory);

    ret->plan = request->plan;
    return (request->resumption != NULL ? begin_resumed(request, &holder, ret, e)
                                        : begin_new(request, &holder, ret, e)) ||
           err_wrap(e, "nothing was changed");
}

void run_journal_end(struct run_journal *journal, const struct fleet_run *run, int exit_status, struct err *ret_error)
{
    JSON_CLEANUP json_t *object = run_summary_json(run);
    CLEANUP(text_free) struct text bytes = {0};

    json_print(&bytes, object, JSON_PRINT_COMPACT);
    if (journal->history != NULL) {
        (void)!history_conclude(journal->history, journal->number, text_string(&bytes), exit_status, ret_error);
    }
}

void run_journal_close(struct run_journal *journal)
{
    history_unlock(journal->locks);
    history_close(journal->history);
    *journal = (struct run_journal){0};
}
