/* From an answer to a record, by the kind's list of members. */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "resource/resource_list.h"
#include "resource/resource_members.h"
#include "resource/resource_reference.h"

/* Re-reading a resource finds mostly what is kept already. */
static bool same(const char *kept, struct answer_string value)
{
    return kept != NULL && strlen(kept) == value.size && memcmp(kept, value.data, value.size) == 0;
}

/* A resource being read. The hardware's strings are the answer's own until all is read. */
struct reading {
    struct resource_list *list;
    struct resource *record;
    struct resource_hardware hardware;
    bool has_hardware;
};

static void *field_of(struct reading *reading, const struct resource_member *member)
{
    return (member->hardware ? (char *)&reading->hardware : (char *)reading->record) + member->offset;
}

/* Where a member is read: below the child of the resource that its path begins with or, when there is none, from the
 * resource itself, which then says what is missing. */
struct place {
    struct answer_node node;
    const char *path;
};

static bool read_string(struct reading *reading, const struct resource_member *member, struct place place,
                        struct err *e)
{
    struct resource_list *list = reading->list;
    const char **field = field_of(reading, member);
    struct answer_string value = {0};

    if (!(member->kind == MEMBER_REFERENCE ? resource_reference_read : answer_get_string)(
            place.node, place.path, member->required ? ANSWER_REQUIRED : ANSWER_OPTIONAL, &value, e)) {
        return false;
    }
    if (member->hardware) {
        *field = value.data;
    } else if (value.data != NULL && !same(*field, value)) {
        *field = member->kind == MEMBER_STRING ? resource_list_copy(list, value.data, value.size)
                                               : resource_list_share(list, value.data, value.size);
    }
    return true;
}

static bool read_count(struct reading *reading, const struct resource_member *member, struct place place, struct err *e)
{
    int64_t *field = field_of(reading, member);

    return answer_get_integer(place.node, place.path, member->required ? ANSWER_REQUIRED : ANSWER_OPTIONAL, field, e);
}

static bool read_items(struct reading *reading, const struct resource_member *member, struct place place, struct err *e)
{
    unsigned *field = field_of(reading, member);
    struct answer_node array = ANSWER_ABSENT_NODE;

    if (!answer_get_array(place.node, place.path, member->required ? ANSWER_REQUIRED : ANSWER_OPTIONAL, &array, e)) {
        return false;
    }
    *field = (unsigned)answer_count(array);
    return true;
}

static bool read_names(struct reading *reading, const struct resource_member *member, struct place place, struct err *e)
{
    const char **field = field_of(reading, member);
    struct answer_node array = ANSWER_ABSENT_NODE;
    CLEANUP(text_free) struct text names = {0};

    if (!answer_get_array(place.node, place.path, member->required ? ANSWER_REQUIRED : ANSWER_OPTIONAL, &array, e)) {
        return false;
    }
    for (struct answer_cursor each = answer_each(array); answer_next(&each);) {
        struct answer_string name = {0};
        if (!answer_get_string(each.node, "name", ANSWER_REQUIRED, &name, e)) {
            return false;
        }
        text_append(&names, names.size > 0 ? ", " : "");
        text_append_size(&names, name.data, name.size);
    }
    *field = names.size > 0 ? resource_list_share(reading->list, names.data, names.size) : NULL;
    return true;
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

static bool read_profile(struct resource_list *list, struct resource_settings *settings, struct place place,
                         struct err *e)
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
    settings->given |= RESOURCE_AUTO_LINK;
    settings->auto_link = auto_link;
    if (target.data != NULL) {
        settings->given |= RESOURCE_TRUSTED_PROFILE;
        settings->trusted_profile = resource_list_share(list, target.data, target.size);
    }
    return true;
}

bool resource_read_initialization(struct resource_list *list, struct resource_settings *settings,
                                  struct answer_node node, struct err *e)
{
    return read_profile(list, settings, (struct place){.node = node, .path = "default_trusted_profile"}, e);
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

/*
 * The region is where the resource says it is: zone "eu-de-1" lies in region "eu-de", because what is behind the last
 * dash is a number (vpc-api.md 1.1, 2.17); else the CRN says. The region of the API that answered is a fall-back.
 */
static void derive_region(struct resource_list *list, struct resource *record)
{
    struct answer_string place = crn_location(record->crn);
    bool has_region = record->region != NULL && record->region[0] != '\0';

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
    bool usable = place.size > 0 && (!has_region || memchr(place.data, '-', place.size) != NULL);
    if (usable &&
        !(has_region && strlen(record->region) == place.size && memcmp(record->region, place.data, place.size) == 0)) {
        record->region = resource_list_share(list, place.data, place.size);
    }
}

static bool read_switch(struct reading *reading, const struct resource_member *member, struct place place,
                        struct err *e)
{
    enum resource_switch *field = field_of(reading, member);
    bool value = false;

    if (!answer_get_boolean(place.node, place.path, member->required ? ANSWER_REQUIRED : ANSWER_OPTIONAL, &value, e)) {
        return false;
    }
    bool given = answer_kind(answer_find(place.node, place.path)) == ANSWER_BOOLEAN;
    *field = !given ? RESOURCE_UNKNOWN : value ? RESOURCE_ON : RESOURCE_OFF;
    return true;
}

/* Which disk it is, a member before this one says; disks of another kind of server have no rule. */
static bool read_rule(struct reading *reading, const struct resource_member *member, struct place place, struct err *e)
{
    const char **field = field_of(reading, member);
    const char *boot_id = reading->record->boot_id;
    const char *kind = reading->record->kind->use_member;
    struct answer_node disks = ANSWER_ABSENT_NODE;

    if (!answer_get_array(place.node, place.path, ANSWER_OPTIONAL, &disks, e)) {
        return false;
    }
    for (struct answer_cursor each = answer_each(disks); boot_id != NULL && answer_next(&each);) {
        struct answer_string id = {0};
        struct answer_string rule = {0};
        if (!answer_get_string(each.node, "id", ANSWER_OPTIONAL, &id, e)) {
            return false;
        }
        if (!text_equal(id.data, boot_id)) {
            continue;
        }
        struct answer_node use = answer_member(each.node, "allowed_use", strlen("allowed_use"));
        if (use.document != NULL && !answer_get_string(use, kind, ANSWER_OPTIONAL, &rule, e)) {
            return false;
        }
        *field = rule.data;
    }
    return true;
}

enum { MEMBERS_MAX = 32, LETTERS = 32 };

static bool begins_with(const char *path, struct answer_string name)
{
    /* those that are compared share the first letter; most differ in the next */
    bool differ = name.size > 1 && path[1] != name.data[1];

    return !differ && strncmp(path, name.data, name.size) == 0 && (path[name.size] == '/' || path[name.size] == '\0');
}

/* The members by the first letter of their path: the number, from 1, of the first and of the next one. */
struct letters {
    uint8_t first[LETTERS], next[MEMBERS_MAX];
};

static uint8_t *first_of(struct letters *letters, char letter)
{
    return &letters->first[(unsigned char)letter % LETTERS];
}

/*
 * One pass over the resource: an instance has forty members, and looking up each wanted one would pass them all. Nor is
 * each of the forty compared with all that are wanted.
 */
static void find_places(const struct resource_member *members, struct answer_node resource, struct place *ret_places)
{
    struct letters letters = {0};

    for (size_t i = 0; members[i].path != NULL; i++) {
        assert(i < MEMBERS_MAX);
        ret_places[i] = (struct place){.node = resource, .path = members[i].path};
        uint8_t *first = first_of(&letters, members[i].path[0]);
        letters.next[i] = *first;
        *first = (uint8_t)(i + 1);
    }
    for (struct answer_cursor each = answer_each(resource); answer_next(&each);) {
        uint8_t number = *first_of(&letters, each.name.data[0]);
        if (number == 0 || answer_kind(each.node) == ANSWER_NULL) {
            continue;
        }
        for (; number != 0; number = letters.next[number - 1]) {
            size_t i = number - 1U;
            bool first = ret_places[i].path == members[i].path;
            if (first && begins_with(members[i].path, each.name)) {
                const char *slash = strchr(members[i].path, '/');
                ret_places[i] = (struct place){.node = each.node, .path = slash != NULL ? slash + 1 : ""};
            }
        }
    }
}

static bool read_member(struct reading *reading, const struct resource_member *member, struct place place,
                        struct err *e)
{
    struct resource_list *list = reading->list;
    struct resource *record = reading->record;

    switch (member->kind) {
    case MEMBER_STRING:
    case MEMBER_WORD:
    case MEMBER_REFERENCE:
        return read_string(reading, member, place, e);
    case MEMBER_COUNT:
        return read_count(reading, member, place, e);
    case MEMBER_SWITCH:
        return read_switch(reading, member, place, e);
    case MEMBER_RULE:
        return read_rule(reading, member, place, e);
    case MEMBER_ITEMS:
        return read_items(reading, member, place, e);
    case MEMBER_NAMES:
        return read_names(reading, member, place, e);
    case MEMBER_SETTINGS:
        return read_settings(list, record, ANSWER_REQUIRED, place, e);
    case MEMBER_PARTIAL:
        return read_settings(list, record, ANSWER_OPTIONAL, place, e);
    case MEMBER_PROFILE:
        return read_profile(list, &record->settings, place, e);
    }
    return false;
}

bool resource_read(struct resource_list *list, struct resource *record, struct answer_node node, struct err *e)
{
    const struct resource_member *members = record->kind->members;
    struct place places[MEMBERS_MAX];
    struct reading reading = {.list = list, .record = record};

    find_places(members, node, places);
    for (size_t i = 0; members[i].path != NULL; i++) {
        reading.has_hardware |= members[i].hardware;
        /* what is not there and need not be is not looked for once more; an absent block of settings means something */
        bool absent = places[i].path == members[i].path;
        if (absent && !members[i].required && members[i].kind != MEMBER_PARTIAL) {
            continue;
        }
        if (!read_member(&reading, &members[i], places[i], e)) {
            return false;
        }
    }
    bool known = record->hardware != NULL && resource_hardware_equal(record->hardware, &reading.hardware);
    if (reading.has_hardware && !known) {
        record->hardware = resource_list_keep_hardware(list, &reading.hardware);
    }
    derive_region(list, record);
    return true;
}
