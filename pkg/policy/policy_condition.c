/* Which resources a rule is about: its kinds and `where`, from the tree, and rules that none is left for. */
#include <string.h>

#include "mem/mem.h"
#include "policy/policy_parts.h"

unsigned policy_kind_bit(const struct resource_kind *kind)
{
    for (size_t k = 0; resource_kinds[k] != NULL; k++) {
        if (resource_kinds[k] == kind) {
            return 1U << k;
        }
    }
    return 0;
}

static unsigned all_kinds(void)
{
    unsigned kinds = 0;

    for (size_t k = 0; resource_kinds[k] != NULL; k++) {
        kinds |= 1U << k;
    }
    return kinds;
}

static unsigned read_kinds(struct policy *policy, const json_t *rule)
{
    struct policy_words words = policy_read_words(policy, rule, "kinds");
    unsigned kinds = 0;

    for (size_t i = 0; i < words.count; i++) {
        const struct resource_kind *kind = resource_kind_find(words.items[i]);
        kinds |= kind != NULL ? policy_kind_bit(kind) : 0;
    }
    return json_object_get(rule, "kinds") == NULL ? all_kinds() : kinds;
}

/* --- selectors --------------------------------------------------------------------------------------- */

/* The kinds without that property, for a message: "instance template". */
static const struct resource_kind *kind_without(unsigned kinds, bool (*has)(const struct resource_kind *kind))
{
    for (size_t k = 0; resource_kinds[k] != NULL; k++) {
        if ((kinds & 1U << k) != 0 && !has(resource_kinds[k])) {
            return resource_kinds[k];
        }
    }
    return NULL;
}

static bool has_status(const struct resource_kind *kind)
{
    return kind->statuses != NULL;
}

static void append_kinds_with(struct text *out, unsigned kinds, bool (*has)(const struct resource_kind *kind))
{
    size_t count = 0;

    for (size_t k = 0; resource_kinds[k] != NULL; k++) {
        if ((kinds & 1U << k) != 0 && has(resource_kinds[k])) {
            text_printf(out, "%s%s", count++ > 0 ? ", " : "", resource_kinds[k]->name);
        }
    }
}

/* A selector that one of the kinds cannot have would leave that kind out without a word. */
static void check_selector(struct policy_reader *reader, const char *member, unsigned kinds,
                           bool (*has)(const struct resource_kind *kind))
{
    const struct resource_kind *without = kind_without(kinds, has);
    CLEANUP(text_free) struct text rest = {0};

    if (without == NULL) {
        return;
    }
    append_kinds_with(&rest, kinds, has);
    if (rest.size > 0) {
        policy_fault_at_name(reader, member, "%s %s has no %s; write kinds: [%s], or another rule for the other kinds",
                             text_article(without->singular), without->singular, member, text_string(&rest));
    } else {
        policy_fault_at_name(reader, member, "%s %s has no %s; remove it", text_article(without->singular),
                             without->singular, member);
    }
}

static void check_glob(struct policy_reader *reader, const char *word, const void *context)
{
    const char *why;

    (void)context;
    if (strncmp(word, "crn:", strlen("crn:")) == 0) {
        policy_fault(reader, NULL, "this is a CRN, and names are compared here; write jq: '.crn == \"%s\"'", word);
    } else if (!policy_glob_is_valid(word, &why)) {
        policy_fault(reader, NULL, "\"%s\" is not a valid pattern: %s", word, why);
    }
}

/* No such name can have a sign of a pattern: the rule would hold for nothing, without a word. */
static void check_whole_name(struct policy_reader *reader, const char *word, const void *context)
{
    const char *member = context;

    if (strncmp(word, "crn:", strlen("crn:")) != 0 && strpbrk(word, "*?[") != NULL) {
        bool zone = strcmp(member, "zone") == 0;
        policy_fault(reader, NULL,
                     "\"%s\" is a pattern, and `%s` takes whole names; name each of them, or write jq: '.%s.name | "
                     "test(\"%s\")'",
                     word, member, member, zone ? "^us-south-" : "^prod-");
    }
}

void policy_check_region(struct policy_reader *reader, const char *word)
{
    size_t size = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");
    size_t known = 0;

    while (resource_region_words[known] != NULL && strcmp(resource_region_words[known], word) != 0) {
        known++;
    }
    if (resource_region_words[known] != NULL) {
        return;
    }
    const char *nearest = text_nearest(word, resource_region_words, known);
    bool is_region = size > 0 && word[size] == '\0' && size <= 32 && strchr(word, '-') != NULL;
    if (!is_region) {
        policy_fault(reader, NULL, "\"%s\" is not a region name such as %s", word,
                     nearest != NULL ? nearest : "us-south");
    } else if (nearest != NULL && text_one_slip(word, nearest)) {
        policy_fault(reader, NULL, "there is no region \"%s\": did you mean %s?", word, nearest);
    }
}

static void check_region(struct policy_reader *reader, const char *word, const void *context)
{
    (void)context;
    policy_check_region(reader, word);
}

/* A status of any of the kinds will do. */
static void check_status(struct policy_reader *reader, const char *word, const void *context)
{
    const unsigned *kinds = context;
    struct err error = ERR_INIT;

    for (size_t k = 0; resource_kinds[k] != NULL; k++) {
        struct err other = ERR_INIT;
        if ((*kinds & 1U << k) != 0 && has_status(resource_kinds[k])) {
            if (resource_check_status(resource_kinds[k], word, &other)) {
                return;
            }
            err_take(&error, &other);
        }
    }
    if (error.code != ERR_NONE) {
        const char *message = strncmp(error.message, "--status: ", 10) == 0 ? error.message + 10 : error.message;
        policy_fault(reader, NULL, "%s", message);
    }
}

static void compile_globs(struct policy *policy, struct policy_words words, struct policy_globs *ret)
{
    ret->count = words.count;
    ret->items = text_arena_alloc(&policy->memory, (words.count + 1) * sizeof(*ret->items));
    for (size_t i = 0; i < words.count; i++) {
        policy_glob_compile(words.items[i], &ret->items[i]);
    }
}

/* --- predicates -------------------------------------------------------------------------------------- */

static void compile_predicate(struct policy_reader *reader, const char *jq, struct policy_condition *ret)
{
    struct policy *policy = reader->policy;
    struct err error = ERR_INIT;

    if (reader->ended) {
        return;
    }
    if (policy->predicate_count == POLICY_PREDICATES_MAX) {
        policy_fault(reader, "jq", "a policy has at most %d predicates; select by name or VPC", POLICY_PREDICATES_MAX);
        return;
    }
    struct query *query = query_compile(jq, reader->terms->wait, &error);
    if (query != NULL) {
        ret->jq = policy_keep(policy, jq);
        ret->predicate = (int)policy->predicate_count;
        policy->predicates[policy->predicate_count++] = query;
    } else if (error.code == ERR_USAGE) {
        policy_fault(reader, "jq", "%s", error.message);
    } else {
        reader->ended = true;
        reader->error = error;
    }
}

void policy_read_condition(struct policy_reader *reader, const json_t *rule, struct policy_condition *ret)
{
    struct policy *policy = reader->policy;
    const json_t *where = json_object_get(rule, "where");
    const char *jq = json_string_value(json_object_get(where, "jq"));

    *ret = (struct policy_condition){.kinds = read_kinds(policy, rule), .predicate = POLICY_NO_PREDICATE};
    ret->regions = policy_read_words(policy, where, "region");
    ret->vpcs = policy_read_words(policy, where, "vpc");
    ret->groups = policy_read_words(policy, where, "resource_group");
    ret->zones = policy_read_words(policy, where, "zone");
    ret->statuses = policy_read_words(policy, where, "status");
    compile_globs(policy, policy_read_words(policy, where, "name"), &ret->names);
    compile_globs(policy, policy_read_words(policy, where, "exclude"), &ret->excludes);
    size_t size = policy_enter(reader, "where");
    if (json_object_get(where, "zone") != NULL) {
        check_selector(reader, "zone", ret->kinds, resource_has_zone);
    }
    if (json_object_get(where, "status") != NULL) {
        check_selector(reader, "status", ret->kinds, has_status);
    }
    policy_check_words(reader, where, "region", check_region, NULL);
    policy_check_words(reader, where, "vpc", check_whole_name, "vpc");
    policy_check_words(reader, where, "resource_group", check_whole_name, "resource_group");
    policy_check_words(reader, where, "zone", check_whole_name, "zone");
    policy_check_words(reader, where, "status", check_status, &ret->kinds);
    policy_check_words(reader, where, "name", check_glob, NULL);
    policy_check_words(reader, where, "exclude", check_glob, NULL);
    if (jq != NULL) {
        compile_predicate(reader, jq, ret);
    }
    policy_leave(reader, size);
}

/* --- reach ------------------------------------------------------------------------------------------- */

/* Rules with faults may become others: what they match is not judged yet. */
static bool *find_sound(struct policy_reader *reader)
{
    bool *sound = mem_array(reader->policy->count + 1, sizeof(*sound));

    for (size_t i = 0; i < reader->policy->count; i++) {
        size_t size = policy_enter_item(reader, i);
        sound[i] = !policy_has_fault(reader);
        policy_leave(reader, size);
    }
    return sound;
}

/* The last of the sound rules that together match all of what a rule could; NULL: it can match. */
static const struct policy_rule *find_cover(const struct policy *policy, const json_t *rules, const bool *sound,
                                            size_t rule)
{
    const json_t *where = json_object_get(json_array_get(rules, rule), "where");
    unsigned left = policy->conditions[rule].kinds;
    const struct policy_rule *last = NULL;

    for (size_t k = 0; k < rule && left != 0; k++) {
        const json_t *earlier = json_object_get(json_array_get(rules, k), "where");
        if (sound[k] && (earlier == NULL || (where != NULL && json_equal(earlier, where))) &&
            (left & policy->conditions[k].kinds) != 0) {
            left &= ~policy->conditions[k].kinds;
            last = &policy->rules[k];
        }
    }
    return left == 0 ? last : NULL;
}

void policy_check_reach(struct policy_reader *reader, const json_t *rules)
{
    const struct policy *policy = reader->policy;
    CLEANUP(text_free_pointer) bool *sound = find_sound(reader);

    for (size_t i = 0; i < policy->count; i++) {
        const struct policy_rule *last = sound[i] ? find_cover(policy, rules, sound, i) : NULL;
        if (last != NULL) {
            size_t size = policy_enter_item(reader, i);
            policy_fault(reader, NULL,
                         "this rule can never match: \"%s\" at line %zu matches all that it could; put it before that "
                         "one, or remove it",
                         last->name, last->place.line);
            policy_leave(reader, size);
        }
    }
}
