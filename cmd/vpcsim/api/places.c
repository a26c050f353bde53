/* VPCs, subnets, keys, regions and zones: what fleets live in. */
#include <stdio.h>
#include <string.h>

#include "vpcsim/api/body.h"
#include "vpcsim/api/filter.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/page.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/catalog.h"

static void append_vpc(const struct request *request, const struct entity *item, struct text *out)
{
    render_vpc(request->region, (const struct vpc *)item, out);
}

static void append_subnet(const struct request *request, const struct entity *item, struct text *out)
{
    render_subnet(request->region, (const struct subnet *)item, out);
}

static void append_key(const struct request *request, const struct entity *item, struct text *out)
{
    const struct key *key = (const struct key *)item;
    const char *type = strstr(item->name, "rsa") != NULL ? "rsa" : "ed25519";
    size_t count;

    text_append(out, "{\"created_at\":\"");
    render_stamp(item->created_s, out);
    text_append(out, "\",\"crn\":\"");
    render_crn(request->region, "key", -1, item->id, out);
    text_printf(out,
                "\",\"fingerprint\":\"%s\",\"href\":\"%s/keys/%s\",\"id\":\"%s\",\"length\":%d,\"name\":\"%s\","
                "\"public_key\":\"ssh-%s AAAA-simulated %s\",\"resource_group\":",
                key->fingerprint, request->region->api, item->id, item->id, type[0] == 'r' ? 4096 : 256, item->name,
                type, item->name);
    render_resource_group(catalog_resource_groups(&count), out);
    text_printf(out, ",\"type\":\"%s\"}", type);
}

static void list(struct request *request, struct reply *reply, const struct collection *items, const char *key,
                 bool (*wanted)(const struct entity *, const void *),
                 void (*append)(const struct request *, const struct entity *, struct text *))
{
    struct filter filter;
    struct page page = {.items = items, .key = key, .path = key, .filter = &filter, .append = append};

    page.wanted = filter_read(request, &filter) ? wanted : NULL;
    page_reply(request, reply, &page);
}

static void get(struct request *request, struct reply *reply, const struct collection *items, const char *title,
                void (*append)(const struct request *, const struct entity *, struct text *))
{
    const struct entity *item = collection_find(items, request->argument[0]);

    if (item == NULL) {
        reply_not_found(reply, title, request->argument[0]);
    } else {
        append(request, item, reply_json(reply, 200));
    }
}

void vpcs_list(struct request *request, struct reply *reply)
{
    const char *classic = request_query(request, "classic_access");
    static const struct collection none = {0};
    bool wants_classic = classic != NULL && strcmp(classic, "true") == 0;

    if (classic != NULL && !wants_classic && strcmp(classic, "false") != 0) {
        reply_bad_parameter(reply, "classic_access", classic, "The value must be true or false.");
        return;
    }
    list(request, reply, wants_classic ? &none : &request->region->vpcs, "vpcs", filter_vpc, append_vpc);
}

void vpcs_get(struct request *request, struct reply *reply)
{
    get(request, reply, &request->region->vpcs, "VPC", append_vpc);
}

void subnets_list(struct request *request, struct reply *reply)
{
    list(request, reply, &request->region->subnets, "subnets", filter_subnet, append_subnet);
}

void subnets_get(struct request *request, struct reply *reply)
{
    get(request, reply, &request->region->subnets, "Subnet", append_subnet);
}

void keys_list(struct request *request, struct reply *reply)
{
    list(request, reply, &request->region->keys, "keys", NULL, append_key);
}

void keys_get(struct request *request, struct reply *reply)
{
    get(request, reply, &request->region->keys, "Key", append_key);
}

/* The endpoint leads back to this process, by whatever name the client knows it; /v1 is not part of it. */
static void append_region(const struct request *request, const struct region *region, struct text *out)
{
    const char *proto = request->headers.forwarded_proto;
    const char *host = request->headers.host;

    text_append(out, "{\"endpoint\":");
    struct text endpoint = {0};
    text_printf(&endpoint, "%s://%s/%s",
                proto != NULL  ? proto
                : request->tls ? "https"
                               : "http",
                host != NULL ? host : request->sim->address, region->name);
    reply_string(out, text_string(&endpoint));
    text_free(&endpoint);
    text_printf(out, ",\"href\":\"%s/regions/%s\",\"name\":\"%s\",\"status\":\"available\"}", request->region->api,
                region->name, region->name);
}

void regions_list(struct request *request, struct reply *reply)
{
    struct text *out = reply_json(reply, 200);

    text_append(out, "{\"regions\":[");
    for (size_t i = 0; i < request->sim->region_count; i++) {
        text_append(out, i > 0 ? "," : "");
        append_region(request, &request->sim->regions[i], out);
    }
    text_append(out, "]}");
}

static const struct region *named_region(struct request *request, struct reply *reply)
{
    const struct region *region = store_find_region(request->sim, request->argument[0]);

    if (region == NULL) {
        reply_not_found(reply, "Region", request->argument[0]);
    }
    return region;
}

void regions_get(struct request *request, struct reply *reply)
{
    const struct region *region = named_region(request, reply);

    if (region != NULL) {
        append_region(request, region, reply_json(reply, 200));
    }
}

static void append_zone(const struct region *region, unsigned zone, struct text *out)
{
    text_printf(out,
                "{\"data_center\":\"SIM0%u\",\"href\":\"%s/regions/%s/zones/%s-%u\",\"name\":\"%s-%u\",\"region\":"
                "{\"href\":\"%s/regions/%s\",\"name\":\"%s\"},\"status\":\"available\",\"universal_name\":"
                "\"%s-sim0%u-a\"}",
                zone + 1, region->api, region->name, region->name, zone + 1, region->name, zone + 1, region->api,
                region->name, region->name, region->name, zone + 1);
}

void zones_list(struct request *request, struct reply *reply)
{
    const struct region *region = named_region(request, reply);

    if (region == NULL) {
        return;
    }
    struct text *out = reply_json(reply, 200);
    text_append(out, "{\"zones\":[");
    for (unsigned zone = 0; zone < ZONES; zone++) {
        text_append(out, zone > 0 ? "," : "");
        append_zone(region, zone, out);
    }
    text_append(out, "]}");
}

void zones_get(struct request *request, struct reply *reply)
{
    const struct region *region = named_region(request, reply);
    int zone = region != NULL ? store_zone(region, request->argument[1]) : -1;

    if (region == NULL) {
        return;
    }
    if (zone < 0) {
        reply_not_found(reply, "Zone", request->argument[1]);
    } else {
        append_zone(region, (unsigned)zone, reply_json(reply, 200));
    }
}
