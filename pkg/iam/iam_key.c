/* API keys and bearer tokens: where they stand, and what is often put in their place. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fsio/fsio.h"
#include "iam/iam_search.h"
#include "iam/iam_token.h"
#include "imds/imds_token.h"
#include "mem/mem.h"
#include "secret/secret.h"
#include "json/json.h"

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

static bool read_key_file(struct iam_search *search, const char *path, struct text *ret_secret, struct err *e)
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
    if (!imds_token_is_plain(secret, size)) {
        return err_set(e, ERR_USAGE, "the %s from %s holds white space or other characters that no %s has", what, place,
                       what);
    }
    return true;
}

/* Takes over `secret` from `place`. */
static bool keep(struct iam_search *search, struct text *secret, const char *what, struct text *place, struct err *e)
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
static bool keep_secret(struct iam_search *search, const char *value, const char *what, struct text *place,
                        struct err *e)
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
const char *iam_key_variable(const struct iam_sources *sources)
{
    static const char *const variables[] = {"IC_API_KEY", "IBMCLOUD_API_KEY"};

    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (iam_variable(sources, variables[i]) != NULL) {
            return variables[i];
        }
    }
    return NULL;
}

bool iam_find_client(struct iam_search *search, struct err *e)
{
    const char *id = iam_search_property(search, IAM_PROPERTY_CLIENT_ID);
    const char *secret = iam_search_property(search, IAM_PROPERTY_CLIENT_SECRET);
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

bool iam_find_api_key(struct iam_search *search, struct err *e)
{
    CLEANUP(text_free) struct text place = {0};
    const char *variable = iam_key_variable(search->sources);
    const char *key = iam_search_property(search, IAM_PROPERTY_API_KEY);

    search->found.scope = mem_copy(iam_search_property(search, IAM_PROPERTY_SCOPE));
    if (!iam_find_client(search, e)) {
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

bool iam_find_bearer(struct iam_search *search, struct err *e)
{
    CLEANUP(text_free) struct text place = {0};
    const char *token = iam_search_property(search, IAM_PROPERTY_BEARER_TOKEN);

    if (token == NULL) {
        return err_set(e, ERR_AUTH, "no bearer token: set VPC_BEARER_TOKEN in the environment or a credentials file");
    }
    if (strncasecmp(token, "Bearer ", 7) == 0) {
        token += 7 + strspn(token + 7, " ");
    }
    iam_properties_place(&search->properties, IAM_PROPERTY_BEARER_TOKEN, &place);
    return keep_secret(search, token, "token", &place, e);
}
