/*
 * preflight_read: what decisions are made from: expressions of allowed_use, facts of profiles. Private to the room.
 */
#ifndef PREFLIGHT_PREFLIGHT_READ_H
#define PREFLIGHT_PREFLIGHT_READ_H

#include "preflight/preflight.h"

/* The allowed_use of an image, a volume or a snapshot. */
struct preflight_rule {
    const struct resource_kind *source; /* resource_image, resource_volume, resource_snapshot */
    const char *id;                     /* borrowed */
    const struct resource_kind *about;  /* the kind of server: which of the expressions it is */
    char *expression;                   /* NULL when there is none, or it could not be read; owned */
    char *problem;                      /* why it could not be read, or NULL; owned */
    int http_status;                    /* of that answer, or 0 */
    bool gone;                          /* because it does not exist any more, as images do that servers outlive */
};

/* Takes the expression from the body of the image or the volume. */
bool preflight_rule_take(struct preflight_rule *rule, struct answer_node body, struct err *e)
    __attribute__((warn_unused_result));

/*
 * Queues GET {source}/{id}; expression or problem are there after http_run. `rule` must stay where it is until then.
 */
void preflight_rule_read(struct vpc *vpc, struct preflight_rule *rule);

/*
 * preflight_decide with a rule that was read; the reason begins with the name of the source: "image r006-1 allows
 * only...". A rule that could not be read is undetermined; a source without an expression forbids nothing.
 */
enum preflight_verdict preflight_rule_decide(const struct preflight_rule *rule,
                                             const struct resource_settings *settings,
                                             const struct resource_hardware *hardware, struct text *ret_reason);

void preflight_rule_free(struct preflight_rule *rule); /* zero-initialised values allowed */

/*
 * What a profile says of the servers made with it (vpc-api.md 2.17): architecture, vcpu, gpu, and whether secure boot
 * is on by default. Only what is certain counts: a `fixed` value, the default of an `enum`, the only value of one; a
 * range or a value that depends on something is unknown.
 */
struct preflight_profile {
    const struct resource_kind *kind;  /* of the servers made with it */
    const char *architecture;          /* "amd64"; NULL: unknown */
    struct resource_hardware hardware; /* no image and no boot disk */
    char *problem;                     /* why it could not be read, or NULL */
    bool gone;                         /* because there is none of that name */
    struct text_arena strings;
};

/* Queues the GET of the kind's profile of that name; `ret`, zero-initialised, is filled after http_run. */
void preflight_profile_read(struct vpc *vpc, const struct resource_kind *kind, const char *name,
                            struct preflight_profile *ret);

void preflight_profile_free(struct preflight_profile *profile); /* zero-initialised values allowed; for CLEANUP */

#endif
