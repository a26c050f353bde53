/*
 * cli_check: programming mistakes in a table of commands: a name or letter declared twice for one command, a group
 * whose size is wrong, a default that does not parse, a command without help, a noun without verbs, an example that does
 * not parse.
 */
#ifndef TESTS_CLI_CHECK_H
#define TESTS_CLI_CHECK_H

#include <string.h>

#include "cli/cli_commands.h"
#include "cli/cli_options.h"

static void complain(struct text *out, const char *path, const struct opt_spec *spec, const char *what)
{
    text_printf(out, "%s%s%s: %s\n", path, spec && spec->name ? " --" : "", spec && spec->name ? spec->name : "", what);
}

static void check_groups(const char *path, const struct opt_spec *specs, struct text *out)
{
    for (const struct opt_spec *spec = specs; spec != NULL && spec->kind != OPT_KIND_END; spec++) {
        if (spec->kind == OPT_KIND_GROUP) {
            if (spec->group->size != spec->group_size) {
                text_printf(out, "%s: the group '%s' is embedded in a member of another size\n", path,
                            spec->group->heading ? spec->group->heading : "");
            }
            check_groups(path, spec->group->opts, out);
        }
    }
}

static void check_default(const char *path, const struct opt_spec *spec, struct text *out)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    struct err e = ERR_INIT;
    union {
        const char *string;
        struct opt_list list;
        struct opt_bool truth;
        struct opt_int number;
        struct opt_enum choice;
        struct opt_duration time;
    } member;

    memset(&member, 0, sizeof(member));
    if (!cli_value_default(spec, &member, &memory, &e)) {
        complain(out, path, spec, e.message);
    } else if (spec->kind == OPT_KIND_DURATION && spec->default_value != NULL &&
               strcmp(text_duration(member.time.ms).text, spec->default_value) != 0) {
        complain(out, path, spec, "a default that is not written as other times are");
    }
}

static void check_option(const char *path, const struct opt_spec *spec, struct text *out)
{
    if (spec->name == NULL || spec->help == NULL || spec->help[0] == '\0') {
        complain(out, path, spec, "an option without name or help");
        return;
    }
    if (spec->kind == OPT_KIND_ENUM && (spec->words == NULL || spec->words[0] == NULL)) {
        complain(out, path, spec, "a choice of nothing");
        return;
    }
    if (spec->kind == OPT_KIND_INT && spec->min >= spec->max) {
        complain(out, path, spec, "an empty range");
    }
    check_default(path, spec, out);
}

static void check_pair(const char *path, const struct opt_spec *a, const struct opt_spec *b, struct text *out)
{
    if (a->letter != 0 && a->letter == b->letter) {
        complain(out, path, b, "its letter is taken");
    }
    if (text_equal(a->name, b->name) || text_equal(a->name, b->alias) || text_equal(a->alias, b->name) ||
        (a->alias != NULL && text_equal(a->alias, b->alias))) {
        complain(out, path, b, "its name is taken");
    }
}

/* What needs, exclusions and refusals name must be there. */
static void check_conditions(const char *path, const struct cli_options *options, const struct opt_spec *spec,
                             const char *rest, struct text *out)
{
    CLEANUP(cli_condition_free) struct cli_condition condition = {0};

    while (cli_condition_next(&rest, &condition)) {
        const char *name = text_string(&condition.option);
        if (cli_options_find(options, name, strlen(name)) == NULL) {
            complain(out, path, spec, "it needs or excludes what is no option");
        }
    }
}

static void check_refusals(const struct cmd_spec *command, const struct cli_options *options, struct text *out)
{
    for (const struct cmd_refusal *refusal = command->refusals; refusal != NULL && refusal->option != NULL; refusal++) {
        bool used = false;
        for (size_t i = 0; i < options->count; i++) {
            used |= options->items[i].refusal == refusal;
        }
        if (!used) {
            text_printf(out, "%s: the refused '%s' is no option\n", command->path, refusal->option);
        }
    }
}

static void check_options(const struct cli_program *program, const struct cmd_spec *command, struct text *out)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    const char *path = command ? command->path : program->name;

    cli_options_add_globals(&options, program);
    size_t first = command ? options.count : 0;
    cli_options_add_command(&options, command);
    if (command != NULL) {
        check_refusals(command, &options, out);
    }
    for (size_t i = first; i < options.count; i++) {
        check_option(path, options.items[i].spec, out);
        check_conditions(path, &options, options.items[i].spec, options.items[i].needs, out);
        check_conditions(path, &options, options.items[i].spec, options.items[i].spec->excludes, out);
        for (size_t j = 0; j < i; j++) {
            check_pair(path, options.items[j].spec, options.items[i].spec, out);
        }
    }
}

static void check_command(const struct cli_program *program, const struct cmd_spec *command, struct text *out)
{
    const char *space = strrchr(command->path, ' ');

    if (command->summary == NULL || command->run == NULL) {
        complain(out, command->path, NULL, "a command without summary or function");
    }
    if (command->max_args != 0 && command->arguments == NULL) {
        complain(out, command->path, NULL, "arguments without a name for help");
    }
    if (command->max_args != CMD_ANY_ARGS && command->min_args > command->max_args) {
        complain(out, command->path, NULL, "more arguments needed than taken");
    }
    if (space != NULL) {
        CLEANUP(text_free) struct text noun = {0};
        text_append_size(&noun, command->path, (size_t)(space - command->path));
        /* a command can have words behind it that are commands of their own, as "audit trend" beside "audit" */
        if (cli_find(program, text_string(&noun)) == NULL && cli_noun_summary(program, text_string(&noun))[0] == '\0') {
            complain(out, command->path, NULL, "a noun without summary");
        }
    }
    for (const struct cmd_example *example = command->examples; example && example->line; example++) {
        CLEANUP(cli_line_free) struct cli_line line = {0};
        struct err e = ERR_INIT;
        if (!cli_split(example->line, &line, &e) || line.count != 1) {
            complain(out, command->path, NULL, "an example that is not one command line");
            continue;
        }
        CLEANUP(cli_call_free) struct cli_call call = {0};
        const struct cli_words *words = &line.commands[0];
        if (!cli_parse(program, NULL, cli_shell_end(words) - 1, words->items + 1, &call, &e) ||
            strcmp(words->items[0], program->name) != 0) {
            text_printf(out, "%s: the example '%s' is no command line: %s\n", command->path, example->line, e.message);
        }
    }
}

/* False with all that was found in `ret_mistakes`, one a line. */
static bool cli_check(const struct cli_program *program, struct text *ret_mistakes)
{
    size_t before = ret_mistakes->size;

    for (const struct cli_noun *noun = program->nouns; noun != NULL && noun->name != NULL; noun++) {
        CLEANUP(text_arena_free) struct text_arena memory = {0};
        struct cli_next next;
        cli_next_words(program, noun->name, &memory, &next);
        if (next.count == 0) {
            complain(ret_mistakes, noun->name, NULL, "a noun without verbs");
        }
    }
    check_groups(program->name, program->globals, ret_mistakes);
    check_options(program, NULL, ret_mistakes);
    for (const struct cmd_spec *const *command = program->commands; *command != NULL; command++) {
        check_groups((*command)->path, (*command)->opts, ret_mistakes);
        check_options(program, *command, ret_mistakes);
        check_command(program, *command, ret_mistakes);
    }
    return ret_mistakes->size == before;
}

#endif
