#include "vpcsim/api/filter.h"

#include <stdio.h>
#include <string.h>

#include "vpcsim/api/words.h"

static void read_target(const struct request *request, const char *prefix, struct filter_target *target)
{
    const char **const members[] = {&target->id, &target->crn, &target->name};
    static const char *const suffixes[] = {"id", "crn", "name"};

    for (size_t i = 0; i < 3; i++) {
        char parameter[96];
        snprintf(parameter, sizeof(parameter), "%s.%s", prefix, suffixes[i]);
        const char *value = request_query(request, parameter);
        if (value != NULL) {
            *members[i] = value;
        }
    }
}

bool filter_read(const struct request *request, struct filter *ret_filter)
{
    struct filter *filter = ret_filter;

    *filter = (struct filter){
        .name = request_query(request, "name"),
        .resource_group = request_query(request, "resource_group.id"),
        .class = request_query(request, "availability.class"),
        .affinity = request_query(request, "reservation_affinity.policy"),
        .zone = request_query(request, "zone.name"),
    };
    read_target(request, "vpc", &filter->vpc);
    read_target(request, "instance_group_membership.instance_group", &filter->group);
    read_target(request, "placement_group", &filter->placement_group);
    read_target(request, "dedicated_host", &filter->dedicated_host);
    /* nothing of the following exists here, so that naming one finds nothing */
    read_target(request, "reservation", &filter->other);
    read_target(request, "cluster_network", &filter->other);
    for (size_t i = 0; i < request->query_count; i++) {
        if (!words_have("start limit version generation maturity", request->query[i].name)) {
            return true;
        }
    }
    return false;
}

bool filter_names(const struct filter_target *target, const struct entity *entity)
{
    if (target->id == NULL && target->crn == NULL && target->name == NULL) {
        return true;
    }
    if (entity == NULL) {
        return false;
    }
    const char *last = target->crn != NULL ? strrchr(target->crn, ':') : NULL;
    return (target->id == NULL || strcmp(target->id, entity->id) == 0) &&
           (target->name == NULL || strcmp(target->name, entity->name) == 0) &&
           (target->crn == NULL || (last != NULL && strcmp(last + 1, entity->id) == 0));
}

static bool is(const char *wanted, const char *value)
{
    return wanted == NULL || strcmp(wanted, value) == 0;
}

static const char *affinity(bool manual, bool automatic)
{
    return manual ? "manual" : automatic ? "automatic" : "disabled";
}

bool filter_instance(const struct entity *item, const void *context)
{
    const struct instance *instance = (const struct instance *)item;
    const struct filter *filter = context;

    /* the VPC first: every page of a long list counts all items that it names */
    if (!filter_names(&filter->vpc, &instance->vpc->entity)) {
        return false;
    }
    const struct membership *membership = instance->membership;
    const struct placement_group *spread = instance->placement_group;
    struct entity host = {.id = instance->dedicated_host, .name = (char *)"host-1"};
    return is(filter->name, item->name) && is(filter->resource_group, instance->resource_group->id) &&
           is(filter->class, instance->spot ? "spot" : "standard") &&
           is(filter->affinity, affinity(instance->affinity_manual, instance->affinity_automatic)) &&
           filter_names(&filter->group, membership != NULL ? &membership->group->entity : NULL) &&
           filter_names(&filter->placement_group, spread != NULL ? &spread->entity : NULL) &&
           filter_names(&filter->dedicated_host, host.id != NULL ? &host : NULL) && filter_names(&filter->other, NULL);
}

bool filter_bare_metal(const struct entity *item, const void *context)
{
    const struct bare_metal *server = (const struct bare_metal *)item;
    const struct filter *filter = context;

    return is(filter->name, item->name) && is(filter->resource_group, server->resource_group->id) &&
           filter_names(&filter->vpc, &server->vpc->entity) && filter_names(&filter->other, NULL);
}

bool filter_vpc(const struct entity *item, const void *context)
{
    const struct vpc *vpc = (const struct vpc *)item;
    const struct filter *filter = context;

    return is(filter->resource_group, vpc->resource_group->id);
}

bool filter_subnet(const struct entity *item, const void *context)
{
    const struct subnet *subnet = (const struct subnet *)item;
    const struct filter *filter = context;
    bool zone = filter->zone == NULL ||
                (strlen(filter->zone) > 1 && filter->zone[strlen(filter->zone) - 1] == (char)('1' + subnet->zone));

    return zone && is(filter->resource_group, subnet->vpc->resource_group->id) &&
           filter_names(&filter->vpc, &subnet->vpc->entity);
}
