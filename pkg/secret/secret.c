/* The registry: takes a secret apart into the parts that texts are searched for. */
#include "secret/secret.h"

#include <ctype.h>
#include <stdlib.h>

#include "mem/mem.h"
#include "secret/secret_parts.h"
#include "text/text.h"

enum {
    SLOTS_LEAST = 1024,
    FILTER_BITS_LEAST = 20, /* 128 KB: stays in a cache */
    FILTER_BITS_MOST = 24,
    FILTER_ROOM = 32, /* bits for each piece */
};

struct secrets *secrets_create(void)
{
    return mem_alloc(sizeof(struct secrets));
}

void secrets_destroy(struct secrets *secrets)
{
    if (secrets == NULL) {
        return;
    }
    for (size_t i = 0; i < secrets->shorts.count; i++) {
        text_wipe(secrets->shorts.items[i].bytes, secrets->shorts.items[i].size);
        free(secrets->shorts.items[i].bytes);
    }
    free(secrets->shorts.items);
    free(secrets->slots);
    free(secrets->pieces.items);
    free(secrets->grams);
    free(secrets->filter);
    free(secrets->known.items);
    free(secrets);
}

/* --- parts ------------------------------------------------------------------------------------------- */

struct secret_slot *secret_find(const struct secrets *secrets, uint64_t hash)
{
    size_t at = hash & (secrets->slot_count - 1);

    while (secrets->slots[at].hash != 0 && secrets->slots[at].hash != hash) {
        at = (at + 1) & (secrets->slot_count - 1);
    }
    return &secrets->slots[at];
}

static void grow_slots(struct secrets *secrets)
{
    struct secret_slot *old = secrets->slots;
    size_t old_count = secrets->slot_count;

    if (secrets->count * 2 < old_count) {
        return;
    }
    secrets->slot_count = old_count > 0 ? old_count * 2 : SLOTS_LEAST;
    secrets->slots = mem_array(secrets->slot_count, sizeof(*secrets->slots));
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].hash != 0) {
            *secret_find(secrets, old[i].hash) = old[i];
        }
    }
    free(old);
}

/* A part of several secrets is excepted only where all of them are. */
static void add_part(struct secrets *secrets, uint64_t hash, unsigned flags)
{
    grow_slots(secrets);
    struct secret_slot *slot = secret_find(secrets, hash);
    if (slot->hash == 0) {
        *slot = (struct secret_slot){.hash = hash, .flags = flags};
        secrets->count++;
    } else {
        slot->flags &= flags;
    }
}

static void set_bits(struct secrets *secrets, uint64_t hash)
{
    uint64_t mask = (UINT64_C(1) << secrets->filter_bits) - 1;
    uint64_t first = hash & mask, second = hash >> 32 & mask;

    secrets->filter[first >> 6] |= UINT64_C(1) << (first & 63);
    secrets->filter[second >> 6] |= UINT64_C(1) << (second & 63);
}

static void add_piece(struct secrets *secrets, uint64_t hash)
{
    size_t most = secrets->filter != NULL ? (size_t)1 << secrets->filter_bits : 0;

    if (secrets->filter != NULL && secret_filter_has(secrets, hash)) {
        return;
    }
    *mem_list_add(&secrets->pieces) = hash;
    if (secrets->filter != NULL &&
        (secrets->pieces.count * FILTER_ROOM <= most || secrets->filter_bits == FILTER_BITS_MOST)) {
        set_bits(secrets, hash);
        return;
    }
    secrets->filter_bits = secrets->filter != NULL ? secrets->filter_bits + 1 : FILTER_BITS_LEAST;
    free(secrets->filter);
    secrets->filter = mem_array((size_t)1 << (secrets->filter_bits - 6), sizeof(*secrets->filter));
    for (size_t i = 0; i < secrets->pieces.count; i++) {
        set_bits(secrets, secrets->pieces.items[i]);
    }
}

static void add_pieces(struct secrets *secrets, const char *bytes, size_t size)
{
    if (secrets->grams == NULL) {
        secrets->grams = mem_array((size_t)1 << (SECRET_GRAM_BITS - 6), sizeof(*secrets->grams));
    }
    for (size_t i = 0; i + SECRET_PIECE <= size; i++) {
        uint64_t piece;
        memcpy(&piece, bytes + i, sizeof(piece));
        add_piece(secrets, secret_piece_hash(piece));
    }
    for (size_t i = 0; i + SECRET_GRAM <= size; i++) {
        uint32_t gram;
        memcpy(&gram, bytes + i, sizeof(gram));
        uint32_t bit = secret_gram_bit(gram);
        secrets->grams[bit >> 6] |= UINT64_C(1) << (bit & 63);
    }
}

/* --- forms ------------------------------------------------------------------------------------------- */

static void add_short(struct secrets *secrets, const char *bytes, size_t size)
{
    char *folded = mem_alloc(size + 1);

    for (size_t i = 0; i < size; i++) {
        folded[i] = secret_fold(bytes[i]);
    }
    *mem_list_add(&secrets->shorts) = (struct secret_short){.bytes = folded, .size = size};
}

static size_t span(const char *bytes, size_t size, bool (*is)(char c))
{
    size_t length = 0;

    while (length < size && is(bytes[length])) {
        length++;
    }
    return length;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_of_word(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.' || c == ' ';
}

/* Digits alone are not masked in answers: there they may be a number, and asterisks would break the JSON. */
static void add_form(struct secrets *secrets, const char *bytes, size_t size, enum secret_kind kind)
{
    unsigned lasting = kind == SECRET_LASTING ? SECRET_IS_LASTING : 0;

    if (size < SECRET_PART || span(bytes, size, is_digit) == size) {
        if (size >= SECRET_SHORT) {
            add_short(secrets, bytes, size);
        }
        return;
    }
    add_pieces(secrets, bytes, size);
    for (size_t i = 0; i + SECRET_PART <= size; i++) {
        char folded[SECRET_PART];
        for (size_t j = 0; j < SECRET_PART; j++) {
            folded[j] = secret_fold(bytes[i + j]);
        }
        bool word = span(bytes + i, SECRET_PART, is_of_word) == SECRET_PART;
        if (span(folded, SECRET_PART, is_digit) < SECRET_PART) {
            add_part(secrets, secret_part_hash(folded), lasting | (word ? SECRET_IS_WORD : 0));
        }
    }
}

/*
 * The digits that do not depend on what stands before and behind the secret, when it begins at byte `shift` of a group
 * of three bytes.
 */
static void add_base64(struct secrets *secrets, const char *secret, size_t size, size_t shift, enum secret_kind kind)
{
    static const size_t spoilt[] = {0, 2, 3};
    CLEANUP(text_free_secret) struct text raw = {0}, coded = {0};

    text_reserve(&raw, size + shift);
    text_append_repeat(&raw, '\0', shift);
    text_append_size(&raw, secret, size);
    text_reserve(&coded, raw.size * 4 / 3 + 4);
    text_append_base64(&coded, raw.data, raw.size);
    size_t whole = raw.size * 8 / 6;
    if (whole <= spoilt[shift]) {
        return;
    }
    char *digits = coded.data + spoilt[shift];
    size_t count = whole - spoilt[shift];
    add_form(secrets, digits, count, kind);
    bool differs = false;
    for (size_t i = 0; i < count; i++) {
        differs = differs || digits[i] == '+' || digits[i] == '/';
        digits[i] = digits[i] == '+' ? '-' : digits[i] == '/' ? '_' : digits[i];
    }
    if (differs) {
        add_form(secrets, digits, count, kind);
    }
}

/* In forms a blank is a plus. */
static void add_with_pluses(struct secrets *secrets, const char *secret, size_t size, enum secret_kind kind)
{
    CLEANUP(text_free_secret) struct text coded = {0};

    if (memchr(secret, ' ', size) == NULL) {
        return;
    }
    text_reserve(&coded, size);
    for (size_t i = 0; i < size; i++) {
        text_append_char(&coded, secret[i] == ' ' ? '+' : secret[i]);
    }
    add_form(secrets, coded.data, size, kind);
}

static bool note_known(struct secrets *secrets, const char *secret, size_t size, enum secret_kind kind)
{
    uint64_t hash = (uint64_t)kind + 1;

    for (size_t i = 0; i < size; i++) {
        hash = secret_mix(hash + (unsigned char)secret[i]);
    }
    for (size_t i = secrets->known.count; i > 0; i--) {
        if (secrets->known.items[i - 1] == hash) {
            return false;
        }
    }
    *mem_list_add(&secrets->known) = hash;
    return true;
}

void secrets_add(struct secrets *secrets, const char *secret, enum secret_kind kind)
{
    size_t size = secret != NULL ? strnlen(secret, SECRET_MAX) : 0;

    if (secrets == NULL || size < SECRET_SHORT || !note_known(secrets, secret, size, kind)) {
        return;
    }
    add_form(secrets, secret, size, kind);
    add_with_pluses(secrets, secret, size, kind);
    for (size_t shift = 0; shift < 3; shift++) {
        add_base64(secrets, secret, size, shift, kind);
    }
}

/* --- URLs -------------------------------------------------------------------------------------------- */

/*
 * What stands before the host. A password may hold what ends a host, and such a URL is quoted as one that is not valid:
 * where the place of the port holds no number, the last @ of all ends the password.
 */
static size_t user_size(const char *authority)
{
    size_t size = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', size);
    const char *colon = memchr(authority, ':', size);

    if (at == NULL && colon != NULL && authority[0] != '[' &&
        span(colon + 1, size - (size_t)(colon + 1 - authority), is_digit) != size - (size_t)(colon + 1 - authority)) {
        at = strrchr(authority, '@');
    }
    return at != NULL ? (size_t)(at - authority) : 0;
}

void secrets_add_url(struct secrets *secrets, const char *url)
{
    CLEANUP(text_free_secret) struct text plain = {0}, pair = {0};
    const char *scheme = url != NULL ? strstr(url, "://") : NULL;
    const char *user = scheme != NULL ? scheme + 3 : url;
    size_t size = user != NULL ? user_size(user) : 0;
    const char *colon = size > 0 ? memchr(user, ':', size) : NULL;

    if (colon == NULL) {
        return;
    }
    text_reserve(&plain, size);
    (void)text_percent_decode(&plain, user, size);
    text_reserve(&pair, plain.size * 2 + 4);
    text_append_base64(&pair, plain.data, plain.size);
    secrets_add(secrets, text_string(&pair), SECRET_LASTING);
    const char *behind = memchr(plain.data, ':', plain.size); /* there may be a NUL before it */
    secrets_add(secrets, behind != NULL ? behind + 1 : NULL, SECRET_LASTING);
}
