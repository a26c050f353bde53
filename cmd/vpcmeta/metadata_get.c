/* vpcmeta metadata get: one path of the metadata that a server reads of itself. */
#include <string.h>

#include "commands.h"
#include "metadata.h"

static int get(struct app *app, const struct cli_call *call, struct err *e)
{
    const char *given = call->args_count > 0 ? call->args[0] : "instance";
    CLEANUP(text_free) struct text path = {0};
    struct imds *imds = NULL;

    if (!imds_find_path(given, &path, e) || !metadata_open(app, &imds, e)) {
        return err_exit_status(e);
    }
    JSON_SECRET_CLEANUP json_t *answer = imds_read(imds, text_string(&path), e);
    if (answer == NULL) {
        return err_exit_status(e);
    }
    app_detail(app, "the metadata service answers at %s", imds_base(imds));
    return app_print_secrets(app, answer, e) ? ERR_EXIT_DONE : err_exit_status(e);
}

static const struct cmd_example get_examples[] = {
    {"vpcmeta metadata get", "the server as its metadata service shows it"},
    {"vpcmeta metadata get --jq .zone.name", "one value, for a script"},
    {"vpcmeta metadata get instance/initialization --jq .user_data", "the user data of the server"},
    {"vpcmeta metadata get keys -o yaml", "the SSH keys, as YAML"},
    {0},
};

const struct cmd_spec cmd_metadata_get = {
    .path = "metadata get",
    .summary = "print metadata of the server that this runs on",
    .arguments = "[PATH]",
    .description =
        "Asks the metadata service of the server that the command runs on, which needs no credentials, and prints the "
        "answer as JSON. PATH stands below /metadata/v1 and is `instance` if there is none; a list takes an id behind "
        "it, and is read whole where it comes in pages. What was asked for is printed with its secrets: user data, and "
        "the password of a Windows server.",
    .examples = get_examples,
    .max_args = 1,
    .run = get,
};
