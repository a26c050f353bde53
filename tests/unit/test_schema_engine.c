/* The parts of room schema by table: URIs, numbers, large objects and arrays, what a schema says about members, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/diagnose/schema_explain.h"
#include "schema/engine/schema_library.h"
#include "schema/engine/schema_number.h"
#include "schema/engine/schema_uri.h"
#include "schema_fixture.h"

/* --- URIs -------------------------------------------------------------------------------------- */

static const struct {
    const char *base, *reference, *resolved; /* NULL: refused */
} references[] = {
    /* RFC 3986 5.4.1 */
    {"http://a/b/c/d;p?q", "g:h", "g:h"},
    {"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
    {"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"},
    {"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
    {"http://a/b/c/d;p?q", "/g", "http://a/g"},
    {"http://a/b/c/d;p?q", "//g", "http://g"},
    {"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
    {"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"},
    {"http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"},
    {"http://a/b/c/d;p?q", "g#s", "http://a/b/c/g#s"},
    {"http://a/b/c/d;p?q", "g?y#s", "http://a/b/c/g?y#s"},
    {"http://a/b/c/d;p?q", ";x", "http://a/b/c/;x"},
    {"http://a/b/c/d;p?q", "g;x?y#s", "http://a/b/c/g;x?y#s"},
    {"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
    {"http://a/b/c/d;p?q", ".", "http://a/b/c/"},
    {"http://a/b/c/d;p?q", "./", "http://a/b/c/"},
    {"http://a/b/c/d;p?q", "..", "http://a/b/"},
    {"http://a/b/c/d;p?q", "../g", "http://a/b/g"},
    {"http://a/b/c/d;p?q", "../..", "http://a/"},
    {"http://a/b/c/d;p?q", "../../g", "http://a/g"},
    /* RFC 3986 5.4.2 */
    {"http://a/b/c/d;p?q", "../../../../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "/./g", "http://a/g"},
    {"http://a/b/c/d;p?q", "/../g", "http://a/g"},
    {"http://a/b/c/d;p?q", "g.", "http://a/b/c/g."},
    {"http://a/b/c/d;p?q", "..g", "http://a/b/c/..g"},
    {"http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"},
    {"http://a/b/c/d;p?q", "g/../h", "http://a/b/c/h"},
    {"http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"},
    {"http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"},
    {"http://a/b/c/d;p?q", "g#s/../x", "http://a/b/c/g#s/../x"},
    {"http://a/b/c/d;p?q", "http:g", "http:g"},
    /* bases of schemas */
    {"http://a", "b", "http://a/b"},
    {"http://a/b#old", "#new", "http://a/b#new"},
    {"file:///s/main.json", "count.json", "file:///s/count.json"},
    {"urn:uuid:deadbeef-1234-ffff-ffff-4321feebdaed", "#/$defs/x",
     "urn:uuid:deadbeef-1234-ffff-ffff-4321feebdaed#/$defs/x"},
    {"urn:a:b", "http://x/y", "http://x/y"},
    /* a fragment is no part of what is resolved, so any is copied */
    {"http://a/b", "c#/$defs/<A>|B", "http://a/c#/$defs/<A>|B"},
    {"http://a/b", "#/a b", "http://a/b#/a b"},
    {"http://a/b", "a b", NULL},
    {"http://a/b", "c%zz", NULL},
    {"http://a/b", "1:x", NULL},
    {"http://a/b", "http://[::1", NULL},
    {"no/scheme", "x", NULL},
    {"a b", "x", NULL},
};

static void test_references_are_resolved_as_rfc_3986_has_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
        CLEANUP(text_free) struct text uri = {0};
        bool good = schema_uri_resolve(references[i].base, references[i].reference, &uri);
        const char *resolved = good ? text_string(&uri) : NULL;
        if (!text_equal(resolved, references[i].resolved)) {
            fail_msg("%s at %s is %s", references[i].reference, references[i].base,
                     resolved != NULL ? resolved : "refused");
        }
    }
}

static void test_fragments_are_decoded(void **state)
{
    static const struct {
        const char *encoded, *decoded; /* NULL: refused */
    } cases[] = {
        {"", ""},      {"/a%20b", "/a b"}, {"%C3%A9", "\xc3\xa9"}, {"%2f", "/"}, {"a%", NULL},
        {"a%4", NULL}, {"%zz", NULL},      {"a%00b", NULL},        {"%25", "%"}, {"a+b", "a+b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text decoded = {0};
        bool good = schema_uri_decode(cases[i].encoded, strlen(cases[i].encoded), &decoded);
        assert_true(text_equal(good ? text_string(&decoded) : NULL, cases[i].decoded));
    }
}

/* --- numbers ----------------------------------------------------------------------------------- */

static void test_numbers_are_compared_exactly(void **state)
{
    static const struct {
        const char *less, *more;
    } ordered[] = {
        {"1", "2"},
        {"-2", "-1"},
        {"-1", "0"},
        {"1", "1.5"},
        {"-1.5", "-1"},
        {"0.1", "0.2"},
        {"9007199254740992.0", "9007199254740993"},
        {"9007199254740992", "9007199254740993"},
        {"9223372036854775807", "9223372036854775808.0"},
        {"9223372036854775807", "1e300"},
        {"-1e300", "-9223372036854775808"},
        {"-9223372036854775808", "-9223372036854775807"},
        {"1e300", "1e301"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ordered) / sizeof(ordered[0]); i++) {
        json_t *less JSON_CLEANUP = parsed(ordered[i].less);
        json_t *more JSON_CLEANUP = parsed(ordered[i].more);
        if (schema_number_compare(less, more) >= 0 || schema_number_compare(more, less) <= 0 ||
            schema_number_compare(less, less) != 0 || schema_number_compare(more, more) != 0) {
            fail_msg("%s and %s are out of order", ordered[i].less, ordered[i].more);
        }
    }
    json_t *integer JSON_CLEANUP = parsed("3"), *real JSON_CLEANUP = parsed("3.0");
    assert_int_equal(schema_number_compare(integer, real), 0);
    assert_int_equal(schema_number_compare(real, integer), 0);
}

static void test_multiples_are_those_of_the_written_digits(void **state)
{
    static const struct {
        const char *number, *divisor;
        bool multiple;
    } cases[] = {
        {"0", "7", true},
        {"-21", "7", true},
        {"22", "7", false},
        {"19.99", "0.01", true},
        {"19.995", "0.01", false},
        {"4.35", "0.01", true},
        {"1.1", "0.1", true},
        {"0.3", "0.1", true},
        {"1", "0.3", false},
        {"1e300", "7", false},
        {"1e300", "0.5", true},
        {"1e-300", "1e-301", true},
        {"1e-301", "1e-300", false},
        {"9223372036854775807", "0.1", true},
        {"9007199254740993", "2", false},
        {"9007199254740993", "2.0", false},
        {"123456789.12345678", "1e-8", true},
        {"123456789.12345678", "1e-7", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *number JSON_CLEANUP = parsed(cases[i].number);
        json_t *divisor JSON_CLEANUP = parsed(cases[i].divisor);
        if (schema_number_is_multiple(number, divisor) != cases[i].multiple) {
            fail_msg("%s and %s", cases[i].number, cases[i].divisor);
        }
    }
}

/* --- objects and arrays of any size ------------------------------------------------------------- */

/* {"m0":0,"m1":1, ...} with a member more. */
static json_t *object_of(size_t count, const char *name, int value)
{
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++) {
        CLEANUP(text_free) struct text member = {0};
        text_printf(&member, "m%zu", i);
        json_object_set_new(object, text_string(&member), json_integer((json_int_t)i));
    }
    json_object_set_new(object, name, json_integer(value));
    return object;
}

static void test_objects_of_any_size_have_the_same_verdict(void **state)
{
    static const struct {
        const char *schema, *name;
        int value;
        enum schema_verdict verdict;
    } cases[] = {
        {"{\"properties\":{\"last\":{\"maximum\":5}}}", "last", 5, SCHEMA_VALID},
        {"{\"properties\":{\"last\":{\"maximum\":5}}}", "last", 6, SCHEMA_INVALID},
        {"{\"required\":[\"m0\",\"last\"]}", "last", 0, SCHEMA_VALID},
        {"{\"required\":[\"m0\",\"last\"]}", "other", 0, SCHEMA_INVALID},
        {"{\"required\":[\"m0\",\"last\"],\"properties\":{\"last\":false,\"m0\":true}}", "last", 0, SCHEMA_INVALID},
        {"{\"patternProperties\":{\"^m\":{\"minimum\":0}},\"additionalProperties\":false}", "m", 0, SCHEMA_VALID},
        {"{\"patternProperties\":{\"^m\":{\"minimum\":0}},\"additionalProperties\":false}", "m", -1, SCHEMA_INVALID},
        {"{\"patternProperties\":{\"^m\":true},\"additionalProperties\":false}", "x", 0, SCHEMA_INVALID},
        {"{\"patternProperties\":{\"^m\":true},\"additionalProperties\":{\"const\":7}}", "x", 7, SCHEMA_VALID},
        {"{\"patternProperties\":{\"^m\":true},\"additionalProperties\":{\"const\":7}}", "x", 8, SCHEMA_INVALID},
        {"{\"patternProperties\":{\"^m\":true},\"unevaluatedProperties\":false}", "x", 0, SCHEMA_INVALID},
        {"{\"patternProperties\":{\"^m\":true},\"properties\":{\"x\":true},\"unevaluatedProperties\":false}", "x", 0,
         SCHEMA_VALID},
        {"{\"propertyNames\":{\"maxLength\":3}}", "x", 0, SCHEMA_VALID},
        {"{\"propertyNames\":{\"maxLength\":3}}", "four", 0, SCHEMA_INVALID},
        {"{\"propertyNames\":true}", "four", 0, SCHEMA_VALID},
    };
    static const size_t sizes[] = {1, SCHEMA_MEMBERS_MAX - 1, SCHEMA_MEMBERS_MAX, 100};
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
        const struct schema *schema = compiled(library, cases[i].schema);
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            json_t *value JSON_CLEANUP = object_of(sizes[k], cases[i].name, cases[i].value);
            CLEANUP(schema_faults_free) struct schema_faults faults = {0};
            if (schema_check(schema, value) != cases[i].verdict ||
                schema_explain(schema, value, &faults) != cases[i].verdict ||
                (faults.count == 1) != (cases[i].verdict == SCHEMA_INVALID)) {
                fail_msg("%s with %zu members", cases[i].schema, sizes[k]);
            }
        }
        schema_library_destroy(library);
    }
}

static void test_many_properties_are_all_found(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    CLEANUP(text_free) struct text text = {0};
    struct err e = ERR_INIT;
    (void)state;

    text_append(&text, "{\"additionalProperties\":false,\"required\":[\"p7\",\"p1999\"],\"properties\":{");
    for (int i = 0; i < 2000; i++) {
        text_printf(&text, "%s\"p%d\":{\"const\":%d}", i > 0 ? "," : "", i, i);
    }
    text_append(&text, "}}");
    const struct schema *schema = compiled(library, text_string(&text));
    for (int i = 0; i < 2000; i++) {
        CLEANUP(text_free) struct text name = {0};
        text_printf(&name, "p%d", i);
        json_t *value JSON_CLEANUP = json_build("{s:i, s:i}", "p7", 7, "p1999", 1999);
        json_object_set_new(value, text_string(&name), json_integer(i));
        assert_int_equal(schema_check(schema, value), SCHEMA_VALID);
        json_object_set_new(value, text_string(&name), json_integer(i + 1));
        assert_int_equal(schema_check(schema, value), SCHEMA_INVALID);
    }
    assert_int_equal(e.code, ERR_NONE);
    assert_verdicts(schema, "2000 properties", "[{}, {\"p7\":7}, {\"p7\":7,\"p1999\":1999,\"p2000\":1}]",
                    SCHEMA_INVALID);
    schema_library_destroy(library);
}

static void test_equal_items_are_found_in_arrays_of_any_length(void **state)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } pairs[] = {
        {"{\"a\":1,\"b\":[true,null]}", "{\"b\":[true,null],\"a\":1.0}", true},
        {"{\"a\":1}", "{\"a\":2}", false},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"[1,2]", "[2,1]", false},
        {"[1,[2]]", "[1,[2.0]]", true},
        {"\"x\"", "\"x\"", true},
        {"\"1\"", "1", false},
        {"0", "-0.0", true},
        {"null", "false", false},
        {"true", "true", true},
        {"{}", "[]", false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        for (size_t between = 0; between < 40; between += 13) {
            CLEANUP(text_free) struct text text = {0};
            text_printf(&text, "[\"first\",%s", pairs[i].a);
            for (size_t k = 0; k < between; k++) {
                text_printf(&text, ",\"between %zu\"", k);
            }
            text_printf(&text, ",%s,\"last\"]", pairs[i].b);
            json_t *array JSON_CLEANUP = parsed(text_string(&text));
            size_t first = 0;
            size_t second = 0;
            if (schema_is_unique(array, &first, &second) == pairs[i].equal ||
                (pairs[i].equal && (first != 1 || second != 2 + between))) {
                fail_msg("%s: items %zu and %zu", text_string(&text), first, second);
            }
        }
    }
}

/* --- what a schema says about members ------------------------------------------------------------ */

static void test_members_are_known_through_all_that_applies_to_the_same_value(void **state)
{
    static const char text[] =
        "{\"title\":\"\",\"properties\":{\"own\":true,\"never\":false},\"required\":[\"own\"],"
        "\"allOf\":[{\"$ref\":\"#/$defs/"
        "base\"}],\"anyOf\":[{\"properties\":{\"maybe\":{\"const\":1}},\"required\":[\"maybe\"]}],"
        "\"not\":{\"properties\":{\"refused\":true}},\"items\":{\"properties\":{\"deeper\":true}},"
        "\"$defs\":{\"base\":{\"title\":\"the "
        "base\",\"properties\":{\"kind\":{\"allOf\":[{\"enum\":[1,\"b\"]}]}},\"required\":[\"kind\"]}}}";
    static const struct {
        const char *name;
        bool known, required, choices;
    } members[] = {
        {"own", true, true, false},      {"never", false, false, false},   {"kind", true, true, true},
        {"maybe", true, false, false},   {"refused", false, false, false}, {"deeper", false, false, false},
        {"absent", false, false, false},
    };
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    const struct schema *schema = compiled(library, text);
    const char *names[8];
    (void)state;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (schema_knows_member(schema, members[i].name) != members[i].known ||
            schema_requires_member(schema, members[i].name) != members[i].required ||
            (schema_member_choices(schema, members[i].name) != NULL) != members[i].choices) {
            fail_msg("%s", members[i].name);
        }
    }
    size_t count = schema_known_members(schema, names, 8);
    assert_int_equal(count, 3);
    assert_string_equal(names[0], "own");
    assert_int_equal(schema_known_members(schema, names, 2), 2);
    assert_string_equal(schema_known_title(schema), "");
    struct err e = ERR_INIT;
    const struct schema *reference = schema_compile(library, URI "#/allOf/0", &e);
    assert_non_null(reference);
    assert_string_equal(schema_known_title(reference), "the base");
    schema_library_destroy(library);
}

/* --- errors and limits -------------------------------------------------------------------------- */

static void test_references_and_ids_that_are_none_are_refused(void **state)
{
    static const struct {
        const char *schema, *words;
    } cases[] = {
        {"{\"$ref\":\"a b.json\"}", "#/$ref: \"a b.json\" cannot be resolved: it is no URI reference"},
        {"{\"$id\":\"a b\"}", "#/$id: \"a b\" is no URI reference"},
        {"{\"$defs\":{\"x\":{\"$id\":\"http://[\"}}}", "#/$defs/x/$id: \"http://[\" is no URI reference"},
        {"{\"$ref\":\"#/$defs/a~2\",\"$defs\":{\"a~2\":true}}", "there is nothing at that pointer"},
        {"{\"$ref\":\"#/allOf/01\",\"allOf\":[true,true]}", "there is nothing at that pointer"},
        {"{\"dependentRequired\":{\"a\":[1]}}", "#/dependentRequired: `a` must be an array of strings"},
        {"{\"dependentSchemas\":{\"a\":1}}", "#/dependentSchemas/a: a schema must be an object or a boolean"},
        {"{\"required\":[\"a\",1],\"properties\":{\"a\":true}}", "#/required: must be an array of strings"},
        {"{\"properties\":{\"a\":1},\"required\":[]}", "#/properties/a: a schema must be an object or a boolean"},
        {"{\"$schema\":\"https://test.example/schema\"}", "is not understood"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
        json_t *root JSON_CLEANUP = parsed(cases[i].schema);
        struct err e = ERR_INIT;
        schema_library_add(library, URI, root);
        assert_null(schema_compile(library, URI, &e));
        if (e.code != ERR_INVALID || strstr(e.message, cases[i].words) == NULL) {
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].schema, e.message, cases[i].words);
        }
        schema_library_destroy(library);
    }
}

static void test_a_metaschema_without_vocabulary_has_those_of_its_own_metaschema(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    json_t *meta JSON_CLEANUP = parsed("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"}");
    (void)state;

    schema_library_add(library, "https://test.example/meta", meta);
    const struct schema *schema = compiled(
        library, "{\"$schema\":\"https://test.example/meta#\",\"$defs\":{\"inner\":{\"$id\":\"inner\",\"minimum\":3}},"
                 "\"$ref\":\"inner\"}");
    assert_verdicts(schema, "inherited", "[3]", SCHEMA_VALID);
    assert_verdicts(schema, "inherited", "[2]", SCHEMA_INVALID);
    schema_library_destroy(library);
}

/* The pattern repeated, between `open` and `close`, is refused for this reason. */
static void assert_refused(const char *open, const char *repeated, size_t count, const char *close, const char *words)
{
    CLEANUP(text_free) struct text pattern = {0};
    CLEANUP(text_free) struct text reason = {0};

    text_append(&pattern, open);
    for (size_t i = 0; i < count; i++) {
        text_append(&pattern, repeated);
    }
    text_append(&pattern, close);
    struct schema_pattern *made = schema_pattern_create(text_string(&pattern), pattern.size, &reason);
    if (made != NULL || strstr(text_string(&reason), words) == NULL) {
        fail_msg("%.40s: \"%s\" lacks \"%s\"", text_string(&pattern), text_string(&reason), words);
    }
}

static void test_patterns_beyond_the_limits_are_refused(void **state)
{
    (void)state;
    assert_refused("", "(a)", 1000, "", "has more than 999 groups");
    assert_refused("", "(?:", 201, "", "nests more than 200 groups");
    assert_refused("", "a", SCHEMA_PATTERN_SIZE_MAX + 1, "", "has more than 65536 bytes");
    assert_refused("[\\", "", 0, "", "ends in a backslash");
    assert_refused("\\p{A-B}", "", 0, "", "has a property name that ECMA-262 does not know");
    assert_refused("(?<a-b>x)", "", 0, "", "has a group name that is not an identifier");
}

static void test_a_limit_of_pattern_properties_is_undecided(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_FEW_STEPS);
    const struct schema *schema = compiled(library, "{\"patternProperties\":{\"^(a|aa)+$\":true}}");
    CLEANUP(text_free) struct text name = {0};
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    (void)state;

    text_append_repeat(&name, 'a', 300);
    text_append_char(&name, 'b');
    json_t *value JSON_CLEANUP = json_build("{s:i}", text_string(&name), 1);
    assert_int_equal(schema_check(schema, value), SCHEMA_UNDECIDED);
    assert_int_equal(schema_explain(schema, value, &faults), SCHEMA_UNDECIDED);
    assert_int_equal(faults.count, 1);
    assert_non_null(strstr(faults.list[0].message, "takes too long"));
    schema_library_destroy(library);
}

/* --- sources ------------------------------------------------------------------------------------ */

static const struct schema_file files[] = {
    {.name = "good.json", .text = "{\"const\":1}", .end = NULL},
    {.name = NULL},
};

static void test_embedded_files_are_found_by_their_uri(void **state)
{
    static const struct {
        const char *uri;
        enum err_code code;
    } cases[] = {
        {"https://e.example/f/good.json", ERR_NONE},         {"https://e.example/f/good", ERR_NONE},
        {"https://e.example/f/go%6fd.json", ERR_NONE},       {"https://e.example/f/goo", ERR_NOT_FOUND},
        {"https://e.example/fxgood.json", ERR_NOT_FOUND},    {"https://e.example/f/%zz", ERR_NOT_FOUND},
        {"https://e.example/f/good%00.json", ERR_NOT_FOUND}, {"https://e.example/f/good.json#x", ERR_NOT_FOUND},
    };
    struct schema_file list[2];
    (void)state;

    memcpy(list, files, sizeof(list));
    list[0].end = list[0].text + strlen(list[0].text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
        struct err e = ERR_INIT;
        schema_library_embed(library, "https://e.example/f", "folder", list, SCHEMA_DEFAULT);
        bool found = schema_compile(library, cases[i].uri, &e) != NULL;
        if (e.code != cases[i].code || found != (cases[i].code == ERR_NONE)) {
            fail_msg("%s: code %d, %s", cases[i].uri, e.code, e.message);
        }
        schema_library_destroy(library);
    }
}

static void test_folders_are_mapped_and_nothing_else(void **state)
{
    struct schema_library *library = schema_library_create(SCHEMA_DEFAULT);
    struct err e = ERR_INIT;
    (void)state;

    assert_false(schema_library_map(library, "https://m.example/", "Makefile", SCHEMA_DEFAULT, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_non_null(strstr(e.message, "Makefile is not a folder"));
    err_clear(&e);
    assert_false(schema_library_map(library, "https://m.example/#x", "schemas", SCHEMA_DEFAULT, &e));
    err_clear(&e);
    assert_true(schema_library_map(library, "https://m.example/s", "schemas", SCHEMA_DEFAULT, &e));
    assert_non_null(schema_compile(library, "https://m.example/s/common/scalars.json#/$defs/id", &e));
    assert_null(schema_compile(library, "https://m.example/s/..%2f..%2fMakefile", &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    err_clear(&e);
    assert_null(schema_compile(library, "https://m.example/sub/x.json", &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    schema_library_destroy(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references_are_resolved_as_rfc_3986_has_them),
        cmocka_unit_test(test_fragments_are_decoded),
        cmocka_unit_test(test_numbers_are_compared_exactly),
        cmocka_unit_test(test_multiples_are_those_of_the_written_digits),
        cmocka_unit_test(test_objects_of_any_size_have_the_same_verdict),
        cmocka_unit_test(test_many_properties_are_all_found),
        cmocka_unit_test(test_equal_items_are_found_in_arrays_of_any_length),
        cmocka_unit_test(test_members_are_known_through_all_that_applies_to_the_same_value),
        cmocka_unit_test(test_references_and_ids_that_are_none_are_refused),
        cmocka_unit_test(test_a_metaschema_without_vocabulary_has_those_of_its_own_metaschema),
        cmocka_unit_test(test_patterns_beyond_the_limits_are_refused),
        cmocka_unit_test(test_a_limit_of_pattern_properties_is_undecided),
        cmocka_unit_test(test_embedded_files_are_found_by_their_uri),
        cmocka_unit_test(test_folders_are_mapped_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
