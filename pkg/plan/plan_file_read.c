/* The text of a plan file, back to a plan: whatever is in the file, it is read or refused with a message. */
#include <stdlib.h>
#include <string.h>

#include "plan/plan_file_format.h"

/* --- the head ----------------------------------------------------------------------------------------- */

static bool read_places(const struct plan_file_reader *reader, const json_t *root, struct plan_file *file)
{
    const json_t *array;
    size_t i;
    json_t *object;

    if (!plan_file_get_array(reader, root, "places", PLAN_FILE_PLACES_MAX, &array)) {
        return false;
    }
    file->place_count = json_array_size(array);
    struct plan_file_place *places =
        text_arena_alloc(&reader->plan->memory, (file->place_count + 1) * sizeof(*file->places));
    file->places = places;
    json_array_foreach (array, i, object) {
        if (!plan_file_get_word(reader, object, "region", true, &places[i].region) ||
            !plan_file_get_word(reader, object, "api", true, &places[i].api)) {
            return false;
        }
    }
    return file->place_count > 0 || plan_file_refuse(reader, "places", "a list of regions, one at least");
}

static bool read_selection(const struct plan_file_reader *reader, const json_t *root, struct plan_file *file)
{
    const json_t *array;
    size_t i;
    json_t *word;

    if (!plan_file_get_array(reader, root, "selection", PLAN_FILE_WORDS_MAX, &array)) {
        return false;
    }
    file->selection_count = json_array_size(array);
    const char **words = text_arena_alloc(&reader->plan->memory, (file->selection_count + 1) * sizeof(*words));
    file->selection = words;
    json_array_foreach (array, i, word) {
        words[i] = resource_list_keep(reader->list, json_string_value(word));
        if (words[i] == NULL) {
            return plan_file_refuse(reader, "selection", "a list of words");
        }
    }
    return true;
}

static bool read_restart(const struct plan_file_reader *reader, const json_t *root, struct plan_file *file)
{
    enum { MOST = 1000000 };
    const json_t *restart;
    size_t most = 0;

    if (!plan_file_get_object(reader, root, "restart", &restart)) {
        return false;
    }
    file->restarts_servers = restart != NULL;
    if (restart == NULL) {
        return true;
    }
    if (!plan_file_get_number(reader, restart, "max_unavailable", MOST, &most) ||
        !plan_file_get_flag(reader, restart, "percent", &file->percent)) {
        return false;
    }
    file->max_unavailable = (unsigned)most;
    return (most > 0 && !(file->percent && most > 100)) ||
           plan_file_refuse(reader, "max_unavailable of restart", "a number of servers");
}

static bool read_head(const struct plan_file_reader *reader, const json_t *root, struct plan_file *file)
{
    const json_t *policy, *summary;
    bool complete = false;

    return plan_file_get_time(reader, root, "created_at", &file->created_at) &&
           plan_file_get_time(reader, root, "expires_at", &file->expires_at) &&
           plan_file_get_word(reader, root, "version", true, &file->version) &&
           plan_file_get_word(reader, root, "schemas", true, &file->schema_digest) &&
           plan_file_get_object(reader, root, "policy", &policy) &&
           (policy == NULL || (plan_file_get_word(reader, policy, "name", true, &file->policy) &&
                               plan_file_get_word(reader, policy, "digest", false, &file->policy_digest) &&
                               plan_file_get_word(reader, policy, "as_of", false, &file->as_of))) &&
           plan_file_get_word(reader, root, "account", false, &file->account) && read_places(reader, root, file) &&
           read_selection(reader, root, file) && plan_file_get_flag(reader, root, "complete", &complete) &&
           (complete || plan_file_refuse(reader, "complete", "true: a plan of a part is not carried out")) &&
           read_restart(reader, root, file) && plan_file_get_object(reader, root, "summary", &summary) &&
           plan_file_get_number(reader, summary, "unmanaged", PLAN_FILE_ITEMS_MAX, &file->unmanaged) &&
           plan_file_get_number(reader, summary, "restarts", PLAN_FILE_ITEMS_MAX, &file->restarts) &&
           plan_file_get_number(reader, summary, "restarts_left", PLAN_FILE_ITEMS_MAX, &file->restarts_left) &&
           plan_file_get_number(reader, summary, "templates_replaced", PLAN_FILE_ITEMS_MAX, &file->templates_replaced);
}

static bool read_left(const struct plan_file_reader *reader, const json_t *root, struct plan_file *file)
{
    size_t most = reader->plan->count;
    const json_t *array;

    if (!plan_file_get_array(reader, root, "left", PLAN_FILE_ITEMS_MAX, &array)) {
        return false;
    }
    file->left_count = json_array_size(array);
    struct plan_left *left = text_arena_alloc(&reader->plan->memory, (file->left_count + 1) * sizeof(*left));
    file->left = left;
    for (size_t i = 0; i < file->left_count; i++) {
        const json_t *object = json_array_get(array, i);
        size_t number = 0;
        if (!plan_file_get_number(reader, object, "item", most, &number) ||
            !plan_file_get_word(reader, object, "check", false, &left[i].check) ||
            !plan_file_get_word(reader, object, "reason", true, &left[i].reason) ||
            !plan_file_get_word(reader, object, "policy_rule", false, &left[i].policy_rule) ||
            !plan_file_get_flag(reader, object, "excepted", &left[i].excepted) ||
            (number == 0 && !plan_file_refuse(reader, "item", "the number of an item"))) {
            return err_wrap(reader->e, "left %zu", i + 1);
        }
        left[i].item = number - 1;
        if (i > 0 && left[i].item < left[i - 1].item) {
            return err_set(reader->e, ERR_INVALID, "left %zu: it is not in the order of the items", i + 1);
        }
    }
    return true;
}

/* A server is restarted in the way that the head of the file gives. */
static bool check_restarts(const struct plan_file_reader *reader, const struct plan_file *file)
{
    const struct plan *plan = reader->plan;

    for (size_t i = 0; i < plan->count && !file->restarts_servers; i++) {
        if (plan->items[i].action == PLAN_RESTART && plan->items[i].verdict == PLAN_CHANGE) {
            return err_set(reader->e, ERR_INVALID, "item %zu is a restart, and `restart` is null", i + 1);
        }
    }
    return true;
}

/* --- the whole ---------------------------------------------------------------------------------------- */

static bool check_format(const json_t *root, const char *name, struct err *e)
{
    const json_t *format = json_object_get(root, "vpcmeta_plan");

    if (!json_is_integer(format)) {
        return err_set(e, ERR_INVALID, "%s is not a plan of vpcmeta: vpcmeta plan --out writes one", name);
    }
    return json_integer_value(format) == PLAN_FILE_FORMAT ||
           err_set(e, ERR_INVALID,
                   "%s has format %lld of plans, and this version of vpcmeta knows format %d: make the plan again, or "
                   "use the version that made it",
                   name, (long long)json_integer_value(format), (int)PLAN_FILE_FORMAT);
}

static bool check_digest(const char *text, size_t size, const char *name, struct plan_file *file, struct err *e)
{
    const size_t begin = strlen(PLAN_FILE_BEGINNING), digest = PLAN_FILE_DIGEST_SIZE - 1;

    if (size > begin + digest && strncmp(text, PLAN_FILE_BEGINNING, begin) == 0) {
        plan_file_digest(text + begin + digest, size - begin - digest, file->digest);
        if (strncmp(text + begin, file->digest, digest) == 0) {
            return true;
        }
    }
    return err_set(e, ERR_INVALID,
                   "%s was changed after it was written: its digest does not match its content. Make the plan again, "
                   "or take the file as it was written, byte by byte",
                   name);
}

bool plan_file_decode(const char *text, size_t size, const char *name, struct resource_list *list,
                      struct plan *ret_plan, struct plan_file *ret, struct err *e)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    CLEANUP(plan_free) struct plan plan = {0};
    struct plan_file file = {0};
    const struct plan_file_reader reader = {.list = list, .plan = &plan, .e = e};

    if (!json_parse(text, size, name, JSON_READ_STRICT, &document, e)) {
        return err_wrap(e, "%s cannot be read as a plan: it was cut off, or is something else", name);
    }
    if (!check_format(document.root, name, e) || !check_digest(text, size, name, &file, e)) {
        return false;
    }
    if (!read_head(&reader, document.root, &file) || !plan_file_read_items(&reader, document.root) ||
        !check_restarts(&reader, &file) || !read_left(&reader, document.root, &file)) {
        err_wrap(e, "%s is not a plan that can be carried out", name);
        e->code = ERR_INVALID;
        return false;
    }
    file.plan = &plan;
    JSON_CLEANUP json_t *summary = plan_file_summary(&file);
    if (!json_equal(summary, json_object_get(document.root, "summary"))) {
        return err_set(e, ERR_INVALID, "%s is not a plan that can be carried out: its summary is not that of its items",
                       name);
    }
    *ret_plan = plan;
    plan = (struct plan){0};
    file.plan = ret_plan;
    *ret = file;
    return true;
}

/* "1.2.3" -> 1 */
static long major_version(const char *version)
{
    return strtol(version, NULL, 10);
}

bool plan_file_check(const struct plan_file *file, const char *now, const char *version, struct err *e)
{
    if (major_version(file->version) != major_version(version)) {
        return err_set(e, ERR_INVALID, "the plan was made by vpcmeta %s, and this is %s: make it again", file->version,
                       version);
    }
    return strcmp(now, file->expires_at) < 0 ||
           err_set(e, ERR_CONFLICT, "the plan was made at %s and expired at %s: make it again", file->created_at,
                   file->expires_at);
}

bool plan_file_is(const char *text, size_t size)
{
    static const char beginning[] = "{\"vpcmeta_plan\":";

    return size >= sizeof(beginning) - 1 && memcmp(text, beginning, sizeof(beginning) - 1) == 0;
}
