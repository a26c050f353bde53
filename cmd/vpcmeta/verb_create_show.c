/* The dry run of create: the exact body on standard output, what has to be known about it on standard error. */
#include <string.h>

#include "resource/resource_create.h"
#include "verb_creation.h"

/* --- what has to be known ------------------------------------------------------------------------------ */

static void tell_variant(struct app *app, const struct creation *creation, const json_t *body)
{
    const struct resource_kind *kind = creation->kind;
    struct err ignored = ERR_INIT;
    const struct schema_entry *entry = schema_catalog_find(app->schemas, kind->create_schema, &ignored);
    CLEANUP(text_free) struct text times = {0};

    if (creation_count(creation) > 1) {
        text_printf(&times, "%zu times ", creation_count(creation));
    }
    if (entry != NULL) {
        app_note(app, "%sPOST %s: %s; nothing was sent", text_string(&times), kind->path,
                 schema_catalog_variant(app->schemas, entry, body));
    }
    if (creation->source != NULL) {
        const char *name = json_string_value(json_object_get(creation->source, "name"));
        const char *variant = entry != NULL ? schema_catalog_variant(app->schemas, entry, creation->effective) : "";
        app_note(app, "what the body leaves out is the template's (%s): %s", name != NULL ? name : "", variant);
    }
}

/* vpc-api.md 3.1: what the API takes for settings that nobody gives. */
static void tell_defaults(const struct app *app, const struct creation *creation)
{
    static const struct resource_settings defaults = {
        .given = RESOURCE_METADATA_SETTINGS, .enabled = false, .protocol = "http", .hop_limit = 1};
    static const struct resource_settings nothing;
    const struct resource_kind *kind = creation->kind;
    struct resource_settings asked = resource_create_settings(kind, creation->effective);
    unsigned missing = kind->settings & RESOURCE_METADATA_SETTINGS & ~asked.given;
    CLEANUP(text_free) struct text list = {0};

    resource_settings_describe(&list, &nothing, &defaults, missing);
    if ((kind->settings & RESOURCE_TRUSTED_PROFILE & ~asked.given) != 0) {
        text_printf(&list, "%sno trusted profile", list.size > 0 ? ", " : "");
    }
    if (json_object_get(creation->effective, "profile") == NULL) {
        text_printf(&list, "%sthe profile", list.size > 0 ? ", " : "");
    }
    if (list.size > 0) {
        app_note(app, "left to the API's defaults: %s", text_string(&list));
    }
}

static void tell_fixed(const struct app *app, const struct resource_kind *kind)
{
    if (kind->patchable == 0) {
        app_note(app, "cannot be changed later: any setting; %s", kind->change_remedy);
    } else {
        app_note(app, "cannot be changed later: %s", kind->change_remedy);
    }
}

/* --- the body ------------------------------------------------------------------------------------------ */

/* One: its body. Several, for people: the body once, and the names. For programs: every body. New reference. */
static json_t *make_document(const struct app *app, const struct creation *creation)
{
    json_t *list = json_array();
    size_t count = creation_count(creation);
    bool whole = app->globals->output.value != RENDER_TABLE;

    if (count == 1) {
        json_decref(list);
        return creation_body(creation, 0);
    }
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, whole ? creation_body(creation, i) : json_build_string(creation->names.items[i]));
    }
    return whole ? json_build("{s:i, s:s, s:o}", "schema_version", 1, "path", creation->kind->path, "bodies", list)
                 : json_build("{s:O, s:o}", "body", creation->body, "names", list);
}

static void tell_unchecked(const struct app *app, const struct creation *creation)
{
    if (creation->source == NULL) {
        app_note(app, "checked by the schema only: the image's allowed_use and the profile are looked at before it is "
                      "sent");
    }
}

int creation_show(struct app *app, const struct creation *creation, struct err *e)
{
    JSON_CLEANUP json_t *document = make_document(app, creation);
    JSON_CLEANUP json_t *first = creation_body(creation, 0);
    CLEANUP(text_free) struct text bytes = {0};

    tell_variant(app, creation, first);
    tell_defaults(app, creation);
    tell_fixed(app, creation->kind);
    tell_unchecked(app, creation);
    json_print(&bytes, document, JSON_PRINT_INDENT);
    text_append_char(&bytes, '\n');
    if (app->globals->jq != NULL || app->globals->output.value == RENDER_YAML) {
        return app_print_document(app, document, e) ? 0 : err_exit_status(e);
    }
    return render_text(text_string(&bytes), bytes.size, stdout, e) ? 0 : err_exit_status(e);
}
