/* Room plan: what takes the place of templates: their names, and which step needs which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan_replace.h"

#define TEN   "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

static void names_end_with_the_suffix_and_have_63_characters_at_most(void **state)
{
    static const struct {
        const char *base, *suffix, *name;
    } rows[] = {
        {"web", "-v2", "web-v2"},
        {"web", "v2", "webv2"},
        {SIXTY "abc", "-r2", SIXTY "-r2"},
        {SIXTY, "-r2", SIXTY "-r2"},
        {SIXTY "a", "-r2", SIXTY "-r2"},
        {TEN TEN TEN TEN TEN "abcdefghi-" TEN, "-r2", TEN TEN TEN TEN TEN "abcdefghi-r2"}, /* no two dashes */
        {SIXTY "abc", "-" TEN, TEN TEN TEN TEN TEN "ab-" TEN},
        {"web-", "-r2", "web-r2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char name[PLAN_NAME_MAX + 1];
        struct err e = ERR_INIT;
        plan_name_with(rows[i].base, rows[i].suffix, name);
        assert_string_equal(name, rows[i].name);
        assert_true(resource_check_name(name, &e));
    }
}

static void names_are_counted_on(void **state)
{
    static const struct {
        const char *name;
        unsigned steps;
        const char *next;
    } rows[] = {
        {"web", 0, "web-r2"},
        {"web", 3, "web-r5"},
        {"web-r2", 0, "web-r3"},
        {"web-r9", 0, "web-r10"},
        {"web-r9", 1, "web-r11"},
        {"web-2", 0, "web-2-r2"},
        {"web-r", 0, "web-r-r2"},
        {"r2", 0, "r2-r2"},
        {"web-r02", 0, "web-r02-r2"},
        {"web-r99999999999999999999", 0, "web-r99999999999999999999-r2"},
        {SIXTY "-r9", 0, TEN TEN TEN TEN TEN "abcdefghi-r10"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char name[PLAN_NAME_MAX + 1];
        plan_name_next(rows[i].name, rows[i].steps, name);
        assert_string_equal(name, rows[i].next);
    }
}

/* --- plans ------------------------------------------------------------------------------------------- */

static const struct resource_settings https = {
    .given = RESOURCE_ENABLED | RESOURCE_PROTOCOL, .enabled = true, .protocol = "https"};
static const struct plan_roll rolling = {.max_unavailable = 10, .percent = true, .heal_timeout_ms = 1000};

struct world {
    struct resource_list *templates, *groups, *list;
    json_t *bodies; /* by id of the template */
    struct plan plan;
};

static void set_image(struct world *world, const char *template_id, const char *image)
{
    json_object_set_new(world->bodies, template_id, json_pack("{s:{s:s}}", "image", "id", image));
}

static void add_template(struct world *world, const char *name)
{
    struct resource *template = resource_list_append(world->templates, &resource_template, "eu-de");
    CLEANUP(text_free) struct text id = {0};

    text_printf(&id, "id-%s", name);
    template->name = resource_list_keep(world->templates, name);
    template->id = resource_list_keep(world->templates, text_string(&id));
    template->settings =
        (struct resource_settings){.given = RESOURCE_METADATA_SETTINGS, .protocol = "http", .hop_limit = 3};
    set_image(world, template->id, "i-1");
}

static struct resource *add_group(struct world *world, const char *name, const char *template_id)
{
    struct resource *group = resource_list_append(world->groups, &resource_group, "eu-de");

    group->name = group->id = resource_list_keep(world->groups, name);
    group->template_id = resource_list_keep(world->groups, template_id);
    group->membership_count = 4;
    group->status = "healthy";
    return group;
}

/* Two templates; the first one is used by two groups. */
static int make_world(void **state)
{
    static struct world world;

    world = (struct world){.templates = resource_list_create(),
                           .groups = resource_list_create(),
                           .list = resource_list_create(),
                           .bodies = json_object()};
    add_template(&world, "web");
    add_template(&world, "db");
    add_group(&world, "one", "id-web");
    add_group(&world, "other", "id-gone");
    add_group(&world, "two", "id-web");
    *state = &world;
    return 0;
}

static int drop_world(void **state)
{
    struct world *world = *state;

    plan_free(&world->plan);
    resource_list_destroy(world->templates);
    resource_list_destroy(world->groups);
    resource_list_destroy(world->list);
    json_decref(world->bodies);
    return 0;
}

/* Replaces the first `count` templates. */
static bool replace(struct world *world, size_t count, const struct plan_replacement *how, struct err *e)
{
    CLEANUP(resource_list_release) struct resource_list *selected = resource_list_create();

    plan_free(&world->plan);
    for (size_t i = 0; i < count; i++) {
        resource_list_adopt(selected, resource_list_at(world->templates, i));
    }
    bool made = plan_replace(selected, how,
                             &(struct plan_template_context){
                                 .templates = world->templates, .bodies = world->bodies, .groups = world->groups},
                             world->list, &world->plan, e);
    return made;
}

static void assert_json(const json_t *value, const char *text)
{
    CLEANUP(text_free) struct text bytes = {0};

    json_print(&bytes, value, JSON_PRINT_COMPACT);
    assert_string_equal(text_string(&bytes), text);
}

static bool auto_link_of(const struct plan_item *creation)
{
    const json_t *profile = json_object_get(creation->create.body, "default_trusted_profile");

    assert_non_null(json_object_get(profile, "auto_link"));
    return json_is_true(json_object_get(profile, "auto_link"));
}

static void each_step_needs_the_one_before(void **state)
{
    static const struct {
        enum plan_action action;
        const char *name;
        size_t depends_on;
    } rows[] = {
        {PLAN_CREATE, "web-r2", 0}, {PLAN_MOVE, "one", 1},   {PLAN_MOVE, "two", 2},     {PLAN_ROLL, "one", 3},
        {PLAN_ROLL, "two", 4},      {PLAN_DELETE, "web", 5}, {PLAN_CREATE, "db-r2", 0}, {PLAN_DELETE, "db", 7},
    };
    struct world *world = *state;
    struct err e = ERR_INIT;

    assert_true(replace(
        world, 2,
        &(struct plan_replacement){.wanted = &https, .update_groups = true, .delete_old = true, .roll = &rolling}, &e));
    assert_int_equal(world->plan.count, sizeof(rows) / sizeof(rows[0]));
    for (size_t i = 0; i < world->plan.count; i++) {
        const struct plan_item *item = &world->plan.items[i];
        assert_int_equal(item->action, rows[i].action);
        assert_int_equal(item->verdict, PLAN_CHANGE);
        assert_string_equal(item->resource->name, rows[i].name);
        assert_int_equal(item->depends_on, rows[i].depends_on);
    }
    /* all three members are sent: then it is the same whether the API merges them or not */
    assert_json(world->plan.items[0].create.body,
                "{\"source_template\":{\"id\":\"id-web\"},\"metadata_service\":{\"enabled\":true,"
                "\"protocol\":\"https\",\"response_hop_limit\":3}}");
    assert_string_equal(world->plan.items[1].move.from.id, "id-web");
    assert_string_equal(world->plan.items[1].move.from.name, "web");
    assert_null(world->plan.items[1].move.to.id);
    assert_string_equal(world->plan.items[1].move.to.name, "web-r2");
    assert_json(world->plan.items[5].delete.body, "{\"image\":{\"id\":\"i-1\"}}");
    assert_true(world->plan.items[3].roll.terms.percent);
    assert_int_equal(world->plan.items[3].roll.terms.max_unavailable, 10);
    assert_int_equal(world->plan.items[3].roll.before.count, 4);
    assert_ptr_equal(world->plan.items[0].create.record, world->plan.items[0].resource);
}

/* A group that an earlier run has moved keeps the members that it had. */
static void members_that_a_move_left_are_rolled(void **state)
{
    static const struct {
        bool rolls;
        int64_t stale;
        const char *status;
        size_t count; /* of rolls */
    } rows[] = {{true, 3, "healthy", 1}, {true, 0, "healthy", 0}, {false, 3, "healthy", 0}, {true, 3, "deleting", 0}};
    struct world *world = *state;
    struct resource *template = resource_list_at(world->templates, 0);
    const struct resource_settings wanted = {.given = RESOURCE_PROTOCOL, .protocol = template->settings.protocol};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const int64_t stale[] = {rows[i].stale, rows[i].stale, 0};
        const struct plan_replacement how = {
            .wanted = &wanted, .update_groups = true, .roll = rows[i].rolls ? &rolling : NULL};
        CLEANUP(resource_list_release) struct resource_list *selected = resource_list_create();
        struct err e = ERR_INIT;
        resource_list_at(world->groups, 0)->status = rows[i].status;
        resource_list_adopt(selected, template);
        plan_free(&world->plan);
        assert_true(plan_replace(
            selected, &how,
            &(struct plan_template_context){
                .templates = world->templates, .bodies = world->bodies, .groups = world->groups, .stale = stale},
            world->list, &world->plan, &e));
        assert_int_equal(world->plan.count, 1 + rows[i].count);
        assert_int_equal(world->plan.items[0].verdict, PLAN_UNCHANGED);
        if (rows[i].count > 0) {
            assert_int_equal(world->plan.items[1].action, PLAN_ROLL);
            assert_string_equal(world->plan.items[1].resource->name, "one");
            assert_int_equal(world->plan.items[1].roll.before.stale, 3);
        }
    }
}

static void only_what_was_asked_for_is_done(void **state)
{
    struct world *world = *state;
    struct err e = ERR_INIT;

    assert_true(replace(world, 1, &(struct plan_replacement){.wanted = &https, .delete_old = true}, &e));
    assert_int_equal(world->plan.count, 2);
    assert_int_equal(world->plan.items[1].verdict, PLAN_SKIP);
    assert_non_null(strstr(world->plan.items[1].reason, "--update-groups"));
    resource_list_at(world->templates, 0)->settings = (struct resource_settings){
        .given = RESOURCE_METADATA_SETTINGS, .enabled = true, .protocol = "https", .hop_limit = 1};
    assert_true(replace(world, 1, &(struct plan_replacement){.wanted = &https, .update_groups = true}, &e));
    assert_int_equal(world->plan.count, 1);
    assert_int_equal(world->plan.items[0].verdict, PLAN_UNCHANGED);
}

static void names_that_are_taken_are_passed_over_or_refused(void **state)
{
    struct world *world = *state;
    struct err e = ERR_INIT;

    add_template(world, "web-r2");
    set_image(world, "id-web-r2", "i-2");
    assert_true(replace(world, 1, &(struct plan_replacement){.wanted = &https}, &e));
    assert_string_equal(world->plan.items[0].resource->name, "web-r3");
    assert_false(replace(world, 1, &(struct plan_replacement){.wanted = &https, .suffix = "-r2"}, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_non_null(strstr(e.message, "web-r2, is taken"));
    e = ERR_INIT;
    assert_false(replace(world, 1, &(struct plan_replacement){.wanted = &https, .name = "web-r2"}, &e));
    assert_int_equal(e.code, ERR_USAGE);
    e = ERR_INIT;
    assert_false(replace(world, 2, &(struct plan_replacement){.wanted = &https, .name = "new"}, &e));
    assert_non_null(strstr(e.message, "2 templates"));
}

/* Of whatever the API has accepted as a name once. */
static void names_that_are_not_valid_are_refused(void **state)
{
    static const char *const names[] = {"1web", "Web", "a\033[31mb"};
    struct world *world = *state;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct err e = ERR_INIT;
        resource_list_at(world->templates, 0)->name = names[i];
        assert_false(replace(world, 1, &(struct plan_replacement){.wanted = &https}, &e));
        assert_non_null(strstr(e.message, "its successor would have no valid name"));
    }
}

static void two_long_names_that_are_cut_to_the_same_are_told_apart(void **state)
{
    struct world *world = *state;
    struct err e = ERR_INIT;

    resource_list_at(world->templates, 0)->name = SIXTY "abc";
    resource_list_at(world->templates, 1)->name = SIXTY "abd";
    assert_true(replace(world, 2, &(struct plan_replacement){.wanted = &https}, &e));
    assert_string_equal(world->plan.items[0].resource->name, SIXTY "-r2");
    assert_string_equal(world->plan.items[1].resource->name, SIXTY "-r3");
    assert_false(replace(world, 2, &(struct plan_replacement){.wanted = &https, .suffix = "-new"}, &e));
    assert_non_null(strstr(e.message, "--name-suffix"));
}

static void a_successor_that_is_there_is_used(void **state)
{
    struct world *world = *state;
    struct err e = ERR_INIT;

    add_template(world, "web-new");
    resource_list_at(world->templates, 2)->settings = (struct resource_settings){
        .given = RESOURCE_METADATA_SETTINGS, .enabled = true, .protocol = "https", .hop_limit = 3};
    assert_true(
        replace(world, 1, &(struct plan_replacement){.wanted = &https, .name = "web-new", .update_groups = true}, &e));
    assert_int_equal(world->plan.count, 3);
    assert_int_equal(world->plan.items[0].verdict, PLAN_UNCHANGED);
    assert_string_equal(world->plan.items[0].resource->id, "id-web-new");
    assert_string_equal(plan_template_target(&world->plan, &world->plan.items[1]).id, "id-web-new");
    /* another image: it is something else */
    set_image(world, "id-web-new", "i-2");
    assert_false(
        replace(world, 1, &(struct plan_replacement){.wanted = &https, .name = "web-new", .update_groups = true}, &e));
}

static void groups_are_not_moved_to_a_template_that_links_its_profile(void **state)
{
    static const struct resource_settings profile = {.given = RESOURCE_TRUSTED_PROFILE, .trusted_profile = "Profile-1"};
    static const struct resource_settings unlinked = {.given = RESOURCE_PROFILE_SETTINGS,
                                                      .trusted_profile = "Profile-1"};
    static const struct resource_settings no_link = {.given = RESOURCE_AUTO_LINK};
    struct world *world = *state;
    struct err e = ERR_INIT;

    assert_false(replace(world, 1, &(struct plan_replacement){.wanted = &profile, .update_groups = true}, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_non_null(strstr(e.message, "--auto-link false"));
    e = ERR_INIT;
    assert_true(replace(world, 1, &(struct plan_replacement){.wanted = &unlinked, .update_groups = true}, &e));
    assert_false(auto_link_of(&world->plan.items[0]));
    /* without groups it may link, and says so in its body */
    assert_true(replace(world, 1, &(struct plan_replacement){.wanted = &profile}, &e));
    assert_true(auto_link_of(&world->plan.items[0]));
    /* there is nothing to link */
    assert_true(replace(world, 1, &(struct plan_replacement){.wanted = &no_link}, &e));
    assert_int_equal(world->plan.items[0].verdict, PLAN_UNCHANGED);
}

static void names_and_groups_of_another_region_do_not_count(void **state)
{
    struct world *world = *state;
    struct err e = ERR_INIT;

    add_template(world, "web-r2");
    resource_list_at(world->templates, 2)->region = "us-south";
    resource_list_at(world->groups, 0)->region = "us-south";
    /* both are named web: each has its own successor */
    resource_list_at(world->templates, 1)->name = "web";
    resource_list_at(world->templates, 1)->region = "us-south";
    resource_list_at(world->templates, 0)->api = (struct vpc *)world;
    assert_true(replace(world, 2, &(struct plan_replacement){.wanted = &https, .update_groups = true}, &e));
    assert_int_equal(world->plan.count, 3);
    assert_string_equal(world->plan.items[0].resource->name, "web-r2");
    assert_ptr_equal(world->plan.items[0].resource->api, world);
    assert_int_equal(world->plan.items[1].action, PLAN_MOVE);
    assert_string_equal(world->plan.items[1].resource->name, "two");
    assert_string_equal(world->plan.items[2].resource->name, "web-r3");
    assert_string_equal(world->plan.items[2].resource->region, "us-south");
    /* a name that the plan has given in one region is free in another */
    resource_list_at(world->templates, 2)->name = "other";
    assert_true(replace(world, 2, &(struct plan_replacement){.wanted = &https}, &e));
    assert_string_equal(world->plan.items[0].resource->name, "web-r2");
    assert_string_equal(world->plan.items[1].resource->name, "web-r2");
}

static void only_groups_that_would_use_it_forbid_a_link(void **state)
{
    static const struct resource_settings profile = {.given = RESOURCE_TRUSTED_PROFILE, .trusted_profile = "Profile-1"};
    struct world *world = *state;
    struct err e = ERR_INIT;

    resource_list_at(world->groups, 0)->template_id = resource_list_at(world->groups, 2)->template_id = "id-gone";
    assert_true(replace(world, 1, &(struct plan_replacement){.wanted = &profile, .update_groups = true}, &e));
    assert_int_equal(world->plan.count, 1);
    assert_true(auto_link_of(&world->plan.items[0]));
}

static void a_group_that_is_being_deleted_stays_where_it_is(void **state)
{
    struct world *world = *state;
    struct err e = ERR_INIT;

    resource_list_at(world->groups, 0)->status = "deleting";
    assert_true(
        replace(world, 1, &(struct plan_replacement){.wanted = &https, .update_groups = true, .roll = &rolling}, &e));
    assert_int_equal(world->plan.count, 4);
    assert_int_equal(world->plan.items[1].verdict, PLAN_SKIP);
    assert_int_equal(world->plan.items[2].depends_on, 1);
    assert_int_equal(world->plan.items[3].action, PLAN_ROLL);
    assert_string_equal(world->plan.items[3].resource->name, "two");
}

static void templates_are_compared_but_for_what_was_given(void **state)
{
    static const struct {
        const char *source, *made, *overrides, *different;
    } rows[] = {
        {"{\"id\":\"1\",\"name\":\"a\",\"image\":{\"id\":\"i\"}}",
         "{\"id\":\"2\",\"name\":\"b\",\"image\":{\"id\":\"i\"}}", "{}", ""},
        {"{\"image\":{\"id\":\"i\"}}", "{\"image\":{\"id\":\"j\"}}", "{}", "image"},
        {"{\"image\":{\"id\":\"i\"}}", "{\"image\":{\"id\":\"j\"}}", "{\"image\":{}}", ""},
        {"{\"keys\":[1],\"zone\":1}", "{\"zone\":1}", "{}", "keys"},
        {"{\"zone\":1}", "{\"keys\":[1],\"zone\":2}", "{}", "zone, keys"},
        {"{\"metadata_service\":{\"enabled\":true}}", "{\"metadata_service\":{\"enabled\":false}}",
         "{\"metadata_service\":{}}", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        JSON_CLEANUP json_t *source = json_loads(rows[i].source, 0, NULL);
        JSON_CLEANUP json_t *made = json_loads(rows[i].made, 0, NULL);
        JSON_CLEANUP json_t *overrides = json_loads(rows[i].overrides, 0, NULL);
        CLEANUP(text_free) struct text different = {0};
        assert_int_equal(plan_template_same(source, made, overrides, &different), rows[i].different[0] == '\0');
        assert_string_equal(text_string(&different), rows[i].different);
    }
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, drop_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_end_with_the_suffix_and_have_63_characters_at_most),
        cmocka_unit_test(names_are_counted_on),
        IN_WORLD(each_step_needs_the_one_before),
        IN_WORLD(members_that_a_move_left_are_rolled),
        IN_WORLD(only_what_was_asked_for_is_done),
        IN_WORLD(names_and_groups_of_another_region_do_not_count),
        IN_WORLD(only_groups_that_would_use_it_forbid_a_link),
        IN_WORLD(names_that_are_taken_are_passed_over_or_refused),
        IN_WORLD(names_that_are_not_valid_are_refused),
        IN_WORLD(two_long_names_that_are_cut_to_the_same_are_told_apart),
        IN_WORLD(a_successor_that_is_there_is_used),
        IN_WORLD(groups_are_not_moved_to_a_template_that_links_its_profile),
        IN_WORLD(a_group_that_is_being_deleted_stays_where_it_is),
        cmocka_unit_test(templates_are_compared_but_for_what_was_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
