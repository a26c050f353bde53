/* vpcmeta bare-metal ... */
#include "commands.h"
#include "verbs.h"

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
        "some of the vendor's examples, are moved there with a note. It starts by itself once it is made; it has no "
        "response hop limit.",
    .examples = create_examples,
    VERB_CREATE(resource_bare_metal, create_opt),
};

static const struct cmd_example set_examples[] = {
    {"vpcmeta bare-metal set bm-01 --enabled true --protocol https", "switch it on, the secure way"},
    {0},
};

const struct cmd_spec cmd_bare_metal_set = {
    .path = "bare-metal set",
    .summary = "change metadata settings of existing bare metal servers",
    .description =
        "Works as `instance set`, but for two things of the API: there is no response hop limit, and a PATCH cannot "
        "be bound to an ETag, so that a change made by somebody else in the moment between the last read and "
        "the PATCH cannot be noticed.",
    .examples = set_examples,
    VERB_SET(resource_bare_metal),
};
