/* What findings say: the patterns of the rules, filled in. */
#include <assert.h>
#include <string.h>

#include "audit/audit.h"

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

static void append_max(const struct source *from, struct text *out)
{
    text_printf(out, "%d", from->audit->policy.max_hop_limit);
}

static void append_architecture(const struct source *from, struct text *out)
{
    text_append(out, from->resource->architecture);
}

/* The settings that take effect once the service is enabled. */
static void append_stored(const struct source *from, struct text *out)
{
    const struct resource_settings *settings = &from->resource->settings;

    if (from->resource->settings_assumed) {
        text_append(out, "no metadata_service in it");
        return;
    }
    text_append(out, (settings->given & RESOURCE_PROTOCOL) != 0 ? settings->protocol : "protocol unknown");
    if ((settings->given & RESOURCE_HOP_LIMIT) != 0) {
        text_printf(out, ", hop limit %d", settings->hop_limit);
    } else if ((from->resource->kind->settings & RESOURCE_HOP_LIMIT) != 0) {
        text_append(out, ", hop limit unknown");
    }
}

static void append_profile(const struct source *from, struct text *out)
{
    const char *profile = from->resource->settings.trusted_profile;

    text_printf(out, "%s%s", profile != NULL ? "trusted profile " : "its trusted profile",
                profile != NULL ? profile : "");
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

static void append_template_rules(const struct source *from, struct text *out)
{
    const char *separator = "";

    for (unsigned rule = 0; rule < AUDIT_RULES; rule++) {
        if ((from->finding->template_rules & 1U << rule) != 0) {
            text_printf(out, "%s%s", separator, audit_rule_ids[rule]);
            separator = ", ";
        }
    }
}

static const struct {
    const char *word;
    append_fn *append;
} words[] = {
    {"protocol", append_protocol},
    {"hops", append_hops},
    {"max", append_max},
    {"stored", append_stored},
    {"profile", append_profile},
    {"groups", append_groups},
    {"template", append_template},
    {"architecture", append_architecture},
    {"template-rules", append_template_rules},
};

static append_fn *find_word(const char *word, size_t size)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == size && memcmp(words[i].word, word, size) == 0) {
            return words[i].append;
        }
    }
    assert(!"a pattern of audit_rules holds an unknown word");
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

void audit_message(const struct audit *audit, const struct audit_finding *finding, struct text *out)
{
    fill_in(audit, finding, audit_rules[finding->rule].message, out);
}
