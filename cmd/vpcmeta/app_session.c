/* What commands work with: the session and the schemas, opened when first needed and kept for later commands. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app.h"
#include "mem/mem.h"

static const char *environment(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

void app_open_secrets(struct app *app)
{
    app->secrets = secrets_create();
    iam_register_environment(&(struct iam_sources){.environment = environment, .secrets = app->secrets});
}

static struct session_options session_options(const struct app *app)
{
    const struct global_opts *globals = app->globals;

    return (struct session_options){
        .sources = {.environment = environment,
                    .auth = globals->auth.given ? options_auth_words[globals->auth.value] : NULL,
                    .api_key_file = globals->api_key_file,
                    .iam_url = globals->iam_url,
                    .endpoint = globals->endpoint,
                    .metadata_url = globals->metadata_url,
                    .silence_ms = globals->timeout.given ? (unsigned)globals->timeout.ms : 0,
                    .secrets = app->secrets,
                    .input = command_input(&app->limits)},
        .regions = {.items = globals->regions.items, .count = globals->regions.count},
        .api_version = globals->api_version,
        .trace = globals->trace,
        .ca_file = globals->ca_file,
        .timeout_ms = (unsigned)globals->timeout.ms,
    };
}

static bool check_schema_dir(const char *path, struct err *e)
{
    struct stat status;

    if (path == NULL || (stat(path, &status) == 0 && S_ISDIR(status.st_mode))) {
        return true;
    }
    return err_set(e, ERR_USAGE, "--schema-dir: there is no folder %s", path);
}

/* The command goes on with this one; the limits of the command hold for it from now on. */
static void use_session(struct app *app, struct session *session)
{
    if (app->session == session) {
        return;
    }
    app_progress_end(app);
    command_watch(NULL, NULL);
    app->session = session;
    if (session != NULL) {
        command_watch(&app->limits, session);
    }
}

static bool open_session(struct app *app, const struct session_options *options, struct err *e)
{
    struct session **kept = options->metadata != NULL ? &app->metadata_session : &app->api_session;
    CLEANUP(text_free) struct text warnings = {0};

    if (*kept != NULL && session_serves(*kept, options)) {
        use_session(app, *kept);
        return true;
    }
    use_session(app, NULL);
    session_close(*kept);
    if (text_equal(options->sources.api_key_file, "-")) {
        app_note_input(app, "the API key");
    }
    *kept = session_open(options, &warnings, e);
    for (char *rest = warnings.data, *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (line[0] != '\0') {
            app_warn(app, "%s", line);
        }
    }
    use_session(app, *kept);
    return *kept != NULL;
}

bool app_open(struct app *app, struct text *ret_endpoint, struct err *e)
{
    struct session_options options = session_options(app);
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};

    if (!command_continues(&app->limits, e) || !session_check(&options, e) ||
        !check_schema_dir(app->globals->schema_dir, e) || !open_session(app, &options, e) ||
        !iam_discover_endpoint(&options.sources, &found, e)) {
        return false;
    }
    text_append(ret_endpoint, found.endpoint != NULL ? found.endpoint : "");
    return true;
}

bool app_connect(struct app *app, struct inventory_scope *ret_scope, struct err *e)
{
    struct session_options options = session_options(app);
    CLEANUP(text_free) struct text endpoint = {0};

    if (!app_open(app, &endpoint, e)) {
        return false;
    }
    app_progress_read(app);
    return session_select_regions(app->session, &options, ret_scope, e);
}

bool app_open_metadata(struct app *app, struct imds **ret_imds, struct err *e)
{
    const char *given = app->globals->api_version;
    struct session_options options = session_options(app);
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};

    given =
        strcmp(given, VPC_API_VERSION) != 0 ? given : NULL; /* the default is of the API: this service has its own */
    if (!command_continues(&app->limits, e) ||
        (given != NULL && (!imds_check_version("--api-version", given, e) || !session_check_api_version(given, e))) ||
        !iam_discover_metadata(&options.sources, &found, e)) {
        return false;
    }
    options.metadata = &(struct imds_options){
        .url = found.metadata_url,
        .version = given != NULL ? given : found.metadata_version,
        .silence_ms = options.sources.silence_ms,
    };
    if (!open_session(app, &options, e)) {
        return false;
    }
    app_progress_read(app);
    *ret_imds = session_imds(app->session);
    return true;
}

static const char *adopt(struct app *app, const char *string)
{
    return string != NULL ? text_arena_copy(&app->adopted_memory, string, strlen(string)) : NULL;
}

void app_adopt_place(struct app *app, const struct cli_place *place)
{
    app->adopted = *app->globals;
    if (app->adopted.endpoint == NULL) {
        app->adopted.endpoint = adopt(app, place->endpoint);
    }
    if (app->adopted.regions.count == 0 && place->region_count > 0) {
        const char **regions = text_arena_alloc(&app->adopted_memory, (place->region_count + 1) * sizeof(*regions));
        for (size_t i = 0; i < place->region_count; i++) {
            regions[i] = adopt(app, place->regions[i]);
        }
        app->adopted.regions = (struct opt_list){.items = regions, .count = place->region_count};
    }
    app->globals = &app->adopted;
}

bool app_lacks_login(const struct app *app)
{
    static const char *const variables[] = {"IC_API_KEY", "IBMCLOUD_API_KEY", "VPC_APIKEY", "VPC_BEARER_TOKEN",
                                            "VPC_AUTH_TYPE"};
    bool given = app->globals->auth.given || app->globals->api_key_file != NULL;

    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *value = getenv(variables[i]);
        given |= value != NULL && value[0] != '\0';
    }
    return !given;
}

void app_adopt_login(struct app *app, const char *auth, const char *api_key_file)
{
    app->adopted = *app->globals;
    for (int i = 0; auth != NULL && options_auth_words[i] != NULL; i++) {
        if (strcmp(options_auth_words[i], auth) == 0) {
            app->adopted.auth = (struct opt_enum){.given = true, .value = i};
        }
    }
    app->adopted.api_key_file = adopt(app, api_key_file);
    app->globals = &app->adopted;
}

struct cli_place app_given_place(const struct app *app)
{
    const struct cli_place here = options_place(app->globals, NULL);
    struct cli_place place = options_place(app->given, NULL);

    place.auth = here.auth;
    place.api_key_file = here.api_key_file;
    return place;
}

void app_describe_target(const struct app *app, struct text *out)
{
    struct session_options options = session_options(app);

    session_describe_target(&options, out);
}

struct schema_catalog *app_schemas(struct app *app, struct err *e)
{
    const char *wanted = app->globals->schema_dir;
    bool same = text_equal(wanted, app->schema_dir);

    if (app->schemas == NULL || !same) {
        schema_catalog_close(app->schemas);
        free(app->schema_dir);
        app->schemas = schema_catalog_open(wanted, e);
        app->schema_dir = wanted != NULL ? mem_copy(wanted) : NULL;
    }
    return app->schemas;
}
