/* The completion script for zsh. */
#include "cli/cli_script.h"

static const char quote[] = "'\\''";

static void append_values(struct text *out, const struct opt_spec *spec)
{
    CLEANUP(text_free) struct text scratch = {0};
    CLEANUP(text_free) struct text words = {0};

    cli_script_values(&words, spec);
    if (spec->flags & (OPT_FILES | OPT_FOLDERS)) {
        text_append(out, spec->flags & OPT_FILES ? "_files" : "_files -/");
    } else if (words.size > 0) {
        text_printf(out, "compadd -- %s", text_string(&words));
    } else {
        text_append(out, "_message '");
        cli_script_quoted(out, cli_option_value(spec, &scratch), quote);
        text_append_char(out, '\'');
    }
}

static void append_described(struct text *out, const char *before, const char *word, const char *help)
{
    text_printf(out, " '%s%s", before, word);
    if (help[0] != '\0') {
        text_append_char(out, ':');
        cli_script_quoted(out, help, quote);
    }
    text_append_char(out, '\'');
}

static void append_names(struct text *out, const struct cli_options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        append_described(out, "--", options->items[i].spec->name, options->items[i].spec->help);
    }
}

static void append_options(struct text *out, const struct cli_program *program)
{
    CLEANUP(cli_options_free) struct cli_options globals = {0};

    text_printf(out, "\n_%s_options() {\n    local -a own general\n    general=(", program->name);
    cli_options_add_globals(&globals, program);
    append_names(out, &globals);
    text_append(out, ")\n    case $at in\n");
    for (size_t i = 0; program->commands[i] != NULL; i++) {
        CLEANUP(cli_options_free) struct cli_options options = {0};
        cli_options_add_offered(&options, program->commands[i]);
        if (options.count > 0) {
            text_printf(out, "    '%s') own=(", program->commands[i]->path);
            append_names(out, &options);
            text_append(out, ") ;;\n");
        }
    }
    text_append(out,
                "    esac\n    (( $#own )) && _describe -o option own\n    _describe -o 'global option' general\n}\n");
}

static void append_words(struct text *out, const struct cli_program *program, const struct cli_paths *paths)
{
    text_printf(out, "\n_%s_words() {\n    local -a next\n    case $at in\n", program->name);
    for (size_t i = 0; i < paths->count; i++) {
        CLEANUP(text_arena_free) struct text_arena memory = {0};
        const struct cmd_spec *command = cli_find(program, paths->items[i]);
        struct cli_next next;
        cli_script_next(program, paths->items[i], &memory, &next);
        if (command != NULL && (command->flags & CMD_FILE_ARGS)) {
            text_printf(out, "    '%s') _files ;;\n", paths->items[i]);
        } else if (next.count > 0) {
            text_printf(out, "    '%s') next=(", paths->items[i]);
            for (size_t j = 0; j < next.count; j++) {
                append_described(out, "", next.items[j].word, next.items[j].help);
            }
            text_append(out, "); _describe command next ;;\n");
        }
    }
    text_append(out, "    esac\n}\n");
}

/* The part that is the same for every program; NAME stands for its name. */
static const char frame[] = "\n"
                            "_NAME() {\n"
                            "    local at= word prev=$words[CURRENT-1]\n"
                            "    integer i\n"
                            "    for ((i = 2; i < CURRENT; i++)); do\n"
                            "        word=$words[i]\n"
                            "        if [[ $word == -* ]]; then\n"
                            "            _NAME_takes_value \"$word\" && ((i++))\n"
                            "        elif _NAME_is_path \"${at:+$at }$word\"; then\n"
                            "            at=${at:+$at }$word\n"
                            "        fi\n"
                            "    done\n"
                            "    if [[ $PREFIX == --*=* ]]; then\n"
                            "        word=${PREFIX%%=*}\n"
                            "        compset -P '*='\n"
                            "        _NAME_values \"$word\"\n"
                            "    elif [[ $prev == -* ]] && _NAME_takes_value \"$prev\"; then _NAME_values \"$prev\"\n"
                            "    elif [[ $PREFIX == -* ]]; then _NAME_options\n"
                            "    else _NAME_words\n"
                            "    fi\n"
                            "}\n"
                            "\n"
                            "if [ \"$funcstack[1]\" = _NAME ]; then _NAME \"$@\"; else compdef _NAME NAME; fi\n";

void cli_script_zsh(const struct cli_program *program, struct text *out)
{
    CLEANUP(cli_paths_free) struct cli_paths paths = {0};

    cli_paths_list(program, &paths);
    text_printf(out, "#compdef %s\n# zsh completion for %s %s: made by '%s completion zsh', offline and static\n",
                program->name, program->name, program->version, program->name);
    cli_script_functions(out, program, &paths, append_values);
    append_options(out, program);
    append_words(out, program, &paths);
    cli_script_frame(out, frame, program->name);
}
