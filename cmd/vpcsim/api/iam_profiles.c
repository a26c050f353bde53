/* Trusted profiles: which there are, their bodies, the claims of who assumes one. */
#include "vpcsim/api/iam_profiles.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"

enum { PAGE_DEFAULT = 20, PAGE_MAX = 100 };

static struct iam_profile *add(struct sim *sim, const char *id, const char *name, const char *description)
{
    struct iam_profile *profile = mem_alloc(sizeof(*profile));

    profile->entity.key = random_hash(id, strlen(id));
    profile->entity.id = mem_copy(id);
    profile->entity.name = mem_copy(name);
    profile->entity.created_s = sim->now_s;
    profile->description = mem_copy(description);
    collection_add(&sim->regions[0], &sim->profiles, &profile->entity);
    return profile;
}

void profiles_free(void *record)
{
    struct iam_profile *profile = record;

    free(profile->description);
    free(profile->entity.id);
    free(profile->entity.name);
    free(profile);
}

void profiles_learn(struct sim *sim, const char *id)
{
    char name[64];

    if (id != NULL && profiles_find(sim, id) == NULL) {
        snprintf(name, sizeof(name), "profile %.8s", strncmp(id, "Profile-", 8) == 0 ? id + 8 : id);
        add(sim, id, name, NULL);
    }
}

const struct iam_profile *profiles_find(const struct sim *sim, const char *id)
{
    return collection_find(&sim->profiles, id);
}

json_t *profiles_claims(const struct sim *sim, const struct iam_profile *profile, const char *grant_type, json_t *authn)
{
    const char *id = profile->entity.id;
    char iam_id[ID_MAX + 8];

    snprintf(iam_id, sizeof(iam_id), "iam-%s", id);
    return json_build("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:{s:b,s:s,s:b},s:s,s:s,s:s,s:s}", "iam_id", iam_id, "id",
                      iam_id, "realmid", "iam", "identifier", id, "sub", id, "sub_type", "Profile", "name",
                      profile->entity.name, "authn", authn, "account", "valid", 1, "bss", sim->account, "frozen", 1,
                      "iss", "https://iam.cloud.ibm.com/identity", "grant_type", grant_type, "scope", "ibm openid",
                      "client_id", "default");
}

json_t *profiles_server(const char *crn, const char *name)
{
    struct text sub CLEANUP(text_free) = {0};

    text_append(&sub, "crn-");
    text_append(&sub, crn != NULL ? crn : "");
    return json_build("{s:s,s:s,s:s?}", "sub", text_string(&sub), "iam_id", text_string(&sub), "name", name);
}

static json_t *body_of(const struct sim *sim, const struct iam_profile *profile)
{
    const char *id = profile->entity.id;
    struct text crn CLEANUP(text_free) = {0};
    struct text stamp CLEANUP(text_free) = {0};
    char iam_id[ID_MAX + 8];
    char tag[24];

    text_printf(&crn, "crn:v1:bluemix:public:iam-identity::a/%s::profile:%s", sim->account, id);
    render_iam_stamp(profile->entity.created_s, &stamp);
    snprintf(iam_id, sizeof(iam_id), "iam-%s", id);
    snprintf(tag, sizeof(tag), "1-%012" PRIx64, profile->entity.key >> 16);
    json_t *body = json_build("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", id, "entity_tag", tag, "crn",
                              text_string(&crn), "name", profile->entity.name, "created_at", text_string(&stamp),
                              "modified_at", text_string(&stamp), "iam_id", iam_id, "account_id", sim->account);
    if (profile->description != NULL) {
        json_object_set_new(body, "description", json_build_string(profile->description));
    }
    return body;
}

static void send(const struct sim *sim, const struct iam_profile *profile, unsigned status, struct reply *reply)
{
    json_t *body JSON_CLEANUP = body_of(sim, profile);

    json_print(reply_json(reply, status), body, JSON_PRINT_COMPACT);
}

void iam_profiles_get(struct request *request, struct reply *reply)
{
    const struct iam_profile *profile = profiles_find(request->sim, request->argument[0]);

    if (profile == NULL) {
        reply_not_found(reply, "Profile", request->argument[0]);
        return;
    }
    send(request->sim, profile, 200, reply);
}

static const struct validator profile_create[] = {
    {.name = "account_id", .type = VALID_STRING, .required = true, .min = 1, .max = 100},
    {.name = "description", .type = VALID_STRING, .max = 500},
    {.name = "name", .type = VALID_STRING, .required = true, .min = 1, .max = 128},
    {0},
};

static bool is_own_account(const struct sim *sim, const char *account, struct reply *reply)
{
    if (strcmp(account, sim->account) == 0) {
        return true;
    }
    reply_error(reply, 403, "not_authorized", "You are not authorized to use the account.");
    return false;
}

void iam_profiles_create(struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    const json_t *body = request->document;
    char uuid[UUID_SIZE];
    char id[ID_MAX];

    validator_check(body, profile_create, "", reply);
    if (reply_failed(reply) || !is_own_account(sim, json_string_value(json_object_get(body, "account_id")), reply)) {
        return;
    }
    const char *name = json_string_value(json_object_get(body, "name"));
    if (collection_named(&sim->profiles, name) != NULL) {
        reply_error(reply, 409, "conflict", "A trusted profile of that name exists already.");
        return;
    }
    random_uuid(random_next(&sim->random), 0, uuid);
    snprintf(id, sizeof(id), "Profile-%s", uuid);
    send(sim, add(sim, id, name, json_string_value(json_object_get(body, "description"))), 201, reply);
}

/* Where the page begins; false: a reply says what is wrong. */
static bool read_page(const struct request *request, long *ret_size, size_t *ret_from, struct reply *reply)
{
    const char *size = request_query(request, "pagesize");
    const char *token = request_query(request, "pagetoken");
    long from = 0;

    *ret_size = PAGE_DEFAULT;
    if (size != NULL && !text_to_long(size, 1, PAGE_MAX, ret_size)) {
        reply_bad_parameter(reply, "pagesize", size, "The pagesize must be from 1 to %d.", PAGE_MAX);
    }
    if (token != NULL && !text_to_long(token, 1, INT32_MAX, &from)) {
        reply_bad_parameter(reply, "pagetoken", token, "The pagetoken is not valid.");
    }
    *ret_from = (size_t)from;
    return !reply_failed(reply);
}

static json_t *page_href(const struct sim *sim, long size, size_t from)
{
    struct text href CLEANUP(text_free) = {0};

    text_printf(&href, "https://iam.cloud.ibm.com/v1/profiles?account_id=%s&pagesize=%ld", sim->account, size);
    if (from > 0) {
        text_printf(&href, "&pagetoken=%zu", from);
    }
    return json_build_string(text_string(&href));
}

void iam_profiles_list(struct request *request, struct reply *reply)
{
    const struct sim *sim = request->sim;
    const struct collection *profiles = &sim->profiles;
    const char *account = request_query(request, "account_id");
    const char *name = request_query(request, "name");
    size_t from;
    long size;

    if (account == NULL) {
        reply_bad_parameter(reply, "account_id", NULL, "The parameter is missing.");
        return;
    }
    if (!is_own_account(sim, account, reply) || !read_page(request, &size, &from, reply)) {
        return;
    }
    json_t *list = json_array();
    size_t next = from;
    for (; next < profiles->count && json_array_size(list) < (size_t)size; next++) {
        const struct iam_profile *profile = (const struct iam_profile *)profiles->items[next];
        if (name == NULL || strcmp(profile->entity.name, name) == 0) {
            json_array_append_new(list, body_of(sim, profile));
        }
    }
    json_t *body = json_build("{s:I,s:I,s:o,s:o}", "offset", (json_int_t)from, "limit", (json_int_t)size, "first",
                              page_href(sim, size, 0), "profiles", list);
    if (next < profiles->count) {
        json_object_set_new(body, "next", page_href(sim, size, next));
    }
    json_print(reply_json(reply, 200), body, JSON_PRINT_COMPACT);
    json_decref(body);
}
