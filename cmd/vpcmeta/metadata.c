/* vpcmeta metadata token, iam-token: the tokens that a server gets of its own metadata service. */
#include "metadata.h"

#include <string.h>

#include "commands.h"

bool metadata_open(struct app *app, struct imds **ret_imds, struct err *e)
{
    return app_check_output(app, NULL, 0, e) && app_open_metadata(app, ret_imds, e);
}

json_t *metadata_ask(struct app *app, struct imds *imds, const struct imds_call *call, struct err *e)
{
    json_t *answer = imds_ask(imds, call, e);

    if (answer != NULL) {
        app_detail(app, "the metadata service answers at %s", imds_base(imds));
    }
    return answer;
}

bool metadata_seconds(struct opt_duration given, int64_t *ret_seconds, struct err *e)
{
    if (given.ms % 1000 != 0) {
        return err_set(e, ERR_USAGE, "--expires-in %s: the service takes whole seconds", text_duration(given.ms).text);
    }
    *ret_seconds = given.ms / 1000;
    return true;
}

/* The bare token, or its object. */
static int print_token(struct app *app, const struct imds_call *call, struct err *e)
{
    struct imds *imds = NULL;
    CLEANUP(text_free_secret) struct text line = {0};

    if (!metadata_open(app, &imds, e)) {
        return err_exit_status(e);
    }
    JSON_SECRET_CLEANUP json_t *answer = metadata_ask(app, imds, call, e);
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
    struct opt_duration expires_in;
    const char *nonce;
};

static const char any_nonce[] = "random"; /* --nonce without a value */

static const struct opt_spec token_opt[] = {
    OPT_DURATION(struct token_opts, expires_in, 0, "expires-in", "life of the token, 5s to 1h (default: 5m)",
                 .value = "5..3600", .min = IMDS_LIFE_MIN_S * 1000L, .max = IMDS_LIFE_MAX_S * 1000L),
    OPT_STRING(struct token_opts, nonce, 0, "nonce", "[N]",
               "have the token carry this word, or a random one, and verify that it does", .bare = any_nonce),
    OPT_END,
};

static int token(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct token_opts *opts = call->opts;
    struct imds_call ask = {.operation = IMDS_TOKEN, .nonce = opts->nonce};
    char nonce[IMDS_NONCE_SIZE];

    if (!metadata_seconds(opts->expires_in, &ask.expires_in, e)) {
        return err_exit_status(e);
    }
    if (opts->nonce == any_nonce) {
        imds_make_nonce(nonce);
        if (nonce[0] == '\0') {
            err_set(e, ERR_FAILED, "--nonce: this machine gives no random bytes");
            return err_exit_status(e);
        }
        ask.nonce = nonce;
    }
    return print_token(app, &ask, e);
}

static const struct cmd_example token_examples[] = {
    {"vpcmeta metadata token --expires-in 1h", "an identity token for an hour, alone on one line"},
    {"vpcmeta metadata token --nonce -o json", "with a random nonce, which is verified, and as JSON"},
    {0},
};

const struct cmd_spec cmd_metadata_token = {
    .path = "metadata token",
    .summary = "print an identity token of this server",
    .description =
        "Asks the metadata service of the server that the command runs on, which needs no credentials. The token is "
        "the "
        "bearer of the service's other calls, and a secret for as long as it lives: it goes to standard output and "
        "nowhere else. A nonce that does not come back, in the answer and in the claims of the token, is an error, and "
        "the token is not printed.",
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
    {"vpcmeta metadata iam-token -o json --jq .expires_at", "until when it would be good"},
    {0},
};

const struct cmd_spec cmd_metadata_iam_token = {
    .path = "metadata iam-token",
    .summary = "print an IAM token of a linked trusted profile",
    .description =
        "Gets an identity token of the server and exchanges it for an IAM token, with which the server calls any API "
        "of IBM Cloud that the profile has access to. No secret is stored anywhere. The token goes to standard output "
        "and nowhere else.",
    .examples = iam_token_examples,
    .opts = iam_token_opt,
    .opts_size = sizeof(struct iam_token_opts),
    .run = exchange,
};
