/* JSON pointers (RFC 6901): values in trees. */
#include "json/json_text.h"

#include <stdint.h>
#include <string.h>

bool json_pointer_next(const char **pointer, struct text *token)
{
    const char *p = *pointer;

    if (*p != '/') {
        return false;
    }
    for (p++; *p != '\0' && *p != '/'; p++) {
        if (*p == '~' && p[1] != '0' && p[1] != '1') {
            return false;
        }
        if (*p == '~') {
            p++;
            text_append_char(token, *p == '0' ? '~' : '/');
        } else {
            text_append_char(token, *p);
        }
    }
    *pointer = p;
    return true;
}

size_t json_pointer_index(const char *token)
{
    size_t index = 0;

    if (token[0] == '\0' || (token[0] == '0' && token[1] != '\0') || strlen(token) > 18) {
        return SIZE_MAX;
    }
    for (; *token != '\0'; token++) {
        if (*token < '0' || *token > '9') {
            return SIZE_MAX;
        }
        index = index * 10 + (size_t)(*token - '0');
    }
    return index;
}

json_t *json_at(const json_t *root, const char *pointer)
{
    CLEANUP(text_free) struct text token = {0};
    const json_t *value = root;

    while (value != NULL && *pointer != '\0') {
        text_clear(&token);
        if (!json_pointer_next(&pointer, &token)) {
            return NULL;
        }
        const char *name = text_string(&token);
        value = json_is_array(value) ? json_array_get(value, json_pointer_index(name)) : json_object_get(value, name);
    }
    return (json_t *)value;
}

void json_pointer_push(struct text *pointer, const char *token)
{
    text_append_char(pointer, '/');
    for (;;) {
        size_t plain = strcspn(token, "~/");
        text_append_size(pointer, token, plain);
        token += plain;
        if (*token == '\0') {
            break;
        }
        text_append(pointer, *token == '~' ? "~0" : "~1");
        token++;
    }
}

void json_pointer_push_index(struct text *pointer, size_t index)
{
    text_printf(pointer, "/%zu", index);
}
