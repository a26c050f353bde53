/*
 * generator: what the parts of generate.h share.
 */
#ifndef VPCSIM_GENERATOR_H
#define VPCSIM_GENERATOR_H

#include "sim.h"

enum {
    GENERATOR_BORN_S = 1777593600,     /* 2026-05-01T00:00:00Z: when the oldest things were made */
    GENERATOR_BIRTHS_MINUTES = 120000, /* within which the instances were made */
    GENERATOR_ROLES = 8,
};

struct generator {
    struct region *region;
    struct random random;
    const struct options *options;
    unsigned counters[GENERATOR_ROLES];
};

/* True in `permille` of a thousand cases, never in a plain fleet. */
bool generator_chance(struct generator *generator, unsigned permille);

/* "web": what servers are called after; number below GENERATOR_ROLES. */
const char *generator_role(unsigned number);
/* One of them, some more often than others. */
unsigned generator_pick_role(struct generator *generator);

const struct resource_group *generator_resource_group(unsigned number);
struct metadata generator_metadata(struct generator *generator, bool supported);
void generator_trusted_profile(struct generator *generator, struct trusted_profile *profile);

/* generate_instances.c: members of a group live in its subnet and are plain otherwise; NULL: no member. */
struct instance *generator_instance(struct generator *generator, const char *name, const struct group *group);

/* generate_templates.c: what the options ask for; groups tell how many instances became members. */
void generator_templates(struct generator *generator);
unsigned generator_groups(struct generator *generator);

#endif
