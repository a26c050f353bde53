/*
 * vpc_ids: the ids that one reading of a list has met, so that a record is counted once. Private to the room.
 *
 * An id is kept as a fingerprint of 64 bits, 16 bytes or less each: a fleet of 50,000 costs under a megabyte. Two ids
 * with one fingerprint (one chance in a billion fleets of that size) would count as one, so that the list would be
 * called incomplete, never whole.
 */
#ifndef VPC_VPC_IDS_H
#define VPC_VPC_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised it is empty. */
struct vpc_ids {
    uint64_t *slots; /* open addressing; 0: free */
    size_t count, capacity;
};

uint64_t vpc_id_print(const char *bytes, size_t size); /* the fingerprint; never 0 */

/* Makes room, so that the next `more` additions move nothing. */
void vpc_ids_reserve(struct vpc_ids *ids, size_t more);

/* Whether it is new. */
bool vpc_ids_add(struct vpc_ids *ids, uint64_t print);
bool vpc_ids_has(const struct vpc_ids *ids, uint64_t print);

void vpc_ids_free(struct vpc_ids *ids);

#endif
