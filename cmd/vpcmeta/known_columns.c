/* Completion: the names of columns, for the fields of a command. */
#include "known_columns.h"

void known_columns(struct cli_known *known, const struct table_column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cli_known_add(known, columns[i].name, "");
    }
}
