/* schema_report: what `schema check` says of the files that it checked. Private to it. */
#ifndef VPCMETA_SCHEMA_REPORT_H
#define VPCMETA_SCHEMA_REPORT_H

#include "body_check.h"

/* The check of one file. */
struct check_result {
    struct json_document document;
    const char *name;                  /* of the schema that was asked for; NULL when it was chosen by the shape */
    const char *title;                 /* of that schema, or NULL */
    struct schema_catalog *catalog;    /* NULL for a schema that is none of ours */
    struct schema_catalog_match match; /* `nearest` is the schema that was asked for when it is one of ours */
    const struct resource_kind *mover; /* whose creation moves members of the body; NULL: none would be moved */
    json_t *moved_body;                /* as that sends it */
    struct text moved;                 /* "image, keys" */
    struct body_verdict judged;
};

struct check_report {
    size_t files;    /* how many there will be */
    json_t *results; /* for the document; borrowed */
    bool any_invalid;
};

void check_result_free(struct check_result *result); /* for CLEANUP */

/* The body that is judged as this schema's: what its creation moves is in its place. Borrowed. */
json_t *check_result_body(const struct check_result *result, const struct schema_entry *entry);

/* Prints what came of one file, or adds it to the document. */
bool check_report_result(struct app *app, struct check_report *report, const struct check_result *result, struct err *e)
    __attribute__((warn_unused_result));

/* Adds a file that could not be checked. */
void check_report_failure(struct check_report *report, const char *file, const struct err *failure);

/* Prints the document, where one is wanted. */
bool check_report_print(struct app *app, const struct check_report *report, struct err *e)
    __attribute__((warn_unused_result));

#endif
