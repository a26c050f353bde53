/* Checks a request body against a table; the tables that several resources share. */
#include "vpcsim/api/validator.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_SIZE = 63, PLACE_MAX = 256 };

bool tokens_have(const char *tokens, const char *token)
{
    size_t size = token != NULL ? strlen(token) : 0;

    if (size == 0) {
        return false;
    }
    for (const char *at = tokens; at != NULL && (at = strstr(at, token)) != NULL; at += size) {
        if ((at == tokens || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0')) {
            return true;
        }
    }
    return false;
}

static bool is_name(const char *name, bool digit_first)
{
    static const char inner[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t size = strlen(name);
    bool begins = digit_first ? name[0] != '-' && strspn(name, inner + 26) < size : name[0] >= 'a' && name[0] <= 'z';

    return size >= 1 && size <= NAME_MAX_SIZE && begins && strspn(name, inner) == size && name[size - 1] != '-';
}

static void wrong(struct reply *reply, const char *at, const json_t *value, const char *message)
{
    struct text shown = {0};

    if (json_is_string(value)) {
        text_append(&shown, json_string_value(value));
    } else {
        json_print(&shown, value, JSON_PRINT_COMPACT);
    }
    reply_bad_field(reply, at, shown.size <= 64 ? text_string(&shown) : NULL, "The value of %s %s.",
                    at[0] != '\0' ? at : "the body", message);
    text_free(&shown);
}

static void check_int(const json_t *value, const struct validator *validator, const char *at, struct reply *reply)
{
    char message[80];

    if (!json_is_integer(value)) {
        wrong(reply, at, value, "must be an integer");
    } else if (json_integer_value(value) < validator->min || json_integer_value(value) > validator->max) {
        snprintf(message, sizeof(message), "must be between %ld and %ld", validator->min, validator->max);
        wrong(reply, at, value, message);
    }
}

static void check_string(const json_t *value, const struct validator *validator, const char *at, struct reply *reply)
{
    char message[256];

    if (!json_is_string(value)) {
        wrong(reply, at, value, "must be a string");
        return;
    }
    const char *text = json_string_value(value);
    bool is_network = validator->type == VALID_NET_NAME;
    if ((validator->type == VALID_NAME || is_network) && !is_name(text, is_network)) {
        reply_problem(reply, 400, "validation_invalid_name", "field", at, text, "The name is not valid.");
    } else if (validator->type == VALID_ADDRESS && inet_pton(AF_INET, text, &(struct in_addr){0}) != 1) {
        wrong(reply, at, value, "must be an IPv4 address");
    } else if (validator->type == VALID_TOKEN && !tokens_have(validator->tokens, text)) {
        snprintf(message, sizeof(message), "must be one of: %s", validator->tokens);
        wrong(reply, at, value, message);
    } else if (validator->type == VALID_STRING && (strlen(text) < (size_t)validator->min ||
                                                   (validator->max > 0 && strlen(text) > (size_t)validator->max))) {
        wrong(reply, at, value, "has not the right length");
    }
}

static bool is_identity(const json_t *value, const char *tokens)
{
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)value, name, member) {
        if (tokens_have(tokens, name)) {
            return true;
        }
    }
    return false;
}

static void check_identity(const json_t *value, const struct validator *validator, const char *at, struct reply *reply)
{
    char message[128];
    const char *name;
    json_t *member;

    if (!json_is_object(value) || json_object_size(value) != 1) {
        snprintf(message, sizeof(message), "must be an object with exactly one of: %s", validator->tokens);
        wrong(reply, at, value, message);
        return;
    }
    json_object_foreach ((json_t *)value, name, member) {
        char place[PLACE_MAX];
        snprintf(place, sizeof(place), "%s.%s", at, name);
        if (!tokens_have(validator->tokens, name)) {
            wrong(reply, place, member, "names a member that is unknown here");
        } else if (!json_is_string(member) || json_string_length(member) == 0) {
            wrong(reply, place, member, "must be a string");
        }
    }
}

static void check_value(const json_t *value, const struct validator *validator, const char *at, struct reply *reply);

static void check_list(const json_t *value, const struct validator *validator, const char *at, struct reply *reply)
{
    if (!json_is_array(value)) {
        wrong(reply, at, value, "must be an array");
        return;
    }
    if (json_array_size(value) < (size_t)validator->min ||
        (validator->max > 0 && json_array_size(value) > (size_t)validator->max)) {
        wrong(reply, at, value, "has not the right number of items");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        char place[PLACE_MAX];
        snprintf(place, sizeof(place), "%s[%zu]", at, i);
        check_value(json_array_get(value, i), validator->of, place, reply);
    }
}

static void check_value(const json_t *value, const struct validator *validator, const char *at, struct reply *reply)
{
    if (json_is_null(value) && validator->nullable) {
        return;
    }
    switch (validator->type) {
    case VALID_BOOL:
        if (!json_is_boolean(value)) {
            wrong(reply, at, value, "must be true or false");
        }
        break;
    case VALID_INT:
        check_int(value, validator, at, reply);
        break;
    case VALID_STRING:
    case VALID_NAME:
    case VALID_NET_NAME:
    case VALID_ADDRESS:
    case VALID_TOKEN:
        check_string(value, validator, at, reply);
        break;
    case VALID_IDENTITY:
        check_identity(value, validator, at, reply);
        break;
    case VALID_OBJECT:
        if (validator->tokens != NULL && json_is_object(value) && is_identity(value, validator->tokens)) {
            check_identity(value, validator, at, reply);
        } else {
            validator_check(value, validator->of, at, reply);
        }
        break;
    case VALID_LIST:
        check_list(value, validator, at, reply);
        break;
    }
}

static const struct validator *find(const struct validator *members, const char *name)
{
    for (const struct validator *member = members; member->name != NULL; member++) {
        if (strcmp(member->name, name) == 0) {
            return member;
        }
    }
    return NULL;
}

void validator_check(const json_t *value, const struct validator *members, const char *at, struct reply *reply)
{
    const char *name;
    json_t *member;

    if (!json_is_object(value)) {
        wrong(reply, at, value, "must be an object");
        return;
    }
    json_object_foreach ((json_t *)value, name, member) {
        const struct validator *validator = find(members, name);
        char place[PLACE_MAX];
        snprintf(place, sizeof(place), "%s%s%s", at, at[0] != '\0' ? "." : "", name);
        if (validator == NULL) {
            reply_bad_field(reply, place, NULL, "The field %s is unknown.", place);
        } else {
            check_value(member, validator, place, reply);
        }
    }
    for (const struct validator *validator = members; validator->name != NULL; validator++) {
        char place[PLACE_MAX];
        if (validator->required && json_object_get(value, validator->name) == NULL) {
            snprintf(place, sizeof(place), "%s%s%s", at, at[0] != '\0' ? "." : "", validator->name);
            reply_bad_field(reply, place, NULL, "The field %s is missing.", place);
        }
    }
}

/* --- what the bodies of several resources have in common (vpc-api.md 2.4 to 2.16) --- */

const struct validator validator_key_item = {.type = VALID_IDENTITY, .tokens = "id crn href fingerprint"};
const struct validator validator_identity_item = {.type = VALID_IDENTITY, .tokens = ID_CRN_HREF};

const struct validator validator_trusted_profile[] = {
    {.name = "auto_link", .type = VALID_BOOL},
    {.name = "target", .type = VALID_IDENTITY, .required = true, .tokens = "id crn"},
    {0},
};

const struct validator validator_address[] = {
    {.name = "address", .type = VALID_ADDRESS},
    {.name = "auto_delete", .type = VALID_BOOL},
    {.name = "name", .type = VALID_NET_NAME},
    {0},
};
static const struct validator address_item = {.type = VALID_OBJECT, .tokens = "id href", .of = validator_address};

const struct validator validator_network[] = {
    {.name = "allow_ip_spoofing", .type = VALID_BOOL},
    {.name = "auto_delete", .type = VALID_BOOL},
    {.name = "enable_infrastructure_nat", .type = VALID_BOOL},
    {.name = "ips", .type = VALID_LIST, .of = &address_item},
    {.name = "name", .type = VALID_NET_NAME},
    {.name = "primary_ip", .type = VALID_OBJECT, .tokens = "id href", .of = validator_address},
    {.name = "protocol_state_filtering_mode", .type = VALID_TOKEN, .tokens = "auto disabled enabled"},
    {.name = "resource_group", .type = VALID_IDENTITY, .tokens = "id"},
    {.name = "security_groups", .type = VALID_LIST, .of = &validator_identity_item},
    {.name = "subnet", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},
    {0},
};

const struct validator validator_volume_allowed_use[] = {
    {.name = "api_version", .type = VALID_STRING, .min = 10, .max = 10},
    {.name = "bare_metal_server", .type = VALID_STRING, .min = 1, .max = 1024},
    {.name = "instance", .type = VALID_STRING, .min = 1, .max = 1024},
    {0},
};

const struct validator validator_affinity[] = {
    {.name = "policy", .type = VALID_TOKEN, .tokens = "automatic disabled manual"},
    {.name = "pool", .type = VALID_LIST, .of = &validator_identity_item},
    {0},
};
