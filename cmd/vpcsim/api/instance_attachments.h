/*
 * instance_attachments: what is attached to an instance, as JSON that is appended to `out` (vpc-api.md 2.3).
 */
#ifndef VPCSIM_INSTANCE_ATTACHMENTS_H
#define VPCSIM_INSTANCE_ATTACHMENTS_H

#include "text/text.h"
#include "vpcsim/store/store.h"

/* The attachment of the boot volume. */
void instance_render_boot_attachment(const struct region *region, const struct instance *instance, struct text *out);

/* The list of the attachments of all volumes, that of the boot volume first. */
void instance_render_attachments(const struct region *region, const struct instance *instance, struct text *out);

/* The list of the attachments to cluster networks. */
void instance_render_cluster_attachments(const struct region *region, const struct instance *instance,
                                         struct text *out);

/* The network interface, which an instance has in either style. */
void instance_render_interface(const struct region *region, const struct instance *instance, struct text *out);

/* The attachment of an instance with a virtual network interface. */
void instance_render_network_attachment(const struct region *region, const struct instance *instance, struct text *out);

#endif
