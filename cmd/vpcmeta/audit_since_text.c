/* What the comparison with an earlier audit says, to programs and to people. */
#include "audit_since.h"

#include <string.h>

#include "clock/clock.h"
#include "when.h"

json_t *audit_since_summary(const struct audit_since *since)
{
    const struct history_audit *base = since->base;

    return json_build("{s:s?, s:s?, s:s?, s:I, s:I, s:I, s:I}", "audit", base != NULL ? base->id : NULL, "started_at",
                      base != NULL ? base->started_at : NULL, "policy", base != NULL ? base->policy : NULL, "new",
                      (json_int_t)since->new_findings, "unchanged", (json_int_t)since->unchanged, "fixed",
                      (json_int_t)since->fixed_count, "unknown", (json_int_t)since->unknown);
}

json_t *audit_since_fixed(const struct audit_since *since)
{
    json_t *list = json_array();

    for (size_t i = 0; i < since->fixed_count; i++) {
        const struct history_finding *finding = since->fixed[i].finding;
        CLEANUP(text_free) struct text fingerprint = {0};
        text_append_hex(&fingerprint, finding->fingerprint, HISTORY_FINGERPRINT_SIZE);
        json_array_append_new(list,
                              json_build("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s, s:s, s:s}", "rule",
                                         finding->rule, "severity", finding->severity, "kind", finding->kind, "region",
                                         finding->region, "id", finding->id, "name", finding->name, "crn", finding->crn,
                                         "fingerprint", text_string(&fingerprint), "baseline", "fixed", "reason",
                                         audit_absence_names[since->fixed[i].absence]));
    }
    return list;
}

static void append_count(struct text *out, size_t count, const char *what)
{
    text_printf(out, "%s%zu %s", out->size > 0 ? ", " : "", count, what);
}

enum { SHOWN_MAX = 10 };

static void append_new(const struct audit_since *since, const struct audit *audit, struct text *out)
{
    size_t shown = 0;

    for (size_t i = 0; i < audit->count && shown < SHOWN_MAX; i++) {
        if (since->marks[i] == AUDIT_NEW && audit->findings[i].result == AUDIT_FAIL) {
            text_printf(out, "%s  %s ", shown++ == 0 ? "New since then:\n" : "",
                        audit_check_ids[audit->findings[i].check]);
            resource_append_name(out, audit->findings[i].resource, true);
            text_append_char(out, '\n');
        }
    }
    if (since->new_findings > SHOWN_MAX) {
        text_printf(out, "  ... and %zu more (-o json has all of them)\n", since->new_findings - SHOWN_MAX);
    }
}

static void append_fixed(const struct audit_since *since, struct text *out)
{
    for (size_t i = 0; i < since->fixed_count && i < SHOWN_MAX; i++) {
        const struct history_finding *finding = since->fixed[i].finding;
        const char *name = finding->name != NULL ? finding->name : text_or_empty(finding->id);
        text_printf(out, "%s  %s ", i == 0 ? "Fixed since then:\n" : "", finding->rule);
        text_append_safe(out, name, strlen(name));
        if (finding->region != NULL && finding->region[0] != '\0') {
            text_append(out, " (");
            text_append_safe(out, finding->region, strlen(finding->region));
            text_append_char(out, ')');
        }
        text_append(out, since->fixed[i].absence == AUDIT_DELETED ? ", deleted\n" : "\n");
    }
    if (since->fixed_count > SHOWN_MAX) {
        text_printf(out, "  ... and %zu more (-o json has all of them)\n", since->fixed_count - SHOWN_MAX);
    }
}

void audit_since_describe(const struct audit_since *since, const struct audit *audit, struct text *out)
{
    CLEANUP(text_free) struct text counts = {0};

    append_count(&counts, since->new_findings, "new");
    append_count(&counts, since->unchanged, "unchanged");
    append_count(&counts, since->fixed_count, "fixed");
    if (since->unknown > 0) {
        append_count(&counts, since->unknown, "unknown (not read, selected or judged this time)");
    }
    if (since->base == NULL) {
        text_append(out, "Nothing to compare with: ");
    } else {
        text_printf(out, "Since audit %s, ", since->base->id);
        when_append_moment(out, clock_stamp_read(since->base->started_at), false);
        text_append(out, ": ");
    }
    text_printf(out, "%s\n", text_string(&counts));
    if (since->base != NULL) { /* else everything is new */
        append_new(since, audit, out);
        append_fixed(since, out);
    }
}
