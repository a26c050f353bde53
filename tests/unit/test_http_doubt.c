/* The points for and against a trial, and its verdict: one table each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/http_doubt.h"

static void answer(struct http_doubt *doubt, unsigned served, unsigned refused)
{
    for (unsigned i = 0; i < served + refused; i++) {
        http_doubt_answer(doubt, i >= served);
    }
}

static void a_trial_takes_points(void **state)
{
    static const struct http_doubt_sign soon = {.contradicts = true, .soon = true, .rate = 100};
    static const struct {
        unsigned served, refused; /* of those under way with the first refusal */
        struct http_doubt_sign sign;
        unsigned points;
    } cases[] = {
        {0, 0, {.contradicts = true, .soon = true}, 4},
        {0, 0, {.contradicts = true, .soon = true, .slow = true}, 5},
        {0, 0, {.contradicts = true}, 3},
        {0, 0, {.rate = 120}, 2},
        {6, 1, {.first = true}, 4},
        {6, 2, {.first = true}, 2},
        {5, 0, {.first = true}, 2},
        {9, 0, {.contradicts = true}, 3}, /* at a pace near the limit most of those under way are served */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_doubt doubt = {0};
        for (int before = 0; before < 3; before++) {
            assert_false(http_doubt_refusal(&doubt, &soon));
        }
        answer(&doubt, cases[i].served, cases[i].refused);
        struct http_doubt_sign sign = cases[i].sign;
        sign.rate = 100;
        assert_int_equal(http_doubt_refusal(&doubt, &sign), cases[i].points >= 4);
        assert_int_equal(doubt.points, cases[i].points);
    }
}

static void a_pace_that_has_fallen_to_half_calls_for_one(void **state)
{
    struct http_doubt doubt = {0};

    (void)state;
    assert_false(http_doubt_refusal(&doubt, &(struct http_doubt_sign){.contradicts = true, .rate = 100}));
    assert_false(http_doubt_refusal(&doubt, &(struct http_doubt_sign){.contradicts = true, .rate = 51}));
    assert_false(http_doubt_refusal(&doubt, &(struct http_doubt_sign){.rate = 49}));
    assert_true(http_doubt_refusal(&doubt, &(struct http_doubt_sign){.contradicts = true, .rate = 49}));
}

static void most_refused_is_a_limit_and_the_next_trial_takes_more(void **state)
{
    static const struct http_doubt_sign soon = {.contradicts = true, .soon = true};
    struct http_doubt doubt = {0};

    (void)state;
    answer(&doubt, 0, 11);
    assert_false(http_doubt_finds_limit(&doubt)); /* too few */
    answer(&doubt, 30, 20);
    assert_false(http_doubt_finds_limit(&doubt)); /* 31 of 61 */
    answer(&doubt, 0, 30);
    assert_true(http_doubt_finds_limit(&doubt)); /* the last 64 only */
    http_doubt_settle(&doubt);
    assert_false(http_doubt_finds_limit(&doubt));
    for (int i = 0; i < 7; i++) {
        assert_false(http_doubt_refusal(&doubt, &soon));
    }
    assert_true(http_doubt_refusal(&doubt, &soon));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_takes_points),
        cmocka_unit_test(a_pace_that_has_fallen_to_half_calls_for_one),
        cmocka_unit_test(most_refused_is_a_limit_and_the_next_trial_takes_more),
    };

    return cmocka_run_group_tests_name("http_doubt", tests, NULL, NULL);
}
