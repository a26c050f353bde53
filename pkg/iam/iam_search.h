/*
 * iam_search: what the finders of iam_discover share: the sources, what was read of them, and what is found. Private to
 * iam.
 */
#ifndef IAM_IAM_SEARCH_H
#define IAM_IAM_SEARCH_H

#include "iam/iam.h"
#include "iam/iam_endpoints.h"
#include "iam/iam_properties.h"

/* What is being found; `found` is handed over at the end. */
struct iam_search {
    const struct iam_sources *sources;
    struct iam_properties properties;
    struct iam_endpoints endpoints;
    struct iam_credentials found;
    struct text *warnings;
    bool profile_is_of_variable; /* of another tool, which may mean its id by a CRN */
};

/* The value of a property; NULL when the source does not have it. */
static inline const char *iam_search_property(const struct iam_search *search, enum iam_property which)
{
    const struct text *value = &search->properties.values[which];

    return value->size > 0 ? text_string(value) : NULL;
}

/* iam_key.c: the secrets of IAM_API_KEY and IAM_BEARER */
const char *iam_key_variable(const struct iam_sources *sources); /* that holds an API key; NULL: none does */
bool iam_find_api_key(struct iam_search *search, struct err *e) __attribute__((warn_unused_result));
bool iam_find_bearer(struct iam_search *search, struct err *e) __attribute__((warn_unused_result));
bool iam_find_client(struct iam_search *search, struct err *e) __attribute__((warn_unused_result));

/* iam_profile.c: the compute resource and the trusted profile of IAM_CONTAINER and IAM_VPC */
bool iam_names_container(const struct iam_search *search); /* something is set that only this method uses */
bool iam_find_container(struct iam_search *search, struct err *e) __attribute__((warn_unused_result));
bool iam_find_vpc(struct iam_search *search, struct err *e) __attribute__((warn_unused_result));
bool iam_find_metadata(struct iam_search *search, bool has_auth_url, struct err *e) /* URL, version, their sources */
    __attribute__((warn_unused_result));

#endif
