/* Walks JSON texts member by member. */
#include "vpcsim/store/members.h"

#include <string.h>

#include "mem/mem.h"
#include "json/json.h"

static size_t skip_space(struct stretch text, size_t at)
{
    while (at < text.size && (text.at[at] == ' ' || (text.at[at] >= '\t' && text.at[at] <= '\r'))) {
        at++;
    }
    return at;
}

/* Behind the string that begins at `at`; the size of the text when it is not closed. */
static size_t skip_string(struct stretch text, size_t at)
{
    for (at++; at < text.size; at++) {
        const char *quote = memchr(text.at + at, '"', text.size - at);
        if (quote == NULL) {
            return text.size;
        }
        size_t end = (size_t)(quote - text.at);
        size_t slashes = 0;
        while (end - slashes > at && text.at[end - slashes - 1] == '\\') {
            slashes++;
        }
        if (slashes % 2 == 0) {
            return end + 1;
        }
        at = end;
    }
    return text.size;
}

static size_t skip_value(struct stretch text, size_t at)
{
    size_t depth = 0;

    while (at < text.size) {
        char c = text.at[at];
        if (c == '"') {
            at = skip_string(text, at);
        } else if (c == '{' || c == '[') {
            depth++;
            at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0) {
                return at;
            }
            depth--;
            at++;
        } else if (depth == 0) {
            while (at < text.size && strchr(",:]} \t\r\n", text.at[at]) == NULL) {
                at++;
            }
        } else {
            at++;
            continue;
        }
        if (depth == 0) {
            return at;
        }
    }
    return text.size;
}

bool members_next(struct stretch text, size_t *at, struct member *ret)
{
    size_t from = skip_space(text, *at);

    if (*at == 0 && (from >= text.size || (text.at[from] != '{' && text.at[from] != '['))) {
        return false;
    }
    if (*at == 0 || (from < text.size && text.at[from] == ',')) {
        from = skip_space(text, from + 1);
    }
    *at = from;
    bool object = text.size > 0 && text.at[skip_space(text, 0)] == '{';
    if (from >= text.size || text.at[from] == '}' || text.at[from] == ']' || (object && text.at[from] != '"')) {
        return false;
    }
    struct member member = {{text.at + from, 0}, {NULL, 0}};
    if (object) {
        size_t end = skip_string(text, from);
        member.name = (struct stretch){text.at + from + 1, end - from > 2 ? end - from - 2 : 0};
        from = skip_space(text, end);
        if (from >= text.size || text.at[from] != ':') {
            return false;
        }
        from = skip_space(text, from + 1);
    }
    size_t end = skip_value(text, from);
    if (end == from) {
        return false;
    }
    member.value = (struct stretch){text.at + from, end - from};
    *at = end;
    *ret = member;
    return true;
}

struct stretch members_find(struct stretch object, const char *name)
{
    struct member member;
    size_t size = strlen(name);

    for (size_t at = 0; members_next(object, &at, &member);) {
        if (member.name.size == size && memcmp(member.name.at, name, size) == 0) {
            return member.value;
        }
    }
    return (struct stretch){0};
}

struct stretch members_find_in(struct stretch object, const char *name, const char *inner)
{
    return members_find(members_find(object, name), inner);
}

static bool is_plain_string(struct stretch value)
{
    return value.size >= 2 && value.at[0] == '"' && memchr(value.at, '\\', value.size) == NULL;
}

char *members_string(struct stretch value)
{
    struct text copy = {0};

    if (value.size < 2 || value.at[0] != '"') {
        return NULL;
    }
    if (!is_plain_string(value)) {
        json_t *string = json_loadb(value.at, value.size, JSON_DECODE_ANY, NULL);
        char *content = mem_copy(json_string_value(string));
        json_decref(string);
        return content;
    }
    text_append_size(&copy, value.at + 1, value.size - 2);
    return text_take(&copy);
}

bool members_equal(struct stretch value, const char *string)
{
    return is_plain_string(value) && strlen(string) == value.size - 2 &&
           memcmp(value.at + 1, string, value.size - 2) == 0;
}

void members_compact(struct stretch text, struct text *out)
{
    for (size_t at = skip_space(text, 0); at < text.size; at = skip_space(text, at)) {
        size_t from = at;
        while (at < text.size && text.at[at] != ' ' && (text.at[at] < '\t' || text.at[at] > '\r')) {
            at = text.at[at] == '"' ? skip_string(text, at) : at + 1;
        }
        text_append_size(out, text.at + from, at - from);
    }
}
