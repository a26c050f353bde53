/* Policies for tests: read with every term a command gives, and records to match them with. */
#ifndef TESTS_UNIT_POLICY_FIXTURE_H
#define TESTS_UNIT_POLICY_FIXTURE_H

#include <string.h>

#include "json_fixture.h"
#include "policy/policy.h"
#include "schema/schema_catalog.h"

static const char *const fixture_checks[] = {"enabled-over-http", "hop-limit", "disabled", "unmanaged", NULL};

static inline struct policy_terms fixture_terms(struct schema_catalog *schemas)
{
    return (struct policy_terms){.as_of = "2026-11-28", .check_ids = fixture_checks, .schemas = schemas};
}

/* For CLEANUP. */
static inline void policy_release(struct policy **policy)
{
    policy_destroy(*policy);
}

/* Reads the text as a file called p.yaml; faults go to `ret_faults`. */
static inline struct policy *fixture_policy(const char *text, struct schema_catalog *schemas, struct text *ret_faults)
{
    struct policy_terms terms = fixture_terms(schemas);
    struct err e = ERR_INIT;

    return policy_read(text, strlen(text), "p.yaml", &terms, ret_faults, &e);
}

#endif
