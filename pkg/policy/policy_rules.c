/* Rules of a policy from its tree. What the schema has refused already is passed over here. */
#include <string.h>

#include "policy/policy_parts.h"

/* --- apply ------------------------------------------------------------------------------------------- */

static void read_unavailable(const json_t *value, struct policy_apply *ret)
{
    const char *share = json_string_value(value);
    long percent;
    CLEANUP(text_free) struct text digits = {0};

    if (json_is_integer(value) && json_integer_value(value) >= 1) {
        ret->max_unavailable = (unsigned)json_integer_value(value);
        ret->percent = false;
    }
    if (share != NULL && strlen(share) > 1) {
        text_append_size(&digits, share, strlen(share) - 1);
        ret->percent = text_to_long(text_string(&digits), 1, 100, &percent);
        ret->max_unavailable = ret->percent ? (unsigned)percent : ret->max_unavailable;
    }
}

static void read_switch(const json_t *object, const char *member, bool *ret)
{
    const json_t *value = json_object_get(object, member);

    *ret = json_is_boolean(value) ? json_is_true(value) : *ret;
}

/* Lays what is given over `ret`. */
static void read_apply(const json_t *apply, struct policy_apply *ret)
{
    const char *restart = json_string_value(json_object_get(apply, "restart"));

    ret->restart = restart != NULL ? strcmp(restart, "needed") == 0 : ret->restart;
    read_switch(apply, "update_groups", &ret->update_groups);
    read_switch(apply, "roll", &ret->roll);
    read_switch(apply, "delete_old", &ret->delete_old);
    read_unavailable(json_object_get(apply, "max_unavailable"), ret);
}

static void check_apply(struct policy_reader *reader, const json_t *owner, const struct policy_apply *apply)
{
    const json_t *given = json_object_get(owner, "apply");
    size_t size = policy_enter(reader, "apply");

    policy_check_integer(reader, given, "max_unavailable");
    if (apply->roll && !apply->update_groups && json_is_object(given)) {
        const char *member = json_object_get(given, "roll") != NULL ? "roll" : "update_groups";
        policy_fault(reader, member,
                     "`roll` replaces the members of groups that `update_groups` has moved; write "
                     "update_groups: true, or roll: false");
    }
    policy_leave(reader, size);
}

/* --- names and severities ---------------------------------------------------------------------------- */

static void check_name(struct policy_reader *reader, const char *name, size_t index)
{
    const struct policy *policy = reader->policy;

    for (size_t i = 0; name != NULL && i < index; i++) {
        if (text_equal(policy->rules[i].name, name)) {
            policy_fault(reader, "name", "the rule at %zu:%zu is called \"%s\", too; give each a name of its own",
                         policy->rules[i].place.line, policy->rules[i].place.column, name);
            return;
        }
    }
}

static enum policy_severity read_severity(const json_t *rule)
{
    const char *word = json_string_value(json_object_get(rule, "severity"));
    int severity = 0;

    while (word != NULL && severity < POLICY_SEVERITIES && strcmp(word, policy_severity_names[severity]) != 0) {
        severity++;
    }
    return word != NULL ? (enum policy_severity)severity : POLICY_SEVERITY_OF_CHECK;
}

static void read_rule(struct policy_reader *reader, const json_t *from, size_t index, const struct policy_apply *apply)
{
    struct policy *policy = reader->policy;
    struct policy_rule *rule = &policy->rules[index];
    const char *name = json_string_value(json_object_get(from, "name"));

    *rule = (struct policy_rule){
        .name = policy_keep(policy, name != NULL ? name : ""),
        .severity = read_severity(from),
        .apply = *apply,
        .place = policy_place_here(reader),
        .number = index,
        .policy = policy,
    };
    check_name(reader, name, index);
    policy_read_condition(reader, from, &policy->conditions[index]);
    policy_read_wanted(reader, from, &policy->conditions[index], &rule->wanted);
    policy_read_references(reader, from, rule);
    read_apply(json_object_get(from, "apply"), &rule->apply);
    check_apply(reader, from, &rule->apply);
    size_t size = policy_enter(reader, "exceptions");
    struct policy_exception *exceptions =
        policy_read_exceptions(reader, json_object_get(from, "exceptions"), rule, &rule->exception_count);
    rule->exceptions = exceptions;
    policy_adopt_exceptions(policy, exceptions, rule->exception_count);
    policy_leave(reader, size);
}

void policy_read_rules(struct policy_reader *reader, const json_t *root)
{
    const json_t *rules = json_object_get(root, "rules");
    struct policy *policy = reader->policy;
    struct policy_apply apply = {.update_groups = true, .delete_old = true, .max_unavailable = 1};

    read_apply(json_object_get(root, "apply"), &apply);
    check_apply(reader, root, &apply);
    policy->count = json_array_size(rules) <= POLICY_RULES_MAX ? json_array_size(rules) : 0;
    policy->rules = text_arena_alloc(&policy->memory, (policy->count + 1) * sizeof(*policy->rules));
    policy->conditions = text_arena_alloc(&policy->memory, (policy->count + 1) * sizeof(*policy->conditions));
    size_t size = policy_enter(reader, "rules");
    for (size_t i = 0; i < policy->count; i++) {
        size_t inner = policy_enter_item(reader, i);
        read_rule(reader, json_array_get(rules, i), i, &apply);
        policy_leave(reader, inner);
    }
    policy_check_reach(reader, rules);
    policy_leave(reader, size);
}
