/* Making instances: variants of a body, source templates, checks, POST. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/allowed_use.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/catalog.h"

static bool has(const json_t *body, const char *name)
{
    return json_object_get(body, name) != NULL;
}

static enum instance_boot boot_of(const json_t *body)
{
    const json_t *volume = json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");

    if (has(body, "image")) {
        return BOOT_IMAGE;
    }
    if (has(body, "catalog_offering")) {
        return BOOT_CATALOG;
    }
    if (has(volume, "source_snapshot")) {
        return BOOT_SNAPSHOT;
    }
    return has(volume, "id") || has(volume, "crn") || has(volume, "href") ? BOOT_VOLUME : BOOT_NONE;
}

static void check_catalog(const json_t *body, struct reply *reply)
{
    const json_t *offering = json_object_get(body, "catalog_offering");

    if (offering != NULL && has(offering, "offering") == has(offering, "version")) {
        reply_bad_field(reply, "catalog_offering", NULL, "Exactly one of offering and version is needed.");
    }
}

/* With an image or an offering the boot volume is a new one. */
static void check_boot_volume(const json_t *body, enum instance_boot boot, struct reply *reply)
{
    const json_t *volume = json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");

    if (volume == NULL || boot == BOOT_VOLUME) {
        return;
    }
    if (!has(volume, "profile")) {
        reply_bad_field(reply, "boot_volume_attachment.volume.profile", NULL,
                        "The boot volume of an image must be a new one, with a profile.");
    }
    if (boot != BOOT_SNAPSHOT && has(volume, "source_snapshot")) {
        reply_bad_field(reply, "boot_volume_attachment.volume.source_snapshot", NULL,
                        "An image and a snapshot cannot both be the source of the boot volume.");
    }
}

static void check_data_volumes(const json_t *body, struct reply *reply)
{
    const json_t *attachments = json_object_get(body, "volume_attachments");

    for (size_t i = 0; i < json_array_size(attachments); i++) {
        const json_t *volume = json_object_get(json_array_get(attachments, i), "volume");
        if (has(volume, "profile") && !has(volume, "capacity") && !has(volume, "source_snapshot")) {
            reply_bad_field(reply, "volume_attachments.volume.capacity", NULL, "A new volume needs a capacity.");
        }
    }
}

/* A new interface needs a subnet, or an address that exists; the others are named by identity. */
static void check_cluster_networks(const json_t *body, struct reply *reply)
{
    const json_t *attachments = json_object_get(body, "cluster_network_attachments");

    for (size_t i = 0; i < json_array_size(attachments); i++) {
        const json_t *network = json_object_get(json_array_get(attachments, i), "cluster_network_interface");
        const json_t *ip = json_object_get(network, "primary_ip");
        bool exists = has(network, "id") || has(network, "href");
        if (!exists && !has(network, "subnet") && !has(ip, "id") && !has(ip, "href")) {
            reply_bad_field(reply, "cluster_network_attachments.cluster_network_interface.subnet", NULL,
                            "A new cluster network interface needs a subnet.");
        }
    }
}

enum instance_boot instance_variant(const json_t *body, bool is_template, struct reply *reply)
{
    enum instance_boot boot = boot_of(body);

    if (has(body, "image") && has(body, "catalog_offering")) {
        reply_bad_field(reply, "catalog_offering", NULL, "An image and a catalog offering cannot both be given.");
    }
    if (boot == BOOT_NONE) {
        reply_bad_field(reply, "image", NULL,
                        "One of image, catalog_offering and boot_volume_attachment with a volume or a snapshot "
                        "is needed.");
    } else if (boot == BOOT_VOLUME && is_template) {
        reply_bad_field(reply, "boot_volume_attachment.volume", NULL,
                        "A template cannot boot from an existing volume.");
    }
    if (!has(body, "zone")) {
        reply_bad_field(reply, "zone", NULL, "The field zone is missing.");
    }
    resolve_network_style(body, reply);
    check_catalog(body, reply);
    check_boot_volume(body, boot, reply);
    check_data_volumes(body, reply);
    check_cluster_networks(body, reply);
    return boot;
}

/* What is given instead of one of these drops the others from the template. */
static void drop_alternatives(json_t *merged, const json_t *body)
{
    const json_t *volume = json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");

    if (has(body, "image")) {
        json_object_del(merged, "catalog_offering");
    }
    if (has(body, "catalog_offering")) {
        json_object_del(merged, "image");
    }
    if (has(volume, "source_snapshot")) {
        json_object_del(merged, "image");
        json_object_del(merged, "catalog_offering");
    }
    if ((has(body, "image") || has(body, "catalog_offering")) && !has(body, "boot_volume_attachment") &&
        has(json_object_get(json_object_get(merged, "boot_volume_attachment"), "volume"), "source_snapshot")) {
        json_object_del(merged, "boot_volume_attachment");
    }
}

json_t *instance_merge(const struct region *region, const json_t *body, const struct template **ret_template,
                       struct reply *reply)
{
    const json_t *source = json_object_get(body, "source_template");
    const struct template *template =
        resolve(region, &region->templates, &resolve_template, source, "source_template", reply);

    if (template == NULL) {
        return NULL;
    }
    bool interfaces = has(template->prototype, "primary_network_interface");
    if (interfaces ? has(body, "primary_network_attachment") || has(body, "network_attachments")
                   : has(body, "primary_network_interface") || has(body, "network_interfaces")) {
        reply_bad_field(reply, "primary_network_interface", NULL,
                        "The network properties must be of the kind that the source template has.");
        return NULL;
    }
    if (ret_template != NULL) {
        *ret_template = template;
    }
    json_t *merged = json_copy(template->prototype);
    drop_alternatives(merged, body);
    json_object_update(merged, (json_t *)body);
    json_object_del(merged, "source_template");
    if (!has(body, "resource_group")) {
        json_object_set_new(merged, "resource_group", json_build("{s:s}", "id", template->resource_group->id));
    }
    return merged;
}

/* A placement group of the region; anything else is taken for a dedicated host. */
static void read_target(const struct region *region, const json_t *target, struct instance *instance)
{
    static const struct resolve_kind kind = {"Placement group", "placement-group", "placement_groups"};
    struct reply ignored = {0};
    const char *name;
    json_t *value;

    if (target == NULL) {
        return;
    }
    instance->placement_group = resolve(region, &region->placement_groups, &kind, target, "", &ignored);
    reply_free(&ignored);
    json_object_foreach ((json_t *)target, name, value) {
        const char *last = strrchr(json_string_value(value), strcmp(name, "crn") == 0 ? ':' : '/');
        if (instance->placement_group == NULL) {
            instance->dedicated_host = mem_copy(last != NULL ? last + 1 : json_string_value(value));
        }
    }
}

/* The volume that the instance boots from, when it exists; its source's rules of use otherwise. */
static const struct allowed_use *find_boot(struct region *region, const json_t *body, enum instance_boot boot,
                                           struct instance *instance, struct reply *reply)
{
    const json_t *attachment = json_object_get(body, "boot_volume_attachment");
    const json_t *volume = json_object_get(attachment, "volume");

    instance->keep_boot_volume = json_is_false(json_object_get(attachment, "delete_volume_on_instance_delete"));
    if (boot == BOOT_IMAGE) {
        const struct image *image =
            resolve(region, &region->images, &resolve_image, json_object_get(body, "image"), "image", reply);
        instance->image = image;
        return image != NULL ? &image->allowed_use : NULL;
    }
    if (boot == BOOT_SNAPSHOT) {
        const struct volume *snapshot =
            resolve(region, &region->snapshots, &resolve_snapshot, json_object_get(volume, "source_snapshot"),
                    "boot_volume_attachment.volume.source_snapshot", reply);
        return snapshot != NULL ? &snapshot->allowed_use : NULL;
    }
    if (boot != BOOT_VOLUME) {
        return NULL;
    }
    instance->boot = resolve(region, &region->volumes, &resolve_volume, volume, "boot_volume_attachment.volume", reply);
    if (instance->boot == NULL) {
        return NULL;
    }
    if (instance->boot->attached_to != NULL) {
        reply_problem(reply, 409, "volume_in_use", "field", "boot_volume_attachment.volume", instance->boot->entity.id,
                      "The volume is attached already.");
    }
    return &instance->boot->allowed_use;
}

static json_t *cluster_names(const json_t *body)
{
    const json_t *attachments = json_object_get(body, "cluster_network_attachments");
    json_t *names = json_array_size(attachments) > 0 ? json_build("[]") : NULL;

    for (size_t i = 0; i < json_array_size(attachments); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(attachments, i), "name"));
        char number[48];
        snprintf(number, sizeof(number), "cluster-attachment-%zu", i + 1);
        json_array_append_new(names, json_build("s", name != NULL ? name : number));
    }
    return names;
}

static bool word_is(const json_t *body, const char *name, const char *word)
{
    const char *value = json_string_value(json_object_get(body, name));

    return value != NULL && strcmp(value, word) == 0;
}

static void read_options(struct region *region, const json_t *body, struct instance *instance, struct reply *reply)
{
    const json_t *policy = json_object_get(body, "availability_policy");
    const json_t *offering = json_object_get(body, "catalog_offering");
    const json_t *bandwidth = json_object_get(body, "total_volume_bandwidth");
    const json_t *affinity = json_object_get(body, "reservation_affinity");
    const json_t *percentage = json_object_get(json_object_get(body, "vcpu"), "percentage");
    const json_t *profile = json_object_get(body, "profile");

    instance->profile =
        profile == NULL ? catalog_instance_profile("bxf-2x8") : resolve_profile(region, profile, false, reply);
    instance->resource_group = resolve_resource_group(region, json_object_get(body, "resource_group"), reply);
    instance->keys = resolve_keys(region, json_object_get(body, "keys"), "keys", reply);
    instance->user_data = mem_copy(json_string_value(json_object_get(body, "user_data")));
    instance->spot = word_is(json_object_get(body, "availability"), "class", "spot");
    instance->stop_on_host_failure = word_is(policy, "host_failure", "stop");
    instance->delete_on_preemption = word_is(policy, "preemption", "delete");
    instance->secure_boot = json_is_true(json_object_get(body, "enable_secure_boot"));
    const char *mode = json_string_value(json_object_get(body, "confidential_compute_mode"));
    instance->confidential = mode != NULL ? store_confidential(mode) : 0;
    instance->qos_weighted = word_is(body, "volume_bandwidth_qos_mode", "weighted");
    instance->affinity_manual = word_is(affinity, "policy", "manual");
    instance->affinity_automatic = word_is(affinity, "policy", "automatic");
    instance->interface_style = has(body, "primary_network_interface");
    instance->data_volumes = (uint8_t)json_array_size(json_object_get(body, "volume_attachments"));
    instance->total_volume_bandwidth = (int)json_integer_value(bandwidth);
    instance->vcpu_percentage = (uint8_t)json_integer_value(percentage);
    const char *version = json_string_value(json_object_get(json_object_get(offering, "version"), "crn"));
    const char *whole = json_string_value(json_object_get(json_object_get(offering, "offering"), "crn"));
    instance->catalog_version = mem_copy(version != NULL ? version : whole);
    instance->cluster_attachments = cluster_names(body);
    instance->metadata.hop_limit = 1;
    resolve_metadata(body, &instance->metadata);
    resolve_trusted_profile(region, body, "default_trusted_profile.target", &instance->trusted_profile, reply);
}

static void check_use(const json_t *body, const struct allowed_use *use, const struct instance *instance,
                      struct reply *reply)
{
    const json_t *volume = json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");
    const char *own = json_string_value(json_object_get(json_object_get(volume, "allowed_use"), "instance"));

    resolve_metadata_support(&instance->metadata, instance->profile, reply);
    if (instance->image != NULL && strcmp(instance->image->architecture, instance->profile->architecture) != 0) {
        reply_bad_field(reply, "image", instance->image->entity.id, "The image is for another architecture.");
    }
    allowed_use_instance(own, instance, "boot_volume_attachment.volume.allowed_use.instance", reply);
    if (use != NULL) {
        allowed_use_instance(use->instance, instance, "image.allowed_use.instance", reply);
    }
}

/* The new boot volume's rules: its own, or those of its source. */
static void give_rules(const json_t *body, const struct allowed_use *source, struct volume *volume)
{
    const json_t *wanted = json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");
    const json_t *use = json_object_get(wanted, "allowed_use");
    const char *own = json_string_value(json_object_get(use, "instance"));

    if (wanted != NULL && has(wanted, "capacity")) {
        volume->capacity = (unsigned)json_integer_value(json_object_get(wanted, "capacity"));
    }
    if (own == NULL && source != NULL) {
        own = source->instance;
    }
    free(volume->allowed_use.instance);
    volume->allowed_use.instance = mem_copy(own);
}

struct instance *instance_build(struct region *region, const json_t *body, const char *template_id, struct reply *reply)
{
    enum instance_boot boot = instance_variant(body, false, reply);
    struct resolve_place place;

    if (reply_failed(reply)) {
        return NULL;
    }
    const char *name = json_string_value(json_object_get(body, "name"));
    struct instance *instance = mem_alloc(sizeof(*instance));
    instance->entity.name = name != NULL ? mem_copy(name) : store_invent_name(region, &region->instances, "instance");
    resolve_unique_name(&region->instances, name, NULL, reply);
    resolve_place(region, body, &place, reply);
    instance->zone = place.zone;
    instance->subnet = place.subnet;
    instance->vpc = place.vpc;
    instance->vni = place.vni;
    read_target(region, json_object_get(body, "placement_target"), instance);
    read_options(region, body, instance, reply);
    const struct allowed_use *use = find_boot(region, body, boot, instance, reply);
    if (!reply_failed(reply)) {
        check_use(body, use, instance, reply);
    }
    if (reply_failed(reply)) {
        store_free_instance(instance);
        return NULL;
    }
    if (instance->vni != NULL) {
        instance->vni->attached = true;
    }
    instance->template_id = mem_copy(template_id);
    instance->entity.key = random_next(&region->sim->random);
    instance->entity.created_s = region->sim->now_s;
    instance_add(region, instance, NULL);
    if (boot != BOOT_VOLUME) {
        give_rules(body, use, instance->boot);
    }
    instance->lifecycle = LIFECYCLE_PENDING;
    instance_set_status(region, instance, STATUS_PENDING);
    links_add_server(region, &instance->trusted_profile, "instance", instance->zone, &instance->entity);
    return instance;
}

void instances_create(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    const json_t *source = json_object_get(request->document, "source_template");
    const struct template *template = NULL;

    validator_check(request->document, instance_create_fields, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    json_t *body =
        source != NULL ? instance_merge(region, request->document, &template, reply) : json_incref(request->document);
    const char *template_id = template != NULL ? template->entity.id : NULL;
    struct instance *instance = body != NULL ? instance_build(region, body, template_id, reply) : NULL;
    if (instance != NULL) {
        instance_send(request, instance, 201, reply);
    }
    json_decref(body);
}
