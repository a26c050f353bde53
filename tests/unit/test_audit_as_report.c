/* An audit as a report: the checks, resources and findings that formats ask for, in the words of the audit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "audit/audit_as_report.h"
#include "audit_fixture.h"

static const struct given rows[] = {
    {INSTANCE("web-1"), ON, .protocol = "http"},
    {INSTANCE("web-2"), ON},
    {TEMPLATE("auto"), ON, .hop_limit = 5},
    {GROUP("group"), .template_id = "auto"},
    {0},
};

struct reported {
    struct fixture fixture;
    struct audit_as_report as;
};

static void report(struct reported *ret, const struct audit_terms *terms, const char *missing)
{
    CLEANUP(text_free) struct text lines = {0};

    text_append(&lines, missing);
    begin(&ret->fixture, rows, terms, true);
    audit_as_report(&ret->fixture.audit, &lines, NULL, 0, &ret->as);
}

static void reported_free(struct reported *reported)
{
    audit_as_report_free(&reported->as);
    end(&reported->fixture);
}

static struct report_finding finding(const struct report *report, size_t index)
{
    struct report_finding found;

    report->finding(report->context, index, &found);
    return found;
}

static void findings_are_those_of_the_audit(void **state)
{
    (void)state;
    CLEANUP(reported_free) struct reported reported;

    report(&reported, NULL, "");
    const struct report *whole = &reported.as.report;
    assert_int_equal(whole->finding_count, reported.fixture.audit.count);
    assert_int_equal(whole->resource_count, 4);
    assert_true(whole->complete);
    assert_string_equal(whole->policy, "baseline");
    struct report_finding first = finding(whole, 0);
    CLEANUP(text_free) struct text fingerprint = {0};
    audit_fingerprint(&reported.fixture.audit.findings[0], &fingerprint);
    assert_string_equal(whole->checks[first.check].id, "enabled-over-http");
    assert_int_equal(first.result, REPORT_FAIL);
    assert_int_equal(first.resource, 0);
    assert_string_equal(first.severity, "high");
    assert_string_equal(first.message, "answers over http");
    assert_string_equal(first.fix, "vpcmeta instance set web-1 --protocol https --region eu-de");
    assert_string_equal(first.fingerprint, text_string(&fingerprint));
    assert_null(first.exception_reason);
}

static void resources_have_the_settings_of_their_kind(void **state)
{
    (void)state;
    CLEANUP(reported_free) struct reported reported;
    struct report_resource server, group;

    report(&reported, NULL, "");
    reported.fixture.facts[0].profile_reading = AUDIT_READ;
    reported.fixture.facts[0].profile = "Profile-9";
    const struct report *whole = &reported.as.report;
    whole->resource(whole->context, 0, &server);
    whole->resource(whole->context, 3, &group);
    assert_string_equal(server.kind, "instance");
    assert_string_equal(server.name, "web-1");
    assert_string_equal(server.policy_rule, "baseline");
    assert_string_equal(server.protocol, "http");
    assert_string_equal(server.profile, "Profile-9");
    assert_int_equal(server.enabled, 1);
    assert_int_equal(server.hop_limit, 1);
    assert_int_equal(group.enabled, -1);
    assert_null(group.protocol);
    assert_int_equal(group.hop_limit, 0);
}

/* Checks are numbered as they stand in the report, not in the audit. */
static void checks_are_those_that_are_reported(void **state)
{
    (void)state;
    CLEANUP(reported_free) struct reported reported;

    report(&reported, &(struct audit_terms){.max_hop_limit = 1, .checks = 1U << AUDIT_TEMPLATE_HOP_LIMIT}, "");
    const struct report *whole = &reported.as.report;
    assert_int_equal(whole->check_count, 1);
    assert_string_equal(whole->checks[0].id, "template-hop-limit");
    assert_int_equal(whole->checks[0].counts[REPORT_FAIL], 1);
    assert_int_equal(whole->finding_count, 1);
    assert_int_equal(finding(whole, 0).check, 0);
    assert_int_equal(whole->result(whole->context, 2, 0), REPORT_FAIL);
    assert_int_equal(whole->result(whole->context, 0, 0), REPORT_NOT_APPLICABLE);
}

static void what_is_missing_is_a_line_each(void **state)
{
    (void)state;
    CLEANUP(reported_free) struct reported reported;

    report(&reported, NULL, "instances of eu-de\ngroups of eu-de\n");
    assert_false(reported.as.report.complete);
    assert_int_equal(reported.as.report.missing_count, 2);
    assert_string_equal(reported.as.report.missing[1].line, "groups of eu-de");
}

/* Numbers and ids differ from one audit to the next. */
static void what_is_missing_has_a_name_that_stays(void **state)
{
    (void)state;
    static const struct {
        const char *line, *name, *kind, *region;
    } wanted[] = {
        {"listing bare metal servers in eu-de: 403 not_authorized: no: no [trace 9c, request 45]",
         "listing bare metal servers in eu-de", "bare-metal", "eu-de"},
        {"initializations of 30 instances of us-south: several errors, the first: 403",
         "initializations of instances of us-south", "instance", "us-south"},
        {"initializations of 1 instance of us-south: 403", "initializations of instances of us-south", "instance",
         "us-south"},
        {"listing instance templates in us-south: 403", "listing instance templates in us-south", "template",
         "us-south"},
        {"listing VPCs in us-south-2 [trace 1]", "listing VPCs in us-south-2", NULL, NULL},
        {"12", "", NULL, NULL},
        {"instance web-1 in eu-de: zone is null", "instance web-1 in eu-de", "instance", "eu-de"},
    };
    static const char *const regions[] = {"eu-de", "us-south"};
    const struct audit_terms terms = {.max_hop_limit = 1, .regions = regions, .region_count = 2};

    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        CLEANUP(reported_free) struct reported reported;
        CLEANUP(text_free) struct text lines = {0};
        text_append(&lines, wanted[i].line);
        begin(&reported.fixture, rows, &terms, true);
        resource_list_at(reported.fixture.audit.inventory.selected, 0)->odd = "zone is null";
        audit_as_report(&reported.fixture.audit, &lines, NULL, 0, &reported.as);
        const struct report_part *part = &reported.as.report.missing[0];
        assert_string_equal(part->name, wanted[i].name);
        assert_string_equal(part->kind != NULL ? part->kind : "", wanted[i].kind != NULL ? wanted[i].kind : "");
        assert_string_equal(part->region != NULL ? part->region : "", wanted[i].region != NULL ? wanted[i].region : "");
    }
}

/* Those of the earlier audit that are gone stand at the end, unless their check is not reported. */
static void findings_that_are_gone_are_fixed(void **state)
{
    (void)state;
    static const unsigned char fingerprint[32] = {0xab, [31] = 0x01};
    static const struct audit_gone gone[] = {
        {.check = "disabled", .severity = "low", .kind = "instance", .name = "web-0", .fingerprint = fingerprint},
        {.check = "no-check-of-today", .severity = "low", .kind = "instance", .fingerprint = fingerprint},
        {.check = "hop-limit", .severity = "high", .kind = "instance", .fingerprint = fingerprint, .deleted = true},
    };
    static const enum audit_baseline marks[ROWS_MAX] = {AUDIT_UNCHANGED, AUDIT_NEW};
    struct fixture fixture;
    CLEANUP(audit_as_report_free) struct audit_as_report as = {0};

    begin(&fixture, rows, NULL, true);
    fixture.audit.baseline = marks;
    audit_as_report(&fixture.audit, &(struct text){0}, gone, 3, &as);
    size_t count = fixture.audit.count;
    assert_int_equal(as.report.finding_count, count + 2);
    assert_int_equal(finding(&as.report, 0).baseline, REPORT_UNCHANGED);
    assert_int_equal(finding(&as.report, 1).baseline, REPORT_NEW);
    struct report_finding first = finding(&as.report, count);
    assert_int_equal(first.baseline, REPORT_FIXED);
    assert_string_equal(as.report.checks[first.check].id, "disabled");
    assert_string_equal(first.gone.name, "web-0");
    assert_string_equal(first.message, "metadata service disabled");
    assert_string_equal(first.fingerprint, "ab00000000000000000000000000000000000000000000000000000000000001");
    assert_string_equal(finding(&as.report, count + 1).message, "deleted: wrong hop limit");
    end(&fixture);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_those_of_the_audit),
        cmocka_unit_test(resources_have_the_settings_of_their_kind),
        cmocka_unit_test(checks_are_those_that_are_reported),
        cmocka_unit_test(findings_that_are_gone_are_fixed),
        cmocka_unit_test(what_is_missing_is_a_line_each),
        cmocka_unit_test(what_is_missing_has_a_name_that_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
