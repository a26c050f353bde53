/* session_regions: the regions of a session and the API of each. Private to session. */
#ifndef SESSION_SESSION_REGIONS_H
#define SESSION_SESSION_REGIONS_H

#include "session/session.h"

/* Zero-initialised: none. */
struct session_regions {
    char *key; /* the options that chose them; NULL: none are chosen */
    struct vpc **items;
    size_t count;
    char *endpoint_source;
    const char *region_source; /* a constant */
};

/*
 * ERR_USAGE for a base URL (NULL allowed) that cannot be one, of IAM or of the VPC API, or that is another service's;
 * `source` is the option or setting that has it.
 */
bool session_check_url(const char *source, const char *url, bool of_iam, struct err *e)
    __attribute__((warn_unused_result));

/* ERR_USAGE for a region or an endpoint that cannot be one. */
bool session_regions_check(const struct session_options *options, struct err *e) __attribute__((warn_unused_result));

/* Chooses them by options and environment unless they are chosen already; asks the API where that is needed. */
bool session_regions_choose(struct session_regions *regions, struct http *http, struct answer_parser *parser,
                            const struct session_options *options, struct err *e) __attribute__((warn_unused_result));
/* The first region that the options lead to, by name or by the endpoint's host; whose IAM is meant. Sends nothing. */
char *session_regions_first(const struct session_options *options) __attribute__((returns_nonnull, warn_unused_result));

void session_regions_clear(struct session_regions *regions);

#endif
