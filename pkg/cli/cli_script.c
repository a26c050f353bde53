/* What the completion scripts of the shells have in common. */
#include "cli/cli_script.h"

#include <string.h>

static void add_paths(const struct cli_program *program, const char *path, struct cli_paths *paths)
{
    struct cli_next next;

    paths->items[paths->count++] = path;
    cli_next_words(program, path, &paths->memory, &next);
    for (size_t i = 0; i < next.count; i++) {
        CLEANUP(text_free) struct text longer = {0};
        text_printf(&longer, "%s%s%s", path, path[0] ? " " : "", next.items[i].word);
        add_paths(program, text_arena_copy(&paths->memory, text_string(&longer), longer.size), paths);
    }
}

void cli_paths_list(const struct cli_program *program, struct cli_paths *ret)
{
    size_t most = 1;

    for (size_t i = 0; program->commands[i] != NULL; i++) {
        most += 1;
        for (const char *c = program->commands[i]->path; *c != '\0'; c++) {
            most += *c == ' ';
        }
    }
    *ret = (struct cli_paths){0};
    ret->items = text_arena_alloc(&ret->memory, most * sizeof(*ret->items));
    add_paths(program, "", ret);
}

void cli_paths_free(struct cli_paths *paths)
{
    text_arena_free(&paths->memory);
    *paths = (struct cli_paths){0};
}

void cli_script_next(const struct cli_program *program, const char *path, struct text_arena *memory,
                     struct cli_next *ret)
{
    const struct cmd_spec *command = cli_find(program, path);

    if (command == NULL || (command->flags & CMD_COMMAND_ARGS)) {
        cli_next_words(program, command ? "" : path, memory, ret);
        return;
    }
    size_t count = 0;
    while (command->argument_words != NULL && command->argument_words[count] != NULL) {
        count++;
    }
    *ret = (struct cli_next){.items = text_arena_alloc(memory, (count + 1) * sizeof(*ret->items)), .count = count};
    for (size_t i = 0; i < count; i++) {
        ret->items[i] = (struct cli_candidate){.word = command->argument_words[i], .help = ""};
    }
}

void cli_script_values(struct text *out, const struct opt_spec *spec)
{
    const char *words[64];
    size_t count = cli_option_words(spec, words, sizeof(words) / sizeof(words[0]));

    for (size_t i = 0; i < count; i++) {
        text_printf(out, "%s%s", i ? " " : "", words[i]);
    }
}

void cli_script_quoted(struct text *out, const char *string, const char *escape)
{
    for (const char *c = string; *c != '\0'; c++) {
        if (*c == '\'') {
            text_append(out, escape);
        } else {
            text_append_char(out, *c);
        }
    }
}

void cli_script_spellings(struct text *out, const struct opt_spec *spec, const char *before, const char *between)
{
    text_printf(out, "%s--%s", before, spec->name);
    if (spec->alias != NULL) {
        text_printf(out, "%s%s--%s", between, before, spec->alias);
    }
    if (spec->letter != 0) {
        text_printf(out, "%s%s-%c", between, before, spec->letter);
    }
}

/* The start of a branch of `case`: 'path':--name|'path':-n), a global option's (NULL) at any path. */
static void append_pattern(struct text *out, const char *path, const struct opt_spec *spec)
{
    CLEANUP(text_free) struct text before = {0};

    if (path != NULL) {
        text_printf(&before, "'%s':", path);
    } else {
        text_append(&before, "*:");
    }
    text_append(out, "    ");
    cli_script_spellings(out, spec, text_string(&before), "|");
    text_append(out, ") ");
}

static void append_takes_value(struct text *out, const struct opt_spec *spec)
{
    (void)spec;
    text_append(out, "return 0");
}

static void append_branches(struct text *out, const char *path, const struct cli_options *options,
                            cli_script_branch *append)
{
    for (size_t i = 0; i < options->count; i++) {
        if (cli_option_takes_value(options->items[i].spec)) {
            append_pattern(out, path, options->items[i].spec);
            append(out, options->items[i].spec);
            text_append(out, " ;;\n");
        }
    }
}

/* A function that looks at "$at:$1", made for the global options and for those of every command. */
static void append_function(struct text *out, const struct cli_program *program, const char *function,
                            cli_script_branch *append, const char *rest)
{
    CLEANUP(cli_options_free) struct cli_options globals = {0};

    text_printf(out, "\n_%s_%s() {\n    case $at:$1 in\n", program->name, function);
    cli_options_add_globals(&globals, program);
    append_branches(out, NULL, &globals, append);
    for (size_t i = 0; program->commands[i] != NULL; i++) {
        CLEANUP(cli_options_free) struct cli_options options = {0};
        cli_options_add_offered(&options, program->commands[i]);
        append_branches(out, program->commands[i]->path, &options, append);
    }
    text_printf(out, "%s    esac\n}\n", rest);
}

void cli_script_functions(struct text *out, const struct cli_program *program, const struct cli_paths *paths,
                          cli_script_branch *append_values)
{
    text_printf(out, "\n_%s_is_path() {\n    case $1 in\n    ", program->name);
    for (size_t i = 1; i < paths->count; i++) {
        text_printf(out, "%s'%s'", i > 1 ? "|" : "", paths->items[i]);
    }
    text_append(out, ") return 0 ;;\n    esac\n    return 1\n}\n");
    append_function(out, program, "takes_value", append_takes_value, "    *) return 1 ;;\n");
    append_function(out, program, "values", append_values, "");
}

void cli_script_frame(struct text *out, const char *frame, const char *name)
{
    for (const char *mark; (mark = strstr(frame, "NAME")) != NULL; frame = mark + strlen("NAME")) {
        text_append_size(out, frame, (size_t)(mark - frame));
        text_append(out, name);
    }
    text_append(out, frame);
}
