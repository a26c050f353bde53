/* The completion script for fish. */
#include "cli/cli_script.h"

static const char quote[] = "\\'";

static void append_option(struct text *out, const struct cli_program *program, const char *path,
                          const struct opt_spec *spec)
{
    CLEANUP(text_free) struct text words = {0};

    text_printf(out, "complete -c %s", program->name);
    if (path != NULL) {
        text_printf(out, " -n '__%s_at \"%s\"'", program->name, path);
    }
    text_printf(out, " -l %s", spec->name);
    if (spec->letter != 0) {
        text_printf(out, " -s %c", spec->letter);
    }
    if (spec->flags & OPT_FILES) {
        text_append(out, " -r -F");
    } else if (spec->flags & OPT_FOLDERS) {
        text_append(out, " -x -a '(__fish_complete_directories)'");
    } else if (cli_option_takes_value(spec)) {
        cli_script_values(&words, spec);
        text_printf(out, words.size > 0 ? " -x -a '%s'" : " -x", text_string(&words));
    }
    text_append(out, " -d '");
    cli_script_quoted(out, spec->help, quote);
    text_append(out, "'\n");
}

static void append_takes_value(struct text *out, const struct cli_program *program, const char *path,
                               const struct opt_spec *spec)
{
    CLEANUP(text_free) struct text before = {0};

    (void)program;
    if (cli_option_takes_value(spec)) {
        text_printf(&before, "'%s:", path != NULL ? path : "*");
        text_append_char(out, ' ');
        cli_script_spellings(out, spec, text_string(&before), "' ");
        text_append_char(out, '\'');
    }
}

/* Calls `append` for the global options (`path` NULL) and for those of every command. */
static void append_each(struct text *out, const struct cli_program *program,
                        void (*append)(struct text *out, const struct cli_program *program, const char *path,
                                       const struct opt_spec *spec))
{
    CLEANUP(cli_options_free) struct cli_options globals = {0};

    cli_options_add_globals(&globals, program);
    for (size_t i = 0; i < globals.count; i++) {
        append(out, program, NULL, globals.items[i].spec);
    }
    for (size_t i = 0; program->commands[i] != NULL; i++) {
        CLEANUP(cli_options_free) struct cli_options options = {0};
        cli_options_add_offered(&options, program->commands[i]);
        for (size_t j = 0; j < options.count; j++) {
            append(out, program, program->commands[i]->path, options.items[j].spec);
        }
    }
}

static void append_words(struct text *out, const struct cli_program *program, const struct cli_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        CLEANUP(text_arena_free) struct text_arena memory = {0};
        const struct cmd_spec *command = cli_find(program, paths->items[i]);
        struct cli_next next;
        cli_script_next(program, paths->items[i], &memory, &next);
        if (command != NULL && (command->flags & CMD_FILE_ARGS)) {
            text_printf(out, "complete -c %s -n '__%s_at \"%s\"' -F\n", program->name, program->name, paths->items[i]);
        }
        for (size_t j = 0; j < next.count; j++) {
            text_printf(out, "complete -c %s -n '__%s_at \"%s\"' -a %s -d '", program->name, program->name,
                        paths->items[i], next.items[j].word);
            cli_script_quoted(out, next.items[j].help, quote);
            text_append(out, "'\n");
        }
    }
}

static void append_functions(struct text *out, const struct cli_program *program, const struct cli_paths *paths)
{
    text_printf(out, "\nfunction __%s_takes_value\n    switch $argv[1]\n    case", program->name);
    append_each(out, program, append_takes_value);
    text_printf(out,
                "\n        return 0\n    end\n    return 1\nend\n\nfunction __%s_is_path\n    contains -- $argv[1]",
                program->name);
    for (size_t i = 1; i < paths->count; i++) {
        text_printf(out, " '%s'", paths->items[i]);
    }
    text_append(out, "\nend\n");
}

/* The part that is the same for every program; NAME stands for its name. */
static const char frame[] = "\n"
                            "# Whether the words before the cursor lead to this command\n"
                            "function __NAME_at\n"
                            "    set -l tokens (commandline -opc)\n"
                            "    set -l at ''\n"
                            "    set -l skip 0\n"
                            "    for word in $tokens[2..-1]\n"
                            "        if test $skip = 1\n"
                            "            set skip 0\n"
                            "        else if string match -q -- '-*' $word\n"
                            "            __NAME_takes_value \"$at:$word\"; and set skip 1\n"
                            "        else if __NAME_is_path (string trim -- \"$at $word\")\n"
                            "            set at (string trim -- \"$at $word\")\n"
                            "        end\n"
                            "    end\n"
                            "    test \"$at\" = \"$argv[1]\"\n"
                            "end\n"
                            "\n"
                            "complete -c NAME -f\n";

void cli_script_fish(const struct cli_program *program, struct text *out)
{
    CLEANUP(cli_paths_free) struct cli_paths paths = {0};

    cli_paths_list(program, &paths);
    text_printf(out, "# fish completion for %s %s: made by '%s completion fish', offline and static\n", program->name,
                program->version, program->name);
    append_functions(out, program, &paths);
    cli_script_frame(out, frame, program->name);
    append_words(out, program, &paths);
    append_each(out, program, append_option);
}
