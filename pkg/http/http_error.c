/* What the body of an error answer says: of the API, of IAM, and of gateways in their many shapes. */
#include "http/http_error.h"

#include <ctype.h>
#include <string.h>

#include "json/json.h"

enum {
    ERRORS_SHOWN = 8,
    MESSAGE_MAX = 300, /* columns of one text, so that trace and request id still fit */
    ALL_MAX = 640,     /* of several together */
    VALUE_MAX = 64,
    PAGE_MAX = 160, /* of a page, or of JSON of no known shape */
    MASKED_MAX = 4, /* asterisks in a row: a masked token would fill the line */
};

void http_error_free(struct http_error *error)
{
    text_free(&error->message);
    text_free(&error->trace);
    text_free(&error->iam_code);
}

static const char *string_of(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value != NULL ? value : "";
}

/* --- texts ------------------------------------------------------------------------------------------- */

/* In one line. More follows it, so its full stop goes. */
static void append_sentence(struct text *out, const char *sentence, size_t size, size_t columns)
{
    CLEANUP(text_free) struct text line = {0};
    size_t masked = 0;

    for (size_t i = 0; i < size; i++) {
        bool blank = isspace((unsigned char)sentence[i]);
        masked = sentence[i] == '*' ? masked + 1 : 0;
        if (masked > MASKED_MAX) {
            continue;
        }
        if (!blank) {
            text_append_char(&line, sentence[i]);
        } else if (line.size > 0 && line.data[line.size - 1] != ' ') {
            text_append_char(&line, ' ');
        }
    }
    while (line.size > 0 && (line.data[line.size - 1] == '.' || line.data[line.size - 1] == ' ')) {
        line.size--;
    }
    text_append_short(out, text_string(&line), line.size, columns);
}

static void read_json(const json_t *root, struct http_error *ret);

/* Gateways put the answer of what lies behind them into a message: what that says is the sentence. */
static void append_string(struct text *out, const char *string, size_t columns)
{
    const char *first = string + strspn(string, " \t\r\n");
    CLEANUP(json_document_free) struct json_document inner = {0};
    CLEANUP(http_error_free) struct http_error said = {0};
    struct err ignored = ERR_INIT;

    if (*first == '{' && json_parse(first, strlen(first), "message", JSON_READ_BIG_NUMBERS, &inner, &ignored)) {
        read_json(inner.root, &said);
        string = said.message.size > 0 ? text_string(&said.message) : string;
    }
    append_sentence(out, string, strlen(string), columns);
}

/* "code: message", either of which may be "". */
static void append_coded(struct text *out, const char *code, const char *message, size_t columns)
{
    text_append_short(out, code, strlen(code), VALUE_MAX);
    text_append(out, *code != '\0' && *message != '\0' ? ": " : "");
    append_string(out, message, columns);
}

/* --- the API ----------------------------------------------------------------------------------------- */

static void append_target(struct text *out, const json_t *target)
{
    const char *name = string_of(target, "name");
    const char *type = string_of(target, "type");
    const char *value = string_of(target, "value");

    if (*name == '\0') {
        return;
    }
    text_append(out, " (");
    text_append_short(out, type, strlen(type), VALUE_MAX);
    text_append(out, *type != '\0' ? " " : "");
    text_append_short(out, name, strlen(name), VALUE_MAX);
    if (*value != '\0') {
        text_append(out, " \"");
        text_append_short(out, value, strlen(value), VALUE_MAX);
        text_append(out, "\"");
    }
    text_append(out, ")");
}

static void read_errors(const json_t *errors, struct http_error *ret)
{
    size_t count = json_array_size(errors);
    size_t shown = count < ERRORS_SHOWN ? count : ERRORS_SHOWN;

    for (size_t i = 0; i < shown; i++) {
        const json_t *error = json_array_get(errors, i);
        size_t columns = shown * MESSAGE_MAX > ALL_MAX ? ALL_MAX / shown : MESSAGE_MAX;
        const char *text = json_string_value(error);
        text_append(&ret->message, i > 0 ? "; " : "");
        append_coded(&ret->message, string_of(error, "code"), text != NULL ? text : string_of(error, "message"),
                     columns);
        append_target(&ret->message, json_object_get(error, "target"));
    }
    if (count > shown) {
        text_printf(&ret->message, " (and %zu more)", count - shown);
    }
    ret->is_api = count > 0;
    ret->has_target = json_object_get(json_array_get(errors, 0), "target") != NULL;
}

/* --- the others -------------------------------------------------------------------------------------- */

/* {"loc":["body","x"],"msg":"field required"}, or a text. */
static void append_details(struct text *out, const json_t *details)
{
    size_t shown = json_array_size(details) < ERRORS_SHOWN ? json_array_size(details) : ERRORS_SHOWN;

    for (size_t i = 0; i < shown; i++) {
        const json_t *detail = json_array_get(details, i);
        const char *text = json_string_value(detail);
        const json_t *location = json_object_get(detail, "loc");
        const char *message =
            *string_of(detail, "msg") != '\0' ? string_of(detail, "msg") : string_of(detail, "message");
        text_append(out, i > 0 ? "; " : "");
        append_string(out, text != NULL ? text : message, ALL_MAX / shown);
        for (size_t j = 0; j < json_array_size(location); j++) {
            const char *step = json_string_value(json_array_get(location, j));
            text_append(out, j == 0 ? " (" : ".");
            text_append_short(out, step != NULL ? step : "#", step != NULL ? strlen(step) : 1, VALUE_MAX);
        }
        text_append(out, json_array_size(location) > 0 ? ")" : "");
    }
}

/* The first of the members that is a text with something in it; "" where there is none. */
static const char *first_of(const json_t *object, const char *const names[])
{
    const char *text = "";

    for (size_t i = 0; names[i] != NULL && *text == '\0'; i++) {
        text = string_of(object, names[i]);
    }
    return text;
}

static void read_members(const json_t *root, struct text *out)
{
    static const char *const codes[] = {"errorCode", "code", "error", "title", NULL};
    static const char *const messages[] = {"errorMessage", "error_description", "message", "description",
                                           "detail",       "faultstring",       "reason",  NULL};
    const json_t *inner = json_object_get(root, "error");
    const char *code, *message;

    inner = json_is_object(inner) ? inner : json_object_get(root, "fault");
    if (json_is_object(inner)) {
        read_members(inner, out);
        return;
    }
    code = first_of(root, codes);
    message = first_of(root, messages);
    if (*message == '\0' && json_is_array(json_object_get(root, "detail"))) {
        append_coded(out, code, "", MESSAGE_MAX);
        text_append(out, out->size > 0 ? ": " : "");
        append_details(out, json_object_get(root, "detail"));
    } else if (*message == '\0') {
        append_string(out, code, MESSAGE_MAX); /* {"error":"text"} */
    } else {
        append_coded(out, code, message, MESSAGE_MAX);
    }
    const char *incident = string_of(root, "incidentID");
    if (*incident != '\0') {
        text_append(out, out->size > 0 ? ", incident " : "incident ");
        text_append_short(out, incident, strlen(incident), VALUE_MAX);
    }
}

/* The values of JSON in no known shape, each behind its path: "status 7, details.# gone". */
static void append_values(struct text *out, const char *path, const json_t *value)
{
    size_t index;
    const char *key;
    json_t *member;

    if (out->size > PAGE_MAX) {
        return;
    }
    json_object_foreach ((json_t *)value, key, member) {
        CLEANUP(text_free) struct text below = {0};
        text_printf(&below, "%s%s%s", path, path[0] != '\0' ? "." : "", key);
        append_values(out, text_string(&below), member);
    }
    json_array_foreach (value, index, member) {
        CLEANUP(text_free) struct text below = {0};
        text_printf(&below, "%s%s#", path, path[0] != '\0' ? "." : "");
        append_values(out, text_string(&below), member);
    }
    if (json_is_object(value) || json_is_array(value) || json_is_null(value)) {
        return;
    }
    text_printf(out, "%s%s%s", out->size > 0 ? ", " : "", path, path[0] != '\0' ? " " : "");
    if (json_is_string(value)) {
        text_append(out, json_string_value(value));
    } else {
        json_print(out, value, JSON_PRINT_COMPACT);
    }
}

static void read_json(const json_t *root, struct http_error *ret)
{
    static const char *const traces[] = {"trace", "requestId", "request_id", "transactionId", NULL};
    const char *trace = first_of(root, traces);
    const char *text = json_string_value(root);
    CLEANUP(text_free) struct text whole = {0};

    read_errors(json_object_get(root, "errors"), ret);
    if (!ret->is_api && text != NULL) {
        append_string(&ret->message, text, MESSAGE_MAX);
    } else if (!ret->is_api) {
        read_members(root, &ret->message);
    }
    if (ret->message.size == 0 && json_object_size(root) + json_array_size(root) > 0) {
        append_values(&whole, "", root);
        text_append_short(&ret->message, text_string(&whole), whole.size, PAGE_MAX);
    }
    trace = *trace != '\0' ? trace : string_of(json_object_get(root, "context"), "requestId");
    text_append_short(&ret->trace, trace, strlen(trace), VALUE_MAX);
    const char *code = string_of(root, "errorCode");
    text_append_short(&ret->iam_code, code, strlen(code), VALUE_MAX);
}

/* --- pages and texts --------------------------------------------------------------------------------- */

/* What stands between the tags; scripts, styles and the head of the page are none of it. */
static void append_page_text(struct text *out, const char *at, const char *end)
{
    static const char *const hidden[] = {"head", "script", "style"};

    while (at < end) {
        const char *tag = memchr(at, '<', (size_t)(end - at));
        text_append_size(out, at, (size_t)((tag != NULL ? tag : end) - at));
        text_append_char(out, ' ');
        if (tag == NULL) {
            return;
        }
        at = tag + 1;
        for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
            size_t length = strlen(hidden[i]);
            if (strncasecmp(at, hidden[i], length) == 0 && !isalnum((unsigned char)at[length])) {
                const char *stop = strcasestr(at, i == 0 ? "</head" : i == 1 ? "</script" : "</style");
                at = stop != NULL ? stop : end;
            }
        }
        const char *close = at < end ? memchr(at, '>', (size_t)(end - at)) : NULL;
        at = close != NULL ? close + 1 : end;
    }
}

static void append_title(struct text *out, const char *body)
{
    const char *open = strcasestr(body, "<title");
    const char *start = open != NULL ? strchr(open, '>') : NULL;
    const char *stop = start != NULL ? strcasestr(start, "</title") : NULL;

    if (stop != NULL) {
        append_sentence(out, start + 1, (size_t)(stop - start - 1), PAGE_MAX);
    }
}

/* The title of a gateway's page has its reason, or its text has. `body` ends in a NUL. */
static void read_page(const char *body, struct text *out)
{
    CLEANUP(text_free) struct text raw = {0};
    CLEANUP(text_free) struct text title = {0};
    CLEANUP(text_free) struct text shown = {0};

    append_page_text(&raw, body, body + strlen(body));
    append_title(&title, body);
    append_sentence(&shown, text_string(&raw), raw.size, PAGE_MAX);
    const char *rest = text_string(&shown);
    if (title.size > 0 && strncmp(rest, text_string(&title), title.size) == 0) {
        rest += title.size;
        rest += strspn(rest, " ");
    }
    if (title.size + shown.size > 0) {
        text_printf(out, "\"%s%s%s\" (a web page, not an answer of the API)", text_string(&title),
                    title.size > 0 && *rest != '\0' ? ": " : "", rest);
    }
}

static bool is_page(const char *body)
{
    body += strspn(body, " \t\r\n\xef\xbb\xbf");
    return *body == '<';
}

void http_error_read(const char *body, size_t size, struct http_error *ret)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    *ret = (struct http_error){0};
    if (size == 0) {
        return;
    }
    if (json_parse(body, size, "answer", JSON_READ_BIG_NUMBERS, &document, &ignored)) {
        read_json(document.root, ret);
        return;
    }
    ret->is_foreign = true;
    if (is_page(body)) {
        read_page(body, &ret->message);
    } else {
        append_sentence(&ret->message, body, strnlen(body, size), MESSAGE_MAX);
    }
}
