/* plan_report: prints a plan: as text for people, or with a row for each item. */
#ifndef VPCMETA_PLAN_REPORT_H
#define VPCMETA_PLAN_REPORT_H

#include "app.h"
#include "plan/plan_file.h"

struct plan_report {
    const struct plan_file *file;
    bool digested;              /* the plan is in a file, which its digest names */
    bool dated;                 /* people see also when and for what it was made */
    bool all;                   /* every resource by its name */
    const struct text *missing; /* lines about what could not be read; NULL: nothing is missing */
    const char *next;           /* what the last line says to do; NULL: nothing */
};

/* Prints it. */
bool plan_report(struct app *app, const struct plan_report *report, struct err *e) __attribute__((warn_unused_result));

#endif
