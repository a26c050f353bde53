/* What error answers say, in every shape that the API, IAM and gateways give them; and that no secret is repeated. */
#include "http/http_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/http_answer.h"

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
        {"{\"what\":[1,{\"a\":\"b\"}]}", "{\"what\":[1,{\"a\":\"b\"}]}", "", false},
        {"{\"errorCode\":7,\"context\":[]}", "{\"errorCode\":7,\"context\":[]}", "", false},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_bodies),
        cmocka_unit_test(long_bodies_leave_room),
        cmocka_unit_test(error_answers_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
