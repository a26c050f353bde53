/* cli: help, manual pages and the JSON of the table say what the table says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/unit/cli_fixture.h"

static void help_of_a_command_leads_with_examples_and_groups_its_options(void **state)
{
    CLEANUP(text_free) struct text help = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(cli_help(&program, "instance set", 80, &help, &e));
    assert_string_equal(text_string(&help),
                        "vm instance set: change settings\n"
                        "\n"
                        "Usage: vm instance set [NAME...] [OPTIONS]\n"
                        "\n"
                        "Examples:\n"
                        "  # all web servers\n"
                        "  vm instance set --name 'web-*' --enabled true | tail > log\n"
                        "\n"
                        "Changes only what was asked for.\n"
                        "\n"
                        "Options:\n"
                        "  -n, --dry-run                   show the diff, send nothing\n"
                        "  -y, --yes                       do not ask\n"
                        "  -j, --concurrency 1..1000|auto  requests in flight (default: auto)\n"
                        "      --max-failures N|P%         stop after\n"
                        "      --name GLOB                 by name (may be repeated)\n"
                        "      --batch N,...               sizes of batches (default: 1,100%)\n"
                        "      --from FILE|-               names from a file\n"
                        "      --wait DURATION             between batches\n"
                        "\n"
                        "Settings:\n"
                        "      --enabled true|false        metadata service on or off (also\n"
                        "                                  --metadata-service)\n"
                        "      --protocol http|https       how it is reached\n"
                        "      --hop-limit 1..64           hops of an answer (also\n"
                        "                                  --metadata-service-response-hop-limit)\n"
                        "\n"
                        "Global options ('vm help' explains them):\n"
                        "  -h/--help --version --region -o/--output --timeout --endpoint -q/--quiet\n");
}

static void a_noun_lists_its_verbs(void **state)
{
    CLEANUP(text_free) struct text help = {0};
    CLEANUP(text_free) struct text overview = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(cli_help(&program, "instance", 80, &help, &e));
    assert_string_equal(text_string(&help), "vm instance: virtual servers\n"
                                            "\n"
                                            "Usage: vm instance VERB [OPTIONS]\n"
                                            "\n"
                                            "Verbs:\n"
                                            "  set   change settings\n"
                                            "  show  show one\n"
                                            "\n"
                                            "'vm help instance VERB' says more.\n");
    cli_overview(&program, "instance", 80, &overview);
    assert_string_equal(text_string(&overview), text_string(&help));
}

static void help_wraps_to_the_terminal_between_40_and_100_columns(void **state)
{
    static const struct {
        unsigned columns;
        size_t most;
    } cases[] = {{0, 80}, {20, 40}, {60, 60}, {80, 80}, {300, 100}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text help = {0};
        struct err e = ERR_INIT;
        size_t widest = 0;
        assert_true(cli_help(&program, "", cases[i].columns, &help, &e));
        for (const char *line = text_string(&help); *line != '\0'; line += strcspn(line, "\n") + 1) {
            size_t width = text_width(line, strcspn(line, "\n"));
            widest = width > widest ? width : widest;
        }
        assert_in_range(widest, 20, cases[i].most);
    }
}

static void a_long_example_goes_on_as_a_shell_can_read_it(void **state)
{
    static const struct cmd_example examples[] = {
        {"vm instance set --name 'a name with --dashes in it' --protocol https --enabled true --dry-run", "long"},
        {0},
    };
    struct cmd_spec command = cmd_set;
    const struct cmd_spec *const list[] = {&command, NULL};
    struct cli_program other = program;
    CLEANUP(text_free) struct text help = {0};
    struct err e = ERR_INIT;

    (void)state;
    command.examples = examples;
    other.commands = list;
    assert_true(cli_help(&other, "instance set", 60, &help, &e));
    assert_non_null(strstr(text_string(&help), "\n  vm instance set --name 'a name with --dashes in it' \\\n"
                                               "    --protocol https --enabled true --dry-run\n"));
}

static void unknown_topics_are_usage_errors(void **state)
{
    static const struct {
        const char *topic, *message;
    } cases[] = {
        {"instnce", "unknown command 'instnce': did you mean 'instance'? (see 'vm help')"},
        {"instance sow", "unknown command 'instance sow': did you mean: vm help instance show"},
        {"instance set now", "unknown command 'instance set now': did you mean: vm help instance set"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        struct err e = ERR_INIT;
        assert_false(cli_help(&program, cases[i].topic, 80, &out, &e));
        assert_string_equal(e.message, cases[i].message);
        assert_int_equal(e.code, ERR_USAGE);
        assert_int_equal(out.size, 0);
    }
}

static void the_table_as_json_has_every_property_of_an_option(void **state)
{
    JSON_CLEANUP json_t *table = cli_help_json(&program);
    const json_t *set = json_at(table, "/commands/0");
    CLEANUP(text_free) struct text option = {0};

    (void)state;
    assert_int_equal(json_integer_value(json_at(table, "/schema_version")), 1);
    assert_string_equal(json_string_value(json_at(set, "/command")), "instance set");
    assert_true(json_is_true(json_at(set, "/writes")));
    assert_null(json_at(set, "/max_arguments"));
    assert_string_equal(json_string_value(json_at(table, "/commands/2/argument_values/1")), "zsh");
    json_print(&option, json_at(set, "/options/2"), JSON_PRINT_COMPACT);
    assert_string_equal(text_string(&option),
                        "{\"name\":\"concurrency\",\"kind\":\"integer\",\"letter\":\"j\",\"value\":\"1..1000|auto\","
                        "\"minimum\":1,\"maximum\":1000,\"word\":\"auto\",\"default\":\"auto\","
                        "\"help\":\"requests in flight\"}");
    text_clear(&option);
    json_print(&option, json_at(set, "/options/9"), JSON_PRINT_COMPACT);
    assert_string_equal(text_string(&option),
                        "{\"name\":\"protocol\",\"kind\":\"choice\",\"value\":\"http|https\","
                        "\"values\":[\"http\",\"https\"],\"group\":\"Settings\",\"help\":\"how it is reached\"}");
}

static const char files_text[] =
    "# files: where the state is\n"
    "\n"
    "One `vm show` and\nanother `word`.\n"
    "\n"
    "`~/.vm`\n: the state\n  'x' and \\y\n"
    "\n"
    "`a`, `b`\n: two\n"
    "## More\n"
    "- one\n- two\n  lines\n"
    "```sh\n.z | 'y' --long --option --after --option --and --another --option --for --all\n```\n"
    "```\n  as it is\n```\n"
    "See also: instance set, more\n";
static const char more_text[] = "# more: what is left\n\nSee also: files\n";
static const struct cli_topic topics[] = {{"files", files_text, files_text + sizeof(files_text) - 1},
                                          {"more", more_text, more_text + sizeof(more_text) - 1},
                                          {0}};

static struct cli_program with_topics(void)
{
    static const char *const sections[] = {"files", NULL};
    struct cli_program other = program;

    other.topics = topics;
    other.sections = sections;
    return other;
}

static void a_topic_is_shown_in_the_lines_of_the_terminal(void **state)
{
    struct cli_program other = with_topics();
    CLEANUP(text_free) struct text help = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(cli_help(&other, "files", 60, &help, &e));
    assert_string_equal(text_string(&help), "files: where the state is\n"
                                            "\n"
                                            "One `vm show` and another `word`.\n"
                                            "\n"
                                            "  ~/.vm  the state 'x' and \\y\n"
                                            "  a, b   two\n"
                                            "\n"
                                            "More:\n"
                                            "- one\n"
                                            "- two lines\n"
                                            "\n"
                                            "  .z | 'y' --long --option --after --option --and \\\n"
                                            "    --another --option --for --all\n"
                                            "\n"
                                            "    as it is\n"
                                            "\n"
                                            "See also: `vm help instance set`, `vm help more`\n");
}

static void a_command_names_the_topics_that_name_it(void **state)
{
    struct cli_program other = with_topics();
    CLEANUP(text_free) struct text help = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(cli_help(&other, "instance set", 60, &help, &e));
    assert_non_null(strstr(text_string(&help), "\nSee also: `vm help files`\n"));
    text_clear(&help);
    assert_true(cli_help(&other, "", 60, &help, &e));
    assert_non_null(strstr(text_string(&help), "\nTopics:\n"));
    assert_non_null(strstr(text_string(&help), "what is left"));
}

static void manual_pages_escape_what_roff_would_read(void **state)
{
    struct cli_program other = with_topics();
    CLEANUP(text_free) struct text page = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(cli_man(&other, "", &page, &e));
    assert_non_null(strstr(text_string(&page), ".SH FILES\nOne \\fBvm show\\fR and another \\fBword\\fR.\n"
                                               ".TP\n\\fB\\(ti/.vm\\fR\nthe state \\(aqx\\(aq and \\ey\n"));
    assert_non_null(strstr(text_string(&page), ".nf\n\\&.z | \\(aqy\\(aq"));
    assert_non_null(strstr(text_string(&page), "\\fBvm\\-instance\\-set\\fR(1)"));
    assert_non_null(strstr(text_string(&page), "\\fBvm\\-more\\fR(7)"));
    assert_non_null(strstr(text_string(&page), "\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fItable|json\\fR\n"));
    text_clear(&page);
    assert_true(cli_topic_man(&other, "files", &page, &e));
    assert_int_equal(strncmp(text_string(&page), ".TH \"VM\\-FILES\" 7 ", 18), 0);
    assert_non_null(strstr(text_string(&page), "\n.SH More\n"));
}

static void a_noun_has_no_manual_page(void **state)
{
    CLEANUP(text_free) struct text page = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_false(cli_man(&program, "instance", &page, &e));
    assert_int_equal(e.code, ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_of_a_command_leads_with_examples_and_groups_its_options),
        cmocka_unit_test(a_noun_lists_its_verbs),
        cmocka_unit_test(help_wraps_to_the_terminal_between_40_and_100_columns),
        cmocka_unit_test(a_long_example_goes_on_as_a_shell_can_read_it),
        cmocka_unit_test(unknown_topics_are_usage_errors),
        cmocka_unit_test(the_table_as_json_has_every_property_of_an_option),
        cmocka_unit_test(a_topic_is_shown_in_the_lines_of_the_terminal),
        cmocka_unit_test(a_command_names_the_topics_that_name_it),
        cmocka_unit_test(manual_pages_escape_what_roff_would_read),
        cmocka_unit_test(a_noun_has_no_manual_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
