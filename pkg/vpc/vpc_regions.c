/* Which regions there are and where their APIs listen (vpc-api.md 1.1: the answer's endpoint lacks /v1). */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpc/vpc_url.h"

struct reading {
    struct vpc_endpoint *places;
    size_t count;
    struct err error;
};

static char *text_of(struct answer_string string, const char *suffix)
{
    struct text text = {0};

    while (string.size > 0 && string.data[string.size - 1] == '/') {
        string.size--;
    }
    text_append_size(&text, string.data, string.size);
    text_append(&text, suffix);
    return text_take(&text);
}

static bool read_regions(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct reading *reading = context;
    struct answer_node regions;

    (void)reply;
    vpc_endpoints_free(reading->places, reading->count);
    *reading = (struct reading){0};
    if (!answer_get_array(root, "regions", ANSWER_REQUIRED, &regions, e)) {
        return false;
    }
    reading->places = mem_array(answer_count(regions) + 1, sizeof(*reading->places));
    for (struct answer_cursor each = answer_each(regions); answer_next(&each);) {
        struct answer_string name = {0};
        struct answer_string endpoint = {0};
        struct answer_string status = {.data = "available", .size = 9};
        if (!answer_get_string(each.node, "name", ANSWER_REQUIRED, &name, e) ||
            !answer_get_string(each.node, "endpoint", ANSWER_REQUIRED, &endpoint, e) ||
            !answer_get_string(each.node, "status", ANSWER_OPTIONAL, &status, e)) {
            return false;
        }
        reading->places[reading->count++] = (struct vpc_endpoint){.name = text_of(name, ""),
                                                                  .base = text_of(endpoint, "/v1"),
                                                                  .available = strcmp(status.data, "available") == 0};
    }
    return true;
}

static void regions_done(const struct vpc_answer *answer, void *context)
{
    struct reading *reading = context;

    if (answer->error != NULL) {
        reading->error = *answer->error;
    }
}

bool vpc_regions(struct vpc *vpc, struct http *http, struct vpc_endpoint **ret_places, size_t *ret_count, struct err *e)
{
    static const struct resource_kind regions = {.path = "/regions"};
    struct reading reading = {0};

    vpc_get(vpc, &regions, &(struct vpc_call){.read = read_regions, .done = regions_done, .context = &reading});
    bool ran = http_run(http, e);
    if (!ran || reading.error.code != ERR_NONE) {
        vpc_endpoints_free(reading.places, reading.count);
        err_set(e, reading.error.code, "%s", reading.error.message);
        return err_wrap(e, "listing the regions");
    }
    *ret_places = reading.places;
    *ret_count = reading.count;
    return true;
}

void vpc_endpoints_free(struct vpc_endpoint *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(places[i].name);
        free(places[i].base);
    }
    free(places);
}
