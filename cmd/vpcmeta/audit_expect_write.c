/* Writes expected findings: lines that --expect reads back, whatever names and CRNs hold. */
#include "audit_expect.h"

#include <stdlib.h>
#include <string.h>

static int compare_lines(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

/* Whether the word can stand on a line as it is: one word, and nothing that a terminal would obey. */
static bool is_plain(const char *word)
{
    CLEANUP(text_free) struct text safe = {0};

    text_append_safe(&safe, word, strlen(word));
    return word[0] != '\0' && word[0] != '#' && strpbrk(word, " \t\r\n") == NULL &&
           strcmp(text_string(&safe), word) == 0;
}

/* Any other word makes a line of JSON. */
static void append_entry(struct text *out, const char *rule, const char *word)
{
    if (is_plain(word)) {
        text_printf(out, "%s %s", rule, word);
        return;
    }
    text_append(out, "{\"rule\":");
    json_print_string(out, rule, strlen(rule));
    text_append(out, ",\"name\":");
    json_print_string(out, word, strlen(word));
    text_append_char(out, '}');
}

static const char *line_of(const struct audit_finding *finding, struct text_arena *memory)
{
    const struct resource *resource = finding->resource;
    CLEANUP(text_free) struct text line = {0};

    append_entry(&line, audit_check_ids[finding->check],
                 resource->crn != NULL  ? resource->crn
                 : resource->id != NULL ? resource->id
                                        : resource->name);
    if (resource->name != NULL && resource->crn != NULL && line.data[0] != '{') {
        text_append(&line, "  # ");
        text_append_safe(&line, resource->name, strlen(resource->name));
    }
    return text_arena_copy(memory, text_string(&line), line.size);
}

/* The finding is written: it fails, and where there is a list it is in it. */
static bool is_kept(const struct audit_expect *expect, const struct audit *audit, size_t index)
{
    const struct audit_finding *finding = &audit->findings[index];
    const struct resource *resource = finding->resource;
    bool named = resource->crn != NULL || resource->id != NULL || resource->name != NULL;

    return finding->result == AUDIT_FAIL && named && (expect->path == NULL || expect->expected[index]);
}

/* The lines in order, each once. */
static void append_lines(struct text *out, const char **lines, size_t count)
{
    qsort(lines, count, sizeof(*lines), compare_lines);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(lines[i], lines[i - 1]) != 0) {
            text_printf(out, "%s\n", lines[i]);
        }
    }
}

static void append_content(const struct audit_expect *expect, const struct audit *audit, struct text *out)
{
    struct text_arena memory = {0};
    const char **lines = mem_array(audit->count + expect->count, sizeof(*lines));
    size_t count = 0;

    for (size_t i = 0; i < audit->count; i++) {
        if (is_kept(expect, audit, i)) {
            lines[count++] = line_of(&audit->findings[i], &memory);
        }
    }
    for (size_t i = 0; i < expect->count; i++) {
        CLEANUP(text_free) struct text line = {0};
        if (expect->items[i].absence == AUDIT_ABSENCE_UNKNOWN) {
            append_entry(&line, expect->items[i].rule, expect->items[i].word);
            lines[count++] = text_arena_copy(&memory, text_string(&line), line.size);
        }
    }
    text_append(out, AUDIT_EXPECT_HEADING "; 'vpcmeta audit --expect FILE' takes this file\n");
    append_lines(out, lines, count);
    free(lines);
    text_arena_free(&memory);
}

bool audit_expect_write(const struct audit_expect *expect, const struct audit *audit, struct fsio_draft *file,
                        struct err *e)
{
    CLEANUP(text_free) struct text content = {0};

    append_content(expect, audit, &content);
    return (fsio_draft_write(file, text_string(&content), content.size, e) && fsio_draft_publish(file, e)) ||
           err_wrap(e, "--write-expected");
}
