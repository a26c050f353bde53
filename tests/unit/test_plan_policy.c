/* Room plan: what a policy makes of a fleet, and that every finding is changed or left with its reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/audit.h"
#include "plan/plan_policy_make.h"
#include "policy_fixture.h"

/* --- a fleet ----------------------------------------------------------------------------------------- */

enum { MOST = 32 };

struct world {
    struct resource_list *selected, *templates, *groups, *list;
    struct plan_subject subjects[MOST], of_groups[MOST];
    int64_t stale[MOST];
    json_t *bodies;
    struct plan_policy made;
};

static int make_world(void **state)
{
    static struct world world;

    world = (struct world){.selected = resource_list_create(),
                           .templates = resource_list_create(),
                           .groups = resource_list_create(),
                           .list = resource_list_create(),
                           .bodies = json_object()};
    *state = &world;
    return 0;
}

static int drop_world(void **state)
{
    struct world *world = *state;

    plan_policy_free(&world->made);
    resource_list_destroy(world->selected);
    resource_list_destroy(world->templates);
    resource_list_destroy(world->groups);
    resource_list_destroy(world->list);
    json_decref(world->bodies);
    return 0;
}

static struct resource_settings settings(bool enabled, const char *protocol, int hop_limit)
{
    return (struct resource_settings){
        .given = RESOURCE_METADATA_SETTINGS, .enabled = enabled, .protocol = protocol, .hop_limit = hop_limit};
}

/* A running server, of which the policy rule holds. */
static struct resource *add(struct world *world, const struct resource_kind *kind, const char *name,
                            struct resource_settings found, const struct policy_rule *rule)
{
    struct resource *record = resource_list_append(world->selected, kind, "eu-de");
    CLEANUP(text_free) struct text id = {0};

    text_printf(&id, "id-%s", name);
    record->name = resource_list_keep(world->selected, name);
    record->id = resource_list_keep(world->selected, text_string(&id));
    record->crn = record->id;
    record->status = kind->patchable != 0 ? "running" : NULL;
    record->architecture = kind->patchable != 0 ? "amd64" : NULL;
    record->settings = found;
    world->subjects[resource_list_count(world->selected) - 1].match.rule = rule;
    return record;
}

static struct resource *add_template(struct world *world, const char *name, struct resource_settings found,
                                     const struct policy_rule *rule)
{
    struct resource *template = add(world, &resource_template, name, found, rule);

    resource_list_adopt(world->templates, template);
    json_object_set_new(world->bodies, template->id, json_pack("{s:{s:s}}", "image", "id", name));
    return template;
}

static struct resource *add_group(struct world *world, const char *name, const char *template_id,
                                  const struct policy_rule *rule)
{
    struct resource *group = add(world, &resource_group, name, (struct resource_settings){0}, rule);

    group->template_id = template_id;
    group->template_name = strchr(template_id, '-') + 1;
    group->membership_count = 4;
    group->status = "healthy";
    world->of_groups[resource_list_count(world->groups)].match.rule = rule;
    resource_list_adopt(world->groups, group);
    return group;
}

static struct plan_subject *last_subject(struct world *world)
{
    return &world->subjects[resource_list_count(world->selected) - 1];
}

static const struct plan_policy *make(struct world *world)
{
    plan_policy_free(&world->made);
    plan_policy_make(&(struct plan_policy_terms){.selected = world->selected,
                                                 .subjects = world->subjects,
                                                 .context = {.templates = world->templates,
                                                             .bodies = world->bodies,
                                                             .groups = world->groups,
                                                             .stale = world->stale},
                                                 .groups = world->of_groups,
                                                 .heal_timeout_ms = 1000},
                     world->list, &world->made);
    return &world->made;
}

/* --- the plan as text: a line an item, and behind it what is left ------------------------------------- */

static void append_item(struct text *out, const struct plan_policy *made, size_t index)
{
    static const char *const verdicts[] = {"", " unchanged", " skipped"};
    const struct plan_item *item = &made->plan.items[index];

    text_printf(out, "%s %s%s", plan_action_name(item->action), item->resource->name, verdicts[item->verdict]);
    if (item->verdict == PLAN_CHANGE && item->mask != 0) {
        text_append(out, ": ");
        resource_settings_describe(out, &item->resource->settings, &item->after, item->mask);
    }
    if (item->action == PLAN_MOVE && item->verdict == PLAN_CHANGE) {
        text_printf(out, " to %s", item->move.to.name);
    }
    if (item->depends_on != 0) {
        text_printf(out, " after %zu", item->depends_on);
    }
    if (item->leave_restart) {
        text_append(out, ", not restarted");
    }
    text_append_char(out, '\n');
    for (size_t i = 0; i < made->left.count; i++) {
        const struct plan_left *left = &made->left.items[i];
        if (left->item == index) {
            text_printf(out, "  %s: %s%s\n", left->check != NULL ? left->check : "-", left->reason,
                        left->excepted ? " [e]" : "");
        }
    }
}

static void assert_plan(struct world *world, const char *expected)
{
    CLEANUP(text_free) struct text out = {0};
    const struct plan_policy *made = make(world);

    for (size_t i = 0; i < made->plan.count; i++) {
        append_item(&out, made, i);
    }
    assert_string_equal(text_string(&out), expected);
}

/* --- policy rules ------------------------------------------------------------------------------------- */

#define HARD      "    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 1}}\n"
#define EXCEPTION "name: 'legacy*', reason: agent speaks http only, owner: team-pay, expires: 2027-01-31"

static const char policy_text[] =
    "version: 1\n"
    "rules:\n"
    "  - name: hard\n    where: {name: ['hard-*']}\n" HARD
    "  - name: restarting\n    where: {name: ['restarting-*']}\n" HARD
    "    apply: {restart: needed, roll: true, max_unavailable: 2}\n"
    "  - name: keeping\n    where: {name: ['keeping-*']}\n" HARD "    apply: {delete_old: false}\n"
    "  - name: staying\n    where: {name: ['staying-*']}\n" HARD "    apply: {update_groups: false}\n"
    "  - name: excepting\n    where: {name: ['excepting-*']}\n" HARD
    "    exceptions: [{rules: [enabled-over-http], " EXCEPTION "}]\n"
    "  - name: excepting all\n    where: {name: ['excepting-all-*']}\n" HARD "    exceptions: [{" EXCEPTION "}]\n"
    "  - name: off\n    where: {name: ['off-*']}\n"
    "    metadata_service: {enabled: false, protocol: https}\n";

static struct policy_rule hard, restarting, keeping, staying, excepting, excepting_all, off;
static struct policy *policy;
static struct schema_catalog *schemas;

static int read_policy(void **state)
{
    static struct policy_rule *const rules[] = {&hard,      &restarting,    &keeping, &staying,
                                                &excepting, &excepting_all, &off};
    CLEANUP(text_free) struct text faults = {0};
    struct err e = ERR_INIT;

    (void)state;
    schemas = schema_catalog_open(NULL, &e);
    policy = fixture_policy(policy_text, schemas, &faults);
    assert_string_equal(text_string(&faults), "");
    assert_int_equal(policy_rule_count(policy), sizeof(rules) / sizeof(rules[0]));
    for (size_t i = 0; i < policy_rule_count(policy); i++) {
        *rules[i] = *policy_rule_at(policy, i);
    }
    return 0;
}

static int drop_policy(void **state)
{
    (void)state;
    policy_destroy(policy);
    schema_catalog_close(schemas);
    return 0;
}

#define EXCEPTED "excepted until 2027-01-31: agent speaks http only (team-pay)"
#define NEVER    "the policy rule does not restart servers (apply: restart: needed)"
#define NO_ROLL  "the policy rule does not roll members (apply: roll: true)"

/* --- servers ------------------------------------------------------------------------------------------ */

static void servers_get_what_differs_and_nothing_else(void **state)
{
    static const struct {
        const struct policy_rule *rule;
        const char *name;
        bool enabled;
        const char *protocol;
        int hops;
        const char *architecture, *status, *plan;
    } rows[] = {
        {&hard, "a", true, "https", 1, "amd64", "running", "set a unchanged\n"},
        {&hard, "a", true, "http", 1, "amd64", "running", "set a: protocol http -> https\n"},
        {&hard, "a", true, "http", 5, "amd64", "running", "set a: protocol http -> https, hop limit 5 -> 1\n"},
        {&hard, "a", false, "http", 1, "amd64", "running",
         "set a: enabled false -> true, protocol http -> https, not restarted\n  restart-pending: " NEVER "\n"},
        {&hard, "a", false, "https", 1, "amd64", "stopped", "set a: enabled false -> true\n"},
        {&restarting, "a", false, "https", 1, "amd64", "running", "set a: enabled false -> true\n"},
        {&restarting, "a", false, "https", 1, "amd64", "pending",
         "set a: enabled false -> true, not restarted\n  restart-pending: status is pending: only running servers are "
         "restarted\n"},
        {&off, "a", true, "https", 1, "amd64", "running", "set a: enabled true -> false\n"},
        {&off, "a", false, "http", 1, "amd64", "running", "set a: protocol http -> https\n"},
        {&hard, "a", false, "http", 1, "s390x", "running",
         "set a skipped\n  -: architecture s390x has no metadata service (x86 only)\n"},
        {&hard, "a", true, "http", 1, "amd64", "failed", "set a skipped\n  -: status is failed\n"},
        {&excepting, "legacy-1", true, "http", 1, "amd64", "running",
         "set legacy-1 skipped\n  enabled-over-http: " EXCEPTED " [e]\n"},
        {&excepting, "legacy-1", true, "http", 3, "amd64", "running",
         "set legacy-1: hop limit 3 -> 1\n  enabled-over-http: " EXCEPTED " [e]\n"},
        {&excepting, "legacy-1", false, "http", 1, "amd64", "stopped",
         "set legacy-1: enabled false -> true\n  enabled-over-http: " EXCEPTED " [e]\n"},
        {&excepting, "web-1", true, "http", 1, "amd64", "running", "set web-1: protocol http -> https\n"},
        /* what is excepted from being turned on keeps what it has stored */
        {&excepting_all, "legacy-1", false, "http", 3, "amd64", "running",
         "set legacy-1 skipped\n  disabled: " EXCEPTED " [e]\n"},
        {NULL, "a", true, "http", 3, "amd64", "running", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world *world = *state;
        struct resource *record = add(world, &resource_instance, rows[i].name,
                                      settings(rows[i].enabled, rows[i].protocol, rows[i].hops), rows[i].rule);
        record->architecture = rows[i].architecture;
        record->status = rows[i].status;
        assert_plan(world, rows[i].plan);
        assert_int_equal(world->made.unmanaged, rows[i].rule == NULL);
        drop_world(state);
        make_world(state);
    }
}

static void an_expired_exception_keeps_nothing(void **state)
{
    struct world *world = *state;
    struct policy_exception expired = excepting.exceptions[0];
    struct policy_rule rule = excepting;

    expired.expired = true;
    rule.exceptions = &expired;
    add(world, &resource_instance, "legacy-1", settings(true, "http", 1), &rule);
    assert_plan(world, "set legacy-1: protocol http -> https\n");
}

static void what_an_allowed_use_forbids_is_left(void **state)
{
    struct world *world = *state;

    add(world, &resource_instance, "a", settings(true, "http", 3), &hard);
    last_subject(world)->forbidden = "image i allows only http";
    add(world, &resource_instance, "b", settings(false, "http", 3), &hard);
    last_subject(world)->forbidden = "image i allows only off";
    assert_plan(world, "set a: hop limit 3 -> 1\n  enabled-over-http: image i allows only http\n"
                       "set b skipped\n  disabled: image i allows only off\n");
}

static void restarts_that_are_pending_follow_the_policy_rule(void **state)
{
    struct world *world = *state;

    add(world, &resource_instance, "a", settings(true, "https", 1), &restarting);
    last_subject(world)->restart_pending = RESOURCE_ON;
    add(world, &resource_instance, "b", settings(true, "http", 1), &restarting);
    last_subject(world)->restart_pending = RESOURCE_ON;
    add(world, &resource_instance, "c", settings(true, "https", 1), &hard);
    last_subject(world)->restart_pending = RESOURCE_ON;
    add(world, &resource_instance, "d", settings(true, "https", 1), &restarting)->disk_count = 1;
    last_subject(world)->restart_pending = RESOURCE_ON;
    assert_plan(
        world,
        "restart a\n"
        "set b: protocol http -> https\n"
        "restart b after 2\n"
        "set c skipped\n  restart-pending: " NEVER "\n"
        "set d skipped\n  restart-pending: a stop erases its instance storage (--allow-disk-loss restarts it all "
        "the same)\n");
    assert_int_equal(world->made.restarts, 2);
    assert_int_equal(world->made.restarts_left, 2);
    assert_int_equal(world->made.max_unavailable, 2);
}

static void fewest_servers_that_a_policy_rule_allows_are_down(void **state)
{
    struct world *world = *state;
    struct policy_rule careful = restarting;

    careful.apply.max_unavailable = 10;
    careful.apply.percent = true; /* of two: none, which is fewer than two */
    add(world, &resource_instance, "a", settings(false, "https", 1), &restarting);
    add(world, &resource_instance, "b", settings(false, "https", 1), &careful);
    const struct plan_policy *made = make(world);
    assert_int_equal(made->restarts, 2);
    assert_true(made->percent);
    assert_int_equal(made->max_unavailable, 10);
}

static void what_no_policy_rule_can_be_found_for_is_not_changed(void **state)
{
    struct world *world = *state;

    add(world, &resource_instance, "a", settings(true, "http", 1), NULL);
    last_subject(world)->match = (struct policy_match){.cannot_tell = true, .lacks = "vpc"};
    assert_plan(world,
                "set a skipped\n  -: could not be checked: which policy rule matches depends on its vpc, which its "
                "record lacks\n");
}

/* --- templates and groups ----------------------------------------------------------------------------- */

static void templates_are_replaced_before_servers_change(void **state)
{
    struct world *world = *state;

    add(world, &resource_instance, "vm", settings(true, "http", 1), &hard);
    add_template(world, "db", settings(true, "https", 1), &hard);
    add_template(world, "web", settings(true, "http", 3), &hard);
    add_group(world, "ig", "id-web", &hard);
    add_group(world, "other", "id-db", &hard);
    assert_plan(world, "set db unchanged\n"
                       "create web-r2: protocol http -> https, hop limit 3 -> 1\n"
                       "move ig to web-r2 after 2\n  group-members: " NO_ROLL "\n"
                       "delete web after 3\n"
                       "move other unchanged\n"
                       "set vm: protocol http -> https\n");
    assert_int_equal(world->made.templates_replaced, 1);
}

static void chains_with_other_settings_have_other_names(void **state)
{
    struct world *world = *state;

    add_template(world, "web", settings(true, "http", 1), &hard);
    add_template(world, "web-r2", settings(false, "https", 1), &restarting);
    assert_plan(world, "create web-r3: protocol http -> https\n"
                       "delete web after 1\n"
                       "create web-r4: enabled false -> true\n"
                       "delete web-r2 after 3\n");
    assert_string_equal(world->made.plan.items[0].policy_rule, "hard");
    assert_string_equal(world->made.plan.items[2].policy_rule, "restarting");
}

static void groups_do_what_their_own_policy_rule_says(void **state)
{
    struct world *world = *state;

    add_template(world, "web", settings(true, "http", 1), &hard);
    add_group(world, "follows", "id-web", NULL);
    add_group(world, "rolls", "id-web", &restarting);
    add_group(world, "stays", "id-web", &staying);
    add(world, &resource_instance, "member", settings(true, "http", 1), &hard)->member_of = "id-rolls";
    assert_plan(
        world,
        "create web-r2: protocol http -> https\n"
        "move follows to web-r2 after 1\n  group-members: " NO_ROLL "\n"
        "move rolls to web-r2 after 2\n"
        "move stays skipped\n  group-template: policy rule staying says update_groups: false\n"
        "roll rolls after 3\n"
        "delete web skipped after 5\n  -: instance group stays uses it and is not moved: policy rule staying says "
        "update_groups: false\n"
        "set member skipped\n");
}

/* Else a second plan would make another successor. */
static void a_template_whose_groups_all_stay_is_not_replaced(void **state)
{
    struct world *world = *state;

    add_template(world, "web", settings(true, "http", 1), &staying);
    add_group(world, "ig", "id-web", &hard);
    assert_plan(world, "set web skipped\n  -: instance group ig uses it and is not moved: policy rule staying says "
                       "update_groups: false\n"
                       "move ig unchanged\n");
}

static void a_template_that_is_kept_gets_one_successor(void **state)
{
    struct world *world = *state;

    add_template(world, "web", settings(true, "http", 1), &keeping);
    add_group(world, "ig", "id-web", &keeping);
    assert_plan(world, "create web-r2: protocol http -> https\n"
                       "move ig to web-r2 after 1\n  group-members: " NO_ROLL "\n"
                       "set web skipped\n  -: another one takes its place, and it stays (delete_old: false)\n");
    add_template(world, "web-r2", settings(true, "https", 1), &keeping);
    json_object_set_new(world->bodies, "id-web-r2", json_pack("{s:{s:s}}", "image", "id", "web"));
    assert_plan(world, "move ig to web-r2\n  group-members: " NO_ROLL "\n"
                       "set web skipped\n  -: another one takes its place, and it stays (delete_old: false)\n"
                       "set web-r2 unchanged\n");
}

static void a_group_without_members_is_moved_and_not_rolled(void **state)
{
    struct world *world = *state;

    add_template(world, "web", settings(true, "http", 1), &restarting);
    add_group(world, "empty", "id-web", &restarting);
    resource_list_at(world->groups, 0)->membership_count = 0;
    resource_list_at(world->selected, 1)->membership_count = 0;
    assert_plan(world, "create web-r2: protocol http -> https\nmove empty to web-r2 after 1\ndelete web after 2\n");
}

static void members_whose_policy_rule_wants_what_the_template_does_not_give_are_not_replaced(void **state)
{
    struct world *world = *state;

    add_template(world, "web", settings(true, "http", 1), &restarting);
    add_group(world, "a", "id-web", &restarting);
    add(world, &resource_instance, "member", settings(true, "https", 1), &off)->member_of = "id-a";
    assert_plan(world, "create web-r2: protocol http -> https\n"
                       "move a to web-r2 after 1\n"
                       "  group-members: members are not replaced: policy rule off wants something else of member "
                       "member than new ones get: enabled true -> false\n"
                       "delete web after 2\n"
                       "set member: enabled true -> false\n");
}

/* The boot volume that allows only something else is deleted with the member. */
static void what_a_volume_of_a_member_allows_does_not_make_it_fit_the_template(void **state)
{
    struct world *world = *state;

    add_template(world, "web", settings(true, "http", 1), &restarting);
    add_group(world, "a", "id-web", &restarting);
    add(world, &resource_instance, "member", settings(true, "https", 1), &off)->member_of = "id-a";
    last_subject(world)->forbidden = "its boot volume allows only enabled";
    make(world);
    for (size_t i = 0; i < world->made.plan.count; i++) {
        assert_int_not_equal(world->made.plan.items[i].action, PLAN_ROLL);
    }
}

/* A token that a profile gives goes further than one hop then as before. */
static void a_hop_limit_that_stays_above_one_leaves_the_finding_of_a_profile(void **state)
{
    static const struct plan_finding findings[] = {{.check = "hop-limit"}, {.check = "hop-limit-with-profile"}};

    for (int most = 1; most <= 2; most++) {
        struct world *world = *state;
        struct policy_rule rule = hard;
        rule.wanted.hop_limit = most;
        add(world, &resource_instance, "a", settings(true, "https", 3), &rule);
        last_subject(world)->findings = findings;
        last_subject(world)->finding_count = 2;
        const struct plan_policy *made = make(world);
        assert_int_equal(made->plan.items[0].after.hop_limit, most);
        assert_int_equal(made->left.count, most == 1 ? 0 : 1);
        assert_true(most == 1 || strcmp(made->left.items[0].check, "hop-limit-with-profile") == 0);
        drop_world(state);
        make_world(state);
    }
}

static void stale_members_are_rolled_where_the_policy_rule_says_so(void **state)
{
    struct world *world = *state;

    add_template(world, "web", settings(true, "https", 1), &restarting);
    add_group(world, "a", "id-web", &restarting);
    add_group(world, "b", "id-web", &hard);
    world->stale[0] = 3;
    world->stale[1] = 2;
    assert_plan(world, "set web unchanged\nroll a\nmove b skipped\n  group-members: " NO_ROLL "\n");
    assert_int_equal(world->made.plan.items[1].roll.terms.max_unavailable, 2);
    assert_int_equal(world->made.plan.items[1].roll.before.stale, 3);
}

/* --- findings ----------------------------------------------------------------------------------------- */

/* What becomes of the finding of each check on a resource that has it; NULL: it is changed. */
static void every_finding_is_changed_or_left_with_its_reason(void **state)
{
    static const struct {
        const char *check;
        const struct resource_kind *kind;
        bool enabled;
        const char *protocol;
        int hops;
        const struct policy_rule *rule;
        const char *left;
    } rows[] = {
        {"enabled-over-http", &resource_instance, true, "http", 1, &hard, NULL},
        {"hop-limit", &resource_instance, true, "https", 3, &hard, NULL},
        {"disabled", &resource_instance, false, "https", 1, &restarting, NULL},
        {"enabled-where-forbidden", &resource_instance, true, "https", 1, &off, NULL},
        {"enabled-over-https", &resource_instance, true, "https", 1, &hard,
         "the policy rule wants nothing that changes it"},
        {"unsupported-architecture", &resource_instance, true, "https", 1, &hard,
         "the policy rule does not turn it off"},
        {"profile-while-disabled", &resource_instance, false, "https", 1, &off,
         "the trusted profile of a server is set when it is created"},
        {"profile-while-disabled", &resource_instance, false, "https", 1, &restarting, NULL},
        {"profile-while-disabled", &resource_template, false, "https", 1, &off,
         "a replacement keeps the trusted profile: create a template without it"},
        {"hop-limit-with-profile", &resource_instance, true, "https", 3, &hard, NULL},
        {"hop-limit-with-profile", &resource_instance, true, "https", 1, &hard,
         "the policy rule allows the hop limit, and the trusted profile of a server is set when it is created"},
        {"profile-missing", &resource_instance, true, "https", 1, &hard,
         "the trusted profile of a server is set when it is created"},
        {"profile-missing", &resource_template, true, "https", 1, &hard,
         "a policy does not choose trusted profiles: `template replace` gives the template one"},
        {"profile-forbidden", &resource_instance, true, "https", 1, &hard,
         "the trusted profile of a server is set when it is created"},
        {"profile-forbidden", &resource_template, true, "http", 1, &hard,
         "a replacement keeps the trusted profile: create a template without it"},
        {"profile-not-allowed", &resource_bare_metal, true, "https", 1, &hard,
         "the trusted profile of a server is set when it is created"},
        {"profile-auto-link", &resource_instance, true, "https", 1, &hard,
         "the trusted profile of a server is set when it is created"},
        {"allowed-use", &resource_instance, true, "https", 1, &hard, "the image or the boot volume forbids it"},
        {"restart-pending", &resource_instance, true, "https", 1, &hard, NEVER},
        {"stored-while-disabled", &resource_instance, false, "http", 1, &off, NULL},
        {"secret-in-user-data", &resource_instance, true, "https", 1, &hard,
         "user_data is set when a server or a template is created"},
        {"secret-in-user-data", &resource_template, true, "http", 1, &hard,
         "user_data is set when a server or a template is created"},
        {"unused-exception", &resource_instance, true, "https", 1, &hard, "it is for the policy to change"},
        {"unmanaged", &resource_instance, true, "https", 1, &hard, "no policy rule matches it"},
        {"template-over-http", &resource_template, true, "http", 1, &hard, NULL},
        {"template-over-http", &resource_template, true, "http", 1, &keeping,
         "another one takes its place, and it stays (delete_old: false)"},
        {"template-over-https", &resource_template, true, "https", 1, &hard,
         "the policy rule wants nothing that changes it"},
        {"template-hop-limit", &resource_template, true, "https", 3, &hard, NULL},
        {"template-disabled", &resource_template, false, "https", 1, &hard, NULL},
        {"template-enabled-where-forbidden", &resource_template, true, "https", 1, &off, NULL},
        {"template-auto-link", &resource_template, true, "https", 1, &hard,
         "the policy rule wants nothing that changes it"},
        {"group-template", &resource_group, true, "https", 1, &hard,
         "its template gone is not replaced: it is not selected"},
        {"group-template-missing", &resource_group, true, "https", 1, &hard,
         "its template does not exist: give the group one that does"},
        {"group-members", &resource_group, true, "https", 1, &hard, NO_ROLL},
    };
    CLEANUP(mem_set_free) struct mem_set seen = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world *world = *state;
        const struct plan_finding finding = {.check = rows[i].check};
        struct resource_settings found = settings(rows[i].enabled, rows[i].protocol, rows[i].hops);
        if (rows[i].kind == &resource_template) {
            add_template(world, "t", found, rows[i].rule);
        } else if (rows[i].kind == &resource_group) {
            add_group(world, "g", "id-gone", rows[i].rule);
        } else {
            add(world, rows[i].kind, "s", found, rows[i].rule);
        }
        last_subject(world)->findings = &finding;
        last_subject(world)->finding_count = 1;
        const struct plan_policy *made = make(world);
        const struct plan_left *left = NULL;
        for (size_t j = 0; j < made->left.count; j++) {
            left = text_equal(made->left.items[j].check, rows[i].check) ? &made->left.items[j] : left;
        }
        if (rows[i].left != NULL) {
            assert_non_null(left);
            assert_string_equal(left->reason, rows[i].left);
            assert_false(made->plan.items[left->item].verdict == PLAN_UNCHANGED);
        } else {
            assert_null(left);
        }
        mem_set_add(&seen, rows[i].check);
        drop_world(state);
        make_world(state);
    }
    for (size_t i = 0; audit_check_ids[i] != NULL; i++) {
        assert_true(mem_set_has(&seen, audit_check_ids[i]));
        assert_string_equal(plan_policy_check_find(audit_check_ids[i])->check, audit_check_ids[i]);
    }
}

static void what_is_excepted_or_cannot_be_told_is_left_as_such(void **state)
{
    struct world *world = *state;
    const struct plan_finding findings[] = {
        {.check = "profile-missing", .exception = excepting.exceptions},
        {.check = "secret-in-user-data", .cannot_tell = true, .message = "its initialization could not be read"},
    };

    add(world, &resource_instance, "a", settings(true, "http", 1), &hard);
    last_subject(world)->findings = findings;
    last_subject(world)->finding_count = 2;
    assert_plan(world, "set a: protocol http -> https\n"
                       "  profile-missing: " EXCEPTED " [e]\n"
                       "  secret-in-user-data: could not be checked: its initialization could not be read\n");
}

/* --- a large fleet ------------------------------------------------------------------------------------ */

/* Quadratic work would take minutes. */
static void a_large_fleet_is_planned_at_once(void **state)
{
    enum { SERVERS = 20000 };
    struct world *world = *state;
    struct plan_subject *subjects = mem_array(SERVERS, sizeof(*subjects));
    const struct plan_finding finding = {.check = "profile-missing"};

    for (size_t i = 0; i < SERVERS; i++) {
        CLEANUP(text_free) struct text name = {0};
        text_printf(&name, "web-%zu", i);
        struct resource *record = resource_list_append(world->selected, &resource_instance, "eu-de");
        record->name = record->id = resource_list_copy(world->selected, name.data, name.size);
        record->status = "running";
        record->settings = settings(true, "http", 1);
        subjects[i] = (struct plan_subject){
            .match.rule = &hard, .findings = &finding, .finding_count = 1, .restart_pending = RESOURCE_ON};
    }
    plan_policy_make(&(struct plan_policy_terms){.selected = world->selected,
                                                 .subjects = subjects,
                                                 .context = {.templates = world->templates, .groups = world->groups},
                                                 .groups = world->of_groups},
                     world->list, &world->made);
    assert_int_equal(world->made.plan.count, SERVERS);
    assert_int_equal(world->made.left.count, 2 * SERVERS);
    free(subjects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(servers_get_what_differs_and_nothing_else, make_world, drop_world),
        cmocka_unit_test_setup_teardown(an_expired_exception_keeps_nothing, make_world, drop_world),
        cmocka_unit_test_setup_teardown(what_an_allowed_use_forbids_is_left, make_world, drop_world),
        cmocka_unit_test_setup_teardown(restarts_that_are_pending_follow_the_policy_rule, make_world, drop_world),
        cmocka_unit_test_setup_teardown(fewest_servers_that_a_policy_rule_allows_are_down, make_world, drop_world),
        cmocka_unit_test_setup_teardown(what_no_policy_rule_can_be_found_for_is_not_changed, make_world, drop_world),
        cmocka_unit_test_setup_teardown(templates_are_replaced_before_servers_change, make_world, drop_world),
        cmocka_unit_test_setup_teardown(chains_with_other_settings_have_other_names, make_world, drop_world),
        cmocka_unit_test_setup_teardown(groups_do_what_their_own_policy_rule_says, make_world, drop_world),
        cmocka_unit_test_setup_teardown(a_template_whose_groups_all_stay_is_not_replaced, make_world, drop_world),
        cmocka_unit_test_setup_teardown(a_template_that_is_kept_gets_one_successor, make_world, drop_world),
        cmocka_unit_test_setup_teardown(a_group_without_members_is_moved_and_not_rolled, make_world, drop_world),
        cmocka_unit_test_setup_teardown(
            members_whose_policy_rule_wants_what_the_template_does_not_give_are_not_replaced, make_world, drop_world),
        cmocka_unit_test_setup_teardown(what_a_volume_of_a_member_allows_does_not_make_it_fit_the_template, make_world,
                                        drop_world),
        cmocka_unit_test_setup_teardown(a_hop_limit_that_stays_above_one_leaves_the_finding_of_a_profile, make_world,
                                        drop_world),
        cmocka_unit_test_setup_teardown(stale_members_are_rolled_where_the_policy_rule_says_so, make_world, drop_world),
        cmocka_unit_test_setup_teardown(every_finding_is_changed_or_left_with_its_reason, make_world, drop_world),
        cmocka_unit_test_setup_teardown(what_is_excepted_or_cannot_be_told_is_left_as_such, make_world, drop_world),
        cmocka_unit_test_setup_teardown(a_large_fleet_is_planned_at_once, make_world, drop_world),
    };

    return cmocka_run_group_tests(tests, read_policy, drop_policy);
}
