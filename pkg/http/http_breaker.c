/* Whether a server is down, and when to ask it again. */
#include "http/http_breaker.h"

#include "http/http_retry.h"

enum http_quality http_breaker_quality(enum http_fault fault, int status, bool gateway, bool well_formed)
{
    switch (fault) {
    case HTTP_FAULT_UNREACHED:
    case HTTP_FAULT_UNANSWERED:
        return HTTP_QUALITY_BAD;
    case HTTP_FAULT_BROKEN:
        return well_formed ? HTTP_QUALITY_GOOD : HTTP_QUALITY_BAD;
    case HTTP_FAULT_UNTRUSTED:
    case HTTP_FAULT_REFUSED:
    case HTTP_FAULT_CANCELLED:
        return HTTP_QUALITY_NEUTRAL;
    case HTTP_FAULT_NONE:
        break;
    }
    if (status == 429 || status == 501 || (status >= 200 && status < 300)) {
        return HTTP_QUALITY_GOOD;
    }
    if (status >= 500 || (gateway && (status == 401 || status == 403 || status == 404))) {
        return HTTP_QUALITY_BAD;
    }
    return gateway || status < 400 ? HTTP_QUALITY_NEUTRAL : HTTP_QUALITY_GOOD;
}

void http_breaker_begin(struct http_breaker *breaker, int64_t outage_ms)
{
    *breaker = (struct http_breaker){.enabled = outage_ms >= 0, .outage_ms = outage_ms};
}

static int64_t probe_pause_ms(const struct http_breaker *breaker, uint32_t random)
{
    return http_backoff_half_jitter_ms(HTTP_BREAKER_PROBE_MS, HTTP_BREAKER_PROBE_MAX_MS, breaker->probes, random);
}

static void plan_probe(struct http_breaker *breaker, const struct http_breaker_outcome *outcome, int64_t pause_ms)
{
    int64_t retry_after_ms = outcome->retry_after_ms;

    breaker->state = HTTP_BREAKER_OPEN;
    breaker->probe_ms = outcome->now_ms + (pause_ms > retry_after_ms ? pause_ms : retry_after_ms);
}

static void open(struct http_breaker *breaker, const struct http_breaker_outcome *outcome, int64_t pause_ms)
{
    bool relapse = breaker->opened_ms != 0 && outcome->now_ms - breaker->closed_ms < HTTP_BREAKER_RELAPSE_MS;

    if (!relapse) {
        breaker->opened_ms = outcome->now_ms;
        breaker->probes = 0;
    }
    plan_probe(breaker, outcome, pause_ms);
}

static void note_good(struct http_breaker *breaker, const struct http_breaker_outcome *outcome)
{
    breaker->proven = true;
    breaker->good_ms = outcome->now_ms;
    if (breaker->state == HTTP_BREAKER_CLOSED) {
        breaker->row = 0;
        breaker->opened_ms = 0;
        breaker->writes_refused = breaker->writes_refused && !outcome->write;
    } else if (outcome->probe && breaker->state != HTTP_BREAKER_LOST) {
        breaker->state = HTTP_BREAKER_CLOSED;
        breaker->closed_ms = outcome->now_ms;
        breaker->writes_refused = breaker->writes_only;
        breaker->row = 0;
    }
}

static void count_bad(struct http_breaker *breaker, const struct http_breaker_outcome *outcome)
{
    bool write_answered = outcome->write && outcome->answered;

    if (breaker->row == 0) {
        breaker->row = 1;
        breaker->row_ms = breaker->counted_ms = outcome->now_ms;
        breaker->writes_only = write_answered;
        return;
    }
    breaker->writes_only = breaker->writes_only && write_answered;
    if (outcome->started_ms > (outcome->shared ? breaker->counted_ms : breaker->row_ms)) {
        breaker->row++;
        breaker->counted_ms = outcome->now_ms;
    }
}

static bool is_lone_failure(const struct http_breaker *breaker, const struct http_breaker_outcome *outcome)
{
    return outcome->used_up && !outcome->api_error && breaker->good_ms <= outcome->second_ms && breaker->outage_ms > 0;
}

void http_breaker_note(struct http_breaker *breaker, const struct http_breaker_outcome *outcome)
{
    if (outcome->quality == HTTP_QUALITY_GOOD) {
        note_good(breaker, outcome);
        return;
    }
    if (outcome->probe && breaker->state == HTTP_BREAKER_HALF_OPEN) {
        breaker->probes++;
        plan_probe(breaker, outcome, probe_pause_ms(breaker, outcome->random));
        return;
    }
    bool refused_write = breaker->writes_refused && outcome->write && outcome->answered;
    if (outcome->quality != HTTP_QUALITY_BAD || !breaker->proven || !breaker->enabled || refused_write ||
        breaker->state != HTTP_BREAKER_CLOSED) {
        return;
    }
    count_bad(breaker, outcome);
    if (breaker->row >= HTTP_BREAKER_ROW + HTTP_BREAKER_OLDER * outcome->older) {
        open(breaker, outcome, probe_pause_ms(breaker, outcome->random));
    } else if (is_lone_failure(breaker, outcome)) {
        open(breaker, outcome, 0);
    }
}

bool http_breaker_expire(struct http_breaker *breaker, int64_t now_ms)
{
    if (http_breaker_left_ms(breaker, now_ms) != 0) {
        return false;
    }
    breaker->state = HTTP_BREAKER_LOST;
    return true;
}

int64_t http_breaker_probe_wait_ms(const struct http_breaker *breaker, int64_t now_ms)
{
    if (breaker->state != HTTP_BREAKER_OPEN) {
        return -1;
    }
    return breaker->probe_ms > now_ms ? breaker->probe_ms - now_ms : 0;
}

void http_breaker_probe_started(struct http_breaker *breaker)
{
    breaker->state = HTTP_BREAKER_HALF_OPEN;
}

void http_breaker_probe_dropped(struct http_breaker *breaker)
{
    if (breaker->state == HTTP_BREAKER_HALF_OPEN) {
        breaker->state = HTTP_BREAKER_OPEN;
    }
}

int64_t http_breaker_left_ms(const struct http_breaker *breaker, int64_t now_ms)
{
    if (breaker->state != HTTP_BREAKER_OPEN && breaker->state != HTTP_BREAKER_HALF_OPEN) {
        return -1;
    }
    int64_t left_ms = breaker->opened_ms + breaker->outage_ms - now_ms;
    return left_ms > 0 ? left_ms : 0;
}
