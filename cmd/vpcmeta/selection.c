/* Which resources a command is about: options, arguments and the lines of --from. */
#include "selection.h"

#include <string.h>
#include <unistd.h>

#include "selection_run.h"

enum { FROM_MAX = 16 * 1024 * 1024 }; /* bytes of a --from file */

const struct cmd_refusal selection_template_refusals[] = {{"status", "an instance template has no status"}, {0}};
const struct cmd_refusal selection_group_refusals[] = {
    {"zone", "an instance group has no zone: its members may be in several"}, {0}};

static struct inventory_words words_of(const struct opt_list *list)
{
    return (struct inventory_words){.items = list->items, .count = list->count};
}

/* Trims blanks and a carriage return (lists made on Windows); "" for empty lines and comments. */
static char *trim_line(char *line)
{
    line += strspn(line, " \t");
    line[strcspn(line, "#\r")] = '\0';
    for (size_t size = strlen(line); size > 0 && strchr(" \t", line[size - 1]) != NULL;) {
        line[--size] = '\0';
    }
    return line;
}

bool selection_check_targets(const struct inventory_words *targets, struct err *e)
{
    for (size_t i = 0; i < targets->count; i++) {
        if (!resource_check_target(targets->items[i], e)) {
            if (access(targets->items[i], F_OK) == 0) {
                err_advise(e, "A file here has that name: the shell has put file names in place of a pattern. Quote "
                              "it: --name 'web-*'");
            }
            return false;
        }
    }
    return true;
}

/* Says what the NUL byte in a list of lines may mean. */
static void explain_nul(struct err *e)
{
    struct err named = ERR_INIT;

    if (strncmp(e->message, FSIO_NUL_FAULT, strlen(FSIO_NUL_FAULT)) == 0) {
        err_set(&named, e->code,
                FSIO_NUL_FAULT
                ": if NUL bytes separate the items, as those of find -print0, add -0; else save the list "
                "as UTF-8");
        err_at(&named, "%s", e->place);
        *e = named;
    }
}

static bool read_items(const struct app *app, const struct selection_file *file, struct text *ret, struct err *e)
{
    bool good = file->null ? app_read_items(app, file->from, "names", FROM_MAX, ret, e)
                           : app_read_text(app, file->from, "names", FROM_MAX, ret, e);

    if (!good) {
        explain_nul(e);
        e->code = e->code == ERR_CANCELLED ? ERR_CANCELLED : ERR_USAGE;
        err_wrap(e, "--from");
    }
    return good;
}

bool selection_items(const struct app *app, const struct selection_file *file, struct text_arena *memory,
                     struct inventory_words *ret, struct err *e)
{
    CLEANUP(text_free) struct text content = {0};
    char separator = file->null ? '\0' : '\n';
    size_t most = 1;
    size_t count = 0;

    if (!read_items(app, file, &content, e)) {
        return false;
    }
    for (size_t i = 0; i < content.size; i++) {
        most += content.data[i] == separator;
    }
    const char **items = text_arena_alloc(memory, most * sizeof(*items));
    char *end = content.data + content.size;
    for (char *item = content.data, *next; item < end; item = next) {
        char *stop = memchr(item, separator, (size_t)(end - item));
        next = stop != NULL ? stop + 1 : end;
        next[stop != NULL ? -1 : 0] = '\0';
        item = file->null ? item : trim_line(item);
        if (item[0] != '\0') {
            items[count++] = text_arena_copy(memory, item, strlen(item));
        }
    }
    *ret = (struct inventory_words){.items = items, .count = count};
    return count > 0 || err_set(e, ERR_USAGE, "--from %s names nothing: one name, id or CRN %s is wanted", file->from,
                                file->null ? "before each NUL byte" : "a line");
}

/* The arguments and the items of --from, in one list. */
static bool collect_targets(const struct app *app, const struct selector_opts *opts, const struct cli_call *call,
                            struct selection *ret, struct err *e)
{
    struct selection_file file = {.from = opts->from, .null = opts->null};
    const char *run = selection_run_word(opts->from);
    struct inventory_words listed = {0};
    size_t count = 0;

    if (run != NULL ? !selection_of_run(run, &ret->memory, &listed, e)
                    : opts->from != NULL && !selection_items(app, &file, &ret->memory, &listed, e)) {
        return false;
    }
    const char **items = text_arena_alloc(&ret->memory, (call->args_count + listed.count + 1) * sizeof(*items));
    for (size_t i = 0; i < call->args_count; i++) {
        items[count++] = call->args[i];
    }
    for (size_t i = 0; i < listed.count; i++) {
        items[count++] = listed.items[i];
    }
    ret->selector.targets = (struct inventory_words){.items = items, .count = count};
    return selection_check_targets(&ret->selector.targets, e);
}

/* `kind` is NULL for a command about all kinds. */
static bool check_statuses(const struct inventory_words *statuses, const struct resource_kind *kind, struct err *e)
{
    for (size_t i = 0; i < statuses->count; i++) {
        if (!resource_check_status(kind, statuses->items[i], e)) {
            return false;
        }
    }
    return true;
}

bool selection_read(const struct app *app, const struct selector_opts *opts, const struct cli_call *call,
                    struct selection *ret, struct err *e)
{
    *ret = (struct selection){.selector = {
                                  .names = words_of(&opts->names),
                                  .excludes = words_of(&opts->excludes),
                                  .vpcs = words_of(&opts->vpcs),
                                  .resource_groups = words_of(&opts->resource_groups),
                                  .zones = words_of(&opts->zones),
                                  .statuses = words_of(&opts->statuses),
                              }};
    struct query_wait wait = command_query(&app->limits);
    if (opts->where != NULL && (ret->selector.where = query_compile(opts->where, &wait, e)) == NULL) {
        return err_wrap(e, "--where");
    }
    if (!check_statuses(&ret->selector.statuses, call->command->subject, e) ||
        !collect_targets(app, opts, call, ret, e)) {
        selection_free(ret);
        return false;
    }
    if (opts->all && ret->selector.targets.count > 0) {
        selection_free(ret);
        return err_set(e, ERR_USAGE, "--all and names contradict each other: give one of them");
    }
    return true;
}

static void report(const struct app *app, const struct cli_call *call, const struct selection *selection)
{
    const struct inventory_effect *effect = &selection->effect;
    bool filtered = inventory_selector_narrows(&selection->selector) || selection->selector.excludes.count > 0;
    bool slip = filtered || (call->command->flags & CMD_WRITES) != 0;

    if (effect->why.size > 0) {
        app_message(app, slip ? APP_WARNING : APP_NOTE, "nothing was selected: %s", text_string(&effect->why));
    }
    for (const char *line = text_string(&effect->idle); *line != '\0';) {
        size_t size = strcspn(line, "\n");
        app_warn(app, "%.*s", (int)size, line);
        line += size + (line[size] == '\n');
    }
}

bool selection_find(const struct app *app, const struct cli_call *call, const struct inventory_scope *scope,
                    const struct resource_kind *const kinds[], size_t kind_count, struct selection *selection,
                    struct resource_list *into, struct text *ret_missing, struct err *e)
{
    selection->selector.effect = &selection->effect;
    bool found = inventory_select(scope, kinds, kind_count, &selection->selector, into, ret_missing, e);
    selection->selector.effect = NULL;
    /* what could not be read is reported instead */
    if (found && (ret_missing == NULL || ret_missing->size == 0)) {
        report(app, call, selection);
    }
    return found;
}

bool selection_check_given(const struct inventory_selector *selector, const struct resource_kind *kind, bool all,
                           const char *example, struct err *e)
{
    return all || inventory_selector_narrows(selector) ||
           err_set(e, ERR_USAGE, "which %s? give names, a selector such as %s or --vpc, or --all", kind->plural,
                   example);
}

void selection_free(struct selection *selector)
{
    query_destroy(selector->selector.where);
    inventory_effect_free(&selector->effect);
    text_arena_free(&selector->memory);
    *selector = (struct selection){0};
}
