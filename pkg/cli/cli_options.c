/* The table as the other files of the room read it. */
#include "cli/cli_options.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

static const struct opt_spec builtin_opts[] = {
    OPT_FLAG(struct cli_builtin_opts, help, 'h', "help", "show help and end"),
    OPT_FLAG(struct cli_builtin_opts, version, 0, "version", "show the version and end"),
    OPT_END,
};

/* What the options of one table have from where it is embedded. */
struct embedding {
    enum cli_owner owner;
    size_t offset;
    const char *heading, *needs;
};

static void add_specs(struct cli_options *options, const struct opt_spec *specs, const struct embedding *in)
{
    for (const struct opt_spec *spec = specs; spec != NULL && spec->kind != OPT_KIND_END; spec++) {
        if (spec->kind != OPT_KIND_GROUP) {
            *mem_list_add(options) = (struct cli_option){.spec = spec,
                                                         .owner = in->owner,
                                                         .offset = in->offset + spec->offset,
                                                         .heading = in->heading,
                                                         .needs = spec->needs != NULL ? spec->needs : in->needs};
        }
    }
    for (const struct opt_spec *spec = specs; spec != NULL && spec->kind != OPT_KIND_END; spec++) {
        if (spec->kind == OPT_KIND_GROUP) {
            const char *heading = spec->group->heading != NULL ? spec->group->heading : in->heading;
            add_specs(options, spec->group->opts,
                      &(struct embedding){in->owner, in->offset + spec->offset, heading, spec->needs});
        }
    }
}

void cli_options_add_globals(struct cli_options *options, const struct cli_program *program)
{
    const char *heading = cli_only_options(program) ? "Options" : "Global options";

    add_specs(options, builtin_opts, &(struct embedding){CLI_BUILTIN, 0, heading, NULL});
    add_specs(options, program->globals, &(struct embedding){CLI_GLOBAL, 0, heading, NULL});
}

/* The refusal of the option by the command itself, by its name or its group's, or NULL. */
static const struct cmd_refusal *find_refusal(const struct cmd_spec *command, const struct cli_option *option)
{
    for (const struct cmd_refusal *each = command->refusals; each != NULL && each->option != NULL; each++) {
        if (text_equal(each->option, option->spec->name) || text_equal(each->option, option->heading)) {
            return each;
        }
    }
    if ((command->flags & CMD_ROWS) != 0 || option->spec->without_rows == NULL) {
        return NULL;
    }
    return (command->flags & CMD_WRITES) != 0 ? option->spec->with_writes : option->spec->without_rows;
}

/*
 * An option of the command stands for one of the program that has its name: `-o` is a file where the command says so.
 * What the line has given to the other one so far is `seen` by the command's own.
 */
static void drop_replaced(struct cli_options *options, struct cli_options *own)
{
    size_t kept = 0;

    for (size_t i = 0; i < options->count; i++) {
        const char *name = options->items[i].spec->name;
        struct cli_option *instead = cli_options_find(own, name, strlen(name));
        if (instead == NULL) {
            options->items[kept++] = options->items[i];
        } else {
            instead->seen = options->items[i].seen;
        }
    }
    options->count = kept;
}

void cli_options_add_command(struct cli_options *options, const struct cmd_spec *command)
{
    if (command == NULL) {
        return;
    }
    struct cli_options own = {0};
    add_specs(&own, command->opts, &(struct embedding){CLI_COMMAND, 0, "", NULL});
    drop_replaced(options, &own);
    for (size_t i = 0; i < own.count; i++) {
        *mem_list_add(options) = own.items[i];
    }
    cli_options_free(&own);
    for (size_t i = 0; i < options->count; i++) {
        options->items[i].refusal = find_refusal(command, &options->items[i]);
    }
}

void cli_options_add_offered(struct cli_options *options, const struct cmd_spec *command)
{
    size_t kept = 0;

    if (command != NULL && (command->flags & CMD_HIDDEN)) {
        return;
    }
    cli_options_add_command(options, command);
    for (size_t i = 0; i < options->count; i++) {
        if (options->items[i].refusal == NULL) {
            options->items[kept++] = options->items[i];
        }
    }
    options->count = kept;
}

void cli_options_free(struct cli_options *options)
{
    free(options->items);
    *options = (struct cli_options){0};
}

static bool is_word(const char *word, const char *name, size_t size)
{
    return word != NULL && strlen(word) == size && memcmp(word, name, size) == 0;
}

struct cli_option *cli_options_find(const struct cli_options *options, const char *name, size_t size)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct opt_spec *spec = options->items[i].spec;
        if (is_word(spec->name, name, size) || is_word(spec->alias, name, size)) {
            return &options->items[i];
        }
    }
    return NULL;
}

struct cli_option *cli_options_find_letter(const struct cli_options *options, char letter)
{
    for (size_t i = 0; i < options->count; i++) {
        if (options->items[i].spec->letter == letter && letter != 0) {
            return &options->items[i];
        }
    }
    return NULL;
}

struct cli_option *cli_options_of_word(const struct cli_options *options, const char *word)
{
    if (word[0] == '-' && word[1] == '-' && word[2] != '\0') {
        return cli_options_find(options, word + 2, strcspn(word + 2, "="));
    }
    return word[0] == '-' && word[1] != '\0' && word[2] == '\0' ? cli_options_find_letter(options, word[1]) : NULL;
}

/* The only option that begins with `name`, which an abbreviation means; NULL when there are none or several. */
static const char *only_longer(const struct cli_options *options, const char *name)
{
    const char *found = NULL;
    size_t size = strlen(name);

    for (size_t i = 0; i < options->count && size > 0; i++) {
        if (options->items[i].refusal == NULL && strncmp(options->items[i].spec->name, name, size) == 0) {
            if (found != NULL) {
                return NULL;
            }
            found = options->items[i].spec->name;
        }
    }
    return found;
}

const char *cli_options_nearest(const struct cli_options *options, const char *name)
{
    const char *nearest = only_longer(options, name);

    if (nearest == NULL) {
        const char **words = mem_array(2 * options->count, sizeof(*words));
        for (size_t i = 0; i < options->count; i++) {
            bool offered = options->items[i].refusal == NULL;
            words[2 * i] = offered ? options->items[i].spec->name : NULL;
            words[2 * i + 1] = offered ? options->items[i].spec->alias : NULL;
        }
        nearest = text_nearest(name, words, 2 * options->count);
        free(words);
    }
    return nearest;
}

static void append_words(struct text *out, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        text_printf(out, "%s%s", i ? "|" : "", words[i]);
    }
}

const char *cli_option_value(const struct opt_spec *spec, struct text *scratch)
{
    if (spec->value != NULL) {
        return spec->value;
    }
    text_clear(scratch);
    switch (spec->kind) {
    case OPT_KIND_BOOL:
        return "true|false";
    case OPT_KIND_DURATION:
        return "DURATION";
    case OPT_KIND_ENUM:
        append_words(scratch, spec->words);
        break;
    case OPT_KIND_INT:
        text_printf(scratch, "%ld..%ld", spec->min, spec->max);
        text_append(scratch, spec->flags & OPT_PERCENTS ? "|N%" : "");
        if (spec->word != NULL) {
            text_printf(scratch, "|%s", spec->word);
        }
        break;
    default:
        return "VALUE";
    }
    return text_string(scratch);
}

size_t cli_option_words(const struct opt_spec *spec, const char *ret_words[], size_t size)
{
    static const char *const truth[] = {"true", "false", NULL};
    const char *const named[] = {spec->word, NULL};
    const char *const *words = spec->kind == OPT_KIND_BOOL ? truth : spec->kind == OPT_KIND_INT ? named : spec->words;
    size_t count = 0;

    while (words != NULL && words[count] != NULL && count < size) {
        ret_words[count] = words[count];
        count++;
    }
    return count;
}
