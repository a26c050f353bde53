/* Logins without a secret: the file of a container's token, the two steps of a server, and what a refusal means. */
#include "iam/iam.h"
#include "iam/iam_token.h"
#include "mem/mem.h"
#include "tests/unit/http_fixture.h"
#include "tests/unit/moved_clock.h"

#include "tests/unit/folder_fixture.h"

/* --- the token of a container ------------------------------------------------------------------- */

static void write_token(const char *path, const char *token)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fprintf(file, "%s\n", token);
    fclose(file);
}

static void expect_token(struct iam_credentials *credentials, const char *const files[], const char *token)
{
    CLEANUP(text_free_secret) struct text found = {0};
    struct err e = ERR_INIT;

    if (!iam_resource_token(credentials, files, &found, &e)) {
        fail_msg("%s: %s", token, e.message);
    }
    assert_string_equal(text_string(&found), token);
}

static void the_first_file_that_can_be_read_is_taken_each_time(void **state)
{
    CLEANUP(text_free_pointer) char *first = mem_copy(in(state, "vault-token"));
    CLEANUP(text_free_pointer) char *second = mem_copy(in(state, "sa-token"));
    const char *const files[] = {first, second, NULL};
    CLEANUP(iam_credentials_free)
    struct iam_credentials credentials = {.method = IAM_CONTAINER, .source = mem_copy("this container")};
    CLEANUP(text_free_secret) struct text found = {0};
    struct err e = ERR_INIT;

    assert_false(iam_resource_token(&credentials, files, &found, &e));
    assert_int_equal(e.code, ERR_AUTH);
    assert_non_null(strstr(e.message, "none of these files is there: "));
    assert_non_null(strstr(e.message, first));
    assert_non_null(strstr(e.message, second));
    write_token(second, "two");
    expect_token(&credentials, files, "two");
    assert_non_null(strstr(credentials.source, second));
    write_token(second, "three");
    expect_token(&credentials, files, "three");
    write_token(first, "one");
    expect_token(&credentials, files, "one");
    write_token(first, "two words"); /* the next one may do */
    expect_token(&credentials, files, "three");
    credentials.token_file = mem_copy(first);
    assert_false(iam_resource_token(&credentials, files, &found, &e));
    credentials.secret = mem_copy("given");
    expect_token(&credentials, files, "given");
}

static void a_container_sends_the_grant_of_its_kind(void **state)
{
    CLEANUP(iam_credentials_free)
    struct iam_credentials credentials = {
        .method = IAM_CONTAINER, .profile_id = mem_copy("Profile-1"), .profile_name = mem_copy("a b")};
    CLEANUP(text_free_secret) struct text form = {0};

    (void)state;
    iam_token_form(&credentials, "x+y", &form);
    assert_string_equal(text_string(&form), "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Acr-token"
                                            "&cr_token=x%2By&profile_id=Profile-1&profile_name=a%20b");
}

/* --- a server ------------------------------------------------------------------------------------- */

/* A metadata service that answers `refusal` to the step with that path; the API at /v1 takes every token. */
struct service {
    struct loopback server;
    struct moved_clock clock;
    char used[128]; /* Authorization of the API's last request */
    struct http *http;
    struct iam *iam;
    const char *refused_path, *refusal; /* "400 {...}" */
    unsigned identities, tokens;
};

static enum afterwards answer(struct loopback *server, const struct heard *heard, struct text *out)
{
    struct service *service = server->context;
    char body[128], bearer[128];

    if (service->refused_path != NULL &&
        strncmp(heard->path, service->refused_path, strlen(service->refused_path)) == 0) {
        loopback_json(out, atoi(service->refusal), "", service->refusal + 4);
        return KEEP_OPEN;
    }
    loopback_value(heard->head, "Authorization", bearer, sizeof(bearer));
    if (strncmp(heard->path, "/v1/", 4) == 0) {
        snprintf(service->used, sizeof(service->used), "%s", bearer);
        return answer_ok(server, heard, out);
    }
    if (strcmp(heard->method, "PUT") == 0) {
        snprintf(body, sizeof(body), "{\"access_token\":\"identity-%u\",\"expires_in\":300}", ++service->identities);
    } else {
        snprintf(body, sizeof(body), "Bearer identity-%u", service->identities);
        assert_string_equal(bearer, body);
        snprintf(body, sizeof(body), "{\"access_token\":\"iam-%u\",\"expires_in\":1000}", ++service->tokens);
    }
    loopback_json(out, 200, "", body);
    return KEEP_OPEN;
}

/* `scheme`: before the host of the URL; "": both protocols are tried. */
static void open_service(struct service *service, const char *scheme, const char *version, const char *profile)
{
    char url[64];

    service->clock = moved_clock();
    loopback_start(&service->server, answer, service);
    service->http = open_session(&(struct http_options){.clock = &service->clock.clock});
    snprintf(url, sizeof(url), "%s127.0.0.1:%u", scheme, service->server.port);
    struct iam_credentials credentials = {.method = IAM_VPC,
                                          .source = mem_copy("test"),
                                          .iam_url = mem_copy(IAM_URL_DEFAULT),
                                          .metadata_url = mem_copy(url),
                                          .metadata_url_source = mem_copy("test"),
                                          .metadata_version = mem_copy(version),
                                          .profile_id = mem_copy(profile)};
    service->iam = iam_create(&credentials, service->http, &service->clock.clock);
}

static void close_service(struct service *service)
{
    iam_destroy(service->iam);
    http_destroy(service->http);
    loopback_stop(&service->server);
}

static void a_server_takes_two_steps_by_the_paths_of_the_version(void **state)
{
    static const struct {
        const char *scheme, *version, *profile, *heard[2], *body;
    } cases[] = {
        {"http://",
         "2025-08-26",
         "Profile-1",
         {"PUT /identity/v1/token?version=2025-08-26 ", "POST /identity/v1/iam_tokens?version=2025-08-26 "},
         "{\"trusted_profile\":{\"id\":\"Profile-1\"}}"},
        {"http://",
         "2022-03-01",
         NULL,
         {"PUT /instance_identity/v1/token?version=2022-03-01 ",
          "POST /instance_identity/v1/iam_token?version=2022-03-01 "},
         "{\"expires_in\":300}"},
        {"", "2025-08-26", NULL, {"PUT /identity/v1/token", "POST /identity/v1/iam_tokens"}, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct service service = {0};
        struct err e = ERR_INIT;
        const char *token = NULL;
        char base[64];
        open_service(&service, cases[i].scheme, cases[i].version, cases[i].profile);
        if (!iam_token(service.iam, &token, &e)) {
            fail_msg("case %zu: %s", i, e.message);
        }
        assert_string_equal(token, "iam-1");
        assert_true(iam_token_life_s(service.iam) > 990);
        snprintf(base, sizeof(base), "http://127.0.0.1:%u", service.server.port);
        assert_string_equal(iam_metadata_url(service.iam), base);
        assert_non_null(strstr(text_string(&service.server.log), cases[i].heard[0]));
        assert_non_null(strstr(text_string(&service.server.log), cases[i].heard[1]));
        assert_non_null(strstr(text_string(&service.server.log), cases[i].body));
        assert_non_null(strstr(text_string(&service.server.log), "\r\nMetadata-Flavor: ibm\r\n"));
        close_service(&service);
    }
}

static const char *ask_api(struct service *service)
{
    struct err e = ERR_INIT;
    struct ended ended = {0};

    http_submit(service->http, &(struct http_request){.flags = HTTP_WITH_TOKEN,
                                                      .url = url_of(&service->server, "/v1/x"),
                                                      .done = note_end,
                                                      .context = &ended});
    assert_true(http_run(service->http, &e));
    assert_int_equal(ended.status, 200);
    return service->used;
}

static void the_old_token_serves_until_both_steps_are_done(void **state)
{
    struct service service = {0};

    (void)state;
    open_service(&service, "http://", "2025-08-26", NULL);
    assert_string_equal(ask_api(&service), "Bearer iam-1");
    service.clock.ahead_ms = 790 * 1000;
    assert_string_equal(ask_api(&service), "Bearer iam-1");
    assert_int_equal(service.identities, 1);
    service.clock.ahead_ms = 810 * 1000;
    assert_string_equal(ask_api(&service), "Bearer iam-1");
    for (unsigned i = 0; i < 1000 && service.tokens < 2; i++) {
        (void)ask_api(&service);
    }
    (void)ask_api(&service);
    assert_string_equal(ask_api(&service), "Bearer iam-2");
    assert_int_equal(service.identities, 2);
    assert_int_equal(service.tokens, 2);
    close_service(&service);
}

static void what_a_refusal_of_a_server_means(void **state)
{
    static const char identity[] = "/identity/v1/token", profile[] = "/identity/v1/iam_tokens";
    static const struct {
        const char *path, *answer, *words;
    } cases[] = {
        {profile, "400 {\"errors\":[{\"code\":\"profile_not_linked\",\"message\":\"m\"}]}", "Link the profile to this"},
        {profile,
         "400 {\"errors\":[{\"code\":\"missing_field\",\"message\":\"m\",\"target\":{\"type\":\"field\",\"name\":"
         "\"trusted_profile\"}}]}",
         "This server has no default trusted profile: name one that is linked to it, with VPC_IAM_PROFILE_ID"},
        {identity, "400 {\"errors\":[{\"code\":\"missing_value\",\"message\":\"m\"}]}", "no identity token"},
        {profile, "200 {\"access_token\":\"two words\"}", "no usable token"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct service service = {.refused_path = cases[i].path, .refusal = cases[i].answer};
        struct err e = ERR_INIT;
        const char *token = NULL;
        open_service(&service, "http://", "2025-08-26", NULL);
        assert_false(iam_token(service.iam, &token, &e));
        assert_int_equal(e.code, ERR_AUTH);
        if (strstr(e.message, cases[i].words) == NULL || strstr(e.message, "identity-") != NULL) {
            fail_msg("case %zu: %s", i, e.message);
        }
        /* it is not asked for again at once */
        unsigned requests = service.server.requests;
        struct err again = ERR_INIT;
        assert_false(iam_token(service.iam, &token, &again));
        assert_int_equal(service.server.requests, requests);
        close_service(&service);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_file_that_can_be_read_is_taken_each_time, make_folder, remove_folder),
        cmocka_unit_test(a_container_sends_the_grant_of_its_kind),
        cmocka_unit_test(a_server_takes_two_steps_by_the_paths_of_the_version),
        cmocka_unit_test(the_old_token_serves_until_both_steps_are_done),
        cmocka_unit_test(what_a_refusal_of_a_server_means),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
