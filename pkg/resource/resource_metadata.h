/*
 * resource_metadata: the paths of the metadata API, where a server reads of itself (vpc-api.md 5.3 and 5.4).
 */
#ifndef RESOURCE_RESOURCE_METADATA_H
#define RESOURCE_RESOURCE_METADATA_H

#include <stdbool.h>

struct resource_metadata_path {
    const char *path; /* below /metadata/v1/; NULL ends the table */
    bool list;        /* an id may stand behind it */
    bool parts;       /* and a part of that item behind the id */
    const char *own;  /* without an id: this part of the server that asks; NULL: a list */
};
extern const struct resource_metadata_path resource_metadata_paths[];

#endif
