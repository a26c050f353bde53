/* The table of rules, which findings, --list-rules and --rule read. */
#include <string.h>

#include "audit/audit.h"

const char *const audit_severity_names[] = {"low", "medium", "high", NULL};
const char *const audit_protocol_names[AUDIT_PROTOCOLS] = {"http", "https", "other", "unknown"};

const char *const audit_rule_ids[AUDIT_RULES + 1] = {
    [AUDIT_HTTP] = "enabled-over-http",
    [AUDIT_TEMPLATE_HTTP] = "template-over-http",
    [AUDIT_HOP_LIMIT] = "hop-limit",
    [AUDIT_ARCHITECTURE] = "unsupported-architecture",
    [AUDIT_TEMPLATE_HOP_LIMIT] = "template-hop-limit",
    [AUDIT_TEMPLATE_AUTO_LINK] = "template-auto-link",
    [AUDIT_GROUP_TEMPLATE] = "group-template",
    [AUDIT_GROUP_TEMPLATE_MISSING] = "group-template-missing",
    [AUDIT_DISABLED] = "disabled",
    [AUDIT_TEMPLATE_DISABLED] = "template-disabled",
};

/* The words in braces are those of audit_text.c. The numbers of the bases are those of vpc-api.md 5.7. */
const struct audit_rule audit_rules[AUDIT_RULES] = {
    [AUDIT_HTTP] =
        {
            .title = "metadata service enabled over http",
            .severity = AUDIT_HIGH,
            .meaning = "requests and the tokens they bring back are not encrypted, and the bare address that request "
                       "forgery aims at answers",
            .message = "answers over {protocol}",
            .fix = "vpcmeta KIND set NAME --protocol https",
            .basis = "A1: secure access is the first best practice",
        },
    [AUDIT_TEMPLATE_HTTP] =
        {
            .title = "template of servers with plain http",
            .severity = AUDIT_HIGH,
            .meaning = "every instance made from the template is enabled over http from the start",
            .message = "new instances answer over {protocol}{groups}",
            .fix = "vpcmeta template replace NAME --protocol https --update-groups --delete-old",
            .basis = "A8: new servers inherit",
        },
    [AUDIT_HOP_LIMIT] =
        {
            .title = "hop limit too high",
            .severity = AUDIT_MEDIUM,
            .meaning = "answers travel further than to the server itself: to containers, or through a router it plays",
            .message = "hop limit {hops} is above {max}",
            .fix = "vpcmeta KIND set NAME --hop-limit MAX",
            .basis = "A3: keep the hop limit appropriate",
        },
    [AUDIT_ARCHITECTURE] =
        {
            .title = "enabled on an unsupported architecture",
            .severity = AUDIT_MEDIUM,
            .meaning = "the setting is on where the service does not exist: a program that relies on it gets no answer",
            .message = "enabled, but {architecture} has no metadata service (x86 only)",
            .fix = "vpcmeta KIND set NAME --enabled false",
            .basis = "A5: not supported",
        },
    [AUDIT_TEMPLATE_HOP_LIMIT] =
        {
            .title = "template with a hop limit too high",
            .severity = AUDIT_MEDIUM,
            .meaning = "every instance made from the template has that hop limit from the start",
            .message = "new instances have hop limit {hops}, above {max}{groups}",
            .fix = "vpcmeta template replace NAME --hop-limit MAX --update-groups --delete-old",
            .basis = "A8: new servers inherit",
        },
    [AUDIT_TEMPLATE_AUTO_LINK] =
        {
            .title = "auto_link in a template",
            .severity = AUDIT_MEDIUM,
            .meaning = "every instance made from the template may assume the trusted profile without a decision, and "
                       "instance groups refuse the template; link the profile in IAM where it is needed",
            .message = "links {profile} to every new instance{groups}",
            .fix = "vpcmeta template replace NAME --auto-link false --update-groups --delete-old",
            .basis = "A7: blocks instance groups; silent linking",
        },
    [AUDIT_GROUP_TEMPLATE] =
        {
            .title = "group whose template has findings",
            .severity = AUDIT_HIGH,
            .meaning =
                "every member that the group adds or replaces inherits them; as severe as the worst of them. The "
                "members of now keep their settings unless --roll replaces them",
            .message = "template {template}: {template-rules}",
            .fix = "vpcmeta template replace TEMPLATE --protocol https --update-groups --delete-old",
            .basis = "A8: new servers inherit",
        },
    [AUDIT_GROUP_TEMPLATE_MISSING] =
        {
            .title = "group whose template does not exist",
            .severity = AUDIT_MEDIUM,
            .meaning = "the settings of new members cannot be determined, and the group cannot create any",
            .message = "template {template} does not exist: give the group one that exists by hand",
            .fix = "vpcmeta group show NAME",
            .basis = "A8: new servers inherit",
        },
    [AUDIT_DISABLED] =
        {
            .title = "metadata service disabled",
            .severity = AUDIT_LOW,
            .meaning = "the server has no identity and no metadata of its own: programs on it need stored credentials",
            .message = "disabled (stored: {stored})",
            .fix = "vpcmeta KIND set NAME --enabled true --protocol https",
            .basis = "disabled is the default everywhere (vpc-api.md 4.1)",
        },
    [AUDIT_TEMPLATE_DISABLED] =
        {
            .title = "template of servers without the service",
            .severity = AUDIT_LOW,
            .meaning =
                "every instance made from the template is disabled at first, and needs a stop and a start once it "
                "is enabled",
            .message = "new instances are disabled at first ({stored}){groups}",
            .fix = "vpcmeta template replace NAME --enabled true --protocol https --update-groups --delete-old",
            .basis = "A8: new servers inherit",
        },
};

bool audit_add_rule(const char *id, unsigned *rules, struct err *e)
{
    for (unsigned i = 0; i < AUDIT_RULES; i++) {
        if (strcmp(audit_rule_ids[i], id) == 0) {
            *rules |= 1U << i;
            return true;
        }
    }
    const char *nearest = text_nearest(id, audit_rule_ids, AUDIT_RULES);
    return nearest != NULL ? err_set(e, ERR_USAGE, "there is no rule \"%s\"; did you mean \"%s\"?", id, nearest)
                           : err_set(e, ERR_USAGE, "there is no rule \"%s\"; --list-rules shows them all", id);
}

bool audit_reports(const struct audit_policy *policy, enum audit_rule_number rule)
{
    unsigned reported = policy->rules != 0 ? policy->rules : ~0U;

    return (reported & ~policy->excluded & 1U << rule) != 0;
}
