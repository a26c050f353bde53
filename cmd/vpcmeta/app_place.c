/* Where commands work: the regions that options and environment name, and the endpoint of each. */
#include <stdlib.h>
#include <string.h>

#include "app_session.h"
#include "mem/mem.h"

/* SDK default when nothing is configured (vpc-api.md 1.1). */
#define REGION_DEFAULT "us-south"

static void add_region(struct app_session *session, const struct global_opts *globals, const char *region,
                       const char *base)
{
    session->regions = mem_grow(session->regions, session->region_count + 1, sizeof(struct vpc *));
    session->regions[session->region_count++] =
        vpc_create(session->http, session->parser, region, base, globals->api_version);
}

/* A region becomes part of a host name that a token is sent to. */
static bool check_region(const char *region, struct err *e)
{
    size_t size = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (size == 0 || region[size] != '\0' || size > 32) {
        return err_set(e, ERR_USAGE, "--region \"%s\" is no region name such as us-south", region);
    }
    return true;
}

static void add_public_region(struct app_session *session, const struct global_opts *globals, const char *region)
{
    CLEANUP(text_free) struct text base = {0};

    text_printf(&base, "https://%s.iaas.cloud.ibm.com/v1", region);
    add_region(session, globals, region, text_string(&base));
}

static bool is_wanted(const struct opt_list *wanted, const char *region)
{
    for (size_t i = 0; i < wanted->count; i++) {
        if (strcmp(wanted->items[i], "all") == 0 || strcmp(wanted->items[i], region) == 0) {
            return true;
        }
    }
    return false;
}

/* A region that was named and is not there would leave a hole in every list that nobody sees. */
static bool check_found(const struct opt_list *wanted, const struct vpc_endpoint *places, size_t count, struct err *e)
{
    CLEANUP(text_free) struct text known = {0};

    for (size_t i = 0; i < count; i++) {
        text_printf(&known, "%s%s", places[i].available ? (known.size > 0 ? ", " : "") : "",
                    places[i].available ? places[i].name : "");
    }
    for (size_t w = 0; w < wanted->count; w++) {
        bool found = strcmp(wanted->items[w], "all") == 0 && known.size > 0;
        for (size_t i = 0; i < count && !found; i++) {
            found = places[i].available && strcmp(wanted->items[w], places[i].name) == 0;
        }
        if (!found) {
            return err_set(e, ERR_USAGE, "--region %s: the API has no such region that is available (there are: %s)",
                           wanted->items[w], text_string(&known));
        }
    }
    return true;
}

/* Asks the API which regions there are and where, and takes the wanted ones. */
static bool add_listed_regions(struct app_session *session, const struct global_opts *globals, const char *base,
                               struct err *e)
{
    struct vpc *first = vpc_create(session->http, session->parser, "", base, globals->api_version);
    struct vpc_endpoint *places = NULL;
    size_t count = 0;
    bool good =
        vpc_regions(first, session->http, &places, &count, e) && check_found(&globals->regions, places, count, e);

    vpc_destroy(first);
    for (size_t i = 0; good && i < count; i++) {
        if (places[i].available && is_wanted(&globals->regions, places[i].name)) {
            add_region(session, globals, places[i].name, places[i].base);
        }
    }
    vpc_endpoints_free(places, count);
    return good;
}

static const char *region_from_environment(void)
{
    const char *region = getenv("IC_REGION");

    region = region != NULL && region[0] != '\0' ? region : getenv("IBMCLOUD_REGION");
    return region != NULL && region[0] != '\0' ? region : NULL;
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

static bool choose_regions(struct app_session *session, const struct global_opts *globals, const char *endpoint,
                           struct err *e)
{
    const struct opt_list *wanted = &globals->regions;
    const char *only = wanted->count == 1 ? wanted->items[0] : NULL;
    bool all = false;

    for (size_t i = 0; i < wanted->count; i++) {
        all |= strcmp(wanted->items[i], "all") == 0;
    }
    if (endpoint != NULL && (all || wanted->count > 1)) {
        return add_listed_regions(session, globals, endpoint, e);
    }
    if (endpoint != NULL) {
        CLEANUP(text_free_pointer) char *named = region_of_endpoint(endpoint);
        add_region(session, globals, only != NULL ? only : named, endpoint);
        return true;
    }
    if (all) {
        return add_listed_regions(session, globals, "https://" REGION_DEFAULT ".iaas.cloud.ibm.com/v1", e);
    }
    for (size_t i = 0; i < wanted->count; i++) {
        add_public_region(session, globals, wanted->items[i]);
    }
    if (wanted->count == 0) {
        const char *region = region_from_environment();
        if (region != NULL && !check_region(region, e)) {
            return false;
        }
        add_public_region(session, globals, region != NULL ? region : REGION_DEFAULT);
    }
    return true;
}

/* A host without a scheme has a dot (the form of IBMCLOUD_IS_NG_API_ENDPOINT); anything else is a slip. */
static bool check_endpoint(const char *option, const char *url, struct err *e)
{
    if (url != NULL && strpbrk(url, "?#@ ") != NULL) {
        /* not quoted: what stands before an @ is a password */
        return err_set(e, ERR_USAGE, "%s: a base URL has no \"?\", \"#\", \"@\" or blank: write https://HOST%s", option,
                       strcmp(option, "--endpoint") == 0 ? "/v1" : "");
    }
    if (url == NULL || strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ||
        (strstr(url, "://") == NULL && strchr(url, '.') != NULL)) {
        return true;
    }
    return err_set(e, ERR_USAGE, "%s \"%s\" is no URL: write https://HOST%s", option, url,
                   strcmp(option, "--endpoint") == 0 ? "/v1" : "");
}

static bool check_regions(const struct opt_list *regions, struct err *e)
{
    for (size_t i = 0; i < regions->count; i++) {
        if (!check_region(regions->items[i], e)) {
            return false;
        }
    }
    return true;
}

bool app_place_check(const struct global_opts *globals, struct err *e)
{
    return check_regions(&globals->regions, e) && check_endpoint("--endpoint", globals->endpoint, e) &&
           check_endpoint("--iam-url", globals->iam_url, e);
}

/* --- the session's regions ------------------------------------------------------------------------ */

static char *place_key(const struct global_opts *globals)
{
    struct text key = {0};

    text_printf(&key, "%s|%s", globals->endpoint != NULL ? globals->endpoint : "", globals->api_version);
    for (size_t i = 0; i < globals->regions.count; i++) {
        text_printf(&key, "|%s", globals->regions.items[i]);
    }
    return text_take(&key);
}

void app_session_leave(struct app_session *session)
{
    for (size_t i = 0; i < session->region_count; i++) {
        vpc_destroy(session->regions[i]);
    }
    free(session->regions);
    free(session->place);
    free(session->endpoint_source);
    session->regions = NULL;
    session->region_count = 0;
    session->place = session->endpoint_source = NULL;
}

bool app_session_turn(const struct app *app, struct err *e)
{
    const struct global_opts *globals = app->globals;
    struct app_session *session = app->session;
    CLEANUP(text_free_pointer) char *key = place_key(globals);
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
    struct iam_sources sources = app_sources(app);

    if (session->place != NULL && strcmp(session->place, key) == 0) {
        return true;
    }
    app_session_leave(session);
    if (!iam_discover_endpoint(&sources, &found, e) || !check_endpoint(found.endpoint_source, found.endpoint, e) ||
        !choose_regions(session, globals, found.endpoint, e)) {
        return false;
    }
    struct text source = {0};
    text_append(&source, found.endpoint_source != NULL ? found.endpoint_source : "region");
    session->endpoint_source = text_take(&source);
    session->place = key;
    key = NULL;
    return true;
}

void app_place(const struct app *app, struct text *out)
{
    const struct opt_list *wanted = &app->globals->regions;
    struct iam_sources sources = app_sources(app);
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < wanted->count; i++) {
        text_printf(out, "%s%s", i > 0 ? "," : "", wanted->items[i]);
    }
    if (wanted->count > 0) {
        return;
    }
    if (iam_discover_endpoint(&sources, &found, &ignored) && found.endpoint != NULL) {
        CLEANUP(text_free_pointer) char *named = region_of_endpoint(found.endpoint);
        const char *host = strstr(found.endpoint, "://") + 3;
        text_append_size(out, named[0] != '\0' ? named : host, named[0] != '\0' ? strlen(named) : strcspn(host, "/"));
        return;
    }
    const char *region = region_from_environment();
    text_append(out, region != NULL ? region : REGION_DEFAULT);
}
