/* The completion script for bash. */
#include "cli/cli_script.h"

static void append_values(struct text *out, const struct opt_spec *spec)
{
    CLEANUP(text_free) struct text words = {0};

    cli_script_values(&words, spec);
    if (spec->flags & (OPT_FILES | OPT_FOLDERS)) {
        text_printf(out, "compopt -o filenames; COMPREPLY=($(compgen -%c -- \"$cur\"))",
                    spec->flags & OPT_FILES ? 'f' : 'd');
    } else if (words.size > 0) {
        text_printf(out, "COMPREPLY=($(compgen -W '%s' -- \"$cur\"))", text_string(&words));
    } else {
        text_append(out, ":");
    }
}

static void append_names(struct text *out, const struct cli_options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        text_printf(out, "%s--%s", i ? " " : "", options->items[i].spec->name);
    }
}

static void append_next(struct text *out, const struct cli_program *program, const char *path)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const struct cmd_spec *command = cli_find(program, path);
    struct cli_next next;

    cli_script_next(program, path, &memory, &next);
    if (command != NULL && (command->flags & CMD_FILE_ARGS)) {
        text_printf(out, "    '%s') compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n", path);
    } else if (next.count > 0) {
        text_printf(out, "    '%s') COMPREPLY=($(compgen -W '", path);
        for (size_t i = 0; i < next.count; i++) {
            text_printf(out, "%s%s", i ? " " : "", next.items[i].word);
        }
        text_append(out, "' -- \"$cur\")) ;;\n");
    }
}

static void append_options(struct text *out, const struct cli_program *program)
{
    CLEANUP(cli_options_free) struct cli_options globals = {0};

    text_printf(out, "\n_%s_options() {\n    local own=\n    case $at in\n", program->name);
    for (size_t i = 0; program->commands[i] != NULL; i++) {
        CLEANUP(cli_options_free) struct cli_options options = {0};
        cli_options_add_offered(&options, program->commands[i]);
        if (options.count > 0) {
            text_printf(out, "    '%s') own='", program->commands[i]->path);
            append_names(out, &options);
            text_append(out, "' ;;\n");
        }
    }
    text_append(out, "    esac\n    COMPREPLY=($(compgen -W \"$own ");
    cli_options_add_globals(&globals, program);
    append_names(out, &globals);
    text_append(out, "\" -- \"$cur\"))\n}\n");
}

static void append_words(struct text *out, const struct cli_program *program, const struct cli_paths *paths)
{
    text_printf(out, "\n_%s_words() {\n    case $at in\n", program->name);
    for (size_t i = 0; i < paths->count; i++) {
        append_next(out, program, paths->items[i]);
    }
    text_append(out, "    esac\n}\n");
}

/* The part that is the same for every program; NAME stands for its name. */
static const char frame[] = "\n"
                            "_NAME() {\n"
                            "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at= word i\n"
                            "    COMPREPLY=()\n"
                            "    # readline makes a word of its own of the = in --option=value\n"
                            "    if [[ $cur == = ]]; then cur=\n"
                            "    elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}\n"
                            "    fi\n"
                            "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                            "        word=${COMP_WORDS[i]}\n"
                            "        if [[ $word == -* ]]; then\n"
                            "            if _NAME_takes_value \"$word\"; then\n"
                            "                [[ ${COMP_WORDS[i+1]} == = ]] && ((i++))\n"
                            "                ((i++))\n"
                            "            fi\n"
                            "        elif _NAME_is_path \"${at:+$at }$word\"; then\n"
                            "            at=${at:+$at }$word\n"
                            "        fi\n"
                            "    done\n"
                            "    if [[ $prev == -* ]] && _NAME_takes_value \"$prev\"; then _NAME_values \"$prev\"\n"
                            "    elif [[ $cur == -* ]]; then _NAME_options\n"
                            "    else _NAME_words\n"
                            "    fi\n"
                            "}\n"
                            "\n"
                            "complete -F _NAME NAME\n";

void cli_script_bash(const struct cli_program *program, struct text *out)
{
    CLEANUP(cli_paths_free) struct cli_paths paths = {0};

    cli_paths_list(program, &paths);
    text_printf(out, "# bash completion for %s %s: made by '%s completion bash', offline and static\n", program->name,
                program->version, program->name);
    cli_script_functions(out, program, &paths, append_values);
    append_options(out, program);
    append_words(out, program, &paths);
    cli_script_frame(out, frame, program->name);
}
