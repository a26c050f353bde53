#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "http/http_answer.h"
#include "json/json.h"

enum { ERROR_BODY_MAX = 256 * 1024 };        /* bytes that are read */
enum { TITLE_MAX = 120, MESSAGE_MAX = 300 }; /* columns that are shown, so that trace and request id still fit */

/* The parts of an error answer, wherever the container keeps them. */
struct parts {
    struct text message; /* "not_found: Instance not found (...)" */
    struct text trace;
};

static void parts_free(struct parts *parts)
{
    text_free(&parts->message);
    text_free(&parts->trace);
}

static const char *string_of(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value != NULL ? value : "";
}

static json_t *read_body(const char *body, size_t size)
{
    struct json_document document = {0};
    struct err ignored = ERR_INIT;

    if (size == 0 || size > ERROR_BODY_MAX ||
        !json_parse(body, size, "answer", JSON_READ_BIG_NUMBERS, &document, &ignored)) {
        return NULL;
    }
    json_t *root = json_incref(document.root);
    json_document_free(&document);
    return root;
}

/* A sentence goes on behind it, so its full stop goes. */
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
        text_append_short(out, value, strlen(value), 64);
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

/* {"errors":[{"code","message","target"}],"trace"} of the VPC and metadata APIs. */
static bool read_api_errors(const json_t *root, struct parts *parts)
{
    const json_t *errors = json_object_get(root, "errors");
    size_t count = json_array_size(errors);

    for (size_t i = 0; i < count && i < HTTP_ERRORS_SHOWN; i++) {
        text_append(&parts->message, i > 0 ? "; " : "");
        append_error(&parts->message, json_array_get(errors, i));
    }
    if (count > HTTP_ERRORS_SHOWN) {
        text_printf(&parts->message, " (and %zu more)", count - HTTP_ERRORS_SHOWN);
    }
    text_append(&parts->trace, string_of(root, "trace"));
    return count > 0;
}

/* {"errorCode","errorMessage","context":{"requestId"}} of IAM, and the loose forms that [core] accepts. */
static void read_other_error(const json_t *root, struct parts *parts)
{
    static const char *const messages[] = {"error", "message", "errorMessage"};
    const char *code = string_of(root, "errorCode");

    text_append(&parts->message, code);
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        const char *message = string_of(root, messages[i]);
        if (*message != '\0') {
            text_append(&parts->message, *code != '\0' ? ": " : "");
            append_sentence(&parts->message, message);
            break;
        }
    }
    text_append(&parts->trace, string_of(json_object_get(root, "context"), "requestId"));
}

static const char *find_word(const char *at, const char *end, const char *word)
{
    size_t length = strlen(word);

    for (; at + length <= end; at++) {
        if (strncasecmp(at, word, length) == 0) {
            return at;
        }
    }
    return NULL;
}

/* A gateway's page tells its reason in the title. */
static void read_title(const char *body, size_t size, struct parts *parts)
{
    const char *end = body + (size < ERROR_BODY_MAX ? size : ERROR_BODY_MAX);
    const char *open = find_word(body, end, "<title");
    const char *start = open != NULL ? memchr(open, '>', (size_t)(end - open)) : NULL;
    const char *stop = start != NULL ? find_word(start, end, "</title") : NULL;

    if (stop == NULL) {
        return;
    }
    start++;
    while (start < stop && isspace((unsigned char)*start)) {
        start++;
    }
    while (stop > start && isspace((unsigned char)stop[-1])) {
        stop--;
    }
    if (start < stop) {
        text_append(&parts->message, "\"");
        text_append_short(&parts->message, start, (size_t)(stop - start), TITLE_MAX);
        text_append(&parts->message, "\" (a web page, not an answer of the API)");
    }
}

static void read_parts(const struct http_problem *problem, struct parts *parts)
{
    JSON_CLEANUP json_t *root = read_body(problem->body, problem->size);

    if (json_is_object(root)) {
        if (!read_api_errors(root, parts)) {
            read_other_error(root, parts);
        }
    } else if (root == NULL) {
        read_title(problem->body, problem->size, parts);
    }
}

bool http_problem_is_api(const char *body, size_t size)
{
    JSON_CLEANUP json_t *root = read_body(body, size);

    return json_array_size(json_object_get(root, "errors")) > 0;
}

static enum err_code code_of(int status)
{
    return status == 401 ? ERR_AUTH : status == 412 ? ERR_CONFLICT : ERR_API;
}

bool http_problem_explain(const struct http_problem *problem, struct err *e)
{
    CLEANUP(parts_free) struct parts parts = {0};
    CLEANUP(text_free) struct text line = {0};

    read_parts(problem, &parts);
    text_printf(&line, "%d ", problem->status);
    if (parts.message.size > 0) {
        text_append(&line, text_string(&parts.message));
    } else {
        const char *reason = http_reason(problem->status);
        text_printf(&line, "%s (%s %s)", *reason != '\0' ? reason : "unexpected status", problem->method, problem->url);
    }
    if (parts.trace.size > 0 || *problem->request_id != '\0') {
        text_printf(&line, " [%s%s%s%s%s]", parts.trace.size > 0 ? "trace " : "", text_string(&parts.trace),
                    parts.trace.size > 0 && *problem->request_id != '\0' ? ", " : "",
                    *problem->request_id != '\0' ? "request " : "", problem->request_id);
    }
    if (e->code == ERR_NONE) {
        e->http_status = problem->status;
    }
    return err_set(e, code_of(problem->status), "%s", text_string(&line));
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "";
}
