/* Calls that are waited for, with the identity token that they need: what commands ask. */
#include <stdlib.h>

#include "imds/imds_kept.h"
#include "json/json_web_token.h"

enum { SPARE_MS = 2 * 1000 };

static int64_t now_ms(const struct imds *imds)
{
    return clock_monotonic_ms(imds_options(imds)->clock);
}

/* A call that is waited for. */
struct question {
    struct imds *imds;
    enum imds_operation operation;
    bool done;
    int status; /* 0: no answer came */
    json_t *document;
    struct imds_token token; /* of a token call */
    struct err error;
};

static void question_free(struct question *question)
{
    json_release_secret(&question->document);
    imds_token_free(&question->token);
}

static bool read_document(struct http_reply *reply, void *context, struct err *e)
{
    struct question *question = context;
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err problem = ERR_INIT;

    reply->well_formed = true; /* what answers is no service that works better the next time */
    bool parsed = json_parse(reply->body, reply->size, "answer", JSON_READ_BIG_NUMBERS, &document, &problem);
    if (document.text != NULL) {
        text_wipe(document.text, document.size);
    }
    json_release_secret(&question->document);
    question->document = parsed ? json_incref(document.root) : NULL;
    if (!json_is_object(question->document)) {
        return err_set(e, ERR_BAD_ANSWER, "it is no JSON object");
    }
    return (question->operation != IMDS_TOKEN && question->operation != IMDS_IAM_TOKEN) ||
           imds_read_token(question->imds, reply, &question->token, e);
}

static void answered(struct http_reply *reply, void *context)
{
    struct question *question = context;

    question->done = true;
    question->status = reply->status;
    if (reply->error != NULL) {
        question->error = *reply->error;
    }
}

static void ask(struct imds *imds, const struct imds_call *call, struct question *ret)
{
    *ret = (struct question){.imds = imds, .operation = call->operation, .error = ERR_INIT};
    imds_begin(imds, call, &(struct http_request){.read = read_document, .done = answered, .context = ret});
    while (!ret->done) {
        int64_t wait_ms = imds_step(imds);
        (void)http_step(imds_options(imds)->http, wait_ms > 0 ? (int)wait_ms : IMDS_SILENCE_MS);
    }
}

static bool fetch_token(struct imds *imds, struct err *e)
{
    struct imds_kept *kept = imds_kept(imds);
    CLEANUP(question_free) struct question question = {0};
    int64_t begun_ms = now_ms(imds);

    ask(imds, &(struct imds_call){.operation = IMDS_TOKEN}, &question);
    if (question.error.code != ERR_NONE) {
        return err_take(e, &question.error);
    }
    imds_token_free(&kept->token);
    kept->token = question.token;
    question.token = (struct imds_token){0};
    kept->ends_ms = begun_ms + (kept->token.life_s > 0 ? kept->token.life_s : IMDS_LIFE_S) * 1000;
    return true;
}

static bool has_token(struct imds *imds)
{
    const struct imds_kept *kept = imds_kept(imds);

    return kept->token.text != NULL && now_ms(imds) < kept->ends_ms - SPARE_MS;
}

/* Another token, or another base URL, may help where the one in hand has worked before. */
static bool is_worth_another(const struct imds *imds, const struct question *question)
{
    return question->status == 401 ||
           (question->error.code != ERR_NONE && imds_base(imds) == NULL && question->error.code != ERR_CANCELLED);
}

bool imds_server_id(struct imds *imds, struct text *ret_id, struct err *e)
{
    if (!has_token(imds) && !fetch_token(imds, e)) {
        return false;
    }
    JSON_CLEANUP json_t *claims = json_web_token_claims(imds_kept(imds)->token.text);
    const char *id = json_string_value(json_object_get(json_object_get(claims, "iaas"), "instanceID"));
    text_append(ret_id, id != NULL ? id : "");
    return (id != NULL && id[0] != '\0') ||
           err_set(e, ERR_BAD_ANSWER, "the identity token does not say the id of this server");
}

json_t *imds_ask(struct imds *imds, const struct imds_call *call, struct err *e)
{
    CLEANUP(question_free) struct question question = {0};
    struct imds_call whole = *call;
    struct imds_kept *kept = imds_kept(imds);
    bool needs_token = call->operation != IMDS_TOKEN, is_kept = needs_token && has_token(imds);

    for (;;) {
        if (needs_token && !has_token(imds) && !fetch_token(imds, e)) {
            return NULL;
        }
        whole.bearer = needs_token ? kept->token.text : NULL;
        ask(imds, &whole, &question);
        if (!is_kept || !is_worth_another(imds, &question)) {
            break;
        }
        is_kept = false;
        imds_token_free(&kept->token);
        question_free(&question);
    }
    (void)err_take(e, &question.error);
    json_t *document = question.error.code == ERR_NONE ? question.document : NULL;
    question.document = document != NULL ? NULL : question.document;
    return document;
}
