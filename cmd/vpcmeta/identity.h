/* identity: who works with the API: by the token, and by the user of this machine. */
#ifndef VPCMETA_IDENTITY_H
#define VPCMETA_IDENTITY_H

#include "app.h"

/*
 * {"iam_id", "name", "email", "subject", "subject_type", "account", "acting_for": {"iam_id", "name"}}: claims of a
 * token, null where it has none; "acting_for" only where a profile was assumed. New reference.
 */
json_t *identity_json(const struct iam_identity *identity);

/* The same of the session's token, where there is one to read, with "user" and "host" of the machine. New reference. */
json_t *identity_of_run(const struct app *app);

/* Appends "Ann Lee (ann@example.com, IBMid-270006)"; nothing where the object has none of it. */
void identity_describe(const json_t *who, struct text *out);

/* Appends "root@build-7"; nothing where the machine is not recorded. */
void identity_describe_machine(const json_t *who, struct text *out);

/* Appends "VALUE (SOURCE)", where it comes from; "VALUE" where that is "". */
void identity_append_with_source(struct text *out, const char *value, const char *source);

#endif
