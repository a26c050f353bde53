/*
 * audit_expect: findings that are expected, in a file that can only shrink. One that is not in the file is a finding;
 * one that is in the file and is found no more is a note to take it out.
 *
 * The file is what `audit -o json`, `-o jsonl` or `-o csv` prints, or lines "RULE NAME", with the id or the CRN in
 * place of the name where a name is not enough; `#` begins a comment.
 */
#ifndef VPCMETA_AUDIT_EXPECT_H
#define VPCMETA_AUDIT_EXPECT_H

#include "app.h"
#include "audit/audit_absence.h"
#include "fsio/fsio_draft.h"
#include "mem/mem.h"

/* Begins every file that is written. */
#define AUDIT_EXPECT_HEADING "# expected findings: RULE and resource"

struct audit_expected {
    const char *rule, *word; /* id of the check; name, id or CRN of the resource */
    size_t line;             /* of the file; 0: unknown */
    bool found;              /* a finding of the audit is about it */
    enum audit_absence absence;
};

/* Zero-initialised: no file. Freed with audit_expect_free. */
struct audit_expect {
    const char *path; /* NULL: there is no file, and all that follows is empty */
    struct audit_expected *items;
    size_t count, capacity;
    struct mem_map by_key; /* "RULE\nWORD" */
    struct text_arena memory;
    bool *expected;          /* of each finding of the audit */
    size_t matched, extra;   /* findings that fail: in the file, and not */
    size_t missing, unknown; /* of the file: gone, and those that this audit has not read, selected or judged */
};

/* Reads the file, before any request. ERR_USAGE with its place where a line is malformed or names no rule. */
bool audit_expect_open(const struct app *app, const char *path, struct audit_expect *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Fills in what was found; `effect` of the selection names the parts that could not be read. */
void audit_expect_compare(struct audit_expect *expect, const struct audit *audit,
                          const struct inventory_effect *effect);

/* New reference: {"file","matched","extra","missing","extra_findings":[],"missing_findings":[]}; "unknown" if any. */
json_t *audit_expect_json(const struct audit_expect *expect, const struct audit *audit);

/* Appends "Expected by FILE: 12 found, 1 more is not expected, 2 are gone", and a line each for the first of them. */
void audit_expect_describe(const struct audit_expect *expect, const struct audit *audit, struct text *out);

/*
 * Writes the findings that fail, a line each, sorted, and publishes the file; of an audit with --expect only those that
 * were expected, so that the file shrinks, and those that it cannot know of as they are. ERR_IO.
 */
bool audit_expect_write(const struct audit_expect *expect, const struct audit *audit, struct fsio_draft *file,
                        struct err *e) __attribute__((warn_unused_result));

void audit_expect_free(struct audit_expect *expect); /* for CLEANUP */

#endif
