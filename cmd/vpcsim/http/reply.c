/* Builds one answer: body, headers, collected errors. */
#include "vpcsim/http/reply.h"

#include <stdio.h>
#include <string.h>

#define MORE_INFO "https://cloud.ibm.com/docs/vpc?topic=vpc-rias-error-messages"

void reply_string(struct text *out, const char *string)
{
    json_print_string(out, string, strlen(string));
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

void reply_document(struct reply *reply, unsigned status, const json_t *document)
{
    struct text *body = reply_json(reply, status);

    json_print(body, document, JSON_PRINT_COMPACT);
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
    reply_string(out, code);
    text_append(out, ",\"message\":");
    reply_string(out, text_string(&message));
    text_free(&message);
    text_append(out, ",\"more_info\":\"" MORE_INFO "\"");
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
    add_problem(reply, 400, reply->with_status_code ? "invalid_value" : "bad_field", "parameter", name, value, format,
                args);
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

bool reply_failed(const struct reply *reply)
{
    return reply->error_count > 0;
}

void reply_finish(struct reply *reply)
{
    if (reply->error_count == 0) {
        return;
    }
    unsigned status = reply->status;
    struct text *body = reply_json(reply, status);
    text_printf(body, "{\"errors\":[%s],", text_string(&reply->errors));
    if (reply->with_status_code) {
        text_printf(body, "\"status_code\":%u,", status);
    }
    text_printf(body, "\"trace\":\"%s\"}", reply->trace);
}

void reply_free(struct reply *reply)
{
    text_free(&reply->body);
    text_free(&reply->errors);
}
