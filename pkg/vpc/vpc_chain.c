/* One chain of pages of a collection. */
#include "vpc/vpc_chain.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

struct vpc_chain *vpc_chain_create(struct vpc *vpc, const struct resource_kind *kind, struct resource_list *into,
                                   vpc_chain_end_fn *ended, void *context)
{
    struct vpc_chain *chain = mem_alloc(sizeof(*chain));

    *chain =
        (struct vpc_chain){.vpc = vpc, .kind = kind, .records = into, .ended = ended, .context = context, .total = -1};
    if (into == NULL) {
        chain->own = chain->records = resource_list_create();
    }
    return chain;
}

void vpc_chain_destroy(struct vpc_chain *chain)
{
    if (chain == NULL) {
        return;
    }
    text_free(&chain->parent);
    text_free(&chain->query);
    text_free(&chain->start);
    text_free(&chain->last_start);
    resource_list_destroy(chain->own);
    free(chain);
}

/* --- one page --------------------------------------------------------------------------------------- */

static bool read_item(struct vpc_chain *chain, struct answer_node item, struct err *e)
{
    struct resource *record = resource_list_append(chain->records, chain->kind, chain->vpc->region);
    bool keep = true;

    record->api = chain->vpc;
    if (!resource_read(chain->records, record, item, e)) {
        return false;
    }
    if (chain->keep != NULL && chain->keep_error.code == ERR_NONE &&
        !chain->keep(record, item, chain->keep_context, &keep, &chain->keep_error)) {
        keep = false;
    }
    if (!keep) {
        resource_list_truncate(chain->records, resource_list_count(chain->records) - 1);
    }
    return true;
}

static bool read_next(struct vpc_chain *chain, struct answer_node root, struct err *e)
{
    struct answer_string href = {0};

    text_clear(&chain->start);
    if (!answer_get_string(root, "next/href", ANSWER_OPTIONAL, &href, e)) {
        return false;
    }
    if (href.data != NULL && !vpc_url_start(href.data, href.size, &chain->start)) {
        return answer_error(answer_find(root, "next/href"), e, "the address of the next page holds no start token");
    }
    return true;
}

static void count_page(struct vpc_chain *chain, size_t items)
{
    struct vpc_reading *reading = &chain->vpc->reading;

    if (chain->counted) {
        reading->items += items;
    }
    if (chain->totalled && chain->pages == 0 && chain->total > 0) {
        reading->total += (size_t)chain->total;
    }
}

static bool read_page(struct http_reply *reply, void *context, struct err *e)
{
    struct vpc_chain *chain = context;
    struct answer_node root;
    struct answer_node items;
    size_t before = resource_list_count(chain->records);
    int64_t total = -1;

    if (!answer_parse_padded(chain->vpc->parser, reply->body, reply->size, &root, e) ||
        !answer_get_array(root, chain->kind->items, ANSWER_REQUIRED, &items, e) ||
        !answer_get_integer(root, "total_count", ANSWER_OPTIONAL, &total, e) || !read_next(chain, root, e)) {
        return false;
    }
    for (struct answer_cursor each = answer_each(items); answer_next(&each);) {
        if (!read_item(chain, each.node, e)) {
            resource_list_truncate(chain->records, before);
            return false;
        }
    }
    chain->items += answer_count(items);
    chain->total = total;
    count_page(chain, answer_count(items));
    return true;
}

/* --- the chain -------------------------------------------------------------------------------------- */

static void fail(struct vpc_chain *chain, const struct err *error)
{
    chain->error = *error;
    chain->ended(chain, VPC_CHAIN_FAILED, chain->context);
}

static void page_done(struct http_reply *reply, void *context)
{
    struct vpc_chain *chain = context;
    struct err error = ERR_INIT;

    chain->pages++;
    if (reply->error != NULL) {
        error = *reply->error;
        err_wrap(&error, "listing %s%s%s", chain->kind->plural, chain->vpc->region[0] != '\0' ? " in " : "",
                 chain->vpc->region);
        fail(chain, &error);
    } else if (chain->keep_error.code != ERR_NONE) {
        fail(chain, &chain->keep_error);
    } else if (chain->start.size == 0) {
        chain->ended(chain, VPC_CHAIN_WHOLE, chain->context);
    } else if (strcmp(text_string(&chain->start), text_string(&chain->last_start)) == 0 ||
               chain->pages >= VPC_PAGES_MAX) {
        err_set(&error, ERR_INCOMPLETE, "the list of %s goes round in circles at page %zu", chain->kind->plural,
                chain->pages);
        fail(chain, &error);
    } else if (chain->pages == 1 && chain->pause_above > 0 && chain->total > chain->pause_above) {
        chain->ended(chain, VPC_CHAIN_PAUSED, chain->context);
    } else {
        vpc_chain_continue(chain);
    }
}

void vpc_chain_continue(struct vpc_chain *chain)
{
    CLEANUP(text_free) struct text url = {0};

    vpc_url(&url, chain->vpc, chain->kind->path, chain->parent.size > 0 ? text_string(&chain->parent) : NULL,
            chain->kind->below);
    if (chain->kind->paginated) {
        text_printf(&url, "&limit=%d", VPC_PAGE_LIMIT);
    }
    text_append(&url, text_string(&chain->query));
    if (chain->start.size > 0) {
        vpc_url_query(&url, "start", text_string(&chain->start));
    }
    struct text previous = chain->last_start;
    chain->last_start = chain->start;
    chain->start = previous;
    text_clear(&chain->start);
    http_submit(chain->vpc->http, &(struct http_request){.method = HTTP_GET,
                                                         .flags = HTTP_WITH_TOKEN | HTTP_LONG_ANSWER |
                                                                  (chain->must_finish ? HTTP_MUST_FINISH : 0U),
                                                         .url = text_string(&url),
                                                         .read = read_page,
                                                         .explain = vpc_error_read,
                                                         .done = page_done,
                                                         .context = chain});
}

void vpc_chain_begin(struct vpc_chain *chain)
{
    if (chain->own != NULL) {
        resource_list_truncate(chain->own, 0);
    }
    text_clear(&chain->start);
    text_clear(&chain->last_start);
    chain->items = chain->pages = 0;
    chain->total = -1;
    chain->error = chain->keep_error = ERR_INIT;
    vpc_chain_continue(chain);
}
