/* UTF-8 decoding and repair, percent-coding, base64, SHA-256, and UUIDs. */
#include "text/text.h"

#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <string.h>

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

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void text_percent_encode(struct text *t, const char *string, const char *also)
{
    for (const char *at = string; *at != '\0'; at++) {
        if (is_alphanumeric(*at) || strchr("-._~", *at) != NULL || strchr(also, *at) != NULL) {
            text_append_char(t, *at);
        } else {
            text_printf(t, "%%%02X", (unsigned char)*at);
        }
    }
}

bool text_percent_decode(struct text *t, const char *bytes, size_t size)
{
    bool valid = true;

    for (size_t i = 0; i < size; i++) {
        int high = bytes[i] == '%' && i + 2 < size ? hex_value(bytes[i + 1]) : -1;
        int low = high >= 0 ? hex_value(bytes[i + 2]) : -1;
        valid = valid && (bytes[i] != '%' || low >= 0);
        text_append_char(t, low >= 0 ? (char)(high << 4 | low) : bytes[i]);
        i += low >= 0 ? 2 : 0;
    }
    return valid;
}

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
    for (size_t i = 0; i < size; i++) {
        text_printf(t, "%02x", bytes[i]);
    }
}

void text_append_sha256(struct text *t, const char *bytes, size_t size)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_init(&context);
    sha256_update(&context, size, (const uint8_t *)bytes);
    sha256_digest(&context, sizeof(digest), digest);
    text_append_hex(t, digest, sizeof(digest));
}

void text_append_uuid_of(struct text *t, const char *bytes, size_t size)
{
    static const uint8_t namespace[] = "vpcmeta's UUIDs";
    struct sha1_ctx context;
    uint8_t digest[SHA1_DIGEST_SIZE];

    sha1_init(&context);
    sha1_update(&context, sizeof(namespace), namespace);
    sha1_update(&context, size, (const uint8_t *)bytes);
    sha1_digest(&context, sizeof(digest), digest);
    digest[6] = (digest[6] & 0x0f) | 0x50; /* version 5 */
    digest[8] = (digest[8] & 0x3f) | 0x80;
    for (size_t i = 0; i < 16; i++) {
        text_printf(t, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", digest[i]);
    }
}

bool text_is_uuid(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size && i < TEXT_UUID_SIZE; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? bytes[i] != '-' : hex_value(bytes[i]) < 0) {
            return false;
        }
    }
    return size == TEXT_UUID_SIZE;
}
