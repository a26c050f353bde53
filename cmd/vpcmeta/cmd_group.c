/* vpcmeta group ... */
#include "commands.h"
#include "verbs.h"

static int list(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_list(app, call, &resource_group, e);
}

static int show(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_show(app, call, &resource_group, e);
}

static const struct cmd_example list_examples[] = {
    {"vpcmeta group list", "every instance group of the region with its template's metadata settings"},
    {"vpcmeta group list --vpc vpc-prod --exclude 'batch-*'", "those of a VPC but for the batch jobs'"},
    {"vpcmeta group list -o json --jq '.items[] | select(.protocol == \"http\") | .template'",
     "the templates that groups breed servers with plain http from"},
    {0},
};

const struct cmd_spec cmd_group_list = {
    .path = "group list",
    .summary = "list instance groups with the template each uses",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Instance groups have no metadata settings of their own: new members take those of the group's instance "
        "template, which are shown (null where the template is gone). Members made from an earlier template "
        "keep theirs.\n\n"
        "--zone selects none: a group lies in a region.",
    .examples = list_examples,
    .opts = list_opt,
    .opts_size = sizeof(struct list_opts),
    .max_args = CMD_ANY_ARGS,
    .run = list,
};

static const struct cmd_example show_examples[] = {
    {"vpcmeta group show asg-payments", "one group with its template's settings and default trusted profile"},
    {0},
};

const struct cmd_spec cmd_group_show = {
    .path = "group show",
    .summary = "show single instance groups with the template each uses",
    .arguments = "NAME|ID|CRN...",
    .examples = show_examples,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = show,
};
