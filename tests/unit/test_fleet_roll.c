/* Room fleet: what to do next with a group whose members are replaced, by its state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/fleet_roll_state.h"

static const struct resource group = {
    .kind = &resource_group, .name = "asg", .template_id = "new", .status = "healthy", .membership_count = 3};

/* Members as words: "old" or "new" with a status behind a colon. */
static void add_members(struct resource_list *list, const char *words)
{
    char copy[256];

    snprintf(copy, sizeof(copy), "%s", words);
    char *next = copy;
    for (char *word = strsep(&next, " "); word != NULL && *word != '\0'; word = strsep(&next, " ")) {
        struct resource *member = resource_list_append(list, resource_group.memberships, "eu-de");
        char *colon = strchr(word, ':');
        *colon = '\0';
        member->name = "member";
        member->template_id = resource_list_keep(list, word);
        member->status = resource_list_keep(list, colon + 1);
    }
}

static void the_next_step_follows_from_the_state(void **state)
{
    static const struct {
        const char *members, *status;
        int count;
        bool begun, managed;
        enum fleet_roll_step step;
    } rows[] = {
        {"old:healthy old:healthy old:healthy", "healthy", 3, false, false, FLEET_ROLL_DELETE},
        {"old:healthy old:healthy", "scaling", 3, false, false, FLEET_ROLL_WAIT},
        /* a batch is on its way out, then in */
        {"old:deleting old:healthy old:healthy", "scaling", 3, true, false, FLEET_ROLL_WAIT},
        {"old:healthy old:healthy", "healthy", 3, true, false, FLEET_ROLL_WAIT},
        {"old:healthy old:healthy new:pending", "scaling", 3, true, false, FLEET_ROLL_WAIT},
        {"old:healthy old:healthy new:healthy", "scaling", 3, true, false, FLEET_ROLL_WAIT},
        {"old:healthy old:healthy new:healthy", "healthy", 3, true, false, FLEET_ROLL_DELETE},
        {"new:healthy new:healthy new:healthy", "healthy", 3, true, false, FLEET_ROLL_DONE},
        {"new:healthy new:healthy new:healthy", "unhealthy", 3, true, false, FLEET_ROLL_WAIT},
        {"new:healthy new:healthy new:healthy", "healthy", 3, false, false, FLEET_ROLL_DONE},
        /* the deletion lowered membership_count */
        {"old:deleting old:healthy old:healthy", "healthy", 2, true, false, FLEET_ROLL_RESTORE},
        {"old:healthy old:healthy", "healthy", 2, true, false, FLEET_ROLL_RESTORE},
        {"old:healthy old:healthy", "healthy", 2, true, true, FLEET_ROLL_STOP},
        /* what is deleted next may be unhealthy, what is new may not */
        {"old:failed old:healthy new:healthy", "unhealthy", 3, true, false, FLEET_ROLL_DELETE},
        {"old:healthy old:healthy new:unhealthy", "unhealthy", 3, true, false, FLEET_ROLL_WAIT},
        {"old:healthy old:healthy new:failed", "unhealthy", 3, true, false, FLEET_ROLL_STOP},
        {"old:healthy old:healthy old:healthy", "deleting", 3, false, false, FLEET_ROLL_STOP},
        {"", "healthy", 0, false, false, FLEET_ROLL_DONE},
        {"", "healthy", 0, true, false, FLEET_ROLL_RESTORE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(resource_list_release) struct resource_list *members = resource_list_create();
        struct resource seen = group;
        seen.status = rows[i].status;
        seen.membership_count = rows[i].count;
        seen.managers = rows[i].managed ? "autoscale-1" : NULL;
        add_members(members, rows[i].members);
        struct fleet_roll_state roll = fleet_roll_read(&seen, members);
        roll.begun = rows[i].begun;
        roll.expected = rows[i].begun ? 3 : rows[i].count;
        assert_int_equal(fleet_roll_next(&roll), rows[i].step);
    }
}

static void the_unhealthy_are_deleted_first_and_never_more_than_allowed(void **state)
{
    static const struct {
        const char *members;
        size_t most;
        const char *chosen; /* a digit for each member */
    } rows[] = {
        {"old:healthy old:healthy old:healthy", 1, "100"},  {"old:healthy old:failed old:healthy", 1, "010"},
        {"old:healthy old:failed old:healthy", 2, "110"},   {"new:healthy old:healthy new:failed", 5, "010"},
        {"old:deleting old:healthy old:healthy", 1, "010"}, {"new:healthy", 1, "0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(resource_list_release) struct resource_list *members = resource_list_create();
        bool chosen[8] = {false};
        size_t expected = 0;
        add_members(members, rows[i].members);
        size_t count = fleet_roll_choose(&group, members, rows[i].most, chosen);
        for (size_t m = 0; rows[i].chosen[m] != '\0'; m++) {
            assert_int_equal(chosen[m], rows[i].chosen[m] == '1');
            expected += rows[i].chosen[m] == '1';
        }
        assert_int_equal(count, expected);
    }
}

static void trouble_is_described(void **state)
{
    static const struct {
        struct fleet_roll_state roll;
        const char *words;
    } rows[] = {
        {{.status = "unhealthy", .expected = 3, .fresh = 2, .fresh_unhealthy = 1},
         "it is unhealthy with 1 of 3 members"},
        {{.status = "unhealthy", .failed = "m-1"}, "the new member m-1 failed"},
        {{.status = "healthy", .expected = 3, .count = 2, .begun = true, .managed = true}, "from 3 to 2"},
        {{.status = "deleting"}, "being deleted"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text words = {0};
        fleet_roll_describe(&rows[i].roll, &words);
        assert_non_null(strstr(text_string(&words), rows[i].words));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_step_follows_from_the_state),
        cmocka_unit_test(the_unhealthy_are_deleted_first_and_never_more_than_allowed),
        cmocka_unit_test(trouble_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
