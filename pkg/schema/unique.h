/*
 * unique: whether the items of an array differ; private to room schema.
 */
#ifndef SCHEMA_UNIQUE_H
#define SCHEMA_UNIQUE_H

#include "json/json.h"

/* False with the indices of two equal items, the first such second one. 1 and 1.0 are equal (json_same). */
bool schema_is_unique(const json_t *array, size_t *ret_first, size_t *ret_second);

#endif
