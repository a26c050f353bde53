/*
 * metadata: what the files of the metadata API (vpc-api.md 5.3) share. Its bodies are made of the control plane's, so
 * that ids and names are the same in both, without their hrefs.
 */
#ifndef VPCSIM_METADATA_H
#define VPCSIM_METADATA_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"
#include "json/json.h"

/*
 * The instance that asks, with version, path and token checked; NULL: a reply says why not. The request's region is the
 * instance's then.
 */
const struct instance *metadata_open(struct request *request, struct reply *reply);

/* What the control plane says about the instance; the VPC that it is in. New references. */
json_t *metadata_instance_body(const struct region *region, const struct instance *instance);
json_t *metadata_vpc_body(const struct region *region, const struct vpc *vpc);

/*
 * A copy of a value without hrefs, of its objects the members that `selection` names ("id name volume{crn id}"), those
 * that are there; "": all of them. A name without braces takes all members below it.
 */
json_t *metadata_select(const json_t *value, const char *selection);

/* Answers with the body, its members in the order of their names; takes it. */
void metadata_send(struct reply *reply, json_t *body);

/* A list under its name, or the one item that the path names; takes the list. */
void metadata_send_items(struct request *request, struct reply *reply, const char *name, json_t *items);

#endif
