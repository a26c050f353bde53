/* Changes records in the body of an answer: members set to another value, or removed. */
#include "vpcsim/faults/fault_edit.h"

#include <string.h>

static bool is_pointer(const char *pointer)
{
    return pointer != NULL && (pointer[0] == '\0' || pointer[0] == '/');
}

bool fault_edit_check(const struct fault_edit *edit, struct err *e)
{
    const char *name;
    json_t *value;
    size_t i;

    if (edit->record != NULL && json_object_size(edit->record) == 0) {
        return err_set(e, ERR_USAGE, "record must be an object: member or JSON pointer, and its value");
    }
    if ((edit->set != NULL && !json_is_object(edit->set)) || (edit->remove != NULL && !json_is_array(edit->remove)) ||
        json_object_size(edit->set) + json_array_size(edit->remove) == 0) {
        return err_set(e, ERR_USAGE, "edit needs \"set\": {POINTER: VALUE}, \"remove\": [POINTER, ...] or both");
    }
    json_object_foreach ((json_t *)edit->set, name, value) {
        if (!is_pointer(name)) {
            return err_set(e, ERR_USAGE, "set: %s is no JSON pointer", name);
        }
    }
    json_array_foreach (edit->remove, i, value) {
        if (!is_pointer(json_string_value(value))) {
            return err_set(e, ERR_USAGE, "remove: item %zu is no JSON pointer", i + 1);
        }
    }
    return true;
}

/* A string is a glob; anything else has to be equal. */
static bool has_value(const json_t *found, const json_t *wanted)
{
    if (json_is_string(found) && json_is_string(wanted)) {
        return text_glob(json_string_value(wanted), json_string_value(found));
    }
    return json_equal(found, wanted) != 0;
}

static bool is_record(const struct fault_edit *edit, const json_t *candidate)
{
    const char *name;
    json_t *wanted;

    json_object_foreach ((json_t *)edit->record, name, wanted) {
        const json_t *found = name[0] == '/' ? json_at(candidate, name) : json_object_get(candidate, name);
        if (!has_value(found, wanted)) {
            return false;
        }
    }
    return true;
}

/* The child that the token names, or NULL. Borrowed. */
static json_t *child_of(json_t *parent, const char *token)
{
    return json_is_array(parent) ? json_array_get(parent, json_pointer_index(token)) : json_object_get(parent, token);
}

/* NULL removes the child. Only what is there can be changed in an array, or added at its end. */
static void set_child(json_t *parent, const char *token, json_t *value)
{
    size_t index = json_pointer_index(token);

    if (json_is_array(parent) && value == NULL) {
        json_array_remove(parent, index);
    } else if (json_is_array(parent) && index < json_array_size(parent)) {
        json_array_set(parent, index, value);
    } else if (json_is_array(parent)) {
        json_array_append(parent, value);
    } else if (value == NULL) {
        json_object_del(parent, token);
    } else {
        json_object_set(parent, token, value);
    }
}

/* Puts the value (NULL: nothing) where the pointer leads; what lacks on the way becomes an object. */
static void change(json_t *parent, const char *pointer, json_t *value)
{
    CLEANUP(text_free) struct text token = {0};

    while (json_pointer_next(&pointer, &token)) {
        if (*pointer == '\0') {
            set_child(parent, text_string(&token), value);
            return;
        }
        json_t *child = child_of(parent, text_string(&token));
        if (!json_is_object(child) && !json_is_array(child)) {
            if (value == NULL) {
                return;
            }
            child = json_object();
            set_child(parent, text_string(&token), child);
            json_decref(child); /* the parent holds it */
        }
        parent = child;
        text_clear(&token);
    }
}

/* Changes the record that lies in `parent` under `token`. */
static void edit_record(const struct fault_edit *edit, json_t *parent, const char *token)
{
    const char *pointer;
    json_t *value;
    size_t i;

    json_object_foreach ((json_t *)edit->set, pointer, value) {
        if (pointer[0] == '\0') {
            set_child(parent, token, value);
        } else {
            /* two records never share what is put into them */
            JSON_CLEANUP json_t *copy = json_deep_copy(value);
            change(child_of(parent, token), pointer, copy);
        }
    }
    json_array_foreach (edit->remove, i, value) {
        pointer = json_string_value(value);
        if (pointer[0] == '\0') {
            set_child(parent, token, NULL);
        } else {
            change(child_of(parent, token), pointer, NULL);
        }
    }
}

/* Backwards, because a record may be removed. */
static bool edit_items(const struct fault_edit *edit, json_t *items)
{
    bool found = false;

    for (size_t i = json_array_size(items); i > 0; i--) {
        char token[32];
        snprintf(token, sizeof(token), "%zu", i - 1);
        if (is_record(edit, json_array_get(items, i - 1))) {
            edit_record(edit, items, token);
            found = true;
        }
    }
    return found;
}

bool fault_edit_apply(const struct fault_edit *edit, struct text *body)
{
    JSON_CLEANUP json_t *root = json_loadb(text_string(body), body->size, JSON_DECODE_ANY, NULL);
    bool found = edit->record == NULL;
    const char *name;
    json_t *member;

    if (root == NULL) {
        return false;
    }
    /* the answer in an array of its own, so that it can be replaced as any record */
    JSON_CLEANUP json_t *answers = json_array();
    json_array_append(answers, root);
    if (edit->record == NULL) {
        edit_record(edit, answers, "0");
    } else {
        found = edit_items(edit, answers);
        json_object_foreach (root, name, member) {
            found |= json_is_array(member) && edit_items(edit, member);
        }
    }
    text_clear(body);
    if (json_array_size(answers) > 0) {
        json_print(body, json_array_get(answers, 0), JSON_PRINT_COMPACT);
    }
    return found;
}
