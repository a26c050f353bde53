/* imds_kept: the identity token that one call of a command leaves for the next ones. Private to imds. */
#ifndef IMDS_IMDS_KEPT_H
#define IMDS_IMDS_KEPT_H

#include "imds/imds.h"

struct imds_kept {
    struct imds_token token; /* token.text is NULL before the first */
    int64_t ends_ms;
};

/* The handle's; it is freed with that. */
struct imds_kept *imds_kept(struct imds *imds);

#endif
