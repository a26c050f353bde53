/*
 * JUnit XML as GitLab, Jenkins and others read it (facts-next.md 4.2): a suite for each kind and region, a case for
 * each finding, whose text stands in an attribute and in the element, because each reader shows only one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "render/render_report_formats.h"

enum { GITLAB_MB = 30 }; /* of one file that GitLab still reads */

struct suite {
    const char *name;                        /* "instance us-south"; of the map that has it */
    size_t tests, failures, errors, skipped; /* errors: parts that could not be read */
};

struct junit {
    const struct report *report;
    struct report_output *output;
    struct mem_map suites;            /* struct suite by its name, in the order of the file */
    struct suite **suite_of_resource; /* borrowed from the map */
    struct suite **suite_of_finding;  /* NULL: no case */
    struct suite **suite_of_missing;
    struct mem_set cases; /* "CLASSNAME\nNAME": GitLab drops the second of two */
};

/* --- XML --------------------------------------------------------------------------------------------------- */

static bool is_xml(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0xfffe) || code > 0xffff;
}

/*
 * Appends a text as XML 1.0. What XML cannot have stands as \xNN, and what steers a terminal as a reference to the
 * character, which means the same to a reader. `lines`: line ends stay; an attribute would lose them.
 */
static void append_xml(struct text *out, const char *string, bool lines)
{
    size_t size = strlen(string);

    for (size_t i = 0; i < size;) {
        struct text_character c = text_decode(string + i, size - i);
        if (c.broken || c.code == 0xfffe || c.code == 0xffff) {
            text_append(out, "\xef\xbf\xbd");
        } else if (!is_xml(c.code)) {
            text_printf(out, "\\x%02x", (unsigned)c.code);
        } else if (strchr("&<>\"'", (int)c.code) != NULL && c.code < 0x80) {
            text_printf(out, "&#%u;", (unsigned)c.code);
        } else if (text_steers_terminal(c.code) && !(lines && c.code == '\n')) {
            text_printf(out, "&#x%x;", (unsigned)c.code);
        } else {
            text_append_size(out, string + i, c.size);
        }
        i += c.size;
    }
}

static void append_attribute(struct text *out, const char *name, const char *value)
{
    text_printf(out, " %s=\"", name);
    append_xml(out, value, false);
    text_append_char(out, '"');
}

/* --- the suites -------------------------------------------------------------------------------------------- */

static struct suite *suite_of(struct junit *junit, const char *kind, const char *region)
{
    CLEANUP(text_free) struct text name = {0};

    text_printf(&name, "%s%s%s", kind != NULL ? kind : "resource", region != NULL ? " " : "",
                region != NULL ? region : "");
    struct suite *suite = mem_map_get(&junit->suites, text_string(&name));
    if (suite == NULL) {
        suite = mem_alloc(sizeof(*suite));
        mem_map_put(&junit->suites, text_string(&name), suite);
    }
    return suite;
}

static void count_passes(struct junit *junit, size_t resource)
{
    const struct report *report = junit->report;

    for (size_t check = 0; check < report->check_count; check++) {
        junit->suite_of_resource[resource]->tests += report->result(report->context, resource, check) == REPORT_PASS;
    }
}

static void count_finding(struct junit *junit, size_t index)
{
    struct report_finding finding = {.resource = SIZE_MAX};

    junit->report->finding(junit->report->context, index, &finding);
    if (finding.baseline == REPORT_FIXED) {
        return;
    }
    struct suite *suite = finding.resource == SIZE_MAX ? suite_of(junit, finding.gone.kind, finding.gone.region)
                                                       : junit->suite_of_resource[finding.resource];
    junit->suite_of_finding[index] = suite;
    suite->tests++;
    suite->failures += finding.result == REPORT_FAIL;
    suite->skipped += finding.result != REPORT_FAIL;
}

static bool has_passes(const struct report *report)
{
    return report->junit_passes && report->result != NULL;
}

static void make_suites(struct junit *junit)
{
    const struct report *report = junit->report;

    for (size_t i = 0; i < report->resource_count; i++) {
        struct report_resource resource = {0};
        report->resource(report->context, i, &resource);
        junit->suite_of_resource[i] = suite_of(junit, resource.kind, resource.region);
        if (has_passes(report)) {
            count_passes(junit, i);
        }
    }
    for (size_t i = 0; i < report->finding_count; i++) {
        count_finding(junit, i);
    }
    for (size_t i = 0; i < report->missing_count; i++) {
        junit->suite_of_missing[i] = suite_of(junit, report->missing[i].kind, report->missing[i].region);
        junit->suite_of_missing[i]->tests++;
        junit->suite_of_missing[i]->errors++;
    }
    for (const struct mem_map_entry *entry = mem_map_first(&junit->suites); entry != NULL;
         entry = mem_map_next(entry)) {
        ((struct suite *)entry->value)->name = entry->key;
    }
}

/* --- cases ------------------------------------------------------------------------------------------------- */

/* Begins a case whose name nothing else of its class has. */
static void begin_case(struct junit *junit, const char *class, const char *name)
{
    struct text *out = &junit->output->text;
    CLEANUP(text_free) struct text unique = {0};

    text_printf(&unique, "%s\n%s", class, name);
    size_t size = unique.size;
    for (unsigned copy = 2; !mem_set_add_n(&junit->cases, unique.data, unique.size); copy++) {
        unique.size = size;
        text_printf(&unique, " #%u", copy);
    }
    text_append(out, "<testcase");
    append_attribute(out, "classname", class);
    append_attribute(out, "name", text_string(&unique) + strlen(class) + 1);
    text_append(out, " time=\"0\"");
}

static void end_case(struct junit *junit, const char *element, const char *type, const char *message, const char *lines)
{
    struct text *out = &junit->output->text;

    text_printf(out, "><%s", element);
    append_attribute(out, "type", type);
    append_attribute(out, "message", message);
    text_append_char(out, '>');
    append_xml(out, lines, true);
    text_printf(out, "</%s></testcase>\n", element);
}

static void append_case_name(const struct report_resource *resource, struct text *out)
{
    text_append(out, resource->name != NULL ? resource->name : "without a name");
    if (resource->id != NULL) {
        text_printf(out, " (%s)", resource->id);
    }
}

static void append_line(struct text *out, const char *title, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        text_printf(out, "\n%s: %s", title, value);
    }
}

static void append_finding(struct junit *junit, size_t index)
{
    const struct report *report = junit->report;
    struct report_finding finding = {.resource = SIZE_MAX};
    struct report_resource resource;
    CLEANUP(text_free) struct text name = {0};
    CLEANUP(text_free) struct text message = {0};
    CLEANUP(text_free) struct text lines = {0};

    report->finding(report->context, index, &finding);
    render_report_resource_of(report, &finding, &resource);
    append_case_name(&resource, &name);
    begin_case(junit, report->checks[finding.check].id, text_string(&name));
    text_append(&message, finding.result == REPORT_CANNOT_TELL ? "not judged: " : "");
    if (finding.result == REPORT_EXCEPTED) {
        text_append(&message, "excepted: ");
        render_report_exception(&finding, &message);
        text_printf(&lines, "%s\n", text_string(&message));
    } else {
        render_report_message(&resource, &finding, &message);
    }
    render_report_message(&resource, &finding, &lines);
    append_line(&lines, "severity", finding.severity);
    append_line(&lines, "policy rule", resource.policy_rule);
    append_line(&lines, "fix", finding.fix);
    append_line(&lines, "crn", resource.crn);
    end_case(junit, finding.result == REPORT_FAIL ? "failure" : "skipped",
             finding.result == REPORT_FAIL ? finding.severity : report_result_names[finding.result],
             text_string(&message), text_string(&lines));
}

static bool append_passes(struct junit *junit, const struct suite *suite, struct err *e)
{
    const struct report *report = junit->report;
    CLEANUP(text_free) struct text name = {0};

    for (size_t i = 0; i < report->resource_count; i++) {
        struct report_resource resource = {0};
        if (junit->suite_of_resource[i] != suite) {
            continue;
        }
        report->resource(report->context, i, &resource);
        text_clear(&name);
        append_case_name(&resource, &name);
        for (size_t check = 0; check < report->check_count; check++) {
            if (report->result(report->context, i, check) == REPORT_PASS) {
                begin_case(junit, report->checks[check].id, text_string(&name));
                text_append(&junit->output->text, "/>\n");
            }
        }
        if (!render_report_flush(junit->output, false, e)) {
            return false;
        }
    }
    return true;
}

/* --- the file ---------------------------------------------------------------------------------------------- */

static void append_property(struct text *out, const char *name, const char *value)
{
    if (value != NULL) {
        text_append(out, "<property");
        append_attribute(out, "name", name);
        append_attribute(out, "value", value);
        text_append(out, "/>\n");
    }
}

/* The time without a zone, which the schema of Ant does not have. */
static void begin_suite(struct junit *junit, const struct suite *suite)
{
    const struct report *report = junit->report;
    struct text *out = &junit->output->text;
    CLEANUP(text_free) struct text time = {0};

    text_append_size(&time, report->started_at, strcspn(report->started_at, "Z.+"));
    text_append(out, "<testsuite");
    append_attribute(out, "name", suite->name);
    text_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\"", suite->tests,
                suite->failures, suite->errors, suite->skipped);
    append_attribute(out, "timestamp", text_string(&time));
    text_append(out, " hostname=\"vpcmeta\">\n<properties>\n");
    append_property(out, "policy", report->policy);
    append_property(out, "policy_digest", report->policy_digest);
    append_property(out, "as_of", report->as_of);
    append_property(out, "complete", report->complete ? "true" : "false");
    text_append(out, "</properties>\n");
}

/* A part that could not be read is an error: without it the audit would look clean. */
static void append_missing(struct junit *junit, const struct report_part *part)
{
    CLEANUP(text_free) struct text line = {0};

    text_printf(&line, "not read: %s", part->line);
    begin_case(junit, "incomplete", part->name);
    end_case(junit, "error", "incomplete", text_string(&line), text_string(&line));
}

static bool append_suite(struct junit *junit, const struct suite *suite, struct err *e)
{
    if (suite->tests == 0) {
        return true;
    }
    begin_suite(junit, suite);
    for (size_t i = 0; i < junit->report->missing_count; i++) {
        if (junit->suite_of_missing[i] == suite) {
            append_missing(junit, &junit->report->missing[i]);
        }
    }
    for (size_t i = 0; i < junit->report->finding_count; i++) {
        if (junit->suite_of_finding[i] == suite) {
            append_finding(junit, i);
            if (!render_report_flush(junit->output, false, e)) {
                return false;
            }
        }
    }
    if (has_passes(junit->report) && !append_passes(junit, suite, e)) {
        return false;
    }
    text_append(&junit->output->text, "</testsuite>\n");
    return true;
}

static void append_head(struct junit *junit)
{
    struct text *out = &junit->output->text;
    const struct report *report = junit->report;
    struct suite sum = {0};
    int64_t seconds = report->ended_at != NULL ? clock_stamp_read(report->ended_at) : -1;

    for (const struct mem_map_entry *entry = mem_map_first(&junit->suites); entry != NULL;
         entry = mem_map_next(entry)) {
        const struct suite *suite = entry->value;
        sum.tests += suite->tests;
        sum.failures += suite->failures;
        sum.errors += suite->errors;
    }
    seconds = seconds < 0 ? 0 : seconds - clock_stamp_read(report->started_at);
    text_printf(out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"vpcmeta audit\" tests=\"%zu\" "
                "failures=\"%zu\" errors=\"%zu\" time=\"%lld\">\n",
                sum.tests, sum.failures, sum.errors, (long long)(seconds < 0 ? 0 : seconds));
}

static void junit_free(struct junit *junit)
{
    for (const struct mem_map_entry *entry = mem_map_first(&junit->suites); entry != NULL;
         entry = mem_map_next(entry)) {
        free(entry->value);
    }
    mem_map_free(&junit->suites);
    mem_set_free(&junit->cases);
    free(junit->suite_of_resource);
    free(junit->suite_of_finding);
    free(junit->suite_of_missing);
}

bool render_junit(const struct report *report, struct report_output *output, struct err *e)
{
    CLEANUP(junit_free) struct junit junit = {.report = report, .output = output};
    bool good = true;

    junit.suite_of_resource = mem_array(report->resource_count, sizeof(*junit.suite_of_resource));
    junit.suite_of_finding = mem_array(report->finding_count, sizeof(*junit.suite_of_finding));
    junit.suite_of_missing = mem_array(report->missing_count, sizeof(*junit.suite_of_missing));
    make_suites(&junit);
    append_head(&junit);
    for (const struct mem_map_entry *entry = mem_map_first(&junit.suites); entry != NULL && good;
         entry = mem_map_next(entry)) {
        good = append_suite(&junit, entry->value, e);
    }
    text_append(&output->text, "</testsuites>\n");
    size_t size = output->written + output->text.size;
    if (good && size / 1000000 >= GITLAB_MB) {
        render_report_warn(
            output, "the file has %zu MB, of which GitLab reads less than %d; %s", size / 1000000, GITLAB_MB,
            has_passes(report) ? "leave out --junit-passes, or audit a part" : "audit a part with a selector");
    }
    return good;
}
