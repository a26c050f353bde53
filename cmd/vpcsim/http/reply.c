/* Builds one answer: body, headers, collected errors. */
#include "vpcsim/http/reply.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MORE_INFO      "https://cloud.ibm.com/docs/vpc?topic=vpc-rias-error-messages"
#define DATA_MORE_INFO "https://cloud.ibm.com/docs/vpc?topic=vpc-imd-configure-service"

/* What a code of the API is called in the metadata API, which has a list of its own (5.5), and in IAM. */
struct code_names {
    const char *code, *data, *iam;
};

static const struct code_names code_names[] = {
    {"bad_field", "invalid_value", "BXNIM0109E"},      {"bad_request", "invalid_request", "BXNIM0109E"},
    {"invalid_json", "invalid_request", "BXNIM0109E"}, {"internal_error", "service_error", NULL},
    {"method_not_allowed", "invalid_request", NULL},   {"not_authenticated", "unauthenticated", "BXNIM0407E"},
    {"not_authorized", "unauthorized", NULL},          {"payload_too_large", "invalid_request", NULL},
    {"service_unavailable", "service_error", NULL},    {"unsupported_media_type", "invalid_request", NULL},
};

static void append_code(const struct reply *reply, unsigned status, const char *code, struct text *out)
{
    const char *name = code;

    for (size_t i = 0; i < sizeof(code_names) / sizeof(code_names[0]) && reply->form != ERRORS_API; i++) {
        if (strcmp(code_names[i].code, code) == 0) {
            name = reply->form == ERRORS_DATA ? code_names[i].data : code_names[i].iam;
        }
    }
    if (reply->form != ERRORS_IAM || (name != NULL && strncmp(name, "BXNIM", 5) == 0)) {
        reply_string(out, name);
    } else {
        text_printf(out, "\"BXNIM9%uE\"", status); /* no documentation names these */
    }
}

void reply_string(struct text *out, const char *string)
{
    json_print_string(out, string, strlen(string));
}

void reply_escaped(struct text *out, const char *string)
{
    size_t size = strlen(string);
    size_t plain = 0;

    while (string[plain] >= ' ' && string[plain] <= '~' && string[plain] != '"' && string[plain] != '\\') {
        plain++;
    }
    if (plain == size) { /* almost every string */
        text_append_size(out, string, size);
        return;
    }
    struct text quoted CLEANUP(text_free) = {0};
    json_print_string(&quoted, string, size);
    text_append_size(out, quoted.data + 1, quoted.size - 2);
}

/* One conversion; returns the format behind it. */
static const char *append_conversion(struct text *out, const char *format, va_list *args)
{
    static const char *const others[] = {"d", "u", "ld", "lu", "zu"};
    size_t which = 0;

    if (*format == 's') {
        reply_escaped(out, va_arg(*args, const char *));
        return format + 1;
    }
    while (which < sizeof(others) / sizeof(others[0]) && strncmp(format, others[which], strlen(others[which])) != 0) {
        which++;
    }
    switch (which) {
    case 0:
        text_printf(out, "%d", va_arg(*args, int));
        break;
    case 1:
        text_printf(out, "%u", va_arg(*args, unsigned));
        break;
    case 2:
        text_printf(out, "%ld", va_arg(*args, long));
        break;
    case 3:
    case 4:
        text_printf(out, "%zu", va_arg(*args, size_t));
        break;
    default:
        assert(!"a conversion that pieces of JSON do not have");
        return format;
    }
    return format + strlen(others[which]);
}

void reply_format(struct text *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    while (*format != '\0') {
        size_t literal = strcspn(format, "%");
        text_append_size(out, format, literal);
        format += literal;
        if (*format == '%') {
            format = append_conversion(out, format + 1, &args);
        }
    }
    va_end(args);
}

struct text *reply_json(struct reply *reply, unsigned status)
{
    reply->status = status;
    reply_content_type(reply, "application/json; charset=utf-8");
    text_clear(&reply->body);
    return &reply->body;
}

void reply_content_type(struct reply *reply, const char *content_type)
{
    snprintf(reply->content_type, sizeof(reply->content_type), "%s", content_type);
}

void reply_empty(struct reply *reply, unsigned status)
{
    reply->status = status;
    reply->content_type[0] = '\0';
    text_clear(&reply->body);
}

void reply_header(struct reply *reply, const char *name, const char *format, ...)
{
    va_list args;

    if (reply->header_count == REPLY_HEADERS_MAX) {
        return;
    }
    struct reply_header *header = &reply->headers[reply->header_count++];
    snprintf(header->name, sizeof(header->name), "%s", name);
    va_start(args, format);
    vsnprintf(header->value, sizeof(header->value), format, args);
    va_end(args);
}

void reply_replace_header(struct reply *reply, const char *name, const char *value)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcasecmp(reply->headers[i].name, name) == 0) {
            reply->headers[i] = reply->headers[--reply->header_count];
            i--;
        }
    }
    if (strcasecmp(name, "Content-Type") == 0) {
        reply_content_type(reply, value);
    } else {
        reply_header(reply, name, "%s", value);
    }
}

static void __attribute__((format(printf, 7, 0)))
add_problem(struct reply *reply, unsigned status, const char *code, const char *target_type, const char *target,
            const char *value, const char *format, va_list args)
{
    struct text *out = &reply->errors;

    if (reply->error_count >= REPLY_ERRORS_MAX) {
        return;
    }
    if (reply->error_count++ == 0) {
        reply->status = status;
    } else {
        text_append_char(out, ',');
    }
    struct text message = {0};
    text_vprintf(&message, format, args);
    text_append(out, "{\"code\":");
    append_code(reply, status, code, out);
    text_append(out, ",\"message\":");
    reply_string(out, text_string(&message));
    text_free(&message);
    text_printf(out, ",\"more_info\":\"%s\"", reply->form == ERRORS_DATA ? DATA_MORE_INFO : MORE_INFO);
    if (target != NULL) {
        text_append(out, ",\"target\":{\"name\":");
        reply_string(out, target);
        text_printf(out, ",\"type\":\"%s\"", target_type);
        if (value != NULL) {
            text_append(out, ",\"value\":");
            reply_string(out, value);
        }
        text_append_char(out, '}');
    }
    text_append_char(out, '}');
}

void reply_problem(struct reply *reply, unsigned status, const char *code, const char *target_type, const char *target,
                   const char *value, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_problem(reply, status, code, target_type, target, value, format, args);
    va_end(args);
}

void reply_bad_field(struct reply *reply, const char *field, const char *value, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_problem(reply, 400, "bad_field", "field", field, value, format, args);
    va_end(args);
}

void reply_bad_parameter(struct reply *reply, const char *name, const char *value, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_problem(reply, 400, reply->form == ERRORS_DATA && value == NULL ? "missing_value" : "bad_field", "parameter",
                name, value, format, args);
    va_end(args);
}

void reply_error(struct reply *reply, unsigned status, const char *code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_problem(reply, status, code, NULL, NULL, NULL, format, args);
    va_end(args);
}

void reply_not_found(struct reply *reply, const char *what, const char *id)
{
    reply_problem(reply, 404, "not_found", "parameter", "id", id, "%s not found.", what);
}

void reply_clear_errors(struct reply *reply)
{
    text_clear(&reply->errors);
    reply->error_count = 0;
    reply->status = 0;
}

bool reply_failed(const struct reply *reply)
{
    return reply->error_count > 0;
}

/* IAM answers with the first error alone. */
static void finish_iam(struct reply *reply)
{
    unsigned status = reply->status;
    struct text list CLEANUP(text_free) = {0};
    time_t now = time(NULL);
    struct tm parts;
    char stamp[48];

    text_printf(&list, "[%s]", text_string(&reply->errors));
    json_t *errors = json_loadb(text_string(&list), list.size, 0, NULL);
    const json_t *error = json_array_get(errors, 0);
    const json_t *target = json_object_get(error, "target");
    const char *details = json_string_value(json_object_get(target, "value"));
    gmtime_r(&now, &parts);
    strftime(stamp, sizeof(stamp), "%d.%m.%Y %H:%M:%S:000 UTC", &parts);
    json_t *body = json_build("{s:s?,s:s?}", "errorCode", json_string_value(json_object_get(error, "code")),
                              "errorMessage", json_string_value(json_object_get(error, "message")));
    if (details != NULL) {
        json_object_set_new(body, "errorDetails", json_build_string(details));
    }
    json_object_set_new(
        body, "context",
        json_build("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "requestId", reply->trace, "requestType",
                   "incoming.Identity_Token", "userAgent", reply->user_agent != NULL ? reply->user_agent : "", "url",
                   "https://iam.cloud.ibm.com", "instanceId", "vpcsim", "threadId", "1", "host", "vpcsim", "startTime",
                   stamp, "endTime", stamp, "elapsedTime", "0", "locale", "en_US", "clusterName", "vpcsim"));
    json_print(reply_json(reply, status), body, JSON_PRINT_COMPACT);
    json_decref(body);
    json_decref(errors);
}

void reply_finish(struct reply *reply)
{
    if (reply->error_count == 0) {
        return;
    }
    if (reply->form == ERRORS_IAM) {
        finish_iam(reply);
        return;
    }
    unsigned status = reply->status;
    struct text *body = reply_json(reply, status);
    text_printf(body, "{\"errors\":[%s],", text_string(&reply->errors));
    if (reply->form == ERRORS_DATA) {
        text_printf(body, "\"status_code\":%u,", status);
    }
    text_printf(body, "\"trace\":\"%s\"}", reply->trace);
}

void reply_free(struct reply *reply)
{
    text_free(&reply->body);
    text_free(&reply->errors);
}
