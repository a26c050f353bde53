/* What is said about faulty values: place, sentence, fix, in text and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "schema/schema.h"

#define URI "https://test.example/s.json"

static struct json_document document_of(const char *text)
{
    struct json_document document = {0};
    struct err e = ERR_INIT;

    if (!json_parse(text, strlen(text), "value.json", JSON_READ_STRICT, &document, &e)) {
        fail_msg("%s: %s", text, e.message);
    }
    return document;
}

/* The faults of the value, one a line. */
static void explain(const char *schema_text, const char *value_text, struct text *ret_lines)
{
    struct schema_library *library = schema_library_create(SCHEMA_ASSERT_FORMAT);
    CLEANUP(json_document_free) struct json_document source = document_of(schema_text);
    CLEANUP(json_document_free) struct json_document value = document_of(value_text);
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    struct err e = ERR_INIT;

    schema_library_add(library, URI, source.root);
    const struct schema *schema = schema_compile(library, URI, &e);
    if (schema == NULL) {
        fail_msg("%s: %s", schema_text, e.message);
    }
    assert_int_equal(schema_explain(schema, value.root, &faults), SCHEMA_INVALID);
    for (size_t i = 0; i < faults.count; i++) {
        schema_fault_print(ret_lines, &faults.list[i], NULL);
        text_append_char(ret_lines, '\n');
    }
    schema_library_destroy(library);
}

/* Lines are compared without the schema's URI, which would be in each. */
static const struct {
    const char *schema, *value, *lines;
} cases[] = {
    {"{\"type\":\"integer\",\"minimum\":1,\"maximum\":64}", "65",
     "/: must be in the range 1 to 64, is 65 (#/maximum)\n"},
    {"{\"minimum\":1}", "0", "/: must be at least 1, is 0 (#/minimum)\n"},
    {"{\"exclusiveMaximum\":3}", "3", "/: must be less than 3, is 3 (#/exclusiveMaximum)\n"},
    {"{\"multipleOf\":0.5}", "0.7", "/: must be a multiple of 0.5, is 0.7 (#/multipleOf)\n"},
    {"{\"type\":\"integer\"}", "\"2\"", "/: must be an integer, is \"2\"; write it without quotes (#/type)\n"},
    {"{\"type\":[\"string\",\"null\"]}", "{\"a\":1}",
     "/: must be a string or null, is an object with 1 member (#/type)\n"},
    {"{\"enum\":[\"http\",\"https\"]}", "\"htps\"",
     "/: must be one of \"http\", \"https\", is \"htps\"; did you mean \"https\"? (#/enum)\n"},
    {"{\"const\":\"tcp\"}", "\"udp\"", "/: must be \"tcp\", is \"udp\" (#/const)\n"},
    {"{\"enum\":[1,2]}", "\"x\"", "/: must be one of 1, 2, is \"x\" (#/enum)\n"},
    {"{\"minLength\":2}", "\"é\"", "/: must have at least 2 characters, has 1 (#/minLength)\n"},
    {"{\"maxLength\":3}", "\"abcd\"", "/: must have at most 3 characters, has 4 (#/maxLength)\n"},
    {"{\"pattern\":\"^[a-z]+$\"}", "\"A-1\"", "/: must match the pattern ^[a-z]+$, is \"A-1\" (#/pattern)\n"},
    {"{\"format\":\"ipv4\"}", "\"1.2.3\"",
     "/: must be of the format ipv4, is \"1.2.3\"; write it like 192.0.2.1 (#/format)\n"},
    {"{\"minItems\":1}", "[]", "/: must have at least 1 item, has 0 (#/minItems)\n"},
    {"{\"maxItems\":1}", "[1,2]", "/: must have at most 1 item, has 2 (#/maxItems)\n"},
    {"{\"uniqueItems\":true}", "[1,2,1.0]", "/2: equals item 0; items must differ (#/uniqueItems)\n"},
    {"{\"contains\":{\"const\":1}}", "[2,3]",
     "/: at least 1 of the items must fit the schema of contains, 0 of 2 do (#/contains)\n"},
    {"{\"contains\":{\"type\":\"string\"},\"maxContains\":1}", "[\"a\",\"b\"]",
     "/: at most 1 of the items may fit the schema of contains, 2 do (#/maxContains)\n"},
    {"{\"properties\":{\"capacity\":true,\"name\":true},\"required\":[\"capacity\"],\"additionalProperties\":false}",
     "{\"capcity\":1}", "/capcity: unknown property `capcity`; did you mean `capacity`? (#/additionalProperties)\n"},
    {"{\"properties\":{\"capacity\":true,\"name\":true},\"additionalProperties\":false}", "{\"nmae\":1}",
     "/nmae: unknown property `nmae`; did you mean `name`? (#/additionalProperties)\n"},
    {"{\"properties\":{\"capacity\":true,\"name\":true},\"additionalProperties\":false}", "{\"colour\":1}",
     "/colour: unknown property `colour`; remove it; also possible here: `capacity`, `name` "
     "(#/additionalProperties)\n"},
    {"{\"required\":[\"zone\"]}", "{}", "/: `zone` is missing (#/required)\n"},
    {"{\"properties\":{\"zone\":true},\"required\":[\"zone\"]}", "{\"zoen\":1}",
     "/: `zone` is missing; is it the one misspelt `zoen`? (#/required)\n"},
    {"{\"propertyNames\":{\"pattern\":\"^[a-z]+$\"}}", "{\"A1\":1}",
     "/A1: the name `A1` must match the pattern ^[a-z]+$, is \"A1\" (#/propertyNames/pattern)\n"},
    {"{\"dependentRequired\":{\"port_max\":[\"port_min\"]}}", "{\"port_max\":1}",
     "/: `port_min` is missing; `port_max` needs it; add `port_min` or remove `port_max` (#/dependentRequired)\n"},
    {"{\"minProperties\":1}", "{}", "/: must have at least 1 member, has 0 (#/minProperties)\n"},
    {"{\"properties\":{\"image\":false}}", "{\"image\":1}",
     "/image: `image` must not be given; remove it (#/properties/image)\n"},
    {"{\"prefixItems\":[true],\"items\":false}", "[1,2]", "/1: the schema allows no value here (#/items)\n"},
    {"false", "1", "/: the schema allows no value here (#)\n"},
    {"{\"not\":{\"required\":[\"a\"]}}", "{\"a\":1}", "/a: `a` must not be given here; remove it (#/not)\n"},
    {"{\"not\":{\"required\":[\"a\",\"b\"]}}", "{\"a\":1,\"b\":2}",
     "/a: `a` must not be given together with `b`; remove one of them (#/not)\n"},
    {"{\"not\":{\"type\":\"string\",\"title\":\"string\"}}", "\"x\"", "/: must not be a string, is \"x\" (#/not)\n"},
    {"{\"allOf\":[{\"properties\":{\"a\":true}}],\"unevaluatedProperties\":false}", "{\"b\":1}",
     "/b: unknown property `b`; remove it; also possible here: `a` (#/unevaluatedProperties)\n"},
    {"{\"prefixItems\":[true],\"unevaluatedItems\":false}", "[1,2]", "/1: one item too many (#/unevaluatedItems)\n"},
    {"{\"if\":{\"properties\":{\"kind\":{\"const\":\"a\"}}},\"then\":{\"required\":[\"x\"]}}", "{\"kind\":\"a\"}",
     "/: `x` is missing (#/then/required)\n"},
    {"{\"oneOf\":[{\"title\":\"by id\",\"required\":[\"id\"]},{\"title\":\"by crn\",\"required\":[\"crn\"]}]}",
     "{\"name\":1}", "/: needs exactly one of `id` (by id), `crn` (by crn) (#/oneOf)\n"},
    {"{\"oneOf\":[{\"title\":\"by id\",\"required\":[\"id\"]},{\"title\":\"by crn\",\"required\":[\"crn\"]}]}",
     "{\"id\":1,\"crn\":2}",
     "/: fits 2 alternatives at once (by id, by crn), exactly one is allowed; keep only one of `id`, `crn` "
     "(#/oneOf)\n"},
    {"{\"oneOf\":[{\"title\":\"by "
     "id\",\"properties\":{\"id\":true},\"required\":[\"id\"],\"additionalProperties\":false},{\"title\":\"by "
     "crn\",\"properties\":{\"crn\":true},\"required\":[\"crn\"],\"additionalProperties\":false}]}",
     "{\"id\":1,\"crn\":2}", "/: may have only one of `crn`, `id`; remove all but one of them (#/oneOf)\n"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}", "null",
     "/: must be a string or an integer, is null; leave it out instead of null (#/type)\n"},
    {"{\"anyOf\":[{\"type\":\"string\",\"minLength\":3},{\"type\":\"integer\"}]}", "\"ab\"",
     "/: must have at least 3 characters, has 2 (#/anyOf/0/minLength)\n"},
    {"{\"oneOf\":[{\"title\":\"TCP "
     "rule\",\"properties\":{\"protocol\":{\"const\":\"tcp\"},\"port\":{\"minimum\":1}},\"required\":[\"protocol\"]},{"
     "\"title\":\"ICMP "
     "rule\",\"properties\":{\"protocol\":{\"enum\":[\"icmp\",\"icmp6\"]}},\"required\":[\"protocol\"]}]}",
     "{\"protocol\":\"tpc\"}",
     "/protocol: must be one of \"tcp\", \"icmp\", \"icmp6\", is \"tpc\"; did you mean \"tcp\"? (#/oneOf)\n"},
    {"{\"oneOf\":[{\"title\":\"TCP "
     "rule\",\"properties\":{\"protocol\":{\"const\":\"tcp\"},\"port\":{\"minimum\":1}},\"required\":[\"protocol\"]},{"
     "\"title\":\"ICMP "
     "rule\",\"properties\":{\"protocol\":{\"enum\":[\"icmp\",\"icmp6\"]}},\"required\":[\"protocol\"]}]}",
     "{\"protocol\":\"tcp\",\"port\":0}",
     "/port: TCP rule: must be at least 1, is 0 (#/oneOf/0/properties/port/minimum)\n"},
    {"{\"oneOf\":[{\"title\":\"instance by "
     "image\",\"properties\":{\"image\":true,\"zone\":true,\"name\":true},\"required\":[\"image\",\"zone\"],"
     "\"additionalProperties\":false},{\"title\":\"instance by "
     "volume\",\"properties\":{\"volume\":true,\"zone\":true,\"name\":true},\"required\":[\"volume\",\"zone\"],"
     "\"additionalProperties\":false}]}",
     "{\"image\":1}", "/: instance by image: `zone` is missing (#/oneOf/0/required)\n"},
    {"{\"oneOf\":[{\"title\":\"instance by "
     "image\",\"properties\":{\"image\":true,\"zone\":true,\"name\":true},\"required\":[\"image\",\"zone\"],"
     "\"additionalProperties\":false},{\"title\":\"instance by "
     "volume\",\"properties\":{\"volume\":true,\"zone\":true,\"size\":true},\"required\":[\"volume\",\"zone\"],"
     "\"additionalProperties\":false}]}",
     "{\"image\":1,\"zone\":2,\"size\":3}",
     "/size: instance by image: unknown property `size`; remove it; it belongs to instance by volume "
     "(#/oneOf/0/additionalProperties)\n"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":{\"context\":true},"
     "\"additionalProperties\":false}]}",
     "{\"what\":1}", "/: must be a string or an object of `context`, is an object with 1 member (#/anyOf)\n"},
    /* one of each kind of limit, and lists that are cut */
    {"{\"maximum\":3}", "4", "/: must be at most 3, is 4 (#/maximum)\n"},
    {"{\"exclusiveMinimum\":3}", "3", "/: must be more than 3, is 3 (#/exclusiveMinimum)\n"},
    {"{\"minimum\":1,\"maximum\":9,\"exclusiveMaximum\":5}", "7",
     "/: must be less than 5, is 7 (#/exclusiveMaximum)\n"},
    {"{\"contains\":{\"const\":5},\"minContains\":2}", "[5,1]",
     "/: at least 2 of the items must fit the schema of contains, 1 of 2 do (#/minContains)\n"},
    {"{\"contains\":{\"title\":\"pet\",\"required\":[\"legs\"]}}", "[{},{}]",
     "/: at least 1 of the items must be a pet, 0 of 2 do (#/contains)\n"},
    {"{\"contains\":{\"minimum\":3}}", "[1]", "/0: must be at least 3, is 1 (#/contains/minimum)\n"},
    {"{\"contains\":{\"minimum\":3},\"maxContains\":1,\"minContains\":0}", "[3,4]",
     "/: at most 1 of the items may fit the schema of contains, 2 do (#/maxContains)\n"},
    {"{\"enum\":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]}", "20",
     "/: must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more, is 20 (#/enum)\n"},
    {"{\"enum\":[\"A\",\"b\"]}", "\"a\"", "/: must be one of \"A\", \"b\", is \"a\"; did you mean \"A\"? (#/enum)\n"},
    {"{\"const\":{\"a\":1}}", "[]", "/: must be an object with 1 member, is an array with 0 items (#/const)\n"},
    {"{\"properties\":{\"a\":true,\"b\":true,\"c\":true,\"d\":true,\"e\":true,\"f\":true,\"g\":true,\"h\":true,\"i\":"
     "true,\"j\":true},\"additionalProperties\":false}",
     "{\"zzz\":1}",
     "/zzz: unknown property `zzz`; remove it; also possible here: `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h` and 2 more "
     "(#/additionalProperties)\n"},
    {"{\"maxProperties\":1}", "{\"a\":1,\"b\":2}", "/: must have at most 1 member, has 2 (#/maxProperties)\n"},
    {"{\"not\":{\"minimum\":1}}", "1", "/: must not fit the schema {\"minimum\":1}, is 1 (#/not)\n"},
    {"{\"not\":{}}", "\"x\"", "/: must not fit the schema {}, is \"x\" (#/not)\n"},
    {"{\"allOf\":[{\"$ref\":\"#/$defs/x\"},{\"maximum\":9}],\"$defs\":{\"x\":{\"minimum\":3}}}", "1",
     "/: must be at least 3, is 1 (#/$defs/x/minimum)\n"},
    {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", "{\"a\":1}",
     "/: `b` is missing (#/dependentSchemas/a/required)\n"},
    {"{\"if\":{\"type\":\"string\"},\"else\":{\"minimum\":3}}", "1", "/: must be at least 3, is 1 (#/else/minimum)\n"},
    {"{\"unevaluatedItems\":{\"type\":\"null\"}}", "[1]", "/0: must be null, is 1 (#/unevaluatedItems/type)\n"},
    {"{\"unevaluatedProperties\":{\"type\":\"null\"}}", "{\"a\":1}",
     "/a: must be null, is 1 (#/unevaluatedProperties/type)\n"},
    {"{\"patternProperties\":{\"^x\":{\"type\":\"null\"}},\"additionalProperties\":{\"type\":\"string\"}}",
     "{\"xa\":1,\"b\":2}",
     "/xa: must be null, is 1 (#/patternProperties/^x/type)\n/b: must be a string, is 2 "
     "(#/additionalProperties/type)\n"},
    {"{\"anyOf\":[{\"title\":\"one\",\"minimum\":3,\"multipleOf\":2},{\"title\":\"two\",\"maximum\":-3,\"multipleOf\":"
     "5}]}",
     "1", "/: must be at least 3, is 1 (#/anyOf/0/minimum)\n/: must be a multiple of 2, is 1 (#/anyOf/0/multipleOf)\n"},
    {"{\"anyOf\":[{\"minimum\":3},{\"maximum\":-3}]}", "1", "/: must be at least 3, is 1 (#/anyOf/0/minimum)\n"},
    {"{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]},{\"required\":[\"c\"]}]}", "{}",
     "/: needs exactly one of `a`, `b`, `c` (#/oneOf)\n"},
    {"{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]},{\"required\":[\"c\"]},{\"required\":[\"d\"]},{"
     "\"required\":[\"e\"]},{\"required\":[\"f\"]},{\"required\":[\"g\"]},{\"required\":[\"h\"]},{\"required\":[\"i\"]}"
     ",{\"required\":[\"j\"]}]}",
     "{}", "/: needs exactly one of `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, ... (#/oneOf)\n"},
    {"{\"oneOf\":[{\"type\":\"string\"},{\"maxLength\":3},true]}", "\"ab\"",
     "/: fits 3 alternatives at once (alternative 1, alternative 2, alternative 3), exactly one is allowed "
     "(#/oneOf)\n"},
    {"{\"type\":[\"integer\",\"string\"]}", "1.5", "/: must be a string or an integer, is 1.5 (#/type)\n"},
    {"{\"type\":\"number\"}", "\"x\"", "/: must be a number, is \"x\" (#/type)\n"},
    {"{\"type\":[\"object\",\"array\",\"boolean\",\"null\"]}", "1",
     "/: must be an object or an array or true or false or null, is 1 (#/type)\n"},
    {"{\"properties\":{\"a~/b\":{\"type\":\"null\"}}}", "{\"a~/b\":1}",
     "/a~0~1b: must be null, is 1 (#/properties/a~0~1b/type)\n"},
    {"{\"required\":[\"a\",\"b\"]}", "{}", "/: `a` is missing (#/required)\n/: `b` is missing (#/required)\n"},
    {"{\"uniqueItems\":true}", "[{\"a\":1},{\"a\":1.0}]", "/1: equals item 0; items must differ (#/uniqueItems)\n"},
    {"{\"propertyNames\":{\"enum\":[\"left\",\"right\"]}}", "{\"lift\":1}",
     "/lift: the name `lift` must be one of \"left\", \"right\", is \"lift\"; did you mean \"left\"? "
     "(#/propertyNames/enum)\n"},
    {"{\"propertyNames\":false}", "{\"a\":1}", "/a: `a` must not be given; remove it (#/propertyNames)\n"},
    {"{\"format\":\"date\"}", "\"2026-02-30\"",
     "/: must be of the format date, is \"2026-02-30\"; write it like 2026-11-20 (#/format)\n"},
    {"{\"minLength\":1}", "\"\"", "/: must have at least 1 character, has 0 (#/minLength)\n"},
    {"{\"maxLength\":1}", "\"ab\"", "/: must have at most 1 character, has 2 (#/maxLength)\n"},
    {"{\"pattern\":\"^a\"}", "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
     "/: must match the pattern ^a, is \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... (#/pattern)\n"},
};

static void without_uri(const char *lines, struct text *ret_lines)
{
    for (const char *at = lines; *at != '\0';) {
        if (strncmp(at, URI, strlen(URI)) == 0) {
            at += strlen(URI);
        } else {
            text_append_char(ret_lines, *at++);
        }
    }
}

static void test_faults_have_place_limit_value_and_fix(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text lines = {0};
        CLEANUP(text_free) struct text shorter = {0};
        explain(cases[i].schema, cases[i].value, &lines);
        without_uri(text_string(&lines), &shorter);
        if (strcmp(text_string(&shorter), cases[i].lines) != 0) {
            fail_msg("%s: %s:\n%sinstead of\n%s", cases[i].schema, cases[i].value, text_string(&shorter),
                     cases[i].lines);
        }
    }
}

static void test_a_fault_has_line_and_column_of_its_value(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    CLEANUP(json_document_free)
    struct json_document source = document_of("{\"properties\":{\"a\":{\"items\":{\"minimum\":3}},\"b^\":{\"type\":"
                                              "\"null\"}},\"additionalProperties\":false}");
    CLEANUP(json_document_free)
    struct json_document value = document_of("{\n  \"a\": [5,\n    1],\n  \"c\": 1, \"b^\": 2\n}");
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    CLEANUP(text_free) struct text lines = {0};
    struct err e = ERR_INIT;
    (void)state;

    schema_library_add(library, URI, source.root);
    const struct schema *schema = schema_compile(library, URI, &e);
    assert_non_null(schema);
    assert_int_equal(schema_explain(schema, value.root, &faults), SCHEMA_INVALID);
    for (size_t i = 0; i < faults.count; i++) {
        schema_fault_print(&lines, &faults.list[i], &value);
        text_append_char(&lines, '\n');
    }
    assert_string_equal(text_string(&lines),
                        "value.json:4:3: /c: unknown property `c`; remove it (" URI "#/additionalProperties)\n"
                        "value.json:3:5: /a/1: must be at least 3, is 1 (" URI "#/properties/a/items/minimum)\n"
                        "value.json:4:17: /b^: must be null, is 2 (" URI "#/properties/b^/type)\n");
    json_t *unit JSON_CLEANUP = schema_fault_json(&faults.list[2], &value);
    json_t *want JSON_CLEANUP =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "keywordLocation", "/properties/b^/type",
                  "absoluteKeywordLocation", URI "#/properties/b%5E/type", "instanceLocation", "/b^", "error",
                  "must be null, is 2", "keyword", "type", "value", "2", "schema", URI "#/properties/b^/type", "line",
                  4, "column", 17);
    assert_true(json_equal(unit, want));
    json_t *placeless JSON_CLEANUP = schema_fault_json(&faults.list[2], NULL);
    assert_null(json_object_get(placeless, "line"));
    schema_library_destroy(library);
}

static void test_faults_are_capped_and_the_rest_is_counted(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    CLEANUP(json_document_free) struct json_document source = document_of("{\"items\":{\"type\":\"null\"}}");
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    json_t *value JSON_CLEANUP = json_array();
    struct err e = ERR_INIT;
    (void)state;

    for (int i = 0; i < 1000; i++) {
        json_array_append_new(value, json_integer(i));
    }
    schema_library_add(library, URI, source.root);
    assert_int_equal(schema_explain(schema_compile(library, URI, &e), value, &faults), SCHEMA_INVALID);
    assert_int_equal(faults.count, SCHEMA_FAULTS_MAX);
    assert_int_equal(faults.more, 900);
    schema_library_destroy(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_have_place_limit_value_and_fix),
        cmocka_unit_test(test_a_fault_has_line_and_column_of_its_value),
        cmocka_unit_test(test_faults_are_capped_and_the_rest_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
