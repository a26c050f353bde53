/* Room text: width, cutting, harmless rendering, patterns, likeness, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/text.h"

static void width_counts_wide_and_combining_characters(void **state)
{
    static const struct {
        const char *string;
        size_t columns;
    } rows[] = {
        {"", 0}, {"web-01", 6}, {"\xe6\x97\xa5\xe6\x9c\xac", 4}, {"e\xcc\x81", 1}, {"\xf0\x9f\x98\x80", 2}, {"\xff", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(text_width(rows[i].string, strlen(rows[i].string)), rows[i].columns);
    }
}

static void a_prefix_never_splits_a_character(void **state)
{
    (void)state;
    assert_int_equal(text_prefix("\xe6\x97\xa5\xe6\x9c\xac", 6, 3), 3);
    assert_int_equal(text_prefix("abc", 3, 2), 2);
    assert_int_equal(text_prefix("abc", 3, 9), 3);
}

static void what_steers_a_terminal_is_escaped(void **state)
{
    CLEANUP(text_free) struct text out = {0};
    static const char raw[] = "a\033[31m\xc2\x9b\xe2\x80\xae\xc0z";

    (void)state;
    text_append_safe(&out, raw, sizeof(raw) - 1);
    assert_string_equal(text_string(&out), "a\\x1b[31m\\x9b\\u{202e}\\xc0z");
}

static void a_short_rendering_fits_and_says_that_it_was_cut(void **state)
{
    CLEANUP(text_free) struct text out = {0};

    (void)state;
    text_append_short(&out, "instance-with-a-long-name", 25, 12);
    assert_string_equal(text_string(&out), "instance-...");
    text_clear(&out);
    text_append_short(&out, "short", 5, 12);
    assert_string_equal(text_string(&out), "short");
}

static void globs_match_whole_strings(void **state)
{
    static const struct {
        const char *pattern, *string;
        bool matches;
    } rows[] = {
        {"web-*", "web-01", true}, {"web-*", "db-web-01", false},  {"*", "", true},
        {"w?b", "web", true},      {"w?b", "wb", false},           {"[a-c]x", "bx", true},
        {"[!a-c]x", "bx", false},  {"*-prod-*", "a-prod-b", true}, {"\\*", "*", true},
        {"\\*", "x", false},       {"a*b*c", "axxbyyc", true},     {"a*b*c", "axxbyy", false},
        {"[", "[", true},          {"?", "\xc3\xa4", true},        {"web", "web-01", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(text_glob(rows[i].pattern, rows[i].string), rows[i].matches);
    }
}

static void the_nearest_word_is_suggested_only_when_near(void **state)
{
    static const char *const words[] = {"enabled", "protocol", "response_hop_limit", NULL, "name"};
    static const struct {
        const char *word, *nearest;
    } rows[] = {
        {"enabeld", "enabled"}, {"protcol", "protocol"},
        {"hop_limit", NULL},    {"response_hoplimit", "response_hop_limit"},
        {"xyz", NULL},          {"", NULL},
        {"nmae", "name"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *nearest = text_nearest(rows[i].word, words, sizeof(words) / sizeof(words[0]));
        if (rows[i].nearest == NULL) {
            assert_null(nearest);
        } else {
            assert_string_equal(nearest, rows[i].nearest);
        }
    }
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
    static const struct {
        const char *string;
        bool good;
        long value;
    } rows[] = {
        {"64", true, 64}, {"65", false, 0}, {"0", false, 0},  {"1", true, 1},    {"1x", false, 0},
        {"", false, 0},   {" 1", false, 0}, {"+1", false, 0}, {"1.0", false, 0}, {"99999999999999999999", false, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        long value = 0;
        assert_int_equal(text_to_long(rows[i].string, 1, 64, &value), rows[i].good);
        assert_int_equal(value, rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_counts_wide_and_combining_characters),
        cmocka_unit_test(a_prefix_never_splits_a_character),
        cmocka_unit_test(what_steers_a_terminal_is_escaped),
        cmocka_unit_test(a_short_rendering_fits_and_says_that_it_was_cut),
        cmocka_unit_test(globs_match_whole_strings),
        cmocka_unit_test(the_nearest_word_is_suggested_only_when_near),
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
