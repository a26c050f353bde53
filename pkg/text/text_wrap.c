/* Lines for people: words that are wrapped between each other, commands that stay whole. */
#include <string.h>

#include "text/text.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

/* How long a piece is that begins with a quote and goes to the end of the word with the closing one; 0: it is none. */
static size_t quoted(const char *words)
{
    if (words[0] != '`' && words[0] != '\'') {
        return 0;
    }
    const char *end = strchr(words + 1, words[0]);
    return end != NULL ? (size_t)(end - words) + strcspn(end, " \n") : 0;
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

/* The bytes that stay together at the start. */
static size_t piece(const char *words, const char *program)
{
    size_t size = quoted(words);

    return size > 0 ? size : begins_command(words, program) ? command(words) : word(words);
}

void text_append_wrapped(struct text *t, const char *words, const char *program, size_t at, size_t indent, size_t width)
{
    bool first = true;

    while (*(words += strspn(words, " \n")) != '\0') {
        size_t size = piece(words, program);
        size_t columns = text_width(words, size);
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
        text_append_size(t, words, size);
        at += columns;
        words += size;
        first = false;
    }
}
