/* Help on words that have none: what may have been meant. */
#include "cli/cli_commands.h"
#include "cli/cli_manual.h"
#include "cli/cli_suggest.h"

#include <string.h>

/* Whether the last word of the command is this one: "set" of "instance set". */
static bool has_verb(const struct cmd_spec *command, const char *word)
{
    const char *blank = strrchr(command->path, ' ');

    return !(command->flags & CMD_HIDDEN) && blank != NULL && strcmp(blank + 1, word) == 0;
}

/* Appends the commands with this verb: "'instance set', 'bare-metal set'". */
static void append_verbs(struct text *out, const struct cli_program *program, const char *word)
{
    for (const struct cmd_spec *const *command = program->commands; *command != NULL; command++) {
        if (has_verb(*command, word)) {
            text_printf(out, "%s'%s'", out->size > 0 ? ", " : "", (*command)->path);
        }
    }
}

/* The command, noun or topic that is nearest to the word, or NULL. */
static const char *nearest_name(const struct cli_program *program, const char *word, struct text_arena *memory)
{
    struct cli_next next;
    size_t count = 0;

    cli_next_words(program, "", memory, &next);
    for (const struct cli_topic *topic = program->topics; topic != NULL && topic->name != NULL; topic++) {
        count++;
    }
    const char **names = text_arena_alloc(memory, (next.count + count) * sizeof(*names));
    for (size_t i = 0; i < next.count; i++) {
        names[i] = next.items[i].word;
    }
    for (size_t i = 0; i < count; i++) {
        names[next.count + i] = program->topics[i].name;
    }
    return text_nearest(word, names, next.count + count);
}

/* The first word is neither a command, a noun nor a topic. */
static bool unknown_word(const struct cli_program *program, const char *word, struct err *e)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text meant = {0};

    text_append_short(&shown, word, strlen(word), 60);
    append_verbs(&meant, program, word);
    const char *nearest = meant.size == 0 ? nearest_name(program, word, &memory) : NULL;
    if (nearest != NULL) {
        text_printf(&meant, "'%s'", nearest);
    }
    return err_set(e, ERR_USAGE, "unknown command%s '%s'%s%s%s (see '%s help')", program->topics ? " or topic" : "",
                   text_string(&shown), meant.size > 0 ? ": did you mean " : "", text_string(&meant),
                   meant.size > 0 ? "?" : "", program->name);
}

/* Sets the error where the words are near those of a command, of two words or of other tools. */
static bool meant_command(const struct cli_program *program, const char *words, struct err *e)
{
    enum { WORDS_MAX = 4 };
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text verbs = {0};
    const char *items[WORDS_MAX];
    size_t count = 0;

    for (const char *rest = words; *rest != '\0' && count < WORDS_MAX; rest += rest[0] == ' ') {
        size_t size = strcspn(rest, " ");
        items[count++] = text_arena_copy(&memory, rest, size);
        rest += size;
    }
    append_verbs(&verbs, program, count == 1 ? items[0] : "");
    if (count == 0 || verbs.size > 0 || (count == 1 && nearest_name(program, items[0], &memory) != NULL)) {
        return false;
    }
    const struct cmd_spec *command = cli_suggest_topic(program, items, count);
    if (command == NULL) {
        return false;
    }
    text_append_short(&shown, words, strlen(words), 60);
    err_set(e, ERR_USAGE, "unknown command '%s': did you mean: %s help %s", text_string(&shown), program->name,
            command->path);
    return true;
}

bool cli_unknown_help(const struct cli_program *program, const char *words, struct err *e)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    CLEANUP(text_free) struct text path = {0};

    if (cli_suggest_instead(program, "", words, e) || meant_command(program, words, e)) {
        return false;
    }
    /* as far as the words lead, then the one that does not */
    for (const char *rest = words;;) {
        CLEANUP(text_free) struct text longer = {0};
        size_t size = strcspn(rest, " ");
        char *word = text_arena_copy(&memory, rest, size);
        struct cli_next next;
        text_printf(&longer, "%s%s%s", text_string(&path), path.size ? " " : "", word);
        cli_next_words(program, text_string(&longer), &memory, &next);
        bool known = next.count > 0 || cli_find(program, text_string(&longer)) != NULL;
        if (!known || rest[size] == '\0') {
            return path.size == 0 ? unknown_word(program, word, e)
                                  : cli_unknown_command(program, text_string(&path), word, e);
        }
        text_clear(&path);
        text_append(&path, text_string(&longer));
        rest += size + 1;
    }
}
