/* Expressions of allowed_use: decided or refused with a place, the same each time, and as the laws of logic want it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cel/cel.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cel_variable variables[] = {
    {"metadata_service.enabled", CEL_BOOL, 1, NULL}, {"metadata_service.protocol", CEL_STRING, 0, "https"},
    {"enable_secure_boot", CEL_BOOL, 0, NULL},       {"vcpu.count", CEL_INT, 8, NULL},
    {"gpu.count", CEL_UNKNOWN, 0, "no profile"},     {"a", CEL_INT, INT64_MIN, NULL},
};

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static enum cel_verdict decide(const char *expression, bool *ret_compiled)
{
    struct err e = ERR_INIT;
    CLEANUP(cel_release) struct cel *cel = cel_compile(expression, &e);
    enum cel_verdict verdict = CEL_UNDECIDED;

    if (cel != NULL) {
        verdict = cel_decide(cel, variables, sizeof(variables) / sizeof(variables[0]), &e);
    }
    must((verdict == CEL_UNDECIDED) == (e.code == ERR_UNDECIDED));
    must(verdict != CEL_UNDECIDED || e.message[0] != '\0');
    /* a limit of the whole expression has no place */
    must(verdict != CEL_UNDECIDED || e.place[0] != '\0' || strlen(expression) > CEL_SIZE_MAX);
    *ret_compiled = cel != NULL;
    return verdict;
}

/* What stands before and behind the expression; a comment in it ends with its line. */
static enum cel_verdict decide_within(const char *before, const char *expression, const char *behind)
{
    CLEANUP(text_free) struct text whole = {0};
    bool compiled;

    text_printf(&whole, "%s(%s\n)%s", before, expression, behind);
    enum cel_verdict verdict = decide(text_string(&whole), &compiled);
    must(compiled);
    return verdict;
}

static bool is_deep(const char *expression)
{
    size_t brackets = 0;

    for (; *expression != '\0'; expression++) {
        brackets += *expression == '(' || *expression == '[';
    }
    return brackets >= CEL_DEPTH_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(text_free) struct text expression = {0};
    bool compiled;

    text_append_size(&expression, (const char *)data, size);
    const char *bytes = text_string(&expression);
    size_t length = strlen(bytes);
    enum cel_verdict verdict = decide(bytes, &compiled);
    must(decide(bytes, &compiled) == verdict);
    /* what is laid around it needs room and may be too deep */
    if (!compiled || length > CEL_SIZE_MAX - 32 || is_deep(bytes)) {
        return 0;
    }
    enum cel_verdict opposite = verdict == CEL_UNDECIDED ? CEL_UNDECIDED : verdict == CEL_TRUE ? CEL_FALSE : CEL_TRUE;
    must(decide_within("", bytes, "") == verdict);
    must(decide_within("!", bytes, "") == opposite);
    must(decide_within("", bytes, " && false") == CEL_FALSE);
    must(decide_within("false && ", bytes, "") == CEL_FALSE);
    must(decide_within("", bytes, " || true") == CEL_TRUE);
    must(decide_within("nothing || true || ", bytes, "") == CEL_TRUE);
    must(decide_within("true && ", bytes, "") == verdict);
    must(decide_within("", bytes, " || false") == verdict);
    return 0;
}
