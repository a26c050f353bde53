/* Room plan: what is changed, what is skipped and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan.h"

static struct resource server(const char *architecture, const char *status, const char *lifecycle_state)
{
    return (struct resource){.kind = &resource_instance,
                             .region = "eu-de",
                             .id = "0717_1",
                             .name = "web-01",
                             .crn = "crn:v1:x:0717_1",
                             .status = status,
                             .lifecycle_state = lifecycle_state,
                             .zone = "eu-de-1",
                             .vpc = "prod",
                             .vpc_id = "r010-1",
                             .architecture = architecture,
                             .settings = {.given = RESOURCE_METADATA_SETTINGS, .protocol = "http", .hop_limit = 1}};
}

static void servers_that_cannot_take_a_setting_are_skipped_with_the_reason(void **state)
{
    static const struct {
        const char *architecture, *status, *lifecycle_state;
        bool found_enabled, wanted_enabled;
        enum plan_verdict verdict;
        const char *reason;
    } rows[] = {
        {"amd64", "running", "stable", false, true, PLAN_CHANGE, ""},
        {"amd64", "stopped", "stable", false, true, PLAN_CHANGE, ""},
        {"amd64", "pending", "pending", false, true, PLAN_CHANGE, ""},
        {NULL, "running", NULL, false, true, PLAN_CHANGE, ""},
        {"s390x", "running", "stable", false, true, PLAN_SKIP, "s390x"},
        {"s390x", "running", "stable", true, false, PLAN_CHANGE, ""},
        {"s390x", "running", "stable", false, false, PLAN_UNCHANGED, ""},
        {"amd64", "failed", "stable", false, true, PLAN_SKIP, "status is failed"},
        {"amd64", "deleting", "deleting", false, true, PLAN_SKIP, "deleting"},
        {"amd64", "running", "suspended", false, true, PLAN_SKIP, "suspended"},
        {"amd64", "running", "deleting", false, true, PLAN_SKIP, "lifecycle state is deleting"},
        {"amd64", "running", "failed", false, true, PLAN_SKIP, "lifecycle state is failed"},
        {"amd64", "deleting", "stable", false, true, PLAN_SKIP, "status is deleting"},
        {"s390x", "failed", "stable", true, false, PLAN_SKIP, "status is failed"},
        {"amd64", "failed", "failed", true, true, PLAN_UNCHANGED, ""},
        {"amd64", "a_new_status", "a_new_state", false, true, PLAN_CHANGE, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct resource record = server(rows[i].architecture, rows[i].status, rows[i].lifecycle_state);
        struct resource_settings wanted = {.given = RESOURCE_ENABLED, .enabled = rows[i].wanted_enabled};
        char reason[PLAN_REASON_SIZE];
        unsigned mask;
        record.settings.enabled = rows[i].found_enabled;
        assert_int_equal(plan_judge(&record, &wanted, &mask, reason), rows[i].verdict);
        assert_non_null(strstr(reason, rows[i].reason));
    }
}

static void a_plan_counts_restarts_https_and_settings_without_effect(void **state)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct resource_settings wanted = {.given = RESOURCE_PROTOCOL, .protocol = "https"};
    struct resource on = server("amd64", "running", "stable");
    struct resource off = server("amd64", "running", "stable");

    (void)state;
    on.settings.enabled = true;
    resource_list_adopt(list, &on);
    resource_list_adopt(list, &off);
    plan_make(list, &wanted, &plan);
    struct plan_counts counts = plan_count(&plan);
    assert_int_equal(counts.change, 2);
    assert_int_equal(counts.to_https, 1);
    assert_int_equal(counts.restart, 0);
    plan_free(&plan);

    wanted = (struct resource_settings){.given = RESOURCE_ENABLED, .enabled = true};
    plan_make(list, &wanted, &plan);
    counts = plan_count(&plan);
    assert_int_equal(counts.change, 1);
    assert_int_equal(counts.unchanged, 1);
    assert_int_equal(counts.restart, 1);
}

static void servers_that_might_not_come_back_as_they_were_are_not_restarted(void **state)
{
    static const struct {
        const char *status, *lifecycle_state, *availability;
        unsigned disk_count;
        enum resource_switch startable;
        bool enabled;
        enum resource_switch pending;
        struct plan_restart_terms terms;
        enum plan_verdict verdict;
        const char *reason;
    } rows[] = {
        {"running", "stable", "standard", 0, RESOURCE_OFF, true, RESOURCE_ON, {0}, PLAN_CHANGE, ""},
        {"running", NULL, NULL, 0, RESOURCE_UNKNOWN, true, RESOURCE_ON, {0}, PLAN_CHANGE, ""},
        {"running",
         "stable",
         "standard",
         0,
         RESOURCE_OFF,
         true,
         RESOURCE_OFF,
         {0},
         PLAN_UNCHANGED,
         "no restart is pending"},
        {"running", "stable", "standard", 0, RESOURCE_OFF, true, RESOURCE_UNKNOWN, {0}, PLAN_UNCHANGED, "is unknown"},
        {"running", "stable", "standard", 0, RESOURCE_OFF, false, RESOURCE_UNKNOWN, {0}, PLAN_UNCHANGED, "no restart"},
        {"stopped", "stable", "standard", 0, RESOURCE_ON, true, RESOURCE_UNKNOWN, {0}, PLAN_UNCHANGED, "no restart"},
        {"running", "stable", "standard", 0, RESOURCE_OFF, false, RESOURCE_ON, {0}, PLAN_UNCHANGED, "service is off"},
        {"running", "stable", "standard", 0, RESOURCE_OFF, false, RESOURCE_OFF, {.always = true}, PLAN_CHANGE, ""},
        {"running", "stable", "spot", 0, RESOURCE_OFF, true, RESOURCE_ON, {0}, PLAN_SKIP, "spot"},
        {"running", "stable", "standard", 2, RESOURCE_OFF, true, RESOURCE_ON, {0}, PLAN_SKIP, "--allow-disk-loss"},
        {"running",
         "stable",
         "standard",
         2,
         RESOURCE_OFF,
         true,
         RESOURCE_ON,
         {.allow_disk_loss = true},
         PLAN_CHANGE,
         ""},
        {"running", "suspended", "standard", 0, RESOURCE_OFF, true, RESOURCE_ON, {0}, PLAN_SKIP, "suspended"},
        {"stopped", "stable", "standard", 0, RESOURCE_ON, true, RESOURCE_ON, {0}, PLAN_UNCHANGED, "at its next start"},
        {"stopped", "stable", "standard", 0, RESOURCE_OFF, true, RESOURCE_ON, {.always = true}, PLAN_SKIP, "startable"},
        {"starting", "stable", "standard", 0, RESOURCE_OFF, true, RESOURCE_ON, {0}, PLAN_SKIP, "status is starting"},
        {"failed", "failed", "standard", 0, RESOURCE_OFF, true, RESOURCE_ON, {0}, PLAN_SKIP, "failed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct resource record = server("amd64", rows[i].status, rows[i].lifecycle_state);
        char reason[PLAN_REASON_SIZE];
        record.availability = rows[i].availability;
        record.disk_count = rows[i].disk_count;
        record.startable = rows[i].startable;
        record.settings.enabled = rows[i].enabled;
        if (plan_judge_restart(&record, rows[i].pending, &rows[i].terms, reason) != rows[i].verdict ||
            strstr(reason, rows[i].reason) == NULL) {
            fail_msg("row %zu: %s", i, reason);
        }
    }
}

static void what_needs_no_change_but_is_pending_is_restarted_in_a_plan_of_settings(void **state)
{
    struct resource_list *list = resource_list_create();
    const struct resource_settings wanted = {.given = RESOURCE_ENABLED, .enabled = true};
    const struct plan_restart_terms terms = {0};
    static const enum resource_switch pending[] = {RESOURCE_ON, RESOURCE_UNKNOWN, RESOURCE_ON};
    struct plan plan;

    (void)state;
    for (int i = 0; i < 3; i++) {
        *resource_list_append(list, &resource_instance, "eu-de") = server("amd64", "running", "stable");
        resource_list_at(list, (size_t)i)->settings.enabled = i != 2;
    }
    plan_make(list, &wanted, &plan);
    plan_add_restarts(&plan, pending, &terms);
    assert_int_equal(plan.items[0].action, PLAN_RESTART);
    assert_int_equal(plan.items[0].verdict, PLAN_CHANGE);
    assert_int_equal(plan.items[1].verdict, PLAN_UNCHANGED);
    assert_int_equal(plan.items[2].action, PLAN_SET);
    assert_int_equal(plan_count(&plan).restarts, 1);
    assert_int_equal(plan_count(&plan).restart, 1);
    plan_free(&plan);
    resource_list_destroy(list);
}

/* Counts of one item each: only servers that change are counted, and restarts only where the kind needs one. */
static void what_an_item_counts_for_depends_on_its_action_and_kind(void **state)
{
    static const struct resource_settings on = {
        .given = RESOURCE_METADATA_SETTINGS, .enabled = true, .protocol = "https", .hop_limit = 1};
    struct resource_kind plain = resource_instance;
    plain.restart_to_enable = false;
    const struct {
        enum plan_action action;
        enum plan_verdict verdict;
        const struct resource_kind *kind;
        bool was_enabled;
        struct plan_counts counts;
    } rows[] = {
        {PLAN_SET, PLAN_CHANGE, &resource_instance, false, {.change = 1, .enable = 1, .restart = 1}},
        {PLAN_SET, PLAN_CHANGE, &plain, false, {.change = 1, .enable = 1}},
        {PLAN_SET, PLAN_CHANGE, &resource_instance, true, {.change = 1, .enable = 1, .restart = 1, .to_https = 1}},
        {PLAN_SET, PLAN_SKIP, &resource_instance, true, {.skip = 1}},
        {PLAN_SET, PLAN_UNCHANGED, &resource_instance, true, {.unchanged = 1}},
        {PLAN_RESTART, PLAN_CHANGE, &resource_instance, false, {.change = 1, .enable = 1, .restarts = 1}},
        {PLAN_CREATE, PLAN_CHANGE, &resource_instance, true, {.change = 1}},
        {PLAN_MOVE, PLAN_CHANGE, &resource_group, true, {.change = 1}},
        {PLAN_DELETE, PLAN_CHANGE, &resource_template, true, {.change = 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct resource record = {.kind = rows[i].kind, .settings = {.enabled = rows[i].was_enabled}};
        struct plan_item item = {.action = rows[i].action,
                                 .verdict = rows[i].verdict,
                                 .resource = &record,
                                 .after = on,
                                 .mask = RESOURCE_ENABLED | RESOURCE_PROTOCOL};
        struct plan_counts counts = plan_count(&(struct plan){.items = &item, .count = 1});
        if (memcmp(&counts, &rows[i].counts, sizeof(counts)) != 0) {
            fail_msg("row %zu", i);
        }
    }
}

static void what_a_group_had_and_gets_is_known_where_it_is_said(void **state)
{
    const struct plan_item move = {.action = PLAN_MOVE,
                                   .move = {.from = {.id = "t-1", .name = "old"}, .to = {.name = "new"}}};
    const struct plan_item from_anywhere = {.action = PLAN_MOVE, .move = {.to = {.id = "t-2"}}};
    const struct plan_item roll = {.action = PLAN_ROLL, .roll = {.before = {.count = 4, .stale = 3}}};
    const struct plan_item set = {.action = PLAN_SET};

    (void)state;
    assert_string_equal(plan_item_before(&move).template.id, "t-1");
    assert_null(plan_item_after(&move).template.id);
    assert_string_equal(plan_item_after(&move).template.name, "new");
    assert_int_equal(plan_item_before(&from_anywhere).type, PLAN_STATE_NONE);
    assert_int_equal(plan_item_before(&roll).members.stale, 3);
    assert_int_equal(plan_item_after(&roll).members.stale, 0);
    assert_int_equal(plan_item_after(&roll).members.count, 4);
    assert_int_equal(plan_item_before(&set).type, PLAN_STATE_NONE);
    assert_int_equal(plan_item_after(&set).type, PLAN_STATE_NONE);
}

/* An id of its own first; else that of the creation at the end of the chain. */
static void a_move_goes_to_what_its_chain_has_created(void **state)
{
    struct resource made = {.kind = &resource_template, .id = "t-9", .name = "made"};
    struct plan_item items[] = {
        {.action = PLAN_CREATE, .resource = &made},
        {.action = PLAN_MOVE, .depends_on = 1, .move = {.to = {.name = "made"}}},
        {.action = PLAN_MOVE, .depends_on = 2, .move = {.to = {.name = "made"}}},
        {.action = PLAN_MOVE, .depends_on = 3, .move = {.to = {.id = "t-1"}}},
        {.action = PLAN_MOVE, .move = {.to = {.name = "made"}}},
    };
    const struct plan plan = {.items = items, .count = 5};

    (void)state;
    assert_string_equal(plan_template_target(&plan, &items[1]).id, "t-9");
    assert_string_equal(plan_template_target(&plan, &items[2]).id, "t-9");
    assert_string_equal(plan_template_target(&plan, &items[3]).id, "t-1");
    assert_null(plan_template_target(&plan, &items[4]).id);
    assert_null(plan_creation_before(&plan, &items[4]));
    made.id = NULL;
    assert_null(plan_template_target(&plan, &items[2]).id);
}

/* Bodies live as long as the plan, whoever else lets go of them. */
static void a_plan_owns_what_it_is_given(void **state)
{
    struct plan plan = {0};
    json_t *shared = json_build("{s:s}", "a", "b");

    (void)state;
    assert_null(plan_own(&plan, NULL));
    assert_ptr_equal(plan_own(&plan, json_incref(shared)), shared);
    assert_int_equal(json_array_size(plan.owned), 1);
    plan_free(&plan);
    assert_null(plan.owned);
    assert_string_equal(json_string_value(json_object_get(shared, "a")), "b");
    json_decref(shared);
}

static void creations_share_their_body_and_fill_their_records_in(void **state)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    JSON_CLEANUP json_t *body = json_build("{s:s}", "zone", "z");
    JSON_CLEANUP json_t *identity = json_object();
    const struct resource_settings wanted = {.given = RESOURCE_ENABLED, .enabled = true};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        resource_list_append(list, &resource_instance, "eu-de")->architecture = "s390x";
    }
    plan_make_creations(list, &wanted, body, identity, &plan);
    assert_int_equal(plan.count, 3);
    for (size_t i = 0; i < plan.count; i++) {
        assert_int_equal(plan.items[i].action, PLAN_CREATE);
        assert_int_equal(plan.items[i].verdict, PLAN_CHANGE);
        assert_ptr_equal(plan.items[i].create.body, body);
        assert_ptr_equal(plan.items[i].create.identity, identity);
        assert_ptr_equal(plan.items[i].create.record, resource_list_at(list, i));
        assert_true(plan.items[i].wanted->enabled);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_that_might_not_come_back_as_they_were_are_not_restarted),
        cmocka_unit_test(what_needs_no_change_but_is_pending_is_restarted_in_a_plan_of_settings),
        cmocka_unit_test(servers_that_cannot_take_a_setting_are_skipped_with_the_reason),
        cmocka_unit_test(a_plan_counts_restarts_https_and_settings_without_effect),
        cmocka_unit_test(what_an_item_counts_for_depends_on_its_action_and_kind),
        cmocka_unit_test(what_a_group_had_and_gets_is_known_where_it_is_said),
        cmocka_unit_test(a_move_goes_to_what_its_chain_has_created),
        cmocka_unit_test(a_plan_owns_what_it_is_given),
        cmocka_unit_test(creations_share_their_body_and_fill_their_records_in),
    };

    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
