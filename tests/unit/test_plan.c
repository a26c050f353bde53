/* Room plan: what is changed, what is skipped and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/inventory.h"
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
    assert_int_equal(counts.while_off, 1);
    assert_int_equal(counts.restart, 0);
    plan_free(&plan);

    wanted = (struct resource_settings){.given = RESOURCE_ENABLED, .enabled = true};
    plan_make(list, &wanted, &plan);
    counts = plan_count(&plan);
    assert_int_equal(counts.change, 1);
    assert_int_equal(counts.unchanged, 1);
    assert_int_equal(counts.restart, 1);
}

static void selectors_narrow_and_excludes_alone_do_not(void **state)
{
    static const char *const web[] = {"web-*"}, *const other[] = {"db-*"}, *const vpc[] = {"prod"},
                             *const vpc_id[] = {"r010-1"}, *const vpc_crn[] = {"crn:v1:a::vpc:r010-1"},
                             *const zone[] = {"eu-de-2"}, *const status[] = {"stopped", "running"};
    static const struct {
        struct inventory_selector selector;
        bool matches, narrows;
    } rows[] = {
        {.matches = true, .narrows = false},     {{.names = {web, 1}}, true, true},
        {{.names = {other, 1}}, false, true},    {{.excludes = {other, 1}}, true, false},
        {{.excludes = {web, 1}}, false, false},  {{.vpcs = {vpc, 1}}, true, true},
        {{.vpcs = {vpc_id, 1}}, true, true},     {{.vpcs = {vpc_crn, 1}}, true, true},
        {{.vpcs = {other, 1}}, false, true},     {{.zones = {zone, 1}}, false, true},
        {{.statuses = {status, 2}}, true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct resource record = server("amd64", "running", "stable");
        assert_int_equal(inventory_selector_matches(&rows[i].selector, &record), rows[i].matches);
        assert_int_equal(inventory_selector_narrows(&rows[i].selector), rows[i].narrows);
    }
}

static void servers_that_might_not_come_back_as_they_were_are_not_restarted(void **state)
{
    static const struct {
        const char *status, *lifecycle_state, *availability;
        unsigned disk_count;
        enum resource_switch startable;
        bool enabled, pending;
        struct plan_restart_terms terms;
        enum plan_verdict verdict;
        const char *reason;
    } rows[] = {
        {"running", "stable", "standard", 0, RESOURCE_OFF, true, true, {0}, PLAN_CHANGE, ""},
        {"running", NULL, NULL, 0, RESOURCE_UNKNOWN, true, true, {0}, PLAN_CHANGE, ""},
        {"running", "stable", "standard", 0, RESOURCE_OFF, true, false, {0}, PLAN_UNCHANGED, "no restart is pending"},
        {"running", "stable", "standard", 0, RESOURCE_OFF, false, true, {0}, PLAN_UNCHANGED, "service is off"},
        {"running", "stable", "standard", 0, RESOURCE_OFF, false, false, {.always = true}, PLAN_CHANGE, ""},
        {"running", "stable", "spot", 0, RESOURCE_OFF, true, true, {0}, PLAN_SKIP, "spot"},
        {"running", "stable", "standard", 2, RESOURCE_OFF, true, true, {0}, PLAN_SKIP, "--allow-disk-loss"},
        {"running", "stable", "standard", 2, RESOURCE_OFF, true, true, {.allow_disk_loss = true}, PLAN_CHANGE, ""},
        {"running", "suspended", "standard", 0, RESOURCE_OFF, true, true, {0}, PLAN_SKIP, "suspended"},
        {"stopped", "stable", "standard", 0, RESOURCE_ON, true, true, {0}, PLAN_UNCHANGED, "at its next start"},
        {"stopped", "stable", "standard", 0, RESOURCE_OFF, true, true, {.always = true}, PLAN_SKIP, "startable"},
        {"starting", "stable", "standard", 0, RESOURCE_OFF, true, true, {0}, PLAN_SKIP, "status is starting"},
        {"failed", "failed", "standard", 0, RESOURCE_OFF, true, true, {0}, PLAN_SKIP, "failed"},
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

static void what_is_as_wanted_but_pending_is_restarted_in_a_plan_of_settings(void **state)
{
    struct resource_list *list = resource_list_create();
    const struct resource_settings wanted = {.given = RESOURCE_ENABLED, .enabled = true};
    const struct plan_restart_terms terms = {0};
    static const bool pending[] = {true, false, true};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_that_might_not_come_back_as_they_were_are_not_restarted),
        cmocka_unit_test(what_is_as_wanted_but_pending_is_restarted_in_a_plan_of_settings),
        cmocka_unit_test(servers_that_cannot_take_a_setting_are_skipped_with_the_reason),
        cmocka_unit_test(a_plan_counts_restarts_https_and_settings_without_effect),
        cmocka_unit_test(selectors_narrow_and_excludes_alone_do_not),
    };

    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
