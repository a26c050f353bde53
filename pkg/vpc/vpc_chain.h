/*
 * vpc_chain: one collection, page after page. Private to the room: vpc_list puts chains together.
 */
#ifndef VPC_VPC_CHAIN_H
#define VPC_VPC_CHAIN_H

#include "mem/mem.h"
#include "vpc/vpc.h"
#include "vpc/vpc_url.h"

struct vpc_chain;

enum vpc_chain_end {
    VPC_CHAIN_WHOLE,  /* the last page is read */
    VPC_CHAIN_PAUSED, /* the first page says that there are many; vpc_chain_continue reads the others */
    VPC_CHAIN_FAILED, /* chain->error says why; the pages before it are in the pass */
};

typedef void vpc_chain_end_fn(struct vpc_chain *chain, enum vpc_chain_end end, void *context);

/* One reading of a collection, by one chain or by several that share it. */
struct vpc_pass {
    struct resource_list *records; /* that were kept, each once */
    struct mem_set ids;            /* of all that were read, kept or not */
    const struct mem_set *earlier; /* those of the pass before; NULL: there was none */
    size_t both;                   /* of `ids`: in `earlier`, too */
    size_t repeated;               /* records that were met before in this pass, and ignored */
    int64_t first_total, total;    /* of the collection at the start and at the end of the pass; -1: unknown */
    bool steady;                   /* every page in between had that total as well */
};

struct vpc_pass *vpc_pass_create(const struct vpc_pass *before);
void vpc_pass_destroy(struct vpc_pass *pass); /* NULL allowed */

struct vpc_chain {
    struct vpc *vpc;
    const struct resource_kind *kind;
    struct text parent;         /* id of the resource that has the collection; empty: none */
    struct text named;          /* the name that the API filters by; empty: none */
    struct text query;          /* filters, escaped, the same for every page */
    struct vpc_pass *pass;      /* takes what is read: the chain's own, or the caller's */
    int64_t first_total, total; /* total_count of the first and of the last page that said one; -1: none did */
    bool steady;                /* every page had the same */
    const char *of;             /* the name of the VPC whose part it is, borrowed; NULL: none */
    bool counted;               /* in the vpc's reading */
    bool totalled;              /* with its total as well */
    int64_t pause_above;        /* pause after the first page when total is above it; 0: never */
    bool must_finish;           /* HTTP_MUST_FINISH */
    vpc_keep_fn *keep;          /* NULL: every record */
    void *keep_context;
    struct answer_string *source; /* of the listing */
    vpc_chain_end_fn *ended;
    void *context;
    size_t pages;          /* that were asked for; the last one is that of an error */
    struct err keep_error; /* of `keep`: the page is not read again for it */
    struct err error;

    /* private to vpc_chain.c */
    struct vpc_pass *own;  /* pass, unless it is the caller's */
    struct text start;     /* the token of the next page */
    struct mem_set starts; /* the tokens so far */
    size_t new_items;      /* of the last page: met for the first time in the pass */
    size_t idle_pages;     /* in a row, the last one included, that brought nothing new */
    size_t shown_total;    /* in the vpc's reading */
    struct err link_error; /* the link to the next page cannot be followed */
};

/*
 * A chain that has not begun; the caller fills what it wants and calls vpc_chain_begin. `pass` takes the records and
 * stays the caller's; NULL: the chain has one of its own.
 */
struct vpc_chain *vpc_chain_create(struct vpc *vpc, const struct resource_kind *kind, struct vpc_pass *pass,
                                   vpc_chain_end_fn *ended, void *context);
void vpc_chain_destroy(struct vpc_chain *chain); /* NULL allowed; not while a page is under way */

/* Reads from the first page on; what is in the pass stays. */
void vpc_chain_begin(struct vpc_chain *chain);

/* Reads what follows the page of a pause. */
void vpc_chain_continue(struct vpc_chain *chain);

#endif
