/* From profiles to the architecture of templates, in the selection and among those that judge it. */
#include "policy_architectures.h"

#include <string.h>

#include "mem/mem.h"

/* One line for each profile and region, however many templates name it. */
static void add_missing(struct mem_map *said, const struct resource *record, const struct preflight_architecture *found,
                        struct text *missing)
{
    CLEANUP(text_free) struct text line = {0};

    text_printf(&line, "architecture of profile %s", record->hardware->profile);
    if (record->region != NULL && record->region[0] != '\0') {
        text_printf(&line, " of %s", record->region);
    }
    if (mem_map_get(said, text_string(&line)) == NULL) {
        mem_map_put(said, text_string(&line), said);
        text_printf(missing, "%s: %s\n", text_string(&line), found->problem);
    }
}

static void fill(struct policy_fleet *fleet, struct resource_list *list, struct audit_facts facts[],
                 const struct preflight_architectures *architectures, struct mem_map *said)
{
    for (size_t i = 0; i < resource_list_count(list); i++) {
        struct resource *record = resource_list_at(list, i);
        struct preflight_architecture found;
        if (!preflight_architecture_of(architectures, record, &fleet->memory, &found)) {
            continue;
        }
        record->architecture = found.word;
        facts[i].architecture_reading = found.word != NULL ? AUDIT_READ : AUDIT_UNREADABLE;
        facts[i].architecture_lacks = found.lacks;
        if (found.problem != NULL) {
            add_missing(said, record, &found, &fleet->missing);
        }
    }
}

bool policy_read_architectures(struct policy_fleet *fleet, struct preflight_architectures *architectures, struct err *e)
{
    CLEANUP(mem_map_free) struct mem_map said = {0};
    struct err error = ERR_INIT;
    bool whole = http_run(fleet->scope.http, &error);

    if (!whole && !inventory_is_gap(&fleet->scope, &error)) {
        return err_take(e, &error);
    }
    fill(fleet, fleet->selected, fleet->facts, architectures, &said);
    if (fleet->known != fleet->selected) {
        fill(fleet, fleet->known, fleet->known_facts, architectures, &said);
    }
    return true;
}
