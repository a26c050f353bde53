/* Commands on several lines that a shell reads as one. */
#include <string.h>

#include "audit/audit_fixes.h"

enum { INDENT = 4 }; /* of the lines behind the first */

/* Whether the blank at `end` of a part stands between an option and its value, which stay on one line. */
static bool joins_value(const char *part, size_t end)
{
    return strncmp(part, "--", 2) == 0 && memchr(part, ' ', end) == NULL && part[end + 1] != '-';
}

/* Where the line may end next: size of what stands before it. */
static size_t next_break(const char *rest, bool *quoted)
{
    size_t size = 0;

    for (; rest[size] != '\0' && rest[size] != AUDIT_BREAK; size++) {
        if (!*quoted && rest[size] == ' ' && !joins_value(rest, size)) {
            break;
        }
        *quoted ^= rest[size] == '\'';
        size += !*quoted && rest[size] == '\\' && rest[size + 1] != '\0'; /* a quote that is meant as such */
    }
    return size;
}

void audit_append_wrapped(const char *line, size_t columns, struct text *out)
{
    bool quoted = false;
    size_t used = 0;

    for (const char *rest = line; rest[0] != '\0';) {
        bool was_quoted = quoted;
        size_t size = next_break(rest + (used > 0), &quoted);
        if (used == 0) {
            text_append_safe(out, rest, size);
            used = size;
        } else if (columns == 0 || used + 1 + size + 2 <= columns) {
            text_append_char(out, ' ');
            text_append_safe(out, rest + 1, size);
            used += 1 + size;
        } else {
            text_append(out, was_quoted ? "\n" : " \\\n");
            text_append_repeat(out, ' ', INDENT);
            text_append_safe(out, rest + 1, size);
            used = INDENT + size;
        }
        rest += size + (rest != line);
    }
    text_append_char(out, '\n');
}
