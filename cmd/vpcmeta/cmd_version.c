/* vpcmeta version: which vpcmeta this is, and on what it stands. */
#include "app.h"
#include "commands.h"

static const struct cmd_example version_examples[] = {
    {"vpcmeta version", "for people"},
    {"vpcmeta version -o json", "for programs and bug reports"},
    {0},
};

static json_t *describe(const struct cli_program *program)
{
    return json_pack("{s:i, s:s, s:s, s:{s:s, s:s}}", "schema_version", 1, "name", program->name, "version",
                     program->version, "libraries", "jansson", jansson_version_str(), "libyaml", render_yaml_version());
}

static int version(struct app *app, const struct cli_call *call, struct err *e)
{
    CLEANUP(text_free) struct text out = {0};

    if (app->globals->output.value != RENDER_TABLE || app->globals->jq != NULL) {
        JSON_CLEANUP json_t *description = describe(call->program);
        return app_check_output(app, NULL, 0, e) && app_print_document(app, description, e) ? 0 : err_exit_status(e);
    }
    text_printf(&out, "%s %s\njansson %s, libyaml %s\n", call->program->name, call->program->version,
                jansson_version_str(), render_yaml_version());
    return render_text(text_string(&out), out.size, stdout, e) ? 0 : err_exit_status(e);
}

const struct cmd_spec cmd_version = {
    .path = "version",
    .summary = "print the version and those of the libraries",
    .examples = version_examples,
    .flags = CMD_OFFLINE,
    .run = version,
};
