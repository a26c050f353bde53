/* The selectors that need a record alone. */
#include <string.h>

#include "inventory/inventory.h"

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

/* No words, or one that equals a value. A CRN is compared by the id in it. */
static bool any_equal(const struct inventory_words *words, const char *value, const char *other)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *crn_id = resource_crn_id(words->items[i]);
        if (text_equal(value, words->items[i]) || text_equal(other, words->items[i]) ||
            (crn_id != NULL && text_equal(other, crn_id))) {
            return true;
        }
    }
    return words->count == 0;
}

bool inventory_selector_matches(const struct inventory_selector *selector, const struct resource *record)
{
    return (selector->names.count == 0 || any_glob(&selector->names, record->name)) &&
           !any_glob(&selector->excludes, record->name) && any_equal(&selector->vpcs, record->vpc, record->vpc_id) &&
           any_equal(&selector->resource_groups, record->resource_group, record->resource_group_id) &&
           any_equal(&selector->zones, record->zone, NULL) && any_equal(&selector->statuses, record->status, NULL);
}
