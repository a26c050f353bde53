/* The page of a plan: a table for each policy rule and region, and what is left with its reason. */
#include "plan_html.h"

#include <string.h>

#include "mem/mem.h"
#include "plan_view.h"
#include "render/render_html_page.h"

static void append_head(const struct plan_file *file, const char *unusable, struct text *out)
{
    CLEANUP(text_free) struct text summary = {0};
    CLEANUP(text_free) struct text regions = {0};

    plan_view_append_summary(file, &summary);
    for (size_t i = 0; i < file->place_count; i++) {
        const struct plan_file_place *place = &file->places[i];
        text_printf(&regions, "%s%s", i > 0 ? ", " : "", place->region[0] != '\0' ? place->region : place->api);
    }
    text_append(out, "<a class=\"skip\" href=\"#changes\">Skip to the changes</a>\n<header class=\"top\">\n"
                     "<h1>Metadata service plan</h1>\n");
    if (unusable != NULL) {
        text_append(out, "<div class=\"notice\" role=\"note\">");
        render_html_element(out, "p", unusable);
        text_append(out, "</div>\n");
    }
    render_html_element(out, "p", text_string(&summary));
    text_append(out, "<dl class=\"facts\">\n");
    render_html_fact(out, "Plan", file->digest);
    render_html_fact(out, "Made", file->created_at);
    render_html_fact(out, "Expires", file->expires_at);
    render_html_fact(out, "Policy", file->policy);
    render_html_fact(out, "Policy digest", file->policy_digest);
    render_html_fact(out, "Exceptions judged as of", file->as_of);
    render_html_fact(out, "Account", file->account);
    render_html_fact(out, file->place_count == 1 ? "Region" : "Regions", text_string(&regions));
    text_append(out, "</dl>\n</header>\n");
}

/* --- changes ------------------------------------------------------------------------------------------ */

static bool same_section(const struct plan_item *one, const struct plan_item *other)
{
    return text_equal(one->policy_rule, other->policy_rule) &&
           text_equal(one->resource->region, other->resource->region);
}

static const char *name_of(const struct resource *resource)
{
    return resource->name != NULL ? resource->name : resource->id;
}

static void append_row(const struct plan_file *file, const struct plan_item *item, struct text *out)
{
    static const char *const words[] = {"create", "change", "delete"};
    int word = item->action == PLAN_CREATE ? 0 : item->action == PLAN_DELETE ? 2 : 1;
    CLEANUP(text_free) struct text change = {0};

    plan_view_describe(file, item, &change);
    text_printf(out, "<tr><td class=\"sign sign-%s\">%c %s</td>", words[word], "+~-"[word], words[word]);
    render_html_element(out, "td", item->resource->kind->singular);
    render_html_element(out, "th scope=\"row\"", name_of(item->resource));
    render_html_element(out, "td class=\"words\"", text_string(&change));
    text_append(out, "</tr>\n");
}

static void append_section(const struct plan_file *file, size_t first, struct text *out)
{
    const struct plan_item *begins = &file->plan->items[first];
    CLEANUP(text_free) struct text rows = {0};
    CLEANUP(text_free) struct text heading = {0};
    size_t count = 0;

    for (size_t i = first; i < file->plan->count; i++) {
        const struct plan_item *item = &file->plan->items[i];
        if (item->verdict == PLAN_CHANGE && same_section(item, begins)) {
            append_row(file, item, &rows);
            count++;
        }
    }
    if (begins->policy_rule != NULL) {
        text_printf(&heading, "Policy rule %s, ", begins->policy_rule);
    }
    text_printf(&heading, "%s: %zu change%s", begins->resource->region != NULL ? begins->resource->region : "?", count,
                count == 1 ? "" : "s");
    render_html_element(out, "h3", text_string(&heading));
    text_append(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    render_html_attribute(out, text_string(&heading));
    text_append(out, "\"><table>\n<thead><tr><th scope=\"col\">Action</th><th scope=\"col\">Kind</th>"
                     "<th scope=\"col\">Name</th><th scope=\"col\">Change</th></tr></thead>\n<tbody>\n");
    text_append_size(out, text_string(&rows), rows.size);
    text_append(out, "</tbody></table></div>\n");
}

static void append_changes(const struct plan_file *file, struct text *out)
{
    CLEANUP(mem_set_free) struct mem_set seen = {0};

    text_append(out, "<h2 id=\"changes\" tabindex=\"-1\">Changes</h2>\n");
    for (size_t i = 0; i < file->plan->count; i++) {
        const struct plan_item *item = &file->plan->items[i];
        CLEANUP(text_free) struct text key = {0};
        text_printf(&key, "%s\n%s", item->policy_rule != NULL ? item->policy_rule : "",
                    item->resource->region != NULL ? item->resource->region : "");
        if (item->verdict == PLAN_CHANGE && mem_set_add(&seen, text_string(&key))) {
            append_section(file, i, out);
        }
    }
    if (mem_set_count(&seen) == 0) {
        text_append(out, "<p>No changes needed.</p>\n");
    }
}

static void append_left(const struct plan_file *file, struct text *out)
{
    if (file->left_count == 0) {
        return;
    }
    text_append(out, "<h2>Left as it is</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                     "aria-label=\"Left as it is\"><table>\n<thead><tr><th scope=\"col\">Name</th>"
                     "<th scope=\"col\">Kind</th><th scope=\"col\">Region</th><th scope=\"col\">Rule</th>"
                     "<th scope=\"col\">Reason</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < file->left_count; i++) {
        const struct plan_left *left = &file->left[i];
        const struct resource *resource = file->plan->items[left->item].resource;
        text_append(out, "<tr>");
        render_html_element(out, "th scope=\"row\"", name_of(resource));
        render_html_element(out, "td", resource->kind->singular);
        render_html_element(out, "td", resource->region);
        render_html_element(out, "td", left->check);
        render_html_element(out, "td class=\"words\"", left->reason);
        text_append(out, "</tr>\n");
    }
    text_append(out, "</tbody></table></div>\n");
}

void plan_html(const struct plan_file *file, const char *unusable, struct text *out)
{
    static const char *const styles[] = {"page", "plan", NULL};
    CLEANUP(text_free) struct text title = {0};

    text_printf(&title, "Metadata service plan %s", file->created_at);
    const struct render_html_page page = {.title = text_string(&title), .styles = styles};
    render_html_begin(&page, out);
    append_head(file, unusable, out);
    text_append(out, "<main>\n");
    append_changes(file, out);
    append_left(file, out);
    text_append(out, "</main>\n<footer>Written by vpcmeta. The page loads nothing and sends nothing.</footer>\n");
    render_html_end(&page, out);
}
