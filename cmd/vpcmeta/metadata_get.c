/* vpcmeta metadata get: one path of the metadata that a server reads of itself. */
#include <string.h>

#include "commands.h"
#include "metadata.h"
#include "metadata_rows.h"

/* What a server reads that has no view of itself. NULL, with the error left as it is: it does not either. */
static json_t *read_own(struct app *app, struct imds *imds, struct err *e)
{
    struct err ignored = ERR_INIT;
    json_t *answer = imds_read_own(imds, &ignored);

    if (answer != NULL) {
        err_clear(e);
        app_detail(app, "of itself this server reads only its initialization");
    }
    return answer;
}

static bool print(struct app *app, const char *list, const json_t *answer, struct err *e)
{
    return metadata_wants_rows(app, list, answer) ? metadata_print_rows(app, list, answer, e)
                                                  : app_print_secrets(app, answer, e);
}

static int get(struct app *app, const struct cli_call *call, struct err *e)
{
    bool is_whole = call->args_count == 0;
    CLEANUP(text_free) struct text path = {0};
    struct imds *imds = NULL;

    if (!imds_find_path(is_whole ? "instance" : call->args[0], &path, e)) {
        return err_exit_status(e);
    }
    const char *list = metadata_list_name(text_string(&path));
    if (list == NULL && app_arranges_rows(app)) {
        err_set(e, ERR_USAGE, "--%s is for the rows of a list: vpcmeta metadata get keys",
                app->globals->limit.given ? "limit" : "sort");
        return err_exit_status(e);
    }
    if (!metadata_open(app, &imds, e)) {
        return err_exit_status(e);
    }
    JSON_SECRET_CLEANUP json_t *answer = imds_read(imds, text_string(&path), e);
    if (answer == NULL && e->http_status == 404 &&
        (is_whole || strcmp(text_string(&path), "/metadata/v1/instance/initialization") == 0)) {
        answer = read_own(app, imds, e);
    }
    if (answer == NULL) {
        return err_exit_status(e);
    }
    app_detail(app, "the metadata service answers at %s", imds_base(imds));
    return print(app, list, answer, e) ? ERR_EXIT_DONE : err_exit_status(e);
}

static const struct cmd_example get_examples[] = {
    {"vpcmeta metadata get", "the server as its metadata service shows it"},
    {"vpcmeta metadata get --jq .zone.name", "one value, for a script"},
    {"vpcmeta metadata get instance/initialization --jq .user_data", "the user data of the server"},
    {"vpcmeta metadata get keys -o yaml", "the SSH keys, as YAML"},
    {"vpcmeta metadata get volume_attachments -o csv", "a row for each item of a list"},
    {0},
};

const struct cmd_spec cmd_metadata_get = {
    .path = "metadata get",
    .summary = "print metadata of the server that this runs on",
    .arguments = "[PATH]",
    .description =
        "Asks the metadata service of the server that the command runs on, which needs no credentials, and prints the "
        "answer as JSON. PATH stands below /metadata/v1 and is `instance` if there is none; a list takes an id behind "
        "it, and is read whole where it comes in pages; -o table, -o csv, --fields, --sort and --limit print its items "
        "as rows. A bare metal server reads its initialization only, with or without PATH `initialization`. What was "
        "asked for is printed with its secrets: user data, and the password of a Windows server.",
    .examples = get_examples,
    .flags = CMD_ROWS,
    .max_args = 1,
    .run = get,
};
