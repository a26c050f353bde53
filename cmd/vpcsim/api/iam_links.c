/* IAM: trusted profiles and their links to servers (vpc-api.md 6.4). */
#include "vpcsim/api/iam_links.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam_profiles.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"

static struct link *add_link(struct sim *sim, const char *profile_id, const char *cr_type, const char *crn,
                             const char *name)
{
    struct link *link = mem_alloc(sizeof(*link));
    struct text id = {0};

    link->entity.key = random_next(&sim->random);
    text_append(&id, "link-");
    render_uuid(link->entity.key, 0, &id);
    link->entity.id = text_take(&id);
    link->entity.name = mem_copy(name);
    link->entity.created_s = sim->now_s;
    link->profile_id = mem_copy(profile_id);
    link->cr_type = mem_copy(cr_type);
    link->crn = mem_copy(crn);
    collection_add(&sim->regions[0], &sim->links, &link->entity);
    return link;
}

void links_free(void *record)
{
    struct link *link = record;

    free(link->profile_id);
    free(link->cr_type);
    free(link->crn);
    free(link->entity.id);
    free(link->entity.name);
    free(link);
}

static void remove_link(struct sim *sim, struct link *link)
{
    collection_remove(&sim->links, &link->entity);
    links_free(link);
}

bool links_has_cluster(const struct sim *sim, const char *profile_id)
{
    for (size_t i = 0; i < sim->links.count; i++) {
        const struct link *link = (const struct link *)sim->links.items[i];
        if (strcmp(link->profile_id, profile_id) == 0 && tokens_have("IKS_SA ROKS_SA CE", link->cr_type)) {
            return true;
        }
    }
    return false;
}

bool links_has(const struct sim *sim, const char *profile_id, const char *crn)
{
    for (size_t i = 0; crn != NULL && i < sim->links.count; i++) {
        const struct link *link = (const struct link *)sim->links.items[i];
        if (strcmp(link->profile_id, profile_id) == 0 && strcmp(link->crn, crn) == 0) {
            return true;
        }
    }
    return false;
}

void links_add_server(struct region *region, const struct trusted_profile *profile, const char *type, unsigned zone,
                      const struct entity *server)
{
    struct text crn = {0};

    profiles_learn(region->sim, profile->id);
    if (profile->id == NULL || !profile->auto_link) {
        return;
    }
    render_crn(region, type, (int)zone, server->id, &crn);
    add_link(region->sim, profile->id, strcmp(type, "instance") == 0 ? "VSI" : "BMS", text_string(&crn), "");
    text_free(&crn);
}

void links_remove_server(struct region *region, const char *type, unsigned zone, const char *id)
{
    struct sim *sim = region->sim;
    struct text crn = {0};

    render_crn(region, type, (int)zone, id, &crn);
    for (size_t i = sim->links.count; i > 0; i--) {
        struct link *link = (struct link *)sim->links.items[i - 1];
        if (strcmp(link->crn, text_string(&crn)) == 0) {
            remove_link(sim, link);
        }
    }
    text_free(&crn);
}

static const struct validator link_target[] = {
    {.name = "crn", .type = VALID_STRING, .required = true, .min = 10, .max = 512},
    {.name = "name", .type = VALID_STRING},
    {.name = "namespace", .type = VALID_STRING},
    {0},
};

static const struct validator link_create[] = {
    {.name = "cr_type", .type = VALID_TOKEN, .required = true, .tokens = "VSI PVS BMS IKS_SA ROKS_SA CE"},
    {.name = "is_cross_account", .type = VALID_BOOL},
    {.name = "link", .type = VALID_OBJECT, .required = true, .of = link_target},
    {.name = "name", .type = VALID_STRING, .min = 1, .max = 128},
    {0},
};

static void append_link(const struct sim *sim, const struct link *link, struct text *out)
{
    reply_format(out, "{\"id\":\"%s\",\"entity_tag\":\"1-%s\",\"created_at\":\"", link->entity.id, sim->account);
    render_iam_stamp(link->entity.created_s, out);
    text_append(out, "\",\"modified_at\":\"");
    render_iam_stamp(link->entity.created_s, out);
    text_append_char(out, '"');
    if (link->entity.name[0] != '\0') {
        text_append(out, ",\"name\":");
        reply_string(out, link->entity.name);
    }
    reply_format(out, ",\"cr_type\":\"%s\",\"link\":{\"crn\":", link->cr_type);
    reply_string(out, link->crn);
    text_append(out, "}}");
}

static bool has_profile(const struct request *request, struct reply *reply)
{
    if (profiles_find(request->sim, request->argument[0]) == NULL) {
        reply_not_found(reply, "Profile", request->argument[0]);
        return false;
    }
    return true;
}

void iam_links_list(struct request *request, struct reply *reply)
{
    const struct collection *links = &request->sim->links;

    if (!has_profile(request, reply)) {
        return;
    }
    struct text *out = reply_json(reply, 200);
    bool first = true;

    text_append(out, "{\"links\":[");
    for (size_t i = 0; i < links->count; i++) {
        const struct link *link = (const struct link *)links->items[i];
        if (strcmp(link->profile_id, request->argument[0]) == 0) {
            text_append(out, first ? "" : ",");
            append_link(request->sim, link, out);
            first = false;
        }
    }
    text_append(out, "]}");
}

void iam_links_create(struct request *request, struct reply *reply)
{
    const json_t *body = request->document;

    if (!resolve_is_profile_id(request->argument[0]) && !has_profile(request, reply)) {
        return;
    }
    validator_check(body, link_create, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    profiles_learn(request->sim, request->argument[0]);
    const char *crn = json_string_value(json_object_get(json_object_get(body, "link"), "crn"));
    const char *name = json_string_value(json_object_get(body, "name"));
    if (links_has(request->sim, request->argument[0], crn)) {
        reply_error(reply, 409, "conflict", "The link exists already.");
        return;
    }
    append_link(request->sim,
                add_link(request->sim, request->argument[0], json_string_value(json_object_get(body, "cr_type")), crn,
                         name != NULL ? name : ""),
                reply_json(reply, 201));
}

static struct link *find(const struct request *request, struct reply *reply)
{
    struct link *link = collection_find(&request->sim->links, request->argument[1]);

    if (link == NULL || strcmp(link->profile_id, request->argument[0]) != 0) {
        reply_not_found(reply, "Link", request->argument[1]);
        return NULL;
    }
    return link;
}

void iam_links_get(struct request *request, struct reply *reply)
{
    const struct link *link = find(request, reply);

    if (link != NULL) {
        append_link(request->sim, link, reply_json(reply, 200));
    }
}

void iam_links_delete(struct request *request, struct reply *reply)
{
    struct link *link = find(request, reply);

    if (link != NULL) {
        remove_link(request->sim, link);
        reply_empty(reply, 204);
    }
}

void iam_links_delete_by_target(struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    const char *type = request_query(request, "type");
    const char *crn = request_query(request, "crn");

    if (type == NULL || crn == NULL) {
        reply_bad_parameter(reply, type == NULL ? "type" : "crn", NULL, "The parameter is missing.");
        return;
    }
    for (size_t i = sim->links.count; i > 0; i--) {
        struct link *link = (struct link *)sim->links.items[i - 1];
        if (strcmp(link->profile_id, request->argument[0]) == 0 && strcmp(link->cr_type, type) == 0 &&
            strcmp(link->crn, crn) == 0) {
            remove_link(sim, link);
            reply_empty(reply, 204);
            return;
        }
    }
    reply_not_found(reply, "Link", crn);
}
