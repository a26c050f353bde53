/* A first body for each variant of a schema: the keyword `examples` of the variant, or of what it refers to. */
#include <ctype.h>
#include <string.h>

#include "schema/catalog/schema_catalog_files.h"

/* The first example of a schema in the file `from`, also when it stands behind a $ref. Borrowed, or NULL. */
static const json_t *first_example(struct schema_catalog *catalog, const char *from, const json_t *schema)
{
    const json_t *examples = json_object_get(schema, "examples");
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    CLEANUP(text_free) struct text path = {0};
    const char *fragment;
    struct err ignored = ERR_INIT;

    if (json_array_size(examples) > 0 || reference == NULL) {
        return json_array_get(examples, 0);
    }
    if (!schema_catalog_resolve(from, reference, &path, &fragment)) {
        return NULL;
    }
    const json_t *root = schema_catalog_document(catalog, text_string(&path), &ignored);
    return json_array_get(json_object_get(json_at(root, fragment), "examples"), 0);
}

/* --- names of variants ---------------------------------------------------------------------------- */

/* The next word of a title or of what was typed, in lower case and without the s of a plural; false at the end. */
static bool next_word(const char **at, struct text *ret)
{
    ret->size = 0;
    while (**at != '\0' && !isalnum((unsigned char)**at)) {
        ++*at;
    }
    for (; isalnum((unsigned char)**at); ++*at) {
        text_append_char(ret, (char)tolower((unsigned char)**at));
    }
    if (ret->size > 1 && ret->data[ret->size - 1] == 's') {
        ret->data[--ret->size] = '\0';
    }
    return ret->size > 0;
}

static bool is_joint(const struct text *word)
{
    return strcmp(text_string(word), "by") == 0 || strcmp(text_string(word), "with") == 0;
}

/* "instance by image with network attachments" is called "image-network-attachment". */
static void append_key(struct text *key, const char *title)
{
    CLEANUP(text_free) struct text word = {0};
    const char *at = title;

    while (next_word(&at, &word) && !is_joint(&word)) {
        /* what it is a variant of */
    }
    while (next_word(&at, &word)) {
        if (!is_joint(&word)) {
            text_printf(key, "%s%s", key->size > 0 ? "-" : "", text_string(&word));
        }
    }
}

static bool has_word(const char *key, const struct text *wanted)
{
    CLEANUP(text_free) struct text word = {0};

    while (next_word(&key, &word)) {
        if (strcmp(text_string(&word), text_string(wanted)) == 0) {
            return true;
        }
    }
    return false;
}

bool schema_example_is(const char *key, const char *wanted)
{
    CLEANUP(text_free) struct text word = {0};
    size_t words = 0;

    while (next_word(&wanted, &word)) {
        if (!is_joint(&word) && !has_word(key, &word)) {
            return false;
        }
        words += !is_joint(&word);
    }
    return words > 0;
}

/* --- the examples --------------------------------------------------------------------------------- */

static void add_example(json_t *list, const char *title, bool is_variant, const json_t *body)
{
    CLEANUP(text_free) struct text key = {0};

    if (is_variant) {
        append_key(&key, title);
    }
    json_array_append_new(list,
                          json_build("{s:s, s:s, s:O}", "variant", text_string(&key), "title", title, "body", body));
}

json_t *schema_catalog_examples(struct schema_catalog *catalog, const struct schema_entry *entry)
{
    const json_t *variants = json_object_get(entry->root, "oneOf");
    CLEANUP(text_free) struct text file = {0};
    json_t *list = json_array();
    size_t i;
    json_t *variant;

    text_printf(&file, "%s.json", entry->name);
    json_array_foreach (variants, i, variant) {
        const char *title = json_string_value(json_object_get(variant, "title"));
        const json_t *body = first_example(catalog, text_string(&file), variant);
        if (title != NULL && body != NULL) {
            add_example(list, title, true, body);
        }
    }
    const json_t *own = first_example(catalog, text_string(&file), entry->root);
    if (json_array_size(list) == 0 && own != NULL) {
        add_example(list, entry->title, false, own);
    }
    return list;
}
