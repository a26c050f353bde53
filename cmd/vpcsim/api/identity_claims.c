/* The claims of identity tokens, as vpc-api.md 5.2 has them, from what the control plane says about the server. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vpcsim/api/identity.h"

/* The account in a CRN: "crn:v1:bluemix:public:is:us-south-1:a/ACCOUNT::instance:ID". */
static json_t *account_of(const char *crn)
{
    const char *account = crn != NULL ? strstr(crn, ":a/") : NULL;

    return account != NULL ? json_build_string_n(account + 3, strcspn(account + 3, ":")) : json_null();
}

static json_t *copy(const json_t *record, const char *pointer)
{
    json_t *value = json_at(record, pointer);

    return value != NULL ? json_incref(value) : json_null();
}

/* {"crn":..,"id":..,"name":..} */
static json_t *reference(const json_t *full)
{
    return json_build("{s:o,s:o,s:o}", "crn", copy(full, "/crn"), "id", copy(full, "/id"), "name", copy(full, "/name"));
}

static bool has_id(const json_t *references, const char *id)
{
    size_t index;
    json_t *item;

    json_array_foreach (references, index, item) {
        const char *own = json_string_value(json_object_get(item, "id"));
        if (own != NULL && id != NULL && strcmp(own, id) == 0) {
            return true;
        }
    }
    return false;
}

/* The addresses of all network interfaces, and their subnets. */
static void add_networks(const json_t *record, json_t *claims)
{
    const json_t *interfaces = json_object_get(record, "network_interfaces");
    json_t *addresses = json_array();
    json_t *subnets = json_array();
    size_t index;
    json_t *interface;

    if (json_array_size(interfaces) == 0) { /* a record that was loaded need not have both */
        interfaces = json_object_get(record, "network_attachments");
    }
    json_array_foreach (interfaces, index, interface) {
        const json_t *subnet = json_object_get(interface, "subnet");
        json_array_append_new(addresses, json_build("{s:o}", "address", copy(interface, "/primary_ip/address")));
        if (subnet != NULL && !has_id(subnets, json_string_value(json_object_get(subnet, "id")))) {
            json_array_append_new(subnets, reference(subnet));
        }
    }
    json_object_set_new(claims, "ip_addresses", addresses);
    json_object_set_new(claims, "subnets", subnets);
}

/* Whom the token is for: the issuer itself, and a name of the server that has no meaning outside. */
static json_t *audience(const char *issuer, const struct entity *server)
{
    char uuid[UUID_SIZE];
    char name[UUID_SIZE + 24];

    random_uuid(server->key, 9, uuid);
    snprintf(name, sizeof(name), "%s_%" PRIu64, uuid, random_mix(server->key, 9));
    return json_build("[s,s]", issuer, name);
}

json_t *identity_claims(const struct asker *asker, const char *nonce)
{
    bool bare_metal = asker->bare_metal != NULL;
    const char *region = asker->region->name;
    json_t *record = asker_record(asker);
    char issuer[sizeof("VSI-CR_") + REGION_NAME_MAX];

    snprintf(issuer, sizeof(issuer), "%s-CR_%s", bare_metal ? "BMS" : "VSI", region);
    json_t *iaas = json_build("{s:o,s:o,s:o,s:o,s:s,s:o,s:o}", "crn", copy(record, "/crn"), "accountID",
                              account_of(json_string_value(json_object_get(record, "crn"))), "instanceID",
                              copy(record, "/id"), "zone", copy(record, "/zone/name"), "region", region, "profile_name",
                              copy(record, "/profile/name"), "resource_group_id", copy(record, "/resource_group/id"));
    json_t *claims =
        json_build("{s:s,s:o,s:o}", "iss", issuer, "aud",
                   audience(issuer, bare_metal ? &asker->bare_metal->entity : &asker->instance->entity), "iaas", iaas);
    add_networks(record, claims);
    json_object_set_new(claims, "vpc", reference(json_object_get(record, "vpc")));
    if (nonce != NULL) {
        json_object_set_new(claims, "nonce", json_build_string(nonce));
    }
    json_decref(record);
    return claims;
}
