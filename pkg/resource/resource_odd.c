/* Odd records: what they lack, in words and by member. */
#include <string.h>

#include "resource/resource_list.h"

bool resource_lacks(const struct resource *record, const char *member)
{
    size_t size = strlen(member);

    for (const char *fault = record->odd; fault != NULL; fault = strstr(fault, ", ")) {
        fault += strspn(fault, ", ");
        if (strncmp(fault, member, size) == 0 && (fault[size] == '.' || fault[size] == ' ')) {
            return true;
        }
    }
    return false;
}

bool resource_check_whole(const struct resource *record, struct err *e)
{
    CLEANUP(text_free) struct text words = {0};

    if (record->odd == NULL) {
        return true;
    }
    resource_append_odd(&words, record);
    return err_set(e, ERR_BAD_ANSWER, "%s", text_string(&words));
}

void resource_append_odd(struct text *out, const struct resource *record)
{
    const char *word = record->name != NULL ? record->name : record->id;

    text_append(out, record->kind->singular);
    if (word != NULL) {
        text_append_char(out, ' ');
        text_append_short(out, word, strlen(word), RESOURCE_WORD_COLUMNS);
    }
    if (record->region != NULL && record->region[0] != '\0') {
        text_append(out, " in ");
        text_append_safe(out, record->region, strlen(record->region));
    }
    text_printf(out, ": %s", record->odd);
}

bool resource_list_check_whole(const struct resource_list *list, struct err *e)
{
    for (size_t i = 0; i < resource_list_count(list); i++) {
        if (!resource_check_whole(resource_list_at(list, i), e)) {
            return false;
        }
    }
    return true;
}
