/* iam_properties: the SDKs' properties of the service "VPC" and where they come from (vpc-api.md 6.3). */
#ifndef IAM_IAM_PROPERTIES_H
#define IAM_IAM_PROPERTIES_H

#include <stdbool.h>

#include "err/err.h"
#include "iam/iam.h"
#include "text/text.h"

enum iam_property {
    IAM_PROPERTY_URL,
    IAM_PROPERTY_AUTH_TYPE,
    IAM_PROPERTY_API_KEY,
    IAM_PROPERTY_AUTH_URL,
    IAM_PROPERTY_BEARER_TOKEN,
    IAM_PROPERTY_SCOPE,
    IAM_PROPERTY_CLIENT_ID,
    IAM_PROPERTY_CLIENT_SECRET,
    IAM_PROPERTY_DISABLE_SSL,
    IAM_PROPERTY_CR_TOKEN_FILENAME,
    IAM_PROPERTY_PROFILE_ID,
    IAM_PROPERTY_PROFILE_CRN,
    IAM_PROPERTY_PROFILE_NAME,
    IAM_PROPERTY_METADATA_VERSION,
    IAM_PROPERTY_COUNT
};

/* What one source holds. Zero-initialised it is empty. */
struct iam_properties {
    struct text values[IAM_PROPERTY_COUNT]; /* empty: not given */
    const char *names[IAM_PROPERTY_COUNT];  /* by which they are given, without the prefix; NULL: by their usual one */
    bool any;                               /* it holds a property, maybe one we do not know */
    bool environment;                       /* the source is the process environment */
    struct text source;                     /* for people: a file's path, "VCAP_SERVICES" */
};

/*
 * The first source that holds any property; none of them does: an empty value. Lines of files that look like a property
 * and were not taken are named in `warnings`, a line each; no warning quotes a value.
 */
bool iam_properties_find(const struct iam_sources *sources, struct iam_properties *ret, struct text *warnings,
                         struct err *e) __attribute__((warn_unused_result));

/* Appends a line about a file with a secret that others can read. */
void iam_warn_of_exposure(struct text *warnings, const char *path);

/* ERR_USAGE for a value that is wrapped in quotes; keys and tokens are checked when they are used. */
bool iam_properties_check(const struct iam_properties *properties, struct err *e) __attribute__((warn_unused_result));

/* Overwrites and frees. For CLEANUP. */
void iam_properties_free(struct iam_properties *properties);

/* Appends "VPC_APIKEY in FILE", "environment variable VPC_APIKEY". */
void iam_properties_place(const struct iam_properties *properties, enum iam_property property, struct text *out);

/* Registers their keys, tokens and passwords (secret.h). */
void iam_register_properties(const struct iam_properties *properties, struct secrets *secrets);

/* A variable's value; NULL when it is unset or empty. */
const char *iam_variable(const struct iam_sources *sources, const char *name);

#endif
