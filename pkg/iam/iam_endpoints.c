/* Visibility and endpoints file: the settings that choose endpoints by region. */
#include "iam/iam_endpoints.h"

#include <stdlib.h>
#include <string.h>

#include "iam/iam_properties.h"
#include "mem/mem.h"

static const char *const visibility_variables[] = {"IC_VISIBILITY", "IBMCLOUD_VISIBILITY", NULL};
static const char *const file_variables[] = {"IBMCLOUD_ENDPOINTS_FILE_PATH", "IC_ENDPOINTS_FILE_PATH", NULL};

enum { PUBLIC, PRIVATE, PUBLIC_AND_PRIVATE };
static const char *const visibilities[] = {"public", "private", "public-and-private", NULL};

const char *iam_endpoints_variable(enum iam_service service)
{
    static const char *const variables[] = {
        [IAM_SERVICE_VPC] = "IBMCLOUD_IS_NG_API_ENDPOINT", [IAM_SERVICE_IAM] = "IBMCLOUD_IAM_API_ENDPOINT"};

    return variables[service];
}

/* The first of the variables that is set; NULL: none. */
static const char *set_variable(const struct iam_sources *sources, const char *const variables[])
{
    size_t i = 0;

    while (variables[i] != NULL && iam_variable(sources, variables[i]) == NULL) {
        i++;
    }
    return variables[i];
}

bool iam_endpoints_vary(const struct iam_sources *sources)
{
    return set_variable(sources, visibility_variables) != NULL || set_variable(sources, file_variables) != NULL;
}

static bool read_visibility(const struct iam_sources *sources, size_t *ret_visibility, struct text *source,
                            struct err *e)
{
    const char *variable = set_variable(sources, visibility_variables);
    const char *word = variable != NULL ? iam_variable(sources, variable) : visibilities[PUBLIC];
    size_t i = 0;

    while (visibilities[i] != NULL && strcmp(visibilities[i], word) != 0) {
        i++;
    }
    if (visibilities[i] == NULL) {
        return err_set(e, ERR_USAGE,
                       "environment variable %s: \"%s\" is not a visibility: set public, private or public-and-private",
                       variable, word);
    }
    if (variable != NULL) {
        text_printf(source, "%s=%s", variable, word);
    }
    *ret_visibility = i;
    return true;
}

/* --- the file ------------------------------------------------------------------------------------- */

static bool refuse_value(const struct json_document *file, const char *pointer, const char *message, struct err *e)
{
    struct json_place place;

    json_locate(file, pointer, &place);
    err_set(e, ERR_INVALID, "endpoints file: %s is %s", pointer[0] != '\0' ? pointer : "the document", message);
    return err_at(e, "%s:%zu:%zu", file->name, place.line, place.column);
}

/* As in the variables, a host may stand there without "https://". */
static bool is_address(const char *url)
{
    return url != NULL && strpbrk(url, "?#@ ") == NULL &&
           (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ||
            (strstr(url, "://") == NULL && strchr(url, '.') != NULL));
}

static bool check_regions(const struct json_document *file, json_t *regions, const char *above, struct err *e)
{
    const char *region;
    json_t *url;

    if (!json_is_object(regions)) {
        return refuse_value(file, above, "not an object {REGION: URL}", e);
    }
    json_object_foreach (regions, region, url) {
        CLEANUP(text_free) struct text pointer = {0};
        text_append(&pointer, above);
        json_pointer_push(&pointer, region);
        if (!is_address(json_string_value(url))) {
            return refuse_value(file, text_string(&pointer), "not a URL: write https://HOST", e);
        }
    }
    return true;
}

static bool check_service(const struct json_document *file, enum iam_service service, struct err *e)
{
    json_t *member = json_object_get(file->root, iam_endpoints_variable(service));
    CLEANUP(text_free) struct text above = {0};
    const char *visibility;
    json_t *regions;

    json_pointer_push(&above, iam_endpoints_variable(service));
    if (member != NULL && !json_is_object(member)) {
        return refuse_value(file, text_string(&above), "not an object {\"public\"|\"private\": {REGION: URL}}", e);
    }
    json_object_foreach (member, visibility, regions) {
        CLEANUP(text_free) struct text pointer = {0};
        text_append(&pointer, text_string(&above));
        json_pointer_push(&pointer, visibility);
        if (strcmp(visibility, visibilities[PUBLIC]) != 0 && strcmp(visibility, visibilities[PRIVATE]) != 0) {
            return refuse_value(file, text_string(&pointer), "neither \"public\" nor \"private\"", e);
        }
        if (!check_regions(file, regions, text_string(&pointer), e)) {
            return false;
        }
    }
    return true;
}

static bool read_file(const char *variable, const char *path, struct iam_endpoints *endpoints, struct err *e)
{
    CLEANUP(text_free) struct text source = {0};

    if (!json_read_file(path, JSON_READ_BIG_NUMBERS, &endpoints->file, e)) {
        return err_wrap(e, "the endpoints file named by %s", variable);
    }
    if (!json_is_object(endpoints->file.root)) {
        return refuse_value(&endpoints->file, "", "not an object {VARIABLE: {\"public\"|\"private\": {REGION: URL}}}",
                            e);
    }
    text_printf(&source, "endpoints file %s named by %s", path, variable);
    endpoints->file_source = text_take(&source);
    return check_service(&endpoints->file, IAM_SERVICE_VPC, e) && check_service(&endpoints->file, IAM_SERVICE_IAM, e);
}

bool iam_endpoints_read(const struct iam_sources *sources, struct iam_endpoints *ret, struct text *warnings,
                        struct err *e)
{
    CLEANUP(iam_endpoints_free) struct iam_endpoints endpoints = {0};
    CLEANUP(text_free) struct text source = {0};
    const char *variable = set_variable(sources, file_variables);
    size_t visibility = PUBLIC;

    if (!read_visibility(sources, &visibility, &source, e)) {
        return false;
    }
    endpoints.is_private = visibility != PUBLIC;
    endpoints.visibility_source = source.size > 0 ? text_take(&source) : NULL;
    if (variable != NULL && visibility == PUBLIC_AND_PRIVATE) {
        text_printf(warnings, "%s is ignored: %s takes no endpoints file\n", variable, endpoints.visibility_source);
    } else if (variable != NULL && !read_file(variable, iam_variable(sources, variable), &endpoints, e)) {
        return false;
    }
    *ret = endpoints;
    endpoints = (struct iam_endpoints){0};
    return true;
}

void iam_endpoints_free(struct iam_endpoints *endpoints)
{
    free(endpoints->visibility_source);
    free(endpoints->file_source);
    json_document_free(&endpoints->file);
    *endpoints = (struct iam_endpoints){0};
}

const char *iam_endpoints_of_file(const struct iam_endpoints *endpoints, enum iam_service service, const char *region)
{
    const json_t *member = json_object_get(endpoints->file.root, iam_endpoints_variable(service));
    const json_t *regions = json_object_get(member, visibilities[endpoints->is_private ? PRIVATE : PUBLIC]);

    return json_string_value(json_object_get(regions, region));
}
