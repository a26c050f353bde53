/*
 * apply_file: what `apply FILE` does before its plan is carried out as that of any writing command: the file is read
 * and checked, the command works where the plan was made, and what the plan is about is read again and compared.
 */
#ifndef VPCMETA_APPLY_FILE_H
#define VPCMETA_APPLY_FILE_H

#include "plan/plan_file.h"
#include "plan/plan_stale.h"
#include "write.h"

/* A plan from a file. Zero-initialised: none. Free with apply_file_free. */
struct apply_file {
    const char *name; /* of the file, borrowed */
    struct plan_file file;
    struct plan plan;
    struct resource_list *list; /* records and words of the plan, and what was read again */
    struct resource **now;      /* of each item */
    struct plan_staleness staleness;
};
void apply_file_free(struct apply_file *apply); /* for CLEANUP */

/* Reads and verifies the file ("-": standard input). ERR_INVALID, ERR_USAGE; ERR_CONFLICT when it has expired. */
bool apply_file_read(const struct app *app, const char *name, struct apply_file *ret, struct err *e)
    __attribute__((warn_unused_result));

/*
 * write_connect, in the regions of the plan. Sends nothing but what gets a token and finds regions. ERR_USAGE where
 * options, environment and credential lead to another API or account than those that the plan was made for: a file is
 * never trusted with where a token goes.
 */
bool apply_file_connect(struct app *app, struct writing *writing, const struct apply_file *apply, struct err *e)
    __attribute__((warn_unused_result));

/* Reads again what the plan changes, and compares. Errors of reading. */
bool apply_file_compare(struct app *app, struct writing *writing, struct apply_file *apply, struct err *e)
    __attribute__((warn_unused_result));

/* Ends a command whose plan is stale: its rows, and an error that names what has changed. Returns the status. */
int apply_file_refuse(struct app *app, const struct writing *writing, const struct apply_file *apply, struct err *e);

#endif
