/*
 * cli_lexer: words of a line, one after the other. For the files of room cli only.
 */
#ifndef CLI_CLI_LEXER_H
#define CLI_CLI_LEXER_H

#include <stddef.h>

#include "text/text.h"

enum cli_token {
    CLI_WORD,
    CLI_SEPARATOR, /* ; or newline */
    CLI_OPEN,      /* a word whose quote is not closed, or that ends in a lone backslash */
    CLI_COMMENT,   /* that reaches the end of the line's text */
    CLI_LINE_END,
};

struct cli_lexer {
    const char *line;
    size_t size;
    size_t at;
    size_t start;    /* where the last word begins */
    size_t quote_at; /* CLI_OPEN: where the quote or backslash is */
    char quote;      /* CLI_OPEN: which one it is */
};

/* The next token; a word's text, without its quotes, replaces what is in `word`. */
enum cli_token cli_lex(struct cli_lexer *lexer, struct text *word);

#endif
