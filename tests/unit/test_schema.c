/* JSON Schema: every keyword by table, references, dialects, limits, errors at compile time, words of faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema_fixture.h"

/* --- verdicts ---------------------------------------------------------------------------------- */

static const struct {
    const char *schema, *valid, *invalid;
} verdicts[] = {
    {"true", "[null, 1, {}]", "[]"},
    {"false", "[]", "[null, 1, {}]"},
    {"{}", "[null, 1, {}]", "[]"},
    /* type */
    {"{\"type\":\"null\"}", "[null]", "[0, false, \"\", [], {}]"},
    {"{\"type\":\"boolean\"}", "[true, false]", "[0, null, \"true\"]"},
    {"{\"type\":\"integer\"}", "[1, -1, 1.0, 1e300, 12345678901234567890123]", "[1.5, \"1\", true]"},
    {"{\"type\":\"number\"}", "[1, 1.5, -0.0]", "[\"1\", null]"},
    {"{\"type\":[\"string\",\"null\"]}", "[\"\", null]", "[0, []]"},
    {"{\"type\":[\"integer\",\"array\"]}", "[2.0, []]", "[2.5, {}]"},
    /* const, enum */
    {"{\"const\":{\"a\":[1,null]}}", "[{\"a\":[1.0,null]}]", "[{\"a\":[1]}, {}, null]"},
    {"{\"const\":false}", "[false]", "[0, null, true]"},
    {"{\"const\":\"a\\u0000b\"}", "[\"a\\u0000b\"]", "[\"a\", \"ab\"]"},
    {"{\"enum\":[\"a\",1,[2],null]}", "[\"a\", 1.0, [2], null]", "[\"b\", 2, [], \"\", false]"},
    {"{\"enum\":[]}", "[]", "[null, 0]"},
    /* numbers */
    {"{\"minimum\":1.5}", "[1.5, 2, \"x\"]", "[1, 1.4]"},
    {"{\"maximum\":9007199254740992}", "[9007199254740992]", "[9007199254740993]"},
    {"{\"maximum\":9007199254740992.0}", "[9007199254740992]", "[9007199254740993]"},
    {"{\"exclusiveMinimum\":0,\"exclusiveMaximum\":3}", "[1, 2.99]", "[0, 3, 0.0]"},
    {"{\"maximum\":18446744073709551615}", "[18446744073709551600]", "[18446744073709560000]"},
    {"{\"multipleOf\":0.01}", "[19.99, 4.35, 0, 1e300, 7]", "[0.005, 19.995]"},
    {"{\"multipleOf\":3}", "[9, -3, 0, 6.0]", "[10, 1.5]"},
    {"{\"multipleOf\":1e-8}", "[12391239123, 1e-7]", "[1e-9]"},
    {"{\"multipleOf\":0.123456789}", "[0.246913578]", "[1e308]"},
    /* strings */
    {"{\"minLength\":2,\"maxLength\":2.0}", "[\"ab\", \"\\ud83d\\ude00\\u00e9\", 5]",
     "[\"a\", \"abc\", \"\\ud83d\\ude00\"]"},
    {"{\"pattern\":\"^a.c$\"}", "[\"abc\", \"a\\u00e9c\", 1]", "[\"abc\\n\", \"a\\nc\", \"xabc\"]"},
    {"{\"pattern\":\"b\"}", "[\"abc\"]", "[\"ac\"]"},
    /* arrays */
    {"{\"items\":{\"type\":\"integer\"}}", "[[], [1, 2], \"x\"]", "[[1, \"x\"]]"},
    {"{\"prefixItems\":[{\"const\":1},true],\"items\":false}", "[[], [1], [1, 2]]", "[[2], [1, 2, 3]]"},
    {"{\"minItems\":1,\"maxItems\":2}", "[[1], [1, 2], {}]", "[[], [1, 2, 3]]"},
    {"{\"uniqueItems\":true}", "[[1, true, \"1\", [1], {\"a\":1}], [0, false]]",
     "[[1, 1.0], [{\"a\":1,\"b\":2}, {\"b\":2,\"a\":1}]]"},
    {"{\"uniqueItems\":true}", "[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]]",
     "[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,2.0], [0,-0.0,2,3,4,5,6,7,8,9,10,11,12]]"},
    {"{\"uniqueItems\":false}", "[[1, 1]]", "[]"},
    {"{\"contains\":{\"const\":5}}", "[[5], [1, 5], {}]", "[[], [1]]"},
    {"{\"contains\":{\"const\":5},\"minContains\":2,\"maxContains\":3}", "[[5, 5], [5, 1, 5, 5]]",
     "[[5], [5, 5, 5, 5]]"},
    {"{\"contains\":{\"const\":5},\"minContains\":0}", "[[], [1]]", "[]"},
    {"{\"contains\":{\"const\":5},\"minContains\":0,\"maxContains\":0}", "[[1]]", "[[5]]"},
    {"{\"minContains\":2,\"maxContains\":1}", "[[], [1, 2]]", "[]"},
    /* objects */
    {"{\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":false}}", "[{}, {\"a\":1}, {\"c\":1}, []]",
     "[{\"a\":\"1\"}, {\"b\":1}]"},
    {"{\"required\":[\"a\",\"b\"]}", "[{\"a\":1,\"b\":null}, 5]", "[{\"a\":1}, {}]"},
    {"{\"patternProperties\":{\"^a\":{\"type\":\"integer\"},\"z$\":{\"maximum\":5}}}", "[{\"az\":5}, {\"b\":\"x\"}]",
     "[{\"az\":6}, {\"a\":\"x\"}]"},
    {"{\"properties\":{\"a\":true},\"patternProperties\":{\"^b\":true},\"additionalProperties\":false}",
     "[{\"a\":1,\"bb\":2}]", "[{\"c\":1}]"},
    {"{\"additionalProperties\":{\"type\":\"string\"}}", "[{\"a\":\"x\"}]", "[{\"a\":1}]"},
    {"{\"required\":[\"a\"],\"additionalProperties\":false}", "[]", "[{\"a\":1}]"},
    {"{\"propertyNames\":{\"maxLength\":2}}", "[{\"ab\":1}, {}]", "[{\"abc\":1}]"},
    {"{\"propertyNames\":false}", "[{}]", "[{\"a\":1}]"},
    {"{\"minProperties\":1,\"maxProperties\":2}", "[{\"a\":1}]", "[{}, {\"a\":1,\"b\":2,\"c\":3}]"},
    {"{\"dependentRequired\":{\"a\":[\"b\",\"c\"]}}", "[{}, {\"b\":1}, {\"a\":1,\"b\":1,\"c\":1}]",
     "[{\"a\":1}, {\"a\":1,\"b\":1}]"},
    {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", "[{}, {\"a\":1,\"b\":1}]", "[{\"a\":1}]"},
    /* applicators */
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":3}]}", "[2]", "[0, 4]"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":3}]}", "[\"a\", 3]", "[2]"},
    {"{\"oneOf\":[{\"multipleOf\":2},{\"multipleOf\":3}]}", "[2, 3]", "[6, 1]"},
    {"{\"not\":{\"type\":\"string\"}}", "[1]", "[\"a\"]"},
    {"{\"if\":{\"minimum\":5},\"then\":{\"maximum\":7},\"else\":{\"maximum\":3}}", "[6, 2]", "[8, 4]"},
    {"{\"if\":false,\"else\":{\"const\":1}}", "[1]", "[2]"},
    {"{\"then\":{\"const\":1},\"else\":{\"const\":2}}", "[3]", "[]"},
    /* unevaluated */
    {"{\"allOf\":[{\"properties\":{\"a\":true}}],\"unevaluatedProperties\":false}", "[{\"a\":1}, {}]", "[{\"b\":1}]"},
    {"{\"anyOf\":[{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]},{\"properties\":{\"b\":true}}],"
     "\"unevaluatedProperties\":false}",
     "[{\"a\":1,\"b\":1}, {\"b\":1}]", "[{\"a\":2,\"b\":1}, {\"c\":1}]"},
    {"{\"if\":{\"required\":[\"a\"],\"properties\":{\"a\":true}},\"then\":{\"properties\":{\"b\":true}},\"else\":{"
     "\"properties\":{\"c\":true}},\"unevaluatedProperties\":false}",
     "[{\"a\":1,\"b\":1}, {\"c\":1}]", "[{\"a\":1,\"c\":1}, {\"b\":1}]"},
    {"{\"dependentSchemas\":{\"a\":{\"properties\":{\"b\":true}}},\"properties\":{\"a\":true},"
     "\"unevaluatedProperties\":false}",
     "[{\"a\":1,\"b\":1}]", "[{\"b\":1}]"},
    {"{\"not\":{\"not\":{\"properties\":{\"a\":true}}},\"unevaluatedProperties\":false}", "[{}]", "[{\"a\":1}]"},
    {"{\"$ref\":\"#/$defs/"
     "x\",\"unevaluatedProperties\":{\"type\":\"integer\"},\"$defs\":{\"x\":{\"properties\":{\"a\":true}}}}",
     "[{\"a\":\"s\",\"b\":1}]", "[{\"b\":\"s\"}]"},
    {"{\"prefixItems\":[true],\"contains\":{\"type\":\"string\"},\"unevaluatedItems\":false}", "[[1, \"a\"], [\"a\"]]",
     "[[1, \"a\", 2]]"},
    {"{\"allOf\":[{\"prefixItems\":[true]},{\"prefixItems\":[true,true]}],\"unevaluatedItems\":{\"type\":\"null\"}}",
     "[[1, 2, null]]", "[[1, 2, 3]]"},
    {"{\"allOf\":[{\"unevaluatedProperties\":true}],\"unevaluatedProperties\":false}", "[{\"a\":1}]", "[]"},
    /* references */
    {"{\"$defs\":{\"a~/b%\":{\"type\":\"integer\"}},\"$ref\":\"#/$defs/a~0~1b%25\"}", "[1]", "[\"a\"]"},
    {"{\"$defs\":{\"x\":{\"$anchor\":\"here\",\"type\":\"integer\"}},\"items\":{\"$ref\":\"#here\"}}", "[[1]]",
     "[[\"a\"]]"},
    {"{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"additionalProperties\":false}", "[{\"next\":{\"next\":{}}}]",
     "[{\"next\":{\"nxt\":1}}]"},
    {"{\"$defs\":{\"x\":{\"$id\":\"inner\",\"$defs\":{\"y\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/"
     "y\"}},\"$ref\":\"inner\"}",
     "[null]", "[1]"},
    {"{\"$id\":\"urn:uuid:deadbeef-1234-ffff-ffff-4321feebdaed\",\"$defs\":{\"x\":{\"type\":\"null\"}},\"$ref\":\"urn:"
     "uuid:deadbeef-1234-ffff-ffff-4321feebdaed#/$defs/x\"}",
     "[null]", "[1]"},
    {"{\"allOf\":[true,{\"enum\":[{\"$id\":\"x\",\"$ref\":\"nowhere\"}]}]}", "[{\"$id\":\"x\",\"$ref\":\"nowhere\"}]",
     "[1]"},
    {"{\"$ref\":\"#/unknown/0\",\"unknown\":[{\"type\":\"null\"}]}", "[null]", "[1]"},
    {"{\"$id\":\"https://t.example/"
     "tree\",\"$dynamicAnchor\":\"node\",\"properties\":{\"c\":{\"items\":{\"$dynamicRef\":\"#node\"}}}}",
     "[{\"c\":[{\"x\":1}]}]", "[]"},
    {"{\"$id\":\"https://t.example/"
     "strict\",\"$dynamicAnchor\":\"node\",\"$ref\":\"tree\",\"unevaluatedProperties\":false,\"$defs\":{\"tree\":{\"$"
     "id\":\"tree\",\"$dynamicAnchor\":\"node\",\"properties\":{\"c\":{\"items\":{\"$dynamicRef\":\"#node\"}}}}}}",
     "[{\"c\":[{\"c\":[]}]}]", "[{\"c\":[{\"x\":1}]}, {\"x\":1}]"},
    {"{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "[{\"minimum\":5}, true]",
     "[{\"minimum\":\"5\"}, {\"type\":\"strng\"}, {\"required\":\"x\"}, 1]"},
    /* annotations say nothing */
    {"{\"title\":\"t\",\"description\":\"d\",\"default\":1,\"examples\":[1],\"deprecated\":true,\"readOnly\":true,"
     "\"writeOnly\":true,\"$comment\":\"c\",\"x-own\":[]}",
     "[\"x\"]", "[]"},
    {"{\"contentEncoding\":\"base64\",\"contentMediaType\":\"application/"
     "json\",\"contentSchema\":{\"type\":\"array\"}}",
     "[\"%\", \"e30=\"]", "[]"},
    {"{\"format\":\"ipv4\"}", "[\"not one\"]", "[]"},
};

static void test_keywords_accept_and_refuse(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
        const struct schema *schema = compiled(library, verdicts[i].schema);
        assert_verdicts(schema, verdicts[i].schema, verdicts[i].valid, SCHEMA_VALID);
        assert_verdicts(schema, verdicts[i].schema, verdicts[i].invalid, SCHEMA_INVALID);
        schema_library_destroy(library);
    }
}

/* --- format ------------------------------------------------------------------------------------ */

static const struct {
    const char *format, *valid, *invalid;
} formats[] = {
    {"date-time", "[\"2026-11-20T23:41:00Z\", \"2026-11-20t23:41:00.5+01:30\", \"1998-12-31T15:59:60.1-08:00\", 1]",
     "[\"2026-02-30T00:00:00Z\", \"2026-11-20 23:41:00Z\", \"2026-11-20T23:41:00\", \"2026-11-20T23:41:60Z\"]"},
    {"date", "[\"2024-02-29\", \"2000-02-29\"]",
     "[\"2023-02-29\", \"1900-02-29\", \"2026-13-01\", \"2026-1-01\", \"2026-11-31\"]"},
    {"time", "[\"23:59:60Z\", \"00:00:00.123+23:59\"]",
     "[\"24:00:00Z\", \"12:00:00\", \"12:00:00.Z\", \"12:00Z\", \"22:59:60Z\"]"},
    {"duration", "[\"P1Y2M3DT4H5M6S\", \"PT5M\", \"P3W\", \"P1D\"]",
     "[\"P\", \"PT\", \"P1\", \"P1YT\", \"P1W2D\", \"PT1D\", \"P1Y3D\", \"1D\"]"},
    {"email", "[\"a.b+c@example.com\", \"\\\"joe bloggs\\\"@example.com\", \"x@[127.0.0.1]\", \"x@[IPv6:::1]\"]",
     "[\"x\", \"@x\", \"a..b@x.org\", \".a@x.org\", \"a@-x.org\", \"a b@x.org\", \"x@[1.2.3]\"]"},
    {"hostname", "[\"a\", \"web-1.example.com\", \"xn--nxasmq6b\"]",
     "[\"\", \".a\", \"a.\", \"-a\", \"a-\", \"a_b\", \"ab--c\", "
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]"},
    {"ipv4", "[\"0.0.0.0\", \"255.255.255.255\"]",
     "[\"256.0.0.1\", \"1.2.3\", \"1.2.3.4.5\", \"01.2.3.4\", \"1.2.3.4 \", \"1..2.3\"]"},
    {"ipv6", "[\"::\", \"::1\", \"2001:db8::1\", \"1:2:3:4:5:6:7:8\", \"::ffff:192.0.2.1\", \"1::\"]",
     "[\"1:2:3:4:5:6:7\", \"1::2::3\", \"12345::\", \":1\", \"1:\", \"fe80::1%eth0\", \"::1.2.3\", "
     "\"1:2:3:4:5:6:7:8:9\", \"1:2:3:4:5:6:7::8\"]"},
    {"uri", "[\"https://a.example/b?c#d\", \"urn:x:y\", \"http://[::1]:80/\", \"mailto:a@b.c\"]",
     "[\"//a/b\", \"a/b\", \"http://a b\", \"http://[1::2\", \"http://a/%zz\", \"http://a:b/\", \"\\\\\\\\x\"]"},
    {"uri-reference", "[\"\", \"#a\", \"/a/b\", \"../x?y\"]", "[\"a b\", \"#a#b\", \"1:x\", \"%\"]"},
    {"uuid", "[\"2eb4e35a-4257-48f8-8239-da544d855655\", \"2EB4E35A-4257-48F8-8239-DA544D855655\"]",
     "[\"2eb4e35a425748f88239da544d855655\", \"2eb4e35a-4257-48f8-8239-da544d85565\", "
     "\"2eb4e35a-4257-48f8-8239-da544d85565g\"]"},
    {"json-pointer", "[\"\", \"/a~0b~1c\", \"/\"]", "[\"a\", \"/~\", \"/~2\"]"},
    {"relative-json-pointer", "[\"0\", \"1/a\", \"10#\"]", "[\"\", \"01\", \"-1\", \"0##\", \"/a\"]"},
    {"regex", "[\"^[a-z]+$\", \"(?<a>x)\\\\k<a>\"]", "[\"^(abc\", \"\\\\Z\", \"a**\"]"},
    {"no-such-format", "[\"anything\"]", "[]"},
};

static void test_formats_assert_when_asked_to(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct schema_library *library = schema_library_create(SCHEMA_ASSERT_FORMAT);
        CLEANUP(text_free) struct text text = {0};
        text_printf(&text, "{\"format\":\"%s\"}", formats[i].format);
        const struct schema *schema = compiled(library, text_string(&text));
        assert_verdicts(schema, text_string(&text), formats[i].valid, SCHEMA_VALID);
        assert_verdicts(schema, text_string(&text), formats[i].invalid, SCHEMA_INVALID);
        schema_library_destroy(library);
    }
}

/* --- errors at compile time -------------------------------------------------------------------- */

static const struct {
    const char *schema, *words;
} refusals[] = {
    {"{\"minimum\":\"5\"}", URI "#/minimum: must be a number, is \"5\""},
    {"{\"properties\":{\"a\":{\"maxLength\":-1}}}", URI "#/properties/a/maxLength: must be an integer of at least 0"},
    {"{\"properties\":{\"a\":{\"maxItems\":1.5}}}", "#/properties/a/maxItems"},
    {"{\"type\":\"strng\"}", "#/type: \"strng\" is not a type"},
    {"{\"required\":\"x\"}", "#/required: must be an array"},
    {"{\"required\":[1]}", "#/required"},
    {"{\"multipleOf\":0}", "#/multipleOf: must be more than 0"},
    {"{\"items\":[{}]}", "#/items: must be an object or true or false"},
    {"{\"allOf\":[]}", "#/allOf: must have at least 1 item"},
    {"{\"allOf\":[{\"not\":1}]}", "#/allOf/0/not"},
    {"{\"uniqueItems\":1}", "#/uniqueItems: must be true or false"},
    {"{\"$anchor\":\"#x\"}", "#/$anchor"},
    {"{\"$defs\":{\"unused\":{\"pattern\":5}}}", "#/$defs/unused/pattern"},
    {"{\"$defs\":{\"unused\":{\"minLength\":\"1\"}}}", "#/$defs/unused/minLength: must be an integer, is \"1\""},
    {"5", "a schema must be an object or a boolean"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}}}", "#/properties/a/$ref: \"#/$defs/b\" cannot be resolved"},
    {"{\"$ref\":\"other.json\"}", "no schema is known under https://test.example/other.json"},
    {"{\"$ref\":\"#nowhere\"}", "no anchor \"nowhere\""},
    {"{\"$ref\":\"#/title\",\"title\":\"t\"}", "is not a schema"},
    {"{\"$ref\":\"#/%zz\"}", "hex digits"},
    {"{\"pattern\":\"(\"}", "#/pattern: the regular expression ( cannot be used: it has a ( without )"},
    {"{\"patternProperties\":{\"[\":true}}", "#/patternProperties: the regular expression [ cannot be used"},
    {"{\"pattern\":\"(?<=a+)b\"}", "cannot be used"},
    {"{\"$ref\":\"#\"}", "refers to itself without going into the value"},
    {"{\"$defs\":{\"a\":{\"allOf\":[{\"$ref\":\"#/$defs/b\"}]},\"b\":{\"not\":{\"$ref\":\"#/$defs/"
     "a\"}}},\"items\":{\"$ref\":\"#/$defs/a\"}}",
     "refers to itself without going into the value"},
    {"{\"if\":{\"then\":true},\"then\":{\"$ref\":\"#\"}}", "refers to itself"},
    {"{\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}}", "refers to itself"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}", "only draft 2020-12"},
    {"{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\"}", "only draft 2020-12"},
    {"{\"$defs\":{\"x\":{\"$id\":\"x\",\"$schema\":\"http://json-schema.org/draft-04/schema#\"}}}",
     "only draft 2020-12"},
};

static void test_faults_of_schemas_are_errors_that_name_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
        json_t *root JSON_CLEANUP = parsed(refusals[i].schema);
        struct err e = ERR_INIT;
        schema_library_add(library, URI, root);
        assert_null(schema_compile(library, URI, &e));
        if (e.code != ERR_INVALID || strstr(e.message, refusals[i].words) == NULL) {
            fail_msg("%s: code %d, \"%s\" lacks \"%s\"", refusals[i].schema, e.code, e.message, refusals[i].words);
        }
        /* and it stays refused */
        struct err again = ERR_INIT;
        assert_null(schema_compile(library, URI, &again));
        assert_int_equal(again.code, ERR_INVALID);
        schema_library_destroy(library);
    }
}

static void test_a_refused_schema_does_not_spoil_the_library(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    json_t *bad JSON_CLEANUP = parsed("{\"items\":{\"$ref\":\"good\"},\"not\":{\"$ref\":\"nowhere\"}}");
    json_t *good JSON_CLEANUP = parsed("{\"type\":\"string\",\"items\":{\"type\":\"null\"}}");
    json_t *value JSON_CLEANUP = parsed("1");
    struct err e = ERR_INIT;
    (void)state;

    schema_library_add(library, "https://test.example/bad", bad);
    schema_library_add(library, "https://test.example/good", good);
    assert_null(schema_compile(library, "https://test.example/bad", &e));
    err_clear(&e);
    const struct schema *schema = schema_compile(library, "https://test.example/good", &e);
    assert_non_null(schema);
    assert_int_equal(schema_check(schema, value), SCHEMA_INVALID);
    assert_ptr_equal(schema_compile(library, "https://test.example/good#", &e), schema);
    schema_library_destroy(library);
}

static void test_unknown_uris_are_not_found(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    struct err e = ERR_INIT;
    (void)state;

    assert_null(schema_compile(library, "https://test.example/nothing", &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    err_clear(&e);
    assert_null(schema_compile_file(library, "/nowhere/schema.json", &e));
    assert_int_equal(e.code, ERR_USAGE);
    schema_library_destroy(library);
}

/* --- vocabularies ------------------------------------------------------------------------------ */

static const char metaschema[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":\"https://test.example/meta\","
    "\"$vocabulary\":{\"https://json-schema.org/draft/2020-12/vocab/core\":true,"
    "\"https://json-schema.org/draft/2020-12/vocab/applicator\":true,\"%s\":%s},"
    "\"$dynamicAnchor\":\"meta\",\"allOf\":[{\"$ref\":\"https://json-schema.org/draft/2020-12/meta/core\"}]}";

static const struct schema *with_vocabulary(struct schema_library *library, const char *vocabulary, const char *needed,
                                            struct err *e)
{
    CLEANUP(text_free) struct text text = {0};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    text_printf(&text, metaschema, vocabulary, needed);
#pragma GCC diagnostic pop
    json_t *meta JSON_CLEANUP = parsed(text_string(&text));
    json_t *root JSON_CLEANUP = parsed(
        "{\"$schema\":\"https://test.example/meta\",\"properties\":{\"a\":{\"format\":\"ipv4\",\"minLength\":3}}}");
    schema_library_add(library, "https://test.example/meta", meta);
    schema_library_add(library, URI, root);
    return schema_compile(library, URI, e);
}

static void test_a_metaschema_says_which_vocabularies_count(void **state)
{
    static const struct {
        const char *vocabulary, *needed, *invalid, *valid;
    } cases[] = {
        {"https://json-schema.org/draft/2020-12/vocab/validation", "true", "[{\"a\":\"x\"}]", "[{\"a\":\"not one\"}]"},
        {"https://json-schema.org/draft/2020-12/vocab/format-assertion", "true", "[{\"a\":\"x\"}]",
         "[{\"a\":\"1.2.3.4\"}]"},
        {"https://json-schema.org/draft/2020-12/vocab/format-assertion", "false", "[{\"a\":\"x\"}]",
         "[{\"a\":\"1.2.3.4\"}]"},
        {"https://json-schema.org/draft/2020-12/vocab/format-annotation", "true", "[]", "[{\"a\":\"x\"}]"},
        {"https://test.example/vocab/own", "false", "[]", "[{\"a\":\"x\"}]"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
        struct err e = ERR_INIT;
        const struct schema *schema = with_vocabulary(library, cases[i].vocabulary, cases[i].needed, &e);
        if (schema == NULL) {
            fail_msg("%s: %s", cases[i].vocabulary, e.message);
        }
        assert_verdicts(schema, cases[i].vocabulary, cases[i].valid, SCHEMA_VALID);
        assert_verdicts(schema, cases[i].vocabulary, cases[i].invalid, SCHEMA_INVALID);
        schema_library_destroy(library);
    }
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    struct err e = ERR_INIT;
    assert_null(with_vocabulary(library, "https://test.example/vocab/own", "true", &e));
    assert_non_null(strstr(e.message, "https://test.example/vocab/own"));
    schema_library_destroy(library);
}

/* --- files ------------------------------------------------------------------------------------- */

static void write_file(const char *folder, const char *name, const char *text)
{
    CLEANUP(text_free) struct text path = {0};

    text_printf(&path, "%s/%s", folder, name);
    FILE *file = fopen(text_string(&path), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void test_references_resolve_in_mapped_folders_and_beside_the_file(void **state)
{
    char folder[] = "/tmp/test_schema.XXXXXX";
    CLEANUP(text_free) struct text path = {0};
    struct err e = ERR_INIT;
    (void)state;

    assert_non_null(mkdtemp(folder));
    write_file(folder, "count.json", "{\"type\":\"integer\"}");
    write_file(folder, "main.json",
               "{\"properties\":{\"a\":{\"$ref\":\"count.json\"},\"b\":{\"$ref\":\"https://m.example/x/count\"}}}");
    write_file(folder, "up.json", "{\"$ref\":\"https://m.example/x/%2e%2e/up.json\"}");
    text_printf(&path, "%s/main.json", folder);
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    assert_true(schema_library_map(library, "https://m.example/", "/nowhere", SCHEMA_DEFAULT, &e) == false);
    assert_int_equal(e.code, ERR_USAGE);
    err_clear(&e);
    assert_false(schema_library_map(library, "no/uri", folder, SCHEMA_DEFAULT, &e));
    err_clear(&e);
    assert_true(schema_library_map(library, "https://m.example/x", folder, SCHEMA_DEFAULT, &e));
    const struct schema *schema = schema_compile_file(library, text_string(&path), &e);
    if (schema == NULL) {
        fail_msg("%s", e.message);
    }
    assert_verdicts(schema, "main.json", "[{\"a\":1,\"b\":2}]", SCHEMA_VALID);
    assert_verdicts(schema, "main.json", "[{\"a\":\"1\"}, {\"b\":\"2\"}]", SCHEMA_INVALID);
    assert_null(schema_compile(library, "https://m.example/x/up.json", &e));
    json_t *value JSON_CLEANUP = parsed("{\"a\":\"1\"}");
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    assert_int_equal(schema_explain(schema, value, &faults), SCHEMA_INVALID);
    assert_string_equal(faults.list[0].schema_place + strlen(folder), "/count.json#/type");
    schema_library_destroy(library);
    const char *const names[] = {"count.json", "main.json", "up.json"};
    for (size_t i = 0; i < 3; i++) {
        text_clear(&path);
        text_printf(&path, "%s/%s", folder, names[i]);
        unlink(text_string(&path));
    }
    rmdir(folder);
}

/* --- limits ------------------------------------------------------------------------------------ */

static void assert_undecided(const char *schema_text, const char *value_text, const char *words)
{
    struct schema_library *library = schema_library_create(SCHEMA_FEW_STEPS);
    const struct schema *schema = compiled(library, schema_text);
    json_t *value JSON_CLEANUP = parsed(value_text);
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};

    assert_int_equal(schema_check(schema, value), SCHEMA_UNDECIDED);
    assert_int_equal(schema_explain(schema, value, &faults), SCHEMA_UNDECIDED);
    assert_int_equal(faults.count, 1);
    if (strstr(faults.list[0].message, words) == NULL) {
        fail_msg("\"%s\" lacks \"%s\"", faults.list[0].message, words);
    }
    schema_library_destroy(library);
}

static void test_limits_make_the_verdict_undecided(void **state)
{
    CLEANUP(text_free) struct text value = {0};
    (void)state;

    text_append(&value, "[\"");
    text_append_repeat(&value, 'a', 300);
    text_append(&value, "b\"]");
    assert_undecided("{\"items\":{\"pattern\":\"^(a|aa)+$\"}}", text_string(&value), "regular expression ^(a|aa)+$");
    assert_undecided("{\"not\":{\"items\":{\"pattern\":\"^(a|aa)+$\"}}}", text_string(&value), "undecided");
    assert_undecided("{\"anyOf\":[{\"items\":{\"pattern\":\"^(a+)+$\"}},true]}", text_string(&value), "undecided");
    text_clear(&value);
    text_append_repeat(&value, '[', 40);
    text_append_repeat(&value, ']', 40);
    assert_undecided("{\"anyOf\":[{\"items\":{\"$ref\":\"#\"},\"minItems\":1},{\"items\":{\"$ref\":\"#\"},\"maxItems\":"
                     "1,\"minItems\":1}]}",
                     text_string(&value), "too many steps");
    assert_undecided("{\"$dynamicAnchor\":\"a\",\"$dynamicRef\":\"#a\"}", "1", "refers to itself");
}

static void test_long_strings_and_deep_values_are_decided(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    const struct schema *schema = compiled(
        library,
        "{\"pattern\":\"^(a|b)*$\",\"items\":{\"$ref\":\"#/$defs/x\"},\"$defs\":{\"x\":{\"allOf\":[{\"$ref\":\"" URI
        "\"}]}}}");
    CLEANUP(text_free) struct text value = {0};
    (void)state;

    text_append(&value, "[\"");
    text_append_repeat(&value, 'a', 200 * 1000);
    text_append(&value, "\"]");
    assert_verdicts(schema, "long", text_string(&value), SCHEMA_VALID);
    text_clear(&value);
    text_append_repeat(&value, '[', JSON_DEPTH_MAX);
    text_append_repeat(&value, ']', JSON_DEPTH_MAX);
    assert_verdicts(schema, "deep", text_string(&value), SCHEMA_VALID);
    schema_library_destroy(library);
}

static void test_deep_schemas_are_compiled(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    CLEANUP(text_free) struct text text = {0};
    (void)state;

    for (int i = 0; i < 900; i++) {
        text_append(&text, "{\"items\":");
    }
    text_append(&text, "{\"type\":\"null\"}");
    text_append_repeat(&text, '}', 900);
    const struct schema *schema = compiled(library, text_string(&text));
    assert_verdicts(schema, "deep", "[[[[]]], null]", SCHEMA_VALID);
    schema_library_destroy(library);
}

/* --- the embedded schemas ---------------------------------------------------------------------- */

static void test_embedded_schemas_are_strict_json_and_fit_the_metaschema(void **state)
{
    const struct schema_file *const lists[] = {schema_files, schema_metaschema_files};
    struct schema_library *library = schema_library_create(SCHEMA_ASSERT_FORMAT);
    struct err e = ERR_INIT;
    (void)state;

    const struct schema *schema = schema_compile(library, "https://json-schema.org/draft/2020-12/schema", &e);
    assert_non_null(schema);
    for (size_t i = 0; i < 2; i++) {
        for (const struct schema_file *file = lists[i]; file->name != NULL; file++) {
            CLEANUP(json_document_free) struct json_document document = {0};
            CLEANUP(schema_faults_free) struct schema_faults faults = {0};
            if (!json_parse(file->text, (size_t)(file->end - file->text), file->name, JSON_READ_STRICT, &document,
                            &e)) {
                fail_msg("%s: %s", e.place, e.message);
            }
            if (schema_explain(schema, document.root, &faults) != SCHEMA_VALID) {
                fail_msg("%s%s: %s", file->name, faults.list[0].instance, faults.list[0].message);
            }
        }
    }
    schema_library_destroy(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keywords_accept_and_refuse),
        cmocka_unit_test(test_formats_assert_when_asked_to),
        cmocka_unit_test(test_faults_of_schemas_are_errors_that_name_the_place),
        cmocka_unit_test(test_a_refused_schema_does_not_spoil_the_library),
        cmocka_unit_test(test_unknown_uris_are_not_found),
        cmocka_unit_test(test_a_metaschema_says_which_vocabularies_count),
        cmocka_unit_test(test_references_resolve_in_mapped_folders_and_beside_the_file),
        cmocka_unit_test(test_limits_make_the_verdict_undecided),
        cmocka_unit_test(test_long_strings_and_deep_values_are_decided),
        cmocka_unit_test(test_deep_schemas_are_compiled),
        cmocka_unit_test(test_embedded_schemas_are_strict_json_and_fit_the_metaschema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
