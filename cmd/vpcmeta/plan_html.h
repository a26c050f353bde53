/* plan_html: a plan as one self-contained page, for those who approve it. */
#ifndef VPCMETA_PLAN_HTML_H
#define VPCMETA_PLAN_HTML_H

#include "plan/plan_file.h"

/* Appends the page, which runs no script; `unusable` is why the plan cannot be carried out, NULL: it can. */
void plan_html(const struct plan_file *file, const char *unusable, struct text *out);

#endif
