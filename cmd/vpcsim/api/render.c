/* Bodies of answers from compiled templates, and the pieces that several kinds share. */
#include "vpcsim/api/render.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/copy.h"
#include "json/json_answer.h"

/* A stretch of literal text, then a field; the last one has none. */
struct segment {
    size_t from, size;
    void (*append)(struct text *out, const struct response_view *view);
};

struct response_template {
    char *text;
    struct segment *items;
    size_t count, capacity;
};

static void (*find_field(const struct response_field *fields, const char *name,
                         size_t size))(struct text *, const struct response_view *)
{
    for (const struct response_field *field = fields; field->name != NULL; field++) {
        if (strlen(field->name) == size && memcmp(field->name, name, size) == 0) {
            return field->append;
        }
    }
    assert(!"a pattern names a field that does not exist");
    return NULL;
}

static struct response_template *compile(const char *pattern, const struct response_field *fields)
{
    struct response_template *template = mem_alloc(sizeof(*template));

    template->text = mem_copy(pattern);
    for (char *at = template->text; (at = strchr(at, '\'')) != NULL;) {
        *at = '"';
    }
    for (const char *at = template->text;;) {
        size_t literal = strcspn(at, "@");
        const char *name = at + literal;
        struct segment segment = {.from = (size_t)(at - template->text), .size = literal};
        if (*name == '@') {
            size_t size = strcspn(++name, "@");
            segment.append = find_field(fields, name, size);
            at = name + size + 1;
        }
        *mem_list_add(template) = segment;
        if (segment.append == NULL) {
            return template;
        }
    }
}

static void destroy(struct response_template *template)
{
    if (template != NULL) {
        free(template->text);
        free(template->items);
        free(template);
    }
}

void response_render(struct response_template **compiled, const char *pattern, const struct response_field *fields,
                     const struct region *region, const void *record, struct text *out)
{
    struct response_view view = {.region = region, .record = record};

    if (*compiled == NULL) {
        *compiled = compile(pattern, fields);
    }
    const struct response_template *template = *compiled;
    for (size_t i = 0; i < template->count; i++) {
        const struct segment *segment = &template->items[i];
        text_append_size(out, template->text + segment->from, segment->size);
        if (segment->append != NULL) {
            segment->append(out, &view);
        }
    }
}

struct response_templates *response_templates_create(void)
{
    return mem_alloc(sizeof(struct response_templates));
}

void response_templates_destroy(struct response_templates *templates)
{
    if (templates != NULL) {
        destroy(templates->instance);
        destroy(templates->bare_metal);
        destroy(templates->vpc);
        destroy(templates->subnet);
        free(templates);
    }
}

void render_recorded(const struct region *region, const struct entity *entity, render_body *body, struct text *out)
{
    if (copy_append(entity, out)) {
        return;
    }
    size_t from = out->size;
    body(region, entity, out);
    copy_overlay(entity, from, out);
}

void render_crn(const struct region *region, const char *type, int zone, const char *id, struct text *out)
{
    text_append(out, "crn:v1:bluemix:public:is:");
    text_append(out, region->name);
    if (zone >= 0) {
        text_append_char(out, '-');
        text_append_char(out, (char)('1' + zone));
    }
    text_append(out, ":a/");
    text_append(out, region->sim->account);
    text_append(out, "::");
    text_append(out, type);
    text_append_char(out, ':');
    text_append(out, id);
}

void render_reference(const struct region *region, const struct entity *entity, const struct reference *what,
                      struct text *out)
{
    text_append(out, "{\"crn\":\"");
    render_crn(region, what->crn_type, what->zone, entity->id, out);
    text_append(out, "\",\"href\":\"");
    text_append(out, region->api);
    text_append_char(out, '/');
    text_append(out, what->path);
    text_append_char(out, '/');
    text_append(out, entity->id);
    text_append(out, "\",\"id\":\"");
    text_append(out, entity->id);
    text_append(out, "\",\"name\":");
    reply_string(out, entity->name);
    if (what->resource_type != NULL) {
        text_append(out, ",\"resource_type\":\"");
        text_append(out, what->resource_type);
        text_append_char(out, '"');
    }
    text_append_char(out, '}');
}

void render_vpc_reference(const struct region *region, const struct vpc *vpc, struct text *out)
{
    static const struct reference what = {"vpc", "vpcs", "vpc", -1};

    render_reference(region, &vpc->entity, &what, out);
}

void render_subnet_reference(const struct region *region, const struct subnet *subnet, struct text *out)
{
    struct reference what = {"subnet", "subnets", "subnet", (int)subnet->zone};

    render_reference(region, &subnet->entity, &what, out);
}

void render_image_reference(const struct region *region, const struct image *image, struct text *out)
{
    static const struct reference what = {"image", "images", "image", -1};

    render_reference(region, &image->entity, &what, out);
}

void render_resource_group(const struct resource_group *group, struct text *out)
{
    text_append(out, "{\"href\":\"https://resource-controller.cloud.ibm.com/v2/resource_groups/");
    text_append(out, group->id);
    text_append(out, "\",\"id\":\"");
    text_append(out, group->id);
    text_append(out, "\",\"name\":\"");
    reply_escaped(out, group->name);
    text_append(out, "\"}");
}

void render_zone(const struct region *region, unsigned zone, struct text *out)
{
    const char number[] = {'-', (char)('1' + zone), '\0'};

    text_append(out, "{\"href\":\"");
    text_append(out, region->api);
    text_append(out, "/regions/");
    text_append(out, region->name);
    text_append(out, "/zones/");
    text_append(out, region->name);
    text_append(out, number);
    text_append(out, "\",\"name\":\"");
    text_append(out, region->name);
    text_append(out, number);
    text_append(out, "\"}");
}

void render_stamp(int64_t wall_s, struct text *out)
{
    char stamp[CLOCK_STAMP_SIZE];

    clock_stamp(wall_s, stamp);
    stamp[CLOCK_STAMP_SIZE - 2] = '\0';
    text_append(out, stamp);
    text_append(out, ".000Z");
}

void render_iam_stamp(int64_t wall_s, struct text *out)
{
    time_t seconds = (time_t)wall_s;
    struct tm parts;
    char stamp[32];

    gmtime_r(&seconds, &parts);
    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M+0000", &parts);
    text_append(out, stamp);
}

void render_uuid(uint64_t key, unsigned salt, struct text *out)
{
    char uuid[UUID_SIZE];

    random_uuid(key, salt, uuid);
    text_append_size(out, uuid, UUID_SIZE - 1);
}

void render_primary_ip(const struct region *region, const struct entity *entity, const struct subnet *subnet,
                       const char *suffix, struct text *out)
{
    uint64_t host = random_mix(entity->key, 91);

    reply_format(out, "{\"address\":\"10.%u.%u.%u\",\"href\":\"", 240 + (subnet->number >> 8) % 15,
                 subnet->number & 255, 4 + (unsigned)(host % 250));
    text_append(out, region->api);
    text_append(out, "/subnets/");
    text_append(out, subnet->entity.id);
    text_append(out, "/reserved_ips/");
    text_append(out, region->zone_prefix[subnet->zone]);
    text_append_char(out, '-');
    render_uuid(entity->key, 11, out);
    text_append(out, "\",\"id\":\"");
    text_append(out, region->zone_prefix[subnet->zone]);
    text_append_char(out, '-');
    render_uuid(entity->key, 11, out);
    text_append(out, "\",\"name\":\"");
    reply_escaped(out, entity->name);
    text_append(out, suffix);
    text_append(out, "\",\"resource_type\":\"subnet_reserved_ip\"}");
}

void render_keys(const struct region *region, uint64_t keys, struct text *out)
{
    bool first = true;

    text_append_char(out, '[');
    for (size_t i = 0; i < region->keys.count && i < KEYS_MAX; i++) {
        const struct key *key = (const struct key *)region->keys.items[i];
        if ((keys >> i & 1) == 0) {
            continue;
        }
        text_append(out, first ? "{\"crn\":\"" : ",{\"crn\":\"");
        first = false;
        render_crn(region, "key", -1, key->entity.id, out);
        reply_format(out, "\",\"fingerprint\":\"%s\",\"href\":\"%s/keys/%s\",\"id\":\"%s\",\"name\":\"%s\"}",
                     key->fingerprint, region->api, key->entity.id, key->entity.id, key->entity.name);
    }
    text_append_char(out, ']');
}

void render_trusted_profile(const struct region *region, const struct trusted_profile *profile, struct text *out)
{
    reply_format(out, "{\"auto_link\":%s,\"target\":{\"crn\":\"crn:v1:bluemix:public:iam-identity::a/%s::profile:%s",
                 profile->auto_link ? "true" : "false", region->sim->account, profile->id);
    text_append(out, "\",\"id\":");
    reply_string(out, profile->id);
    text_append(out, ",\"resource_type\":\"trusted_profile\"}}");
}

json_t *render_tree(const struct text *body)
{
    struct answer_parser *parser = answer_parser_create();
    struct answer_node root;
    struct err ignored = ERR_INIT;
    json_t *tree = answer_parse(parser, text_string(body), body->size, &root, &ignored) ? answer_to_json(root) : NULL;

    answer_parser_destroy(parser);
    return tree;
}

void render_etag(const struct entity *entity, uint64_t version, char etag[UUID_SIZE + 4])
{
    char uuid[UUID_SIZE];

    random_uuid(entity->key, 1000 + version, uuid);
    snprintf(etag, UUID_SIZE + 4, "W/\"%s\"", uuid);
}
