/* The token of a compute resource, from the file in which its platform keeps one that is good. */
#include <stdlib.h>
#include <string.h>

#include "fsio/fsio.h"
#include "iam/iam_token.h"
#include "imds/imds_token.h"
#include "mem/mem.h"
#include "secret/secret.h"

/* vpc-api.md 6.3, in this order: Vault, a service account's, Code Engine's. */
const char *const iam_resource_token_files[] = {
    "/var/run/secrets/tokens/vault-token", "/var/run/secrets/tokens/sa-token",
    "/var/run/secrets/codeengine.cloud.ibm.com/compute-resource-token/token", NULL};

static bool read_file(const struct iam_credentials *credentials, const char *path, struct text *ret, struct err *e)
{
    CLEANUP(text_free_secret) struct text content = {0};
    bool exposed = false;

    if (!fsio_read_secret_file(path, NULL, &content, &exposed, e)) {
        return false;
    }
    secrets_add(credentials->secrets, text_string(&content), SECRET_TOKEN);
    if (!imds_token_is_plain(content.data, content.size)) {
        return err_set(e, ERR_INVALID, "%s holds white space or other characters that no token has", path);
    }
    text_reserve(ret, content.size);
    text_append_size(ret, content.data, content.size);
    return true;
}

/* Says which of the usual files it was. */
static void name_source(struct iam_credentials *credentials, const char *path)
{
    CLEANUP(text_free) struct text source = {0};

    text_printf(&source, "file %s", path);
    free(credentials->source);
    credentials->source = text_take(&source);
}

static bool read_usual(struct iam_credentials *credentials, const char *const files[], struct text *ret, struct err *e)
{
    CLEANUP(text_free) struct text tried = {0};
    struct err unreadable = ERR_INIT; /* of the first file that is there and cannot be read */

    for (size_t i = 0; files[i] != NULL; i++) {
        struct err problem = ERR_INIT;
        if (read_file(credentials, files[i], ret, &problem)) {
            name_source(credentials, files[i]);
            return true;
        }
        if (problem.code != ERR_NOT_FOUND) {
            err_take(&unreadable, &problem);
        }
        text_printf(&tried, "%s%s", i > 0 ? ", " : "", files[i]);
    }
    err_set(e, ERR_AUTH, "the compute resource token cannot be read: %s%s",
            unreadable.code != ERR_NONE ? unreadable.message : "none of these files is there: ",
            unreadable.code != ERR_NONE ? "" : text_string(&tried));
    return err_advise(e, "Name its file in VPC_CR_TOKEN_FILENAME; on a VPC server give --auth vpc");
}

bool iam_resource_token(struct iam_credentials *credentials, const char *const files[], struct text *ret, struct err *e)
{
    if (credentials->secret != NULL) {
        text_append(ret, credentials->secret);
        return true;
    }
    if (credentials->token_file == NULL) {
        return read_usual(credentials, files, ret, e);
    }
    if (read_file(credentials, credentials->token_file, ret, e)) {
        return true;
    }
    e->code = ERR_AUTH;
    return err_wrap(e, "the compute resource token cannot be read (%s)", credentials->source);
}
