/* Carrying out a plan: checked, confirmed, sent, told. What `set` and the commands that repeat or undo a run share. */
#include <string.h>

#include "verbs.h"

enum { ASK_FOR_NUMBER_ABOVE = 100 };

/* What the item sends that a schema of ours describes, and which; NULL: nothing. New reference. */
static json_t *body_of(const struct plan_item *item, const char **ret_schema)
{
    const struct resource_kind *kind = item->resource->kind;

    if (item->action == PLAN_SET) {
        *ret_schema = kind->patch_schema;
        return resource_patch_body(item->wanted, item->mask);
    }
    *ret_schema = kind->create_schema;
    return item->action == PLAN_CREATE ? json_incref(item->create.body) : NULL;
}

bool verb_change_check(struct app *app, const struct plan *plan, struct err *e)
{
    JSON_CLEANUP json_t *checked = json_object();

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        const char *schema = NULL;
        JSON_CLEANUP json_t *body = item->verdict == PLAN_CHANGE ? body_of(item, &schema) : NULL;
        CLEANUP(text_free) struct text bytes = {0};
        if (body == NULL) {
            continue;
        }
        json_print(&bytes, body, JSON_PRINT_COMPACT);
        if (json_object_get(checked, text_string(&bytes)) != NULL) {
            continue;
        }
        if (!verb_check_body(app, schema, body, NULL, e)) {
            return false;
        }
        json_object_set_new(checked, text_string(&bytes), json_true());
    }
    return true;
}

bool verb_check_selected(const struct resource_kind *kind, bool all, const struct inventory_selector *selector,
                         struct err *e)
{
    return all || inventory_selector_narrows(selector) ||
           err_set(e, ERR_USAGE, "which %s? give names, a selector such as --name or --vpc, or --all", kind->plural);
}

/* --- what people are told --------------------------------------------------------------------------- */

static void warn(const struct app *app, const struct plan_counts *counts)
{
    if (counts->to_https > 0) {
        app_warn(
            app,
            "%zu server%s go%s from http to https: clients of http://169.254.169.254 stop working there, they must "
            "use https://api.metadata.cloud.ibm.com",
            counts->to_https, counts->to_https == 1 ? "" : "s", counts->to_https == 1 ? "es" : "");
    }
    if (counts->while_off > 0) {
        app_warn(app, "%zu server%s will be disabled: protocol and hop limit take effect once --enabled true is set",
                 counts->while_off, counts->while_off == 1 ? "" : "s");
    }
}

static void note_skipped(const struct app *app, const struct plan *plan)
{
    for (size_t i = 0; app->globals->verbose && i < plan->count; i++) {
        if (plan->items[i].verdict == PLAN_SKIP) {
            app_detail(app, "skipping %s: %s", plan->items[i].resource->name, plan->items[i].reason);
        }
    }
}

void verb_change_warn(const struct app *app, const struct plan *plan)
{
    struct plan_counts counts = plan_count(plan);

    warn(app, &counts);
    note_skipped(app, plan);
}

/* Counts one more of "enabled true"; the lines keep the order in which they came up. */
static void count_line(json_t *lines, const struct text *line)
{
    json_int_t count = json_integer_value(json_object_get(lines, text_string(line)));

    json_object_set_new(lines, text_string(line), json_integer(count + 1));
}

static void count_change(json_t *lines, const struct plan_item *item, unsigned setting)
{
    const struct resource_settings nothing = {0};
    CLEANUP(text_free) struct text line = {0};

    resource_settings_describe(&line, &nothing, item->wanted, setting);
    count_line(lines, &line);
}

/* How many of which kind change in which region. */
static void count_places(json_t *lines, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct resource *resource = plan->items[i].resource;
        CLEANUP(text_free) struct text line = {0};
        if (plan->items[i].verdict != PLAN_CHANGE || resource->region == NULL || resource->region[0] == '\0') {
            continue;
        }
        text_printf(&line, "%s ", resource->kind->plural);
        if (plan->items[i].action != PLAN_SET) {
            text_printf(&line, "to %s ", plan_action_name(plan->items[i].action));
        }
        text_printf(&line, "in %s", resource->region);
        count_line(lines, &line);
    }
}

/* How many change where, and how: the lines of the confirmation. */
static void print_changes(const struct app *app, const struct plan *plan)
{
    static const unsigned bits[] = {RESOURCE_ENABLED, RESOURCE_PROTOCOL, RESOURCE_HOP_LIMIT};
    JSON_CLEANUP json_t *lines = json_object();
    const char *line;
    json_t *count;

    count_places(lines, plan);
    for (size_t b = 0; b < sizeof(bits) / sizeof(bits[0]); b++) {
        for (size_t i = 0; i < plan->count; i++) {
            if (plan->items[i].verdict == PLAN_CHANGE && (plan->items[i].mask & bits[b]) != 0) {
                count_change(lines, &plan->items[i], bits[b]);
            }
        }
    }
    json_object_foreach (lines, line, count) {
        app_note(app, "  %lld: %s", (long long)json_integer_value(count), line);
    }
}

static bool ask(const struct app *app, size_t count, const struct resource_kind *kind, const char *what, struct err *e)
{
    CLEANUP(text_free) struct text answer = {0};
    CLEANUP(text_free) struct text number = {0};

    if (count <= ASK_FOR_NUMBER_ABOVE) {
        bool answered = app_ask(app, &answer, e, "%s them? [y/N] ", what);
        const char *word = text_string(&answer);
        return answered && (strcmp(word, "y") == 0 || strcmp(word, "yes") == 0);
    }
    text_printf(&number, "%zu", count);
    return app_ask(app, &answer, e, "type the number of %s to %s them, anything else to leave: ", kind->plural, what) &&
           strcmp(text_string(&answer), text_string(&number)) == 0;
}

/* "web-001 ... web-500" */
static void print_names(const struct app *app, const struct plan *plan)
{
    const char *first = plan->items[0].resource->name;
    const char *last = plan->items[plan->count - 1].resource->name;

    if (first != NULL && last != NULL) {
        app_note(app, "  %s ... %s", first, last);
    }
}

/* What the plan changes, for sentences. */
static const struct resource_kind *noun_of(const struct verb_change *change)
{
    static const struct resource_kind step = {.singular = "step", .plural = "steps"};
    const struct plan *plan = change->plan;

    for (size_t i = 1; i < plan->count; i++) {
        if (plan->items[i].action != plan->items[0].action) {
            return &step;
        }
    }
    return change->kind;
}

bool verb_change_confirm(struct app *app, const struct verb_change *change, struct err *e)
{
    const struct resource_kind *kind = noun_of(change);
    const struct plan *plan = change->plan;
    struct plan_counts counts = plan_count(plan);
    CLEANUP(text_free) struct text what = {0};

    if (change->write->yes || counts.change == 0) {
        return true;
    }
    bool creates = plan->items[0].action == PLAN_CREATE && kind == change->kind;
    if (!app_can_ask(app)) {
        return err_set(e, ERR_USAGE, "%zu %s would %s and nobody can be asked: say --yes, or look first with --dry-run",
                       counts.change, counts.change == 1 ? kind->singular : kind->plural,
                       creates ? "be created" : "change");
    }
    verb_append_count(&what, counts.change, kind);
    app_note(app, "%s of %zu will %s:", text_string(&what), plan->count, creates ? "be created" : "change");
    if (creates) {
        print_names(app, plan);
    }
    print_changes(app, plan);
    verb_restarts_announce(app, change, &counts);
    return ask(app, counts.change, kind, creates ? "create" : "change", e) ||
           err_set(e, ERR_FAILED, "not confirmed: nothing was changed");
}

/* --- the run ---------------------------------------------------------------------------------------- */

/* A dry run shows its plan in the shape of a run that changed everything it could. */
int verb_change_show(struct app *app, const struct verb_change *change, struct err *e)
{
    const struct plan *plan = change->plan;
    struct plan_counts counts = plan_count(plan);
    CLEANUP(fleet_run_free) struct fleet_run run = {0};
    char run_id[VERB_RUN_ID_SIZE];

    fleet_preview(plan, &run);
    for (size_t i = 0; change->restart != NULL && i < run.count; i++) {
        run.results[i].restarted = run.results[i].restart_needed || plan->items[i].action == PLAN_RESTART;
        run.results[i].restart_needed = false;
    }
    verb_run_id(run_id);
    if (!verb_print_results(app, &run, run_id, true, e)) {
        return err_exit_status(e);
    }
    app_note(app, "dry run: %zu of %zu would change, %zu are as wanted, %zu would be skipped; nothing was sent",
             counts.change, plan->count, counts.unchanged, counts.skip);
    return change->write->exit_code && counts.change > 0 ? ERR_EXIT_FINDINGS : 0;
}

bool verb_change_run(struct app *app, const struct verb_change *change, struct verb_record *record,
                     struct fleet_run *ret, struct err *e)
{
    struct verb_progress progress = verb_progress_begin(app, change);
    struct fleet_journal journal = verb_record_journal(record);
    bool whole = fleet_execute(change->plan,
                               &(struct fleet_options){.http = change->scope->http,
                                                       .regions = change->scope->regions,
                                                       .region_count = change->scope->region_count,
                                                       .concurrency = options_concurrency(change->write),
                                                       .began_s = change->began_s,
                                                       .limits = change->limits,
                                                       .journal = record->history != NULL ? &journal : NULL,
                                                       .restart = change->restart,
                                                       .draining = verb_restarts_drain,
                                                       .progress = verb_progress_step,
                                                       .progress_context = &progress},
                               change->list, ret, e);

    verb_progress_end(&progress);
    return whole;
}

int verb_change_carry_out(struct app *app, const struct verb_change *change, const json_t *wanted, struct err *e)
{
    CLEANUP(verb_record_close) struct verb_record record = {0};
    CLEANUP(fleet_run_free) struct fleet_run run = {0};
    JSON_CLEANUP json_t *asked = json_copy((json_t *)wanted);
    struct err stopped = ERR_INIT;

    if (change->restart != NULL) {
        json_object_set_new(asked, "restart", verb_restarts_json(change->restart));
    }
    if (!verb_record_begin(app, change, asked, &record, e)) {
        return err_exit_status(e);
    }
    (void)verb_change_run(app, change, &record, &run, &stopped);
    verb_record_end(app, &record, &run.summary);
    return verb_change_report(app, &run, record.id, &stopped, e);
}

bool verb_change_open(struct app *app, const struct write_opts *write, struct inventory_scope *ret_scope, struct err *e)
{
    return app_check_output(app, verb_result_columns, verb_result_columns_count, e) &&
           (write->dry_run || verb_history_check(e)) && app_connect(app, ret_scope, e);
}

int verb_change_perform(struct app *app, const struct verb_change *change, const json_t *wanted, struct err *e)
{
    verb_change_warn(app, change->plan);
    if (change->write->dry_run) {
        return verb_change_show(app, change, e);
    }
    return verb_change_confirm(app, change, e) ? verb_change_carry_out(app, change, wanted, e) : err_exit_status(e);
}

int verb_change_report(struct app *app, const struct fleet_run *run, const char *run_id, const struct err *stopped,
                       struct err *e)
{
    verb_tell_loud(app, run);
    if (!verb_print_results(app, run, run_id, false, e)) {
        return err_exit_status(e);
    }
    verb_tell_summary(app, run, run_id);
    verb_tell_run(app, run, run_id);
    if (stopped->code != ERR_NONE) {
        *e = *stopped;
        return err_exit_status(e);
    }
    return fleet_exit_status(&run->summary);
}
