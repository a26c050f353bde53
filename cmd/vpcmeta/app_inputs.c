/* The files that any command may read: what it writes must be none of them. */
#include "app.h"

#include <stdlib.h>

size_t app_input_files(const struct app *app, const char *ret[APP_INPUT_FILES])
{
    /* a key in the environment may be that of a file: "@FILE" */
    static const char *const keys[] = {"IC_API_KEY", "IBMCLOUD_API_KEY", "VPC_APIKEY", "VPC_BEARER_TOKEN"};
    static const char *const files[] = {"IBM_CREDENTIALS_FILE", "VPC_CR_TOKEN_FILENAME"};
    const char *const given[] = {app->globals->api_key_file, app->globals->ca_file, app->globals->trace};
    size_t count = 0;

    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        ret[count++] = given[i];
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *value = getenv(keys[i]);
        ret[count++] = value != NULL && value[0] == '@' ? value + 1 : NULL;
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        ret[count++] = getenv(files[i]);
    }
    return count;
}
