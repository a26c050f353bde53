/* What is sent again, and when; what a server says about it. */
#include "http/http_answer.h"
#include "http/http_effect.h"
#include "http/http_retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#define SAFE    HTTP_REPEAT_SAFE
#define UNACTED HTTP_REPEAT_UNPROCESSED
#define NEVER   HTTP_REPEAT_NEVER

/* Bytes of it left: only a statement of the API itself says that nothing was done. */
static void what_may_have_been_processed(void **state)
{
    static const struct {
        const char *what;
        int curl_code;
        int status;
        enum http_body body;
        bool create, patch; /* of a POST, of a PATCH */
    } rows[] = {
        {"done", CURLE_OK, 200, HTTP_BODY_TAKEN, false, false},
        {"done, without a word", CURLE_OK, 204, HTTP_BODY_TAKEN, false, false},
        {"a body of no use", CURLE_OK, 201, HTTP_BODY_FOREIGN, true, true},
        {"reset", CURLE_RECV_ERROR, 0, HTTP_BODY_NONE, true, true},
        {"reset while it was sent", CURLE_SEND_ERROR, 0, HTTP_BODY_NONE, true, true},
        {"no answer", CURLE_GOT_NOTHING, 0, HTTP_BODY_NONE, true, true},
        {"no answer in time", CURLE_OPERATION_TIMEDOUT, 0, HTTP_BODY_NONE, true, true},
        {"a stream that was reset", CURLE_HTTP2_STREAM, 0, HTTP_BODY_NONE, true, true},
        {"no HTTP", CURLE_UNSUPPORTED_PROTOCOL, 0, HTTP_BODY_NONE, true, true},
        {"odd HTTP", CURLE_WEIRD_SERVER_REPLY, 0, HTTP_BODY_NONE, true, true},
        {"headers that are too large", CURLE_OUT_OF_MEMORY, 200, HTTP_BODY_NONE, true, true},
        {"a body that is too large", CURLE_WRITE_ERROR, 0, HTTP_BODY_NONE, true, true},
        {"an encoding that is not known", CURLE_BAD_CONTENT_ENCODING, 200, HTTP_BODY_NONE, true, true},
        {"cut", CURLE_PARTIAL_FILE, 200, HTTP_BODY_NONE, true, true},
        {"sent, and then no TLS", CURLE_PEER_FAILED_VERIFICATION, 0, HTTP_BODY_NONE, true, true},
        {"sent, and then no connection", CURLE_COULDNT_CONNECT, 0, HTTP_BODY_NONE, true, true},
        {"abandoned", CURLE_ABORTED_BY_CALLBACK, 0, HTTP_BODY_NONE, true, true},
        {"sent away", CURLE_OK, 302, HTTP_BODY_FOREIGN, true, true},
        {"sent away, says the API", CURLE_OK, 307, HTTP_BODY_API_ERROR, true, true},
        {"not modified", CURLE_OK, 304, HTTP_BODY_FOREIGN, true, true},
        {"bad request", CURLE_OK, 400, HTTP_BODY_API_ERROR, false, false},
        {"bad request, says a gateway", CURLE_OK, 400, HTTP_BODY_FOREIGN, true, true},
        {"bad request, cut", CURLE_PARTIAL_FILE, 400, HTTP_BODY_NONE, true, true},
        {"no token", CURLE_OK, 401, HTTP_BODY_FOREIGN, false, false},
        {"forbidden", CURLE_OK, 403, HTTP_BODY_API_ERROR, false, false},
        {"forbidden, says a gateway", CURLE_OK, 403, HTTP_BODY_FOREIGN, true, true},
        {"not found, says a gateway", CURLE_OK, 404, HTTP_BODY_FOREIGN, true, true},
        {"the proxy wants a password", CURLE_OK, 407, HTTP_BODY_FOREIGN, false, false},
        {"not received in time", CURLE_OK, 408, HTTP_BODY_API_ERROR, true, true},
        {"a conflict", CURLE_OK, 409, HTTP_BODY_API_ERROR, false, false},
        {"stale", CURLE_OK, 412, HTTP_BODY_API_ERROR, false, false},
        {"too many", CURLE_OK, 429, HTTP_BODY_FOREIGN, false, false},
        {"too many, cut", CURLE_PARTIAL_FILE, 429, HTTP_BODY_NONE, false, false},
        {"internal error", CURLE_OK, 500, HTTP_BODY_API_ERROR, true, true},
        {"not implemented", CURLE_OK, 501, HTTP_BODY_API_ERROR, false, false},
        {"not implemented, says a gateway", CURLE_OK, 501, HTTP_BODY_FOREIGN, true, true},
        {"unavailable", CURLE_OK, 503, HTTP_BODY_API_ERROR, false, true},
        {"unavailable, says a gateway", CURLE_OK, 503, HTTP_BODY_FOREIGN, true, true},
        {"unavailable, cut", CURLE_PARTIAL_FILE, 503, HTTP_BODY_NONE, true, true},
        {"no status that is known", CURLE_OK, 600, HTTP_BODY_API_ERROR, true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_evidence seen = {
            .curl_code = rows[i].curl_code, .status = rows[i].status, .body = rows[i].body, .sent = true};
        seen.write = true;
        seen.repeat = UNACTED;
        bool create = http_maybe_processed(&seen);
        seen.repeat = SAFE;
        if (create != rows[i].create || http_maybe_processed(&seen) != rows[i].patch) {
            fail_msg("%s: %d of a creation, %d of a change", rows[i].what, create, http_maybe_processed(&seen));
        }
        seen.sent = false;
        assert_false(http_maybe_processed(&seen));
        seen.sent = true;
        seen.write = false;
        assert_false(http_maybe_processed(&seen));
    }
}

/* What is sent again because nothing was done must not count as done. */
static void what_must_not_be_done_twice_is_repeated_only_where_nothing_was_done(void **state)
{
    (void)state;
    for (int status = 200; status < 1000; status++) {
        for (int body = HTTP_BODY_NONE; body <= HTTP_BODY_TAKEN; body++) {
            const struct http_evidence seen = {.status = status,
                                               .body = (enum http_body)body,
                                               .sent = true,
                                               .write = true,
                                               .repeat = HTTP_REPEAT_UNPROCESSED};
            const struct http_outcome outcome = {.repeat = HTTP_REPEAT_UNPROCESSED,
                                                 .status = status,
                                                 .api_error = body == HTTP_BODY_API_ERROR,
                                                 .attempt = 1,
                                                 .attempts_max = 5,
                                                 .retry_after_ms = -1,
                                                 .left_ms = -1};
            assert_false(http_retry_wait(&outcome) >= 0 && http_maybe_processed(&seen));
        }
    }
}

static void verdicts(void **state)
{
    static const struct {
        const char *what;
        enum http_repeat repeat;
        enum http_fault fault;
        int status;
        bool api_error;
        bool again;
    } cases[] = {
        {"too many requests", SAFE, HTTP_FAULT_NONE, 429, true, true},
        {"internal error", SAFE, HTTP_FAULT_NONE, 500, true, true},
        {"not implemented", SAFE, HTTP_FAULT_NONE, 501, true, false},
        {"bad gateway", SAFE, HTTP_FAULT_NONE, 502, false, true},
        {"unavailable", SAFE, HTTP_FAULT_NONE, 503, false, true},
        {"a rare 5xx", SAFE, HTTP_FAULT_NONE, 599, false, true},
        {"bad request", SAFE, HTTP_FAULT_NONE, 400, true, false},
        {"unauthorized", SAFE, HTTP_FAULT_NONE, 401, true, false},
        {"not found", SAFE, HTTP_FAULT_NONE, 404, true, false},
        {"request timeout", SAFE, HTTP_FAULT_NONE, 408, false, false},
        {"conflict", SAFE, HTTP_FAULT_NONE, 409, true, false},
        {"changed by somebody else", SAFE, HTTP_FAULT_NONE, 412, true, false},
        {"done", SAFE, HTTP_FAULT_NONE, 200, false, false},
        {"no connection", SAFE, HTTP_FAULT_UNREACHED, 0, false, true},
        {"no answer", SAFE, HTTP_FAULT_UNANSWERED, 0, false, true},
        {"half an answer", SAFE, HTTP_FAULT_BROKEN, 200, false, true},
        {"a bad certificate", SAFE, HTTP_FAULT_UNTRUSTED, 0, false, false},
        {"refused by us", SAFE, HTTP_FAULT_REFUSED, 0, false, false},
        {"cancelled", SAFE, HTTP_FAULT_CANCELLED, 0, false, false},
        {"create: too many requests", UNACTED, HTTP_FAULT_NONE, 429, true, true},
        {"create: too many requests, says a gateway", UNACTED, HTTP_FAULT_NONE, 429, false, true},
        {"create: unavailable, says the API", UNACTED, HTTP_FAULT_NONE, 503, true, true},
        {"create: unavailable, says a gateway", UNACTED, HTTP_FAULT_NONE, 503, false, false},
        {"create: internal error", UNACTED, HTTP_FAULT_NONE, 500, true, false},
        {"create: bad gateway", UNACTED, HTTP_FAULT_NONE, 502, false, false},
        {"create: gateway timeout", UNACTED, HTTP_FAULT_NONE, 504, true, false},
        {"create: no connection", UNACTED, HTTP_FAULT_UNREACHED, 0, false, true},
        {"create: no answer", UNACTED, HTTP_FAULT_UNANSWERED, 0, false, false},
        {"create: half an answer", UNACTED, HTTP_FAULT_BROKEN, 201, false, false},
        {"create: a bad certificate", UNACTED, HTTP_FAULT_UNTRUSTED, 0, false, false},
        {"never", NEVER, HTTP_FAULT_NONE, 429, true, false},
        {"never, not even unsent", NEVER, HTTP_FAULT_UNREACHED, 0, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_outcome outcome = {
            .repeat = cases[i].repeat,
            .fault = cases[i].fault,
            .status = cases[i].status,
            .api_error = cases[i].api_error,
            .attempt = 1,
            .attempts_max = 5,
            .backoff_ms = 1000,
            .retry_after_ms = -1,
            .left_ms = -1,
        };
        if ((http_retry_wait(&outcome) >= 0) != cases[i].again) {
            fail_msg("%s: %s", cases[i].what, cases[i].again ? "was given up" : "was sent again");
        }
    }
}

static void a_host_that_is_not_found_is_looked_up_twice(void **state)
{
    struct http_outcome outcome = {.repeat = SAFE,
                                   .fault = HTTP_FAULT_UNREACHED,
                                   .unresolved = true,
                                   .attempt = 1,
                                   .attempts_max = 6,
                                   .backoff_ms = 1000,
                                   .retry_after_ms = -1,
                                   .left_ms = -1};

    (void)state;
    assert_true(http_retry_wait(&outcome) >= 0);
    outcome.attempt = 2;
    assert_int_equal(http_retry_wait(&outcome), -1);
    outcome.unresolved = false; /* it has answered before: the network is gone */
    assert_true(http_retry_wait(&outcome) >= 0);
}

/* What a server means to say it says again; what belongs to another request may pass. */
static void answers_of_no_use_are_asked_for_again_so_often(void **state)
{
    static const struct {
        enum http_repeat repeat;
        bool well_formed, misdirected;
        unsigned attempts;
    } rows[] = {
        {SAFE, false, false, 6}, {SAFE, true, false, 2},    {SAFE, true, true, 3},
        {NEVER, true, true, 1},  {UNACTED, true, false, 1}, {UNACTED, true, true, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (unsigned attempt = 1; attempt <= 6; attempt++) {
            struct http_outcome outcome = {.repeat = rows[i].repeat,
                                           .fault = HTTP_FAULT_BROKEN,
                                           .well_formed = rows[i].well_formed,
                                           .misdirected = rows[i].misdirected,
                                           .attempt = attempt,
                                           .attempts_max = 6,
                                           .backoff_ms = 500,
                                           .retry_after_ms = -1,
                                           .left_ms = -1};
            assert_true((http_retry_wait(&outcome) >= 0) == (attempt < rows[i].attempts));
        }
    }
}

static void waits(void **state)
{
    static const struct {
        const char *what;
        unsigned attempt;
        int64_t retry_after_ms, left_ms;
        uint32_t random;
        int64_t wait_ms;
    } cases[] = {
        {"the jitter starts at nothing", 1, -1, -1, 0, 0},
        {"the first wait reaches the backoff", 1, -1, -1, 1000, 1000},
        {"and not beyond", 1, -1, -1, 1001, 0},
        {"the second wait reaches twice as far", 2, -1, -1, 2000, 2000},
        {"the fourth eight times", 4, -1, -1, 8000, 8000},
        {"the cap is half a minute", 9, -1, -1, 30000, 30000},
        {"whatever the attempt", 9, -1, -1, 30001, 0},
        {"and nothing overflows", 4000000000u, -1, -1, 30000, 30000},
        {"Retry-After replaces it", 1, 7000, -1, 999, 7000},
        {"also when it is shorter", 4, 1, -1, 8000, 1},
        {"Retry-After 0 leaves a tenth of the backoff", 1, 0, -1, 100, 100},
        {"and not more", 1, 0, -1, 101, 0},
        {"which doubles as well", 3, 0, -1, 400, 400},
        {"five minutes are waited", 1, 300000, -1, 0, 300000},
        {"more is given up", 1, 300001, -1, 0, -1},
        {"a wait within the deadline", 1, -1, 501, 500, 500},
        {"a wait up to the deadline is given up", 1, -1, 500, 500, -1},
        {"Retry-After beyond the deadline is given up", 1, 7000, 6999, 0, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_outcome outcome = {
            .repeat = HTTP_REPEAT_SAFE,
            .status = 429,
            .attempt = cases[i].attempt,
            .attempts_max = UINT32_MAX,
            .backoff_ms = 1000,
            .retry_after_ms = cases[i].retry_after_ms,
            .left_ms = cases[i].left_ms,
            .random = cases[i].random,
        };
        int64_t wait_ms = http_retry_wait(&outcome);
        if (wait_ms != cases[i].wait_ms) {
            fail_msg("%s: waits %lld, not %lld ms", cases[i].what, (long long)wait_ms, (long long)cases[i].wait_ms);
        }
    }
}

static void the_last_attempt_is_the_last(void **state)
{
    struct http_outcome outcome = {.repeat = HTTP_REPEAT_SAFE,
                                   .status = 500,
                                   .attempts_max = 5,
                                   .backoff_ms = 1,
                                   .retry_after_ms = 1000,
                                   .left_ms = -1};

    (void)state;
    outcome.attempt = 4;
    assert_int_equal(http_retry_wait(&outcome), 1000);
    outcome.attempt = 5;
    assert_int_equal(http_retry_wait(&outcome), -1);
}

static void only_post_needs_care_by_itself(void **state)
{
    (void)state;
    assert_int_equal(http_retry_class(HTTP_POST, HTTP_REPEAT_BY_METHOD), HTTP_REPEAT_UNPROCESSED);
    assert_int_equal(http_retry_class(HTTP_POST, HTTP_REPEAT_SAFE), HTTP_REPEAT_SAFE);
    assert_int_equal(http_retry_class(HTTP_PATCH, HTTP_REPEAT_BY_METHOD), HTTP_REPEAT_SAFE);
    assert_int_equal(http_retry_class(HTTP_GET, HTTP_REPEAT_BY_METHOD), HTTP_REPEAT_SAFE);
    assert_int_equal(http_retry_class(HTTP_PATCH, HTTP_REPEAT_UNPROCESSED), HTTP_REPEAT_UNPROCESSED);
}

static void faults_by_what_libcurl_says(void **state)
{
    static const struct {
        int code;
        bool sent;
        enum http_fault fault;
    } cases[] = {
        {CURLE_OK, true, HTTP_FAULT_NONE},
        {CURLE_COULDNT_RESOLVE_HOST, false, HTTP_FAULT_UNREACHED},
        {CURLE_COULDNT_CONNECT, false, HTTP_FAULT_UNREACHED},
        {CURLE_OPERATION_TIMEDOUT, false, HTTP_FAULT_UNREACHED},
        {CURLE_OPERATION_TIMEDOUT, true, HTTP_FAULT_UNANSWERED},
        {CURLE_SSL_CONNECT_ERROR, false, HTTP_FAULT_UNREACHED},
        {CURLE_GOT_NOTHING, true, HTTP_FAULT_UNANSWERED},
        {CURLE_RECV_ERROR, true, HTTP_FAULT_UNANSWERED},
        {CURLE_SEND_ERROR, true, HTTP_FAULT_UNANSWERED},
        {CURLE_HTTP2_STREAM, true, HTTP_FAULT_UNANSWERED},
        {CURLE_ABORTED_BY_CALLBACK, true, HTTP_FAULT_UNANSWERED},
        {CURLE_PARTIAL_FILE, true, HTTP_FAULT_BROKEN},
        {CURLE_BAD_CONTENT_ENCODING, true, HTTP_FAULT_BROKEN},
        {CURLE_PEER_FAILED_VERIFICATION, false, HTTP_FAULT_UNTRUSTED},
        {CURLE_SSL_CACERT_BADFILE, false, HTTP_FAULT_UNTRUSTED},
        {CURLE_UNSUPPORTED_PROTOCOL, false, HTTP_FAULT_REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (http_retry_fault(cases[i].code, cases[i].sent) != cases[i].fault) {
            fail_msg("CURLcode %d, %s", cases[i].code, cases[i].sent ? "sent" : "not sent");
        }
    }
}

static void retry_after_in_its_forms(void **state)
{
    /* 784111777 is Sun, 06 Nov 1994 08:49:37 GMT */
    static const struct {
        const char *value;
        int64_t now_s, wait_ms;
    } cases[] = {
        {"", 0, -1},
        {"0", 0, 0},
        {"1", 0, 1000},
        {"120", 784111777, 120000},
        {"9999999999999999999999999", 0, INT64_C(365) * 86400 * 1000},
        {"-1", 0, -1},
        {"1.5", 0, -1},
        {"1s", 0, -1},
        {"soon", 0, -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111767, 10000},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111767, 10000},
        {"Sun Nov  6 08:49:37 1994", 784111767, 10000},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777, 0},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 1800000000, 0},
        {"Sun, 99 Nov 1994 08:49:37 GMT", 0, -1},
        {"1994-11-06", 0, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t wait_ms = http_retry_after(cases[i].value, cases[i].now_s);
        if (wait_ms != cases[i].wait_ms) {
            fail_msg("'%s' waits %lld, not %lld ms", cases[i].value, (long long)wait_ms, (long long)cases[i].wait_ms);
        }
    }
}

static void header_lines(void **state)
{
    struct http_headers headers = {0};
    static const char *const lines[] = {
        "HTTP/1.1 100 Continue\r\n",
        "ETag: \"old\"\r\n",
        "\r\n",
        "HTTP/1.1 200 OK\r\n",
        "eTag:  W/\"96d225c4\" \r\n",
        "X-REQUEST-ID: abc\r\n",
        "Retry-After:7\r\n",
        "Content-Type: application/json; charset=utf-8\r\n",
        "ETagged: no\r\n",
        "no colon\r\n",
        ":\r\n",
        "\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        http_headers_line(&headers, lines[i], strlen(lines[i]));
    }
    assert_string_equal(text_string(&headers.etag), "W/\"96d225c4\"");
    assert_string_equal(text_string(&headers.request_id), "abc");
    assert_string_equal(text_string(&headers.retry_after), "7");
    assert_string_equal(text_string(&headers.content_type), "application/json; charset=utf-8");
    http_headers_line(&headers, "HTTP/2 204 \r\n", 13);
    assert_string_equal(text_string(&headers.etag), "");
    struct text huge = {0};
    text_append(&huge, "ETag: ");
    text_append_repeat(&huge, 'x', HTTP_HEADER_MAX + 1);
    http_headers_line(&headers, huge.data, huge.size);
    assert_string_equal(text_string(&headers.etag), "");
    text_free(&huge);
    http_headers_free(&headers);
}

static void the_rate_limit_is_read_from_headers(void **state)
{
    static const struct {
        const char *remaining, *reset;
        int64_t remaining_is, reset_ms_is;
    } rows[] = {
        {"42", "1700000007", 42, 7000},
        {"42", "30", 42, 30000},
        {"42", "1699999999", 42, -1},
        {"0", NULL, 0, -1},
        {"5", "many", 5, -1},
        {NULL, NULL, -1, -1},
        {"1.5", "", -1, -1},
        {"-1", "0", -1, 0},
        {"99999999999999999999999", "0", INT64_MAX / 1000, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *const names[] = {"x-ratelimit-remaining", "X-RATELIMIT-RESET"};
        const char *const values[] = {rows[i].remaining, rows[i].reset};
        CLEANUP(http_headers_free) struct http_headers headers = {0};
        struct http_ratelimit_answer answer;
        for (size_t n = 0; n < 2; n++) {
            CLEANUP(text_free) struct text line = {0};
            if (values[n] != NULL) {
                text_printf(&line, "%s: %s\r\n", names[n], values[n]);
                http_headers_line(&headers, text_string(&line), line.size);
            }
        }
        http_headers_ratelimit(&headers, 1700000000, &answer);
        assert_int_equal(answer.remaining, rows[i].remaining_is);
        assert_int_equal(answer.reset_ms, rows[i].reset_ms_is);
    }
}

static void header_bytes_become_printable_utf8(void **state)
{
    static const struct {
        const char *line, *etag, *request_id;
    } cases[] = {
        {"X-Request-Id: caf\xc3\xa9", "", "caf\xc3\xa9"},
        {"X-Request-Id: a\xff"
         "b\xc3",
         "", "a\\xffb\\xc3"},
        {"X-Request-Id: \x1b[31m\x7f", "", "\\x1b[31m\\x7f"},
        {"ETag: \"caf\xc3\xa9\"", "\"caf\xc3\xa9\"", ""},
        {"ETag: \"a\xff\"", "", ""},
        {"ETag: \"a\x01\"", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_headers headers = {0};
        http_headers_line(&headers, cases[i].line, strlen(cases[i].line));
        assert_string_equal(text_string(&headers.etag), cases[i].etag);
        assert_string_equal(text_string(&headers.request_id), cases[i].request_id);
        http_headers_free(&headers);
    }
}

/* What stands before a server that has worked until now says nothing about the request. */
static void errors_of_a_gateway(void **state)
{
    static const struct {
        int status;
        bool foreign, safe, unprocessed;
    } cases[] = {
        {401, true, true, true},   {403, true, true, false},   {404, true, true, false},   {400, true, false, false},
        {409, true, false, false}, {401, false, false, false}, {403, false, false, false}, {404, false, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_outcome outcome = {.repeat = SAFE, .status = cases[i].status, .foreign = cases[i].foreign};
        assert_int_equal(http_retry_may_repeat(&outcome), cases[i].safe);
        outcome.repeat = UNACTED;
        assert_int_equal(http_retry_may_repeat(&outcome), cases[i].unprocessed);
        outcome.repeat = NEVER;
        assert_false(http_retry_may_repeat(&outcome));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_that_is_not_found_is_looked_up_twice),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(errors_of_a_gateway),
        cmocka_unit_test(what_may_have_been_processed),
        cmocka_unit_test(what_must_not_be_done_twice_is_repeated_only_where_nothing_was_done),
        cmocka_unit_test(answers_of_no_use_are_asked_for_again_so_often),
        cmocka_unit_test(waits),
        cmocka_unit_test(the_last_attempt_is_the_last),
        cmocka_unit_test(only_post_needs_care_by_itself),
        cmocka_unit_test(faults_by_what_libcurl_says),
        cmocka_unit_test(retry_after_in_its_forms),
        cmocka_unit_test(header_lines),
        cmocka_unit_test(the_rate_limit_is_read_from_headers),
        cmocka_unit_test(header_bytes_become_printable_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
