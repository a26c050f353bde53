#include "vpcsim/api/instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/group.h"
#include "vpcsim/api/links.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/schedule.h"

/* What follows a passing status (vpc-api.md 4.4); -1: nothing, it stays. */
static int next_status(unsigned status)
{
    switch (status) {
    case STATUS_PENDING:
        return STATUS_STARTING;
    case STATUS_STARTING:
    case STATUS_RESTARTING:
        return STATUS_RUNNING;
    case STATUS_STOPPING:
        return STATUS_STOPPED;
    default:
        return -1;
    }
}

static void advance(struct region *region, const char *id, int64_t due_ms)
{
    struct instance *instance = collection_find(&region->instances, id);

    if (instance == NULL || instance->due_ms != due_ms) {
        return;
    }
    instance->due_ms = 0;
    if (instance->status == STATUS_DELETING) {
        instance_remove(region, instance);
        return;
    }
    int next = next_status(instance->status);
    if (next >= 0) {
        instance_set_status(region, instance, (enum status)next);
        if (next == STATUS_STARTING && instance->lifecycle == LIFECYCLE_PENDING) {
            instance->lifecycle = LIFECYCLE_STABLE;
        }
    }
}

void instance_touch(struct instance *instance)
{
    instance->version++;
}

void instance_set_status(struct region *region, struct instance *instance, enum status status)
{
    struct sim *sim = region->sim;

    instance->status = (uint8_t)status;
    instance->due_ms = 0;
    instance_touch(instance);
    if (status == STATUS_STOPPED) {
        /* local disks do not survive a stop, and what was created without metadata has it after the next start */
        instance->erased_disks = true;
    }
    if (status == STATUS_RUNNING) {
        instance->erased_disks = false;
        instance->created_disabled = instance->created_disabled && !instance->metadata.enabled;
    }
    if (next_status(status) >= 0 || status == STATUS_DELETING) {
        instance->due_ms = sim->now_ms + sim->options.transition_ms;
        schedule_at(sim->schedule, instance->due_ms, advance, region, instance->entity.id);
    }
    if (status == STATUS_DELETING) {
        instance->lifecycle = LIFECYCLE_DELETING;
    }
}

static void add_boot_volume(struct region *region, struct instance *instance)
{
    struct volume *volume = instance->boot;

    if (volume == NULL) {
        char name[96];
        volume = mem_alloc(sizeof(*volume));
        snprintf(name, sizeof(name), "%.90s-boot", instance->entity.name);
        volume->entity.key = random_mix(instance->entity.key, 5);
        volume->entity.id = store_regional_id(region, volume->entity.key);
        volume->entity.name = mem_copy(name);
        volume->entity.created_s = instance->entity.created_s;
        volume->capacity = 100;
        snprintf(volume->allowed_use.api_version, sizeof(volume->allowed_use.api_version), "2026-06-23");
        collection_add(region, &region->volumes, &volume->entity);
    }
    volume->zone = instance->zone;
    volume->attached_to = instance;
    instance->boot = volume;
}

void instance_add(struct region *region, struct instance *instance, const char *id)
{
    struct entity *entity = &instance->entity;

    entity->id = id != NULL ? mem_copy(id) : store_zonal_id(region, instance->zone, '_', entity->key);
    if (instance->total_volume_bandwidth == 0) {
        instance->total_volume_bandwidth = (int)instance->profile->vcpu * 500;
    }
    if (instance->vcpu_percentage == 0) {
        instance->vcpu_percentage = 100;
    }
    instance->created_disabled = !instance->metadata.enabled;
    collection_add(region, &region->instances, entity);
    add_boot_volume(region, instance);
}

void instance_remove(struct region *region, struct instance *instance)
{
    struct volume *boot = instance->boot;

    links_remove_server(region, "instance", instance->zone, instance->entity.id);
    boot->attached_to = NULL;
    if (!instance->keep_boot_volume) {
        collection_remove(&region->volumes, &boot->entity);
        store_free_volume(boot);
    }
    if (instance->vni != NULL) {
        instance->vni->attached = false;
    }
    if (instance->membership != NULL) {
        group_member_gone(region, instance->membership);
    }
    collection_remove(&region->instances, &instance->entity);
    store_free_instance(instance);
}
