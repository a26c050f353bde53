/* The counts of each region: of resources by the state of the service, and of findings by severity. */
#include "audit/audit_regions.h"

#include "mem/mem.h"

static const char *region_of(const struct resource *record)
{
    return text_or_empty(record->region);
}

/* Regions are few, and resources of one stand together: the one of before is mostly the right one. */
static struct audit_region *find_or_add(struct audit *audit, const char *name, size_t guess)
{
    if (guess < audit->region_count && text_equal(audit->regions[guess].name, name)) {
        return &audit->regions[guess];
    }
    for (size_t i = 0; i < audit->region_count; i++) {
        if (text_equal(audit->regions[i].name, name)) {
            return &audit->regions[i];
        }
    }
    audit->regions =
        mem_list_reserve(audit->regions, audit->region_count, &audit->region_capacity, sizeof(*audit->regions));
    audit->regions[audit->region_count] = (struct audit_region){.name = name};
    return &audit->regions[audit->region_count++];
}

void audit_regions_make(struct audit *audit)
{
    size_t last = 0;

    for (size_t i = 0; i < audit->terms.region_count; i++) {
        if (audit->terms.regions[i][0] != '\0') {
            (void)find_or_add(audit, audit->terms.regions[i], 0);
        }
    }
    for (size_t i = 0; i < resource_list_count(audit->inventory.selected); i++) {
        const struct resource *record = resource_list_at(audit->inventory.selected, i);
        struct audit_region *region = find_or_add(audit, region_of(record), last);
        last = (size_t)(region - audit->regions);
        region->total++;
        if ((record->kind->settings & RESOURCE_ENABLED) != 0) {
            region->states[audit_state(&record->settings)]++;
        }
    }
    for (size_t i = 0; i < audit->failed; i++) {
        const struct audit_finding *finding = &audit->findings[i];
        if (finding->place == SIZE_MAX) {
            continue; /* the policy is nowhere */
        }
        struct audit_region *region = find_or_add(audit, region_of(finding->resource), last);
        last = (size_t)(region - audit->regions);
        region->by_severity[finding->severity]++;
    }
}

static size_t finding_count(const struct audit_region *region)
{
    size_t count = 0;

    for (size_t severity = 0; severity < POLICY_SEVERITIES; severity++) {
        count += region->by_severity[severity];
    }
    return count;
}

json_t *audit_severities_json(const size_t counts[POLICY_SEVERITIES])
{
    json_t *object = json_object();

    for (int severity = POLICY_SEVERITIES - 1; severity >= 0; severity--) {
        json_object_set_new(object, policy_severity_names[severity], json_integer((json_int_t)counts[severity]));
    }
    return object;
}

json_t *audit_regions_json(const struct audit *audit)
{
    json_t *regions = json_object();

    for (size_t i = 0; i < audit->region_count; i++) {
        const struct audit_region *region = &audit->regions[i];
        json_t *counts =
            json_build("{s:I, s:I, s:I}", "resources", (json_int_t)region->total, "enabled",
                       (json_int_t)region->states[AUDIT_ON], "disabled", (json_int_t)region->states[AUDIT_OFF]);
        if (region->states[AUDIT_UNKNOWN] > 0) {
            json_object_set_new(counts, "unknown", json_integer((json_int_t)region->states[AUDIT_UNKNOWN]));
        }
        json_object_set_new(counts, "findings",
                            json_build("{s:I, s:o}", "total", (json_int_t)finding_count(region), "severity",
                                       audit_severities_json(region->by_severity)));
        json_object_set_new(regions, region->name[0] != '\0' ? region->name : "unknown", counts);
    }
    return regions;
}

enum { REGION, TOTAL, ON, OFF, FINDINGS, SEVERITY, COLUMNS = SEVERITY + POLICY_SEVERITIES };

static const struct table_column columns[COLUMNS] = {
    [REGION] = {.name = "region", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [TOTAL] = {.name = "total", .type = TABLE_INT},
    [ON] = {.name = "enabled", .type = TABLE_INT},
    [OFF] = {.name = "disabled", .type = TABLE_INT},
    [FINDINGS] = {.name = "findings", .type = TABLE_INT},
    [SEVERITY] = {.name = "critical", .type = TABLE_INT, .flags = TABLE_SPARSE},
    [SEVERITY + 1] = {.name = "high", .type = TABLE_INT},
    [SEVERITY + 2] = {.name = "medium", .type = TABLE_INT},
    [SEVERITY + 3] = {.name = "low", .type = TABLE_INT},
    [SEVERITY + 4] = {.name = "info", .type = TABLE_INT, .flags = TABLE_SPARSE},
};

static size_t column_of(enum policy_severity severity)
{
    return SEVERITY + POLICY_CRITICAL - severity;
}

struct table *audit_regions_table(const struct audit *audit)
{
    struct table *table = table_create(columns, COLUMNS);

    for (size_t i = 0; i < audit->region_count; i++) {
        const struct audit_region *region = &audit->regions[i];
        table_add_row(table);
        table_set_string(table, REGION, region->name[0] != '\0' ? region->name : NULL);
        table_set_int(table, TOTAL, (int64_t)region->total);
        table_set_int(table, ON, (int64_t)region->states[AUDIT_ON]);
        table_set_int(table, OFF, (int64_t)region->states[AUDIT_OFF]);
        table_set_int(table, FINDINGS, (int64_t)finding_count(region));
        for (enum policy_severity severity = 0; severity < POLICY_SEVERITIES; severity++) {
            bool common = severity >= POLICY_LOW && severity <= POLICY_HIGH;
            if (common || audit->by_severity[severity] > 0) {
                table_set_int(table, column_of(severity), (int64_t)region->by_severity[severity]);
            }
            if (severity >= POLICY_HIGH && region->by_severity[severity] > 0) {
                table_set_style(table, column_of(severity), TABLE_BAD);
            }
        }
    }
    return table;
}
