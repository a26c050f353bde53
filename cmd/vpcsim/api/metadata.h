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
 * The instance that asks; NULL: it is a bare metal server, and a reply says that there is no such path. The request's
 * region is the instance's then.
 */
const struct instance *metadata_open(struct request *request, struct reply *reply);

/* What the control plane says about the instance, its initialization, the VPC that it is in. New references. */
json_t *metadata_instance_body(const struct region *region, const struct instance *instance);
json_t *metadata_initialization_body(const struct region *region, const struct instance *instance);
json_t *metadata_vpc_body(const struct region *region, const struct vpc *vpc);

/*
 * A copy of a value without hrefs, of its objects the members that `selection` names ("id name volume{crn id}"), those
 * that are there; "": all of them. A name without braces takes all members below it.
 */
json_t *metadata_select(const json_t *value, const char *selection);

/* The same of an array that is a member of a body; an empty one where the body has none. */
json_t *metadata_array(const json_t *body, const char *name, const char *selection);

/* Appends a body as the service writes it: members in the order of their names, times of whole seconds. */
void metadata_append(struct text *out, const json_t *body);

/* Answers with that; takes the body. NULL, of a record that cannot be read: the answer is 500. */
void metadata_send(struct reply *reply, json_t *body);

/* A list under its name, or the one item that the path names; takes the list. */
void metadata_send_items(struct request *request, struct reply *reply, const char *name, json_t *items);

#endif
