/* Lines of help: words wrapped between blanks, lists with a left and a right side. */
#include "cli/cli_wrap.h"

#include <string.h>

enum {
    COLUMNS_LEAST = 40,
    COLUMNS_USUAL = 80,
    COLUMNS_MOST = 100,
    LEFT_MOST = 30, /* columns of the left side of a list, if the width allows; what is longer gets its own line */
};

size_t cli_wrap_width(unsigned columns)
{
    return columns == 0              ? COLUMNS_USUAL
           : columns < COLUMNS_LEAST ? COLUMNS_LEAST
           : columns > COLUMNS_MOST  ? COLUMNS_MOST
                                     : columns;
}

/* The most that the left side of a list takes: never more than its share of a narrow terminal. */
static size_t left_most(size_t width)
{
    return width < 2 * (LEFT_MOST + CLI_INDENT) ? width / 2 - 2 * CLI_INDENT : LEFT_MOST;
}

size_t cli_wrap_left(size_t widest, const char *left, size_t width)
{
    size_t columns = text_width(left, strlen(left));

    return columns > widest && columns <= left_most(width) ? columns : widest;
}

void cli_wrap(struct text *out, const char *words, size_t at, size_t indent, size_t width)
{
    text_append_wrapped(out, words, NULL, at, indent, width);
    text_append_char(out, '\n');
}

void cli_wrap_paragraphs(struct text *out, const char *paragraphs, size_t width)
{
    while (paragraphs != NULL && *paragraphs != '\0') {
        CLEANUP(text_free) struct text one = {0};
        const char *end = strstr(paragraphs, "\n\n");
        text_append_size(&one, paragraphs, end ? (size_t)(end - paragraphs) : strlen(paragraphs));
        text_append_char(out, '\n');
        cli_wrap(out, text_string(&one), 0, 0, width);
        paragraphs = end ? end + 2 : NULL;
    }
}

void cli_wrap_item(struct text *out, const char *left, const char *right, size_t left_width, size_t width)
{
    size_t columns = text_width(left, strlen(left));
    size_t indent = CLI_INDENT + left_width + 2;

    text_append_repeat(out, ' ', CLI_INDENT);
    text_append(out, left);
    if (columns > left_width) {
        text_append_char(out, '\n');
        text_append_repeat(out, ' ', indent);
    } else {
        text_append_repeat(out, ' ', left_width - columns + 2);
    }
    cli_wrap(out, right, indent, indent, width);
}

void cli_wrap_command(struct text *out, const char *line, size_t width)
{
    text_append_repeat(out, ' ', CLI_INDENT);
    text_append_command(out, line, strlen(line), CLI_INDENT, (size_t)2 * CLI_INDENT, width);
    text_append_char(out, '\n');
}
