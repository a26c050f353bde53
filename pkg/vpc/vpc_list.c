/*
 * Lists: all or nothing, and proven whole.
 *
 * A small collection is one chain of pages that must add up to its total_count. A big one is read in parts, because
 * page tokens are opaque and one chain cannot be hurried: every server is in exactly one VPC, so the VPCs are listed
 * and then the servers of several VPCs at a time. The parts must add up to the total_count of the whole collection,
 * both at the start and at the end; where they do not, or where the VPCs cannot be read, the one chain is read after
 * all.
 */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpc/vpc_chain.h"

struct listing {
    struct vpc *vpc;
    struct vpc_listing wanted;
    struct vpc_chain *whole;       /* the one chain; its first page decides */
    struct vpc_chain *vpcs;        /* of the region, once parts are wanted */
    struct vpc_chain *check;       /* asks for total_count again, at the end */
    struct resource_list *records; /* of the parts, as far as they are read */
    size_t next_vpc;               /* whose part begins next */
    unsigned parts;                /* under way */
    size_t items;                  /* of the parts that are read */
    int64_t total;                 /* of the whole collection at the start */
    bool in_parts;
    unsigned tries;
    struct err error; /* the first of a part */
};

static void begin_whole(struct listing *listing, bool may_pause);

static void end(struct listing *listing, const struct err *error)
{
    if (error == NULL) {
        resource_list_take(listing->wanted.into, listing->in_parts ? listing->records : listing->whole->records);
    }
    listing->vpc->listings--;
    listing->wanted.listed(error, listing->wanted.context);
    vpc_chain_destroy(listing->whole);
    vpc_chain_destroy(listing->vpcs);
    vpc_chain_destroy(listing->check);
    resource_list_destroy(listing->records);
    free(listing);
}

/* --- in parts --------------------------------------------------------------------------------------- */

static void give_up_parts(struct listing *listing)
{
    listing->in_parts = false;
    listing->vpc->reading.items -= listing->items;
    resource_list_truncate(listing->records, 0);
    begin_whole(listing, false);
}

/* The total was asked for once more: did anything come or go meanwhile? */
static void checked(struct vpc_chain *chain, enum vpc_chain_end chain_end, void *context)
{
    struct listing *listing = context;

    if (chain_end == VPC_CHAIN_FAILED) {
        end(listing, &chain->error);
    } else if (chain->total == listing->total && (uint64_t)listing->total == listing->items) {
        end(listing, NULL);
    } else {
        give_up_parts(listing);
    }
}

static void check_total(struct listing *listing)
{
    listing->check = vpc_chain_create(listing->vpc, listing->wanted.kind, NULL, checked, listing);
    text_append(&listing->check->query, text_string(&listing->whole->query));
    listing->check->pause_above = 1;
    vpc_chain_begin(listing->check);
}

static void begin_part(struct listing *listing);

static void part_ended(struct vpc_chain *chain, enum vpc_chain_end chain_end, void *context)
{
    struct listing *listing = context;

    if (chain_end == VPC_CHAIN_FAILED && listing->error.code == ERR_NONE) {
        listing->error = chain->error;
    }
    listing->items += chain->items;
    listing->parts--;
    vpc_chain_destroy(chain);
    if (listing->error.code == ERR_NONE && listing->next_vpc < resource_list_count(listing->vpcs->records)) {
        begin_part(listing);
    } else if (listing->parts == 0 && listing->error.code != ERR_NONE) {
        end(listing, &listing->error);
    } else if (listing->parts == 0) {
        check_total(listing);
    }
}

static void begin_part(struct listing *listing)
{
    struct vpc_chain *part =
        vpc_chain_create(listing->vpc, listing->wanted.kind, listing->records, part_ended, listing);

    text_append(&part->query, text_string(&listing->whole->query));
    vpc_url_query(&part->query, "vpc.id", resource_list_at(listing->vpcs->records, listing->next_vpc++)->id);
    part->counted = true;
    part->keep = listing->wanted.keep;
    part->keep_context = listing->wanted.context;
    listing->parts++;
    vpc_chain_begin(part);
}

static void vpcs_ended(struct vpc_chain *chain, enum vpc_chain_end chain_end, void *context)
{
    struct listing *listing = context;
    size_t count = resource_list_count(chain->records);

    if (chain_end == VPC_CHAIN_FAILED || count < 2) {
        vpc_chain_continue(listing->whole);
        return;
    }
    listing->in_parts = true;
    listing->vpc->reading.items -= listing->whole->items;
    listing->total = listing->whole->total;
    resource_list_truncate(listing->whole->records, 0);
    for (size_t i = 0; i < count && i < VPC_PARTS_AT_ONCE; i++) {
        begin_part(listing);
    }
}

/* --- as a whole ------------------------------------------------------------------------------------- */

static void whole_ended(struct vpc_chain *chain, enum vpc_chain_end chain_end, void *context)
{
    struct listing *listing = context;
    struct err error = ERR_INIT;

    if (chain_end == VPC_CHAIN_FAILED) {
        error = chain->error;
        end(listing, &error);
    } else if (chain_end == VPC_CHAIN_PAUSED && listing->wanted.most > 0) {
        err_set(&error, ERR_INCOMPLETE, "there are %lld %s", (long long)chain->total, chain->kind->plural);
        end(listing, &error);
    } else if (chain_end == VPC_CHAIN_PAUSED) {
        listing->vpcs = vpc_chain_create(listing->vpc, &resource_vpc, NULL, vpcs_ended, listing);
        vpc_chain_begin(listing->vpcs);
    } else if (chain->total < 0 || (uint64_t)chain->total == chain->items) {
        end(listing, NULL);
    } else if (++listing->tries < VPC_LIST_TRIES) {
        listing->vpc->reading.items -= chain->items;
        begin_whole(listing, false);
    } else {
        err_set(&error, ERR_INCOMPLETE, "the list of %s does not add up: %zu were read, the API counts %lld",
                chain->kind->plural, chain->items, (long long)chain->total);
        end(listing, &error);
    }
}

static void begin_whole(struct listing *listing, bool may_pause)
{
    listing->whole->pause_above = listing->wanted.most > 0 ? listing->wanted.most : may_pause ? VPC_PARTS_ABOVE : 0;
    listing->whole->counted = true;
    listing->whole->totalled = may_pause || listing->whole->total < 0;
    vpc_chain_begin(listing->whole);
}

static void append_filter(struct text *query, const struct vpc_filter *filter, unsigned filters)
{
    if ((filters & RESOURCE_FILTER_NAME) != 0) {
        vpc_url_query(query, "name", filter->name);
    }
    if ((filters & RESOURCE_FILTER_VPC) != 0) {
        vpc_url_query(query, "vpc.id", filter->vpc_id);
        vpc_url_query(query, "vpc.crn", filter->vpc_crn);
        vpc_url_query(query, "vpc.name", filter->vpc_name);
    }
    if ((filters & RESOURCE_FILTER_GROUP) != 0) {
        vpc_url_query(query, "resource_group.id", filter->resource_group_id);
    }
}

void vpc_list(struct vpc *vpc, const struct vpc_listing *wanted)
{
    struct listing *listing = mem_alloc(sizeof(*listing));
    const struct vpc_filter *filter = &wanted->filter;
    bool by_vpc = filter->vpc_id != NULL || filter->vpc_crn != NULL || filter->vpc_name != NULL;

    if (vpc->listings++ == 0) {
        vpc->reading = (struct vpc_reading){0};
    }
    *listing = (struct listing){.vpc = vpc, .wanted = *wanted, .records = resource_list_create()};
    listing->wanted.filter = (struct vpc_filter){0};
    listing->whole = vpc_chain_create(vpc, wanted->kind, NULL, whole_ended, listing);
    text_append(&listing->whole->parent, wanted->parent != NULL ? wanted->parent : "");
    append_filter(&listing->whole->query, filter, wanted->kind->filters);
    listing->whole->must_finish = wanted->must_finish;
    listing->whole->keep = wanted->keep;
    listing->whole->keep_context = wanted->context;
    begin_whole(listing, (wanted->kind->filters & RESOURCE_FILTER_VPC) != 0 && !by_vpc);
}
