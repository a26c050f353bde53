/* A plan and a policy are recognized by how they begin, whatever their files are called. */
#include "wrong_file.h"

#include <string.h>

#include "cli/cli_command_line.h"
#include "plan/plan_file.h"

/* A policy as YAML or JSON has its rules at the top. */
static bool is_policy(const char *text)
{
    const char *first = text + strspn(text, " \t\r\n");

    if (*first == '{') {
        return strstr(text, "\"rules\"") != NULL && strstr(text, "\"vpcmeta_plan\"") == NULL;
    }
    return text_begins(text, "rules:") || strstr(text, "\nrules:") != NULL;
}

/* "p.yaml is a policy, not a plan: vpcmeta apply --policy p.yaml"; what came on standard input is to be saved first. */
static bool refuse(const struct app *app, const char *path, const char *what, const char *command, struct err *e)
{
    CLEANUP(text_free) struct text file = {0};
    bool input = strcmp(path, "-") == 0;

    cli_quote(&file, input ? "FILE" : path);
    return err_set(e, ERR_USAGE, "%s is %s: %s %s %s", input ? FSIO_INPUT_NAME : path, what, app->program->name,
                   command, text_string(&file));
}

bool wrong_file_refuse_policy(const struct app *app, const char *path, const struct text *text, const char *command,
                              struct err *e)
{
    return !is_policy(text_string(text)) || refuse(app, path, "a policy, not a plan", command, e);
}

bool wrong_file_refuse_plan(const struct app *app, const char *path, const struct text *text, struct err *e)
{
    return !plan_file_is(text_string(text), text->size) || refuse(app, path, "a plan, not a policy", "apply", e);
}
