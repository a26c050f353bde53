/* What error answers say, in every shape that the API, IAM and gateways give them; and that no secret is repeated. */
#include "http/http_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <curl/curl.h>

#include "http/http_answer.h"
#include "http/http_explain.h"

static void error_bodies(void **state)
{
    static const struct {
        const char *body, *message, *trace;
        bool api;
    } rows[] = {
        {"{\"errors\":[{\"code\":\"not_found\",\"message\":\"Instance not found.\",\"target\":{\"name\":\"id\","
         "\"type\":\"parameter\",\"value\":\"02b7_1\"}}],\"trace\":\"t-1\"}",
         "not_found: Instance not found (parameter id \"02b7_1\")", "t-1", true},
        {"{\"errors\":[{\"code\":\"precondition_failed\",\"message\":\"No "
         "match\",\"target\":{\"name\":\"If-Match\"}}]}",
         "precondition_failed: No match (If-Match)", "", true},
        {"{\"errors\":[{\"code\":\"a\",\"message\":\"A\"},{\"code\":\"b\"},{\"message\":\"C\"},{\"code\":\"d\"}]}",
         "a: A; b; C; d", "", true},
        {"{\"errors\":[\"no such plan\"]}", "no such plan", "", true},
        {"{\"errors\":[{},{},{},{},{},{},{},{},{\"code\":\"x\"}]}", "; ; ; ; ; ; ;  (and 1 more)", "", true},
        {"{\"error\":\"boom.\"}", "boom", "", false},
        {"{\"message\":\"no route\"}", "no route", "", false},
        {"{\"description\":\"the plan has ended\"}", "the plan has ended", "", false},
        {"{\"error\":{\"message\":\"no backend\"}}", "no backend", "", false},
        {"{\"error\":{\"code\":\"E1\",\"message\":\"no backend\"}}", "E1: no backend", "", false},
        {"{\"error\":\"invalid_grant\",\"error_description\":\"Key is gone\"}", "invalid_grant: Key is gone", "",
         false},
        {"{\"detail\":\"Not authenticated\"}", "Not authenticated", "", false},
        {"{\"title\":\"Forbidden\",\"detail\":\"not from here\",\"status\":403}", "Forbidden: not from here", "",
         false},
        {"{\"detail\":[{\"loc\":[\"body\",\"x\",0],\"msg\":\"field required\"},\"and more\"]}",
         "field required (body.x.#); and more", "", false},
        {"{\"incidentID\":\"4711\",\"code\":\"BXNIM0513E\"}", "BXNIM0513E, incident 4711", "", false},
        {"{\"incidentID\":\"4711\"}", "incident 4711", "", false},
        {"{\"fault\":{\"faultstring\":\"Rate limit\"}}", "Rate limit", "", false},
        {"{\"errorCode\":\"BXNIM0415E\",\"errorMessage\":\"Key not found.\",\"context\":{\"requestId\":\"q\"}}",
         "BXNIM0415E: Key not found", "q", false},
        {"{\"errorCode\":\"BXNIM0415E\"}", "BXNIM0415E", "", false},
        {"{\"what\":[1,{\"a\":\"b\"}]}", "what.# 1, what.#.a b", "", false},
        {"{\"errorCode\":7,\"context\":[]}", "errorCode 7", "", false},
        {"{\"message\":\"{\\\"errors\\\":[{\\\"code\\\":\\\"busy\\\",\\\"message\\\":\\\"Try later.\\\"}]}\"}",
         "busy: Try later", "", false},
        {"{\"errors\":[{\"code\":\"bad\",\"message\":\"{\\\"detail\\\":\\\"no such zone\\\"}\"}]}", "bad: no such zone",
         "", true},
        {"{\"message\":\"{}\"}", "{}", "", false},
        {"{\"errors\":[{\"code\":\"bad\",\"message\":\"{\\\"a\\\":[]}\"}]}", "bad: {\"a\":[]}", "", true},
        {"{\"message\":\"{name} is no name\"}", "{name} is no name", "", false},
        {"RBAC: access denied", "RBAC: access denied", "", false},
        {" upstream\x1b[31m\r\n  gone.\n", "upstream\\x1b[31m gone", "", false},
        {"<html><head><title>Request blocked</title><style>h1 {}</style></head><body><h1>Request blocked</h1>\n"
         "<script>go()</script><p>Rule 17.</p></body></html>",
         "\"Request blocked: Rule 17\" (a web page, not an answer of the API)", "", false},
        {"<h1>No\n way</h1>", "\"No way\" (a web page, not an answer of the API)", "", false},
        {"<html>", "", "", false},
        {"[]", "", "", false},
        {"{}", "", "", false},
        {"", "", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(http_error_free) struct http_error said = {0};
        http_error_read(rows[i].body, strlen(rows[i].body), &said);
        assert_string_equal(text_string(&said.message), rows[i].message);
        assert_string_equal(text_string(&said.trace), rows[i].trace);
        assert_int_equal(said.is_api, rows[i].api);
    }
}

static void long_bodies_leave_room(void **state)
{
    static const char *const heads[] = {"{\"trace\":\"the-trace\",\"errors\":[{\"message\":\"", "{\"description\":\"",
                                        "", "<p>"};

    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        CLEANUP(text_free) struct text body = {0};
        CLEANUP(http_error_free) struct http_error said = {0};
        text_append(&body, heads[i]);
        text_append_repeat(&body, 'm', 5000);
        text_append(&body, i == 0   ? "\"},{\"code\":\"b\"},{\"code\":\"c\"},{\"code\":\"last\"}]}"
                           : i == 1 ? "\"}"
                                    : "");
        http_error_read(body.data, body.size, &said);
        assert_true(said.message.size > 100 && said.message.size < ERR_MESSAGE_MAX - 200);
        assert_true(i > 0 || strstr(text_string(&said.message), "; last") != NULL);
    }
}

static void error_answers_in_words(void **state)
{
    static const struct {
        int status;
        const char *body, *message;
        enum err_code code;
        int64_t retry_after_ms;
    } cases[] = {
        {404, "{\"errors\":[{\"code\":\"not_found\",\"target\":{\"name\":\"id\"}}],\"trace\":\"t-1\"}",
         "404 not_found (id) [trace t-1, request r-1]", ERR_API, 0},
        {404, "{\"errors\":[{\"code\":\"not_found\",\"message\":\"no\"}]}",
         "404 not_found: no (GET https://h/v1/x) [request r-1]", ERR_API, 0},
        {404, "default backend - 404", "404 default backend - 404 (GET https://h/v1/x) [request r-1]", ERR_API, 0},
        {401, "expired", "401 expired [request r-1]", ERR_AUTH, 0},
        {412, "{\"message\":\"no match\"}", "412 no match [request r-1]", ERR_CONFLICT, 0},
        {500, "{}", "500 Internal Server Error (GET https://h/v1/x) [request r-1]", ERR_API, 0},
        {502, "<html><head><TITLE>\n 502 Bad\x1b[31m Gateway </title></head>",
         "502 \"502 Bad\\x1b[31m Gateway\" (a web page, not an answer of the API) [request r-1]", ERR_API, 0},
        {502, "<html><title>", "502 Bad Gateway (GET https://h/v1/x) [request r-1]", ERR_API, 0},
        {503, "", "503 Service Unavailable (GET https://h/v1/x) [request r-1]", ERR_API, 0},
        {429, "slow down", "429 slow down; the server asks to wait 1 day [request r-1]", ERR_API, 86400 * 1000},
        {429, "", "429 Too Many Requests (GET https://h/v1/x); the server asks to wait 1 second [request r-1]", ERR_API,
         900},
        {503, "x", "503 x; the server asks to wait 5 minutes [request r-1]", ERR_API, 300 * 1000},
        {503, "x", "503 x; the server asks to wait 6 hours [request r-1]", ERR_API, 6 * 3600 * 1000},
        {599, "[]", "599 unexpected status (GET https://h/v1/x) [request r-1]", ERR_API, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(http_error_free) struct http_error said = {0};
        struct http_reply reply = {.status = cases[i].status,
                                   .url = "https://h/v1/x?version=2026-06-30&start=a",
                                   .request_id = "r-1",
                                   .retry_after_ms = cases[i].retry_after_ms};
        http_error_read(cases[i].body, strlen(cases[i].body), &said);
        assert_false(http_problem_explain(&reply, "GET", &said, &e));
        assert_string_equal(e.message, cases[i].message);
        assert_int_equal(e.code, cases[i].code);
        assert_int_equal(e.http_status, cases[i].status);
    }
}

static void failed_connections_in_words_and_with_a_remedy(void **state)
{
    static const struct http_origin api = {.https = true, .port = 443, .host = "h"};
    static const struct http_origin here = {.https = true, .loopback = true, .port = 81, .host = "127.0.0.1"};
    static const struct http_origin plain = {.loopback = true, .port = 81, .host = "127.0.0.1"};
    static const struct {
        const struct http_origin *origin;
        enum http_fault fault;
        int curl_code;
        const char *words, *message;
    } cases[] = {
        {&api, HTTP_FAULT_UNREACHED, CURLE_COULDNT_RESOLVE_HOST, "Could not resolve host: h",
         "no connection to h: host not found. Check the name, the network and the proxy (https_proxy)"},
        {&api, HTTP_FAULT_UNREACHED, CURLE_COULDNT_CONNECT, "Failed to connect to h port 443 after 0 ms",
         "no connection to h port 443. Check the network, the firewall and the proxy (https_proxy)"},
        {&api, HTTP_FAULT_UNREACHED, CURLE_COULDNT_CONNECT, "Failed to connect to p port 3128 after 0 ms",
         "no connection to h port 443: Failed to connect to p port 3128 after 0 ms. It is a proxy: check https_proxy "
         "and all_proxy, or name the host in no_proxy"},
        {&api, HTTP_FAULT_UNREACHED, CURLE_RECV_ERROR, "CONNECT tunnel failed, response 407",
         "no connection to h port 443: CONNECT tunnel failed, response 407. The proxy wants a login: write "
         "http://USER:PASSWORD@HOST:PORT in https_proxy"},
        {&here, HTTP_FAULT_UNTRUSTED, CURLE_SSL_CONNECT_ERROR, "error:0A00010B:SSL routines::wrong version number",
         "127.0.0.1 port 81 speaks plain http, not TLS. Write http://127.0.0.1:81 in place of https://127.0.0.1:81"},
        {&here, HTTP_FAULT_UNREACHED, CURLE_SSL_CONNECT_ERROR,
         "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number",
         "127.0.0.1 port 81 speaks plain http, not TLS. Write http://127.0.0.1:81 in place of https://127.0.0.1:81"},
        {&api, HTTP_FAULT_UNREACHED, CURLE_SSL_CONNECT_ERROR,
         "OpenSSL/3.0.19: error:0A000410:SSL routines::ssl/tls alert handshake failure",
         "no connection to h port 443: ssl/tls alert handshake failure"},
        {&api, HTTP_FAULT_UNTRUSTED, CURLE_SSL_CONNECT_ERROR, "wrong version number",
         "h port 443 speaks plain http, not TLS. Check the port: https://h (443) is usual"},
        {&here, HTTP_FAULT_UNTRUSTED, CURLE_SSL_CONNECT_ERROR, "SSL_ERROR_SYSCALL",
         "no TLS connection to 127.0.0.1 port 81: SSL_ERROR_SYSCALL. If the port speaks plain http, write "
         "http://127.0.0.1:81"},
        {&plain, HTTP_FAULT_UNANSWERED, CURLE_GOT_NOTHING, "Empty reply from server",
         "no answer from 127.0.0.1 port 81: Empty reply from server. If the port speaks TLS, write "
         "https://127.0.0.1:81"},
        {&api, HTTP_FAULT_UNANSWERED, CURLE_GOT_NOTHING, "Empty reply from server",
         "no answer from h port 443: Empty reply from server"},
        {&api, HTTP_FAULT_UNTRUSTED, CURLE_PEER_FAILED_VERIFICATION, "certificate has expired",
         "h port 443 is not trusted: certificate has expired. Check the clock of this machine (date -u), then the "
         "certificate of the server"},
        {&api, HTTP_FAULT_UNTRUSTED, CURLE_PEER_FAILED_VERIFICATION, "no alternative certificate subject name matches",
         "h port 443 is not trusted: no alternative certificate subject name matches. Write the host name that the "
         "certificate is for, or check the endpoint"},
        {&api, HTTP_FAULT_UNTRUSTED, CURLE_PEER_FAILED_VERIFICATION, "self-signed certificate",
         "h port 443 is not trusted: self-signed certificate. If a proxy or a server of your own has signed it, give "
         "its certificate: --ca-file FILE"},
        {&api, HTTP_FAULT_UNANSWERED, CURLE_OPERATION_TIMEDOUT, "timed out",
         "no answer from h port 443: timed out. --timeout gives a request more time"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = ERR_INIT;
        http_explain(&(struct http_failure){.origin = cases[i].origin,
                                            .fault = cases[i].fault,
                                            .curl_code = cases[i].curl_code,
                                            .words = cases[i].words,
                                            .attempts = 1},
                     &e);
        assert_string_equal(e.message, cases[i].message);
        assert_int_equal(e.code, ERR_NETWORK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_bodies),
        cmocka_unit_test(long_bodies_leave_room),
        cmocka_unit_test(error_answers_in_words),
        cmocka_unit_test(failed_connections_in_words_and_with_a_remedy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
