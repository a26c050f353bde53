#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "sim.h"

enum { WORLD_BORN_S = 1775001600 /* 2026-04-01T00:00:00Z */ };

static const struct resource_group resource_groups[] = {
    {"5018a8564e8120570150b0764d39ebcc", "rg-payments"},
    {"a1f0c2d4e6b8090b1c2d3e4f5a6b7c8d", "default"},
    {"0c9d8e7f6a5b4c3d2e1f00112233aabb", "rg-platform"},
};

#define SIZE(family, vcpu, memory, word, arch, maker, disks, disk_size, gpu)                    \
    {                                                                                           \
        family "-" #vcpu "x" #memory, word, arch, maker, vcpu, memory, disks, disk_size, 1, gpu \
    }
#define BALANCED(family, arch, maker, disks)                             \
    SIZE(family, 2, 8, "balanced", arch, maker, disks, 75, NULL),        \
        SIZE(family, 4, 16, "balanced", arch, maker, disks, 150, NULL),  \
        SIZE(family, 8, 32, "balanced", arch, maker, disks, 300, NULL),  \
        SIZE(family, 16, 64, "balanced", arch, maker, disks, 600, NULL), \
        SIZE(family, 32, 128, "balanced", arch, maker, disks, 600, NULL)
#define COMPUTE(family, arch, maker, disks)                             \
    SIZE(family, 2, 4, "compute", arch, maker, disks, 75, NULL),        \
        SIZE(family, 4, 8, "compute", arch, maker, disks, 150, NULL),   \
        SIZE(family, 8, 16, "compute", arch, maker, disks, 300, NULL),  \
        SIZE(family, 16, 32, "compute", arch, maker, disks, 600, NULL), \
        SIZE(family, 32, 64, "compute", arch, maker, disks, 600, NULL)
#define MEMORY(family, arch, maker, disks)                              \
    SIZE(family, 2, 16, "memory", arch, maker, disks, 75, NULL),        \
        SIZE(family, 4, 32, "memory", arch, maker, disks, 150, NULL),   \
        SIZE(family, 8, 64, "memory", arch, maker, disks, 300, NULL),   \
        SIZE(family, 16, 128, "memory", arch, maker, disks, 600, NULL), \
        SIZE(family, 32, 256, "memory", arch, maker, disks, 600, NULL)

/* The order is also the order of pages, and of the generator's choice (generate.c). */
static const struct profile instance_profiles[] = {
    BALANCED("bx2", "amd64", "intel", 0),
    COMPUTE("cx2", "amd64", "intel", 0),
    MEMORY("mx2", "amd64", "intel", 0),
    BALANCED("bx2d", "amd64", "intel", 1),
    COMPUTE("cx2d", "amd64", "intel", 1),
    MEMORY("mx2d", "amd64", "intel", 1),
    BALANCED("bx2a", "amd64", "amd", 0),
    COMPUTE("cx2a", "amd64", "amd", 0),
    MEMORY("mx2a", "amd64", "amd", 0),
    BALANCED("bx3d", "amd64", "intel", 1),
    COMPUTE("cx3d", "amd64", "intel", 1),
    MEMORY("mx3d", "amd64", "intel", 1),
    BALANCED("bxf", "amd64", "intel", 0),
    COMPUTE("cxf", "amd64", "intel", 0),
    BALANCED("bz2", "s390x", "ibm", 0),
    COMPUTE("cz2", "s390x", "ibm", 0),
    MEMORY("mz2", "s390x", "ibm", 0),
    SIZE("gx3", 16, 80, "gpu", "amd64", "intel", 0, 0, "l4"),
    SIZE("gx3", 24, 120, "gpu", "amd64", "intel", 0, 0, "l40s"),
    SIZE("gx3d", 160, 1792, "gpu", "amd64", "intel", 8, 7680, "h100"),
};

static const struct profile bare_metal_profiles[] = {
    {"bx2-metal-96x384", "balanced", "amd64", "intel", 96, 384, 1, 960, 2, NULL},
    {"bx2-metal-192x768", "balanced", "amd64", "intel", 192, 768, 1, 960, 4, NULL},
    {"bx2d-metal-96x384", "balanced", "amd64", "intel", 96, 384, 8, 3200, 2, NULL},
    {"cx2-metal-96x192", "compute", "amd64", "intel", 96, 192, 1, 960, 2, NULL},
    {"mx2-metal-96x768", "memory", "amd64", "intel", 96, 768, 1, 960, 2, NULL},
    {"bz2d-metal-72x1024", "balanced", "s390x", "ibm", 72, 1024, 4, 1600, 2, NULL},
};

static const struct world_region {
    const char *name, *prefix, *zone_prefix[ZONES];
} known_regions[] = {
    {"au-syd", "r026", {"02h7", "02i7", "02j7"}},   {"br-sao", "r042", {"02t7", "02u7", "02v7"}},
    {"ca-mon", "r058", {"03a7", "03b7", "03c7"}},   {"ca-tor", "r038", {"02q7", "02r7", "02s7"}},
    {"eu-de", "r010", {"02b7", "02c7", "02d7"}},    {"eu-es", "r050", {"02w7", "02x7", "02y7"}},
    {"eu-gb", "r018", {"0787", "0797", "07a7"}},    {"in-che", "r066", {"03d7", "03e7", "03f7"}},
    {"in-mum", "r070", {"03g7", "03h7", "03i7"}},   {"jp-osa", "r034", {"02n7", "02o7", "02p7"}},
    {"jp-tok", "r022", {"02e7", "02f7", "02g7"}},   {"us-east", "r014", {"0757", "0767", "0777"}},
    {"us-south", "r006", {"0717", "0727", "0737"}},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct resource_group *world_resource_groups(size_t *ret_count)
{
    *ret_count = COUNT(resource_groups);
    return resource_groups;
}

const struct resource_group *world_resource_group(const char *id)
{
    for (size_t i = 0; i < COUNT(resource_groups); i++) {
        if (strcmp(resource_groups[i].id, id) == 0) {
            return &resource_groups[i];
        }
    }
    return NULL;
}

const struct profile *world_instance_profiles(size_t *ret_count)
{
    *ret_count = COUNT(instance_profiles);
    return instance_profiles;
}

const struct profile *world_bare_metal_profiles(size_t *ret_count)
{
    *ret_count = COUNT(bare_metal_profiles);
    return bare_metal_profiles;
}

static const struct profile *find_profile(const struct profile *profiles, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(profiles[i].name, name) == 0) {
            return &profiles[i];
        }
    }
    return NULL;
}

const struct profile *world_instance_profile(const char *name)
{
    return find_profile(instance_profiles, COUNT(instance_profiles), name);
}

const struct profile *world_bare_metal_profile(const char *name)
{
    return find_profile(bare_metal_profiles, COUNT(bare_metal_profiles), name);
}

static const struct world_region *find_region(const char *name)
{
    for (size_t i = 0; i < COUNT(known_regions); i++) {
        if (strcmp(known_regions[i].name, name) == 0) {
            return &known_regions[i];
        }
    }
    return NULL;
}

bool world_region_known(const char *name)
{
    return find_region(name) != NULL;
}

static uint64_t key_of(const struct region *region, const char *kind, unsigned number)
{
    uint64_t place = random_hash(region->name, strlen(region->name));

    return random_mix(random_mix(place, random_hash(kind, strlen(kind))), number);
}

/* `uuid` may be NULL: derived. Zone -1 gives a regional id. */
static void name_entity(const struct region *region, struct entity *entity, const char *kind, unsigned number, int zone,
                        const char *uuid, const char *name)
{
    char id[ID_MAX];

    entity->key = key_of(region, kind, number);
    entity->name = mem_copy(name);
    entity->created_s = WORLD_BORN_S + (int64_t)number * 60;
    if (uuid != NULL) {
        snprintf(id, sizeof(id), "%s-%s", zone < 0 ? region->prefix : region->zone_prefix[zone], uuid);
        entity->id = mem_copy(id);
    } else if (zone < 0) {
        entity->id = store_regional_id(region, entity->key);
    } else {
        entity->id = store_zonal_id(region, (unsigned)zone, '-', entity->key);
    }
}

static void add_keys(struct region *region)
{
    static const struct {
        const char *name, *uuid, *fingerprint;
    } rows[] = {
        {"ops-ed25519", "82679077-ac3b-4c10-be16-63e9c21f0f45", "SHA256:yxavE4CIOL2NlsqcurRO3xGjkP6m/0mp8ugojH5yxlY"},
        {"ops-rsa", NULL, "SHA256:Qw7o1vYb0m0JpXk2u3p4q5r6s7t8u9v0w1x2y3z4A5B"},
        {"ci-deploy", NULL, "SHA256:J4kL5mN6oP7qR8sT9uV0wX1yZ2aB3cD4eF5gH6iJ7kL"},
    };

    for (unsigned i = 0; i < COUNT(rows); i++) {
        struct key *key = mem_alloc(sizeof(*key));
        name_entity(region, &key->entity, "key", i, -1, rows[i].uuid, rows[i].name);
        snprintf(key->fingerprint, sizeof(key->fingerprint), "%s", rows[i].fingerprint);
        collection_add(region, &region->keys, &key->entity);
    }
}

static void add_images(struct region *region)
{
    static const struct {
        const char *name, *uuid, *architecture, *system, *allowed_instance;
        bool stock, windows;
    } rows[] = {
        {"ibm-ubuntu-24-04-3-minimal-amd64-1", "72b27b5c-f4b0-48bb-b954-5becc7c1dcb8", "amd64", "ubuntu-24-04", NULL,
         true, false},
        {"golden-ubuntu-2404", NULL, "amd64", "ubuntu-24-04",
         "metadata_service.enabled == true && metadata_service.protocol == 'https'", false, false},
        {"ibm-windows-server-2022-full-standard-amd64-20", NULL, "amd64", "windows-2022", NULL, true, true},
        {"ibm-redhat-9-6-minimal-amd64-2", NULL, "amd64", "red-9", NULL, true, false},
        {"legacy-centos-7", NULL, "amd64", "centos-7",
         "metadata_service.enabled == false || metadata_service.protocol == \"http\"", false, false},
        {"ibm-zos-3-1-s390x-4", NULL, "s390x", "zos-3-1", NULL, true, false},
        {"ibm-ubuntu-24-04-3-minimal-s390x-1", NULL, "s390x", "ubuntu-24-04", NULL, true, false},
        {"app-base-2026-07", NULL, "amd64", "ubuntu-24-04", "vcpu.count >= 4", false, false},
    };

    for (unsigned i = 0; i < COUNT(rows); i++) {
        struct image *image = mem_alloc(sizeof(*image));
        name_entity(region, &image->entity, "image", i, -1, rows[i].uuid, rows[i].name);
        image->architecture = rows[i].architecture;
        image->system = rows[i].system;
        image->stock = rows[i].stock;
        image->windows = rows[i].windows;
        image->allowed_use.instance = mem_copy(rows[i].allowed_instance);
        snprintf(image->allowed_use.api_version, sizeof(image->allowed_use.api_version), "2026-06-23");
        collection_add(region, &region->images, &image->entity);
    }
}

static void add_disks(struct region *region, struct collection *collection, const char *kind, unsigned count,
                      const char *const uuids[2])
{
    for (unsigned i = 0; i < count; i++) {
        struct volume *volume = mem_alloc(sizeof(*volume));
        char name[48];
        snprintf(name, sizeof(name), "%s-%u", kind, i + 1);
        name_entity(region, &volume->entity, kind, i, -1, i < 2 ? uuids[i] : NULL, name);
        volume->capacity = 100;
        snprintf(volume->allowed_use.api_version, sizeof(volume->allowed_use.api_version), "2026-06-23");
        collection_add(region, collection, &volume->entity);
    }
}

static void add_spares(struct region *region)
{
    static const char *const volumes[2] = {"1a6b7274-678d-4dfb-8981-c71dd9d4daa5",
                                           "5f0a2a3e-3f7b-4a55-9a2f-0a4d4c9a8e21"};
    static const char *const snapshots[2] = {"f6bfa329-0e36-433f-a3bb-0df632e79263", NULL};

    add_disks(region, &region->volumes, "spare-volume", 8, volumes);
    add_disks(region, &region->snapshots, "snapshot", 3, snapshots);
    for (unsigned i = 0; i < 8; i++) {
        struct vni *vni = mem_alloc(sizeof(*vni));
        char name[32];
        snprintf(name, sizeof(name), "spare-vni-%u", i + 1);
        name_entity(region, &vni->entity, "vni", i, (int)(i % ZONES),
                    i == 0 ? "54eb57ee-86f2-4796-90bb-d7874e0831ef" : NULL, name);
        collection_add(region, &region->vnis, &vni->entity);
    }
    for (unsigned i = 0; i < 3; i++) {
        struct placement_group *group = mem_alloc(sizeof(*group));
        char name[32];
        snprintf(name, sizeof(name), "spread-%u", i + 1);
        name_entity(region, &group->entity, "placement-group", i, -1, NULL, name);
        collection_add(region, &region->placement_groups, &group->entity);
    }
}

struct vpc *world_add_vpc(struct region *region, const char *name, const char *id)
{
    static const char first_vpc[] = "4727d842-f94f-4a2d-824a-9bc9b02c523b";
    static const char first_subnet[] = "7ec86020-1c6e-4889-b3f0-a15f2e50f87e";
    unsigned number = (unsigned)region->vpcs.count;
    struct vpc *vpc = mem_alloc(sizeof(*vpc));

    name_entity(region, &vpc->entity, "vpc", number, -1, number == 0 ? first_vpc : NULL, name);
    if (id != NULL) {
        free(vpc->entity.id);
        vpc->entity.id = mem_copy(id);
    }
    vpc->resource_group = &resource_groups[number % COUNT(resource_groups)];
    collection_add(region, &region->vpcs, &vpc->entity);
    for (unsigned zone = 0; zone < ZONES; zone++) {
        struct subnet *subnet = mem_alloc(sizeof(*subnet));
        char subnet_name[128];
        snprintf(subnet_name, sizeof(subnet_name), "%s-subnet-%u", name, zone + 1);
        subnet->number = number * ZONES + zone;
        name_entity(region, &subnet->entity, "subnet", subnet->number, (int)zone,
                    subnet->number == 0 ? first_subnet : NULL, subnet_name);
        subnet->vpc = vpc;
        subnet->zone = zone;
        collection_add(region, &region->subnets, &subnet->entity);
    }
    return vpc;
}

struct subnet *world_subnet(const struct region *region, const struct vpc *vpc, unsigned zone)
{
    for (size_t i = 0; i < region->subnets.count; i++) {
        struct subnet *subnet = (struct subnet *)region->subnets.items[i];
        if (subnet->vpc == vpc && subnet->zone == zone) {
            return subnet;
        }
    }
    return NULL;
}

static void add_vpcs(struct region *region)
{
    static const char *const names[] = {"vpc-prod", "vpc-stage", "vpc-dev", "vpc-data", "vpc-edge"};

    for (unsigned i = 0; i < region->sim->options.vpcs; i++) {
        char name[32];
        if (i < COUNT(names)) {
            snprintf(name, sizeof(name), "%s", names[i]);
        } else {
            snprintf(name, sizeof(name), "vpc-tenant-%02u", i + 1);
        }
        world_add_vpc(region, name, NULL);
    }
}

void world_furnish(struct region *region)
{
    const struct world_region *known = find_region(region->name);

    for (unsigned zone = 0; zone < ZONES; zone++) {
        if (known != NULL) {
            snprintf(region->prefix, sizeof(region->prefix), "%s", known->prefix);
            snprintf(region->zone_prefix[zone], sizeof(region->zone_prefix[zone]), "%s", known->zone_prefix[zone]);
        } else {
            unsigned number = (unsigned)(random_hash(region->name, strlen(region->name)) % 800);
            snprintf(region->prefix, sizeof(region->prefix), "r%03u", 100 + number);
            snprintf(region->zone_prefix[zone], sizeof(region->zone_prefix[zone]), "1%03u",
                     (100 + number + zone) % 1000);
        }
    }
    snprintf(region->api, sizeof(region->api), "https://%s.iaas.cloud.ibm.com/v1", region->name);
    add_keys(region);
    add_images(region);
    add_vpcs(region);
    add_spares(region);
}
