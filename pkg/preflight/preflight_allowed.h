/*
 * preflight_allowed: whether an expression of allowed_use permits the settings that a server is to have (vpc-api.md 4.3).
 * Pure; preflight_rule.h reads expressions, preflight_allowed_read.h puts both together for a plan, preflight_create.h for a server
 * that is to be created.
 */
#ifndef PREFLIGHT_PREFLIGHT_ALLOWED_H
#define PREFLIGHT_PREFLIGHT_ALLOWED_H

#include "resource/resource_list.h"

enum preflight_verdict {
    PREFLIGHT_ALLOWED,
    PREFLIGHT_FORBIDDEN,
    PREFLIGHT_UNDETERMINED, /* the API knows: never taken for either of the others */
};

/*
 * Decides the expression for a server of the kind that has `settings` (those not given are unknown) on `hardware` (NULL:
 * nothing is known of it). Appends to `ret_reason`, when it is not allowed, what follows the name of the image or the
 * volume: "allows only `metadata_service.enabled == false`: metadata_service.enabled would be true", or
 * "has an allowed_use that cannot be decided here: `x == 1`, column 1: there is no variable x".
 *
 * What the API takes for gpu.* of a server without a GPU is not documented: unknown here.
 */
enum preflight_verdict preflight_allowed(const struct resource_kind *kind, const char *expression,
                                         const struct resource_settings *settings,
                                         const struct resource_hardware *hardware, struct text *ret_reason);

#endif
