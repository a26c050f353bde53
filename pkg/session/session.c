/* A session's life: options, trace, credentials, limits. */
#include "session/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "iam/iam_endpoints.h"
#include "mem/mem.h"
#include "secret/secret.h"
#include "session/session_regions.h"

struct session {
    char *key; /* the options it was made for */
    struct http *http;
    struct iam *iam;   /* NULL: the session is for the metadata service */
    struct imds *imds; /* NULL: it is not */
    struct answer_parser *parser;
    struct secrets *secrets; /* borrowed */
    FILE *trace;
    int trace_failure; /* errno of the first line that could not be written, or 0 */
    struct session_regions regions;
};

/* --- options -------------------------------------------------------------------------------------- */

bool session_check_api_version(const char *date, struct err *e)
{
    char today[CLOCK_STAMP_SIZE];
    int64_t begins_s;

    if (!clock_date_read(date, &begins_s)) {
        return err_set(e, ERR_USAGE, "--api-version \"%s\" is not a date YYYY-MM-DD", date);
    }
    clock_stamp(clock_wall_s(clock_system()), today);
    today[strlen("YYYY-MM-DD")] = '\0';
    if (strcmp(date, "2019-01-01") < 0 || strcmp(date, today) > 0) {
        return err_set(e, ERR_USAGE, "--api-version %s is out of range 2019-01-01..%s (today in UTC)", date, today);
    }
    return true;
}

static bool check_proxies(const struct iam_sources *sources, struct err *e)
{
    /* those that libcurl reads; HTTP_PROXY is not one of them */
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = sources->environment(sources->context, names[i]);
        if (value != NULL && value[0] != '\0' && !http_check_proxy(names[i], value, e)) {
            return false;
        }
    }
    return true;
}

bool session_check(const struct session_options *options, struct err *e)
{
    return session_check_api_version(options->api_version, e) && check_proxies(&options->sources, e) &&
           session_regions_check(options, e);
}

/* The options that decide on connections and token, as one string. It never holds a secret. */
static char *key_of(const struct session_options *options)
{
    const struct iam_sources *sources = &options->sources;
    const char *const parts[] = {sources->iam_url,      sources->auth,  sources->api_key_file,
                                 sources->metadata_url, options->trace, options->ca_file};
    struct text key = {0};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        text_printf(&key, "%s|", parts[i] != NULL ? parts[i] : "");
    }
    if (options->metadata != NULL) {
        const struct imds_options *metadata = options->metadata;
        text_printf(&key, "metadata|%s|%s|%u|", metadata->url != NULL ? metadata->url : "",
                    metadata->version != NULL ? metadata->version : "", metadata->silence_ms);
    } else if (iam_endpoints_vary(sources)) {
        CLEANUP(text_free_pointer) char *region = session_regions_first(options);
        text_printf(&key, "%s|", region);
    }
    text_printf(&key, "%u", options->timeout_ms);
    return text_take(&key);
}

bool session_serves(const struct session *session, const struct session_options *options)
{
    CLEANUP(text_free_pointer) char *key = key_of(options);

    return strcmp(session->key, key) == 0;
}

/* --- trace ---------------------------------------------------------------------------------------- */

static void trace_attempt(const struct http_attempt *attempt, void *context)
{
    struct session *session = context;
    CLEANUP(text_free) struct text line = {0};
    CLEANUP(text_free) struct text time = {0};
    char stamp[CLOCK_STAMP_SIZE];

    clock_stamp(attempt->wall_ms / 1000, stamp);
    text_printf(&time, "%.19s.%03dZ", stamp, (int)(attempt->wall_ms % 1000));
    JSON_CLEANUP json_t *object =
        json_build("{s:s, s:s, s:s, s:i, s:I, s:i, s:I, s:s, s:I, s:I, s:b, s:s, s:s}", "time", text_string(&time),
                   "method", attempt->method, "url", attempt->url, "status", attempt->status, "ms",
                   (json_int_t)attempt->elapsed_ms, "attempt", (int)attempt->attempt, "retry_in_ms",
                   (json_int_t)attempt->wait_ms, "request_id", attempt->request_id, "bytes_sent",
                   (json_int_t)attempt->bytes_sent, "bytes_received", (json_int_t)attempt->bytes_received,
                   "connection_reused", attempt->reused, "http_version", attempt->version, "problem", attempt->problem);
    json_print(&line, object, JSON_PRINT_COMPACT);
    (void)secrets_mask(session->secrets, line.data, line.size);
    errno = 0;
    if ((fprintf(session->trace, "%s\n", text_string(&line)) < 0 || fflush(session->trace) != 0) &&
        session->trace_failure == 0) {
        session->trace_failure = errno != 0 ? errno : EIO;
    }
}

bool session_check_trace(struct session *session, struct err *e)
{
    int failure = session->trace_failure;

    session->trace_failure = 0;
    errno = failure;
    return failure == 0 || err_set_errno(e, ERR_IO, "--trace: requests are missing from the file");
}

static bool open_trace(struct session *session, const char *path, struct err *e)
{
    if (path == NULL) {
        return true;
    }
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_set_errno(e, ERR_USAGE, "--trace: cannot open %s", path);
    }
    session->trace = fdopen(fd, "a");
    if (session->trace == NULL) {
        close(fd);
        mem_out_of_memory();
    }
    return true;
}

/* --- open and close ------------------------------------------------------------------------------- */

static bool find_credentials(struct session *session, const struct session_options *options, struct text *ret_warnings,
                             struct err *e)
{
    CLEANUP(iam_credentials_free) struct iam_credentials found = {0};
    CLEANUP(text_free_pointer) char *region = session_regions_first(options);
    struct iam_sources sources = options->sources;

    sources.region = region;
    if (!iam_discover(&sources, &found, ret_warnings, e) ||
        (found.iam_url != NULL && !session_check_url(found.iam_url_source, found.iam_url, true, e))) {
        return false;
    }
    session->iam = iam_create(&found, session->http, NULL);
    return true;
}

/* What the session speaks to: the metadata service, or the APIs with a token. */
static bool open_service(struct session *session, const struct session_options *options, struct text *ret_warnings,
                         struct err *e)
{
    if (options->metadata == NULL) {
        return find_credentials(session, options, ret_warnings, e);
    }
    struct imds_options metadata = *options->metadata;
    metadata.http = session->http;
    metadata.secrets = session->secrets;
    session->imds = imds_create(&metadata);
    return true;
}

struct session *session_open(const struct session_options *options, struct text *ret_warnings, struct err *e)
{
    struct session *session = mem_alloc(sizeof(*session));

    session->key = key_of(options);
    session->secrets = options->sources.secrets;
    session->parser = answer_parser_create();
    if (open_trace(session, options->trace, e)) {
        session->http = http_create(&(struct http_options){.ca_file = options->ca_file,
                                                           .timeout_ms = options->timeout_ms,
                                                           .observe = session->trace != NULL ? trace_attempt : NULL,
                                                           .observe_context = session,
                                                           .secrets = session->secrets},
                                    e);
    }
    if (session->http == NULL || !open_service(session, options, ret_warnings, e)) {
        session_close(session);
        return NULL;
    }
    return session;
}

void session_close(struct session *session)
{
    if (session == NULL) {
        return;
    }
    session_regions_clear(&session->regions);
    iam_destroy(session->iam);
    http_destroy(session->http);
    imds_destroy(session->imds);
    answer_parser_destroy(session->parser);
    if (session->trace != NULL) {
        fclose(session->trace);
    }
    free(session->key);
    free(session);
}

/* --- the limits of a command ---------------------------------------------------------------------- */

void session_begin(struct session *session, const struct session_limits *limits)
{
    http_resume(session->http);
    http_set_deadline(session->http, limits->deadline_ms);
    http_set_window(session->http, limits->window);
    http_set_max_rate(session->http, limits->max_per_second);
    http_set_outage_timeout(session->http, limits->outage_ms);
}

void session_cancel(struct session *session)
{
    http_cancel(session->http);
}

void session_abort(struct session *session)
{
    http_abort(session->http);
}

/* --- where and who -------------------------------------------------------------------------------- */

bool session_select_regions(struct session *session, const struct session_options *options,
                            struct inventory_scope *ret_scope, struct err *e)
{
    struct session_regions *regions = &session->regions;
    const uint64_t before = http_counters(session->http).requests;

    if (!session_regions_choose(regions, session->http, session->parser, options, e)) {
        if (http_counters(session->http).requests > before) {
            *ret_scope = (struct inventory_scope){.http = session->http};
        }
        return false;
    }
    *ret_scope =
        (struct inventory_scope){.http = session->http, .regions = regions->items, .region_count = regions->count};
    return true;
}

const char *session_auth_method(const struct session *session)
{
    return iam_method_name(iam_credentials_in_use(session->iam)->method);
}

struct session_login session_login(const struct session *session)
{
    const struct iam_credentials *found = iam_credentials_in_use(session->iam);
    const char *profile = found->profile_id != NULL    ? found->profile_id
                          : found->profile_crn != NULL ? found->profile_crn
                                                       : found->profile_name;
    bool of_server = found->method == IAM_VPC;

    return (struct session_login){
        .credential = found->source != NULL ? found->source : "",
        .iam_url = found->iam_url,
        .iam_url_source = found->iam_url_source,
        .has_profile = of_server || found->method == IAM_CONTAINER,
        .profile = profile,
        .profile_source = found->profile_source,
        .metadata_url = of_server ? iam_metadata_url(session->iam) : NULL,
        .metadata_url_source = found->metadata_url_source,
        .metadata_version = found->metadata_version,
    };
}

const char *session_endpoint_source(const struct session *session)
{
    return session->regions.endpoint_source;
}

const char *session_region_source(const struct session *session)
{
    return session->regions.region_source;
}

const char *session_region_name(const struct session *session, size_t region)
{
    return vpc_region(session->regions.items[region]);
}

const char *session_region_base(const struct session *session, size_t region)
{
    return vpc_base(session->regions.items[region]);
}

bool session_base_is_public(const char *base)
{
    CLEANUP(text_free) struct text region = {0};
    CLEANUP(text_free) struct text usual = {0};
    bool is_private = false;

    if (!vpc_region_of_base(base, &region, &is_private)) {
        return false;
    }
    vpc_region_base(&usual, text_string(&region), false);
    return strcmp(base, text_string(&usual)) == 0;
}

struct imds *session_imds(const struct session *session)
{
    return session->imds;
}

bool session_token(struct session *session, const char **ret_token, struct err *e)
{
    bool good = iam_token(session->iam, ret_token, e);

    http_tick_over(session->http);
    return good;
}

bool session_token_identity(struct session *session, struct iam_identity *ret, struct err *e)
{
    return iam_token_identity(session->iam, ret, e);
}

struct iam_profiles *session_begin_profiles(struct session *session, const char *account)
{
    return iam_profiles_begin(session->iam, account);
}

int64_t session_token_life_s(const struct session *session)
{
    return iam_token_life_s(session->iam);
}

struct probe {
    struct session_probe answer;
    struct err error;
};

static void probed(const struct vpc_answer *answer, void *context)
{
    struct probe *probe = context;

    probe->answer = (struct session_probe){.elapsed_ms = answer->reply->elapsed_ms,
                                           .status = answer->reply->status,
                                           .date_s = answer->reply->date_s,
                                           .now_s = clock_wall_s(clock_system())};
    err_take(&probe->error, answer->error);
}

bool session_probe(struct session *session, size_t region, const struct resource_kind *kind, struct session_probe *ret,
                   struct err *e)
{
    struct probe probe = {.answer = {.date_s = -1}, .error = ERR_INIT};

    vpc_get(session->regions.items[region], kind != NULL ? kind : &resource_region,
            &(struct vpc_call){.done = probed, .context = &probe});
    bool ran = http_run(session->http, e);
    *ret = probe.answer;
    return ran && err_take(e, &probe.error);
}

/* --- what it costs -------------------------------------------------------------------------------- */

struct session_progress session_progress(struct session *session)
{
    struct session_progress progress = {.in_flight = http_in_flight(session->http),
                                        .retries = http_counters(session->http).retries,
                                        .wait = http_wait(session->http),
                                        .work = *http_work(session->http)};

    for (size_t i = 0; i < session->regions.count; i++) {
        struct vpc_reading reading = vpc_reading(session->regions.items[i]);
        progress.items += reading.items;
        progress.total += reading.total;
    }
    (void)wait_reads_count(&progress.work, &progress.items, &progress.total);
    return progress;
}

bool session_gave_up(const struct session *session, struct err *e)
{
    return !err_take(e, http_stop_cause(session->http));
}

void session_set_ticker(struct session *session, void (*tick)(void *context, bool over), void *context,
                        unsigned interval_ms)
{
    http_set_ticker(session->http, tick, context, interval_ms);
}

void session_append_costs(const struct session *session, struct text *out)
{
    struct http_counters counters = http_counters(session->http);

    text_printf(out, "%llu requests, %llu retries, %llu connections, %llu bytes sent, %llu received",
                (unsigned long long)counters.attempts, (unsigned long long)counters.retries,
                (unsigned long long)counters.connections, (unsigned long long)counters.bytes_sent,
                (unsigned long long)counters.bytes_received);
}

const char *session_library(void)
{
    return http_library();
}

const char *session_library_version(void)
{
    return http_built_with();
}
