/* What a JSON Web Token says of its holder. */
#include "json/json_web_token.h"

#include <string.h>

/* base64url without padding (RFC 4648 section 5); false at any other character. */
static bool decode(const char *bytes, size_t size, struct text *ret)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0, count = 0;

    for (size_t i = 0; i < size; i++) {
        const char *digit = bytes[i] != '\0' ? strchr(digits, bytes[i]) : NULL;
        if (digit == NULL) {
            return false;
        }
        bits = (bits << 6 | (unsigned)(digit - digits)) & 0xffffU;
        count += 6;
        if (count >= 8) {
            count -= 8;
            text_append_char(ret, (char)(bits >> count & 0xffU));
        }
    }
    return true;
}

json_t *json_web_token_claims(const char *token)
{
    CLEANUP(text_free_secret) struct text claims = {0};
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;
    const char *payload = strchr(token, '.');

    if (payload == NULL || !decode(payload + 1, strcspn(payload + 1, "."), &claims) ||
        !json_parse(text_string(&claims), claims.size, "token", JSON_READ_STRICT, &document, &ignored) ||
        !json_is_object(document.root)) {
        return NULL;
    }
    return json_incref(document.root);
}
