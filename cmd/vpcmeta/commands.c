/* The list of all commands, and what help says about the program as a whole. */
#include "commands.h"

#include "known_words.h"
#include "options.h"
#include "release.h"
#include "synonyms.h"

static const struct cli_noun nouns[] = {
    {"instance", "virtual servers"},
    {"template", "instance templates, which new instances are created from"},
    {"bare-metal", "bare metal servers"},
    {"group", "instance groups and the template each uses"},
    {"policy", "the wanted settings of a fleet: rules with exceptions"},
    {"inventory", "everything in one file, to rehearse a change on a copy"},
    {"runs", "recorded runs: show, resume, retry, roll back"},
    {"schema", "the JSON Schemas of request bodies"},
    {"metadata", "what a server reads of itself: run these on the server"},
    {"auth", "credentials and tokens"},
    {NULL, NULL},
};

/* Grouped by tasks. */
static const struct cmd_spec *const commands[] = {
    &cmd_instance_list,
    &cmd_instance_show,
    &cmd_template_list,
    &cmd_template_show,
    &cmd_bare_metal_list,
    &cmd_bare_metal_show,
    &cmd_group_list,
    &cmd_group_show,
    &cmd_instance_set,
    &cmd_instance_restart,
    &cmd_bare_metal_set,
    &cmd_template_replace,
    &cmd_template_set,
    &cmd_instance_create,
    &cmd_template_create,
    &cmd_bare_metal_create,
    &cmd_schema_list,
    &cmd_schema_show,
    &cmd_schema_example,
    &cmd_schema_check,
    &cmd_schema_export,
    &cmd_policy_example,
    &cmd_policy_check,
    &cmd_policy_explain,
    &cmd_audit,
    &cmd_audit_trend,
    &cmd_audit_prune,
    &cmd_plan,
    &cmd_plan_show,
    &cmd_apply,
    &cmd_inventory_export,
    &cmd_runs_list,
    &cmd_runs_show,
    &cmd_runs_resume,
    &cmd_runs_retry,
    &cmd_runs_rollback,
    &cmd_runs_prune,
    &cmd_metadata_probe,
    &cmd_metadata_get,
    &cmd_metadata_token,
    &cmd_metadata_iam_token,
    &cmd_metadata_certificate,
    &cmd_doctor,
    &cmd_auth_status,
    &cmd_auth_token,
    &cmd_shell,
    &cmd_completion,
    &cmd_version,
    &cmd_help,
    NULL,
};

static const struct cli_task tasks[] = {
    {"Look", &cmd_instance_list},
    {"Change", &cmd_instance_set},
    {"Create", &cmd_instance_create},
    {"Prove, finish and take back", &cmd_policy_example},
    {"On a server", &cmd_metadata_probe},
    {"Set up", &cmd_doctor},
    {0},
};

static const char *const sections[] = {"exit-status", "environment", "files", NULL};

static const struct cmd_example examples[] = {
    {"vpcmeta instance list --region us-south", "every instance of a region"},
    {"vpcmeta instance set --all --enabled true --protocol https --dry-run", "what would change"},
    {"vpcmeta instance set --all --enabled true --protocol https", "change it, after a question"},
    {0},
};

const struct cli_program commands_program = {
    .name = "vpcmeta",
    .version = VPCMETA_VERSION,
    .date = RELEASE_DATE,
    .summary = "configure the metadata service of IBM Cloud VPC servers",
    .description =
        "Enables, hardens, disables and audits the metadata service of virtual servers, instance templates and "
        "bare metal servers, one or thousands at a time. Every value is checked before anything is sent.",
    .examples = examples,
    .nouns = nouns,
    .commands = commands,
    .synonyms = synonyms,
    .absent = absent_commands,
    .hints = option_hints,
    .tasks = tasks,
    .globals = global_opt,
    .globals_size = sizeof(struct global_opts),
    .known_words = known_words,
    .topics = commands_topics,
    .sections = sections,
};
