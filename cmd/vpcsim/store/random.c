/* Seeded random numbers and the identifiers made of them. */
#include "vpcsim/store/random.h"

static uint64_t scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

uint64_t random_next(struct random *random)
{
    random->state += 0x9e3779b97f4a7c15ULL;
    return scramble(random->state);
}

unsigned random_below(struct random *random, unsigned bound)
{
    return (unsigned)(((random_next(random) >> 32) * bound) >> 32);
}

bool random_chance(struct random *random, unsigned permille)
{
    return random_below(random, 1000) < permille;
}

uint64_t random_mix(uint64_t a, uint64_t b)
{
    return scramble(scramble(a + 0x9e3779b97f4a7c15ULL) ^ (b * 0xff51afd7ed558ccdULL + 1));
}

uint64_t random_hash(const char *bytes, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325ULL;

    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3ULL;
    }
    return hash;
}

void random_uuid(uint64_t key, uint64_t salt, char uuid[UUID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t high = random_mix(key, salt * 2 + 1);
    uint64_t low = random_mix(high, salt * 2 + 2);
    char *out = uuid;

    high = (high & ~0xf000ULL) | 0x4000ULL;
    low = (low & ~(3ULL << 62)) | (2ULL << 62);
    for (unsigned i = 0; i < 32; i++) {
        uint64_t half = i < 16 ? high : low;
        if (i == 8 || i == 12 || i == 16 || i == 20) {
            *out++ = '-';
        }
        *out++ = digits[(half >> (60 - 4 * (i % 16))) & 15];
    }
    *out = '\0';
}
