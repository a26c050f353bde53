/* Records of copies, by table: walking JSON texts, what has changed over what was recorded, which kind a record is of. */
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vpcsim/fixtures/load_kind.h"
#include "vpcsim/store/copy.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct stretch stretch_of(const char *text)
{
    return (struct stretch){text, strlen(text)};
}

static void members_of_any_text_are_walked_within_it(void **state)
{
    static const struct {
        const char *text, *names;
        char end; /* where the walk ends; 0: behind the text */
    } rows[] = {
        {"{}", "", '}'},
        {"[]", "", ']'},
        {" { \"a\" : 1 , \"b\":[1,{\"c\":\"]\"}] } ", "a=1 b=[1,{\"c\":\"]\"}] ", '}'},
        {"{\"q\\\"\":\"x\\\\\",\"n\":null}", "q\\\"=\"x\\\\\" n=null ", '}'},
        {"[1, \"a,b\" ,{}]", "=1 =\"a,b\" ={} ", ']'},
        {"{\"a\":1", "a=1 ", 0},
        {"{\"a\":\"1", "a=\"1 ", 0},
        {"{\"a\":{\"b\":", "a={\"b\": ", 0},
        {"{\"a\"", "", 0},
        {"{\"a\":}", "", '}'},
        {"{,}", "", ','},
        {"12", "", '1'},
        {"", "", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(text_free) struct text seen = {0};
        struct member member;
        size_t at = 0;
        while (members_next(stretch_of(rows[i].text), &at, &member)) {
            text_append_size(&seen, member.name.at, member.name.size);
            text_append_char(&seen, '=');
            text_append_size(&seen, member.value.at, member.value.size);
            text_append_char(&seen, ' ');
        }
        assert_string_equal(text_string(&seen), rows[i].names);
        if (rows[i].end != '}' || rows[i].names[0] != '\0') {
            assert_true(at <= strlen(rows[i].text));
            assert_true(rows[i].end == 0 || rows[i].text[at] == rows[i].end || at == 0);
        }
    }
}

static void white_space_goes_from_between_tokens_only(void **state)
{
    CLEANUP(text_free) struct text out = {0};

    (void)state;
    members_compact(stretch_of(" {\n \"a b\" : [ 1.50 , \"c \\\" d\" ] }\n"), &out);
    assert_string_equal(text_string(&out), "{\"a b\":[1.50,\"c \\\" d\"]}");
}

static void what_has_changed_is_the_stores_and_the_rest_as_recorded(void **state)
{
    static const struct {
        const char *recorded, *own, *changed, *body, *expected;
    } rows[] = {
        {"{\"status\":\"odd\",\"x\":1}", "{\"status\":\"running\"}", "", NULL, "{\"status\":\"odd\",\"x\":1}"},
        {"{\"status\":\"odd\",\"x\":1.50}", "{\"status\":\"running\"}", "status", NULL,
         "{\"status\":\"running\",\"x\":1.50}"},
        /* what the store has no longer goes, what it has by now comes */
        {"{\"numa_count\":1,\"a\":2}", "{\"gpu\":{},\"b\":3}", "numa_count gpu", NULL, "{\"a\":2,\"gpu\":{}}"},
        {"{\"numa_count\":1}", "{}", "numa_count", NULL, "{}"},
        {"{}", "{\"status\":\"s\"}", "status", NULL, "{\"status\":\"s\"}"},
        /* a part of an object, and an object where nothing usable was recorded */
        {"{\"m\":{\"p\":\"ftp\",\"h\":9}}", "{\"m\":{\"p\":\"http\",\"h\":1,\"e\":true}}", "m.e", NULL,
         "{\"m\":{\"p\":\"ftp\",\"h\":9,\"e\":true}}"},
        {"{\"m\":null}", "{\"m\":{\"p\":\"http\"}}", "m.p", NULL, "{\"m\":{\"p\":\"http\"}}"},
        {"{\"a\":1}", "{\"m\":{\"p\":\"http\"}}", "m.p", NULL, "{\"a\":1,\"m\":{\"p\":\"http\"}}"},
        /* a name that ends like a changed one is not changed */
        {"{\"sub_status\":1,\"status\":2}", "{\"sub_status\":3,\"status\":4}", "status", NULL,
         "{\"sub_status\":1,\"status\":4}"},
        {"{\"name\":\"a\",\"metadata_service\":{\"enabled\":true,\"protocol\":\"x\"}}",
         "{\"name\":\"b\",\"metadata_service\":{\"enabled\":false,\"protocol\":\"http\"}}", "",
         "{\"metadata_service\":{\"enabled\":false}}",
         "{\"name\":\"a\",\"metadata_service\":{\"enabled\":false,\"protocol\":\"x\"}}"},
        {"{\"profile\":{\"name\":\"a\",\"href\":\"h\"}}", "{\"profile\":{\"name\":\"b\",\"href\":\"i\"}}", "",
         "{\"profile\":{\"name\":\"b\"}}", "{\"profile\":{\"name\":\"b\",\"href\":\"i\"}}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct entity entity = {.copy = copy_create(stretch_of(rows[i].recorded))};
        CLEANUP(text_free) struct text out = {0};
        json_t *body = rows[i].body != NULL ? json_loads(rows[i].body, 0, NULL) : NULL;
        text_append(&out, "before");
        copy_change(&entity, rows[i].changed);
        copy_change(&entity, rows[i].changed);
        copy_change_body(&entity, body);
        text_append(&out, rows[i].own);
        copy_overlay(&entity, strlen("before"), &out);
        assert_string_equal(text_string(&out) + strlen("before"), rows[i].expected);
        copy_free(entity.copy);
        json_decref(body);
    }
}

static void records_are_recognised_by_their_members(void **state)
{
    static const struct {
        const char *record;
        enum load_kind collection, kind;
        const char *region;
    } rows[] = {
        {"{\"crn\":\"crn:v1:bluemix:public:is:us-south-2:a/1::instance:x\"}", LOAD_KINDS, LOAD_INSTANCE, "us-south"},
        {"{\"crn\":\"crn:v1:bluemix:public:is:eu-de:a/1::instance-group:x\"}", LOAD_KINDS, LOAD_GROUP, "eu-de"},
        {"{\"crn\":\"crn:v1:bluemix:public:is:eu-de-1:a/1::bare-metal-server:x\"}", LOAD_KINDS, LOAD_BARE_METAL,
         "eu-de"},
        {"{\"resource_type\":\"vpc\",\"href\":\"https://jp-tok.iaas.cloud.ibm.com/v1/vpcs/1\"}", LOAD_KINDS, LOAD_VPC,
         "jp-tok"},
        {"{\"href\":\"https://eu-gb.private.iaas.cloud.ibm.com/v1/keys/1\",\"public_key\":\"k\"}", LOAD_KINDS, LOAD_KEY,
         "eu-gb"},
        {"{\"vcpu_architecture\":{},\"name\":\"a\"}", LOAD_KINDS, LOAD_INSTANCE_PROFILE, NULL},
        {"{\"cpu_architecture\":{},\"name\":\"a\"}", LOAD_KINDS, LOAD_BARE_METAL_PROFILE, NULL},
        {"{\"membership_count\":1}", LOAD_KINDS, LOAD_GROUP, NULL},
        {"{\"zone\":{\"name\":\"us-east-3\"},\"vcpu\":{}}", LOAD_KINDS, LOAD_INSTANCE, "us-east"},
        {"{\"zone\":{\"name\":\"us-east-3\"},\"primary_network_attachment\":{}}", LOAD_KINDS, LOAD_TEMPLATE, "us-east"},
        {"{\"kind\":\"bare-metal\",\"region\":\"br-sao\"}", LOAD_KINDS, LOAD_BARE_METAL, "br-sao"},
        {"{\"kind\":\"bare_metal_server\"}", LOAD_INSTANCE, LOAD_BARE_METAL, NULL},
        {"{\"name\":\"x\"}", LOAD_INSTANCE, LOAD_INSTANCE, NULL},
        {"{\"name\":\"x\"}", LOAD_KINDS, LOAD_KINDS, NULL},
        {"{\"kind\":\"moon\"}", LOAD_INSTANCE, LOAD_KINDS, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct load_facts facts;
        load_kind_facts(stretch_of(rows[i].record), &facts);
        char *region CLEANUP(text_free_pointer) = load_kind_region(&facts);
        assert_int_equal(load_kind_guess(&facts, rows[i].collection), rows[i].kind);
        assert_true(text_equal(region, rows[i].region));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_any_text_are_walked_within_it),
        cmocka_unit_test(white_space_goes_from_between_tokens_only),
        cmocka_unit_test(what_has_changed_is_the_stores_and_the_rest_as_recorded),
        cmocka_unit_test(records_are_recognised_by_their_members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
