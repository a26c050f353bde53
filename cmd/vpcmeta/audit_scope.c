/* The scope of an audit as the history keeps it, and as people read it. */
#include "audit_scope.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "mem/mem.h"
#include "policy/policy.h"

/* --- as the history keeps it -------------------------------------------------------------------------- */

static int compare_words(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

/* Each value once, in order, behind the option; NULL: none. */
static void add_words(json_t *words, const char *option, const char *const items[], size_t count)
{
    const char **sorted = mem_array(count, sizeof(*sorted));

    for (size_t i = 0; i < count; i++) {
        sorted[i] = items[i];
    }
    qsort(sorted, count, sizeof(*sorted), compare_words);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(sorted[i], sorted[i - 1]) == 0) {
            continue;
        }
        if (option != NULL) {
            json_array_append_new(words, json_build("s", option));
        }
        json_array_append_new(words, json_build_string_n(sorted[i], strlen(sorted[i])));
    }
    free(sorted);
}

static void add_list(json_t *words, const char *option, const struct opt_list *list)
{
    add_words(words, option, list->items, list->count);
}

/* Names from arguments and --from alike. */
static void add_targets(json_t *words, const struct inventory_words *targets)
{
    JSON_CLEANUP json_t *names = json_array();
    CLEANUP(text_free) struct text list = {0};
    CLEANUP(text_free) struct text word = {0};

    if (targets->count <= AUDIT_SCOPE_TARGETS) {
        add_words(words, NULL, targets->items, targets->count);
        return;
    }
    add_words(names, NULL, targets->items, targets->count);
    json_print(&list, names, JSON_PRINT_COMPACT);
    text_printf(&word, "%zu names, sha256:", json_array_size(names));
    text_append_sha256(&word, text_string(&list), list.size);
    json_array_append_new(words, json_build("s", text_string(&word)));
}

void audit_scope_selection(const struct audit_choice *choice, struct text *out)
{
    const struct selector_opts *select = choice->select;
    JSON_CLEANUP json_t *words = json_array();

    add_targets(words, &choice->selector->targets);
    add_list(words, "--name", &select->names);
    add_list(words, "--vpc", &select->vpcs);
    add_list(words, "--resource-group", &select->resource_groups);
    add_list(words, "--zone", &select->zones);
    add_list(words, "--status", &select->statuses);
    add_list(words, "--exclude", &select->excludes);
    add_words(words, "--where", &select->where, select->where != NULL ? 1 : 0);
    add_list(words, "--rule", choice->rules);
    add_list(words, "--exclude-rule", choice->excluded);
    bool chosen = choice->severity != NULL && strcmp(choice->severity, policy_severity_names[POLICY_INFO]) != 0;
    add_words(words, "--severity", &choice->severity, chosen ? 1 : 0); /* info: all of them */
    json_print(out, words, JSON_PRINT_COMPACT);
}

static int compare_apis(const void *a, const void *b)
{
    const struct vpc *const *left = a;
    const struct vpc *const *right = b;
    int order = strcmp(vpc_region(*left), vpc_region(*right));

    return order != 0 ? order : strcmp(vpc_base(*left), vpc_base(*right));
}

void audit_scope_apis(const struct inventory_scope *scope, struct text *out)
{
    JSON_CLEANUP json_t *apis = json_array();
    struct vpc **sorted = mem_array(scope->region_count, sizeof(struct vpc *));

    for (size_t i = 0; i < scope->region_count; i++) {
        sorted[i] = scope->regions[i];
    }
    qsort(sorted, scope->region_count, sizeof(struct vpc *), compare_apis);
    for (size_t i = 0; i < scope->region_count; i++) {
        json_array_append_new(apis,
                              json_build("{s:s, s:s}", "region", vpc_region(sorted[i]), "api", vpc_base(sorted[i])));
    }
    free(sorted);
    json_print(out, apis, JSON_PRINT_COMPACT);
}

/* --- as people read it -------------------------------------------------------------------------------- */

/* A list; an empty one where a damaged file has something else. New reference. */
static json_t *read_list(const char *json)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    if (!json_parse(json, strlen(json), "history", JSON_READ_STRICT, &document, &ignored) ||
        !json_is_array(document.root)) {
        return json_array();
    }
    return json_incref(document.root);
}

static const char *string_of(const json_t *value)
{
    const char *string = json_string_value(value);

    return text_or_empty(string);
}

json_t *audit_scope_selection_json(const struct history_scope *scope)
{
    return read_list(scope->selection);
}

/* "us-south, eu-de", or the API where the region is unknown. */
static void describe_regions(const struct history_scope *scope, struct text *out)
{
    JSON_CLEANUP json_t *apis = read_list(scope->apis);

    for (size_t i = 0; i < json_array_size(apis); i++) {
        const char *region = string_of(json_object_get(json_array_get(apis, i), "region"));
        const char *api = string_of(json_object_get(json_array_get(apis, i), "api"));
        text_append(out, i > 0 ? ", " : "");
        text_append_safe(out, region[0] != '\0' ? region : api, strlen(region[0] != '\0' ? region : api));
    }
}

static void describe_selection(const struct history_scope *scope, struct text *out)
{
    JSON_CLEANUP json_t *words = read_list(scope->selection);
    CLEANUP(text_free) struct text line = {0};

    for (size_t i = 0; i < json_array_size(words); i++) {
        text_append(&line, i > 0 ? " " : "");
        cli_quote(&line, string_of(json_array_get(words, i)));
    }
    if (line.size == 0) {
        text_append(out, "everything");
    }
    text_append_safe(out, text_string(&line), line.size);
}

const char *audit_scope_account(const struct history_scope *scope)
{
    return strcmp(scope->account, HISTORY_NO_ACCOUNT) == 0    ? ""
           : strncmp(scope->account, "a/", strlen("a/")) == 0 ? scope->account + strlen("a/")
                                                              : scope->account;
}

void audit_scope_describe(const struct history_scope *scope, const json_t *regions, struct text *out)
{
    const char *account = audit_scope_account(scope);

    for (size_t i = 0; i < json_array_size(regions); i++) {
        const char *region = string_of(json_array_get(regions, i));
        text_append(out, i > 0 ? ", " : "");
        text_append_safe(out, region, strlen(region));
    }
    if (json_array_size(regions) == 0) {
        describe_regions(scope, out);
    }
    if (account[0] != '\0') {
        text_append(out, "; account ");
        text_append_safe(out, account, strlen(account));
    }
    text_append(out, "; ");
    describe_selection(scope, out);
}

bool audit_scope_equal(const struct history_scope *left, const struct history_scope *right)
{
    bool same_account = left->account == NULL || right->account == NULL || strcmp(left->account, right->account) == 0;

    return same_account && strcmp(left->apis, right->apis) == 0 && strcmp(left->selection, right->selection) == 0;
}

typedef void describe_part(const struct history_scope *scope, struct text *out);

static void describe_account(const struct history_scope *scope, struct text *out)
{
    const char *account = audit_scope_account(scope);

    text_printf(out, "account %s", account[0] != '\0' ? account : "unknown");
}

static void describe_apis(const struct history_scope *scope, struct text *out)
{
    JSON_CLEANUP json_t *apis = read_list(scope->apis);

    for (size_t i = 0; i < json_array_size(apis); i++) {
        const char *api = string_of(json_object_get(json_array_get(apis, i), "api"));
        text_append(out, i > 0 ? ", " : "");
        text_append_safe(out, api, strlen(api));
    }
}

static void append_difference(const struct history_scope *was, const struct history_scope *is, describe_part *describe,
                              struct text *out)
{
    text_append(out, out->size > 0 ? "; it was about " : "it was about ");
    describe(was, out);
    text_append(out, ", this one is about ");
    describe(is, out);
}

void audit_scope_difference(const struct history_scope *was, const struct history_scope *is, struct text *out)
{
    CLEANUP(text_free) struct text regions_was = {0};
    CLEANUP(text_free) struct text regions_is = {0};
    CLEANUP(text_free) struct text difference = {0};

    if (is->account != NULL && strcmp(was->account, is->account) != 0) {
        append_difference(was, is, describe_account, &difference);
    }
    if (strcmp(was->apis, is->apis) != 0) {
        describe_regions(was, &regions_was);
        describe_regions(is, &regions_is);
        bool same = strcmp(text_string(&regions_was), text_string(&regions_is)) == 0;
        append_difference(was, is, same ? describe_apis : describe_regions, &difference);
    }
    if (strcmp(was->selection, is->selection) != 0) {
        append_difference(was, is, describe_selection, &difference);
    }
    text_append(out, text_string(&difference));
}

static unsigned digit_of(char c)
{
    return c >= 'a' ? (unsigned)(c - 'a') + 10U : (unsigned)(c - '0');
}

void audit_scope_fingerprint(const struct audit_finding *finding, unsigned char ret[HISTORY_FINGERPRINT_SIZE])
{
    CLEANUP(text_free) struct text digits = {0};

    audit_fingerprint(finding, &digits);
    for (size_t i = 0; i < HISTORY_FINGERPRINT_SIZE; i++) {
        ret[i] = (unsigned char)(digit_of(digits.data[2 * i]) << 4U | digit_of(digits.data[2 * i + 1]));
    }
}
