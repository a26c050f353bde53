/* doctor_report: the checks of doctor, each shown as it ends; for programs all of them at the end. */
#ifndef VPCMETA_DOCTOR_REPORT_H
#define VPCMETA_DOCTOR_REPORT_H

#include "app.h"

enum doctor_state { DOCTOR_OK, DOCTOR_BAD, DOCTOR_SKIPPED };

struct doctor_report {
    struct app *app;
    struct table *table; /* of all checks */
    bool streams;        /* a line is printed for each check */
    bool begun;          /* the headings are printed */
    struct err first;    /* failure, which decides the exit status; ERR_NONE: none */
    struct err output;   /* why a line could not be printed; ERR_NONE: all were */
};

/* The columns of the table: check, state, detail. */
extern const struct table_column doctor_columns[];
enum { DOCTOR_COLUMNS = 3 };

/* Free with doctor_report_free. */
struct doctor_report doctor_report_begin(struct app *app);
void doctor_report_free(struct doctor_report *report); /* for CLEANUP */

/* A check that passed, one that failed with `error` (its message is the detail), one that could not be made. */
void doctor_pass(struct doctor_report *report, const char *check, const char *detail);
void doctor_fail(struct doctor_report *report, const char *check, const struct err *error);
void doctor_skip(struct doctor_report *report, const char *check, const char *because);

/* Prints what is not printed yet; `more` are further members of the object for programs. The exit status. */
int doctor_report_end(struct doctor_report *report, const json_t *more, struct err *e);

#endif
