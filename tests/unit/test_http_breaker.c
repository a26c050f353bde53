/* When a server counts as down, when it is asked again, and when it is given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "http/http_breaker.h"

enum { OUTAGE_MS = 120 * 1000 };

/* Each letter is an attempt of a millisecond of its own. */
enum step {
    GOOD = 'g',           /* a read that was answered well */
    BAD = 'b',            /* a read without a connection */
    BAD_WRITE = 'w',      /* a write that was answered with 500 */
    GOOD_WRITE = 'W',     /* a write that was answered well */
    NEUTRAL = 'n',        /* cancelled, say */
    OLD = 'o',            /* bad, and older than the row */
    LONE = 'l',           /* bad, the last attempt of its request */
    LONE_API_ERROR = 'L', /* the same, with an error of the API's own */
    PROBE_GOOD = '+',
    PROBE_BAD = '-',
};

struct bench {
    struct http_breaker breaker;
    int64_t now_ms;
    unsigned older;
};

static void play(struct bench *bench, const char *steps)
{
    for (; *steps != '\0'; steps++) {
        enum step step = (enum step) * steps;
        bool probe = step == PROBE_GOOD || step == PROBE_BAD;
        bool good = step == GOOD || step == GOOD_WRITE || step == PROBE_GOOD;
        if (probe) {
            int64_t wait_ms = http_breaker_probe_wait_ms(&bench->breaker, bench->now_ms);
            assert_true(wait_ms >= 0);
            bench->now_ms += wait_ms;
            http_breaker_probe_started(&bench->breaker);
        }
        bench->now_ms += 2;
        http_breaker_note(&bench->breaker, &(struct http_breaker_outcome){
                                               .quality = good              ? HTTP_QUALITY_GOOD
                                                          : step == NEUTRAL ? HTTP_QUALITY_NEUTRAL
                                                                            : HTTP_QUALITY_BAD,
                                               .started_ms = step == OLD ? 0 : bench->now_ms - 1,
                                               .now_ms = bench->now_ms,
                                               .second_ms = bench->now_ms - 1,
                                               .older = bench->older,
                                               .probe = probe,
                                               .write = step == BAD_WRITE || step == GOOD_WRITE,
                                               .answered = step == BAD_WRITE,
                                               .api_error = step == LONE_API_ERROR,
                                               .used_up = step == LONE || step == LONE_API_ERROR,
                                               .retry_after_ms = -1,
                                           });
    }
}

static struct bench begin(int64_t outage_ms)
{
    struct bench bench = {.now_ms = 1000};

    http_breaker_begin(&bench.breaker, outage_ms);
    return bench;
}

static void rows(void **state)
{
    static const struct {
        const char *what, *steps;
        unsigned older;
        enum http_breaker_state end;
    } cases[] = {
        {"twelve in a row after something good", "gbbbbbbbbbbbb", 0, HTTP_BREAKER_OPEN},
        {"eleven are none", "gbbbbbbbbbbb", 0, HTTP_BREAKER_CLOSED},
        {"a good answer begins the row anew", "gbbbbbbbbbbbgbbbbbbbbbbb", 0, HTTP_BREAKER_CLOSED},
        {"what is neither does not", "gbbbbbbnbbbbbb", 0, HTTP_BREAKER_OPEN},
        {"a server that never worked is not waited for", "bbbbbbbbbbbbbbbbbbbbbbbb", 0, HTTP_BREAKER_CLOSED},
        {"attempts from before the row count for nothing", "gboooooooooooooooooooooo", 0, HTTP_BREAKER_CLOSED},
        {"one that is still out may be good", "gbbbbbbbbbbbbbbb", 1, HTTP_BREAKER_CLOSED},
        {"four more for it", "gbbbbbbbbbbbbbbbb", 1, HTTP_BREAKER_OPEN},
        {"a lone request whose attempts are used up", "gbbl", 0, HTTP_BREAKER_OPEN},
        {"but not where the API itself answers", "gbbL", 0, HTTP_BREAKER_CLOSED},
        {"a good probe closes it", "gbbbbbbbbbbbb+", 0, HTTP_BREAKER_CLOSED},
        {"a bad one does not", "gbbbbbbbbbbbb---", 0, HTTP_BREAKER_OPEN},
        {"a late good answer to another request is no probe", "gbbbbbbbbbbbbg", 0, HTTP_BREAKER_OPEN},
        {"it opens again", "gbbbbbbbbbbbb+bbbbbbbbbbbb", 0, HTTP_BREAKER_OPEN},
        {"answers to writes make a row", "gwwwwwwwwwwww", 0, HTTP_BREAKER_OPEN},
        {"until a probe says that the server is up", "gwwwwwwwwwwww+wwwwwwwwwwwwwwwwwwww", 0, HTTP_BREAKER_CLOSED},
        {"a read between them makes no difference", "gwwwwwwwwwwww+gwwwwwwwwwwwwwwwwwwww", 0, HTTP_BREAKER_CLOSED},
        {"and a write that succeeds does", "gwwwwwwwwwwww+Wwwwwwwwwwwww", 0, HTTP_BREAKER_OPEN},
        {"reads still count", "gwwwwwwwwwwww+wwwbbbbbbbbbbbb", 0, HTTP_BREAKER_OPEN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bench bench = begin(OUTAGE_MS);
        bench.older = cases[i].older;
        play(&bench, cases[i].steps);
        if (bench.breaker.state != cases[i].end) {
            fail_msg("%s: %d", cases[i].what, (int)bench.breaker.state);
        }
    }
}

static void qualities(void **state)
{
    static const struct {
        const char *what;
        enum http_fault fault;
        int status;
        bool gateway, well_formed;
        enum http_quality quality;
    } cases[] = {
        {"no connection", HTTP_FAULT_UNREACHED, 0, false, false, HTTP_QUALITY_BAD},
        {"no answer", HTTP_FAULT_UNANSWERED, 0, false, false, HTTP_QUALITY_BAD},
        {"half an answer, or a page", HTTP_FAULT_BROKEN, 200, false, false, HTTP_QUALITY_BAD},
        {"an answer of no use", HTTP_FAULT_BROKEN, 200, false, true, HTTP_QUALITY_GOOD},
        {"a bad certificate", HTTP_FAULT_UNTRUSTED, 0, false, false, HTTP_QUALITY_NEUTRAL},
        {"cancelled", HTTP_FAULT_CANCELLED, 0, false, false, HTTP_QUALITY_NEUTRAL},
        {"done", HTTP_FAULT_NONE, 200, false, false, HTTP_QUALITY_GOOD},
        {"a redirect", HTTP_FAULT_NONE, 302, true, false, HTTP_QUALITY_NEUTRAL},
        {"the API's own errors", HTTP_FAULT_NONE, 404, false, false, HTTP_QUALITY_GOOD},
        {"a gateway's 401", HTTP_FAULT_NONE, 401, true, false, HTTP_QUALITY_BAD},
        {"a gateway's 403", HTTP_FAULT_NONE, 403, true, false, HTTP_QUALITY_BAD},
        {"a gateway's 404", HTTP_FAULT_NONE, 404, true, false, HTTP_QUALITY_BAD},
        {"a gateway that minds the request", HTTP_FAULT_NONE, 400, true, false, HTTP_QUALITY_NEUTRAL},
        {"too many requests", HTTP_FAULT_NONE, 429, true, false, HTTP_QUALITY_GOOD},
        {"internal error", HTTP_FAULT_NONE, 500, false, false, HTTP_QUALITY_BAD},
        {"bad gateway", HTTP_FAULT_NONE, 502, true, false, HTTP_QUALITY_BAD},
        {"not implemented", HTTP_FAULT_NONE, 501, false, false, HTTP_QUALITY_GOOD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (http_breaker_quality(cases[i].fault, cases[i].status, cases[i].gateway, cases[i].well_formed) !=
            cases[i].quality) {
            fail_msg("%s", cases[i].what);
        }
    }
}

static void probes_come_ever_later(void **state)
{
    static const int64_t top_ms[] = {1000, 2000, 4000, 8000, 10000, 10000, 10000};
    struct bench bench = begin(OUTAGE_MS);

    (void)state;
    play(&bench, "gbbbbbbbbbbbb");
    for (size_t i = 0; i < sizeof(top_ms) / sizeof(top_ms[0]); i++) {
        int64_t wait_ms = http_breaker_probe_wait_ms(&bench.breaker, bench.now_ms);
        assert_in_range(wait_ms, top_ms[i] / 2, top_ms[i]);
        play(&bench, "-");
    }
    /* the server may ask for more */
    bench.now_ms += http_breaker_probe_wait_ms(&bench.breaker, bench.now_ms);
    http_breaker_probe_started(&bench.breaker);
    assert_int_equal(http_breaker_probe_wait_ms(&bench.breaker, bench.now_ms), -1);
    http_breaker_note(&bench.breaker,
                      &(struct http_breaker_outcome){
                          .quality = HTTP_QUALITY_BAD, .now_ms = bench.now_ms, .probe = true, .retry_after_ms = 30000});
    assert_int_equal(http_breaker_probe_wait_ms(&bench.breaker, bench.now_ms), 30000);
}

static void an_outage_has_its_time(void **state)
{
    struct bench bench = begin(OUTAGE_MS);

    (void)state;
    assert_int_equal(http_breaker_left_ms(&bench.breaker, bench.now_ms), -1);
    play(&bench, "gbbbbbbbbbbbb");
    int64_t opened_ms = bench.now_ms;
    assert_int_equal(http_breaker_left_ms(&bench.breaker, opened_ms), OUTAGE_MS);
    /* a server that answers nothing but probes is as good as down */
    play(&bench, "-+bbbbbbbbbbbb");
    assert_int_equal(http_breaker_left_ms(&bench.breaker, opened_ms + 5000), OUTAGE_MS - 5000);
    assert_false(http_breaker_expire(&bench.breaker, opened_ms + OUTAGE_MS - 1));
    assert_true(http_breaker_expire(&bench.breaker, opened_ms + OUTAGE_MS));
    assert_false(http_breaker_expire(&bench.breaker, opened_ms + OUTAGE_MS));
    assert_int_equal(bench.breaker.state, HTTP_BREAKER_LOST);
    /* one that has worked meanwhile has an outage of its own later */
    bench = begin(OUTAGE_MS);
    play(&bench, "gbbbbbbbbbbbb-+gbbbbbbbbbbbb");
    assert_int_equal(http_breaker_left_ms(&bench.breaker, bench.now_ms), OUTAGE_MS);
    /* no time: the end comes where the wait would have begun, and a lone request fails as ever */
    bench = begin(0);
    play(&bench, "gbbl");
    assert_int_equal(bench.breaker.state, HTTP_BREAKER_CLOSED);
    play(&bench, "gbbbbbbbbbbbb");
    assert_true(http_breaker_expire(&bench.breaker, bench.now_ms));
    bench = begin(-1);
    play(&bench, "gbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbl");
    assert_int_equal(bench.breaker.state, HTTP_BREAKER_CLOSED);
}

/*
 * Windows full of requests of which a share fails, at once or only after a long time, while the others take their time:
 * the breaker must stay closed.
 */
static void a_share_of_faults_opens_nothing(void **state)
{
    enum { WINDOW = 64, REQUESTS = 4000, USUAL_MS = 200 };
    static const struct {
        unsigned percent;
        int64_t fault_ms;
    } cases[] = {{20, 1}, {30, 1}, {30, USUAL_MS}, {20, 5000}, {30, 5000}};
    unsigned opened = 0;

    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        struct bench bench = begin(OUTAGE_MS);
        struct {
            int64_t started_ms, ends_ms;
            bool bad;
        } flying[WINDOW] = {0};
        unsigned dice = 7;
        play(&bench, "g");
        for (unsigned left = REQUESTS, in_flight = 0; left + in_flight > 0; bench.now_ms++) {
            for (size_t i = 0; i < WINDOW; i++) {
                if (flying[i].started_ms > 0 && flying[i].ends_ms <= bench.now_ms) {
                    unsigned older = 0;
                    for (size_t o = 0; o < WINDOW; o++) {
                        older += o != i && flying[o].started_ms > 0 && flying[o].started_ms <= bench.breaker.row_ms;
                    }
                    http_breaker_note(
                        &bench.breaker,
                        &(struct http_breaker_outcome){.quality = flying[i].bad ? HTTP_QUALITY_BAD : HTTP_QUALITY_GOOD,
                                                       .started_ms = flying[i].started_ms,
                                                       .now_ms = bench.now_ms,
                                                       .older = older,
                                                       .retry_after_ms = -1});
                    opened += bench.breaker.state != HTTP_BREAKER_CLOSED;
                    bench.breaker.state = HTTP_BREAKER_CLOSED;
                    left += flying[i].bad; /* it is sent again */
                    flying[i].started_ms = 0;
                }
                if (flying[i].started_ms == 0 && left > 0) {
                    dice = dice * 1664525U + 1013904223U;
                    flying[i].bad = (dice >> 8) % 100 < cases[c].percent;
                    flying[i].started_ms = bench.now_ms;
                    flying[i].ends_ms = bench.now_ms + (flying[i].bad ? cases[c].fault_ms : USUAL_MS);
                    left--;
                }
            }
            in_flight = 0;
            for (size_t i = 0; i < WINDOW; i++) {
                in_flight += flying[i].started_ms > 0;
            }
        }
    }
    assert_int_equal(opened, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(qualities),
        cmocka_unit_test(probes_come_ever_later),
        cmocka_unit_test(an_outage_has_its_time),
        cmocka_unit_test(a_share_of_faults_opens_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
