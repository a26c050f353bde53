/* What happened in a run, for people: what needs them first, counts, causes, pending restarts. */
#include <stdlib.h>

#include "fleet/fleet_causes.h"
#include "mem/mem.h"
#include "results.h"

enum { NAMES_SHOWN = 10, CAUSES_SHOWN = 10 };

/* --- causes ------------------------------------------------------------------------------------------ */

/* Of its resource; or the id. */
static const char *name_of(const struct fleet_result *result)
{
    const struct resource *resource = result->item->resource;

    return resource->name != NULL ? resource->name : resource->id != NULL ? resource->id : "";
}

static json_t *cause_json(const struct fleet_cause *cause)
{
    const struct fleet_result *example = cause->example;
    const char *id = example->item->resource->id;

    return json_build("{s:s, s:s, s:s, s:I, s:{s:s, s:s, s:s}}", "outcome", fleet_outcome_name(cause->outcome), "code",
                      cause->code, "message", cause->message, "count", (json_int_t)cause->count, "example", "id",
                      id != NULL ? id : "", "name", name_of(example), "request_id", example->request_id);
}

json_t *results_causes_json(const struct fleet_run *run)
{
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};
    json_t *array = json_array();

    fleet_causes_find(run, &causes);
    for (size_t i = 0; i < causes.count; i++) {
        json_array_append_new(array, cause_json(&causes.items[i]));
    }
    return array;
}

/* "12 failed: 400 bad_field: ... (such as web-3, request 7f...)"; the message of what was not started says so. */
static void describe_cause(struct text *out, const struct fleet_cause *cause)
{
    const struct fleet_result *example = cause->example;

    text_printf(out, "%zu ", cause->count);
    if (!fleet_is_not_started(example)) {
        text_printf(out, "%s: ", fleet_outcome_name(cause->outcome));
    }
    text_printf(out, "%s (%s%s", cause->message, cause->count > 1 ? "such as " : "", name_of(example));
    if (example->request_id[0] != '\0') {
        text_printf(out, ", request %s", example->request_id);
    }
    text_append(out, ")");
}

/* With -q what went wrong is still said, what was skipped is not. */
static void note_causes(const struct app *app, const struct fleet_causes *causes, bool end_explained)
{
    size_t more = 0;

    for (size_t i = 0; i < causes->count; i++) {
        CLEANUP(text_free) struct text line = {0};
        if (end_explained && fleet_is_not_started(causes->items[i].example)) {
            continue;
        }
        describe_cause(&line, &causes->items[i]);
        if (i >= CAUSES_SHOWN) {
            more += causes->items[i].count;
        } else if (!app->globals->quiet) {
            app_note(app, "  %s", text_string(&line));
        } else if (causes->items[i].outcome != FLEET_SKIPPED) {
            app_warn(app, "%s", text_string(&line));
        }
    }
    if (more > 0) {
        app_note(app, "  %zu for %zu other causes (causes in -o json)", more, causes->count - CAUSES_SHOWN);
    }
}

void results_report_down(const struct app *app, const struct fleet_run *run)
{
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};
    bool several = results_of_regions(run);

    fleet_causes_find(run, &causes);
    for (size_t i = 0; i < causes.count && causes.items[i].loud; i++) {
        CLEANUP(text_free) struct text names = {0};
        struct err error = ERR_INIT;
        for (size_t j = 0; j < causes.items[i].count; j++) {
            text_append(&names, j > 0 ? ", " : "");
            resource_append_name(&names, causes.items[i].members[j]->item->resource, several);
        }
        err_set(&error, ERR_FAILED, "%s: %s", text_string(&names), causes.items[i].message);
        app_error(app, &error);
    }
}

/* --- pending restarts -------------------------------------------------------------------------------- */

const struct resource **results_pending_restarts(const struct fleet_run *run, size_t *ret_count)
{
    const struct resource **servers = mem_array(run->count + 1, sizeof(*servers));
    CLEANUP(mem_set_free) struct mem_set ids = {0};

    *ret_count = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct resource *server = run->results[i].item->resource;
        bool needed = run->results[i].restart_needed && !fleet_is_not_started(&run->results[i]);
        if (needed && (server->id == NULL || mem_set_add(&ids, server->id))) {
            servers[(*ret_count)++] = server;
        }
    }
    return servers;
}

static void note_restarts(const struct app *app, const struct resource *const servers[], size_t count, bool several)
{
    CLEANUP(text_free) struct text names = {0};
    CLEANUP(text_free) struct text what = {0};

    for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) {
        text_append(&names, i > 0 ? ", " : "");
        resource_append_name(&names, servers[i], several);
    }
    if (count > NAMES_SHOWN) {
        text_printf(&names, " and %zu more (restart_needed in -o json)", count - NAMES_SHOWN);
    }
    if (count > 0) {
        resource_append_count(&what, count, servers[0]->kind);
        app_note(
            app,
            "  %s must be stopped and started before the metadata service is complete (a reboot is not enough): %s",
            text_string(&what), text_string(&names));
    }
}

/* Of which a start is not certain. */
static void note_spot_servers(const struct app *app, const struct resource *const servers[], size_t servers_count)
{
    size_t count = 0;

    for (size_t i = 0; i < servers_count; i++) {
        count += plan_restarts_by_hand(servers[i]);
    }
    if (count > 0) {
        app_note(app, "  %zu of them %s: stop and start %s by hand, when there is capacity for the start", count,
                 count == 1 ? "is a spot server" : "are spot servers", count == 1 ? "it" : "them");
    }
}

bool results_of_regions(const struct fleet_run *run)
{
    for (size_t i = 1; i < run->count; i++) {
        if (!text_equal(run->results[i].item->resource->region, run->results[0].item->resource->region)) {
            return true;
        }
    }
    return false;
}

size_t results_not_started(const struct fleet_run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        count += fleet_is_not_started(&run->results[i]);
    }
    return count;
}

void results_summarize(const struct app *app, const struct fleet_run *run, bool end_explained)
{
    const struct fleet_summary *summary = &run->summary;
    const size_t *counts = summary->counts;
    size_t left = results_not_started(run), pending_count;
    CLEANUP(text_free_pointer) const struct resource **pending = results_pending_restarts(run, &pending_count);
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};
    CLEANUP(text_free) struct text not_started = {0};

    fleet_causes_find(run, &causes);
    if (left > 0) {
        text_printf(&not_started, ", %zu not started", left);
    }
    app_note(app, "%zu selected: %zu changed, %zu unchanged, %zu skipped, %zu failed, %zu unknown%s", summary->selected,
             counts[FLEET_CHANGED], counts[FLEET_UNCHANGED], counts[FLEET_SKIPPED] - left, counts[FLEET_FAILED],
             counts[FLEET_UNKNOWN], text_string(&not_started));
    note_causes(app, &causes, end_explained);
    note_restarts(app, pending, pending_count, results_of_regions(run));
    note_spot_servers(app, pending, pending_count);
}
