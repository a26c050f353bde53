/*
 * options: the command line of vpcsim.
 */
#ifndef VPCSIM_OPTIONS_H
#define VPCSIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "err/err.h"

enum { OPTIONS_REGIONS_MAX = 16 };

enum fleet_mix { MIX_REAL, MIX_PLAIN, MIX_VARIED };

struct options {
    uint16_t port; /* 0: any */
    unsigned threads;
    /* the fleet */
    const char *regions[OPTIONS_REGIONS_MAX];
    size_t region_count;
    bool regions_of_load; /* `load` decides: its first region is at /v1; regions[] holds where it names none */
    uint64_t seed;
    unsigned instances, templates, bare_metals, groups, vpcs;
    enum fleet_mix mix;
    bool all_disabled;
    const char *const *load; /* files */
    size_t load_count;
    bool load_alone; /* nothing is generated beside them */
    /* behaviour */
    unsigned transition_ms;
    bool auth_off, lenient_profiles;
    const char *api_key;
    const struct opt_list *cr_tokens; /* that IAM knows: a token, or @ and the name of a file */
    unsigned token_life_s;
    bool shrink_on_membership_delete;
    const char *metadata_instance; /* name or id, NULL: the first instance */
    /* what goes wrong */
    const char *scenario;
    unsigned latency_ms;
    unsigned rate, burst; /* 0: no limit */
    bool retry_after, rate_headers;
    /* files */
    const char *log, *port_file, *cert_out;
    bool tls;
    struct cli_call call; /* owns the strings */
};

enum options_verdict { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/* Reads argv; prints help, the version and the like itself (OPTIONS_DONE). */
enum options_verdict options_read(int argc, char **argv, struct options *ret_options, struct err *e);
void options_free(struct options *options);

/* The texts of the manual, embedded from cmd/vpcsim/manual/ by the build; the last one has no name. */
extern const struct cli_topic options_topics[];

#endif
