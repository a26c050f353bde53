/* The rows of the page of a plan: equal changes, and what is left for the same reason, are one row with the names. */
#include "plan_html_rows.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "plan_view.h"
#include "render/render_html_chart.h"
#include "render/render_html_page.h"

enum { NAMES_OPEN = 12 }; /* more names than these are folded */

enum sign { SIGN_CREATE, SIGN_CHANGE, SIGN_DELETE, SIGNS };
static const struct {
    char sign;
    const char *word;
} signs[SIGNS] = {{'+', "create"}, {'~', "change"}, {'-', "delete"}};

/* What is alike, in one row. */
struct entry {
    const struct plan_item *item; /* the first */
    const struct plan_left *left; /* why, of what is left; else NULL */
    struct text names;            /* an element of a list each */
    size_t section, count;
};

struct section {
    const char *policy_rule, *region;
    size_t count;
};

struct rows {
    const struct plan_file *file;
    struct {
        struct entry *items;
        size_t count, capacity;
    } entries;
    struct {
        struct section *items;
        size_t count, capacity;
    } sections;
    struct mem_map by_key; /* numbers of entries, and of sections, from 1 */
};

static void rows_free(struct rows *rows)
{
    for (size_t i = 0; i < rows->entries.count; i++) {
        text_free(&rows->entries.items[i].names);
    }
    free(rows->entries.items);
    free(rows->sections.items);
    mem_map_free(&rows->by_key);
}

static enum sign sign_of(const struct plan_item *item)
{
    return item->action == PLAN_CREATE ? SIGN_CREATE : item->action == PLAN_DELETE ? SIGN_DELETE : SIGN_CHANGE;
}

/* The number of the key, from 0; the one behind `count` where it is new. */
static size_t number_of(struct rows *rows, const struct text *key, size_t count)
{
    size_t number = (size_t)(uintptr_t)mem_map_get(&rows->by_key, text_string(key));

    if (number == 0) {
        number = count + 1;
        (void)mem_map_put(&rows->by_key, text_string(key),
                          (void *)(uintptr_t)number); // NOLINT(performance-no-int-to-ptr)
    }
    return number - 1;
}

static struct entry *entry_of(struct rows *rows, const struct text *key, const struct plan_item *item)
{
    size_t number = number_of(rows, key, rows->entries.count);

    if (number == rows->entries.count) {
        *mem_list_add(&rows->entries) = (struct entry){.item = item};
    }
    return &rows->entries.items[number];
}

/* `source`: the template that it is made from; `region`: where the names are of several; both may be NULL. */
static void add_name(struct entry *entry, const struct resource *resource, const char *source, const char *region)
{
    const char *name = resource->name != NULL ? resource->name : resource->id;

    text_append(&entry->names, "<li>");
    render_html_element(&entry->names, "bdi", name != NULL ? name : "?");
    if (source != NULL || region != NULL) {
        CLEANUP(text_free) struct text note = {0};
        text_printf(&note, "%s%s", source != NULL ? "from " : "", source != NULL ? source : region);
        text_append_char(&entry->names, ' ');
        render_html_element(&entry->names, "span class=\"quiet\"", text_string(&note));
    }
    text_append(&entry->names, "</li>");
    entry->count++;
}

static size_t section_of(struct rows *rows, const struct plan_item *item)
{
    const char *region = item->resource->region != NULL ? item->resource->region : "";
    CLEANUP(text_free) struct text key = {0};

    text_printf(&key, "section\n%s\n%s", item->policy_rule != NULL ? item->policy_rule : "", region);
    size_t number = number_of(rows, &key, rows->sections.count);
    if (number == rows->sections.count) {
        *mem_list_add(&rows->sections) = (struct section){.policy_rule = item->policy_rule, .region = region};
    }
    return number;
}

static void add_change(struct rows *rows, const struct plan_item *item)
{
    size_t section = section_of(rows, item);
    CLEANUP(text_free) struct text change = {0}, key = {0};

    plan_view_describe(rows->file, item, &change);
    text_printf(&key, "%zu\n%d\n%s\n%s", section, (int)sign_of(item), item->resource->kind->singular,
                text_string(&change));
    struct entry *entry = entry_of(rows, &key, item);
    entry->section = section;
    add_name(entry, item->resource, plan_view_source(rows->file, item), NULL);
    rows->sections.items[section].count++;
}

static void add_left(struct rows *rows, const struct plan_left *left)
{
    const struct plan_item *item = &rows->file->plan->items[left->item];
    CLEANUP(text_free) struct text key = {0};

    text_printf(&key, "%d\n%s\n%s\n%s", left->excepted, item->resource->kind->singular,
                left->check != NULL ? left->check : "", left->reason != NULL ? left->reason : "");
    struct entry *entry = entry_of(rows, &key, item);
    entry->left = left;
    add_name(entry, item->resource, NULL, rows->file->place_count > 1 ? item->resource->region : NULL);
}

/* --- cells -------------------------------------------------------------------------------------------------- */

static void append_value(const char *what, const char *before, const char *after, struct text *out)
{
    text_append(out, "<li>");
    render_html_text(out, what);
    text_append_char(out, ' ');
    if (before != NULL) {
        render_html_element(out, "del", before);
        text_append(out, " <span class=\"quiet\">&#8594;</span> ");
    }
    render_html_element(out, "ins", after);
    text_append(out, "</li>");
}

/* "hop limit 2 -> 1" of one setting: neither the name of a setting nor a value has a blank at its end or an arrow. */
static void append_setting(const struct plan_item *item, unsigned bit, struct text *out)
{
    static const char arrow[] = " -> ";
    CLEANUP(text_free) struct text words = {0};

    resource_settings_describe(&words, &item->resource->settings, &item->after, bit);
    char *text = words.data, *change = words.size > 0 ? strstr(text, arrow) : NULL;
    if (words.size == 0) {
        return;
    }
    const char *after = change != NULL ? change + strlen(arrow) : NULL;
    if (change != NULL) {
        *change = '\0';
    }
    char *value = strrchr(text, ' ');
    if (value != NULL) {
        *value++ = '\0';
    }
    append_value(text, after != NULL ? value : NULL, after != NULL ? after : value, out);
}

static const char *name_of(const struct plan_template *template)
{
    return template->name != NULL ? template->name : template->id;
}

/* What changes, a line each: settings with both values, and in words what follows from it. */
static void append_diff(const struct plan_file *file, const struct plan_item *item, struct text *out)
{
    bool settings = item->action == PLAN_SET || item->action == PLAN_CREATE;
    CLEANUP(text_free) struct text words = {0};

    plan_view_describe(file, item, &words);
    const char *rest = text_string(&words);
    text_append(out, "<ul class=\"diff\">");
    for (unsigned bit = 1; settings && bit != 0 && bit <= item->mask; bit <<= 1) {
        if ((item->mask & bit) != 0) {
            append_setting(item, bit, out);
        }
    }
    if (item->action == PLAN_MOVE) {
        const struct plan_state before = plan_item_before(item), after = plan_item_after(item);
        append_value("instance template", name_of(&before.template), name_of(&after.template), out);
    }
    if (settings || item->action == PLAN_MOVE) {
        rest = strstr(rest, "; ");
        rest = rest != NULL && item->action != PLAN_MOVE ? rest + 2 : "";
    }
    if (*rest != '\0') {
        render_html_element(out, "li", rest);
    }
    text_append(out, "</ul>");
}

/* "instance web-1", or "12 instances" over the names, which are folded where they are many. */
static void append_names(const struct entry *entry, struct text *out)
{
    const struct resource_kind *kind = entry->item->resource->kind;
    bool one = entry->count == 1, folded = entry->count > NAMES_OPEN;

    text_printf(out, "<td class=\"of%s\">%s", one ? " one" : "", folded ? "<details><summary>" : "");
    if (one) {
        text_printf(out, "%s ", kind->singular);
    } else {
        render_html_count_of(out, entry->count, kind->singular, kind->plural);
    }
    text_printf(out, "%s<ul class=\"names\">", folded ? "</summary>" : "");
    text_append_size(out, text_string(&entry->names), entry->names.size);
    text_printf(out, "</ul>%s</td>", folded ? "</details>" : "");
}

/* `columns`: the headings, each an element. */
static void begin_table(const char *label, const char *columns, struct text *out)
{
    text_append(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    render_html_attribute(out, label);
    text_printf(out, "\"><table class=\"rows\">\n<thead><tr>%s</tr></thead>\n<tbody>\n", columns);
}

static void end_table(struct text *out)
{
    text_append(out, "</tbody></table></div>\n");
}

/* --- tables ------------------------------------------------------------------------------------------------- */

static void append_section(const struct rows *rows, size_t index, struct text *out)
{
    const struct section *section = &rows->sections.items[index];
    CLEANUP(text_free) struct text heading = {0};

    if (section->policy_rule != NULL) {
        text_printf(&heading, "Policy rule %s, ", section->policy_rule);
    }
    text_printf(&heading, "%s: ", *section->region != '\0' ? section->region : "unknown region");
    render_html_count_of(&heading, section->count, "change", "changes");
    render_html_element(out, "h3", text_string(&heading));
    begin_table(text_string(&heading),
                "<th scope=\"col\">Action</th><th scope=\"col\">Change</th><th scope=\"col\">Resources</th>", out);
    for (enum sign sign = SIGN_CREATE; sign < SIGNS; sign++) {
        for (size_t i = 0; i < rows->entries.count; i++) {
            const struct entry *entry = &rows->entries.items[i];
            if (entry->section == index && sign_of(entry->item) == sign) {
                text_printf(out, "<tr><td class=\"sign sign-%s\">%c %s</td><td>", signs[sign].word, signs[sign].sign,
                            signs[sign].word);
                append_diff(rows->file, entry->item, out);
                text_append(out, "</td>");
                append_names(entry, out);
                text_append(out, "</tr>\n");
            }
        }
    }
    end_table(out);
}

void plan_html_changes(const struct plan_file *file, struct text *out)
{
    CLEANUP(rows_free) struct rows rows = {.file = file};

    for (size_t i = 0; i < file->plan->count; i++) {
        if (file->plan->items[i].verdict == PLAN_CHANGE) {
            add_change(&rows, &file->plan->items[i]);
        }
    }
    for (size_t i = 0; i < rows.sections.count; i++) {
        append_section(&rows, i, out);
    }
    if (rows.sections.count == 0) {
        text_append(out, "<p>No changes needed.</p>\n");
    }
}

/* What an exception covers, or everything else; nothing where there is none of it. */
static void append_left(const struct rows *rows, bool excepted, struct text *out)
{
    const char *title = excepted ? "Covered by exceptions" : "Not changed by a plan";
    bool begun = false;

    for (size_t i = 0; i < rows->entries.count; i++) {
        const struct entry *entry = &rows->entries.items[i];
        if (entry->left->excepted != excepted) {
            continue;
        }
        if (!begun) {
            render_html_element(out, "h3", title);
            begin_table(
                title, "<th scope=\"col\">Rule</th><th scope=\"col\">Reason</th><th scope=\"col\">Resources</th>", out);
            begun = true;
        }
        text_append(out, "<tr>");
        render_html_element(out, "td", entry->left->check != NULL ? entry->left->check : "all");
        render_html_element(out, "td", entry->left->reason);
        append_names(entry, out);
        text_append(out, "</tr>\n");
    }
    if (begun) {
        end_table(out);
    }
}

void plan_html_left(const struct plan_file *file, struct text *out)
{
    CLEANUP(rows_free) struct rows rows = {.file = file};

    if (file->left_count == 0) {
        return;
    }
    for (size_t i = 0; i < file->left_count; i++) {
        add_left(&rows, &file->left[i]);
    }
    text_append(out, "<h2 id=\"left\">Left as it is</h2>\n");
    append_left(&rows, false, out);
    append_left(&rows, true, out);
}
