/* The clocks of the system, and RFC 3339 stamps. */
#include "clock/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "text/text.h"

static int64_t system_monotonic_ms(const struct clock *self)
{
    struct timespec now;

    (void)self;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_wall_s(const struct clock *self)
{
    (void)self;
    return (int64_t)time(NULL);
}

static int64_t system_wall_ms(const struct clock *self)
{
    struct timespec now;

    (void)self;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct clock *clock_system(void)
{
    static const struct clock system = {
        .monotonic_ms = system_monotonic_ms, .wall_s = system_wall_s, .wall_ms = system_wall_ms};

    return &system;
}

void clock_stamp(int64_t wall_s, char buffer[CLOCK_STAMP_SIZE])
{
    static const int64_t last_second_of_9999 = 253402300799;
    time_t seconds = (time_t)(wall_s < 0 ? 0 : wall_s > last_second_of_9999 ? last_second_of_9999 : wall_s);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    if (strftime(buffer, CLOCK_STAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        buffer[0] = '\0';
    }
}

int64_t clock_stamp_read(const char *stamp)
{
    struct tm parts = {0};
    const char *rest = strptime(stamp, "%Y-%m-%dT%H:%M:%S", &parts);

    if (rest != NULL && *rest == '.') {
        rest += 1 + strspn(rest + 1, "0123456789");
    }
    return text_equal(rest, "Z") ? (int64_t)timegm(&parts) : -1;
}
