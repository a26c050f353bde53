/* vpcmeta doctor: which endpoint, credential and schemas would be used, and whether requests succeed. */
#include <unistd.h>

#include "app.h"
#include "clock/clock.h"
#include "commands.h"
#include "known_columns.h"

static const struct table_column columns[] = {
    {.name = "check", .type = TABLE_STRING},
    {.name = "state", .type = TABLE_STRING},
    {.name = "detail", .type = TABLE_STRING, .flags = TABLE_WRAP, .least = 40},
};
enum { CHECK, STATE, DETAIL, COLUMNS };

/* What was checked; the first failure decides the exit status. */
struct report {
    struct table *table;
    struct err first;
};

/* `error` is why the check failed; ERR_NONE: it passed. */
static void add(struct report *report, const char *check, const char *detail, const struct err *error)
{
    struct table *table = report->table;
    bool good = error->code == ERR_NONE;
    CLEANUP(text_free) struct text whole = {0};

    text_printf(&whole, "%s%s", detail, error->message);
    table_add_row(table);
    table_set_string(table, CHECK, check);
    table_set_string(table, STATE, good ? "ok" : "bad");
    table_set_style(table, STATE, good ? TABLE_GOOD : TABLE_BAD);
    table_set_string(table, DETAIL, text_string(&whole));
    if (report->first.code == ERR_NONE) {
        report->first = *error;
    }
}

static void check_schemas(struct app *app, struct report *report)
{
    struct err error = ERR_INIT;
    struct schema_catalog *catalog = app_schemas(app, &error);
    CLEANUP(text_free) struct text detail = {0};

    if (catalog != NULL) {
        text_printf(&detail, "%zu schemas %s%s", schema_catalog_count(catalog),
                    app->schema_dir != NULL ? "from " : "built in", app->schema_dir != NULL ? app->schema_dir : "");
    }
    add(report, "schemas", text_string(&detail), &error);
}

static void check_terminal(struct report *report)
{
    CLEANUP(text_free) struct text detail = {0};
    unsigned columns_out = app_columns(STDOUT_FILENO);

    text_printf(&detail, columns_out > 0 ? "%u columns" : "standard output is not a terminal", columns_out);
    add(report, "terminal", text_string(&detail), &ERR_INIT);
}

static void check_region(struct app *app, size_t region, struct report *report)
{
    CLEANUP(text_free) struct text detail = {0};
    struct err error = ERR_INIT;
    int64_t elapsed_ms = 0;

    text_printf(&detail, "%s ", session_region_base(app->session, region));
    if (session_probe(app->session, region, &elapsed_ms, &error)) {
        text_printf(&detail, "answers in %lld ms", (long long)elapsed_ms);
    }
    add(report, "api", text_string(&detail), &error);
}

static void check_connection(struct app *app, struct report *report)
{
    struct inventory_scope scope;
    struct err error = ERR_INIT;
    const char *token = NULL;
    CLEANUP(text_free) struct text detail = {0};

    if (!app_connect(app, &scope, &error)) {
        add(report, error.code == ERR_AUTH ? "credential" : "session", "", &error);
        return;
    }
    add(report, "http library", session_library(), &error);
    add(report, "endpoint", session_endpoint_source(app->session), &error);
    text_printf(&detail, "%s (%s)", session_iam_url(app->session), session_iam_url_source(app->session));
    add(report, "iam", text_string(&detail), &error);
    text_clear(&detail);
    add(report, "credential", session_credential_source(app->session), &error);
    for (size_t i = 0; i < scope.region_count; i++) {
        text_printf(&detail, "%s%s", i > 0 ? ", " : "", session_region_name(app->session, i));
    }
    if (session_region_source(app->session)[0] != '\0') {
        text_printf(&detail, " (%s)", session_region_source(app->session));
    } else {
        text_append(&detail, "not named: that of the endpoint");
    }
    add(report, "region", text_string(&detail), &error);
    text_clear(&detail);
    int64_t began_ms = clock_monotonic_ms(clock_system());
    bool has_token = session_token(app->session, &token, &error);
    if (has_token) {
        text_printf(&detail, "%s in %lld ms", token != NULL ? "present" : "none is used",
                    (long long)(clock_monotonic_ms(clock_system()) - began_ms));
    }
    add(report, "token", text_string(&detail), &error);
    for (size_t i = 0; has_token && i < scope.region_count; i++) {
        check_region(app, i, report);
    }
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);
    struct report report = {.table = table, .first = ERR_INIT};

    (void)call;
    if (!app_check_output(app, columns, COLUMNS, e)) {
        return err_exit_status(e);
    }
    add(&report, "version", VPCMETA_VERSION, &ERR_INIT);
    add(&report, "api version", app->globals->api_version, &ERR_INIT);
    check_schemas(app, &report);
    check_terminal(&report);
    check_connection(app, &report);
    JSON_CLEANUP json_t *head = json_build("{s:i, s:b}", "schema_version", 1, "ok", report.first.code == ERR_NONE);
    if (!app_print_table(app, table, &(struct render_envelope){.head = head, .items = "checks"}, e)) {
        return err_exit_status(e);
    }
    return err_exit_status(&report.first);
}

static const struct cmd_example examples[] = {
    {"vpcmeta doctor", "endpoint, credential, schemas, terminal, and a request to see that it all works"},
    {0},
};

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, columns, COLUMNS);
}

const struct cmd_spec cmd_doctor = {
    .path = "doctor",
    .summary = "check the set-up and reach for the API",
    .description =
        "Shows which endpoints (of the VPC API and of IAM) and which credential would be used and where they come "
        "from: "
        "an option, a variable, a file (IBM_CREDENTIALS_FILE, IBMCLOUD_ENDPOINTS_FILE_PATH), or the visibility "
        "(IC_VISIBILITY, IBMCLOUD_VISIBILITY: public, private, public-and-private). Then gets a token and asks the API "
        "for its regions, with the time it took.",
    .examples = examples,
    .run = run,
    .fields = fields,
};
