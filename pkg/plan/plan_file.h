/*
 * plan_file: a plan as a text that is kept, reviewed and carried out later, and back. Text in, text out: no file is
 * opened here. The one place that knows the format, which is described in the manual (files.md).
 *
 * The text is JSON, an item a line, with everything that the plan was made from: what each resource had (settings,
 * template, status, ETag), the ids that names were resolved to, the account and the APIs, the digests of the policy and
 * of the schemas, who made it with which words, until when it holds. Items are the texts of plan_history.h.
 *
 * A digest over every byte of the text finds what was cut off or edited. It is no signature: who can write the file can
 * make another one. So a text is read with suspicion all the same: limits, types, and what an item of its kind can be.
 */
#ifndef PLAN_PLAN_FILE_H
#define PLAN_PLAN_FILE_H

#include "plan/plan.h"

enum {
    PLAN_FILE_FORMAT = 1, /* raised whenever an older program would do something else by ignoring what is new */
    PLAN_FILE_SIZE_MAX = JSON_SIZE_MAX, /* bytes: of what is written and of what is read */
    PLAN_FILE_ITEMS_MAX = 1000000,
    PLAN_FILE_WORDS_MAX = 100000, /* of the selection */
    PLAN_FILE_PLACES_MAX = 1000,
    PLAN_FILE_DIGEST_SIZE = sizeof("sha256:") + 64,
};

/* Where the plan was made: the API of a region. */
struct plan_file_place {
    const char *region; /* "": not known, as behind a single endpoint */
    const char *api;    /* base URL, as vpc_base gives it */
};

/* A finding, or a resource, that the plan does not change. */
struct plan_left {
    size_t item;             /* index of the resource's item in the plan: its first */
    const char *check;       /* NULL: the resource as a whole */
    const char *reason;      /* "a trusted profile is given at creation only" */
    const char *policy_rule; /* NULL: none could be determined */
    bool excepted;           /* an exception covers it */
};

/* All borrowed: by plan_file_encode from its caller, after plan_file_decode from the plan's memory and the list. */
struct plan_file {
    char digest[PLAN_FILE_DIGEST_SIZE];         /* "sha256:...": what names the plan; set by both functions */
    const char *created_at, *expires_at;        /* "2026-11-28T18:00:00Z" (clock_stamp) */
    const char *version;                        /* of the program that made it */
    const char *schema_digest;                  /* of its embedded schemas (schema_catalog_digest) */
    const char *policy, *policy_digest, *as_of; /* NULL: made without a policy; as_of "2026-11-28" */
    const char *account;                        /* its id, without "a/"; NULL: not known */
    const struct plan_file_place *places;       /* `place_count` of them */
    size_t place_count;
    const char *const *selection; /* words of the command line, without secrets: the caller sees to that */
    size_t selection_count;
    bool restarts_servers;    /* the plan restarts servers, in this way: */
    unsigned max_unavailable; /* down at a time; of a hundred with `percent` */
    bool percent;
    size_t unmanaged, restarts, restarts_left, templates_replaced; /* as of plan_policy.h */
    const struct plan *plan;
    const struct plan_left *left; /* `left_count` of them */
    size_t left_count;
};

/*
 * Appends the text. The items' resources may have an ETag, which is then compared when the plan is carried out. A plan
 * of an inventory that lacks a part is never written: the caller refuses it before. What plan_file_decode would refuse
 * is not written either: ERR_INVALID, or ERR_USAGE where it is too large.
 */
bool plan_file_encode(struct plan_file *file, struct text *out, struct err *e) __attribute__((warn_unused_result));

/* Whether the text begins as a plan does, of whatever format and however damaged: what a new plan may overwrite. */
bool plan_file_is(const char *text, size_t size);

/*
 * Reads a text, which messages call `name`, into `ret`, whose plan is `ret_plan` with records of `list`; items that
 * change have all that an item of plan_make has, except the API of their resource. Whether the plan still holds is
 * plan_file_check's to say. ERR_INVALID: no plan, cut off, edited, of a newer format, or of items that cannot be.
 */
bool plan_file_decode(const char *text, size_t size, const char *name, struct resource_list *list,
                      struct plan *ret_plan, struct plan_file *ret, struct err *e) __attribute__((warn_unused_result));

/*
 * Whether the plan may be carried out now (as `created_at`) by that version of the program: ERR_CONFLICT when it has
 * expired, ERR_INVALID when another major version made it.
 */
bool plan_file_check(const struct plan_file *file, const char *now, const char *version, struct err *e)
    __attribute__((warn_unused_result));

#endif
