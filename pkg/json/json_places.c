/* Places of values in texts that are not JSON. */
#include "json/json_places.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct json_places_node *json_places_add(struct json_places *places, struct json_place at)
{
    struct json_places_node *node = text_arena_alloc(&places->memory, sizeof(*node));

    node->at = at;
    node->values = 1;
    return node;
}

void json_places_adopt(struct json_places *places, struct json_places_node *parent, const char *name,
                       struct json_place at, struct json_places_node *node)
{
    if (parent->count == parent->capacity) {
        size_t capacity = parent->capacity > 0 ? 2 * parent->capacity : 4;
        struct json_places_child *grown = text_arena_alloc(&places->memory, capacity * sizeof(*grown));
        if (parent->count > 0) {
            memcpy(grown, parent->children, parent->count * sizeof(*grown));
        }
        parent->children = grown;
        parent->capacity = capacity;
    }
    parent->values += node->values;
    parent->children[parent->count++] = (struct json_places_child){
        .name = name != NULL ? text_arena_copy(&places->memory, name, strlen(name)) : NULL, .at = at, .node = node};
}

static const struct json_places_child *child_of(const struct json_places_node *node, const char *token)
{
    size_t index = json_pointer_index(token);

    for (size_t i = 0; i < node->count && node->children[i].name != NULL; i++) {
        if (strcmp(node->children[i].name, token) == 0) {
            return &node->children[i];
        }
    }
    return index < node->count && node->children[index].name == NULL ? &node->children[index] : NULL;
}

bool json_places_find(const struct json_places *places, const char *pointer, bool name, struct json_place *ret)
{
    CLEANUP(text_free) struct text token = {0};
    const struct json_places_node *node = places->root;
    struct json_place at = node->at;

    while (*pointer != '\0') {
        text_clear(&token);
        const struct json_places_child *child =
            json_pointer_next(&pointer, &token) ? child_of(node, text_string(&token)) : NULL;
        if (child == NULL) {
            *ret = node->at;
            return false;
        }
        node = child->node;
        at = name ? child->at : node->at;
    }
    *ret = at;
    return true;
}

void json_places_destroy(struct json_places *places)
{
    if (places != NULL) {
        text_arena_free(&places->memory);
        free(places);
    }
}
