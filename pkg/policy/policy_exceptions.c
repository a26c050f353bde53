/* Exceptions: from their trees, by the date they are judged by, and the one that covers a finding. */
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "policy/policy_parts.h"

enum { DAY_S = 24 * 60 * 60 };

/* --- reading ----------------------------------------------------------------------------------------- */

static void read_expiry(struct policy_reader *reader, const json_t *from, struct policy_exception *ret)
{
    const json_t *given = json_object_get(from, "expires");
    const char *expires = json_string_value(given);
    int64_t end_s, now_s;

    if (given == NULL && !reader->terms->allow_unlimited && json_is_object(from) &&
        !policy_is_misspelt(reader, "expires")) {
        policy_fault(reader, NULL,
                     "`expires` is missing; write expires: YYYY-MM-DD, the last day it holds, or give "
                     "--allow-unlimited-exceptions");
    }
    if (expires == NULL) {
        return;
    }
    if (!clock_date_read(expires, &end_s)) {
        policy_fault(reader, "expires", "\"%s\" is not a date; write YYYY-MM-DD, such as 2027-01-31", expires);
        return;
    }
    ret->expires = policy_keep(reader->policy, expires);
    if (reader->terms->as_of != NULL && clock_date_read(reader->terms->as_of, &now_s)) {
        ret->expired = end_s < now_s;
        ret->expires_soon = !ret->expired && end_s - now_s <= POLICY_WARNING_DAYS * DAY_S;
    }
}

static void check_target(struct policy_reader *reader, const json_t *from, const struct policy_exception *exception)
{
    const char *word = exception->crn != NULL ? exception->crn : exception->name;
    struct err error = ERR_INIT;
    const char *why;

    if (exception->name != NULL && exception->crn != NULL) {
        policy_fault_at_name(reader, "crn", "`name` and `crn` exclude each other; remove one");
    } else if (json_is_object(from) && json_object_get(from, "name") == NULL && json_object_get(from, "crn") == NULL &&
               !policy_is_misspelt(reader, "name") && !policy_is_misspelt(reader, "crn")) {
        policy_fault(reader, NULL, "`name` or `crn` is missing: the resources that it is about");
    }
    if (word == NULL) {
        return;
    }
    if (!policy_glob_is_valid(word, &why)) {
        policy_fault(reader, exception->crn != NULL ? "crn" : "name", "\"%s\" is not a valid pattern: %s", word, why);
    } else if (exception->crn != NULL && strncmp(word, "crn:", 4) != 0) {
        policy_fault(reader, "crn", "\"%s\" is neither a CRN nor a pattern of CRNs: these begin with \"crn:\"%s", word,
                     json_object_get(from, "name") == NULL ? "; a name goes to `name`" : "");
    } else if (exception->crn != NULL && strpbrk(word, "*?[") == NULL && !resource_check_target(word, &error)) {
        policy_fault(reader, "crn", "%s", error.message);
    } else if (exception->crn == NULL && strncmp(word, "crn:", 4) == 0) {
        policy_fault_at_name(reader, "name", "this is a CRN: write it as `crn`");
    }
}

/* Ids that rules of the audit had before; files that use them are read as if they had those of today. */
static const struct {
    const char *older, *id;
} older_ids[] = {{"META001", "enabled-over-http"}, {"META002", "hop-limit"}};

static const char *id_of_today(const char *word)
{
    for (size_t i = 0; i < sizeof(older_ids) / sizeof(older_ids[0]); i++) {
        if (strcmp(older_ids[i].older, word) == 0) {
            return older_ids[i].id;
        }
    }
    return word;
}

static const char *const *ids_of_today(struct policy *policy, const struct policy_words *words)
{
    const char **ids = text_arena_alloc(&policy->memory, (words->count + 1) * sizeof(*ids));

    for (size_t i = 0; i < words->count; i++) {
        ids[i] = id_of_today(words->items[i]);
    }
    return ids;
}

/* What words have to be one of, and what messages call them. */
struct ids {
    const char *const *ids; /* ends with NULL */
    const char *what, *remedy;
};

static void check_id(struct policy_reader *reader, const char *word, const void *context)
{
    const struct ids *known = context;
    const char *const *ids = known->ids;
    CLEANUP(text_free) struct text nearest = {0};
    size_t count = 0;

    while (ids[count] != NULL && strcmp(ids[count], word) != 0) {
        count++;
    }
    if (ids[count] == NULL) {
        bool near = text_append_nearest(&nearest, word, ids, count);
        policy_fault(reader, NULL, "there is no %s \"%s\"%s%s", known->what, word, near ? text_string(&nearest) : "; ",
                     near ? "" : known->remedy);
    }
}

static void check_id_of_check(struct policy_reader *reader, const char *word, const void *context)
{
    /* no rule, hence no exception, holds for what these are about */
    if (strcmp(word, "unmanaged") == 0) {
        policy_fault(reader, NULL, "an exception cannot cover \"unmanaged\"; add a rule that holds for the resource");
        return;
    }
    if (strcmp(word, "unused-exception") == 0) {
        policy_fault(reader, NULL, "an exception cannot cover \"unused-exception\"; remove the unused one");
        return;
    }
    if (strcmp(word, "*") == 0 || strcmp(word, "all") == 0) {
        policy_fault(reader, NULL, "\"%s\" is not a rule; without `rules` an exception is about all of them", word);
        return;
    }
    check_id(reader, id_of_today(word), context);
}

static void check_names_of_rules(struct policy_reader *reader, const json_t *from)
{
    const struct policy *policy = reader->policy;
    const char **names = mem_array(policy->count + 1, sizeof(*names));

    for (size_t i = 0; i < policy->count; i++) {
        names[i] = policy->rules[i].name;
    }
    policy_check_words(reader, from, "policy_rules", check_id,
                       &(struct ids){names, "rule in the policy called", "write the `name` of one of its rules"});
    free(names);
}

static void check_filled(struct policy_reader *reader, const json_t *from, const char *member)
{
    const char *word = json_string_value(json_object_get(from, member));

    if (word != NULL && word[0] != '\0' && word[strspn(word, " \t\n")] == '\0') {
        policy_fault(reader, member, "`%s` is blank; write who or why", member);
    }
}

static void read_exception(struct policy_reader *reader, const json_t *from, struct policy_exception *ret)
{
    struct policy *policy = reader->policy;
    struct policy_words checks = policy_read_words(policy, from, "rules");
    struct policy_words rules = policy_read_words(policy, from, "policy_rules");

    ret->name = policy_keep(policy, json_string_value(json_object_get(from, "name")));
    ret->crn = policy_keep(policy, json_string_value(json_object_get(from, "crn")));
    ret->reason = policy_keep(policy, json_string_value(json_object_get(from, "reason")));
    ret->owner = policy_keep(policy, json_string_value(json_object_get(from, "owner")));
    ret->ticket = policy_keep(policy, json_string_value(json_object_get(from, "ticket")));
    ret->checks = ids_of_today(policy, &checks);
    ret->check_count = checks.count;
    ret->policy_rules = rules.items;
    ret->policy_rule_count = rules.count;
    ret->place = policy_place_here(reader);
    ret->file = policy_keep(policy, reader->file);
    read_expiry(reader, from, ret);
    check_target(reader, from, ret);
    check_filled(reader, from, "reason");
    check_filled(reader, from, "owner");
    if (reader->terms->check_ids != NULL) {
        policy_check_words(
            reader, from, "rules", check_id_of_check,
            &(struct ids){reader->terms->check_ids, "rule", "'vpcmeta audit --list-rules' shows the ids"});
    }
    if (rules.count > 0) {
        check_names_of_rules(reader, from);
    }
}

struct policy_exception *policy_read_exceptions(struct policy_reader *reader, const json_t *list,
                                                const struct policy_rule *rule, size_t *ret_count)
{
    size_t count = json_array_size(list);
    struct policy_exception *items = text_arena_alloc(&reader->policy->memory, (count + 1) * sizeof(*items));

    for (size_t i = 0; i < count; i++) {
        size_t size = policy_enter_item(reader, i);
        items[i].rule = rule;
        read_exception(reader, json_array_get(list, i), &items[i]);
        policy_leave(reader, size);
    }
    *ret_count = count;
    return items;
}

/* --- all of a policy --------------------------------------------------------------------------------- */

void policy_adopt_exceptions(struct policy *policy, struct policy_exception *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        list[i].number = policy->exceptions.count;
        *mem_list_add(&policy->exceptions) = &list[i];
    }
}

size_t policy_exception_count(const struct policy *policy)
{
    return policy->exceptions.count;
}

const struct policy_exception *policy_exception_at(const struct policy *policy, size_t index)
{
    return policy->exceptions.items[index];
}

bool policy_exception_covers(const struct policy_exception *exception, const struct policy_rule *rule)
{
    bool covers = exception->rule != NULL ? exception->rule == rule : exception->policy_rule_count == 0;

    for (size_t i = 0; i < exception->policy_rule_count && !covers; i++) {
        covers = exception->rule == NULL && strcmp(exception->policy_rules[i], rule->name) == 0;
    }
    return covers;
}

bool policy_exception_matches(const struct policy_exception *exception, const struct resource *record)
{
    const char *pattern = exception->crn != NULL ? exception->crn : exception->name;
    const char *value = exception->crn != NULL ? record->crn : record->name;

    return value != NULL && text_glob(pattern, value);
}

bool policy_exception_is_about(const struct policy_exception *exception, const struct resource *record,
                               const char *check)
{
    bool about = exception->check_count == 0;

    for (size_t i = 0; i < exception->check_count && !about; i++) {
        about = strcmp(exception->checks[i], check) == 0;
    }
    return about && policy_exception_matches(exception, record);
}

/* What holds still is better than what has expired, and a CRN is better than a name. */
static int rank(const struct policy_exception *exception)
{
    return 2 * !exception->expired + (exception->crn != NULL);
}

const struct policy_exception *policy_exception_for(const struct policy_rule *rule, const struct resource *record,
                                                    const char *check)
{
    const struct policy *policy = rule->policy;
    const struct policy_exception *best = NULL;

    for (size_t i = 0; i < rule->exception_count; i++) {
        const struct policy_exception *exception = &rule->exceptions[i];
        if ((best == NULL || rank(exception) > rank(best)) && policy_exception_is_about(exception, record, check)) {
            best = exception;
        }
    }
    for (size_t i = policy->own; i < policy->exceptions.count; i++) {
        const struct policy_exception *exception = policy->exceptions.items[i];
        if ((best == NULL || rank(exception) > rank(best)) && policy_exception_covers(exception, rule) &&
            policy_exception_is_about(exception, record, check)) {
            best = exception;
        }
    }
    return best;
}
