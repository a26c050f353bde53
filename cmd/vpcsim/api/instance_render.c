/* The body of an instance: every member that vpc-api.md 2.3 lists, in the size of the real ones. */
#include "vpcsim/api/instance_attachments.h"
#include "vpcsim/api/render.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/copy.h"

#define FIELD(name) RESPONSE_FIELD(struct instance, instance, name)

FIELD(api)
{
    text_append(out, region->api);
}

FIELD(id)
{
    text_append(out, instance->entity.id);
}

FIELD(name)
{
    reply_escaped(out, instance->entity.name);
}

FIELD(crn)
{
    render_crn(region, "instance", instance->zone, instance->entity.id, out);
}

FIELD(created_at)
{
    render_stamp(instance->entity.created_s, out);
}

FIELD(class)
{
    text_append(out, instance->spot ? "spot" : "standard");
}

FIELD(host_failure)
{
    text_append(out, instance->stop_on_host_failure ? "stop" : "restart");
}

FIELD(preemption)
{
    text_append(out, instance->delete_on_preemption ? "delete" : "stop");
}

FIELD(bandwidth)
{
    reply_format(out, "%u", instance->profile->vcpu * 2000);
}

FIELD(network_bandwidth)
{
    int total = (int)instance->profile->vcpu * 2000;
    reply_format(out, "%d", total > instance->total_volume_bandwidth ? total - instance->total_volume_bandwidth : 0);
}

FIELD(volume_bandwidth)
{
    reply_format(out, "%d", instance->total_volume_bandwidth);
}

FIELD(confidential)
{
    text_append(out, store_confidential_name(instance->confidential));
}

FIELD(secure_boot)
{
    text_append(out, instance->secure_boot ? "true" : "false");
}

FIELD(startable)
{
    bool startable = instance->status == STATUS_STOPPED && !instance->not_startable;
    text_append(out, startable ? "true" : "false");
}

FIELD(status)
{
    text_append(out, store_status_name(instance->status));
}

FIELD(status_reasons)
{
    if (instance->status == STATUS_FAILED || (instance->status == STATUS_STOPPED && instance->not_startable)) {
        text_append(out, "[{\"code\":\"cannot_start_capacity\",\"message\":\"There is no capacity.\"}]");
    } else {
        text_append(out, "[]");
    }
}

FIELD(lifecycle)
{
    text_append(out, store_lifecycle_name(instance->lifecycle));
}

FIELD(memory)
{
    reply_format(out, "%u", instance->profile->memory);
}

FIELD(vcpu)
{
    const struct profile *profile = instance->profile;
    const char *maker = instance->status == STATUS_STOPPED ? "unassigned" : profile->manufacturer;
    reply_format(out,
                 "{\"architecture\":\"%s\",\"burst\":{\"limit\":100},\"count\":%u,\"manufacturer\":\"%s\","
                 "\"percentage\":%u}",
                 profile->architecture, profile->vcpu, maker, instance->vcpu_percentage);
}

FIELD(profile)
{
    reply_escaped(out, instance->profile->name);
}

FIELD(metadata)
{
    reply_format(out, "{\"enabled\":%s,\"protocol\":\"%s\",\"response_hop_limit\":%d}",
                 instance->metadata.enabled ? "true" : "false", instance->metadata.https ? "https" : "http",
                 instance->metadata.hop_limit);
}

FIELD(qos)
{
    text_append(out, instance->qos_weighted ? "weighted" : "pooled");
}

FIELD(affinity)
{
    text_append(out, instance->affinity_manual ? "manual" : instance->affinity_automatic ? "automatic" : "disabled");
}

FIELD(resource_group)
{
    render_resource_group(instance->resource_group, out);
}

FIELD(vpc)
{
    render_vpc_reference(region, instance->vpc, out);
}

FIELD(zone)
{
    render_zone(region, instance->zone, out);
}

/* Members that are not always there; each ends with its comma. */
FIELD(image)
{
    if (instance->image != NULL) {
        text_append(out, "\"image\":");
        render_image_reference(region, instance->image, out);
        text_append_char(out, ',');
    }
}

FIELD(numa_count)
{
    if (instance->status == STATUS_RUNNING) {
        text_append(out, "\"numa_count\":1,");
    }
}

FIELD(catalog_offering)
{
    if (instance->catalog_version != NULL) {
        text_append(out, "\"catalog_offering\":{\"version\":{\"crn\":");
        reply_string(out, instance->catalog_version);
        text_append(out, "}},");
    }
}

FIELD(gpu)
{
    if (instance->profile->gpu_model != NULL) {
        reply_format(out, "\"gpu\":{\"count\":%u,\"manufacturer\":\"%s\",\"memory\":%u,\"model\":\"%s\"},",
                     instance->profile->gpus, instance->profile->gpu_manufacturer, instance->profile->gpu_memory,
                     instance->profile->gpu_model);
    }
}

FIELD(membership)
{
    const struct membership *membership = instance->membership;
    if (membership != NULL) {
        static const struct reference group = {"instance-group", "instance_groups", NULL, -1};
        reply_format(out,
                     "\"instance_group_membership\":{\"href\":\"%s/instance_groups/%s/memberships/%s\","
                     "\"id\":\"%s\",\"instance_group\":",
                     region->api, membership->group->entity.id, membership->entity.id, membership->entity.id);
        render_reference(region, &membership->group->entity, &group, out);
        reply_format(out, ",\"name\":\"%s\"},", membership->entity.name);
    }
}

FIELD(placement_target)
{
    static const struct reference spread = {"placement-group", "placement_groups", "placement_group", -1};
    if (instance->placement_group != NULL) {
        text_append(out, "\"placement_target\":");
        render_reference(region, &instance->placement_group->entity, &spread, out);
        text_append_char(out, ',');
    } else if (instance->dedicated_host != NULL) {
        struct reference host = {"dedicated-host", "dedicated_hosts", "dedicated_host", instance->zone};
        struct entity entity = {.id = instance->dedicated_host, .name = (char *)"host-1"};
        text_append(out, "\"dedicated_host\":");
        render_reference(region, &entity, &host, out);
        text_append(out, ",\"placement_target\":");
        render_reference(region, &entity, &host, out);
        text_append_char(out, ',');
    }
}

FIELD(disks)
{
    text_append_char(out, '[');
    for (unsigned i = 0; i < instance->profile->disks && !instance->erased_disks; i++) {
        reply_format(out, "%s{\"created_at\":\"", i > 0 ? "," : "");
        render_stamp(instance->entity.created_s, out);
        reply_format(out, "\",\"href\":\"%s/instances/%s/disks/%s-", region->api, instance->entity.id,
                     region->zone_prefix[instance->zone]);
        render_uuid(instance->entity.key, 60 + i, out);
        reply_format(out, "\",\"id\":\"%s-", region->zone_prefix[instance->zone]);
        render_uuid(instance->entity.key, 60 + i, out);
        reply_format(out,
                     "\",\"interface_type\":\"virtio_blk\",\"name\":\"disk-%u\",\"resource_type\":"
                     "\"instance_disk\",\"size\":%u}",
                     i + 1, instance->profile->disk_size);
    }
    text_append_char(out, ']');
}

FIELD(boot_attachment)
{
    instance_render_boot_attachment(region, instance, out);
}

FIELD(attachments)
{
    instance_render_attachments(region, instance, out);
}

FIELD(cluster_attachments)
{
    instance_render_cluster_attachments(region, instance, out);
}

FIELD(interface)
{
    instance_render_interface(region, instance, out);
}

FIELD(network_attachments)
{
    text_append_char(out, '[');
    if (!instance->interface_style) {
        instance_render_network_attachment(region, instance, out);
    }
    text_append_char(out, ']');
}

FIELD(primary_attachment)
{
    if (!instance->interface_style) {
        text_append(out, "\"primary_network_attachment\":");
        instance_render_network_attachment(region, instance, out);
        text_append_char(out, ',');
    }
}

static const struct response_field instance_fields[] = {
    {"api", append_api},
    {"id", append_id},
    {"name", append_name},
    {"crn", append_crn},
    {"created_at", append_created_at},
    {"class", append_class},
    {"host_failure", append_host_failure},
    {"preemption", append_preemption},
    {"bandwidth", append_bandwidth},
    {"network_bandwidth", append_network_bandwidth},
    {"volume_bandwidth", append_volume_bandwidth},
    {"confidential", append_confidential},
    {"secure_boot", append_secure_boot},
    {"startable", append_startable},
    {"status", append_status},
    {"status_reasons", append_status_reasons},
    {"lifecycle", append_lifecycle},
    {"memory", append_memory},
    {"vcpu", append_vcpu},
    {"profile", append_profile},
    {"metadata", append_metadata},
    {"qos", append_qos},
    {"affinity", append_affinity},
    {"resource_group", append_resource_group},
    {"vpc", append_vpc},
    {"zone", append_zone},
    {"image", append_image},
    {"numa_count", append_numa_count},
    {"catalog_offering", append_catalog_offering},
    {"gpu", append_gpu},
    {"membership", append_membership},
    {"placement_target", append_placement_target},
    {"disks", append_disks},
    {"boot_attachment", append_boot_attachment},
    {"attachments", append_attachments},
    {"cluster_attachments", append_cluster_attachments},
    {"interface", append_interface},
    {"network_attachments", append_network_attachments},
    {"primary_attachment", append_primary_attachment},
    {0},
};

static const char instance_pattern[] =
    "{'availability':{'class':'@class@'},"
    "'availability_policy':{'host_failure':'@host_failure@','preemption':'@preemption@'},"
    "'bandwidth':@bandwidth@,"
    "'boot_volume_attachment':@boot_attachment@,"
    "@catalog_offering@"
    "'cluster_network_attachments':@cluster_attachments@,"
    "'confidential_compute_mode':'@confidential@',"
    "'created_at':'@created_at@',"
    "'crn':'@crn@',"
    "'disks':@disks@,"
    "'enable_secure_boot':@secure_boot@,"
    "@gpu@"
    "'health_reasons':[],'health_state':'ok',"
    "'href':'@api@/instances/@id@',"
    "'id':'@id@',"
    "@image@"
    "@membership@"
    "'lifecycle_reasons':[],'lifecycle_state':'@lifecycle@',"
    "'memory':@memory@,"
    "'metadata_service':@metadata@,"
    "'name':'@name@',"
    "'network_attachments':@network_attachments@,"
    "'network_interfaces':[@interface@],"
    "@numa_count@"
    "@placement_target@"
    "@primary_attachment@"
    "'primary_network_interface':@interface@,"
    "'profile':{'href':'@api@/instance/profiles/@profile@','name':'@profile@',"
    "'resource_type':'instance_profile'},"
    "'reservation_affinity':{'policy':'@affinity@','pool':[]},"
    "'resource_group':@resource_group@,"
    "'resource_type':'instance',"
    "'startable':@startable@,"
    "'status':'@status@','status_reasons':@status_reasons@,"
    "'total_network_bandwidth':@network_bandwidth@,'total_volume_bandwidth':@volume_bandwidth@,"
    "'vcpu':@vcpu@,"
    "'volume_attachments':@attachments@,"
    "'volume_bandwidth_qos_mode':'@qos@',"
    "'vpc':@vpc@,"
    "'zone':@zone@}";

static void body(const struct region *region, const struct entity *instance, struct text *out)
{
    response_render(&region->sim->response_templates->instance, instance_pattern, instance_fields, region, instance,
                    out);
}

void render_instance(const struct region *region, const struct instance *instance, struct text *out)
{
    render_recorded(region, &instance->entity, body, out);
}

void render_initialization(const struct region *region, const struct instance *instance, struct text *out)
{
    if (instance->initialization != NULL) {
        text_append_size(out, instance->initialization->text, instance->initialization->size);
        return;
    }
    text_append_char(out, '{');
    if (instance->trusted_profile.id != NULL) {
        text_append(out, "\"default_trusted_profile\":");
        render_trusted_profile(region, &instance->trusted_profile, out);
        text_append_char(out, ',');
    }
    text_append(out, "\"keys\":");
    render_keys(region, instance->keys, out);
    if (instance->image != NULL && instance->image->windows && region->keys.count > 0) {
        const struct key *key = (const struct key *)region->keys.items[0];
        reply_format(
            out,
            ",\"password\":{\"encrypted_password\":\"qQ+/YEApnl1ZtEgIrfprzb065307thTkzlnLqL5ICpesdbBN03dyCQ==\","
            "\"encryption_key\":{\"fingerprint\":\"%s\"}}",
            key->fingerprint);
    }
    text_append_char(out, '}');
}
