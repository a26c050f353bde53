/*
 * schema_files: JSON documents that the build embeds in the binary (scripts/embed-files.sh).
 *
 * Names are paths below the embedded folder: "instance_patch.json", "common/metadata_service.json". Both arrays end
 * with an entry whose name is NULL. A text is followed by a NUL byte that `end` points at.
 */
#ifndef SCHEMA_SCHEMA_FILES_H
#define SCHEMA_SCHEMA_FILES_H

#include <stddef.h>

struct schema_file {
    const char *name, *text, *end;
};

/* Every file of the folder schemas/. */
extern const struct schema_file schema_files[];

/* The metaschema of draft 2020-12 and its vocabularies: pkg/schema/metaschema/. */
extern const struct schema_file schema_metaschema_files[];

#endif
