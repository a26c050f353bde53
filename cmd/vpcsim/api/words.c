#include "vpcsim/api/words.h"

#include <stddef.h>
#include <string.h>

bool words_have(const char *words, const char *word)
{
    size_t size = word != NULL ? strlen(word) : 0;

    if (size == 0) {
        return false;
    }
    for (const char *at = words; at != NULL && (at = strstr(at, word)) != NULL; at += size) {
        if ((at == words || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0')) {
            return true;
        }
    }
    return false;
}
