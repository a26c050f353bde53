/* Answers that simdjson refuses: it gives a code and no place, so the tree reader's diagnosis is asked. */
#include "json/answer_fault.h"

#include "json/answer.h"
#include "json/json_text.h"

#include <string.h>

bool answer_fault(const char *bytes, size_t size, const char *otherwise, struct err *e)
{
    json_error_t error;
    struct err found = ERR_INIT;

    if (size > ANSWER_SIZE_MAX) {
        return err_set(e, ERR_BAD_ANSWER, "the answer has more than %d MiB", ANSWER_SIZE_MAX >> 20);
    }
    CLEANUP(text_free) struct text copy = {0};
    text_append_size(&copy, bytes, size);
    const char *nul = memchr(text_string(&copy), '\0', size);
    JSON_CLEANUP json_t *root = json_loadb(text_string(&copy), size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (nul != NULL) {
        err_set(e, ERR_BAD_ANSWER, "the answer has a NUL byte");
        return err_at(e, "answer: byte %zu", (size_t)(nul - text_string(&copy)));
    }
    if (root != NULL) {
        /* a number or a depth that only simdjson refuses */
        err_set(e, ERR_BAD_ANSWER, "%s", otherwise);
        return err_at(e, "answer");
    }
    size_t at = json_text_diagnose(text_string(&copy), size, &error, false, &found);
    err_set(e, ERR_BAD_ANSWER, "%s", found.message);
    return err_at(e, "answer: byte %zu", at);
}

static bool is_surrogate(const char *escape, size_t size, char from, char to)
{
    return size >= 6 && escape[0] == '\\' && escape[1] == 'u' && (escape[2] | 0x20) == 'd' &&
           (escape[3] | 0x20) >= from && (escape[3] | 0x20) <= to;
}

bool answer_repair(const char *bytes, size_t size, struct text *ret_copy)
{
    static const char replacement[6] = {'\\', 'u', 'f', 'f', 'f', 'd'};
    bool repaired = false;

    text_append_size(ret_copy, bytes, size);
    char *copy = ret_copy->data;
    for (size_t at = 0; at + 6 <= size;) {
        char *escape = copy + at;
        if (*escape != '\\') {
            at++;
        } else if (is_surrogate(escape, size - at, '8', 'b') && is_surrogate(escape + 6, size - at - 6, 'c', 'f')) {
            at += 12;
        } else if (is_surrogate(escape, size - at, '8', 'f')) {
            memcpy(escape, replacement, sizeof(replacement));
            repaired = true;
            at += 6;
        } else {
            at += 2;
        }
    }
    return repaired;
}
