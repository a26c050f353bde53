/* What a rule says, in words. */
#include <string.h>

#include "policy/policy_parts.h"

enum { SHOWN_MAX = 4 };

void policy_append_words(struct text *out, const struct policy_words *words)
{
    for (size_t i = 0; i < words->count && i < SHOWN_MAX; i++) {
        text_append(out, i == 0 ? "" : i + 1 == words->count ? " or " : ", ");
        text_append_safe(out, words->items[i], strlen(words->items[i]));
    }
    if (words->count > SHOWN_MAX) {
        text_printf(out, " or %zu %s", words->count - SHOWN_MAX, words->count - SHOWN_MAX == 1 ? "other" : "others");
    }
}

void policy_append_globs(struct text *out, const struct policy_globs *globs)
{
    const char *patterns[SHOWN_MAX] = {NULL};

    for (size_t i = 0; i < globs->count && i < SHOWN_MAX; i++) {
        patterns[i] = globs->items[i].pattern;
    }
    policy_append_words(out, &(struct policy_words){.items = patterns, .count = globs->count});
}

void policy_append_kinds(const struct policy_rule *rule, struct text *out)
{
    size_t count = 0;

    for (size_t k = 0; resource_kinds[k] != NULL; k++) {
        if ((rule->policy->conditions[rule->number].kinds & 1U << k) != 0) {
            text_printf(out, "%s%s", count++ > 0 ? ", " : "", resource_kinds[k]->name);
        }
    }
}

static void append_selector(struct text *out, const char *name, const struct policy_words *words)
{
    if (words->count > 0) {
        text_printf(out, "%s%s ", out->size > 0 ? "; " : "", name);
        policy_append_words(out, words);
    }
}

/* Where the lines of an expression end says nothing in a cell. */
void policy_append_jq(struct text *out, const char *jq)
{
    static const char blanks[] = " \t\r\n";
    size_t size;

    for (const char *line = jq + strspn(jq, blanks); *line != '\0'; line += size + strspn(line + size, blanks)) {
        size = strcspn(line, "\r\n");
        while (size > 0 && line[size] != '\0' && strchr(blanks, line[size - 1]) != NULL) {
            size--;
        }
        text_append(out, line == jq + strspn(jq, blanks) ? "" : " ");
        text_append_safe(out, line, size);
    }
}

void policy_append_where(const struct policy_rule *rule, struct text *out)
{
    const struct policy_condition *condition = &rule->policy->conditions[rule->number];
    CLEANUP(text_free) struct text where = {0};

    append_selector(&where, "region", &condition->regions);
    append_selector(&where, "vpc", &condition->vpcs);
    append_selector(&where, "resource_group", &condition->groups);
    append_selector(&where, "zone", &condition->zones);
    append_selector(&where, "status", &condition->statuses);
    if (condition->names.count > 0) {
        text_printf(&where, "%sname ", where.size > 0 ? "; " : "");
        policy_append_globs(&where, &condition->names);
    }
    if (condition->excludes.count > 0) {
        text_printf(&where, "%sname not ", where.size > 0 ? "; " : "");
        policy_append_globs(&where, &condition->excludes);
    }
    if (condition->jq != NULL) {
        text_printf(&where, "%sjq ", where.size > 0 ? "; " : "");
        policy_append_jq(&where, condition->jq);
    }
    text_append_size(out, text_string(&where), where.size);
}

static void append_item(struct text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append_item(struct text *out, const char *format, ...)
{
    va_list args;

    text_append(out, out->size > 0 ? ", " : "");
    va_start(args, format);
    text_vprintf(out, format, args);
    va_end(args);
}

static void append_profile(struct text *out, const struct policy_wanted *wanted)
{
    const struct policy_words profiles = {.items = wanted->profiles, .count = wanted->profile_count};

    if (wanted->profile == POLICY_PROFILE_ANY) {
        return;
    }
    if (wanted->profile == POLICY_PROFILE_FORBIDDEN || profiles.count == 0) {
        append_item(out, wanted->profile == POLICY_PROFILE_FORBIDDEN ? "no trusted profile" : "a trusted profile");
        return;
    }
    append_item(out, "trusted profile ");
    policy_append_words(out, &profiles);
    text_append(out, wanted->profile == POLICY_PROFILE_ALLOWED ? " or none" : "");
}

void policy_append_wanted(const struct policy_rule *rule, struct text *out)
{
    const struct policy_wanted *wanted = &rule->wanted;
    CLEANUP(text_free) struct text items = {0};

    if ((wanted->given & RESOURCE_ENABLED) != 0) {
        append_item(&items, wanted->enabled ? "enabled" : "disabled");
    }
    if ((wanted->given & RESOURCE_PROTOCOL) != 0) {
        append_item(&items, "%s", wanted->protocol);
    }
    if ((wanted->given & RESOURCE_HOP_LIMIT) != 0) {
        append_item(&items, "hop limit %d%s", wanted->hop_limit,
                    wanted->hop_limit_is_max && wanted->hop_limit > RESOURCE_HOP_LIMIT_MIN ? " or less" : "");
    }
    append_profile(&items, wanted);
    if ((wanted->given & RESOURCE_AUTO_LINK) != 0) {
        append_item(&items, wanted->auto_link ? "auto_link" : "no auto_link");
    }
    text_append(out, items.size > 0 ? text_string(&items) : "nothing");
}
