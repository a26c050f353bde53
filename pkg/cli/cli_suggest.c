/* The command that is meant where the words are those of another tool, in another order, or misspelt. */
#include "cli/cli_suggest.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli_commands.h"
#include "mem/mem.h"

enum {
    HEAD_MAX = 5,  /* words that may be those of the command */
    REST_MAX = 300 /* bytes of arguments and options that are repeated */
};

/* Words that are taken for a command's, and the command as far as it was recognized. */
struct guess {
    const struct cli_program *program;
    const char *words[HEAD_MAX];
    size_t count;
    size_t used;  /* how many of the words the command takes */
    bool foreign; /* "ibmcloud is" stood before them */
    const char *noun;
    const char *verb; /* with options where the synonym brings some: "set --enabled true" */
};

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

static bool found(struct guess *guess, const char *noun, const char *verb, size_t used)
{
    guess->noun = noun;
    guess->verb = verb;
    guess->used = used;
    return true;
}

/* "instance-update", as `ibmcloud is` spells it. */
static bool guess_compound(struct guess *guess)
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
static bool guess_from_noun(struct guess *guess)
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

static bool guess_exact(struct guess *guess)
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
static bool guess_near(struct guess *guess)
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

/* The command that was guessed, or what stands for it as a whole; and the options that its verb brings. */
static const struct cmd_spec *choose(const struct guess *guess, const char **ret_brought)
{
    CLEANUP(text_free) struct text path = {0};
    const struct cli_program *program = guess->program;
    const char *options = strstr(guess->verb, " --");
    size_t size = options != NULL ? (size_t)(options - guess->verb) : strlen(guess->verb);

    text_printf(&path, "%s%s%.*s", guess->noun != NULL ? guess->noun : "", guess->noun != NULL ? " " : "", (int)size,
                guess->verb);
    *ret_brought = options != NULL ? options + 1 : NULL;
    const char *whole = synonym(program, text_string(&path));
    const struct cmd_spec *command = cli_find(program, whole != NULL ? whole : text_string(&path));
    return command;
}

/* A command that reads and lacks its argument is meant as a list. */
static const struct cmd_spec *list_instead(const struct guess *guess, const struct cmd_spec *command)
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
static void collect(const struct cli_program *program, const struct cli_mistake *mistake, struct guess *guess,
                    size_t at[HEAD_MAX], bool *used)
{
    static const char *const prefixes[] = {"ibmcloud", "is"};

    for (size_t i = 0; i < mistake->count && guess->count < HEAD_MAX; i++) {
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

static bool guess_command(struct guess *guess)
{
    return guess->count > 0 && guess->program->nouns != NULL && (guess_exact(guess) || guess_near(guess));
}

bool cli_suggest_command(const struct cli_program *program, const struct cli_mistake *mistake, struct text *out)
{
    CLEANUP(text_free_pointer) bool *used = mem_array(mistake->count + 1, sizeof(*used));
    CLEANUP(cli_options_free) struct cli_options options = {0};
    struct guess guess = {.program = program};
    const char *brought = NULL;
    size_t at[HEAD_MAX] = {0};

    collect(program, mistake, &guess, at, used);
    const struct cmd_spec *command = guess_command(&guess) ? choose(&guess, &brought) : NULL;
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
    struct guess guess = {.program = program};
    const char *ignored = NULL;

    for (size_t i = 0; i < count && i < HEAD_MAX; i++) {
        guess.words[guess.count++] = words[i];
    }
    return guess_command(&guess) ? choose(&guess, &ignored) : NULL;
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
        bool here = hint->verb == NULL || (blank != NULL && strcmp(hint->verb, blank + 1) == 0);
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
