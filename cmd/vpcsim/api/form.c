/* Takes forms apart. */
#include "vpcsim/api/form.h"

#include <stdlib.h>
#include <string.h>

#include "text/text.h"

/* NULL: it is not encoded as it must be. */
static char *decode(const char *bytes, size_t size)
{
    struct text blanks CLEANUP(text_free) = {0};
    struct text decoded = {0};

    for (size_t i = 0; i < size; i++) {
        text_append_char(&blanks, bytes[i] == '+' ? ' ' : bytes[i]);
    }
    if (!text_percent_decode(&decoded, text_string(&blanks), blanks.size) ||
        strlen(text_string(&decoded)) != decoded.size) {
        text_free_secret(&decoded);
        return NULL;
    }
    return text_take(&decoded);
}

static const char *find(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->fields[i].name, name) == 0) {
            return form->fields[i].value;
        }
    }
    return NULL;
}

static bool add(struct form *form, const char *field, size_t size)
{
    const char *equals = memchr(field, '=', size);

    if (equals == NULL || form->count == FORM_FIELDS_MAX) {
        return false;
    }
    char *name CLEANUP(text_free_pointer) = decode(field, (size_t)(equals - field));
    char *value CLEANUP(text_free_pointer) = decode(equals + 1, (size_t)(field + size - equals - 1));
    if (name == NULL || value == NULL || find(form, name) != NULL) {
        return false;
    }
    form->fields[form->count].name = name;
    form->fields[form->count++].value = value;
    name = value = NULL;
    return true;
}

bool form_read(const char *body, size_t size, struct form *ret_form)
{
    struct form form = {0};

    for (size_t at = 0; at < size;) {
        const char *end = memchr(body + at, '&', size - at);
        size_t length = end != NULL ? (size_t)(end - body) - at : size - at;
        if (!add(&form, body + at, length)) {
            form_free(&form);
            return false;
        }
        at += length + 1;
    }
    *ret_form = form;
    return true;
}

void form_free(struct form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        text_wipe(form->fields[i].value, strlen(form->fields[i].value));
        free(form->fields[i].name);
        free(form->fields[i].value);
    }
    *form = (struct form){0};
}

const char *form_get(const struct form *form, const char *name)
{
    const char *value = find(form, name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}
