/* linehistory: which lines are kept, in what order, and what the file is like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "folder_fixture.h"
#include "fsio/fsio.h"
#include "linehistory/linehistory.h"

static void lines_that_hold_secrets_are_recognized_and_others_are_not(void **state)
{
    static const char *const secret[] = {
        "auth status --api-key abc",
        "VPC_APIKEY=abc",
        "instance list --token abc",
        "bearer abc",
        "curl -H Authorization: x",
        "token=abc",
        "schema list ABCDefgh0123456789_abcdefghijklmnopqrstuvwxyz",
        "x 0123456789abcdef0123456789abcdef",
        "x eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x",
        "x --password=abc",
        "my-passwd: x",
    };
    static const char *const plain[] = {
        "",
        "instance list",
        "auth token",
        "auth status --api-key-file key.txt",
        "instance show 02b7_e21b7391-2ca2-4ab5-84a8-b92157a633b0",
        "instance show crn:v1:bluemix:public:is:us-south-1:a/123::instance:0717_e21b7391-2ca2-4ab5-84a8-b92157a633b0",
        "instance set a-very-long-name-of-a-server-that-is-harmless --hop-limit 2",
        "template create -f t.json --trusted-profile Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++) {
        assert_true(linehistory_is_secret(secret[i]));
    }
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        assert_false(linehistory_is_secret(plain[i]));
    }
}

static void what_is_typed_comes_back_newest_first_also_in_the_next_process(void **state)
{
    const char *path = in(state, "deep/state/lines");
    struct err error = ERR_INIT;
    struct linehistory *history = linehistory_open(path, NULL, &error);
    struct stat status;
    char *longest = malloc(LINEHISTORY_LINE_MAX + 2);

    memset(longest, 'x', LINEHISTORY_LINE_MAX + 1);
    longest[LINEHISTORY_LINE_MAX + 1] = '\0';
    assert_int_equal(error.code, ERR_NONE);
    assert_null(linehistory_at(history, 0));
    const char *const typed[] = {"one", "two", "two", "", " blank", "x --api-key abc", longest, "three"};
    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        linehistory_add(history, typed[i]);
    }
    for (int round = 0; round < 2; round++) {
        assert_string_equal(linehistory_at(history, 0), "three");
        assert_string_equal(linehistory_at(history, 1), "two");
        assert_string_equal(linehistory_at(history, 2), "one");
        assert_null(linehistory_at(history, 3));
        assert_null(linehistory_at(history, (size_t)-1));
        linehistory_release(&history);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
        history = linehistory_open(path, NULL, &error);
    }
    linehistory_release(&history);
    free(longest);
}

static void the_file_keeps_the_newest_lines_and_does_not_grow_for_ever(void **state)
{
    const char *path = in(state, "many");
    CLEANUP(text_free) struct text content = {0};
    struct err error = ERR_INIT;
    char line[32];

    for (int i = 0; i < 3 * LINEHISTORY_LINES; i++) {
        text_printf(&content, "line %d\n", i);
    }
    assert_true(fsio_replace(path, text_string(&content), content.size, &error));
    struct linehistory *history = linehistory_open(path, NULL, &error);
    snprintf(line, sizeof(line), "line %d", 3 * LINEHISTORY_LINES - 1);
    assert_string_equal(linehistory_at(history, 0), line);
    snprintf(line, sizeof(line), "line %d", 2 * LINEHISTORY_LINES);
    assert_string_equal(linehistory_at(history, LINEHISTORY_LINES - 1), line);
    assert_null(linehistory_at(history, LINEHISTORY_LINES));
    linehistory_add(history, "one more");
    assert_string_equal(linehistory_at(history, 0), "one more");
    assert_null(linehistory_at(history, LINEHISTORY_LINES));
    linehistory_release(&history);
    text_clear(&content);
    assert_true(fsio_read(path, 1 << 20, &content, &error));
    assert_int_equal(strncmp(text_string(&content), line, strlen(line)), 0); /* the older ones are gone from the file */
    assert_non_null(strstr(text_string(&content), "\none more\n"));
}

static void a_file_that_cannot_be_used_is_no_reason_not_to_remember(void **state)
{
    struct err error = ERR_INIT;
    struct linehistory *history = linehistory_open("/proc/nowhere/lines", NULL, &error);

    (void)state;
    assert_int_equal(error.code, ERR_IO);
    linehistory_add(history, "one");
    assert_string_equal(linehistory_at(history, 0), "one");
    linehistory_release(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_hold_secrets_are_recognized_and_others_are_not),
        cmocka_unit_test_setup_teardown(what_is_typed_comes_back_newest_first_also_in_the_next_process, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(the_file_keeps_the_newest_lines_and_does_not_grow_for_ever, make_folder,
                                        remove_folder),
        cmocka_unit_test(a_file_that_cannot_be_used_is_no_reason_not_to_remember),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
