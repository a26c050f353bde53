/* schema_report: what `schema check` tells of each file, as lines for people or as one document. */
#ifndef VPCMETA_SCHEMA_REPORT_H
#define VPCMETA_SCHEMA_REPORT_H

#include "app.h"

/* The check of one file. */
struct schema_result {
    struct json_document document;
    const char *name;                  /* of the schema that was asked for; NULL when it was chosen by the shape */
    const char *title;                 /* of that schema, or NULL */
    struct schema_catalog *catalog;    /* NULL for a schema that is none of ours */
    struct schema_catalog_match match; /* `nearest` is the schema that was asked for when it is one of ours */
    enum schema_verdict verdict;
    struct schema_faults faults;
};

/* For CLEANUP. */
void schema_result_free(struct schema_result *result);

struct schema_report {
    size_t files;    /* how many there will be */
    json_t *results; /* for the document; NULL before the first */
    bool any_invalid;
};

/* For CLEANUP. */
void schema_report_free(struct schema_report *report);

/* Reports a result: lines at once (verdict on standard output, faults on standard error), or kept for the document. */
bool schema_report_add(struct app *app, struct schema_report *report, const struct schema_result *result,
                       struct err *e);

/* A file that could not be read; its error was printed. */
void schema_report_add_failure(struct schema_report *report, const char *file, const struct err *failure);

/* Prints the document where one is wanted: {"schema_version":1,"valid":...,"results":[...]}. */
bool schema_report_finish(struct app *app, struct schema_report *report, struct err *e);

#endif
