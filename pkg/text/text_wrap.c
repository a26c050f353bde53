/* Lines for people: words that are wrapped between each other, commands that a shell reads as one. */
#include <string.h>

#include "text/text.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

/*
 * How long a piece is that begins with a quote and goes to the end of the word with the closing one, on the same line;
 * 0: it is none.
 */
static size_t quoted(const char *words)
{
    if (words[0] != '`' && words[0] != '\'') {
        return 0;
    }
    for (size_t end = 1; words[end] != '\0' && words[end] != '\n'; end++) {
        if (words[end] == words[0] && is_blank(words[end - 1])) {
            return 0; /* it begins another word */
        }
        /* the 0 at the end is one of the characters, too */
        if (words[end] == words[0] && end > 1 && strchr(" \n.,;:!?)", words[end + 1]) != NULL) {
            return end + strcspn(words + end, " \n");
        }
    }
    return 0;
}

static bool begins_command(const char *words, const char *program)
{
    size_t size = program != NULL ? strlen(program) : 0;

    words += words[0] == '(';
    return size > 0 && strncmp(words, program, size) == 0 && words[size] == ' ';
}

/* Where the sentence around a command continues: behind a mark at the end of a word that is not quoted. */
static size_t command(const char *words)
{
    char quote = '\0';
    size_t i;

    for (i = 0; words[i] != '\0' && words[i] != '\n'; i++) {
        bool ends_word = is_blank(words[i + 1]) || words[i + 1] == '\0';
        if (quote == '\0' && ends_word && i > 0 && !is_blank(words[i - 1]) && strchr(";),:.", words[i]) != NULL) {
            return i + 1;
        }
        if (quote == '\0' && (words[i] == '\'' || words[i] == '"')) {
            quote = words[i];
        } else if (words[i] == quote) {
            quote = '\0';
        }
    }
    return i;
}

/* An option of one letter has its value behind it: "-o json". */
static size_t word(const char *words)
{
    size_t size = strcspn(words, " \n");
    const char *option = words + (words[0] == '(');

    if (option + 2 == words + size && option[0] == '-' && words[size] == ' ') {
        size += 1 + strcspn(words + size + 1, " \n");
    }
    return size;
}

/* --- commands ---------------------------------------------------------------------------------------- */

/* Bytes up to where a word of a command ends, or a part of one that is quoted. */
static size_t shell_word(const char *line, size_t size, char *quote)
{
    size_t at;

    for (at = 0; at < size && line[at] != TEXT_COMMAND_BREAK && (*quote != '\0' || line[at] != ' '); at++) {
        if (line[at] == '\\' && *quote != '\'' && at + 1 < size) {
            at++; /* a quote that is meant as such */
        } else if (line[at] == *quote) {
            *quote = '\0';
        } else if (*quote == '\0' && (line[at] == '\'' || line[at] == '"')) {
            *quote = line[at];
        }
    }
    return at;
}

/* A word, and behind an option its value. */
static size_t command_piece(const char *line, size_t size, char *quote)
{
    bool option = *quote == '\0' && size > 2 && line[0] == '-' && strncmp(line, "-- ", 3) != 0;
    size_t end = shell_word(line, size, quote);

    if (option && memchr(line, '=', end) == NULL && end + 1 < size && line[end] == ' ' && line[end + 1] != '-') {
        end += 1 + shell_word(line + end + 1, size - end - 1, quote);
    }
    return end;
}

void text_append_command(struct text *t, const char *line, size_t size, size_t at, size_t indent, size_t width)
{
    char quote = '\0';

    for (size_t done = 0, end; done < size; done = end + 1) {
        CLEANUP(text_free) struct text piece = {0};
        bool within = quote != '\0';
        end = done + command_piece(line + done, size - done, &quote);
        text_append_safe(&piece, line + done, end - done);
        size_t columns = text_width(text_string(&piece), piece.size);
        size_t mark = end < size && quote == '\0' ? sizeof(" \\") - 1 : 0; /* what may have to stand behind it */
        if (done > 0 && width > 0 && at + 1 + columns + mark > width) {
            text_append(t, within ? "\n" : " \\\n");
            text_append_repeat(t, ' ', indent);
            at = indent;
        } else if (done > 0) {
            text_append_char(t, ' ');
            at++;
        }
        text_append_size(t, text_string(&piece), piece.size);
        at += columns;
    }
}

/* --- words ------------------------------------------------------------------------------------------- */

struct piece {
    size_t size; /* bytes that stay together */
    bool command;
};

static struct piece next_piece(const char *words, const char *program)
{
    size_t size = quoted(words);
    bool is_command = size == 0 && begins_command(words, program);

    return (struct piece){size > 0 ? size : is_command ? command(words) : word(words), is_command};
}

enum { COMMAND_INDENT = 2 }; /* of the lines behind the first one of a command */

void text_append_wrapped(struct text *t, const char *words, const char *program, size_t at, size_t indent, size_t width)
{
    bool first = true;

    while (*(words += strspn(words, " \n")) != '\0') {
        struct piece piece = next_piece(words, program);
        size_t columns = text_width(words, piece.size);
        if (!first && width > 0 && at + 1 + columns > width) {
            text_append_char(t, '\n');
            text_append_repeat(t, ' ', indent);
            at = indent;
            first = true;
        }
        if (!first) {
            text_append_char(t, ' ');
            at++;
        }
        if (piece.command && width > 0 && at + columns > width) {
            text_append_command(t, words, piece.size, at, at + COMMAND_INDENT, width);
            at = width; /* what follows begins a line */
        } else {
            text_append_size(t, words, piece.size);
            at += columns;
        }
        words += piece.size;
        first = false;
    }
}
