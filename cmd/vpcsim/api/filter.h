/*
 * filter: the list filters of vpc-api.md 2.2, read once a request.
 */
#ifndef VPCSIM_FILTER_H
#define VPCSIM_FILTER_H

#include "vpcsim/http/request.h"

/* A resource that a filter names by id, CRN or name; all NULL: any. */
struct filter_target {
    const char *id, *crn, *name;
};

struct filter {
    const char *name, *resource_group, *class, *affinity, *zone;
    struct filter_target vpc, group, placement_group, dedicated_host, other;
};

/* False when the request filters nothing: no item need be looked at. */
bool filter_read(const struct request *request, struct filter *ret_filter);

/* Whether the target names the record; NULL is named by an unset target only. */
bool filter_names(const struct filter_target *target, const struct entity *entity);

/* For struct page: records of one kind against a struct filter. */
bool filter_instance(const struct entity *item, const void *filter);
bool filter_bare_metal(const struct entity *item, const void *filter);
bool filter_vpc(const struct entity *item, const void *filter);
bool filter_subnet(const struct entity *item, const void *filter);

#endif
