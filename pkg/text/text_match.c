/* Words: shell-like patterns, and the likeness behind "did you mean". */
#include "text/text.h"

#include <stdint.h>
#include <string.h>

/* Whether the bracket expression "[...]" at `pattern` holds `c`; its end is NULL if not closed. */
static bool bracket_holds(const char *pattern, unsigned char c, const char **ret_end)
{
    const char *p = pattern + 1;
    bool negate = *p == '!' || *p == '^';
    bool holds = false;

    p += negate;
    for (const char *first = p; *p != '\0' && (*p != ']' || p == first);) {
        if (p[1] == '-' && p[2] != '\0' && p[2] != ']') {
            holds |= (unsigned char)p[0] <= c && c <= (unsigned char)p[2];
            p += 3;
        } else {
            holds |= (unsigned char)*p++ == c;
        }
    }
    *ret_end = *p == ']' ? p + 1 : NULL;
    return holds != negate;
}

/* Bytes of the first character of a string that is not empty. */
static size_t character_size(const char *string)
{
    size_t size = 1;

    while (((unsigned char)string[size] & 0xc0) == 0x80) {
        size++;
    }
    return size;
}

/* Matches one element of the pattern that is not a star; on success moves both on. */
static bool match_one(const char **pattern, const char **string)
{
    const char *p = *pattern;
    const char *end = NULL;
    size_t used = 1;
    bool match;

    if (*p == '?') {
        match = true;
        end = p + 1;
        used = character_size(*string);
    } else if (*p == '[') {
        match = bracket_holds(p, (unsigned char)**string, &end);
    }
    if (end == NULL) {
        p += *p == '\\' && p[1] != '\0';
        match = *p == **string && *p != '\0';
        end = p + 1;
    }
    if (match) {
        *pattern = end;
        *string += used;
    }
    return match;
}

bool text_glob(const char *pattern, const char *string)
{
    /* Only the last star has to be retried, which keeps the work quadratic at most. */
    const char *star = NULL;
    const char *retry = NULL;

    while (*string != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            retry = string;
        } else if (!match_one(&pattern, &string)) {
            if (star == NULL) {
                return false;
            }
            pattern = star;
            string = ++retry;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

enum { NEAREST_WORD_MAX = 64 };

/* Capitals as small letters, and all that separates the parts of a word as a dash. */
static char fold(char c)
{
    return c == '_' || c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_same_word(const char *a, const char *b)
{
    while (*a != '\0' && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Past the zeros in front of a number that has further digits. */
static const char *skip_zeros(const char *word, char before)
{
    while (!is_digit(before) && *word == '0' && is_digit(word[1])) {
        word++;
    }
    return word;
}

/* Whether two words differ in the zeros in front of their numbers only, as api-001 and api-0001 do. */
static bool same_numbers(const char *a, const char *b)
{
    for (char before = '\0';; before = *a, a++, b++) {
        a = skip_zeros(a, before);
        b = skip_zeros(b, before);
        if (fold(*a) != fold(*b) || *a == '\0') {
            return *a == *b;
        }
    }
}

/* Optimal string alignment: insert, delete, replace and swap of neighbours cost one each, another case nothing. */
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
            size_t best = last[j - 1] + (fold(a[i - 1]) != fold(b[j - 1]));
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]) &&
                before[j - 2] + 1 < best) {
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
        size_t longer = size > other ? size : other;
        size_t limit = longer < 3 ? 1 : (longer + 2) / 3;
        size_t d = same_numbers(word, words[i]) ? 0 : distance(word, size, words[i], other);
        if (d <= limit && d < longer && d < least) {
            least = d;
            nearest = words[i];
        }
    }
    return nearest;
}

bool text_append_nearest(struct text *out, const char *word, const char *const words[], size_t count)
{
    const char *nearest = text_nearest(word, words, count);

    if (nearest != NULL) {
        text_printf(out, ": did you mean %s?", nearest);
    }
    return nearest != NULL;
}
