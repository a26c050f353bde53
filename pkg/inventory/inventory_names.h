/*
 * inventory_names: the VPCs, resource groups and zones that a selector names: they exist, or the selection is refused.
 * Private to the room.
 *
 * VPCs and zones are looked up before anything else is read, except a single VPC of kinds whose answers name it: a
 * record that bears the name proves it, and the look-up is made only where no record does. Resource groups belong to
 * another service, with a host of its own: a resource group exists here when a resource of the regions is in it, of
 * whatever kind, VPCs included. One without any is refused by name and by id alike, because nothing tells it from a
 * slip, and nothing could be selected.
 * Where a look-up fails, a record that bears the name proves it as well.
 */
#ifndef INVENTORY_INVENTORY_NAMES_H
#define INVENTORY_INVENTORY_NAMES_H

#include "inventory/inventory_places.h"
#include "inventory/inventory_selector.h"

/* The words of one option. */
struct inventory_place_words {
    const struct inventory_words *words;
    bool *known; /* by word */
    struct {
        const char **items;
        size_t count, capacity;
    } names;              /* that exist, for "did you mean" */
    struct mem_set noted; /* the same */
    struct err error;     /* the first look-up that failed */
};

struct inventory_names {
    const struct inventory_scope *scope;
    struct resource_list *vpcs; /* of all regions, where a VPC is named */
    struct text_arena memory;   /* of the other names: an empty list is exchanged for what is read into it */
    struct inventory_place_words places[INVENTORY_PLACES];
    bool vpcs_read;
    struct resource_list *subnets; /* NULL until they are read */
};

/*
 * Looks up what the selector names; waits for it. The VPCs can wait, unless `vpcs_now`. ERR_USAGE with the nearest name
 * for what does not exist.
 */
bool inventory_names_read(struct inventory_names *names, const struct inventory_scope *scope,
                          const struct inventory_selector *selector, bool vpcs_now, struct err *e)
    __attribute__((warn_unused_result));

/*
 * For words of which none is refused: inventory_names_begin, inventory_names_see with what was read, and a look-up of
 * the rest, which waits. Resource groups are those of what was seen, VPCs included. Errors are in `places`; false: the
 * command ends.
 */
void inventory_names_begin(struct inventory_names *names, const struct inventory_scope *scope,
                           const struct inventory_words *const words[INVENTORY_PLACES]);
bool inventory_names_look_up(struct inventory_names *names, struct err *e) __attribute__((warn_unused_result));

/* Appends: there is no VPC "prod" in us-south: did you mean vpc-prod? */
void inventory_names_append_absent(const struct inventory_names *names, enum inventory_place which, const char *word,
                                   struct text *out);

/* Whether a VPC is still to be looked up, because no record bears its name. */
bool inventory_names_lack_vpcs(const struct inventory_names *names);

/* Looks up the VPCs; errors as of inventory_names_read. */
bool inventory_names_read_vpcs(struct inventory_names *names, struct err *e) __attribute__((warn_unused_result));
void inventory_names_free(struct inventory_names *names); /* for CLEANUP */

/* Notes what a record that was read proves. */
void inventory_names_see(struct inventory_names *names, const struct resource *record);

/*
 * After the last record: whether all is proven. What is not is looked for in everything the regions have (resource
 * groups), and is then ERR_USAGE, or the error of the look-up that failed.
 */
bool inventory_names_check(struct inventory_names *names, struct err *e) __attribute__((warn_unused_result));

/* Whether the record, a template, refers to its VPC or to a subnet of it, and not by the name of the VPC. */
bool inventory_lacks_vpc_name(const struct resource *record);

/* Records whose VPC has no name that could be read: one line for each kind, region and reason. Zero-initialised. */
struct inventory_unnamed {
    struct inventory_unnamed_part {
        const struct resource_kind *kind;
        const char *region, *reason; /* borrowed; region: NULL where it is unknown */
        size_t count;
        struct text names; /* of the first few */
    } * items;
    size_t count, capacity;
};
/* The error, which must live on, is that of the look-up; none: there is no such VPC. */
void inventory_note_unnamed(struct inventory_unnamed *unnamed, const struct resource *record, const struct err *error);
void inventory_append_unnamed(struct inventory_unnamed *unnamed, struct text *missing); /* and frees them */

/*
 * Gives the record its VPC (name and id) from these VPCs, and from these subnets where it refers to a subnet alone.
 * Strings are borrowed from them.
 */
void inventory_take_vpc(const struct resource_list *vpcs, const struct resource_list *subnets, struct resource *record);

/*
 * Gives the record, a template, its VPC (name and id) as far as it refers to the VPC or to a subnet of it; NULL where
 * neither was read. False: it refers to a subnet, and those were not read.
 */
bool inventory_names_take_vpc(const struct inventory_names *names, struct resource *record);

/* Reads the subnets; a failure is noted as one of the look-up of VPCs. */
bool inventory_names_read_subnets(struct inventory_names *names, struct err *e) __attribute__((warn_unused_result));

/* The VPC of the region that the word names by name, id or CRN, or NULL. */
const struct resource *inventory_names_find_vpc(const struct inventory_names *names, const struct vpc *api,
                                                const char *word);

/*
 * The part of the selector that the API of a region can apply: single words that are no patterns. The API has no
 * filter by the name of a resource group.
 */
struct vpc_filter inventory_names_filter(const struct inventory_names *names, const struct inventory_selector *selector,
                                         const struct vpc *api);

/* Appends " in us-south, eu-de" to an empty text, as far as the regions of the scope are known. */
void inventory_append_regions(const struct inventory_scope *scope, struct text *out);

#endif
