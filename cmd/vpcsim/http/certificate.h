/*
 * certificate: the self-signed certificate of --tls, for localhost, 127.0.0.1 and ::1, made at every start.
 */
#ifndef VPCSIM_CERTIFICATE_H
#define VPCSIM_CERTIFICATE_H

#include <stdbool.h>

#include "err/err.h"

struct certificate {
    char *certificate, *key; /* PEM */
};

/* Also writes the certificate to `path`, for --ca-file of clients; NULL: nowhere. */
bool certificate_make(struct certificate *ret_certificate, const char *path, struct err *e)
    __attribute__((warn_unused_result));
void certificate_free(struct certificate *certificate);

#endif
