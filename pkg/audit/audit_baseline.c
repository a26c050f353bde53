/* Findings beside those of an earlier audit. */
#include "audit/audit_baseline.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

const char *const audit_baseline_names[] = {"new", "unchanged", NULL};

static int compare_prints(const void *a, const void *b)
{
    const struct audit_print *const *left = a;
    const struct audit_print *const *right = b;

    return memcmp((*left)->fingerprint, (*right)->fingerprint, AUDIT_FINGERPRINT_SIZE);
}

void audit_compare(const struct audit_print earlier[], size_t earlier_count, const struct audit_print now[],
                   size_t count, enum audit_baseline ret_marks[], bool ret_gone[])
{
    const struct audit_print **sorted = mem_array(earlier_count, sizeof(*sorted));

    for (size_t i = 0; i < earlier_count; i++) {
        sorted[i] = &earlier[i];
        ret_gone[i] = true;
    }
    qsort(sorted, earlier_count, sizeof(*sorted), compare_prints);
    for (size_t i = 0; i < count; i++) {
        const struct audit_print *key = &now[i];
        const struct audit_print **found = bsearch(&key, sorted, earlier_count, sizeof(*sorted), compare_prints);
        ret_marks[i] = AUDIT_NEW;
        if (found != NULL) {
            ret_gone[*found - earlier] = false;
            bool reopened = now[i].result == AUDIT_FAIL && (*found)->result != AUDIT_FAIL;
            ret_marks[i] = reopened ? AUDIT_NEW : AUDIT_UNCHANGED;
        }
    }
    free(sorted);
}
