/* Manual pages: escapes, titles, links, and the texts of the manual in the man(7) macros. */
#include "cli/cli_roff.h"

#include <string.h>

/* Bytes as roff takes them: no escape, no macro at the start of a line, "-" as the character that is typed. */
static void append_escaped(struct text *out, const char *bytes, size_t size)
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

void cli_roff_words(struct text *out, const char *words)
{
    append_escaped(out, words, strlen(words));
}

void cli_roff_page(struct text *out, const struct cli_program *program, const char *path)
{
    cli_roff_words(out, program->name);
    for (const char *c = path; *c != '\0'; c++) {
        text_append(out, c == path ? "\\-" : "");
        append_escaped(out, *c == ' ' ? "-" : c, 1);
    }
}

enum { LINE_MOST = 79 }; /* bytes of a line of the source; lines are filled again when the page is shown */

/* Appends the words in lines that are not too long; one must not begin with a dot. */
static void append_filled(struct text *out, const char *words)
{
    size_t begin = out->size;

    while (*(words += strspn(words, " \n")) != '\0') {
        size_t size = strcspn(words, " \n");
        if (out->size > begin && out->size - begin + 1 + size > LINE_MOST) {
            text_append_char(out, '\n');
            begin = out->size;
            text_append(out, *words == '.' ? "\\&" : "");
        } else if (out->size > begin) {
            text_append_char(out, ' ');
        }
        text_append_size(out, words, size);
        words += size;
    }
    text_append_char(out, '\n');
}

void cli_roff_head(struct text *out, const struct cli_program *program, const char *path, int section,
                   const char *summary)
{
    CLEANUP(text_free) struct text name = {0};

    cli_roff_page(&name, program, path);
    text_append(out, ".TH \"");
    for (const char *c = text_string(&name); *c != '\0'; c++) {
        text_append_char(out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
    }
    text_printf(out, "\" %d \"%s\" \"%s %s\" \"\"\n.SH NAME\n", section, program->date, program->name,
                program->version);
    text_append(&name, " \\- ");
    cli_roff_words(&name, summary);
    append_filled(out, text_string(&name));
}

void cli_roff_prose(struct text *out, const char *words)
{
    CLEANUP(text_free) struct text prose = {0};

    text_append(&prose, *words == '.' ? "\\&" : "");
    for (bool bold = false; *words != '\0'; bold = !bold) {
        size_t size = strcspn(words, "`");
        text_append(&prose, bold ? "\\fB" : "");
        append_escaped(&prose, words, size);
        text_append(&prose, bold ? "\\fR" : "");
        words += size + (words[size] == '`');
    }
    append_filled(out, text_string(&prose));
}

static void append_literal(struct text *out, const char *lines)
{
    text_append(out, ".RS 2\n.nf\n");
    cli_roff_words(out, lines);
    text_append(out, ".fi\n.RE\n");
}

/* `first`: behind a heading, which begins a paragraph itself. */
static void append_part(struct text *out, const struct cli_part *part, const char *heading, bool first)
{
    const char *words = text_string(&part->words);
    const char *paragraph = first ? "" : ".PP\n";

    switch (part->kind) {
    case CLI_PART_HEADING:
        text_append(out, heading);
        cli_roff_words(out, words);
        text_append_char(out, '\n');
        break;
    case CLI_PART_PARAGRAPH:
        text_append(out, paragraph);
        cli_roff_prose(out, words);
        break;
    case CLI_PART_ITEM:
        text_append(out, ".IP \\(bu 2\n");
        cli_roff_prose(out, words);
        break;
    case CLI_PART_TERM:
        text_append(out, ".TP\n\\fB");
        cli_roff_words(out, text_string(&part->term));
        text_append(out, "\\fR\n");
        cli_roff_prose(out, words);
        break;
    case CLI_PART_COMMANDS:
    case CLI_PART_LITERAL:
        text_append(out, paragraph);
        append_literal(out, words);
        break;
    }
}

void cli_roff_topic(struct text *out, const struct cli_topic *topic, const char *heading)
{
    CLEANUP(cli_part_free) struct cli_part part = {.rest = topic->text};
    bool first = true;

    for (; cli_part_next(&part); first = part.kind == CLI_PART_HEADING) {
        append_part(out, &part, heading, first);
    }
}

/* ", vpcmeta-settings(7)" */
static void append_link(struct text *out, const struct cli_program *program, const char *path, int section)
{
    text_append(out, ",\n\\fB");
    cli_roff_page(out, program, path);
    text_printf(out, "\\fR(%d)", section);
}

void cli_roff_see_also(struct text *out, const struct cli_program *program, const char *names)
{
    text_append(out, ".SH SEE ALSO\n\\fB");
    cli_roff_page(out, program, "");
    text_append(out, "\\fR(1)");
    for (; *names != '\0'; names += strcspn(names, "\n") + 1) {
        CLEANUP(text_free) struct text name = {0};
        text_append_size(&name, names, strcspn(names, "\n"));
        if (cli_topic_find(program, text_string(&name)) != NULL) {
            append_link(out, program, text_string(&name), 7);
        } else {
            append_link(out, program, text_string(&name), 1);
        }
    }
    text_append_char(out, '\n');
}
