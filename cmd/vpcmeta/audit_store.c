/* Writes an audit to the history: its scope, its counts and its findings. */
#include "audit_store.h"

#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "mem/mem.h"

static void list_lines(const struct text *lines, struct text *out)
{
    JSON_CLEANUP json_t *list = json_array();
    size_t size;

    for (const char *line = text_string(lines); *line != '\0'; line += size + (line[size] == '\n')) {
        size = strcspn(line, "\n");
        if (size > 0) {
            json_array_append_new(list, json_build_string_n(line, size));
        }
    }
    json_print(out, list, JSON_PRINT_COMPACT);
}

static struct history_finding finding_of(const struct audit_finding *finding)
{
    const struct resource *resource = finding->resource;
    struct history_finding record = {.rule = audit_check_ids[finding->check],
                                     .kind = resource->kind->name,
                                     .region = resource->region,
                                     .id = resource->id,
                                     .name = resource->name,
                                     .crn = resource->crn,
                                     .severity = policy_severity_names[finding->severity],
                                     .result = audit_result_names[finding->result]};

    audit_scope_fingerprint(finding, record.fingerprint);
    return record;
}

static void print_counts(const struct audit *audit, struct text *out)
{
    JSON_CLEANUP json_t *summary = audit_summary(audit);
    JSON_CLEANUP json_t *counts = audit_trend_counts_json(summary);

    json_print(out, counts, JSON_PRINT_COMPACT);
}

static bool add(const struct history_audit *record, const struct audit *audit, struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    if (!app_need_history_path(&path, e)) {
        return false;
    }
    HISTORY_CLEANUP struct history *history = history_open(text_string(&path), clock_system(), e);
    if (history == NULL) {
        return false;
    }
    struct history_finding *findings = mem_array(audit->count, sizeof(*findings));
    for (size_t i = 0; i < audit->count; i++) {
        findings[i] = finding_of(&audit->findings[i]);
    }
    bool added = history_add_audit(history, record, findings, audit->count, e);
    free(findings);
    return added;
}

void audit_store(const struct app *app, struct audit_past *past, const struct audit *audit, const struct text *missing,
                 int exit_status)
{
    CLEANUP(text_free) struct text lines = {0};
    CLEANUP(text_free) struct text counts = {0};
    CLEANUP(text_free) struct text actor = {0};
    JSON_CLEANUP json_t *who = identity_of_run(app);
    struct err error = ERR_INIT;

    list_lines(missing, &lines);
    print_counts(audit, &counts);
    json_print(&actor, who, JSON_PRINT_COMPACT);
    app_busy_begin(app, "storing the audit");
    bool stored = history_make_id(clock_system(), past->id, &error) &&
                  add(&(struct history_audit){.id = past->id,
                                              .started_at = past->started_at,
                                              .ended_at = past->ended_at,
                                              .scope = past->scope,
                                              .policy = past->policy,
                                              .policy_digest = text_string(&past->policy_digest),
                                              .as_of = past->as_of,
                                              .complete = missing->size == 0,
                                              .missing = text_string(&lines),
                                              .exit_status = exit_status,
                                              .counts = text_string(&counts),
                                              .new_findings = past->new_findings,
                                              .fixed_findings = past->fixed_findings,
                                              .version = app->program->version,
                                              .actor = text_string(&actor)},
                      audit, &error);
    app_busy_end(app);
    if (!stored) {
        past->id[0] = '\0';
        app_warn(app, "this audit is not stored: %s. --no-store leaves this warning out", error.message);
    } else {
        app_detail(app, "stored as audit %s", past->id);
    }
}
