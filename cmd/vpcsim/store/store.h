/*
 * store: what exists in the simulated account, as compact records; bodies are made of them when they are asked for.
 *
 * Everything hangs off struct sim and is guarded by the one lock of the server: handlers run one at a time. Records
 * are owned by their collection; pointers between records are borrowed and kept valid by the deletion rules of the
 * API (what is referred to cannot be deleted).
 */
#ifndef VPCSIM_STORE_H
#define VPCSIM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem/mem.h"
#include "vpcsim/store/random.h"
#include "json/json.h"

enum { POSITION_STEP = 1 << 20 }; /* between records of one order, so that others fit in */
enum { ZONES = 3, REGIONS_MAX = 16, KEYS_MAX = 64, ID_MAX = 64, REGION_NAME_MAX = 32, ACCOUNT_MAX = 40 };

/* The account that CRNs name where nothing was loaded that names another: sim->account. */
#define ACCOUNT_DEFAULT "3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b"

struct region;
struct copy;

/* What every record begins with. */
struct entity {
    uint64_t position; /* order in lists, that of creation in the region; pages are keyed by it */
    uint64_t key;      /* seeds the identifiers of everything inside the record */
    char *id, *name;
    int64_t created_s;
    struct copy *copy; /* what a copy of a fleet recorded (copy.h); NULL: made here */
};

struct collection {
    struct entity **items; /* by position */
    size_t count, capacity;
    struct mem_map by_id, by_name;
};

enum status {
    STATUS_DELETING,
    STATUS_FAILED,
    STATUS_MAINTENANCE,
    STATUS_PENDING,
    STATUS_REINITIALIZING,
    STATUS_RESTARTING,
    STATUS_RUNNING,
    STATUS_STARTING,
    STATUS_STOPPED,
    STATUS_STOPPING,
    STATUS_HEALTHY,
    STATUS_SCALING,
    STATUS_UNHEALTHY,
};

enum lifecycle {
    LIFECYCLE_DELETING,
    LIFECYCLE_FAILED,
    LIFECYCLE_PENDING,
    LIFECYCLE_STABLE,
    LIFECYCLE_SUSPENDED,
    LIFECYCLE_UPDATING,
    LIFECYCLE_WAITING,
};

struct metadata {
    bool enabled, https;
    int hop_limit; /* 0 on bare metal, which has none */
};

struct trusted_profile {
    char *id; /* NULL: none */
    bool auto_link;
};

/* Expressions of the language of vpc-api.md 4.3; NULL reads as "true". */
struct allowed_use {
    char *instance, *bare_metal_server;
    char api_version[12];
};

struct resource_group {
    const char *id, *name;
};

/* Sizes of servers, of both kinds: constants of the catalog. */
struct profile {
    const char *name, *family, *architecture, *manufacturer;
    unsigned vcpu, memory, disks, disk_size, sockets;
    const char *gpu_model, *gpu_manufacturer; /* NULL: none */
    unsigned gpus, gpu_memory;
};

struct key {
    struct entity entity;
    char fingerprint[64];
};

struct vpc {
    struct entity entity;
    const struct resource_group *resource_group;
};

struct subnet {
    struct entity entity;
    struct vpc *vpc;
    unsigned zone, number;
};

struct placement_group {
    struct entity entity;
};

struct image {
    struct entity entity;
    const char *architecture, *system; /* "ubuntu-24-04" */
    struct allowed_use allowed_use;
    bool stock; /* IBM's own: remote.account set, cannot be patched */
    bool windows;
    char *deprecation_at, *obsolescence_at;
};

/* Volumes and, with attached_to always NULL, snapshots of them. */
struct volume {
    struct entity entity;
    unsigned zone, capacity;
    struct allowed_use allowed_use;
    struct instance *attached_to;
};

/* Virtual network interfaces that exist on their own, for bodies that name one. */
struct vni {
    struct entity entity;
    bool attached;
};

struct instance {
    struct entity entity;
    struct vpc *vpc;
    struct subnet *subnet;
    const struct image *image; /* NULL when it was made from a volume or snapshot */
    struct volume *boot;
    const struct profile *profile;
    const struct resource_group *resource_group;
    const struct placement_group *placement_group;
    struct membership *membership;
    struct vni *vni; /* an existing interface that it was given; NULL: its own */
    struct trusted_profile trusted_profile;
    struct copy *initialization; /* as recorded; NULL: made of keys, image and profile */
    bool initialization_unknown; /* a copy, and no file says what it was: it is not made */
    char *user_data, *catalog_version, *template_id, *dedicated_host;
    json_t *cluster_attachments; /* names of the attachments to cluster networks; NULL: none */
    struct metadata metadata;
    uint64_t keys;    /* bit n: n-th key of the region */
    uint64_t version; /* of the record: its ETag */
    int64_t due_ms;   /* when the next change of status happens; 0: none */
    int total_volume_bandwidth;
    uint8_t zone, status, lifecycle, data_volumes, vcpu_percentage;
    uint8_t confidential; /* number of the word in confidential_compute_mode's enum */
    bool spot, interface_style, secure_boot, not_startable, qos_weighted, keep_boot_volume;
    bool stop_on_host_failure, delete_on_preemption, erased_disks, affinity_manual, affinity_automatic;
    bool created_disabled; /* metadata was off at creation: a stop and start is due after enabling */
};

struct bare_metal {
    struct entity entity;
    struct vpc *vpc;
    struct subnet *subnet;
    const struct image *image;
    const struct profile *profile;
    const struct resource_group *resource_group;
    struct vni *vni; /* as of instances */
    struct trusted_profile trusted_profile;
    struct copy *initialization;    /* as of instances */
    bool initialization_unknown;    /* as of instances */
    struct allowed_use allowed_use; /* of the boot disk */
    char *user_data;
    struct metadata metadata;
    uint64_t keys, version;
    int64_t due_ms;
    int bandwidth;
    uint8_t zone, status, next_status, lifecycle;
    bool interface_style, secure_boot, tpm, affinity_manual, affinity_automatic;
};

/* A template is what was posted (identities resolved to ids), so it is kept as a document. */
struct template
{
    struct entity entity;
    json_t *prototype; /* without name and resource_group */
    const struct resource_group *resource_group;
    unsigned zone;
};

struct instance_group {
    struct entity entity;
    struct template *template;
    struct subnet *subnets[ZONES];
    size_t subnet_count;
    const struct resource_group *resource_group;
    int64_t updated_s, due_ms;
    int membership_count;
    int unknown_members;  /* of a copy that holds not all of them: they exist, and are not listed */
    int application_port; /* 0: none */
    bool load_balancer_pool, managed, deleting;
    bool failed;               /* the last member could not be made */
    struct collection members; /* of struct membership */
};

struct membership {
    struct entity entity;
    struct instance_group *group;
    struct instance *instance;
    char *template_id, *template_name; /* as it was built; the template may be gone */
    unsigned template_zone;
    int64_t updated_s, due_ms;
    bool deleting, delete_instance;
    /* Called when the instance ends on its own; frees the membership. */
    void (*instance_removed)(struct region *region, struct membership *membership);
};

/* Links of trusted profiles to servers, in IAM (vpc-api.md 6.4). */
struct link {
    struct entity entity;
    char *profile_id, *cr_type, *crn;
};

struct region {
    struct sim *sim;
    char name[REGION_NAME_MAX];
    char prefix[8];             /* of regional ids: r006 */
    char zone_prefix[ZONES][8]; /* of zonal ids: 0717 */
    char api[96];               /* https://us-south.iaas.cloud.ibm.com/v1 */
    struct collection vpcs, subnets, keys, images, volumes, snapshots, vnis, placement_groups;
    struct collection templates, instance_groups, instances, bare_metals;
    struct collection instance_profiles, bare_metal_profiles; /* of struct region_profile (account.h) */
    struct copy *zones[ZONES];                                /* as recorded; NULL: made here */
    bool own_profiles[2]; /* of instances, of bare metal: a copy has all of the region, no constant is among them */
    struct vpc *no_vpc;   /* of servers whose records name none, with its subnet: in no collection; NULL: not needed */
    struct subnet *no_subnet;
    struct template *no_template; /* of groups and memberships whose records name none: likewise */
    uint64_t next_position;
};

/* collections */
void collection_add(struct region *region, struct collection *collection, struct entity *entity);
/* Takes the record out; the caller frees it. */
void collection_remove(struct collection *collection, struct entity *entity);
/* Moves a record forward to an index, if there is still room between its neighbours. */
void collection_move(struct collection *collection, struct entity *entity, size_t index);
void collection_rename(struct collection *collection, struct entity *entity, const char *name);
void *collection_find(const struct collection *collection, const char *id);
void *collection_named(const struct collection *collection, const char *name);
/* The index of the first item whose position is at least `position`; count when there is none. */
size_t collection_from(const struct collection *collection, uint64_t position);
/* Frees items with `destroy` and the collection itself. */
void collection_free(struct collection *collection, void (*destroy)(void *record));

/* Ids: "r006-<uuid>", "0717-<uuid>", "0717_<uuid>" for instances. */
char *store_regional_id(const struct region *region, uint64_t key);
char *store_zonal_id(const struct region *region, unsigned zone, char separator, uint64_t key);

/* Whether records can have that id: it fits into a path and into JSON as it is. */
bool store_is_id(const char *id);

/* A new region with its prefixes, empty otherwise; NULL: there are too many, or the name is too long. */
struct region *store_add_region(struct sim *sim, const char *name);
/* NULL: there is none of that name. */
struct region *store_find_region(const struct sim *sim, const char *name);
void store_region_free(struct region *region);

/* Records end here. NULL allowed. */
void store_free_entity(void *entity); /* that owns nothing besides */
void store_free_instance(void *instance);
void store_free_bare_metal(void *server);
void store_free_template(void *template);
void store_free_membership(void *membership);
void store_free_volume(void *volume);
void store_free_instance_group(void *group);
/* "web-4f2a91c3": a name that is not taken, for bodies without one. The caller frees it. */
char *store_invent_name(struct region *region, const struct collection *taken, const char *stem);

/* The VPC's subnet in a zone. */
struct subnet *store_subnet(const struct region *region, const struct vpc *vpc, unsigned zone);

/* Zone number of "us-south-2" in its region, or -1. */
int store_zone(const struct region *region, const char *name);

const char *store_status_name(unsigned status);
const char *store_lifecycle_name(unsigned lifecycle);
/* disabled, sgx, tdx; and the number of one of them, 0 for anything else. */
const char *store_confidential_name(unsigned mode);
uint8_t store_confidential(const char *name);
/* The status with that name, or -1. */
int store_status(const char *name);
int store_lifecycle(const char *name);

#endif
