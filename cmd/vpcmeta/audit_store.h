/* audit_store: an audit becomes a record of the history. */
#ifndef VPCMETA_AUDIT_STORE_H
#define VPCMETA_AUDIT_STORE_H

#include "audit_past.h"

/* Stores the audit and sets past->id. Where the history cannot be written that is a warning, and nothing is stored. */
void audit_store(const struct app *app, struct audit_past *past, const struct audit *audit, const struct text *missing,
                 int exit_status);

#endif
