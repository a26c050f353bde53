/*
 * words: lists of words in one string, with blanks between: the form of the tables.
 */
#ifndef VPCSIM_WORDS_H
#define VPCSIM_WORDS_H

#include <stdbool.h>

/* Whether `word` is one of `words`; NULL and the empty word never are. */
bool words_have(const char *words, const char *word);

#endif
