/* cli: what a command line means, and what is said about one that means nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli_command_line.h"
#include "tests/unit/cli_check.h"
#include "tests/unit/cli_fixture.h"

/* Parses a line that must parse. */
static struct cli_call parsed(const char *text)
{
    CLEANUP(cli_line_free) struct cli_line line = {0};
    struct cli_call call = {0};
    struct err e = ERR_INIT;

    assert_true(cli_split(text, &line, &e));
    size_t count = line.count ? line.commands[0].count : 0;
    bool ok = cli_parse(&program, NULL, count, line.count ? line.commands[0].items : NULL, &call, &e);
    if (!ok) {
        fail_msg("'%s': %s", text, e.message);
    }
    return call;
}

static void the_table_of_the_test_is_right(void **state)
{
    CLEANUP(text_free) struct text mistakes = {0};

    (void)state;
    cli_check(&program, &mistakes);
    assert_string_equal(text_string(&mistakes), "");
}

static void every_kind_of_option_reaches_its_member(void **state)
{
    CLEANUP(cli_call_free)
    struct cli_call call =
        parsed("instance set --enabled false --protocol=https --hop-limit 64 -ny -j8 --max-failures 5% "
               "--name a --name=b,c --batch 1,10% --from - --wait 1.5 one -- --two");
    const struct set_opts *opts = call.opts;

    (void)state;
    assert_int_equal(call.action, CLI_RUN);
    assert_ptr_equal(call.command, &cmd_set);
    assert_string_equal(call.topic, "instance set");
    assert_true(opts->want.enabled.given && !opts->want.enabled.value);
    assert_true(opts->want.protocol.given && opts->want.protocol.value == 1);
    assert_true(opts->want.hop_limit.given && opts->want.hop_limit.value == 64);
    assert_true(opts->dry_run && opts->yes);
    assert_true(opts->concurrency.given && opts->concurrency.unit == OPT_PLAIN && opts->concurrency.value == 8);
    assert_true(opts->failures.unit == OPT_PERCENT && opts->failures.value == 5);
    assert_int_equal(opts->names.count, 2);
    assert_string_equal(opts->names.items[1], "b,c");
    assert_null(opts->names.items[2]);
    assert_int_equal(opts->batch.count, 2);
    assert_string_equal(opts->batch.items[0], "1");
    assert_string_equal(opts->batch.items[1], "10%");
    assert_string_equal(opts->from, "-");
    assert_true(opts->wait.given && opts->wait.ms == 1500);
    assert_int_equal(call.args_count, 2);
    assert_string_equal(call.args[0], "one");
    assert_string_equal(call.args[1], "--two");
    assert_null(call.args[2]);
}

static void what_was_not_given_has_its_default_and_is_not_given(void **state)
{
    CLEANUP(cli_call_free) struct cli_call call = parsed("instance set");
    const struct set_opts *opts = call.opts;
    const struct test_globals *globals = call.globals;

    (void)state;
    assert_false(opts->want.enabled.given || opts->want.protocol.given || opts->want.hop_limit.given);
    assert_false(opts->dry_run || opts->yes);
    assert_true(!opts->concurrency.given && opts->concurrency.unit == OPT_WORD);
    assert_int_equal(opts->names.count, 0);
    assert_int_equal(opts->batch.count, 2);
    assert_null(opts->from);
    assert_true(!globals->output.given && globals->output.value == 0);
    assert_true(!globals->timeout.given && globals->timeout.ms == 30000);
    assert_int_equal(call.args_count, 0);
}

static void the_struct_of_a_group_is_found_in_whatever_command_embeds_it(void **state)
{
    CLEANUP(cli_call_free) struct cli_call call = parsed("instance set --hop-limit 7");
    CLEANUP(cli_call_free) struct cli_call without = parsed("version");
    const struct settings_opts *settings = cli_group(&call, &settings_group);

    (void)state;
    assert_ptr_equal(settings, &((const struct set_opts *)call.opts)->want);
    assert_int_equal(settings->hop_limit.value, 7);
    assert_null(cli_group(&without, &settings_group));
    assert_null(cli_group(&call, &(struct opt_group){.heading = "Another"}));
}

static void aliases_and_places_of_options_do_not_matter(void **state)
{
    static const char *const lines[] = {
        "--region a,b -o json instance set x --metadata-service true --metadata-service-response-hop-limit 2",
        "instance --region a,b set --enabled true --hop-limit 2 x --output json",
        "instance set x --enabled=true --hop-limit=2 --region=a --region=b -ojson",
        "-o json instance --region a --region b set --enabled true --hop-limit 2 -- x",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        CLEANUP(cli_call_free) struct cli_call call = parsed(lines[i]);
        const struct set_opts *opts = call.opts;
        const struct test_globals *globals = call.globals;
        assert_true(opts->want.enabled.value);
        assert_int_equal(opts->want.hop_limit.value, 2);
        assert_int_equal(globals->output.value, 1);
        assert_int_equal(globals->region.count, 2);
        assert_string_equal(globals->region.items[1], "b");
        assert_int_equal(call.args_count, 1);
        assert_string_equal(call.args[0], "x");
    }
}

static void mistakes_are_usage_errors_that_name_them(void **state)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"instance set --hop-limit 65", "--hop-limit 65 is out of range 1..64"},
        {"instance set --metadata-service-response-hop-limit 0",
         "--metadata-service-response-hop-limit 0 is out of range 1..64"},
        {"instance set --hop-limit 99999999999999999999", "--hop-limit 99999999999999999999 is out of range 1..64"},
        {"instance set --hop-limit -1", "--hop-limit -1 is out of range 1..64"},
        {"instance set --hop-limit two", "--hop-limit two is not a number 1..64"},
        {"instance set --hop-limit 2x", "--hop-limit 2x is not a number 1..64: write --hop-limit 2, without a unit"},
        {"instance set --hop-limit ' 2'", "--hop-limit  2 is not a number 1..64"},
        {"instance set --hop-limit 1.0", "--hop-limit 1.0 is not a number 1..64"},
        {"instance set -j much", "-j much is not a number 1..1000 or the word auto"},
        {"instance set --max-failures 101%", "--max-failures 101% is out of range 0..100%"},
        {"instance set --max-failures %", "--max-failures % is not a number 0..1000000 or a percentage"},
        {"instance set --enabled yes", "--enabled yes is neither true nor false: write --enabled true"},
        {"instance set --enabled TRUE", "--enabled TRUE is neither true nor false: write --enabled true"},
        {"instance set --protocol htps", "--protocol htps is not one of http, https: did you mean https?"},
        {"instance set --protocol gopher", "--protocol gopher is not one of http, https"},
        {"instance set --wait 1:30", "--wait 1:30 is not a time: write it with its unit (500ms, 30s, 5m, 1h, 7d)"},
        {"instance set --wait 1d", "--wait 1d is out of range 1ms..1h"},
        {"instance set --wait 15250284452472w", "--wait 15250284452472w is out of range 1ms..1h"},
        {"instance set --wait 2y", "--wait 2y is not a time: write it with its unit (500ms, 30s, 5m, 1h, 7d)"},
        {"instance set --wait 2h", "--wait 2h is out of range 1ms..1h"},
        {"instance set --enabled", "--enabled needs a value: true|false"},
        {"instance set -j", "-j needs a value: 1..1000|auto"},
        {"instance set --name ''", "--name: the value is empty: is a variable not set?"},
        {"instance set --name=", "--name: the value is empty: is a variable not set?"},
        {"instance set --batch 1,,2", "--batch 1,,2: an item of the list is empty"},
        {"instance set ''", "instance set: an argument is empty"},
        {"instance set --name --yes",
         "--name needs a value, and --yes is an option: write --name=--yes if it is meant"},
        {"instance set --from -n", "--from needs a value, and -n is an option: write --from=-n if it is meant"},
        {"instance set --hop-limit 1 --hop-limit 2", "--hop-limit is given twice, as 1 and as 2: which one is meant?"},
        {"instance set --enabled true --metadata-service false",
         "--metadata-service is given twice, as true and as false: which one is meant?"},
        {"instance set --yes=1", "--yes takes no value"},
        {"instance set --hop 2", "unknown option --hop: did you mean --hop-limit? (see 'vm help instance set')"},
        {"instance set --hop-limt=2",
         "unknown option --hop-limt: did you mean --hop-limit? (see 'vm help instance set')"},
        {"instance set --dry", "unknown option --dry: did you mean --dry-run? (see 'vm help instance set')"},
        {"instance set -x", "unknown option -x (see 'vm help instance set')"},
        {"instance set -nx", "unknown option -x (see 'vm help instance set')"},
        {"instance set ---", "unknown option --- (see 'vm help instance set')"},
        {"instance show x --yes",
         "'instance show' has no option --yes: it belongs to 'instance set' (see 'vm help instance show')"},
        {"--dry-run instance set",
         "unknown option --dry-run: options of a command stand after its words (see 'vm help')"},
        {"instnce set", "unknown command 'instnce': did you mean: vm instance set"},
        {"instance sett", "unknown command 'instance sett': did you mean: vm instance set"},
        {"instance get a b", "unknown command 'instance get': did you mean: vm instance show a b"},
        {"instance gett a", "unknown command 'instance gett': did you mean: vm instance show a"},
        {"instance get", "unknown command 'instance get': did you mean: vm instance show NAME"},
        {"vms update a --enabled false", "unknown command 'vms': did you mean: vm instance set a --enabled false"},
        {"enable a -n", "unknown command 'enable': did you mean: vm instance set a -n --enabled true"},
        {"enable a --enabled=true", "unknown command 'enable': did you mean: vm instance set a --enabled=true"},
        {"set instance a", "unknown command 'set': did you mean: vm instance set a"},
        {"vms-update a", "unknown command 'vms-update': did you mean: vm instance set a"},
        {"ibmcloud is vms a", "unknown command 'ibmcloud': did you mean: vm instance show a"},
        {"vm instance set 'a b'", "unknown command 'vm': did you mean: vm instance set 'a b'"},
        {"undo", "unknown command 'undo': did you mean: vm instance set"},
        {"--region x instance get a", "unknown command 'instance get': did you mean: vm instance show --region x a"},
        /* what may be a secret is not repeated */
        {"instance get a --secret s", "unknown command 'instance get': did you mean: vm instance show a ..."},
        {"instance set a --api-key s", "unknown option --api-key: write it to a file"},
        {"instance set --image x", "unknown option --image (see 'vm help instance set')"},
        {"instance show a --image x", "unknown option --image: it stands in the body"},
        {"instance show -j 5",
         "'instance show' has no option -j: it belongs to 'instance set' (see 'vm help instance show')"},
        {"qqq", "unknown command 'qqq' (see 'vm help')"},
        {"''", "unknown command '' (see 'vm help')"},
        {"instance show", "instance show needs NAME (see 'vm help instance show')"},
        {"instance show a b", "instance show takes at most 1 argument: 'b' is too many (see 'vm help instance show')"},
        {"version now", "version takes no arguments, but 'now' is one (see 'vm help version')"},
        {"completion csh", "completion csh is not one of bash, zsh, fish: did you mean zsh?"},
        {"instance set --protocol \"\x1b[31m\"", "--protocol \\x1b[31m is not one of http, https"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(cli_line_free) struct cli_line line = {0};
        CLEANUP(cli_call_free) struct cli_call call = {0};
        struct err e = ERR_INIT;
        assert_true(cli_split(cases[i].line, &line, &e));
        assert_false(cli_parse(&program, NULL, line.commands[0].count, line.commands[0].items, &call, &e));
        assert_string_equal(e.message, cases[i].message);
        assert_int_equal(e.code, ERR_USAGE);
        assert_int_equal(err_exit_status(&e), 2);
    }
}

static void the_value_of_an_unknown_option_is_never_repeated(void **state)
{
    const char *const words[] = {"version", "--api-key=s3cret"};
    struct cli_call call;
    struct err e = ERR_INIT;

    (void)state;
    assert_false(cli_parse(&program, NULL, 2, words, &call, &e));
    assert_null(strstr(e.message, "s3cret"));
}

static void durations_are_seconds_unless_a_unit_says_otherwise(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {{"30", 30000},
                 {"0.5", 500},
                 {"1.25s", 1250},
                 {"250ms", 250},
                 {"5m", 300000},
                 {"1h", 3600000},
                 {"0.001", 1},
                 {"10.", -1},
                 {".5", -1},
                 {"1.2345", -1},
                 {"1e3", -1},
                 {"1.2.3", -1},
                 {"-1", -1},
                 {"5d", 432000000},
                 {"2w", 1209600000},
                 {"s", -1},
                 {"99999999999999999999", -1},
                 {"1.5m", 90000}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const words[] = {"version", "--timeout", cases[i].text};
        CLEANUP(cli_call_free) struct cli_call call = {0};
        struct err e = ERR_INIT;
        bool ok = cli_parse(&program, NULL, 3, words, &call, &e);
        if (ok != (cases[i].ms >= 0)) {
            fail_msg("%s: %s", cases[i].text, e.message);
        }
        if (ok) {
            assert_int_equal(((const struct test_globals *)call.globals)->timeout.ms, cases[i].ms);
        }
    }
}

static void help_wins_over_what_is_wrong_beside_it(void **state)
{
    static const struct {
        const char *line;
        enum cli_action action;
        const char *topic;
    } cases[] = {
        {"", CLI_INCOMPLETE, ""},
        {"instance", CLI_INCOMPLETE, "instance"},
        {"-q instance", CLI_INCOMPLETE, "instance"},
        {"--help", CLI_HELP, ""},
        {"-h", CLI_HELP, ""},
        {"instance --help", CLI_HELP, "instance"},
        {"instance set --help", CLI_HELP, "instance set"},
        {"instance show --help", CLI_HELP, "instance show"},
        {"--help instance set", CLI_HELP, "instance set"},
        {"instance set --bogus --hop-limit 99 --help", CLI_HELP, "instance set"},
        {"instance bogus -h", CLI_HELP, "instance"},
        {"instance set -nh", CLI_HELP, "instance set"},
        {"--version", CLI_VERSION, ""},
        {"instance set -- --help", CLI_RUN, "instance set"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(cli_call_free) struct cli_call call = parsed(cases[i].line);
        assert_int_equal(call.action, cases[i].action);
        assert_string_equal(call.topic, cases[i].topic);
    }
}

static void a_line_of_the_shell_inherits_global_options_and_nothing_else(void **state)
{
    CLEANUP(cli_call_free) struct cli_call shell = parsed("--region a,b --timeout 5 version");
    const char *const first[] = {"instance", "set", "-n", "--region", "c", "--hop-limit", "3"};
    const char *const second[] = {"instance", "set"};
    CLEANUP(cli_call_free) struct cli_call one = {0};
    CLEANUP(cli_call_free) struct cli_call two = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(cli_parse(&program, &shell, 7, first, &one, &e));
    assert_true(cli_parse(&program, &shell, 2, second, &two, &e));
    const struct test_globals *a = one.globals;
    const struct test_globals *b = two.globals;
    assert_int_equal(a->region.count, 1);
    assert_string_equal(a->region.items[0], "c");
    assert_int_equal(a->timeout.ms, 5000);
    assert_int_equal(b->region.count, 2);
    assert_false(((const struct set_opts *)two.opts)->dry_run);
    assert_false(((const struct set_opts *)two.opts)->want.hop_limit.given);
}

static void a_list_of_any_length_keeps_its_order(void **state)
{
    enum { COUNT = 1000 };
    const char *words[2 + 2 * COUNT] = {"instance", "set"};
    char names[COUNT][16];
    CLEANUP(cli_call_free) struct cli_call call = {0};
    struct err e = ERR_INIT;

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof(names[i]), "n%d", i);
        words[2 + 2 * i] = "--name";
        words[3 + 2 * i] = names[i];
    }
    assert_true(cli_parse(&program, NULL, 2 + 2 * COUNT, words, &call, &e));
    const struct set_opts *opts = call.opts;
    assert_int_equal(opts->names.count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_string_equal(opts->names.items[i], names[i]);
    }
    assert_null(opts->names.items[COUNT]);
}

static void posixly_correct_changes_nothing(void **state)
{
    (void)state;
    setenv("POSIXLY_CORRECT", "1", 1);
    CLEANUP(cli_call_free) struct cli_call call = parsed("instance set x --hop-limit 2 -n");
    unsetenv("POSIXLY_CORRECT");
    assert_int_equal(call.args_count, 1);
    assert_true(((const struct set_opts *)call.opts)->dry_run);
}

static void mistakes_in_a_table_are_found(void **state)
{
    static const struct opt_spec wrong_opt[] = {
        OPT_FLAG(struct set_opts, dry_run, 'q', "dry-run", "its letter is a global's"),
        OPT_FLAG(struct set_opts, yes, 0, "metadata-service", "its name is an alias below"),
        OPT_INT(struct set_opts, concurrency, 0, "many", 1, 5, "its default is out of range", .default_value = "7"),
        OPT_FILE(struct set_opts, from, 0, "from", "FILE", ""),
        OPT_GROUP(struct set_opts, names, settings_group),
        OPT_END,
    };
    static const struct cmd_example wrong_examples[] = {{"vm instance show", "lacks an argument"}, {NULL, NULL}};
    static const struct cmd_spec wrong = {.path = "disk set",
                                          .summary = "x",
                                          .examples = wrong_examples,
                                          .opts = wrong_opt,
                                          .opts_size = sizeof(struct set_opts),
                                          .run = run_nothing};
    static const struct cmd_spec *const list[] = {&wrong, NULL};
    static const struct cli_noun empty[] = {{"bare-metal", "has no verb"}, {NULL, NULL}};
    struct cli_program broken = program;
    CLEANUP(text_free) struct text mistakes = {0};
    static const char *const expected[] = {
        "disk set: the group 'Settings' is embedded in a member of another size",
        "disk set --dry-run: its letter is taken",
        "disk set --enabled: its name is taken",
        "disk set --many: many 7 is out of range 1..5",
        "disk set --from: an option without name or help",
        "disk set: a noun without summary",
        "disk set: the example 'vm instance show' is no command line",
        "bare-metal: a noun without verbs",
    };

    (void)state;
    broken.commands = list;
    broken.nouns = empty;
    assert_false(cli_check(&broken, &mistakes));
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        if (strstr(text_string(&mistakes), expected[i]) == NULL) {
            fail_msg("not found: %s\nin: %s", expected[i], text_string(&mistakes));
        }
    }
}

static void lines_split_as_in_a_shell(void **state)
{
    static const struct {
        const char *line;
        const char *words; /* separated by |, commands by || */
    } cases[] = {
        {"", ""},
        {"  \t ", ""},
        {"a b  c", "a|b|c"},
        {"a;b", "a||b"},
        {"; a ;; b ;", "a||b"},
        {"a 'b c' \"d e\"", "a|b c|d e"},
        {"a'b'\"c\"d", "abcd"},
        {"'' a \"\"", "|a|"},
        {"'a\\b' \"a\\b\\\"c\\\\\" a\\ b", "a\\b|a\\b\"c\\|a b"},
        {"a # comment ; b", "a"},
        {"a#b '#c' \\#d", "a#b|#c|#d"},
        {"a # x\nb", "a||b"},
        {"# x\n\n# y\n", ""},
        {"a \\; b ';'", "a|;|b|;"},
        /* a backslash at the end of a line continues it: between words, in a word, in "..." and nowhere else */
        {"a \\\n  b\\\nc; \\\nd", "a|bc||d"},
        {"\\\na \"b\\\nc\" 'd\\\ne'", "a|bc|d\\\ne"},
        {"a # b \\\nc", "a||c"},
        {"--where '.name == \"x\"'", "--where|.name == \"x\""},
        {"\xe6\x9d\xb1 x", "\xe6\x9d\xb1|x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(cli_line_free) struct cli_line line = {0};
        CLEANUP(text_free) struct text words = {0};
        struct err e = ERR_INIT;
        assert_true(cli_split(cases[i].line, &line, &e));
        for (size_t c = 0; c < line.count; c++) {
            text_append(&words, c ? "||" : "");
            for (size_t w = 0; w < line.commands[c].count; w++) {
                text_printf(&words, "%s%s", w ? "|" : "", line.commands[c].items[w]);
            }
            assert_null(line.commands[c].items[line.commands[c].count]);
        }
        assert_string_equal(text_string(&words), cases[i].words);
    }
}

static void only_a_backslash_that_quotes_nothing_continues_a_line(void **state)
{
    static const struct {
        const char *line;
        bool continues;
    } rows[] = {
        {"a \\", true},       {"a\\", true},        {"\\", true},      {"a \"b\\", true}, {"a; b \\", true},
        {"a", false},         {"", false},          {"a \\\\", false}, {"a 'b\\", false}, {"a # b \\", false},
        {"a \"b\\\\", false}, {"a \"b\" \\", true}, {"a \\ ", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(cli_line_continues(rows[i].line), rows[i].continues);
    }
}

static void an_open_quote_is_an_error_with_its_column(void **state)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"a 'b", "column 3: the quote ' is not closed"},
        {"\xe6\x9d\xb1 x \"b\\\"", "column 5: the quote \" is not closed"},
        {"a b\\", "column 4: nothing follows the backslash"},
        {"'a' \"b\" 'c", "column 9: the quote ' is not closed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cli_line line = {0};
        struct err e = ERR_INIT;
        assert_false(cli_split(cases[i].line, &line, &e));
        assert_string_equal(e.message, cases[i].message);
        assert_int_equal(e.code, ERR_USAGE);
    }
}

static void a_quoted_word_reads_back_as_itself(void **state)
{
    static const char *const words[] = {"plain", "", "a b", "it's", "\"", "a;b", "#x", "\\", "'", "a\nb", "$HOME"};

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        CLEANUP(text_free) struct text quoted = {0};
        CLEANUP(cli_line_free) struct cli_line line = {0};
        struct err e = ERR_INIT;
        cli_quote(&quoted, words[i]);
        assert_true(cli_split(text_string(&quoted), &line, &e));
        assert_int_equal(line.count, 1);
        assert_int_equal(line.commands[0].count, 1);
        assert_string_equal(line.commands[0].items[0], words[i]);
    }
}

static const char *const pasted_regions[] = {"us-south", "eu-de"};
static const struct cli_place far_place = {.regions = pasted_regions,
                                           .region_count = 2,
                                           .endpoint = "http://localhost:80/v1",
                                           .iam_url = "http://iam",
                                           .auth = "none",
                                           .api_key_file = "my key",
                                           .ca_file = "ca.pem"};
static const struct cli_place no_place, key_on_input = {.api_key_file = "-"};

static void a_built_command_line_can_be_pasted(void **state)
{
    static const struct {
        const char *operands[2], *name, *value;
        const struct cli_place *place;
        const char *line;
    } cases[] = {
        {{"web-1", "it's"}, "all", NULL, &no_place, "vpcmeta runs show web-1 'it'\\''s' --all"},
        {{"web-1"}, "name", "web *", &key_on_input, "vpcmeta runs show web-1 --name 'web *'"},
        {{"-odd", "web"}, "name", "--all", &no_place, "vpcmeta runs show --name=--all -- -odd web"},
        {{"R"},
         "x",
         "",
         &far_place,
         "vpcmeta runs show R --x '' --region us-south,eu-de --endpoint http://localhost:80/v1 --iam-url http://iam "
         "--auth none --api-key-file 'my key' --ca-file ca.pem"},
    };
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cli_command_line_begin(&line, "vpcmeta", "runs show");
        for (size_t o = 0; o < 2 && cases[i].operands[o] != NULL; o++) {
            cli_command_line_operand(&line, cases[i].operands[o]);
        }
        cli_command_line_option(&line, cases[i].name, cases[i].value);
        cli_command_line_place(&line, cases[i].place);
        assert_string_equal(cli_command_line_string(&line), cases[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_the_test_is_right),
        cmocka_unit_test(every_kind_of_option_reaches_its_member),
        cmocka_unit_test(what_was_not_given_has_its_default_and_is_not_given),
        cmocka_unit_test(the_struct_of_a_group_is_found_in_whatever_command_embeds_it),
        cmocka_unit_test(aliases_and_places_of_options_do_not_matter),
        cmocka_unit_test(mistakes_are_usage_errors_that_name_them),
        cmocka_unit_test(the_value_of_an_unknown_option_is_never_repeated),
        cmocka_unit_test(durations_are_seconds_unless_a_unit_says_otherwise),
        cmocka_unit_test(help_wins_over_what_is_wrong_beside_it),
        cmocka_unit_test(a_line_of_the_shell_inherits_global_options_and_nothing_else),
        cmocka_unit_test(a_list_of_any_length_keeps_its_order),
        cmocka_unit_test(posixly_correct_changes_nothing),
        cmocka_unit_test(mistakes_in_a_table_are_found),
        cmocka_unit_test(lines_split_as_in_a_shell),
        cmocka_unit_test(only_a_backslash_that_quotes_nothing_continues_a_line),
        cmocka_unit_test(an_open_quote_is_an_error_with_its_column),
        cmocka_unit_test(a_quoted_word_reads_back_as_itself),
        cmocka_unit_test(a_built_command_line_can_be_pasted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
