/* show --as-body: the request body that creates a resource like one that exists. */
#include "show_body.h"

#include <string.h>

#include "resource/resource_create.h"

/* What the answers about a server do not have; the initialization may not be readable. */
static void note_server(const struct app *app, const struct resource_kind *kind, const json_t *body,
                        const json_t *initialization, const struct text *notes)
{
    const json_t *parent = kind->profile_parent != NULL ? json_object_get(body, kind->profile_parent) : body;
    CLEANUP(text_free) struct text lines = {0};

    app_note(app, "not in the body, because the API does not return it: user_data, security groups, addresses%s",
             initialization == NULL ? ", keys, default_trusted_profile" : "");
    if (initialization != NULL) {
        app_note(app, "keys and trusted profile (%s) are those of the initialization",
                 json_object_get(parent, "default_trusted_profile") == NULL ? "none" : "default_trusted_profile");
    }
    text_append(&lines, text_string(notes));
    char *next = lines.data;
    for (char *line = strsep(&next, "\n"); line != NULL; line = strsep(&next, "\n")) {
        if (line[0] != '\0') {
            app_warn(app, "%s", line);
        }
    }
}

/* Of an odd record the body may lack what a body must have: say so, print it all the same. */
static void warn_invalid(struct app *app, const struct resource_kind *kind, const json_t *body)
{
    struct err ignored = ERR_INIT;
    struct schema_catalog *catalog = app_schemas(app, &ignored);
    const struct schema_entry *entry =
        catalog != NULL ? schema_catalog_find(catalog, kind->create_schema, &ignored) : NULL;
    const struct schema *schema = entry != NULL ? schema_catalog_compile(catalog, entry, &ignored) : NULL;
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};

    if (schema == NULL || schema_explain(schema, body, &faults) == SCHEMA_VALID) {
        return;
    }
    for (size_t i = 0; i < faults.count; i++) {
        CLEANUP(text_free) struct text line = {0};
        schema_fault_print(&line, &faults.list[i], NULL);
        app_warn(app, "the body has to be completed: %s", text_string(&line));
    }
}

static bool print_template(struct app *app, json_t *answer, struct err *e)
{
    JSON_CLEANUP json_t *body = resource_template_body(answer);

    return app_print_body(app, body, e);
}

/* The body is printed also when the initialization cannot be read; that is then the error. */
static bool print_server(struct app *app, const struct inventory_scope *scope, const struct resource *record,
                         const json_t *answer, struct err *e)
{
    struct err failure = ERR_INIT;
    JSON_CLEANUP json_t *initialization = NULL;
    CLEANUP(text_free) struct text notes = {0};

    bool known = inventory_read_answer(scope->http, record->api, record->kind, record->id, "initialization",
                                       &initialization, &failure);
    JSON_CLEANUP json_t *body = resource_server_body(record->kind, answer, initialization, &notes);
    if (!app_print_body(app, body, e)) {
        return false;
    }
    note_server(app, record->kind, body, initialization, &notes);
    warn_invalid(app, record->kind, body);
    if (!known) {
        err_take(e, &failure);
        return err_wrap(e, "reading the keys and the trusted profile");
    }
    return true;
}

bool show_body(struct app *app, const struct inventory_scope *scope, const struct resource *record, struct err *e)
{
    const struct resource_kind *kind = record->kind;
    JSON_CLEANUP json_t *answer = NULL;

    if (!inventory_read_answer(scope->http, record->api, kind, record->id, NULL, &answer, e)) {
        return err_wrap(e, "the %s %s", kind->singular, record->name);
    }
    bool printed =
        kind->has_initialization ? print_server(app, scope, record, answer, e) : print_template(app, answer, e);
    if (printed) {
        app_note(app, "the body has no name: vpcmeta %s create -f FILE --name NAME", kind->name);
    }
    return printed;
}
