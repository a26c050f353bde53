/*
 * text: strings. A bounded builder, display width, shortening, escaping for terminals, UTF-8, percent-coding,
 * likeness of words.
 *
 * All strings are UTF-8; broken sequences are tolerated and counted as one column a byte.
 */
#ifndef TEXT_TEXT_H
#define TEXT_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CLEANUP(f): runs f(&variable) when the variable goes out of scope. */
#define CLEANUP(function) __attribute__((cleanup(function)))

/*
 * A string that grows up to TEXT_MAX bytes; zero-initialised it is empty and owns nothing. Reaching the
 * limit is a lack of memory (mem.h).
 * `data` is always NUL-terminated when it is not NULL; text_string() never returns NULL.
 */
struct text {
    char *data;
    size_t size;     /* bytes in use, without the NUL */
    size_t capacity; /* bytes allocated */
};

enum { TEXT_MAX = 1 << 30 };

void text_append(struct text *t, const char *string);
void text_append_size(struct text *t, const char *bytes, size_t size);
void text_append_char(struct text *t, char c);
void text_append_repeat(struct text *t, char c, size_t count);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *t, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Makes room for `extra` more bytes and a NUL; returns where they go. The caller adds to size itself. */
char *text_reserve(struct text *t, size_t extra);

/* The content, "" when empty. Borrowed until the next change. */
const char *text_string(const struct text *t);

/* Empties it and keeps the memory. */
void text_clear(struct text *t);

/* Hands the content over to the caller, who frees it with free(); never NULL. */
char *text_take(struct text *t);

/* Frees the memory; the value is empty again. For CLEANUP. */
void text_free(struct text *t);

/* text_free for content that must not stay in memory: overwrites it first. */
void text_free_secret(struct text *t);

/* Overwrites `size` bytes so that no optimiser drops it. NULL with size 0 is allowed. */
void text_wipe(void *bytes, size_t size);

/* free() through a pointer to the pointer, for CLEANUP on char * and the like. */
void text_free_pointer(void *pointer);

/* Columns that a terminal takes for the first `size` bytes: wide and combining characters counted. */
size_t text_width(const char *bytes, size_t size);

/* Bytes of the longest prefix that is at most `columns` wide and ends on a character. */
size_t text_prefix(const char *bytes, size_t size, size_t columns);

/* Whether a code point may steer a terminal: C0, DEL, C1 and the bidirectional overrides. */
bool text_steers_terminal(uint32_t code);

/* Appends bytes with broken UTF-8 and what steers a terminal as \xNN or \u{NNNN}. */
void text_append_safe(struct text *t, const char *bytes, size_t size);

/* Appends at most `columns` columns of a safe rendering, ending in "..." where something was cut. */
void text_append_short(struct text *t, const char *bytes, size_t size, size_t columns);

/*
 * Appends words, between which there may be blanks and newlines, in lines of at most `width` columns (0: one line): the
 * first begins at column `at`, the others at `indent`. What would be of no use in two lines stays in one, whatever the
 * width: a word, `-o json`, and what stands in `backquotes` or single quotes. A command, which begins with the word
 * `program` (NULL: there are none) and ends with the words, or at the ; ) , : or . behind it, has a line of its own
 * where it does not fit, and more than one only as text_append_command() breaks it.
 */
void text_append_wrapped(struct text *t, const char *words, const char *program, size_t at, size_t indent,
                         size_t width);

/*
 * Appends a command, safe as text_append_safe() does it, in lines of at most `width` columns (0: one line) where that
 * is possible, still one command to a shell: the first begins at column `at`, the others at `indent`, behind a line
 * that ends in a backslash. An option and its value stay together, and so does what is quoted but for
 * TEXT_COMMAND_BREAK: a blank at which a line may end within quotes.
 */
enum { TEXT_COMMAND_BREAK = '\v' };
void text_append_command(struct text *t, const char *line, size_t size, size_t at, size_t indent, size_t width);

/* The first character of at least one byte: its code point and how many bytes it takes. */
struct text_character {
    uint32_t code; /* of a broken character: its first byte */
    size_t size;
    bool broken; /* not UTF-8: `size` is the maximal subpart of an ill-formed sequence (Unicode 15, 3.9) */
};
struct text_character text_decode(const char *bytes, size_t size);

/*
 * Appends bytes from outside as valid UTF-8: each maximal subpart of an ill-formed sequence becomes one U+FFFD, as
 * Unicode 15 section 3.9 recommends and the WHATWG Encoding Standard requires. Control characters stay.
 */
void text_append_utf8(struct text *t, const char *bytes, size_t size);

/* Percent-encodes all but the unreserved characters of RFC 3986 2.3 and those in `also` ("" for none). */
void text_percent_encode(struct text *t, const char *string, const char *also);

/* Decodes "%41"; a % without two hexadecimal digits behind it is copied as it is, and makes the result false. */
bool text_percent_decode(struct text *t, const char *bytes, size_t size);

/* Appends the decoded value of a parameter of the URL's query; false where there is none, or it is empty. */
bool text_append_parameter(struct text *t, const char *url, size_t size, const char *name);

/* A time as options take it and help shows it: "500ms", "1.5s", "30s", "90s", "5m", "24h", "7d". Not negative. */
struct text_duration_words {
    char text[24];
};
struct text_duration_words text_duration(int64_t ms);

/* Base64 with padding (RFC 4648 4). */
void text_append_base64(struct text *t, const char *bytes, size_t size);

/* Appends two hexadecimal digits a byte. */
void text_append_hex(struct text *t, const unsigned char *bytes, size_t size);

/* Appends the SHA-256 of the bytes (FIPS 180-4) as 64 hexadecimal digits. */
void text_append_sha256(struct text *t, const char *bytes, size_t size);
enum { TEXT_SHA256_SIZE = 64 };

/* Appends the UUID of a name, the same for the same bytes (RFC 9562 section 5.5: version 5, in a namespace of ours). */
void text_append_uuid_of(struct text *t, const char *bytes, size_t size);

/* Whether the bytes have the form of a UUID (RFC 9562 section 4), in upper or lower case. */
bool text_is_uuid(const char *bytes, size_t size);
enum { TEXT_UUID_SIZE = 36 };

/* Whether two strings are the same; NULL equals NULL only. */
bool text_equal(const char *a, const char *b);

/* The string, or "" for NULL. */
const char *text_or_empty(const char *string);

/* Whether the string begins with `start`. */
bool text_begins(const char *string, const char *start);

/* Whether the word is one of the words, which end with NULL. */
bool text_is_one_of(const char *word, const char *const words[]);

/* Shell-like pattern over the whole string: * ? [abc] [!a-z] and \ as escape; case-sensitive. */
bool text_glob(const char *pattern, const char *string);

/* "a" or "an", as English puts it before this word: "an instance", "a bare metal server". */
const char *text_article(const char *word);

/* Whether two words are the same for people: capitals count as small letters, and "-", "_" and " " are the same. */
bool text_same_word(const char *a, const char *b);

/* Whether two words differ by at most one letter: missing, too many, another one, or swapped with its neighbour. */
bool text_one_slip(const char *a, const char *b);

/*
 * "Did you mean": the one of `count` words that is nearest to `word` and near enough to be meant (an edit
 * distance of at most a third of its letters, transpositions count one, capitals and the zeros in front of a number
 * nothing), or NULL. Two words with other letters and other numbers are not near. Entries may be NULL.
 */
const char *text_nearest(const char *word, const char *const words[], size_t count);

/* Appends ": did you mean WORD?" where one of the words is near enough, and says whether it did. */
bool text_append_nearest(struct text *out, const char *word, const char *const words[], size_t count);

/* Numbers: the whole string must be a decimal integer within min..max. */
bool text_to_long(const char *string, long min, long max, long *ret_value);

#endif
