/*
 * secret_parts: the registered secrets as hashes of their parts. Private to the room.
 *
 * Two filters answer for raw bytes whether they may belong to a secret: a small one for SECRET_GRAM bytes, a sure one
 * for SECRET_PIECE bytes. A part of SECRET_PART bytes has a gram at one of any SECRET_STRIDE neighbouring places, so
 * that a text needs to be looked at once every SECRET_STRIDE bytes.
 */
#ifndef SECRET_SECRET_PARTS_H
#define SECRET_SECRET_PARTS_H

#include <stdint.h>
#include <string.h>

#include "secret/secret.h"

enum {
    SECRET_GRAM = 4,
    SECRET_PIECE = 8,
    SECRET_STRIDE = SECRET_PART - SECRET_GRAM + 1,
    SECRET_GRAM_BITS = 18, /* the filter of grams has 2^18 bits: 32 KB, which the nearest cache holds */
};

/* What is known of a part. */
enum {
    SECRET_IS_WORD = 1 << 0,    /* made of lower-case letters and separators: may be a name in an answer */
    SECRET_IS_LASTING = 1 << 1, /* of keys and passwords only */
};

struct secret_slot {
    uint64_t hash; /* 0: empty */
    unsigned flags;
};

struct secret_short {
    char *bytes; /* lower case */
    size_t size;
};

struct secrets {
    struct secret_slot *slots;
    size_t count, slot_count; /* a power of two, or 0 */
    struct {
        uint64_t *items;
        size_t count, capacity;
    } pieces;        /* hashes that the filter is made of */
    uint64_t *grams; /* NULL exactly when `filter` is */
    uint64_t *filter;
    unsigned filter_bits; /* the filter has 2^filter_bits bits */
    struct {
        struct secret_short *items;
        size_t count, capacity;
    } shorts;
    struct {
        uint64_t *items;
        size_t count, capacity;
    } known; /* hashes of whole secrets */
};

static inline char secret_fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline uint64_t secret_mix(uint64_t value)
{
    value *= 0x9e3779b97f4a7c15;
    return value ^ (value >> 29);
}

/* Of SECRET_PART folded bytes; never 0. */
static inline uint64_t secret_part_hash(const char *bytes)
{
    uint64_t head;
    uint32_t tail;

    memcpy(&head, bytes, sizeof(head));
    memcpy(&tail, bytes + sizeof(head), sizeof(tail));
    uint64_t hash = secret_mix(secret_mix(head) + tail + 1);
    return hash != 0 ? hash : 1;
}

/* The bit of SECRET_GRAM raw bytes: bit 5 is the case of letters, and that other bytes share a bit does no harm. */
static inline uint32_t secret_gram_bit(uint32_t gram)
{
    return ((gram | 0x20202020) * 0x9e3779b1U) >> (32 - SECRET_GRAM_BITS);
}

/* Of SECRET_PIECE raw bytes. */
static inline uint64_t secret_piece_hash(uint64_t piece)
{
    return secret_mix(piece | 0x2020202020202020);
}

static inline bool secret_filter_has(const struct secrets *secrets, uint64_t hash)
{
    uint64_t mask = (UINT64_C(1) << secrets->filter_bits) - 1;
    uint64_t first = hash & mask, second = hash >> 32 & mask;

    return (secrets->filter[first >> 6] >> (first & 63) & secrets->filter[second >> 6] >> (second & 63) & 1) != 0;
}

/* The slot of the hash, or the empty one where it belongs. There is one when slot_count is not 0. */
struct secret_slot *secret_find(const struct secrets *secrets, uint64_t hash);

#endif
