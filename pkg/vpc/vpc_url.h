/* vpc_url: the URLs of the API and its error bodies. Private to the room. */
#ifndef VPC_VPC_URL_H
#define VPC_VPC_URL_H

#include "text/text.h"
#include "vpc/vpc.h"

struct vpc {
    struct http *http;
    struct answer_parser *parser;
    char *region;
    bool unconfirmed; /* the region: vpc_set_unconfirmed */
    char *base;
    struct vpc_reading reading;
    unsigned listings; /* under way */
    char *api_version;
};

/* Appends BASE/path[/id[/below]]?version=...&generation=2. Ids are escaped. */
void vpc_url(struct text *out, const struct vpc *vpc, const char *path, const char *id, const char *below);

/* Appends &name=value, escaped; nothing for a NULL value. */
void vpc_url_query(struct text *out, const char *name, const char *value);

#endif
