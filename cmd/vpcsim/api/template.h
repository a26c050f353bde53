/*
 * template: instance templates as the other parts see them.
 */
#ifndef VPCSIM_TEMPLATE_H
#define VPCSIM_TEMPLATE_H

#include "vpcsim/store/store.h"

/* Adds a template; takes the prototype, whose name and resource group move into the record. `id` NULL: derived. */
struct template *template_add(struct region *region, const char *name, const char *id, uint64_t key, json_t *prototype);

/* Whether new instances are linked to a default trusted profile: such templates are not for groups. */
bool template_links(const struct template *template);

/* The settings that instances of it get: absent ones are false, http, 1. */
struct metadata template_metadata(const struct template *template);

/* The profile that they get, borrowed from the template; id NULL: none. */
void template_trusted_profile(const struct template *template, struct trusted_profile *ret_profile);

#endif
