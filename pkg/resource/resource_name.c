/* Names, ids and CRNs as operators type them. */
#include "resource/resource.h"

#include <ctype.h>
#include <string.h>

enum { ID_MAX = 64, NAME_MAX_SIZE = 63, ZONE_PREFIX = 4, CRN_COLONS = 9 };

/* "r006-72b27b5c-f4b0-48bb-b954-5becc7c1dcb8": a name may look like that only on purpose. */
static bool is_prefixed_uuid(const char *word)
{
    size_t size = strlen(word);

    return size > ZONE_PREFIX && word[ZONE_PREFIX] == '-' &&
           text_is_uuid(word + ZONE_PREFIX + 1, size - ZONE_PREFIX - 1);
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

const char *resource_crn_account(const char *crn, size_t *ret_size)
{
    for (int colons = 0; crn != NULL && colons < 6; colons++) {
        crn = strchr(crn, ':');
        crn = crn != NULL ? crn + 1 : NULL;
    }
    *ret_size = crn != NULL ? strcspn(crn, ":") : 0;
    return *ret_size > 0 ? crn : NULL;
}

const char *resource_account_id(const char *account)
{
    return strncmp(account, "a/", 2) == 0 ? account + 2 : account;
}

bool resource_id_is_valid(const char *id, size_t size)
{
    return size >= 1 && size <= ID_MAX && strspn(id, "-_0123456789abcdefghijklmnopqrstuvwxyz") == size;
}

static bool is_name(const char *name)
{
    size_t size = strspn(name, "-0123456789abcdefghijklmnopqrstuvwxyz");

    return size >= 1 && size <= NAME_MAX_SIZE && name[size] == '\0' && isalpha((unsigned char)name[0]) &&
           name[size - 1] != '-';
}

/* crn:v1:bluemix:public:is:eu-de-1:a/ACCOUNT::instance:ID */
static bool is_crn(const char *crn)
{
    size_t colons = 0;

    for (const char *c = crn; *c != '\0'; c++) {
        colons += *c == ':';
    }
    const char *id = resource_crn_id(crn);
    return colons == CRN_COLONS && id != NULL && resource_id_is_valid(id, strlen(id));
}

bool resource_check_name(const char *name, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};

    text_append_short(&shown, name, strlen(name), 60);
    return is_name(name) ||
           err_set(e, ERR_USAGE,
                   "\"%s\" is not a valid name: names have 1..63 lower-case letters, digits and dashes, "
                   "begin with a letter and end without a dash",
                   text_string(&shown));
}

bool resource_check_target(const char *word, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};

    text_append_short(&shown, word, strlen(word), 60);
    switch (resource_name_form(word)) {
    case RESOURCE_BY_NAME:
        return is_name(word) ||
               err_set(e, ERR_USAGE,
                       "\"%s\" is not a valid name: names have 1..63 lower-case letters, digits and dashes and "
                       "begin with a letter (a pattern goes to --name)",
                       text_string(&shown));
    case RESOURCE_BY_ID:
        return resource_id_is_valid(word, strlen(word)) ||
               err_set(e, ERR_USAGE, "\"%s\" is not a valid id: ids have 1..64 of a-z 0-9 _ -", text_string(&shown));
    case RESOURCE_BY_CRN:
        return is_crn(word) ||
               err_set(e, ERR_USAGE, "\"%s\" is not the CRN of a resource: crn:v1:...:TYPE:ID has ten parts",
                       text_string(&shown));
    }
    return false;
}

/* --- names that count ---------------------------------------------------------------------------------- */

bool resource_is_pattern(const char *word)
{
    return strpbrk(word, "{}") != NULL;
}

/* What stands between the braces: "" or ":0N". */
static bool read_digits(const char *between, size_t size, unsigned *ret)
{
    if (size == 0) {
        *ret = 1;
        return true;
    }
    if (size != 3 || between[0] != ':' || between[1] != '0' || !isdigit((unsigned char)between[2]) ||
        between[2] == '0') {
        return false;
    }
    *ret = (unsigned)(between[2] - '0');
    return true;
}

bool resource_pattern_read(const char *word, struct resource_pattern *ret, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};
    const char *open = strchr(word, '{');
    const char *close = open != NULL ? strchr(open, '}') : NULL;
    unsigned digits;

    text_append_short(&shown, word, strlen(word), 60);
    if (open == NULL || close == NULL || !read_digits(open + 1, (size_t)(close - open - 1), &digits)) {
        return err_set(e, ERR_USAGE, "\"%s\" has no counter: write {} or {:03} where the number goes",
                       text_string(&shown));
    }
    if (resource_is_pattern(close + 1)) {
        return err_set(e, ERR_USAGE, "\"%s\" has more than one counter", text_string(&shown));
    }
    *ret = (struct resource_pattern){
        .before = word, .before_size = (size_t)(open - word), .after = close + 1, .digits = digits};
    return true;
}

void resource_pattern_name(const struct resource_pattern *pattern, unsigned long number, struct text *out)
{
    text_append_size(out, pattern->before, pattern->before_size);
    text_printf(out, "%0*lu%s", (int)pattern->digits, number, pattern->after);
}
