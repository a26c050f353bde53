/* preflight_rule: reading what an image, a volume or a snapshot says in its allowed_use. */
#ifndef PREFLIGHT_PREFLIGHT_RULE_H
#define PREFLIGHT_PREFLIGHT_RULE_H

#include "preflight/preflight_allowed.h"
#include "vpc/vpc.h"

struct preflight_rule {
    const struct resource_kind *source; /* resource_image, resource_volume, resource_snapshot */
    const char *id;                     /* borrowed */
    const struct resource_kind *about;  /* the kind of server: which of the expressions it is */
    char *expression;                   /* NULL when there is none, or it could not be read; owned */
    char *problem;                      /* why it could not be read, or NULL; owned */
};

/* Queues GET {source}/{id}; expression or problem are there after http_run. `rule` must stay where it is until then. */
void preflight_rule_read(struct vpc *vpc, struct preflight_rule *rule);

/*
 * preflight_allowed with a rule that was read; the reason begins with the name of the source: "image r006-1 allows only...".
 * A rule that could not be read is PREFLIGHT_UNDETERMINED; a source without an expression forbids nothing.
 */
enum preflight_verdict preflight_rule_decide(const struct preflight_rule *rule,
                                             const struct resource_settings *settings,
                                             const struct resource_hardware *hardware, struct text *ret_reason);

void preflight_rule_free(struct preflight_rule *rule); /* zero-initialised values allowed; for CLEANUP */

#endif
