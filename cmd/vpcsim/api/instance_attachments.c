/* What is attached to an instance, as its body has it: volumes, cluster networks and its network interface. */
#include "vpcsim/api/instance_attachments.h"

#include <stdio.h>

#include "vpcsim/api/render.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/sim.h"

/* An id inside the instance: the zone's prefix and a uuid of its own. */
static void append_inner_id(struct text *out, const struct region *region, const struct instance *instance,
                            unsigned salt)
{
    text_append(out, region->zone_prefix[instance->zone]);
    text_append_char(out, '-');
    render_uuid(instance->entity.key, salt, out);
}

enum {
    SALT_BOOT_ATTACHMENT = 20,
    SALT_NIC = 21,
    SALT_VNI = 22,
    SALT_DATA_ATTACHMENT = 30,
    SALT_DATA_VOLUME = 45,
    SALT_CLUSTER_ATTACHMENT = 60,
};

static void append_attachment(struct text *out, const struct region *region, const struct instance *instance,
                              unsigned salt, const char *name)
{
    text_append(out, "{\"device\":{\"id\":\"");
    append_inner_id(out, region, instance, salt);
    text_append(out, "-7qk2m\"},\"href\":\"");
    text_append(out, region->api);
    text_append(out, "/instances/");
    text_append(out, instance->entity.id);
    text_append(out, "/volume_attachments/");
    append_inner_id(out, region, instance, salt);
    text_append(out, "\",\"id\":\"");
    append_inner_id(out, region, instance, salt);
    text_append(out, "\",\"name\":\"");
    reply_escaped(out, instance->entity.name);
    text_append(out, name);
    text_append_char(out, '"');
}

void instance_render_boot_attachment(const struct region *region, const struct instance *instance, struct text *out)
{
    struct reference what = {"volume", "volumes", "volume", instance->zone};
    append_attachment(out, region, instance, SALT_BOOT_ATTACHMENT, "-boot-att");
    text_append(out, ",\"volume\":");
    render_reference(region, &instance->boot->entity, &what, out);
    text_append_char(out, '}');
}

void render_volume_attachment(const struct region *region, const struct instance *instance, struct text *out)
{
    struct reference what = {"instance", "instances", NULL, instance->zone};

    append_attachment(out, region, instance, SALT_BOOT_ATTACHMENT, "-boot-att");
    reply_format(
        out, ",\"delete_volume_on_instance_delete\":%s,\"instance\":", instance->keep_boot_volume ? "false" : "true");
    render_reference(region, &instance->entity, &what, out);
    text_append(out, ",\"type\":\"boot\"}");
}

void instance_render_attachments(const struct region *region, const struct instance *instance, struct text *out)
{
    text_append_char(out, '[');
    instance_render_boot_attachment(region, instance, out);
    for (unsigned i = 0; i < instance->data_volumes; i++) {
        struct reference what = {"volume", "volumes", "volume", instance->zone};
        char id[ID_MAX];
        char uuid[UUID_SIZE];
        char name[96];
        random_uuid(instance->entity.key, SALT_DATA_VOLUME + i, uuid);
        snprintf(id, sizeof(id), "%s-%s", region->prefix, uuid);
        char suffix[24];
        snprintf(suffix, sizeof(suffix), "-data-%u-att", i + 1);
        snprintf(name, sizeof(name), "%.63s-data-%u", instance->entity.name, i + 1);
        struct entity volume = {.id = id, .name = name};
        text_append_char(out, ',');
        append_attachment(out, region, instance, SALT_DATA_ATTACHMENT + i, suffix);
        text_append(out, ",\"volume\":");
        render_reference(region, &volume, &what, out);
        text_append_char(out, '}');
    }
    text_append_char(out, ']');
}

/* Cluster networks are not modelled: an attachment has the name that it was given, or one made of its number. */
void instance_render_cluster_attachments(const struct region *region, const struct instance *instance, struct text *out)
{
    text_append_char(out, '[');
    for (size_t i = 0; i < json_array_size(instance->cluster_attachments); i++) {
        const char *name = json_string_value(json_array_get(instance->cluster_attachments, i));
        struct text id = {0};
        append_inner_id(&id, region, instance, SALT_CLUSTER_ATTACHMENT + (unsigned)i);
        reply_format(out, "%s{\"href\":\"%s/instances/%s/cluster_network_attachments/%s\",\"id\":\"%s\",\"name\":",
                     i > 0 ? "," : "", region->api, instance->entity.id, text_string(&id), text_string(&id));
        reply_string(out, name);
        text_append(out, ",\"resource_type\":\"instance_cluster_network_attachment\"}");
        text_free(&id);
    }
    text_append_char(out, ']');
}

static void append_interface(struct text *out, const struct region *region, const struct instance *instance,
                             const char *path)
{
    text_append(out, "{\"href\":\"");
    text_append(out, region->api);
    text_append(out, "/instances/");
    text_append(out, instance->entity.id);
    text_append(out, path);
    append_inner_id(out, region, instance, SALT_NIC);
    text_append(out, "\",\"id\":\"");
    append_inner_id(out, region, instance, SALT_NIC);
    text_append(out, "\",\"name\":\"eth0\",\"primary_ip\":");
    render_primary_ip(region, &instance->entity, instance->subnet, "-eth0-ip", out);
    text_append(out, ",\"resource_type\":\"");
    text_append(out, path[9] == 'a' ? "instance_network_attachment" : "network_interface");
    text_append(out, "\",\"subnet\":");
    render_subnet_reference(region, instance->subnet, out);
}

void instance_render_interface(const struct region *region, const struct instance *instance, struct text *out)
{
    append_interface(out, region, instance, "/network_interfaces/");
    text_append_char(out, '}');
}

void instance_render_network_attachment(const struct region *region, const struct instance *instance, struct text *out)
{
    append_interface(out, region, instance, "/network_attachments/");
    text_append(out, ",\"virtual_network_interface\":{\"crn\":\"crn:v1:bluemix:public:is:");
    reply_format(out, "%s-%u:a/%s::virtual-network-interface:", region->name, instance->zone + 1U,
                 region->sim->account);
    append_inner_id(out, region, instance, SALT_VNI);
    text_append(out, "\",\"href\":\"");
    text_append(out, region->api);
    text_append(out, "/virtual_network_interfaces/");
    append_inner_id(out, region, instance, SALT_VNI);
    text_append(out, "\",\"id\":\"");
    append_inner_id(out, region, instance, SALT_VNI);
    text_append(out, "\",\"name\":\"");
    reply_escaped(out, instance->entity.name);
    text_append(out, "-vni\",\"resource_type\":\"virtual_network_interface\"}}");
}
