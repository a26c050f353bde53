/* Reading answers: what is kept, what is tolerated, what is refused and where. */
#include "json/json.h"
#include "json/json_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int make_parser(void **state)
{
    *state = answer_parser_create();
    return 0;
}

static int drop_parser(void **state)
{
    answer_parser_destroy(*state);
    return 0;
}

static struct answer_node parsed(void **state, const char *text)
{
    struct err e = ERR_INIT;
    struct answer_node root = ANSWER_ABSENT_NODE;

    if (!answer_parse(*state, text, strlen(text), &root, &e)) {
        fail_msg("%s: %s: %s", text, e.place, e.message);
    }
    return root;
}

static const char page[] = "{\"limit\":100,\"instances\":[{\"name\":\"web-1\",\"vpc\":{\"name\":\"prod\"},"
                           "\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":2},"
                           "\"zone\":null,\"new_member\":{\"deep\":[1,2,{\"x\":[]}]},"
                           "\"keys\":[{\"id\":\"k0\"},{\"id\":\"k1\"}]},"
                           "{\"name\":\"web-2\",\"metadata_service\":{\"enabled\":\"yes\"}}]}";

static void members_are_found_by_path(void **state)
{
    struct answer_node root = parsed(state, page);
    struct answer_node first = answer_find(root, "instances/0");
    struct answer_string text = {0};
    struct err e = ERR_INIT;
    bool enabled = false;
    int64_t hops = 0;

    assert_true(answer_get_string(first, "vpc/name", ANSWER_REQUIRED, &text, &e));
    assert_string_equal(text.data, "prod");
    assert_int_equal(text.size, 4);
    assert_true(answer_get_string(first, "keys/1/id", ANSWER_REQUIRED, &text, &e));
    assert_string_equal(text.data, "k1");
    assert_true(answer_get_boolean(first, "metadata_service/enabled", ANSWER_REQUIRED, &enabled, &e));
    assert_true(enabled);
    assert_true(answer_get_integer(first, "metadata_service/response_hop_limit", ANSWER_REQUIRED, &hops, &e));
    assert_int_equal(hops, 2);
}

static void absent_and_null_optional_members_leave_the_value(void **state)
{
    struct answer_node first = answer_find(parsed(state, page), "instances/0");
    static const char *const paths[] = {"nothing", "zone", "zone/name", "vpc/nothing/at/all", "keys/2/id"};
    struct err e = ERR_INIT;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct answer_string text = {.data = "before", .size = 6};
        int64_t number = 7;
        bool flag = true;
        struct answer_node node = ANSWER_ABSENT_NODE;
        assert_true(answer_get_string(first, paths[i], ANSWER_OPTIONAL, &text, &e));
        assert_true(answer_get_integer(first, paths[i], ANSWER_OPTIONAL, &number, &e));
        assert_true(answer_get_boolean(first, paths[i], ANSWER_OPTIONAL, &flag, &e));
        assert_true(answer_get_array(first, paths[i], ANSWER_OPTIONAL, &node, &e));
        assert_true(answer_get_object(first, paths[i], ANSWER_OPTIONAL, &node, &e));
        assert_string_equal(text.data, "before");
        assert_int_equal(number, 7);
        assert_true(flag);
        assert_null(node.document);
    }
}

enum getter { STRING, INTEGER, BOOLEAN, ARRAY, OBJECT };

static bool get(struct answer_node node, const char *path, enum getter getter, enum answer_need need, struct err *e)
{
    struct answer_string text;
    struct answer_node found;
    int64_t number;
    bool flag;

    switch (getter) {
    case STRING:
        return answer_get_string(node, path, need, &text, e);
    case INTEGER:
        return answer_get_integer(node, path, need, &number, e);
    case BOOLEAN:
        return answer_get_boolean(node, path, need, &flag, e);
    case ARRAY:
        return answer_get_array(node, path, need, &found, e);
    case OBJECT:
        return answer_get_object(node, path, need, &found, e);
    }
    return false;
}

static void wrong_types_and_missing_members_name_their_place(void **state)
{
    static const struct {
        const char *path;
        enum getter getter;
        enum answer_need need;
        const char *place, *message;
    } rows[] = {
        {"instances/1/metadata_service/enabled", BOOLEAN, ANSWER_OPTIONAL,
         "answer: /instances/1/metadata_service/enabled", "expected true or false, found a string \"yes\""},
        {"instances/0/name", INTEGER, ANSWER_OPTIONAL, "answer: /instances/0/name",
         "expected an integer, found a string \"web-1\""},
        {"limit", STRING, ANSWER_OPTIONAL, "answer: /limit", "expected a string, found the number 100"},
        {"instances/0/vpc", ARRAY, ANSWER_OPTIONAL, "answer: /instances/0/vpc", "expected an array, found an object"},
        {"instances", OBJECT, ANSWER_OPTIONAL, "answer: /instances", "expected an object, found an array"},
        {"instances/0/metadata_service/enabled", STRING, ANSWER_OPTIONAL,
         "answer: /instances/0/metadata_service/enabled", "expected a string, found true"},
        {"limit/value", STRING, ANSWER_OPTIONAL, "answer: /limit", "expected an object, found the number 100"},
        {"instances/name", STRING, ANSWER_OPTIONAL, "answer: /instances", "expected an object, found an array"},
        {"instances/1/vpc/name", STRING, ANSWER_REQUIRED, "answer: /instances/1/vpc/name",
         "the member is missing, but it is required"},
        {"instances/0/zone", STRING, ANSWER_REQUIRED, "answer: /instances/0/zone",
         "the value is null, but it is required"},
        {"", ARRAY, ANSWER_REQUIRED, "answer", "expected an array, found an object"},
    };
    struct answer_node root = parsed(state, page);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        assert_false(get(root, rows[i].path, rows[i].getter, rows[i].need, &e));
        assert_int_equal(e.code, ERR_BAD_ANSWER);
        assert_string_equal(e.place, rows[i].place);
        assert_string_equal(e.message, rows[i].message);
    }
}

static void bodies_that_are_no_json_name_the_byte(void **state)
{
    static const struct {
        const char *text, *place, *message;
    } rows[] = {
        {"", "answer: byte 0", "empty"},
        {"{\"instances\":[{\"name\":\"we", "answer: byte 22", "not closed"},
        {"{\"instances\":[{\"name\":\"web\"},", "answer: byte 29", "'['"},
        {"<html><body>502 Bad Gateway</body></html>", "answer: byte 0", "HTML"},
        {"{\"a\":1}{\"b\":2}", "answer: byte 7", "one document"},
        {"{\"a\":nul}", "answer: byte 5", "'nul'"},
        {"{\"a\":\"\xff\"}", "answer: byte 6", "UTF-8"},
        {"{\"a\":\"\\q\"}", "answer: byte 6", "escape"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        struct answer_node root = ANSWER_ABSENT_NODE;
        assert_false(answer_parse(*state, rows[i].text, strlen(rows[i].text), &root, &e));
        assert_null(root.document);
        assert_int_equal(e.code, ERR_BAD_ANSWER);
        assert_string_equal(e.place, rows[i].place);
        assert_non_null(strstr(e.message, rows[i].message));
    }
}

static void every_truncation_of_a_page_is_refused(void **state)
{
    for (size_t size = 0; size + 1 < sizeof(page); size++) {
        struct err e = ERR_INIT;
        struct answer_node root;
        char *exact = malloc(size > 0 ? size : 1); /* so that a sanitizer sees a byte read too many */
        memcpy(exact, page, size);
        assert_false(answer_parse(*state, exact, size, &root, &e));
        assert_int_equal(e.code, ERR_BAD_ANSWER);
        free(exact);
    }
    parsed(state, page);
}

static void a_nul_byte_is_refused(void **state)
{
    struct err e = ERR_INIT;
    struct answer_node root;

    assert_false(answer_parse(*state, "[1,\0 2]", 7, &root, &e));
    assert_string_equal(e.place, "answer: byte 3");
}

static void deep_answers_end_in_an_error(void **state)
{
    enum { DEEP = 100000 };
    char *text = malloc(DEEP);
    struct err e = ERR_INIT;
    struct answer_node root;

    memset(text, '[', DEEP);
    assert_false(answer_parse(*state, text, DEEP, &root, &e));
    assert_int_equal(e.code, ERR_BAD_ANSWER);
    free(text);
}

static void escapes_are_tolerated(void **state)
{
    static const struct {
        const char *text, *value;
    } rows[] = {
        {"[\"a\\/b\"]", "a/b"},
        {"[\"\\u00e9\\ud83d\\ude00\"]", "\xc3\xa9\xf0\x9f\x98\x80"},
        {"[\"cut \\ud83d\"]", "cut \xef\xbf\xbd"},
        {"[\"\\udc00 \\ud83d\\ude00\"]", "\xef\xbf\xbd \xf0\x9f\x98\x80"},
        {"[\"\\\\ud83d \\uD83D\"]", "\\ud83d \xef\xbf\xbd"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer_string text = {0};
        struct err e = ERR_INIT;
        assert_true(answer_get_string(parsed(state, rows[i].text), "0", ANSWER_REQUIRED, &text, &e));
        assert_string_equal(text.data, rows[i].value);
    }
}

static void the_first_of_duplicate_members_counts(void **state)
{
    struct answer_node root = parsed(state, "{\"a\":1,\"a\":2,\"a\":{\"b\":3}}");
    struct err e = ERR_INIT;
    int64_t value = 0;

    assert_true(answer_get_integer(root, "a", ANSWER_REQUIRED, &value, &e));
    assert_int_equal(value, 1);
    JSON_CLEANUP json_t *tree = answer_to_json(root);
    assert_int_equal(json_integer_value(json_object_get(tree, "a")), 1);
}

static void integers_are_read_exactly(void **state)
{
    struct answer_node root = parsed(state, "[9007199254740993,-9223372036854775808,2.0,1e3,2.5,9223372036854775808]");
    static const int64_t values[] = {9007199254740993, INT64_MIN, 2, 1000};
    struct err e = ERR_INIT;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char path[2] = {(char)('0' + i), '\0'};
        int64_t value = 0;
        assert_true(answer_get_integer(root, path, ANSWER_REQUIRED, &value, &e));
        assert_true(value == values[i]);
    }
    int64_t value = 7;
    assert_false(answer_get_integer(root, "4", ANSWER_REQUIRED, &value, &e));
    assert_string_equal(e.message, "expected an integer, found the number 2.5");
    err_clear(&e);
    assert_false(answer_get_integer(root, "5", ANSWER_REQUIRED, &value, &e));
    assert_int_equal(value, 7);
}

/* The JSON pointer of the node, as an error about it names it. */
static void append_place(struct answer_node node, struct text *out)
{
    struct err e = ERR_INIT;

    answer_error(node, &e, "wrong");
    text_append(out, e.place + strlen("answer: "));
}

static void children_come_in_order_with_names_and_places(void **state)
{
    struct answer_node root = parsed(state, "{\"a/b\":[10,[],{}],\"c~\":{\"d\":true},\"e\":null}");
    CLEANUP(text_free) struct text seen = {0};

    for (struct answer_cursor each = answer_each(root); answer_next(&each);) {
        text_printf(&seen, "%zu %s ", each.position, each.name.data);
        append_place(each.node, &seen);
        for (struct answer_cursor inner = answer_each(each.node); answer_next(&inner);) {
            text_append_char(&seen, ' ');
            append_place(inner.node, &seen);
        }
        text_append_char(&seen, '\n');
    }
    assert_string_equal(text_string(&seen), "0 a/b /a~1b /a~1b/0 /a~1b/1 /a~1b/2\n1 c~ /c~0 /c~0/d\n2 e /e\n");
    assert_int_equal(answer_count(root), 3);
    assert_int_equal(answer_count(answer_find(root, "e")), 0);
    assert_int_equal(answer_count(ANSWER_ABSENT_NODE), 0);
    assert_int_equal(answer_kind(answer_find(ANSWER_ABSENT_NODE, "e")), ANSWER_ABSENT);
}

static void a_node_prints_as_the_tree_reader_prints_it(void **state)
{
    static const char text[] = "{ \"a\" : [ 1, -2.50, 1e2, true, false, null, \"x\\n\\\"\\u00e9\\/\" ], \"b\": {},"
                               " \"c\": [], \"d\": {\"e\": 18446744073709551615} }";
    struct answer_node root = parsed(state, text);
    struct err e = ERR_INIT;
    CLEANUP(json_document_free) struct json_document document = {0};
    CLEANUP(text_free) struct text ours = {0};
    CLEANUP(text_free) struct text theirs = {0};
    CLEANUP(text_free) struct text tree_text = {0};

    assert_true(json_parse(text, strlen(text), "text", JSON_READ_BIG_NUMBERS, &document, &e));
    json_print(&theirs, document.root, JSON_PRINT_COMPACT);
    answer_print(root, &ours);
    assert_string_equal(text_string(&ours), text_string(&theirs));
    JSON_CLEANUP json_t *tree = answer_to_json(root);
    json_print(&tree_text, tree, JSON_PRINT_COMPACT);
    assert_string_equal(text_string(&tree_text), text_string(&theirs));
}

/* RFC 8259 sets no limits: a number of any size may stand in a member that nobody asks for. */
static void numbers_of_any_size_are_read(void **state)
{
    CLEANUP(text_free) struct text huge = {0};
    struct answer_node root = parsed(state, "{\"a\":[12345678901234567890123,-12345678901234567890123,1e999,-2E+999,"
                                            "1e-999,\"12345678901234567890123\"],\"b\\\"1e999\":9223372036854775807,"
                                            "\"limit\":-9223372036854775808,\"enabled\":true}");
    struct err e = ERR_INIT;
    struct answer_string text;
    bool enabled = false;
    int64_t value = 0;

    for (size_t i = 0; i < 5; i++) {
        char path[] = {'a', '/', (char)('0' + i), '\0'};
        assert_int_equal(answer_kind(answer_find(root, path)), ANSWER_REAL);
    }
    assert_true(answer_get_string(root, "a/5", ANSWER_REQUIRED, &text, &e));
    assert_string_equal(text.data, "12345678901234567890123");
    assert_true(answer_get_integer(root, "b\"1e999", ANSWER_REQUIRED, &value, &e));
    assert_int_equal(value, INT64_MAX);
    assert_true(answer_get_integer(root, "limit", ANSWER_REQUIRED, &value, &e));
    assert_int_equal(value, INT64_MIN);
    assert_true(answer_get_boolean(root, "enabled", ANSWER_REQUIRED, &enabled, &e));
    assert_false(answer_get_integer(root, "a/0", ANSWER_REQUIRED, &value, &e));
    assert_string_equal(e.place, "answer: /a/0");
    text_append_repeat(&huge, '9', 1000);
    assert_int_equal(answer_kind(parsed(state, text_string(&huge))), ANSWER_REAL);
}

static void a_parser_takes_big_and_small_answers_in_turn(void **state)
{
    CLEANUP(text_free) struct text big = {0};
    struct err e = ERR_INIT;
    struct answer_node root;

    text_append(&big, "[");
    for (int i = 0; i < 100000; i++) {
        text_append(&big, "\"0123456789\",");
    }
    text_append(&big, "1]");
    for (int round = 0; round < 3; round++) {
        assert_true(answer_parse(*state, text_string(&big), big.size, &root, &e));
        assert_int_equal(answer_count(root), 100001);
        parsed(state, "{}");
    }
    size_t size = big.size;
    text_append_repeat(&big, 'x', ANSWER_PADDING);
    assert_true(answer_parse_padded(*state, text_string(&big), size, &root, &e));
    assert_int_equal(answer_count(root), 100001);
}

static void foreign_text_in_errors_is_short_and_harmless(void **state)
{
    struct answer_node root = parsed(state, "{\"a\":\"\\u001b[2J0123456789012345678901234567890123456789012345678\"}");
    struct err e = ERR_INIT;
    int64_t value;

    assert_false(answer_get_integer(root, "a", ANSWER_REQUIRED, &value, &e));
    assert_null(strchr(e.message, '\x1b'));
    assert_true(strlen(e.message) < 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_parser, drop_parser)
    const struct CMUnitTest tests[] = {
        TEST(members_are_found_by_path),
        TEST(absent_and_null_optional_members_leave_the_value),
        TEST(wrong_types_and_missing_members_name_their_place),
        TEST(bodies_that_are_no_json_name_the_byte),
        TEST(every_truncation_of_a_page_is_refused),
        TEST(a_nul_byte_is_refused),
        TEST(deep_answers_end_in_an_error),
        TEST(escapes_are_tolerated),
        TEST(the_first_of_duplicate_members_counts),
        TEST(integers_are_read_exactly),
        TEST(children_come_in_order_with_names_and_places),
        TEST(a_node_prints_as_the_tree_reader_prints_it),
        TEST(numbers_of_any_size_are_read),
        TEST(a_parser_takes_big_and_small_answers_in_turn),
        TEST(foreign_text_in_errors_is_short_and_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
