/* The table of checks, which findings, --list-rules, --rule and policies read. */
#include "audit/audit_checks.h"

#include <string.h>

const char *const audit_protocol_names[AUDIT_PROTOCOLS] = {"http", "https", "other", "unknown"};
const char *const audit_result_names[AUDIT_RESULTS + 1] = {
    [AUDIT_PASS] = "pass",
    [AUDIT_FAIL] = "fail",
    [AUDIT_EXCEPTED] = "excepted",
    [AUDIT_CANNOT_TELL] = "cannot_tell",
    [AUDIT_NOT_APPLICABLE] = "not_applicable",
};

const char *const audit_check_ids[AUDIT_CHECKS + 1] = {
    [AUDIT_ENABLED_OVER_HTTP] = "enabled-over-http",
    [AUDIT_TEMPLATE_OVER_HTTP] = "template-over-http",
    [AUDIT_SECRET_IN_USER_DATA] = "secret-in-user-data",
    [AUDIT_PROFILE_FORBIDDEN] = "profile-forbidden",
    [AUDIT_PROFILE_NOT_ALLOWED] = "profile-not-allowed",
    [AUDIT_HOP_LIMIT] = "hop-limit",
    [AUDIT_HOP_LIMIT_WITH_PROFILE] = "hop-limit-with-profile",
    [AUDIT_ENABLED_WHERE_FORBIDDEN] = "enabled-where-forbidden",
    [AUDIT_UNSUPPORTED_ARCHITECTURE] = "unsupported-architecture",
    [AUDIT_ALLOWED_USE] = "allowed-use",
    [AUDIT_PROFILE_MISSING] = "profile-missing",
    [AUDIT_PROFILE_AUTO_LINK] = "profile-auto-link",
    [AUDIT_TEMPLATE_HOP_LIMIT] = "template-hop-limit",
    [AUDIT_TEMPLATE_ENABLED_WHERE_FORBIDDEN] = "template-enabled-where-forbidden",
    [AUDIT_TEMPLATE_AUTO_LINK] = "template-auto-link",
    [AUDIT_GROUP_TEMPLATE] = "group-template",
    [AUDIT_GROUP_TEMPLATE_MISSING] = "group-template-missing",
    [AUDIT_GROUP_MEMBERS] = "group-members",
    [AUDIT_ENABLED_OVER_HTTPS] = "enabled-over-https",
    [AUDIT_TEMPLATE_OVER_HTTPS] = "template-over-https",
    [AUDIT_DISABLED] = "disabled",
    [AUDIT_TEMPLATE_DISABLED] = "template-disabled",
    [AUDIT_PROFILE_WHILE_DISABLED] = "profile-while-disabled",
    [AUDIT_RESTART_PENDING] = "restart-pending",
    [AUDIT_STORED_WHILE_DISABLED] = "stored-while-disabled",
    [AUDIT_UNUSED_EXCEPTION] = "unused-exception",
    [AUDIT_UNMANAGED] = "unmanaged",
};

/* The words in braces are those of audit_text.c. The numbers of the bases are those of vpc-api.md 5.7. */
const struct audit_check audit_checks[AUDIT_CHECKS] = {
    [AUDIT_ENABLED_OVER_HTTP] =
        {
            .title = "metadata service enabled over http",
            .severity = POLICY_HIGH,
            .meaning =
                "requests and tokens are not encrypted, and the address that request forgery (SSRF) uses answers",
            .message = "answers over {protocol}",
            .fix = "vpcmeta KIND set NAME --protocol https",
            .basis = "A1: secure access is the first best practice",
            .roles = AUDIT_SERVER,
            .judge = audit_judge_over_http,
        },
    [AUDIT_TEMPLATE_OVER_HTTP] =
        {
            .title = "template enabled over http",
            .severity = POLICY_HIGH,
            .meaning = "every instance made from the template is enabled over http from the start",
            .message = "new instances answer over {protocol}{groups}",
            .fix = "vpcmeta template replace NAME --protocol https --update-groups --delete-old",
            .basis = "A8: new servers inherit",
            .roles = AUDIT_TEMPLATE,
            .judge = audit_judge_over_http,
        },
    [AUDIT_SECRET_IN_USER_DATA] =
        {
            .title = "secret in user_data",
            .severity = POLICY_HIGH,
            .meaning =
                "while the service is on, every process on the server, and anyone who can make one send a request, can "
                "read its user_data: keep secrets in a secrets manager, and replace those that were in it",
            .message = "user_data holds what looks like {secret}; no command removes it: create it again without the "
                       "secret, and replace the secret",
            .fix = "vpcmeta KIND show NAME",
            .basis = "A12: readable by all processes",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_INITIALIZATIONS | AUDIT_NEEDS_USER_DATA,
            .judge = audit_judge_secret,
        },
    [AUDIT_PROFILE_FORBIDDEN] =
        {
            .title = "trusted profile where none may be",
            .severity = POLICY_HIGH,
            .meaning = "every process that reaches the service may act as the profile",
            .message = "has {profile}, which policy rule {policy-rule} forbids; {by-hand}",
            .fix = "vpcmeta KIND show NAME --trusted-profile-details",
            .basis = "A6: limit trusted profiles",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_INITIALIZATIONS,
            .judge = audit_judge_forbidden,
        },
    [AUDIT_PROFILE_NOT_ALLOWED] =
        {
            .title = "trusted profile that is not allowed",
            .severity = POLICY_HIGH,
            .meaning = "every process that reaches the service may act as a profile that was not meant for this server",
            .message = "has {profile}; policy rule {policy-rule} allows only {profiles}; {by-hand}",
            .fix = "vpcmeta KIND show NAME --trusted-profile-details",
            .basis = "A6: limit trusted profiles",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_INITIALIZATIONS,
            .judge = audit_judge_not_allowed,
        },
    [AUDIT_HOP_LIMIT] =
        {
            .title = "wrong hop limit",
            .severity = POLICY_MEDIUM,
            .meaning =
                "too high: answers reach more than the server itself, such as containers or hosts that it routes for. "
                "Too low, or lowered: their requests time out, because answers are dropped on the way",
            .message = "hop limit {hops} is {limit}",
            .fix = "vpcmeta KIND set NAME --hop-limit MAX",
            .basis = "A3: keep the hop limit appropriate",
            .roles = AUDIT_SERVER,
            .judge = audit_judge_hop_limit,
        },
    [AUDIT_HOP_LIMIT_WITH_PROFILE] =
        {
            .title = "trusted profile beyond one hop",
            .severity = POLICY_MEDIUM,
            .meaning = "containers and whatever else the hop limit reaches may act as the profile of the server",
            .message = "has {profile}, and hop limit {hops} lets more than the server itself assume it{no-hops}",
            .fix = "vpcmeta KIND set NAME --hop-limit 1",
            .basis = "A3, A6: limit trusted profiles",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_INITIALIZATIONS,
            .judge = audit_judge_hops_with_profile,
        },
    [AUDIT_ENABLED_WHERE_FORBIDDEN] =
        {
            .title = "enabled where it must be off",
            .severity = POLICY_MEDIUM,
            .meaning = "a service that nothing uses can only be misused: disable it",
            .message = "enabled over {protocol}; policy rule {policy-rule} wants it off",
            .fix = "vpcmeta KIND set NAME --enabled false",
            .basis = "A2: disable when not needed",
            .roles = AUDIT_SERVER,
            .judge = audit_judge_where_forbidden,
        },
    [AUDIT_UNSUPPORTED_ARCHITECTURE] =
        {
            .title = "enabled on unsupported architecture",
            .severity = POLICY_MEDIUM,
            .meaning = "the setting is on where the service does not exist: a program that relies on it gets no answer",
            .message = "{enabled}, but {architecture} has no metadata service (x86 only){groups}",
            .fix = "vpcmeta KIND set NAME --enabled false",
            .basis = "A5: not supported",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_ARCHITECTURES,
            .judge = audit_judge_architecture,
        },
    [AUDIT_ALLOWED_USE] =
        {
            .title = "allowed_use contradicts settings",
            .severity = POLICY_MEDIUM,
            .meaning = "the image or the boot volume permits only some settings: changes to others are refused, and so "
                       "is creating servers with others",
            .message = "its allowed_use contradicts {use}",
            .fix = "vpcmeta KIND show NAME",
            .basis = "A10, A11: conflicts with allowed_use",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_USE,
            .judge = audit_judge_allowed_use,
        },
    [AUDIT_PROFILE_MISSING] =
        {
            .title = "trusted profile is missing",
            .severity = POLICY_MEDIUM,
            .meaning = "without one, programs on the server need stored credentials",
            .message = "has no trusted profile, which policy rule {policy-rule} requires; {by-hand}",
            .fix = "vpcmeta KIND show NAME --trusted-profile-details",
            .basis = "A6: identity by trusted profile",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_INITIALIZATIONS,
            .judge = audit_judge_missing,
        },
    [AUDIT_PROFILE_AUTO_LINK] =
        {
            .title = "wrong auto_link",
            .severity = POLICY_MEDIUM,
            .meaning = "with auto_link the server may assume the profile without a decision; without it, only once it "
                       "is linked in IAM",
            .message = "{profile} has auto_link {auto-link}, and policy rule {policy-rule} wants "
                       "{auto-link-wanted}{by-hand-link}",
            .fix = "vpcmeta KIND show NAME --trusted-profile-details",
            .basis = "A7: silent linking",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_INITIALIZATIONS,
            .judge = audit_judge_auto_link,
        },
    [AUDIT_TEMPLATE_HOP_LIMIT] =
        {
            .title = "template with a wrong hop limit",
            .severity = POLICY_MEDIUM,
            .meaning = "every instance made from the template has that hop limit from the start",
            .message = "new instances have hop limit {hops}, {limit}{groups}",
            .fix = "vpcmeta template replace NAME --hop-limit MAX --update-groups --delete-old",
            .basis = "A8: new servers inherit",
            .roles = AUDIT_TEMPLATE,
            .judge = audit_judge_hop_limit,
        },
    [AUDIT_TEMPLATE_ENABLED_WHERE_FORBIDDEN] =
        {
            .title = "template on where it must be off",
            .severity = POLICY_MEDIUM,
            .meaning = "every instance made from the template is enabled from the start",
            .message = "new instances are enabled; policy rule {policy-rule} wants them off{groups}",
            .fix = "vpcmeta template replace NAME --enabled false --update-groups --delete-old",
            .basis = "A8: new servers inherit",
            .roles = AUDIT_TEMPLATE,
            .judge = audit_judge_where_forbidden,
        },
    [AUDIT_TEMPLATE_AUTO_LINK] =
        {
            .title = "auto_link in a template",
            .severity = POLICY_MEDIUM,
            .meaning = "every instance made from the template may assume the trusted profile without a decision, and "
                       "instance groups refuse the template; link the profile in IAM where it is needed",
            .message = "links {profile} to every new instance{groups}",
            .fix = "vpcmeta template replace NAME --auto-link false --update-groups --delete-old",
            .basis = "A7: blocks instance groups; silent linking",
            .roles = AUDIT_TEMPLATE,
            .judge = audit_judge_template_auto_link,
        },
    [AUDIT_GROUP_TEMPLATE] =
        {
            .title = "group whose template has findings",
            .severity = POLICY_HIGH,
            .meaning = "every member that the group adds or replaces inherits them; as severe as the worst of them. "
                       "Existing members keep their settings unless --roll replaces them",
            .message = "template {template}: {template-rules}{template-by-hand}",
            .fix = "vpcmeta template replace TEMPLATE --protocol https --update-groups --delete-old",
            .basis = "A8: new servers inherit",
            .roles = AUDIT_GROUP,
            .needs = AUDIT_NEEDS_ARCHITECTURES | AUDIT_NEEDS_USER_DATA | AUDIT_NEEDS_USE,
            .judge = audit_judge_group_template,
        },
    [AUDIT_GROUP_TEMPLATE_MISSING] =
        {
            .title = "group whose template does not exist",
            .severity = POLICY_MEDIUM,
            .meaning = "the settings of new members cannot be determined, and the group cannot create any",
            .message = "template {template} does not exist: give the group one that exists by hand",
            .fix = "vpcmeta group show NAME",
            .basis = "A8: new servers inherit",
            .roles = AUDIT_GROUP,
            .judge = audit_judge_group_template_missing,
        },
    [AUDIT_GROUP_MEMBERS] =
        {
            .title = "members from another template",
            .severity = POLICY_INFO,
            .meaning =
                "they keep the settings of the template that made them, whatever the template of the group says now",
            .message = "{stale-members} made from another template{replace-members}",
            .fix = "vpcmeta group show NAME",
            .basis = "A9: stale settings",
            .roles = AUDIT_GROUP,
            .needs = AUDIT_NEEDS_MEMBERS,
            .judge = audit_judge_group_members,
        },
    [AUDIT_ENABLED_OVER_HTTPS] =
        {
            .title = "enabled, but not over http",
            .severity = POLICY_LOW,
            .meaning = "programs that the policy wants to reach the service over http get no answer",
            .message = "answers over {protocol}, not over http",
            .fix = "vpcmeta KIND set NAME --protocol http",
            .basis = "the policy",
            .roles = AUDIT_SERVER,
            .judge = audit_judge_over_https,
        },
    [AUDIT_TEMPLATE_OVER_HTTPS] =
        {
            .title = "template without plain http",
            .severity = POLICY_LOW,
            .meaning = "programs that the policy wants to reach the service over http get no answer on new instances",
            .message = "new instances answer over {protocol}, not over http{groups}",
            .fix = "vpcmeta template replace NAME --protocol http --update-groups --delete-old",
            .basis = "the policy",
            .roles = AUDIT_TEMPLATE,
            .judge = audit_judge_over_https,
        },
    [AUDIT_DISABLED] =
        {
            .title = "metadata service disabled",
            .severity = POLICY_LOW,
            .meaning = "the server has no identity and no metadata of its own: programs on it need stored credentials",
            .message = "disabled (stored: {stored})",
            .fix = "vpcmeta KIND set NAME --enabled true --protocol https",
            .basis = "disabled is the default everywhere (vpc-api.md 4.1)",
            .roles = AUDIT_SERVER,
            .judge = audit_judge_disabled,
        },
    [AUDIT_TEMPLATE_DISABLED] =
        {
            .title = "template disabled",
            .severity = POLICY_LOW,
            .meaning = "every instance made from the template is disabled at first, and needs a stop and a start once "
                       "it is enabled",
            .message = "new instances are disabled at first ({stored}){groups}",
            .fix = "vpcmeta template replace NAME --enabled true --protocol https --update-groups --delete-old",
            .basis = "A8: new servers inherit",
            .roles = AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_ARCHITECTURES,
            .judge = audit_judge_disabled,
        },
    [AUDIT_PROFILE_WHILE_DISABLED] =
        {
            .title = "trusted profile while disabled",
            .severity = POLICY_LOW,
            .meaning = "without the service the server cannot assume its profile",
            .message = "has {profile}, which it cannot assume while the service is off{stays-off}",
            .fix = "vpcmeta KIND set NAME --enabled true",
            .basis = "A4: inconsistent, the profile is unusable",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_INITIALIZATIONS,
            .judge = audit_judge_while_disabled,
        },
    [AUDIT_RESTART_PENDING] =
        {
            .title = "enabled, restart pending",
            .severity = POLICY_INFO,
            .meaning =
                "on a server that was created with the service off, it is complete only after a stop and a start",
            .message =
                "enabled, and no stop and start is known since: until then the service is not complete{then-restart}",
            .fix = "vpcmeta instance restart NAME",
            .basis = "vpc-api.md 4.1",
            .roles = AUDIT_SERVER,
            .needs = AUDIT_NEEDS_RESTARTS,
            .judge = audit_judge_restart,
        },
    [AUDIT_STORED_WHILE_DISABLED] =
        {
            .title = "wrong settings stored while disabled",
            .severity = POLICY_LOW,
            .meaning = "the service is off, as it should be; once it is enabled it has what is stored",
            .message = "{disabled}, with {settings} stored; policy rule {policy-rule} wants {wanted}{groups}",
            .fix = "vpcmeta KIND set NAME --protocol https",
            .basis = "A1, A3: settings that take effect later",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE,
            .needs = AUDIT_NEEDS_ARCHITECTURES,
            .judge = audit_judge_stored,
        },
    [AUDIT_UNUSED_EXCEPTION] =
        {
            .title = "exception that covers nothing",
            .severity = POLICY_LOW,
            .meaning = "what it was made for is fixed or gone, another exception covers the same, or it is misspelled: "
                       "remove it, so that it does not hide a later finding",
            .message = "the exception of {owner} for {pattern} ({place}) covers no finding{beaten}; remove it",
            .fix = "vpcmeta policy check FILE",
            .basis = "exceptions should be few; a finding with --strict only",
        },
    [AUDIT_UNMANAGED] =
        {
            .title = "no policy rule holds for it",
            .severity = POLICY_INFO,
            .meaning = "no rule says what its settings should be: add one, or a rule without selectors at the end of "
                       "the policy",
            .message = "no policy rule holds for it",
            .fix = "vpcmeta KIND show NAME",
            .basis = "the policy",
            .roles = AUDIT_SERVER | AUDIT_TEMPLATE | AUDIT_GROUP,
        },
};

bool audit_add_check(const char *id, unsigned *checks, struct err *e)
{
    for (unsigned i = 0; i < AUDIT_CHECKS; i++) {
        if (strcmp(audit_check_ids[i], id) == 0) {
            *checks |= 1U << i;
            return true;
        }
    }
    const char *nearest = text_nearest(id, audit_check_ids, AUDIT_CHECKS);
    return nearest != NULL ? err_set(e, ERR_USAGE, "there is no rule \"%s\"; did you mean \"%s\"?", id, nearest)
                           : err_set(e, ERR_USAGE, "there is no rule \"%s\"; --list-rules shows them all", id);
}

bool audit_reports(const struct audit_terms *terms, enum audit_check_number check)
{
    unsigned reported = terms->checks != 0 ? terms->checks : ~0U;

    return (reported & ~terms->excluded & 1U << check) != 0;
}

bool audit_makes(const struct audit_terms *terms, enum audit_check_number check)
{
    bool all = terms->strict && (terms->checks & ~terms->excluded & 1U << AUDIT_UNUSED_EXCEPTION) != 0;

    return all || audit_reports(terms, check);
}

unsigned audit_needs(const struct audit_terms *terms)
{
    bool initializations = terms->initializations;
    unsigned needs = 0;

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        if (audit_makes(terms, check)) {
            needs |= audit_checks[check].needs;
            initializations |= terms->checks != 0 && audit_reports(terms, check) &&
                               (audit_checks[check].needs & AUDIT_NEEDS_INITIALIZATIONS) != 0;
        }
    }
    if ((needs & AUDIT_NEEDS_INITIALIZATIONS) != 0) {
        needs |= AUDIT_NEEDS_RULE_PROFILES;
    }
    return initializations ? needs | AUDIT_NEEDS_INITIALIZATIONS : needs & ~(unsigned)AUDIT_NEEDS_INITIALIZATIONS;
}
