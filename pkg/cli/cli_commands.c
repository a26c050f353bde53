/* Finding commands by their words, and the error for a word that is none. */
#include "cli/cli_commands.h"

#include <string.h>

const struct cmd_spec *cli_find(const struct cli_program *program, const char *path)
{
    for (const struct cmd_spec *const *command = program->commands; *command != NULL; command++) {
        if (strcmp((*command)->path, path) == 0) {
            return *command;
        }
    }
    return NULL;
}

const char *cli_noun_summary(const struct cli_program *program, const char *name)
{
    for (const struct cli_noun *noun = program->nouns; noun != NULL && noun->name != NULL; noun++) {
        if (strcmp(noun->name, name) == 0) {
            return noun->summary;
        }
    }
    return "";
}

/* The rest of a command's path behind the words `path`: "set" of "instance set" behind "instance"; NULL: no match. */
static const char *path_rest(const struct cmd_spec *command, const char *path)
{
    size_t size = strlen(path);

    if (size == 0) {
        return command->path;
    }
    return strncmp(command->path, path, size) == 0 && command->path[size] == ' ' ? command->path + size + 1 : NULL;
}

static bool has_word(const struct cli_next *next, const char *word, size_t size)
{
    for (size_t i = 0; i < next->count; i++) {
        if (strncmp(next->items[i].word, word, size) == 0 && next->items[i].word[size] == '\0') {
            return true;
        }
    }
    return false;
}

void cli_next_words(const struct cli_program *program, const char *path, struct text_arena *memory,
                    struct cli_next *ret)
{
    size_t commands = 0;

    while (program->commands[commands] != NULL) {
        commands++;
    }
    *ret = (struct cli_next){.items = text_arena_alloc(memory, (commands + 1) * sizeof(*ret->items))};
    for (size_t i = 0; i < commands; i++) {
        const char *rest = path_rest(program->commands[i], path);
        size_t size = rest ? strcspn(rest, " ") : 0;
        if (size == 0 || (program->commands[i]->flags & CMD_HIDDEN) || has_word(ret, rest, size)) {
            continue;
        }
        const char *word = text_arena_copy(memory, rest, size);
        const char *help = rest[size] == '\0' ? program->commands[i]->summary : cli_noun_summary(program, word);
        ret->items[ret->count++] = (struct cli_candidate){.word = word, .help = help};
    }
}

bool cli_unknown_command(const struct cli_program *program, const char *path, const char *word, struct err *e)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text verbs = {0};
    struct cli_next next;

    cli_next_words(program, path, &memory, &next);
    const char **words = text_arena_alloc(&memory, (next.count + 1) * sizeof(*words));
    for (size_t i = 0; i < next.count; i++) {
        words[i] = next.items[i].word;
    }
    text_append_short(&shown, word, strlen(word), 60);
    const char *blank = path[0] ? " " : "";
    for (size_t i = 0; path[0] != '\0' && i < next.count; i++) {
        text_printf(&verbs, "%s%s", i > 0 ? ", " : ": there are ", words[i]);
    }
    return err_set(e, ERR_USAGE, "unknown command '%s%s%s'%s (see '%s help%s%s')", path, blank, text_string(&shown),
                   text_string(&verbs), program->name, blank, path);
}
