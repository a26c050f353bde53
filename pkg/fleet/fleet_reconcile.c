/* The decisions of a guarded write, from an answer or from a state. */
#include "fleet/fleet_reconcile.h"

#include "resource/resource_create.h"

/* A creation is never sent again because of a refusal, but its name may be taken by what an earlier request created. */
static enum fleet_verdict judge_creation(const struct fleet_answer *answer, const struct fleet_rules *rules,
                                         enum fleet_receipt *ret_receipt)
{
    bool refused = answer->status >= 400 && answer->status < 500;
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
    return answer->cancelled && answer->attempts == 0 ? FLEET_END_NOT_SENT : FLEET_END_REFUSED;
}

enum fleet_verdict fleet_judge_answer(const struct fleet_answer *answer, const struct fleet_rules *rules,
                                      enum fleet_receipt *ret_receipt)
{
    bool conflict = answer->status == 412;

    if (answer->accepted || (rules->deletes && answer->status == 404)) {
        *ret_receipt = FLEET_CONFIRMED;
        return FLEET_DO_VERIFY;
    }
    if (rules->creates) {
        return judge_creation(answer, rules, ret_receipt);
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
    return answer->cancelled && answer->attempts == 0 ? FLEET_END_NOT_SENT : FLEET_END_REFUSED;
}

bool fleet_is_refusal(const struct err *error)
{
    return error->code == ERR_AUTH || (error->http_status >= 400 && error->http_status < 500 &&
                                       error->http_status != 409 && error->http_status != 429);
}

enum fleet_verdict fleet_judge_state(enum fleet_match match, enum fleet_receipt receipt, bool ours,
                                     const struct fleet_rules *rules)
{
    if (match == FLEET_AS_EXPECTED) {
        return ours ? FLEET_END_CHANGED : FLEET_END_UNCHANGED;
    }
    /* whoever changed it after that: http has sent the request often enough */
    if (receipt == FLEET_UNCONFIRMED && !rules->creates) {
        return FLEET_END_WITHOUT_EFFECT;
    }
    if (match != FLEET_DIFFERENT) {
        return match == FLEET_BLOCKED ? FLEET_END_BLOCKED : FLEET_END_CONFLICT;
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
    if (receipt == FLEET_REFUSED) {
        return FLEET_END_REFUSED;
    }
    return cancelled ? FLEET_END_NOT_SENT : FLEET_END_UNREAD;
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
