/* What a command line is refused for, in words that name the remedy. */
#include <string.h>

#include "cli/cli_parser.h"
#include "cli/cli_suggest.h"

enum { SHOWN_MAX = 60 };

const char *cli_parser_remedy(const struct cli_parser *p, struct text *out)
{
    text_clear(out);
    if (cli_only_options(p->program)) {
        text_printf(out, "see '%s --help'", p->program->name);
        return text_string(out);
    }
    text_printf(out, "see '%s help%s%s'", p->program->name, p->path.size ? " " : "", text_string(&p->path));
    return text_string(out);
}

const struct cmd_spec *cli_parser_command(const struct cli_parser *p)
{
    const struct cmd_spec *found = p->call->command;

    for (size_t i = 0; i < p->words_count && found == NULL; i++) {
        for (size_t j = i + 1; j < p->words_count && found == NULL && p->words[i][0] != '-'; j++) {
            CLEANUP(text_free) struct text path = {0};
            text_printf(&path, "%s %s", p->words[i], p->words[j]);
            found = cli_find(p->program, text_string(&path));
        }
    }
    return found;
}

bool cli_refuse_option(const struct cli_parser *p, const char *word, size_t size, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text see = {0};
    CLEANUP(text_free) struct text name = {0};
    CLEANUP(text_free) struct text more = {0};
    const struct cmd_spec *command = p->call->command;

    text_append_short(&shown, word, size, SHOWN_MAX);
    size_t dashes = size > 2 ? 2 : 1;
    text_append_size(&name, word + dashes, size - dashes);
    if (cli_suggest_option(p->program, cli_parser_command(p), text_string(&name), &more)) {
        return err_set(e, ERR_USAGE, "unknown option %s: %s", text_string(&shown), text_string(&more));
    }
    if (command != NULL && cli_suggest_owner(p->program, text_string(&name), &more)) {
        return err_set(e, ERR_USAGE, "'%s' has no option %s: %s (%s)", command->path, text_string(&shown),
                       text_string(&more), cli_parser_remedy(p, &see));
    }
    const char *nearest = dashes == 2 ? cli_options_nearest(&p->options, text_string(&name)) : NULL;
    if (nearest != NULL) {
        return err_set(e, ERR_USAGE, "unknown option %s: did you mean --%s? (%s)", text_string(&shown), nearest,
                       cli_parser_remedy(p, &see));
    }
    return err_set(e, ERR_USAGE, "unknown option %s%s (%s)", text_string(&shown),
                   command || cli_only_options(p->program) ? "" : ": options of a command stand after its words",
                   cli_parser_remedy(p, &see));
}

bool cli_refuse_missing_value(const struct cli_option *option, const char *shown, struct err *e)
{
    CLEANUP(text_free) struct text scratch = {0};

    return err_set(e, ERR_USAGE, "%s needs a value: %s", shown, cli_option_value(option->spec, &scratch));
}

bool cli_refuse_repeated(const struct cli_option *option, const char *shown, const char *value, struct err *e)
{
    CLEANUP(text_free) struct text first = {0};
    CLEANUP(text_free) struct text second = {0};

    text_append_short(&first, option->seen, strlen(option->seen), SHOWN_MAX);
    text_append_short(&second, value, strlen(value), SHOWN_MAX);
    return err_set(e, ERR_USAGE, "%s is given twice, as %s and as %s: which one is meant?", shown, text_string(&first),
                   text_string(&second));
}

bool cli_refuse_command(const struct cli_parser *p, size_t index, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text meant = {0};
    const char *word = p->words[index];
    struct cli_mistake mistake = {.words = p->words, .count = p->words_count, .known = p->known, .unknown = index};

    if (cli_suggest_instead(p->program, text_string(&p->path), word, e)) {
        return false;
    }
    if (!cli_suggest_command(p->program, &mistake, &meant)) {
        return cli_unknown_command(p->program, text_string(&p->path), word, e);
    }
    text_append_short(&shown, word, strlen(word), SHOWN_MAX);
    return err_set(e, ERR_USAGE, "unknown command '%s%s%s': did you mean: %s", text_string(&p->path),
                   p->path.size > 0 ? " " : "", text_string(&shown), text_string(&meant));
}

bool cli_refuse_word(const struct cli_parser *p, const char *word, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text see = {0};

    text_append_short(&shown, word, strlen(word), SHOWN_MAX);
    return err_set(e, ERR_USAGE, "unexpected argument '%s' (%s)", text_string(&shown), cli_parser_remedy(p, &see));
}

bool cli_parser_check_count(const struct cli_parser *p, struct err *e)
{
    const struct cmd_spec *command = p->call->command;
    CLEANUP(text_free) struct text see = {0};
    CLEANUP(text_free) struct text extra = {0};
    size_t count = p->call->args_count;

    if (count < (size_t)command->min_args) {
        return err_set(e, ERR_USAGE, "%s needs %s (%s)", command->path,
                       command->arguments ? command->arguments : "an argument", cli_parser_remedy(p, &see));
    }
    if (command->max_args == CMD_ANY_ARGS || count <= (size_t)command->max_args) {
        return true;
    }
    const char *first = p->args[command->max_args];
    text_append_short(&extra, first, strlen(first), SHOWN_MAX);
    if (command->max_args == 0) {
        return err_set(e, ERR_USAGE, "%s takes no arguments, but '%s' is one (%s)", command->path, text_string(&extra),
                       cli_parser_remedy(p, &see));
    }
    return err_set(e, ERR_USAGE, "%s takes at most %d argument%s: '%s' is too many (%s)", command->path,
                   command->max_args, command->max_args == 1 ? "" : "s", text_string(&extra),
                   cli_parser_remedy(p, &see));
}

bool cli_parser_check_words(const struct cli_parser *p, struct err *e)
{
    const struct cmd_spec *command = p->call->command;

    for (size_t i = 0; command->argument_words != NULL && i < p->call->args_count; i++) {
        struct opt_enum ignored;
        const struct opt_spec spec = {.kind = OPT_KIND_ENUM, .words = command->argument_words};
        if (!cli_value_parse(&spec, command->path, p->args[i], &ignored, true, &p->call->memory, e)) {
            return false;
        }
    }
    return true;
}
