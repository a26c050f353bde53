/*
 * page: collections in pages (vpc-api.md 1.5). A start token names the position of the item that the page begins
 * with or, when that item is gone by then, the next one: items that stay are neither skipped nor repeated.
 */
#ifndef VPCSIM_PAGE_H
#define VPCSIM_PAGE_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

enum { PAGE_LIMIT_DEFAULT = 50, PAGE_LIMIT_MAX = 100 };

/* Whether an item passes a filter; appends the body of an item. */
typedef bool page_wanted(const struct entity *item, const void *filter);
typedef void page_append(const struct request *request, const struct entity *item, struct text *out);

struct page {
    const struct collection *items;
    const char *key;  /* of the array in the answer */
    const char *path; /* behind .../v1/, for the links */
    const char *base; /* of the links, before the path; NULL: the region's API */
    /* NULL: all items */
    page_wanted *wanted;
    const void *filter;
    page_append *append;
    bool unpaginated; /* everything on one page, whose fields it has all the same */
};

/* Answers with the page that the request's start and limit ask for, or with their errors. */
void page_reply(const struct request *request, struct reply *reply, const struct page *page);

/* --- the list filters of vpc-api.md 2.2, read once a request --- */

/* A resource that a filter names by id, CRN or name; all NULL: any. */
struct filter_target {
    const char *id, *crn, *name;
};

struct filter {
    const char *name, *resource_group, *class, *affinity, *zone;
    struct filter_target vpc, group, placement_group, dedicated_host, other;
};

/* For struct page: records of one kind against a struct filter. */
page_wanted filter_instance, filter_bare_metal, filter_vpc, filter_subnet, filter_name;

/* A collection whose array has the name of its path, filtered by `wanted` (NULL: not at all). */
void page_list(struct request *request, struct reply *reply, const struct collection *items, const char *key,
               page_wanted *wanted, page_append *append);

/* The item that the path names, or 404. */
void page_get(struct request *request, struct reply *reply, const struct collection *items, const char *title,
              page_append *append);

#endif
