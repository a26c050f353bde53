/* Where the values of a document stand in its text: found by walking it, or in the places that were kept. */
#include <stdint.h>
#include <string.h>

#include "json/json_places.h"
#include "json/json_text.h"

/* Whether the string at `at` of the text is the name `token`; escapes are left to jansson. */
static bool is_name(const struct json_document *document, size_t at, size_t end, const char *token)
{
    const char *raw = document->text + at + 1;
    size_t size = end - at - 2;

    if (memchr(raw, '\\', size) == NULL) {
        return strlen(token) == size && memcmp(raw, token, size) == 0;
    }
    JSON_CLEANUP json_t *name = json_loadb(document->text + at, end - at, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    return name != NULL && json_string_length(name) == strlen(token) && strcmp(json_string_value(name), token) == 0;
}

struct found {
    size_t name; /* offset of the member's name, or of the value in an array */
    size_t value;
};

/* Looks a token up in the container that begins at `at`. */
static bool find(const struct json_document *document, size_t at, const char *token, struct found *ret_found)
{
    const char *text = document->text;
    size_t size = document->size;
    bool object = text[at] == '{';
    size_t wanted = json_pointer_index(token);

    if (!object && (text[at] != '[' || wanted == SIZE_MAX)) {
        return false;
    }
    at = json_text_space(text, size, at + 1);
    for (size_t i = 0; at < size && text[at] != '}' && text[at] != ']'; i++) {
        struct found here = {.name = at, .value = at};
        bool match = !object && i == wanted;
        if (object) {
            size_t end = json_text_string(text, size, at);
            match = is_name(document, at, end, token);
            here.value = json_text_space(text, size, json_text_space(text, size, end) + 1);
        }
        if (match) {
            *ret_found = here;
            return true;
        }
        at = json_text_space(text, size, json_text_value(text, size, here.value));
        if (at < size && text[at] == ',') {
            at = json_text_space(text, size, at + 1);
        }
    }
    return false;
}

/* As far as the steps exist: whether all of them did, and where the last one that did is. */
static bool walk(const struct json_document *document, const char *pointer, struct found *ret_found)
{
    CLEANUP(text_free) struct text token = {0};
    size_t root = json_text_space(document->text, document->size, 0);

    *ret_found = (struct found){.name = root, .value = root};
    while (*pointer != '\0') {
        text_clear(&token);
        if (!json_pointer_next(&pointer, &token) || !find(document, ret_found->value, text_string(&token), ret_found)) {
            return false;
        }
    }
    return true;
}

bool json_locate(const struct json_document *document, const char *pointer, struct json_place *ret_place)
{
    struct found found;

    if (document->places != NULL) {
        return json_places_find(document->places, pointer, false, ret_place);
    }
    bool exists = walk(document, pointer, &found);
    *ret_place = json_text_place(document->text, found.value);
    return exists;
}

bool json_locate_name(const struct json_document *document, const char *pointer, struct json_place *ret_place)
{
    struct found found;

    if (document->places != NULL) {
        return json_places_find(document->places, pointer, true, ret_place);
    }
    bool exists = walk(document, pointer, &found);
    *ret_place = json_text_place(document->text, exists ? found.name : found.value);
    return exists;
}
