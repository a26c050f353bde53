/* Room run: what is locked while a run changes something. */
#include "run_fixture.h"

/* Another process changes servers there. */
static void a_place_that_is_locked_is_left_alone(void **state)
{
    struct service service = {0};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;
    struct run_result result = {0};
    struct err e = ERR_INIT;

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    HISTORY_CLEANUP struct history *other = history_open(enabling.path, clock_system(), &e);
    struct history_place where[] = {{"a/7", vpc_base(place.region)}};
    struct history_locks *locks = history_lock(other, where, 1, "vpcmeta apply, process 7", &e);
    assert_non_null(locks);
    assert_false(run_execute(&enabling.request, &(struct run_hooks){0}, &result, &e));
    assert_int_equal(e.code, ERR_LOCKED);
    assert_non_null(strstr(e.message, "nothing was changed: another run is changing servers there"));
    assert_non_null(strstr(e.message, "vpcmeta apply, process 7"));
    assert_int_equal(place.server.requests, 0);
    assert_int_equal(count_runs(state), 0);
    /* another account of the same API is another place */
    history_unlock(locks);
    where[0].account = "a/8";
    locks = history_lock(other, where, 1, "other", &(struct err){0});
    assert_non_null(locks);
    CLEANUP(run_result_free) struct run_result free_place = {0};
    execute(&enabling.request, &free_place);
    assert_int_equal(count_enabled(&service), SERVERS);
    history_unlock(locks);
    place_close(&place);
}

/* An API has several addresses: account and region are what is locked, besides. */
static void another_address_of_a_region_is_the_same_place(void **state)
{
    static const struct {
        struct history_place where;
        bool locked;
    } cases[] = {{{"a/7", "eu-de"}, true}, {{"a/7", "us-south"}, false}, {{"a/8", "eu-de"}, false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct service service = {0};
        struct place place;
        CLEANUP(enabling_free) struct enabling enabling;
        CLEANUP(run_result_free) struct run_result result = {0};
        struct history_place where[] = {cases[i].where};
        struct err e = ERR_INIT;
        place_open(&place, &service);
        enabling_make(&enabling, state, &place);
        HISTORY_CLEANUP struct history *other = history_open(enabling.path, clock_system(), &e);
        struct history_locks *locks = history_lock(other, where, 1, "other", &e);
        assert_non_null(locks);
        assert_int_equal(run_execute(&enabling.request, &(struct run_hooks){0}, &result, &e), !cases[i].locked);
        assert_int_equal(e.code, cases[i].locked ? ERR_LOCKED : ERR_NONE);
        history_unlock(locks);
        place_close(&place);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_place_that_is_locked_is_left_alone),
        TEST(another_address_of_a_region_is_the_same_place),
    };

    return cmocka_run_group_tests_name("run_lock", tests, NULL, NULL);
}
