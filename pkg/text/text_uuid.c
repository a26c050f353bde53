/* UUIDs: the form of one, and the one of a name. */
#include "text/text.h"

#include <ctype.h>
#include <nettle/sha1.h>

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
        if (dash ? bytes[i] != '-' : !isxdigit((unsigned char)bytes[i])) {
            return false;
        }
    }
    return size == TEXT_UUID_SIZE;
}
