/* moved_clock: the machine's time, which a test moves on. */
#ifndef TESTS_UNIT_MOVED_CLOCK_H
#define TESTS_UNIT_MOVED_CLOCK_H

#include "clock/clock.h"

struct moved_clock {
    struct clock clock;
    int64_t ahead_ms;
};

static inline int64_t moved_monotonic_ms(const struct clock *self)
{
    return clock_monotonic_ms(clock_system()) + ((const struct moved_clock *)self)->ahead_ms;
}

static inline int64_t moved_wall_s(const struct clock *self)
{
    return clock_wall_s(clock_system()) + ((const struct moved_clock *)self)->ahead_ms / 1000;
}

/* One that has not been moved yet. */
static inline struct moved_clock moved_clock(void)
{
    return (struct moved_clock){.clock = {.monotonic_ms = moved_monotonic_ms, .wall_s = moved_wall_s}};
}

#endif
