/* The memberships of instance groups: which template their members were made from. */
#include <stdlib.h>

#include "verbs.h"

/* The memberships of one group, as they are read. */
struct reading {
    const struct resource *group;
    struct resource_list *memberships;
    struct resource_membership_counts *counts;
    struct text *missing; /* NULL: what cannot be read is an error */
    struct err *error;    /* shared: the first one counts */
};

static void listed(const struct err *error, void *context)
{
    struct reading *reading = context;

    if (error == NULL) {
        *reading->counts = resource_count_members(reading->group, reading->memberships);
    } else if (reading->missing != NULL && error->code != ERR_CANCELLED) {
        text_printf(reading->missing, "members of instance group %s: %s\n", reading->group->name, error->message);
    } else if (reading->error->code == ERR_NONE) {
        *reading->error = *error;
        err_wrap(reading->error, "reading the members of instance group %s", reading->group->name);
    }
    resource_list_destroy(reading->memberships);
    free(reading);
}

struct resource_membership_counts *verb_read_members(const struct plan_scope *scope, const struct resource_list *groups,
                                                     struct text *missing, struct err *e)
{
    size_t count = resource_list_count(groups);
    struct resource_membership_counts *counts = calloc(count + 1, sizeof(*counts));
    struct err error = ERR_INIT;

    for (size_t i = 0; counts != NULL && i < count; i++) {
        const struct resource *group = resource_list_at(groups, i);
        struct reading *reading = malloc(sizeof(*reading));
        if (reading == NULL) {
            text_out_of_memory();
        }
        *reading = (struct reading){.group = group,
                                    .memberships = resource_list_create(),
                                    .counts = &counts[i],
                                    .missing = missing,
                                    .error = &error};
        vpc_list(vpc_of_region(scope->regions, scope->region_count, group->region),
                 &(struct vpc_listing){.kind = group->kind->memberships,
                                       .parent = group->id,
                                       .into = reading->memberships,
                                       .listed = listed,
                                       .context = reading});
    }
    if (counts == NULL) {
        text_out_of_memory();
    }
    if (!http_run(scope->http, e) || error.code != ERR_NONE) {
        free(counts);
        *e = e->code != ERR_NONE ? *e : error;
        return NULL;
    }
    return counts;
}
