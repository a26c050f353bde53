/*
 * inventory_facts: what records do not hold themselves and an audit needs, read while the lists are still coming: the
 * initializations of servers, the members of instance groups, the user_data of what lists it, the VPCs of templates.
 *
 *     struct inventory_facts *facts = inventory_facts_create(&(struct inventory_facts_terms){.scope = &scope, ...});
 *     selector.observer = inventory_facts_observer(facts);
 *     inventory_select(&scope, kinds, count, &selector, list, &missing, e) &&
 *         inventory_facts_complete(facts, list, &missing, e)
 *     ... inventory_facts_of(facts, record) ...
 *
 * Nothing is asked for twice, whatever the lists repeat. At most http_window requests are submitted at a time; what
 * waits for its turn costs a pointer. Equal strings are kept once.
 */
#ifndef INVENTORY_INVENTORY_FACTS_H
#define INVENTORY_INVENTORY_FACTS_H

#include "inventory/inventory.h"
#include "mem/mem.h"

enum inventory_reading {
    INVENTORY_NOT_ASKED,
    INVENTORY_ASKED, /* on its way */
    INVENTORY_READ,
    INVENTORY_UNREADABLE, /* `missing` of inventory_facts_complete has a line about it, unless it is user_data */
};

/* What may be read of a resource. */
enum inventory_question {
    INVENTORY_INITIALIZATION = 1 << 0, /* of kinds that have one; others are not asked */
    INVENTORY_MEMBERS = 1 << 1,        /* of kinds that have memberships */
};

struct inventory_fact {
    uint64_t note; /* of the caller: what it found out while the object of the API was there */
    enum inventory_reading initialization, members, user_data;
    const char *profile; /* of the initialization: CRN, or else id; NULL: none */
    enum resource_switch auto_link;
    const char *secret; /* what inventory_facts_terms.look said of the user_data */
    struct resource_membership_counts counts;
    bool gone; /* it was deleted meanwhile */
};

struct inventory_facts_terms {
    const struct inventory_scope *scope;
    /*
     * What to read of the record, bits of enum inventory_question; may set `fact->note`. Of records that are not
     * `selected` nothing is read, but their user_data is looked at. False with e set: the error of
     * inventory_facts_complete. Once for each resource.
     */
    bool (*ask)(const struct resource *record, const struct inventory_seen *seen, bool selected,
                struct inventory_fact *fact, unsigned *ret_questions, void *context, struct err *e);
    /*
     * What the user_data looks like, a constant; NULL: harmless. False: that cannot be known. The text is not kept.
     * NULL: no user_data is searched.
     */
    bool (*look)(const char *text, size_t size, const char **ret_secret, const void *context);
    void *context;
    /* gets "GROUP NAME" of each server, by the id of its group, that was made from another template than the group's */
    struct mem_set *stale_members;
    bool name_vpcs; /* read the VPCs (and subnets) that records refer to without a name */
};

/* The terms are copied, the scope is borrowed. */
struct inventory_facts *inventory_facts_create(const struct inventory_facts_terms *terms)
    __attribute__((warn_unused_result));
void inventory_facts_release(struct inventory_facts **facts); /* for CLEANUP */

/* For the selection; borrowed. */
const struct inventory_observer *inventory_facts_observer(struct inventory_facts *facts);

/*
 * Reads all resources of these kinds into `others` as well, side by side with the selection: those that judge what is
 * selected. `kinds` and `others` must live as long as the facts.
 */
void inventory_facts_read_others(struct inventory_facts *facts, const struct resource_kind *const kinds[],
                                 size_t kind_count, struct resource_list *others);

/*
 * After the selection: drops from the list what was deleted meanwhile, names VPCs in the records, and adds a line to
 * `missing` about what could not be read, one for each region and kind. `ret_gone` counts what was dropped. An error
 * is one that ends the command: no token, a signal; or that of `ask`.
 */
bool inventory_facts_complete(struct inventory_facts *facts, struct resource_list *list, struct text *missing,
                              size_t *ret_gone, struct err *e) __attribute__((warn_unused_result));

/* Of a record of that list; NULL: nothing is known of it, as of one without an id. Borrowed. */
const struct inventory_fact *inventory_facts_of(const struct inventory_facts *facts, const struct resource *record);

#endif
