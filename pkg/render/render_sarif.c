/*
 * SARIF 2.1.0 (OASIS): all that is known of the findings, or only what GitHub code scanning takes and shows
 * (facts-next.md 4.1). A cloud resource has no file, but GitHub refuses results without one: each resource is given a
 * path that does not exist and stays the same.
 */
#include <ctype.h>
#include <string.h>

#include "mem/mem.h"
#include "render/render_report_formats.h"
#include "json/json.h"

enum {
    GITHUB_TEXT = 1024,  /* bytes of a text */
    HASH_DIGITS = 16,    /* of a fingerprint that stand for it */
    GITHUB_SIZE_MB = 10, /* that GitHub takes, after gzip */
    /* Results become less than a tenth by gzip: CRNs, hashes and names are what remains. */
    GITHUB_RAW_MB = 10 * GITHUB_SIZE_MB,
};

struct sarif {
    const struct report *report;
    struct report_output *output;
    bool github;
    unsigned *severities; /* of the checks, as GitHub shows them */
    size_t open;          /* findings that fail */
    struct text scratch;
};

static const char *const levels[REPORT_SEVERITIES] = {"note", "note", "warning", "error", "error"};
/* GitHub: critical above 9.0, high from 7.0, medium from 4.0, low above 0.0 */
static const char *const scores[REPORT_SEVERITIES] = {"0.0", "2.0", "5.0", "7.5", "9.5"};

/* What readers would take for a link stays text: [words](address), SARIF 3.11.6. */
static void append_words(struct text *out, const char *words)
{
    bool link = strstr(words, "](") != NULL;

    for (const char *c = words; *c != '\0'; c++) {
        text_append(out, link && (*c == '[' || *c == ']' || *c == '\\') ? "\\" : "");
        text_append_char(out, *c);
    }
}

/* The text with at most what GitHub takes of it. */
static json_t *text_of(const struct sarif *sarif, const char *words)
{
    size_t size = strlen(words);

    if (!sarif->github || size <= GITHUB_TEXT) {
        return json_build_string(words);
    }
    CLEANUP(text_free) struct text cut = {0};
    for (size = GITHUB_TEXT - 3; size > 0 && ((unsigned char)words[size] & 0xc0) == 0x80; size--) {
    }
    text_append_size(&cut, words, size);
    text_append(&cut, "...");
    return json_build_string(text_string(&cut));
}

static json_t *message_of(const struct sarif *sarif, const char *words)
{
    return json_build("{s:o}", "text", text_of(sarif, words));
}

/* --- the tool and its rules ------------------------------------------------------------------------------ */

/* "EnabledOverHttp" */
static void append_rule_name(struct text *out, const char *id)
{
    bool begins = true;

    for (const char *c = id; *c != '\0'; c++) {
        if (*c != '-') {
            text_append_char(out, begins ? (char)toupper((unsigned char)*c) : *c);
        }
        begins = *c == '-';
    }
}

static json_t *help_of(const struct sarif *sarif, const struct report_check *check)
{
    CLEANUP(text_free) struct text plain = {0};
    CLEANUP(text_free) struct text markdown = {0};

    text_printf(&plain, "%s. Fix: %s", check->meaning, check->fix);
    text_printf(&markdown, "%s.\n\nFix, with words in capitals replaced:\n\n```sh\n%s\n```\n", check->meaning,
                check->fix);
    return json_build("{s:o, s:o}", "text", text_of(sarif, text_string(&plain)), "markdown",
                      json_build_string(text_string(&markdown)));
}

/* GitHub has one severity a rule, where a policy may give each finding another: the worst one is shown. */
static json_t *rule_of(const struct sarif *sarif, size_t index)
{
    const struct report_check *check = &sarif->report->checks[index];
    unsigned severity = sarif->github ? sarif->severities[index] : render_report_severity(check->severity);
    CLEANUP(text_free) struct text name = {0};

    append_rule_name(&name, check->id);
    return json_build("{s:s, s:s, s:o, s:o, s:o, s:{s:s}, s:{s:s, s:s, s:[s, s]}}", "id", check->id, "name",
                      text_string(&name), "shortDescription", message_of(sarif, check->title), "fullDescription",
                      message_of(sarif, check->meaning), "help", help_of(sarif, check), "defaultConfiguration", "level",
                      levels[severity], "properties", "security-severity", scores[severity], "precision", "very-high",
                      "tags", "security", "metadata-service");
}

static json_t *tool_of(const struct sarif *sarif)
{
    json_t *rules = json_array();

    for (size_t i = 0; i < sarif->report->check_count; i++) {
        json_array_append_new(rules, rule_of(sarif, i));
    }
    return json_build("{s:{s:s, s:s, s:s, s:o}}", "driver", "name", "vpcmeta", "version", sarif->report->version,
                      "semanticVersion", sarif->report->version, "rules", rules);
}

/* --- the run ---------------------------------------------------------------------------------------------- */

/* The regions that were read; where none has a name, what was read stands for them. */
static void append_places(const struct report *report, struct text *out)
{
    bool named = false;

    for (size_t i = 0; i < report->region_count; i++) {
        if (report->regions[i][0] != '\0') {
            text_append(out, named ? "," : "");
            text_percent_encode(out, report->regions[i], "");
            named = true;
        }
    }
    if (!named) {
        text_percent_encode(out, report->endpoint != NULL ? report->endpoint : "unknown", "");
    }
}

/*
 * "vpcmeta/ACCOUNT/REGION,REGION/20260820T091500Z", with the digest of what narrowed the audit before the time: GitHub
 * takes what precedes the last / for the category, and calls fixed what the next audit of a category has not.
 */
static void append_run_id(const struct report *report, struct text *out)
{
    enum { DIGITS = 12 };
    CLEANUP(text_free) struct text digest = {0};

    text_append(out, "vpcmeta/");
    text_percent_encode(out, report->account != NULL ? report->account : "unknown", "");
    text_append_char(out, '/');
    append_places(report, out);
    if (report->selection != NULL) {
        text_append_sha256(&digest, report->selection, strlen(report->selection));
        text_printf(out, "/selection-%.*s", DIGITS, text_string(&digest));
    }
    text_append_char(out, '/');
    for (const char *c = report->started_at; *c != '\0'; c++) {
        if (isalnum((unsigned char)*c)) {
            text_append_char(out, *c);
        }
    }
}

/* Appends the UUID of an audit: of its id where it is stored, so that a later one can refer to it. */
static void append_audit_guid(const char *audit, struct text *out)
{
    CLEANUP(text_free) struct text name = {0};

    text_printf(&name, "audit %s", audit);
    text_append_uuid_of(out, text_string(&name), name.size);
}

/* Else of all that it found, so that the same report has the same bytes. */
static void append_guid(const struct sarif *sarif, const char *run_id, struct text *out)
{
    const struct report *report = sarif->report;
    CLEANUP(text_free) struct text content = {0};
    struct report_finding finding;

    if (report->audit != NULL) {
        append_audit_guid(report->audit, out);
        return;
    }
    text_printf(&content, "report %s %s\n", run_id, report->policy_digest != NULL ? report->policy_digest : "");
    for (size_t i = 0; i < report->finding_count; i++) {
        finding = (struct report_finding){.resource = SIZE_MAX};
        report->finding(report->context, i, &finding);
        text_printf(&content, "%s %d %d\n", finding.fingerprint != NULL ? finding.fingerprint : "", finding.result,
                    finding.baseline);
    }
    text_append_uuid_of(out, text_string(&content), content.size);
}

static json_t *details_of(const struct sarif *sarif)
{
    CLEANUP(text_free) struct text id = {0};
    CLEANUP(text_free) struct text guid = {0};
    CLEANUP(text_free) struct text words = {0};
    const char *account = sarif->report->account;

    append_run_id(sarif->report, &id);
    append_guid(sarif, text_string(&id), &guid);
    text_printf(&words, account != NULL ? "metadata audit of account %s" : "metadata audit", account);
    return json_build("{s:s, s:s, s:o}", "id", text_string(&id), "guid", text_string(&guid), "description",
                      message_of(sarif, text_string(&words)));
}

static void add_notification(const struct sarif *sarif, json_t *list, const char *level, const char *id,
                             const char *words)
{
    json_array_append_new(list, json_build("{s:s, s:{s:s}, s:o}", "level", level, "descriptor", "id", id, "message",
                                           message_of(sarif, words)));
}

static json_t *notifications_of(const struct sarif *sarif)
{
    const struct report *report = sarif->report;
    json_t *list = json_array();
    CLEANUP(text_free) struct text words = {0};

    for (size_t i = 0; i < report->missing_count; i++) {
        text_clear(&words);
        text_append(&words, "not read: ");
        append_words(&words, report->missing[i].line);
        add_notification(sarif, list, "error", "INCOMPLETE", text_string(&words));
    }
    if (sarif->github && sarif->open > REPORT_GITHUB_RESULTS) {
        text_clear(&words);
        text_printf(&words, "%zu findings: the worst %d are in this file, GitHub takes no more", sarif->open,
                    REPORT_GITHUB_RESULTS);
        add_notification(sarif, list, "warning", "LIMIT", text_string(&words));
    }
    return list;
}

/* A part that is missing makes the audit no success: it must not look clean. */
static json_t *invocation_of(const struct sarif *sarif)
{
    const struct report *report = sarif->report;

    return json_build("{s:b, s:s, s:s*, s:i, s:s*, s:s*, s:o}", "executionSuccessful", report->complete, "startTimeUtc",
                      report->started_at, "endTimeUtc", report->ended_at, "exitCode", report->exit_status,
                      "exitCodeDescription", sarif->github ? NULL : report->exit_reason, "commandLine",
                      sarif->github ? NULL : report->command, "toolExecutionNotifications", notifications_of(sarif));
}

static void append_member(struct sarif *sarif, const char *name, json_t *value)
{
    text_printf(&sarif->output->text, ",\n\"%s\":", name);
    json_print(&sarif->output->text, value, JSON_PRINT_COMPACT);
    json_decref(value);
}

static void append_head(struct sarif *sarif)
{
    const struct report *report = sarif->report;
    struct text *out = &sarif->output->text;
    JSON_CLEANUP json_t *tool = tool_of(sarif);

    text_append(out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
                     "\"runs\":[{\"tool\":");
    json_print(out, tool, JSON_PRINT_COMPACT);
    append_member(sarif, "automationDetails", details_of(sarif));
    append_member(sarif, "invocations", json_build("[o]", invocation_of(sarif)));
    if (sarif->github) {
        return;
    }
    if (report->baseline != NULL) {
        CLEANUP(text_free) struct text guid = {0};
        append_audit_guid(report->baseline, &guid);
        append_member(sarif, "baselineGuid", json_build_string(text_string(&guid)));
    }
    append_member(sarif, "originalUriBaseIds",
                  json_build("{s:{s:{s:s}}}", "INVENTORY", "description", "text",
                             "no real folder: a path for each resource that stays the same"));
    append_member(sarif, "columnKind", json_build_string("utf16CodeUnits"));
    append_member(sarif, "properties",
                  json_build("{s:s*, s:s*, s:s*, s:b, s:I}", "policy", report->policy, "policyDigest",
                             report->policy_digest, "asOf", report->as_of, "complete", report->complete, "resources",
                             (json_int_t)report->resource_count));
}

/* --- results ---------------------------------------------------------------------------------------------- */

static const char *or_unknown(const char *word)
{
    return word != NULL && word[0] != '\0' ? word : "unknown";
}

static void append_path_of_resource(const struct report_resource *resource, const char *name, struct text *out)
{
    text_append(out, "inventory/");
    text_percent_encode(out, or_unknown(resource->region), "");
    text_append_char(out, '/');
    text_percent_encode(out, or_unknown(resource->kind), "");
    text_append_char(out, '/');
    text_percent_encode(out, name, "");
    text_append(out, ".json");
}

/* A file that was named from the folder of the audit is relative to it, for GitHub to the repository. */
static void append_path_of_file(const char *file, struct text *out)
{
    while (strncmp(file, "./", 2) == 0) {
        file += 2;
    }
    text_append(out, file[0] == '/' ? "file://" : "");
    text_percent_encode(out, file, "/");
}

static json_t *location_of(const struct sarif *sarif, const struct report_resource *resource,
                           const struct report_finding *finding)
{
    CLEANUP(text_free) struct text uri = {0};
    const char *name = or_unknown(resource->name != NULL ? resource->name : resource->id);
    bool in_file = finding->file != NULL && finding->line > 0;
    json_int_t line = in_file ? (json_int_t)finding->line : 1;

    if (in_file) {
        append_path_of_file(finding->file, &uri);
    } else {
        append_path_of_resource(resource, name, &uri);
    }
    return json_build("{s:{s:{s:s, s:s*}, s:{s:I, s:i, s:I, s:i}}, s:[{s:s, s:s, s:s}]}", "physicalLocation",
                      "artifactLocation", "uri", text_string(&uri), "uriBaseId",
                      sarif->github || in_file ? NULL : "INVENTORY", "region", "startLine", line, "startColumn", 1,
                      "endLine", line, "endColumn", 2, "logicalLocations", "name", name, "fullyQualifiedName",
                      resource->crn != NULL ? resource->crn : text_string(&uri), "kind", "resource");
}

static json_t *fingerprints_of(const struct sarif *sarif, const struct report_finding *finding)
{
    CLEANUP(text_free) struct text hash = {0};
    const char *fingerprint = or_unknown(finding->fingerprint);

    text_printf(&hash, "%.*s:1", HASH_DIGITS, fingerprint);
    return json_build("{s:s, s:s*}", "primaryLocationLineHash", text_string(&hash), "vpcmetaFinding/v1",
                      sarif->github ? NULL : fingerprint);
}

/* On GitHub the message is all that is shown of a result. */
static json_t *result_message(struct sarif *sarif, const struct report_resource *resource,
                              const struct report_finding *finding)
{
    CLEANUP(text_free) struct text words = {0};

    text_clear(&sarif->scratch);
    render_report_message(resource, finding, &sarif->scratch);
    if (sarif->github && finding->fix != NULL && sarif->scratch.size + strlen(finding->fix) + 7 <= GITHUB_TEXT) {
        text_printf(&sarif->scratch, ". Fix: %s", finding->fix);
    }
    append_words(&words, text_string(&sarif->scratch));
    return message_of(sarif, text_string(&words));
}

static json_t *result_of(struct sarif *sarif, const struct report_finding *finding)
{
    struct report_resource resource;
    bool fails = finding->result != REPORT_CANNOT_TELL;

    render_report_resource_of(sarif->report, finding, &resource);
    json_t *result =
        json_build("{s:s, s:I, s:s*, s:s*, s:o, s:[o], s:o}", "ruleId", sarif->report->checks[finding->check].id,
                   "ruleIndex", (json_int_t)finding->check, "kind",
                   sarif->github ? NULL
                   : fails       ? "fail"
                                 : "review",
                   "level", fails ? levels[render_report_severity(finding->severity)] : NULL, "message",
                   result_message(sarif, &resource, finding), "locations", location_of(sarif, &resource, finding),
                   "partialFingerprints", fingerprints_of(sarif, finding));
    if (!sarif->github) {
        json_object_set_new(result, "properties",
                            json_build("{s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*}", "severity", finding->severity,
                                       "kind", resource.kind, "region", resource.region, "id", resource.id, "name",
                                       resource.name, "policyRule", resource.policy_rule, "fix", finding->fix));
    }
    return result;
}

/* What only the whole flavour has: the exception and the baseline, which all results have or none. */
static void add_context(struct sarif *sarif, const struct report_finding *finding, json_t *result)
{
    static const char *const states[] = {[REPORT_NO_BASELINE] = "new",
                                         [REPORT_NEW] = "new",
                                         [REPORT_UNCHANGED] = "unchanged",
                                         [REPORT_FIXED] = "absent"};
    CLEANUP(text_free) struct text reason = {0};

    if (sarif->report->baseline != NULL) {
        json_object_set_new(result, "baselineState", json_build_string(states[finding->baseline]));
    }
    if (finding->result == REPORT_EXCEPTED) {
        render_report_exception(finding, &reason);
        json_object_set_new(result, "suppressions",
                            json_build("[{s:s, s:s, s:s}]", "kind", "external", "status", "accepted", "justification",
                                       text_string(&reason)));
    }
}

static bool is_open(const struct report_finding *finding)
{
    return finding->result == REPORT_FAIL && finding->baseline != REPORT_FIXED;
}

static bool append_results(struct sarif *sarif, struct err *e)
{
    const struct report *report = sarif->report;
    struct text *out = &sarif->output->text;
    size_t written = 0;

    text_append(out, ",\n\"results\":[");
    for (size_t i = 0; i < report->finding_count && (!sarif->github || written < REPORT_GITHUB_RESULTS); i++) {
        struct report_finding finding = {.resource = SIZE_MAX};
        report->finding(report->context, i, &finding);
        if (sarif->github && !is_open(&finding)) {
            continue;
        }
        JSON_CLEANUP json_t *result = result_of(sarif, &finding);
        if (!sarif->github) {
            add_context(sarif, &finding, result);
        }
        text_append(out, written++ > 0 ? ",\n" : "\n");
        json_print(out, result, JSON_PRINT_COMPACT);
        if (!render_report_flush(sarif->output, false, e)) {
            return false;
        }
    }
    text_append(out, "\n]}]}\n");
    return true;
}

/* The severities of the checks as GitHub shows them, and how many findings fail. */
static void look_through(struct sarif *sarif)
{
    const struct report *report = sarif->report;
    CLEANUP(text_free_pointer) bool *found = mem_array(report->check_count, sizeof(*found));

    for (size_t i = 0; i < report->check_count; i++) {
        sarif->severities[i] = render_report_severity(report->checks[i].severity);
    }
    for (size_t i = 0; i < report->finding_count; i++) {
        struct report_finding finding = {.resource = SIZE_MAX};
        report->finding(report->context, i, &finding);
        unsigned severity = render_report_severity(finding.severity);
        if (is_open(&finding)) {
            unsigned *worst = &sarif->severities[finding.check];
            *worst = found[finding.check] && *worst > severity ? *worst : severity;
            found[finding.check] = true;
            sarif->open++;
        }
    }
}

static void warn_of_limits(const struct sarif *sarif)
{
    if (sarif->open > REPORT_GITHUB_RESULTS) {
        render_report_warn(sarif->output,
                           "%zu findings, of which GitHub takes %d: the file has the worst; "
                           "choose fewer with --rule or a selector to have all of them",
                           sarif->open, REPORT_GITHUB_RESULTS);
    }
    if ((sarif->output->written + sarif->output->text.size) / 1000000 >= GITHUB_RAW_MB) {
        render_report_warn(sarif->output,
                           "the file has %zu MB, of which GitHub takes %d MB after gzip; "
                           "choose fewer findings with --rule or a selector",
                           (sarif->output->written + sarif->output->text.size) / 1000000, GITHUB_SIZE_MB);
    }
}

bool render_sarif(const struct report *report, bool github, struct report_output *output, struct err *e)
{
    CLEANUP(text_free_pointer) unsigned *severities = mem_array(report->check_count, sizeof(*severities));
    struct sarif sarif = {.report = report, .output = output, .github = github, .severities = severities};

    look_through(&sarif);
    append_head(&sarif);
    bool good = append_results(&sarif, e);
    if (good && github) {
        warn_of_limits(&sarif);
    }
    text_free(&sarif.scratch);
    return good;
}
