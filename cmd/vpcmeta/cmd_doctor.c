/* vpcmeta doctor: what the tool would use and whether it gets through. */
#include <unistd.h>

#include "clock/clock.h"
#include "commands.h"
#include "verbs.h"

static const struct table_column columns[] = {
    {.name = "check", .type = TABLE_STRING},
    {.name = "state", .type = TABLE_STRING},
    {.name = "detail", .type = TABLE_STRING, .flags = TABLE_WRAP, .least = 40},
};
enum { CHECK, STATE, DETAIL, COLUMNS };

static void add(struct table *table, const char *check, bool good, const char *detail)
{
    table_add_row(table);
    table_set_string(table, CHECK, check);
    table_set_string(table, STATE, good ? "ok" : "bad");
    table_set_style(table, STATE, good ? TABLE_GOOD : TABLE_BAD);
    table_set_string(table, DETAIL, detail);
}

static void check_schemas(struct app *app, struct table *table)
{
    struct err error = ERR_INIT;
    struct schema_catalog *catalog = app_schemas(app, &error);
    CLEANUP(text_free) struct text detail = {0};

    if (catalog != NULL) {
        text_printf(&detail, "%zu schemas %s%s", schema_catalog_count(catalog),
                    app->schema_dir != NULL ? "from " : "built in", app->schema_dir != NULL ? app->schema_dir : "");
    }
    add(table, "schemas", catalog != NULL, catalog != NULL ? text_string(&detail) : error.message);
}

static void check_terminal(struct table *table)
{
    CLEANUP(text_free) struct text detail = {0};
    unsigned columns_out = app_columns(STDOUT_FILENO);

    if (columns_out > 0) {
        text_printf(&detail, "%u columns", columns_out);
    } else {
        text_append(&detail, "standard output is no terminal");
    }
    add(table, "terminal", true, text_string(&detail));
}

/* One small request: is the API there, does it take the token, how long does it take? */
struct probe {
    bool good;
    int64_t elapsed_ms;
    struct err error;
};

static void probed(const struct vpc_answer *answer, void *context)
{
    struct probe *probe = context;

    probe->good = answer->error == NULL;
    probe->elapsed_ms = answer->reply->elapsed_ms;
    if (answer->error != NULL) {
        probe->error = *answer->error;
    }
}

static bool check_region(const struct inventory_scope *scope, struct vpc *vpc, struct table *table)
{
    static const struct resource_kind regions = {.path = "/regions"};
    struct probe probe = {.error = ERR_INIT};
    struct err error = ERR_INIT;
    CLEANUP(text_free) struct text detail = {0};

    vpc_get(vpc, &regions, &(struct vpc_call){.done = probed, .context = &probe});
    bool ran = http_run(scope->http, &error);
    text_printf(&detail, "%s ", vpc_base(vpc));
    if (ran && probe.good) {
        text_printf(&detail, "answers in %lld ms", (long long)probe.elapsed_ms);
    } else {
        text_append(&detail, ran ? probe.error.message : error.message);
    }
    add(table, "api", ran && probe.good, text_string(&detail));
    return ran && probe.good;
}

static bool check_connection(struct app *app, struct table *table)
{
    struct inventory_scope scope;
    struct err error = ERR_INIT;
    const char *token = NULL;
    bool good = true;

    if (!app_connect(app, &scope, &error)) {
        add(table, error.code == ERR_AUTH ? "credential" : "session", false, error.message);
        return false;
    }
    add(table, "http library", true, http_library());
    add(table, "endpoint", true, app_endpoint_source(app));
    add(table, "credential", true, app_credential_source(app));
    int64_t began_ms = clock_monotonic_ms(clock_system());
    bool has_token = iam_token(app_iam(app), &token, &error);
    CLEANUP(text_free) struct text detail = {0};
    text_printf(&detail, "%s in %lld ms", token != NULL ? "there" : "none is used",
                (long long)(clock_monotonic_ms(clock_system()) - began_ms));
    add(table, "token", has_token, has_token ? text_string(&detail) : error.message);
    for (size_t i = 0; has_token && i < scope.region_count; i++) {
        good &= check_region(&scope, scope.regions[i], table);
    }
    return has_token && good;
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);

    (void)call;
    if (!app_check_output(app, columns, COLUMNS, e)) {
        return err_exit_status(e);
    }
    add(table, "version", true, VPCMETA_VERSION);
    add(table, "api version", true, app->globals->api_version);
    check_schemas(app, table);
    check_terminal(table);
    bool good = check_connection(app, table);
    JSON_CLEANUP json_t *head = json_build("{s:i, s:b}", "schema_version", 1, "ok", good);
    if (!app_print_table(app, table, &(struct render_envelope){.head = head, .items = "checks"}, e)) {
        return err_exit_status(e);
    }
    return good ? 0 : 1;
}

static const struct cmd_example examples[] = {
    {"vpcmeta doctor", "endpoint, credential, schemas, terminal, and a request to see that it all works"},
    {0},
};

const struct cmd_spec cmd_doctor = {
    .path = "doctor",
    .summary = "check the set-up and reach for the API",
    .description =
        "Shows which endpoint and credential would be used and where they come from, then gets a token and asks the "
        "API for its regions, with the time it took.",
    .examples = examples,
    .run = run,
};
