/* options: the groups of options that several commands share, each declared once (cli.md). */
#ifndef VPCMETA_OPTIONS_H
#define VPCMETA_OPTIONS_H

#include "cli/cli.h"
#include "cli/cli_command_line.h"
#include "fleet/fleet.h"
#include "inventory/inventory.h"
#include "resource/resource.h"

/* Options of every command. */
struct global_opts {
    struct opt_list regions;
    const char *endpoint, *iam_url, *metadata_url;
    struct opt_enum auth;
    const char *api_key_file, *api_version;
    struct opt_enum output; /* enum render_format */
    struct opt_list fields, sort;
    struct opt_int limit;
    const char *jq;
    bool no_headers, no_pager, quiet, verbose, no_input, allow_unknown;
    struct opt_enum color;    /* enum term_color */
    struct opt_enum progress; /* enum options_progress */
    const char *trace, *ca_file, *schema_dir;
    struct opt_duration timeout, deadline, outage_timeout;
};
enum options_progress { OPTIONS_PROGRESS_AUTO, OPTIONS_PROGRESS_NONE, OPTIONS_PROGRESS_JSON };
extern const struct opt_spec global_opt[];
extern const char *const options_auth_words[]; /* of --auth */

/* Appends the settings as options: "--enabled true --protocol https". Strings are borrowed. */
void options_append_settings(struct cli_command_line *line, const struct resource_settings *wanted);

/*
 * The options of place of a command that is printed: those that were given. A command that names servers has --region
 * always, because another shell may be set up for another one: without a given one it is `*region`, that of the servers
 * ("": not known). A command that names a run passes NULL: the record of the run has its regions and its endpoint.
 * Borrows strings and `region`.
 */
struct cli_place options_place(const struct global_opts *globals, const char *const *region);

/* The refusals of a command that prints `what`, always. */
#define OPTIONS_NO_FORMAT(what)                                   \
    {"output", "it prints " what}, {"fields", "it prints " what}, \
    {                                                             \
        "jq", "it prints " what                                   \
    }

/* "Selectors" of cli.md. */
struct selector_opts {
    bool all;
    struct opt_list names, vpcs, resource_groups, zones, statuses, excludes;
    const char *where, *from;
    bool null; /* of `from` */
};
extern const struct opt_group selector_group;
extern const struct opt_group selector_group_without_name; /* without --name, where that is another name */

/* "Settings" of cli.md: those that can be changed, and those that exist at creation only. */
struct metadata_opts {
    struct opt_bool enabled;
    struct opt_enum protocol;
    struct opt_int hop_limit;
};
extern const struct opt_group metadata_group;

struct profile_opts {
    const char *trusted_profile;
    struct opt_bool auto_link;
};
extern const struct opt_group profile_group;

/* The settings that were given. Strings are borrowed from the call. */
struct resource_settings options_settings(const struct metadata_opts *metadata, const struct profile_opts *profile);

/* "Creating" of cli.md. */
struct creation_opts {
    const char *file, *name, *from;
    bool null; /* of `from` */
    struct opt_int count, start_at;
};
extern const struct opt_group creation_group;

/* Replacing the members of instance groups. */
struct roll_opts {
    bool roll;
    struct opt_int max_unavailable;
    struct opt_duration heal_timeout, poll_interval;
};
extern const struct opt_group roll_group;

/* For commands that change what exists: how long they wait for a state that passes. */
#define OPT_SETTLE_TIMEOUT(type, member)                                                                              \
    OPT_DURATION(type, member, 0, "settle-timeout",                                                                   \
                 "time to wait for what is pending, starting, stopping, restarting or updating and refuses a change", \
                 .default_value = "30s", .min = 0, .max = 86400000)

/* "Writing to a fleet" of cli.md. */
struct write_opts {
    bool dry_run, exit_code, yes;
    struct opt_int concurrency, tps, max_failures;
    struct opt_list batches;
};
extern const struct opt_group write_group;

/* How servers are stopped and started. */
struct downtime_opts {
    struct opt_int max_unavailable;
    struct opt_duration stop_timeout, start_timeout, poll_interval;
    bool force_stop, allow_same_group, allow_disk_loss;
};
extern const struct opt_group downtime_group;
struct fleet_restarts options_restarts(const struct downtime_opts *downtime);

enum {
    OPTIONS_CONCURRENCY_MAX = 256,
    OPTIONS_CREATIONS_MAX = 10000, /* by one command */
};

/* Writes under way that the options ask for; 0: found out. */
unsigned options_concurrency(const struct write_opts *write);

/* --max-failures and --batch; ERR_USAGE for a batch that is neither N nor N%. */
bool options_limits(const struct write_opts *write, struct fleet_limits *ret, struct err *e)
    __attribute__((warn_unused_result));

#endif
