/* Profiles of instances and bare metal servers; their form depends on the version's date (vpc-api.md 1.2, 2.17). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/account.h"
#include "vpcsim/store/catalog.h"
#include "vpcsim/store/copy.h"

enum { PAGED_FROM = 20260407, VCPU_ENUM_FROM = 20260901 };

/* A profile dressed as an item of a collection, for pages of a constant table. */
struct listed {
    struct entity entity;
    const struct profile *profile;
};

/* The profile as a copy recorded it; false: it is made here. */
static bool append_recorded(const struct request *request, const struct profile *profile, bool bare_metal,
                            struct text *out)
{
    const struct region_profile *own = collection_find(account_profiles(request->region, bare_metal), profile->name);

    return own != NULL && copy_append(&own->entity, out);
}

static void append_disks(struct text *out, const struct profile *profile)
{
    text_append(out, "\"disks\":[");
    if (profile->disks > 0) {
        reply_format(out,
                     "{\"quantity\":{\"type\":\"fixed\",\"value\":%u},\"size\":{\"type\":\"fixed\",\"value\":%u},"
                     "\"supported_interface_types\":{\"default\":\"virtio_blk\",\"type\":\"enum\",\"values\":"
                     "[\"virtio_blk\"]}}",
                     profile->disks, profile->disk_size);
    }
    text_append(out, "],");
}

static void append_instance_profile(const struct request *request, const struct profile *profile, struct text *out)
{
    if (append_recorded(request, profile, false, out)) {
        return;
    }
    bool s390x = strcmp(profile->architecture, "s390x") == 0;

    text_append(out, "{\"availability_class\":{\"default\":\"standard\",\"type\":\"enum\",\"values\":[\"standard\"");
    text_append(out, s390x ? "]}," : ",\"spot\"]},");
    reply_format(out,
                 "\"bandwidth\":{\"type\":\"fixed\",\"value\":%u},\"cluster_network_attachment_count\":"
                 "{\"type\":\"dependent\"},\"confidential_compute_modes\":{\"default\":\"disabled\",\"type\":\"enum\"",
                 profile->vcpu * 2000);
    text_append(out, s390x ? "}," : ",\"values\":[\"disabled\",\"sgx\"]},");
    append_disks(out, profile);
    reply_format(out, "\"family\":\"%s\",", profile->family);
    if (profile->gpu_model != NULL) {
        reply_format(out,
                     "\"gpu_count\":{\"type\":\"fixed\",\"value\":%u},\"gpu_manufacturer\":{\"type\":\"enum\","
                     "\"values\":[\"%s\"]},\"gpu_memory\":{\"type\":\"fixed\",\"value\":%u},\"gpu_model\":{\"type\":"
                     "\"enum\",\"values\":[\"%s\"]},",
                     profile->gpus, profile->gpu_manufacturer, profile->gpu_memory, profile->gpu_model);
    }
    reply_format(out,
                 "\"href\":\"%s/instance/profiles/%s\",\"memory\":{\"type\":\"fixed\",\"value\":%u},\"name\":\"%s\","
                 "\"network_attachment_count\":{\"max\":5,\"min\":1,\"type\":\"range\"},\"network_bandwidth_mode\":"
                 "{\"default\":\"divided\",\"type\":\"enum\",\"values\":[\"divided\"]},\"network_interface_count\":"
                 "{\"max\":5,\"min\":1,\"type\":\"range\"},\"numa_count\":{\"type\":\"fixed\",\"value\":1},"
                 "\"os_architecture\":{\"default\":\"%s\",\"type\":\"enum\",\"values\":[\"%s\"]},",
                 request->region->api, profile->name, profile->memory, profile->name, profile->architecture,
                 profile->architecture);
    reply_format(out,
                 "\"port_speed\":{\"type\":\"fixed\",\"value\":16000},\"reservation_terms\":{\"type\":\"enum\","
                 "\"values\":[\"one_year\",\"three_year\"]},\"resource_type\":\"instance_profile\","
                 "\"secure_boot_modes\":{\"default\":false,\"type\":\"enum\",\"values\":[false%s]},"
                 "\"status\":\"current\",\"supported_cluster_network_profiles\":[],\"total_volume_bandwidth\":"
                 "{\"default\":%u,\"max\":%u,\"min\":500,\"step\":1,\"type\":\"range\"},\"vcpu_architecture\":"
                 "{\"type\":\"fixed\",\"value\":\"%s\"},\"vcpu_burst_limit\":{\"type\":\"fixed\",\"value\":100},",
                 s390x ? "" : ",true", profile->vcpu * 500, profile->vcpu * 1900, profile->architecture);
    if (request->version >= VCPU_ENUM_FROM) {
        reply_format(out, "\"vcpu_count\":{\"default\":%u,\"type\":\"enum\",\"values\":[%u]},", profile->vcpu,
                     profile->vcpu);
    } else {
        reply_format(out, "\"vcpu_count\":{\"type\":\"fixed\",\"value\":%u},", profile->vcpu);
    }
    reply_format(out,
                 "\"vcpu_manufacturer\":{\"type\":\"fixed\",\"value\":\"%s\"},\"vcpu_percentage\":{\"default\":100,"
                 "\"type\":\"enum\",\"values\":[100]},\"volume_bandwidth_qos_modes\":{\"default\":\"weighted\","
                 "\"type\":\"enum\",\"values\":[\"weighted\",\"pooled\"]}}",
                 profile->manufacturer);
}

static void append_bare_metal_profile(const struct request *request, const struct profile *profile, struct text *out)
{
    if (append_recorded(request, profile, true, out)) {
        return;
    }
    reply_format(out,
                 "{\"bandwidth\":{\"type\":\"fixed\",\"value\":100000},\"console_types\":{\"type\":\"enum\","
                 "\"values\":[\"serial\"]},\"cpu_architecture\":{\"type\":\"fixed\",\"value\":\"%s\"},"
                 "\"cpu_core_count\":{\"type\":\"fixed\",\"value\":%u},\"cpu_socket_count\":{\"type\":\"fixed\","
                 "\"value\":%u},",
                 profile->architecture, profile->vcpu / 2, profile->sockets);
    reply_format(out,
                 "\"disks\":[{\"quantity\":{\"type\":\"fixed\",\"value\":%u},\"size\":{\"type\":\"fixed\","
                 "\"value\":%u},\"supported_interface_types\":{\"default\":\"sata\",\"type\":\"enum\",\"values\":"
                 "[\"sata\"]}}],\"family\":\"%s\",\"href\":\"%s/bare_metal_server/profiles/%s\",\"memory\":"
                 "{\"type\":\"fixed\",\"value\":%u},\"name\":\"%s\",",
                 profile->disks, profile->disk_size, profile->family, request->region->api, profile->name,
                 profile->memory, profile->name);
    reply_format(out,
                 "\"network_attachment_count\":{\"max\":128,\"min\":1,\"type\":\"range\"},"
                 "\"network_interface_count\":{\"max\":128,\"min\":1,\"type\":\"range\"},\"os_architecture\":"
                 "{\"default\":\"%s\",\"type\":\"enum\",\"values\":[\"%s\"]},\"reservation_terms\":{\"type\":\"enum\","
                 "\"values\":[\"one_year\"]},\"resource_type\":\"bare_metal_server_profile\","
                 "\"supported_trusted_platform_module_modes\":{\"default\":\"disabled\",\"type\":\"enum\",\"values\":"
                 "[\"disabled\",\"tpm_2\"]},\"virtual_network_interfaces_supported\":{\"type\":\"fixed\","
                 "\"value\":true}}",
                 profile->architecture, profile->architecture);
}

static void append_listed_instance(const struct request *request, const struct entity *item, struct text *out)
{
    append_instance_profile(request, ((const struct listed *)item)->profile, out);
}

static void append_listed_bare_metal(const struct request *request, const struct entity *item, struct text *out)
{
    append_bare_metal_profile(request, ((const struct listed *)item)->profile, out);
}

/* All profiles of a kind that the region has, or those for one architecture: its own, then the other constants. */
struct profile_list {
    struct listed *items;
    size_t count, capacity;
};

static void list_profiles(struct region *region, bool bare_metal, const char *architecture, struct profile_list *list)
{
    const struct collection *own = account_profiles(region, bare_metal);
    size_t constant_count;
    const struct profile *constants =
        bare_metal ? catalog_bare_metal_profiles(&constant_count) : catalog_instance_profiles(&constant_count);

    constant_count = region->own_profiles[bare_metal] ? 0 : constant_count;
    for (size_t i = 0; i < own->count + constant_count; i++) {
        const struct profile *profile =
            i < own->count ? &((const struct region_profile *)own->items[i])->profile : &constants[i - own->count];
        bool hidden = i >= own->count && collection_find(own, profile->name) != NULL;
        if (!hidden && (architecture == NULL || strcmp(architecture, profile->architecture) == 0)) {
            *mem_list_add(list) = (struct listed){.entity = {.position = i + 1}, .profile = profile};
        }
    }
}

/* A page of the profiles for one architecture, or of all (NULL). */
static void list(struct request *request, struct reply *reply, struct page page, bool bare_metal,
                 const char *architecture)
{
    struct profile_list profiles = {0};
    list_profiles(request->region, bare_metal, architecture, &profiles);
    struct collection collection = {.items = mem_array(profiles.count, sizeof(struct entity *)),
                                    .count = profiles.count};

    for (size_t i = 0; i < profiles.count; i++) {
        collection.items[i] = &profiles.items[i].entity;
    }
    page.items = &collection;
    page_reply(request, reply, &page);
    free(collection.items);
    free(profiles.items);
}

/* Before the date of the change: all of them, without any page members. */
static void list_all(struct request *request, struct reply *reply)
{
    struct profile_list profiles = {0};

    if (request_query(request, "start") != NULL || request_query(request, "limit") != NULL) {
        reply_bad_parameter(reply, request_query(request, "start") != NULL ? "start" : "limit", NULL,
                            "The collection is not paginated in this version.");
        return;
    }
    list_profiles(request->region, false, NULL, &profiles);
    struct text *out = reply_json(reply, 200);
    text_append(out, "{\"profiles\":[");
    for (size_t i = 0; i < profiles.count; i++) {
        text_append(out, i > 0 ? "," : "");
        append_instance_profile(request, profiles.items[i].profile, out);
    }
    text_append(out, "]}");
    free(profiles.items);
}

void instance_profiles_list(struct request *request, struct reply *reply)
{
    struct page page = {.key = "profiles", .path = "instance/profiles", .append = append_listed_instance};

    if (request->version < PAGED_FROM) {
        list_all(request, reply);
    } else {
        list(request, reply, page, false, NULL);
    }
}

void bare_metal_profiles_list(struct request *request, struct reply *reply)
{
    struct page page = {.key = "profiles", .path = "bare_metal_server/profiles", .append = append_listed_bare_metal};

    list(request, reply, page, true, NULL);
}

void instance_profiles_get(struct request *request, struct reply *reply)
{
    struct profile space;
    const struct profile *profile = account_read_profile(request->region, request->argument[0], false, &space);

    if (profile == NULL) {
        reply_not_found(reply, "Instance profile", request->argument[0]);
    } else {
        append_instance_profile(request, profile, reply_json(reply, 200));
    }
}

void bare_metal_profiles_get(struct request *request, struct reply *reply)
{
    struct profile space;
    const struct profile *profile = account_read_profile(request->region, request->argument[0], true, &space);

    if (profile == NULL) {
        reply_not_found(reply, "Bare metal server profile", request->argument[0]);
    } else {
        append_bare_metal_profile(request, profile, reply_json(reply, 200));
    }
}

/* References to the profiles that an image runs on. */
static void append_profile_reference(const struct request *request, const char *kind, const struct entity *item,
                                     struct text *out)
{
    const char *name = ((const struct listed *)item)->profile->name;

    reply_format(out, "{\"href\":\"%s/%s/profiles/%s\",\"name\":\"%s\",\"resource_type\":\"%s_profile\"}",
                 request->region->api, kind, name, name, kind);
}

static void append_instance_reference(const struct request *request, const struct entity *item, struct text *out)
{
    append_profile_reference(request, "instance", item, out);
}

static void append_bare_metal_reference(const struct request *request, const struct entity *item, struct text *out)
{
    append_profile_reference(request, "bare_metal_server", item, out);
}

static void list_for_image(struct request *request, struct reply *reply, const char *key, bool bare_metal)
{
    const struct image *image = resolve_argument(request, 0, &request->region->images, "Image", reply);
    char path[160];

    if (image == NULL) {
        return;
    }
    snprintf(path, sizeof(path), "images/%s/%s", image->entity.id, key);
    struct page page = {
        .key = key, .path = path, .append = bare_metal ? append_bare_metal_reference : append_instance_reference};
    list(request, reply, page, bare_metal, image->architecture);
}

void images_instance_profiles(struct request *request, struct reply *reply)
{
    list_for_image(request, reply, "instance_profiles", false);
}

void images_bare_metal_profiles(struct request *request, struct reply *reply)
{
    list_for_image(request, reply, "bare_metal_server_profiles", true);
}
