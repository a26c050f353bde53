/* vpcmeta auth ...: which credentials are in use, and whether they work. */
#include "app.h"
#include "commands.h"

static int status(struct app *app, const struct cli_call *call, struct err *e)
{
    struct inventory_scope scope;
    const char *token = NULL;

    (void)call;
    if (!app_check_output(app, NULL, 0, e) || !app_connect(app, &scope, e) || !session_token(app->session, &token, e)) {
        return err_exit_status(e);
    }
    JSON_CLEANUP json_t *document = json_build(
        "{s:i, s:s, s:s, s:s, s:s, s:b}", "schema_version", 1, "credential", session_credential_source(app->session),
        "endpoint", session_region_base(app->session, 0), "endpoint_source", session_endpoint_source(app->session),
        "iam", session_iam_source(app->session), "token", token != NULL);
    int64_t life_s = session_token_life_s(app->session);
    if (life_s >= 0) {
        json_object_set_new(document, "expires_in", json_integer(life_s));
    }
    return app_print_document(app, document, e) ? 0 : err_exit_status(e);
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
    {"vpcmeta auth status", "where the credential comes from and whether IAM accepts it"},
    {0},
};

const struct cmd_spec cmd_auth_status = {
    .path = "auth status",
    .summary = "show where the credential comes from and whether it works",
    .description = "Gets a token as any other command would. Never prints a secret.",
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
