/*
 * verbs: what the nouns have in common. cmd_<noun>.c declares the commands of a noun by the macros below; the kind is the
 * command's subject. Nothing here knows which kind it works on but by its descriptor.
 */
#ifndef VPCMETA_VERBS_H
#define VPCMETA_VERBS_H

#include "app.h"
#include "fleet/fleet.h"

struct list_opts {
    struct selector_opts select;
    bool profile_details;
};
extern const struct opt_spec list_opt[];
#define VERB_LIST(kind)                                                                       \
    .arguments = "[NAME|ID|CRN...]", .opts = list_opt, .opts_size = sizeof(struct list_opts), \
    .max_args = CMD_ANY_ARGS, .run = verb_list, .subject = &(kind)
int verb_list(struct app *app, const struct cli_call *call, struct err *e);

#define VERB_SHOW(kind) \
    .arguments = "NAME|ID|CRN...", .min_args = 1, .max_args = CMD_ANY_ARGS, .run = verb_show, .subject = &(kind)
int verb_show(struct app *app, const struct cli_call *call, struct err *e);

struct create_opts {
    const char *file, *name;
    struct metadata_opts metadata;
    struct profile_opts profile;
    bool dry_run, yes;
};
extern const struct opt_spec create_opt[];
#define VERB_CREATE(kind)                                                                                 \
    .opts = create_opt, .opts_size = sizeof(struct create_opts), .flags = CMD_WRITES, .run = verb_create, \
    .subject = &(kind)
int verb_create(struct app *app, const struct cli_call *call, struct err *e);

struct set_opts {
    struct selector_opts select;
    struct metadata_opts metadata;
    struct profile_opts profile; /* only to refuse it with the way out */
    struct write_opts write;
};
extern const struct opt_spec set_opt[];
#define VERB_SET(kind)                                                                                           \
    .arguments = "[NAME|ID|CRN...]", .opts = set_opt, .opts_size = sizeof(struct set_opts), .flags = CMD_WRITES, \
    .max_args = CMD_ANY_ARGS, .run = verb_set, .subject = &(kind)
int verb_set(struct app *app, const struct cli_call *call, struct err *e);

/* --- pieces that verbs share ------------------------------------------------------------------------ */

/*
 * Reads the trusted profile of every record (GET {id}/initialization, many at a time) and gives an array of new
 * references, NULL where there is none. Free it with verb_free_profiles.
 */
json_t **verb_read_profiles(const struct plan_scope *scope, const struct resource_list *list, struct err *e);
void verb_free_profiles(json_t **profiles, size_t count);

/* {"schema_version":1,"complete":true}, or complete false with the lines of `missing` as a list. New reference. */
json_t *verb_list_head(const struct text *missing);

/*
 * The exit status of an inventory: 0, or that of ERR_INCOMPLETE, set with what is missing; `what` is "list" or the like.
 */
int verb_inventory_status(const char *what, const struct text *missing, struct err *e);

/* Reads every resource of the kinds, whatever was selected. Adds to `missing` as plan_select does, each line once. */
bool verb_read_all(const struct plan_scope *scope, const struct resource_kind *const kinds[], size_t kind_count,
                   struct resource_list *into, struct text *missing, struct err *e) __attribute__((warn_unused_result));

/*
 * Gives each instance group the settings of its template, having none of its own; a group whose template is gone is
 * left without. `missing` as above.
 */
bool verb_take_template_settings(const struct plan_scope *scope, struct resource_list *groups, struct text *missing,
                                 struct err *e) __attribute__((warn_unused_result));

/*
 * Prints what became of a run in the wanted format; of a dry run what would become of it, marked as such. `run_id` is
 * made by verb_run_id.
 */
bool verb_print_results(struct app *app, const struct fleet_run *run, const char *run_id, bool dry_run, struct err *e)
    __attribute__((warn_unused_result));
extern const struct table_column verb_result_columns[];
extern const size_t verb_result_columns_count;

enum { VERB_RUN_ID_SIZE = 32 };
/* "20261120-233059-5f3a9c": when, and a random part. */
void verb_run_id(char run_id[VERB_RUN_ID_SIZE]);

/* "1 instance", "12 bare metal servers". */
void verb_append_count(struct text *out, size_t count, const struct resource_kind *kind);

/*
 * Checks a body against a schema of the catalog and prints every fault with its place (in `document`, when the body came
 * from a file). ERR_INVALID, or ERR_UNDECIDED, with a summary.
 */
bool verb_check_body(struct app *app, const char *schema_name, const json_t *body, const struct json_document *document,
                     struct err *e) __attribute__((warn_unused_result));

/* The line of progress of a run; its parts are private to verb_progress.c. */
struct verb_progress {
    size_t done, total;
    int64_t started_ms, drawn_ms;
    bool shown;
};
struct verb_progress verb_progress_begin(const struct app *app, const struct plan *plan);
void verb_progress_step(const struct fleet_result *result, const struct fleet_summary *summary, void *context);
void verb_progress_end(const struct verb_progress *progress);

#endif
