/* Moments and durations as people read them; programs get RFC 3339 and seconds. */
#include "when.h"

#include <time.h>

#include "clock/clock.h"

struct unit {
    const char *letter;
    int64_t seconds;
};

static const struct unit units[] = {{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}};
enum { UNITS = sizeof(units) / sizeof(units[0]) };

/* The greatest unit of which there is at least one. */
static size_t find_unit(int64_t seconds)
{
    size_t i = 0;

    while (i + 1 < UNITS && seconds < units[i].seconds) {
        i++;
    }
    return i;
}

void when_append_duration(struct text *out, int64_t seconds)
{
    int64_t whole = seconds > 0 ? seconds : 0;
    size_t unit = find_unit(whole);
    int64_t rest = whole % units[unit].seconds;

    text_printf(out, "%lld%s", (long long)(whole / units[unit].seconds), units[unit].letter);
    if (unit + 1 < UNITS && rest >= units[unit + 1].seconds) {
        text_printf(out, "%lld%s", (long long)(rest / units[unit + 1].seconds), units[unit + 1].letter);
    }
}

/* "2h ago", "in 59m": one unit. */
static void append_distance(struct text *out, int64_t moment_s, int64_t now_s)
{
    int64_t seconds = now_s >= moment_s ? now_s - moment_s : moment_s - now_s;
    size_t unit = find_unit(seconds);

    text_printf(out, "%s%lld%s%s", now_s < moment_s ? "in " : "", (long long)(seconds / units[unit].seconds),
                units[unit].letter, now_s < moment_s ? "" : " ago");
}

void when_append_local(struct text *out, int64_t moment_s, bool precise)
{
    time_t moment = (time_t)moment_s;
    struct tm parts = {0};
    char shown[64];

    localtime_r(&moment, &parts);
    size_t size = strftime(shown, sizeof(shown), precise ? "%Y-%m-%d %H:%M:%S %z" : "%Y-%m-%d %H:%M", &parts);
    text_append_size(out, shown, size);
}

void when_append_moment(struct text *out, int64_t moment_s, bool precise)
{
    when_append_local(out, moment_s, precise);
    text_append(out, " (");
    append_distance(out, moment_s, clock_wall_s(clock_system()));
    text_append(out, ")");
}
