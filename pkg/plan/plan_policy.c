/* The plan of a policy: servers, what is left, and the order of it all. */
#include "plan/plan_policy_make.h"

#include <stdlib.h>
#include <string.h>

/* Only these can be named by expressions of allowed_use (vpc-api.md 4.3). */
enum { USE_SETTINGS = RESOURCE_ENABLED | RESOURCE_PROTOCOL };

/* --- items and what is left -------------------------------------------------------------------------- */

struct plan_item *plan_policy_add(struct plan_making *making, const struct resource *record,
                                  const struct policy_rule *rule)
{
    static const struct resource_settings none;
    struct plan_item *item = &making->plan->items[making->plan->count++];

    *item = (struct plan_item){.resource = record,
                               .wanted = &none,
                               .verdict = PLAN_UNCHANGED,
                               .after = record->settings,
                               .policy_rule = rule != NULL ? rule->name : NULL};
    return item;
}

static bool is_left(const struct plan_making *making, size_t item, const char *check)
{
    for (size_t i = making->made->left.count; i > 0 && making->made->left.items[i - 1].item == item; i--) {
        if (text_equal(making->made->left.items[i - 1].check, check)) {
            return true;
        }
    }
    return false;
}

void plan_policy_leave(struct plan_making *making, size_t item, const char *check, const char *reason, bool excepted)
{
    if (!is_left(making, item, check)) {
        *mem_list_add(&making->made->left) =
            (struct plan_left){.item = item,
                               .check = check,
                               .reason = text_arena_copy(&making->plan->memory, reason, strlen(reason)),
                               .policy_rule = making->plan->items[item].policy_rule,
                               .excepted = excepted};
    }
}

const char *plan_policy_exception_words(struct plan_making *making, const struct policy_exception *exception)
{
    CLEANUP(text_free) struct text words = {0};

    text_append(&words, "excepted");
    if (exception->expires != NULL) {
        text_printf(&words, " until %s", exception->expires);
    }
    text_printf(&words, ": %s (%s)", exception->reason != NULL ? exception->reason : "no reason given",
                exception->owner != NULL ? exception->owner : "no owner");
    return text_arena_copy(&making->plan->memory, words.data, words.size);
}

const struct policy_exception *plan_policy_excepted(const struct policy_rule *rule, const struct resource *record,
                                                    const char *check)
{
    const struct policy_exception *exception = rule != NULL ? policy_exception_for(rule, record, check) : NULL;

    return exception != NULL && !exception->expired ? exception : NULL;
}

/* --- settings ---------------------------------------------------------------------------------------- */

enum { CHECKS_OF_SETTING = 2 };

/* The checks that find a setting wrong. */
struct checks {
    const char *ids[CHECKS_OF_SETTING];
    size_t count;
};

/* What decides which checks there are. */
struct state {
    bool template;
    bool on;       /* the service is on, or may be */
    bool turns_on; /* it will be */
    bool turns_off;
    bool off_is_right;
};

static void add_check(struct checks *checks, const char *id)
{
    checks->ids[checks->count++] = id;
}

static struct checks checks_of(const struct state *state, const struct resource_settings *wanted, unsigned setting)
{
    bool template = state->template;
    bool judged = state->on || state->turns_on;
    struct checks checks = {0};

    switch (setting) {
    case RESOURCE_ENABLED:
        add_check(&checks, wanted->enabled ? (template ? "template-disabled" : "disabled")
                           : template      ? "template-enabled-where-forbidden"
                                           : "enabled-where-forbidden");
        return checks;
    case RESOURCE_PROTOCOL:
        if (judged) {
            bool https = strcmp(wanted->protocol, "https") == 0;
            add_check(&checks, https      ? (template ? "template-over-http" : "enabled-over-http")
                               : template ? "template-over-https"
                                          : "enabled-over-https");
        }
        break;
    case RESOURCE_HOP_LIMIT:
        if (judged) {
            add_check(&checks, template ? "template-hop-limit" : "hop-limit");
        }
        break;
    case RESOURCE_AUTO_LINK:
        add_check(&checks, "template-auto-link");
        add_check(&checks, "profile-auto-link");
        return checks;
    default:
        return checks;
    }
    if (!template && (state->turns_off || (!judged && state->off_is_right))) {
        add_check(&checks, "stored-while-disabled");
    }
    return checks;
}

/* The exception that keeps the setting as it is: all checks that find it wrong have one. NULL: it is changed. */
static const struct policy_exception *keeping(const struct plan_making *making, const struct policy_rule *rule,
                                              const struct resource *record, const struct checks *checks)
{
    const struct policy_exception *first = NULL;

    (void)making;
    for (size_t i = 0; i < checks->count; i++) {
        const struct policy_exception *exception = plan_policy_excepted(rule, record, checks->ids[i]);
        if (exception == NULL) {
            return NULL;
        }
        first = first != NULL ? first : exception;
    }
    return first;
}

/* Whether the setting is to be changed; notes why it is not. */
static bool keeps(struct plan_making *making, const struct plan_subject *subject, const struct resource *record,
                  const struct state *state, unsigned setting, struct plan_choice *choice)
{
    struct checks checks = checks_of(state, &choice->wanted, setting);
    const struct policy_exception *exception = keeping(making, subject->match.rule, record, &checks);
    const char *reason = exception != NULL               ? plan_policy_exception_words(making, exception)
                         : (setting & USE_SETTINGS) != 0 ? subject->forbidden
                                                         : NULL;

    for (size_t i = 0; reason != NULL && i < checks.count; i++) {
        choice->left[choice->left_count++] =
            (struct plan_left){.check = checks.ids[i], .reason = reason, .excepted = exception != NULL};
    }
    return checks.count == 0 || reason != NULL;
}

void plan_policy_choose(struct plan_making *making, const struct plan_subject *subject, const struct resource *record,
                        struct plan_choice *ret)
{
    static const unsigned others[] = {RESOURCE_PROTOCOL, RESOURCE_HOP_LIMIT, RESOURCE_AUTO_LINK};
    const struct policy_wanted *wanted = &subject->match.rule->wanted;
    struct state state = {.template = record->kind == &resource_template,
                          .on = (record->settings.given & RESOURCE_ENABLED) == 0 || record->settings.enabled};

    *ret = (struct plan_choice){0};
    policy_settings(wanted, record, &ret->wanted);
    state.off_is_right = (wanted->given & RESOURCE_ENABLED) == 0 || !wanted->enabled;
    if ((ret->wanted.given & RESOURCE_ENABLED) != 0) {
        if (keeps(making, subject, record, &state, RESOURCE_ENABLED, ret)) {
            ret->wanted.given &= ~(unsigned)RESOURCE_ENABLED;
        } else {
            state.turns_on = ret->wanted.enabled;
            state.turns_off = !ret->wanted.enabled;
        }
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if ((ret->wanted.given & others[i]) != 0 && keeps(making, subject, record, &state, others[i], ret)) {
            ret->wanted.given &= ~others[i];
        }
    }
}

void plan_policy_note_choice(struct plan_making *making, size_t item, const struct plan_choice *choice)
{
    for (size_t i = 0; i < choice->left_count; i++) {
        plan_policy_leave(making, item, choice->left[i].check, choice->left[i].reason, choice->left[i].excepted);
    }
}

/* --- findings ----------------------------------------------------------------------------------------- */

static const struct plan_policy_check *find_check(const char *id)
{
    const struct plan_policy_check *row = plan_policy_checks;

    while (row->check != NULL && strcmp(row->check, id) != 0) {
        row++;
    }
    return row;
}

static bool fixes(const struct plan_item *item, const struct plan_policy_check *row)
{
    bool limits = (item->mask & row->mask) == RESOURCE_HOP_LIMIT && strcmp(row->check, "hop-limit-with-profile") == 0;

    if (item->verdict != PLAN_CHANGE || row->check == NULL) {
        return false;
    }
    switch (item->action) {
    case PLAN_SET:
        return (item->mask & row->mask) != 0 && (!limits || item->after.hop_limit == RESOURCE_DEFAULT_HOP_LIMIT);
    case PLAN_DELETE:
        return row->mask != 0; /* another template takes its place, with the settings */
    case PLAN_MOVE:
        return row->moves;
    case PLAN_ROLL:
        return row->rolls;
    case PLAN_RESTART:
        return row->restarts;
    case PLAN_CREATE:
    case PLAN_ACTIONS:
        break;
    }
    return false;
}

/* Why the finding is left, where no item of the resource fixes it. */
static const char *why_left(struct plan_making *making, const struct plan_finding *finding,
                            const struct plan_policy_check *row, const struct plan_item *item)
{
    CLEANUP(text_free) struct text words = {0};
    bool template = item->resource->kind == &resource_template;

    if (finding->exception != NULL && !finding->exception->expired) {
        return plan_policy_exception_words(making, finding->exception);
    }
    if (finding->cannot_tell) {
        text_printf(&words, "could not be checked: %s",
                    finding->message != NULL ? finding->message : "nothing is known");
        return text_arena_copy(&making->plan->memory, words.data, words.size);
    }
    if (template && row->remedy_of_template != NULL) {
        return row->remedy_of_template;
    }
    if (item->verdict == PLAN_SKIP && item->reason != NULL && (row->mask != 0 || row->moves)) {
        return item->reason;
    }
    return row->remedy != NULL ? row->remedy : "the policy rule wants nothing that changes it";
}

/* The items of the resource are those of that index and, where they are about it, the ones behind. */
void plan_policy_account(struct plan_making *making, const struct plan_subject *subject, size_t first)
{
    const struct plan *plan = making->plan;
    const struct resource *record = plan->items[first].resource;

    for (size_t f = 0; f < subject->finding_count; f++) {
        const struct plan_finding *finding = &subject->findings[f];
        const struct plan_policy_check *row = find_check(finding->check);
        bool fixed = false;
        for (size_t i = first; !fixed && i < plan->count; i++) {
            fixed = plan->items[i].resource->kind == record->kind &&
                    text_equal(plan->items[i].resource->id, record->id) && fixes(&plan->items[i], row);
        }
        if (!fixed) {
            plan_policy_leave(making, first, finding->check, why_left(making, finding, row, &plan->items[first]),
                              finding->exception != NULL && !finding->exception->expired);
        }
    }
}

/* Where nothing changes and something is left, the item says so. */
void plan_policy_conclude(struct plan_making *making, size_t index)
{
    struct plan_item *item = &making->plan->items[index];
    CLEANUP(text_free) struct text words = {0};
    size_t first = making->made->left.count;

    while (first > 0 && making->made->left.items[first - 1].item == index) {
        first--;
    }
    if (item->verdict == PLAN_SKIP && first == making->made->left.count) {
        plan_policy_leave(making, index, NULL, item->reason, false);
    }
    for (size_t i = first; i < making->made->left.count; i++) {
        const char *reason = making->made->left.items[i].reason;
        bool said = false;
        for (size_t j = first; !said && j < i; j++) {
            said = strcmp(making->made->left.items[j].reason, reason) == 0;
        }
        if (!said) {
            text_printf(&words, "%s%s", words.size > 0 ? "; " : "", reason);
        }
    }
    if (words.size > 0 && item->verdict != PLAN_CHANGE) {
        item->verdict = PLAN_SKIP;
        item->reason = text_arena_copy(&making->plan->memory, words.data, words.size);
    }
}

/* --- servers ------------------------------------------------------------------------------------------ */

static bool is_replaced(const struct plan_making *making, const struct resource *record)
{
    return record->member_of != NULL && mem_set_has(&making->rolled, record->member_of);
}

/* Adds the server to those that are stopped and started. */
static void count_restart(struct plan_making *making, const struct policy_rule *rule)
{
    struct plan_policy *made = making->made;
    const struct policy_apply *apply = &rule->apply;
    size_t total = resource_list_count(making->terms->selected);
    size_t most = made->percent ? total * made->max_unavailable / 100 : made->max_unavailable;
    size_t own = apply->percent ? total * apply->max_unavailable / 100 : apply->max_unavailable;

    if (made->restarts++ == 0 || own < most) {
        made->max_unavailable = apply->max_unavailable;
        made->percent = apply->percent;
    }
}

#define RESTART_PENDING "restart-pending"

/* The restart that the change of the item makes necessary. */
static void follow_enabling(struct plan_making *making, const struct policy_rule *rule, size_t index)
{
    struct plan_item *item = &making->plan->items[index];
    struct resource after = *item->resource;
    const struct policy_exception *exception = plan_policy_excepted(rule, item->resource, RESTART_PENDING);
    char reason[PLAN_REASON_SIZE];

    if ((item->mask & RESOURCE_ENABLED) == 0 || !item->after.enabled || !item->resource->kind->restart_to_enable ||
        resource_status(item->resource->status) == RESOURCE_STATUS_STOPPED) {
        return;
    }
    after.settings = item->after;
    if (rule->apply.restart && exception == NULL &&
        plan_judge_restart(&after, RESOURCE_ON, &making->terms->restart, reason) == PLAN_CHANGE) {
        count_restart(making, rule);
        return;
    }
    item->leave_restart = true;
    making->made->restarts_left++;
    plan_policy_leave(making, index, RESTART_PENDING,
                      exception != NULL     ? plan_policy_exception_words(making, exception)
                      : rule->apply.restart ? reason
                                            : find_check(RESTART_PENDING)->remedy,
                      exception != NULL);
}

/* The restart that an earlier change left. */
static void follow_earlier(struct plan_making *making, const struct plan_subject *subject, size_t index)
{
    const struct policy_rule *rule = subject->match.rule;
    const struct resource *record = making->plan->items[index].resource;
    bool changes = making->plan->items[index].verdict == PLAN_CHANGE;
    char reason[PLAN_REASON_SIZE];

    if (plan_needs_restart(record, subject->restart_pending) != RESOURCE_ON ||
        (changes && (making->plan->items[index].mask & RESOURCE_ENABLED) != 0)) {
        return;
    }
    const struct policy_exception *exception = plan_policy_excepted(rule, record, RESTART_PENDING);
    if (exception != NULL || !rule->apply.restart) {
        making->made->restarts_left++;
        plan_policy_leave(making, index, RESTART_PENDING,
                          exception != NULL ? plan_policy_exception_words(making, exception)
                                            : find_check(RESTART_PENDING)->remedy,
                          exception != NULL);
        return;
    }
    enum plan_verdict verdict = plan_judge_restart(record, RESOURCE_ON, &making->terms->restart, reason);
    if (verdict != PLAN_CHANGE) {
        making->made->restarts_left += verdict == PLAN_SKIP;
        plan_policy_leave(making, index, RESTART_PENDING, reason, false);
        return;
    }
    struct plan_item *item = &making->plan->items[index];
    if (changes) {
        item = plan_policy_add(making, record, rule);
        item->depends_on = index + 1;
        item->after = making->plan->items[index].after;
    }
    item->action = PLAN_RESTART;
    item->verdict = PLAN_CHANGE;
    count_restart(making, rule);
}

static void plan_server(struct plan_making *making, const struct plan_subject *subject, const struct resource *record)
{
    size_t index = making->plan->count;
    struct plan_item *item = plan_policy_add(making, record, subject->match.rule);
    struct plan_choice choice;
    char reason[PLAN_REASON_SIZE];

    plan_policy_choose(making, subject, record, &choice);
    if (choice.wanted.given != 0) {
        struct resource_settings *wanted = text_arena_alloc(&making->plan->memory, sizeof(*wanted));
        *wanted = choice.wanted;
        item->wanted = wanted;
        item->verdict = plan_judge(record, wanted, &item->mask, reason);
        if (item->verdict == PLAN_CHANGE && is_replaced(making, record)) {
            item->verdict = PLAN_SKIP;
            snprintf(reason, sizeof(reason),
                     "it is replaced: this plan rolls the instance group that it is a member of");
        }
        if (item->verdict == PLAN_SKIP) {
            item->reason = text_arena_copy(&making->plan->memory, reason, strlen(reason));
            item->mask = 0;
        }
        item->after = resource_settings_over(&record->settings, wanted, item->mask);
    }
    plan_policy_note_choice(making, index, &choice);
    if (item->verdict == PLAN_CHANGE) {
        follow_enabling(making, subject->match.rule, index);
    }
    if (!is_replaced(making, record)) {
        follow_earlier(making, subject, index);
    }
    plan_policy_account(making, subject, index);
    plan_policy_conclude(making, index);
}

/* --- all of it ---------------------------------------------------------------------------------------- */

static void plan_unclear(struct plan_making *making, const struct plan_subject *subject, const struct resource *record)
{
    struct plan_item *item = plan_policy_add(making, record, subject->match.rule);
    CLEANUP(text_free) struct text words = {0};

    text_printf(&words, "could not be checked: which policy rule matches depends on its %s, which its record lacks",
                subject->match.lacks != NULL ? subject->match.lacks : "members");
    item->verdict = PLAN_SKIP;
    item->reason = text_arena_copy(&making->plan->memory, words.data, words.size);
    plan_policy_conclude(making, making->plan->count - 1);
}

static bool is_server(const struct resource *record)
{
    return record->kind->patchable != 0;
}

/* Templates and their groups, groups, servers: in this order, see plan_policy.h. */
static void plan_kinds(struct plan_making *making)
{
    const struct resource_list *selected = making->terms->selected;
    size_t count = resource_list_count(selected);

    for (int pass = 0; pass < 3; pass++) {
        if (pass == 2) {
            plan_policy_end_groups(making);
        }
        for (size_t i = 0; i < count; i++) {
            const struct resource *record = resource_list_at(selected, i);
            const struct plan_subject *subject = &making->terms->subjects[i];
            int due = is_server(record) ? 2 : record->kind == &resource_group ? 1 : 0;
            if (due != pass) {
                continue;
            }
            if (subject->match.cannot_tell) {
                plan_unclear(making, subject, record);
            } else if (subject->match.rule == NULL) {
                making->made->unmanaged++;
            } else if (pass == 0) {
                plan_policy_template(making, i);
            } else if (pass == 1) {
                plan_policy_group(making, i);
            } else {
                plan_server(making, subject, record);
            }
        }
    }
}

static int compare_left(const void *left, const void *right)
{
    const struct plan_left *a = left;
    const struct plan_left *b = right;

    if (a->item != b->item) {
        return a->item < b->item ? -1 : 1;
    }
    return strcmp(a->check != NULL ? a->check : "", b->check != NULL ? b->check : "");
}

void plan_policy_make(const struct plan_policy_terms *terms, struct resource_list *list, struct plan_policy *ret)
{
    struct plan_making making = {.terms = terms, .list = list, .made = ret, .plan = &ret->plan};
    size_t room = (resource_list_count(terms->selected) + 1) * PLAN_ITEMS_OF_TEMPLATE +
                  (resource_list_count(terms->context.groups) + 1) * (PLAN_ITEMS_OF_GROUP + 1);

    *ret = (struct plan_policy){0};
    ret->plan.items = mem_array(room, sizeof(*ret->plan.items));
    making.of_groups = mem_array(resource_list_count(terms->context.groups) + 1, sizeof(*making.of_groups));
    plan_kinds(&making);
    if (ret->left.count > 0) {
        qsort(ret->left.items, ret->left.count, sizeof(ret->left.items[0]), compare_left);
    }
    free(making.of_groups);
    mem_set_free(&making.rolled);
}

void plan_policy_free(struct plan_policy *made)
{
    plan_free(&made->plan);
    free(made->left.items);
    *made = (struct plan_policy){0};
}
