/* Which items of a plan start next: dependencies, rollout limits, disruption budget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/fleet_schedule.h"

/* --- dependencies ------------------------------------------------------------------------------------ */

static struct plan plan_of(struct plan_item *items, size_t count)
{
    return (struct plan){.items = items, .count = count};
}

static void expect_next(struct fleet_dependencies *dependencies, size_t index)
{
    size_t next = SIZE_MAX;

    assert_true(fleet_dependencies_peek(dependencies, &next));
    assert_int_equal(next, index);
    fleet_dependencies_take(dependencies);
}

static void expect_none(struct fleet_dependencies *dependencies)
{
    size_t next;

    assert_false(fleet_dependencies_peek(dependencies, &next));
}

static void items_that_change_come_in_the_order_of_the_plan(void **state)
{
    struct plan_item items[] = {{.verdict = PLAN_SKIP}, {0}, {.verdict = PLAN_UNCHANGED}, {0}};
    struct plan plan = plan_of(items, 4);
    struct fleet_dependencies dependencies = fleet_dependencies_open(&plan);

    (void)state;
    expect_next(&dependencies, 1);
    expect_next(&dependencies, 3);
    expect_none(&dependencies);
    fleet_dependencies_close(&dependencies);
}

static void an_item_comes_as_soon_as_what_it_depends_on_has_succeeded(void **state)
{
    struct plan_item items[] = {{0}, {.depends_on = 1}, {.depends_on = 2}, {0}, {0}};
    struct plan plan = plan_of(items, 5);
    struct fleet_dependencies dependencies = fleet_dependencies_open(&plan);

    (void)state;
    expect_next(&dependencies, 0);
    expect_next(&dependencies, 3);
    fleet_dependencies_succeeded(&dependencies, 0);
    fleet_dependencies_succeeded(&dependencies, 3);
    expect_next(&dependencies, 1);
    expect_next(&dependencies, 4);
    expect_none(&dependencies);
    fleet_dependencies_succeeded(&dependencies, 1);
    expect_next(&dependencies, 2);
    expect_none(&dependencies);
    fleet_dependencies_close(&dependencies);
}

static void what_depends_on_something_that_failed_or_is_skipped_never_comes(void **state)
{
    struct plan_item items[] = {{0}, {.depends_on = 1}, {.verdict = PLAN_SKIP}, {.depends_on = 3}};
    struct plan plan = plan_of(items, 4);
    struct fleet_dependencies dependencies = fleet_dependencies_open(&plan);

    (void)state;
    expect_next(&dependencies, 0);
    expect_none(&dependencies);
    fleet_dependencies_close(&dependencies);
}

static void what_needs_no_change_keeps_no_item_waiting(void **state)
{
    struct plan_item items[] = {{.verdict = PLAN_UNCHANGED}, {.depends_on = 1}};
    struct plan plan = plan_of(items, 2);
    struct fleet_dependencies dependencies = fleet_dependencies_open(&plan);

    (void)state;
    expect_next(&dependencies, 1);
    expect_none(&dependencies);
    fleet_dependencies_close(&dependencies);
}

/* --- rollout limits ---------------------------------------------------------------------------------- */

/* Runs `total` servers through a rollout, one in progress at a time; those in `bad` fail. Returns how many started. */
static size_t run_through(const struct fleet_limits *limits, size_t total, const char *bad)
{
    struct fleet_rollout rollout = fleet_rollout_open(limits, total);

    while (fleet_rollout_admit(&rollout)) {
        fleet_rollout_note(&rollout, rollout.started <= strlen(bad) && bad[rollout.started - 1] == 'x');
    }
    return rollout.started;
}

static void failures_close_the_rollout_when_the_budget_is_spent(void **state)
{
    static const struct {
        struct fleet_limits limits;
        size_t total;
        const char *bad; /* x: fails */
        size_t started;
    } rows[] = {
        {.total = 10, .bad = "xxxxx", .started = 10},
        {{.has_max_failures = true, .max_failures = {.value = 2}}, 10, ".x.x..", 4},
        {{.has_max_failures = true, .max_failures = {.value = 0}}, 10, "..x", 3},
        {{.has_max_failures = true, .max_failures = {.value = 3}}, 10, "xx", 10},
        {{.has_max_failures = true, .max_failures = {.percent = true, .value = 25}}, 10, "x.x.x", 5},
        {{.batches = {{.value = 1}, {.percent = true, .value = 10}, {.percent = true, .value = 100}}, .batch_count = 3},
         100,
         "x",
         1},
        {{.batches = {{.value = 1}, {.percent = true, .value = 10}, {.percent = true, .value = 100}}, .batch_count = 3},
         100,
         "..x",
         11},
        {{.batches = {{.value = 1}, {.percent = true, .value = 10}}, .batch_count = 2}, 100, "", 100},
        {{.batches = {{.value = 2}}, .batch_count = 1, .has_max_failures = true, .max_failures = {.value = 3}},
         9,
         "x...x",
         9},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(run_through(&rows[i].limits, rows[i].total, rows[i].bad), rows[i].started);
    }
}

static void a_batch_waits_for_the_one_before(void **state)
{
    struct fleet_limits limits = {.batches = {{.value = 2}, {.value = 3}}, .batch_count = 2};
    struct fleet_rollout rollout = fleet_rollout_open(&limits, 10);

    (void)state;
    assert_true(fleet_rollout_admit(&rollout));
    assert_true(fleet_rollout_admit(&rollout));
    assert_false(fleet_rollout_admit(&rollout));
    fleet_rollout_note(&rollout, false);
    assert_false(fleet_rollout_admit(&rollout));
    fleet_rollout_note(&rollout, false);
    assert_true(fleet_rollout_admit(&rollout));
}

/* --- disruption budget ------------------------------------------------------------------------------------------ */

static void a_share_is_rounded_down_but_never_to_nothing(void **state)
{
    static const struct {
        struct fleet_share share;
        size_t total, most;
    } rows[] = {
        {{false, 1}, 100, 1}, {{false, 20}, 3, 20}, {{true, 10}, 100, 10}, {{true, 10}, 19, 1},
        {{true, 10}, 3, 1},   {{true, 100}, 7, 7},  {{true, 0}, 50, 1},    {{false, 0}, 50, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(fleet_disruption_max(rows[i].share, rows[i].total), rows[i].most);
    }
}

static void never_more_than_allowed_and_no_two_of_a_group(void **state)
{
    static const struct {
        size_t most;
        bool same_group;
        struct fleet_slot down[3]; /* those with item > 0 */
        struct fleet_slot next;
        bool allowed;
    } rows[] = {
        {1, false, {{0}}, {9, NULL, NULL}, true},
        {1, false, {{1, NULL, NULL}}, {9, NULL, NULL}, false},
        {2, false, {{1, NULL, NULL}}, {9, NULL, NULL}, true},
        {2, false, {{1, NULL, NULL}, {2, NULL, NULL}}, {9, NULL, NULL}, false},
        {5, false, {{1, "p", NULL}}, {9, "p", NULL}, false},
        {5, false, {{1, "p", NULL}}, {9, "q", NULL}, true},
        {5, false, {{1, NULL, "g"}}, {9, NULL, "g"}, false},
        {5, false, {{1, NULL, "g"}, {2, "p", NULL}}, {9, "p", "h"}, false},
        {5, false, {{1, "x", NULL}}, {9, NULL, "x"}, true},
        {5, true, {{1, "p", "g"}}, {9, "p", "g"}, true},
        {1, true, {{1, "p", "g"}}, {9, "p", "g"}, false},
        /* its own slot does not stand against it */
        {1, false, {{9, "p", NULL}}, {9, "p", NULL}, true},
        {1, false, {{9, NULL, NULL}, {1, NULL, NULL}}, {9, NULL, NULL}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fleet_disruption budget = {.max_down = rows[i].most, .same_group = rows[i].same_group};
        for (size_t n = 0; n < 3 && rows[i].down[n].item > 0; n++) {
            fleet_slot_take(&budget, &rows[i].down[n]);
        }
        if (fleet_slot_is_free(&budget, &rows[i].next) != rows[i].allowed) {
            fail_msg("row %zu", i);
        }
        fleet_disruption_free(&budget);
    }
}

static void a_slot_that_is_released_makes_room(void **state)
{
    struct fleet_disruption budget = {.max_down = 2};

    (void)state;
    for (size_t item = 1; item <= 40; item++) {
        fleet_slot_take(&budget, &(struct fleet_slot){.item = item, .instance_group = item == 7 ? "g" : NULL});
    }
    assert_false(fleet_slot_is_free(&budget, &(struct fleet_slot){.item = 50}));
    for (size_t item = 1; item <= 39; item++) {
        fleet_slot_release(&budget, item);
        fleet_slot_release(&budget, item); /* twice is harmless */
    }
    assert_int_equal(budget.count, 1);
    assert_true(fleet_slot_is_free(&budget, &(struct fleet_slot){.item = 50, .instance_group = "g"}));
    /* what is learned of its groups later counts */
    fleet_slot_take(&budget, &(struct fleet_slot){.item = 40, .instance_group = "g"});
    assert_int_equal(budget.count, 1);
    assert_false(fleet_slot_is_free(&budget, &(struct fleet_slot){.item = 50, .instance_group = "g"}));
    fleet_disruption_free(&budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_that_change_come_in_the_order_of_the_plan),
        cmocka_unit_test(an_item_comes_as_soon_as_what_it_depends_on_has_succeeded),
        cmocka_unit_test(what_depends_on_something_that_failed_or_is_skipped_never_comes),
        cmocka_unit_test(what_needs_no_change_keeps_no_item_waiting),
        cmocka_unit_test(failures_close_the_rollout_when_the_budget_is_spent),
        cmocka_unit_test(a_batch_waits_for_the_one_before),
        cmocka_unit_test(a_share_is_rounded_down_but_never_to_nothing),
        cmocka_unit_test(never_more_than_allowed_and_no_two_of_a_group),
        cmocka_unit_test(a_slot_that_is_released_makes_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
