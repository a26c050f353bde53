/* Room vpc: addresses, and the token of the next page taken out of the address the API gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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
        assert_int_equal(vpc_url_start(rows[i].href, strlen(rows[i].href), &start), rows[i].start != NULL);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_address_carries_version_and_generation),
        cmocka_unit_test(only_a_host_of_the_known_form_names_its_region),
        cmocka_unit_test(a_server_is_scheme_host_and_port),
        cmocka_unit_test(only_the_token_of_the_next_page_is_taken),
    };

    return cmocka_run_group_tests_name("vpc", tests, NULL, NULL);
}
