#include "commands.h"

#include "options.h"

static const struct cli_noun nouns[] = {
    {"instance", "virtual servers"},
    {"template", "instance templates, which breed new instances"},
    {"bare-metal", "bare metal servers"},
    {"schema", "the JSON Schemas of request bodies"},
    {"auth", "credentials and tokens"},
    {NULL, NULL},
};

static const struct cmd_spec *const commands[] = {
    &cmd_instance_list,
    &cmd_instance_show,
    &cmd_instance_create,
    &cmd_instance_set,
    &cmd_template_list,
    &cmd_template_show,
    &cmd_template_create,
    &cmd_template_set,
    &cmd_bare_metal_list,
    &cmd_bare_metal_show,
    &cmd_bare_metal_create,
    &cmd_bare_metal_set,
    &cmd_schema_list,
    &cmd_schema_show,
    &cmd_schema_check,
    &cmd_auth_status,
    &cmd_auth_token,
    &cmd_doctor,
    NULL,
};

const struct cli_program commands_program = {
    .name = "vpcmeta",
    .version = VPCMETA_VERSION,
    .summary = "configure the metadata service of IBM Cloud VPC servers",
    .description =
        "Enables, hardens, disables and audits the metadata service of virtual servers, instance templates and "
        "bare metal servers, one or thousands at a time. Every value is checked before anything is sent.",
    .nouns = nouns,
    .commands = commands,
    .globals = global_opt,
    .globals_size = sizeof(struct global_opts),
};
