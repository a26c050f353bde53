/* write_steps: the steps of a plan counted by what they do. Private to the question before a write. */
#ifndef VPCMETA_WRITE_STEPS_H
#define VPCMETA_WRITE_STEPS_H

#include "plan/plan.h"

/* Appends "create 2 instance templates, move 1 instance group, delete 2 instance templates". */
void write_append_steps(const struct plan *plan, struct text *out);

#endif
