/* Failures over a real connection: what is sent again, what is not, and what the caller learns. */
#include "tests/unit/http_fixture.h"

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

/* What the server does with its first requests; afterwards all is well. */
struct fault {
    const char *answer; /* raw; NULL: nothing */
    enum afterwards then;
    unsigned times;
    unsigned skip; /* good answers before it */
};

#define ERROR_BODY(code) "{\"errors\":[{\"code\":\"" code "\",\"message\":\"m\"}]}"

static enum afterwards answer_faulty(struct loopback *server, const struct heard *heard, struct text *answer)
{
    const struct fault *fault = server->context;

    if (heard->number < fault->skip || heard->number >= fault->skip + fault->times) {
        return answer_ok(server, heard, answer);
    }
    text_append(answer, fault->answer != NULL ? fault->answer : "");
    return fault->then;
}

static bool read_json_only(struct http_reply *reply, void *context, struct err *e)
{
    (void)context;
    if (reply->body[0] != '{') {
        err_set(e, ERR_BAD_ANSWER, "not JSON");
        return err_at(e, "answer: byte 0");
    }
    return true;
}

/* Reasons and reports have no place of their own. */
static void the_message_of_an_unusable_answer_names_the_place(void **state)
{
    static const char html[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>";
    struct loopback server;
    struct fault fault = {.answer = html, .then = KEEP_OPEN, .times = 1};

    (void)state;
    loopback_start(&server, answer_faulty, &fault);
    struct http *http = open_session(NULL);
    struct ended ended = fetch(
        http,
        (struct http_request){
            .method = HTTP_POST, .url = url_of(&server, "/"), .read = read_json_only, .body = "{}", .body_size = 2});
    assert_int_equal(ended.error.code, ERR_BAD_ANSWER);
    assert_non_null(strstr(ended.error.message, "answer: byte 0: not JSON"));
    assert_string_equal(ended.error.place, "");
    http_destroy(http);
    loopback_stop(&server);
}

static void faults_by_method(void **state)
{
    static const char reset[] = "";
    static const char truncated[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":";
    static const char html[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>";
    static const char cut_head[] = "HTTP/1.1 200 OK\r\nContent-";
    static const char garbage[] = "220 smtp.example ESMTP\r\n";
    static const char ssh[] = "SSH-2.0-OpenSSH_9.6\r\n";
    static const char version[] = "HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    static const char version_404[] = "HTTP/3.7 404 X\r\nContent-Length: 42\r\n\r\n" ERROR_BODY("gone");
    static const char continue_only[] = "HTTP/1.1 100 Continue\r\n\r\n";
    static const char switched[] = "HTTP/1.1 101 Switching Protocols\r\n\r\n{}";
    static const char s199[] = "HTTP/1.1 199 X\r\n\r\n{}";
    static const char s304[] = "HTTP/1.1 304 Not Modified\r\n\r\n";
    static const char s600[] = "HTTP/1.1 600 X\r\nContent-Length: 42\r\n\r\n" ERROR_BODY("odd!");
    static const char s999[] = "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n";
    static const char chunk_cut[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n";
    static const char trailer_cut[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A";
    static const char large[] = "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"
                                "{\"a\":\"0123456789012345678901234567890123456789012345678901\"}";
    static const char e403[] = "HTTP/1.1 403 X\r\nContent-Length: 6\r\n\r\n<html>";
    static const char e403_api[] = "HTTP/1.1 403 X\r\nContent-Length: 42\r\n\r\n" ERROR_BODY("nope");
    static const char e403_api_cut[] = "HTTP/1.1 403 X\r\nContent-Length: 43\r\n\r\n" ERROR_BODY("nope");
    static const char e408_api[] = "HTTP/1.1 408 X\r\nContent-Length: 42\r\n\r\n" ERROR_BODY("slow");
    static const char e409_api[] = "HTTP/1.1 409 X\r\nContent-Length: 42\r\n\r\n" ERROR_BODY("busy");
    static const char e401[] = "HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n";
    static const char bad_zip[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope";
    static const char e429[] = "HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n";
    static const char e500[] = "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n";
    static const char e501[] = "HTTP/1.1 501 X\r\nContent-Length: 0\r\n\r\n";
    static const char e502[] = "HTTP/1.1 502 X\r\nContent-Length: 6\r\n\r\n<html>";
    static const char e503[] = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n";
    static const char e503_api[] = "HTTP/1.1 503 X\r\nContent-Length: 42\r\n\r\n" ERROR_BODY("busy");
    static const char e404_cut[] = "HTTP/1.1 404 X\r\nContent-Length: 99\r\n\r\n{";
    static const struct {
        const char *what, *answer;
        enum afterwards then;
        bool get_again, patch_again, post_again, patch_unsure;
    } cases[] = {
        {"reset", reset, RESET, true, true, false, true},
        {"closed", reset, CLOSE, true, true, false, true},
        {"truncated", truncated, CLOSE, true, true, false, true},
        {"reset in the body", truncated, RESET, true, true, false, true},
        {"html 200", html, KEEP_OPEN, true, true, false, true},
        {"cut head", cut_head, CLOSE, true, true, false, true},
        {"not http", garbage, CLOSE, true, true, false, true},
        {"ssh", ssh, CLOSE, true, true, false, true},
        {"a version of http that is not known", version, CLOSE, true, true, false, true},
        {"a 404 of such a version", version_404, CLOSE, true, true, false, true},
        {"only an interim answer", continue_only, CLOSE, true, true, false, true},
        {"another protocol", switched, CLOSE, true, true, false, true},
        {"an interim answer that is not known", s199, CLOSE, true, true, false, true},
        {"304", s304, KEEP_OPEN, false, false, false, true},
        {"600 with an error of the API", s600, KEEP_OPEN, false, false, false, true},
        {"999", s999, KEEP_OPEN, false, false, false, true},
        {"no last chunk", chunk_cut, CLOSE, true, true, false, true},
        {"a trailer that was cut", trailer_cut, CLOSE, true, true, false, true},
        {"too large", large, KEEP_OPEN, false, false, false, true},
        {"401", e401, KEEP_OPEN, false, false, false, false},
        {"403 of a gateway", e403, KEEP_OPEN, false, false, false, true},
        {"403 of the API", e403_api, KEEP_OPEN, false, false, false, false},
        {"403 of the API, cut", e403_api_cut, CLOSE, false, false, false, true},
        {"408", e408_api, KEEP_OPEN, false, false, false, true},
        {"409 of the API", e409_api, KEEP_OPEN, false, false, false, false},
        {"bad gzip", bad_zip, KEEP_OPEN, true, true, false, true},
        {"429", e429, KEEP_OPEN, true, true, true, false},
        {"500", e500, KEEP_OPEN, true, true, false, true},
        {"501", e501, KEEP_OPEN, false, false, false, true},
        {"502", e502, KEEP_OPEN, true, true, false, true},
        {"503 of a gateway", e503, KEEP_OPEN, true, true, false, true},
        {"503 of the API", e503_api, KEEP_OPEN, true, true, true, true},
        {"a cut 404", e404_cut, CLOSE, false, false, false, true},
    };
    static const enum http_method methods[] = {HTTP_GET, HTTP_PATCH, HTTP_POST};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t m = 0; m < 3; m++) {
            struct loopback server;
            struct fault fault = {.answer = cases[i].answer, .then = cases[i].then, .times = 1};
            bool again = m == 0 ? cases[i].get_again : m == 1 ? cases[i].patch_again : cases[i].post_again;
            /* what says that a creation may be sent again says that none was made */
            bool unsure = cases[i].patch_unsure && (m == 1 || (m == 2 && !cases[i].post_again));
            loopback_start(&server, answer_faulty, &fault);
            struct http *http = open_session(NULL);
            struct ended ended = fetch(http, (struct http_request){.method = methods[m],
                                                                   .url = url_of(&server, "/"),
                                                                   .read = read_json_only,
                                                                   .answer_max = 50,
                                                                   .body = m > 0 ? "{}" : NULL,
                                                                   .body_size = m > 0 ? 2 : 0});
            if (ended.failed == again || server.requests != (again ? 2 : 1) || ended.attempts != server.requests ||
                ended.maybe_processed != unsure) {
                fail_msg("%s of %s: failed %d, %u requests, %u attempts, unsure %d: %s", http_method_name(methods[m]),
                         cases[i].what, ended.failed, server.requests, ended.attempts, ended.maybe_processed,
                         ended.error.message);
            }
            http_destroy(http);
            loopback_stop(&server);
        }
    }
}

/* libcurl would send it again by itself: the connection was reused and not a byte of an answer came. */
static void a_write_on_a_reused_connection_is_never_repeated_silently(void **state)
{
    static const struct {
        enum http_method method;
        size_t body_size;
        bool again;
    } cases[] = {{HTTP_POST, 2, false}, {HTTP_POST, 0, false}, {HTTP_PATCH, 2, true}, {HTTP_DELETE, 0, true}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int hard = 0; hard < 2; hard++) {
            struct loopback server;
            struct fault fault = {.then = hard ? RESET : CLOSE, .times = 1, .skip = 1};
            loopback_start(&server, answer_faulty, &fault);
            struct http *http = open_session(NULL);
            assert_int_equal(fetch_get(http, &server, "/").status, 200);
            struct ended ended = fetch(http, (struct http_request){.method = cases[i].method,
                                                                   .url = url_of(&server, "/"),
                                                                   .body = "{}",
                                                                   .body_size = cases[i].body_size});
            assert_true(ended.maybe_processed);
            assert_int_equal(ended.attempts, cases[i].again ? 2 : 1);
            assert_int_equal(server.requests, cases[i].again ? 3 : 2);
            assert_int_equal(ended.failed, !cases[i].again);
            http_destroy(http);
            loopback_stop(&server);
        }
    }
}

static void attempts_end(void **state)
{
    struct loopback server;
    struct fault fault = {.answer = "HTTP/1.1 502 X\r\nX-Request-Id: last\r\nContent-Length: 0\r\n\r\n", .times = 100};

    (void)state;
    loopback_start(&server, answer_faulty, &fault);
    struct http *http = open_session(NULL);
    struct ended ended = fetch_get(http, &server, "/");
    assert_int_equal(ended.attempts, HTTP_ATTEMPTS);
    assert_false(ended.error.given_up);
    assert_int_equal(server.requests, HTTP_ATTEMPTS);
    assert_int_equal(ended.status, 502);
    assert_int_equal(ended.error.code, ERR_API);
    assert_int_equal(ended.error.http_status, 502);
    assert_non_null(strstr(ended.error.message, "[request last]"));
    assert_false(ended.maybe_processed);
    assert_int_equal(http_counters(http).retries, HTTP_ATTEMPTS - 1);
    http_destroy(http);
    loopback_stop(&server);
}

static void each_attempt_has_its_own_request_id(void **state)
{
    struct loopback server;
    struct fault fault = {.answer = "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", .times = 1};
    char first[64], second[64];

    (void)state;
    loopback_start(&server, answer_faulty, &fault);
    struct http *http = open_session(NULL);
    struct ended ended = fetch_get(http, &server, "/");
    loopback_value(text_string(&server.log), "X-Request-Id", first, sizeof(first));
    loopback_value(strstr(text_string(&server.log) + 1, "GET "), "X-Request-Id", second, sizeof(second));
    assert_string_not_equal(first, second);
    assert_string_equal(ended.request_id, second);
    http_destroy(http);
    loopback_stop(&server);
}

static void nobody_listens(void **state)
{
    char url[64];

    (void)state;
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/", loopback_dead_port());
    struct http_options options = {.attempts = 3};
    struct http *http = open_session(&options);
    struct ended ended = fetch_with_body(http, HTTP_POST, url);
    assert_int_equal(ended.fault, HTTP_FAULT_UNREACHED);
    assert_int_equal(ended.error.code, ERR_NETWORK);
    assert_int_equal(ended.attempts, 3);
    assert_false(ended.maybe_processed);
    assert_non_null(strstr(ended.error.message, "no connection to 127.0.0.1 port"));
    assert_non_null(strstr(ended.error.message, "(3 attempts)"));
    ended = fetch_with_body(http, HTTP_POST, "http://name.invalid/");
    assert_int_equal(ended.fault, HTTP_FAULT_UNREACHED);
    http_destroy(http);
}

static void a_silent_server_times_out(void **state)
{
    struct loopback server;
    struct fault fault = {.then = HANG, .times = 100};

    (void)state;
    loopback_start(&server, answer_faulty, &fault);
    struct http_options options = {.attempts = 2, .timeout_ms = 60};
    struct http *http = open_session(&options);
    struct ended ended = fetch_with_body(http, HTTP_PATCH, url_of(&server, "/"));
    assert_int_equal(ended.fault, HTTP_FAULT_UNANSWERED);
    assert_int_equal(ended.attempts, 2);
    assert_true(ended.maybe_processed);
    assert_non_null(strstr(ended.error.message, "no answer from 127.0.0.1"));
    http_destroy(http);
    loopback_stop(&server);
}

static void note_time(struct http_reply *reply, void *context)
{
    int64_t *done_ms = context;

    assert_null(reply->error);
    *done_ms = now_ms();
}

static enum afterwards answer_by_path(struct loopback *server, const struct heard *heard, struct text *answer)
{
    unsigned *limited = server->context;

    if (strcmp(heard->path, "/limited") == 0 && (*limited)++ == 0) {
        loopback_json(answer, 429, "Retry-After: 1\r\n", ERROR_BODY("too_many_requests"));
        return KEEP_OPEN;
    }
    if (strcmp(heard->path, "/busy") == 0 && (*limited)++ == 0) {
        loopback_json(answer, 503, "Retry-After: 1\r\n", ERROR_BODY("busy"));
        return KEEP_OPEN;
    }
    return answer_ok(server, heard, answer);
}

/* One waits a second; whether the other waits too depends on what the first was told. */
static void run_pair(const char *path, int64_t *ret_first_ms, int64_t *ret_second_ms)
{
    struct loopback server;
    unsigned limited = 0;
    struct err e = ERR_INIT;
    int64_t first_ms = 0, second_ms = 0;

    loopback_start(&server, answer_by_path, &limited);
    struct http_options options = {.window = 1};
    struct http *http = open_session(&options);
    struct http_request first = {.url = url_of(&server, path), .done = note_time, .context = &first_ms};
    struct http_request second = {.url = url_of(&server, "/"), .done = note_time, .context = &second_ms};
    int64_t start_ms = now_ms();
    http_submit(http, &first);
    http_submit(http, &second);
    assert_true(http_run(http, &e));
    *ret_first_ms = first_ms - start_ms;
    *ret_second_ms = second_ms - start_ms;
    http_destroy(http);
    loopback_stop(&server);
}

static void a_single_refusal_does_not_hold_up_others(void **state)
{
    int64_t first_ms, second_ms;

    (void)state;
    run_pair("/limited", &first_ms, &second_ms);
    assert_true(first_ms >= 1000);
    assert_true(second_ms < 1000);
}

/* Refuses everything for two seconds from its first request on. */
struct used_up {
    int64_t until_ms;
    unsigned refused;
};

static enum afterwards answer_used_up(struct loopback *server, const struct heard *heard, struct text *answer)
{
    struct used_up *used_up = server->context;

    (void)heard;
    used_up->until_ms = used_up->until_ms > 0 ? used_up->until_ms : now_ms() + 2000;
    if (now_ms() < used_up->until_ms) {
        used_up->refused++;
        loopback_json(answer, 429, "Retry-After: 2\r\n", "{}");
    } else {
        loopback_json(answer, 200, "", "{}");
    }
    return KEEP_OPEN;
}

static void a_limit_that_is_used_up_holds_for_all(void **state)
{
    struct used_up used_up = {0};
    struct ended ended[60] = {0};
    struct loopback server;
    struct err e = ERR_INIT;

    (void)state;
    loopback_start(&server, answer_used_up, &used_up);
    struct http *http = open_session(NULL);
    for (size_t i = 0; i < 60; i++) {
        http_submit(http, &(struct http_request){.url = url_of(&server, "/"), .done = note_end, .context = &ended[i]});
    }
    assert_true(http_run(http, &e));
    for (size_t i = 0; i < 60; i++) {
        assert_int_equal(ended[i].status, 200);
    }
    assert_in_range(used_up.refused, 8, 16);
    assert_int_equal(server.requests, 60 + used_up.refused);
    http_destroy(http);
    loopback_stop(&server);
}

static void a_waiting_retry_does_not_hold_up_others(void **state)
{
    int64_t first_ms, second_ms;

    (void)state;
    run_pair("/busy", &first_ms, &second_ms);
    assert_true(first_ms >= 1000);
    assert_true(second_ms < 1000);
}

static void a_wait_beyond_the_deadline_is_not_begun(void **state)
{
    struct loopback server;
    struct fault fault = {.answer = "HTTP/1.1 429 X\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n", .times = 1};

    (void)state;
    loopback_start(&server, answer_faulty, &fault);
    struct http *http = open_session(NULL);
    http_set_deadline(http, 10000);
    struct ended ended = fetch_get(http, &server, "/");
    assert_int_equal(ended.status, 429);
    assert_int_equal(ended.attempts, 1);
    assert_int_equal(ended.retry_after_ms, 20000);
    assert_int_equal(ended.error.code, ERR_API);
    assert_true(ended.error.given_up);
    http_destroy(http);
    loopback_stop(&server);
}

/* Answers whatever comes, a TLS greeting too, in plain text and waits for the peer to go. */
static void *answer_in_plain_text(void *argument)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    const struct loopback *listening = argument;
    char heard[4096];
    uintptr_t connections = 0;

    for (int fd; (fd = accept(listening->listener, NULL, NULL)) >= 0; connections++) {
        if (recv(fd, heard, sizeof(heard), 0) > 0) {
            loopback_send(fd, answer, sizeof(answer) - 1);
        }
        while (recv(fd, heard, sizeof(heard), 0) > 0) {
        }
        close(fd);
    }
    return (void *)connections;
}

static void a_server_without_tls_is_asked_twice(void **state)
{
    struct loopback server;
    void *connections;
    char url[64];

    (void)state;
    loopback_listen(&server);
    pthread_create(&server.acceptor, NULL, answer_in_plain_text, &server);
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/", server.port);
    struct http *http = open_session(NULL);
    struct ended ended = fetch(http, (struct http_request){.url = url});
    assert_int_equal(ended.fault, HTTP_FAULT_UNTRUSTED);
    assert_int_equal(ended.error.code, ERR_NETWORK);
    assert_non_null(strstr(ended.error.message, "speaks plain http, not TLS"));
    http_destroy(http);
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(server.acceptor, &connections);
    close(server.listener);
    assert_int_equal((uintptr_t)connections, 2); /* one handshake may have been cut off */
}

struct seen {
    struct text lines;
    unsigned count;
};

static void note_attempt(const struct http_attempt *attempt, void *context)
{
    struct seen *seen = context;

    seen->count++;
    assert_true(attempt->wall_ms > 1500000000000);
    assert_true(attempt->elapsed_ms >= 0);
    assert_true(attempt->bytes_sent > 0 || attempt->status == 0);
    text_printf(&seen->lines, "%u %s %d v%s %s %s;", attempt->attempt, attempt->method, attempt->status,
                attempt->version, attempt->wait_ms >= 0 ? "again" : "last", attempt->reused ? "reused" : "new");
}

static void every_attempt_is_observed(void **state)
{
    struct loopback server;
    struct fault fault = {.answer = "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", .times = 1};
    struct seen seen = {0};

    (void)state;
    loopback_start(&server, answer_faulty, &fault);
    struct http_options options = {.observe = note_attempt, .observe_context = &seen};
    struct http *http = open_session(&options);
    fetch_with_body(http, HTTP_PATCH, url_of(&server, "/"));
    assert_string_equal(text_string(&seen.lines), "1 PATCH 500 v1.1 again new;2 PATCH 200 v1.1 last reused;");
    text_free(&seen.lines);
    http_destroy(http);
    loopback_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_by_method),
        cmocka_unit_test(the_message_of_an_unusable_answer_names_the_place),
        cmocka_unit_test(a_write_on_a_reused_connection_is_never_repeated_silently),
        cmocka_unit_test(attempts_end),
        cmocka_unit_test(each_attempt_has_its_own_request_id),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(a_silent_server_times_out),
        cmocka_unit_test(a_server_without_tls_is_asked_twice),
        cmocka_unit_test(a_single_refusal_does_not_hold_up_others),
        cmocka_unit_test(a_limit_that_is_used_up_holds_for_all),
        cmocka_unit_test(a_waiting_retry_does_not_hold_up_others),
        cmocka_unit_test(a_wait_beyond_the_deadline_is_not_begun),
        cmocka_unit_test(every_attempt_is_observed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
