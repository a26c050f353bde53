/* Architectures of templates, by the profiles that they name. */
#include "preflight/preflight_architecture.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "preflight/preflight_read.h"

struct preflight_architectures {
    struct mem_map profiles; /* by API and name; they stay where they are until they are read */
};

struct preflight_architectures *preflight_architectures_create(void)
{
    return mem_alloc(sizeof(struct preflight_architectures));
}

void preflight_architectures_destroy(struct preflight_architectures *architectures)
{
    if (architectures == NULL) {
        return;
    }
    for (const struct mem_map_entry *entry = mem_map_first(&architectures->profiles); entry != NULL;
         entry = mem_map_next(entry)) {
        preflight_profile_free(entry->value);
        free(entry->value);
    }
    mem_map_free(&architectures->profiles);
    free(architectures);
}

static const char *profile_of(const struct resource *record)
{
    bool named = record->architecture == NULL && record->kind->profile_kind != NULL && record->hardware != NULL;

    return named ? record->hardware->profile : NULL;
}

static void append_key(struct text *key, const struct resource *record, const char *name)
{
    text_printf(key, "%p %s", (const void *)record->api, name);
}

void preflight_architectures_expect(struct preflight_architectures *architectures, const struct resource *record)
{
    const char *name = profile_of(record);
    CLEANUP(text_free) struct text key = {0};

    if (name == NULL) {
        return;
    }
    append_key(&key, record, name);
    if (mem_map_get(&architectures->profiles, text_string(&key)) == NULL) {
        struct preflight_profile *profile = mem_alloc(sizeof(*profile));
        mem_map_put(&architectures->profiles, text_string(&key), profile);
        preflight_profile_read(record->api, record->kind, name, profile);
    }
}

bool preflight_architecture_of(const struct preflight_architectures *architectures, const struct resource *record,
                               struct text_arena *memory, struct preflight_architecture *ret)
{
    const char *name = profile_of(record);
    CLEANUP(text_free) struct text key = {0}, lacks = {0};

    *ret = (struct preflight_architecture){0};
    if (name == NULL) {
        return false;
    }
    append_key(&key, record, name);
    const struct preflight_profile *profile = mem_map_get(&architectures->profiles, text_string(&key));
    if (profile != NULL && profile->architecture != NULL) {
        ret->word = text_arena_copy(memory, profile->architecture, strlen(profile->architecture));
        return true;
    }
    bool unread = profile == NULL || (profile->problem != NULL && !profile->gone);
    bool gone = profile != NULL && profile->gone;
    text_printf(&lacks, "the architecture of profile %s, which %s", name,
                unread ? "could not be read"
                : gone ? "does not exist"
                       : "does not say it");
    ret->lacks = text_arena_copy(memory, text_string(&lacks), lacks.size);
    if (unread && profile != NULL) {
        ret->problem = text_arena_copy(memory, profile->problem, strlen(profile->problem));
    }
    return true;
}
