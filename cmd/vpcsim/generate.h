/*
 * generate: fleets of any size that look like real ones; the same options give the same fleet.
 *
 * Shares of --mix real (of a thousand): instances: 430 metadata enabled, of which 600 https; hop limit 1: 800, 2: 130,
 * more: 70; running 900, stopped 60, failed 12, pending 8, starting 6, stopping 6, deleting 4, suspended by the
 * provider 4; s390x 40; spot 30; instance storage 60; placement group 30; made with network interfaces 200; booted
 * from a volume 40; boot volumes whose allowed_use restricts metadata 20; a default trusted profile 120 (of which 500
 * auto_link). What is passing (pending, starting, stopping, deleting) stays so until somebody acts: a generated fleet
 * does not change by itself. Of --mix plain everything is amd64, running, disabled, http, 1.
 */
#ifndef VPCSIM_GENERATE_H
#define VPCSIM_GENERATE_H

#include "store.h"

/* Fills every region of the options. */
void generate_fleet(struct sim *sim);

#endif
