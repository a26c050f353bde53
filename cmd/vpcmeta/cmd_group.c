/* vpcmeta group ... */
#include "commands.h"
#include "verbs.h"

static const struct cmd_example list_examples[] = {
    {"vpcmeta group list", "every instance group of the region with its template's metadata settings"},
    {"vpcmeta group list --vpc vpc-prod --exclude 'batch-*'", "those of a VPC but for the batch jobs'"},
    {"vpcmeta group list -o json --jq '.items[] | select(.protocol == \"http\") | .template'",
     "the templates that groups breed servers with plain http from"},
    {"vpcmeta group list -o json --jq '.items[] | select(.stale_members > 0) | .name'",
     "groups with members that were made from another template"},
    {0},
};

const struct cmd_spec cmd_group_list = {
    .path = "group list",
    .summary = "list instance groups with the template each uses",
    .description =
        "Instance groups have no metadata settings of their own: new members take those of the group's instance "
        "template, which are shown (null where the template is gone). Members made from an earlier template keep "
        "theirs: STALE counts them, for which the memberships of each group are read.\n\n"
        "--zone selects none: a group lies in a region.",
    .examples = list_examples,
    VERB_LIST(resource_group),
};

static const struct cmd_example show_examples[] = {
    {"vpcmeta group show asg-payments", "one group with its template's settings and default trusted profile"},
    {0},
};

const struct cmd_spec cmd_group_show = {
    .path = "group show",
    .summary = "show single instance groups with the template each uses",
    .examples = show_examples,
    VERB_SHOW(resource_group),
};
