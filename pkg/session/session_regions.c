/* Where commands work: the regions that options and environment name, and the endpoint of each. */
#include "session/session_regions.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* A region becomes part of a host name that a token is sent to. */
static bool check_region(const char *region, struct err *e)
{
    size_t size = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (size == 0 || region[size] != '\0' || size > 32) {
        return err_set(e, ERR_USAGE, "--region \"%s\" is not a region name such as us-south", region);
    }
    return true;
}

/* A host without a scheme has a dot (the form of IBMCLOUD_IS_NG_API_ENDPOINT); anything else is a slip. */
static bool check_endpoint(const char *option, const char *url, struct err *e)
{
    const char *path = text_equal(option, "--endpoint") ? "/v1" : "";

    if (url != NULL && strpbrk(url, "?#@ ") != NULL) {
        /* not quoted: what stands before an @ is a password */
        return err_set(e, ERR_USAGE, "%s: a base URL has no \"?\", \"#\", \"@\" or blank: write https://HOST%s", option,
                       path);
    }
    if (url == NULL || strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ||
        (strstr(url, "://") == NULL && strchr(url, '.') != NULL)) {
        return true;
    }
    return err_set(e, ERR_USAGE, "%s \"%s\" is not a URL: write https://HOST%s", option, url, path);
}

bool session_regions_check(const struct session_options *options, struct err *e)
{
    for (size_t i = 0; i < options->regions.count; i++) {
        if (!check_region(options->regions.items[i], e)) {
            return false;
        }
    }
    return check_endpoint("--endpoint", options->sources.endpoint, e) &&
           check_endpoint("--iam-url", options->sources.iam_url, e);
}

/* --- choosing ------------------------------------------------------------------------------------- */

/* What a choice is made with. */
struct choice {
    struct session_regions *regions;
    struct http *http;
    struct answer_parser *parser;
    const struct session_options *options;
};

static void add_region(const struct choice *choice, const char *region, const char *base)
{
    struct session_regions *regions = choice->regions;

    regions->items = mem_grow(regions->items, regions->count + 1, sizeof(struct vpc *));
    regions->items[regions->count++] =
        vpc_create(choice->http, choice->parser, region, base, choice->options->api_version);
}

static void add_public_region(const struct choice *choice, const char *region)
{
    CLEANUP(text_free) struct text base = {0};

    text_printf(&base, "https://%s.iaas.cloud.ibm.com/v1", region);
    add_region(choice, region, text_string(&base));
}

static bool has_word(const struct inventory_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->items[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* A region that was named and does not exist would be missing from every list without a trace. */
static bool check_found(const struct inventory_words *wanted, const struct vpc_endpoint *found, size_t count,
                        struct err *e)
{
    CLEANUP(text_free) struct text known = {0};

    for (size_t i = 0; i < count; i++) {
        text_printf(&known, "%s%s", found[i].available ? (known.size > 0 ? ", " : "") : "",
                    found[i].available ? found[i].name : "");
    }
    for (size_t w = 0; w < wanted->count; w++) {
        bool is_there = strcmp(wanted->items[w], "all") == 0 && known.size > 0;
        for (size_t i = 0; i < count && !is_there; i++) {
            is_there = found[i].available && strcmp(wanted->items[w], found[i].name) == 0;
        }
        if (!is_there) {
            return err_set(e, ERR_USAGE, "--region %s: the API has no such region that is available (available: %s)",
                           wanted->items[w], text_string(&known));
        }
    }
    return true;
}

/* Asks the API at `base` for its regions and takes the wanted ones. */
static bool add_listed_regions(const struct choice *choice, const char *base, struct err *e)
{
    const struct inventory_words *wanted = &choice->options->regions;
    struct vpc *first = vpc_create(choice->http, choice->parser, "", base, choice->options->api_version);
    struct vpc_endpoint *found = NULL;
    size_t count = 0;
    bool good = vpc_regions(first, choice->http, &found, &count, e) && check_found(wanted, found, count, e);

    vpc_destroy(first);
    for (size_t i = 0; good && i < count; i++) {
        if (found[i].available && (has_word(wanted, "all") || has_word(wanted, found[i].name))) {
            add_region(choice, found[i].name, found[i].base);
        }
    }
    vpc_endpoints_free(found, count);
    return good;
}

static const char *region_from_environment(const struct iam_sources *sources)
{
    static const char *const names[] = {"IC_REGION", "IBMCLOUD_REGION"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *region = sources->environment(sources->context, names[i]);
        if (region != NULL && region[0] != '\0') {
            return region;
        }
    }
    return NULL;
}

/* "https://eu-de.private.iaas.cloud.ibm.com/v1" names its region; "" for any other host. */
static char *region_of_endpoint(const char *endpoint)
{
    const char *host = strstr(endpoint, "://");
    struct text region = {0};

    if (host != NULL && strstr(host, ".iaas.cloud.ibm.com") != NULL) {
        text_append_size(&region, host + 3, strcspn(host + 3, "."));
    }
    return text_take(&region);
}

/* `endpoint` is NULL where nothing names one. */
static bool choose(const struct choice *choice, const char *endpoint, struct err *e)
{
    const struct inventory_words *wanted = &choice->options->regions;
    bool all = has_word(wanted, "all");

    if (all || (endpoint != NULL && wanted->count > 1)) {
        return add_listed_regions(
            choice, endpoint != NULL ? endpoint : "https://" SESSION_REGION_DEFAULT ".iaas.cloud.ibm.com/v1", e);
    }
    if (endpoint != NULL) {
        CLEANUP(text_free_pointer) char *named = region_of_endpoint(endpoint);
        add_region(choice, wanted->count == 1 ? wanted->items[0] : named, endpoint);
        return true;
    }
    for (size_t i = 0; i < wanted->count; i++) {
        add_public_region(choice, wanted->items[i]);
    }
    if (wanted->count == 0) {
        const char *region = region_from_environment(&choice->options->sources);
        if (region != NULL && !check_region(region, e)) {
            return false;
        }
        add_public_region(choice, region != NULL ? region : SESSION_REGION_DEFAULT);
    }
    return true;
}

static char *key_of(const struct session_options *options)
{
    struct text key = {0};

    text_printf(&key, "%s|%s", options->sources.endpoint != NULL ? options->sources.endpoint : "",
                options->api_version);
    for (size_t i = 0; i < options->regions.count; i++) {
        text_printf(&key, "|%s", options->regions.items[i]);
    }
    return text_take(&key);
}

void session_regions_clear(struct session_regions *regions)
{
    for (size_t i = 0; i < regions->count; i++) {
        vpc_destroy(regions->items[i]);
    }
    free(regions->items);
    free(regions->key);
    free(regions->endpoint_source);
    *regions = (struct session_regions){0};
}

bool session_regions_choose(struct session_regions *regions, struct http *http, struct answer_parser *parser,
                            const struct session_options *options, struct err *e)
{
    const struct choice choice = {.regions = regions, .http = http, .parser = parser, .options = options};
    CLEANUP(text_free_pointer) char *key = key_of(options);
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};

    if (text_equal(regions->key, key)) {
        return true;
    }
    session_regions_clear(regions);
    if (!iam_discover_endpoint(&options->sources, &found, e) ||
        !check_endpoint(found.endpoint_source, found.endpoint, e) || !choose(&choice, found.endpoint, e)) {
        return false;
    }
    regions->endpoint_source = mem_copy(found.endpoint_source != NULL ? found.endpoint_source : "region");
    regions->key = key;
    key = NULL;
    return true;
}

void session_describe_target(const struct session_options *options, struct text *out)
{
    const struct inventory_words *wanted = &options->regions;
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < wanted->count; i++) {
        text_printf(out, "%s%s", i > 0 ? "," : "", wanted->items[i]);
    }
    if (wanted->count > 0) {
        return;
    }
    if (iam_discover_endpoint(&options->sources, &found, &ignored) && found.endpoint != NULL) {
        CLEANUP(text_free_pointer) char *named = region_of_endpoint(found.endpoint);
        const char *host = strstr(found.endpoint, "://") + 3;
        text_append_size(out, named[0] != '\0' ? named : host, named[0] != '\0' ? strlen(named) : strcspn(host, "/"));
        return;
    }
    const char *region = region_from_environment(&options->sources);
    text_append(out, region != NULL ? region : SESSION_REGION_DEFAULT);
}
