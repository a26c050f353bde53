/* The tree reader: what it reads prints to text that reads as the same, and every value in it is located. */
#include <stdint.h>
#include <stdlib.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Each value's place must exist, lie in the text and begin with what the value begins with. */
static void locate_all(const struct json_document *document, const json_t *value, struct text *pointer, int *left)
{
    const char *name;
    json_t *member;
    size_t index;
    struct json_place place;
    size_t size = pointer->size;

    if (--*left < 0) {
        return;
    }
    require(json_locate(document, text_string(pointer), &place));
    require(json_locate_name(document, text_string(pointer), &place));
    require(json_at(document->root, text_string(pointer)) == value);
    json_object_foreach ((json_t *)value, name, member) {
        json_pointer_push(pointer, name);
        locate_all(document, member, pointer, left);
        pointer->size = size;
    }
    json_array_foreach (value, index, member) {
        json_pointer_push_index(pointer, index);
        locate_all(document, member, pointer, left);
        pointer->size = size;
    }
    if (pointer->data != NULL) {
        pointer->data[size] = '\0';
    }
}

static void check(const struct json_document *document, enum json_print style)
{
    CLEANUP(text_free) struct text out = {0};
    CLEANUP(json_document_free) struct json_document again = {0};
    struct err e = ERR_INIT;

    json_print(&out, document->root, style);
    require(json_parse(text_string(&out), out.size, "again", JSON_READ_STRICT, &again, &e));
    require(json_same(document->root, again.root));
    require(json_equal(document->root, again.root)); /* stricter: 1 stays 1, 1.0 stays 1.0 */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LOCATED_MAX = 100 };

    for (int flags = JSON_READ_STRICT; flags <= JSON_READ_BIG_NUMBERS; flags++) {
        CLEANUP(json_document_free) struct json_document document = {0};
        CLEANUP(text_free) struct text pointer = {0};
        struct err e = ERR_INIT;
        int left = LOCATED_MAX;
        if (!json_parse((const char *)data, size, "fuzz", flags, &document, &e)) {
            require(e.code == ERR_INVALID && e.message[0] != '\0' && e.place[0] != '\0');
            continue;
        }
        check(&document, JSON_PRINT_COMPACT);
        check(&document, JSON_PRINT_INDENT);
        locate_all(&document, document.root, &pointer, &left);
    }
    return 0;
}
