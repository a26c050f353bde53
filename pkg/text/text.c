#include "text/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(void)
{
    fputs("error: out of memory\n", stderr);
    abort();
}

char *text_reserve(struct text *t, size_t extra)
{
    if (extra > (size_t)TEXT_MAX - t->size) {
        out_of_memory();
    }
    size_t need = t->size + extra + 1;
    if (need > t->capacity) {
        size_t capacity = t->capacity ? t->capacity : 64;
        while (capacity < need) {
            capacity *= 2;
        }
        char *data = realloc(t->data, capacity);
        if (data == NULL) {
            out_of_memory();
        }
        t->data = data;
        t->capacity = capacity;
    }
    return t->data + t->size;
}

void text_append_size(struct text *t, const char *bytes, size_t size)
{
    char *end = text_reserve(t, size);

    if (size > 0) {
        memcpy(end, bytes, size);
    }
    t->size += size;
    t->data[t->size] = '\0';
}

void text_append(struct text *t, const char *string)
{
    text_append_size(t, string, strlen(string));
}

void text_append_char(struct text *t, char c)
{
    text_append_size(t, &c, 1);
}

void text_append_repeat(struct text *t, char c, size_t count)
{
    memset(text_reserve(t, count), c, count);
    t->size += count;
    t->data[t->size] = '\0';
}

void text_vprintf(struct text *t, const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (size < 0) {
        return;
    }
    vsnprintf(text_reserve(t, (size_t)size), (size_t)size + 1, format, args);
    t->size += (size_t)size;
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_vprintf(t, format, args);
    va_end(args);
}

const char *text_string(const struct text *t)
{
    return t->data ? t->data : "";
}

void text_clear(struct text *t)
{
    t->size = 0;
    if (t->data != NULL) {
        t->data[0] = '\0';
    }
}

char *text_take(struct text *t)
{
    text_reserve(t, 0)[0] = '\0';
    char *data = t->data;
    *t = (struct text){0};
    return data;
}

void text_free(struct text *t)
{
    free(t->data);
    *t = (struct text){0};
}

void text_wipe(void *bytes, size_t size)
{
    if (size > 0) {
        explicit_bzero(bytes, size);
    }
}

void text_free_secret(struct text *t)
{
    text_wipe(t->data, t->capacity);
    text_free(t);
}

void text_free_pointer(void *pointer)
{
    void **p = pointer;

    free(*p);
    *p = NULL;
}

bool text_glob(const char *pattern, const char *string)
{
    const char *star = NULL;
    const char *retry = NULL;

    while (*string != '\0') {
        const char *next = pattern;
        bool match = false;

        if (*pattern == '*') {
            star = ++pattern;
            retry = string;
            continue;
        }
        if (*pattern == '?') {
            /* one character, not one byte */
            match = true;
            next = pattern + 1;
            while (((unsigned char)string[1] & 0xc0) == 0x80) {
                string++;
            }
        } else if (*pattern == '[') {
            const char *p = pattern + 1;
            bool negate = *p == '!' || *p == '^';
            p += negate;
            bool in = false;
            bool first = true;
            while (*p != '\0' && (*p != ']' || first)) {
                first = false;
                if (p[1] == '-' && p[2] != '\0' && p[2] != ']') {
                    in |= (unsigned char)*p <= (unsigned char)*string && (unsigned char)*string <= (unsigned char)p[2];
                    p += 3;
                } else {
                    in |= *p == *string;
                    p++;
                }
            }
            match = *p == ']' ? in != negate : *string == '[';
            next = *p == ']' ? p + 1 : pattern + 1;
        } else if (*pattern == '\\' && pattern[1] != '\0') {
            match = pattern[1] == *string;
            next = pattern + 2;
        } else {
            match = *pattern == *string && *pattern != '\0';
            next = pattern + 1;
        }
        if (match) {
            pattern = next;
            string++;
        } else if (star != NULL) {
            pattern = star;
            string = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

enum { NEAREST_WORD_MAX = 64 };

/* Optimal string alignment distance: insert, delete, replace and swap of neighbours cost one each. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][NEAREST_WORD_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b_size; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= a_size; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            row[j] = best;
        }
        size_t *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[b_size];
}

const char *text_nearest(const char *word, const char *const words[], size_t count)
{
    size_t size = strlen(word);
    const char *nearest = NULL;
    size_t least = SIZE_MAX;

    if (size == 0 || size > NEAREST_WORD_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        size_t other = words[i] ? strlen(words[i]) : 0;
        if (other == 0 || other > NEAREST_WORD_MAX) {
            continue;
        }
        size_t d = distance(word, size, words[i], other);
        size_t longer = size > other ? size : other;
        size_t limit = longer < 3 ? 1 : (longer + 2) / 3;
        if (d <= limit && d < longer && d < least) {
            least = d;
            nearest = words[i];
        }
    }
    return nearest;
}

bool text_to_long(const char *string, long min, long max, long *ret_value)
{
    char *end = NULL;

    if (string[0] != '-' && (string[0] < '0' || string[0] > '9')) {
        return false;
    }
    errno = 0;
    long value = strtol(string, &end, 10);
    if (errno != 0 || end == string || *end != '\0' || value < min || value > max) {
        return false;
    }
    *ret_value = value;
    return true;
}
