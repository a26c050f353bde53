/* session: where commands work by options and environment, what a session serves, and the limits of a command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "session/session.h"

/* Pairs of name and value; NULL at the end. */
static const char *environment(void *context, const char *name)
{
    for (const char *const *pair = context; pair != NULL && pair[0] != NULL; pair += 2) {
        if (strcmp(pair[0], name) == 0) {
            return pair[1];
        }
    }
    return NULL;
}

static struct session_options options_with(const char *const pairs[])
{
    return (struct session_options){
        .sources = {.environment = environment, .context = (void *)pairs, .auth = "none"},
        .api_version = VPC_API_VERSION,
        .timeout_ms = 5000,
    };
}

static void the_target_is_that_of_the_first_source_that_names_one(void **state)
{
    static const char *const two_regions[] = {"eu-de", "us-east"};
    static const struct {
        const char *const environment[6];
        const char *endpoint;
        size_t regions;
        const char *target;
    } cases[] = {
        {{NULL}, NULL, 0, SESSION_REGION_DEFAULT},
        {{"IBMCLOUD_REGION", "jp-tok", NULL}, NULL, 0, "jp-tok"},
        {{"IBMCLOUD_REGION", "jp-tok", "IC_REGION", "eu-gb", NULL}, NULL, 0, "eu-gb"},
        {{"IBMCLOUD_REGION", "jp-tok", "IC_REGION", "", NULL}, NULL, 0, "jp-tok"},
        {{"IC_REGION", "eu-gb", NULL}, "https://eu-de.private.iaas.cloud.ibm.com/v1", 0, "eu-de"},
        {{"IC_REGION", "eu-gb", NULL}, "http://127.0.0.1:8080/v1", 0, "127.0.0.1:8080"},
        {{"VPC_URL", "https://us-east.iaas.cloud.ibm.com/v1", NULL}, NULL, 0, "us-east"},
        {{"IC_REGION", "eu-gb", NULL}, NULL, 1, "eu-de"},
        {{"IC_REGION", "eu-gb", NULL}, "https://vpc.example.com/v1", 2, "eu-de,us-east"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct session_options options = options_with(cases[i].environment);
        CLEANUP(text_free) struct text target = {0};
        options.sources.endpoint = cases[i].endpoint;
        options.regions = (struct inventory_words){two_regions, cases[i].regions};
        session_describe_target(&options, &target);
        assert_string_equal(text_string(&target), cases[i].target);
    }
}

static void slips_in_options_are_found_before_anything_is_opened(void **state)
{
    static const char *const bad_regions[] = {"eu_de"}, *const escaped[] = {"eu-de.example.com/"};
    static const struct {
        const char *const *region;
        const char *endpoint, *iam_url, *version, *message;
    } cases[] = {
        {bad_regions, NULL, NULL, VPC_API_VERSION, "--region \"eu_de\""},
        {escaped, NULL, NULL, VPC_API_VERSION, "--region \"eu-de.example.com/\""},
        {NULL, "eu-de", NULL, VPC_API_VERSION, "--endpoint \"eu-de\" is not a URL"},
        {NULL, "https://user:secret@host/v1", NULL, VPC_API_VERSION, "--endpoint: a base URL has no"},
        {NULL, NULL, "ftp://iam.example.com", VPC_API_VERSION, "--iam-url"},
        {NULL, NULL, NULL, "2026-13-01", "is not a date"},
        {NULL, NULL, NULL, "2026-02-30", "is not a date"},
        {NULL, NULL, NULL, "2018-12-31", "out of range"},
        {NULL, NULL, NULL, "9999-01-01", "out of range"},
        {NULL, NULL, NULL, "today", "is not a date"},
        {NULL, "vpc.example.com", "http://127.0.0.1:1", "2019-01-01", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct session_options options = options_with(NULL);
        struct err error = ERR_INIT;
        options.regions = (struct inventory_words){cases[i].region, cases[i].region != NULL};
        options.sources.endpoint = cases[i].endpoint;
        options.sources.iam_url = cases[i].iam_url;
        options.api_version = cases[i].version;
        assert_int_equal(session_check(&options, &error), cases[i].message == NULL);
        assert_int_equal(error.code, cases[i].message == NULL ? ERR_NONE : ERR_USAGE);
        assert_non_null(strstr(error.message, cases[i].message != NULL ? cases[i].message : ""));
        assert_null(strstr(error.message, "secret"));
    }
}

static void a_session_serves_the_options_that_it_was_made_for_whatever_the_regions(void **state)
{
    static const char *const region = "eu-de";
    struct session_options options = options_with(NULL), other = options;
    CLEANUP(text_free) struct text warning = {0};
    struct err error = ERR_INIT;
    struct session *session = session_open(&options, &warning, &error);

    (void)state;
    assert_non_null(session);
    assert_true(session_serves(session, &options));
    other.regions = (struct inventory_words){&region, 1};
    other.sources.endpoint = "https://vpc.example.com/v1";
    assert_true(session_serves(session, &other));
    other.timeout_ms = 1;
    assert_false(session_serves(session, &other));
    other = options;
    other.sources.iam_url = "https://iam.example.com";
    assert_false(session_serves(session, &other));
    other = options;
    other.sources.auth = NULL;
    assert_false(session_serves(session, &other));
    session_close(session);
    session_close(NULL);
}

static void without_credentials_there_is_no_session(void **state)
{
    struct session_options options = options_with(NULL);
    CLEANUP(text_free) struct text warning = {0};
    struct err error = ERR_INIT;

    (void)state;
    options.sources.auth = NULL;
    assert_null(session_open(&options, &warning, &error));
    assert_int_equal(error.code, ERR_AUTH);
    err_clear(&error);
    options.sources.auth = "none";
    options.trace = "/nowhere/trace";
    assert_null(session_open(&options, &warning, &error));
    assert_int_equal(error.code, ERR_USAGE);
}

/* --- with a server ---------------------------------------------------------------------------------- */

static enum afterwards answer_regions(struct loopback *server, const struct heard *heard, struct text *answer)
{
    CLEANUP(text_free) struct text body = {0};
    const char *available = "available", *unavailable = "unavailable";

    (void)heard;
    text_append(&body, "{\"regions\":[");
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"eu-de", "us-east", "us-old"};
        text_printf(&body, "%s{\"name\":\"%s\",\"status\":\"%s\",\"endpoint\":\"http://127.0.0.1:%u\",\"href\":\"\"}",
                    i > 0 ? "," : "", names[i], i < 2 ? available : unavailable, server->port);
    }
    text_append(&body, "]}");
    loopback_json(answer, 200, "", text_string(&body));
    return KEEP_OPEN;
}

static void several_regions_of_one_endpoint_are_looked_up(void **state)
{
    static const char *const all[] = {"all"}, *const known[] = {"us-east", "eu-de"}, *const old[] = {"eu-de", "us-old"};
    static const struct {
        const char *const *words;
        size_t count, found;
        const char *message;
    } cases[] = {
        {all, 1, 2, NULL},
        {known, 2, 2, NULL},
        {old, 2, 0, "--region us-old: the API has no such region that is available (available: eu-de, us-east)"},
        {known, 1, 1, NULL}, /* a single one is looked up as well: the endpoint may serve another */
    };
    struct loopback server;
    CLEANUP(text_free) struct text url = {0}, warning = {0};
    struct session_options options = options_with(NULL);
    struct err error = ERR_INIT;
    struct session_probe probe = {.elapsed_ms = -1};

    (void)state;
    loopback_start(&server, answer_regions, NULL);
    text_printf(&url, "http://127.0.0.1:%u/v1", server.port);
    options.sources.endpoint = text_string(&url);
    struct session *session = session_open(&options, &warning, &error);
    assert_non_null(session);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct inventory_scope scope = {0};
        err_clear(&error);
        options.regions = (struct inventory_words){cases[i].words, cases[i].count};
        bool chosen = session_select_regions(session, &options, &scope, &error);
        assert_int_equal(chosen, cases[i].message == NULL);
        assert_string_equal(error.message, cases[i].message != NULL ? cases[i].message : "");
        assert_int_equal(scope.region_count, cases[i].found);
        unsigned requests = server.requests;
        assert_int_equal(session_select_regions(session, &options, &scope, &error), chosen);
        assert_int_equal(server.requests - requests, chosen ? 0 : 1); /* what is chosen is kept */
    }
    assert_int_equal(server.requests, 5);
    assert_string_equal(session_endpoint_source(session), "--endpoint");
    assert_string_equal(session_region_base(session, 0), text_string(&url));
    assert_true(session_probe(session, 0, NULL, &probe, &error));
    assert_true(probe.elapsed_ms >= 0);
    session_close(session);
    loopback_stop(&server);
}

static void what_ended_a_command_ends_its_requests_and_not_those_of_the_next(void **state)
{
    struct loopback server;
    CLEANUP(text_free) struct text url = {0}, warning = {0};
    struct session_options options = options_with(NULL);
    struct inventory_scope scope;
    struct err error = ERR_INIT;
    struct session_probe probe;

    (void)state;
    loopback_start(&server, answer_regions, NULL);
    text_printf(&url, "http://127.0.0.1:%u/v1", server.port);
    options.sources.endpoint = text_string(&url);
    struct session *session = session_open(&options, &warning, &error);
    assert_true(session_select_regions(session, &options, &scope, &error));
    void (*const ends[])(struct session *) = {session_cancel, session_abort};
    for (size_t i = 0; i < 2; i++) {
        err_clear(&error);
        ends[i](session);
        assert_false(session_probe(session, 0, NULL, &probe, &error));
        assert_int_equal(error.code, ERR_CANCELLED);
        assert_true(session_select_regions(session, &options, &scope, &error)); /* which does not start it again */
        err_clear(&error);
        assert_false(session_probe(session, 0, NULL, &probe, &error));
        assert_int_equal(server.requests, i);
        err_clear(&error);
        session_begin(session, &(struct session_limits){0});
        assert_true(session_probe(session, 0, NULL, &probe, &error));
    }
    session_begin(session, &(struct session_limits){.deadline_ms = 1});
    usleep(2000); /* the deadline passes */
    assert_false(session_probe(session, 0, NULL, &probe, &error));
    assert_int_equal(error.code, ERR_CANCELLED);
    assert_int_equal(server.requests, 2);
    session_close(session);
    loopback_stop(&server);
}

static void a_public_endpoint_is_one_of_the_vendor_exactly_as_it_is_written(void **state)
{
    static const struct {
        const char *base;
        bool is_public;
    } rows[] = {
        {"https://us-south.iaas.cloud.ibm.com/v1", true},
        {"https://eu-de.iaas.cloud.ibm.com/v1", true},
        {"https://us-south.private.iaas.cloud.ibm.com/v1", false},
        {"https://us-south.iaas.cloud.ibm.com", false},
        {"https://us-south.iaas.cloud.ibm.com/v1/", false},
        {"https://us-south.iaas.cloud.ibm.com:8443/v1", false},
        {"http://us-south.iaas.cloud.ibm.com/v1", false},
        {"https://us-south.iaas.cloud.ibm.com.example.org/v1", false},
        {"https://a.b.iaas.cloud.ibm.com/v1", false},
        {"http://127.0.0.1:8080/v1", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(session_base_is_public(rows[i].base), rows[i].is_public);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_target_is_that_of_the_first_source_that_names_one),
        cmocka_unit_test(slips_in_options_are_found_before_anything_is_opened),
        cmocka_unit_test(a_session_serves_the_options_that_it_was_made_for_whatever_the_regions),
        cmocka_unit_test(without_credentials_there_is_no_session),
        cmocka_unit_test(several_regions_of_one_endpoint_are_looked_up),
        cmocka_unit_test(what_ended_a_command_ends_its_requests_and_not_those_of_the_next),
        cmocka_unit_test(a_public_endpoint_is_one_of_the_vendor_exactly_as_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
