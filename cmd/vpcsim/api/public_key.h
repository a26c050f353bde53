/*
 * public_key: what the public_key of an SSH key holds, derived from its record: of the form and length of a real one
 * (RFC 4253 6.6, RFC 8709 4), so that tools which parse it can. No private key belongs to it.
 */
#ifndef VPCSIM_PUBLIC_KEY_H
#define VPCSIM_PUBLIC_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "text/text.h"

enum { PUBLIC_KEY_RSA_BITS = 4096, PUBLIC_KEY_ED25519_BITS = 256 };

/* Appends "ssh-rsa AAAA..." or "ssh-ed25519 AAAA...", without a comment. */
void public_key_append(struct text *out, uint64_t key, bool rsa);

#endif
