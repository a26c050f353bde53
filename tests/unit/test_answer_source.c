/* The text of answers: items are found whatever stands between them, copies keep every digit and no secret. */
#include "json/json_answer_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void items_are_found_in_whatever_surrounds_them(void **state)
{
    static const struct {
        const char *text, *items; /* each with a blank behind it */
    } rows[] = {
        {"{\"a\":[1,{\"b\":[2]},\"x]\"]}", "1 {\"b\":[2]} \"x]\" "},
        {"\xEF\xBB\xBF { \"x\" : [ 9 ] , \"a\" :\n[ 1 , [ ] , { } ] }", "1 [ ] { } "},
        {"{\"b\":{\"a\":[7]},\"c\":\"\\\"a\\\":[8]\",\"a\":[true,null,-1.50e3]}", "true null -1.50e3 "},
        {"{\"a\":[],\"a\":[1]}", ""},
        {"{\"a\":{\"a\":[1]}}", ""},
        {"{\"b\":[1]}", ""},
        {"{}", ""},
        {"[1]", ""},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer_source source = answer_source_items(rows[i].text, strlen(rows[i].text), "a");
        CLEANUP(text_free) struct text found = {0};
        struct answer_string item;
        while (answer_source_next(&source, &item)) {
            text_append_size(&found, item.data, item.size);
            text_append_char(&found, ' ');
        }
        assert_string_equal(text_string(&found), rows[i].items);
    }
}

/* Every text that breaks off ends the walk, and never reads behind it. */
static void what_breaks_off_ends_the_walk(void **state)
{
    static const char text[] = "{\"x\":{\"y\":[1,\"\\\\\"]},\"a\":[{\"b\":\"c\\\"d\"},2]}";

    (void)state;
    for (size_t size = 0; size < sizeof(text); size++) {
        CLEANUP(text_free) struct text part = {0};
        struct answer_string item = {0};
        text_append_size(&part, text, size);
        struct answer_source source = answer_source_items(text_string(&part), size, "a");
        while (answer_source_next(&source, &item)) {
            assert_true(item.data + item.size <= part.data + size);
        }
    }
}

static void append_length(struct text *out, const char *bytes, size_t size)
{
    if (bytes == NULL) {
        text_append(out, "{}");
    } else {
        text_printf(out, "{\"length\":%zu}", size);
    }
}

static void copies_keep_what_is_written_but_blanks_and_secrets(void **state)
{
    static const char *const members[] = {"user_data", "password", NULL};
    static const struct answer_substitute substitute = {
        .members = members, .containers = &members[1], .append = append_length};
    static const struct {
        const char *text, *copy;
    } rows[] = {
        {" { \"a\" : [ 1.50 , 12345678901234567890 , 1e400 ] } ", "{\"a\":[1.50,12345678901234567890,1e400]}"},
        {"{\"a\":1,\"a\":2,\"\\u0061\":\"\\u00e9\\/\"}", "{\"a\":1,\"a\":2,\"\\u0061\":\"\\u00e9\\/\"}"},
        {"{\"user_data\" : \"a b\\n\\u00e9\"}", "{\"user_data\":{\"length\":6}}"},
        {"{\"x\":[{\"password\":\"\"}]}", "{\"x\":[{\"password\":{\"length\":0}}]}"},
        {"{\"password\":{\"password\":\"1\",\"other\":\"2\"},\"user_data\":null}",
         "{\"password\":{\"password\":{\"length\":1},\"other\":\"2\"},\"user_data\":null}"},
        {"[\"user_data\",\"password\"]", "[\"user_data\",\"password\"]"},
        {"{\"a\":\"user_data\",\"b\":\"\\\"user_data\\\":\\\"x\\\"\"}",
         "{\"a\":\"user_data\",\"b\":\"\\\"user_data\\\":\\\"x\\\"\"}"},
        {"{\"user_data\":\"\\u0000\\ud83d\\ude00\"}", "{\"user_data\":{\"length\":5}}"},
        {"{\"user\\u005fdat\\u0061\":\"abc\"}", "{\"user\\u005fdat\\u0061\":{\"length\":3}}"},
        {"{\"user_data\":{\"x\":[\"]}\",1]},\"b\":1}", "{\"user_data\":{},\"b\":1}"},
        {"{\"user_data\":[1,\"s\"],\"password\":12}", "{\"user_data\":{},\"password\":{}}"},
        {"{\"user_data\":true , \"password\" : [{\"a\":1}] }", "{\"user_data\":{},\"password\":{}}"},
        {"{\"\\u0070assword\":{\"a\":1,\"user_data\":{}}}", "{\"\\u0070assword\":{\"a\":1,\"user_data\":{}}}"},
        {"{\"user_data\\u0000\":\"x\",\"nuser_data\":\"x\"}", "{\"user_data\\u0000\":\"x\",\"nuser_data\":\"x\"}"},
        {"\"\"", "\"\""},
        {" 1 ", "1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text copy = {0};
        answer_source_copy(&copy, (struct answer_string){rows[i].text, strlen(rows[i].text)}, &substitute);
        assert_string_equal(text_string(&copy), rows[i].copy);
    }
}

static void half_a_pair_of_surrogates_becomes_a_character_that_readers_take(void **state)
{
    static const char text[] = "{\"a\":\"\\ud800x\"}";
    CLEANUP(text_free) struct text copy = {0};

    (void)state;
    answer_source_copy(&copy, (struct answer_string){text, strlen(text)}, NULL);
    assert_null(strstr(text_string(&copy), "\\ud800"));
    assert_non_null(strstr(text_string(&copy), "x\"}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_found_in_whatever_surrounds_them),
        cmocka_unit_test(what_breaks_off_ends_the_walk),
        cmocka_unit_test(copies_keep_what_is_written_but_blanks_and_secrets),
        cmocka_unit_test(half_a_pair_of_surrogates_becomes_a_character_that_readers_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
