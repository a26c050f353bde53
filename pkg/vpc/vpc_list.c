/* Lists: page after page, checked against total_count, all or nothing. */
#include <stdlib.h>
#include <string.h>

#include "vpc/vpc_url.h"

/* One list under way. */
struct listing {
    struct vpc *vpc;
    struct vpc_listing wanted;     /* its strings are copied below */
    struct text query;             /* the filters, escaped, the same for every page */
    struct resource_list *records; /* of the pages so far */
    struct text start;             /* token of the next page; empty: there is none */
    struct text last_start;        /* token of the page under way */
    size_t items;                  /* of all pages so far, kept or not */
    int64_t total;                 /* total_count of the last page; -1 when it said none */
    size_t pages;
    unsigned tries;
    struct err keep_error; /* an error of `keep`, which no repetition mends */
};

static void request_page(struct listing *listing);

static void free_listing(struct listing *listing)
{
    text_free(&listing->query);
    text_free(&listing->start);
    text_free(&listing->last_start);
    resource_list_destroy(listing->records);
    free(listing);
}

static void end(struct listing *listing, const struct err *error)
{
    if (error == NULL) {
        resource_list_take(listing->wanted.into, listing->records);
    }
    listing->wanted.listed(error, listing->wanted.context);
    free_listing(listing);
}

static bool read_item(struct listing *listing, struct answer_node item, struct err *e)
{
    struct resource *record = resource_list_append(listing->records, listing->wanted.kind, listing->vpc->region);
    bool keep = true;

    if (!resource_read(listing->records, record, item, e)) {
        return false;
    }
    if (listing->wanted.keep != NULL && listing->keep_error.code == ERR_NONE &&
        !listing->wanted.keep(record, item, listing->wanted.context, &keep, &listing->keep_error)) {
        keep = false;
    }
    if (!keep) {
        resource_list_truncate(listing->records, resource_list_count(listing->records) - 1);
    }
    return true;
}

static bool read_next(struct listing *listing, struct answer_node root, struct err *e)
{
    struct answer_string href = {0};

    text_clear(&listing->start);
    if (!answer_get_string(root, "next/href", ANSWER_OPTIONAL, &href, e)) {
        return false;
    }
    if (href.data != NULL && !vpc_url_start(href.data, href.size, &listing->start)) {
        return answer_error(answer_find(root, "next/href"), e, "the address of the next page holds no start token");
    }
    return true;
}

static bool read_page(struct http_reply *reply, void *context, struct err *e)
{
    struct listing *listing = context;
    struct answer_node root;
    struct answer_node items;
    size_t before = resource_list_count(listing->records);
    int64_t total = -1;

    if (!answer_parse_padded(listing->vpc->parser, reply->body, reply->size, &root, e) ||
        !answer_get_array(root, listing->wanted.kind->items, ANSWER_REQUIRED, &items, e) ||
        !answer_get_integer(root, "total_count", ANSWER_OPTIONAL, &total, e) || !read_next(listing, root, e)) {
        return false;
    }
    for (struct answer_cursor each = answer_each(items); answer_next(&each);) {
        if (!read_item(listing, each.node, e)) {
            resource_list_truncate(listing->records, before);
            return false;
        }
    }
    listing->items += answer_count(items);
    listing->total = total;
    return true;
}

static void restart(struct listing *listing)
{
    resource_list_truncate(listing->records, 0);
    text_clear(&listing->start);
    text_clear(&listing->last_start);
    listing->items = listing->pages = 0;
    listing->total = -1;
    listing->tries++;
    request_page(listing);
}

static void last_page_done(struct listing *listing)
{
    struct err error = ERR_INIT;

    if (listing->total < 0 || (uint64_t)listing->total == listing->items) {
        end(listing, NULL);
    } else if (listing->tries + 1 < VPC_LIST_TRIES) {
        restart(listing);
    } else {
        err_set(&error, ERR_INCOMPLETE, "the list of %s does not add up: %zu were read, the API counts %lld",
                listing->wanted.kind->plural, listing->items, (long long)listing->total);
        end(listing, &error);
    }
}

static void page_done(struct http_reply *reply, void *context)
{
    struct listing *listing = context;
    struct err error = ERR_INIT;

    listing->pages++;
    if (reply->error != NULL) {
        error = *reply->error;
        err_wrap(&error, "listing %s%s%s", listing->wanted.kind->plural, listing->vpc->region[0] != '\0' ? " in " : "",
                 listing->vpc->region);
        end(listing, &error);
    } else if (listing->keep_error.code != ERR_NONE) {
        error = listing->keep_error;
        end(listing, &error);
    } else if (listing->start.size == 0) {
        last_page_done(listing);
    } else if (strcmp(text_string(&listing->start), text_string(&listing->last_start)) == 0 ||
               listing->pages >= VPC_PAGES_MAX) {
        err_set(&error, ERR_INCOMPLETE, "the list of %s goes round in circles at page %zu",
                listing->wanted.kind->plural, listing->pages);
        end(listing, &error);
    } else {
        request_page(listing);
    }
}

static void request_page(struct listing *listing)
{
    CLEANUP(text_free) struct text url = {0};

    vpc_url(&url, listing->vpc, listing->wanted.kind->path, NULL, NULL);
    if (listing->wanted.kind->paginated) {
        text_printf(&url, "&limit=%d", VPC_PAGE_LIMIT);
    }
    text_append(&url, text_string(&listing->query));
    if (listing->start.size > 0) {
        vpc_url_query(&url, "start", text_string(&listing->start));
    }
    struct text previous = listing->last_start;
    listing->last_start = listing->start;
    listing->start = previous;
    text_clear(&listing->start);
    http_submit(listing->vpc->http, &(struct http_request){.method = HTTP_GET,
                                                           .flags = HTTP_WITH_TOKEN,
                                                           .url = text_string(&url),
                                                           .read = read_page,
                                                           .done = page_done,
                                                           .context = listing});
}

void vpc_list(struct vpc *vpc, const struct vpc_listing *wanted)
{
    struct listing *listing = calloc(1, sizeof(*listing));
    const struct vpc_filter *filter = &wanted->filter;
    unsigned filters = wanted->kind->filters;

    if (listing == NULL) {
        abort();
    }
    *listing = (struct listing){.vpc = vpc, .wanted = *wanted, .records = resource_list_create(), .total = -1};
    listing->wanted.filter = (struct vpc_filter){0};
    if ((filters & RESOURCE_FILTER_NAME) != 0) {
        vpc_url_query(&listing->query, "name", filter->name);
    }
    if ((filters & RESOURCE_FILTER_VPC) != 0) {
        vpc_url_query(&listing->query, "vpc.id", filter->vpc_id);
        vpc_url_query(&listing->query, "vpc.crn", filter->vpc_crn);
        vpc_url_query(&listing->query, "vpc.name", filter->vpc_name);
    }
    if ((filters & RESOURCE_FILTER_GROUP) != 0) {
        vpc_url_query(&listing->query, "resource_group.id", filter->resource_group_id);
    }
    request_page(listing);
}
