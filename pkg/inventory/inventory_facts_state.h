/* inventory_facts_state: facts as they are read. Private to the room. */
#ifndef INVENTORY_INVENTORY_FACTS_STATE_H
#define INVENTORY_INVENTORY_FACTS_STATE_H

#include "inventory/inventory_facts.h"
#include "mem/mem.h"
#include "text/text_arena.h"

/* Something that waits for its turn to be asked. */
struct facts_question {
    struct facts_entry *entry;
    enum inventory_question what;
};

/* A resource and what is known of it. */
struct facts_entry {
    struct inventory_fact fact;
    struct vpc *api;
    const struct resource_kind *kind;
    const char *id, *region;      /* region: where the record says it is; NULL: unknown */
    const struct resource *group; /* of those whose members are read: a copy of the record; else NULL */
    bool seen, selected;          /* by a list; and not only as one of the others */
};

/* What could not be read of the kind in the region: one line. */
struct facts_gap {
    const char *region; /* NULL: unknown */
    const struct resource_kind *kind;
    enum inventory_question what;
    size_t count;
    struct err error; /* the first one */
    bool differs;     /* there were others of another kind */
};

/* What the records of a region refer to. */
struct facts_region {
    struct inventory_facts *facts;
    struct vpc *api;
    struct resource_list *places; /* VPCs, and subnets with theirs; NULL: none was asked for */
    bool asked_vpcs, asked_subnets;
    struct err error;
};

struct inventory_facts {
    struct inventory_facts_terms terms;
    struct inventory_observer observer;
    struct mem_map by_key; /* struct facts_entry, by API, kind and id */
    struct text_arena memory;
    struct resource_list *strings; /* that facts share, and the groups whose members are read */
    struct {
        struct facts_question *items;
        size_t count, capacity;
        size_t next; /* to be asked */
    } questions;
    struct {
        struct facts_gap *items;
        size_t count, capacity;
    } gaps;
    struct facts_region *regions; /* as many as the scope has */
    struct resource_list *others; /* NULL: none are read */
    const struct resource_kind *const *other_kinds;
    size_t other_kind_count;
    struct text missing; /* of the lists of others */
    size_t pending;      /* requests and lists without an end so far */
    size_t asked;        /* of these: answers to questions */
    struct err error;    /* that ends it all */
};

/* Queues what is to be read of the entry; asks as much as may be asked now. */
/* Searches the user_data where there is some and that is wanted. */
void inventory_facts_look(const struct inventory_facts *facts, struct answer_string user_data,
                          struct inventory_fact *fact);

void facts_ask(struct inventory_facts *facts, struct facts_entry *entry, unsigned questions);

#endif
