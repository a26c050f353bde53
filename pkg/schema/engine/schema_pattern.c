/* Translating regular expressions of ECMA-262 (u flag) to those of PCRE2. */
#include "schema/engine/schema_pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "schema/engine/schema_pattern_class.h"

enum { GROUPS_MAX = 1000, NESTING_MAX = 200 };

struct group_name {
    const char *at;
    size_t size;
    unsigned number;
};

struct translation {
    struct schema_pattern_reader in;
    struct text *out;
    struct group_name names[GROUPS_MAX];
    unsigned name_count, groups, open;
    bool looking_behind[NESTING_MAX]; /* of open groups: no quantifier may follow */
    bool quantifiable;                /* what came last can be repeated */
};

static size_t name_size(const char *at, const char *end)
{
    const char *close = memchr(at, '>', (size_t)(end - at));
    return close != NULL ? (size_t)(close - at) : 0;
}

/* Backreferences may point forward, so groups are counted first. */
static bool count_groups(struct translation *t)
{
    bool in_class = false;

    for (const char *at = t->in.at; at < t->in.end; at++) {
        if (*at == '\\') {
            at++;
        } else if (*at == '[') {
            in_class = true;
        } else if (*at == ']') {
            in_class = false;
        } else if (*at == '(' && !in_class) {
            bool named = t->in.end - at > 3 && at[1] == '?' && at[2] == '<' && at[3] != '=' && at[3] != '!';
            if (at + 1 < t->in.end && at[1] == '?' && !named) {
                continue;
            }
            if (++t->groups >= GROUPS_MAX) {
                return schema_pattern_refuse(&t->in, "has more than %d groups", GROUPS_MAX - 1);
            }
            if (named) {
                t->names[t->name_count++] =
                    (struct group_name){.at = at + 3, .size = name_size(at + 3, t->in.end), .number = t->groups};
            }
        }
    }
    return true;
}

static const struct group_name *find_name(const struct translation *t, const char *at, size_t size)
{
    for (unsigned i = 0; i < t->name_count; i++) {
        if (t->names[i].size == size && memcmp(t->names[i].at, at, size) == 0) {
            return &t->names[i];
        }
    }
    return NULL;
}

static bool is_name_start(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c >= 0x80;
}

/* "(?<name>": PCRE2's names are narrower, so groups go by number. */
static bool named_group(struct translation *t)
{
    const char *name = t->in.at;
    size_t size = name_size(name, t->in.end);

    bool good = size > 0 && is_name_start((unsigned char)name[0]);
    for (size_t i = 1; good && i < size; i++) {
        good = is_name_start((unsigned char)name[i]) || (name[i] >= '0' && name[i] <= '9');
    }
    if (!good) {
        return schema_pattern_refuse(&t->in, "has a group name that is not an identifier");
    }
    if (find_name(t, name, size)->at != name) {
        return schema_pattern_refuse(&t->in, "has two groups named %.*s", (int)(size > 40 ? 40 : size), name);
    }
    t->in.at += size + 1;
    text_append_char(t->out, '(');
    return true;
}

static bool open_group(struct translation *t)
{
    static const char *const kinds[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!"};
    bool behind = false;

    if (t->open == NESTING_MAX) {
        return schema_pattern_refuse(&t->in, "nests more than %d groups", NESTING_MAX);
    }
    if (!schema_pattern_take(&t->in, "(?")) {
        t->in.at++;
        text_append_char(t->out, '(');
    } else {
        t->in.at -= 2;
        size_t i = 0;
        while (i < sizeof(kinds) / sizeof(kinds[0]) && !schema_pattern_take(&t->in, kinds[i])) {
            i++;
        }
        if (i < sizeof(kinds) / sizeof(kinds[0])) {
            behind = i >= 3;
            text_append(t->out, kinds[i]);
        } else if (!schema_pattern_take(&t->in, "(?<")) {
            return schema_pattern_refuse(&t->in, "has a group that ECMA-262 does not know");
        } else if (!named_group(t)) {
            return false;
        }
    }
    t->looking_behind[t->open++] = behind;
    t->quantifiable = false;
    return true;
}

static bool close_group(struct translation *t)
{
    if (t->open == 0) {
        return schema_pattern_refuse(&t->in, "has a ) without (");
    }
    t->in.at++;
    text_append_char(t->out, ')');
    t->quantifiable = !t->looking_behind[--t->open];
    return true;
}

/* {n}, {n,} or {n,m}: bytes that it takes, 0 when the brace is none of these. */
static size_t braces_size(const struct schema_pattern_reader *in)
{
    const char *at = in->at + 1;
    const char *first = at;

    while (at < in->end && *at >= '0' && *at <= '9') {
        at++;
    }
    if (at == first) {
        return 0;
    }
    if (at < in->end && *at == ',') {
        at++;
        while (at < in->end && *at >= '0' && *at <= '9') {
            at++;
        }
    }
    return at < in->end && *at == '}' ? (size_t)(at + 1 - in->at) : 0;
}

static bool quantifier(struct translation *t, size_t size)
{
    if (!t->quantifiable) {
        return schema_pattern_refuse(&t->in, "has a quantifier with nothing to repeat");
    }
    text_append_size(t->out, t->in.at, size);
    t->in.at += size;
    if (schema_pattern_take(&t->in, "?")) {
        text_append_char(t->out, '?');
    }
    t->quantifiable = false;
    return true;
}

static void backreference(struct translation *t, unsigned number)
{
    text_printf(t->out, "(?:\\g{%u})", number);
    t->quantifiable = true;
}

static bool escape(struct translation *t)
{
    if (t->in.end - t->in.at < 2) {
        return schema_pattern_refuse(&t->in, "ends in a backslash");
    }
    char c = t->in.at[1];
    if (c == 'b' || c == 'B') {
        text_append_size(t->out, t->in.at, 2);
        t->in.at += 2;
        t->quantifiable = false;
        return true;
    }
    if (c >= '1' && c <= '9') {
        unsigned number = 0;
        for (t->in.at++; t->in.at < t->in.end && *t->in.at >= '0' && *t->in.at <= '9' && number <= t->groups;) {
            number = number * 10 + (unsigned)(*t->in.at++ - '0');
        }
        if (number > t->groups) {
            return schema_pattern_refuse(&t->in, "refers to a group that does not exist");
        }
        backreference(t, number);
        return true;
    }
    if (schema_pattern_take(&t->in, "\\k<")) {
        size_t size = name_size(t->in.at, t->in.end);
        const struct group_name *name = find_name(t, t->in.at, size);
        if (name == NULL) {
            return schema_pattern_refuse(&t->in, "refers to a group that does not exist");
        }
        t->in.at += size + 1;
        backreference(t, name->number);
        return true;
    }
    t->quantifiable = true;
    return schema_pattern_escape(&t->in, t->out);
}

static bool element(struct translation *t)
{
    char c = *t->in.at;
    size_t braces;

    switch (c) {
    case '(':
        return open_group(t);
    case ')':
        return close_group(t);
    case '[':
        t->quantifiable = true;
        return schema_pattern_class(&t->in, t->out);
    case '\\':
        return escape(t);
    case '^':
    case '$':
    case '|':
        text_append_char(t->out, c);
        t->in.at++;
        t->quantifiable = false;
        return true;
    case '*':
    case '+':
    case '?':
        return quantifier(t, 1);
    case '{':
        braces = braces_size(&t->in);
        if (braces > 0) {
            return quantifier(t, braces);
        }
        break;
    case '.':
        text_append(t->out, "[^\\n\\r\\x{2028}\\x{2029}]");
        t->in.at++;
        t->quantifiable = true;
        return true;
    default:
        break;
    }
    t->quantifiable = true;
    return schema_pattern_literal(&t->in, t->out);
}

bool schema_pattern_translate(const char *ecma, size_t size, struct text *ret_pcre, struct text *ret_reason)
{
    struct translation *t = mem_alloc(sizeof(*t));

    t->in = (struct schema_pattern_reader){.begin = ecma, .at = ecma, .end = ecma + size, .reason = ret_reason};
    t->out = ret_pcre;
    bool good = true;
    if (size > SCHEMA_PATTERN_SIZE_MAX) {
        good = schema_pattern_refuse(&t->in, "has more than %d bytes", SCHEMA_PATTERN_SIZE_MAX);
    }
    good = good && count_groups(t);
    while (good && t->in.at < t->in.end) {
        good = element(t);
    }
    if (good && t->open > 0) {
        good = schema_pattern_refuse(&t->in, "has a ( without )");
    }
    free(t);
    return good;
}
