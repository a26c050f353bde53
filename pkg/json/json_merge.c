/* Comparing trees. Recursion is bounded by the depth that the reader lets in. */
#include "json/json.h"

/* Exact: a conversion of the integer to double would make neighbours beyond 2^53 equal. */
static bool same_number(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b)) {
        return json_integer_value(a) == json_integer_value(b);
    }
    if (json_is_real(a) && json_is_real(b)) {
        return json_real_value(a) == json_real_value(b);
    }
    static const double limit = 9223372036854775808.0; /* 2^63 */
    json_int_t integer = json_integer_value(json_is_integer(a) ? a : b);
    double real = json_real_value(json_is_integer(a) ? b : a);
    /* Within -2^63 <= real < 2^63 the cast is defined, and it is exact when nothing is cut off. */
    return real >= -limit && real < limit && (double)(json_int_t)real == real && (json_int_t)real == integer;
}

static bool same_object(const json_t *a, const json_t *b)
{
    const char *name;
    json_t *value;

    if (json_object_size(a) != json_object_size(b)) {
        return false;
    }
    json_object_foreach ((json_t *)a, name, value) {
        const json_t *other = json_object_get(b, name);
        if (other == NULL || !json_same(value, other)) {
            return false;
        }
    }
    return true;
}

static bool same_array(const json_t *a, const json_t *b)
{
    if (json_array_size(a) != json_array_size(b)) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(a); i++) {
        if (!json_same(json_array_get(a, i), json_array_get(b, i))) {
            return false;
        }
    }
    return true;
}

bool json_same(const json_t *a, const json_t *b)
{
    if (a == b) {
        return true;
    }
    if (json_is_number(a) && json_is_number(b)) {
        return same_number(a, b);
    }
    if (a == NULL || b == NULL || json_typeof(a) != json_typeof(b)) {
        return false;
    }
    switch (json_typeof(a)) {
    case JSON_OBJECT:
        return same_object(a, b);
    case JSON_ARRAY:
        return same_array(a, b);
    default:
        return json_equal(a, b) != 0; /* strings with NULs too */
    }
}
