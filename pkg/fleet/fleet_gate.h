/*
 * fleet_gate: how far a run may go. Batches hold the rest back until those before have succeeded, and a budget of
 * failures closes the gate for good. Pure: no request, no clock.
 */
#ifndef FLEET_FLEET_GATE_H
#define FLEET_FLEET_GATE_H

#include <stdbool.h>
#include <stddef.h>

/* A number of servers, or a share of those that are to change. */
struct fleet_share {
    bool percent;
    unsigned value;
};

/* The number that a share of `total` comes to: rounded up, at least 1. */
size_t fleet_share_of(struct fleet_share share, size_t total);

enum { FLEET_BATCHES_MAX = 32 };

/* All zero: no limits. */
struct fleet_limits {
    bool has_max_failures;
    struct fleet_share max_failures;               /* 0 is as 1: the first failure closes the gate */
    struct fleet_share batches[FLEET_BATCHES_MAX]; /* sizes in their order; the last one is repeated */
    size_t batch_count;
};

struct fleet_gate {
    const struct fleet_limits *limits;
    size_t total;   /* servers to change */
    size_t allowed; /* that may have begun so far */
    size_t begun, ended, failures;
    size_t batch;          /* number of the current one */
    size_t batch_failures; /* in it */
    bool closed;
};

/* `limits` are borrowed; NULL: none. */
struct fleet_gate fleet_gate_open(const struct fleet_limits *limits, size_t total);

/* Whether one more may begin; counts it as begun. */
bool fleet_gate_pass(struct fleet_gate *gate);

/*
 * One that had begun has ended. Closes the gate when the budget is spent: as many failures as allowed; the servers that
 * are under way can still fail. A batch with failures closes it, too, unless a budget says how many are tolerable.
 */
void fleet_gate_note(struct fleet_gate *gate, bool failed);

#endif
