/*
 * schema_pattern: regular expressions of ECMA-262 with the u flag, run by PCRE2.
 *
 * What differs is translated: \d \w \s and their opposites, `.`, `$` (the very end only), [] and [^], \cX, \v, \xHH,
 * \uHHHH with surrogate pairs, \u{...}, \p{...} with its long names, named groups and backreferences (one to a group
 * that took no part matches the empty string). Everything else that PCRE2 would understand and ECMA-262 does not is
 * refused: (?>, (*, \A, \Z, possessive quantifiers and so on. What ECMA-262 allows without the u flag and what has
 * only one reading is accepted, because schemas in the wild are full of it: \- and other escaped punctuation, a
 * literal { or ]. Refused although ECMA-262 has it: lookbehind of variable length, modifiers (?i:).
 * One difference is left: a group inside a repeated group keeps its last match where ECMA-262 forgets it.
 */
#ifndef SCHEMA_ENGINE_SCHEMA_PATTERN_H
#define SCHEMA_ENGINE_SCHEMA_PATTERN_H

#include <stdint.h>

#include "text/text.h"

enum {
    SCHEMA_PATTERN_SIZE_MAX = 64 * 1024,      /* bytes of one pattern */
    SCHEMA_PATTERN_STACK_MAX = 64 << 20,      /* bytes that one match may use for backtracking */
    SCHEMA_PATTERN_EFFORT_MAX = 10 * 1000000, /* steps of one match, as PCRE2 counts them */
    SCHEMA_PATTERN_EFFORT_LIGHT = 20 * 1000,  /* steps of a match that is not timed */
    SCHEMA_PATTERN_TIME_MAX = 2000,           /* milliseconds for all heavier matches of one check together */
};

/* Appends the PCRE2 form; false with a reason ("... is not ..."; no full stop) appended to ret_reason. */
bool schema_pattern_translate(const char *ecma, size_t size, struct text *ret_pcre, struct text *ret_reason);

struct schema_pattern;
struct schema_matcher; /* working memory of matches, shared by all patterns of a library */

/* NULL with a reason when it cannot be translated. */
struct schema_pattern *schema_pattern_create(const char *ecma, size_t size, struct text *ret_reason);
void schema_pattern_destroy(struct schema_pattern *pattern);

/* `effort`: steps of one match, at most SCHEMA_PATTERN_EFFORT_MAX. */
struct schema_matcher *schema_matcher_create(uint32_t effort);
void schema_matcher_destroy(struct schema_matcher *matcher);

/* At the beginning of a check: all the time is there again. */
void schema_matcher_begin(struct schema_matcher *matcher);

enum schema_match { SCHEMA_NO_MATCH, SCHEMA_MATCH, SCHEMA_MATCH_LIMIT };

/* Whether the pattern occurs anywhere in the bytes, which must be UTF-8. */
enum schema_match schema_pattern_match(struct schema_pattern *pattern, struct schema_matcher *matcher,
                                       const char *bytes, size_t size);

#endif
