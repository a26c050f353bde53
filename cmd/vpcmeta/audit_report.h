/* audit_report: what `vpcmeta audit` prints, up to the reason of its exit status. */
#ifndef VPCMETA_AUDIT_REPORT_H
#define VPCMETA_AUDIT_REPORT_H

#include "app.h"
#include "audit/audit.h"
#include "audit_files.h"
#include "audit_past.h"

struct audit_report {
    const struct audit *audit;
    const struct text *missing; /* of the inventory, a line each */
    const struct inventory_effect *effect;
    const struct audit_past *past;
    int status;                      /* of the program, where everything could be read */
    const struct audit_words *apply; /* of the `apply` that brings everything to what the policy wants */
    bool every_row;                  /* also on a terminal, which otherwise gets the rules that are broken */
    const struct audit_files *files;
    const char *endpoint; /* of the API; NULL: unknown */
};

/* Warnings about the policy: exceptions that cover nothing or are about to expire, rules that hold for nothing. */
void audit_warn(const struct app *app, const struct audit *audit);

/* The same of exceptions that have expired or are about to alone, for commands that do not show findings. */
void audit_warn_of_expiry(const struct app *app, const struct audit *audit);

/* Prints the report in the wanted format and returns the exit status, with `e` where it is an error still to print. */
int audit_report(struct app *app, const struct audit_report *report, struct err *e);

#endif
