/* vpcmeta template ... */
#include "commands.h"
#include "verbs.h"

static const struct cmd_example create_examples[] = {
    {"vpcmeta template create -f tpl.json --name tpl-web-v4 --enabled true --protocol https --hop-limit 1",
     "a body from a file, name and settings laid over it"},
    {"vpcmeta template create --source-template tpl-web --name tpl-web-strict --protocol https",
     "as another template is, but for its protocol"},
    {0},
};

const struct cmd_spec cmd_template_create = {
    .path = "template create",
    .summary = "create an instance template with metadata settings",
    .description =
        "Takes the body of POST /instance/templates from a file or standard input, or another template, and lays the "
        "flags over it. Over a template a metadata flag sends all three settings, the template's for the rest. An "
        "instance group refuses templates whose trusted profile is linked automatically (--auto-link true).",
    .examples = create_examples,
    VERB_CREATE(resource_template, create_from_source_opt),
};

static const struct cmd_example replace_examples[] = {
    {"vpcmeta template replace tpl-web --enabled true --protocol https --update-groups --dry-run",
     "see which template would be made and which groups would move"},
    {"vpcmeta template replace --all --where '.metadata_service.protocol != \"https\"' --protocol https "
     "--update-groups "
     "--roll --max-unavailable 10% --delete-old --yes",
     "every template that breeds servers with plain http, its groups and their members"},
    {"vpcmeta runs rollback last", "the groups back to the old templates, the new ones deleted"},
    {0},
};

const struct cmd_spec cmd_template_replace = {
    .path = "template replace",
    .summary = "give templates other settings: new ones take their place in instance groups",
    .description =
        "Templates are immutable. For each one that differs a new one is made from it, named tpl-web-r2 after tpl-web "
        "(the first number that is free), and compared with it member by member. --update-groups moves the instance "
        "groups "
        "that use it. Their members keep their settings until --roll deletes them, at most --max-unavailable of a "
        "group at a time, and the group makes new ones; each batch waits until the group is healthy again, and "
        "trouble stops it. --delete-old deletes the old template once no group uses it. Every step is recorded: `runs "
        "resume` goes on with a run that was cut off, `runs rollback` takes it back.\n\n"
        "Groups refuse templates that link their trusted profile by themselves: then nothing is sent.",
    .examples = replace_examples,
    VERB_REPLACE(resource_template),
};

static const struct cmd_example set_examples[] = {
    {"vpcmeta template replace tpl-web --enabled true", "what to do instead"},
    {0},
};

const struct cmd_spec cmd_template_set = {
    .path = "template set",
    .summary = "refused: templates cannot be changed, only replaced",
    .description = "The API changes nothing but the name of a template: `template replace` makes a new one and lets "
                   "instance groups "
                   "use it.",
    .examples = set_examples,
    VERB_SET(resource_template),
};
