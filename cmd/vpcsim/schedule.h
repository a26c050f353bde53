/*
 * schedule: what happens later. Events run when the next request looks at the clock; no thread waits for them.
 */
#ifndef VPCSIM_SCHEDULE_H
#define VPCSIM_SCHEDULE_H

#include <stdint.h>

#include "store.h"

/*
 * Called when it is due. Names the record by id, for it may be gone by then; a record that was given another due
 * time in between ignores the event: `due_ms` tells which one it is.
 */
typedef void schedule_event(struct region *region, const char *id, int64_t due_ms);

struct schedule *schedule_create(void);
void schedule_destroy(struct schedule *schedule);

void schedule_at(struct schedule *schedule, int64_t due_ms, schedule_event *run, struct region *region, const char *id);

/* Runs what is due at `now_ms`, oldest first; events may schedule more. */
void schedule_run(struct schedule *schedule, int64_t now_ms);

/* Forgets all. */
void schedule_clear(struct schedule *schedule);

#endif
