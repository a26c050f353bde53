/*
 * resource_metadata: the paths of the metadata API, where a server reads of itself (vpc-api.md 5.3 and 5.4).
 */
#ifndef RESOURCE_RESOURCE_METADATA_H
#define RESOURCE_RESOURCE_METADATA_H

#include <stdbool.h>

#include "text/text.h"

struct resource_metadata_path {
    const char *path; /* below /metadata/v1/; NULL ends the table */
    bool list;        /* an id may stand behind it */
    bool parts;       /* and a part of that item behind the id */
    const char
        *own; /* there is no list to read: without an id, this part of the server that asks; NULL: there is one */
};
extern const struct resource_metadata_path resource_metadata_paths[];

/*
 * Of a bare metal server the API shows its initialization only, below the server's id: appends that path. False for
 * other servers, and where the id is none.
 */
bool resource_metadata_below_id(const char *crn, const char *id, struct text *ret_path);

#endif
