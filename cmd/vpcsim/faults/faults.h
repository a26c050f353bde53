/*
 * faults: what goes wrong on purpose. Faults are data: a scenario is a JSON document of rules (README of
 * tests/data/scenarios/, `vpcsim --scenarios`), tried in order for every request but the simulator's own:
 *
 *   {"seed": 1, "rules": [ {MATCH, WHEN, "action": NAME, PARAMETERS}, ... ], "rate": [ STEP, ... ]}
 *
 * MATCH (all that are given must fit): "operation" ("instances.patch", * ? as in a shell), "method", "path" (glob),
 * "during" (statuses of the server that the path names: ["starting", "stopping"]).
 * WHEN, counted over the requests that fit the rule: "nth" (a number or an array, from 1), "every" N, "after" N (skips
 * the first N), "probability" 0..1 (seeded, by request and attempt, so that the order of arrival does not matter),
 * "limit" (times that it fires at most), "lasts_ms" (no longer than that after it fired first).
 * Actions:
 *   latency       "ms": N or [min, max]; adds to the delay of the answer
 *   status        "status": 429..., "retry_after": seconds or "date:SECONDS", "body": "api" | "html" | "empty",
 *                 any other text as it is, in which {authorization} stands for that header of the request, or an
 *                 object or array; "type" (text/plain, of JSON application/json), "code", "when"
 *   reset         the connection is reset; "when"
 *   hang          no answer for "ms" (60000), then the connection is closed; "when"
 *   truncate      the body ends after "keep" (0.5) of it and the connection is closed
 *   drip          the body comes "bytes" (64) at a time every "interval_ms" (50)
 *   garbage       a body that is no JSON under the right status
 *   content_type  the answer calls itself "type" ("text/html")
 *   expire_token  every token issued so far has expired
 *   token_delay   of "iam.token": the token that is issued is unknown to the API for "ms", as it takes time to spread
 *   change        another client changes the server first: "set" {"metadata_service": {...}, "name": NAME, in which
 *                 {name} stands for the old one}, and of an instance its ETag and "status": "starting"; a status that
 *                 passes does so as always (--transition-ms)
 *   delete        another client has deleted the server of the path before; with "recreate": true it has made another
 *                 one of the same name, place and settings
 *   stale         the request takes effect, but its answer shows the resource as it was before, and so do its next
 *                 "reads" (1) GETs, and those of the next "ms" (0)
 *   headers       "headers": {"x-request-id": "a%FFb"}: the answer has these, as bytes with %XX for those that JSON
 *                 cannot hold
 *   edit          records in the body of the answer (2xx) are changed, and nothing in the store: "set": {POINTER:
 *                 VALUE} and "remove": [POINTER, ...], JSON pointers from the record on; "" is the record. "record":
 *                 {MEMBER or POINTER: VALUE} says which: the answer itself or items of its arrays that have all of
 *                 these (strings are globs); without it the whole answer is the record:
 *                 {"operation": "instances.*", "action": "edit", "record": {"name": "api-0003"},
 *                  "set": {"/metadata_service/protocol": null}, "remove": ["/zone"]}
 *   churn         instances of the region come and go before the request is served: "delete" (1) of those outside of
 *                 groups go, "create" (1) plain ones come, in lists at a "place": "any" (default), "start", "end".
 *                 With "interval_ms": so many for every such time that has passed since the rule fired first:
 *                 {"operation": "instances.list", "action": "churn", "interval_ms": 500}
 * "when": "before" (default): the request has no effect; "after": it took effect all the same.
 * Latencies of several rules add up, every "churn" and "edit" that fires is made in order (16 edits at most), the last
 * "headers" that fires is added; of the other actions the first that fires is the one. "rate" (rate_limit.h) replaces
 * --rate; it counts the operations of the API that no rule refused.
 */
#ifndef VPCSIM_FAULTS_H
#define VPCSIM_FAULTS_H

#include "err/err.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

struct fault_rule;
struct options;

enum { FAULT_EDITS_MAX = 16 }; /* of one answer */

/* What was decided for one request. */
struct fault_plan {
    const struct fault_rule *rule;    /* to be carried out after the handler; NULL: none */
    const struct fault_rule *headers; /* of FAULT_HEADERS; NULL: none */
    const struct fault_rule *edits[FAULT_EDITS_MAX];
    size_t edit_count;
    bool refused; /* the handler must not run: the reply is made */
};

struct faults *faults_create(void);
void faults_destroy(struct faults *faults);

/* The limit of --rate and the file of --scenario, where given. Error: ERR_USAGE with the rule that is wrong. */
bool faults_load(struct faults *faults, const struct options *options, struct err *e)
    __attribute__((warn_unused_result));

/* Replaces the rules; the old ones stay on error. */
bool faults_set(struct faults *faults, const json_t *scenario, struct err *e) __attribute__((warn_unused_result));

/* Starts counting again. */
void faults_reset(struct faults *faults);

/* Around the handler: pace, latency and what fires before it; then what spoils the finished reply. */
void faults_before(struct request *request, struct reply *reply, struct fault_plan *ret_plan);
void faults_after(struct request *request, struct reply *reply, const struct fault_plan *plan);

#endif
