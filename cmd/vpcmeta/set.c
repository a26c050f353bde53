/* set: change metadata settings of existing servers. */
#include <string.h>

#include <stdlib.h>

#include "commands.h"
#include "fleet/fleet_prefetch.h"
#include "mem/mem.h"
#include "preflight/preflight.h"
#include "results.h"
#include "selection.h"
#include "write.h"

enum { RESTART_NEVER, RESTART_NEEDED };
static const char *const restart_words[] = {"never", "needed", NULL};

static const char *const guard_words[] = {[PLAN_GUARD_ETAG] = "etag", [PLAN_GUARD_LIST] = "list", NULL};

struct set_opts {
    struct selector_opts select;
    struct metadata_opts metadata;
    struct profile_opts profile; /* only to refuse it with what to do instead */
    struct opt_enum guard, restart;
    struct opt_duration settle_timeout;
    struct downtime_opts downtime;
    struct write_opts write;
};

static const struct opt_spec set_opt[] = {
    OPT_GROUP(struct set_opts, select, selector_group),
    OPT_GROUP(struct set_opts, metadata, metadata_group),
    OPT_GROUP(struct set_opts, profile, profile_group),
    OPT_GROUP(struct set_opts, write, write_group),
    OPT_ENUM(struct set_opts, guard, 0, "guard", guard_words,
             "compare with a read just before and its ETag, or with the list: half the requests, may overwrite changes "
             "made since",
             .default_value = "etag"),
    OPT_SETTLE_TIMEOUT(struct set_opts, settle_timeout),
    OPT_ENUM(struct set_opts, restart, 0, "restart", restart_words,
             "stop and start servers whose service was turned on and that need it", .default_value = "never"),
    OPT_GROUP_NEEDS(struct set_opts, downtime, downtime_group, "restart=needed"),
    OPT_END,
};

/* Refused by the command, with what to do instead. */
#define REFUSED_PROFILE         \
    {                           \
        "Trusted profile", NULL \
    }

static const struct cmd_refusal instance_refusals[] = {REFUSED_PROFILE, {0}};

static const struct cmd_refusal metal_refusals[] = {
    REFUSED_PROFILE,
    {"hop-limit", NULL},
    {"restart", "bare metal servers are not restarted for their metadata service"},
    {"Restarting", "bare metal servers are not restarted for their metadata service"},
    {0},
};

/* All of it: the command only says what to do instead. */
static const struct cmd_refusal template_refusals[] = {
    REFUSED_PROFILE,      {"Metadata service", NULL}, {"Selectors", NULL}, {"Writing", NULL},
    {"Restarting", NULL}, {"restart", NULL},          {"guard", NULL},     {0},
};

/* --- before anything is sent ------------------------------------------------------------------------ */

/* The line itself, with the verb that works, is the remedy. */
static bool refuse_kind(const struct app *app, const struct resource_kind *kind, struct err *e)
{
    CLEANUP(text_free) struct text line = {0};
    bool noun = false, verb = false;

    for (size_t i = 0; i < app->words_count; i++) {
        bool is_noun = !noun && strcmp(app->words[i], kind->name) == 0;
        bool is_verb = !verb && noun && strcmp(app->words[i], "set") == 0;
        noun = noun || is_noun;
        verb = verb || is_verb;
        if (!is_noun && !is_verb) {
            text_append_char(&line, ' ');
            cli_quote(&line, app->words[i]);
        }
    }
    err_set(e, ERR_USAGE, "an existing %s cannot be changed: %s", kind->singular, kind->change_remedy);
    return err_advise(e, "Run: %s %s replace%s", app->program->name, kind->name, text_string(&line));
}

static bool check_options(const struct app *app, const struct set_opts *opts, const struct resource_kind *kind,
                          const struct resource_settings *wanted, const struct inventory_selector *selector,
                          struct err *e)
{
    if (kind->patchable == 0) {
        return refuse_kind(app, kind, e);
    }
    if (!resource_settings_check(kind, wanted, true, e)) {
        return false;
    }
    if (wanted->given == 0) {
        return err_set(e, ERR_USAGE, "nothing to set: give --enabled, --protocol%s",
                       (kind->patchable & RESOURCE_HOP_LIMIT) != 0 ? " or --hop-limit" : "");
    }
    return selection_check_given(selector, kind, opts->select.all, "--name", e);
}

/* --- the run ---------------------------------------------------------------------------------------- */

/* Servers that need no change may still wait for their restart. */
static bool add_restarts(const struct writing *writing, const struct resource_list *list, struct plan *plan,
                         struct err *e)
{
    const struct fleet_restarts *restart = writing->request.restart;
    enum resource_switch *pending = NULL;

    if (restart == NULL) {
        return true;
    }
    if (!write_read_restarts(list, &pending, e)) {
        return false;
    }
    plan_add_restarts(plan, pending, &restart->terms);
    free(pending);
    return true;
}

/* Only these can be named by expressions of allowed_use. */
enum { USE_SETTINGS = RESOURCE_ENABLED | RESOURCE_PROTOCOL };

/* Returns the number of changes that are undetermined; the first of them begins `ret_first`. */
static size_t skip_forbidden(struct plan *plan, const struct preflight_change changes[], struct text *ret_first)
{
    size_t undetermined = 0;

    for (size_t i = 0; i < plan->count; i++) {
        if (changes[i].verdict == PREFLIGHT_FORBIDDEN) {
            plan->items[i].verdict = PLAN_SKIP;
            plan->items[i].reason = changes[i].reason;
        } else if (changes[i].verdict == PREFLIGHT_UNDETERMINED && undetermined++ == 0) {
            text_printf(ret_first, "%s: %s", changes[i].resource->name, changes[i].reason);
        }
    }
    return undetermined;
}

/* Takes out of the plan what an allowed_use forbids. */
static bool check_allowed(const struct app *app, const struct inventory_scope *scope, struct preflight_rules *rules,
                          struct plan *plan, struct err *e)
{
    struct preflight_change *changes = mem_array(plan->count, sizeof(*changes));
    CLEANUP(text_free) struct text first = {0};

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        bool concerns = item->verdict == PLAN_CHANGE && (item->mask & USE_SETTINGS) != 0;
        changes[i] = (struct preflight_change){.resource = item->resource, .after = concerns ? &item->after : NULL};
    }
    bool checked = preflight_check_changes(scope->http, changes, plan->count, rules, &plan->memory, e);
    size_t undetermined = checked ? skip_forbidden(plan, changes, &first) : 0;
    free(changes);
    if (undetermined > 0) {
        app_note(app, "allowed_use of %zu server%s could not be checked, the API decides: %s", undetermined,
                 undetermined == 1 ? "" : "s", text_string(&first));
    }
    return checked || err_wrap(e, "nothing was changed");
}

/* --- reads while the list is still coming ------------------------------------------------------------ */

/* Zero-initialised: none. */
struct early_reads {
    const struct resource_settings *wanted;
    struct fleet_prefetch *prefetch;
    struct preflight_rules *rules;
};

static void early_reads_free(struct early_reads *early)
{
    fleet_prefetch_destroy(early->prefetch);
    preflight_rules_destroy(early->rules);
}

/*
 * Where nothing but the list decides what is written first, the servers to change and what decides about them are read
 * while the list is still coming. Without ETags the last read would be older than it has to be.
 */
static struct early_reads begin_early_reads(const struct writing *writing, const struct resource_settings *wanted,
                                            enum plan_guard guard)
{
    const struct fleet_limits *limits = &writing->limits;
    bool at_once = writing->options->yes && !writing->options->dry_run && writing->request.restart == NULL &&
                   limits->batch_count == 0 && !(limits->has_max_failures && limits->max_failures.percent);

    if (!at_once) {
        return (struct early_reads){0};
    }
    return (struct early_reads){.wanted = wanted,
                                .prefetch =
                                    guard == PLAN_GUARD_ETAG && writing->kind->has_etag
                                        ? fleet_prefetch_create(writing->scope.http, writing->request.concurrency)
                                        : NULL,
                                .rules = preflight_rules_create()};
}

static void read_early(const struct resource *record, const struct inventory_seen *seen, void *context)
{
    const struct early_reads *early = context;
    char reason[PLAN_REASON_SIZE];
    unsigned mask = 0;

    (void)seen;
    if (plan_judge(record, early->wanted, &mask, reason) != PLAN_CHANGE) {
        return;
    }
    if ((mask & USE_SETTINGS) != 0) {
        preflight_rules_expect(early->rules, record);
    }
    if (early->prefetch != NULL) {
        fleet_prefetch_add(early->prefetch, record);
    }
}

/* --- the command ------------------------------------------------------------------------------------- */

static int set(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct set_opts *opts = call->opts;
    struct resource_settings wanted = options_settings(&opts->metadata, &opts->profile);
    struct fleet_restarts restarts = options_restarts(&opts->downtime);
    CLEANUP(selection_free) struct selection selection = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct writing writing;

    if (!write_begin(app, call, &opts->write, &writing, e) ||
        !selection_read(app, &opts->select, call, &selection, e) ||
        !check_options(app, opts, writing.kind, &wanted, &selection.selector, e) || !write_connect(app, &writing, e)) {
        return write_refuse_early(app, &writing, e);
    }
    restarts.terms.settles = opts->settle_timeout.ms > 0;
    writing.request.settle_ms = (unsigned)opts->settle_timeout.ms;
    writing.request.restart = opts->restart.value == RESTART_NEEDED ? &restarts : NULL;
    CLEANUP(early_reads_free)
    struct early_reads early = begin_early_reads(&writing, &wanted, (enum plan_guard)opts->guard.value);
    struct inventory_observer observer = {.selected = read_early, .context = &early};
    selection.selector.observer = early.rules != NULL ? &observer : NULL;
    if (!selection_find(app, call, &writing.scope, &writing.kind, 1, &selection, list, NULL, e)) {
        err_wrap(e, "nothing was changed");
        return write_refuse(app, &writing, e);
    }
    writing.request.plan = &plan;
    writing.request.list = list;
    writing.request.settings = &wanted;
    writing.request.prefetch = early.prefetch;
    plan_make(list, &wanted, &plan);
    for (size_t i = 0; i < plan.count; i++) {
        plan.items[i].guard = (enum plan_guard)opts->guard.value;
    }
    if (!add_restarts(&writing, list, &plan, e) || !check_allowed(app, &writing.scope, early.rules, &plan, e) ||
        !write_check(app, &plan, e)) {
        return write_refuse(app, &writing, e);
    }
    return write_perform(app, &writing, e);
}

/* --- the rows --------------------------------------------------------------------------------------- */

static const struct cmd_example instance_examples[] = {
    {"vpcmeta instance set --all --enabled true --protocol https --hop-limit 2 --dry-run", "see what would change"},
    {"vpcmeta instance set web-0001 web-0002 --enabled true --protocol https", "two instances by name"},
    {"vpcmeta instance set --vpc vpc-prod --exclude 'db-*' --hop-limit 1 --yes",
     "a VPC except its databases, without confirmation"},
    {"vpcmeta instance set --all --enabled true --guard list --yes", "a large fleet behind a strict rate limit"},
    {"vpcmeta instance set --vpc vpc-dev --enabled true --restart needed --max-unavailable 5",
     "and restart those that need it, five at a time"},
    {0},
};

const struct cmd_spec cmd_instance_set = {
    .path = "instance set",
    .summary = "change metadata settings of existing instances",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Reads the instances, compares, and sends a PATCH with only what differs to those that differ. Each is read "
        "once more just before, and the PATCH carries its ETag: a change that others made meanwhile is never "
        "overwritten. With --guard list nothing is read before the PATCH, which halves the requests where a rate limit "
        "is the bottleneck: the list is what it is compared with, and a change of the same setting that others make "
        "between the list and the PATCH is overwritten without notice. The answer is compared all the same.\n\n"
        "Instances that cannot take the setting (s390x, deleting, failed, suspended) are skipped with the reason. An "
        "instance whose service goes from off to on must be stopped and started before the service is complete; the "
        "result says which, and --restart needed does it in the same run (see `instance restart`). A stopped instance "
        "needs only its start. Going from http to https breaks clients of the bare address 169.254.169.254.",
    .examples = instance_examples,
    .opts = set_opt,
    .opts_size = sizeof(struct set_opts),
    .refusals = instance_refusals,
    .flags = CMD_WRITES,
    .max_args = CMD_ANY_ARGS,
    .run = set,
    .fields = results_fields,
    .subject = &resource_instance,
};

static const struct cmd_example metal_examples[] = {
    {"vpcmeta bare-metal set bm-001 --enabled true --protocol https", "switch it on, the secure way"},
    {0},
};

const struct cmd_spec cmd_bare_metal_set = {
    .path = "bare-metal set",
    .summary = "change metadata settings of existing bare metal servers",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Works as `instance set`, with two differences of the API: there is no response hop limit, and a PATCH cannot "
        "be bound to an ETag, so that a change that others make between the last read and the PATCH cannot be noticed.",
    .examples = metal_examples,
    .opts = set_opt,
    .opts_size = sizeof(struct set_opts),
    .refusals = metal_refusals,
    .flags = CMD_WRITES,
    .max_args = CMD_ANY_ARGS,
    .run = set,
    .fields = results_fields,
    .subject = &resource_bare_metal,
};

static const struct cmd_example template_examples[] = {
    {"vpcmeta template replace tpl-web-001 --enabled true", "what to do instead"},
    {0},
};

const struct cmd_spec cmd_template_set = {
    .path = "template set",
    .summary = "refused: templates cannot be changed, only replaced",
    .arguments = "[NAME|ID|CRN...]",
    .description = "The API changes nothing but the name of a template: `template replace` creates a new one and lets "
                   "instance groups use it.",
    .examples = template_examples,
    .opts = set_opt,
    .opts_size = sizeof(struct set_opts),
    .refusals = template_refusals,
    .flags = CMD_WRITES | CMD_HIDDEN,
    .max_args = CMD_ANY_ARGS,
    .run = set,
    .subject = &resource_template,
};
