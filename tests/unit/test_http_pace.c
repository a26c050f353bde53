/* The pace, the window and the quota against a simulated server with a bucket of requests. No real time passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/http_pace.h"
#include "http/http_window.h"

enum { FLYING_MAX = 512, AGAIN_MAX = 32768, PAUSE_MS = 1000 };

/* A server with a bucket of `burst` that fills by `rate` a second (0: no limit), `latency_ms` away. */
struct server {
    double rate, burst;
    double whim; /* the share of requests that it refuses for nothing */
    int latency_ms;
    int64_t falls_ms; /* when its rate becomes falls_to; 0: never */
    double falls_to;
    bool retry_after, headers;
    double tokens;
};

struct flight {
    int64_t started_ms, due_ms;
    bool refused;
    int64_t remaining;
};

struct run {
    struct http_pace pace;
    struct http_window window;
    struct flight flying[FLYING_MAX];
    size_t first, count; /* of those in flight: a ring, in the order of their answers */
    int64_t again_ms[AGAIN_MAX];
    size_t again_count;
    unsigned waiting, served, refused;
    bool crowded;
    unsigned dice;
    int64_t now_ms;
};

static unsigned roll(struct run *run)
{
    run->dice = run->dice * 1103515245U + 12345U;
    return run->dice >> 8;
}

static void arrive(struct run *run, struct server *server, struct flight *flight)
{
    flight->refused = (server->rate > 0 && server->tokens < 1) || roll(run) % 1000 < server->whim * 1000;
    server->tokens -= flight->refused ? 0 : 1;
    flight->remaining = (int64_t)server->tokens;
}

static void be_refused(struct run *run, const struct server *server, const struct flight *flight)
{
    run->refused++;
    int64_t wait_ms = server->retry_after ? PAUSE_MS : roll(run) % (PAUSE_MS + 1);
    if (server->retry_after) {
        http_pace_pause(&run->pace, run->now_ms + PAUSE_MS);
    }
    run->again_ms[run->again_count++ % AGAIN_MAX] = run->now_ms + wait_ms;
    bool trial = http_pace_on_trial(&run->pace);
    http_pace_refused(&run->pace, flight->started_ms, run->now_ms);
    if (!http_pace_on_trial(&run->pace)) {
        http_window_refused(&run->window);
    } else if (!trial) {
        http_window_cleared(&run->window);
    }
}

static void take_answers(struct run *run, const struct server *server)
{
    while (run->count > 0 && run->flying[run->first].due_ms <= run->now_ms) {
        struct flight *flight = &run->flying[run->first];
        struct http_quota_told told = {-1, -1, -1};
        run->first = (run->first + 1) % FLYING_MAX;
        run->count--;
        if (server->headers) {
            told = (struct http_quota_told){(int64_t)server->rate, flight->remaining, 1000};
        }
        http_pace_told(&run->pace, &told, flight->refused, run->count, run->now_ms);
        if (flight->refused) {
            be_refused(run, server, flight);
        } else {
            run->served++;
            http_pace_served(&run->pace, flight->started_ms, run->now_ms);
            http_window_answered(&run->window, HTTP_WINDOW_READ, flight->started_ms, run->now_ms, run->crowded);
        }
    }
}

static void start_requests(struct run *run, struct server *server)
{
    while (run->waiting > 0 && run->count < http_window_size(&run->window) &&
           http_pace_allows(&run->pace, run->now_ms)) {
        struct flight *flight = &run->flying[(run->first + run->count++) % FLYING_MAX];
        http_pace_take(&run->pace, run->now_ms);
        run->waiting--;
        *flight = (struct flight){.started_ms = run->now_ms, .due_ms = run->now_ms + server->latency_ms};
        arrive(run, server, flight);
    }
    run->crowded = run->count >= http_window_size(&run->window);
}

/* Sends `count` requests; those that are refused come again within a second, or after it when told so. */
static struct run *run_against(struct server *server, unsigned count, unsigned ceiling)
{
    struct run *run = test_calloc(1, sizeof(*run));

    *run = (struct run){.waiting = count, .now_ms = 1000, .dice = 1};
    http_pace_begin(&run->pace, ceiling, run->now_ms);
    http_window_begin(&run->window);
    server->tokens = server->burst;
    for (; run->served < count && run->now_ms < 10000000; run->now_ms++) {
        if (server->falls_ms > 0 && run->now_ms == server->falls_ms) {
            server->rate = server->burst = server->falls_to;
        }
        server->tokens += server->rate / 1000;
        server->tokens = server->tokens > server->burst ? server->burst : server->tokens;
        take_answers(run, server);
        for (size_t i = 0; i < run->again_count;) {
            if (run->again_ms[i] <= run->now_ms) {
                run->again_ms[i] = run->again_ms[--run->again_count];
                run->waiting++;
            } else {
                i++;
            }
        }
        start_requests(run, server);
    }
    run->now_ms -= 1000;
    assert_int_equal(run->served, count);
    return run;
}

/*
 * Fifteen seconds' worth of requests. With Retry-After and a bucket of a tenth of a second's worth, each refusal costs
 * nine tenths of a second in which nothing may be sent and the bucket overflows, and two are needed to know the rate:
 * that alone is a tenth of fifteen seconds and more.
 */
static void check_cell(const struct server *cell)
{
    struct server server = *cell;
    unsigned count = server.rate * 15 < 1000 ? 1000 : (unsigned)(server.rate * 15);
    struct run *run = run_against(&server, count, 0);
    double wall = (double)run->now_ms / 1000 / (count / server.rate);
    double refused = 100.0 * run->refused / (run->refused + run->served);
    bool costly = server.retry_after && !server.headers && server.burst < server.rate;

    if (wall > (costly ? 1.4 : 1.1) || refused >= 2) {
        fail_msg("rate %.0f burst %.0f latency %d%s%s: %.3f of the time, %.2f %% refused", server.rate, server.burst,
                 server.latency_ms, server.retry_after ? " retry-after" : "", server.headers ? " headers" : "", wall,
                 refused);
    }
    test_free(run);
}

static void a_limit_is_found_with_few_refusals_and_used_up(void **state)
{
    static const double rates[] = {20, 50, 100, 200, 500, 1000};

    (void)state;
    for (unsigned variant = 0; variant < 16; variant++) {
        for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
            check_cell(&(struct server){.rate = rates[i],
                                        .burst = (variant & 1) != 0 ? rates[i] / 10 : rates[i],
                                        .latency_ms = (variant & 2) != 0 ? 30 : 1,
                                        .retry_after = (variant & 4) != 0,
                                        .headers = (variant & 8) != 0});
        }
    }
}

static void what_remains_is_never_overdrawn(void **state)
{
    struct server server = {.rate = 200, .burst = 200, .latency_ms = 30, .headers = true};
    struct run *run = run_against(&server, 3000, 0);

    (void)state;
    assert_int_equal(run->refused, 0);
    test_free(run);
}

static void without_a_limit_the_window_grows_beyond_64(void **state)
{
    struct server server = {.latency_ms = 30};
    struct run *run = run_against(&server, 4000, 0);

    (void)state;
    assert_int_equal(run->refused, 0);
    assert_true(http_window_size(&run->window) > 128);
    assert_true(run->now_ms <= (4000 / 64 + 1) * 31); /* as fast as 64 from the first to the last */
    test_free(run);
}

static void a_ceiling_is_kept_from_the_first_second(void **state)
{
    struct server server = {.latency_ms = 5};
    struct run *run = run_against(&server, 400, 100);

    (void)state;
    assert_in_range(run->now_ms, 3900, 4200);
    test_free(run);
}

static void refusals_of_older_requests_say_nothing_new(void **state)
{
    struct http_pace pace;

    (void)state;
    http_pace_begin(&pace, 0, 1000);
    http_pace_take(&pace, 1000);
    for (int i = 0; i < 50; i++) {
        http_pace_served(&pace, 1000, 1000 + i * 10);
    }
    http_pace_refused(&pace, 1400, 1500);
    double limit = pace.limit;
    for (int i = 0; i < 30; i++) {
        http_pace_refused(&pace, 1450, 1510);
    }
    assert_true(pace.limit == limit);
    assert_int_equal(pace.phase, HTTP_PACE_SEEK);
    http_pace_refused(&pace, 1600, 1700);
    assert_int_equal(pace.phase, HTTP_PACE_HOLD);
    assert_true(pace.limit < limit);
}

static void a_pause_holds_everything_and_ends_to_the_millisecond(void **state)
{
    struct http_pace pace;

    (void)state;
    http_pace_begin(&pace, 0, 1000);
    http_pace_pause(&pace, 3000);
    http_pace_pause(&pace, 2000); /* a shorter one does not lift it */
    assert_false(http_pace_allows(&pace, 2999));
    assert_int_equal(http_pace_wait_ms(&pace, 2999), 1);
    assert_true(http_pace_allows(&pace, 3000));
}

/* Nothing is learned from a time in which something else held requests back. */
static void the_pace_rises_only_where_it_was_in_use(void **state)
{
    struct http_pace pace;

    (void)state;
    http_pace_begin(&pace, 0, 1000);
    http_pace_take(&pace, 1000);
    http_pace_served(&pace, 1000, 1010);
    http_pace_refused(&pace, 1020, 1030);
    double limit = pace.limit;
    for (int64_t now = 5000; now < 60000; now += 2000) {
        assert_true(http_pace_allows(&pace, now));
        http_pace_take(&pace, now);
    }
    assert_true(pace.limit == limit);
}

/* Refusals at random go on at every pace: those of 2,000 requests end in seconds, or in as many as are spent waiting. */
static void refusals_that_no_limit_explains_do_not_lower_the_pace(void **state)
{
    static const double whims[] = {0.02, 0.1, 0.3};

    (void)state;
    for (unsigned variant = 0; variant < 4; variant++) {
        for (size_t i = 0; i < sizeof(whims) / sizeof(whims[0]); i++) {
            struct server server = {
                .whim = whims[i], .latency_ms = (variant & 1) != 0 ? 30 : 1, .retry_after = (variant & 2) != 0};
            struct run *run = run_against(&server, 2000, 0);
            if (run->now_ms > (server.retry_after ? 60000 : 9000)) {
                fail_msg("%.0f %% refused, latency %d%s: %.1f s", whims[i] * 100, server.latency_ms,
                         server.retry_after ? " retry-after" : "", (double)run->now_ms / 1000);
            }
            test_free(run);
        }
    }
}

/* A limit below refusals at random: it is used up, or where each refusal costs a second, as far as these leave time. */
static void a_limit_is_found_among_refusals_at_random(void **state)
{
    static const double whims[] = {0.02, 0.1, 0.3};
    static const double rates[] = {5, 20, 100, 200, 500, 1000};

    (void)state;
    for (unsigned variant = 0; variant < 4; variant++) {
        for (size_t i = 0; i < 18; i++) {
            double rate = rates[i / 3];
            struct server server = {.rate = rate,
                                    .burst = rate,
                                    .whim = whims[i % 3],
                                    .latency_ms = (variant & 1) != 0 ? 30 : 1,
                                    .retry_after = (variant & 2) != 0};
            unsigned count = rate * 15 < 1000 ? 1000 : (unsigned)(rate * 15);
            struct run *run = run_against(&server, count, 0);
            double most_s = server.retry_after ? 4 * count / rate + 45 + count / 80.0 : 2 * count / rate;
            if ((double)run->now_ms / 1000 > most_s) {
                fail_msg("rate %.0f, %.0f %% refused, latency %d%s: %.1f s of %.1f", rate, server.whim * 100,
                         server.latency_ms, server.retry_after ? " retry-after" : "", (double)run->now_ms / 1000,
                         most_s);
            }
            test_free(run);
        }
    }
}

/* As where somebody else begins to use the same limit. */
static void a_limit_that_falls_is_found_again(void **state)
{
    static const double falls[] = {0.7, 0.4, 0.1};

    (void)state;
    for (unsigned variant = 0; variant < 6; variant++) {
        struct server server = {.rate = 200,
                                .burst = 200,
                                .latency_ms = (variant & 1) != 0 ? 30 : 1,
                                .falls_ms = 8000,
                                .falls_to = 200 * falls[variant / 2]};
        struct run *run = run_against(&server, 1600 + (unsigned)(30 * server.falls_to), 0);
        double refused = 100.0 * run->refused / (run->refused + run->served);
        if (run->now_ms > 38000 * 1.1 || refused >= 8) {
            fail_msg("from 200 to %.0f, latency %d: %.1f s, %.2f %% refused", server.falls_to, server.latency_ms,
                     (double)run->now_ms / 1000, refused);
        }
        test_free(run);
    }
}

static void tiny_limits_are_not_overrun(void **state)
{
    (void)state;
    for (unsigned variant = 0; variant < 4; variant++) {
        check_cell(&(struct server){
            .rate = 5, .burst = 5, .latency_ms = (variant & 1) != 0 ? 30 : 1, .retry_after = (variant & 2) != 0});
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_is_found_with_few_refusals_and_used_up),
        cmocka_unit_test(tiny_limits_are_not_overrun),
        cmocka_unit_test(refusals_that_no_limit_explains_do_not_lower_the_pace),
        cmocka_unit_test(a_limit_is_found_among_refusals_at_random),
        cmocka_unit_test(a_limit_that_falls_is_found_again),
        cmocka_unit_test(what_remains_is_never_overdrawn),
        cmocka_unit_test(without_a_limit_the_window_grows_beyond_64),
        cmocka_unit_test(a_ceiling_is_kept_from_the_first_second),
        cmocka_unit_test(refusals_of_older_requests_say_nothing_new),
        cmocka_unit_test(a_pause_holds_everything_and_ends_to_the_millisecond),
        cmocka_unit_test(the_pace_rises_only_where_it_was_in_use),
    };

    return cmocka_run_group_tests_name("http_pace", tests, NULL, NULL);
}
