/* Comparing and dividing JSON numbers exactly, in decimal digits. */
#include "schema/engine/schema_number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* digits * 10 ^ exponent; a double has at most 17 significant digits, an integer 19 */
struct decimal {
    uint64_t digits;
    long exponent;
};

static int compare_integers(json_int_t a, json_int_t b)
{
    return (a > b) - (a < b);
}

/* 2^63 and above are beyond every json_int_t; below, the integral part of the real converts exactly. */
static int compare_mixed(json_int_t integer, double real)
{
    const double limit = 9223372036854775808.0;

    if (real >= limit) {
        return -1;
    }
    if (real < -limit) {
        return 1;
    }
    double floor_of_real = floor(real);
    int order = compare_integers(integer, (json_int_t)floor_of_real);
    return order != 0 ? order : -(real > floor_of_real);
}

int schema_number_compare(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b)) {
        return compare_integers(json_integer_value(a), json_integer_value(b));
    }
    if (json_is_integer(a)) {
        return compare_mixed(json_integer_value(a), json_real_value(b));
    }
    if (json_is_integer(b)) {
        return -compare_mixed(json_integer_value(b), json_real_value(a));
    }
    double x = json_real_value(a);
    double y = json_real_value(b);
    return (x > y) - (x < y);
}

bool schema_number_is_integral(const json_t *number)
{
    return json_is_integer(number) ||
           (json_is_real(number) && floor(json_real_value(number)) == json_real_value(number));
}

static struct decimal decimal_of(const json_t *number)
{
    struct decimal result = {0};

    if (json_is_integer(number)) {
        json_int_t value = json_integer_value(number);
        result.digits = value < 0 ? -(uint64_t)value : (uint64_t)value;
        return result;
    }
    /* The fewest digits that read back the same are the ones that were written, as far as a double keeps them. */
    char text[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision - 1, fabs(json_real_value(number)));
        if (strtod(text, NULL) == fabs(json_real_value(number))) {
            break;
        }
    }
    const char *at = text;
    bool fraction = false;
    for (; *at != '\0' && *at != 'e'; at++) {
        if (*at < '0' || *at > '9') {
            fraction = true;
            continue;
        }
        result.digits = result.digits * 10 + (uint64_t)(*at - '0');
        result.exponent -= fraction;
    }
    result.exponent += *at == 'e' ? strtol(at + 1, NULL, 10) : 0;
    while (result.digits > 0 && result.digits % 10 == 0) {
        result.digits /= 10;
        result.exponent++;
    }
    return result;
}

__extension__ typedef unsigned __int128 wide;

/* (digits * 10 ^ power) mod divisor */
static uint64_t scaled_remainder(uint64_t digits, long power, uint64_t divisor)
{
    wide result = digits % divisor;
    wide factor = 10 % divisor;

    for (; power > 0; power >>= 1) {
        if (power & 1) {
            result = result * factor % divisor;
        }
        factor = factor * factor % divisor;
    }
    return (uint64_t)result;
}

bool schema_number_is_multiple(const json_t *number, const json_t *divisor)
{
    if (json_is_integer(number) && json_is_integer(divisor)) {
        return json_integer_value(divisor) > 0 && json_integer_value(number) % json_integer_value(divisor) == 0;
    }
    struct decimal value = decimal_of(number);
    struct decimal unit = decimal_of(divisor);
    if (value.digits == 0 || unit.digits == 0) {
        return value.digits == 0;
    }
    long power = value.exponent - unit.exponent;
    if (power >= 0) {
        return scaled_remainder(value.digits, power, unit.digits) == 0;
    }
    wide scaled = unit.digits;
    for (; power < 0 && scaled <= value.digits; power++) {
        scaled *= 10;
    }
    return scaled <= value.digits && value.digits % scaled == 0;
}
