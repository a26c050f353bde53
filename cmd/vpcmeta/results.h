/* results: what became of a run, as data on standard output and as notes for people on standard error. */
#ifndef VPCMETA_RESULTS_H
#define VPCMETA_RESULTS_H

#include "app.h"
#include "run/run.h"

extern const struct table_column results_columns[];
extern const size_t results_columns_count;

/*
 * Prints the write object of cli.md, or a table for people; of a dry run (`run_id` NULL) what would become of it,
 * marked as such.
 */
bool results_print(struct app *app, const struct fleet_run *run, const char *run_id, struct err *e)
    __attribute__((warn_unused_result));

/*
 * [{"outcome","code","message","count","example":{"id","name","request_id"}}]: what went wrong or was skipped, by cause
 * (fleet_causes.h). New reference.
 */
json_t *results_causes_json(const struct fleet_run *run);

/* Servers that the run stopped and that do not run again: every one by name, as errors, before anything else. */
void results_report_down(const struct app *app, const struct fleet_run *run);

/* Counts, causes, pending restarts, and the commands that come next. */
void results_summarize(const struct app *app, const struct fleet_run *run, const char *run_id);

/* Under which id the run is recorded and what rolls it back; nothing where no request was sent. */
void results_note_run(const struct app *app, const struct fleet_run *run, const char *run_id);

#endif
