/* Room policy: what a file means: which rule matches, what it wants, which exception covers a finding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy_fixture.h"

static struct schema_catalog *schemas;

static int open_schemas(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    schemas = schema_catalog_open(NULL, &e);
    return schemas == NULL;
}

static int close_schemas(void **state)
{
    (void)state;
    schema_catalog_close(schemas);
    return 0;
}

static struct policy *read_good(const char *text)
{
    CLEANUP(text_free) struct text faults = {0};
    struct policy *policy = fixture_policy(text, schemas, &faults);

    assert_string_equal(text_string(&faults), "");
    assert_non_null(policy);
    return policy;
}

#define GOOD(variable, text) CLEANUP(policy_release) struct policy *variable = read_good(text)

static void test_texts(void **state)
{
    const struct policy_terms terms = fixture_terms(schemas);
    struct err e = ERR_INIT;
    CLEANUP(policy_release) struct policy *baseline = policy_baseline(&terms, &e);

    (void)state;
    assert_non_null(baseline);
    assert_string_equal(policy_name(baseline), "baseline");
    assert_int_equal(policy_rule_count(baseline), 1);
    const struct policy_wanted *wanted = &policy_rule_at(baseline, 0)->wanted;
    assert_true(wanted->enabled && wanted->hop_limit_is_max && !wanted->auto_link);
    assert_int_equal(wanted->hop_limit, 1);
    assert_int_equal(wanted->given, RESOURCE_METADATA_SETTINGS | RESOURCE_AUTO_LINK);
    assert_false(policy_needs_profiles(baseline));
    GOOD(example, policy_example_text);
    assert_int_equal(policy_rule_count(example), 3);
    assert_true(policy_has_predicates(example));
    assert_true(policy_needs_profiles(example));
    assert_true(policy_names_profiles(example));
    assert_int_equal(policy_rule_at(example, 0)->apply.max_unavailable, 25);
    assert_true(policy_rule_at(example, 0)->apply.percent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, open_schemas, close_schemas);
}
