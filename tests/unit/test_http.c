/* Transfers: what goes out, reuse, window, pace, limits, stopping. */
#include "tests/unit/http_fixture.h"
#include "tests/unit/no_random.h"

#include <signal.h>
#include <sys/time.h>

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

/* --- what goes out ---------------------------------------------------------------------------- */

static enum afterwards answer_with_headers(struct loopback *server, const struct heard *heard, struct text *answer)
{
    (void)server, (void)heard;
    loopback_json(answer, 200, "ETag: W/\"1-x\"\r\nX-Request-Id: theirs\r\n", "{\"id\":\"i\"}");
    return KEEP_OPEN;
}

static void a_patch_goes_out_as_the_api_wants_it(void **state)
{
    struct loopback server;
    char id[64];

    (void)state;
    loopback_start(&server, answer_with_headers, NULL);
    struct http *http = open_session(NULL);
    struct ended ended =
        fetch(http, (struct http_request){.method = HTTP_PATCH,
                                          .url = url_of(&server, "/v1/instances/i?version=1&generation=2"),
                                          .content_type = "application/merge-patch+json",
                                          .if_match = "W/\"0-x\"",
                                          .body = "{\"a\":1}",
                                          .body_size = 7});
    const char *heard = text_string(&server.log);
    assert_non_null(strstr(heard, "PATCH /v1/instances/i?version=1&generation=2 HTTP/1.1\r\n"));
    assert_non_null(strstr(heard, "\r\nContent-Type: application/merge-patch+json\r\n"));
    assert_non_null(strstr(heard, "\r\nIf-Match: W/\"0-x\"\r\n"));
    assert_non_null(strstr(heard, "\r\nAccept: application/json\r\n"));
    assert_non_null(strstr(heard, "\r\nAccept-Encoding: gzip\r\n"));
    assert_non_null(strstr(heard, "\r\nUser-Agent: vpcmeta/"));
    assert_non_null(strstr(heard, "\r\n\r\n{\"a\":1}"));
    assert_null(strstr(heard, "Authorization"));
    loopback_value(heard, "X-Request-Id", id, sizeof(id));
    assert_int_equal(strlen(id), 36);
    assert_int_equal(id[14], '4');
    assert_non_null(strchr("89ab", id[19]));
    assert_int_equal(ended.status, 200);
    assert_false(ended.failed);
    assert_string_equal(ended.etag, "W/\"1-x\"");
    assert_string_equal(ended.request_id, "theirs");
    assert_string_equal(ended.body, "{\"id\":\"i\"}");
    http_destroy(http);
    loopback_stop(&server);
}

static enum afterwards answer_empty(struct loopback *server, const struct heard *heard, struct text *answer)
{
    (void)server, (void)heard;
    loopback_json(answer, 200, "", "");
    return KEEP_OPEN;
}

static void each_method_has_its_form(void **state)
{
    static const struct {
        enum http_method method;
        const char *body, *first, *there, *absent;
    } cases[] = {
        {HTTP_GET, NULL, "GET / ", "Accept:", "Content-"},
        {HTTP_DELETE, NULL, "DELETE / ", "Accept:", "Content-"},
        {HTTP_POST, NULL, "POST / ", "Content-Length: 0\r\n", "Content-Type"},
        {HTTP_POST, "{}", "POST / ", "Content-Type: text/x\r\n", "Expect"},
        {HTTP_PATCH, "{}", "PATCH / ", "Content-Length: 2\r\n", "Expect"},
        {HTTP_GET, NULL, "GET / ", "Accept:", "Content-"},
    };
    struct loopback server;

    (void)state;
    loopback_start(&server, answer_empty, NULL);
    struct http *http = open_session(NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text_clear(&server.log);
        struct ended ended = fetch(http, (struct http_request){.method = cases[i].method,
                                                               .url = url_of(&server, "/"),
                                                               .content_type = cases[i].body != NULL ? "text/x" : NULL,
                                                               .body = cases[i].body,
                                                               .body_size = cases[i].body != NULL ? 2 : 0});
        const char *heard = text_string(&server.log);
        if (strncmp(heard, cases[i].first, strlen(cases[i].first)) != 0 || strstr(heard, cases[i].there) == NULL ||
            strstr(heard, cases[i].absent) != NULL) {
            fail_msg("case %zu: %s", i, heard);
        }
        assert_int_equal(ended.status, 200);
    }
    http_destroy(http);
    loopback_stop(&server);
}

/* --- connections, window, pace ---------------------------------------------------------------- */

static void connections_are_reused(void **state)
{
    struct loopback server;

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http *http = open_session(NULL);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(fetch_get(http, &server, "/").status, 200);
    }
    assert_int_equal(server.requests, 10);
    assert_int_equal(server.connections, 1);
    struct http_counters counters = http_counters(http);
    assert_int_equal(counters.requests, 10);
    assert_int_equal(counters.attempts, 10);
    assert_int_equal(counters.retries, 0);
    assert_int_equal(counters.connections, 1);
    assert_true(counters.bytes_received > 10 * 60);
    http_destroy(http);
    loopback_stop(&server);
}

struct crowd {
    struct http *http;
    const struct loopback *server;
    int to_send, done;
    size_t most_in_flight;
};

static void send_next(struct crowd *crowd);

static void one_of_crowd_done(struct http_reply *reply, void *context)
{
    struct crowd *crowd = context;

    assert_null(reply->error);
    crowd->done++;
    if (http_in_flight(crowd->http) + 1 > crowd->most_in_flight) {
        crowd->most_in_flight = http_in_flight(crowd->http) + 1;
    }
    send_next(crowd);
}

static void send_next(struct crowd *crowd)
{
    if (crowd->to_send > 0) {
        crowd->to_send--;
        struct http_request request = {.url = url_of(crowd->server, "/"), .done = one_of_crowd_done, .context = crowd};
        http_submit(crowd->http, &request);
    }
}

static void the_window_is_kept_and_callbacks_may_submit(void **state)
{
    struct loopback server;
    struct err e = ERR_INIT;

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http_options options = {.window = 4};
    struct crowd crowd = {.http = open_session(&options), .server = &server, .to_send = 100};
    for (int i = 0; i < 10; i++) {
        send_next(&crowd);
    }
    assert_true(http_run(crowd.http, &e));
    assert_int_equal(crowd.done, 100);
    assert_int_equal(crowd.most_in_flight, 4);
    assert_int_equal(server.connections, 4);
    http_destroy(crowd.http);
    loopback_stop(&server);
}

static void the_pace_is_a_ceiling(void **state)
{
    struct loopback server;
    struct err e = ERR_INIT;

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http_options options = {.max_per_second = 40};
    struct crowd crowd = {.http = open_session(&options), .server = &server, .to_send = 11};
    for (int i = 0; i < 11; i++) {
        send_next(&crowd);
    }
    int64_t start_ms = now_ms();
    assert_true(http_run(crowd.http, &e));
    /* one at once, ten at 40 a second; the bucket and the clock's grain may spare a few milliseconds */
    assert_true(now_ms() - start_ms >= 240);
    http_destroy(crowd.http);
    loopback_stop(&server);
}

struct ticks {
    int count, over;
};

static void note_tick(void *context, bool over)
{
    struct ticks *ticks = context;

    ticks->count += !over;
    ticks->over += over;
}

static enum afterwards answer_late(struct loopback *server, const struct heard *heard, struct text *answer)
{
    usleep(100 * 1000);
    return answer_ok(server, heard, answer);
}

static void ticks_come_while_no_answer_does(void **state)
{
    struct loopback server;
    struct ticks ticks = {0};

    (void)state;
    loopback_start(&server, answer_late, NULL);
    struct http *http = open_session(NULL);
    http_set_ticker(http, note_tick, &ticks, 10);
    assert_int_equal(fetch_get(http, &server, "/").status, 200);
    assert_true(ticks.count >= 2);
    assert_int_equal(ticks.over, 1);
    http_set_ticker(http, NULL, NULL, 0);
    assert_int_equal(fetch_get(http, &server, "/").status, 200);
    assert_int_equal(ticks.over, 1);
    http_destroy(http);
    loopback_stop(&server);
}

/* --- bodies ----------------------------------------------------------------------------------- */

static enum afterwards answer_zipped(struct loopback *server, const struct heard *heard, struct text *answer)
{
    static const char small[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\xcf\x56\xb2\x2a\x29\x2a\x4d"
                                "\xad\x05\x00\x90\x5f\xd4\xa7\x0b\x00\x00\x00";
    /* 100,000 zeros */
    static const char bomb[132] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5"
                                  "\x4f\x6d\x0d\x0f\xa0";
    static const char bomb_end[] = "\x80\x57\x03\x7d\x95\x11\xd4\xa0\x86\x01\x00";
    bool is_bomb = strcmp(heard->path, "/bomb") == 0;

    (void)server;
    text_printf(answer, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
                is_bomb ? sizeof(bomb) : sizeof(small) - 1);
    if (is_bomb) {
        text_append_size(answer, bomb, sizeof(bomb) - (sizeof(bomb_end) - 1));
        text_append_size(answer, bomb_end, sizeof(bomb_end) - 1);
    } else {
        text_append_size(answer, small, sizeof(small) - 1);
    }
    return KEEP_OPEN;
}

static void gzip_is_undone(void **state)
{
    struct loopback server;

    (void)state;
    loopback_start(&server, answer_zipped, NULL);
    struct http *http = open_session(NULL);
    struct ended ended = fetch_get(http, &server, "/");
    assert_string_equal(ended.body, "{\"ok\":true}");
    assert_int_equal(ended.size, 11);
    http_destroy(http);
    loopback_stop(&server);
}

static enum afterwards answer_large(struct loopback *server, const struct heard *heard, struct text *answer)
{
    (void)server, (void)heard;
    text_append(answer, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
    text_append_repeat(answer, 'x', 1001);
    return KEEP_OPEN;
}

static void an_answer_beyond_its_limit_is_refused_once(void **state)
{
    struct loopback server, zipped;

    (void)state;
    loopback_start(&server, answer_large, NULL);
    loopback_start(&zipped, answer_zipped, NULL);
    struct http_options options = {.answer_max = 1000};
    struct http *http = open_session(&options);
    struct ended ended = fetch_get(http, &server, "/");
    assert_int_equal(ended.fault, HTTP_FAULT_REFUSED);
    assert_int_equal(ended.error.code, ERR_BAD_ANSWER);
    assert_non_null(strstr(ended.error.message, "limit of 1000 bytes"));
    assert_int_equal(server.requests, 1);
    /* the limit of one request overrides the session's */
    ended = fetch(http, (struct http_request){.url = url_of(&server, "/"), .answer_max = 1001});
    assert_int_equal(ended.status, 200);
    assert_int_equal(ended.size, 1001);
    /* decompressed bytes count */
    ended = fetch_get(http, &zipped, "/bomb");
    assert_int_equal(ended.fault, HTTP_FAULT_REFUSED);
    ended = fetch(http, (struct http_request){.url = url_of(&zipped, "/bomb"), .answer_max = 100000});
    assert_int_equal(ended.size, 100000);
    http_destroy(http);
    loopback_stop(&server);
    loopback_stop(&zipped);
}

static void padding_is_readable(struct http_reply *reply, void *context)
{
    int *sum = context;

    for (size_t i = 0; i <= HTTP_BODY_PADDING; i++) {
        *sum += reply->body[reply->size + i];
        reply->body[reply->size + i] = 'x';
    }
    (*sum)++;
}

static void bodies_are_padded(void **state)
{
    struct loopback server;
    struct err e = ERR_INIT;
    int sum = 0;

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http *http = open_session(NULL);
    struct http_request request = {.url = url_of(&server, "/"), .done = padding_is_readable, .context = &sum};
    struct http_request refused = {.url = "nowhere", .done = padding_is_readable, .context = &sum};
    http_submit(http, &request);
    http_submit(http, &refused);
    assert_true(http_run(http, &e));
    assert_int_equal(sum, 2);
    http_destroy(http);
    loopback_stop(&server);
}

/* --- stopping --------------------------------------------------------------------------------- */

static enum afterwards hang(struct loopback *server, const struct heard *heard, struct text *answer)
{
    (void)server, (void)heard, (void)answer;
    return HANG;
}

static struct http *interrupted; /* signal handlers have no other way to it */

static void abort_session(int number)
{
    (void)number;
    http_abort(interrupted);
}

static void alarm_in_ms(int ms, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct itimerval timer = {.it_value = {.tv_usec = ms * 1000}};

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void a_signal_ends_a_waiting_session_at_once(void **state)
{
    struct loopback server;
    struct err e = ERR_INIT;
    struct ended ended[3] = {{0}};

    (void)state;
    loopback_start(&server, hang, NULL);
    struct http_options options = {.window = 2};
    struct http *http = interrupted = open_session(&options);
    for (int i = 0; i < 3; i++) {
        struct http_request request = {.method = HTTP_PATCH,
                                       .url = url_of(&server, "/"),
                                       .done = note_end,
                                       .context = &ended[i],
                                       .body = "x",
                                       .body_size = 1};
        http_submit(http, &request);
    }
    alarm_in_ms(50, abort_session);
    int64_t start_ms = now_ms();
    assert_false(http_run(http, &e));
    assert_true(now_ms() - start_ms < 5000);
    assert_int_equal(e.code, ERR_CANCELLED);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ended[i].calls, 1);
        assert_int_equal(ended[i].fault, HTTP_FAULT_CANCELLED);
        assert_int_equal(ended[i].error.code, ERR_CANCELLED);
        assert_int_equal(ended[i].attempts, i < 2 ? 1 : 0);
        assert_int_equal(ended[i].maybe_processed, i < 2);
    }
    http_destroy(http);
    loopback_stop(&server);
}

static void cancel_then_count(struct http_reply *reply, void *context)
{
    struct crowd *crowd = context;

    crowd->done += reply->error == NULL;
    crowd->to_send += reply->fault == HTTP_FAULT_CANCELLED && reply->attempts == 0;
    http_cancel(crowd->http);
}

static void cancelling_drains_what_is_in_flight(void **state)
{
    struct loopback server;
    struct err e = ERR_INIT;

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http_options options = {.window = 3};
    struct crowd crowd = {.http = open_session(&options)};
    for (int i = 0; i < 10; i++) {
        struct http_request request = {.url = url_of(&server, "/"), .done = cancel_then_count, .context = &crowd};
        http_submit(crowd.http, &request);
    }
    assert_false(http_run(crowd.http, &e));
    assert_int_equal(e.code, ERR_CANCELLED);
    assert_int_equal(crowd.done, server.requests);
    assert_int_equal(crowd.done + crowd.to_send, 10);
    assert_true(crowd.done >= 3 && crowd.done < 10);
    http_resume(crowd.http);
    assert_int_equal(fetch_get(crowd.http, &server, "/").status, 200);
    http_destroy(crowd.http);
    loopback_stop(&server);
}

static void what_must_finish_is_still_sent_after_a_cancel_and_not_after_an_abort(void **state)
{
    struct loopback server;
    struct err e = ERR_INIT;
    struct ended ended[4] = {{0}};

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http *http = open_session(NULL);
    assert_int_equal(http_state(http), HTTP_OPEN);
    for (int i = 0; i < 4; i++) {
        struct http_request request = {.url = url_of(&server, "/"),
                                       .flags = i % 2 == 1 ? HTTP_MUST_FINISH : 0U,
                                       .done = note_end,
                                       .context = &ended[i]};
        http_submit(http, &request);
        if (i == 1) {
            http_cancel(http);
            assert_int_equal(http_state(http), HTTP_DRAINING);
            assert_false(http_run(http, &e));
            assert_int_equal(ended[0].fault, HTTP_FAULT_CANCELLED);
            assert_int_equal(ended[1].status, 200);
        }
    }
    http_abort(http);
    assert_int_equal(http_state(http), HTTP_CLOSED);
    http_idle(http, 60 * 1000); /* is over at once */
    assert_false(http_run(http, &e));
    assert_int_equal(ended[3].fault, HTTP_FAULT_CANCELLED);
    assert_int_equal(server.requests, 1);
    http_destroy(http);
    loopback_stop(&server);
}

static void the_deadline_ends_everything(void **state)
{
    struct loopback server;

    (void)state;
    loopback_start(&server, hang, NULL);
    struct http *http = open_session(NULL);
    http_set_deadline(http, 60);
    int64_t start_ms = now_ms();
    struct ended ended = fetch_get(http, &server, "/");
    assert_true(now_ms() - start_ms < 5000);
    assert_true(ended.failed);
    assert_int_equal(ended.attempts, 1);
    http_resume(http);
    http_set_deadline(http, 0);
    http_destroy(http);
    loopback_stop(&server);
}

static void a_session_can_be_dropped_at_any_time(void **state)
{
    struct loopback server;
    struct ended ended = {0};

    (void)state;
    loopback_start(&server, hang, NULL);
    struct http_options options = {.window = 2};
    struct http *http = open_session(&options);
    for (int i = 0; i < 5; i++) {
        struct http_request request = {.url = url_of(&server, "/"), .done = note_end, .context = &ended};
        http_submit(http, &request);
    }
    assert_true(http_step(http, 0));
    http_destroy(http);
    http_destroy(NULL);
    assert_int_equal(ended.calls, 0);
    loopback_stop(&server);
}

static void options_are_checked(void **state)
{
    struct err e = ERR_INIT;
    struct http_options options = {.ca_file = "/nonexistent/ca.pem"};

    (void)state;
    assert_null(http_create(&options, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_non_null(strstr(e.message, "/nonexistent/ca.pem"));
}

static int create(void)
{
    struct err e = ERR_INIT;
    struct http *http = http_create(NULL, &e);

    http_destroy(http);
    return http != NULL ? 0 : e.code == ERR_IO ? 2 : 3;
}

static void a_session_without_random_bytes_is_an_error(void **state)
{
    (void)state;
    int status = status_without_random(true, create);
    if (status == NO_RANDOM_SANDBOX) {
        skip();
    }
    assert_int_equal(status, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patch_goes_out_as_the_api_wants_it),
        cmocka_unit_test(each_method_has_its_form),
        cmocka_unit_test(connections_are_reused),
        cmocka_unit_test(the_window_is_kept_and_callbacks_may_submit),
        cmocka_unit_test(the_pace_is_a_ceiling),
        cmocka_unit_test(ticks_come_while_no_answer_does),
        cmocka_unit_test(gzip_is_undone),
        cmocka_unit_test(an_answer_beyond_its_limit_is_refused_once),
        cmocka_unit_test(bodies_are_padded),
        cmocka_unit_test(a_signal_ends_a_waiting_session_at_once),
        cmocka_unit_test(cancelling_drains_what_is_in_flight),
        cmocka_unit_test(what_must_finish_is_still_sent_after_a_cancel_and_not_after_an_abort),
        cmocka_unit_test(the_deadline_ends_everything),
        cmocka_unit_test(a_session_can_be_dropped_at_any_time),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(a_session_without_random_bytes_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
