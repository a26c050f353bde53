/*
 * plan_select: which resources a command is about. Reads the inventory (only as much as needed) and applies the
 * selectors of cli.md: filters that the API has are sent to it, the rest are applied here.
 */
#ifndef PLAN_PLAN_SELECT_H
#define PLAN_PLAN_SELECT_H

#include "query/query.h"
#include "vpc/vpc.h"

/* Words of one selector; any of them may match. */
struct plan_words {
    const char *const *items;
    size_t count;
};

/* All zero selects everything. Strings are borrowed. */
struct plan_selector {
    struct plan_words targets;         /* names, ids, CRNs: each must be found, names in one place only */
    struct plan_words names;           /* globs over the name */
    struct plan_words excludes;        /* globs over the name: never selected, also when targeted */
    struct plan_words vpcs;            /* name, id or CRN */
    struct plan_words resource_groups; /* name or id */
    struct plan_words zones;
    struct plan_words statuses;
    struct query *where; /* a predicate over the object of the API; NULL: none */
};

/* Where to look: the regions' APIs, which share `http`. */
struct plan_scope {
    struct http *http;
    struct vpc *const *regions;
    size_t region_count;
};

/* Above this many targets the whole collection is read instead of one request a target. */
enum { PLAN_TARGETS_SINGLY = 40 };

/*
 * Appends what is selected of the kinds (`kind_count` of them, read side by side) to `into`, ordered by region, kind and
 * name. Errors: ERR_NOT_FOUND naming every target that matches nothing (with the nearest name) or every resource
 * that an ambiguous name matches; ERR_INCOMPLETE and the API's own when an inventory could not be read whole:
 * `into` is then unchanged, unless `ret_missing` is given: it takes a line about each part that is missing, what could be
 * read is kept, and true is returned.
 */
bool plan_select(const struct plan_scope *scope, const struct resource_kind *const kinds[], size_t kind_count,
                 const struct plan_selector *selector, struct resource_list *into, struct text *ret_missing,
                 struct err *e) __attribute__((warn_unused_result));

/* Whether the selector says which resources are meant; excluding some alone does not. */
bool plan_selector_narrows(const struct plan_selector *selector);

/* The filters of the selector over a record alone (everything but targets and `where`). */
bool plan_selector_matches(const struct plan_selector *selector, const struct resource *record);

#endif
