/*
 * iam_endpoints: which endpoint a service has in a region, by visibility and endpoints file (facts-next.md 3.2).
 *
 * IC_VISIBILITY, else IBMCLOUD_VISIBILITY: public (default), private, public-and-private. As in the Terraform provider,
 * public-and-private means the private endpoints, which both services have; nothing falls back to a public one, so that
 * no key takes a way that depends on the network's mood. The endpoints file is named by IBMCLOUD_ENDPOINTS_FILE_PATH,
 * else IC_ENDPOINTS_FILE_PATH: {VARIABLE: {"public"|"private": {REGION: URL}}}; it is ignored, with a warning, for
 * public-and-private. Only the members of the two services below are looked at.
 */
#ifndef IAM_IAM_ENDPOINTS_H
#define IAM_IAM_ENDPOINTS_H

#include <stdbool.h>

#include "iam/iam.h"
#include "json/json.h"

/* Zero-initialised: public endpoints, no file. */
struct iam_endpoints {
    bool is_private;
    char *visibility_source; /* "IC_VISIBILITY=private"; NULL: none is set */
    char *file_source;       /* "endpoints file PATH named by IC_ENDPOINTS_FILE_PATH"; NULL: there is none */
    struct json_document file;
};

enum iam_service { IAM_SERVICE_VPC, IAM_SERVICE_IAM };

/* The variable that names the service's endpoint; the file has its members by the same names. */
const char *iam_endpoints_variable(enum iam_service service);

/*
 * Reads variables and file. ERR_USAGE for a visibility that there is not, ERR_USAGE or ERR_INVALID for a file that
 * cannot be read or used. What is ignored is appended to `warnings` as a line.
 */
bool iam_endpoints_read(const struct iam_sources *sources, struct iam_endpoints *ret, struct text *warnings,
                        struct err *e) __attribute__((warn_unused_result));
void iam_endpoints_free(struct iam_endpoints *endpoints); /* for CLEANUP */

/* The URL that the file has for a service in a region, as it is written there; NULL: none. Borrowed. */
const char *iam_endpoints_of_file(const struct iam_endpoints *endpoints, enum iam_service service, const char *region);

/* Whether the endpoint of IAM depends on the region: one of the variables is set. */
bool iam_endpoints_vary(const struct iam_sources *sources);

#endif
