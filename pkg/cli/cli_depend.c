/* What options need and exclude: reading the declarations, checking a line against them, saying them in help. */
#include <string.h>

#include "cli/cli_options.h"

bool cli_condition_next(const char **rest, struct cli_condition *condition)
{
    const char *start = *rest;

    if (start == NULL || *start == '\0') {
        return false;
    }
    size_t size = strcspn(start, "|");
    size_t name = strcspn(start, "=|");
    text_clear(&condition->option);
    text_clear(&condition->value);
    text_append_size(&condition->option, start, name);
    condition->has_value = name < size;
    if (condition->has_value) {
        text_append_size(&condition->value, start + name + 1, size - name - 1);
    }
    *rest = start + size + (start[size] == '|');
    return true;
}

void cli_condition_free(struct cli_condition *condition)
{
    text_free(&condition->option);
    text_free(&condition->value);
}

/* The first of the conditions that the line meets; `ret` keeps it. */
static bool find_met(const struct cli_options *options, const char *conditions, struct cli_condition *ret)
{
    while (cli_condition_next(&conditions, ret)) {
        const struct cli_option *option = cli_options_find(options, text_string(&ret->option), ret->option.size);
        if (option != NULL && option->seen != NULL &&
            (!ret->has_value || strcmp(option->seen, text_string(&ret->value)) == 0)) {
            return true;
        }
    }
    return false;
}

bool cli_options_meet(const struct cli_options *options, const char *conditions)
{
    CLEANUP(cli_condition_free) struct cli_condition condition = {0};

    return find_met(options, conditions, &condition);
}

bool cli_excludes(const struct opt_spec *spec, const char *name, const char *value)
{
    CLEANUP(cli_condition_free) struct cli_condition condition = {0};
    const char *rest = spec->excludes;

    while (cli_condition_next(&rest, &condition)) {
        if (strcmp(text_string(&condition.option), name) == 0 &&
            (condition.has_value ? text_equal(text_string(&condition.value), value) : value == NULL)) {
            return true;
        }
    }
    return false;
}

static void describe(struct text *out, const struct cli_condition *condition)
{
    text_printf(out, "--%s%s%s", text_string(&condition->option), condition->has_value ? " " : "",
                text_string(&condition->value));
}

static void describe_all(struct text *out, const char *conditions, const char *between)
{
    CLEANUP(cli_condition_free) struct cli_condition condition = {0};

    for (bool first = true; cli_condition_next(&conditions, &condition); first = false) {
        text_append(out, first ? "" : between);
        describe(out, &condition);
    }
}

void cli_option_describe_needs(struct text *out, const struct cli_option *option)
{
    if (option->needs != NULL) {
        text_append(out, " (needs ");
        describe_all(out, option->needs, " or ");
        text_append_char(out, ')');
    }
    if (option->spec->excludes != NULL) {
        text_append(out, " (not with ");
        describe_all(out, option->spec->excludes, ", ");
        text_append_char(out, ')');
    }
    if (option->spec->flags & OPT_ALONE) {
        text_append(out, " (alone)");
    }
}

/* Another option of the command that was seen, or NULL. */
static const struct cli_option *find_company(const struct cli_options *options, const struct cli_option *alone)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct cli_option *each = &options->items[i];
        if (each != alone && each->owner == CLI_COMMAND && each->seen != NULL) {
            return each;
        }
    }
    return NULL;
}

static bool check_alone(const struct cli_options *options, const struct cli_option *option, const char *argument,
                        const char *remedy, struct err *e)
{
    const struct cli_option *other = find_company(options, option);

    if ((option->spec->flags & OPT_ALONE) == 0 || (other == NULL && argument == NULL)) {
        return true;
    }
    return err_set(e, ERR_USAGE, "%s%s has no effect beside --%s: leave out one of them (%s)",
                   other != NULL ? "--" : "", other != NULL ? other->spec->name : argument, option->spec->name, remedy);
}

static bool check_option(const struct cli_options *options, const struct cli_option *option, const char *remedy,
                         struct err *e)
{
    CLEANUP(cli_condition_free) struct cli_condition met = {0};
    CLEANUP(text_free) struct text shown = {0};
    const char *name = option->spec->name;

    if (option->refusal != NULL) {
        return option->refusal->reason == NULL ||
               err_set(e, ERR_USAGE, "--%s has no effect here: %s (%s)", name, option->refusal->reason, remedy);
    }
    if (option->needs != NULL && !cli_options_meet(options, option->needs)) {
        describe_all(&shown, option->needs, " or ");
        if (option->spec->remedy != NULL) {
            return err_set(e, ERR_USAGE, "--%s has no effect without %s: %s", name, text_string(&shown),
                           option->spec->remedy);
        }
        return err_set(e, ERR_USAGE, "--%s has no effect without %s: add that, or leave out --%s (%s)", name,
                       text_string(&shown), name, remedy);
    }
    if (option->spec->excludes != NULL && find_met(options, option->spec->excludes, &met)) {
        describe(&shown, &met);
        if (option->needs == NULL && option->spec->remedy != NULL) {
            return err_set(e, ERR_USAGE, "--%s and %s contradict each other: %s", name, text_string(&shown),
                           option->spec->remedy);
        }
        return err_set(e, ERR_USAGE, "--%s and %s contradict each other: give one of them (%s)", name,
                       text_string(&shown), remedy);
    }
    return true;
}

bool cli_options_check(const struct cli_options *options, const char *argument, const char *remedy, struct err *e)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct cli_option *option = &options->items[i];
        if (option->seen != NULL &&
            (!check_option(options, option, remedy, e) || !check_alone(options, option, argument, remedy, e))) {
            return false;
        }
    }
    return true;
}
