/* A plan as the text of its file. */
#include <inttypes.h>
#include <string.h>

#include "plan/plan_file_format.h"
#include "plan/plan_history.h"

const char *const plan_file_verdicts[] = {
    [PLAN_CHANGE] = "change", [PLAN_UNCHANGED] = "unchanged", [PLAN_SKIP] = "skip", NULL};

json_t *plan_file_summary(const struct plan_file *file)
{
    struct plan_counts counts = plan_count(file->plan);

    return json_build("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "steps", (json_int_t)file->plan->count,
                      "would_change", (json_int_t)counts.change, "unchanged", (json_int_t)counts.unchanged, "skipped",
                      (json_int_t)counts.skip, "unmanaged", (json_int_t)file->unmanaged, "restarts",
                      (json_int_t)file->restarts, "restarts_left", (json_int_t)file->restarts_left,
                      "templates_replaced", (json_int_t)file->templates_replaced);
}

void plan_file_digest(const char *rest, size_t size, char ret[PLAN_FILE_DIGEST_SIZE])
{
    CLEANUP(text_free) struct text canonical = {0};
    CLEANUP(text_free) struct text digest = {0};

    text_append(&canonical, PLAN_FILE_BEGINNING);
    text_append_size(&canonical, rest, size);
    text_append_sha256(&digest, text_string(&canonical), canonical.size);
    snprintf(ret, PLAN_FILE_DIGEST_SIZE, PLAN_FILE_ALGORITHM "%s", text_string(&digest));
}

/* Appends the members of the object, which is taken over, each with a comma before it. */
static void append_members(struct text *out, json_t *object)
{
    const char *name;
    json_t *value;

    json_object_foreach (object, name, value) {
        text_append_char(out, ',');
        json_print_string(out, name, strlen(name));
        text_append_char(out, ':');
        json_print(out, value, JSON_PRINT_COMPACT);
    }
    json_decref(object);
}

static json_t *policy_json(const struct plan_file *file)
{
    return file->policy == NULL ? json_null()
                                : json_build("{s:s, s:s?, s:s?}", "name", file->policy, "digest", file->policy_digest,
                                             "as_of", file->as_of);
}

static json_t *places_json(const struct plan_file *file)
{
    json_t *places = json_array();

    for (size_t i = 0; i < file->place_count; i++) {
        json_array_append_new(places,
                              json_build("{s:s, s:s}", "region", file->places[i].region, "api", file->places[i].api));
    }
    return places;
}

static json_t *selection_json(const struct plan_file *file)
{
    json_t *words = json_array();

    for (size_t i = 0; i < file->selection_count; i++) {
        json_array_append_new(words, json_build_string(file->selection[i]));
    }
    return words;
}

static json_t *restart_json(const struct plan_file *file)
{
    return !file->restarts_servers ? json_null()
                                   : json_build("{s:I, s:b}", "max_unavailable", (json_int_t)file->max_unavailable,
                                                "percent", (int)file->percent);
}

static json_t *head_json(const struct plan_file *file)
{
    return json_build("{s:s, s:s, s:s, s:s, s:o, s:s?, s:o, s:o, s:b, s:o, s:o}", "created_at", file->created_at,
                      "expires_at", file->expires_at, "version", file->version, "schemas", file->schema_digest,
                      "policy", policy_json(file), "account", file->account, "places", places_json(file), "selection",
                      selection_json(file), "complete", 1, "restart", restart_json(file), "summary",
                      plan_file_summary(file));
}

static json_t *template_json(const struct resource *resource)
{
    return resource->template_id == NULL && resource->template_name == NULL
               ? NULL
               : json_build("{s:s?, s:s?}", "id", resource->template_id, "name", resource->template_name);
}

static void append_text(struct text *out, const char *name, const char *json)
{
    if (json != NULL) {
        text_printf(out, ",\"%s\":%s", name, json);
    }
}

static void append_item(struct plan_encoder *encoder, const struct plan_item *item, struct text *out)
{
    const struct resource *resource = item->resource;
    const struct plan_texts texts = plan_item_encode(encoder, item, NULL);
    JSON_CLEANUP json_t *template = template_json(resource);

    text_printf(out, "{\"action\":\"%s\"", texts.action);
    append_members(out, json_build("{s:s, s:s, s:s?, s:s*, s:s*, s:s*, s:s*, s:s*, s:O*, s:s*, s:s*}", "verdict",
                                   plan_file_verdicts[item->verdict], "kind", resource->kind->name, "region",
                                   resource->region, "id", resource->id, "name", resource->name, "crn", resource->crn,
                                   "status", resource->status, "etag", resource->etag, "template", template, "reason",
                                   item->reason, "policy_rule", item->policy_rule));
    /* what it takes to create a template again may hold secrets (user_data): it is read again when it is deleted */
    append_text(out, "body", item->action != PLAN_DELETE ? texts.body : NULL);
    append_text(out, "before", texts.before);
    append_text(out, "wanted", texts.wanted);
    if (item->depends_on != 0) {
        text_printf(out, ",\"depends_on\":%zu", item->depends_on);
    }
    text_append_char(out, '}');
}

static void append_left(const struct plan_left *left, struct text *out)
{
    JSON_CLEANUP json_t *object =
        json_build("{s:I, s:s*, s:s, s:s*, s:b}", "item", (json_int_t)left->item + 1, "check", left->check, "reason",
                   left->reason, "policy_rule", left->policy_rule, "excepted", (int)left->excepted);

    json_print(out, object, JSON_PRINT_COMPACT);
}

void plan_file_print(struct plan_file *file, struct text *out)
{
    CLEANUP(plan_encoder_free) struct plan_encoder encoder = {0};
    CLEANUP(text_free) struct text rest = {0};

    text_append(&rest, PLAN_FILE_REST);
    JSON_CLEANUP json_t *head = head_json(file);
    CLEANUP(text_free) struct text members = {0};
    json_print(&members, head, JSON_PRINT_COMPACT);
    text_append_size(&rest, text_string(&members) + 1, members.size - 2);
    text_append(&rest, ",\n\"items\":[");
    for (size_t i = 0; i < file->plan->count; i++) {
        text_append(&rest, i == 0 ? "\n" : ",\n");
        append_item(&encoder, &file->plan->items[i], &rest);
    }
    text_append(&rest, "],\n\"left\":[");
    for (size_t i = 0; i < file->left_count; i++) {
        text_append(&rest, i == 0 ? "\n" : ",\n");
        append_left(&file->left[i], &rest);
    }
    text_append(&rest, "]}\n");
    plan_file_digest(text_string(&rest), rest.size, file->digest);
    text_append(out, PLAN_FILE_BEGINNING);
    text_append(out, file->digest);
    text_append_size(out, text_string(&rest), rest.size);
}
