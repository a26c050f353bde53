/* Pieces that the bodies of several kinds share. */
#include <stdio.h>
#include <string.h>

#include "clock/clock.h"
#include "vpcsim/api/body.h"
#include "vpcsim/http/reply.h"

void render_crn(const struct region *region, const char *type, int zone, const char *id, struct text *out)
{
    text_append(out, "crn:v1:bluemix:public:is:");
    text_append(out, region->name);
    if (zone >= 0) {
        text_append_char(out, '-');
        text_append_char(out, (char)('1' + zone));
    }
    text_append(out, ":a/" ACCOUNT "::");
    text_append(out, type);
    text_append_char(out, ':');
    text_append(out, id);
}

void render_reference(const struct region *region, const struct entity *entity, const struct reference *what,
                      struct text *out)
{
    text_append(out, "{\"crn\":\"");
    render_crn(region, what->crn_type, what->zone, entity->id, out);
    text_append(out, "\",\"href\":\"");
    text_append(out, region->api);
    text_append_char(out, '/');
    text_append(out, what->path);
    text_append_char(out, '/');
    text_append(out, entity->id);
    text_append(out, "\",\"id\":\"");
    text_append(out, entity->id);
    text_append(out, "\",\"name\":");
    reply_string(out, entity->name);
    if (what->resource_type != NULL) {
        text_append(out, ",\"resource_type\":\"");
        text_append(out, what->resource_type);
        text_append_char(out, '"');
    }
    text_append_char(out, '}');
}

void render_vpc_reference(const struct region *region, const struct vpc *vpc, struct text *out)
{
    static const struct reference what = {"vpc", "vpcs", "vpc", -1};

    render_reference(region, &vpc->entity, &what, out);
}

void render_subnet_reference(const struct region *region, const struct subnet *subnet, struct text *out)
{
    struct reference what = {"subnet", "subnets", "subnet", (int)subnet->zone};

    render_reference(region, &subnet->entity, &what, out);
}

void render_image_reference(const struct region *region, const struct image *image, struct text *out)
{
    static const struct reference what = {"image", "images", "image", -1};

    render_reference(region, &image->entity, &what, out);
}

void render_resource_group(const struct resource_group *group, struct text *out)
{
    text_append(out, "{\"href\":\"https://resource-controller.cloud.ibm.com/v2/resource_groups/");
    text_append(out, group->id);
    text_append(out, "\",\"id\":\"");
    text_append(out, group->id);
    text_append(out, "\",\"name\":\"");
    text_append(out, group->name);
    text_append(out, "\"}");
}

void render_zone(const struct region *region, unsigned zone, struct text *out)
{
    const char number[] = {'-', (char)('1' + zone), '\0'};

    text_append(out, "{\"href\":\"");
    text_append(out, region->api);
    text_append(out, "/regions/");
    text_append(out, region->name);
    text_append(out, "/zones/");
    text_append(out, region->name);
    text_append(out, number);
    text_append(out, "\",\"name\":\"");
    text_append(out, region->name);
    text_append(out, number);
    text_append(out, "\"}");
}

void render_stamp(int64_t wall_s, struct text *out)
{
    char stamp[CLOCK_STAMP_SIZE];

    clock_stamp(wall_s, stamp);
    stamp[CLOCK_STAMP_SIZE - 2] = '\0';
    text_append(out, stamp);
    text_append(out, ".000Z");
}

void render_uuid(uint64_t key, unsigned salt, struct text *out)
{
    char uuid[UUID_SIZE];

    random_uuid(key, salt, uuid);
    text_append_size(out, uuid, UUID_SIZE - 1);
}

void render_primary_ip(const struct region *region, const struct entity *entity, const struct subnet *subnet,
                       const char *suffix, struct text *out)
{
    uint64_t host = random_mix(entity->key, 91);

    text_printf(out, "{\"address\":\"10.%u.%u.%u\",\"href\":\"", 240 + (subnet->number >> 8) % 15, subnet->number & 255,
                4 + (unsigned)(host % 250));
    text_append(out, region->api);
    text_append(out, "/subnets/");
    text_append(out, subnet->entity.id);
    text_append(out, "/reserved_ips/");
    text_append(out, region->zone_prefix[subnet->zone]);
    text_append_char(out, '-');
    render_uuid(entity->key, 11, out);
    text_append(out, "\",\"id\":\"");
    text_append(out, region->zone_prefix[subnet->zone]);
    text_append_char(out, '-');
    render_uuid(entity->key, 11, out);
    text_append(out, "\",\"name\":\"");
    text_append(out, entity->name);
    text_append(out, suffix);
    text_append(out, "\",\"resource_type\":\"subnet_reserved_ip\"}");
}

void render_keys(const struct region *region, uint64_t keys, struct text *out)
{
    bool first = true;

    text_append_char(out, '[');
    for (size_t i = 0; i < region->keys.count && i < KEYS_MAX; i++) {
        const struct key *key = (const struct key *)region->keys.items[i];
        if ((keys >> i & 1) == 0) {
            continue;
        }
        text_append(out, first ? "{\"crn\":\"" : ",{\"crn\":\"");
        first = false;
        render_crn(region, "key", -1, key->entity.id, out);
        text_printf(out, "\",\"fingerprint\":\"%s\",\"href\":\"%s/keys/%s\",\"id\":\"%s\",\"name\":\"%s\"}",
                    key->fingerprint, region->api, key->entity.id, key->entity.id, key->entity.name);
    }
    text_append_char(out, ']');
}

void render_profile_crn(const char *profile_id, struct text *out)
{
    text_printf(out, "crn:v1:bluemix:public:iam-identity::a/" ACCOUNT "::profile:%s", profile_id);
}

void render_trusted_profile(const struct trusted_profile *profile, struct text *out)
{
    text_printf(out, "{\"auto_link\":%s,\"target\":{\"crn\":\"", profile->auto_link ? "true" : "false");
    render_profile_crn(profile->id, out);
    text_append(out, "\",\"id\":");
    reply_string(out, profile->id);
    text_append(out, ",\"resource_type\":\"trusted_profile\"}}");
}

void render_etag(const struct entity *entity, uint64_t version, char etag[UUID_SIZE + 4])
{
    char uuid[UUID_SIZE];

    random_uuid(entity->key, 1000 + version, uuid);
    snprintf(etag, UUID_SIZE + 4, "W/\"%s\"", uuid);
}
