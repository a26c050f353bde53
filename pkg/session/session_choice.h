/*
 * session_choice: the endpoint of each region that a command wants, asked of the API where that is needed. Private to
 * session.
 */
#ifndef SESSION_SESSION_CHOICE_H
#define SESSION_SESSION_CHOICE_H

#include "iam/iam_endpoints.h"
#include "session/session_regions.h"

/* What a choice is made with. */
struct session_choice {
    struct session_regions *regions;
    struct http *http;
    struct answer_parser *parser;
    const struct session_options *options;
    struct inventory_words wanted; /* each once; only "all" where that is among them */
    struct iam_endpoints endpoints;
    struct iam_credentials found; /* its endpoint is NULL where each region has its own */
};

void session_choice_free(struct session_choice *choice); /* for CLEANUP */

/* Adds the regions. Errors as of session_select_regions; some may have been added then. */
bool session_choose(const struct session_choice *choice, struct err *e) __attribute__((warn_unused_result));

/* The error for a region that is none of the known ones: a newer one is reached by its endpoint. */
bool session_refuse_region(const char *region, struct err *e);

bool session_has_word(const struct inventory_words *words, const char *word);

/* The region of a command that names none: that of the environment, else SESSION_REGION_DEFAULT. */
const char *session_default_region(const struct session_options *options);
const char *session_default_region_source(const struct session_options *options); /* for people; a constant */

/* The region that an endpoint names by its host; "" for a host of another form. */
char *session_region_of_endpoint(const char *endpoint) __attribute__((returns_nonnull, warn_unused_result));

#endif
