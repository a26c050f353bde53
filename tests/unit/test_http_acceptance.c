/* Refused tokens: pauses, one probe at a time, other tokens not more often than the back-off allows, patience. */
#include "http/http_acceptance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static enum http_refused refuse(struct http_acceptance *acceptance, int64_t now_ms, bool probe, bool replaceable)
{
    return http_acceptance_refused(
        acceptance,
        &(struct http_refusal){
            .started_ms = now_ms, .now_ms = now_ms, .probe = probe, .replaceable = replaceable, .random = UINT32_MAX});
}

/* Every probe is refused, at the moment at which it may start. */
static void refusals_until_the_end(void **state)
{
    static const struct {
        bool worked, replaceable;
        int64_t ends_ms;
        unsigned probes_most, tokens;
    } rows[] = {
        {false, true, HTTP_ACCEPTANCE_FIRST_PATIENCE_MS, 10, HTTP_ACCEPTANCE_TOKENS},
        {true, true, HTTP_ACCEPTANCE_PATIENCE_MS, 20, 8},
        {false, false, HTTP_ACCEPTANCE_GIVEN_FIRST_PATIENCE_MS, 8, 1},
        {true, false, HTTP_ACCEPTANCE_GIVEN_PATIENCE_MS, 12, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_acceptance acceptance = {0};
        int64_t now_ms = 1000;
        unsigned probes = 0, replaced = 0;
        if (rows[i].worked) {
            http_acceptance_accepted(&acceptance, 500, false);
        }
        enum http_refused follows = refuse(&acceptance, now_ms, false, rows[i].replaceable);
        assert_int_equal(follows, HTTP_REFUSED_REPEAT); /* first the same token once more */
        while (follows != HTTP_REFUSED_LASTING) {
            assert_int_equal(http_acceptance_admit(&acceptance, now_ms), HTTP_ADMIT_LATER);
            assert_true(acceptance.until_ms - now_ms <= HTTP_ACCEPTANCE_PAUSE_MAX_MS);
            now_ms = acceptance.until_ms;
            assert_int_equal(http_acceptance_admit(&acceptance, now_ms), HTTP_ADMIT_PROBE);
            http_acceptance_probe(&acceptance);
            assert_int_equal(http_acceptance_admit(&acceptance, now_ms), HTTP_ADMIT_LATER);
            /* those that were in flight change nothing */
            struct http_acceptance before = acceptance;
            assert_int_equal(refuse(&acceptance, now_ms, false, rows[i].replaceable), HTTP_REFUSED_REPEAT);
            assert_int_equal(acceptance.refusals, before.refusals);
            assert_true(acceptance.probing);
            follows = refuse(&acceptance, ++now_ms, true, rows[i].replaceable);
            replaced += follows == HTTP_REFUSED_REPLACE;
            probes++;
        }
        assert_in_range(now_ms - 1000, rows[i].ends_ms, rows[i].ends_ms + 100);
        assert_in_range(probes, 3, rows[i].probes_most);
        assert_int_equal(acceptance.tokens, replaced + 1);
        assert_in_range(acceptance.tokens, rows[i].worked && rows[i].replaceable ? 3 : rows[i].tokens, rows[i].tokens);
        /* the next command begins anew */
        http_acceptance_reset(&acceptance);
        assert_int_equal(http_acceptance_admit(&acceptance, now_ms), HTTP_ADMIT);
    }
}

static void what_started_later_counts(void **state)
{
    struct http_acceptance acceptance = {0};

    (void)state;
    http_acceptance_accepted(&acceptance, 100, false);
    /* a refusal of what was sent before the last that was accepted */
    struct http_refusal refusal = {.started_ms = 90, .now_ms = 200, .replaceable = true};
    assert_int_equal(http_acceptance_refused(&acceptance, &refusal), HTTP_REFUSED_REPEAT);
    assert_int_equal(http_acceptance_admit(&acceptance, 200), HTTP_ADMIT);
    /* one that was sent later, and answers to requests from before and from the same moment */
    refusal.started_ms = 110;
    assert_int_equal(http_acceptance_refused(&acceptance, &refusal), HTTP_REFUSED_REPEAT);
    http_acceptance_accepted(&acceptance, 105, false);
    http_acceptance_accepted(&acceptance, 110, false);
    assert_int_equal(http_acceptance_admit(&acceptance, 200), HTTP_ADMIT_LATER);
    /* the API takes the token again */
    http_acceptance_accepted(&acceptance, 111, false);
    assert_int_equal(http_acceptance_admit(&acceptance, 200), HTTP_ADMIT);
}

static void a_probe_without_an_answer_is_repeated(void **state)
{
    struct http_acceptance acceptance = {0};

    (void)state;
    assert_int_equal(refuse(&acceptance, 1000, false, true), HTTP_REFUSED_REPEAT);
    http_acceptance_probe(&acceptance);
    http_acceptance_unanswered(&acceptance, 2000, 0);
    assert_int_equal(http_acceptance_admit(&acceptance, 2001), HTTP_ADMIT_LATER);
    assert_int_equal(http_acceptance_admit(&acceptance, 2000 + HTTP_ACCEPTANCE_PAUSE_MS), HTTP_ADMIT_PROBE);
    assert_int_equal(acceptance.refusals, 1);
    http_acceptance_probe(&acceptance);
    http_acceptance_accepted(&acceptance, 2200, true);
    assert_int_equal(http_acceptance_admit(&acceptance, 2300), HTTP_ADMIT);
    /* without trouble it is no news */
    http_acceptance_unanswered(&acceptance, 2300, 0);
    assert_int_equal(http_acceptance_admit(&acceptance, 2300), HTTP_ADMIT);
    /* the time of an outage is none of refusals */
    assert_int_equal(refuse(&acceptance, 3000, false, true), HTTP_REFUSED_REPEAT);
    http_acceptance_probe(&acceptance);
    http_acceptance_unanswered(&acceptance, 3000 + 2 * HTTP_ACCEPTANCE_PATIENCE_MS, 0);
    http_acceptance_probe(&acceptance);
    assert_int_not_equal(refuse(&acceptance, 3100 + 2 * HTTP_ACCEPTANCE_PATIENCE_MS, true, true), HTTP_REFUSED_LASTING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_until_the_end),
        cmocka_unit_test(what_started_later_counts),
        cmocka_unit_test(a_probe_without_an_answer_is_repeated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
