/*
 * preflight_volumes: the allowed_use of the boot volumes of a fleet. Few of a region cost a request each; of more, all
 * volumes of the region are listed, side by side with whatever else is read. Private to the room.
 */
#ifndef PREFLIGHT_PREFLIGHT_VOLUMES_H
#define PREFLIGHT_PREFLIGHT_VOLUMES_H

#include "mem/mem.h"
#include "preflight/preflight_read.h"

/* Zero-initialised: none is expected. Must stay where it is until http_run has ended. */
struct preflight_volumes {
    struct {
        struct volume_list **items;
        size_t count, capacity;
    } lists; /* one an API and kind of server */
};

/*
 * The rule of the boot volume of `record`; a list that is needed for it begins at once. It is filled after
 * preflight_volumes_settle and http_run, and stays where it is. Borrowed.
 */
const struct preflight_rule *preflight_volumes_expect(struct preflight_volumes *volumes, const struct resource *record);

/* No more are expected for now: those that no list will bring are read singly. */
void preflight_volumes_settle(struct preflight_volumes *volumes);

void preflight_volumes_free(struct preflight_volumes *volumes);

#endif
