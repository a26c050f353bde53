/* One chain of pages of a collection. */
#include "vpc/vpc_chain.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpc/vpc_identity.h"
#include "vpc/vpc_remedy.h"
#include "json/json_answer_source.h"

struct vpc_pass *vpc_pass_create(const struct vpc_pass *before)
{
    struct vpc_pass *pass = mem_alloc(sizeof(*pass));

    *pass = (struct vpc_pass){.records = resource_list_create(),
                              .earlier = before != NULL ? &before->ids : NULL,
                              .first_total = -1,
                              .total = -1};
    return pass;
}

void vpc_pass_destroy(struct vpc_pass *pass)
{
    if (pass != NULL) {
        resource_list_destroy(pass->records);
        mem_set_free(&pass->ids);
        free(pass);
    }
}

struct vpc_chain *vpc_chain_create(struct vpc *vpc, const struct resource_kind *kind, struct vpc_pass *pass,
                                   vpc_chain_end_fn *ended, void *context)
{
    struct vpc_chain *chain = mem_alloc(sizeof(*chain));

    *chain = (struct vpc_chain){.vpc = vpc, .kind = kind, .pass = pass, .ended = ended, .context = context};
    if (pass == NULL) {
        chain->own = chain->pass = vpc_pass_create(NULL);
    }
    return chain;
}

void vpc_chain_destroy(struct vpc_chain *chain)
{
    if (chain == NULL) {
        return;
    }
    text_free(&chain->parent);
    text_free(&chain->named);
    text_free(&chain->query);
    text_free(&chain->start);
    mem_set_free(&chain->starts);
    vpc_pass_destroy(chain->own);
    free(chain);
}

/* --- one page --------------------------------------------------------------------------------------- */

/*
 * Whether the record is met for the first time in this pass. What has no id is known by its name and its place: none
 * of a page is another one read again.
 */
static bool note_id(struct vpc_chain *chain, const struct resource *record)
{
    struct vpc_pass *pass = chain->pass;
    CLEANUP(text_free) struct text place = {0};
    const char *id = record->id;

    if (id == NULL) {
        text_printf(&place, "%s/%s/%zu/%zu", chain->of != NULL ? chain->of : "",
                    record->name != NULL ? record->name : "", chain->pages, chain->new_items);
        id = text_string(&place);
    }
    if (!mem_set_add(&pass->ids, id)) {
        pass->repeated++;
        return false;
    }
    chain->new_items++;
    pass->both += pass->earlier != NULL && mem_set_has(pass->earlier, id);
    return true;
}

static void read_item(struct vpc_chain *chain, struct answer_node item)
{
    struct resource_list *records = chain->pass->records;
    struct resource *record = resource_list_append(records, chain->kind, chain->vpc->region);

    record->api = chain->vpc;
    resource_read(records, record, item);
    bool keep = note_id(chain, record);
    keep = keep && (chain->keep_error.code != ERR_NONE || vpc_check_region(chain->vpc, record, &chain->keep_error));
    if (keep && chain->keep != NULL && chain->keep_error.code == ERR_NONE &&
        !chain->keep(record, item, chain->keep_context, &keep, &chain->keep_error)) {
        keep = false;
    }
    if (!keep) {
        resource_list_truncate(records, resource_list_count(records) - 1);
    }
}

static void read_items(struct vpc_chain *chain, struct answer_node items, const struct http_reply *reply)
{
    struct answer_source texts = {0};

    if (chain->source != NULL) {
        texts = answer_source_items(reply->body, reply->size, chain->kind->items);
    }
    chain->new_items = 0;
    for (struct answer_cursor each = answer_each(items); answer_next(&each);) {
        if (chain->source != NULL && !answer_source_next(&texts, chain->source)) {
            *chain->source = (struct answer_string){0};
        }
        read_item(chain, each.node);
    }
    if (resource_list_count(chain->pass->records) == 0) {
        resource_list_clear(chain->pass->records); /* a list that only `keep` looks at holds no strings of its pages */
    }
}

/* The page that the token of the next one has led to before: the first token led to page 2. */
static size_t page_of_start(const struct vpc_chain *chain)
{
    size_t page = 2;

    for (const struct mem_map_entry *each = mem_map_first(&chain->starts.map); each != NULL;
         each = mem_map_next(each)) {
        if (each->key_size == chain->start.size && memcmp(each->key, chain->start.data, each->key_size) == 0) {
            break;
        }
        page++;
    }
    return page;
}

/* What the items are is known whatever the link says, so that a bad one is no reason to read the page again. */
static void read_next(struct vpc_chain *chain, struct answer_node root)
{
    struct answer_node next = answer_find(root, "next");
    enum answer_kind kind = answer_kind(next);
    struct answer_string href = {0};

    text_clear(&chain->start);
    if (kind == ANSWER_ABSENT || kind == ANSWER_NULL) {
        return;
    }
    if (kind == ANSWER_OBJECT) {
        href = answer_value(answer_find(next, "href")).string;
    }
    if (href.data == NULL || !text_append_parameter(&chain->start, href.data, href.size, "start")) {
        text_clear(&chain->start);
        err_set(&chain->link_error, ERR_INCOMPLETE, "the link to the next page holds no start token");
        return;
    }
    if (!mem_set_add_n(&chain->starts, chain->start.data, chain->start.size)) {
        err_set(&chain->link_error, ERR_INCOMPLETE, "the link to the next page leads back to page %zu",
                page_of_start(chain));
    }
}

static void note_total(struct vpc_chain *chain, int64_t total)
{
    struct vpc_reading *reading = &chain->vpc->reading;

    if (total < 0) {
        return;
    }
    chain->steady = chain->total < 0 || (chain->steady && chain->total == total);
    chain->first_total = chain->first_total < 0 ? total : chain->first_total;
    chain->total = total;
    if (chain->totalled) {
        reading->total += (size_t)total - chain->shown_total;
        chain->shown_total = (size_t)total;
    }
}

static bool read_page(struct http_reply *reply, void *context, struct err *e)
{
    struct vpc_chain *chain = context;
    const struct vpc_expected expected = {.kind = chain->parent.size + chain->named.size > 0 ? VPC_EXPECT_ITEMS
                                                                                             : VPC_EXPECT_ANYTHING,
                                          .id = chain->parent.size > 0 ? chain->parent.data : NULL,
                                          .name = chain->named.size > 0 ? chain->named.data : NULL,
                                          .items = chain->kind->items};
    struct answer_node root;
    struct answer_node items;
    int64_t total = -1;

    reply->well_formed = answer_parse_padded(chain->vpc->parser, reply->body, reply->size, &root, e);
    if (!reply->well_formed || !answer_get_array(root, chain->kind->items, ANSWER_REQUIRED, &items, e) ||
        !answer_get_integer(root, "total_count", ANSWER_OPTIONAL, &total, e)) {
        return false;
    }
    if (!vpc_expected_check(&expected, root, e)) {
        reply->misdirected = true;
        return false;
    }
    read_items(chain, items, reply);
    read_next(chain, root);
    note_total(chain, total);
    chain->idle_pages = chain->new_items > 0 ? 0 : chain->idle_pages + 1;
    if (chain->counted) {
        chain->vpc->reading.items += chain->new_items;
    }
    return true;
}

/* --- the chain -------------------------------------------------------------------------------------- */

static void fail(struct vpc_chain *chain, const struct err *error)
{
    chain->error = *error;
    chain->ended(chain, VPC_CHAIN_FAILED, chain->context);
}

/* Whether the next page is worth asking for: a server that never ends its list is not followed. */
static bool check_progress(const struct vpc_chain *chain, struct err *e)
{
    if (chain->idle_pages >= VPC_IDLE_PAGES_MAX) {
        return err_set(e, ERR_INCOMPLETE, "%zu pages in a row brought nothing new, and more are said to follow",
                       chain->idle_pages);
    }
    return chain->pages < VPC_PAGES_MAX || err_set(e, ERR_INCOMPLETE, "more than %d pages are not read", VPC_PAGES_MAX);
}

static void page_done(struct http_reply *reply, void *context)
{
    struct vpc_chain *chain = context;
    struct err error = ERR_INIT;

    if (reply->error != NULL) {
        error = *reply->error;
        vpc_add_remedy(&(struct vpc_asked){.vpc = chain->vpc, .kind = chain->kind, .method = HTTP_GET}, reply, &error);
        fail(chain, &error);
    } else if (chain->keep_error.code != ERR_NONE) {
        fail(chain, &chain->keep_error);
    } else if (chain->link_error.code != ERR_NONE) {
        fail(chain, &chain->link_error);
    } else if (chain->start.size == 0) {
        chain->ended(chain, VPC_CHAIN_WHOLE, chain->context);
    } else if (!check_progress(chain, &error)) {
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
    chain->pages++;
    text_clear(&chain->start);
    http_submit(chain->vpc->http, &(struct http_request){.method = HTTP_GET,
                                                         .flags = HTTP_WITH_TOKEN | HTTP_LONG_ANSWER |
                                                                  (chain->must_finish ? HTTP_MUST_FINISH : 0U),
                                                         .url = text_string(&url),
                                                         .read = read_page,
                                                         .done = page_done,
                                                         .context = chain});
}

void vpc_chain_begin(struct vpc_chain *chain)
{
    text_clear(&chain->start);
    mem_set_free(&chain->starts);
    chain->pages = chain->idle_pages = chain->new_items = 0;
    chain->first_total = chain->total = -1;
    chain->steady = true;
    chain->error = chain->keep_error = chain->link_error = ERR_INIT;
    vpc_chain_continue(chain);
}
