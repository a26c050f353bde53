/*
 * preflight_allowed_read: takes out of a plan what the boot volume's allowed_use forbids, so that no request is spent on it
 * (vpc-api.md 2.4, 4.3: PATCH is checked against the boot volume, the volume inherits from the image).
 *
 * Only servers whose `enabled` or `protocol` is to change are looked at, and little is read, many at a time:
 *
 *   each distinct image once. Where its expression permits the settings, so does that of the volumes made of it;
 *   a volume with an expression of its own, given at its creation, is refused by the API as ever;
 *   the boot volume itself, where the image's expression forbids or cannot be decided, and where there is no image;
 *   nothing for kinds whose answers hold the expression of the boot disk.
 *
 * What cannot be read or decided stays in the plan: the API decides.
 */
#ifndef PREFLIGHT_PREFLIGHT_ALLOWED_READ_H
#define PREFLIGHT_PREFLIGHT_ALLOWED_READ_H

#include "inventory/inventory.h"
#include "plan/plan.h"

/* Changes that stay in the plan although nobody here knows whether they are allowed. */
struct preflight_undetermined {
    size_t count;
    struct text first; /* "web-01: image r006-1 could not be read: ..." */
};

/*
 * Forbidden items become PLAN_SKIP with the reason. ERR_CANCELLED when the session is; then the plan is as it was or
 * partly done. `ret` is freed by preflight_undetermined_free.
 */
bool preflight_allowed_read(const struct inventory_scope *scope, struct plan *plan, struct preflight_undetermined *ret,
                            struct err *e) __attribute__((warn_unused_result));

void preflight_undetermined_free(
    struct preflight_undetermined *doubts); /* zero-initialised values allowed; for CLEANUP */

#endif
