/* What the resources of the metadata API share (vpc-api.md 5.3): who asks, selections of members, lists and items. */
#include "vpcsim/api/metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/asker.h"
#include "vpcsim/api/render.h"
#include "vpcsim/sim.h"

const struct instance *metadata_open(struct request *request, struct reply *reply)
{
    struct asker asker;

    if (!asker_open(request, &asker) || asker.instance == NULL) {
        reply_error(reply, 404, "not_found", "The path does not exist for bare metal servers.");
        return NULL;
    }
    request->region = asker.region;
    return asker.instance;
}

static json_t *parse(struct text *body)
{
    json_t *document = render_tree(body);

    text_free(body);
    return document;
}

json_t *metadata_instance_body(const struct region *region, const struct instance *instance)
{
    struct text body = {0};

    render_instance(region, instance, &body);
    return parse(&body);
}

json_t *metadata_initialization_body(const struct region *region, const struct instance *instance)
{
    struct text body = {0};

    render_initialization(region, instance, &body);
    return parse(&body);
}

json_t *metadata_vpc_body(const struct region *region, const struct vpc *vpc)
{
    struct text body = {0};

    render_vpc(region, vpc, &body);
    return parse(&body);
}

/* Behind the brace that ends the block whose first one `at` stands on. */
static const char *behind_block(const char *at)
{
    int depth = 0;

    do {
        depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
    } while (*at++ != '\0' && depth > 0);
    return at;
}

static json_t *select_all(const json_t *object)
{
    json_t *selected = json_object();
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)object, name, member) {
        if (strcmp(name, "href") != 0) {
            json_object_set_new(selected, name, metadata_select(member, ""));
        }
    }
    return selected;
}

static json_t *select_named(const json_t *object, const char *selection)
{
    json_t *selected = json_object();

    for (const char *at = selection; *at != '\0' && *at != '}';) {
        char name[64];
        size_t size = strcspn(at, " {}");
        snprintf(name, sizeof(name), "%.*s", (int)size, at);
        at += size;
        const json_t *member = json_object_get(object, name);
        if (member != NULL) {
            json_object_set_new(selected, name, metadata_select(member, *at == '{' ? at + 1 : ""));
        }
        at = *at == '{' ? behind_block(at) : at;
        at += strspn(at, " ");
    }
    return selected;
}

json_t *metadata_select(const json_t *value, const char *selection)
{
    if (json_is_array(value)) {
        json_t *items = json_array();
        for (size_t i = 0; i < json_array_size(value); i++) {
            json_array_append_new(items, metadata_select(json_array_get(value, i), selection));
        }
        return items;
    }
    if (!json_is_object(value)) {
        return json_incref((json_t *)value);
    }
    return *selection == '\0' ? select_all(value) : select_named(value, selection);
}

json_t *metadata_array(const json_t *body, const char *name, const char *selection)
{
    const json_t *items = json_object_get(body, name);

    return json_is_array(items) ? metadata_select(items, selection) : json_array();
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* 2026-08-14T09:21:37Z, where the control plane has .000Z; any other value as it is. A new reference. */
static json_t *whole_seconds(json_t *value)
{
    const char *stamp = json_string_value(value);
    size_t seconds = stamp != NULL ? strcspn(stamp, ".") : 0;

    if (stamp == NULL || strcmp(stamp + seconds, ".000Z") != 0) {
        return json_incref(value);
    }
    struct text whole CLEANUP(text_free) = {0};
    text_append_size(&whole, stamp, seconds);
    text_append_char(&whole, 'Z');
    return json_build_string(text_string(&whole));
}

/* A copy as the service writes it: members in the order of their names, times of whole seconds. */
static json_t *in_order(const json_t *value)
{
    if (json_is_array(value)) {
        json_t *items = json_array();
        for (size_t i = 0; i < json_array_size(value); i++) {
            json_array_append_new(items, in_order(json_array_get(value, i)));
        }
        return items;
    }
    if (!json_is_object(value)) {
        return json_incref((json_t *)value);
    }
    const char **names CLEANUP(text_free_pointer) = mem_alloc((json_object_size(value) + 1) * sizeof(*names));
    json_t *object = json_object();
    size_t count = 0;
    const char *name;
    json_t *member;
    json_object_foreach ((json_t *)value, name, member) {
        names[count++] = name;
    }
    qsort(names, count, sizeof(*names), compare_names);
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_object_get(value, names[i]);
        bool stamp = strcmp(names[i], "created_at") == 0;
        json_object_set_new(object, names[i], stamp ? whole_seconds(item) : in_order(item));
    }
    return object;
}

void metadata_append(struct text *out, const json_t *body)
{
    json_t *ordered = in_order(body);

    json_print(out, ordered, JSON_PRINT_COMPACT);
    json_decref(ordered);
}

void metadata_send(struct reply *reply, json_t *body)
{
    if (body == NULL) {
        reply_error(reply, 500, "service_error", "The record of the server cannot be read.");
        return;
    }
    metadata_append(reply_json(reply, 200), body);
    json_decref(body);
}

/* An id that cannot be one is an invalid value of a path parameter, which is a 404 here (5.5). */
static void refuse_id(struct reply *reply, const char *id)
{
    static const char allowed[] = "-0123456789_abcdefghijklmnopqrstuvwxyz";
    bool valid = strlen(id) <= ID_MAX && strspn(id, allowed) == strlen(id);

    if (valid) {
        reply_not_found(reply, "Resource", id);
    } else {
        reply_problem(reply, 404, "invalid_value", "parameter", "id", id, "The id is not valid.");
    }
}

void metadata_send_items(struct request *request, struct reply *reply, const char *name, json_t *items)
{
    const char *wanted = request->argument[0];
    json_t *found = NULL;

    for (size_t i = 0; wanted != NULL && i < json_array_size(items); i++) {
        json_t *item = json_array_get(items, i);
        const char *id = json_string_value(json_object_get(item, "id"));
        found = id != NULL && strcmp(id, wanted) == 0 ? item : found;
    }
    if (wanted == NULL) {
        metadata_send(reply, json_build("{s:O}", name, items));
    } else if (found != NULL) {
        metadata_send(reply, json_incref(found));
    } else {
        refuse_id(reply, wanted);
    }
    json_decref(items);
}
