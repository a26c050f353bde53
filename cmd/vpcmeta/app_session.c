#include "app_session.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "clock/clock.h"

/* SDK default when nothing is configured (vpc-api.md 1.1). */
#define REGION_DEFAULT "us-south"

static const char *environment(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

static struct iam_sources sources_of(const struct global_opts *globals)
{
    static const char *const methods[] = {"iam", "bearer", "none"};

    return (struct iam_sources){.environment = environment,
                                .auth = globals->auth.given ? methods[globals->auth.value] : NULL,
                                .api_key_file = globals->api_key_file,
                                .iam_url = globals->iam_url,
                                .endpoint = globals->endpoint};
}

static char *copy(const char *string)
{
    char *own = strdup(string != NULL ? string : "");

    if (own == NULL) {
        text_out_of_memory();
    }
    return own;
}

char *app_session_key(const struct global_opts *globals)
{
    struct text key = {0};

    text_printf(&key, "%s|%s|%d%d|%s|%s|%s|%s|%lld", globals->endpoint ? globals->endpoint : "",
                globals->iam_url ? globals->iam_url : "", globals->auth.given, globals->auth.value,
                globals->api_key_file ? globals->api_key_file : "", globals->api_version,
                globals->trace ? globals->trace : "", globals->ca_file ? globals->ca_file : "",
                (long long)globals->timeout.ms);
    for (size_t i = 0; i < globals->regions.count; i++) {
        text_printf(&key, "|%s", globals->regions.items[i]);
    }
    return text_take(&key);
}

/* --- trace ---------------------------------------------------------------------------------------- */

static void trace_attempt(const struct http_attempt *attempt, void *context)
{
    struct app_session *session = context;
    CLEANUP(text_free) struct text line = {0};
    char stamp[CLOCK_STAMP_SIZE];

    if (session->trace == NULL) {
        return;
    }
    clock_stamp(attempt->wall_ms / 1000, stamp);
    JSON_CLEANUP json_t *object =
        json_pack("{s:s, s:s, s:s, s:i, s:I, s:i, s:s, s:I, s:I, s:b, s:s, s:s}", "time", stamp, "method",
                  attempt->method, "url", attempt->url, "status", attempt->status, "ms",
                  (json_int_t)attempt->elapsed_ms, "attempt", (int)attempt->attempt, "request_id", attempt->request_id,
                  "bytes_sent", (json_int_t)attempt->bytes_sent, "bytes_received", (json_int_t)attempt->bytes_received,
                  "connection_reused", attempt->reused, "http_version", attempt->version, "problem", attempt->problem);
    json_print(&line, object, JSON_PRINT_COMPACT);
    fprintf(session->trace, "%s\n", text_string(&line));
    fflush(session->trace);
}

/* --- regions -------------------------------------------------------------------------------------- */

static void add_region(struct app_session *session, const struct global_opts *globals, const char *region,
                       const char *base)
{
    session->regions = realloc(session->regions, (session->region_count + 1) * sizeof(struct vpc *));
    if (session->regions == NULL) {
        text_out_of_memory();
    }
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

/* Asks the API which regions there are and where, and takes the wanted ones. */
static bool add_listed_regions(struct app_session *session, const struct global_opts *globals, const char *base,
                               struct err *e)
{
    struct vpc *first = vpc_create(session->http, session->parser, "", base, globals->api_version);
    struct vpc_place *places = NULL;
    size_t count = 0;
    bool read = vpc_regions(first, session->http, &places, &count, e);

    vpc_destroy(first);
    for (size_t i = 0; read && i < count; i++) {
        if (places[i].available && is_wanted(&globals->regions, places[i].name)) {
            add_region(session, globals, places[i].name, places[i].base);
        }
    }
    vpc_places_free(places, count);
    if (read && session->region_count == 0) {
        return err_set(e, ERR_USAGE, "--region: the API has no such region that is available");
    }
    return read;
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

void app_place(const struct app *app, struct text *out)
{
    const struct opt_list *wanted = &app->globals->regions;
    struct iam_sources sources = sources_of(app->globals);
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

/* --- open and close ------------------------------------------------------------------------------- */

static bool is_date(const char *date)
{
    static const char shape[] = "dddd-dd-dd";
    bool fits = strlen(date) == sizeof(shape) - 1;

    for (size_t i = 0; fits && shape[i] != '\0'; i++) {
        fits = shape[i] == 'd' ? isdigit((unsigned char)date[i]) : date[i] == shape[i];
    }
    if (!fits) {
        return false;
    }
    struct tm asked = {.tm_year = atoi(date) - 1900, .tm_mon = atoi(date + 5) - 1, .tm_mday = atoi(date + 8)};
    struct tm real = asked;
    /* a day that is in no calendar, such as February 30, comes back as another one */
    return timegm(&real) != (time_t)-1 && real.tm_mon == asked.tm_mon && real.tm_mday == asked.tm_mday;
}

/* vpc-api.md 1.2: YYYY-MM-DD, not before 2019-01-01 and not after today in UTC. */
static bool check_api_version(const char *date, struct err *e)
{
    char today[CLOCK_STAMP_SIZE];

    if (!is_date(date)) {
        return err_set(e, ERR_USAGE, "--api-version \"%s\" is no date YYYY-MM-DD", date);
    }
    clock_stamp(clock_wall_s(clock_system()), today);
    today[strlen("YYYY-MM-DD")] = '\0';
    if (strcmp(date, "2019-01-01") < 0 || strcmp(date, today) > 0) {
        return err_set(e, ERR_USAGE, "--api-version %s is out of range 2019-01-01..%s (today in UTC)", date, today);
    }
    return true;
}

static bool check_schema_dir(const char *path, struct err *e)
{
    struct stat status;

    if (path == NULL || (stat(path, &status) == 0 && S_ISDIR(status.st_mode))) {
        return true;
    }
    return err_set(e, ERR_USAGE, "--schema-dir: there is no folder %s", path);
}

/* A host without a scheme has a dot (the form of IBMCLOUD_IS_NG_API_ENDPOINT); anything else is a slip. */
static bool check_endpoint(const char *option, const char *url, struct err *e)
{
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

/* Slips in options come before missing credentials: they would still be there when those are found. */
static bool check_globals(const struct global_opts *globals, struct err *e)
{
    return check_api_version(globals->api_version, e) && check_regions(&globals->regions, e) &&
           check_endpoint("--endpoint", globals->endpoint, e) && check_endpoint("--iam-url", globals->iam_url, e) &&
           check_schema_dir(globals->schema_dir, e);
}

static bool open_trace(struct app_session *session, const char *path, struct err *e)
{
    if (path == NULL) {
        return true;
    }
    session->trace = fopen(path, "ae");
    if (session->trace == NULL) {
        return err_set_errno(e, ERR_USAGE, "--trace: cannot open %s", path);
    }
    return true;
}

static bool open_http(const struct app *app, struct app_session *session, struct err *e)
{
    const struct global_opts *globals = app->globals;

    session->http = http_create(&(struct http_options){.ca_file = globals->ca_file,
                                                       .timeout_ms = (unsigned)globals->timeout.ms,
                                                       .observe = globals->trace != NULL ? trace_attempt : NULL,
                                                       .observe_context = session},
                                e);
    return session->http != NULL;
}

static bool find_credentials(const struct app *app, struct app_session *session, struct iam_credentials *ret,
                             struct err *e)
{
    struct iam_sources sources = sources_of(app->globals);

    if (!iam_discover(&sources, ret, e)) {
        return false;
    }
    if (ret->warning != NULL) {
        app_warn(app, "%s", ret->warning);
    }
    session->credential_source = copy(ret->source);
    session->endpoint_source = copy(ret->endpoint_source != NULL ? ret->endpoint_source : "region");
    return check_endpoint(session->endpoint_source, ret->endpoint, e);
}

struct app_session *app_session_open(const struct app *app, struct err *e)
{
    const struct global_opts *globals = app->globals;
    CLEANUP(iam_credentials_free) struct iam_credentials credentials = {0};
    struct app_session *session = calloc(1, sizeof(*session));

    if (session == NULL) {
        text_out_of_memory();
    }
    session->key = app_session_key(globals);
    if (!check_globals(globals, e) || !open_trace(session, globals->trace, e) || !open_http(app, session, e) ||
        !find_credentials(app, session, &credentials, e)) {
        app_session_close(session);
        return NULL;
    }
    CLEANUP(text_free_pointer) char *endpoint = credentials.endpoint != NULL ? copy(credentials.endpoint) : NULL;
    session->parser = answer_parser_create();
    session->iam = iam_create(&credentials, session->http, NULL);
    app_signals_watch(session->http);
    if (!choose_regions(session, globals, endpoint, e)) {
        app_session_close(session);
        return NULL;
    }
    return session;
}

void app_session_close(struct app_session *session)
{
    if (session == NULL) {
        return;
    }
    app_signals_watch(NULL);
    for (size_t i = 0; i < session->region_count; i++) {
        vpc_destroy(session->regions[i]);
    }
    free(session->regions);
    iam_destroy(session->iam);
    http_destroy(session->http);
    answer_parser_destroy(session->parser);
    if (session->trace != NULL) {
        fclose(session->trace);
    }
    free(session->key);
    free(session->credential_source);
    free(session->endpoint_source);
    free(session);
}
