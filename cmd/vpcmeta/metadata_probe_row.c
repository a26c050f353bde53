/* One row of a probe, and the commands that fix what it says. */
#include "metadata_probe_row.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum { CHECK, RESULT, MESSAGE, FIX, EXPECTED, FOUND };

static const char *const result_words[] = {"pass", "fail", "note", "cannot_tell", "not_applicable", NULL};

const struct table_column metadata_probe_columns[METADATA_PROBE_COLUMNS] = {
    [CHECK] = {.name = "check", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [RESULT] = {.name = "result", .type = TABLE_STRING, .flags = TABLE_FIXED, .words = result_words},
    [MESSAGE] = {.name = "message", .type = TABLE_STRING, .flags = TABLE_WRAP, .least = 30},
    [FIX] = {.name = "fix", .type = TABLE_STRING, .flags = TABLE_FIXED | TABLE_BELOW | TABLE_SPARSE},
    [EXPECTED] = {.name = "expected", .type = TABLE_JSON, .flags = TABLE_WIDE},
    [FOUND] = {.name = "found", .type = TABLE_JSON, .flags = TABLE_WIDE},
};

/* --- one row ------------------------------------------------------------------------------------------- */

/* Takes over the value. */
static void set_json(struct table *table, size_t column, json_t *value)
{
    CLEANUP(text_free) struct text text = {0};

    if (value == NULL) {
        table_set_null(table, column);
        return;
    }
    json_print(&text, value, JSON_PRINT_COMPACT);
    table_set_json(table, column, text_string(&text), text.size);
    json_decref(value);
}

/* A command of more than a line is broken where a terminal shows it. */
void probe_fix(const struct probe_rows *rows, const char *fix)
{
    const struct app *app = rows->facts->app;
    unsigned columns = app_prints_text(app) && app->globals->fields.count == 0 ? app_columns(STDOUT_FILENO) : 0;
    CLEANUP(text_free) struct text lines = {0};

    assert(rows->last == PROBE_FAIL);
    if (columns > TABLE_BELOW_INDENT) {
        text_append_command(&lines, fix, strlen(fix), 0, 2, columns - TABLE_BELOW_INDENT);
        fix = text_string(&lines);
    }
    table_set_string(rows->table, FIX, fix);
}

void probe_add(struct probe_rows *rows, const char *check, enum probe_result result, json_t *expected, json_t *found,
               const char *format, ...)
{
    static const enum table_style styles[PROBE_RESULTS] = {[PROBE_PASS] = TABLE_GOOD,
                                                           [PROBE_FAIL] = TABLE_BAD,
                                                           [PROBE_NOTE] = TABLE_PLAIN,
                                                           [PROBE_CANNOT_TELL] = TABLE_WARN,
                                                           [PROBE_NOT_APPLICABLE] = TABLE_DIM};
    va_list args;

    text_clear(&rows->message);
    va_start(args, format);
    text_vprintf(&rows->message, format, args);
    va_end(args);
    table_add_row(rows->table);
    table_set_string(rows->table, CHECK, check);
    table_set_string(rows->table, RESULT, result_words[result]);
    table_set_style(rows->table, RESULT, styles[result]);
    table_set_string(rows->table, MESSAGE, text_string(&rows->message));
    set_json(rows->table, EXPECTED, expected);
    set_json(rows->table, FOUND, found);
    table_set_string(rows->table, FIX, NULL);
    rows->failed += result == PROBE_FAIL;
    rows->last = result;
}

const char *probe_why_unknown(const struct probe_rows *rows)
{
    return probe_unknown(rows) == PROBE_CANNOT_TELL ? rows->facts->stopped
           : rows->answers                          ? "no identity token was granted"
                                                    : "nothing answers";
}

enum probe_result probe_unknown(const struct probe_rows *rows)
{
    bool is_waiting = imds_probe_find(rows->facts->seen, IMDS_STOPPED) != NULL;

    return rows->facts->seen->way < 0 && is_waiting && rows->facts->stopped != NULL ? PROBE_CANNOT_TELL
                                                                                    : PROBE_NOT_APPLICABLE;
}

/* --- commands that fix --------------------------------------------------------------------------------- */

/* By the record of the control plane, or by the service name in the CRN of the token: "...:bare-metal-server:ID". */
const struct resource_kind *probe_kind(const struct metadata_probe_facts *facts)
{
    const struct resource *server = facts->plane->server;
    const struct resource_kind *kind = server != NULL ? server->kind : &resource_instance;

    for (size_t i = 0; server == NULL && resource_kinds[i] != NULL; i++) {
        CLEANUP(text_free) struct text part = {0};
        text_printf(&part, ":%s", resource_kinds[i]->name);
        if (resource_kinds[i]->patchable != 0 && strstr(text_string(&facts->seen->crn), text_string(&part)) != NULL) {
            kind = resource_kinds[i];
        }
    }
    return kind;
}

bool metadata_probe_has_hop_limit(const struct metadata_probe_facts *facts)
{
    return (probe_kind(facts)->settings & RESOURCE_HOP_LIMIT) != 0;
}

/* As commands call the server. The name of this machine is not certain to be its own: false, and "NAME" then. */
static bool append_server(const struct metadata_probe_facts *facts, struct text *out)
{
    const struct resource *server = facts->plane->server;

    if (server != NULL && server->name != NULL) {
        text_append(out, server->name);
    } else if (facts->seen->name.size > 0 || facts->seen->id.size > 0) {
        text_append(out, text_string(facts->seen->name.size > 0 ? &facts->seen->name : &facts->seen->id));
    } else if (facts->word != NULL && !facts->plane->is_no_name) {
        text_append(out, facts->word);
    } else {
        text_append(out, "NAME");
        return false;
    }
    return true;
}

bool probe_append_command(const struct probe_rows *rows, const char *verb, const char *option, const char *value,
                          struct text *out)
{
    const struct metadata_probe_facts *facts = rows->facts;
    const struct resource *server = facts->plane->server;
    const char *region = server != NULL && server->region != NULL ? server->region : text_string(&facts->seen->region);
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text path = {0};
    CLEANUP(text_free) struct text name = {0};

    bool is_known = region[0] != '\0';
    region = is_known ? region : "all"; /* a server of that name is found wherever it is */
    struct cli_place place = options_place(facts->app->given, &region);
    if (is_known) {
        place.regions = &region;
        place.region_count = 1;
    }
    if (!text_equal(place.auth, "vpc")) {
        place.metadata_url = NULL; /* it is this machine's */
    }
    text_printf(&path, "%s %s", probe_kind(facts)->name, verb);
    bool is_named = append_server(facts, &name);
    cli_command_line_begin(&line, facts->app->program->name, text_string(&path));
    cli_command_line_operand(&line, text_string(&name));
    cli_command_line_option(&line, option, value);
    cli_command_line_place(&line, &place);
    text_append(out, cli_command_line_string(&line));
    return is_named;
}

/* A command that lacks the name works nowhere as it is: it becomes a part of the message. */
void probe_fix_server(struct probe_rows *rows, const char *verb, const char *option, const char *value)
{
    CLEANUP(text_free) struct text command = {0};

    if (probe_append_command(rows, verb, option, value, &command)) {
        probe_fix(rows, text_string(&command));
        return;
    }
    text_printf(&rows->message, ". The command for it, with the name of this server in the place of NAME: '%s'",
                text_string(&command));
    table_set_string(rows->table, MESSAGE, text_string(&rows->message));
}

void probe_fix_word(const struct probe_rows *rows)
{
    const struct app *app = rows->facts->app;
    struct cli_place place = options_place(app->given, NULL);
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    cli_command_line_begin(&line, app->program->name, "metadata probe");
    cli_command_line_place(&line, &place);
    probe_fix(rows, cli_command_line_string(&line));
}

/* Only a stop and start makes a service whole that was off when the server was created (vpc-api.md 4.1). */
void probe_fix_restart(struct probe_rows *rows)
{
    probe_fix_server(rows, "restart", "always", NULL);
}

bool probe_may_need_restart(const struct probe_rows *rows)
{
    const struct metadata_probe_plane *plane = rows->facts->plane;

    return probe_kind(rows->facts)->restart_to_enable && (!plane->read || plane->restart_needed != RESOURCE_OFF);
}

static bool is_server_crn(const char *crn)
{
    size_t size;

    return resource_crn_id(crn) != NULL && resource_crn_account(crn, &size) != NULL;
}

/* That command takes an id or a name, no CRN. NULL: it is neither. */
static const char *profile_id(const char *profile)
{
    const char *id = resource_crn_id(profile);
    size_t size = 0;

    id = id != NULL ? id : profile;
    while (isalnum((unsigned char)id[size]) || (size > 0 && (id[size] == '-' || id[size] == '_'))) {
        size++;
    }
    return size > 0 && id[size] == '\0' ? id : NULL;
}

void probe_fix_link(const struct probe_rows *rows, const char *profile)
{
    const char *crn = text_string(&rows->facts->seen->crn);
    const char *id = profile != NULL ? profile_id(profile) : NULL;
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text name = {0};

    if (id == NULL || !is_server_crn(crn) || probe_kind(rows->facts)->cr_type == NULL) {
        return;
    }
    if (!append_server(rows->facts, &name)) { /* any name will do for the link */
        text_clear(&name);
        text_append(&name, resource_crn_id(crn));
    }
    cli_command_line_begin(&line, "ibmcloud", "iam trusted-profile-link-create");
    cli_command_line_operand(&line, id);
    cli_command_line_option(&line, "name", text_string(&name));
    cli_command_line_option(&line, "cr-type", probe_kind(rows->facts)->cr_type);
    cli_command_line_option(&line, "link-crn", crn);
    probe_fix(rows, cli_command_line_string(&line));
}

void probe_fix_proxy(const struct probe_rows *rows)
{
    const struct metadata_probe_host *host = rows->facts->host;
    CLEANUP(text_free) struct text line = {0};

    text_printf(&line, "export %s=", text_string(&host->no_proxy));
    if (host->has_no_proxy) {
        text_printf(&line, "\"$%s,%s\"", text_string(&host->no_proxy), METADATA_PROBE_NO_PROXY);
    } else {
        text_append(&line, METADATA_PROBE_NO_PROXY);
    }
    probe_fix(rows, text_string(&line));
}
