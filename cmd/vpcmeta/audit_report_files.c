/* The files of `vpcmeta audit --report`: what the audit is to them, and the JSON that they share with -o json. */
#include "audit_report_files.h"

#include <string.h>

#include "audit/audit_as_report.h"
#include "mem/mem.h"

struct json_source {
    const struct app *app;
    const struct audit *audit;
    const json_t *head;
};

/* What -o json prints, without --fields, --sort and --limit. */
static bool write_json(const void *context, FILE *out, struct err *e)
{
    const struct json_source *source = context;
    TABLE_CLEANUP struct table *findings = audit_findings_table(source->audit, true, 0);

    return render_table(findings, &(struct render_envelope){.head = source->head, .items = "findings"},
                        &(struct render_options){.format = RENDER_JSON, .secrets = source->app->secrets}, out, e);
}

/* What the audit that --since names had and this one has not. To be freed. */
static struct audit_gone *list_gone(const struct audit_since *since)
{
    struct audit_gone *gone = mem_array(since->fixed_count, sizeof(*gone));

    for (size_t i = 0; i < since->fixed_count; i++) {
        const struct history_finding *finding = since->fixed[i].finding;
        gone[i] = (struct audit_gone){.check = finding->rule,
                                      .severity = finding->severity,
                                      .kind = finding->kind,
                                      .region = finding->region,
                                      .id = finding->id,
                                      .name = finding->name,
                                      .crn = finding->crn,
                                      .fingerprint = finding->fingerprint,
                                      .deleted = since->fixed[i].absence == AUDIT_DELETED};
    }
    return gone;
}

/* Appends the command line as it was typed; secrets are taken out where it is written. */
static void append_command(const struct app *app, struct text *out)
{
    text_append(out, app->program->name);
    for (size_t i = 0; i < app->words_count; i++) {
        text_append_char(out, ' ');
        cli_quote(out, app->words[i]);
    }
}

/* Who made it, when and where, and what it is compared with; `regions` has room for those of the audit. */
static void describe(const struct app *app, const struct audit_report *report, const char **regions, struct report *ret)
{
    const struct audit_past *past = report->past;
    const char *account = audit_scope_account(&past->scope);

    /* the audit names the regions of its resources where the endpoint does not */
    for (size_t i = 0; i < report->audit->region_count; i++) {
        regions[i] = report->audit->regions[i].name;
    }
    ret->regions = regions;
    ret->region_count = report->audit->region_count;
    ret->selection = strcmp(past->scope.selection, "[]") != 0 ? past->scope.selection : NULL;
    ret->version = VPCMETA_VERSION;
    ret->secrets = app->secrets;
    ret->account = account[0] != '\0' ? account : NULL;
    ret->endpoint = report->endpoint;
    ret->started_at = past->started_at;
    ret->ended_at = past->ended_at;
    ret->as_of = past->as_of;
    ret->policy = past->policy;
    ret->policy_digest = past->policy_digest.size > 0 ? text_string(&past->policy_digest) : NULL;
    ret->audit = past->id[0] != '\0' ? past->id : NULL;
    ret->baseline = past->since.base != NULL ? past->since.base->id : NULL;
    ret->trend = past->points.items;
    ret->trend_count = past->points.count;
    ret->junit_passes = report->files->junit_passes;
}

bool audit_report_files(struct app *app, const struct audit_report *report, const struct audit_report_words *words,
                        const json_t *head, struct err *e)
{
    CLEANUP(audit_as_report_free) struct audit_as_report as = {0};
    CLEANUP(text_free_pointer) struct audit_gone *gone = list_gone(&report->past->since);
    CLEANUP(text_free) struct text command = {0};
    CLEANUP(text_free_pointer) const char **regions = mem_array(report->audit->region_count + 1, sizeof(*regions));

    audit_as_report(report->audit, report->missing, gone, report->past->since.fixed_count, &as);
    describe(app, report, regions, &as.report);
    append_command(app, &command);
    as.report.command = text_string(&command);
    as.report.exit_status = report->status;
    as.report.exit_reason = words->reason;
    as.report.fixes = words->fixes;
    as.report.apply = words->apply;
    return audit_files_write(
        app, report->files, &as.report,
        &(struct audit_files_json){.write = write_json, .context = &(struct json_source){app, report->audit, head}}, e);
}
