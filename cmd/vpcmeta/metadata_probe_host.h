/* metadata_probe_host: what the machine itself shows of who may reach the metadata service, and how clients would. */
#ifndef VPCMETA_METADATA_PROBE_HOST_H
#define VPCMETA_METADATA_PROBE_HOST_H

#include <stdbool.h>

#include "text/text.h"

/* Free with metadata_probe_host_free. */
struct metadata_probe_host {
    bool in_container;       /* this program runs in one, as far as that shows */
    struct text bridges;     /* network bridges that containers and guests are behind: "docker0, cni0" */
    bool forwards;           /* the kernel forwards IPv4 */
    unsigned logins;         /* users other than root with a login shell, of /etc/passwd */
    unsigned users;          /* users other than root of whom a process runs */
    struct text http_proxy;  /* the variable that names a proxy for http, or "" */
    struct text https_proxy; /* the same for https */
    struct text no_proxy;    /* the variable that lists what goes without one: as it is set, or NO_PROXY */
    bool has_no_proxy;       /* it is set */
    bool address_is_direct;  /* it covers 169.254.169.254 */
    bool name_is_direct;     /* and api.metadata.cloud.ibm.com */
};

#define METADATA_PROBE_NO_PROXY "169.254.169.254,api.metadata.cloud.ibm.com"

/* Looks only, at files and the environment; starts no program. */
void metadata_probe_host_read(struct metadata_probe_host *ret);
void metadata_probe_host_free(struct metadata_probe_host *host); /* for CLEANUP */

#endif
