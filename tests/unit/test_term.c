/* term: how many rows a text takes, which decides on a pager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "term/term_pager.h"

/* The rows that the text takes at this width: the least number that it is not longer than. */
static unsigned rows_of(const char *text, unsigned columns)
{
    unsigned rows = 0;

    while (term_is_longer(text, strlen(text), columns, rows)) {
        rows++;
    }
    return rows;
}

static void rows_are_counted_as_a_terminal_shows_them(void **state)
{
    static const struct {
        const char *text;
        unsigned columns, rows;
    } cases[] = {
        {"", 10, 0},
        {"a\n", 10, 1},
        {"a\nb", 10, 2}, /* the last line without its end */
        {"\n\n", 10, 2},
        {"0123456789\n", 10, 1},
        {"0123456789a\n", 10, 2},
        {"0123456789a\n", 0, 1}, /* no width is known */
        {"0123456789012345678901234567890\n", 10, 4},
        {"\033[1;34m0123456789\033[0m\n", 10, 1}, /* colours take no room */
        {"01\033[32m234\033[0m56789a\n", 10, 2},
        {"\033[2Kabc\n", 3, 3}, /* anything else does: nothing of it is printed */
        {"\033", 10, 1},
        {"\xe6\xbc\xa2\xe6\xbc\xa2\n", 4, 1}, /* wide characters */
        {"\xe6\xbc\xa2\xe6\xbc\xa2\n", 3, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned rows = rows_of(cases[i].text, cases[i].columns);
        if (rows != cases[i].rows) {
            fail_msg("case %zu takes %u rows, not %u", i, rows, cases[i].rows);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_counted_as_a_terminal_shows_them)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
