/*
 * schema_catalog: the request bodies that have a schema of their own, by name.
 *
 * A schema's name is its file's name without ".json": instance_patch, instance_create. The catalog is data: it holds
 * the embedded files of the folder schemas/, each of which a file of the same name in a folder of the user's replaces,
 * and what it says of one stands in the file: `title`, `description`, and `x-request`, the method and path whose body
 * it is, or `x-file`, true of a file that people write. Files in folders below hold shared definitions: their names
 * have a slash (common/metadata), and no body is one.
 *
 * Schemas are read when they are asked for and compiled when they are first used, so that checking one body by name
 * costs no more than that schema. A catalog and all it hands out are for one thread at a time.
 */
#ifndef SCHEMA_SCHEMA_CATALOG_H
#define SCHEMA_SCHEMA_CATALOG_H

#include "schema/schema.h"

/* The base of every $id; a name and not a place: nothing is ever fetched from it. */
#define SCHEMA_CATALOG_URI "https://vpcmeta.dev/schemas/"

enum { SCHEMA_CATALOG_MATCHES_MAX = 8 };

struct schema_catalog;

/*
 * The embedded schemas; with `directory` the files of that folder replace the embedded ones of the same name and add
 * to them. Formats assert. NULL with ERR_USAGE when the folder cannot be read or has no *.json in it or below.
 */
struct schema_catalog *schema_catalog_open(const char *directory, struct err *e) __attribute__((warn_unused_result));

/* Frees it and all that was compiled from it. NULL allowed. */
void schema_catalog_close(struct schema_catalog *catalog);

/* One named schema; everything is owned by the catalog. */
struct schema_entry {
    const char *name;        /* "instance_patch" */
    const char *place;       /* its file as messages call it: "schemas/instance_patch.json" */
    const char *title;       /* "change of an instance"; the name where the file has none */
    const char *description; /* or "" */
    const char *request;     /* "PATCH /instances/{id}", or "" */
    bool is_file;            /* a file that people write, and no body */
    const json_t *root;      /* the schema */
};

/* Appends "sha256:" and the digest of the embedded schemas: names and texts of all files, in their order. */
void schema_catalog_digest(struct text *out);

/* The named schemas; and all files, of which these are the first. */
size_t schema_catalog_count(const struct schema_catalog *catalog);
size_t schema_catalog_file_count(const struct schema_catalog *catalog);

/* The entry at `index` < file_count, either part by names. NULL with ERR_INVALID when its file is no JSON object. */
const struct schema_entry *schema_catalog_at(struct schema_catalog *catalog, size_t index, struct err *e)
    __attribute__((warn_unused_result));

/* The entry with this name (also with ".json" behind it). NULL with ERR_USAGE that names the nearest, or as above. */
const struct schema_entry *schema_catalog_find(struct schema_catalog *catalog, const char *name, struct err *e)
    __attribute__((warn_unused_result));

/* Appends the entry's file as it is. ERR_USAGE when it cannot be read any more. */
bool schema_catalog_text(const struct schema_entry *entry, struct text *ret, struct err *e)
    __attribute__((warn_unused_result));

/* The entry's schema, compiled at the first call. NULL and errors as schema_compile(). */
const struct schema *schema_catalog_compile(struct schema_catalog *catalog, const struct schema_entry *entry,
                                            struct err *e) __attribute__((warn_unused_result));

/* Which of the entry's variants (of its oneOf) `value`, which is valid, is: its title, "instance by image with network
 * attachments"; or the entry's title when it has no variants. */
const char *schema_catalog_variant(struct schema_catalog *catalog, const struct schema_entry *entry,
                                   const json_t *value);

/* What a body is, by its shape. */
struct schema_catalog_match {
    const struct schema_entry *valid[SCHEMA_CATALOG_MATCHES_MAX]; /* `count` schemas it is valid as */
    size_t count;
    /* `unfinished_count` schemas that know every member of it and of which it only lacks something */
    const struct schema_entry *unfinished[SCHEMA_CATALOG_MATCHES_MAX];
    size_t unfinished_count;
    const struct schema_entry *nearest; /* when there is none: the one it was most probably meant for, or NULL */
};

/*
 * Finds the schemas of bodies that `value` is valid as. When there is none, the nearest is the one that has the most of
 * its members, among those the one with the fewest faults; NULL when no schema has any. False with the error of a
 * schema that does not compile.
 */
bool schema_catalog_recognize(struct schema_catalog *catalog, const json_t *value, struct schema_catalog_match *ret,
                              struct err *e) __attribute__((warn_unused_result));

/*
 * A first body for each variant of the entry, in the order of its oneOf: the keyword `examples` of the variant, or of
 * what it refers to. An array of {"variant": "image-network-attachment", "title", "body"}; one with the variant ""
 * where the entry has no variants; empty where the files have no examples. New reference.
 */
json_t *schema_catalog_examples(struct schema_catalog *catalog, const struct schema_entry *entry);

/* Whether all that was typed for a variant ("image", "by image with network attachments") is in its name. */
bool schema_example_is(const char *key, const char *wanted);

/*
 * The entry's schema with all that its references reach in one document that stands for itself: the files it needs
 * are embedded under $defs with their $id (draft 2020-12, 9.3). New reference; NULL with ERR_INVALID as compile.
 */
json_t *schema_catalog_bundle(struct schema_catalog *catalog, const struct schema_entry *entry, struct err *e)
    __attribute__((warn_unused_result));

#endif
