/* IAM: trusted profiles and their links to servers (vpc-api.md 6.4). */
#include <string.h>
#include <time.h>

#include "vpcsim/api/handlers.h"
#include "vpcsim/api/links.h"
#include "vpcsim/api/shape.h"
#include "vpcsim/sim.h"

static const struct shape link_target[] = {
    {.name = "crn", .type = SHAPE_STRING, .required = true, .min = 10, .max = 512},
    {.name = "name", .type = SHAPE_STRING},
    {.name = "namespace", .type = SHAPE_STRING},
    {0},
};

static const struct shape link_create[] = {
    {.name = "cr_type", .type = SHAPE_WORD, .required = true, .words = "VSI PVS BMS IKS_SA ROKS_SA CE"},
    {.name = "is_cross_account", .type = SHAPE_BOOL},
    {.name = "link", .type = SHAPE_OBJECT, .required = true, .of = link_target},
    {.name = "name", .type = SHAPE_STRING, .min = 1, .max = 128},
    {0},
};

/* IAM's own form of a stamp: 2026-08-14T09:30+0000. */
static void append_stamp(int64_t wall_s, struct text *out)
{
    time_t seconds = (time_t)wall_s;
    struct tm parts;
    char stamp[32];

    gmtime_r(&seconds, &parts);
    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M+0000", &parts);
    text_append(out, stamp);
}

static void append_link(const struct link *link, struct text *out)
{
    text_printf(out, "{\"id\":\"%s\",\"entity_tag\":\"1-" ACCOUNT "\",\"created_at\":\"", link->entity.id);
    append_stamp(link->entity.created_s, out);
    text_append(out, "\",\"modified_at\":\"");
    append_stamp(link->entity.created_s, out);
    text_append_char(out, '"');
    if (link->entity.name[0] != '\0') {
        text_append(out, ",\"name\":");
        reply_string(out, link->entity.name);
    }
    text_printf(out, ",\"cr_type\":\"%s\",\"link\":{\"crn\":", link->cr_type);
    reply_string(out, link->crn);
    text_append(out, "}}");
}

void iam_links_list(struct request *request, struct reply *reply)
{
    const struct collection *links = &request->sim->links;
    struct text *out = reply_json(reply, 200);
    bool first = true;

    text_append(out, "{\"links\":[");
    for (size_t i = 0; i < links->count; i++) {
        const struct link *link = (const struct link *)links->items[i];
        if (strcmp(link->profile_id, request->argument[0]) == 0) {
            text_append(out, first ? "" : ",");
            append_link(link, out);
            first = false;
        }
    }
    text_append(out, "]}");
}

void iam_links_create(struct request *request, struct reply *reply)
{
    const json_t *body = request->document;

    shape_check(body, link_create, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    const char *crn = json_string_value(json_object_get(json_object_get(body, "link"), "crn"));
    const char *name = json_string_value(json_object_get(body, "name"));
    if (links_has(request->sim, request->argument[0], crn)) {
        reply_error(reply, 409, "conflict", "The link exists already.");
        return;
    }
    append_link(links_add(request->sim, request->argument[0], json_string_value(json_object_get(body, "cr_type")), crn,
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
        append_link(link, reply_json(reply, 200));
    }
}

void iam_links_delete(struct request *request, struct reply *reply)
{
    struct link *link = find(request, reply);

    if (link != NULL) {
        links_remove(request->sim, link);
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
            links_remove(sim, link);
            reply_empty(reply, 204);
            return;
        }
    }
    reply_not_found(reply, "Link", crn);
}

/* Profiles exist as far as servers name them. */
static void append_profile(const char *id, struct text *out)
{
    text_append(out, "{\"id\":");
    reply_string(out, id);
    text_append(out, ",\"entity_tag\":\"1-" ACCOUNT "\",\"crn\":\"crn:v1:bluemix:public:iam-identity::a/" ACCOUNT
                     "::profile:");
    text_append(out, id);
    text_append(out, "\",\"name\":\"profile ");
    text_append_size(out, id + strlen("Profile-"), 8);
    text_append(out, "\",\"iam_id\":\"iam-");
    text_append(out, id);
    text_append(out, "\",\"account_id\":\"" ACCOUNT "\"}");
}

static bool is_profile(const char *id)
{
    return strncmp(id, "Profile-", 8) == 0 && strlen(id) == 8 + UUID_SIZE - 1 &&
           strspn(id + 8, "0123456789abcdef-") == UUID_SIZE - 1;
}

void iam_profiles_get(struct request *request, struct reply *reply)
{
    if (!is_profile(request->argument[0])) {
        reply_not_found(reply, "Profile", request->argument[0]);
        return;
    }
    append_profile(request->argument[0], reply_json(reply, 200));
}

void iam_profiles_list(struct request *request, struct reply *reply)
{
    const struct collection *links = &request->sim->links;
    bool first = true;

    if (request_query(request, "account_id") == NULL) {
        reply_bad_parameter(reply, "account_id", NULL, "The parameter is missing.");
        return;
    }
    struct text *out = reply_json(reply, 200);
    text_append(out, "{\"profiles\":[");
    for (size_t i = 0; i < links->count; i++) {
        const struct link *link = (const struct link *)links->items[i];
        bool seen = false;
        for (size_t n = 0; n < i; n++) {
            seen = seen || strcmp(((const struct link *)links->items[n])->profile_id, link->profile_id) == 0;
        }
        if (!seen) {
            text_append(out, first ? "" : ",");
            append_profile(link->profile_id, out);
            first = false;
        }
    }
    text_append(out, "]}");
}
