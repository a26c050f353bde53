/* plan_html: a plan as one self-contained page, for those who approve it. */
#ifndef VPCMETA_PLAN_HTML_H
#define VPCMETA_PLAN_HTML_H

#include "plan/plan_file.h"

/*
 * Appends the page, which runs no script. `unusable` is why the plan cannot be carried out, NULL: it can; `apply` the
 * command that does, NULL: nothing is to be done.
 */
void plan_html(const struct plan_file *file, const char *unusable, const char *apply, struct text *out);

#endif
