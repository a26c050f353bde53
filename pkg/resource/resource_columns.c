/* The columns of lists: which a kind has, and how a record fills them. */
#include "resource/resource_columns.h"

#include <string.h>

#include "resource/resource_members.h"

static const struct table_member profile_members[] = {
    {"default_trusted_profile.auto_link", "auto_link", TABLE_BOOL},
    {"default_trusted_profile.target.id", "target/id", TABLE_STRING},
    {"default_trusted_profile.target.crn", "target/crn", TABLE_STRING},
    {NULL, NULL, TABLE_STRING},
};

static const struct table_column all_columns[RESOURCE_COLUMNS] = {
    [RESOURCE_COLUMN_KIND] = {.name = "kind", .type = TABLE_STRING, .flags = TABLE_WIDE},
    [RESOURCE_COLUMN_REGION] = {.name = "region", .type = TABLE_STRING, .rank = 8},
    [RESOURCE_COLUMN_ID] = {.name = "id", .type = TABLE_STRING, .flags = TABLE_FIXED, .rank = 9},
    [RESOURCE_COLUMN_NAME] = {.name = "name", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [RESOURCE_COLUMN_CRN] = {.name = "crn", .type = TABLE_STRING, .flags = TABLE_WIDE | TABLE_FIXED},
    [RESOURCE_COLUMN_STATUS] = {.name = "status", .type = TABLE_STRING, .rank = 2, .least = 8},
    [RESOURCE_COLUMN_ZONE] = {.name = "zone", .type = TABLE_STRING, .rank = 4, .least = 10},
    [RESOURCE_COLUMN_VPC] = {.name = "vpc", .type = TABLE_STRING, .rank = 6, .least = 8},
    [RESOURCE_COLUMN_ARCHITECTURE] = {.name = "architecture", .title = "ARCH", .type = TABLE_STRING, .rank = 5},
    [RESOURCE_COLUMN_ENABLED] = {.name = "enabled", .type = TABLE_BOOL},
    [RESOURCE_COLUMN_PROTOCOL] = {.name = "protocol", .type = TABLE_STRING},
    [RESOURCE_COLUMN_HOP_LIMIT] = {.name = "response_hop_limit", .title = "HOPS", .type = TABLE_INT},
    [RESOURCE_COLUMN_PROFILE] = {.name = "default_trusted_profile",
                                 .title = "TRUSTED PROFILE",
                                 .type = TABLE_JSON,
                                 .members = profile_members},
    [RESOURCE_COLUMN_TEMPLATE] = {.name = "template", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [RESOURCE_COLUMN_TEMPLATE_ID] = {.name = "template_id", .type = TABLE_STRING, .flags = TABLE_WIDE},
    [RESOURCE_COLUMN_MEMBERSHIP_COUNT] = {.name = "membership_count", .title = "SIZE", .type = TABLE_INT, .rank = 3},
    [RESOURCE_COLUMN_MEMBERS] = {.name = "members", .type = TABLE_INT, .rank = 1},
    [RESOURCE_COLUMN_STALE_MEMBERS] = {.name = "stale_members", .title = "STALE", .type = TABLE_INT},
    [RESOURCE_COLUMN_MANAGERS] = {.name = "managers", .type = TABLE_STRING, .rank = 7},
    [RESOURCE_COLUMN_POOL] = {.name = "load_balancer_pool", .title = "POOL", .type = TABLE_STRING, .rank = 7},
};

/* Whether answers about the kind have what fills the field at `offset` of a record. */
static bool keeps(const struct resource_kind *kind, size_t offset)
{
    for (const struct resource_member *member = kind->members; member->path != NULL; member++) {
        if (!member->hardware && member->offset == offset) {
            return true;
        }
    }
    return false;
}

bool resource_has_zone(const struct resource_kind *kind)
{
    return keeps(kind, offsetof(struct resource, zone));
}

static size_t column_count(const struct resource_kind *kind, bool with_profile)
{
    if (kind == &resource_group) {
        return RESOURCE_COLUMNS;
    }
    return with_profile ? RESOURCE_COLUMN_PROFILE + 1 : RESOURCE_COLUMN_PROFILE;
}

size_t resource_columns(const struct resource_kind *kind, bool with_profile, struct table_column *ret)
{
    static const struct {
        enum resource_column column;
        size_t offset;
    } of_some_kinds[] = {
        {RESOURCE_COLUMN_STATUS, offsetof(struct resource, status)},
        {RESOURCE_COLUMN_ZONE, offsetof(struct resource, zone)},
        {RESOURCE_COLUMN_VPC, offsetof(struct resource, vpc)},
        {RESOURCE_COLUMN_ARCHITECTURE, offsetof(struct resource, architecture)},
    };

    memcpy(ret, all_columns, sizeof(all_columns));
    for (size_t i = 0; i < sizeof(of_some_kinds) / sizeof(of_some_kinds[0]); i++) {
        if (!keeps(kind, of_some_kinds[i].offset)) {
            ret[of_some_kinds[i].column].flags |= TABLE_WIDE;
        }
    }
    if (!with_profile) {
        ret[RESOURCE_COLUMN_PROFILE].flags |= TABLE_WIDE;
    }
    return column_count(kind, with_profile);
}

static enum table_style status_style(const char *status)
{
    static const enum table_style styles[RESOURCE_STATUSES] = {
        [RESOURCE_STATUS_RUNNING] = TABLE_GOOD, [RESOURCE_STATUS_HEALTHY] = TABLE_GOOD,
        [RESOURCE_STATUS_FAILED] = TABLE_BAD,   [RESOURCE_STATUS_DELETING] = TABLE_BAD,
        [RESOURCE_STATUS_STOPPED] = TABLE_DIM,  [RESOURCE_STATUS_UNHEALTHY] = TABLE_BAD,
    };

    return styles[resource_status(status)]; /* TABLE_PLAIN is 0 */
}

static void set_settings(struct table *table, const struct resource_settings *settings)
{
    table_set_null(table, RESOURCE_COLUMN_ENABLED);
    table_set_null(table, RESOURCE_COLUMN_PROTOCOL);
    table_set_null(table, RESOURCE_COLUMN_HOP_LIMIT);
    if ((settings->given & RESOURCE_ENABLED) != 0) {
        table_set_bool(table, RESOURCE_COLUMN_ENABLED, settings->enabled);
        table_set_style(table, RESOURCE_COLUMN_ENABLED, settings->enabled ? TABLE_GOOD : TABLE_DIM);
    }
    if ((settings->given & RESOURCE_PROTOCOL) != 0) {
        bool open =
            (settings->given & RESOURCE_ENABLED) != 0 && settings->enabled && strcmp(settings->protocol, "https") != 0;
        table_set_string(table, RESOURCE_COLUMN_PROTOCOL, settings->protocol);
        table_set_style(table, RESOURCE_COLUMN_PROTOCOL, open ? TABLE_WARN : TABLE_PLAIN);
    }
    if ((settings->given & RESOURCE_HOP_LIMIT) != 0) {
        table_set_int(table, RESOURCE_COLUMN_HOP_LIMIT, settings->hop_limit);
        table_set_style(table, RESOURCE_COLUMN_HOP_LIMIT, settings->hop_limit > 1 ? TABLE_WARN : TABLE_PLAIN);
    }
}

void resource_add_row(struct table *table, const struct resource *record, const struct resource_settings *settings)
{
    table_add_row(table);
    table_set_string(table, RESOURCE_COLUMN_KIND, record->kind->name);
    table_set_string(table, RESOURCE_COLUMN_REGION, record->region);
    table_set_string(table, RESOURCE_COLUMN_ID, record->id);
    table_set_string(table, RESOURCE_COLUMN_NAME, record->name);
    table_set_string(table, RESOURCE_COLUMN_CRN, record->crn);
    table_set_string(table, RESOURCE_COLUMN_STATUS, record->status);
    table_set_style(table, RESOURCE_COLUMN_STATUS, status_style(record->status));
    table_set_string(table, RESOURCE_COLUMN_ZONE, record->zone);
    table_set_string(table, RESOURCE_COLUMN_VPC, record->vpc);
    table_set_string(table, RESOURCE_COLUMN_ARCHITECTURE, record->architecture);
    set_settings(table, settings);
    if (table_column_count(table) == RESOURCE_COLUMNS) {
        table_set_string(table, RESOURCE_COLUMN_TEMPLATE, record->template_name);
        table_set_string(table, RESOURCE_COLUMN_TEMPLATE_ID, record->template_id);
        table_set_null(table, RESOURCE_COLUMN_MEMBERSHIP_COUNT);
        if (record->membership_count != RESOURCE_COUNT_UNKNOWN) {
            table_set_int(table, RESOURCE_COLUMN_MEMBERSHIP_COUNT, record->membership_count);
        }
        table_set_string(table, RESOURCE_COLUMN_MANAGERS, record->managers);
        table_set_string(table, RESOURCE_COLUMN_POOL, record->pool);
    }
}

/* "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5 (auto_link true)" */
static void describe_profile(struct text *out, const json_t *profile)
{
    const json_t *target = json_object_get(profile, "target");
    const char *id = json_string_value(json_object_get(target, "id"));
    const char *crn = json_string_value(json_object_get(target, "crn"));
    const json_t *auto_link = json_object_get(profile, "auto_link");

    if (id == NULL && crn == NULL) {
        json_print(out, profile, JSON_PRINT_COMPACT);
        return;
    }
    text_append(out, id != NULL ? id : crn);
    if (json_is_boolean(auto_link)) {
        text_printf(out, " (auto_link %s)", json_is_true(auto_link) ? "true" : "false");
    }
}

void resource_set_profile(struct table *table, const json_t *profile)
{
    CLEANUP(text_free) struct text bytes = {0};

    if (profile == NULL) {
        table_set_null(table, RESOURCE_COLUMN_PROFILE);
        return;
    }
    if (table_column(table, RESOURCE_COLUMN_PROFILE)->type == TABLE_STRING) {
        describe_profile(&bytes, profile);
        table_set_string(table, RESOURCE_COLUMN_PROFILE, text_string(&bytes));
        return;
    }
    json_print(&bytes, profile, JSON_PRINT_COMPACT);
    table_set_json(table, RESOURCE_COLUMN_PROFILE, text_string(&bytes), bytes.size);
}

struct resource_membership_counts resource_count_members(const struct resource *group,
                                                         const struct resource_list *memberships)
{
    struct resource_membership_counts counts = {.known = true, .members = resource_list_count(memberships)};

    for (size_t i = 0; i < counts.members; i++) {
        const struct resource *membership = resource_list_at(memberships, i);
        bool compared = membership->template_id != NULL && group->template_id != NULL;
        counts.stale += compared && strcmp(membership->template_id, group->template_id) != 0;
        counts.unknown += !compared;
        counts.loose += membership->takes_instance == RESOURCE_OFF;
    }
    return counts;
}

void resource_set_members(struct table *table, const struct resource_membership_counts *counts)
{
    if (!counts->known) {
        table_set_null(table, RESOURCE_COLUMN_MEMBERS);
        table_set_null(table, RESOURCE_COLUMN_STALE_MEMBERS);
        return;
    }
    table_set_int(table, RESOURCE_COLUMN_MEMBERS, (int64_t)counts->members);
    if (counts->unknown > 0) {
        table_set_null(table, RESOURCE_COLUMN_STALE_MEMBERS);
        return;
    }
    table_set_int(table, RESOURCE_COLUMN_STALE_MEMBERS, (int64_t)counts->stale);
    table_set_style(table, RESOURCE_COLUMN_STALE_MEMBERS, counts->stale > 0 ? TABLE_WARN : TABLE_PLAIN);
}
