#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare_metal.h"
#include "group.h"
#include "instance.h"
#include "links.h"
#include "mem/mem.h"
#include "sim.h"
#include "template.h"
#include "words.h"
#include "world.h"

/* A member that may be a string or an object with a name (or whatever `inner` says). */
static const char *string_in(const json_t *item, const char *name, const char *inner)
{
    const json_t *value = json_object_get(item, name);

    return json_string_value(json_is_object(value) ? json_object_get(value, inner) : value);
}

static const char *string_of(const json_t *item, const char *name)
{
    return string_in(item, name, "name");
}

/* "us-south-2" -> "us-south"; false when it is no zone. */
static bool region_of_zone(const char *zone, char name[REGION_NAME_MAX])
{
    size_t size = strlen(zone);

    if (size < 4 || size >= REGION_NAME_MAX || zone[size - 2] != '-') {
        return false;
    }
    snprintf(name, REGION_NAME_MAX, "%.*s", (int)size - 2, zone);
    return true;
}

/* Named by the item, its zone or its CRN; otherwise the first one. */
static struct region *find_region(struct sim *sim, const json_t *item, struct err *e)
{
    const char *region = json_string_value(json_object_get(item, "region"));
    const char *zone = string_of(item, "zone");
    const char *crn = json_string_value(json_object_get(item, "crn"));
    char name[REGION_NAME_MAX];

    snprintf(name, sizeof(name), "%s", region != NULL ? region : sim->options.regions[0]);
    if (region == NULL && zone != NULL) {
        region_of_zone(zone, name);
    } else if (region == NULL && crn != NULL && strncmp(crn, "crn:v1:bluemix:public:is:", 25) == 0) {
        char place[REGION_NAME_MAX];
        snprintf(place, sizeof(place), "%.*s", (int)strcspn(crn + 25, ":"), crn + 25);
        if (!region_of_zone(place, name)) {
            snprintf(name, sizeof(name), "%s", place);
        }
    }
    struct region *found = store_region(sim, name);
    if (found == NULL) {
        err_set(e, ERR_USAGE, "there are more than %d regions", REGIONS_MAX);
    }
    return found;
}

static struct vpc *find_vpc(struct region *region, const json_t *item)
{
    const char *name = string_of(item, "vpc");
    const char *id = string_in(item, "vpc", "id");
    const char *own_id = json_string_value(json_object_get(item, "vpc_id"));
    struct vpc *vpc = NULL;

    id = own_id != NULL ? own_id : id;
    if (id != NULL) {
        vpc = collection_find(&region->vpcs, id);
    }
    if (vpc == NULL && name != NULL) {
        vpc = collection_named(&region->vpcs, name);
    }
    if (vpc == NULL && name != NULL) {
        bool is_id = id != NULL && strcmp(id, name) != 0;
        vpc = world_add_vpc(region, name, is_id ? id : NULL);
    }
    return vpc != NULL ? vpc : (struct vpc *)region->vpcs.items[0];
}

static unsigned zone_of(const struct region *region, const json_t *item)
{
    const char *name = string_of(item, "zone");
    int zone = name != NULL ? store_zone(region, name) : 0;

    return zone < 0 ? 0 : (unsigned)zone;
}

/* The settings stand at top level (exports) or in metadata_service (API). */
static struct metadata metadata_of(const json_t *item)
{
    const json_t *block = json_object_get(item, "metadata_service");
    const json_t *source = json_is_object(block) ? block : item;
    const char *protocol = json_string_value(json_object_get(source, "protocol"));
    const json_t *hop_limit = json_object_get(source, "response_hop_limit");

    return (struct metadata){
        .enabled = json_is_true(json_object_get(source, "enabled")),
        .https = protocol != NULL && strcmp(protocol, "https") == 0,
        .hop_limit = json_is_integer(hop_limit) ? (int)json_integer_value(hop_limit) : 1,
    };
}

static struct trusted_profile profile_of(const json_t *item)
{
    const json_t *profile = json_object_get(item, "default_trusted_profile");
    const json_t *target = json_object_get(profile, "target");
    const char *id = json_string_value(json_object_get(json_is_object(target) ? target : profile, "id"));

    return (struct trusted_profile){
        .id = mem_copy(id),
        .auto_link = json_is_true(json_object_get(profile, "auto_link")),
    };
}

static const struct resource_group *resource_group_of(const json_t *item)
{
    const char *id = string_in(item, "resource_group", "id");
    const struct resource_group *group = id != NULL ? world_resource_group(id) : NULL;
    size_t count;

    return group != NULL ? group : world_resource_groups(&count);
}

static bool read_entity(const json_t *item, struct collection *taken, struct entity *entity, struct err *e)
{
    const char *id = json_string_value(json_object_get(item, "id"));
    const char *name = json_string_value(json_object_get(item, "name"));

    if (name == NULL || name[0] == '\0' || id == NULL || id[0] == '\0' || strlen(id) >= ID_MAX) {
        return err_set(e, ERR_USAGE, "it needs a name and an id");
    }
    if (collection_find(taken, id) != NULL) {
        return err_set(e, ERR_USAGE, "the id %s is there twice", id);
    }
    entity->name = mem_copy(name);
    entity->key = random_hash(id, strlen(id));
    entity->created_s = 1777593600; /* 2026-05-01: exports do not say when */
    return true;
}

static const struct profile *instance_profile_of(const json_t *item)
{
    const char *name = string_of(item, "profile");
    const char *architecture = json_string_value(json_object_get(item, "architecture"));
    const struct profile *profile = name != NULL ? world_instance_profile(name) : NULL;

    if (architecture == NULL) {
        architecture = string_in(item, "vcpu", "architecture");
    }
    bool s390x = architecture != NULL && strcmp(architecture, "s390x") == 0;
    return profile != NULL ? profile : world_instance_profile(s390x ? "bz2-2x8" : "bx2-4x16");
}

static unsigned status_of(const json_t *item)
{
    const char *name = json_string_value(json_object_get(item, "status"));
    int status = name != NULL ? store_status(name) : STATUS_RUNNING;

    return status < 0 ? STATUS_RUNNING : (unsigned)status;
}

static unsigned lifecycle_of(const json_t *item)
{
    const char *name = json_string_value(json_object_get(item, "lifecycle_state"));
    int lifecycle = name != NULL ? store_lifecycle(name) : LIFECYCLE_STABLE;

    return lifecycle < 0 ? LIFECYCLE_STABLE : (unsigned)lifecycle;
}

static bool load_instance(struct region *region, const json_t *item, struct err *e)
{
    struct instance *instance = mem_alloc(sizeof(*instance));

    if (!read_entity(item, &region->instances, &instance->entity, e)) {
        store_free_instance(instance);
        return false;
    }
    const char *image = string_in(item, "image", "id");
    const json_t *created_disabled = json_object_get(item, "created_disabled");
    instance->zone = (uint8_t)zone_of(region, item);
    instance->vpc = find_vpc(region, item);
    instance->subnet = world_subnet(region, instance->vpc, instance->zone);
    instance->profile = instance_profile_of(item);
    instance->image = image != NULL ? collection_find(&region->images, image) : NULL;
    if (instance->image == NULL && !json_is_null(json_object_get(item, "image"))) {
        instance->image = (const struct image *)region->images.items[0];
    }
    instance->resource_group = resource_group_of(item);
    instance->metadata = metadata_of(item);
    instance->trusted_profile = profile_of(item);
    instance->status = (uint8_t)status_of(item);
    instance->lifecycle = (uint8_t)lifecycle_of(item);
    instance->template_id = mem_copy(json_string_value(json_object_get(item, "template")));
    instance->keys = 1;
    instance_add(region, instance, json_string_value(json_object_get(item, "id")));
    if (created_disabled != NULL) {
        instance->created_disabled = json_is_true(created_disabled);
    }
    instance->boot->allowed_use.instance = mem_copy(json_string_value(json_object_get(item, "boot_allowed_use")));
    links_add_server(region, &instance->trusted_profile, "instance", instance->zone, &instance->entity);
    return true;
}

static bool load_bare_metal(struct region *region, const json_t *item, struct err *e)
{
    struct bare_metal *server = mem_alloc(sizeof(*server));
    const char *name = string_of(item, "profile");
    size_t count;

    if (!read_entity(item, &region->bare_metals, &server->entity, e)) {
        store_free_bare_metal(server);
        return false;
    }
    server->profile = name != NULL ? world_bare_metal_profile(name) : NULL;
    if (server->profile == NULL) {
        server->profile = world_bare_metal_profiles(&count);
    }
    server->zone = (uint8_t)zone_of(region, item);
    server->vpc = find_vpc(region, item);
    server->subnet = world_subnet(region, server->vpc, server->zone);
    server->image = (const struct image *)region->images.items[0];
    server->resource_group = resource_group_of(item);
    server->metadata = metadata_of(item);
    server->metadata.hop_limit = 0;
    server->trusted_profile = profile_of(item);
    server->status = (uint8_t)status_of(item);
    server->lifecycle = (uint8_t)lifecycle_of(item);
    server->keys = 1;
    server->allowed_use.bare_metal_server = mem_copy(json_string_value(json_object_get(item, "boot_allowed_use")));
    bare_metal_add(region, server, json_string_value(json_object_get(item, "id")));
    links_add_server(region, &server->trusted_profile, "bare-metal-server", server->zone, &server->entity);
    return true;
}

/* A body of the API, or what an export says about a template. */
static json_t *prototype_of(const struct region *region, const json_t *item)
{
    static const char *const response_only[] = {"created_at", "crn", "href", "id"};
    const json_t *own = json_object_get(item, "prototype");
    struct metadata metadata = metadata_of(item);
    char zone[48];

    if (own != NULL) {
        return json_deep_copy(own);
    }
    if (json_object_get(item, "primary_network_attachment") != NULL ||
        json_object_get(item, "primary_network_interface") != NULL) {
        json_t *prototype = json_deep_copy(item);
        for (size_t i = 0; i < sizeof(response_only) / sizeof(response_only[0]); i++) {
            json_object_del(prototype, response_only[i]);
        }
        return prototype;
    }
    snprintf(zone, sizeof(zone), "%s-%u", region->name, zone_of(region, item) + 1);
    return json_pack("{s:{s:s},s:{s:s},s:{s:s},s:{s:b,s:s,s:i},s:{s:{s:{s:s}}}}", "image", "id",
                     region->images.items[0]->id, "profile", "name", "bx2-4x16", "zone", "name", zone,
                     "metadata_service", "enabled", metadata.enabled, "protocol", metadata.https ? "https" : "http",
                     "response_hop_limit", metadata.hop_limit, "primary_network_attachment",
                     "virtual_network_interface", "subnet", "id", region->subnets.items[zone_of(region, item)]->id);
}

static bool load_template(struct region *region, const json_t *item, struct err *e)
{
    struct entity entity = {0};

    if (!read_entity(item, &region->templates, &entity, e)) {
        return false;
    }
    json_t *prototype = prototype_of(region, item);
    json_object_set_new(prototype, "resource_group", json_pack("{s:s}", "id", resource_group_of(item)->id));
    template_add(region, entity.name, json_string_value(json_object_get(item, "id")), entity.key, prototype);
    free(entity.name);
    return true;
}

static bool load_group(struct region *region, const json_t *item, struct err *e)
{
    const char *template_id = json_string_value(json_object_get(item, "template"));
    struct template *template = template_id != NULL ? collection_find(&region->templates, template_id) : NULL;
    const json_t *subnets = json_object_get(item, "subnets");
    struct group *group = mem_alloc(sizeof(*group));

    if (template == NULL) {
        store_free_group(group);
        return err_set(e, ERR_USAGE, "its template %s is not there", template_id != NULL ? template_id : "(none)");
    }
    if (!read_entity(item, &region->groups, &group->entity, e)) {
        store_free_group(group);
        return false;
    }
    for (size_t i = 0; i < json_array_size(subnets) && group->subnet_count < ZONES; i++) {
        const char *id = json_string_value(json_array_get(subnets, i));
        struct subnet *subnet = id != NULL ? collection_find(&region->subnets, id) : NULL;
        if (subnet != NULL) {
            group->subnets[group->subnet_count++] = subnet;
        }
    }
    if (group->subnet_count == 0) {
        group->subnets[group->subnet_count++] = (struct subnet *)region->subnets.items[0];
    }
    group->template = template;
    group->resource_group = template->resource_group;
    group->managed = json_is_true(json_object_get(item, "managed"));
    group->membership_count = (int)json_integer_value(json_object_get(item, "membership_count"));
    group_add(region, group, json_string_value(json_object_get(item, "id")));
    return true;
}

static bool load_membership(struct region *region, const json_t *item, struct err *e)
{
    const char *group_id = json_string_value(json_object_get(item, "group"));
    const char *instance_id = json_string_value(json_object_get(item, "instance"));
    const char *template_id = json_string_value(json_object_get(item, "template"));
    struct group *group = group_id != NULL ? collection_find(&region->groups, group_id) : NULL;
    struct instance *instance = instance_id != NULL ? collection_find(&region->instances, instance_id) : NULL;
    struct template *template = template_id != NULL ? collection_find(&region->templates, template_id) : NULL;

    if (group == NULL || instance == NULL || instance->membership != NULL) {
        return err_set(e, ERR_USAGE, "its group or its instance is not there");
    }
    group_add_member(region, group, instance, template != NULL ? template : group->template);
    return true;
}

static bool load_image(struct region *region, const json_t *item, struct err *e)
{
    const char *id = json_string_value(json_object_get(item, "id"));
    struct image *image = id != NULL ? collection_find(&region->images, id) : NULL;

    (void)e;
    /* images are furniture: only their rules can differ */
    if (image != NULL) {
        free(image->allowed_use.instance);
        free(image->allowed_use.bare_metal_server);
        image->allowed_use.instance = mem_copy(json_string_value(json_object_get(item, "instance")));
        image->allowed_use.bare_metal_server = mem_copy(json_string_value(json_object_get(item, "bare_metal_server")));
    }
    return true;
}

typedef bool load_item(struct region *region, const json_t *item, struct err *e);

/* In the order in which they refer to each other. */
static const struct {
    const char *key;   /* of the array */
    const char *kinds; /* values of "kind" in an array "items" */
    load_item *load;
} sections[] = {
    {"images", "image", load_image},
    {"instances", "instance", load_instance},
    {"bare_metal_servers", "bare_metal_server bare-metal bare_metal", load_bare_metal},
    {"templates", "template instance_template", load_template},
    {"groups", "group", load_group},
    {"memberships", "membership", load_membership},
};

enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

/* `kinds` NULL: all of them are of this section. */
static bool load_array(struct sim *sim, const json_t *array, const char *key, const char *kinds, load_item *load,
                       struct err *e)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (kinds != NULL && !words_have(kinds, json_string_value(json_object_get(item, "kind")))) {
            continue;
        }
        struct region *region = find_region(sim, item, e);
        if (region == NULL || !load(region, item, e)) {
            return err_wrap(e, "%s[%zu]", key, i);
        }
    }
    return true;
}

bool state_load(struct sim *sim, const char *path, struct err *e)
{
    json_error_t error;
    json_t *document = json_load_file(path, 0, &error);
    bool loaded = true;
    size_t known = 0;

    if (document == NULL) {
        return err_set(e, ERR_USAGE, "%s: %s (line %d, column %d)", path, error.text, error.line, error.column);
    }
    for (size_t i = 0; i < SECTIONS && loaded; i++) {
        const json_t *items = json_object_get(document, "items");
        const json_t *array = json_object_get(document, sections[i].key);
        known += items != NULL || array != NULL;
        loaded = load_array(sim, items, "items", sections[i].kinds, sections[i].load, e) &&
                 load_array(sim, array, sections[i].key, NULL, sections[i].load, e);
    }
    json_decref(document);
    if (loaded && known == 0) {
        loaded = err_set(e, ERR_USAGE, "it holds neither items nor a collection of the API");
    }
    return loaded ? true : err_wrap(e, "%s", path);
}
