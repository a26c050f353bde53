/*
 * render: tables and documents as text, JSON, JSON lines, CSV or YAML, a file a format.
 *
 * Text is for people: aligned by display width, fitted to the terminal, control characters of
 * foreign data escaped, colours only when asked for. The other formats are for programs: complete,
 * never cut, every value in its own type; an absent cell has no member, a null one is null.
 *
 * Output goes to a FILE, which is flushed at the end. A failure to write is an error: ERR_IO "output could not be
 * written" (a full disk), or ERR_CANCELLED with signal SIGPIPE when the reader went away and the process ignores that
 * signal: exit status 141, as if the signal had ended it, and nothing to say about it.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "err/err.h"
#include "secret/secret.h"
#include "table/table.h"
#include "text/text.h"
#include "json/json.h"

enum render_format { RENDER_TABLE, RENDER_JSON, RENDER_JSONL, RENDER_CSV, RENDER_YAML };
extern const char *const render_format_names[]; /* by enum render_format, NULL-terminated, for OPT_ENUM */

/* How JSON looks for people. All false: as programs get it. */
struct render_json_style {
    bool indent; /* by two, a member and an item a line */
    bool color;  /* keys, strings, true and false, null */
};

struct render_options {
    enum render_format format;
    const char *program; /* whose command lines are never broken in text; NULL: none are known */
    unsigned columns;    /* width of the terminal; 0: not one, nothing is cut */
    bool color;          /* colour cells and headings of text */
    struct render_json_style json;
    bool no_headers;           /* text and CSV without the line of headings */
    const char *const *fields; /* columns wanted, in this order; NULL or fields_count 0: all */
    size_t fields_count;
    struct text *left_out; /* text: gets the names of the columns for which there was no room; NULL: not wanted */
    const struct secrets *secrets; /* taken out of what is written (secret.h); NULL: none */
};

/*
 * Checks `fields` against the columns that a command will print, so that a mistake is known before
 * any request. ERR_USAGE with the nearest name and the list of all.
 */
bool render_check_fields(const struct render_options *options, const struct table_column *columns, size_t count,
                         struct err *e) __attribute__((warn_unused_result));

/* Reads what rows are sorted by: "FIELD", "FIELD:asc" or "FIELD:desc". The errors of render_check_fields. */
bool render_read_order(const char *word, const struct table_column *columns, size_t count, struct table_order *ret,
                       struct err *e) __attribute__((warn_unused_result));

/* What JSON and YAML put around the rows. */
struct render_envelope {
    const json_t *head; /* members that stand before the rows; NULL: {"schema_version":1,"complete":true} */
    const char *items;  /* the name of the list of rows; NULL: "items" */
};

/*
 * Writes a table. `envelope` may be NULL. JSON: one object, head and rows, a row a line (unless the style indents);
 * JSONL: a row a line, no head; YAML as JSON; CSV (RFC 4180, but lines end in LF so that `cut` and `read` can take
 * them): heading and rows, with the members of JSON values (table_column.members) behind the others. In CSV a string
 * that a spreadsheet would take for a formula (it begins with = + - @ in any width, TAB, CR or LF) gets a ' in front;
 * numbers are left alone.
 *
 * Text on a terminal: columns of high rank are left out where the width does not do for all (`left_out` names them);
 * what remains is wrapped or shortened, the widest first. Names and ids (TABLE_FIXED) are never shortened: where one is
 * wider than its column, the row continues in the next line. Columns asked for with `fields` are never left out. A
 * table without rows has no headings.
 */
bool render_table(const struct table *table, const struct render_envelope *envelope,
                  const struct render_options *options, FILE *out, struct err *e) __attribute__((warn_unused_result));

/*
 * As render_table, but in text every row is a block of lines: the heading that the table has, and the value, which is
 * wrapped between words where the terminal is too narrow. All columns are shown, those of TABLE_WIDE only where they
 * have a value.
 */
bool render_records(const struct table *table, const struct render_envelope *envelope,
                    const struct render_options *options, FILE *out, struct err *e) __attribute__((warn_unused_result));

/*
 * Writes any document. JSON: indented; JSONL: one line; YAML: block style; text and CSV: a line per leaf, its path
 * ("metadata_service.enabled", "keys[0].id") and its value. `fields` selects members of an object.
 */
bool render_document(const json_t *document, const struct render_options *options, FILE *out, struct err *e)
    __attribute__((warn_unused_result));

/* Appends valid JSON in the style. What steers a terminal in its strings is escaped as \uNNNN. */
void render_style_json(struct text *out, const char *json, size_t size, struct render_json_style style);

/* The version of the library that writes YAML. */
const char *render_yaml_version(void);

/* Writes a text as it is and flushes: help, scripts, pages. The errors of the room. */
bool render_text(const char *text, size_t size, FILE *out, struct err *e) __attribute__((warn_unused_result));

#endif
