/* From the identities in a body to the records that they name. */
#include "vpcsim/api/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/account.h"
#include "vpcsim/store/copy.h"

const struct resolve_kind resolve_image = {"Image", "image", "images"};
const struct resolve_kind resolve_vpc = {"VPC", "vpc", "vpcs"};
const struct resolve_kind resolve_subnet = {"Subnet", "subnet", "subnets"};
const struct resolve_kind resolve_volume = {"Volume", "volume", "volumes"};
const struct resolve_kind resolve_snapshot = {"Snapshot", "snapshot", "snapshots"};
const struct resolve_kind resolve_template = {"Instance template", "instance-template", "instance/templates"};
static const struct resolve_kind resolve_vni = {"Virtual network interface", "virtual-network-interface",
                                                "virtual_network_interfaces"};

static const char *tail(const char *string, char separator)
{
    const char *last = strrchr(string, separator);

    return last != NULL ? last + 1 : string;
}

/* Between the account and the id a CRN names its type; the region or zone stands before the account. */
static bool is_crn_of(const struct region *region, const struct resolve_kind *kind, const char *crn, const char *id)
{
    static const char begin[] = "crn:v1:bluemix:public:is:";
    struct text end = {0};
    size_t size = strlen(crn);

    text_printf(&end, ":a/%s::%s:%s", region->sim->account, kind->crn_type, id);
    bool right = strncmp(crn, begin, sizeof(begin) - 1) == 0 &&
                 strncmp(crn + sizeof(begin) - 1, region->name, strlen(region->name)) == 0 && size > end.size &&
                 strcmp(crn + size - end.size, text_string(&end)) == 0;
    text_free(&end);
    return right;
}

static bool is_href_of(const struct region *region, const struct resolve_kind *kind, const char *href, const char *id)
{
    struct text whole = {0};

    text_printf(&whole, "%s/%s/%s", region->api, kind->path, id);
    bool right = strcmp(text_string(&whole), href) == 0;
    text_free(&whole);
    return right;
}

/* The record of a copy with exactly that CRN or href: of another account, or of a private endpoint. */
static void *find_recorded(const struct collection *collection, const char *member, const char *value, char separator)
{
    const struct entity *entity = collection_find(collection, tail(value, separator));

    return entity != NULL && entity->copy != NULL && members_equal(members_find(copy_text(entity->copy), member), value)
               ? (void *)entity
               : NULL;
}

void *resolve(const struct region *region, const struct collection *collection, const struct resolve_kind *kind,
              const json_t *identity, const char *at, struct reply *reply)
{
    const char *id = json_string_value(json_object_get(identity, "id"));
    const char *crn = json_string_value(json_object_get(identity, "crn"));
    const char *href = json_string_value(json_object_get(identity, "href"));
    void *record = NULL;

    if (id != NULL) {
        record = collection_find(collection, id);
    } else if (crn != NULL && is_crn_of(region, kind, crn, tail(crn, ':'))) {
        record = collection_find(collection, tail(crn, ':'));
    } else if (href != NULL && is_href_of(region, kind, href, tail(href, '/'))) {
        record = collection_find(collection, tail(href, '/'));
    } else if (crn != NULL || href != NULL) {
        record =
            crn != NULL ? find_recorded(collection, "crn", crn, ':') : find_recorded(collection, "href", href, '/');
    }
    if (record == NULL) {
        reply_problem(reply, 400, "not_found", "field", at,
                      id != NULL    ? id
                      : crn != NULL ? crn
                                    : href,
                      "%s not found.", kind->title);
    }
    return record;
}

const struct profile *resolve_profile(const struct region *region, const json_t *identity, bool bare_metal,
                                      struct reply *reply)
{
    const char *name = json_string_value(json_object_get(identity, "name"));
    const char *href = json_string_value(json_object_get(identity, "href"));
    const char *wanted = name != NULL ? name : href != NULL ? tail(href, '/') : "";
    const struct profile *profile = account_named_profile(region, wanted, bare_metal);

    if (profile == NULL) {
        reply_problem(reply, 400, "not_found", "field", "profile", wanted, "Profile not found.");
    }
    return profile;
}

int resolve_zone(const struct region *region, const json_t *identity, struct reply *reply)
{
    const char *name = json_string_value(json_object_get(identity, "name"));
    const char *href = json_string_value(json_object_get(identity, "href"));
    const char *wanted = name != NULL ? name : href != NULL ? tail(href, '/') : "";
    int zone = store_zone(region, wanted);

    if (zone < 0) {
        reply_problem(reply, 400, "not_found", "field", "zone", wanted, "Zone not found.");
    }
    return zone;
}

static bool has(const json_t *body, const char *name)
{
    return json_object_get(body, name) != NULL;
}

bool resolve_network_style(const json_t *body, struct reply *reply)
{
    bool attachment = has(body, "primary_network_attachment");
    bool interface = has(body, "primary_network_interface");

    if ((attachment || has(body, "network_attachments")) && (interface || has(body, "network_interfaces"))) {
        reply_bad_field(reply, "primary_network_interface", NULL,
                        "Network attachments and network interfaces cannot be mixed.");
        return false;
    }
    if (!attachment && !interface) {
        reply_bad_field(reply, "primary_network_attachment", NULL,
                        "Either primary_network_attachment or primary_network_interface is needed.");
    }
    return attachment || interface;
}

/* An interface that exists; it is in the first VPC (assumption: where it really is is not modelled). */
static struct subnet *existing_network(const struct region *region, const json_t *network, unsigned zone,
                                       struct vni **ret_vni, struct reply *reply)
{
    struct vni *vni = resolve(region, &region->vnis, &resolve_vni, network, "virtual_network_interface", reply);

    if (vni == NULL) {
        return NULL;
    }
    if (vni->attached) {
        reply_problem(reply, 409, "virtual_network_interface_in_use", "field", "virtual_network_interface",
                      vni->entity.id, "The virtual network interface is attached already.");
    }
    *ret_vni = vni;
    return store_subnet(region, (struct vpc *)region->vpcs.items[0], zone);
}

/* The subnet of the primary network attachment or interface; `ret_vni`: the existing interface that it names. */
static struct subnet *resolve_network(const struct region *region, const json_t *body, unsigned zone,
                                      struct vni **ret_vni, struct reply *reply)
{
    const json_t *attachment = json_object_get(body, "primary_network_attachment");
    const json_t *interface = json_object_get(body, "primary_network_interface");
    const json_t *network = attachment != NULL ? json_object_get(attachment, "virtual_network_interface") : interface;
    const json_t *subnet = json_object_get(network, "subnet");
    const json_t *ip = json_object_get(network, "primary_ip");

    if (!resolve_network_style(body, reply)) {
        return NULL;
    }
    if (subnet != NULL) {
        return resolve(region, &region->subnets, &resolve_subnet, subnet, "subnet", reply);
    }
    if (has(network, "id") || has(network, "crn") || has(network, "href")) {
        return existing_network(region, network, zone, ret_vni, reply);
    }
    if (has(ip, "id") || has(ip, "href")) {
        return store_subnet(region, (struct vpc *)region->vpcs.items[0], zone);
    }
    reply_bad_field(reply, "subnet", NULL, "The subnet is missing.");
    return NULL;
}

const struct resource_group *resolve_resource_group(const struct region *region, const json_t *identity,
                                                    struct reply *reply)
{
    if (identity == NULL) {
        return account_default_resource_group(region->sim);
    }
    const char *id = json_string_value(json_object_get(identity, "id"));
    const struct resource_group *group = account_resource_group(region->sim, id != NULL ? id : "");
    if (group == NULL) {
        reply_problem(reply, 400, "not_found", "field", "resource_group.id", id, "Resource group not found.");
    }
    return group;
}

static const struct key *find_key(const struct region *region, const json_t *identity, size_t *ret_number)
{
    static const struct resolve_kind kind = {"Key", "key", "keys"};
    const char *fingerprint = json_string_value(json_object_get(identity, "fingerprint"));
    struct reply ignored = {0};

    const struct key *found = resolve(region, &region->keys, &kind, identity, "", &ignored);
    reply_free(&ignored);
    for (size_t i = 0; i < region->keys.count; i++) {
        const struct key *key = (const struct key *)region->keys.items[i];
        if (key == found || (fingerprint != NULL && strcmp(key->fingerprint, fingerprint) == 0)) {
            *ret_number = i;
            return key;
        }
    }
    return NULL;
}

uint64_t resolve_keys(const struct region *region, const json_t *keys, const char *at, struct reply *reply)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < json_array_size(keys); i++) {
        size_t number = 0;
        if (find_key(region, json_array_get(keys, i), &number) == NULL) {
            reply_problem(reply, 400, "not_found", "field", at, NULL, "Key not found.");
        } else {
            bits |= (uint64_t)1 << (number % KEYS_MAX);
        }
    }
    return bits;
}

bool resolve_is_profile_id(const char *id)
{
    return strncmp(id, "Profile-", 8) == 0 && text_is_uuid(id + 8, strlen(id + 8)) && strpbrk(id + 8, "ABCDEF") == NULL;
}

const char *resolve_profile_id(const struct sim *sim, const json_t *target)
{
    const char *id = json_string_value(json_object_get(target, "id"));
    const char *crn = json_string_value(json_object_get(target, "crn"));
    char account[ACCOUNT_MAX + 16];

    if (crn != NULL) {
        snprintf(account, sizeof(account), ":a/%s::profile:", sim->account);
        id = strncmp(crn, "crn:v1:bluemix:public:iam-identity:", 35) == 0 && strstr(crn, account) != NULL
                 ? tail(crn, ':')
                 : NULL;
    }
    return id != NULL && resolve_is_profile_id(id) ? id : NULL;
}

void resolve_trusted_profile(const struct region *region, const json_t *body, const char *at,
                             struct trusted_profile *ret_profile, struct reply *reply)
{
    const json_t *profile = json_object_get(body, "default_trusted_profile");
    const json_t *auto_link = json_object_get(profile, "auto_link");

    if (profile == NULL) {
        return;
    }
    const char *id = resolve_profile_id(region->sim, json_object_get(profile, "target"));
    if (id == NULL) {
        reply_bad_field(reply, at, NULL, "The target is not the id or CRN of a trusted profile.");
        return;
    }
    free(ret_profile->id);
    ret_profile->id = mem_copy(id);
    ret_profile->auto_link = auto_link == NULL || json_is_true(auto_link);
}

void resolve_metadata(const json_t *body, struct metadata *metadata)
{
    const json_t *settings = json_object_get(body, "metadata_service");
    const json_t *enabled = json_object_get(settings, "enabled");
    const char *protocol = json_string_value(json_object_get(settings, "protocol"));
    const json_t *hop_limit = json_object_get(settings, "response_hop_limit");

    if (enabled != NULL) {
        metadata->enabled = json_is_true(enabled);
    }
    if (protocol != NULL) {
        metadata->https = strcmp(protocol, "https") == 0;
    }
    if (hop_limit != NULL) {
        metadata->hop_limit = (int)json_integer_value(hop_limit);
    }
}

void *resolve_argument(const struct request *request, size_t number, const struct collection *collection,
                       const char *title, struct reply *reply)
{
    void *record = collection_find(collection, request->argument[number]);

    if (record == NULL) {
        reply_not_found(reply, title, request->argument[number]);
    }
    return record;
}

void resolve_unique_name(const struct collection *collection, const char *name, const struct entity *own,
                         struct reply *reply)
{
    const struct entity *holder = name != NULL ? collection_named(collection, name) : NULL;

    if (holder != NULL && holder != own) {
        reply_problem(reply, 400, "validation_unique_failed", "field", "name", name,
                      "Provided Name (%s) is not unique.", name);
    }
}

void resolve_metadata_support(const struct metadata *metadata, const struct profile *profile, struct reply *reply)
{
    if (metadata->enabled && profile != NULL && strcmp(profile->architecture, "amd64") != 0) {
        reply_bad_field(reply, "metadata_service.enabled", "true", "The metadata service is not supported on %s.",
                        profile->architecture);
    }
}

void resolve_place(const struct region *region, const json_t *body, struct resolve_place *ret_place,
                   struct reply *reply)
{
    const json_t *vpc = json_object_get(body, "vpc");
    int zone = resolve_zone(region, json_object_get(body, "zone"), reply);
    struct resolve_place place = {.zone = (uint8_t)(zone < 0 ? 0 : zone)};

    place.subnet = resolve_network(region, body, place.zone, &place.vni, reply);
    if (place.subnet != NULL) {
        place.vpc = place.subnet->vpc;
    }
    if (place.subnet != NULL && zone >= 0 && place.subnet->zone != (unsigned)zone) {
        reply_bad_field(reply, "subnet", place.subnet->entity.id, "The subnet is in another zone.");
    }
    if (place.subnet != NULL && vpc != NULL &&
        resolve(region, &region->vpcs, &resolve_vpc, vpc, "vpc", reply) != place.vpc && !reply_failed(reply)) {
        reply_bad_field(reply, "vpc", NULL, "The subnet is in another VPC.");
    }
    *ret_place = place;
}

bool resolve_initialization(bool unknown, struct reply *reply)
{
    if (unknown) {
        reply_error(
            reply, 404, "not_found",
            "The files of this copy do not have the server's initialization: export it with --initializations.");
    }
    return !unknown;
}
