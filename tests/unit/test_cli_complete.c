/* cli: what TAB offers in the shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
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

/* --- options that need and exclude, and words that the program knows ---------------------------------- */

struct report_opts {
    bool yes, all, list;
    struct opt_list rules, names, fields;
    struct opt_enum output;
    const char *query;
};

static const char *const rules[] = {"disabled", "hop-limit", "http", NULL};
static const char *const outputs[] = {"table", "json", NULL};

static const struct opt_spec report_opt[] = {
    OPT_FLAG(struct report_opts, yes, 'y', "yes", "needs --all", .needs = "all"),
    OPT_FLAG(struct report_opts, all, 0, "all", "everything", .excludes = "name"),
    OPT_FLAG(struct report_opts, list, 0, "list", "alone", .flags = OPT_ALONE),
    OPT_COMMA_LIST(struct report_opts, rules, 0, "rule", "R,...", "rules", .words = rules),
    OPT_LIST(struct report_opts, names, 0, "name", "GLOB", "names"),
    OPT_COMMA_LIST(struct report_opts, fields, 0, "fields", "A,B", "fields"),
    OPT_ENUM(struct report_opts, output, 'o', "output", outputs, "format"),
    OPT_STRING(struct report_opts, query, 0, "jq", "EXPR", "filter", .excludes = "output=table"),
    OPT_END,
};

static void know(const struct cmd_spec *command, const struct opt_spec *option, struct cli_known *known)
{
    if (option == NULL) {
        cli_known_add(known, "last", "the newest");
        cli_known_add(known, "run-1", "");
    } else if (strcmp(option->name, "fields") == 0) {
        cli_known_add(known, command != NULL ? "id" : "any", "");
        cli_known_add(known, "name", "");
    } else if (strcmp(option->name, "rule") == 0) {
        cli_known_add(known, "http", "not encrypted");
    }
}

static const struct cmd_spec cmd_report = {.path = "report",
                                           .summary = "report",
                                           .arguments = "RUN",
                                           .opts = report_opt,
                                           .opts_size = sizeof(struct report_opts),
                                           .max_args = 1,
                                           .run = run_nothing};
static const struct cmd_spec *const report_commands[] = {&cmd_report, NULL};
static const struct cli_program knowing = {
    .name = "vm", .version = "1", .summary = "reports", .commands = report_commands, .known_words = know};

static void answers_are_what_can_stand_at_the_last_word(void **state)
{
    static const struct {
        const char *line, *answer;
    } lines[] = {
        {"", "words\t\t\nreport\treport\n"},
        {"report| ", "value\t\tRUN\nlast\tthe newest\nrun-1\t\n"},
        {"report|r", "value\t\tRUN\nrun-1\t\n"},
        {"report|last|", "words\t\t\n"},
        {"report|--rule|", "value\t\tR,...\nhttp\tnot encrypted\ndisabled\t\nhop-limit\t\n"},
        {"report|--rule|h", "value\t\tR,...\nhttp\tnot encrypted\nhop-limit\t\n"},
        {"report|--rule|http,", "value\thttp,\tR,...\ndisabled\t\nhop-limit\t\n"},
        {"report|--rule|http,disabled,h", "value\thttp,disabled,\tR,...\nhop-limit\t\n"},
        {"report|--rule|hop-limit,disabled,http,", "value\thop-limit,disabled,http,\tR,...\n"},
        {"report|--rule=disabled,h", "value\t--rule=disabled,\tR,...\nhttp\tnot encrypted\nhop-limit\t\n"},
        {"report|--fields|", "value\t\tA,B\nid\t\nname\t\n"},
        {"report|--fields|id,", "value\tid,\tA,B\nname\t\n"},
        {"report|--jq|.|-o|", "words\t\t\njson\t\n"},
        {"report|-o|table|--j", "words\t\t\n"},
        {"report|--y", "words\t\t\n"},
        {"report|--all|--y", "words\t\t\n--yes\tneeds --all\n"},
        {"report|--all|--n", "words\t\t\n"},
        {"report|--name|x|--a", "words\t\t\n"},
        {"report|--all|--li", "words\t\t\n"},
        {"report|--list|--a", "words\t\t\n"},
        {"report|x|--li", "words\t\t\n"},
        {"report|--li", "words\t\t\n--list\talone\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        CLEANUP(text_free) struct text answer = {0};
        char line[80];
        const char *words[8];
        size_t count = 0;

        snprintf(line, sizeof(line), "%s", lines[i].line);
        for (char *rest = line, *word; (word = strsep(&rest, "|")) != NULL;) {
            word[strcspn(word, " ")] = '\0';
            words[count++] = word;
        }
        cli_completion_answer(&knowing, words, count, &answer);
        if (strcmp(text_string(&answer), lines[i].answer) != 0) {
            fail_msg("'%s': %s", lines[i].line, text_string(&answer));
        }
    }
}

static void scripts_ask_the_program(void **state)
{
    static const char *const paths[] = {NULL, "/opt/my tools/vm"};

    (void)state;
    for (int shell = CLI_BASH; cli_shell_names[shell] != NULL; shell++) {
        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
            CLEANUP(text_free) struct text script = {0};
            cli_completion_script(&program, (enum cli_shell)shell, paths[i], &script);
            assert_non_null(strstr(text_string(&script), " " CLI_COMPLETE " "));
            assert_non_null(strstr(text_string(&script), shell == CLI_FISH ? "set program vm\n" : "program=vm\n"));
            assert_int_equal(strstr(text_string(&script), "'/opt/my tools/vm'\n") != NULL, paths[i] != NULL);
            assert_null(strstr(text_string(&script), "NAME"));
            assert_null(strstr(text_string(&script), "WHERE"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candidates_are_what_the_table_allows_at_the_cursor),
        cmocka_unit_test(the_word_at_the_cursor_is_told_with_its_place_and_quote),
        cmocka_unit_test(the_command_at_the_cursor_is_told),
        cmocka_unit_test(answers_are_what_can_stand_at_the_last_word),
        cmocka_unit_test(scripts_ask_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
