/*
 * state: the whole account in one JSON document, for jq in tests, and back into the store.
 *
 * The document: {"vpcsim_state": 1, "instances": [..], "templates": [..], "bare_metal_servers": [..], "groups": [..],
 * "memberships": [..], "images": [..], "links": [..]}. Every item has kind, region, id, name and, where there are any,
 * enabled, protocol, response_hop_limit (of templates: as instances will get them), default_trusted_profile
 * {id, auto_link} or null.
 */
#ifndef VPCSIM_STATE_H
#define VPCSIM_STATE_H

#include "err/err.h"
#include "store.h"
#include "text/text.h"

void state_append(const struct sim *sim, struct text *out);

/*
 * Adds what a file holds: a document of state_append, a list that vpcmeta printed ({"items": [{kind, ..}]}), or
 * collections of the API ({"instances": [..]}, "templates", "bare_metal_servers"). What such an item does not say is
 * made up; VPCs and regions are added as they are met. Error: ERR_USAGE with the item that is wrong.
 */
bool state_load(struct sim *sim, const char *path, struct err *e) __attribute__((warn_unused_result));

#endif
