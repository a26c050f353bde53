/*
 * vpc_chain: one collection, page after page. Private to the room: vpc_list puts chains together.
 */
#ifndef VPC_VPC_CHAIN_H
#define VPC_VPC_CHAIN_H

#include "vpc/vpc.h"
#include "vpc/vpc_url.h"

struct vpc_chain;

enum vpc_chain_end {
    VPC_CHAIN_WHOLE,  /* the last page is read */
    VPC_CHAIN_PAUSED, /* the first page says that there are many; vpc_chain_continue goes on */
    VPC_CHAIN_FAILED, /* chain->error says why */
};

typedef void vpc_chain_end_fn(struct vpc_chain *chain, enum vpc_chain_end end, void *context);

struct vpc_chain {
    struct vpc *vpc;
    const struct resource_kind *kind;
    struct text parent;            /* id of the resource that has the collection; empty: none */
    struct text query;             /* filters, escaped, the same for every page */
    struct resource_list *records; /* of the pages so far: the chain's own, or the caller's, with those of others */
    size_t items;                  /* of all pages so far, kept or not */
    int64_t total;                 /* total_count of the last page; -1 when it said none */
    bool counted;                  /* in the vpc's reading */
    bool totalled;                 /* with its total as well */
    int64_t pause_above;           /* pause after the first page when total is above it; 0: never */
    bool must_finish;              /* HTTP_MUST_FINISH */
    vpc_keep_fn *keep;             /* NULL: every record */
    void *keep_context;
    vpc_chain_end_fn *ended;
    void *context;
    struct err error;

    /* private to vpc_chain.c */
    struct resource_list *own;     /* records, unless they are the caller's */
    struct text start, last_start; /* tokens of the next page and of the one under way */
    size_t pages;
    struct err keep_error; /* of `keep`: the page is not read again for it */
};

/*
 * A chain that has not begun; the caller fills what it wants and calls vpc_chain_begin. `into` takes the records and
 * stays the caller's; NULL: the chain has a list of its own.
 */
struct vpc_chain *vpc_chain_create(struct vpc *vpc, const struct resource_kind *kind, struct resource_list *into,
                                   vpc_chain_end_fn *ended, void *context);
void vpc_chain_destroy(struct vpc_chain *chain); /* NULL allowed; not while a page is under way */

/* Reads from the first page on, forgetting what was read before; once only into a caller's list, which keeps it all. */
void vpc_chain_begin(struct vpc_chain *chain);

/* Goes on behind a pause. */
void vpc_chain_continue(struct vpc_chain *chain);

#endif
