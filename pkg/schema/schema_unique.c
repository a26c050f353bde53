/* uniqueItems: pairs in short arrays, hashes in long ones. */
#include "schema/unique.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schema/map.h"

enum { PAIRS_MAX = 12 };

static uint64_t mix(uint64_t hash)
{
    hash ^= hash >> 31;
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

/* Equal values (json_same) have equal hashes: numbers by their value as double, members in any order. */
static uint64_t hash_value(const json_t *value)
{
    uint64_t hash = (uint64_t)json_typeof(value);
    const char *name;
    json_t *part;
    size_t i;
    double number;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        json_object_foreach ((json_t *)value, name, part) {
            hash += mix(hash_value(part) * 31 + schema_hash(name, strlen(name)));
        }
        return mix(hash);
    case JSON_ARRAY:
        json_array_foreach (value, i, part) {
            hash = mix(hash * 31 + hash_value(part));
        }
        return hash;
    case JSON_STRING:
        return mix(schema_hash(json_string_value(value), json_string_length(value)) + hash);
    case JSON_INTEGER:
    case JSON_REAL:
        number = json_number_value(value) + 0.0; /* -0.0 is 0.0 */
        memcpy(&hash, &number, sizeof(hash));
        return mix(hash);
    default:
        return mix(hash);
    }
}

struct hashed {
    uint64_t hash;
    size_t index;
};

static int by_hash(const void *a, const void *b)
{
    const struct hashed *x = a;
    const struct hashed *y = b;

    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static bool pairs_differ(const json_t *array, size_t *ret_first, size_t *ret_second)
{
    size_t size = json_array_size(array);

    for (size_t second = 1; second < size; second++) {
        for (size_t first = 0; first < second; first++) {
            if (json_same(json_array_get(array, first), json_array_get(array, second))) {
                *ret_first = first;
                *ret_second = second;
                return false;
            }
        }
    }
    return true;
}

bool schema_is_unique(const json_t *array, size_t *ret_first, size_t *ret_second)
{
    size_t size = json_array_size(array);

    if (size <= PAIRS_MAX) {
        return pairs_differ(array, ret_first, ret_second);
    }
    struct hashed *items = malloc(size * sizeof(*items));
    if (items == NULL) {
        return pairs_differ(array, ret_first, ret_second);
    }
    for (size_t i = 0; i < size; i++) {
        items[i] = (struct hashed){.hash = hash_value(json_array_get(array, i)), .index = i};
    }
    qsort(items, size, sizeof(*items), by_hash);
    bool unique = true;
    for (size_t at = 1, run = 0; at < size; at++) {
        run = items[at].hash == items[at - 1].hash ? run : at;
        for (size_t i = run; i < at; i++) {
            size_t first = items[i].index;
            size_t second = items[at].index;
            if ((unique || second < *ret_second) &&
                json_same(json_array_get(array, first), json_array_get(array, second))) {
                *ret_first = first;
                *ret_second = second;
                unique = false;
                break;
            }
        }
    }
    free(items);
    return unique;
}
