/* Makes SSH public keys of a record's random bits. */
#include "vpcsim/api/public_key.h"

#include <string.h>

#include "vpcsim/store/random.h"

enum { SALT = 200 };

static void append_field(struct text *blob, const char *bytes, size_t size)
{
    const char length[] = {(char)(size >> 24), (char)(size >> 16), (char)(size >> 8), (char)size};

    text_append_size(blob, length, sizeof(length));
    text_append_size(blob, bytes, size);
}

static void fill(char *bytes, size_t size, uint64_t key)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(random_mix(key, SALT + i / 8) >> i % 8 * 8);
    }
}

void public_key_append(struct text *out, uint64_t key, bool rsa)
{
    const char *type = rsa ? "ssh-rsa" : "ssh-ed25519";
    struct text blob CLEANUP(text_free) = {0};

    append_field(&blob, type, strlen(type));
    if (rsa) {
        char modulus[1 + PUBLIC_KEY_RSA_BITS / 8] = {0};
        fill(modulus + 1, sizeof(modulus) - 1, key);
        modulus[1] |= (char)0x80; /* all bits count; the zero before it makes the number positive */
        modulus[sizeof(modulus) - 1] |= 1;
        append_field(&blob, "\1\0\1", 3);
        append_field(&blob, modulus, sizeof(modulus));
    } else {
        char point[PUBLIC_KEY_ED25519_BITS / 8];
        fill(point, sizeof(point), key);
        append_field(&blob, point, sizeof(point));
    }
    text_append(out, type);
    text_append_char(out, ' ');
    text_append_base64(out, text_string(&blob), blob.size);
}
