/* The plan of a policy: templates that are replaced, and the groups that follow them or not. */
#include <stdlib.h>
#include <string.h>

#include "plan/plan_policy_make.h"

#define GROUP_TEMPLATE "group-template"
#define GROUP_MEMBERS  "group-members"

static size_t number_in(const struct mem_map *map, const char *id)
{
    return id != NULL ? (size_t)(uintptr_t)mem_map_get(map, id) : 0;
}

static void put_number(struct mem_map *map, const char *id, size_t number)
{
    if (id != NULL) {
        (void)mem_map_put(map, id, (void *)(uintptr_t)number); // NOLINT(performance-no-int-to-ptr)
    }
}

void plan_policy_begin_groups(struct plan_making *making)
{
    const struct resource_list *groups = making->terms->context.groups;

    for (size_t i = 0; i < resource_list_count(groups); i++) {
        put_number(&making->group_numbers, resource_list_at(groups, i)->id, i + 1);
    }
}

static size_t group_number(const struct plan_making *making, const struct resource *group)
{
    return number_in(&making->group_numbers, group->id);
}

static const char *name_of_template(const struct resource *group)
{
    return group->template_name != NULL ? group->template_name : group->template_id != NULL ? group->template_id : "?";
}

/* --- what becomes of groups --------------------------------------------------------------------------- */

/* How the policy rule rolls members. Owned by the plan. */
static const struct plan_roll *roll_of(struct plan_making *making, const struct policy_rule *rule)
{
    const struct plan_policy_terms *terms = making->terms;
    struct plan_roll *roll = text_arena_alloc(&making->plan->memory, sizeof(*roll));

    *roll = (struct plan_roll){.max_unavailable = rule->apply.max_unavailable,
                               .percent = rule->apply.percent,
                               .heal_timeout_ms = terms->heal_timeout_ms,
                               .poll_ms = terms->poll_ms};
    return roll;
}

/* Notes the first selected member whose own policy rule wants something else than a new member gets. */
static bool breaks_rule_of_member(struct plan_making *making, const struct resource *group,
                                  const struct resource_settings *given)
{
    const struct resource_list *selected = making->terms->selected;

    for (size_t i = 0; i < resource_list_count(selected); i++) {
        const struct resource *member = resource_list_at(selected, i);
        struct plan_subject subject = making->terms->subjects[i];
        struct plan_choice choice;
        CLEANUP(text_free) struct text words = {0};
        if (member->kind->patchable == 0 || group->id == NULL || !text_equal(member->member_of, group->id) ||
            subject.match.rule == NULL) {
            continue;
        }
        struct resource made = *member;
        made.settings = resource_settings_over(&member->settings, given, given->given & member->kind->patchable);
        subject.forbidden = NULL; /* of the boot volume that is deleted with the member */
        plan_policy_choose(making, &subject, &made, &choice);
        if (choice.wanted.given == 0) {
            continue;
        }
        const struct resource_settings after =
            resource_settings_over(&made.settings, &choice.wanted, choice.wanted.given);
        text_printf(&words,
                    "members are not replaced: policy rule %s wants something else of member %s than new ones get: ",
                    subject.match.rule->name, member->name);
        resource_settings_describe(&words, &made.settings, &after, choice.wanted.given);
        char *kept = text_arena_alloc(&making->plan->memory, words.size + 1);
        memcpy(kept, text_string(&words), words.size + 1);
        (void)mem_map_put(&making->conflicts, group->id, kept);
        return true;
    }
    return false;
}

/*
 * The policy rule that says whether members are replaced: the group's own, else that of its template; `given` is what
 * they get then.
 */
static const struct plan_roll *choose_roll(struct plan_making *making, const struct resource *group,
                                           const struct policy_rule *own, const struct policy_rule *of_template,
                                           const struct resource_settings *given)
{
    const struct policy_rule *rule = own != NULL ? own : of_template;

    return rule != NULL && rule->apply.roll && plan_policy_excepted(own, group, GROUP_MEMBERS) == NULL &&
                   !breaks_rule_of_member(making, group, given)
               ? roll_of(making, rule)
               : NULL;
}

/* The same for a group whose template stays: it is asked for with every template, and chosen once. */
static const struct plan_roll *choose_roll_of_stale(struct plan_making *making, const struct resource *group,
                                                    const struct policy_rule *own)
{
    static const struct resource_settings unknown;
    size_t number = group_number(making, group);
    struct plan_group_item *kept = number != 0 ? &making->of_groups[number - 1] : NULL;
    if (kept != NULL && kept->chosen) {
        return kept->roll_of_stale;
    }
    const struct resource *template =
        group->template_id != NULL
            ? resource_list_find(making->terms->context.templates, &resource_template, group->template_id)
            : NULL;

    const struct plan_roll *roll =
        choose_roll(making, group, own, own, template != NULL ? &template->settings : &unknown);
    if (kept != NULL) {
        kept->roll_of_stale = roll;
        kept->chosen = true;
    }
    return roll;
}

/* Why the group is not moved; NULL: it is. */
static const char *why_group_stays(struct plan_making *making, const struct resource *group,
                                   const struct policy_rule *own, const struct policy_rule *of_template)
{
    const struct policy_exception *exception = plan_policy_excepted(own, group, GROUP_TEMPLATE);
    const struct policy_rule *refuses = !of_template->apply.update_groups          ? of_template
                                        : own != NULL && !own->apply.update_groups ? own
                                                                                   : NULL;
    CLEANUP(text_free) struct text words = {0};

    if (exception != NULL) {
        return plan_policy_exception_words(making, exception);
    }
    if (refuses == NULL) {
        return NULL;
    }
    text_printf(&words, "policy rule %s says update_groups: false", refuses->name);
    return text_arena_copy(&making->plan->memory, words.data, words.size);
}

/* What becomes of the groups that use the template, of all of the context. To be freed. */
static struct plan_group_choice *choose_groups(struct plan_making *making, const struct resource *template,
                                               const struct policy_rule *rule, const struct resource_settings *wanted)
{
    const struct resource_settings after = resource_settings_over(&template->settings, wanted, wanted->given);
    const struct resource_list *groups = making->terms->context.groups;
    const int64_t *counts = making->terms->context.stale;
    struct plan_group_choice *choices = mem_array(resource_list_count(groups) + 1, sizeof(*choices));

    for (size_t i = 0; i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        const struct policy_rule *own = making->terms->groups[i].match.rule;
        if (plan_group_uses(group, template)) {
            const char *stays = why_group_stays(making, group, own, rule);
            choices[i] =
                (struct plan_group_choice){.stays = stays,
                                           .roll = stays == NULL ? choose_roll(making, group, own, rule, &after) : NULL,
                                           .policy_rule = own != NULL ? own->name : rule->name};
        } else if (counts != NULL && counts[i] > 0 && own != NULL) { /* it may use the successor already */
            choices[i] =
                (struct plan_group_choice){.roll = choose_roll_of_stale(making, group, own), .policy_rule = own->name};
        }
    }
    return choices;
}

/* Where every group that uses the template stays, another template is of no use: why; NULL: it would. */
static const char *why_needless(struct plan_making *making, const struct resource *template,
                                const struct plan_group_choice choices[])
{
    const struct resource_list *groups = making->terms->context.groups;
    CLEANUP(text_free) struct text words = {0};

    for (size_t i = 0; i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (!plan_group_uses(group, template)) {
            continue;
        }
        if (choices[i].stays == NULL) {
            return NULL;
        }
        if (words.size == 0) {
            text_printf(&words, "instance group %s uses it and is not moved: %s", group->name, choices[i].stays);
        }
    }
    return words.size > 0 ? text_arena_copy(&making->plan->memory, words.data, words.size) : NULL;
}

/* --- templates ---------------------------------------------------------------------------------------- */

static void skip_template(struct plan_making *making, const struct resource *template, const struct policy_rule *rule,
                          const char *reason)
{
    struct plan_item *item = plan_policy_add(making, template, rule);

    item->verdict = PLAN_SKIP;
    item->reason = text_arena_copy(&making->plan->memory, reason, strlen(reason));
}

/* Remembers the items of groups that the chain has; those from `first` on are new. */
static void note_groups(struct plan_making *making, size_t first)
{
    for (size_t i = first; i < making->plan->count; i++) {
        const struct plan_item *item = &making->plan->items[i];
        size_t number = item->resource->kind == &resource_group ? group_number(making, item->resource) : 0;
        if (number == 0) {
            continue;
        }
        struct plan_group_item *group = &making->of_groups[number - 1];
        if (item->action == PLAN_ROLL && item->verdict == PLAN_CHANGE) {
            (void)mem_set_add(&making->rolled_stale, item->resource->id);
        }
        if (group->item != 0 && item->action == PLAN_ROLL && making->plan->items[group->item - 1].action == PLAN_MOVE) {
            (void)mem_set_add(&making->rolled, item->resource->id);
        }
        group->item = group->item != 0 ? group->item : i + 1;
    }
}

/* The item that is about the template itself, not about its successor. */
static size_t own_item(const struct plan_making *making, size_t first, const struct resource *template)
{
    size_t i = making->plan->count - 1;

    while (i > first && !(making->plan->items[i].resource->kind == template->kind &&
                          text_equal(making->plan->items[i].resource->id, template->id))) {
        i--;
    }
    return i;
}

static void replace(struct plan_making *making, const struct resource *template, const struct policy_rule *rule,
                    const struct resource_settings *wanted)
{
    struct plan_group_choice *choices = choose_groups(making, template, rule, wanted);
    const char *needless = why_needless(making, template, choices);
    size_t first = making->plan->count;
    struct err error = ERR_INIT;
    const struct plan_replacement how = {.wanted = wanted,
                                         .update_groups = true,
                                         .delete_old = rule->apply.delete_old,
                                         .groups = choices,
                                         .reuse = true,
                                         .policy_rule = rule->name};

    if (needless != NULL) {
        skip_template(making, template, rule, needless);
    } else if (!plan_replace_one(template, &how, &making->terms->context, making->list, making->plan, &error)) {
        skip_template(making, template, rule, error.message);
    }
    for (size_t i = first; i < making->plan->count; i++) {
        making->made->templates_replaced += making->plan->items[i].action == PLAN_CREATE;
    }
    note_groups(making, first);
    free(choices);
}

void plan_policy_template(struct plan_making *making, size_t index)
{
    const struct plan_subject *subject = &making->terms->subjects[index];
    const struct resource *template = resource_list_at(making->terms->selected, index);
    size_t first = making->plan->count;
    struct plan_choice choice;

    plan_policy_choose(making, subject, template, &choice);
    if (choice.wanted.given != 0) {
        replace(making, template, subject->match.rule, &choice.wanted);
    } else {
        (void)plan_policy_add(making, template, subject->match.rule);
    }
    size_t own = own_item(making, first, template);
    put_number(&making->template_items, template->id, own + 1);
    plan_policy_note_choice(making, own, &choice);
    plan_policy_account(making, subject, own);
    plan_policy_conclude(making, own);
}

/* --- groups ------------------------------------------------------------------------------------------- */

/* What the template, or its successor, has when the plan is done. Owned by the plan. */
static const struct resource_settings *template_after(struct plan_making *making, const struct resource *template,
                                                      const struct policy_rule *rule)
{
    struct resource_settings *after = text_arena_alloc(&making->plan->memory, sizeof(*after));
    size_t number = number_in(&making->template_items, template->id);
    struct resource_settings wanted = {0};

    policy_settings(&rule->wanted, template, &wanted);
    bool replaced = number != 0 && making->plan->items[number - 1].verdict == PLAN_CHANGE;
    *after = replaced ? resource_settings_over(&template->settings, &wanted, wanted.given) : template->settings;
    return after;
}

/* The policy rule of the template that the group uses, which is selected as well; NULL: there is none. */
static const struct policy_rule *rule_of_template(const struct plan_making *making, const struct resource *group,
                                                  const struct resource **ret_template)
{
    const struct resource_list *selected = making->terms->selected;

    for (size_t i = 0; i < resource_list_count(selected); i++) {
        const struct resource *record = resource_list_at(selected, i);
        if (record->kind == &resource_template && plan_group_uses(group, record)) {
            *ret_template = record;
            return making->terms->subjects[i].match.rule;
        }
    }
    return NULL;
}

/*
 * Why no plan can fulfil the policy rule of the group: that of its template wants what excludes it, and is what the
 * template has afterwards. Owned by the plan; NULL: it is fulfilled, or for another reason not.
 */
static const char *why_contradicted(struct plan_making *making, const struct resource *group,
                                    const struct policy_rule *own)
{
    const struct resource *template = NULL;
    const struct policy_rule *rule = own != NULL ? rule_of_template(making, group, &template) : NULL;
    unsigned settings = rule != NULL ? policy_contradiction(own, rule) : 0;
    CLEANUP(text_free) struct text words = {0};

    if (settings == 0) {
        return NULL;
    }
    const struct resource_settings *after = template_after(making, template, rule);
    if ((after->given & RESOURCE_ENABLED) == 0 || !after->enabled) {
        settings &= ~(unsigned)(RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT);
    }
    for (unsigned bit = 1; bit <= settings; bit <<= 1U) {
        if ((settings & bit) != 0 && !policy_fulfils(&own->wanted, after, bit)) {
            policy_append_contradiction(own, rule, &words);
            return text_arena_copy(&making->plan->memory, text_string(&words), words.size);
        }
    }
    return NULL;
}

/* Why the template of the group is not replaced. Owned by the plan. */
static const char *why_template_stays(struct plan_making *making, const struct resource *group)
{
    size_t number = number_in(&making->template_items, group->template_id);
    const struct plan_item *item = number != 0 ? &making->plan->items[number - 1] : NULL;
    CLEANUP(text_free) struct text words = {0};

    text_printf(&words, "its template %s is not replaced: ", name_of_template(group));
    if (item == NULL) {
        bool selected = group->template_id != NULL &&
                        resource_list_find(making->terms->selected, &resource_template, group->template_id) != NULL;
        text_append(&words, selected ? "no policy rule matches it" : "it is not selected");
    } else if (item->verdict == PLAN_SKIP && item->reason != NULL) {
        text_append(&words, item->reason);
    } else {
        text_printf(&words, "it has what its own policy rule, %s, wants", item->policy_rule);
    }
    return text_arena_copy(&making->plan->memory, words.data, words.size);
}

/* Adds the item of a group that no chain has moved: it is rolled where members are stale, else nothing changes. */
static size_t add_group(struct plan_making *making, const struct resource *group, const struct policy_rule *rule,
                        int64_t stale)
{
    struct plan_item *item = plan_policy_add(making, group, rule);
    bool able = group->odd == NULL && resource_status(group->status) != RESOURCE_STATUS_DELETING;

    const struct plan_roll *roll = stale > 0 && able ? choose_roll_of_stale(making, group, rule) : NULL;

    if (roll != NULL) {
        item->action = PLAN_ROLL;
        item->verdict = PLAN_CHANGE;
        (void)(group->id != NULL && mem_set_add(&making->rolled_stale, group->id));
        item->roll.terms = *roll;
        item->roll.before = (struct plan_members){.count = group->membership_count, .stale = stale};
    } else {
        item->action = PLAN_MOVE;
        item->move.from = (struct plan_template){.id = group->template_id, .name = group->template_name};
        item->move.to = item->move.from;
    }
    return making->plan->count - 1;
}

static bool has_finding(const struct plan_subject *subject, const char *check)
{
    for (size_t i = 0; i < subject->finding_count; i++) {
        if (strcmp(subject->findings[i].check, check) == 0 && !subject->findings[i].cannot_tell) {
            return true;
        }
    }
    return false;
}

/* Members that stay as they were made. */
static void note_members(struct plan_making *making, const struct resource *group, const struct policy_rule *rule,
                         size_t first, int64_t stale)
{
    const struct policy_exception *exception = plan_policy_excepted(rule, group, GROUP_MEMBERS);
    const struct plan_item *item = &making->plan->items[first];
    bool moved = item->action == PLAN_MOVE && item->verdict == PLAN_CHANGE && group->membership_count > 0;
    bool rolled = item->action == PLAN_ROLL || (group->id != NULL && mem_set_has(&making->rolled, group->id));
    const char *conflict = group->id != NULL ? mem_map_get(&making->conflicts, group->id) : NULL;

    if (!rolled && (moved || stale > 0)) {
        plan_policy_leave(making, first, GROUP_MEMBERS,
                          exception != NULL  ? plan_policy_exception_words(making, exception)
                          : conflict != NULL ? conflict
                                             : "the policy rule does not roll members (apply: roll: true)",
                          exception != NULL);
    }
}

void plan_policy_group(struct plan_making *making, size_t index)
{
    const struct plan_subject *subject = &making->terms->subjects[index];
    const struct resource *group = resource_list_at(making->terms->selected, index);
    size_t number = group_number(making, group);
    const int64_t *counts = making->terms->context.stale;
    int64_t stale = number != 0 && counts != NULL ? counts[number - 1] : 0;
    size_t chained = number != 0 ? making->of_groups[number - 1].item : 0;
    size_t first = chained != 0 ? chained - 1 : add_group(making, group, subject->match.rule, stale);
    const struct plan_item *item = &making->plan->items[first];
    const struct policy_exception *exception = plan_policy_excepted(subject->match.rule, group, GROUP_TEMPLATE);

    if (number != 0) {
        making->of_groups[number - 1].item = first + 1;
        making->of_groups[number - 1].done = true;
    }
    const char *contradicted = why_contradicted(making, group, subject->match.rule);
    if (contradicted != NULL && exception == NULL) {
        plan_policy_leave(making, first, GROUP_TEMPLATE, contradicted, false);
    } else if (chained != 0 && item->verdict == PLAN_SKIP) {
        plan_policy_leave(making, first, GROUP_TEMPLATE, item->reason, exception != NULL);
    } else if (chained == 0 && has_finding(subject, GROUP_TEMPLATE)) {
        plan_policy_leave(making, first, GROUP_TEMPLATE,
                          exception != NULL ? plan_policy_exception_words(making, exception)
                                            : why_template_stays(making, group),
                          exception != NULL);
    }
    note_members(making, group, subject->match.rule, first, stale);
    plan_policy_account(making, subject, first);
    plan_policy_conclude(making, first);
}

void plan_policy_end_groups(struct plan_making *making)
{
    for (size_t i = 0; i < resource_list_count(making->terms->context.groups); i++) {
        struct plan_group_item *group = &making->of_groups[i];
        if (group->item != 0 && !group->done) {
            const struct resource *record = resource_list_at(making->terms->context.groups, i);
            note_members(making, record, making->terms->groups[i].match.rule, group->item - 1, 0);
            plan_policy_conclude(making, group->item - 1);
        }
    }
    mem_map_free(&making->group_numbers);
    mem_map_free(&making->template_items);
}
