/* Checked constructors of trees. */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "json/json.h"

static void *allocate(size_t size)
{
    return mem_grow(NULL, 1, size);
}

/* Before main, because a value that jansson's malloc made could otherwise be freed by another function. */
__attribute__((constructor)) static void use_mem(void)
{
    json_set_alloc_funcs(allocate, free);
}

/* In this file, because what builds trees releases them: so every program with trees has use_mem linked. */
void json_release(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}

static void wipe(json_t *value)
{
    const char *name;
    json_t *item;
    size_t index;

    if (json_is_string(value)) {
        text_wipe((char *)json_string_value(value), json_string_length(value));
    }
    json_object_foreach (value, name, item) {
        wipe(item);
    }
    json_array_foreach (value, index, item) {
        wipe(item);
    }
}

void json_release_secret(json_t **value)
{
    wipe(*value);
    json_release(value);
}

json_t *json_build_string_n(const char *bytes, size_t size)
{
    json_t *string = json_stringn(bytes, size);

    if (string == NULL) {
        CLEANUP(text_free) struct text valid = {0};
        text_append_utf8(&valid, bytes, size);
        string = json_stringn_nocheck(text_string(&valid), valid.size);
    }
    assert(string != NULL);
    return string;
}

json_t *json_build_string(const char *string)
{
    assert(string != NULL);
    return json_build_string_n(string, strlen(string));
}

/* va_list in a struct, because it may be an array, which functions cannot share by address portably. */
struct builder {
    const char *at;
    va_list args;
};

static char next_token(struct builder *b)
{
    b->at += strspn(b->at, " ,:");
    return *b->at != '\0' ? *b->at++ : '\0';
}

static json_t *build(struct builder *b, char token);

static json_t *build_object(struct builder *b)
{
    json_t *object = json_object();

    for (char token = next_token(b); token != '}'; token = next_token(b)) {
        assert(token == 's');
        const char *key = va_arg(b->args, const char *);
        json_t *value = build(b, next_token(b));
        if (value != NULL && json_object_set_new(object, key, value) != 0) {
            assert(!"a key is UTF-8");
        }
    }
    return object;
}

static json_t *build_array(struct builder *b)
{
    json_t *array = json_array();

    for (char token = next_token(b); token != ']'; token = next_token(b)) {
        json_t *value = build(b, token);
        if (value != NULL) {
            json_array_append_new(array, value);
        }
    }
    return array;
}

/* The value of `argument` by s, o or O; what stands for a NULL argument is said by the character behind. */
static json_t *build_optional(struct builder *b, char token)
{
    char option = *b->at == '?' || *b->at == '*' ? *b->at++ : '\0';
    const char *string = token == 's' ? va_arg(b->args, const char *) : NULL;
    json_t *value = token != 's' ? va_arg(b->args, json_t *) : NULL;

    if (string == NULL && value == NULL) {
        assert(option != '\0');
        return option == '?' ? json_null() : NULL;
    }
    return token == 's' ? json_build_string(string) : token == 'O' ? json_incref(value) : value;
}

/* NULL for an optional value that is left out. */
static json_t *build(struct builder *b, char token)
{
    switch (token) {
    case '{':
        return build_object(b);
    case '[':
        return build_array(b);
    case 's':
    case 'o':
    case 'O':
        return build_optional(b, token);
    case 'i':
        return json_integer(va_arg(b->args, int));
    case 'I':
        return json_integer(va_arg(b->args, json_int_t));
    case 'b':
        return json_boolean(va_arg(b->args, int));
    case 'f':
        return json_real(va_arg(b->args, double));
    case 'n':
        return json_null();
    default:
        assert(!"a format of json_build");
        return NULL;
    }
}

json_t *json_build(const char *format, ...)
{
    struct builder b = {.at = format};

    va_start(b.args, format);
    json_t *value = build(&b, next_token(&b));
    va_end(b.args);
    assert(value != NULL && *b.at == '\0');
    return value;
}
