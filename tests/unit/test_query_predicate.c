/* Predicates: which outputs are true or false, and what the messages about others show. */
#include "query/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/text.h"

static const char server[] = "{\"name\":\"web-1\",\"status\":\"running\",\"vcpu\":{\"count\":4},\"tags\":[\"a\",\"b\"],"
                             "\"metadata_service\":{\"enabled\":false}}";

static void a_predicate_gives_one_boolean_or_null(void **state)
{
    static const char assigns[] = ": `=` assigns, `==` compares";
    static const struct {
        const char *expression;
        int truth;           /* -1: refused */
        const char *message; /* in part */
    } rows[] = {
        {".vcpu.count == 4", true, NULL},
        {".vcpu.count > 4", false, NULL},
        {".metadata_service.enabled", false, NULL},
        {".metadata_service.enabled | not", true, NULL},
        {".nothing.at.all", false, NULL},
        {".name | test(\"^web\")", true, NULL},
        {".tags | contains([\"b\"])", true, NULL},
        {"any(.tags[]; . == \"b\")", true, NULL},
        {"empty", -1, "'empty' gives nothing instead of one true, false or null"},
        {"halt", -1, "gives nothing"},
        {"true, false", -1, "gives true, false instead of"},
        {"false, null, 0", -1, "gives false, null instead of"},
        {"\"false\"", -1, "gives \"false\" instead of"},
        {"\"\"", -1, "gives \"\" instead of"},
        {".vcpu.count", -1, "gives 4 instead of"},
        {".tags[] | . == \"b\"", -1, "gives false, true instead of"},
        {"true, error(\"behind\")", -1, "behind"},
        {".name.x", -1, "Cannot index string"},
        {".name = \"web-1\"", -1, assigns},
        {".status=\"running\" # == is meant", -1, assigns},
        {".vcpu = .tags | .name == \"a\", 1", -1, assigns},
        /* these compare, or change on purpose */
        {"\"a = b\", 1", -1, "of one true, false or null"},
        {"1 # =", -1, "of one true, false or null"},
        {".vcpu.count |= 3", -1, "of one true, false or null"},
        {".vcpu.count += 3", -1, "of one true, false or null"},
        {"(1 <= 2), (1 != 2), (1 == 1)", -1, "of one true, false or null"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(query_release) struct query *query = query_compile(rows[i].expression, NULL, &e);
        assert_non_null(query);
        for (int again = 0; again < 2; again++) {
            bool truth = false;
            bool good = query_test(query, server, strlen(server), &truth, &e);
            const char *wanted = rows[i].message;
            if (good != (rows[i].truth >= 0) || (good && truth != rows[i].truth) ||
                (!good && (e.code != ERR_USAGE || strstr(e.message, wanted) == NULL ||
                           (strstr(e.message, assigns) != NULL) != (wanted == assigns)))) {
                fail_msg("%s: %d %d (%s)", rows[i].expression, good, truth, e.message);
            }
            err_clear(&e);
        }
    }
}

static void messages_never_quote_a_record_that_holds_user_data(void **state)
{
    static const char record[] = "{\"name\":\"t\",\"user\\u005fdata\":\"DB_PASSWORD=hunter2\"}";
    static const struct {
        const char *expression, *message; /* in part */
    } rows[] = {
        {".user_data", "gives a value of type string instead of"},
        {".a, .user_data", "gives a value of type null, a value of type string instead of"},
        {"error(.user_data)", "fails on this record"},
        {".user_data | tonumber", "fails on this record"},
        {"true, error(.user_data)", "fails on this record"},
        {".user_data | halt_error", "fails on this record"},
        {"empty", "gives nothing"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        bool truth;
        CLEANUP(query_release) struct query *query = query_compile(rows[i].expression, NULL, &e);
        assert_non_null(query);
        assert_false(query_test(query, record, strlen(record), &truth, &e));
        if (e.code != ERR_USAGE || strstr(e.message, rows[i].message) == NULL || strstr(e.message, "hunter2") != NULL) {
            fail_msg("%s: %s", rows[i].expression, e.message);
        }
        err_clear(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_predicate_gives_one_boolean_or_null),
        cmocka_unit_test(messages_never_quote_a_record_that_holds_user_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
