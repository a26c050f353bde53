/* vpcmeta auth ...: who the token is of, which credential it comes from, and whether that works. */
#include "app.h"
#include "clock/clock.h"
#include "commands.h"
#include "identity.h"
#include "when.h"

/* When the token ends, in seconds since the epoch; -1: not known. */
static int64_t end_of_token(const struct app *app, const struct iam_identity *identity)
{
    int64_t life_s = session_token_life_s(app->session);

    return life_s >= 0 ? clock_wall_s(clock_system()) + life_s : identity->expires_at_s;
}

/* For programs. */
static json_t *make_document(const struct app *app, const struct iam_identity *identity, bool has_token)
{
    const struct session *session = app->session;
    int64_t life_s = session_token_life_s(session);
    int64_t end_s = end_of_token(app, identity);
    char stamp[CLOCK_STAMP_SIZE];
    CLEANUP(text_free) struct text iam = {0};
    JSON_CLEANUP json_t *who = identity_json(identity);

    identity_append_with_source(&iam, session_iam_url(session), session_iam_url_source(session));
    json_t *document =
        json_build("{s:i, s:s, s:s, s:s, s:s, s:b}", "schema_version", 1, "credential",
                   session_credential_source(session), "endpoint", session_region_base(session, 0), "endpoint_source",
                   session_endpoint_source(session), "iam", text_string(&iam), "token", has_token);
    if (life_s >= 0) {
        json_object_set_new(document, "expires_in", json_integer(life_s));
    }
    clock_stamp(end_s, stamp);
    json_object_set_new(document, "expires_at", end_s >= 0 ? json_build_string(stamp) : json_null());
    json_object_set_new(document, "method", json_build_string(session_auth_method(session)));
    json_object_set_new(document, "iam_url", json_build_string(session_iam_url(session)));
    json_object_set_new(document, "iam_url_source", json_build_string(session_iam_url_source(session)));
    json_object_set_new(document, "decoded", json_boolean(identity->decoded));
    json_object_update(document, who);
    return document;
}

static const char *describe_token(const struct iam_identity *identity, bool has_token)
{
    return !has_token          ? "not known: requests go without a token (--auth none)"
           : identity->decoded ? "not known: the token has no such claim"
                               : "not known: the token is no JSON web token and cannot be decoded";
}

enum line { LINE_IDENTITY, LINE_ACCOUNT, LINE_UNTIL, LINE_METHOD, LINE_CREDENTIAL, LINE_IAM, LINE_ENDPOINT, LINES };

static const struct table_column lines[LINES] = {
    [LINE_IDENTITY] = {.name = "identity", .title = "identity", .type = TABLE_STRING},
    [LINE_ACCOUNT] = {.name = "account", .title = "account", .type = TABLE_STRING},
    [LINE_UNTIL] = {.name = "valid_until", .title = "valid until", .type = TABLE_STRING},
    [LINE_METHOD] = {.name = "method", .title = "method", .type = TABLE_STRING},
    [LINE_CREDENTIAL] = {.name = "credential", .title = "credential", .type = TABLE_STRING},
    [LINE_IAM] = {.name = "iam_url", .title = "iam url", .type = TABLE_STRING},
    [LINE_ENDPOINT] = {.name = "endpoint", .title = "endpoint", .type = TABLE_STRING},
};

static void set_known(struct table *table, enum line line, const struct text *value, const char *unknown)
{
    table_set_string(table, line, value->size > 0 ? text_string(value) : unknown);
}

/* For people: who, which account, until when comes first. */
static bool print_lines(struct app *app, const struct iam_identity *identity, bool has_token, struct err *e)
{
    const struct session *session = app->session;
    const char *unknown = describe_token(identity, has_token);
    int64_t end_s = end_of_token(app, identity);
    CLEANUP(text_free) struct text name = {0}, until = {0}, iam = {0}, endpoint = {0};
    JSON_CLEANUP json_t *who = identity_json(identity);
    TABLE_CLEANUP struct table *table = table_create(lines, LINES);

    identity_describe(who, &name);
    if (end_s >= 0) {
        when_append_moment(&until, end_s, true);
    }
    identity_append_with_source(&iam, session_iam_url(session), session_iam_url_source(session));
    identity_append_with_source(&endpoint, session_region_base(session, 0), session_endpoint_source(session));
    table_add_row(table);
    set_known(table, LINE_IDENTITY, &name, unknown);
    set_known(table, LINE_ACCOUNT, &identity->account, unknown);
    set_known(table, LINE_UNTIL, &until, unknown);
    table_set_string(table, LINE_METHOD, session_auth_method(session));
    table_set_string(table, LINE_CREDENTIAL, has_token ? session_credential_source(session) : "none is used");
    table_set_string(table, LINE_IAM, text_string(&iam));
    table_set_string(table, LINE_ENDPOINT, text_string(&endpoint));
    return app_print_records(app, table, NULL, e);
}

static int status(struct app *app, const struct cli_call *call, struct err *e)
{
    struct inventory_scope scope;
    const char *token = NULL;
    CLEANUP(iam_identity_free) struct iam_identity identity = {0};

    (void)call;
    if (!app_check_output(app, NULL, 0, e) || !app_connect(app, &scope, e) || !session_token(app->session, &token, e) ||
        !session_token_identity(app->session, &identity, e)) {
        return err_exit_status(e);
    }
    if (app_prints_text(app) && app->globals->fields.count == 0) {
        return print_lines(app, &identity, token != NULL, e) ? ERR_EXIT_DONE : err_exit_status(e);
    }
    JSON_CLEANUP json_t *document = make_document(app, &identity, token != NULL);
    return app_print_document(app, document, e) ? ERR_EXIT_DONE : err_exit_status(e);
}

static int token(struct app *app, const struct cli_call *call, struct err *e)
{
    struct inventory_scope scope;
    const char *bearer = NULL;
    CLEANUP(text_free_secret) struct text line = {0};

    (void)call;
    if (!app_connect(app, &scope, e) || !session_token(app->session, &bearer, e)) {
        return err_exit_status(e);
    }
    if (bearer == NULL) {
        err_set(e, ERR_AUTH, "there is no token: requests go without one (--auth none)");
        return err_exit_status(e);
    }
    text_printf(&line, "%s\n", bearer);
    return render_text(text_string(&line), line.size, stdout, e) ? 0 : err_exit_status(e);
}

static const struct cmd_example status_examples[] = {
    {"vpcmeta auth status", "who the credential is of, in which account, and until when its token is good"},
    {"vpcmeta auth status -o json --jq .account", "the account alone, for a script that checks it"},
    {0},
};

const struct cmd_spec cmd_auth_status = {
    .path = "auth status",
    .summary = "show who the credential is of and whether it works",
    .description =
        "Gets a token as any other command would, and shows what it says of its holder: identity, account, end. The "
        "token itself and the key are never printed. In -o json what the token does not say is null, and \"decoded\" "
        "is false where it is no JSON web token.",
    .examples = status_examples,
    .run = status,
};

static const struct cmd_example token_examples[] = {
    {"vpcmeta auth token | cut -c1-10", "the beginning of a bearer token"},
    {0},
};

static const struct cmd_refusal token_refusals[] = {OPTIONS_NO_FORMAT("a bare token"), {0}};

const struct cmd_spec cmd_auth_token = {
    .path = "auth token",
    .summary = "print a bearer token for other tools",
    .description = "The token goes to standard output and nowhere else: it is a secret for as long as it lives.",
    .examples = token_examples,
    .refusals = token_refusals,
    .run = token,
};
