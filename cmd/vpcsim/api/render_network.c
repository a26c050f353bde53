/* The bodies of VPCs and subnets (vpc-api.md 2.17). */
#include "vpcsim/api/body.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/sim.h"

/* A field over the record: its code follows in braces. */
#define UNUSED __attribute__((unused))
#define VPC_FIELD(name)                                                                                \
    static void vpc_##name##_of(struct text *out, const struct region *region, const struct vpc *vpc); \
    static void append_vpc_##name(struct text *out, const struct body_view *view)                      \
    {                                                                                                  \
        vpc_##name##_of(out, view->region, view->record);                                              \
    }                                                                                                  \
    static void vpc_##name##_of(struct text *out, UNUSED const struct region *region, UNUSED const struct vpc *vpc)
#define SUBNET_FIELD(name)                                                                                      \
    static void subnet_##name##_of(struct text *out, const struct region *region, const struct subnet *subnet); \
    static void append_subnet_##name(struct text *out, const struct body_view *view)                            \
    {                                                                                                           \
        subnet_##name##_of(out, view->region, view->record);                                                    \
    }                                                                                                           \
    static void subnet_##name##_of(struct text *out, UNUSED const struct region *region,                        \
                                   UNUSED const struct subnet *subnet)

static void append_api(struct text *out, const struct body_view *view)
{
    text_append(out, view->region->api);
}

static void append_region(struct text *out, const struct body_view *view)
{
    text_append(out, view->region->name);
}

static void append_prefix(struct text *out, const struct body_view *view)
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
        text_printf(out, "%s{\"ip\":{\"address\":\"192.168.%u.%u\"},\"zone\":", zone > 0 ? "," : "",
                    (unsigned)(vpc->entity.key & 63), 4 + zone);
        render_zone(region, zone, out);
        text_append_char(out, '}');
    }
    text_append_char(out, ']');
}

const struct body_field render_vpc_fields[] = {
    {"api", append_api},
    {"region", append_region},
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

#define CRN "crn:v1:bluemix:public:is:@region@:a/" ACCOUNT "::"

const char render_vpc_pattern[] =
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
    text_printf(out, "10.%u.%u.0/24", 240 + (subnet->number >> 8) % 15, subnet->number & 255);
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

const struct body_field render_subnet_fields[] = {
    {"api", append_api},
    {"region", append_region},
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

const char render_subnet_pattern[] =
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

void render_vpc(const struct region *region, const struct vpc *vpc, struct text *out)
{
    struct body_view view = {.region = region, .record = vpc};

    body_render(region->sim->bodies->vpc, out, &view);
}

void render_subnet(const struct region *region, const struct subnet *subnet, struct text *out)
{
    struct body_view view = {.region = region, .record = subnet};

    body_render(region->sim->bodies->subnet, out, &view);
}
