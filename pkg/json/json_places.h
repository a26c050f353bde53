/*
 * json_places: where the values of a document stand, when that was found out once; private to the room. A tree beside
 * that of the values, in which two places of the tree may share one node, as the values that YAML's aliases repeat do.
 */
#ifndef JSON_JSON_PLACES_H
#define JSON_JSON_PLACES_H

#include "text/text_arena.h"
#include "json/json.h"

struct json_places_child;

struct json_places_node {
    struct json_place at;
    struct json_places_child *children; /* members or items, `count` of them */
    size_t count, capacity;
    size_t values; /* of the whole tree below, itself included; shared ones as often as they occur */
};

struct json_places_child {
    const char *name; /* of a member; NULL: an item */
    struct json_place at;
    struct json_places_node *node;
};

struct json_places {
    struct text_arena memory;
    struct json_places_node *root;
};

struct json_places_node *json_places_add(struct json_places *places, struct json_place at);

/* Appends a child to a node; `name` is copied. */
void json_places_adopt(struct json_places *places, struct json_places_node *parent, const char *name,
                       struct json_place at, struct json_places_node *node);

/* json_locate and json_locate_name. */
bool json_places_find(const struct json_places *places, const char *pointer, bool name, struct json_place *ret);

void json_places_destroy(struct json_places *places); /* NULL allowed */

#endif
