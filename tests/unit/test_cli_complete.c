/* cli: what TAB offers in the shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/unit/cli_fixture.h"

/* `|` in a line is the cursor. */
struct completion_case {
    const char *line;
    const char *words; /* the candidates, with blanks between */
    enum cli_expected expected;
    const char *value;
};

static const struct completion_case cases[] = {
    {"|", "instance completion version", CLI_EXPECT_NOTHING, NULL},
    {"  ins|", "instance", CLI_EXPECT_NOTHING, NULL},
    {"ins|tance set", "instance", CLI_EXPECT_NOTHING, NULL},
    {"instance |", "set show", CLI_EXPECT_NOTHING, NULL},
    {"-q instance s|", "set show", CLI_EXPECT_NOTHING, NULL},
    {"bogus |", "", CLI_EXPECT_NOTHING, NULL},
    {"instance set --pro|", "--protocol", CLI_EXPECT_NOTHING, NULL},
    {"instance set --protocol |", "http https", CLI_EXPECT_NOTHING, NULL},
    {"instance set --protocol https|", "https", CLI_EXPECT_NOTHING, NULL},
    {"instance set --protocol=|", "--protocol=http --protocol=https", CLI_EXPECT_NOTHING, NULL},
    {"instance set --metadata-service |", "true false", CLI_EXPECT_NOTHING, NULL},
    {"instance set --enabled t|", "true", CLI_EXPECT_NOTHING, NULL},
    {"instance set --enabled true --ena|", "", CLI_EXPECT_NOTHING, NULL},
    {"instance set --name a --nam|", "--name", CLI_EXPECT_NOTHING, NULL},
    {"instance set -nj |", "auto", CLI_EXPECT_VALUE, "1..1000|auto"},
    {"instance set -j8 --from |", "", CLI_EXPECT_FILE, NULL},
    {"instance set --from=x|", "", CLI_EXPECT_FILE, NULL},
    {"instance set |", "", CLI_EXPECT_VALUE, "[NAME...]"},
    {"instance set web|", "", CLI_EXPECT_VALUE, "[NAME...]"},
    {"instance set -- --|", "", CLI_EXPECT_VALUE, "[NAME...]"},
    {"instance set --name --yes --h|", "--hop-limit --help", CLI_EXPECT_NOTHING, NULL},
    {"instance show x |", "", CLI_EXPECT_NOTHING, NULL},
    {"completion |", "bash zsh fish", CLI_EXPECT_NOTHING, NULL},
    {"completion 'z|", "zsh", CLI_EXPECT_NOTHING, NULL},
    {"completion \"f|", "fish", CLI_EXPECT_NOTHING, NULL},
    {"version; comp|", "completion", CLI_EXPECT_NOTHING, NULL},
    {"version;|", "instance completion version", CLI_EXPECT_NOTHING, NULL},
    {"version # x|", "", CLI_EXPECT_NOTHING, NULL},
    {"version --o|", "--output", CLI_EXPECT_NOTHING, NULL},
    {"-o |", "table json", CLI_EXPECT_NOTHING, NULL},
    {"--bogus=|", "", CLI_EXPECT_NOTHING, NULL},
};

static void candidates_are_what_the_table_allows_at_the_cursor(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(cli_candidates_free) struct cli_candidates candidates = {0};
        CLEANUP(text_free) struct text line = {0};
        CLEANUP(text_free) struct text words = {0};
        size_t cursor = strcspn(cases[i].line, "|");

        text_append_size(&line, cases[i].line, cursor);
        text_append(&line, cases[i].line + cursor + 1);
        cli_complete(&program, text_string(&line), cursor, &candidates);
        for (size_t c = 0; c < candidates.count; c++) {
            text_printf(&words, "%s%s", c ? " " : "", candidates.items[c].word);
        }
        if (strcmp(text_string(&words), cases[i].words) != 0 || candidates.expected != cases[i].expected) {
            fail_msg("'%s': offers '%s', expects %d", cases[i].line, text_string(&words), candidates.expected);
        }
        assert_string_equal(candidates.value ? candidates.value : "none", cases[i].value ? cases[i].value : "none");
    }
}

static void the_word_at_the_cursor_is_told_with_its_place_and_quote(void **state)
{
    static const struct {
        const char *line;
        size_t start;
        const char *prefix;
        char quote;
    } words[] = {
        {"instance ", 9, "", 0},
        {"instance se", 9, "se", 0},
        {"instance set 'a b", 13, "a b", '\''},
        {"instance set \"a", 13, "a", '"'},
        {"instance set x\\ y", 13, "x y", 0},
        {"a;b", 2, "b", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        CLEANUP(cli_candidates_free) struct cli_candidates candidates = {0};
        cli_complete(&program, words[i].line, strlen(words[i].line), &candidates);
        assert_int_equal(candidates.start, words[i].start);
        assert_string_equal(candidates.prefix, words[i].prefix);
        assert_int_equal(candidates.quote, words[i].quote);
    }
}

static void the_command_at_the_cursor_is_told(void **state)
{
    CLEANUP(cli_candidates_free) struct cli_candidates candidates = {0};

    (void)state;
    cli_complete(&program, "version; instance set web-", 26, &candidates);
    assert_ptr_equal(candidates.command, &cmd_set);
}

/* The words behind the cursor of a word list such as '--name' or '-n' in any script. */
static void scripts_name_every_option_and_command(void **state)
{
    static const char *const words[] = {"--enabled", "--metadata-service", "--hop-limit", "--region",
                                        "--output",  "instance",           "completion",  "https"};
    (void)state;
    for (int shell = CLI_BASH; shell <= CLI_ZSH; shell++) {
        CLEANUP(text_free) struct text script = {0};
        cli_completion_script(&program, (enum cli_shell)shell, &script);
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
            assert_non_null(strstr(text_string(&script), words[i]));
        }
        assert_null(strstr(text_string(&script), "NAME"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candidates_are_what_the_table_allows_at_the_cursor),
        cmocka_unit_test(the_word_at_the_cursor_is_told_with_its_place_and_quote),
        cmocka_unit_test(the_command_at_the_cursor_is_told),
        cmocka_unit_test(scripts_name_every_option_and_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
