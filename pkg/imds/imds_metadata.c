/* The paths of the metadata API, as people write them, and its lists. */
#include <string.h>

#include "imds/imds.h"
#include "resource/resource_metadata.h"

#define ROOT     "metadata/v1"
#define INSTANCE "instance/"

enum { PAGES_MAX = 100, WORDS_MAX = 64 };

/* --- paths --------------------------------------------------------------------------------------------- */

static const char *short_name(const char *path)
{
    return strncmp(path, INSTANCE, strlen(INSTANCE)) == 0 ? path + strlen(INSTANCE) : path;
}

/* The bytes of `given` that are the path or its short name, with a segment's end behind them; 0: another one. */
static size_t match(const char *given, const char *path)
{
    const char *const names[] = {path, short_name(path)};

    for (size_t i = 0; i < 2; i++) {
        size_t size = strlen(names[i]);
        if (strncmp(given, names[i], size) == 0 && (given[size] == '\0' || given[size] == '/')) {
            return size;
        }
    }
    return 0;
}

/* What may stand behind a list: an id, and a part of the item. */
static bool is_item(const struct resource_metadata_path *path, const char *rest)
{
    const char *slash = strchr(rest, '/');

    return path->list && (slash == NULL || (path->parts && strchr(slash + 1, '/') == NULL));
}

/* Dots and empty segments would lead elsewhere; ids have letters, digits and a few signs. */
static bool is_plain(const char *given)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:~/";
    CLEANUP(text_free) struct text framed = {0};

    text_printf(&framed, "/%s/", given);
    return given[strspn(given, allowed)] == '\0' && strstr(text_string(&framed), "//") == NULL &&
           strstr(text_string(&framed), "/./") == NULL && strstr(text_string(&framed), "/../") == NULL;
}

static const char *nearest(const char *given, bool lists_only)
{
    const char *words[WORDS_MAX];
    size_t count = 0;

    for (const struct resource_metadata_path *at = resource_metadata_paths; at->path != NULL; at++) {
        if ((!lists_only || at->list) && count + 2 <= WORDS_MAX) {
            words[count++] = at->path;
            words[count++] = short_name(at->path);
        }
    }
    return text_nearest(given, words, count);
}

static bool unknown_path(const char *given, struct err *e)
{
    CLEANUP(text_free) struct text list = {0}, shown = {0};
    const char *last = strrchr(given, '/');

    text_append_size(&list, given, last != NULL ? (size_t)(last - given) : 0);
    const char *meant_list = list.size > 0 ? nearest(text_string(&list), true) : NULL;
    const char *meant = nearest(given, false);
    text_append_short(&shown, given, strlen(given), 60);
    err_set(e, ERR_USAGE, "the metadata has no path '%s'", text_string(&shown));
    if (meant_list != NULL && strcmp(meant_list, text_string(&list)) != 0) {
        err_append(e, ": did you mean %s%s?", meant_list, last); /* the last segment is an id */
    } else if (meant != NULL) {
        err_append(e, ": did you mean %s?", meant);
    }
    return err_append(e, " (see 'vpcmeta help metadata')");
}

bool imds_find_path(const char *given, struct text *ret_path, struct err *e)
{
    CLEANUP(text_free) struct text path = {0};
    const char *start = given + (given[0] == '/');

    if (strncmp(start, ROOT "/", strlen(ROOT "/")) == 0) {
        start += strlen(ROOT "/");
    }
    text_append(&path, start);
    if (path.size > 0 && path.data[path.size - 1] == '/') {
        path.data[--path.size] = '\0';
    }
    const struct resource_metadata_path *at = resource_metadata_paths;
    for (; at->path != NULL && is_plain(text_string(&path)); at++) {
        size_t size = match(text_string(&path), at->path);
        const char *rest = text_string(&path) + size;
        if (size > 0 && (rest[0] == '\0' || is_item(at, rest + 1))) {
            text_printf(ret_path, "/" ROOT "/%s%s", at->path, rest);
            return true;
        }
    }
    return unknown_path(text_string(&path), e);
}

/* --- lists --------------------------------------------------------------------------------------------- */

/* Whether there is another page; its token replaces *start. */
static bool find_next(const json_t *page, struct text *start)
{
    const json_t *next = json_object_get(page, "next");
    const char *href = json_string_value(json_object_get(next, "href"));
    const char *token = json_string_value(json_object_get(next, "start"));
    CLEANUP(text_free) struct text found = {0};

    if (href != NULL) {
        (void)text_append_parameter(&found, href, strlen(href), "start");
    } else {
        text_append(&found, token != NULL ? token : "");
    }
    text_clear(start);
    text_append(start, text_string(&found));
    return found.size > 0;
}

/* Appends the items of the page to those of the whole list, which has the same members. */
static void add_items(json_t *whole, const json_t *page)
{
    const char *name;
    json_t *items;

    json_object_foreach (whole, name, items) {
        const json_t *more = json_object_get(page, name);
        if (json_is_array(items) && json_is_array(more)) {
            json_array_extend(items, (json_t *)more);
        }
    }
}

static json_t *read_path(struct imds *imds, const char *path, struct err *e)
{
    struct imds_call call = {.operation = IMDS_METADATA, .path = path};
    JSON_CLEANUP json_t *whole = imds_ask(imds, &call, e);
    CLEANUP(text_free) struct text start = {0};
    bool more = whole != NULL && find_next(whole, &start);

    for (size_t pages = 1; more; pages++) {
        call.start = text_string(&start);
        JSON_CLEANUP json_t *page = pages < PAGES_MAX ? imds_ask(imds, &call, e) : NULL;
        if (page == NULL) {
            err_set(e, ERR_BAD_ANSWER, "the list %s has more than %d pages", path, PAGES_MAX);
            return NULL;
        }
        add_items(whole, page);
        more = find_next(page, &start);
    }
    if (json_object_get(whole, "first") != NULL) { /* the links of a page, which this is no longer */
        json_object_del(whole, "first");
        json_object_del(whole, "next");
        json_object_del(whole, "limit");
    }
    return whole != NULL ? json_incref(whole) : NULL;
}

/* Where there is no list to read, a server means itself (vpc-api.md 5.4). */
static bool complete(struct imds *imds, struct text *path, struct err *e)
{
    const char *given = text_string(path) + strlen("/" ROOT "/");

    for (const struct resource_metadata_path *at = resource_metadata_paths; at->path != NULL; at++) {
        if (at->own != NULL && strcmp(given, at->path) == 0) {
            text_append(path, "/");
            if (!imds_server_id(imds, path, e)) {
                return false;
            }
            text_printf(path, "/%s", at->own);
            return true;
        }
    }
    return true;
}

json_t *imds_read(struct imds *imds, const char *path, struct err *e)
{
    CLEANUP(text_free) struct text whole_path = {0};

    text_append(&whole_path, path);
    return complete(imds, &whole_path, e) ? read_path(imds, text_string(&whole_path), e) : NULL;
}

json_t *imds_read_own(struct imds *imds, struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    for (const struct resource_metadata_path *at = resource_metadata_paths; at->path != NULL; at++) {
        if (at->own != NULL) {
            text_printf(&path, "/" ROOT "/%s", at->path);
            return imds_read(imds, text_string(&path), e);
        }
    }
    err_set(e, ERR_API, "there is no such path");
    return NULL;
}
