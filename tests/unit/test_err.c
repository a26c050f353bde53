/* Room err: the first error wins, messages are safe to print, codes become exit statuses in one place. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "err/err.h"

static void the_first_error_wins(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    assert_false(err_set(&e, ERR_USAGE, "first"));
    assert_false(err_set(&e, ERR_IO, "second"));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.message, "first");
}

static void wrapping_puts_the_context_in_front(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    err_set(&e, ERR_API, "404");
    err_wrap(&e, "reading %s", "web-01");
    assert_string_equal(e.message, "reading web-01: 404");
    err_advise(&e, "Try %d\x1b", 1);
    assert_string_equal(e.message, "reading web-01: 404. Try 1\\x1b");
}

static void a_long_message_is_cut_on_a_character(void **state)
{
    struct err e = ERR_INIT;
    char name[ERR_MESSAGE_MAX * 2];

    (void)state;
    for (size_t i = 0; i + 2 < sizeof(name); i += 2) {
        memcpy(name + i, "\xc3\xa4", 3);
    }
    err_set(&e, ERR_FAILED, "x%s", name);
    size_t size = strlen(e.message);
    assert_true(size < ERR_MESSAGE_MAX);
    assert_int_equal((unsigned char)e.message[size - 1], 0xa4);
    err_wrap(&e, "%s", name);
    assert_int_equal((unsigned char)e.message[strlen(e.message) - 1], 0xa4);
}

static void what_is_added_stands_before_the_tail(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    err_set(&e, ERR_API, "403 [trace forged] denied");
    err_tail(&e, " [trace t-1]");
    err_append(&e, "; it takes the role %s", "Editor");
    err_wrap(&e, "web-01");
    assert_string_equal(e.message, "web-01: 403 [trace forged] denied; it takes the role Editor [trace t-1]");
    err_advise(&e, "Finish: %s", "x");
    err_append(&e, ": 3 changed");
    assert_string_equal(
        e.message, "web-01: 403 [trace forged] denied; it takes the role Editor: 3 changed [trace t-1]. Finish: x");
}

static void a_message_that_is_too_long_keeps_its_tail_and_whole_characters(void **state)
{
    struct err e = ERR_INIT;
    char name[ERR_MESSAGE_MAX * 2];

    (void)state;
    for (size_t i = 0; i + 2 < sizeof(name); i += 2) {
        memcpy(name + i, "\xc3\xa4", 3);
    }
    err_set(&e, ERR_FAILED, "x");
    err_tail(&e, " [request r-1]");
    err_append(&e, "%s", name);
    size_t size = strlen(e.message);
    size_t tail = strlen(" [request r-1]");
    assert_in_range(size, ERR_MESSAGE_MAX - 2, ERR_MESSAGE_MAX - 1);
    assert_string_equal(e.message + size - tail, " [request r-1]");
    assert_int_equal((unsigned char)e.message[size - tail - 1], 0xa4);
    err_wrap(&e, "%s", name);
    assert_string_equal(e.message + strlen(e.message) - tail, " [request r-1]");
    err_tail(&e, "%s", name);
    assert_true(strlen(e.message) < ERR_MESSAGE_MAX);
    assert_int_equal((unsigned char)e.message[strlen(e.message) - 1], 0xa4);
}

static void foreign_control_characters_are_never_printed_raw(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    err_set(&e, ERR_FAILED, "name \033[2Jx\n\xc2\x9bz\x7f");
    assert_string_equal(e.message, "name \\x1b[2Jx\\x0a\\x9bz\\x7f");
}

static void messages_and_places_are_valid_utf8(void **state)
{
    static const struct {
        const char *bytes, *message;
    } rows[] = {
        {"caf\xc3\xa9", "caf\xc3\xa9"},      {"caf\xe9", "caf\\xe9"},
        {"\xe2\x82", "\\xe2\\x82"},          {"\xe2\x80\xaetxt", "\\u{202e}txt"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        err_set(&e, ERR_API, "%s", rows[i].bytes);
        err_at(&e, "%s", rows[i].bytes);
        assert_string_equal(e.message, rows[i].message);
        assert_string_equal(e.place, rows[i].message);
    }
}

static void errno_is_spelled_out(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    errno = ENOENT;
    err_set_errno(&e, ERR_IO, "cannot open %s", "x");
    assert_string_equal(e.message, "cannot open x: No such file or directory");
}

static void the_first_place_wins(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    err_set(&e, ERR_INVALID, "bad");
    err_at(&e, "a.json:%d:%d", 3, 7);
    err_at(&e, "elsewhere");
    assert_string_equal(e.place, "a.json:3:7");
}

static void codes_become_the_exit_statuses_of_the_contract(void **state)
{
    static const struct {
        enum err_code code;
        int signal, status;
    } rows[] = {
        {ERR_NONE, 0, 0},         {ERR_FAILED, 0, 1},    {ERR_USAGE, 0, 2},      {ERR_INVALID, 0, 2},
        {ERR_UNDECIDED, 0, 2},    {ERR_AUTH, 0, 4},      {ERR_NOT_FOUND, 0, 1},  {ERR_IO, 0, 1},
        {ERR_NETWORK, 0, 1},      {ERR_API, 0, 1},       {ERR_BAD_ANSWER, 0, 1}, {ERR_INCOMPLETE, 0, 1},
        {ERR_CONFLICT, 0, 6},     {ERR_BUDGET, 0, 7},    {ERR_LOCKED, 0, 8},     {ERR_CANCELLED, 2, 130},
        {ERR_CANCELLED, 15, 143}, {ERR_CANCELLED, 0, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = {.code = rows[i].code, .signal = rows[i].signal};
        assert_int_equal(err_exit_status(&e), rows[i].status);
    }
    struct err no_token = {.code = ERR_CANCELLED, .cause = ERR_AUTH};
    assert_int_equal(err_exit_status(&no_token), 4);
    no_token.signal = 15;
    assert_int_equal(err_exit_status(&no_token), 143);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_error_wins),
        cmocka_unit_test(wrapping_puts_the_context_in_front),
        cmocka_unit_test(a_long_message_is_cut_on_a_character),
        cmocka_unit_test(what_is_added_stands_before_the_tail),
        cmocka_unit_test(a_message_that_is_too_long_keeps_its_tail_and_whole_characters),
        cmocka_unit_test(foreign_control_characters_are_never_printed_raw),
        cmocka_unit_test(messages_and_places_are_valid_utf8),
        cmocka_unit_test(errno_is_spelled_out),
        cmocka_unit_test(the_first_place_wins),
        cmocka_unit_test(codes_become_the_exit_statuses_of_the_contract),
    };

    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
