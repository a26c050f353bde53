#include "fleet/fleet_gate.h"

#include <stdint.h>

size_t fleet_share_of(struct fleet_share share, size_t total)
{
    size_t number = share.percent ? (total * share.value + 99) / 100 : share.value;

    return number > 0 ? number : 1;
}

static size_t batch_size(const struct fleet_gate *gate)
{
    size_t count = gate->limits->batch_count;

    if (count == 0) {
        return SIZE_MAX;
    }
    return fleet_share_of(gate->limits->batches[gate->batch < count ? gate->batch : count - 1], gate->total);
}

/* Lets the next batch in; never beyond the total, so that nothing overflows. */
static void allow_batch(struct fleet_gate *gate)
{
    size_t rest = gate->total - gate->allowed;
    size_t size = batch_size(gate);

    gate->allowed += size < rest ? size : rest;
}

struct fleet_gate fleet_gate_open(const struct fleet_limits *limits, size_t total)
{
    static const struct fleet_limits none;
    struct fleet_gate gate = {.limits = limits != NULL ? limits : &none, .total = total};

    allow_batch(&gate);
    return gate;
}

bool fleet_gate_pass(struct fleet_gate *gate)
{
    if (gate->closed || gate->begun >= gate->allowed) {
        return false;
    }
    gate->begun++;
    return true;
}

void fleet_gate_note(struct fleet_gate *gate, bool failed)
{
    gate->ended++;
    gate->failures += failed;
    gate->batch_failures += failed;
    if (gate->limits->has_max_failures && gate->failures >= fleet_share_of(gate->limits->max_failures, gate->total)) {
        gate->closed = true;
    }
    if (gate->ended < gate->allowed || gate->closed) {
        return;
    }
    if (gate->batch_failures > 0 && !gate->limits->has_max_failures && gate->allowed < gate->total) {
        gate->closed = true;
        return;
    }
    gate->batch++;
    gate->batch_failures = 0;
    allow_batch(gate);
}
