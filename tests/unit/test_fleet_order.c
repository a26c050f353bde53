/* Which item of a plan comes next, and which never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fleet_order.h"

static struct plan plan_of(struct plan_item *items, size_t count)
{
    return (struct plan){.items = items, .count = count};
}

static void expect_next(struct fleet_order *order, size_t index)
{
    size_t next = SIZE_MAX;

    assert_true(fleet_order_peek(order, &next));
    assert_int_equal(next, index);
    fleet_order_take(order);
}

static void expect_none(struct fleet_order *order)
{
    size_t next;

    assert_false(fleet_order_peek(order, &next));
}

static void items_that_change_come_in_the_order_of_the_plan(void **state)
{
    struct plan_item items[] = {{.verdict = PLAN_SKIP}, {0}, {.verdict = PLAN_UNCHANGED}, {0}};
    struct plan plan = plan_of(items, 4);
    struct fleet_order order = fleet_order_open(&plan);

    (void)state;
    expect_next(&order, 1);
    expect_next(&order, 3);
    expect_none(&order);
    fleet_order_close(&order);
}

static void an_item_comes_as_soon_as_what_it_needs_has_succeeded(void **state)
{
    struct plan_item items[] = {{0}, {.depends_on = 1}, {.depends_on = 2}, {0}, {0}};
    struct plan plan = plan_of(items, 5);
    struct fleet_order order = fleet_order_open(&plan);

    (void)state;
    expect_next(&order, 0);
    expect_next(&order, 3);
    fleet_order_met(&order, 0);
    fleet_order_met(&order, 3);
    expect_next(&order, 1);
    expect_next(&order, 4);
    expect_none(&order);
    fleet_order_met(&order, 1);
    expect_next(&order, 2);
    expect_none(&order);
    fleet_order_close(&order);
}

static void what_needs_something_that_failed_or_is_skipped_never_comes(void **state)
{
    struct plan_item items[] = {{0}, {.depends_on = 1}, {.verdict = PLAN_SKIP}, {.depends_on = 3}};
    struct plan plan = plan_of(items, 4);
    struct fleet_order order = fleet_order_open(&plan);

    (void)state;
    expect_next(&order, 0);
    expect_none(&order);
    fleet_order_close(&order);
}

static void what_is_as_wanted_already_keeps_nobody_waiting(void **state)
{
    struct plan_item items[] = {{.verdict = PLAN_UNCHANGED}, {.depends_on = 1}};
    struct plan plan = plan_of(items, 2);
    struct fleet_order order = fleet_order_open(&plan);

    (void)state;
    expect_next(&order, 1);
    expect_none(&order);
    fleet_order_close(&order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_that_change_come_in_the_order_of_the_plan),
        cmocka_unit_test(an_item_comes_as_soon_as_what_it_needs_has_succeeded),
        cmocka_unit_test(what_needs_something_that_failed_or_is_skipped_never_comes),
        cmocka_unit_test(what_is_as_wanted_already_keeps_nobody_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
