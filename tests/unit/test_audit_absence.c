/* What an audit may say of a finding that it has not: fixed, deleted, or unknown where it did not read or judge. */
#include "audit/audit_absence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit_fixture.h"
#include "schema/schema_catalog.h"

/* All that a row may change of an audit of eu-de in which "web" and "tpl" fulfil the policy. */
struct row {
    const char *name; /* of the resource of the finding, which is its id as well */
    enum audit_check_number check;
    enum audit_absence absence;
    const char *region;   /* NULL: eu-de */
    const char *selector; /* an option */
    const char *crn;      /* known alone, instead of the id */
    unsigned given;       /* what the policy rule says; 0: all */
    unsigned checks;      /* --rule */
    bool by_name, other_selection, other_policy, unread, off, unmanaged, severe, left_out, http;
};

#define WHAT(name_, check_, absence_) .name = name_, .check = check_, .absence = absence_

static const struct row rows[] = {
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_FIXED)},
    {WHAT("web", AUDIT_ENABLED_OVER_HTTP, AUDIT_FIXED), .off = true}, /* there is nothing over http any more */
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_FIXED), .off = true},
    {WHAT("web", AUDIT_ENABLED_OVER_HTTP, AUDIT_PRESENT), .http = true},
    /* the policy says nothing of it any more */
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .given = RESOURCE_ENABLED},
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .given = RESOURCE_ENABLED, .off = true},
    {WHAT("web", AUDIT_ENABLED_OVER_HTTP, AUDIT_ABSENCE_UNKNOWN), .given = RESOURCE_ENABLED},
    {WHAT("web", AUDIT_DISABLED, AUDIT_ABSENCE_UNKNOWN), .given = RESOURCE_PROTOCOL},
    {WHAT("web", AUDIT_STORED_WHILE_DISABLED, AUDIT_ABSENCE_UNKNOWN), .given = RESOURCE_ENABLED, .off = true},
    {WHAT("tpl", AUDIT_TEMPLATE_AUTO_LINK, AUDIT_ABSENCE_UNKNOWN), .given = RESOURCE_ENABLED},
    {WHAT("tpl", AUDIT_TEMPLATE_AUTO_LINK, AUDIT_FIXED)},
    {WHAT("tpl", AUDIT_PROFILE_MISSING, AUDIT_ABSENCE_UNKNOWN)},
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .unmanaged = true},
    /* profiles were not read, other rules were asked for, other severities */
    {WHAT("web", AUDIT_PROFILE_WHILE_DISABLED, AUDIT_ABSENCE_UNKNOWN)},
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .checks = 1U << AUDIT_DISABLED},
    {WHAT("web", AUDIT_ENABLED_OVER_HTTP, AUDIT_FIXED), .severe = true},
    /* a check of several things may pass because another policy says less */
    {WHAT("grp", AUDIT_GROUP_TEMPLATE, AUDIT_FIXED)},
    {WHAT("grp", AUDIT_GROUP_TEMPLATE, AUDIT_ABSENCE_UNKNOWN), .other_policy = true},
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_FIXED), .other_policy = true},
    /* resources that are not there */
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_DELETED)},
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .unread = true},
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_DELETED), .selector = "vpc"},
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .selector = "status"}, /* it may have stopped since */
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .selector = "name"},
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .selector = "vpc", .other_selection = true},
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_DELETED), .other_selection = true},
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .other_selection = true, .region = "us-south"},
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_DELETED), .other_selection = true,
     .crn = "crn:v1:bluemix:public:is:eu-de-2:a/1::instance:old"},
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .other_selection = true,
     .crn = "crn:v1:bluemix:public:is:us-south-2:a/1::instance:old"},
    /* a name alone stands for every resource that has it, in every region */
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_FIXED), .by_name = true, .other_selection = true},
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .by_name = true, .other_selection = true, .left_out = true},
    {WHAT("web", AUDIT_HOP_LIMIT, AUDIT_ABSENCE_UNKNOWN), .by_name = true, .other_selection = true, .unread = true},
    {WHAT("web", AUDIT_ENABLED_OVER_HTTP, AUDIT_PRESENT), .by_name = true, .other_selection = true, .http = true},
    {WHAT("tpl", AUDIT_HOP_LIMIT, AUDIT_DELETED), .by_name = true, .other_selection = true}, /* no check of templates */
    {WHAT("old", AUDIT_HOP_LIMIT, AUDIT_DELETED), .by_name = true, .other_selection = true},
    {WHAT("old", AUDIT_UNUSED_EXCEPTION, AUDIT_ABSENCE_UNKNOWN), .by_name = true}, /* not judged without --strict */
};

static void audit(struct fixture *fixture, const struct row *row, struct policy *policy)
{
    static const char *const regions[] = {"eu-de"};
    static struct audit_option option; /* the audit borrows it */
    const struct audit_terms terms = {.policy = policy,
                                      .program = "vpcmeta",
                                      .checks = row->checks,
                                      .severity = row->severe ? POLICY_HIGH : POLICY_INFO,
                                      .regions = regions,
                                      .region_count = 1,
                                      .complete = !row->unread,
                                      .narrowed = row->selector != NULL,
                                      .regions_left_out = row->left_out,
                                      .options = &option,
                                      .option_count = row->selector != NULL};
    const struct given given[] = {{INSTANCE("web"), .enabled = !row->off, .protocol = row->http ? "http" : NULL},
                                  {TEMPLATE("tpl"), ON},
                                  {GROUP("grp"), .template_id = "tpl"}};

    option = (struct audit_option){row->selector, "x"};
    *fixture = (struct fixture){.rule = baseline_rule(1), .list = resource_list_create()};
    fixture->rule.policy = policy;
    fixture->rule.wanted.given = row->given != 0 ? row->given : fixture->rule.wanted.given;
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        append(fixture->list, &given[i]);
        fixture->facts[i].match.rule = row->unmanaged ? NULL : &fixture->rule;
    }
    audit_make(&(struct audit_inventory){.selected = fixture->list,
                                         .known = fixture->list,
                                         .facts = fixture->facts,
                                         .known_facts = fixture->facts,
                                         .known_whole = true},
               &terms, &fixture->audit);
}

static void only_what_was_read_selected_and_judged_is_gone(void **state)
{
    struct err e = ERR_INIT;
    struct schema_catalog *schemas = schema_catalog_open(NULL, &e);
    struct policy *policy = policy_baseline(
        &(struct policy_terms){.as_of = "2026-11-28", .check_ids = audit_check_ids, .schemas = schemas}, &e);

    (void)state;
    assert_non_null(policy);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct fixture fixture;
        struct audit_reach reach;
        struct inventory_part part = {0};
        const struct inventory_effect effect = {.unread = &part, .unread_count = row->unread};
        bool by_id = !row->by_name && row->crn == NULL;
        audit(&fixture, row, policy);
        audit_reach_make(&fixture.audit, &effect, &reach);
        enum audit_absence absence = audit_explain_absence(
            &reach, &(struct audit_trace){.check = audit_check_ids[row->check],
                                          .name = row->name,
                                          .id = by_id ? row->name : NULL,
                                          .crn = row->crn,
                                          .region = !by_id                ? NULL
                                                    : row->region != NULL ? row->region
                                                                          : "eu-de",
                                          .policy_digest = row->other_policy ? "sha256:0" : policy_digest(policy),
                                          .same_selection = !row->other_selection});
        if (absence != row->absence) {
            fail_msg("row %zu, %s of %s: %s", i, audit_check_ids[row->check], row->name, audit_absence_names[absence]);
        }
        audit_reach_free(&reach);
        end(&fixture);
    }
    policy_destroy(policy);
    schema_catalog_close(schemas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_was_read_selected_and_judged_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
