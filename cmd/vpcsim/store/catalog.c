/* The constants of the simulated account: its resource groups, and the regions that exist. */
#include "vpcsim/store/catalog.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct resource_group resource_groups[] = {
    {"5018a8564e8120570150b0764d39ebcc", "rg-payments"},
    {"a1f0c2d4e6b8090b1c2d3e4f5a6b7c8d", "default"},
    {"0c9d8e7f6a5b4c3d2e1f00112233aabb", "rg-platform"},
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

const struct catalog_region *catalog_region(const char *name)
{
    for (size_t i = 0; i < COUNT(known_regions); i++) {
        if (strcmp(known_regions[i].name, name) == 0) {
            return &known_regions[i];
        }
    }
    return NULL;
}
