/* A policy as a whole: made from a text, with exceptions of files of their own, and what it holds. */
#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "policy/policy_parts.h"

void policy_destroy(struct policy *policy)
{
    if (policy == NULL) {
        return;
    }
    for (size_t i = 0; i < policy->predicate_count; i++) {
        query_destroy(policy->predicates[i]);
    }
    free(policy->exceptions.items);
    free(policy->references.items);
    text_arena_free(&policy->memory);
    free(policy);
}

/* --- reading ----------------------------------------------------------------------------------------- */

/* "sha256:" and the digest of the texts: of one alone its own, of several that of all before and of the last. */
static const char *digest_of(struct policy *policy, const char *before, const char *text, size_t size)
{
    CLEANUP(text_free) struct text digest = {0}, both = {0};

    text_append(&digest, "sha256:");
    if (before != NULL) {
        text_printf(&both, "%s\n", before);
        text_append_sha256(&both, text, size);
        text_append_sha256(&digest, text_string(&both), both.size);
    } else {
        text_append_sha256(&digest, text, size);
    }
    return policy_keep(policy, text_string(&digest));
}

static void check_version(struct policy_reader *reader, const json_t *root)
{
    if (json_is_object(root) && json_object_get(root, "version") == NULL &&
        json_object_get(root, "schema_version") == NULL && !policy_is_misspelt(reader, "version")) {
        policy_fault(reader, NULL, "`version` is missing; write version: 1");
    }
    policy_check_integer(reader, root, "version");
    policy_check_integer(reader, root, "schema_version");
}

static void check_region_word(struct policy_reader *reader, const char *word, const void *context)
{
    const struct policy_words *regions = context;

    if (strcmp(word, "all") != 0) {
        policy_check_region(reader, word);
    } else if (regions->count > 1) {
        policy_fault(reader, NULL, "\"all\" stands alone; remove the other regions");
    }
}

static void read_head(struct policy_reader *reader, const json_t *root)
{
    struct policy *policy = reader->policy;
    const json_t *credentials = json_object_get(root, "credentials");
    const char *name = json_string_value(json_object_get(root, "name"));

    policy->name = name != NULL ? policy_keep(policy, name) : policy->name;
    policy->regions = policy_read_words(policy, root, "regions");
    policy->auth = policy_keep(policy, json_string_value(json_object_get(credentials, "auth")));
    policy->api_key_file = policy_keep(policy, json_string_value(json_object_get(credentials, "api_key_file")));
    size_t size = policy_enter(reader, "credentials");
    policy_enter(reader, "api_key_file");
    policy->api_key_place = policy_place_here(reader);
    policy_leave(reader, size);
    check_version(reader, root);
    policy_check_words(reader, root, "regions", check_region_word, &policy->regions);
}

/* Exceptions that are about several rules. */
static void read_shared_exceptions(struct policy_reader *reader, const json_t *list, bool named)
{
    size_t size = reader->pointer.size, count;

    if (named) {
        policy_enter(reader, "exceptions");
    }
    struct policy_exception *items = policy_read_exceptions(reader, list, NULL, &count);
    if (named) {
        policy_leave(reader, size);
    }
    if (json_array_size(reader->faults) == 0) {
        policy_adopt_exceptions(reader->policy, items, count);
    }
}

struct policy *policy_read(const char *text, size_t size, const char *name, const struct policy_terms *terms,
                           struct text *ret_faults, struct err *e)
{
    struct policy *policy = mem_alloc(sizeof(*policy));
    struct policy_reader reader = {.policy = policy, .terms = terms, .file = name, .error = ERR_INIT};

    policy->name = policy_keep(policy, name);
    policy->digest = digest_of(policy, NULL, text, size);
    if (policy_reader_open(&reader, text, size, "policy")) {
        const json_t *root = reader.document.root;
        policy_check_characters(&reader);
        read_head(&reader, root);
        policy_read_rules(&reader, root);
        policy->own = policy->exceptions.count;
        read_shared_exceptions(&reader, json_object_get(root, "exceptions"), true);
    }
    if (!policy_reader_close(&reader, ret_faults, e)) {
        policy_destroy(policy);
        return NULL;
    }
    return policy;
}

bool policy_add_exceptions(struct policy *policy, const char *text, size_t size, const char *name,
                           const struct policy_terms *terms, struct text *ret_faults, struct err *e)
{
    struct policy_reader reader = {.policy = policy, .terms = terms, .file = name, .error = ERR_INIT};

    if (policy_reader_open(&reader, text, size, "policy_exceptions")) {
        const json_t *root = reader.document.root;
        policy_check_characters(&reader);
        read_shared_exceptions(&reader, json_is_array(root) ? root : json_object_get(root, "exceptions"),
                               !json_is_array(root));
    }
    if (!policy_reader_close(&reader, ret_faults, e)) {
        return false;
    }
    policy->digest = digest_of(policy, policy->digest, text, size);
    return true;
}

struct policy *policy_baseline(const struct policy_terms *terms, struct err *e)
{
    static const char max[] = "max: 1";
    const char *rest = policy_baseline_text, *number;
    CLEANUP(text_free) struct text text = {0}, faults = {0};

    for (; (number = strstr(rest, max)) != NULL; rest = number + strlen(max)) {
        text_append_size(&text, rest, (size_t)(number - rest));
        text_printf(&text, "max: %d", terms->baseline_hop_limit > 0 ? terms->baseline_hop_limit : 1);
    }
    text_append(&text, rest);
    return policy_read(text_string(&text), text.size, POLICY_BASELINE, terms, &faults, e);
}

/* --- what it holds ----------------------------------------------------------------------------------- */

const char *policy_name(const struct policy *policy)
{
    return policy->name;
}

const char *policy_digest(const struct policy *policy)
{
    return policy->digest;
}

size_t policy_rule_count(const struct policy *policy)
{
    return policy->count;
}

const struct policy_rule *policy_rule_at(const struct policy *policy, size_t index)
{
    return &policy->rules[index];
}

size_t policy_region_count(const struct policy *policy)
{
    return policy->regions.count;
}

const char *policy_region_at(const struct policy *policy, size_t index)
{
    return policy->regions.items[index];
}

const char *policy_auth(const struct policy *policy)
{
    return policy->auth;
}

const char *policy_api_key_file(const struct policy *policy)
{
    return policy->api_key_file;
}

struct policy_place policy_api_key_place(const struct policy *policy)
{
    return policy->api_key_place;
}

bool policy_rule_needs_profile(const struct policy_rule *rule)
{
    return rule->wanted.profile != POLICY_PROFILE_ANY || (rule->wanted.given & RESOURCE_AUTO_LINK) != 0;
}

bool policy_needs_vpcs(const struct policy *policy)
{
    bool needs = false;

    for (size_t i = 0; i < policy->count; i++) {
        needs |= policy->conditions[i].vpcs.count > 0;
    }
    return needs;
}

bool policy_names_profiles(const struct policy *policy)
{
    bool names = false;

    for (size_t i = 0; i < policy->count; i++) {
        const struct policy_wanted *wanted = &policy->rules[i].wanted;
        for (size_t k = 0; k < wanted->profile_count; k++) {
            names |= policy_is_profile_name(wanted->profiles[k]);
        }
    }
    return names;
}
