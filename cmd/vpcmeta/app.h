/*
 * app: the state of the program: what one command needs and the next one of a shell goes on using (connections, token).
 * The only place that reads the environment and prints.
 */
#ifndef VPCMETA_APP_H
#define VPCMETA_APP_H

#include "cli/cli.h"
#include "command.h"
#include "iam/iam.h"
#include "inventory/inventory.h"
#include "options.h"
#include "render/render.h"
#include "schema/schema_catalog.h"

struct app {
    const struct cli_program *program;
    struct secrets *secrets;           /* of the process: what is registered stays until it ends */
    const struct cli_call *shell_call; /* of the shell around the command, or NULL */
    const char *command;               /* under way: "instance set" */
    const char *const *words;          /* of the command line under way, `words_count` of them */
    size_t words_count;
    const char *where;                 /* in a script the command stands ("change.txt:3"), for errors; or NULL */
    const struct global_opts *globals; /* of the command under way */
    const struct global_opts *given;   /* the same before app_adopt_place: as they were typed */
    struct global_opts adopted;        /* what `globals` is after app_adopt_place; its strings in: */
    struct text_arena adopted_memory;
    struct command limits;       /* of the command under way */
    struct query *jq;            /* --jq of the command under way; NULL until it is needed */
    struct session *session;     /* that the command uses, one of the two below; NULL until it needs one */
    struct session *api_session; /* kept from one command of a shell to the next, as the other one */
    struct session *metadata_session;
    struct schema_catalog *schemas; /* NULL until a command needs them */
    char *schema_dir;               /* where the schemas came from; NULL: embedded */
    struct app_progress *progress;  /* NULL: none is shown */
    struct app_busy *busy;          /* NULL before app_busy_open */
    FILE *usual_output;             /* what stdout was before app_open_output; NULL: it still is */
    struct app_pager *pager;        /* NULL: what is printed is shown at once */
};

/* Parses and runs one command line (without the program's name); prints its error. Returns the exit status. */
int app_run(struct app *app, size_t count, const char *const words[]);

/* The secrets that the environment holds are registered before any word is read. */
void app_open_secrets(struct app *app);

/* Gives back everything; the app is empty again. */
void app_free(struct app *app);

/*
 * Where to work, according to the options: opens the session on the first call and keeps it for later commands with the
 * same options. Sends nothing but, for `--region all`, the question for the regions. The scope lives as long as the
 * app. False after a request: `ret_scope->http` is set, and programs get an object all the same (cli.md, "Output").
 */
bool app_connect(struct app *app, struct inventory_scope *ret_scope, struct err *e) __attribute__((warn_unused_result));

/* Only the session, for what is decided before any request; appends the endpoint that is named, if one is. */
bool app_open(struct app *app, struct text *ret_endpoint, struct err *e) __attribute__((warn_unused_result));

/*
 * The metadata service of the server that this runs on: --metadata-url, else what the environment names. Needs no
 * credentials; sends nothing yet. Borrowed from the session.
 */
bool app_open_metadata(struct app *app, struct imds **ret_imds, struct err *e) __attribute__((warn_unused_result));

/*
 * The command under way works in this place, for what --region and --endpoint do not say: also where the environment
 * names another. Copies the place.
 */
void app_adopt_place(struct app *app, const struct cli_place *place);

/* The files that the options and the environment name for a command to read, and their count; entries may be NULL. */
enum { APP_INPUT_FILES = 9 };
size_t app_input_files(const struct app *app, const char *ret[APP_INPUT_FILES]);

/* Whether neither the command line nor a variable of the environment says how to log in. */
bool app_lacks_login(const struct app *app);

/* The command under way logs in so. NULL: it says nothing. Copies. */
void app_adopt_login(struct app *app, const char *auth, const char *api_key_file);

/* The place of a command that works where this one does: as it was given, and with the login that the policy names. */
struct cli_place app_given_place(const struct app *app);

/* The compiled-in JSON Schemas, or those of --schema-dir. */
struct schema_catalog *app_schemas(struct app *app, struct err *e);

/* --- printing: data on standard output, everything else on standard error -------------------------- */

/*
 * Before the first command: where standard output is a pipe, the wait for a reader that does not read ends as a command
 * does (command_await_reader). Closing prints the rest.
 */
void app_open_output(struct app *app);
void app_close_output(struct app *app);

/*
 * Where a command prints its data: standard output, or where that is a terminal and the command prints what is read
 * from top to bottom (CMD_PAGED), memory until the end of the command. What is longer than the screen is then shown by
 * a pager: VPCMETA_PAGER, PAGER or less. Every message on standard error shows first what was printed before it.
 */
FILE *app_stdout(const struct app *app);
void app_pager_begin(struct app *app);
void app_pager_show(const struct app *app);
/* Shows the rest; the errors of render, also those of app_pager_show. Appends that a pager could not be started. */
bool app_pager_end(struct app *app, struct text *ret_warning, struct err *e) __attribute__((warn_unused_result));

/* How tables and documents shall look. `fields` belong to tables. */
struct render_options app_render_options(const struct app *app);

/* How JSON shall look. */
struct render_json_style app_json_style(const struct app *app);

/* Whether people read the output: a table without --jq. */
bool app_prints_text(const struct app *app);

/* Prints a table or a document in the wanted format, through --jq when that is given. --sort and --limit hold. */
bool app_print_table(struct app *app, struct table *table, const struct render_envelope *envelope, struct err *e)
    __attribute__((warn_unused_result));
/* The same, but in text a block of lines for each row. */
bool app_print_records(struct app *app, struct table *table, const struct render_envelope *envelope, struct err *e)
    __attribute__((warn_unused_result));
/* A table of things of one kind, which a terminal also gets the number of: a note. */
struct app_noun {
    const char *singular, *plural;
};
bool app_print_list(struct app *app, struct table *table, const struct render_envelope *envelope, struct app_noun noun,
                    struct err *e) __attribute__((warn_unused_result));
bool app_print_document(struct app *app, const json_t *document, struct err *e) __attribute__((warn_unused_result));
/* The same for the answer of a service, whose secrets were asked for; with --fields as a document. */
bool app_print_secrets(struct app *app, const json_t *document, struct err *e) __attribute__((warn_unused_result));
/* Prints a request body or a schema: as JSON also where the format is for people. */
bool app_print_body(struct app *app, const json_t *body, struct err *e) __attribute__((warn_unused_result));

/* Whether --sort or --limit is given: then rows are wanted, where a report has more than that. */
bool app_arranges_rows(const struct app *app);

/* A mistake in --jq, --fields or --sort is known before any request: call it first. `columns` may be NULL. */
bool app_check_output(struct app *app, const struct table_column *columns, size_t count, struct err *e)
    __attribute__((warn_unused_result));

/* {"schema_version":1,"complete":true}, or complete false with the lines of `missing` as a list. New reference. */
json_t *app_list_head(const struct text *missing);

/*
 * The exit status of a complete inventory, or that of ERR_INCOMPLETE, set with what is missing; `what` is "list" or the
 * like. Where several things are, a few of them are printed.
 */
int app_inventory_status(const struct app *app, const char *what, const struct text *missing, struct err *e);

/* The same, where something other than -o json names all that is missing. */
int app_incomplete(const struct app *app, const char *what, const char *named_in, const struct text *missing,
                   struct err *e);

/*
 * An inventory that broke off: programs get the object all the same, with the rows that were read and with the error in
 * `missing` (cli.md, "Output"). `items` as of the envelope. Returns the exit status of the error.
 */
int app_refuse_inventory(struct app *app, struct table *table, const char *items, struct text *missing,
                         const struct err *e);

/* Prints the rows of a question as text on standard error, whatever the format of the output is; none: nothing. */
bool app_say_table(const struct app *app, const struct table *table, struct err *e) __attribute__((warn_unused_result));

void app_error(const struct app *app, const struct err *error);
/* Each fault of a body as an error with its place, in `document` where that is not NULL. */
void app_print_faults(const struct app *app, const struct schema_faults *faults, const struct json_document *document);

/* Lines for people. */
enum app_level {
    APP_WARNING,
    APP_NOTE,     /* not with -q */
    APP_QUESTION, /* what belongs to a question, which nothing may hide */
    APP_DETAIL,   /* with -v only */
};
void app_message(const struct app *app, enum app_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define app_warn(app, ...)   app_message(app, APP_WARNING, __VA_ARGS__)
#define app_note(app, ...)   app_message(app, APP_NOTE, __VA_ARGS__)
#define app_say(app, ...)    app_message(app, APP_QUESTION, __VA_ARGS__)
#define app_detail(app, ...) app_message(app, APP_DETAIL, __VA_ARGS__)

/*
 * A line on a terminal, or JSON lines with --progress json, from now on until the end of the command or the next
 * app_progress_*: how much of lists is read (app_connect begins that; a terminal only), or how far a run of `total`
 * servers is, which app_progress_note tells. Whatever is printed takes the line away first.
 */
void app_progress_read(struct app *app);
void app_progress_write(struct app *app, size_t total);
void app_progress_note(const struct app *app, size_t done, size_t changed, size_t failed);
void app_progress_end(struct app *app);
void app_progress_hide(const struct app *app);

/*
 * Work of this machine begins that may take long, "reading the history" (a literal): it is shown as the progress is,
 * once it takes more than a second. Whatever is sent, printed or asked ends it, through app_progress_hide.
 */
void app_busy_open(struct app *app);
void app_busy_close(struct app *app);
void app_busy_begin(const struct app *app, const char *what);
void app_busy_end(const struct app *app);

/* Before the answer to a signal: of the line only the ^C stays, where the terminal has echoed it. */
void app_progress_leave(const struct app *app);

/* Columns of the terminal behind standard output or standard error; 0 when it is none. */
unsigned app_columns(int fd);

/* Whether to colour what goes to standard output or standard error. */
bool app_color(const struct app *app, int fd);

/* Whether a person can be asked: standard input and error are terminals and --no-input is not given. */
bool app_can_ask(const struct app *app);

/*
 * Prints the question and reads a line; false at the end of the input, and with ERR_CANCELLED when a signal or the
 * deadline comes first. The answer has no newline.
 */
bool app_ask(const struct app *app, struct text *ret_answer, struct err *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* At a terminal, where nothing else shows that standard input is read: "reading names from the terminal; ...". */
void app_note_input(const struct app *app, const char *what);

/* fsio_read_text, where "-" is standard input; `what` is for app_note_input. ERR_CANCELLED as app_ask. */
bool app_read_text(const struct app *app, const char *path, const char *what, size_t limit, struct text *ret,
                   struct err *e) __attribute__((warn_unused_result));

/* The same for fsio_read_items. */
bool app_read_items(const struct app *app, const char *path, const char *what, size_t limit, struct text *ret,
                    struct err *e) __attribute__((warn_unused_result));

/* The same for a JSON document; ERR_USAGE when it cannot be read. */
bool app_read_document(const struct app *app, const char *path, int flags, struct json_document *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Appends where commands work by the options and the environment: regions, or the endpoint's host. Sends nothing. */
void app_describe_target(const struct app *app, struct text *out);

#define APP_HISTORY_FILE "history.db"

/* Appends the path of a file of ours that outlives the program (XDG_STATE_HOME); nothing when there is no home. */
void app_state_path(const char *name, struct text *out);

/* The path of the history, for a command that cannot do without it; ERR_FAILED that says what to set. */
bool app_need_history_path(struct text *out, struct err *e) __attribute__((warn_unused_result));

/* The history of runs for a command that only looks back (history_open_past); errors as above, and ERR_IO. */
struct history *app_open_history(struct err *e) __attribute__((warn_unused_result));

/* The same for completion (history_open_as_is). */
struct history *app_open_history_as_is(struct err *e) __attribute__((warn_unused_result));

#endif
