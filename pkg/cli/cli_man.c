/* Manual pages in the man(7) macros, from the table. */
#include "cli/cli_commands.h"
#include "cli/cli_manual.h"
#include "cli/cli_options.h"
#include "cli/cli_roff.h"

#include <string.h>

static void append_description(struct text *out, const char *paragraphs)
{
    text_append(out, paragraphs != NULL ? ".SH DESCRIPTION\n" : "");
    for (bool first = true; paragraphs != NULL && *paragraphs != '\0'; first = false) {
        CLEANUP(text_free) struct text one = {0};
        const char *end = strstr(paragraphs, "\n\n");
        text_append_size(&one, paragraphs, end ? (size_t)(end - paragraphs) : strlen(paragraphs));
        text_append(out, first ? "" : ".PP\n"); /* a heading begins a paragraph itself */
        cli_roff_prose(out, text_string(&one));
        paragraphs = end ? end + 2 : NULL;
    }
}

static void append_synopsis(struct text *out, const struct cli_program *program, const char *path)
{
    text_append(out, ".SH SYNOPSIS\n\\fB");
    cli_roff_words(out, program->name);
    text_append(out, path[0] ? " " : "");
    cli_roff_words(out, path);
    text_append(out, "\\fR");
}

static void append_option(struct text *out, const struct cli_option *option)
{
    const struct opt_spec *spec = option->spec;
    CLEANUP(text_free) struct text scratch = {0};
    CLEANUP(text_free) struct text help = {0};
    const char *const names[] = {spec->name, spec->alias};

    text_append(out, ".TP\n");
    if (spec->letter != 0) {
        text_printf(out, "\\fB\\-%c\\fR, ", spec->letter);
    }
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        text_append(out, i > 0 ? ", \\fB\\-\\-" : "\\fB\\-\\-");
        cli_roff_words(out, names[i]);
        text_append(out, "\\fR");
    }
    if (cli_option_takes_value(spec)) {
        text_append(out, " \\fI");
        cli_roff_words(out, cli_option_value(spec, &scratch));
        text_append(out, "\\fR");
    }
    text_append_char(out, '\n');
    text_append(&help, spec->help);
    if (spec->default_value != NULL) {
        text_printf(&help, " (default: %s)", spec->default_value);
    }
    text_append(&help, spec->kind == OPT_KIND_LIST ? " (may be repeated)" : "");
    cli_option_describe_needs(&help, option);
    text_append_char(&help, '.');
    cli_roff_prose(out, text_string(&help));
}

static void append_options(struct text *out, const struct cli_options *options)
{
    const char *heading = NULL;

    for (size_t i = 0; i < options->count; i++) {
        const struct cli_option *option = &options->items[i];
        if (!text_equal(heading, option->heading)) {
            text_append(out, heading == NULL ? ".SH OPTIONS\n" : "");
            heading = option->heading;
            if (heading[0] != '\0') {
                text_append(out, ".SS ");
                cli_roff_words(out, heading);
                text_append_char(out, '\n');
            }
        }
        append_option(out, option);
    }
}

static void append_examples(struct text *out, const struct cmd_example *example)
{
    if (example == NULL || example->line == NULL) {
        return;
    }
    text_append(out, ".SH EXAMPLES\n");
    for (; example->line != NULL; example++) {
        text_append(out, ".TP\n");
        cli_roff_prose(out, example->what);
        text_append(out, ".nf\n");
        cli_roff_words(out, example->line);
        text_append(out, "\n.fi\n");
    }
}

static void command_page(const struct cli_program *program, const struct cmd_spec *command, struct text *out)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    CLEANUP(text_free) struct text topics = {0};

    cli_roff_head(out, program, command->path, 1, command->summary);
    append_synopsis(out, program, command->path);
    if (command->arguments != NULL) {
        text_append(out, " \\fI");
        cli_roff_words(out, command->arguments);
        text_append(out, "\\fR");
    }
    text_append(out, " [\\fIoptions\\fR]\n");
    append_description(out, command->description);
    append_examples(out, command->examples);
    cli_options_add_offered(&options, command);
    append_options(out, &options);
    cli_topics_about(program, command->path, &topics);
    cli_roff_see_also(out, program, text_string(&topics));
}

static void append_commands(struct text *out, const struct cli_program *program)
{
    const struct cli_task *task = program->tasks;

    text_append(out, ".SH COMMANDS\n");
    for (size_t i = 0; program->commands[i] != NULL; i++) {
        const struct cmd_spec *command = program->commands[i];
        if (task != NULL && command == task->first) {
            text_append(out, ".SS ");
            cli_roff_words(out, task->heading);
            text_append_char(out, '\n');
            task++;
        }
        if (command->flags & CMD_HIDDEN) {
            continue;
        }
        text_append(out, ".TP\n\\fB");
        cli_roff_words(out, command->path);
        text_append(out, "\\fR\n");
        cli_roff_prose(out, command->summary);
        text_append(out, "(see \\fB");
        cli_roff_page(out, program, command->path);
        text_append(out, "\\fR(1))\n");
    }
}

/* "EXIT STATUS" for the topic "exit-status". */
static void append_section(struct text *out, const struct cli_topic *topic)
{
    text_append(out, ".SH ");
    for (const char *c = topic->name; *c != '\0'; c++) {
        text_append_char(out, *c == '-' ? ' ' : (char)(*c - 'a' + 'A'));
    }
    text_append_char(out, '\n');
    cli_roff_topic(out, topic, ".SS ");
}

static void program_page(const struct cli_program *program, struct text *out)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    CLEANUP(text_free) struct text names = {0};

    cli_roff_head(out, program, "", 1, program->summary);
    append_synopsis(out, program, "");
    text_append(out, cli_only_options(program) ? "" : " \\fIcommand\\fR [\\fIarguments\\fR]");
    text_append(out, " [\\fIoptions\\fR]\n");
    append_description(out, program->description);
    if (!cli_only_options(program)) {
        append_commands(out, program);
    }
    cli_options_add_globals(&options, program);
    append_options(out, &options);
    for (const char *const *name = program->sections; name != NULL && *name != NULL; name++) {
        append_section(out, cli_topic_find(program, *name));
    }
    append_examples(out, program->examples);
    if (cli_only_options(program)) {
        return; /* all topics are sections of this page */
    }
    for (const struct cli_topic *topic = program->topics; topic != NULL && topic->name != NULL; topic++) {
        text_printf(&names, "%s\n", topic->name);
    }
    cli_roff_see_also(out, program, text_string(&names));
}

bool cli_man(const struct cli_program *program, const char *topic, struct text *out, struct err *e)
{
    const struct cmd_spec *command = cli_find(program, topic);

    if (command != NULL) {
        command_page(program, command, out);
    } else if (topic[0] == '\0') {
        program_page(program, out);
    } else if (cli_topic_find(program, topic) != NULL) {
        return cli_topic_man(program, topic, out, e);
    } else {
        return err_set(e, ERR_USAGE, "'%s' has no manual page: the program, whole commands and topics have one", topic);
    }
    return true;
}

bool cli_topic_man(const struct cli_program *program, const char *name, struct text *out, struct err *e)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    CLEANUP(text_free) struct text summary = {0};
    CLEANUP(text_free) struct text links = {0};
    const struct cli_topic *topic = cli_topic_find(program, name);

    if (topic == NULL) {
        return cli_unknown_help(program, name, e);
    }
    cli_topic_summary(topic, &summary);
    cli_roff_head(out, program, name, 7, text_string(&summary));
    text_append(out, ".SH DESCRIPTION\n");
    cli_roff_topic(out, topic, ".SH ");
    if (strcmp(name, CLI_TOPIC_OPTIONS) == 0) {
        cli_options_add_globals(&options, program);
        append_options(out, &options);
    }
    cli_topic_links(topic, &links);
    cli_roff_see_also(out, program, text_string(&links));
    return true;
}
