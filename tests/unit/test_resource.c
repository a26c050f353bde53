/* Room resource: which settings a kind takes, how states differ, where settings stand in bodies, what answers say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "resource/resource_list.h"

static struct resource_settings settings(unsigned given, bool enabled, const char *protocol, int hop_limit)
{
    return (struct resource_settings){.given = given, .enabled = enabled, .protocol = protocol, .hop_limit = hop_limit};
}

static void what_a_kind_cannot_take_is_refused_with_the_way_out(void **state)
{
    static const struct {
        const struct resource_kind *kind;
        unsigned given;
        bool patching;
        const char *words; /* in the message; NULL: allowed */
    } rows[] = {
        {&resource_instance, RESOURCE_METADATA_SETTINGS, true, NULL},
        {&resource_instance, RESOURCE_TRUSTED_PROFILE, true, "reinitialization"},
        {&resource_instance, RESOURCE_TRUSTED_PROFILE | RESOURCE_AUTO_LINK, false, NULL},
        {&resource_bare_metal, RESOURCE_ENABLED | RESOURCE_PROTOCOL, true, NULL},
        {&resource_bare_metal, RESOURCE_HOP_LIMIT, true, "no response hop limit"},
        {&resource_bare_metal, RESOURCE_HOP_LIMIT, false, "no response hop limit"},
        {&resource_template, RESOURCE_ENABLED, true, "immutable"},
        {&resource_template, RESOURCE_METADATA_SETTINGS, false, NULL},
        {&resource_group, RESOURCE_ENABLED, false, "template"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        struct resource_settings given = settings(rows[i].given, true, "https", 2);
        given.trusted_profile = "Profile-1";
        assert_int_equal(resource_settings_check(rows[i].kind, &given, rows[i].patching, &e), rows[i].words == NULL);
        if (rows[i].words != NULL) {
            assert_int_equal(e.code, ERR_USAGE);
            assert_non_null(strstr(e.message, rows[i].words));
        }
    }
}

static void hop_limits_out_of_range_are_refused(void **state)
{
    static const int bad[] = {0, -1, 65, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err e = ERR_INIT;
        struct resource_settings given = settings(RESOURCE_HOP_LIMIT, false, NULL, bad[i]);
        assert_false(resource_settings_check(&resource_instance, &given, true, &e));
        assert_non_null(strstr(e.message, "1..64"));
    }
}

static void only_what_was_asked_and_differs_is_a_difference(void **state)
{
    struct resource_settings found = settings(RESOURCE_METADATA_SETTINGS, false, "http", 1);
    struct resource_settings wanted = settings(RESOURCE_ENABLED | RESOURCE_HOP_LIMIT, true, "https", 1);

    (void)state;
    assert_int_equal(resource_settings_diff(&found, &wanted), RESOURCE_ENABLED);
    wanted.given |= RESOURCE_PROTOCOL;
    assert_int_equal(resource_settings_diff(&found, &wanted), RESOURCE_ENABLED | RESOURCE_PROTOCOL);
}

static void a_trusted_profile_is_the_same_by_id_and_by_crn(void **state)
{
    static const struct {
        const char *found, *wanted;
        bool same;
    } rows[] = {
        {"Profile-1", "Profile-1", true},
        {"Profile-1", "crn:v1:bluemix:public:iam-identity::a/1::profile:Profile-1", true},
        {"crn:v1:bluemix:public:iam-identity::a/1::profile:Profile-1", "Profile-1", true},
        {"Profile-1", "crn:v1:bluemix:public:iam-identity::a/1::profile:Profile-2", false},
        /* of two accounts */
        {"crn:v1:bluemix:public:iam-identity::a/2::profile:Profile-1",
         "crn:v1:bluemix:public:iam-identity::a/1::profile:Profile-1", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct resource_settings found = {.given = RESOURCE_TRUSTED_PROFILE, .trusted_profile = rows[i].found};
        struct resource_settings wanted = {.given = RESOURCE_TRUSTED_PROFILE, .trusted_profile = rows[i].wanted};
        assert_int_equal(resource_settings_diff(&found, &wanted) == 0, rows[i].same);
    }
}

static void a_patch_holds_what_was_asked_for_and_nothing_else(void **state)
{
    struct resource_settings wanted = settings(RESOURCE_METADATA_SETTINGS, true, "https", 2);
    CLEANUP(text_free) struct text out = {0};
    JSON_CLEANUP json_t *one = resource_patch_body(&wanted, RESOURCE_HOP_LIMIT);
    JSON_CLEANUP json_t *all = resource_patch_body(&wanted, RESOURCE_METADATA_SETTINGS);

    (void)state;
    json_print(&out, one, JSON_PRINT_COMPACT);
    assert_string_equal(text_string(&out), "{\"metadata_service\":{\"response_hop_limit\":2}}");
    text_clear(&out);
    json_print(&out, all, JSON_PRINT_COMPACT);
    assert_string_equal(text_string(&out),
                        "{\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":2}}");
}

static void settings_are_laid_where_the_kind_takes_them(void **state)
{
    static const struct {
        const struct resource_kind *kind;
        const char *body, *profile, *wanted;
    } rows[] = {
        {&resource_instance, "{\"name\":\"a\"}", "Profile-1",
         "{\"name\":\"a\",\"default_trusted_profile\":{\"target\":{\"id\":\"Profile-1\"},\"auto_link\":true}}"},
        {&resource_bare_metal, "{\"initialization\":{\"keys\":[]}}", "crn:v1:x:profile:Profile-1",
         "{\"initialization\":{\"keys\":[],\"default_trusted_profile\":{\"target\":{\"crn\":\"crn:v1:x:profile:Profile-"
         "1\"},"
         "\"auto_link\":true}}}"},
        {&resource_instance, "{\"default_trusted_profile\":{\"target\":{\"id\":\"P\"},\"auto_link\":false}}", NULL,
         "{\"default_trusted_profile\":{\"target\":{\"id\":\"P\"},\"auto_link\":false}}"},
        {&resource_template, "{\"default_trusted_profile\":{\"target\":{\"id\":\"P\"}}}", NULL,
         "{\"default_trusted_profile\":{\"target\":{\"id\":\"P\"},\"auto_link\":true}}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(text_free) struct text out = {0};
        JSON_CLEANUP json_t *body = json_loads(rows[i].body, 0, NULL);
        struct resource_settings given = {.given = rows[i].profile != NULL ? RESOURCE_TRUSTED_PROFILE : 0,
                                          .trusted_profile = rows[i].profile};
        assert_true(resource_overlay(rows[i].kind, body, &given, &e));
        json_print(&out, body, JSON_PRINT_COMPACT);
        assert_string_equal(text_string(&out), rows[i].wanted);
    }
}

static void auto_link_without_a_profile_is_refused(void **state)
{
    struct err e = ERR_INIT;
    JSON_CLEANUP json_t *body = json_object();
    struct resource_settings given = {.given = RESOURCE_AUTO_LINK, .auto_link = true};

    (void)state;
    assert_false(resource_overlay(&resource_instance, body, &given, &e));
    assert_non_null(strstr(e.message, "--trusted-profile"));
}

static void misplaced_members_of_bare_metal_are_moved_and_named(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(text_free) struct text moved = {0};
    CLEANUP(text_free) struct text out = {0};
    JSON_CLEANUP json_t *body = json_loads("{\"image\":{\"id\":\"i\"},\"keys\":[],\"name\":\"b\"}", 0, NULL);
    JSON_CLEANUP json_t *both =
        json_loads("{\"image\":{\"id\":\"i\"},\"initialization\":{\"image\":{\"id\":\"j\"}}}", 0, NULL);

    (void)state;
    assert_true(resource_relocate_misplaced(&resource_bare_metal, body, &moved, &e));
    assert_string_equal(text_string(&moved), "image, keys");
    json_print(&out, body, JSON_PRINT_COMPACT);
    assert_string_equal(text_string(&out),
                        "{\"name\":\"b\",\"initialization\":{\"image\":{\"id\":\"i\"},\"keys\":[]}}");
    assert_false(resource_relocate_misplaced(&resource_bare_metal, both, &moved, &e));
    assert_string_equal(e.place, "/image");
}

static void names_ids_and_crns_are_told_apart(void **state)
{
    static const struct {
        const char *word;
        enum resource_name_form form;
    } rows[] = {
        {"web-01", RESOURCE_BY_NAME},
        {"0717_e21b7391-2ca2-4ab5-84a8-b92157a633b0", RESOURCE_BY_ID},
        {"02b7-e6c2c7d8-ad57-4f38-a21c-a86265b6aeb2", RESOURCE_BY_ID},
        {"r010-7b3ac170-01f3-43d6-87ec-f0ed11ed3f60", RESOURCE_BY_ID},
        {"crn:v1:bluemix:public:is:eu-de-1:a/3f::instance:02b7_e2", RESOURCE_BY_CRN},
        {"r010-web", RESOURCE_BY_NAME},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(resource_name_form(rows[i].word), rows[i].form);
    }
    assert_string_equal(resource_crn_id(rows[4].word), "02b7_e2");
}

static void what_can_name_nothing_is_refused_before_anything_is_asked(void **state)
{
    static const struct {
        const char *word;
        bool good;
    } rows[] = {
        {"web-01", true},
        {"Web", false},
        {"web-", false},
        {"-web", false},
        {"web*", false},
        {"a/../b", false},
        {"", false},
        {"0717_e21b7391-2ca2-4ab5-84a8-b92157a633b0", true},
        {"0717_../x", false},
        {"0717_X", false},
        {"crn:v1:bluemix:public:is:eu-de-1:a/3f::instance:02b7_e2", true},
        {"crn:v1:bluemix", false},
        {"crn:v1:bluemix:public:is:eu-de-1:a/3f::instance:", false},
        {"a234567890123456789012345678901234567890123456789012345678901234", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        assert_int_equal(resource_check_target(rows[i].word, &e), rows[i].good);
        assert_int_equal(e.code, rows[i].good ? ERR_NONE : ERR_USAGE);
    }
}

static bool read_text(struct resource_list *list, struct resource *record, const char *json, struct err *e)
{
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    struct answer_node root;

    if (!answer_parse(parser, json, strlen(json), &root, e)) {
        return false;
    }
    resource_read(list, record, root);
    return true;
}

#define COMMON "\"id\":\"0717-1\",\"name\":\"n\",\"crn\":\"crn:v1:1\""

static void an_absent_block_of_a_template_reads_as_the_defaults(void **state)
{
    static const struct {
        const char *json;
        bool enabled;
        const char *protocol;
        int hop_limit;
        bool assumed;
    } rows[] = {
        {"{" COMMON "}", false, "http", 1, true},
        {"{" COMMON ",\"metadata_service\":{}}", false, "http", 1, false},
        {"{" COMMON ",\"metadata_service\":null}", false, "http", 1, true},
        {"{" COMMON ",\"metadata_service\":{\"enabled\":true}}", true, "http", 1, false},
        {"{" COMMON ",\"metadata_service\":{\"protocol\":\"https\",\"response_hop_limit\":3}}", false, "https", 3,
         false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        struct resource *record = resource_list_append(list, &resource_template, "eu-de");
        assert_true(read_text(list, record, rows[i].json, &e));
        assert_int_equal(record->settings.given, RESOURCE_METADATA_SETTINGS);
        assert_int_equal(record->settings.enabled, rows[i].enabled);
        assert_string_equal(record->settings.protocol, rows[i].protocol);
        assert_int_equal(record->settings.hop_limit, rows[i].hop_limit);
        assert_int_equal(record->settings_assumed, rows[i].assumed);
    }
}

#define WHOLE                                                                                       \
    "\"status\":\"running\",\"zone\":{\"name\":\"eu-de-1\"},\"vcpu\":{\"architecture\":\"amd64\"}," \
    "\"metadata_service\":{\"enabled\":true,"                                                       \
    "\"protocol\":\"https\",\"response_hop_limit\":2}"
#define SETTINGS(block) \
    "{" COMMON ",\"status\":\"running\",\"zone\":{\"name\":\"eu-de-1\"},\"vcpu\":{\"architecture\":\"amd64\"}" block "}"

static void a_record_that_lacks_something_is_read_as_far_as_it_goes(void **state)
{
    enum { ALL = RESOURCE_METADATA_SETTINGS };
    static const struct {
        const char *json;
        const char *odd; /* NULL: nothing is odd */
        unsigned given;
    } rows[] = {
        {"{" COMMON "," WHOLE "}", NULL, ALL},
        {"{" COMMON "," WHOLE ",\"vcpu\":{\"count\":2,\"architecture\":\"amd64\"},\"disks\":[]}", NULL, ALL},
        {"{" COMMON "," WHOLE ",\"gpu\":null,\"image\":null}", NULL, ALL},
        {SETTINGS(""), "metadata_service is absent", 0},
        {SETTINGS(",\"metadata_service\":null"), "metadata_service is null", 0},
        {SETTINGS(",\"metadata_service\":[]"), "metadata_service is an array, not an object", 0},
        {SETTINGS(",\"metadata_service\":{}"),
         "metadata_service.enabled is absent, metadata_service.protocol is absent, "
         "metadata_service.response_hop_limit is absent",
         0},
        {SETTINGS(",\"metadata_service\":{\"enabled\":true,\"protocol\":null,\"response_hop_limit\":\"2\"}"),
         "metadata_service.protocol is null, metadata_service.response_hop_limit is a string, not a number",
         RESOURCE_ENABLED},
        {SETTINGS(",\"metadata_service\":{\"enabled\":\"true\",\"protocol\":\"https\",\"response_hop_limit\":1.0}"),
         "metadata_service.enabled is a string, not a boolean", RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT},
        {"{" COMMON ",\"status\":\"running\",\"zone\":{\"name\":\"eu-de-1\"},\"metadata_service\":{\"enabled\":true,"
         "\"protocol\":\"https\",\"response_hop_limit\":2},\"vcpu\":null,\"vpc\":null,\"disks\":7,\"lifecycle_state\":"
         "7}",
         "lifecycle_state is a number, not a string, vpc is null, vcpu is null, disks is a number, not an array", ALL},
        {"{\"id\":\"0717-1\",\"name\":null,\"status\":null,\"zone\":{},\"metadata_service\":{\"enabled\":true,"
         "\"protocol\":\"https\",\"response_hop_limit\":2}}",
         "name is null, crn is absent, status is null, zone.name is absent, vcpu is absent", ALL},
        {"{\"name\":\"n\",\"crn\":\"c\"," WHOLE "}", "id is absent (at the root of the answer)", ALL},
        {"7", "it is a number, not an object (at the root of the answer)", 0},
        {"null", "it is null, not an object (at the root of the answer)", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        struct resource *record = resource_list_append(list, &resource_instance, "eu-de");
        assert_true(read_text(list, record, rows[i].json, &e));
        if (rows[i].odd == NULL) {
            assert_null(record->odd);
        } else {
            assert_string_equal(record->odd, rows[i].odd);
        }
        assert_int_equal(record->settings.given, rows[i].given);
        assert_int_equal(resource_check_whole(record, &e), rows[i].odd == NULL);
        assert_int_equal(e.code, rows[i].odd == NULL ? ERR_NONE : ERR_BAD_ANSWER);
    }
}

static void what_a_record_lacks_is_named_by_its_member(void **state)
{
    const struct resource record = {.odd = "vpc is null, metadata_service.enabled is a string, not a boolean"};
    const struct resource whole = {.odd = NULL};

    (void)state;
    assert_true(resource_lacks(&record, "vpc"));
    assert_true(resource_lacks(&record, "metadata_service"));
    assert_true(resource_lacks(&record, "metadata_service.enabled"));
    assert_false(resource_lacks(&record, "meta"));
    assert_false(resource_lacks(&record, "enabled"));
    assert_false(resource_lacks(&record, "zone"));
    assert_false(resource_lacks(&whole, "zone"));
}

static void a_record_that_is_read_again_keeps_what_it_is_and_forgets_what_it_lacks(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct resource *record = resource_list_append(list, &resource_instance, "eu-de");

    (void)state;
    assert_true(read_text(list, record, "{" COMMON "," WHOLE "}", &e));
    assert_true(read_text(list, record, "{\"status\":null}", &e));
    assert_string_equal(record->name, "n");
    assert_null(record->status);
    assert_null(record->zone);
    assert_int_equal(record->settings.given, 0);
    assert_true(read_text(list, record, "{" COMMON "," WHOLE "}", &e));
    assert_null(record->odd);
    assert_int_equal(record->settings.hop_limit, 2);
}

static void the_region_is_told_by_the_zone_when_it_is_not_known(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct resource *record = resource_list_append(list, &resource_instance, "");

    (void)state;
    assert_true(read_text(
        list, record,
        "{" COMMON ",\"status\":\"new_state\",\"zone\":{\"name\":\"eu-de-1\"},\"vcpu\":{\"architecture\":\"amd64\"},"
        "\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":64},\"unknown\":[]}",
        &e));
    assert_string_equal(record->region, "eu-de");
    assert_string_equal(record->status, "new_state");
    assert_string_equal(record->architecture, "amd64");
}

static void the_region_of_a_regional_resource_is_told_by_its_crn(void **state)
{
    static const struct {
        const char *crn, *region;
    } rows[] = {{"crn:v1:bluemix:public:is:eu-de:a/3f::instance-group:r010-1", "eu-de"},
                {"crn:v1:bluemix:public:is:us-south-2:a/3f::instance-group:r010-1", "us-south"},
                {"crn:v1", ""}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        CLEANUP(text_free) struct text json = {0};
        struct resource *record = resource_list_append(list, &resource_group, "");
        text_printf(&json,
                    "{\"id\":\"r010-1\",\"name\":\"g\",\"crn\":\"%s\",\"status\":\"healthy\",\"membership_count\":2,"
                    "\"instance_template\":{\"id\":\"t\"}}",
                    rows[i].crn);
        assert_true(read_text(list, record, text_string(&json), &e));
        assert_string_equal(record->region, rows[i].region);
    }
}

#define SERVER                                                                                               \
    COMMON ",\"status\":\"running\",\"zone\":{\"name\":\"eu-de-1\"},\"metadata_service\":{\"enabled\":true," \
           "\"protocol\":\"https\",\"response_hop_limit\":1}"

static void what_allowed_use_looks_at_is_kept_and_shared(void **state)
{
    static const char json[] =
        "{" SERVER ",\"boot_volume_attachment\":{\"volume\":{\"id\":\"r010-v\"}},\"image\":{\"id\":\"r010-i\"},"
        "\"enable_secure_boot\":true,\"disks\":[{\"id\":\"d\"}],\"vcpu\":{\"architecture\":\"amd64\",\"count\":24},"
        "\"gpu\":{\"count\":2,\"memory\":80,\"manufacturer\":\"nvidia\",\"model\":\"a100\"}}";
    struct err e = ERR_INIT;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(resource_list_release) struct resource_list *other = resource_list_create();
    struct resource *one = resource_list_append(list, &resource_instance, "");
    struct resource *two = resource_list_append(list, &resource_instance, "");
    struct resource *bare = resource_list_append(list, &resource_instance, "");

    (void)state;
    assert_true(read_text(list, one, json, &e) && read_text(list, two, json, &e));
    assert_true(read_text(list, bare, "{" SERVER "}", &e));
    assert_ptr_equal(one->hardware, two->hardware);
    assert_string_equal(one->boot_id, "r010-v");
    const struct resource_hardware wanted = {.image_id = "r010-i",
                                             .gpu_manufacturer = "nvidia",
                                             .gpu_model = "a100",
                                             .vcpu_count = 24,
                                             .gpu_count = 2,
                                             .gpu_memory = 80,
                                             .secure_boot = RESOURCE_ON};
    assert_true(resource_hardware_equal(one->hardware, &wanted));
    assert_true(resource_hardware_equal(bare->hardware, &(struct resource_hardware){0}));
    assert_null(bare->boot_id);
    const struct resource *adopted = resource_list_adopt(other, one);
    resource_list_release(&list);
    assert_true(resource_hardware_equal(adopted->hardware, &wanted));
    assert_string_equal(adopted->boot_id, "r010-v");
}

static void the_rule_of_a_boot_disk_is_told_by_the_server(void **state)
{
    static const struct {
        const char *members, *rule;
    } rows[] = {
        {"\"boot_target\":{\"id\":\"d2\"},\"disks\":[{\"id\":\"d1\",\"allowed_use\":{\"bare_metal_server\":\"one\"}},"
         "{\"id\":\"d2\",\"allowed_use\":{\"bare_metal_server\":\"two\",\"instance\":\"no\"}}]",
         "two"},
        {"\"disks\":[{\"id\":\"d2\",\"allowed_use\":{\"bare_metal_server\":\"two\"}}],\"boot_target\":{\"id\":\"d2\"}",
         "two"},
        {"\"boot_target\":{\"id\":\"d2\"},\"disks\":[{\"id\":\"d2\"}]", NULL},
        {"\"boot_target\":{\"id\":\"d3\"},\"disks\":[{\"id\":\"d2\",\"allowed_use\":{\"bare_metal_server\":\"two\"}}]",
         NULL},
        {"\"disks\":[{\"id\":\"d2\",\"allowed_use\":{\"bare_metal_server\":\"two\"}}]", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        CLEANUP(text_free) struct text json = {0};
        struct resource *record = resource_list_append(list, &resource_bare_metal, "");
        text_printf(&json, "{" SERVER ",%s}", rows[i].members);
        assert_true(read_text(list, record, text_string(&json), &e));
        assert_true((rows[i].rule == NULL) == (record->hardware->boot_rule == NULL));
        if (rows[i].rule != NULL) {
            assert_string_equal(record->hardware->boot_rule, rows[i].rule);
        }
    }
}

static void records_keep_their_place_while_the_list_grows(void **state)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct resource *first = resource_list_append(list, &resource_instance, "eu-de");

    (void)state;
    for (int i = 0; i < 5000; i++) {
        resource_list_append(list, &resource_instance, "eu-de");
    }
    assert_ptr_equal(first, resource_list_at(list, 0));
    assert_ptr_equal(first->region, resource_list_at(list, 4999)->region);
    assert_true(sizeof(struct resource) <= 300);
}

/* Strings are moved, not copied; what is shared afterwards is shared in the list that holds it. */
static void a_list_that_is_taken_lives_on_in_the_other(void **state)
{
    enum { LISTS = 3, RECORDS = 700 };
    CLEANUP(resource_list_release) struct resource_list *all = resource_list_create();
    char name[32];

    (void)state;
    for (size_t l = 0; l < LISTS; l++) {
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        for (int i = 0; i < RECORDS; i++) {
            int size = snprintf(name, sizeof(name), "server-%zu-%d", l, i);
            struct resource *record = resource_list_append(list, &resource_instance, "eu-de");
            record->name = resource_list_copy(list, name, (size_t)size);
            record->zone = resource_list_keep(list, i % 2 == 0 ? "eu-de-1" : "eu-de-2");
        }
        resource_list_take(all, list);
        assert_int_equal(resource_list_count(list), 0);
        (void)resource_list_keep(list, "eu-de-1"); /* the emptied list can be used again */
    }
    assert_int_equal(resource_list_count(all), LISTS * RECORDS);
    for (size_t i = 0; i < LISTS * RECORDS; i++) {
        const struct resource *record = resource_list_at(all, i);
        snprintf(name, sizeof(name), "server-%zu-%zu", i / RECORDS, i % RECORDS);
        assert_string_equal(record->name, name);
        assert_string_equal(record->zone, i % RECORDS % 2 == 0 ? "eu-de-1" : "eu-de-2");
    }
    resource_list_clear(all);
    assert_int_equal(resource_list_count(all), 0);
    assert_string_equal(resource_list_append(all, &resource_instance, "us-east")->region, "us-east");
}

static void a_kind_that_is_not_in_the_table_sorts_behind_those_that_are(void **state)
{
    static const struct resource_kind foreign = {.name = "foreign"};
    const struct resource_kind *const kinds[] = {&foreign, &resource_volume, &resource_bare_metal, &resource_instance};
    static const char *const ids[] = {"z", "a", "b", "c"};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        resource_list_append(list, kinds[i], "eu-de")->id = ids[i];
    }
    alarm(10); /* a look-up without an end fails instead of hanging */
    resource_list_sort(list);
    alarm(0);
    assert_ptr_equal(resource_list_at(list, 0)->kind, &resource_instance);
    assert_ptr_equal(resource_list_at(list, 1)->kind, &resource_bare_metal);
    assert_string_equal(resource_list_at(list, 2)->id, "a");
    assert_string_equal(resource_list_at(list, 3)->id, "z");
}

static void every_status_has_one_word(void **state)
{
    (void)state;
    for (int i = RESOURCE_STATUS_OTHER + 1; i < RESOURCE_STATUSES; i++) {
        assert_non_null(resource_status_words[i]);
        assert_int_equal(resource_status(resource_status_words[i]), i);
    }
    assert_int_equal(resource_status("running"), RESOURCE_STATUS_RUNNING);
    assert_int_equal(resource_status("stopping"), RESOURCE_STATUS_STOPPING);
    assert_int_equal(resource_status("hibernating"), RESOURCE_STATUS_OTHER);
    assert_int_equal(resource_status(""), RESOURCE_STATUS_OTHER);
    assert_int_equal(resource_status(NULL), RESOURCE_STATUS_OTHER);
}

/* A fleet of 50,000 is kept in memory: what every server costs beside its names is bounded. */
static void a_record_stays_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct resource) < 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_kind_cannot_take_is_refused_with_the_way_out),
        cmocka_unit_test(hop_limits_out_of_range_are_refused),
        cmocka_unit_test(only_what_was_asked_and_differs_is_a_difference),
        cmocka_unit_test(a_trusted_profile_is_the_same_by_id_and_by_crn),
        cmocka_unit_test(a_patch_holds_what_was_asked_for_and_nothing_else),
        cmocka_unit_test(settings_are_laid_where_the_kind_takes_them),
        cmocka_unit_test(auto_link_without_a_profile_is_refused),
        cmocka_unit_test(misplaced_members_of_bare_metal_are_moved_and_named),
        cmocka_unit_test(names_ids_and_crns_are_told_apart),
        cmocka_unit_test(what_can_name_nothing_is_refused_before_anything_is_asked),
        cmocka_unit_test(an_absent_block_of_a_template_reads_as_the_defaults),
        cmocka_unit_test(a_record_that_lacks_something_is_read_as_far_as_it_goes),
        cmocka_unit_test(what_a_record_lacks_is_named_by_its_member),
        cmocka_unit_test(a_record_that_is_read_again_keeps_what_it_is_and_forgets_what_it_lacks),
        cmocka_unit_test(the_region_is_told_by_the_zone_when_it_is_not_known),
        cmocka_unit_test(the_region_of_a_regional_resource_is_told_by_its_crn),
        cmocka_unit_test(what_allowed_use_looks_at_is_kept_and_shared),
        cmocka_unit_test(the_rule_of_a_boot_disk_is_told_by_the_server),
        cmocka_unit_test(records_keep_their_place_while_the_list_grows),
        cmocka_unit_test(a_list_that_is_taken_lives_on_in_the_other),
        cmocka_unit_test(a_kind_that_is_not_in_the_table_sorts_behind_those_that_are),
        cmocka_unit_test(every_status_has_one_word),
        cmocka_unit_test(a_record_stays_small),
    };

    return cmocka_run_group_tests_name("resource", tests, NULL, NULL);
}
