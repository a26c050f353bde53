/* Creating: names that count, what a body asks for, and time stamps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clock/clock.h"
#include "resource/resource_create.h"

/* --- names ------------------------------------------------------------------------------------------- */

static void names_count(void **state)
{
    static const struct {
        const char *pattern;
        unsigned long number;
        const char *name;
    } rows[] = {
        {"web-{:03}", 1, "web-001"},       {"web-{:03}", 999, "web-999"},
        {"web-{:03}", 1000, "web-1000"},   {"web-{}", 1, "web-1"},
        {"web-{}", 12, "web-12"},          {"a{:02}-prod", 7, "a07-prod"},
        {"web-{:09}", 1, "web-000000001"}, {"{}", 3, "3"},
        {"web-{:01}", 0, "web-0"},         {"100%s-{:02}", 5, "100%s-05"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text name = {0};
        struct resource_pattern pattern;
        struct err e = ERR_INIT;
        assert_true(resource_pattern_read(rows[i].pattern, &pattern, &e));
        resource_pattern_name(&pattern, rows[i].number, &name);
        assert_string_equal(text_string(&name), rows[i].name);
    }
}

static void a_pattern_has_one_counter_of_known_form(void **state)
{
    static const struct {
        const char *pattern, *words;
    } rows[] = {
        {"web", "no counter"},      {"web-{", "no counter"},      {"web-}{", "no counter"},
        {"web-{:3}", "no counter"}, {"web-{:00}", "no counter"},  {"web-{:012}", "no counter"},
        {"web-{0}", "no counter"},  {"web-{:0x}", "no counter"},  {"web-{: 3}", "no counter"},
        {"{}-{}", "more than one"}, {"web-{}}", "more than one"}, {"", "no counter"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct resource_pattern pattern;
        struct err e = ERR_INIT;
        assert_false(resource_pattern_read(rows[i].pattern, &pattern, &e));
        assert_int_equal(e.code, ERR_USAGE);
        assert_non_null(strstr(e.message, rows[i].words));
    }
}

/* --- the body of a server that exists ------------------------------------------------------------------ */

/* JSON with ' for ". */
static json_t *quoted(const char *text)
{
    CLEANUP(text_free) struct text json = {0};

    for (; *text != '\0'; text++) {
        text_append_char(&json, *text == '\'' ? '"' : *text);
    }
    json_t *value = json_loads(text_string(&json), 0, NULL);
    assert_non_null(value);
    return value;
}

static void a_body_takes_what_an_odd_answer_has(void **state)
{
    static const struct {
        const struct resource_kind *kind;
        const char *answer, *initialization, *body;
        const char *note; /* or NULL: none */
    } rows[] = {
        {&resource_instance, "{}", NULL, "{}", NULL},
        {&resource_instance,
         "{'metadata_service': null, 'zone': null, 'image': {'id': 'i'}, 'profile': {'name': 'p', 'href': 'h'}}", NULL,
         "{'image': {'id': 'i'}, 'profile': {'name': 'p'}}", NULL},
        {&resource_instance,
         "{'image': {'id': 'i'}, 'metadata_service': {'enabled': true, 'protocol': null, 'newer': 1}, 'vcpu': "
         "{'percentage': 100}}",
         "{'keys': []}", "{'image': {'id': 'i'}, 'metadata_service': {'enabled': true}}", NULL},
        {&resource_instance,
         "{'image': {'id': 'i'}, 'vcpu': {'percentage': 50}, 'reservation_affinity': {'policy': 'manual', 'pool': "
         "[{'id': "
         "'r', 'name': 'n'}]}}",
         "{'keys': [{'id': 'k', 'name': 'n'}], 'default_trusted_profile': {'auto_link': false, 'target': {'id': 't', "
         "'crn': 'c'}}}",
         "{'image': {'id': 'i'}, 'vcpu': {'percentage': 50}, 'reservation_affinity': {'policy': 'manual', 'pool': "
         "[{'id': "
         "'r'}]}, 'keys': [{'id': 'k'}], 'default_trusted_profile': {'auto_link': false, 'target': {'id': 't'}}}",
         NULL},
        {&resource_instance, "{'boot_volume_attachment': {'volume': {'id': 'v', 'name': 'n'}}}", NULL,
         "{'boot_volume_attachment': {'volume': {'id': 'v'}}}", "only one server can have"},
        {&resource_instance, "{'image': {'id': 'i'}, 'catalog_offering': {'version': {'crn': 'c'}}}", NULL,
         "{'catalog_offering': {'version': {'crn': 'c'}}}", NULL},
        {&resource_instance, "{'image': {'id': 'i'}, 'volume_attachments': [{'id': 'a'}, {'id': 'b'}]}", NULL,
         "{'image': {'id': 'i'}}", "data volumes"},
        {&resource_instance,
         "{'image': {'id': 'i'}, 'primary_network_attachment': {'id': '1', 'name': 'eth0', 'subnet': {'id': 's'}}, "
         "'network_attachments': [{'id': '1', 'subnet': {'id': 's'}}, {'id': '2', 'subnet': {'id': 't'}}], "
         "'primary_network_interface': {'id': '1', 'subnet': {'id': 's'}}}",
         NULL,
         "{'image': {'id': 'i'}, 'primary_network_attachment': {'name': 'eth0', 'virtual_network_interface': "
         "{'subnet': "
         "{'id': 's'}}}, 'network_attachments': [{'virtual_network_interface': {'subnet': {'id': 't'}}}]}",
         NULL},
        {&resource_bare_metal,
         "{'bandwidth': 10000, 'primary_network_interface': {'id': '1', 'name': 'pci0', 'subnet': {'id': 's'}}, "
         "'network_interfaces': [{'id': '1'}, {'id': '2'}]}",
         "{'image': {'id': 'i'}, 'keys': []}",
         "{'bandwidth': 10000, 'primary_network_interface': {'name': 'pci0', 'subnet': {'id': 's'}}, 'initialization': "
         "{'image': {'id': 'i'}, 'keys': []}}",
         "interface_type"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text notes = {0};
        JSON_CLEANUP json_t *answer = quoted(rows[i].answer);
        JSON_CLEANUP json_t *initialization = rows[i].initialization != NULL ? quoted(rows[i].initialization) : NULL;
        JSON_CLEANUP json_t *wanted = quoted(rows[i].body);
        JSON_CLEANUP json_t *body = resource_server_body(rows[i].kind, answer, initialization, &notes);
        if (!json_equal(body, wanted) ||
            (rows[i].note != NULL ? strstr(text_string(&notes), rows[i].note) == NULL : notes.size > 0)) {
            fail_msg("row %zu: %s: %s", i, json_dumps(body, 0), text_string(&notes));
        }
    }
}

/* --- what a body asks for ------------------------------------------------------------------------------ */

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

static void assert_json(json_t *value, const char *expected)
{
    JSON_CLEANUP json_t *given = value;
    JSON_CLEANUP json_t *wanted = parse(expected);

    if (!json_equal(given, wanted)) {
        char *text = json_dumps(given, JSON_SORT_KEYS);
        fail_msg("%s instead of %s", text, expected);
    }
}

static void identities_count_however_they_are_written(void **state)
{
    static const struct {
        const char *body, *identity;
    } rows[] = {
        {"{\"profile\":{\"name\":\"bx2-2x8\"},\"zone\":{\"name\":\"eu-de-1\"},\"image\":{\"id\":\"r010-1\"}}",
         "{\"profile\":\"bx2-2x8\",\"zone\":\"eu-de-1\",\"image\":\"r010-1\"}"},
        {"{\"profile\":{\"href\":\"https://h/v1/instance/profiles/"
         "bx2-2x8\"},\"image\":{\"crn\":\"crn:v1:a:image:r010-1\"}}",
         "{\"profile\":\"bx2-2x8\",\"image\":\"r010-1\"}"},
        /* a reference of an answer: the id says more than the name */
        {"{\"vpc\":{\"crn\":\"crn:x:r010-9\",\"id\":\"r010-9\",\"name\":\"prod\",\"href\":\"https://h/v1/vpcs/"
         "r010-9\"}}",
         "{\"VPC\":\"r010-9\"}"},
        {"{\"boot_volume_attachment\":{\"volume\":{\"id\":\"r010-v\"}}}", "{\"boot volume\":\"r010-v\"}"},
        {"{\"boot_volume_attachment\":{\"volume\":{\"profile\":{\"name\":\"general-purpose\"},\"name\":\"boot\"}}}",
         "{}"},
        {"{\"catalog_offering\":{\"version\":{\"crn\":\"crn:v1:b::a/c:1:version:2/3\"}}}",
         "{\"catalog version\":\"2/3\"}"},
        {"{\"name\":\"web\",\"keys\":[]}", "{}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        JSON_CLEANUP json_t *body = parse(rows[i].body);
        assert_json(resource_identity(body), rows[i].identity);
    }
}

static void a_body_over_a_template_replaces_what_it_gives(void **state)
{
    JSON_CLEANUP json_t *source =
        parse("{\"id\":\"0717-1\",\"name\":\"tpl\",\"crn\":\"c\",\"href\":\"h\",\"created_at\":\"t\","
              "\"resource_group\":{\"id\":\"g\"},\"profile\":{\"name\":\"bx2-2x8\"},"
              "\"image\":{\"id\":\"i\"},\"metadata_service\":{\"enabled\":true}}");
    static const struct {
        const char *body, *effective;
    } rows[] = {
        {"{\"source_template\":{\"id\":\"0717-1\"}}",
         "{\"profile\":{\"name\":\"bx2-2x8\"},\"image\":{\"id\":\"i\"},\"metadata_service\":{\"enabled\":true}}"},
        {"{\"name\":\"w\",\"profile\":{\"name\":\"cx2\"},\"metadata_service\":{\"protocol\":\"https\"}}",
         "{\"name\":\"w\",\"profile\":{\"name\":\"cx2\"},\"image\":{\"id\":\"i\"},\"metadata_service\":{\"protocol\":"
         "\"https\"}}"},
        {"{\"catalog_offering\":{\"version\":{\"crn\":\"v\"}}}",
         "{\"profile\":{\"name\":\"bx2-2x8\"},\"catalog_offering\":{\"version\":{\"crn\":\"v\"}},"
         "\"metadata_service\":{\"enabled\":true}}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        JSON_CLEANUP json_t *body = parse(rows[i].body);
        assert_json(resource_over_template(source, body), rows[i].effective);
    }
}

static void metadata_over_a_template_is_said_whole(void **state)
{
    static const struct {
        const char *source, *body, *metadata;
    } rows[] = {
        {"{\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":2}}",
         "{\"metadata_service\":{\"response_hop_limit\":1}}",
         "{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":1}"},
        {"{\"metadata_service\":{\"enabled\":true}}", "{\"metadata_service\":{\"protocol\":\"https\"}}",
         "{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":1}"},
        {"{}", "{\"metadata_service\":{\"enabled\":true}}",
         "{\"enabled\":true,\"protocol\":\"http\",\"response_hop_limit\":1}"},
        /* nothing is said where nothing was asked for */
        {"{\"metadata_service\":{\"enabled\":true}}", "{}", "null"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        JSON_CLEANUP json_t *source = parse(rows[i].source);
        JSON_CLEANUP json_t *body = parse(rows[i].body);
        resource_complete_metadata(&resource_instance, body, source);
        json_t *metadata = json_object_get(body, "metadata_service");
        assert_json(metadata != NULL ? json_incref(metadata) : json_null(), rows[i].metadata);
    }
}

static void settings_are_read_from_their_place(void **state)
{
    JSON_CLEANUP json_t *server =
        parse("{\"metadata_service\":{\"enabled\":true},\"initialization\":{"
              "\"default_trusted_profile\":{\"auto_link\":false,\"target\":{\"crn\":\"crn:p\"}}}}");
    JSON_CLEANUP json_t *instance = parse("{\"default_trusted_profile\":{\"target\":{\"id\":\"Profile-1\"}},"
                                          "\"metadata_service\":{\"response_hop_limit\":3}}");
    struct resource_settings asked = resource_create_settings(&resource_bare_metal, server);

    (void)state;
    assert_int_equal(asked.given, RESOURCE_ENABLED | RESOURCE_TRUSTED_PROFILE | RESOURCE_AUTO_LINK);
    assert_true(asked.enabled);
    assert_false(asked.auto_link);
    assert_string_equal(asked.trusted_profile, "crn:p");
    asked = resource_create_settings(&resource_instance, instance);
    assert_int_equal(asked.given, RESOURCE_HOP_LIMIT | RESOURCE_TRUSTED_PROFILE);
    assert_string_equal(asked.trusted_profile, "Profile-1");
    assert_int_equal(asked.hop_limit, 3);
}

static void a_profile_is_the_same_by_id_and_by_crn(void **state)
{
    struct resource_settings by_id = {.given = RESOURCE_TRUSTED_PROFILE, .trusted_profile = "Profile-1"};
    struct resource_settings by_crn = {.given = RESOURCE_TRUSTED_PROFILE,
                                       .trusted_profile = "crn:v1:bluemix:public:iam-identity::a/1::profile:Profile-1"};
    struct resource_settings other = {.given = RESOURCE_TRUSTED_PROFILE, .trusted_profile = "Profile-2"};

    (void)state;
    assert_int_equal(resource_settings_diff(&by_id, &by_crn), 0);
    assert_int_equal(resource_settings_diff(&by_crn, &by_id), 0);
    assert_int_equal(resource_settings_diff(&by_crn, &other), RESOURCE_TRUSTED_PROFILE);
}

static void what_exists_once_is_named(void **state)
{
    static const struct {
        const char *body, *unique;
    } rows[] = {
        {"{\"name\":\"w\",\"zone\":{\"name\":\"z\"},\"keys\":[{\"id\":\"k\"}]}", ""},
        {"{\"boot_volume_attachment\":{\"name\":\"a\",\"volume\":{\"name\":\"b\",\"profile\":{\"name\":\"p\"},"
         "\"source_snapshot\":{\"id\":\"s\"}}}}",
         "boot_volume_attachment.volume.name"},
        {"{\"volume_attachments\":[{\"volume\":{\"id\":\"v\"}}]}", "volume_attachments.volume.id"},
        {"{\"primary_network_attachment\":{\"name\":\"eth0\",\"virtual_network_interface\":{\"name\":\"vni\","
         "\"subnet\":{\"id\":\"s\"},\"primary_ip\":{\"address\":\"10.0.0.4\"}}}}",
         "primary_network_attachment.virtual_network_interface.name, "
         "primary_network_attachment.virtual_network_interface.primary_ip.address"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text unique = {0};
        JSON_CLEANUP json_t *body = parse(rows[i].body);
        resource_append_unique(body, &unique);
        assert_string_equal(text_string(&unique), rows[i].unique);
    }
}

static void stamps_are_read_with_and_without_fractions(void **state)
{
    static const struct {
        const char *stamp;
        int64_t seconds;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-04-01T12:00:00Z", 1775044800},
        {"2026-04-01T12:00:00.123456Z", 1775044800},
        {"2026-04-01T12:00:00", -1},
        {"2026-04-01T12:00:00+02:00", -1},
        {"yesterday", -1},
        {"", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(clock_stamp_read(rows[i].stamp), rows[i].seconds);
    }
}

static void dates_are_days_of_the_calendar(void **state)
{
    static const struct {
        const char *date;
        int64_t begins_s; /* -1: there is no such day */
    } rows[] = {
        {"1970-01-01", 0},
        {"1970-01-02", 86400},
        {"2024-02-29", 1709164800},
        {"2026-11-28", 1795824000},
        {"9999-12-31", 253402214400},
        {"2026-02-29", -1},
        {"2026-02-31", -1},
        {"2026-13-01", -1},
        {"2026-00-10", -1},
        {"2026-11-00", -1},
        {"0000-01-01", -1},
        {"2026-11-2", -1},
        {"2026-11-28 ", -1},
        {"2026/11/28", -1},
        {"26-11-2800", -1},
        {"", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t begins_s = -1;
        assert_int_equal(clock_date_read(rows[i].date, &begins_s), rows[i].begins_s >= 0);
        assert_int_equal(begins_s, rows[i].begins_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_count),
        cmocka_unit_test(a_pattern_has_one_counter_of_known_form),
        cmocka_unit_test(identities_count_however_they_are_written),
        cmocka_unit_test(a_body_over_a_template_replaces_what_it_gives),
        cmocka_unit_test(metadata_over_a_template_is_said_whole),
        cmocka_unit_test(settings_are_read_from_their_place),
        cmocka_unit_test(a_profile_is_the_same_by_id_and_by_crn),
        cmocka_unit_test(what_exists_once_is_named),
        cmocka_unit_test(a_body_takes_what_an_odd_answer_has),
        cmocka_unit_test(stamps_are_read_with_and_without_fractions),
        cmocka_unit_test(dates_are_days_of_the_calendar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
