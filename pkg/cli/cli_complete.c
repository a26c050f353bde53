/* Completion: what can stand at the cursor, from the table and from what the program knows beside it. */
#include "cli/cli_commands.h"
#include "cli/cli_lexer.h"
#include "cli/cli_manual.h"
#include "cli/cli_options.h"

#include <string.h>

struct completer {
    const struct cli_program *program;
    struct cli_candidates *result;
    struct cli_options options;
    struct text path;          /* the command's words so far */
    struct cli_option *wanted; /* the option whose value comes next */
    size_t arguments;
    bool ended; /* by -- */
};

static void completer_free(struct completer *c)
{
    cli_options_free(&c->options);
    text_free(&c->path);
}

static void begin_command(struct completer *c)
{
    cli_options_free(&c->options);
    cli_options_add_globals(&c->options, c->program);
    text_clear(&c->path);
    c->result->command = NULL;
    c->wanted = NULL;
    c->arguments = 0;
    c->ended = false;
}

/* The option that a cluster such as -nj still wants a value for. */
static struct cli_option *pass_cluster(struct completer *c, const char *letters)
{
    for (; *letters != '\0'; letters++) {
        struct cli_option *option = cli_options_find_letter(&c->options, *letters);
        if (option == NULL) {
            return NULL;
        }
        option->seen = "";
        if (cli_option_takes_value(option->spec)) {
            return letters[1] == '\0' ? option : NULL;
        }
    }
    return NULL;
}

/* The command that the word makes of the one before it: "plan show" of "plan"; NULL: none. */
static const struct cmd_spec *find_longer(const struct completer *c, const char *word)
{
    CLEANUP(text_free) struct text path = {0};

    if (c->result->command == NULL || c->arguments > 0 || c->ended) {
        return NULL;
    }
    text_printf(&path, "%s %s", c->result->command->path, word);
    return cli_find(c->program, text_string(&path));
}

static void pass_plain(struct completer *c, const char *word)
{
    const struct cmd_spec *longer = find_longer(c, word);

    if (longer != NULL) {
        begin_command(c);
        c->result->command = longer;
        cli_options_add_offered(&c->options, longer);
        return;
    }
    if (c->result->command != NULL) {
        c->arguments++;
        text_printf(&c->path, " %s", word);
        return;
    }
    text_printf(&c->path, "%s%s", c->path.size ? " " : "", word);
    c->result->command = cli_find(c->program, text_string(&c->path));
    cli_options_add_offered(&c->options, c->result->command);
    if (c->result->command != NULL) {
        text_clear(&c->path); /* from here on the arguments */
    }
}

/* Takes a whole word before the cursor into account. */
static void pass(struct completer *c, const char *word)
{
    if (c->wanted != NULL && c->wanted->spec->bare != NULL && word[0] == '-') {
        c->wanted = NULL;
    }
    if (c->wanted != NULL) {
        c->wanted->seen = text_arena_copy(&c->result->memory, word, strlen(word));
        c->wanted = NULL;
    } else if (c->ended || word[0] != '-' || word[1] == '\0') {
        pass_plain(c, word);
    } else if (strcmp(word, "--") == 0) {
        c->ended = true;
    } else if (word[1] != '-') {
        c->wanted = pass_cluster(c, word + 1);
    } else {
        struct cli_option *option = cli_options_of_word(&c->options, word);
        if (option != NULL) {
            const char *equals = strchr(word, '=');
            option->seen = equals != NULL ? text_arena_copy(&c->result->memory, equals + 1, strlen(equals + 1)) : "";
            c->wanted = cli_option_takes_value(option->spec) && equals == NULL ? option : NULL;
        }
    }
}

static bool is_offered(const struct cli_candidates *result, const char *word)
{
    for (size_t i = 0; i < result->count; i++) {
        if (strcmp(result->items[i].word, word) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds a candidate when it begins with what is typed; `before` stands in front of it ("--protocol="). */
static void offer(struct completer *c, const char *before, size_t before_size, const char *word, const char *help)
{
    struct cli_candidates *result = c->result;
    CLEANUP(text_free) struct text whole = {0};

    text_append_size(&whole, before, before_size);
    text_append(&whole, word);
    if (strncmp(text_string(&whole), result->prefix, strlen(result->prefix)) != 0 ||
        is_offered(result, text_string(&whole))) {
        return;
    }
    if ((result->count & (result->count - 1)) == 0) {
        struct cli_candidate *items = text_arena_alloc(&result->memory, (2 * result->count + 1) * sizeof(*items));
        if (result->count > 0) {
            memcpy(items, result->items, result->count * sizeof(*items));
        }
        result->items = items;
    }
    const char *copy = text_arena_copy(&result->memory, text_string(&whole), whole.size);
    result->items[result->count++] = (struct cli_candidate){.word = copy, .help = help};
}

/* Words that the program knows, on their way into the candidates. */
struct cli_known {
    struct completer *completer;
    const struct opt_spec *option; /* whose values they are; NULL: they are arguments */
};

/* Whether the word stands in the comma list already, in front of the item at the cursor. */
static bool stands_in_list(const struct cli_candidates *result, const char *word)
{
    const char *end = result->prefix + result->before;
    size_t size = strlen(word);

    for (const char *item = result->prefix; item < end; item++) {
        bool begins = item == result->prefix || item[-1] == ',' || item[-1] == '=';
        if (begins && (size_t)(end - item) > size && strncmp(item, word, size) == 0 && item[size] == ',') {
            return true;
        }
    }
    return false;
}

/* Whether a value would contradict another option that is there: "table" of --output beside --jq. */
static bool is_excluded(const struct completer *c, const char *name, const char *value)
{
    for (size_t i = 0; i < c->options.count; i++) {
        const struct cli_option *each = &c->options.items[i];
        if (each->seen != NULL && cli_excludes(each->spec, name, value)) {
            return true;
        }
    }
    return false;
}

void cli_known_add(struct cli_known *known, const char *word, const char *help)
{
    struct completer *c = known->completer;

    if (!stands_in_list(c->result, word) && (known->option == NULL || !is_excluded(c, known->option->name, word))) {
        offer(c, c->result->prefix, c->result->before, word, text_arena_copy(&c->result->memory, help, strlen(help)));
    }
}

static void add_known(struct completer *c, const struct opt_spec *option)
{
    if (c->program->known_words != NULL) {
        c->program->known_words(c->result->command, option, &(struct cli_known){.completer = c, .option = option});
    }
}

static void offer_value(struct completer *c, const struct opt_spec *spec, size_t before_size)
{
    CLEANUP(text_free) struct text scratch = {0};
    const char *words[64];
    size_t count = cli_option_words(spec, words, sizeof(words) / sizeof(words[0]));
    const char *prefix = c->result->prefix;

    if (spec->kind == OPT_KIND_LIST && (spec->flags & OPT_COMMAS)) {
        const char *comma = strrchr(prefix + before_size, ',');
        before_size = comma ? (size_t)(comma + 1 - prefix) : before_size;
    }
    c->result->before = before_size;
    add_known(c, spec); /* first, because it says what its words mean */
    for (size_t i = 0; i < count; i++) {
        cli_known_add(&(struct cli_known){.completer = c, .option = spec}, words[i], "");
    }
    if (spec->flags & (OPT_FILES | OPT_FOLDERS)) {
        c->result->expected = spec->flags & OPT_FILES ? CLI_EXPECT_FILE : CLI_EXPECT_FOLDER;
    } else if (spec->kind != OPT_KIND_ENUM && spec->kind != OPT_KIND_BOOL) {
        const char *value = cli_option_value(spec, &scratch);
        c->result->expected = CLI_EXPECT_VALUE;
        c->result->value = text_arena_copy(&c->result->memory, value, strlen(value));
    }
}

/* Whether something of the command stands there beside which an option that wants to be alone is refused. */
static bool has_company(const struct completer *c)
{
    for (size_t i = 0; i < c->options.count; i++) {
        if (c->options.items[i].owner == CLI_COMMAND && c->options.items[i].seen != NULL) {
            return true;
        }
    }
    return c->arguments > 0;
}

static bool wants_to_be_alone(const struct completer *c)
{
    for (size_t i = 0; i < c->options.count; i++) {
        if (c->options.items[i].seen != NULL && (c->options.items[i].spec->flags & OPT_ALONE)) {
            return true;
        }
    }
    return false;
}

/* Whether the option is not there yet, and would have an effect beside what is. */
static bool can_act(const struct completer *c, const struct cli_option *option)
{
    const struct opt_spec *spec = option->spec;
    bool again = option->seen == NULL || spec->kind == OPT_KIND_LIST;

    if (!again || (option->owner == CLI_COMMAND && wants_to_be_alone(c)) ||
        ((spec->flags & OPT_ALONE) && has_company(c))) {
        return false;
    }
    return (option->needs == NULL || cli_options_meet(&c->options, option->needs)) &&
           !(spec->excludes != NULL && cli_options_meet(&c->options, spec->excludes)) &&
           !is_excluded(c, spec->name, NULL);
}

static void offer_options(struct completer *c)
{
    const char *equals = strchr(c->result->prefix, '=');
    const struct cli_option *option = equals ? cli_options_of_word(&c->options, c->result->prefix) : NULL;

    if (equals != NULL) {
        if (option != NULL && cli_option_takes_value(option->spec)) {
            offer_value(c, option->spec, (size_t)(equals + 1 - c->result->prefix));
        }
        return;
    }
    /* the command's own first */
    for (int global = 0; global < 2; global++) {
        for (size_t i = 0; i < c->options.count; i++) {
            const struct cli_option *each = &c->options.items[i];
            if ((each->owner != CLI_COMMAND) == global && can_act(c, each)) {
                offer(c, "--", 2, each->spec->name, each->spec->help);
            }
        }
    }
}

/* The words of a command that may stand behind `path`. */
static void offer_next(struct completer *c, const char *path)
{
    struct cli_next next;

    cli_next_words(c->program, path, &c->result->memory, &next);
    for (size_t i = 0; i < next.count; i++) {
        offer(c, "", 0, next.items[i].word, next.items[i].help);
    }
}

static void offer_topics(struct completer *c)
{
    const struct cli_topic *topic = c->program->topics;

    for (; topic != NULL && topic->name != NULL; topic++) {
        CLEANUP(text_free) struct text summary = {0};
        cli_topic_summary(topic, &summary);
        offer(c, "", 0, topic->name, text_arena_copy(&c->result->memory, text_string(&summary), summary.size));
    }
}

static void offer_arguments(struct completer *c)
{
    const struct cmd_spec *command = c->result->command;

    if (command->max_args != CMD_ANY_ARGS && c->arguments >= (size_t)command->max_args) {
        return;
    }
    if (command->flags & CMD_COMMAND_ARGS) {
        /* what was passed as arguments are the words of a command */
        offer_next(c, text_string(&c->path) + (c->path.size > 0));
        if (c->arguments == 0) {
            offer_topics(c);
        }
        return;
    }
    if (c->arguments == 0 && !c->ended) {
        offer_next(c, command->path);
    }
    for (size_t i = 0; command->argument_words != NULL && command->argument_words[i] != NULL; i++) {
        offer(c, "", 0, command->argument_words[i], "");
    }
    add_known(c, NULL);
    if (command->flags & CMD_FILE_ARGS) {
        c->result->expected = CLI_EXPECT_FILE;
    } else if (command->argument_words == NULL) {
        c->result->expected = CLI_EXPECT_VALUE;
        c->result->value = command->arguments;
    }
}

static void offer_all(struct completer *c)
{
    bool is_option = c->wanted != NULL && c->wanted->spec->bare != NULL && c->result->prefix[0] == '-';

    if (c->wanted != NULL && !is_option) {
        offer_value(c, c->wanted->spec, 0);
    } else if ((c->result->prefix[0] == '-' || cli_only_options(c->program)) && !c->ended) {
        offer_options(c);
    } else if (c->result->command == NULL) {
        offer_next(c, text_string(&c->path));
    } else {
        offer_arguments(c);
    }
}

void cli_complete(const struct cli_program *program, const char *line, size_t cursor, struct cli_candidates *ret)
{
    CLEANUP(completer_free) struct completer c = {.program = program, .result = ret};
    CLEANUP(text_free) struct text word = {0};
    struct cli_lexer lexer = {.line = line, .size = cursor};
    enum cli_token token;

    *ret = (struct cli_candidates){.start = cursor, .prefix = ""};
    begin_command(&c);
    do {
        token = cli_lex(&lexer, &word);
        bool at_cursor = token == CLI_OPEN || (token == CLI_WORD && lexer.at == cursor);
        if (at_cursor) {
            ret->start = lexer.start;
            ret->prefix = text_arena_copy(&ret->memory, text_string(&word), word.size);
            ret->quote = (char)(token == CLI_OPEN && lexer.quote != '\\' ? lexer.quote : 0);
            break;
        }
        if (token == CLI_WORD) {
            pass(&c, text_string(&word));
        } else if (token == CLI_SEPARATOR) {
            begin_command(&c);
        }
    } while (token != CLI_LINE_END && token != CLI_COMMENT);
    if (token != CLI_COMMENT) {
        offer_all(&c);
    }
}

void cli_complete_words(const struct cli_program *program, const char *const words[], size_t count,
                        struct cli_candidates *ret)
{
    CLEANUP(completer_free) struct completer c = {.program = program, .result = ret};

    *ret = (struct cli_candidates){.prefix = count > 0 ? words[count - 1] : ""};
    begin_command(&c);
    for (size_t i = 0; i + 1 < count; i++) {
        pass(&c, words[i]);
    }
    offer_all(&c);
}

void cli_candidates_free(struct cli_candidates *candidates)
{
    text_arena_free(&candidates->memory);
    *candidates = (struct cli_candidates){0};
}
