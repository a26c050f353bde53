/*
 * authority: the certificate authority behind the certificates of the identity API: an intermediate one whose root is
 * thrown away. Its key is made when the first certificate is asked for.
 */
#ifndef VPCSIM_AUTHORITY_H
#define VPCSIM_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

struct authority;

/* NULL: the library cannot make one. */
struct authority *authority_create(int64_t now_s);
void authority_destroy(struct authority *authority);

/*
 * Signs a certificate request in PEM for so many seconds. NULL, or why it is refused (constant text): the subject may
 * hold C, ST, L, O and OU alone, and there must be no extension (vpc-api.md 5.2). The caller frees the certificate.
 */
const char *authority_sign(const struct authority *authority, const char *request, int64_t now_s, long life_s,
                           char **ret_certificate);

/* The authority's own certificate, PEM. */
const char *authority_certificate(const struct authority *authority);

#endif
