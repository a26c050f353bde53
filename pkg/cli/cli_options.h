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
    size_t offset;                     /* in the owner's struct */
    const char *heading;               /* of its group; "" for a command's own options */
    const char *needs;                 /* its own, or its group's; NULL: nothing */
    const char *seen;                  /* the value it was given in this parse, "" for a flag, or NULL */
    const struct cmd_refusal *refusal; /* the command cannot use it; NULL: it can */
};

struct cli_options {
    struct cli_option *items;
    size_t count, capacity;
};

/* --help and --version, then the program's global options. */
void cli_options_add_globals(struct cli_options *options, const struct cli_program *program);

/*
 * The options of a command: its own first, then its groups in their order, with the command's refusals, which also go
 * to the global options that are there already; those that the command has an option of the same name for are taken
 * out. NULL adds nothing.
 */
void cli_options_add_command(struct cli_options *options, const struct cmd_spec *command);

/* The same without those that it refuses: what is offered. Nothing is of a hidden command. */
void cli_options_add_offered(struct cli_options *options, const struct cmd_spec *command);

/* Whether the program has no commands. */
static inline bool cli_only_options(const struct cli_program *program)
{
    return program->commands[0] == NULL;
}

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

/* --- dependencies (cli_depend.c) ---------------------------------------------------------------------- */

/* One of the alternatives of `needs` and `excludes`: an option, and its value or NULL. */
struct cli_condition {
    struct text option, value;
    bool has_value;
};

/* The next alternative; `*rest` moves on. False at the end. */
bool cli_condition_next(const char **rest, struct cli_condition *condition);
void cli_condition_free(struct cli_condition *condition); /* for CLEANUP */

/* Whether what stands on the line meets one of the conditions. */
bool cli_options_meet(const struct cli_options *options, const char *conditions);

/* Whether the option excludes that one of the name, or one value of it (NULL: any). */
bool cli_excludes(const struct opt_spec *spec, const char *name, const char *value);

/* Refuses what was seen and cannot act; `argument` is the first argument or NULL, `remedy` stands in brackets. */
bool cli_options_check(const struct cli_options *options, const char *argument, const char *remedy, struct err *e);

/* Appends " (needs --count)", " (not with ...)", " (alone)": what help says of the option's dependencies. */
void cli_option_describe_needs(struct text *out, const struct cli_option *option);

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
