/*
 * cli_options: the options of a command as one flat list, groups dissolved. For the files of room cli only.
 */
#ifndef CLI_CLI_OPTIONS_H
#define CLI_CLI_OPTIONS_H

#include "cli/cli.h"

/* Whose struct an option's offset counts in. */
enum cli_owner { CLI_BUILTIN, CLI_GLOBAL, CLI_COMMAND };

struct cli_builtin_opts {
    bool help, version;
};

struct cli_option {
    const struct opt_spec *spec;
    enum cli_owner owner;
    size_t offset;       /* in the owner's struct */
    const char *heading; /* of its group; "" for a command's own options */
    const char *seen;    /* the value it was given in this parse, or NULL */
};

struct cli_options {
    struct cli_option *items;
    size_t count, capacity;
};

/* --help and --version, then the program's global options. */
void cli_options_add_globals(struct cli_options *options, const struct cli_program *program);

/* The options of a command: its own first, then its groups in their order. NULL adds nothing. */
void cli_options_add_command(struct cli_options *options, const struct cmd_spec *command);

void cli_options_free(struct cli_options *options);

/* By name or alias (`size` bytes of it, without the dashes), by letter. NULL when there is none. */
struct cli_option *cli_options_find(const struct cli_options *options, const char *name, size_t size);
struct cli_option *cli_options_find_letter(const struct cli_options *options, char letter);

/* The option that a word such as "--name", "--name=value" or "-n" names, or NULL. */
struct cli_option *cli_options_of_word(const struct cli_options *options, const char *word);

/* The name or alias that is nearest to a misspelt one, or NULL. */
const char *cli_options_nearest(const struct cli_options *options, const char *name);

static inline bool cli_option_takes_value(const struct opt_spec *spec)
{
    return spec->kind != OPT_KIND_FLAG;
}

/* What help calls the option's value: "true|false", "1..64", "FILE". Borrowed, or written to `scratch`. */
const char *cli_option_value(const struct opt_spec *spec, struct text *scratch);

/* The words that the option's value may be (enum, true and false, the named word), for completion. */
size_t cli_option_words(const struct opt_spec *spec, const char *ret_words[], size_t size);

/*
 * Parses one value into the member at `member`. `shown` is the option as the user wrote it ("--hop-limit"),
 * `first` that it is the first of this parse: a list then drops its default.
 */
bool cli_value_parse(const struct opt_spec *spec, const char *shown, const char *value, void *member, bool first,
                     struct text_arena *memory, struct err *e);

/* Sets the member to the option's default, if it has one. */
bool cli_value_default(const struct opt_spec *spec, void *member, struct text_arena *memory, struct err *e);

#endif
