/* Places of the values of a document, as a tree. */
#include "json/json_places.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "json/json_text.h"

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

/* --- of JSON ------------------------------------------------------------------------------------------ */

/* A walk over text that was parsed already. */
struct walk {
    const char *text;
    size_t size, at;
    struct json_place place; /* of `at` */
    struct json_places *places;
};

static void move_to(struct walk *walk, size_t at)
{
    for (; walk->at < at; walk->at++) {
        if (walk->text[walk->at] == '\n') {
            walk->place = (struct json_place){.line = walk->place.line + 1, .column = 1};
        } else if (((unsigned char)walk->text[walk->at] & 0xc0) != 0x80) {
            walk->place.column++;
        }
    }
}

/* To the next byte that is no white space. */
static char skip_space(struct walk *walk)
{
    move_to(walk, json_text_space(walk->text, walk->size, walk->at));
    return walk->at < walk->size ? walk->text[walk->at] : '\0';
}

static struct json_places_node *walk_value(struct walk *walk);

/* A member: its name, which stands here, and its value. Escapes in names are left to jansson. */
static void walk_member(struct walk *walk, struct json_places_node *parent)
{
    struct json_place at = walk->place;
    size_t begin = walk->at, end = json_text_string(walk->text, walk->size, begin);
    JSON_CLEANUP json_t *name = json_loadb(walk->text + begin, end - begin, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    move_to(walk, end);
    skip_space(walk); /* the colon */
    move_to(walk, walk->at + 1);
    skip_space(walk);
    struct json_places_node *value = walk_value(walk);
    json_places_adopt(walk->places, parent, name != NULL ? json_string_value(name) : "", at, value);
}

static struct json_places_node *walk_value(struct walk *walk)
{
    struct json_places_node *node = json_places_add(walk->places, walk->place);
    bool object = walk->text[walk->at] == '{';

    if (!object && walk->text[walk->at] != '[') {
        move_to(walk, json_text_value(walk->text, walk->size, walk->at));
        return node;
    }
    move_to(walk, walk->at + 1);
    for (char next = skip_space(walk); next != '\0' && next != '}' && next != ']'; next = skip_space(walk)) {
        if (next == ',') {
            move_to(walk, walk->at + 1);
        } else if (object) {
            walk_member(walk, node);
        } else {
            struct json_place at = walk->place;
            json_places_adopt(walk->places, node, NULL, at, walk_value(walk));
        }
    }
    move_to(walk, walk->at + 1);
    return node;
}

void json_index_places(struct json_document *document)
{
    struct walk walk = {.text = document->text, .size = document->size, .place = {1, 1}};

    if (document->places == NULL) {
        walk.places = mem_alloc(sizeof(*walk.places));
        skip_space(&walk);
        walk.places->root = walk_value(&walk);
        document->places = walk.places;
    }
}
