/* Words and lists of words in the tree of a policy. */
#include <string.h>

#include "policy/policy_parts.h"

const char *const policy_severity_names[] = {"info", "low", "medium", "high", "critical", NULL};

const char *policy_keep(struct policy *policy, const char *string)
{
    return string != NULL ? text_arena_copy(&policy->memory, string, strlen(string)) : NULL;
}

struct policy_words policy_read_words(struct policy *policy, const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    size_t count = json_is_string(value) ? 1 : json_array_size(value);
    const char **items = text_arena_alloc(&policy->memory, (count + 1) * sizeof(*items));
    size_t filled = 0;

    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_string(value) ? value : json_array_get(value, i);
        if (json_is_string(item)) {
            items[filled++] = policy_keep(policy, json_string_value(item));
        }
    }
    return (struct policy_words){.items = items, .count = filled};
}

void policy_check_words(struct policy_reader *reader, const json_t *object, const char *member,
                        policy_word_check *check, const void *context)
{
    const json_t *value = json_object_get(object, member);
    size_t size = policy_enter(reader, member);

    if (json_is_string(value)) {
        check(reader, json_string_value(value), context);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *word = json_string_value(json_array_get(value, i));
        size_t inner = policy_enter_item(reader, i);
        if (word != NULL) {
            check(reader, word, context);
        }
        policy_leave(reader, inner);
    }
    policy_leave(reader, size);
}
