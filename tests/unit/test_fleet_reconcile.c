/* The decisions of a guarded write: from answers, from states that were read, and from what has the name of a creation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fleet_reconcile.h"

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);

    assert_non_null(value);
    return value;
}

/* --- answers ------------------------------------------------------------------------------------------- */

static const struct fleet_rules patch = {.readable = true, .settles = true, .rounds_left = 4, .reads_left = 1};
static const struct fleet_rules last_patch = {.readable = true};
static const struct fleet_rules deletion = {.readable = true, .deletes = true};
static const struct fleet_rules creation = {.readable = true, .creates = true, .rounds_left = 4};
static const struct fleet_rules third_creation = {.readable = true, .creates = true, .rounds_left = 2};
static const struct fleet_rules nameless = {.creates = true, .rounds_left = 4};
static const struct fleet_rules again = {.readable = true, .creates = true, .maybe_created = true, .rounds_left = 3};
static const struct fleet_rules nameless_again = {.creates = true, .maybe_created = true, .rounds_left = 3};

static void what_follows_from_an_answer(void **state)
{
    static const struct {
        const char *what;
        const struct fleet_rules *rules;
        struct fleet_answer answer;
        enum fleet_verdict verdict;
        enum fleet_receipt receipt;
    } rows[] = {
        {"accepted", &patch, {.accepted = true, .shown = true, .status = 200}, FLEET_DO_VERIFY, FLEET_CONFIRMED},
        {"accepted without a word", &patch, {.accepted = true, .status = 204}, FLEET_DO_READ, FLEET_CONFIRMED},
        {"created without a word", &creation, {.accepted = true, .status = 201}, FLEET_DO_READ, FLEET_CONFIRMED},
        {"created without a name or a word",
         &nameless,
         {.accepted = true, .status = 201},
         FLEET_END_UNKNOWN,
         FLEET_CONFIRMED},
        {"deleted", &deletion, {.accepted = true, .status = 204}, FLEET_DO_VERIFY, FLEET_CONFIRMED},
        {"stale", &patch, {.status = 412}, FLEET_DO_READ, FLEET_STALE},
        {"stale, maybe by ourselves", &patch, {.status = 412, .maybe_processed = true}, FLEET_DO_READ, FLEET_STALE},
        {"stale for the last time", &last_patch, {.status = 412}, FLEET_END_REFUSED, FLEET_REFUSED},
        {"stale for the last time, maybe by ourselves",
         &last_patch,
         {.status = 412, .maybe_processed = true},
         FLEET_DO_READ,
         FLEET_UNCONFIRMED},
        {"a conflict with the state", &patch, {.status = 409}, FLEET_DO_READ, FLEET_BUSY},
        {"a conflict with the state after a lost one",
         &patch,
         {.status = 409, .maybe_processed = true},
         FLEET_DO_READ,
         FLEET_BUSY},
        {"refused", &patch, {.status = 403}, FLEET_END_REFUSED, FLEET_REFUSED},
        {"lost", &patch, {.maybe_processed = true}, FLEET_DO_READ, FLEET_UNCONFIRMED},
        {"lost, then refused", &patch, {.status = 400, .maybe_processed = true}, FLEET_DO_READ, FLEET_UNCONFIRMED},
        {"lost by an interrupt",
         &patch,
         {.cancelled = true, .maybe_processed = true},
         FLEET_END_UNKNOWN,
         FLEET_UNCONFIRMED},
        {"interrupted before it left", &patch, {.cancelled = true}, FLEET_END_NOT_SENT, FLEET_REFUSED},
        {"refused for a moment, then interrupted",
         &patch,
         {.cancelled = true, .status = 429},
         FLEET_END_NOT_SENT,
         FLEET_REFUSED},
        {"gone, or the path is wrong", &patch, {.status = 404}, FLEET_DO_READ, FLEET_REFUSED},
        {"gone, which is wanted", &deletion, {.status = 404}, FLEET_DO_VERIFY, FLEET_CONFIRMED},
        {"gone, says a gateway",
         &deletion,
         {.status = 404, .foreign = true, .maybe_processed = true},
         FLEET_DO_READ,
         FLEET_UNCONFIRMED},
        {"not deleted", &deletion, {.status = 409}, FLEET_END_REFUSED, FLEET_REFUSED},
        {"created", &creation, {.accepted = true, .shown = true, .status = 201}, FLEET_DO_VERIFY, FLEET_CONFIRMED},
        {"lost creation", &creation, {.maybe_processed = true}, FLEET_DO_READ, FLEET_UNCONFIRMED},
        {"lost creation without a name", &nameless, {.maybe_processed = true}, FLEET_END_UNKNOWN, FLEET_UNCONFIRMED},
        {"a creation refused by a gateway",
         &creation,
         {.status = 403, .foreign = true, .maybe_processed = true},
         FLEET_DO_READ,
         FLEET_UNCONFIRMED},
        {"a creation refused by a gateway for the third time",
         &third_creation,
         {.status = 403, .foreign = true, .maybe_processed = true},
         FLEET_DO_READ,
         FLEET_REFUSED},
        {"a creation without a name refused by a gateway",
         &nameless,
         {.status = 403, .foreign = true, .maybe_processed = true},
         FLEET_END_UNKNOWN,
         FLEET_UNCONFIRMED},
        {"a creation sent away",
         &creation,
         {.status = 302, .foreign = true, .maybe_processed = true},
         FLEET_DO_READ,
         FLEET_REFUSED},
        {"lost creation, 5xx", &creation, {.status = 503, .maybe_processed = true}, FLEET_DO_READ, FLEET_UNCONFIRMED},
        {"the name may be taken", &creation, {.status = 400}, FLEET_DO_READ, FLEET_REFUSED},
        {"the name may be taken", &creation, {.status = 409}, FLEET_DO_READ, FLEET_REFUSED},
        {"the name may be taken", &creation, {.status = 422}, FLEET_DO_READ, FLEET_REFUSED},
        {"there is no name", &nameless, {.status = 400}, FLEET_END_REFUSED, FLEET_REFUSED},
        {"it is not about the name", &creation, {.status = 403}, FLEET_END_REFUSED, FLEET_REFUSED},
        {"an earlier one may have created it", &again, {.status = 403}, FLEET_DO_READ, FLEET_REFUSED},
        {"an earlier one may have created it", &nameless_again, {.status = 403}, FLEET_END_UNKNOWN, FLEET_REFUSED},
        {"an earlier one may have created it", &again, {.cancelled = true}, FLEET_END_UNKNOWN, FLEET_REFUSED},
        {"lost, then the name was taken",
         &creation,
         {.status = 400, .maybe_processed = true},
         FLEET_DO_READ,
         FLEET_REFUSED},
        {"interrupted before it left", &creation, {.cancelled = true}, FLEET_END_NOT_SENT, FLEET_REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum fleet_receipt receipt = FLEET_UNSENT;
        enum fleet_verdict verdict = fleet_judge_answer(&rows[i].answer, rows[i].rules, &receipt);
        if (verdict != rows[i].verdict || receipt != rows[i].receipt) {
            fail_msg("row %zu, %s: verdict %d, receipt %d", i, rows[i].what, verdict, receipt);
        }
    }
}

/* --- states -------------------------------------------------------------------------------------------- */

static void what_follows_from_a_state(void **state)
{
    static const struct fleet_rules spent = {.readable = true, .creates = true, .maybe_created = true};
    static const struct fleet_rules starting = {.settles = true, .passing = true, .time_left = true};
    static const struct fleet_rules still_starting = {.settles = true, .passing = true};
    static const struct fleet_rules started = {.settles = true, .was_passing = true, .time_left = true};
    static const struct fleet_rules running = {.settles = true, .time_left = true};
    static const struct fleet_rules first = {.settles = true, .time_left = true, .first_busy = true};
    static const struct fleet_rules paused = {.settles = true, .time_left = true, .first_busy = true, .waited = true};
    static const struct fleet_rules once = {.readable = true, .settles = true, .repeatable = true};
    static const struct fleet_rules no_time = {.settles = true, .first_busy = true};
    static const struct {
        const char *what;
        const struct fleet_rules *rules;
        enum fleet_match match;
        enum fleet_receipt receipt;
        bool ours;
        enum fleet_verdict verdict;
    } rows[] = {
        {"never needed", &patch, FLEET_AS_EXPECTED, FLEET_UNSENT, false, FLEET_END_UNCHANGED},
        {"by the run that was cut off", &patch, FLEET_AS_EXPECTED, FLEET_UNSENT, true, FLEET_END_CHANGED},
        {"lost, and there", &patch, FLEET_AS_EXPECTED, FLEET_UNCONFIRMED, true, FLEET_END_CHANGED},
        {"another writer was first", &patch, FLEET_AS_EXPECTED, FLEET_STALE, false, FLEET_END_UNCHANGED},
        {"to be written", &patch, FLEET_DIFFERENT, FLEET_UNSENT, false, FLEET_DO_WRITE},
        {"cut off before it was sent", &patch, FLEET_DIFFERENT, FLEET_UNSENT, true, FLEET_DO_WRITE},
        {"written with a stale ETag", &patch, FLEET_DIFFERENT, FLEET_STALE, false, FLEET_DO_WRITE},
        {"lost, and not there", &patch, FLEET_DIFFERENT, FLEET_UNCONFIRMED, true, FLEET_END_REFUSED},
        {"taken once, answered with nonsense, not there", &once, FLEET_DIFFERENT, FLEET_UNCONFIRMED, true,
         FLEET_DO_WRITE},
        {"taken once, and overwritten", &once, FLEET_CONFLICT, FLEET_UNCONFIRMED, true, FLEET_END_CONFLICT},
        {"lost, and then overwritten", &patch, FLEET_CONFLICT, FLEET_UNCONFIRMED, true, FLEET_END_CONFLICT},
        {"lost, and then blocked", &patch, FLEET_BLOCKED, FLEET_UNCONFIRMED, true, FLEET_END_BLOCKED},
        {"changed by another writer", &patch, FLEET_CONFLICT, FLEET_UNSENT, false, FLEET_END_CONFLICT},
        {"changed by another writer", &patch, FLEET_CONFLICT, FLEET_STALE, false, FLEET_END_CONFLICT},
        {"accepted, and not to be seen", &patch, FLEET_DIFFERENT, FLEET_CONFIRMED, true, FLEET_DO_READ_LATER},
        {"accepted, and never to be seen", &last_patch, FLEET_DIFFERENT, FLEET_CONFIRMED, true, FLEET_END_UNSEEN},
        {"accepted, and then overwritten", &last_patch, FLEET_CONFLICT, FLEET_CONFIRMED, true, FLEET_END_CONFLICT},
        {"accepted, and seen later", &last_patch, FLEET_AS_EXPECTED, FLEET_CONFIRMED, true, FLEET_END_CHANGED},
        {"created, and not listed", &spent, FLEET_DIFFERENT, FLEET_CONFIRMED, true, FLEET_END_NOT_FOUND},
        {"refused while it starts", &starting, FLEET_DIFFERENT, FLEET_BUSY, false, FLEET_DO_WAIT},
        {"refused, and it starts for ever", &still_starting, FLEET_DIFFERENT, FLEET_BUSY, false, FLEET_END_UNSETTLED},
        {"refused, and it has started", &started, FLEET_DIFFERENT, FLEET_BUSY, false, FLEET_DO_WRITE},
        {"refused for the first time, and runs", &first, FLEET_DIFFERENT, FLEET_BUSY, false, FLEET_DO_WAIT},
        {"refused, and still runs after a pause", &paused, FLEET_DIFFERENT, FLEET_BUSY, false, FLEET_DO_WRITE},
        {"refused, with no time to wait", &no_time, FLEET_DIFFERENT, FLEET_BUSY, false, FLEET_END_REFUSED},
        {"refused again while it runs", &running, FLEET_DIFFERENT, FLEET_BUSY, false, FLEET_END_REFUSED},
        {"refused, and another writer was first", &starting, FLEET_AS_EXPECTED, FLEET_BUSY, false, FLEET_END_UNCHANGED},
        {"cannot take it now", &patch, FLEET_BLOCKED, FLEET_UNSENT, false, FLEET_END_BLOCKED},
        {"deleted after all", &deletion, FLEET_AS_EXPECTED, FLEET_UNCONFIRMED, true, FLEET_END_CHANGED},
        {"not deleted", &deletion, FLEET_DIFFERENT, FLEET_UNCONFIRMED, true, FLEET_END_REFUSED},
        {"still in use", &deletion, FLEET_CONFLICT, FLEET_UNSENT, false, FLEET_END_CONFLICT},
        {"cut off, not created", &again, FLEET_DIFFERENT, FLEET_UNSENT, true, FLEET_DO_WRITE},
        {"lost, not created", &again, FLEET_DIFFERENT, FLEET_UNCONFIRMED, true, FLEET_DO_WRITE},
        {"lost too often", &spent, FLEET_DIFFERENT, FLEET_UNCONFIRMED, true, FLEET_END_NOT_FOUND},
        {"refused, and the name is free", &creation, FLEET_DIFFERENT, FLEET_REFUSED, false, FLEET_END_REFUSED},
        {"the name is another's", &again, FLEET_CONFLICT, FLEET_UNCONFIRMED, true, FLEET_END_CONFLICT},
        {"it existed before", &creation, FLEET_AS_EXPECTED, FLEET_REFUSED, false, FLEET_END_UNCHANGED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum fleet_verdict verdict = fleet_judge_state(rows[i].match, rows[i].receipt, rows[i].ours, rows[i].rules);
        if (verdict != rows[i].verdict) {
            fail_msg("row %zu, %s: verdict %d", i, rows[i].what, verdict);
        }
    }
}

/* Whatever is read, an unconfirmed write never ends as skipped or unchanged unless the state says so. */
static void an_unconfirmed_write_is_never_taken_for_nothing(void **state)
{
    static const struct fleet_rules *const rules[] = {&patch, &last_patch, &deletion, &creation, &again};

    (void)state;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        for (int match = FLEET_AS_EXPECTED; match <= FLEET_CONFLICT; match++) {
            enum fleet_verdict verdict = fleet_judge_state((enum fleet_match)match, FLEET_UNCONFIRMED, true, rules[i]);
            assert_int_not_equal(verdict, FLEET_END_UNCHANGED);
            assert_int_not_equal(verdict, FLEET_END_NOT_SENT);
        }
    }
}

/* --- reads that failed --------------------------------------------------------------------------------- */

static void what_follows_from_a_read_that_failed(void **state)
{
    static const struct {
        const char *what;
        const struct fleet_rules *rules;
        bool cancelled, ours;
        enum fleet_receipt receipt;
        enum fleet_verdict verdict;
    } rows[] = {
        {"nothing was sent", &patch, false, false, FLEET_UNSENT, FLEET_END_UNREAD},
        {"nothing was sent, interrupted", &patch, true, false, FLEET_UNSENT, FLEET_END_NOT_SENT},
        {"refused by a stale ETag", &patch, false, false, FLEET_STALE, FLEET_END_UNREAD},
        {"refused by an ETag that may be stale by our doing", &patch, false, true, FLEET_STALE,
         FLEET_END_UNREAD_UNKNOWN},
        {"the run before was cut off", &patch, false, true, FLEET_UNSENT, FLEET_END_UNREAD_UNKNOWN},
        {"the run before was cut off, interrupted", &patch, true, true, FLEET_UNSENT, FLEET_END_UNREAD_UNKNOWN},
        {"lost", &patch, false, true, FLEET_UNCONFIRMED, FLEET_END_UNKNOWN},
        {"lost, interrupted", &patch, true, true, FLEET_UNCONFIRMED, FLEET_END_UNREAD_UNKNOWN},
        {"lost deletion", &deletion, false, true, FLEET_UNCONFIRMED, FLEET_END_UNKNOWN},
        {"lost creation", &again, false, true, FLEET_UNCONFIRMED, FLEET_END_UNREAD_UNKNOWN},
        {"refused creation", &creation, false, false, FLEET_REFUSED, FLEET_END_REFUSED},
        {"refused creation, interrupted", &creation, true, false, FLEET_REFUSED, FLEET_END_NOT_SENT},
        {"refused change, interrupted", &patch, true, false, FLEET_REFUSED, FLEET_END_NOT_SENT},
        {"refused by a state, interrupted", &patch, true, false, FLEET_BUSY, FLEET_END_NOT_SENT},
        {"refused after a lost one", &again, false, true, FLEET_REFUSED, FLEET_END_UNREAD_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum fleet_verdict verdict =
            fleet_judge_unread(rows[i].cancelled, rows[i].receipt, rows[i].ours, rows[i].rules);
        if (verdict != rows[i].verdict) {
            fail_msg("row %zu, %s: verdict %d", i, rows[i].what, verdict);
        }
    }
}

static void refusals_are_for_good_but_conflicts_and_rate_limits(void **state)
{
    static const struct {
        enum err_code code;
        int status;
        bool refusal;
    } rows[] = {
        {ERR_AUTH, 0, true},   {ERR_API, 400, true},  {ERR_API, 404, true},    {ERR_API, 409, false},
        {ERR_API, 429, false}, {ERR_API, 500, false}, {ERR_NETWORK, 0, false}, {ERR_NONE, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct err error = {.code = rows[i].code, .http_status = rows[i].status};
        assert_int_equal(fleet_is_refusal(&error), rows[i].refusal);
    }
}

/* --- creations --------------------------------------------------------------------------------- */

static void what_is_found_under_the_name_decides(void **state)
{
#define ASKED "{\"profile\":\"bx2-2x8\",\"zone\":\"eu-de-1\",\"image\":\"r010-1\",\"VPC\":\"r010-9\"}"
    static const struct {
        const char *asked, *found; /* NULL: nothing is there */
        int64_t created_s;
        bool may_be_ours;
        enum fleet_finding finding;
        const char *how;
    } rows[] = {
        {ASKED, NULL, -1, true, FLEET_FOUND_NOTHING, ""},
        {ASKED, NULL, -1, false, FLEET_FOUND_NOTHING, ""},
        {ASKED, ASKED, 1000, true, FLEET_FOUND_OURS, ""},
        {ASKED, ASKED, 5000, true, FLEET_FOUND_OURS, ""},
        {ASKED, ASKED, 999, true, FLEET_FOUND_EARLIER, ""},   /* before the run began */
        {ASKED, ASKED, 5000, false, FLEET_FOUND_EARLIER, ""}, /* no request of ours can have made it */
        {ASKED, ASKED, -1, true, FLEET_FOUND_EARLIER, ""},    /* it is not known when */
        {ASKED, "{\"profile\":\"cx2-4x8\",\"zone\":\"eu-de-1\",\"image\":\"r010-1\"}", 5000, true, FLEET_FOUND_OTHER,
         "profile cx2-4x8 instead of bx2-2x8"},
        {ASKED, "{\"profile\":\"bx2-2x8\",\"zone\":\"eu-de-2\",\"image\":\"r010-2\"}", 5000, true, FLEET_FOUND_OTHER,
         "zone eu-de-2 instead of eu-de-1, image r010-2 instead of r010-1"},
        /* booted from something other than an image */
        {ASKED, "{\"profile\":\"bx2-2x8\",\"zone\":\"eu-de-1\",\"VPC\":\"r010-9\"}", 5000, true, FLEET_FOUND_OTHER,
         "image unset instead of r010-1"},
        {ASKED, "{\"profile\":\"bx2-2x8\",\"zone\":\"eu-de-1\",\"image\":\"r010-1\",\"VPC\":\"r010-8\"}", 5000, true,
         FLEET_FOUND_OTHER, "VPC r010-8 instead of r010-9"},
        /* what was not requested may be anything */
        {"{}", ASKED, 5000, true, FLEET_FOUND_OURS, ""},
        {"{\"zone\":\"eu-de-1\"}", ASKED, 5000, true, FLEET_FOUND_OURS, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text how = {0};
        JSON_CLEANUP json_t *asked = parse(rows[i].asked);
        JSON_CLEANUP json_t *found = rows[i].found != NULL ? parse(rows[i].found) : NULL;
        struct fleet_expected expected = {.identity = asked, .may_be_ours = rows[i].may_be_ours, .since_s = 1000};
        struct fleet_actual actual = {.identity = found, .created_s = rows[i].created_s};
        assert_int_equal(fleet_reconcile_creation(&expected, &actual, &how), rows[i].finding);
        assert_string_equal(text_string(&how), rows[i].how);
    }
}

static void what_is_being_deleted_is_not_adopted(void **state)
{
    JSON_CLEANUP json_t *asked = parse(ASKED);

    (void)state;
    for (int ours = 0; ours < 2; ours++) {
        CLEANUP(text_free) struct text how = {0};
        struct fleet_expected expected = {.identity = asked, .may_be_ours = ours == 1, .since_s = 1000};
        struct fleet_actual actual = {.identity = asked, .created_s = 5000, .deleting = true};
        assert_int_equal(fleet_reconcile_creation(&expected, &actual, &how), FLEET_FOUND_OTHER);
        assert_string_equal(text_string(&how), "it is being deleted");
    }
}

static void the_begin_is_in_the_servers_time(void **state)
{
    (void)state;
    /* ten seconds have passed here, whatever either clock says */
    assert_int_equal(fleet_reconcile_since(90000, 1010, 1000), 90000 - 10 - FLEET_CLOCK_SLACK_S);
    assert_int_equal(fleet_reconcile_since(500, 1010, 1000), 500 - 10 - FLEET_CLOCK_SLACK_S);
    /* without a Date this machine's clock has to do; one that was set back has not gone on */
    assert_int_equal(fleet_reconcile_since(-1, 1010, 1000), 1000 - FLEET_CLOCK_SLACK_S);
    assert_int_equal(fleet_reconcile_since(90000, 900, 1000), 90000 - FLEET_CLOCK_SLACK_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_from_an_answer),
        cmocka_unit_test(what_follows_from_a_state),
        cmocka_unit_test(an_unconfirmed_write_is_never_taken_for_nothing),
        cmocka_unit_test(what_follows_from_a_read_that_failed),
        cmocka_unit_test(refusals_are_for_good_but_conflicts_and_rate_limits),
        cmocka_unit_test(what_is_found_under_the_name_decides),
        cmocka_unit_test(what_is_being_deleted_is_not_adopted),
        cmocka_unit_test(the_begin_is_in_the_servers_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
