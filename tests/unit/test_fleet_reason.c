/* Reasons of several resources as one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fleet_reason.h"

enum { REASONS = 3 };

static void reasons_are_said_once_with_what_differs_counted(void **state)
{
    static const struct {
        const char *reasons[REASONS], *joined;
    } rows[] = {
        {{"is stopped", "is stopped", "is stopped"}, "is stopped"},
        {{"volume r0-1 allows \"off\"", "volume r0-2 allows \"off\"", "volume r0-2 allows \"off\""},
         "volume r0-1 (and 1 other) allows \"off\""},
        {{"group asg-1", "group asg-2", "group asg-3"}, "group asg-1 (and 2 others)"},
        {{"the name \"a b\" is taken", "the name \"c\" is taken", "the name \"a b\" is taken"},
         "the name \"a b\" (and 1 other) is taken"},
        {{"zone 1, host 4", "zone 2, host 5", "zone 2, host 6"}, "zone 1 (and 1 other), host 4 (and 2 others)"},
        {{"n\xc3\xb6 1", "n\xc3\xb6 2", "n\xc3\xb6 1"}, "n\xc3\xb6 1 (and 1 other)"},
        {{"longer than 1 line", "longer than 2", "longer"}, "longer than 1 line"}, /* not alike: the first */
        {{"an open \"quote", "an open \"end", "an open \"quote"}, "an open \"quote (and 1 other)"},
        {{"", "", ""}, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text joined = {0};
        fleet_reason_join(rows[i].reasons, REASONS, &joined);
        assert_string_equal(text_string(&joined), rows[i].joined);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_are_said_once_with_what_differs_counted),
    };

    return cmocka_run_group_tests_name("fleet_reason", tests, NULL, NULL);
}
