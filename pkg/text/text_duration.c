/* Times for people: the largest unit that needs no fraction, seconds below a minute. */
#include <inttypes.h>
#include <stdio.h>

#include "text/text.h"

struct text_duration_words text_duration(int64_t ms)
{
    enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
    struct text_duration_words duration;

    if (ms > DAY && ms % DAY == 0) {
        snprintf(duration.text, sizeof(duration.text), "%" PRId64 "d", ms / DAY);
    } else if (ms > 0 && ms % HOUR == 0) {
        snprintf(duration.text, sizeof(duration.text), "%" PRId64 "h", ms / HOUR);
    } else if (ms > 0 && ms % MINUTE == 0) {
        snprintf(duration.text, sizeof(duration.text), "%" PRId64 "m", ms / MINUTE);
    } else if (ms > 0 && ms < SECOND) {
        snprintf(duration.text, sizeof(duration.text), "%" PRId64 "ms", ms);
    } else {
        snprintf(duration.text, sizeof(duration.text), "%.12gs", (double)ms / SECOND);
    }
    return duration;
}
