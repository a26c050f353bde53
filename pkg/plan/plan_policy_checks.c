/* What fixes the finding of each check of the audit, and why a plan may have to leave it. */
#include <string.h>

#include "plan/plan_policy_make.h"

#define AT_CREATION   "the trusted profile of a server is set when it is created"
#define USER_DATA     "user_data is set when a server or a template is created"
#define NOT_CHOSEN    "a policy does not choose trusted profiles: `template replace` gives the template one"
#define KEEPS_PROFILE "a replacement keeps the trusted profile: create a template without it"

static const struct plan_policy_check rows[] = {
    {"enabled-over-http", .mask = RESOURCE_PROTOCOL | RESOURCE_ENABLED},
    {"enabled-over-https", .mask = RESOURCE_PROTOCOL | RESOURCE_ENABLED},
    {"hop-limit", .mask = RESOURCE_HOP_LIMIT | RESOURCE_ENABLED},
    {"disabled", .mask = RESOURCE_ENABLED},
    {"enabled-where-forbidden", .mask = RESOURCE_ENABLED},
    {"unsupported-architecture", .mask = RESOURCE_ENABLED, .remedy = "the policy rule does not turn it off"},
    {"profile-while-disabled", .mask = RESOURCE_ENABLED, .remedy = AT_CREATION, .remedy_of_template = KEEPS_PROFILE},
    {"hop-limit-with-profile", .mask = RESOURCE_HOP_LIMIT | RESOURCE_ENABLED,
     .remedy = "the policy rule allows the hop limit, and " AT_CREATION,
     .remedy_of_template = "the policy rule allows the hop limit, and " KEEPS_PROFILE},
    {"profile-missing", .remedy = AT_CREATION, .remedy_of_template = NOT_CHOSEN},
    {"profile-forbidden", .remedy = AT_CREATION, .remedy_of_template = KEEPS_PROFILE},
    {"profile-not-allowed", .remedy = AT_CREATION, .remedy_of_template = NOT_CHOSEN},
    {"profile-auto-link", .mask = RESOURCE_AUTO_LINK, .remedy = AT_CREATION},
    {"allowed-use", .remedy = "the image or the boot volume forbids it"},
    {"restart-pending", .restarts = true,
     .remedy = "the policy rule does not restart servers (apply: restart: needed)"},
    {"stored-while-disabled", .mask = RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT | RESOURCE_ENABLED},
    {"secret-in-user-data", .remedy = USER_DATA},
    {"unused-exception", .remedy = "it is for the policy to change"},
    {"unmanaged", .remedy = "no policy rule matches it"},
    {"template-over-http", .mask = RESOURCE_PROTOCOL | RESOURCE_ENABLED},
    {"template-over-https", .mask = RESOURCE_PROTOCOL | RESOURCE_ENABLED},
    {"template-hop-limit", .mask = RESOURCE_HOP_LIMIT | RESOURCE_ENABLED},
    {"template-disabled", .mask = RESOURCE_ENABLED},
    {"template-enabled-where-forbidden", .mask = RESOURCE_ENABLED},
    {"template-auto-link", .mask = RESOURCE_AUTO_LINK},
    {"group-template", .moves = true},
    {"group-template-missing", .remedy = "its template does not exist: give the group one that does"},
    {"group-members", .rolls = true, .remedy = "the policy rule does not roll members (apply: roll: true)"},
    {.check = NULL},
};

const struct plan_policy_check *plan_policy_check_find(const char *id)
{
    const struct plan_policy_check *row = rows;

    while (row->check != NULL && strcmp(row->check, id) != 0) {
        row++;
    }
    return row;
}
