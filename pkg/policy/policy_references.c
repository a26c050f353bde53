/* What rules refer to by name, with its place in the file: to be compared with what exists. */
#include <string.h>

#include "mem/mem.h"
#include "policy/policy_parts.h"

/* What a word of the file refers to, and who says so. */
struct referring {
    enum policy_referent referent;
    const struct policy_rule *rule;
};

static void note_word(struct policy_reader *reader, const char *word, const void *context)
{
    const struct referring *referring = context;
    struct policy *policy = reader->policy;
    struct policy_reference_entry *entry = mem_list_add(&policy->references);

    *entry = (struct policy_reference_entry){.reference = {.referent = referring->referent,
                                                           .word = policy_keep(policy, word),
                                                           .rule = referring->rule,
                                                           .place = policy_place_here(reader)}};
    policy_glob_compile(entry->reference.word, &entry->glob);
}

/* Members of `where` and of `trusted_profile`; they have no name in common. */
static const struct {
    const char *member;
    enum policy_referent referent;
} members[] = {
    {"region", POLICY_REFERS_TO_REGION},
    {"vpc", POLICY_REFERS_TO_VPC},
    {"resource_group", POLICY_REFERS_TO_RESOURCE_GROUP},
    {"zone", POLICY_REFERS_TO_ZONE},
    {"name", POLICY_REFERS_TO_NAME},
    {"exclude", POLICY_REFERS_TO_EXCLUDED},
    {"allowed", POLICY_REFERS_TO_PROFILE},
};

/* In the order of the file. */
static void note_members(struct policy_reader *reader, const json_t *rule, const char *of,
                         const struct policy_rule *of_rule)
{
    json_t *object = json_object_get(rule, of), *value;
    size_t size = policy_enter(reader, of);
    const char *key;

    json_object_foreach (object, key, value) {
        for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
            if (strcmp(members[i].member, key) == 0) {
                policy_check_words(reader, object, key, note_word, &(struct referring){members[i].referent, of_rule});
            }
        }
    }
    policy_leave(reader, size);
}

void policy_read_references(struct policy_reader *reader, const json_t *from, const struct policy_rule *rule)
{
    note_members(reader, from, "where", rule);
    note_members(reader, from, "trusted_profile", rule);
}

size_t policy_reference_count(const struct policy *policy)
{
    return policy->references.count;
}

const struct policy_reference *policy_reference_at(const struct policy *policy, size_t index)
{
    return &policy->references.items[index].reference;
}

static bool is_of_names(const struct policy_reference *reference)
{
    return reference->referent == POLICY_REFERS_TO_NAME || reference->referent == POLICY_REFERS_TO_EXCLUDED;
}

void policy_references_see(const struct policy *policy, const struct resource *record, bool *seen)
{
    const struct policy_name name = policy_name_of(record->name);
    unsigned kind = policy_kind_bit(record->kind);

    for (size_t i = 0; name.name != NULL && i < policy->references.count; i++) {
        const struct policy_reference_entry *entry = &policy->references.items[i];
        seen[i] = seen[i] || (is_of_names(&entry->reference) &&
                              (policy->conditions[entry->reference.rule->number].kinds & kind) != 0 &&
                              policy_glob_any(&entry->glob, 1, &name));
    }
}

bool policy_rule_is_about(const struct policy_rule *rule, const struct resource_kind *kind)
{
    return (rule->policy->conditions[rule->number].kinds & policy_kind_bit(kind)) != 0;
}

enum policy_truth policy_rule_is_within(const struct policy_rule *rule, const char *const regions[], size_t count)
{
    const struct policy_words *own = &rule->policy->conditions[rule->number].regions;

    for (size_t i = 0; i < own->count; i++) {
        size_t r = 0;
        while (r < count && !text_equal(regions[r], own->items[i])) {
            r++;
        }
        if (r == count) {
            return POLICY_NO;
        }
    }
    return own->count > 0 ? POLICY_YES : POLICY_UNKNOWN;
}
