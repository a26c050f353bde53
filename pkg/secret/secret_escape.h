/*
 * secret_escape: what an escape stands for, in the forms in which an answer may quote a text: JSON, URLs and forms,
 * HTML, and texts by text_append_safe. Private to the room.
 */
#ifndef SECRET_SECRET_ESCAPE_H
#define SECRET_SECRET_ESCAPE_H

#include <stddef.h>

enum { SECRET_CHARACTER_SIZE = 4 }; /* bytes of one in UTF-8, at most */

/*
 * How many characters the escape at this place has; 0: there is none, and nothing is stored. `size` is that of the text
 * from here on. The bytes that it stands for are a character in UTF-8, or a single byte.
 */
size_t secret_read_escape(const char *at, size_t size, char ret_bytes[SECRET_CHARACTER_SIZE], size_t *ret_size);

#endif
