/* Images: what servers boot from, and the rules of their use (vpc-api.md 2.16, 4.3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/allowed_use.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/catalog.h"
#include "vpcsim/store/copy.h"

static const struct validator patch_fields[] = {
    {.name = "allowed_use", .type = VALID_OBJECT, .of = validator_volume_allowed_use},
    {.name = "deprecation_at", .type = VALID_STRING, .min = 20, .max = 32, .nullable = true},
    {.name = "name", .type = VALID_NAME},
    {.name = "obsolescence_at", .type = VALID_STRING, .min = 20, .max = 32, .nullable = true},
    {0},
};

static void append_system(const struct region *region, const struct image *image, struct text *out)
{
    const char *api = region->api;

    reply_format(out,
                 "\"operating_system\":{\"allow_user_image_creation\":true,\"architecture\":\"%s\","
                 "\"dedicated_host_only\":false,\"display_name\":\"%s (%s)\",\"family\":\"%s\",\"href\":"
                 "\"%s/operating_systems/%s-%s\",\"name\":\"%s-%s\",\"user_data_format\":\"cloud_init\",\"vendor\":"
                 "\"%s\",\"version\":\"1\"}",
                 image->architecture, image->system, image->architecture, image->windows ? "Windows Server" : "Linux",
                 api, image->system, image->architecture, image->system, image->architecture,
                 image->windows ? "Microsoft" : "Vendor");
}

static void image_body(const struct region *region, const struct entity *item, struct text *out)
{
    const struct image *image = (const struct image *)item;
    size_t count;

    text_append_char(out, '{');
    allowed_use_render(&image->allowed_use, out);
    text_append(out, ",\"catalog_offering\":{\"managed\":false},\"created_at\":\"");
    render_stamp(item->created_s, out);
    text_append(out, "\",\"crn\":\"");
    render_crn(region, "image", -1, item->id, out);
    text_append_char(out, '"');
    if (image->deprecation_at != NULL) {
        reply_format(out, ",\"deprecation_at\":\"%s\"", image->deprecation_at);
    }
    text_append(out, ",\"encryption\":\"none\",\"file\":{\"checksums\":{\"sha256\":"
                     "\"e992a84f113d3a35d2145ca3e7aca4fc95fe6daf470a08d8af3422ee59c92e15\"},\"size\":1}");
    reply_format(out, ",\"href\":\"%s/images/%s\",\"id\":\"%s\",\"minimum_provisioned_size\":22,\"name\":\"%s\",",
                 region->api, item->id, item->id, item->name);
    if (image->obsolescence_at != NULL) {
        reply_format(out, "\"obsolescence_at\":\"%s\",", image->obsolescence_at);
    }
    append_system(region, image, out);
    if (image->stock) {
        text_append(out, ",\"remote\":{\"account\":{\"id\":\"811f8abfbd32425597dc7ba40da98fa6\",\"resource_type\":"
                         "\"account\"}}");
    }
    text_append(out, ",\"resource_group\":");
    render_resource_group(catalog_resource_groups(&count), out);
    reply_format(out,
                 ",\"resource_type\":\"image\",\"status\":\"available\",\"status_reasons\":[],\"user_data_format\":"
                 "\"cloud_init\",\"visibility\":\"%s\"}",
                 image->stock ? "public" : "private");
}

static void append_image(const struct request *request, const struct entity *item, struct text *out)
{
    render_recorded(request->region, item, image_body, out);
}

/* Whether a list like "available,deprecated" holds the word; NULL lists all. */
static bool listed(const char *list, const char *word)
{
    size_t size = strlen(word);

    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, size) == 0 && (at[size] == ',' || at[size] == '\0')) {
            return true;
        }
    }
    return list == NULL;
}

static bool wanted_image(const struct entity *item, const void *context)
{
    const struct request *request = context;
    const struct image *image = (const struct image *)item;
    const char *name = request_query(request, "name");
    const char *visibility = request_query(request, "visibility");
    const char *account = request_query(request, "remote.account.id");
    const char *group = request_query(request, "resource_group.id");
    size_t count;

    if (account != NULL && strcmp(account, "null") == 0 && image->stock) {
        return false;
    }
    if (account != NULL && strcmp(account, "null") != 0 && !image->stock) {
        return false;
    }
    return (name == NULL || strcmp(name, item->name) == 0) &&
           (visibility == NULL || strcmp(visibility, image->stock ? "public" : "private") == 0) &&
           (group == NULL || strcmp(group, catalog_resource_groups(&count)[0].id) == 0) &&
           listed(request_query(request, "status"), "available") &&
           listed(request_query(request, "user_data_format"), "cloud_init");
}

void images_list(struct request *request, struct reply *reply)
{
    struct page page = {.items = &request->region->images,
                        .key = "images",
                        .path = "images",
                        .wanted = wanted_image,
                        .filter = request,
                        .append = append_image};

    page_reply(request, reply, &page);
}

void images_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->images, "Image", append_image);
}

static void replace(char **string, const char *value)
{
    if (value != NULL) {
        free(*string);
        *string = mem_copy(value);
    }
}

/* A stamp, or null, which removes it. */
static void replace_stamp(const json_t *body, const char *name, char **stamp)
{
    const json_t *value = json_object_get(body, name);

    replace(stamp, json_string_value(value));
    if (json_is_null(value)) {
        free(*stamp);
        *stamp = NULL;
    }
}

static void check_patch(const struct request *request, const struct image *image, struct reply *reply)
{
    const json_t *body = request->document;
    const json_t *use = json_object_get(body, "allowed_use");
    const char *name = json_string_value(json_object_get(body, "name"));

    if (image->stock) {
        reply_error(reply, 403, "not_authorized", "Images of another account cannot be changed.");
    }
    if (name != NULL && strncmp(name, "ibm-", 4) == 0) {
        reply_problem(reply, 400, "validation_invalid_name", "field", "name", name, "The prefix ibm- is reserved.");
    }
    resolve_unique_name(&request->region->images, name, &image->entity, reply);
    allowed_use_check(json_string_value(json_object_get(use, "instance")), false, "allowed_use.instance", reply);
    allowed_use_check(json_string_value(json_object_get(use, "bare_metal_server")), true,
                      "allowed_use.bare_metal_server", reply);
}

void images_patch(struct request *request, struct reply *reply)
{
    struct image *image = resolve_argument(request, 0, &request->region->images, "Image", reply);
    const json_t *body = request->document;

    if (image == NULL) {
        return;
    }
    validator_check(body, patch_fields, "", reply);
    if (!reply_failed(reply)) {
        check_patch(request, image, reply);
    }
    if (reply_failed(reply)) {
        return;
    }
    const json_t *use = json_object_get(body, "allowed_use");
    const char *version = json_string_value(json_object_get(use, "api_version"));
    const char *name = json_string_value(json_object_get(body, "name"));
    replace(&image->allowed_use.instance, json_string_value(json_object_get(use, "instance")));
    replace(&image->allowed_use.bare_metal_server, json_string_value(json_object_get(use, "bare_metal_server")));
    if (version != NULL) {
        snprintf(image->allowed_use.api_version, sizeof(image->allowed_use.api_version), "%s", version);
    }
    replace_stamp(body, "deprecation_at", &image->deprecation_at);
    replace_stamp(body, "obsolescence_at", &image->obsolescence_at);
    if (name != NULL) {
        collection_rename(&request->region->images, &image->entity, name);
    }
    copy_change_body(&image->entity, body);
    append_image(request, &image->entity, reply_json(reply, 200));
}
