/* Judging a request body: faults, members that are let through, numbers. */
#include "body_check.h"

#include <stdio.h>
#include <string.h>

void body_judge(const struct app *app, const struct schema *schema, const json_t *body, struct body_verdict *ret)
{
    app_busy_begin(app, "checking the document");
    ret->verdict = schema_check(schema, body);
    if (ret->verdict == SCHEMA_VALID) {
        return;
    }
    if (!app->globals->allow_unknown) {
        ret->verdict = schema_explain(schema, body, &ret->faults);
        return;
    }
    ret->unknown = json_array();
    ret->verdict = schema_explain_known(schema, body, &ret->faults, ret->unknown);
}

void body_verdict_free(struct body_verdict *verdict)
{
    schema_faults_free(&verdict->faults);
    json_decref(verdict->unknown);
    *verdict = (struct body_verdict){0};
}

static void warn_unknown(const struct app *app, const json_t *unknown, const struct json_document *document)
{
    const char *pointer = json_string_value(json_object_get(unknown, "pointer"));
    const char *fix = json_string_value(json_object_get(unknown, "fix"));
    CLEANUP(text_free) struct text place = {0};
    struct json_place at;

    if (document != NULL && document->text != NULL) {
        json_locate_name(document, pointer, &at);
        text_printf(&place, "%s:%zu:%zu: ", document->name, at.line, at.column);
    }
    bool meant = strncmp(fix, "did you mean", strlen("did you mean")) == 0;
    app_warn(app, "%s%s: not known to the schemas; it is sent as it is (--allow-unknown)%s%s", text_string(&place),
             pointer, meant ? "; " : "", meant ? fix : "");
}

/* A property that is newer than the schemas is refused, unless one of two ways is taken. */
static bool has_unknown(const struct schema_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        if (faults->list[i].unknown) {
            return true;
        }
    }
    return false;
}

void body_print(const struct app *app, const struct body_verdict *verdict, const struct json_document *document)
{
    size_t i;
    json_t *unknown;

    json_array_foreach (verdict->unknown, i, unknown) {
        warn_unknown(app, unknown, document);
    }
    app_print_faults(app, &verdict->faults, document);
    if (verdict->faults.more > 0) {
        struct err error = ERR_INIT;
        err_set(&error, ERR_INVALID, "%s%s%zu more fault%s", document != NULL ? document->name : "",
                document != NULL ? ": " : "", verdict->faults.more, verdict->faults.more == 1 ? "" : "s");
        app_error(app, &error);
    }
    if (has_unknown(&verdict->faults)) {
        app_note(app, "a property that the API has and this program does not know: --allow-unknown sends it, and "
                      "--schema-dir DIR takes a schema that has it ('vpcmeta schema export DIR' writes them)");
    }
}

bool body_take_numbers(struct json_document *document, struct err *e)
{
    CLEANUP(text_free) struct text pointer = {0};
    struct json_place at;

    if (json_make_integers(document->root, &pointer)) {
        return true;
    }
    json_locate(document, text_string(&pointer), &at);
    err_set(e, ERR_INVALID, "%s: the number is too big to be sent exactly; write it in full, or smaller",
            text_string(&pointer));
    return err_at(e, "%s:%zu:%zu", document->name, at.line, at.column);
}

const struct resource_kind *body_relocates(const struct schema_entry *entry)
{
    size_t size = strlen(entry->name);

    for (size_t i = 0; resource_kinds[i] != NULL; i++) {
        const struct resource_kind *kind = resource_kinds[i];
        if (kind->profile_parent != NULL && kind->create_schema != NULL &&
            strncmp(kind->create_schema, entry->name, size) == 0 && strcmp(kind->create_schema + size, ".json") == 0) {
            return kind;
        }
    }
    return NULL;
}
