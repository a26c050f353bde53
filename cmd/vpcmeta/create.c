/* create: one resource or many of a kind from a body file, a template, flags, or all of them. */
#include <string.h>

#include "commands.h"
#include "create_body.h"
#include "preflight/preflight.h"
#include "resource/resource_create.h"
#include "results.h"
#include "write.h"
#include "write_notes.h"

#define CREATE_OPTIONS                                                                                                \
    OPT_GROUP(struct create_opts, creation, creation_group), OPT_GROUP(struct create_opts, metadata, metadata_group), \
        OPT_GROUP(struct create_opts, profile, profile_group), OPT_GROUP(struct create_opts, write, write_group)

static const struct opt_spec create_opt[] = {
    CREATE_OPTIONS,
    OPT_END,
};

static const struct opt_spec create_from_template_opt[] = {
    OPT_STRING(struct create_opts, source, 0, "template", "NAME|ID|CRN", "build on this instance template",
               .alias = "template-id"),
    CREATE_OPTIONS,
    OPT_END,
};

static const struct opt_spec create_from_source_opt[] = {
    OPT_STRING(struct create_opts, source, 0, "source-template", "NAME|ID|CRN", "build on this instance template",
               .alias = "template-id"),
    CREATE_OPTIONS,
    OPT_END,
};

/* --- what the API would refuse ------------------------------------------------------------------------ */

/* What is billed from its creation on. */
static bool is_server(const struct resource_kind *kind)
{
    return kind->has_initialization;
}

/* A template is not refused itself, but what is made of it, and that may say something else. */
static bool judge(const struct app *app, const struct resource_kind *kind, enum preflight_verdict use,
                  const struct text *reason, struct err *e)
{
    if (use == PREFLIGHT_FORBIDDEN && is_server(kind)) {
        return err_set(e, ERR_INVALID, "%s; nothing was sent", text_string(reason));
    }
    if (use == PREFLIGHT_FORBIDDEN) {
        app_warn(app, "no %s can be created from this %s as it is: %s", resource_instance.singular, kind->singular,
                 text_string(reason));
    } else if (use == PREFLIGHT_UNDETERMINED) {
        app_note(app, "not checked, the API decides: %s", text_string(reason));
    }
    return true;
}

static bool check_creation(struct app *app, const struct creation *creation, struct err *e)
{
    CLEANUP(preflight_creation_free) struct preflight_creation checked = {0};
    struct inventory_scope scope;

    return app_connect(app, &scope, e) &&
           preflight_check_creation(scope.http, scope.regions[0], creation->kind, creation->effective, &checked, e) &&
           judge(app, creation->kind, checked.architecture, &checked.architecture_reason, e) &&
           judge(app, creation->kind, checked.use, &checked.use_reason, e);
}

/* Several are made from one body: what it says of parts that exist once is true of one of them only. */
static void warn_unique(const struct app *app, const struct creation *creation)
{
    CLEANUP(text_free) struct text unique = {0};

    if (creation_count(creation) > 1) {
        resource_append_unique(creation->effective, &unique);
    }
    if (unique.size > 0) {
        app_warn(app, "only one of %zu can have what the body says of %s: leave it out, and the API chooses",
                 creation_count(creation), text_string(&unique));
    }
}

/* What was asked for by an option or is no default of the API. */
static void warn_settings(const struct app *app, const struct create_opts *opts, const struct creation *creation)
{
    struct resource_settings asked = options_settings(&opts->metadata, &opts->profile);
    struct resource_settings after = resource_create_settings(creation->kind, creation->effective);
    unsigned mask = asked.given | (after.given & (RESOURCE_ENABLED | RESOURCE_PROFILE_SETTINGS));
    struct write_notes notes = {.created = creation->kind};

    mask |= (after.given & RESOURCE_PROTOCOL) != 0 && !text_equal(after.protocol, RESOURCE_DEFAULT_PROTOCOL)
                ? (unsigned)RESOURCE_PROTOCOL
                : 0U;
    mask |= (after.given & RESOURCE_HOP_LIMIT) != 0 && after.hop_limit != RESOURCE_DEFAULT_HOP_LIMIT
                ? (unsigned)RESOURCE_HOP_LIMIT
                : 0U;
    for (size_t i = 0; i < creation_count(creation); i++) {
        write_notes_count(&notes, &after, mask);
    }
    write_notes_say(app, &notes);
}

/* --- the plan ----------------------------------------------------------------------------------------- */

/* What the plan borrows. */
struct creation_plan {
    struct resource_list *list;
    json_t *identity;
    struct plan plan;
};

static void free_plan(struct creation_plan *made)
{
    plan_free(&made->plan);
    resource_list_destroy(made->list);
    json_decref(made->identity);
}

/* `api` is NULL in a preview. */
static void make_plan(const struct creation *creation, struct vpc *api, const char *region, struct creation_plan *ret)
{
    struct resource_settings wanted = resource_create_settings(creation->kind, creation->effective);

    ret->list = resource_list_create();
    for (size_t i = 0; i < creation_count(creation); i++) {
        struct resource *record = resource_list_append(ret->list, creation->kind, region);
        record->api = api;
        record->name = creation->names.count > 0 ? creation->names.items[i] : NULL;
    }
    ret->identity = resource_identity(creation->effective);
    plan_make_creations(ret->list, &wanted, creation->body, ret->identity, &ret->plan);
}

/* --- the preview: notes ------------------------------------------------------------------------------ */

static void note_variant(struct app *app, const struct creation *creation, const json_t *body)
{
    const struct resource_kind *kind = creation->kind;
    struct err ignored = ERR_INIT;
    const struct schema_entry *entry = schema_catalog_find(app->schemas, kind->create_schema, &ignored);
    CLEANUP(text_free) struct text times = {0};

    if (creation_count(creation) > 1) {
        text_printf(&times, "%zu times ", creation_count(creation));
    }
    if (entry != NULL) {
        app_note(app, "%sPOST %s: %s; nothing was sent", text_string(&times), kind->path,
                 schema_catalog_variant(app->schemas, entry, body));
    }
    if (creation->source != NULL) {
        const char *name = json_string_value(json_object_get(creation->source, "name"));
        const char *variant = entry != NULL ? schema_catalog_variant(app->schemas, entry, creation->effective) : "";
        app_note(app, "what the body leaves out is the template's (%s): %s", name != NULL ? name : "", variant);
    }
}

/* vpc-api.md 3.1: what the API takes for settings that are left out. */
static void note_defaults(const struct app *app, const struct creation *creation)
{
    static const struct resource_settings defaults = {
        .given = RESOURCE_METADATA_SETTINGS, .enabled = false, .protocol = "http", .hop_limit = 1};
    static const struct resource_settings nothing;
    const struct resource_kind *kind = creation->kind;
    struct resource_settings asked = resource_create_settings(kind, creation->effective);
    unsigned missing = kind->settings & RESOURCE_METADATA_SETTINGS & ~asked.given;
    CLEANUP(text_free) struct text list = {0};

    resource_settings_describe(&list, &nothing, &defaults, missing);
    if ((kind->settings & RESOURCE_TRUSTED_PROFILE & ~asked.given) != 0) {
        text_printf(&list, "%sno trusted profile", list.size > 0 ? ", " : "");
    }
    if (json_object_get(creation->effective, "profile") == NULL) {
        text_printf(&list, "%sthe profile", list.size > 0 ? ", " : "");
    }
    if (list.size > 0) {
        app_note(app, "left to the API's defaults: %s", text_string(&list));
    }
}

/* --- the preview: the body --------------------------------------------------------------------------- */

/* For people. One: its body. Several: the body once, and the names. */
static bool print_bodies(const struct creation *creation, struct err *e)
{
    size_t count = creation_count(creation);
    JSON_CLEANUP json_t *document = count == 1 ? creation_body(creation, 0) : NULL;
    CLEANUP(text_free) struct text bytes = {0};

    if (count > 1) {
        json_t *names = json_array();
        for (size_t i = 0; i < count; i++) {
            json_array_append_new(names, json_build_string(creation->names.items[i]));
        }
        document = json_build("{s:O, s:o}", "body", creation->body, "names", names);
    }
    json_print(&bytes, document, JSON_PRINT_INDENT);
    text_append_char(&bytes, '\n');
    return render_text(text_string(&bytes), bytes.size, stdout, e);
}

/* Without a connection: of the zone in the body ("eu-de-1" lies in "eu-de"), else the option's. */
static void append_region(const struct app *app, const json_t *body, struct text *out)
{
    const char *zone = json_string_value(json_at(body, "/zone/name"));
    const char *end = zone != NULL ? strrchr(zone, '-') : NULL;

    if (end != NULL) {
        text_append_size(out, zone, (size_t)(end - zone));
    } else if (app->globals->regions.count == 1) {
        text_append(out, app->globals->regions.items[0]);
    }
}

/* For programs: the write object as of every dry run, and what would be sent. */
static bool print_results(struct app *app, const struct creation *creation, struct err *e)
{
    CLEANUP(free_plan) struct creation_plan made = {0};
    CLEANUP(run_result_free) struct run_result result = {0};
    CLEANUP(text_free) struct text region = {0};
    json_t *bodies = json_array();

    for (size_t i = 0; i < creation_count(creation); i++) {
        json_array_append_new(bodies, creation_body(creation, i));
    }
    JSON_CLEANUP json_t *more = json_build("{s:s, s:o}", "path", creation->kind->path, "bodies", bodies);
    append_region(app, creation->effective, &region);
    make_plan(creation, NULL, text_string(&region), &made);
    run_preview(&(struct run_request){.plan = &made.plan}, &result);
    return results_print_preview(app, &result.run, more, e);
}

static int preview(struct app *app, const struct creation *creation, struct err *e)
{
    const struct resource_kind *kind = creation->kind;
    const struct global_opts *globals = app->globals;
    JSON_CLEANUP json_t *first = creation_body(creation, 0);
    bool for_people = globals->output.value == RENDER_TABLE && globals->jq == NULL && globals->fields.count == 0;

    note_variant(app, creation, first);
    note_defaults(app, creation);
    app_note(app, "cannot be changed later: %s%s", kind->patchable == 0 ? "any setting; " : "", kind->change_remedy);
    if (creation->source == NULL) {
        app_note(app, "checked by the schema only: the image's allowed_use and the profile are checked before it is "
                      "sent");
    }
    bool printed = for_people ? print_bodies(creation, e) : print_results(app, creation, e);
    return printed ? ERR_EXIT_DONE : err_exit_status(e);
}

/* --- the run ------------------------------------------------------------------------------------------ */

/* For people a single one is a line, not a table of one row. */
static int report_one(const struct app *app, const struct run_result *created, struct err *e)
{
    const struct fleet_result *result = &created->run.results[0];
    const struct resource *record = result->item->resource;
    const char *singular = record->kind->singular;

    if (result->outcome == FLEET_CHANGED) {
        app_note(app, "created %s %s (%s)", singular, record->name, record->id);
    } else if (result->outcome == FLEET_UNCHANGED) {
        app_note(app, "the %s %s (%s) exists already with these settings", singular, record->name, record->id);
    } else if (created->stopped.code != ERR_NONE && result->outcome != FLEET_UNKNOWN) {
        *e = created->stopped;
    } else if (created->stopped.code != ERR_NONE) {
        results_note_run(app, &created->run, created->id);
        err_set(e, created->stopped.code, "creating the %s: %s", singular, result->reason);
    } else {
        err_set(e, result->code, "creating the %s: %s", singular, result->reason);
    }
    return err_exit_status(e);
}

static int report(struct app *app, const struct run_result *created, struct err *e)
{
    if (created->run.count > 1) {
        return write_report(app, created, e);
    }
    bool printed = app_prints_text(app) || results_print(app, &created->run, created->id, e);
    int status = report_one(app, created, e);

    return printed ? status : err_exit_status(e);
}

static int execute(struct app *app, const struct creation *creation, struct writing *writing, struct err *e)
{
    CLEANUP(free_plan) struct creation_plan made = {0};
    CLEANUP(run_result_free) struct run_result created = {0};

    if (!write_connect(app, writing, e)) {
        return err_exit_status(e);
    }
    make_plan(creation, writing->scope.regions[0], vpc_region(writing->scope.regions[0]), &made);
    writing->unasked = made.plan.count == 1 && !is_server(creation->kind);
    writing->request.plan = &made.plan;
    writing->request.list = made.list;
    writing->request.settings = made.plan.items[0].wanted;
    writing->request.body = creation->body;
    writing->request.identity = made.identity;
    return write_execute(app, writing, &created, e) ? report(app, &created, e) : write_refuse(app, writing, e);
}

static int create(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct create_opts *opts = call->opts;
    CLEANUP(creation_free) struct creation creation = {0};
    struct writing writing;

    if (!write_begin(app, call, &opts->write, &writing, e) || !results_check_output(app, opts->write.dry_run, e) ||
        !write_check_history(&writing, e) || !creation_make(app, call, writing.kind, &creation, e)) {
        return err_exit_status(e);
    }
    JSON_CLEANUP json_t *first = creation_body(&creation, 0);
    if (!write_check_body(app, creation.kind->create_schema, first, &creation.document, e)) {
        return err_exit_status(e);
    }
    warn_unique(app, &creation);
    warn_settings(app, opts, &creation);
    /* a preview works without a connection, unless it needs one for the template anyway */
    if ((!opts->write.dry_run || creation.source != NULL) && !check_creation(app, &creation, e)) {
        return write_refuse(app, &writing, e);
    }
    if (opts->write.dry_run) {
        int status = preview(app, &creation, e);
        return status == ERR_EXIT_DONE && opts->write.exit_code ? ERR_EXIT_FINDINGS : status;
    }
    return execute(app, &creation, &writing, e);
}

/* --- the rows ----------------------------------------------------------------------------------------- */

static const struct cmd_example instance_examples[] = {
    {"vpcmeta instance show web-0001 --as-body > web.json", "a first body: like a server that exists"},
    {"vpcmeta instance create -f web.json --name web-05 --enabled true --protocol https",
     "a body from a file, settings laid over it"},
    {"vpcmeta instance create -f web.json --name web-06 --dry-run", "print the exact request body, send nothing"},
    {"vpcmeta instance create -f web.json --count 40 --name 'web-{:03}' --hop-limit 1", "web-001 ... web-040"},
    {"vpcmeta instance create --template tpl-web-001 --name web-07 --protocol https", "from a template, overriding it"},
    {0},
};

const struct cmd_spec cmd_instance_create = {
    .path = "instance create",
    .summary = "create an instance with metadata settings",
    .description =
        "Takes the body of POST /instances from a file or standard input, or an instance template, lays the flags over "
        "it, checks it against the schema instance_create, the image's allowed_use and the profile's architecture, and "
        "sends it. The answer is compared with the request, and the default trusted profile is read back.\n\n"
        "Names make it safe to try again: they are unique in a region, so what became of a request without an answer "
        "is settled by looking for the name, and the same command twice creates nothing twice. More than one need "
        "names. A question shows what is created before it is sent, unless --yes is given.",
    .examples = instance_examples,
    .opts = create_from_template_opt,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_WRITES,
    .run = create,
    .fields = results_fields,
    .subject = &resource_instance,
};

static const struct cmd_example template_examples[] = {
    {"vpcmeta template show tpl-web-001 --as-body > tpl.json", "a first body: like a template that exists"},
    {"vpcmeta template create -f tpl.json --name tpl-web-v4 --enabled true --protocol https --hop-limit 1",
     "a body from a file, name and settings laid over it"},
    {"vpcmeta template create --source-template tpl-web-001 --name tpl-web-strict --protocol https",
     "as another template is, except for its protocol"},
    {0},
};

const struct cmd_spec cmd_template_create = {
    .path = "template create",
    .summary = "create an instance template with metadata settings",
    .description =
        "Takes the body of POST /instance/templates from a file or standard input, or another template, and lays the "
        "flags over it. Over a template a metadata flag sends all three settings, the template's for the rest. An "
        "instance group refuses templates whose trusted profile is linked automatically (--auto-link true).",
    .examples = template_examples,
    .opts = create_from_source_opt,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_WRITES,
    .run = create,
    .fields = results_fields,
    .subject = &resource_template,
};

static const struct cmd_example metal_examples[] = {
    {"vpcmeta bare-metal show bm-001 --as-body > bm.json", "a first body: like a server that exists"},
    {"vpcmeta bare-metal create -f bm.json --name bm-x03 --enabled true --protocol https",
     "a body from a file, settings laid over it"},
    {0},
};

/* Refused by the command, with what to do instead. */
static const struct cmd_refusal metal_refusals[] = {{"hop-limit", NULL}, {0}};

const struct cmd_spec cmd_bare_metal_create = {
    .path = "bare-metal create",
    .summary = "create a bare metal server with metadata settings",
    .description =
        "Takes the body of POST /bare_metal_servers from a file or standard input and lays the flags over it. The "
        "trusted profile stands in `initialization`; image, keys and profile that stand at the top level, as in "
        "some of the vendor's examples, are moved there with a note. It starts by itself once it is created; it has no "
        "response hop limit. A question shows what is created before it is sent, unless --yes is given.",
    .examples = metal_examples,
    .opts = create_opt,
    .opts_size = sizeof(struct create_opts),
    .refusals = metal_refusals,
    .flags = CMD_WRITES,
    .run = create,
    .fields = results_fields,
    .subject = &resource_bare_metal,
};
