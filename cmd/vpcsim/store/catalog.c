/* The constants of the simulated account: resource groups, profiles of servers, and the regions that exist. */
#include "vpcsim/store/catalog.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

/* The order is also the order of pages, and of the choice of fixtures/generate.c. */
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

static const struct catalog_region known_regions[] = {
    {"au-syd", "r026", {"02h7", "02i7", "02j7"}},   {"br-sao", "r042", {"02t7", "02u7", "02v7"}},
    {"ca-mon", "r058", {"03a7", "03b7", "03c7"}},   {"ca-tor", "r038", {"02q7", "02r7", "02s7"}},
    {"eu-de", "r010", {"02b7", "02c7", "02d7"}},    {"eu-es", "r050", {"02w7", "02x7", "02y7"}},
    {"eu-gb", "r018", {"0787", "0797", "07a7"}},    {"in-che", "r066", {"03d7", "03e7", "03f7"}},
    {"in-mum", "r070", {"03g7", "03h7", "03i7"}},   {"jp-osa", "r034", {"02n7", "02o7", "02p7"}},
    {"jp-tok", "r022", {"02e7", "02f7", "02g7"}},   {"us-east", "r014", {"0757", "0767", "0777"}},
    {"us-south", "r006", {"0717", "0727", "0737"}},
};

const struct resource_group *catalog_resource_groups(size_t *ret_count)
{
    *ret_count = COUNT(resource_groups);
    return resource_groups;
}

const struct resource_group *catalog_resource_group(const char *id)
{
    for (size_t i = 0; i < COUNT(resource_groups); i++) {
        if (strcmp(resource_groups[i].id, id) == 0) {
            return &resource_groups[i];
        }
    }
    return NULL;
}

const struct profile *catalog_instance_profiles(size_t *ret_count)
{
    *ret_count = COUNT(instance_profiles);
    return instance_profiles;
}

const struct profile *catalog_bare_metal_profiles(size_t *ret_count)
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

const struct profile *catalog_instance_profile(const char *name)
{
    return find_profile(instance_profiles, COUNT(instance_profiles), name);
}

const struct profile *catalog_bare_metal_profile(const char *name)
{
    return find_profile(bare_metal_profiles, COUNT(bare_metal_profiles), name);
}

const struct catalog_region *catalog_region(const char *name)
{
    for (size_t i = 0; i < COUNT(known_regions); i++) {
        if (strcmp(known_regions[i].name, name) == 0) {
            return &known_regions[i];
        }
    }
    return NULL;
}
