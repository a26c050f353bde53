/* The probe of a metadata service: what is asked, what comes of it, and the search for the hop limit. */
#include "imds/imds_hops.h"
#include "imds/imds_probe.h"
#include "tests/unit/http_fixture.h"

/* What the rounds come to for a TTL, and how many replies are asked for; `lost`: one reply that is lost once. */
static unsigned search(unsigned ttl, unsigned lost, size_t *ret_asked)
{
    struct imds_hops hops = {0};
    unsigned limits[IMDS_HOPS_MAX];

    *ret_asked = 0;
    for (size_t count; (count = imds_hops_next(&hops, limits)) > 0; *ret_asked += count) {
        for (size_t i = 0; i < count; i++) {
            bool is_lost = limits[i] == lost;
            lost = is_lost ? 0 : lost;
            imds_hops_note(&hops, limits[i], limits[i] <= ttl && !is_lost);
        }
    }
    return imds_hops_result(&hops);
}

static void every_hop_limit_is_found_with_few_requests(void **state)
{
    size_t asked;

    (void)state;
    for (unsigned ttl = 1; ttl <= IMDS_HOPS_MAX; ttl++) {
        assert_int_equal(search(ttl, 0, &asked), ttl);
        assert_true(asked <= 24);
        assert_true(ttl > 3 || asked == 15);
        for (unsigned lost = 2; lost <= ttl; lost++) {
            assert_int_equal(search(ttl, lost, &asked), ttl);
        }
    }
    assert_int_equal(search(255, 0, &asked), IMDS_HOPS_MAX);
    assert_int_equal(search(0, 0, &asked), 0);
    assert_int_equal(asked, 15);
}

/* --- against a server ---------------------------------------------------------------------------------- */

struct service {
    const char *iam_token; /* body of a 400; NULL: granted */
    bool broken;           /* 500 to everything */
    unsigned calls;
};

/* {"iaas":{"crn":"crn:1","instanceID":"i-1","region":"eu-de"}} */
#define TOKEN \
    "eyJhbGciOiJub25lIn0.eyJpYWFzIjp7ImNybiI6ImNybjoxIiwiaW5zdGFuY2VJRCI6ImktMSIsInJlZ2lvbiI6ImV1LWRlIn19.c2ln"

static enum afterwards answer_service(struct loopback *server, const struct heard *heard, struct text *answer)
{
    struct service *service = server->context;

    service->calls++;
    if (service->broken) {
        loopback_json(answer, 500, "", "{\"errors\":[{\"code\":\"service_error\",\"message\":\"No.\"}]}");
    } else if (strstr(heard->path, "/initialization") != NULL) {
        loopback_json(answer, 200, "",
                      "{\"default_trusted_profile\":{\"target\":{\"id\":\"Profile-1\"}},\"user_data\":\"12345\"}");
    } else if (strstr(heard->path, "/metadata/") != NULL) {
        loopback_json(answer, 200, "", "{\"id\":\"i-1\",\"name\":\"web-1\",\"crn\":\"crn:1\"}");
    } else if (strstr(heard->path, "/iam_tokens") != NULL && service->iam_token != NULL) {
        loopback_json(answer, 400, "", service->iam_token);
    } else {
        loopback_json(answer, 200, "", "{\"access_token\":\"" TOKEN "\",\"expires_in\":300}");
    }
    return KEEP_OPEN;
}

/* Probes a service whose replies leave with that TTL; over TLS nothing is there. */
static struct imds_probe probe(int ttl, struct service *service)
{
    struct loopback server = {.handler = answer_service, .context = service};
    char url[64];
    struct imds_probe result;
    struct err e = ERR_INIT;

    pthread_mutex_init(&server.lock, NULL);
    loopback_listen(&server);
    assert_int_equal(setsockopt(server.listener, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)), 0);
    pthread_create(&server.acceptor, NULL, loopback_accept, &server);
    struct http *http = open_session(NULL);
    snprintf(url, sizeof(url), "https://127.0.0.1:%u", server.port);
    struct imds *imds = imds_create(&(struct imds_options){.http = http, .url = url, .silence_ms = 800});
    assert_true(imds_probe(imds, NULL, &result, &e));
    http_destroy(http);
    imds_destroy(imds);
    loopback_stop(&server);
    return result;
}

static void what_the_service_grants_is_found_out_whatever_protocol_was_named(void **state)
{
    struct service service = {0};
    struct imds_probe result = probe(3, &service);

    (void)state;
    assert_int_equal(result.way, IMDS_HTTP_ADDRESS);
    assert_null(result.urls[IMDS_HTTP_NAME]);
    assert_true(imds_probe_answers(&result, IMDS_HTTP_ADDRESS));
    assert_false(imds_probe_answers(&result, IMDS_HTTPS_NAME));
    assert_int_equal(result.token_life_s, 300);
    assert_string_equal(text_string(&result.crn), "crn:1");
    assert_string_equal(text_string(&result.region), "eu-de");
    assert_string_equal(text_string(&result.name), "web-1");
    assert_string_equal(text_string(&result.profile), "Profile-1");
    assert_int_equal(result.user_data_bytes, 5);
    assert_int_equal(result.iam_token.outcome, IMDS_DONE);
    assert_int_equal(result.hops, 3);
    imds_probe_free(&result);
}

static void a_refusal_is_known_by_its_code_and_is_not_asked_for_again(void **state)
{
    struct service service = {.iam_token = "{\"errors\":[{\"code\":\"profile_not_linked\",\"message\":\"No.\"}]}"};
    struct service broken = {.broken = true};
    struct imds_probe result = probe(1, &service);

    (void)state;
    assert_int_equal(result.iam_token.outcome, IMDS_REFUSED);
    assert_string_equal(text_string(&result.iam_token.code), "profile_not_linked");
    assert_int_equal(result.hops, 1);
    imds_probe_free(&result);
    result = probe(1, &broken);
    assert_int_equal(result.way, -1);
    assert_true(imds_probe_answers(&result, IMDS_HTTP_ADDRESS));
    assert_string_equal(text_string(&result.ways[IMDS_HTTP_ADDRESS].code), "service_error");
    assert_int_equal(result.instance.outcome, IMDS_NOT_ASKED);
    assert_int_equal(broken.calls, 1);
    imds_probe_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_hop_limit_is_found_with_few_requests),
        cmocka_unit_test(what_the_service_grants_is_found_out_whatever_protocol_was_named),
        cmocka_unit_test(a_refusal_is_known_by_its_code_and_is_not_asked_for_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
