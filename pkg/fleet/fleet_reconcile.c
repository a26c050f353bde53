/* The decisions of a guarded write, from an answer or from a state. */
#include "fleet/fleet_reconcile.h"

#include "fleet/fleet.h"
#include "resource/resource_create.h"

/* A creation is never sent again because of a refusal, but its name may be taken by what an earlier request created. */
static enum fleet_verdict judge_creation(const struct fleet_answer *answer, const struct fleet_rules *rules,
                                         enum fleet_receipt *ret_receipt)
{
    /* what a gateway refuses for a moment is sent again, once it is known not to have arrived */
    bool gateway = answer->foreign && (answer->status == 403 || answer->status == 404) &&
                   rules->rounds_left > FLEET_ROUNDS_MAX - FLEET_GATEWAY_ROUNDS;
    bool refused = answer->status >= 300 && answer->status < 500 && !gateway;
    bool maybe_created = rules->maybe_created || answer->maybe_processed;
    /* the code for a name that is taken is in no source; it comes with one of these (vpc-api.md 1.6) */
    bool maybe_name = answer->status == 400 || answer->status == 409 || answer->status == 422;

    *ret_receipt = answer->maybe_processed && !refused ? FLEET_UNCONFIRMED : FLEET_REFUSED;
    if (!answer->cancelled && rules->readable && (maybe_created || maybe_name)) {
        return FLEET_DO_READ;
    }
    if (maybe_created) {
        return FLEET_END_UNKNOWN;
    }
    return answer->cancelled ? FLEET_END_NOT_SENT : FLEET_END_REFUSED;
}

enum fleet_verdict fleet_judge_answer(const struct fleet_answer *answer, const struct fleet_rules *rules,
                                      enum fleet_receipt *ret_receipt)
{
    bool conflict = answer->status == 412;
    bool gone = answer->status == 404 && !answer->foreign;

    if (answer->accepted || (rules->deletes && gone)) {
        *ret_receipt = FLEET_CONFIRMED;
        return answer->shown || rules->deletes ? FLEET_DO_VERIFY : rules->readable ? FLEET_DO_READ : FLEET_END_UNKNOWN;
    }
    if (rules->creates) {
        return judge_creation(answer, rules, ret_receipt);
    }
    if (answer->status == 409 && rules->settles && !answer->cancelled) {
        *ret_receipt = FLEET_BUSY;
        return FLEET_DO_READ;
    }
    if (conflict && rules->rounds_left > 0) {
        *ret_receipt = FLEET_STALE;
        return FLEET_DO_READ;
    }
    if (answer->maybe_processed) {
        *ret_receipt = FLEET_UNCONFIRMED;
        return answer->cancelled ? FLEET_END_UNKNOWN : FLEET_DO_READ;
    }
    *ret_receipt = FLEET_REFUSED;
    if (answer->status == 404 && !answer->cancelled) {
        return FLEET_DO_READ; /* the resource may be gone, or the path may be wrong */
    }
    return answer->cancelled ? FLEET_END_NOT_SENT : FLEET_END_REFUSED;
}

int fleet_late_read_ms(unsigned reads)
{
    static const int waits_ms[FLEET_LATE_READS] = {300, 700, 1500};

    return waits_ms[reads < FLEET_LATE_READS ? reads : FLEET_LATE_READS - 1];
}

int fleet_settle_wait_ms(unsigned reads, int64_t left_ms)
{
    static const int waits_ms[] = {200, 300, 500, 1000, 2000};
    enum { LAST = sizeof(waits_ms) / sizeof(waits_ms[0]) - 1 };
    int wait_ms = waits_ms[reads < LAST ? reads : LAST];

    return left_ms < wait_ms ? (int)left_ms : wait_ms;
}

bool fleet_is_refusal(const struct err *error)
{
    return error->code == ERR_AUTH || (error->http_status >= 300 && error->http_status < 500 &&
                                       error->http_status != 409 && error->http_status != 429);
}

/* Accepted, and not to be seen: an API that is eventually consistent, or one that claims what it did not do. */
static enum fleet_verdict judge_unseen(enum fleet_match match, const struct fleet_rules *rules)
{
    if (rules->reads_left > 0) {
        return FLEET_DO_READ_LATER;
    }
    if (match == FLEET_CONFLICT) {
        return FLEET_END_CONFLICT;
    }
    return rules->creates ? FLEET_END_NOT_FOUND : FLEET_END_UNSEEN;
}

/* Refused with 409, and may be changed: was it the state? */
static enum fleet_verdict judge_busy(const struct fleet_rules *rules)
{
    if (rules->passing) {
        return rules->time_left ? FLEET_DO_WAIT : FLEET_END_UNSETTLED;
    }
    if (!rules->time_left || !(rules->was_passing || rules->first_busy)) {
        return FLEET_END_REFUSED;
    }
    return rules->was_passing || rules->waited ? FLEET_DO_WRITE : FLEET_DO_WAIT;
}

enum fleet_verdict fleet_judge_state(enum fleet_match match, enum fleet_receipt receipt, bool ours,
                                     const struct fleet_rules *rules)
{
    if (match == FLEET_AS_EXPECTED) {
        return ours ? FLEET_END_CHANGED : FLEET_END_UNCHANGED;
    }
    if (receipt == FLEET_CONFIRMED) {
        return judge_unseen(match, rules);
    }
    if (match != FLEET_DIFFERENT) {
        return match == FLEET_BLOCKED ? FLEET_END_BLOCKED : FLEET_END_CONFLICT;
    }
    /* http has sent the request often enough: it ends as if its last answer had been the only one */
    if (receipt == FLEET_UNCONFIRMED && !rules->creates) {
        return rules->repeatable ? FLEET_DO_WRITE : FLEET_END_REFUSED;
    }
    if (receipt == FLEET_BUSY) {
        return judge_busy(rules);
    }
    if (receipt == FLEET_UNCONFIRMED && rules->rounds_left == 0) {
        return FLEET_END_NOT_FOUND;
    }
    return receipt == FLEET_REFUSED ? FLEET_END_REFUSED : FLEET_DO_WRITE;
}

enum fleet_verdict fleet_judge_unread(bool cancelled, enum fleet_receipt receipt, bool ours,
                                      const struct fleet_rules *rules)
{
    if (ours) {
        bool by_write = receipt == FLEET_UNCONFIRMED && !rules->creates && !cancelled;
        return by_write ? FLEET_END_UNKNOWN : FLEET_END_UNREAD_UNKNOWN;
    }
    if (cancelled) {
        return FLEET_END_NOT_SENT;
    }
    return receipt == FLEET_REFUSED ? FLEET_END_REFUSED : FLEET_END_UNREAD;
}

enum fleet_finding fleet_reconcile_creation(const struct fleet_expected *expected, const struct fleet_actual *actual,
                                            struct text *ret_how)
{
    if (actual->identity == NULL) {
        return FLEET_FOUND_NOTHING;
    }
    if (actual->deleting) {
        text_append(ret_how, "it is being deleted");
        return FLEET_FOUND_OTHER;
    }
    if (!resource_same_identity(expected->identity, actual->identity, ret_how)) {
        return FLEET_FOUND_OTHER;
    }
    return expected->may_be_ours && actual->created_s >= expected->since_s ? FLEET_FOUND_OURS : FLEET_FOUND_EARLIER;
}

int64_t fleet_reconcile_since(int64_t server_now_s, int64_t now_s, int64_t began_s)
{
    int64_t passed_s = now_s > began_s ? now_s - began_s : 0;

    return (server_now_s >= 0 ? server_now_s : now_s) - passed_s - FLEET_CLOCK_SLACK_S;
}
