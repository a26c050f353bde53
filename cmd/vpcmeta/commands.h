/*
 * commands: every command of the program, declared beside its code (cmd_<noun>.c) and listed once.
 */
#ifndef VPCMETA_COMMANDS_H
#define VPCMETA_COMMANDS_H

#include "cli/cli.h"

extern const struct cli_program commands_program;

/* The texts of the manual, embedded from cmd/vpcmeta/manual/ by the build; the last one has no name. */
extern const struct cli_topic commands_topics[];

extern const struct cmd_spec cmd_instance_list, cmd_instance_show, cmd_instance_create, cmd_instance_set,
    cmd_instance_restart;
extern const struct cmd_spec cmd_template_list, cmd_template_show, cmd_template_create, cmd_template_replace,
    cmd_template_set;
extern const struct cmd_spec cmd_bare_metal_list, cmd_bare_metal_show, cmd_bare_metal_create, cmd_bare_metal_set;
extern const struct cmd_spec cmd_group_list, cmd_group_show, cmd_audit, cmd_audit_trend, cmd_audit_prune, cmd_apply,
    cmd_inventory_export;
extern const struct cmd_spec cmd_runs_list, cmd_runs_show, cmd_runs_resume, cmd_runs_retry;
extern const struct cmd_spec cmd_runs_rollback, cmd_runs_prune;
extern const struct cmd_spec cmd_schema_list, cmd_schema_show, cmd_schema_example, cmd_schema_check, cmd_schema_export;
extern const struct cmd_spec cmd_policy_check, cmd_policy_explain, cmd_policy_example;
extern const struct cmd_spec cmd_auth_status, cmd_auth_token, cmd_doctor;
extern const struct cmd_spec cmd_metadata_token, cmd_metadata_iam_token, cmd_metadata_get, cmd_metadata_probe,
    cmd_metadata_certificate;
extern const struct cmd_spec cmd_plan, cmd_plan_show;
extern const struct cmd_spec cmd_completion, cmd_version, cmd_help, cmd_shell;

#endif
