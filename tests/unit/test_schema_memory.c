/* A lack of memory ends the process, wherever it comes: it is no fault of a schema or a value, nor a wrong verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/schema_catalog.h"

#define SHOWN __attribute__((visibility("default")))

/* The sanitizers have an allocator of their own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SANITIZED)
int main(void)
{
    return 0;
}
#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

/* Allocations that still succeed before one fails; below 0 all do. */
static long left = -1;

static bool fails(void)
{
    return left >= 0 && left-- == 0;
}

SHOWN void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

SHOWN void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

SHOWN void *realloc(void *memory, size_t size)
{
    return fails() ? NULL : __libc_realloc(memory, size);
}

SHOWN void *reallocarray(void *memory, size_t count, size_t size)
{
    size_t total;

    return __builtin_mul_overflow(count, size, &total) ? NULL : realloc(memory, total);
}

/* Valgrind takes some 0.3 s for a process. */
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define STEP (RUNNING_ON_VALGRIND ? 100 : 1)
#else
#define STEP 1
#endif

enum { RIGHT, OUT_OF_MEMORY = ERR_EXIT_FAILED, WRONG, NOTHING_FAILED, WAYS };

static const char schema_text[] =
    "{\"$id\":\"https://t.example/a/"
    "b\",\"type\":\"object\",\"properties\":{\"name\":{\"pattern\":\"^(?:[a-z]|x+)-\\\\d$\"},"
    "\"list\":{\"uniqueItems\":true,\"items\":{\"format\":\"uri\"}},\"many\":{\"unevaluatedItems\":false,"
    "\"prefixItems\":["
    "true]},\"kind\":{\"oneOf\":[{\"title\":\"one\",\"required\":[\"a\"]},{\"title\":\"two\",\"required\":[\"b\"]},{\"$"
    "ref\":"
    "\"#/$defs/three\"}]}},\"propertyNames\":{\"maxLength\":4},\"$defs\":{\"three\":{\"const\":3}}}";
static const char valid_text[] =
    "{\"name\":\"x-1\",\"list\":[\"u:1\",\"u:2\",\"u:3\",\"u:4\",\"u:5\",\"u:6\",\"u:7\",\"u:8\","
    "\"u:9\",\"u:10\",\"u:11\",\"u:12\",\"u:13\"],\"many\":[1],\"kind\":{\"a\":1}}";
static const char invalid_text[] =
    "{\"name\":\"X\",\"list\":[\"u:1\",\"u:1\",\" \"],\"many\":[1,2],\"kind\":{},\"wrong\":0}";

static json_t *parsed(const char *text)
{
    return json_loads(text, JSON_DECODE_ANY, NULL);
}

/* Compiles, checks and explains; false for a verdict or an error that is not due. */
static bool is_right(json_t *schema_root, json_t *valid, json_t *invalid)
{
    struct schema_library *library = schema_library_create(SCHEMA_ASSERT_FORMAT);
    struct schema_faults faults = {0};
    struct err e = ERR_INIT;

    schema_library_add(library, "https://t.example/a/b", schema_root);
    const struct schema *schema = schema_compile(library, "https://t.example/a/b", &e);
    bool right = schema != NULL && schema_check(schema, valid) == SCHEMA_VALID &&
                 schema_check(schema, invalid) == SCHEMA_INVALID &&
                 schema_explain(schema, invalid, &faults) == SCHEMA_INVALID && faults.count == 6;
    schema_faults_free(&faults);
    schema_library_destroy(library);
    return right;
}

static int run_with(long allocations)
{
    json_t *schema_root = parsed(schema_text), *valid = parsed(valid_text), *invalid = parsed(invalid_text);
    int null = open("/dev/null", O_WRONLY);

    dup2(null, STDERR_FILENO);
    left = allocations;
    bool right = is_right(schema_root, valid, invalid);
    bool failed = left < 0;
    left = -1;
    return !right ? WRONG : failed ? RIGHT : NOTHING_FAILED;
}

static int way_with(long allocations)
{
    int status = 0;
    pid_t child = fork();

    assert_int_not_equal(child, -1);
    if (child == 0) {
        _exit(run_with(allocations));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void test_a_lack_of_memory_is_never_a_fault_or_a_verdict(void **state)
{
    long counts[WAYS] = {0};
    (void)state;

    for (long allocations = 0; counts[NOTHING_FAILED] == 0; allocations += STEP) {
        int way = way_with(allocations);
        if (way == WRONG || way >= WAYS) {
            fail_msg("with %ld allocations the process ended with %d", allocations, way);
        }
        counts[way]++;
    }
    assert_true(counts[OUT_OF_MEMORY] > 1000 / STEP);
    print_message("report: %ld runs out of memory ended the process, %ld did without\n", counts[OUT_OF_MEMORY],
                  counts[RIGHT]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lack_of_memory_is_never_a_fault_or_a_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
