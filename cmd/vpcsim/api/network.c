/* VPCs, subnets, keys, regions and zones: what servers are placed in (vpc-api.md 2.17). */
#include <stdio.h>
#include <string.h>

#include "vpcsim/api/handlers.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/public_key.h"
#include "vpcsim/api/render.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/catalog.h"
#include "vpcsim/store/copy.h"

#define VPC_FIELD(name)    RESPONSE_FIELD(struct vpc, vpc, vpc_##name)
#define SUBNET_FIELD(name) RESPONSE_FIELD(struct subnet, subnet, subnet_##name)

static void append_api(struct text *out, const struct response_view *view)
{
    text_append(out, view->region->api);
}

static void append_region_name(struct text *out, const struct response_view *view)
{
    text_append(out, view->region->name);
}

static void append_account(struct text *out, const struct response_view *view)
{
    text_append(out, view->region->sim->account);
}

static void append_prefix(struct text *out, const struct response_view *view)
{
    text_append(out, view->region->prefix);
}

VPC_FIELD(id)
{
    text_append(out, vpc->entity.id);
}

VPC_FIELD(name)
{
    reply_string(out, vpc->entity.name);
}

VPC_FIELD(created_at)
{
    render_stamp(vpc->entity.created_s, out);
}

VPC_FIELD(resource_group)
{
    render_resource_group(vpc->resource_group, out);
}

VPC_FIELD(acl)
{
    render_uuid(vpc->entity.key, 2, out);
}

VPC_FIELD(table)
{
    render_uuid(vpc->entity.key, 3, out);
}

VPC_FIELD(group)
{
    render_uuid(vpc->entity.key, 4, out);
}

VPC_FIELD(sources)
{
    text_append_char(out, '[');
    for (unsigned zone = 0; zone < ZONES; zone++) {
        reply_format(out, "%s{\"ip\":{\"address\":\"192.168.%u.%u\"},\"zone\":", zone > 0 ? "," : "",
                     (unsigned)(vpc->entity.key & 63), 4 + zone);
        render_zone(region, zone, out);
        text_append_char(out, '}');
    }
    text_append_char(out, ']');
}

static const struct response_field vpc_fields[] = {
    {"api", append_api},
    {"region", append_region_name},
    {"account", append_account},
    {"prefix", append_prefix},
    {"id", append_vpc_id},
    {"name", append_vpc_name},
    {"created_at", append_vpc_created_at},
    {"resource_group", append_vpc_resource_group},
    {"acl", append_vpc_acl},
    {"table", append_vpc_table},
    {"group", append_vpc_group},
    {"sources", append_vpc_sources},
    {0},
};

#define CRN "crn:v1:bluemix:public:is:@region@:a/@account@::"

static const char vpc_pattern[] =
    "{'classic_access':false,"
    "'created_at':'@created_at@',"
    "'crn':'" CRN "vpc:@id@',"
    "'cse_source_ips':@sources@,"
    "'default_network_acl':{'crn':'" CRN "network-acl:@prefix@-@acl@',"
    "'href':'@api@/network_acls/@prefix@-@acl@','id':'@prefix@-@acl@','name':'default-acl'},"
    "'default_routing_table':{'crn':'" CRN "vpc-routing-table:@id@/@prefix@-@table@',"
    "'href':'@api@/vpcs/@id@/routing_tables/@prefix@-@table@','id':'@prefix@-@table@',"
    "'name':'default-table','resource_type':'routing_table'},"
    "'default_security_group':{'crn':'" CRN "security-group:@prefix@-@group@',"
    "'href':'@api@/security_groups/@prefix@-@group@','id':'@prefix@-@group@','name':'default-group'},"
    "'dns':{'enable_hub':false,'resolution_binding_count':0,'resolver':{'servers':"
    "[{'address':'161.26.0.10'},{'address':'161.26.0.11'}],'type':'system','configuration':'default'}},"
    "'health_reasons':[],'health_state':'ok',"
    "'href':'@api@/vpcs/@id@','id':'@id@','name':@name@,"
    "'public_address_ranges':[],"
    "'resource_group':@resource_group@,"
    "'resource_type':'vpc','status':'available'}";

SUBNET_FIELD(id)
{
    text_append(out, subnet->entity.id);
}

SUBNET_FIELD(name)
{
    reply_string(out, subnet->entity.name);
}

SUBNET_FIELD(crn)
{
    render_crn(region, "subnet", (int)subnet->zone, subnet->entity.id, out);
}

SUBNET_FIELD(created_at)
{
    render_stamp(subnet->entity.created_s, out);
}

SUBNET_FIELD(cidr)
{
    reply_format(out, "10.%u.%u.0/24", 240 + (subnet->number >> 8) % 15, subnet->number & 255);
}

SUBNET_FIELD(acl)
{
    render_uuid(subnet->vpc->entity.key, 2, out);
}

SUBNET_FIELD(table)
{
    render_uuid(subnet->vpc->entity.key, 3, out);
}

SUBNET_FIELD(vpc_id)
{
    text_append(out, subnet->vpc->entity.id);
}

SUBNET_FIELD(vpc)
{
    render_vpc_reference(region, subnet->vpc, out);
}

SUBNET_FIELD(zone)
{
    render_zone(region, subnet->zone, out);
}

SUBNET_FIELD(resource_group)
{
    render_resource_group(subnet->vpc->resource_group, out);
}

static const struct response_field subnet_fields[] = {
    {"api", append_api},
    {"region", append_region_name},
    {"account", append_account},
    {"prefix", append_prefix},
    {"id", append_subnet_id},
    {"name", append_subnet_name},
    {"crn", append_subnet_crn},
    {"created_at", append_subnet_created_at},
    {"cidr", append_subnet_cidr},
    {"acl", append_subnet_acl},
    {"table", append_subnet_table},
    {"vpc_id", append_subnet_vpc_id},
    {"vpc", append_subnet_vpc},
    {"zone", append_subnet_zone},
    {"resource_group", append_subnet_resource_group},
    {0},
};

static const char subnet_pattern[] =
    "{'available_ipv4_address_count':233,"
    "'created_at':'@created_at@',"
    "'crn':'@crn@',"
    "'href':'@api@/subnets/@id@','id':'@id@',"
    "'ip_version':'ipv4','ipv4_cidr_block':'@cidr@','name':@name@,"
    "'network_acl':{'crn':'" CRN "network-acl:@prefix@-@acl@',"
    "'href':'@api@/network_acls/@prefix@-@acl@','id':'@prefix@-@acl@','name':'default-acl'},"
    "'resource_group':@resource_group@,"
    "'resource_type':'subnet',"
    "'routing_table':{'crn':'" CRN "vpc-routing-table:@vpc_id@/@prefix@-@table@',"
    "'href':'@api@/vpcs/@vpc_id@/routing_tables/@prefix@-@table@','id':'@prefix@-@table@',"
    "'name':'default-table','resource_type':'routing_table'},"
    "'status':'available','total_ipv4_address_count':256,"
    "'vpc':@vpc@,'zone':@zone@}";

static void vpc_body(const struct region *region, const struct entity *vpc, struct text *out)
{
    response_render(&region->sim->response_templates->vpc, vpc_pattern, vpc_fields, region, vpc, out);
}

void render_vpc(const struct region *region, const struct vpc *vpc, struct text *out)
{
    render_recorded(region, &vpc->entity, vpc_body, out);
}

static void subnet_body(const struct region *region, const struct entity *subnet, struct text *out)
{
    response_render(&region->sim->response_templates->subnet, subnet_pattern, subnet_fields, region, subnet, out);
}

static void append_vpc(const struct request *request, const struct entity *item, struct text *out)
{
    render_vpc(request->region, (const struct vpc *)item, out);
}

static void append_subnet(const struct request *request, const struct entity *item, struct text *out)
{
    render_recorded(request->region, item, subnet_body, out);
}

static void key_body(const struct region *region, const struct entity *item, struct text *out)
{
    const struct key *key = (const struct key *)item;
    bool rsa = strstr(item->name, "rsa") != NULL;
    size_t count;

    text_append(out, "{\"created_at\":\"");
    render_stamp(item->created_s, out);
    text_append(out, "\",\"crn\":\"");
    render_crn(region, "key", -1, item->id, out);
    reply_format(out,
                 "\",\"fingerprint\":\"%s\",\"href\":\"%s/keys/%s\",\"id\":\"%s\",\"length\":%d,\"name\":\"%s\","
                 "\"public_key\":\"",
                 key->fingerprint, region->api, item->id, item->id, rsa ? PUBLIC_KEY_RSA_BITS : PUBLIC_KEY_ED25519_BITS,
                 item->name);
    public_key_append(out, item->key, rsa);
    reply_format(out, " %s\",\"resource_group\":", item->name);
    render_resource_group(catalog_resource_groups(&count), out);
    reply_format(out, ",\"type\":\"%s\"}", rsa ? "rsa" : "ed25519");
}

void render_key(const struct region *region, const struct key *key, struct text *out)
{
    render_recorded(region, &key->entity, key_body, out);
}

static void append_key(const struct request *request, const struct entity *item, struct text *out)
{
    render_key(request->region, (const struct key *)item, out);
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
    page_list(request, reply, wants_classic ? &none : &request->region->vpcs, "vpcs", filter_vpc, append_vpc);
}

void vpcs_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->vpcs, "VPC", append_vpc);
}

void subnets_list(struct request *request, struct reply *reply)
{
    page_list(request, reply, &request->region->subnets, "subnets", filter_subnet, append_subnet);
}

void subnets_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->subnets, "Subnet", append_subnet);
}

void keys_list(struct request *request, struct reply *reply)
{
    page_list(request, reply, &request->region->keys, "keys", NULL, append_key);
}

void keys_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->keys, "Key", append_key);
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
    reply_format(out, ",\"href\":\"%s/regions/%s\",\"name\":\"%s\",\"status\":\"available\"}", request->region->api,
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
    if (region->zones[zone] != NULL) {
        text_append_size(out, region->zones[zone]->text, region->zones[zone]->size);
        return;
    }
    reply_format(out,
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
