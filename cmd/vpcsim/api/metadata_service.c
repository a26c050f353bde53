/*
 * The identity and metadata API (vpc-api.md 5), served to the one instance of --metadata-instance.
 *
 * A service that is off, or that speaks another protocol than the one asked in, gives no answer at all: the connection
 * is held and closed in the end (4.1).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/metadata_service.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"

enum {
    OLD_PATHS_UNTIL = 20250825, /* version dates: 5.2 */
    OLDEST_VERSION = 20220301,
    SILENCE_MS = 60000,
    LIFE_DEFAULT_S = 300,
    LIFE_MAX_S = 3600,
};

static const struct instance *asking(const struct request *request)
{
    const struct collection *instances = &request->region->instances;
    const char *name = request->sim->options.metadata_instance;

    if (name == NULL) {
        return instances->count > 0 ? (const struct instance *)instances->items[0] : NULL;
    }
    const struct instance *found = collection_find(instances, name);
    return found != NULL ? found : collection_named(instances, name);
}

bool metadata_service_answers(const struct request *request, struct reply *reply)
{
    const struct instance *instance = asking(request);

    if (instance != NULL && instance->metadata.enabled && instance->metadata.https == request->tls &&
        instance->status == STATUS_RUNNING) {
        return true;
    }
    reply->delivery = DELIVER_CLOSED;
    reply->delay_ms += SILENCE_MS;
    reply->fault = "silence";
    return false;
}

/* The instance, or NULL and 404 for paths that the version does not have. */
static const struct instance *open_service(const struct request *request, struct reply *reply)
{
    bool old_path = strstr(request->path, "/instance_identity/") != NULL;
    bool identity = old_path || strstr(request->path, "/identity/") != NULL;

    if (request->version < OLDEST_VERSION) {
        reply_bad_parameter(reply, "version", NULL, "The version must not be before 2022-03-01.");
        return NULL;
    }
    if (identity && old_path != (request->version <= OLD_PATHS_UNTIL)) {
        reply_error(reply, 404, "not_found", "The path does not exist in this version.");
        return NULL;
    }
    return asking(request);
}

static void append_stamps(struct text *out, int64_t now_s, long life_s)
{
    text_append(out, "\"created_at\":\"");
    render_stamp(now_s, out);
    text_append(out, "\",\"expires_at\":\"");
    render_stamp(now_s + life_s, out);
    text_printf(out, "\",\"expires_in\":%ld", life_s);
}

/* The codes of this API differ from the control plane's (5.5). */
static bool check_members(const json_t *body, const char *known, struct reply *reply)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)body, name, value) {
        if (!tokens_have(known, name)) {
            reply_problem(reply, 400, "unknown_field", "field", name, NULL, "The field %s is unknown.", name);
        }
    }
    return !reply_failed(reply);
}

static bool read_life(const json_t *body, long min, long otherwise, long *ret_life, struct reply *reply)
{
    const json_t *life = json_object_get(body, "expires_in");
    char value[32];

    *ret_life = otherwise;
    if (life == NULL) {
        return true;
    }
    *ret_life = json_is_integer(life) ? (long)json_integer_value(life) : -1;
    if (*ret_life < min || *ret_life > LIFE_MAX_S) {
        snprintf(value, sizeof(value), "%ld", *ret_life);
        reply_problem(reply, 400, "invalid_value", "field", "expires_in", value,
                      "The expires_in field must be an integer between %ld and %d.", min, LIFE_MAX_S);
    }
    return !reply_failed(reply);
}

static void append_claims(const struct region *region, const struct instance *instance, const char *nonce,
                          struct text *out)
{
    text_printf(out, "\"iss\":\"VSI-CR_%s\",\"iaas\":{\"crn\":\"", region->name);
    render_crn(region, "instance", instance->zone, instance->entity.id, out);
    text_printf(out,
                "\",\"accountID\":\"" ACCOUNT "\",\"instanceID\":\"%s\",\"zone\":\"%s-%u\",\"region\":\"%s\","
                "\"profile_name\":\"%s\",\"resource_group_id\":\"%s\"}",
                instance->entity.id, region->name, instance->zone + 1U, region->name, instance->profile->name,
                instance->resource_group->id);
    if (nonce != NULL) {
        text_append(out, ",\"nonce\":");
        reply_string(out, nonce);
    }
}

void identity_token(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_service(request, reply);
    const char *flavor = request->headers.metadata_flavor;
    const json_t *nonce = json_object_get(request->document, "nonce");
    long life;

    if (instance == NULL) {
        return;
    }
    if (flavor == NULL || strcmp(flavor, "ibm") != 0) {
        reply_problem(reply, 400, flavor == NULL ? "missing_value" : "invalid_value", "header", "Metadata-Flavor",
                      flavor, "The header Metadata-Flavor: ibm is needed.");
    }
    if (nonce != NULL && !json_is_string(nonce)) {
        reply_problem(reply, 400, "invalid_value", "field", "nonce", NULL, "The nonce must be a string.");
    }
    if (!check_members(request->document, "expires_in nonce", reply) ||
        !read_life(request->document, 5, LIFE_DEFAULT_S, &life, reply)) {
        return;
    }
    struct text token CLEANUP(text_free) = {0};
    struct text claims CLEANUP(text_free) = {0};
    append_claims(request->region, instance, json_string_value(nonce), &claims);
    auth_issue(request->sim, AUTH_IDENTITY, text_string(&claims), life, &token);
    struct text *out = reply_json(reply, 200);
    text_printf(out, "{\"access_token\":\"%s\",", text_string(&token));
    append_stamps(out, request->sim->now_s, life);
    if (nonce != NULL) {
        text_append(out, ",\"nonce\":");
        reply_string(out, json_string_value(nonce));
    }
    text_append_char(out, '}');
}

/* The profile of the body, or the default one; reports what is wrong. The caller frees the id. */
static char *wanted_profile(const json_t *body, const struct instance *instance, struct reply *reply)
{
    const json_t *profile = json_object_get(body, "trusted_profile");
    const char *id = json_string_value(json_object_get(profile, "id"));
    const char *crn = json_string_value(json_object_get(profile, "crn"));
    const char *last = crn != NULL ? strrchr(crn, ':') : NULL;

    if (profile == NULL) {
        if (instance->trusted_profile.id == NULL) {
            reply_problem(reply, 400, "missing_field", "field", "trusted_profile", NULL,
                          "There is no default trusted profile: a trusted profile must be named.");
        }
        return mem_copy(instance->trusted_profile.id);
    }
    if (!check_members(body, "trusted_profile", reply)) {
        return NULL;
    }
    if (json_object_size(profile) != 1 || (id == NULL && last == NULL)) {
        reply_problem(reply, 400, "invalid_value", "field", "trusted_profile", NULL,
                      "Exactly one of id and crn is needed.");
        return NULL;
    }
    return mem_copy(id != NULL ? id : last + 1);
}

void identity_iam_token(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_service(request, reply);

    if (instance == NULL || !auth_check(request, AUTH_IDENTITY, reply)) {
        return;
    }
    char *profile CLEANUP(text_free_pointer) = wanted_profile(request->document, instance, reply);
    if (reply_failed(reply)) {
        return;
    }
    struct text crn CLEANUP(text_free) = {0};
    struct text token CLEANUP(text_free) = {0};
    struct text claims CLEANUP(text_free) = {0};
    long life = request->sim->options.token_life_s;
    render_crn(request->region, "instance", instance->zone, instance->entity.id, &crn);
    if (!links_has(request->sim, profile, text_string(&crn))) {
        reply_problem(reply, 400, "profile_not_linked", "field", "trusted_profile", profile,
                      "The trusted profile is not linked to this instance.");
        return;
    }
    text_append(&claims, "\"iam_id\":");
    reply_string(&claims, profile);
    auth_issue(request->sim, AUTH_IAM, text_string(&claims), life, &token);
    struct text *out = reply_json(reply, 200);
    text_printf(out, "{\"access_token\":\"%s\",", text_string(&token));
    append_stamps(out, request->sim->now_s, life);
    text_append_char(out, '}');
}

void identity_certificate(struct request *request, struct reply *reply)
{
    static const char begin[] = "-----BEGIN CERTIFICATE REQUEST-----";
    const struct instance *instance = open_service(request, reply);
    const char *csr = json_string_value(json_object_get(request->document, "csr"));
    long life;

    if (instance == NULL || !auth_check(request, AUTH_IDENTITY, reply) ||
        !check_members(request->document, "csr expires_in", reply) ||
        !read_life(request->document, 5, LIFE_MAX_S, &life, reply)) {
        return;
    }
    if (csr == NULL || strncmp(csr, begin, sizeof(begin) - 1) != 0) {
        reply_problem(reply, 400, csr == NULL ? "missing_field" : "invalid_value", "field", "csr", NULL,
                      "The csr must be a certificate request in PEM.");
        return;
    }
    struct text *out = reply_json(reply, 200);
    text_append(out, "{\"certificates\":["
                     "\"-----BEGIN CERTIFICATE-----\\nU0lNVUxBVEVEIExFQUY=\\n-----END CERTIFICATE-----\\n\","
                     "\"-----BEGIN CERTIFICATE-----\\nU0lNVUxBVEVEIENB\\n-----END CERTIFICATE-----\\n\"],");
    append_stamps(out, request->sim->now_s, life);
    text_append(out, ",\"id\":\"");
    render_uuid(random_next(&request->sim->random), 0, out);
    text_append(out, "\"}");
}

/* What the control plane says about the instance. */
static json_t *full_body(const struct request *request, const struct instance *instance)
{
    struct text body = {0};

    render_instance(request->region, instance, &body);
    json_t *document = json_loadb(text_string(&body), body.size, 0, NULL);
    text_free(&body);
    return document;
}

/* The instance, with service and token checked. */
static const struct instance *open_metadata(const struct request *request, struct reply *reply)
{
    const struct instance *instance = open_service(request, reply);

    return instance != NULL && auth_check(request, AUTH_IDENTITY, reply) ? instance : NULL;
}

void metadata_instance(struct request *request, struct reply *reply)
{
    static const char *const members[] = {"boot_volume_attachment",
                                          "created_at",
                                          "crn",
                                          "disks",
                                          "id",
                                          "image",
                                          "memory",
                                          "name",
                                          "network_interfaces",
                                          "profile",
                                          "resource_type",
                                          "status",
                                          "vcpu",
                                          "volume_bandwidth_qos_mode",
                                          "vpc",
                                          "zone"};
    const struct instance *instance = open_metadata(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = full_body(request, instance);
    json_t *body = json_object();
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_object_set(body, members[i], json_object_get(full, members[i]));
    }
    json_object_set_new(body, "metadata_service", json_build("{s:b}", "enabled", 1));
    reply_document(reply, 200, body);
    json_decref(body);
    json_decref(full);
}

void metadata_initialization(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_metadata(request, reply);

    if (instance == NULL) {
        return;
    }
    struct text *out = reply_json(reply, 200);
    render_initialization(request->region, instance, out);
    text_append(out, ",\"user_data\":");
    reply_string(out, instance->user_data != NULL ? instance->user_data : "");
    text_append_char(out, '}');
}

/* A list under its name, or the one item that the path names; takes the list. */
static void send_items(struct request *request, struct reply *reply, const char *name, json_t *items)
{
    const char *wanted = request->argument[0];
    const json_t *found = NULL;

    for (size_t i = 0; wanted != NULL && i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const char *id = json_string_value(json_object_get(item, "id"));
        found = id != NULL && strcmp(id, wanted) == 0 ? item : found;
    }
    if (wanted == NULL) {
        json_t *body = json_build("{s:O}", name, items);
        reply_document(reply, 200, body);
        json_decref(body);
    } else if (found != NULL) {
        reply_document(reply, 200, found);
    } else {
        reply_not_found(reply, "Resource", wanted);
    }
    json_decref(items);
}

/* One of the instance's arrays; empty when its body has none of that name. */
static void send_array(struct request *request, struct reply *reply, const char *name)
{
    const struct instance *instance = open_metadata(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = full_body(request, instance);
    json_t *items = json_object_get(full, name);
    send_items(request, reply, name, items != NULL ? json_incref(items) : json_array());
    json_decref(full);
}

void metadata_interfaces(struct request *request, struct reply *reply)
{
    send_array(request, reply, "network_interfaces");
}

void metadata_attachments(struct request *request, struct reply *reply)
{
    send_array(request, reply, "network_attachments");
}

void metadata_cluster_attachments(struct request *request, struct reply *reply)
{
    send_array(request, reply, "cluster_network_attachments");
}

void metadata_software_attachments(struct request *request, struct reply *reply)
{
    send_array(request, reply, "software_attachments");
}

void metadata_volumes(struct request *request, struct reply *reply)
{
    send_array(request, reply, "volume_attachments");
}

void metadata_virtual_interfaces(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_metadata(request, reply);
    json_t *items = json_array();

    if (instance == NULL) {
        json_decref(items);
        return;
    }
    json_t *full = full_body(request, instance);
    const json_t *attachments = json_object_get(full, "network_attachments");
    for (size_t i = 0; i < json_array_size(attachments); i++) {
        json_array_append(items, json_object_get(json_array_get(attachments, i), "virtual_network_interface"));
    }
    json_decref(full);
    send_items(request, reply, "virtual_network_interfaces", items);
}

void metadata_keys(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_metadata(request, reply);
    struct text keys CLEANUP(text_free) = {0};

    if (instance != NULL) {
        render_keys(request->region, instance->keys, &keys);
        send_items(request, reply, "keys", json_loadb(text_string(&keys), keys.size, 0, NULL));
    }
}

void metadata_placement_groups(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_metadata(request, reply);
    struct text crn CLEANUP(text_free) = {0};
    json_t *items = json_array();

    if (instance == NULL) {
        json_decref(items);
        return;
    }
    if (instance->placement_group != NULL) {
        const struct entity *group = &instance->placement_group->entity;
        render_crn(request->region, "placement-group", -1, group->id, &crn);
        json_array_append_new(items, json_build("{s:s,s:s,s:s,s:s}", "crn", text_string(&crn), "id", group->id, "name",
                                                group->name, "strategy", "host_spread"));
    }
    send_items(request, reply, "placement_groups", items);
}
