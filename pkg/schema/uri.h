/*
 * uri: RFC 3986 as far as schemas need it; private to room schema.
 */
#ifndef SCHEMA_URI_H
#define SCHEMA_URI_H

#include "text/text.h"

/* Has a scheme. */
bool schema_uri_is_absolute(const char *uri);

/* Bytes before the '#', or all. */
size_t schema_uri_without_fragment(const char *uri);

/* RFC 3986 5.2: appends `reference` resolved against `base`, fragment and all. */
void schema_uri_resolve(const char *base, const char *reference, struct text *ret_uri);

/* Appends the bytes with %XX decoded; false when a % is not followed by two hex digits or means NUL. */
bool schema_uri_decode(const char *bytes, size_t size, struct text *ret_text);

/* Appends the string; what is neither letter nor digit nor in `allowed` as %XX. */
void schema_uri_encode(const char *string, const char *allowed, struct text *ret_uri);

/* Appends "file://" and the path, with what a URI does not allow as %XX. */
void schema_uri_from_path(const char *path, struct text *ret_uri);

/* Whether all bytes together are a URI (with scheme), or a URI or relative reference: RFC 3986 appendix A. */
bool schema_uri_is_valid(const char *bytes, size_t size);
bool schema_uri_is_valid_reference(const char *bytes, size_t size);

#endif
