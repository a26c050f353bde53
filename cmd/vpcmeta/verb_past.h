/*
 * verb_past: a recorded run, to be shown, carried on, tried again or undone. Shared by the commands of `runs` only.
 */
#ifndef VPCMETA_VERB_PAST_H
#define VPCMETA_VERB_PAST_H

#include "verbs.h"

#define VERB_PAST_LOOK "it may have been created: look for it by name before creating it again"

/* Zero-initialised: none. All pointers of the entry, items and run lead into it. */
struct verb_past {
    struct history_entry entry;
    struct resource_list *list; /* a record for each step, with its settings from before */
    struct plan_item *items;    /* one for each step */
    struct resource_settings *wanted;
    struct fleet_run run; /* what became of the steps so far */
};

/* Reads the run called `word` as history_load finds it. */
bool verb_past_open(struct history *history, const char *word, struct verb_past *ret, struct err *e)
    __attribute__((warn_unused_result));
void verb_past_close(struct verb_past *past); /* for CLEANUP */

/* Steps of a past run that are to be taken up. Set `list` to an empty one. */
struct verb_again {
    struct resource_list *list;
    struct resource_settings *wanted;
    const struct history_step **steps; /* borrowed from the past run */
    const struct plan_item **past;     /* as well */
    size_t count;
    struct plan plan;
};

/* Adds a step: where it is thought to be, and what it is to get. */
void verb_again_add(struct verb_again *again, const struct verb_past *past, size_t index,
                    const struct resource_settings *found, const struct resource_settings *wanted);

/* Makes the plan of all that were added. */
void verb_again_plan(struct verb_again *again, enum plan_guard guard);
void verb_again_free(struct verb_again *again); /* for CLEANUP */

#endif
