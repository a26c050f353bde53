/* Bodies of loaded records: what was recorded, with what has changed since. */
#include "vpcsim/store/copy.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

struct copy *copy_create(struct stretch record)
{
    struct copy *copy = mem_alloc(sizeof(*copy));
    struct text text = {0};

    text_reserve(&text, record.size);
    members_compact(record, &text);
    copy->size = text.size;
    copy->text = text_take(&text);
    return copy;
}

void copy_free(struct copy *copy)
{
    if (copy != NULL) {
        free(copy->text);
        free(copy->changed);
        free(copy);
    }
}

struct stretch copy_text(const struct copy *copy)
{
    return (struct stretch){copy->text, copy->size};
}

void copy_change(struct entity *entity, const char *names)
{
    struct copy *copy = entity->copy;
    struct text changed = {0};

    if (copy == NULL) {
        return;
    }
    text_append(&changed, copy->changed != NULL ? copy->changed : " ");
    for (const char *at = names; *at != '\0';) {
        size_t size = strcspn(at, " ");
        struct text name CLEANUP(text_free) = {0};
        text_append_char(&name, ' ');
        text_append_size(&name, at, size);
        text_append_char(&name, ' ');
        if (strstr(text_string(&changed), text_string(&name)) == NULL) {
            text_append(&changed, text_string(&name) + 1);
        }
        at += size;
        at += strspn(at, " ");
    }
    free(copy->changed);
    copy->changed = text_take(&changed);
}

void copy_change_body(struct entity *entity, const json_t *body)
{
    /* objects of which a body may hold a part; any other member is replaced whole */
    static const char partial[] =
        " allowed_use availability availability_policy metadata_service reservation_affinity vcpu ";
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)body, name, value) {
        struct text token CLEANUP(text_free) = {0};
        const char *inner;
        json_t *ignored;
        text_printf(&token, " %s ", name);
        if (!json_is_object(value) || strstr(partial, text_string(&token)) == NULL) {
            copy_change(entity, name);
            continue;
        }
        json_object_foreach (value, inner, ignored) {
            text_clear(&token);
            text_printf(&token, "%s.%s", name, inner);
            copy_change(entity, text_string(&token));
        }
    }
}

bool copy_append(const struct entity *entity, struct text *out)
{
    const struct copy *copy = entity->copy;

    if (copy == NULL || copy->changed != NULL) {
        return false;
    }
    text_append_size(out, copy->text, copy->size);
    return true;
}

/* Whether the member is among the changed ones: whole, or (`ret_part`) something in it. */
static bool is_changed(const char *changed, const char *prefix, struct stretch name, bool *ret_part)
{
    struct text token CLEANUP(text_free) = {0};

    text_printf(&token, " %s%.*s ", prefix, (int)name.size, name.at);
    if (strstr(changed, text_string(&token)) != NULL) {
        *ret_part = false;
        return true;
    }
    token.data[token.size - 1] = '.';
    *ret_part = strstr(changed, text_string(&token)) != NULL;
    return *ret_part;
}

static void append_member(struct stretch name, struct stretch value, struct text *out)
{
    text_append_char(out, '"');
    text_append_size(out, name.at, name.size);
    text_append(out, "\":");
    text_append_size(out, value.at, value.size);
}

static struct stretch find(struct stretch object, struct stretch name)
{
    struct member member;

    for (size_t at = 0; members_next(object, &at, &member);) {
        if (member.name.size == name.size && memcmp(member.name.at, name.at, name.size) == 0) {
            return member.value;
        }
    }
    return (struct stretch){0};
}

static void merge(struct stretch recorded, struct stretch own, const char *changed, const char *prefix,
                  struct text *out);

/* A recorded member that has changed as a whole or in part; nothing where the store has none. */
static void append_changed(const struct member *recorded, struct stretch own, const char *changed, bool part,
                           struct text *out)
{
    struct stretch value = find(own, recorded->name);
    struct text merged CLEANUP(text_free) = {0};

    if (value.at != NULL && part && recorded->value.at[0] == '{') {
        struct text prefix CLEANUP(text_free) = {0};
        text_printf(&prefix, "%.*s.", (int)recorded->name.size, recorded->name.at);
        merge(recorded->value, value, changed, text_string(&prefix), &merged);
        value = (struct stretch){text_string(&merged), merged.size};
    }
    if (value.at != NULL) {
        text_append(out, out->data[out->size - 1] == '{' ? "" : ",");
        append_member(recorded->name, value, out);
    }
}

/* Recorded members in their order, then those that only the store has by now. */
static void merge(struct stretch recorded, struct stretch own, const char *changed, const char *prefix,
                  struct text *out)
{
    struct member member;
    bool part = false;

    text_append_char(out, '{');
    for (size_t at = 0; members_next(recorded, &at, &member);) {
        if (is_changed(changed, prefix, member.name, &part)) {
            append_changed(&member, own, changed, part, out);
        } else {
            text_append(out, out->data[out->size - 1] == '{' ? "" : ",");
            append_member(member.name, member.value, out);
        }
    }
    for (size_t at = 0; members_next(own, &at, &member);) {
        if (is_changed(changed, prefix, member.name, &part) && find(recorded, member.name).at == NULL) {
            text_append(out, out->data[out->size - 1] == '{' ? "" : ",");
            append_member(member.name, member.value, out);
        }
    }
    text_append_char(out, '}');
}

void copy_overlay(const struct entity *entity, size_t from, struct text *out)
{
    const struct copy *copy = entity->copy;
    struct text merged CLEANUP(text_free) = {0};

    if (copy == NULL) {
        return;
    }
    struct stretch own = {out->data + from, out->size - from};
    merge(copy_text(copy), own, copy->changed != NULL ? copy->changed : "", "", &merged);
    out->size = from;
    text_append_size(out, merged.data, merged.size);
}
