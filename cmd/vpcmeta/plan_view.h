/* plan_view: a plan as people read it: what changes by policy rule and region, what is left as it is and why. */
#ifndef VPCMETA_PLAN_VIEW_H
#define VPCMETA_PLAN_VIEW_H

#include "plan/plan_file.h"
#include "render/render.h"

struct plan_view {
    const struct plan_file *file;
    bool all;         /* every resource by its name, however many are alike */
    unsigned columns; /* of the terminal; 0: none, nothing is wrapped */
    bool color;
    const char *program; /* whose commands are not broken */
};

/* Appends what changes, a block for each policy rule and region, and what is left. Empty where there is neither. */
void plan_view_append(const struct plan_view *view, struct text *out);

/* Appends when and what for the plan was made. */
void plan_view_append_head(const struct plan_view *view, struct text *out);

/* The counts of each region; the caller releases it. */
struct table *plan_view_regions(const struct plan_file *file);

/*
 * {"us-south":{"would_change":...,"unchanged":...,"skipped":...,"restarts":...,"templates_replaced":...,
 * "left":...}}. New.
 */
json_t *plan_view_regions_json(const struct plan_file *file);

/* Whether the item stops and starts its server. */
bool plan_view_restarts(const struct plan_file *file, const struct plan_item *item);

/* The resources of which something is left as it is; other items of theirs may change. */
size_t plan_view_count_left(const struct plan_file *file);

/* Appends "12 changes in 2 regions, 3 servers are restarted, ..."; "no changes needed" where there are none. */
void plan_view_append_summary(const struct plan_file *file, struct text *out);

/* The name, or the id, of the template that the item creates another one from; NULL: it creates none. */
const char *plan_view_source(const struct plan_file *file, const struct plan_item *item);

/* Appends what the item changes: "enabled false -> true; stopped and started". Empty for what it skips. */
void plan_view_describe(const struct plan_file *file, const struct plan_item *item, struct text *out);

#endif
