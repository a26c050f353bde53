/* Bytes as base64 and as hexadecimal digits. */
#include "text/text.h"

void text_append_base64(struct text *t, const char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *b = (const unsigned char *)bytes;

    for (size_t i = 0; i < size; i += 3) {
        unsigned group = (unsigned)b[i] << 16 | (i + 1 < size ? (unsigned)b[i + 1] << 8 : 0) |
                         (i + 2 < size ? (unsigned)b[i + 2] : 0);
        text_append_char(t, digits[group >> 18]);
        text_append_char(t, digits[group >> 12 & 63]);
        text_append_char(t, i + 1 < size ? digits[group >> 6 & 63] : '=');
        text_append_char(t, i + 2 < size ? digits[group & 63] : '=');
    }
}

void text_append_hex(struct text *t, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        text_append_char(t, digits[bytes[i] >> 4U]);
        text_append_char(t, digits[bytes[i] & 0xfU]);
    }
}
