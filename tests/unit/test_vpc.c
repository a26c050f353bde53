/* Room vpc: addresses, and the token of the next page taken out of the address the API gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resource/resource.h"
#include "vpc/vpc_identity.h"
#include "vpc/vpc_url.h"

static void every_address_carries_version_and_generation(void **state)
{
    char base[] = "https://eu-de.iaas.cloud.ibm.com/v1";
    char api_version[] = "2026-06-30";
    struct vpc vpc = {.base = base, .api_version = api_version};
    CLEANUP(text_free) struct text url = {0};

    (void)state;
    vpc_url(&url, &vpc, "/instances", "0717_1", "initialization");
    vpc_url_query(&url, "vpc.name", "a b&c");
    vpc_url_query(&url, "name", NULL);
    assert_string_equal(text_string(&url), "https://eu-de.iaas.cloud.ibm.com/v1/instances/0717_1/initialization"
                                           "?version=2026-06-30&generation=2&vpc.name=a%20b%26c");
}

static void only_the_token_of_the_next_page_is_taken(void **state)
{
    static const struct {
        const char *href, *start;
    } rows[] = {
        {"https://elsewhere.example/v1/instances?start=abc&limit=100", "abc"},
        {"https://x/v1/instances?limit=4&start=a%2Bb%3D", "a+b="},
        {"/v1/instances?restart=no&start=yes", "yes"},
        {"https://x/v1/instances?start=t#start=u", "t"},
        {"https://x/v1/instances?limit=4", NULL},
        {"https://x/v1/instances?start=", NULL},
        {"https://x/start=abc", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text start = {0};
        assert_int_equal(text_append_parameter(&start, rows[i].href, strlen(rows[i].href), "start"),
                         rows[i].start != NULL);
        if (rows[i].start != NULL) {
            assert_string_equal(text_string(&start), rows[i].start);
        }
    }
}

/* A token goes to such a host, so nothing else may pass for one. */
static void only_a_host_of_the_known_form_names_its_region(void **state)
{
    static const struct {
        const char *base, *region; /* NULL: none */
        bool is_private;
    } rows[] = {
        {"https://eu-de.iaas.cloud.ibm.com", "eu-de", false},
        {"https://eu-de.iaas.cloud.ibm.com/v1", "eu-de", false},
        {"https://us-south.private.iaas.cloud.ibm.com/v1", "us-south", true},
        {"http://eu-de.iaas.cloud.ibm.com/v1", NULL, false},
        {"https://eu-de.iaas.cloud.ibm.com:8443/v1", NULL, false},
        {"https://eu-de.iaas.cloud.ibm.com.evil.example/v1", NULL, false},
        {"https://eu-de.iaas.cloud.ibm.com@evil.example/v1", NULL, false},
        {"https://evil.example/.iaas.cloud.ibm.com", NULL, false},
        {"https://evil.example#.iaas.cloud.ibm.com", NULL, false},
        {"https://evil.example?.iaas.cloud.ibm.com", NULL, false},
        {"https://evil.example\\.iaas.cloud.ibm.com", NULL, false},
        {"https://a.b.iaas.cloud.ibm.com", NULL, false},
        {"https://.iaas.cloud.ibm.com", NULL, false},
        {"https://eu-de.iaas.cloud.ibm.com.", NULL, false},
        {"eu-de.iaas.cloud.ibm.com", NULL, false},
        {"", NULL, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text region = {0};
        CLEANUP(text_free) struct text again = {0};
        bool is_private = false;
        bool found = vpc_region_of_base(rows[i].base, &region, &is_private);
        if (found != (rows[i].region != NULL)) {
            fail_msg("%s", rows[i].base);
        }
        assert_string_equal(text_string(&region), found ? rows[i].region : "");
        assert_int_equal(is_private, rows[i].is_private);
        if (found) {
            vpc_region_base(&again, rows[i].region, is_private);
            assert_memory_equal(text_string(&again), rows[i].base, strlen(rows[i].base));
        }
    }
}

static void a_server_is_scheme_host_and_port(void **state)
{
    static const struct {
        const char *base, *other;
        bool same;
    } rows[] = {
        {"http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/eu-de/v1", true},
        {"https://VPC.example/v1", "https://vpc.EXAMPLE", true},
        {"http://127.0.0.1:8080/v1", "http://127.0.0.1:8081/v1", false},
        {"https://vpc.example/v1", "http://vpc.example/v1", false},
        {"https://vpc.example/v1", "https://vpc.example.evil/v1", false},
        {"https://vpc.example/v1", "https://vpc.example@evil/v1", false},
        {"https://vpc.example/v1", "https://vpc.example\\@evil/v1", false}, /* to libcurl the host is evil */
        {"vpc.example", "vpc.example", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (vpc_same_server(rows[i].base, rows[i].other) != rows[i].same) {
            fail_msg("%s %s", rows[i].base, rows[i].other);
        }
    }
}

/* --- whose answer it is --------------------------------------------------------------------------------- */

static const struct vpc_call single = {.id = "0717_a"};
static const struct vpc_call membership = {.id = "r006-g", .below = "memberships/r006-m"};
static const struct vpc_call initialization = {.id = "0717_a", .below = "initialization"};
static const struct vpc_call actions = {.id = "0717_a", .below = "actions"};
static const struct vpc_call called = {.name = "web"};
static const struct vpc_call collection = {.done = NULL};
static const struct vpc_call profile = {.id = "bx2-2x8"};

static void only_the_answer_of_what_was_asked_for_is_taken(void **state)
{
    static const struct {
        enum http_method method;
        const struct resource_kind *kind; /* NULL: instances */
        const struct vpc_call *call;
        const char *answer, *words; /* of the error; NULL: it is taken */
    } rows[] = {
        {HTTP_GET, NULL, &single, "{'id':'0717_a'}", NULL},
        {HTTP_GET, NULL, &single, "{'id':'0717_a','href':'https://x/v1/instances/0717_a','crn':'crn:v1::0717_a'}",
         NULL},
        {HTTP_GET, NULL, &single, "{'id':'0717_a','href':null,'crn':7}", NULL},
        {HTTP_GET, NULL, &single, "{'id':'0717_a','href':'https://x/v1/instances/0717_a?version=1'}", NULL},
        {HTTP_GET, NULL, &single, "{'id':'0717_b'}", "asked for id \"0717_a\", got \"0717_b\""},
        {HTTP_GET, NULL, &single, "{'id':'0717_ab'}", "got \"0717_ab\""},
        {HTTP_GET, NULL, &single, "{'id':'0717_a\\u0000'}", "got"},
        {HTTP_GET, NULL, &single, "{'id':null}", "got null"},
        {HTTP_GET, NULL, &single, "{'id':717}", "got 717"},
        {HTTP_GET, NULL, &single, "{'id':{'id':'0717_a'}}", "got something else"},
        {HTTP_GET, NULL, &single, "{}", "got none"},
        {HTTP_GET, NULL, &single, "[]", "got none"},
        {HTTP_GET, NULL, &single, "'0717_a'", "got none"},
        {HTTP_GET, NULL, &single, "{'id':'0717_a','href':'https://x/v1/instances/0717_b'}", "asked for href"},
        {HTTP_GET, NULL, &single, "{'id':'0717_a','href':'https://x/v1/instances/x0717_a'}", "asked for href"},
        {HTTP_GET, NULL, &single, "{'id':'0717_a','href':'https://10.0.0.1:80/v1/instances/?start=0717_b'}", NULL},
        {HTTP_GET, NULL, &single, "{'id':'0717_a','crn':'crn:v1::0717_b'}", "asked for crn"},
        {HTTP_GET, NULL, &single, "{'id':'0717_a','crn':'crn:v1:b:p:is:eu-de:a/123::instance:r006-1/0717_a'}", NULL},
        /* what names nothing says nothing */
        {HTTP_GET, NULL, &single, "{'id':'0717_a','crn':'','href':'x'}", NULL},
        {HTTP_GET, NULL, &single, "{'id':'0717_a','crn':'crn:v1:b:p:is:eu-de:a/123::instance:x'}", NULL},
        {HTTP_PATCH, NULL, &single, "{'id':'0717_a'}", NULL},
        {HTTP_PATCH, NULL, &single, "{'id':'0717_b'}", "answer of another resource"},
        {HTTP_GET, &resource_group, &membership, "{'id':'r006-m'}", NULL},
        {HTTP_GET, &resource_group, &membership, "{'id':'r006-g'}", "asked for id \"r006-m\""},
        {HTTP_GET, NULL, &initialization, "{'keys':[]}", NULL},
        {HTTP_GET, NULL, &collection, "{}", NULL},
        {HTTP_GET, NULL, &called, "{'instances':[]}", NULL},
        {HTTP_GET, NULL, &called, "{'instances':[{'name':'web'}]}", NULL},
        {HTTP_GET, NULL, &called, "{'instances':[{'name':'web-1'}]}", "asked for name \"web\", got \"web-1\""},
        {HTTP_GET, NULL, &called, "{'instances':[7]}", "got none"},
        {HTTP_GET, NULL, &called, "{'instances':[7,{'name':'web-1'},{'name':'web'}]}", NULL},
        /* this kind has no such filter: all are listed */
        {HTTP_GET, &resource_template, &called, "{'templates':[{'name':'other'}]}", NULL},
        {HTTP_POST, NULL, &called, "{'id':'0717_n','name':'web'}", NULL},
        {HTTP_POST, NULL, &called, "{'id':'0717_n','name':'other'}", "asked for name"},
        {HTTP_POST, NULL, &called, "{'id':'0717_n'}", "asked for name"},
        {HTTP_POST, NULL, &called, "{'name':'web'}", "no valid id: got none"},
        {HTTP_POST, NULL, &called, "{'id':'../x','name':'web'}", "no valid id: got \"../x\""},
        {HTTP_POST, NULL, &called, "{'id':'','name':'web'}", "no valid id"},
        {HTTP_POST, NULL, &called, "{'id':'0717_n','name':'web','href':'https://x/v1/instances/0717_o'}",
         "asked for href"},
        {HTTP_POST, NULL, &collection, "{'id':'0717_n','name':'any'}", NULL},
        {HTTP_POST, NULL, &actions, "{'id':'1','href':'https://x/v1/instances/0717_a/actions/1'}", NULL},
        {HTTP_POST, NULL, &actions, "{'type':'stop'}", NULL},
        {HTTP_POST, NULL, &actions, "{'href':'https://x/v1/instances/0717_b/actions/1'}", "asked for href"},
        {HTTP_POST, NULL, &actions, "[]", "must be an object"},
        {HTTP_DELETE, NULL, &single, "{}", NULL},
        {HTTP_DELETE, NULL, &single, "{'href':'https://x/v1/instances/0717_b'}", "asked for href"},
        {HTTP_GET, NULL, &profile, "{'name':'bx2-2x8','href':'https://x/v1/instance/profiles/bx2-2x8'}", NULL},
        {HTTP_GET, NULL, &profile, "{'name':'bx2-4x16'}", "asked for name"},
    };
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct resource_kind *kind = rows[i].call == &profile ? resource_instance.profile_kind
                                           : rows[i].kind != NULL   ? rows[i].kind
                                                                    : &resource_instance;
        struct vpc_expected expected = vpc_expect(rows[i].method, kind, rows[i].call);
        CLEANUP(text_free) struct text body = {0};
        struct answer_node root;
        struct err e = ERR_INIT;
        text_append(&body, rows[i].answer);
        for (char *c = body.data; (c = strchr(c, '\'')) != NULL;) {
            *c = '"';
        }
        assert_true(answer_parse(parser, body.data, body.size, &root, &e));
        bool taken = vpc_expected_check(&expected, root, &e);
        if (taken != (rows[i].words == NULL) || (!taken && strstr(e.message, rows[i].words) == NULL)) {
            fail_msg("row %zu, %s: %d \"%s\"", i, rows[i].answer, taken, e.message);
        }
        vpc_expected_free(&expected);
    }
}

static void members_of_another_group_are_not_taken(void **state)
{
    static const struct {
        const char *answer;
        bool taken;
    } rows[] = {
        {"{\"memberships\":[]}", true},
        {"{\"memberships\":[{\"id\":\"r006-m\"}, 7]}", true},
        {"{\"memberships\":[{\"href\":\"https://x/v1/instance_groups/r006_g/memberships/r006_m\"}]}", true},
        {"{\"memberships\":[{\"href\":\"https://x/v1/instance_groups/r006_h/memberships/r006_m\"}]}", false},
    };
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    char group[] = "r006_g";
    const struct vpc_expected expected = {.kind = VPC_EXPECT_ITEMS, .id = group, .items = "memberships"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer_node root;
        struct err e = ERR_INIT;
        assert_true(answer_parse(parser, rows[i].answer, strlen(rows[i].answer), &root, &e));
        assert_true(vpc_expected_check(&expected, root, &e) == rows[i].taken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_address_carries_version_and_generation),
        cmocka_unit_test(only_a_host_of_the_known_form_names_its_region),
        cmocka_unit_test(a_server_is_scheme_host_and_port),
        cmocka_unit_test(only_the_answer_of_what_was_asked_for_is_taken),
        cmocka_unit_test(members_of_another_group_are_not_taken),
        cmocka_unit_test(only_the_token_of_the_next_page_is_taken),
    };

    return cmocka_run_group_tests_name("vpc", tests, NULL, NULL);
}
