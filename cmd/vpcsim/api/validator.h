/*
 * validator: what a request body may look like, as tables, and the check of a body against them. The simulator's own
 * reading of vpc-api.md: it shares no line with the client's schemas.
 */
#ifndef VPCSIM_VALIDATOR_H
#define VPCSIM_VALIDATOR_H

#include "vpcsim/http/reply.h"
#include "json/json.h"

enum validator_type {
    VALID_BOOL,
    VALID_INT,      /* min..max */
    VALID_STRING,   /* min..max characters */
    VALID_NAME,     /* vpc-api.md 1.8, resource name */
    VALID_NET_NAME, /* of what belongs to a network: may begin with a digit, and has a letter then */
    VALID_ADDRESS,  /* IPv4, as 10.0.0.4 */
    VALID_TOKEN,    /* one of `tokens` */
    VALID_IDENTITY, /* an object with exactly one of `tokens`, each a string */
    VALID_OBJECT,   /* with the members `of`; an identity by `tokens` instead, if there are any */
    VALID_LIST,     /* of what the one row `of` says; min..max items */
};

struct validator {
    const char *name; /* of the member; NULL ends a table */
    enum validator_type type;
    bool required, nullable;
    long min, max;
    const char *tokens; /* blanks between */
    const struct validator *of;
};

/* Reports every violation, members unknown to the table included, under the name `at` ("" for the body itself). */
void validator_check(const json_t *value, const struct validator *members, const char *at, struct reply *reply);

/* Whether `token` is one of `tokens`, which have blanks between; NULL and the empty token never are. */
bool tokens_have(const char *tokens, const char *token);

#define ID_CRN_HREF "id crn href"

/* The rows and tables that several resources share. */
extern const struct validator validator_identity_item, validator_key_item;
extern const struct validator validator_trusted_profile[], validator_address[], validator_network[],
    validator_volume_allowed_use[], validator_affinity[];

#endif
