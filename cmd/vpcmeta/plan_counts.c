/* What a plan comes to: counts by region, and the sentence that sums it up. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "plan_view.h"

enum { COUNT_CHANGE, COUNT_UNCHANGED, COUNT_SKIPPED, COUNT_RESTARTS, COUNT_TEMPLATES, COUNT_LEFT, COUNTS };
static const char *const names[COUNTS] = {"would_change", "unchanged",          "skipped",
                                          "restarts",     "templates_replaced", "left"};

struct region_counts {
    const char *region;
    size_t counts[COUNTS];
};

struct regions {
    struct region_counts *items;
    size_t count, capacity;
};

static struct region_counts *counts_of(struct regions *regions, const char *region)
{
    const char *name = region != NULL ? region : "";

    for (size_t i = 0; i < regions->count; i++) {
        if (strcmp(regions->items[i].region, name) == 0) {
            return &regions->items[i];
        }
    }
    *mem_list_add(regions) = (struct region_counts){.region = name};
    return &regions->items[regions->count - 1];
}

static int compare_regions(const void *left, const void *right)
{
    return strcmp(((const struct region_counts *)left)->region, ((const struct region_counts *)right)->region);
}

static void regions_free(struct regions *regions)
{
    free(regions->items);
}

static struct regions count_regions(const struct plan_file *file)
{
    static const int of_verdict[] = {
        [PLAN_CHANGE] = COUNT_CHANGE, [PLAN_UNCHANGED] = COUNT_UNCHANGED, [PLAN_SKIP] = COUNT_SKIPPED};
    struct regions regions = {0};

    for (size_t i = 0; i < file->plan->count; i++) {
        const struct plan_item *item = &file->plan->items[i];
        size_t *counts = counts_of(&regions, item->resource->region)->counts;
        counts[of_verdict[item->verdict]]++;
        counts[COUNT_RESTARTS] += plan_view_restarts(file, item);
        counts[COUNT_TEMPLATES] += item->action == PLAN_CREATE && item->verdict == PLAN_CHANGE;
    }
    for (size_t i = 0; i < file->left_count; i++) { /* in the order of the items; of one there may be several */
        if (i == 0 || file->left[i].item != file->left[i - 1].item) {
            counts_of(&regions, file->plan->items[file->left[i].item].resource->region)->counts[COUNT_LEFT]++;
        }
    }
    if (regions.count > 1) {
        qsort(regions.items, regions.count, sizeof(regions.items[0]), compare_regions);
    }
    return regions;
}

struct table *plan_view_regions(const struct plan_file *file)
{
    static const struct table_column columns[] = {
        {.name = "region", .type = TABLE_STRING, .flags = TABLE_FIXED},
        {.name = "change", .type = TABLE_INT},
        {.name = "unchanged", .type = TABLE_INT, .rank = 2},
        {.name = "left", .type = TABLE_INT},
        {.name = "restart", .type = TABLE_INT},
        {.name = "template", .title = "TEMPLATES", .type = TABLE_INT, .rank = 1}};
    CLEANUP(regions_free) struct regions regions = count_regions(file);
    struct table *table = table_create(columns, sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < regions.count; i++) {
        table_add_row(table);
        table_set_string(table, 0, regions.items[i].region[0] != '\0' ? regions.items[i].region : NULL);
        for (size_t j = 0; j < COUNT_LEFT; j++) {
            int64_t count = (int64_t)regions.items[i].counts[j == COUNT_SKIPPED ? COUNT_LEFT : j];
            table_set_int(table, j + 1, count);
        }
    }
    return table;
}

json_t *plan_view_regions_json(const struct plan_file *file)
{
    CLEANUP(regions_free) struct regions regions = count_regions(file);
    json_t *object = json_object();

    for (size_t i = 0; i < regions.count; i++) {
        json_t *counts = json_object();
        for (size_t j = 0; j < COUNTS; j++) {
            json_object_set_new(counts, names[j], json_integer((json_int_t)regions.items[i].counts[j]));
        }
        json_object_set_new(object, regions.items[i].region, counts);
    }
    return object;
}

/* "3 instances and 1 bare metal server": what is to be done with it in words is the caller's. */
static void append_part(struct text *out, size_t count, const char *one, const char *several)
{
    if (count > 0) {
        text_printf(out, ", %zu %s", count, count == 1 ? one : several);
    }
}

size_t plan_view_count_left(const struct plan_file *file)
{
    size_t count = 0;

    for (size_t i = 0; i < file->left_count; i++) {
        count += i == 0 || file->left[i].item != file->left[i - 1].item;
    }
    return count;
}

/* "57 are left as they are, at least in part": those of the column LEFT, and of the list with the reasons. */
static void append_left(struct text *out, const struct plan_file *file)
{
    bool parted = false;

    for (size_t i = 0; i < file->left_count; i++) {
        parted |= file->plan->items[file->left[i].item].verdict == PLAN_CHANGE;
    }
    append_part(out, plan_view_count_left(file), "is left as it is", "are left as they are");
    text_append(out, parted ? ", at least in part" : "");
}

/* Those that are skipped and of which nothing is left: members of groups that are rolled. */
static size_t count_replaced(const struct plan_file *file)
{
    size_t skipped = plan_count(file->plan).skip, last = SIZE_MAX;

    for (size_t i = 0; i < file->left_count; i++) {
        size_t item = file->left[i].item;
        skipped -= item != last && file->plan->items[item].verdict == PLAN_SKIP;
        last = item;
    }
    return skipped;
}

void plan_view_append_summary(const struct plan_file *file, struct text *out)
{
    struct plan_counts counts = plan_count(file->plan);
    CLEANUP(regions_free) struct regions regions = count_regions(file);
    size_t changing = 0;

    for (size_t i = 0; i < regions.count; i++) {
        changing += regions.items[i].counts[COUNT_CHANGE] > 0;
    }
    if (file->plan->count == 0 && file->unmanaged == 0) {
        text_append(out, "nothing was selected");
    } else if (counts.change == 0) {
        text_append(out, "no changes needed");
    } else {
        text_printf(out, "%zu change%s", counts.change, counts.change == 1 ? "" : "s");
        if (regions.count > 1) {
            text_printf(out, " in %zu region%s", changing, changing == 1 ? "" : "s");
        }
    }
    append_part(out, file->restarts, "server is restarted", "servers are restarted");
    append_part(out, file->restarts_left, "restart is left to you", "restarts are left to you");
    append_part(out, file->templates_replaced, "template is replaced", "templates are replaced");
    append_part(out, counts.unchanged, "needs no change", "need no change");
    append_part(out, count_replaced(file), "is replaced with its instance group",
                "are replaced with their instance groups");
    append_left(out, file);
    append_part(out, file->unmanaged, "is unmanaged", "are unmanaged");
}
