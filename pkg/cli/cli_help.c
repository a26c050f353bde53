/* Help for people, from the table. */
#include "cli/cli_commands.h"
#include "cli/cli_manual.h"
#include "cli/cli_options.h"
#include "cli/cli_wrap.h"

#include <string.h>

/* "-n, --dry-run", "    --protocol http|https" */
static void option_left(const struct opt_spec *spec, struct text *out)
{
    CLEANUP(text_free) struct text scratch = {0};

    text_clear(out);
    if (spec->letter != 0) {
        text_printf(out, "-%c, ", spec->letter);
    } else {
        text_append(out, "    ");
    }
    text_printf(out, "--%s", spec->name);
    if (cli_option_takes_value(spec)) {
        text_printf(out, " %s", cli_option_value(spec, &scratch));
    }
}

static void option_right(const struct cli_option *option, struct text *out)
{
    const struct opt_spec *spec = option->spec;

    text_clear(out);
    text_append(out, spec->help);
    if (spec->default_value != NULL) {
        text_printf(out, " (default: %s)", spec->default_value);
    }
    if (spec->kind == OPT_KIND_LIST && !(spec->flags & OPT_COMMAS)) {
        text_append(out, " (may be repeated)");
    }
    if (spec->alias != NULL) {
        text_printf(out, " (also --%s)", spec->alias);
    }
    cli_option_describe_needs(out, option);
}

/* The options from `first` on, under their headings. */
static void append_options(struct text *out, const struct cli_options *options, size_t first, size_t width)
{
    CLEANUP(text_free) struct text left = {0};
    CLEANUP(text_free) struct text right = {0};
    const char *heading = NULL;
    size_t left_width = 0;

    for (size_t i = first; i < options->count; i++) {
        option_left(options->items[i].spec, &left);
        left_width = cli_wrap_left(left_width, text_string(&left), width);
    }
    for (size_t i = first; i < options->count; i++) {
        const struct cli_option *option = &options->items[i];
        if (!text_equal(heading, option->heading)) {
            heading = option->heading;
            text_printf(out, "\n%s:\n", heading[0] ? heading : "Options");
        }
        option_left(option->spec, &left);
        option_right(option, &right);
        cli_wrap_item(out, text_string(&left), text_string(&right), left_width, width);
    }
}

static void append_examples(struct text *out, const struct cmd_example *example, size_t width)
{
    if (example == NULL || example->line == NULL) {
        return;
    }
    text_append(out, "\nExamples:\n");
    for (; example->line != NULL; example++) {
        text_append(out, "  # ");
        cli_wrap(out, example->what, 4, 4, width);
        cli_wrap_command(out, example->line, width);
    }
}

/* Global options by name only. */
static void append_global_names(struct text *out, const struct cli_program *program, const struct cmd_spec *command,
                                size_t width)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    CLEANUP(text_free) struct text names = {0};

    cli_options_add_globals(&options, program);
    cli_options_add_command(&options, command);
    for (size_t i = 0; i < options.count; i++) {
        const struct opt_spec *spec = options.items[i].spec;
        if (options.items[i].refusal != NULL || options.items[i].owner == CLI_COMMAND) {
            continue;
        }
        if (spec->letter != 0) {
            text_printf(&names, "-%c/", spec->letter);
        }
        text_printf(&names, "--%s ", spec->name);
    }
    text_printf(out, "\nGlobal options ('%s help%s' explains them):\n  ", program->name,
                cli_topic_find(program, CLI_TOPIC_OPTIONS) ? " " CLI_TOPIC_OPTIONS : "");
    cli_wrap(out, text_string(&names), CLI_INDENT, CLI_INDENT, width);
}

/* The commands that begin with the words of this one: "plan show" of "plan". */
static void append_longer(struct text *out, const struct cli_program *program, const struct cmd_spec *command,
                          size_t width)
{
    size_t size = strlen(command->path);
    CLEANUP(text_free) struct text items = {0};

    for (const struct cmd_spec *const *each = program->commands; *each != NULL; each++) {
        if (strncmp((*each)->path, command->path, size) == 0 && (*each)->path[size] == ' ' &&
            ((*each)->flags & CMD_HIDDEN) == 0) {
            cli_wrap_item(&items, (*each)->path, (*each)->summary, cli_wrap_left(0, (*each)->path, width), width);
        }
    }
    if (items.size > 0) {
        text_printf(out, "\nFurther commands:\n%s", text_string(&items));
    }
}

static void command_help(const struct cli_program *program, const struct cmd_spec *command, size_t width,
                         struct text *out)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    CLEANUP(text_free) struct text usage = {0};

    cli_options_add_offered(&options, command);
    text_printf(out, "%s %s: ", program->name, command->path);
    cli_wrap(out, command->summary, strlen(program->name) + strlen(command->path) + 3, CLI_INDENT, width);
    text_printf(&usage, "%s %s%s%s%s", program->name, command->path, command->arguments ? " " : "",
                command->arguments ? command->arguments : "", options.count > 0 ? " [OPTIONS]" : "");
    text_append(out, "\nUsage: ");
    cli_wrap(out, text_string(&usage), 7, 9, width);
    append_longer(out, program, command, width);
    append_examples(out, command->examples, width);
    cli_wrap_paragraphs(out, command->description, width);
    append_options(out, &options, 0, width);
    append_global_names(out, program, command, width);
}

void cli_overview(const struct cli_program *program, const char *topic, unsigned columns, struct text *out)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const char *blank = topic[0] ? " " : "";
    const char *summary = topic[0] ? cli_noun_summary(program, topic) : program->summary;
    size_t width = cli_wrap_width(columns);
    size_t widest = 0;
    struct cli_next next;

    cli_next_words(program, topic, &memory, &next);
    text_printf(out, "%s%s%s: ", program->name, blank, topic);
    cli_wrap(out, summary, strlen(program->name) + strlen(topic) + 3, CLI_INDENT, width);
    text_printf(out, "\nUsage: %s%s%s %s [OPTIONS]\n\n%s:\n", program->name, blank, topic,
                topic[0] ? "VERB" : "COMMAND", topic[0] ? "Verbs" : "Commands");
    for (size_t i = 0; i < next.count; i++) {
        widest = cli_wrap_left(widest, next.items[i].word, width);
    }
    for (size_t i = 0; i < next.count; i++) {
        cli_wrap_item(out, next.items[i].word, next.items[i].help, widest, width);
    }
    text_printf(out, "\n'%s help%s%s %s' says more.\n", program->name, blank, topic, topic[0] ? "VERB" : "COMMAND");
}

/* The commands that help offers, under the headings of their tasks. */
static void append_commands(struct text *out, const struct cli_program *program, size_t width)
{
    const struct cli_task *task = program->tasks;
    size_t widest = 0;

    for (size_t i = 0; program->commands[i] != NULL; i++) {
        widest = cli_wrap_left(widest, program->commands[i]->path, width);
    }
    if (task == NULL) {
        text_append(out, "\nCommands:\n");
    }
    for (size_t i = 0; program->commands[i] != NULL; i++) {
        const struct cmd_spec *command = program->commands[i];
        if (task != NULL && command == task->first) {
            text_printf(out, "\n%s:\n", task->heading);
            task++;
        }
        if (!(command->flags & CMD_HIDDEN)) {
            cli_wrap_item(out, command->path, command->summary, widest, width);
        }
    }
}

static void append_topics(struct text *out, const struct cli_program *program, size_t width)
{
    size_t widest = 0;

    if (program->topics == NULL) {
        return;
    }
    for (const struct cli_topic *topic = program->topics; topic->name != NULL; topic++) {
        widest = cli_wrap_left(widest, topic->name, width);
    }
    text_append(out, "Topics:\n");
    for (const struct cli_topic *topic = program->topics; topic->name != NULL; topic++) {
        CLEANUP(text_free) struct text summary = {0};
        cli_topic_summary(topic, &summary);
        cli_wrap_item(out, topic->name, text_string(&summary), widest, width);
    }
}

/* The global options in full. */
static void append_globals(struct text *out, const struct cli_program *program, size_t width)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};

    cli_options_add_globals(&options, program);
    append_options(out, &options, 0, width);
}

/* Help of a program without commands. */
static void options_help(const struct cli_program *program, size_t width, struct text *out)
{
    text_printf(out, "%s: ", program->name);
    cli_wrap(out, program->summary, strlen(program->name) + 2, CLI_INDENT, width);
    text_printf(out, "\nUsage: %s [OPTIONS]\n", program->name);
    append_examples(out, program->examples, width);
    cli_wrap_paragraphs(out, program->description, width);
    append_globals(out, program, width);
}

static void program_help(const struct cli_program *program, size_t width, struct text *out)
{
    CLEANUP(text_free) struct text footer = {0};

    text_printf(out, "%s: ", program->name);
    cli_wrap(out, program->summary, strlen(program->name) + 2, CLI_INDENT, width);
    text_printf(out, "\nUsage: %s COMMAND [ARGUMENTS] [OPTIONS]\n", program->name);
    append_examples(out, program->examples, width);
    append_commands(out, program, width);
    text_append(out, program->topics != NULL ? "\n" : "");
    append_topics(out, program, width);
    if (cli_topic_find(program, CLI_TOPIC_OPTIONS) != NULL) {
        append_global_names(out, program, NULL, width);
    } else {
        append_globals(out, program, width);
    }
    text_printf(&footer, "'%s help COMMAND' explains a command and its options", program->name);
    if (program->topics != NULL) {
        text_printf(&footer, ", '%s help TOPIC' a topic", program->name);
    }
    text_append_char(&footer, '.');
    text_append_char(out, '\n');
    cli_wrap(out, text_string(&footer), 0, 0, width);
}

static void topic_help(const struct cli_program *program, const struct cli_topic *topic, size_t width, struct text *out)
{
    cli_topic_append(out, topic, width);
    if (strcmp(topic->name, CLI_TOPIC_OPTIONS) == 0) {
        append_globals(out, program, width);
    }
}

/* What is explained elsewhere about a command and the topic that has its name; either may be NULL. */
static void see_also(const struct cli_program *program, const struct cmd_spec *command, const struct cli_topic *topic,
                     size_t width, struct text *out)
{
    CLEANUP(text_free) struct text names = {0};

    if (command != NULL) {
        cli_topics_about(program, command->path, &names);
    }
    if (topic != NULL) {
        cli_topic_links(topic, &names);
    }
    cli_see_also(out, program, text_string(&names), command != NULL ? command->path : "", width);
}

bool cli_help(const struct cli_program *program, const char *topic, unsigned columns, struct text *out, struct err *e)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const struct cmd_spec *command = cli_find(program, topic);
    const struct cli_topic *manual = cli_topic_find(program, topic);
    size_t width = cli_wrap_width(columns);
    struct cli_next next;

    if (topic[0] == '\0') {
        (cli_only_options(program) ? options_help : program_help)(program, width, out);
        return true;
    }
    cli_next_words(program, topic, &memory, &next);
    if (strcmp(topic, "topics") == 0 && program->topics != NULL) {
        append_topics(out, program, width);
        return true;
    }
    if (command != NULL) {
        command_help(program, command, width, out);
    } else if (next.count > 0) {
        cli_overview(program, topic, columns, out);
    } else if (manual == NULL) {
        return cli_unknown_help(program, topic, e);
    }
    if (manual != NULL) {
        text_append(out, out->size > 0 ? "\n" : "");
        topic_help(program, manual, width, out);
    }
    see_also(program, command, manual, width, out);
    return true;
}

bool cli_topic_help(const struct cli_program *program, const char *name, unsigned columns, struct text *out,
                    struct err *e)
{
    const struct cli_topic *topic = cli_topic_find(program, name);

    if (topic == NULL) {
        return cli_unknown_help(program, name, e);
    }
    topic_help(program, topic, cli_wrap_width(columns), out);
    see_also(program, NULL, topic, cli_wrap_width(columns), out);
    return true;
}
