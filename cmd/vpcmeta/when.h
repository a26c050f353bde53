/* when: moments and durations as people read them. */
#ifndef VPCMETA_WHEN_H
#define VPCMETA_WHEN_H

#include <stdint.h>

#include "text/text.h"

/* Appends "12s", "5m", "1h30m", "3d4h": the two greatest units. */
void when_append_duration(struct text *out, int64_t seconds);

/* Appends the local time "2026-11-28 11:09" or, with `precise`, "2026-11-28 11:09:48 +0100". */
void when_append_local(struct text *out, int64_t moment_s, bool precise);

/* Appends the local time as above, and the distance from now: "2026-11-28 11:09 (2h ago)". */
void when_append_moment(struct text *out, int64_t moment_s, bool precise);

#endif
