/* vpcmeta instance ... */
#include "commands.h"
#include "verbs.h"

static const struct cmd_example create_examples[] = {
    {"vpcmeta instance create -f web-05.json --enabled true --protocol https",
     "a body from a file, settings laid over it"},
    {"vpcmeta instance create -f web-05.json --dry-run", "print the exact request body, send nothing"},
    {"vpcmeta instance create -f web.json --count 40 --name 'web-{:03}' --hop-limit 1", "web-001 ... web-040"},
    {"vpcmeta instance create --template tpl-web --name web-06 --protocol https", "from a template, overriding it"},
    {0},
};

const struct cmd_spec cmd_instance_create = {
    .path = "instance create",
    .summary = "create an instance with its metadata settings right from birth",
    .description =
        "Takes the body of POST /instances from a file or standard input, or an instance template, lays the flags over "
        "it, checks it against the schema instance_create, the image's allowed_use and the profile's architecture, and "
        "sends it. The answer is compared with what was asked for, and the default trusted profile is read back.\n\n"
        "Names make it safe to try again: they are unique in a region, so what became of a request without an answer "
        "is "
        "settled by looking for the name, and the same command twice makes nothing twice. More than one need names.",
    .examples = create_examples,
    VERB_CREATE(resource_instance, create_from_template_opt),
};

static const struct cmd_example set_examples[] = {
    {"vpcmeta instance set --all --enabled true --protocol https --hop-limit 2 --dry-run", "see what would change"},
    {"vpcmeta instance set web-01 web-02 --enabled true --protocol https", "two instances by name"},
    {"vpcmeta instance set --vpc vpc-prod --exclude 'db-*' --hop-limit 1 --yes",
     "a VPC but for its databases, unasked"},
    {"vpcmeta instance set --vpc vpc-dev --enabled true --restart needed --max-unavailable 5",
     "and restart those that need it, five at a time"},
    {0},
};

const struct cmd_spec cmd_instance_set = {
    .path = "instance set",
    .summary = "change metadata settings of existing instances",
    .description =
        "Reads the instances, compares, and sends a PATCH with only what differs to those that differ. Each is read "
        "once "
        "more just before, and the PATCH carries its ETag: a change that somebody else made meanwhile is never "
        "overwritten.\n\n"
        "Instances that cannot take the setting (s390x, deleting, failed, suspended) are skipped with the reason. An "
        "instance whose service goes from off to on must be stopped and started before the service is fully there; the "
        "result says which, and --restart needed does it in the same run (see `instance restart`). One that is stopped "
        "has "
        "that before it. Going from http to https breaks clients of the bare address 169.254.169.254.",
    .examples = set_examples,
    VERB_SET(resource_instance),
};

static const struct cmd_example restart_examples[] = {
    {"vpcmeta instance restart --all --dry-run", "who still needs a restart"},
    {"vpcmeta instance restart --all --max-unavailable 10%", "them, a tenth of the servers at a time"},
    {"vpcmeta instance restart web-01 --stop-timeout 60 --force-stop", "one that may not want to stop"},
    {0},
};

const struct cmd_spec cmd_instance_restart = {
    .path = "instance restart",
    .summary = "stop and start instances whose metadata service was turned on since",
    .description =
        "A service that was turned on after the creation is fully there once the instance was stopped and started; a "
        "reboot is not enough. The history knows from `set` whose restart is pending; the others are left alone, "
        "unless "
        "--always is given. Each is stopped, waited for, started, and waited for again; --max-unavailable says how "
        "many "
        "may be down at a time, and no two of one placement group or instance group are. One that does not come back "
        "is reported first, and keeps its place: the run ends before more are down than allowed.\n\n"
        "Instances with instance storage are skipped (a stop erases it), spot instances as well (there may be no "
        "capacity "
        "for their start). A stopped instance is left stopped: its service will be complete at its next start.\n\n"
        "When the command is interrupted it starts what it has stopped; `runs resume` goes on.",
    .examples = restart_examples,
    VERB_RESTART(resource_instance),
};
