/*
 * resource_list: resources as the house keeps them: a small record each, read from an answer, strings in one arena.
 * A fleet of any size costs a record (under 300 bytes) plus its names; pages are not kept.
 */
#ifndef RESOURCE_RESOURCE_LIST_H
#define RESOURCE_RESOURCE_LIST_H

#include <limits.h>
#include <stdint.h>

#include "resource/resource.h"
#include "json/json_answer.h"

enum resource_switch { RESOURCE_UNKNOWN, RESOURCE_OFF, RESOURCE_ON };

/*
 * What an expression of allowed_use reads besides the settings (vpc-api.md 2.3, 4.3), and where that expression comes
 * from. Servers that have all of it in common share one.
 */
struct resource_hardware {
    const char *image_id;  /* of the image it was made from; NULL: made from a volume or a snapshot, or unknown */
    const char *boot_rule; /* the expression of its boot disk, for kinds whose answers have it; NULL: unknown */
    const char *gpu_manufacturer, *gpu_model;  /* NULL: unknown */
    int64_t vcpu_count, gpu_count, gpu_memory; /* 0: unknown */
    enum resource_switch secure_boot;
    const char *profile; /* of a template: the name of the profile of its servers; NULL: the one that the API chooses */
};

enum { RESOURCE_COUNT_UNKNOWN = -1 };   /* for a count that an answer lacks although it has to have it */
#define RESOURCE_ITEMS_UNKNOWN UINT_MAX /* the same for items */
enum { RESOURCE_WORD_COLUMNS = 80 };    /* of a name in a sentence; names are chosen by others */

struct vpc; /* the API of one region (vpc.h) */

/* One resource. Strings live in the list's arena; NULL where the answer had none. */
struct resource {
    const struct resource_kind *kind;
    struct vpc *api; /* that it was read from or is created with; NULL: not known, it comes from elsewhere */
    const char *region;
    const char *id, *name, *crn;
    const char *status, *lifecycle_state;
    const char *zone, *vpc, *vpc_id, *resource_group, *resource_group_id;
    const char *architecture;
    const char *boot_id;                       /* of the boot volume or disk of a server */
    const struct resource_hardware *hardware;  /* of a server or template that was read; else NULL */
    const char *template_id, *template_name;   /* of an instance group; the id of a membership as well */
    const char *pool;                          /* of an instance group: the load balancer's pool that it fills */
    const char *managers;                      /* of an instance group: their names, "a, b" */
    const char *instance_name;                 /* of a membership */
    const char *etag;                          /* NULL unless read singly */
    const char *placement_type, *placement_id; /* what it is placed on or in, such as "placement_group" */
    const char *subnet_id;                     /* of a template that need not say its VPC (vpc-api.md 2.5) */
    const char *member_of;                     /* id of the instance group it is a member of */
    const char *availability;                  /* "standard", "spot" */
    unsigned disk_count; /* of its own: a stop of an instance erases them (vpc-api.md 4.1); or RESOURCE_ITEMS_UNKNOWN */
    int64_t membership_count;            /* of an instance group; or RESOURCE_COUNT_UNKNOWN */
    enum resource_switch takes_instance; /* of a membership: whether its server is deleted with it */
    struct resource_settings settings;
    const char *odd;                /* what its answer lacks, "zone is null, ..."; NULL: nothing that it has to have */
    bool named;                     /* it was selected by its name, id or CRN */
    bool settings_assumed;          /* the answer had no metadata_service: the settings are the API's defaults */
    enum resource_switch startable; /* whether a start is accepted now; off while it runs */
};

struct resource_list; /* owns records and strings */

struct resource_list *resource_list_create(void);
void resource_list_destroy(struct resource_list *list);
void resource_list_release(struct resource_list **list); /* for CLEANUP */

size_t resource_list_count(const struct resource_list *list);

/* The record at `index`, borrowed; pointers stay valid while the list lives, also when it grows. */
struct resource *resource_list_at(const struct resource_list *list, size_t index);

/* The first record of the kind with this id, borrowed, or NULL. Looks at every record. */
const struct resource *resource_list_find(const struct resource_list *list, const struct resource_kind *kind,
                                          const char *id);

/* A copy of the string in the list's arena; equal strings that were kept lately share one copy. NULL gives NULL. */
const char *resource_list_keep(struct resource_list *list, const char *string);
const char *resource_list_share(struct resource_list *list, const char *bytes, size_t size);

/* A copy that is not looked for among the shared ones: names, ids. */
const char *resource_list_copy(struct resource_list *list, const char *bytes, size_t size);

/* The list's copy of it; equal ones that were kept lately share one. */
const struct resource_hardware *resource_list_keep_hardware(struct resource_list *list,
                                                            const struct resource_hardware *hardware);

/* Whether both are the same, string by string. */
bool resource_hardware_equal(const struct resource_hardware *left, const struct resource_hardware *right);

/* Appends an empty record of the kind. */
struct resource *resource_list_append(struct resource_list *list, const struct resource_kind *kind, const char *region);

/* Appends a copy of a record of another list, with its strings. */
struct resource *resource_list_adopt(struct resource_list *list, const struct resource *record);

/* Appends all records of `from` with their strings, of which no copy is made; `from` is empty afterwards. */
void resource_list_take(struct resource_list *list, struct resource_list *from);

/* Takes back the records behind the first `count` (their strings stay). */
void resource_list_truncate(struct resource_list *list, size_t count);

/* The list is as it was when it was new: strings of records that were taken back go, too. */
void resource_list_clear(struct resource_list *list);

/*
 * Reads the members of `record->kind` from an answer; unknown members are ignored. It never fails: where a member lacks
 * that the API promises, or is of another type, the field is NULL, unknown or not among `settings.given`, and
 * `record->odd` names every such member, so that one odd record does not hide the others. What is no object is a record
 * with nothing but `odd`; one without an id cannot be addressed, and `odd` then says where it stands. Absent metadata
 * settings of kinds whose answers may lack them (templates) are read as false, http, 1 (vpc-api.md 2.9); a given hop
 * limit outside 1..64 is kept as it is. A record that is read again keeps its id, name and CRN.
 * The region becomes that of the zone ("eu-de-1" lies in "eu-de") or of the CRN, where one of them says it.
 */
void resource_read(struct resource_list *list, struct resource *record, struct answer_node node);

/* Appends "instance web-3 in eu-de: zone is null" for an odd record; its region as far as it is known. */
void resource_append_odd(struct text *out, const struct resource *record);

/* Appends the name, or else the id; where rows are of several regions "web-3 (eu-de)". */
void resource_append_name(struct text *out, const struct resource *record, bool with_region);

/* Whether the record lacks that member of its answer, or one below it: "zone", "metadata_service.enabled". */
bool resource_lacks(const struct resource *record, const char *member);

/*
 * The word of a lifecycle state, or of a status, in which no change of the resource is of use; NULL: none. vpc-api.md
 * 4.1: no status is documented to refuse the patch, but in these nothing useful can come of it.
 */
const char *resource_refusing_lifecycle(const struct resource *record);
const char *resource_refusing_status(const struct resource *record);

/* For those who cannot work with a part: ERR_BAD_ANSWER with the words above when the record is odd. */
bool resource_check_whole(const struct resource *record, struct err *e) __attribute__((warn_unused_result));

/*
 * Reads the default trusted profile from the answer of GET {id}/initialization (vpc-api.md 2.14, 2.15) into the
 * settings; they stay as they are where there is none. ERR_BAD_ANSWER.
 */
bool resource_read_initialization(struct resource_list *list, struct resource_settings *settings,
                                  struct answer_node node, struct err *e) __attribute__((warn_unused_result));

/* resource_check_whole of every record. */
bool resource_list_check_whole(const struct resource_list *list, struct err *e) __attribute__((warn_unused_result));

/* Orders records by region, kind, name, id. The records that pointers lead to change places. */
void resource_list_sort(struct resource_list *list);

#endif
