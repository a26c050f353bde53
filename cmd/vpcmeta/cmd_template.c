/* vpcmeta template ... */
#include "commands.h"
#include "verbs.h"

static const struct cmd_example list_examples[] = {
    {"vpcmeta template list", "what new instances will be born with"},
    {0},
};

const struct cmd_spec cmd_template_list = {
    .path = "template list",
    .summary = "list instance templates with the metadata settings they breed",
    .description =
        "Settings that a template leaves out are shown as what an instance of it will have: disabled, http, 1.",
    .examples = list_examples,
    VERB_LIST(resource_template),
};

static const struct cmd_example show_examples[] = {
    {"vpcmeta template show tpl-web-v3", "one template"},
    {0},
};

const struct cmd_spec cmd_template_show = {
    .path = "template show",
    .summary = "show single instance templates",
    .examples = show_examples,
    VERB_SHOW(resource_template),
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
    VERB_CREATE(resource_template, create_from_source_opt),
};

static const struct cmd_example set_examples[] = {
    {"vpcmeta template create -f tpl.json --name tpl-web-v4 --enabled true", "what to do instead"},
    {0},
};

const struct cmd_spec cmd_template_set = {
    .path = "template set",
    .summary = "refused: templates cannot be changed, only replaced",
    .description =
        "The API changes nothing but the name of a template. Create a new one with the settings you want and let "
        "instance groups use it.",
    .examples = set_examples,
    VERB_SET(resource_template),
};
