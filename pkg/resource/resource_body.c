/* The body that creates a server again, from the API's answers about it: references become identities. */
#include <string.h>

#include "resource/resource_create.h"

/* What a member of an answer becomes in a body. */
enum form {
    FORM_SAME,    /* a value that the body has in the same form */
    FORM_BY_ID,   /* a reference: {"id"} */
    FORM_BY_NAME, /* a profile or a zone: {"name"} */
    FORM_MEMBERS, /* an object of which the body takes the members `of` */
};

struct body_member {
    const char *name;
    enum form form;
    const char *const *of;
};

static const char *const of_availability[] = {"class", NULL};
static const char *const of_availability_policy[] = {"host_failure", "preemption", NULL};
static const char *const of_metadata_service[] = {"enabled", "protocol", "response_hop_limit", NULL};
static const char *const of_platform_module[] = {"mode", NULL};
static const char *const of_profile_link[] = {"auto_link", NULL};
static const char *const of_reservation[] = {"policy", NULL};

/* In the order of the body (vpc-api.md 2.3, 2.5, 2.11, 2.12). Members that a kind's answers lack are passed over. */
static const struct body_member server_body[] = {
    {"zone", FORM_BY_NAME, NULL},
    {"vpc", FORM_BY_ID, NULL},
    {"resource_group", FORM_BY_ID, NULL},
    {"profile", FORM_BY_NAME, NULL},
    {"image", FORM_BY_ID, NULL},
    {"placement_target", FORM_BY_ID, NULL},
    {"availability", FORM_MEMBERS, of_availability},
    {"availability_policy", FORM_MEMBERS, of_availability_policy},
    {"confidential_compute_mode", FORM_SAME, NULL},
    {"enable_secure_boot", FORM_SAME, NULL},
    {"reservation_affinity", FORM_MEMBERS, of_reservation},
    {"threads_per_core", FORM_SAME, NULL},
    {"trusted_platform_module", FORM_MEMBERS, of_platform_module},
    {"volume_bandwidth_qos_mode", FORM_SAME, NULL},
    {"metadata_service", FORM_MEMBERS, of_metadata_service},
    {NULL, FORM_SAME, NULL},
};

/* --- members -------------------------------------------------------------------------------------------- */

/* {"id": ...} or {"name": ...} of a reference; NULL where it has none. New reference. */
static json_t *identity(const json_t *reference, const char *by)
{
    const json_t *word = json_object_get(reference, by);

    return json_is_string(word) ? json_build("{s:O}", by, word) : NULL;
}

static json_t *identities(const json_t *references)
{
    json_t *list = json_array();
    size_t i;
    json_t *reference;

    json_array_foreach (references, i, reference) {
        json_t *by_id = identity(reference, "id");
        if (by_id != NULL) {
            json_array_append_new(list, by_id);
        }
    }
    return list;
}

/* The members that are known; NULL when none is. */
static json_t *some_members(const json_t *object, const char *const *names)
{
    json_t *some = json_object();

    for (size_t i = 0; names[i] != NULL; i++) {
        json_t *value = json_object_get(object, names[i]);
        if (value != NULL && !json_is_null(value)) {
            json_object_set(some, names[i], value);
        }
    }
    if (json_object_size(some) == 0) {
        json_decref(some);
        return NULL;
    }
    return some;
}

static json_t *as_member(const struct body_member *member, json_t *value)
{
    switch (member->form) {
    case FORM_BY_ID:
        return identity(value, "id");
    case FORM_BY_NAME:
        return identity(value, "name");
    case FORM_MEMBERS:
        return some_members(value, member->of);
    default:
        return json_is_null(value) ? NULL : json_incref(value);
    }
}

static void set_if(json_t *body, const char *name, json_t *value)
{
    if (value != NULL) {
        json_object_set_new(body, name, value);
    }
}

/* --- settings of one kind of server ------------------------------------------------------------------- */

/* Only a manual affinity takes a pool. */
static void add_pool(json_t *body, const json_t *answer)
{
    json_t *affinity = json_object_get(body, "reservation_affinity");
    const json_t *pool = json_at(answer, "/reservation_affinity/pool");

    if (affinity != NULL && json_array_size(pool) > 0) {
        json_object_set_new(affinity, "pool", identities(pool));
    }
}

/* All of a processor is what a server has that was made without a share. */
static void add_share(json_t *body, const json_t *answer)
{
    const json_t *share = json_at(answer, "/vcpu/percentage");

    if (json_is_integer(share) && json_integer_value(share) != 100) {
        json_object_set_new(body, "vcpu", json_build("{s:O}", "percentage", share));
    }
}

/* What the server boots from, where it was not made from an image. */
static void add_boot_source(json_t *body, const json_t *answer, struct text *ret_notes)
{
    static const char *const of_offering[] = {"version", "plan", NULL};
    json_t *offering = some_members(json_object_get(answer, "catalog_offering"), of_offering);
    const json_t *volume = json_at(answer, "/boot_volume_attachment/volume");

    if (offering != NULL) {
        json_object_del(body, "image");
        json_object_set_new(body, "catalog_offering", offering);
    } else if (!json_is_object(json_object_get(body, "image")) && volume != NULL) {
        json_object_set_new(body, "boot_volume_attachment", json_build("{s:o?}", "volume", identity(volume, "id")));
        text_append(ret_notes, "it boots from its volume, which only one server can have: put another volume, a "
                               "snapshot or an image in the place of boot_volume_attachment\n");
    }
    if (json_array_size(json_object_get(answer, "volume_attachments")) > 1) {
        text_append(ret_notes, "its data volumes are not in the body: add volume_attachments\n");
    }
    if (json_array_size(json_object_get(answer, "cluster_network_attachments")) > 0) {
        text_append(ret_notes, "its cluster network attachments are not in the body\n");
    }
}

/* --- the network ---------------------------------------------------------------------------------------- */

/* A new interface in the subnet: the present one and its addresses belong to the server. */
static json_t *network_member(const json_t *reference, bool is_attachment)
{
    json_t *subnet = identity(json_object_get(reference, "subnet"), "id");
    const json_t *name = json_object_get(reference, "name");
    json_t *member = json_is_string(name) ? json_build("{s:O}", "name", name) : json_object();

    if (subnet == NULL) {
        return member;
    }
    if (is_attachment) {
        json_object_set_new(member, "virtual_network_interface", json_build("{s:o}", "subnet", subnet));
    } else {
        json_object_set_new(member, "subnet", subnet);
    }
    return member;
}

/* Those besides the primary one; of bare metal servers the answer does not say of which type they are. */
static void add_others(json_t *body, const json_t *answer, const char *list, const json_t *primary, bool typed,
                       struct text *ret_notes)
{
    json_t *others = json_array();
    size_t i;
    json_t *reference;

    json_array_foreach (json_object_get(answer, list), i, reference) {
        if (!json_equal(json_object_get(reference, "id"), json_object_get(primary, "id"))) {
            json_array_append_new(others, network_member(reference, strcmp(list, "network_attachments") == 0));
        }
    }
    if (json_array_size(others) > 0 && typed) {
        text_printf(ret_notes, "the answer does not have the interface_type of its other %s: add them\n", list);
    } else if (json_array_size(others) > 0) {
        json_object_set(body, list, others);
    }
    json_decref(others);
}

/* The network interfaces of a server with attachments only mirror these (vpc-api.md 2.3). */
static void add_network(const struct resource_kind *kind, json_t *body, const json_t *answer, struct text *ret_notes)
{
    const json_t *attachment = json_object_get(answer, "primary_network_attachment");
    const json_t *interface = json_object_get(answer, "primary_network_interface");
    bool attached = json_is_object(attachment);
    const json_t *primary = attached ? attachment : interface;

    if (!json_is_object(primary)) {
        return;
    }
    json_object_set_new(body, attached ? "primary_network_attachment" : "primary_network_interface",
                        network_member(primary, attached));
    add_others(body, answer, attached ? "network_attachments" : "network_interfaces", primary,
               kind->profile_parent != NULL, ret_notes);
}

/* --- what the initialization has ------------------------------------------------------------------------ */

static void add_initialization(const struct resource_kind *kind, json_t *body, const json_t *initialization)
{
    const json_t *profile = json_object_get(initialization, "default_trusted_profile");
    json_t *keys = identities(json_object_get(initialization, "keys"));
    json_t *target = identity(json_object_get(profile, "target"), "id");
    json_t *into = body;

    if (kind->profile_parent != NULL) {
        into = json_object();
        json_object_set_new(body, kind->profile_parent, into);
        set_if(into, "image", identity(json_object_get(initialization, "image"), "id"));
    }
    if (json_array_size(keys) > 0 || into != body) {
        json_object_set(into, "keys", keys);
    }
    json_decref(keys);
    if (target != NULL) {
        json_t *link = some_members(profile, of_profile_link);
        json_t *own = link != NULL ? link : json_object();
        json_object_set_new(own, "target", target);
        json_object_set_new(into, "default_trusted_profile", own);
    }
}

json_t *resource_server_body(const struct resource_kind *kind, const json_t *answer, const json_t *initialization,
                             struct text *ret_notes)
{
    bool is_metal = kind->profile_parent != NULL;
    json_t *body = json_object();

    for (const struct body_member *member = server_body; member->name != NULL; member++) {
        json_t *value = json_object_get(answer, member->name);
        if (value != NULL) {
            set_if(body, member->name, as_member(member, value));
        }
    }
    add_pool(body, answer);
    if (is_metal) {
        json_t *bandwidth = json_object_get(answer, "bandwidth");
        set_if(body, "bandwidth", json_is_integer(bandwidth) ? json_incref(bandwidth) : NULL);
    } else {
        add_share(body, answer);
        add_boot_source(body, answer, ret_notes);
    }
    add_network(kind, body, answer, ret_notes);
    add_initialization(kind, body, initialization);
    return body;
}
