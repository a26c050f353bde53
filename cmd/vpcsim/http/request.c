#include "vpcsim/http/request.h"

#include <stdlib.h>
#include <string.h>

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
