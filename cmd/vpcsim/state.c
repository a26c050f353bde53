#include "state.h"

#include "body.h"
#include "group.h"
#include "reply.h"
#include "sim.h"
#include "template.h"

static void append_head(const struct region *region, const char *kind, const struct entity *entity, bool first,
                        struct text *out)
{
    text_printf(out, "%s\n{\"kind\":\"%s\",\"region\":\"%s\",\"id\":", first ? "" : ",", kind, region->name);
    reply_string(out, entity->id);
    text_append(out, ",\"name\":");
    reply_string(out, entity->name);
}

static void append_crn(const struct region *region, const char *type, int zone, const char *id, struct text *out)
{
    text_append(out, ",\"crn\":\"");
    render_crn(region, type, zone, id, out);
    text_append_char(out, '"');
}

static void append_string(struct text *out, const char *name, const char *value)
{
    text_printf(out, ",\"%s\":", name);
    if (value != NULL) {
        reply_string(out, value);
    } else {
        text_append(out, "null");
    }
}

static void append_metadata(struct text *out, const struct metadata *metadata)
{
    text_printf(out, ",\"enabled\":%s,\"protocol\":\"%s\"", metadata->enabled ? "true" : "false",
                metadata->https ? "https" : "http");
    if (metadata->hop_limit > 0) {
        text_printf(out, ",\"response_hop_limit\":%d", metadata->hop_limit);
    }
}

static void append_profile(struct text *out, const struct trusted_profile *profile)
{
    if (profile->id == NULL) {
        text_append(out, ",\"default_trusted_profile\":null");
        return;
    }
    text_append(out, ",\"default_trusted_profile\":{\"id\":");
    reply_string(out, profile->id);
    text_printf(out, ",\"auto_link\":%s}", profile->auto_link ? "true" : "false");
}

static void append_place(const struct region *region, unsigned zone, const struct vpc *vpc, struct text *out)
{
    text_printf(out, ",\"zone\":\"%s-%u\"", region->name, zone + 1);
    append_string(out, "vpc", vpc->entity.name);
    append_string(out, "vpc_id", vpc->entity.id);
}

static void append_instance(const struct region *region, const struct instance *instance, bool first, struct text *out)
{
    char etag[UUID_SIZE + 4];
    const struct membership *membership = instance->membership;

    render_etag(&instance->entity, instance->version, etag);
    append_head(region, "instance", &instance->entity, first, out);
    append_crn(region, "instance", instance->zone, instance->entity.id, out);
    append_string(out, "status", store_status_name(instance->status));
    append_string(out, "lifecycle_state", store_lifecycle_name(instance->lifecycle));
    append_place(region, instance->zone, instance->vpc, out);
    append_string(out, "resource_group", instance->resource_group->id);
    append_string(out, "profile", instance->profile->name);
    append_string(out, "architecture", instance->profile->architecture);
    append_metadata(out, &instance->metadata);
    append_profile(out, &instance->trusted_profile);
    append_string(out, "image", instance->image != NULL ? instance->image->entity.id : NULL);
    append_string(out, "template", instance->template_id);
    append_string(out, "group", membership != NULL ? membership->group->entity.id : NULL);
    append_string(out, "boot_allowed_use", instance->boot->allowed_use.instance);
    append_string(out, "etag", etag);
    text_printf(out, ",\"created_disabled\":%s}", instance->created_disabled ? "true" : "false");
}

static void append_bare_metal(const struct region *region, const struct bare_metal *server, bool first,
                              struct text *out)
{
    append_head(region, "bare_metal_server", &server->entity, first, out);
    append_crn(region, "bare-metal-server", server->zone, server->entity.id, out);
    append_string(out, "status", store_status_name(server->status));
    append_string(out, "lifecycle_state", store_lifecycle_name(server->lifecycle));
    append_place(region, server->zone, server->vpc, out);
    append_string(out, "resource_group", server->resource_group->id);
    append_string(out, "profile", server->profile->name);
    append_string(out, "architecture", server->profile->architecture);
    append_metadata(out, &server->metadata);
    append_profile(out, &server->trusted_profile);
    append_string(out, "boot_allowed_use", server->allowed_use.bare_metal_server);
    text_append_char(out, '}');
}

static void append_template(const struct region *region, const struct template *template, bool first, struct text *out)
{
    struct metadata metadata = template_metadata(template);
    struct trusted_profile profile = {0};

    template_trusted_profile(template, &profile);
    append_head(region, "template", &template->entity, first, out);
    append_crn(region, "instance-template", (int)template->zone, template->entity.id, out);
    append_string(out, "resource_group", template->resource_group->id);
    append_metadata(out, &metadata);
    append_profile(out, &profile);
    text_append(out, ",\"prototype\":");
    json_print(out, template->prototype, JSON_PRINT_COMPACT);
    text_append_char(out, '}');
}

static void append_group(const struct region *region, const struct group *group, bool first, struct text *out)
{
    append_head(region, "group", &group->entity, first, out);
    append_crn(region, "instance-group", -1, group->entity.id, out);
    append_string(out, "template", group->template->entity.id);
    append_string(out, "status", store_status_name(group_status(group)));
    append_string(out, "resource_group", group->resource_group->id);
    text_append(out, ",\"subnets\":[");
    for (size_t i = 0; i < group->subnet_count; i++) {
        text_append(out, i > 0 ? "," : "");
        reply_string(out, group->subnets[i]->entity.id);
    }
    text_printf(out, "],\"membership_count\":%d,\"members\":%zu,\"managed\":%s}", group->membership_count,
                group->members.count, group->managed ? "true" : "false");
}

static void append_memberships(const struct region *region, struct text *out, bool *first)
{
    for (size_t i = 0; i < region->groups.count; i++) {
        const struct group *group = (const struct group *)region->groups.items[i];
        for (size_t n = 0; n < group->members.count; n++) {
            const struct membership *member = (const struct membership *)group->members.items[n];
            append_head(region, "membership", &member->entity, *first, out);
            append_string(out, "group", group->entity.id);
            append_string(out, "instance", member->instance != NULL ? member->instance->entity.id : NULL);
            append_string(out, "template", member->template_id);
            append_string(out, "status", store_status_name(group_member_status(member)));
            text_append_char(out, '}');
            *first = false;
        }
    }
}

static void append_image(const struct region *region, const struct image *image, bool first, struct text *out)
{
    append_head(region, "image", &image->entity, first, out);
    append_string(out, "architecture", image->architecture);
    append_string(out, "instance", image->allowed_use.instance);
    append_string(out, "bare_metal_server", image->allowed_use.bare_metal_server);
    text_append_char(out, '}');
}

static void append_links(const struct sim *sim, struct text *out)
{
    for (size_t i = 0; i < sim->links.count; i++) {
        const struct link *link = (const struct link *)sim->links.items[i];
        text_printf(out, "%s\n{\"id\":\"%s\"", i > 0 ? "," : "", link->entity.id);
        append_string(out, "profile", link->profile_id);
        append_string(out, "cr_type", link->cr_type);
        append_string(out, "crn", link->crn);
        text_append_char(out, '}');
    }
}

/* One array over all regions. */
#define APPEND_ALL(sim, title, collection, type, append_one, out)                           \
    do {                                                                                    \
        bool first_item = true;                                                             \
        text_append(out, ",\n\"" title "\":[");                                             \
        for (size_t r = 0; r < (sim)->region_count; r++) {                                  \
            const struct region *each = &(sim)->regions[r];                                 \
            for (size_t i = 0; i < each->collection.count; i++, first_item = false) {       \
                append_one(each, (const type *)each->collection.items[i], first_item, out); \
            }                                                                               \
        }                                                                                   \
        text_append_char(out, ']');                                                         \
    } while (0)

void state_append(const struct sim *sim, struct text *out)
{
    bool first = true;

    text_append(out, "{\"vpcsim_state\":1");
    APPEND_ALL(sim, "instances", instances, struct instance, append_instance, out);
    APPEND_ALL(sim, "templates", templates, struct template, append_template, out);
    APPEND_ALL(sim, "bare_metal_servers", bare_metals, struct bare_metal, append_bare_metal, out);
    APPEND_ALL(sim, "groups", groups, struct group, append_group, out);
    text_append(out, ",\n\"memberships\":[");
    for (size_t r = 0; r < sim->region_count; r++) {
        append_memberships(&sim->regions[r], out, &first);
    }
    text_append_char(out, ']');
    APPEND_ALL(sim, "images", images, struct image, append_image, out);
    text_append(out, ",\n\"links\":[");
    append_links(sim, out);
    text_append(out, "]}\n");
}
