/* http_request.min_ttl: what arrives with a lower TTL is as if it had never come. */
#include "tests/unit/http_fixture.h"

/* Whether an answer comes from a server that sends with that TTL to a request that takes none lower than min_ttl. */
static bool arrives(int ttl, unsigned min_ttl)
{
    struct loopback server = {.handler = answer_ok};
    struct err e = ERR_INIT;
    struct ended ended[2] = {{0}};

    pthread_mutex_init(&server.lock, NULL);
    loopback_listen(&server);
    assert_int_equal(setsockopt(server.listener, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)), 0);
    pthread_create(&server.acceptor, NULL, loopback_accept, &server);
    struct http *http = open_session(&(struct http_options){.attempts = 1, .timeout_ms = 150});
    for (size_t i = 0; i < 2; i++) {
        http_submit(http, &(struct http_request){
                              .url = url_of(&server, "/"),
                              .min_ttl = min_ttl,
                              .done = note_end,
                              .context = &ended[i],
                          });
    }
    assert_true(http_run(http, &e));
    assert_int_equal(ended[0].failed, ended[1].failed);
    assert_int_equal(ended[0].fault, ended[0].failed ? HTTP_FAULT_UNREACHED : HTTP_FAULT_NONE);
    /* what follows without a limit is not held to it by a connection that is left */
    assert_false(fetch_get(http, &server, "/").failed);
    http_destroy(http);
    loopback_stop(&server);
    return !ended[0].failed;
}

static void an_answer_of_a_lower_ttl_does_not_arrive(void **state)
{
    static const struct {
        int ttl;
        unsigned min_ttl;
        bool arrives;
    } cases[] = {{1, 1, true}, {1, 2, false}, {3, 2, true}, {3, 3, true}, {3, 4, false}, {64, 64, true}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(arrives(cases[i].ttl, cases[i].min_ttl), cases[i].arrives);
    }
}

static void a_limit_that_the_system_refuses_fails_the_request(void **state)
{
    struct loopback server;

    (void)state;
    loopback_start(&server, answer_ok, NULL);
    struct http *http = open_session(&(struct http_options){.attempts = 1});
    struct ended ended = fetch(http, (struct http_request){.url = url_of(&server, "/"), .min_ttl = 256});
    assert_true(ended.failed);
    assert_int_equal(ended.fault, HTTP_FAULT_UNREACHED);
    http_destroy(http);
    loopback_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_of_a_lower_ttl_does_not_arrive),
        cmocka_unit_test(a_limit_that_the_system_refuses_fails_the_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
