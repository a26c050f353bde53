/* Instance groups: checks, bodies, operations (vpc-api.md 2.10). */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/membership.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/template.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/copy.h"

#define GROUP_MEMBERS(can_be_null)                                                                            \
    {.name = "application_port", .type = VALID_INT, .min = 1, .max = 65535, .nullable = can_be_null},         \
        {.name = "load_balancer", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF, .nullable = can_be_null},    \
        {.name = "load_balancer_pool", .type = VALID_IDENTITY, .tokens = "id href", .nullable = can_be_null}, \
        {.name = "membership_count", .type = VALID_INT, .min = 0, .max = 1000},                               \
    {                                                                                                         \
        .name = "name", .type = VALID_NAME                                                                    \
    }

static const struct validator create_fields[] = {
    GROUP_MEMBERS(false),
    {.name = "instance_template", .type = VALID_IDENTITY, .required = true, .tokens = ID_CRN_HREF},
    {.name = "resource_group", .type = VALID_IDENTITY, .tokens = "id"},
    {.name = "subnets", .type = VALID_LIST, .required = true, .min = 1, .of = &validator_identity_item},
    {0},
};

static const struct validator patch_fields[] = {
    GROUP_MEMBERS(true),
    {.name = "instance_template", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},
    {.name = "subnets", .type = VALID_LIST, .min = 1, .of = &validator_identity_item},
    {0},
};

enum { GROUPS_QUOTA = 200 }; /* an account (vpc-api.md 2.10) */

static void append_template(const struct region *region, const struct template *template, struct text *out)
{
    struct reference what = {"instance-template", "instance/templates", NULL, (int)template->zone};

    render_reference(region, &template->entity, &what, out);
}

static void append_pool(const struct region *region, const struct instance_group *group, struct text *out)
{
    if (group->application_port > 0) {
        reply_format(out, "\"application_port\":%d,", group->application_port);
    }
    if (group->load_balancer_pool) {
        reply_format(out, "\"load_balancer_pool\":{\"href\":\"%s/load_balancers/%s-", region->api, region->prefix);
        render_uuid(group->entity.key, 31, out);
        reply_format(out, "/pools/%s-", region->prefix);
        render_uuid(group->entity.key, 32, out);
        reply_format(out, "\",\"id\":\"%s-", region->prefix);
        render_uuid(group->entity.key, 32, out);
        text_append(out, "\",\"name\":\"pool-1\"},");
    }
}

static void append_managers(const struct region *region, const struct instance_group *group, struct text *out)
{
    text_append(out, ",\"managers\":[");
    if (group->managed) {
        reply_format(out, "{\"href\":\"%s/instance_groups/%s/managers/%s-", region->api, group->entity.id,
                     region->prefix);
        render_uuid(group->entity.key, 33, out);
        reply_format(out, "\",\"id\":\"%s-", region->prefix);
        render_uuid(group->entity.key, 33, out);
        text_append(out, "\",\"name\":\"autoscale-1\"}");
    }
    text_append_char(out, ']');
}

static void group_body(const struct region *region, const struct entity *entity, struct text *out)
{
    const struct instance_group *group = (const struct instance_group *)entity;

    text_append_char(out, '{');
    append_pool(region, group, out);
    text_append(out, "\"created_at\":\"");
    render_stamp(entity->created_s, out);
    text_append(out, "\",\"crn\":\"");
    render_crn(region, "instance-group", -1, entity->id, out);
    reply_format(out, "\",\"href\":\"%s/instance_groups/%s\",\"id\":\"%s\",\"instance_template\":", region->api,
                 entity->id, entity->id);
    append_template(region, group->template, out);
    reply_format(out, ",\"lifecycle_reasons\":[],\"lifecycle_state\":\"%s\"", group->deleting ? "deleting" : "stable");
    append_managers(region, group, out);
    reply_format(out, ",\"membership_count\":%d,\"name\":", group->membership_count);
    reply_string(out, entity->name);
    text_append(out, ",\"resource_group\":");
    render_resource_group(group->resource_group, out);
    reply_format(out, ",\"status\":\"%s\",\"subnets\":[", store_status_name(instance_group_status(group)));
    for (size_t i = 0; i < group->subnet_count; i++) {
        text_append(out, i > 0 ? "," : "");
        render_subnet_reference(region, group->subnets[i], out);
    }
    text_append(out, "],\"updated_at\":\"");
    render_stamp(group->updated_s, out);
    text_append(out, "\",\"vpc\":");
    render_vpc_reference(region, group->subnets[0]->vpc, out);
    text_append_char(out, '}');
}

static void render_group(const struct region *region, const struct instance_group *group, struct text *out)
{
    render_recorded(region, &group->entity, group_body, out);
}

static void append_group(const struct request *request, const struct entity *item, struct text *out)
{
    render_group(request->region, (const struct instance_group *)item, out);
}

void instance_groups_list(struct request *request, struct reply *reply)
{
    page_list(request, reply, &request->region->instance_groups, "instance_groups", NULL, append_group);
}

void instance_groups_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->instance_groups, "Instance group", append_group);
}

static void read_template(struct region *region, const json_t *body, struct instance_group *group, struct reply *reply)
{
    const json_t *identity = json_object_get(body, "instance_template");
    struct template *template =
        identity != NULL ? resolve(region, &region->templates, &resolve_template, identity, "instance_template", reply)
                         : NULL;

    if (template == NULL) {
        return;
    }
    if (template_links(template)) {
        reply_problem(reply, 400, "instance_template_auto_link", "field", "instance_template", template->entity.id,
                      "The template links instances to its default trusted profile (auto_link), which groups do not "
                      "support.");
    }
    if (group->resource_group != NULL && template->resource_group != group->resource_group) {
        reply_problem(reply, 400, "bad_field", "field", "instance_template", template->entity.id,
                      "The template is in another resource group.");
    }
    group->template = template;
}

static void read_subnets(struct region *region, const json_t *body, struct instance_group *group, struct reply *reply)
{
    const json_t *list = json_object_get(body, "subnets");

    if (list == NULL) {
        return;
    }
    if (json_array_size(list) > ZONES) {
        reply_bad_field(reply, "subnets", NULL, "A group has at most a subnet a zone.");
        return;
    }
    group->subnet_count = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct subnet *subnet =
            resolve(region, &region->subnets, &resolve_subnet, json_array_get(list, i), "subnets", reply);
        if (subnet == NULL) {
            return;
        }
        if (group->subnet_count > 0 && subnet->vpc != group->subnets[0]->vpc) {
            reply_bad_field(reply, "subnets", subnet->entity.id, "The subnets must be in one VPC.");
        }
        group->subnets[group->subnet_count++] = subnet;
    }
}

/* Pool, balancer and port go together (vpc-api.md 2.10); null removes all. */
static void read_pool(const json_t *body, struct instance_group *group, struct reply *reply)
{
    const json_t *port = json_object_get(body, "application_port");
    const json_t *balancer = json_object_get(body, "load_balancer");
    const json_t *pool = json_object_get(body, "load_balancer_pool");

    if (port == NULL && balancer == NULL && pool == NULL) {
        return;
    }
    bool removed = json_is_null(port) || json_is_null(balancer) || json_is_null(pool);
    if (!removed && (port == NULL || balancer == NULL || pool == NULL)) {
        reply_bad_field(reply, "load_balancer_pool", NULL,
                        "load_balancer_pool, load_balancer and application_port go together.");
        return;
    }
    group->load_balancer_pool = !removed;
    group->application_port = removed ? 0 : (int)json_integer_value(port);
}

void instance_groups_create(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    const json_t *body = request->document;
    const char *name = json_string_value(json_object_get(body, "name"));

    validator_check(body, create_fields, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    if (region->instance_groups.count >= GROUPS_QUOTA) {
        reply_error(reply, 400, "over_quota", "The quota of %d instance groups is used up.", GROUPS_QUOTA);
        return;
    }
    struct instance_group *group = mem_alloc(sizeof(*group));
    resolve_unique_name(&region->instance_groups, name, &group->entity, reply);
    read_template(region, body, group, reply);
    read_subnets(region, body, group, reply);
    read_pool(body, group, reply);
    const json_t *given = json_object_get(body, "resource_group");
    group->resource_group = given != NULL             ? resolve_resource_group(region, given, reply)
                            : group->template != NULL ? group->template->resource_group
                                                      : NULL;
    if (group->template != NULL && group->resource_group != group->template->resource_group) {
        reply_bad_field(reply, "resource_group", NULL, "The template is in another resource group.");
    }
    if (reply_failed(reply)) {
        free(group);
        return;
    }
    group->entity.key = random_next(&region->sim->random);
    group->entity.name = name != NULL ? mem_copy(name) : store_invent_name(region, &region->instance_groups, "group");
    group->entity.created_s = region->sim->now_s;
    group->membership_count = (int)json_integer_value(json_object_get(body, "membership_count"));
    instance_group_add(region, group, NULL);
    instance_group_reconcile_later(region, group);
    render_group(region, group, reply_json(reply, 201));
}

static void check_count(const json_t *count, const struct instance_group *group, struct reply *reply)
{
    if (count != NULL && group->managed && json_integer_value(count) != group->membership_count) {
        reply_problem(reply, 409, "conflict", "field", "membership_count", NULL,
                      "The group's managers must be disabled before its membership_count can be set.");
    }
}

void instance_groups_patch(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    struct instance_group *group =
        resolve_argument(request, 0, &request->region->instance_groups, "Instance group", reply);
    const json_t *body = request->document;
    const char *name = json_string_value(json_object_get(body, "name"));
    const json_t *count = json_object_get(body, "membership_count");

    if (group == NULL) {
        return;
    }
    validator_check(body, patch_fields, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    struct instance_group next = *group;
    resolve_unique_name(&region->instance_groups, name, &group->entity, reply);
    check_count(count, group, reply);
    read_template(region, body, &next, reply);
    read_subnets(region, body, &next, reply);
    read_pool(body, &next, reply);
    if (group->deleting) {
        reply_error(reply, 409, "conflict", "The group is being deleted.");
    }
    if (reply_failed(reply)) {
        return;
    }
    *group = next;
    group->updated_s = region->sim->now_s;
    copy_change_body(&group->entity, body);
    copy_change(&group->entity, "updated_at vpc status");
    if (name != NULL && strcmp(name, group->entity.name) != 0) {
        collection_rename(&region->instance_groups, &group->entity, name);
    }
    if (count != NULL) {
        group->membership_count = (int)json_integer_value(count);
        instance_group_reconcile_later(region, group);
    }
    render_group(region, group, reply_json(reply, 200));
}

void instance_groups_delete(struct request *request, struct reply *reply)
{
    struct instance_group *group =
        resolve_argument(request, 0, &request->region->instance_groups, "Instance group", reply);

    if (group == NULL) {
        return;
    }
    if (!group->deleting) {
        instance_group_delete(request->region, group);
    }
    reply_empty(reply, 204);
}
