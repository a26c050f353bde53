/* audit_expect_read: the forms of a file of expected findings. For audit_expect.c only. */
#ifndef VPCMETA_AUDIT_EXPECT_READ_H
#define VPCMETA_AUDIT_EXPECT_READ_H

#include "audit_expect.h"

/* Adds what the text says to the items. ERR_USAGE with place "FILE:LINE". */
bool audit_expect_read(struct audit_expect *expect, const struct text *content, struct err *e)
    __attribute__((warn_unused_result));

#endif
