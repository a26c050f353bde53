/*
 * cli: commands and options, declared once.
 *
 * A command is a `struct cmd_spec` beside its code; a `struct cli_program` lists them. The parser, help, man pages,
 * completion and the JSON dump of the table read the same declarations, so they cannot disagree.
 *
 * Options parse into a struct of the command's own (`opts_size` bytes, `offset` of each member), which is made anew
 * for every call: one line of the shell cannot leak into the next. Groups of options that several commands share are
 * declared once and embedded with OPT_GROUP. The room knows no command and reads no environment.
 *
 *     struct set_opts { struct settings_opts want; bool dry_run; const char *out; };
 *     static const struct opt_spec set_opt[] = {
 *         OPT_FLAG(struct set_opts, dry_run, 'n', "dry-run", "show the diff, send nothing"),
 *         OPT_FILE(struct set_opts, out, 0, "out", "FILE", "write the plan there"),
 *         OPT_GROUP(struct set_opts, want, settings_group),
 *         OPT_END,
 *     };
 *     const struct cmd_spec cmd_instance_set = {
 *         .path = "instance set", .summary = "change metadata settings of existing instances",
 *         .opts = set_opt, .opts_size = sizeof(struct set_opts), .flags = CMD_WRITES,
 *         .run = set_run,
 *     };
 *
 * Rules of the command line (all of them errors of code ERR_USAGE that name the option, the value and the way out):
 *  - `--option value`, `--option=value`, `-o value`, `-ovalue`, `-ny` for two flags; `--` ends the options.
 *  - Options stand before, between or after the command's words; long names are never abbreviated.
 *  - An option with a value is given once, unless it is a list: on a tool that writes, "last wins" hides a mistake.
 *  - An empty value is refused, and so is a value that looks like a known option (`--name --all`): `--name=--all` says
 *    that it is meant.
 *  - An option that cannot act is refused: one without what it needs (`needs`), one beside what it contradicts
 *    (`excludes`, OPT_ALONE), one that the command has no use for (`refusals`). Only what stands on the line counts: an
 *    option that a line of the shell has from the shell contradicts nothing.
 *  - `--help` wins over whatever is wrong beside it.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err/err.h"
#include "text/text.h"
#include "text/text_arena.h"
#include "json/json.h"

/* --- option values: the types of the members in an options struct ---------------------------------- */

/*
 * Zero-initialised they mean "not given". A declared default sets the value and leaves `given`
 * false. Strings are `const char *`, NULL when not given; flags are `bool`. All strings live as
 * long as the call. `given` comes first in all of them.
 */
struct opt_bool {
    bool given, value;
};

enum opt_unit {
    OPT_PLAIN,   /* a number: `value` */
    OPT_PERCENT, /* a number with % behind it: `value`, 0..100 */
    OPT_WORD,    /* the option's named word ("auto"); `value` is 0 */
};

struct opt_int {
    bool given;
    enum opt_unit unit;
    long value;
};

struct opt_enum {
    bool given;
    int value; /* index into the option's words */
};

struct opt_duration {
    bool given;
    int64_t ms;
};

struct opt_list {
    const char *const *items; /* `count` of them and a NULL */
    size_t count;
};

/* --- option declarations --------------------------------------------------------------------------- */

enum opt_kind {
    OPT_KIND_END,
    OPT_KIND_FLAG,     /* bool */
    OPT_KIND_STRING,   /* const char * */
    OPT_KIND_LIST,     /* struct opt_list: repeated, or separated by commas with OPT_COMMAS */
    OPT_KIND_BOOL,     /* struct opt_bool: "true" or "false" and nothing else */
    OPT_KIND_INT,      /* struct opt_int: min..max, `word`, N% with OPT_PERCENTS */
    OPT_KIND_ENUM,     /* struct opt_enum: one of `words` */
    OPT_KIND_DURATION, /* struct opt_duration: seconds with up to 3 decimals, or with a unit: ms s m h */
    OPT_KIND_GROUP,    /* a struct embedded at offset, with options of its own */
};

enum opt_flags {
    OPT_COMMAS = 1 << 0,    /* list: a,b,c (and repeated) */
    OPT_PERCENTS = 1 << 1,  /* int: also N%, 0..100 */
    OPT_FILES = 1 << 2,     /* the value is a file; completion offers files */
    OPT_FOLDERS = 1 << 3,   /* the value is a folder */
    OPT_ALONE = 1 << 4,     /* beside it neither arguments nor other options of the command have an effect */
    OPT_API_WORDS = 1 << 5, /* enum: the API's own words, taken in its spelling only; others are taken in any case */
};

struct opt_group;
struct cmd_refusal;

struct opt_spec {
    enum opt_kind kind;
    char letter;               /* 'n' for -n, or 0 */
    const char *name;          /* "dry-run" for --dry-run */
    const char *alias;         /* another spelling, accepted everywhere: "metadata-service", or NULL */
    const char *value;         /* what help calls the value: "FILE|-"; NULL: made from kind, words and range */
    const char *help;          /* one line, lower case, no full stop */
    const char *bare;          /* string: its value where none is given: `--nonce`; NULL: it needs one. Never copied */
    const char *default_value; /* parsed as if typed; NULL: none */
    const char *word;          /* int: a word that stands for a number: "auto" */
    const char *const *words;  /* enum: the values, NULL-terminated. list, string: suggestions for completion */
    const char *needs;         /* without one of these options it has no effect: "count", "restart=needed", "a|b" */
    const char *advice; /* enum, int: stands behind the error for a wrong value: where the rule is, what to give */
    const char *remedy; /* what to do instead, of `needs` or else of `excludes`; NULL: to add or leave out an option */
    const char *excludes; /* beside any of these it has no effect: "quiet", "output=csv|output=yaml" */
    long min, max;        /* int: both inclusive. duration: milliseconds, 0 and 0 for any */
    unsigned flags;       /* enum opt_flags */
    /* Of a global option that needs CMD_ROWS: why other commands refuse it, and why those that write do. NULL: none. */
    const struct cmd_refusal *without_rows, *with_writes;
    size_t offset;
    const struct opt_group *group;
    size_t group_size; /* of the member, checked against the group's */
};

/* Options that several commands share: a struct, its options and the heading that help puts over them. */
struct opt_group {
    const char *heading; /* "Selectors" */
    const struct opt_spec *opts;
    size_t size; /* sizeof the struct */
};

/* The offset of a member, which must have the wanted type or this does not compile. */
#define OPT_MEMBER(type, member, wanted) \
    (offsetof(type, member) + 0 * sizeof(_Generic(((type *)0)->member, wanted : 0)))

/*
 * One option each; further members may follow by name: `.alias = "metadata-service", .default_value = "auto"`.
 * OPT_FLAG's own names are letter, name and help; the others also take what help calls the value.
 */
#define OPT_FLAG(type, member, letter_, name_, help_, ...) \
    OPT_OF(OPT_KIND_FLAG, type, member, bool, letter_, name_, help_, __VA_ARGS__)
#define OPT_STRING(type, member, letter_, name_, value_, help_, ...) \
    OPT_OF(OPT_KIND_STRING, type, member, const char *, letter_, name_, help_, .value = value_, __VA_ARGS__)
#define OPT_FILE(type, member, letter_, name_, value_, help_, ...) \
    OPT_STRING(type, member, letter_, name_, value_, help_, .flags = OPT_FILES, __VA_ARGS__)
#define OPT_FOLDER(type, member, letter_, name_, value_, help_, ...) \
    OPT_STRING(type, member, letter_, name_, value_, help_, .flags = OPT_FOLDERS, __VA_ARGS__)
#define OPT_LIST(type, member, letter_, name_, value_, help_, ...) \
    OPT_OF(OPT_KIND_LIST, type, member, struct opt_list, letter_, name_, help_, .value = value_, __VA_ARGS__)
#define OPT_COMMA_LIST(type, member, letter_, name_, value_, help_, ...) \
    OPT_LIST(type, member, letter_, name_, value_, help_, .flags = OPT_COMMAS, __VA_ARGS__)
#define OPT_BOOL(type, member, letter_, name_, help_, ...) \
    OPT_OF(OPT_KIND_BOOL, type, member, struct opt_bool, letter_, name_, help_, __VA_ARGS__)
#define OPT_INT(type, member, letter_, name_, min_, max_, help_, ...) \
    OPT_OF(OPT_KIND_INT, type, member, struct opt_int, letter_, name_, help_, .min = min_, .max = max_, __VA_ARGS__)
#define OPT_ENUM(type, member, letter_, name_, words_, help_, ...) \
    OPT_OF(OPT_KIND_ENUM, type, member, struct opt_enum, letter_, name_, help_, .words = words_, __VA_ARGS__)
#define OPT_DURATION(type, member, letter_, name_, help_, ...) \
    OPT_OF(OPT_KIND_DURATION, type, member, struct opt_duration, letter_, name_, help_, __VA_ARGS__)
#define OPT_OF(kind_, type, member, wanted, letter_, name_, help_, ...)                                             \
    {                                                                                                               \
        .kind = kind_, .offset = OPT_MEMBER(type, member, wanted), .letter = letter_, .name = name_, .help = help_, \
        __VA_ARGS__                                                                                                 \
    }
#define OPT_GROUP(type, member, group_) OPT_GROUP_NEEDS(type, member, group_, NULL)
/* All options of the group have this `needs`, but for those that have one of their own. */
#define OPT_GROUP_NEEDS(type, member, group_, needs_)                                 \
    {                                                                                 \
        .kind = OPT_KIND_GROUP, .offset = offsetof(type, member), .group = &(group_), \
        .group_size = sizeof(((type *)0)->member), .needs = needs_                    \
    }
#define OPT_END              \
    {                        \
        .kind = OPT_KIND_END \
    }

/* --- command declarations -------------------------------------------------------------------------- */

struct app; /* the program's own; opaque here */
struct cli_call;

/* Takes the words that a program knows; a word that does not fit at the cursor is left out. */
struct cli_known;
void cli_known_add(struct cli_known *known, const char *word, const char *help);

enum cmd_flags {
    CMD_WRITES = 1 << 0,       /* changes servers: history, confirmation and --dry-run apply */
    CMD_OFFLINE = 1 << 1,      /* needs neither endpoint nor credentials */
    CMD_NOT_IN_SHELL = 1 << 2, /* refused inside `shell` */
    CMD_FILE_ARGS = 1 << 3,    /* the arguments are files; completion offers files */
    CMD_COMMAND_ARGS = 1 << 4, /* the arguments are the words of a command; completion offers commands */
    CMD_PAGED = 1 << 5,        /* prints what is read from top to bottom: on a terminal through a pager, when long */
    CMD_HIDDEN = 1 << 6,       /* only refuses, with what to do instead: help, man pages and completion leave it out */
    CMD_ROWS = 1 << 7,         /* prints rows that can be sorted and cut */
};

enum { CMD_ANY_ARGS = -1 };

struct cmd_example {
    const char *line; /* a whole command line: "vpcmeta instance set --all --enabled true" */
    const char *what; /* what it does, lower case, no full stop */
};

/*
 * An option that the command takes from a group or from the program, and that cannot act there. Help, man page and
 * completion do not offer it; the parser refuses it with the reason.
 */
struct cmd_refusal {
    const char *option; /* its name, or the heading of its group: "hop-limit", "Restarting" */
    const char *reason; /* "a bare metal server has no response hop limit"; NULL: the command itself refuses it */
};

struct cmd_spec {
    const char *path;                   /* "version", or noun and verb: "instance set" */
    const char *summary;                /* one line, lower case, no full stop */
    const char *arguments;              /* as help shows them: "[NAME|ID|CRN...]"; NULL: none */
    const char *description;            /* paragraphs with a blank line between; NULL: none */
    const struct cmd_example *examples; /* the last one has no line; NULL: none */
    const struct opt_spec *opts;        /* ends with OPT_END; NULL: none */
    size_t opts_size;
    const struct cmd_refusal *refusals; /* the last one has no option; NULL: none */
    unsigned flags;                     /* enum cmd_flags */
    int min_args, max_args;             /* how many arguments; max_args may be CMD_ANY_ARGS */
    const char *const *argument_words;  /* the only arguments allowed, NULL-terminated; NULL: any */
    /*
     * Does it and returns the exit status. When it sets `e` the status is err_exit_status(e) and
     * the caller prints the error: `return err_exit_status(e);`.
     */
    int (*run)(struct app *app, const struct cli_call *call, struct err *e);
    /* For completion: adds the words that --fields takes. NULL: the command has no table. */
    void (*fields)(const struct cmd_spec *command, struct cli_known *known);
    const void *subject; /* what `run` works on where several commands share it: call->command->subject; or NULL */
};

/* A noun over verbs ("instance"), for help. */
struct cli_noun {
    const char *name, *summary;
};

/* A text of the manual in the markup of cli_manual.h, as scripts/embed-files.sh embeds it: a NUL stands at `end`. */
struct cli_topic {
    const char *name, *text, *end;
};

/* What people want to do: help puts this heading over the commands from `first` on, in the table's order. */
struct cli_task {
    const char *heading;
    const struct cmd_spec *first;
};

/* Another word for a noun, a verb or a whole command. Errors suggest what is meant; it is never run. */
struct cli_synonym {
    const char *typed; /* "instances", "ls", "template update" */
    const char *meant; /* "instance", "list", "template replace"; a verb may bring options: "set --enabled true" */
};

/* A command that people expect and the program does not have: errors say what does it, and guess no other command. */
struct cli_absent {
    const char *path;    /* "plan" */
    const char *instead; /* "--dry-run previews a change" */
};

/* An option that the program does not have, and what to write in its place. */
struct cli_option_hint {
    const char *typed;  /* "parallelism" */
    const char *remedy; /* "write --concurrency N" */
    const char *verb;   /* of the commands that it is for: "create"; NULL: all */
};

/*
 * A program without commands has only options: the last value of one that is repeated counts.
 */
struct cli_program {
    const char *name, *version;
    const char *date;                       /* of the version, for man pages: "2026-11-28" */
    const char *summary;                    /* one line */
    const char *description;                /* paragraphs, for help and the man page */
    const struct cmd_example *examples;     /* the last one has no line; NULL: none */
    const struct cli_noun *nouns;           /* the last one has no name */
    const struct cmd_spec *const *commands; /* NULL-terminated, in the order of help; none: only options, no words */
    const struct cli_synonym *synonyms;     /* the last one has no `typed`; NULL: none */
    const struct cli_absent *absent;        /* the last one has no `path`; NULL: none */
    const struct cli_option_hint *hints;    /* the last one has no `typed`; NULL: none */
    const struct cli_task *tasks;           /* in the order of `commands`; the last one has no heading; NULL: none */
    const struct opt_spec *globals;         /* options that every command takes */
    size_t globals_size;
    /*
     * For completion: adds words that the table does not hold, such as values of `option` (NULL: arguments) of
     * `command` (NULL: it is not known yet). Within milliseconds, without a request or a message. NULL: there are none.
     */
    void (*known_words)(const struct cmd_spec *command, const struct opt_spec *option, struct cli_known *known);
    const struct cli_topic *topics; /* by name; the last one has no name; NULL: none */
    const char *const *sections;    /* topics that the man page of the program contains, NULL-terminated; NULL: none */
};

/* --- parsing --------------------------------------------------------------------------------------- */

enum cli_action {
    CLI_RUN,        /* call->command->run; without commands, what the program is for */
    CLI_HELP,       /* --help: print cli_help(topic) on standard output, exit 0 */
    CLI_VERSION,    /* --version: print the version, exit 0 */
    CLI_INCOMPLETE, /* no command, or a noun without its verb: print cli_help(topic) on standard error, exit 2 */
};

/* One parsed command line. */
struct cli_call {
    const struct cli_program *program;
    enum cli_action action;
    const struct cmd_spec *command; /* NULL unless it is known */
    const char *topic;              /* the command's words as far as they are known: "", "instance", "instance set" */
    const void *opts;               /* the command's options struct; NULL when it has none */
    const void *globals;            /* the program's options struct */
    const char *const *args;        /* `args_count` arguments and a NULL */
    size_t args_count;
    struct text_arena memory; /* of all of the above */
};

/*
 * Parses the words after the program's name. Nothing in `ret` points into `words`.
 * `base` (may be NULL) is a call whose global options this one starts from, as a line of the shell
 * does from the shell's own; it must live as long as the new call. Not reentrant (getopt_long keeps
 * its place in globals), but complete in itself: the shell calls it per line.
 */
bool cli_parse(const struct cli_program *program, const struct cli_call *base, size_t count, const char *const words[],
               struct cli_call *ret, struct err *e) __attribute__((warn_unused_result));

/* The struct of a group of options that the call's command embeds, or NULL: what holds for every command with it. */
const void *cli_group(const struct cli_call *call, const struct opt_group *group);

/* Frees what the call holds; zero-initialised values allowed. For CLEANUP. */
void cli_call_free(struct cli_call *call);

/* The command with these words ("instance set"), or NULL. */
const struct cmd_spec *cli_find(const struct cli_program *program, const char *path);

/* --- lines ----------------------------------------------------------------------------------------- */

enum { CLI_LINE_MAX = 1024 * 1024, CLI_WORDS_MAX = 65536 };

struct cli_words {
    const char *const *items; /* `count` of them and a NULL */
    size_t count;
};

/* A line split into commands; empty ones (";;", a comment) are left out. */
struct cli_line {
    struct cli_words *commands;
    size_t count;
    struct text_arena memory;
};

/*
 * Splits a line as a shell does, without expansions: blanks between words; '...' literal; "..." in which \ quotes "
 * and \; \ quotes one character outside of quotes; # at the start of a word begins a comment up to the end of its
 * line; ; and newline separate commands. Error (ERR_USAGE) with the column of an open quote.
 */
bool cli_split(const char *line, struct cli_line *ret, struct err *e) __attribute__((warn_unused_result));

/* Whether the last byte of the line is a backslash that continues it with the next one (POSIX 2.2.1). */
bool cli_line_continues(const char *line);

/* Frees what the line holds; zero-initialised values allowed. For CLEANUP. */
void cli_line_free(struct cli_line *line);

/*
 * How many of the words stand before the first one that is an operator of a POSIX shell (| > >> < && ||, also 2> and
 * the like): examples in help and in README may end in a pipe or a redirection, which is not the program's.
 */
size_t cli_shell_end(const struct cli_words *words);

/* Appends the word so that cli_split and a POSIX shell read it back as one: as it is, or in '...'. */
void cli_quote(struct text *out, const char *word);

/* --- completion ------------------------------------------------------------------------------------ */

struct cli_candidate {
    const char *word; /* the whole word, not quoted */
    const char *help; /* what it is, or "" */
};

/* What may stand at the cursor beside the candidates; the caller offers it from what it knows. */
enum cli_expected {
    CLI_EXPECT_NOTHING,
    CLI_EXPECT_FILE,
    CLI_EXPECT_FOLDER,
    CLI_EXPECT_VALUE, /* free text called `value` ("NAME|ID|CRN...", "REGION") */
};

struct cli_candidates {
    struct cli_candidate *items;
    size_t count;
    size_t start;       /* offset in the line where the word at the cursor begins: what a candidate replaces */
    const char *prefix; /* that word as far as it is typed, without quotes; never NULL */
    size_t before;      /* bytes of the prefix that every candidate begins with and that stay: "--rule=a," */
    char quote;         /* the quote that is open at the cursor: ' or ", or 0 */
    enum cli_expected expected;
    const char *value;              /* for CLI_EXPECT_VALUE; else NULL */
    const struct cmd_spec *command; /* when it is known at the cursor, else NULL */
    struct text_arena memory;
};

/*
 * What can stand at byte `cursor` of a line of the shell: commands, options, values of options and arguments that are
 * words of the table. Offline; anything else that is known to be wanted is named in `expected`.
 */
void cli_complete(const struct cli_program *program, const char *line, size_t cursor, struct cli_candidates *ret);

/* The same for the words behind the program's name, the last of which is at the cursor; borrowed as long as `ret`. */
void cli_complete_words(const struct cli_program *program, const char *const words[], size_t count,
                        struct cli_candidates *ret);

/* Frees what it holds; zero-initialised values allowed. For CLEANUP. */
void cli_candidates_free(struct cli_candidates *candidates);

enum cli_shell { CLI_BASH, CLI_ZSH, CLI_FISH };
extern const char *const cli_shell_names[]; /* by enum cli_shell, NULL-terminated */

/*
 * Appends a completion script. At TAB it runs the program with CLI_COMPLETE and the words of the line, as
 * cli_complete_words takes them, and reads what cli_completion_answer writes: so what shells offer and what the shell
 * of the program offers is the same. `path` is where the program is when it is not found by its name; NULL: unknown.
 */
#define CLI_COMPLETE "__complete"
void cli_completion_script(const struct cli_program *program, enum cli_shell shell, const char *path, struct text *out);

/*
 * Appends a line "KIND<TAB>BEFORE<TAB>VALUE": words, files, folders or value, what stays in front of the candidates,
 * and what a value is called; then a line "WORD<TAB>HELP" each.
 */
void cli_completion_answer(const struct cli_program *program, const char *const words[], size_t count,
                           struct text *out);

/* --- help ------------------------------------------------------------------------------------------ */

/*
 * Appends help on a topic: "" the program, "instance" a noun, "instance set" a command, "settings" a text of the
 * manual, which also follows a noun or command of its name. Wrapped to `columns`, at most 100 and at least 40 of them;
 * 0 (not a terminal) means 80. ERR_USAGE when there is no such topic.
 */
bool cli_help(const struct cli_program *program, const char *topic, unsigned columns, struct text *out, struct err *e)
    __attribute__((warn_unused_result));

/* Appends the text of the manual with this name alone. ERR_USAGE when there is none. */
bool cli_topic_help(const struct cli_program *program, const char *name, unsigned columns, struct text *out,
                    struct err *e) __attribute__((warn_unused_result));

/*
 * Appends what may follow the words `topic` ("" or a noun, as in call->topic), a line each, and where to read on:
 * the answer to CLI_INCOMPLETE. Wrapped as cli_help.
 */
void cli_overview(const struct cli_program *program, const char *topic, unsigned columns, struct text *out);

/* The table as JSON, a new reference: {"schema_version":1,"name","version","global_options","commands","topics"}. */
json_t *cli_help_json(const struct cli_program *program);

/*
 * Appends the man page (section 1, man(7) macros) of the program ("") or of a command, or that of a text of the manual
 * (section 7). ERR_USAGE as cli_help.
 */
bool cli_man(const struct cli_program *program, const char *topic, struct text *out, struct err *e)
    __attribute__((warn_unused_result));
bool cli_topic_man(const struct cli_program *program, const char *name, struct text *out, struct err *e)
    __attribute__((warn_unused_result));

#endif
