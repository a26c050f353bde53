/* Formats of dates and times (RFC 3339): date-time, date, time, duration. */
#include "schema/engine/schema_format.h"

#include <string.h>

/* `count` digits at `at`, or -1. */
static int digits(const char *bytes, size_t size, size_t at, size_t count)
{
    int value = 0;

    if (at > size || size - at < count) {
        return -1;
    }
    for (size_t i = at; i < at + count; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
            return -1;
        }
        value = value * 10 + (bytes[i] - '0');
    }
    return value;
}

static bool is_at(const char *bytes, size_t size, size_t at, char c)
{
    return at < size && bytes[at] == c;
}

bool schema_format_is_date(const char *bytes, size_t size)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = digits(bytes, size, 0, 4);
    int month = digits(bytes, size, 5, 2);
    int day = digits(bytes, size, 8, 2);

    if (size != 10 || bytes[4] != '-' || bytes[7] != '-' || year < 0 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

/* "Z" or "+hh:mm" at `at`, up to the end; minutes east of UTC. */
static bool is_offset(const char *bytes, size_t size, size_t at, int *ret_minutes)
{
    if (size == at + 1 && (bytes[at] == 'Z' || bytes[at] == 'z')) {
        *ret_minutes = 0;
        return true;
    }
    int hours = digits(bytes, size, at + 1, 2);
    int minutes = digits(bytes, size, at + 4, 2);
    if (size != at + 6 || (bytes[at] != '+' && bytes[at] != '-') || bytes[at + 3] != ':' || hours < 0 || hours > 23 ||
        minutes < 0 || minutes > 59) {
        return false;
    }
    *ret_minutes = (bytes[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

bool schema_format_is_time(const char *bytes, size_t size)
{
    int hour = digits(bytes, size, 0, 2);
    int minute = digits(bytes, size, 3, 2);
    int second = digits(bytes, size, 6, 2);
    size_t at = 8;
    int offset;

    if (!is_at(bytes, size, 2, ':') || !is_at(bytes, size, 5, ':') || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60) {
        return false;
    }
    if (is_at(bytes, size, at, '.')) {
        do {
            at++;
        } while (digits(bytes, size, at, 1) >= 0);
        if (at == 9) {
            return false;
        }
    }
    if (!is_offset(bytes, size, at, &offset)) {
        return false;
    }
    /* a leap second is the last one of a UTC day (RFC 3339 section 5.7) */
    int of_day = (hour * 60 + minute - offset + 2 * 1440) % 1440;
    return second < 60 || of_day == 1439;
}

bool schema_format_is_date_time(const char *bytes, size_t size)
{
    return size > 11 && (bytes[10] == 'T' || bytes[10] == 't') && schema_format_is_date(bytes, 10) &&
           schema_format_is_time(bytes + 11, size - 11);
}

/* A run of "<digits><unit>" whose units come from `units` in order and without a gap; moves *at. */
static size_t elements(const char *bytes, size_t size, size_t *at, const char *units)
{
    size_t count = 0;
    size_t start = *at;

    while (*at < size && *units != '\0') {
        while (digits(bytes, size, *at, 1) >= 0) {
            (*at)++;
        }
        const char *unit = *at > start && *at < size ? strchr(units, bytes[*at]) : NULL;
        if (unit == NULL || (count > 0 && unit != units)) {
            *at = start;
            break;
        }
        units = unit + 1;
        start = ++*at;
        count++;
    }
    return count;
}

/* RFC 3339 appendix A: P1Y2M3DT4H5M6S, units without a gap, or weeks alone */
bool schema_format_is_duration(const char *bytes, size_t size)
{
    size_t at = 1;

    if (size < 3 || bytes[0] != 'P') {
        return false;
    }
    if (elements(bytes, size, &at, "W") == 1) {
        return at == size;
    }
    elements(bytes, size, &at, "YMD");
    if (at == size) {
        return true;
    }
    if (bytes[at] != 'T') {
        return false;
    }
    at++;
    return elements(bytes, size, &at, "HMS") > 0 && at == size;
}
