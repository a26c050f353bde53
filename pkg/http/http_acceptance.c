/* The state machine of refused tokens: pauses, probes, other tokens, and when a refusal lasts. */
#include "http/http_acceptance.h"

#include "http/http_retry.h"

enum http_admission http_acceptance_admit(const struct http_acceptance *acceptance, int64_t now_ms)
{
    if (acceptance->refusals == 0) {
        return HTTP_ADMIT;
    }
    return acceptance->probing || now_ms < acceptance->until_ms ? HTTP_ADMIT_LATER : HTTP_ADMIT_PROBE;
}

void http_acceptance_probe(struct http_acceptance *acceptance)
{
    acceptance->probing = true;
}

static int64_t pause_ms(unsigned refusals, uint32_t random)
{
    return http_backoff_half_jitter_ms(HTTP_ACCEPTANCE_PAUSE_MS, HTTP_ACCEPTANCE_PAUSE_MAX_MS,
                                       refusals > 0 ? refusals - 1 : 0, random);
}

static int64_t patience_ms(const struct http_acceptance *acceptance, bool replaceable)
{
    if (replaceable) {
        return acceptance->worked ? HTTP_ACCEPTANCE_PATIENCE_MS : HTTP_ACCEPTANCE_FIRST_PATIENCE_MS;
    }
    return acceptance->worked ? HTTP_ACCEPTANCE_GIVEN_PATIENCE_MS : HTTP_ACCEPTANCE_GIVEN_FIRST_PATIENCE_MS;
}

enum http_refused http_acceptance_refused(struct http_acceptance *acceptance, const struct http_refusal *refusal)
{
    bool first = acceptance->refusals == 0;

    acceptance->probing = acceptance->probing && !refusal->probe;
    if (refusal->started_ms < acceptance->accepted_ms) {
        return HTTP_REFUSED_REPEAT;
    }
    if (refusal->started_ms > acceptance->refused_ms) {
        acceptance->refused_ms = refusal->started_ms;
    }
    if (!first && !refusal->probe) {
        return HTTP_REFUSED_REPEAT;
    }
    if (first) {
        acceptance->since_ms = refusal->now_ms;
        acceptance->tokens = 1;
    }
    int64_t left_ms = acceptance->since_ms + patience_ms(acceptance, refusal->replaceable) - refusal->now_ms;
    if (left_ms <= 0) {
        return HTTP_REFUSED_LASTING;
    }
    int64_t wait_ms = pause_ms(++acceptance->refusals, refusal->random);
    acceptance->until_ms = refusal->now_ms + (wait_ms < left_ms ? wait_ms : left_ms);
    bool more = acceptance->worked || acceptance->tokens < HTTP_ACCEPTANCE_TOKENS;
    if (!refusal->replaceable || acceptance->refusals % 2 != 0 || !more) {
        return HTTP_REFUSED_REPEAT;
    }
    acceptance->tokens++;
    return HTTP_REFUSED_REPLACE;
}

void http_acceptance_accepted(struct http_acceptance *acceptance, int64_t started_ms, bool probe)
{
    acceptance->probing = acceptance->probing && !probe;
    acceptance->worked = true;
    if (started_ms > acceptance->accepted_ms) {
        acceptance->accepted_ms = started_ms;
    }
    if (started_ms > acceptance->refused_ms) {
        http_acceptance_reset(acceptance);
    }
}

void http_acceptance_unanswered(struct http_acceptance *acceptance, int64_t now_ms, uint32_t random)
{
    acceptance->probing = false;
    if (acceptance->refusals > 0) {
        acceptance->until_ms = now_ms + pause_ms(acceptance->refusals, random);
        acceptance->since_ms = now_ms; /* no answer is no refusal */
    }
}

void http_acceptance_reset(struct http_acceptance *acceptance)
{
    acceptance->refusals = 0;
    acceptance->probing = false;
}
