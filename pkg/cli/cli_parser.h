/* cli_parser: a command line that is being parsed, and what it is refused for. Private to the room. */
#ifndef CLI_CLI_PARSER_H
#define CLI_CLI_PARSER_H

#include "cli/cli_commands.h"
#include "cli/cli_options.h"

struct cli_parser {
    const struct cli_program *program;
    struct cli_call *call;
    struct cli_options options;
    struct cli_builtin_opts builtin;
    char *globals, *opts;
    bool inherits;      /* global options come from a shell */
    struct text path;   /* the command's words so far */
    struct text shorts; /* getopt's "-:nf:" */
    struct option *longs;
    const char **args;
    const char *const *words; /* of the line; `known` says which of them are the command's */
    size_t words_count;
    bool *known;
};

/* "see 'vpcmeta help instance set'", with the words known so far. Borrowed from `out`. */
const char *cli_parser_remedy(const struct cli_parser *p, struct text *out);

/* The command of the line, also where its words are still to come: the first two that are one. NULL: none is known. */
const struct cmd_spec *cli_parser_command(const struct cli_parser *p);

/* False (ERR_USAGE) where the command has too few arguments, too many, or one that is none of its words. */
bool cli_parser_check_count(const struct cli_parser *p, struct err *e);
bool cli_parser_check_words(const struct cli_parser *p, struct err *e);

/* The refusals below return false, with ERR_USAGE. */

/* An option that is unknown: the first `size` bytes of the word, which are without a value. */
bool cli_refuse_option(const struct cli_parser *p, const char *word, size_t size, struct err *e);

/* An option, as it stands in the line, that has no value, or a second one. */
bool cli_refuse_missing_value(const struct cli_option *option, const char *shown, struct err *e);
bool cli_refuse_repeated(const struct cli_option *option, const char *shown, const char *value, struct err *e);

/* A word that continues no command; `index` is its place in the line. */
bool cli_refuse_command(const struct cli_parser *p, size_t index, struct err *e);

/* A word where only options may stand. */
bool cli_refuse_word(const struct cli_parser *p, const char *word, struct err *e);

#endif
