/* Compiling and matching translated patterns with PCRE2, with limits on everything. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "schema/engine/schema_pattern.h"
#include "schema/schema.h"

#include <pcre2.h>
#include <stdlib.h>

#include "clock/clock.h"
#include "mem/mem.h"

/* PCRE2's machine code reads whole vectors, also behind a string's end, and valgrind takes that for a fault. */
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* A pattern that ran this often is worth 20 us of machine code; most command lines check one body and end sooner. */
enum { RUNS_BEFORE_JIT = 12, JIT_STACK_START = 32 * 1024 };

struct schema_pattern {
    pcre2_code *code;
    unsigned runs;
    bool fast; /* there is machine code */
};

struct schema_matcher {
    pcre2_match_data *data;
    pcre2_match_context *light, *heavy;
    pcre2_jit_stack *stack;
    int64_t time_left_ms;
    /* The last match that reached a limit: explaining a failure repeats the match and must not wait again. */
    const struct schema_pattern *limit_pattern;
    const char *limit_bytes;
};

/* What PCRE2 created: NULL is a lack of memory. */
static void *created(void *memory)
{
    if (memory == NULL) {
        mem_out_of_memory();
    }
    return memory;
}

struct schema_pattern *schema_pattern_create(const char *ecma, size_t size, struct text *ret_reason)
{
    CLEANUP(text_free) struct text pcre = {0};
    int error;
    size_t offset;

    if (!schema_pattern_translate(ecma, size, &pcre, ret_reason)) {
        return NULL;
    }
    const uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text_string(&pcre), pcre.size, options, &error, &offset, NULL);
    if (code == NULL && error == PCRE2_ERROR_HEAP_FAILED) {
        mem_out_of_memory();
    }
    if (code == NULL) {
        PCRE2_UCHAR message[160];
        pcre2_get_error_message(error, message, sizeof(message));
        text_printf(ret_reason, "%s", (const char *)message);
        return NULL;
    }
    struct schema_pattern *pattern = mem_alloc(sizeof(*pattern));
    pattern->code = code;
    return pattern;
}

void schema_pattern_destroy(struct schema_pattern *pattern)
{
    if (pattern != NULL) {
        pcre2_code_free(pattern->code);
        free(pattern);
    }
}

static pcre2_match_context *limited_context(uint32_t effort)
{
    pcre2_match_context *context = created(pcre2_match_context_create(NULL));

    pcre2_set_match_limit(context, effort);
    pcre2_set_depth_limit(context, effort);
    pcre2_set_heap_limit(context, SCHEMA_PATTERN_STACK_MAX / 1024);
    return context;
}

struct schema_matcher *schema_matcher_create(uint32_t effort)
{
    struct schema_matcher *matcher = mem_alloc(sizeof(*matcher));

    matcher->data = created(pcre2_match_data_create(1, NULL));
    matcher->light = limited_context(SCHEMA_PATTERN_EFFORT_LIGHT);
    matcher->heavy = limited_context(effort);
    schema_matcher_begin(matcher);
    return matcher;
}

void schema_matcher_destroy(struct schema_matcher *matcher)
{
    if (matcher != NULL) {
        pcre2_match_data_free(matcher->data);
        pcre2_match_context_free(matcher->light);
        pcre2_match_context_free(matcher->heavy);
        pcre2_jit_stack_free(matcher->stack);
        free(matcher);
    }
}

void schema_matcher_begin(struct schema_matcher *matcher)
{
    matcher->time_left_ms = SCHEMA_PATTERN_TIME_MAX;
    matcher->limit_pattern = NULL;
}

static bool is_limit(int result)
{
    return result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT || result == PCRE2_ERROR_HEAPLIMIT ||
           result == PCRE2_ERROR_JIT_STACKLIMIT;
}

/* Machine code needs a stack of its own for deep backtracking. */
static void make_fast(struct schema_pattern *pattern, struct schema_matcher *matcher)
{
    pattern->runs = RUNS_BEFORE_JIT;
    pattern->fast = !RUNNING_ON_VALGRIND && pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE) == 0;
    if (matcher->stack == NULL) {
        matcher->stack = created(pcre2_jit_stack_create(JIT_STACK_START, SCHEMA_PATTERN_STACK_MAX, NULL));
        pcre2_jit_stack_assign(matcher->light, NULL, matcher->stack);
        pcre2_jit_stack_assign(matcher->heavy, NULL, matcher->stack);
    }
}

static int match_with(const struct schema_pattern *pattern, const struct schema_matcher *matcher,
                      pcre2_match_context *context, const char *bytes, size_t size)
{
    if (pattern->fast) {
        return pcre2_jit_match(pattern->code, (PCRE2_SPTR)bytes, size, 0, 0, matcher->data, context);
    }
    return pcre2_match(pattern->code, (PCRE2_SPTR)bytes, size, 0, PCRE2_NO_UTF_CHECK, matcher->data, context);
}

static int match_heavily(struct schema_pattern *pattern, struct schema_matcher *matcher, const char *bytes, size_t size)
{
    bool known = matcher->limit_pattern == pattern && matcher->limit_bytes == bytes;

    if (known || matcher->time_left_ms <= 0) {
        return PCRE2_ERROR_MATCHLIMIT;
    }
    if (pattern->runs < RUNS_BEFORE_JIT) {
        make_fast(pattern, matcher);
    }
    int64_t start_ms = clock_monotonic_ms(clock_system());
    int result = match_with(pattern, matcher, matcher->heavy, bytes, size);
    matcher->time_left_ms -= clock_monotonic_ms(clock_system()) - start_ms;
    if (is_limit(result)) {
        matcher->limit_pattern = pattern;
        matcher->limit_bytes = bytes;
    }
    return result;
}

enum schema_match schema_pattern_match(struct schema_pattern *pattern, struct schema_matcher *matcher,
                                       const char *bytes, size_t size)
{
    if (pattern->runs < RUNS_BEFORE_JIT && ++pattern->runs == RUNS_BEFORE_JIT) {
        make_fast(pattern, matcher);
    }
    int result = match_with(pattern, matcher, matcher->light, bytes, size);
    if (is_limit(result)) {
        result = match_heavily(pattern, matcher, bytes, size);
    }
    if (result == PCRE2_ERROR_NOMATCH) {
        return SCHEMA_NO_MATCH;
    }
    if (result == PCRE2_ERROR_NOMEMORY) {
        mem_out_of_memory();
    }
    /* 0 means a match with more groups than the match data has room for */
    return result >= 0 ? SCHEMA_MATCH : SCHEMA_MATCH_LIMIT;
}

#define QUOTE(text)        #text
#define QUOTE_VALUE(macro) QUOTE(macro)

const char *schema_built_with(void)
{
    return QUOTE_VALUE(PCRE2_MAJOR) "." QUOTE_VALUE(PCRE2_MINOR);
}
