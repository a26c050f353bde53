/* audit_scope: what an audit was about: account, APIs and what narrowed it. Audits of one scope can be compared. */
#ifndef VPCMETA_AUDIT_SCOPE_H
#define VPCMETA_AUDIT_SCOPE_H

#include "app.h"
#include "audit/audit.h"
#include "history/history.h"

/* What narrows an audit, all borrowed. */
struct audit_choice {
    const struct selector_opts *select;
    const struct inventory_selector *selector; /* that was read from them and from the arguments */
    const struct opt_list *rules, *excluded;   /* --rule, --exclude-rule */
    const char *severity;                      /* --severity; NULL: not given */
};

/*
 * Append JSON as struct history_scope has it: the words that narrow the audit, each option with its values in order, so
 * that the order on the command line makes no other scope; and the regions with their APIs. More than
 * AUDIT_SCOPE_TARGETS names count as one word with their digest.
 */
enum { AUDIT_SCOPE_TARGETS = 40 };
void audit_scope_selection(const struct audit_choice *choice, struct text *out);
void audit_scope_apis(const struct inventory_scope *scope, struct text *out);

/* "us-south, eu-de; account 3f1d; --vpc vpc-prod"; `regions`, names, instead of those of the scope where not NULL. */
void audit_scope_describe(const struct history_scope *scope, const json_t *regions, struct text *out);

/* Whether both are the same; an account that is not known yet (NULL) is any. */
bool audit_scope_equal(const struct history_scope *left, const struct history_scope *right);

/* Appends what differs: "it was about eu-de, this one is about us-south". */
void audit_scope_difference(const struct history_scope *was, const struct history_scope *is, struct text *out);

/* The words of the selection. New reference. */
json_t *audit_scope_selection_json(const struct history_scope *scope);

/* Of the finding, as the history has it. */
void audit_scope_fingerprint(const struct audit_finding *finding, unsigned char ret[HISTORY_FINGERPRINT_SIZE]);

/* The account as people name it: without the "a/"; "" where it is not known. Borrowed. */
const char *audit_scope_account(const struct history_scope *scope);

#endif
