/* Policies for tests: read with every term a command gives, and records to match them with. After <cmocka.h>. */
#ifndef TESTS_UNIT_POLICY_FIXTURE_H
#define TESTS_UNIT_POLICY_FIXTURE_H

#include <string.h>

#include "json_fixture.h"
#include "policy/policy.h"
#include "schema/schema_catalog.h"

static const char *const fixture_checks[] = {"enabled-over-http", "hop-limit", "disabled", "unmanaged", NULL};

static inline struct policy_terms fixture_terms(struct schema_catalog *catalog)
{
    return (struct policy_terms){.as_of = "2026-11-28", .check_ids = fixture_checks, .schemas = catalog};
}

/* For CLEANUP. */
static inline void policy_release(struct policy **policy)
{
    policy_destroy(*policy);
}

/* Reads the text as a file called p.yaml; faults go to `ret_faults`. */
static inline struct policy *fixture_policy(const char *text, struct schema_catalog *catalog, struct text *ret_faults)
{
    struct policy_terms terms = fixture_terms(catalog);
    struct err e = ERR_INIT;

    return policy_read(text, strlen(text), "p.yaml", &terms, ret_faults, &e);
}

/* Of a text without faults. */
static inline struct policy *fixture_good(const char *text, struct schema_catalog *catalog)
{
    CLEANUP(text_free) struct text faults = {0};
    struct policy *policy = fixture_policy(text, catalog, &faults);

    assert_string_equal(text_string(&faults), "");
    assert_non_null(policy);
    return policy;
}

/* With catalog_fixture.h. */
#define GOOD(variable, text) CLEANUP(policy_release) struct policy *variable = fixture_good(text, schemas)

#endif
