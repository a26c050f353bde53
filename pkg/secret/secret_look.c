/* What a word looks like that may be a key or a token that is not registered. */
#include <ctype.h>
#include <string.h>

#include "secret/secret.h"
#include "text/text.h"

enum {
    MIXED_MIN = 24, /* upper and lower case with digits: no name of a resource looks so */
    PLAIN_MIN = 32, /* letters and digits without any separator */
};

/* Ids of instances, trusted profiles and the like are long, but they are no secret. */
static bool has_uuid(const char *word, size_t size)
{
    for (size_t i = 0; i + TEXT_UUID_SIZE <= size; i++) {
        if (text_is_uuid(word + i, TEXT_UUID_SIZE)) {
            return true;
        }
    }
    return false;
}

bool secret_looks_random(const char *word, size_t size)
{
    size_t upper = 0, lower = 0, digits = 0, others = 0;

    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)word[i];
        upper += isupper(c) != 0;
        lower += islower(c) != 0;
        digits += isdigit(c) != 0;
        others += !isalnum(c);
    }
    bool mixed = size >= MIXED_MIN && upper > 0 && lower > 0 && digits > 0;
    bool plain = size >= PLAIN_MIN && others == 0 && digits > 0;
    bool web_token = size >= MIXED_MIN && strncmp(word, "eyJ", 3) == 0;
    return (mixed || plain || web_token) && !has_uuid(word, size);
}
