/* The server of a probe as the control plane has it, where a credential is at hand. */
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "metadata_probe.h"
#include "plan/plan.h"
#include "write.h"

enum { COMPARE_MS = 15 * 1000, HOST_NAME_SIZE = 256 };

void metadata_probe_plane_free(struct metadata_probe_plane *plane)
{
    text_free(&plane->why);
    json_release(&plane->profile);
    resource_list_destroy(plane->found);
}

/* Works in the region of the token, unless the line names one. */
static void adopt_region(struct app *app, const struct imds_probe *seen)
{
    const char *region = text_string(&seen->region);

    if (region[0] != '\0' && app->globals->regions.count == 0) {
        app_adopt_place(app, &(struct cli_place){.regions = &region, .region_count = 1});
    }
}

/* A credential that would come from the service itself cannot be had while that grants none. */
static bool has_credential(struct app *app, const struct imds_probe *seen, struct metadata_probe_plane *ret)
{
    CLEANUP(text_free) struct text endpoint = {0};
    struct err error = ERR_INIT;

    if (!app_open(app, &endpoint, &error)) {
        ret->failed = error.code != ERR_AUTH;
        ret->error = error;
        text_append(&ret->why, ret->failed ? error.message : "no credential was found");
        return false;
    }
    const char *method = session_auth_method(app->session);
    if (strcmp(method, "none") == 0) {
        text_append(&ret->why, "requests go without a token (--auth none)");
    } else if (strcmp(method, "vpc") == 0 && session_login(app->session).profile == NULL &&
               seen->iam_token.outcome != IMDS_DONE) {
        text_append(&ret->why, "--auth vpc takes the IAM token that was not granted");
    }
    return ret->why.size == 0;
}

/* The token is right. The names of servers are the host names of their machines, unless that was changed there. */
static const char *choose_target(const char *word, const struct imds_probe *seen, char host[HOST_NAME_SIZE])
{
    if (seen->crn.size > 0 || seen->id.size > 0) {
        return seen->crn.size > 0 ? text_string(&seen->crn) : text_string(&seen->id);
    }
    if (word != NULL) {
        return word;
    }
    return gethostname(host, HOST_NAME_SIZE - 1) == 0 ? host : "";
}

/* The kinds that have a metadata service of their own. */
static size_t choose_kinds(const struct resource_kind *kinds[])
{
    size_t count = 0;

    for (size_t i = 0; resource_kinds[i] != NULL; i++) {
        if (resource_kinds[i]->patchable != 0) {
            kinds[count++] = resource_kinds[i];
        }
    }
    return count;
}

static bool find_server(struct app *app, const char *target, struct inventory_scope *scope, struct resource_list *into,
                        struct err *e)
{
    const struct resource_kind *kinds[RESOURCE_COLUMNS];
    struct inventory_selector selector = {.targets = {.items = &target, .count = 1}};

    return app_connect(app, scope, e) && inventory_select(scope, kinds, choose_kinds(kinds), &selector, into, NULL, e);
}

/* What its record does not hold: the profile of its initialization, and what this machine's history knows. */
static void read_rest(const struct inventory_scope *scope, struct metadata_probe_plane *ret)
{
    CLEANUP(text_free) struct text missing = {0};
    CLEANUP(text_free_pointer) enum resource_switch *pending = NULL;
    struct err ignored = ERR_INIT;
    json_t **profiles = inventory_read_profiles(scope, ret->found, &missing, &ignored);

    if (profiles != NULL) {
        ret->profile = json_incref(profiles[0]);
    }
    inventory_free_profiles(profiles, 1);
    ret->restart_needed = RESOURCE_UNKNOWN;
    if (!ret->server->kind->restart_to_enable) {
        ret->restart_needed = RESOURCE_OFF;
    } else if (write_read_restarts(ret->found, &pending, &ignored)) {
        ret->restart_needed = plan_needs_restart(ret->server, pending[0]);
    }
}

static void take_server(struct metadata_probe_plane *ret)
{
    ret->server = resource_list_at(ret->found, 0);
    const struct resource_settings *settings = &ret->server->settings;

    ret->read = (settings->given & RESOURCE_ENABLED) != 0;
    ret->protocol = (settings->given & RESOURCE_PROTOCOL) != 0 ? settings->protocol : NULL;
    ret->hop_limit = (settings->given & RESOURCE_HOP_LIMIT) != 0 ? settings->hop_limit : 0;
    if (!ret->read) {
        text_append(&ret->why, "its record does not say whether the service is on");
    }
}

enum resource_switch metadata_probe_is_called(const char *word, const struct imds_probe *seen,
                                              const struct metadata_probe_plane *plane)
{
    const struct resource *server = plane->server;
    const char *crn_id = resource_crn_id(word);
    const char *of_plane = server != NULL ? server->name : NULL;
    bool has_name = seen->name.size > 0 || of_plane != NULL;
    struct err ignored = ERR_INIT;

    word = crn_id != NULL ? crn_id : word;
    if (seen->way < 0 || (seen->id.size == 0 && seen->crn.size == 0)) {
        return RESOURCE_UNKNOWN;
    }
    if (text_equal(word, text_string(&seen->id)) || text_equal(word, resource_crn_id(text_string(&seen->crn))) ||
        text_equal(word, text_string(&seen->name)) || text_equal(word, of_plane)) {
        return RESOURCE_ON;
    }
    return has_name || crn_id != NULL || !resource_check_name(word, &ignored) ? RESOURCE_OFF : RESOURCE_UNKNOWN;
}

/* What names no server, or several, is a mistake of the line. */
static bool is_mistake(const struct err *error)
{
    return error->code == ERR_NOT_FOUND;
}

static void refuse_name(const struct err *error, struct metadata_probe_plane *ret)
{
    ret->is_no_name = true;
    ret->error = *error;
    ret->error.code = ERR_USAGE;
}

/* The token says that this is another server than the line does: whether there is one of that name at all. */
static void check_name(struct app *app, const char *word, struct metadata_probe_plane *ret)
{
    CLEANUP(resource_list_release) struct resource_list *found = resource_list_create();
    struct inventory_scope scope;
    struct err error = ERR_INIT;

    if (!find_server(app, word, &scope, found, &error) && is_mistake(&error)) {
        refuse_name(&error, ret);
    }
}

static void compare(struct app *app, const char *word, const struct imds_probe *seen, struct metadata_probe_plane *ret)
{
    char host[HOST_NAME_SIZE] = "";
    const char *target = choose_target(word, seen, host);
    struct inventory_scope scope;
    struct err error = ERR_INIT;

    ret->found = resource_list_create();
    if (find_server(app, target, &scope, ret->found, &error)) {
        take_server(ret);
        read_rest(&scope, ret);
        if (word != NULL && metadata_probe_is_called(word, seen, ret) == RESOURCE_OFF) {
            check_name(app, word, ret);
        }
        return;
    }
    if (is_mistake(&error) && target == host) {
        text_printf(&ret->why,
                    "which server this is cannot be known without an answer, and none has the name of this "
                    "machine, %s: give its name, as in 'vpcmeta metadata probe NAME'",
                    host);
        return;
    }
    ret->failed = true;
    if (is_mistake(&error) && target == word) {
        refuse_name(&error, ret);
        text_append(&ret->why, ret->error.message);
        return;
    }
    ret->error = error;
    if (error.code == ERR_CANCELLED && error.signal == 0 && error.cause == ERR_NONE) {
        ret->error = ERR_INIT;
        err_set(&ret->error, ERR_NETWORK, "the control plane gave no answer in time");
    }
    text_append(&ret->why, ret->error.message);
    err_wrap(&ret->error, "the settings were not compared with the control plane");
}

void metadata_probe_plane_read(struct app *app, const char *word, const struct imds_probe *seen,
                               struct metadata_probe_plane *ret)
{
    struct command limits = app->limits;
    int64_t end_ms = clock_monotonic_ms(clock_system()) + COMPARE_MS;

    /* a server without a way to the control plane is usual, and what was seen is worth more than the wait */
    app->limits.deadline_ms = limits.deadline_ms > 0 && limits.deadline_ms < end_ms ? limits.deadline_ms : end_ms;
    adopt_region(app, seen);
    if (has_credential(app, seen, ret)) {
        command_watch(&app->limits, app->session);
        compare(app, word, seen, ret);
    }
    app->limits = limits;
}
