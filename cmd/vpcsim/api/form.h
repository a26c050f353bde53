/*
 * form: a body of application/x-www-form-urlencoded, taken apart.
 */
#ifndef VPCSIM_FORM_H
#define VPCSIM_FORM_H

#include <stdbool.h>
#include <stddef.h>

enum { FORM_FIELDS_MAX = 32 };

struct form {
    struct {
        char *name, *value;
    } fields[FORM_FIELDS_MAX];
    size_t count;
};

/* False when it is none: no `=`, a broken escape, a NUL, a name twice, or too many fields. */
bool form_read(const char *body, size_t size, struct form *ret_form);
void form_free(struct form *form);

/* The value of a field that is there and not empty, or NULL. */
const char *form_get(const struct form *form, const char *name);

#endif
