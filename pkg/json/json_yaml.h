/*
 * json_yaml: YAML documents that people write, as the trees of json.h.
 *
 * YAML 1.1 and 1.2 read many words differently, so only what both read alike has another type than a string here:
 *   null      nothing, ~, null, Null, NULL
 *   boolean   true and false, also True, TRUE, False, FALSE
 *   integer   0, 17, -3: decimal, without sign +, zeros in front, "_" or ":", within 64 bits
 *   number    0.5, -1.25: decimal with digits on both sides of the point, without exponent
 * Everything else is the string that stands there: yes, no, on, off, 010, 0x10, 1_000, 1e3, .5, 1:30, 2027-01-31. A
 * reader that wants a boolean or a number therefore gets a string, and refuses it.
 *
 * Refused: tags (!!int, !thing), merge keys (<<), keys that are no scalars, duplicate keys, a second document, an
 * alias within its own anchor, depth over JSON_YAML_DEPTH_MAX, and more than JSON_YAML_VALUES_MAX values, those that
 * aliases repeat included: what an alias repeats is not copied, but whoever walks the tree comes by it again.
 */
#ifndef JSON_JSON_YAML_H
#define JSON_JSON_YAML_H

#include "json/json.h"

enum {
    JSON_YAML_DEPTH_MAX = 64,
    JSON_YAML_VALUES_MAX = 500 * 1000,
    JSON_YAML_SIZE_MAX = 16 * 1024 * 1024,
};

/*
 * Parses `size` bytes of UTF-8 text with newlines as fsio_accept_text leaves them; `name` is for messages. Places of
 * the document are those in the YAML text. Error: ERR_INVALID with the place "name:line:column". Faults behind which
 * reading goes on (tags, merge keys, duplicate keys) are appended to the array `faults` as {"line", "column",
 * "message"}, and true is returned. The root of an empty text is null.
 */
bool json_parse_yaml(const char *text, size_t size, const char *name, struct json_document *ret, json_t *faults,
                     struct err *e) __attribute__((warn_unused_result));

#endif
