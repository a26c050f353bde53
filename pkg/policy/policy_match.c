/* Which rule holds for a resource, and why the others do not. */
#include <string.h>

#include "policy/policy_parts.h"

/* --- single conditions ------------------------------------------------------------------------------- */

static bool is_word(const struct policy_words *words, const char *value)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->items[i], value) == 0) {
            return true;
        }
    }
    return false;
}

/* A selector over one word; what an odd record lacks is unknown, what others lack they do not have. */
static enum policy_truth test_word(const struct policy_words *words, const struct resource *record, const char *value)
{
    if (words->count == 0) {
        return POLICY_YES;
    }
    if (value == NULL) {
        return record->odd != NULL ? POLICY_UNKNOWN : POLICY_NO;
    }
    return is_word(words, value) ? POLICY_YES : POLICY_NO;
}

static bool has_id(const struct policy_words *words, const char *id)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *crn_id = resource_crn_id(words->items[i]);
        if (strcmp(words->items[i], id) == 0 || (crn_id != NULL && strcmp(crn_id, id) == 0)) {
            return true;
        }
    }
    return false;
}

static bool has_names(const struct policy_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        if (resource_name_form(words->items[i]) == RESOURCE_BY_NAME) {
            return true;
        }
    }
    return false;
}

/* A selector over what is referred to by name, id or CRN: an answer that has the id alone leaves names open. */
static enum policy_truth test_reference(const struct policy_words *words, const struct resource *record,
                                        const char *name, const char *id, bool open)
{
    if (words->count == 0) {
        return POLICY_YES;
    }
    if ((name != NULL && is_word(words, name)) || (id != NULL && has_id(words, id))) {
        return POLICY_YES;
    }
    if (name == NULL && id == NULL) {
        return open || record->odd != NULL ? POLICY_UNKNOWN : POLICY_NO;
    }
    return name == NULL && has_names(words) ? POLICY_UNKNOWN : POLICY_NO;
}

static enum policy_truth test_region(const struct policy_words *words, const struct resource *record)
{
    if (words->count == 0) {
        return POLICY_YES;
    }
    if (record->region == NULL || record->region[0] == '\0') {
        return POLICY_UNKNOWN;
    }
    return is_word(words, record->region) ? POLICY_YES : POLICY_NO;
}

static enum policy_truth test_names(const struct policy_globs *globs, const struct policy_name *name)
{
    if (globs->count == 0) {
        return POLICY_YES;
    }
    return name->name == NULL                                  ? POLICY_UNKNOWN
           : policy_glob_any(globs->items, globs->count, name) ? POLICY_YES
                                                               : POLICY_NO;
}

static enum policy_truth test_excludes(const struct policy_globs *globs, const struct policy_name *name)
{
    if (globs->count == 0) {
        return POLICY_YES;
    }
    return name->name == NULL                                  ? POLICY_UNKNOWN
           : policy_glob_any(globs->items, globs->count, name) ? POLICY_NO
                                                               : POLICY_YES;
}

/* --- rules ------------------------------------------------------------------------------------------- */

enum test { TEST_NAME, TEST_EXCLUDE, TEST_REGION, TEST_VPC, TEST_GROUP, TEST_ZONE, TEST_STATUS, TEST_JQ, TESTS };

/* The members of answers that the tests read. */
static const char *const members[TESTS] = {"name",           "name", "region", "vpc",
                                           "resource_group", "zone", "status", "what its jq reads"};

/* What is tested. */
struct subject {
    const struct resource *record;
    struct policy_name name;
    uint64_t holds;
};

static struct subject subject_of(const struct resource *record, uint64_t holds)
{
    return (struct subject){.record = record, .name = policy_name_of(record->name), .holds = holds};
}

static enum policy_truth run_test(const struct policy_condition *condition, enum test test,
                                  const struct subject *subject)
{
    const struct resource *record = subject->record;

    switch (test) {
    case TEST_NAME:
        return test_names(&condition->names, &subject->name);
    case TEST_EXCLUDE:
        return test_excludes(&condition->excludes, &subject->name);
    case TEST_REGION:
        return test_region(&condition->regions, record);
    case TEST_VPC:
        return test_reference(&condition->vpcs, record, record->vpc, record->vpc_id, record->subnet_id != NULL);
    case TEST_GROUP:
        return test_reference(&condition->groups, record, record->resource_group, record->resource_group_id, false);
    case TEST_ZONE:
        return test_word(&condition->zones, record, record->zone);
    case TEST_STATUS:
        return test_word(&condition->statuses, record, record->status);
    case TEST_JQ:
    case TESTS:
        break;
    }
    if (condition->predicate == POLICY_NO_PREDICATE || (subject->holds & UINT64_C(1) << condition->predicate) != 0) {
        return POLICY_YES;
    }
    return (subject->holds & POLICY_NOT_EVALUATED) != 0 ? POLICY_UNKNOWN : POLICY_NO;
}

static enum policy_truth test_rule(const struct policy_condition *condition, const struct subject *subject,
                                   enum test *ret_unknown)
{
    enum policy_truth truth = POLICY_YES;

    for (enum test test = TEST_NAME; test < TESTS; test++) {
        enum policy_truth result = run_test(condition, test, subject);
        if (result == POLICY_NO) {
            return POLICY_NO;
        }
        if (result == POLICY_UNKNOWN && truth == POLICY_YES) {
            truth = POLICY_UNKNOWN;
            *ret_unknown = test;
        }
    }
    return truth;
}

struct policy_match policy_match(const struct policy *policy, const struct resource *record, uint64_t holds)
{
    unsigned kind = policy_kind_bit(record->kind);
    const struct subject subject = subject_of(record, holds);

    for (size_t i = 0; i < policy->count; i++) {
        enum test unknown = TESTS;
        if ((policy->conditions[i].kinds & kind) == 0) {
            continue;
        }
        switch (test_rule(&policy->conditions[i], &subject, &unknown)) {
        case POLICY_YES:
            return (struct policy_match){.rule = &policy->rules[i]};
        case POLICY_UNKNOWN:
            return (struct policy_match){
                .cannot_tell = true, .undecided = &policy->rules[i], .lacks = members[unknown]};
        case POLICY_NO:
            break;
        }
    }
    return (struct policy_match){0};
}

/* --- predicates -------------------------------------------------------------------------------------- */

bool policy_has_predicates(const struct policy *policy)
{
    return policy->predicate_count > 0;
}

/* Only what a list leaves out for certain is not worth a predicate: the rest of the record may still be filled in. */
static bool is_candidate(const struct policy_condition *condition, const struct subject *subject)
{
    return condition->predicate != POLICY_NO_PREDICATE &&
           (condition->kinds & policy_kind_bit(subject->record->kind)) != 0 &&
           run_test(condition, TEST_NAME, subject) != POLICY_NO &&
           run_test(condition, TEST_EXCLUDE, subject) != POLICY_NO;
}

/* One record that lacks a member is not the fault of the others: it is named, and so is the way round it. */
static bool refuse_predicate(const struct policy_rule *rule, const struct resource *record, struct err *error,
                             struct err *e)
{
    bool fails = error->code == ERR_USAGE && strstr(error->message, "instead of") == NULL;
    CLEANUP(text_free) struct text name = {0};

    resource_append_name(&name, record, true);
    (void)err_take(e, error);
    if (fails) {
        err_append(e, "; where a record may lack a member, write what holds then: (.image.name // \"\")");
    }
    return err_wrap(e, "`jq` of the rule \"%s\" on %s %s", rule->name, record->kind->singular, text_string(&name));
}

bool policy_test(struct policy *policy, const struct resource *record, const char *json, size_t size,
                 uint64_t *ret_holds, struct err *e)
{
    const struct subject subject = subject_of(record, 0);
    uint64_t all = 0;

    for (size_t i = 0; i < policy->count; i++) {
        const struct policy_condition *condition = &policy->conditions[i];
        bool holds;
        struct err error = ERR_INIT;
        if (!is_candidate(condition, &subject)) {
            continue;
        }
        if (query_test(policy->predicates[condition->predicate], json, size, &holds, &error)) {
            all |= (uint64_t)holds << condition->predicate;
        } else if (record->odd != NULL && error.code != ERR_CANCELLED) {
            all |= POLICY_NOT_EVALUATED;
            err_clear(&error);
        } else {
            return refuse_predicate(&policy->rules[i], record, &error, e);
        }
    }
    *ret_holds = all;
    return true;
}

/* --- reasons ----------------------------------------------------------------------------------------- */

static void append_value(struct text *out, const char *what, const char *value, const char *fallback)
{
    const char *shown = value != NULL ? value : fallback;

    if (shown == NULL) {
        text_printf(out, "no %s", what);
        return;
    }
    text_printf(out, "%s is ", what);
    text_append_safe(out, shown, strlen(shown));
}

static void append_not(struct text *out, const char *what, const char *value, const char *fallback,
                       const struct policy_words *words)
{
    append_value(out, what, value, fallback);
    text_append(out, ", not ");
    policy_append_words(out, words);
}

static void explain_test(struct text *out, const struct policy_condition *condition, enum test test,
                         const struct resource *record)
{
    switch (test) {
    case TEST_NAME:
        append_value(out, "name", record->name, NULL);
        text_append(out, ", not ");
        policy_append_globs(out, &condition->names);
        break;
    case TEST_EXCLUDE:
        append_value(out, "name", record->name, NULL);
        text_append(out, ", which is excluded by ");
        policy_append_globs(out, &condition->excludes);
        break;
    case TEST_REGION:
        append_not(out, "region", record->region, NULL, &condition->regions);
        break;
    case TEST_VPC:
        append_not(out, "vpc", record->vpc, record->vpc_id, &condition->vpcs);
        break;
    case TEST_GROUP:
        append_not(out, "resource_group", record->resource_group, record->resource_group_id, &condition->groups);
        break;
    case TEST_ZONE:
        append_not(out, "zone", record->zone, NULL, &condition->zones);
        break;
    case TEST_STATUS:
        append_not(out, "status", record->status, NULL, &condition->statuses);
        break;
    case TEST_JQ:
    case TESTS:
        text_append(out, "jq gives false or null: ");
        policy_append_jq(out, condition->jq);
        break;
    }
}

bool policy_explain(const struct policy *policy, size_t rule, const struct resource *record, uint64_t holds,
                    struct text *out)
{
    const struct policy_condition *condition = &policy->conditions[rule];
    const struct subject subject = subject_of(record, holds);
    size_t before = out->size;

    if ((condition->kinds & policy_kind_bit(record->kind)) == 0) {
        text_printf(out, "kind is %s", record->kind->name);
        return false;
    }
    for (enum test test = TEST_NAME; test < TESTS; test++) {
        enum policy_truth truth = run_test(condition, test, &subject);
        /* a predicate was not evaluated where the name does not match, and would say nothing new elsewhere */
        if (truth == POLICY_YES || (test == TEST_JQ && out->size > before)) {
            continue;
        }
        text_append(out, out->size > before ? "; " : "");
        if (truth == POLICY_UNKNOWN) {
            text_printf(out, "the answer lacks %s", members[test]);
        } else {
            explain_test(out, condition, test, record);
        }
    }
    return out->size == before;
}
