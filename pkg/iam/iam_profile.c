/* Logins of compute resources: which trusted profile they ask for, and what proves who they are. */
#include <stdlib.h>
#include <string.h>

#include "iam/iam_search.h"
#include "iam/iam_token.h"
#include "imds/imds.h"
#include "mem/mem.h"
#include "secret/secret.h"

/* --- the trusted profile ------------------------------------------------------------------------ */

static const char crn_start[] = "crn:";
static const char id_start[] = "Profile-";

/* The variables of other tools that name a profile, in the order in which they are asked. */
static const struct {
    const char *name;
    enum {
        HOLDS_ANY,
        HOLDS_ID,
        HOLDS_NAME
    } holds; /* any: an id or a CRN by its form, or else a name; id: also a CRN */
} profile_variables[] = {
    {"IBMCLOUD_CR_PROFILE", HOLDS_ANY},
    {"IC_IAM_PROFILE_ID", HOLDS_ID},
    {"IBMCLOUD_IAM_PROFILE_ID", HOLDS_ID},
    {"IC_IAM_PROFILE_NAME", HOLDS_NAME},
};

enum { PROFILE_VARIABLES = sizeof(profile_variables) / sizeof(profile_variables[0]) };

static void take_variable(struct iam_search *search, size_t index, const char *word)
{
    struct iam_credentials *found = &search->found;
    int holds = profile_variables[index].holds;
    bool is_crn = holds != HOLDS_NAME && text_begins(word, crn_start);
    bool is_id = holds == HOLDS_ID || (holds == HOLDS_ANY && text_begins(word, id_start));
    char **kept = is_crn ? &found->profile_crn : is_id ? &found->profile_id : &found->profile_name;

    *kept = mem_copy(word);
    search->profile_is_of_variable = true;
}

static void append_place(const struct iam_search *search, enum iam_property property, struct text *out)
{
    if (iam_search_property(search, property) != NULL) {
        text_append(out, out->size > 0 ? " and " : "");
        iam_properties_place(&search->properties, property, out);
    }
}

/* The SDKs' properties of one source; else the first variable of another tool; else there is none. */
static void find_profile(struct iam_search *search, bool takes_names)
{
    struct iam_credentials *found = &search->found;
    struct text source = {0};

    found->profile_id = mem_copy(iam_search_property(search, IAM_PROPERTY_PROFILE_ID));
    found->profile_crn = mem_copy(iam_search_property(search, IAM_PROPERTY_PROFILE_CRN));
    found->profile_name = mem_copy(iam_search_property(search, IAM_PROPERTY_PROFILE_NAME));
    append_place(search, IAM_PROPERTY_PROFILE_ID, &source);
    append_place(search, IAM_PROPERTY_PROFILE_CRN, &source);
    append_place(search, IAM_PROPERTY_PROFILE_NAME, &source);
    for (size_t i = 0; source.size == 0 && i < PROFILE_VARIABLES; i++) {
        const char *word = iam_variable(search->sources, profile_variables[i].name);
        if (word != NULL && (takes_names || profile_variables[i].holds != HOLDS_NAME)) {
            take_variable(search, i, word);
            text_printf(&source, "environment variable %s", profile_variables[i].name);
        }
    }
    found->profile_source = source.size > 0 ? text_take(&source) : NULL;
}

/* --- a container ---------------------------------------------------------------------------------- */

bool iam_names_container(const struct iam_search *search)
{
    return iam_search_property(search, IAM_PROPERTY_CR_TOKEN_FILENAME) != NULL ||
           iam_search_property(search, IAM_PROPERTY_PROFILE_ID) != NULL ||
           iam_search_property(search, IAM_PROPERTY_PROFILE_NAME) != NULL;
}

/* IAM's grant takes an id or a name (vpc-api.md 6.1); the last part of a profile's CRN is its id. */
static bool check_container_profile(struct iam_search *search, struct err *e)
{
    struct iam_credentials *found = &search->found;
    const char *last = found->profile_crn != NULL ? strrchr(found->profile_crn, ':') : NULL;

    if (found->profile_id != NULL || found->profile_name != NULL) {
        return true;
    }
    if (last != NULL && text_begins(last + 1, id_start) && search->profile_is_of_variable) {
        found->profile_id = mem_copy(last + 1);
        return true;
    }
    if (found->profile_crn != NULL) {
        return err_set(e, ERR_USAGE,
                       "%s: a container's login takes the id or the name of a trusted profile, not its CRN: set "
                       "VPC_IAM_PROFILE_ID%s%s, or VPC_IAM_PROFILE_NAME",
                       found->profile_source, last != NULL && text_begins(last + 1, id_start) ? "=" : "",
                       last != NULL && text_begins(last + 1, id_start) ? last + 1 : "");
    }
    return err_set(e, ERR_USAGE,
                   "a container's login needs the trusted profile that it asks for: set VPC_IAM_PROFILE_ID or "
                   "VPC_IAM_PROFILE_NAME, or IBMCLOUD_CR_PROFILE");
}

/* A value that is given, for as long as it lives. */
static bool keep_value(struct iam_search *search, const char *value, struct err *e)
{
    secrets_add(search->sources->secrets, value, SECRET_TOKEN);
    if (!imds_token_is_plain(value, strlen(value))) {
        return err_set(e, ERR_USAGE,
                       "environment variable IBMCLOUD_CR_TOKEN holds white space or other characters that no token "
                       "has: give the bare token, or @FILE");
    }
    search->found.secret = mem_copy(value);
    return true;
}

static bool find_token_file(struct iam_search *search, struct err *e)
{
    static const char variable[] = "IBMCLOUD_CR_TOKEN";
    const char *file = iam_search_property(search, IAM_PROPERTY_CR_TOKEN_FILENAME);
    const char *value = iam_variable(search->sources, variable);
    CLEANUP(text_free) struct text place = {0};

    if (file != NULL) {
        iam_properties_place(&search->properties, IAM_PROPERTY_CR_TOKEN_FILENAME, &place);
    } else if (value != NULL) {
        text_printf(&place, "environment variable %s", variable);
        file = value[0] == '@' ? value + 1 : NULL;
        if (file == NULL && !keep_value(search, value, e)) {
            return false;
        }
    } else {
        text_append(&place, "the compute resource token of this container");
    }
    if (file != NULL && (file[0] == '\0' || strcmp(file, "-") == 0)) {
        return err_set(e, ERR_USAGE, "%s: a file with the token is meant, which is read again at each token request",
                       text_string(&place));
    }
    if (file != NULL) {
        CLEANUP(text_free) struct text named = {0};
        text_printf(&named, "file %s (%s)", file, text_string(&place));
        search->found.source = text_take(&named);
    } else {
        search->found.source = text_take(&place);
    }
    search->found.token_file = mem_copy(file);
    return true;
}

bool iam_find_container(struct iam_search *search, struct err *e)
{
    find_profile(search, true);
    search->found.scope = mem_copy(iam_search_property(search, IAM_PROPERTY_SCOPE));
    return iam_find_client(search, e) && check_container_profile(search, e) && find_token_file(search, e);
}

/* --- a server ------------------------------------------------------------------------------------- */

/* The identity API takes an id or a CRN (vpc-api.md 5.2). */
static bool check_vpc_profile(const struct iam_credentials *found, struct err *e)
{
    if (found->profile_id != NULL && found->profile_crn != NULL) {
        return err_set(e, ERR_USAGE,
                       "%s: a server's login takes the id or the CRN of a trusted profile, not both: leave one out",
                       found->profile_source);
    }
    if (found->profile_name != NULL && found->profile_id == NULL && found->profile_crn == NULL) {
        return err_set(e, ERR_USAGE,
                       "%s: a server's login takes the id or the CRN of a trusted profile, not its name: set "
                       "VPC_IAM_PROFILE_ID or VPC_IAM_PROFILE_CRN, or leave it out for the server's default profile",
                       found->profile_source);
    }
    return true;
}

static bool find_version(struct iam_search *search, struct err *e)
{
    const char *version = iam_search_property(search, IAM_PROPERTY_METADATA_VERSION);
    CLEANUP(text_free) struct text place = {0};

    if (version != NULL && strcmp(version, "2022-03-01") != 0 && strcmp(version, IMDS_VERSION_DEFAULT) != 0) {
        iam_properties_place(&search->properties, IAM_PROPERTY_METADATA_VERSION, &place);
        return err_set(e, ERR_USAGE, "%s: \"%s\" is not a version of the metadata service: set 2022-03-01 or %s",
                       text_string(&place), version, IMDS_VERSION_DEFAULT);
    }
    search->found.metadata_version = mem_copy(version != NULL ? version : IMDS_VERSION_DEFAULT);
    return true;
}

/* VPC_AUTH_URL is IAM's with other logins. */
static bool find_metadata_url(struct iam_search *search, bool has_auth_url, struct err *e)
{
    static const char variable[] = "IBMCLOUD_CR_VPC_URL";
    const char *value = search->sources->metadata_url;
    CLEANUP(text_free) struct text source = {0}, url = {0};

    if (value != NULL) {
        text_append(&source, "--metadata-url");
    } else if (has_auth_url && (value = iam_search_property(search, IAM_PROPERTY_AUTH_URL)) != NULL) {
        iam_properties_place(&search->properties, IAM_PROPERTY_AUTH_URL, &source);
    } else if ((value = iam_variable(search->sources, variable)) != NULL) {
        text_printf(&source, "environment variable %s", variable);
    } else {
        text_append(&source, "default");
    }
    search->found.metadata_url_source = text_take(&source);
    if (value == NULL) {
        return true;
    }
    text_append(&url, value);
    while (url.size > 0 && url.data[url.size - 1] == '/') {
        url.data[--url.size] = '\0';
    }
    search->found.metadata_url = text_take(&url);
    return imds_check_url(search->found.metadata_url_source, search->found.metadata_url, e);
}

bool iam_find_metadata(struct iam_search *search, bool has_auth_url, struct err *e)
{
    return find_version(search, e) && find_metadata_url(search, has_auth_url, e);
}

bool iam_find_vpc(struct iam_search *search, struct err *e)
{
    find_profile(search, false);
    search->found.source = mem_copy("the identity of this server");
    search->found.silence_ms = search->sources->silence_ms;
    return check_vpc_profile(&search->found, e) && iam_find_metadata(search, true, e);
}
