/* Which credentials, endpoint and IAM are meant: the order of iam.h, step by step. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "iam/iam_search.h"
#include "mem/mem.h"

static void search_free(struct iam_search *search)
{
    iam_properties_free(&search->properties);
    iam_endpoints_free(&search->endpoints);
    iam_credentials_free(&search->found);
}

/* --- addresses -------------------------------------------------------------------------------- */

/* "iam.cloud.ibm.com/" is given where "https://iam.cloud.ibm.com" is meant. */
static void append_url(struct text *out, const char *value)
{
    if (strstr(value, "://") == NULL) {
        text_append(out, "https://");
    }
    text_append(out, value);
    while (out->size > 0 && out->data[out->size - 1] == '/') {
        out->data[--out->size] = '\0';
    }
}

char *iam_endpoint_url(const char *value)
{
    struct text url = {0};

    append_url(&url, value);
    const char *host = strstr(text_string(&url), "://");
    if (host == NULL || strpbrk(host + 3, "/?#") == NULL) {
        text_append(&url, "/v1");
    }
    return text_take(&url);
}

static char *iam_base_url(const char *value)
{
    static const char suffix[] = "/identity/token";
    struct text url = {0};

    append_url(&url, value);
    size_t length = strlen(suffix);
    if (url.size > length && strcmp(url.data + url.size - length, suffix) == 0) {
        url.size -= length;
        url.data[url.size] = '\0';
    }
    return text_take(&url);
}

static void find_endpoint(struct iam_search *search)
{
    const char *variable = iam_endpoints_variable(IAM_SERVICE_VPC);
    const struct iam_sources *sources = search->sources;
    CLEANUP(text_free) struct text source = {0};
    const char *value = sources->endpoint;

    if (value != NULL) {
        text_append(&source, "--endpoint");
    } else if ((value = iam_variable(sources, variable)) != NULL) {
        text_printf(&source, "environment variable %s", variable);
    } else if ((value = iam_search_property(search, IAM_PROPERTY_URL)) != NULL) {
        iam_properties_place(&search->properties, IAM_PROPERTY_URL, &source);
        search->found.endpoint_of_sdk = true;
    } else {
        return;
    }
    search->found.endpoint = iam_endpoint_url(value);
    search->found.endpoint_source = text_take(&source);
}

/* The private host of IAM is one of the region in two of them, by [tf] (facts-next.md 3.2). */
static void append_default_iam(const struct iam_search *search, struct text *url, struct text *source)
{
    const char *region = search->sources->region;
    bool has_own = text_equal(region, "us-south") || text_equal(region, "us-east");

    text_append(source, search->endpoints.visibility_source != NULL ? search->endpoints.visibility_source : "default");
    if (!search->endpoints.is_private) {
        text_append(url, IAM_URL_DEFAULT);
    } else {
        text_printf(url, "https://private.%s%siam.cloud.ibm.com", has_own ? region : "", has_own ? "." : "");
    }
}

static void find_iam_url(struct iam_search *search)
{
    const char *variable = iam_endpoints_variable(IAM_SERVICE_IAM);
    const struct iam_sources *sources = search->sources;
    CLEANUP(text_free) struct text source = {0};
    CLEANUP(text_free) struct text fallback = {0};
    const char *value = sources->iam_url;

    if (value != NULL) {
        text_append(&source, "--iam-url");
    } else if ((value = iam_variable(sources, variable)) != NULL) {
        text_printf(&source, "environment variable %s", variable);
    } else if (sources->region != NULL &&
               (value = iam_endpoints_of_file(&search->endpoints, IAM_SERVICE_IAM, sources->region)) != NULL) {
        text_append(&source, search->endpoints.file_source);
    } else if (search->found.method != IAM_VPC &&
               (value = iam_search_property(search, IAM_PROPERTY_AUTH_URL)) != NULL) {
        iam_properties_place(&search->properties, IAM_PROPERTY_AUTH_URL, &source);
    } else {
        append_default_iam(search, &fallback, &source);
        value = text_string(&fallback);
    }
    search->found.iam_url = iam_base_url(value);
    search->found.iam_url_source = text_take(&source);
}

/* --- methods ---------------------------------------------------------------------------------- */

/* Takes the place where the method was chosen; there is nothing to find. */
static bool find_nothing(struct iam_search *search, struct err *e)
{
    CLEANUP(text_free) struct text place = {0};

    (void)e;
    if (search->sources->auth != NULL) {
        text_append(&place, "--auth");
    } else {
        iam_properties_place(&search->properties, IAM_PROPERTY_AUTH_TYPE, &place);
    }
    search->found.source = text_take(&place);
    return true;
}

/* Each method: its word of --auth, that of the SDKs where it is another one, and how its credential is found. */
static const struct {
    const char *word, *sdk_word;
    bool (*find)(struct iam_search *search, struct err *e);
} methods[] = {
    [IAM_API_KEY] = {"iam", NULL, iam_find_api_key},
    [IAM_VPC] = {"vpc", NULL, iam_find_vpc},
    [IAM_CONTAINER] = {"container", NULL, iam_find_container},
    [IAM_BEARER] = {"bearer", "bearerToken", iam_find_bearer},
    [IAM_NONE] = {"none", "noAuth", find_nothing},
};

enum { METHODS = sizeof(methods) / sizeof(methods[0]) };

const char *iam_method_name(enum iam_method method)
{
    return methods[method].word;
}

static bool read_method(const char *word, const char *place, enum iam_method *ret, struct err *e)
{
    for (int i = 0; i < METHODS; i++) {
        if (strcasecmp(word, methods[i].word) == 0 ||
            (methods[i].sdk_word != NULL && strcasecmp(word, methods[i].sdk_word) == 0)) {
            *ret = (enum iam_method)i;
            return true;
        }
    }
    return err_set(e, ERR_USAGE,
                   "%s: '%s' is not supported; supported are iam (API key), vpc (on a server itself), container (in a "
                   "container), bearer (token) and none",
                   place, word);
}

static bool no_credentials(const struct iam_search *search, struct err *e)
{
    bool described = search->properties.any;

    return err_set(e, ERR_AUTH,
                   "no credentials%s%s%s: give --api-key-file FILE, or set IC_API_KEY, IBMCLOUD_API_KEY, VPC_APIKEY or "
                   "VPC_BEARER_TOKEN, or name a file with them in IBM_CREDENTIALS_FILE; on a VPC server with a linked "
                   "trusted profile give --auth vpc, in a container --auth container; a simulator needs --auth none",
                   described ? " (" : "", described ? text_string(&search->properties.source) : "",
                   described ? " has settings, but no key and no token)" : "");
}

/* The kind of credential, by the same order as everything else. `found.source` stays for the finders. */
static bool find_method(struct iam_search *search, struct err *e)
{
    const struct iam_sources *sources = search->sources;
    const char *auth_type = iam_search_property(search, IAM_PROPERTY_AUTH_TYPE);
    enum iam_method *method = &search->found.method;

    if (sources->auth != NULL) {
        if (!read_method(sources->auth, "--auth", method, e)) {
            return false;
        }
        if (*method != IAM_API_KEY && sources->api_key_file != NULL) {
            return err_set(e, ERR_USAGE, "--api-key-file and --auth %s contradict each other", sources->auth);
        }
        return true;
    }
    if (sources->api_key_file != NULL || iam_key_variable(sources) != NULL) {
        *method = IAM_API_KEY;
        return true;
    }
    if (auth_type != NULL) {
        CLEANUP(text_free) struct text place = {0};
        iam_properties_place(&search->properties, IAM_PROPERTY_AUTH_TYPE, &place);
        return read_method(auth_type, text_string(&place), method, e);
    }
    if (iam_search_property(search, IAM_PROPERTY_API_KEY) != NULL) {
        *method = IAM_API_KEY;
        return true;
    }
    if (iam_search_property(search, IAM_PROPERTY_BEARER_TOKEN) != NULL) {
        *method = IAM_BEARER;
        return true;
    }
    *method = IAM_CONTAINER;
    return iam_names_container(search) || iam_variable(sources, "IBMCLOUD_CR_TOKEN") != NULL ||
           no_credentials(search, e);
}

/* As of all settings of a file that change nothing: the environment may be set up for other programs. */
static void warn_of_unused(const struct iam_search *search)
{
    static const enum iam_property of_compute[] = {IAM_PROPERTY_CR_TOKEN_FILENAME, IAM_PROPERTY_PROFILE_ID,
                                                   IAM_PROPERTY_PROFILE_CRN, IAM_PROPERTY_PROFILE_NAME,
                                                   IAM_PROPERTY_METADATA_VERSION};
    enum iam_method method = search->found.method;

    if (search->properties.environment || method == IAM_VPC || method == IAM_CONTAINER) {
        return;
    }
    for (size_t i = 0; i < sizeof(of_compute) / sizeof(of_compute[0]); i++) {
        if (iam_search_property(search, of_compute[i]) != NULL) {
            iam_properties_place(&search->properties, of_compute[i], search->warnings);
            text_printf(search->warnings, " has no effect with the login in use (--auth %s) and was ignored\n",
                        methods[method].word);
        }
    }
}

static bool find_properties(struct iam_search *search, struct err *e)
{
    if (!iam_properties_find(search->sources, &search->properties, search->warnings, e)) {
        return false;
    }
    iam_register_properties(&search->properties, search->sources->secrets);
    return iam_properties_check(&search->properties, e);
}

static bool discover(const struct iam_sources *sources, bool with_credential, struct iam_credentials *ret,
                     struct text *warnings, struct err *e)
{
    CLEANUP(search_free) struct iam_search search = {.sources = sources, .warnings = warnings};

    if (!find_properties(&search, e) || !iam_endpoints_read(sources, &search.endpoints, warnings, e)) {
        return false;
    }
    const char *disable_ssl = iam_search_property(&search, IAM_PROPERTY_DISABLE_SSL);
    if (disable_ssl != NULL && strcasecmp(disable_ssl, "true") == 0) {
        text_append(warnings,
                    "VPC_DISABLE_SSL is ignored: certificates are always verified (--ca-file names authorities)\n");
    }
    search.found.secrets = sources->secrets;
    find_endpoint(&search);
    if (with_credential && (!find_method(&search, e) || !methods[search.found.method].find(&search, e))) {
        return false;
    }
    if (with_credential) {
        warn_of_unused(&search);
    }
    if (search.found.method != IAM_VPC) {
        find_iam_url(&search);
    }
    *ret = search.found;
    search.found = (struct iam_credentials){0};
    return true;
}

bool iam_discover(const struct iam_sources *sources, struct iam_credentials *ret, struct text *warnings, struct err *e)
{
    return discover(sources, true, ret, warnings, e);
}

bool iam_discover_endpoint(const struct iam_sources *sources, struct iam_credentials *ret, struct err *e)
{
    CLEANUP(text_free) struct text ignored = {0};

    return discover(sources, false, ret, &ignored, e);
}

bool iam_discover_metadata(const struct iam_sources *sources, struct iam_credentials *ret, struct err *e)
{
    CLEANUP(text_free) struct text ignored = {0};
    CLEANUP(search_free) struct iam_search search = {.sources = sources, .warnings = &ignored};

    if (!find_properties(&search, e)) {
        return false;
    }
    const char *type = sources->auth != NULL ? sources->auth : iam_search_property(&search, IAM_PROPERTY_AUTH_TYPE);
    if (!iam_find_metadata(&search, type != NULL && strcasecmp(type, methods[IAM_VPC].word) == 0, e)) {
        return false;
    }
    *ret = search.found;
    search.found = (struct iam_credentials){0};
    return true;
}

static void free_secret(char *secret)
{
    if (secret != NULL) {
        text_wipe(secret, strlen(secret));
        free(secret);
    }
}

void iam_credentials_free(struct iam_credentials *credentials)
{
    char *const others[] = {credentials->client_id,       credentials->scope,
                            credentials->iam_url,         credentials->endpoint,
                            credentials->source,          credentials->endpoint_source,
                            credentials->iam_url_source,  credentials->profile_id,
                            credentials->profile_crn,     credentials->profile_name,
                            credentials->profile_source,  credentials->token_file,
                            credentials->metadata_url,    credentials->metadata_url_source,
                            credentials->metadata_version};

    free_secret(credentials->secret);
    free_secret(credentials->client_secret);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        free(others[i]);
    }
    *credentials = (struct iam_credentials){0};
}
