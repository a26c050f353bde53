/* audit_regions: the counts of each region that was audited. Private to the room. */
#ifndef AUDIT_AUDIT_REGIONS_H
#define AUDIT_AUDIT_REGIONS_H

#include "audit/audit.h"

/* AUDIT_OFF, AUDIT_ON or AUDIT_UNKNOWN. */
static inline int audit_state(const struct resource_settings *settings)
{
    return (settings->given & RESOURCE_ENABLED) == 0 ? AUDIT_UNKNOWN : settings->enabled ? AUDIT_ON : AUDIT_OFF;
}

/* Gives `audit`, which has its findings, the counts of its regions. */
void audit_regions_make(struct audit *audit);

/* {"high":1,"medium":0,"low":3}: a new reference. */
json_t *audit_severities_json(const size_t counts[POLICY_SEVERITIES]);

/* The regions as of audit_summary: a new reference. */
json_t *audit_regions_json(const struct audit *audit);

#endif
