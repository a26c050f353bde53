/* Reading what a policy is about: selection, matching while the lists come, and the facts that rules need. */
#include "policy_read.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/inventory_facts.h"
#include "mem/mem.h"
#include "plan/plan.h"
#include "policy_architectures.h"
#include "policy_names.h"
#include "policy_uses.h"
#include "userdata/userdata.h"
#include "write.h"

/* One reading under way. */
struct reading {
    struct policy *policy;
    unsigned parts;
    struct preflight_rules *rules;                 /* NULL: allowed_use is not read */
    struct preflight_architectures *architectures; /* NULL: those of templates are not read */
    struct userdata_scanner *scanner;
    struct session *session;       /* to read the names of profiles with; NULL: no rule has one */
    struct iam_profiles *profiles; /* begun when the first record has said which account it is */
};

/* --- while the lists come ----------------------------------------------------------------------------- */

static bool test_predicates(const struct reading *reading, const struct resource *record,
                            const struct inventory_seen *seen, uint64_t *ret_holds, struct err *e)
{
    CLEANUP(text_free) struct text json = {0};

    if (!policy_has_predicates(reading->policy)) {
        return true;
    }
    answer_print(seen->item, &json);
    return policy_test(reading->policy, record, text_string(&json), json.size, ret_holds, e);
}

static bool wants_profile(const struct reading *reading, const struct policy_rule *rule)
{
    return (reading->parts & POLICY_READ_PROFILES) != 0 ||
           ((reading->parts & POLICY_READ_RULE_PROFILES) != 0 && rule != NULL && policy_rule_needs_profile(rule));
}

/* Where the rule is not known yet, it may turn out to be any of them. */
static bool may_want_profile(const struct reading *reading, const struct policy_match *match)
{
    if (wants_profile(reading, match->rule)) {
        return true;
    }
    for (size_t i = 0; match->cannot_tell && i < policy_rule_count(reading->policy); i++) {
        if (wants_profile(reading, policy_rule_at(reading->policy, i))) {
            return true;
        }
    }
    return false;
}

/* A record's CRN says whose profiles they are. */
static void expect_names(struct reading *reading, const struct resource *record)
{
    size_t size = 0;
    const char *account = record->crn != NULL ? resource_crn_account(record->crn, &size) : NULL;

    if (reading->session != NULL && reading->profiles == NULL && account != NULL) {
        CLEANUP(text_free) struct text id = {0};
        text_append_size(&id, account, size);
        reading->profiles = session_begin_profiles(reading->session, resource_account_id(text_string(&id)));
    }
}

static bool ask(const struct resource *record, const struct inventory_seen *seen, bool selected,
                struct inventory_fact *fact, unsigned *ret_questions, void *context, struct err *e)
{
    struct reading *reading = context;

    expect_names(reading, record);
    if (reading->architectures != NULL) {
        preflight_architectures_expect(reading->architectures, record);
    }
    if (!test_predicates(reading, record, seen, &fact->note, e)) {
        return false;
    }
    if (!selected) {
        return true;
    }
    const struct policy_match match = policy_match(reading->policy, record, fact->note);
    if (may_want_profile(reading, &match)) {
        *ret_questions |= INVENTORY_INITIALIZATION;
    }
    if ((reading->parts & POLICY_READ_MEMBERS) != 0) {
        *ret_questions |= INVENTORY_MEMBERS;
    }
    if (reading->rules != NULL) {
        preflight_rules_expect(reading->rules, record);
    }
    return true;
}

static bool look(const char *text, size_t size, const char **ret_secret, const void *context)
{
    return userdata_look(((const struct reading *)context)->scanner, text, size, ret_secret);
}

/* --- facts -------------------------------------------------------------------------------------------- */

static enum audit_reading reading_of(enum inventory_reading reading)
{
    return reading == INVENTORY_NOT_ASKED ? AUDIT_NOT_ASKED : reading == INVENTORY_READ ? AUDIT_READ : AUDIT_UNREADABLE;
}

/* Of a template its own record has the profile. Strings that repeat over a fleet are kept once. */
static void fill_profile(const struct reading *reading, struct resource_list *list, const struct resource *record,
                         const struct inventory_fact *fact, struct audit_facts *ret)
{
    bool own = (record->settings.given & RESOURCE_TRUSTED_PROFILE) != 0;
    const char *profile = own ? record->settings.trusted_profile : fact->profile;

    ret->profile_reading = reading_of(fact->initialization);
    ret->profile = resource_list_keep(list, fact->profile);
    ret->auto_link = fact->auto_link;
    if (reading->profiles != NULL && profile != NULL) {
        ret->profile_name = resource_list_keep(list, iam_profiles_name(reading->profiles, profile));
    }
}

/* The facts of the records of the list, in their final order; of those that were not selected less was asked for. */
static struct audit_facts *make_facts(const struct reading *reading, const struct inventory_facts *facts,
                                      struct resource_list *list)
{
    const struct inventory_fact unknown = {0};
    size_t count = resource_list_count(list);
    struct audit_facts *made = mem_array(count + 1, sizeof(*made));

    for (size_t i = 0; i < count; i++) {
        const struct resource *record = resource_list_at(list, i);
        const struct inventory_fact *found = inventory_facts_of(facts, record);
        const struct inventory_fact *fact = found != NULL ? found : &unknown;
        struct audit_facts *ret = &made[i];
        ret->holds = fact->note;
        ret->match = policy_match(reading->policy, record, fact->note);
        fill_profile(reading, list, record, fact, ret);
        ret->user_data_reading = reading_of(fact->user_data);
        ret->secret = fact->secret;
        ret->members_reading = reading_of(fact->members);
        ret->members = (int64_t)fact->counts.members;
        ret->stale_members = (int64_t)fact->counts.stale;
    }
    return made;
}

/* --- pending restarts --------------------------------------------------------------------------------- */

/* Where the history cannot be read, what only it can say is missing, as if an API had not said it. */
static void read_restarts(struct policy_fleet *fleet)
{
    enum resource_switch *pending = NULL;
    struct err error = ERR_INIT;
    size_t unknown = 0;

    bool readable = write_read_restarts(fleet->selected, &pending, &error);
    for (size_t i = 0; i < resource_list_count(fleet->selected); i++) {
        const struct resource *record = resource_list_at(fleet->selected, i);
        if (record->kind->restart_to_enable) {
            fleet->facts[i].restart_pending = plan_needs_restart(record, readable ? pending[i] : RESOURCE_UNKNOWN);
            fleet->facts[i].restart_reading = readable ? AUDIT_READ : AUDIT_UNREADABLE;
            unknown += !readable && fleet->facts[i].restart_pending == RESOURCE_UNKNOWN;
        }
    }
    if (unknown > 0) {
        text_printf(&fleet->missing, "it is not known which of %zu server%s need%s a restart: %s\n", unknown,
                    unknown == 1 ? "" : "s", unknown == 1 ? "s" : "", error.message);
    }
    free(pending);
}

/* --- the reading -------------------------------------------------------------------------------------- */

static size_t count_kinds(void)
{
    size_t count = 0;

    while (resource_kinds[count] != NULL) {
        count++;
    }
    return count;
}

/* Whether the selection may leave out templates or groups that judge what it holds. */
static bool lacks_others(const struct reading *reading, const struct inventory_selector *selector)
{
    return (reading->parts & POLICY_READ_OTHERS) != 0 &&
           (inventory_selector_narrows(selector) || selector->excludes.count > 0);
}

static bool read_lists(struct app *app, const struct cli_call *call, struct reading *reading,
                       struct selection *selection, struct policy_fleet *fleet, struct err *e)
{
    static const struct resource_kind *const related[] = {&resource_template, &resource_group};
    const struct inventory_facts_terms terms = {.scope = &fleet->scope,
                                                .ask = ask,
                                                .look = look,
                                                .context = reading,
                                                .stale_members = &fleet->stale_members,
                                                .name_vpcs = policy_needs_vpcs(reading->policy)};
    CLEANUP(inventory_facts_release) struct inventory_facts *facts = inventory_facts_create(&terms);
    size_t gone = 0;

    if (policy_names_profiles(reading->policy)) {
        reading->session = app->session;
    }
    selection->selector.observer = inventory_facts_observer(facts);
    if (lacks_others(reading, &selection->selector)) {
        fleet->known = resource_list_create();
        inventory_facts_read_others(facts, related, sizeof(related) / sizeof(related[0]), fleet->known);
    }
    bool good = selection_find(app, call, &fleet->scope, resource_kinds, count_kinds(), selection, fleet->selected,
                               &fleet->missing, e) &&
                inventory_facts_complete(facts, fleet->selected, &fleet->missing, &gone, e);
    selection->selector.observer = NULL;
    if (!good) {
        return false;
    }
    if (gone > 0) {
        app_detail(app, "%zu %s deleted while the lists were read", gone,
                   gone == 1 ? "resource was" : "resources were");
    }
    struct err error = ERR_INIT;
    if (reading->profiles != NULL && !iam_profiles_check(reading->profiles, &error)) {
        text_printf(&fleet->missing, "%s\n", error.message);
    }
    fleet->facts = make_facts(reading, facts, fleet->selected);
    fleet->known_facts = fleet->known == fleet->selected ? fleet->facts : make_facts(reading, facts, fleet->known);
    return true;
}

bool policy_read_fleet(struct app *app, const struct cli_call *call, const struct policy_reading *terms,
                       struct policy_fleet *ret, struct err *e)
{
    struct reading reading = {
        .policy = terms->loaded->policy, .parts = terms->parts, .scanner = userdata_scanner_create()};

    *ret = (struct policy_fleet){.scope = ret->scope, .selected = resource_list_create()};
    ret->known = ret->selected;
    if ((reading.parts & POLICY_READ_USE) != 0) {
        reading.rules = preflight_rules_create();
        preflight_rules_demand_volumes(reading.rules);
    }
    if ((reading.parts & POLICY_READ_ARCHITECTURES) != 0) {
        reading.architectures = preflight_architectures_create();
    }
    bool good = (ret->scope.http != NULL || app_connect(app, &ret->scope, e)) &&
                read_lists(app, call, &reading, terms->selection, ret, e) &&
                (reading.architectures == NULL || policy_read_architectures(ret, reading.architectures, e)) &&
                (reading.rules == NULL || policy_read_uses(ret, reading.rules, e)) &&
                (terms->loaded->path == NULL ||
                 policy_warn_of_names(app,
                                      &(struct policy_names){.loaded = terms->loaded,
                                                             .selector = &terms->selection->selector,
                                                             .profiles = reading.profiles},
                                      ret, e));
    preflight_rules_destroy(reading.rules);
    preflight_architectures_destroy(reading.architectures);
    userdata_scanner_destroy(reading.scanner);
    iam_profiles_destroy(reading.profiles);
    if (good && (reading.parts & POLICY_READ_RESTARTS) != 0) {
        read_restarts(ret);
    }
    return good;
}

void policy_fleet_free(struct policy_fleet *fleet)
{
    if (fleet->known_facts != fleet->facts) {
        free(fleet->known_facts);
    }
    free(fleet->facts);
    if (fleet->known != fleet->selected) {
        resource_list_destroy(fleet->known);
    }
    resource_list_destroy(fleet->selected);
    mem_set_free(&fleet->stale_members);
    text_free(&fleet->missing);
    text_arena_free(&fleet->memory);
    *fleet = (struct policy_fleet){0};
}
