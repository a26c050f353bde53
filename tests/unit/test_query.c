/* jq expressions: what they answer, what they may not see, and that errors come back as errors. */
#include "query/query.h"

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "text/text.h"

static const char server[] = "{\"name\":\"web-1\",\"status\":\"running\",\"vcpu\":{\"count\":4},\"tags\":[\"a\",\"b\"],"
                             "\"metadata_service\":{\"enabled\":false}}";

static bool collect(void *context, const struct query_output *output, struct err *e)
{
    (void)e;
    const char *quote = output->is_string ? "\"" : "";

    text_append(context, quote);
    text_append_size(context, output->bytes, output->size);
    text_printf(context, "%s;", quote);
    return true;
}

/* All outputs, each followed by ';', or "error: ..." */
static void run(const char *expression, struct text *ret)
{
    struct err e = ERR_INIT;
    CLEANUP(query_release) struct query *query = query_compile(expression, NULL, &e);

    if (query == NULL || !query_run(query, server, strlen(server), collect, ret, &e)) {
        text_printf(ret, "error: %s", e.message);
    }
}

static void outputs_come_in_order_as_compact_json(void **state)
{
    static const struct {
        const char *expression, *outputs;
    } rows[] = {
        {".tags[]", "\"a\";\"b\";"},
        {"{name, n: .vcpu.count}", "{\"name\":\"web-1\",\"n\":4};"},
        {"empty", ""},
        {".name # a comment", "\"web-1\";"},
        {"def f: .vcpu; f.count", "4;"},
        {".tags as [$x, $y] | $y + $x", "\"ba\";"},
        {"1, halt, 2", "1;"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text outputs = {0};
        run(rows[i].expression, &outputs);
        assert_string_equal(text_string(&outputs), rows[i].outputs);
    }
}

static bool check_string(void *context, const struct query_output *output, struct err *e)
{
    int *seen = context;

    (void)e;
    if (*seen == 0) {
        assert_int_equal(output->size, 3);
        assert_memory_equal(output->bytes, "a\0b", 3);
    }
    assert_int_equal(output->is_string, *seen == 0);
    ++*seen;
    return true;
}

static void strings_are_handed_over_as_characters(void **state)
{
    static const char json[] = "[\"a\\u0000b\",1]";
    struct err e = ERR_INIT;
    CLEANUP(query_release) struct query *query = query_compile(".[]", NULL, &e);
    int seen = 0;
    (void)state;

    assert_true(query_run(query, json, strlen(json), check_string, &seen, &e));
    assert_int_equal(seen, 2);
}

static bool stop_at_second(void *context, const struct query_output *output, struct err *e)
{
    int *seen = context;

    (void)output;
    return ++*seen < 2 || err_set(e, ERR_IO, "full");
}

static void a_sink_can_end_the_run(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(query_release) struct query *query = query_compile("repeat(1)", NULL, &e);
    int seen = 0;
    (void)state;

    assert_false(query_run(query, "1", 1, stop_at_second, &seen, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_int_equal(seen, 2);
}

static void bad_expressions_are_usage_errors_in_one_line(void **state)
{
    static const struct {
        const char *expression, *message, *place;
    } rows[] = {
        {".a |", "jq expression '.a |': syntax error, unexpected end of the expression", ""},
        {"foo", "jq expression 'foo': foo/0 is not defined", ""},
        {".a | $x", "jq expression '.a | $x': $x is not defined", ""},
        {".a)", "jq expression '.a)': syntax error, unexpected character, expecting end of the expression", ""},
        {".a) | (.b", "jq expression '.a) | (.b': syntax error, unexpected character, expecting end of the expression",
         ""},
        {".a\n| foo(", "jq expression '.a\\x0a| foo(': syntax error, unexpected end of the expression", "line 2"},
        {"", "the jq expression is empty", ""},
        {" \n\t", "the jq expression is empty", ""},
        {"import \"a\" as a; .", "jq expression 'import \"a\" as a; .': syntax error, unexpected import", ""},
        {"include \"a\"; .", "jq expression 'include \"a\"; .': syntax error, unexpected include", ""},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        assert_null(query_compile(rows[i].expression, NULL, &e));
        assert_int_equal(e.code, ERR_USAGE);
        assert_string_equal(e.message, rows[i].message);
        assert_string_equal(e.place, rows[i].place);
    }
}

static void failing_expressions_are_errors_that_name_them(void **state)
{
    static const struct {
        const char *expression, *outcome;
    } rows[] = {
        {".name.x", "error: jq expression '.name.x': Cannot index string with string \"x\""},
        {"1, (.tags | error)", "1;error: jq expression '1, (.tags | error)': [\"a\",\"b\"]"},
        {"\"bye\" | halt_error", "error: jq expression '\"bye\" | halt_error': bye"},
        {"{a: 1} | halt_error(3)", "error: jq expression '{a: 1} | halt_error(3)': {\"a\":1}"},
        {"input", "error: jq expression 'input': there is no further input"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text outcome = {0};
        run(rows[i].expression, &outcome);
        assert_string_equal(text_string(&outcome), rows[i].outcome);
    }
}

static void a_query_works_after_it_failed(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(query_release)
    struct query *query = query_compile("if . == 1 then error(\"one\") else . == 2 end", NULL, &e);
    bool truth = false;
    (void)state;

    assert_false(query_test(query, "1", 1, &truth, &e));
    err_clear(&e);
    assert_true(query_test(query, "2", 1, &truth, &e));
    assert_true(truth);
}

static void expressions_cannot_see_the_environment(void **state)
{
    static const struct {
        const char *expression, *outputs;
    } rows[] = {
        {"env", "{};"},
        {"$ENV", "{};"},
        {"env.QUERY_TEST_SECRET", "null;"},
        {"$ENV.QUERY_TEST_SECRET", "null;"},
        {"def f: env; f", "{};"},
        {"\"\\(env)\\($ENV)\"", "\"{}{}\";"},
        {"[.tags[] | $ENV | length]", "[0,0];"},
        {"{$ENV}", "{\"ENV\":{}};"},
    };
    (void)state;

    setenv("QUERY_TEST_SECRET", "hunter2", 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text outputs = {0};
        run(rows[i].expression, &outputs);
        assert_string_equal(text_string(&outputs), rows[i].outputs);
    }
    unsetenv("QUERY_TEST_SECRET");
}

static void streams_and_files_are_out_of_reach(void **state)
{
    static const struct {
        const char *expression, *outputs;
    } rows[] = {
        {"1 | debug", "1;"},
        {"2 | stderr", "2;"},
        {"[inputs]", "[];"},
        {"\"a\" | modulemeta", "error: jq expression '\"a\" | modulemeta': there are no modules"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text outputs = {0};
        run(rows[i].expression, &outputs);
        assert_string_equal(text_string(&outputs), rows[i].outputs);
    }
}

static void a_value_that_is_no_json_is_refused(void **state)
{
    static const char *const values[] = {"", "{", "{\"a\":}", "nul"};
    struct err e = ERR_INIT;
    CLEANUP(query_release) struct query *query = query_compile(".", NULL, &e);
    (void)state;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        bool truth;
        err_clear(&e);
        assert_false(query_test(query, values[i], strlen(values[i]), &truth, &e));
        assert_int_equal(e.code, ERR_INVALID);
        assert_null(strstr(e.message, "while parsing"));
    }
}

static void memory_stays_flat_over_many_values(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(query_release)
    struct query *query =
        query_compile(".tags | map(ascii_upcase) | if length == 2 then .[0] == \"A\" else error(\"x\") end", NULL, &e);
    size_t before = 0;
    (void)state;

    for (int i = 0; i < 5000; i++) {
        bool truth = false;
        err_clear(&e);
        bool fails = i % 3 == 0;
        const char *value = fails ? "{\"tags\":[\"a\"]}" : server;
        assert_int_equal(query_test(query, value, strlen(value), &truth, &e), !fails);
        if (i == 1000) {
            before = mallinfo2().uordblks;
        }
    }
    assert_true(mallinfo2().uordblks <= before + 4096);
}

/* --- the process ------------------------------------------------------------------------------------- */

/* The one child of this process. */
static pid_t child(void)
{
    CLEANUP(text_free) struct text path = {0};
    int pid = 0;

    text_printf(&path, "/proc/self/task/%d/children", getpid());
    FILE *file = fopen(text_string(&path), "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    fclose(file);
    return pid;
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");

    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count;
}

/* Valgrind makes jq many times slower, but the limits of a query stay. */
static void skip_under_valgrind(void)
{
    if (getenv("VALGRIND") != NULL) {
        skip();
    }
}

/* A test or a run of the expression gives this error, now and for any later value; the process is gone. */
static void check_ended(struct query *query, bool runs, enum err_code code, const char *words)
{
    CLEANUP(text_free) struct text outputs = {0};
    bool truth = false;

    for (int again = 0; again < 2; again++) {
        struct err e = ERR_INIT;
        bool good = runs ? query_run(query, server, strlen(server), collect, &outputs, &e)
                         : query_test(query, server, strlen(server), &truth, &e);
        if (good || e.code != code || strstr(e.message, words) == NULL) {
            fail_msg("wanted %s, got %d %s", words, good, e.message);
        }
        assert_true(query_has_ended(query));
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        assert_int_equal(errno, ECHILD);
    }
}

static void limits_and_crashes_are_errors_that_name_the_expression(void **state)
{
    static const struct {
        const char *expression;
        bool runs;
        const char *words;
    } rows[] = {
        {"last(repeat(1))", true, "jq expression 'last(repeat(1))' did not end within 2s of CPU time. Give it an end"},
#ifndef __SANITIZE_ADDRESS__
        {"def f: [f]; f", false,
         "jq expression 'def f: [f]; f' takes more than 256 MB of memory. Have it collect less"},
        {"def f: 1 + f; f", true, "' takes more than 256 MB of memory"},
        {"[range(1000000)] | tojson | . * 100 | test(\"x\")", true, "' takes more than 256 MB of memory"},
#endif
        /* too deep to be given back without a recursion */
        {"reduce range(1000000) as $i (1; [.]) | true", false, "' made libjq crash (signal "},
    };
    (void)state;

    skip_under_valgrind();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(query_release) struct query *query = query_compile(rows[i].expression, NULL, &e);
        assert_non_null(query);
        check_ended(query, rows[i].runs, rows[i].runs ? ERR_FAILED : ERR_USAGE, rows[i].words);
    }
}

static void a_child_that_is_killed_is_an_error(void **state)
{
    static const struct {
        int number;
        const char *words;
    } rows[] = {
        {SIGSEGV, "jq expression 'true' made libjq crash (signal 11, Segmentation fault)"},
        {SIGABRT, "made libjq crash (signal 6"},
        {SIGKILL, "was ended from outside (signal 9)"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        bool truth = false;
        CLEANUP(query_release) struct query *query = query_compile("true", NULL, &e);
        assert_non_null(query);
        assert_true(query_test(query, server, strlen(server), &truth, &e) && truth);
        kill(child(), rows[i].number);
        check_ended(query, false, ERR_USAGE, rows[i].words);
    }
}

static void signals_of_a_terminal_do_not_reach_the_child(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    struct err e = ERR_INIT;
    bool truth = false;
    CLEANUP(query_release) struct query *query = query_compile("true", NULL, &e);
    (void)state;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        kill(child(), numbers[i]);
        assert_true(query_test(query, server, strlen(server), &truth, &e));
    }
}

/* Waits as often as it is allowed to, then is stopped as by a signal. */
static bool wait_some(const void *context, int fd, short events, struct err *e)
{
    int *left = *(int *const *)context;

    (void)fd;
    (void)events;
    if ((*left)-- > 0) {
        usleep(1000);
        return true;
    }
    return err_set(e, ERR_CANCELLED, "interrupted");
}

static void a_wait_that_ends_stops_the_expression(void **state)
{
    int left = 1000000;
    const int *pointer = &left;
    struct query_wait wait = {.ready = wait_some, .context = &pointer};
    struct err e = ERR_INIT;
    (void)state;

    for (int runs = 0; runs < 2; runs++) {
        CLEANUP(query_release) struct query *query = query_compile("last(repeat(1))", &wait, &e);
        assert_non_null(query);
        left = 5;
        check_ended(query, runs, ERR_CANCELLED, "interrupted");
        left = 1000000;
    }
    left = 0;
    assert_null(query_compile("true", &wait, &e));
    assert_int_equal(e.code, ERR_CANCELLED);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

struct sequence {
    size_t count, bytes;
};

static bool check_sequence(void *context, const struct query_output *output, struct err *e)
{
    struct sequence *sequence = context;
    char wanted[32];

    (void)e;
    snprintf(wanted, sizeof(wanted), "%zu%s", sequence->count++, output->is_string ? " x" : "");
    assert_memory_equal(output->bytes, wanted, strlen(wanted));
    sequence->bytes += output->size;
    return true;
}

static void many_and_long_outputs_come_whole_and_in_order(void **state)
{
    static const struct {
        const char *expression;
        size_t count, bytes;
    } rows[] = {
        {"range(100000)", 100000, 488890},
        {"range(200) | if . % 2 == 0 then . else \"\\(.) \" + \"x\" * 100000 end", 200, 100 * 100000 + 490 + 100},
    };
    (void)state;

    skip_under_valgrind();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        struct sequence sequence = {0};
        CLEANUP(query_release) struct query *query = query_compile(rows[i].expression, NULL, &e);
        assert_true(query_run(query, "1", 1, check_sequence, &sequence, &e));
        assert_int_equal(sequence.count, rows[i].count);
        assert_int_equal(sequence.bytes, rows[i].bytes);
    }
}

static void a_big_value_gets_more_memory(void **state)
{
    enum { ITEMS = 600000 }; /* 3.6 MB, and 270 MB as objects */
    CLEANUP(text_free) struct text value = {0};
    CLEANUP(text_free) struct text outputs = {0};
    struct err e = ERR_INIT;
    CLEANUP(query_release) struct query *query = query_compile("[.[] | {a: .}] | length", NULL, &e);
    (void)state;

    skip_under_valgrind();
    text_append_char(&value, '[');
    for (int i = 0; i < ITEMS; i++) {
        text_append(&value, i == 0 ? "\"ab\"" : ", \"ab\"");
    }
    text_append_char(&value, ']');
    bool good = query_run(query, text_string(&value), value.size, collect, &outputs, &e);
    assert_string_equal(e.message, "");
    assert_true(good);
    assert_string_equal(text_string(&outputs), "600000;");
}

static void nothing_is_left_behind(void **state)
{
    size_t descriptors = open_descriptors();
    (void)state;

    for (int i = 0; i < 10; i++) {
        struct err e = ERR_INIT;
        CLEANUP(query_release) struct query *query = query_compile(i % 2 == 0 ? ". > 1" : "nonsense(", NULL, &e);
        for (int n = 0; query != NULL && n < 1000; n++) {
            bool truth = false;
            assert_true(query_test(query, n % 2 == 0 ? "1" : "2", 1, &truth, &e));
            assert_int_equal(truth, n % 2);
        }
        assert_true(query == NULL || open_descriptors() == descriptors + 1);
    }
    assert_int_equal(open_descriptors(), descriptors);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_come_in_order_as_compact_json),
        cmocka_unit_test(strings_are_handed_over_as_characters),
        cmocka_unit_test(a_sink_can_end_the_run),
        cmocka_unit_test(bad_expressions_are_usage_errors_in_one_line),
        cmocka_unit_test(failing_expressions_are_errors_that_name_them),
        cmocka_unit_test(a_query_works_after_it_failed),
        cmocka_unit_test(expressions_cannot_see_the_environment),
        cmocka_unit_test(streams_and_files_are_out_of_reach),
        cmocka_unit_test(a_value_that_is_no_json_is_refused),
        cmocka_unit_test(memory_stays_flat_over_many_values),
        cmocka_unit_test(limits_and_crashes_are_errors_that_name_the_expression),
        cmocka_unit_test(a_child_that_is_killed_is_an_error),
        cmocka_unit_test(signals_of_a_terminal_do_not_reach_the_child),
        cmocka_unit_test(a_wait_that_ends_stops_the_expression),
        cmocka_unit_test(many_and_long_outputs_come_whole_and_in_order),
        cmocka_unit_test(a_big_value_gets_more_memory),
        cmocka_unit_test(nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
