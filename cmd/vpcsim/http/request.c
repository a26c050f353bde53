/* One request: its parameters, its route, its end. */
#include "vpcsim/http/request.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/sim.h"

const char *request_query(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->query_count; i++) {
        if (strcmp(request->query[i].name, name) == 0) {
            return request->query[i].value;
        }
    }
    return NULL;
}

void request_free(struct request *request)
{
    struct request_headers *headers = &request->headers;

    free(request->method);
    free(request->path);
    free(headers->authorization);
    free(headers->content_type);
    free(headers->if_match);
    free(headers->user_agent);
    free(headers->request_id);
    free(headers->accept);
    free(headers->accept_encoding);
    free(headers->metadata_flavor);
    free(headers->host);
    free(headers->forwarded_proto);
    for (size_t i = 0; i < request->query_count; i++) {
        free(request->query[i].name);
        free(request->query[i].value);
    }
    text_free(&request->body);
    json_decref(request->document);
    free(request->segment_text);
    *request = (struct request){0};
}

/* Splits the path; an empty or encoded segment never matches a pattern's word. */
static void split(struct request *request, const char *path)
{
    request->segment_text = mem_copy(path);
    request->segment_count = 0;
    char *rest = request->segment_text;
    while (rest != NULL && *rest == '/') {
        *rest++ = '\0';
        if (request->segment_count == REQUEST_SEGMENTS_MAX) {
            request->segment_count = 0;
            return;
        }
        request->segments[request->segment_count++] = rest;
        rest = strchr(rest, '/');
    }
}

/* A path that begins with the name of a region is that region's: /us-east/v1/instances. */
static void take_region(struct request *request)
{
    request->region = &request->sim->regions[0];
    if (request->segment_count > 1) {
        struct region *region = store_find_region(request->sim, request->segments[0]);
        if (region != NULL) {
            request->region = region;
            request->segment_count--;
            memmove(request->segments, request->segments + 1, request->segment_count * sizeof(request->segments[0]));
        }
    }
}

static bool begins(const struct request *request, const char *first, const char *second)
{
    return request->segment_count > 0 && strcmp(request->segments[0], first) == 0 &&
           (second == NULL || (request->segment_count > 1 && strcmp(request->segments[1], second) == 0));
}

static enum plane plane_of(const struct request *request)
{
    if (begins(request, "identity", "v1") || begins(request, "instance_identity", NULL) ||
        begins(request, "metadata", NULL)) {
        return PLANE_DATA;
    }
    if (begins(request, "identity", NULL) || begins(request, "v1", "profiles")) {
        return PLANE_IAM;
    }
    return begins(request, "_sim", NULL) ? PLANE_ADMIN : PLANE_API;
}

static bool match(struct request *request, const char *pattern)
{
    size_t arguments = 0;
    const char *argument[3] = {NULL};

    for (size_t i = 0; i < request->segment_count; i++) {
        if (*pattern++ != '/') {
            return false;
        }
        size_t size = strcspn(pattern, "/");
        const char *segment = request->segments[i];
        if (size == 2 && strncmp(pattern, "{}", 2) == 0 && *segment != '\0') {
            argument[arguments++] = segment;
        } else if (strlen(segment) != size || memcmp(segment, pattern, size) != 0) {
            return false;
        }
        pattern += size;
    }
    if (*pattern != '\0' || request->segment_count == 0) {
        return false;
    }
    memcpy(request->argument, argument, sizeof(argument));
    return true;
}

void request_match(struct request *request, const struct route *routes, struct reply *reply)
{
    struct text allow = {0};

    split(request, request->path);
    take_region(request);
    request->plane = plane_of(request);
    reply->form = request->plane == PLANE_DATA ? ERRORS_DATA : request->plane == PLANE_IAM ? ERRORS_IAM : ERRORS_API;
    for (const struct route *route = routes; route->method != NULL; route++) {
        if (!match(request, route->pattern)) {
            continue;
        }
        if (strcmp(route->method, request->method) == 0) {
            request->route = route;
            text_free(&allow);
            return;
        }
        if (allow.size > 0) {
            text_append(&allow, ", ");
        }
        text_append(&allow, route->method);
    }
    if (allow.size > 0) {
        reply_header(reply, "Allow", "%s", text_string(&allow));
        reply_error(reply, 405, "method_not_allowed", "The method is not allowed on this path.");
    } else {
        reply_error(reply, 404, "not_found", "The path does not exist.");
    }
    text_free(&allow);
}
