/* What a request to the simulator is before an operation is found: a form, a path of one of its planes. */
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem/mem.h"
#include "vpcsim/api/form.h"
#include "vpcsim/dispatch.h"
#include "vpcsim/sim.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void forms_are_taken_apart_or_refused(void **state)
{
    static const struct {
        const char *body, *name, *value; /* value NULL: none; name NULL: the form is refused */
    } rows[] = {
        {"a=1&b=2", "b", "2"},       {"a=1&b=2", "c", NULL}, {"a=", "a", NULL},        {"a=b=c", "a", "b=c"},
        {"a=x+y%2Bz", "a", "x y+z"}, {"%61=1", "a", "1"},    {"", "a", NULL},          {"{\"a\":1}", NULL, NULL},
        {"a", NULL, NULL},           {"a=1&", "a", "1"},     {"a=1&&b=2", NULL, NULL}, {"a=1&a=2", NULL, NULL},
        {"a=1&%61=2", NULL, NULL},   {"a=%zz", NULL, NULL},  {"a=%2", NULL, NULL},     {"a=x%00y", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct form form = {0};
        bool is_form = form_read(rows[i].body, strlen(rows[i].body), &form);
        assert_int_equal(is_form, rows[i].name != NULL);
        const char *value = is_form ? form_get(&form, rows[i].name) : NULL;
        assert_string_equal(value != NULL ? value : "-", rows[i].value != NULL ? rows[i].value : "-");
        form_free(&form);
    }
}

/* Errors come in the form of the plane, also where no operation has the path. */
static void paths_belong_to_these_planes(void **state)
{
    static const struct {
        const char *method, *path;
        enum plane plane;
        const char *operation; /* NULL: there is none */
    } rows[] = {
        {"GET", "/v1/instances", PLANE_API, "instances.list"},
        {"GET", "/us-south/v1/instances", PLANE_API, "instances.list"},
        {"GET", "/v1/instance/profiles", PLANE_API, "instance_profiles.list"},
        {"GET", "/", PLANE_API, NULL},
        {"POST", "/identity/token", PLANE_IAM, "iam.token"},
        {"POST", "/identity/other", PLANE_IAM, NULL},
        {"GET", "/identity", PLANE_IAM, NULL},
        {"PUT", "/v1/profiles", PLANE_IAM, NULL},
        {"GET", "/v1/profiles/x/y/z", PLANE_IAM, NULL},
        {"PUT", "/identity/v1/token", PLANE_DATA, "identity.token"},
        {"PUT", "/identity/v1/other", PLANE_DATA, NULL},
        {"POST", "/instance_identity/v1/iam_token", PLANE_DATA, "identity.iam_token"},
        {"GET", "/instance_identity", PLANE_DATA, NULL},
        {"GET", "/us-south/metadata/v1/keys", PLANE_DATA, "metadata.keys"},
        {"GET", "/metadata", PLANE_DATA, NULL},
        {"GET", "/_sim/state", PLANE_ADMIN, "sim.state"},
        {"GET", "/_sim/other", PLANE_ADMIN, NULL},
    };

    struct sim *sim = mem_alloc(sizeof(*sim));

    (void)state;
    sim->region_count = 1;
    snprintf(sim->regions[0].name, sizeof(sim->regions[0].name), "us-south");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request = {.sim = sim, .method = mem_copy(rows[i].method), .path = mem_copy(rows[i].path)};
        struct reply reply = {0};
        request_match(&request, routes, &reply);
        assert_int_equal(request.plane, rows[i].plane);
        assert_string_equal(request.route != NULL ? request.route->operation : "-",
                            rows[i].operation != NULL ? rows[i].operation : "-");
        request_free(&request);
        reply_free(&reply);
    }
    free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_taken_apart_or_refused),
        cmocka_unit_test(paths_belong_to_these_planes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
