/* Files of our own: private, whole or not at all, locked by one. */
#include "fsio/fsio.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder_fixture.h"
#include "no_random.h"

static mode_t mode_of(const char *path)
{
    struct stat status;

    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & 07777;
}

static void put(const char *path, const char *content, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static size_t entries(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count - 2; /* . and .. */
}

static void folders_are_made_private_all_the_way(void **state)
{
    struct err e = ERR_INIT;
    mode_t before = umask(0);

    assert_true(fsio_make_private_folder(in(state, "a/b/c"), &e));
    umask(before);
    assert_int_equal(mode_of(in(state, "a")), 0700);
    assert_int_equal(mode_of(in(state, "a/b/c")), 0700);
    assert_true(fsio_make_private_folder(in(state, "a/b/c"), &e));
    assert_true(fsio_make_private_folder(in(state, "a/b/c//"), &e));
}

static void a_folder_others_can_write_to_is_refused(void **state)
{
    struct err e = ERR_INIT;

    mkdir(in(state, "open"), 0700);
    chmod(in(state, "open"), 0777);
    assert_false(fsio_make_private_folder(in(state, "open"), &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.message, "chmod"));
    err_clear(&e);
    chmod(in(state, "open"), 0755);
    assert_true(fsio_make_private_folder(in(state, "open"), &e));
}

static void a_file_in_the_way_of_a_folder_is_an_error(void **state)
{
    struct err e = ERR_INIT;

    put(in(state, "file"), "", 0600);
    assert_false(fsio_make_private_folder(in(state, "file"), &e));
    err_clear(&e);
    assert_false(fsio_make_private_folder(in(state, "file/sub"), &e));
    assert_int_equal(e.code, ERR_IO);
}

static void a_replaced_file_is_private_and_complete(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(text_free) struct text content = {0};

    put(in(state, "state"), "old", 0644);
    assert_true(fsio_replace(in(state, "state"), "new\0er", 6, &e));
    assert_int_equal(mode_of(in(state, "state")), 0600);
    assert_true(fsio_read(in(state, "state"), 6, &content, &e));
    assert_int_equal(content.size, 6);
    assert_memory_equal(content.data, "new\0er", 6);
    assert_true(fsio_replace(in(state, "fresh"), "", 0, &e));
    assert_int_equal(entries(*state), 2);
}

static void a_failed_replacement_leaves_the_old_file_alone(void **state)
{
    struct err e = ERR_INIT;
    struct rlimit before;
    CLEANUP(text_free) struct text content = {0};
    static const char big[100000] = "x";

    put(in(state, "state"), "old", 0600);
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 4096, .rlim_max = before.rlim_max});
    bool replaced = fsio_replace(in(state, "state"), big, sizeof(big), &e);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_false(replaced);
    assert_int_equal(e.code, ERR_IO);
    assert_true(fsio_read(in(state, "state"), 100, &content, &(struct err){0}));
    assert_string_equal(text_string(&content), "old");
    assert_int_equal(entries(*state), 1);
}

static void a_link_is_replaced_and_not_followed(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(text_free) struct text target = {0};
    CLEANUP(text_free) struct text content = {0};

    text_append(&target, in(state, "target"));
    put(text_string(&target), "precious", 0600);
    assert_int_equal(symlink(text_string(&target), in(state, "link")), 0);
    assert_true(fsio_replace(in(state, "link"), "new", 3, &e));
    assert_true(fsio_read(text_string(&target), 100, &content, &e));
    assert_string_equal(text_string(&content), "precious");
    assert_int_equal(symlink(text_string(&target), in(state, "link2")), 0);
    assert_false(fsio_make_private_file(in(state, "link2"), &e));
}

static void a_private_file_keeps_its_content(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(text_free) struct text content = {0};

    put(in(state, "history"), "line\n", 0644);
    assert_true(fsio_make_private_file(in(state, "history"), &e));
    assert_int_equal(mode_of(in(state, "history")), 0600);
    assert_true(fsio_read(in(state, "history"), 100, &content, &e));
    assert_string_equal(text_string(&content), "line\n");
    assert_true(fsio_make_private_file(in(state, "fresh"), &e));
    assert_int_equal(mode_of(in(state, "fresh")), 0600);
}

static void room_is_checked_before_it_is_needed(void **state)
{
    struct err e = ERR_INIT;

    assert_true(fsio_check_room(in(state, "."), 4096, &e));
    assert_false(fsio_check_room(in(state, "."), SIZE_MAX / 2, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.message, "No space left"));
    err_clear(&e);
    assert_false(fsio_check_room(in(state, "absent"), 1, &e));
    assert_int_equal(e.code, ERR_IO);
}

static void reading_keeps_its_limit_and_names_what_is_missing(void **state)
{
    static const struct {
        const char *name;
        size_t limit;
        enum err_code code;
    } rows[] = {
        {"five", 5, ERR_NONE},          {"five", 4, ERR_IO}, {"five", 0, ERR_IO}, {"absent", 5, ERR_NOT_FOUND},
        {"five/sub", 5, ERR_NOT_FOUND}, {".", 5, ERR_IO},
    };

    put(in(state, "five"), "12345", 0600);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(text_free) struct text content = {0};
        bool done = fsio_read(in(state, rows[i].name), rows[i].limit, &content, &e);
        assert_int_equal(done, rows[i].code == ERR_NONE);
        assert_int_equal(e.code, rows[i].code);
    }
}

static void secrets_are_trimmed_and_exposure_is_told(void **state)
{
    static const struct {
        const char *content;
        mode_t mode;
        const char *secret; /* NULL: refused */
        bool exposed;
    } rows[] = {
        {"key\n", 0600, "key", false}, {" \t key with space \r\n", 0400, "key with space", false},
        {"key", 0640, "key", true},    {"key", 0604, "key", true},
        {"", 0600, NULL, false},       {" \n\n", 0600, NULL, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        CLEANUP(text_free_secret) struct text secret = {0};
        bool exposed = !rows[i].exposed;
        unlink(in(state, "key"));
        put(in(state, "key"), rows[i].content, rows[i].mode);
        bool done = fsio_read_secret_file(in(state, "key"), NULL, &secret, &exposed, &e);
        assert_int_equal(done, rows[i].secret != NULL);
        if (done) {
            assert_string_equal(text_string(&secret), rows[i].secret);
            assert_int_equal(exposed, rows[i].exposed);
        } else {
            assert_int_equal(e.code, ERR_IO);
        }
    }
}

/* --- text --------------------------------------------------------------------------------------------- */

static void text_loses_its_mark_and_carriage_returns_and_is_utf_8_or_refused_with_its_place(void **state)
{
#define BYTES(literal) literal, sizeof(literal) - 1
    static const struct {
        const char *bytes;
        size_t size;
        const char *text; /* NULL: refused */
        const char *place, *why;
        size_t line; /* 0: the first */
    } rows[] = {
        {BYTES("\xef\xbb\xbfone\r\ntwo\r\n"), "one\ntwo\n", NULL, NULL, 0},
        {BYTES(""), "", NULL, NULL, 0},
        {BYTES("\xef\xbb\xbf"), "", NULL, NULL, 0},
        {BYTES("a\rb\r\r\n\r"), "a\rb\r\n\r", NULL, NULL, 0}, /* a lone carriage return is no line end */
        {BYTES("\xc3\xa9\xf0\x9f\x98\x80"), "\xc3\xa9\xf0\x9f\x98\x80", NULL, NULL, 0},
        {BYTES("a\xef\xbb\xbf"), "a\xef\xbb\xbf", NULL, NULL, 0}, /* a mark is one at the beginning only */
        {BYTES("\xef\xbb\xbf\xef\xbb\xbf"), "\xef\xbb\xbf", NULL, NULL, 0},
        {BYTES("a\r\n\xc3\xa9\xff"), NULL, "F:2:2", "UTF-8", 0},
        {BYTES("a\n\n\xe9t\xe9"), NULL, "F:3:1", "UTF-8", 0},
        {BYTES("ab\xc3"), NULL, "F:1:3", "UTF-8", 0},
        {BYTES("\xed\xa0\x80"), NULL, "F:1:1", "UTF-8", 0}, /* a surrogate */
        {BYTES("\xc0\x80"), NULL, "F:1:1", "UTF-8", 0},     /* overlong */
        {BYTES("x\0y"), NULL, "F:1:2", "NUL", 0},
        {BYTES("\xff\xfe"
               "a\0"),
         NULL, "F:1:1", "UTF-16", 0},
        {BYTES("\xfe\xff\0a"), NULL, "F:1:1", "UTF-16", 0},
        {BYTES("b\xff"), NULL, "F:7:2", "UTF-8", 7},
        {BYTES("\xff\xfe"), NULL, "F:7:1", "UTF-8", 7}, /* later pieces of a text have no mark */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text content = {0};
        struct err e = ERR_INIT;
        text_append_size(&content, rows[i].bytes, rows[i].size);
        bool taken = fsio_accept_text(&content, "F", rows[i].line > 0 ? rows[i].line : 1, &e);
        assert_int_equal(taken, rows[i].text != NULL);
        if (taken) {
            assert_string_equal(text_string(&content), rows[i].text);
            assert_int_equal(content.size, strlen(rows[i].text));
        } else {
            assert_int_equal(e.code, ERR_INVALID);
            assert_string_equal(e.place, rows[i].place);
            assert_non_null(strstr(e.message, rows[i].why));
        }
    }
#undef BYTES
}

static void items_end_in_nul_bytes_and_are_taken_as_they_are(void **state)
{
#define BYTES(literal) literal, sizeof(literal) - 1
    static const struct {
        const char *bytes;
        size_t size;
        const char *taken; /* with "|" for NUL bytes; NULL: refused */
        const char *place, *why;
    } rows[] = {
        {BYTES("one\0two\0"), "one|two|", NULL, NULL},
        {BYTES("one\0\0# two "), "one||# two ", NULL, NULL},
        {BYTES("\xef\xbb\xbf\xc3\xa9\0\r\0"), "\xc3\xa9|\r|", NULL, NULL},
        {BYTES(""), "", NULL, NULL},
        {BYTES("\0"), "|", NULL, NULL},
        {BYTES("one\ntwo\n"), NULL, "F, item 1", "newline"},
        {BYTES("one\0\0two\n\0"), NULL, "F, item 3", "newline"},
        {BYTES("one\0t\xff\0"), NULL, "F, item 2", "UTF-8"},
        {BYTES("one\0\xc3"), NULL, "F, item 2", "UTF-8"},
        {BYTES("one\0t\xff\n\0"), NULL, "F, item 2", "UTF-8"},
        {BYTES("\xff\xfe"
               "a\0"),
         NULL, "F:1:1", "UTF-16"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text content = {0};
        struct err e = ERR_INIT;
        text_append_size(&content, rows[i].bytes, rows[i].size);
        bool taken = fsio_accept_items(&content, "F", &e);
        assert_int_equal(taken, rows[i].taken != NULL);
        if (!taken) {
            assert_int_equal(e.code, ERR_INVALID);
            assert_string_equal(e.place, rows[i].place);
            assert_non_null(strstr(e.message, rows[i].why));
            continue;
        }
        for (size_t n = 0; n < content.size; n++) {
            content.data[n] = content.data[n] == '\0' ? '|' : content.data[n];
        }
        assert_string_equal(text_string(&content), rows[i].taken);
    }
#undef BYTES
}

static void a_missing_secret_is_told_from_an_unreadable_one(void **state)
{
    struct err e = ERR_INIT;
    CLEANUP(text_free_secret) struct text secret = {0};
    bool exposed;

    assert_false(fsio_read_secret_file(in(state, "absent"), NULL, &secret, &exposed, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_non_null(strstr(e.message, "absent"));
}

/* --- standard input ---------------------------------------------------------------------------------- */

/* How often input may be waited for; then the command has ended. */
struct patience {
    int left;
    bool drops; /* what was typed at the terminal is dropped after the wait, as Ctrl-C does */
};

static bool wait_some(const void *context, int fd, struct err *e)
{
    struct patience *patience = (struct patience *)context;

    if (patience->left-- == 0) {
        return err_set(e, ERR_CANCELLED, "interrupted");
    }
    if (patience->drops) {
        assert_int_equal(tcflush(fd, TCIFLUSH), 0);
    }
    return true;
}

/* Puts `fd` in the place of standard input and returns what was there. */
static int replace_input(int fd)
{
    int before = dup(STDIN_FILENO);

    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    return before;
}

static void restore_input(int before)
{
    dup2(before, STDIN_FILENO);
    close(before);
}

static int pipe_with(const char *content, int *ret_writer)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], content, strlen(content)), (ssize_t)strlen(content));
    *ret_writer = ends[1];
    return ends[0];
}

static void standard_input_is_read_to_its_end_or_until_the_wait_ends(void **state)
{
    static const struct {
        const char *content;
        size_t limit;
        int patience;
        enum err_code code;
        bool open; /* the writer may write more */
    } rows[] = {
        {"one\ntwo\n", 100, 2, ERR_NONE, false},      {"", 100, 1, ERR_NONE, false},
        {"exactly", 7, 2, ERR_NONE, false},           {"too long", 7, 2, ERR_IO, false},
        {"without end", 100, 1, ERR_CANCELLED, true}, {"never", 100, 0, ERR_CANCELLED, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct patience patience = {.left = rows[i].patience};
        struct fsio_wait wait = {.ready = wait_some, .context = &patience};
        CLEANUP(text_free) struct text content = {0};
        struct err e = ERR_INIT;
        int writer;
        int before = replace_input(pipe_with(rows[i].content, &writer));
        if (!rows[i].open) {
            close(writer);
        }
        bool done = fsio_read_text("-", &wait, rows[i].limit, &content, &e);
        assert_int_equal(done, rows[i].code == ERR_NONE);
        assert_int_equal(e.code, rows[i].code);
        if (done) {
            assert_string_equal(text_string(&content), rows[i].content);
        }
        if (rows[i].open) {
            close(writer);
        }
        restore_input(before);
    }
}

static void a_secret_from_standard_input_is_waited_for_as_well(void **state)
{
    (void)state;
    for (int left = 2; left >= 0; left -= 2) {
        struct patience patience = {.left = left};
        struct fsio_wait wait = {.ready = wait_some, .context = &patience};
        CLEANUP(text_free_secret) struct text secret = {0};
        struct err e = ERR_INIT;
        bool exposed = true;
        int writer;
        int before = replace_input(pipe_with(" key\n", &writer));
        close(writer);
        assert_int_equal(fsio_read_secret_file("-", &wait, &secret, &exposed, &e), left > 0);
        assert_int_equal(e.code, left > 0 ? ERR_NONE : ERR_CANCELLED);
        assert_string_equal(text_string(&secret), left > 0 ? "key" : "");
        restore_input(before);
    }
}

/* Between the news that there is input and its reading, Ctrl-C at a terminal drops it: the reading must not block. */
static void input_that_a_terminal_drops_is_not_waited_for_in_vain(void **state)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    char byte;

    (void)state;
    assert_true(terminal >= 0);
    assert_int_equal(grantpt(terminal), 0);
    assert_int_equal(unlockpt(terminal), 0);
    int before = replace_input(open(ptsname(terminal), O_RDWR | O_NOCTTY));
    struct patience patience = {.left = 1, .drops = true};
    struct fsio_wait wait = {.ready = wait_some, .context = &patience};
    struct err e = ERR_INIT;
    alarm(20); /* a reading that blocks ends the test */
    assert_int_equal(write(terminal, "y\n", 2), 2);
    assert_int_equal(fsio_input(&wait, &byte, 1, &e), -1);
    assert_int_equal(e.code, ERR_CANCELLED);
    err_clear(&e);
    patience = (struct patience){.left = 1};
    assert_int_equal(write(terminal, "y\n", 2), 2);
    assert_int_equal(fsio_input(&wait, &byte, 1, &e), 1);
    assert_int_equal(byte, 'y');
    alarm(0);
    restore_input(before);
    close(terminal);
}

static void a_lock_is_held_by_one_who_is_named(void **state)
{
    struct err e = ERR_INIT;
    bool taken = true;
    struct fsio_lock *first = fsio_lock_open(in(state, "lock"), "apply, process 1", &taken, &e);

    assert_non_null(first);
    assert_false(taken);
    assert_int_equal(mode_of(in(state, "lock")), 0600);
    assert_null(fsio_lock_open(in(state, "lock"), "set, process 2", &taken, &e));
    assert_true(taken);
    assert_int_equal(e.code, ERR_LOCKED);
    assert_non_null(strstr(e.message, "locked by apply, process 1"));
    fsio_lock_close(first);
    err_clear(&e);
    first = fsio_lock_open(in(state, "lock"), "x", &taken, &e);
    assert_non_null(first);
    fsio_lock_close(first);
}

static void slots_of_a_file_are_locked_independently(void **state)
{
    struct err e = ERR_INIT;

    assert_false(fsio_slots_taken(in(state, "slots"), 7));
    assert_int_not_equal(access(in(state, "slots"), F_OK), 0);
    struct fsio_lock *first = fsio_slots_open(in(state, "slots"), &e);
    struct fsio_lock *second = fsio_slots_open(in(state, "slots"), &e);
    assert_int_equal(mode_of(in(state, "slots")), 0600);
    assert_true(fsio_slots_take(first, 7));
    assert_true(fsio_slots_take(first, 7));
    assert_true(fsio_slots_take(second, 8));
    assert_false(fsio_slots_take(second, 7));
    assert_true(fsio_slots_taken(in(state, "slots"), 7));
    assert_true(fsio_slots_taken(in(state, "slots"), 8));
    assert_false(fsio_slots_taken(in(state, "slots"), 9));
    /* asking took nothing */
    assert_true(fsio_slots_take(second, 9));
    fsio_lock_close(first);
    assert_false(fsio_slots_taken(in(state, "slots"), 7));
    assert_true(fsio_slots_take(second, 7));
    fsio_lock_close(second);
}

static void a_killed_holder_gives_its_lock_back(void **state)
{
    struct err e = ERR_INIT;
    bool taken = false;
    int ready[2];

    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct fsio_lock *lock = fsio_lock_open(in(state, "lock"), "the child", &taken, &e);
        (void)!write(ready[1], lock != NULL ? "y" : "n", 1);
        pause();
        _exit(0);
    }
    char answer = 0;
    assert_int_equal(read(ready[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    assert_null(fsio_lock_open(in(state, "lock"), "me", &taken, &e));
    assert_true(taken);
    assert_non_null(strstr(e.message, "the child"));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    err_clear(&e);
    struct fsio_lock *lock = fsio_lock_open(in(state, "lock"), "me", &taken, &e);
    assert_non_null(lock);
    fsio_lock_close(lock);
    close(ready[0]);
    close(ready[1]);
}

static int draw_twice(void)
{
    struct err e = ERR_INIT;
    unsigned char one[64] = {0}, two[64] = {0};

    if (!fsio_random(one, sizeof(one), &e) || !fsio_random(two, sizeof(two), &e)) {
        return e.code == ERR_IO && strstr(e.message, "/dev/urandom") != NULL ? 2 : 3;
    }
    return memcmp(one, two, sizeof(one)) != 0 ? 0 : 1;
}

static void random_bytes_come_or_an_error_does(void **state)
{
    (void)state;
    assert_int_equal(draw_twice(), 0);
    int without_call = status_without_random(false, draw_twice);
    int without_any = status_without_random(true, draw_twice);
    if (without_call == NO_RANDOM_SANDBOX) {
        skip();
    }
    assert_int_equal(without_call, 0);
    assert_int_equal(without_any, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(folders_are_made_private_all_the_way),
        TEST(a_folder_others_can_write_to_is_refused),
        TEST(a_file_in_the_way_of_a_folder_is_an_error),
        TEST(a_replaced_file_is_private_and_complete),
        TEST(a_failed_replacement_leaves_the_old_file_alone),
        TEST(a_link_is_replaced_and_not_followed),
        TEST(a_private_file_keeps_its_content),
        TEST(room_is_checked_before_it_is_needed),
        TEST(reading_keeps_its_limit_and_names_what_is_missing),
        TEST(secrets_are_trimmed_and_exposure_is_told),
        TEST(text_loses_its_mark_and_carriage_returns_and_is_utf_8_or_refused_with_its_place),
        TEST(a_missing_secret_is_told_from_an_unreadable_one),
        cmocka_unit_test(standard_input_is_read_to_its_end_or_until_the_wait_ends),
        cmocka_unit_test(items_end_in_nul_bytes_and_are_taken_as_they_are),
        cmocka_unit_test(a_secret_from_standard_input_is_waited_for_as_well),
        cmocka_unit_test(input_that_a_terminal_drops_is_not_waited_for_in_vain),
        TEST(a_lock_is_held_by_one_who_is_named),
        TEST(slots_of_a_file_are_locked_independently),
        TEST(a_killed_holder_gives_its_lock_back),
        cmocka_unit_test(random_bytes_come_or_an_error_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
