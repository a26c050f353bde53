/* What an error of the API says (vpc-api.md 1.6). */
#include <ctype.h>
#include <string.h>

#include "vpc/vpc_url.h"
#include "json/json.h"

enum {
    ERRORS_SHOWN = 3,
    MESSAGE_MAX = 300, /* columns, so that trace and request id still fit */
    VALUE_MAX = 64,
};

static const char *string_of(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value != NULL ? value : "";
}

/* More follows it, so its full stop goes. */
static void append_sentence(struct text *out, const char *sentence)
{
    size_t size = strlen(sentence);

    while (size > 0 && (sentence[size - 1] == '.' || isspace((unsigned char)sentence[size - 1]))) {
        size--;
    }
    text_append_short(out, sentence, size, MESSAGE_MAX);
}

static void append_target(struct text *out, const json_t *target)
{
    const char *name = string_of(target, "name");
    const char *type = string_of(target, "type");
    const char *value = string_of(target, "value");

    if (*name == '\0') {
        return;
    }
    text_printf(out, " (%s%s%s", type, *type != '\0' ? " " : "", name);
    if (*value != '\0') {
        text_append(out, " \"");
        text_append_short(out, value, strlen(value), VALUE_MAX);
        text_append(out, "\"");
    }
    text_append(out, ")");
}

static void append_error(struct text *out, const json_t *error)
{
    const char *code = string_of(error, "code");
    const char *message = string_of(error, "message");

    text_append(out, code);
    if (*code != '\0' && *message != '\0') {
        text_append(out, ": ");
    }
    append_sentence(out, message);
    append_target(out, json_object_get(error, "target"));
}

/*
 * {"errors":[{"code","message","target"}],"trace"}; or {"error"}, {"message"} of what stands before the API ([core]).
 */
bool vpc_error_read(const char *body, size_t size, struct text *message, struct text *trace)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    if (size == 0 || !json_parse(body, size, "answer", JSON_READ_BIG_NUMBERS, &document, &ignored)) {
        return false;
    }
    const json_t *errors = json_object_get(document.root, "errors");
    size_t count = json_array_size(errors);
    for (size_t i = 0; i < count && i < ERRORS_SHOWN; i++) {
        text_append(message, i > 0 ? "; " : "");
        append_error(message, json_array_get(errors, i));
    }
    if (count > ERRORS_SHOWN) {
        text_printf(message, " (and %zu more)", count - ERRORS_SHOWN);
    }
    if (count == 0) {
        const char *error = string_of(document.root, "error");
        append_sentence(message, *error != '\0' ? error : string_of(document.root, "message"));
    }
    text_append(trace, string_of(document.root, "trace"));
    return count > 0;
}
