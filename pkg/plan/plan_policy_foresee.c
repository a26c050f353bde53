/* What a plan of a policy leaves: what is found only once the resources are as the plan makes them. */
#include <string.h>

#include "plan/plan_policy_make.h"

static void make_key(struct text *out, size_t item, const char *check)
{
    text_clear(out);
    text_printf(out, "%zu %s", item, check != NULL ? check : "");
}

/* Excepted findings, and those of what could not be read, say so themselves. */
static const char *words_of(struct plan_making *making, const struct plan_foreseen *foreseen)
{
    const struct plan_finding *finding = &foreseen->finding;
    const char *why = plan_policy_why_left(making, finding, plan_policy_check_find(finding->check),
                                           &making->plan->items[foreseen->item]);
    CLEANUP(text_free) struct text words = {0};

    if ((finding->exception != NULL && !finding->exception->expired) || finding->cannot_tell) {
        return why;
    }
    text_printf(&words, "%s (comes with the change)", why);
    return text_arena_copy(&making->plan->memory, words.data, words.size);
}

/* What stays as it is stays with what takes the place of the resource. */
static void move_left(struct plan_policy *made, const struct plan_foreseen *foreseen)
{
    for (size_t i = 0; foreseen->item != foreseen->first && i < made->left.count; i++) {
        struct plan_left *left = &made->left.items[i];
        if (left->item == foreseen->first && text_equal(left->check, foreseen->finding.check)) {
            left->item = foreseen->item;
        }
    }
}

void plan_policy_foresee(struct plan_policy *made, const struct plan_foreseen foreseen[], size_t count)
{
    struct plan_making making = {.made = made, .plan = &made->plan};
    CLEANUP(mem_set_free) struct mem_set left = {0};
    CLEANUP(text_free) struct text key = {0};

    for (size_t i = 0; i < made->left.count; i++) {
        make_key(&key, made->left.items[i].item, made->left.items[i].check);
        (void)mem_set_add(&left, text_string(&key));
    }
    for (size_t i = 0; i < count; i++) {
        const struct plan_finding *finding = &foreseen[i].finding;
        make_key(&key, foreseen[i].first, finding->check);
        if (mem_set_has(&left, text_string(&key))) {
            move_left(made, &foreseen[i]);
        } else {
            plan_policy_leave(&making, foreseen[i].item, finding->check, words_of(&making, &foreseen[i]),
                              finding->exception != NULL && !finding->exception->expired);
        }
    }
    plan_policy_sort_left(made);
}
