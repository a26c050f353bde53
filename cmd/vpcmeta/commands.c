/* The list of all commands, and what help says about the program as a whole. */
#include "commands.h"

#include "options.h"
#include "synonyms.h"

static const struct cli_noun nouns[] = {
    {"instance", "virtual servers"},
    {"template", "instance templates, which new instances are created from"},
    {"bare-metal", "bare metal servers"},
    {"group", "instance groups and the template each uses"},
    {"runs", "recorded runs: show, resume, retry, roll back"},
    {"schema", "the JSON Schemas of request bodies"},
    {"auth", "credentials and tokens"},
    {NULL, NULL},
};

static const struct cmd_spec *const commands[] = {
    &cmd_instance_list,
    &cmd_instance_show,
    &cmd_instance_create,
    &cmd_instance_set,
    &cmd_instance_restart,
    &cmd_template_list,
    &cmd_template_show,
    &cmd_template_create,
    &cmd_template_replace,
    &cmd_template_set,
    &cmd_bare_metal_list,
    &cmd_bare_metal_show,
    &cmd_bare_metal_create,
    &cmd_bare_metal_set,
    &cmd_group_list,
    &cmd_group_show,
    &cmd_audit,
    &cmd_runs_list,
    &cmd_runs_show,
    &cmd_runs_resume,
    &cmd_runs_retry,
    &cmd_runs_rollback,
    &cmd_runs_prune,
    &cmd_schema_list,
    &cmd_schema_show,
    &cmd_schema_example,
    &cmd_schema_check,
    &cmd_schema_export,
    &cmd_auth_status,
    &cmd_auth_token,
    &cmd_shell,
    &cmd_doctor,
    &cmd_completion,
    &cmd_version,
    &cmd_help,
    NULL,
};

static const struct cli_section sections[] = {
    {"EXIT STATUS", "0: done\n"
                    "1: failed\n"
                    "2: usage or validation; nothing was sent\n"
                    "3: findings, or pending changes with --exit-code\n"
                    "4: authentication\n"
                    "5: partly failed\n"
                    "6: stale plan, or a conflict: the same thing was changed elsewhere\n"
                    "7: failure budget spent\n"
                    "8: another run holds the lock\n"
                    "129, 130, 131, 143: ended by SIGHUP, SIGINT, SIGQUIT, SIGTERM\n"
                    "141: the reader of the output went away\n"
                    "\n"
                    "Any other status is a failure."},
    {0},
};

static const struct cmd_example examples[] = {
    {"vpcmeta instance list --region us-south", "every instance of a region"},
    {"vpcmeta instance set --all --enabled true --protocol https --dry-run", "what would change"},
    {"vpcmeta instance set --all --enabled true --protocol https", "change it, after a question"},
    {0},
};

const struct cli_program commands_program = {
    .name = "vpcmeta",
    .version = VPCMETA_VERSION,
    .summary = "configure the metadata service of IBM Cloud VPC servers",
    .description =
        "Enables, hardens, disables and audits the metadata service of virtual servers, instance templates and "
        "bare metal servers, one or thousands at a time. Every value is checked before anything is sent.",
    .examples = examples,
    .nouns = nouns,
    .commands = commands,
    .synonyms = synonyms,
    .hints = option_hints,
    .globals = global_opt,
    .globals_size = sizeof(struct global_opts),
    .sections = sections,
};
