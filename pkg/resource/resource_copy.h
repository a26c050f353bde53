/*
 * resource_copy: what a copy of an inventory holds: every kind that the program knows, servers first and last what they
 * refer to, with how each of them is had. `inventory export` writes its file by this table and names no kind.
 *
 * Beside a selector a copy has what was chosen, and what that refers to, step by step; nothing comes along because it
 * refers to something in the copy. Of what lies below a kind all belongs to one that was chosen (a group brings its
 * members), and to one that came along what a record in the copy refers to (a server brings its group and its own
 * membership, not the other members).
 */
#ifndef RESOURCE_RESOURCE_COPY_H
#define RESOURCE_RESOURCE_COPY_H

#include "resource/resource.h"
#include "json/json_answer.h"

enum resource_copy_how {
    RESOURCE_COPY_SELECTED, /* what selectors choose, and what other records refer to */
    RESOURCE_COPY_PLACE,    /* the region itself */
    RESOURCE_COPY_ALWAYS,   /* its collection, which is small */
    RESOURCE_COPY_WHOLE,    /* its collection; beside a selector what is referred to */
    RESOURCE_COPY_REFERRED, /* of its collection what is referred to */
    RESOURCE_COPY_GATHERED, /* the references: no collection of the API is known (resource_copy.c says why) */
    RESOURCE_COPY_BELOW,    /* a collection below each resource of another kind */
    RESOURCE_COPY_DETAIL,   /* what lies below each server, where that is asked for */
};

enum { RESOURCE_COPY_NAMES = 4 };

/* One kind of the copy. */
struct resource_copy {
    const struct resource_kind *kind;
    enum resource_copy_how how;
    /* members that refer to one: "image" anywhere, "volume/image" below the other, "/image" of the record itself */
    const char *referred_as[RESOURCE_COPY_NAMES];
    const char *alias; /* what one has in common with those that refer to it: "catalog_offering/version"; or NULL */
    const char *resource_type; /* of references with such a member; NULL: any */
    bool stands_in; /* a reference stands for what cannot be read: that the API has the collection is not certain */
    const struct resource_kind *parent; /* of RESOURCE_COPY_BELOW */
    const char *owner_member;           /* beside the kind in the file: whom it belongs to; or NULL */
};

/* In the order of the file; the last one has no kind. */
extern const struct resource_copy resource_copies[];

/* Members of answers whose values are secrets, wherever they stand; ends with NULL. */
extern const char *const resource_secret_members[];

/* Those of them that may be an object, which has secret members of its own; ends with NULL. */
extern const char *const resource_secret_containers[];

#endif
