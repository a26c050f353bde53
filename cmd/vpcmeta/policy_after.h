/* policy_after: what the audit with the same policy will find once a plan of it is carried out. */
#ifndef VPCMETA_POLICY_AFTER_H
#define VPCMETA_POLICY_AFTER_H

#include "policy_plan.h"

/*
 * Judges servers and templates as the plan makes them, by the checks of the audit; what they fail is added to what the
 * plan leaves. Warns of user_data that looks like a secret and can be read from then on.
 */
void policy_after_judge(const struct app *app, struct policy_plan *planned);

#endif
