/*
 * instance: what instances go through: made from a body, changed, ended.
 */
#ifndef VPCSIM_INSTANCE_H
#define VPCSIM_INSTANCE_H

#include "vpcsim/api/validator.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

/* Which variant of vpc-api.md 2.6 a body is; templates have none by volume. */
enum instance_boot {
    BOOT_NONE,
    BOOT_IMAGE,
    BOOT_CATALOG,
    BOOT_VOLUME,
    BOOT_SNAPSHOT,
};

/*
 * Checks that a body that passed its validator is one of the variants; `is_template` refuses volumes. A body on a
 * source template is merged first (instance_merge).
 */
enum instance_boot instance_variant(const json_t *body, bool is_template, struct reply *reply);

/*
 * The body that a source template and the properties given over it make: a given property replaces the template's
 * whole (assumption). New reference, or NULL with the problem reported. `ret_template` may be NULL.
 */
json_t *instance_merge(const struct region *region, const json_t *body, const struct template **ret_template,
                       struct reply *reply);

/*
 * Makes an instance of a complete body and adds it to the region; it is pending and will be running. NULL with the
 * problems reported otherwise. `template` may be NULL.
 */
struct instance *instance_build(struct region *region, const json_t *body, const char *template_id,
                                struct reply *reply);

/* Adds a new record with its boot volume; name and the borrowed pointers must be set. For generator and loader. */
void instance_add(struct region *region, struct instance *instance, const char *id);

/* Sets a passing status; the next one follows after the transition time. */
void instance_set_status(struct region *region, struct instance *instance, enum status status);

/* The record and what belongs to it are gone. */
void instance_remove(struct region *region, struct instance *instance);

/* The ETag changes. */
void instance_touch(struct instance *instance);

/* Answers with the instance and its ETag. */
void instance_send(const struct request *request, const struct instance *instance, unsigned status,
                   struct reply *reply);

/* The bodies of requests; that of POST is also a template's. */
extern const struct validator instance_create_fields[], instance_patch_fields[], instance_action_fields[],
    instance_reinitialize_fields[];

/* Whether If-Match, if it was sent, names the current ETag; 412 otherwise. */
bool instance_matches(const struct request *request, const struct instance *instance, struct reply *reply);

#endif
