/*
 * Lists: passes over a collection, until one of them adds up or two of them settle each other; vpc.h has the argument.
 *
 * A pass over a small collection is one chain of pages. A big one is read in parts, because page tokens are opaque and
 * one chain cannot be hurried: every server is in exactly one VPC, so the VPCs are listed and then the servers of
 * several VPCs at a time, and the total_count of the whole collection is asked for again at the end. Where parts do not
 * settle a list, or where the VPCs cannot be read, it is read as one chain after all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpc/vpc_chain.h"

struct listing {
    struct vpc *vpc;
    struct vpc_listing wanted;
    struct vpc_pass *pass, *before; /* under way, and the one before it; NULL: there was none */
    unsigned passes;                /* begun */
    struct vpc_chain *whole;        /* the one chain; its first page decides */
    struct vpc_chain *vpcs;         /* of the region, once parts are wanted */
    struct vpc_chain *check;        /* asks for total_count again, at the end */
    size_t next_vpc;                /* whose part begins next */
    unsigned parts, failed_parts;   /* under way; ended by an error */
    struct err error;               /* the first of a part */
    struct text error_place;        /* "page 4 of VPC prod" */
    size_t lookups;                 /* under way */
    size_t found, unsettled;        /* of the records looked up: still there; neither there nor gone */
    struct err lookup_error;        /* why the first of these is unsettled */
};

static void begin_pass(struct listing *listing);

static void release(struct listing *listing)
{
    vpc_chain_destroy(listing->whole);
    vpc_chain_destroy(listing->vpcs);
    vpc_chain_destroy(listing->check);
    vpc_pass_destroy(listing->pass);
    vpc_pass_destroy(listing->before);
    text_free(&listing->error_place);
    free(listing);
}

static void end(struct listing *listing, const struct err *error)
{
    resource_list_take(listing->wanted.into, listing->pass->records);
    listing->vpc->listings--;
    wait_read_ended(http_work(listing->vpc->http), listing->wanted.kind->plural, true);
    listing->wanted.listed(error, listing->wanted.context);
    release(listing);
}

/* --- what is missing ---------------------------------------------------------------------------------- */

static void adopt(struct listing *listing, const struct resource *record)
{
    mem_set_add(&listing->pass->ids, record->id);
    resource_list_adopt(listing->pass->records, record);
}

/* A pass that broke off still has what the one before it read. */
static void adopt_all(struct listing *listing)
{
    for (size_t i = 0; listing->before != NULL && i < resource_list_count(listing->before->records); i++) {
        const struct resource *record = resource_list_at(listing->before->records, i);
        if (record->id != NULL && !mem_set_has(&listing->pass->ids, record->id)) {
            adopt(listing, record);
        }
    }
}

/* That of the API or, where it is not known, of what it has. */
static const char *region_of(const struct listing *listing)
{
    const struct resource_list *records = listing->pass->records;
    const char *read = resource_list_count(records) > 0 ? resource_list_at(records, 0)->region : NULL;

    return listing->vpc->region[0] != '\0' || read == NULL ? listing->vpc->region : read;
}

/* "instances of us-south: 300 of 1000 were read" */
static void append_state(const struct listing *listing, size_t count, int64_t total, struct text *out)
{
    const char *region = region_of(listing);

    text_printf(out, "%s%s%s: %zu ", listing->wanted.kind->plural, region[0] != '\0' ? " of " : "", region, count);
    if (total >= 0 && (uint64_t)total >= count) {
        text_printf(out, "of %lld ", (long long)total);
    }
    text_append(out, count == 1 && total < 0 ? "was read" : "were read");
}

/*
 * Ends the list with what could be read. `place` says where the reading stopped; without a single record the list has
 * failed as a whole, and what `keep` says of a record concerns no page.
 */
static void fail(struct listing *listing, const struct err *cause, const char *place)
{
    const struct vpc_pass *before = listing->before;
    int64_t total = listing->whole->total < 0 && before != NULL ? before->total : listing->whole->total;
    CLEANUP(text_free) struct text state = {0};
    struct err error = *cause;

    adopt_all(listing);
    append_state(listing, mem_set_count(&listing->pass->ids), total, &state);
    if (listing->whole->keep_error.code != ERR_NONE) {
        error = listing->whole->keep_error;
    } else if (mem_set_count(&listing->pass->ids) > 0) {
        err_wrap(&error, "%s; %s", text_string(&state), place);
    } else {
        err_wrap(&error, "listing %s%s%s", listing->wanted.kind->plural, listing->vpc->region[0] != '\0' ? " in " : "",
                 listing->vpc->region);
    }
    end(listing, &error);
}

static void fail_at_page(struct listing *listing, const struct vpc_chain *chain)
{
    char place[32];

    snprintf(place, sizeof(place), "page %zu", chain->pages);
    fail(listing, &chain->error, place);
}

static void give_up(struct listing *listing)
{
    const struct vpc_pass *pass = listing->pass;
    size_t count = mem_set_count(&pass->ids);
    CLEANUP(text_free) struct text line = {0};
    struct err error = ERR_INIT;

    append_state(listing, count, pass->total, &line);
    if (listing->unsettled > 0) {
        text_printf(&line, "; %zu of them could not be looked up again: %s", listing->unsettled,
                    listing->lookup_error.message);
    } else if (pass->total >= 0 && (uint64_t)pass->total < count) {
        text_printf(&line, ", but the API counts %lld", (long long)pass->total);
    }
    if (pass->repeated > 0) {
        text_printf(&line, "; %zu of the items were repetitions", pass->repeated);
    }
    text_printf(&line, "; the list did not add up in %u readings", listing->passes);
    err_set(&error, ERR_INCOMPLETE, "%s", text_string(&line));
    end(listing, &error);
}

/* --- settling ----------------------------------------------------------------------------------------- */

/* Whether as many were read as the API counted, all the time. */
static bool adds_up(const struct vpc_pass *pass, size_t count)
{
    return pass->total < 0 || (pass->steady && (uint64_t)pass->total == count);
}

/*
 * Whether the count of a moment between both passes can be made of what they met: of those that were there before and
 * after it for certain, and any number of those that may have come or gone on either side of it.
 */
static bool explains(const struct listing *listing, size_t count, int64_t total)
{
    const struct vpc_pass *pass = listing->pass;
    size_t certain = pass->both + listing->found;
    size_t possible = mem_set_count(&listing->before->ids) + count - pass->both;

    return total >= 0 && (uint64_t)total >= certain && (uint64_t)total <= possible;
}

static void settle(struct listing *listing)
{
    const struct vpc_pass *pass = listing->pass;
    size_t count = mem_set_count(&pass->ids) - listing->found - listing->unsettled; /* of its pages alone */
    bool settled = adds_up(pass, count) || explains(listing, count, listing->before->total) ||
                   explains(listing, count, pass->first_total);

    if (listing->lookup_error.code == ERR_CANCELLED) {
        fail(listing, &listing->lookup_error, "looking up what came or went");
    } else if (settled && listing->unsettled == 0) {
        end(listing, NULL);
    } else if (listing->passes < VPC_LIST_PASSES) {
        begin_pass(listing);
    } else {
        give_up(listing);
    }
}

/* A record of the pass before that is on no page of this one. */
struct lookup {
    struct listing *listing;
    const struct resource *record;
};

/* It may be on no page because a filter of the API no longer fits. */
static bool fits_still(const struct listing *listing, const struct resource *old, const struct resource *record)
{
    return listing->whole->query.size == 0 ||
           (text_equal(old->name, record->name) && text_equal(old->vpc_id, record->vpc_id) &&
            text_equal(old->resource_group_id, record->resource_group_id));
}

static bool read_lookup(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct lookup *lookup = context;
    struct listing *listing = lookup->listing;
    struct resource_list *records = listing->pass->records;
    struct resource *record = resource_list_append(records, listing->wanted.kind, listing->vpc->region);
    bool keep = true;

    (void)e;
    if (listing->wanted.source != NULL) {
        *listing->wanted.source = (struct answer_string){.data = reply->body, .size = reply->size};
    }
    record->api = listing->vpc;
    resource_read(records, record, root);
    if (listing->wanted.keep != NULL &&
        !listing->wanted.keep(record, root, listing->wanted.context, &keep, &listing->lookup_error)) {
        keep = false;
    }
    if (!keep || !fits_still(listing, lookup->record, record)) {
        resource_list_truncate(records, resource_list_count(records) - 1);
    }
    return true;
}

static void lookup_done(const struct vpc_answer *answer, void *context)
{
    struct lookup *lookup = context;
    struct listing *listing = lookup->listing;

    if (answer->error == NULL) {
        mem_set_add(&listing->pass->ids, lookup->record->id);
        listing->found++;
    } else if (!http_is_not_found(answer->reply)) {
        adopt(listing, lookup->record);
        listing->unsettled++;
        err_take(&listing->lookup_error, answer->error);
    }
    free(lookup);
    if (--listing->lookups == 0) {
        settle(listing);
    }
}

static void look_up(struct listing *listing, const struct resource *record)
{
    struct lookup *lookup = mem_alloc(sizeof(*lookup));
    const char *parent = listing->whole->parent.size > 0 ? text_string(&listing->whole->parent) : NULL;
    CLEANUP(text_free) struct text below = {0};

    *lookup = (struct lookup){.listing = listing, .record = record};
    if (parent != NULL) {
        text_printf(&below, "%s/", listing->wanted.kind->below);
        text_percent_encode(&below, record->id, "");
    }
    vpc_get(listing->vpc, listing->wanted.kind,
            &(struct vpc_call){.id = parent != NULL ? parent : record->id,
                               .below = parent != NULL ? text_string(&below) : NULL,
                               .must_finish = listing->wanted.must_finish,
                               .read = read_lookup,
                               .done = lookup_done,
                               .context = lookup});
}

/* What the pass before met and this one did not is gone, or was missed: each is asked for by its id. */
static void look_up_absent(struct listing *listing)
{
    const struct resource_list *earlier = listing->before->records;

    listing->found = listing->unsettled = 0;
    listing->lookup_error = ERR_INIT;
    for (size_t i = 0; i < resource_list_count(earlier); i++) {
        const struct resource *record = resource_list_at(earlier, i);
        /* what has no id is on no later page known as the same */
        if (record->id == NULL || mem_set_has(&listing->pass->ids, record->id)) {
            continue;
        }
        if (listing->lookups < VPC_LOOKUPS_MAX) {
            listing->lookups++;
            look_up(listing, record);
        } else {
            adopt(listing, record);
            listing->unsettled++;
            err_set(&listing->lookup_error, ERR_INCOMPLETE, "more than %d would have to be looked up", VPC_LOOKUPS_MAX);
        }
    }
    if (listing->lookups == 0) {
        settle(listing);
    }
}

static void pass_ended(struct listing *listing, const struct vpc_chain *last)
{
    struct vpc_pass *pass = listing->pass;

    pass->first_total = listing->whole->first_total;
    pass->total = last->total;
    pass->steady = listing->whole->steady && pass->first_total == pass->total;
    if (listing->before != NULL) {
        look_up_absent(listing);
    } else if (adds_up(pass, mem_set_count(&pass->ids))) {
        end(listing, NULL);
    } else {
        begin_pass(listing);
    }
}

/* --- in parts --------------------------------------------------------------------------------------- */

static void checked(struct vpc_chain *chain, enum vpc_chain_end chain_end, void *context)
{
    struct listing *listing = context;

    if (chain_end == VPC_CHAIN_FAILED) {
        fail_at_page(listing, chain);
    } else {
        pass_ended(listing, chain);
    }
}

static struct vpc_chain *create_chain(struct listing *listing, vpc_chain_end_fn *ended)
{
    struct vpc_chain *chain = vpc_chain_create(listing->vpc, listing->wanted.kind, listing->pass, ended, listing);

    chain->counted = true;
    chain->must_finish = listing->wanted.must_finish;
    chain->keep = listing->wanted.keep;
    chain->source = listing->wanted.source;
    chain->keep_context = listing->wanted.context;
    return chain;
}

/* The total is asked for once more: did anything come or go meanwhile? */
static void check_total(struct listing *listing)
{
    vpc_chain_destroy(listing->check);
    listing->check = create_chain(listing, checked);
    text_append(&listing->check->query, text_string(&listing->whole->query));
    listing->check->pause_above = 1;
    vpc_chain_begin(listing->check);
}

static void begin_part(struct listing *listing);

static void note_failed_part(struct listing *listing, const struct vpc_chain *part)
{
    bool of_list =
        part->error.code == ERR_CANCELLED || part->error.code == ERR_AUTH || part->keep_error.code != ERR_NONE;

    listing->failed_parts += of_list ? VPC_FAILED_PARTS_MAX : 1;
    err_take(&listing->whole->keep_error, &part->keep_error);
    if (err_take(&listing->error, &part->error)) {
        return;
    }
    if (listing->error_place.size == 0) {
        text_printf(&listing->error_place, "page %zu of VPC %s", part->pages, part->of);
    }
}

/* A VPC that cannot be read does not hide the others. */
static void part_ended(struct vpc_chain *chain, enum vpc_chain_end chain_end, void *context)
{
    struct listing *listing = context;

    if (chain_end == VPC_CHAIN_FAILED) {
        note_failed_part(listing, chain);
    }
    listing->parts--;
    vpc_chain_destroy(chain);
    if (listing->failed_parts < VPC_FAILED_PARTS_MAX &&
        listing->next_vpc < resource_list_count(listing->vpcs->pass->records)) {
        begin_part(listing);
    } else if (listing->parts == 0 && listing->failed_parts > 0) {
        fail(listing, &listing->error, text_string(&listing->error_place));
    } else if (listing->parts == 0) {
        check_total(listing);
    }
}

static void begin_part(struct listing *listing)
{
    const struct resource *vpc = resource_list_at(listing->vpcs->pass->records, listing->next_vpc++);
    struct vpc_chain *part = create_chain(listing, part_ended);

    text_append(&part->query, text_string(&listing->whole->query));
    vpc_url_query(&part->query, "vpc.id", vpc->id);
    part->of = vpc->name != NULL ? vpc->name : vpc->id;
    listing->parts++;
    vpc_chain_begin(part);
}

static void vpcs_ended(struct vpc_chain *chain, enum vpc_chain_end chain_end, void *context)
{
    struct listing *listing = context;
    size_t count = resource_list_count(chain->pass->records);

    bool divides = chain_end == VPC_CHAIN_WHOLE && count >= 2;
    for (size_t i = 0; divides && i < count; i++) {
        divides = resource_list_at(chain->pass->records, i)->id != NULL;
    }
    if (!divides) {
        vpc_chain_continue(listing->whole);
        return;
    }
    listing->next_vpc = 0;
    size_t most = listing->wanted.parts > 0 ? listing->wanted.parts : VPC_PARTS_AT_ONCE;
    for (size_t i = 0; i < count && i < most; i++) {
        begin_part(listing);
    }
}

/* --- as a whole ------------------------------------------------------------------------------------- */

static void whole_ended(struct vpc_chain *chain, enum vpc_chain_end chain_end, void *context)
{
    struct listing *listing = context;
    struct err error = ERR_INIT;

    if (chain_end == VPC_CHAIN_FAILED) {
        fail_at_page(listing, chain);
    } else if (chain_end == VPC_CHAIN_PAUSED && listing->wanted.most > 0) {
        err_set(&error, ERR_INCOMPLETE, "there are %lld %s", (long long)chain->total, chain->kind->plural);
        end(listing, &error);
    } else if (chain_end == VPC_CHAIN_PAUSED) {
        vpc_chain_destroy(listing->vpcs);
        listing->vpcs = vpc_chain_create(listing->vpc, &resource_vpc, NULL, vpcs_ended, listing);
        vpc_chain_begin(listing->vpcs);
    } else {
        pass_ended(listing, chain);
    }
}

/* Parts are read twice; what they cannot settle has to show in one chain. */
static void begin_pass(struct listing *listing)
{
    vpc_pass_destroy(listing->before);
    listing->before = listing->pass;
    listing->pass = listing->whole->pass = vpc_pass_create(listing->before);
    listing->vpc->reading.items -= mem_set_count(&listing->before->ids) - listing->found - listing->unsettled;
    if (++listing->passes > VPC_PARTS_PASSES && listing->wanted.most == 0) {
        listing->whole->pause_above = 0;
    }
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
    *listing = (struct listing){.vpc = vpc, .wanted = *wanted, .pass = vpc_pass_create(NULL), .passes = 1};
    listing->wanted.filter = (struct vpc_filter){0};
    listing->whole = create_chain(listing, whole_ended);
    listing->whole->totalled = true;
    listing->whole->pause_above = wanted->most;
    if (wanted->most == 0 && (wanted->kind->filters & RESOURCE_FILTER_VPC) != 0 && !by_vpc) {
        listing->whole->pause_above = VPC_PARTS_ABOVE;
    }
    text_append(&listing->whole->parent, wanted->parent != NULL ? wanted->parent : "");
    if ((wanted->kind->filters & RESOURCE_FILTER_NAME) != 0 && filter->name != NULL) {
        text_append(&listing->whole->named, filter->name);
    }
    append_filter(&listing->whole->query, filter, wanted->kind->filters);
    wait_read_begun(http_work(vpc->http), wanted->kind->plural, true);
    vpc_chain_begin(listing->whole);
}
