/*
 * schema_catalog_files: the files behind the entries of a catalog.
 */
#ifndef SCHEMA_CATALOG_SCHEMA_CATALOG_FILES_H
#define SCHEMA_CATALOG_SCHEMA_CATALOG_FILES_H

#include "schema/schema_catalog.h"

/*
 * The tree of any file of the folder by its path below it, "common/instance.json"; borrowed. NULL with ERR_NOT_FOUND
 * when there is none, ERR_INVALID when it is no JSON object.
 */
const json_t *schema_catalog_document(struct schema_catalog *catalog, const char *path, struct err *e)
    __attribute__((warn_unused_result));

/*
 * The path below the folder of what `reference` means in the file `from` ("scalars.json#/$defs/id" in
 * "common/identity.json": "common/scalars.json"), appended to `ret_path`, and its fragment ("/$defs/id"; "" for none),
 * which points into `reference`. False when it leads out of the folder.
 */
bool schema_catalog_resolve(const char *from, const char *reference, struct text *ret_path, const char **ret_fragment);

/*
 * Whether the entry at `index` can have a member of that name by a search in the text of its file and the files it
 * refers to; nothing is parsed for it. True also where that cannot be decided: with a folder of the user's.
 */
bool schema_catalog_mentions(const struct schema_catalog *catalog, size_t index, const char *name);

#endif
