/* Instance templates: records, checks, bodies, operations. */
#include "vpcsim/api/template.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam_profiles.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/catalog.h"

static const struct validator patch_fields[] = {
    {.name = "name", .type = VALID_NAME},
    {0},
};

bool template_links(const struct template *template)
{
    const json_t *profile = json_object_get(template->prototype, "default_trusted_profile");
    const json_t *auto_link = json_object_get(profile, "auto_link");

    return profile != NULL && (auto_link == NULL || json_is_true(auto_link));
}

struct metadata template_metadata(const struct template *template)
{
    struct metadata metadata = {.hop_limit = 1};

    resolve_metadata(template->prototype, &metadata);
    return metadata;
}

void template_trusted_profile(const struct template *template, struct trusted_profile *ret_profile)
{
    const json_t *profile = json_object_get(template->prototype, "default_trusted_profile");
    const json_t *target = json_object_get(profile, "target");
    const char *id = json_string_value(json_object_get(target, "id"));
    const char *crn = json_string_value(json_object_get(target, "crn"));
    const char *last = crn != NULL ? strrchr(crn, ':') : NULL;

    ret_profile->id = (char *)(id != NULL ? id : last != NULL ? last + 1 : NULL);
    ret_profile->auto_link = template_links(template);
}

static void template_body(const struct region *region, const struct entity *entity, struct text *out)
{
    const struct template *template = (const struct template *)entity;
    struct text rest = {0};

    json_print(&rest, template->prototype, JSON_PRINT_COMPACT);
    text_append(out, "{\"created_at\":\"");
    render_stamp(entity->created_s, out);
    text_append(out, "\",\"crn\":\"");
    render_crn(region, "instance-template", (int)template->zone, entity->id, out);
    reply_format(out, "\",\"href\":\"%s/instance/templates/%s\",\"id\":\"%s\",\"name\":", region->api, entity->id,
                 entity->id);
    reply_string(out, entity->name);
    text_append(out, ",\"resource_group\":");
    render_resource_group(template->resource_group, out);
    /* the prototype is an object: its first brace gives way to a comma, unless it is empty */
    text_append(out, rest.size > 2 ? "," : "");
    text_append(out, text_string(&rest) + 1);
    text_free(&rest);
}

static void render(const struct region *region, const struct template *template, struct text *out)
{
    render_recorded(region, &template->entity, template_body, out);
}

static void append_template(const struct request *request, const struct entity *item, struct text *out)
{
    render(request->region, (const struct template *)item, out);
}

void templates_list(struct request *request, struct reply *reply)
{
    struct page page = {
        .items = &request->region->templates,
        .key = "templates",
        .path = "instance/templates",
        .append = append_template,
        .unpaginated = true,
    };

    page_reply(request, reply, &page);
}

void templates_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->templates, "Instance template", append_template);
}

struct template *template_add(struct region *region, const char *name, const char *id, uint64_t key, json_t *prototype)
{
    struct template *template = mem_alloc(sizeof(*template));
    struct trusted_profile profile;
    struct reply ignored = {0};
    int zone = resolve_zone(region, json_object_get(prototype, "zone"), &ignored);

    template->entity.key = key;
    template->entity.name = mem_copy(name);
    template->entity.created_s = region->sim->now_s;
    template->zone = zone < 0 ? 0 : (unsigned)zone;
    template->entity.id = id != NULL ? mem_copy(id) : store_zonal_id(region, template->zone, '-', template->entity.key);
    template->resource_group = resolve_resource_group(region, json_object_get(prototype, "resource_group"), &ignored);
    reply_free(&ignored);
    json_object_del(prototype, "name");
    json_object_del(prototype, "resource_group");
    template->prototype = prototype;
    collection_add(region, &region->templates, &template->entity);
    template_trusted_profile(template, &profile);
    profiles_learn(region->sim, profile.id);
    return template;
}

/* What a template refers to must exist; allowed_use is not checked before an instance is made (assumption). */
static void check_references(const struct region *region, const json_t *body, struct reply *reply)
{
    const json_t *image = json_object_get(body, "image");
    const json_t *profile = json_object_get(body, "profile");
    const json_t *vpc = json_object_get(body, "vpc");
    struct trusted_profile trusted = {0};

    if (image != NULL) {
        resolve(region, &region->images, &resolve_image, image, "image", reply);
    }
    if (profile != NULL) {
        resolve_profile(region, profile, false, reply);
    }
    if (vpc != NULL) {
        resolve(region, &region->vpcs, &resolve_vpc, vpc, "vpc", reply);
    }
    resolve_zone(region, json_object_get(body, "zone"), reply);
    resolve_keys(region, json_object_get(body, "keys"), "keys", reply);
    resolve_resource_group(region, json_object_get(body, "resource_group"), reply);
    resolve_trusted_profile(region, body, "default_trusted_profile.target", &trusted, reply);
    free(trusted.id);
}

void templates_create(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    const char *given = json_string_value(json_object_get(request->document, "name"));

    validator_check(request->document, instance_create_fields, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    bool merged = json_object_get(request->document, "source_template") != NULL;
    json_t *body = merged ? instance_merge(region, request->document, NULL, reply) : json_copy(request->document);
    if (body == NULL) {
        return;
    }
    instance_variant(body, true, reply);
    if (!reply_failed(reply)) {
        check_references(region, body, reply);
        resolve_unique_name(&region->templates, given, NULL, reply);
    }
    if (reply_failed(reply)) {
        json_decref(body);
        return;
    }
    char *invented = given == NULL ? store_invent_name(region, &region->templates, "template") : NULL;
    const struct template *template =
        template_add(region, given != NULL ? given : invented, NULL, random_next(&region->sim->random), body);
    free(invented);
    render(region, template, reply_json(reply, 201));
}

void templates_patch(struct request *request, struct reply *reply)
{
    struct template *template = resolve_argument(request, 0, &request->region->templates, "Instance template", reply);
    const char *name = json_string_value(json_object_get(request->document, "name"));

    if (template == NULL) {
        return;
    }
    validator_check(request->document, patch_fields, "", reply);
    if (!reply_failed(reply) && name != NULL && strcmp(name, template->entity.name) != 0) {
        resolve_unique_name(&request->region->templates, name, &template->entity, reply);
        if (!reply_failed(reply)) {
            collection_rename(&request->region->templates, &template->entity, name);
        }
    }
    if (!reply_failed(reply)) {
        render(request->region, template, reply_json(reply, 200));
    }
}

void templates_delete(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    struct template *template = resolve_argument(request, 0, &request->region->templates, "Instance template", reply);

    if (template == NULL) {
        return;
    }
    for (size_t i = 0; i < region->instance_groups.count; i++) {
        const struct instance_group *group = (const struct instance_group *)region->instance_groups.items[i];
        if (group->template == template) {
            reply_error(reply, 409, "instance_template_in_use", "The template is used by the instance group %s.",
                        group->entity.name);
            return;
        }
    }
    collection_remove(&region->templates, &template->entity);
    store_free_template(template);
    reply_empty(reply, 204);
}
