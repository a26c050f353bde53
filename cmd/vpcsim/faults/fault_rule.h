/*
 * fault_rule: one rule of a scenario, read and matched; faults.h explains the members.
 */
#ifndef VPCSIM_FAULT_RULE_H
#define VPCSIM_FAULT_RULE_H

#include "err/err.h"
#include "vpcsim/faults/fault_churn.h"
#include "vpcsim/faults/fault_edit.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

enum fault_action {
    FAULT_LATENCY,
    FAULT_STATUS,
    FAULT_RESET,
    FAULT_HANG,
    FAULT_TRUNCATE,
    FAULT_DRIP,
    FAULT_GARBAGE,
    FAULT_CONTENT_TYPE,
    FAULT_EXPIRE_TOKEN,
    FAULT_TOKEN_DELAY,
    FAULT_CHANGE,
    FAULT_HEADERS,
    FAULT_EDIT,
    FAULT_STALE,
    FAULT_DELETE,
    FAULT_CHURN,
};

enum { FAULT_NTH_MAX = 64, FAULT_HEADERS_MAX = 4 };

struct fault_rule {
    char *operation, *method, *path; /* NULL: any */
    long nth[FAULT_NTH_MAX];
    size_t nth_count;
    json_t *during;                     /* statuses of the server; NULL: any */
    long every, after, limit, lasts_ms; /* 0: not given */
    double probability;                 /* 1: always */
    enum fault_action action;
    long ms_min, ms_max;
    unsigned status;
    long retry_after; /* seconds; -1: not given */
    bool retry_after_date;
    char *body, *code, *type; /* NULL: the default */
    bool after_commit;
    bool recreate; /* for FAULT_DELETE: another one has its name then */
    double keep;
    long bytes, interval_ms;
    long reads;      /* that are answered with the state from before, for FAULT_STALE */
    json_t *set;     /* settings, for FAULT_CHANGE; members and values, for FAULT_EDIT */
    json_t *headers; /* name: value with %XX, for FAULT_HEADERS */
    json_t *record;  /* which records, for FAULT_EDIT; NULL: the whole answer */
    json_t *remove;  /* JSON pointers, for FAULT_EDIT */
    struct churn churn;
    /* what happened so far */
    long seen, fired;
    int64_t fired_ms;   /* when it fired first */
    int64_t churned_ms; /* until when FAULT_CHURN of an interval is done; 0: not begun */
};

bool fault_rule_read(const json_t *document, struct fault_rule *ret_rule, struct err *e)
    __attribute__((warn_unused_result));
void fault_rule_free(struct fault_rule *rule);

/* Whether the rule is about this request; `number` of such requests are counted by fault_rule_fires. */
bool fault_rule_fits(const struct fault_rule *rule, const struct request *request);

/* Counts the request and returns whether the rule fires; `dice` is 0..1. Not `is_free`: another one fired. */
bool fault_rule_fires(struct fault_rule *rule, double dice, bool is_free, int64_t now_ms);

/* Refuses members that are not among those known, and what is no object. */
bool fault_check_members(const json_t *document, const char *const members[], size_t count, struct err *e)
    __attribute__((warn_unused_result));

/* Appends the bytes that a header's value in a rule stands for; false when it cannot be one. */
bool fault_rule_decode(const char *value, struct text *out) __attribute__((warn_unused_result));

/* What a rule of FAULT_EDIT changes; borrowed from the rule. */
struct fault_edit fault_rule_edit(const struct fault_rule *rule);

/* The name of the action in scenarios and in the log. */
const char *fault_rule_action(const struct fault_rule *rule);

#endif
