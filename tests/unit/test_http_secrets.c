/* Where tokens and secret bodies go, and where they never go: plain http, redirects, proxies, errors, traces. */
#include "http/http_acceptance.h"
#include "tests/unit/http_fixture.h"

#define TOKEN "token-0"

static struct tokens steady_tokens(void)
{
    return (struct tokens){.state = HTTP_TOKEN_READY, .token = TOKEN};
}

static void plain_http_is_for_this_machine_only(void **state)
{
    static const struct {
        const char *url;
        bool refused;
    } cases[] = {
        {"http://192.0.2.1/", true},
        {"http://127.0.0.1.example.com/", true},
        {"http://localhost.example.com/", true},
        {"http://evil.localhost./", true},
        {"http://localhost./", true},
        {"http://[::2]/", true},
        {"http://[::ffff:127.0.0.1]/", true},
        {"http://128.0.0.1/", true},
        {"http://0.0.0.0/", true},
        {"HTTP://EXAMPLE.COM/", true},
        {"http://127.0.0.1\\@example.com/", true},
        {"http://127.0.0.1#@example.com/", false},
        {"http://127.0.0.1/", false},
        {"http://127.255.0.1/", false},
        {"http://127.1/", false},
        {"http://0x7f000001/", false},
        {"http://2130706433/", false},
        {"http://LOCALHOST/", false},
        {"http://[::1]/", false},
        {"https://example.invalid/", false},
    };
    static const struct {
        const char *what;
        struct http_request request;
    } secrets[] = {
        {"token", {.flags = HTTP_WITH_TOKEN}},
        {"authorization", {.authorization = "Basic eA=="}},
        {"secret body", {.flags = HTTP_SECRET_BODY, .method = HTTP_POST, .body = "apikey=x", .body_size = 8}},
    };

    (void)state;
    struct http_options options = {.attempts = 1, .connect_timeout_ms = 50};
    struct http *http = open_session(&options);
    struct tokens tokens = steady_tokens();
    use_tokens(http, &tokens, false);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t s = 0; s < sizeof(secrets) / sizeof(secrets[0]); s++) {
            struct http_request request = secrets[s].request;
            request.url = cases[i].url;
            struct ended ended = fetch(http, request);
            bool refused = ended.fault == HTTP_FAULT_REFUSED;
            if (refused != cases[i].refused || ended.attempts != !refused ||
                (refused && ended.error.code != ERR_USAGE)) {
                fail_msg("%s to %s: %s", secrets[s].what, cases[i].url, ended.error.message);
            }
        }
    }
    /* without a secret there is nothing to guard */
    assert_int_equal(fetch(http, (struct http_request){.url = "http://192.0.2.1/", .timeout_ms = 20}).attempts, 1);
    http_destroy(http);
}

static void urls_that_are_none_are_refused(void **state)
{
    static const struct {
        const char *url, *message;
    } cases[] = {
        {"", "not a valid"},
        {"nowhere", "not a valid"},
        {"http://", "not a valid"},
        {"https://host:99999/", "not a valid"},
        {"ftp://127.0.0.1/", "neither an http nor an https"},
        {"file:///etc/passwd", "not a valid"},
        {"https://me:hunter2@127.0.0.1/", "holds a user name"},
    };

    (void)state;
    struct http *http = open_session(NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ended ended = fetch(http, (struct http_request){.url = cases[i].url});
        assert_int_equal(ended.fault, HTTP_FAULT_REFUSED);
        assert_int_equal(ended.error.code, ERR_USAGE);
        assert_int_equal(ended.attempts, 0);
        if (strstr(ended.error.message, cases[i].message) == NULL) {
            fail_msg("%s: %s", cases[i].url, ended.error.message);
        }
        assert_null(strstr(ended.error.message, "hunter2"));
    }
    http_destroy(http);
}

static void header_values_cannot_smuggle_lines(void **state)
{
    struct loopback server;

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http *http = open_session(NULL);
    struct ended ended = fetch(http, (struct http_request){.url = url_of(&server, "/"), .if_match = "a\r\nX-Evil: 1"});
    assert_int_equal(ended.fault, HTTP_FAULT_REFUSED);
    assert_int_equal(server.requests, 0);
    http_destroy(http);
    loopback_stop(&server);
}

/* --- redirects -------------------------------------------------------------------------------- */

struct redirect {
    int status;
    char location[256];
};

static enum afterwards answer_redirect(struct loopback *server, const struct heard *heard, struct text *answer)
{
    const struct redirect *redirect = server->context;
    char headers[320];

    if (strcmp(heard->path, "/there") == 0) {
        return answer_ok(server, heard, answer);
    }
    snprintf(headers, sizeof(headers), "Location: %s\r\n", redirect->location);
    loopback_json(answer, redirect->status, redirect->location[0] != '\0' ? headers : "", "{}");
    return KEEP_OPEN;
}

static unsigned count_of(const char *text, const char *word)
{
    unsigned count = 0;

    while ((text = strstr(text, word)) != NULL) {
        count++;
        text++;
    }
    return count;
}

static void redirects_within_the_origin(void **state)
{
    static const struct {
        enum http_method method;
        int status;
        bool followed;
    } cases[] = {
        {HTTP_GET, 301, true},    {HTTP_GET, 302, true},     {HTTP_GET, 303, true},    {HTTP_GET, 307, true},
        {HTTP_GET, 308, true},    {HTTP_GET, 304, false},    {HTTP_GET, 300, false},   {HTTP_PATCH, 301, false},
        {HTTP_PATCH, 302, false}, {HTTP_PATCH, 303, false},  {HTTP_PATCH, 307, true},  {HTTP_PATCH, 308, true},
        {HTTP_POST, 301, false},  {HTTP_POST, 302, false},   {HTTP_POST, 303, false},  {HTTP_POST, 307, true},
        {HTTP_POST, 308, true},   {HTTP_DELETE, 302, false}, {HTTP_DELETE, 307, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct loopback server;
        struct redirect redirect = {.status = cases[i].status, .location = "/there"};
        bool bodied = cases[i].method == HTTP_PATCH || cases[i].method == HTTP_POST;
        loopback_start(&server, answer_redirect, &redirect);
        struct http *http = open_session(NULL);
        struct tokens tokens = steady_tokens();
        use_tokens(http, &tokens, false);
        struct ended ended = fetch(http, (struct http_request){.method = cases[i].method,
                                                               .flags = HTTP_WITH_TOKEN,
                                                               .url = url_of(&server, "/here"),
                                                               .body = bodied ? "{\"a\":1}" : NULL,
                                                               .body_size = bodied ? 7 : 0});
        const char *heard = text_string(&server.log);
        unsigned expected = cases[i].followed ? 2 : 1;
        if (ended.failed == cases[i].followed || server.requests != expected ||
            count_of(heard, http_method_name(cases[i].method)) != expected ||
            count_of(heard, "Authorization: Bearer " TOKEN "\r\n") != expected ||
            count_of(heard, "{\"a\":1}") != (bodied ? expected : 0)) {
            fail_msg("%s %d: %s\n%s", http_method_name(cases[i].method), cases[i].status, ended.error.message, heard);
        }
        /* where it is not followed it is not known what the server did before it sent us away */
        assert_int_equal(ended.maybe_processed, cases[i].method != HTTP_GET && !cases[i].followed);
        http_destroy(http);
        loopback_stop(&server);
    }
}

static void a_location_becomes_ascii(void **state)
{
    struct redirect redirect = {.status = 302, .location = "/caf\xc3\xa9?\xff"};
    struct loopback server;

    (void)state;
    loopback_start(&server, answer_redirect, &redirect);
    struct http *http = open_session(NULL);
    struct ended ended = fetch_get(http, &server, "/here");
    assert_string_equal(ended.url, url_of(&server, "/caf%c3%a9?%ff"));
    assert_non_null(strstr(text_string(&server.log), "GET /caf%c3%a9?%ff HTTP/1.1"));
    assert_non_null(strstr(ended.error.message, "too many redirects"));
    assert_non_null(strstr(ended.error.message, "/caf%c3%a9?%ff"));
    http_destroy(http);
    loopback_stop(&server);
}

static void a_redirect_to_another_server_goes_without_the_token(void **state)
{
    struct loopback first, second;
    struct redirect redirect = {.status = 302};

    (void)state;
    loopback_start(&second, answer_ok, NULL);
    snprintf(redirect.location, sizeof(redirect.location), "http://127.0.0.1:%u/there", second.port);
    loopback_start(&first, answer_redirect, &redirect);
    struct http *http = open_session(NULL);
    struct tokens tokens = steady_tokens();
    use_tokens(http, &tokens, false);
    struct ended ended =
        fetch(http, (struct http_request){.flags = HTTP_WITH_TOKEN, .if_match = "\"e\"", .url = url_of(&first, "/")});
    assert_int_equal(ended.status, 200);
    assert_string_equal(ended.url, redirect.location);
    assert_non_null(strstr(text_string(&first.log), TOKEN));
    assert_int_equal(second.requests, 1);
    assert_null(strstr(text_string(&second.log), "Authorization"));
    assert_null(strstr(text_string(&second.log), TOKEN));
    /* the same with a value of the caller's own */
    ended = fetch(http, (struct http_request){.authorization = "Bearer " TOKEN, .url = url_of(&first, "/")});
    assert_int_equal(ended.status, 200);
    assert_null(strstr(text_string(&second.log), TOKEN));
    /* a change is not carried over at all */
    redirect.status = 307;
    ended = fetch(
        http,
        (struct http_request){
            .method = HTTP_PATCH, .flags = HTTP_WITH_TOKEN, .url = url_of(&first, "/"), .body = "{}", .body_size = 2});
    assert_int_equal(ended.fault, HTTP_FAULT_REFUSED);
    assert_int_equal(ended.error.code, ERR_BAD_ANSWER);
    assert_int_equal(second.requests, 2);
    http_destroy(http);
    loopback_stop(&first);
    loopback_stop(&second);
}

static void redirects_that_lead_nowhere_good(void **state)
{
    static const char *const locations[] = {
        "", "ftp://127.0.0.1/", "file:///etc/passwd", "http://me:x@127.0.0.1/", "http://", "/round"};
    (void)state;
    for (size_t i = 0; i < sizeof(locations) / sizeof(locations[0]); i++) {
        struct loopback server;
        struct redirect redirect = {.status = 302};
        snprintf(redirect.location, sizeof(redirect.location), "%s", locations[i]);
        loopback_start(&server, answer_redirect, &redirect);
        struct http *http = open_session(NULL);
        struct ended ended = fetch_get(http, &server, "/round");
        assert_true(ended.failed);
        assert_int_equal(ended.fault, HTTP_FAULT_REFUSED);
        assert_int_equal(server.requests, strcmp(locations[i], "/round") == 0 ? HTTP_REDIRECTS_MAX + 1 : 1);
        http_destroy(http);
        loopback_stop(&server);
    }
}

static void a_proxy_never_sees_what_is_for_this_machine(void **state)
{
    struct loopback server;
    char proxy[64];

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", loopback_dead_port());
    setenv("http_proxy", proxy, 1);
    setenv("all_proxy", proxy, 1);
    struct http_options options = {.attempts = 1};
    struct http *http = open_session(&options);
    assert_int_equal(fetch_get(http, &server, "/").status, 200);
    struct ended ended = fetch(http, (struct http_request){.url = "http://example.invalid/"});
    assert_int_equal(ended.fault, HTTP_FAULT_UNREACHED);
    assert_non_null(strstr(ended.error.message, "127.0.0.1 port"));
    http_destroy(http);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    loopback_stop(&server);
}

/* --- tokens ----------------------------------------------------------------------------------- */

/* Takes the token named by the test only. */
static enum afterwards answer_if_authorized(struct loopback *server, const struct heard *heard, struct text *answer)
{
    char value[128];

    loopback_value(heard->head, "Authorization", value, sizeof(value));
    if (strcmp(value, server->context) == 0) {
        return answer_ok(server, heard, answer);
    }
    loopback_json(answer, 401, "", "{\"errors\":[{\"code\":\"unauthenticated\",\"message\":\"Token expired\"}]}");
    return KEEP_OPEN;
}

/* Two refusals: the same token was asked with once more, then another one. */
static void a_401_costs_no_attempt_and_brings_another_token(void **state)
{
    struct loopback server;
    char accepted[] = "Bearer token-1";

    (void)state;
    loopback_start(&server, answer_if_authorized, accepted);
    struct http_options options = {.attempts = 1};
    struct http *http = open_session(&options);
    struct tokens tokens = steady_tokens();
    use_tokens(http, &tokens, true);
    struct ended ended = fetch(http, (struct http_request){.flags = HTTP_WITH_TOKEN, .url = url_of(&server, "/")});
    assert_int_equal(ended.status, 200);
    assert_int_equal(ended.attempts, 1);
    assert_int_equal(tokens.refused, 1);
    assert_int_equal(server.requests, 3);
    /* the new token is kept */
    ended = fetch(http, (struct http_request){.flags = HTTP_WITH_TOKEN, .url = url_of(&server, "/")});
    assert_int_equal(server.requests, 4);
    http_destroy(http);
    loopback_stop(&server);
}

/* The n-th request is answered with the n-th status. */
static enum afterwards answer_in_turn(struct loopback *server, const struct heard *heard, struct text *answer)
{
    const int *statuses = server->context;
    int status = statuses[server->requests - 1];

    if (status == 200) {
        return answer_ok(server, heard, answer);
    }
    loopback_json(answer, status, "", "{\"errors\":[{\"code\":\"unauthenticated\",\"message\":\"Token expired\"}]}");
    return KEEP_OPEN;
}

static struct ended fetch_in_turn(int *statuses, struct tokens *tokens, bool replaceable)
{
    struct http_options options = {.attempts = 3, .backoff_ms = 1};
    struct loopback server;

    loopback_start(&server, answer_in_turn, statuses);
    struct http *http = open_session(&options);
    use_tokens(http, tokens, replaceable);
    struct ended ended = fetch(http, (struct http_request){.flags = HTTP_WITH_TOKEN, .url = url_of(&server, "/")});
    http_destroy(http);
    loopback_stop(&server);
    return ended;
}

static void tokens_may_end_again_and_again(void **state)
{
    static int served[] = {401, 429, 401, 401, 429, 401, 401, 200};
    static int passing[] = {401, 200};
    struct tokens tokens = steady_tokens();

    (void)state;
    struct ended ended = fetch_in_turn(served, &tokens, true);
    assert_int_equal(ended.status, 200);
    assert_int_equal(ended.attempts, 3);
    /* a 401 that passes by itself needs no other token, which some sources cannot give */
    tokens.refused = 0;
    assert_int_equal(fetch_in_turn(passing, &tokens, true).status, 200);
    assert_int_equal(fetch_in_turn(passing, &tokens, false).status, 200);
    assert_int_equal(tokens.refused, 0);
}

static void a_refusal_that_lasts_ends_the_session(void **state)
{
    struct loopback server;
    char accepted[] = "Bearer other";

    (void)state;
    loopback_start(&server, answer_if_authorized, accepted);
    struct http *http = open_session(NULL);
    struct tokens tokens = steady_tokens();
    use_tokens(http, &tokens, false);
    struct http_request request = {.flags = HTTP_WITH_TOKEN, .url = url_of(&server, "/")};
    struct ended ended = fetch(http, request);
    assert_int_equal(ended.error.code, ERR_CANCELLED);
    assert_int_equal(err_exit_status(&ended.error), ERR_EXIT_AUTH);
    assert_int_equal(ended.fault, HTTP_FAULT_CANCELLED);
    assert_int_equal(ended.attempts, 0);
    assert_false(ended.maybe_processed);
    assert_non_null(
        strstr(ended.error.message, "the API accepts no token (1 tried in 2 s): 401 unauthenticated: Token expired"));
    assert_null(strstr(ended.error.message, TOKEN));
    /* nothing is sent until the next command */
    int requests = server.requests;
    assert_int_equal(fetch(http, request).fault, HTTP_FAULT_CANCELLED);
    assert_int_equal(server.requests, requests);
    http_resume(http);
    /* without a token of ours there is no trouble with it */
    ended = fetch_get(http, &server, "/");
    assert_int_equal(ended.status, 401);
    assert_int_equal(ended.attempts, 1);
    http_destroy(http);
    loopback_stop(&server);
}

/* One resource is refused, whatever the token, and others are not. */
static enum afterwards refuse_one(struct loopback *server, const struct heard *heard, struct text *answer)
{
    if (strcmp(heard->path, "/refused") != 0) {
        return answer_ok(server, heard, answer);
    }
    loopback_json(answer, 401, "", "{\"errors\":[{\"code\":\"unauthenticated\",\"message\":\"no\"}]}");
    return KEEP_OPEN;
}

/* Others, one after the other, as long as the one is not done. */
struct company {
    struct http *http;
    const char *url;
    struct ended alone;
    unsigned served, failed;
};

static void keep_company(struct http_reply *reply, void *context);

static void send_company(struct company *company)
{
    http_submit(company->http,
                &(struct http_request){
                    .flags = HTTP_WITH_TOKEN, .url = company->url, .done = keep_company, .context = company});
}

static void keep_company(struct http_reply *reply, void *context)
{
    struct company *company = context;

    company->served += reply->status == 200;
    company->failed += reply->status != 200;
    if (company->alone.calls == 0) {
        send_company(company);
    }
}

static void one_request_that_is_refused_alone_fails_alone(void **state)
{
    struct loopback server;
    struct err e = ERR_INIT;

    (void)state;
    loopback_start(&server, refuse_one, NULL);
    struct http *http = open_session(NULL);
    struct tokens tokens = steady_tokens();
    struct company company = {.http = http, .url = url_of(&server, "/")};
    use_tokens(http, &tokens, true);
    http_submit(http, &(struct http_request){.flags = HTTP_WITH_TOKEN,
                                             .url = url_of(&server, "/refused"),
                                             .done = note_end,
                                             .context = &company.alone});
    send_company(&company);
    assert_true(http_run(http, &e));
    assert_int_equal(company.alone.status, 401);
    assert_int_equal(company.alone.error.code, ERR_AUTH);
    assert_true(company.served > HTTP_ACCEPTANCE_ALONE_MAX);
    assert_int_equal(company.failed, 0);
    http_destroy(http);
    loopback_stop(&server);
}

static void no_token_means_no_request(void **state)
{
    struct loopback server;

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http *http = open_session(NULL);
    struct tokens tokens = {.state = HTTP_TOKEN_FAILED};
    use_tokens(http, &tokens, false);
    struct ended ended = fetch(http, (struct http_request){.flags = HTTP_WITH_TOKEN, .url = url_of(&server, "/")});
    assert_int_equal(ended.error.code, ERR_CANCELLED);
    assert_int_equal(err_exit_status(&ended.error), ERR_EXIT_AUTH);
    assert_string_equal(ended.error.message, "no token for you");
    assert_int_equal(server.requests, 0);
    http_resume(http);
    /* a source that promises a token and asks nobody for it does not stop the world */
    tokens.state = HTTP_TOKEN_WAIT;
    ended = fetch(http, (struct http_request){.flags = HTTP_WITH_TOKEN, .url = url_of(&server, "/")});
    assert_int_equal(ended.error.cause, ERR_AUTH);
    http_resume(http);
    tokens.state = HTTP_TOKEN_NONE;
    ended = fetch(http, (struct http_request){.flags = HTTP_WITH_TOKEN, .url = url_of(&server, "/")});
    assert_int_equal(ended.status, 200);
    assert_null(strstr(text_string(&server.log), "Authorization"));
    http_destroy(http);
    loopback_stop(&server);
}

static void token_has_come(struct http_reply *reply, void *context)
{
    struct tokens *tokens = context;

    assert_null(reply->error);
    tokens->state = HTTP_TOKEN_READY;
    http_token_changed(tokens->http);
}

static void requests_wait_for_a_token_without_holding_up_others(void **state)
{
    struct loopback server;
    struct ended with = {0}, without = {0};
    struct err e = ERR_INIT;

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http_options options = {.window = 1, .max_per_second = 1};
    struct http *http = open_session(&options);
    struct tokens tokens = {.state = HTTP_TOKEN_WAIT, .token = TOKEN};
    use_tokens(http, &tokens, false);
    struct http_request parked = {
        .flags = HTTP_WITH_TOKEN, .url = url_of(&server, "/"), .done = note_end, .context = &with};
    struct http_request fetching = {
        .flags = HTTP_URGENT, .url = url_of(&server, "/token"), .done = token_has_come, .context = &tokens};
    http_submit(http, &parked);
    http_submit(http, &fetching);
    assert_true(http_run(http, &e));
    assert_int_equal(with.status, 200);
    assert_non_null(strstr(text_string(&server.log), "Bearer " TOKEN));
    assert_int_equal(strncmp(text_string(&server.log), "GET /token ", 11), 0);
    assert_int_equal(without.calls, 0);
    http_destroy(http);
    loopback_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_http_is_for_this_machine_only),
        cmocka_unit_test(urls_that_are_none_are_refused),
        cmocka_unit_test(header_values_cannot_smuggle_lines),
        cmocka_unit_test(redirects_within_the_origin),
        cmocka_unit_test(a_location_becomes_ascii),
        cmocka_unit_test(a_redirect_to_another_server_goes_without_the_token),
        cmocka_unit_test(redirects_that_lead_nowhere_good),
        cmocka_unit_test(a_proxy_never_sees_what_is_for_this_machine),
        cmocka_unit_test(a_401_costs_no_attempt_and_brings_another_token),
        cmocka_unit_test(tokens_may_end_again_and_again),
        cmocka_unit_test(a_refusal_that_lasts_ends_the_session),
        cmocka_unit_test(one_request_that_is_refused_alone_fails_alone),
        cmocka_unit_test(no_token_means_no_request),
        cmocka_unit_test(requests_wait_for_a_token_without_holding_up_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
