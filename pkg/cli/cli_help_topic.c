/* Texts of the manual as help shows them. */
#include "cli/cli_manual.h"
#include "cli/cli_wrap.h"

#include <string.h>

/* The width of the left side of the terms from this part on. */
static size_t terms_width(const struct cli_part *first, size_t width)
{
    CLEANUP(cli_part_free) struct cli_part part = {.rest = first->rest, .kind = CLI_PART_TERM};
    size_t widest = cli_wrap_left(0, text_string(&first->term), width);

    while (cli_part_next(&part) && part.kind == CLI_PART_TERM) {
        widest = cli_wrap_left(widest, text_string(&part.term), width);
    }
    return widest;
}

static void append_lines(struct text *out, const char *lines, void (*append)(struct text *, const char *, size_t),
                         size_t width)
{
    for (; *lines != '\0'; lines += strcspn(lines, "\n") + 1) {
        CLEANUP(text_free) struct text line = {0};
        text_append_size(&line, lines, strcspn(lines, "\n"));
        append(out, text_string(&line), width);
    }
}

static void append_literal(struct text *out, const char *line, size_t width)
{
    (void)width;
    text_printf(out, "  %s\n", line);
}

static void append_part(struct text *out, const struct cli_part *part, size_t left_width, size_t width)
{
    const char *words = text_string(&part->words);

    switch (part->kind) {
    case CLI_PART_HEADING:
        text_printf(out, "%s:\n", words);
        break;
    case CLI_PART_PARAGRAPH:
        cli_wrap(out, words, 0, 0, width);
        break;
    case CLI_PART_ITEM:
        text_append(out, "- ");
        cli_wrap(out, words, CLI_INDENT, CLI_INDENT, width);
        break;
    case CLI_PART_TERM:
        cli_wrap_item(out, text_string(&part->term), words, left_width, width);
        break;
    case CLI_PART_COMMANDS:
        append_lines(out, words, cli_wrap_command, width);
        break;
    case CLI_PART_LITERAL:
        append_lines(out, words, append_literal, width);
        break;
    }
}

void cli_topic_append(struct text *out, const struct cli_topic *topic, size_t width)
{
    CLEANUP(cli_part_free) struct cli_part part = {.rest = topic->text};
    CLEANUP(text_free) struct text summary = {0};
    enum cli_part_kind before = CLI_PART_PARAGRAPH;
    size_t left_width = 0;

    text_printf(out, "%s: ", topic->name);
    cli_topic_summary(topic, &summary);
    cli_wrap(out, text_string(&summary), strlen(topic->name) + 2, CLI_INDENT, width);
    while (cli_part_next(&part)) {
        bool listed = part.kind == before && (part.kind == CLI_PART_TERM || part.kind == CLI_PART_ITEM);
        if (part.kind == CLI_PART_TERM && !listed) {
            left_width = terms_width(&part, width);
        }
        text_append(out, listed || before == CLI_PART_HEADING ? "" : "\n");
        append_part(out, &part, left_width, width);
        before = part.kind;
    }
}

/* Whether the line of this size at `name` is one of the lines before it. */
static bool named_before(const char *names, const char *name, size_t size)
{
    for (const char *line = names; line < name; line += strcspn(line, "\n") + 1) {
        if (strcspn(line, "\n") == size && strncmp(line, name, size) == 0) {
            return true;
        }
    }
    return false;
}

void cli_see_also(struct text *out, const struct cli_program *program, const char *names, const char *shown,
                  size_t width)
{
    static const char heading[] = "See also: ";
    CLEANUP(text_free) struct text line = {0};

    for (const char *name = names; *name != '\0'; name += strcspn(name, "\n") + 1) {
        size_t size = strcspn(name, "\n");
        bool is_shown = strlen(shown) == size && strncmp(name, shown, size) == 0;
        if (!is_shown && !named_before(names, name, size)) {
            text_printf(&line, "%s`%s help %.*s`", line.size > 0 ? ", " : "", program->name, (int)size, name);
        }
    }
    if (line.size > 0) {
        text_printf(out, "\n%s", heading);
        cli_wrap(out, text_string(&line), strlen(heading), CLI_INDENT, width);
    }
}
