/* Which API has a record that comes from elsewhere. */
#include <string.h>

#include "inventory/inventory.h"
#include "mem/mem.h"

static bool has_region(const struct resource *record)
{
    return record->region != NULL && record->region[0] != '\0';
}

/* NULL: none is known to have it. */
static struct vpc *api_of(const struct inventory_scope *scope, const struct resource *record)
{
    bool single_unknown = scope->region_count == 1 && vpc_region(scope->regions[0])[0] == '\0';

    for (size_t i = 0; has_region(record) && i < scope->region_count; i++) {
        if (strcmp(vpc_region(scope->regions[i]), record->region) == 0) {
            return scope->regions[i];
        }
    }
    return single_unknown || (!has_region(record) && scope->region_count == 1) ? scope->regions[0] : NULL;
}

/* "us-south,eu-de": the regions of the scope and those of all records that it lacks. */
static void append_regions(struct text *out, const struct inventory_scope *scope, const struct resource_list *records)
{
    CLEANUP(mem_set_free) struct mem_set seen = {0};

    for (size_t i = 0; i < scope->region_count; i++) {
        if (mem_set_add(&seen, vpc_region(scope->regions[i]))) {
            text_printf(out, "%s%s", out->size > 0 ? "," : "", vpc_region(scope->regions[i]));
        }
    }
    for (size_t i = 0; i < resource_list_count(records); i++) {
        const struct resource *record = resource_list_at(records, i);
        if (record->api == NULL && has_region(record) && mem_set_add(&seen, record->region)) {
            text_printf(out, "%s%s", out->size > 0 ? "," : "", record->region);
        }
    }
}

static bool refuse(const struct inventory_scope *scope, const struct resource_list *records,
                   const struct resource *record, struct err *e)
{
    const char *name = record->name != NULL ? record->name : record->id != NULL ? record->id : "without a name";
    CLEANUP(text_free) struct text regions = {0};

    if (!has_region(record)) {
        return err_set(e, ERR_USAGE, "the region of %s %s is not known: give the one it is in with --region",
                       record->kind->singular, name);
    }
    append_regions(&regions, scope, records);
    return err_set(e, ERR_USAGE, "%s %s is in region %s, which is not among those of this command: give --region %s",
                   record->kind->singular, name, record->region, text_string(&regions));
}

bool inventory_find_apis(const struct inventory_scope *scope, struct resource_list *records, struct err *e)
{
    const struct resource *lacking = NULL;

    for (size_t i = resource_list_count(records); i > 0; i--) {
        struct resource *record = resource_list_at(records, i - 1);
        record->api = record->api != NULL ? record->api : api_of(scope, record);
        lacking = record->api == NULL ? record : lacking;
    }
    return lacking == NULL || refuse(scope, records, lacking, e);
}
