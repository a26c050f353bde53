/* The completion scripts: each asks the program, and gives the answer to its shell. */
#include "cli/cli.h"

#include <string.h>

/* What stands in the scripts for the program's name and for where it is. */
#define NAME  "NAME"
#define WHERE "WHERE"

const char *const cli_shell_names[] = {"bash", "zsh", "fish", NULL};

static const char *const scripts[] = {
    [CLI_BASH] = "# bash completion for NAME: asks NAME itself, which sends nothing\n"
                 "_NAME() {\n"
                 "    local word=${COMP_WORDS[COMP_CWORD]} program=${COMP_WORDS[0]/#\\~/$HOME} kind before rest i\n"
                 "    local -a words=()\n"
                 "    COMPREPLY=()\n"
                 "    [[ $word != [=:]* ]] || word=\n"
                 "    # readline makes words of their own of = and :\n"
                 "    for ((i = 1; i <= COMP_CWORD; i++)); do\n"
                 "        if ((${#words[@]})) && [[ ${COMP_WORDS[i]} == [=:]* || ${COMP_WORDS[i-1]} == [=:]* ]]; then\n"
                 "            words[${#words[@]}-1]+=${COMP_WORDS[i]}\n"
                 "        else\n"
                 "            words+=(\"${COMP_WORDS[i]}\")\n"
                 "        fi\n"
                 "    done\n"
                 "    i=$((${#words[@]} - 1))\n"
                 "    words[i]=${words[i]#[\\\"\\']}\n"
                 "    word=${word#[\\\"\\']}\n"
                 "    type -P \"$program\" > /dev/null || program=NAME\n"
                 "    type -P \"$program\" > /dev/null || program=WHERE\n"
                 "    {\n"
                 "        IFS= read -r rest\n"
                 "        kind=${rest%%$'\\t'*} before=${rest#*$'\\t'} before=${before%%$'\\t'*}\n"
                 "        while IFS=$'\\t' read -r rest _; do\n"
                 "            rest=$before$rest\n"
                 "            COMPREPLY+=(\"${rest#\"${words[i]%\"$word\"}\"}\")\n"
                 "        done\n"
                 "    } < <(command \"$program\" __complete \"${words[@]}\" 2> /dev/null)\n"
                 "    case $kind in\n"
                 "    files) kind=-f ;;\n"
                 "    folders) kind=-d ;;\n"
                 "    *) return ;;\n"
                 "    esac\n"
                 "    compopt -o filenames 2> /dev/null\n"
                 "    while IFS= read -r rest; do COMPREPLY+=(\"$rest\"); done < <(compgen \"$kind\" -- \"$word\")\n"
                 "}\n"
                 "\n"
                 "complete -F _NAME NAME\n",
    [CLI_ZSH] =
        "#compdef NAME\n"
        "# zsh completion for NAME: asks NAME itself, which sends nothing\n"
        "_NAME() {\n"
        "    local program=${(Q)words[1]/#\\~/$HOME} line\n"
        "    local -a lines head described\n"
        "    whence -p -- \"$program\" > /dev/null || program=NAME\n"
        "    whence -p -- \"$program\" > /dev/null || program=WHERE\n"
        "    lines=(\"${(@f)$(command \"$program\" __complete \"${(@Q)words[2,CURRENT-1]}\" \"${(Q)PREFIX}\" 2> "
        "/dev/null)}\")\n"
        "    head=(\"${(@ps:\\t:)lines[1]}\")\n"
        "    [[ -z $head[2] ]] || compset -P \"${(b)head[2]}\"\n"
        "    for line in \"${(@)lines[2,-1]}\"; do\n"
        "        [[ -n $line ]] || continue\n"
        "        described+=(\"${${line%%$'\\t'*}//:/\\\\:}${${line#*$'\\t'}:+:${line#*$'\\t'}}\")\n"
        "    done\n"
        "    (( $#described )) && _describe -V word described\n"
        "    case $head[1] in\n"
        "    files) _files ;;\n"
        "    folders) _files -/ ;;\n"
        "    value) (( $#described )) || _message -r \"$head[3]\" ;;\n"
        "    esac\n"
        "}\n"
        "\n"
        "if [ \"$funcstack[1]\" = _NAME ]; then _NAME \"$@\"; else compdef _NAME NAME; fi\n",
    [CLI_FISH] = "# fish completion for NAME: asks NAME itself, which sends nothing\n"
                 "function __NAME_complete\n"
                 "    set -l words (commandline -opc)\n"
                 "    set -l program $words[1]\n"
                 "    set -l current (commandline -ct | string replace -r '^[\"\\']' '')\n"
                 "    command -q -- $program; or set program NAME\n"
                 "    command -q -- $program; or set program WHERE\n"
                 "    set -l lines (command $program __complete $words[2..-1] \"$current\" 2> /dev/null)\n"
                 "    set -l head (string split \\t -- $lines[1])\n"
                 "    for line in $lines[2..-1]\n"
                 "        printf '%s%s\\n' \"$head[2]\" $line\n"
                 "    end\n"
                 "    set -l path (string sub -s (math 1 + (string length -- \"$head[2]\")) -- \"$current\")\n"
                 "    switch \"$head[1]\"\n"
                 "        case files\n"
                 "            printf \"$head[2]%s\\n\" (__fish_complete_path \"$path\")\n"
                 "        case folders\n"
                 "            printf \"$head[2]%s\\n\" (__fish_complete_directories \"$path\")\n"
                 "    end\n"
                 "end\n"
                 "\n"
                 "complete -c NAME -e\n"
                 "complete -c NAME -f -k -a '(__NAME_complete)'\n",
};

/* The next mark in a script, or NULL: what comes first of the two. */
static const char *find_mark(const char *script)
{
    const char *name = strstr(script, NAME);
    const char *where = strstr(script, WHERE);

    return where == NULL || (name != NULL && name < where) ? name : where;
}

void cli_completion_script(const struct cli_program *program, enum cli_shell shell, const char *path, struct text *out)
{
    const char *script = scripts[shell];

    for (const char *mark; (mark = find_mark(script)) != NULL;) {
        bool is_name = strncmp(mark, NAME, strlen(NAME)) == 0;
        text_append_size(out, script, (size_t)(mark - script));
        if (is_name || path == NULL) {
            text_append(out, program->name);
        } else {
            cli_quote(out, path);
        }
        script = mark + strlen(is_name ? NAME : WHERE);
    }
    text_append(out, script);
}

void cli_completion_answer(const struct cli_program *program, const char *const words[], size_t count, struct text *out)
{
    static const char *const kinds[] = {[CLI_EXPECT_NOTHING] = "words",
                                        [CLI_EXPECT_FILE] = "files",
                                        [CLI_EXPECT_FOLDER] = "folders",
                                        [CLI_EXPECT_VALUE] = "value"};
    CLEANUP(cli_candidates_free) struct cli_candidates candidates = {0};

    cli_complete_words(program, words, count, &candidates);
    text_printf(out, "%s\t%.*s\t%s\n", kinds[candidates.expected], (int)candidates.before, candidates.prefix,
                candidates.value != NULL ? candidates.value : "");
    for (size_t i = 0; i < candidates.count; i++) {
        text_printf(out, "%s\t%s\n", candidates.items[i].word + candidates.before, candidates.items[i].help);
    }
}
