/* Collections in pages, and the filters of lists. */
#include "vpcsim/api/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"

enum { TOKEN_SIZE = 25 };

/* Opaque: the masked position, and a check that keeps guesses and tokens of other collections out. */
static void token_of(const struct page *page, uint64_t position, char token[TOKEN_SIZE])
{
    uint64_t place = random_hash(page->path, strlen(page->path));

    snprintf(token, TOKEN_SIZE, "%08" PRIx64 "%016" PRIx64, random_mix(position, place) & 0xffffffff,
             position ^ random_mix(place, 1));
}

static bool read_token(const struct page *page, const char *token, uint64_t *ret_position)
{
    uint64_t place = random_hash(page->path, strlen(page->path));
    char again[TOKEN_SIZE];

    if (strlen(token) != TOKEN_SIZE - 1 || strspn(token, "0123456789abcdef") != TOKEN_SIZE - 1) {
        return false;
    }
    *ret_position = strtoull(token + 8, NULL, 16) ^ random_mix(place, 1);
    token_of(page, *ret_position, again);
    return strcmp(again, token) == 0;
}

static bool read_limits(const struct request *request, struct reply *reply, const struct page *page, long *ret_limit,
                        uint64_t *ret_from)
{
    const char *limit = request_query(request, "limit");
    const char *start = request_query(request, "start");

    *ret_limit = PAGE_LIMIT_DEFAULT;
    *ret_from = 0;
    if (limit != NULL && !text_to_long(limit, 1, PAGE_LIMIT_MAX, ret_limit)) {
        reply_bad_parameter(reply, "limit", limit, "The limit must be between 1 and %d.", PAGE_LIMIT_MAX);
    }
    if (start != NULL && !read_token(page, start, ret_from)) {
        reply_bad_parameter(reply, "start", start, "The start token is not valid.");
    }
    return !reply_failed(reply);
}

static void append_link(const struct request *request, const struct page *page, long limit, const char *name,
                        const char *token, struct text *out)
{
    reply_format(out, "\"%s\":{\"href\":\"%s/%s?%s%s%slimit=%ld\"},", name,
                 page->base != NULL ? page->base : request->region->api, page->path, token != NULL ? "start=" : "",
                 token != NULL ? token : "", token != NULL ? "&" : "", limit);
}

static bool is_wanted(const struct page *page, const struct entity *item)
{
    return page->wanted == NULL || page->wanted(item, page->filter);
}

static size_t count_wanted(const struct page *page)
{
    size_t count = 0;

    for (size_t i = 0; page->wanted != NULL && i < page->items->count; i++) {
        count += is_wanted(page, page->items->items[i]);
    }
    return page->wanted == NULL ? page->items->count : count;
}

/* At most `limit` items from position `from` on; `ret_next` is the item behind them, if there is one. */
static void append_items(const struct request *request, const struct page *page, long limit, uint64_t from,
                         const struct entity **ret_next, struct text *out)
{
    long sent = 0;

    for (size_t i = collection_from(page->items, from); i < page->items->count; i++) {
        const struct entity *item = page->items->items[i];
        if (!is_wanted(page, item)) {
            continue;
        }
        if (sent == limit) {
            *ret_next = item;
            return;
        }
        text_append(out, sent++ > 0 ? "," : "");
        page->append(request, item, out);
    }
}

void page_reply(const struct request *request, struct reply *reply, const struct page *page)
{
    long limit;
    uint64_t from;

    if (!read_limits(request, reply, page, &limit, &from)) {
        return;
    }
    const struct entity *next = NULL;
    struct text *out = reply_json(reply, 200);
    text_append_char(out, '{');
    append_link(request, page, limit, "first", NULL, out);
    reply_format(out, "\"%s\":[", page->key);
    append_items(request, page, page->unpaginated ? (long)page->items->count : limit, from, &next, out);
    reply_format(out, "],\"limit\":%ld,", limit);
    if (next != NULL) {
        char token[TOKEN_SIZE];
        token_of(page, next->position, token);
        append_link(request, page, limit, "next", token, out);
    }
    reply_format(out, "\"total_count\":%zu}", count_wanted(page));
}

static void read_target(const struct request *request, const char *prefix, struct filter_target *target)
{
    const char **const members[] = {&target->id, &target->crn, &target->name};
    static const char *const suffixes[] = {"id", "crn", "name"};

    for (size_t i = 0; i < 3; i++) {
        char parameter[96];
        snprintf(parameter, sizeof(parameter), "%s.%s", prefix, suffixes[i]);
        const char *value = request_query(request, parameter);
        if (value != NULL) {
            *members[i] = value;
        }
    }
}

/* False when the request filters nothing: no item need be read. */
static bool read_filter(const struct request *request, struct filter *ret_filter)
{
    struct filter *filter = ret_filter;

    *filter = (struct filter){
        .name = request_query(request, "name"),
        .resource_group = request_query(request, "resource_group.id"),
        .class = request_query(request, "availability.class"),
        .affinity = request_query(request, "reservation_affinity.policy"),
        .zone = request_query(request, "zone.name"),
    };
    read_target(request, "vpc", &filter->vpc);
    read_target(request, "instance_group_membership.instance_group", &filter->group);
    read_target(request, "placement_group", &filter->placement_group);
    read_target(request, "dedicated_host", &filter->dedicated_host);
    /* nothing of the following exists here, so that naming one finds nothing */
    read_target(request, "reservation", &filter->other);
    read_target(request, "cluster_network", &filter->other);
    for (size_t i = 0; i < request->query_count; i++) {
        if (!tokens_have("start limit version generation maturity", request->query[i].name)) {
            return true;
        }
    }
    return false;
}

static bool names_entity(const struct filter_target *target, const struct entity *entity)
{
    if (target->id == NULL && target->crn == NULL && target->name == NULL) {
        return true;
    }
    if (entity == NULL) {
        return false;
    }
    const char *last = target->crn != NULL ? strrchr(target->crn, ':') : NULL;
    return (target->id == NULL || strcmp(target->id, entity->id) == 0) &&
           (target->name == NULL || strcmp(target->name, entity->name) == 0) &&
           (target->crn == NULL || (last != NULL && strcmp(last + 1, entity->id) == 0));
}

static bool is(const char *wanted, const char *value)
{
    return wanted == NULL || strcmp(wanted, value) == 0;
}

static const char *affinity(bool manual, bool automatic)
{
    return manual ? "manual" : automatic ? "automatic" : "disabled";
}

bool filter_instance(const struct entity *item, const void *context)
{
    const struct instance *instance = (const struct instance *)item;
    const struct filter *filter = context;

    /* the VPC first: every page of a long list counts all items that it names */
    if (!names_entity(&filter->vpc, &instance->vpc->entity)) {
        return false;
    }
    const struct membership *membership = instance->membership;
    const struct placement_group *spread = instance->placement_group;
    struct entity host = {.id = instance->dedicated_host, .name = (char *)"host-1"};
    return is(filter->name, item->name) && is(filter->resource_group, instance->resource_group->id) &&
           is(filter->class, instance->spot ? "spot" : "standard") &&
           is(filter->affinity, affinity(instance->affinity_manual, instance->affinity_automatic)) &&
           names_entity(&filter->group, membership != NULL ? &membership->group->entity : NULL) &&
           names_entity(&filter->placement_group, spread != NULL ? &spread->entity : NULL) &&
           names_entity(&filter->dedicated_host, host.id != NULL ? &host : NULL) && names_entity(&filter->other, NULL);
}

bool filter_bare_metal(const struct entity *item, const void *context)
{
    const struct bare_metal *server = (const struct bare_metal *)item;
    const struct filter *filter = context;

    return is(filter->name, item->name) && is(filter->resource_group, server->resource_group->id) &&
           names_entity(&filter->vpc, &server->vpc->entity) && names_entity(&filter->other, NULL);
}

bool filter_name(const struct entity *item, const void *context)
{
    const struct filter *filter = context;

    return is(filter->name, item->name);
}

bool filter_vpc(const struct entity *item, const void *context)
{
    const struct vpc *vpc = (const struct vpc *)item;
    const struct filter *filter = context;

    return is(filter->resource_group, vpc->resource_group->id);
}

bool filter_subnet(const struct entity *item, const void *context)
{
    const struct subnet *subnet = (const struct subnet *)item;
    const struct filter *filter = context;
    bool zone = filter->zone == NULL ||
                (strlen(filter->zone) > 1 && filter->zone[strlen(filter->zone) - 1] == (char)('1' + subnet->zone));

    return zone && is(filter->resource_group, subnet->vpc->resource_group->id) &&
           names_entity(&filter->vpc, &subnet->vpc->entity);
}

void page_list(struct request *request, struct reply *reply, const struct collection *items, const char *key,
               page_wanted *wanted, page_append *append)
{
    struct filter filter;
    struct page page = {.items = items, .key = key, .path = key, .filter = &filter, .append = append};

    page.wanted = read_filter(request, &filter) ? wanted : NULL;
    page_reply(request, reply, &page);
}

void page_get(struct request *request, struct reply *reply, const struct collection *items, const char *title,
              page_append *append)
{
    const struct entity *item = resolve_argument(request, 0, items, title, reply);

    if (item != NULL) {
        append(request, item, reply_json(reply, 200));
    }
}
