/* What findings say: the patterns of the rules, filled in. */
#include <assert.h>
#include <string.h>

#include "audit/audit_checks.h"
#include "audit/audit_fixes.h"

enum { GROUPS_NAMED_MAX = 3 };

/* What a word of a pattern is filled in from. */
struct source {
    const struct audit *audit;
    const struct audit_finding *finding;
    const struct resource *resource; /* of the finding */
};

typedef void append_fn(const struct source *from, struct text *out);

static void append_protocol(const struct source *from, struct text *out)
{
    text_append(out, from->resource->settings.protocol);
}

static void append_hops(const struct source *from, struct text *out)
{
    text_printf(out, "%d", from->resource->settings.hop_limit);
}

/* "above 2", or "not 2" where the policy wants exactly that. */
static void append_limit(const struct source *from, struct text *out)
{
    const struct policy_wanted *wanted = &from->finding->rule->wanted;

    text_printf(out, "%s %d", wanted->hop_limit_is_max ? "above" : "not", wanted->hop_limit);
}

static void append_architecture(const struct source *from, struct text *out)
{
    text_append(out, from->resource->architecture);
}

/* The settings that take effect once the service is enabled. */
static void append_settings(const struct source *from, struct text *out)
{
    const struct resource_settings *settings = &from->resource->settings;

    text_append(out, (settings->given & RESOURCE_PROTOCOL) != 0 ? settings->protocol : "protocol unknown");
    if ((settings->given & RESOURCE_HOP_LIMIT) != 0) {
        text_printf(out, ", hop limit %d", settings->hop_limit);
    } else if ((from->resource->kind->settings & RESOURCE_HOP_LIMIT) != 0) {
        text_append(out, ", hop limit unknown");
    }
}

static void append_stored(const struct source *from, struct text *out)
{
    if (from->resource->settings_assumed) {
        text_append(out, "no metadata_service in it");
    } else {
        append_settings(from, out);
    }
}

static bool is_about_template(const struct source *from)
{
    return audit_role_of(from->resource->kind) == AUDIT_TEMPLATE;
}

static void append_enabled(const struct source *from, struct text *out)
{
    text_append(out, is_about_template(from) ? "new instances are enabled" : "enabled");
}

static void append_disabled(const struct source *from, struct text *out)
{
    text_append(out, is_about_template(from) ? "new instances are disabled" : "disabled");
}

/* The id at the end of a CRN, which is unique by itself. */
static const char *short_profile(const char *profile)
{
    const char *id = strncmp(profile, "crn:", strlen("crn:")) == 0 ? strrchr(profile, ':') : NULL;

    return id != NULL && id[1] != '\0' ? id + 1 : profile;
}

static void append_profile(const struct source *from, struct text *out)
{
    const struct audit_facts *facts = from->finding->facts;
    const char *own = from->resource->settings.trusted_profile;
    const char *profile = facts->profile != NULL ? facts->profile : own;

    if (facts->profile_name != NULL) {
        text_printf(out, "trusted profile \"%s\"", facts->profile_name);
    } else if (profile != NULL) {
        text_printf(out, "trusted profile %s", short_profile(profile));
    } else {
        text_append(out, "its trusted profile");
    }
}

static void append_profiles(const struct source *from, struct text *out)
{
    const struct policy_wanted *wanted = &from->finding->rule->wanted;

    for (size_t i = 0; i < wanted->profile_count; i++) {
        text_printf(out, "%s%s", i > 0 ? ", " : "", short_profile(wanted->profiles[i]));
    }
}

static void append_auto_link(const struct source *from, struct text *out)
{
    text_append(out, from->finding->rule->wanted.auto_link ? "false" : "true");
}

static void append_auto_link_wanted(const struct source *from, struct text *out)
{
    text_append(out, from->finding->rule->wanted.auto_link ? "true" : "false");
}

/* No PATCH changes a trusted profile (vpc-api.md 3.4). */
static void append_by_hand(const struct source *from, struct text *out)
{
    text_append(out, is_about_template(from) ? "create a template with the right one and move its groups there by hand"
                                             : "it changes only when the server is created or reinitialized");
}

/* A template is replaced by one whose auto_link is what the rule wants. */
static void append_by_hand_link(const struct source *from, struct text *out)
{
    if (!is_about_template(from)) {
        text_append(out, "; ");
        append_by_hand(from, out);
    }
}

static void append_stays_off(const struct source *from, struct text *out)
{
    if (!audit_wants(&from->finding->rule->wanted, true)) {
        text_append(out, "; ");
        append_by_hand(from, out);
    }
}

static void append_no_hops(const struct source *from, struct text *out)
{
    const struct policy_wanted *wanted = &from->finding->rule->wanted;

    if ((wanted->given & RESOURCE_HOP_LIMIT) != 0 && !wanted->hop_limit_is_max) {
        text_printf(out, ", which policy rule %s wants; ", from->finding->rule->name);
        append_by_hand(from, out);
    }
}

/* Both mostly for the same reason, which is then said once. */
static void append_use(const struct source *from, struct text *out)
{
    const struct audit_facts *facts = from->finding->facts;
    bool now = facts->use_now == PREFLIGHT_FORBIDDEN;
    bool wanted = facts->use_wanted == PREFLIGHT_FORBIDDEN;
    bool same = now && wanted && text_equal(facts->use_now_reason, facts->use_wanted_reason);

    if (now) {
        text_append(out, "what it has");
    }
    if (now && !same) {
        text_printf(out, ": %s%s", facts->use_now_reason, wanted ? "; and " : "");
    } else if (same) {
        text_append(out, " and ");
    }
    if (wanted) {
        text_printf(out, "what policy rule %s wants: %s", from->finding->rule->name, facts->use_wanted_reason);
    }
}

static void append_secret(const struct source *from, struct text *out)
{
    text_append(out, from->finding->facts->secret);
}

static void append_kind(const struct source *from, struct text *out)
{
    text_append(out, from->resource->kind->singular);
}

static void append_policy_rule(const struct source *from, struct text *out)
{
    text_append(out, from->finding->rule->name);
}

/* "https, hop limit at most 2" */
static void append_wanted(const struct source *from, struct text *out)
{
    const struct policy_wanted *wanted = &from->finding->rule->wanted;
    unsigned given = wanted->given & from->resource->kind->settings;

    if ((given & RESOURCE_PROTOCOL) != 0) {
        text_append(out, wanted->protocol);
    }
    if ((given & RESOURCE_HOP_LIMIT) != 0) {
        text_printf(out, "%shop limit %s%d", (given & RESOURCE_PROTOCOL) != 0 ? ", " : "",
                    wanted->hop_limit_is_max ? "at most " : "", wanted->hop_limit);
    }
}

/* What has findings that a command fixes first. */
static void append_then_restart(const struct source *from, struct text *out)
{
    const struct audit_fix *fix = &from->audit->fixes[from->finding->fix];

    if (fix->settings.given != 0) {
        text_append(out, "; restart it after the fix");
    }
}

static void append_stale_members(const struct source *from, struct text *out)
{
    const struct audit_facts *facts = from->finding->facts;

    text_printf(out, "%lld of %lld %s %s", (long long)facts->stale_members, (long long)facts->members,
                facts->members == 1 ? "member" : "members", facts->stale_members == 1 ? "was" : "were");
}

static void append_replace_members(const struct source *from, struct text *out)
{
    if (from->finding->template_used == NULL) {
        text_append(out, "; its own was not found, so no command replaces them");
    } else {
        text_append(out, "; ");
        audit_append_roll(from->audit, from->finding->template_used, out);
        text_append(out, " replaces them");
    }
}

static void append_owner(const struct source *from, struct text *out)
{
    const char *owner = from->finding->exception->owner;

    text_append(out, owner != NULL ? owner : "no owner");
}

static void append_pattern(const struct source *from, struct text *out)
{
    const struct policy_exception *exception = from->finding->exception;

    text_append(out, exception->crn != NULL ? exception->crn : exception->name);
}

/* Where the exception of the finding stands. */
static void append_place(const struct source *from, struct text *out)
{
    const struct policy_exception *exception = from->finding->exception;

    text_printf(out, "%s:%zu", exception->file, exception->place.line);
}

static void append_beaten(const struct source *from, struct text *out)
{
    audit_append_beaten(from->audit, from->finding->exception, out);
}

/* "; used by group asg-1", or nothing. */
static void append_groups(const struct source *from, struct text *out)
{
    const struct resource_list *known = from->audit->inventory.known;
    CLEANUP(text_free) struct text names = {0};
    size_t users = 0;

    for (size_t i = 0; i < resource_list_count(known); i++) {
        const struct resource *record = resource_list_at(known, i);
        if (record->template_id == NULL || !text_equal(record->template_id, from->resource->id)) {
            continue;
        }
        if (++users <= GROUPS_NAMED_MAX) {
            text_printf(&names, "%s%s", users > 1 ? ", " : "", record->name != NULL ? record->name : record->id);
        }
    }
    if (users > 0) {
        text_printf(out, "; used by %s %s", users == 1 ? "group" : "groups", text_string(&names));
    }
    if (users > GROUPS_NAMED_MAX) {
        text_printf(out, " and %zu more", users - GROUPS_NAMED_MAX);
    }
}

static void append_template(const struct source *from, struct text *out)
{
    const struct resource *group = from->resource;

    if (from->finding->template_used != NULL) {
        const struct resource *used = from->finding->template_used;
        text_append(out, used->name != NULL ? used->name : used->id);
    } else {
        text_append(out, group->template_name != NULL ? group->template_name : group->template_id);
    }
}

static void append_checks(unsigned checks, struct text *out)
{
    const char *separator = "";

    for (unsigned check = 0; check < AUDIT_CHECKS; check++) {
        if ((checks & 1U << check) != 0) {
            text_printf(out, "%s%s", separator, audit_check_ids[check]);
            separator = ", ";
        }
    }
}

static void append_template_rules(const struct source *from, struct text *out)
{
    append_checks(from->finding->template_checks, out);
    if (from->finding->contradicts != NULL) {
        text_append(out, "; ");
        policy_append_contradiction(from->finding->rule, from->finding->contradicts, out);
    }
}

/* What `template replace` keeps as it is. */
static void append_template_by_hand(const struct source *from, struct text *out)
{
    static const unsigned kept = 1U << AUDIT_PROFILE_MISSING | 1U << AUDIT_PROFILE_FORBIDDEN |
                                 1U << AUDIT_PROFILE_NOT_ALLOWED | 1U << AUDIT_SECRET_IN_USER_DATA |
                                 1U << AUDIT_ALLOWED_USE;

    if ((from->finding->template_checks & kept) != 0) {
        text_append(out, "; no command fixes ");
        append_checks(from->finding->template_checks & kept, out);
        text_append(out, ": create a template as it should be and let the group use it by hand");
    }
}

static const struct {
    const char *word;
    append_fn *append;
} words[] = {
    {"protocol", append_protocol},
    {"hops", append_hops},
    {"limit", append_limit},
    {"stored", append_stored},
    {"profile", append_profile},
    {"groups", append_groups},
    {"template", append_template},
    {"architecture", append_architecture},
    {"template-rules", append_template_rules},
    {"profiles", append_profiles},
    {"auto-link", append_auto_link},
    {"auto-link-wanted", append_auto_link_wanted},
    {"enabled", append_enabled},
    {"disabled", append_disabled},
    {"settings", append_settings},
    {"by-hand", append_by_hand},
    {"by-hand-link", append_by_hand_link},
    {"template-by-hand", append_template_by_hand},
    {"stays-off", append_stays_off},
    {"no-hops", append_no_hops},
    {"use", append_use},
    {"secret", append_secret},
    {"kind", append_kind},
    {"policy-rule", append_policy_rule},
    {"wanted", append_wanted},
    {"then-restart", append_then_restart},
    {"stale-members", append_stale_members},
    {"replace-members", append_replace_members},
    {"owner", append_owner},
    {"pattern", append_pattern},
    {"place", append_place},
    {"beaten", append_beaten},
};

static append_fn *find_word(const char *word, size_t size)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == size && memcmp(words[i].word, word, size) == 0) {
            return words[i].append;
        }
    }
    assert(!"a pattern of audit_checks holds an unknown word");
    return NULL;
}

static void fill_in(const struct audit *audit, const struct audit_finding *finding, const char *pattern,
                    struct text *out)
{
    const struct source from = {.audit = audit, .finding = finding, .resource = finding->resource};

    for (const char *rest = pattern; rest[0] != '\0';) {
        size_t plain = strcspn(rest, "{");
        text_append_size(out, rest, plain);
        rest += plain;
        if (rest[0] == '{') {
            size_t size = strcspn(rest + 1, "}");
            find_word(rest + 1, size)(&from, out);
            rest += size + 2;
        }
    }
}

/* ": agent speaks http only (SEC-412)" */
static void append_reason(const struct policy_exception *exception, struct text *out)
{
    text_printf(out, ": %s", exception->reason);
    if (exception->ticket != NULL) {
        text_printf(out, " (%s)", exception->ticket);
    }
}

static void append_exception(const struct audit_finding *finding, struct text *out)
{
    const struct policy_exception *exception = finding->exception;
    const char *owner = exception->owner != NULL ? exception->owner : "no owner";

    if (exception->expired) {
        text_printf(out, "; exception of %s expired %s", owner, exception->expires);
        return;
    }
    text_printf(out, "; excepted by %s ", owner);
    text_printf(out, exception->expires != NULL ? "until %s" : "without end", exception->expires);
    append_reason(exception, out);
}

void audit_message(const struct audit *audit, const struct audit_finding *finding, struct text *out)
{
    if (finding->result == AUDIT_CANNOT_TELL) {
        text_printf(out,
                    finding->check == AUDIT_UNMANAGED     ? "cannot tell which policy rule holds without %s"
                    : finding->check == AUDIT_ALLOWED_USE ? "cannot tell: %s"
                                                          : "cannot tell without %s",
                    finding->why != NULL ? finding->why : "more of its record");
        return;
    }
    fill_in(audit, finding, audit_checks[finding->check].message, out);
    if (finding->result == AUDIT_FAIL) {
        audit_append_obstacle(audit, finding, out);
    }
    if (finding->exception != NULL && finding->place != SIZE_MAX) {
        append_exception(finding, out);
    }
}

static void append_list(struct text *out, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_printf(out, "%s%s", i > 0 ? "," : "", list[i]);
    }
    text_append_char(out, '\n');
}

/* What an exception keeps when its file is moved and what stands above it changes. */
static void append_identity(const struct policy_exception *exception, struct text *out)
{
    text_printf(out, "%s\n%s\n", exception->rule != NULL ? exception->rule->name : "",
                exception->crn != NULL ? exception->crn : exception->name);
    append_list(out, exception->policy_rules, exception->policy_rule_count);
    append_list(out, exception->checks, exception->check_count);
    text_append(out, text_or_empty(exception->owner));
}

void audit_fingerprint(const struct audit_finding *finding, struct text *out)
{
    const struct resource *resource = finding->resource;
    CLEANUP(text_free) struct text whole = {0};

    text_printf(&whole, "%s\n", audit_check_ids[finding->check]);
    if (finding->place == SIZE_MAX) {
        append_identity(finding->exception, &whole);
    } else if (resource->crn != NULL) {
        text_append(&whole, resource->crn);
    } else { /* an odd record */
        text_printf(&whole, "%s/%s/%s", text_or_empty(resource->region), resource->kind->name,
                    resource->id != NULL     ? resource->id
                    : resource->name != NULL ? resource->name
                                             : "");
    }
    text_append_sha256(out, whole.data, whole.size);
}
