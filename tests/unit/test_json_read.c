/* Reading documents: strict, and faults named with their place and the way out. */
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "json_fixture.h"

#define DOCUMENT CLEANUP(json_document_free) struct json_document

/* What is no JSON, where that is, and a word of what to do about it. */
static const struct {
    const char *text, *place, *message;
} faults[] = {
    {"", "1:1", "empty"},
    {" \n ", "2:2", "only white space"},
    {"{\"a\":1,}", "1:7", "remove the comma"},
    {"{\"a\":1,\n\n}", "1:7", "before '}'; remove the comma"},
    {"[1,\n2,\n]", "2:2", "before ']'; remove the comma"},
    {"[,1]", "1:2", "not ','"},
    {"[1,,2]", "1:4", "not ','"},
    {"{,}", "1:2", "not ','"},
    {"{'a':1}", "1:2", "instead of '"},
    {"{\"a\":'b'}", "1:6", "instead of '"},
    {"{\"a\":1\n \"b\":2}", "2:2", "a comma or quote may be missing"},
    {"{\"a\":\"b, \"c\":1}", "1:11", "a comma or quote may be missing"},
    {"[1 2]", "1:4", "a ',' or ']' is expected"},
    {"{\"a\" 1}", "1:6", "a ':' is expected"},
    {"{\"a\"=1}", "1:5", "a ':' is expected"},
    {"{a:1}", "1:2", "write the name in quotes"},
    {"{1:1}", "1:2", "write the name in quotes"},
    {"{\"a\":\"b\nc\"}", "1:6", "a quote is missing"},
    {"{\"a\":\"b", "1:6", "a quote is missing"},
    {"{\"a\":\n  {\"b\": [1, 2", "2:14", "the '[' of line 2, column 9 is not closed"},
    {"{", "1:2", "not closed"},
    {"{\"a\"", "1:5", "not closed"},
    {"{\"a\":", "1:6", "not closed"},
    {"[1}", "1:3", "'}' does not close the '[' of line 1, column 1"},
    {"]", "1:1", "not ']'"},
    {"[1] 2", "1:5", "one document is expected"},
    {"{}\n{}", "2:1", "one document is expected"},
    {"// no\n[1]", "1:1", "no comments"},
    {"[1, /* one */ 2]", "1:5", "no comments"},
    {"# no\n{}", "1:1", "no comments"},
    {"{\"a\":1} // end", "1:9", "no comments"},
    {"tru", "1:1", "'tru'"},
    {"[True]", "1:2", "write true"},
    {"[None]", "1:2", "write null"},
    {"[NaN]", "1:2", "no such number"},
    {"[-Infinity]", "1:2", "no such number"},
    {"{\"a\":enabled}", "1:6", "text needs double quotes"},
    {"[01]", "1:2", "drop the leading zeros"},
    {"[-01]", "1:2", "drop the leading zeros"},
    {"[+1]", "1:2", "drop the '+'"},
    {"[.5]", "1:2", "write a digit before the '.'"},
    {"[1.]", "1:2", "write a digit behind the '.'"},
    {"[1.5.2]", "1:2", "is not a JSON number"},
    {"[1e]", "1:2", "is not a JSON number"},
    {"[-]", "1:2", "is not a JSON number"},
    {"[0x1F]", "1:2", "hexadecimal"},
    {"[1e400]", "1:2", "too large"},
    {"{\"a\":\n -1e999}", "2:2", "too large"},
    {"[\"\\x\"]", "1:3", "\\x is not a JSON escape"},
    {"[\"C:\\new\\q\"]", "1:9", "write \\\\ for a backslash"},
    {"[\"\\u12g4\"]", "1:3", "four hexadecimal digits"},
    {"[\"\\ud800\"]", "1:3", "surrogate"},
    {"[\"\\udc00\"]", "1:3", "surrogate"},
    {"[\"\\ud800\\u0041\"]", "1:3", "surrogate"},
    {"[\"a\tb\"]", "1:4", "write \\u0009"},
    {"[\"\xc3\xa9\xff\"]", "1:4", "not UTF-8"},
    {"[\"\xed\xa0\x80\"]", "1:3", "not UTF-8"},
    {"[\"\xc0\x80\"]", "1:3", "not UTF-8"},
    {"\xff\xfe[", "1:1", "not UTF-8"},
    {"\xef\xbb\xbf{}", "1:1", "byte order mark"},
    {"[\xe2\x80\x9c"
     "a\xe2\x80\x9d]",
     "1:2", "typographic quotes"},
    {"<html>", "1:1", "HTML"},
    {"--- \na: 1", "1:1", "YAML"},
    {"{\"a\":1,\n \"b\":2,\n \"a\":3}", "3:2", "duplicate member \"a\""},
    {"[{\"\xc3\xa9\":{},\"\xc3\xa9\":{}}]", "1:10", "duplicate member \"\xc3\xa9\""},
    {"{\"a\":1,\"\\u0061\":2}", "1:8", "duplicate member \"\\u0061\""},
    {"{\"a\":1,\"a\":2,}", "1:8", "duplicate member"},
    {"{\"a\\u0000b\":1}", "1:2", "\\u0000 in the member name"},
    {"{\"\xc3\xa9\xc3\xa9\": x}", "1:8", "'x'"},
};

static void faults_name_their_place_and_the_remedy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        for (int flags = JSON_READ_STRICT; flags <= JSON_READ_BIG_NUMBERS; flags++) {
            struct err e = ERR_INIT;
            DOCUMENT document = {0};
            char place[64];
            snprintf(place, sizeof(place), "dir/body.json:%s", faults[i].place);
            assert_false(json_parse(faults[i].text, strlen(faults[i].text), "dir/body.json", flags, &document, &e));
            assert_null(document.root);
            assert_int_equal(e.code, ERR_INVALID);
            if (strcmp(e.place, place) != 0 || strstr(e.message, faults[i].message) == NULL) {
                fail_msg("%s\nexpected %s: ...%s...\nfound    %s: %s", faults[i].text, place, faults[i].message,
                         e.place, e.message);
            }
        }
    }
}

static void a_nul_byte_is_refused_but_its_escape_is_text(void **state)
{
    struct err e = ERR_INIT;
    DOCUMENT document = {0};
    CLEANUP(text_free) struct text out = {0};
    (void)state;

    assert_false(json_parse("[1]\0", 4, "x", 0, &document, &e));
    assert_string_equal(e.place, "x:1:4");
    err_clear(&e);
    assert_false(json_parse("[\"a\0b\"]", 7, "x", 0, &document, &e));
    assert_string_equal(e.place, "x:1:4");
    document = parsed("[\"a\\u0000b\"]", 0);
    assert_int_equal(json_string_length(json_array_get(document.root, 0)), 3);
    print(document.root, JSON_PRINT_COMPACT, &out);
    assert_string_equal(text_string(&out), "[\"a\\u0000b\"]");
}

static void deep_documents_are_refused_at_the_limit(void **state)
{
    (void)state;
    for (size_t depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1200; depth += depth > 1001 ? 300 : 1) {
        struct err e = ERR_INIT;
        DOCUMENT document = {0};
        CLEANUP(text_free) struct text text = {0};
        text_append_repeat(&text, '[', depth);
        text_append_repeat(&text, ']', depth);
        bool read = json_parse(text_string(&text), text.size, "deep", 0, &document, &e);
        assert_int_equal(read, depth <= JSON_DEPTH_MAX);
        if (!read) {
            assert_string_equal(e.place, "deep:1:1001");
            assert_non_null(strstr(e.message, "1000 levels"));
        }
    }
}

static void brackets_in_strings_have_no_depth(void **state)
{
    CLEANUP(text_free) struct text text = {0};
    (void)state;

    text_append(&text, "[\"\\\"");
    text_append_repeat(&text, '[', 5000);
    text_append(&text, "\"]");
    DOCUMENT document = parsed(text_string(&text), 0);
    assert_non_null(document.root);
}

static void big_numbers_are_errors_or_reals_as_asked(void **state)
{
    static const struct {
        const char *text, *printed; /* printed NULL: an error in any case */
        const char *place;          /* NULL: no error when strict */
    } rows[] = {
        {"9223372036854775807", "9223372036854775807", NULL},
        {"-9223372036854775808", "-9223372036854775808", NULL},
        {"9223372036854775808", "9223372036854775808.0", "n:1:1"},
        {"-9223372036854775809", "-9223372036854775808.0", "n:1:1"},
        {"[1, {\"a\": 123456789012345678901234567890}]", "[1,{\"a\":1.2345678901234568e+29}]", "n:1:11"},
        {"[\"9223372036854775808\", 1e3]", "[\"9223372036854775808\",1000.0]", NULL},
        {"[18446744073709551616, 1e400]", NULL, "n:1:2"},
        {"[1e-400]", "[0.0]", NULL},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        DOCUMENT strict = {0};
        DOCUMENT wide = {0};
        CLEANUP(text_free) struct text out = {0};
        size_t size = strlen(rows[i].text);
        assert_int_equal(json_parse(rows[i].text, size, "n", JSON_READ_STRICT, &strict, &e), rows[i].place == NULL);
        assert_string_equal(e.place, rows[i].place ? rows[i].place : "");
        err_clear(&e);
        assert_int_equal(json_parse(rows[i].text, size, "n", JSON_READ_BIG_NUMBERS, &wide, &e),
                         rows[i].printed != NULL);
        if (rows[i].printed != NULL) {
            print(wide.root, JSON_PRINT_COMPACT, &out);
            assert_string_equal(text_string(&out), rows[i].printed);
        }
    }
}

static void places_stay_right_behind_widened_numbers(void **state)
{
    static const char text[] =
        "[99999999999999999999,-99999999999999999999,{\"a\":99999999999999999999,\"b\":1,\"b\":2}]";
    struct err e = ERR_INIT;
    DOCUMENT document = {0};
    (void)state;

    assert_false(json_parse(text, strlen(text), "n", JSON_READ_BIG_NUMBERS, &document, &e));
    assert_string_equal(e.place, "n:1:77");
    assert_non_null(strstr(e.message, "duplicate member \"b\""));
}

static void a_long_file_name_does_not_push_the_place_out(void **state)
{
    struct err e = ERR_INIT;
    DOCUMENT document = {0};
    char name[1000];
    (void)state;

    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_false(json_parse("[x]", 3, name, 0, &document, &e));
    assert_string_equal(e.place + strlen(e.place) - 5, "n:1:2");
}

static void files_are_read_and_what_cannot_be_opened_is_usage(void **state)
{
    char path[] = "/tmp/test_json.XXXXXX";
    int fd = mkstemp(path);
    struct err e = ERR_INIT;
    DOCUMENT document = {0};
    (void)state;

    assert_int_equal(write(fd, "{\"a\":\n[1,2]}", 12), 12);
    close(fd);
    assert_true(json_read_file(path, 0, &document, &e));
    assert_string_equal(document.name, path);
    assert_int_equal(document.size, 12);
    assert_int_equal(json_integer_value(json_at(document.root, "/a/1")), 2);
    assert_int_equal(truncate(path, 11), 0);
    DOCUMENT broken = {0};
    assert_false(json_read_file(path, 0, &broken, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_memory_equal(e.place, path, strlen(path));
    unlink(path);
    static const char *const bad[] = {"/nonexistent/x.json", "/tmp"};
    for (size_t i = 0; i < 2; i++) {
        err_clear(&e);
        assert_false(json_read_file(bad[i], 0, &broken, &e));
        assert_int_equal(e.code, ERR_USAGE);
        assert_non_null(strstr(e.message, bad[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_name_their_place_and_the_remedy),
        cmocka_unit_test(a_nul_byte_is_refused_but_its_escape_is_text),
        cmocka_unit_test(deep_documents_are_refused_at_the_limit),
        cmocka_unit_test(brackets_in_strings_have_no_depth),
        cmocka_unit_test(big_numbers_are_errors_or_reals_as_asked),
        cmocka_unit_test(places_stay_right_behind_widened_numbers),
        cmocka_unit_test(a_long_file_name_does_not_push_the_place_out),
        cmocka_unit_test(files_are_read_and_what_cannot_be_opened_is_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
