/* A plan as people read it: equal changes of one policy rule and region are one entry with the names. */
#include "plan_view.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/fleet_reason.h"
#include "mem/mem.h"

enum { NAMES_ALL = 8, NAMES_FIRST = 5, INDENT = 2, INDENT_BELOW = 6 };

/* What several groups that move have in common; their names say from where and to where. */
#define MOVED "moved to the instance templates that replace theirs"

#define COLOR_OFF  "\033[0m"
#define COLOR_BOLD "\033[1m"

/* --- what an item does -------------------------------------------------------------------------------- */

enum sign { SIGN_CREATE, SIGN_CHANGE, SIGN_DELETE };
static const struct {
    const char *sign, *color;
} signs[] = {[SIGN_CREATE] = {"+", "\033[32m"}, [SIGN_CHANGE] = {"~", "\033[33m"}, [SIGN_DELETE] = {"-", "\033[31m"}};

static enum sign sign_of(const struct plan_item *item)
{
    return item->action == PLAN_CREATE ? SIGN_CREATE : item->action == PLAN_DELETE ? SIGN_DELETE : SIGN_CHANGE;
}

static bool turns_on(const struct plan_item *item)
{
    return item->action == PLAN_SET && item->verdict == PLAN_CHANGE && (item->mask & RESOURCE_ENABLED) != 0 &&
           item->after.enabled && item->resource->kind->restart_to_enable &&
           resource_status(item->resource->status) != RESOURCE_STATUS_STOPPED;
}

bool plan_view_restarts(const struct plan_file *file, const struct plan_item *item)
{
    return (item->action == PLAN_RESTART && item->verdict == PLAN_CHANGE) ||
           (file->restarts_servers && turns_on(item) && !item->leave_restart);
}

const char *plan_view_source(const struct plan_file *file, const struct plan_item *item)
{
    if (item->action != PLAN_CREATE) {
        return NULL;
    }
    const char *id = json_string_value(json_object_get(json_object_get(item->create.body, "source_template"), "id"));

    for (size_t i = 0; id != NULL && i < file->plan->count; i++) {
        const struct resource *resource = file->plan->items[i].resource;
        if (text_equal(resource->id, id)) {
            return resource->name;
        }
    }
    return id;
}

static void describe_roll(const struct plan_item *item, struct text *out)
{
    text_printf(out, "%lld of %lld member%s replaced, at most %u%s at a time", (long long)item->roll.before.stale,
                (long long)item->roll.before.count, item->roll.before.count == 1 ? "" : "s",
                item->roll.terms.max_unavailable, item->roll.terms.percent ? "%" : "");
}

void plan_view_describe(const struct plan_file *file, const struct plan_item *item, struct text *out)
{
    const struct plan_state before = plan_item_before(item);
    const struct plan_state after = plan_item_after(item);

    if (item->verdict != PLAN_CHANGE) {
        return;
    }
    switch (item->action) {
    case PLAN_CREATE:
    case PLAN_SET:
        resource_settings_describe(out, &item->resource->settings, &item->after, item->mask);
        break;
    case PLAN_MOVE:
        plan_state_describe(out, &before, &after);
        break;
    case PLAN_ROLL:
        describe_roll(item, out);
        break;
    case PLAN_DELETE:
        text_append(out, "deleted once nothing uses it");
        break;
    case PLAN_RESTART:
    case PLAN_ACTIONS:
        break;
    }
    if (plan_view_restarts(file, item)) {
        text_printf(out, "%sstopped and started", out->size > 0 ? "; " : "");
    } else if (turns_on(item)) {
        text_append(out, "; complete after a stop and a start");
    }
}

/* --- entries: what is alike --------------------------------------------------------------------------- */

struct entry {
    size_t section;
    size_t number; /* among all entries, in the order of the plan */
    enum sign sign;
    const struct resource_kind *kind;
    struct text what;  /* the change, or the reason */
    struct text names; /* as many as are shown, a blank behind each comma */
    const struct plan_item *first[NAMES_ALL];
    size_t count;
    bool plain; /* names and nothing with them */
    struct reasons {
        const char **items;
        size_t count, capacity;
    } reasons; /* of what is left, one for each; `what` is what they say together */
};

struct entries {
    struct entry *items;
    size_t count, capacity;
    struct mem_map by_key; /* number (from 1) of each */
};

struct section {
    const char *policy_rule, *region;
    size_t changes;
};

struct sections {
    struct section *items;
    size_t count, capacity;
    struct mem_map numbers; /* number (from 1) of each, by policy rule and region */
};

struct page {
    const struct plan_view *view;
    struct sections sections;
    struct entries changes, left;
    struct text *out;
};

static void entries_free(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        text_free(&entries->items[i].what);
        text_free(&entries->items[i].names);
        free(entries->items[i].reasons.items);
    }
    free(entries->items);
    mem_map_free(&entries->by_key);
}

static void page_free(struct page *page)
{
    free(page->sections.items);
    mem_map_free(&page->sections.numbers);
    entries_free(&page->changes);
    entries_free(&page->left);
}

/* The entry of that key, which is new where nothing was like it. */
static struct entry *find_entry(struct entries *entries, const struct text *key)
{
    size_t number = (size_t)(uintptr_t)mem_map_get(&entries->by_key, text_string(key));

    if (number == 0) {
        (void)mem_list_add(entries);
        number = entries->count;
        (void)mem_map_put(&entries->by_key, text_string(key),
                          (void *)(uintptr_t)number); // NOLINT(performance-no-int-to-ptr)
    }
    return &entries->items[number - 1];
}

static void append_foreign(struct text *out, const char *string)
{
    text_append_safe(out, string, strlen(string));
}

/*
 * "web-1", in a list over several regions "web-1 (eu-de)", of what is created "tpl-web-r2 (from tpl-web)", of several
 * that move "group (tpl-web -> tpl-web-r2)".
 */
static void append_name(const struct page *page, struct text *out, const struct plan_item *item, bool several,
                        bool region)
{
    const struct resource *resource = item->resource;
    const char *source = plan_view_source(page->view->file, item);

    text_append(out, out->size > 0 ? ", " : "");
    append_foreign(out, resource->name != NULL ? resource->name : resource->id != NULL ? resource->id : "?");
    if (region && resource->region != NULL) {
        text_append(out, " (");
        append_foreign(out, resource->region);
        text_append_char(out, ')');
    }
    if (source != NULL) {
        text_append(out, " (from ");
        append_foreign(out, source);
        text_append_char(out, ')');
    }
    if (several && item->action == PLAN_MOVE && item->verdict == PLAN_CHANGE) {
        CLEANUP(text_free) struct text move = {0};
        plan_view_describe(page->view->file, item, &move);
        text_append(out, " (");
        append_foreign(out, text_string(&move) + strlen("instance template "));
        text_append_char(out, ')');
    }
}

/* What changes stands under its region. */
static bool names_regions(const struct page *page, const struct entry *entry)
{
    return entry->plain && page->view->file->place_count > 1;
}

static void add_name(const struct page *page, struct entry *entry, const struct plan_item *item)
{
    if (page->view->all) {
        append_name(page, &entry->names, item, !entry->plain, names_regions(page, entry));
    } else if (entry->count < NAMES_ALL) {
        entry->first[entry->count] = item;
    }
    entry->count++;
}

/* The names of the entry: a few of them, or all. */
static const char *names_of(const struct page *page, struct entry *entry)
{
    size_t shown = entry->count > NAMES_ALL ? NAMES_FIRST : entry->count;

    for (size_t i = 0; !page->view->all && i < shown; i++) {
        append_name(page, &entry->names, entry->first[i], entry->count > 1 && !entry->plain,
                    names_regions(page, entry));
    }
    if (!page->view->all && entry->count > shown) {
        text_printf(&entry->names, " and %zu more", entry->count - shown);
    }
    return text_string(&entry->names);
}

static size_t section_of(struct page *page, const struct plan_item *item)
{
    struct sections *sections = &page->sections;
    const char *rule = item->policy_rule, *region = item->resource->region;
    CLEANUP(text_free) struct text key = {0};

    text_printf(&key, "%s%s\n%s%s", rule != NULL ? "=" : "", rule != NULL ? rule : "", region != NULL ? "=" : "",
                region != NULL ? region : "");
    size_t number = (size_t)(uintptr_t)mem_map_get(&sections->numbers, text_string(&key));
    if (number != 0) {
        return number - 1;
    }
    *mem_list_add(sections) = (struct section){.policy_rule = rule, .region = region};
    (void)mem_map_put(&sections->numbers, text_string(&key),
                      (void *)(uintptr_t)sections->count); // NOLINT(performance-no-int-to-ptr)
    return sections->count - 1;
}

static void gather(struct page *page)
{
    const struct plan_file *file = page->view->file;

    for (size_t i = 0; i < file->plan->count; i++) {
        const struct plan_item *item = &file->plan->items[i];
        CLEANUP(text_free) struct text what = {0};
        CLEANUP(text_free) struct text key = {0};
        if (item->verdict != PLAN_CHANGE) {
            continue;
        }
        size_t section = section_of(page, item);
        plan_view_describe(file, item, &what);
        text_printf(&key, "%zu %d %s %s", section, (int)sign_of(item), item->resource->kind->name,
                    item->action == PLAN_MOVE ? MOVED : text_string(&what));
        struct entry *entry = find_entry(&page->changes, &key);
        if (entry->kind != NULL && item->action == PLAN_MOVE) {
            text_clear(&entry->what);
            text_append(&entry->what, MOVED);
        }
        if (entry->kind == NULL) {
            entry->section = section;
            entry->number = page->changes.count;
            entry->sign = sign_of(item);
            entry->kind = item->resource->kind;
            entry->what = what;
            what = (struct text){0};
        }
        add_name(page, entry, item);
        page->sections.items[section].changes++;
    }
}

static void gather_left(struct page *page)
{
    const struct plan_file *file = page->view->file;

    for (size_t i = 0; i < file->left_count; i++) {
        const struct plan_left *left = &file->left[i];
        const struct plan_item *item = &file->plan->items[left->item];
        const struct resource *resource = item->resource;
        CLEANUP(text_free) struct text key = {0};
        text_printf(&key, "%s %s ", resource->kind->name, left->check != NULL ? left->check : "");
        if (left->excepted) {
            text_append(&key, left->reason); /* each exception has its own reason and date */
        } else {
            fleet_reason_key(left->reason, strlen(left->reason), resource, &key);
        }
        struct entry *entry = find_entry(&page->left, &key);
        if (entry->kind == NULL) {
            entry->kind = resource->kind;
            entry->plain = true;
            append_foreign(&entry->what, left->check != NULL ? left->check : "");
            text_append(&entry->what, left->check != NULL ? ": " : "");
        }
        *mem_list_add(&entry->reasons) = left->reason;
        add_name(page, entry, item);
    }
}

/* --- lines -------------------------------------------------------------------------------------------- */

static void append_colored(const struct page *page, const char *color, const char *words)
{
    text_printf(page->out, "%s%s%s", page->view->color ? color : "", words, page->view->color ? COLOR_OFF : "");
}

/* The words in lines behind what stands at column `at` already. */
static void append_words(const struct page *page, const char *words, size_t at, size_t indent)
{
    text_append_wrapped(page->out, words, page->view->program, at, indent, page->view->columns);
    text_append_char(page->out, '\n');
}

static void append_entry(const struct page *page, struct entry *entry)
{
    CLEANUP(text_free) struct text line = {0};

    text_append_repeat(page->out, ' ', INDENT);
    append_colored(page, signs[entry->sign].color, signs[entry->sign].sign);
    text_append_char(page->out, ' ');
    if (entry->count == 1) {
        text_printf(&line, "%s %s", entry->kind->singular, names_of(page, entry));
    } else {
        resource_append_count(&line, entry->count, entry->kind);
        text_printf(&line, ": %s", names_of(page, entry));
    }
    append_words(page, text_string(&line), INDENT + 2, INDENT_BELOW);
    if (entry->what.size > 0) {
        text_append_repeat(page->out, ' ', INDENT_BELOW);
        append_words(page, text_string(&entry->what), INDENT_BELOW, INDENT_BELOW);
    }
}

/* By section, and in it by what is done. */
static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    long long difference = a->section != b->section ? (long long)a->section - (long long)b->section
                           : a->sign != b->sign     ? (long long)a->sign - (long long)b->sign
                                                    : (long long)a->number - (long long)b->number;

    return difference < 0 ? -1 : difference > 0;
}

/* Appends the section with its entries, which begin at `first`; returns where those of the next one do. */
static size_t append_section(const struct page *page, size_t index, size_t first)
{
    const struct section *section = &page->sections.items[index];
    CLEANUP(text_free) struct text heading = {0};

    if (section->policy_rule != NULL) {
        text_append(&heading, "Policy rule ");
        append_foreign(&heading, section->policy_rule);
        text_append(&heading, ", ");
    }
    append_foreign(&heading, section->region != NULL ? section->region : "unknown region");
    text_printf(&heading, ": %zu change%s", section->changes, section->changes == 1 ? "" : "s");
    text_append(page->out, page->out->size > 0 ? "\n" : "");
    text_append(page->out, page->view->color ? COLOR_BOLD : "");
    text_append_wrapped(page->out, text_string(&heading), NULL, 0, INDENT, page->view->columns);
    text_append(page->out, page->view->color ? COLOR_OFF "\n" : "\n");
    size_t i = first;
    for (; i < page->changes.count && page->changes.items[i].section == index; i++) {
        append_entry(page, &page->changes.items[i]);
    }
    return i;
}

static void append_left(const struct page *page)
{
    if (page->left.count == 0) {
        return;
    }
    text_append(page->out, page->out->size > 0 ? "\n" : "");
    append_colored(page, COLOR_BOLD, "Left as it is, with the reason:");
    text_append_char(page->out, '\n');
    for (size_t i = 0; i < page->left.count; i++) {
        struct entry *entry = &page->left.items[i];
        CLEANUP(text_free) struct text line = {0};
        CLEANUP(text_free) struct text reason = {0};
        fleet_reason_join(entry->reasons.items, entry->reasons.count, &reason);
        append_foreign(&entry->what, text_string(&reason));
        resource_append_count(&line, entry->count, entry->kind);
        text_printf(&line, ", %s", text_string(&entry->what));
        text_append_repeat(page->out, ' ', INDENT);
        append_words(page, text_string(&line), INDENT, INDENT_BELOW);
        text_append_repeat(page->out, ' ', INDENT_BELOW);
        append_words(page, names_of(page, entry), INDENT_BELOW, INDENT_BELOW);
    }
}

void plan_view_append(const struct plan_view *view, struct text *out)
{
    CLEANUP(page_free) struct page page = {.view = view, .out = out};

    gather(&page);
    gather_left(&page);
    if (page.changes.count > 0) {
        qsort(page.changes.items, page.changes.count, sizeof(page.changes.items[0]), compare_entries);
    }
    for (size_t i = 0, next = 0; i < page.sections.count; i++) {
        next = append_section(&page, i, next);
    }
    append_left(&page);
}

static void append_member(const struct plan_view *view, const char *name, const char *value, struct text *out)
{
    enum { LEFT = 10 };
    CLEANUP(text_free) struct text safe = {0};

    if (value == NULL || value[0] == '\0') {
        return;
    }
    append_foreign(&safe, value);
    text_printf(out, "%-*s", LEFT, name);
    text_append_wrapped(out, text_string(&safe), NULL, LEFT, LEFT, view->columns);
    text_append_char(out, '\n');
}

void plan_view_append_head(const struct plan_view *view, struct text *out)
{
    const struct plan_file *file = view->file;
    CLEANUP(text_free) struct text policy = {0};
    CLEANUP(text_free) struct text regions = {0};
    CLEANUP(text_free) struct text made = {0};

    if (file->policy != NULL) {
        text_printf(&policy, "%s, as of %s, %s", file->policy, file->as_of != NULL ? file->as_of : "?",
                    file->policy_digest != NULL ? file->policy_digest : "");
    }
    for (size_t i = 0; i < file->place_count; i++) {
        const struct plan_file_place *place = &file->places[i];
        text_printf(&regions, "%s%s", i > 0 ? ", " : "", place->region[0] != '\0' ? place->region : place->api);
    }
    text_printf(&made, "%s by vpcmeta %s", file->created_at, file->version);
    append_member(view, "Plan", file->digest, out);
    append_member(view, "Made", text_string(&made), out);
    append_member(view, "Expires", file->expires_at, out);
    append_member(view, "Policy", text_string(&policy), out);
    append_member(view, "Account", file->account, out);
    append_member(view, file->place_count == 1 ? "Region" : "Regions", text_string(&regions), out);
}
