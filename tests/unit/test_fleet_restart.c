/* Who may go down, what a restart does next, and how often servers are looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fleet_steps.h"
#include "fleet/fleet_turns.h"
#include "fleet/fleet_watch.h"

/* --- turns ------------------------------------------------------------------------------------------ */

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
        assert_int_equal(fleet_turns_most(rows[i].share, rows[i].total), rows[i].most);
    }
}

static void never_more_than_allowed_and_no_two_of_a_group(void **state)
{
    static const struct {
        size_t most;
        bool same_group;
        struct fleet_turn down[3]; /* those with who > 0 */
        struct fleet_turn next;
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
        /* its own turn does not stand against it */
        {1, false, {{9, "p", NULL}}, {9, "p", NULL}, true},
        {1, false, {{9, NULL, NULL}, {1, NULL, NULL}}, {9, NULL, NULL}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fleet_turns turns = {.most = rows[i].most, .same_group = rows[i].same_group};
        for (size_t n = 0; n < 3 && rows[i].down[n].who > 0; n++) {
            fleet_turns_take(&turns, &rows[i].down[n]);
        }
        if (fleet_turns_allow(&turns, &rows[i].next) != rows[i].allowed) {
            fail_msg("row %zu", i);
        }
        fleet_turns_free(&turns);
    }
}

static void a_turn_that_ended_makes_room(void **state)
{
    struct fleet_turns turns = {.most = 2};

    (void)state;
    for (size_t who = 1; who <= 40; who++) {
        fleet_turns_take(&turns, &(struct fleet_turn){.who = who, .instance_group = who == 7 ? "g" : NULL});
    }
    assert_false(fleet_turns_allow(&turns, &(struct fleet_turn){.who = 50}));
    for (size_t who = 1; who <= 39; who++) {
        fleet_turns_end(&turns, who);
        fleet_turns_end(&turns, who); /* twice is harmless */
    }
    assert_int_equal(turns.count, 1);
    assert_true(fleet_turns_allow(&turns, &(struct fleet_turn){.who = 50, .instance_group = "g"}));
    /* what is learned of its groups later counts */
    fleet_turns_take(&turns, &(struct fleet_turn){.who = 40, .instance_group = "g"});
    assert_int_equal(turns.count, 1);
    assert_false(fleet_turns_allow(&turns, &(struct fleet_turn){.who = 50, .instance_group = "g"}));
    fleet_turns_free(&turns);
}

/* --- steps ------------------------------------------------------------------------------------------ */

static void the_status_decides_what_comes_next(void **state)
{
    static const struct {
        struct fleet_stand stand;
        const char *status;
        enum fleet_step step;
    } rows[] = {
        /* nothing sent */
        {{.stop = FLEET_UNSENT}, "running", FLEET_STEP_STOP},
        {{.stop = FLEET_UNSENT}, "stopped", FLEET_STEP_LEAVE},
        {{.stop = FLEET_UNSENT}, "stopping", FLEET_STEP_LEAVE},
        {{.stop = FLEET_UNSENT}, "failed", FLEET_STEP_LEAVE},
        /* stop accepted */
        {{.stop = FLEET_SENT}, "running", FLEET_STEP_WAIT},
        {{.stop = FLEET_SENT}, "stopping", FLEET_STEP_WAIT},
        {{.stop = FLEET_SENT}, "stopped", FLEET_STEP_START},
        {{.stop = FLEET_SENT}, "failed", FLEET_STEP_LOST},
        {{.stop = FLEET_SENT}, "deleting", FLEET_STEP_LOST},
        {{.stop = FLEET_SENT}, "a_newer_word", FLEET_STEP_WAIT},
        {{.stop = FLEET_SENT, .been_down = true}, "running", FLEET_STEP_DONE}, /* somebody else started it */
        /* stop in doubt */
        {{.stop = FLEET_DOUBTED}, "running", FLEET_STEP_WAIT},
        {{.stop = FLEET_DOUBTED, .seen = FLEET_STEPS_SEEN - 1}, "running", FLEET_STEP_STOP},
        {{.stop = FLEET_DOUBTED}, "stopping", FLEET_STEP_WAIT},
        {{.stop = FLEET_DOUBTED}, "stopped", FLEET_STEP_START},
        /* start accepted */
        {{.stop = FLEET_SENT, .start = FLEET_SENT}, "stopped", FLEET_STEP_WAIT},
        {{.stop = FLEET_SENT, .start = FLEET_SENT, .seen = 9}, "stopped", FLEET_STEP_WAIT},
        {{.stop = FLEET_SENT, .start = FLEET_SENT, .been_up = true}, "stopped", FLEET_STEP_LOST},
        {{.stop = FLEET_SENT, .start = FLEET_SENT}, "starting", FLEET_STEP_WAIT},
        {{.stop = FLEET_SENT, .start = FLEET_SENT}, "running", FLEET_STEP_DONE},
        {{.stop = FLEET_SENT, .start = FLEET_SENT}, "failed", FLEET_STEP_LOST},
        /* start in doubt */
        {{.stop = FLEET_SENT, .start = FLEET_DOUBTED}, "stopped", FLEET_STEP_WAIT},
        {{.stop = FLEET_SENT, .start = FLEET_DOUBTED, .seen = FLEET_STEPS_SEEN - 1}, "stopped", FLEET_STEP_START},
        {{.stop = FLEET_SENT, .start = FLEET_DOUBTED}, "running", FLEET_STEP_DONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fleet_stand stand = rows[i].stand;
        if (fleet_steps_next(&stand, rows[i].status) != rows[i].step) {
            fail_msg("row %zu: %s", i, rows[i].status);
        }
    }
}

static void a_start_that_falls_back_is_lost(void **state)
{
    static const enum fleet_sending sendings[] = {FLEET_SENT, FLEET_DOUBTED};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fleet_stand stand = {.stop = FLEET_SENT, .start = sendings[i]};
        assert_int_equal(fleet_steps_next(&stand, "stopped"), FLEET_STEP_WAIT);
        assert_int_equal(fleet_steps_next(&stand, i == 0 ? "starting" : "stopping"), FLEET_STEP_WAIT);
        assert_int_equal(fleet_steps_next(&stand, "stopped"), FLEET_STEP_LOST);
    }
}

static void a_server_that_somebody_starts_after_our_stop_is_done(void **state)
{
    struct fleet_stand stand = {.stop = FLEET_SENT};

    (void)state;
    assert_int_equal(fleet_steps_next(&stand, "running"), FLEET_STEP_WAIT);
    assert_int_equal(fleet_steps_next(&stand, "stopping"), FLEET_STEP_WAIT);
    assert_int_equal(fleet_steps_next(&stand, "running"), FLEET_STEP_DONE);
}

/* --- looks ------------------------------------------------------------------------------------------ */

static void looks_become_rarer_while_nothing_happens(void **state)
{
    (void)state;
    assert_int_equal(fleet_watch_interval_ms(0, 0), 1000);
    assert_int_equal(fleet_watch_interval_ms(0, 1), 2000);
    assert_int_equal(fleet_watch_interval_ms(0, 2), 5000);
    assert_int_equal(fleet_watch_interval_ms(0, 1000), 5000);
    assert_int_equal(fleet_watch_interval_ms(150, 7), 150);
}

static void a_list_is_read_unless_single_servers_are_fewer_requests(void **state)
{
    (void)state;
    assert_true(fleet_watch_singly(1, 0));
    assert_false(fleet_watch_singly(2, 0));
    assert_true(fleet_watch_singly(2, 2));
    assert_false(fleet_watch_singly(3, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_rounded_down_but_never_to_nothing),
        cmocka_unit_test(never_more_than_allowed_and_no_two_of_a_group),
        cmocka_unit_test(a_turn_that_ended_makes_room),
        cmocka_unit_test(the_status_decides_what_comes_next),
        cmocka_unit_test(a_start_that_falls_back_is_lost),
        cmocka_unit_test(a_server_that_somebody_starts_after_our_stop_is_done),
        cmocka_unit_test(looks_become_rarer_while_nothing_happens),
        cmocka_unit_test(a_list_is_read_unless_single_servers_are_fewer_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
