/* OCSF: an array of Compliance Findings (class 2003), a line each (facts-next.md 4.3). */
#include "clock/clock.h"
#include "render/render_report_formats.h"
#include "json/json.h"

/* What SIEMs count with; the words beside the numbers are those of the schema. */
enum { CATEGORY_FINDINGS = 2, CLASS_COMPLIANCE = 2003 };
enum { CREATE = 1, UPDATE, CLOSE };
enum { NEW = 1, SUPPRESSED = 3, RESOLVED };
enum { PASS = 1, WARNING, FAIL };
#define OCSF_VERSION "1.5.0"

static const char *const activities[] = {[CREATE] = "Create", [UPDATE] = "Update", [CLOSE] = "Close"};
static const char *const statuses[] = {[NEW] = "New", [SUPPRESSED] = "Suppressed", [RESOLVED] = "Resolved"};
static const char *const verdicts[] = {[PASS] = "Pass", [WARNING] = "Warning", [FAIL] = "Fail"};
static const char *const severities[REPORT_SEVERITIES] = {"Informational", "Low", "Medium", "High", "Critical"};

struct event {
    const struct report *report;
    const char *uid;     /* stable */
    const char *control; /* id of the check */
    const char *title;
    const char *message;
    const char *region;
    unsigned severity; /* render_report_severity */
    int activity, status, verdict;
};

static json_t *metadata_of(const struct event *event)
{
    return json_build("{s:s, s:[s], s:{s:s, s:s, s:s}, s:s, s:s}", "version", OCSF_VERSION, "profiles", "cloud",
                      "product", "name", "vpcmeta", "vendor_name", "vpcmeta", "version", event->report->version,
                      "event_code", event->control, "uid", event->uid);
}

static json_t *compliance_of(const struct event *event)
{
    CLEANUP(text_free) struct text standard = {0};

    text_printf(&standard, "vpcmeta %s", event->report->policy != NULL ? event->report->policy : "baseline");
    return json_build("{s:s, s:[s], s:i, s:s, s:[s]}", "control", event->control, "standards", text_string(&standard),
                      "status_id", event->verdict, "status", verdicts[event->verdict], "status_details",
                      event->message);
}

static json_t *cloud_of(const struct event *event)
{
    json_t *cloud = json_build("{s:s, s:s*}", "provider", "IBM Cloud", "region", event->region);

    if (event->report->account != NULL) {
        json_object_set_new(cloud, "account", json_build("{s:s}", "uid", event->report->account));
    }
    return cloud;
}

/* All members that the class requires, and those that every event of ours has. */
static json_t *event_of(const struct event *event)
{
    CLEANUP(text_free) struct text type = {0};
    int64_t time = clock_stamp_read(event->report->started_at) * 1000;
    json_t *finding = json_build("{s:s, s:s, s:s, s:[s], s:I}", "uid", event->uid, "title", event->title, "desc",
                                 event->message, "types", "Compliance", "last_seen_time", (json_int_t)time);

    text_printf(&type, "Compliance Finding: %s", activities[event->activity]);
    return json_build("{s:i, s:s, s:i, s:s, s:i, s:s, s:i, s:s, s:I, s:i, s:s, s:i, s:s, s:s, s:o, s:o, s:o, s:o}",
                      "activity_id", event->activity, "activity_name", activities[event->activity], "category_uid",
                      CATEGORY_FINDINGS, "category_name", "Findings", "class_uid", CLASS_COMPLIANCE, "class_name",
                      "Compliance Finding", "type_uid", CLASS_COMPLIANCE * 100 + event->activity, "type_name",
                      text_string(&type), "time", (json_int_t)time, "severity_id", (int)event->severity + 1, "severity",
                      severities[event->severity], "status_id", event->status, "status", statuses[event->status],
                      "message", event->message, "metadata", metadata_of(event), "finding_info", finding, "compliance",
                      compliance_of(event), "cloud", cloud_of(event));
}

static json_t *settings_of(const struct report_resource *resource)
{
    json_t *settings = json_object();

    if (resource->enabled >= 0) {
        json_object_set_new(settings, "enabled", json_boolean(resource->enabled));
    }
    if (resource->protocol != NULL) {
        json_object_set_new(settings, "protocol", json_build_string(resource->protocol));
    }
    if (resource->hop_limit > 0) {
        json_object_set_new(settings, "response_hop_limit", json_integer(resource->hop_limit));
    }
    return settings;
}

static json_t *resource_of(const struct report_resource *resource)
{
    JSON_CLEANUP json_t *settings = settings_of(resource);
    json_t *whole =
        json_build("{s:s*, s:s*, s:s*, s:s*, s:s*}", "uid", resource->crn != NULL ? resource->crn : resource->id,
                   "name", resource->name, "type", resource->kind, "region", resource->region, "zone", resource->zone);

    if (json_object_size(settings) > 0) {
        json_object_set_new(
            whole, "data",
            json_build("{s:O, s:s*}", "metadata_service", settings, "default_trusted_profile", resource->profile));
    }
    return whole;
}

/* What the class has no member for: the rule of the policy, the exception. */
static json_t *unmapped_of(const struct report_resource *resource, const struct report_finding *finding)
{
    json_t *unmapped = json_build("{s:s, s:s*, s:s*}", "result", report_result_names[finding->result], "policy_rule",
                                  resource->policy_rule, "id", resource->id);

    if (finding->result == REPORT_EXCEPTED || finding->exception_expired) {
        json_object_set_new(unmapped, "exception",
                            json_build("{s:s*, s:s*, s:s*, s:s*, s:b}", "reason", finding->exception_reason, "owner",
                                       finding->exception_owner, "expires", finding->exception_expires, "ticket",
                                       finding->exception_ticket, "expired", finding->exception_expired));
    }
    return unmapped;
}

/* How a finding stands: new or seen before, accepted, fixed. */
static void judge(const struct report_finding *finding, struct event *event)
{
    bool fixed = finding->baseline == REPORT_FIXED;

    event->activity = fixed ? CLOSE : finding->baseline == REPORT_UNCHANGED ? UPDATE : CREATE;
    event->status = fixed ? RESOLVED : finding->result == REPORT_EXCEPTED ? SUPPRESSED : NEW;
    event->verdict = fixed ? PASS : finding->result == REPORT_CANNOT_TELL ? WARNING : FAIL;
}

static void append_event(struct report_output *output, const json_t *event)
{
    text_append(&output->text, output->written + output->text.size > 1 ? ",\n" : "\n");
    json_print(&output->text, event, JSON_PRINT_COMPACT);
}

static void append_finding(const struct report *report, size_t index, struct report_output *output)
{
    struct report_finding finding = {.resource = SIZE_MAX};
    struct report_resource resource;
    CLEANUP(text_free) struct text message = {0};

    report->finding(report->context, index, &finding);
    render_report_resource_of(report, &finding, &resource);
    render_report_message(&resource, &finding, &message);
    const struct report_check *check = &report->checks[finding.check];
    struct event event = {.report = report,
                          .uid = finding.fingerprint != NULL ? finding.fingerprint : "",
                          .control = check->id,
                          .title = check->title,
                          .message = text_string(&message),
                          .region = resource.region,
                          .severity = render_report_severity(finding.severity)};
    judge(&finding, &event);
    JSON_CLEANUP json_t *whole = event_of(&event);
    if (finding.fix != NULL && finding.fix[0] != '\0') {
        json_object_set_new(whole, "remediation", json_build("{s:s}", "desc", finding.fix));
    }
    json_object_set_new(whole, "resources", json_build("[o]", resource_of(&resource)));
    json_object_set_new(whole, "unmapped", unmapped_of(&resource, &finding));
    append_event(output, whole);
}

/* An array has no head to say that the audit is incomplete: each part that is missing is an event of its own. */
static void append_missing(const struct report *report, size_t index, struct report_output *output)
{
    CLEANUP(text_free) struct text message = {0};
    CLEANUP(text_free) struct text uid = {0};

    text_printf(&message, "not read: %s", report->missing[index].name);
    text_append_sha256(&uid, text_string(&message), message.size);
    text_clear(&message);
    text_printf(&message, "not read: %s", report->missing[index].line);
    struct event event = {.report = report,
                          .uid = text_string(&uid),
                          .control = "incomplete",
                          .title = "the audit is incomplete",
                          .message = text_string(&message),
                          .activity = CREATE,
                          .status = NEW,
                          .verdict = WARNING};
    JSON_CLEANUP json_t *whole = event_of(&event);
    append_event(output, whole);
}

bool render_ocsf(const struct report *report, struct report_output *output, struct err *e)
{
    text_append_char(&output->text, '[');
    for (size_t i = 0; i < report->missing_count; i++) {
        append_missing(report, i, output);
    }
    for (size_t i = 0; i < report->finding_count; i++) {
        append_finding(report, i, output);
        if (!render_report_flush(output, false, e)) {
            return false;
        }
    }
    text_append(&output->text, "\n]\n");
    return true;
}
