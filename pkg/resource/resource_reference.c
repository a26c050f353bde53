/* References to resources, in every form that the API has for them. */
#include "resource/resource_reference.h"

#include <string.h>

#include "text/text.h"

/* Forms that hold an id; in those with a separator it is what follows the last one. */
static const struct form {
    const char *member;
    char separator;
} forms[] = {{"id", '\0'}, {"crn", ':'}, {"href", '/'}};
enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

/* NULL: the value does not have the form. */
static const char *tail_of(const struct form *form, const char *value)
{
    const char *last = form->separator != '\0' ? strrchr(value, form->separator) : NULL;

    if (form->separator == '\0') {
        return value;
    }
    return last != NULL && last[1] != '\0' ? last + 1 : NULL;
}

const char *resource_reference_id(const json_t *reference)
{
    for (size_t i = 0; i < FORMS; i++) {
        const char *value = json_string_value(json_object_get(reference, forms[i].member));
        const char *id = value != NULL ? tail_of(&forms[i], value) : NULL;
        if (id != NULL) {
            return id;
        }
    }
    return NULL;
}

const char *resource_reference_word(const json_t *reference)
{
    const char *id = resource_reference_id(reference);

    return id != NULL ? id : json_string_value(json_object_get(reference, "name"));
}

bool resource_reference_read(struct answer_node node, const char *path, enum answer_need need,
                             struct answer_string *ret, struct err *e)
{
    const char *last = strrchr(path, '/');
    CLEANUP(text_free) struct text parent = {0};
    struct answer_string value = {0};

    if (!answer_get_string(node, path, ANSWER_OPTIONAL, &value, e)) {
        return false;
    }
    if (value.data != NULL) {
        *ret = value;
        return true;
    }
    text_append_size(&parent, path, last != NULL ? (size_t)(last - path) : 0);
    struct answer_node reference = answer_find(node, text_string(&parent));
    for (size_t i = 0; i < FORMS; i++) {
        struct answer_string given = answer_value(answer_find(reference, forms[i].member)).string;
        const char *tail = given.data != NULL ? tail_of(&forms[i], given.data) : NULL;
        if (tail != NULL) {
            *ret = (struct answer_string){.data = tail, .size = given.size - (size_t)(tail - given.data)};
            return true;
        }
    }
    return need == ANSWER_OPTIONAL || answer_get_string(node, path, need, ret, e);
}
