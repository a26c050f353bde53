/* plan_file_format: what writing and reading of plan files share. Private to them. */
#ifndef PLAN_PLAN_FILE_FORMAT_H
#define PLAN_PLAN_FILE_FORMAT_H

#include "plan/plan_file.h"

/* A file is the beginning, the digest, and the rest, which begins with PLAN_FILE_REST. */
#define PLAN_FILE_BEGINNING "{\"vpcmeta_plan\":1,\"digest\":\""
#define PLAN_FILE_REST      "\",\n"
#define PLAN_FILE_ALGORITHM "sha256:"

/* The digest of the beginning and the rest, as if the member were empty. */
void plan_file_digest(const char *rest, size_t size, char ret[PLAN_FILE_DIGEST_SIZE]);

/* {"selected":...,"would_change":...}: for readers, who then need not count. New reference. */
json_t *plan_file_summary(const struct plan_file *file);

/* Appends the text, whatever is in it; sets the digest. */
void plan_file_print(struct plan_file *file, struct text *out);

extern const char *const plan_file_verdicts[]; /* by enum plan_verdict, NULL-terminated */

/* --- reading ------------------------------------------------------------------------------------------ */

struct plan_file_reader {
    struct resource_list *list; /* keeps words */
    struct plan *plan;
    struct err *e;
};

/* "NAME is not EXPECTED". ERR_INVALID. */
bool plan_file_refuse(const struct plan_file_reader *reader, const char *name, const char *expected);

/* Members by type; false with the error set. A string, object or number that is absent, or null, is NULL or 0. */
bool plan_file_get_word(const struct plan_file_reader *reader, const json_t *object, const char *name, bool required,
                        const char **ret);
bool plan_file_get_number(const struct plan_file_reader *reader, const json_t *object, const char *name, size_t max,
                          size_t *ret);
bool plan_file_get_flag(const struct plan_file_reader *reader, const json_t *object, const char *name, bool *ret);
bool plan_file_get_array(const struct plan_file_reader *reader, const json_t *object, const char *name, size_t max,
                         const json_t **ret);
bool plan_file_get_object(const struct plan_file_reader *reader, const json_t *object, const char *name,
                          const json_t **ret);
/* "2026-11-28T18:00:00Z": such times are ordered as strings. */
bool plan_file_get_time(const struct plan_file_reader *reader, const json_t *object, const char *name,
                        const char **ret);

/* The member `items` of the root. */
bool plan_file_read_items(const struct plan_file_reader *reader, const json_t *root);

#endif
