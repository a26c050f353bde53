/* The string that grows, wiping, comparison and numbers. */
#include "text/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

char *text_reserve(struct text *t, size_t extra)
{
    if (extra > (size_t)TEXT_MAX - t->size) {
        mem_out_of_memory();
    }
    size_t need = t->size + extra + 1;
    if (need > t->capacity) {
        size_t capacity = t->capacity ? t->capacity : 64;
        while (capacity < need) {
            capacity *= 2;
        }
        t->data = mem_grow(t->data, capacity, 1);
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
    char *end = text_reserve(t, 1);

    end[0] = c;
    end[1] = '\0';
    t->size++;
}

void text_append_repeat(struct text *t, char c, size_t count)
{
    memset(text_reserve(t, count), c, count);
    t->size += count;
    t->data[t->size] = '\0';
}

void text_vprintf(struct text *t, const char *format, va_list args)
{
    char *end = text_reserve(t, 0);
    size_t room = t->capacity - t->size;
    va_list again;

    va_copy(again, args);
    int size = vsnprintf(end, room, format, args);
    if (size < 0) {
        end[0] = '\0';
    } else if ((size_t)size >= room) {
        vsnprintf(text_reserve(t, (size_t)size), (size_t)size + 1, format, again);
    }
    va_end(again);
    t->size += size > 0 ? (size_t)size : 0;
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

const char *text_or_empty(const char *string)
{
    return string != NULL ? string : "";
}

bool text_begins(const char *string, const char *start)
{
    return strncmp(string, start, strlen(start)) == 0;
}

bool text_is_one_of(const char *word, const char *const words[])
{
    while (*words != NULL && strcmp(*words, word) != 0) {
        words++;
    }
    return *words != NULL;
}

bool text_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
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
