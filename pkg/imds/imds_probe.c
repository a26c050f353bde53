/* The calls of a probe: which are sent when, and what is kept of their answers. */
#include "imds/imds_probe.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "imds/imds_hops.h"
#include "mem/mem.h"
#include "json/json_answer.h"
#include "json/json_web_token.h"

enum { WINDOW = 32 }; /* a round of the search is to be in flight at once */

struct run;

/* One request, freed by the end of it. */
struct call {
    struct run *run;
    enum imds_way way;
    struct imds_call what;
    struct imds_end *end; /* in the result; NULL: of the search */
    unsigned min_ttl;     /* of the search */
    struct imds_token token;
};

struct run {
    const struct imds_options *options;
    const char *trusted_profile;
    struct imds_probe *result;
    struct imds_endpoint endpoints[IMDS_WAYS];
    char nonce[IMDS_NONCE_SIZE];
    struct imds_token token; /* identity token in use */
    struct imds_hops hops;
};

/* --- ways ---------------------------------------------------------------------------------------------- */

static bool is_address(const char *authority)
{
    char host[INET_ADDRSTRLEN];
    size_t size = strcspn(authority, ":");
    struct in_addr address;

    if (authority[0] == '[' || size >= sizeof(host)) {
        return authority[0] == '[';
    }
    memcpy(host, authority, size);
    host[size] = '\0';
    return inet_pton(AF_INET, host, &address) == 1;
}

static char *join(const char *scheme, const char *authority)
{
    struct text url = {0};

    text_append(&url, scheme);
    text_append(&url, authority);
    return text_take(&url);
}

/* A URL that names one of the usual ways leaves out none of the others. */
static void choose_ways(const char *url, struct imds_probe *ret)
{
    static const char *const address = &IMDS_URL_ADDRESS[sizeof("http://") - 1];
    static const char *const name = &IMDS_URL_NAME[sizeof("https://") - 1];
    const char *authority = url != NULL ? strstr(url, "://") + strlen("://") : NULL;

    if (url == NULL || strcmp(authority, address) == 0 || strcmp(authority, name) == 0) {
        ret->urls[IMDS_HTTP_ADDRESS] = mem_copy(IMDS_URL_ADDRESS);
        ret->urls[IMDS_HTTP_NAME] = join("http://", name);
        ret->urls[IMDS_HTTPS_NAME] = mem_copy(IMDS_URL_NAME);
        return;
    }
    ret->urls[is_address(authority) ? IMDS_HTTP_ADDRESS : IMDS_HTTP_NAME] = join("http://", authority);
    ret->urls[IMDS_HTTPS_NAME] = join("https://", authority);
}

bool imds_probe_answers(const struct imds_probe *probe, enum imds_way way)
{
    return probe->ways[way].outcome == IMDS_DONE || probe->ways[way].outcome == IMDS_REFUSED;
}

const struct imds_end *imds_probe_find(const struct imds_probe *probe, enum imds_outcome outcome)
{
    for (size_t i = 0; i < IMDS_WAYS; i++) {
        if (probe->ways[i].outcome == outcome) {
            return &probe->ways[i];
        }
    }
    return NULL;
}

/* --- answers ------------------------------------------------------------------------------------------- */

/* What stands in names, ids, CRNs and regions. Whatever answers could say anything, and commands are made of them. */
static bool is_plain(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)bytes[i]) && (bytes[i] == '\0' || strchr(":/._-", bytes[i]) == NULL)) {
            return false;
        }
    }
    return size > 0 && bytes[0] != '-';
}

/* Nothing else than a plain word, and only where nothing is known yet. */
static void keep(struct answer_node root, const char *path, struct text *ret)
{
    struct answer_string string = {0};
    struct err ignored = ERR_INIT;

    if (answer_get_string(root, path, ANSWER_OPTIONAL, &string, &ignored) && string.data != NULL && ret->size == 0 &&
        is_plain(string.data, string.size)) {
        text_append_size(ret, string.data, string.size);
    }
}

/* What the token says of its holder; another reader would have to verify it. */
static void read_claims(const char *token, struct imds_probe *ret)
{
    static const struct {
        const char *claim;
        size_t offset;
    } claims[] = {{"crn", offsetof(struct imds_probe, crn)},
                  {"instanceID", offsetof(struct imds_probe, id)},
                  {"region", offsetof(struct imds_probe, region)}};
    JSON_CLEANUP json_t *all = json_web_token_claims(token);

    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        const char *value = json_string_value(json_object_get(json_object_get(all, "iaas"), claims[i].claim));
        if (value != NULL && is_plain(value, strlen(value))) {
            text_append((struct text *)((char *)ret + claims[i].offset), value);
        }
    }
}

static bool read_initialization(struct answer_node root, struct imds_probe *ret, struct err *e)
{
    struct answer_string data = {0}, password = {0}, profile = {0};

    if (!answer_get_string(root, "user_data", ANSWER_OPTIONAL, &data, e)) {
        return false;
    }
    if (answer_get_string(root, "default_trusted_profile/target/id", ANSWER_OPTIONAL, &profile, &(struct err){0}) &&
        profile.data != NULL) {
        text_append_size(&ret->profile, profile.data, profile.size);
    }
    ret->user_data_bytes = data.data != NULL ? (int64_t)data.size : 0;
    /* the strings lie in the parser's own buffer, which will be freed as it is */
    if (data.data != NULL) {
        text_wipe((char *)data.data, data.size);
    }
    if (answer_get_string(root, "password/encrypted_password", ANSWER_OPTIONAL, &password, &(struct err){0}) &&
        password.data != NULL) {
        text_wipe((char *)password.data, password.size);
    }
    return true;
}

static bool read_object(const struct call *call, const struct http_reply *reply, struct err *e)
{
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    struct imds_probe *result = call->run->result;
    struct answer_node root;

    if (!answer_parse_padded(parser, reply->body, reply->size, &root, e)) {
        return false;
    }
    if (answer_kind(root) != ANSWER_OBJECT) {
        return answer_error(root, e, "no object");
    }
    if (call->end == &result->initialization) {
        return read_initialization(root, result, e);
    }
    keep(root, "name", &result->name);
    keep(root, "id", &result->id);
    keep(root, "crn", &result->crn);
    return true;
}

static bool read_reply(struct http_reply *reply, void *context, struct err *e)
{
    struct call *call = context;

    if (call->end == NULL) {
        return true;
    }
    if (call->what.operation == IMDS_METADATA) {
        return read_object(call, reply, e);
    }
    const struct imds_token_rules rules = {
        .who = IMDS_WHO, .nonce = call->what.nonce, .nonce_is_own = true, .secrets = call->run->options->secrets};
    return imds_token_read(reply->body, reply->size, &rules, &call->token, e);
}

/* To a token request the service answers with a token or with an error of its own. */
static bool is_foreign(const struct http_reply *reply, enum imds_operation operation)
{
    return reply->foreign || (operation == IMDS_TOKEN && reply->status < 400);
}

static void note_end(const struct http_reply *reply, enum imds_operation operation, struct imds_end *ret)
{
    CLEANUP(text_free) struct text target = {0};

    *ret = (struct imds_end){.outcome = reply->error == NULL ? IMDS_DONE
                                        : reply->status > 0 ? is_foreign(reply, operation) ? IMDS_FOREIGN : IMDS_REFUSED
                                        : reply->fault == HTTP_FAULT_CANCELLED ? IMDS_STOPPED
                                        : reply->timed_out                     ? IMDS_SILENT
                                        : reply->fault == HTTP_FAULT_UNTRUSTED ? IMDS_UNTRUSTED
                                                                               : IMDS_UNREACHED,
                             .status = reply->status,
                             .elapsed_ms = reply->elapsed_ms,
                             .error = ERR_INIT};
    if (reply->error != NULL) {
        imds_read_code(reply, &ret->code, &target);
        ret->error = *reply->error;
        ret->error.message[strlen(ret->error.message) - ret->error.tail] = '\0';
        ret->error.tail = 0;
    }
    if (ret->outcome == IMDS_FOREIGN && reply->status < 400) {
        ret->error = ERR_INIT;
        err_set(&ret->error, ERR_BAD_ANSWER, "it answered %d without a token", reply->status);
    }
}

/* --- calls --------------------------------------------------------------------------------------------- */

static void begin_calls(struct run *run);
static void search_hops(struct run *run);

static void take_token(struct call *call)
{
    struct run *run = call->run;
    struct imds_probe *result = run->result;

    if (result->way >= 0 || call->token.text == NULL) {
        return;
    }
    result->way = (int)call->way;
    result->token_life_s = call->token.life_s;
    run->token = call->token;
    call->token = (struct imds_token){0};
    read_claims(run->token.text, result);
    begin_calls(run);
}

static void ended(struct http_reply *reply, void *context)
{
    struct call *call = context;
    struct run *run = call->run;

    if (call->end != NULL) {
        note_end(reply, call->what.operation, call->end);
    } else {
        imds_hops_note(&run->hops, call->min_ttl, reply->status > 0);
    }
    if (call->what.operation == IMDS_TOKEN) {
        take_token(call);
    } else if (call->end == NULL && run->hops.pending == 0 && reply->fault != HTTP_FAULT_CANCELLED) {
        search_hops(run);
    }
    imds_token_free(&call->token);
    free(call);
}

/* Replies of the search come as soon as that of the token did, or not at all; one that is lost is asked for again. */
static unsigned hop_timeout_ms(const struct run *run)
{
    enum { LEAST_MS = 300, TIMES = 6 };
    int64_t usual_ms = TIMES * run->result->ways[run->result->way].elapsed_ms;

    return usual_ms < LEAST_MS ? LEAST_MS : usual_ms > IMDS_PROBE_HOP_MS ? IMDS_PROBE_HOP_MS : (unsigned)usual_ms;
}

static void submit(struct run *run, const struct call *template)
{
    struct call *call = mem_alloc(sizeof(*call));

    *call = *template;
    call->run = run;
    call->what.bearer = run->token.text;
    imds_submit(run->options->http, &run->endpoints[call->way], &call->what,
                &(struct http_request){
                    .repeat = HTTP_REPEAT_NEVER,
                    .timeout_ms = call->end == NULL ? hop_timeout_ms(run) : run->endpoints[call->way].silence_ms,
                    .min_ttl = call->min_ttl,
                    .read = read_reply,
                    .done = ended,
                    .context = call,
                });
}

static void search_hops(struct run *run)
{
    unsigned limits[IMDS_HOPS_MAX];
    size_t count = imds_hops_next(&run->hops, limits);

    for (size_t i = 0; i < count; i++) {
        submit(run, &(struct call){.way = (enum imds_way)run->result->way,
                                   .what = {.operation = IMDS_METADATA, .path = "/metadata/v1/instance"},
                                   .min_ttl = limits[i]});
    }
}

static void begin_calls(struct run *run)
{
    struct imds_probe *result = run->result;
    enum imds_way way = (enum imds_way)result->way;

    submit(run, &(struct call){.way = way,
                               .what = {.operation = IMDS_METADATA, .path = "/metadata/v1/instance"},
                               .end = &result->instance});
    submit(run, &(struct call){.way = way,
                               .what = {.operation = IMDS_METADATA, .path = "/metadata/v1/instance/initialization"},
                               .end = &result->initialization});
    submit(run, &(struct call){.way = way,
                               .what = {.operation = IMDS_IAM_TOKEN, .trusted_profile = run->trusted_profile},
                               .end = &result->iam_token});
    search_hops(run);
}

bool imds_probe(const struct imds *imds, const char *trusted_profile, struct imds_probe *ret, struct err *e)
{
    const struct imds_options *options = imds_options(imds);
    struct run run = {.options = options, .trusted_profile = trusted_profile, .result = ret};

    *ret = (struct imds_probe){.way = -1, .token_life_s = -1};
    choose_ways(options->url, ret);
    if (imds_has_new_paths(options->version)) {
        imds_make_nonce(run.nonce);
    }
    http_set_window(options->http, WINDOW);
    for (size_t i = 0; i < IMDS_WAYS; i++) {
        run.endpoints[i] = (struct imds_endpoint){
            .base = ret->urls[i],
            .version = options->version,
            .silence_ms = options->silence_ms > 0 ? options->silence_ms : IMDS_PROBE_TIMEOUT_MS,
        };
        if (ret->urls[i] != NULL) {
            submit(&run,
                   &(struct call){.way = (enum imds_way)i,
                                  .what = {.operation = IMDS_TOKEN, .nonce = run.nonce[0] != '\0' ? run.nonce : NULL},
                                  .end = &ret->ways[i]});
        }
    }
    bool ran = http_run(options->http, e);
    ret->hops = ran ? imds_hops_result(&run.hops) : 0; /* of a search that was cut short: any value below it */
    imds_token_free(&run.token);
    return ran;
}

void imds_probe_free(struct imds_probe *probe)
{
    struct imds_end *ends[] = {&probe->instance, &probe->initialization, &probe->iam_token};
    struct text *texts[] = {&probe->crn, &probe->id, &probe->name, &probe->region, &probe->profile};

    for (size_t i = 0; i < IMDS_WAYS; i++) {
        text_free(&probe->ways[i].code);
        free(probe->urls[i]);
    }
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        text_free(&ends[i]->code);
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        text_free(texts[i]);
    }
    *probe = (struct imds_probe){.way = -1};
}
