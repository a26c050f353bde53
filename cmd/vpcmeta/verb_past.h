/*
 * verb_past: a recorded run, to be shown, carried on, tried again or undone. Shared by the commands of `runs` only.
 */
#ifndef VPCMETA_VERB_PAST_H
#define VPCMETA_VERB_PAST_H

#include "verbs.h"

/* Zero-initialised: none. All pointers of the entry, items and run lead into it. */
struct verb_past {
    struct history_entry entry;
    struct resource_list *list; /* a record for each step, with its settings from before */
    struct plan plan;           /* an item for each step */
    json_t *body, *identity;    /* of the creations that share theirs; the plan's */
    struct fleet_run run;       /* what became of the steps so far */
};

/* Reads the run called `word` as history_load finds it. */
bool verb_past_open(struct history *history, const char *word, struct verb_past *ret, struct err *e)
    __attribute__((warn_unused_result));
void verb_past_close(struct verb_past *past); /* for CLEANUP */

/* Steps of a past run that are taken up again. */
struct verb_again {
    struct resource_list *list;        /* their resources */
    const struct history_step **steps; /* of the plan's items; borrowed from the past run */
    struct plan plan;
    size_t count; /* items that are to be carried out; the others are there because these need them */
};

/*
 * Makes the plan of the steps that are `meant` (as many as the run has), whatever their record says: it may be out of date.
 * Borrows from the past run.
 */
void verb_again_take(struct verb_again *ret, const struct verb_past *past, const bool meant[],
                     enum plan_conflict_policy policy);
void verb_again_free(struct verb_again *again); /* for CLEANUP */

#endif
