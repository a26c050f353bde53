/* The selectors that need a record alone. */
#include "inventory/inventory_selector.h"

#include <string.h>

bool inventory_selector_narrows(const struct inventory_selector *selector)
{
    return selector->targets.count + selector->names.count + selector->vpcs.count + selector->resource_groups.count +
                   selector->zones.count + selector->statuses.count >
               0 ||
           selector->where != NULL;
}

static bool any_glob(const struct inventory_words *words, const char *value)
{
    for (size_t i = 0; i < words->count; i++) {
        if (value != NULL && text_glob(words->items[i], value)) {
            return true;
        }
    }
    return false;
}

bool inventory_word_names(const char *word, const char *name, const char *id)
{
    const char *crn_id = resource_crn_id(word);

    return text_equal(name, word) || text_equal(id, word) || (crn_id != NULL && text_equal(id, crn_id));
}

/* No words, or one that names it. */
static bool any_names(const struct inventory_words *words, const char *name, const char *id)
{
    for (size_t i = 0; i < words->count; i++) {
        if (inventory_word_names(words->items[i], name, id)) {
            return true;
        }
    }
    return words->count == 0;
}

/* A filter over what an odd record lacks keeps it: whether it is meant is not known. */
static bool is_open(const struct resource *record, const char *value, const char *other)
{
    return record->odd != NULL && value == NULL && other == NULL;
}

enum inventory_filter inventory_selector_judge(const struct inventory_selector *selector, const struct resource *record)
{
    if (!is_open(record, record->vpc, record->vpc_id) && !any_names(&selector->vpcs, record->vpc, record->vpc_id)) {
        return INVENTORY_VPC;
    }
    if (!any_names(&selector->resource_groups, record->resource_group, record->resource_group_id)) {
        return INVENTORY_GROUP;
    }
    if (!is_open(record, record->zone, NULL) && !any_names(&selector->zones, record->zone, NULL)) {
        return INVENTORY_ZONE;
    }
    if (!is_open(record, record->status, NULL) && !any_names(&selector->statuses, record->status, NULL)) {
        return INVENTORY_STATUS;
    }
    if (!is_open(record, record->name, NULL) && selector->names.count > 0 &&
        !any_glob(&selector->names, record->name)) {
        return INVENTORY_NAME;
    }
    return any_glob(&selector->excludes, record->name) ? INVENTORY_EXCLUDE : INVENTORY_WHERE;
}
