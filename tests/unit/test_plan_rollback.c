/* Room plan: what a rollback does about each action of a run, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan_rollback.h"

#define OLD                          \
    {                                \
        .id = "t-old", .name = "old" \
    }
#define NEW                          \
    {                                \
        .id = "t-new", .name = "new" \
    }

static const struct resource_settings nothing;
static const struct resource_settings off = {.given = RESOURCE_METADATA_SETTINGS, .protocol = "http", .hop_limit = 1};
static const struct resource_settings enabled = {.given = RESOURCE_ENABLED, .enabled = true};
static struct resource server = {.kind = &resource_instance, .id = "i-1", .name = "web"};
static struct resource old_template = {.kind = &resource_template, .id = "t-old", .name = "old", .crn = "crn:old"};
static struct resource new_template = {.kind = &resource_template, .id = "t-new", .name = "new"};
static struct resource groups[] = {{.kind = &resource_group, .id = "g-1", .name = "one"},
                                   {.kind = &resource_group, .id = "g-2", .name = "two"}};

static const struct plan_state moved = {.type = PLAN_STATE_TEMPLATE, .template = NEW};

/* A replacement: made, two groups moved, one of them rolled, the old one deleted. */
static struct plan_item replacement[] = {
    {.action = PLAN_CREATE, .resource = &new_template, .wanted = &nothing},
    {.action = PLAN_MOVE, .resource = &groups[0], .wanted = &nothing, .move = {.from = OLD}, .depends_on = 1},
    {.action = PLAN_MOVE, .resource = &groups[1], .wanted = &nothing, .move = {.from = OLD}, .depends_on = 2},
    {.action = PLAN_ROLL, .resource = &groups[0], .wanted = &nothing, .depends_on = 3},
    {.action = PLAN_DELETE, .resource = &old_template, .wanted = &nothing, .delete = {.body = NULL}, .depends_on = 4},
};
enum { STEPS = sizeof(replacement) / sizeof(replacement[0]) };

/* What became of the first `applied` items; the others were not started. */
static void roll_back(size_t applied, struct resource_list *list, struct plan *ret)
{
    struct plan_applied steps[STEPS] = {0};

    for (size_t i = 0; i < STEPS; i++) {
        steps[i] =
            (struct plan_applied){.item = &replacement[i],
                                  .effect = i < applied ? PLAN_EFFECT_APPLIED : PLAN_EFFECT_NONE,
                                  .before = &nothing,
                                  .after = &nothing,
                                  .after_state = replacement[i].action == PLAN_MOVE ? moved : (struct plan_state){0}};
    }
    plan_rollback(steps, STEPS, PLAN_CONFLICT_STRICT_ALL, list, ret);
}

static void a_replacement_is_taken_back_last_first(void **state)
{
    static const struct {
        enum plan_action action;
        enum plan_verdict verdict;
        const char *name;
        size_t depends_on;
    } rows[] = {
        {PLAN_CREATE, PLAN_CHANGE, "old", 0}, {PLAN_ROLL, PLAN_SKIP, "one", 0},     {PLAN_MOVE, PLAN_CHANGE, "two", 1},
        {PLAN_MOVE, PLAN_CHANGE, "one", 3},   {PLAN_DELETE, PLAN_CHANGE, "new", 4},
    };
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};

    (void)state;
    JSON_CLEANUP json_t *body = json_pack("{s:s}", "zone", "z");
    replacement[STEPS - 1].delete.body = body;
    roll_back(STEPS, list, &plan);
    replacement[STEPS - 1].delete.body = NULL;
    assert_int_equal(plan.count, sizeof(rows) / sizeof(rows[0]));
    for (size_t i = 0; i < plan.count; i++) {
        const struct plan_item *item = &plan.items[i];
        assert_int_equal(item->action, rows[i].action);
        assert_int_equal(item->verdict, rows[i].verdict);
        assert_int_equal(item->depends_on, rows[i].depends_on);
        assert_string_equal(item->resource->name, rows[i].name);
        assert_int_equal(item->conflict_policy, PLAN_CONFLICT_STRICT_ALL);
        if (item->action == PLAN_MOVE) {
            assert_null(item->move.to.id);
            assert_string_equal(item->move.to.name, "old");
            assert_string_equal(item->move.from.id, "t-new");
        }
    }
    assert_null(plan.items[0].resource->id);
    assert_ptr_equal(plan.items[0].create.body, body);
    /* once the template is there again, the groups go to its new id */
    plan.items[0].create.record->id = "t-again";
    assert_string_equal(plan_template_target(&plan, &plan.items[3]).id, "t-again");
}

static void what_was_skipped_in_the_run_breaks_no_chain(void **state)
{
    static const struct plan_item run[] = {
        {.action = PLAN_CREATE, .resource = &new_template, .wanted = &nothing},
        {.action = PLAN_MOVE, .resource = &groups[0], .wanted = &nothing, .move = {.from = OLD}, .depends_on = 1},
        {.action = PLAN_ROLL, .resource = &groups[0], .wanted = &nothing, .depends_on = 1},
    };
    struct plan_applied applied[3] = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        applied[i] =
            (struct plan_applied){.item = &run[i],
                                  .effect = run[i].action == PLAN_ROLL ? PLAN_EFFECT_NONE : PLAN_EFFECT_APPLIED,
                                  .before = &nothing,
                                  .after = &nothing,
                                  .after_state = moved};
    }
    plan_rollback(applied, 3, PLAN_CONFLICT_STRICT_ALL, list, &plan);
    assert_int_equal(plan.count, 2);
    assert_int_equal(plan.items[1].action, PLAN_DELETE);
    assert_int_equal(plan.items[1].depends_on, 1);
}

static void without_the_deletion_the_groups_go_back_to_the_template_itself(void **state)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};

    (void)state;
    roll_back(3, list, &plan);
    assert_int_equal(plan.count, 3);
    assert_string_equal(plan.items[0].resource->name, "two");
    assert_string_equal(plan_template_target(&plan, &plan.items[0]).id, "t-old");
    assert_int_equal(plan.items[0].depends_on, 0);
    assert_int_equal(plan.items[1].depends_on, 1);
    assert_int_equal(plan.items[2].action, PLAN_DELETE);
    assert_string_equal(plan.items[2].resource->id, "t-new");
    assert_int_equal(plan.items[2].depends_on, 2);
}

static void what_is_not_undone_is_not_in_the_plan(void **state)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};

    (void)state;
    roll_back(0, list, &plan);
    assert_int_equal(plan.count, 0);
}

static void settings_go_back_to_what_was_asked_for(void **state)
{
    static const struct plan_item set = {.action = PLAN_SET, .resource = &server, .wanted = &enabled};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();

    (void)state;
    for (enum plan_effect effect = PLAN_EFFECT_UNKNOWN; effect <= PLAN_EFFECT_APPLIED; effect++) {
        CLEANUP(plan_free) struct plan plan = {0};
        struct resource_settings after = resource_settings_over(&off, &enabled, RESOURCE_ENABLED);
        after.hop_limit =
            9; /* another writer's change, which the rollback does not know of where the outcome is unknown */
        const struct plan_applied applied = {.item = &set, .effect = effect, .before = &off, .after = &after};
        plan_rollback(&applied, 1, PLAN_CONFLICT_IGNORE, list, &plan);
        assert_int_equal(plan.count, 1);
        assert_int_equal(plan.items[0].verdict, PLAN_CHANGE);
        assert_int_equal(plan.items[0].wanted->given, RESOURCE_ENABLED);
        assert_false(plan.items[0].wanted->enabled);
        assert_true(plan.items[0].resource->settings.enabled);
        assert_int_equal(plan.items[0].resource->settings.hop_limit, effect == PLAN_EFFECT_APPLIED ? 9 : 1);
        assert_int_equal(plan.items[0].mask, RESOURCE_ENABLED);
    }
}

static void servers_that_were_created_stay(void **state)
{
    static const struct plan_item create = {.action = PLAN_CREATE, .resource = &server, .wanted = &nothing};
    static const struct resource lost = {.kind = &resource_template, .name = "t"};
    static const struct plan_item unknown = {.action = PLAN_CREATE, .resource = &lost, .wanted = &nothing};
    const struct plan_applied applied[] = {
        {.item = &create, .effect = PLAN_EFFECT_APPLIED, .before = &nothing, .after = &off},
        {.item = &unknown, .effect = PLAN_EFFECT_UNKNOWN, .before = &nothing, .after = &nothing},
    };
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};

    (void)state;
    plan_rollback(applied, 2, PLAN_CONFLICT_STRICT_ALL, list, &plan);
    assert_int_equal(plan.count, 2);
    assert_int_equal(plan.items[0].verdict, PLAN_SKIP);
    assert_non_null(strstr(plan.items[0].reason, "look for it by name"));
    assert_int_equal(plan.items[1].verdict, PLAN_SKIP);
    assert_non_null(strstr(plan.items[1].reason, "nothing is deleted"));
}

/* A template of another name was created instead: the group goes back to the id it used. */
static void a_move_goes_to_a_new_id_only_where_its_template_is_created_again(void **state)
{
    static struct resource other = {.kind = &resource_template, .id = "t-other", .name = "other"};
    JSON_CLEANUP json_t *body = json_object();
    const struct plan_item run[] = {
        {.action = PLAN_CREATE, .resource = &new_template, .wanted = &nothing},
        {.action = PLAN_MOVE, .resource = &groups[0], .wanted = &nothing, .move = {.from = OLD}, .depends_on = 1},
        {.action = PLAN_DELETE, .resource = &other, .wanted = &nothing, .delete = {.body = body}, .depends_on = 2},
    };
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct plan_applied applied[3];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        applied[i] = (struct plan_applied){.item = &run[i],
                                           .effect = PLAN_EFFECT_APPLIED,
                                           .before = &nothing,
                                           .after = &nothing,
                                           .after_state = moved};
    }
    plan_rollback(applied, 3, PLAN_CONFLICT_STRICT_ALL, list, &plan);
    assert_int_equal(plan.count, 3);
    assert_string_equal(plan.items[0].resource->name, "other");
    assert_string_equal(plan.items[1].move.to.id, "t-old");
    assert_int_equal(plan.items[1].depends_on, 1);
}

static void what_is_not_known_is_skipped_with_the_reason(void **state)
{
    static const struct plan_item items[] = {
        {.action = PLAN_SET, .resource = &server, .wanted = &enabled},
        {.action = PLAN_MOVE, .resource = &groups[0], .wanted = &nothing, .move = {.from = {.name = "old"}}},
        {.action = PLAN_DELETE, .resource = &old_template, .wanted = &nothing},
        {.action = PLAN_RESTART, .resource = &server, .wanted = &nothing},
        {.action = PLAN_ROLL, .resource = &groups[0], .wanted = &nothing},
    };
    static const char *const reasons[] = {"its earlier settings are unknown", "the template it used before is unknown",
                                          "the body it was created from is unknown", "restart", "stale"};

    (void)state;
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        CLEANUP(plan_free) struct plan plan = {0};
        const struct plan_applied applied = {
            .item = &items[i], .effect = PLAN_EFFECT_APPLIED, .before = &nothing, .after = &nothing};
        plan_rollback(&applied, 1, PLAN_CONFLICT_IGNORE, list, &plan);
        assert_int_equal(plan.count, 1);
        assert_int_equal(plan.items[0].verdict, PLAN_SKIP);
        assert_non_null(strstr(plan.items[0].reason, reasons[i]));
        assert_int_equal(plan.items[0].conflict_policy, PLAN_CONFLICT_IGNORE);
    }
}

static void a_rollback_is_offered_where_it_takes_something_back(void **state)
{
    const struct plan_item items[] = {
        {.action = PLAN_SET, .resource = &server},          {.action = PLAN_CREATE, .resource = &server},
        {.action = PLAN_CREATE, .resource = &new_template}, {.action = PLAN_MOVE, .resource = &groups[0]},
        {.action = PLAN_ROLL, .resource = &groups[0]},      {.action = PLAN_DELETE, .resource = &old_template},
        {.action = PLAN_RESTART, .resource = &server},
    };
    static const bool offered[] = {true, false, true, true, false, true, false};

    (void)state;
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        assert_int_equal(plan_can_roll_back(&items[i]), offered[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replacement_is_taken_back_last_first),
        cmocka_unit_test(what_was_skipped_in_the_run_breaks_no_chain),
        cmocka_unit_test(without_the_deletion_the_groups_go_back_to_the_template_itself),
        cmocka_unit_test(what_is_not_undone_is_not_in_the_plan),
        cmocka_unit_test(settings_go_back_to_what_was_asked_for),
        cmocka_unit_test(servers_that_were_created_stay),
        cmocka_unit_test(a_move_goes_to_a_new_id_only_where_its_template_is_created_again),
        cmocka_unit_test(what_is_not_known_is_skipped_with_the_reason),
        cmocka_unit_test(a_rollback_is_offered_where_it_takes_something_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
