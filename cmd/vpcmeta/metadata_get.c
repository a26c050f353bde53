/* vpcmeta metadata get: one path of the metadata that a server reads of itself. */
#include <string.h>

#include "commands.h"
#include "metadata.h"

#define PREFIX "/metadata/v1/"

static int get(struct app *app, const struct cli_call *call, struct err *e)
{
    const char *path = call->args_count > 0 ? call->args[0] : "instance";
    CLEANUP(text_free) struct text whole = {0};
    struct imds *imds = NULL;

    text_printf(&whole, PREFIX "%s", path);
    if (!app_check_output(app, NULL, 0, e) || !app_open_metadata(app, &imds, e)) {
        return err_exit_status(e);
    }
    JSON_CLEANUP json_t *answer =
        metadata_ask(app, imds, &(struct imds_call){.operation = IMDS_METADATA, .path = text_string(&whole)}, e);
    if (answer == NULL) {
        return err_exit_status(e);
    }
    return app_print_secrets(app, answer, e) ? ERR_EXIT_DONE : err_exit_status(e);
}

static const struct cmd_example get_examples[] = {
    {"vpcmeta metadata get", "the server as its metadata service shows it"},
    {0},
};

const struct cmd_spec cmd_metadata_get = {
    .path = "metadata get",
    .summary = "print metadata of the server that this runs on",
    .arguments = "[PATH]",
    .description = "Asks the metadata service of the server that the command runs on, which needs no credentials.",
    .examples = get_examples,
    .max_args = 1,
    .run = get,
};
