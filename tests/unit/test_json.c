/* Documents as trees: places of values, pointers, merging, printing, comparing. */
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "json_fixture.h"

#define DOCUMENT CLEANUP(json_document_free) struct json_document

static void values_and_names_are_located(void **state)
{
    static const char text[] = "{\n"
                               "  \"name\": \"x]}\\\"\",\n"
                               "  \"list\": [1, {\"\xc3\xa9\": 2 , \"deep\": [[], [3]]}, \"\"],\n"
                               "  \"a/b~c\": {\"\": null}, \"\\u0041\": true\n"
                               "}\n";
    static const struct {
        const char *pointer;
        bool exists;
        size_t line, column, name_line, name_column;
    } rows[] = {
        {"", true, 1, 1, 1, 1},
        {"/name", true, 2, 11, 2, 3},
        {"/list", true, 3, 11, 3, 3},
        {"/list/0", true, 3, 12, 3, 12},
        {"/list/1", true, 3, 15, 3, 15},
        {"/list/1/\xc3\xa9", true, 3, 21, 3, 16},
        {"/list/1/deep/1/0", true, 3, 39, 3, 39},
        {"/list/2", true, 3, 45, 3, 45},
        {"/a~1b~0c", true, 4, 12, 4, 3},
        {"/a~1b~0c/", true, 4, 17, 4, 13},
        {"/A", true, 4, 34, 4, 24},
        {"/list/3", false, 3, 11, 3, 11},
        {"/list/01", false, 3, 11, 3, 11},
        {"/list/-", false, 3, 11, 3, 11},
        {"/missing", false, 1, 1, 1, 1},
        {"/list/1/missing/more", false, 3, 15, 3, 15},
        {"/name/x", false, 2, 11, 2, 11},
        {"no pointer", false, 1, 1, 1, 1},
    };
    DOCUMENT document = parsed(text, 0);
    (void)state;

    const size_t count = sizeof(rows) / sizeof(rows[0]);
    for (size_t n = 0; n < 2 * count; n++) {
        const size_t i = n % count;
        struct json_place place, name;
        if (n == count) {
            json_index_places(&document); /* finds the same */
        }
        assert_int_equal(json_locate(&document, rows[i].pointer, &place), rows[i].exists);
        assert_int_equal(json_locate_name(&document, rows[i].pointer, &name), rows[i].exists);
        if (place.line != rows[i].line || place.column != rows[i].column || name.line != rows[i].name_line ||
            name.column != rows[i].name_column) {
            fail_msg("%s: value at %zu:%zu, name at %zu:%zu", rows[i].pointer, place.line, place.column, name.line,
                     name.column);
        }
        assert_int_equal(json_at(document.root, rows[i].pointer) != NULL, rows[i].exists);
    }
}

static void pointers_escape_and_index_as_rfc_6901_says(void **state)
{
    CLEANUP(text_free) struct text pointer = {0};
    DOCUMENT document = parsed("{\"a/b\":1,\"m~n\":2,\"\":3,\"~1\":4,\"l\":[5,6]}", 0);
    (void)state;

    json_pointer_push(&pointer, "a/b~c");
    json_pointer_push_index(&pointer, 12);
    json_pointer_push(&pointer, "");
    assert_string_equal(text_string(&pointer), "/a~1b~0c/12/");
    static const struct {
        const char *pointer;
        json_int_t value; /* 0: not found */
    } rows[] = {
        {"/a~1b", 1}, {"/m~0n", 2}, {"/", 3},      {"/~01", 4},  {"/l/0", 5}, {"/l/1", 6},
        {"/l/2", 0},  {"/l/00", 0}, {"/l/-", 0},   {"/l/+1", 0}, {"/a~b", 0}, {"/l/99999999999999999999", 0},
        {"l", 0},     {"/l/", 0},   {"/l/0/0", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(json_integer_value(json_at(document.root, rows[i].pointer)), rows[i].value);
    }
}

/* The table of RFC 7396, appendix A, and what must stay unshared. */
static void numbers_print_shortest_and_keep_their_kind(void **state)
{
    static const struct {
        double number;
        const char *printed;
    } rows[] = {
        {0.1, "0.1"},
        {1.0, "1.0"},
        {-0.0, "-0.0"},
        {0.0, "0.0"},
        {100000.0, "100000.0"},
        {1e20, "100000000000000000000.0"},
        {1e21, "1e+21"},
        {1e-6, "0.000001"},
        {1e-7, "1e-07"},
        {123456.789, "123456.789"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {9007199254740993.0, "9007199254740992.0"},
        {0.3, "0.3"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1 / 3.0, "0.3333333333333333"},
        {-2.2250738585072014e-308, "-2.2250738585072014e-308"},
        {-0.000012345678901234567, "-0.000012345678901234568"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        JSON_CLEANUP json_t *value = json_real(rows[i].number);
        json_print(&out, value, JSON_PRINT_COMPACT);
        assert_string_equal(text_string(&out), rows[i].printed);
        DOCUMENT again = parsed(text_string(&out), 0);
        assert_true(json_is_real(again.root));
        assert_true(json_real_value(again.root) == rows[i].number);
    }
}

static void strings_are_escaped_for_readers_and_terminals(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *printed;
    } rows[] = {
        {"", 0, "\"\""},
        {"a/b \xc3\xa9 \xf0\x9f\x98\x80", 11, "\"a/b \xc3\xa9 \xf0\x9f\x98\x80\""},
        {"\"\\\b\f\n\r\t", 7, "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
        {"\x1b[2J\x7f\0", 6, "\"\\u001b[2J\\u007f\\u0000\""},
        {"\xc2\x9b\xc2\xa0", 4, "\"\\u009b\xc2\xa0\""},
        {"\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x94", 9, "\"\\u202e\\u2066\xe2\x80\x94\""},
        {"a\xff\xc3", 3, "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        json_print_string(&out, rows[i].bytes, rows[i].size);
        assert_string_equal(text_string(&out), rows[i].printed);
    }
}

static void members_print_in_their_order_in_both_styles(void **state)
{
    static const char text[] = "{\"z\":[],\"a\":{},\"m\":[1,{\"x\":null}],\"b\":false}";
    DOCUMENT document = parsed(text, 0);
    CLEANUP(text_free) struct text out = {0};
    (void)state;

    print(document.root, JSON_PRINT_COMPACT, &out);
    assert_string_equal(text_string(&out), text);
    print(document.root, JSON_PRINT_INDENT, &out);
    assert_string_equal(text_string(&out), "{\n"
                                           "  \"z\": [],\n"
                                           "  \"a\": {},\n"
                                           "  \"m\": [\n"
                                           "    1,\n"
                                           "    {\n"
                                           "      \"x\": null\n"
                                           "    }\n"
                                           "  ],\n"
                                           "  \"b\": false\n"
                                           "}");
}

static void equality_is_that_of_json_schema(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"1", "1.0", true},
        {"1", "1.5", false},
        {"0", "-0.0", true},
        {"9007199254740993", "9007199254740992.0", false},
        {"9007199254740992", "9007199254740992.0", true},
        {"9223372036854775807", "9223372036854775808.0", false},
        {"-9223372036854775808", "-9223372036854775808.0", true},
        {"1e300", "1", false},
        {"1", "true", false},
        {"0", "false", false},
        {"null", "false", false},
        {"\"1\"", "1", false},
        {"\"a\\u0000b\"", "\"a\\u0000c\"", false},
        {"[1,2]", "[1.0,2.0]", true},
        {"[1,2]", "[2,1]", false},
        {"[1]", "[1,2]", false},
        {"{\"a\":1,\"b\":[{}]}", "{\"b\":[{}],\"a\":1.0}", true},
        {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":null}", "{\"b\":null}", false},
        {"{}", "[]", false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        DOCUMENT a = parsed(rows[i].a, 0);
        DOCUMENT b = parsed(rows[i].b, 0);
        if (json_same(a.root, b.root) != rows[i].same || json_same(b.root, a.root) != rows[i].same) {
            fail_msg("%s and %s", rows[i].a, rows[i].b);
        }
    }
}

static void values_are_built_as_the_format_says(void **state)
{
    JSON_CLEANUP json_t *shared = json_array();
    (void)state;

    const struct {
        json_t *value;
        const char *printed;
    } rows[] = {
        {json_build("{}"), "{}"},
        {json_build("[]"), "[]"},
        {json_build("n"), "null"},
        {json_build("{s:s, s:i, s:I, s:b, s:b, s:f, s:n}", "s", "x", "i", -1, "I", (json_int_t)1 << 40, "t", 7, "f", 0,
                    "r", 0.5, "n"),
         "{\"s\":\"x\",\"i\":-1,\"I\":1099511627776,\"t\":true,\"f\":false,\"r\":0.5,\"n\":null}"},
        {json_build("{s:{s:s, s:[i, {s:s}]}, s:i}", "a", "b", "c", "d", 1, "e", "f", "g", 2),
         "{\"a\":{\"b\":\"c\",\"d\":[1,{\"e\":\"f\"}]},\"g\":2}"},
        {json_build("[o, O]", json_true(), shared), "[true,[]]"},
        {json_build("{s:s?, s:s*, s:o?, s:o*, s:O?, s:O*, s:i}", "a", NULL, "b", NULL, "c", NULL, "d", NULL, "e", NULL,
                    "f", NULL, "g", 1),
         "{\"a\":null,\"c\":null,\"e\":null,\"g\":1}"},
        {json_build("[s?, s*, s*, i]", NULL, NULL, "there", 1), "[null,\"there\",1]"},
        {json_build("{s:s}", "id", "a\xff"), "{\"id\":\"a\xef\xbf\xbd\"}"},
        {json_build_string("\xe6\x97"), "\"\xef\xbf\xbd\""},
        {json_build_string_n("a\0\xff", 3), "\"a\\u0000\xef\xbf\xbd\""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        json_print(&out, rows[i].value, JSON_PRINT_COMPACT);
        assert_string_equal(text_string(&out), rows[i].printed);
        json_decref(rows[i].value);
    }
    assert_int_equal(shared->refcount, 1);
}

static void use_little_memory(void)
{
    struct rlimit little = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
    json_t *array = json_array();

    setrlimit(RLIMIT_AS, &little);
    for (int i = 0; i < 10 * 1000 * 1000; i++) {
        json_array_append_new(array, json_integer(i));
    }
}

/* jansson itself would return NULL, which hardly a caller expects. */
static void a_tree_without_memory_ends_the_process(void **state)
{
    int status = 0;

    (void)state;
#ifdef __SANITIZE_ADDRESS__ /* its shadow memory is larger than the limit, and so is valgrind's own */
    skip();
#endif
    if (getenv("VALGRIND") != NULL) {
        skip();
    }
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        use_little_memory();
        _exit(99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ERR_EXIT_FAILED);
}

/* --- integers ------------------------------------------------------------------------------------------ */

static void reals_without_a_fraction_become_integers(void **state)
{
    static const struct {
        const char *text, *wanted, *pointer; /* NULL: it is taken */
    } rows[] = {
        {"{\"a\":2.0}", "{\"a\":2}", NULL},
        {"{\"a\":[1e1,{\"b\":-0.0}]}", "{\"a\":[10,{\"b\":0}]}", NULL},
        {"{\"a\":2.5,\"b\":\"2.0\"}", "{\"a\":2.5,\"b\":\"2.0\"}", NULL},
        {"{\"a\":9007199254740992.0}", "{\"a\":9007199254740992}", NULL},
        {"{\"a\":9223372036854775807}", "{\"a\":9223372036854775807}", NULL},
        {"{\"a\":[1,{\"b\":1e300}]}", NULL, "/a/1/b"},
        {"{\"a\":-9007199254740994.0}", NULL, "/a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        JSON_CLEANUP json_t *root = json_loads(rows[i].text, 0, NULL);
        CLEANUP(text_free) struct text pointer = {0}, printed = {0};
        assert_int_equal(json_make_integers(root, &pointer), rows[i].wanted != NULL);
        json_print(&printed, root, JSON_PRINT_COMPACT);
        assert_string_equal(rows[i].wanted != NULL ? text_string(&printed) : text_string(&pointer),
                            rows[i].wanted != NULL ? rows[i].wanted : rows[i].pointer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reals_without_a_fraction_become_integers),
        cmocka_unit_test(values_and_names_are_located),
        cmocka_unit_test(pointers_escape_and_index_as_rfc_6901_says),
        cmocka_unit_test(numbers_print_shortest_and_keep_their_kind),
        cmocka_unit_test(strings_are_escaped_for_readers_and_terminals),
        cmocka_unit_test(members_print_in_their_order_in_both_styles),
        cmocka_unit_test(equality_is_that_of_json_schema),
        cmocka_unit_test(values_are_built_as_the_format_says),
        cmocka_unit_test(a_tree_without_memory_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
