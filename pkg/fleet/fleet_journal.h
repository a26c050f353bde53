/*
 * fleet_journal: journal batches: one flush of the disk for as many changes as come together. Private to the room.
 */
#ifndef FLEET_FLEET_JOURNAL_H
#define FLEET_FLEET_JOURNAL_H

#include "fleet/fleet_task.h"

/* Tasks that may be ready or journaled at a time. */
size_t fleet_journal_ahead(const struct fleet *fleet);

/* Whether the ready ones go to the journal now, or may wait a moment for others to share its flush of the disk. */
bool fleet_journal_is_due(const struct fleet *fleet);

/* Milliseconds that the run may wait for answers before it asks again. */
int fleet_journal_wait_ms(const struct fleet *fleet);

/* Hands the ready ones and what was concluded to the journal; the ready ones are journaled then. False: it failed. */
bool fleet_journal_record(struct fleet *fleet);

#endif
