/* Writing a plan so that it can be read again. */
#include "plan/plan_file_format.h"

/* Whether it can be read again as a plan. */
static bool check_encoded(const struct text *text, struct err *e)
{
    enum { MIB = 1024 * 1024 };
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct plan_file again;

    if (text->size > PLAN_FILE_SIZE_MAX) {
        return err_set(e, ERR_USAGE,
                       "the plan has %zu MiB, and a plan file has %d MiB at most: plan for fewer resources at a time",
                       text->size / MIB + 1, PLAN_FILE_SIZE_MAX / MIB);
    }
    return plan_file_decode(text_string(text), text->size, "it", list, &plan, &again, e) ||
           err_wrap(e, "nothing was written");
}

bool plan_file_encode(struct plan_file *file, struct text *out, struct err *e)
{
    CLEANUP(text_free) struct text text = {0};

    plan_file_print(file, &text);
    if (!check_encoded(&text, e)) {
        return false;
    }
    text_append_size(out, text_string(&text), text.size);
    return true;
}
