/* Where commands work: the regions that options and environment name, and the endpoint of each. */
#include "session/session_regions.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mem/mem.h"
#include "session/session_choice.h"

/* A region becomes part of a host name that a token is sent to. */
static bool check_region(const char *region, struct err *e)
{
    size_t size = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (size == 0 || region[size] != '\0' || size > 32) {
        const char *nearest = vpc_region_nearest(region);
        return err_set(e, ERR_USAGE, "--region \"%s\" is not a region name such as %s", region,
                       nearest != NULL ? nearest : "us-south");
    }
    return true;
}

/* A host without a scheme has a dot (the form of IBMCLOUD_IS_NG_API_ENDPOINT); anything else is a slip. */
static bool is_url(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ||
           (strstr(url, "://") == NULL && strchr(url, '.') != NULL);
}

/* Whether the URL leads to this host. */
static bool leads_to(const char *url, const char *host)
{
    const char *authority = strstr(url, "://");
    size_t size = strlen(host);

    authority = authority != NULL ? authority + 3 : url;
    return strncasecmp(authority, host, size) == 0 &&
           (authority[size] == '\0' || strchr("/:", authority[size]) != NULL);
}

/* The other services of IBM Cloud whose URLs are taken for that of the VPC API; NULL: none. */
static const char *other_service(const char *url)
{
    return leads_to(url, "cloud.ibm.com")                                                     ? "the console"
           : leads_to(url, "iam.cloud.ibm.com") || leads_to(url, "private.iam.cloud.ibm.com") ? "IAM"
           : leads_to(url, "api.metadata.cloud.ibm.com") || leads_to(url, "169.254.169.254")  ? "the metadata service"
                                                                                              : NULL;
}

static bool check_service(const char *source, const char *url, bool of_iam, struct err *e)
{
    CLEANUP(text_free) struct text region = {0};
    bool is_private;
    const char *service = vpc_region_of_base(url, &region, &is_private) ? "a VPC API" : other_service(url);

    if (of_iam && service != NULL && strcmp(service, "IAM") != 0) {
        return err_set(e, ERR_USAGE, "%s %s is %s, not IAM: write https://iam.cloud.ibm.com", source, url, service);
    }
    return of_iam || service == NULL || region.size > 0 ||
           err_set(e, ERR_USAGE,
                   "%s %s is %s, not a VPC API: write https://REGION.iaas.cloud.ibm.com/v1, or give "
                   "--region REGION and no endpoint",
                   source, url, service);
}

bool session_check_url(const char *source, const char *url, bool of_iam, struct err *e)
{
    const char *path = of_iam ? "" : "/v1";

    if (url == NULL) {
        return true;
    }
    if (strpbrk(url, "?#@ ") != NULL) {
        /* not quoted: what stands before an @ is a password */
        return err_set(e, ERR_USAGE, "%s: a base URL has no \"?\", \"#\", \"@\" or blank: write https://HOST%s", source,
                       path);
    }
    if (is_url(url)) {
        return check_service(source, url, of_iam, e);
    }
    const char *nearest = of_iam || strchr(url, '/') != NULL ? NULL : vpc_region_nearest(url);
    if (nearest != NULL) {
        return err_set(e, ERR_USAGE, "%s \"%s\" is not a URL: did you mean --region %s?", source, url, nearest);
    }
    return err_set(e, ERR_USAGE, "%s \"%s\" is not a URL: write https://HOST%s", source, url, path);
}

/* Refuses regions that are unknown where nothing says where they are; what cannot be read is reported later. */
static bool check_known(const struct session_options *options, struct err *e)
{
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
    CLEANUP(iam_endpoints_free) struct iam_endpoints endpoints = {0};
    CLEANUP(text_free) struct text warnings = {0};
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < options->regions.count; i++) {
        const char *region = options->regions.items[i];
        if (strcmp(region, "all") == 0 || vpc_region_is_known(region)) {
            continue;
        }
        if (!iam_discover_endpoint(&options->sources, &found, &ignored) || found.endpoint != NULL ||
            !iam_endpoints_read(&options->sources, &endpoints, &warnings, &ignored)) {
            return true;
        }
        return iam_endpoints_of_file(&endpoints, IAM_SERVICE_VPC, region) != NULL || session_refuse_region(region, e);
    }
    return true;
}

bool session_regions_check(const struct session_options *options, struct err *e)
{
    for (size_t i = 0; i < options->regions.count; i++) {
        if (!check_region(options->regions.items[i], e)) {
            return false;
        }
    }
    return session_check_url("--endpoint", options->sources.endpoint, false, e) &&
           session_check_url("--iam-url", options->sources.iam_url, true, e) && check_known(options, e);
}

char *session_regions_first(const struct session_options *options)
{
    const struct inventory_words *wanted = &options->regions;
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
    struct err ignored = ERR_INIT;

    if (wanted->count > 0 && !session_has_word(wanted, "all")) {
        return mem_copy(wanted->items[0]);
    }
    if (iam_discover_endpoint(&options->sources, &found, &ignored) && found.endpoint != NULL) {
        CLEANUP(text_free_pointer) char *named = session_region_of_endpoint(found.endpoint);
        if (named[0] != '\0') {
            return mem_copy(named);
        }
    }
    return mem_copy(session_default_region(options));
}

/* Each name once, in the order of the command line. */
static struct inventory_words distinct(const struct inventory_words *words)
{
    const char **items = mem_array(words->count + 1, sizeof(*items));
    struct inventory_words kept = {.items = items};

    for (size_t i = 0; i < words->count; i++) {
        if (!session_has_word(&kept, words->items[i])) {
            items[kept.count++] = words->items[i];
        }
    }
    if (session_has_word(&kept, "all")) {
        items[0] = "all";
        kept.count = 1;
    }
    return kept;
}

/* The endpoints file comes before the SDKs' VPC_URL for the regions that it has. */
static bool file_is_first(const struct session_choice *choice)
{
    bool named = choice->wanted.count > 0 && !session_has_word(&choice->wanted, "all");
    size_t count = named ? choice->wanted.count : 1;
    size_t in_file = 0;

    for (size_t i = 0; i < count; i++) {
        const char *region = named ? choice->wanted.items[i] : session_default_region(choice->options);
        in_file += iam_endpoints_of_file(&choice->endpoints, IAM_SERVICE_VPC, region) != NULL;
    }
    return choice->found.endpoint_of_sdk && in_file == count;
}

static bool prepare(struct session_choice *choice, struct err *e)
{
    CLEANUP(text_free) struct text ignored = {0}; /* session_open has warned */
    struct iam_credentials *found = &choice->found;

    if (!iam_discover_endpoint(&choice->options->sources, found, e) ||
        !session_check_url(found->endpoint_source, found->endpoint, false, e) ||
        !iam_endpoints_read(&choice->options->sources, &choice->endpoints, &ignored, e)) {
        return false;
    }
    choice->wanted = distinct(&choice->options->regions);
    if (found->endpoint == NULL && choice->wanted.count == 0 &&
        !check_region(session_default_region(choice->options), e)) {
        return false;
    }
    if (file_is_first(choice)) {
        free(found->endpoint);
        free(found->endpoint_source);
        found->endpoint = found->endpoint_source = NULL;
    }
    return true;
}

/* Of the first region's endpoint, for people. */
static char *endpoint_source(const struct session_choice *choice)
{
    const struct iam_endpoints *endpoints = &choice->endpoints;
    const char *first = choice->regions->count > 0 ? vpc_region(choice->regions->items[0]) : "";

    if (choice->found.endpoint_source != NULL) {
        return mem_copy(choice->found.endpoint_source);
    }
    if (iam_endpoints_of_file(endpoints, IAM_SERVICE_VPC, first) != NULL) {
        return mem_copy(endpoints->file_source);
    }
    struct text source = {0};
    text_append(&source, "region");
    if (endpoints->visibility_source != NULL) {
        text_printf(&source, " (%s)", endpoints->visibility_source);
    }
    return text_take(&source);
}

/* Where the names of the regions came from, for people; "" where nothing names one. */
static const char *region_source(const struct session_choice *choice)
{
    if (choice->wanted.count > 0) {
        return "--region";
    }
    if (choice->found.endpoint != NULL) {
        CLEANUP(text_free_pointer) char *named = session_region_of_endpoint(choice->found.endpoint);
        return named[0] != '\0' ? "the host of the endpoint" : "";
    }
    return session_default_region_source(choice->options);
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
    CLEANUP(session_choice_free)
    struct session_choice choice = {.regions = regions, .http = http, .parser = parser, .options = options};
    CLEANUP(text_free_pointer) char *key = key_of(options);

    if (text_equal(regions->key, key)) {
        return true;
    }
    session_regions_clear(regions);
    if (!prepare(&choice, e)) {
        return false;
    }
    if (!session_choose(&choice, e)) {
        session_regions_clear(regions);
        return false;
    }
    regions->endpoint_source = endpoint_source(&choice);
    regions->region_source = region_source(&choice);
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
        CLEANUP(text_free_pointer) char *named = session_region_of_endpoint(found.endpoint);
        const char *host = strstr(found.endpoint, "://") + 3;
        text_append_size(out, named[0] != '\0' ? named : host, named[0] != '\0' ? strlen(named) : strcspn(host, "/"));
        return;
    }
    text_append(out, session_default_region(options));
}
