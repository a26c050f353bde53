/* Room mem: the end of the process without memory, copies, the list, the map and the set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "err/err.h"
#include "mem/mem.h"
#include "text/text.h"
#include "text/text_arena.h"

static volatile size_t half_of_all = SIZE_MAX / 2 + 2; /* volatile: the compiler would refuse the constant */

static void alloc_too_much(void)
{
    free(mem_alloc(half_of_all));
}

static void array_overflows(void)
{
    free(mem_array(half_of_all, 2)); /* 2 bytes, were it not checked */
}

static void grow_overflows(void)
{
    free(mem_grow(NULL, half_of_all, 2));
}

static void list_is_full(void)
{
    size_t capacity = half_of_all;

    (void)mem_list_reserve(NULL, half_of_all, &capacity, 1);
}

static void text_over_its_cap(void)
{
    struct text text = {0};

    text_append_repeat(&text, 'x', 1);
    (void)text_reserve(&text, TEXT_MAX);
}

static void arena_too_much(void)
{
    struct text_arena arena = {0};

    (void)text_arena_alloc(&arena, half_of_all);
}

static void map_in_little_memory(void)
{
    struct mem_map map = {0};
    struct rlimit little = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
    char key[64];

    setrlimit(RLIMIT_AS, &little);
    for (int i = 0; i < 10 * 1000 * 1000; i++) {
        snprintf(key, sizeof(key), "%d", i);
        mem_map_put(&map, key, NULL);
    }
}

/* Runs `function` in a child and reads what it writes on standard error; returns its wait status. */
static int status_of(void (*function)(void), char *ret_message, size_t size)
{
    int ends[2], status = 0;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        function();
        _exit(99);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t got = 1; got > 0 && used + 1 < size; used += got > 0 ? (size_t)got : 0) {
        got = read(ends[0], ret_message + used, size - 1 - used);
    }
    ret_message[used] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void without_memory_the_process_says_so_and_exits(void **state)
{
    static void (*const rows[])(void) = {alloc_too_much,    array_overflows, grow_overflows,      list_is_full,
                                         text_over_its_cap, arena_too_much,  map_in_little_memory};

    (void)state;
#ifdef __SANITIZE_ADDRESS__ /* its allocator ends the process by itself, and valgrind takes such sizes for errors */
    skip();
#endif
    if (getenv("VALGRIND") != NULL) {
        skip();
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char message[256];
        int status = status_of(rows[i], message, sizeof(message));
        assert_true(WIFEXITED(status)); /* a signal would leave a core file */
        assert_int_equal(WEXITSTATUS(status), ERR_EXIT_FAILED);
        assert_string_equal(message, "error: out of memory\n");
    }
}

static void memory_is_zeroed_and_never_null(void **state)
{
    unsigned char *bytes = mem_array(100, 3);
    void *nothing = mem_array(0, 8), *empty = mem_alloc(0), *grown = mem_grow(NULL, 0, 8);

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        assert_int_equal(bytes[i], 0);
    }
    assert_non_null(nothing);
    assert_non_null(empty);
    assert_non_null(grown);
    bytes[0] = 7;
    bytes = mem_grow(bytes, 1000, 3);
    assert_int_equal(bytes[0], 7);
    free(bytes);
    free(nothing);
    free(empty);
    free(grown);
}

static void copies_are_complete_and_end_in_nul(void **state)
{
    char *whole = mem_copy("web-1"), *empty = mem_copy("");

    (void)state;
    assert_string_equal(whole, "web-1");
    assert_string_equal(empty, "");
    assert_null(mem_copy(NULL));
    free(whole);
    free(empty);
}

static void a_list_grows_and_gives_zeroed_items(void **state)
{
    struct {
        struct {
            size_t number;
            const char *name;
        } * items;
        size_t count, capacity;
    } list = {0};

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        assert_null(mem_list_add(&list)->name);
        list.items[i].number = i;
        list.items[i].name = "x";
    }
    assert_int_equal(list.count, 1000);
    for (size_t i = 0; i < list.count; i++) {
        assert_int_equal(list.items[i].number, i);
    }
    free(list.items);
}

static void a_map_finds_what_was_put_and_nothing_else(void **state)
{
    CLEANUP(mem_map_free) struct mem_map map = {0};
    static char values[5000];
    char key[32];

    (void)state;
    assert_null(mem_map_get(&map, "0"));
    assert_null(mem_map_first(&map));
    for (size_t i = 0; i < sizeof(values); i++) {
        snprintf(key, sizeof(key), "web-%zu", i);
        assert_true(mem_map_put(&map, key, &values[i]));
    }
    for (size_t i = 0; i < sizeof(values); i++) {
        snprintf(key, sizeof(key), "web-%zu", i);
        assert_ptr_equal(mem_map_get(&map, key), &values[i]);
    }
    assert_null(mem_map_get(&map, "web"));
    assert_null(mem_map_get(&map, "web-5000"));
    assert_false(mem_map_put(&map, "web-7", values)); /* replaced */
    assert_ptr_equal(mem_map_get(&map, "web-7"), values);
    assert_false(mem_map_add_n(&map, "web-8", 5, values)); /* kept */
    assert_ptr_equal(mem_map_get(&map, "web-8"), &values[8]);
    assert_ptr_equal(mem_map_remove(&map, "web-9"), &values[9]);
    assert_null(mem_map_remove(&map, "web-9"));
    assert_null(mem_map_get(&map, "web-9"));
}

static void the_keys_of_a_map_may_be_any_bytes(void **state)
{
    CLEANUP(mem_map_free) struct mem_map map = {0};
    char value = 0;

    (void)state;
    assert_true(mem_map_add_n(&map, "a\0b", 3, &value));
    assert_true(mem_map_add_n(&map, "a", 1, NULL));
    assert_true(mem_map_add_n(&map, "", 0, NULL));
    assert_ptr_equal(mem_map_get_n(&map, "a\0b", 3), &value);
    assert_null(mem_map_get(&map, "a"));
    assert_false(mem_map_add_n(&map, "a", 1, &value)); /* a NULL value is one */
    assert_null(mem_map_get_n(&map, "a\0", 2));
    assert_int_equal(mem_map_first(&map)->key_size, 3);
}

static void a_map_is_walked_in_the_order_of_adding(void **state)
{
    CLEANUP(mem_map_free) struct mem_map map = {0};
    CLEANUP(text_free) struct text seen = {0};
    static const char *const names[] = {"zeta", "alpha", "mu", "beta", "alpha", "nu"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        mem_map_put(&map, names[i], NULL);
    }
    mem_map_remove(&map, "mu");
    for (const struct mem_map_entry *entry = mem_map_first(&map); entry != NULL; entry = mem_map_next(entry)) {
        text_printf(&seen, "%s ", entry->key);
    }
    assert_string_equal(text_string(&seen), "zeta alpha beta nu ");
}

static void a_set_keeps_each_string_once(void **state)
{
    CLEANUP(mem_set_free) struct mem_set set = {0};
    char name[] = "web-1";

    (void)state;
    assert_true(mem_set_add(&set, name));
    name[4] = '2'; /* keys are copies */
    assert_true(mem_set_add(&set, name));
    assert_false(mem_set_add(&set, "web-1"));
    assert_false(mem_set_add(&set, "web-2"));
    assert_true(mem_set_add(&set, "web-12"));
    assert_true(mem_set_has(&set, "web-1"));
    assert_false(mem_set_has(&set, "web-"));
    assert_false(mem_set_add_n(&set, "web-123", 6));
    assert_true(mem_set_add_n(&set, "web-1\0b", 7));
    assert_int_equal(mem_set_count(&set), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_the_process_says_so_and_exits),
        cmocka_unit_test(memory_is_zeroed_and_never_null),
        cmocka_unit_test(copies_are_complete_and_end_in_nul),
        cmocka_unit_test(a_list_grows_and_gives_zeroed_items),
        cmocka_unit_test(a_map_finds_what_was_put_and_nothing_else),
        cmocka_unit_test(the_keys_of_a_map_may_be_any_bytes),
        cmocka_unit_test(a_map_is_walked_in_the_order_of_adding),
        cmocka_unit_test(a_set_keeps_each_string_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
