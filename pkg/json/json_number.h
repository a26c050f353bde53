/*
 * json_number: the shortest decimal form of a double, private to the room.
 */
#ifndef JSON_JSON_NUMBER_H
#define JSON_JSON_NUMBER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { JSON_NUMBER_MAX = 40 };

/*
 * Writes the shortest digits that read back as the same double, independent of the locale:
 * positional from 1e-6 to below 1e21 (as ECMAScript does), else with an exponent. It always looks
 * like a real: "1.0", not "1". Returns the bytes written, no NUL. The number must be finite.
 */
size_t json_number_print(double number, char buffer[JSON_NUMBER_MAX]);

#ifdef __cplusplus
}
#endif

#endif
