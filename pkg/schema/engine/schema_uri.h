/*
 * schema_uri: URIs of RFC 3986. This room is the only includer of <uriparser/Uri.h>, in schema_uri.c.
 */
#ifndef SCHEMA_ENGINE_SCHEMA_URI_H
#define SCHEMA_ENGINE_SCHEMA_URI_H

#include "text/text.h"

/* Whether all bytes together are a URI (with scheme), or a URI or relative reference: RFC 3986 appendix A. */
bool schema_uri_is_valid(const char *bytes, size_t size);
bool schema_uri_is_valid_reference(const char *bytes, size_t size);

/*
 * RFC 3986 5.2: appends `reference` resolved against `base`, a URI. The fragment is copied as it is, valid or not.
 * False when one of them is no URI or reference.
 */
bool schema_uri_resolve(const char *base, const char *reference, struct text *ret_uri);

/* Appends the bytes with %XX decoded; false when a % is not followed by two hex digits or means NUL. */
bool schema_uri_decode(const char *bytes, size_t size, struct text *ret_text);

#endif
