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
    text_clear(&out);
    text_append_safe(&out, "\xf0\x9f\x98z", 4); /* a character that is cut short shows each of its bytes */
    assert_string_equal(text_string(&out), "\\xf0\\x9f\\x98z");
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

static void lines_are_wrapped_between_words_and_commands_stay_whole_or_one_to_a_shell(void **state)
{
    static const struct {
        const char *words, *wrapped;
        size_t at, indent, width;
    } rows[] = {
        {"all in one line", "all in one line", 0, 0, 15},
        {"one line is enough", "one line is\n  enough", 0, 2, 15},
        {"the  first \n begins later", "the first\n  begins later", 6, 2, 15},
        {"without a width there is one line", "without a width there is one line", 0, 2, 0},
        {"averyverylongword stays whole", "averyverylongword\nstays\nwhole", 0, 0, 8},
        {"\xe6\x9d\xb1\xe6\x9d\xb1 \xe6\x9d\xb1\xe6\x9d\xb1", "\xe6\x9d\xb1\xe6\x9d\xb1\n\xe6\x9d\xb1\xe6\x9d\xb1", 0,
         0, 8},
        {"next: meta runs resume last --yes", "next:\n  meta runs resume last --yes", 0, 2, 30},
        {"next: meta runs resume last --yes", "next:\n  meta runs resume \\\n    last --yes", 0, 2, 20},
        {"do (meta runs show last) now, please", "do\n (meta runs \\\n   show last)\n now, please", 0, 1, 14},
        {"do (meta runs show last) now, please", "do\n (meta runs show last)\n now, please", 0, 1, 22},
        {"meta set --where '.a; .b' -y; then look", "meta set --where '.a; .b' -y;\nthen look", 0, 0, 29},
        {"meta set --where '.a; .b' -y; then look", "meta set \\\n  --where '.a; .b' -y;\nthen look", 0, 0, 23},
        {"meta list . a b. Then go", "meta list . a b.\nThen go", 0, 0, 16},
        {"a `quote\nof words` here", "a `quote\nof\nwords`\nhere", 0, 0, 8},
        {"the 's of 'web-1' and more words", "the 's of\n'web-1'\nand more\nwords", 0, 0, 10},
        {"'a word'; `it's`: that", "'a word';\n`it's`:\nthat", 0, 0, 9},
        {"a 'quoted pair of words', b `and this`", "a\n'quoted pair of words',\nb\n`and this`", 0, 0, 10},
        {"all (-o json shows) it", "all\n(-o json\nshows) it", 0, 0, 9},
        {"it's of metadata: two words", "it's of\nmetadata:\ntwo words", 0, 0, 9},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        text_append_wrapped(&out, rows[i].words, "meta", rows[i].at, rows[i].indent, rows[i].width);
        assert_string_equal(text_string(&out), rows[i].wrapped);
    }
}

static void a_command_is_broken_where_a_shell_reads_it_as_one(void **state)
{
    static const struct {
        const char *line, *lines;
        size_t at, indent, width;
    } rows[] = {
        {"meta set a --all", "meta set a --all", 0, 4, 0},
        {"meta set a --all", "meta set a --all", 0, 4, 16},
        {"meta set a --all", "meta set a \\\n    --all", 0, 4, 15},
        {"meta set a --all", "meta set \\\n    a --all", 4, 4, 15},
        {"meta --region eu-de -y", "meta --region eu-de \\\n  -y", 0, 2, 21},
        {"meta --region eu-de -y", "meta \\\n  --region eu-de -y", 0, 2, 20},
        {"meta -o json --all", "meta \\\n  -o json \\\n  --all", 0, 2, 12},
        {"meta --all --x=1 a b", "meta --all \\\n  --x=1 a b", 0, 2, 13},
        {"meta -y -- -a -b", "meta -y -- \\\n  -a -b", 0, 2, 13},
        {"meta 'a b  c' \"d 'e\" f\\ g", "meta \\\n'a b  c' \\\n\"d 'e\" \\\nf\\ g", 0, 0, 10},
        {"meta --where '.a\vand .b\vand .c' -y", "meta \\\n  --where '.a\n  and .b\n  and .c' -y", 0, 2, 13},
        {"meta --where '.a\vand .b'", "meta --where '.a and .b'", 0, 2, 0},
        {"m \xe6\x9d\xb1\xe6\x9d\xb1 b", "m \xe6\x9d\xb1\xe6\x9d\xb1 b", 0, 2, 8},
        {"m \xe6\x9d\xb1\xe6\x9d\xb1 b", "m \\\n  \xe6\x9d\xb1\xe6\x9d\xb1 \\\n  b", 0, 2, 7},
        {"m \xc3\xa9\xc3\xa9\xc3\xa9 b", "m \xc3\xa9\xc3\xa9\xc3\xa9 b", 0, 2, 7},
        {"m 'a\033[1mb' c", "m 'a\\x1b[1mb' c", 0, 2, 40},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        text_append_command(&out, rows[i].line, strlen(rows[i].line), rows[i].at, rows[i].indent, rows[i].width);
        assert_string_equal(text_string(&out), rows[i].lines);
    }
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
    static const char *const words[] = {"enabled",  "protocol", "response_hop_limit", NULL, "name",
                                        "api-0010", "api-0001"};
    static const struct {
        const char *word, *nearest;
    } rows[] = {
        {"enabeld", "enabled"},
        {"protcol", "protocol"},
        {"hop_limit", NULL},
        {"response_hoplimit", "response_hop_limit"},
        {"xyz", NULL},
        {"", NULL},
        {"nmae", "name"},
        {"NAEM", "name"},
        {"api-001", "api-0001"},
        {"Api_001", "api-0001"},
        {"api-01", "api-0001"},
        {"api-0002", "api-0001"},
        {"nosuch-0001", NULL},
        {"apo-0001", "api-0001"},
        {"api-o001", "api-0001"},
        {"ap-0010", "api-0010"},
        {"web-7710", NULL},
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

static void one_slip_is_one_letter(void **state)
{
    static const struct {
        const char *a, *b;
        bool slip;
    } rows[] = {{"set", "see", true},       {"set", "seek", false}, {"creat", "create", true},
                {"craete", "create", true}, {"set", "set", true},   {"", "ab", false}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(text_one_slip(rows[i].a, rows[i].b), rows[i].slip);
    }
    assert_string_equal(text_article("instance"), "an");
    assert_string_equal(text_article("bare metal server"), "a");
    assert_string_equal(text_article(""), "a");
}

static void words_are_the_same_apart_from_case_and_separators(void **state)
{
    (void)state;
    assert_true(text_same_word("response_hop_limit", "Response-Hop limit"));
    assert_false(text_same_word("hop", "hops"));
    assert_false(text_same_word("hops", "hop"));
    assert_true(text_same_word("", ""));
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

static void broken_utf8_becomes_replacement_characters(void **state)
{
#define FFFD "\xef\xbf\xbd"
    /* The first rows are the examples of Unicode 15, tables 3-8 to 3-11. */
    static const struct {
        const char *bytes, *repaired;
    } rows[] = {
        {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A"},
        {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A"},
        {"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", FFFD FFFD FFFD FFFD FFFD "A" FFFD FFFD "B"},
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", FFFD FFFD FFFD FFFD "A"},
        {"", ""},
        {"web-1\n", "web-1\n"},
        {"caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80"},
        {"caf\xe9", "caf" FFFD},
        {"\xc3", FFFD},
        {"\xe6\x97", FFFD},
        {"\xf0\x9f\x98", FFFD},
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
        {"\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        text_append_utf8(&out, rows[i].bytes, strlen(rows[i].bytes));
        assert_string_equal(text_string(&out), rows[i].repaired);
    }
}

static void a_character_is_decoded_with_its_size(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t code;
        size_t size;
        bool broken;
    } rows[] = {
        {"A", 'A', 1, false},
        {"\xc3\xa9", 0xe9, 2, false},
        {"\xe2\x80\xae", 0x202e, 3, false},
        {"\xf0\x9f\x98\x80", 0x1f600, 4, false},
        {"\x80", 0x80, 1, true},
        {"\xf0\x9f\x98x", 0xf0, 3, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct text_character c = text_decode(rows[i].bytes, strlen(rows[i].bytes));
        assert_int_equal(c.code, rows[i].code);
        assert_int_equal(c.size, rows[i].size);
        assert_int_equal(c.broken, rows[i].broken);
    }
}

static void percent_coding_is_that_of_rfc_3986(void **state)
{
    static const struct {
        const char *string, *also, *coded;
    } rows[] = {
        {"aZ09-._~ +/&=%\xc3\xa9", "", "aZ09-._~%20%2B%2F%26%3D%25%C3%A9"},
        {"/tmp/a b", "/", "/tmp/a%20b"},
        {"", "/", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text coded = {0};
        CLEANUP(text_free) struct text back = {0};
        text_percent_encode(&coded, rows[i].string, rows[i].also);
        assert_string_equal(text_string(&coded), rows[i].coded);
        assert_true(text_percent_decode(&back, text_string(&coded), coded.size));
        assert_string_equal(text_string(&back), rows[i].string);
    }
}

static void a_percent_sign_without_digits_is_copied_and_reported(void **state)
{
    static const struct {
        const char *coded, *string;
        bool valid;
    } rows[] = {
        {"%41%4a%4A", "AJJ", true},  {"a%", "a%", false},   {"a%4", "a%4", false},
        {"a%4g%42", "a%4gB", false}, {"%%41", "%A", false}, {"a+b", "a+b", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        assert_int_equal(text_percent_decode(&out, rows[i].coded, strlen(rows[i].coded)), rows[i].valid);
        assert_string_equal(text_string(&out), rows[i].string);
    }
}

static void uuids_are_recognised_by_their_form(void **state)
{
    static const struct {
        const char *string;
        bool is;
    } rows[] = {
        {"2eb4e35a-4257-48f8-8239-da544d855655", true},  {"2EB4E35A-4257-48F8-8239-DA544D855655", true},
        {"2eb4e35a-4257-48f8-8239-da544d85565", false},  {"2eb4e35a-4257-48f8-8239-da544d8556555", false},
        {"2eb4e35a-4257-48f8-8239-da544d85565g", false}, {"2eb4e35a04257-48f8-8239-da544d855655", false},
        {"2eb4e35-a4257-48f8-8239-da544d855655", false}, {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(text_is_uuid(rows[i].string, strlen(rows[i].string)), rows[i].is);
    }
}

static void null_equals_null_only(void **state)
{
    char web[] = "web-1";

    (void)state;
    assert_true(text_equal("web-1", web));
    assert_false(text_equal("web-1", "web-12"));
    assert_false(text_equal("", NULL));
    assert_false(text_equal(NULL, ""));
    assert_true(text_equal(NULL, NULL));
}

static void a_time_is_written_as_options_take_it(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "0s"},          {1, "1ms"},         {500, "500ms"},    {1000, "1s"},      {1500, "1.5s"},
                 {30000, "30s"},     {59999, "59.999s"}, {60000, "1m"},     {90000, "90s"},    {300000, "5m"},
                 {3600000, "1h"},    {5400000, "90m"},   {604800000, "7d"}, {86400000, "24h"}, {172800000, "2d"},
                 {176400000, "49h"}, {3601000, "3601s"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(text_duration(cases[i].ms).text, cases[i].text);
    }
}

/* The first two are the examples of FIPS 180-4, B.1 and that of no bytes. */
static void digests_are_those_of_the_standard(void **state)
{
    static const struct {
        const char *bytes, *digest;
    } rows[] = {
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        text_append_sha256(&out, rows[i].bytes, strlen(rows[i].bytes));
        assert_string_equal(text_string(&out), rows[i].digest);
    }
}

static void a_uuid_follows_from_its_name(void **state)
{
    (void)state;
    CLEANUP(text_free) struct text first = {0};
    CLEANUP(text_free) struct text again = {0};
    CLEANUP(text_free) struct text other = {0};

    text_append_uuid_of(&first, "audit 1", 7);
    text_append_uuid_of(&again, "audit 1", 7);
    text_append_uuid_of(&other, "audit 2", 7);
    assert_true(text_is_uuid(text_string(&first), first.size));
    assert_int_equal(first.data[14], '5');
    assert_non_null(strchr("89ab", first.data[19]));
    assert_string_equal(text_string(&first), text_string(&again));
    assert_string_not_equal(text_string(&first), text_string(&other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_is_written_as_options_take_it),
        cmocka_unit_test(width_counts_wide_and_combining_characters),
        cmocka_unit_test(a_prefix_never_splits_a_character),
        cmocka_unit_test(what_steers_a_terminal_is_escaped),
        cmocka_unit_test(a_short_rendering_fits_and_says_that_it_was_cut),
        cmocka_unit_test(lines_are_wrapped_between_words_and_commands_stay_whole_or_one_to_a_shell),
        cmocka_unit_test(a_command_is_broken_where_a_shell_reads_it_as_one),
        cmocka_unit_test(globs_match_whole_strings),
        cmocka_unit_test(the_nearest_word_is_suggested_only_when_near),
        cmocka_unit_test(one_slip_is_one_letter),
        cmocka_unit_test(words_are_the_same_apart_from_case_and_separators),
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(broken_utf8_becomes_replacement_characters),
        cmocka_unit_test(a_character_is_decoded_with_its_size),
        cmocka_unit_test(percent_coding_is_that_of_rfc_3986),
        cmocka_unit_test(a_percent_sign_without_digits_is_copied_and_reported),
        cmocka_unit_test(uuids_are_recognised_by_their_form),
        cmocka_unit_test(null_equals_null_only),
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test(a_uuid_follows_from_its_name),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
