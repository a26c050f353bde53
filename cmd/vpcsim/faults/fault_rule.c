/* One rule of a scenario: reads it, and decides whether it fires. */
#include "vpcsim/faults/fault_rule.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "text/text.h"
#include "vpcsim/store/store.h"

static const char *const actions[] = {
    [FAULT_LATENCY] = "latency",
    [FAULT_STATUS] = "status",
    [FAULT_RESET] = "reset",
    [FAULT_HANG] = "hang",
    [FAULT_TRUNCATE] = "truncate",
    [FAULT_DRIP] = "drip",
    [FAULT_GARBAGE] = "garbage",
    [FAULT_CONTENT_TYPE] = "content_type",
    [FAULT_EXPIRE_TOKEN] = "expire_token",
    [FAULT_TOKEN_DELAY] = "token_delay",
    [FAULT_CHANGE] = "change",
    [FAULT_HEADERS] = "headers",
    [FAULT_EDIT] = "edit",
    [FAULT_STALE] = "stale",
    [FAULT_DELETE] = "delete",
    [FAULT_CHURN] = "churn",
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

const char *fault_rule_action(const struct fault_rule *rule)
{
    return actions[rule->action];
}

void fault_rule_free(struct fault_rule *rule)
{
    free(rule->operation);
    free(rule->method);
    free(rule->path);
    free(rule->body);
    free(rule->code);
    free(rule->type);
    json_decref(rule->during);
    json_decref(rule->set);
    json_decref(rule->headers);
    json_decref(rule->record);
    json_decref(rule->remove);
    *rule = (struct fault_rule){0};
}

static char *string_of(const json_t *document, const char *name)
{
    return mem_copy(json_string_value(json_object_get(document, name)));
}

static long integer_of(const json_t *document, const char *name, long otherwise)
{
    const json_t *value = json_object_get(document, name);

    return json_is_integer(value) ? (long)json_integer_value(value) : otherwise;
}

static double number_of(const json_t *document, const char *name, double otherwise)
{
    const json_t *value = json_object_get(document, name);

    return json_is_number(value) ? json_number_value(value) : otherwise;
}

static bool read_action(const json_t *document, struct fault_rule *rule, struct err *e)
{
    const char *name = json_string_value(json_object_get(document, "action"));

    for (size_t i = 0; name != NULL && i < ACTIONS; i++) {
        if (strcmp(actions[i], name) == 0) {
            rule->action = (enum fault_action)i;
            return true;
        }
    }
    const char *meant = name != NULL ? text_nearest(name, actions, ACTIONS) : NULL;
    return err_set(e, ERR_USAGE, "unknown action %s%s%s", name != NULL ? name : "(none)",
                   meant != NULL ? ": did you mean " : "", meant != NULL ? meant : "");
}

bool fault_check_members(const json_t *document, const char *const members[], size_t count, struct err *e)
{
    const char *name;
    json_t *value;

    if (!json_is_object(document)) {
        return err_set(e, ERR_USAGE, "it must be an object");
    }
    json_object_foreach ((json_t *)document, name, value) {
        size_t i = 0;
        while (i < count && strcmp(members[i], name) != 0) {
            i++;
        }
        if (i == count) {
            const char *meant = text_nearest(name, members, count);
            return err_set(e, ERR_USAGE, "unknown member %s%s%s", name, meant != NULL ? ": did you mean " : "",
                           meant != NULL ? meant : "");
        }
    }
    return true;
}

static const char *const members[] = {"name",    "operation",   "method",  "path",  "nth",    "every",       "after",
                                      "limit",   "probability", "action",  "ms",    "status", "retry_after", "body",
                                      "code",    "type",        "when",    "keep",  "bytes",  "interval_ms", "set",
                                      "headers", "record",      "remove",  "reads", "during", "delete",      "create",
                                      "place",   "recreate",    "lasts_ms"};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

static void read_nth(const json_t *nth, struct fault_rule *rule)
{
    if (json_is_integer(nth)) {
        rule->nth[rule->nth_count++] = (long)json_integer_value(nth);
    }
    for (size_t i = 0; i < json_array_size(nth) && rule->nth_count < FAULT_NTH_MAX; i++) {
        rule->nth[rule->nth_count++] = (long)json_integer_value(json_array_get(nth, i));
    }
}

static void read_ms(const json_t *document, struct fault_rule *rule)
{
    const json_t *ms = json_object_get(document, "ms");

    rule->ms_min = rule->ms_max = integer_of(document, "ms", rule->action == FAULT_HANG ? 60000 : 0);
    if (json_array_size(ms) == 2) {
        rule->ms_min = (long)json_integer_value(json_array_get(ms, 0));
        rule->ms_max = (long)json_integer_value(json_array_get(ms, 1));
    }
}

static bool read_retry_after(const json_t *document, struct fault_rule *rule, struct err *e)
{
    const char *date = json_string_value(json_object_get(document, "retry_after"));

    rule->retry_after = integer_of(document, "retry_after", -1);
    if (date == NULL) {
        return true;
    }
    rule->retry_after_date = true;
    if (strncmp(date, "date:", 5) != 0 || !text_to_long(date + 5, 0, 86400, &rule->retry_after)) {
        return err_set(e, ERR_USAGE, "retry_after must be seconds or \"date:SECONDS\"");
    }
    return true;
}

static bool read_churn(const json_t *document, struct fault_rule *rule, struct err *e)
{
    rule->churn.removed = integer_of(document, "delete", 1);
    rule->churn.created = integer_of(document, "create", 1);
    return churn_place_read(json_string_value(json_object_get(document, "place")), &rule->churn.place) ||
           err_set(e, ERR_USAGE, "place must be \"any\", \"start\" or \"end\"");
}

bool fault_rule_decode(const char *value, struct text *out)
{
    return text_percent_decode(out, value, strlen(value)) && out->size > 0 && strlen(text_string(out)) == out->size &&
           strpbrk(text_string(out), "\r\n") == NULL;
}

static bool check_headers(const struct fault_rule *rule, struct err *e)
{
    static const char name_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const char *name;
    json_t *value;

    if (json_object_size(rule->headers) == 0 || json_object_size(rule->headers) > FAULT_HEADERS_MAX) {
        return err_set(e, ERR_USAGE, "headers must be an object of 1 to %d headers", FAULT_HEADERS_MAX);
    }
    json_object_foreach (rule->headers, name, value) {
        struct text bytes = {0};
        bool right = name[0] != '\0' && name[strspn(name, name_characters)] == '\0' && json_is_string(value) &&
                     fault_rule_decode(json_string_value(value), &bytes) && bytes.size < REPLY_HEADER_SIZE;
        text_free(&bytes);
        if (!right) {
            return err_set(e, ERR_USAGE,
                           "header %s must be a string of 1 to %d bytes, any but NUL, CR and LF, as %%XX where needed",
                           name, REPLY_HEADER_SIZE - 1);
        }
    }
    return true;
}

struct fault_edit fault_rule_edit(const struct fault_rule *rule)
{
    return (struct fault_edit){.record = rule->record, .set = rule->set, .remove = rule->remove};
}

static bool check_during(const json_t *during, struct err *e)
{
    bool right = during == NULL || json_array_size(during) > 0;

    for (size_t i = 0; i < json_array_size(during); i++) {
        const char *name = json_string_value(json_array_get(during, i));
        right = right && name != NULL && store_status(name) >= 0;
    }
    return right || err_set(e, ERR_USAGE, "during must be an array of statuses");
}

static bool check_values(const struct fault_rule *rule, struct err *e)
{
    if (!check_during(rule->during, e)) {
        return false;
    }
    if (rule->action == FAULT_STATUS && (rule->status < 200 || rule->status > 599)) {
        return err_set(e, ERR_USAGE, "status must be between 200 and 599");
    }
    if (rule->probability < 0 || rule->probability > 1 || rule->keep < 0 || rule->keep > 1) {
        return err_set(e, ERR_USAGE, "probability and keep must be between 0 and 1");
    }
    if (rule->bytes < 1 || rule->interval_ms < (rule->action != FAULT_CHURN) || rule->ms_min < 0 ||
        rule->ms_max < rule->ms_min) {
        return err_set(e, ERR_USAGE, "bytes, interval_ms and ms must be positive, a range from small to large");
    }
    if (rule->action == FAULT_EDIT) {
        struct fault_edit edit = fault_rule_edit(rule);
        return fault_edit_check(&edit, e);
    }
    return rule->action != FAULT_HEADERS || check_headers(rule, e);
}

/* A word, a text, or an object that is the answer. */
static char *body_of(const json_t *document)
{
    const json_t *body = json_object_get(document, "body");
    CLEANUP(text_free) struct text bytes = {0};

    if (!json_is_object(body) && !json_is_array(body)) {
        return string_of(document, "body");
    }
    json_print(&bytes, body, JSON_PRINT_COMPACT);
    return text_take(&bytes);
}

bool fault_rule_read(const json_t *document, struct fault_rule *ret_rule, struct err *e)
{
    struct fault_rule rule = {0};

    if (!fault_check_members(document, members, MEMBERS, e) || !read_action(document, &rule, e)) {
        return false;
    }
    const char *when = json_string_value(json_object_get(document, "when"));
    rule.after_commit = when != NULL && strcmp(when, "after") == 0;
    if (when != NULL && !rule.after_commit && strcmp(when, "before") != 0) {
        return err_set(e, ERR_USAGE, "when must be \"before\" or \"after\"");
    }
    read_nth(json_object_get(document, "nth"), &rule);
    read_ms(document, &rule);
    rule.every = integer_of(document, "every", 0);
    rule.after = integer_of(document, "after", 0);
    rule.limit = integer_of(document, "limit", 0);
    rule.lasts_ms = integer_of(document, "lasts_ms", 0);
    rule.probability = number_of(document, "probability", 1);
    rule.status = (unsigned)integer_of(document, "status", 0);
    rule.keep = number_of(document, "keep", 0.5);
    rule.bytes = integer_of(document, "bytes", 64);
    rule.interval_ms = integer_of(document, "interval_ms", rule.action == FAULT_CHURN ? 0 : 50);
    rule.reads = integer_of(document, "reads", json_object_get(document, "ms") != NULL ? 0 : 1);
    rule.headers = json_object_get(document, "headers");
    rule.during = json_object_get(document, "during");
    rule.record = json_object_get(document, "record");
    rule.remove = json_object_get(document, "remove");
    rule.set = json_object_get(document, "set");
    rule.recreate = json_is_true(json_object_get(document, "recreate"));
    if (!read_churn(document, &rule, e) || !read_retry_after(document, &rule, e) || !check_values(&rule, e)) {
        return false;
    }
    json_incref(rule.headers);
    json_incref(rule.record);
    json_incref(rule.remove);
    json_incref(rule.during);
    json_incref(rule.set);
    rule.operation = string_of(document, "operation");
    rule.method = string_of(document, "method");
    rule.path = string_of(document, "path");
    rule.body = body_of(document);
    rule.code = string_of(document, "code");
    rule.type = string_of(document, "type");
    *ret_rule = rule;
    return true;
}

/* Whether the server that the path names is in one of the statuses. */
static bool is_during(const struct fault_rule *rule, const struct request *request)
{
    const char *id = request->argument[0];
    const struct instance *instance = id != NULL ? collection_find(&request->region->instances, id) : NULL;
    const struct bare_metal *metal = id != NULL ? collection_find(&request->region->bare_metals, id) : NULL;

    if (instance == NULL && metal == NULL) {
        return false;
    }
    const char *status = store_status_name(instance != NULL ? instance->status : metal->status);
    for (size_t i = 0; i < json_array_size(rule->during); i++) {
        if (strcmp(json_string_value(json_array_get(rule->during, i)), status) == 0) {
            return true;
        }
    }
    return false;
}

bool fault_rule_fits(const struct fault_rule *rule, const struct request *request)
{
    const char *operation = request->route != NULL ? request->route->operation : "unknown";

    return (rule->operation == NULL || text_glob(rule->operation, operation)) &&
           (rule->method == NULL || strcmp(rule->method, request->method) == 0) &&
           (rule->path == NULL || text_glob(rule->path, request->path)) &&
           (rule->during == NULL || is_during(rule, request));
}

bool fault_rule_fires(struct fault_rule *rule, double dice, bool is_free, int64_t now_ms)
{
    long number = ++rule->seen;
    bool fires = is_free && number > rule->after && dice < rule->probability;

    if (rule->every > 0) {
        fires = fires && (number - rule->after) % rule->every == 0;
    }
    if (rule->nth_count > 0) {
        bool listed = false;
        for (size_t i = 0; i < rule->nth_count; i++) {
            listed = listed || rule->nth[i] == number;
        }
        fires = fires && listed;
    }
    if ((rule->limit > 0 && rule->fired >= rule->limit) ||
        (rule->lasts_ms > 0 && rule->fired > 0 && now_ms - rule->fired_ms >= rule->lasts_ms)) {
        fires = false;
    }
    rule->fired_ms = rule->fired > 0 ? rule->fired_ms : now_ms;
    rule->fired += fires;
    return fires;
}
