/* Answers as text and as trees. Recursion is bounded by ANSWER_DEPTH_MAX. */
#include "json/json.h"
#include "json/json_answer.h"
#include "json/json_number.h"

#include <inttypes.h>

static void print_children(struct answer_node node, bool object, struct text *out)
{
    text_append_char(out, object ? '{' : '[');
    for (struct answer_cursor each = answer_each(node); answer_next(&each);) {
        if (each.position > 0) {
            text_append_char(out, ',');
        }
        if (object) {
            json_print_string(out, each.name.data, each.name.size);
            text_append_char(out, ':');
        }
        answer_print(each.node, out);
    }
    text_append_char(out, object ? '}' : ']');
}

void answer_print(struct answer_node node, struct text *out)
{
    char digits[JSON_NUMBER_MAX];
    struct answer_scalar value = answer_value(node);

    switch (value.kind) {
    case ANSWER_ABSENT:
    case ANSWER_NULL:
        text_append(out, "null");
        break;
    case ANSWER_BOOLEAN:
        text_append(out, value.boolean ? "true" : "false");
        break;
    case ANSWER_INTEGER:
        text_printf(out, "%" PRId64, value.integer);
        break;
    case ANSWER_REAL:
        text_append_size(out, digits, json_number_print(value.real, digits));
        break;
    case ANSWER_STRING:
        json_print_string(out, value.string.data, value.string.size);
        break;
    case ANSWER_ARRAY:
    case ANSWER_OBJECT:
        print_children(node, value.kind == ANSWER_OBJECT, out);
        break;
    }
}

static json_t *object_of(struct answer_node node)
{
    json_t *object = json_object();

    for (struct answer_cursor each = answer_each(node); answer_next(&each);) {
        if (json_object_getn(object, each.name.data, each.name.size) == NULL) {
            json_object_setn_new_nocheck(object, each.name.data, each.name.size, answer_to_json(each.node));
        }
    }
    return object;
}

static json_t *array_of(struct answer_node node)
{
    json_t *array = json_array();

    for (struct answer_cursor each = answer_each(node); answer_next(&each);) {
        json_array_append_new(array, answer_to_json(each.node));
    }
    return array;
}

json_t *answer_to_json(struct answer_node node)
{
    struct answer_scalar value = answer_value(node);

    switch (value.kind) {
    case ANSWER_BOOLEAN:
        return json_boolean(value.boolean);
    case ANSWER_INTEGER:
        return json_integer(value.integer);
    case ANSWER_REAL:
        return json_real(value.real);
    case ANSWER_STRING:
        return json_stringn_nocheck(value.string.data, value.string.size);
    case ANSWER_ARRAY:
        return array_of(node);
    case ANSWER_OBJECT:
        return object_of(node);
    default:
        return json_null();
    }
}
