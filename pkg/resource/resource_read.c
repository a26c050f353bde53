/* From an answer to a record, by the kind's list of members. */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "resource/resource_list.h"
#include "resource/resource_members.h"

/* Re-reading a resource finds mostly what is kept already. */
static bool same(const char *kept, struct answer_string value)
{
    return kept != NULL && strlen(kept) == value.size && memcmp(kept, value.data, value.size) == 0;
}

/* Where a member is read: below the child of the resource that its path begins with or, when there is none, from the
 * resource itself, which then says what is missing. */
struct place {
    struct answer_node node;
    const char *path;
};

static bool read_string(struct resource_list *list, struct resource *record, const struct resource_member *member,
                        struct place place, struct err *e)
{
    const char **field = (const char **)((char *)record + member->offset);
    struct answer_string value = {0};

    if (!answer_get_string(place.node, place.path, member->required ? ANSWER_REQUIRED : ANSWER_OPTIONAL, &value, e)) {
        return false;
    }
    if (value.data != NULL && !same(*field, value)) {
        *field = member->kind == MEMBER_WORD ? resource_list_share(list, value.data, value.size)
                                             : resource_list_copy(list, value.data, value.size);
    }
    return true;
}

static bool read_count(struct resource *record, const struct resource_member *member, struct place place, struct err *e)
{
    int64_t *field = (int64_t *)((char *)record + member->offset);

    return answer_get_integer(place.node, place.path, member->required ? ANSWER_REQUIRED : ANSWER_OPTIONAL, field, e);
}

/* A number no server should send is kept within int: it is shown and audited, not computed with. */
static int clamp_hop_limit(int64_t value)
{
    return value < 0 ? 0 : value > 1000000 ? 1000000 : (int)value;
}

static bool read_settings(struct resource_list *list, struct resource *record, enum answer_need need,
                          struct place place, struct err *e)
{
    static const char *const from_resource[] = {"metadata_service/enabled", "metadata_service/protocol",
                                                "metadata_service/response_hop_limit"};
    static const char *const from_block[] = {"enabled", "protocol", "response_hop_limit"};
    bool present = place.path[0] == '\0';
    const char *const *paths = present ? from_block : from_resource;
    struct resource_settings settings = {.enabled = false, .protocol = "http", .hop_limit = 1};
    struct answer_string protocol = {.data = "http", .size = 4};
    int64_t hop_limit = 1;

    settings.given = record->kind->settings & RESOURCE_METADATA_SETTINGS;
    if (!answer_get_boolean(place.node, paths[0], need, &settings.enabled, e) ||
        !answer_get_string(place.node, paths[1], need, &protocol, e)) {
        return false;
    }
    if ((settings.given & RESOURCE_HOP_LIMIT) != 0 && !answer_get_integer(place.node, paths[2], need, &hop_limit, e)) {
        return false;
    }
    settings.protocol = resource_list_share(list, protocol.data, protocol.size);
    settings.hop_limit = clamp_hop_limit(hop_limit);
    record->settings = settings;
    record->settings_assumed = !present;
    return true;
}

static bool read_profile(struct resource_list *list, struct resource *record, struct place place, struct err *e)
{
    struct answer_node profile = ANSWER_ABSENT_NODE;
    struct answer_string target = {0};
    bool auto_link = true;

    if (!answer_get_object(place.node, place.path, ANSWER_OPTIONAL, &profile, e)) {
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

enum { MEMBERS_MAX = 16 };

static bool begins_with(const char *path, struct answer_string name)
{
    /* most names differ in their first letter: no call for those */
    return path[0] == name.data[0] && strncmp(path, name.data, name.size) == 0 &&
           (path[name.size] == '/' || path[name.size] == '\0');
}

/* One pass over the resource: an instance has forty members, and looking up each wanted one would pass them all. */
static void find_places(const struct resource_member *members, struct answer_node resource, struct place *ret_places)
{
    for (size_t i = 0; members[i].path != NULL; i++) {
        assert(i < MEMBERS_MAX);
        ret_places[i] = (struct place){.node = resource, .path = members[i].path};
    }
    for (struct answer_cursor each = answer_each(resource); answer_next(&each);) {
        if (answer_kind(each.node) == ANSWER_NULL) {
            continue;
        }
        for (size_t i = 0; members[i].path != NULL; i++) {
            bool first = ret_places[i].path == members[i].path;
            if (first && begins_with(members[i].path, each.name)) {
                const char *slash = strchr(members[i].path, '/');
                ret_places[i] = (struct place){.node = each.node, .path = slash != NULL ? slash + 1 : ""};
            }
        }
    }
}

static bool read_member(struct resource_list *list, struct resource *record, const struct resource_member *member,
                        struct place place, struct err *e)
{
    switch (member->kind) {
    case MEMBER_STRING:
    case MEMBER_WORD:
        return read_string(list, record, member, place, e);
    case MEMBER_COUNT:
        return read_count(record, member, place, e);
    case MEMBER_SETTINGS:
        return read_settings(list, record, ANSWER_REQUIRED, place, e);
    case MEMBER_PARTIAL:
        return read_settings(list, record, ANSWER_OPTIONAL, place, e);
    case MEMBER_PROFILE:
        return read_profile(list, record, place, e);
    }
    return false;
}

bool resource_read(struct resource_list *list, struct resource *record, struct answer_node node, struct err *e)
{
    const struct resource_member *members = record->kind->members;
    struct place places[MEMBERS_MAX];

    find_places(members, node, places);
    for (size_t i = 0; members[i].path != NULL; i++) {
        if (!read_member(list, record, &members[i], places[i], e)) {
            return false;
        }
    }
    derive_region(list, record);
    return true;
}
