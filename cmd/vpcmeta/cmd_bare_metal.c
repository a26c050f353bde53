/* vpcmeta bare-metal ... */
#include "commands.h"
#include "verbs.h"

static int list(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_list(app, call, &resource_bare_metal, e);
}

static int show(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_show(app, call, &resource_bare_metal, e);
}

static int create(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_create(app, call, &resource_bare_metal, e);
}

static int set(struct app *app, const struct cli_call *call, struct err *e)
{
    return verb_set(app, call, &resource_bare_metal, e);
}

static const struct cmd_example list_examples[] = {
    {"vpcmeta bare-metal list", "every bare metal server of the region"},
    {0},
};

const struct cmd_spec cmd_bare_metal_list = {
    .path = "bare-metal list",
    .summary = "list bare metal servers with their metadata settings",
    .arguments = "[NAME|ID|CRN...]",
    .description = "Bare metal servers have no response hop limit.",
    .examples = list_examples,
    .opts = list_opt,
    .opts_size = sizeof(struct list_opts),
    .max_args = CMD_ANY_ARGS,
    .run = list,
};

static const struct cmd_example show_examples[] = {
    {"vpcmeta bare-metal show bm-01 -o yaml", "one server with its default trusted profile"},
    {0},
};

const struct cmd_spec cmd_bare_metal_show = {
    .path = "bare-metal show",
    .summary = "show single bare metal servers with their default trusted profile",
    .arguments = "NAME|ID|CRN...",
    .examples = show_examples,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = show,
};

static const struct cmd_example create_examples[] = {
    {"vpcmeta bare-metal create -f bm-03.json --enabled true --protocol https",
     "a body from a file, settings laid over it"},
    {0},
};

const struct cmd_spec cmd_bare_metal_create = {
    .path = "bare-metal create",
    .summary = "create a bare metal server with its metadata settings right from birth",
    .description =
        "Takes the body of POST /bare_metal_servers from a file or standard input and lays the flags over it. The "
        "trusted profile stands in `initialization`; image, keys and profile that stand at the top level, as in "
        "some of the vendor's examples, are moved there with a note.",
    .examples = create_examples,
    .opts = create_opt,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_WRITES,
    .run = create,
};

static const struct cmd_example set_examples[] = {
    {"vpcmeta bare-metal set bm-01 --enabled true --protocol https", "switch it on, the secure way"},
    {0},
};

const struct cmd_spec cmd_bare_metal_set = {
    .path = "bare-metal set",
    .summary = "change metadata settings of existing bare metal servers",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Works as `instance set`, but for two things of the API: there is no response hop limit, and a PATCH cannot "
        "be bound to an ETag, so that a change made by somebody else in the moment between the last read and "
        "the PATCH cannot be noticed.",
    .examples = set_examples,
    .opts = set_opt,
    .opts_size = sizeof(struct set_opts),
    .flags = CMD_WRITES,
    .max_args = CMD_ANY_ARGS,
    .run = set,
};
