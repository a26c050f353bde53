/* Answers that simdjson refuses: it gives a code and no place, so the tree reader's diagnosis is asked. */
#include "json/json_answer_fault.h"

#include "json/json_answer.h"
#include "json/json_text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
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

/* As simdjson sees it: of 64 bits, with or without sign. */
static bool fits_integer(const char *number)
{
    errno = 0;
    if (number[0] == '-') {
        (void)strtoll(number, NULL, 10);
    } else {
        (void)strtoull(number, NULL, 10);
    }
    return errno == 0;
}

/* An integer becomes a real by its fraction. */
static bool append_number(struct text *copy, const char *bytes, size_t size)
{
    CLEANUP(text_free) struct text number = {0};

    text_append_size(&number, bytes, size);
    const char *digits = text_string(&number) + (bytes[0] == '-');
    bool integer = digits[strspn(digits, "0123456789")] == '\0';
    bool huge = isinf(strtod(text_string(&number), NULL)) != 0;
    if (!huge && (!integer || fits_integer(text_string(&number)))) {
        text_append_size(copy, bytes, size);
        return false;
    }
    if (huge) {
        text_append(copy, bytes[0] == '-' ? "-1.7e308" : "1.7e308");
    } else {
        text_printf(copy, "%s.0", text_string(&number));
    }
    return true;
}

bool answer_repair_numbers(const char *bytes, size_t size, struct text *ret_copy)
{
    bool repaired = false;

    for (size_t at = 0, end; at < size; at = end) {
        if (bytes[at] == '-' || (bytes[at] >= '0' && bytes[at] <= '9')) {
            end = json_text_word(bytes, size, at);
            repaired |= append_number(ret_copy, bytes + at, end - at);
        } else {
            end = bytes[at] == '"' ? json_text_string(bytes, size, at) : at + 1;
            text_append_size(ret_copy, bytes + at, end - at);
        }
    }
    return repaired;
}
