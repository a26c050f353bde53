/* known_columns: what a command adds to completion for --fields, as cmd_spec.fields. */
#ifndef VPCMETA_KNOWN_COLUMNS_H
#define VPCMETA_KNOWN_COLUMNS_H

#include "cli/cli.h"
#include "table/table.h"

/* Adds the names of the columns. */
void known_columns(struct cli_known *known, const struct table_column *columns, size_t count);

#endif
