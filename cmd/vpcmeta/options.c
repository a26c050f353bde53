/* The groups of options that several commands share, and what they come to. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "render/render.h"

const char *const options_auth_words[] = {"iam", "vpc", "container", "bearer", "none", NULL};
static const char *const color_words[] = {"auto", "always", "never", NULL};
static const char *const progress_words[] = {"auto", "none", "json", NULL};
static const char *const protocol_words[] = {"http", "https", NULL};

static const struct cmd_refusal no_rows = {.reason = "it is for the rows of lists, shows and audit"};
static const struct cmd_refusal sorts_no_change = {.reason = "it is for the rows of lists, shows and audit; runs show "
                                                             "sorts what a run did"};
static const struct cmd_refusal limits_no_change = {
    .reason = "it cuts the rows of a list, and never what is changed: choose servers by names or selectors, and end "
              "early with --max-failures or --batch"};

const struct opt_spec global_opt[] = {
    OPT_COMMA_LIST(struct global_opts, regions, 0, "region", "R[,R...]|all",
                   "regions to work in; all asks the API; an endpoint of another region is refused"),
    OPT_STRING(struct global_opts, endpoint, 0, "endpoint", "URL", "base URL of the VPC API, /v1 included"),
    OPT_STRING(struct global_opts, iam_url, 0, "iam-url", "URL", "base URL of IAM"),
    OPT_STRING(struct global_opts, metadata_url, 0, "metadata-url", "URL",
               "where the metadata service of this server is, instead of its usual name and address"),
    OPT_ENUM(struct global_opts, auth, 0, "auth", options_auth_words,
             "how to log in: iam by API key, vpc by the identity of this server, container by that of this container"),
    OPT_FILE(struct global_opts, api_key_file, 0, "api-key-file", "FILE|-", "read the API key from a file",
             .excludes = "auth=vpc|auth=container|auth=bearer|auth=none"),
    OPT_STRING(struct global_opts, api_version, 0, "api-version", "DATE", "version date sent with every request",
               .default_value = VPC_API_VERSION),
    OPT_ENUM(struct global_opts, output, 'o', "output", render_format_names, "format of what is printed",
             .default_value = "table"),
    OPT_COMMA_LIST(struct global_opts, fields, 0, "fields", "A,B...", "only these fields, in this order"),
    OPT_COMMA_LIST(struct global_opts, sort, 0, "sort", "FIELD[:desc],...",
                   "sort rows by these fields: api-2 before api-10, rows without a value last",
                   .without_rows = &no_rows, .with_writes = &sorts_no_change),
    OPT_INT(struct global_opts, limit, 0, "limit", 1, 1000000000, "print only the first N rows, after --sort",
            .value = "N", .without_rows = &no_rows, .with_writes = &limits_no_change),
    OPT_STRING(struct global_opts, jq, 0, "jq", "EXPR",
               "filter the JSON output with a jq expression (at most 2s of CPU time and 256 MB, more for big ones)",
               .excludes = "output=table|output=csv|output=yaml"),
    OPT_FLAG(struct global_opts, no_headers, 0, "no-headers", "leave out the line of headings"),
    OPT_FLAG(struct global_opts, no_pager, 0, "no-pager", "show long output of a terminal without a pager"),
    OPT_ENUM(struct global_opts, color, 0, "color", color_words, "colour in the output", .default_value = "auto"),
    OPT_ENUM(struct global_opts, progress, 0, "progress", progress_words,
             "progress: a line on a terminal, nothing, or JSON lines of a run on standard error",
             .default_value = "auto"),
    OPT_FLAG(struct global_opts, quiet, 'q', "quiet", "no progress, no notes, only warnings and errors"),
    OPT_FLAG(struct global_opts, verbose, 'v', "verbose",
             "also print details: what is skipped and why, requests, bytes", .excludes = "quiet"),
    OPT_FILE(struct global_opts, trace, 0, "trace", "FILE", "append one JSON line a request, without secrets"),
    OPT_DURATION(struct global_opts, timeout, 0, "timeout", "time for one request", .default_value = "30s", .min = 100,
                 .max = 3600000),
    OPT_DURATION(struct global_opts, deadline, 0, "deadline", "time for the whole command", .min = 100,
                 .max = 604800000),
    OPT_DURATION(struct global_opts, outage_timeout, 0, "outage-timeout",
                 "time to wait for an API that stops answering; 0 ends the command then", .default_value = "2m",
                 .max = 86400000),
    OPT_FILE(struct global_opts, ca_file, 0, "ca-file", "FILE",
             "trust these certificates (PEM) instead of the system's"),
    OPT_FOLDER(struct global_opts, schema_dir, 0, "schema-dir", "DIR",
               "JSON Schemas that replace the built-in ones of the same name"),
    OPT_FLAG(struct global_opts, allow_unknown, 0, "allow-unknown",
             "send properties of a body that the schemas do not know, with a warning"),
    OPT_FLAG(struct global_opts, no_input, 0, "no-input", "never ask; refuse what would need an answer"),
    OPT_END,
};

struct cli_place options_place(const struct global_opts *globals, const char *const *region)
{
    bool adds = globals->regions.count == 0 && region != NULL && *region != NULL && **region != '\0';

    return (struct cli_place){.regions = adds ? region : globals->regions.items,
                              .region_count = adds ? 1 : globals->regions.count,
                              .endpoint = globals->endpoint,
                              .iam_url = globals->iam_url,
                              .metadata_url = globals->metadata_url,
                              .auth = globals->auth.given ? options_auth_words[globals->auth.value] : NULL,
                              .api_key_file = globals->api_key_file,
                              .ca_file = globals->ca_file};
}

/* Beside --from. */
#define OPT_FROM_NULL(type)                                                                                          \
    OPT_FLAG(type, null, '0', "null", "the items of --from end in NUL bytes, as those of find -print0; no comments", \
             .needs = "from")

/* The selectors that every command with selectors has. */
#define SELECTORS_BESIDE_NAME                                                                                    \
    OPT_COMMA_LIST(struct selector_opts, vpcs, 0, "vpc", "NAME|ID|CRN", "in this VPC"),                          \
        OPT_COMMA_LIST(struct selector_opts, resource_groups, 0, "resource-group", "NAME|ID|CRN",                \
                       "in this resource group"),                                                                \
        OPT_COMMA_LIST(struct selector_opts, zones, 0, "zone", "ZONE", "in this zone"),                          \
        OPT_COMMA_LIST(struct selector_opts, statuses, 0, "status", "STATUS", "in this status"),                 \
        OPT_STRING(struct selector_opts, where, 0, "where", "JQ",                                                \
                   "for whose API object this jq predicate is true (one true, false or null; at most 2s each)"), \
        OPT_COMMA_LIST(struct selector_opts, excludes, 0, "exclude", "GLOB", "except those whose name matches"), \
        OPT_FILE(struct selector_opts, from, 0, "from", "FILE|-|run:RUN",                                        \
                 "named in a file, one name, id or CRN a line; of a run: those whose restart is pending"),       \
        OPT_FROM_NULL(struct selector_opts)

static const struct opt_spec selector_opt[] = {
    OPT_FLAG(struct selector_opts, all, 0, "all", "everything"),
    OPT_COMMA_LIST(struct selector_opts, names, 0, "name", "GLOB", "whose name matches"),
    SELECTORS_BESIDE_NAME,
    OPT_END,
};
const struct opt_group selector_group = {"Selectors", selector_opt, sizeof(struct selector_opts)};

static const struct opt_spec selector_opt_without_name[] = {
    OPT_FLAG(struct selector_opts, all, 0, "all", "everything"),
    SELECTORS_BESIDE_NAME,
    OPT_END,
};
const struct opt_group selector_group_without_name = {"Selectors", selector_opt_without_name,
                                                      sizeof(struct selector_opts)};

static const struct opt_spec metadata_opt[] = {
    OPT_BOOL(struct metadata_opts, enabled, 0, "enabled", "metadata service on or off", .alias = "metadata-service"),
    OPT_ENUM(struct metadata_opts, protocol, 0, "protocol", protocol_words, "https is the secure one",
             .alias = "metadata-service-protocol", .flags = OPT_API_WORDS, .advice = "for TLS give --protocol https"),
    OPT_INT(struct metadata_opts, hop_limit, 0, "hop-limit", RESOURCE_HOP_LIMIT_MIN, RESOURCE_HOP_LIMIT_MAX,
            "IP hops a response may travel", .alias = "metadata-service-response-hop-limit",
            .advice = "schemas/common/metadata.json#/$defs/response_hop_limit"),
    OPT_END,
};
const struct opt_group metadata_group = {"Metadata service", metadata_opt, sizeof(struct metadata_opts)};

static const struct opt_spec profile_opt[] = {
    OPT_STRING(struct profile_opts, trusted_profile, 0, "trusted-profile", "ID|CRN",
               "default trusted profile (at creation only)", .alias = "default-trusted-profile"),
    OPT_BOOL(struct profile_opts, auto_link, 0, "auto-link", "link the profile to the server",
             .alias = "default-trusted-profile-auto-link"),
    OPT_END,
};
const struct opt_group profile_group = {"Trusted profile", profile_opt, sizeof(struct profile_opts)};

enum { HEAL_TIMEOUT_MIN_MS = 1000, DAY_MS = 24 * 60 * 60 * 1000, POLL_MIN_MS = 10 };

static const struct opt_spec roll_opt[] = {
    OPT_FLAG(struct roll_opts, roll, 0, "roll", "replace the members of the groups that were moved, a batch at a time",
             .needs = "update-groups"),
    OPT_INT(struct roll_opts, max_unavailable, 0, "max-unavailable", 1, 1000000,
            "members of a group that are deleted at a time", .flags = OPT_PERCENTS, .default_value = "1",
            .needs = "roll"),
    OPT_DURATION(struct roll_opts, heal_timeout, 0, "heal-timeout",
                 "time a group has to be healthy again before its next batch", .default_value = "15m",
                 .min = HEAL_TIMEOUT_MIN_MS, .max = DAY_MS, .needs = "roll"),
    OPT_DURATION(struct roll_opts, poll_interval, 0, "poll-interval",
                 "time between two polls of a group, instead of 1s, 2s, then 5s", .min = POLL_MIN_MS, .max = DAY_MS,
                 .needs = "roll"),
    OPT_END,
};
const struct opt_group roll_group = {"Members", roll_opt, sizeof(struct roll_opts)};

static const struct opt_spec write_opt[] = {
    OPT_FLAG(struct write_opts, dry_run, 'n', "dry-run", "show what would change, send nothing that writes"),
    OPT_FLAG(struct write_opts, exit_code, 0, "exit-code", "exit 3 when changes are pending", .needs = "dry-run"),
    OPT_FLAG(struct write_opts, yes, 'y', "yes", "do not ask for confirmation"),
    OPT_INT(struct write_opts, concurrency, 'j', "concurrency", 1, OPTIONS_CONCURRENCY_MAX,
            "writes in progress at a time; auto adapts to the server", .word = "auto", .default_value = "auto"),
    OPT_INT(struct write_opts, tps, 0, "tps", 1, 100000, "requests a second at the most"),
    OPT_INT(struct write_opts, max_failures, 0, "max-failures", 0, 1000000,
            "start no more changes after this number of failures (0 counts as 1)", .flags = OPT_PERCENTS),
    OPT_COMMA_LIST(struct write_opts, batches, 0, "batch", "N|P%,...",
                   "change in batches of these sizes, each once the one before succeeded: 1,10%,100%"),
    OPT_END,
};
const struct opt_group write_group = {"Writing", write_opt, sizeof(struct write_opts)};

static const struct opt_spec creation_opt[] = {
    OPT_FILE(struct creation_opts, file, 'f', "file", "FILE|-", "the request body as JSON; flags override it"),
    OPT_STRING(struct creation_opts, name, 0, "name", "NAME", "name of the new resource; with --count 'web-{:03}'"),
    OPT_INT(struct creation_opts, count, 0, "count", 1, OPTIONS_CREATIONS_MAX,
            "number of resources to create: 001, 002, ...", .needs = "name",
            .remedy = "names make it safe to try again: give --name 'web-{:03}'"),
    OPT_INT(struct creation_opts, start_at, 0, "start-at", 0, 1000000, "the first number of --count",
            .default_value = "1", .needs = "count"),
    OPT_FILE(struct creation_opts, from, 0, "from", "FILE|-", "create one for each name in a file, one a line",
             .excludes = "name|count", .remedy = "the file brings the names: leave out --name and --count"),
    OPT_FROM_NULL(struct creation_opts),
    OPT_END,
};
const struct opt_group creation_group = {"Creating", creation_opt, sizeof(struct creation_opts)};

static const struct opt_spec downtime_opt[] = {
    OPT_INT(struct downtime_opts, max_unavailable, 0, "max-unavailable", 1, 1000000,
            "servers down at a time, in all regions together", .flags = OPT_PERCENTS, .default_value = "1"),
    OPT_FLAG(struct downtime_opts, allow_same_group, 0, "allow-same-group",
             "members of one placement group or instance group may be down together"),
    OPT_DURATION(struct downtime_opts, stop_timeout, 0, "stop-timeout", "time a server has to stop",
                 .default_value = "5m", .min = 100, .max = 86400000),
    OPT_FLAG(struct downtime_opts, force_stop, 0, "force-stop", "power off servers that have not stopped in that time"),
    OPT_DURATION(struct downtime_opts, start_timeout, 0, "start-timeout", "time a server has to run again",
                 .default_value = "10m", .min = 100, .max = 86400000),
    OPT_FLAG(struct downtime_opts, allow_disk_loss, 0, "allow-disk-loss",
             "also servers with instance storage, whose data a stop erases"),
    OPT_DURATION(struct downtime_opts, poll_interval, 0, "poll-interval",
                 "time between two polls of the servers (default: 1s to 5s)", .min = 100, .max = 600000),
    OPT_END,
};
const struct opt_group downtime_group = {"Restarting", downtime_opt, sizeof(struct downtime_opts)};

struct fleet_restarts options_restarts(const struct downtime_opts *downtime)
{
    return (struct fleet_restarts){
        .max_unavailable = {.percent = downtime->max_unavailable.unit == OPT_PERCENT,
                            .value = (unsigned)downtime->max_unavailable.value},
        .stop_timeout_ms = (unsigned)downtime->stop_timeout.ms,
        .start_timeout_ms = (unsigned)downtime->start_timeout.ms,
        .poll_ms = (unsigned)downtime->poll_interval.ms,
        .force_stop = downtime->force_stop,
        .same_group = downtime->allow_same_group,
        .terms = {.allow_disk_loss = downtime->allow_disk_loss},
    };
}

struct resource_settings options_settings(const struct metadata_opts *metadata, const struct profile_opts *profile)
{
    struct resource_settings settings = {0};

    if (metadata->enabled.given) {
        settings.given |= RESOURCE_ENABLED;
        settings.enabled = metadata->enabled.value;
    }
    if (metadata->protocol.given) {
        settings.given |= RESOURCE_PROTOCOL;
        settings.protocol = protocol_words[metadata->protocol.value];
    }
    if (metadata->hop_limit.given) {
        settings.given |= RESOURCE_HOP_LIMIT;
        settings.hop_limit = (int)metadata->hop_limit.value;
    }
    if (profile->trusted_profile != NULL) {
        settings.given |= RESOURCE_TRUSTED_PROFILE;
        settings.trusted_profile = profile->trusted_profile;
    }
    if (profile->auto_link.given) {
        settings.given |= RESOURCE_AUTO_LINK;
        settings.auto_link = profile->auto_link.value;
    }
    return settings;
}

unsigned options_concurrency(const struct write_opts *write)
{
    return write->concurrency.unit == OPT_WORD ? 0 : (unsigned)write->concurrency.value;
}

static bool parse_share(const char *word, struct fleet_share *ret)
{
    CLEANUP(text_free) struct text digits = {0};
    size_t size = strlen(word);
    bool percent = size > 0 && word[size - 1] == '%';
    long value;

    text_append_size(&digits, word, percent ? size - 1 : size);
    if (!text_to_long(text_string(&digits), 1, percent ? 100 : 1000000, &value)) {
        return false;
    }
    *ret = (struct fleet_share){.percent = percent, .value = (unsigned)value};
    return true;
}

bool options_limits(const struct write_opts *write, struct fleet_limits *ret, struct err *e)
{
    *ret = (struct fleet_limits){.has_max_failures = write->max_failures.given,
                                 .max_failures = {.percent = write->max_failures.unit == OPT_PERCENT,
                                                  .value = (unsigned)write->max_failures.value}};
    if (write->batches.count > FLEET_BATCHES_MAX) {
        return err_set(e, ERR_USAGE, "--batch takes at most %d sizes", FLEET_BATCHES_MAX);
    }
    for (size_t i = 0; i < write->batches.count; i++) {
        if (!parse_share(write->batches.items[i], &ret->batches[ret->batch_count++])) {
            return err_set(e, ERR_USAGE, "--batch %s is neither a number of servers nor a share such as 10%%",
                           write->batches.items[i]);
        }
    }
    return true;
}

void options_append_settings(struct cli_command_line *line, const struct resource_settings *wanted)
{
    CLEANUP(text_free) struct text hop_limit = {0};

    if ((wanted->given & RESOURCE_ENABLED) != 0) {
        cli_command_line_option(line, "enabled", wanted->enabled ? "true" : "false");
    }
    if ((wanted->given & RESOURCE_PROTOCOL) != 0) {
        cli_command_line_option(line, "protocol", wanted->protocol);
    }
    if ((wanted->given & RESOURCE_HOP_LIMIT) != 0) {
        text_printf(&hop_limit, "%d", wanted->hop_limit);
        cli_command_line_option(line, "hop-limit", text_string(&hop_limit));
    }
    if ((wanted->given & RESOURCE_TRUSTED_PROFILE) != 0) {
        cli_command_line_option(line, "trusted-profile", wanted->trusted_profile);
    }
    if ((wanted->given & RESOURCE_AUTO_LINK) != 0) {
        cli_command_line_option(line, "auto-link", wanted->auto_link ? "true" : "false");
    }
}
