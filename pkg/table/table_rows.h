/*
 * table_rows: the rows themselves. For the files of room table only.
 */
#ifndef TABLE_TABLE_ROWS_H
#define TABLE_TABLE_ROWS_H

#include "table/table.h"

/* table_row_count of them, each table_column_count cells. Borrowed; they may change places. */
struct table_cell **table_rows(struct table *table);

#endif
