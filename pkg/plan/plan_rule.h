/* plan_rule: reading what an image, a volume or a snapshot says in its allowed_use. */
#ifndef PLAN_PLAN_RULE_H
#define PLAN_PLAN_RULE_H

#include "plan/plan_allowed.h"
#include "vpc/vpc.h"

struct plan_rule {
    const struct resource_kind *source; /* resource_image, resource_volume, resource_snapshot */
    const char *id;                     /* borrowed */
    const struct resource_kind *about;  /* the kind of server: which of the expressions it is */
    char *expression;                   /* NULL when there is none, or it could not be read; owned */
    char *problem;                      /* why it could not be read, or NULL; owned */
};

/* Queues GET {source}/{id}; expression or problem are there after http_run. `rule` must stay where it is until then. */
void plan_rule_read(struct vpc *vpc, struct plan_rule *rule);

/*
 * plan_allowed with a rule that was read; the reason begins with the name of the source: "image r006-1 allows only...".
 * A rule that could not be read is PLAN_USE_UNDECIDED; a source without an expression forbids nothing.
 */
enum plan_use plan_rule_decide(const struct plan_rule *rule, const struct resource_settings *settings,
                               const struct resource_machine *machine, struct text *ret_reason);

void plan_rule_free(struct plan_rule *rule); /* zero-initialised values allowed; for CLEANUP */

#endif
