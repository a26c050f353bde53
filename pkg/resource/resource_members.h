/*
 * resource_members: which members of an answer fill which fields of a record. Private to the room: the table
 * of kinds has the lists, resource_read.c reads by them and derives the region.
 */
#ifndef RESOURCE_RESOURCE_MEMBERS_H
#define RESOURCE_RESOURCE_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

/* How a value is kept. */
enum resource_member_kind {
    MEMBER_STRING,    /* a copy of its own */
    MEMBER_WORD,      /* a string that many records share */
    MEMBER_REFERENCE, /* the same, of another resource: in whatever form the answer refers to it */
    MEMBER_COUNT,     /* int64_t */
    MEMBER_ITEMS,     /* the number of an array's items, an unsigned */
    MEMBER_NAMES,     /* the names of an array's items, "a, b" */
    MEMBER_SETTINGS,  /* metadata_service, every setting of the kind needed (vpc-api.md 2.3, 2.11) */
    MEMBER_PARTIAL,   /* metadata_service of a template: absent parts read as the defaults (vpc-api.md 2.9) */
    MEMBER_SWITCH,    /* a boolean, as enum resource_switch */
    MEMBER_RULE,      /* disks: the expression of the one that is the boot disk (vpc-api.md 2.11) */
    MEMBER_PROFILE,   /* default_trusted_profile of a template; absent auto_link reads as true (vpc-api.md 2.9) */
};

/* What the API promises of a member; where an answer breaks it, the record is odd. */
enum resource_need {
    MEMBER_OPTIONAL, /* may be absent or null */
    MEMBER_NOT_NULL, /* may be absent, from an older API */
    MEMBER_REQUIRED,
};

struct resource_member {
    const char *path; /* slash-separated, from the resource's root; NULL ends the list */
    enum resource_member_kind kind;
    enum resource_need need;
    size_t offset; /* of the field in struct resource; unused for settings */
    bool hardware; /* the field lies in struct resource_hardware instead */
};

struct resource;
struct resource_list;

/*
 * The region is where the resource says it is: zone "eu-de-1" lies in region "eu-de", because what is behind the last
 * dash is a number (vpc-api.md 1.1, 2.17); else the CRN says. The region of the API that answered is a fall-back.
 */
void resource_derive_region(struct resource_list *list, struct resource *record);

#endif
