/* plan_html_rows: the tables of the page of a plan. */
#ifndef VPCMETA_PLAN_HTML_ROWS_H
#define VPCMETA_PLAN_HTML_ROWS_H

#include "plan/plan_file.h"

/* Appends a table for each policy rule and region; equal changes are one row. */
void plan_html_changes(const struct plan_file *file, struct text *out);

/* Appends what is left as it is, with the reasons; nothing where nothing is. */
void plan_html_left(const struct plan_file *file, struct text *out);

#endif
