/* Room cel: what an expression of allowed_use is, and where it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cel/cel.h"
#include "text/text.h"

/* clang-format off */
static const struct cel_variable variables[] = {
    {"metadata_service.enabled", CEL_BOOL, 1, NULL},
    {"metadata_service.protocol", CEL_STRING, 0, "https"},
    {"enable_secure_boot", CEL_BOOL, 0, NULL},
    {"vcpu.count", CEL_INT, 8, NULL},
    {"gpu.count", CEL_INT, 2, NULL},
    {"gpu.model", CEL_STRING, 0, "a100"},
    {"gpu.memory", CEL_UNKNOWN, 0, "the profile has a range"},
    {"gpu.manufacturer", CEL_UNKNOWN, 0, NULL},
    {"low", CEL_INT, INT64_MIN, NULL},
    {"accented", CEL_STRING, 0, "\xc3\xbc"},
};

struct row {
    const char *expression;
    enum cel_verdict verdict;
    const char *place, *cause; /* of CEL_UNDECIDED: the place whole, the cause in part */
};

#define IS_TRUE(expression) {expression, CEL_TRUE, "", ""}
#define IS_FALSE(expression) {expression, CEL_FALSE, "", ""}
#define UNDECIDED(expression, place, cause) {expression, CEL_UNDECIDED, place, cause}

static const struct row documented[] = { /* vpc-api.md 4.3 */
    IS_TRUE("true"),
    IS_FALSE("false"),
    IS_FALSE("enable_secure_boot"),
    IS_TRUE("metadata_service.enabled == true && metadata_service.protocol == 'https'"),
    IS_FALSE("metadata_service.enabled == false"),
    IS_FALSE("gpu.count > 1 && gpu.manufacturer == \"nvidia\" && enable_secure_boot"),
    IS_TRUE("gpu.model in ['h100','a100']"),
    IS_TRUE("vcpu.count >= 4 && vcpu.count <= 16"),
};

static const struct row precedence[] = {
    IS_TRUE("true || false && false"),
    IS_FALSE("(true || false) && false"),
    IS_TRUE("false && false || true"),
    IS_FALSE("!true || false"),
    IS_TRUE("!(true && false)"),
    IS_TRUE("!false && true"),
    IS_TRUE("!!true"),
    IS_FALSE("!!!true"),
    IS_TRUE("!enable_secure_boot == metadata_service.enabled"), /* (!e) == m */
    IS_TRUE("1 < 2 == true"),
    IS_TRUE("2 == 2 == true"),
    UNDECIDED("true == 1 in [1]", "column 6", "between bool and int"), /* left to right: (true == 1) in [1] */
    IS_TRUE("1 in [1] == true"),
    IS_TRUE("1 == 2 == false && true"),
    IS_TRUE("true || false == true"),
    IS_TRUE("((((true))))"),
    IS_TRUE("\t\n\f\r true \r\n"),
    IS_TRUE("vcpu . count == 8"),
    IS_TRUE("true // the rest is a comment && false"),
    IS_TRUE("true && // one\n true // two\n"),
    IS_TRUE("a_1.b == 1 || true"),
    IS_TRUE("1+2*3 == 7"),
    IS_TRUE("(1+2)*3 == 9"),
    IS_TRUE("10-4-3 == 3"),
    IS_TRUE("100/10/5 == 2"),
    IS_TRUE("vcpu.count % 3 == 2"),
    IS_TRUE("-7 / 2 == -3 && -7 % 2 == -1"),
    IS_TRUE("vcpu.count -1 == 7"),
    IS_TRUE("2 * gpu.count < vcpu.count"),
};

static const struct row comparisons[] = {
    IS_TRUE("1 == 1"), IS_FALSE("1 == 2"), IS_TRUE("1 != 2"), IS_FALSE("1 != 1"),
    IS_TRUE("1 < 2"), IS_FALSE("2 < 2"), IS_TRUE("2 <= 2"), IS_FALSE("3 <= 2"),
    IS_TRUE("3 > 2"), IS_FALSE("2 > 2"), IS_TRUE("2 >= 2"), IS_FALSE("1 >= 2"),
    IS_TRUE("'a' < 'b'"), IS_TRUE("'a' < 'ab'"), IS_TRUE("'' < 'a'"), IS_TRUE("'Z' < 'a'"), IS_FALSE("'ab' <= 'a'"),
    IS_TRUE("'z' < '\xc3\xbc'"), IS_TRUE("'\\uFFFD' < '\\U0001F600'"),
    IS_TRUE("'a\\000b' > 'a\\000a'"), IS_FALSE("'a\\000b' == 'a'"),
    IS_FALSE("'HTTPS' == metadata_service.protocol"),
    IS_TRUE("false < true"), IS_TRUE("true >= true"), IS_FALSE("true < false"), IS_TRUE("true != false"),
    IS_TRUE("-1 < 0"), IS_TRUE("- 1 == -1"), IS_TRUE("--1 == 1"), IS_TRUE("--9223372036854775807 == 9223372036854775807"), IS_TRUE("-(1) == -1"), IS_TRUE("-vcpu.count == -8"),
    IS_TRUE("9223372036854775807 > 9223372036854775806"),
    IS_TRUE("-9223372036854775808 < -9223372036854775807"),
    IS_TRUE("-9223372036854775808 == low"),
    IS_TRUE("0x1F == 31 && 0xff == 0xFF && -0x10 == -16 && 007 == 7 && -0 == 0"),
    IS_TRUE("0x7fffffffffffffff == 9223372036854775807"),
};

static const struct row strings[] = {
    IS_TRUE("'a' == \"a\""),
    IS_TRUE("'say \"hi\"' == \"say \\\"hi\\\"\""),
    IS_TRUE("\"it's\" == 'it\\'s'"),
    IS_TRUE("'' == \"\""),
    IS_TRUE("'''it's''' == \"it's\""),
    IS_TRUE("\"\"\"a\"b\"\"\" == 'a\"b'"),
    IS_TRUE("'''a\nb''' == 'a\\nb'"),
    IS_TRUE("'\\a\\b\\f\\n\\r\\t\\v' == '\\x07\\x08\\x0c\\x0A\\x0d\\X09\\x0b'"),
    IS_TRUE("'\\\\' == r'\\' && '\\?\\`' == '?`'"),
    IS_TRUE("r'\\n' == '\\\\n' && R\"\\x\" == '\\\\x' && r'''a'b''' == 'a\\'b'"),
    IS_TRUE("'\\u00fc' == '\xc3\xbc' && '\\xfc' == accented && '\\374' == accented && '\\U000000fc' == accented"),
    IS_TRUE("'\\u20ac' == '\xe2\x82\xac' && '\\U0001F600' == '\xf0\x9f\x98\x80'"),
    IS_TRUE("'&& || ) ]' != ''"),
    IS_TRUE("'// no comment' == '/' + '/ no comment' || true"),
    UNDECIDED("'abc", "column 1", "no end"),
    UNDECIDED("true && \"abc'", "column 9", "no end"),
    UNDECIDED("'a\nb' == ''", "line 1, column 1", "no end"),
    UNDECIDED("'''a'' == ''", "column 1", "no end"),
    UNDECIDED("'\\", "column 2", "escape"),
    UNDECIDED("'a\\q'", "column 3", "escape"),
    UNDECIDED("'\\x1'", "column 2", "escape"),
    UNDECIDED("'\\u12'", "column 2", "escape"),
    UNDECIDED("'\\ud800'", "column 2", "escape"),
    UNDECIDED("'\\U00110000'", "column 2", "escape"),
    UNDECIDED("'\\400'", "column 2", "escape"),
    UNDECIDED("'\\08'", "column 2", "escape"),
    UNDECIDED("r'a\\'b'", "column 6", "expected, not b"),
    UNDECIDED("b'a' == 'a'", "column 2", "expected"),
};

static const struct row lists[] = {
    IS_TRUE("1 in [1, 2]"), IS_FALSE("3 in [1, 2]"), IS_FALSE("1 in []"), IS_TRUE("1 in [2, 1,]"),
    IS_TRUE("vcpu.count in [2, 4, 2 * 4]"),
    IS_TRUE("true in [false, !false]"),
    IS_TRUE("metadata_service.protocol in ['http', metadata_service.protocol]"),
    IS_TRUE("!(gpu.model in ['h100'])"),
    IS_TRUE("1 in [1] in [true]"),
    IS_TRUE("1 in ['1', 1]"), /* mixed: found */
    IS_TRUE("'b' in ['a' + 1 == 2, 'b'] || true"),
    UNDECIDED("1 in ['1', 2]", "column 3", "in is not defined between int and string"),
    UNDECIDED("1 in ['1']", "column 3", "int and string"),
    UNDECIDED("enable_secure_boot in [0, 1]", "column 20", "bool and int"),
    UNDECIDED("1 in [1, nothing]", "column 10", "there is no variable nothing"),
    UNDECIDED("nothing in []", "column 1", "there is no variable nothing"),
    UNDECIDED("1 in 1", "column 6", "list"),
    UNDECIDED("1 in gpu.model", "column 6", "list"),
    UNDECIDED("1 in ([1])", "column 6", "list"),
    UNDECIDED("1 in [1", "column 8", "a comma or ] is missing at the end"),
    UNDECIDED("1 in [1 2]", "column 9", "a comma or ] is expected, not 2"),
    UNDECIDED("1 in [,]", "column 7", "a value"),
    UNDECIDED("[1] == [1]", "column 1", "a value"),
    UNDECIDED("in [1]", "column 1", "a value"),
    UNDECIDED("1 !in [1]", "column 3", "an operator"),
};

static const struct row errors_are_absorbed[] = {
    IS_FALSE("false && nothing"), IS_FALSE("nothing && false"),
    IS_TRUE("true || nothing"), IS_TRUE("nothing || true"),
    IS_FALSE("false && 1"), IS_FALSE("1 && false"), IS_TRUE("true || 'a'"), IS_TRUE("'a' || true"),
    IS_FALSE("false && 1 == 'a'"), IS_FALSE("1 == 'a' && false"), IS_FALSE("nothing && nothing && false"),
    IS_TRUE("nothing || 1 / 0 == 1 || true"),
    IS_FALSE("false && (nothing || false)"), IS_TRUE("(nothing && false) || true"), IS_FALSE("(nothing && false) || false"),
    IS_FALSE("gpu.memory > 1 && gpu.count == 0"),
    UNDECIDED("true && nothing", "column 9", "there is no variable nothing"),
    UNDECIDED("nothing && true", "column 1", "there is no variable nothing"),
    UNDECIDED("false || nothing", "column 10", "there is no variable nothing"),
    UNDECIDED("nothing || false", "column 1", "there is no variable nothing"),
    UNDECIDED("nothing || other", "column 1", "nothing"),
    UNDECIDED("nothing && 1", "column 1", "nothing"),
    UNDECIDED("!nothing", "column 2", "nothing"),
    UNDECIDED("nothing == 1", "column 1", "nothing"),
    UNDECIDED("1 == nothing", "column 6", "nothing"),
    UNDECIDED("-nothing == 1", "column 2", "nothing"),
    UNDECIDED("1 + nothing == 1", "column 5", "nothing"),
    UNDECIDED("metadata_service.response_hop_limit == 1", "column 1", "no variable metadata_service.response_hop_limit"),
    UNDECIDED("metadata_service == true", "column 1", "there is no variable metadata_service"),
    UNDECIDED("vcpu.count.more == 1", "column 1", "there is no variable vcpu.count.more"),
    UNDECIDED("gpu.memory > 1", "column 1", "gpu.memory is not known: the profile has a range"),
    UNDECIDED("gpu.manufacturer == 'nvidia'", "column 1", "gpu.manufacturer is not known"),
    UNDECIDED("gpu.memory > 1 && gpu.count == 2", "column 1", "gpu.memory is not known"),
};

static const struct row types[] = {
    UNDECIDED("1 == '1'", "column 3", "== is not defined between int and string"),
    UNDECIDED("1 != '1'", "column 3", "!= is not defined between int and string"),
    UNDECIDED("true == 1", "column 6", "== is not defined between bool and int"),
    UNDECIDED("enable_secure_boot == 'true'", "column 20", "bool and string"),
    UNDECIDED("metadata_service.enabled == 1", "column 26", "bool and int"),
    UNDECIDED("'a' < 1", "column 5", "< is not defined between string and int"),
    UNDECIDED("1 <= 2 <= 3", "column 8", "<= is not defined between bool and int"),
    UNDECIDED("true && 1", "column 6", "&& is not defined between bool and int"),
    UNDECIDED("'a' || false", "column 5", "|| is not defined between string and bool"),
    UNDECIDED("1 && 2", "column 3", "&& is not defined between int and int"),
    UNDECIDED("!1", "column 1", "! is not defined for int"),
    UNDECIDED("!-1", "column 1", "! is not defined for int"),
    UNDECIDED("!'a'", "column 1", "! is not defined for string"),
    UNDECIDED("-true", "column 1", "- is not defined for bool"),
    UNDECIDED("-'a'", "column 1", "- is not defined for string"),
    UNDECIDED("'a' + 'b' == 'ab'", "column 5", "+ is not defined between string and string"),
    UNDECIDED("1 + true == 1", "column 3", "+ is not defined between int and bool"),
    UNDECIDED("1", "column 1", "of type int, not bool"),
    UNDECIDED(" vcpu.count", "column 1", "of type int, not bool"),
    UNDECIDED("'true'", "column 1", "of type string, not bool"),
    UNDECIDED("1 / 0 == 1", "column 3", "division by zero"),
    UNDECIDED("1 % (2 - 2) == 1", "column 3", "division by zero"),
    UNDECIDED("9223372036854775807 + 1 > 0", "column 21", "range"),
    UNDECIDED("-9223372036854775808 - 1 < 0", "column 22", "range"),
    UNDECIDED("low * 2 < 0", "column 5", "range"),
    UNDECIDED("low / -1 > 0", "column 5", "range"),
    UNDECIDED("low % -1 == 0", "column 5", "range"),
    UNDECIDED("-low > 0", "column 1", "range"),
};

static const struct row syntax[] = {
    UNDECIDED("", "column 1", "a value is missing at the end"),
    UNDECIDED("   ", "column 4", "a value is missing at the end"),
    UNDECIDED("// nothing but a comment", "column 25", "a value is missing at the end"),
    UNDECIDED("true &&", "column 8", "a value is missing at the end"),
    UNDECIDED("&& true", "column 1", "a value is expected, not &&"),
    UNDECIDED("true & true", "column 6", "'&' has no meaning here"),
    UNDECIDED("true | true", "column 6", "'|' has no meaning here"),
    UNDECIDED("vcpu.count = 4", "column 12", "'=' has no meaning here"),
    UNDECIDED("vcpu.count => 4", "column 12", "'=' has no meaning here"),
    UNDECIDED("vcpu.count === 4", "column 14", "'=' has no meaning here"),
    UNDECIDED("true ? true : false", "column 6", "'?' has no meaning here"),
    UNDECIDED("{'a': 1} == 1", "column 1", "'{' has no meaning here"),
    UNDECIDED("true;", "column 5", "';' has no meaning here"),
    UNDECIDED("(true", "column 6", "an operator or ) is missing at the end"),
    UNDECIDED("true)", "column 5", "an operator or the end is expected, not )"),
    UNDECIDED("()", "column 2", "a value is expected, not )"),
    UNDECIDED("true true", "column 6", "an operator or the end is expected, not true"),
    UNDECIDED("not true", "column 5", "an operator or the end is expected, not true"),
    UNDECIDED("true and true", "column 6", "an operator or the end is expected, not and"),
    UNDECIDED("size(gpu.model) == 4", "column 1", "size is called as a function"),
    UNDECIDED("gpu.model.startsWith('a')", "column 1", "gpu.model.startsWith is called as a function"),
    UNDECIDED("has(gpu.model)", "column 1", "has is called as a function"),
    UNDECIDED("gpu.model[0] == 'a'", "column 10", "an operator or the end is expected, not ["),
    UNDECIDED("gpu. == 1", "column 6", "a name is expected, not =="),
    UNDECIDED("gpu.in == 1", "column 5", "a name is expected, not in"),
    UNDECIDED(".gpu == 1", "column 1", "a value is expected, not ."),
    UNDECIDED("gpu..count == 1", "column 5", "a name is expected, not ."),
    UNDECIDED("while == 1", "column 1", "a value is expected, not while"),
    UNDECIDED("null == null", "column 1", "a value is expected, not null"),
    UNDECIDED("(vcpu).count == 1", "column 7", "an operator or the end is expected, not ."),
    UNDECIDED("-!true", "column 2", "a value is expected, not !"),
    UNDECIDED("!-vcpu.count", "column 3", "an integer is expected"),
    UNDECIDED("1.5 > 1", "column 1", "only integers"),
    UNDECIDED("1. > 1", "column 1", "only integers"),
    UNDECIDED("1e3 > 1", "column 1", "only integers"),
    UNDECIDED("1u == 1", "column 1", "only integers"),
    UNDECIDED("4vcpu == 1", "column 1", "only integers"),
    UNDECIDED("0x == 0", "column 1", "only integers"),
    UNDECIDED("9223372036854775808 > 0", "column 1", "out of range"),
    UNDECIDED("-9223372036854775809 < 0", "column 2", "out of range"),
    UNDECIDED("99999999999999999999 > 0", "column 1", "out of range"),
    UNDECIDED("0x10000000000000000 > 0", "column 1", "out of range"),
    UNDECIDED("true &&\n  nothing", "line 2, column 3", "nothing"),
    UNDECIDED("'\xc3\xbc\xe2\x82\xac' == nothing", "column 9", "nothing"), /* characters, not bytes */
    UNDECIDED("\xc3\xbc == 1", "column 1", "belongs into a string"),
    UNDECIDED("true \x01", "column 6", "has no meaning here"),
};
/* clang-format on */

static enum cel_verdict decide(const char *expression, struct err *e)
{
    CLEANUP(cel_release) struct cel *cel = cel_compile(expression, e);

    return cel != NULL ? cel_decide(cel, variables, sizeof(variables) / sizeof(variables[0]), e) : CEL_UNDECIDED;
}

static void check(const struct row *row)
{
    struct err e = ERR_INIT;
    enum cel_verdict verdict = decide(row->expression, &e);

    if (verdict != row->verdict || strcmp(e.place, row->place) != 0 || strstr(e.message, row->cause) == NULL ||
        (verdict == CEL_UNDECIDED) != (e.code == ERR_UNDECIDED)) {
        fail_msg("%s: verdict %d, at \"%s\": \"%s\"", row->expression, verdict, e.place, e.message);
    }
}

#define TABLE_TEST(table)                                               \
    static void test_##table(void **state)                              \
    {                                                                   \
        (void)state;                                                    \
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) { \
            check(&(table)[i]);                                         \
        }                                                               \
    }
TABLE_TEST(documented)
TABLE_TEST(precedence)
TABLE_TEST(comparisons)
TABLE_TEST(strings)
TABLE_TEST(lists)
TABLE_TEST(errors_are_absorbed)
TABLE_TEST(types)
TABLE_TEST(syntax)

/* langdef.md asks for 32 of everything; ours has a limit that is said, and no depth of the C stack hangs on it. */
static void long_and_deep_expressions_are_decided_or_refused(void **state)
{
    static const struct {
        const char *opening, *middle, *joint, *closing;
        unsigned count;
        enum cel_verdict verdict;
        const char *cause;
    } rows[] = {
        {"(", "true", "", ")", CEL_DEPTH_MAX, CEL_TRUE, ""},
        {"(", "true", "", ")", CEL_DEPTH_MAX + 1, CEL_UNDECIDED, "levels of brackets"},
        {"1 in [", "1 in [1]", "", "] || true", CEL_DEPTH_MAX - 1, CEL_TRUE, ""},
        {"1 in [", "1", "", "]", CEL_DEPTH_MAX + 1, CEL_UNDECIDED, "levels of brackets"},
        {"!", "true", "", "", 8000, CEL_TRUE, ""},
        {"-", "1 == 1", "", "", 8000, CEL_TRUE, ""},
        {"true && ", "true", "", "", 1000, CEL_TRUE, ""},
        {"false || ", "true", "", "", 900, CEL_TRUE, ""},
        {"true==", "true", "", "", 1000, CEL_TRUE, ""},
        {"1+", "1 > 0", "", "", 4000, CEL_TRUE, ""},
        {"x.", "x == 1 || true", "", "", 1000, CEL_TRUE, ""},
        {"", "true", " ", "", CEL_SIZE_MAX - 4, CEL_TRUE, ""},
        {"", "true", " ", "", CEL_SIZE_MAX - 3, CEL_UNDECIDED, "longer than 8192 bytes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text expression = {0};
        struct err e = ERR_INIT;
        for (unsigned n = 0; n < rows[i].count; n++) {
            text_append(&expression, rows[i].opening);
        }
        text_append(&expression, rows[i].middle);
        for (unsigned n = 0; n < rows[i].count; n++) {
            text_append(&expression, rows[i].joint);
            text_append(&expression, rows[i].closing);
        }
        enum cel_verdict verdict = decide(text_string(&expression), &e);
        if (verdict != rows[i].verdict || strstr(e.message, rows[i].cause) == NULL) {
            fail_msg("row %zu: verdict %d, %s: %s", i, verdict, e.place, e.message);
        }
    }
}

static void one_compiled_expression_serves_many_sets_of_variables(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(cel_release) struct cel *cel = cel_compile("a.b == 'x' && n >= 2", &e);
    const struct cel_variable one[] = {{"a.b", CEL_STRING, 0, "x"}, {"n", CEL_INT, 2, NULL}};
    const struct cel_variable other[] = {{"n", CEL_INT, 2, NULL}, {"a.b", CEL_STRING, 0, "y"}};

    (void)state;
    assert_non_null(cel);
    assert_int_equal(cel_decide(cel, one, 2, &e), CEL_TRUE);
    assert_int_equal(cel_decide(cel, other, 2, &e), CEL_FALSE);
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(cel_decide(cel, one, 1, &e), CEL_UNDECIDED);
    assert_int_equal(e.code, ERR_UNDECIDED);
    assert_true(cel_names(cel, "a.b"));
    assert_true(cel_names(cel, "n"));
    assert_false(cel_names(cel, "a"));
    assert_false(cel_names(cel, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documented),
        cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_errors_are_absorbed),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(long_and_deep_expressions_are_decided_or_refused),
        cmocka_unit_test(one_compiled_expression_serves_many_sets_of_variables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
