/* The question before a write: where it works, what it changes, and whether a person says yes. */
#include "write_confirm.h"

#include <string.h>
#include <strings.h>

#include "fleet/fleet_causes.h"
#include "resource/resource_create.h"
#include "results.h"
#include "session/session.h"
#include "write_steps.h"

#define NOTHING_CHANGED "nothing was changed"

enum { ASK_FOR_NUMBER_ABOVE = 100, SKIPPED_SHOWN = 20, COUNTS_SHOWN = 10, NAMES_SHOWN = 50 };

/* --- the answer --------------------------------------------------------------------------------------- */

bool write_can_ask(const struct app *app, const struct write_question *question, struct err *e)
{
    CLEANUP(text_free) struct text what = {0};

    resource_append_count(&what, question->count, question->noun);
    return app_can_ask(app) ||
           err_set(e, ERR_USAGE,
                   "%s would be %s: cannot ask for confirmation (%s): add --yes, or preview with --dry-run",
                   text_string(&what), question->passive, app->globals->no_input ? "--no-input" : "no terminal");
}

/* Appends the digits of "1234", "1,234", "1_234", "1.234" or "1 234"; nothing of what is no such number. */
static void append_digits(struct text *out, const char *answer)
{
    static const char digits[] = "0123456789";
    size_t first = strspn(answer, digits);
    char separator = answer[first];
    size_t used = first;

    while (separator != '\0' && strchr(",_. ", separator) != NULL && answer[used] == separator && first <= 3 &&
           strspn(answer + used + 1, digits) == 3) {
        used += 4;
    }
    for (size_t i = 0; answer[used] == '\0' && i < used; i++) {
        if (answer[i] != separator) {
            text_append_char(out, answer[i]);
        }
    }
}

static bool is_yes(const char *answer)
{
    return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}

static bool ask(const struct app *app, const struct write_question *question, struct err *e)
{
    CLEANUP(text_free) struct text what = {0};
    CLEANUP(text_free) struct text answer = {0};
    CLEANUP(text_free) struct text typed = {0};
    CLEANUP(text_free) struct text number = {0};
    bool agreed;

    if (question->count > ASK_FOR_NUMBER_ABOVE) {
        text_printf(&number, "%zu", question->count);
        bool answered = app_ask(app, &answer, e,
                                "type the number of %s to %s them, anything else to leave: ", question->noun->plural,
                                question->verb);
        append_digits(&typed, text_string(&answer));
        agreed = answered && text_equal(text_string(&typed), text_string(&number));
    } else {
        resource_append_count(&what, question->count, question->noun);
        agreed = app_ask(app, &answer, e, "%s %s? [y/N] ", question->verb, text_string(&what)) &&
                 is_yes(text_string(&answer));
    }
    if (e->code == ERR_CANCELLED) {
        err_append(e, ": %s", question->nothing);
    }
    return agreed || err_set(e, ERR_DECLINED, "not confirmed: %s", question->nothing);
}

size_t write_question_rows(const struct write_question *question)
{
    return question->count > WRITE_SHOWN_WHOLE ? WRITE_SHOWN_FIRST : question->count;
}

/* The rest of a question that shows its first rows. */
static void say_more(const struct app *app, size_t count)
{
    app_say(app, "... %zu more (--dry-run shows all)", count - WRITE_SHOWN_FIRST);
}

bool write_ask_about(const struct app *app, const struct write_question *question, const struct table *rows,
                     struct err *e)
{
    if (!app_say_table(app, rows, e)) {
        return false;
    }
    if (question->count > WRITE_SHOWN_WHOLE) {
        say_more(app, question->count);
    }
    return ask(app, question, e);
}

/* --- where -------------------------------------------------------------------------------------------- */

/* The account of a CRN, "crn:v1:bluemix:public:is:us-south-1:a/ACCOUNT::instance:ID" (vpc-api.md 1.8). */
static void append_account_of(struct text *out, const char *crn)
{
    size_t size;
    const char *account = resource_crn_account(crn, &size);

    if (account != NULL) {
        const char *id = resource_account_id(account);
        text_append_size(out, id, size - (size_t)(id - account));
    }
}

/* That of the token or, where it names none, of what is there. */
static void say_account(const struct app *app, const struct plan *plan)
{
    CLEANUP(iam_identity_free) struct iam_identity identity = {0};
    struct err unknown = ERR_INIT;

    if (!session_token_identity(app->session, &identity, &unknown)) {
        return;
    }
    for (size_t i = 0; identity.account.size == 0 && i < plan->count; i++) {
        append_account_of(&identity.account, plan->items[i].resource->crn);
    }
    if (identity.account.size > 0) {
        app_say(app, "account: %s", text_string(&identity.account));
    }
}

/* Counts one more of what the line says; the lines keep the order in which they came up. */
static void count_line(json_t *lines, const char *line)
{
    json_int_t count = json_integer_value(json_object_get(lines, line));

    json_object_set_new(lines, line, json_integer(count + 1));
}

/* New reference. */
static json_t *identity_of(const struct plan_item *item)
{
    return item->create.identity != NULL ? json_incref(item->create.identity) : resource_identity(item->create.body);
}

/* That of the resource; of one to be created at an endpoint of an unknown region, that of its zone ("eu-de-1"). */
static void append_region(struct text *out, const struct plan_item *item)
{
    const char *region = item->resource->region;
    JSON_CLEANUP json_t *identity = item->action == PLAN_CREATE ? identity_of(item) : NULL;
    const char *zone = json_string_value(json_object_get(identity, "zone"));
    const char *end = zone != NULL ? strrchr(zone, '-') : NULL;

    if (region != NULL && region[0] != '\0') {
        text_append(out, region);
    } else if (end != NULL) {
        text_append_size(out, zone, (size_t)(end - zone));
    }
}

/* "us-south", or "eu-de (2), us-south (40)" with how many change in each. */
static void say_regions(const struct app *app, const struct plan *plan)
{
    JSON_CLEANUP json_t *regions = json_object();
    CLEANUP(text_free) struct text list = {0};
    const char *region;
    json_t *count;

    for (size_t i = 0; i < plan->count; i++) {
        CLEANUP(text_free) struct text of = {0};
        if (plan->items[i].verdict == PLAN_CHANGE) {
            append_region(&of, &plan->items[i]);
        }
        if (of.size > 0) {
            count_line(regions, text_string(&of));
        }
    }
    bool several = json_object_size(regions) > 1;
    json_object_foreach (regions, region, count) {
        text_printf(&list, "%s%s", list.size > 0 ? ", " : "", region);
        if (several) {
            text_printf(&list, " (%lld)", (long long)json_integer_value(count));
        }
    }
    if (list.size > 0) {
        app_say(app, "%s: %s", several ? "regions" : "region", text_string(&list));
    }
}

/* Of each region, where it is not the public one. */
static void say_endpoints(const struct app *app, const struct inventory_scope *scope)
{
    const char *last = NULL;

    for (size_t i = 0; i < scope->region_count; i++) {
        const char *base = session_region_base(app->session, i);
        if (!session_base_is_public(base) && !text_equal(base, last)) {
            app_say(app, "endpoint: %s", base);
            last = base;
        }
    }
}

/* --- what --------------------------------------------------------------------------------------------- */

static const struct {
    const char *verb, *passive;
} words[PLAN_ACTIONS] = {
    [PLAN_SET] = {"change", "changed"},    [PLAN_CREATE] = {"create", "created"},
    [PLAN_MOVE] = {"move", "moved"},       [PLAN_ROLL] = {"roll", "rolled"},
    [PLAN_DELETE] = {"delete", "deleted"}, [PLAN_RESTART] = {"restart", "restarted"},
};

static const struct resource_kind steps = {.singular = "step", .plural = "steps"};

/* Servers that are changed and those that are only restarted, by one command; anything else are steps. */
static struct write_question question_of(const struct plan *plan, size_t count)
{
    const struct plan_item *first = NULL;
    bool sets = false;
    bool differ = false;

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->verdict != PLAN_CHANGE) {
            continue;
        }
        first = first != NULL ? first : item;
        bool is_setting = item->action == PLAN_SET || item->action == PLAN_RESTART;
        bool was_setting = first->action == PLAN_SET || first->action == PLAN_RESTART;
        differ = differ || item->resource->kind != first->resource->kind ||
                 (item->action != first->action && !(is_setting && was_setting));
        sets = sets || item->action == PLAN_SET;
    }
    if (differ || first == NULL) {
        return (struct write_question){
            .count = count, .noun = &steps, .verb = "execute", .passive = "executed", .nothing = NOTHING_CHANGED};
    }
    enum plan_action action = sets ? PLAN_SET : first->action;
    return (struct write_question){.count = count,
                                   .noun = first->resource->kind,
                                   .verb = words[action].verb,
                                   .passive = words[action].passive,
                                   .nothing = NOTHING_CHANGED};
}

/* The line that most have in common and that is not said yet, the first of several; it is taken out. */
static json_int_t take_most(json_t *lines, struct text *ret_line)
{
    json_int_t most = 0;
    const char *line;
    json_t *count;

    text_clear(ret_line);
    json_object_foreach (lines, line, count) {
        if (json_integer_value(count) > most) {
            most = json_integer_value(count);
            text_clear(ret_line);
            text_append(ret_line, line);
        }
    }
    json_object_del(lines, text_string(ret_line));
    return most;
}

/* Uses up the lines. The number before a line is left out where the question is of one resource: `single`. */
static void say_counts(const struct app *app, json_t *lines, bool single)
{
    CLEANUP(text_free) struct text line = {0};
    json_int_t count, more = 0;

    for (size_t shown = 0; (count = take_most(lines, &line)) > 0; shown++) {
        if (shown >= COUNTS_SHOWN) {
            more += count;
        } else if (single) {
            app_say(app, "  %s", text_string(&line));
        } else {
            app_say(app, "  %lld: %s", (long long)count, text_string(&line));
        }
    }
    if (more > 0) {
        app_say(app, "  %lld: other changes (--dry-run shows all)", (long long)more);
    }
}

/* How many change in which way: "instances: enabled false -> true". */
static void count_changes(const struct app *app, const struct fleet_run *run)
{
    JSON_CLEANUP json_t *lines = json_object();

    for (size_t i = 0; i < run->count; i++) {
        const struct fleet_result *result = &run->results[i];
        const struct plan_item *item = result->item;
        bool has_settings = item->action == PLAN_SET || item->action == PLAN_CREATE;
        CLEANUP(text_free) struct text line = {0};
        text_printf(&line, "%s %s", item->resource->kind->plural, words[item->action].passive);
        if (has_settings) {
            text_append(&line, ": ");
            results_describe_change(&line, result);
        }
        if (result->outcome == FLEET_CHANGED && item->action != PLAN_RESTART) { /* say_restarts counts those */
            count_line(lines, text_string(&line));
        }
    }
    say_counts(app, lines, false);
}

/* Why others are left alone; nothing has failed in a preview. */
static void count_skipped(const struct app *app, const struct fleet_run *run)
{
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};
    size_t more = 0;

    fleet_causes_find(run, &causes);
    for (size_t i = 0; i < causes.count; i++) {
        const struct fleet_cause *cause = &causes.items[i];
        if (i < COUNTS_SHOWN) {
            app_say(app, "  %zu: skipped: %s", cause->count, cause->message);
        } else {
            more += cause->count;
        }
    }
    if (more > 0) {
        app_say(app, "  %zu: skipped for other reasons (--dry-run shows all)", more);
    }
}

/* What is created: "profile bx2-2x8, zone us-south-1, image r006-...", with the number of each. */
static void say_identities(const struct app *app, const struct fleet_run *run, bool single)
{
    JSON_CLEANUP json_t *lines = json_object();

    for (size_t i = 0; i < run->count; i++) {
        const struct plan_item *item = run->results[i].item;
        const char *part;
        json_t *value;
        CLEANUP(text_free) struct text line = {0};
        if (run->results[i].outcome != FLEET_CHANGED || item->action != PLAN_CREATE) {
            continue;
        }
        JSON_CLEANUP json_t *identity = identity_of(item);
        json_object_foreach (identity, part, value) {
            text_printf(&line, "%s%s %s", line.size > 0 ? ", " : "", part, json_string_value(value));
        }
        if (line.size > 0) {
            count_line(lines, text_string(&line));
        }
    }
    say_counts(app, lines, single);
}

/* What is deleted, moved or taken down, by name. */
static void say_names(const struct app *app, const struct fleet_run *run, enum plan_action action)
{
    CLEANUP(text_free) struct text names = {0};
    bool several = results_of_regions(run);
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        const struct fleet_result *result = &run->results[i];
        const struct plan_item *item = result->item;
        bool concerned = action == PLAN_RESTART ? result->restarted : item->action == action;
        if (result->outcome != FLEET_CHANGED || !concerned || count++ >= NAMES_SHOWN) {
            continue;
        }
        text_append(&names, count > 1 ? ", " : "");
        resource_append_name(&names, item->resource, several);
        if (action == PLAN_MOVE && item->move.to.name != NULL) {
            text_printf(&names, " to %s", item->move.to.name);
        }
    }
    if (count > NAMES_SHOWN) {
        text_printf(&names, " and %zu more (--dry-run shows all)", count - NAMES_SHOWN);
    }
    if (count > 0) {
        app_say(app, "  %s: %s", words[action].passive, text_string(&names));
    }
}

/* More changes than a screen has lines. */
static void say_many(const struct app *app, const struct fleet_run *run, size_t count)
{
    static const enum plan_action named[] = {PLAN_MOVE, PLAN_ROLL, PLAN_DELETE, PLAN_RESTART};

    say_more(app, count);
    count_changes(app, run);
    count_skipped(app, run);
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        say_names(app, run, named[i]);
    }
}

static void say_restarts(const struct app *app, const struct fleet_restarts *restart, const struct plan_counts *counts)
{
    size_t left = restart == NULL ? counts->restart : counts->leave_restart;
    size_t restarts = plan_counts_restarted(counts);

    if (left > 0) {
        app_say(app, "  %zu of them need%s a stop and a start afterwards", left, left == 1 ? "s" : "");
    }
    if (counts->starts > 0) {
        app_say(app, "  %zu: started, because an interrupted run may have left %s stopped", counts->starts,
                counts->starts == 1 ? "it" : "them");
    }
    if (restart != NULL && restarts > 0) {
        app_say(app, "  %zu: stopped and started, which interrupts what runs on %s, %u%s at a time", restarts,
                restarts == 1 ? "it" : "them", restart->max_unavailable.value,
                restart->max_unavailable.percent ? "%" : "");
    }
}

void write_say_details(const struct app *app, enum app_level level, const char *details)
{
    while (details != NULL && details[0] != '\0') {
        size_t size = strcspn(details, "\n");
        app_message(app, level, "  %.*s", (int)size, details);
        details += size + (details[size] == '\n');
    }
}

void write_preview(const struct writing *writing, struct run_result *ret)
{
    struct run_request request = writing->request;
    CLEANUP(text_free) struct text path = {0};

    app_state_path(APP_HISTORY_FILE, &path);
    request.history = text_string(&path);
    run_preview(&request, ret);
}

/* "66 steps will be executed, 10 need no change, 1 is skipped", or "3 instances will be changed". */
static void append_summary(struct text *out, const struct plan_counts *counts, const struct write_question *question)
{
    resource_append_count(out, counts->change, question->noun);
    text_printf(out, " will be %s", question->passive);
    if (counts->unchanged > 0) {
        text_printf(out, ", %zu need%s no change", counts->unchanged, counts->unchanged == 1 ? "s" : "");
    }
    if (counts->skip > 0) {
        text_printf(out, ", %zu %s skipped", counts->skip, counts->skip == 1 ? "is" : "are");
    }
}

static bool show_changes(struct app *app, const struct writing *writing, const struct plan_counts *counts,
                         struct err *e)
{
    bool many = counts->change > WRITE_SHOWN_WHOLE;
    bool all = !many && counts->skip <= SKIPPED_SHOWN;
    CLEANUP(run_result_free) struct run_result result = {0};

    write_preview(writing, &result);
    if (!results_print_question(app, &result.run, many ? WRITE_SHOWN_FIRST : WRITE_SHOWN_WHOLE, all, e)) {
        return false;
    }
    if (many) {
        say_many(app, &result.run, counts->change);
    } else if (!all) {
        app_say(app, "... %zu skipped (--dry-run shows all)", counts->skip);
    }
    say_identities(app, &result.run, counts->change == 1);
    say_restarts(app, writing->request.restart, counts);
    write_say_details(app, APP_QUESTION, writing->details);
    return true;
}

bool write_confirm(struct app *app, const struct writing *writing, struct err *e)
{
    const struct plan *plan = writing->request.plan;
    struct plan_counts counts = plan_count(plan);
    struct write_question question = question_of(plan, counts.change);
    CLEANUP(text_free) struct text what = {0};

    if (writing->unasked || writing->options->yes || counts.change == 0) {
        return true;
    }
    if (!write_can_ask(app, &question, e)) {
        return false;
    }
    app_progress_end(app);
    say_account(app, plan);
    say_regions(app, plan);
    say_endpoints(app, &writing->scope);
    append_summary(&what, &counts, &question);
    app_say(app, "%s:", text_string(&what));
    if (!show_changes(app, writing, &counts, e)) {
        return false;
    }
    if (question.noun == &steps && counts.change > WRITE_SHOWN_WHOLE) {
        text_clear(&what);
        write_append_steps(plan, &what);
        app_say(app, "%s", text_string(&what));
    }
    return ask(app, &question, e);
}
