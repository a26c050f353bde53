/* Completion: fields, regions, statuses, rules, schemas and recorded runs, as far as they are known locally. */
#include "known_words.h"

#include <string.h>

#include "app.h"
#include "audit/audit.h"
#include "audit_scope.h"
#include "commands.h"
#include "history/history.h"
#include "resource/resource_metadata.h"

enum { RUNS_MAX = 50 }; /* the newest */

static void add_fields(const struct cmd_spec *command, struct cli_known *known)
{
    if (command != NULL && command->fields != NULL) {
        command->fields(command, known);
    }
}

static void add_topics(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    for (const struct cli_topic *topic = commands_topics; topic->name != NULL; topic++) {
        cli_known_add(known, topic->name, "");
    }
}

static void add_regions(const struct cmd_spec *command, struct cli_known *known)
{
    const char *region;

    (void)command;
    for (size_t i = 0; (region = vpc_region_known(i)) != NULL; i++) {
        cli_known_add(known, region, "");
    }
    cli_known_add(known, "all", "every region of the account");
}

static void add_zones(const struct cmd_spec *command, struct cli_known *known)
{
    enum { ZONES = 3 }; /* of a region (vpc-api.md 1.1) */
    const char *region;

    (void)command;
    for (size_t i = 0; (region = vpc_region_known(i)) != NULL; i++) {
        for (int zone = 1; zone <= ZONES; zone++) {
            CLEANUP(text_free) struct text name = {0};
            text_printf(&name, "%s-%d", region, zone);
            cli_known_add(known, text_string(&name), "");
        }
    }
}

static void add_statuses(const struct cmd_spec *command, struct cli_known *known)
{
    const struct resource_kind *only = command != NULL ? command->subject : NULL;

    for (size_t kind = 0; resource_kinds[kind] != NULL; kind++) {
        const char *const *statuses = resource_kinds[kind]->statuses;
        bool wanted = only == NULL || only == resource_kinds[kind];
        for (size_t i = 0; wanted && statuses != NULL && statuses[i] != NULL; i++) {
            cli_known_add(known, statuses[i], "");
        }
    }
}

static void add_rules(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    for (size_t rule = 0; audit_check_ids[rule] != NULL; rule++) {
        cli_known_add(known, audit_check_ids[rule], audit_checks[rule].title);
    }
}

static void add_schemas(const struct cmd_spec *command, struct cli_known *known)
{
    struct err ignored = ERR_INIT;
    struct schema_catalog *catalog = schema_catalog_open(NULL, &ignored);

    (void)command;
    for (size_t i = 0; catalog != NULL && i < schema_catalog_count(catalog); i++) {
        const struct schema_entry *entry = schema_catalog_at(catalog, i, &ignored);
        if (entry != NULL) {
            cli_known_add(known, entry->name, entry->title);
        }
    }
    schema_catalog_close(catalog);
}

/* Only a run that was cut off can be resumed. */
static void add_runs(const struct cmd_spec *command, struct cli_known *known)
{
    struct err ignored = ERR_INIT;
    HISTORY_CLEANUP struct history *history = app_open_history_as_is(&ignored);
    CLEANUP(history_runs_free) struct history_runs runs = {0};

    if (history == NULL || !history_list_runs(history, &runs, &ignored) || runs.count == 0) {
        return;
    }
    if (command != &cmd_runs_resume || runs.items[0].state == HISTORY_INTERRUPTED) {
        cli_known_add(known, "last", "the newest run");
    }
    for (size_t i = 0; i < runs.count && i < RUNS_MAX; i++) {
        const struct history_run *run = &runs.items[i];
        CLEANUP(text_free) struct text help = {0};
        if (command == &cmd_runs_resume && run->state != HISTORY_INTERRUPTED) {
            continue;
        }
        text_printf(&help, "%s, %s", run->command, history_state_name(run->state));
        cli_known_add(known, run->id, text_string(&help));
    }
}

/* Those of which the findings are kept. */
static void add_audits(const struct cmd_spec *command, struct cli_known *known)
{
    struct err ignored = ERR_INIT;
    HISTORY_CLEANUP struct history *history = app_open_history_as_is(&ignored);
    CLEANUP(history_audits_free) struct history_audits audits = {0};

    (void)command;
    if (history == NULL || !history_list_audits(history, &audits, &ignored) || audits.count == 0) {
        return;
    }
    cli_known_add(known, "last", "the newest complete audit of the same scope");
    for (size_t i = 0; i < audits.count && i < RUNS_MAX; i++) {
        CLEANUP(text_free) struct text help = {0};
        audit_scope_describe(&audits.items[i].scope, NULL, &help);
        if (audits.items[i].detailed) {
            cli_known_add(known, audits.items[i].id, text_string(&help));
        }
    }
}

static void add_metadata_paths(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    for (const struct resource_metadata_path *at = resource_metadata_paths; at->path != NULL; at++) {
        cli_known_add(known, at->path, at->list ? "a list; an id may stand behind it" : "");
    }
}

typedef void add_words(const struct cmd_spec *command, struct cli_known *known);

static add_words *find_option(const char *name)
{
    static const struct {
        const char *option;
        add_words *add;
    } sources[] = {
        {"fields", add_fields},      {"topic", add_topics}, {"sort", add_fields}, {"region", add_regions},
        {"status", add_statuses},    {"zone", add_zones},   {"as", add_schemas},  {"rule", add_rules},
        {"exclude-rule", add_rules}, {"since", add_audits},
    };

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (strcmp(sources[i].option, name) == 0) {
            return sources[i].add;
        }
    }
    return NULL;
}

static add_words *find_arguments(const struct cmd_spec *command)
{
    static const struct {
        const struct cmd_spec *command;
        add_words *add;
    } sources[] = {
        {&cmd_runs_show, add_runs},
        {&cmd_runs_resume, add_runs},
        {&cmd_runs_retry, add_runs},
        {&cmd_runs_rollback, add_runs},
        {&cmd_schema_show, add_schemas},
        {&cmd_schema_example, add_schemas},
        {&cmd_metadata_get, add_metadata_paths},
    };

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (sources[i].command == command) {
            return sources[i].add;
        }
    }
    return NULL;
}

void known_words(const struct cmd_spec *command, const struct opt_spec *option, struct cli_known *known)
{
    add_words *add = option != NULL ? find_option(option->name) : find_arguments(command);

    if (add != NULL) {
        add(command, known);
    }
}
