/* The command line of vpcsim. */
#include "vpcsim/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "text/text.h"

enum { NUMBER_MAX = 1000000 };

enum option_name {
    OPTION_PORT = 256,
    OPTION_THREADS,
    OPTION_REGION,
    OPTION_SEED,
    OPTION_INSTANCES,
    OPTION_TEMPLATES,
    OPTION_BARE_METAL,
    OPTION_GROUPS,
    OPTION_VPCS,
    OPTION_MIX,
    OPTION_ALL_DISABLED,
    OPTION_LOAD,
    OPTION_TRANSITION_MS,
    OPTION_AUTH,
    OPTION_API_KEY,
    OPTION_TOKEN_LIFE,
    OPTION_MEMBERSHIP_DELETE,
    OPTION_METADATA_INSTANCE,
    OPTION_SCENARIO,
    OPTION_LATENCY_MS,
    OPTION_RATE,
    OPTION_BURST,
    OPTION_RETRY_AFTER,
    OPTION_RATE_HEADERS,
    OPTION_LOG,
    OPTION_PORT_FILE,
    OPTION_TLS,
    OPTION_CERT_OUT,
    OPTION_ASSUMPTIONS,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    {"port", required_argument, NULL, OPTION_PORT},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"region", required_argument, NULL, OPTION_REGION},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"instances", required_argument, NULL, OPTION_INSTANCES},
    {"templates", required_argument, NULL, OPTION_TEMPLATES},
    {"bare-metal", required_argument, NULL, OPTION_BARE_METAL},
    {"groups", required_argument, NULL, OPTION_GROUPS},
    {"vpcs", required_argument, NULL, OPTION_VPCS},
    {"mix", required_argument, NULL, OPTION_MIX},
    {"all-disabled", no_argument, NULL, OPTION_ALL_DISABLED},
    {"load", required_argument, NULL, OPTION_LOAD},
    {"transition-ms", required_argument, NULL, OPTION_TRANSITION_MS},
    {"auth", required_argument, NULL, OPTION_AUTH},
    {"api-key", required_argument, NULL, OPTION_API_KEY},
    {"token-life", required_argument, NULL, OPTION_TOKEN_LIFE},
    {"membership-delete", required_argument, NULL, OPTION_MEMBERSHIP_DELETE},
    {"metadata-instance", required_argument, NULL, OPTION_METADATA_INSTANCE},
    {"scenario", required_argument, NULL, OPTION_SCENARIO},
    {"latency-ms", required_argument, NULL, OPTION_LATENCY_MS},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"burst", required_argument, NULL, OPTION_BURST},
    {"retry-after", no_argument, NULL, OPTION_RETRY_AFTER},
    {"rate-headers", no_argument, NULL, OPTION_RATE_HEADERS},
    {"log", required_argument, NULL, OPTION_LOG},
    {"port-file", required_argument, NULL, OPTION_PORT_FILE},
    {"tls", no_argument, NULL, OPTION_TLS},
    {"cert-out", required_argument, NULL, OPTION_CERT_OUT},
    {"assumptions", no_argument, NULL, OPTION_ASSUMPTIONS},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {0},
};

static const struct options defaults = {
    .threads = 2,
    .seed = 1,
    .instances = 100,
    .templates = 8,
    .bare_metals = 4,
    .groups = 2,
    .vpcs = 5,
    .transition_ms = 500,
    .api_key = "vpcsim-api-key",
    .token_life_s = 3600,
};

static bool read_number(const char *name, const char *text, long min, long max, unsigned *ret_number, struct err *e)
{
    long number;

    if (!text_to_long(text, min, max, &number)) {
        return err_set(e, ERR_USAGE, "--%s takes a number between %ld and %ld, not \"%s\"", name, min, max, text);
    }
    *ret_number = (unsigned)number;
    return true;
}

static bool read_regions(const char *list, struct options *options, struct err *e)
{
    char *rest = NULL;

    free(options->region_list);
    options->region_list = mem_copy(list);
    options->region_count = 0;
    for (char *name = strtok_r(options->region_list, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        if (options->region_count == OPTIONS_REGIONS_MAX || strlen(name) > 24 ||
            strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name)) {
            return err_set(e, ERR_USAGE, "--region takes at most %d names like us-south, not \"%s\"",
                           OPTIONS_REGIONS_MAX, name);
        }
        options->regions[options->region_count++] = name;
    }
    return options->region_count > 0 || err_set(e, ERR_USAGE, "--region needs a name");
}

/* One of two words. */
static bool read_choice(const char *name, const char *text, const char *no, const char *yes, bool *ret_yes,
                        struct err *e)
{
    *ret_yes = strcmp(text, yes) == 0;
    return *ret_yes || strcmp(text, no) == 0 ||
           err_set(e, ERR_USAGE, "--%s takes %s or %s, not \"%s\"", name, no, yes, text);
}

static bool read_size(const char *name, unsigned *ret_size, struct options *options, struct err *e)
{
    options->sizes_given = true;
    return read_number(name, optarg, 0, NUMBER_MAX, ret_size, e);
}

static bool read_fleet_option(int option, const char *name, struct options *options, struct err *e)
{
    bool plain = false;
    unsigned seed = 0;

    switch (option) {
    case OPTION_REGION:
        return read_regions(optarg, options, e);
    case OPTION_SEED:
        if (!read_number(name, optarg, 0, INT32_MAX, &seed, e)) {
            return false;
        }
        options->seed = seed;
        return true;
    case OPTION_INSTANCES:
        return read_size(name, &options->instances, options, e);
    case OPTION_TEMPLATES:
        return read_size(name, &options->templates, options, e);
    case OPTION_BARE_METAL:
        return read_size(name, &options->bare_metals, options, e);
    case OPTION_GROUPS:
        return read_size(name, &options->groups, options, e);
    case OPTION_VPCS:
        return read_number(name, optarg, 1, 1000, &options->vpcs, e);
    case OPTION_MIX:
        if (!read_choice(name, optarg, "real", "plain", &plain, e)) {
            return false;
        }
        options->mix = plain ? MIX_PLAIN : MIX_REAL;
        return true;
    case OPTION_ALL_DISABLED:
        options->all_disabled = true;
        return true;
    default:
        options->load = optarg;
        return true;
    }
}

static bool read_behaviour_option(int option, const char *name, struct options *options, struct err *e)
{
    switch (option) {
    case OPTION_PORT: {
        unsigned port = 0;
        bool right = read_number(name, optarg, 0, 65535, &port, e);
        options->port = (uint16_t)port;
        return right;
    }
    case OPTION_THREADS:
        return read_number(name, optarg, 1, 64, &options->threads, e);
    case OPTION_TRANSITION_MS:
        return read_number(name, optarg, 0, 3600000, &options->transition_ms, e);
    case OPTION_AUTH:
        return read_choice(name, optarg, "on", "off", &options->auth_off, e);
    case OPTION_API_KEY:
        options->api_key = optarg;
        return true;
    case OPTION_TOKEN_LIFE:
        return read_number(name, optarg, 1, 86400, &options->token_life_s, e);
    case OPTION_MEMBERSHIP_DELETE:
        return read_choice(name, optarg, "refill", "shrink", &options->shrink_on_membership_delete, e);
    case OPTION_METADATA_INSTANCE:
        options->metadata_instance = optarg;
        return true;
    case OPTION_SCENARIO:
        options->scenario = optarg;
        return true;
    case OPTION_LATENCY_MS:
        return read_number(name, optarg, 0, 600000, &options->latency_ms, e);
    case OPTION_RATE:
        return read_number(name, optarg, 1, NUMBER_MAX, &options->rate, e);
    case OPTION_BURST:
        return read_number(name, optarg, 1, NUMBER_MAX, &options->burst, e);
    case OPTION_RETRY_AFTER:
        options->retry_after = true;
        return true;
    default:
        options->rate_headers = true;
        return true;
    }
}

static bool read_option(int option, const char *name, struct options *options, struct err *e)
{
    switch (option) {
    case OPTION_LOG:
        options->log = optarg;
        return true;
    case OPTION_PORT_FILE:
        options->port_file = optarg;
        return true;
    case OPTION_TLS:
        options->tls = true;
        return true;
    case OPTION_CERT_OUT:
        options->cert_out = optarg;
        return true;
    case OPTION_REGION:
    case OPTION_SEED:
    case OPTION_INSTANCES:
    case OPTION_TEMPLATES:
    case OPTION_BARE_METAL:
    case OPTION_GROUPS:
    case OPTION_VPCS:
    case OPTION_MIX:
    case OPTION_ALL_DISABLED:
    case OPTION_LOAD:
        return read_fleet_option(option, name, options, e);
    default:
        return read_behaviour_option(option, name, options, e);
    }
}

/* What some options mean for others. */
static void complete(struct options *options)
{
    if (options->load != NULL && !options->sizes_given) {
        options->instances = options->templates = options->bare_metals = options->groups = 0;
        options->regions_of_load = options->region_count == 0;
    }
    if (options->region_count == 0) {
        options->regions[options->region_count++] = "us-south";
    }
    if (options->rate > 0 && options->burst == 0) {
        options->burst = options->rate;
    }
}

enum options_verdict options_read(int argc, char **argv, struct options *ret_options, struct err *e)
{
    struct options options = defaults;
    enum options_verdict verdict = OPTIONS_RUN;
    int at = 0;

    opterr = 0;
    for (int option; verdict == OPTIONS_RUN && (option = getopt_long(argc, argv, ":h", long_options, &at)) != -1;) {
        if (option == OPTION_HELP || option == 'h') {
            options_print_help();
            verdict = OPTIONS_DONE;
        } else if (option == OPTION_ASSUMPTIONS) {
            options_print_assumptions();
            verdict = OPTIONS_DONE;
        } else if (option == OPTION_VERSION) {
            puts("vpcsim " VPCMETA_VERSION);
            verdict = OPTIONS_DONE;
        } else if (option == '?' || option == ':') {
            err_set(e, ERR_USAGE, "%s %s: see vpcsim --help",
                    option == '?' ? "unknown option" : "an argument is missing for", argv[optind - 1]);
            verdict = OPTIONS_WRONG;
        } else if (!read_option(option, long_options[at].name, &options, e)) {
            verdict = OPTIONS_WRONG;
        }
    }
    if (verdict == OPTIONS_RUN && optind < argc) {
        err_set(e, ERR_USAGE, "unexpected argument %s: see vpcsim --help", argv[optind]);
        verdict = OPTIONS_WRONG;
    }
    complete(&options);
    *ret_options = options;
    return verdict;
}

void options_free(struct options *options)
{
    free(options->region_list);
}
