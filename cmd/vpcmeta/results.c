/* What became of a run: the write object of cli.md, or a table for people. */
#include "results.h"

#include <string.h>

#include "known_columns.h"

enum result_column {
    COLUMN_KIND,
    COLUMN_REGION,
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_OUTCOME,
    COLUMN_BEFORE,
    COLUMN_AFTER,
    COLUMN_RESTART,
    COLUMN_REASON,
    COLUMN_STATUS,
    COLUMN_REQUEST,
    COLUMN_ATTEMPTS,
    COLUMN_ACTION,
    COLUMN_COUNT,
    COLUMN_DRY_RUN = COLUMN_COUNT, /* of dry runs only */
    COLUMN_DRY_RUN_COUNT,
    COLUMN_POLICY_RULE = COLUMN_DRY_RUN_COUNT, /* of plans only */
    COLUMN_REMAINING,
    COLUMN_PLAN_COUNT,
};

/* Columns of CSV. Where no group is among the rows, the list ends with the settings, which all have. */
enum { MEMBERS_OF_SETTINGS = 3, MEMBERS_OF_ALL = 7 };
#define MEMBERS_OF(state)                                                                         \
    {                                                                                             \
        {state ".enabled", "enabled", TABLE_BOOL}, {state ".protocol", "protocol", TABLE_STRING}, \
            {state ".response_hop_limit", "response_hop_limit", TABLE_INT},                       \
            {state ".instance_template.id", "instance_template/id", TABLE_STRING},                \
            {state ".instance_template.name", "instance_template/name", TABLE_STRING},            \
            {state ".membership_count", "membership_count", TABLE_INT},                           \
            {state ".stale_members", "stale_members", TABLE_INT}, {NULL, NULL, TABLE_STRING},     \
    }
static const struct table_member before_members[MEMBERS_OF_ALL + 1] = MEMBERS_OF("before");
static const struct table_member after_members[MEMBERS_OF_ALL + 1] = MEMBERS_OF("after");

static const struct table_column columns[] = {
    [COLUMN_KIND] = {.name = "kind", .type = TABLE_STRING},
    [COLUMN_REGION] = {.name = "region", .type = TABLE_STRING},
    [COLUMN_ID] = {.name = "id", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [COLUMN_NAME] = {.name = "name", .type = TABLE_STRING},
    [COLUMN_OUTCOME] = {.name = "outcome", .type = TABLE_STRING},
    [COLUMN_BEFORE] = {.name = "before",
                       .type = TABLE_JSON,
                       .members = before_members,
                       .late_members = MEMBERS_OF_SETTINGS},
    [COLUMN_AFTER] = {.name = "after",
                      .type = TABLE_JSON,
                      .members = after_members,
                      .late_members = MEMBERS_OF_SETTINGS},
    [COLUMN_RESTART] = {.name = "restart_needed", .type = TABLE_BOOL},
    [COLUMN_REASON] = {.name = "reason", .type = TABLE_STRING},
    [COLUMN_STATUS] = {.name = "http_status", .type = TABLE_INT},
    [COLUMN_REQUEST] = {.name = "request_id", .type = TABLE_STRING},
    [COLUMN_ATTEMPTS] = {.name = "attempts", .type = TABLE_INT},
    [COLUMN_ACTION] = {.name = "action", .type = TABLE_STRING},
    [COLUMN_DRY_RUN] = {.name = "dry_run", .type = TABLE_BOOL},
    [COLUMN_POLICY_RULE] = {.name = "policy_rule", .type = TABLE_STRING},
    [COLUMN_REMAINING] = {.name = "remaining", .type = TABLE_JSON},
};

static size_t column_count(bool dry_run)
{
    return dry_run ? COLUMN_DRY_RUN_COUNT : COLUMN_COUNT;
}

void results_plan_fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, columns, COLUMN_PLAN_COUNT);
}

void results_fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, columns, COLUMN_COUNT);
}

static const char *outcome_of(const struct fleet_result *result, bool dry_run, const char *would_change)
{
    return dry_run && result->outcome == FLEET_CHANGED ? would_change : fleet_outcome_name(result->outcome);
}

static void set_state(struct table *table, size_t column, const struct resource_settings *settings,
                      const struct plan_state *state)
{
    JSON_CLEANUP json_t *object = state->type != PLAN_STATE_NONE
                                      ? plan_state_json(state)
                                      : resource_settings_json(settings, RESOURCE_METADATA_SETTINGS);
    CLEANUP(text_free) struct text bytes = {0};

    json_print(&bytes, object, JSON_PRINT_COMPACT);
    table_set_json(table, column, text_string(&bytes), bytes.size);
}

static void add_result(struct table *table, const struct fleet_result *result, bool dry_run)
{
    const struct resource *resource = result->item->resource;

    table_add_row(table);
    table_set_string(table, COLUMN_KIND, resource->kind->name);
    table_set_string(table, COLUMN_REGION, resource->region);
    table_set_string(table, COLUMN_ID, resource->id != NULL ? resource->id : "");
    table_set_string(table, COLUMN_NAME, resource->name != NULL ? resource->name : "");
    table_set_string(table, COLUMN_OUTCOME, outcome_of(result, dry_run, "would_change"));
    set_state(table, COLUMN_BEFORE, &result->before, &result->before_state);
    set_state(table, COLUMN_AFTER, &result->after, &result->after_state);
    if (result->restart_unknown) {
        table_set_null(table, COLUMN_RESTART);
    } else {
        table_set_bool(table, COLUMN_RESTART, result->restart_needed);
    }
    table_set_string(table, COLUMN_REASON, result->reason != NULL ? result->reason : "");
    table_set_int(table, COLUMN_STATUS, result->http_status); /* 0: nothing was sent */
    table_set_string(table, COLUMN_REQUEST, result->request_id);
    table_set_int(table, COLUMN_ATTEMPTS, result->attempts);
    table_set_string(table, COLUMN_ACTION, plan_action_name(result->item->action));
    if (dry_run) {
        table_set_bool(table, COLUMN_DRY_RUN, true);
    }
}

/* Whether the run does more than to set. */
static bool has_steps(const struct fleet_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        if (run->results[i].item->action != PLAN_SET) {
            return true;
        }
    }
    return false;
}

/* --- for people ------------------------------------------------------------------------------------- */

enum { TEXT_STEP, TEXT_REGION, TEXT_NAME, TEXT_OUTCOME, TEXT_RESTART, TEXT_CHANGE, TEXT_COLUMNS };

/* A column that is not shown can be sorted by. */
static const struct table_column text_columns[TEXT_COLUMNS] = {
    [TEXT_STEP] = {.name = "step", .type = TABLE_STRING},
    [TEXT_REGION] = {.name = "region", .type = TABLE_STRING},
    [TEXT_NAME] = {.name = "name", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [TEXT_OUTCOME] = {.name = "outcome", .type = TABLE_STRING},
    [TEXT_RESTART] = {.name = "restart", .type = TABLE_STRING},
    [TEXT_CHANGE] = {
        .name = "change", .title = "CHANGE OR REASON", .type = TABLE_STRING, .flags = TABLE_WRAP, .least = 24}};

static void describe_change(struct text *out, const struct fleet_result *result, bool dry_run)
{
    bool changed = result->outcome == FLEET_CHANGED;

    if (result->reason != NULL && !changed) {
        text_append(out, result->reason);
        return;
    }
    if (result->item->action == PLAN_DELETE) {
        text_append(out, dry_run ? "is deleted" : changed ? "deleted" : "");
    } else if (result->after_state.type != PLAN_STATE_NONE) {
        plan_state_describe(out, &result->before_state, &result->after_state);
    } else {
        resource_settings_describe(out, &result->before, &result->after,
                                   resource_settings_diff(&result->before, &result->after));
    }
    if (result->restarted) {
        text_printf(out, "%s%s", out->size > 0 ? ", " : "", dry_run ? "stopped and started" : "restarted");
    }
    if (result->reason != NULL) {
        text_printf(out, "%s%s", out->size > 0 ? "; " : "", result->reason);
    }
}

static void add_text_row(struct table *table, const struct fleet_result *result, bool dry_run)
{
    static const enum table_style styles[FLEET_OUTCOMES] = {[FLEET_CHANGED] = TABLE_GOOD,
                                                            [FLEET_UNCHANGED] = TABLE_DIM,
                                                            [FLEET_SKIPPED] = TABLE_WARN,
                                                            [FLEET_FAILED] = TABLE_BAD,
                                                            [FLEET_UNKNOWN] = TABLE_BAD};
    CLEANUP(text_free) struct text change = {0};

    describe_change(&change, result, dry_run);
    table_add_row(table);
    table_set_string(table, TEXT_STEP, plan_action_name(result->item->action));
    table_set_string(table, TEXT_REGION, result->item->resource->region);
    table_set_string(table, TEXT_NAME, result->item->resource->name);
    table_set_string(table, TEXT_OUTCOME, outcome_of(result, dry_run, "would change"));
    table_set_style(table, TEXT_OUTCOME, styles[result->outcome]);
    if (result->restart_needed || result->restart_unknown) {
        table_set_string(table, TEXT_RESTART, result->restart_needed ? "needed" : "unknown");
    }
    table_set_style(table, TEXT_RESTART, result->restart_needed ? TABLE_WARN : TABLE_DIM);
    table_set_string(table, TEXT_CHANGE, text_string(&change));
}

static bool may_need_restart(const struct fleet_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        const struct plan_item *item = run->results[i].item;
        if (item->action == PLAN_SET && item->resource->kind->restart_to_enable) {
            return true;
        }
    }
    return false;
}

/*
 * Which columns there are depends on the plan and not on what became of it: the step where a run does more than to set,
 * the region where there are several, the restart where what it sets may need one. The table borrows `ret`.
 */
static struct table *create_text_table(const struct fleet_run *run, struct table_column ret[TEXT_COLUMNS])
{
    memcpy(ret, text_columns, sizeof(text_columns));
    ret[TEXT_STEP].flags |= has_steps(run) ? 0 : TABLE_WIDE;
    ret[TEXT_REGION].flags |= results_of_regions(run) ? 0 : TABLE_WIDE;
    ret[TEXT_RESTART].flags |= may_need_restart(run) ? 0 : TABLE_WIDE;
    return table_create(ret, TEXT_COLUMNS);
}

/* What was not started is only counted; so is what stayed as it was, unless -v asks for it. */
static bool print_text(struct app *app, const struct fleet_run *run, bool dry_run, struct err *e)
{
    struct table_column chosen[TEXT_COLUMNS];
    TABLE_CLEANUP struct table *table = create_text_table(run, chosen);

    for (size_t i = 0; i < run->count; i++) {
        const struct fleet_result *result = &run->results[i];
        bool stayed = result->outcome == FLEET_UNCHANGED && !app->globals->verbose;
        if (!stayed && !fleet_is_not_started(result)) {
            add_text_row(table, result, dry_run);
        }
    }
    return app_print_table(app, table, NULL, e);
}

bool results_print_question(struct app *app, const struct fleet_run *run, size_t changes, bool others, struct err *e)
{
    struct table_column chosen[TEXT_COLUMNS];
    TABLE_CLEANUP struct table *table = create_text_table(run, chosen);
    size_t changed = 0;

    for (size_t i = 0; i < run->count; i++) {
        enum fleet_outcome outcome = run->results[i].outcome;
        bool shown = outcome == FLEET_CHANGED     ? changed++ < changes
                     : outcome == FLEET_UNCHANGED ? others && app->globals->verbose
                                                  : others;
        if (shown) {
            add_text_row(table, &run->results[i], true);
        }
    }
    return app_say_table(app, table, e);
}

void results_describe_change(struct text *out, const struct fleet_result *result)
{
    describe_change(out, result, true);
}

/* --- both --------------------------------------------------------------------------------------------- */

/* Rows for people are sorted by their own columns. */
static bool sorts_text(const struct app *app)
{
    return app_prints_text(app) && app->globals->fields.count == 0 && app->globals->sort.count > 0;
}

bool results_check_output(struct app *app, bool dry_run, struct err *e)
{
    return sorts_text(app) ? app_check_output(app, text_columns, TEXT_COLUMNS, e)
                           : app_check_output(app, columns, column_count(dry_run), e);
}

static json_t *make_head(const struct fleet_run *run, const char *run_id, bool dry_run)
{
    json_t *summary = run_summary_json(run);
    json_t *head;

    if (dry_run) {
        json_object_set(summary, "would_change", json_object_get(summary, "changed"));
    }
    head = json_build("{s:i, s:s?, s:o, s:o}", "schema_version", 1, "run", run_id, "summary", summary, "causes",
                      results_causes_json(run));
    if (dry_run) {
        json_object_set_new(head, "dry_run", json_true());
    }
    return head;
}

/* The columns, and what they point to. */
struct layout {
    struct table_member before[MEMBERS_OF_SETTINGS + 1], after[MEMBERS_OF_SETTINGS + 1];
    struct table_column columns[COLUMN_PLAN_COUNT];
};

static void make_layout(const struct app *app, const struct fleet_run *run, struct layout *ret)
{
    *ret = (struct layout){0};
    memcpy(ret->columns, columns, sizeof(columns));
    if (!has_steps(run) && app->globals->fields.count == 0) {
        memcpy(ret->before, before_members, MEMBERS_OF_SETTINGS * sizeof(ret->before[0]));
        memcpy(ret->after, after_members, MEMBERS_OF_SETTINGS * sizeof(ret->after[0]));
        ret->columns[COLUMN_BEFORE].members = ret->before;
        ret->columns[COLUMN_AFTER].members = ret->after;
    }
}

static bool print(struct app *app, const struct fleet_run *run, const char *run_id, bool dry_run, const json_t *more,
                  struct err *e)
{
    const struct global_opts *globals = app->globals;

    if (globals->output.value == RENDER_TABLE && globals->jq == NULL && globals->fields.count == 0) {
        return print_text(app, run, dry_run, e);
    }
    struct layout layout;
    make_layout(app, run, &layout);
    TABLE_CLEANUP struct table *table = table_create(layout.columns, column_count(dry_run));
    for (size_t i = 0; i < run->count; i++) {
        add_result(table, &run->results[i], dry_run);
    }
    JSON_CLEANUP json_t *head = make_head(run, run_id, dry_run);
    if (more != NULL) {
        json_object_update_missing(head, (json_t *)more);
    }
    return app_print_table(app, table, &(struct render_envelope){.head = head, .items = "results"}, e);
}

bool results_print(struct app *app, const struct fleet_run *run, const char *run_id, struct err *e)
{
    return print(app, run, run_id, false, NULL, e);
}

bool results_print_recorded(struct app *app, const struct fleet_run *run, const char *run_id, const json_t *more,
                            struct err *e)
{
    return print(app, run, run_id, false, more, e);
}

bool results_print_preview(struct app *app, const struct fleet_run *run, const json_t *more, struct err *e)
{
    return print(app, run, NULL, true, more, e);
}

/* [{"rule":...,"reason":...}]: what is left of the item's resource; `next` is the first that may be. */
static void set_remaining(struct table *table, const struct plan_left left[], size_t count, size_t item, size_t *next)
{
    JSON_CLEANUP json_t *remaining = json_array();
    CLEANUP(text_free) struct text bytes = {0};

    for (; *next < count && left[*next].item == item; (*next)++) {
        const struct plan_left *each = &left[*next];
        json_array_append_new(remaining, json_build("{s:s?, s:s, s:b}", "rule", each->check, "reason", each->reason,
                                                    "excepted", (int)each->excepted));
    }
    json_print(&bytes, remaining, JSON_PRINT_COMPACT);
    table_set_json(table, COLUMN_REMAINING, text_string(&bytes), bytes.size);
}

bool results_print_plan(struct app *app, const struct fleet_run *run, const struct plan_left left[], size_t left_count,
                        const json_t *head, struct err *e)
{
    size_t next = 0;
    struct layout layout;

    make_layout(app, run, &layout);
    TABLE_CLEANUP struct table *table = table_create(layout.columns, COLUMN_PLAN_COUNT);
    for (size_t i = 0; i < run->count; i++) {
        add_result(table, &run->results[i], true);
        table_set_string(table, COLUMN_POLICY_RULE, run->results[i].item->policy_rule);
        set_remaining(table, left, left_count, i, &next);
    }
    return app_print_table(app, table, &(struct render_envelope){.head = head, .items = "results"}, e);
}

bool results_check_plan(struct app *app, struct err *e)
{
    return sorts_text(app) ? app_check_output(app, text_columns, TEXT_COLUMNS, e)
                           : app_check_output(app, columns, COLUMN_PLAN_COUNT, e);
}

bool results_print_refusal(struct app *app, bool dry_run, const json_t *more, struct err *e)
{
    const struct fleet_run nothing = {0};

    return app_prints_text(app) || print(app, &nothing, NULL, dry_run, more, e);
}
