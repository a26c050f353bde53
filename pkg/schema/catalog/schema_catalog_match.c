/* Which schemas a body is valid as, or which one it was most probably written for. */
#include <string.h>

#include "schema/catalog/schema_catalog_files.h"
#include "text/text_arena.h"

/* How well a body fits a schema by the names of its members alone. */
struct likeness {
    const struct schema_entry *entry;
    const json_t *properties; /* of the schema */
    size_t known;             /* members of the body that are among them */
    size_t near;              /* members that are a misspelling of one */
};

/* The `properties` of the schema's top, also when they stand behind a $ref. NULL when there are none. */
static const json_t *top_properties(struct schema_catalog *catalog, const struct schema_entry *entry)
{
    const json_t *properties = json_object_get(entry->root, "properties");
    const char *reference = json_string_value(json_object_get(entry->root, "$ref"));
    if (properties || !reference) {
        return properties;
    }
    CLEANUP(text_free) struct text from = {0}, path = {0};
    text_printf(&from, "%s.json", entry->name);
    const char *fragment;
    struct err ignored = ERR_INIT;
    if (!schema_catalog_resolve(from.data, reference, &path, &fragment)) {
        return NULL;
    }
    const json_t *root = schema_catalog_document(catalog, path.data, &ignored);
    return root ? json_object_get(json_at(root, fragment), "properties") : NULL;
}

static bool compare(struct schema_catalog *catalog, size_t index, const json_t *value, struct likeness *ret,
                    struct err *e)
{
    const struct schema_entry *entry = schema_catalog_at(catalog, index, e);
    if (entry == NULL) {
        return false;
    }
    *ret = (struct likeness){.entry = entry};
    if (entry->is_file) {
        return true;
    }
    ret->properties = top_properties(catalog, entry);
    const char *key;
    json_t *ignored;
    json_object_foreach ((json_t *)value, key, ignored) {
        ret->known += json_object_get(ret->properties, key) != NULL;
    }
    return true;
}

static void count_misspelt(struct likeness *likeness, const json_t *value)
{
    size_t count = json_object_size(likeness->properties), filled = 0;
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const char **names = text_arena_alloc(&memory, (count + 1) * sizeof(*names));
    const char *key;
    json_t *ignored;
    json_object_foreach ((json_t *)likeness->properties, key, ignored) {
        names[filled++] = key;
    }
    json_object_foreach ((json_t *)value, key, ignored) {
        likeness->near += !json_object_get(likeness->properties, key) && text_nearest(key, names, filled);
    }
}

static size_t score(const struct likeness *likeness)
{
    return 2 * likeness->known + likeness->near;
}

/* --- the nearest ------------------------------------------------------------------------------- */

static size_t steps(const char *pointer)
{
    size_t count = 0;
    for (; *pointer; pointer++) {
        count += *pointer == '/';
    }
    return count;
}

/* What makes a schema unlikely: many faults; then faults further up, as the body's inside was not even reached. */
struct verdict {
    size_t faults, depth;
};

static bool judge(struct schema_catalog *catalog, const struct schema_entry *entry, const json_t *value,
                  struct verdict *ret, struct err *e)
{
    const struct schema *schema = schema_catalog_compile(catalog, entry, e);
    if (schema == NULL) {
        return false;
    }
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    schema_explain(schema, value, &faults);
    ret->faults = faults.count + faults.more;
    ret->depth = 0;
    for (size_t i = 0; i < faults.count; i++) {
        if (ret->depth < steps(faults.list[i].instance)) {
            ret->depth = steps(faults.list[i].instance);
        }
    }
    return true;
}

static bool better(const struct verdict *a, const struct likeness *a_likeness, const struct verdict *b,
                   const struct likeness *b_likeness)
{
    if (a->faults != b->faults) {
        return a->faults < b->faults;
    }
    if (a->depth != b->depth) {
        return a->depth > b->depth;
    }
    return json_object_size(a_likeness->properties) > json_object_size(b_likeness->properties);
}

/* The best of `all`, which has room for every schema of the catalog. */
static bool find_nearest(struct schema_catalog *catalog, struct likeness *all, const json_t *value,
                         const struct schema_entry **ret, struct err *e)
{
    size_t best_score = 0, count = schema_catalog_count(catalog);
    for (size_t i = 0; i < count; i++) {
        if (!compare(catalog, i, value, &all[i], e)) {
            return false;
        }
        count_misspelt(&all[i], value);
        if (best_score < score(&all[i])) {
            best_score = score(&all[i]);
        }
    }
    const struct likeness *best = NULL;
    struct verdict best_verdict = {0};
    for (size_t i = 0; best_score > 0 && i < count; i++) {
        struct verdict verdict;
        if (score(&all[i]) < best_score) {
            continue;
        }
        if (!judge(catalog, all[i].entry, value, &verdict, e)) {
            return false;
        }
        if (best && !better(&verdict, &all[i], &best_verdict, best)) {
            continue;
        }
        best = &all[i];
        best_verdict = verdict;
    }
    *ret = best ? best->entry : NULL;
    return true;
}

/* --- all --------------------------------------------------------------------------------------- */

/*
 * The schema at `index` if every member of the value is one of its own, otherwise NULL. Every schema of ours refuses
 * members that it does not know, so most need not be compiled, and most of those not even be read.
 */
static bool find_knowing(struct schema_catalog *catalog, size_t index, const json_t *value, const struct schema **ret,
                         struct err *e)
{
    const char *key;
    json_t *ignored;
    *ret = NULL;
    json_object_foreach ((json_t *)value, key, ignored) {
        if (!schema_catalog_mentions(catalog, index, key)) {
            return true;
        }
    }
    struct likeness likeness;
    if (!compare(catalog, index, value, &likeness, e)) {
        return false;
    }
    if (likeness.properties == NULL || likeness.known < json_object_size(value)) {
        return true;
    }
    *ret = schema_catalog_compile(catalog, likeness.entry, e);
    return *ret != NULL;
}

/* Whether all that is wrong with the value is that something is missing. */
static bool only_lacks(const struct schema *schema, const json_t *value)
{
    static const char *const keywords[] = {"required", "oneOf", "anyOf", "dependentRequired"};
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    schema_explain(schema, value, &faults);
    for (size_t i = 0; i < faults.count; i++) {
        bool lacks = false;
        for (size_t k = 0; k < sizeof(keywords) / sizeof(keywords[0]); k++) {
            lacks |= strcmp(faults.list[i].keyword, keywords[k]) == 0;
        }
        if (!lacks) {
            return false;
        }
    }
    return true;
}

static void add_match(struct schema_catalog *catalog, size_t index, const struct schema *schema, const json_t *value,
                      struct schema_catalog_match *match)
{
    struct err ignored = ERR_INIT;
    const struct schema_entry *entry = schema_catalog_at(catalog, index, &ignored);
    if (schema_check(schema, value) == SCHEMA_VALID) {
        if (match->count < SCHEMA_CATALOG_MATCHES_MAX) {
            match->valid[match->count++] = entry;
        }
    } else if (match->unfinished_count < SCHEMA_CATALOG_MATCHES_MAX && only_lacks(schema, value)) {
        match->unfinished[match->unfinished_count++] = entry;
    }
}

bool schema_catalog_recognize(struct schema_catalog *catalog, const json_t *value, struct schema_catalog_match *ret,
                              struct err *e)
{
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    struct schema_catalog_match match = {0};
    size_t count = schema_catalog_count(catalog);
    for (size_t i = 0; i < count; i++) {
        const struct schema *schema;
        if (!find_knowing(catalog, i, value, &schema, e)) {
            return false;
        }
        if (schema != NULL) {
            add_match(catalog, i, schema, value, &match);
        }
    }
    struct likeness *all = text_arena_alloc(&memory, count * sizeof(*all));
    if (match.count == 0 && !find_nearest(catalog, all, value, &match.nearest, e)) {
        return false;
    }
    *ret = match;
    return true;
}
