/* SHA-256. */
#include "text/text.h"

#include <nettle/sha2.h>

void text_append_sha256(struct text *t, const char *bytes, size_t size)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_init(&context);
    sha256_update(&context, size, (const uint8_t *)bytes);
    sha256_digest(&context, sizeof(digest), digest);
    text_append_hex(t, digest, sizeof(digest));
}
