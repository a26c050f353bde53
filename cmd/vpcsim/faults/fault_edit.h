/*
 * fault_edit: changes records in the body of an answer, as the action "edit" of a scenario says; faults.h explains the
 * members. The store keeps what it has: only what a client reads is another.
 */
#ifndef VPCSIM_FAULT_EDIT_H
#define VPCSIM_FAULT_EDIT_H

#include "err/err.h"
#include "text/text.h"
#include "json/json.h"

/* What one rule changes. All borrowed. */
struct fault_edit {
    const json_t *record; /* member or JSON pointer: value; NULL: the whole answer is the record */
    const json_t *set;    /* JSON pointer: value */
    const json_t *remove; /* array of JSON pointers */
};

/* Whether the rule says something that can be carried out. ERR_USAGE. */
bool fault_edit_check(const struct fault_edit *edit, struct err *e) __attribute__((warn_unused_result));

/* Changes the body, where it is JSON and has such records; returns whether it has. */
bool fault_edit_apply(const struct fault_edit *edit, struct text *body);

#endif
