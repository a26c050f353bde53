/* The table as JSON, for programs that wrap vpcmeta and for tests. */
#include "cli/cli_commands.h"
#include "cli/cli_manual.h"
#include "cli/cli_options.h"

#include <string.h>

static const char *kind_name(const struct opt_spec *spec)
{
    static const char *const names[OPT_KIND_GROUP + 1] = {
        [OPT_KIND_FLAG] = "flag",   [OPT_KIND_LIST] = "list",   [OPT_KIND_BOOL] = "boolean",
        [OPT_KIND_INT] = "integer", [OPT_KIND_ENUM] = "choice", [OPT_KIND_DURATION] = "duration",
    };
    const char *string = spec->flags & OPT_FILES ? "file" : spec->flags & OPT_FOLDERS ? "folder" : "string";

    return names[spec->kind] != NULL ? names[spec->kind] : string;
}

static void set_string(json_t *object, const char *name, const char *value)
{
    if (value != NULL) {
        json_object_set_new(object, name, json_build_string(value));
    }
}

static json_t *strings(const char *const *words)
{
    json_t *array = json_array();

    for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
        json_array_append_new(array, json_build_string(words[i]));
    }
    return array;
}

/* [{"option":"restart","value":"needed"}]; NULL where there are none. */
static json_t *conditions(const char *rest)
{
    CLEANUP(cli_condition_free) struct cli_condition condition = {0};
    json_t *array = rest != NULL ? json_array() : NULL;

    while (cli_condition_next(&rest, &condition)) {
        json_t *object = json_build("{s:s}", "option", text_string(&condition.option));
        set_string(object, "value", condition.has_value ? text_string(&condition.value) : NULL);
        json_array_append_new(array, object);
    }
    return array;
}

static void describe_dependencies(json_t *object, const struct cli_option *option)
{
    json_t *needs = conditions(option->needs);
    json_t *excludes = conditions(option->spec->excludes);

    if (needs != NULL) {
        json_object_set_new(object, "needs", needs);
    }
    if (excludes != NULL) {
        json_object_set_new(object, "excludes", excludes);
    }
    if (option->spec->flags & OPT_ALONE) {
        json_object_set_new(object, "alone", json_true());
    }
}

static json_t *describe_option(const struct cli_option *option)
{
    CLEANUP(text_free) struct text scratch = {0};
    const struct opt_spec *spec = option->spec;
    json_t *object = json_build("{s:s, s:s}", "name", spec->name, "kind", kind_name(spec));

    if (spec->letter != 0) {
        json_object_set_new(object, "letter", json_build_string_n(&spec->letter, 1));
    }
    set_string(object, "alias", spec->alias);
    if (cli_option_takes_value(spec)) {
        set_string(object, "value", cli_option_value(spec, &scratch));
    }
    if (spec->kind == OPT_KIND_ENUM) {
        json_object_set_new(object, "values", strings(spec->words));
    }
    if (spec->kind == OPT_KIND_INT) {
        json_object_set_new(object, "minimum", json_integer(spec->min));
        json_object_set_new(object, "maximum", json_integer(spec->max));
        set_string(object, "word", spec->word);
    }
    set_string(object, "default", spec->default_value);
    set_string(object, "group", option->heading[0] ? option->heading : NULL);
    set_string(object, "help", spec->help);
    describe_dependencies(object, option);
    return object;
}

static json_t *describe_options(const struct cli_options *options)
{
    json_t *array = json_array();

    for (size_t i = 0; i < options->count; i++) {
        json_array_append_new(array, describe_option(&options->items[i]));
    }
    return array;
}

static json_t *describe_examples(const struct cmd_example *example)
{
    json_t *array = json_array();

    for (; example != NULL && example->line != NULL; example++) {
        json_array_append_new(array, json_build("{s:s, s:s}", "line", example->line, "what", example->what));
    }
    return array;
}

static json_t *describe_command(const struct cmd_spec *command)
{
    CLEANUP(cli_options_free) struct cli_options options = {0};
    json_t *object = json_build("{s:s, s:s}", "command", command->path, "summary", command->summary);

    cli_options_add_offered(&options, command);
    set_string(object, "arguments", command->arguments);
    json_object_set_new(object, "min_arguments", json_integer(command->min_args));
    if (command->max_args != CMD_ANY_ARGS) {
        json_object_set_new(object, "max_arguments", json_integer(command->max_args));
    }
    if (command->argument_words != NULL) {
        json_object_set_new(object, "argument_values", strings(command->argument_words));
    }
    set_string(object, "description", command->description);
    json_object_set_new(object, "writes", json_boolean(command->flags & CMD_WRITES));
    json_object_set_new(object, "offline", json_boolean(command->flags & CMD_OFFLINE));
    json_object_set_new(object, "examples", describe_examples(command->examples));
    json_object_set_new(object, "options", describe_options(&options));
    return object;
}

static json_t *describe_topics(const struct cli_program *program)
{
    json_t *array = json_array();

    for (const struct cli_topic *topic = program->topics; topic != NULL && topic->name != NULL; topic++) {
        CLEANUP(text_free) struct text summary = {0};
        cli_topic_summary(topic, &summary);
        json_array_append_new(array, json_build("{s:s, s:s}", "topic", topic->name, "summary", text_string(&summary)));
    }
    return array;
}

json_t *cli_help_json(const struct cli_program *program)
{
    CLEANUP(cli_options_free) struct cli_options globals = {0};
    json_t *commands = json_array();

    cli_options_add_globals(&globals, program);
    for (size_t i = 0; program->commands[i] != NULL; i++) {
        if (!(program->commands[i]->flags & CMD_HIDDEN)) {
            json_array_append_new(commands, describe_command(program->commands[i]));
        }
    }
    return json_build("{s:i, s:s, s:s, s:s, s:o, s:o, s:o}", "schema_version", 1, "name", program->name, "version",
                      program->version, "summary", program->summary, "global_options", describe_options(&globals),
                      "commands", commands, "topics", describe_topics(program));
}
