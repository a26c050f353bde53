#include "vpcsim/api/shape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vpcsim/api/words.h"

enum { NAME_MAX_SIZE = 63, PLACE_MAX = 256 };

bool shape_is_name(const char *name)
{
    static const char inner[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t size = strlen(name);

    return size >= 1 && size <= NAME_MAX_SIZE && name[0] >= 'a' && name[0] <= 'z' && strspn(name, inner) == size &&
           name[size - 1] != '-';
}

static void wrong(struct reply *reply, const char *at, const json_t *value, const char *message)
{
    struct text shown = {0};

    if (json_is_string(value)) {
        text_append(&shown, json_string_value(value));
    } else {
        json_print(&shown, value, JSON_PRINT_COMPACT);
    }
    reply_bad_field(reply, at, shown.size <= 64 ? text_string(&shown) : NULL, "The value of %s %s.",
                    at[0] != '\0' ? at : "the body", message);
    text_free(&shown);
}

static void check_int(const json_t *value, const struct shape *shape, const char *at, struct reply *reply)
{
    char message[80];

    if (!json_is_integer(value)) {
        wrong(reply, at, value, "must be an integer");
    } else if (json_integer_value(value) < shape->min || json_integer_value(value) > shape->max) {
        snprintf(message, sizeof(message), "must be between %ld and %ld", shape->min, shape->max);
        wrong(reply, at, value, message);
    }
}

static void check_string(const json_t *value, const struct shape *shape, const char *at, struct reply *reply)
{
    char message[256];

    if (!json_is_string(value)) {
        wrong(reply, at, value, "must be a string");
        return;
    }
    const char *text = json_string_value(value);
    if (shape->type == SHAPE_NAME && !shape_is_name(text)) {
        reply_problem(reply, 400, "validation_invalid_name", "field", at, text, "The name is not valid.");
    } else if (shape->type == SHAPE_WORD && !words_have(shape->words, text)) {
        snprintf(message, sizeof(message), "must be one of: %s", shape->words);
        wrong(reply, at, value, message);
    } else if (shape->type == SHAPE_STRING &&
               (strlen(text) < (size_t)shape->min || (shape->max > 0 && strlen(text) > (size_t)shape->max))) {
        wrong(reply, at, value, "has not the right length");
    }
}

static bool is_identity(const json_t *value, const char *words)
{
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)value, name, member) {
        if (words_have(words, name)) {
            return true;
        }
    }
    return false;
}

static void check_identity(const json_t *value, const struct shape *shape, const char *at, struct reply *reply)
{
    char message[128];
    const char *name;
    json_t *member;

    if (!json_is_object(value) || json_object_size(value) != 1) {
        snprintf(message, sizeof(message), "must be an object with exactly one of: %s", shape->words);
        wrong(reply, at, value, message);
        return;
    }
    json_object_foreach ((json_t *)value, name, member) {
        char place[PLACE_MAX];
        snprintf(place, sizeof(place), "%s.%s", at, name);
        if (!words_have(shape->words, name)) {
            wrong(reply, place, member, "names a member that is unknown here");
        } else if (!json_is_string(member) || json_string_length(member) == 0) {
            wrong(reply, place, member, "must be a string");
        }
    }
}

static void check_value(const json_t *value, const struct shape *shape, const char *at, struct reply *reply);

static void check_list(const json_t *value, const struct shape *shape, const char *at, struct reply *reply)
{
    if (!json_is_array(value)) {
        wrong(reply, at, value, "must be an array");
        return;
    }
    if (json_array_size(value) < (size_t)shape->min ||
        (shape->max > 0 && json_array_size(value) > (size_t)shape->max)) {
        wrong(reply, at, value, "has not the right number of items");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        char place[PLACE_MAX];
        snprintf(place, sizeof(place), "%s[%zu]", at, i);
        check_value(json_array_get(value, i), shape->of, place, reply);
    }
}

static void check_value(const json_t *value, const struct shape *shape, const char *at, struct reply *reply)
{
    if (json_is_null(value) && shape->nullable) {
        return;
    }
    switch (shape->type) {
    case SHAPE_BOOL:
        if (!json_is_boolean(value)) {
            wrong(reply, at, value, "must be true or false");
        }
        break;
    case SHAPE_INT:
        check_int(value, shape, at, reply);
        break;
    case SHAPE_STRING:
    case SHAPE_NAME:
    case SHAPE_WORD:
        check_string(value, shape, at, reply);
        break;
    case SHAPE_IDENTITY:
        check_identity(value, shape, at, reply);
        break;
    case SHAPE_OBJECT:
        if (shape->words != NULL && json_is_object(value) && is_identity(value, shape->words)) {
            check_identity(value, shape, at, reply);
        } else {
            shape_check(value, shape->of, at, reply);
        }
        break;
    case SHAPE_LIST:
        check_list(value, shape, at, reply);
        break;
    }
}

static const struct shape *find(const struct shape *members, const char *name)
{
    for (const struct shape *member = members; member->name != NULL; member++) {
        if (strcmp(member->name, name) == 0) {
            return member;
        }
    }
    return NULL;
}

void shape_check(const json_t *value, const struct shape *members, const char *at, struct reply *reply)
{
    const char *name;
    json_t *member;

    if (!json_is_object(value)) {
        wrong(reply, at, value, "must be an object");
        return;
    }
    json_object_foreach ((json_t *)value, name, member) {
        const struct shape *shape = find(members, name);
        char place[PLACE_MAX];
        snprintf(place, sizeof(place), "%s%s%s", at, at[0] != '\0' ? "." : "", name);
        if (shape == NULL) {
            reply_bad_field(reply, place, NULL, "The field %s is unknown.", place);
        } else {
            check_value(member, shape, place, reply);
        }
    }
    for (const struct shape *shape = members; shape->name != NULL; shape++) {
        char place[PLACE_MAX];
        if (shape->required && json_object_get(value, shape->name) == NULL) {
            snprintf(place, sizeof(place), "%s%s%s", at, at[0] != '\0' ? "." : "", shape->name);
            reply_bad_field(reply, place, NULL, "The field %s is missing.", place);
        }
    }
}
