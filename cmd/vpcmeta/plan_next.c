/* The command that carries a plan out: the file that was kept, or the same policy and selection. */
#include "plan_next.h"

#include <string.h>

#include "audit_options.h"

void plan_next_file(const struct app *app, const char *file, struct cli_command_line *line)
{
    struct cli_place place = app_given_place(app);

    place.region_count = 0;
    cli_command_line_begin(line, app->program->name, "apply");
    cli_command_line_operand(line, file);
    cli_command_line_place(line, &place);
}

bool plan_next_policy(const struct app *app, const struct cli_call *call, const struct policy_opts *policy,
                      const struct selector_opts *select, struct cli_command_line *line)
{
    const struct audit_opts opts = {.select = *select, .policy = *policy};
    const struct cli_place place = app_given_place(app);
    CLEANUP(audit_options_free) struct audit_options options = {0};
    CLEANUP(text_arena_free) struct text_arena memory = {0};

    audit_options_collect(&opts, &memory, &options);
    cli_command_line_begin(line, app->program->name, "apply");
    for (size_t i = 0; i < call->args_count; i++) {
        cli_command_line_operand(line, call->args[i]);
    }
    size_t first = options.selectors;
    while (first < options.shared && strcmp(options.items[first].name, "policy") != 0) {
        first++;
    }
    for (size_t i = 0; i < options.shared; i++) { /* the policy comes first */
        const struct audit_option *option = &options.items[(first + i) % options.shared];
        cli_command_line_option(line, option->name, option->value);
    }
    cli_command_line_place(line, &place);
    return !audit_options_read_input(options.items, options.shared);
}
