/* Room plan: items of plans as the texts of the history, and back; texts of version 0.1.0 read the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan_history.h"

/* An item as version 0.1.0 wrote it. NULL: the history has none. */
static const struct plan_texts rows[] = {
    {"set", NULL, "{\"enabled\":false,\"protocol\":\"http\",\"response_hop_limit\":1}",
     "{\"enabled\":true,\"protocol\":\"https\"}"},
    {"create", "{\"source_template\":{\"id\":\"t-1\"},\"zone\":{\"name\":\"eu-de-1\"}}", "{}",
     "{\"enabled\":true,\"trusted_profile\":\"Profile-1\",\"auto_link\":false}"},
    {"create", NULL, "{}", "{}"},
    {"move", "{\"instance_template\":{\"name\":\"new\"}}",
     "{\"instance_template\":{\"id\":\"t-old\",\"name\":\"old\"}}", "{}"},
    {"move", "{\"instance_template\":{\"id\":\"t-old\",\"name\":\"old\"}}", "{}", "{}"},
    {"roll", "{\"max_unavailable\":10,\"percent\":true,\"heal_timeout_ms\":1000,\"poll_ms\":5}",
     "{\"membership_count\":4,\"stale_members\":3}", "{}"},
    {"delete", "{\"image\":{\"id\":\"i-1\"}}", "{\"enabled\":true}", "{}"},
    {"restart", NULL, "{\"enabled\":true,\"protocol\":\"http\",\"response_hop_limit\":1}", "{}"},
    {"set", "{\"restart\":false}", "{\"enabled\":false}", "{\"enabled\":true}"}, /* the run does not restart it */
};

static void assert_text(const char *what, const char *found, const char *expected)
{
    if ((found == NULL) != (expected == NULL) || (found != NULL && strcmp(found, expected) != 0)) {
        fail_msg("%s: %s instead of %s", what, found != NULL ? found : "nothing",
                 expected != NULL ? expected : "nothing");
    }
}

static void an_item_reads_back_as_it_was_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        CLEANUP(plan_encoder_free) struct plan_encoder encoder = {0};
        CLEANUP(plan_free) struct plan plan = {0};
        struct resource *resource = resource_list_append(list, &resource_instance, "eu-de");
        struct plan_item item = {0};
        struct err e = ERR_INIT;
        assert_true(plan_item_decode(&rows[i], list, resource, &plan, &item, &e));
        assert_ptr_equal(item.resource, resource);
        struct plan_texts texts = plan_item_encode(&encoder, &item, NULL);
        assert_text("action", texts.action, rows[i].action);
        assert_text("body", texts.body, rows[i].body);
        assert_text("before", texts.before, rows[i].before);
        assert_text("wanted", texts.wanted, rows[i].wanted);
    }
}

static void the_parts_of_an_item_are_typed(void **state)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct resource *resource = resource_list_append(list, &resource_group, "eu-de");
    struct plan_item item = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(plan_item_decode(&rows[3], list, resource, &plan, &item, &e));
    assert_string_equal(item.move.from.id, "t-old");
    assert_null(item.move.to.id);
    assert_string_equal(item.move.to.name, "new");
    assert_true(plan_item_decode(&rows[5], list, resource, &plan, &item, &e));
    assert_int_equal(item.roll.terms.max_unavailable, 10);
    assert_true(item.roll.terms.percent);
    assert_int_equal(item.roll.before.count, 4);
    assert_int_equal(item.roll.before.stale, 3);
    assert_true(plan_item_decode(&rows[1], list, resource, &plan, &item, &e));
    assert_string_equal(item.wanted->trusted_profile, "Profile-1");
    assert_int_equal(item.wanted->given, RESOURCE_ENABLED | RESOURCE_PROFILE_SETTINGS);
    assert_ptr_equal(item.create.record, resource);
}

static void a_roll_without_terms_has_the_defaults(void **state)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct resource *resource = resource_list_append(list, &resource_group, "eu-de");
    struct plan_item item = {0};
    struct err e = ERR_INIT;

    (void)state;
    const struct plan_texts texts = {.action = "roll", .body = NULL, .before = "{}", .wanted = "{}"};
    assert_true(plan_item_decode(&texts, list, resource, &plan, &item, &e));
    assert_int_equal(item.roll.terms.max_unavailable, 1);
    assert_false(item.roll.terms.percent);
    assert_int_equal(item.roll.terms.heal_timeout_ms, 15 * 60 * 1000);
    assert_int_equal(plan_item_before(&item).type, PLAN_STATE_NONE);
}

static void a_shared_body_is_not_written_again(void **state)
{
    CLEANUP(plan_encoder_free) struct plan_encoder encoder = {0};
    JSON_CLEANUP json_t *body = json_pack("{s:s}", "zone", "z");
    const struct resource server = {.kind = &resource_instance, .name = "web"};
    const struct resource_settings none = {0};
    const struct plan_item item = {
        .action = PLAN_CREATE, .resource = &server, .wanted = &none, .create = {.body = body}};

    (void)state;
    assert_null(plan_item_encode(&encoder, &item, body).body);
    assert_string_equal(plan_item_encode(&encoder, &item, NULL).body, "{\"zone\":\"z\"}");
}

static void what_needs_no_change_wants_nothing(void **state)
{
    CLEANUP(plan_encoder_free) struct plan_encoder encoder = {0};
    const struct resource server = {.kind = &resource_instance, .name = "web"};
    const struct resource_settings wanted = {.given = RESOURCE_ENABLED};
    const struct plan_item item = {.verdict = PLAN_UNCHANGED, .resource = &server, .wanted = &wanted};

    (void)state;
    assert_string_equal(plan_item_encode(&encoder, &item, NULL).wanted, "{}");
}

/* The texts are shared among equal settings, and right also when more than are kept differ. */
static void texts_of_settings_are_kept_and_right(void **state)
{
    CLEANUP(plan_encoder_free) struct plan_encoder encoder = {0};
    const struct plan_state none = {0};

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int limit = 1; limit <= 2 * PLAN_ENCODER_KEPT; limit++) {
            const struct resource_settings settings = {.given = RESOURCE_HOP_LIMIT, .hop_limit = limit};
            CLEANUP(text_free) struct text expected = {0};
            text_printf(&expected, "{\"response_hop_limit\":%d}", limit);
            const char *text = plan_state_encode(&encoder, &settings, &none);
            assert_string_equal(text, text_string(&expected));
            assert_ptr_equal(plan_state_encode(&encoder, &settings, &none), text);
        }
    }
}

static void what_cannot_be_read_is_refused(void **state)
{
    static const struct {
        struct plan_texts texts;
        enum err_code code;
        const char *words;
    } refused[] = {
        {{.action = "teleport", .before = "{}", .wanted = "{}"}, ERR_FAILED, "teleport"},
        {{.action = "set", .before = "{", .wanted = "{}"}, ERR_INVALID, ""},
        {{.action = "set", .before = "{}", .wanted = "nonsense"}, ERR_INVALID, ""},
        {{.action = "create", .body = "{\"a\":", .before = "{}", .wanted = "{}"}, ERR_INVALID, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        CLEANUP(plan_free) struct plan plan = {0};
        struct resource *resource = resource_list_append(list, &resource_instance, "eu-de");
        struct plan_item item = {0};
        struct err e = ERR_INIT;
        assert_false(plan_item_decode(&refused[i].texts, list, resource, &plan, &item, &e));
        assert_int_equal(e.code, refused[i].code);
        assert_non_null(strstr(e.message, refused[i].words));
    }
}

static void states_are_described_by_what_differs(void **state)
{
    static const struct {
        struct plan_state before, after;
        const char *words;
    } described[] = {
        {{.type = PLAN_STATE_TEMPLATE, .template = {"t-1", "old"}},
         {.type = PLAN_STATE_TEMPLATE, .template = {"t-2", "new"}},
         "instance template old -> new"},
        {{.type = PLAN_STATE_TEMPLATE, .template = {"t-1", NULL}},
         {.type = PLAN_STATE_TEMPLATE, .template = {"t-2", NULL}},
         "instance template t-1 -> t-2"},
        {{.type = PLAN_STATE_TEMPLATE, .template = {"t-1", "old"}},
         {.type = PLAN_STATE_TEMPLATE, .template = {"t-1", "old"}},
         ""},
        {{.type = PLAN_STATE_MEMBERS, .members = {4, 3}},
         {.type = PLAN_STATE_MEMBERS, .members = {4, 0}},
         "stale members 3 -> 0"},
        {{.type = PLAN_STATE_MEMBERS, .members = {4, 3}},
         {.type = PLAN_STATE_MEMBERS, .members = {3, 0}},
         "membership count 4 -> 3, stale members 3 -> 0"},
        {{.type = PLAN_STATE_NONE}, {.type = PLAN_STATE_MEMBERS, .members = {4, 0}}, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(described) / sizeof(described[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        plan_state_describe(&out, &described[i].before, &described[i].after);
        assert_string_equal(text_string(&out), described[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_reads_back_as_it_was_written),  cmocka_unit_test(the_parts_of_an_item_are_typed),
        cmocka_unit_test(a_roll_without_terms_has_the_defaults), cmocka_unit_test(a_shared_body_is_not_written_again),
        cmocka_unit_test(what_needs_no_change_wants_nothing),    cmocka_unit_test(texts_of_settings_are_kept_and_right),
        cmocka_unit_test(what_cannot_be_read_is_refused),        cmocka_unit_test(states_are_described_by_what_differs),
    };
    return cmocka_run_group_tests_name("plan_history", tests, NULL, NULL);
}
