/* The table of commands of vpcmeta itself: what help, completion and the parser read. Linked with cmd/vpcmeta. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/vpcmeta/commands.h"
#include "tests/unit/cli_check.h"

static void the_table_has_no_mistakes(void **state)
{
    CLEANUP(text_free) struct text mistakes = {0};

    (void)state;
    cli_check(&commands_program, &mistakes);
    assert_string_equal(text_string(&mistakes), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_has_no_mistakes)};

    return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
