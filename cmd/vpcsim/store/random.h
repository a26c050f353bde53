/*
 * random: numbers that a seed decides, and the identifiers made of them. Nothing here is secret.
 */
#ifndef VPCSIM_RANDOM_H
#define VPCSIM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UUID_SIZE = 37 };

/* A stream of numbers (splitmix64). */
struct random {
    uint64_t state;
};

uint64_t random_next(struct random *random);

/* 0 .. bound-1; bound at least 1. */
unsigned random_below(struct random *random, unsigned bound);

/* True in `permille` of a thousand cases. */
bool random_chance(struct random *random, unsigned permille);

/* One number out of two: the same pair gives the same number. */
uint64_t random_mix(uint64_t a, uint64_t b);

/* FNV-1a. */
uint64_t random_hash(const char *bytes, size_t size);

/* The version 4 shaped UUID that (key, salt) stands for. */
void random_uuid(uint64_t key, uint64_t salt, char uuid[UUID_SIZE]);

#endif
