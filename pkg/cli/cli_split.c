/* Splitting a line of the shell into commands and words, with quotes and comments. */
#include "cli/cli.h"
#include "cli/cli_lexer.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

static bool ends_word(char c)
{
    return strchr(" \t\r\n;", c) != NULL;
}

/* Bytes of a backslash and the newline that it hides, at `at`; 0: none is there (POSIX 2.2.1). */
static size_t continuation(const struct cli_lexer *l)
{
    return l->at + 1 < l->size && l->line[l->at] == '\\' && l->line[l->at + 1] == '\n' ? 2 : 0;
}

static void skip_blanks(struct cli_lexer *l)
{
    while (l->at < l->size && (strchr(" \t\r", l->line[l->at]) != NULL || continuation(l) > 0)) {
        l->at += continuation(l) > 0 ? continuation(l) : 1;
    }
}

/* Appends what is between the quote at `at` and its end; false when there is no end. */
static bool lex_quoted(struct cli_lexer *l, struct text *word)
{
    char quote = l->line[l->at];

    l->quote = quote;
    l->quote_at = l->at++;
    while (l->at < l->size && l->line[l->at] != quote) {
        if (quote == '"' && continuation(l) > 0) {
            l->at += continuation(l);
            continue;
        }
        bool escape = quote == '"' && l->line[l->at] == '\\' && l->at + 1 < l->size &&
                      (l->line[l->at + 1] == '"' || l->line[l->at + 1] == '\\');
        l->at += escape;
        text_append_char(word, l->line[l->at++]);
    }
    if (l->at == l->size) {
        return false;
    }
    l->at++;
    return true;
}

static enum cli_token lex_word(struct cli_lexer *l, struct text *word)
{
    text_clear(word);
    l->start = l->at;
    while (l->at < l->size && !ends_word(l->line[l->at])) {
        char c = l->line[l->at];
        if (continuation(l) > 0) {
            l->at += continuation(l);
        } else if (c == '\'' || c == '"') {
            if (!lex_quoted(l, word)) {
                return CLI_OPEN;
            }
        } else if (c != '\\') {
            text_append_char(word, c);
            l->at++;
        } else if (l->at + 1 == l->size) {
            l->quote = c;
            l->quote_at = l->at++;
            return CLI_OPEN;
        } else {
            text_append_char(word, l->line[l->at + 1]);
            l->at += 2;
        }
    }
    return CLI_WORD;
}

enum cli_token cli_lex(struct cli_lexer *l, struct text *word)
{
    skip_blanks(l);
    if (l->at < l->size && l->line[l->at] == '#') {
        while (l->at < l->size && l->line[l->at] != '\n') {
            l->at++;
        }
        if (l->at == l->size) {
            return CLI_COMMENT;
        }
    }
    if (l->at == l->size) {
        l->start = l->at;
        return CLI_LINE_END;
    }
    if (l->line[l->at] == ';' || l->line[l->at] == '\n') {
        l->at++;
        return CLI_SEPARATOR;
    }
    return lex_word(l, word);
}

struct numbers {
    size_t *items;
    size_t count, capacity;
};

/* Words and commands while they are still being counted: offsets of NUL-terminated words in one text. */
struct splitter {
    struct text bytes;
    struct numbers words;    /* where in `bytes` each begins */
    struct numbers commands; /* how many words so far at the end of each */
};

static void splitter_free(struct splitter *s)
{
    text_free(&s->bytes);
    free(s->words.items);
    free(s->commands.items);
}

static void end_command(struct splitter *s)
{
    size_t commands = s->commands.count;

    if (s->words.count > (commands ? s->commands.items[commands - 1] : 0)) {
        *mem_list_add(&s->commands) = s->words.count;
    }
}

static void build(const struct splitter *s, struct cli_line *ret)
{
    size_t commands = s->commands.count;
    struct text_arena *memory = &ret->memory;
    char *bytes = text_arena_copy(memory, text_string(&s->bytes), s->bytes.size);
    /* a NULL behind the words of every command */
    const char **items = text_arena_alloc(memory, (s->words.count + commands + 1) * sizeof(*items));
    size_t word = 0;

    ret->commands = text_arena_alloc(memory, (commands + 1) * sizeof(*ret->commands));
    ret->count = commands;
    for (size_t i = 0; i < commands; i++) {
        size_t end = s->commands.items[i];
        ret->commands[i] = (struct cli_words){.items = items, .count = end - word};
        while (word < end) {
            *items++ = bytes + s->words.items[word++];
        }
        *items++ = NULL;
    }
}

static bool open_error(const struct cli_lexer *lexer, struct err *e)
{
    size_t column = 1;

    for (size_t i = 0; i < lexer->quote_at; i++) {
        column += ((unsigned char)lexer->line[i] & 0xc0) != 0x80; /* characters, not bytes */
    }
    if (lexer->quote == '\\') {
        return err_set(e, ERR_USAGE, "column %zu: nothing follows the backslash", column);
    }
    return err_set(e, ERR_USAGE, "column %zu: the quote %c is not closed", column, lexer->quote);
}

bool cli_split(const char *line, struct cli_line *ret, struct err *e)
{
    CLEANUP(splitter_free) struct splitter s = {0};
    CLEANUP(text_free) struct text word = {0};
    struct cli_lexer lexer = {.line = line, .size = strlen(line)};
    enum cli_token token;

    if (lexer.size > CLI_LINE_MAX) {
        return err_set(e, ERR_USAGE, "the line is longer than %d bytes", CLI_LINE_MAX);
    }
    do {
        token = cli_lex(&lexer, &word);
        if (token == CLI_OPEN) {
            return open_error(&lexer, e);
        }
        if (token == CLI_WORD) {
            *mem_list_add(&s.words) = s.bytes.size;
            text_append_size(&s.bytes, text_string(&word), word.size + 1);
        } else {
            end_command(&s);
        }
    } while (token != CLI_LINE_END && token != CLI_COMMENT);
    *ret = (struct cli_line){0};
    build(&s, ret);
    return true;
}

bool cli_line_continues(const char *line)
{
    CLEANUP(text_free) struct text word = {0};
    struct cli_lexer lexer = {.line = line, .size = strlen(line)};
    enum cli_token token;
    size_t backslashes = 0;

    do {
        token = cli_lex(&lexer, &word);
    } while (token == CLI_WORD || token == CLI_SEPARATOR || (token == CLI_COMMENT && lexer.at < lexer.size));
    while (backslashes < lexer.size && line[lexer.size - 1 - backslashes] == '\\') {
        backslashes++;
    }
    return token == CLI_OPEN && (lexer.quote == '\\' || (lexer.quote == '"' && backslashes % 2 == 1));
}

void cli_line_free(struct cli_line *line)
{
    text_arena_free(&line->memory);
    *line = (struct cli_line){0};
}

size_t cli_shell_end(const struct cli_words *words)
{
    size_t end = 0;

    while (end < words->count) {
        const char *word = words->items[end];
        word += word[0] == '2';
        if (word[0] == '|' || word[0] == '>' || word[0] == '<' || strcmp(word, "&&") == 0) {
            break;
        }
        end++;
    }
    return end;
}

void cli_quote(struct text *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        text_append(out, word);
        return;
    }
    text_append_char(out, '\'');
    for (const char *c = word; *c != '\0'; c++) {
        if (*c == '\'') {
            text_append(out, "'\\''");
        } else {
            text_append_char(out, *c);
        }
    }
    text_append_char(out, '\'');
}
