/*
 * The rate limiter against simulated servers: token buckets, fixed windows, limits that change, refusals at random, several
 * clients. No real time passes. With an argument it prints the table of all cells instead.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/http_ratelimit.h"
#include "http/http_retry.h"

enum {
    CLIENTS_MAX = 4,
    TASKS = 603, /* of a client, two requests each */
    IN_FLIGHT_MAX = 512,
    PLAIN_WINDOW = 32,
    NO_HEADER = -1,
    EXACT = -2,
    STEPS_MAX = 4,
    BEGIN_MS = 1000,
    END_MS = 3600 * 1000,
    SEEDS = 5,
};

static bool printing;

/* --- servers -------------------------------------------------------------------------------------- */

/* From `from_ms` on: a token bucket, or windows of `requests`, or no limit. */
struct step {
    int64_t from_ms;
    double rate, burst;
    double requests;
    int window_ms;
};

struct server {
    struct step steps[STEPS_MAX];
    double random;     /* the share of requests that it refuses whatever the rate */
    double errors;     /* the share that it answers with 503 */
    int retry_after_s; /* or NO_HEADER, EXACT */
    int latency_ms;
    bool headers;
    size_t step;
    double left;       /* tokens, or requests of the window */
    int64_t window_ms; /* when it began */
};

struct request {
    unsigned stage;   /* 0: read, 1: write */
    unsigned attempt; /* counts from 1 */
    int64_t started_ms, due_ms;
    bool refused, failed; /* 429, 503 */
    int64_t retry_after_ms, remaining, reset_ms;
};

static unsigned roll(unsigned *dice)
{
    *dice = *dice * 1664525U + 1013904223U;
    return *dice >> 8;
}

static void serve_time(struct server *server, int64_t now_ms)
{
    const struct step *next = &server->steps[server->step + 1];

    if (server->step + 1 < STEPS_MAX && next->from_ms > 0 && now_ms >= BEGIN_MS + next->from_ms) {
        server->step++;
        server->left = fmin(server->left, next->burst);
    }
    const struct step *step = &server->steps[server->step];
    if (step->rate > 0) {
        server->left = fmin(step->burst, server->left + step->rate / 1000);
    } else if (step->requests > 0 && now_ms >= server->window_ms + step->window_ms) {
        server->window_ms += step->window_ms;
        server->left = step->requests;
    }
}

static void serve(struct server *server, struct request *request, unsigned *dice, int64_t now_ms)
{
    const struct step *step = &server->steps[server->step];
    bool limited = step->rate > 0 || step->requests > 0;
    double wait_ms = step->rate > 0 ? (1 - server->left) * 1000 / step->rate
                                    : (double)(server->window_ms + step->window_ms - now_ms);

    request->refused = (limited && server->left < 1) || roll(dice) % 10000 < server->random * 10000;
    server->left -= limited && !request->refused ? 1 : 0;
    request->failed = !request->refused && server->errors > 0 && roll(dice) % 10000 < server->errors * 10000;
    request->retry_after_ms = -1;
    if (request->refused && server->retry_after_s != NO_HEADER) {
        double exact_s = fmax(1, ceil(wait_ms / 1000));
        request->retry_after_ms = 1000 * (server->retry_after_s == EXACT ? (int64_t)exact_s : server->retry_after_s);
    }
    request->remaining = server->headers && limited ? (int64_t)server->left : -1;
    request->reset_ms = step->rate > 0 ? 1000 : (int64_t)ceil(wait_ms / 1000) * 1000;
    request->started_ms = now_ms;
    request->due_ms = now_ms + server->latency_ms + roll(dice) % (unsigned)(1 + server->latency_ms / 4);
}

/* --- clients -------------------------------------------------------------------------------------- */

/* Requests in their order; those in flight are answered in it. */
struct queue {
    struct request *items;
    size_t first, count;
};

enum { QUEUE_SIZE = 4 * TASKS };

/* With the limiter; or plain: PLAIN_WINDOW tasks at a time, each of which waits out its own refusals. */
struct client {
    struct http_ratelimit limit;
    bool plain, saturated;
    struct queue ready, in_flight;
    struct request *waiting;
    size_t waiting_count;
    unsigned tasks, to_begin, done, failed, served, refused;
    int64_t begin_ms, done_ms;
    unsigned dice;
};

static void push(struct queue *queue, struct request request)
{
    assert_true(queue->count < QUEUE_SIZE);
    queue->items[(queue->first + queue->count++) % QUEUE_SIZE] = request;
}

static struct request pop(struct queue *queue)
{
    struct request request = queue->items[queue->first];

    queue->first = (queue->first + 1) % QUEUE_SIZE;
    queue->count--;
    return request;
}

static void end_task(struct client *client, int64_t now_ms)
{
    client->tasks--;
    client->done++;
    client->done_ms = now_ms;
}

static int64_t wait_of(struct client *client, const struct request *request)
{
    if (client->plain) {
        return request->retry_after_ms >= 0 ? request->retry_after_ms : 1000;
    }
    struct http_outcome outcome = {.repeat = HTTP_REPEAT_SAFE,
                                   .status = request->refused ? 429 : 503,
                                   .attempt = request->attempt,
                                   .attempts_max = HTTP_ATTEMPTS,
                                   .backoff_ms = HTTP_BACKOFF_MS,
                                   .retry_after_ms = request->retry_after_ms,
                                   .left_ms = -1,
                                   .random = roll(&client->dice)};
    return http_retry_wait(&outcome);
}

static void be_refused(struct client *client, struct request request, int64_t now_ms)
{
    int64_t wait_ms = wait_of(client, &request);

    client->refused += request.refused;
    if (wait_ms < 0) {
        client->failed++;
        end_task(client, now_ms);
        return;
    }
    request.attempt++;
    request.due_ms = now_ms + wait_ms;
    client->waiting[client->waiting_count++] = request;
}

static void take_answers(struct client *client, int64_t now_ms)
{
    while (client->in_flight.count > 0 && client->in_flight.items[client->in_flight.first].due_ms <= now_ms) {
        struct request request = pop(&client->in_flight);
        struct http_ratelimit_answer answer = {.started_ms = request.started_ms,
                                               .now_ms = now_ms,
                                               .class = request.stage == 1 ? HTTP_RATELIMIT_WRITE : HTTP_RATELIMIT_READ,
                                               .refused = request.refused,
                                               .failed = request.failed,
                                               .saturated = client->saturated,
                                               .in_flight = (unsigned)client->in_flight.count,
                                               .retry_after_ms = request.retry_after_ms,
                                               .remaining = request.remaining,
                                               .reset_ms = request.reset_ms};
        http_ratelimit_answered(&client->limit, &answer);
        if (request.refused || request.failed) {
            be_refused(client, request, now_ms);
        } else if (client->served++, request.stage == 0) {
            push(&client->ready, (struct request){.stage = 1, .attempt = 1});
        } else {
            end_task(client, now_ms);
        }
    }
}

static void wake(struct client *client, int64_t now_ms)
{
    for (size_t i = 0; i < client->waiting_count;) {
        if (client->waiting[i].due_ms <= now_ms) {
            push(&client->ready, client->waiting[i]);
            client->waiting[i] = client->waiting[--client->waiting_count];
        } else {
            i++;
        }
    }
}

/* As http_window. */
static size_t tasks_at_once(const struct client *client)
{
    size_t most = http_ratelimit_window(&client->limit) + client->waiting_count;

    return client->plain ? PLAIN_WINDOW : most < HTTP_WINDOW_AUTO_MAX ? most : HTTP_WINDOW_AUTO_MAX;
}

static bool may_start(struct client *client, int64_t now_ms)
{
    unsigned in_flight = (unsigned)client->in_flight.count;

    return client->ready.count > 0 && (client->plain || http_ratelimit_wait_ms(&client->limit, in_flight, now_ms) == 0);
}

static void start_requests(struct client *client, struct server *server, int64_t now_ms)
{
    while (client->to_begin > 0 && client->tasks < tasks_at_once(client)) {
        client->to_begin--;
        client->tasks++;
        push(&client->ready, (struct request){.attempt = 1});
    }
    while (may_start(client, now_ms)) {
        struct request request = pop(&client->ready);
        struct queue *in_flight = &client->in_flight;
        http_ratelimit_started(&client->limit, now_ms);
        serve(server, &request, &client->dice, now_ms);
        if (in_flight->count > 0) {
            int64_t last_ms = in_flight->items[(in_flight->first + in_flight->count - 1) % QUEUE_SIZE].due_ms;
            request.due_ms = request.due_ms > last_ms ? request.due_ms : last_ms;
        }
        push(in_flight, request);
    }
    client->saturated = client->in_flight.count >= http_ratelimit_window(&client->limit);
}

/* --- a run ---------------------------------------------------------------------------------------- */

struct run {
    unsigned clients, seed, ceiling, window;
    bool plain;
};

struct result {
    double seconds; /* until the last client is done */
    double refused; /* share of the requests */
    double least;   /* share of one client when the first is done, as a part of its fair share */
    unsigned failed, window;
};

static struct client make_client(const struct run *run, unsigned number)
{
    struct client client = {.plain = run->plain, .to_begin = TASKS, .dice = run->seed * 7919 + number * 104729 + 1};

    client.ready.items = test_calloc(QUEUE_SIZE, sizeof(struct request));
    client.in_flight.items = test_calloc(QUEUE_SIZE, sizeof(struct request));
    client.waiting = test_calloc(QUEUE_SIZE, sizeof(struct request));
    client.begin_ms = BEGIN_MS + (number > 0 ? roll(&client.dice) % 50 : 0);
    http_ratelimit_begin(&client.limit, run->ceiling, run->window, client.begin_ms);
    return client;
}

static void free_client(struct client *client)
{
    test_free(client->ready.items);
    test_free(client->in_flight.items);
    test_free(client->waiting);
}

static unsigned step_clients(struct client clients[], unsigned count, struct server *server, int64_t now_ms)
{
    unsigned done = 0;

    for (unsigned n = 0; n < count; n++) {
        struct client *client = &clients[(n + (unsigned)now_ms) % count];
        if (now_ms >= client->begin_ms) {
            take_answers(client, now_ms);
            wake(client, now_ms);
            start_requests(client, server, now_ms);
        }
        done += client->done == TASKS;
    }
    return done;
}

static double least_share(const struct client clients[], unsigned count)
{
    double total = 0;
    double least = INFINITY;

    for (unsigned i = 0; i < count; i++) {
        total += clients[i].served;
        least = fmin(least, clients[i].served);
    }
    return least * count / total;
}

static struct result play(const struct server *given, const struct run *run)
{
    struct server server = *given;
    struct client clients[CLIENTS_MAX];
    struct result result = {0};
    unsigned done = 0;
    unsigned requests = 0;

    server.left = server.steps[0].rate > 0 ? server.steps[0].burst : server.steps[0].requests;
    server.window_ms = BEGIN_MS;
    for (unsigned i = 0; i < run->clients; i++) {
        clients[i] = make_client(run, i);
    }
    for (int64_t now_ms = BEGIN_MS; done < run->clients && now_ms < END_MS; now_ms++) {
        serve_time(&server, now_ms);
        done = step_clients(clients, run->clients, &server, now_ms);
        if (done > 0 && result.least <= 0) {
            result.least = least_share(clients, run->clients);
        }
    }
    assert_int_equal(done, run->clients);
    for (unsigned i = 0; i < run->clients; i++) {
        result.seconds = fmax(result.seconds, (double)(clients[i].done_ms - BEGIN_MS) / 1000);
        result.refused += clients[i].refused;
        result.failed += clients[i].failed;
        result.window = http_ratelimit_window(&clients[i].limit);
        requests += clients[i].refused + clients[i].served;
        free_client(&clients[i]);
    }
    result.refused /= requests;
    return result;
}

/* The means over some seeds. */
static struct result play_some(const struct server *server, struct run run)
{
    struct result mean = {0};

    for (run.seed = 1; run.seed <= SEEDS; run.seed++) {
        struct result result = play(server, &run);
        mean.seconds += result.seconds / SEEDS;
        mean.refused += result.refused / SEEDS;
        mean.least += result.least / SEEDS;
        mean.failed += result.failed;
    }
    return mean;
}

static struct result play_one_client(const struct server *server)
{
    return play_some(server, (struct run){.clients = 1});
}

/* Prints the cell, or fails where it is beyond what is allowed. */
static void check(const char *what, const struct server *server, const struct result *result, double best_s,
                  double most_ratio, double most_refused)
{
    const struct step *step = &server->steps[0];
    double ratio = result->seconds / best_s;
    char cell[160];

    snprintf(cell, sizeof(cell), "%s: %g/s burst %g, %g per %d ms, random %g, Retry-After %d, latency %d%s", what,
             step->rate, step->burst, step->requests, step->window_ms, server->random, server->retry_after_s,
             server->latency_ms, server->headers ? ", headers" : "");
    if (printing) {
        printf("%-100s %7.2f s, %5.2f of %7.2f s, %5.2f %% refused\n", cell, result->seconds, ratio, best_s,
               100 * result->refused);
    } else if (ratio > most_ratio || result->refused > most_refused) {
        fail_msg("%s: %.2f s, %.2f of the best, %.2f %% refused", cell, result->seconds, ratio, 100 * result->refused);
    }
}

/* --- the cells ------------------------------------------------------------------------------------ */

static const int retry_afters[] = {NO_HEADER, 1, EXACT, 0};

enum { RETRY_AFTERS = sizeof(retry_afters) / sizeof(retry_afters[0]) };

/* The first three rates are the goal; a few hundred requests of the others leave no time to find a limit gently. */
static void a_bucket_is_used_up_with_few_refusals(void **state)
{
    static const struct {
        double rate, most_ratio, most_refused;
    } rows[] = {{50, 1.1, 0.03},   {100, 1.1, 0.03},  {500, 1.1, 0.03}, {5, 1.2, 0.1},
                {20, 1.15, 0.045}, {200, 1.12, 0.03}, {1000, 1.4, 0.04}};
    static const int latencies_ms[] = {10, 1, 30};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t variant = 0; variant < 2 * RETRY_AFTERS * 3; variant++) {
            double rate = rows[i].rate;
            struct server server = {.steps = {{.rate = rate, .burst = fmax(1, variant % 2 > 0 ? rate / 10 : rate)}},
                                    .retry_after_s = retry_afters[variant / 2 % RETRY_AFTERS],
                                    .latency_ms = latencies_ms[variant / 2 / RETRY_AFTERS]};
            struct result result = play_one_client(&server);
            double more = server.latency_ms == 10 ? 1 : 2; /* what was not tuned */
            check("bucket", &server, &result, 2 * TASKS / rate, 1 + (rows[i].most_ratio - 1) * more,
                  rows[i].most_refused * more);
        }
    }
}

static void refusals_that_no_limit_explains_do_not_slow_down(void **state)
{
    static const double shares[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3};
    static const int waits[] = {NO_HEADER, 1};

    (void)state;
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        for (size_t variant = 0; variant < 4; variant++) {
            struct server server = {
                .random = shares[i], .retry_after_s = waits[variant % 2], .latency_ms = variant < 2 ? 10 : 30};
            struct result plain = play_some(&server, (struct run){.clients = 1, .plain = true});
            struct result result = play_one_client(&server);
            check("random", &server, &result, plain.seconds, 1.2, 1);
        }
    }
}

/* An error of the server is a request that no limit refused: refusals among errors are as few as among successes. */
static void refusals_among_errors_do_not_slow_down(void **state)
{
    static const double shares[][2] = {{0.1, 0.3}, {0.2, 0.4}, {0.2, 0.5}, {0.1, 0.7}};

    (void)state;
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        struct server server = {
            .random = shares[i][0], .errors = shares[i][1], .retry_after_s = NO_HEADER, .latency_ms = 10};
        struct result plain = play_some(&server, (struct run){.clients = 1, .plain = true});
        struct result result = play_one_client(&server);
        check("errors", &server, &result, plain.seconds, 1.2, 1);
    }
}

static void retry_after_0_comes_again_at_once(void **state)
{
    struct server server = {.random = 0.1, .latency_ms = 10};
    struct result result = play_one_client(&server);

    (void)state;
    check("random", &server, &result, 1, 1, 1);
}

/* A limit below refusals at random is used up as far as these leave it. */
static void a_limit_is_found_among_refusals_at_random(void **state)
{
    static const double shares[] = {0.02, 0.1, 0.2};
    static const double rates[] = {20, 100, 500};

    (void)state;
    for (size_t i = 0; i < 9; i++) {
        double rate = rates[i / 3];
        struct server server = {.steps = {{.rate = rate, .burst = rate}},
                                .random = shares[i % 3],
                                .retry_after_s = NO_HEADER,
                                .latency_ms = 10};
        struct result result = play_one_client(&server);
        check("both", &server, &result, 2 * TASKS / rate, 3.3, 1);
    }
}

static void a_limit_that_halves_and_doubles_again_is_followed(void **state)
{
    static const double rates[] = {50, 100, 200, 500};

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        for (size_t variant = 0; variant < 4; variant++) {
            double rate = rates[i];
            double burst = variant % 2 > 0 ? rate / 10 : rate;
            double third_s = 2 * TASKS / rate / 3;
            struct server server = {.steps = {{.rate = rate, .burst = burst},
                                              {(int64_t)(third_s * 1000), .rate = rate / 2, .burst = burst / 2},
                                              {(int64_t)(third_s * 3000), .rate = rate, .burst = burst}},
                                    .retry_after_s = retry_afters[variant / 2],
                                    .latency_ms = 10};
            struct result result = play_one_client(&server);
            check("halves", &server, &result, 4 * third_s, 1.2, 0.04);
        }
    }
}

static void a_limit_that_falls_is_found_again(void **state)
{
    static const double falls[] = {0.7, 0.4, 0.1};

    (void)state;
    for (size_t variant = 0; variant < 6; variant++) {
        double rate = 100 * falls[variant / 2];
        struct server server = {.steps = {{.rate = 100, .burst = 100}, {6000, .rate = rate, .burst = rate}},
                                .retry_after_s = NO_HEADER,
                                .latency_ms = variant % 2 > 0 ? 30 : 1};
        struct result result = play_one_client(&server);
        check("falls", &server, &result, 6 + (2 * TASKS - 600) / rate, 1.1, 0.06);
    }
}

/* The first row is the goal. What is left of the last window when all are served is not waited for. */
static void windows_are_used_up_and_their_end_is_waited_for(void **state)
{
    static const struct {
        double requests;
        int window_ms;
        double most_ratio, most_refused;
    } rows[] = {{300, 10000, 1.15, 0.05}, {100, 10000, 1.15, 0.08}, {600, 20000, 1.15, 0.05}, {1000, 60000, 1.15, 0.05},
                {500, 5000, 1.35, 0.05},  {100, 1000, 1.45, 0.05},  {50, 1000, 1.4, 0.06}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double best_s = floor((2 * TASKS - 1) / rows[i].requests) * rows[i].window_ms / 1000;
        struct server server = {.steps = {{.requests = rows[i].requests, .window_ms = rows[i].window_ms}},
                                .retry_after_s = EXACT,
                                .latency_ms = 10};
        struct result result = play_one_client(&server);
        check("windows", &server, &result, best_s, rows[i].most_ratio, rows[i].most_refused);
        assert_int_equal(result.failed, 0);
    }
}

static void clients_share_a_limit(void **state)
{
    static const double rates[] = {40, 100, 200, 500};

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        double rate = rates[i / 2];
        struct server server = {.steps = {{.rate = rate, .burst = i % 2 > 0 ? rate / 10 : rate}},
                                .retry_after_s = NO_HEADER,
                                .latency_ms = 10};
        struct result result = play_some(&server, (struct run){.clients = CLIENTS_MAX});
        check("four clients", &server, &result, CLIENTS_MAX * 2 * TASKS / rate, 1.25, 0.08);
        if (printing) {
            printf("%100s when the first is done, the least had %.2f of a fair share\n", "", result.least);
        } else {
            assert_true(result.least > 0.6);
        }
    }
}

static void headers_spare_refusals(void **state)
{
    static const double rates[] = {20, 50, 200, 500};

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        double rate = rates[i / 2];
        struct server server = {.steps = {{.rate = rate, .burst = rate}},
                                .retry_after_s = NO_HEADER,
                                .latency_ms = i % 2 > 0 ? 30 : 10,
                                .headers = true};
        struct result result = play_one_client(&server);
        check("headers", &server, &result, 2 * TASKS / rate, 1.1, 0.005);
    }
    struct server windows = {.steps = {{.requests = 300, .window_ms = 10000}}, .latency_ms = 10, .headers = true};
    struct result result = play_one_client(&windows);
    check("headers", &windows, &result, 40, 1.15, 0.01);
}

/* --- the rest ------------------------------------------------------------------------------------- */

static void without_a_limit_the_window_grows_as_long_as_answers_stay_fast(void **state)
{
    struct server server = {.latency_ms = 30};
    struct result result = play(&server, &(struct run){.clients = 1, .seed = 1});

    (void)state;
    assert_true(result.window >= 64);
    check("free", &server, &result, 2 * TASKS / 64.0 * 0.034, 1.7, 0);
    server.latency_ms = 1;
    result = play(&server, &(struct run){.clients = 1, .seed = 1});
    assert_in_range(result.window, 8, 40);
    result = play(&server, &(struct run){.clients = 1, .seed = 1, .window = 7});
    assert_int_equal(result.window, 7);
}

static void a_ceiling_is_kept_from_the_first_second(void **state)
{
    struct server server = {.latency_ms = 5};
    struct result result = play(&server, &(struct run){.clients = 1, .seed = 1, .ceiling = 100});

    (void)state;
    assert_true(fabs(result.seconds - 2 * TASKS / 100.0) < 0.3);
}

/* `count` answers of one class that took `latency_ms`, one a millisecond; then the window that is expected. */
struct event {
    unsigned count;
    enum http_ratelimit_class class;
    int latency_ms;
    bool saturated;
    unsigned least, most;
};

static void the_window_by_events(void **state)
{
    static const struct {
        const char *what;
        struct event events[4];
    } rows[] = {
        {"grows fast, then slowly, up to its most",
         {{20, 0, 30, true, 9, 13}, {500, 0, 30, true, 48, 60}, {20000, 0, 30, true, 256, 256}}},
        {"stays while it is not what holds back", {{1000, 0, 30, false, 8, 8}}},
        {"falls once a round trip when answers get slow",
         {{500, 0, 100, true, 64, 76}, {40, 0, 500, true, 46, 66}, {900, 0, 500, true, 20, 66}}},
        {"grows by one a round trip afterwards",
         {{500, 0, 100, true, 64, 76}, {600, 0, 500, true, 20, 60}, {300, 0, 100, true, 22, 70}}},
        {"writes may take longer than reads",
         {{500, 0, 30, true, 48, 60}, {400, HTTP_RATELIMIT_WRITE, 300, true, 64, 90}}},
        {"pages of lists may take longer, and do not make bold",
         {{500, 0, 30, true, 48, 60}, {400, HTTP_RATELIMIT_LIST, 300, true, 52, 70}, {500, 0, 30, true, 60, 84}}},
        {"pages of lists alone are judged by themselves",
         {{500, HTTP_RATELIMIT_LIST, 100, true, 64, 76}, {900, HTTP_RATELIMIT_LIST, 500, true, 20, 66}}},
        {"a few milliseconds are no sign", {{500, 0, 1, true, 16, 20}, {400, 0, 5, true, 20, 40}}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_ratelimit limit;
        int64_t now_ms = BEGIN_MS;
        http_ratelimit_begin(&limit, 0, 0, now_ms);
        for (const struct event *event = rows[i].events; event->count > 0; event++) {
            for (unsigned n = 0; n < event->count; n++) {
                now_ms++;
                http_ratelimit_answered(&limit,
                                        &(struct http_ratelimit_answer){.started_ms = now_ms - event->latency_ms,
                                                                        .now_ms = now_ms,
                                                                        .class = event->class,
                                                                        .saturated = event->saturated,
                                                                        .retry_after_ms = -1,
                                                                        .remaining = -1,
                                                                        .reset_ms = -1});
            }
            unsigned window = http_ratelimit_window(&limit);
            if (window < event->least || window > event->most) {
                fail_msg("%s, event %d: %u", rows[i].what, (int)(event - rows[i].events), window);
            }
        }
    }
}

static void a_hold_ends_to_the_millisecond(void **state)
{
    struct http_ratelimit limit;

    (void)state;
    http_ratelimit_begin(&limit, 0, 0, BEGIN_MS);
    limit.hold_until_ms = BEGIN_MS + 2000;
    assert_int_equal(http_ratelimit_wait_ms(&limit, 0, BEGIN_MS + 1), 1999);
    assert_int_equal(http_ratelimit_wait_ms(&limit, 0, BEGIN_MS + 2000), 0);
    assert_int_equal(http_ratelimit_wait_ms(&limit, HTTP_WINDOW_START, BEGIN_MS + 2000), -1);
}

static struct http_ratelimit_answer told(bool refused, int64_t remaining, int64_t reset_ms, int64_t now_ms)
{
    return (struct http_ratelimit_answer){.started_ms = now_ms - 10,
                                          .now_ms = now_ms,
                                          .refused = refused,
                                          .in_flight = 1,
                                          .retry_after_ms = -1,
                                          .remaining = remaining,
                                          .reset_ms = reset_ms};
}

static void headers_of_a_long_window(void **state)
{
    struct http_ratelimit limit;
    struct http_ratelimit_answer answer = told(false, 9, 60000, BEGIN_MS + 100);

    (void)state;
    http_ratelimit_begin(&limit, 0, 0, BEGIN_MS);
    http_ratelimit_answered(&limit, &answer);
    assert_int_equal(http_ratelimit_wait_ms(&limit, 0, BEGIN_MS + 100), 0);
    answer = told(false, 0, 60000, BEGIN_MS + 200);
    http_ratelimit_answered(&limit, &answer);
    assert_int_equal(http_ratelimit_wait_ms(&limit, 0, BEGIN_MS + 200), 60000);
    /* an hour is not waited: the server's 429 says what it means */
    http_ratelimit_begin(&limit, 0, 0, BEGIN_MS);
    answer = told(false, 0, 3600 * 1000, BEGIN_MS + 200);
    http_ratelimit_answered(&limit, &answer);
    assert_true(http_ratelimit_wait_ms(&limit, 0, BEGIN_MS + 200) < 1000);
    /* headers that are not true are not believed any more */
    http_ratelimit_begin(&limit, 0, 0, BEGIN_MS);
    answer = told(true, 900, 1000, BEGIN_MS + 100);
    http_ratelimit_answered(&limit, &answer);
    answer = told(false, 0, 60000, BEGIN_MS + 200);
    http_ratelimit_answered(&limit, &answer);
    assert_int_equal(http_ratelimit_wait_ms(&limit, 0, BEGIN_MS + 200), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_is_used_up_with_few_refusals),
        cmocka_unit_test(refusals_that_no_limit_explains_do_not_slow_down),
        cmocka_unit_test(refusals_among_errors_do_not_slow_down),
        cmocka_unit_test(retry_after_0_comes_again_at_once),
        cmocka_unit_test(a_limit_is_found_among_refusals_at_random),
        cmocka_unit_test(a_limit_that_halves_and_doubles_again_is_followed),
        cmocka_unit_test(a_limit_that_falls_is_found_again),
        cmocka_unit_test(windows_are_used_up_and_their_end_is_waited_for),
        cmocka_unit_test(clients_share_a_limit),
        cmocka_unit_test(headers_spare_refusals),
        cmocka_unit_test(without_a_limit_the_window_grows_as_long_as_answers_stay_fast),
        cmocka_unit_test(a_ceiling_is_kept_from_the_first_second),
        cmocka_unit_test(the_window_by_events),
        cmocka_unit_test(a_hold_ends_to_the_millisecond),
        cmocka_unit_test(headers_of_a_long_window),
    };

    (void)argv;
    printing = argc > 1;
    return cmocka_run_group_tests_name("http_ratelimit", tests, NULL, NULL);
}
