/*
 * Parsing on getopt_long in its in-order mode ("-..."): every word that is no option comes back in its place, and
 * the option list grows when those words have named the command. glibc's abbreviations are kept out by looking up
 * each long option before getopt_long sees it; its messages are off, ours name the nearest option and the remedy.
 */
#include "cli/cli_parser.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

enum { FIRST_LONG = 256 };

static void parser_free(struct cli_parser *p)
{
    cli_options_free(&p->options);
    text_free(&p->path);
    text_free(&p->shorts);
    free(p->longs);
}

static void *member_of(const struct cli_parser *p, const struct cli_option *option)
{
    char *base = option->owner == CLI_GLOBAL    ? p->globals
                 : option->owner == CLI_COMMAND ? p->opts
                                                : (char *)&p->builtin;

    return base + option->offset;
}

/* The options known so far in getopt's terms. An option's number is FIRST_LONG and its index. */
static void describe_options(struct cli_parser *p)
{
    size_t count = p->options.count;
    size_t used = 0;

    free(p->longs);
    p->longs = mem_array(2 * count + 1, sizeof(*p->longs));
    text_clear(&p->shorts);
    text_append(&p->shorts, "-:");
    for (size_t i = 0; i < count; i++) {
        const struct opt_spec *spec = p->options.items[i].spec;
        int argument = !cli_option_takes_value(spec) ? no_argument
                       : spec->bare != NULL          ? optional_argument
                                                     : required_argument;
        p->longs[used++] = (struct option){spec->name, argument, NULL, FIRST_LONG + (int)i};
        if (spec->alias != NULL) {
            p->longs[used++] = (struct option){spec->alias, argument, NULL, FIRST_LONG + (int)i};
        }
        if (spec->letter != 0) {
            text_printf(&p->shorts, "%c%s", spec->letter, argument == required_argument ? ":" : "");
        }
    }
}

static bool set_defaults(struct cli_parser *p, enum cli_owner owner, struct err *e)
{
    for (size_t i = 0; i < p->options.count; i++) {
        const struct cli_option *option = &p->options.items[i];
        if (option->owner == owner && !cli_value_default(option->spec, member_of(p, option), &p->call->memory, e)) {
            return false;
        }
    }
    return true;
}

/* Whether the program's option is one of the command's own where the line comes to its words. */
static bool is_replaced_later(const struct cli_parser *p, const struct cli_option *option)
{
    const struct cmd_spec *command = p->call->command == NULL ? cli_parser_command(p) : NULL;
    CLEANUP(cli_options_free) struct cli_options own = {0};

    cli_options_add_command(&own, command);
    return cli_options_find(&own, option->spec->name, strlen(option->spec->name)) != NULL;
}

/* Refuses a long option that is none of ours, before getopt_long takes it for an abbreviation. */
static bool check_long(const struct cli_parser *p, const char *word, struct err *e)
{
    if (strncmp(word, "--", 2) != 0 || word[2] == '\0') {
        return true;
    }
    size_t size = strcspn(word, "=");
    const struct cli_option *option = cli_options_find(&p->options, word + 2, size - 2);
    if (option == NULL) {
        /* never with its value, which may be a secret */
        return cli_refuse_option(p, word, size, e);
    }
    if (word[size] == '=' && !cli_option_takes_value(option->spec)) {
        return err_set(e, ERR_USAGE, "%.*s takes no value", (int)size, word);
    }
    return true;
}

/*
 * The value of an option that may stand without one: the next word, unless it looks like an option. getopt_long takes
 * one behind a "=" only.
 */
static const char *value_or_bare(const struct opt_spec *spec, char *const argv[])
{
    const char *next = argv[optind];

    if (optarg != NULL || spec->bare == NULL) {
        return optarg;
    }
    if (next == NULL || next[0] == '-') {
        return spec->bare;
    }
    optind++;
    return next;
}

/* `value` is NULL for a flag; `separate` that it is a word of its own. */
static bool take_option(struct cli_parser *p, struct cli_option *option, const char *shown, const char *value,
                        bool separate, struct err *e)
{
    if (value == NULL) {
        *(bool *)member_of(p, option) = true;
        option->seen = "";
        return true;
    }
    if (separate && cli_options_of_word(&p->options, value) != NULL) {
        return err_set(e, ERR_USAGE, "%s needs a value, and %s is an option: write %s=%s if it is meant", shown, value,
                       shown, value);
    }
    if (option->seen != NULL && option->spec->kind != OPT_KIND_LIST && !cli_only_options(p->program)) {
        return cli_refuse_repeated(option, shown, value, e);
    }
    bool first = option->seen == NULL;
    option->seen = value;
    if (value == option->spec->bare) {
        *(const char **)member_of(p, option) = value; /* known by its address: a given one may have the same letters */
        return true;
    }
    if (is_replaced_later(p, option)) {
        return true; /* take_replaced has it */
    }
    if (!cli_value_parse(option->spec, shown, value, member_of(p, option), first, &p->call->memory, e)) {
        return false;
    }
    if (option->spec->kind == OPT_KIND_ENUM) {
        option->seen = option->spec->words[((const struct opt_enum *)member_of(p, option))->value];
    }
    return true;
}

/* Values that stood before the command's words and were the program's options, where the command has its own. */
static bool take_replaced(struct cli_parser *p, struct err *e)
{
    for (size_t i = 0; i < p->options.count; i++) {
        struct cli_option *option = &p->options.items[i];
        if (option->owner == CLI_COMMAND && option->seen != NULL) {
            CLEANUP(text_free) struct text shown = {0};
            const char *value = option->seen;
            text_printf(&shown, "--%s", option->spec->name);
            option->seen = NULL;
            if (!take_option(p, option, text_string(&shown), value, false, e)) {
                return false;
            }
        }
    }
    return true;
}

static bool is_next_word(const struct cli_parser *p, const char *word)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    CLEANUP(text_free) struct text longer = {0};
    struct cli_next next;

    text_printf(&longer, "%s%s%s", text_string(&p->path), p->path.size ? " " : "", word);
    if (cli_find(p->program, text_string(&longer)) != NULL) {
        return true; /* hidden ones included */
    }
    cli_next_words(p->program, text_string(&p->path), &memory, &next);
    for (size_t i = 0; i < next.count; i++) {
        if (strcmp(next.items[i].word, word) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the next word of the line is part of the command as well: "plan show" where "plan" is a command, too. */
static bool begins_longer(const struct cli_parser *p, size_t index)
{
    return index + 1 < p->words_count && is_next_word(p, p->words[index + 1]);
}

static bool take_word(struct cli_parser *p, size_t index, struct err *e)
{
    const char *word = p->words[index];
    struct cli_call *call = p->call;

    if (cli_only_options(p->program)) {
        return cli_refuse_word(p, word, e);
    }
    if (call->command != NULL) {
        if (word[0] == '\0') {
            return err_set(e, ERR_USAGE, "%s: an argument is empty", text_string(&p->path));
        }
        p->args[call->args_count++] = text_arena_copy(&call->memory, word, strlen(word));
        return true;
    }
    if (!is_next_word(p, word)) {
        return cli_refuse_command(p, index, e);
    }
    p->known[index] = true;
    text_printf(&p->path, "%s%s", p->path.size ? " " : "", word);
    call->command = begins_longer(p, index) ? NULL : cli_find(p->program, text_string(&p->path));
    if (call->command == NULL) {
        return true;
    }
    p->opts = text_arena_alloc(&call->memory, call->command->opts_size);
    cli_options_add_command(&p->options, call->command);
    describe_options(p);
    return set_defaults(p, CLI_COMMAND, e) && take_replaced(p, e);
}

/* Takes what getopt_long returned: a word, a letter, a long option's number, or a complaint. */
static bool take(struct cli_parser *p, int code, char *const argv[], struct err *e)
{
    char letter[] = {'-', (char)(code == '?' || code == ':' ? optopt : code), '\0'};
    CLEANUP(text_free) struct text shown = {0};
    int number = code == ':' ? optopt : code;

    if (code == 1) {
        return take_word(p, (size_t)optind - 2, e); /* argv[0] is the program's name, and optind is the next one */
    }
    if (code == '?') {
        return cli_refuse_option(p, letter, strlen(letter), e);
    }
    bool is_long = number >= FIRST_LONG;
    bool separate = code != ':' && optarg != NULL && optarg == argv[optind - 1];
    struct cli_option *option =
        is_long ? &p->options.items[number - FIRST_LONG] : cli_options_find_letter(&p->options, (char)number);
    const char *word = is_long ? argv[optind - 1 - separate] : letter;
    text_append_size(&shown, word, is_long ? strcspn(word, "=") : 2);
    if (code == ':') {
        return cli_refuse_missing_value(option, text_string(&shown), e);
    }
    const char *value = cli_option_takes_value(option->spec) ? value_or_bare(option->spec, argv) : NULL;
    return take_option(p, option, text_string(&shown), value, separate, e);
}

static bool parse_words(struct cli_parser *p, int argc, char *const argv[], struct err *e)
{
    optind = 0; /* makes glibc begin anew, with the first character of the option string as the order */
    opterr = 0;
    for (;;) {
        int next = optind > 0 ? optind : 1;
        if (next < argc && !check_long(p, argv[next], e)) {
            return false;
        }
        int code = getopt_long(argc, argv, text_string(&p->shorts), p->longs, NULL);
        if (code == -1) {
            break;
        }
        if (!take(p, code, argv, e)) {
            return false;
        }
    }
    for (int i = optind; i < argc; i++) {
        if (!take_word(p, (size_t)i - 1, e)) {
            return false;
        }
    }
    return true;
}

/* Whether help is asked for anywhere before "--", whatever else is wrong with the line. */
static bool asks_for_help(size_t count, const char *const words[])
{
    for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

static bool check_options(const struct cli_parser *p, struct err *e)
{
    CLEANUP(text_free) struct text see = {0};

    return cli_options_check(&p->options, p->call->args_count > 0 ? p->args[0] : NULL, cli_parser_remedy(p, &see), e);
}

static void forget(const struct cli_parser *p, const struct cli_option *option)
{
    static const size_t sizes[OPT_KIND_GROUP] = {[OPT_KIND_FLAG] = sizeof(bool),
                                                 [OPT_KIND_STRING] = sizeof(const char *),
                                                 [OPT_KIND_LIST] = sizeof(struct opt_list),
                                                 [OPT_KIND_BOOL] = sizeof(struct opt_bool),
                                                 [OPT_KIND_INT] = sizeof(struct opt_int),
                                                 [OPT_KIND_ENUM] = sizeof(struct opt_enum),
                                                 [OPT_KIND_DURATION] = sizeof(struct opt_duration)};
    struct err ignored = ERR_INIT; /* the default was parsed before */

    memset(member_of(p, option), 0, sizes[option->spec->kind]);
    (void)cli_value_default(option->spec, member_of(p, option), &p->call->memory, &ignored);
}

/* What the line says holds against what contradicts it and comes from the shell. */
static void drop_contradicted(const struct cli_parser *p)
{
    for (size_t i = 0; i < p->options.count; i++) {
        const struct cli_option *option = &p->options.items[i];
        CLEANUP(cli_condition_free) struct cli_condition other = {0};
        if (option->seen == NULL && option->owner == CLI_GLOBAL && option->spec->excludes != NULL &&
            cli_options_meet(&p->options, option->spec->excludes)) {
            forget(p, option);
        }
        for (const char *rest = option->seen != NULL ? option->spec->excludes : NULL;
             cli_condition_next(&rest, &other);) {
            const struct cli_option *excluded =
                cli_options_find(&p->options, text_string(&other.option), other.option.size);
            if (excluded->owner == CLI_GLOBAL && excluded->seen == NULL) {
                forget(p, excluded);
            }
        }
    }
}

static bool conclude(struct cli_parser *p, struct err *e)
{
    struct cli_call *call = p->call;

    call->action = p->builtin.help                                          ? CLI_HELP
                   : p->builtin.version                                     ? CLI_VERSION
                   : call->command == NULL && !cli_only_options(p->program) ? CLI_INCOMPLETE
                                                                            : CLI_RUN;
    return call->action != CLI_RUN || call->command == NULL ||
           (cli_parser_check_count(p, e) && cli_parser_check_words(p, e) && check_options(p, e));
}

static bool begin(struct cli_parser *p, const struct cli_call *base, size_t count, const char *const words[],
                  struct err *e)
{
    const struct cli_program *program = p->program;

    if (count > CLI_WORDS_MAX) {
        return err_set(e, ERR_USAGE, "more than %d words on one command line", CLI_WORDS_MAX);
    }
    p->args = text_arena_alloc(&p->call->memory, (count + 1) * sizeof(*p->args));
    p->known = text_arena_alloc(&p->call->memory, (count + 1) * sizeof(*p->known));
    p->words = words;
    p->words_count = count;
    p->globals = text_arena_alloc(&p->call->memory, program->globals_size);
    cli_options_add_globals(&p->options, program);
    describe_options(p);
    if (base != NULL) {
        memcpy(p->globals, base->globals, program->globals_size);
        p->inherits = true;
        return true;
    }
    return set_defaults(p, CLI_GLOBAL, e);
}

bool cli_parse(const struct cli_program *program, const struct cli_call *base, size_t count, const char *const words[],
               struct cli_call *ret, struct err *e)
{
    CLEANUP(cli_call_free) struct cli_call call = {.program = program};
    CLEANUP(parser_free) struct cli_parser p = {.program = program, .call = &call};

    if (!begin(&p, base, count, words, e)) {
        return false;
    }
    char **argv = text_arena_alloc(&call.memory, (count + 2) * sizeof(*argv));
    argv[0] = (char *)program->name;
    for (size_t i = 0; i < count; i++) {
        argv[i + 1] = (char *)words[i]; /* getopt_long in order moves and changes nothing */
    }
    if (!parse_words(&p, (int)count + 1, argv, e) || !conclude(&p, e)) {
        if (!asks_for_help(count, words)) {
            return false;
        }
        err_clear(e);
        call.action = CLI_HELP;
    }
    if (p.inherits) {
        drop_contradicted(&p);
    }
    call.topic = text_arena_copy(&call.memory, text_string(&p.path), p.path.size);
    call.opts = p.opts;
    call.globals = p.globals;
    call.args = p.args;
    *ret = call;
    call = (struct cli_call){0};
    return true;
}

const void *cli_group(const struct cli_call *call, const struct opt_group *group)
{
    for (const struct opt_spec *opt = call->command->opts; opt != NULL && opt->kind != OPT_KIND_END; opt++) {
        if (opt->kind == OPT_KIND_GROUP && opt->group == group) {
            return (const char *)call->opts + opt->offset;
        }
    }
    return NULL;
}

void cli_call_free(struct cli_call *call)
{
    text_arena_free(&call->memory);
    *call = (struct cli_call){0};
}
