/*
 * render: answers from templates, and the pieces that several kinds share. A template is JSON written with ' for ", in
 * which @name@ stands for what the field of that name appends; it is compiled once, so that a body costs little more
 * than copying it.
 */
#ifndef VPCSIM_RENDER_H
#define VPCSIM_RENDER_H

#include "text/text.h"
#include "vpcsim/store/store.h"

/* What a field is made of. */
struct response_view {
    const struct region *region;
    const void *record;
};

struct response_field {
    const char *name;
    void (*append)(struct text *out, const struct response_view *view);
};

/* A field of a `type`, which its code, in braces behind it, knows by the name `its`; it may use out and region, too. */
#define RESPONSE_FIELD(type, its, name)                                                          \
    static void name##_of(struct text *out, const struct region *region, const type *its);       \
    static void append_##name(struct text *out, const struct response_view *view)                \
    {                                                                                            \
        name##_of(out, view->region, view->record);                                              \
    }                                                                                            \
    static void name##_of(struct text *out, __attribute__((unused)) const struct region *region, \
                          __attribute__((unused)) const type *its)

/* Compiled templates, one a kind; NULL: not needed so far. */
struct response_templates {
    struct response_template *instance, *bare_metal, *vpc, *subnet;
};

struct response_templates *response_templates_create(void);
void response_templates_destroy(struct response_templates *templates);

/* Appends the record; `pattern` is compiled into `*compiled` where that is NULL. `fields` end with a NULL name. */
void response_render(struct response_template **compiled, const char *pattern, const struct response_field *fields,
                     const struct region *region, const void *record, struct text *out);

/* Appends the body that the simulator makes of a record. */
typedef void render_body(const struct region *region, const struct entity *entity, struct text *out);

/* Appends the record as it is served: as a copy recorded it, and what has changed since as `body` has it. */
void render_recorded(const struct region *region, const struct entity *entity, render_body *body, struct text *out);

/* One record, appended to `out`. */
void render_instance(const struct region *region, const struct instance *instance, struct text *out);
void render_bare_metal(const struct region *region, const struct bare_metal *server, struct text *out);
void render_vpc(const struct region *region, const struct vpc *vpc, struct text *out);
void render_key(const struct region *region, const struct key *key, struct text *out);

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
/* IAM's own form: 2026-08-14T09:30+0000. */
void render_iam_stamp(int64_t wall_s, struct text *out);
/* The uuid derived from the record's key. */
void render_uuid(uint64_t key, unsigned salt, struct text *out);
/* A reserved IP, a subnet's address derived from the record. */
void render_primary_ip(const struct region *region, const struct entity *entity, const struct subnet *subnet,
                       const char *suffix, struct text *out);
void render_subnet_reference(const struct region *region, const struct subnet *subnet, struct text *out);
void render_vpc_reference(const struct region *region, const struct vpc *vpc, struct text *out);
void render_image_reference(const struct region *region, const struct image *image, struct text *out);
void render_keys(const struct region *region, uint64_t keys, struct text *out);
/* {"auto_link":..,"target":{..}} */
void render_trusted_profile(const struct region *region, const struct trusted_profile *profile, struct text *out);
/* Initialization as the control plane has it: user_data is no part of it. */
void render_initialization(const struct region *region, const struct instance *instance, struct text *out);
void render_bare_metal_initialization(const struct region *region, const struct bare_metal *server, struct text *out);
/* The boot volume's attachment, as the volume has it in volume_attachments. */
void render_volume_attachment(const struct region *region, const struct instance *instance, struct text *out);
/* The tree of a record that was rendered: whatever a copy may hold; NULL: it is no JSON. */
json_t *render_tree(const struct text *body);
/* The record's ETag. */
void render_etag(const struct entity *entity, uint64_t version, char etag[UUID_SIZE + 4]);

#endif
