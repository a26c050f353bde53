/* run_facts: what the history knows of a run as a whole: who, where, when, how it ended. */
#ifndef VPCMETA_RUN_FACTS_H
#define VPCMETA_RUN_FACTS_H

#include "app.h"
#include "history/history.h"

/* The names of its regions. New reference. */
json_t *run_facts_regions(const struct history_run *run);

/* Appends them: "us-south, eu-de"; nothing where none is known. */
void run_facts_describe_regions(const struct history_run *run, struct text *out);

/*
 * How long it took in all, without the time between an interruption and its resumption; -1: it has not ended, or the
 * end of one of its processes is not recorded, as of one that was killed.
 */
int64_t run_facts_duration_s(const struct history_run *run);

/* The exit status of the program, the last time that it worked on the run; HISTORY_NO_STATUS: not known. */
int run_facts_exit_status(const struct history_run *run);

/*
 * {"command", "arguments", "state", "started_at", "ended_at", "duration_s", "exit_status", "who", "account", "regions",
 * "endpoints", "version", "invocations"}; null: not recorded. New reference.
 */
json_t *run_facts_json(const struct history_run *run);

/* The same for people: a table of one row, for app_print_records. Destroy it with table_release. */
struct table *run_facts_table(const struct history_run *run, const json_t *summary);

/* Appends the counts of a summary that are not 0: "12 changed, 1 failed, 4 not started", which are not skipped then. */
void run_facts_describe_summary(const json_t *summary, struct text *out);

#endif
