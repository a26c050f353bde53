/* Reading trusted profiles page by page: a page leads to the next by the token in its URL, which may be of any host. */
#include "iam/iam_profiles.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "resource/resource.h"
#include "text/text_arena.h"
#include "json/json_answer.h"

/* 2,000 profiles are the limit of an account (facts-next.md 2.4); more pages are a list that does not end. */
enum { PAGE_SIZE = 100, PAGES_MAX = 100 };

struct iam_profiles {
    struct http *http;
    struct answer_parser *parser;
    char *base, *account; /* base: of IAM, or NULL where it is not known */
    struct mem_map names; /* by id */
    struct text_arena memory;
    struct text page_token; /* of the next page; empty: there is none */
    unsigned pages;
    bool pending;
    struct err error;
};

static bool read_page(struct http_reply *reply, void *context, struct err *e)
{
    struct iam_profiles *profiles = context;
    struct answer_node root, list;
    struct answer_string next = {0};

    if (!answer_parse(profiles->parser, reply->body, reply->size, &root, e)) {
        return false;
    }
    reply->well_formed = true;
    if (!answer_get_array(root, "profiles", ANSWER_REQUIRED, &list, e) ||
        !answer_get_string(root, "next", ANSWER_OPTIONAL, &next, e)) {
        return false;
    }
    for (struct answer_cursor each = answer_each(list); answer_next(&each);) {
        struct answer_string id = {0}, name = {0};
        if (!answer_get_string(each.node, "id", ANSWER_REQUIRED, &id, e) ||
            !answer_get_string(each.node, "name", ANSWER_REQUIRED, &name, e)) {
            return false;
        }
        mem_map_put(&profiles->names, id.data, text_arena_copy(&profiles->memory, name.data, name.size));
    }
    text_clear(&profiles->page_token);
    if (next.data != NULL) {
        (void)text_append_parameter(&profiles->page_token, next.data, next.size, "pagetoken");
    }
    return true;
}

static void ask_page(struct iam_profiles *profiles);

static void page_done(struct http_reply *reply, void *context)
{
    struct iam_profiles *profiles = context;

    profiles->pending = false;
    err_take(&profiles->error, reply->error);
    if (reply->error == NULL && profiles->page_token.size > 0 && ++profiles->pages == PAGES_MAX) {
        err_set(&profiles->error, ERR_BAD_ANSWER, "the list of trusted profiles does not end");
    } else if (reply->error == NULL && profiles->page_token.size > 0) {
        ask_page(profiles);
    }
}

static void ask_page(struct iam_profiles *profiles)
{
    CLEANUP(text_free) struct text url = {0};

    text_printf(&url, "%s/v1/profiles?account_id=", profiles->base);
    text_percent_encode(&url, profiles->account, "");
    text_printf(&url, "&pagesize=%d", PAGE_SIZE);
    if (profiles->page_token.size > 0) {
        text_append(&url, "&pagetoken=");
        text_percent_encode(&url, text_string(&profiles->page_token), "");
    }
    profiles->pending = true;
    http_submit(profiles->http, &(struct http_request){.method = HTTP_GET,
                                                       .flags = HTTP_WITH_TOKEN,
                                                       .url = text_string(&url),
                                                       .read = read_page,
                                                       .done = page_done,
                                                       .context = profiles});
}

struct iam_profiles *iam_profiles_begin(struct iam *iam, const char *account)
{
    const char *base = iam_credentials_in_use(iam)->iam_url;
    struct iam_profiles *profiles = mem_alloc(sizeof(*profiles));

    *profiles = (struct iam_profiles){.http = iam_http(iam),
                                      .parser = answer_parser_create(),
                                      .base = mem_copy(base),
                                      .account = mem_copy(account),
                                      .error = ERR_INIT};
    if (base == NULL) {
        err_set(&profiles->error, ERR_FAILED, "--auth %s names no IAM to ask",
                iam_method_name(iam_credentials_in_use(iam)->method));
    } else {
        ask_page(profiles);
    }
    return profiles;
}

bool iam_profiles_check(const struct iam_profiles *profiles, struct err *e)
{
    err_take(e, &profiles->error);
    return profiles->error.code == ERR_NONE ||
           err_wrap(e, "names of the trusted profiles of account %s", profiles->account);
}

const char *iam_profiles_name(const struct iam_profiles *profiles, const char *id_or_crn)
{
    const char *id = resource_crn_id(id_or_crn);

    return mem_map_get(&profiles->names, id != NULL ? id : id_or_crn);
}

bool iam_profiles_has(const struct iam_profiles *profiles, const char *word, struct text *ret_nearest)
{
    const char *nearest = NULL;

    if (iam_profiles_name(profiles, word) != NULL) {
        return true;
    }
    for (const struct mem_map_entry *entry = mem_map_first(&profiles->names); entry != NULL;
         entry = mem_map_next(entry)) {
        const char *const names[] = {nearest, entry->value};
        if (strcmp(names[1], word) == 0) {
            return true;
        }
        nearest = text_nearest(word, names, 2);
    }
    (void)text_append_nearest(ret_nearest, word, &nearest, 1);
    return false;
}

void iam_profiles_destroy(struct iam_profiles *profiles)
{
    struct err ignored = ERR_INIT;

    if (profiles == NULL) {
        return;
    }
    while (profiles->pending && http_run(profiles->http, &ignored)) {
    }
    answer_parser_destroy(profiles->parser);
    free(profiles->base);
    free(profiles->account);
    mem_map_free(&profiles->names);
    text_arena_free(&profiles->memory);
    text_free(&profiles->page_token);
    free(profiles);
}
