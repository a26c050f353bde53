/*
 * clock: time, replaceable. Code that waits or stamps takes a `const struct clock *`; tests hand in their own.
 */
#ifndef CLOCK_CLOCK_H
#define CLOCK_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock {
    int64_t (*monotonic_ms)(const struct clock *self); /* never goes back; origin unspecified */
    int64_t (*wall_s)(const struct clock *self);       /* seconds since the epoch, UTC */
    int64_t (*wall_ms)(const struct clock *self);      /* the same in milliseconds; NULL: made from wall_s */
};

/* The machine's own clocks. Static: never freed. */
const struct clock *clock_system(void);

static inline int64_t clock_monotonic_ms(const struct clock *clock)
{
    return clock->monotonic_ms(clock);
}

static inline int64_t clock_wall_s(const struct clock *clock)
{
    return clock->wall_s(clock);
}

static inline int64_t clock_wall_ms(const struct clock *clock)
{
    return clock->wall_ms != NULL ? clock->wall_ms(clock) : clock->wall_s(clock) * 1000;
}

enum { CLOCK_STAMP_SIZE = sizeof("2026-01-01T00:00:00Z") };

/* RFC 3339 in UTC with seconds, into a buffer of CLOCK_STAMP_SIZE. Years beyond 9999 are clamped. */
void clock_stamp(int64_t wall_s, char buffer[CLOCK_STAMP_SIZE]);

/* The seconds of such a stamp, which may have fractions of a second (they are dropped); -1 when it is none. */
int64_t clock_stamp_read(const char *stamp);

enum { CLOCK_DATE_SIZE = sizeof("2026-01-01") };

/* The second that the day "2026-11-28" begins at in UTC, 0001 to 9999. False where no calendar has such a day. */
bool clock_date_read(const char *date, int64_t *ret_s) __attribute__((warn_unused_result));

#endif
