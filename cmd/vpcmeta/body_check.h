/*
 * body_check: what is judged of a request body before it is sent, the same for the commands that send it and for
 * `schema check`.
 */
#ifndef VPCMETA_BODY_CHECK_H
#define VPCMETA_BODY_CHECK_H

#include "app.h"

/* Zero-initialised: valid. */
struct body_verdict {
    enum schema_verdict verdict;
    struct schema_faults faults;
    json_t *unknown; /* what --allow-unknown let through: [{"pointer", "fix"}]; NULL: nothing */
};

/* Judges the body; with --allow-unknown members that the schema does not know are no faults. */
void body_judge(const struct app *app, const struct schema *schema, const json_t *body, struct body_verdict *ret);
void body_verdict_free(struct body_verdict *verdict); /* for CLEANUP */

/*
 * Prints the faults, a warning for each unknown member that was let through, and what can be done about members that
 * were not. `document` is where the body came from, or NULL.
 */
void body_print(const struct app *app, const struct body_verdict *verdict, const struct json_document *document);

/*
 * Takes the numbers of a body as the API needs them: an integer is sent as one however it is written (2.0). ERR_INVALID
 * with a place for one that is too big.
 */
bool body_take_numbers(struct json_document *document, struct err *e) __attribute__((warn_unused_result));

/* The kind whose creation has that schema and which takes some members in an object of their own; NULL: none. */
const struct resource_kind *body_relocates(const struct schema_entry *entry);

#endif
