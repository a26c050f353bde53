/*
 * fsio: files of our own, and text that people write. Private folders and files, replacement that a crash cannot leave
 * half done, locks; one rule for what a text may hold, wherever it comes from.
 *
 * Folders are 0700 and files 0600 whatever the umask says. Paths are the caller's: which variable of the
 * environment they come from is decided in cmd/.
 */
#ifndef FSIO_FSIO_H
#define FSIO_FSIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err/err.h"
#include "text/text.h"

/*
 * Makes the folder and what is missing above it, each 0700. A folder that exists keeps its mode when only its owner
 * can write to it; one that others can write to is refused, and so is one of another owner. Error: ERR_IO.
 */
bool fsio_make_private_folder(const char *path, struct err *e) __attribute__((warn_unused_result));

/*
 * Replaces the file by `size` bytes, mode 0600: written beside it, fsynced, renamed over it, the folder fsynced. A
 * reader sees the old content or the new one, also after a crash; on failure the old file is untouched. A symbolic
 * link is replaced itself, not what it points to. Error: ERR_IO.
 */
bool fsio_replace(const char *path, const char *bytes, size_t size, struct err *e) __attribute__((warn_unused_result));

/* Whether a folder can be written to, and file system and limits leave room for `size` bytes. Error: ERR_IO. */
bool fsio_check_room(const char *folder, size_t size, struct err *e) __attribute__((warn_unused_result));

/* Makes sure that a file exists with mode 0600, for libraries that open by name; content stays. Error: ERR_IO. */
bool fsio_make_private_file(const char *path, struct err *e) __attribute__((warn_unused_result));

/*
 * Appends the file's content, at most `limit` bytes; a bigger file is an error. Only regular files, pipes and
 * terminals are read. Errors: ERR_NOT_FOUND when it does not exist, else ERR_IO.
 */
bool fsio_read(const char *path, size_t limit, struct text *ret_content, struct err *e)
    __attribute__((warn_unused_result));

/*
 * How to wait for standard input, which may never end: `ready` returns when the descriptor can be read, or false with
 * an error (a signal, a deadline). Zero-initialised: the kernel waits, for ever.
 */
struct fsio_wait {
    bool (*ready)(const void *context, int fd, struct err *e);
    const void *context;
};

/*
 * Waits for standard input and takes what there is of it, at most `size` bytes: how many, 0 at its end, -1 with
 * ERR_IO or the error of `wait`.
 */
ssize_t fsio_input(const struct fsio_wait *wait, char *bytes, size_t size, struct err *e)
    __attribute__((warn_unused_result));

/* What reports call standard input, which is written "-" on command lines. */
#define FSIO_INPUT_NAME "standard input"

/*
 * The one rule for text that people write (names, scripts, bodies, keys, settings), applied in place: a byte order mark
 * is dropped, CRLF becomes a newline; ERR_INVALID with the place "NAME:LINE:COLUMN" for UTF-16, a NUL byte and what is
 * not UTF-8. No message quotes the text. `line` is the number of its first line: 1 unless it is a later piece.
 */
bool fsio_accept_text(struct text *content, const char *name, size_t line, struct err *e)
    __attribute__((warn_unused_result));

/*
 * fsio_read for text that people write. "-" is standard input, waited for by `wait`; where that is NULL it is a file of
 * that name. Errors: those of fsio_read, of fsio_accept_text and of `wait`.
 */
bool fsio_read_text(const char *path, const struct fsio_wait *wait, size_t limit, struct text *ret_content,
                    struct err *e) __attribute__((warn_unused_result));

/* How the message begins where fsio_accept_text met a NUL byte, for callers that know what it may mean. */
#define FSIO_NUL_FAULT "NUL byte in the text"

/*
 * The same for a list whose items end in NUL bytes, such as `find -print0` writes: an item is everything between two
 * of them, and may be empty; the last one needs none. ERR_INVALID with the place "NAME, item N" for a newline in an
 * item and for what is not UTF-8.
 */
bool fsio_read_items(const char *path, const struct fsio_wait *wait, size_t limit, struct text *ret_content,
                     struct err *e) __attribute__((warn_unused_result));

/* The rule of fsio_read_items, applied in place. */
bool fsio_accept_items(struct text *content, const char *name, struct err *e) __attribute__((warn_unused_result));

/*
 * Fills the bytes with random ones for ids and jitter: from the kernel's getrandom or, where a sandbox forbids that,
 * /dev/urandom. ERR_IO where neither gives any.
 */
bool fsio_random(void *bytes, size_t size, struct err *e) __attribute__((warn_unused_result));

enum { FSIO_SECRET_MAX = 64 * 1024 };

/*
 * fsio_read_text for keys and tokens: white space at both ends is dropped, an empty one is an error, "-" is standard
 * input, which is waited for by `wait`. *ret_exposed is whether group or others can read the file, for a warning. Free
 * the content with text_free_secret.
 */
bool fsio_read_secret_file(const char *path, const struct fsio_wait *wait, struct text *ret_content, bool *ret_exposed,
                           struct err *e) __attribute__((warn_unused_result));

/* A lock held; closing it, or the end of the process however it comes, gives it back. */
struct fsio_lock;

/*
 * Takes the advisory lock on a file, which is made when missing and stays, without waiting; `who` (one line: command,
 * process, since when) is kept in it for those who find it taken. Errors: ERR_IO; when it is taken, NULL with
 * *ret_taken true and ERR_LOCKED whose message ends in the holder's line.
 */
struct fsio_lock *fsio_lock_open(const char *path, const char *who, bool *ret_taken, struct err *e)
    __attribute__((warn_unused_result));

/* NULL allowed. */
void fsio_lock_close(struct fsio_lock *lock);

/*
 * Numbered slots of one file that are locked independently, for many locks that come and go. The file is made when
 * missing and stays empty. NULL with ERR_IO. Closed with fsio_lock_close, which gives back all of its slots.
 */
struct fsio_lock *fsio_slots_open(const char *path, struct err *e) __attribute__((warn_unused_result));

/* Takes a slot without waiting; false when another one has it. */
bool fsio_slots_take(struct fsio_lock *slots, uint64_t slot) __attribute__((warn_unused_result));

/* Whether the slot is taken. Asking takes nothing, so that it never keeps a taker out. */
bool fsio_slots_taken(const char *path, uint64_t slot);

/* The folder of a path: "a/b" of "a/b/c", "." of "c". To be freed. */
char *fsio_folder_of(const char *path) __attribute__((warn_unused_result));

/* Writes all bytes, however many calls that takes; false with errno. */
bool fsio_write(int fd, const char *bytes, size_t size) __attribute__((warn_unused_result));

#endif
