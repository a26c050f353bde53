/* What a restart does next, and how often the status of servers is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fleet_restart_state.h"
#include "fleet/fleet_watch.h"

/* --- steps ------------------------------------------------------------------------------------------ */

static void the_status_decides_what_comes_next(void **state)
{
    static const struct {
        struct fleet_restart_state restart;
        const char *status;
        enum fleet_restart_step step;
    } rows[] = {
        /* nothing sent */
        {{.stop = FLEET_UNSENT}, "running", FLEET_RESTART_STOP},
        {{.stop = FLEET_UNSENT}, "stopped", FLEET_RESTART_LEAVE},
        {{.stop = FLEET_UNSENT}, "stopping", FLEET_RESTART_LEAVE},
        {{.stop = FLEET_UNSENT}, "failed", FLEET_RESTART_LEAVE},
        /* stop accepted */
        {{.stop = FLEET_CONFIRMED}, "running", FLEET_RESTART_WAIT},
        {{.stop = FLEET_CONFIRMED}, "stopping", FLEET_RESTART_WAIT},
        {{.stop = FLEET_CONFIRMED}, "stopped", FLEET_RESTART_START},
        {{.stop = FLEET_CONFIRMED}, "failed", FLEET_RESTART_HOPELESS},
        {{.stop = FLEET_CONFIRMED}, "deleting", FLEET_RESTART_HOPELESS},
        {{.stop = FLEET_CONFIRMED}, "a_newer_word", FLEET_RESTART_WAIT},
        {{.stop = FLEET_CONFIRMED, .left_running = true},
         "running",
         FLEET_RESTART_DONE}, /* another writer started it */
        /* stop unconfirmed */
        {{.stop = FLEET_UNCONFIRMED}, "running", FLEET_RESTART_WAIT},
        {{.stop = FLEET_UNCONFIRMED, .same_reads = FLEET_STATUS_READS - 1}, "running", FLEET_RESTART_STOP},
        {{.stop = FLEET_UNCONFIRMED}, "stopping", FLEET_RESTART_WAIT},
        {{.stop = FLEET_UNCONFIRMED}, "stopped", FLEET_RESTART_START},
        /* start accepted */
        {{.stop = FLEET_CONFIRMED, .start = FLEET_CONFIRMED}, "stopped", FLEET_RESTART_WAIT},
        {{.stop = FLEET_CONFIRMED, .start = FLEET_CONFIRMED, .same_reads = 9}, "stopped", FLEET_RESTART_WAIT},
        {{.stop = FLEET_CONFIRMED, .start = FLEET_CONFIRMED, .left_stopped = true}, "stopped", FLEET_RESTART_HOPELESS},
        {{.stop = FLEET_CONFIRMED, .start = FLEET_CONFIRMED}, "starting", FLEET_RESTART_WAIT},
        {{.stop = FLEET_CONFIRMED, .start = FLEET_CONFIRMED}, "running", FLEET_RESTART_DONE},
        {{.stop = FLEET_CONFIRMED, .start = FLEET_CONFIRMED}, "failed", FLEET_RESTART_HOPELESS},
        /* start unconfirmed */
        {{.stop = FLEET_CONFIRMED, .start = FLEET_UNCONFIRMED}, "stopped", FLEET_RESTART_WAIT},
        {{.stop = FLEET_CONFIRMED, .start = FLEET_UNCONFIRMED, .same_reads = FLEET_STATUS_READS - 1},
         "stopped",
         FLEET_RESTART_START},
        {{.stop = FLEET_CONFIRMED, .start = FLEET_UNCONFIRMED}, "running", FLEET_RESTART_DONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fleet_restart_state restart = rows[i].restart;
        if (fleet_restart_next(&restart, rows[i].status) != rows[i].step) {
            fail_msg("row %zu: %s", i, rows[i].status);
        }
    }
}

static void a_start_that_falls_back_is_hopeless(void **state)
{
    static const enum fleet_receipt receipts[] = {FLEET_CONFIRMED, FLEET_UNCONFIRMED};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fleet_restart_state restart = {.stop = FLEET_CONFIRMED, .start = receipts[i]};
        assert_int_equal(fleet_restart_next(&restart, "stopped"), FLEET_RESTART_WAIT);
        assert_int_equal(fleet_restart_next(&restart, i == 0 ? "starting" : "stopping"), FLEET_RESTART_WAIT);
        assert_int_equal(fleet_restart_next(&restart, "stopped"), FLEET_RESTART_HOPELESS);
    }
}

static void a_server_that_another_writer_starts_after_our_stop_is_done(void **state)
{
    struct fleet_restart_state restart = {.stop = FLEET_CONFIRMED};

    (void)state;
    assert_int_equal(fleet_restart_next(&restart, "running"), FLEET_RESTART_WAIT);
    assert_int_equal(fleet_restart_next(&restart, "stopping"), FLEET_RESTART_WAIT);
    assert_int_equal(fleet_restart_next(&restart, "running"), FLEET_RESTART_DONE);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_decides_what_comes_next),
        cmocka_unit_test(a_start_that_falls_back_is_hopeless),
        cmocka_unit_test(a_server_that_another_writer_starts_after_our_stop_is_done),
        cmocka_unit_test(looks_become_rarer_while_nothing_happens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
