/* Operations on the memberships of an instance group. */
#include <stdio.h>
#include <string.h>

#include "vpcsim/api/body.h"
#include "vpcsim/api/group.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/shapes.h"
#include "vpcsim/sim.h"

static void append_membership(const struct request *request, const struct entity *item, struct text *out)
{
    const struct region *region = request->region;
    const struct membership *membership = (const struct membership *)item;
    struct reference instance = {"instance", "instances", NULL, membership->instance->zone};
    struct reference template = {"instance-template", "instance/templates", NULL, (int)membership->template_zone};
    struct entity built_from = {.id = membership->template_id, .name = membership->template_name};
    const char *group = membership->group->entity.id;

    text_append(out, "{\"created_at\":\"");
    render_stamp(item->created_s, out);
    text_printf(out,
                "\",\"delete_instance_on_membership_delete\":%s,\"href\":\"%s/instance_groups/%s/memberships/%s\","
                "\"id\":\"%s\",\"instance\":",
                membership->delete_instance ? "true" : "false", region->api, group, item->id, item->id);
    render_reference(region, &membership->instance->entity, &instance, out);
    text_append(out, ",\"instance_template\":");
    render_reference(region, &built_from, &template, out);
    text_append(out, ",\"name\":");
    reply_string(out, item->name);
    if (membership->group->load_balancer_pool) {
        text_printf(out, ",\"pool_member\":{\"href\":\"%s/load_balancers/%s-", region->api, region->prefix);
        render_uuid(membership->group->entity.key, 31, out);
        text_printf(out, "/pools/%s-", region->prefix);
        render_uuid(membership->group->entity.key, 32, out);
        text_printf(out, "/members/%s\",\"id\":\"%s\"}", item->id, item->id);
    }
    text_printf(out, ",\"status\":\"%s\",\"updated_at\":\"", store_status_name(group_member_status(membership)));
    render_stamp(membership->updated_s, out);
    text_append(out, "\"}");
}

static struct group *find_group(const struct request *request, struct reply *reply)
{
    struct group *group = collection_find(&request->region->groups, request->argument[0]);

    if (group == NULL) {
        reply_not_found(reply, "Instance group", request->argument[0]);
    }
    return group;
}

static struct membership *find(const struct request *request, struct reply *reply)
{
    struct group *group = find_group(request, reply);
    struct membership *membership = group != NULL ? collection_find(&group->members, request->argument[1]) : NULL;

    if (group != NULL && membership == NULL) {
        reply_not_found(reply, "Instance group membership", request->argument[1]);
    }
    return membership;
}

void memberships_list(struct request *request, struct reply *reply)
{
    const struct group *group = find_group(request, reply);
    char path[160];

    if (group == NULL) {
        return;
    }
    snprintf(path, sizeof(path), "instance_groups/%s/memberships", group->entity.id);
    struct page page = {.items = &group->members, .key = "memberships", .path = path, .append = append_membership};
    page_reply(request, reply, &page);
}

void memberships_get(struct request *request, struct reply *reply)
{
    const struct membership *membership = find(request, reply);

    if (membership != NULL) {
        append_membership(request, &membership->entity, reply_json(reply, 200));
    }
}

void memberships_patch(struct request *request, struct reply *reply)
{
    struct membership *membership = find(request, reply);
    const char *name = json_string_value(json_object_get(request->document, "name"));
    const json_t *with_instance = json_object_get(request->document, "delete_instance_on_membership_delete");

    if (membership == NULL) {
        return;
    }
    shape_check(request->document, shapes_membership_patch, "", reply);
    struct collection *members = &membership->group->members;
    const struct entity *holder = name != NULL ? collection_named(members, name) : NULL;
    if (holder != NULL && holder != &membership->entity) {
        reply_problem(reply, 400, "validation_unique_failed", "field", "name", name,
                      "Provided Name (%s) is not unique.", name);
    }
    if (reply_failed(reply)) {
        return;
    }
    if (name != NULL) {
        collection_rename(members, &membership->entity, name);
    }
    if (with_instance != NULL) {
        membership->delete_instance = json_is_true(with_instance);
    }
    membership->updated_s = request->sim->now_s;
    append_membership(request, &membership->entity, reply_json(reply, 200));
}

static void remove_member(struct request *request, struct membership *membership)
{
    if (!membership->deleting && request->sim->options.shrink_on_membership_delete) {
        membership->group->membership_count -= membership->group->membership_count > 0;
    }
    group_remove_member(request->region, membership);
}

void memberships_delete(struct request *request, struct reply *reply)
{
    struct membership *membership = find(request, reply);

    if (membership != NULL) {
        remove_member(request, membership);
        reply_empty(reply, 204);
    }
}

void memberships_delete_all(struct request *request, struct reply *reply)
{
    struct group *group = find_group(request, reply);

    if (group == NULL) {
        return;
    }
    for (size_t i = 0; i < group->members.count; i++) {
        remove_member(request, (struct membership *)group->members.items[i]);
    }
    reply_empty(reply, 204);
}
