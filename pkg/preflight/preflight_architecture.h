/*
 * preflight_architecture: the architecture of servers that do not exist yet. A template says a profile by its name, and
 * the profile says the architecture (vpc-api.md 2.17), as for `instance create`. Each profile of a region is read once.
 */
#ifndef PREFLIGHT_PREFLIGHT_ARCHITECTURE_H
#define PREFLIGHT_PREFLIGHT_ARCHITECTURE_H

#include "preflight/preflight.h"

struct preflight_architectures;
struct preflight_architectures *preflight_architectures_create(void);
void preflight_architectures_destroy(struct preflight_architectures *architectures); /* NULL allowed */

/* Begins to read the profile that the record names, unless it was; nothing where the record says its architecture. */
void preflight_architectures_expect(struct preflight_architectures *architectures, const struct resource *record);

/* What a profile says, after http_run. */
struct preflight_architecture {
    const char *word;    /* "amd64"; NULL: unknown */
    const char *lacks;   /* what is unknown: "the architecture of profile bz2-4x16, which could not be read" */
    const char *problem; /* why it could not be read; NULL: it was read, or there is none of that name */
};

/*
 * Of a record that names a profile; false: there is nothing to read, and the API's own profiles are x86 (vpc-api.md
 * 2.5). Strings are copied into `memory`.
 */
bool preflight_architecture_of(const struct preflight_architectures *architectures, const struct resource *record,
                               struct text_arena *memory, struct preflight_architecture *ret);

#endif
