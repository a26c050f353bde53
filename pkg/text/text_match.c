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

const char *text_article(const char *word)
{
    return word[0] != '\0' && strchr("aeio", word[0]) != NULL ? "an" : "a";
}

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

bool text_one_slip(const char *a, const char *b)
{
    size_t a_size = strlen(a);
    size_t b_size = strlen(b);

    return a_size <= NEAREST_WORD_MAX && b_size <= NEAREST_WORD_MAX && distance(a, a_size, b, b_size) <= 1;
}

/* Leaves out the digits of a word of at most NEAREST_WORD_MAX bytes, or all that is no digit. */
static size_t keep_kind(const char *word, bool digits, char kept[NEAREST_WORD_MAX + 1])
{
    size_t size = 0;

    for (char before = '\0'; *(word = digits ? skip_zeros(word, before) : word) != '\0'; before = *word++) {
        if (is_digit(*word) == digits) {
            kept[size++] = fold(*word);
        }
    }
    kept[size] = '\0';
    return size;
}

/*
 * How far two words are from each other, SIZE_MAX where neither can be meant by the other. Digits that are the same by
 * chance say nothing, so that the letters alone decide how much may differ.
 */
static size_t unlikeness(const char *a, const char *b)
{
    char a_letters[NEAREST_WORD_MAX + 1], b_letters[NEAREST_WORD_MAX + 1];
    char a_digits[NEAREST_WORD_MAX + 1], b_digits[NEAREST_WORD_MAX + 1];
    size_t a_size = strlen(a), b_size = strlen(b);

    if (same_numbers(a, b)) {
        return 0;
    }
    size_t a_count = keep_kind(a, false, a_letters);
    size_t b_count = keep_kind(b, false, b_letters);
    bool numbered = keep_kind(a, true, a_digits) > 0 && keep_kind(b, true, b_digits) > 0;
    size_t letters = a_count > b_count ? a_count : b_count;
    size_t limit = letters < 3 ? 1 : (letters + 2) / 3;
    size_t d = distance(a, a_size, b, b_size);
    bool other = numbered && strcmp(a_letters, b_letters) != 0 && strcmp(a_digits, b_digits) != 0;
    return d > limit || (other && d > 1) || d >= (a_size > b_size ? a_size : b_size) ? SIZE_MAX : d;
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
        size_t d = other == 0 || other > NEAREST_WORD_MAX ? SIZE_MAX : unlikeness(word, words[i]);
        if (d < least) {
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
