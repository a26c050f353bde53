/* Expected findings beside those of an audit. */
#include "audit_expect.h"

#include <stdlib.h>
#include <string.h>

#include "audit_expect_read.h"

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

/* Marks the entries that are about the finding: by its CRN, its id or its name, which stands for several resources. */
static bool mark_entries(struct audit_expect *expect, const struct audit_finding *finding, struct text *key)
{
    const struct resource *resource = finding->resource;
    const char *const words[] = {resource->crn, resource->id, resource->name};
    bool found = false;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct audit_expected *entry = NULL;
        if (words[i] != NULL) {
            append_key(key, audit_check_ids[finding->check], words[i]);
            entry = mem_map_get(&expect->by_key, text_string(key));
        }
        if (entry != NULL) {
            entry->found = found = true;
        }
    }
    return found;
}

static void match(struct audit_expect *expect, const struct audit_finding *finding, bool *ret_expected,
                  struct text *key)
{
    bool found = mark_entries(expect, finding, key);

    if (finding->result == AUDIT_FAIL) {
        *ret_expected = found;
        expect->matched += found;
        expect->extra += !found;
    }
}

static enum audit_absence explain(const struct audit_reach *reach, const struct audit_expected *entry)
{
    enum resource_name_form form = resource_name_form(entry->word);
    struct audit_trace trace = {.check = entry->rule, .name = entry->word};

    if (form == RESOURCE_BY_CRN) {
        trace.crn = entry->word;
    } else if (form == RESOURCE_BY_ID && mem_map_get(&reach->by_name, entry->word) == NULL) {
        trace.id = entry->word;
    }
    return audit_explain_absence(reach, &trace);
}

static bool is_missing(const struct audit_expected *entry)
{
    return !entry->found && (entry->absence == AUDIT_FIXED || entry->absence == AUDIT_DELETED);
}

/* Of entries with one key only the last is in the map: what it found the others have found. */
static void count_missing(struct audit_expect *expect, const struct audit_reach *reach, struct text *key)
{
    for (size_t i = 0; i < expect->count; i++) {
        struct audit_expected *entry = &expect->items[i];
        append_key(key, entry->rule, entry->word);
        const struct audit_expected *same = mem_map_get(&expect->by_key, text_string(key));
        entry->found = same != NULL && same->found;
        entry->absence = explain(reach, entry);
        expect->missing += is_missing(entry);
        expect->unknown += !entry->found && entry->absence == AUDIT_ABSENCE_UNKNOWN;
    }
}

void audit_expect_compare(struct audit_expect *expect, const struct audit *audit, const struct inventory_effect *effect)
{
    CLEANUP(text_free) struct text key = {0};
    CLEANUP(audit_reach_free) struct audit_reach reach = {0};

    if (expect->path == NULL) {
        return;
    }
    audit_reach_make(audit, effect, &reach);
    expect->expected = mem_array(audit->count, sizeof(*expect->expected));
    for (size_t i = 0; i < audit->count; i++) {
        match(expect, &audit->findings[i], &expect->expected[i], &key);
    }
    count_missing(expect, &reach, &key);
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
        if (is_missing(entry)) {
            json_array_append_new(missing, json_build("{s:s, s:s, s:I}", "rule", entry->rule, "resource", entry->word,
                                                      "line", (json_int_t)entry->line));
        }
    }
    json_t *object = json_build("{s:s, s:I, s:I, s:I, s:o, s:o}", "file", expect->path, "matched",
                                (json_int_t)expect->matched, "extra", (json_int_t)expect->extra, "missing",
                                (json_int_t)expect->missing, "extra_findings", extra, "missing_findings", missing);
    if (expect->unknown > 0) {
        json_object_set_new(object, "unknown", json_integer((json_int_t)expect->unknown));
    }
    return object;
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
        if (is_missing(&expect->items[i])) {
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
    text_printf(out, "%zu of the expected findings %s found, %zu not expected", expect->matched,
                expect->matched == 1 ? "was" : "were", expect->extra);
    if (expect->missing > 0) {
        text_printf(out, ", %zu gone", expect->missing);
    }
    if (expect->unknown > 0) {
        text_printf(out, ", %zu unknown (not read, selected or judged this time)", expect->unknown);
    }
    text_append_char(out, '\n');
    append_extra(expect, audit, out);
    append_missing(expect, out);
}

void audit_expect_free(struct audit_expect *expect)
{
    free(expect->items);
    free(expect->expected);
    mem_map_free(&expect->by_key);
    text_arena_free(&expect->memory);
    *expect = (struct audit_expect){0};
}
