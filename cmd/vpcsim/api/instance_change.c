/* Changing instances: PATCH (vpc-api.md 2.4), actions (4.4), reinitialization (2.8) and deletion. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/allowed_use.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/copy.h"

static bool has_array(const json_t *value)
{
    const char *name;
    json_t *member;

    if (json_is_array(value)) {
        return true;
    }
    json_object_foreach ((json_t *)value, name, member) {
        if (has_array(member)) {
            return true;
        }
    }
    return false;
}

/* Members that can be changed only while the instance is off (vpc-api.md 2.4). */
static void check_status(const json_t *body, const struct instance *instance, struct reply *reply)
{
    static const char *const stopped_only[] = {
        "confidential_compute_mode", "enable_secure_boot", "volume_bandwidth_qos_mode", "profile", "vcpu",
        "threads_per_core"};
    bool off = instance->status == STATUS_STOPPED || instance->status == STATUS_STOPPING;

    for (size_t i = 0; i < sizeof(stopped_only) / sizeof(stopped_only[0]); i++) {
        if (!off && json_object_get(body, stopped_only[i]) != NULL) {
            reply_problem(reply, 409, "conflict", "field", stopped_only[i], NULL,
                          "The instance must be stopped to change %s.", stopped_only[i]);
        }
    }
    if (instance->lifecycle == LIFECYCLE_SUSPENDED || instance->lifecycle == LIFECYCLE_DELETING ||
        instance->lifecycle == LIFECYCLE_FAILED || instance->status == STATUS_DELETING) {
        reply_error(reply, 409, "conflict", "The instance cannot be changed: it is %s (%s).",
                    store_lifecycle_name(instance->lifecycle), store_status_name(instance->status));
    }
}

static void set_word(const json_t *body, const char *name, const char *yes, bool *flag)
{
    const char *value = json_string_value(json_object_get(body, name));

    if (value != NULL) {
        *flag = strcmp(value, yes) == 0;
    }
}

static void set_profile(const struct region *region, const json_t *body, struct instance *next, struct reply *reply)
{
    const json_t *wanted = json_object_get(body, "profile");
    const struct profile *profile = wanted != NULL ? resolve_profile(region, wanted, false, reply) : NULL;

    if (profile == NULL) {
        return;
    }
    if (strcmp(profile->architecture, next->profile->architecture) != 0) {
        reply_bad_field(reply, "profile", profile->name, "The profile is of another architecture.");
    }
    next->profile = profile;
}

/* `next` is a copy: nothing is changed before everything is known to be right. */
static void apply(const struct region *region, const json_t *body, struct instance *next, struct reply *reply)
{
    const json_t *policy = json_object_get(body, "availability_policy");
    const json_t *affinity = json_object_get(body, "reservation_affinity");
    const json_t *secure_boot = json_object_get(body, "enable_secure_boot");
    const json_t *bandwidth = json_object_get(body, "total_volume_bandwidth");
    const json_t *percentage = json_object_get(json_object_get(body, "vcpu"), "percentage");

    resolve_metadata(body, &next->metadata);
    set_profile(region, body, next, reply);
    set_word(json_object_get(body, "availability"), "class", "spot", &next->spot);
    set_word(policy, "host_failure", "stop", &next->stop_on_host_failure);
    set_word(policy, "preemption", "delete", &next->delete_on_preemption);
    set_word(affinity, "policy", "manual", &next->affinity_manual);
    set_word(affinity, "policy", "automatic", &next->affinity_automatic);
    const char *mode = json_string_value(json_object_get(body, "confidential_compute_mode"));
    if (mode != NULL) {
        next->confidential = store_confidential(mode);
    }
    set_word(body, "volume_bandwidth_qos_mode", "weighted", &next->qos_weighted);
    next->secure_boot = secure_boot != NULL ? json_is_true(secure_boot) : next->secure_boot;
    if (bandwidth != NULL) {
        next->total_volume_bandwidth = (int)json_integer_value(bandwidth);
    }
    if (percentage != NULL) {
        next->vcpu_percentage = (uint8_t)json_integer_value(percentage);
    }
    resolve_metadata_support(&next->metadata, next->profile, reply);
}

/* Whether a patch would be seen: one that changes nothing leaves the ETag alone. */
static bool differs(const struct instance *a, const struct instance *b)
{
    return a->metadata.enabled != b->metadata.enabled || a->metadata.https != b->metadata.https ||
           a->metadata.hop_limit != b->metadata.hop_limit || a->profile != b->profile || a->spot != b->spot ||
           a->stop_on_host_failure != b->stop_on_host_failure || a->delete_on_preemption != b->delete_on_preemption ||
           a->affinity_manual != b->affinity_manual || a->affinity_automatic != b->affinity_automatic ||
           a->confidential != b->confidential || a->qos_weighted != b->qos_weighted ||
           a->secure_boot != b->secure_boot || a->total_volume_bandwidth != b->total_volume_bandwidth ||
           a->vcpu_percentage != b->vcpu_percentage;
}

static void set_host(struct region *region, const json_t *body, struct instance *instance, struct reply *reply)
{
    const json_t *target = json_object_get(body, "placement_target");
    const char *id = json_string_value(json_object_get(target, "id"));

    if (id != NULL && collection_find(&region->placement_groups, id) != NULL) {
        reply_bad_field(reply, "placement_target", id, "A placement group cannot be given to an existing instance.");
    } else if (id != NULL) {
        free(instance->dedicated_host);
        instance->dedicated_host = mem_copy(id);
    }
}

/* Members of the answer that follow from others of the body. */
static void note_change(const json_t *body, struct instance *instance)
{
    struct entity *entity = &instance->entity;

    copy_change_body(entity, body);
    if (json_object_get(body, "profile") != NULL) {
        copy_change(entity, "bandwidth disks gpu memory numa_count total_network_bandwidth vcpu");
    }
    if (json_object_get(body, "total_volume_bandwidth") != NULL) {
        copy_change(entity, "total_network_bandwidth");
    }
    if (json_object_get(body, "placement_target") != NULL) {
        copy_change(entity, "dedicated_host");
    }
    if (json_object_get(body, "name") != NULL && instance->membership != NULL) {
        copy_change(&instance->membership->entity, "instance.name");
    }
}

static void patch(struct request *request, struct instance *instance, struct reply *reply)
{
    struct region *region = request->region;
    const json_t *body = request->document;

    validator_check(body, instance_patch_fields, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    if (has_array(body) && request->headers.if_match == NULL) {
        reply_problem(reply, 428, "precondition_required", "header", "If-Match", NULL,
                      "If-Match is required for a body with an array.");
        return;
    }
    if (!instance_matches(request, instance, reply)) {
        return;
    }
    struct instance next = *instance;
    check_status(body, instance, reply);
    resolve_unique_name(&region->instances, json_string_value(json_object_get(body, "name")), &instance->entity, reply);
    apply(region, body, &next, reply);
    if (!reply_failed(reply) && json_object_size(body) > 0) {
        allowed_use_instance(instance->boot->allowed_use.instance, &next, "boot_volume.allowed_use.instance", reply);
    }
    if (reply_failed(reply)) {
        return;
    }
    bool changed = differs(&next, instance);
    const char *name = json_string_value(json_object_get(body, "name"));
    *instance = next;
    set_host(region, body, instance, reply);
    if (name != NULL && strcmp(name, instance->entity.name) != 0) {
        collection_rename(&region->instances, &instance->entity, name);
        changed = true;
    }
    if (changed || json_object_get(body, "placement_target") != NULL) {
        instance_touch(instance);
    }
    note_change(body, instance);
}

void instances_patch(struct request *request, struct reply *reply)
{
    struct instance *instance = resolve_argument(request, 0, &request->region->instances, "Instance", reply);

    if (instance == NULL) {
        return;
    }
    patch(request, instance, reply);
    if (!reply_failed(reply)) {
        instance_send(request, instance, 200, reply);
    }
}

/*
 * What an action does in a status. Of the statuses that the table in 4.4 does not list, a forced stop works in those
 * that would come to rest by themselves; everything else is a conflict (assumption).
 */
static int status_after(const char *type, bool force, const struct instance *instance)
{
    bool passing = instance->status == STATUS_STARTING || instance->status == STATUS_STOPPING ||
                   instance->status == STATUS_RESTARTING;

    if (instance->lifecycle == LIFECYCLE_SUSPENDED || instance->lifecycle == LIFECYCLE_DELETING) {
        return -1;
    }
    if (strcmp(type, "start") == 0) {
        return instance->status == STATUS_STOPPED && !instance->not_startable ? STATUS_STARTING : -1;
    }
    if (strcmp(type, "stop") == 0) {
        return instance->status == STATUS_RUNNING || (force && passing) ? STATUS_STOPPING : -1;
    }
    return instance->status == STATUS_RUNNING ? STATUS_RESTARTING : -1;
}

static void send_action(const struct request *request, const struct instance *instance, const char *type,
                        const json_t *force, struct reply *reply)
{
    struct text *out = reply_json(reply, 201);
    uint64_t key = random_next(&request->sim->random);

    text_append(out, "{\"created_at\":\"");
    render_stamp(request->sim->now_s, out);
    text_append_char(out, '"');
    if (force != NULL) {
        reply_format(out, ",\"force\":%s", json_is_true(force) ? "true" : "false");
    }
    reply_format(out, ",\"href\":\"%s/instances/%s/actions/", request->region->api, instance->entity.id);
    render_uuid(key, 0, out);
    text_append(out, "\",\"id\":\"");
    render_uuid(key, 0, out);
    reply_format(out, "\",\"status\":\"pending\",\"type\":\"%s\"}", type);
}

void instances_action(struct request *request, struct reply *reply)
{
    struct instance *instance = resolve_argument(request, 0, &request->region->instances, "Instance", reply);
    const json_t *force = json_object_get(request->document, "force");

    if (instance == NULL) {
        return;
    }
    validator_check(request->document, instance_action_fields, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    const char *type = json_string_value(json_object_get(request->document, "type"));
    int status = status_after(type, json_is_true(force), instance);
    if (status < 0) {
        reply_problem(reply, 409, "conflict", "field", "type", type,
                      "The instance status (%s) does not permit this action.", store_status_name(instance->status));
        return;
    }
    instance_set_status(request->region, instance, (enum status)status);
    send_action(request, instance, type, force, reply);
}

static void check_source(const json_t *body, struct reply *reply)
{
    const json_t *volume = json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");
    bool image = json_object_get(body, "image") != NULL;
    bool existing = json_object_get(volume, "id") != NULL || json_object_get(volume, "crn") != NULL ||
                    json_object_get(volume, "href") != NULL;
    bool snapshot = json_object_get(volume, "source_snapshot") != NULL;

    if (image + existing + snapshot != 1) {
        reply_bad_field(reply, "image", NULL,
                        "Exactly one boot source is needed: image, an existing volume, or a snapshot.");
    }
}

/* The new state in a copy; its own trusted profile and user data, for the old ones may have to stay. */
static void read_source(struct region *region, const json_t *body, struct instance *next, struct reply *reply)
{
    const json_t *image = json_object_get(body, "image");
    const json_t *volume = json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");

    next->image = NULL;
    if (image != NULL) {
        next->image = resolve(region, &region->images, &resolve_image, image, "image", reply);
        if (next->image != NULL) {
            allowed_use_instance(next->image->allowed_use.instance, next, "image.allowed_use.instance", reply);
        }
    } else if (json_object_get(volume, "source_snapshot") != NULL) {
        resolve(region, &region->snapshots, &resolve_snapshot, json_object_get(volume, "source_snapshot"),
                "boot_volume_attachment.volume.source_snapshot", reply);
    } else {
        struct volume *boot =
            resolve(region, &region->volumes, &resolve_volume, volume, "boot_volume_attachment.volume", reply);
        if (boot != NULL && boot->attached_to != NULL) {
            reply_problem(reply, 409, "volume_in_use", "field", "boot_volume_attachment.volume", boot->entity.id,
                          "The volume is attached already.");
        }
    }
    next->keys = resolve_keys(region, json_object_get(body, "keys"), "keys", reply);
    next->trusted_profile = (struct trusted_profile){0};
    resolve_trusted_profile(region, body, "default_trusted_profile.target", &next->trusted_profile, reply);
}

void instances_reinitialize(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    struct instance *instance = resolve_argument(request, 0, &request->region->instances, "Instance", reply);
    const json_t *body = request->document;

    if (instance == NULL) {
        return;
    }
    validator_check(body, instance_reinitialize_fields, "", reply);
    if (!reply_failed(reply)) {
        check_source(body, reply);
    }
    if (instance->status != STATUS_STOPPED) {
        reply_error(reply, 409, "conflict", "The instance must be stopped, it is %s.",
                    store_status_name(instance->status));
    } else if (instance->catalog_version != NULL) {
        reply_error(reply, 409, "conflict", "An instance of a catalog offering cannot be reinitialized.");
    }
    if (reply_failed(reply)) {
        return;
    }
    struct instance next = *instance;
    read_source(region, body, &next, reply);
    if (reply_failed(reply)) {
        free(next.trusted_profile.id);
        return;
    }
    free(instance->trusted_profile.id);
    free(instance->user_data);
    copy_free(instance->initialization);
    next.initialization = NULL;
    next.initialization_unknown = false;
    copy_change(&instance->entity, "image");
    next.user_data = mem_copy(json_string_value(json_object_get(body, "user_data")));
    *instance = next;
    links_add_server(region, &instance->trusted_profile, "instance", instance->zone, &instance->entity);
    instance_set_status(region, instance, STATUS_STARTING);
    reply_empty(reply, 204);
}

void instances_delete(struct request *request, struct reply *reply)
{
    struct instance *instance = resolve_argument(request, 0, &request->region->instances, "Instance", reply);

    if (instance == NULL || !instance_matches(request, instance, reply)) {
        return;
    }
    if (instance->status != STATUS_DELETING) {
        instance_set_status(request->region, instance, STATUS_DELETING);
    }
    reply_empty(reply, 204);
}
