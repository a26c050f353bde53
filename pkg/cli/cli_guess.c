/* The noun and verb that are meant: exactly, through a synonym, in another order, or with one slip. */
#include "cli/cli_guess.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli_commands.h"
#include "mem/mem.h"

/* --- the program's words --------------------------------------------------------------------------------- */

static const char *exact_noun(const struct cli_program *program, const char *word)
{
    for (const struct cli_noun *noun = program->nouns; noun != NULL && noun->name != NULL; noun++) {
        if (strcmp(noun->name, word) == 0) {
            return noun->name;
        }
    }
    return NULL;
}

static const char *synonym(const struct cli_program *program, const char *word)
{
    for (const struct cli_synonym *each = program->synonyms; each != NULL && each->typed != NULL; each++) {
        if (text_same_word(each->typed, word)) {
            return each->meant;
        }
    }
    return NULL;
}

/* The noun that the word is or stands for, or NULL. */
static const char *find_noun(const struct cli_program *program, const char *word)
{
    const char *noun = exact_noun(program, word);
    const char *meant = noun == NULL ? synonym(program, word) : NULL;

    return noun != NULL ? noun : meant != NULL ? exact_noun(program, meant) : NULL;
}

/* Whether the noun (NULL: any) has this verb, options behind it apart. */
static bool is_verb(const struct cli_program *program, const char *noun, const char *word)
{
    size_t size = strcspn(word, " ");

    for (const struct cmd_spec *const *command = program->commands; *command != NULL; command++) {
        const char *verb = strchr((*command)->path, ' ');
        size_t first = strcspn((*command)->path, " ");
        bool behind = noun == NULL || (strlen(noun) == first && strncmp((*command)->path, noun, first) == 0);
        if (behind && verb != NULL && strncmp(verb + 1, word, size) == 0 && verb[1 + size] == '\0') {
            return true;
        }
    }
    return false;
}

/*
 * The verb that the word is or stands for, with the options that it brings; or NULL. A verb that another noun has only
 * is taken for what it stands for: "instance status" is "show", although there is "auth status".
 */
static const char *find_verb(const struct cli_program *program, const char *noun, const char *word)
{
    const char *stands_for = is_verb(program, noun, word) ? NULL : synonym(program, word);
    bool verb = stands_for != NULL && is_verb(program, NULL, stands_for) && exact_noun(program, stands_for) == NULL;

    return verb ? stands_for : is_verb(program, NULL, word) && exact_noun(program, word) == NULL ? word : NULL;
}

/* The command of one word, or the whole one that the word stands for; or NULL. */
static const char *find_whole(const struct cli_program *program, const char *word)
{
    const struct cmd_spec *command = cli_find(program, word);
    const char *meant = command != NULL ? command->path : synonym(program, word);
    CLEANUP(text_free) struct text path = {0};

    if (meant != NULL) {
        const char *options = strstr(meant, " --");
        text_append_size(&path, meant, options != NULL ? (size_t)(options - meant) : strlen(meant));
    }
    return meant != NULL && cli_find(program, text_string(&path)) != NULL ? meant : NULL;
}

/* The whole command of this noun that the word behind the noun stands for: "runs rollback" of "runs undo"; or NULL. */
static const char *synonym_below(const struct cli_program *program, const char *word, const char *behind)
{
    const char *noun = find_noun(program, word);
    const char *meant = synonym(program, behind);
    size_t size = noun != NULL ? strlen(noun) : 0;
    bool below = noun != NULL && meant != NULL && strncmp(meant, noun, size) == 0 && meant[size] == ' ';

    return below ? find_whole(program, behind) : NULL;
}

/* --- guessing -------------------------------------------------------------------------------------------- */

static bool found(struct cli_guess *guess, const char *noun, const char *verb, size_t used)
{
    guess->noun = noun;
    guess->verb = verb;
    guess->used = used;
    return true;
}

/* "instance-update", as `ibmcloud is` spells it. */
static bool guess_compound(struct cli_guess *guess)
{
    const char *word = guess->words[0];
    CLEANUP(text_free) struct text first = {0};

    for (const char *dash = strchr(word, '-'); dash != NULL; dash = strchr(dash + 1, '-')) {
        text_clear(&first);
        text_append_size(&first, word, (size_t)(dash - word));
        const char *noun = find_noun(guess->program, text_string(&first));
        const char *verb = find_verb(guess->program, noun, dash + 1);
        if (noun != NULL && verb != NULL) {
            return found(guess, noun, verb, 1);
        }
    }
    return false;
}

/* The first word is a noun; further nouns may follow, of which the last counts ("instance template list"). */
static bool guess_from_noun(struct cli_guess *guess)
{
    const struct cli_program *program = guess->program;
    size_t last = 0;

    while (last + 1 < guess->count && find_verb(program, NULL, guess->words[last + 1]) == NULL &&
           find_noun(program, guess->words[last + 1]) != NULL) {
        last++;
    }
    const char *noun = find_noun(program, guess->words[last]);
    const char *verb = last + 1 < guess->count ? find_verb(program, noun, guess->words[last + 1]) : NULL;
    if (verb != NULL) {
        return found(guess, noun, verb, last + 2);
    }
    if (guess->count > last + 1 && (guess->foreign || exact_noun(program, guess->words[last]) == NULL)) {
        return found(guess, noun, "show", last + 1);
    }
    return guess->count == last + 1 && found(guess, noun, "list", last + 1);
}

static bool guess_exact(struct cli_guess *guess)
{
    const struct cli_program *program = guess->program;
    CLEANUP(text_free) struct text pair = {0};

    if (guess->count > 1) {
        text_printf(&pair, "%s %s", guess->words[0], guess->words[1]);
        const char *whole = find_whole(program, text_string(&pair));
        if (whole != NULL) {
            return found(guess, NULL, whole, 2);
        }
        whole = synonym_below(program, guess->words[0], guess->words[1]);
        if (whole != NULL) {
            return found(guess, NULL, whole, 2);
        }
    }
    if (find_whole(program, guess->words[0]) != NULL) {
        return found(guess, NULL, find_whole(program, guess->words[0]), 1);
    }
    if (find_noun(program, guess->words[0]) != NULL) {
        return guess_from_noun(guess);
    }
    const char *noun = guess->count > 1 ? find_noun(program, guess->words[1]) : NULL;
    size_t used = noun != NULL ? 2 : 1;
    noun = noun != NULL ? noun : program->nouns[0].name;
    const char *verb = find_verb(program, noun, guess->words[0]);
    if (verb != NULL) {
        return found(guess, noun, verb, used);
    }
    return guess_compound(guess);
}

struct candidates {
    const char *near_to; /* the word that is misspelt */
    const char **words;
    size_t count;
};

static void add_candidate(struct candidates *candidates, const char *word)
{
    candidates->words = mem_grow(candidates->words, candidates->count + 1, sizeof(*candidates->words));
    candidates->words[candidates->count++] = word;
}

enum { WRITE_VERB_LEAST = 4, WRITE_SYNONYM_LEAST = 6 };

/*
 * A word that leads to a command that writes is near only to what differs by one slip, and only when it is so long that
 * one slip does not make it a word that reads. A short verb is near to what begins with it ("sett").
 */
static void add_write_candidate(struct candidates *candidates, const char *word, bool verb)
{
    size_t size = strlen(word);
    bool enough = size >= (verb ? WRITE_VERB_LEAST : WRITE_SYNONYM_LEAST) ||
                  (verb && strncmp(candidates->near_to, word, size) == 0);

    if (enough && text_one_slip(candidates->near_to, word)) {
        add_candidate(candidates, word);
    }
}

/* Whether the word, behind the noun or alone (""), leads to a command that writes. */
static bool leads_to_write(const struct cli_program *program, const char *noun, const char *meant)
{
    size_t size = strcspn(meant, " ");
    bool whole = meant[size] == ' ' && meant[size + 1] != '-';

    for (const struct cmd_spec *const *command = program->commands; *command != NULL; command++) {
        const char *path = (*command)->path;
        size_t first = strcspn(path, " ");
        const char *verb = path[first] != '\0' ? path + first + 1 : "";
        bool behind = noun[0] == '\0' || (strlen(noun) == first && strncmp(path, noun, first) == 0);
        bool is_it = whole ? strcmp(path, meant) == 0 : behind && strncmp(verb, meant, size) == 0 && verb[size] == '\0';
        if (is_it && ((*command)->flags & CMD_WRITES) != 0) {
            return true;
        }
    }
    return false;
}

/* Behind a noun its verbs, before one ("") every first word and every verb; `memory` holds them. */
static void add_words(struct candidates *candidates, const struct cmd_spec *command, const char *noun,
                      struct text_arena *memory)
{
    size_t size = strcspn(command->path, " ");
    const char *verb = command->path[size] != '\0' ? command->path + size + 1 : NULL;

    if (noun[0] == '\0') {
        add_candidate(candidates, text_arena_copy(memory, command->path, size));
    }
    if (verb == NULL || (noun[0] != '\0' && (strlen(noun) != size || strncmp(command->path, noun, size) != 0))) {
        return;
    }
    if ((command->flags & CMD_WRITES) != 0) {
        add_write_candidate(candidates, verb, true);
    } else {
        add_candidate(candidates, verb);
    }
}

/*
 * The nearest of the words that may stand there, or what it stands for; NULL: none is near. Of equally near ones that
 * of a command that only reads comes first.
 */
static const char *nearest_word(const struct cli_program *program, const char *noun, const char *word)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    struct candidates candidates = {.near_to = word};

    for (unsigned writes = 0; writes <= CMD_WRITES; writes += CMD_WRITES) {
        for (const struct cmd_spec *const *command = program->commands; *command != NULL; command++) {
            if (((*command)->flags & CMD_WRITES) == writes) {
                add_words(&candidates, *command, noun, &memory);
            }
        }
    }
    for (const struct cli_synonym *each = program->synonyms; each != NULL && each->typed != NULL; each++) {
        if (noun[0] != '\0' && find_verb(program, noun, each->typed) == NULL) {
            continue;
        }
        if (leads_to_write(program, noun, each->meant)) {
            add_write_candidate(&candidates, each->typed, false);
        } else {
            add_candidate(&candidates, each->typed);
        }
    }
    const char *nearest = text_nearest(word, candidates.words, candidates.count);
    free((void *)candidates.words);
    if (nearest == NULL) {
        return NULL;
    }
    const char *meant = noun[0] == '\0' ? find_whole(program, nearest) : NULL;
    meant = meant != NULL ? meant : find_noun(program, nearest);
    return meant != NULL && noun[0] == '\0' ? meant : find_verb(program, noun[0] != '\0' ? noun : NULL, nearest);
}

/* One word may be misspelt, the first or, behind a noun, the second. */
static bool guess_near(struct cli_guess *guess)
{
    bool behind_noun = guess->count > 1 && exact_noun(guess->program, guess->words[0]) != NULL;
    const char *noun = behind_noun ? guess->words[0] : "";
    const char *nearest = nearest_word(guess->program, noun, guess->words[behind_noun]);

    if (nearest == NULL) {
        return false;
    }
    guess->words[behind_noun] = nearest;
    return guess_exact(guess);
}

/* The command that was guessed, or what stands for it as a whole; and the options that its verb brings. */
static const struct cmd_spec *choose(const struct cli_guess *guess, const char **ret_brought)
{
    CLEANUP(text_free) struct text path = {0};
    const struct cli_program *program = guess->program;
    const char *options = strstr(guess->verb, " --");
    size_t size = options != NULL ? (size_t)(options - guess->verb) : strlen(guess->verb);

    text_printf(&path, "%s%s%.*s", guess->noun != NULL ? guess->noun : "", guess->noun != NULL ? " " : "", (int)size,
                guess->verb);
    *ret_brought = options != NULL ? options + 1 : NULL;
    const char *whole = synonym(program, text_string(&path));
    return cli_find(program, whole != NULL ? whole : text_string(&path));
}

const struct cmd_spec *cli_guess(struct cli_guess *guess, const char **ret_brought)
{
    bool guessed = guess->count > 0 && guess->program->nouns != NULL && (guess_exact(guess) || guess_near(guess));

    return guessed ? choose(guess, ret_brought) : NULL;
}
