/* fleet_reason: reasons of several resources that say the same, in other words. */
#ifndef FLEET_FLEET_REASON_H
#define FLEET_FLEET_REASON_H

#include "resource/resource_list.h"
#include "text/text.h"

/*
 * Appends what `size` bytes of a reason have in common with those that say the same of other resources: without
 * numbers, ids, quoted words, and the resource's own.
 */
void fleet_reason_key(const char *reason, size_t size, const struct resource *resource, struct text *out);

/*
 * Appends one line for reasons of the same key, at least one: where they differ in a word, the first one's and how many
 * other ones there are: "volume r010-1 (and 2 others) allows only ...".
 */
void fleet_reason_join(const char *const reasons[], size_t count, struct text *out);

#endif
