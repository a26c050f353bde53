#include "plan/plan_vpcs.h"

#include <string.h>

bool plan_vpcs_wanted(const struct plan_selector *selector)
{
    for (size_t i = 0; i < selector->vpcs.count; i++) {
        if (resource_name_form(selector->vpcs.items[i]) == RESOURCE_BY_NAME) {
            return true;
        }
    }
    return false;
}

bool plan_vpcs_open(const struct plan_selector *selector, const struct resource *record)
{
    return record->vpc == NULL && record->vpc_id != NULL && plan_vpcs_wanted(selector);
}

static const char *name_of(const struct resource_list *vpcs, const char *id)
{
    for (size_t i = 0; i < resource_list_count(vpcs); i++) {
        if (strcmp(resource_list_at(vpcs, i)->id, id) == 0) {
            return resource_list_at(vpcs, i)->name;
        }
    }
    return NULL;
}

void plan_vpcs_settle(const struct plan_selector *selector, const struct resource_list *vpcs,
                      struct resource_list *records)
{
    size_t count = resource_list_count(records);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        struct resource *record = resource_list_at(records, i);
        if (plan_vpcs_open(selector, record)) {
            record->vpc = resource_list_keep(records, name_of(vpcs, record->vpc_id));
            if (!plan_selector_matches(selector, record)) {
                continue;
            }
        }
        if (kept != i) {
            *resource_list_at(records, kept) = *record;
        }
        kept++;
    }
    resource_list_truncate(records, kept);
}
