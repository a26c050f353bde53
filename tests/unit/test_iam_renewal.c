/* When a token is used, fetched and given up: a table of moments for each course of events. */
#include "iam/iam_renewal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum event { ASK, BEGUN, CAME, FAILED, DENIED, REFUSED, DROPPED, END };

struct moment {
    enum event event;
    int64_t at_ms;
    int64_t value; /* ASK: the step that follows; CAME: the life in seconds */
};

#define FETCHED(at, life)                                       \
    {ASK, at, IAM_FETCH}, {BEGUN, at, 0}, {ASK, at, IAM_AWAIT}, \
    {                                                           \
        CAME, at, life                                          \
    }

static void courses(void **state)
{
    static const struct {
        const char *what;
        struct moment moments[20];
    } rows[] = {
        {"renewed at 80 % while it is used, and not used in its last seconds",
         {FETCHED(0, 1000),
          {ASK, 799999, IAM_USE},
          {ASK, 800000, IAM_USE_AND_FETCH},
          {BEGUN, 800000, 0},
          {ASK, 800001, IAM_USE},
          {ASK, 990000, IAM_AWAIT},
          {CAME, 990000, 1000},
          {ASK, 990001, IAM_USE},
          {END, 0, 0}}},
        {"a renewal that fails is tried again in time, and the last seconds are used where none comes",
         {FETCHED(0, 100),
          {BEGUN, 80000, 0},
          {FAILED, 80000, 0},
          {ASK, 80001, IAM_USE},
          {ASK, 82500, IAM_USE_AND_FETCH},
          {BEGUN, 82500, 0},
          {FAILED, 89999, 0},
          {ASK, 90001, IAM_USE},
          {ASK, 92000, IAM_FETCH},
          {BEGUN, 92000, 0},
          {FAILED, 99990, 0},
          {ASK, 99999, IAM_USE},
          {ASK, 100000, IAM_AWAIT},
          {END, 0, 0}}},
        {"the first token: one failure is enough, and a later command asks again",
         {{ASK, 0, IAM_FETCH},
          {BEGUN, 0, 0},
          {FAILED, 8000, 0},
          {ASK, 8001, IAM_FAIL},
          {ASK, 9999, IAM_FAIL},
          {ASK, 10000, IAM_FETCH},
          {END, 0, 0}}},
        {"a token that was there is asked for again until patience ends",
         {FETCHED(0, 10),
          {ASK, 11000, IAM_FETCH},
          {BEGUN, 11000, 0},
          {FAILED, 12000, 0},
          {ASK, 12001, IAM_AWAIT},
          {ASK, 13000, IAM_FETCH},
          {BEGUN, 13000, 0},
          {FAILED, 70999, 0},
          {ASK, 71000, IAM_AWAIT},
          {FAILED, 71000, 0},
          {ASK, 71001, IAM_FAIL},
          {END, 0, 0}}},
        {"a credential that IAM takes back is final at once",
         {FETCHED(0, 10), {BEGUN, 11000, 0}, {DENIED, 11100, 0}, {ASK, 11101, IAM_FAIL}, {END, 0, 0}}},
        {"refused by the API: another one, at once",
         {FETCHED(0, 1000), {REFUSED, 100, 0}, FETCHED(100, 1000), {ASK, 200, IAM_USE}, {END, 0, 0}}},
        {"refused, and IAM does not answer: the refused one once more",
         {FETCHED(0, 1000),
          {REFUSED, 20000, 0},
          {BEGUN, 20000, 0},
          {ASK, 24999, IAM_AWAIT},
          {ASK, 25000, IAM_USE},
          {FAILED, 30000, 0},
          {ASK, 30001, IAM_USE},
          {ASK, 31001, IAM_USE},
          {REFUSED, 31001, 0},
          {ASK, 31001, IAM_FETCH},
          {END, 0, 0}}},
        {"refused, and IAM takes back the credential",
         {FETCHED(0, 1000),
          {REFUSED, 20000, 0},
          {BEGUN, 20000, 0},
          {DENIED, 20100, 0},
          {ASK, 20101, IAM_FAIL},
          {END, 0, 0}}},
        {"a token request that was given up is made again",
         {FETCHED(0, 1000), {REFUSED, 100, 0}, {BEGUN, 100, 0}, {DROPPED, 150, 0}, {ASK, 151, IAM_FETCH}, {END, 0, 0}}},
        {"lives of a second: one request a second",
         {FETCHED(0, 1),
          {ASK, 800, IAM_USE},
          {ASK, 900, IAM_AWAIT},
          {ASK, 1000, IAM_FETCH},
          {BEGUN, 1000, 0},
          {CAME, 1500, 1},
          {ASK, 2299, IAM_USE},
          {ASK, 2300, IAM_USE_AND_FETCH},
          {END, 0, 0}}},
        {"an unknown life", {FETCHED(0, -1), {ASK, INT64_C(1) << 50, IAM_USE}, {END, 0, 0}}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct iam_renewal renewal = {0};
        for (const struct moment *moment = rows[i].moments; moment->event != END; moment++) {
            switch (moment->event) {
            case ASK: {
                enum iam_step step = iam_renewal_step(&renewal, moment->at_ms);
                if ((int64_t)step != moment->value) {
                    fail_msg("%s, at %lld ms: %d", rows[i].what, (long long)moment->at_ms, (int)step);
                }
                break;
            }
            case BEGUN:
                iam_renewal_begun(&renewal, moment->at_ms);
                break;
            case CAME:
                iam_renewal_came(&renewal, moment->value, moment->at_ms);
                break;
            case FAILED:
            case DENIED:
                iam_renewal_failed(&renewal, moment->event == DENIED, moment->at_ms);
                break;
            case REFUSED:
                iam_renewal_refused(&renewal);
                break;
            case DROPPED:
                iam_renewal_dropped(&renewal);
                break;
            case END:
                break;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(courses)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
