/* One document out of a schema and all the files that its references reach. */
#include <string.h>

#include "schema/catalog/schema_catalog_files.h"

/* What is gathered: `found` maps the path of every file that is needed to its tree, or to null until it is read. */

static bool note_references(const json_t *tree, const char *from, json_t *found, struct err *e)
{
    if (json_is_array(tree)) {
        for (size_t i = 0; i < json_array_size(tree); i++) {
            if (!note_references(json_array_get(tree, i), from, found, e)) {
                return false;
            }
        }
        return true;
    }
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)tree, key, value) {
        if (strcmp(key, "$ref") != 0 || !json_is_string(value)) {
            if (!note_references(value, from, found, e)) {
                return false;
            }
            continue;
        }
        CLEANUP(text_free) struct text path = {0};
        const char *fragment;
        if (!schema_catalog_resolve(from, json_string_value(value), &path, &fragment)) {
            return err_set(e, ERR_INVALID, "%s refers to %s, which cannot be bundled", from, json_string_value(value));
        }
        if (!json_object_get(found, path.data)) {
            json_object_set_new(found, path.data, json_null());
        }
    }
    return true;
}

/* Reads the first file that is noted and not read; false in `ret_more` when there is none. */
static bool read_next(struct schema_catalog *catalog, json_t *found, bool *ret_more, struct err *e)
{
    const char *path;
    json_t *tree;
    *ret_more = false;
    json_object_foreach (found, path, tree) {
        if (!json_is_null(tree)) {
            continue;
        }
        const json_t *root = schema_catalog_document(catalog, path, e);
        if (root == NULL) {
            return false;
        }
        *ret_more = true;
        json_object_set(found, path, (json_t *)root);
        return note_references(root, path, found, e);
    }
    return true;
}

json_t *schema_catalog_bundle(struct schema_catalog *catalog, const struct schema_entry *entry, struct err *e)
{
    CLEANUP(text_free) struct text self = {0};
    text_printf(&self, "%s.json", entry->name);
    JSON_CLEANUP json_t *found = json_build("{s:O}", self.data, entry->root);
    if (!note_references(entry->root, self.data, found, e)) {
        return NULL;
    }
    for (bool more = true; more;) {
        if (!read_next(catalog, found, &more, e)) {
            return NULL;
        }
    }
    json_object_del(found, self.data);

    json_t *bundle = json_copy((json_t *)entry->root);
    json_t *defs = json_copy(json_object_get(bundle, "$defs"));
    if (defs == NULL) {
        defs = json_object();
    }
    json_object_update(defs, found);
    if (json_object_size(defs) > 0) {
        json_object_set(bundle, "$defs", defs);
    }
    json_decref(defs);
    return bundle;
}
