/* metadata_rows: the lists of the metadata API as rows, an item a row. */
#ifndef VPCMETA_METADATA_ROWS_H
#define VPCMETA_METADATA_ROWS_H

#include "app.h"

/* The name of the list that a path of imds_find_path is: "keys"; NULL: it is no list, or an item of one. */
const char *metadata_list_name(const char *path);

/* Whether the options ask for rows of a list; its name as of metadata_list_name. */
bool metadata_wants_rows(const struct app *app, const char *name, const json_t *answer);

/* Prints the items as rows; the members beside them are the head of JSON. */
bool metadata_print_rows(struct app *app, const char *name, const json_t *answer, struct err *e)
    __attribute__((warn_unused_result));

#endif
