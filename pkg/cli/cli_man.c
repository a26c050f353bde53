/* Manual pages in the man(7) macros, from the table. */
#include "cli/cli_commands.h"
#include "cli/cli_options.h"

#include <string.h>

/* Text as roff takes it: no escape, no macro at the start of a line, "-" as the character that is typed. */
static void append_roff(struct text *out, const char *bytes, size_t size)
{
    static const char *const escapes[256] = {
        ['\\'] = "\\e", ['-'] = "\\-", ['~'] = "\\(ti", ['^'] = "\\(ha", ['\''] = "\\(aq", ['`'] = "\\(ga"};
    bool line_start = out->size > 0 && out->data[out->size - 1] == '\n';

    for (size_t i = 0; i < size; i++) {
        char c = bytes[i];
        const char *escape = escapes[(unsigned char)c];
        if (line_start && (c == '.' || c == '\'')) {
            text_append(out, "\\&");
        }
        if (escape != NULL) {
            text_append(out, escape);
        } else {
            text_append_char(out, c);
        }
        line_start = c == '\n';
    }
}

static void append_word(struct text *out, const char *string)
{
    append_roff(out, string, strlen(string));
}

static void append_description(struct text *out, const char *paragraphs)
{
    text_append(out, paragraphs != NULL ? ".SH DESCRIPTION\n" : "");
    while (paragraphs != NULL && *paragraphs != '\0') {
        const char *end = strstr(paragraphs, "\n\n");
        text_append(out, ".PP\n");
        append_roff(out, paragraphs, end ? (size_t)(end - paragraphs) : strlen(paragraphs));
        text_append_char(out, '\n');
        paragraphs = end ? end + 2 : NULL;
    }
}

/* "vpcmeta-instance-set" */
static void append_page_name(struct text *out, const struct cli_program *program, const char *path)
{
    append_word(out, program->name);
    for (const char *c = path; *c != '\0'; c++) {
        text_append(out, c == path ? "\\-" : "");
        append_roff(out, *c == ' ' ? "-" : c, 1);
    }
}

/* The title, the name and the beginning of the synopsis. */
static void append_head(struct text *out, const struct cli_program *program, const char *path, const char *summary)
{
    CLEANUP(text_free) struct text name = {0};

    append_page_name(&name, program, path);
    text_append(out, ".TH \"");
    for (const char *c = text_string(&name); *c != '\0'; c++) {
        text_append_char(out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
    }
    text_printf(out, "\" 1 \"\" \"%s %s\" \"\"\n.SH NAME\n%s \\- ", program->name, program->version,
                text_string(&name));
    append_word(out, summary);
    text_append(out, "\n.SH SYNOPSIS\n\\fB");
    append_word(out, program->name);
    text_append(out, path[0] ? " " : "");
    append_word(out, path);
    text_append(out, "\\fR");
}

static void append_option(struct text *out, const struct cli_option *option)
{
    const struct opt_spec *spec = option->spec;
    CLEANUP(text_free) struct text scratch = {0};
    CLEANUP(text_free) struct text needs = {0};
    const char *const names[] = {spec->name, spec->alias};

    text_append(out, ".TP\n");
    if (spec->letter != 0) {
        text_printf(out, "\\fB\\-%c\\fR, ", spec->letter);
    }
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        text_append(out, i > 0 ? ", \\fB\\-\\-" : "\\fB\\-\\-");
        append_word(out, names[i]);
        text_append(out, "\\fR");
    }
    if (cli_option_takes_value(spec)) {
        text_append(out, " \\fI");
        append_word(out, cli_option_value(spec, &scratch));
        text_append(out, "\\fR");
    }
    text_append_char(out, '\n');
    append_word(out, spec->help);
    if (spec->default_value != NULL) {
        text_append(out, " (default: ");
        append_word(out, spec->default_value);
        text_append_char(out, ')');
    }
    if (spec->kind == OPT_KIND_LIST) {
        text_append(out, " (may be repeated)");
    }
    cli_option_describe_needs(&needs, option);
    append_word(out, text_string(&needs));
    text_append(out, ".\n");
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
                append_word(out, heading);
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
        append_word(out, example->what);
        text_append(out, "\n.nf\n");
        append_word(out, example->line);
        text_append(out, "\n.fi\n");
    }
}

static void command_page(const struct cli_program *program, const struct cmd_spec *command, struct text *out)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};

    append_head(out, program, command->path, command->summary);
    if (command->arguments != NULL) {
        text_append(out, " \\fI");
        append_word(out, command->arguments);
        text_append(out, "\\fR");
    }
    text_append(out, " [\\fIoptions\\fR]\n");
    append_description(out, command->description);
    append_examples(out, command->examples);
    cli_options_add_offered(&options, command);
    append_options(out, &options);
    text_append(out, ".SH SEE ALSO\n\\fB");
    append_word(out, program->name);
    text_append(out, "\\fR(1) for the global options and the exit status\n");
}

static void append_section(struct text *out, const struct cli_section *section)
{
    const char *line = section->text;

    text_append(out, ".SH ");
    append_word(out, section->heading);
    text_append_char(out, '\n');
    while (*line != '\0') {
        size_t size = strcspn(line, "\n");
        const char *colon = memmem(line, size, ": ", 2);
        if (size == 0) {
            text_append(out, ".PP\n");
        } else if (colon != NULL) {
            text_append(out, ".TP\n\\fB");
            append_roff(out, line, (size_t)(colon - line));
            text_append(out, "\\fR\n");
            append_roff(out, colon + 2, size - (size_t)(colon + 2 - line));
            text_append_char(out, '\n');
        } else {
            append_roff(out, line, size);
            text_append_char(out, '\n');
        }
        line += size + (line[size] == '\n');
    }
}

static void append_commands(struct text *out, const struct cli_program *program)
{
    text_append(out, ".SH COMMANDS\n");
    for (size_t i = 0; program->commands[i] != NULL; i++) {
        const struct cmd_spec *command = program->commands[i];
        text_append(out, ".TP\n\\fB");
        append_word(out, command->path);
        text_append(out, "\\fR\n");
        append_word(out, command->summary);
        text_append(out, ": see \\fB");
        append_page_name(out, program, command->path);
        text_append(out, "\\fR(1).\n");
    }
}

static void program_page(const struct cli_program *program, struct text *out)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};

    append_head(out, program, "", program->summary);
    text_append(out, " \\fIcommand\\fR [\\fIarguments\\fR] [\\fIoptions\\fR]\n");
    append_description(out, program->description);
    append_examples(out, program->examples);
    append_commands(out, program);
    cli_options_add_globals(&options, program);
    append_options(out, &options);
    for (const struct cli_section *section = program->sections; section && section->heading; section++) {
        append_section(out, section);
    }
}

bool cli_man(const struct cli_program *program, const char *topic, struct text *out, struct err *e)
{
    const struct cmd_spec *command = cli_find(program, topic);

    if (command == NULL && topic[0] != '\0') {
        return err_set(e, ERR_USAGE, "'%s' has no manual page: the program and whole commands have one", topic);
    }
    if (command != NULL) {
        command_page(program, command, out);
    } else {
        program_page(program, out);
    }
    return true;
}
