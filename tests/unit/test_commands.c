/* The table of commands of vpcmeta itself: what help, completion and the parser read. Linked with cmd/vpcmeta. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/cli_options.h"
#include "cmd/vpcmeta/commands.h"
#include "tests/unit/cli_check.h"

static void the_table_has_no_mistakes(void **state)
{
    CLEANUP(text_free) struct text mistakes = {0};

    (void)state;
    cli_check(&commands_program, &mistakes);
    assert_string_equal(text_string(&mistakes), "");
}

/* --- dependencies ------------------------------------------------------------------------------------- */

/* A command line that is made up as it is needed. */
struct made {
    struct text_arena memory;
    const char *words[64];
    size_t count;
};

static void made_free(struct made *made)
{
    text_arena_free(&made->memory);
}

static void add_word(struct made *made, const char *word)
{
    made->words[made->count++] = text_arena_copy(&made->memory, word, strlen(word));
}

static struct cli_option *find_option(const struct cli_options *options, const char *name)
{
    struct cli_option *option = cli_options_find(options, name, strlen(name));

    if (option == NULL) {
        fail_msg("there is no option --%s", name);
    }
    return option;
}

/* A value that the option takes. */
static const char *some_value(const struct opt_spec *spec)
{
    static const char *const values[OPT_KIND_GROUP + 1] = {[OPT_KIND_STRING] = "x",
                                                           [OPT_KIND_LIST] = "x",
                                                           [OPT_KIND_BOOL] = "true",
                                                           [OPT_KIND_INT] = "5",
                                                           [OPT_KIND_DURATION] = "60"};

    return spec->kind == OPT_KIND_ENUM ? spec->words[0] : values[spec->kind];
}

static void add_option(struct made *made, const struct opt_spec *spec, const char *value)
{
    CLEANUP(text_free) struct text name = {0};

    text_printf(&name, "--%s", spec->name);
    add_word(made, text_string(&name));
    if (spec->kind != OPT_KIND_FLAG) {
        add_word(made, value != NULL ? value : some_value(spec));
    }
}

/* The words of the command and the arguments that it cannot do without. */
static void begin_line(struct made *made, const struct cmd_spec *command)
{
    CLEANUP(text_free_pointer) char *path = strdup(command->path);
    char *rest = path;

    for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " ")) {
        add_word(made, word);
    }
    for (int i = 0; i < command->min_args; i++) {
        add_word(made, command->argument_words != NULL ? command->argument_words[0] : "x");
    }
}

/* Adds what the option needs, and what that needs: the first alternative of each. */
static void add_needs(struct made *made, const struct cli_options *options, const struct cli_option *option)
{
    CLEANUP(cli_condition_free) struct cli_condition need = {0};
    const char *rest = option->needs;

    if (cli_condition_next(&rest, &need)) {
        const struct cli_option *needed = find_option(options, text_string(&need.option));
        add_option(made, needed->spec, need.has_value ? text_string(&need.value) : NULL);
        add_needs(made, options, needed);
    }
}

static bool parses(const struct made *made, struct err *e)
{
    CLEANUP(cli_call_free) struct cli_call call = {0};

    return cli_parse(&commands_program, NULL, made->count, made->words, &call, e);
}

static void check_parses(const struct made *made)
{
    struct err e = ERR_INIT;

    if (!parses(made, &e)) {
        fail_msg("%s ... --%s: %s", made->words[0], made->words[made->count - 1], e.message);
    }
}

static void check_refused(const struct made *made, const char *name, const char *words)
{
    CLEANUP(text_free) struct text option = {0};
    struct err e = ERR_INIT;

    text_printf(&option, "--%s", name);
    if (parses(made, &e) || e.code != ERR_USAGE || strstr(e.message, text_string(&option)) == NULL ||
        strstr(e.message, words) == NULL) {
        fail_msg("%s %s ... --%s: \"%s\" does not say \"%s\"", made->words[0], made->words[1], name, e.message, words);
    }
}

static void check_needs(const struct cmd_spec *command, const struct cli_options *options,
                        const struct cli_option *option)
{
    CLEANUP(made_free) struct made without = {0};
    CLEANUP(made_free) struct made with = {0};
    CLEANUP(text_free) struct text needs = {0};

    text_printf(&needs, "has no effect without --%.*s", (int)strcspn(option->needs, "=|"), option->needs);
    begin_line(&without, command);
    add_option(&without, option->spec, NULL);
    check_refused(&without, option->spec->name, text_string(&needs));
    begin_line(&with, command);
    add_option(&with, option->spec, NULL);
    add_needs(&with, options, option);
    check_parses(&with);
}

static void check_excludes(const struct cmd_spec *command, const struct cli_options *options,
                           const struct cli_option *option)
{
    CLEANUP(cli_condition_free) struct cli_condition other = {0};

    for (const char *rest = option->spec->excludes; cli_condition_next(&rest, &other);) {
        CLEANUP(made_free) struct made line = {0};
        const struct cli_option *excluded = find_option(options, text_string(&other.option));
        begin_line(&line, command);
        add_option(&line, option->spec, NULL);
        add_needs(&line, options, option);
        check_parses(&line);
        add_option(&line, excluded->spec, other.has_value ? text_string(&other.value) : NULL);
        add_needs(&line, options, excluded);
        check_refused(&line, option->spec->name, "contradict each other");
    }
}

static void check_alone(const struct cmd_spec *command, const struct cli_options *options,
                        const struct cli_option *option)
{
    for (size_t i = 0; i < options->count; i++) {
        CLEANUP(made_free) struct made line = {0};
        const struct cli_option *other = &options->items[i];
        begin_line(&line, command);
        add_option(&line, option->spec, NULL);
        if (other->owner == CLI_COMMAND && other != option) {
            check_parses(&line);
            add_option(&line, other->spec, NULL);
            add_needs(&line, options, other);
            check_refused(&line, option->spec->name, "has no effect beside");
        }
    }
}

static void check_refusal(const struct cmd_spec *command, const struct cli_option *option)
{
    CLEANUP(made_free) struct made line = {0};
    CLEANUP(cli_options_free) struct cli_options offered = {0};

    begin_line(&line, command);
    add_option(&line, option->spec, NULL);
    if (option->refusal->reason != NULL) {
        check_refused(&line, option->spec->name, option->refusal->reason);
    } else {
        check_parses(&line);
    }
    cli_options_add_offered(&offered, command);
    assert_null(cli_options_find(&offered, option->spec->name, strlen(option->spec->name)));
}

static void an_option_that_cannot_act_is_refused_with_what_is_missing(void **state)
{
    size_t checked = 0;

    (void)state;
    for (const struct cmd_spec *const *command = commands_program.commands; *command != NULL; command++) {
        CLEANUP(cli_options_free) struct cli_options options = {0};
        cli_options_add_globals(&options, &commands_program);
        cli_options_add_command(&options, *command);
        for (size_t i = 0; i < options.count; i++) {
            const struct cli_option *option = &options.items[i];
            if (option->refusal != NULL) {
                check_refusal(*command, option);
            } else if (option->needs != NULL) {
                check_needs(*command, &options, option);
            } else if (option->spec->flags & OPT_ALONE) {
                check_alone(*command, &options, option);
            }
            if (option->refusal == NULL && option->spec->excludes != NULL) {
                check_excludes(*command, &options, option);
            }
            checked += option->needs != NULL || option->spec->excludes != NULL || option->refusal != NULL;
        }
    }
    assert_true(checked > 100);
}

/* --- the manual --------------------------------------------------------------------------------------- */

static void check_width(const char *name, const char *text, size_t most)
{
    for (; *text != '\0'; text += strcspn(text, "\n") + 1) {
        size_t size = strcspn(text, "\n");
        if (text_width(text, size) > most) {
            fail_msg("%s: wider than %zu: %.*s", name, most, (int)size, text);
        }
        if (strncmp(text, "```", 3) == 0 || text[0] == '#' || strncmp(text, ": ", 2) == 0) {
            fail_msg("%s: markup is shown: %.*s", name, (int)size, text);
        }
    }
}

/* Behind the longest name of a command, on a line of 80 columns. */
static void every_command_and_topic_has_a_summary_of_one_line(void **state)
{
    CLEANUP(text_free) struct text help = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(cli_help(&commands_program, "", 80, &help, &e));
    for (const char *line = text_string(&help); *line != '\0'; line += strcspn(line, "\n") + 1) {
        if (strncmp(line, "       ", 7) == 0) {
            fail_msg("a summary takes two lines: %.*s", (int)strcspn(line, "\n"), line);
        }
    }
}

static void every_topic_fits_terminals_and_has_no_markup_left(void **state)
{
    static const struct {
        unsigned columns;
        size_t most;
    } cases[] = {{80, 80}, {120, 100}, {200, 100}, {0, 80}};
    size_t checked = 0;

    (void)state;
    for (const struct cli_topic *topic = commands_topics; topic->name != NULL; topic++) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            CLEANUP(text_free) struct text help = {0};
            struct err e = ERR_INIT;
            assert_true(cli_topic_help(&commands_program, topic->name, cases[i].columns, &help, &e));
            assert_int_equal(strncmp(text_string(&help), topic->name, strlen(topic->name)), 0);
            check_width(topic->name, text_string(&help), cases[i].most);
            checked++;
        }
    }
    assert_true(checked > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_no_mistakes),
        cmocka_unit_test(an_option_that_cannot_act_is_refused_with_what_is_missing),
        cmocka_unit_test(every_command_and_topic_has_a_summary_of_one_line),
        cmocka_unit_test(every_topic_fits_terminals_and_has_no_markup_left),
    };

    return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
