/*
 * write: what every command that writes goes through:
 *
 *   options -> write_begin -> write_connect -> plan -> write_check -> write_perform,
 *
 * which previews, or confirms, executes (run_execute) and reports.
 *
 * The commands differ in how they make their plans, and in what they warn of.
 */
#ifndef VPCMETA_WRITE_H
#define VPCMETA_WRITE_H

#include "app.h"
#include "run/run.h"

/* One command that writes. All borrowed. */
struct writing {
    const struct write_opts *options;
    struct inventory_scope scope;
    struct fleet_limits limits;
    const struct resource_kind *kind; /* for sentences */
    bool unasked;                     /* no confirmation, as for a single template */
    const char *details;              /* lines for the question and the preview, each with its newline; NULL: none */
    struct run_request request;       /* scope, limits, command line and concurrency are set by write_begin */
};

/* Finds the slips in options that all have. Borrows `ret`, which must stay where it is. */
bool write_begin(const struct app *app, const struct cli_call *call, const struct write_opts *options,
                 struct writing *ret, struct err *e) __attribute__((warn_unused_result));

/* Whether the run can be recorded, which is known before the first request; a dry run records nothing. */
bool write_check_history(const struct writing *writing, struct err *e) __attribute__((warn_unused_result));

/* write_check_history, and the session. */
bool write_connect(struct app *app, struct writing *writing, struct err *e) __attribute__((warn_unused_result));

/*
 * Checks a body against a schema of the catalog and prints every fault with its place (in `document`, when the body
 * came from a file). ERR_INVALID, or ERR_UNDECIDED, with a summary.
 */
bool write_check_body(struct app *app, const char *schema_name, const json_t *body,
                      const struct json_document *document, struct err *e) __attribute__((warn_unused_result));

/* Checks every distinct body that the plan sends, once. */
bool write_check(struct app *app, const struct plan *plan, struct err *e) __attribute__((warn_unused_result));

/* Whose restart is pending (run_restarts): an array as long as the list, freed with free(). */
bool write_read_restarts(const struct resource_list *list, enum resource_switch **ret, struct err *e)
    __attribute__((warn_unused_result));

/*
 * Ends a command that has sent requests and changed nothing: programs get the write object all the same, with "error",
 * and with "complete": false and "missing" where an inventory could not be read whole. Returns the status of `e`.
 */
int write_refuse(struct app *app, const struct writing *writing, struct err *e);

/* The same where it may be that nothing was sent: then there is no object. */
int write_refuse_early(struct app *app, const struct writing *writing, struct err *e);

/* Warns of what people should know before, then previews the request or executes and reports it. Returns the status. */
int write_perform(struct app *app, struct writing *writing, struct err *e);

/* Confirms and executes, with progress. False when nothing was sent. */
bool write_execute(struct app *app, struct writing *writing, struct run_result *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Prints the results and what follows from them. Returns the status. */
int write_report(struct app *app, const struct run_result *result, struct err *e);

#endif
