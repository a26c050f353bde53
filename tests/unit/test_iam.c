/* Which credentials, endpoint and IAM are found, in which order, and what is refused. */
#include "iam/iam.h"
#include "iam/iam_properties.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder of files that the cases name as $T. */
static char folder[] = "/tmp/vpcmeta-iam-XXXXXX";

static void write_file(const char *name, const char *content, mode_t mode)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void make_folder(const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int make_files(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file("key", "file-key\n", 0600);
    write_file("open-key", "open-key", 0644);
    write_file("empty", "\n", 0600);
    write_file("console.json", "{\"name\":\"n\",\"apikey\":\"console-key\"}", 0600);
    write_file("no-key.json", "{\"name\":\"n\"}", 0600);
    write_file("broken.json", "{\"apikey\":\"SECRET", 0600);
    write_file("two-words", "SECRET key", 0600);
    write_file(
        "creds",
        "# VPC_APIKEY=commented\nOTHER_APIKEY=other\n  VPC_APIKEY = creds-key \r\nVPC_AUTH_URL=https://iam.creds/\n"
        "VPC_URL=https://creds.example/v1\nVPC_SCOPE=s\nVPC_CLIENT_ID=i\nVPC_CLIENT_SECRET=c\nno equals\n",
        0600);
    write_file("exported", "\xef\xbb\xbf  export VPC_APIKEY=creds-key\r\nexport\tVPC_URL = https://creds.example\r\n",
               0600);
    write_file(
        "slips",
        "VPC_APIKEY=creds-key\nVPC_URL : SECRET\n- VPC_URL=SECRET\nVPC_API_KEY=SECRET\nVPC_AUTH_TYPE\n"
        "VPC_ENABLE_GZIP=true\nVPC_SCOPE=\nVPC_APIKEY=creds-key\nvpc_url=SECRET\nOTHER_VPC_URL=x\n#VPC_X\nURL=VPC_Y\n",
        0600);
    write_file("id-only", "VPC_APIKEY=k\nVPC_CLIENT_ID=i\n", 0600);
    write_file("quoted-url", "VPC_APIKEY=k\nVPC_URL='https://creds.example'\n", 0600);
    write_file("quoted-key", "VPC_APIKEY='SECRET'\n", 0600);
    write_file("latin", "VPC_APIKEY=SECRET\xe9\n", 0600);
    write_file("open", "VPC_APIKEY=k\n", 0644);
    write_file("keys.json", "[{\"apikey\":\"SECRET\"}]", 0600);
    write_file("assigned", "# mine\nexport VPC_APIKEY=SECRET\n", 0600);
    write_file("foreign", "OTHER_APIKEY=other\n", 0600);
    write_file("compute", "VPC_AUTH_TYPE=vpc\nVPC_IAM_PROFILE_ID=Profile-4\n", 0600);
    write_file("unknown", "VPC_NEW_THING=1\n", 0600);
    make_folder("home");
    write_file("home/ibm-credentials.env", "VPC_APIKEY=home-key\n", 0600);
    return 0;
}

static int drop_files(void **state)
{
    char command[300];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static void expand(const char *value, char *buffer, size_t size)
{
    const char *mark = strstr(value, "$T");

    if (mark == NULL) {
        snprintf(buffer, size, "%s", value);
    } else {
        snprintf(buffer, size, "%.*s%s%s", (int)(mark - value), value, folder, mark + 2);
    }
}

/* "NAME=value" entries with $T expanded. */
struct surroundings {
    char entries[8][512];
    size_t count;
};

static const char *look_up(void *context, const char *name)
{
    struct surroundings *surroundings = context;
    size_t length = strlen(name);

    for (size_t i = 0; i < surroundings->count; i++) {
        const char *entry = surroundings->entries[i];
        if (strncmp(entry, name, length) == 0 && entry[length] == '=') {
            return entry + length + 1;
        }
    }
    return NULL;
}

struct discovery {
    const char *environment[8];
    const char *auth, *api_key_file, *iam_url, *endpoint, *metadata_url; /* options */
};

static bool discover(const struct discovery *discovery, struct iam_credentials *ret, struct text *warnings,
                     struct err *e)
{
    struct surroundings surroundings = {.count = 0};
    char key_file[256];
    struct iam_sources sources = {.environment = look_up,
                                  .context = &surroundings,
                                  .auth = discovery->auth,
                                  .iam_url = discovery->iam_url,
                                  .metadata_url = discovery->metadata_url,
                                  .endpoint = discovery->endpoint};

    while (surroundings.count < 8 && discovery->environment[surroundings.count] != NULL) {
        char *entry = surroundings.entries[surroundings.count];
        expand(discovery->environment[surroundings.count++], entry, sizeof(surroundings.entries[0]));
    }
    if (discovery->api_key_file != NULL) {
        expand(discovery->api_key_file, key_file, sizeof(key_file));
        sources.api_key_file = key_file;
    }
    return iam_discover(&sources, ret, warnings, e);
}

static void the_order_of_sources(void **state)
{
    static const struct {
        const char *what;
        struct discovery discovery;
        enum iam_method method;
        const char *secret, *source; /* source: a part of it */
    } cases[] = {
        {"the file of the command line",
         {.environment = {"IC_API_KEY=ic", "VPC_APIKEY=vpc"}, .api_key_file = "$T/key"},
         IAM_API_KEY,
         "file-key",
         "--api-key-file /tmp/"},
        {"the file of the console", {.api_key_file = "$T/console.json"}, IAM_API_KEY, "console-key", "--api-key-file"},
        {"IC_API_KEY first",
         {.environment = {"IBMCLOUD_API_KEY=ibmcloud", "IC_API_KEY=ic"}},
         IAM_API_KEY,
         "ic",
         "environment variable IC_API_KEY"},
        {"then IBMCLOUD_API_KEY",
         {.environment = {"IBMCLOUD_API_KEY=ibmcloud", "VPC_APIKEY=vpc"}},
         IAM_API_KEY,
         "ibmcloud",
         "environment variable IBMCLOUD_API_KEY"},
        {"an empty variable is unset",
         {.environment = {"IC_API_KEY=", "VPC_APIKEY=vpc"}},
         IAM_API_KEY,
         "vpc",
         "environment variable VPC_APIKEY"},
        {"a key in a file named by @",
         {.environment = {"IC_API_KEY=@$T/key"}},
         IAM_API_KEY,
         "file-key",
         "IC_API_KEY (file /tmp/"},
        {"the named credentials file before home and environment",
         {.environment = {"IBM_CREDENTIALS_FILE=$T/creds", "HOME=$T/home", "VPC_APIKEY=vpc"}},
         IAM_API_KEY,
         "creds-key",
         "VPC_APIKEY in /tmp/"},
        {"a file with a byte order mark, export and CRLF",
         {.environment = {"IBM_CREDENTIALS_FILE=$T/exported"}},
         IAM_API_KEY,
         "creds-key",
         "VPC_APIKEY in /tmp/"},
        {"a named folder",
         {.environment = {"IBM_CREDENTIALS_FILE=$T/home"}},
         IAM_API_KEY,
         "home-key",
         "/ibm-credentials.env"},
        {"home before environment",
         {.environment = {"HOME=$T/home", "VPC_APIKEY=vpc"}},
         IAM_API_KEY,
         "home-key",
         "VPC_APIKEY in /tmp/"},
        {"a file of other services does not count",
         {.environment = {"IBM_CREDENTIALS_FILE=$T/foreign", "VPC_APIKEY=vpc"}},
         IAM_API_KEY,
         "vpc",
         "environment variable VPC_APIKEY"},
        {"no home",
         {.environment = {"HOME=$T/nowhere", "VPC_APIKEY=vpc"}},
         IAM_API_KEY,
         "vpc",
         "environment variable VPC_APIKEY"},
        {"environment before VCAP_SERVICES",
         {.environment = {"VPC_APIKEY=vpc", "VCAP_SERVICES={\"vpc\":[{\"credentials\":{\"apikey\":\"vcap\"}}]}"}},
         IAM_API_KEY,
         "vpc",
         "environment variable VPC_APIKEY"},
        {"VCAP_SERVICES",
         {.environment = {"VCAP_SERVICES={\"vpc\":[{\"credentials\":{\"apikey\":\"vcap\"}}]}"}},
         IAM_API_KEY,
         "vcap",
         "VPC_APIKEY in VCAP_SERVICES"},
        {"a bearer token by type",
         {.environment = {"VPC_AUTH_TYPE=BEARERTOKEN", "VPC_BEARER_TOKEN=t.t"}},
         IAM_BEARER,
         "t.t",
         "environment variable VPC_BEARER_TOKEN"},
        {"a bearer token by itself",
         {.environment = {"VPC_BEARER_TOKEN=Bearer t.t"}},
         IAM_BEARER,
         "t.t",
         "environment variable VPC_BEARER_TOKEN"},
        {"an API key before a bearer token",
         {.environment = {"VPC_BEARER_TOKEN=t.t", "VPC_APIKEY=vpc"}},
         IAM_API_KEY,
         "vpc",
         "VPC_APIKEY"},
        {"the type decides between them",
         {.environment = {"VPC_BEARER_TOKEN=t.t", "VPC_APIKEY=vpc", "VPC_AUTH_TYPE=bearerToken"}},
         IAM_BEARER,
         "t.t",
         "VPC_BEARER_TOKEN"},
        {"no authentication by type",
         {.environment = {"VPC_AUTH_TYPE=noauth"}},
         IAM_NONE,
         NULL,
         "environment variable VPC_AUTH_TYPE"},
        {"the type's other name",
         {.environment = {"VPC_AUTHTYPE=noAuth"}},
         IAM_NONE,
         NULL,
         "environment variable VPC_AUTHTYPE"},
        {"a key of ibmcloud before the SDK's type",
         {.environment = {"IC_API_KEY=ic", "VPC_AUTH_TYPE=noAuth"}},
         IAM_API_KEY,
         "ic",
         "IC_API_KEY"},
        {"--auth before all",
         {.environment = {"IC_API_KEY=ic", "VPC_AUTH_TYPE=iam"}, .auth = "none"},
         IAM_NONE,
         NULL,
         "--auth"},
        {"--auth bearer",
         {.environment = {"IC_API_KEY=ic", "VPC_BEARER_TOKEN=t"}, .auth = "bearer"},
         IAM_BEARER,
         "t",
         "VPC_BEARER_TOKEN"},
        {"--auth iam",
         {.environment = {"VPC_AUTH_TYPE=noAuth", "VPC_APIKEY=vpc"}, .auth = "iam"},
         IAM_API_KEY,
         "vpc",
         "VPC_APIKEY"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
        CLEANUP(text_free) struct text warnings = {0};
        struct err e = ERR_INIT;
        if (!discover(&cases[i].discovery, &found, &warnings, &e)) {
            fail_msg("%s: %s", cases[i].what, e.message);
        }
        const char *secret = found.secret != NULL ? found.secret : "none";
        if (found.method != cases[i].method ||
            strcmp(secret, cases[i].secret != NULL ? cases[i].secret : "none") != 0 ||
            strstr(found.source, cases[i].source) == NULL) {
            fail_msg("%s: %d '%s' from %s", cases[i].what, (int)found.method, secret, found.source);
        }
        assert_int_equal(warnings.size, 0);
    }
}

static void what_is_refused(void **state)
{
    static const struct {
        struct discovery discovery;
        enum err_code code;
        const char *message;
    } cases[] = {
        {{.environment = {NULL}}, ERR_AUTH, "a simulator needs --auth none"},
        {{.environment = {"VPC_URL=http://127.0.0.1:1/v1"}}, ERR_AUTH, "(the environment has settings, but no key"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/unknown", "VPC_APIKEY=vpc"}}, ERR_AUTH, "has settings, but no key"},
        {{.auth = "iam"}, ERR_AUTH, "no API key"},
        {{.auth = "bearer"}, ERR_AUTH, "no bearer token"},
        {{.auth = "mcsp"}, ERR_USAGE, "--auth: 'mcsp' is not supported; supported are iam"},
        {{.environment = {"VPC_AUTH_TYPE=cp4d"}}, ERR_USAGE, "variable VPC_AUTH_TYPE: 'cp4d' is not supported"},
        {{.environment = {"VPC_AUTH_TYPE=container"}}, ERR_USAGE, "a container's login needs the trusted profile"},
        {{.auth = "container", .environment = {"VPC_IAM_PROFILE_CRN=crn:v1:x:profile:Profile-7"}},
         ERR_USAGE,
         "not its CRN: set VPC_IAM_PROFILE_ID=Profile-7, or"},
        {{.auth = "container", .environment = {"IBMCLOUD_CR_PROFILE=p", "IBMCLOUD_CR_TOKEN=SECRET token"}},
         ERR_USAGE,
         "IBMCLOUD_CR_TOKEN holds white space"},
        {{.auth = "container", .environment = {"IBMCLOUD_CR_PROFILE=p", "IBMCLOUD_CR_TOKEN=@"}},
         ERR_USAGE,
         "a file with the token is meant"},
        {{.auth = "vpc", .environment = {"VPC_IAM_PROFILE_ID=p", "VPC_IAM_PROFILE_CRN=crn:p"}}, ERR_USAGE, "not both"},
        {{.auth = "vpc", .environment = {"IBMCLOUD_CR_PROFILE=fleet"}}, ERR_USAGE, "not its name"},
        {{.auth = "vpc", .environment = {"VPC_VPC_IMS_VERSION=2025-08-25"}},
         ERR_USAGE,
         "VPC_VPC_IMS_VERSION: \"2025-08-25\" is not a version"},
        {{.auth = "vpc", .environment = {"VPC_AUTH_URL=ftp://h"}}, ERR_USAGE, "VPC_AUTH_URL"},
        {{.auth = "vpc", .metadata_url = "http://h/identity"}, ERR_USAGE, "--metadata-url http://h/identity"},
        {{.auth = "vpc", .api_key_file = "$T/key"}, ERR_USAGE, "contradict"},
        {{.auth = "none", .api_key_file = "$T/key"}, ERR_USAGE, "contradict"},
        {{.api_key_file = "$T/nowhere"}, ERR_USAGE, "nowhere"},
        {{.api_key_file = "$T/empty"}, ERR_USAGE, "empty"},
        {{.api_key_file = "$T/no-key.json"}, ERR_USAGE, "without a string \"apikey\""},
        {{.api_key_file = "$T/broken.json"}, ERR_USAGE, "not valid JSON"},
        {{.api_key_file = "$T/two-words"}, ERR_USAGE, "white space"},
        {{.api_key_file = "$T/keys.json"}, ERR_USAGE, "is a JSON array"},
        {{.api_key_file = "$T/assigned"}, ERR_USAGE, "holds NAME=value, not a bare key: name such a file in IBM_"},
        {{.environment = {"IBMCLOUD_API_KEY=@$T/assigned"}}, ERR_USAGE, "holds NAME=value"},
        {{.environment = {"VPC_APIKEY='SECRET'"}}, ERR_USAGE, "wrapped in braces or quotes"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/quoted-key"}}, ERR_USAGE, "wrapped in braces or quotes"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/quoted-url"}}, ERR_USAGE, "quoted-url is wrapped in quotes"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/latin"}}, ERR_USAGE, "UTF-8"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/id-only"}}, ERR_USAGE, "id-only has no VPC_CLIENT_SECRET beside it"},
        {{.environment = {"VPC_APIKEY=k", "VPC_CLIENT_SECRET=hush"}}, ERR_USAGE, "has no VPC_CLIENT_ID beside it"},
        {{.environment = {"IC_API_KEY=@$T/nowhere"}}, ERR_USAGE, "IC_API_KEY"},
        {{.environment = {"IC_API_KEY={SECRET}"}}, ERR_USAGE, "wrapped in braces or quotes"},
        {{.environment = {"VPC_APIKEY=\"SECRET\""}}, ERR_USAGE, "wrapped in braces or quotes"},
        {{.environment = {"VPC_BEARER_TOKEN=SECRET\r\nX-Evil: 1"}}, ERR_USAGE, "white space"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/nowhere", "IC_API_KEY=ic"}}, ERR_USAGE, "IBM_CREDENTIALS_FILE"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
        CLEANUP(text_free) struct text warnings = {0};
        struct err e = ERR_INIT;
        assert_false(discover(&cases[i].discovery, &found, &warnings, &e));
        if (e.code != cases[i].code || strstr(e.message, cases[i].message) == NULL) {
            fail_msg("case %zu: code %d, %s", i, e.code, e.message);
        }
        const char *shown = strstr(e.message, "SECRET");
        assert_true(shown == NULL || shown[-1] == '_'); /* of VPC_CLIENT_SECRET */
        assert_null(found.source);
    }
}

/* "" where there is none. */
static const char *word(const char *string)
{
    return string != NULL ? string : "";
}

static void logins_of_compute_resources(void **state)
{
    static const struct {
        struct discovery discovery;
        enum iam_method method;
        const char *id, *crn, *name, *profile_source;
        const char *file, *url, *version; /* token_file; metadata_url and its version */
        const char *iam_url;              /* "": the default */
    } cases[] = {
        {.discovery = {.auth = "vpc"}, IAM_VPC, .version = "2025-08-26"},
        {.discovery = {.auth = "vpc",
                       .environment = {"IC_IAM_PROFILE_NAME=fleet", "IBMCLOUD_IAM_API_ENDPOINT=http://10.0.0.5"}},
         IAM_VPC,
         .version = "2025-08-26"},
        {.discovery = {.auth = "container", .environment = {"IBMCLOUD_CR_TOKEN=t", "IC_IAM_PROFILE_NAME=Profile-prod"}},
         IAM_CONTAINER,
         .name = "Profile-prod",
         .profile_source = "environment variable IC_IAM_PROFILE_NAME"},
        {.discovery = {.environment = {"VPC_AUTH_TYPE=VPC", "VPC_AUTH_URL=http://sdk/", "VPC_IAM_PROFILE_ID=Profile-1",
                                       "VPC_VPC_IMS_VERSION=2022-03-01", "IBMCLOUD_CR_VPC_URL=http://cr",
                                       "IBMCLOUD_CR_PROFILE=other"}},
         IAM_VPC,
         .id = "Profile-1",
         .profile_source = "environment variable VPC_IAM_PROFILE_ID",
         .url = "http://sdk",
         .version = "2022-03-01"},
        {.discovery = {.auth = "vpc",
                       .metadata_url = "http://option",
                       .environment = {"VPC_AUTH_URL=http://sdk", "VPC_SERVICE_VERSION=2022-03-01",
                                       "IBMCLOUD_CR_PROFILE=crn:v1:profile:Profile-2", "IC_IAM_PROFILE_ID=Profile-3"}},
         IAM_VPC,
         .crn = "crn:v1:profile:Profile-2",
         .profile_source = "environment variable IBMCLOUD_CR_PROFILE",
         .url = "http://option",
         .version = "2022-03-01"},
        {.discovery = {.auth = "vpc",
                       .environment = {"IBMCLOUD_CR_VPC_URL=https://cr", "IBMCLOUD_IAM_PROFILE_ID=Profile-3"}},
         IAM_VPC,
         .id = "Profile-3",
         .profile_source = "environment variable IBMCLOUD_IAM_PROFILE_ID",
         .url = "https://cr",
         .version = "2025-08-26"},
        {.discovery = {.environment = {"VPC_AUTH_TYPE=Container", "VPC_IAM_PROFILE_NAME=fleet",
                                       "VPC_CR_TOKEN_FILENAME=/t", "VPC_AUTH_URL=http://127.0.0.1:9",
                                       "IBMCLOUD_CR_TOKEN=value"}},
         IAM_CONTAINER,
         .name = "fleet",
         .profile_source = "environment variable VPC_IAM_PROFILE_NAME",
         .file = "/t",
         .iam_url = "http://127.0.0.1:9"},
        {.discovery = {.environment = {"VPC_IAM_PROFILE_NAME=fleet", "VPC_IAM_PROFILE_ID=Profile-1"}},
         IAM_CONTAINER,
         .id = "Profile-1",
         .name = "fleet",
         .profile_source = "environment variable VPC_IAM_PROFILE_ID and environment variable VPC_IAM_PROFILE_NAME"},
        {.discovery = {.environment = {"IBMCLOUD_CR_TOKEN=@/there", "IBMCLOUD_CR_PROFILE=crn:v1:profile:Profile-2"}},
         IAM_CONTAINER,
         .id = "Profile-2",
         .crn = "crn:v1:profile:Profile-2",
         .profile_source = "environment variable IBMCLOUD_CR_PROFILE",
         .file = "/there"},
        {.discovery = {.auth = "container", .environment = {"IC_API_KEY=ic", "IC_IAM_PROFILE_NAME=fleet"}},
         IAM_CONTAINER,
         .name = "fleet",
         .profile_source = "environment variable IC_IAM_PROFILE_NAME"},
        {.discovery = {.environment = {"IBM_CREDENTIALS_FILE=$T/compute", "VPC_AUTH_URL=http://not.read"}},
         IAM_VPC,
         .id = "Profile-4",
         .profile_source = "VPC_IAM_PROFILE_ID in /tmp/",
         .version = "2025-08-26"},
        {.discovery = {.environment = {"VPC_APIKEY=k", "VPC_IAM_PROFILE_ID=Profile-1", "IBMCLOUD_CR_TOKEN=t"}},
         IAM_API_KEY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
        CLEANUP(text_free) struct text warnings = {0};
        struct err e = ERR_INIT;
        if (!discover(&cases[i].discovery, &found, &warnings, &e)) {
            fail_msg("case %zu: %s", i, e.message);
        }
        assert_int_equal(found.method, cases[i].method);
        assert_string_equal(word(found.profile_id), word(cases[i].id));
        assert_string_equal(word(found.profile_crn), word(cases[i].crn));
        assert_string_equal(word(found.profile_name), word(cases[i].name));
        assert_true(cases[i].profile_source == NULL ||
                    strstr(word(found.profile_source), cases[i].profile_source) != NULL);
        assert_string_equal(word(found.token_file), word(cases[i].file));
        assert_string_equal(word(found.metadata_url), word(cases[i].url));
        assert_string_equal(word(found.metadata_version), word(cases[i].version));
        assert_string_equal(word(found.iam_url), cases[i].method == IAM_VPC ? "" /* it is not asked */
                                                 : cases[i].iam_url != NULL ? cases[i].iam_url
                                                                            : IAM_URL_DEFAULT);
    }
}

static void the_folder_one_stands_in_does_not_matter(void **state)
{
    char before[512], path[256];
    struct discovery nothing = {.environment = {NULL}};
    struct iam_credentials found = {0};
    CLEANUP(text_free) struct text warnings = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_non_null(getcwd(before, sizeof(before)));
    expand("$T/home", path, sizeof(path));
    assert_int_equal(chdir(path), 0);
    bool any = discover(&nothing, &found, &warnings, &e);
    assert_int_equal(chdir(before), 0);
    assert_false(any);
    assert_int_equal(e.code, ERR_AUTH);
}

static void addresses(void **state)
{
    static const struct {
        struct discovery discovery;
        const char *endpoint, *endpoint_source, *iam_url;
    } cases[] = {
        {{.environment = {NULL}}, NULL, NULL, "https://iam.cloud.ibm.com"},
        {{.endpoint = "http://127.0.0.1:8080/v1"}, "http://127.0.0.1:8080/v1", "--endpoint", NULL},
        {{.endpoint = "http://127.0.0.1:8080/v1//"}, "http://127.0.0.1:8080/v1", "--endpoint", NULL},
        {{.endpoint = "http://127.0.0.1:8080"}, "http://127.0.0.1:8080/v1", "--endpoint", NULL},
        {{.endpoint = "http://127.0.0.1:8080/base/v1"}, "http://127.0.0.1:8080/base/v1", "--endpoint", NULL},
        {{.environment = {"IBMCLOUD_IS_NG_API_ENDPOINT=us-east.iaas.cloud.ibm.com", "VPC_URL=https://other/v1"}},
         "https://us-east.iaas.cloud.ibm.com/v1",
         "environment variable IBMCLOUD_IS_NG_API_ENDPOINT",
         NULL},
        {{.environment = {"VPC_URL=https://us-east.iaas.cloud.ibm.com/v1"}},
         "https://us-east.iaas.cloud.ibm.com/v1",
         "environment variable VPC_URL",
         NULL},
        {{.environment = {"VPC_URL=https://other/v1"}, .endpoint = "https://mine/v1"},
         "https://mine/v1",
         "--endpoint",
         NULL},
        {{.iam_url = "http://127.0.0.1:9/identity/token"}, NULL, NULL, "http://127.0.0.1:9"},
        {{.iam_url = "http://127.0.0.1:9/identity/token/"}, NULL, NULL, "http://127.0.0.1:9"},
        {{.environment = {"IBMCLOUD_IAM_API_ENDPOINT=private.iam.cloud.ibm.com", "VPC_AUTH_URL=https://other"}},
         NULL,
         NULL,
         "https://private.iam.cloud.ibm.com"},
        {{.environment = {"VPC_AUTH_URL=https://iam.test.cloud.ibm.com/identity/token"}},
         NULL,
         NULL,
         "https://iam.test.cloud.ibm.com"},
        {{.environment = {"IC_API_KEY=ic", "IBM_CREDENTIALS_FILE=$T/creds"}},
         "https://creds.example/v1",
         "VPC_URL in ",
         "https://iam.creds"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
        CLEANUP(text_free) struct text warnings = {0};
        struct discovery discovery = cases[i].discovery;
        struct err e = ERR_INIT;
        discovery.auth = "none";
        if (!discover(&discovery, &found, &warnings, &e)) {
            fail_msg("case %zu: %s", i, e.message);
        }
        if (cases[i].endpoint == NULL) {
            assert_null(found.endpoint);
            assert_null(found.endpoint_source);
        } else {
            assert_string_equal(found.endpoint, cases[i].endpoint);
            assert_non_null(strstr(found.endpoint_source, cases[i].endpoint_source));
        }
        if (cases[i].iam_url != NULL) {
            assert_string_equal(found.iam_url, cases[i].iam_url);
        }
    }
}

static void an_endpoint_needs_no_credentials(void **state)
{
    struct surroundings surroundings = {.entries = {"VPC_URL=https://h"}, .count = 1};
    struct iam_sources sources = {.environment = look_up, .context = &surroundings};
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(iam_discover_endpoint(&sources, &found, &e));
    assert_string_equal(found.endpoint, "https://h/v1");
    assert_null(found.source);
}

static void what_is_warned_of(void **state)
{
    static const struct {
        struct discovery discovery;
        const char *warning;
    } cases[] = {
        {{.environment = {"VPC_DISABLE_SSL=true", "VPC_APIKEY=k"}}, "VPC_DISABLE_SSL is ignored"},
        {{.environment = {"VPC_AUTH_DISABLE_SSL=True", "VPC_DISABLE_SSL=false", "VPC_APIKEY=k"}}, "is ignored"},
        {{.api_key_file = "$T/open-key"}, "can be read by others"},
        {{.environment = {"IC_API_KEY=@$T/open-key"}}, "can be read by others"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/open"}}, "open holds a secret and can be read by others"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/slips"}}, "slips:2: this line was not understood and was ignored"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/slips"}}, "slips:3: this line was not understood"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/slips"}},
         "slips:4: VPC_API_KEY is not a setting and was ignored: did "
         "you mean VPC_APIKEY?"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/slips"}}, "slips:5: this line was not understood"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/slips"}}, "slips:6: VPC_ENABLE_GZIP has no effect in vpcmeta"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/slips"}}, "slips:7: VPC_SCOPE has no value"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/slips"}}, "slips:8: VPC_APIKEY was given before"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/slips"}}, "slips:9: this line was not understood"},
        {{.environment = {"IBM_CREDENTIALS_FILE=$T/compute", "IC_API_KEY=k"}},
         "compute has no effect with the login in use (--auth iam) and was ignored"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
        CLEANUP(text_free) struct text warnings = {0};
        struct err e = ERR_INIT;
        assert_true(discover(&cases[i].discovery, &found, &warnings, &e));
        if (strstr(text_string(&warnings), cases[i].warning) == NULL) {
            fail_msg("case %zu: %s", i, text_string(&warnings));
        }
        assert_null(strstr(text_string(&warnings), "SECRET"));
        assert_null(strstr(text_string(&warnings), "slips:1:"));
    }
}

static void the_rest_of_the_file_is_kept(void **state)
{
    struct discovery discovery = {.environment = {"IBM_CREDENTIALS_FILE=$T/creds"}};
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
    CLEANUP(text_free) struct text warnings = {0};
    struct err e = ERR_INIT;

    (void)state;
    assert_true(discover(&discovery, &found, &warnings, &e));
    assert_string_equal(found.scope, "s");
    assert_string_equal(found.client_id, "i");
    assert_string_equal(found.client_secret, "c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_sources),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(logins_of_compute_resources),
        cmocka_unit_test(the_folder_one_stands_in_does_not_matter),
        cmocka_unit_test(addresses),
        cmocka_unit_test(an_endpoint_needs_no_credentials),
        cmocka_unit_test(what_is_warned_of),
        cmocka_unit_test(the_rest_of_the_file_is_kept),
    };

    return cmocka_run_group_tests(tests, make_files, drop_files);
}
