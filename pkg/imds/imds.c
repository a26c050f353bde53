/* One call after another: finding the base URL that answers, the identity token in hand, the answer. */
#include "imds/imds.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"

enum { SPARE_MS = 2 * 1000 };

/* One request. It may outlive the call that made it: the protocol that gave no answer still waits for one. */
struct attempt {
    struct imds *imds;
    struct imds_place place;
    struct imds_call call; /* its strings are the caller's, and of no use once the call has ended; but the nonce */
    char *nonce;
    bool done, answered; /* whatever the status */
    json_t *document;
    struct imds_token token; /* of a token call */
    struct err error;
};

static void attempt_free(struct attempt *attempt)
{
    json_decref(attempt->document);
    imds_token_free(&attempt->token);
    free(attempt->nonce);
}

struct imds {
    struct imds_options options;
    char *urls[IMDS_PLACES_MAX]; /* in the order in which they are tried */
    size_t url_count;
    char *version;
    const char *base; /* one of urls, once it has answered */
    struct attempt attempts[IMDS_PLACES_MAX];
    struct imds_token token; /* the identity token in hand */
    int64_t token_ends_ms;
};

/* --- where --------------------------------------------------------------------------------------------- */

static char *without_slash(const char *scheme, const char *url)
{
    struct text base = {0};
    size_t size = strlen(url);

    text_append(&base, scheme);
    text_append_size(&base, url, size > 0 && url[size - 1] == '/' ? size - 1 : size);
    return text_take(&base);
}

size_t imds_places(const char *url, char *ret_places[IMDS_PLACES_MAX])
{
    if (url == NULL) {
        ret_places[0] = mem_copy(IMDS_URL_NAME);
        ret_places[1] = mem_copy(IMDS_URL_ADDRESS);
    } else if (strstr(url, "://") == NULL) {
        ret_places[0] = without_slash("https://", url);
        ret_places[1] = without_slash("http://", url);
    } else {
        ret_places[0] = without_slash("", url);
        return 1;
    }
    return IMDS_PLACES_MAX;
}

struct imds *imds_create(const struct imds_options *options)
{
    struct imds *imds = mem_alloc(sizeof(*imds));

    imds->options = *options;
    imds->version = mem_copy(options->version != NULL ? options->version : IMDS_VERSION_DEFAULT);
    imds->url_count = imds_places(options->url, imds->urls);
    imds->options.url = options->url != NULL ? imds->urls[0] : NULL;
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
    for (size_t i = 0; i < IMDS_PLACES_MAX; i++) {
        attempt_free(&imds->attempts[i]);
        free(imds->urls[i]);
    }
    imds_token_free(&imds->token);
    free(imds->version);
    free(imds);
}

const char *imds_base(const struct imds *imds)
{
    return imds->base;
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
    static const char shape[] = "dddd-dd-dd";
    bool fits = strlen(version) == sizeof(shape) - 1;

    for (size_t i = 0; fits && shape[i] != '\0'; i++) {
        fits = shape[i] == 'd' ? isdigit((unsigned char)version[i]) : version[i] == shape[i];
    }
    return (fits && strcmp(version, "2022-03-01") >= 0) ||
           err_set(e, ERR_USAGE,
                   "%s=%s is no version of the metadata service: write " IMDS_VERSION_DEFAULT " or 2022-03-01", source,
                   version);
}

/* --- one request --------------------------------------------------------------------------------------- */

static bool read_answer(struct http_reply *reply, void *context, struct err *e)
{
    struct attempt *attempt = context;
    enum imds_operation operation = attempt->call.operation;
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err problem = ERR_INIT;

    reply->well_formed = true; /* what answers is no service that works better the next time */
    if (!json_parse(reply->body, reply->size, "answer", JSON_READ_BIG_NUMBERS, &document, &problem) ||
        !json_is_object(document.root)) {
        return err_set(e, ERR_BAD_ANSWER, "it is no JSON object");
    }
    if ((operation == IMDS_TOKEN || operation == IMDS_IAM_TOKEN) &&
        !imds_token_read(reply->body, reply->size, attempt->nonce, attempt->imds->options.secrets, &attempt->token,
                         e)) {
        return false;
    }
    json_decref(attempt->document);
    attempt->document = json_incref(document.root);
    return true;
}

static void answered(struct http_reply *reply, void *context)
{
    struct attempt *attempt = context;

    attempt->done = true;
    attempt->answered = reply->status > 0 && !reply->foreign; /* another server may have taken the name */
    if (reply->error != NULL) {
        imds_explain(&attempt->place, &attempt->call, reply, &attempt->error);
    }
}

static void start(struct imds *imds, size_t index, const char *url, const struct imds_call *call)
{
    struct attempt *attempt = &imds->attempts[index];

    attempt_free(attempt);
    *attempt = (struct attempt){
        .imds = imds,
        .place = {.url = url, .version = imds->version, .silence_ms = imds->options.silence_ms},
        .call = *call,
        .nonce = mem_copy(call->nonce),
        .error = ERR_INIT,
    };
    imds_submit(imds->options.http, &attempt->place, call,
                &(struct http_request){.read = read_answer, .done = answered, .context = attempt});
}

/* The first attempt that has an answer, or the last one that has ended when all have; NULL: none yet. */
static struct attempt *ended(struct imds *imds, size_t started)
{
    struct attempt *last = NULL;
    size_t done = 0;

    for (size_t i = 0; i < started; i++) {
        struct attempt *attempt = &imds->attempts[i];
        if (attempt->done && attempt->answered) {
            return attempt;
        }
        done += attempt->done;
        last = attempt->done ? attempt : last;
    }
    return done == imds->url_count ? last : NULL;
}

/* Sends the call to each place until one answers. */
static struct attempt *race(struct imds *imds, const struct imds_call *call)
{
    int64_t next_ms = clock_monotonic_ms(clock_system());
    struct attempt *end = NULL;
    size_t started = 0;

    while ((end = ended(imds, started)) == NULL) {
        int64_t now_ms = clock_monotonic_ms(clock_system());
        if (started < imds->url_count && (now_ms >= next_ms || imds->attempts[started - 1].done)) {
            start(imds, started, imds->urls[started], call);
            next_ms = now_ms + IMDS_HEAD_START_MS;
            started++;
        }
        int64_t wait_ms = started < imds->url_count ? next_ms - now_ms : IMDS_SILENCE_MS;
        (void)http_step(imds->options.http, (int)wait_ms);
    }
    if (end->answered) {
        imds->base = end->place.url;
    }
    return end;
}

static struct attempt *run(struct imds *imds, const struct imds_call *call)
{
    struct attempt *attempt = &imds->attempts[0];

    if (imds->base == NULL) {
        return race(imds, call);
    }
    if (!attempt->done && imds->attempts[1].done) {
        attempt = &imds->attempts[1]; /* the other one still waits */
    }
    start(imds, (size_t)(attempt - imds->attempts), imds->base, call);
    while (!attempt->done) {
        (void)http_step(imds->options.http, IMDS_SILENCE_MS);
    }
    return attempt;
}

/* --- calls --------------------------------------------------------------------------------------------- */

/* No place answered: of several, both are named. */
static bool explain_nowhere(const struct imds *imds, const struct attempt *attempt, struct err *e)
{
    if (imds->url_count < 2 || attempt->answered || attempt->error.code != ERR_NETWORK) {
        return err_take(e, &attempt->error);
    }
    return imds_explain_nowhere(imds->urls[0], imds->urls[1], e);
}

static bool fetch_token(struct imds *imds, struct err *e)
{
    int64_t now_ms = clock_monotonic_ms(clock_system());

    if (imds->token.text != NULL && now_ms < imds->token_ends_ms - SPARE_MS) {
        return true;
    }
    struct attempt *attempt = run(imds, &(struct imds_call){.operation = IMDS_TOKEN});
    if (attempt->error.code != ERR_NONE) {
        return explain_nowhere(imds, attempt, e);
    }
    imds_token_free(&imds->token);
    imds->token = attempt->token;
    attempt->token = (struct imds_token){0};
    imds->token_ends_ms = now_ms + (imds->token.life_s > 0 ? imds->token.life_s : IMDS_LIFE_S) * 1000;
    return true;
}

json_t *imds_ask(struct imds *imds, const struct imds_call *call, struct err *e)
{
    struct imds_call whole = *call;

    if (call->operation != IMDS_TOKEN) {
        if (!fetch_token(imds, e)) {
            return NULL;
        }
        whole.bearer = imds->token.text;
    }
    struct attempt *attempt = run(imds, &whole);
    if (attempt->error.code != ERR_NONE) {
        explain_nowhere(imds, attempt, e);
        return NULL;
    }
    json_t *document = attempt->document;
    attempt->document = NULL;
    return document;
}
