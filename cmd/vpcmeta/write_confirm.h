/*
 * write_confirm: the question before a write: where it works, what it changes, and whether a person says yes. All of it
 * goes to standard error, whatever -q says. Private to commands that change or delete something.
 */
#ifndef VPCMETA_WRITE_CONFIRM_H
#define VPCMETA_WRITE_CONFIRM_H

#include "write.h"

enum {
    WRITE_SHOWN_WHOLE = 20, /* changes that a question lists one by one */
    WRITE_SHOWN_FIRST = 10, /* of more than those so many */
};

/*
 * Whether the request may be executed: --yes, a plan without a change, or a person who has seen it and says yes.
 * ERR_USAGE where there is no terminal to ask at, ERR_DECLINED, ERR_CANCELLED.
 */
bool write_confirm(struct app *app, const struct writing *writing, struct err *e) __attribute__((warn_unused_result));

/* What the plan would do, as a run that changed everything it could (run_preview). Freed with run_result_free. */
void write_preview(const struct writing *writing, struct run_result *ret);

/* Prints the lines of writing.details, NULL: none. */
void write_say_details(const struct app *app, enum app_level level, const char *details);

/* --- parts, for a command that asks without a plan ---------------------------------------------------- */

/* What is asked: "change 3 instances? [y/N]". */
struct write_question {
    size_t count;
    const struct resource_kind *noun;
    const char *verb;    /* "change" */
    const char *passive; /* "changed" */
    const char *nothing; /* "nothing was changed": said of any other answer than yes */
};

/* Whether anybody can be asked. ERR_USAGE: "3 instances would be changed: cannot ask for confirmation ...". */
bool write_can_ask(const struct app *app, const struct write_question *question, struct err *e)
    __attribute__((warn_unused_result));

/* The rows that a question shows of its count: all, or the first ones. */
size_t write_question_rows(const struct write_question *question);

/*
 * Prints the rows, and how many more there are, and asks for y or yes, or for their number where that is large, with or
 * without separators of thousands. ERR_DECLINED at any other answer and at the end of the input, ERR_CANCELLED.
 */
bool write_ask_about(const struct app *app, const struct write_question *question, const struct table *rows,
                     struct err *e) __attribute__((warn_unused_result));

#endif
