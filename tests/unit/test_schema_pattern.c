/* Regular expressions: ECMA-262 with the u flag on PCRE2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "schema/engine/schema_pattern.h"

enum { MATCHES_MAX = 6 };

static const struct {
    const char *pattern;
    const char *matching[MATCHES_MAX], *failing[MATCHES_MAX];
} cases[] = {
    /* anchors and the dot */
    {"^a$", {"a"}, {"a\n", "\na", "ba"}},
    {"^.$", {"a", "\xc3\xa9", "\xf0\x9f\x98\x80", "\t"}, {"\n", "\r", "\xe2\x80\xa8", "\xe2\x80\xa9", "ab"}},
    {"\\bfoo\\b", {"a foo b"}, {"foot"}},
    {"o\\B", {"foot"}, {"do"}},
    /* \d \w \s are what ECMA-262 says, not what Unicode or Perl say */
    {"^\\d+$", {"059"}, {"\xd9\xa3"}},
    {"^\\D$", {"\xd9\xa3"}, {"5"}},
    {"^\\w$", {"a", "_", "9"}, {"\xc3\xa9", "-"}},
    {"^\\W$", {"\xc3\xa9", "-"}, {"a"}},
    {"^\\s$", {" ", "\t", "\v", "\xc2\xa0", "\xef\xbb\xbf", "\xe3\x80\x80"}, {"\xc2\x85", "\xe1\xa0\x8e", "a"}},
    {"^\\S$", {"\xc2\x85", "a"}, {"\v", "\xc2\xa0", "\xef\xbb\xbf"}},
    {"^[\\s]$", {"\xe2\x80\xa8"}, {"x"}},
    {"^[^\\S]$", {" "}, {"x"}},
    {"^[\\S\\n]$", {"x", "\n"}, {" "}},
    /* escapes */
    {"^\\cJ$", {"\n"}, {"J"}},
    {"^\\x41\\u0042\\u{43}$", {"ABC"}, {"abc"}},
    {"^\\u{1F600}$", {"\xf0\x9f\x98\x80"}, {"x"}},
    {"^\\uD83D\\uDE00$", {"\xf0\x9f\x98\x80"}, {"x"}},
    {"^\\uD83D$", {NULL}, {"x", "\xf0\x9f\x98\x80"}},
    {"^\\t\\n\\v\\f\\r$", {"\t\n\v\f\r"}, {"tnvfr"}},
    {"^\\/\\.\\-\\$$", {"/.-$"}, {"/x-$"}},
    /* classes */
    {"^[]$", {NULL}, {"", "x"}},
    {"^[^]$", {"\n", "x"}, {"", "xy"}},
    {"^[a\\-z]$", {"-", "a"}, {"m"}},
    {"^[\\w-.]$", {"-", ".", "q"}, {"+"}},
    {"^[[:alpha:]]$", {":]", "a]"}, {"z", "b"}},
    {"^[\\b]$", {"\b"}, {"b"}},
    {"^[\xf0\x9f\x98\x80-\xf0\x9f\x98\x8f]$", {"\xf0\x9f\x98\x85"}, {"\xf0\x9f\x98\x90"}},
    {"^[^a-c]$", {"d", "\n"}, {"b"}},
    /* properties, with the long names */
    {"^\\p{Letter}+$", {"a\xc3\xa9\xce\xb1"}, {"1"}},
    {"^\\p{Uppercase_Letter}$", {"\xc3\x89"}, {"e"}},
    {"^\\p{General_Category=Decimal_Number}$", {"\xd9\xa3"}, {"a"}},
    {"^\\p{Script=Greek}$", {"\xce\xb1"}, {"a"}},
    {"^[\\p{sc=Cyrillic}_]$", {"\xd0\xb6", "_"}, {"a"}},
    {"^\\P{L}$", {"1"}, {"a"}},
    {"^\\p{Assigned}$", {"a"}, {"\xcd\xb8"}},
    /* groups */
    {"^(?<a>x|y)\\k<a>$", {"xx", "yy"}, {"xy"}},
    {"^(a)?\\1b$", {"b", "aab"}, {"ab"}},
    {"^\\1(a)$", {"a"}, {"aa"}},
    {"^(?:ab)+?$", {"abab"}, {"aba"}},
    {"^a(?=b)", {"ab"}, {"ac"}},
    {"^a(?!b)", {"ac"}, {"ab"}},
    {"(?<=a)b", {"ab"}, {"cb"}},
    {"(?<!a)b", {"cb"}, {"ab"}},
    /* braces and brackets that mean themselves */
    {"^a{2}$", {"aa"}, {"a"}},
    {"^{}]$", {"{}]"}, {"a"}},
    {"^a{,2}$", {"a{,2}"}, {"aa"}},
};

static void test_patterns_match_as_in_ecma_262(void **state)
{
    struct schema_matcher *matcher = schema_matcher_create(SCHEMA_PATTERN_EFFORT_MAX);
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text reason = {0};
        struct schema_pattern *pattern = schema_pattern_create(cases[i].pattern, strlen(cases[i].pattern), &reason);
        if (pattern == NULL) {
            fail_msg("%s: %s", cases[i].pattern, text_string(&reason));
        }
        /* more often than the interpreter runs: the machine code must agree */
        for (size_t k = 0; k < 20 * MATCHES_MAX; k++) {
            const char *good = cases[i].matching[k % MATCHES_MAX];
            const char *bad = cases[i].failing[k % MATCHES_MAX];
            if (good != NULL && schema_pattern_match(pattern, matcher, good, strlen(good)) != SCHEMA_MATCH) {
                fail_msg("%s does not match \"%s\"", cases[i].pattern, good);
            }
            if (bad != NULL && schema_pattern_match(pattern, matcher, bad, strlen(bad)) != SCHEMA_NO_MATCH) {
                fail_msg("%s matches \"%s\"", cases[i].pattern, bad);
            }
        }
        schema_pattern_destroy(pattern);
    }
    schema_matcher_destroy(matcher);
}

static void test_what_ecma_262_does_not_know_is_refused(void **state)
{
    static const char *const patterns[] = {
        "(",        ")",
        "[a",       "a**",
        "*a",       "a++",
        "(?>a)",    "(?i)a",
        "(?i:a)",   "(?#x)",
        "(*FAIL)",  "\\A",
        "\\Z",      "\\z",
        "\\G",      "\\K",
        "\\Q",      "\\R",
        "\\h",      "\\a",
        "\\e",      "\\1",
        "(a)\\2",   "\\k<a>",
        "\\k",      "(?<a>x)(?<a>y)",
        "(?<1>x)",  "(?<>x)",
        "(?P<a>x)", "\\x4",
        "\\u12",    "\\u{110000}",
        "\\u{}",    "\\c1",
        "\\01",     "\\",
        "[b-a]",    "\\p{Nope}",
        "\\p",      "\\p{L",
        "(?<=a+)b", "(?<=a)*",
        "^*",       "[\\B]",
        "(?",       "a{2}{3}",
        "|*",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        CLEANUP(text_free) struct text reason = {0};
        struct schema_pattern *pattern = schema_pattern_create(patterns[i], strlen(patterns[i]), &reason);
        if (pattern != NULL || reason.size == 0) {
            fail_msg("%s is accepted", patterns[i]);
        }
    }
}

static void test_no_pattern_runs_for_ever(void **state)
{
    static const char *const patterns[] = {"^(a|aa)+$", "^(a+)+$", "^([a-z]+)*[0-9]$", "^(?:a*a*a*)*b",
                                           "^(a?){60}a{60}$[b]"};
    char subject[402];
    (void)state;

    memset(subject, 'a', 400);
    subject[400] = '!';
    subject[401] = '\0';
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        struct schema_matcher *matcher = schema_matcher_create(1000000);
        CLEANUP(text_free) struct text reason = {0};
        struct schema_pattern *pattern = schema_pattern_create(patterns[i], strlen(patterns[i]), &reason);
        assert_non_null(pattern);
        for (int round = 0; round < 100; round++) {
            assert_int_not_equal(schema_pattern_match(pattern, matcher, subject, 401), SCHEMA_MATCH);
        }
        schema_pattern_destroy(pattern);
        schema_matcher_destroy(matcher);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns_match_as_in_ecma_262),
        cmocka_unit_test(test_what_ecma_262_does_not_know_is_refused),
        cmocka_unit_test(test_no_pattern_runs_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
