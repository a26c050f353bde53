/* From an answer to a record, by the kind's list of members. */
#include <ctype.h>
#include <string.h>

#include "resource/resource_list.h"
#include "resource/resource_members.h"

/* Re-reading a resource finds mostly what is kept already. */
static bool same(const char *kept, struct answer_string value)
{
    return kept != NULL && strlen(kept) == value.size && memcmp(kept, value.data, value.size) == 0;
}

static bool read_string(struct resource_list *list, struct resource *record, const struct resource_member *member,
                        struct answer_node node, struct err *e)
{
    const char **field = (const char **)((char *)record + member->offset);
    struct answer_string value = {0};

    if (!answer_get_string(node, member->path, member->required ? ANSWER_REQUIRED : ANSWER_OPTIONAL, &value, e)) {
        return false;
    }
    if (value.data != NULL && !same(*field, value)) {
        *field = member->kind == MEMBER_WORD ? resource_list_share(list, value.data, value.size)
                                             : resource_list_copy(list, value.data, value.size);
    }
    return true;
}

static bool read_count(struct resource *record, const struct resource_member *member, struct answer_node node,
                       struct err *e)
{
    int64_t *field = (int64_t *)((char *)record + member->offset);

    return answer_get_integer(node, member->path, member->required ? ANSWER_REQUIRED : ANSWER_OPTIONAL, field, e);
}

/* A number no server should send is kept within int: it is shown and audited, not computed with. */
static int clamp_hop_limit(int64_t value)
{
    return value < 0 ? 0 : value > 1000000 ? 1000000 : (int)value;
}

static bool read_settings(struct resource_list *list, struct resource *record, enum answer_need need,
                          struct answer_node node, struct err *e)
{
    struct resource_settings settings = {.enabled = false, .protocol = "http", .hop_limit = 1};
    struct answer_string protocol = {.data = "http", .size = 4};
    int64_t hop_limit = 1;

    settings.given = record->kind->settings & RESOURCE_METADATA_SETTINGS;
    if (!answer_get_boolean(node, "metadata_service/enabled", need, &settings.enabled, e) ||
        !answer_get_string(node, "metadata_service/protocol", need, &protocol, e)) {
        return false;
    }
    if ((settings.given & RESOURCE_HOP_LIMIT) != 0 &&
        !answer_get_integer(node, "metadata_service/response_hop_limit", need, &hop_limit, e)) {
        return false;
    }
    settings.protocol = resource_list_share(list, protocol.data, protocol.size);
    settings.hop_limit = clamp_hop_limit(hop_limit);
    record->settings = settings;
    record->settings_assumed = answer_kind(answer_find(node, "metadata_service")) != ANSWER_OBJECT;
    return true;
}

static bool read_profile(struct resource_list *list, struct resource *record, struct answer_node node, struct err *e)
{
    struct answer_node profile = ANSWER_ABSENT_NODE;
    struct answer_string target = {0};
    bool auto_link = true;

    if (!answer_get_object(node, "default_trusted_profile", ANSWER_OPTIONAL, &profile, e)) {
        return false;
    }
    if (profile.document == NULL) {
        return true;
    }
    if (!answer_get_boolean(profile, "auto_link", ANSWER_OPTIONAL, &auto_link, e) ||
        !answer_get_string(profile, "target/id", ANSWER_OPTIONAL, &target, e) ||
        (target.data == NULL && !answer_get_string(profile, "target/crn", ANSWER_OPTIONAL, &target, e))) {
        return false;
    }
    record->settings.given |= RESOURCE_AUTO_LINK;
    record->settings.auto_link = auto_link;
    if (target.data != NULL) {
        record->settings.given |= RESOURCE_TRUSTED_PROFILE;
        record->settings.trusted_profile = resource_list_share(list, target.data, target.size);
    }
    return true;
}

/* The sixth part of a CRN is the zone of a zonal resource and the region of a regional one (vpc-api.md 1.8). */
static struct answer_string crn_location(const char *crn)
{
    for (int part = 0; crn != NULL && part < 5; part++) {
        const char *colon = strchr(crn, ':');
        crn = colon != NULL ? colon + 1 : NULL;
    }
    return (struct answer_string){.data = crn, .size = crn != NULL ? strcspn(crn, ":") : 0};
}

/* Zone "eu-de-1" lies in region "eu-de": what is behind the last dash is a number (vpc-api.md 1.1, 2.17). */
static void derive_region(struct resource_list *list, struct resource *record)
{
    struct answer_string place = crn_location(record->crn);

    if (record->region != NULL && record->region[0] != '\0') {
        return;
    }
    if (record->zone != NULL) {
        place = (struct answer_string){.data = record->zone, .size = strlen(record->zone)};
    }
    size_t digits = 0;
    while (digits < place.size && isdigit((unsigned char)place.data[place.size - 1 - digits])) {
        digits++;
    }
    if (digits > 0 && digits < place.size && place.data[place.size - 1 - digits] == '-') {
        place.size -= digits + 1;
    }
    if (place.size > 0) {
        record->region = resource_list_share(list, place.data, place.size);
    }
}

bool resource_read(struct resource_list *list, struct resource *record, struct answer_node node, struct err *e)
{
    for (const struct resource_member *member = record->kind->members; member->path != NULL; member++) {
        bool read = false;
        switch (member->kind) {
        case MEMBER_STRING:
        case MEMBER_WORD:
            read = read_string(list, record, member, node, e);
            break;
        case MEMBER_COUNT:
            read = read_count(record, member, node, e);
            break;
        case MEMBER_SETTINGS:
            read = read_settings(list, record, ANSWER_REQUIRED, node, e);
            break;
        case MEMBER_PARTIAL:
            read = read_settings(list, record, ANSWER_OPTIONAL, node, e);
            break;
        case MEMBER_PROFILE:
            read = read_profile(list, record, node, e);
            break;
        }
        if (!read) {
            return false;
        }
    }
    derive_region(list, record);
    return true;
}
