#include "plan/plan_roll.h"

#include <string.h>

enum { HEAL_TIMEOUT_MS = 15 * 60 * 1000 };

static const char *keep(struct resource_list *list, json_t *object)
{
    CLEANUP(text_free) struct text bytes = {0};

    json_print(&bytes, object, JSON_PRINT_COMPACT);
    json_decref(object);
    return resource_list_keep(list, text_string(&bytes));
}

const char *plan_roll_body(struct resource_list *list, const struct plan_roll *roll)
{
    return keep(list, json_pack("{s:i, s:b, s:I, s:i}", "max_unavailable", (int)roll->max_unavailable, "percent",
                                (int)roll->percent, "heal_timeout_ms", (json_int_t)roll->heal_timeout_ms, "poll_ms",
                                (int)roll->poll_ms));
}

struct plan_roll plan_roll_read(const char *body)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct plan_roll roll = {.max_unavailable = 1, .heal_timeout_ms = HEAL_TIMEOUT_MS};
    struct err ignored = ERR_INIT;
    json_int_t most = 0;
    json_int_t heal = 0;
    json_int_t poll = 0;
    int percent = 0;

    if (body == NULL || !json_parse(body, strlen(body), "a plan", JSON_READ_STRICT, &document, &ignored) ||
        json_unpack(document.root, "{s:I, s:b, s:I, s:I}", "max_unavailable", &most, "percent", &percent,
                    "heal_timeout_ms", &heal, "poll_ms", &poll) != 0) {
        return roll;
    }
    return (struct plan_roll){.max_unavailable = most > 0 ? (unsigned)most : 1,
                              .percent = percent != 0,
                              .heal_timeout_ms = heal,
                              .poll_ms = poll > 0 ? (unsigned)poll : 0};
}

const char *plan_roll_text(struct resource_list *list, int64_t membership_count, int64_t stale_members)
{
    return keep(list, json_pack("{s:I, s:I}", "membership_count", (json_int_t)membership_count, "stale_members",
                                (json_int_t)stale_members));
}

int64_t plan_roll_count(const char *text)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    if (text == NULL || !json_parse(text, strlen(text), "the history", JSON_READ_STRICT, &document, &ignored)) {
        return 0;
    }
    return json_integer_value(json_object_get(document.root, "membership_count"));
}
