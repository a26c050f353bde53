/*
 * resource: THE descriptor table of the house. What a kind of resource is called, where it lives in the API, which
 * metadata settings it has, which of them can be changed and how, and where each stands in a request body.
 * Everything else asks here instead of naming a kind: a new kind is one more row.
 *
 * Sources: vpc-api.md 2.1 (paths), 2.2 (filters), 1.4 (If-Match), 3.1 - 3.4 (settings, places, mutability).
 */
#ifndef RESOURCE_RESOURCE_H
#define RESOURCE_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "err/err.h"
#include "text/text.h"
#include "json/json.h"

/* The settings, as bits of a set. */
enum resource_setting {
    RESOURCE_ENABLED = 1 << 0,
    RESOURCE_PROTOCOL = 1 << 1,
    RESOURCE_HOP_LIMIT = 1 << 2,
    RESOURCE_TRUSTED_PROFILE = 1 << 3,
    RESOURCE_AUTO_LINK = 1 << 4,
};
enum {
    RESOURCE_METADATA_SETTINGS = RESOURCE_ENABLED | RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT,
    RESOURCE_PROFILE_SETTINGS = RESOURCE_TRUSTED_PROFILE | RESOURCE_AUTO_LINK,
    RESOURCE_HOP_LIMIT_MIN = 1, /* vpc-api.md 3.1 */
    RESOURCE_HOP_LIMIT_MAX = 64,
    RESOURCE_DEFAULT_HOP_LIMIT = 1, /* as all defaults, of a template that does not say (vpc-api.md 2.9) */
};
#define RESOURCE_DEFAULT_PROTOCOL "http"

/* Values of settings; those not in `given` mean nothing. Strings are borrowed. */
struct resource_settings {
    unsigned given; /* bits of enum resource_setting */
    bool enabled;
    bool auto_link;
    int hop_limit;
    const char *protocol;        /* "http", "https", or what a newer API says */
    const char *trusted_profile; /* id or CRN */
};

/* The list filters that the API itself takes (vpc-api.md 2.2); everything else is filtered here. */
enum resource_filter { RESOURCE_FILTER_NAME = 1 << 0, RESOURCE_FILTER_VPC = 1 << 1, RESOURCE_FILTER_GROUP = 1 << 2 };

struct resource_member;

struct resource_kind {
    const char *name;     /* as in commands, policy files and JSON: "instance", "bare-metal" */
    const char *singular; /* for sentences */
    const char *plural;
    const char *path;          /* of the collection, below /v1; with `below`: of the collection its parents are in */
    const char *below;         /* the collection below a parent: "memberships"; NULL: it has no parent */
    const char *items;         /* member of the collection that holds the array */
    bool names_vpc;            /* answers tell the name of the VPC, not only its id */
    bool by_name;              /* its resources have no ids: their names stand in paths */
    bool paginated;            /* requests take start and limit */
    bool has_etag;             /* GET gives an ETag and PATCH takes If-Match */
    bool restart_to_enable;    /* created disabled, enabled later: needs a stop and a start (vpc-api.md 4.1) */
    bool disposable;           /* nothing is lost with it: undoing its creation deletes it */
    bool has_initialization;   /* GET {id}/initialization has the trusted profile */
    bool reads_itself;         /* its metadata service has a read view of the server's record (vpc-api.md 5.4) */
    const char *cr_type;       /* of links of trusted profiles to one of it (vpc-api.md 6.4); NULL: it takes none */
    const char *actions;       /* what follows an id where it is stopped and started (vpc-api.md 2.7), or NULL */
    unsigned filters;          /* bits of enum resource_filter */
    unsigned settings;         /* what the kind has at creation */
    unsigned patchable;        /* what PATCH changes */
    const char *change_remedy; /* how to change what PATCH does not; NULL when nothing is patchable by design */
    const char *iam_actions;   /* what the names of IAM actions on it begin with (vpc-api.md 4.5); NULL: unknown */
    const char *quota_remedy;  /* how many an account may have and what to do when that is used up; or NULL */
    const char *create_schema; /* file below schemas/, or NULL */
    const char *patch_schema;
    const char *profile_parent; /* member of the create body with default_trusted_profile; NULL: the top level */
    const char *use_member;     /* member of allowed_use with the expression about the kind (vpc-api.md 4.3); or NULL */
    bool use_of_settings;       /* it may name metadata_service.*, vcpu.* and gpu.*; else only enable_secure_boot */
    const struct resource_kind *profile_kind; /* what the kind's profiles are, or NULL */
    const char *profile_architecture;         /* member of a profile that holds its architecture (vpc-api.md 2.17) */
    const struct resource_kind *memberships;  /* what lies below each and says who belongs to it, or NULL */
    const struct resource_member *members;    /* what is kept of an answer; see resource_list.h */
    const char *const *statuses;              /* words for its status (vpc-api.md 2.3, 2.10, 2.11), ends with NULL */
};

/* The kinds; every one of them is in resource_kinds[], which ends with NULL. */
extern const struct resource_kind resource_instance;
extern const struct resource_kind resource_template;
extern const struct resource_kind resource_bare_metal;
extern const struct resource_kind resource_group;
extern const struct resource_kind *const resource_kinds[];

/* What is read on the way and is no kind of its own for operators; not in resource_kinds[]. */
extern const struct resource_kind resource_vpc;    /* to divide long lists by */
extern const struct resource_kind resource_subnet; /* for the VPC of what refers to a subnet alone */
extern const struct resource_kind resource_image;  /* these for their allowed_use */
extern const struct resource_kind resource_volume;
extern const struct resource_kind resource_snapshot;
extern const struct resource_kind resource_placement_group;
extern const struct resource_kind resource_membership;
extern const struct resource_kind resource_region, resource_zone, resource_key;
extern const struct resource_kind resource_instance_profile, resource_bare_metal_profile;

/*
 * The words of the API for the status, the health and the lifecycle_state of a resource (vpc-api.md 2.1, 2.10, 2.13).
 * A list may hold others: they and NULL are RESOURCE_STATUS_OTHER.
 */
enum resource_status {
    RESOURCE_STATUS_OTHER,
    RESOURCE_STATUS_DELETED, /* ours: what was there answers with 404 */
    RESOURCE_STATUS_DELETING,
    RESOURCE_STATUS_FAILED,
    RESOURCE_STATUS_HEALTHY,
    RESOURCE_STATUS_RUNNING,
    RESOURCE_STATUS_STARTING,
    RESOURCE_STATUS_STOPPED,
    RESOURCE_STATUS_STOPPING,
    RESOURCE_STATUS_SUSPENDED,
    RESOURCE_STATUS_UNHEALTHY,
    RESOURCE_STATUSES
};
enum resource_status resource_status(const char *word);
extern const char *const resource_status_words[RESOURCE_STATUSES]; /* NULL for RESOURCE_STATUS_OTHER */

/* The regions of vpc-api.md 1.1, then NULL; one that is newer is reached by its endpoint, or by --region all. */
enum { RESOURCE_REGIONS = 13 };
extern const char *const resource_region_words[RESOURCE_REGIONS + 1];

/* Whether answers about the kind say a zone. */
bool resource_has_zone(const struct resource_kind *kind);

/*
 * Whether the word is a status or lifecycle state that passes by itself within a moment, and during which the API may
 * answer 409 to changes: pending, starting, stopping, restarting, updating and their like. NULL is none.
 */
bool resource_status_passes(const char *word);

/* The kind called `name`, or NULL. */
const struct resource_kind *resource_kind_find(const char *name);

/* Whether a resource of the kind (NULL: of any kind) may have that status. ERR_USAGE with the nearest word. */
bool resource_check_status(const struct resource_kind *kind, const char *word, struct err *e)
    __attribute__((warn_unused_result));

/* Appends "1 instance" or "12 instances". */
void resource_append_count(struct text *out, size_t count, const struct resource_kind *kind);

/* Whether metadata can be on with this architecture: x86 only (vpc-api.md 4.1). NULL (not known) counts as yes. */
bool resource_architecture_supported(const char *architecture);

/*
 * Refuses settings that `kind` does not have at all (a hop limit on bare metal) or, with `patching`, that PATCH
 * cannot change (a trusted profile, anything of a template), and values that make no sense together (auto_link
 * without a profile at creation). ERR_USAGE with the reason and the way out.
 */
bool resource_settings_check(const struct resource_kind *kind, const struct resource_settings *settings, bool patching,
                             struct err *e) __attribute__((warn_unused_result));

/* The settings of `wanted` that `found` lacks or has with another value, as bits. */
unsigned resource_settings_diff(const struct resource_settings *found, const struct resource_settings *wanted);

/* The settings of `wanted` that `found` does not say, as bits. */
unsigned resource_settings_unknown(const struct resource_settings *found, const struct resource_settings *wanted);

/* `base` with the settings in `mask` taken from `over`. */
struct resource_settings resource_settings_over(const struct resource_settings *base,
                                                const struct resource_settings *over, unsigned mask);

/*
 * {"enabled":...,"protocol":...,"response_hop_limit":...,"trusted_profile":...,"auto_link":...} with the settings of
 * `mask` that are given. New reference.
 */
json_t *resource_settings_json(const struct resource_settings *settings, unsigned mask);

/* The merge patch that sets the settings of `mask`: {"metadata_service":{...}}. New reference. */
json_t *resource_patch_body(const struct resource_settings *settings, unsigned mask);

/*
 * Lays given settings over a create body, each in its place for the kind; auto_link is always sent explicitly with
 * a profile (vpc-api.md 3.3: its default is documented in two ways). Changes `body`.
 */
bool resource_overlay(const struct resource_kind *kind, json_t *body, const struct resource_settings *settings,
                      struct err *e) __attribute__((warn_unused_result));

/*
 * Moves members of a create body that the vendor's documentation shows at the wrong level to where the API takes
 * them (vpc-api.md 8, contradictions 1 and 2: image, keys and default_trusted_profile of bare metal). Appends the
 * names of the moved ones to `ret_moved`, separated by ", ". A member that stands in both places is ERR_INVALID.
 */
bool resource_relocate_misplaced(const struct resource_kind *kind, json_t *body, struct text *ret_moved, struct err *e)
    __attribute__((warn_unused_result));

/*
 * Appends "enabled false -> true, protocol http -> https" for the settings of `mask`; a setting that `before` does not
 * have is "enabled true" alone.
 */
void resource_settings_describe(struct text *out, const struct resource_settings *before,
                                const struct resource_settings *after, unsigned mask);

/* What an operator may have typed to name a resource. */
enum resource_name_form { RESOURCE_BY_NAME, RESOURCE_BY_ID, RESOURCE_BY_CRN };

/* Tells the form: "crn:" begins a CRN; an id begins with a digit, holds "_" or is "xxxx-uuid" (vpc-api.md 1.8). */
enum resource_name_form resource_name_form(const char *word);

/* Whether it is one as the API makes them: 1..64 lower-case letters, digits, dashes, underscores (vpc-api.md 1.8). */
bool resource_id_is_valid(const char *id, size_t size);

/* The id inside a CRN (its last segment), or NULL when it is none. Borrowed from `crn`. */
const char *resource_crn_id(const char *crn);

/* The account of a CRN, its seventh part (vpc-api.md 1.8): "a/1234" of *ret_size bytes, borrowed; NULL: it has none. */
const char *resource_crn_account(const char *crn, size_t *ret_size);

/* The region of a CRN, its sixth part, which may be a zone: "eu-de" of *ret_size bytes, borrowed; NULL: it has none. */
const char *resource_crn_region(const char *crn, size_t *ret_size);

/* The id of such an account: "1234". Borrowed. */
const char *resource_account_id(const char *account);

/* Whether a new resource may be called so (vpc-api.md 1.8). Error: ERR_USAGE. */
bool resource_check_name(const char *name, struct err *e) __attribute__((warn_unused_result));

/*
 * Refuses what names no resource in any account: a name the API would not give (vpc-api.md 1.8: 1..63 characters,
 * lower-case letters, digits and dashes, a letter first, no dash last), an id of other characters than ^[-0-9a-z_]+$
 * or longer than 64, a CRN without its ten parts. ERR_USAGE.
 */
bool resource_check_target(const char *word, struct err *e) __attribute__((warn_unused_result));

/*
 * Names that count: "web-{:03}" is web-001, web-002, ...
 *   {}      the number as it is: 1, 2, ... 10
 *   {:0N}   with zeros in front to at least N digits (1..9): {:03} is 001 ... 999, 1000
 */
struct resource_pattern {
    const char *before, *after; /* the counter; `before` is not terminated by it. Borrowed */
    size_t before_size;
    unsigned digits; /* at least so many */
};

/* Whether the word holds a counter at all: no name has a brace. */
bool resource_is_pattern(const char *word);

/* Reads a name with exactly one counter. ERR_USAGE. */
bool resource_pattern_read(const char *word, struct resource_pattern *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Appends the name with that number. */
void resource_pattern_name(const struct resource_pattern *pattern, unsigned long number, struct text *out);

#endif
