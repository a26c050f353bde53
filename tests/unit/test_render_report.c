/* Reports: what each format says of every kind of result, hostile texts as text, limits of readers, secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report_fixture.h"
#include "json/json.h"

/* What a report came to. */
struct rendered {
    struct text file, warnings;
    size_t longest_piece;
    size_t room; /* bytes the sink takes; 0: any */
};

static void rendered_free(struct rendered *rendered)
{
    text_free(&rendered->file);
    text_free(&rendered->warnings);
}

static bool take(void *context, const char *bytes, size_t size, struct err *e)
{
    struct rendered *rendered = context;

    text_append_size(&rendered->file, bytes, size);
    rendered->longest_piece = size > rendered->longest_piece ? size : rendered->longest_piece;
    return rendered->room == 0 || rendered->file.size <= rendered->room || err_set(e, ERR_IO, "the disk is full");
}

static void warn(void *context, const char *line)
{
    text_printf(&((struct rendered *)context)->warnings, "%s\n", line);
}

static const char *render(const struct report *report, enum report_format format, struct rendered *ret)
{
    struct err e = ERR_INIT;

    *ret = (struct rendered){0};
    bool good = render_report(report, format, &(struct report_sink){take, warn, ret}, &e);
    if (!good) {
        fail_msg("%s: %s", report_format_names[format], e.message);
    }
    return text_string(&ret->file);
}

static json_t *render_json(const struct report *report, enum report_format format)
{
    CLEANUP(rendered_free) struct rendered rendered;
    json_error_t error;
    json_t *root = json_loads(render(report, format, &rendered), JSON_REJECT_DUPLICATES, &error);

    if (root == NULL) {
        fail_msg("%s: %s at %d", report_format_names[format], error.text, error.position);
    }
    return root;
}

/* The value at the pointer is as this JSON says; "" stands for: it is not there. */
static void expect(const json_t *root, const char *pointer, const char *json)
{
    CLEANUP(text_free) struct text found = {0};
    const json_t *value = json_at(root, pointer);

    if (value != NULL) {
        json_print(&found, value, JSON_PRINT_COMPACT);
    }
    if (strcmp(text_string(&found), json) != 0) {
        fail_msg("%s is %s, not %s", pointer, text_string(&found), json);
    }
}

static size_t count_of(const char *text, const char *words)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, words)) != NULL; at += strlen(words)) {
        count++;
    }
    return count;
}

static void expect_words(const char *text, const char *words)
{
    if (strstr(text, words) == NULL) {
        fail_msg("lacks: %s\n%.6000s", words, text);
    }
}

/* --- SARIF ------------------------------------------------------------------------------------------------- */

static void sarif_says_what_was_audited(void **state)
{
    (void)state;
    struct report report = report_fixture();
    JSON_CLEANUP json_t *root = render_json(&report, REPORT_SARIF);
    static const char *const wanted[][2] = {
        {"/version", "\"2.1.0\""},
        {"/runs/0/tool/driver/name", "\"vpcmeta\""},
        {"/runs/0/tool/driver/informationUri", ""},
        {"/runs/0/tool/driver/rules/0/id", "\"enabled-over-http\""},
        {"/runs/0/tool/driver/rules/0/name", "\"EnabledOverHttp\""},
        {"/runs/0/tool/driver/rules/0/helpUri", ""},
        {"/runs/0/tool/driver/rules/0/defaultConfiguration/level", "\"error\""},
        {"/runs/0/tool/driver/rules/0/properties/security-severity", "\"7.5\""},
        {"/runs/0/tool/driver/rules/1/defaultConfiguration/level", "\"warning\""},
        {"/runs/0/tool/driver/rules/2/defaultConfiguration/level", "\"note\""},
        {"/runs/0/automationDetails/id",
         "\"vpcmeta/5f3c1e0d9b8a47c6a1b2c3d4e5f60718/us-south,eu-de/20260820T091500Z\""},
        {"/runs/0/invocations/0/executionSuccessful", "true"},
        {"/runs/0/invocations/0/exitCode", "3"},
        {"/runs/0/invocations/0/toolExecutionNotifications", "[]"},
        {"/runs/0/baselineGuid", ""},
        {"/runs/0/properties/asOf", "\"2026-08-20\""},
    };
    for (size_t i = 0; i < REPORT_COUNT(wanted); i++) {
        expect(root, wanted[i][0], wanted[i][1]);
    }
}

static void sarif_has_every_result(void **state)
{
    (void)state;
    struct report report = report_fixture();
    JSON_CLEANUP json_t *root = render_json(&report, REPORT_SARIF);
    static const char *const wanted[][2] = {
        {"/runs/0/results/0/ruleId", "\"enabled-over-http\""},
        {"/runs/0/results/0/kind", "\"fail\""},
        {"/runs/0/results/0/level", "\"error\""},
        {"/runs/0/results/0/message/text", "\"instance web-1 (us-south): answers over http\""},
        {"/runs/0/results/0/baselineState", ""},
        {"/runs/0/results/0/suppressions", ""},
        {"/runs/0/results/0/properties/fix", "\"vpcmeta instance set web-1 --protocol https --region us-south\""},
        {"/runs/0/results/0/locations/0/physicalLocation/artifactLocation",
         "{\"uri\":\"inventory/us-south/instance/web-1.json\",\"uriBaseId\":\"INVENTORY\"}"},
        {"/runs/0/results/0/locations/0/physicalLocation/region",
         "{\"startLine\":1,\"startColumn\":1,\"endLine\":1,\"endColumn\":2}"},
        {"/runs/0/results/0/locations/0/logicalLocations/0",
         "{\"name\":\"web-1\",\"fullyQualifiedName\":\"" REPORT_CRN("instance",
                                                                    "0717_3f1c7a52") "\",\"kind\":\"resource\"}"},
        {"/runs/0/results/0/partialFingerprints",
         "{\"primaryLocationLineHash\":\"1111111111111111:1\",\"vpcmetaFinding/v1\":"
         "\"1111111111111111111111111111111111111111111111111111111111111111\"}"},
        {"/runs/0/results/1/level", "\"warning\""},
        {"/runs/0/results/1/locations/0/physicalLocation/artifactLocation/uri",
         "\"inventory/us-south/instance/"
         "%3C%2Fscript%3E%5D%5D%3E%26%22%27%3Cb%3E%01%1B%5B31m%E2%80%AE%EF%BF%BE%FF.json\""},
        {"/runs/0/results/2/kind", "\"review\""}, /* a level is for what fails only */
        {"/runs/0/results/2/level", ""},
        {"/runs/0/results/4/kind", "\"fail\""},
        {"/runs/0/results/4/suppressions/0/kind", "\"external\""},
        {"/runs/0/results/4/suppressions/0/status", "\"accepted\""},
        {"/runs/0/results/5", ""},
    };
    for (size_t i = 0; i < REPORT_COUNT(wanted); i++) {
        expect(root, wanted[i][0], wanted[i][1]);
    }
    const char *reason = json_string_value(json_at(root, "/runs/0/results/4/suppressions/0/justification"));
    expect_words(reason, " (@team-pay, SEC-412, until 2027-01-31)");
    /* what looks like a link is none */
    expect_words(json_string_value(json_at(root, "/runs/0/results/1/message/text")),
                 "\\[words\\](https://example.invalid)");
}

static void sarif_compares(void **state)
{
    (void)state;
    struct report report = report_fixture_compared();
    JSON_CLEANUP json_t *root = render_json(&report, REPORT_SARIF);
    static const char *const states[] = {"\"new\"",       "\"unchanged\"", "\"unchanged\"",
                                         "\"unchanged\"", "\"unchanged\"", "\"absent\""};

    for (size_t i = 0; i < REPORT_COUNT(states); i++) {
        char pointer[64];
        snprintf(pointer, sizeof(pointer), "/runs/0/results/%zu/baselineState", i);
        expect(root, pointer, states[i]);
    }
    expect(root, "/runs/0/results/5/message/text",
           "\"instance web-0 (us-south): fixed since the baseline: answers over http\"");
    expect(root, "/runs/0/invocations/0/executionSuccessful", "false");
    expect(root, "/runs/0/invocations/0/toolExecutionNotifications/0/message/text",
           "\"not read: listing bare metal servers in eu-de: 403 not_authorized [trace 17]\"");
    /* the next audit refers to this one by the id that it is stored by */
    const char *guid = json_string_value(json_at(root, "/runs/0/automationDetails/guid"));
    CLEANUP(text_free) struct text earlier = {0};
    text_append_uuid_of(&earlier, "audit 20260813-091500-bbbbbb", strlen("audit 20260813-091500-bbbbbb"));
    assert_true(text_is_uuid(guid, strlen(guid)));
    assert_string_equal(json_string_value(json_at(root, "/runs/0/baselineGuid")), text_string(&earlier));
    assert_string_not_equal(guid, text_string(&earlier));
}

static void github_gets_open_findings_only(void **state)
{
    (void)state;
    struct report report = report_fixture_compared();
    JSON_CLEANUP json_t *root = render_json(&report, REPORT_SARIF_GITHUB);

    assert_int_equal(json_array_size(json_at(root, "/runs/0/results")), 2);
    static const char *const wanted[][2] = {
        /* the policy has made one of them critical, and GitHub has one severity a rule */
        {"/runs/0/tool/driver/rules/0/properties/security-severity", "\"9.5\""},
        {"/runs/0/tool/driver/rules/1/properties/security-severity", "\"5.0\""},
        {"/runs/0/results/0/message/text", "\"instance web-1 (us-south): answers over http. Fix: vpcmeta instance "
                                           "set web-1 --protocol https --region us-south\""},
        {"/runs/0/results/0/kind", ""},
        {"/runs/0/results/0/baselineState", ""},
        {"/runs/0/results/1/suppressions", ""},
        {"/runs/0/results/0/partialFingerprints", "{\"primaryLocationLineHash\":\"1111111111111111:1\"}"},
        {"/runs/0/results/0/locations/0/physicalLocation/artifactLocation",
         "{\"uri\":\"inventory/us-south/instance/web-1.json\"}"},
        {"/runs/0/baselineGuid", ""},
        {"/runs/0/originalUriBaseIds", ""},
    };
    for (size_t i = 0; i < REPORT_COUNT(wanted); i++) {
        expect(root, wanted[i][0], wanted[i][1]);
    }
}

/* The worst are kept, and both the file and who made it hear of the others. */
static void github_takes_no_more_than_its_limits(void **state)
{
    (void)state;
    struct report_many many = {.count = REPORT_GITHUB_RESULTS + 2};
    struct report report = report_fixture_many(&many);
    static char long_words[3000];
    struct report_check checks[2] = {report_fixture_checks[0], report_fixture_checks[1]};
    CLEANUP(rendered_free) struct rendered rendered;

    memset(long_words, 'x', sizeof(long_words) - 1);
    memcpy(long_words + 1020, "\xc3\xa9", 2); /* is not cut in two */
    checks[1].meaning = long_words;
    report.checks = checks;
    report.check_count = 2;
    JSON_CLEANUP json_t *root = json_loads(render(&report, REPORT_SARIF_GITHUB, &rendered), 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_array_size(json_at(root, "/runs/0/results")), REPORT_GITHUB_RESULTS);
    expect(root, "/runs/0/results/0/level", "\"error\"");
    expect(root, "/runs/0/invocations/0/toolExecutionNotifications/0/message/text",
           "\"25002 findings: the worst 25000 are in this file, GitHub takes no more\"");
    expect_words(text_string(&rendered.warnings), "25002 findings, of which GitHub takes 25000");
    const char *cut = json_string_value(json_at(root, "/runs/0/tool/driver/rules/1/fullDescription/text"));
    assert_int_equal(strlen(cut), 1023);
    assert_string_equal(cut + 1020, "...");
    JSON_CLEANUP json_t *whole = render_json(&report, REPORT_SARIF);
    assert_int_equal(json_array_size(json_at(whole, "/runs/0/results")), REPORT_GITHUB_RESULTS + 2);
}

/* --- JUnit ------------------------------------------------------------------------------------------------- */

static void junit_has_a_case_for_each_finding(void **state)
{
    (void)state;
    struct report report = report_fixture();
    CLEANUP(rendered_free) struct rendered rendered;
    const char *file = render(&report, REPORT_JUNIT, &rendered);

    expect_words(file, "<testsuites name=\"vpcmeta audit\" tests=\"5\" failures=\"2\" errors=\"0\" time=\"9\">");
    expect_words(file, "<testsuite name=\"instance us-south\" tests=\"2\" failures=\"2\" errors=\"0\" skipped=\"0\" "
                       "time=\"0\" timestamp=\"2026-08-20T09:15:00\"");
    expect_words(file, "<testsuite name=\"bare_metal_server eu-de\" tests=\"1\" failures=\"0\" errors=\"0\" "
                       "skipped=\"1\"");
    expect_words(file, "<testcase classname=\"enabled-over-http\" name=\"web-1 (0717_3f1c7a52)\" time=\"0\"><failure "
                       "type=\"critical\" message=\"instance web-1 (us-south): answers over http\">instance web-1 "
                       "(us-south): answers over http\nseverity: critical\npolicy rule: production\nfix: ");
    expect_words(file, "<skipped type=\"excepted\" message=\"excepted: =agent speaks http only, ");
    expect_words(file, "until 2027-01-31)\">excepted: ");
    /* of two cases with one name readers drop the second */
    expect_words(file, "name=\"without a name\" time=\"0\"><skipped type=\"cannot_tell\" message=\"not judged: ");
    expect_words(file, "name=\"without a name #2\"");
    expect_words(file, "\\x01\\x1b[31m&#x202e;\xef\xbf\xbd\xef\xbf\xbd");
    assert_int_equal(count_of(file, "]]>"), 0);
    assert_int_equal(count_of(file, "<testcase"), 5);
}

/* Where findings of its kind and region stand; pipelines compare cases by class and name. */
static void junit_has_an_error_for_what_was_not_read(void **state)
{
    (void)state;
    struct report report = report_fixture_compared();
    CLEANUP(rendered_free) struct rendered rendered;
    const char *file = render(&report, REPORT_JUNIT, &rendered);

    expect_words(file, "<testsuites name=\"vpcmeta audit\" tests=\"7\" failures=\"2\" errors=\"2\" time=\"9\">");
    expect_words(file, "<testsuite name=\"bare_metal_server eu-de\" tests=\"2\" failures=\"0\" errors=\"1\" "
                       "skipped=\"1\"");
    expect_words(file, "<testsuite name=\"instance\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\"");
    expect_words(file, "name=\"listing bare metal servers in eu-de\" time=\"0\"><error type=\"incomplete\" "
                       "message=\"not read: listing bare metal servers in eu-de: 403 not_authorized [trace 17]\">");
}

/* Readers tell events of one finding by its id. */
static void ocsf_has_an_id_that_stays_for_what_was_not_read(void **state)
{
    (void)state;
    struct report_part other = report_fixture_missing[0];
    struct report report = report_fixture_compared();
    JSON_CLEANUP json_t *root = render_json(&report, REPORT_OCSF);

    other.line = "listing bare metal servers in eu-de: 403 not_authorized [trace 18]";
    report.missing = &other;
    report.missing_count = 1;
    JSON_CLEANUP json_t *again = render_json(&report, REPORT_OCSF);
    assert_string_equal(json_string_value(json_at(root, "/0/finding_info/uid")),
                        json_string_value(json_at(again, "/0/finding_info/uid")));
}

static void junit_has_passes_only_when_asked(void **state)
{
    (void)state;
    struct report report = report_fixture();
    CLEANUP(rendered_free) struct rendered rendered;

    report.junit_passes = true;
    const char *file = render(&report, REPORT_JUNIT, &rendered);
    assert_int_equal(count_of(file, "/>\n"), 3 * 4 + 8); /* four properties of each suite, and the passes */
    expect_words(file, "<testcase classname=\"disabled\" name=\"web-1 (0717_3f1c7a52)\" time=\"0\"/>");
    expect_words(file, "tests=\"13\" failures=\"2\"");
    report.junit_passes = false;
    report.finding_count = 0;
    rendered_free(&rendered);
    assert_int_equal(count_of(render(&report, REPORT_JUNIT, &rendered), "<testcase"), 0);
}

static void finding_of_policy(void *context, size_t index, struct report_finding *ret)
{
    (void)context;
    *ret = (struct report_finding){.check = index,
                                   .resource = SIZE_MAX,
                                   .gone = {.kind = "exception", .name = "of team-pay for legacy-*", .enabled = -1},
                                   .result = REPORT_FAIL,
                                   .severity = "low",
                                   .message = "covers nothing",
                                   .file = "./policies/my policy.yaml",
                                   .line = 13,
                                   .fingerprint = "6666"};
}

/* A finding need not be about a resource. */
static void every_format_has_findings_of_the_policy(void **state)
{
    (void)state;
    struct report report = report_fixture();
    static const enum report_format formats[] = {REPORT_SARIF, REPORT_SARIF_GITHUB, REPORT_JUNIT, REPORT_OCSF,
                                                 REPORT_CSV};

    report.finding = finding_of_policy;
    report.finding_count = 1;
    for (size_t i = 0; i < REPORT_COUNT(formats); i++) {
        CLEANUP(rendered_free) struct rendered rendered;
        const char *file = render(&report, formats[i], &rendered);
        expect_words(file, "of team-pay for legacy-*");
        expect_words(file, "covers nothing");
    }
    JSON_CLEANUP json_t *root = render_json(&report, REPORT_SARIF);
    expect(root, "/runs/0/results/0/locations/0/physicalLocation",
           "{\"artifactLocation\":{\"uri\":\"policies/my%20policy.yaml\"},\"region\":{\"startLine\":13,"
           "\"startColumn\":1,\"endLine\":13,\"endColumn\":2}}");
    CLEANUP(rendered_free) struct rendered rendered;
    expect_words(render(&report, REPORT_JUNIT, &rendered), "<testsuite name=\"exception\" tests=\"1\" failures=\"1\"");
}

static void junit_warns_of_what_gitlab_does_not_read(void **state)
{
    (void)state;
    static char message[4000];
    struct report_many many = {.count = 4000, .message = message};
    struct report report = report_fixture_many(&many);
    CLEANUP(rendered_free) struct rendered rendered;

    memset(message, 'x', sizeof(message) - 1);
    render(&report, REPORT_JUNIT, &rendered);
    assert_true(rendered.file.size >= 30 * 1000 * 1000);
    expect_words(text_string(&rendered.warnings), "of which GitLab reads less than 30; audit a part with a selector");
    many.count = report.finding_count = report.resource_count = 3000;
    rendered_free(&rendered);
    render(&report, REPORT_JUNIT, &rendered);
    assert_string_equal(text_string(&rendered.warnings), "");
}

/* --- OCSF and CSV ------------------------------------------------------------------------------------------ */

static void ocsf_says_how_each_finding_stands(void **state)
{
    (void)state;
    struct report report = report_fixture_compared();
    JSON_CLEANUP json_t *root = render_json(&report, REPORT_OCSF);
    static const char *const wanted[][2] = {
        {"/0/finding_info/title", "\"the audit is incomplete\""}, /* an array has no head to say so */
        {"/2/class_uid", "2003"},
        {"/2/type_uid", "200301"},
        {"/2/severity_id", "5"},
        {"/2/time", "1787217300000"},
        {"/2/activity_id", "1"},
        {"/2/status_id", "1"},
        {"/2/compliance/status_id", "3"},
        {"/2/compliance/standards/0", "\"vpcmeta shop\""},
        {"/2/finding_info/uid", "\"1111111111111111111111111111111111111111111111111111111111111111\""},
        {"/2/metadata/event_code", "\"enabled-over-http\""},
        {"/2/remediation/desc", "\"vpcmeta instance set web-1 --protocol https --region us-south\""},
        {"/2/resources/0/data/metadata_service", "{\"enabled\":true,\"protocol\":\"http\",\"response_hop_limit\":1}"},
        {"/2/cloud/account/uid", "\"5f3c1e0d9b8a47c6a1b2c3d4e5f60718\""},
        {"/3/activity_id", "2"}, /* seen before */
        {"/3/type_uid", "200302"},
        {"/3/unmapped/exception/expired", "true"},
        {"/4/compliance/status_id", "2"}, /* cannot be told */
        {"/4/remediation", ""},
        {"/4/resources/0/data", ""},
        {"/6/status_id", "3"}, /* accepted: still a fail */
        {"/6/compliance/status_id", "3"},
        {"/6/unmapped/exception/ticket", "\"SEC-412\""},
        {"/7/activity_id", "3"}, /* fixed */
        {"/7/type_uid", "200303"},
        {"/7/status_id", "4"},
        {"/7/compliance/status_id", "1"},
        {"/8", ""},
    };
    for (size_t i = 0; i < REPORT_COUNT(wanted); i++) {
        expect(root, wanted[i][0], wanted[i][1]);
    }
    report.finding_count = report.missing_count = 0;
    JSON_CLEANUP json_t *nothing = render_json(&report, REPORT_OCSF);
    assert_int_equal(json_array_size(nothing), 0);
}

static void csv_is_harmless(void **state)
{
    (void)state;
    struct report report = report_fixture_compared();
    CLEANUP(rendered_free) struct rendered rendered;
    const char *file = render(&report, REPORT_CSV, &rendered);

    assert_true(strncmp(file, "severity,result,rule,", 21) == 0);
    expect_words(file, ",incomplete,,,,,listing bare metal servers in eu-de: 403 not_authorized [trace 17],");
    expect_words(file, "critical,fail,enabled-over-http,instance,us-south,web-1,answers over http,");
    expect_words(file, ",us-south-1,vpc-prod,running,true,http,1,\r\n");
    expect_words(file, ",'=production,");
    expect_words(file, ",\"'=agent speaks http only, \"\"really\"\"\n");
    expect_words(file, ",'@team-pay,2027-01-31,SEC-412,unchanged,");
    expect_words(file, ",fixed,,,,,,,\r\n");
}

/* --- what holds for all ------------------------------------------------------------------------------------ */

static const enum report_format written[] = {REPORT_SARIF, REPORT_SARIF_GITHUB, REPORT_JUNIT, REPORT_OCSF, REPORT_CSV};

static void the_same_report_has_the_same_bytes(void **state)
{
    (void)state;
    struct report report = report_fixture();

    for (size_t i = 0; i < REPORT_COUNT(written); i++) {
        CLEANUP(rendered_free) struct rendered first;
        CLEANUP(rendered_free) struct rendered second;
        assert_string_equal(render(&report, written[i], &first), render(&report, written[i], &second));
    }
}

static void no_format_has_a_secret(void **state)
{
    (void)state;
    struct report report = report_fixture();
    struct secrets *secrets = secrets_create();

    secrets_add(secrets, "team-pay, \"really\"\nsecond line", SECRET_LASTING);
    secrets_add(secrets, "agent speaks http only", SECRET_LASTING);
    report.secrets = secrets;
    for (size_t i = 0; i < REPORT_COUNT(written); i++) {
        CLEANUP(rendered_free) struct rendered rendered;
        assert_int_equal(count_of(render(&report, written[i], &rendered), "speaks http"), 0);
    }
    secrets_destroy(secrets);
}

/* A file of any size takes no more memory than a piece; a sink that fails ends it. */
static void files_are_written_in_pieces(void **state)
{
    (void)state;
    struct report_many many = {.count = 3000};
    struct report report = report_fixture_many(&many);

    for (size_t i = 0; i < REPORT_COUNT(written); i++) {
        CLEANUP(rendered_free) struct rendered rendered;
        render(&report, written[i], &rendered);
        assert_in_range(rendered.longest_piece, 1, 80 * 1024);
        struct rendered full = {.room = 100 * 1024};
        struct err e = ERR_INIT;
        assert_false(render_report(&report, written[i], &(struct report_sink){take, warn, &full}, &e));
        assert_string_equal(e.message, "the disk is full");
        assert_true(full.file.size < 200 * 1024);
        rendered_free(&full);
    }
}

/* --- for the checks of other programs: test_render_report --print FORMAT [compared|passes|COUNT] ------------ */

static bool print_piece(void *context, const char *bytes, size_t size, struct err *e)
{
    return fwrite(bytes, 1, size, context) == size || err_set(e, ERR_IO, "cannot print");
}

static int print_report(const char *format, const char *which)
{
    struct report_many many = {.count = strtoul(which, NULL, 10)};
    struct report report = many.count > 0                   ? report_fixture_many(&many)
                           : strcmp(which, "compared") == 0 ? report_fixture_compared()
                                                            : report_fixture();
    struct err e = ERR_INIT;
    enum report_format wanted = REPORT_HTML;

    report.junit_passes = strcmp(which, "passes") == 0;
    while (wanted < REPORT_FORMATS && strcmp(format, report_format_names[wanted]) != 0) {
        wanted++;
    }
    if (wanted == REPORT_FORMATS ||
        !render_report(&report, wanted, &(struct report_sink){print_piece, NULL, stdout}, &e)) {
        fprintf(stderr, "%s: %s\n", format, wanted == REPORT_FORMATS ? "unknown format" : e.message);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sarif_says_what_was_audited),
        cmocka_unit_test(sarif_has_every_result),
        cmocka_unit_test(sarif_compares),
        cmocka_unit_test(github_gets_open_findings_only),
        cmocka_unit_test(github_takes_no_more_than_its_limits),
        cmocka_unit_test(junit_has_a_case_for_each_finding),
        cmocka_unit_test(junit_has_an_error_for_what_was_not_read),
        cmocka_unit_test(ocsf_has_an_id_that_stays_for_what_was_not_read),
        cmocka_unit_test(junit_has_passes_only_when_asked),
        cmocka_unit_test(every_format_has_findings_of_the_policy),
        cmocka_unit_test(junit_warns_of_what_gitlab_does_not_read),
        cmocka_unit_test(ocsf_says_how_each_finding_stands),
        cmocka_unit_test(csv_is_harmless),
        cmocka_unit_test(the_same_report_has_the_same_bytes),
        cmocka_unit_test(no_format_has_a_secret),
        cmocka_unit_test(files_are_written_in_pieces),
    };

    if (argc >= 3 && strcmp(argv[1], "--print") == 0) {
        return print_report(argv[2], argc > 3 ? argv[3] : "");
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
