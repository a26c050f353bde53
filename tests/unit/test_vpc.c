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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_address_carries_version_and_generation),
        cmocka_unit_test(only_the_token_of_the_next_page_is_taken),
    };

    return cmocka_run_group_tests_name("vpc", tests, NULL, NULL);
}
