/* The body of a creation and the names that go with it. */
#include "create_body.h"

#include <stddef.h>
#include <string.h>

#include "body_check.h"
#include "mem/mem.h"
#include "resource/resource_create.h"
#include "resource/resource_reference.h"
#include "selection.h"

/* --- the file ----------------------------------------------------------------------------------------- */

static bool read_document(const struct app *app, const struct create_opts *opts, struct json_document *ret,
                          struct err *e)
{
    if (!app_read_document(app, opts->creation.file, JSON_READ_STRICT, ret, e)) {
        return false;
    }
    if (!json_is_object(ret->root)) {
        err_set(e, ERR_INVALID, "a request body is a JSON object");
        return err_at(e, "%s:1:1", ret->name);
    }
    return body_take_numbers(ret, e);
}

/* --- the template ------------------------------------------------------------------------------------- */

static bool take_source(struct app *app, const struct create_opts *opts, struct creation *creation, struct err *e)
{
    const json_t *identity = json_object_get(creation->body, "source_template");
    const char *word = opts->source != NULL ? opts->source : resource_reference_word(identity);
    struct inventory_scope scope;

    if (word == NULL) {
        return true; /* it builds on none */
    }
    if (!resource_check_target(word, e) || !app_connect(app, &scope, e)) {
        return err_wrap(e, "the template");
    }
    if (!inventory_read_template(&scope, word, &creation->source, e)) {
        return err_wrap(e, "the template %s", word);
    }
    if (opts->source != NULL) {
        json_object_set_new(creation->body, "source_template",
                            json_build("{s:O}", "id", json_object_get(creation->source, "id")));
    }
    return true;
}

/* --- the body ----------------------------------------------------------------------------------------- */

static bool lay_over(struct app *app, const struct create_opts *opts, struct creation *creation, struct err *e)
{
    const struct resource_kind *kind = creation->kind;
    struct resource_settings wanted = options_settings(&opts->metadata, &opts->profile);
    CLEANUP(text_free) struct text moved = {0};

    if (!resource_relocate_misplaced(kind, creation->body, &moved, e) || !take_source(app, opts, creation, e)) {
        return false;
    }
    if (creation->source != NULL && (wanted.given & RESOURCE_PROFILE_SETTINGS) == RESOURCE_AUTO_LINK) {
        resource_take_profile(creation->body, creation->source);
    }
    if (!resource_overlay(kind, creation->body, &wanted, e)) {
        return false;
    }
    if (creation->source != NULL) {
        resource_complete_metadata(kind, creation->body, creation->source);
    }
    if (moved.size > 0) {
        app_note(app, "moved %s under \"%s\", where the API takes it (%s)", text_string(&moved), kind->profile_parent,
                 creation->document.name);
    }
    return true;
}

/* --- the names ---------------------------------------------------------------------------------------- */

static bool count_names(const struct creation_opts *opts, struct creation *creation, struct err *e)
{
    size_t count = (size_t)opts->count.value;
    const char **names = text_arena_alloc(&creation->memory, (count + 1) * sizeof(*names));
    struct resource_pattern pattern;

    if (!resource_pattern_read(opts->name, &pattern, e)) {
        return err_wrap(e, "--name");
    }
    for (size_t i = 0; i < count; i++) {
        CLEANUP(text_free) struct text name = {0};
        resource_pattern_name(&pattern, (unsigned long)opts->start_at.value + i, &name);
        names[i] = text_arena_copy(&creation->memory, text_string(&name), name.size);
    }
    creation->names = (struct inventory_words){.items = names, .count = count};
    return true;
}

static void one_name(const char *name, struct creation *creation)
{
    const char **names = text_arena_alloc(&creation->memory, sizeof(*names));

    names[0] = text_arena_copy(&creation->memory, name, strlen(name));
    creation->names = (struct inventory_words){.items = names, .count = 1};
}

static bool check_names(const struct inventory_words *names, const char *origin, struct err *e)
{
    CLEANUP(mem_set_free) struct mem_set seen = {0};

    for (size_t i = 0; i < names->count; i++) {
        if (!resource_check_name(names->items[i], e)) {
            return err_wrap(e, "%s", origin);
        }
        if (!mem_set_add(&seen, names->items[i])) {
            return err_set(e, ERR_USAGE, "%s: the name %s is there twice", origin, names->items[i]);
        }
    }
    return true;
}

/* The name goes out of the body, which the others share; what is no string stays for the schema to refuse. */
static bool make_names(const struct app *app, const struct creation_opts *opts, struct creation *creation,
                       struct err *e)
{
    const char *own = json_string_value(json_object_get(creation->body, "name"));
    bool given = opts->from != NULL || opts->count.given || opts->name != NULL;
    bool named = true;

    if (!given && own == NULL) {
        return true;
    }
    if (opts->from != NULL) {
        struct selection_file file = {.from = opts->from, .null = opts->null};
        named = selection_items(app, &file, &creation->memory, &creation->names, e);
    } else if (opts->count.given) {
        named = count_names(opts, creation, e);
    } else {
        one_name(given ? opts->name : own, creation);
    }
    json_object_del(creation->body, "name");
    return !given || (named && check_names(&creation->names, opts->from != NULL ? "--from" : "--name", e));
}

/* --- all of it ---------------------------------------------------------------------------------------- */

/* The command's option that names a template to build on, or NULL. */
static const struct opt_spec *template_option(const struct cmd_spec *command)
{
    const struct opt_spec *option = command->opts;

    while (option->kind != OPT_KIND_END &&
           (option->kind != OPT_KIND_STRING || option->offset != offsetof(struct create_opts, source))) {
        option++;
    }
    return option->kind != OPT_KIND_END ? option : NULL;
}

static bool refuse_nothing(const struct cmd_spec *command, const struct resource_kind *kind, struct err *e)
{
    const struct opt_spec *option = template_option(command);
    CLEANUP(text_free) struct text template = {0};

    if (option != NULL) {
        text_printf(&template, ", or a template with --%s %s", option->name, option->value);
    }
    return err_set(e, ERR_USAGE,
                   "nothing to create from: give a request body with -f FILE ('vpcmeta schema example %.*s' prints a "
                   "first one)%s",
                   (int)strcspn(kind->create_schema, "."), kind->create_schema, text_string(&template));
}

static bool check_options(const struct app *app, const struct cli_call *call, const struct resource_kind *kind,
                          struct err *e)
{
    const struct create_opts *opts = call->opts;
    const struct opt_list *regions = &app->globals->regions;
    const struct creation_opts *creation = &opts->creation;

    size_t same = 0;

    while (same < regions->count && strcmp(regions->items[same], regions->items[0]) == 0) {
        same++;
    }
    if (same < regions->count || (regions->count > 0 && strcmp(regions->items[0], "all") == 0)) {
        return err_set(e, ERR_USAGE, "create works in one region: give one --region");
    }
    if (creation->file == NULL && opts->source == NULL) {
        return refuse_nothing(call->command, kind, e);
    }
    if (creation->from != NULL && text_equal(creation->from, creation->file)) {
        return err_set(e, ERR_USAGE, "--file and --from cannot both be %s", creation->from);
    }
    return creation->name == NULL || creation->count.given || !resource_is_pattern(creation->name) ||
           err_set(e, ERR_USAGE, "--name %s counts: say how many with --count", creation->name);
}

bool creation_make(struct app *app, const struct cli_call *call, const struct resource_kind *kind, struct creation *ret,
                   struct err *e)
{
    const struct create_opts *opts = call->opts;
    struct resource_settings wanted = options_settings(&opts->metadata, &opts->profile);

    ret->kind = kind;
    if (!resource_settings_check(kind, &wanted, false, e) || !check_options(app, call, kind, e) ||
        (opts->creation.file != NULL && !read_document(app, opts, &ret->document, e))) {
        return false;
    }
    ret->body = ret->document.root != NULL ? json_deep_copy(ret->document.root) : json_object();
    if (!make_names(app, &opts->creation, ret, e) || !lay_over(app, opts, ret, e)) {
        return false;
    }
    ret->effective = ret->source != NULL ? resource_over_template(ret->source, ret->body) : json_incref(ret->body);
    return true;
}

void creation_free(struct creation *creation)
{
    json_document_free(&creation->document);
    json_decref(creation->body);
    json_decref(creation->source);
    json_decref(creation->effective);
    text_arena_free(&creation->memory);
    *creation = (struct creation){0};
}

size_t creation_count(const struct creation *creation)
{
    return creation->names.count > 0 ? creation->names.count : 1;
}

json_t *creation_body(const struct creation *creation, size_t index)
{
    json_t *body = json_object();

    if (creation->names.count > 0) {
        json_object_set_new(body, "name", json_build_string(creation->names.items[index]));
    }
    json_object_update(body, creation->body);
    return body;
}
