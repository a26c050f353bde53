/*
 * plan_history: items of plans as the JSON texts that the history keeps, and back. The one place that knows the
 * format:
 *
 *   action   body                                                        before, after
 *   set      {"restart":false} where the run does not restart it, or -   settings: {"enabled":...,"protocol":...,...}
 *   create   the body of the request (absent where the run has it)       settings
 *   move     {"instance_template":{"id":...,"name":...}}, the new one    the same of what the group uses
 *   roll     {"max_unavailable","percent","heal_timeout_ms","poll_ms"}   {"membership_count","stale_members"}
 *   delete   what it takes to create it again                            settings
 *   restart  -                                                           settings
 *
 * `wanted` holds settings of all of them. Texts of version 0.1.0 read back the same.
 */
#ifndef PLAN_PLAN_HISTORY_H
#define PLAN_PLAN_HISTORY_H

#include "plan/plan.h"

/* The texts of one item. NULL where the history has none. */
struct plan_texts {
    const char *action, *body, *before, *wanted;
};

enum { PLAN_ENCODER_KEPT = 8 };

/* Makes texts and owns them. Most resources of a run look the same: the last few texts of settings are shared. */
struct plan_encoder {
    struct text_arena memory;
    struct resource_settings settings[PLAN_ENCODER_KEPT];
    const char *texts[PLAN_ENCODER_KEPT]; /* of these settings; NULL: none yet */
    size_t next;                          /* to be replaced */
};
void plan_encoder_free(struct plan_encoder *encoder); /* zero-initialised values allowed; for CLEANUP */

/* The texts of an item. A creation whose body is `shared` has none of its own; NULL: none is shared. */
struct plan_texts plan_item_encode(struct plan_encoder *encoder, const struct plan_item *item, const json_t *shared);

/* The text of the settings or, where the state has one, of the state. */
const char *plan_state_encode(struct plan_encoder *encoder, const struct resource_settings *settings,
                              const struct plan_state *state);

/*
 * Reads action, wanted and what belongs to the action into `item` of `plan`, whose resource is set and gets the
 * settings of `before`; bodies are the plan's, words the list's. ERR_FAILED for an action of a newer program,
 * ERR_INVALID for a text that is no JSON.
 */
bool plan_item_decode(const struct plan_texts *texts, struct resource_list *list, struct resource *resource,
                      struct plan *plan, struct plan_item *item, struct err *e) __attribute__((warn_unused_result));

/* Reads `before` or `after` of an action; NULL is nothing. Both results are always set. ERR_INVALID. */
bool plan_state_decode(enum plan_action action, const char *text, struct resource_list *list,
                       struct resource_settings *ret_settings, struct plan_state *ret_state, struct err *e)
    __attribute__((warn_unused_result));

#endif
