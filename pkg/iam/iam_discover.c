/* Which credentials, endpoint and IAM are meant: the order of iam.h, step by step. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fsio/fsio.h"
#include "iam/iam.h"
#include "iam/iam_endpoints.h"
#include "iam/iam_properties.h"
#include "iam/iam_token.h"
#include "mem/mem.h"
#include "secret/secret.h"
#include "json/json.h"

/* What is being found; `found` is handed over at the end. */
struct search {
    const struct iam_sources *sources;
    struct iam_properties properties;
    struct iam_endpoints endpoints;
    struct iam_credentials found;
    struct text *warnings;
};

static void search_free(struct search *search)
{
    iam_properties_free(&search->properties);
    iam_endpoints_free(&search->endpoints);
    iam_credentials_free(&search->found);
}

/* The value of a property; NULL when the source does not have it. */
static const char *property(const struct search *search, enum iam_property which)
{
    const struct text *value = &search->properties.values[which];

    return value->size > 0 ? text_string(value) : NULL;
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

static void find_endpoint(struct search *search)
{
    const char *variable = iam_endpoints_variable(IAM_SERVICE_VPC);
    const struct iam_sources *sources = search->sources;
    CLEANUP(text_free) struct text source = {0};
    const char *value = sources->endpoint;

    if (value != NULL) {
        text_append(&source, "--endpoint");
    } else if ((value = iam_variable(sources, variable)) != NULL) {
        text_printf(&source, "environment variable %s", variable);
    } else if ((value = property(search, IAM_PROPERTY_URL)) != NULL) {
        iam_properties_place(&search->properties, IAM_PROPERTY_URL, &source);
        search->found.endpoint_of_sdk = true;
    } else {
        return;
    }
    search->found.endpoint = iam_endpoint_url(value);
    search->found.endpoint_source = text_take(&source);
}

/* The private host of IAM is one of the region in two of them, by [tf] (facts-next.md 3.2). */
static void append_default_iam(const struct search *search, struct text *url, struct text *source)
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

static void find_iam_url(struct search *search)
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
    } else if ((value = property(search, IAM_PROPERTY_AUTH_URL)) != NULL) {
        iam_properties_place(&search->properties, IAM_PROPERTY_AUTH_URL, &source);
    } else {
        append_default_iam(search, &fallback, &source);
        value = text_string(&fallback);
    }
    search->found.iam_url = iam_base_url(value);
    search->found.iam_url_source = text_take(&source);
}

/* --- keys and tokens -------------------------------------------------------------------------- */

/* The console's download: {"name":"...","apikey":"..."}. */
static bool take_key_document(struct text *secret, const char *place, struct err *e)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err problem = ERR_INIT;

    /* the parser's own message would quote the file */
    if (!json_parse(secret->data, secret->size, place, JSON_READ_STRICT, &document, &problem)) {
        return err_set(e, ERR_USAGE, "%s begins with '{' but is not valid JSON", place);
    }
    char *key = (char *)json_string_value(json_object_get(document.root, "apikey"));
    if (key == NULL) {
        text_wipe(document.text, document.size);
        return err_set(e, ERR_USAGE, "%s is a JSON document without a string \"apikey\"", place);
    }
    text_wipe(secret->data, secret->size);
    text_clear(secret);
    text_append(secret, key);
    text_wipe(key, strlen(key));
    text_wipe(document.text, document.size);
    return true;
}

/* "export VPC_APIKEY=...": a name, an equals sign and more than the padding of base64. */
static bool is_assignment(const char *line)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

    line += strspn(line, " \t");
    line += strncmp(line, "export ", 7) == 0 ? 7 : 0;
    size_t size = strspn(line, name);
    const char *equals = line + size + strspn(line + size, " \t");
    return size > 0 && equals[0] == '=' && strchr("=\r\n", equals[1]) == NULL;
}

/* What is often put in the place of a bare key; the next check would only say that its characters are wrong. */
static bool check_key_file(const char *content, const char *place, struct err *e)
{
    if (content[0] == '[') {
        return err_set(e, ERR_USAGE,
                       "%s is a JSON array: give the bare key, or the console's file {\"apikey\": ...} of one key",
                       place);
    }
    for (const char *line = content; line != NULL; line = strchr(line, '\n')) {
        line += line[0] == '\n';
        if (is_assignment(line)) {
            return err_set(e, ERR_USAGE,
                           "%s holds NAME=value, not a bare key: name such a file in IBM_CREDENTIALS_FILE, or leave "
                           "only the key in it",
                           place);
        }
    }
    return true;
}

static bool read_key_file(struct search *search, const char *path, struct text *ret_secret, struct err *e)
{
    const char *place = strcmp(path, "-") == 0 ? "standard input" : path;
    bool exposed = false;

    if (!fsio_read_secret_file(path, &search->sources->input, ret_secret, &exposed, e)) {
        e->code = e->code == ERR_CANCELLED ? ERR_CANCELLED : ERR_USAGE;
        if (secret_looks_random(path, strlen(path))) {
            /* the key itself in the place of its file: the gate takes it out of this message */
            secrets_add(search->sources->secrets, path, SECRET_LASTING);
            return err_wrap(e, "the API key: a file with the key is meant, not the key");
        }
        return err_wrap(e, "the API key");
    }
    if (exposed) {
        iam_warn_of_exposure(search->warnings, path);
    }
    if (ret_secret->data[0] == '{') {
        return take_key_document(ret_secret, place, e);
    }
    return check_key_file(text_string(ret_secret), place, e);
}

/* [core] refuses what still has the braces or quotes of a template around it. */
static bool check_secret(const char *secret, const char *what, const char *place, struct err *e)
{
    size_t size = strlen(secret);

    if (size == 0) {
        return err_set(e, ERR_USAGE, "the %s from %s is empty", what, place);
    }
    if (strchr("{\"'", secret[0]) != NULL || strchr("}\"'", secret[size - 1]) != NULL) {
        return err_set(e, ERR_USAGE, "the %s from %s is wrapped in braces or quotes; give it bare", what, place);
    }
    if (!iam_token_is_plain(secret, size)) {
        return err_set(e, ERR_USAGE, "the %s from %s holds white space or other characters that no %s has", what, place,
                       what);
    }
    return true;
}

/* Takes over `secret` from `place`. */
static bool keep(struct search *search, struct text *secret, const char *what, struct text *place, struct err *e)
{
    secrets_add(search->sources->secrets, text_string(secret),
                search->found.method == IAM_BEARER ? SECRET_TOKEN : SECRET_LASTING);
    if (!check_secret(text_string(secret), what, text_string(place), e)) {
        return false;
    }
    search->found.secret = text_take(secret);
    search->found.source = text_take(place);
    return true;
}

/* "@FILE" is replaced by what the file holds, as ibmcloud does. */
static bool keep_secret(struct search *search, const char *value, const char *what, struct text *place, struct err *e)
{
    CLEANUP(text_free_secret) struct text secret = {0};

    if (value[0] == '@') {
        if (!read_key_file(search, value + 1, &secret, e)) {
            return err_wrap(e, "%s", text_string(place));
        }
        text_printf(place, " (file %s)", value + 1);
    } else {
        text_append(&secret, value);
    }
    return keep(search, &secret, what, place, e);
}

/* IC_API_KEY before IBMCLOUD_API_KEY; NULL when neither is set. */
static const char *key_variable(const struct iam_sources *sources)
{
    static const char *const variables[] = {"IC_API_KEY", "IBMCLOUD_API_KEY"};

    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (iam_variable(sources, variables[i]) != NULL) {
            return variables[i];
        }
    }
    return NULL;
}

static bool find_client(struct search *search, struct err *e)
{
    const char *id = property(search, IAM_PROPERTY_CLIENT_ID);
    const char *secret = property(search, IAM_PROPERTY_CLIENT_SECRET);
    CLEANUP(text_free) struct text place = {0};

    if ((id != NULL) != (secret != NULL)) {
        iam_properties_place(&search->properties, id != NULL ? IAM_PROPERTY_CLIENT_ID : IAM_PROPERTY_CLIENT_SECRET,
                             &place);
        return err_set(e, ERR_USAGE, "%s has no %s beside it: give both, or none", text_string(&place),
                       id != NULL ? "VPC_CLIENT_SECRET" : "VPC_CLIENT_ID");
    }
    search->found.client_id = mem_copy(id);
    search->found.client_secret = mem_copy(secret);
    return true;
}

static bool find_api_key(struct search *search, struct err *e)
{
    CLEANUP(text_free) struct text place = {0};
    const char *variable = key_variable(search->sources);
    const char *key = property(search, IAM_PROPERTY_API_KEY);

    search->found.scope = mem_copy(property(search, IAM_PROPERTY_SCOPE));
    if (!find_client(search, e)) {
        return false;
    }
    if (search->sources->api_key_file != NULL) {
        CLEANUP(text_free_secret) struct text secret = {0};
        text_printf(&place, "--api-key-file %s", search->sources->api_key_file);
        return read_key_file(search, search->sources->api_key_file, &secret, e) &&
               keep(search, &secret, "API key", &place, e);
    }
    if (variable != NULL) {
        text_printf(&place, "environment variable %s", variable);
        return keep_secret(search, iam_variable(search->sources, variable), "API key", &place, e);
    }
    if (key != NULL) {
        iam_properties_place(&search->properties, IAM_PROPERTY_API_KEY, &place);
        return keep_secret(search, key, "API key", &place, e);
    }
    return err_set(e, ERR_AUTH,
                   "no API key: give --api-key-file FILE or set IC_API_KEY, IBMCLOUD_API_KEY or VPC_APIKEY");
}

static bool find_bearer(struct search *search, struct err *e)
{
    CLEANUP(text_free) struct text place = {0};
    const char *token = property(search, IAM_PROPERTY_BEARER_TOKEN);

    if (token == NULL) {
        return err_set(e, ERR_AUTH, "no bearer token: set VPC_BEARER_TOKEN in the environment or a credentials file");
    }
    if (strncasecmp(token, "Bearer ", 7) == 0) {
        token += 7 + strspn(token + 7, " ");
    }
    iam_properties_place(&search->properties, IAM_PROPERTY_BEARER_TOKEN, &place);
    return keep_secret(search, token, "token", &place, e);
}

/* --- methods ---------------------------------------------------------------------------------- */

const char *iam_method_name(enum iam_method method)
{
    static const char *const names[] = {[IAM_API_KEY] = "iam", [IAM_BEARER] = "bearer", [IAM_NONE] = "none"};

    return names[method];
}

static bool read_method(const char *word, const char *place, enum iam_method *ret, struct err *e)
{
    static const struct {
        const char *word;
        enum iam_method method;
    } words[] = {
        {"iam", IAM_API_KEY}, {"bearer", IAM_BEARER}, {"bearerToken", IAM_BEARER},
        {"none", IAM_NONE},   {"noAuth", IAM_NONE},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(word, words[i].word) == 0) {
            *ret = words[i].method;
            return true;
        }
    }
    return err_set(e, ERR_USAGE, "%s: '%s' is not supported; supported are iam (API key), bearer (token) and none",
                   place, word);
}

static bool no_credentials(const struct search *search, struct err *e)
{
    bool described = search->properties.any;

    return err_set(e, ERR_AUTH,
                   "no credentials%s%s%s: give --api-key-file FILE, or set IC_API_KEY, IBMCLOUD_API_KEY, VPC_APIKEY or "
                   "VPC_BEARER_TOKEN, or name a file with them in IBM_CREDENTIALS_FILE; a simulator needs --auth none",
                   described ? " (" : "", described ? text_string(&search->properties.source) : "",
                   described ? " has settings, but no key and no token)" : "");
}

/* The kind of credential, by the same order as everything else. `found.source` stays for the finders. */
static bool find_method(struct search *search, struct err *e)
{
    const struct iam_sources *sources = search->sources;
    const char *auth_type = property(search, IAM_PROPERTY_AUTH_TYPE);
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
    if (sources->api_key_file != NULL || key_variable(sources) != NULL) {
        *method = IAM_API_KEY;
        return true;
    }
    if (auth_type != NULL) {
        CLEANUP(text_free) struct text place = {0};
        iam_properties_place(&search->properties, IAM_PROPERTY_AUTH_TYPE, &place);
        return read_method(auth_type, text_string(&place), method, e);
    }
    if (property(search, IAM_PROPERTY_API_KEY) != NULL) {
        *method = IAM_API_KEY;
        return true;
    }
    *method = IAM_BEARER;
    return property(search, IAM_PROPERTY_BEARER_TOKEN) != NULL || no_credentials(search, e);
}

static bool find_credential(struct search *search, struct err *e)
{
    CLEANUP(text_free) struct text place = {0};

    if (!find_method(search, e)) {
        return false;
    }
    switch (search->found.method) {
    case IAM_API_KEY:
        return find_api_key(search, e);
    case IAM_BEARER:
        return find_bearer(search, e);
    case IAM_NONE:
        if (search->sources->auth != NULL) {
            text_append(&place, "--auth");
        } else {
            iam_properties_place(&search->properties, IAM_PROPERTY_AUTH_TYPE, &place);
        }
        search->found.source = text_take(&place);
        return true;
    }
    return false;
}

static bool discover(const struct iam_sources *sources, bool with_credential, struct iam_credentials *ret,
                     struct text *warnings, struct err *e)
{
    CLEANUP(search_free) struct search search = {.sources = sources, .warnings = warnings};

    if (!iam_properties_find(sources, &search.properties, warnings, e)) {
        return false;
    }
    iam_register_properties(&search.properties, sources->secrets);
    if (!iam_properties_check(&search.properties, e) || !iam_endpoints_read(sources, &search.endpoints, warnings, e)) {
        return false;
    }
    const char *disable_ssl = property(&search, IAM_PROPERTY_DISABLE_SSL);
    if (disable_ssl != NULL && strcasecmp(disable_ssl, "true") == 0) {
        text_append(warnings,
                    "VPC_DISABLE_SSL is ignored: certificates are always verified (--ca-file names authorities)\n");
    }
    find_endpoint(&search);
    find_iam_url(&search);
    if (with_credential && !find_credential(&search, e)) {
        return false;
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

static void free_secret(char *secret)
{
    if (secret != NULL) {
        text_wipe(secret, strlen(secret));
        free(secret);
    }
}

void iam_credentials_free(struct iam_credentials *credentials)
{
    free_secret(credentials->secret);
    free_secret(credentials->client_secret);
    free(credentials->client_id);
    free(credentials->scope);
    free(credentials->iam_url);
    free(credentials->endpoint);
    free(credentials->source);
    free(credentials->endpoint_source);
    free(credentials->iam_url_source);
    *credentials = (struct iam_credentials){0};
}
