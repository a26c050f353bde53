#include "generate.h"

#include <stdio.h>
#include <string.h>

#include "bare_metal.h"
#include "generator.h"
#include "links.h"
#include "mem/mem.h"
#include "world.h"

/* Roles and how many of a hundred servers play them. */
static const struct role {
    const char *name;
    unsigned share;
} roles[GENERATOR_ROLES] = {{"web", 30},    {"api", 20},  {"db", 10}, {"cache", 8},
                            {"worker", 20}, {"batch", 6}, {"gw", 4},  {"ci", 2}};

bool generator_chance(struct generator *generator, unsigned permille)
{
    return random_chance(&generator->random, permille) && generator->options->mix == MIX_REAL;
}

const char *generator_role(unsigned number)
{
    return roles[number].name;
}

const struct resource_group *generator_resource_group(unsigned number)
{
    size_t count;
    const struct resource_group *groups = world_resource_groups(&count);

    return &groups[number % count];
}

unsigned generator_pick_role(struct generator *generator)
{
    unsigned point = random_below(&generator->random, 100);

    for (unsigned i = 0; i < GENERATOR_ROLES; i++) {
        if (point < roles[i].share) {
            return i;
        }
        point -= roles[i].share;
    }
    return 0;
}

struct metadata generator_metadata(struct generator *generator, bool supported)
{
    struct metadata metadata = {.hop_limit = 1};
    bool enabled = generator_chance(generator, 430) && supported;
    bool https = generator_chance(generator, enabled ? 600 : 60);
    unsigned hops = random_below(&generator->random, 1000);

    if (generator->options->all_disabled || generator->options->mix == MIX_PLAIN) {
        return metadata;
    }
    metadata.enabled = enabled;
    metadata.https = https;
    metadata.hop_limit = hops < 800 ? 1 : hops < 930 ? 2 : 3 + (int)(hops % 62);
    return metadata;
}

void generator_trusted_profile(struct generator *generator, struct trusted_profile *profile)
{
    char uuid[UUID_SIZE];
    char id[64];
    unsigned number = random_below(&generator->random, 6);

    if (!generator_chance(generator, 120)) {
        return;
    }
    random_uuid(generator->options->seed + number, 77, uuid);
    snprintf(id, sizeof(id), "Profile-%s", uuid);
    profile->id = mem_copy(number == 0 ? WORLD_TRUSTED_PROFILE : id);
    profile->auto_link = generator_chance(generator, 500);
}

static void make_instances(struct generator *generator, unsigned made)
{
    for (unsigned i = made; i < generator->options->instances; i++) {
        unsigned role = generator_pick_role(generator);
        char name[32];
        snprintf(name, sizeof(name), "%s-%04u", roles[role].name, ++generator->counters[role]);
        generator_instance(generator, name, NULL);
    }
}

static void make_bare_metals(struct generator *generator)
{
    struct region *region = generator->region;
    size_t profiles;

    for (unsigned i = 0; i < generator->options->bare_metals; i++) {
        struct bare_metal *server = mem_alloc(sizeof(*server));
        char name[32];
        unsigned number = random_below(&generator->random, 1000);
        snprintf(name, sizeof(name), "bm-%03u", i + 1);
        server->entity.key = random_next(&generator->random);
        server->entity.name = mem_copy(name);
        server->entity.created_s = GENERATOR_BORN_S + (int64_t)i * 7200;
        const struct profile *all = world_bare_metal_profiles(&profiles);
        server->profile = &all[generator_chance(generator, 80) ? profiles - 1 : number % (profiles - 1)];
        bool s390x = strcmp(server->profile->architecture, "s390x") == 0;
        server->image = collection_named(&region->images, s390x ? "ibm-ubuntu-24-04-3-minimal-s390x-1"
                                                                : "ibm-ubuntu-24-04-3-minimal-amd64-1");
        server->metadata = generator_metadata(generator, !s390x);
        server->metadata.hop_limit = 0;
        size_t vpc = number % region->vpcs.count;
        server->zone = (uint8_t)(number % ZONES);
        server->vpc = (struct vpc *)region->vpcs.items[vpc];
        server->subnet = (struct subnet *)region->subnets.items[vpc * ZONES + server->zone];
        server->resource_group = generator_resource_group(number);
        server->interface_style = generator_chance(generator, 300);
        server->keys = 1;
        server->status = generator_chance(generator, 100) ? STATUS_STOPPED : STATUS_RUNNING;
        server->lifecycle = LIFECYCLE_STABLE;
        generator_trusted_profile(generator, &server->trusted_profile);
        bare_metal_add(region, server, NULL);
        links_add_server(region, &server->trusted_profile, "bare-metal-server", server->zone, &server->entity);
    }
}

void generate_fleet(struct sim *sim)
{
    for (size_t i = 0; i < sim->options.region_count; i++) {
        struct region *region = store_region(sim, sim->options.regions[i]);
        struct generator generator = {
            .region = region,
            .options = &sim->options,
            .random = {random_mix(sim->options.seed, random_hash(region->name, strlen(region->name)))},
        };
        generator_templates(&generator);
        make_instances(&generator, generator_groups(&generator));
        make_bare_metals(&generator);
    }
}
