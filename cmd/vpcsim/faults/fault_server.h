/*
 * fault_server: what another client does to the server that the path of a request names, just before the request.
 */
#ifndef VPCSIM_FAULT_SERVER_H
#define VPCSIM_FAULT_SERVER_H

#include "vpcsim/http/request.h"

/* Changes what `set` has: "metadata_service", "name" ({name}: the old one), of an instance "status" and its ETag. */
void fault_server_change(struct request *request, const json_t *set);

/* Deletes it; with `recreate` there is another one of its name afterwards. */
void fault_server_delete(struct request *request, bool recreate);

#endif
