/* UTF-8: decoding, and repair of bytes from outside. */
#include "text/text.h"

struct text_character text_decode(const char *bytes, size_t size)
{
    const unsigned char *b = (const unsigned char *)bytes;
    /* What the second byte may be rules out overlong forms, surrogates and code points above U+10FFFF. */
    unsigned char low = b[0] == 0xe0 ? 0xa0 : b[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = b[0] == 0xed ? 0x9f : b[0] == 0xf4 ? 0x8f : 0xbf;
    size_t need = b[0] < 0x80 ? 1 : b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : b[0] < 0xf5 ? 4 : 0;

    if (need <= 1) {
        return (struct text_character){.code = b[0], .size = 1, .broken = need == 0};
    }
    uint32_t code = b[0] & (0x7fU >> need);
    for (size_t i = 1; i < need; i++) {
        if (i >= size || b[i] < low || b[i] > high) {
            return (struct text_character){.code = b[0], .size = i, .broken = true};
        }
        code = code << 6 | (b[i] & 0x3f);
        low = 0x80;
        high = 0xbf;
    }
    return (struct text_character){.code = code, .size = need};
}

void text_append_utf8(struct text *t, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size;) {
        struct text_character c = text_decode(bytes + i, size - i);
        text_append_size(t, c.broken ? "\xef\xbf\xbd" : bytes + i, c.broken ? 3 : c.size);
        i += c.size;
    }
}
