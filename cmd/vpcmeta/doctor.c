/* vpcmeta doctor: which endpoint, credential and schemas would be used, what they may do, and whether it all works. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock/clock.h"
#include "commands.h"
#include "doctor_report.h"
#include "identity.h"
#include "known_columns.h"
#include "when.h"

/* --- this machine ------------------------------------------------------------------------------------- */

static void check_schemas(struct doctor_report *report)
{
    struct app *app = report->app;
    struct err error = ERR_INIT;
    struct schema_catalog *catalog = app_schemas(app, &error);
    CLEANUP(text_free) struct text detail = {0};

    if (catalog == NULL) {
        doctor_fail(report, "schemas", &error);
        return;
    }
    text_printf(&detail, "%zu schemas %s%s", schema_catalog_count(catalog),
                app->schema_dir != NULL ? "from " : "built in", app->schema_dir != NULL ? app->schema_dir : "");
    doctor_pass(report, "schemas", text_string(&detail));
}

static void check_terminal(struct doctor_report *report)
{
    CLEANUP(text_free) struct text detail = {0};
    unsigned columns_out = app_columns(STDOUT_FILENO);

    text_printf(&detail, columns_out > 0 ? "%u columns" : "standard output is not a terminal", columns_out);
    doctor_pass(report, "terminal", text_string(&detail));
}

/* The first folder of the path that exists: it must take what is missing below it. */
static bool can_make_folder(const char *path)
{
    CLEANUP(text_free) struct text folder = {0};

    text_append(&folder, path);
    for (char *slash; access(text_string(&folder), F_OK) != 0; *slash = '\0') {
        slash = folder.data != NULL ? strrchr(folder.data, '/') : NULL;
        if (slash == NULL || slash == folder.data) {
            return access("/", W_OK | X_OK) == 0;
        }
    }
    return access(text_string(&folder), W_OK | X_OK) == 0;
}

/* Looks only: nothing is made, as a command that writes would do it. */
static bool describe_history(const char *path, struct text *detail, struct err *e)
{
    CLEANUP(text_free) struct text folder = {0};
    struct stat status;

    text_append_size(&folder, path, (size_t)(strrchr(path, '/') - path));
    if (stat(text_string(&folder), &status) != 0) {
        if (!can_make_folder(text_string(&folder))) {
            return err_set(e, ERR_IO, "%s cannot be made: no permission; set XDG_STATE_HOME to a folder of yours",
                           text_string(&folder));
        }
        text_printf(detail, "%s will be made by the first run", text_string(&folder));
        return true;
    }
    if (access(text_string(&folder), W_OK | X_OK) != 0 || (access(path, F_OK) == 0 && access(path, W_OK) != 0)) {
        return err_set(e, ERR_IO, "%s cannot be written (mode %04o): commands that change anything will refuse to run",
                       text_string(&folder), status.st_mode & 07777U);
    }
    text_printf(detail, "%s, mode %04o, can be written", text_string(&folder), status.st_mode & 07777U);
    if ((status.st_mode & 077U) != 0) {
        text_printf(detail, "; others may enter it: chmod 700 %s", text_string(&folder));
    }
    return true;
}

static void check_history(struct doctor_report *report)
{
    CLEANUP(text_free) struct text path = {0};
    CLEANUP(text_free) struct text detail = {0};
    struct err error = ERR_INIT;

    if (app_need_history_path(&path, &error) && describe_history(text_string(&path), &detail, &error)) {
        doctor_pass(report, "history", text_string(&detail));
    } else {
        doctor_fail(report, "history", &error);
    }
}

/* --- where and who ------------------------------------------------------------------------------------ */

/* "VALUE (SOURCE)" */
static void pass_with_source(struct doctor_report *report, const char *check, const char *value, const char *source)
{
    CLEANUP(text_free) struct text detail = {0};

    identity_append_with_source(&detail, value, source);
    doctor_pass(report, check, text_string(&detail));
}

static void show_place(struct doctor_report *report, const struct inventory_scope *scope)
{
    const struct session *session = report->app->session;
    CLEANUP(text_free) struct text bases = {0};
    CLEANUP(text_free) struct text names = {0};

    for (size_t i = 0; i < scope->region_count; i++) {
        text_printf(&bases, "%s%s", i > 0 ? ", " : "", session_region_base(session, i));
        text_printf(&names, "%s%s", i > 0 ? ", " : "", session_region_name(session, i));
    }
    pass_with_source(report, "endpoint", text_string(&bases), session_endpoint_source(session));
    pass_with_source(report, "region",
                     names.size > 0 ? text_string(&names) : "that of the endpoint, which is not named",
                     session_region_source(session));
}

static bool check_token(struct doctor_report *report)
{
    struct app *app = report->app;
    struct err error = ERR_INIT;
    const char *token = NULL;
    CLEANUP(text_free) struct text detail = {0};
    int64_t began_ms = clock_monotonic_ms(clock_system());

    if (!session_token(app->session, &token, &error)) {
        doctor_fail(report, "token", &error);
        return false;
    }
    int64_t life_s = session_token_life_s(app->session);
    text_printf(&detail, "%s in %lld ms", token != NULL ? "present" : "none is used",
                (long long)(clock_monotonic_ms(clock_system()) - began_ms));
    if (life_s >= 0) {
        text_append(&detail, ", valid until ");
        when_append_moment(&detail, clock_wall_s(clock_system()) + life_s, false);
    }
    doctor_pass(report, "token", text_string(&detail));
    return true;
}

/* What the token says of its holder; `more` gets it for programs. */
static void show_identity(struct doctor_report *report, json_t *more)
{
    CLEANUP(iam_identity_free) struct iam_identity identity = {0};
    CLEANUP(text_free) struct text name = {0};
    struct err ignored = ERR_INIT; /* the token is there */
    const char *unknown = "not known: the token does not say it";

    (void)!session_token_identity(report->app->session, &identity, &ignored);
    JSON_CLEANUP json_t *who = identity_json(&identity);
    identity_describe(who, &name);
    doctor_pass(report, "identity", name.size > 0 ? text_string(&name) : unknown);
    doctor_pass(report, "account", identity.account.size > 0 ? text_string(&identity.account) : unknown);
    json_object_set(more, "identity", who);
    json_object_set(more, "account", json_object_get(who, "account"));
}

/* --- the API ------------------------------------------------------------------------------------------ */

static bool check_api(struct doctor_report *report, size_t region, struct session_probe *ret)
{
    const struct session *session = report->app->session;
    CLEANUP(text_free) struct text detail = {0};
    struct err error = ERR_INIT;

    text_printf(&detail, "%s ", session_region_base(session, region));
    if (!session_probe(report->app->session, region, NULL, ret, &error)) {
        err_wrap(&error, "%s", session_region_base(session, region));
        doctor_fail(report, "api", &error);
        return false;
    }
    text_printf(&detail, "answers in %lld ms", (long long)ret->elapsed_ms);
    doctor_pass(report, "api", text_string(&detail));
    return true;
}

static void show_tls(struct doctor_report *report)
{
    const struct app *app = report->app;
    bool used = strncmp(session_region_base(app->session, 0), "https://", strlen("https://")) == 0;
    CLEANUP(text_free) struct text detail = {0};

    if (used && app->globals->ca_file != NULL) {
        text_printf(&detail, "the server's certificate is verified with --ca-file %s", app->globals->ca_file);
    } else {
        text_append(&detail, used ? "the server's certificate is verified with those of the system"
                                  : "not used: the endpoint is plain http");
    }
    doctor_pass(report, "tls", text_string(&detail));
}

enum { CLOCK_STEP_S = 2, CLOCK_MOST_S = 300 };

static void check_clock(struct doctor_report *report, const struct session_probe *probe)
{
    int64_t behind_s = probe->date_s - probe->now_s;
    CLEANUP(text_free) struct text by = {0};
    CLEANUP(text_free) struct text detail = {0};
    struct err error = ERR_INIT;

    when_append_duration(&by, behind_s < 0 ? -behind_s : behind_s);
    if (probe->date_s < 0) {
        text_append(&detail, "cannot be compared: the server does not say what time it is");
    } else if (llabs(behind_s) <= CLOCK_STEP_S) {
        text_append(&detail, "the same as the server's, within 2s");
    } else {
        text_printf(&detail, "%s %s the server's", text_string(&by), behind_s > 0 ? "behind" : "ahead of");
    }
    if (probe->date_s < 0 || llabs(behind_s) <= CLOCK_MOST_S) {
        doctor_pass(report, "clock", text_string(&detail));
        return;
    }
    err_set(&error, ERR_FAILED, "%s: set the clock of this machine, which tokens and certificates depend on",
            text_string(&detail));
    doctor_fail(report, "clock", &error);
}

/* --- rights ------------------------------------------------------------------------------------------- */

/* Only a change shows whether a change is allowed (vpc-api.md 4.5 has the actions). */
static void append_update(const struct resource_kind *kind, struct text *out)
{
    text_printf(out,
                "%s: cannot be checked without a change, which takes the role Editor on VPC Infrastructure Services",
                kind->patchable != 0 ? "update" : "create");
}

/* Lists one page of each kind in each region: 403 names the role that is missing. */
static void check_rights(struct doctor_report *report, const struct inventory_scope *scope,
                         const struct resource_kind *kind, json_t *rights)
{
    CLEANUP(text_free) struct text detail = {0};
    struct err error = ERR_INIT;
    struct session_probe probe = {0};
    bool good = true;

    for (size_t i = 0; good && i < scope->region_count; i++) {
        good = session_probe(report->app->session, i, kind, &probe, &error);
    }
    json_array_append_new(rights, json_build("{s:s, s:o, s:n}", "kind", kind->name, "list",
                                             good                  ? json_true()
                                             : probe.status == 403 ? json_false()
                                                                   : json_null(),
                                             "update"));
    if (good) {
        text_append(&detail, "list: yes. ");
        append_update(kind, &detail);
        doctor_pass(report, kind->plural, text_string(&detail));
        return;
    }
    err_wrap(&error, probe.status == 403 ? "list: no" : "list");
    doctor_fail(report, kind->plural, &error);
}

/* --- all ---------------------------------------------------------------------------------------------- */

/* The checks that need an answer of the API that was good. */
static void skip_api(struct doctor_report *report, const char *because)
{
    doctor_skip(report, "tls", because);
    doctor_skip(report, "clock", because);
    for (size_t i = 0; resource_kinds[i] != NULL; i++) {
        if (resource_kinds[i]->settings != 0) { /* a group has those of its template */
            doctor_skip(report, resource_kinds[i]->plural, because);
        }
    }
}

static void check_service(struct doctor_report *report, const struct inventory_scope *scope, json_t *more)
{
    struct session_probe probe = {0};
    bool answers = true;
    json_t *rights = json_array();

    json_object_set_new(more, "rights", rights);
    for (size_t i = 0; i < scope->region_count; i++) {
        answers = check_api(report, i, &probe) && answers;
    }
    if (!answers) {
        skip_api(report, "api is bad");
        return;
    }
    show_tls(report);
    check_clock(report, &probe);
    for (size_t i = 0; resource_kinds[i] != NULL; i++) {
        if (resource_kinds[i]->settings != 0) {
            check_rights(report, scope, resource_kinds[i], rights);
        }
    }
}

static void skip_all(struct doctor_report *report, const char *const checks[], size_t count, const char *because)
{
    for (size_t i = 0; i < count; i++) {
        doctor_skip(report, checks[i], because);
    }
}

/* Who is asked for tokens, with what, and for a token of which trusted profile. */
static void show_login(struct doctor_report *report)
{
    const struct session_login login = session_login(report->app->session);

    if (login.iam_url != NULL) {
        pass_with_source(report, "iam", login.iam_url, login.iam_url_source);
    } else {
        doctor_pass(report, "iam", "not asked: the metadata service of this server gives the token");
        pass_with_source(report, "metadata service",
                         login.metadata_url != NULL ? login.metadata_url : "over the protocol that answers",
                         login.metadata_url_source);
    }
    doctor_pass(report, "credential",
                login.credential[0] != '\0' ? login.credential : "none: requests go without a token (--auth none)");
    if (login.has_profile) {
        pass_with_source(report, "trusted profile",
                         login.profile != NULL ? login.profile : "the default one of this server",
                         login.profile != NULL ? login.profile_source : "");
    }
}

/* Who logs in, with what and where; returns what is bad, "" when nothing is. */
static const char *check_login(struct doctor_report *report, json_t *more)
{
    static const char *const checks[] = {"iam", "token", "identity", "account"};
    CLEANUP(text_free) struct text endpoint = {0};
    struct err error = ERR_INIT;

    if (!app_open(report->app, &endpoint, &error)) {
        bool missing = err_exit_status(&error) == ERR_EXIT_AUTH;
        doctor_fail(report, missing ? "credential" : "set-up", &error);
        skip_all(report, checks, sizeof(checks) / sizeof(checks[0]), missing ? "credential is bad" : "set-up is bad");
        return missing ? "credential" : "set-up";
    }
    show_login(report);
    if (!check_token(report)) {
        skip_all(report, checks + 2, 2, "token is bad");
        return "token";
    }
    show_identity(report, more);
    return "";
}

/* The place is shown also where the login failed, as long as no request is needed to find it. */
static void check_connection(struct doctor_report *report, json_t *more)
{
    static const char *const checks[] = {"endpoint", "region"};
    const char *bad = check_login(report, more);
    struct inventory_scope scope;
    struct err error = ERR_INIT;
    CLEANUP(text_free) struct text because = {0};
    bool found = report->app->session != NULL && app_connect(report->app, &scope, &error);

    if (found) {
        show_place(report, &scope);
    } else if (bad[0] == '\0') {
        doctor_fail(report, "endpoint", &error);
        doctor_skip(report, "region", "endpoint is bad");
        bad = "endpoint";
    }
    text_printf(&because, "%s is bad", bad);
    if (!found && strcmp(bad, "endpoint") != 0) {
        skip_all(report, checks, sizeof(checks) / sizeof(checks[0]), text_string(&because));
    }
    if (bad[0] == '\0') {
        check_service(report, &scope, more);
    } else {
        doctor_skip(report, "api", text_string(&because));
        skip_api(report, text_string(&because));
    }
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    CLEANUP(doctor_report_free) struct doctor_report report = doctor_report_begin(app);
    JSON_CLEANUP json_t *more = json_object();

    (void)call;
    if (!app_check_output(app, doctor_columns, DOCTOR_COLUMNS, e)) {
        return err_exit_status(e);
    }
    doctor_pass(&report, "version", VPCMETA_VERSION);
    doctor_pass(&report, "api version", app->globals->api_version);
    doctor_pass(&report, "http library", session_library());
    check_schemas(&report);
    check_terminal(&report);
    check_connection(&report, more);
    check_history(&report);
    return doctor_report_end(&report, more, e);
}

static const struct cmd_example examples[] = {
    {"vpcmeta doctor", "endpoint, credential, account, rights, clock, history, and whether it all works"},
    {"vpcmeta doctor -o jsonl", "the same for a script, a line a check"},
    {0},
};

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, doctor_columns, DOCTOR_COLUMNS);
}

const struct cmd_spec cmd_doctor = {
    .path = "doctor",
    .summary = "check the set-up, the credential and its rights, the API",
    .description =
        "Each check is shown as it ends: ok, bad, or skipped where one before it failed. Shows which endpoints (of the "
        "VPC API and of IAM), region and credential would be used and where they come from: an option, a variable, a "
        "file (IBM_CREDENTIALS_FILE, IBMCLOUD_ENDPOINTS_FILE_PATH), or the visibility (IC_VISIBILITY, "
        "IBMCLOUD_VISIBILITY: public, private, public-and-private). Then gets a token, shows identity and account, "
        "asks the API for its regions with the time it took, compares the clocks, and lists a page of each kind to see "
        "whether the credential may. Nothing is changed, so whether it may update cannot be seen; the role that takes "
        "is named.\n\n"
        "The exit status is that of the first check that failed: 4 where the login is refused. -o json is one object: "
        "\"ok\", \"identity\", \"account\", \"rights\" and \"checks\".",
    .examples = examples,
    .run = run,
    .fields = fields,
};
