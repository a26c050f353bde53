/* Tokens: fetched once, renewed in time, one request at a time, never shown. */
#include "iam/iam.h"
#include "iam/iam_token.h"
#include "imds/imds_token.h"
#include "tests/unit/http_fixture.h"
#include "tests/unit/moved_clock.h"

#define KEY         "S3cret+Key/1"
#define KEY_ESCAPED "S3cret%2BKey%2F1"

/* IAM and the API in one server. */
struct cloud {
    struct secrets *secrets;
    struct loopback server;
    struct moved_clock clock;
    struct http *http;
    struct iam *iam;
    struct text seen;  /* all errors and trace lines */
    bool hurried;      /* time passes quickly, but while a request is in progress */
    unsigned refusals; /* requests that the API refuses first, whatever the token */
    int64_t life_s;
    unsigned token_requests;
    unsigned tokens;          /* given out; the last is "issued-<tokens>" */
    unsigned accepted;        /* the API takes this one and later ones; 0: none at all */
    unsigned failures;        /* token requests that fail first, with: */
    const char *failure;      /* a raw answer */
    unsigned last_token_used; /* by the API's last request */
};

static enum afterwards answer_token(struct cloud *cloud, struct text *answer)
{
    char body[256];

    if (cloud->failures > 0) {
        cloud->failures--;
        text_append(answer, cloud->failure);
        return KEEP_OPEN;
    }
    snprintf(body, sizeof(body),
             "{\"access_token\":\"issued-%u\",\"refresh_token\":\"not_supported\",\"token_type\":\"Bearer\","
             "\"expires_in\":%lld,\"expiration\":1,\"scope\":\"ibm openid\"}",
             ++cloud->tokens, (long long)cloud->life_s);
    loopback_json(answer, 200, "", body);
    return KEEP_OPEN;
}

static enum afterwards answer_cloud(struct loopback *server, const struct heard *heard, struct text *answer)
{
    struct cloud *cloud = server->context;
    char authorization[128];
    unsigned token = 0;

    if (strcmp(heard->path, "/identity/token") == 0) {
        cloud->token_requests++;
        return answer_token(cloud, answer);
    }
    loopback_value(heard->head, "Authorization", authorization, sizeof(authorization));
    bool given = sscanf(authorization, "Bearer issued-%u", &token) == 1;
    cloud->last_token_used = token;
    bool refused = cloud->refusals > 0;
    cloud->refusals -= refused;
    if (given && !refused && cloud->accepted > 0 && token >= cloud->accepted) {
        return answer_ok(server, heard, answer);
    }
    loopback_json(answer, 401, "", "{\"errors\":[{\"code\":\"unauthenticated\",\"message\":\"expired\"}]}");
    return KEEP_OPEN;
}

static void observe(const struct http_attempt *attempt, void *context)
{
    struct cloud *cloud = context;

    text_printf(&cloud->seen, "%s %s %d %s\n", attempt->method, attempt->url, attempt->status, attempt->problem);
}

static char *own(const char *string)
{
    struct text text = {0};

    text_append(&text, string);
    return text_take(&text);
}

static void open_cloud(struct cloud *cloud)
{
    char iam_url[64];

    *cloud = (struct cloud){.clock = moved_clock(), .life_s = 1000, .accepted = 1};
    loopback_start(&cloud->server, answer_cloud, cloud);
    cloud->secrets = secrets_create();
    secrets_add(cloud->secrets, KEY, SECRET_LASTING); /* as iam_discover does */
    struct http_options options = {
        .clock = &cloud->clock.clock, .observe = observe, .observe_context = cloud, .secrets = cloud->secrets};
    cloud->http = open_session(&options);
    snprintf(iam_url, sizeof(iam_url), "http://127.0.0.1:%u", cloud->server.port);
    struct iam_credentials credentials = {
        .method = IAM_API_KEY, .secret = own(KEY), .iam_url = own(iam_url), .source = own("test")};
    cloud->iam = iam_create(&credentials, cloud->http, &cloud->clock.clock);
    assert_null(credentials.secret);
}

static void close_cloud(struct cloud *cloud)
{
    assert_null(strstr(text_string(&cloud->seen), KEY));
    assert_null(strstr(text_string(&cloud->seen), KEY_ESCAPED));
    assert_null(strstr(text_string(&cloud->seen), "issued-"));
    iam_destroy(cloud->iam);
    http_destroy(cloud->http);
    secrets_destroy(cloud->secrets);
    loopback_stop(&cloud->server);
    text_free(&cloud->seen);
}

static void note_in_cloud(struct http_reply *reply, void *context)
{
    struct cloud *cloud = context;

    text_printf(&cloud->seen, "%d %d: %s\n", reply->status, reply->error != NULL ? (int)reply->error->code : 0,
                reply->error != NULL ? reply->error->message : "");
}

/* Sends `count` requests at once, as a command does; returns how many succeeded. */
static unsigned ask(struct cloud *cloud, unsigned count)
{
    struct err e = ERR_INIT;
    char url[64];

    text_clear(&cloud->seen);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/v1/x", cloud->server.port);
    for (unsigned i = 0; i < count; i++) {
        http_submit(cloud->http, &(struct http_request){
                                     .flags = HTTP_WITH_TOKEN, .url = url, .done = note_in_cloud, .context = cloud});
    }
    while (cloud->hurried && http_step(cloud->http, 0)) {
        cloud->clock.ahead_ms += http_in_flight(cloud->http) == 0 ? 50 : 0;
    }
    if (!http_run(cloud->http, &e)) {
        assert_int_equal(e.cause, ERR_AUTH);
        http_resume(cloud->http);
    }
    unsigned fine = 0;
    for (const char *at = text_string(&cloud->seen); (at = strstr(at, "200 0: ")) != NULL; at++) {
        fine++;
    }
    return fine;
}

static void the_key_is_exchanged_once(void **state)
{
    struct cloud cloud;

    (void)state;
    open_cloud(&cloud);
    assert_int_equal(cloud.token_requests, 0);
    assert_int_equal(ask(&cloud, 50), 50);
    assert_int_equal(ask(&cloud, 10), 10);
    assert_int_equal(cloud.token_requests, 1);
    assert_int_equal(cloud.server.requests, 61);
    const char *heard = text_string(&cloud.server.log);
    assert_int_equal(strncmp(heard, "POST /identity/token HTTP/1.1\r\n", 31), 0);
    assert_non_null(strstr(heard, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    assert_non_null(strstr(heard, "\r\nAccept: application/json\r\n"));
    assert_non_null(strstr(heard, "\r\n\r\ngrant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey"
                                  "&response_type=cloud_iam&apikey=" KEY_ESCAPED));
    assert_true(iam_token_life_s(cloud.iam) > 990);
    close_cloud(&cloud);
}

static void a_token_is_renewed_while_the_old_one_serves(void **state)
{
    struct cloud cloud;

    (void)state;
    open_cloud(&cloud);
    assert_int_equal(ask(&cloud, 1), 1);
    cloud.clock.ahead_ms = 790 * 1000;
    assert_int_equal(ask(&cloud, 20), 20);
    assert_int_equal(cloud.token_requests, 1);
    cloud.clock.ahead_ms = 810 * 1000;
    assert_int_equal(ask(&cloud, 20), 20);
    assert_int_equal(cloud.token_requests, 2);
    assert_int_equal(ask(&cloud, 20), 20);
    assert_int_equal(cloud.last_token_used, 2);
    assert_int_equal(cloud.token_requests, 2);
    close_cloud(&cloud);
}

static void an_expired_token_is_not_used(void **state)
{
    struct cloud cloud;

    (void)state;
    open_cloud(&cloud);
    assert_int_equal(ask(&cloud, 1), 1);
    cloud.clock.ahead_ms = 995 * 1000;
    cloud.accepted = 2;
    text_clear(&cloud.server.log);
    assert_int_equal(ask(&cloud, 20), 20);
    assert_null(strstr(text_string(&cloud.server.log), "issued-1"));
    assert_int_equal(cloud.token_requests, 2);
    close_cloud(&cloud);
}

static void a_renewal_that_fails_disturbs_nobody(void **state)
{
    struct cloud cloud;

    (void)state;
    open_cloud(&cloud);
    assert_int_equal(ask(&cloud, 1), 1);
    cloud.clock.ahead_ms = 810 * 1000;
    cloud.failure = "HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n";
    cloud.failures = 1;
    assert_int_equal(ask(&cloud, 20), 20);
    assert_int_equal(ask(&cloud, 20), 20);
    assert_int_equal(cloud.token_requests, 2);
    cloud.clock.ahead_ms = 875 * 1000;
    assert_int_equal(ask(&cloud, 20), 20);
    assert_int_equal(cloud.token_requests, 3);
    close_cloud(&cloud);
}

static void a_crowd_of_401s_renews_once(void **state)
{
    struct cloud cloud;

    (void)state;
    open_cloud(&cloud);
    assert_int_equal(ask(&cloud, 5), 5);
    cloud.accepted = 2;
    assert_int_equal(ask(&cloud, 40), 40);
    assert_int_equal(cloud.token_requests, 2);
    cloud.accepted = 3;
    assert_int_equal(ask(&cloud, 40), 40);
    assert_int_equal(cloud.token_requests, 3);
    close_cloud(&cloud);
}

/* The first credential that never works: three tokens of it, then the session ends; the next command asks again. */
static void tokens_that_never_work_do_not_flood_iam(void **state)
{
    struct cloud cloud;

    (void)state;
    open_cloud(&cloud);
    cloud.accepted = 0;
    cloud.hurried = true;
    assert_int_equal(ask(&cloud, 60), 0);
    assert_int_equal(cloud.token_requests, 3);
    assert_true(cloud.server.requests < 60 + 20);
    assert_non_null(strstr(text_string(&cloud.seen), "0 15: the API accepts no token (3 tried in "));
    assert_non_null(strstr(text_string(&cloud.seen), "401 unauthenticated: expired"));
    assert_non_null(strstr(text_string(&cloud.seen), "Check that IAM (http://127.0.0.1"));
    cloud.accepted = 4;
    assert_int_equal(ask(&cloud, 60), 60);
    assert_int_equal(cloud.token_requests, 4);
    close_cloud(&cloud);
}

static void a_token_that_the_api_learns_late_is_waited_for(void **state)
{
    struct cloud cloud;

    (void)state;
    open_cloud(&cloud);
    assert_int_equal(ask(&cloud, 5), 5);
    cloud.accepted = 3; /* of the replacements only the second is taken */
    assert_int_equal(ask(&cloud, 60), 60);
    assert_int_equal(cloud.token_requests, 3);
    close_cloud(&cloud);
}

static void a_refused_token_is_used_on_where_iam_is_down(void **state)
{
    struct cloud cloud;

    (void)state;
    open_cloud(&cloud);
    assert_int_equal(ask(&cloud, 5), 5);
    cloud.failure = "HTTP/1.1 501 X\r\nContent-Length: 0\r\n\r\n";
    cloud.failures = 100;
    cloud.refusals = 3;
    assert_int_equal(ask(&cloud, 1), 1);
    assert_int_equal(cloud.token_requests, 2);
    assert_int_equal(cloud.last_token_used, 1);
    close_cloud(&cloud);
}

static void an_iam_that_is_down_for_a_while_is_asked_until_it_answers(void **state)
{
    struct cloud cloud;

    (void)state;
    open_cloud(&cloud);
    assert_int_equal(ask(&cloud, 5), 5);
    cloud.clock.ahead_ms = 1001 * 1000;
    cloud.failure = "HTTP/1.1 501 X\r\nContent-Length: 0\r\n\r\n";
    cloud.failures = 2;
    assert_int_equal(ask(&cloud, 20), 20);
    assert_int_equal(cloud.token_requests, 4);
    /* and not for ever */
    cloud.clock.ahead_ms = 2003 * 1000;
    cloud.failures = 1000;
    cloud.hurried = true;
    assert_int_equal(ask(&cloud, 20), 0);
    assert_non_null(strstr(text_string(&cloud.seen), "0 15: no token from http://127.0.0.1:"));
    close_cloud(&cloud);
}

static void a_refused_key_fails_all_that_waits(void **state)
{
    struct cloud cloud;
    struct text answer = {0};

    (void)state;
    open_cloud(&cloud);
    /* a careless server that sends the key back */
    loopback_json(&answer, 400, "",
                  "{\"errorCode\":\"BXNIM0415E\",\"errorMessage\":\"Provided API key " KEY " (" KEY_ESCAPED
                  ") could not be found.\"}");
    cloud.failure = text_string(&answer);
    cloud.failures = 100;
    assert_int_equal(ask(&cloud, 40), 0);
    assert_int_equal(cloud.server.requests, 1);
    assert_non_null(strstr(text_string(&cloud.seen),
                           "0 15: IAM refused the API key (test): 400 BXNIM0415E: Provided API key **** ("));
    assert_null(strstr(text_string(&cloud.seen), KEY));
    assert_null(strstr(text_string(&cloud.seen), KEY_ESCAPED));
    /* later it is asked again */
    cloud.clock.ahead_ms = 3000;
    cloud.failures = 0;
    assert_int_equal(ask(&cloud, 2), 2);
    close_cloud(&cloud);
    text_free(&answer);
}

static void a_faltering_iam_is_asked_again(void **state)
{
    static const char *const failures[] = {
        "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 X\r\nContent-Length: 6\r\n\r\n<html>",
        "HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 X\r\nContent-Length: 22\r\n\r\n{\"access_token\":\"a\\nb\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        struct cloud cloud;
        open_cloud(&cloud);
        cloud.failure = failures[i];
        cloud.failures = 2;
        assert_int_equal(ask(&cloud, 5), 5);
        assert_int_equal(cloud.token_requests, 3);
        assert_int_equal(cloud.server.requests, 8);
        close_cloud(&cloud);
    }
}

static void a_short_life_is_no_endless_loop(void **state)
{
    static const int64_t lives[] = {1, 0, -5, INT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
        struct cloud cloud;
        open_cloud(&cloud);
        cloud.life_s = lives[i];
        assert_int_equal(ask(&cloud, 20), 20);
        assert_true(cloud.token_requests <= 3);
        close_cloud(&cloud);
    }
}

static void a_token_can_be_had_by_itself(void **state)
{
    struct cloud cloud;
    const char *token = NULL;
    struct err e = ERR_INIT;

    (void)state;
    open_cloud(&cloud);
    assert_true(iam_token(cloud.iam, &token, &e));
    assert_string_equal(token, "issued-1");
    cloud.clock.ahead_ms = 2000 * 1000;
    cloud.failure = "HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n";
    cloud.failures = 1;
    assert_false(iam_token(cloud.iam, &token, &e));
    assert_int_equal(e.code, ERR_AUTH);
    assert_int_equal(iam_token_life_s(cloud.iam), -1);
    close_cloud(&cloud);
}

static void given_tokens_and_none(void **state)
{
    struct loopback server;
    struct err e = ERR_INIT;
    const char *token = "";

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http *http = open_session(NULL);
    struct iam_credentials bearer = {.method = IAM_BEARER, .secret = own("given.token"), .source = own("test")};
    struct iam *iam = iam_create(&bearer, http, NULL);
    struct http_request request = {.flags = HTTP_WITH_TOKEN, .url = url_of(&server, "/")};
    assert_int_equal(fetch(http, request).status, 200);
    assert_non_null(strstr(text_string(&server.log), "\r\nAuthorization: Bearer given.token\r\n"));
    assert_true(iam_token(iam, &token, &e));
    assert_string_equal(token, "given.token");
    iam_destroy(iam);
    text_clear(&server.log);
    struct iam_credentials none = {.method = IAM_NONE, .source = own("test")};
    iam = iam_create(&none, http, NULL);
    assert_int_equal(fetch(http, request).status, 200);
    assert_null(strstr(text_string(&server.log), "Authorization"));
    assert_true(iam_token(iam, &token, &e));
    assert_null(token);
    iam_destroy(iam);
    iam_destroy(NULL);
    http_destroy(http);
    loopback_stop(&server);
}

static void answers_of_the_token_endpoint(void **state)
{
    static const struct {
        const char *body;
        const char *token; /* NULL: refused */
        int64_t life_s;
    } cases[] = {
        {"{\"access_token\":\"t\",\"expires_in\":3600,\"expiration\":1}", "t", 3600},
        {"{\"access_token\":\"t\",\"expiration\":1500}", "t", 500},
        {"{\"access_token\":\"t\",\"expiration\":900}", "t", -1},
        {"{\"access_token\":\"t\"}", "t", -1},
        {"{\"access_token\":\"t\",\"expires_in\":0}", "t", -1},
        {"{\"access_token\":\"t\",\"expires_in\":9223372036854775807}", "t", 315360000},
        {"{\"access_token\":\"\"}", NULL, 0},
        {"{\"access_token\":\"a b\"}", NULL, 0},
        {"{\"access_token\":\"a\\r\\nb\"}", NULL, 0},
        {"{\"access_token\":null}", NULL, 0},
        {"{\"access_token\":7}", NULL, 0},
        {"{\"access_token\":\"SECRET\",\"expires_in\":\"soon\"}", NULL, 0},
        {"{\"identity_token\":\"SECRET\"}", NULL, 0},
        {"[\"SECRET\"]", NULL, 0},
        {"{\"access_token\":\"SECRET", NULL, 0},
        {"", NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char body[256] = {0};
        struct imds_token token = {0};
        struct err e = ERR_INIT;
        snprintf(body, sizeof(body), "%s", cases[i].body);
        bool fine =
            imds_token_read(body, strlen(body), &(struct imds_token_rules){.who = "it", .now_s = 1000}, &token, &e);
        if (fine != (cases[i].token != NULL) || (fine && strcmp(token.text, cases[i].token) != 0) ||
            token.life_s != cases[i].life_s) {
            fail_msg("%s: %d, %lld s, %s", cases[i].body, fine, (long long)token.life_s, e.message);
        }
        assert_null(strstr(e.message, "SECRET"));
        imds_token_free(&token);
    }
}

static void the_client_is_named_when_it_has_both_halves(void **state)
{
    struct iam_credentials credentials = {.client_id = own("Aladdin"), .client_secret = own("open sesame")};
    struct text out = {0};

    (void)state;
    iam_token_authorization(&credentials, &out);
    assert_string_equal(text_string(&out), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="); /* RFC 7617 2 */
    text_clear(&out);
    free(credentials.client_secret);
    credentials.client_secret = NULL;
    iam_token_authorization(&credentials, &out);
    assert_string_equal(text_string(&out), "");
    text_free(&out);
    iam_credentials_free(&credentials);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_is_exchanged_once),
        cmocka_unit_test(a_token_is_renewed_while_the_old_one_serves),
        cmocka_unit_test(an_expired_token_is_not_used),
        cmocka_unit_test(a_renewal_that_fails_disturbs_nobody),
        cmocka_unit_test(a_crowd_of_401s_renews_once),
        cmocka_unit_test(tokens_that_never_work_do_not_flood_iam),
        cmocka_unit_test(an_iam_that_is_down_for_a_while_is_asked_until_it_answers),
        cmocka_unit_test(a_refused_token_is_used_on_where_iam_is_down),
        cmocka_unit_test(a_token_that_the_api_learns_late_is_waited_for),
        cmocka_unit_test(a_refused_key_fails_all_that_waits),
        cmocka_unit_test(a_faltering_iam_is_asked_again),
        cmocka_unit_test(a_short_life_is_no_endless_loop),
        cmocka_unit_test(a_token_can_be_had_by_itself),
        cmocka_unit_test(given_tokens_and_none),
        cmocka_unit_test(answers_of_the_token_endpoint),
        cmocka_unit_test(the_client_is_named_when_it_has_both_halves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
