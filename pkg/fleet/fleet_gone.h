/*
 * fleet_gone: what became of a resource that is not there any more as it was planned with: deleted, renamed, or
 * replaced by another one of its name. A resource is its id: a renamed one is changed all the same, because its id was
 * shown and confirmed; one that took over a name is another, and never touched. Private to the room.
 */
#ifndef FLEET_FLEET_GONE_H
#define FLEET_FLEET_GONE_H

#include "fleet/fleet_task.h"

/*
 * The API says that the resource does not exist: looks once for another one of its name, whose id is then in
 * result->successor, and calls `then`, which ends the task. While the run is ending nothing is looked for.
 */
void fleet_gone_explain(struct fleet_task *task, void (*then)(struct fleet_task *task));

/* "deleted meanwhile", or "deleted and created again as ID meanwhile: ...". */
void fleet_gone_describe(const struct fleet_task *task, struct text *out);

/* Notes the name that an answer about the resource shows; result->renamed is another one than the plan's, or NULL. */
void fleet_gone_note_name(struct fleet_task *task, struct answer_node node);

#endif
