/*
 * schema_number: arithmetic on JSON numbers that is exact in their decimal form.
 */
#ifndef SCHEMA_ENGINE_SCHEMA_NUMBER_H
#define SCHEMA_ENGINE_SCHEMA_NUMBER_H

#include "json/json.h"

/* Less than, equal to or greater than 0, as a is to b. Integers and reals are compared exactly. */
int schema_number_compare(const json_t *a, const json_t *b);

/* The number has no fraction: 1.0 and 1e300 have none. */
bool schema_number_is_integral(const json_t *number);

/* 19.99 is a multiple of 0.01, by the digits that people wrote. `divisor` is above 0. */
bool schema_number_is_multiple(const json_t *number, const json_t *divisor);

#endif
