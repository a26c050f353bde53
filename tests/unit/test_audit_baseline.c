/* An audit beside an earlier one: what is new, and what is gone. */
#include "audit/audit_baseline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Findings by letters: "a" fails, "A" is excepted, and behind a "?" it cannot be told. */
static size_t read_prints(const char *letters, struct audit_print ret[])
{
    size_t count = 0;

    for (const char *c = letters; *c != '\0'; c++) {
        bool unknown = *c == '?';
        c += unknown;
        ret[count] = (struct audit_print){.result = unknown     ? AUDIT_CANNOT_TELL
                                                    : *c >= 'a' ? AUDIT_FAIL
                                                                : AUDIT_EXCEPTED};
        /* differ in the last byte alone: all of it counts */
        ret[count++].fingerprint[AUDIT_FINGERPRINT_SIZE - 1] = (unsigned char)(*c | 0x20);
    }
    return count;
}

static void findings_are_new_unchanged_or_gone(void **state)
{
    static const struct {
        const char *earlier, *now;
        const char *marks; /* n or u for each finding */
        const char *gone;  /* g or - for each earlier one */
    } rows[] = {
        {"", "", "", ""},         {"", "ab", "nn", ""},       {"ab", "", "", "gg"},     {"ab", "ab", "uu", "--"},
        {"ab", "ba", "uu", "--"}, {"ac", "abc", "unu", "--"}, {"abc", "b", "u", "g-g"}, {"A", "A", "u", "-"},
        {"a", "A", "u", "-"},  /* an exception covers it now: it is still there */
        {"A", "a", "n", "-"},  /* the exception is over: it is open again */
        {"?a", "a", "n", "-"}, /* it was not known to fail */
        {"a", "?a", "u", "-"}, /* nothing says that it is gone */
        {"?a", "?a", "u", "-"},   {"?a", "", "", "g"},        {"A", "", "", "g"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct audit_print earlier[8], now[8];
        enum audit_baseline marks[8];
        bool gone[8];
        char marked[9] = "", left[9] = "";
        size_t earlier_count = read_prints(rows[i].earlier, earlier);
        size_t count = read_prints(rows[i].now, now);
        audit_compare(earlier, earlier_count, now, count, marks, gone);
        for (size_t n = 0; n < count; n++) {
            marked[n] = marks[n] == AUDIT_NEW ? 'n' : 'u';
        }
        for (size_t n = 0; n < earlier_count; n++) {
            left[n] = gone[n] ? 'g' : '-';
        }
        if (strcmp(marked, rows[i].marks) != 0 || strcmp(left, rows[i].gone) != 0) {
            fail_msg("\"%s\" and \"%s\": %s, %s", rows[i].earlier, rows[i].now, marked, left);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_new_unchanged_or_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
