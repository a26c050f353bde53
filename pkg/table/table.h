/*
 * table: typed cells in rows and columns. No formats: room render writes tables, others fill them.
 *
 * A table keeps rows compactly, because lists of tens of thousands of servers are held whole (widths are known at the
 * end only): 16 bytes a cell and the bytes of its strings, which are shared with the row above where they are equal
 * (region, zone, status). Strings are copied. Columns are borrowed and outlive the table.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/text.h"

enum table_type {
    TABLE_STRING,
    TABLE_INT,
    TABLE_BOOL,
    TABLE_TIME, /* an RFC 3339 string */
    TABLE_JSON, /* JSON text of any value: an object of details, a list */
};

enum { TABLE_BELOW_INDENT = 4 }; /* columns that the lines of TABLE_BELOW are indented by */

enum table_flags {
    TABLE_WIDE = 1 << 0,    /* not in text unless asked for by --fields; always in the other formats */
    TABLE_RIGHT = 1 << 1,   /* text: aligned to the right, as numbers are anyway */
    TABLE_FIXED = 1 << 2,   /* text: never cut, because a part of it is of no use (names, ids) */
    TABLE_SPARSE = 1 << 3,  /* text: left out when no cell of it has a value */
    TABLE_WRAP = 1 << 4,    /* text: goes on in further lines instead of being cut (reasons, messages) */
    TABLE_BELOW = 1 << 5,   /* a terminal: whole lines of its own below the row (commands to paste) */
    TABLE_STACKED = 1 << 6, /* a terminal: below the row with its heading, where the row would be too wide */
};

/* A member of JSON values that is a column of its own in CSV, behind the others. */
struct table_member {
    const char *name;     /* the heading in CSV: "before.enabled" */
    const char *path;     /* of the member: "enabled", "target/id" */
    enum table_type type; /* a value of another type has no place in the column */
};

struct table_column {
    const char *name;  /* the key in JSON, the heading in CSV, the name for --fields: the API's own term */
    const char *title; /* the heading in text; NULL: the name in capitals */
    enum table_type type;
    unsigned flags;           /* enum table_flags */
    unsigned char rank;       /* text: which goes first where the terminal is narrow: the highest; 0 stays always */
    unsigned char least;      /* text: columns that it needs at least when cut; 0: 12 */
    const char *const *words; /* all values of a string in their order (low, medium, high), NULL-terminated; or NULL */
    const struct table_member *members; /* of TABLE_JSON; ends with one without a name; NULL: none */
    size_t late_members;                /* members from this number on stand behind those of all columns; 0: none */
};

/* What a cell's value means to the eye: a colour in text, where colours are on. */
enum table_style { TABLE_PLAIN, TABLE_GOOD, TABLE_WARN, TABLE_BAD, TABLE_DIM };

enum table_state {
    TABLE_ABSENT, /* not there: no member in JSON, "-" in text, empty in CSV */
    TABLE_NULL,   /* known to be null: null in JSON */
    TABLE_VALUE,
};

/* A cell as it is read; the type is its column's. */
struct table_cell {
    union {
        const char *string; /* STRING, TIME, JSON: `size` bytes and a NUL */
        int64_t integer;
        bool boolean;
    };
    uint32_t size;
    uint8_t state; /* enum table_state */
    uint8_t style; /* enum table_style */
    bool keyed;    /* behind the NUL of the string stands another one, which the cell is sorted by */
};

struct table;

/* A table without rows. Never NULL. */
struct table *table_create(const struct table_column *columns, size_t count);

/* Frees it; NULL allowed. For CLEANUP. */
void table_release(struct table **table);
#define TABLE_CLEANUP CLEANUP(table_release)

/* Begins a new row, whose cells are all absent, and returns its number. The setters below fill this row. */
size_t table_add_row(struct table *table);

/*
 * Fill a cell of the last row. The column's type must fit (assert): _string for STRING and TIME.
 * NULL strings and _null make the cell null; a cell that is never set is absent.
 */
void table_set_string(struct table *table, size_t column, const char *string);
void table_set_int(struct table *table, size_t column, int64_t value);
void table_set_bool(struct table *table, size_t column, bool value);
void table_set_json(struct table *table, size_t column, const char *json, size_t size);
void table_set_null(struct table *table, size_t column);

/* What the string of the cell, which is set, is sorted by instead: the value that programs get ("80" of "1m 20s"). */
void table_set_key(struct table *table, size_t column, const char *key);
/* A copy of another table's cell, whose column has the same type. */
void table_copy_cell(struct table *table, size_t column, const struct table_cell *cell);
void table_set_style(struct table *table, size_t column, enum table_style style);

/* What rows are sorted by. */
struct table_order {
    size_t column;
    bool descending;
};

/*
 * Sorts the rows by the first of the orders, equal ones by the next, those that are equal in all stay as they are.
 * Numbers by value, false before true, strings by the column's words or else as people count (api-2 before api-10).
 * Cells without a value are last in both directions.
 */
void table_sort(struct table *table, const struct table_order orders[], size_t count);

/* Drops the rows behind the first `count`. */
void table_cut(struct table *table, size_t count);

size_t table_row_count(const struct table *table);
size_t table_column_count(const struct table *table);
const struct table_column *table_column(const struct table *table, size_t column);
const struct table_cell *table_cell(const struct table *table, size_t row, size_t column);

/*
 * The number of the column with this name, or SIZE_MAX. Its heading in text names a column as well, and both in any
 * case, with "-" or " " for "_": "HOPS", "hops" and "response-hop-limit" are response_hop_limit.
 */
size_t table_find_column(const struct table_column *columns, size_t count, const char *name);

#endif
