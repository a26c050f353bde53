/* Text on terminals: width, cutting and making foreign bytes harmless. */
#include "text/text.h"

#include <string.h>

struct range {
    uint32_t first, last;
};

/* Wide and zero-width ranges, condensed from Unicode's EastAsianWidth and general categories Mn, Me, Cf:
 * independent of the locale, which a tool run from cron does not have. */
static const struct range wide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},   {0x23f0, 0x23f0},
    {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267f, 0x267f},
    {0x2693, 0x2693},   {0x26a1, 0x26a1},   {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},
    {0x26ce, 0x26ce},   {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f5},   {0x26fa, 0x26fd},
    {0x2705, 0x2705},   {0x270a, 0x270b},   {0x2728, 0x2728},   {0x274c, 0x274e},   {0x2753, 0x2757},
    {0x2795, 0x2797},   {0x27b0, 0x27bf},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b55},   {0x2e80, 0x303e},
    {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6},   {0x16fe0, 0x18aff}, {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf},
    {0x1f18e, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393},
    {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3}, {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e},
    {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f567}, {0x1f57a, 0x1f57a},
    {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc},
    {0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6d7}, {0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb},
    {0x1f90c, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};
static const struct range zero[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},   {0x0610, 0x061a}, {0x064b, 0x065f}, {0x06d6, 0x06dc},
    {0x0900, 0x0902}, {0x093c, 0x093c}, {0x0941, 0x0948},   {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},   {0x2060, 0x2064}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef},
};

static bool in_ranges(uint32_t code, const struct range *ranges, size_t count)
{
    size_t low = 0;

    while (low < count) {
        size_t middle = (low + count) / 2;
        if (code < ranges[middle].first) {
            count = middle;
        } else if (code > ranges[middle].last) {
            low = middle + 1;
        } else {
            return true;
        }
    }
    return false;
}

static size_t columns_of(struct text_character c)
{
    if (c.broken) {
        return c.size;
    }
    if (c.code < 0x300) {
        return 1;
    }
    if (in_ranges(c.code, zero, sizeof(zero) / sizeof(zero[0]))) {
        return 0;
    }
    return in_ranges(c.code, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

/* Bytes at the start that are printable ASCII: one column each and harmless. Nearly all of a fleet's data is. */
static size_t plain(const char *bytes, size_t size)
{
    size_t run = 0;

    while (run < size && bytes[run] >= 0x20 && bytes[run] < 0x7f) {
        run++;
    }
    return run;
}

size_t text_width(const char *bytes, size_t size)
{
    size_t columns = plain(bytes, size);

    for (size_t i = columns; i < size;) {
        struct text_character c = text_decode(bytes + i, size - i);
        columns += columns_of(c);
        i += c.size;
    }
    return columns;
}

size_t text_prefix(const char *bytes, size_t size, size_t columns)
{
    size_t used = 0;
    size_t i = 0;

    while (i < size) {
        struct text_character c = text_decode(bytes + i, size - i);
        used += columns_of(c);
        if (used > columns) {
            break;
        }
        i += c.size;
    }
    return i;
}

bool text_steers_terminal(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

void text_append_safe(struct text *t, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t run = plain(bytes + i, size - i);
        if (run > 0) {
            text_append_size(t, bytes + i, run);
            i += run;
            continue;
        }
        struct text_character c = text_decode(bytes + i, size - i);
        if (c.broken) {
            for (size_t k = 0; k < c.size; k++) {
                text_printf(t, "\\x%02x", (unsigned char)bytes[i + k]);
            }
        } else if (text_steers_terminal(c.code)) {
            text_printf(t, c.code < 0x100 ? "\\x%02x" : "\\u{%04x}", (unsigned)c.code);
        } else {
            text_append_size(t, bytes + i, c.size);
        }
        i += c.size;
    }
}

void text_append_short(struct text *t, const char *bytes, size_t size, size_t columns)
{
    CLEANUP(text_free) struct text safe = {0};
    if (size <= columns && plain(bytes, size) == size) {
        text_append_size(t, bytes, size);
        return;
    }
    /* no more than this can show: a character has at most 4 bytes and rarely no width */
    size_t enough = size < 8 * columns + 64 ? size : 8 * columns + 64;

    text_append_safe(&safe, bytes, enough);
    if (enough == size && text_width(text_string(&safe), safe.size) <= columns) {
        text_append_size(t, text_string(&safe), safe.size);
        return;
    }
    size_t room = columns > 3 ? columns - 3 : 0;
    text_append_size(t, text_string(&safe), text_prefix(text_string(&safe), safe.size, room));
    text_append(t, "...");
}
