/* The members of a plan file, each of the type that it has to have. */
#include <string.h>

#include "plan/plan_file_format.h"

bool plan_file_refuse(const struct plan_file_reader *reader, const char *name, const char *expected)
{
    return err_set(reader->e, ERR_INVALID, "%s is not %s", name, expected);
}

bool plan_file_get_word(const struct plan_file_reader *reader, const json_t *object, const char *name, bool required,
                        const char **ret)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_string(value) && (required || (value != NULL && !json_is_null(value)))) {
        return plan_file_refuse(reader, name, "a string");
    }
    *ret = resource_list_keep(reader->list, json_string_value(value));
    return true;
}

bool plan_file_get_number(const struct plan_file_reader *reader, const json_t *object, const char *name, size_t max,
                          size_t *ret)
{
    const json_t *value = json_object_get(object, name);
    json_int_t number = json_integer_value(value);

    if (value != NULL && (!json_is_integer(value) || number < 0 || (uint64_t)number > max)) {
        return plan_file_refuse(reader, name, "a number in its range");
    }
    *ret = (size_t)number;
    return true;
}

bool plan_file_get_flag(const struct plan_file_reader *reader, const json_t *object, const char *name, bool *ret)
{
    const json_t *value = json_object_get(object, name);

    *ret = json_is_true(value);
    return json_is_boolean(value) || plan_file_refuse(reader, name, "true or false");
}

bool plan_file_get_array(const struct plan_file_reader *reader, const json_t *object, const char *name, size_t max,
                         const json_t **ret)
{
    *ret = json_object_get(object, name);
    return (json_is_array(*ret) && json_array_size(*ret) <= max) ||
           plan_file_refuse(reader, name, "a list that can be");
}

bool plan_file_get_object(const struct plan_file_reader *reader, const json_t *object, const char *name,
                          const json_t **ret)
{
    const json_t *value = json_object_get(object, name);

    *ret = json_is_object(value) ? value : NULL;
    return value == NULL || json_is_null(value) || *ret != NULL || plan_file_refuse(reader, name, "an object");
}

bool plan_file_get_time(const struct plan_file_reader *reader, const json_t *object, const char *name, const char **ret)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    const char *stamp = json_string_value(json_object_get(object, name));
    bool fine = stamp != NULL && strlen(stamp) == strlen(form);

    for (size_t i = 0; fine && form[i] != '\0'; i++) {
        fine = form[i] == '0' ? stamp[i] >= '0' && stamp[i] <= '9' : stamp[i] == form[i];
    }
    *ret = resource_list_keep(reader->list, stamp);
    return fine || plan_file_refuse(reader, name, "a time");
}
