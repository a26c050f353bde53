/* The pace: against a simulated server that serves R requests a second and refuses the rest. No real time passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/http_pace.h"

enum { WINDOW = 64, CALLS_MAX = 20000 };

/* A server with a bucket of `burst` that refills by `rate` a second, `latency_ms` away. */
struct server {
    double rate, burst, tokens;
    int latency_ms;
};

struct run {
    unsigned served, refused;
    int64_t end_ms;
};

/* Sends `count` requests, WINDOW at most in flight; those that are refused come again a second later. */
static struct run run_against(struct server *server, unsigned count, unsigned ceiling)
{
    struct http_pace pace;
    int64_t started[WINDOW];
    size_t flying = 0;
    unsigned waiting = count;
    struct run run = {0};
    static int64_t again[CALLS_MAX];
    size_t again_count = 0, again_next = 0;

    http_pace_begin(&pace, ceiling, 1000);
    server->tokens = server->burst;
    int64_t now = 1000;
    for (; run.served < count && now < 10000000; now++) {
        server->tokens += server->rate / 1000;
        server->tokens = server->tokens > server->burst ? server->burst : server->tokens;
        for (size_t i = 0; i < flying;) {
            if (now - started[i] < server->latency_ms) {
                i++;
                continue;
            }
            if (server->rate <= 0 || server->tokens >= 1) {
                server->tokens -= 1;
                run.served++;
                http_pace_served(&pace, now);
            } else {
                run.refused++;
                http_pace_refused(&pace, started[i], now);
                again[again_count++ % CALLS_MAX] = now + 1000;
            }
            started[i] = started[--flying];
        }
        while (again_next < again_count && again[again_next % CALLS_MAX] <= now) {
            again_next++;
            waiting++;
        }
        while (waiting > 0 && flying < WINDOW && http_pace_allows(&pace, flying, now)) {
            http_pace_take(&pace);
            started[flying++] = now;
            waiting--;
        }
    }
    run.end_ms = now - 1000;
    return run;
}

static void a_limit_is_found_with_few_refusals_and_used_up(void **state)
{
    static const struct {
        double rate, burst;
        int latency_ms;
    } rows[] = {{100, 20, 1}, {100, 100, 30}, {50, 10, 30}, {200, 20, 1}, {400, 100, 30}, {20, 20, 5}};
    enum { COUNT = 4000 };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct server server = {.rate = rows[i].rate, .burst = rows[i].burst, .latency_ms = rows[i].latency_ms};
        struct run run = run_against(&server, COUNT, 0);
        double least_ms = (COUNT - rows[i].burst) * 1000.0 / rows[i].rate;
        print_message("rate %.0f: refused %.2f %%, time %.3f of the least\n", rows[i].rate,
                      100.0 * run.refused / (run.refused + run.served), (double)run.end_ms / least_ms);
        assert_int_equal(run.served, COUNT);
        assert_true(run.refused * 100.0 < 2.0 * (run.refused + run.served));
        assert_true((double)run.end_ms < 1.1 * least_ms);
    }
}

static void without_a_limit_the_window_is_full_after_a_few_round_trips(void **state)
{
    struct server server = {.rate = 0, .latency_ms = 30};
    struct run run = run_against(&server, 2000, 0);

    (void)state;
    assert_int_equal(run.refused, 0);
    assert_true(run.end_ms <= (2000 / WINDOW + 4) * 31);
}

static void a_ceiling_is_kept_from_the_first_second(void **state)
{
    struct server server = {.rate = 0, .latency_ms = 5};
    struct run run = run_against(&server, 400, 100);

    (void)state;
    assert_in_range(run.end_ms, 3900, 4200);
}

static void refusals_of_older_requests_say_nothing_new(void **state)
{
    struct http_pace pace;

    (void)state;
    http_pace_begin(&pace, 0, 1000);
    for (int i = 0; i < 50; i++) {
        http_pace_served(&pace, 1000 + i * 10);
    }
    http_pace_refused(&pace, 1400, 1500);
    double limit = pace.limit;
    for (int i = 0; i < 30; i++) {
        http_pace_refused(&pace, 1450, 1510);
    }
    assert_true(pace.limit == limit);
    http_pace_refused(&pace, 1600, 1700);
    assert_true(pace.limit < limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_is_found_with_few_refusals_and_used_up),
        cmocka_unit_test(without_a_limit_the_window_is_full_after_a_few_round_trips),
        cmocka_unit_test(a_ceiling_is_kept_from_the_first_second),
        cmocka_unit_test(refusals_of_older_requests_say_nothing_new),
    };

    return cmocka_run_group_tests_name("http_pace", tests, NULL, NULL);
}
