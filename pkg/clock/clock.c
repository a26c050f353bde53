/* The clocks of the system, RFC 3339 stamps, and dates. */
#include "clock/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
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

bool clock_date_read(const char *date, int64_t *ret_s)
{
    static const char shape[] = "dddd-dd-dd";
    bool fits = strlen(date) == sizeof(shape) - 1;

    for (size_t i = 0; fits && shape[i] != '\0'; i++) {
        fits = shape[i] == 'd' ? isdigit((unsigned char)date[i]) : date[i] == shape[i];
    }
    if (!fits || strncmp(date, "0000", 4) == 0) {
        return false;
    }
    struct tm given = {.tm_year = atoi(date) - 1900, .tm_mon = atoi(date + 5) - 1, .tm_mday = atoi(date + 8)};
    struct tm real = given;
    int64_t begins_s = (int64_t)timegm(&real);
    /* a day that is in no calendar, such as February 30, comes back as another one */
    if (real.tm_mon != given.tm_mon || real.tm_mday != given.tm_mday) {
        return false;
    }
    *ret_s = begins_s;
    return true;
}
