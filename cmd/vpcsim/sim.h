/*
 * sim: the whole simulator: its options, the store, what goes wrong on purpose, and what was seen.
 */
#ifndef VPCSIM_SIM_H
#define VPCSIM_SIM_H

#include "clock/clock.h"
#include "vpcsim/options.h"
#include "vpcsim/store/store.h"

struct authority;
struct response_templates;
struct faults;
struct request_log;
struct schedule;

struct sim {
    struct options options;
    const struct clock *clock;
    struct region regions[REGIONS_MAX];
    size_t region_count;
    char account[ACCOUNT_MAX];         /* that all CRNs name */
    struct collection links;           /* IAM's, of struct link */
    struct collection profiles;        /* IAM's, of struct iam_profile */
    struct collection resource_groups; /* of struct account_group (account.h) */
    struct text load_report;           /* what was loaded, for people */
    struct mem_map strings;            /* those of profiles and images, one copy each */
    struct schedule *schedule;         /* changes of status that are due */
    struct response_templates *response_templates;
    struct faults *faults;
    struct request_log *log;
    struct random random;       /* ids of what is created at run time */
    uint64_t tokens_valid_from; /* serial number: older tokens are refused */
    uint64_t tokens_issued;
    int64_t token_delay_ms;      /* of the request that is served: its token is taken so much later */
    char secret[32];             /* key of the tokens' signatures */
    char address[64];            /* "127.0.0.1:8080", as bound */
    struct authority *authority; /* of certificates of the identity API; NULL: none was asked for */
    int64_t now_ms, now_s;       /* of the request that is served */
    int hop_limit;               /* of what the data plane sends; 0: no limit of its own */
};

/* Fills the store as the options say. */
bool sim_open(struct sim *sim, struct err *e) __attribute__((warn_unused_result));
void sim_close(struct sim *sim);

/* Empties the store and fills it again: the state as it was at the start. */
bool sim_reset(struct sim *sim, struct err *e) __attribute__((warn_unused_result));

/* Sets now and lets everything happen that is due. */
void sim_advance(struct sim *sim);

#endif
