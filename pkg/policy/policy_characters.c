/* Control characters in the words of a policy: a name that has one is cut or hidden where it is shown. */
#include <string.h>

#include "policy/policy_parts.h"

/* Members that may be written on several lines. */
static bool is_prose(const char *member)
{
    static const char *const prose[] = {"description", "reason", "jq"};
    bool found = false;

    for (size_t i = 0; member != NULL && i < sizeof(prose) / sizeof(prose[0]); i++) {
        found |= strcmp(member, prose[i]) == 0;
    }
    return found;
}

static void check_string(struct policy_reader *reader, const json_t *string, const char *member)
{
    const char *bytes = json_string_value(string);
    size_t size = json_string_length(string);
    bool prose = is_prose(member);

    for (size_t at = 0; at < size;) {
        const struct text_character character = text_decode(bytes + at, size - at);
        uint32_t code = character.code;
        at += character.size;
        if (text_steers_terminal(code) && !(prose && (code == '\n' || code == '\t' || code == '\r'))) {
            policy_fault(reader, NULL, "the control character U+%04X is not allowed here; remove it", (unsigned)code);
            return;
        }
    }
}

static void check_value(struct policy_reader *reader, const json_t *value, const char *member)
{
    const char *name;
    json_t *each;
    size_t index;

    if (json_is_string(value)) {
        check_string(reader, value, member);
    }
    json_object_foreach ((json_t *)value, name, each) {
        size_t size = policy_enter(reader, name);
        check_value(reader, each, name);
        policy_leave(reader, size);
    }
    json_array_foreach (value, index, each) {
        size_t size = policy_enter_item(reader, index);
        check_value(reader, each, member);
        policy_leave(reader, size);
    }
}

void policy_check_characters(struct policy_reader *reader)
{
    check_value(reader, reader->document.root, NULL);
}
