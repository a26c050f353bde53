/* Another client changes, renames, deletes or replaces a server between two requests. */
#include "vpcsim/faults/fault_server.h"

#include <string.h>

#include "mem/mem.h"
#include "text/text.h"
#include "vpcsim/api/bare_metal.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/copy.h"

static void *find(struct request *request, const struct collection *collection)
{
    return request->argument[0] != NULL ? collection_find(collection, request->argument[0]) : NULL;
}

/* --- changes ----------------------------------------------------------------------------------------- */

static void rename_entity(struct collection *collection, struct entity *entity, const char *pattern)
{
    static const char old[] = "{name}";
    const char *found = strstr(pattern, old);
    CLEANUP(text_free) struct text name = {0};

    if (found == NULL) {
        text_append(&name, pattern);
    } else {
        text_append_size(&name, pattern, (size_t)(found - pattern));
        text_printf(&name, "%s%s", entity->name, found + strlen(old));
    }
    collection_rename(collection, entity, text_string(&name));
}

void fault_server_change(struct request *request, const json_t *set)
{
    struct region *region = request->region;
    struct instance *instance = find(request, &region->instances);
    struct bare_metal *metal = find(request, &region->bare_metals);
    const char *status = json_string_value(json_object_get(set, "status"));
    const char *name = json_string_value(json_object_get(set, "name"));

    if (metal != NULL) {
        resolve_metadata(set, &metal->metadata);
        copy_change_body(&metal->entity, set);
    }
    if (metal != NULL && name != NULL) {
        rename_entity(&region->bare_metals, &metal->entity, name);
    }
    if (instance == NULL) {
        return;
    }
    resolve_metadata(set, &instance->metadata);
    copy_change_body(&instance->entity, set);
    if (name != NULL) {
        rename_entity(&region->instances, &instance->entity, name);
    }
    if (status != NULL && store_status(status) >= 0) {
        instance_set_status(region, instance, (enum status)store_status(status));
    } else {
        instance_touch(instance);
    }
}

/* --- ends -------------------------------------------------------------------------------------------- */

static struct entity successor_of(struct region *region, const struct entity *entity)
{
    return (struct entity){
        .key = random_next(&region->sim->random), .name = mem_copy(entity->name), .created_s = region->sim->now_s};
}

static struct instance *copy_instance(struct region *region, const struct instance *instance)
{
    struct instance *copy = mem_alloc(sizeof(*copy));

    *copy = (struct instance){.entity = successor_of(region, &instance->entity),
                              .vpc = instance->vpc,
                              .subnet = instance->subnet,
                              .image = instance->image,
                              .profile = instance->profile,
                              .resource_group = instance->resource_group,
                              .zone = instance->zone,
                              .metadata = instance->metadata,
                              .status = STATUS_RUNNING,
                              .lifecycle = LIFECYCLE_STABLE,
                              .keys = instance->keys};
    return copy;
}

static struct bare_metal *copy_bare_metal(struct region *region, const struct bare_metal *metal)
{
    struct bare_metal *copy = mem_alloc(sizeof(*copy));

    *copy = (struct bare_metal){.entity = successor_of(region, &metal->entity),
                                .vpc = metal->vpc,
                                .subnet = metal->subnet,
                                .image = metal->image,
                                .profile = metal->profile,
                                .resource_group = metal->resource_group,
                                .zone = metal->zone,
                                .metadata = metal->metadata,
                                .allowed_use = {.bare_metal_server = mem_copy(metal->allowed_use.bare_metal_server)},
                                .bandwidth = metal->bandwidth,
                                .status = STATUS_RUNNING,
                                .lifecycle = LIFECYCLE_STABLE,
                                .keys = metal->keys};
    return copy;
}

void fault_server_delete(struct request *request, bool recreate)
{
    struct region *region = request->region;
    struct instance *instance = find(request, &region->instances);
    struct bare_metal *metal = find(request, &region->bare_metals);

    if (instance != NULL) {
        struct instance *copy = recreate ? copy_instance(region, instance) : NULL;
        instance_remove(region, instance);
        if (copy != NULL) {
            instance_add(region, copy, NULL);
        }
    } else if (metal != NULL) {
        struct bare_metal *copy = recreate ? copy_bare_metal(region, metal) : NULL;
        bare_metal_remove(region, metal);
        if (copy != NULL) {
            bare_metal_add(region, copy, NULL);
        }
    }
}
