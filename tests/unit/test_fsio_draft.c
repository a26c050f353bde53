/* Files that are written piece by piece: whole or not there, and scratch files that leave nothing behind. */
#include "fsio/fsio_draft.h"
#include "fsio/fsio_scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder_fixture.h"

static int enter_folder(void **state)
{
    return make_folder(state) != 0 || chdir(*state) != 0;
}

static int leave_folder(void **state)
{
    return chdir("/") != 0 || remove_folder(state) != 0;
}

static size_t entries(void)
{
    DIR *dir = opendir(".");
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count - 2; /* . and .. */
}

static void assert_content(const char *path, const char *content)
{
    CLEANUP(text_free) struct text found = {0};
    struct err e = ERR_INIT;

    assert_true(fsio_read(path, 100, &found, &e));
    assert_string_equal(text_string(&found), content);
}

static void a_draft_takes_the_place_of_the_file_only_when_it_is_published(void **state)
{
    struct err e = ERR_INIT;
    struct stat status;

    (void)state;
    assert_true(fsio_replace("file", "before", 6, &e));
    assert_int_equal(symlink("file", "link"), 0);
    for (int publishes = 0; publishes <= 1; publishes++) {
        struct fsio_draft *draft = fsio_draft_open("link", &e);
        assert_non_null(draft);
        assert_true(fsio_draft_write(draft, "af", 2, &e) && fsio_draft_write(draft, "ter", 3, &e));
        assert_content("file", "before");
        assert_int_equal(entries(), 3);
        assert_true(publishes == 0 || fsio_draft_publish(draft, &e));
        fsio_draft_close(draft);
        assert_int_equal(entries(), 2);
        assert_content("file", publishes == 1 ? "after" : "before");
    }
    assert_int_equal(stat("file", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

/* A report is for others, too: it has the mode that `>` would give it. */
static void a_shared_draft_has_the_mode_of_other_files(void **state)
{
    static const struct {
        mode_t before, after;
    } rows[] = {{0, 0640}, {0600, 0600}, {0664, 0664}};
    mode_t mask = umask(0027);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        struct stat status;
        assert_true(rows[i].before == 0 || chmod("file", rows[i].before) == 0);
        struct fsio_draft *draft = fsio_draft_open("file", &e);
        assert_true(fsio_draft_share(draft, &e) && fsio_draft_publish(draft, &e));
        fsio_draft_close(draft);
        assert_int_equal(stat("file", &status), 0);
        assert_int_equal(status.st_mode & 07777, rows[i].after);
    }
    assert_int_equal(umask(mask), 0027);
}

static void what_cannot_be_written_is_known_before_a_draft_begins(void **state)
{
    static const char *const paths[] = {".", "no/file", "dangling"};

    (void)state;
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct err e = ERR_INIT;
        assert_null(fsio_draft_open(paths[i], &e));
        assert_int_equal(e.code, ERR_IO);
        assert_int_equal(entries(), 1);
    }
}

static void a_device_takes_the_bytes_itself(void **state)
{
    struct err e = ERR_INIT;
    struct fsio_draft *draft = fsio_draft_open("/dev/full", &e);
    struct stat status;

    (void)state;
    assert_non_null(draft);
    assert_false(fsio_draft_write(draft, "x", 1, &e));
    fsio_draft_close(draft);
    assert_int_equal(stat("/dev/full", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
}

static void a_scratch_file_gives_back_what_was_appended_in_any_order(void **state)
{
    enum { PIECES = 20000 };
    struct err e = ERR_INIT;
    struct fsio_scratch *scratch = fsio_scratch_open(".", &e);
    uint64_t offsets[PIECES];
    char piece[64];

    (void)state;
    assert_non_null(scratch);
    for (size_t i = 0; i < PIECES; i++) {
        snprintf(piece, sizeof(piece), "piece number %08zu", i);
        assert_true(fsio_scratch_append(scratch, piece, strlen(piece), &offsets[i], &e));
    }
    for (size_t i = PIECES; i > 0; i -= i > 997 ? 997 : i) {
        CLEANUP(text_free) struct text found = {0};
        text_append(&found, "> ");
        snprintf(piece, sizeof(piece), "> piece number %08zu", i - 1);
        assert_true(fsio_scratch_read(scratch, offsets[i - 1], strlen(piece) - 2, &found, &e));
        assert_string_equal(text_string(&found), piece);
    }
    assert_int_equal(entries(), 0);
    fsio_scratch_close(scratch);
    assert_null(fsio_scratch_open("no/folder", &e));
    assert_int_equal(e.code, ERR_IO);
}

static void a_scratch_file_that_was_cut_short_says_so(void **state)
{
    struct err e = ERR_INIT;
    int next = dup(0);
    CLEANUP(text_free) struct text found = {0};
    uint64_t offset;

    (void)state;
    close(next);
    struct fsio_scratch *scratch = fsio_scratch_open(".", &e);
    assert_true(fsio_scratch_append(scratch, "0123456789", 10, &offset, &e));
    assert_true(fsio_scratch_read(scratch, offset, 10, &found, &e));
    assert_int_equal(ftruncate(next, 5), 0);
    assert_false(fsio_scratch_read(scratch, offset, 10, &found, &e));
    assert_non_null(strstr(e.message, "is shorter than what was written"));
    fsio_scratch_close(scratch);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_draft_takes_the_place_of_the_file_only_when_it_is_published),
        TEST(a_shared_draft_has_the_mode_of_other_files),
        TEST(what_cannot_be_written_is_known_before_a_draft_begins),
        TEST(a_device_takes_the_bytes_itself),
        TEST(a_scratch_file_gives_back_what_was_appended_in_any_order),
        TEST(a_scratch_file_that_was_cut_short_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
