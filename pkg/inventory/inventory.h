/*
 * inventory: what exists. The only room that reads whole collections: it finds what a command selects, and reads what
 * records do not hold themselves (templates, memberships, trusted profiles).
 *
 * Selectors are those of cli.md: filters that the API has are sent to it, the others are applied here. As little is
 * read as the selection needs, of all regions and kinds at once.
 */
#ifndef INVENTORY_INVENTORY_H
#define INVENTORY_INVENTORY_H

#include "query/query.h"
#include "resource/resource_columns.h"
#include "vpc/vpc.h"

/* Where to look: the APIs of the regions, which share the session. */
struct inventory_scope {
    struct http *http;
    struct vpc *const *regions;
    size_t region_count;
};

/*
 * Finds the APIs of records that were not read from one, such as those of the history: by the name of the region or,
 * where the scope has a single API of an unknown region (--endpoint), that one. There is no other fall-back:
 * ERR_USAGE, with the regions to give, when one of them is of a region that the scope lacks.
 */
bool inventory_find_apis(const struct inventory_scope *scope, struct resource_list *records, struct err *e)
    __attribute__((warn_unused_result));

/* --- selecting --------------------------------------------------------------------------------------- */

/* Words of one selector; any of them may match. */
struct inventory_words {
    const char *const *items;
    size_t count;
};

/*
 * Is called with each record as a page brings it, while other pages are still to come: a command may read more about
 * it at once, on the same session (the selection then ends when those requests have ended, too). The record is
 * borrowed until the call returns; its content is final, but that it is selected is not: a list that does not add up
 * is read again (then the call is repeated), a target may turn out to be ambiguous, a page may fail. So nothing may
 * be written before the selection has succeeded, and records that it then lacks are to be forgotten. `seen` is valid
 * during the call.
 */
struct inventory_seen {
    struct answer_node item;     /* the object of the API */
    struct answer_string source; /* its text, where `source` is wanted; no data: unknown */
};
struct inventory_observer {
    void (*begins)(void *context); /* names were looked up, and the lists are asked for next; NULL: not wanted */
    void (*selected)(const struct resource *record, const struct inventory_seen *seen, void *context);
    void *context;
    bool copies; /* the source is wanted */
};

/*
 * What a selector came to, so that a slip in it is seen: a selection knows whether it is empty, and why. Zero before
 * the selection; freed with inventory_effect_free.
 */
struct inventory_effect {
    struct text why;  /* nothing was selected, because: "no instance matches --zone eu-de-1"; empty: something was */
    struct text idle; /* a line about each glob that matches nothing, where something was selected */
    struct inventory_part {
        const struct resource_kind *kind; /* NULL: any */
        const struct vpc *api;            /* borrowed from the scope; NULL: any */
    } * unread;                           /* lists that could not be read whole */
    size_t unread_count;
};
void inventory_effect_free(struct inventory_effect *effect); /* for CLEANUP */

/* Whether a resource of the kind in the region, of which neither may be known (NULL), may be in what was not read. */
bool inventory_effect_may_hide(const struct inventory_effect *effect, const struct resource_kind *kind,
                               const char *region);

/* All zero selects everything. Strings are borrowed. */
struct inventory_selector {
    struct inventory_words targets;         /* names, ids, CRNs: each must be found, names in one place only */
    struct inventory_words names;           /* globs over the name */
    struct inventory_words excludes;        /* globs over the name: never selected, also when targeted */
    struct inventory_words vpcs;            /* name, id or CRN */
    struct inventory_words resource_groups; /* name, id or CRN */
    struct inventory_words zones;
    struct inventory_words statuses;
    struct query *where;                       /* a predicate over the object of the API; NULL: none */
    const struct inventory_observer *observer; /* NULL: none */
    struct inventory_effect *effect;           /* NULL: not wanted */
};

/* Above this many targets the whole collection is read instead of one request a target. */
enum { INVENTORY_TARGETS_SINGLY = 40 };

/*
 * Appends what is selected of the kinds (`kind_count` of them, read side by side) to `into`, ordered by region, kind
 * and name. Errors: ERR_NOT_FOUND naming every target that matches nothing or every resource that an ambiguous name
 * matches; ERR_USAGE for a VPC, a zone or a resource group that does not exist, and for a predicate that gives no
 * verdict; ERR_INCOMPLETE and the API's own when an inventory could not be read whole: `into` is then unchanged, unless
 * `ret_missing` is given: it takes a line about each part that is missing, what could be read is kept, and true is
 * returned. An odd record (resource_read) is selected where its filters cannot be judged, and has a line of its own in
 * `ret_missing`; without that the plan says what to do with it.
 */
bool inventory_select(const struct inventory_scope *scope, const struct resource_kind *const kinds[], size_t kind_count,
                      const struct inventory_selector *selector, struct resource_list *into, struct text *ret_missing,
                      struct err *e) __attribute__((warn_unused_result));

/* Adds a line about each odd record, as inventory_select does. */
void inventory_append_odd(const struct resource_list *list, struct text *missing);

/* Reads every resource of the kind. Adds to `missing` as inventory_select does, each line once; NULL: an error. */
bool inventory_read_all(const struct inventory_scope *scope, const struct resource_kind *kind,
                        struct resource_list *into, struct text *missing, struct err *e)
    __attribute__((warn_unused_result));

/* Whether the selector says which resources are meant; excluding some alone does not. */
bool inventory_selector_narrows(const struct inventory_selector *selector);

/*
 * Gives each record whose answer refers to its VPC by anything but the name (templates echo their bodies, vpc-api.md
 * 2.9) that name; the VPCs of a region are read only when one of its records needs it. A record whose VPC is not found
 * stays without the name. `missing` as of inventory_read_all.
 */
bool inventory_name_vpcs(const struct inventory_scope *scope, struct resource_list *records, struct text *missing,
                         struct err *e) __attribute__((warn_unused_result));

/*
 * http_run, for readings that name what they could not read in `missing` (NULL: they do not): a deadline is no reason
 * to throw away what came before it.
 */
bool inventory_run(const struct inventory_scope *scope, const struct text *missing, struct err *e)
    __attribute__((warn_unused_result));

/* Whether an error leaves a gap that can be named: without a token nothing can be read, and a signal ends it all. */
bool inventory_is_gap(const struct inventory_scope *scope, const struct err *error);

/* --- templates --------------------------------------------------------------------------------------- */

/*
 * Gives each instance group the settings of its template, having none of its own; a group whose template is gone is
 * left without. `missing` as of inventory_read_all.
 */
bool inventory_take_template_settings(const struct inventory_scope *scope, struct resource_list *groups,
                                      struct text *missing, struct err *e) __attribute__((warn_unused_result));

/* The API's answer about a template of the first region, by name, id or CRN. New reference; untouched when it fails. */
bool inventory_read_template(const struct inventory_scope *scope, const char *word, json_t **ret_answer, struct err *e)
    __attribute__((warn_unused_result));

/* Every template of the regions. Zero-initialised: none. */
struct inventory_templates {
    struct resource_list *list;
    json_t *bodies; /* by id: the body, without the name, that creates each of them again */
};
bool inventory_read_templates(const struct inventory_scope *scope, struct inventory_templates *ret, struct err *e)
    __attribute__((warn_unused_result));
void inventory_templates_free(struct inventory_templates *templates); /* for CLEANUP */

/* --- single answers ---------------------------------------------------------------------------------- */

/*
 * The API's answer about one resource (GET {id}, or what lies `below` it: "initialization"; NULL: nothing), whole.
 * Waits for it. New reference; untouched when it fails.
 */
bool inventory_read_answer(struct http *http, struct vpc *api, const struct resource_kind *kind, const char *id,
                           const char *below, json_t **ret_answer, struct err *e) __attribute__((warn_unused_result));

/*
 * Reads records singly once more, many at a time: each has then what it has now, and its ETag, with strings of `list`.
 * One that is gone stays as it is, without an ETag. Any other failure is an error.
 */
bool inventory_read_again(const struct inventory_scope *scope, struct resource_list *list,
                          struct resource *const records[], size_t count, struct err *e)
    __attribute__((warn_unused_result));

/* --- details of records ------------------------------------------------------------------------------ */

/*
 * Reads the memberships of every instance group (many at a time) and counts them: an array as long as the list, freed
 * with free(). What cannot be read is added to `missing`; where that is NULL it is an error, and NULL is returned. The
 * memberships are appended to `into`, each with its group in `member_of`; NULL: they are not kept.
 */
struct resource_membership_counts *inventory_read_members(const struct inventory_scope *scope,
                                                          const struct resource_list *groups,
                                                          struct resource_list *into, struct text *missing,
                                                          struct err *e);

/*
 * The trusted profile of every record (GET {id}/initialization, many at a time; templates hold theirs): an array of
 * references as long as the list, NULL where there is none or, with a line in `missing`, where it could not be read.
 * Free it with inventory_free_profiles. NULL: an error, which is also what cannot be read where `missing` is NULL.
 */
json_t **inventory_read_profiles(const struct inventory_scope *scope, const struct resource_list *list,
                                 struct text *missing, struct err *e);
void inventory_free_profiles(json_t **profiles, size_t count); /* NULL allowed */

#endif
