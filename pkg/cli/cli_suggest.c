/* What to write instead of words or options that are none: whole lines to paste, and who has an option. */
#include "cli/cli_suggest.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli_commands.h"
#include "cli/cli_guess.h"
#include "mem/mem.h"

enum { REST_MAX = 300 }; /* bytes of arguments and options that are repeated */

/* --- the line -------------------------------------------------------------------------------------------- */

/* Whether the word is an option that the command has, and whether the word behind it is its value. */
static bool is_known_option(const struct cli_options *options, const char *word, bool *ret_value_follows)
{
    bool is_long = word[1] == '-';
    const struct cli_option *option =
        is_long ? cli_options_of_word(options, word) : cli_options_find_letter(options, word[1]);

    *ret_value_follows = option != NULL && cli_option_takes_value(option->spec) &&
                         (is_long ? strchr(word, '=') == NULL : word[2] == '\0');
    return option != NULL;
}

/* Appends the words of the line that are not the command's; false where an unknown one ends them. */
static bool append_rest(const struct cli_mistake *mistake, const bool *used, const struct cli_options *options,
                        struct text *out)
{
    bool value = false;
    bool ended = false;
    size_t start = out->size;

    for (size_t i = 0; i < mistake->count; i++) {
        const char *word = mistake->words[i];
        bool option = word[0] == '-' && word[1] != '\0' && !value && !ended;
        ended = ended || (option && strcmp(word, "--") == 0);
        value = false;
        if (used[i]) {
            continue;
        }
        if ((option && !ended && !is_known_option(options, word, &value)) || out->size - start > REST_MAX) {
            return false;
        }
        text_append_char(out, ' ');
        cli_quote(out, word);
    }
    return true;
}

/* The options that a synonym brings ("--enabled true"), unless the line has them. */
static void append_brought(const struct cli_mistake *mistake, const char *brought, struct text *out)
{
    size_t name = strcspn(brought, " ");

    for (size_t i = 0; i < mistake->count; i++) {
        if (strncmp(mistake->words[i], brought, name) == 0) {
            return;
        }
    }
    text_printf(out, " %s", brought);
}

/* Whether an argument is left for a command that needs one. */
static bool has_argument(const struct cli_mistake *mistake, const bool *used)
{
    for (size_t i = 0; i < mistake->count; i++) {
        if (!used[i] && mistake->words[i][0] != '-') {
            return true;
        }
    }
    return false;
}

/* A command that reads and lacks its argument is meant as a list. */
static const struct cmd_spec *list_instead(const struct cli_guess *guess, const struct cmd_spec *command)
{
    CLEANUP(text_free) struct text path = {0};

    if (command->min_args == 0 || guess->noun == NULL || (command->flags & CMD_WRITES) != 0) {
        return command;
    }
    text_printf(&path, "%s list", guess->noun);
    const struct cmd_spec *list = cli_find(guess->program, text_string(&path));
    return list != NULL ? list : command;
}

/* The words of the command as far as it was known, and those that follow; `at` are their indices in the line. */
static void collect(const struct cli_program *program, const struct cli_mistake *mistake, struct cli_guess *guess,
                    size_t at[CLI_GUESS_MAX], bool *used)
{
    static const char *const prefixes[] = {"ibmcloud", "is"};

    for (size_t i = 0; i < mistake->count && guess->count < CLI_GUESS_MAX; i++) {
        const char *word = mistake->words[i];
        bool known = mistake->known != NULL && mistake->known[i];
        if (!known && (i < mistake->unknown || word[0] == '-')) {
            if (i > mistake->unknown) {
                return;
            }
            continue;
        }
        bool foreign = strcmp(word, prefixes[0]) == 0 || strcmp(word, prefixes[1]) == 0;
        if (guess->count == 0 && (foreign || strcmp(word, program->name) == 0)) {
            guess->foreign = guess->foreign || foreign;
            used[i] = true;
            continue;
        }
        at[guess->count] = i;
        guess->words[guess->count++] = word;
    }
}

bool cli_suggest_command(const struct cli_program *program, const struct cli_mistake *mistake, struct text *out)
{
    CLEANUP(text_free_pointer) bool *used = mem_array(mistake->count + 1, sizeof(*used));
    CLEANUP(cli_options_free) struct cli_options options = {0};
    struct cli_guess guess = {.program = program};
    const char *brought = NULL;
    size_t at[CLI_GUESS_MAX] = {0};

    collect(program, mistake, &guess, at, used);
    const struct cmd_spec *command = cli_guess(&guess, &brought);
    if (command == NULL) {
        return false;
    }
    for (size_t i = 0; i < guess.used; i++) {
        used[at[i]] = true;
    }
    bool has_some = has_argument(mistake, used);
    command = has_some ? command : list_instead(&guess, command);
    cli_options_add_globals(&options, program);
    cli_options_add_command(&options, command);
    text_printf(out, "%s %s", program->name, command->path);
    if (command->min_args > 0 && !has_some) {
        const char *arguments = command->arguments != NULL ? command->arguments : "";
        text_printf(out, " %.*s", (int)strcspn(arguments, " "), arguments);
    }
    bool whole = append_rest(mistake, used, &options, out);
    if (brought != NULL) {
        append_brought(mistake, brought, out);
    }
    text_append(out, whole ? "" : " ...");
    return true;
}

const struct cmd_spec *cli_suggest_topic(const struct cli_program *program, const char *const words[], size_t count)
{
    struct cli_guess guess = {.program = program};
    const char *ignored = NULL;

    for (size_t i = 0; i < count && i < CLI_GUESS_MAX; i++) {
        guess.words[guess.count++] = words[i];
    }
    return cli_guess(&guess, &ignored);
}

bool cli_suggest_instead(const struct cli_program *program, const char *path, const char *word, struct err *e)
{
    CLEANUP(text_free) struct text whole = {0};

    text_printf(&whole, "%s%s%s", path, path[0] != '\0' ? " " : "", word);
    for (const struct cli_absent *each = program->absent; each != NULL && each->path != NULL; each++) {
        if (strcmp(each->path, text_string(&whole)) == 0) {
            err_set(e, ERR_USAGE, "there is no command '%s': %s", each->path, each->instead);
            return true;
        }
    }
    return false;
}

/* --- options --------------------------------------------------------------------------------------------- */

bool cli_suggest_option(const struct cli_program *program, const struct cmd_spec *command, const char *name,
                        struct text *out)
{
    for (const struct cli_option_hint *hint = program->hints; hint != NULL && hint->typed != NULL; hint++) {
        const char *blank = command != NULL ? strchr(command->path, ' ') : NULL;
        bool here = hint->verb == NULL ||
                    (blank != NULL && (strcmp(hint->verb, blank + 1) == 0 || strcmp(hint->verb, command->path) == 0));
        if (here && text_same_word(hint->typed, name)) {
            text_append(out, hint->remedy);
            return true;
        }
    }
    return false;
}

bool cli_suggest_owner(const struct cli_program *program, const char *name, struct text *out)
{
    enum { OWNERS_SHOWN = 3 };
    size_t count = 0;

    for (const struct cmd_spec *const *command = program->commands; *command != NULL; command++) {
        CLEANUP(cli_options_free) struct cli_options options = {0};
        cli_options_add_offered(&options, *command);
        const struct cli_option *option = name[1] == '\0' ? cli_options_find_letter(&options, name[0])
                                                          : cli_options_find(&options, name, strlen(name));
        if (option == NULL || option->owner != CLI_COMMAND) {
            continue;
        }
        if (count < OWNERS_SHOWN) {
            text_printf(out, "%s'%s'", count == 0 ? "it belongs to " : ", ", (*command)->path);
        }
        count++;
    }
    text_append(out, count > OWNERS_SHOWN ? " and others" : "");
    return count > 0;
}
