/*
 * resource_create: create bodies: what they ask for, and settings that are laid over them. Pure.
 *
 * A body may build on an instance template: then the template's members count that the body does not replace
 * (vpc-api.md 2.9).
 */
#ifndef RESOURCE_RESOURCE_CREATE_H
#define RESOURCE_RESOURCE_CREATE_H

#include "resource/resource.h"

/*
 * The body with the template's members where it has none of its own; a source of the boot volume that the body gives
 * replaces the template's, of whatever sort. Without source_template. New reference.
 */
json_t *resource_over_template(const json_t *source, const json_t *body);

/*
 * Makes a body over a template say the same however the API reads it: whether a given metadata_service merges with the
 * template's or replaces it is not documented, so where it says anything it says everything.
 */
void resource_complete_metadata(const struct resource_kind *kind, json_t *body, const json_t *source);

/* Gives the body the template's trusted profile where it has none, so that auto_link can be laid over it. */
void resource_take_profile(json_t *body, const json_t *source);

/* Whether the API itself gives a template that member, besides those of its body (vpc-api.md 2.9). */
bool resource_is_assigned(const char *member);

/* The body, without the name, that creates a template again, from the API's answer about it. New reference. */
json_t *resource_template_body(json_t *answer);

/*
 * A body that creates a server like the one of the answer, in the same subnets but with network interfaces and a boot
 * volume of its own; without a name. `initialization` is what the API tells of keys and trusted profile
 * (vpc-api.md 2.14, 2.15), NULL when that is not known. Members of the answer that are null or absent are left out.
 * Appends a line to `ret_notes` about each part that has to be added by hand. New reference.
 */
json_t *resource_server_body(const struct resource_kind *kind, const json_t *answer, const json_t *initialization,
                             struct text *ret_notes) __attribute__((warn_unused_result));

/* The settings that the body asks for. Strings are borrowed from it. */
struct resource_settings resource_create_settings(const struct resource_kind *kind, const json_t *body);

/*
 * What tells a resource from another one of the same name: profile, zone, VPC, image, boot volume, catalog version, as
 * {"profile":"bx2-2x8",...}, from a create body or from an answer of the API. An identity counts as its id or name
 * however it is written (vpc-api.md 2.5). New reference.
 */
json_t *resource_identity(const json_t *body);

/*
 * Appends what in the body can exist once only, so that no two resources can be made from it:
 * "boot_volume_attachment.volume.name, ...". Names, addresses and identities of volumes, virtual network interfaces
 * and reserved IPs.
 */
void resource_append_unique(const json_t *body, struct text *ret);

/*
 * Whether `found` is what `asked` describes. What the answers do not always tell is compared where they do. Appends
 * to `ret_how`, where they differ, "profile cx2-2x4 instead of bx2-2x8, ...".
 */
bool resource_same_identity(const json_t *asked, const json_t *found, struct text *ret_how);

#endif
