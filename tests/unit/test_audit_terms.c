/* Room audit: what the terms of an audit and the exceptions of its policy do to the findings and their counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/audit_missing.h"
#include "tests/unit/audit_fixture.h"
#include "tests/unit/catalog_fixture.h"

/* Two servers over http, a template over http and a group that uses it, by a policy; freed by done(). */
struct case_ {
    struct policy *policy;
    struct fixture fixture;
};

static const char *const regions[] = {"eu-de"};

static void judge(struct case_ *ret, const char *text, const struct audit_terms *terms)
{
    static const struct given rows[] = {{INSTANCE("web-1"), ON, .protocol = "http"},
                                        {INSTANCE("web-2"), ON, .protocol = "http"},
                                        {TEMPLATE("tpl"), ON, .protocol = "http"},
                                        {GROUP("grp"), .template_id = "tpl"}};
    static const char *const crns[] = {"crn:v1:a", "crn:v1:b", "crn:v1:t", "crn:v1:g"};
    const struct policy_terms reading = {.as_of = "2026-11-28", .check_ids = audit_check_ids, .schemas = schemas};
    struct fixture *fixture = &ret->fixture;
    struct audit_terms used = *terms;
    CLEANUP(text_free) struct text faults = {0};
    struct err e = ERR_INIT;

    *ret = (struct case_){.policy = policy_read(text, strlen(text), "p.yaml", &reading, &faults, &e)};
    assert_string_equal(text_string(&faults), "");
    fixture->list = resource_list_create();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        append(fixture->list, &rows[i]);
        struct resource *record = resource_list_at(fixture->list, i);
        record->crn = crns[i];
        fixture->facts[i].match = policy_match(ret->policy, record, 0);
    }
    used.policy = ret->policy;
    used.program = "vpcmeta";
    used.regions = regions;
    used.region_count = 1;
    audit_make(&(struct audit_inventory){.selected = fixture->list,
                                         .known = fixture->list,
                                         .facts = fixture->facts,
                                         .known_facts = fixture->facts,
                                         .known_whole = true},
               &used, &fixture->audit);
}

static void done(struct case_ *ret)
{
    end(&ret->fixture);
    policy_destroy(ret->policy);
}

#define RULE               "version: 1\nrules:\n  - name: all\n    metadata_service: {protocol: https}\n    exceptions:\n"
#define EXCEPTION(members) "      - {" members ", reason: r, owner: o, expires: 2027-01-31}\n"

static void an_exception_is_unused_where_all_that_it_could_cover_was_judged(void **state)
{
    static const struct {
        const char *exception;
        struct audit_terms terms;
        bool unused;
    } rows[] = {
        {EXCEPTION("name: 'web-*'"), {.complete = true}, false},
        {EXCEPTION("name: 'db-*'"), {.complete = true}, true},
        {EXCEPTION("name: 'db-*'"), {0}, false},
        {EXCEPTION("name: 'db-*'"), {.complete = true, .narrowed = true}, false},
        {EXCEPTION("name: 'db-*'"), {.complete = true, .targeted = true}, false},
        {EXCEPTION("name: 'db-*'"), {.complete = true, .regions_left_out = true}, false},
        {EXCEPTION("name: 'db-*'"), {.complete = true, .checks = 1U << AUDIT_HOP_LIMIT}, false},
        {EXCEPTION("name: 'db-*'"), {.complete = true, .excluded = 1U << AUDIT_HOP_LIMIT}, false},
        {EXCEPTION("name: 'web-*', rules: hop-limit"), {.complete = true}, true},
        {EXCEPTION("name: 'web-*', rules: hop-limit"), {.complete = true, .excluded = 1U << AUDIT_HOP_LIMIT}, false},
        {EXCEPTION("name: 'web-*', rules: hop-limit"), {.complete = true, .excluded = 1U << AUDIT_DISABLED}, true},
        {EXCEPTION("name: 'web-*', rules: restart-pending"), {.complete = true}, false}, /* had no result: no history */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text text = {0};
        struct case_ judged;
        text_printf(&text, RULE "%s", rows[i].exception);
        judge(&judged, text_string(&text), &rows[i].terms);
        if (judged.fixture.audit.exceptions[0].unused != rows[i].unused) {
            fail_msg("row %zu: %s", i, rows[i].exception);
        }
        done(&judged);
    }
}

static void the_first_exception_that_takes_precedence_is_named(void **state)
{
    struct case_ judged;

    (void)state;
    judge(&judged, RULE EXCEPTION("name: '*'") EXCEPTION("crn: 'crn:v1:a*'") EXCEPTION("crn: 'crn:v1:b*'"),
          &(struct audit_terms){.complete = true});
    assert_ptr_equal(judged.fixture.audit.exceptions[0].beaten_by, policy_exception_at(judged.policy, 1));
    done(&judged);
}

/* A finding about the policy itself is in no region, and no finding that an exception has covered once. */
static void an_unused_exception_is_a_finding_of_the_policy_alone(void **state)
{
    struct case_ judged;

    (void)state;
    judge(&judged, RULE EXCEPTION("name: '*'") EXCEPTION("name: 'db-*'"),
          &(struct audit_terms){.complete = true, .strict = true});
    assert_int_equal(judged.fixture.audit.failed, 1);
    assert_int_equal(judged.fixture.audit.expired, 0);
    assert_int_equal(judged.fixture.audit.region_count, 1);
    assert_int_equal(judged.fixture.audit.regions[0].by_severity[POLICY_LOW], 0);
    done(&judged);
}

/* What is accepted of a template by its own rule is not found again in the groups that use it. */
static void an_exception_for_a_template_holds_for_its_groups(void **state)
{
    static const struct {
        const char *exception;
        enum audit_result group;
    } rows[] = {{EXCEPTION("name: 'tpl', rules: template-over-http"), AUDIT_PASS},
                {EXCEPTION("name: 'tpl', rules: template-hop-limit"), AUDIT_FAIL}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text text = {0};
        struct case_ judged;
        text_printf(&text,
                    "version: 1\nrules:\n  - name: templates\n    kinds: template\n"
                    "    metadata_service: {protocol: https}\n    exceptions:\n%s"
                    "  - {name: rest, metadata_service: {protocol: https}}\n",
                    rows[i].exception);
        judge(&judged, text_string(&text), &(struct audit_terms){.complete = true});
        assert_int_equal(audit_result_of(&judged.fixture.audit, 3, AUDIT_GROUP_TEMPLATE), rows[i].group);
        done(&judged);
    }
}

static void findings_as_severe_as_asked_for_make_the_audit_fail(void **state)
{
    static const struct {
        enum policy_severity fail_on;
        size_t serious;
    } rows[] = {{POLICY_INFO, 4}, {POLICY_HIGH, 4}, {POLICY_CRITICAL, 0}}; /* over http: high */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct case_ judged;
        judge(&judged, "version: 1\nrules: [{name: all, metadata_service: {protocol: https}}]\n",
              &(struct audit_terms){.complete = true, .fail_on = rows[i].fail_on});
        assert_int_equal(judged.fixture.audit.serious, rows[i].serious);
        done(&judged);
    }
}

static void what_could_not_be_read_is_of_the_only_region(void **state)
{
    static const char *const both[] = {"eu-de", "us-south"};
    static const struct {
        const char *line, *region;
        size_t regions;
    } rows[] = {{"listing instances: 403 Forbidden", "eu-de", 1},
                {"listing instances in eu-de: 403 Forbidden", "eu-de", 1},
                {"listing instances in us-south: 403 Forbidden", "us-south", 2},
                {"listing instances: 403 Forbidden", NULL, 2}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static const struct given none[ROWS_MAX] = {{0}};
        struct report_part part = {.line = rows[i].line};
        struct fixture fixture;
        begin(&fixture, none, &(struct audit_terms){.regions = both, .region_count = rows[i].regions}, true);
        audit_missing_name(&fixture.audit, &part, 1);
        if (!text_equal(part.region, rows[i].region)) {
            fail_msg("%s: %s", rows[i].line, part.region != NULL ? part.region : "none");
        }
        free((char *)part.name);
        end(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exception_is_unused_where_all_that_it_could_cover_was_judged),
        cmocka_unit_test(the_first_exception_that_takes_precedence_is_named),
        cmocka_unit_test(an_unused_exception_is_a_finding_of_the_policy_alone),
        cmocka_unit_test(an_exception_for_a_template_holds_for_its_groups),
        cmocka_unit_test(findings_as_severe_as_asked_for_make_the_audit_fail),
        cmocka_unit_test(what_could_not_be_read_is_of_the_only_region),
    };

    return cmocka_run_group_tests_name("audit terms", tests, open_schemas, close_schemas);
}
