/* Bare metal servers: records, checks, operations (vpc-api.md 2.12 to 2.14). */
#include "vpcsim/api/bare_metal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/allowed_use.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/copy.h"
#include "vpcsim/store/schedule.h"

#define ENOUGH INT_MAX

static const struct validator vlan_item = {.type = VALID_INT, .min = 1, .max = 4094};

static const struct validator metadata_fields[] = {
    {.name = "enabled", .type = VALID_BOOL},
    {.name = "protocol", .type = VALID_TOKEN, .tokens = "http https"},
    {0},
};

static const struct validator initialization_fields[] = {
    {.name = "default_trusted_profile", .type = VALID_OBJECT, .of = validator_trusted_profile},
    {.name = "image", .type = VALID_IDENTITY, .required = true, .tokens = ID_CRN_HREF},
    {.name = "keys", .type = VALID_LIST, .required = true, .of = &validator_key_item},
    {.name = "user_data", .type = VALID_STRING},
    {0},
};

static const struct validator primary_attachment_fields[] = {
    {.name = "allowed_vlans", .type = VALID_LIST, .of = &vlan_item},
    {.name = "interface_type", .type = VALID_TOKEN, .tokens = "pci"},
    {.name = "name", .type = VALID_NET_NAME},
    {.name = "virtual_network_interface",
     .type = VALID_OBJECT,
     .required = true,
     .tokens = ID_CRN_HREF,
     .of = validator_network},
    {0},
};

static const struct validator attachment_fields[] = {
    {.name = "allow_to_float", .type = VALID_BOOL},
    {.name = "allowed_vlans", .type = VALID_LIST, .of = &vlan_item},
    {.name = "interface_type", .type = VALID_TOKEN, .required = true, .tokens = "pci vlan"},
    {.name = "name", .type = VALID_NET_NAME},
    {.name = "virtual_network_interface",
     .type = VALID_OBJECT,
     .required = true,
     .tokens = ID_CRN_HREF,
     .of = validator_network},
    {.name = "vlan", .type = VALID_INT, .min = 1, .max = 4094},
    {0},
};
static const struct validator attachment_item = {.type = VALID_OBJECT, .of = attachment_fields};

#define BARE_METAL_INTERFACE                                                                             \
    {.name = "allow_ip_spoofing", .type = VALID_BOOL},                                                   \
        {.name = "allowed_vlans", .type = VALID_LIST, .of = &vlan_item},                                 \
        {.name = "enable_infrastructure_nat", .type = VALID_BOOL}, {.name = "name", .type = VALID_NAME}, \
        {.name = "primary_ip", .type = VALID_OBJECT, .tokens = "id href", .of = validator_address},      \
        {.name = "security_groups", .type = VALID_LIST, .of = &validator_identity_item},                 \
    {                                                                                                    \
        .name = "subnet", .type = VALID_IDENTITY, .required = true, .tokens = ID_CRN_HREF                \
    }

static const struct validator primary_interface_fields[] = {
    BARE_METAL_INTERFACE,
    {.name = "interface_type", .type = VALID_TOKEN, .tokens = "hipersocket pci"},
    {0},
};

static const struct validator interface_fields[] = {
    BARE_METAL_INTERFACE,
    {.name = "allow_interface_to_float", .type = VALID_BOOL},
    {.name = "interface_type", .type = VALID_TOKEN, .required = true, .tokens = "hipersocket pci vlan"},
    {.name = "vlan", .type = VALID_INT, .min = 1, .max = 4094},
    {0},
};
static const struct validator interface_item = {.type = VALID_OBJECT, .of = interface_fields};

static const struct validator tpm_fields[] = {
    {.name = "mode", .type = VALID_TOKEN, .tokens = "disabled tpm_2"},
    {0},
};

static const struct validator create_fields[] = {
    {.name = "bandwidth", .type = VALID_INT, .min = 1, .max = ENOUGH},
    {.name = "enable_secure_boot", .type = VALID_BOOL},
    {.name = "initialization", .type = VALID_OBJECT, .required = true, .of = initialization_fields},
    {.name = "metadata_service", .type = VALID_OBJECT, .of = metadata_fields},
    {.name = "name", .type = VALID_NAME},
    {.name = "network_attachments", .type = VALID_LIST, .of = &attachment_item},
    {.name = "network_interfaces", .type = VALID_LIST, .of = &interface_item},
    {.name = "primary_network_attachment", .type = VALID_OBJECT, .of = primary_attachment_fields},
    {.name = "primary_network_interface", .type = VALID_OBJECT, .of = primary_interface_fields},
    {.name = "profile", .type = VALID_IDENTITY, .required = true, .tokens = "name href"},
    {.name = "reservation_affinity", .type = VALID_OBJECT, .of = validator_affinity},
    {.name = "resource_group", .type = VALID_IDENTITY, .tokens = "id"},
    {.name = "trusted_platform_module", .type = VALID_OBJECT, .of = tpm_fields},
    {.name = "vpc", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},
    {.name = "zone", .type = VALID_IDENTITY, .required = true, .tokens = "name href"},
    {0},
};

static const struct validator patch_fields[] = {
    {.name = "bandwidth", .type = VALID_INT, .min = 1, .max = ENOUGH},
    {.name = "enable_secure_boot", .type = VALID_BOOL},
    {.name = "metadata_service", .type = VALID_OBJECT, .of = metadata_fields},
    {.name = "name", .type = VALID_NAME},
    {.name = "reservation_affinity", .type = VALID_OBJECT, .of = validator_affinity},
    {.name = "trusted_platform_module", .type = VALID_OBJECT, .of = tpm_fields},
    {0},
};

static const struct validator stop_fields[] = {
    {.name = "type", .type = VALID_TOKEN, .required = true, .tokens = "hard soft"},
    {0},
};

enum { BARE_METAL_QUOTA = 25 }; /* per account (vpc-api.md 2.12); of what is created, a loaded fleet may be larger */

static void append_server(const struct request *request, const struct entity *item, struct text *out)
{
    render_bare_metal(request->region, (const struct bare_metal *)item, out);
}

void bare_metal_list(struct request *request, struct reply *reply)
{
    page_list(request, reply, &request->region->bare_metals, "bare_metal_servers", filter_bare_metal, append_server);
}

void bare_metal_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->bare_metals, "Bare metal server", append_server);
}

/* Sets a passing status that `next` follows after the transition time; the same twice: it stays. */
static void set_status(struct region *region, struct bare_metal *server, enum status status, enum status next);

void bare_metal_remove(struct region *region, struct bare_metal *server)
{
    links_remove_server(region, "bare-metal-server", server->zone, server->entity.id);
    if (server->vni != NULL) {
        server->vni->attached = false;
    }
    collection_remove(&region->bare_metals, &server->entity);
    store_free_bare_metal(server);
}

static void advance(struct region *region, const char *id, int64_t due_ms)
{
    struct bare_metal *server = collection_find(&region->bare_metals, id);

    if (server == NULL || server->due_ms != due_ms) {
        return;
    }
    if (server->status == STATUS_DELETING) {
        bare_metal_remove(region, server);
        return;
    }
    if (server->lifecycle == LIFECYCLE_PENDING) {
        server->lifecycle = LIFECYCLE_STABLE;
        copy_change(&server->entity, "lifecycle_state");
    }
    enum status reached = (enum status)server->next_status;
    set_status(region, server, reached, reached == STATUS_STARTING ? STATUS_RUNNING : reached);
}

static void set_status(struct region *region, struct bare_metal *server, enum status status, enum status next)
{
    struct sim *sim = region->sim;

    server->status = (uint8_t)status;
    copy_change(&server->entity, "status status_reasons");
    server->next_status = (uint8_t)next;
    server->due_ms = 0;
    if (status != next) {
        server->due_ms = sim->now_ms + sim->options.transition_ms;
        schedule_at(sim->schedule, server->due_ms, advance, region, server->entity.id);
    }
}

void bare_metal_add(struct region *region, struct bare_metal *server, const char *id)
{
    struct entity *entity = &server->entity;

    entity->id = id != NULL ? mem_copy(id) : store_zonal_id(region, server->zone, '-', entity->key);
    if (server->bandwidth == 0) {
        server->bandwidth = 100000;
    }
    if (server->allowed_use.api_version[0] == '\0') {
        snprintf(server->allowed_use.api_version, sizeof(server->allowed_use.api_version), "2026-06-23");
    }
    server->next_status = server->status;
    collection_add(region, &region->bare_metals, entity);
}

static void drop_initialization(struct bare_metal *server)
{
    free(server->user_data);
    server->user_data = NULL;
    free(server->trusted_profile.id);
    server->trusted_profile = (struct trusted_profile){0};
}

/* Image, keys, user data and trusted profile of a body: at creation (`at` "initialization.") and of PUT (""). */
static void read_initialization(struct region *region, const json_t *body, const char *at, struct bare_metal *server,
                                struct reply *reply)
{
    char place[64];
    const json_t *keys = json_object_get(body, "keys");

    snprintf(place, sizeof(place), "%simage", at);
    server->image = resolve(region, &region->images, &resolve_image, json_object_get(body, "image"), place, reply);
    snprintf(place, sizeof(place), "%skeys", at);
    server->keys = resolve_keys(region, keys, place, reply);
    if (server->image != NULL && server->image->windows && json_array_size(keys) == 0) {
        reply_bad_field(reply, place, NULL, "A Windows image needs at least one key.");
    }
    drop_initialization(server);
    server->user_data = mem_copy(json_string_value(json_object_get(body, "user_data")));
    snprintf(place, sizeof(place), "%sdefault_trusted_profile.target", at);
    resolve_trusted_profile(region, body, place, &server->trusted_profile, reply);
}

/* VLAN attachments need a VLAN and the others must not have one (vpc-api.md 2.12). */
static void check_vlans(const json_t *list, const char *at, struct reply *reply)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *type = json_string_value(json_object_get(item, "interface_type"));
        bool vlan = type != NULL && strcmp(type, "vlan") == 0;
        if (vlan != (json_object_get(item, "vlan") != NULL)) {
            reply_bad_field(reply, at, NULL, "vlan goes with interface_type vlan, and only with it.");
        }
        if (vlan && json_object_get(item, "allowed_vlans") != NULL) {
            reply_bad_field(reply, at, NULL, "allowed_vlans does not go with interface_type vlan.");
        }
    }
}

static void read_affinity(const json_t *body, struct bare_metal *server)
{
    const char *policy = json_string_value(json_object_get(json_object_get(body, "reservation_affinity"), "policy"));

    if (policy != NULL) {
        server->affinity_manual = strcmp(policy, "manual") == 0;
        server->affinity_automatic = strcmp(policy, "automatic") == 0;
    }
}

static void read_options(const json_t *body, struct bare_metal *server)
{
    const json_t *bandwidth = json_object_get(body, "bandwidth");
    const json_t *secure_boot = json_object_get(body, "enable_secure_boot");
    const char *mode = json_string_value(json_object_get(json_object_get(body, "trusted_platform_module"), "mode"));

    resolve_metadata(body, &server->metadata);
    read_affinity(body, server);
    if (bandwidth != NULL) {
        server->bandwidth = (int)json_integer_value(bandwidth);
    }
    if (secure_boot != NULL) {
        server->secure_boot = json_is_true(secure_boot);
    }
    if (mode != NULL) {
        server->tpm = strcmp(mode, "tpm_2") == 0;
    }
}

static void build(struct region *region, const json_t *body, struct bare_metal *server, struct reply *reply)
{
    struct resolve_place place;
    const char *name = json_string_value(json_object_get(body, "name"));

    resolve_unique_name(&region->bare_metals, name, &server->entity, reply);
    server->entity.name = name != NULL ? mem_copy(name) : store_invent_name(region, &region->bare_metals, "bare-metal");
    server->profile = resolve_profile(region, json_object_get(body, "profile"), true, reply);
    server->resource_group = resolve_resource_group(region, json_object_get(body, "resource_group"), reply);
    resolve_place(region, body, &place, reply);
    server->zone = place.zone;
    server->subnet = place.subnet;
    server->vpc = place.vpc;
    server->vni = place.vni;
    server->interface_style = json_object_get(body, "primary_network_interface") != NULL;
    read_options(body, server);
    resolve_metadata_support(&server->metadata, server->profile, reply);
    check_vlans(json_object_get(body, "network_attachments"), "network_attachments", reply);
    check_vlans(json_object_get(body, "network_interfaces"), "network_interfaces", reply);
    read_initialization(region, json_object_get(body, "initialization"), "initialization.", server, reply);
    if (!reply_failed(reply)) {
        allowed_use_bare_metal(server->image->allowed_use.bare_metal_server, server,
                               "initialization.image.allowed_use.bare_metal_server", reply);
    }
    if (region->bare_metals.count >= BARE_METAL_QUOTA) {
        reply_error(reply, 400, "over_quota", "The quota of %d bare metal servers is used up.", BARE_METAL_QUOTA);
    }
}

void bare_metal_create(struct request *request, struct reply *reply)
{
    struct region *region = request->region;

    validator_check(request->document, create_fields, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    struct bare_metal *server = mem_alloc(sizeof(*server));
    build(region, request->document, server, reply);
    if (reply_failed(reply)) {
        store_free_bare_metal(server);
        return;
    }
    server->entity.key = random_next(&region->sim->random);
    server->entity.created_s = region->sim->now_s;
    server->lifecycle = LIFECYCLE_PENDING;
    if (server->vni != NULL) {
        server->vni->attached = true;
    }
    server->allowed_use.bare_metal_server = mem_copy(server->image->allowed_use.bare_metal_server);
    bare_metal_add(region, server, NULL);
    set_status(region, server, STATUS_PENDING, STATUS_STARTING);
    links_add_server(region, &server->trusted_profile, "bare-metal-server", server->zone, &server->entity);
    render_bare_metal(region, server, reply_json(reply, 201));
}

static void check_state(const json_t *body, const struct bare_metal *server, struct reply *reply)
{
    static const char *const stopped_only[] = {"enable_secure_boot", "trusted_platform_module"};

    for (size_t i = 0; i < 2; i++) {
        if (server->status != STATUS_STOPPED && json_object_get(body, stopped_only[i]) != NULL) {
            reply_problem(reply, 409, "conflict", "field", stopped_only[i], NULL,
                          "The server must be stopped to change %s.", stopped_only[i]);
        }
    }
    if (server->status == STATUS_DELETING || server->lifecycle == LIFECYCLE_SUSPENDED ||
        server->lifecycle == LIFECYCLE_FAILED) {
        reply_error(reply, 409, "conflict", "The server cannot be changed: it is %s (%s).",
                    store_lifecycle_name(server->lifecycle), store_status_name(server->status));
    }
}

void bare_metal_patch(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    struct bare_metal *server = resolve_argument(request, 0, &request->region->bare_metals, "Bare metal server", reply);
    const json_t *body = request->document;
    const char *name = json_string_value(json_object_get(body, "name"));

    if (server == NULL) {
        return;
    }
    validator_check(body, patch_fields, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    struct bare_metal next = *server;
    check_state(body, server, reply);
    resolve_unique_name(&region->bare_metals, name, &server->entity, reply);
    read_options(body, &next);
    resolve_metadata_support(&next.metadata, next.profile, reply);
    if (!reply_failed(reply)) {
        allowed_use_bare_metal(server->allowed_use.bare_metal_server, &next, "disks.allowed_use.bare_metal_server",
                               reply);
    }
    if (reply_failed(reply)) {
        return;
    }
    *server = next;
    copy_change_body(&server->entity, body);
    if (name != NULL && strcmp(name, server->entity.name) != 0) {
        collection_rename(&region->bare_metals, &server->entity, name);
    }
    render_bare_metal(region, server, reply_json(reply, 200));
}

void bare_metal_delete(struct request *request, struct reply *reply)
{
    struct bare_metal *server = resolve_argument(request, 0, &request->region->bare_metals, "Bare metal server", reply);

    if (server == NULL) {
        return;
    }
    if (server->status != STATUS_DELETING) {
        server->lifecycle = LIFECYCLE_DELETING;
        copy_change(&server->entity, "lifecycle_state");
        set_status(request->region, server, STATUS_DELETING, STATUS_STOPPED);
    }
    reply_empty(reply, 202);
}

void bare_metal_initialization(struct request *request, struct reply *reply)
{
    const struct bare_metal *server =
        resolve_argument(request, 0, &request->region->bare_metals, "Bare metal server", reply);

    if (server != NULL && resolve_initialization(server->initialization_unknown, reply)) {
        render_bare_metal_initialization(request->region, server, reply_json(reply, 200));
    }
}

/* Whether the server is at rest in `wanted`; 409 otherwise. */
static bool is_in(const struct bare_metal *server, enum status wanted, struct reply *reply)
{
    if (server->status == wanted && server->due_ms == 0 && server->lifecycle != LIFECYCLE_SUSPENDED) {
        return true;
    }
    reply_error(reply, 409, "conflict", "The server must be %s for this, it is %s.", store_status_name(wanted),
                store_status_name(server->status));
    return false;
}

/*
 * An action on a server at rest in `from`: it is in `during` for a while, then in `to`. `fields` are those of its body;
 * NULL: it has none.
 */
static void act(struct request *request, const struct validator *fields, enum status from, enum status during,
                enum status to, struct reply *reply)
{
    struct bare_metal *server = resolve_argument(request, 0, &request->region->bare_metals, "Bare metal server", reply);

    if (server == NULL) {
        return;
    }
    if (fields != NULL) {
        validator_check(request->document, fields, "", reply);
    }
    if (!reply_failed(reply) && is_in(server, from, reply)) {
        set_status(request->region, server, during, to);
        reply_empty(reply, 204);
    }
}

void bare_metal_start(struct request *request, struct reply *reply)
{
    act(request, NULL, STATUS_STOPPED, STATUS_STARTING, STATUS_RUNNING, reply);
}

/* There is no status stopping: the server is running until it is stopped (assumption: soft stops do finish). */
void bare_metal_stop(struct request *request, struct reply *reply)
{
    act(request, stop_fields, STATUS_RUNNING, STATUS_RUNNING, STATUS_STOPPED, reply);
}

void bare_metal_restart(struct request *request, struct reply *reply)
{
    act(request, NULL, STATUS_RUNNING, STATUS_RESTARTING, STATUS_RUNNING, reply);
}

void bare_metal_replace_initialization(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    struct bare_metal *server = resolve_argument(request, 0, &request->region->bare_metals, "Bare metal server", reply);

    if (server == NULL) {
        return;
    }
    validator_check(request->document, initialization_fields, "", reply);
    if (reply_failed(reply) || (server->status != STATUS_FAILED && !is_in(server, STATUS_STOPPED, reply))) {
        return;
    }
    struct bare_metal next = *server;
    next.user_data = NULL;
    next.trusted_profile = (struct trusted_profile){0};
    read_initialization(region, request->document, "", &next, reply);
    if (!reply_failed(reply)) {
        allowed_use_bare_metal(next.image->allowed_use.bare_metal_server, &next, "image.allowed_use.bare_metal_server",
                               reply);
    }
    if (reply_failed(reply)) {
        drop_initialization(&next);
        return;
    }
    drop_initialization(server);
    copy_free(server->initialization);
    next.initialization = NULL;
    next.initialization_unknown = false;
    *server = next;
    links_add_server(region, &server->trusted_profile, "bare-metal-server", server->zone, &server->entity);
    set_status(region, server, STATUS_REINITIALIZING, STATUS_STARTING);
    bare_metal_initialization(request, reply);
}
