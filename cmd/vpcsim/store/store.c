/* Collections, regions and the end of records. */
#include "vpcsim/store/store.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/catalog.h"
#include "vpcsim/store/copy.h"

void collection_add(struct region *region, struct collection *collection, struct entity *entity)
{
    assert(entity->id != NULL && entity->name != NULL);
    entity->position = ++region->next_position * POSITION_STEP;
    *mem_list_add(collection) = entity;
    mem_map_put(&collection->by_id, entity->id, entity);
    mem_map_put(&collection->by_name, entity->name, entity);
}

size_t collection_from(const struct collection *collection, uint64_t position)
{
    size_t low = 0;
    size_t high = collection->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (collection->items[middle]->position < position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void collection_remove(struct collection *collection, struct entity *entity)
{
    size_t at = collection_from(collection, entity->position);

    assert(at < collection->count && collection->items[at] == entity);
    memmove(&collection->items[at], &collection->items[at + 1],
            (collection->count - at - 1) * sizeof(collection->items[0]));
    collection->count--;
    mem_map_remove(&collection->by_id, entity->id);
    if (mem_map_get(&collection->by_name, entity->name) == entity) {
        mem_map_remove(&collection->by_name, entity->name);
    }
}

void collection_move(struct collection *collection, struct entity *entity, size_t index)
{
    size_t at = collection_from(collection, entity->position);
    uint64_t below = index > 0 ? collection->items[index - 1]->position : 0;
    uint64_t above = collection->items[index]->position;

    assert(index < at && collection->items[at] == entity);
    if (above - below < 2) {
        return;
    }
    /* the first place is used often: it gives way by the smallest step */
    entity->position = index > 0 ? below + (above - below) / 2 : above - 1;
    memmove(&collection->items[index + 1], &collection->items[index], (at - index) * sizeof(collection->items[0]));
    collection->items[index] = entity;
}

void collection_rename(struct collection *collection, struct entity *entity, const char *name)
{
    char *copy = mem_copy(name);

    mem_map_remove(&collection->by_name, entity->name);
    free(entity->name);
    entity->name = copy;
    copy_change(entity, "name");
    mem_map_put(&collection->by_name, entity->name, entity);
}

void *collection_find(const struct collection *collection, const char *id)
{
    return mem_map_get(&collection->by_id, id);
}

void *collection_named(const struct collection *collection, const char *name)
{
    return mem_map_get(&collection->by_name, name);
}

void store_free_entity(void *record)
{
    struct entity *entity = record;

    copy_free(entity->copy);
    free(entity->id);
    free(entity->name);
    free(entity);
}

void collection_free(struct collection *collection, void (*destroy)(void *record))
{
    mem_map_free(&collection->by_id);
    mem_map_free(&collection->by_name);
    for (size_t i = 0; i < collection->count; i++) {
        destroy(collection->items[i]);
    }
    free(collection->items);
    *collection = (struct collection){0};
}

char *store_regional_id(const struct region *region, uint64_t key)
{
    char uuid[UUID_SIZE];
    char id[ID_MAX];

    random_uuid(key, 0, uuid);
    snprintf(id, sizeof(id), "%s-%s", region->prefix, uuid);
    return mem_copy(id);
}

char *store_zonal_id(const struct region *region, unsigned zone, char separator, uint64_t key)
{
    char uuid[UUID_SIZE];
    char id[ID_MAX];

    random_uuid(key, 0, uuid);
    snprintf(id, sizeof(id), "%s%c%s", region->zone_prefix[zone], separator, uuid);
    return mem_copy(id);
}

bool store_is_id(const char *id)
{
    size_t size = 0;

    while (id[size] > ' ' && id[size] <= '~' && strchr("\"\\/?#%", id[size]) == NULL) {
        size++;
    }
    return size > 0 && size < ID_MAX && id[size] == '\0';
}

struct region *store_find_region(const struct sim *sim, const char *name)
{
    for (size_t i = 0; i < sim->region_count; i++) {
        if (strcmp(sim->regions[i].name, name) == 0) {
            return (struct region *)&sim->regions[i];
        }
    }
    return NULL;
}

/* Real prefixes where the region exists, made up from its name otherwise. */
static void set_prefixes(struct region *region)
{
    const struct catalog_region *known = catalog_region(region->name);
    unsigned number = (unsigned)(random_hash(region->name, strlen(region->name)) % 800);

    if (known != NULL) {
        snprintf(region->prefix, sizeof(region->prefix), "%s", known->prefix);
    } else {
        snprintf(region->prefix, sizeof(region->prefix), "r%03u", 100 + number);
    }
    for (unsigned zone = 0; zone < ZONES; zone++) {
        char *prefix = region->zone_prefix[zone];
        if (known != NULL) {
            snprintf(prefix, sizeof(region->zone_prefix[zone]), "%s", known->zone_prefix[zone]);
        } else {
            snprintf(prefix, sizeof(region->zone_prefix[zone]), "1%03u", (100 + number + zone) % 1000);
        }
    }
}

struct region *store_add_region(struct sim *sim, const char *name)
{
    if (sim->region_count == REGIONS_MAX || strlen(name) >= sizeof(sim->regions[0].name)) {
        return NULL;
    }
    struct region *region = &sim->regions[sim->region_count++];
    *region = (struct region){.sim = sim};
    snprintf(region->name, sizeof(region->name), "%s", name);
    snprintf(region->api, sizeof(region->api), "https://%s.iaas.cloud.ibm.com/v1", name);
    set_prefixes(region);
    return region;
}

char *store_invent_name(struct region *region, const struct collection *taken, const char *stem)
{
    char name[96];

    do {
        uint64_t number = random_next(&region->sim->random);
        snprintf(name, sizeof(name), "%.50s-%08" PRIx64, stem, number & 0xffffffff);
    } while (collection_named(taken, name) != NULL);
    return mem_copy(name);
}

struct subnet *store_subnet(const struct region *region, const struct vpc *vpc, unsigned zone)
{
    for (size_t i = 0; i < region->subnets.count; i++) {
        struct subnet *subnet = (struct subnet *)region->subnets.items[i];
        if (subnet->vpc == vpc && subnet->zone == zone) {
            return subnet;
        }
    }
    return NULL;
}

static void free_allowed_use(struct allowed_use *use)
{
    free(use->instance);
    free(use->bare_metal_server);
    *use = (struct allowed_use){0};
}

void store_free_instance(void *record)
{
    struct instance *instance = record;

    if (instance == NULL) {
        return;
    }
    free(instance->trusted_profile.id);
    copy_free(instance->initialization);
    free(instance->user_data);
    free(instance->catalog_version);
    free(instance->template_id);
    free(instance->dedicated_host);
    json_decref(instance->cluster_attachments);
    store_free_entity(instance);
}

void store_free_bare_metal(void *record)
{
    struct bare_metal *server = record;

    if (server == NULL) {
        return;
    }
    free(server->trusted_profile.id);
    copy_free(server->initialization);
    free(server->user_data);
    free_allowed_use(&server->allowed_use);
    store_free_entity(server);
}

void store_free_template(void *record)
{
    struct template *template = record;

    if (template == NULL) {
        return;
    }
    json_decref(template->prototype);
    store_free_entity(template);
}

void store_free_membership(void *record)
{
    struct membership *membership = record;

    if (membership == NULL) {
        return;
    }
    free(membership->template_id);
    free(membership->template_name);
    store_free_entity(membership);
}

void store_free_instance_group(void *record)
{
    struct instance_group *group = record;

    collection_free(&group->members, store_free_membership);
    store_free_entity(group);
}

static void free_image(void *record)
{
    struct image *image = record;

    free_allowed_use(&image->allowed_use);
    free(image->deprecation_at);
    free(image->obsolescence_at);
    store_free_entity(image);
}

void store_free_volume(void *record)
{
    struct volume *volume = record;

    free_allowed_use(&volume->allowed_use);
    store_free_entity(volume);
}

void store_region_free(struct region *region)
{
    collection_free(&region->instances, store_free_instance);
    collection_free(&region->bare_metals, store_free_bare_metal);
    collection_free(&region->instance_groups, store_free_instance_group);
    collection_free(&region->templates, store_free_template);
    store_free_template(region->no_template);
    collection_free(&region->instance_profiles, store_free_entity);
    collection_free(&region->bare_metal_profiles, store_free_entity);
    collection_free(&region->placement_groups, store_free_entity);
    collection_free(&region->vnis, store_free_entity);
    collection_free(&region->snapshots, store_free_volume);
    collection_free(&region->volumes, store_free_volume);
    collection_free(&region->images, free_image);
    collection_free(&region->keys, store_free_entity);
    collection_free(&region->subnets, store_free_entity);
    collection_free(&region->vpcs, store_free_entity);
    for (size_t i = 0; i < ZONES; i++) {
        copy_free(region->zones[i]);
    }
    if (region->no_subnet != NULL) {
        store_free_entity(region->no_subnet);
    }
    if (region->no_vpc != NULL) {
        store_free_entity(region->no_vpc);
    }
}

int store_zone(const struct region *region, const char *name)
{
    size_t size = strlen(region->name);

    if (strncmp(name, region->name, size) != 0 || name[size] != '-' || name[size + 1] < '1' ||
        name[size + 1] >= '1' + ZONES || name[size + 2] != '\0') {
        return -1;
    }
    return name[size + 1] - '1';
}

static const char *const status_names[] = {
    [STATUS_DELETING] = "deleting",
    [STATUS_FAILED] = "failed",
    [STATUS_MAINTENANCE] = "maintenance",
    [STATUS_PENDING] = "pending",
    [STATUS_REINITIALIZING] = "reinitializing",
    [STATUS_RESTARTING] = "restarting",
    [STATUS_RUNNING] = "running",
    [STATUS_STARTING] = "starting",
    [STATUS_STOPPED] = "stopped",
    [STATUS_STOPPING] = "stopping",
    [STATUS_HEALTHY] = "healthy",
    [STATUS_SCALING] = "scaling",
    [STATUS_UNHEALTHY] = "unhealthy",
};

static const char *const lifecycle_names[] = {
    [LIFECYCLE_DELETING] = "deleting", [LIFECYCLE_FAILED] = "failed",       [LIFECYCLE_PENDING] = "pending",
    [LIFECYCLE_STABLE] = "stable",     [LIFECYCLE_SUSPENDED] = "suspended", [LIFECYCLE_UPDATING] = "updating",
    [LIFECYCLE_WAITING] = "waiting",
};

static int find_name(const char *const names[], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *store_status_name(unsigned status)
{
    return status_names[status];
}

const char *store_lifecycle_name(unsigned lifecycle)
{
    return lifecycle_names[lifecycle];
}

int store_status(const char *name)
{
    return find_name(status_names, sizeof(status_names) / sizeof(status_names[0]), name);
}

int store_lifecycle(const char *name)
{
    return find_name(lifecycle_names, sizeof(lifecycle_names) / sizeof(lifecycle_names[0]), name);
}

static const char *const confidential_names[] = {"disabled", "sgx", "tdx"};

const char *store_confidential_name(unsigned mode)
{
    return confidential_names[mode];
}

uint8_t store_confidential(const char *name)
{
    int mode = find_name(confidential_names, sizeof(confidential_names) / sizeof(confidential_names[0]), name);

    return mode < 0 ? 0 : (uint8_t)mode;
}
