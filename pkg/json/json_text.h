/*
 * json_text: the text side of documents, private to the room. jansson keeps no positions, so what needs a place
 * (json_locate, messages of the reader) walks the text again; that happens on failure only.
 */
#ifndef JSON_JSON_TEXT_H
#define JSON_JSON_TEXT_H

#include "json/json.h"

/* Offset of the first byte at or after `at` that is not JSON white space, `size` at the end. */
size_t json_text_space(const char *text, size_t size, size_t at);

/* Offset behind the string that begins at `at`; `size` when it is not closed. */
size_t json_text_string(const char *text, size_t size, size_t at);

/* Offset behind the value that begins at `at`; the text must be valid there. */
size_t json_text_value(const char *text, size_t size, size_t at);

/* Offset behind the characters that can belong to a number or a bare word from `at` on. */
size_t json_text_word(const char *text, size_t size, size_t at);

/* Whether the valid number is an integer that 64 bits cannot hold. */
bool json_text_is_big_integer(const char *number, size_t size);

/* Offset of the bracket that opens level `limit` + 1 of valid text, or SIZE_MAX. */
size_t json_text_too_deep(const char *text, size_t size, size_t limit);

/* Line and column of an offset. */
struct json_place json_text_place(const char *text, size_t at);

/*
 * Why jansson refused the text: sets ERR_INVALID with a message for people and returns the offset
 * it is about. `error` is what jansson said, about this text or, when `widened`, about a copy in
 * which each big integer had ".0" behind it.
 */
size_t json_text_diagnose(const char *text, size_t size, const json_error_t *error, bool widened, struct err *e);

#endif
