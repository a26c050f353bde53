/* Reports of an audit as files: FORMAT=FILE is read and checked before any request, and written at the end. */
#include "audit_files.h"
#include "audit_files_words.h"

#include <stdlib.h>
#include <string.h>

#include "fsio/fsio_draft.h"
#include "mem/mem.h"

static const char *const format_words[] = {
    "html=", "sarif=", "sarif-github=", "junit=", "ocsf=", "csv=", "json=", NULL};

static const struct opt_spec files_opt[] = {
    OPT_LIST(struct audit_files_opts, reports, 0, "report", "FORMAT=FILE",
             "also write this report: html, sarif, sarif-github, junit, ocsf, csv, json; "
             "FILE - is standard output",
             .words = format_words),
    OPT_FLAG(struct audit_files_opts, junit_passes, 0, "junit-passes", "JUnit: a case for what passed as well",
             .needs = "report"),
    OPT_END,
};
const struct opt_group audit_files_group = {
    .heading = "Reports", .opts = files_opt, .size = sizeof(struct audit_files_opts)};

/* --- reading the words ------------------------------------------------------------------------------------ */

/* The format that a file called so usually has; NULL: none. */
static const char *format_of_name(const char *name)
{
    static const struct {
        const char *end, *format;
    } rows[] = {{".html", "html"}, {".htm", "html"}, {".sarif", "sarif"},    {".sarif.json", "sarif"},
                {".xml", "junit"}, {".csv", "csv"},  {".ocsf.json", "ocsf"}, {".json", "json"}};
    size_t size = strlen(name);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t end = strlen(rows[i].end);
        if (size > end && strcmp(name + size - end, rows[i].end) == 0) {
            return rows[i].format;
        }
    }
    return NULL;
}

static bool refuse_without_file(const char *word, struct err *e)
{
    const char *format = format_of_name(word);
    CLEANUP(text_free) struct text file = {0};

    cli_quote(&file, word);
    if (format != NULL) {
        return err_set(e, ERR_USAGE, "--report %s names no format: did you mean --report %s=%s?", word, format,
                       text_string(&file));
    }
    for (size_t i = 0; i < REPORT_FORMATS; i++) {
        if (text_same_word(word, report_format_names[i])) {
            return err_set(e, ERR_USAGE, "--report %s names no file: write --report %s=FILE", word,
                           report_format_names[i]);
        }
    }
    return err_set(e, ERR_USAGE, "--report %s is not FORMAT=FILE, such as --report html=audit.html", word);
}

static bool refuse_format(const char *format, struct err *e)
{
    CLEANUP(text_free) struct text list = {0};
    CLEANUP(text_free) struct text near = {0};

    for (size_t i = 0; i < REPORT_FORMATS; i++) {
        text_printf(&list, "%s%s", i > 0 ? ", " : "", report_format_names[i]);
    }
    text_append_nearest(&near, format, report_format_names, REPORT_FORMATS);
    return err_set(e, ERR_USAGE, "--report: the format %s is not one of %s%s", format, text_string(&list),
                   text_string(&near));
}

static bool read_word(const char *word, struct audit_file *ret, struct err *e)
{
    const char *equals = strchr(word, '=');
    CLEANUP(text_free) struct text format = {0};

    if (equals == NULL || equals == word) {
        return refuse_without_file(word, e);
    }
    text_append_size(&format, word, (size_t)(equals - word));
    ret->report = true;
    ret->option = "--report";
    ret->word = word;
    ret->path = equals + 1;
    while (ret->format < REPORT_FORMATS && !text_same_word(text_string(&format), report_format_names[ret->format])) {
        ret->format++;
    }
    if (ret->format == REPORT_FORMATS) {
        return refuse_format(text_string(&format), e);
    }
    return ret->path[0] != '\0' || refuse_without_file(report_format_names[ret->format], e);
}

/* --- what can be known before any request ------------------------------------------------------------------ */

/* What else would print there. */
static bool check_output(const struct app *app, const struct audit_files *files, struct err *e)
{
    const struct global_opts *globals = app->globals;
    const struct audit_file *first = NULL;
    const char *other = globals->output.given       ? "-o"
                        : globals->jq != NULL       ? "--jq"
                        : globals->fields.count > 0 ? "--fields"
                        : app_arranges_rows(app)    ? "--sort and --limit"
                                                    : NULL;

    for (size_t i = 0; i < files->count; i++) {
        if (strcmp(files->items[i].path, "-") != 0) {
            continue;
        }
        if (first != NULL) {
            return err_set(e, ERR_USAGE,
                           "--report %s and --report %s are both for standard output: name a file for one", first->word,
                           files->items[i].word);
        }
        first = &files->items[i];
    }
    return first == NULL || other == NULL ||
           err_set(e, ERR_USAGE,
                   "--report %s takes the place of the findings on standard output, which %s is about: name a file, or "
                   "leave out %s",
                   first->word, other, other);
}

bool audit_files_read_words(const struct app *app, const struct audit_files_opts *opts, struct audit_files *ret,
                            struct err *e)
{
    bool junit = false;

    ret->junit_passes = opts->junit_passes;
    for (size_t i = 0; i < opts->reports.count; i++) {
        struct audit_file *file = mem_list_add(ret);
        if (!read_word(opts->reports.items[i], file, e)) {
            return false;
        }
        junit = junit || file->format == REPORT_JUNIT;
        ret->on_output = ret->on_output || strcmp(file->path, "-") == 0;
    }
    if (opts->junit_passes && !junit) {
        return err_set(e, ERR_USAGE, "--junit-passes is about a report that is not written: add --report junit=FILE");
    }
    return check_output(app, ret, e);
}

/* --- writing ------------------------------------------------------------------------------------------------ */

struct target {
    struct app *app;
    const struct audit_file *file;
    struct err error; /* of a write through a FILE, which keeps only errno */
};

static bool write_piece(void *context, const char *bytes, size_t size, struct err *e)
{
    struct target *target = context;

    if (!command_continues(&target->app->limits, e)) {
        return false;
    }
    if (target->file->draft != NULL) {
        return fsio_draft_write(target->file->draft, bytes, size, e);
    }
    app_progress_hide(target->app);
    return render_text(bytes, size, app_stdout(target->app), e);
}

static void warn_of_limit(void *context, const char *line)
{
    const struct target *target = context;

    app_warn(target->app, "--report %s: %s", target->file->word, line);
}

static ssize_t write_cookie(void *context, const char *bytes, size_t size)
{
    struct target *target = context;

    return write_piece(target, bytes, size, &target->error) ? (ssize_t)size : -1;
}

/* What -o json prints goes through a FILE. */
static bool write_json(struct target *target, const struct audit_files_json *json, struct err *e)
{
    FILE *out = fopencookie(target, "w", (cookie_io_functions_t){.write = write_cookie});

    if (out == NULL) {
        return err_set_errno(e, ERR_IO, "cannot write %s", target->file->path);
    }
    bool good = json->write(json->context, out, e);
    good = fclose(out) == 0 && good;
    if (target->error.code != ERR_NONE) {
        *e = target->error;
        return false;
    }
    return good || err_set(e, ERR_IO, "cannot write %s", target->file->path);
}

static bool write_file(struct app *app, const struct audit_file *file, const struct report *report,
                       const struct audit_files_json *json, struct err *e)
{
    struct target target = {.app = app, .file = file, .error = ERR_INIT};
    const struct report_sink sink = {.write = write_piece, .warn = warn_of_limit, .context = &target};

    if (!(file->format == REPORT_JSON ? write_json(&target, json, e) : render_report(report, file->format, &sink, e)) ||
        (file->draft != NULL && !fsio_draft_publish(file->draft, e))) {
        return err_wrap(e, "--report %s", file->word);
    }
    if (file->draft != NULL) {
        app_detail(app, "wrote %s (%s, %zu finding%s)", file->path, report_format_names[file->format],
                   report->finding_count, report->finding_count == 1 ? "" : "s");
    }
    return true;
}

bool audit_files_write(struct app *app, const struct audit_files *files, const struct report *report,
                       const struct audit_files_json *json, struct err *e)
{
    for (size_t i = 0; i < files->count; i++) {
        struct err error = ERR_INIT;
        if (!write_file(app, &files->items[i], report, json, &error)) {
            err_take(e, &error);
        }
    }
    return e->code == ERR_NONE;
}
