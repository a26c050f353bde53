/* From an answer to a record, by the kind's list of members. */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "resource/resource_list.h"
#include "resource/resource_members.h"
#include "resource/resource_reference.h"

/* A resource being read. The hardware's strings are the answer's own until all is read. */
struct reading {
    struct resource_list *list;
    struct resource *record;
    struct answer_node root;
    struct resource_hardware hardware;
    bool has_hardware;
    struct text odd; /* what could not be read so far */
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

/* --- what cannot be read ------------------------------------------------------------------------------ */

static const char *kind_name(enum answer_kind kind)
{
    switch (kind) {
    case ANSWER_ABSENT:
        return "absent";
    case ANSWER_NULL:
        return "null";
    case ANSWER_BOOLEAN:
        return "a boolean";
    case ANSWER_INTEGER:
    case ANSWER_REAL:
        return "a number";
    case ANSWER_STRING:
        return "a string";
    case ANSWER_ARRAY:
        return "an array";
    case ANSWER_OBJECT:
        break;
    }
    return "an object";
}

/* Several members below one that lacks are one fault. */
static void add_odd(struct reading *reading, const struct text *fault)
{
    if (strstr(text_string(&reading->odd), text_string(fault)) == NULL) {
        text_printf(&reading->odd, "%s%s", reading->odd.size > 0 ? ", " : "", text_string(fault));
    }
}

/* Whether a member may be of that kind without being odd. */
static bool is_fine(enum answer_kind kind, enum resource_need need)
{
    return (kind == ANSWER_ABSENT && need != MEMBER_REQUIRED) || (kind == ANSWER_NULL && need == MEMBER_OPTIONAL);
}

/* Notes why no `type` lies at the path from the resource's root and returns true, unless it may lack. */
static bool note_unread(struct reading *reading, const char *path, const char *type, enum resource_need need)
{
    struct answer_node node = reading->root;
    CLEANUP(text_free) struct text fault = {0};
    CLEANUP(text_free) struct text step = {0};

    for (bool more = path[0] != '\0'; more;) {
        size_t size = strcspn(path, "/");
        text_clear(&step);
        text_append_size(&step, path, size);
        node = answer_find(node, text_string(&step));
        text_printf(&fault, "%s%s", fault.size > 0 ? "." : "", text_string(&step));
        more = path[size] != '\0';
        path += size + more;
        enum answer_kind kind = answer_kind(node);
        if (is_fine(kind, need)) {
            return false;
        }
        if (kind == ANSWER_ABSENT || kind == ANSWER_NULL) {
            break;
        }
        bool indexed = kind == ANSWER_ARRAY && isdigit((unsigned char)path[0]);
        if (more && kind != ANSWER_OBJECT && !indexed) {
            type = "an object";
            break;
        }
    }
    enum answer_kind kind = answer_kind(node);
    text_printf(&fault, " is %s", kind_name(kind));
    if (kind != ANSWER_ABSENT && kind != ANSWER_NULL) {
        text_printf(&fault, ", not %s", type);
    }
    add_odd(reading, &fault);
    return true;
}

/* A member of an item of an array, or of another block that is read by itself. */
static void note_unread_below(struct reading *reading, const struct resource_member *member, size_t position,
                              const char *name, const char *type)
{
    CLEANUP(text_free) struct text path = {0};

    text_printf(&path, "%s/%zu/%s", member->path, position, name);
    (void)note_unread(reading, text_string(&path), type, MEMBER_OPTIONAL);
}

/* The value where it is of the type; false where it lacks, whatever the reason. */
static bool find_string(struct place place, struct answer_string *ret)
{
    struct answer_scalar value = answer_value(answer_find(place.node, place.path));

    *ret = value.string;
    return value.kind == ANSWER_STRING;
}

/* In whatever form the answer refers to the other resource. */
static bool find_reference(struct place place, struct answer_string *ret)
{
    struct err unused = ERR_INIT;

    return resource_reference_read(place.node, place.path, ANSWER_OPTIONAL, ret, &unused) && ret->data != NULL;
}

static bool find_boolean(struct place place, bool *ret)
{
    struct err unused = ERR_INIT;

    return answer_get_boolean(place.node, place.path, ANSWER_REQUIRED, ret, &unused);
}

/* 2.0 is an integer as well. */
static bool find_integer(struct place place, int64_t *ret)
{
    struct err unused = ERR_INIT;
    bool numeric = answer_value(answer_find(place.node, place.path)).kind == ANSWER_INTEGER;

    return (numeric || answer_kind(answer_find(place.node, place.path)) == ANSWER_REAL) &&
           answer_get_integer(place.node, place.path, ANSWER_REQUIRED, ret, &unused);
}

static bool find_array(struct place place, struct answer_node *ret)
{
    struct answer_node node = answer_find(place.node, place.path);

    *ret = answer_kind(node) == ANSWER_ARRAY ? node : ANSWER_ABSENT_NODE;
    return ret->document != NULL;
}

/* --- members ------------------------------------------------------------------------------------------ */

/* The identity of a resource that is read again stays: it is what was asked for. */
static bool stays(const struct resource_member *member)
{
    return !member->hardware &&
           (member->offset == offsetof(struct resource, id) || member->offset == offsetof(struct resource, name) ||
            member->offset == offsetof(struct resource, crn));
}

static bool is_id(const struct resource_member *member)
{
    return !member->hardware && member->offset == offsetof(struct resource, id);
}

static void read_string(struct reading *reading, const struct resource_member *member, struct place place)
{
    struct resource_list *list = reading->list;
    const char **field = field_of(reading, member);
    struct answer_string value = {0};
    CLEANUP(text_free) struct text fault = {0};

    if (!(member->kind == MEMBER_REFERENCE ? find_reference : find_string)(place, &value)) {
        if (note_unread(reading, member->path, "a string", member->need) && !stays(member)) {
            *field = NULL;
        }
    } else if (is_id(member) && !resource_id_is_valid(value.data, value.size)) {
        text_append(&fault, "id is not valid");
        add_odd(reading, &fault);
    } else if (member->hardware) {
        *field = value.data;
    } else if (!answer_string_is(value, *field)) { /* a resource that is read again has mostly the same */
        *field = member->kind == MEMBER_STRING ? resource_list_copy(list, value.data, value.size)
                                               : resource_list_share(list, value.data, value.size);
    }
}

static void read_count(struct reading *reading, const struct resource_member *member, struct place place)
{
    int64_t *field = field_of(reading, member);

    if (!find_integer(place, field)) {
        bool odd = note_unread(reading, member->path, "a number", member->need);
        *field = odd && !member->hardware ? RESOURCE_COUNT_UNKNOWN : 0;
    }
}

static void read_items(struct reading *reading, const struct resource_member *member, struct place place)
{
    unsigned *field = field_of(reading, member);
    struct answer_node array = ANSWER_ABSENT_NODE;

    if (!find_array(place, &array)) {
        *field = note_unread(reading, member->path, "an array", member->need) ? RESOURCE_ITEMS_UNKNOWN : 0;
        return;
    }
    *field = (unsigned)answer_count(array);
}

static void read_names(struct reading *reading, const struct resource_member *member, struct place place)
{
    const char **field = field_of(reading, member);
    struct answer_node array = ANSWER_ABSENT_NODE;
    CLEANUP(text_free) struct text names = {0};

    if (!find_array(place, &array)) {
        (void)note_unread(reading, member->path, "an array", member->need);
    }
    for (struct answer_cursor each = answer_each(array); answer_next(&each);) {
        struct answer_string name = {0};
        if (!find_string((struct place){.node = each.node, .path = "name"}, &name)) {
            note_unread_below(reading, member, each.position, "name", "a string");
            name = (struct answer_string){.data = "?", .size = 1};
        }
        text_append(&names, names.size > 0 ? ", " : "");
        text_append_size(&names, name.data, name.size);
    }
    *field = names.size > 0 ? resource_list_share(reading->list, names.data, names.size) : NULL;
}

/* A number no server should send is kept within int: it is shown and audited, not computed with. */
static int clamp_hop_limit(int64_t value)
{
    return value < 0 ? 0 : value > 1000000 ? 1000000 : (int)value;
}

/* A setting that is read, or that lacks in a template and then has the API's default (vpc-api.md 2.9), is given. */
static bool is_given(struct reading *reading, bool found, const char *path, const char *type, bool has_defaults)
{
    enum resource_need need = has_defaults ? MEMBER_OPTIONAL : MEMBER_REQUIRED;

    return found || !note_unread(reading, path, type, need);
}

static void read_settings(struct reading *reading, struct place place, bool has_defaults)
{
    const unsigned wanted = reading->record->kind->settings & RESOURCE_METADATA_SETTINGS;
    struct answer_node block = place.path[0] == '\0' ? place.node : ANSWER_ABSENT_NODE;
    struct resource_settings settings = {0};
    struct answer_string protocol = {0};
    int64_t hop_limit = 0;
    bool given;

    given = find_boolean((struct place){.node = block, .path = "enabled"}, &settings.enabled);
    if (is_given(reading, given, "metadata_service/enabled", "a boolean", has_defaults)) {
        settings.given |= RESOURCE_ENABLED;
    }
    given = find_string((struct place){.node = block, .path = "protocol"}, &protocol);
    if (is_given(reading, given, "metadata_service/protocol", "a string", has_defaults)) {
        settings.given |= RESOURCE_PROTOCOL;
        settings.protocol =
            given ? resource_list_share(reading->list, protocol.data, protocol.size) : RESOURCE_DEFAULT_PROTOCOL;
    }
    given = (wanted & RESOURCE_HOP_LIMIT) == 0 ||
            find_integer((struct place){.node = block, .path = "response_hop_limit"}, &hop_limit);
    if (is_given(reading, given, "metadata_service/response_hop_limit", "a number", has_defaults)) {
        settings.given |= RESOURCE_HOP_LIMIT;
        settings.hop_limit = given ? clamp_hop_limit(hop_limit) : RESOURCE_DEFAULT_HOP_LIMIT;
    }
    settings.given &= wanted;
    reading->record->settings = settings;
    reading->record->settings_assumed = has_defaults && block.document == NULL;
}

static void read_profile(struct reading *reading, struct place place)
{
    struct resource_settings *settings = &reading->record->settings;
    struct answer_node profile = answer_find(place.node, place.path);
    struct answer_string target = {0};
    bool auto_link = true;

    if (answer_kind(profile) != ANSWER_OBJECT) {
        (void)note_unread(reading, "default_trusted_profile", "an object", MEMBER_OPTIONAL);
        return;
    }
    bool links = find_boolean((struct place){.node = profile, .path = "auto_link"}, &auto_link);
    if (links || !note_unread(reading, "default_trusted_profile/auto_link", "a boolean", MEMBER_OPTIONAL)) {
        settings->given |= RESOURCE_AUTO_LINK;
        settings->auto_link = links ? auto_link : true;
    }
    if (!find_string((struct place){.node = profile, .path = "target/id"}, &target) &&
        !find_string((struct place){.node = profile, .path = "target/crn"}, &target)) {
        (void)note_unread(reading, "default_trusted_profile/target/id", "a string", MEMBER_OPTIONAL);
    }
    if (target.data != NULL) {
        settings->given |= RESOURCE_TRUSTED_PROFILE;
        settings->trusted_profile = resource_list_share(reading->list, target.data, target.size);
    }
}

bool resource_read_initialization(struct resource_list *list, struct resource_settings *settings,
                                  struct answer_node node, struct err *e)
{
    struct resource record = {.settings = *settings};
    struct reading reading = {.list = list, .record = &record, .root = node};

    read_profile(&reading, (struct place){.node = node, .path = "default_trusted_profile"});
    bool right = reading.odd.size == 0 || answer_error(node, e, "%s", text_string(&reading.odd));
    text_free(&reading.odd);
    *settings = right ? record.settings : *settings;
    return right;
}

static void read_switch(struct reading *reading, const struct resource_member *member, struct place place)
{
    enum resource_switch *field = field_of(reading, member);
    bool value = false;

    if (!find_boolean(place, &value)) {
        (void)note_unread(reading, member->path, "a boolean", member->need);
        *field = RESOURCE_UNKNOWN;
        return;
    }
    *field = value ? RESOURCE_ON : RESOURCE_OFF;
}

/* Which disk it is, a member before this one says; disks of another kind of server have no rule. */
static void read_rule(struct reading *reading, const struct resource_member *member, struct place place)
{
    const char **field = field_of(reading, member);
    const char *boot_id = reading->record->boot_id;
    const char *kind = reading->record->kind->use_member;
    struct answer_node disks = ANSWER_ABSENT_NODE;

    (void)find_array(place, &disks);
    for (struct answer_cursor each = answer_each(disks); boot_id != NULL && answer_next(&each);) {
        struct answer_string id = {0};
        struct answer_string rule = {0};
        if (!find_string((struct place){.node = each.node, .path = "id"}, &id) || !text_equal(id.data, boot_id)) {
            continue;
        }
        struct answer_node use = answer_member(each.node, "allowed_use", strlen("allowed_use"));
        (void)find_string((struct place){.node = use, .path = kind}, &rule);
        *field = rule.data;
    }
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

static void read_member(struct reading *reading, const struct resource_member *member, struct place place)
{
    switch (member->kind) {
    case MEMBER_STRING:
    case MEMBER_WORD:
    case MEMBER_REFERENCE:
        read_string(reading, member, place);
        break;
    case MEMBER_COUNT:
        read_count(reading, member, place);
        break;
    case MEMBER_SWITCH:
        read_switch(reading, member, place);
        break;
    case MEMBER_RULE:
        read_rule(reading, member, place);
        break;
    case MEMBER_ITEMS:
        read_items(reading, member, place);
        break;
    case MEMBER_NAMES:
        read_names(reading, member, place);
        break;
    case MEMBER_SETTINGS:
        read_settings(reading, place, false);
        break;
    case MEMBER_PARTIAL:
        read_settings(reading, place, true);
        break;
    case MEMBER_PROFILE:
        read_profile(reading, place);
        break;
    }
}

/* What has no id is found again by its place alone. */
static void keep_odd(struct reading *reading)
{
    struct resource *record = reading->record;
    struct err place = ERR_INIT;

    if (record->id == NULL) {
        (void)answer_error(reading->root, &place, "odd");
        const char *pointer = strchr(place.place, '/');
        text_printf(&reading->odd, " (at %s of the answer)", pointer != NULL ? pointer : "the root");
    }
    record->odd =
        reading->odd.size > 0 ? resource_list_copy(reading->list, reading->odd.data, reading->odd.size) : NULL;
    text_free(&reading->odd);
}

static void read_members(struct reading *reading)
{
    const struct resource_member *members = reading->record->kind->members;
    struct place places[MEMBERS_MAX];

    find_places(members, reading->root, places);
    for (size_t i = 0; members[i].path != NULL; i++) {
        reading->has_hardware |= members[i].hardware;
        /* what is not there and need not be is not looked for once more; an absent block of settings means something */
        bool absent = places[i].path == members[i].path;
        if (absent && members[i].need == MEMBER_OPTIONAL && members[i].kind != MEMBER_PARTIAL) {
            continue;
        }
        read_member(reading, &members[i], places[i]);
    }
}

void resource_read(struct resource_list *list, struct resource *record, struct answer_node node)
{
    struct reading reading = {.list = list, .record = record, .root = node};

    if (answer_kind(node) == ANSWER_OBJECT) {
        read_members(&reading);
    } else {
        text_printf(&reading.odd, "it is %s, not an object", kind_name(answer_kind(node)));
    }
    keep_odd(&reading);
    bool known = record->hardware != NULL && resource_hardware_equal(record->hardware, &reading.hardware);
    if (reading.has_hardware && !known) {
        record->hardware = resource_list_keep_hardware(list, &reading.hardware);
    }
    resource_derive_region(list, record);
}
