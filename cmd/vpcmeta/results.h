/* results: what became of a run, as data on standard output and as notes for people on standard error. */
#ifndef VPCMETA_RESULTS_H
#define VPCMETA_RESULTS_H

#include "app.h"
#include "plan/plan_file.h"
#include "run/run.h"

/* Checks --fields and --jq before the first request. */
bool results_check_output(struct app *app, bool dry_run, struct err *e) __attribute__((warn_unused_result));

/* As cmd_spec.fields wants it, for a command that prints results. */
void results_fields(const struct cmd_spec *command, struct cli_known *known);

/* Prints the write object of cli.md, or a table for people. */
bool results_print(struct app *app, const struct fleet_run *run, const char *run_id, struct err *e)
    __attribute__((warn_unused_result));

/* The same of a recorded run, with further members of the object. */
bool results_print_recorded(struct app *app, const struct fleet_run *run, const char *run_id, const json_t *more,
                            struct err *e) __attribute__((warn_unused_result));

/*
 * The same of a dry run, as fleet_preview made it: the object and every row have "dry_run": true, there is no run, and
 * the outcome `changed` is `would_change`, also beside `changed` in the summary. It depends on nothing but the plan:
 * the same state gives the same bytes. `more` has further members of the object; NULL: none.
 */
bool results_print_preview(struct app *app, const struct fleet_run *run, const json_t *more, struct err *e)
    __attribute__((warn_unused_result));

/*
 * The rows of a plan, as those of a dry run with "policy_rule" and "remaining": what of the resource the plan leaves,
 * [{"rule","reason","excepted"}]. `left` is in the order of the items; `head` has the other members of the object.
 */
bool results_print_plan(struct app *app, const struct fleet_run *run, const struct plan_left left[], size_t left_count,
                        const json_t *head, struct err *e) __attribute__((warn_unused_result));

/* As results_check_output and results_fields, for such rows. */
bool results_check_plan(struct app *app, struct err *e) __attribute__((warn_unused_result));
void results_plan_fields(const struct cmd_spec *command, struct cli_known *known);

/*
 * The rows of that preview for people, as part of a question on standard error: up to `changes` that would change, and
 * the others where `others` is true.
 */
bool results_print_question(struct app *app, const struct fleet_run *run, size_t changes, bool others, struct err *e)
    __attribute__((warn_unused_result));

/* Appends the change of a result as its row of that preview says it. */
void results_describe_change(struct text *out, const struct fleet_result *result);

/*
 * The same of a command that ended before it had a run, for programs; nothing for people. There is no run and no row;
 * `more` says why.
 */
bool results_print_refusal(struct app *app, bool dry_run, const json_t *more, struct err *e)
    __attribute__((warn_unused_result));

/*
 * [{"outcome","code","message","count","example":{"id","name","request_id"}}]: what went wrong or was skipped, by cause
 * (fleet_causes.h). New reference.
 */
json_t *results_causes_json(const struct fleet_run *run);

/* Servers that the run stopped and that do not run again: every one by name, as errors, before anything else. */
void results_report_down(const struct app *app, const struct fleet_run *run);

/*
 * Counts, causes and pending restarts. `end_explained`: the last line of the command says what was not started and how
 * the run is finished (results_explain_end, results_warn_budget).
 */
void results_summarize(const struct app *app, const struct fleet_run *run, bool end_explained);

/* The list of commands that come next. */
void results_note_next(const struct app *app, const struct fleet_run *run, const char *run_id, bool end_explained);

/* Under which id the run is recorded and what rolls it back; nothing where no request was sent. */
void results_note_run(const struct app *app, const struct fleet_run *run, const char *run_id);

/* Of a run that ended early, with e: its message says also what was done, what is left, and how to finish it. */
void results_explain_end(const struct app *app, const struct fleet_run *run, const char *run_id, struct err *e);

/* The same of a run that its failures ended. */
void results_warn_budget(const struct app *app, const struct fleet_run *run, const char *run_id);

/* Of a run that did not restart all that it was to: how many, and the command that finishes it. */
void results_warn_restarts(const struct app *app, const struct fleet_run *run, const char *run_id);

/* Warns of the newest run that was interrupted and is not done with some of these resources: with its command. */
void results_warn_interrupted(const struct app *app, const struct resource_list *list);

/* Whether its rows are of several regions: their names alone do not distinguish them. */
bool results_of_regions(const struct fleet_run *run);

/* How many were not started (fleet_is_not_started). */
size_t results_not_started(const struct fleet_run *run);

/*
 * The servers of which the run leaves a restart pending, each once: of what was not started it does not say. An array
 * that is freed with free().
 */
const struct resource **results_pending_restarts(const struct fleet_run *run, size_t *ret_count);

#endif
