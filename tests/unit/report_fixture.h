/*
 * A report of a few resources with a finding of every result and hostile texts, or of as many as a test wants, for the
 * tests of the formats of reports. After <cmocka.h>.
 */
#ifndef TESTS_UNIT_REPORT_FIXTURE_H
#define TESTS_UNIT_REPORT_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "render/render_report.h"

#define REPORT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a resource name cannot be, but a name of a policy, an owner or a damaged answer can. */
#define REPORT_HOSTILE       "</script>]]>&\"'<b>\x01\x1b[31m\xe2\x80\xae\xef\xbf\xbe\xff"
#define REPORT_LONG_NAME     "a23456789-b23456789-c23456789-d23456789-e23456789-f23456789-xyz"
#define REPORT_CRN(kind, id) "crn:v1:bluemix:public:is:us-south-1:a/5f3c1e0d9b8a47c6a1b2c3d4e5f60718::" kind ":" id

static const struct report_check report_fixture_checks[] = {
    {.id = "enabled-over-http",
     .title = "metadata service enabled over http",
     .meaning = "requests and the tokens they bring back are not encrypted",
     .fix = "vpcmeta KIND set NAME --protocol https",
     .severity = "high",
     .counts = {1, 1, 1, 0, 2}},
    {.id = "hop-limit",
     .title = "hop limit too high",
     .meaning = "answers travel further than to the server itself",
     .fix = "vpcmeta KIND set NAME --hop-limit MAX",
     .severity = "medium",
     .counts = {1, 1, 0, 1, 2}},
    {.id = "disabled",
     .title = "metadata service disabled",
     .meaning = "programs need stored credentials",
     .fix = "vpcmeta KIND set NAME --enabled true",
     .severity = "low",
     .counts = {5, 0, 0, 0, 0}},
};

static const struct report_resource report_fixture_resources[] = {
    {.kind = "instance",
     .region = "us-south",
     .id = "0717_3f1c7a52",
     .name = "web-1",
     .crn = REPORT_CRN("instance", "0717_3f1c7a52"),
     .zone = "us-south-1",
     .vpc = "vpc-prod",
     .status = "running",
     .protocol = "http",
     .policy_rule = "production",
     .enabled = 1,
     .hop_limit = 1},
    {.kind = "instance",
     .region = "us-south",
     .id = "0717_hostile",
     .name = REPORT_HOSTILE,
     .crn = REPORT_CRN("instance", "0717_hostile"),
     .protocol = "https",
     .profile = "Profile-1",
     .policy_rule = "=production",
     .enabled = 1,
     .hop_limit = 5},
    {.kind = "bare_metal_server",
     .region = "eu-de",
     .id = "0757_long",
     .name = REPORT_LONG_NAME,
     .crn = REPORT_CRN("bare-metal-server", "0757_long"),
     .protocol = "http",
     .enabled = 1},
    {.kind = "instance_group", .region = "eu-de", .id = NULL, .name = NULL, .enabled = -1},
    {.kind = "instance_group", .region = "eu-de", .id = NULL, .name = NULL, .enabled = -1},
};

static const struct report_finding report_fixture_findings[] = {
    {.check = 0,
     .resource = 0,
     .result = REPORT_FAIL,
     .baseline = REPORT_NEW,
     .severity = "critical",
     .message = "answers over http",
     .fix = "vpcmeta instance set web-1 --protocol https --region us-south",
     .fingerprint = "1111111111111111111111111111111111111111111111111111111111111111"},
    {.check = 1,
     .resource = 1,
     .result = REPORT_FAIL,
     .baseline = REPORT_UNCHANGED,
     .severity = "medium",
     .message = "hop limit 5 is above 1 [words](https://example.invalid)",
     .fix = "vpcmeta instance set 0717_hostile --hop-limit 1",
     .fingerprint = "2222222222222222222222222222222222222222222222222222222222222222",
     .exception_reason = "was accepted",
     .exception_owner = "team-pay",
     .exception_expires = "2026-01-31",
     .exception_expired = true},
    {.check = 1,
     .resource = 3,
     .result = REPORT_CANNOT_TELL,
     .baseline = REPORT_UNCHANGED,
     .severity = "medium",
     .message = "template is null",
     .fix = "",
     .fingerprint = "3333333333333333333333333333333333333333333333333333333333333333"},
    {.check = 1,
     .resource = 4,
     .result = REPORT_CANNOT_TELL,
     .baseline = REPORT_UNCHANGED,
     .severity = "medium",
     .message = "template is null",
     .fingerprint = "3333333333333333333333333333333333333333333333333333333333333334"},
    {.check = 0,
     .resource = 2,
     .result = REPORT_EXCEPTED,
     .baseline = REPORT_UNCHANGED,
     .severity = "high",
     .message = "answers over http",
     .fix = "vpcmeta bare-metal set " REPORT_LONG_NAME " --protocol https",
     .fingerprint = "4444444444444444444444444444444444444444444444444444444444444444",
     .exception_reason = "=agent speaks http only, \"really\"\nsecond line " REPORT_HOSTILE,
     .exception_owner = "@team-pay",
     .exception_ticket = "SEC-412",
     .exception_expires = "2027-01-31"},
    {.check = 0,
     .resource = SIZE_MAX,
     .gone = {.kind = "instance",
              .region = "us-south",
              .id = "0717_gone",
              .name = "web-0",
              .crn = REPORT_CRN("instance", "0717_gone"),
              .enabled = -1},
     .result = REPORT_FAIL, /* as it was */
     .baseline = REPORT_FIXED,
     .severity = "high",
     .message = "answers over http",
     .fingerprint = "5555555555555555555555555555555555555555555555555555555555555555"},
};

static void report_fixture_resource(const void *context, size_t index, struct report_resource *ret)
{
    (void)context;
    *ret = report_fixture_resources[index];
}

static void report_fixture_finding(void *context, size_t index, struct report_finding *ret)
{
    const bool *compared = context;

    *ret = report_fixture_findings[index];
    if (compared == NULL) {
        ret->baseline = REPORT_NO_BASELINE;
    }
}

static enum report_result report_fixture_result(const void *context, size_t resource, size_t check)
{
    (void)context;
    for (size_t i = 0; i < REPORT_COUNT(report_fixture_findings); i++) {
        if (report_fixture_findings[i].resource == resource && report_fixture_findings[i].check == check) {
            return report_fixture_findings[i].result;
        }
    }
    return check == 2 || resource < 3 ? REPORT_PASS : REPORT_NOT_APPLICABLE;
}

static const char *const report_fixture_regions[] = {"us-south", "eu-de"};
static const struct report_part report_fixture_missing[] = {
    {.line = "listing bare metal servers in eu-de: 403 not_authorized [trace 17]",
     .name = "listing bare metal servers in eu-de",
     .kind = "bare_metal_server",
     .region = "eu-de"},
    {.line = "instances of jp-tok: " REPORT_HOSTILE, .name = "instances of jp-tok", .kind = "instance"}};

/* Complete, without a baseline. */
static inline struct report report_fixture(void)
{
    return (struct report){.version = "0.1.0",
                           .account = "5f3c1e0d9b8a47c6a1b2c3d4e5f60718",
                           .endpoint = "https://us-south.iaas.cloud.ibm.com/v1",
                           .started_at = "2026-08-20T09:15:00Z",
                           .ended_at = "2026-08-20T09:15:09Z",
                           .as_of = "2026-08-20",
                           .policy = "shop",
                           .policy_digest = "sha256:00",
                           .command = "vpcmeta audit --region us-south,eu-de --policy shop.yaml",
                           .regions = report_fixture_regions,
                           .region_count = REPORT_COUNT(report_fixture_regions),
                           .complete = true,
                           .exit_status = 3,
                           .exit_reason = "2 findings, 1 of them critical",
                           .checks = report_fixture_checks,
                           .check_count = REPORT_COUNT(report_fixture_checks),
                           .resource_count = REPORT_COUNT(report_fixture_resources),
                           .finding_count = REPORT_COUNT(report_fixture_findings) - 1,
                           .resource = report_fixture_resource,
                           .finding = report_fixture_finding,
                           .result = report_fixture_result};
}

/* Compared with an earlier one, and with parts that could not be read. */
static inline struct report report_fixture_compared(void)
{
    static bool compared = true;
    struct report report = report_fixture();

    report.audit = "20260820-091500-aaaaaa";
    report.baseline = "20260813-091500-bbbbbb";
    report.finding_count = REPORT_COUNT(report_fixture_findings);
    report.context = &compared;
    report.complete = false;
    report.missing = report_fixture_missing;
    report.missing_count = REPORT_COUNT(report_fixture_missing);
    report.exit_status = 5;
    return report;
}

/* --- as many as wanted: a finding for each of them, the first third of them critical ----------------------- */

struct report_many {
    size_t count;
    const char *message;           /* of all findings; NULL: one of a few */
    char fingerprint[80], fix[96]; /* of the last finding */
};

static void report_many_resource(const void *context, size_t index, struct report_resource *ret)
{
    static char id[80], name[64], crn[200];

    (void)context;
    snprintf(id, sizeof(id), "0717_%08zx-aaaa-4bbb-8ccc-%012zx", index * 2654435761U % 0xffffffff, index * 7919);
    snprintf(name, sizeof(name), "web-%zu", index);
    snprintf(crn, sizeof(crn), REPORT_CRN("instance", "%s"), id);
    *ret = (struct report_resource){.kind = "instance",
                                    .region = "us-south",
                                    .id = id,
                                    .name = name,
                                    .crn = crn,
                                    .zone = "us-south-1",
                                    .vpc = "vpc-prod",
                                    .status = "running",
                                    .protocol = index % 3 == 0 ? "http" : "https",
                                    .policy_rule = "production",
                                    .enabled = 1,
                                    .hop_limit = 1 + (int)(index % 5)};
}

static void report_many_finding(void *context, size_t index, struct report_finding *ret)
{
    struct report_many *many = context;

    snprintf(many->fingerprint, sizeof(many->fingerprint), "%016zx%048zx", index * 0x9E3779B97F4A7C15U, index);
    snprintf(many->fix, sizeof(many->fix), "vpcmeta instance set web-%zu --protocol https", index);
    *ret = (struct report_finding){.check = index % 3 == 0 ? 0 : 1,
                                   .resource = index,
                                   .result = REPORT_FAIL,
                                   .severity = index < many->count / 3 ? "critical" : "low",
                                   .message = many->message != NULL ? many->message
                                              : index % 3 == 0      ? "answers over http"
                                                                    : "hop limit 3 is above 1",
                                   .fix = many->fix,
                                   .fingerprint = many->fingerprint};
}

/* Of that many resources with a finding each. */
static inline struct report report_fixture_many(struct report_many *many)
{
    struct report report = report_fixture();

    report.resource_count = report.finding_count = many->count;
    report.resource = report_many_resource;
    report.finding = report_many_finding;
    report.result = NULL;
    report.context = many;
    return report;
}

#endif
