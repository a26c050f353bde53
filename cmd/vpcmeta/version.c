/* vpcmeta version: the version of vpcmeta and of the libraries it uses. */
#include "app.h"
#include "commands.h"
#include "schema/schema.h"
#include "json/json_answer.h"

static const struct cmd_example version_examples[] = {
    {"vpcmeta version", "for people"},
    {"vpcmeta version -o json", "for programs and bug reports"},
    {0},
};

static bool print_text(const struct cli_program *program, json_t *libraries, struct err *e)
{
    CLEANUP(text_free) struct text out = {0};
    const char *name, *separator = "\n";
    json_t *library;

    text_printf(&out, "%s %s", program->name, program->version);
    json_object_foreach (libraries, name, library) {
        text_printf(&out, "%s%s %s", separator, name, json_string_value(library));
        separator = ", ";
    }
    text_append_char(&out, '\n');
    return render_text(text_string(&out), out.size, stdout, e);
}

static int version(struct app *app, const struct cli_call *call, struct err *e)
{
    JSON_CLEANUP json_t *libraries = json_build(
        "{s:s, s:s, s:s, s:s, s:s}", "libcurl", session_library_version(), "jansson", JANSSON_VERSION, "simdjson",
        answer_built_with(), "pcre2", schema_built_with(), "libyaml", render_yaml_version()); /* in this order */
    JSON_CLEANUP json_t *document = json_build("{s:i, s:s, s:s, s:O}", "schema_version", 1, "name", app->program->name,
                                               "version", app->program->version, "libraries", libraries);
    bool printed = app_prints_text(app) ? print_text(call->program, libraries, e)
                                        : app_check_output(app, NULL, 0, e) && app_print_document(app, document, e);

    return printed ? 0 : err_exit_status(e);
}

const struct cmd_spec cmd_version = {
    .path = "version",
    .summary = "print the version and those of the libraries",
    .examples = version_examples,
    .flags = CMD_OFFLINE,
    .run = version,
};
