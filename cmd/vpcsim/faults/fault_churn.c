/* Deletes and makes instances between two requests. */
#include "vpcsim/faults/fault_churn.h"

#include <string.h>

#include "vpcsim/api/instance.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/catalog.h"

bool churn_place_read(const char *name, enum churn_place *ret_place)
{
    static const char *const names[] = {[CHURN_ANYWHERE] = "any", [CHURN_START] = "start", [CHURN_END] = "end"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (name == NULL || strcmp(name, names[i]) == 0) {
            *ret_place = (enum churn_place)i;
            return true;
        }
    }
    return false;
}

/* The first one from there on that is no member of a group; NULL: there is none. */
static struct instance *pick(const struct collection *instances, struct random *random)
{
    size_t first = instances->count > 0 ? random_below(random, (unsigned)instances->count) : 0;

    for (size_t i = 0; i < instances->count; i++) {
        struct instance *instance = (struct instance *)instances->items[(first + i) % instances->count];
        if (instance->membership == NULL) {
            return instance;
        }
    }
    return NULL;
}

static void create(struct region *region, enum churn_place place, struct random *random)
{
    struct instance *instance = mem_alloc(sizeof(*instance));
    struct collection *instances = &region->instances;
    size_t before = instances->count;

    instance->entity.key = random_next(&region->sim->random);
    instance->entity.name = store_invent_name(region, instances, "churn");
    instance->entity.created_s = region->sim->now_s;
    instance->profile = catalog_instance_profile("bx2-4x16");
    instance->image = (const struct image *)region->images.items[0];
    instance->subnet = (struct subnet *)region->subnets.items[random_below(random, (unsigned)region->subnets.count)];
    instance->vpc = instance->subnet->vpc;
    instance->zone = (uint8_t)instance->subnet->zone;
    instance->resource_group = instance->vpc->resource_group;
    instance->metadata = (struct metadata){.hop_limit = 1};
    instance->status = STATUS_RUNNING;
    instance->lifecycle = LIFECYCLE_STABLE;
    instance->keys = 1;
    instance_add(region, instance, NULL);
    if (before > 0 && place != CHURN_END) {
        collection_move(instances, &instance->entity,
                        place == CHURN_START ? 0 : random_below(random, (unsigned)before));
    }
}

void churn_run(struct region *region, const struct churn *churn, uint64_t dice)
{
    struct random random = {.state = dice};

    for (long i = 0; i < churn->removed; i++) {
        struct instance *instance = pick(&region->instances, &random);
        if (instance != NULL) {
            instance_remove(region, instance);
        }
    }
    for (long i = 0; i < churn->created && region->subnets.count > 0 && region->images.count > 0; i++) {
        create(region, churn->place, &random);
    }
}
