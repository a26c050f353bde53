/*
 * json_web_token: the claims of a JSON Web Token (RFC 7519): what the token says, never whether it is true. Who accepts
 * the token verifies its signature.
 */
#ifndef JSON_JSON_WEB_TOKEN_H
#define JSON_JSON_WEB_TOKEN_H

#include "json/json.h"

/* The claims as an object, a new reference; NULL where the token is no JSON Web Token. */
json_t *json_web_token_claims(const char *token) __attribute__((warn_unused_result));

#endif
