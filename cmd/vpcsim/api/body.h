/*
 * body: answers from patterns. A pattern is JSON written with ' for ", in which @name@ stands for what the field
 * of that name appends; it is compiled once, so that a body costs little more than copying it.
 */
#ifndef VPCSIM_BODY_H
#define VPCSIM_BODY_H

#include "text/text.h"
#include "vpcsim/store/store.h"

/* What a field may look at. */
struct body_view {
    const struct region *region;
    const void *record;
};

struct body_field {
    const char *name;
    void (*append)(struct text *out, const struct body_view *view);
};

struct body;

/* `fields` ends with a NULL name and must outlive the body, as must the pattern. */
struct body *body_compile(const char *pattern, const struct body_field *fields);
void body_destroy(struct body *body);
void body_render(const struct body *body, struct text *out, const struct body_view *view);

/* All patterns of the simulator. */
struct bodies {
    struct body *instance, *bare_metal, *vpc, *subnet, *image, *instance_profile, *bare_metal_profile, *group, *volume;
};

struct bodies *bodies_create(void);
void bodies_destroy(struct bodies *bodies);

/* One record, appended to `out`. */
void render_instance(const struct region *region, const struct instance *instance, struct text *out);
void render_bare_metal(const struct region *region, const struct bare_metal *server, struct text *out);
void render_vpc(const struct region *region, const struct vpc *vpc, struct text *out);
void render_subnet(const struct region *region, const struct subnet *subnet, struct text *out);
void render_template(const struct region *region, const struct template *template, struct text *out);

/* Patterns and fields of each kind (render_*.c). */
extern const char render_instance_pattern[], render_bare_metal_pattern[], render_vpc_pattern[], render_subnet_pattern[];
extern const struct body_field render_instance_fields[], render_bare_metal_fields[], render_vpc_fields[],
    render_subnet_fields[];

/* Pieces that several kinds share (render_parts.c). */

/* {"crn":..,"href":..,"id":..,"name":..[,"resource_type":..]}; zone -1 for regional resources. */
struct reference {
    const char *crn_type;      /* "vpc" */
    const char *path;          /* "vpcs" */
    const char *resource_type; /* NULL: the member is left out */
    int zone;
};
void render_reference(const struct region *region, const struct entity *entity, const struct reference *what,
                      struct text *out);
void render_crn(const struct region *region, const char *type, int zone, const char *id, struct text *out);
void render_resource_group(const struct resource_group *group, struct text *out);
void render_zone(const struct region *region, unsigned zone, struct text *out);
void render_stamp(int64_t wall_s, struct text *out);
/* The uuid derived from the record's key. */
void render_uuid(uint64_t key, unsigned salt, struct text *out);
/* A reserved IP, a subnet's address derived from the record. */
void render_primary_ip(const struct region *region, const struct entity *entity, const struct subnet *subnet,
                       const char *suffix, struct text *out);
void render_subnet_reference(const struct region *region, const struct subnet *subnet, struct text *out);
void render_vpc_reference(const struct region *region, const struct vpc *vpc, struct text *out);
void render_image_reference(const struct region *region, const struct image *image, struct text *out);
void render_keys(const struct region *region, uint64_t keys, struct text *out);
/* {"auto_link":..,"target":{..}}; the CRN of a profile. */
void render_trusted_profile(const struct trusted_profile *profile, struct text *out);
void render_profile_crn(const char *profile_id, struct text *out);
/* What initialization tells in the control plane and inside the server alike: profile and keys, the object still open. */
void render_initialization(const struct region *region, const struct instance *instance, struct text *out);
/* The record's ETag. */
void render_etag(const struct entity *entity, uint64_t version, char etag[UUID_SIZE + 4]);

#endif
