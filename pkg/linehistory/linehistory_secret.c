/* Which lines are never written down. A line that may hold a secret is dropped: that costs only typing. */
#include <ctype.h>
#include <string.h>

#include "linehistory/linehistory.h"
#include "secret/secret.h"

enum { NAME_MAX_SIZE = 64 }; /* longest name before a value that is looked at */

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
        if (size > 0 && (secret_looks_random(word, size) || names_secret(word, size))) {
            return true;
        }
        word += size > 0 ? size : 1;
    }
    return false;
}
