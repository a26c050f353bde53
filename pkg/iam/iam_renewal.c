/* When a token is used, fetched and given up. */
#include "iam/iam_renewal.h"

#include "http/http_retry.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t pause_ms(const struct iam_renewal *renewal)
{
    return http_backoff_ms(IAM_RENEWAL_PAUSE_MS, IAM_RENEWAL_PAUSE_MAX_MS,
                           renewal->failures > 0 ? renewal->failures - 1 : 0);
}

/* A failure is the end where it is one of many, where IAM means it, or where there never was a token. */
static bool is_final(const struct iam_renewal *renewal)
{
    return renewal->failures > 0 && (!renewal->any || renewal->denied ||
                                     renewal->failed_at_ms - renewal->failing_since_ms >= IAM_RENEWAL_PATIENCE_MS);
}

/* None is left, or IAM takes back the credential of a token that is refused. */
static enum iam_step step_after_failure(struct iam_renewal *renewal, int64_t now_ms)
{
    if (now_ms < renewal->failed_at_ms + IAM_RENEWAL_HOLD_MS) {
        return IAM_FAIL;
    }
    renewal->failures = 0;
    return IAM_FETCH;
}

/* Whether another one is fetched, or the refused one used once more. */
static enum iam_step step_while_refused(struct iam_renewal *renewal, int64_t now_ms)
{
    if (renewal->fetching) {
        return now_ms < renewal->begun_ms + IAM_RENEWAL_REPLACE_MS ? IAM_AWAIT : IAM_USE;
    }
    if (renewal->failures > 0 && renewal->denied) {
        return step_after_failure(renewal, now_ms);
    }
    if (renewal->failures == 0 || now_ms >= renewal->next_ms) {
        return IAM_FETCH;
    }
    renewal->refused = false; /* IAM is down: the API says when it is worth asking again */
    return IAM_USE;
}

enum iam_step iam_renewal_step(struct iam_renewal *renewal, int64_t now_ms)
{
    bool due = !renewal->fetching && now_ms >= renewal->next_ms;

    if (renewal->any && now_ms < renewal->stop_at_ms) {
        return renewal->refused                        ? step_while_refused(renewal, now_ms)
               : due && now_ms >= renewal->renew_at_ms ? IAM_USE_AND_FETCH
                                                       : IAM_USE;
    }
    if (renewal->fetching) {
        return IAM_AWAIT;
    }
    if (is_final(renewal)) {
        return step_after_failure(renewal, now_ms);
    }
    if (due) {
        return IAM_FETCH;
    }
    /* its last seconds are better than none */
    return renewal->failures > 0 && renewal->any && now_ms < renewal->ends_at_ms ? IAM_USE : IAM_AWAIT;
}

int64_t iam_renewal_wait_ms(const struct iam_renewal *renewal, int64_t now_ms)
{
    bool usable = renewal->any && now_ms < renewal->stop_at_ms;

    if (!renewal->fetching) {
        return renewal->next_ms - now_ms;
    }
    return usable ? renewal->begun_ms + IAM_RENEWAL_REPLACE_MS - now_ms : 0;
}

void iam_renewal_begun(struct iam_renewal *renewal, int64_t now_ms)
{
    renewal->fetching = true;
    renewal->begun_ms = now_ms;
    renewal->next_ms = now_ms + IAM_RENEWAL_GAP_MS;
}

void iam_renewal_came(struct iam_renewal *renewal, int64_t life_s, int64_t now_ms)
{
    int64_t life_ms = life_s < 0 ? INT64_MAX / 4 : life_s * 1000;

    *renewal = (struct iam_renewal){.any = true,
                                    .renew_at_ms = now_ms + life_ms / 5 * 4,
                                    .stop_at_ms = now_ms + life_ms - least(life_ms / 10, IAM_RENEWAL_SPARE_MS),
                                    .ends_at_ms = now_ms + life_ms,
                                    .next_ms = renewal->next_ms};
}

void iam_renewal_failed(struct iam_renewal *renewal, bool denied, int64_t now_ms)
{
    renewal->fetching = false;
    renewal->denied = denied;
    renewal->failing_since_ms = renewal->failures++ == 0 ? renewal->begun_ms : renewal->failing_since_ms;
    renewal->failed_at_ms = now_ms;
    int64_t wait_ms = pause_ms(renewal);
    if (renewal->any && !renewal->refused && now_ms < renewal->stop_at_ms) {
        /* several renewals are tried before the token ends */
        int64_t share_ms = least((renewal->stop_at_ms - now_ms) / 4, IAM_RENEWAL_BACKGROUND_MS);
        wait_ms = share_ms > wait_ms ? share_ms : wait_ms;
    }
    renewal->next_ms = now_ms + wait_ms;
}

void iam_renewal_dropped(struct iam_renewal *renewal)
{
    renewal->fetching = false;
    renewal->next_ms = 0;
}

void iam_renewal_refused(struct iam_renewal *renewal)
{
    renewal->refused = true;
}
