/*
 * cel: the expressions of allowed_use (vpc-api.md 4.3): comparisons, &&, ||, !, in [..], parentheses, integers,
 * strings in either quotes, true, false, and names with dots. No functions, no arithmetic, no implicit conversions.
 * The simulator's own reading of that language.
 */
#ifndef VPCSIM_CEL_H
#define VPCSIM_CEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cel_type { CEL_BOOL, CEL_INT, CEL_STRING };

struct cel_value {
    enum cel_type type;
    int64_t number;     /* of CEL_BOOL (0, 1) and CEL_INT */
    const char *string; /* `size` bytes, not terminated */
    size_t size;
};

struct cel_variable {
    const char *name; /* "metadata_service.enabled"; NULL ends the table */
    struct cel_value value;
};

enum cel_verdict { CEL_TRUE, CEL_FALSE, CEL_WRONG };

enum { CEL_DEPTH_MAX = 64, CEL_MESSAGE_MAX = 160 };

/* CEL_WRONG: syntax, an unknown name, or types that do not go together; `message` says which. */
enum cel_verdict cel_evaluate(const char *expression, const struct cel_variable *variables,
                              char message[CEL_MESSAGE_MAX]);

#endif
