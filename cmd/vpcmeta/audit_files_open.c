/* What can be known to go wrong with the files that an audit writes, before any request. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_expect.h"
#include "audit_files.h"
#include "audit_files_words.h"
#include "fsio/fsio_draft.h"

/* Whether the path is what standard output is, so that both would write there. */
static bool is_output(const struct stat *status)
{
    struct stat output;

    return fstat(STDOUT_FILENO, &output) == 0 && output.st_dev == status->st_dev && output.st_ino == status->st_ino &&
           (!S_ISCHR(status->st_mode) || isatty(STDOUT_FILENO));
}

/* The path without links of a file that is there or will be; NULL: of none that stays, such as a device. */
static char *real_path(const char *path)
{
    struct stat status;
    CLEANUP(text_free) struct text real = {0};

    if (stat(path, &status) == 0) {
        return S_ISREG(status.st_mode) ? realpath(path, NULL) : NULL;
    }
    CLEANUP(text_free_pointer) char *folder = fsio_folder_of(path);
    CLEANUP(text_free_pointer) char *real_folder = realpath(folder, NULL);
    const char *slash = strrchr(path, '/');
    if (real_folder == NULL) {
        return NULL;
    }
    text_printf(&real, "%s/%s", real_folder, slash != NULL ? slash + 1 : path);
    return text_take(&real);
}

static bool is_same_file(const char *real, const char *path)
{
    if (real == NULL || path == NULL || strcmp(path, "-") == 0) {
        return false;
    }
    CLEANUP(text_free_pointer) char *other = real_path(path);
    return text_equal(real, other);
}

static bool check_output_file(const struct audit_file *file, struct err *e)
{
    const char *report = report_format_names[file->format];

    return file->report ? err_set(e, ERR_USAGE,
                                  "--report %s is where standard output goes, too: --report %s=- puts the report in "
                                  "the place of the findings",
                                  file->word, report)
                        : err_set(e, ERR_USAGE, "%s %s is where standard output goes, too: name another file",
                                  file->option, file->word);
}

static bool check_place(const struct audit_file *file, struct err *e)
{
    struct stat status;
    CLEANUP(text_free_pointer) char *folder = fsio_folder_of(file->path);
    CLEANUP(text_free) struct text quoted = {0};

    if (stat(file->path, &status) == 0) {
        return !is_output(&status) || check_output_file(file, e);
    }
    if (strncmp(file->path, "~/", 2) == 0) {
        return err_set(e, ERR_USAGE, "%s %s: the shell leaves ~ as it is there: write \"$HOME\"%s", file->option,
                       file->word, file->path + 1);
    }
    cli_quote(&quoted, folder);
    return stat(folder, &status) == 0 || err_set(e, ERR_USAGE, "%s %s: the folder %s does not exist: mkdir -p %s",
                                                 file->option, file->word, folder, text_string(&quoted));
}

/* A file that another one of these or the command itself is about. */
static bool check_others(const struct audit_files *files, const struct audit_file *file,
                         const struct audit_inputs *inputs, struct err *e)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct audit_file *other = &files->items[i];
        if (other != file && file->real != NULL && text_equal(file->real, other->real)) {
            return err_set(e, ERR_USAGE, "%s %s and %s %s are the same file", other->option, other->word, file->option,
                           file->word);
        }
    }
    if (file->report && is_same_file(file->real, inputs->expect)) {
        return err_set(e, ERR_USAGE, "%s %s would replace %s, which the audit uses", file->option, file->word,
                       inputs->expect);
    }
    for (size_t i = 0; i < inputs->count; i++) {
        if (is_same_file(file->real, inputs->reads[i])) {
            return err_set(e, ERR_USAGE, "%s %s would replace %s, which the audit uses", file->option, file->word,
                           inputs->reads[i]);
        }
    }
    return true;
}

static bool open_file(const struct audit_files *files, struct audit_file *file, const struct audit_inputs *inputs,
                      struct err *e)
{
    if (!check_place(file, e)) {
        return false;
    }
    file->real = real_path(file->path);
    if (!check_others(files, file, inputs, e)) {
        return false;
    }
    file->draft = fsio_draft_open(file->path, e);
    if (file->draft == NULL || (file->report && !fsio_draft_share(file->draft, e))) {
        e->code = ERR_USAGE; /* nothing was sent */
        return err_wrap(e, "%s %s", file->option, file->word);
    }
    return true;
}

/* Whether the file, where it is one, begins like those that --write-expected writes. */
static bool is_own_list(const char *path)
{
    char bytes[sizeof(AUDIT_EXPECT_HEADING) - 1];
    FILE *file = fopen(path, "re");
    size_t size = file != NULL ? fread(bytes, 1, sizeof(bytes), file) : 0;

    if (file != NULL) {
        (void)fclose(file);
    }
    return size == 0 || (size == sizeof(bytes) && memcmp(bytes, AUDIT_EXPECT_HEADING, size) == 0);
}

static bool open_expected(struct audit_files *files, const struct audit_inputs *inputs, struct err *e)
{
    struct audit_file *file = &files->expected;
    struct stat status;

    if (inputs->write_expected == NULL) {
        return true;
    }
    *file = (struct audit_file){
        .option = "--write-expected", .word = inputs->write_expected, .path = inputs->write_expected};
    if (strcmp(file->path, "-") == 0) {
        return err_set(e, ERR_USAGE,
                       "--write-expected -: the list is written to a file, not to standard output: name "
                       "one");
    }
    if (!open_file(files, file, inputs, e)) {
        return false;
    }
    bool stays = stat(file->path, &status) == 0 && S_ISREG(status.st_mode);
    return !stays || is_same_file(file->real, inputs->expect) || is_own_list(file->path) ||
           err_set(e, ERR_USAGE,
                   "--write-expected %s: this file is there and is not a list of expected findings that a command "
                   "wrote: name another file, or remove it",
                   file->path);
}

bool audit_files_open(const struct app *app, const struct audit_files_opts *opts, const struct audit_inputs *inputs,
                      struct audit_files *ret, struct err *e)
{
    if (!audit_files_read_words(app, opts, ret, e)) {
        return false;
    }
    for (size_t i = 0; i < ret->count; i++) {
        if (strcmp(ret->items[i].path, "-") != 0 && !open_file(ret, &ret->items[i], inputs, e)) {
            return false;
        }
    }
    return open_expected(ret, inputs, e);
}

static void close_file(struct audit_file *file)
{
    fsio_draft_close(file->draft);
    free(file->real);
}

void audit_files_close(struct audit_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        close_file(&files->items[i]);
    }
    close_file(&files->expected);
    free(files->items);
    *files = (struct audit_files){0};
}
