/* Output of tables and documents, straight or through --jq. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "mem/mem.h"
#include "term/term.h"

/* For people on a terminal. A program that reads a pipe gets colours only from an explicit --color always. */
struct render_json_style app_json_style(const struct app *app)
{
    bool on_terminal = term_is_terminal(STDOUT_FILENO);

    return (struct render_json_style){.indent = on_terminal && app->globals->output.value != RENDER_JSONL,
                                      .color =
                                          app_color(app, STDOUT_FILENO) && (on_terminal || app->globals->color.given)};
}

struct render_options app_render_options(const struct app *app)
{
    const struct global_opts *globals = app->globals;

    return (struct render_options){.format = (enum render_format)globals->output.value,
                                   .program = app->program->name,
                                   .columns = app_columns(STDOUT_FILENO),
                                   .color = app_color(app, STDOUT_FILENO),
                                   .json = app_json_style(app),
                                   .no_headers = globals->no_headers,
                                   .fields = globals->fields.items,
                                   .fields_count = globals->fields.count,
                                   .secrets = app->secrets};
}

bool app_prints_text(const struct app *app)
{
    return app->globals->output.value == RENDER_TABLE && app->globals->jq == NULL;
}

/* --sort as it is for these columns: an order for each of its fields. */
static bool read_orders(const struct app *app, const struct table_column *columns, size_t count,
                        struct table_order *orders, struct err *e)
{
    const struct opt_list *fields = &app->globals->sort;

    for (size_t i = 0; i < fields->count; i++) {
        if (!render_read_order(fields->items[i], columns, count, &orders[i], e)) {
            return false;
        }
    }
    return true;
}

bool app_arranges_rows(const struct app *app)
{
    return app->globals->sort.count > 0 || app->globals->limit.given;
}

/* Does to the rows what --sort and --limit ask for. */
static bool arrange(const struct app *app, struct table *table, struct err *e)
{
    const struct global_opts *globals = app->globals;
    CLEANUP(text_free_pointer) struct table_order *orders = mem_array(globals->sort.count, sizeof(*orders));
    size_t columns = table_column_count(table);

    if (columns > 0 && !read_orders(app, table_column(table, 0), columns, orders, e)) {
        return false;
    }
    if (globals->sort.count > 0) {
        table_sort(table, orders, globals->sort.count);
    }
    if (globals->limit.given) {
        table_cut(table, (size_t)globals->limit.value);
    }
    return true;
}

bool app_check_output(struct app *app, const struct table_column *columns, size_t count, struct err *e)
{
    struct render_options options = app_render_options(app);

    if (app->globals->jq != NULL && app->jq == NULL) {
        struct query_wait wait = command_query(&app->limits);
        app->jq = query_compile(app->globals->jq, &wait, e);
        if (app->jq == NULL) {
            return err_wrap(e, "--jq");
        }
    }
    CLEANUP(text_free_pointer) struct table_order *orders = mem_array(app->globals->sort.count, sizeof(*orders));
    return columns == NULL ||
           (render_check_fields(&options, columns, count, e) && read_orders(app, columns, count, orders, e));
}

/* The results of --jq on their way to standard output. */
struct results {
    const struct app *app;
    struct text text;
    FILE *file;
    const struct secrets *secrets;
    struct render_json_style json;
    bool on_terminal;
};

enum { RESULTS_GATHERED = 64 * 1024 }; /* bytes that are worth a write */

static void results_free(struct results *results)
{
    text_free(&results->text);
}

static bool write_results(struct results *results, struct err *e)
{
    secrets_mask_answer(results->secrets, results->text.data, results->text.size);
    app_progress_hide(results->app);
    bool written = render_text(text_string(&results->text), results->text.size, results->file, e);

    text_clear(&results->text);
    return written;
}

/* Lines and tabs of a string stay, such as those of @tsv. */
static void append_safe_lines(struct text *out, const char *string, size_t size)
{
    for (size_t done = 0; done < size;) {
        size_t part = 0;
        while (done + part < size && string[done + part] != '\n' && string[done + part] != '\t') {
            part++;
        }
        text_append_safe(out, string + done, part);
        done += part;
        if (done < size) {
            text_append_char(out, string[done++]);
        }
    }
}

/* The gate reads JSON, so it stands before the colours. */
static void append_json(struct results *results, const struct query_output *output)
{
    CLEANUP(text_free) struct text json = {0};

    text_append_size(&json, output->bytes, output->size);
    secrets_mask_answer(results->secrets, json.data, json.size);
    render_style_json(&results->text, text_string(&json), json.size, results->json);
}

/* One result of --jq: strings as they are (as `jq -r`), anything else as JSON; harmless on a terminal. */
static bool append_result(void *context, const struct query_output *output, struct err *e)
{
    struct results *results = context;
    struct text *out = &results->text;

    if (!output->is_string && (results->json.indent || results->json.color)) {
        append_json(results, output);
    } else if (results->on_terminal) {
        append_safe_lines(out, output->bytes, output->size);
    } else {
        text_append_size(out, output->bytes, output->size);
    }
    text_append_char(out, '\n');
    return out->size < RESULTS_GATHERED || write_results(results, e);
}

/* What is printed: a document, or a table as rows or as a block of lines for each row. */
struct content {
    const json_t *document;
    const struct table *table;
    const struct render_envelope *envelope;
    bool blocks;
};

static bool write_content(const struct content *content, const struct render_options *options, FILE *out, struct err *e)
{
    if (content->document != NULL) {
        return render_document(content->document, options, out, e);
    }
    return content->blocks ? render_records(content->table, content->envelope, options, out, e)
                           : render_table(content->table, content->envelope, options, out, e);
}

/* As jq does it: the outputs before an error are printed. */
static bool print_results(struct app *app, struct query *query, const char *json, size_t size, struct err *e)
{
    CLEANUP(results_free)
    struct results results = {.app = app,
                              .file = app_stdout(app),
                              .secrets = app->secrets,
                              .json = app_json_style(app),
                              .on_terminal = term_is_terminal(STDOUT_FILENO)};
    struct err ignored = ERR_INIT;

    /* asked here, because a result that is there at once is taken without a wait that would notice the deadline */
    if (!command_continues(&app->limits, e)) {
        return false;
    }
    app_busy_begin(app, "running --jq");
    bool good = query_run(query, json, size, append_result, &results, e);
    if (!good && e->code == ERR_CANCELLED) {
        return false;
    }
    return write_results(&results, good ? e : &ignored) && good;
}

/* Each line of JSON Lines goes through the expression by itself; one jq serves all of them. */
static bool print_results_of_lines(struct app *app, char *lines, size_t size, struct err *e)
{
    CLEANUP(text_free) struct text expression = {0}, array = {0};
    struct query_wait wait = command_query(&app->limits);

    for (size_t i = 0; i + 1 < size; i++) {
        lines[i] = lines[i] == '\n' ? ',' : lines[i];
    }
    text_append(&array, "[");
    text_append_size(&array, lines, size);
    text_append(&array, "]");
    text_printf(&expression, ".[] | (%s\n)", app->globals->jq); /* a comment may end it */
    CLEANUP(query_release) struct query *query = query_compile(text_string(&expression), &wait, e);
    return query != NULL && print_results(app, query, text_string(&array), array.size, e);
}

/* What would be written as JSON goes through the expression of --jq. */
static bool print(struct app *app, const struct content *content, struct err *e)
{
    struct render_options options = app_render_options(app);
    CLEANUP(text_free_pointer) char *json = NULL;
    size_t size = 0;

    if (app->globals->jq == NULL) {
        CLEANUP(text_free) struct text left_out = {0};
        options.left_out = &left_out;
        bool good = write_content(content, &options, app_stdout(app), e);
        if (left_out.size > 0) {
            app_note(app, "not shown here: %s (a wider terminal, --fields or -o json shows them)",
                     text_string(&left_out));
        }
        return good;
    }
    FILE *memory = open_memstream(&json, &size);
    if (memory == NULL) {
        return err_set_errno(e, ERR_FAILED, "cannot collect the output");
    }
    bool lines = options.format == RENDER_JSONL && content->table != NULL;
    options.format = lines ? RENDER_JSONL : RENDER_JSON;
    options.json = (struct render_json_style){0};
    bool written = write_content(content, &options, memory, e);
    return fclose(memory) == 0 && written && app_check_output(app, NULL, 0, e) &&
           (lines ? print_results_of_lines(app, json, size, e) : print_results(app, app->jq, json, size, e));
}

bool app_say_table(const struct app *app, const struct table *table, struct err *e)
{
    const struct render_options options = {.format = RENDER_TABLE,
                                           .columns = app_columns(STDERR_FILENO),
                                           .color = app_color(app, STDERR_FILENO),
                                           .secrets = app->secrets};

    app_progress_hide(app);
    return table_row_count(table) == 0 || render_table(table, NULL, &options, stderr, e);
}

/* "150 instances", "first 20 of 150 instances (--limit)", "no instances"; `whole`: nothing is missing. */
static void note_count(const struct app *app, size_t shown, size_t total, const struct app_noun *noun, bool whole)
{
    const char *name = total == 1 ? noun->singular : noun->plural, *read = whole ? "" : " that could be read";

    if (!app_prints_text(app) || !term_is_terminal(STDOUT_FILENO)) {
        return;
    }
    if (total == 0) {
        app_note(app, "no %s%s", name, read);
    } else if (shown < total) {
        app_note(app, "first %zu of %zu %s%s (--limit)", shown, total, name, read);
    } else {
        app_note(app, "%zu %s%s", total, name, read);
    }
}

/*
 * What --limit has cut is still counted: in the document as "total" behind the other members of the head, for people
 * as a note. With `noun` there always is a note.
 */
static bool print_rows(struct app *app, struct table *table, const struct render_envelope *envelope, bool blocks,
                       const struct app_noun *noun, struct err *e)
{
    static const struct app_noun rows = {"row", "rows"};
    struct render_envelope counted = envelope != NULL ? *envelope : (struct render_envelope){0};
    JSON_CLEANUP json_t *head =
        counted.head != NULL ? json_copy((json_t *)counted.head) : app_list_head(&(struct text){0});
    bool whole = !json_is_false(json_object_get(head, "complete"));
    size_t total = table_row_count(table);

    if (!arrange(app, table, e)) {
        return false;
    }
    size_t shown = table_row_count(table);
    if (shown < total) {
        json_object_set_new(head, "total", json_integer((json_int_t)total));
    }
    counted.head = head;
    if (!print(app, &(struct content){.table = table, .envelope = &counted, .blocks = blocks}, e)) {
        return false;
    }
    if (noun != NULL || shown < total) {
        note_count(app, shown, total, noun != NULL ? noun : &rows, whole);
    }
    return true;
}

bool app_print_table(struct app *app, struct table *table, const struct render_envelope *envelope, struct err *e)
{
    return print_rows(app, table, envelope, false, NULL, e);
}

bool app_print_records(struct app *app, struct table *table, const struct render_envelope *envelope, struct err *e)
{
    return print_rows(app, table, envelope, true, NULL, e);
}

bool app_print_list(struct app *app, struct table *table, const struct render_envelope *envelope, struct app_noun noun,
                    struct err *e)
{
    return print_rows(app, table, envelope, false, &noun, e);
}

bool app_print_document(struct app *app, const json_t *document, struct err *e)
{
    return print(app, &(struct content){.document = document}, e);
}

bool app_print_secrets(struct app *app, const json_t *document, struct err *e)
{
    struct secrets *secrets = app->secrets;

    app->secrets = NULL; /* the gate would take out what is wanted */
    bool printed =
        app->globals->fields.count == 0 ? app_print_body(app, document, e) : app_print_document(app, document, e);
    app->secrets = secrets;
    return printed;
}

bool app_print_body(struct app *app, const json_t *body, struct err *e)
{
    CLEANUP(text_free_secret) struct text json = {0}, out = {0}; /* it may be a token */

    /* it is JSON already: only another format or --jq makes a document of it */
    if (app->globals->jq != NULL || app->globals->output.value > RENDER_JSON) {
        return app_print_document(app, body, e);
    }
    json_print(&json, body, JSON_PRINT_INDENT);
    text_append_char(&json, '\n');
    render_style_json(&out, text_string(&json), json.size, app_json_style(app));
    return render_text(text_string(&out), out.size, app_stdout(app), e);
}

json_t *app_list_head(const struct text *missing)
{
    json_t *head = json_build("{s:i, s:b}", "schema_version", 1, "complete", missing->size == 0);
    CLEANUP(text_free) struct text lines = {0};

    if (missing->size == 0) {
        return head;
    }
    json_t *parts = json_array();
    text_append(&lines, text_string(missing));
    char *next = lines.data;
    for (char *line = strsep(&next, "\n"); line != NULL; line = strsep(&next, "\n")) {
        if (line[0] != '\0') {
            json_array_append_new(parts, json_build_string(line));
        }
    }
    json_object_set_new(head, "missing", parts);
    return head;
}

int app_refuse_inventory(struct app *app, struct table *table, const char *items, struct text *missing,
                         const struct err *e)
{
    bool as_object = app->globals->output.value == RENDER_JSON || app->globals->jq != NULL;
    struct err error = ERR_INIT;

    if (as_object) {
        text_printf(missing, "%s\n", e->message);
        JSON_CLEANUP json_t *head = app_list_head(missing);
        if (!app_print_table(app, table, &(struct render_envelope){.head = head, .items = items}, &error)) {
            app_error(app, &error);
        }
    }
    return err_exit_status(e);
}

enum { MISSING_SHOWN = 10 };

/* What is missing goes to standard error as well, and makes the exit status 1 (cli.md, "Output"). */
int app_incomplete(const struct app *app, const char *what, const char *named_in, const struct text *missing,
                   struct err *e)
{
    const char *first = text_string(missing);
    size_t count = 0;

    if (missing->size == 0) {
        return 0;
    }
    for (const char *line = first; line[0] != '\0'; count++) {
        size_t size = strcspn(line, "\n");
        if (count > 0 && count < MISSING_SHOWN) {
            app_warn(app, "missing: %.*s", (int)size, line);
        }
        line += size + (line[size] == '\n');
    }
    if (count > MISSING_SHOWN) {
        app_warn(app, "missing: %zu more, which %s names", count - MISSING_SHOWN, named_in);
    }
    err_set(e, ERR_INCOMPLETE, "the %s is incomplete: %.*s", what, (int)strcspn(first, "\n"), first);
    return err_exit_status(e);
}

int app_inventory_status(const struct app *app, const char *what, const struct text *missing, struct err *e)
{
    return app_incomplete(app, what, "-o json", missing, e);
}

void app_print_faults(const struct app *app, const struct schema_faults *faults, const struct json_document *document)
{
    for (size_t i = 0; i < faults->count; i++) {
        CLEANUP(text_free) struct text line = {0};
        struct err error = ERR_INIT;
        schema_fault_print(&line, &faults->list[i], document);
        err_set(&error, ERR_INVALID, "%s", text_string(&line));
        app_error(app, &error);
    }
}
