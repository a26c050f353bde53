/* Strict reading of documents. */
#include "json/json_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fsio/fsio.h"
#include "mem/mem.h"
#include "json/json_places.h"

enum { NAME_SHOWN_MAX = 200 }; /* of a file name in a place, so that line and column stay visible */

void json_document_free(struct json_document *document)
{
    json_decref(document->root);
    free(document->text);
    free(document->name);
    json_places_destroy(document->places);
    *document = (struct json_document){0};
}

static bool at_offset(struct err *e, const char *name, const char *text, size_t offset)
{
    struct json_place place = json_text_place(text, offset);
    size_t size = strlen(name);
    bool cut = size > NAME_SHOWN_MAX;

    return err_at(e, "%s%s:%zu:%zu", cut ? "..." : "", cut ? name + size - NAME_SHOWN_MAX : name, place.line,
                  place.column);
}

/* jansson has no numbers beyond 64 bits; with ".0" behind them they are reals. */
static void widen(const char *text, size_t size, struct text *ret_copy)
{
    for (size_t at = 0; at < size;) {
        size_t end = at + 1;
        bool number = text[at] == '-' || (text[at] >= '0' && text[at] <= '9');
        if (text[at] == '"') {
            end = json_text_string(text, size, at);
        } else if (number) {
            end = json_text_word(text, size, at);
        }
        text_append_size(ret_copy, text + at, end - at);
        if (number && json_text_is_big_integer(text + at, end - at)) {
            text_append(ret_copy, ".0");
        }
        at = end;
    }
}

static json_t *load(const char *text, size_t size, int flags, json_error_t *ret_error, bool *ret_widened)
{
    const size_t how = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *root = json_loadb(text, size, how, ret_error);

    *ret_widened = false;
    if (root == NULL && json_error_code(ret_error) == json_error_numeric_overflow &&
        (flags & JSON_READ_BIG_NUMBERS) != 0) {
        CLEANUP(text_free) struct text wide = {0};
        widen(text, size, &wide);
        root = json_loadb(text_string(&wide), wide.size, how, ret_error);
        *ret_widened = true;
    }
    return root;
}

static json_t *parse(const char *text, size_t size, const char *name, int flags, struct err *e)
{
    json_error_t error;
    bool widened = false;

    if (size > JSON_SIZE_MAX) {
        err_set(e, ERR_INVALID, "the document has more than %d MiB", JSON_SIZE_MAX >> 20);
        err_at(e, "%s", name);
        return NULL;
    }
    const char *nul = memchr(text, '\0', size);
    if (nul != NULL) {
        err_set(e, ERR_INVALID, "NUL byte in the text; JSON must be UTF-8 (not UTF-16, not binary)");
        at_offset(e, name, text, (size_t)(nul - text));
        return NULL;
    }
    json_t *root = load(text, size, flags, &error, &widened);
    if (root == NULL) {
        at_offset(e, name, text, json_text_diagnose(text, size, &error, widened, e));
        return NULL;
    }
    size_t deep = json_text_too_deep(text, size, JSON_DEPTH_MAX);
    if (deep != SIZE_MAX) {
        json_decref(root);
        err_set(e, ERR_INVALID, "nested deeper than %d levels", JSON_DEPTH_MAX);
        at_offset(e, name, text, deep);
        return NULL;
    }
    return root;
}

/* Takes the text over. */
static bool parse_taken(struct text *text, const char *name, int flags, struct json_document *ret, struct err *e)
{
    json_t *root = parse(text_string(text), text->size, name, flags, e);
    if (root == NULL) {
        return false;
    }
    *ret = (struct json_document){.root = root, .size = text->size, .name = mem_copy(name)};
    ret->text = text_take(text);
    return true;
}

bool json_parse(const char *text, size_t size, const char *name, int flags, struct json_document *ret, struct err *e)
{
    CLEANUP(text_free) struct text copy = {0};

    /* One byte too many is enough for the refusal. */
    text_append_size(&copy, text, size <= JSON_SIZE_MAX ? size : (size_t)JSON_SIZE_MAX + 1);
    return parse_taken(&copy, name, flags, ret, e);
}

bool json_read_file(const char *path, int flags, struct json_document *ret, struct err *e)
{
    CLEANUP(text_free) struct text text = {0};

    if (!fsio_read_text(path, NULL, JSON_SIZE_MAX, &text, e)) {
        e->code = e->code == ERR_NOT_FOUND || e->code == ERR_IO ? ERR_USAGE : e->code;
        return false;
    }
    return parse_taken(&text, path, flags, ret, e);
}
