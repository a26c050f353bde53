/*
 * userdata: whether the user_data of a server holds what looks like a secret. The metadata service hands it to every
 * process of the server (vpc-api.md 5.4, A12).
 *
 * The text is looked at as it is and, where it holds base64 (write_files of cloud-init, MIME parts), as what that
 * decodes to; compressed content says nothing. A line of a table is a form that is published (PEM, JWT, keys of clouds
 * and forges, crypt hashes, user:password in URLs) or an assignment to a name that ends in password, secret, token or
 * key. Its value may be weak, but no variable, path, reference, placeholder or prose. What is found is named, and never
 * kept or printed.
 */
#ifndef USERDATA_USERDATA_H
#define USERDATA_USERDATA_H

#include <stdbool.h>
#include <stddef.h>

/* The compiled table; for one thread at a time. */
struct userdata_scanner;
struct userdata_scanner *userdata_scanner_create(void) __attribute__((warn_unused_result));
void userdata_scanner_destroy(struct userdata_scanner *scanner); /* NULL allowed */

/*
 * *ret_what is what the text holds first in the order of the table, "a private key", a constant; NULL: nothing was
 * found. False where nothing was found but the search of a part was given up after USERDATA_EFFORT steps: then nothing
 * is known.
 */
enum { USERDATA_EFFORT = 10000000 };
bool userdata_look(const struct userdata_scanner *scanner, const char *text, size_t size, const char **ret_what)
    __attribute__((warn_unused_result));

#endif
