/* One call after another: finding the base URL that answers, and sending to it. */
#include "imds/imds.h"

#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "fsio/fsio.h"
#include "imds/imds_kept.h"
#include "mem/mem.h"

/* One request. It may outlive the call that made it: the protocol that gives no answer still waits for one. */
struct attempt {
    struct imds *imds;
    const char *base;
    unsigned serial; /* of the call */
    struct attempt *next;
};

/* What failed says more than what is below it. */
enum weight { WEIGHT_NONE, WEIGHT_SILENT, WEIGHT_BROKEN, WEIGHT_UNTRUSTED, WEIGHT_FOREIGN };

struct imds {
    struct imds_options options;
    char *bases[IMDS_BASES_MAX]; /* in the order in which they are tried */
    size_t base_count;
    char *version;
    const char *base; /* one of bases, once it has answered */
    struct attempt *attempts;

    /* the call in progress */
    unsigned serial; /* changes at its end: what is answered later belongs to none */
    bool is_open;
    bool is_search; /* the base URL is being found out */
    struct imds_call call;
    struct http_request more;
    char nonce[IMDS_NONCE_SIZE]; /* of our own */
    size_t started, pending;     /* of bases, while it is searched */
    int64_t next_ms;             /* when the next one is due */
    enum weight weight;          /* of the failure that is kept */
    const char *failed_base;
    struct http_reply failure;
    struct err failure_error;

    struct imds_kept kept;
};

static int64_t now_ms(const struct imds *imds)
{
    return clock_monotonic_ms(imds->options.clock);
}

/* --- where --------------------------------------------------------------------------------------------- */

static char *without_slash(const char *scheme, const char *url)
{
    struct text base = {0};
    size_t size = strlen(url);

    text_append(&base, scheme);
    text_append_size(&base, url, size > 0 && url[size - 1] == '/' ? size - 1 : size);
    return text_take(&base);
}

static void add_base(struct imds *imds, const char *scheme, const char *url)
{
    imds->bases[imds->base_count++] = without_slash(scheme, url);
}

struct imds *imds_create(const struct imds_options *options)
{
    struct imds *imds = mem_alloc(sizeof(*imds));
    const char *url = options->url;

    imds->options = *options;
    imds->options.clock = options->clock != NULL ? options->clock : clock_system();
    imds->version = mem_copy(options->version != NULL ? options->version : IMDS_VERSION_DEFAULT);
    if (url == NULL) {
        add_base(imds, "", IMDS_URL_NAME);
        add_base(imds, "", IMDS_URL_ADDRESS);
    } else if (strstr(url, "://") == NULL) {
        add_base(imds, "https://", url);
        add_base(imds, "http://", url);
    } else {
        add_base(imds, "", url);
        imds->base = imds->bases[0];
    }
    imds->options.url = url != NULL ? imds->bases[0] : NULL;
    imds->options.version = imds->version;
    return imds;
}

const struct imds_options *imds_options(const struct imds *imds)
{
    return &imds->options;
}

void imds_destroy(struct imds *imds)
{
    if (imds == NULL) {
        return;
    }
    for (struct attempt *attempt = imds->attempts, *next; attempt != NULL; attempt = next) {
        next = attempt->next;
        free(attempt);
    }
    for (size_t i = 0; i < imds->base_count; i++) {
        free(imds->bases[i]);
    }
    imds_token_free(&imds->kept.token);
    free(imds->version);
    free(imds);
}

const char *imds_base(const struct imds *imds)
{
    return imds->base;
}

struct imds_kept *imds_kept(struct imds *imds)
{
    return &imds->kept;
}

bool imds_check_url(const char *source, const char *url, struct err *e)
{
    CLEANUP(text_free) struct text whole = {0};
    struct http_origin origin;

    text_printf(&whole, "%s%s", strstr(url, "://") == NULL ? "http://" : "", url);
    size_t size = http_url_prefix(text_string(&whole));
    if (!http_url_origin(text_string(&whole), &origin, e)) {
        return err_wrap(e, "%s", source);
    }
    const char *path = text_string(&whole) + size;
    return path[0] == '\0' || strcmp(path, "/") == 0 ||
           err_set(e, ERR_USAGE, "%s %s: the URL of the metadata service has no path: write %.*s", source, url,
                   (int)size, text_string(&whole));
}

bool imds_check_version(const char *source, const char *version, struct err *e)
{
    int64_t begins_s;

    if (!clock_date_read(version, &begins_s)) {
        return err_set(e, ERR_USAGE, "%s \"%s\" is not a date YYYY-MM-DD", source, version);
    }
    return strcmp(version, "2022-03-01") >= 0 ||
           err_set(e, ERR_USAGE,
                   "%s %s is not a version of the metadata service: write " IMDS_VERSION_DEFAULT " or 2022-03-01",
                   source, version);
}

/* --- the call in progress ------------------------------------------------------------------------------ */

void imds_make_nonce(char ret_nonce[IMDS_NONCE_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char random[IMDS_NONCE_SIZE / 2];
    struct err ignored = ERR_INIT;
    size_t used = 0;

    if (fsio_random(random, sizeof(random), &ignored)) {
        for (size_t i = 0; i < sizeof(random); i++) {
            ret_nonce[used++] = digits[random[i] >> 4];
            ret_nonce[used++] = digits[random[i] & 15];
        }
    }
    ret_nonce[used] = '\0';
}

/* A caller's counts; ours is sent where the service is known to take one (vpc-api.md 5.2). */
static void choose_nonce(struct imds *imds)
{
    imds->nonce[0] = '\0';
    if (imds->call.operation == IMDS_TOKEN && imds->call.nonce == NULL && imds_has_new_paths(imds->version)) {
        imds_make_nonce(imds->nonce);
        imds->call.nonce = imds->nonce[0] != '\0' ? imds->nonce : NULL;
    }
}

bool imds_read_token(const struct imds *imds, const struct http_reply *reply, struct imds_token *ret, struct err *e)
{
    const struct imds_token_rules rules = {
        .who = IMDS_WHO,
        .nonce = imds->call.nonce,
        .nonce_is_own = imds->call.nonce == imds->nonce,
        .secrets = imds->options.secrets,
    };

    return imds_token_read(reply->body, reply->size, &rules, ret, e);
}

static struct imds_endpoint endpoint_of(const struct imds *imds, const char *base)
{
    return (struct imds_endpoint){.base = base, .version = imds->version, .silence_ms = imds->options.silence_ms};
}

static bool is_late(const struct attempt *attempt)
{
    return attempt->serial != attempt->imds->serial;
}

static bool read_answer(struct http_reply *reply, void *context, struct err *e)
{
    struct attempt *attempt = context;
    const struct http_request *more = &attempt->imds->more;

    return is_late(attempt) || more->read == NULL || more->read(reply, more->context, e);
}

static void attempt_done(struct http_reply *reply, void *context);

static void send_to(struct imds *imds, const char *base)
{
    struct attempt *attempt = mem_alloc(sizeof(*attempt));
    const struct imds_endpoint endpoint = endpoint_of(imds, base);
    struct http_request request = imds->more;

    *attempt = (struct attempt){.imds = imds, .base = base, .serial = imds->serial, .next = imds->attempts};
    imds->attempts = attempt;
    request.read = read_answer;
    request.done = attempt_done;
    request.context = attempt;
    imds->pending++;
    imds_submit(imds->options.http, &endpoint, &imds->call, &request);
}

static void send_next(struct imds *imds)
{
    imds->next_ms = now_ms(imds) + IMDS_HEAD_START_MS;
    send_to(imds, imds->bases[imds->started++]);
}

static void begin_search(struct imds *imds)
{
    imds->base = NULL;
    imds->is_search = true;
    imds->started = 0;
    imds->pending = 0;
    imds->weight = WEIGHT_NONE;
    send_next(imds);
}

void imds_begin(struct imds *imds, const struct imds_call *call, const struct http_request *more)
{
    imds->serial++;
    imds->is_open = true;
    imds->is_search = false;
    imds->call = *call;
    imds->more = *more;
    choose_nonce(imds);
    if (imds->base == NULL) {
        begin_search(imds);
        return;
    }
    imds->started = imds->base_count;
    imds->pending = 0;
    imds->weight = WEIGHT_NONE;
    send_to(imds, imds->base);
}

int64_t imds_step(struct imds *imds)
{
    if (!imds->is_open || imds->started == imds->base_count) {
        return 0;
    }
    int64_t wait_ms = imds->next_ms - now_ms(imds);
    if (wait_ms > 0) {
        return wait_ms;
    }
    send_next(imds);
    return imds->started < imds->base_count ? IMDS_HEAD_START_MS : 0;
}

/* --- its end ------------------------------------------------------------------------------------------- */

static void finish(struct imds *imds, const char *base, const struct http_reply *reply)
{
    const struct imds_endpoint endpoint = endpoint_of(imds, base);
    struct http_reply said = *reply;
    struct err error = ERR_INIT;

    if (reply->error != NULL && imds->is_search && reply == &imds->failure && imds->weight == WEIGHT_SILENT) {
        imds_explain_nowhere(imds->bases[0], imds->bases[1], &error);
        said.error = &error;
    } else if (reply->error != NULL) {
        imds_explain(&endpoint, &imds->call, reply, &error);
        said.error = &error;
    }
    imds->serial++;
    imds->is_open = false;
    imds->more.done(&said, imds->more.context);
}

/* A usable answer, or an error of the service: anything else may come from where another server has taken the name. */
static bool has_answered(const struct http_reply *reply)
{
    return reply->error == NULL || (reply->status >= 300 && !reply->foreign);
}

static enum weight weigh(const struct http_reply *reply)
{
    bool silent = reply->timed_out || reply->not_tls || reply->fault == HTTP_FAULT_UNREACHED;

    return reply->status > 0                      ? WEIGHT_FOREIGN
           : silent                               ? WEIGHT_SILENT
           : reply->fault == HTTP_FAULT_UNTRUSTED ? WEIGHT_UNTRUSTED
                                                  : WEIGHT_BROKEN;
}

/* The reply itself ends with the callback. Of two that weigh the same, the first one is said. */
static void keep_failure(struct imds *imds, const char *base, const struct http_reply *reply)
{
    static char nothing[HTTP_BODY_PADDING + 1];
    enum weight weight = weigh(reply);

    if (weight <= imds->weight) {
        return;
    }
    imds->weight = weight;
    imds->failed_base = base;
    imds->failure_error = *reply->error;
    imds->failure = (struct http_reply){
        .status = reply->status,
        .body = nothing,
        .etag = "",
        .request_id = "",
        .content_type = "",
        .url = base,
        .retry_after_ms = -1,
        .date_s = -1,
        .attempts = reply->attempts,
        .elapsed_ms = reply->elapsed_ms,
        .fault = reply->fault,
        .timed_out = reply->timed_out,
        .foreign = reply->foreign,
        .error = &imds->failure_error,
    };
}

/* It has not been the service that answered; of a base URL that was, the service has gone. */
static void try_on(struct imds *imds, const char *base, const struct http_reply *reply)
{
    bool has_gone = imds->base != NULL && imds->base_count > 1;

    keep_failure(imds, base, reply);
    if (has_gone && imds->call.operation == IMDS_TOKEN) {
        begin_search(imds);
    } else if (imds->started < imds->base_count) {
        send_next(imds);
    } else if (imds->pending == 0) {
        imds->base = has_gone ? NULL : imds->base;
        finish(imds, imds->failed_base, &imds->failure);
    }
}

static void drop(struct imds *imds, struct attempt *attempt)
{
    struct attempt **at = &imds->attempts;

    while (*at != attempt) {
        at = &(*at)->next;
    }
    *at = attempt->next;
    free(attempt);
}

static void attempt_done(struct http_reply *reply, void *context)
{
    struct attempt *attempt = context;
    struct imds *imds = attempt->imds;
    const char *base = attempt->base;
    bool late = is_late(attempt);

    drop(imds, attempt);
    if (late) {
        return;
    }
    imds->pending--;
    if (has_answered(reply)) {
        imds->base = base;
        finish(imds, base, reply);
    } else if (reply->fault == HTTP_FAULT_CANCELLED) {
        finish(imds, base, reply);
    } else {
        try_on(imds, base, reply);
    }
}
