/* Which regions there are and where their APIs listen (vpc-api.md 1.1: the answer's endpoint lacks /v1). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mem/mem.h"
#include "vpc/vpc_url.h"

#define DOMAIN ".iaas.cloud.ibm.com"

bool vpc_region_is_known(const char *region)
{
    size_t i = 0;

    while (resource_region_words[i] != NULL && strcmp(resource_region_words[i], region) != 0) {
        i++;
    }
    return resource_region_words[i] != NULL;
}

const char *vpc_region_known(size_t index)
{
    return index < RESOURCE_REGIONS ? resource_region_words[index] : NULL;
}

const char *vpc_region_nearest(const char *word)
{
    return text_nearest(word, resource_region_words, RESOURCE_REGIONS);
}

void vpc_append_known_regions(struct text *out)
{
    for (size_t i = 0; i < RESOURCE_REGIONS; i++) {
        text_printf(out, "%s%s", i > 0 ? ", " : "", resource_region_words[i]);
    }
}

void vpc_region_base(struct text *out, const char *region, bool is_private)
{
    text_printf(out, "https://%s%s" DOMAIN "/v1", region, is_private ? ".private" : "");
}

bool vpc_region_of_base(const char *base, struct text *ret_region, bool *ret_private)
{
    static const char scheme[] = "https://";
    static const char private_label[] = ".private";
    const char *host = base + strlen(scheme);

    if (!text_begins(base, scheme)) {
        return false;
    }
    /* what does not belong to a host name ends the comparison, so that no other host can pass for one of these */
    size_t label = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-");
    const char *rest = host + label;
    bool is_private = text_begins(rest, private_label);
    rest += is_private ? strlen(private_label) : 0;
    if (label == 0 || strncmp(rest, DOMAIN, strlen(DOMAIN)) != 0 || strchr("/", rest[strlen(DOMAIN)]) == NULL) {
        return false;
    }
    text_append_size(ret_region, host, label);
    *ret_private = is_private;
    return true;
}

/* "https://host:443" of a URL. */
static size_t server_size(const char *url)
{
    const char *host = strstr(url, "://");

    return host != NULL ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;
}

bool vpc_same_server(const char *base, const char *other)
{
    size_t size = server_size(base);

    return size > 0 && size == server_size(other) && memchr(base, '@', size) == NULL &&
           strncasecmp(base, other, size) == 0;
}

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

/* One entry without a name is passed over, one without an endpoint is not available: neither hides the others. */
static void read_region(struct reading *reading, struct answer_node node)
{
    struct answer_string name = {0}, endpoint = {0}, href = {0};
    struct answer_string status = {.data = "available", .size = 9};
    struct text answered_by = {0};
    struct err ignored = ERR_INIT;
    bool is_private;

    if (!answer_get_string(node, "name", ANSWER_REQUIRED, &name, &ignored)) {
        return;
    }
    bool whole = answer_get_string(node, "endpoint", ANSWER_REQUIRED, &endpoint, &ignored) &&
                 answer_get_string(node, "href", ANSWER_OPTIONAL, &href, &ignored) &&
                 answer_get_string(node, "status", ANSWER_OPTIONAL, &status, &ignored);
    if (whole && href.data != NULL) {
        vpc_region_of_base(href.data, &answered_by, &is_private);
    }
    reading->places[reading->count++] =
        (struct vpc_endpoint){.name = text_of(name, ""),
                              .base = text_of(endpoint, "/v1"),
                              .answered_by = text_take(&answered_by),
                              .available = whole && strcmp(status.data, "available") == 0};
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
        read_region(reading, each.node);
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
    struct reading reading = {0};

    vpc_get(vpc, &resource_region, &(struct vpc_call){.read = read_regions, .done = regions_done, .context = &reading});
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
        free(places[i].answered_by);
    }
    free(places);
}
