/* Memberships of instance groups: how a group keeps its number of members, and the operations on them. */
#include "vpcsim/api/membership.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/copy.h"
#include "vpcsim/store/schedule.h"

static const struct validator patch_fields[] = {
    {.name = "delete_instance_on_membership_delete", .type = VALID_BOOL},
    {.name = "name", .type = VALID_NAME},
    {0},
};

enum status membership_status(const struct membership *membership)
{
    if (membership->deleting) {
        return STATUS_DELETING;
    }
    if (membership->instance == NULL) {
        return STATUS_HEALTHY; /* a copy without the instance */
    }
    switch (membership->instance->status) {
    case STATUS_RUNNING:
    case STATUS_RESTARTING:
        return STATUS_HEALTHY;
    case STATUS_PENDING:
    case STATUS_STARTING:
        return STATUS_PENDING;
    case STATUS_FAILED:
        return STATUS_FAILED;
    default:
        return STATUS_UNHEALTHY;
    }
}

static int count_live(const struct instance_group *group)
{
    int live = 0;

    for (size_t i = 0; i < group->members.count; i++) {
        live += !((const struct membership *)group->members.items[i])->deleting;
    }
    return live + group->unknown_members;
}

enum status instance_group_status(const struct instance_group *group)
{
    bool is_complete = count_live(group) == group->membership_count;

    if (group->deleting) {
        return STATUS_DELETING;
    }
    if (group->failed) {
        return STATUS_UNHEALTHY;
    }
    for (size_t i = 0; i < group->members.count; i++) {
        enum status status = membership_status((const struct membership *)group->members.items[i]);
        if (status == STATUS_FAILED || status == STATUS_UNHEALTHY) {
            return STATUS_UNHEALTHY;
        }
        is_complete = is_complete && status == STATUS_HEALTHY;
    }
    return is_complete ? STATUS_HEALTHY : STATUS_SCALING;
}

void instance_group_add(struct region *region, struct instance_group *group, const char *id)
{
    group->entity.id = id != NULL ? mem_copy(id) : store_regional_id(region, group->entity.key);
    group->updated_s = group->entity.created_s;
    collection_add(region, &region->instance_groups, &group->entity);
}

static void drop_member(struct membership *membership)
{
    collection_remove(&membership->group->members, &membership->entity);
    if (membership->instance != NULL) {
        membership->instance->membership = NULL;
        copy_change(&membership->instance->entity, "instance_group_membership");
    }
    store_free_membership(membership);
}

static void instance_removed(struct region *region, struct membership *membership)
{
    struct instance_group *group = membership->group;

    drop_member(membership);
    instance_group_reconcile_later(region, group);
}

struct membership *membership_insert(struct region *region, struct instance_group *group, struct instance *instance,
                                     const struct entity *entity)
{
    struct membership *membership = mem_alloc(sizeof(*membership));

    membership->entity = *entity;
    membership->updated_s = entity->created_s;
    membership->group = group;
    membership->instance = instance;
    membership->instance_removed = instance_removed;
    if (instance != NULL) {
        instance->membership = membership;
    }
    collection_add(region, &group->members, &membership->entity);
    return membership;
}

struct membership *membership_add(struct region *region, struct instance_group *group, struct instance *instance,
                                  const struct template *template)
{
    struct entity entity = {.key = random_mix(instance->entity.key, 9), .created_s = instance->entity.created_s};
    char name[96];

    snprintf(name, sizeof(name), "%.40s-member-%zu", group->entity.name, (size_t)region->next_position);
    entity.id = store_regional_id(region, entity.key);
    entity.name = mem_copy(name);
    struct membership *membership = membership_insert(region, group, instance, &entity);
    membership->template_id = mem_copy(template->entity.id);
    membership->template_name = mem_copy(template->entity.name);
    membership->template_zone = template->zone;
    membership->delete_instance = true;
    copy_change(&instance->entity, "instance_group_membership");
    return membership;
}

/* The template's prototype, named, and placed in a subnet of the group. */
static json_t *member_body(struct region *region, const struct instance_group *group, const struct subnet *subnet)
{
    json_t *body = json_deep_copy(group->template->prototype);
    json_t *attachment = json_object_get(body, "primary_network_attachment");
    json_t *network = attachment != NULL ? json_object_get(attachment, "virtual_network_interface")
                                         : json_object_get(body, "primary_network_interface");
    char *name = store_invent_name(region, &region->instances, group->entity.name);
    char zone[48];

    snprintf(zone, sizeof(zone), "%s-%u", region->name, subnet->zone + 1);
    json_object_set_new(body, "name", json_build_string(name));
    json_object_set_new(body, "zone", json_build("{s:s}", "name", zone));
    json_object_set_new(body, "resource_group", json_build("{s:s}", "id", group->resource_group->id));
    json_object_del(body, "vpc");
    /* a fixed address could serve one member only */
    json_object_del(network, "primary_ip");
    json_object_set_new(network, "subnet", json_build("{s:s}", "id", subnet->entity.id));
    free(name);
    return body;
}

static bool make_member(struct region *region, struct instance_group *group)
{
    const struct subnet *subnet = group->subnets[group->members.count % group->subnet_count];
    json_t *body = member_body(region, group, subnet);
    struct reply reply = {0};
    struct instance *instance = instance_build(region, body, group->template->entity.id, &reply);

    if (instance != NULL) {
        membership_add(region, group, instance, group->template);
    }
    reply_free(&reply);
    json_decref(body);
    return instance != NULL;
}

/* Ends a membership after the transition time, and its instance if delete_instance is set. */
static void remove_membership(struct region *region, struct membership *membership);

static void reconcile(struct region *region, const char *id, int64_t due_ms)
{
    struct instance_group *group = collection_find(&region->instance_groups, id);

    if (group == NULL || group->due_ms != due_ms) {
        return;
    }
    group->due_ms = 0;
    if (group->deleting && group->members.count == 0) {
        collection_remove(&region->instance_groups, &group->entity);
        store_free_instance_group(group);
        return;
    }
    int missing = group->membership_count - count_live(group);
    group->failed = false;
    for (; missing > 0 && !group->failed; missing--) {
        group->failed = !make_member(region, group);
    }
    for (size_t i = group->members.count; i > 0 && missing < 0; i--) {
        struct membership *last = (struct membership *)group->members.items[i - 1];
        if (!last->deleting) {
            remove_membership(region, last);
            missing++;
        }
    }
}

void instance_group_reconcile_later(struct region *region, struct instance_group *group)
{
    struct sim *sim = region->sim;

    group->updated_s = sim->now_s;
    copy_change(&group->entity, "lifecycle_state membership_count status updated_at");
    group->due_ms = sim->now_ms + sim->options.transition_ms;
    schedule_at(sim->schedule, group->due_ms, reconcile, region, group->entity.id);
}

static struct membership *find_member(struct region *region, const char *id)
{
    for (size_t i = 0; i < region->instance_groups.count; i++) {
        struct membership *member =
            collection_find(&((struct instance_group *)region->instance_groups.items[i])->members, id);
        if (member != NULL) {
            return member;
        }
    }
    return NULL;
}

static void end_member(struct region *region, const char *id, int64_t due_ms)
{
    struct membership *membership = find_member(region, id);

    if (membership == NULL || membership->due_ms != due_ms) {
        return;
    }
    struct instance_group *group = membership->group;
    struct instance *instance = membership->delete_instance ? membership->instance : NULL;
    drop_member(membership);
    if (instance != NULL && instance->status != STATUS_DELETING) {
        instance_set_status(region, instance, STATUS_DELETING);
    }
    instance_group_reconcile_later(region, group);
}

static void remove_membership(struct region *region, struct membership *membership)
{
    struct sim *sim = region->sim;

    if (membership->deleting) {
        return;
    }
    membership->deleting = true;
    membership->updated_s = sim->now_s;
    copy_change(&membership->entity, "status updated_at");
    membership->due_ms = sim->now_ms + sim->options.transition_ms;
    schedule_at(sim->schedule, membership->due_ms, end_member, region, membership->entity.id);
}

void instance_group_delete(struct region *region, struct instance_group *group)
{
    group->deleting = true;
    group->membership_count = 0;
    for (size_t i = 0; i < group->members.count; i++) {
        struct membership *member = (struct membership *)group->members.items[i];
        member->delete_instance = true;
        remove_membership(region, member);
    }
    instance_group_reconcile_later(region, group);
}

static void membership_body(const struct region *region, const struct entity *item, struct text *out)
{
    const struct membership *membership = (const struct membership *)item;
    static const struct entity unknown = {.id = (char *)"", .name = (char *)""};
    const struct entity *member = membership->instance != NULL ? &membership->instance->entity : &unknown;
    struct reference instance = {"instance", "instances", NULL,
                                 membership->instance != NULL ? membership->instance->zone : 0};
    struct reference template = {"instance-template", "instance/templates", NULL, (int)membership->template_zone};
    struct entity built_from = {.id = membership->template_id, .name = membership->template_name};
    const char *group = membership->group->entity.id;

    text_append(out, "{\"created_at\":\"");
    render_stamp(item->created_s, out);
    reply_format(out,
                 "\",\"delete_instance_on_membership_delete\":%s,\"href\":\"%s/instance_groups/%s/memberships/%s\","
                 "\"id\":\"%s\",\"instance\":",
                 membership->delete_instance ? "true" : "false", region->api, group, item->id, item->id);
    render_reference(region, member, &instance, out);
    text_append(out, ",\"instance_template\":");
    render_reference(region, &built_from, &template, out);
    text_append(out, ",\"name\":");
    reply_string(out, item->name);
    if (membership->group->load_balancer_pool) {
        reply_format(out, ",\"pool_member\":{\"href\":\"%s/load_balancers/%s-", region->api, region->prefix);
        render_uuid(membership->group->entity.key, 31, out);
        reply_format(out, "/pools/%s-", region->prefix);
        render_uuid(membership->group->entity.key, 32, out);
        reply_format(out, "/members/%s\",\"id\":\"%s\"}", item->id, item->id);
    }
    reply_format(out, ",\"status\":\"%s\",\"updated_at\":\"", store_status_name(membership_status(membership)));
    render_stamp(membership->updated_s, out);
    text_append(out, "\"}");
}

static void append_membership(const struct request *request, const struct entity *item, struct text *out)
{
    render_recorded(request->region, item, membership_body, out);
}

static struct membership *find_membership(const struct request *request, struct reply *reply)
{
    struct instance_group *group =
        resolve_argument(request, 0, &request->region->instance_groups, "Instance group", reply);

    return group != NULL ? resolve_argument(request, 1, &group->members, "Instance group membership", reply) : NULL;
}

void memberships_list(struct request *request, struct reply *reply)
{
    const struct instance_group *group =
        resolve_argument(request, 0, &request->region->instance_groups, "Instance group", reply);
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
    const struct membership *membership = find_membership(request, reply);

    if (membership != NULL) {
        append_membership(request, &membership->entity, reply_json(reply, 200));
    }
}

void memberships_patch(struct request *request, struct reply *reply)
{
    struct membership *membership = find_membership(request, reply);
    const char *name = json_string_value(json_object_get(request->document, "name"));
    const json_t *with_instance = json_object_get(request->document, "delete_instance_on_membership_delete");

    if (membership == NULL) {
        return;
    }
    validator_check(request->document, patch_fields, "", reply);
    struct collection *members = &membership->group->members;
    resolve_unique_name(members, name, &membership->entity, reply);
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
    copy_change_body(&membership->entity, request->document);
    copy_change(&membership->entity, "updated_at");
    append_membership(request, &membership->entity, reply_json(reply, 200));
}

static void end_membership(struct request *request, struct membership *membership)
{
    if (!membership->deleting && request->sim->options.shrink_on_membership_delete) {
        membership->group->membership_count -= membership->group->membership_count > 0;
    }
    remove_membership(request->region, membership);
}

void memberships_delete(struct request *request, struct reply *reply)
{
    struct membership *membership = find_membership(request, reply);

    if (membership != NULL) {
        end_membership(request, membership);
        reply_empty(reply, 204);
    }
}

void memberships_delete_all(struct request *request, struct reply *reply)
{
    struct instance_group *group =
        resolve_argument(request, 0, &request->region->instance_groups, "Instance group", reply);

    if (group == NULL) {
        return;
    }
    for (size_t i = 0; i < group->members.count; i++) {
        end_membership(request, (struct membership *)group->members.items[i]);
    }
    reply_empty(reply, 204);
}
