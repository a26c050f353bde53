/* What TAB does in the shell. */
#include "shell_complete.h"

#include <histedit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "text/text.h"

enum {
    EXPLAINED_MAX = 24, /* more candidates than this are shown in columns, without what they mean */
    COLUMNS_DEFAULT = 80,
};

/* Bytes that all candidates begin with. */
static size_t common_prefix(const struct cli_candidates *candidates)
{
    const char *first = candidates->items[0].word;
    size_t size = strlen(first);

    for (size_t i = 1; i < candidates->count; i++) {
        size_t same = 0;
        while (same < size && candidates->items[i].word[same] == first[same]) {
            same++;
        }
        size = same;
    }
    return size;
}

static size_t characters(const char *bytes, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    }
    return count;
}

/* Puts `text` in place of the word that ends at the cursor. */
static void replace_word(EditLine *line, size_t start, const char *text)
{
    const LineInfo *info = el_line(line);
    size_t cursor = (size_t)(info->cursor - info->buffer);

    if (cursor > start) {
        el_deletestr(line, (int)characters(info->buffer + start, cursor - start));
    }
    el_insertstr(line, text);
}

static void append_explained(struct text *out, const struct cli_candidate *candidate, size_t width, size_t columns)
{
    size_t used = text_width(candidate->word, strlen(candidate->word));

    text_append(out, "  ");
    text_append(out, candidate->word);
    if (candidate->help[0] != '\0' && columns > width + 14) {
        text_append_repeat(out, ' ', width - used + 2);
        text_append_short(out, candidate->help, strlen(candidate->help), columns - width - 5);
    }
    text_append_char(out, '\n');
}

static void append_grid(struct text *out, const struct cli_candidates *candidates, size_t width, size_t columns)
{
    size_t per_line = columns / (width + 2) > 0 ? columns / (width + 2) : 1;

    for (size_t i = 0; i < candidates->count; i++) {
        const char *word = candidates->items[i].word;
        bool last = i + 1 == candidates->count || (i + 1) % per_line == 0;

        text_append(out, word);
        text_append_repeat(out, last ? '\n' : ' ', last ? 1 : width + 2 - text_width(word, strlen(word)));
    }
}

static void show(const struct cli_candidates *candidates)
{
    CLEANUP(text_free) struct text out = {0};
    size_t columns = app_columns(STDERR_FILENO) > 0 ? app_columns(STDERR_FILENO) : COLUMNS_DEFAULT;
    size_t width = 0;

    for (size_t i = 0; i < candidates->count; i++) {
        size_t used = text_width(candidates->items[i].word, strlen(candidates->items[i].word));
        width = used > width ? used : width;
    }
    text_append_char(&out, '\n');
    if (candidates->count > EXPLAINED_MAX) {
        append_grid(&out, candidates, width, columns);
    } else {
        for (size_t i = 0; i < candidates->count; i++) {
            append_explained(&out, &candidates->items[i], width, columns);
        }
    }
    fputs(text_string(&out), stderr);
    fflush(stderr);
}

/* A value that only the operator can know: says what it is called. */
static unsigned char show_expected(const struct cli_candidates *candidates)
{
    if (candidates->expected != CLI_EXPECT_VALUE || candidates->value == NULL || candidates->prefix[0] != '\0') {
        return CC_ERROR;
    }
    fprintf(stderr, "\n  %s\n", candidates->value);
    fflush(stderr);
    return CC_REDISPLAY;
}

static unsigned char use(EditLine *line, const struct cli_candidates *candidates)
{
    CLEANUP(text_free) struct text text = {0};
    const char *first = candidates->items[0].word;

    if (candidates->count == 1) {
        cli_quote(&text, first);
        text_append(&text, first[strlen(first) - 1] == '=' ? "" : " ");
        replace_word(line, candidates->start, text_string(&text));
        return CC_REFRESH;
    }
    size_t common = common_prefix(candidates);
    if (common > strlen(candidates->prefix) && candidates->quote == 0) {
        text_append_size(&text, first, common);
        replace_word(line, candidates->start, text_string(&text));
    }
    show(candidates);
    return CC_REDISPLAY;
}

unsigned char shell_complete(void *edit_line, const struct cli_program *program, int key)
{
    EditLine *line = edit_line;
    const LineInfo *info = el_line(line);
    CLEANUP(text_free) struct text typed = {0};
    CLEANUP(cli_candidates_free) struct cli_candidates candidates = {0};

    text_append_size(&typed, info->buffer, (size_t)(info->lastchar - info->buffer));
    cli_complete(program, text_string(&typed), (size_t)(info->cursor - info->buffer), &candidates);
    if (candidates.count > 0) {
        return use(line, &candidates);
    }
    if (candidates.expected == CLI_EXPECT_FILE || candidates.expected == CLI_EXPECT_FOLDER) {
        return _el_fn_complete(line, key);
    }
    return show_expected(&candidates);
}
