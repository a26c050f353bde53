/* Checking bodies: every fault with its place, before anything is sent. */
#include "verbs.h"

bool verb_check_body(struct app *app, const char *schema_name, const json_t *body, const struct json_document *document,
                     struct err *e)
{
    struct schema_catalog *catalog = app_schemas(app, e);
    const struct schema_entry *entry = catalog != NULL ? schema_catalog_find(catalog, schema_name, e) : NULL;
    const struct schema *schema = entry != NULL ? schema_catalog_compile(catalog, entry, e) : NULL;
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};

    if (schema == NULL) {
        return false;
    }
    if (schema_check(schema, body) == SCHEMA_VALID) {
        return true;
    }
    enum schema_verdict verdict = schema_explain(schema, body, &faults);
    app_print_faults(app, &faults, document);
    if (verdict == SCHEMA_UNDECIDED) {
        return err_set(e, ERR_UNDECIDED, "the body could not be checked within the limits; nothing was sent");
    }
    return err_set(e, ERR_INVALID, "the body of the request has %zu fault%s; nothing was sent",
                   faults.count + faults.more, faults.count + faults.more == 1 ? "" : "s");
}
