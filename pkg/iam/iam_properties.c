/* The SDKs' properties: reads them from files, the environment and VCAP_SERVICES. */
#include "iam/iam_properties.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "fsio/fsio.h"
#include "json/json.h"

#define PREFIX    "VPC_"
#define FILE_NAME "ibm-credentials.env"

/* Names without the service's prefix. Those of IAM_PROPERTY_COUNT are not used, but say that a source is meant. */
static const struct {
    const char *name;
    enum iam_property property;
} names[] = {
    {"URL", IAM_PROPERTY_URL},
    {"AUTH_TYPE", IAM_PROPERTY_AUTH_TYPE},
    {"AUTHTYPE", IAM_PROPERTY_AUTH_TYPE},
    {"APIKEY", IAM_PROPERTY_API_KEY},
    {"AUTH_URL", IAM_PROPERTY_AUTH_URL},
    {"BEARER_TOKEN", IAM_PROPERTY_BEARER_TOKEN},
    {"SCOPE", IAM_PROPERTY_SCOPE},
    {"CLIENT_ID", IAM_PROPERTY_CLIENT_ID},
    {"CLIENT_SECRET", IAM_PROPERTY_CLIENT_SECRET},
    {"DISABLE_SSL", IAM_PROPERTY_DISABLE_SSL},
    {"AUTH_DISABLE_SSL", IAM_PROPERTY_DISABLE_SSL},
    {"USERNAME", IAM_PROPERTY_COUNT},
    {"PASSWORD", IAM_PROPERTY_COUNT},
    {"CR_TOKEN_FILENAME", IAM_PROPERTY_COUNT},
    {"IAM_PROFILE_ID", IAM_PROPERTY_COUNT},
    {"IAM_PROFILE_CRN", IAM_PROPERTY_COUNT},
    {"IAM_PROFILE_NAME", IAM_PROPERTY_COUNT},
    {"IAM_ACCOUNT_ID", IAM_PROPERTY_COUNT},
    {"VPC_IMS_VERSION", IAM_PROPERTY_COUNT},
    {"ENABLE_GZIP", IAM_PROPERTY_COUNT},
    {"ENABLE_RETRIES", IAM_PROPERTY_COUNT},
    {"MAX_RETRIES", IAM_PROPERTY_COUNT},
    {"RETRY_INTERVAL", IAM_PROPERTY_COUNT},
};

enum { NAME_COUNT = sizeof(names) / sizeof(names[0]), NAME_MAX_SIZE = 64 };

static void set(struct iam_properties *properties, enum iam_property property, const char *value, size_t size)
{
    struct text *kept = &properties->values[property];
    bool keep_first = property == IAM_PROPERTY_DISABLE_SSL && strcasecmp(text_string(kept), "true") == 0;

    if (!keep_first) {
        text_free_secret(kept);
        text_append_size(kept, value, size);
    }
}

static void trim(const char **start, const char **end)
{
    while (*start < *end && strchr(" \t\r", **start) != NULL) {
        (*start)++;
    }
    while (*end > *start && strchr(" \t\r", (*end)[-1]) != NULL) {
        (*end)--;
    }
}

static void read_line(const char *line, const char *end, struct iam_properties *ret)
{
    const char *equals;

    trim(&line, &end);
    equals = memchr(line, '=', (size_t)(end - line));
    if (line == end || *line == '#' || equals == NULL || strncmp(line, PREFIX, strlen(PREFIX)) != 0) {
        return;
    }
    const char *name = line + strlen(PREFIX);
    const char *name_end = equals;
    const char *value = equals + 1;
    trim(&name, &name_end);
    trim(&value, &end);
    ret->any = true;
    for (size_t i = 0; i < NAME_COUNT; i++) {
        size_t size = strlen(names[i].name);
        if (names[i].property != IAM_PROPERTY_COUNT && size == (size_t)(name_end - name) &&
            memcmp(name, names[i].name, size) == 0) {
            set(ret, names[i].property, value, (size_t)(end - value));
        }
    }
}

static void read_properties(const char *content, struct iam_properties *ret)
{
    while (*content != '\0') {
        const char *end = content + strcspn(content, "\n");
        read_line(content, end, ret);
        content = *end == '\n' ? end + 1 : end;
    }
}

const char *iam_variable(const struct iam_sources *sources, const char *name)
{
    const char *value = sources->environment(sources->context, name);

    return value != NULL && *value != '\0' ? value : NULL;
}

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool read_file(const char *path, struct iam_properties *ret, struct err *e)
{
    CLEANUP(text_free_secret) struct text content = {0};

    /* all the room at once: growing would leave copies behind */
    text_reserve(&content, IAM_KEY_FILE_MAX + 1);
    if (!fsio_read(path, IAM_KEY_FILE_MAX, &content, e)) {
        return false;
    }
    read_properties(text_string(&content), ret);
    text_append(&ret->source, path);
    return true;
}

static bool from_named_file(const struct iam_sources *sources, struct iam_properties *ret, struct err *e)
{
    CLEANUP(text_free) struct text path = {0};
    const char *named = iam_variable(sources, "IBM_CREDENTIALS_FILE");

    if (named == NULL) {
        return true;
    }
    text_append(&path, named);
    if (is_folder(named)) {
        text_append(&path, "/" FILE_NAME);
    }
    if (!read_file(text_string(&path), ret, e)) {
        e->code = ERR_USAGE;
        return err_wrap(e, "the credentials file named by IBM_CREDENTIALS_FILE");
    }
    return true;
}

static bool from_home(const struct iam_sources *sources, struct iam_properties *ret, struct err *e)
{
    CLEANUP(text_free) struct text path = {0};
    const char *home = iam_variable(sources, "HOME");
    struct err problem = ERR_INIT;

    if (home == NULL) {
        return true;
    }
    text_printf(&path, "%s/" FILE_NAME, home);
    if (read_file(text_string(&path), ret, &problem) || problem.code == ERR_NOT_FOUND) {
        return true;
    }
    *e = problem;
    e->code = ERR_USAGE;
    return false;
}

static bool from_environment(const struct iam_sources *sources, struct iam_properties *ret, struct err *e)
{
    (void)e;
    for (size_t i = 0; i < NAME_COUNT; i++) {
        char name[NAME_MAX_SIZE];
        snprintf(name, sizeof(name), PREFIX "%s", names[i].name);
        const char *value = iam_variable(sources, name);
        if (value == NULL) {
            continue;
        }
        ret->any = true;
        if (names[i].property != IAM_PROPERTY_COUNT) {
            set(ret, names[i].property, value, strlen(value));
        }
    }
    ret->environment = true;
    text_append(&ret->source, "the environment");
    return true;
}

static void take_member(const json_t *credentials, const char *name, enum iam_property property,
                        struct iam_properties *ret)
{
    const char *value = json_string_value(json_object_get(credentials, name));

    if (value != NULL) {
        set(ret, property, value, strlen(value));
        ret->any = true;
    }
}

/* {"vpc":[{"credentials":{"url","apikey","iam_url"}}]}: anything else belongs to other programs. */
static bool from_vcap(const struct iam_sources *sources, struct iam_properties *ret, struct err *e)
{
    (void)e;
    const char *value = iam_variable(sources, "VCAP_SERVICES");
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    if (value == NULL ||
        !json_parse(value, strlen(value), "VCAP_SERVICES", JSON_READ_BIG_NUMBERS, &document, &ignored)) {
        return true;
    }
    const json_t *credentials = json_at(document.root, "/vpc/0/credentials");
    take_member(credentials, "url", IAM_PROPERTY_URL, ret);
    take_member(credentials, "iam_apikey", IAM_PROPERTY_API_KEY, ret);
    take_member(credentials, "apikey", IAM_PROPERTY_API_KEY, ret);
    take_member(credentials, "iam_url", IAM_PROPERTY_AUTH_URL, ret);
    text_wipe(document.text, document.size);
    text_append(&ret->source, "VCAP_SERVICES");
    return true;
}

bool iam_properties_find(const struct iam_sources *sources, struct iam_properties *ret, struct err *e)
{
    static bool (*const readers[])(const struct iam_sources *, struct iam_properties *,
                                   struct err *) = {from_named_file, from_home, from_environment, from_vcap};
    CLEANUP(iam_properties_free) struct iam_properties found = {0};

    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]) && !found.any; i++) {
        iam_properties_free(&found);
        if (!readers[i](sources, &found, e)) {
            return false;
        }
    }
    *ret = found;
    found = (struct iam_properties){0};
    return true;
}

void iam_properties_free(struct iam_properties *properties)
{
    for (int i = 0; i < IAM_PROPERTY_COUNT; i++) {
        text_free_secret(&properties->values[i]);
    }
    text_free(&properties->source);
    *properties = (struct iam_properties){0};
}

void iam_properties_place(const struct iam_properties *properties, enum iam_property property, struct text *out)
{
    size_t i = 0;

    while (names[i].property != property) {
        i++;
    }
    if (properties->environment) {
        text_printf(out, "environment variable %s%s", PREFIX, names[i].name);
    } else {
        text_printf(out, "%s%s in %s", PREFIX, names[i].name, text_string(&properties->source));
    }
}
