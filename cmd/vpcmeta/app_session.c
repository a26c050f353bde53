#include "app_session.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "clock/clock.h"
#include "mem/mem.h"

static const char *environment(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

struct iam_sources app_sources(const struct app *app)
{
    const struct global_opts *globals = app->globals;
    static const char *const methods[] = {"iam", "bearer", "none"};

    return (struct iam_sources){.environment = environment,
                                .auth = globals->auth.given ? methods[globals->auth.value] : NULL,
                                .api_key_file = globals->api_key_file,
                                .iam_url = globals->iam_url,
                                .endpoint = globals->endpoint,
                                .input = command_input(&app->limits)};
}

char *app_session_key(const struct global_opts *globals)
{
    struct text key = {0};

    text_printf(&key, "%s|%d%d|%s|%s|%s|%lld", globals->iam_url ? globals->iam_url : "", globals->auth.given,
                globals->auth.value, globals->api_key_file ? globals->api_key_file : "",
                globals->trace ? globals->trace : "", globals->ca_file ? globals->ca_file : "",
                (long long)globals->timeout.ms);
    return text_take(&key);
}

/* --- trace ---------------------------------------------------------------------------------------- */

static void trace_attempt(const struct http_attempt *attempt, void *context)
{
    struct app_session *session = context;
    CLEANUP(text_free) struct text line = {0};
    CLEANUP(text_free) struct text time = {0};
    char stamp[CLOCK_STAMP_SIZE];

    if (session->trace == NULL) {
        return;
    }
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
    fprintf(session->trace, "%s\n", text_string(&line));
    fflush(session->trace);
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

bool app_session_check(const struct global_opts *globals, struct err *e)
{
    return check_api_version(globals->api_version, e) && app_place_check(globals, e) &&
           check_schema_dir(globals->schema_dir, e);
}

static bool open_trace(struct app_session *session, const char *path, struct err *e)
{
    if (path == NULL) {
        return true;
    }
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    session->trace = fd >= 0 ? fdopen(fd, "a") : NULL;
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
    struct iam_sources sources = app_sources(app);

    if (sources.api_key_file != NULL && strcmp(sources.api_key_file, "-") == 0) {
        app_note_input(app, "the API key");
    }
    if (!iam_discover(&sources, ret, e)) {
        return false;
    }
    if (ret->warning != NULL) {
        app_warn(app, "%s", ret->warning);
    }
    session->credential_source = mem_copy(ret->source != NULL ? ret->source : "");
    return true;
}

struct app_session *app_session_open(const struct app *app, struct err *e)
{
    const struct global_opts *globals = app->globals;
    CLEANUP(iam_credentials_free) struct iam_credentials credentials = {0};
    struct app_session *session = mem_alloc(sizeof(*session));

    session->key = app_session_key(globals);
    if (!open_trace(session, globals->trace, e) || !open_http(app, session, e) ||
        !find_credentials(app, session, &credentials, e)) {
        app_session_close(session);
        return NULL;
    }
    session->parser = answer_parser_create();
    session->iam = iam_create(&credentials, session->http, NULL);
    command_watch(&app->limits, session->http);
    return session;
}

void app_session_close(struct app_session *session)
{
    if (session == NULL) {
        return;
    }
    command_watch(NULL, NULL);
    app_session_leave(session);
    iam_destroy(session->iam);
    http_destroy(session->http);
    answer_parser_destroy(session->parser);
    if (session->trace != NULL) {
        fclose(session->trace);
    }
    free(session->key);
    free(session->credential_source);
    free(session);
}
