#include "vpcsim/api/instance.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/allowed_use.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/shapes.h"
#include "vpcsim/sim.h"

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

static void set_name(const json_t *body, struct region *region, const struct instance *instance, struct reply *reply)
{
    const char *name = json_string_value(json_object_get(body, "name"));
    const struct entity *holder = name != NULL ? collection_named(&region->instances, name) : NULL;

    if (holder != NULL && holder != &instance->entity) {
        reply_problem(reply, 400, "validation_unique_failed", "field", "name", name,
                      "Provided Name (%s) is not unique.", name);
    }
}

static void set_word(const json_t *body, const char *name, const char *yes, bool *flag)
{
    const char *value = json_string_value(json_object_get(body, name));

    if (value != NULL) {
        *flag = strcmp(value, yes) == 0;
    }
}

static void set_profile(const json_t *body, struct instance *next, struct reply *reply)
{
    const json_t *wanted = json_object_get(body, "profile");
    const struct profile *profile = wanted != NULL ? resolve_profile(wanted, false, reply) : NULL;

    if (profile == NULL) {
        return;
    }
    if (strcmp(profile->architecture, next->profile->architecture) != 0) {
        reply_bad_field(reply, "profile", profile->name, "The profile is of another architecture.");
    }
    next->profile = profile;
}

/* `next` is a copy: nothing is changed before everything is known to be right. */
static void apply(const json_t *body, struct instance *next, struct reply *reply)
{
    const json_t *policy = json_object_get(body, "availability_policy");
    const json_t *affinity = json_object_get(body, "reservation_affinity");
    const json_t *secure_boot = json_object_get(body, "enable_secure_boot");
    const json_t *bandwidth = json_object_get(body, "total_volume_bandwidth");
    const json_t *percentage = json_object_get(json_object_get(body, "vcpu"), "percentage");

    resolve_metadata(body, &next->metadata);
    set_profile(body, next, reply);
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
    if (next->metadata.enabled && strcmp(next->profile->architecture, "amd64") != 0) {
        reply_bad_field(reply, "metadata_service.enabled", "true", "The metadata service is not supported on %s.",
                        next->profile->architecture);
    }
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

void instance_patch(struct request *request, struct instance *instance, struct reply *reply)
{
    struct region *region = request->region;
    const json_t *body = request->document;

    shape_check(body, shapes_instance_patch, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    if (has_array(body) && request->headers.if_match == NULL) {
        reply_problem(reply, 428, "precondition_required", "header", "If-Match", NULL,
                      "If-Match is required for a body with an array.");
        return;
    }
    if (!instances_match(request, instance, reply)) {
        return;
    }
    struct instance next = *instance;
    check_status(body, instance, reply);
    set_name(body, region, instance, reply);
    apply(body, &next, reply);
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
}
