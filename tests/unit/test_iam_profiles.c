/* The names of trusted profiles: page by page, by the token of the next page alone, and what is said without them. */
#include "tests/unit/http_fixture.h"

#include "iam/iam_profiles.h"
#include "mem/mem.h"

#define PROFILE(id, name) "{\"id\":\"" id "\",\"name\":\"" name "\"}"
#define CRN_OF_2          "crn:v1:bluemix:public:iam-identity::a/1::profile:Profile-2"

/* The second page has another host in its URL: the token of the session must not follow it there. */
static enum afterwards answer_pages(struct loopback *server, const struct heard *heard, struct text *answer)
{
    const int *status = server->context;

    if (strstr(heard->path, "pagetoken=p%3D2") != NULL) {
        loopback_json(answer, *status, "", "{\"profiles\":[" PROFILE("Profile-2", "fleet-writer") "]}");
    } else if (strstr(heard->path, "account_id=1&") != NULL) {
        loopback_json(answer, 200, "",
                      "{\"profiles\":[" PROFILE("Profile-1", "fleet-reader") "],\"next\":\"https://elsewhere/v1/"
                                                                             "profiles?pagetoken=p%3D2\"}");
    } else {
        loopback_json(answer, 403, "", "{\"errors\":[{\"code\":\"no\",\"message\":\"No.\"}]}");
    }
    return KEEP_OPEN;
}

static struct iam_profiles *read_profiles(struct loopback *server, struct http *http, const char *account)
{
    struct iam_credentials none = {.method = IAM_NONE, .source = mem_copy("test")};
    struct err e = ERR_INIT;

    none.iam_url = server != NULL ? mem_copy(url_of(server, "")) : NULL;
    struct iam *iam = iam_create(&none, http, NULL);
    struct iam_profiles *profiles = iam_profiles_begin(iam, account);
    assert_true(http_run(http, &e));
    iam_destroy(iam);
    return profiles;
}

static void names_are_read_page_by_page(void **state)
{
    struct loopback server;
    struct err e = ERR_INIT;
    int status = 200;

    (void)state;
    loopback_start(&server, answer_pages, &status);
    struct http *http = open_session(NULL);
    struct iam_profiles *profiles = read_profiles(&server, http, "1");
    assert_true(iam_profiles_check(profiles, &e));
    assert_string_equal(iam_profiles_name(profiles, "Profile-1"), "fleet-reader");
    assert_string_equal(iam_profiles_name(profiles, CRN_OF_2), "fleet-writer");
    assert_null(iam_profiles_name(profiles, "Profile-3"));
    assert_int_equal(server.requests, 2);
    iam_profiles_destroy(profiles);
    http_destroy(http);
    loopback_stop(&server);
}

static void what_cannot_be_read_is_said(void **state)
{
    struct loopback server;
    struct err first = ERR_INIT, second = ERR_INIT, third = ERR_INIT;
    int status = 403;

    (void)state;
    loopback_start(&server, answer_pages, &status);
    struct http *http = open_session(NULL);
    struct iam_profiles *half = read_profiles(&server, http, "1");
    assert_false(iam_profiles_check(half, &first));
    assert_string_equal(iam_profiles_name(half, "Profile-1"), "fleet-reader");
    assert_null(iam_profiles_name(half, "Profile-2"));
    struct iam_profiles *refused = read_profiles(&server, http, "2");
    assert_false(iam_profiles_check(refused, &second));
    assert_memory_equal(second.message, "names of the trusted profiles of account 2: ", 44);
    struct iam_profiles *nowhere = read_profiles(NULL, http, "1");
    assert_false(iam_profiles_check(nowhere, &third));
    assert_non_null(strstr(third.message, "names no IAM to ask"));
    iam_profiles_destroy(half);
    iam_profiles_destroy(refused);
    iam_profiles_destroy(nowhere);
    iam_profiles_destroy(NULL);
    http_destroy(http);
    loopback_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_page_by_page),
        cmocka_unit_test(what_cannot_be_read_is_said),
    };
    return cmocka_run_group_tests_name("iam profiles", tests, NULL, NULL);
}
