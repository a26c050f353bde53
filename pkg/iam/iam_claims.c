/* What a JSON web token says of its holder. Never verified: the API does that. */
#include <string.h>

#include "iam/iam.h"
#include "json/json.h"

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

bool iam_token_account(struct iam *iam, struct text *ret_account, struct err *e)
{
    CLEANUP(text_free_secret) struct text claims = {0};
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;
    const char *token = NULL;

    if (!iam_token(iam, &token, e)) {
        return false;
    }
    const char *payload = token != NULL ? strchr(token, '.') : NULL;
    if (payload == NULL || !decode(payload + 1, strcspn(payload + 1, "."), &claims) ||
        !json_parse(text_string(&claims), claims.size, "token", JSON_READ_STRICT, &document, &ignored)) {
        return true;
    }
    const char *account = json_string_value(json_object_get(json_object_get(document.root, "account"), "bss"));
    text_append(ret_account, account != NULL ? account : "");
    return true;
}
