/*
 * answer_fault: what is wrong with an answer that does not parse, private to the room. Runs on failure only.
 */
#ifndef JSON_JSON_ANSWER_FAULT_H
#define JSON_JSON_ANSWER_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "err/err.h"
#include "text/text.h"

/* Sets ERR_BAD_ANSWER with the place of the first fault; `otherwise` is the message when none is found. */
bool answer_fault(const char *bytes, size_t size, const char *otherwise, struct err *e);

/* A copy in which halves of surrogate pairs are replaced by U+FFFD; false when there is none. */
bool answer_repair(const char *bytes, size_t size, struct text *ret_copy);

/*
 * A copy in which every number that is no double and no 64-bit integer became the nearest double, the greatest one
 * at most; false when there is none. RFC 8259 (6) sets no limits, so that a member that is not asked for may hold it.
 */
bool answer_repair_numbers(const char *bytes, size_t size, struct text *ret_copy);

#ifdef __cplusplus
}
#endif

#endif
