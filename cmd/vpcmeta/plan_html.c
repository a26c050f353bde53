/* The page of a plan: what it comes to, the counts of each region, what changes, and what is left with its reason. */
#include "plan_html.h"

#include <string.h>

#include "plan_html_rows.h"
#include "plan_view.h"
#include "render/render_html_chart.h"
#include "render/render_html_page.h"

static void append_verdict(const struct plan_file *file, struct text *out)
{
    struct plan_counts counts = plan_count(file->plan);

    if (counts.change == 0) {
        text_append(out, "<p class=\"verdict verdict-good\">No changes needed</p>\n");
        return;
    }
    text_append(out, "<p class=\"verdict verdict-plan\">");
    render_html_count_of(out, counts.change, "change", "changes");
    if (file->restarts > 0) {
        text_append(out, ", ");
        render_html_count_of(out, file->restarts, "server is restarted", "servers are restarted");
    }
    text_append(out, "</p>\n");
}

static void append_head(const struct plan_file *file, const char *unusable, struct text *out)
{
    CLEANUP(text_free) struct text regions = {0};

    for (size_t i = 0; i < file->place_count; i++) {
        const struct plan_file_place *place = &file->places[i];
        text_printf(&regions, "%s%s", i > 0 ? ", " : "", place->region[0] != '\0' ? place->region : place->api);
    }
    text_append(out, "<a class=\"skip\" href=\"#changes\">Skip to the changes</a>\n<header class=\"top\">\n"
                     "<h1>Metadata service plan</h1>\n");
    append_verdict(file, out);
    if (unusable != NULL) {
        text_append(out, "<div class=\"notice\" role=\"note\">");
        render_html_element(out, "p", unusable);
        text_append(out, "</div>\n");
    }
    text_append(out, "<dl class=\"facts\">\n");
    render_html_fact(out, "Account", file->account);
    render_html_fact(out, file->place_count == 1 ? "Region" : "Regions", text_string(&regions));
    render_html_fact(out, "Policy", file->policy);
    render_html_fact(out, "Made", file->created_at);
    render_html_fact(out, "Expires", file->expires_at);
    text_append(out, "</dl>\n<details class=\"kept about\"><summary>About this plan</summary>\n<dl class=\"facts\">\n");
    render_html_fact(out, "Plan", file->digest);
    render_html_fact(out, "Policy digest", file->policy_digest);
    render_html_fact(out, "Exceptions judged as of", file->as_of);
    render_html_fact(out, "Made by vpcmeta", file->version);
    text_append(out, "</dl>\n</details>\n</header>\n");
}

static void append_tile(struct text *out, size_t number, const char *words)
{
    text_printf(out, "<li%s><b>", number == 0 ? " class=\"zero\"" : "");
    render_html_number(out, number);
    text_printf(out, "</b><span>%s</span></li>\n", words);
}

static void append_tiles(const struct plan_file *file, struct text *out)
{
    struct plan_counts counts = plan_count(file->plan);

    text_append(out, "<h2 class=\"visually-hidden\">Counts</h2>\n<ul class=\"tiles others\">\n");
    append_tile(out, counts.change, counts.change == 1 ? "change" : "changes");
    append_tile(out, file->restarts, file->restarts == 1 ? "restart" : "restarts");
    append_tile(out, file->restarts_left, file->restarts_left == 1 ? "restart left to you" : "restarts left to you");
    append_tile(out, file->templates_replaced,
                file->templates_replaced == 1 ? "template replaced" : "templates replaced");
    append_tile(out, counts.unchanged, "unchanged");
    append_tile(out, plan_view_count_left(file), "left as it is");
    append_tile(out, file->unmanaged, "unmanaged");
    text_append(out, "</ul>\n");
}

static void append_cell(const struct table *table, size_t row, size_t column, struct text *out)
{
    const struct table_cell *cell = table_cell(table, row, column);

    if (table_column(table, column)->type == TABLE_INT) {
        text_append(out, "<td class=\"number\">");
        render_html_number(out, (size_t)cell->integer);
        text_append(out, "</td>");
    } else {
        render_html_element(out, "th scope=\"row\"", cell->state == TABLE_VALUE ? cell->string : "unknown region");
    }
}

/* The counts of each region, where there are several. */
static void append_regions(const struct plan_file *file, struct text *out)
{
    static const char *const titles[] = {"Region",        "Changes",  "Unchanged",
                                         "Left as it is", "Restarts", "Templates replaced"};
    TABLE_CLEANUP struct table *table = plan_view_regions(file);

    if (table_row_count(table) < 2) {
        return;
    }
    text_append(out, "<h2>Regions</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Counts by "
                     "region\"><table class=\"counts\">\n<thead><tr>");
    for (size_t i = 0; i < table_column_count(table); i++) {
        render_html_element(out, i == 0 ? "th scope=\"col\"" : "th scope=\"col\" class=\"number\"", titles[i]);
    }
    text_append(out, "</tr></thead>\n<tbody>\n");
    for (size_t row = 0; row < table_row_count(table); row++) {
        text_append(out, "<tr>");
        for (size_t i = 0; i < table_column_count(table); i++) {
            append_cell(table, row, i, out);
        }
        text_append(out, "</tr>\n");
    }
    text_append(out, "</tbody></table></div>\n");
}

void plan_html(const struct plan_file *file, const char *unusable, const char *apply, struct text *out)
{
    static const char *const styles[] = {"page", "plan", NULL};
    CLEANUP(text_free) struct text title = {0};

    text_printf(&title, "Metadata service plan %s", file->created_at);
    const struct render_html_page page = {.title = text_string(&title), .styles = styles};
    render_html_begin(&page, out);
    append_head(file, unusable, out);
    text_append(out, "<main>\n");
    append_tiles(file, out);
    if (apply != NULL) {
        text_append(out, "<h2>What to run</h2>\n<p class=\"for\">It asks before anything is changed; "
                         "<code>--dry-run</code> previews:</p>\n");
        render_html_command(out, "apply", apply, "the command");
    }
    append_regions(file, out);
    text_append(out, "<h2 id=\"changes\" tabindex=\"-1\">Changes</h2>\n");
    plan_html_changes(file, out);
    plan_html_left(file, out);
    text_append(out, "</main>\n<footer>Written by vpcmeta. The page loads nothing and sends nothing.</footer>\n");
    render_html_end(&page, out);
}
