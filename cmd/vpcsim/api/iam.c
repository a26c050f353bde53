/* Tokens: how they are issued, and how a request's is checked (vpc-api.md 1.2, 6.1). */
#include "vpcsim/api/iam.h"

#include <gnutls/crypto.h>
#include <string.h>
#include <strings.h>

#include "mem/mem.h"
#include "vpcsim/sim.h"

enum { MAC_SIZE = 32, SIGNATURE_SIZE = 256 /* as RS256 has it */ };

/* What the simulator knows of a token. It stands in the signature, because the claims are those of the real ones. */
struct books {
    uint64_t serial, audience;
    int64_t known_ms;
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void append_base64url(struct text *out, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i < 3 ? size - i : 3;
        unsigned group = (unsigned)bytes[i] << 16;
        group |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? bytes[i + 2] : 0;
        for (size_t n = 0; n <= left; n++) {
            text_append_char(out, alphabet[(group >> (18 - 6 * n)) & 63]);
        }
    }
}

/* Appends what base64url without padding stands for; false when it is none. */
static bool decode_base64url(const char *in, size_t size, struct text *out)
{
    unsigned held = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < size; i++) {
        const char *digit = memchr(alphabet, in[i], 64);
        if (digit == NULL) {
            return false;
        }
        held = (held << 6) | (unsigned)(digit - alphabet);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            text_append_char(out, (char)((held >> bits) & 255));
        }
    }
    return true;
}

/* The books as they stand in a signature, or those that stood there: zeros would make all tokens look alike. */
static struct books masked(const struct sim *sim, const char *text, size_t size, struct books books)
{
    unsigned char mac[MAC_SIZE];
    unsigned char bytes[sizeof(books)];

    _Static_assert(sizeof(bytes) <= sizeof(mac), "the HMAC covers the books");
    gnutls_hmac_fast(GNUTLS_MAC_SHA256, sim->secret, sizeof(sim->secret), text, size, mac);
    memcpy(bytes, &books, sizeof(books));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] ^= mac[i];
    }
    memcpy(&books, bytes, sizeof(books));
    return books;
}

/* The masked books, the HMAC of them and of the text, and what fills the size up. */
static void append_signature(const struct sim *sim, const char *text, size_t size, const struct books *books,
                             struct text *out)
{
    struct text whole CLEANUP(text_free) = {0};
    unsigned char signature[SIGNATURE_SIZE];
    unsigned char mac[MAC_SIZE];

    text_append_size(&whole, (const char *)books, sizeof(*books));
    text_append_size(&whole, text, size);
    memcpy(signature, books, sizeof(*books));
    for (size_t at = sizeof(*books); at < sizeof(signature); at += sizeof(mac)) {
        size_t left = sizeof(signature) - at;
        gnutls_hmac_fast(GNUTLS_MAC_SHA256, sim->secret, sizeof(sim->secret), text_string(&whole), whole.size, mac);
        memcpy(signature + at, mac, left < sizeof(mac) ? left : sizeof(mac));
        text_clear(&whole);
        text_append_size(&whole, (const char *)mac, sizeof(mac));
    }
    append_base64url(out, signature, sizeof(signature));
}

void auth_issue(struct sim *sim, enum auth_audience audience, json_t *claims, int64_t life_s, struct text *token)
{
    static const char header[] = "{\"kid\":\"vpcsim\",\"alg\":\"RS256\"}";
    struct text payload = {0};
    struct books books = {++sim->tokens_issued, audience, sim->now_ms + sim->token_delay_ms};

    json_object_update_new(
        claims, json_build("{s:I,s:I}", "iat", (json_int_t)sim->now_s, "exp", (json_int_t)sim->now_s + life_s));
    json_print(&payload, claims, JSON_PRINT_COMPACT);
    json_decref(claims);
    size_t from = token->size;
    append_base64url(token, (const unsigned char *)header, sizeof(header) - 1);
    text_append_char(token, '.');
    append_base64url(token, (const unsigned char *)text_string(&payload), payload.size);
    struct text signature = {0};
    books = masked(sim, text_string(token) + from, token->size - from, books);
    append_signature(sim, text_string(token) + from, token->size - from, &books, &signature);
    text_append_char(token, '.');
    text_append(token, text_string(&signature));
    text_free(&signature);
    text_free(&payload);
}

static bool is_signed(const struct sim *sim, const char *token, const char *last_dot, struct books *ret_books)
{
    struct text bytes CLEANUP(text_free) = {0};
    struct text signature CLEANUP(text_free) = {0};

    if (!decode_base64url(last_dot + 1, strlen(last_dot + 1), &bytes) || bytes.size != SIGNATURE_SIZE) {
        return false;
    }
    memcpy(ret_books, text_string(&bytes), sizeof(*ret_books));
    append_signature(sim, token, (size_t)(last_dot - token), ret_books, &signature);
    *ret_books = masked(sim, token, (size_t)(last_dot - token), *ret_books);
    return strcmp(text_string(&signature), last_dot + 1) == 0;
}

/* The claims of a token that this process has signed, or NULL. */
static json_t *claims_of(const struct sim *sim, const char *token, struct books *ret_books)
{
    const char *first = strchr(token, '.');
    const char *last = strrchr(token, '.');
    struct text payload CLEANUP(text_free) = {0};

    if (first == NULL || first == last || !is_signed(sim, token, last, ret_books) ||
        !decode_base64url(first + 1, (size_t)(last - first - 1), &payload)) {
        return NULL;
    }
    return json_loadb(text_string(&payload), payload.size, JSON_ALLOW_NUL, NULL);
}

json_t *auth_read(const struct sim *sim, const char *token, enum auth_audience audience, const char **ret_reason)
{
    struct books books = {0};
    json_t *claims = claims_of(sim, token, &books);
    const char *reason = NULL;

    if (claims == NULL) {
        reason = "The token is not valid.";
    } else if (books.audience != audience) {
        reason = "The token is of another kind.";
    } else if (json_integer_value(json_object_get(claims, "exp")) <= sim->now_s ||
               books.serial < sim->tokens_valid_from) {
        reason = "The token has expired.";
    } else if (books.known_ms > sim->now_ms) {
        reason = "The token is not known.";
    }
    if (reason != NULL) {
        *ret_reason = reason;
        json_decref(claims);
        return NULL;
    }
    return claims;
}

/* The token behind the scheme, which is written in any case (RFC 9110 11.1); NULL: there is none. */
static const char *bearer_token(const char *authorization)
{
    static const char scheme[] = "bearer ";

    if (strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0) {
        return NULL;
    }
    const char *token = authorization + sizeof(scheme) - 1;
    return token + strspn(token, " ");
}

bool auth_check(const struct request *request, enum auth_audience audience, struct reply *reply)
{
    const struct sim *sim = request->sim;
    const char *authorization = request->headers.authorization;
    const char *token = authorization != NULL ? bearer_token(authorization) : NULL;
    const char *code = "not_authenticated";
    const char *reason = "The Authorization header holds no bearer token.";

    if (sim->options.auth_off && audience == AUTH_IAM) {
        return true;
    }
    json_t *claims = token != NULL ? auth_read(sim, token, audience, &reason) : NULL;
    if (claims != NULL) {
        json_decref(claims);
        return true;
    }
    if (authorization == NULL) {
        code = request->plane == PLANE_IAM ? "BXNIM0308E" : code;
        reason = "The request has no Authorization header.";
    }
    reply_problem(reply, 401, code, "header", "Authorization", NULL, "%s", reason);
    return false;
}
