/* Which lines are never written down. A line that may hold a secret is dropped: that costs only typing. */
#include <ctype.h>
#include <string.h>

#include "linehistory/linehistory.h"
#include "text/text.h"

enum {
    NAME_MAX_SIZE = 64, /* longest name before a value that is looked at */
    MIXED_MIN = 24,     /* upper and lower case with digits: no name of a resource looks so */
    PLAIN_MIN = 32,     /* letters and digits without any separator */
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

static bool looks_random(const char *word, size_t size)
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

/* "--api-key", "VPC_APIKEY", "Authorization": what follows is a secret. A file with a key is not the key. */
static bool names_secret(const char *word, size_t size)
{
    static const char *const parts[] = {"apikey", "secret", "password", "passwd", "authorization"};
    char name[NAME_MAX_SIZE] = "";
    size_t used = 0;

    for (size_t i = 0; i < size && used + 1 < sizeof(name); i++) {
        if (isalnum((unsigned char)word[i])) {
            name[used++] = (char)tolower((unsigned char)word[i]);
        }
    }
    name[used] = '\0';
    if (used >= 4 && strcmp(name + used - 4, "file") == 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strstr(name, parts[i]) != NULL) {
            return true;
        }
    }
    /* "auth token" and "metadata token" are commands, "--token X" and "token=X" are not */
    bool named = word[0] == '-' || word[size] == '=' || word[size] == ':';
    return strcmp(name, "bearer") == 0 || (named && used >= 5 && strcmp(name + used - 5, "token") == 0);
}

bool linehistory_is_secret(const char *line)
{
    static const char word_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/~.";

    for (const char *word = line; *word != '\0';) {
        size_t size = strspn(word, word_characters);
        if (size > 0 && (looks_random(word, size) || names_secret(word, size))) {
            return true;
        }
        word += size > 0 ? size : 1;
    }
    return false;
}
