/* vpcmeta metadata token, iam-token: the tokens that a server gets of its own metadata service. */
#include "metadata.h"

#include <string.h>

#include "commands.h"

json_t *metadata_ask(struct app *app, struct imds *imds, const struct imds_call *call, struct err *e)
{
    CLEANUP(text_free_secret) struct text body = {0};
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err problem = ERR_INIT;
    bool known = imds_base(imds) != NULL;

    if (!imds_ask(imds, call, &body, e)) {
        return NULL;
    }
    if (!known) {
        app_detail(app, "the metadata service answers at %s", imds_base(imds));
    }
    if (!json_parse(text_string(&body), body.size, "answer", JSON_READ_BIG_NUMBERS, &document, &problem) ||
        !json_is_object(document.root)) {
        err_set(e, ERR_BAD_ANSWER, "the metadata service at %s answered something that is no JSON object",
                imds_base(imds));
        return NULL;
    }
    return json_incref(document.root);
}

/* The bare token, or its object. */
static int print_token(struct app *app, const struct imds_call *call, struct err *e)
{
    struct imds *imds = NULL;
    CLEANUP(text_free_secret) struct text line = {0};

    if (!app_check_output(app, NULL, 0, e) || !app_open_metadata(app, &imds, e)) {
        return err_exit_status(e);
    }
    JSON_CLEANUP json_t *answer = metadata_ask(app, imds, call, e);
    if (answer == NULL) {
        return err_exit_status(e);
    }
    if (app_prints_text(app) && app->globals->fields.count == 0) {
        text_printf(&line, "%s\n", json_string_value(json_object_get(answer, "access_token")));
        return render_text(text_string(&line), line.size, stdout, e) ? ERR_EXIT_DONE : err_exit_status(e);
    }
    JSON_CLEANUP json_t *document = json_build("{s:i}", "schema_version", 1);
    json_object_update(document, answer);
    return app_print_secrets(app, document, e) ? ERR_EXIT_DONE : err_exit_status(e);
}

/* --- identity token ------------------------------------------------------------------------------------ */

struct token_opts {
    struct opt_int expires_in;
    const char *nonce;
};

static const struct opt_spec token_opt[] = {
    OPT_INT(struct token_opts, expires_in, 0, "expires-in", IMDS_LIFE_MIN_S, IMDS_LIFE_MAX_S,
            "seconds that the token lives (default: 300)"),
    OPT_STRING(struct token_opts, nonce, 0, "nonce", "N", "a word of your own that the token must carry"),
    OPT_END,
};

static int token(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct token_opts *opts = call->opts;

    return print_token(
        app, &(struct imds_call){.operation = IMDS_TOKEN, .expires_in = opts->expires_in.value, .nonce = opts->nonce},
        e);
}

static const struct cmd_example token_examples[] = {
    {"vpcmeta metadata token --expires-in 3600", "an identity token for an hour, alone on one line"},
    {0},
};

const struct cmd_spec cmd_metadata_token = {
    .path = "metadata token",
    .summary = "print an identity token of this server",
    .description =
        "Asks the metadata service of the server that the command runs on, which needs no credentials. The token is "
        "the "
        "bearer of the service's other calls, and a secret for as long as it lives: it goes to standard output and "
        "nowhere else.",
    .examples = token_examples,
    .opts = token_opt,
    .opts_size = sizeof(struct token_opts),
    .run = token,
};

/* --- IAM token ----------------------------------------------------------------------------------------- */

struct iam_token_opts {
    const char *trusted_profile;
};

static const struct opt_spec iam_token_opt[] = {
    OPT_STRING(struct iam_token_opts, trusted_profile, 0, "trusted-profile", "ID|CRN",
               "of this profile, which must be linked to the server (default: the server's default profile)"),
    OPT_END,
};

static int exchange(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct iam_token_opts *opts = call->opts;

    return print_token(app, &(struct imds_call){.operation = IMDS_IAM_TOKEN, .trusted_profile = opts->trusted_profile},
                       e);
}

static const struct cmd_example iam_token_examples[] = {
    {"vpcmeta metadata iam-token", "an IAM token of the server's default trusted profile, alone on one line"},
    {0},
};

const struct cmd_spec cmd_metadata_iam_token = {
    .path = "metadata iam-token",
    .summary = "print an IAM token of a trusted profile of this server",
    .description =
        "Gets an identity token of the server and exchanges it for an IAM token, with which the server calls any API "
        "of IBM Cloud that the profile has access to. No secret is stored anywhere. The token goes to standard output "
        "and nowhere else.",
    .examples = iam_token_examples,
    .opts = iam_token_opt,
    .opts_size = sizeof(struct iam_token_opts),
    .run = exchange,
};
