/* The SDKs' properties: reads them from files, the environment and VCAP_SERVICES. */
#include "iam/iam_properties.h"

#include <ctype.h>
#include <stdarg.h>
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
    {"CR_TOKEN_FILENAME", IAM_PROPERTY_CR_TOKEN_FILENAME},
    {"IAM_PROFILE_ID", IAM_PROPERTY_PROFILE_ID},
    {"IAM_PROFILE_CRN", IAM_PROPERTY_PROFILE_CRN},
    {"IAM_PROFILE_NAME", IAM_PROPERTY_PROFILE_NAME},
    {"IAM_ACCOUNT_ID", IAM_PROPERTY_COUNT},
    {"SERVICE_VERSION", IAM_PROPERTY_METADATA_VERSION}, /* of the node SDK (facts-next.md 0) */
    {"VPC_IMS_VERSION", IAM_PROPERTY_METADATA_VERSION},
    {"ENABLE_GZIP", IAM_PROPERTY_COUNT},
    {"ENABLE_RETRIES", IAM_PROPERTY_COUNT},
    {"MAX_RETRIES", IAM_PROPERTY_COUNT},
    {"RETRY_INTERVAL", IAM_PROPERTY_COUNT},
};

enum { NAME_COUNT = sizeof(names) / sizeof(names[0]), NAME_MAX_SIZE = 64 };

static void set(struct iam_properties *properties, size_t name, const char *value, size_t size)
{
    enum iam_property property = names[name].property;
    struct text *kept = &properties->values[property];
    bool keep_first = property == IAM_PROPERTY_DISABLE_SSL && strcasecmp(text_string(kept), "true") == 0;

    if (!keep_first) {
        text_free_secret(kept);
        text_append_size(kept, value, size);
        properties->names[property] = names[name].name;
    }
}

/* --- a credentials file ------------------------------------------------------------------------- */

/* A file while it is read. No warning quotes more of a line than a name: the rest may be a secret. */
struct file_reading {
    const char *path;
    size_t line;
    struct iam_properties *into;
    struct text *warnings;
};

static void warn_of_line(const struct file_reading *file, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void warn_of_line(const struct file_reading *file, const char *format, ...)
{
    va_list args;

    text_append_safe(file->warnings, file->path, strlen(file->path));
    text_printf(file->warnings, ":%zu: ", file->line);
    va_start(args, format);
    text_vprintf(file->warnings, format, args);
    va_end(args);
    text_append(file->warnings, "\n");
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

/* Whether a word of the line begins like our settings, in upper or lower case. */
static bool has_prefix(const char *line, const char *end)
{
    for (const char *at = line; at < end; at++) {
        bool inside = at > line && (isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (!inside && (size_t)(end - at) >= strlen(PREFIX) && strncasecmp(at, PREFIX, strlen(PREFIX)) == 0) {
            return true;
        }
    }
    return false;
}

static const char *nearest_name(const char *name)
{
    const char *known[NAME_COUNT];

    for (size_t i = 0; i < NAME_COUNT; i++) {
        known[i] = names[i].property != IAM_PROPERTY_COUNT ? names[i].name : NULL;
    }
    return text_nearest(name, known, NAME_COUNT);
}

/* `name` is without the prefix, of a setting that this program has no use for. */
static void warn_of_name(const struct file_reading *file, const char *name)
{
    const char *nearest = nearest_name(name);

    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (strcmp(names[i].name, name) == 0) {
            warn_of_line(file, PREFIX "%s has no effect in vpcmeta and was ignored", name);
            return;
        }
    }
    warn_of_line(file, PREFIX "%s is not a setting and was ignored%s%s%s", name,
                 nearest != NULL ? ": did you mean " PREFIX : "", nearest != NULL ? nearest : "",
                 nearest != NULL ? "?" : "");
}

static void take(const struct file_reading *file, const char *name, const char *value, const char *end)
{
    struct iam_properties *into = file->into;

    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (names[i].property == IAM_PROPERTY_COUNT || strcmp(name, names[i].name) != 0) {
            continue;
        }
        if (value == end) {
            warn_of_line(file, PREFIX "%s has no value and was ignored", name);
            return;
        }
        if (into->values[names[i].property].size > 0) {
            warn_of_line(file, PREFIX "%s was given before; the last one counts", name);
        }
        set(into, i, value, (size_t)(end - value));
        return;
    }
    warn_of_name(file, name);
}

/* "export VPC_NAME = value": the blanks are as welcome as the word. */
static void read_line(const struct file_reading *file, const char *line, const char *end)
{
    static const char shell_word[] = "export";
    const size_t word_size = strlen(shell_word);
    CLEANUP(text_free) struct text name = {0};

    trim(&line, &end);
    if (line == end || *line == '#') {
        return;
    }
    const char *start = line;
    if ((size_t)(end - line) > word_size && strncmp(line, shell_word, word_size) == 0 &&
        strchr(" \t", line[word_size]) != NULL) {
        start += word_size;
        trim(&start, &end);
    }
    const char *equals = memchr(start, '=', (size_t)(end - start));
    const char *name_end = equals != NULL ? equals : start;
    trim(&start, &name_end);
    text_append_size(&name, start, (size_t)(name_end - start));
    const char *named = text_string(&name);
    if (strncmp(named, PREFIX, strlen(PREFIX)) == 0 &&
        named[strspn(named, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0') {
        const char *value = equals + 1;
        trim(&value, &end);
        file->into->any = true;
        take(file, named + strlen(PREFIX), value, end);
    } else if (has_prefix(line, equals != NULL ? equals : end)) {
        warn_of_line(file, "this line was not understood and was ignored: write " PREFIX "NAME=VALUE");
    }
}

static void read_properties(struct file_reading *file, const char *content)
{
    while (*content != '\0') {
        const char *end = content + strcspn(content, "\n");
        file->line++;
        read_line(file, content, end);
        content = *end == '\n' ? end + 1 : end;
    }
}

/* --- sources ------------------------------------------------------------------------------------ */

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

static bool holds_secret(const struct iam_properties *properties)
{
    return properties->values[IAM_PROPERTY_API_KEY].size > 0 ||
           properties->values[IAM_PROPERTY_BEARER_TOKEN].size > 0 ||
           properties->values[IAM_PROPERTY_CLIENT_SECRET].size > 0;
}

static bool can_others_read(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

static bool read_file(const char *path, struct iam_properties *ret, struct text *warnings, struct err *e)
{
    CLEANUP(text_free_secret) struct text content = {0};
    struct file_reading file = {.path = path, .into = ret, .warnings = warnings};

    /* all the room at once: growing would leave copies behind */
    text_reserve(&content, IAM_KEY_FILE_MAX + 1);
    if (!fsio_read_text(path, NULL, IAM_KEY_FILE_MAX, &content, e)) {
        return false;
    }
    read_properties(&file, text_string(&content));
    text_append(&ret->source, path);
    if (holds_secret(ret) && can_others_read(path)) {
        iam_warn_of_exposure(warnings, path);
    }
    return true;
}

static bool from_named_file(const struct iam_sources *sources, struct iam_properties *ret, struct text *warnings,
                            struct err *e)
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
    if (!read_file(text_string(&path), ret, warnings, e)) {
        e->code = ERR_USAGE;
        return err_wrap(e, "the credentials file named by IBM_CREDENTIALS_FILE");
    }
    return true;
}

static bool from_home(const struct iam_sources *sources, struct iam_properties *ret, struct text *warnings,
                      struct err *e)
{
    CLEANUP(text_free) struct text path = {0};
    const char *home = iam_variable(sources, "HOME");
    struct err problem = ERR_INIT;

    if (home == NULL) {
        return true;
    }
    text_printf(&path, "%s/" FILE_NAME, home);
    if (read_file(text_string(&path), ret, warnings, &problem) || problem.code == ERR_NOT_FOUND) {
        return true;
    }
    *e = problem;
    e->code = ERR_USAGE;
    return false;
}

static bool from_environment(const struct iam_sources *sources, struct iam_properties *ret, struct text *warnings,
                             struct err *e)
{
    (void)warnings;
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
            set(ret, i, value, strlen(value));
        }
    }
    ret->environment = true;
    text_append(&ret->source, "the environment");
    return true;
}

static size_t usual_name(enum iam_property property)
{
    size_t i = 0;

    while (names[i].property != property) {
        i++;
    }
    return i;
}

static void take_member(const json_t *credentials, const char *name, enum iam_property property,
                        struct iam_properties *ret)
{
    const char *value = json_string_value(json_object_get(credentials, name));

    if (value != NULL) {
        set(ret, usual_name(property), value, strlen(value));
        ret->any = true;
    }
}

/* {"vpc":[{"credentials":{"url","apikey","iam_url"}}]}: anything else belongs to other programs. */
static bool from_vcap(const struct iam_sources *sources, struct iam_properties *ret, struct text *warnings,
                      struct err *e)
{
    (void)warnings;
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

void iam_warn_of_exposure(struct text *warnings, const char *path)
{
    text_append_safe(warnings, path, strlen(path));
    text_append(warnings, " holds a secret and can be read by others (chmod 600)\n");
}

bool iam_properties_find(const struct iam_sources *sources, struct iam_properties *ret, struct text *warnings,
                         struct err *e)
{
    static bool (*const readers[])(const struct iam_sources *, struct iam_properties *, struct text *,
                                   struct err *) = {from_named_file, from_home, from_environment, from_vcap};
    CLEANUP(iam_properties_free) struct iam_properties found = {0};

    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]) && !found.any; i++) {
        iam_properties_free(&found);
        if (!readers[i](sources, &found, warnings, e)) {
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
    const char *given = properties->names[property];
    const char *name = given != NULL ? given : names[usual_name(property)].name;

    if (properties->environment) {
        text_printf(out, "environment variable %s%s", PREFIX, name);
    } else {
        text_printf(out, "%s%s in %s", PREFIX, name, text_string(&properties->source));
    }
}

bool iam_properties_check(const struct iam_properties *properties, struct err *e)
{
    for (int i = 0; i < IAM_PROPERTY_COUNT; i++) {
        const struct text *value = &properties->values[i];
        CLEANUP(text_free) struct text place = {0};
        bool checked_later = i == IAM_PROPERTY_API_KEY || i == IAM_PROPERTY_BEARER_TOKEN;
        if (!checked_later && value->size > 0 &&
            (strchr("\"'", value->data[0]) != NULL || strchr("\"'", value->data[value->size - 1]) != NULL)) {
            iam_properties_place(properties, (enum iam_property)i, &place);
            return err_set(e, ERR_USAGE, "the value of %s is wrapped in quotes; give it bare", text_string(&place));
        }
    }
    return true;
}
