/* Help for people, from the table. */
#include "cli/cli_commands.h"
#include "cli/cli_options.h"

#include <string.h>

enum {
    COLUMNS_LEAST = 40,
    COLUMNS_USUAL = 80,
    COLUMNS_MOST = 100,
    LEFT_MOST = 30, /* columns of the left side of a list, if the width allows; what is longer gets its own line */
    INDENT = 2,
};

static size_t usable(unsigned columns)
{
    return columns == 0              ? COLUMNS_USUAL
           : columns < COLUMNS_LEAST ? COLUMNS_LEAST
           : columns > COLUMNS_MOST  ? COLUMNS_MOST
                                     : columns;
}

/* The most that the left side of a list takes: never more than its share of a narrow terminal. */
static size_t left_most(size_t width)
{
    return width < 2 * (LEFT_MOST + INDENT) ? width / 2 - 2 * INDENT : LEFT_MOST;
}

/* The width of the left side with one more item; one that is too wide gets its own line and does not count. */
static size_t wider(size_t widest, const char *left, size_t width)
{
    size_t columns = text_width(left, strlen(left));

    return columns > widest && columns <= left_most(width) ? columns : widest;
}

/* Appends words from column `at` on, with lines of at most `width` columns that begin at `indent`. */
static void wrap(struct text *out, const char *words, size_t at, size_t indent, size_t width)
{
    text_append_wrapped(out, words, NULL, at, indent, width);
    text_append_char(out, '\n');
}

static void append_paragraphs(struct text *out, const char *paragraphs, size_t width)
{
    while (paragraphs != NULL && *paragraphs != '\0') {
        CLEANUP(text_free) struct text one = {0};
        const char *end = strstr(paragraphs, "\n\n");
        text_append_size(&one, paragraphs, end ? (size_t)(end - paragraphs) : strlen(paragraphs));
        text_append_char(out, '\n');
        wrap(out, text_string(&one), 0, 0, width);
        paragraphs = end ? end + 2 : NULL;
    }
}

static void append_item(struct text *out, const char *left, const char *right, size_t left_width, size_t width)
{
    size_t columns = text_width(left, strlen(left));
    size_t indent = INDENT + left_width + 2;

    text_append_repeat(out, ' ', INDENT);
    text_append(out, left);
    if (columns > left_width) {
        text_append_char(out, '\n');
        text_append_repeat(out, ' ', indent);
    } else {
        text_append_repeat(out, ' ', left_width - columns + 2);
    }
    wrap(out, right, indent, indent, width);
}

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
        left_width = wider(left_width, text_string(&left), width);
    }
    for (size_t i = first; i < options->count; i++) {
        const struct cli_option *option = &options->items[i];
        if (!text_equal(heading, option->heading)) {
            heading = option->heading;
            text_printf(out, "\n%s:\n", heading[0] ? heading : "Options");
        }
        option_left(option->spec, &left);
        option_right(option, &right);
        append_item(out, text_string(&left), text_string(&right), left_width, width);
    }
}

/* Where an example that is too long goes on in a new line: before an option that is not quoted. */
static size_t break_point(const char *line, size_t room)
{
    size_t best = 0;
    char quote = 0;

    for (size_t i = 0; i < room && line[i] != '\0'; i++) {
        if (quote == 0 && line[i] == ' ' && line[i + 1] == '-') {
            best = i;
        }
        if (line[i] == '\'' || line[i] == '"') {
            quote = quote == 0 ? line[i] : quote == line[i] ? 0 : quote;
        }
    }
    return best;
}

/* The line as it can be copied to a shell, backslashes where it goes on. */
static void append_example(struct text *out, const char *line, size_t width)
{
    size_t indent = INDENT;

    text_append_repeat(out, ' ', indent);
    while (indent + strlen(line) > width) {
        size_t end = break_point(line, width - indent - 2);
        if (end == 0) {
            break;
        }
        indent = 2 * INDENT;
        text_append_size(out, line, end);
        text_append(out, " \\\n");
        text_append_repeat(out, ' ', indent);
        line += end + 1;
    }
    text_printf(out, "%s\n", line);
}

static void append_examples(struct text *out, const struct cmd_example *example, size_t width)
{
    if (example == NULL || example->line == NULL) {
        return;
    }
    text_append(out, "\nExamples:\n");
    for (; example->line != NULL; example++) {
        text_append(out, "  # ");
        wrap(out, example->what, 4, 4, width);
        append_example(out, example->line, width);
    }
}

/* Global options by name only: `help` without a topic explains them. */
static void append_global_names(struct text *out, const struct cli_program *program, const struct cmd_spec *command,
                                size_t width)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    CLEANUP(text_free) struct text names = {0};

    cli_options_add_globals(&options, program);
    size_t count = options.count;
    cli_options_add_command(&options, command);
    for (size_t i = 0; i < count; i++) {
        const struct opt_spec *spec = options.items[i].spec;
        if (options.items[i].refusal != NULL) {
            continue;
        }
        if (spec->letter != 0) {
            text_printf(&names, "-%c/", spec->letter);
        }
        text_printf(&names, "--%s ", spec->name);
    }
    text_printf(out, "\nGlobal options ('%s help' explains them):\n  ", program->name);
    wrap(out, text_string(&names), INDENT, INDENT, width);
}

static void command_help(const struct cli_program *program, const struct cmd_spec *command, size_t width,
                         struct text *out)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    CLEANUP(text_free) struct text usage = {0};

    cli_options_add_offered(&options, command);
    text_printf(out, "%s %s: ", program->name, command->path);
    wrap(out, command->summary, strlen(program->name) + strlen(command->path) + 3, INDENT, width);
    text_printf(&usage, "%s %s%s%s%s", program->name, command->path, command->arguments ? " " : "",
                command->arguments ? command->arguments : "", options.count > 0 ? " [OPTIONS]" : "");
    text_append(out, "\nUsage: ");
    wrap(out, text_string(&usage), 7, 9, width);
    append_examples(out, command->examples, width);
    append_paragraphs(out, command->description, width);
    append_options(out, &options, 0, width);
    append_global_names(out, program, command, width);
}

void cli_overview(const struct cli_program *program, const char *topic, unsigned columns, struct text *out)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const char *blank = topic[0] ? " " : "";
    const char *summary = topic[0] ? cli_noun_summary(program, topic) : program->summary;
    size_t width = usable(columns);
    size_t widest = 0;
    struct cli_next next;

    cli_next_words(program, topic, &memory, &next);
    text_printf(out, "%s%s%s: ", program->name, blank, topic);
    wrap(out, summary, strlen(program->name) + strlen(topic) + 3, INDENT, width);
    text_printf(out, "\nUsage: %s%s%s %s [OPTIONS]\n\n%s:\n", program->name, blank, topic,
                topic[0] ? "VERB" : "COMMAND", topic[0] ? "Verbs" : "Commands");
    for (size_t i = 0; i < next.count; i++) {
        widest = wider(widest, next.items[i].word, width);
    }
    for (size_t i = 0; i < next.count; i++) {
        append_item(out, next.items[i].word, next.items[i].help, widest, width);
    }
    text_printf(out, "\n'%s help%s%s %s' says more.\n", program->name, blank, topic, topic[0] ? "VERB" : "COMMAND");
}

static void append_commands(struct text *out, const struct cli_program *program, size_t width)
{
    size_t widest = 0;

    for (size_t i = 0; program->commands[i] != NULL; i++) {
        widest = wider(widest, program->commands[i]->path, width);
    }
    text_append(out, "\nCommands:\n");
    for (size_t i = 0; program->commands[i] != NULL; i++) {
        append_item(out, program->commands[i]->path, program->commands[i]->summary, widest, width);
    }
}

static void program_help(const struct cli_program *program, size_t width, struct text *out)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    CLEANUP(text_free) struct text footer = {0};

    text_printf(out, "%s: ", program->name);
    wrap(out, program->summary, strlen(program->name) + 2, INDENT, width);
    text_printf(out, "\nUsage: %s COMMAND [ARGUMENTS] [OPTIONS]\n", program->name);
    append_examples(out, program->examples, width);
    append_paragraphs(out, program->description, width);
    append_commands(out, program, width);
    cli_options_add_globals(&options, program);
    append_options(out, &options, 0, width);
    text_printf(&footer, "'%s help COMMAND' explains a command and its options.", program->name);
    text_append_char(out, '\n');
    wrap(out, text_string(&footer), 0, 0, width);
}

static bool unknown_topic(const struct cli_program *program, const char *topic, struct err *e)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    CLEANUP(text_free) struct text path = {0};
    const char *rest = topic;

    /* as far as the words lead, then the one that does not */
    for (;;) {
        size_t size = strcspn(rest, " ");
        char *word = text_arena_copy(&memory, rest, size);
        CLEANUP(text_free) struct text longer = {0};
        struct cli_next next;
        text_printf(&longer, "%s%s%s", text_string(&path), path.size ? " " : "", word);
        cli_next_words(program, text_string(&longer), &memory, &next);
        bool known = next.count > 0 || cli_find(program, text_string(&longer)) != NULL;
        if (!known || rest[size] == '\0') {
            return cli_unknown_command(program, text_string(&path), word, e);
        }
        text_clear(&path);
        text_append(&path, text_string(&longer));
        rest += size + 1;
    }
}

bool cli_help(const struct cli_program *program, const char *topic, unsigned columns, struct text *out, struct err *e)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const struct cmd_spec *command = cli_find(program, topic);
    size_t width = usable(columns);
    struct cli_next next;

    if (command != NULL) {
        command_help(program, command, width, out);
        return true;
    }
    if (topic[0] == '\0') {
        program_help(program, width, out);
        return true;
    }
    cli_next_words(program, topic, &memory, &next);
    if (next.count == 0) {
        return unknown_topic(program, topic, e);
    }
    cli_overview(program, topic, columns, out);
    return true;
}
