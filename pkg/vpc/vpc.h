/*
 * vpc: typed calls on the control plane of one region, for any kind of resource.
 *
 * Calls are queued on an http session and end in callbacks while http_run works; nothing here waits. Every request
 * carries `version` and `generation=2` (vpc-api.md 1.2) and the bearer token. All strings given are copied.
 */
#ifndef VPC_VPC_H
#define VPC_VPC_H

#include "http/http.h"
#include "resource/resource_list.h"

/* The API version date whose behaviour this client was written for (vpc-api.md 1.2: pick one fixed date). */
#define VPC_API_VERSION "2026-06-30"

enum {
    VPC_PAGE_LIMIT = 100,     /* vpc-api.md 1.5 */
    VPC_PAGES_MAX = 10000,    /* a million records: a list longer than this is a server that never ends */
    VPC_IDLE_PAGES_MAX = 100, /* in a row without a new record: likewise */
    VPC_LIST_PASSES = 4,      /* readings of a list that does not settle */
    VPC_PARTS_PASSES = 2,     /* of these by VPC, at most */
    VPC_LOOKUPS_MAX = 1000,   /* records of one pass that are looked up by their ids in the next */
    VPC_PARTS_ABOVE = 1500,   /* items above which a list is read by VPC, several at a time */
    VPC_PARTS_AT_ONCE = 8,    /* each holds a page of up to a megabyte; of one list */
    VPC_FAILED_PARTS_MAX = 2, /* VPCs that cannot be read, after which no other is tried */
};

/* One region's API. */
struct vpc;

/*
 * `base` includes /v1 and no trailing slash; `region` may be "" when it is not known (records then take theirs from
 * their zone). `parser` may be shared by all users of one http session. The session and parser must outlive it.
 */
struct vpc *vpc_create(struct http *http, struct answer_parser *parser, const char *region, const char *base,
                       const char *api_version);
void vpc_destroy(struct vpc *vpc);

/*
 * The region given was named beside the endpoint and could not be confirmed: vpc_check_region then refuses records of
 * another one with ERR_USAGE; it is true for all others.
 */
void vpc_set_unconfirmed(struct vpc *vpc);
bool vpc_check_region(const struct vpc *vpc, const struct resource *record, struct err *e)
    __attribute__((warn_unused_result));

const char *vpc_region(const struct vpc *vpc);
const char *vpc_base(const struct vpc *vpc);

/* Filters that the API applies (vpc-api.md 2.2); NULL ones are not sent. Kinds that do not take one ignore it. */
struct vpc_filter {
    const char *name; /* exact */
    const char *vpc_id, *vpc_name, *vpc_crn;
    const char *resource_group_id;
};

/*
 * Whether to keep a record that was read from `item` (the whole object of the API). False with e set ends the list
 * with that error. May be called again for the same item when a page is fetched again.
 */
typedef bool vpc_keep_fn(const struct resource *record, struct answer_node item, void *context, bool *ret_keep,
                         struct err *e);

/*
 * The end of a list: error is NULL when it is complete. Otherwise it says how much was read of how much and why no
 * more: "instances of us-south: 300 of 1000 were read; page 4: ..."; what was read is in `into` all the same.
 */
typedef void vpc_listed_fn(const struct err *error, void *context);

struct vpc_listing {
    const struct resource_kind *kind;
    const char *parent; /* id of the resource that has the collection, where the kind lies below another; or NULL */
    struct vpc_filter filter;
    struct resource_list *into;
    vpc_keep_fn *keep; /* NULL: every record */
    vpc_listed_fn *listed;
    void *context;
    struct answer_string *source; /* is the text of the item whenever `keep` is called (none: no data); or NULL */
    int64_t most;     /* items: of a longer collection only the first page is read, ERR_INCOMPLETE; 0: any number */
    unsigned parts;   /* to read at once; 0: VPC_PARTS_AT_ONCE */
    bool must_finish; /* HTTP_MUST_FINISH of its requests */
};

/*
 * Reads a whole collection, page by page, big ones by VPC in parallel. Complete means: everything that existed during
 * the whole read is there, once. What was created meanwhile may be missing, what was deleted meanwhile may be there.
 * `keep` may see an item more than once.
 *
 * One pass. A page token names the record that the next page begins with (vpc-api.md 1.5), so that a pass over the
 * pages meets everything that exists as long as it lasts. Whether the server keeps to that is checked by `total_count`
 * of the pages: when all of them agree, and as many different ids were read, the list is complete without another
 * request. Records are counted by id, because a record that moves may stand on two pages.
 *
 * More passes. Where a pass does not add up, something came or went, or the server is wrong: it is read again. The
 * result is what the later pass met and, of what only the earlier one met, all that a GET by id still finds: 404 is
 * gone, the others were missed. Let A and B be the ids of the two passes, and T a count of a moment between them (of
 * the last page of the earlier one, or of the first page of the later one). An id exists for one stretch of time, so
 * those in A and B, and those of A that were looked up and found, existed at that moment: T cannot be less. Nor can T
 * be more than all of A and B, unless a record existed then that neither pass met. A list is accepted when T lies
 * between these two, because then the changes that were seen explain the count. A count that is simply wrong is never
 * accepted: without changes A equals B, and both limits are the number that was read. A record that existed all the
 * time could be lacking only if a server that breaks the rule of tokens hid it from both passes, and no more such
 * records than others that came or went meanwhile.
 *
 * Under steady changes the second pass settles the list. VPC_LIST_PASSES bounds their number, and the deadline of the
 * session their time. A list that does not settle ends with an error and what was read, and so does one with a page
 * that failed for good, or whose links to the next page turn back or never end.
 */
void vpc_list(struct vpc *vpc, const struct vpc_listing *listing);

/* How far the lists that are under way have come: items read, and those that their collections have; for people. */
struct vpc_reading {
    size_t items, total;
};
struct vpc_reading vpc_reading(const struct vpc *vpc);

/* What came of a single call. All borrowed until the callback returns. */
struct vpc_answer {
    const struct http_reply *reply;
    const struct err *error; /* NULL when it succeeded */
    bool shown;              /* `read` has taken its body; false for a write that was accepted without a word */
};

/*
 * Whose answer it is, is checked before: the answer about a resource has its id, that of a creation the name that was
 * asked for and a valid id, and a collection that is filtered by a name has nothing, or an item with that name; href
 * and CRN must not say otherwise. Any other is unusable as if it were broken ("answer of another resource: ...").
 *
 * Reads a usable answer; called at most once an attempt, before `done`. False with e set makes the answer unusable:
 * it is then asked for again as far as the method may be repeated. An empty body is not read: of a write it says that
 * the write was accepted (200, 202, 204), and nothing else; of a read it is unusable.
 */
typedef bool vpc_read_fn(struct answer_node root, const struct http_reply *reply, void *context, struct err *e);
typedef void vpc_done_fn(const struct vpc_answer *answer, void *context);

struct vpc_call {
    const char *id;    /* of the resource; NULL for the collection */
    const char *below; /* what follows the id: "initialization", "memberships/ID"; NULL: nothing */
    /* with GET of the collection: only what is called so, where the kind takes that filter; with POST to it: the name
     * in the body; or NULL */
    const char *name;
    const char *etag; /* If-Match; NULL: none */
    const char *body; /* of POST and PATCH */
    size_t body_size;
    bool must_finish;  /* HTTP_MUST_FINISH */
    vpc_read_fn *read; /* NULL: the answer's body is not looked at */
    vpc_done_fn *done;
    void *context;
};

/* GET one resource, what lies below it, or (without an id) a page of the collection; safe to repeat. */
void vpc_get(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call);

/* PATCH with a merge patch (RFC 7396), which is safe to repeat. */
void vpc_patch(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call);

/* POST to the collection; repeated only when the server certainly did not act. */
void vpc_create_resource(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call);

/* DELETE, which is safe to repeat: 404 is the answer to what is gone already. */
void vpc_delete(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call);

/* POST of an action (kind->actions), such as {"type":"stop"}; repeated only when the server certainly did not act. */
void vpc_act(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call);

/* One region as the answer of GET /regions has it; see vpc_regions. */
struct vpc_endpoint {
    char *name;
    char *base;        /* endpoint with /v1 */
    char *answered_by; /* the region whose API answered, by the host of the entry's href; "" when that is not known */
    bool available;
};

/* Reads all regions; waits for the answer (runs the http session). The array is the caller's: vpc_endpoints_free. */
bool vpc_regions(struct vpc *vpc, struct http *http, struct vpc_endpoint **ret_places, size_t *ret_count, struct err *e)
    __attribute__((warn_unused_result));
void vpc_endpoints_free(struct vpc_endpoint *places, size_t count);

/* --- where the API of a region listens (vpc-api.md 1.1) ---------------------------------------------- */

/* Whether the region is one of those that were known when this program was written; there may be others. */
bool vpc_region_is_known(const char *region);

/* The known region at `index`; NULL behind the last one. */
const char *vpc_region_known(size_t index);

/* The known region that is nearest to the word, for "did you mean"; NULL: none is near. */
const char *vpc_region_nearest(const char *word);

/* Appends the names of the known regions, with commas between. */
void vpc_append_known_regions(struct text *out);

/* Appends "https://REGION.iaas.cloud.ibm.com/v1", or the private form. */
void vpc_region_base(struct text *out, const char *region, bool is_private);

/*
 * Takes such a URL apart: true when the host is exactly of that form, over https and without a port. The region is
 * appended.
 */
bool vpc_region_of_base(const char *base, struct text *ret_region, bool *ret_private);

/* Whether two URLs have the same scheme, host and port, as they are written. */
bool vpc_same_server(const char *base, const char *other);

#endif
