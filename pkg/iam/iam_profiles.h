/*
 * iam_profiles: the names of the trusted profiles of an account (facts-next.md 2.1), for those who know them by id.
 */
#ifndef IAM_IAM_PROFILES_H
#define IAM_IAM_PROFILES_H

#include "iam/iam.h"

struct iam_profiles;

/* Begins to read them, page by page; they are there when the session of `iam` has run. `account` without "a/". */
struct iam_profiles *iam_profiles_begin(struct iam *iam, const char *account) __attribute__((warn_unused_result));

/* False, with the error, when they could not be read: what was read is there all the same. */
bool iam_profiles_check(const struct iam_profiles *profiles, struct err *e) __attribute__((warn_unused_result));

/* The name of the profile of that id or CRN; NULL: it is not known. Borrowed. */
const char *iam_profiles_name(const struct iam_profiles *profiles, const char *id_or_crn);

/* Whether one has that name, id or CRN; else appends ": did you mean fleet-reader?" where a name is near. */
bool iam_profiles_has(const struct iam_profiles *profiles, const char *word, struct text *ret_nearest);

/* NULL allowed. Runs the session first where the reading has no end so far. */
void iam_profiles_destroy(struct iam_profiles *profiles);

#endif
