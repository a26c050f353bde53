/* A plan file: read and verified, connected to where it was made, and compared with the resources as they are. */
#include "apply_file.h"

#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "inventory/inventory_by_id.h"
#include "mem/mem.h"
#include "results.h"
#include "session/session.h"
#include "write_confirm.h"
#include "wrong_file.h"

void apply_file_free(struct apply_file *apply)
{
    plan_staleness_free(&apply->staleness);
    plan_free(&apply->plan);
    resource_list_destroy(apply->list);
    free(apply->now);
    *apply = (struct apply_file){0};
}

/* --- the file ------------------------------------------------------------------------------------------- */

bool apply_file_read(const struct app *app, const char *name, struct apply_file *ret, struct err *e)
{
    CLEANUP(text_free) struct text text = {0};
    char now[CLOCK_STAMP_SIZE];

    ret->name = strcmp(name, "-") == 0 ? FSIO_INPUT_NAME : name;
    ret->list = resource_list_create();
    clock_stamp(clock_wall_s(clock_system()), now);
    if (!app_read_text(app, name, "the plan", PLAN_FILE_SIZE_MAX, &text, e)) {
        e->code = e->code == ERR_NOT_FOUND || e->code == ERR_IO ? ERR_USAGE : e->code;
        return false;
    }
    if (!wrong_file_refuse_policy(app, name, &text, "apply --policy", e)) {
        return false;
    }
    if (!plan_file_decode(text_string(&text), text.size, ret->name, ret->list, &ret->plan, &ret->file, e) ||
        !plan_file_check(&ret->file, now, VPCMETA_VERSION, e)) {
        return err_wrap(e, "nothing was sent");
    }
    return true;
}

/* --- where it was made ------------------------------------------------------------------------------------ */

static void adopt_regions(struct app *app, const struct plan_file *file)
{
    const char **regions = mem_array(file->place_count + 1, sizeof(*regions));
    size_t count = 0;

    for (size_t i = 0; i < file->place_count; i++) {
        if (file->places[i].region[0] != '\0') {
            regions[count++] = file->places[i].region;
        }
    }
    app_adopt_place(app, &(struct cli_place){.regions = regions, .region_count = count});
    free(regions);
}

/* A plan that was made at an endpoint without --region knows no region: the API is the same, then. */
static bool is_place(const struct plan_file_place *place, const struct vpc *api)
{
    const char *region = vpc_region(api);
    bool unnamed = place->region[0] == '\0' || region[0] == '\0';

    return strcmp(place->region, region) == 0 || (unnamed && strcmp(place->api, vpc_base(api)) == 0);
}

static const struct vpc *find_region(const struct inventory_scope *scope, const struct plan_file_place *place)
{
    for (size_t i = 0; i < scope->region_count; i++) {
        if (is_place(place, scope->regions[i])) {
            return scope->regions[i];
        }
    }
    return NULL;
}

static bool is_of_plan(const struct plan_file *file, const struct vpc *api)
{
    for (size_t i = 0; i < file->place_count; i++) {
        if (is_place(&file->places[i], api)) {
            return true;
        }
    }
    return false;
}

/* The plan is carried out where it was made, as a whole: "the plan is for us-south and eu-de: ..." */
static bool refuse_regions(const struct plan_file *file, struct err *e)
{
    CLEANUP(text_free) struct text regions = {0};

    for (size_t i = 0; i < file->place_count; i++) {
        const struct plan_file_place *place = &file->places[i];
        text_append(&regions, i == 0 ? "" : i + 1 == file->place_count ? " and " : ", ");
        text_append(&regions, place->region[0] != '\0' ? place->region : place->api);
    }
    return err_set(e, ERR_USAGE, "the plan is for %s: leave out --region; nothing was changed", text_string(&regions));
}

static bool check_places(const struct inventory_scope *scope, const struct plan_file *file, struct err *e)
{
    for (size_t i = 0; i < scope->region_count; i++) {
        if (!is_of_plan(file, scope->regions[i])) {
            return refuse_regions(file, e);
        }
    }
    for (size_t i = 0; i < file->place_count; i++) {
        if (find_region(scope, &file->places[i]) == NULL) {
            return refuse_regions(file, e);
        }
    }
    for (size_t i = 0; i < file->place_count; i++) {
        const struct plan_file_place *place = &file->places[i];
        const struct vpc *api = find_region(scope, place);
        if (api != NULL && strcmp(vpc_base(api), place->api) != 0) {
            return err_set(e, ERR_USAGE,
                           "the plan was made at %s, and this command works at %s: give --endpoint of the API that it "
                           "was made for, or make the plan again; nothing was changed",
                           place->api, vpc_base(api));
        }
    }
    return true;
}

static bool check_account(struct app *app, const struct plan_file *file, struct err *e)
{
    CLEANUP(iam_identity_free) struct iam_identity identity = {0};

    if (!session_token_identity(app->session, &identity, e)) {
        return false;
    }
    const char *account = text_string(&identity.account);
    return file->account == NULL || account[0] == '\0' || strcmp(file->account, account) == 0 ||
           err_set(e, ERR_USAGE,
                   "the plan is of account %s, and the credential of account %s: give a credential of account %s; "
                   "nothing was changed",
                   file->account, account, file->account);
}

bool apply_file_connect(struct app *app, struct writing *writing, const struct apply_file *apply, struct err *e)
{
    adopt_regions(app, &apply->file);
    return write_connect(app, writing, e) && check_places(&writing->scope, &apply->file, e) &&
           check_account(app, &apply->file, e) && inventory_find_apis(&writing->scope, apply->list, e);
}

/* --- the resources as they are ------------------------------------------------------------------------ */

/* Templates and groups are read whole: names that were taken meanwhile, and groups that came, count as well. */
static bool reads_whole(const struct plan_item *item)
{
    return item->resource->kind->disposable || item->resource->kind->memberships != NULL;
}

static bool read_servers(const struct writing *writing, struct apply_file *apply, struct err *e)
{
    size_t count = apply->plan.count, changing = 0;
    const struct resource **was = mem_array(count + 1, sizeof(*was));
    struct resource **now = mem_array(count + 1, sizeof(*now));
    CLEANUP(resource_list_release) struct resource_list *read = resource_list_create();
    size_t *numbers = mem_array(count + 1, sizeof(*numbers));

    for (size_t i = 0; i < count; i++) {
        const struct plan_item *item = &apply->plan.items[i];
        if (item->verdict == PLAN_CHANGE && !reads_whole(item)) {
            was[changing] = item->resource;
            numbers[changing++] = i;
        }
    }
    bool fine = inventory_read_by_id(&writing->scope, was, changing, read, now, e);
    for (size_t i = 0; fine && i < changing; i++) {
        apply->now[numbers[i]] = now[i] != NULL ? resource_list_adopt(apply->list, now[i]) : NULL;
    }
    free(was);
    free(now);
    free(numbers);
    return fine;
}

static bool has_chains(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].verdict == PLAN_CHANGE && reads_whole(&plan->items[i])) {
            return true;
        }
    }
    return false;
}

static bool read_chains(const struct writing *writing, struct apply_file *apply, struct inventory_templates *templates,
                        struct resource_list *groups, struct err *e)
{
    if (!inventory_read_templates(&writing->scope, templates, e) ||
        !inventory_read_all(&writing->scope, &resource_group, groups, NULL, e)) {
        return false;
    }
    for (size_t i = 0; i < apply->plan.count; i++) {
        struct plan_item *item = &apply->plan.items[i];
        const struct resource_list *list = item->resource->kind->disposable ? templates->list : groups;
        if (item->verdict != PLAN_CHANGE || !reads_whole(item) || item->action == PLAN_CREATE) {
            continue;
        }
        const struct resource *found = resource_list_find(list, item->resource->kind, item->resource->id);
        apply->now[i] = found != NULL ? resource_list_adopt(apply->list, found) : NULL;
        if (item->action == PLAN_DELETE) { /* the file has no bodies: they may hold secrets */
            json_t *body = json_object_get(templates->bodies, item->resource->id);
            item->delete.body = plan_own(&apply->plan, json_incref(body));
        }
    }
    return true;
}

/* Members of the groups that are rolled, made from another template than the group's. */
static bool count_stale(const struct writing *writing, const struct apply_file *apply, int64_t *ret, struct err *e)
{
    CLEANUP(resource_list_release) struct resource_list *groups = resource_list_create();

    for (size_t i = 0; i < apply->plan.count; i++) {
        const struct plan_item *item = &apply->plan.items[i];
        if (item->verdict == PLAN_CHANGE && item->action == PLAN_ROLL && apply->now[i] != NULL) {
            resource_list_adopt(groups, apply->now[i]);
        }
    }
    struct resource_membership_counts *counts = inventory_read_members(&writing->scope, groups, NULL, NULL, e);
    for (size_t i = 0, group = 0; counts != NULL && i < apply->plan.count; i++) {
        const struct plan_item *item = &apply->plan.items[i];
        if (item->verdict == PLAN_CHANGE && item->action == PLAN_ROLL && apply->now[i] != NULL) {
            ret[i] = (int64_t)(counts[group].stale + counts[group].unknown);
            group++;
        }
    }
    free(counts);
    return counts != NULL;
}

/* Whether the plan restarts it: as a restart, or after it turned it on. */
static bool restarts(const struct plan_item *item)
{
    return item->action == PLAN_RESTART ||
           (item->action == PLAN_SET && item->verdict == PLAN_CHANGE && !item->leave_restart);
}

/* Whose restart is pending. */
static bool read_restarts(const struct apply_file *apply, enum resource_switch *ret, struct err *e)
{
    CLEANUP(resource_list_release) struct resource_list *servers = resource_list_create();
    enum resource_switch *pending = NULL;

    for (size_t i = 0; i < apply->plan.count; i++) {
        if (restarts(&apply->plan.items[i]) && apply->now[i] != NULL) {
            resource_list_adopt(servers, apply->now[i]);
        }
    }
    if (!write_read_restarts(servers, &pending, e)) {
        return false;
    }
    for (size_t i = 0, server = 0; i < apply->plan.count; i++) {
        if (restarts(&apply->plan.items[i]) && apply->now[i] != NULL) {
            ret[i] = pending[server++];
        }
    }
    free(pending);
    return true;
}

/* Of what there is now of the plan's resources. */
static void warn_interrupted(const struct app *app, const struct apply_file *apply)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();

    for (size_t i = 0; i < apply->plan.count; i++) {
        if (apply->now[i] != NULL) {
            resource_list_adopt(list, apply->now[i])->api = apply->now[i]->api;
        }
    }
    results_warn_interrupted(app, list);
}

bool apply_file_compare(struct app *app, struct writing *writing, struct apply_file *apply, struct err *e)
{
    CLEANUP(inventory_templates_free) struct inventory_templates templates = {0};
    CLEANUP(resource_list_release) struct resource_list *groups = resource_list_create();
    bool chains = has_chains(&apply->plan);
    size_t count = apply->plan.count;
    CLEANUP(text_free_pointer) int64_t *stale = mem_array(count + 1, sizeof(*stale));
    CLEANUP(text_free_pointer) enum resource_switch *pending = mem_array(count + 1, sizeof(*pending));

    apply->now = mem_array(count + 1, sizeof(struct resource *));
    app_progress_read(app);
    if (!read_servers(writing, apply, e) || (chains && !read_chains(writing, apply, &templates, groups, e)) ||
        !count_stale(writing, apply, stale, e) || !read_restarts(apply, pending, e)) {
        return err_wrap(e, "nothing was changed");
    }
    warn_interrupted(app, apply);
    plan_compare(&apply->plan,
                 &(struct plan_situation){.now = apply->now,
                                          .templates = chains ? templates.list : NULL,
                                          .groups = chains ? groups : NULL,
                                          .bodies = templates.bodies,
                                          .stale = stale,
                                          .restarts = pending,
                                          .terms = writing->request.restart != NULL ? writing->request.restart->terms
                                                                                    : (struct plan_restart_terms){0}},
                 &apply->staleness);
    if (writing->request.restart != NULL) {
        plan_add_restarts(&apply->plan, pending, &writing->request.restart->terms);
    }
    for (size_t i = 0; i < count; i++) {
        apply->plan.items[i].conflict_policy = PLAN_CONFLICT_STRICT_RECORD;
    }
    return true;
}

/* --- a stale plan ------------------------------------------------------------------------------------------- */

enum { NAMES_SHOWN = 5 };

/* "web-1, web-2 and 3 more" */
static void append_stale(const struct apply_file *apply, struct text *out)
{
    CLEANUP(mem_set_free) struct mem_set names = {0};

    for (size_t i = 0; i < apply->plan.count; i++) {
        const char *name = apply->plan.items[i].resource->name;
        if (apply->staleness.reasons[i] != NULL && mem_set_add(&names, name) && mem_set_count(&names) <= NAMES_SHOWN) {
            text_printf(out, "%s%s", out->size > 0 ? ", " : "", name);
        }
    }
    if (mem_set_count(&names) > NAMES_SHOWN) {
        text_printf(out, " and %zu more", mem_set_count(&names) - NAMES_SHOWN);
    }
}

/* Stale items failed as conflicts do; the others were not started. */
static void mark_stale(const struct apply_file *apply, struct fleet_run *run)
{
    struct fleet_summary *summary = &run->summary;

    for (size_t i = 0; i < run->count; i++) {
        struct fleet_result *result = &run->results[i];
        bool is_stale = apply->staleness.reasons[i] != NULL;
        if (result->outcome != FLEET_CHANGED) {
            continue;
        }
        summary->counts[FLEET_CHANGED]--;
        result->outcome = is_stale ? FLEET_FAILED : FLEET_SKIPPED;
        result->code = is_stale ? ERR_CONFLICT : ERR_CANCELLED;
        result->reason = is_stale ? apply->staleness.reasons[i] : "not started: other parts of the plan are stale";
        result->after = result->before;
        result->after_state = result->before_state;
        result->restart_needed = false;
        result->restarted = false;
        summary->counts[result->outcome]++;
        summary->conflicts += is_stale;
        summary->not_started += !is_stale;
    }
}

int apply_file_refuse(struct app *app, const struct writing *writing, const struct apply_file *apply, struct err *e)
{
    CLEANUP(run_result_free) struct run_result result = {0};
    CLEANUP(text_free) struct text names = {0};
    size_t count = apply->staleness.count;
    struct err error = ERR_INIT;

    append_stale(apply, &names);
    err_set(e, ERR_CONFLICT,
            "%zu step%s of the plan %s stale, because resources have changed since it was made: %s; nothing was "
            "changed. Make the plan again, or add --skip-stale to carry out the rest",
            count, count == 1 ? "" : "s", count == 1 ? "is" : "are", text_string(&names));
    write_preview(writing, &result);
    mark_stale(apply, &result.run);
    JSON_CLEANUP json_t *more = json_build("{s:s}", "error", e->message);
    if (!(writing->options->dry_run ? results_print_preview(app, &result.run, more, &error)
                                    : results_print_recorded(app, &result.run, NULL, more, &error))) {
        app_error(app, &error);
    }
    return err_exit_status(e);
}
