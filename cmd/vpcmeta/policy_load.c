/* Loading the policy that a command line names: the file, exceptions beside it, and where it says to work. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "policy_read.h"
#include "wrong_file.h"

enum { POLICY_FILE_MAX = 4 * 1024 * 1024 };

static const struct opt_spec policy_opt[] = {
    OPT_FILE(struct policy_opts, policy, 0, "policy", "FILE|-|baseline",
             "the policy: a file of YAML or JSON, or the built-in one"),
    OPT_LIST(struct policy_opts, exceptions, 0, "exceptions", "FILE", "a file with more exceptions of the policy",
             .flags = OPT_FILES, .needs = "policy"),
    OPT_STRING(struct policy_opts, as_of, 0, "as-of", "DATE", "judge exceptions as of this date, instead of today"),
    OPT_FLAG(struct policy_opts, allow_unlimited, 0, "allow-unlimited-exceptions",
             "accept exceptions without an expiry date", .needs = "policy"),
    OPT_END,
};
const struct opt_group policy_group = {"Policy", policy_opt, sizeof(struct policy_opts)};

/* Today in UTC, or the date that was given: it must be one of the calendar. */
static bool choose_date(const struct policy_opts *opts, char ret[CLOCK_DATE_SIZE], struct err *e)
{
    char stamp[CLOCK_STAMP_SIZE];
    int64_t moment_s = clock_wall_s(clock_system());

    if (opts->as_of != NULL && (!clock_date_read(opts->as_of, &moment_s) || moment_s < 0)) {
        return err_set(e, ERR_USAGE, "--as-of: \"%s\" is not a date: write one as 2026-11-28", opts->as_of);
    }
    clock_stamp(moment_s, stamp);
    memcpy(ret, stamp, CLOCK_DATE_SIZE - 1);
    ret[CLOCK_DATE_SIZE - 1] = '\0';
    return true;
}

/* A line a fault. */
static bool print_faults(const struct app *app, const struct text *faults)
{
    size_t size;

    for (const char *line = text_string(faults); *line != '\0'; line += size + (line[size] == '\n')) {
        struct err fault = ERR_INIT;
        size = strcspn(line, "\n");
        err_set(&fault, ERR_INVALID, "%.*s", (int)size, line);
        app_error(app, &fault);
    }
    return false;
}

/* `option` is the one that names the file; NULL: an argument does. */
static bool read_file(const struct app *app, const char *path, const char *option, struct text *ret, struct err *e)
{
    if (!app_read_text(app, path, "the policy", POLICY_FILE_MAX, ret, e)) {
        e->code = e->code == ERR_CANCELLED ? ERR_CANCELLED : ERR_USAGE;
        return option != NULL && err_wrap(e, "--%s", option);
    }
    return true;
}

const char *policy_file_name(const char *path)
{
    return strcmp(path, "-") == 0 ? FSIO_INPUT_NAME : path;
}

static struct policy *read_policy(const struct app *app, const char *path, const char *option,
                                  const struct policy_terms *terms, struct err *e)
{
    CLEANUP(text_free) struct text content = {0};
    CLEANUP(text_free) struct text faults = {0};

    if (!read_file(app, path, option, &content, e) || !wrong_file_refuse_plan(app, path, &content, e)) {
        return NULL;
    }
    struct policy *policy = policy_read(text_string(&content), content.size, policy_file_name(path), terms, &faults, e);
    if (policy == NULL) {
        print_faults(app, &faults);
    }
    return policy;
}

static bool add_exceptions(const struct app *app, const struct opt_list *files, const struct policy_terms *terms,
                           struct policy *policy, struct err *e)
{
    for (size_t i = 0; i < files->count; i++) {
        CLEANUP(text_free) struct text content = {0};
        CLEANUP(text_free) struct text faults = {0};
        if (!read_file(app, files->items[i], "exceptions", &content, e)) {
            return false;
        }
        if (!policy_add_exceptions(policy, text_string(&content), content.size, policy_file_name(files->items[i]),
                                   terms, &faults, e)) {
            return print_faults(app, &faults);
        }
    }
    return true;
}

/* The regions that the file names. */
static void adopt_regions(struct app *app, const struct policy *policy)
{
    size_t count = policy_region_count(policy);
    const char **regions = mem_array(count + 1, sizeof(*regions));

    for (size_t i = 0; i < count; i++) {
        regions[i] = policy_region_at(policy, i);
    }
    app_adopt_place(app, &(struct cli_place){.regions = regions, .region_count = count});
    free(regions);
}

/* How the file says to log in, for a command that is given nothing; a path is relative to its folder. */
static bool adopt_login(struct app *app, const struct policy *policy, const char *path, struct err *e)
{
    CLEANUP(text_free) struct text key_file = {0};
    const char *file = policy_api_key_file(policy);
    const char *folder_end = path != NULL ? strrchr(path, '/') : NULL;
    const struct policy_place place = policy_api_key_place(policy);

    if (!app_lacks_login(app)) {
        return true;
    }
    if (file != NULL) {
        if (file[0] != '/' && strcmp(file, "-") != 0 && folder_end != NULL) {
            text_append_size(&key_file, path, (size_t)(folder_end - path) + 1);
        }
        text_append(&key_file, file);
        if (strcmp(file, "-") != 0 && access(text_string(&key_file), R_OK) != 0) {
            err_set_errno(e, ERR_USAGE, "cannot open %s", text_string(&key_file));
            return err_wrap(e, "%s:%zu:%zu: /credentials/api_key_file", policy_file_name(path), place.line,
                            place.column);
        }
    }
    app_adopt_login(app, policy_auth(policy), file != NULL ? text_string(&key_file) : NULL);
    return true;
}

bool policy_load(struct app *app, const struct policy_opts *opts, const struct policy_usual *usual,
                 struct policy_loaded *ret, struct err *e)
{
    const char *path = opts->policy != NULL ? opts->policy : usual->path;
    struct query_wait wait = command_query(&app->limits);
    struct policy_loaded loaded = {0};

    if (path == NULL) {
        return err_set(e, ERR_USAGE, "which policy? give --policy FILE; '%s policy example' prints one",
                       app->program->name);
    }
    struct schema_catalog *schemas = app_schemas(app, e);
    if (schemas == NULL || !choose_date(opts, loaded.as_of, e)) {
        return false;
    }
    const struct policy_terms terms = {.as_of = loaded.as_of,
                                       .check_ids = usual->check_ids,
                                       .baseline_hop_limit = usual->baseline_hop_limit,
                                       .faults = usual->faults,
                                       .allow_unlimited = opts->allow_unlimited,
                                       .schemas = schemas,
                                       .wait = &wait};
    loaded.path = strcmp(path, POLICY_BASELINE) != 0 ? path : NULL;
    loaded.policy = loaded.path != NULL ? read_policy(app, path, usual->operand ? NULL : "policy", &terms, e)
                                        : policy_baseline(&terms, e);
    if (loaded.policy == NULL || !add_exceptions(app, &opts->exceptions, &terms, loaded.policy, e)) {
        policy_loaded_free(&loaded);
        return false;
    }
    adopt_regions(app, loaded.policy);
    /* a command that only reads the file needs no login */
    if (!usual->operand && !adopt_login(app, loaded.policy, path, e)) {
        policy_loaded_free(&loaded);
        return false;
    }
    *ret = loaded;
    return true;
}

static bool has_region(const struct inventory_scope *scope, const char *region)
{
    bool has = false;

    for (size_t i = 0; i < scope->region_count; i++) {
        has |= text_equal(vpc_region(scope->regions[i]), region);
    }
    return has;
}

bool policy_leaves_regions_out(const struct app *app, const struct policy *policy, const struct inventory_scope *scope)
{
    const struct opt_list *given = &app->globals->regions;
    bool out = given->count > 0 && policy_region_count(policy) == 0;

    for (size_t i = 0; given->count > 0 && i < policy_region_count(policy); i++) {
        out |= !has_region(scope, policy_region_at(policy, i));
    }
    for (size_t i = 0; i < given->count; i++) {
        out = out && strcmp(given->items[i], "all") != 0;
    }
    return out;
}

void policy_loaded_free(struct policy_loaded *loaded)
{
    policy_destroy(loaded->policy);
    *loaded = (struct policy_loaded){0};
}
