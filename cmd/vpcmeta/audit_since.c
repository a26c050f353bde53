/* An audit beside an earlier one: what is new, unchanged, fixed, deleted, or was not read this time. */
#include "audit_since.h"

#include <stdlib.h>
#include <string.h>

#include "audit_scope.h"
#include "mem/mem.h"

static enum audit_result read_result(const char *word)
{
    int result = AUDIT_PASS;

    while (result < AUDIT_RESULTS && strcmp(audit_result_names[result], word) != 0) {
        result++;
    }
    return (enum audit_result)result;
}

/* Audits that are compared have one scope, so that their selectors are the same. */
static enum audit_absence explain(const struct audit_reach *reach, const struct history_audit *base,
                                  const struct history_finding *finding)
{
    return audit_explain_absence(reach, &(struct audit_trace){.check = finding->rule,
                                                              .kind = finding->kind,
                                                              .region = finding->region,
                                                              .id = finding->id,
                                                              .crn = finding->crn,
                                                              .name = finding->name,
                                                              .policy_digest = base->policy_digest,
                                                              .same_selection = true});
}

static void add_gone(struct audit_since *since, const bool gone[], const struct audit *audit,
                     const struct inventory_effect *effect)
{
    CLEANUP(audit_reach_free) struct audit_reach reach = {0};

    audit_reach_make(audit, effect, &reach);
    since->fixed = mem_array(since->findings.count, sizeof(*since->fixed));
    for (size_t i = 0; i < since->findings.count; i++) {
        const struct history_finding *finding = &since->findings.items[i];
        if (!gone[i] || read_result(finding->result) != AUDIT_FAIL) {
            continue; /* what was excepted or not judged was not open */
        }
        enum audit_absence absence = explain(&reach, since->base, finding);
        if (absence == AUDIT_ABSENCE_UNKNOWN) {
            since->unknown++;
        } else if (absence != AUDIT_PRESENT) {
            since->fixed[since->fixed_count++] = (struct audit_fixed){finding, absence};
        }
    }
}

static int compare_fixed(const void *a, const void *b)
{
    const struct history_finding *left = ((const struct audit_fixed *)a)->finding;
    const struct history_finding *right = ((const struct audit_fixed *)b)->finding;
    int order = strcmp(left->rule, right->rule);

    order = order != 0 ? order : strcmp(text_or_empty(left->region), text_or_empty(right->region));
    order = order != 0 ? order : strcmp(text_or_empty(left->name), text_or_empty(right->name));
    return order != 0 ? order : memcmp(left->fingerprint, right->fingerprint, HISTORY_FINGERPRINT_SIZE);
}

static void count_marks(struct audit_since *since, const struct audit *audit)
{
    for (size_t i = 0; i < audit->count; i++) {
        bool fails = audit->findings[i].result == AUDIT_FAIL;
        since->new_findings += fails && since->marks[i] == AUDIT_NEW;
        since->unchanged += fails && since->marks[i] == AUDIT_UNCHANGED;
    }
}

static void print_of(const struct audit_finding *finding, struct audit_print *ret)
{
    audit_scope_fingerprint(finding, ret->fingerprint);
    ret->result = finding->result;
}

void audit_since_compare(struct audit_since *since, const struct audit *audit, const struct inventory_effect *effect)
{
    struct audit_print *earlier = mem_array(since->findings.count, sizeof(*earlier));
    struct audit_print *now = mem_array(audit->count, sizeof(*now));
    bool *gone = mem_array(since->findings.count, sizeof(*gone));

    if (since->word != NULL) {
        for (size_t i = 0; i < since->findings.count; i++) {
            memcpy(earlier[i].fingerprint, since->findings.items[i].fingerprint, AUDIT_FINGERPRINT_SIZE);
            earlier[i].result = read_result(since->findings.items[i].result);
        }
        for (size_t i = 0; i < audit->count; i++) {
            print_of(&audit->findings[i], &now[i]);
        }
        since->marks = mem_array(audit->count, sizeof(*since->marks));
        audit_compare(earlier, since->findings.count, now, audit->count, since->marks, gone);
        count_marks(since, audit);
        add_gone(since, gone, audit, effect);
        qsort(since->fixed, since->fixed_count, sizeof(*since->fixed), compare_fixed);
    }
    free(earlier);
    free(now);
    free(gone);
}

void audit_since_free(struct audit_since *since)
{
    history_audits_free(&since->audits);
    history_findings_free(&since->findings);
    history_close(since->history);
    free(since->marks);
    free(since->fixed);
    *since = (struct audit_since){0};
}
