/* What went wrong in a run, grouped by cause. */
#include "fleet/fleet_causes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet_reason.h"
#include "mem/mem.h"

/* --- words --------------------------------------------------------------------------------------- */

/* Bytes of the reason without " [trace ..., request ...]" at its end. */
static size_t message_size(const char *reason)
{
    static const char *const ends[] = {" [trace ", " [request "};
    size_t size = strlen(reason);

    for (size_t i = 0; size > 0 && reason[size - 1] == ']' && i < sizeof(ends) / sizeof(ends[0]); i++) {
        const char *end = strstr(reason, ends[i]);
        if (end != NULL) {
            return (size_t)(end - reason);
        }
    }
    return size;
}

/* "bad_field" of "400 bad_field: ...", wherever the reason comes to that. */
static size_t find_code(const char *reason, int http_status, const char **ret_code)
{
    char status[16];
    int size = snprintf(status, sizeof(status), "%d ", http_status);
    const char *at = http_status >= 400 ? strstr(reason, status) : NULL;

    if (at == NULL) {
        return 0;
    }
    *ret_code = at + size;
    size_t length = strspn(*ret_code, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    bool ends = strncmp(*ret_code + length, ": ", 2) == 0 || (*ret_code)[length] == '\0' ||
                strncmp(*ret_code + length, " [", 2) == 0 || strncmp(*ret_code + length, " (", 2) == 0;
    return ends ? length : 0;
}

/* --- groups -------------------------------------------------------------------------------------- */

struct entry {
    const char *key;
    const struct fleet_result *result;
};

static bool has_cause(const struct fleet_result *result)
{
    return result->outcome == FLEET_FAILED || result->outcome == FLEET_UNKNOWN || result->outcome == FLEET_SKIPPED;
}

static const char *reason_of(const struct fleet_result *result)
{
    return result->reason != NULL ? result->reason : "";
}

static struct entry make_entry(const struct fleet_result *result, struct text *key, struct text_arena *memory)
{
    text_clear(key);
    text_printf(key, "%d %d %d ", result->down != NULL, (int)result->outcome, result->http_status);
    fleet_reason_key(reason_of(result), message_size(reason_of(result)), result->item->resource, key);
    return (struct entry){.key = text_arena_copy(memory, text_string(key), key->size), .result = result};
}

/* By key; those of a key in the order of the run. */
static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a;
    const struct entry *right = b;
    int order = strcmp(left->key, right->key);

    return order != 0 ? order : (left->result > right->result) - (left->result < right->result);
}

static struct fleet_cause make_cause(const struct fleet_result *result, struct text_arena *memory)
{
    const char *reason = reason_of(result);
    const char *code = "";
    size_t code_size = find_code(reason, result->http_status, &code);

    return (struct fleet_cause){.outcome = result->outcome,
                                .loud = result->down != NULL,
                                .http_status = result->http_status,
                                .code = text_arena_copy(memory, code, code_size),
                                .message = text_arena_copy(memory, reason, message_size(reason)),
                                .example = result};
}

/* Of many that were skipped, none is the example: the message holds for all of them. */
static void join_message(struct fleet_cause *cause, struct text_arena *memory)
{
    CLEANUP(text_free) struct text message = {0};

    const char *first = reason_of(cause->example);
    if (cause->outcome != FLEET_SKIPPED || cause->count < 2 || message_size(first) < strlen(first)) {
        return;
    }
    CLEANUP(text_free_pointer) const char **reasons = mem_array(cause->count, sizeof(*reasons));
    for (size_t i = 0; i < cause->count; i++) {
        reasons[i] = reason_of(cause->members[i]);
    }
    fleet_reason_join(reasons, cause->count, &message);
    cause->message = text_arena_copy(memory, text_string(&message), message.size);
}

static int rank(const struct fleet_cause *cause)
{
    return cause->loud ? 0 : cause->outcome == FLEET_SKIPPED ? 2 : 1;
}

static int compare_causes(const void *a, const void *b)
{
    const struct fleet_cause *left = a;
    const struct fleet_cause *right = b;

    if (rank(left) != rank(right)) {
        return rank(left) - rank(right);
    }
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return (left->example > right->example) - (left->example < right->example);
}

void fleet_causes_find(const struct fleet_run *run, struct fleet_causes *ret)
{
    struct fleet_causes causes = {0};
    struct text_arena keys = {0};
    CLEANUP(text_free) struct text key = {0};
    struct entry *entries = mem_array(run->count + 1, sizeof(*entries));
    size_t count = 0;

    causes.items = mem_array(run->count + 1, sizeof(*causes.items));
    for (size_t i = 0; i < run->count; i++) {
        if (has_cause(&run->results[i])) {
            entries[count++] = make_entry(&run->results[i], &key, &keys);
        }
    }
    qsort(entries, count, sizeof(*entries), compare_entries);
    const struct fleet_result **members =
        text_arena_alloc(&causes.memory, (count + 1) * sizeof(const struct fleet_result *));
    for (size_t i = 0; i < count; i++) {
        members[i] = entries[i].result;
        if (i == 0 || strcmp(entries[i].key, entries[i - 1].key) != 0) {
            causes.items[causes.count++] = make_cause(entries[i].result, &causes.memory);
            causes.items[causes.count - 1].members = &members[i];
        }
        causes.items[causes.count - 1].count++;
    }
    for (size_t i = 0; i < causes.count; i++) {
        join_message(&causes.items[i], &causes.memory);
    }
    qsort(causes.items, causes.count, sizeof(*causes.items), compare_causes);
    text_arena_free(&keys);
    free(entries);
    *ret = causes;
}

void fleet_causes_free(struct fleet_causes *causes)
{
    free(causes->items);
    text_arena_free(&causes->memory);
    *causes = (struct fleet_causes){0};
}
