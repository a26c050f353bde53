/* Expected findings beside those of an audit. */
#include "audit_expect.h"

#include <stdlib.h>
#include <string.h>

#include "audit_expect_read.h"
#include "fsio/fsio_draft.h"

enum { EXPECT_SIZE_MAX = 64 * 1024 * 1024, SHOWN_MAX = 10 };

static void append_key(struct text *key, const char *rule, const char *word)
{
    text_clear(key);
    text_printf(key, "%s\n%s", rule, word);
}

bool audit_expect_open(const struct app *app, const char *path, struct audit_expect *ret, struct err *e)
{
    CLEANUP(text_free) struct text content = {0};
    CLEANUP(text_free) struct text key = {0};

    ret->path = path;
    if (path == NULL) {
        return true;
    }
    if (!app_read_text(app, path, "expected findings", EXPECT_SIZE_MAX, &content, e) ||
        !audit_expect_read(ret, &content, e)) {
        e->code = e->code == ERR_CANCELLED ? e->code : ERR_USAGE;
        return e->place[0] == '\0' ? err_wrap(e, "--expect") : false;
    }
    for (size_t i = 0; i < ret->count; i++) {
        append_key(&key, ret->items[i].rule, ret->items[i].word);
        (void)mem_map_put(&ret->by_key, text_string(&key), &ret->items[i]);
    }
    return true;
}

/* --- comparison --------------------------------------------------------------------------------------- */

/* The entry that is about the finding: by its CRN, its id or its name. */
static struct audit_expected *find_entry(const struct audit_expect *expect, const struct audit_finding *finding,
                                         struct text *key)
{
    const struct resource *resource = finding->resource;
    const char *const words[] = {resource->crn, resource->id, resource->name};
    struct audit_expected *found = NULL;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && found == NULL; i++) {
        if (words[i] != NULL) {
            append_key(key, audit_check_ids[finding->check], words[i]);
            found = mem_map_get(&expect->by_key, text_string(key));
        }
    }
    return found;
}

/* All entries that are about the finding have been found: one by name stands for several resources. */
static void match(struct audit_expect *expect, const struct audit_finding *finding, bool *ret_expected,
                  struct text *key)
{
    struct audit_expected *entry = find_entry(expect, finding, key);

    if (entry != NULL) {
        entry->found = true;
    }
    if (finding->result == AUDIT_FAIL) {
        *ret_expected = entry != NULL;
        expect->matched += entry != NULL;
        expect->extra += entry == NULL;
    }
}

static bool is_judged(const struct audit_expected *entry, const struct audit *audit)
{
    unsigned checks = 0;
    struct err ignored = ERR_INIT;

    for (int check = 0; audit_add_check(entry->rule, &checks, &ignored) && check < AUDIT_CHECKS; check++) {
        if ((checks & 1U << check) != 0) {
            return audit_reports(&audit->terms, (enum audit_check_number)check);
        }
    }
    return false;
}

/* Of entries with one key only the last is in the map: what it found the others have found. */
static void count_missing(struct audit_expect *expect, const struct audit *audit, bool complete, struct text *key)
{
    for (size_t i = 0; i < expect->count; i++) {
        struct audit_expected *entry = &expect->items[i];
        append_key(key, entry->rule, entry->word);
        const struct audit_expected *same = mem_map_get(&expect->by_key, text_string(key));
        entry->found = same != NULL && same->found;
        if (!entry->found && complete && is_judged(entry, audit)) {
            expect->missing++;
        } else if (!entry->found) {
            entry->found = true; /* nothing is known of it */
            expect->unjudged++;
        }
    }
}

void audit_expect_compare(struct audit_expect *expect, const struct audit *audit, bool complete)
{
    CLEANUP(text_free) struct text key = {0};

    if (expect->path == NULL) {
        return;
    }
    expect->expected = mem_array(audit->count, sizeof(*expect->expected));
    for (size_t i = 0; i < audit->count; i++) {
        match(expect, &audit->findings[i], &expect->expected[i], &key);
    }
    count_missing(expect, audit, complete, &key);
}

/* --- what it says ------------------------------------------------------------------------------------- */

static bool is_extra(const struct audit_expect *expect, const struct audit *audit, size_t index)
{
    return audit->findings[index].result == AUDIT_FAIL && !expect->expected[index];
}

json_t *audit_expect_json(const struct audit_expect *expect, const struct audit *audit)
{
    json_t *extra = json_array();
    json_t *missing = json_array();

    for (size_t i = 0; i < audit->count; i++) {
        const struct resource *resource = audit->findings[i].resource;
        if (is_extra(expect, audit, i)) {
            json_array_append_new(extra, json_build("{s:s, s:s, s:s?, s:s?, s:s?, s:s?}", "rule",
                                                    audit_check_ids[audit->findings[i].check], "kind",
                                                    resource->kind->name, "region", resource->region, "id",
                                                    resource->id, "name", resource->name, "crn", resource->crn));
        }
    }
    for (size_t i = 0; i < expect->count; i++) {
        const struct audit_expected *entry = &expect->items[i];
        if (!entry->found) {
            json_array_append_new(missing, json_build("{s:s, s:s, s:I}", "rule", entry->rule, "resource", entry->word,
                                                      "line", (json_int_t)entry->line));
        }
    }
    return json_build("{s:s, s:I, s:I, s:I, s:o, s:o}", "file", expect->path, "matched", (json_int_t)expect->matched,
                      "extra", (json_int_t)expect->extra, "missing", (json_int_t)expect->missing, "extra_findings",
                      extra, "missing_findings", missing);
}

static void append_more(struct text *out, size_t count)
{
    if (count > SHOWN_MAX) {
        text_printf(out, "  ... and %zu more\n", count - SHOWN_MAX);
    }
}

static void append_extra(const struct audit_expect *expect, const struct audit *audit, struct text *out)
{
    size_t shown = 0;

    for (size_t i = 0; i < audit->count && shown < SHOWN_MAX; i++) {
        if (is_extra(expect, audit, i)) {
            text_append(out, shown++ == 0 ? "Not expected:\n" : "");
            text_printf(out, "  %s ", audit_check_ids[audit->findings[i].check]);
            resource_append_name(out, audit->findings[i].resource, true);
            text_append_char(out, '\n');
        }
    }
    append_more(out, expect->extra);
}

static void append_missing(const struct audit_expect *expect, struct text *out)
{
    size_t shown = 0;

    for (size_t i = 0; i < expect->count && shown < SHOWN_MAX; i++) {
        if (!expect->items[i].found) {
            text_append(out, shown++ == 0 ? "Expected, but gone (take them out of the file):\n" : "");
            text_append(out, "  ");
            text_append_safe(out, expect->path, strlen(expect->path));
            text_printf(out, ":%zu: %s ", expect->items[i].line, expect->items[i].rule);
            text_append_safe(out, expect->items[i].word, strlen(expect->items[i].word));
            text_append_char(out, '\n');
        }
    }
    append_more(out, expect->missing);
}

void audit_expect_describe(const struct audit_expect *expect, const struct audit *audit, struct text *out)
{
    text_printf(out, "%zu of the expected finding%s found, %zu not expected", expect->matched,
                expect->matched == 1 ? " was" : "s were", expect->extra);
    text_printf(out, expect->missing > 0 ? ", %zu gone\n" : "\n", expect->missing);
    append_extra(expect, audit, out);
    append_missing(expect, out);
}

/* --- writing ------------------------------------------------------------------------------------------ */

static int compare_lines(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

static const char *line_of(const struct audit_finding *finding, struct text_arena *memory)
{
    const struct resource *resource = finding->resource;
    CLEANUP(text_free) struct text line = {0};

    text_printf(&line, "%s %s", audit_check_ids[finding->check],
                resource->crn != NULL  ? resource->crn
                : resource->id != NULL ? resource->id
                                       : resource->name);
    if (resource->name != NULL && resource->crn != NULL) {
        text_append(&line, "  # ");
        text_append_safe(&line, resource->name, strlen(resource->name));
    }
    return text_arena_copy(memory, text_string(&line), line.size);
}

bool audit_expect_write(const struct audit_expect *expect, const struct audit *audit, const char *path, struct err *e)
{
    CLEANUP(text_free) struct text content = {0};
    struct text_arena memory = {0};
    const char **lines = mem_array(audit->count, sizeof(*lines));
    size_t count = 0;

    for (size_t i = 0; i < audit->count; i++) {
        const struct audit_finding *finding = &audit->findings[i];
        const struct resource *resource = finding->resource;
        bool named = resource->crn != NULL || resource->id != NULL || resource->name != NULL;
        if (finding->result == AUDIT_FAIL && named && (expect->path == NULL || expect->expected[i])) {
            lines[count++] = line_of(finding, &memory);
        }
    }
    qsort(lines, count, sizeof(*lines), compare_lines);
    text_append(&content, "# expected findings: RULE and resource; 'vpcmeta audit --expect FILE' takes this file\n");
    for (size_t i = 0; i < count; i++) {
        text_printf(&content, "%s\n", lines[i]);
    }
    free(lines);
    text_arena_free(&memory);
    struct fsio_draft *draft = fsio_draft_open(path, e);
    bool written = draft != NULL && fsio_draft_write(draft, text_string(&content), content.size, e) &&
                   fsio_draft_publish(draft, e);
    fsio_draft_close(draft);
    return written || err_wrap(e, "--write-expected");
}

void audit_expect_free(struct audit_expect *expect)
{
    free(expect->items);
    free(expect->expected);
    mem_map_free(&expect->by_key);
    text_arena_free(&expect->memory);
    *expect = (struct audit_expect){0};
}
