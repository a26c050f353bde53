/* Which variables hold secrets, and what is registered of a source of properties. */
#include <string.h>
#include <strings.h>

#include "iam/iam.h"
#include "iam/iam_endpoints.h"
#include "iam/iam_properties.h"
#include "secret/secret.h"

/* "@FILE" names a file; the scheme before a token is none of it. */
static void add(struct secrets *secrets, const char *value, enum secret_kind kind)
{
    static const char scheme[] = "Bearer ";

    if (value == NULL || value[0] == '@') {
        return;
    }
    value += strncasecmp(value, scheme, strlen(scheme)) == 0 ? strlen(scheme) : 0;
    secrets_add(secrets, value + strspn(value, " "), kind);
}

void iam_register_environment(const struct iam_sources *sources)
{
    static const struct {
        const char *name;
        enum secret_kind kind;
    } variables[] = {
        {"IC_API_KEY", SECRET_LASTING},
        {"IBMCLOUD_API_KEY", SECRET_LASTING},
        {"IBMCLOUD_CR_TOKEN", SECRET_TOKEN},
        {"IC_IAM_TOKEN", SECRET_TOKEN}, /* of Terraform: not used here */
        {"IBMCLOUD_IAM_TOKEN", SECRET_TOKEN},
        {"IC_IAM_REFRESH_TOKEN", SECRET_TOKEN},
        {"IBMCLOUD_IAM_REFRESH_TOKEN", SECRET_TOKEN},
        {"VPC_APIKEY", SECRET_LASTING},
        {"VPC_BEARER_TOKEN", SECRET_TOKEN},
        {"VPC_CLIENT_SECRET", SECRET_LASTING},
        {"VPC_PASSWORD", SECRET_LASTING},
    };
    const char *const urls[] = {
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
        "VPC_URL",
        "VPC_AUTH_URL",
        "IBMCLOUD_CR_VPC_URL",
        iam_endpoints_variable(IAM_SERVICE_VPC),
        iam_endpoints_variable(IAM_SERVICE_IAM),
    };

    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        add(sources->secrets, iam_variable(sources, variables[i].name), variables[i].kind);
    }
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        secrets_add_url(sources->secrets, iam_variable(sources, urls[i]));
    }
}

void iam_register_properties(const struct iam_properties *properties, struct secrets *secrets)
{
    const struct text *values = properties->values;

    add(secrets, text_string(&values[IAM_PROPERTY_API_KEY]), SECRET_LASTING);
    add(secrets, text_string(&values[IAM_PROPERTY_BEARER_TOKEN]), SECRET_TOKEN);
    add(secrets, text_string(&values[IAM_PROPERTY_CLIENT_SECRET]), SECRET_LASTING);
    secrets_add_url(secrets, text_string(&values[IAM_PROPERTY_URL]));
    secrets_add_url(secrets, text_string(&values[IAM_PROPERTY_AUTH_URL]));
}
