/* Integers that are written as reals: 2.0, 1e1. */
#include "json/json.h"

#include <math.h>

/* The largest integer up to which a double has every one. */
#define EXACT_MAX 9007199254740992.0

static bool is_whole(const json_t *value)
{
    return json_is_real(value) && trunc(json_real_value(value)) == json_real_value(value);
}

/* The integer to put in the place of the value; NULL: it stays. */
static json_t *integer_for(const json_t *value)
{
    return is_whole(value) ? json_integer((json_int_t)json_real_value(value)) : NULL;
}

static bool is_too_big(const json_t *value)
{
    return is_whole(value) && fabs(json_real_value(value)) > EXACT_MAX;
}

static bool descend(json_t *value, struct text *pointer)
{
    const char *name;
    json_t *child;
    size_t i;
    size_t size = pointer->size;

    json_object_foreach (value, name, child) {
        json_pointer_push(pointer, name);
        if (is_too_big(child) || !descend(child, pointer)) {
            return false;
        }
        pointer->size = size;
        json_t *integer = integer_for(child);
        if (integer != NULL) {
            json_object_set_new(value, name, integer);
        }
    }
    json_array_foreach (value, i, child) {
        json_pointer_push_index(pointer, i);
        if (is_too_big(child) || !descend(child, pointer)) {
            return false;
        }
        pointer->size = size;
        json_t *integer = integer_for(child);
        if (integer != NULL) {
            json_array_set_new(value, i, integer);
        }
    }
    return true;
}

bool json_make_integers(json_t *root, struct text *ret_pointer)
{
    return descend(root, ret_pointer);
}
