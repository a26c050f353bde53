/* vpcmeta template ... */
#include "commands.h"
#include "verbs.h"

static int list(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_list(app, call, &resource_template, e);
}

static int show(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_show(app, call, &resource_template, e);
}

static int create(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_create(app, call, &resource_template, e);
}

/* There so that whoever looks for it is told what to do instead. */
static int set(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_set(app, call, &resource_template, e);
}

static const struct cmd_example list_examples[] = {
    {"vpcmeta template list", "what new instances will be born with"},
    {0},
};

const struct cmd_spec cmd_template_list = {
    .path = "template list",
    .summary = "list instance templates with the metadata settings they breed",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Settings that a template leaves out are shown as what an instance of it will have: disabled, http, 1.",
    .examples = list_examples,
    .opts = list_opt,
    .opts_size = sizeof(struct list_opts),
    .max_args = CMD_ANY_ARGS,
    .run = list,
};

static const struct cmd_example show_examples[] = {
    {"vpcmeta template show tpl-web-v3", "one template"},
    {0},
};

const struct cmd_spec cmd_template_show = {
    .path = "template show",
    .summary = "show single instance templates",
    .arguments = "NAME|ID|CRN...",
    .examples = show_examples,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = show,
};

static const struct cmd_example create_examples[] = {
    {"vpcmeta template create -f tpl.json --name tpl-web-v4 --enabled true --protocol https --hop-limit 1",
     "a body from a file, name and settings laid over it"},
    {0},
};

const struct cmd_spec cmd_template_create = {
    .path = "template create",
    .summary = "create an instance template with metadata settings",
    .description =
        "Takes the body of POST /instance/templates from a file or standard input and lays the flags over it. An "
        "instance group refuses templates whose trusted profile is linked automatically (--auto-link true).",
    .examples = create_examples,
    .opts = create_opt,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_WRITES,
    .run = create,
};

static const struct cmd_example set_examples[] = {
    {"vpcmeta template create -f tpl.json --name tpl-web-v4 --enabled true", "what to do instead"},
    {0},
};

const struct cmd_spec cmd_template_set = {
    .path = "template set",
    .summary = "refused: templates cannot be changed, only replaced",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "The API changes nothing but the name of a template. Create a new one with the settings you want and let "
        "instance groups use it.",
    .examples = set_examples,
    .opts = set_opt,
    .opts_size = sizeof(struct set_opts),
    .flags = CMD_WRITES,
    .max_args = CMD_ANY_ARGS,
    .run = set,
};
