/*
 * precondition: the If-Match header (RFC 9110, 13.1.1): *, or a list of ETags.
 */
#ifndef VPCSIM_PRECONDITION_H
#define VPCSIM_PRECONDITION_H

enum precondition { PRECONDITION_HOLDS, PRECONDITION_FAILS, PRECONDITION_MALFORMED };

/*
 * Compares If-Match with the current ETag. Two ETags are equal when they are the same character for character: those of
 * the API are weak and are sent back as they came (vpc-api.md 1.4), and the same tag without W/ is another one.
 */
enum precondition precondition_match(const char *if_match, const char *etag);

#endif
