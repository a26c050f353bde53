/* The gate: searches texts for parts of secrets, through the escapes that they may be written with. */
#include <stdlib.h>

#include "mem/mem.h"
#include "secret/secret_escape.h"
#include "secret/secret_parts.h"
#include "text/text.h"

enum {
    /* around a place where something may be: all of a part whose escapes are nested */
    LEAD = 64,
    TAIL = 128,
    REGION_MAX = 64 * 1024, /* decoded at once; a longer one is read in pieces that overlap: */
    REGION_OVERLAP = 1024,
    LEVELS = 4,        /* of escapes */
    NAME_REACH = 1024, /* how far the end of a member's name may be from a part of it */
    JSON_ESCAPE = 6,   /* characters of one in full: \\u0041 */
};

/* Which exceptions hold. */
enum mode { MODE_TEXT, MODE_ANSWER, MODE_MESSAGE };

struct range {
    size_t begin, end;
};

/* A region of a text, character by character, and where in the text each of them stands. */
struct reading {
    const struct secrets *secrets;
    enum mode mode;
    char *text;
    size_t text_size;
    char *folded; /* SECRET_PART more bytes may be read */
    uint32_t *begin, *end;
    size_t count;
    struct {
        struct range *items;
        size_t count, capacity;
    } found; /* masked at the end: pieces that are read one after the other overlap */
};

/* --- exceptions -------------------------------------------------------------------------------------- */

/* Where the JSON string around the place begins: behind the nearest quote that is not escaped. */
static size_t string_begin(const char *text, size_t at)
{
    for (; at > 0; at--) {
        size_t slashes = 0;
        if (text[at - 1] != '"') {
            continue;
        }
        while (at - 1 > slashes && text[at - 2 - slashes] == '\\') {
            slashes++;
        }
        if (slashes % 2 == 0) {
            return at;
        }
    }
    return 0;
}

static size_t skip_blanks_back(const char *text, size_t at)
{
    while (at > 0 && strchr(" \t\r\n", text[at - 1]) != NULL && text[at - 1] != '\0') {
        at--;
    }
    return at;
}

static bool is_user_data(const char *text, size_t at)
{
    static const char name[] = "\"user_data\"";
    size_t begin = string_begin(text, at);

    at = skip_blanks_back(text, begin > 0 ? begin - 1 : 0);
    if (at == 0 || text[at - 1] != ':') {
        return false;
    }
    at = skip_blanks_back(text, at - 1);
    return at >= sizeof(name) - 1 && memcmp(text + at - (sizeof(name) - 1), name, sizeof(name) - 1) == 0;
}

static bool is_member_name(const char *text, size_t size, size_t at)
{
    size_t stop = at + NAME_REACH < size ? at + NAME_REACH : size;

    while (at < stop && text[at] != '"') {
        at += text[at] == '\\' ? 2 : 1;
    }
    for (at++; at < stop && strchr(" \t\r\n", text[at]) != NULL && text[at] != '\0'; at++) {
    }
    return at < stop && text[at] == ':';
}

/* --- masking ----------------------------------------------------------------------------------------- */

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Whether the place is inside of an escape of JSON; then where that begins and ends. */
static bool is_in_escape(const struct reading *reading, size_t at, size_t *ret_begin, size_t *ret_end)
{
    for (size_t back = 1; back < JSON_ESCAPE && back <= at; back++) {
        size_t slash = at - back, before = slash;
        if (reading->text[slash] != '\\') {
            continue;
        }
        while (before > 0 && reading->text[before - 1] == '\\') {
            before--;
        }
        size_t length = slash + 1 < reading->text_size && reading->text[slash + 1] == 'u' ? JSON_ESCAPE : 2;
        if ((slash - before) % 2 == 0 && back < length) {
            *ret_begin = slash;
            *ret_end = slash + length < reading->text_size ? slash + length : reading->text_size;
            return true;
        }
    }
    return false;
}

/* Whole characters and escapes: a text that was UTF-8 or JSON stays so. */
static void note(struct reading *reading, size_t first, size_t count)
{
    size_t begin = reading->begin[first];
    size_t end = reading->end[first + count - 1];

    while (begin > 0 && continues_character(reading->text[begin])) {
        begin--;
    }
    while (end < reading->text_size && continues_character(reading->text[end])) {
        end++;
    }
    size_t inner;
    (void)is_in_escape(reading, begin, &begin, &inner);
    (void)is_in_escape(reading, end, &inner, &end);
    struct range *last = reading->found.count > 0 ? &reading->found.items[reading->found.count - 1] : NULL;
    if (last != NULL && begin >= last->begin && begin <= last->end) {
        last->end = end > last->end ? end : last->end;
    } else {
        *mem_list_add(&reading->found) = (struct range){begin, end};
    }
}

/* Returns whether there was anything to mask. */
static bool mask_found(struct reading *reading)
{
    bool any = reading->found.count > 0;

    for (size_t i = 0; i < reading->found.count; i++) {
        struct range range = reading->found.items[i];
        memset(reading->text + range.begin, '*', range.end - range.begin);
    }
    free(reading->found.items);
    return any;
}

static void note_part(struct reading *reading, size_t at, unsigned flags)
{
    if (reading->mode == MODE_ANSWER) {
        if ((flags & SECRET_IS_LASTING) != 0 && is_user_data(reading->text, reading->begin[at])) {
            return;
        }
        if ((flags & SECRET_IS_WORD) != 0 &&
            is_member_name(reading->text, reading->text_size, reading->end[at + SECRET_PART - 1])) {
            return;
        }
    }
    note(reading, at, SECRET_PART);
}

static void note_shorts(struct reading *reading)
{
    const struct secrets *secrets = reading->secrets;

    for (size_t i = 0; i < secrets->shorts.count; i++) {
        const struct secret_short *secret = &secrets->shorts.items[i];
        for (size_t at = 0; at + secret->size <= reading->count; at++) {
            if (memcmp(reading->folded + at, secret->bytes, secret->size) == 0) {
                note(reading, at, secret->size);
            }
        }
    }
}

static void note_parts(struct reading *reading)
{
    const struct secrets *secrets = reading->secrets;

    if (reading->mode == MODE_MESSAGE) {
        note_shorts(reading);
    }
    for (size_t at = 0; secrets->slot_count > 0 && at + SECRET_PART <= reading->count; at++) {
        const struct secret_slot *slot = secret_find(secrets, secret_part_hash(reading->folded + at));
        if (slot->hash != 0) {
            note_part(reading, at, slot->flags);
        }
    }
}

/* --- escapes ----------------------------------------------------------------------------------------- */

/* Undoes one level of escapes in place: an escape is never shorter than what it stands for. */
static bool undo_escapes(struct reading *reading)
{
    size_t out = 0;
    bool any = false;

    for (size_t in = 0; in < reading->count;) {
        char bytes[SECRET_CHARACTER_SIZE] = {reading->folded[in]};
        size_t size = 1;
        size_t used = secret_read_escape(reading->folded + in, reading->count - in, bytes, &size);
        bool escaped = used > 0;
        used = escaped ? used : 1;
        uint32_t begin = reading->begin[in], end = reading->end[in + used - 1];
        for (size_t i = 0; i < size; i++, out++) {
            reading->folded[out] = secret_fold(bytes[i]);
            reading->begin[out] = begin;
            reading->end[out] = end;
        }
        in += used;
        any = any || escaped;
    }
    reading->count = out;
    return any;
}

/* --- regions ----------------------------------------------------------------------------------------- */

static void read_piece(struct reading *reading, size_t begin, size_t end)
{
    size_t count = end - begin;

    reading->folded = mem_alloc(count + SECRET_PART);
    reading->begin = mem_grow(NULL, count + 1, sizeof(*reading->begin));
    reading->end = mem_grow(NULL, count + 1, sizeof(*reading->end));
    reading->count = count;
    for (size_t i = 0; i < count; i++) {
        reading->folded[i] = secret_fold(reading->text[begin + i]);
        reading->begin[i] = (uint32_t)(begin + i);
        reading->end[i] = (uint32_t)(begin + i + 1);
    }
    note_parts(reading);
    for (size_t level = 0; level < LEVELS && undo_escapes(reading); level++) {
        note_parts(reading);
    }
    text_wipe(reading->folded, count);
    free(reading->folded);
    free(reading->begin);
    free(reading->end);
}

static void read_region(struct reading *reading, size_t begin, size_t end)
{
    while (end - begin > REGION_MAX) {
        read_piece(reading, begin, begin + REGION_MAX);
        begin += REGION_MAX - REGION_OVERLAP;
    }
    read_piece(reading, begin, end);
}

/* Regions that touch each other are read as one. */
struct region {
    size_t begin, end;
};

static void end_region(struct reading *reading, const struct region *region)
{
    if (region->end > region->begin) {
        read_region(reading, region->begin, region->end);
    }
}

static void widen_region(struct reading *reading, struct region *region, size_t at)
{
    size_t from = at > LEAD ? at - LEAD : 0;

    if (from > region->end) {
        end_region(reading, region);
        region->begin = from;
    }
    region->end = at + TAIL < reading->text_size ? at + TAIL : reading->text_size;
}

static bool is_piece(const struct secrets *secrets, const char *at)
{
    uint64_t piece;

    memcpy(&piece, at, sizeof(piece));
    return secret_filter_has(secrets, secret_piece_hash(piece));
}

/* Where pieces of secrets stand as they are. A part around a gram has a piece that begins or ends with it. */
static void read_pieces(struct reading *reading)
{
    const struct secrets *secrets = reading->secrets;
    const char *text = reading->text;
    size_t size = reading->text_size;
    struct region region = {0};

    for (size_t at = 0; at + SECRET_GRAM <= size; at += SECRET_STRIDE) {
        uint32_t gram;
        memcpy(&gram, text + at, sizeof(gram));
        uint32_t bit = secret_gram_bit(gram);
        if ((secrets->grams[bit >> 6] >> (bit & 63) & 1) == 0) {
            continue;
        }
        if ((at + SECRET_PIECE <= size && is_piece(secrets, text + at)) ||
            (at + SECRET_GRAM >= SECRET_PIECE && is_piece(secrets, text + at + SECRET_GRAM - SECRET_PIECE))) {
            widen_region(reading, &region, at);
        }
    }
    end_region(reading, &region);
}

/* Where escapes of one kind stand. */
static void read_escapes(struct reading *reading, char kind)
{
    const char *text = reading->text;
    const char *stop = text + reading->text_size;
    struct region region = {0};

    for (const char *at = text; at < stop && (at = memchr(at, kind, (size_t)(stop - at))) != NULL; at++) {
        widen_region(reading, &region, (size_t)(at - text));
    }
    end_region(reading, &region);
}

/* Reads only the regions where something may be. */
static void read_text(struct reading *reading)
{
    static const char kinds[] = {'\\', '%', '&'};

    if (reading->secrets == NULL || reading->secrets->filter == NULL || reading->text_size == 0) {
        return;
    }
    read_pieces(reading);
    for (size_t i = 0; i < sizeof(kinds); i++) {
        read_escapes(reading, kinds[i]);
    }
}

bool secrets_mask(const struct secrets *secrets, char *text, size_t size)
{
    struct reading reading = {.secrets = secrets, .mode = MODE_TEXT, .text = text, .text_size = size};

    read_text(&reading);
    return mask_found(&reading);
}

void secrets_mask_answer(const struct secrets *secrets, char *body, size_t size)
{
    struct reading reading = {.secrets = secrets, .mode = MODE_ANSWER, .text = body, .text_size = size};

    read_text(&reading);
    (void)mask_found(&reading);
}

/* --- messages ---------------------------------------------------------------------------------------- */

static size_t token_size(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=");
}

/* "Basic authentication" is no secret. */
static bool is_word(const char *at, size_t size)
{
    return size < SECRET_SHORT || (size <= 2 * SECRET_PART && strspn(at, "abcdefghijklmnopqrstuvwxyz.-") >= size);
}

static void mask_after(char *message, const char *scheme)
{
    for (char *at = message; (at = strcasestr(at, scheme)) != NULL;) {
        at += strlen(scheme);
        size_t size = token_size(at);
        if (!is_word(at, size)) {
            memset(at, '*', size);
        }
        at += size;
    }
}

void secrets_mask_message(const struct secrets *secrets, char *message)
{
    struct reading reading = {.secrets = secrets, .mode = MODE_MESSAGE, .text = message, .text_size = strlen(message)};

    if (secrets != NULL) {
        read_region(&reading, 0, reading.text_size);
        (void)mask_found(&reading);
    }
    mask_after(message, "Bearer ");
    mask_after(message, "Basic ");
    /* of a JSON web token: its first part is an object in base64 */
    for (char *at = message; (at = strstr(at, "eyJ")) != NULL;) {
        size_t size = token_size(at);
        if (size >= SECRET_PART) {
            memset(at, '*', size);
        }
        at += size;
    }
}
