/* The metadata service's client: what is sent by version date, what is read, which paths and requests it takes. */
#include "imds/imds.h"
#include "tests/unit/http_fixture.h"
#include "json/json_web_token.h"

#define HEADERS "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

static enum afterwards answer_empty(struct loopback *server, const struct heard *heard, struct text *answer)
{
    (void)server, (void)heard;
    text_append(answer, HEADERS);
    return KEEP_OPEN;
}

static void requests_follow_the_version_date(void **state)
{
    static const struct {
        const char *version;
        struct imds_call call;
        const char *line, *body, *header;
    } rows[] = {
        {"2025-08-26",
         {.operation = IMDS_TOKEN},
         "PUT /identity/v1/token?version=2025-08-26 ",
         "{}",
         "Metadata-Flavor: ibm"},
        {"2025-08-25",
         {.operation = IMDS_TOKEN, .expires_in = 60, .nonce = "n\"1"},
         "PUT /instance_identity/v1/token?version=2025-08-25 ",
         "{\"expires_in\":60,\"nonce\":\"n\\\"1\"}",
         "Metadata-Flavor: ibm"},
        {"2026-01-01",
         {.operation = IMDS_IAM_TOKEN, .bearer = "b"},
         "POST /identity/v1/iam_tokens?version=2026-01-01 ",
         "",
         "Authorization: Bearer b"},
        {"2022-03-01",
         {.operation = IMDS_IAM_TOKEN, .bearer = "b", .trusted_profile = "Profile-1"},
         "POST /instance_identity/v1/iam_token?version=2022-03-01 ",
         "{\"trusted_profile\":{\"id\":\"Profile-1\"}}",
         "Authorization: Bearer b"},
        {"2025-08-26",
         {.operation = IMDS_IAM_TOKEN, .bearer = "b", .trusted_profile = "crn:v1:x"},
         "POST /identity/v1/iam_tokens?version=2025-08-26 ",
         "{\"trusted_profile\":{\"crn\":\"crn:v1:x\"}}",
         "Authorization: Bearer b"},
        {"2025-08-26",
         {.operation = IMDS_CERTIFICATE, .bearer = "b", .csr = "PEM", .expires_in = 60},
         "POST /identity/v1/certificates?version=2025-08-26 ",
         "{\"expires_in\":60,\"csr\":\"PEM\"}",
         "Authorization: Bearer b"},
        {"2025-08-26",
         {.operation = IMDS_METADATA, .bearer = "b", .path = "/metadata/v1/keys/a b", .start = "x&y"},
         "GET /metadata/v1/keys/a%20b?version=2025-08-26&start=x%26y ",
         "",
         "Authorization: Bearer b"},
    };
    struct loopback server;

    (void)state;
    loopback_start(&server, answer_empty, NULL);
    struct http *http = open_session(NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ended ended = {0};
        struct err e = ERR_INIT;
        text_clear(&server.log);
        imds_submit(http, &(struct imds_endpoint){.base = url_of(&server, ""), .version = rows[i].version},
                    &rows[i].call, &(struct http_request){.done = note_end, .context = &ended});
        assert_true(http_run(http, &e));
        assert_int_equal(ended.status, 200);
        const char *log = text_string(&server.log);
        const char *body = strstr(log, "\r\n\r\n");
        if (strncmp(log, rows[i].line, strlen(rows[i].line)) != 0 || strstr(log, rows[i].header) == NULL ||
            body == NULL || strcmp(body + 4, rows[i].body) != 0) {
            fail_msg("row %zu: %s", i, log);
        }
    }
    http_destroy(http);
    loopback_stop(&server);
}

/* {"nonce":"n"} and {"nonce":"m"} as the middle of a token. */
#define TOKEN_N "eyJh.eyJub25jZSI6Im4ifQ.c2ln"
#define TOKEN_M "eyJh.eyJub25jZSI6Im0ifQ.c2ln"

static void a_token_is_read_with_its_nonce(void **state)
{
    static const struct {
        const char *body, *nonce;
        int64_t life_s; /* -2: it is refused */
    } rows[] = {
        {"{\"access_token\":\"" TOKEN_N "\",\"expires_in\":300}", NULL, 300},
        {"{\"access_token\":\"" TOKEN_N "\"}", NULL, -1},
        {"{\"access_token\":\"" TOKEN_N "\",\"expires_in\":300,\"nonce\":\"n\"}", "n", 300},
        {"{\"access_token\":\"" TOKEN_N "\",\"expires_in\":300,\"nonce\":\"m\"}", "n", -2},
        {"{\"access_token\":\"" TOKEN_N "\",\"expires_in\":300}", "n", -2},
        {"{\"access_token\":\"" TOKEN_M "\",\"expires_in\":300,\"nonce\":\"n\"}", "n", -2},
        {"{\"access_token\":\"opaque\",\"expires_in\":300,\"nonce\":\"n\"}", "n", -2},
        {"{\"access_token\":\"opaque\",\"expires_in\":300}", NULL, 300},
        {"{\"access_token\":\"opaque\",\"expires_in\":300}", "?n", 300},
        {"{\"access_token\":\"" TOKEN_N "\",\"expires_in\":300,\"nonce\":\"n\"}", "?n", 300},
        {"{\"access_token\":\"" TOKEN_M "\",\"expires_in\":300}", "?n", -2},
        {"{\"access_token\":\"opaque\",\"expires_in\":300,\"nonce\":\"m\"}", "?n", -2},
        {"{\"access_token\":\"opaque\",\"expires_in\":9223372036854775807}", NULL, 315360000},
        {"{\"access_token\":\"two words\"}", NULL, -2},
        {"{\"access_token\":\"\"}", NULL, -2},
        {"{\"access_token\":7}", NULL, -2},
        {"{\"identity_token\":\"opaque\"}", NULL, -2},
        {"[]", NULL, -2},
        {"<html>", NULL, -2},
        {"", NULL, -2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(imds_token_free) struct imds_token token = {0};
        char padded[512] = "";
        struct err e = ERR_INIT;
        snprintf(padded, sizeof(padded), "%s", rows[i].body);
        const char *nonce = rows[i].nonce;
        bool own = nonce != NULL && nonce[0] == '?'; /* it was not asked for */
        bool good = imds_token_read(
            padded, strlen(rows[i].body),
            &(struct imds_token_rules){.who = IMDS_WHO, .nonce = own ? nonce + 1 : nonce, .nonce_is_own = own}, &token,
            &e);
        if (good != (rows[i].life_s != -2) || (good && token.life_s != rows[i].life_s) ||
            strstr(e.message, "eyJ") != NULL) {
            fail_msg("row %zu: %s", i, e.message);
        }
    }
}

static void paths_are_found_as_people_write_them(void **state)
{
    static const struct {
        const char *given, *path; /* NULL: none */
    } rows[] = {
        {"instance", "/metadata/v1/instance"},
        {"/metadata/v1/instance", "/metadata/v1/instance"},
        {"metadata/v1/keys/", "/metadata/v1/keys"},
        {"initialization", "/metadata/v1/instance/initialization"},
        {"volume_attachments/a", "/metadata/v1/instance/volume_attachments/a"},
        {"instance/network_interfaces/a", "/metadata/v1/instance/network_interfaces/a"},
        {"virtual_network_interfaces", "/metadata/v1/virtual_network_interfaces"},
        {"bare_metal_servers/a/initialization", "/metadata/v1/bare_metal_servers/a/initialization"},
        {"instance/a", NULL},
        {"initialization/a", NULL},
        {"keys/a/b", NULL},
        {"keys//a", NULL},
        {"keys/..", NULL},
        {"keys?limit=1", NULL},
        {"keys/%2e%2e", NULL},
        {"", NULL},
        {"/", NULL},
        {"keysx", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text path = {0};
        struct err e = ERR_INIT;
        bool found = imds_find_path(rows[i].given, &path, &e);
        assert_int_equal(found, rows[i].path != NULL);
        assert_string_equal(text_string(&path), found ? rows[i].path : "");
        assert_int_equal(e.code, found ? ERR_NONE : ERR_USAGE);
    }
}

static void claims_are_those_of_json_web_tokens_only(void **state)
{
    static const char *const none[] = {"", ".", "a.b", "a.!!.c", "a.eyJhIjo.c", "a.W10.c", "a.bnVsbA.c"};
    JSON_CLEANUP json_t *claims = json_web_token_claims(TOKEN_N);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(claims, "nonce")), "n");
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_null(json_web_token_claims(none[i]));
    }
}

/* A service whose tokens end before their time, or something else at its address. */
struct service {
    struct loopback server;
    struct http *http;
    struct imds *imds;
    bool is_foreign;
    unsigned tokens, refused; /* given out; calls that are answered with 401 first */
};

static enum afterwards answer_service(struct loopback *server, const struct heard *heard, struct text *out)
{
    static const char page[] = "<html><title>Sign in</title></html>";
    struct service *service = server->context;
    char bearer[64], body[64];

    if (service->is_foreign) {
        text_printf(out, "HTTP/1.1 403 No\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n\r\n%s",
                    sizeof(page) - 1, page);
        return KEEP_OPEN;
    }
    if (strcmp(heard->method, "PUT") == 0) {
        snprintf(body, sizeof(body), "{\"access_token\":\"t%u\",\"expires_in\":300}", ++service->tokens);
        loopback_json(out, 200, "", body);
        return KEEP_OPEN;
    }
    loopback_value(heard->head, "Authorization", bearer, sizeof(bearer));
    snprintf(body, sizeof(body), "Bearer t%u", service->tokens);
    assert_string_equal(bearer, body);
    bool refused = service->refused > 0;
    service->refused -= refused;
    loopback_json(out, refused ? 401 : 200, "", refused ? "{\"errors\":[{\"code\":\"c\",\"message\":\"m\"}]}" : "{}");
    return KEEP_OPEN;
}

static void open_service(struct service *service, const char *scheme)
{
    char url[64];

    loopback_start(&service->server, answer_service, service);
    service->http = open_session(NULL);
    snprintf(url, sizeof(url), "%s127.0.0.1:%u", scheme, service->server.port);
    service->imds = imds_create(&(struct imds_options){.http = service->http, .url = url});
}

static void close_service(struct service *service)
{
    http_destroy(service->http);
    imds_destroy(service->imds);
    loopback_stop(&service->server);
}

static void a_kept_token_that_is_refused_is_replaced_once(void **state)
{
    /* refused in a row; whether it goes well in the end; tokens by then */
    static const struct {
        unsigned refused;
        bool good;
        unsigned tokens;
    } rows[] = {{0, true, 1}, {1, true, 2}, {2, false, 3}, {0, true, 3}};
    struct service service = {0};

    (void)state;
    open_service(&service, "http://");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct imds_call call = {.operation = IMDS_METADATA, .path = "/metadata/v1/instance"};
        struct err e = ERR_INIT;
        service.refused = rows[i].refused;
        JSON_CLEANUP json_t *answer = imds_ask(service.imds, &call, &e);
        assert_int_equal(answer != NULL, rows[i].good);
        assert_int_equal(e.code, rows[i].good ? ERR_NONE : ERR_AUTH);
        assert_int_equal(service.tokens, rows[i].tokens);
    }
    close_service(&service);
}

static void what_answers_in_place_of_the_service_is_said(void **state)
{
    const struct imds_call call = {.operation = IMDS_TOKEN};
    struct service service = {.is_foreign = true};
    struct err e = ERR_INIT;

    (void)state;
    open_service(&service, "");
    assert_null(imds_ask(service.imds, &call, &e));
    if (strstr(e.message, "is not the metadata service of a VPC server") == NULL) {
        fail_msg("%s", e.message);
    }
    assert_null(imds_base(service.imds));
    close_service(&service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_follow_the_version_date),
        cmocka_unit_test(a_token_is_read_with_its_nonce),
        cmocka_unit_test(paths_are_found_as_people_write_them),
        cmocka_unit_test(claims_are_those_of_json_web_tokens_only),
        cmocka_unit_test(a_kept_token_that_is_refused_is_replaced_once),
        cmocka_unit_test(what_answers_in_place_of_the_service_is_said),
    };

    return cmocka_run_group_tests_name("imds", tests, NULL, NULL);
}
