#include "vpcsim/api/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/schedule.h"

enum status group_member_status(const struct membership *membership)
{
    if (membership->deleting) {
        return STATUS_DELETING;
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

static int count_live(const struct group *group)
{
    int live = 0;

    for (size_t i = 0; i < group->members.count; i++) {
        live += !((const struct membership *)group->members.items[i])->deleting;
    }
    return live;
}

enum status group_status(const struct group *group)
{
    bool settled = count_live(group) == group->membership_count;

    if (group->deleting) {
        return STATUS_DELETING;
    }
    if (group->failed) {
        return STATUS_UNHEALTHY;
    }
    for (size_t i = 0; i < group->members.count; i++) {
        enum status status = group_member_status((const struct membership *)group->members.items[i]);
        if (status == STATUS_FAILED || status == STATUS_UNHEALTHY) {
            return STATUS_UNHEALTHY;
        }
        settled = settled && status == STATUS_HEALTHY;
    }
    return settled ? STATUS_HEALTHY : STATUS_SCALING;
}

void group_add(struct region *region, struct group *group, const char *id)
{
    group->entity.id = id != NULL ? mem_copy(id) : store_regional_id(region, group->entity.key);
    group->updated_s = group->entity.created_s;
    collection_add(region, &region->groups, &group->entity);
}

struct membership *group_add_member(struct region *region, struct group *group, struct instance *instance,
                                    const struct template *template)
{
    struct membership *membership = mem_alloc(sizeof(*membership));
    char name[96];

    snprintf(name, sizeof(name), "%.40s-member-%zu", group->entity.name, (size_t)region->next_position);
    membership->entity.key = random_mix(instance->entity.key, 9);
    membership->entity.id = store_regional_id(region, membership->entity.key);
    membership->entity.name = mem_copy(name);
    membership->entity.created_s = membership->updated_s = instance->entity.created_s;
    membership->group = group;
    membership->instance = instance;
    membership->template_id = mem_copy(template->entity.id);
    membership->template_name = mem_copy(template->entity.name);
    membership->template_zone = template->zone;
    membership->delete_instance = true;
    instance->membership = membership;
    collection_add(region, &group->members, &membership->entity);
    return membership;
}

static void drop_member(struct membership *membership)
{
    collection_remove(&membership->group->members, &membership->entity);
    if (membership->instance != NULL) {
        membership->instance->membership = NULL;
    }
    store_free_membership(membership);
}

/* The template's prototype, named, and placed in a subnet of the group. */
static json_t *member_body(struct region *region, const struct group *group, const struct subnet *subnet)
{
    json_t *body = json_deep_copy(group->template->prototype);
    json_t *attachment = json_object_get(body, "primary_network_attachment");
    json_t *network = attachment != NULL ? json_object_get(attachment, "virtual_network_interface")
                                         : json_object_get(body, "primary_network_interface");
    char *name = store_invent_name(region, &region->instances, group->entity.name);
    char zone[48];

    snprintf(zone, sizeof(zone), "%s-%u", region->name, subnet->zone + 1);
    json_object_set_new(body, "name", json_string(name));
    json_object_set_new(body, "zone", json_pack("{s:s}", "name", zone));
    json_object_set_new(body, "resource_group", json_pack("{s:s}", "id", group->resource_group->id));
    json_object_del(body, "vpc");
    /* a fixed address could serve one member only */
    json_object_del(network, "primary_ip");
    json_object_set_new(network, "subnet", json_pack("{s:s}", "id", subnet->entity.id));
    free(name);
    return body;
}

static bool make_member(struct region *region, struct group *group)
{
    const struct subnet *subnet = group->subnets[group->members.count % group->subnet_count];
    json_t *body = member_body(region, group, subnet);
    struct reply reply = {0};
    struct instance *instance = instance_build(region, body, group->template->entity.id, &reply);

    if (instance != NULL) {
        group_add_member(region, group, instance, group->template);
    }
    reply_free(&reply);
    json_decref(body);
    return instance != NULL;
}

static void settle(struct region *region, const char *id, int64_t due_ms)
{
    struct group *group = collection_find(&region->groups, id);

    if (group == NULL || group->due_ms != due_ms) {
        return;
    }
    group->due_ms = 0;
    if (group->deleting && group->members.count == 0) {
        collection_remove(&region->groups, &group->entity);
        store_free_group(group);
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
            group_remove_member(region, last);
            missing++;
        }
    }
}

void group_settle_later(struct region *region, struct group *group)
{
    struct sim *sim = region->sim;

    group->updated_s = sim->now_s;
    group->due_ms = sim->now_ms + sim->options.transition_ms;
    schedule_at(sim->schedule, group->due_ms, settle, region, group->entity.id);
}

static struct membership *find_member(struct region *region, const char *id)
{
    for (size_t i = 0; i < region->groups.count; i++) {
        struct membership *member = collection_find(&((struct group *)region->groups.items[i])->members, id);
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
    struct group *group = membership->group;
    struct instance *instance = membership->delete_instance ? membership->instance : NULL;
    drop_member(membership);
    if (instance != NULL && instance->status != STATUS_DELETING) {
        instance_set_status(region, instance, STATUS_DELETING);
    }
    group_settle_later(region, group);
}

void group_remove_member(struct region *region, struct membership *membership)
{
    struct sim *sim = region->sim;

    if (membership->deleting) {
        return;
    }
    membership->deleting = true;
    membership->updated_s = sim->now_s;
    membership->due_ms = sim->now_ms + sim->options.transition_ms;
    schedule_at(sim->schedule, membership->due_ms, end_member, region, membership->entity.id);
}

void group_member_gone(struct region *region, struct membership *membership)
{
    struct group *group = membership->group;

    drop_member(membership);
    group_settle_later(region, group);
}

void group_delete(struct region *region, struct group *group)
{
    group->deleting = true;
    group->membership_count = 0;
    for (size_t i = 0; i < group->members.count; i++) {
        struct membership *member = (struct membership *)group->members.items[i];
        member->delete_instance = true;
        group_remove_member(region, member);
    }
    group_settle_later(region, group);
}
