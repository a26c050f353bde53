/* The command line of vpcsim: its table of options, and what they come to. */
#include "vpcsim/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/mem.h"
#include "release.h"
#include "term/term.h"

#define LOAD_OPTION "load"

enum { NUMBER_MAX = 1000000, SECOND_MS = 1000 };

struct server_opts {
    struct opt_int port, threads;
    const char *port_file, *cert_out, *log;
    bool tls;
};

struct fleet_opts {
    struct opt_list regions;
    struct opt_int seed, instances, templates, bare_metals, groups, vpcs;
    struct opt_enum mix;
    bool all_disabled;
    struct opt_list load;
};

struct behaviour_opts {
    struct opt_enum auth, membership_delete;
    const char *api_key, *metadata_instance;
    struct opt_list cr_tokens;
    bool lenient_profiles;
    struct opt_duration token_life;
    struct opt_int transition_ms;
};

struct trouble_opts {
    struct opt_int latency_ms, rate, burst;
    bool retry_after, rate_headers;
    const char *scenario;
};

struct all_opts {
    bool assumptions, copies, scenarios, man;
    struct opt_enum completion;
    struct server_opts server;
    struct fleet_opts fleet;
    struct behaviour_opts behaviour;
    struct trouble_opts trouble;
};

static const char *const mix_words[] = {[MIX_REAL] = "real", [MIX_PLAIN] = "plain", [MIX_VARIED] = "varied", NULL};
static const char *const switch_words[] = {"on", "off", NULL};
static const char *const membership_words[] = {"refill", "shrink", NULL};

static const struct opt_spec server_opt[] = {
    OPT_INT(struct server_opts, port, 0, "port", 0, 65535, "port of 127.0.0.1 and ::1; 0 picks one", .value = "N",
            .default_value = "0"),
    OPT_FILE(struct server_opts, port_file, 0, "port-file", "FILE", "write the port there when it listens"),
    OPT_INT(struct server_opts, threads, 0, "threads", 1, 64, "threads that serve", .default_value = "2"),
    OPT_FLAG(struct server_opts, tls, 0, "tls",
             "https with a certificate made for localhost, 127.0.0.1, ::1 and api.metadata.cloud.ibm.com; the metadata "
             "service of a server that has it on http answers there, too"),
    OPT_FILE(struct server_opts, cert_out, 0, "cert-out", "FILE",
             "write that certificate there: clients take it as --ca-file"),
    OPT_FILE(struct server_opts, log, 0, "log", "FILE",
             "one JSON line a request, on its way to the file before the answer leaves"),
    OPT_END,
};
static const struct opt_group server_group = {"Server", server_opt, sizeof(struct server_opts)};

static const struct opt_spec fleet_opt[] = {
    OPT_COMMA_LIST(struct fleet_opts, regions, 0, "region", "R[,R...]",
                   "regions, us-south without it; the first at /v1, each at /R/v1"),
    OPT_INT(struct fleet_opts, seed, 0, "seed", 0, INT32_MAX, "the same seed gives the same fleet", .value = "N",
            .default_value = "1"),
    OPT_INT(struct fleet_opts, instances, 0, "instances", 0, NUMBER_MAX, "instances, members of groups included",
            .value = "N", .default_value = "100"),
    OPT_INT(struct fleet_opts, templates, 0, "templates", 0, NUMBER_MAX, "instance templates", .value = "N",
            .default_value = "8"),
    OPT_INT(struct fleet_opts, bare_metals, 0, "bare-metal", 0, NUMBER_MAX, "bare metal servers", .value = "N",
            .default_value = "4"),
    OPT_INT(struct fleet_opts, groups, 0, "groups", 0, NUMBER_MAX, "instance groups", .value = "N",
            .default_value = "2"),
    OPT_INT(struct fleet_opts, vpcs, 0, "vpcs", 1, 1000, "VPCs, a subnet a zone each", .default_value = "5"),
    OPT_ENUM(struct fleet_opts, mix, 0, "mix", mix_words,
             "real, of 100 instances: 43 with metadata on, of these 60 % https; 80 with hop limit 1, 13 with 2; 90 "
             "running, 6 stopped, the rest failed, suspended or passing; 4 s390x, 3 spot, 6 with instance storage, 3 "
             "in placement groups, 12 with a default trusted profile. plain: all amd64, running, disabled, http, hop "
             "limit 1. varied: as real, with allowed_use of every form on images, volumes and disks",
             .default_value = "real"),
    OPT_FLAG(struct fleet_opts, all_disabled, 0, "all-disabled",
             "metadata off, http, hop limit 1 everywhere, the rest as --mix says"),
    OPT_LIST(struct fleet_opts, load, 0, LOAD_OPTION, "FILE...",
             "serve a copy of a fleet: what 'vpcmeta inventory export' wrote, a list of vpcmeta (-o json), arrays of "
             "'ibmcloud is ... --output json', collections of the API, GET /_sim/state; several files make one fleet "
             "(--copies explains them). Without sizes given nothing is generated beside it, and without --region its "
             "first region is at /v1",
             .flags = OPT_FILES),
    OPT_END,
};
static const struct opt_group fleet_group = {"Fleet (of every region)", fleet_opt, sizeof(struct fleet_opts)};

static const struct opt_spec behaviour_opt[] = {
    OPT_ENUM(struct behaviour_opts, auth, 0, "auth", switch_words, "on: bearer tokens of the own IAM; off: none needed",
             .default_value = "on"),
    OPT_STRING(struct behaviour_opts, api_key, 0, "api-key", "KEY", "the API key that IAM knows",
               .default_value = "vpcsim-api-key"),
    OPT_LIST(struct behaviour_opts, cr_tokens, 0, "cr-token", "TOKEN|@FILE",
             "a token of a container that IAM knows, or a file with one a line, read at each login; it may assume the "
             "trusted profiles that are linked to a cluster (IKS_SA, ROKS_SA, CE)"),
    OPT_DURATION(struct behaviour_opts, token_life, 0, "token-life", "life of IAM's tokens", .default_value = "1h",
                 .min = SECOND_MS, .max = 86400 * SECOND_MS),
    OPT_INT(struct behaviour_opts, transition_ms, 0, "transition-ms", 0, 3600000,
            "milliseconds that each change of status takes", .value = "N", .default_value = "500"),
    OPT_ENUM(struct behaviour_opts, membership_delete, 0, "membership-delete", membership_words,
             "what a deleted membership does to its group", .default_value = "refill"),
    OPT_FLAG(struct behaviour_opts, lenient_profiles, 0, "lenient-profiles",
             "take every hardware profile whose name is well formed, as bx9d-4x20: its size is what the name says"),
    OPT_STRING(struct behaviour_opts, metadata_instance, 0, "metadata-instance", "NAME|ID",
               "the instance or bare metal server that asks the metadata service; without it, the first instance"),
    OPT_END,
};
static const struct opt_group behaviour_group = {"Behaviour", behaviour_opt, sizeof(struct behaviour_opts)};

static const struct opt_spec trouble_opt[] = {
    OPT_INT(struct trouble_opts, latency_ms, 0, "latency-ms", 0, 600000, "milliseconds that every answer is delayed",
            .value = "N", .default_value = "0"),
    OPT_INT(struct trouble_opts, rate, 0, "rate", 1, NUMBER_MAX, "requests a second that are served, 429 beyond",
            .value = "N"),
    OPT_INT(struct trouble_opts, burst, 0, "burst", 1, NUMBER_MAX, "requests at once; without it, as --rate",
            .value = "N"),
    OPT_FLAG(struct trouble_opts, retry_after, 0, "retry-after", "429 of --rate say Retry-After: 1"),
    OPT_FLAG(struct trouble_opts, rate_headers, 0, "rate-headers",
             "answers carry X-RateLimit-Limit, -Remaining, -Reset"),
    OPT_FILE(struct trouble_opts, scenario, 0, "scenario", "FILE",
             "faults as data (--scenarios explains them); POST /_sim/faults replaces them at run time"),
    OPT_END,
};
static const struct opt_group trouble_group = {"Trouble", trouble_opt, sizeof(struct trouble_opts)};

static const struct opt_spec all_opt[] = {
    OPT_FLAG(struct all_opts, assumptions, 0, "assumptions", "print what it assumes where the documentation is silent"),
    OPT_FLAG(struct all_opts, copies, 0, "copies",
             "explain the files of --load, and what a copy of a fleet cannot know"),
    OPT_FLAG(struct all_opts, scenarios, 0, "scenarios", "explain the files of --scenario and the paths of its own"),
    OPT_FLAG(struct all_opts, man, 0, "man", "print the manual page, for 'man -l -'"),
    OPT_ENUM(struct all_opts, completion, 0, "completion", cli_shell_names, "print a completion script"),
    OPT_GROUP(struct all_opts, server, server_group),
    OPT_GROUP(struct all_opts, fleet, fleet_group),
    OPT_GROUP(struct all_opts, behaviour, behaviour_group),
    OPT_GROUP(struct all_opts, trouble, trouble_group),
    OPT_END,
};

static const struct cmd_example examples[] = {
    {"vpcsim --port 8080 --region us-south,eu-de --instances 1000", "a fleet of two regions"},
    {"vpcsim --port 8081 --load fleet.json", "the fleet that 'vpcmeta inventory export -o fleet.json' has written"},
    {"vpcsim --port 8082 --rate 20 --retry-after --latency-ms 50", "a slow API with a rate limit"},
    {0},
};

static const char *const sections[] = {"copies", "scenarios", "paths", "assumptions", NULL};
static const struct cmd_spec *const no_commands[] = {NULL};

static const struct cli_program program = {
    .name = "vpcsim",
    .version = VPCMETA_VERSION,
    .date = RELEASE_DATE,
    .summary = "simulate the IBM Cloud VPC API, its IAM and its metadata service",
    .description =
        "Strict, in memory, and on this machine only. It ends with SIGTERM or Ctrl-C. `vpcmeta help simulator` shows "
        "how vpcmeta is pointed at it, and how a change is rehearsed on a copy of a fleet.",
    .examples = examples,
    .commands = no_commands,
    .globals = all_opt,
    .globals_size = sizeof(struct all_opts),
    .topics = options_topics,
    .sections = sections,
};

static bool take_regions(const struct opt_list *list, struct options *options, struct err *e)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->items[i];
        if (options->region_count == OPTIONS_REGIONS_MAX || strlen(name) > 24 ||
            strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name)) {
            return err_set(e, ERR_USAGE, "--region takes at most %d names like us-south, not \"%s\"",
                           OPTIONS_REGIONS_MAX, name);
        }
        options->regions[options->region_count++] = name;
    }
    return true;
}

static void take_fleet(const struct fleet_opts *fleet, struct options *options)
{
    bool sizes = fleet->instances.given || fleet->templates.given || fleet->bare_metals.given || fleet->groups.given;
    bool load_alone = fleet->load.count > 0 && !sizes; /* a loaded fleet is added to one whose size is asked for */

    options->seed = (uint64_t)fleet->seed.value;
    options->instances = load_alone ? 0 : (unsigned)fleet->instances.value;
    options->templates = load_alone ? 0 : (unsigned)fleet->templates.value;
    options->bare_metals = load_alone ? 0 : (unsigned)fleet->bare_metals.value;
    options->groups = load_alone ? 0 : (unsigned)fleet->groups.value;
    options->vpcs = (unsigned)fleet->vpcs.value;
    options->mix = (enum fleet_mix)fleet->mix.value;
    options->all_disabled = fleet->all_disabled;
    options->load = (const char *const *)fleet->load.items;
    options->load_count = fleet->load.count;
    options->load_alone = load_alone;
    options->regions_of_load = load_alone && options->region_count == 0;
    if (options->region_count == 0) {
        options->regions[options->region_count++] = "us-south";
    }
}

static void take_server(const struct server_opts *server, struct options *options)
{
    options->port = (uint16_t)server->port.value;
    options->threads = (unsigned)server->threads.value;
    options->port_file = server->port_file;
    options->cert_out = server->cert_out;
    options->log = server->log;
    options->tls = server->tls;
}

static void take_behaviour(const struct behaviour_opts *behaviour, struct options *options)
{
    options->auth_off = strcmp(switch_words[behaviour->auth.value], "off") == 0;
    options->api_key = behaviour->api_key;
    options->cr_tokens = &behaviour->cr_tokens;
    options->lenient_profiles = behaviour->lenient_profiles;
    options->token_life_s = (unsigned)(behaviour->token_life.ms / SECOND_MS);
    options->transition_ms = (unsigned)behaviour->transition_ms.value;
    options->shrink_on_membership_delete = strcmp(membership_words[behaviour->membership_delete.value], "shrink") == 0;
    options->metadata_instance = behaviour->metadata_instance;
}

static void take_trouble(const struct trouble_opts *trouble, struct options *options)
{
    options->latency_ms = (unsigned)trouble->latency_ms.value;
    options->rate = (unsigned)trouble->rate.value;
    options->burst = (unsigned)(trouble->burst.given ? trouble->burst.value : trouble->rate.value);
    options->retry_after = trouble->retry_after;
    options->rate_headers = trouble->rate_headers;
    options->scenario = trouble->scenario;
}

/* Appends what the line asks for to be read; false: nothing, it starts the simulator. */
static bool append_texts(const struct cli_call *call, struct text *out, struct err *e)
{
    const struct all_opts *opts = call->globals;
    unsigned columns = term_columns(STDOUT_FILENO, getenv("COLUMNS"));

    if (call->action == CLI_HELP) {
        return cli_help(&program, "", columns, out, e);
    }
    if (call->action == CLI_VERSION) {
        text_append(out, "vpcsim " VPCMETA_VERSION "\n");
    } else if (opts->man) {
        return cli_man(&program, "", out, e);
    } else if (opts->completion.given) {
        cli_completion_script(&program, (enum cli_shell)opts->completion.value, NULL, out);
    } else if (opts->scenarios) {
        return cli_topic_help(&program, "scenarios", columns, out, e) &&
               cli_topic_help(&program, "paths", columns, out, e);
    } else if (opts->copies) {
        return cli_topic_help(&program, "copies", columns, out, e);
    } else if (opts->assumptions) {
        return cli_topic_help(&program, "assumptions", columns, out, e);
    }
    return out->size > 0;
}

static bool print(const struct text *out, struct err *e)
{
    return (fputs(text_string(out), stdout) >= 0 && fflush(stdout) == 0) ||
           err_set_errno(e, ERR_IO, "cannot write the output");
}

/* What the completion scripts ask. */
static bool completes(int argc, char **argv)
{
    return argc >= 2 && strcmp(argv[1], CLI_COMPLETE) == 0;
}

static bool begins_load(const char *word)
{
    static const char option[] = "--" LOAD_OPTION;

    return strncmp(word, option, sizeof(option) - 1) == 0 &&
           (word[sizeof(option) - 1] == '=' || word[sizeof(option) - 1] == '\0');
}

/*
 * The words of the line with `--load A B C`, as a shell writes out `--load *.json`, as `--load A --load B --load C`.
 * The words stay those of argv; the caller frees the array.
 */
static const char **spread_load(size_t argc, char **argv, size_t *ret_count)
{
    const char **words = mem_array(2 * argc + 1, sizeof(*words));
    size_t count = 0;
    bool files = false; /* what follows without a dash is one more file */
    bool ended = false; /* by "--" */

    for (size_t i = 0; i < argc; i++) {
        bool option = argv[i][0] == '-' && argv[i][1] != '\0';
        ended = ended || strcmp(argv[i], "--") == 0;
        if (files && !option) {
            words[count++] = "--" LOAD_OPTION;
        }
        words[count++] = argv[i];
        if (option) {
            files = !ended && begins_load(argv[i]);
            if (files && strchr(argv[i], '=') == NULL && i + 1 < argc) {
                words[count++] = argv[++i];
            }
        }
    }
    *ret_count = count;
    return words;
}

enum options_verdict options_read(int argc, char **argv, struct options *ret_options, struct err *e)
{
    struct options options = {0};
    CLEANUP(text_free) struct text out = {0};

    *ret_options = options;
    if (completes(argc, argv)) {
        cli_completion_answer(&program, (const char *const *)argv + 2, (size_t)argc - 2, &out);
        return print(&out, e) ? OPTIONS_DONE : OPTIONS_WRONG;
    }
    size_t count;
    const char **words = spread_load((size_t)argc - 1, argv + 1, &count);
    bool parsed = cli_parse(&program, NULL, count, words, &options.call, e);
    free(words);
    if (!parsed) {
        return OPTIONS_WRONG;
    }
    const struct all_opts *opts = options.call.globals;
    bool reads = append_texts(&options.call, &out, e);
    if (!print(&out, e) || !take_regions(&opts->fleet.regions, &options, e)) {
        options_free(&options);
        return OPTIONS_WRONG;
    }
    take_server(&opts->server, &options);
    take_fleet(&opts->fleet, &options);
    take_behaviour(&opts->behaviour, &options);
    take_trouble(&opts->trouble, &options);
    *ret_options = options;
    return reads ? OPTIONS_DONE : OPTIONS_RUN;
}

void options_free(struct options *options)
{
    cli_call_free(&options->call);
}
