/* vpcmeta version: which vpcmeta this is, and on what it stands. */
#include <string.h>

#include "app.h"
#include "commands.h"
#include "schema/schema.h"
#include "json/answer.h"

enum { LIBRARIES = 5 };

static const struct cmd_example version_examples[] = {
    {"vpcmeta version", "for people"},
    {"vpcmeta version -o json", "for programs and bug reports"},
    {0},
};

struct library {
    const char *name, *version;
};

/* What it was built with. */
static void list_libraries(struct library ret_libraries[LIBRARIES])
{
    const struct library libraries[LIBRARIES] = {{"libcurl", session_library_version()},
                                                 {"jansson", JANSSON_VERSION},
                                                 {"simdjson", answer_built_with()},
                                                 {"pcre2", schema_built_with()},
                                                 {"libyaml", render_yaml_version()}};

    memcpy(ret_libraries, libraries, sizeof(libraries));
}

static bool print_document(struct app *app, const struct library libraries[LIBRARIES], struct err *e)
{
    JSON_CLEANUP json_t *versions = json_object();

    for (size_t i = 0; i < LIBRARIES; i++) {
        json_object_set_new(versions, libraries[i].name, json_build_string(libraries[i].version));
    }
    JSON_CLEANUP json_t *document = json_build("{s:i, s:s, s:s, s:O}", "schema_version", 1, "name", app->program->name,
                                               "version", app->program->version, "libraries", versions);
    return app_check_output(app, NULL, 0, e) && app_print_document(app, document, e);
}

static bool print_text(const struct cli_program *program, const struct library libraries[LIBRARIES], struct err *e)
{
    CLEANUP(text_free) struct text out = {0};

    text_printf(&out, "%s %s\n", program->name, program->version);
    for (size_t i = 0; i < LIBRARIES; i++) {
        text_printf(&out, "%s%s %s", i > 0 ? ", " : "", libraries[i].name, libraries[i].version);
    }
    text_append_char(&out, '\n');
    return render_text(text_string(&out), out.size, stdout, e);
}

static int version(struct app *app, const struct cli_call *call, struct err *e)
{
    bool document = app->globals->output.value != RENDER_TABLE || app->globals->jq != NULL;
    struct library libraries[LIBRARIES];

    list_libraries(libraries);
    bool printed = document ? print_document(app, libraries, e) : print_text(call->program, libraries, e);
    return printed ? 0 : err_exit_status(e);
}

const struct cmd_spec cmd_version = {
    .path = "version",
    .summary = "print the version and those of the libraries",
    .examples = version_examples,
    .flags = CMD_OFFLINE,
    .run = version,
};
