/*
 * Writes the HTML report of a made-up fleet to standard output.
 * usage: write_page RESOURCES [hostile|clean|incomplete]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/render_report.h"

enum { BROKEN = 8, CHECKS = BROKEN + 1, NAME_SIZE = 300 };

static const char *const kinds[] = {"instance", "instance", "instance", "instance", "bare-metal", "template", "group"};
static const char *const regions[] = {"eu-de", "us-east", "us-south"};
static const char *const vpcs[] = {"vpc-prod", "vpc-test", "vpc-batch"};
static const char *const rules[] = {"production", "test", NULL};
static const struct report_part missing[] = {
    {.line = "us-east: bare metal servers: the API answered 503 (service unavailable)"}};

static const struct report_check checks[CHECKS] = {
    {"enabled-over-http",
     "metadata service enabled over http",
     "tokens and user data cross the network in the clear",
     "vpcmeta instance set NAME --protocol https",
     "high",
     {19000, 0, 0, 0, 400}},
    {"hop-limit",
     "hop limit above the policy",
     "answers reach containers and routed networks behind the server; too low a limit shows as time-outs",
     NULL,
     "medium",
     {18000, 0, 0, 0, 0}},
    {"disabled", "metadata service off where it is wanted", "agents on the server get no identity", NULL, "low", {0}},
    {"secret-in-user-data",
     "user data holds what looks like a secret",
     "every process on the server can read it",
     NULL,
     "critical",
     {0}},
    {"profile-missing", "no trusted profile", "software on the server falls back to API keys", NULL, "medium", {0}},
    {"template-over-http", "template with http", "every new server of it answers over http", NULL, "high", {0}},
    {"restart-pending", "restart pending", "the stored setting is not in effect yet", NULL, "low", {0}},
    {"unmanaged", "no rule of the policy fits", "nothing is known of what it should be", NULL, "info", {0}},
    {"allowed-use", "contradicts what the image permits", "changes are refused", NULL, "medium", {5, 0, 0, 0, 7}},
};

static const char *const hostile[] = {
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\xE2\x80\xAEgnp.exe\xE2\x80\xAC",
    "a23456789-123456789-123456789-123456789-123456789-123456789-end",
    "<img src=x onerror=alert(1)>",
    "line\xE2\x80\xA8separator",
    "quote\"'&amp;`${alert(1)}",
    "\x01\x02 control\r\x7f",
    "broken \xFF\xC3 utf-8",
    "javascript:alert(1)",
    "]]>--></style></title>",
    "\xE6\x9D\xB1\xE4\xBA\xAC \xF0\x9F\x9A\x80",
};
static const char fixes[] =
    "    vpcmeta instance set --where '.a < 1' --protocol https\n    vpcmeta instance set --hop-limit 1\n"
    "    vpcmeta bare-metal set --protocol https\n    vpcmeta template replace --all\n"
    "    vpcmeta instance set --enabled true\n";

enum { HOSTILE = sizeof(hostile) / sizeof(hostile[0]) };

struct fleet {
    size_t count, finding_count;
    bool hostile, clean;
    char name[NAME_SIZE], id[64], crn[2 * NAME_SIZE], message[2 * NAME_SIZE], fix[2 * NAME_SIZE];
};

static void resource(const void *context, size_t index, struct report_resource *ret)
{
    struct fleet *fleet = (struct fleet *)(uintptr_t)context;
    const char *kind = kinds[index * 7 % 13 % 7];
    bool has_service = strcmp(kind, "group") != 0;

    if (fleet->hostile && index < HOSTILE) {
        snprintf(fleet->name, sizeof(fleet->name), "%s", hostile[index]);
    } else {
        snprintf(fleet->name, sizeof(fleet->name), "web-%05zu", index);
    }
    snprintf(fleet->id, sizeof(fleet->id), "0717_%08zx-6c1b-4f0e-9a53-%012zx", index * 2654435761u % 0xFFFFFFFF, index);
    snprintf(fleet->crn, sizeof(fleet->crn), "crn:v1:bluemix:public:is:%s-1:a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b::%s:%s",
             regions[index % 3], kind, fleet->id);
    *ret = (struct report_resource){.kind = kind,
                                    .region = regions[index % 3],
                                    .id = fleet->id,
                                    .name = fleet->name,
                                    .crn = fleet->crn,
                                    .zone = has_service ? "us-south-1" : NULL,
                                    .vpc = vpcs[index / 3 % 3],
                                    .status = index % 50 ? "running" : "stopped",
                                    .protocol = !has_service                      ? NULL
                                                : index % 9 == 0 && !fleet->clean ? "http"
                                                                                  : "https",
                                    .profile = index % 4 ? NULL : "fleet-reader",
                                    .policy_rule = rules[index % 17 == 0 ? 2 : index % 2],
                                    .enabled = !has_service      ? -1
                                               : index % 11 == 0 ? 0
                                                                 : 1,
                                    .hop_limit = !has_service      ? 0
                                                 : index % 23 == 0 ? 12
                                                                   : (int)(index % 3) + 1};
}

/* Findings of every third resource, the worst ones first; the last two are fixed. */
static void finding(void *context, size_t index, struct report_finding *ret)
{
    static const size_t worst_first[BROKEN] = {3, 0, 5, 1, 4, 2, 6, 7};
    struct fleet *fleet = context;
    size_t bucket = index * BROKEN / fleet->finding_count;
    struct report_resource of;

    *ret = (struct report_finding){.check = worst_first[bucket], .resource = index * 3 % fleet->count};
    ret->severity = checks[ret->check].severity;
    ret->result = index % 29 == 0 ? REPORT_EXCEPTED : index % 31 == 0 ? REPORT_CANNOT_TELL : REPORT_FAIL;
    ret->baseline = index % 5 == 0 ? REPORT_NEW : REPORT_UNCHANGED;
    if (index + 1 == fleet->finding_count) {
        ret->resource = SIZE_MAX;
        ret->baseline = REPORT_FIXED;
        ret->gone = (struct report_resource){
            .kind = "instance", .region = "eu-de", .id = "gone-id", .name = "gone-server", .crn = "crn:gone"};
        ret->message = "was fixed";
        return;
    }
    resource(fleet, ret->resource, &of);
    if (index + 2 == fleet->finding_count) {
        ret->resource = SIZE_MAX; /* what was fixed of a server that is still there */
        ret->baseline = REPORT_FIXED;
        ret->gone = of;
        ret->message = "was fixed";
        return;
    }
    snprintf(fleet->message, sizeof(fleet->message), "%s %s: %s", of.kind, of.name, checks[ret->check].title);
    snprintf(fleet->fix, sizeof(fleet->fix), "vpcmeta instance set %s --protocol https --hop-limit 1 --region %s --yes",
             of.id, of.region);
    ret->message = fleet->message;
    ret->fix = ret->result == REPORT_FAIL ? fleet->fix : NULL;
    ret->fingerprint = "0000000000000000000000000000000000000000000000000000000000000000";
    ret->exception_expired = index % 37 == 0;
    if (ret->result == REPORT_EXCEPTED || ret->exception_expired) {
        ret->exception_reason = fleet->hostile ? hostile[index / 29 % HOSTILE] : "agent speaks http only";
        ret->exception_owner = "team-pay";
        ret->exception_expires = ret->exception_expired ? "2026-01-31" : "2027-01-31";
    }
}

static bool write_out(void *context, const char *bytes, size_t size, struct err *e)
{
    return fwrite(bytes, 1, size, context) == size || err_set_errno(e, ERR_IO, "standard output");
}

int main(int argc, char **argv)
{
    const char *how = argc > 2 ? argv[2] : "";
    static struct fleet fleet;
    struct report_point points[20];
    struct err e = ERR_INIT;

    fleet.count = argc > 1 ? strtoul(argv[1], NULL, 10) : 200;
    fleet.hostile = strcmp(how, "hostile") == 0;
    fleet.clean = strcmp(how, "clean") == 0;
    fleet.finding_count = fleet.clean ? 0 : fleet.count;
    for (size_t i = 0; i < 20; i++) {
        static char times[20][32];
        snprintf(times[i], sizeof(times[i]), "2026-11-%02zuT08:00:00Z", i + 1);
        points[i] = (struct report_point){.time = times[i], .by_severity = {i, 90 - 3 * i, 60 + i, 40 - 2 * i, i % 4}};
    }
    struct report report = {.version = "0.1.0",
                            .account = "3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b",
                            .endpoint = NULL,
                            .started_at = "2026-11-28T18:00:00Z",
                            .ended_at = "2026-11-28T18:00:42Z",
                            .as_of = "2026-11-28",
                            .policy = fleet.hostile ? hostile[0] : "fleet policy",
                            .policy_digest = "sha256:4f9c2a77e0d1b6b0f3a1",
                            .fixes = fleet.clean ? NULL : fixes,
                            .apply = fleet.clean ? NULL : "    vpcmeta apply --policy policy.yaml\n",
                            .command = "vpcmeta audit --policy policy.yaml --report html=audit.html",
                            .audit = "20261128-180000-9e833d",
                            .baseline = fleet.clean ? NULL : "20261120-080000-1c2d3e",
                            .regions = regions,
                            .region_count = 3,
                            .complete = strcmp(how, "incomplete") != 0,
                            .missing = missing,
                            .missing_count = 1,
                            .exit_status = fleet.clean ? 0 : 3,
                            .exit_reason = fleet.clean ? "no findings" : "findings of severity low or above",
                            .checks = checks,
                            .check_count = CHECKS,
                            .resource_count = fleet.count,
                            .finding_count = fleet.finding_count,
                            .trend = points,
                            .trend_count = fleet.clean ? 0 : 20,
                            .resource = resource,
                            .finding = finding,
                            .context = &fleet};
    if (!report.complete) {
        report.exit_status = 5;
        report.exit_reason = "a part could not be read";
    }
    const struct report_sink sink = {.write = write_out, .context = stdout};
    if (!render_report(&report, REPORT_HTML, &sink, &e)) {
        fprintf(stderr, "%s\n", e.message);
        return 1;
    }
    return 0;
}
