/* Names, ids and CRNs as operators type them. */
#include "resource/resource.h"

#include <ctype.h>
#include <string.h>

enum { ID_MAX = 64, ZONE_PREFIX = 4, UUID_SIZE = 36 };

/* "r006-72b27b5c-f4b0-48bb-b954-5becc7c1dcb8": a name may look like that only on purpose. */
static bool is_prefixed_uuid(const char *word)
{
    if (strlen(word) != ZONE_PREFIX + 1 + UUID_SIZE || word[ZONE_PREFIX] != '-') {
        return false;
    }
    const char *uuid = word + ZONE_PREFIX + 1;
    for (int i = 0; i < UUID_SIZE; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? uuid[i] != '-' : !isxdigit((unsigned char)uuid[i])) {
            return false;
        }
    }
    return true;
}

enum resource_name_form resource_name_form(const char *word)
{
    if (strncmp(word, "crn:", 4) == 0) {
        return RESOURCE_BY_CRN;
    }
    if (isdigit((unsigned char)word[0]) || strchr(word, '_') != NULL || is_prefixed_uuid(word)) {
        return RESOURCE_BY_ID;
    }
    return RESOURCE_BY_NAME;
}

const char *resource_crn_id(const char *crn)
{
    const char *last = strrchr(crn, ':');

    if (strncmp(crn, "crn:", 4) != 0 || last == NULL || last[1] == '\0') {
        return NULL;
    }
    return last + 1;
}

bool resource_id_valid(const char *id)
{
    size_t size = strspn(id, "-_0123456789abcdefghijklmnopqrstuvwxyz");

    return size >= 1 && size <= ID_MAX && id[size] == '\0';
}
