/*
 * cli_fixture: a small program with every kind of option, for the tests of room cli and its fuzzer.
 */
#ifndef TESTS_UNIT_CLI_FIXTURE_H
#define TESTS_UNIT_CLI_FIXTURE_H

#include "cli/cli.h"

struct settings_opts {
    struct opt_bool enabled;
    struct opt_enum protocol;
    struct opt_int hop_limit;
};

struct set_opts {
    bool dry_run, yes;
    struct opt_int concurrency, failures;
    struct opt_list names, batch;
    const char *from;
    struct opt_duration wait;
    struct settings_opts want;
};

struct test_globals {
    struct opt_list region;
    struct opt_enum output;
    struct opt_duration timeout;
    const char *endpoint;
    bool quiet;
};

static const char *const protocols[] = {"http", "https", NULL};
static const char *const formats[] = {"table", "json", NULL};

static const struct opt_spec settings_opt[] = {
    OPT_BOOL(struct settings_opts, enabled, 0, "enabled", "metadata service on or off", .alias = "metadata-service"),
    OPT_ENUM(struct settings_opts, protocol, 0, "protocol", protocols, "how it is reached"),
    OPT_INT(struct settings_opts, hop_limit, 0, "hop-limit", 1, 64, "hops of an answer",
            .alias = "metadata-service-response-hop-limit"),
    OPT_END,
};
static const struct opt_group settings_group = {"Settings", settings_opt, sizeof(struct settings_opts)};

static const struct opt_spec set_opt[] = {
    OPT_FLAG(struct set_opts, dry_run, 'n', "dry-run", "show the diff, send nothing"),
    OPT_FLAG(struct set_opts, yes, 'y', "yes", "do not ask"),
    OPT_INT(struct set_opts, concurrency, 'j', "concurrency", 1, 1000, "requests in flight", .word = "auto",
            .default_value = "auto"),
    OPT_INT(struct set_opts, failures, 0, "max-failures", 0, 1000000, "stop after", .flags = OPT_PERCENTS,
            .value = "N|P%"),
    OPT_LIST(struct set_opts, names, 0, "name", "GLOB", "by name"),
    OPT_COMMA_LIST(struct set_opts, batch, 0, "batch", "N,...", "sizes of batches", .default_value = "1,100%"),
    OPT_FILE(struct set_opts, from, 0, "from", "FILE|-", "names from a file"),
    OPT_DURATION(struct set_opts, wait, 0, "wait", "between batches", .min = 1, .max = 3600000),
    OPT_GROUP(struct set_opts, want, settings_group),
    OPT_END,
};

static const struct opt_spec global_opt[] = {
    OPT_COMMA_LIST(struct test_globals, region, 0, "region", "R,...", "regions"),
    OPT_ENUM(struct test_globals, output, 'o', "output", formats, "format", .default_value = "table"),
    OPT_DURATION(struct test_globals, timeout, 0, "timeout", "of one request", .default_value = "30s"),
    OPT_STRING(struct test_globals, endpoint, 0, "endpoint", "URL", "base URL"),
    OPT_FLAG(struct test_globals, quiet, 'q', "quiet", "no progress"),
    OPT_END,
};

static int run_nothing(struct app *app, const struct cli_call *call, struct err *e)
{
    (void)app;
    (void)call;
    (void)e;
    return 0;
}

static const struct cmd_example set_examples[] = {
    {"vm instance set --name 'web-*' --enabled true | tail > log", "all web servers"},
    {NULL, NULL},
};
static const struct cmd_spec cmd_set = {
    .path = "instance set",
    .summary = "change settings",
    .arguments = "[NAME...]",
    .description = "Changes only what was asked for.",
    .examples = set_examples,
    .opts = set_opt,
    .opts_size = sizeof(struct set_opts),
    .flags = CMD_WRITES,
    .max_args = CMD_ANY_ARGS,
    .run = run_nothing,
};
static const struct cmd_spec cmd_show = {.path = "instance show",
                                         .summary = "show one",
                                         .arguments = "NAME",
                                         .min_args = 1,
                                         .max_args = 1,
                                         .run = run_nothing};
static const struct cmd_spec cmd_version = {.path = "version", .summary = "print the version", .run = run_nothing};
static const struct cmd_spec cmd_completion = {.path = "completion",
                                               .summary = "print a script",
                                               .arguments = "bash|zsh|fish",
                                               .min_args = 1,
                                               .max_args = 1,
                                               .argument_words = cli_shell_names,
                                               .run = run_nothing};
static const struct cmd_spec *const commands[] = {&cmd_set, &cmd_show, &cmd_completion, &cmd_version, NULL};
static const struct cli_noun nouns[] = {{"instance", "virtual servers"}, {NULL, NULL}};
static const struct cli_synonym synonyms[] = {{"vms", "instance"},      {"get", "show"},
                                              {"update", "set"},        {"enable", "set --enabled true"},
                                              {"undo", "instance set"}, {NULL, NULL}};
static const struct cli_option_hint hints[] = {
    {"api-key", "write it to a file", NULL}, {"image", "it stands in the body", "show"}, {NULL, NULL, NULL}};
static const struct cli_program program = {
    .name = "vm",
    .version = "1.2.3",
    .date = "2026-11-28",
    .summary = "settings of servers",
    .nouns = nouns,
    .commands = commands,
    .synonyms = synonyms,
    .hints = hints,
    .globals = global_opt,
    .globals_size = sizeof(struct test_globals),
};

#endif
