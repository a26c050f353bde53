/*
 * resource_columns: how resources look as rows; the names are the fields of `-o json` (cli.md, "Output").
 */
#ifndef RESOURCE_RESOURCE_COLUMNS_H
#define RESOURCE_RESOURCE_COLUMNS_H

#include "resource/resource_list.h"
#include "table/table.h"

enum resource_column {
    RESOURCE_COLUMN_KIND,
    RESOURCE_COLUMN_REGION,
    RESOURCE_COLUMN_ID,
    RESOURCE_COLUMN_NAME,
    RESOURCE_COLUMN_CRN,
    RESOURCE_COLUMN_STATUS,
    RESOURCE_COLUMN_ZONE,
    RESOURCE_COLUMN_VPC,
    RESOURCE_COLUMN_ARCHITECTURE,
    RESOURCE_COLUMN_ENABLED,
    RESOURCE_COLUMN_PROTOCOL,
    RESOURCE_COLUMN_HOP_LIMIT,
    RESOURCE_COLUMN_PROFILE,  /* only where it was read */
    RESOURCE_COLUMN_TEMPLATE, /* this and those below: instance groups only */
    RESOURCE_COLUMN_TEMPLATE_ID,
    RESOURCE_COLUMN_MEMBERSHIP_COUNT,
    RESOURCE_COLUMN_MEMBERS,
    RESOURCE_COLUMN_STALE_MEMBERS,
    RESOURCE_COLUMN_MANAGERS,
    RESOURCE_COLUMN_POOL,
    RESOURCE_COLUMNS,
};

/*
 * The columns of a table of the kind, in their order, and how many of RESOURCE_COLUMNS they are: without or with the
 * trusted profile, or with what only groups have. What a kind cannot have (the status of a template) is no column for
 * people; which columns there are does not depend on the rows.
 */
size_t resource_columns(const struct resource_kind *kind, bool with_profile, struct table_column *ret);

/*
 * Adds a row for the record. What its kind does not have is null (the hop limit of bare metal).
 * `settings` are the ones to show: the record's own or, for a group, its template's.
 */
void resource_add_row(struct table *table, const struct resource *record, const struct resource_settings *settings);

/*
 * Fills RESOURCE_COLUMN_PROFILE of the last row with {"auto_link":...,"target":{"id":...}}, or where that column is one
 * of strings with "ID (auto_link true)"; NULL is null.
 */
void resource_set_profile(struct table *table, const json_t *profile);

/* What the memberships of a group say; `known` false: they could not be read. */
struct resource_membership_counts {
    bool known;
    size_t members;
    size_t stale;   /* made from another template than the group's */
    size_t unknown; /* or not: an answer does not say from which one */
    size_t loose;   /* whose server stays when the membership is deleted */
};

/* Counts the memberships of the group. */
struct resource_membership_counts resource_count_members(const struct resource *group,
                                                         const struct resource_list *memberships);

/* Fills the columns about members in the last row. */
void resource_set_members(struct table *table, const struct resource_membership_counts *counts);

#endif
