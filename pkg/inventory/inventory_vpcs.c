/* The names of VPCs that records refer to by id. */
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory_names.h"
#include "mem/mem.h"

bool inventory_lacks_vpc_name(const struct resource *record)
{
    return record->vpc == NULL && (record->vpc_id != NULL || record->subnet_id != NULL);
}

void inventory_take_vpc(const struct resource_list *vpcs, const struct resource_list *subnets, struct resource *record)
{
    const struct resource *found = NULL;

    if (record->vpc == NULL && record->vpc_id == NULL && record->subnet_id != NULL &&
        (found = resource_list_find(subnets, &resource_subnet, record->subnet_id)) != NULL) {
        record->vpc = found->vpc;
        record->vpc_id = found->vpc_id;
    }
    if (record->vpc == NULL && record->vpc_id != NULL &&
        (found = resource_list_find(vpcs, &resource_vpc, record->vpc_id)) != NULL) {
        record->vpc = found->name;
    }
}

bool inventory_names_take_vpc(const struct inventory_names *names, struct resource *record)
{
    bool silent = record->vpc == NULL && record->vpc_id == NULL && record->subnet_id != NULL;

    if (silent && names->subnets == NULL) {
        return false;
    }
    inventory_take_vpc(names->vpcs, names->subnets, record);
    return true;
}

const struct resource *inventory_names_find_vpc(const struct inventory_names *names, const struct vpc *api,
                                                const char *word)
{
    for (size_t i = 0; i < resource_list_count(names->vpcs); i++) {
        const struct resource *vpc = resource_list_at(names->vpcs, i);
        if (vpc->api == api && inventory_word_names(word, vpc->name, vpc->id)) {
            return vpc;
        }
    }
    return NULL;
}

enum { NAMED_MOST = 4 };

static struct inventory_unnamed_part *find_or_add(struct inventory_unnamed *unnamed, const struct resource *record,
                                                  const char *reason)
{
    for (size_t i = 0; i < unnamed->count; i++) {
        struct inventory_unnamed_part *part = &unnamed->items[i];
        if (part->kind == record->kind && text_equal(part->region, record->region) &&
            strcmp(part->reason, reason) == 0) {
            return part;
        }
    }
    struct inventory_unnamed_part *part = mem_list_add(unnamed);
    *part = (struct inventory_unnamed_part){.kind = record->kind, .region = record->region, .reason = reason};
    return part;
}

void inventory_note_unnamed(struct inventory_unnamed *unnamed, const struct resource *record, const struct err *error)
{
    const char *reason = error->code != ERR_NONE ? error->message : "there is no VPC with the id";
    struct inventory_unnamed_part *part = find_or_add(unnamed, record, reason);
    const char *name = record->name != NULL ? record->name : record->id;

    if (part->count++ < NAMED_MOST && name != NULL) {
        text_append(&part->names, part->names.size > 0 ? ", " : "");
        text_append(&part->names, name);
    }
}

void inventory_append_unnamed(struct inventory_unnamed *unnamed, struct text *missing)
{
    for (size_t i = 0; i < unnamed->count; i++) {
        struct inventory_unnamed_part *part = &unnamed->items[i];
        text_append(missing, "VPC names of ");
        resource_append_count(missing, part->count, part->kind);
        text_printf(missing, "%s%s: %s (%s", part->region != NULL ? " of " : "",
                    part->region != NULL ? part->region : "", part->reason, text_string(&part->names));
        if (part->count > NAMED_MOST) {
            text_printf(missing, " and %zu more", part->count - NAMED_MOST);
        }
        text_append(missing, ")\n");
        text_free(&part->names);
    }
    free(unnamed->items);
    *unnamed = (struct inventory_unnamed){0};
}

/* The VPCs of one region, as they are read. */
struct reading {
    const struct inventory_scope *scope;
    const struct vpc *api;
    struct resource_list *known; /* VPCs, and subnets with theirs; NULL: no record needs any */
    struct err error;
    struct inventory_unnamed unnamed;
};

static void listed(const struct err *error, void *context)
{
    struct reading *reading = context;

    if (error != NULL) {
        reading->error = *error;
    }
}

static void begin_reading(struct reading *reading, const struct inventory_scope *scope, struct vpc *api,
                          const struct resource_list *records)
{
    const struct resource_kind *kinds[] = {NULL, NULL};

    *reading = (struct reading){.scope = scope, .api = api, .error = ERR_INIT};
    for (size_t i = 0; i < resource_list_count(records); i++) {
        const struct resource *record = resource_list_at(records, i);
        if (record->api == api && inventory_lacks_vpc_name(record)) {
            kinds[record->vpc_id == NULL] = record->vpc_id == NULL ? &resource_subnet : &resource_vpc;
        }
    }
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        if (kinds[k] != NULL) {
            reading->known = reading->known != NULL ? reading->known : resource_list_create();
            vpc_list(api, &(struct vpc_listing){
                              .kind = kinds[k], .into = reading->known, .listed = listed, .context = reading});
        }
    }
}

static bool note(struct reading *reading, const struct resource *record, struct text *missing, struct err *e)
{
    const struct err *error = &reading->error;

    if (missing == NULL || !inventory_is_gap(reading->scope, error)) {
        return err_take(e, error);
    }
    inventory_note_unnamed(&reading->unnamed, record, error);
    return true;
}

static bool name_records(struct reading *reading, struct resource_list *records, struct text *missing, struct err *e)
{
    for (size_t i = 0; reading->known != NULL && i < resource_list_count(records); i++) {
        struct resource *record = resource_list_at(records, i);
        if (record->api != reading->api || !inventory_lacks_vpc_name(record)) {
            continue;
        }
        struct resource named = *record;
        inventory_take_vpc(reading->known, reading->known, &named);
        if (named.vpc == NULL && !note(reading, record, missing, e)) {
            return false;
        }
        record->vpc = resource_list_keep(records, named.vpc);
    }
    return true;
}

bool inventory_name_vpcs(const struct inventory_scope *scope, struct resource_list *records, struct text *missing,
                         struct err *e)
{
    struct reading *readings = mem_array(scope->region_count, sizeof(*readings));

    for (size_t r = 0; r < scope->region_count; r++) {
        begin_reading(&readings[r], scope, scope->regions[r], records);
    }
    bool good = inventory_run(scope, missing, e);
    for (size_t r = 0; r < scope->region_count; r++) {
        good = good && name_records(&readings[r], records, missing, e);
        inventory_append_unnamed(&readings[r].unnamed, missing);
        resource_list_destroy(readings[r].known);
    }
    free(readings);
    return good || err_wrap(e, "reading the names of VPCs");
}
