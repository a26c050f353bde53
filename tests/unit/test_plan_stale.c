/* Room plan: a plan that was made earlier, compared with what is there now: current, done or stale, by table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mem/mem.h"
#include "plan/plan_stale.h"

#define PREFIX "changed since the plan was made: "

/* A plan, what is there now, and what the comparison came to. */
struct fixture {
    struct resource_list *list, *templates, *groups;
    struct plan plan;
    struct resource *now[8];
    int64_t stale[8];
    enum resource_switch restarts[8];
    struct resource_settings wanted;
    json_t *bodies;
    struct plan_staleness staleness;
};

static void fixture_make(struct fixture *f)
{
    f->list = resource_list_create();
    f->templates = resource_list_create();
    f->groups = resource_list_create();
    f->plan.items = mem_array(8, sizeof(*f->plan.items));
    f->bodies = json_object();
    f->wanted =
        (struct resource_settings){.given = RESOURCE_ENABLED | RESOURCE_PROTOCOL, .enabled = true, .protocol = "https"};
}

static void fixture_free(struct fixture *f)
{
    plan_staleness_free(&f->staleness);
    plan_free(&f->plan);
    resource_list_destroy(f->list);
    resource_list_destroy(f->templates);
    resource_list_destroy(f->groups);
    json_decref(f->bodies);
}

static struct resource *add_record(struct resource_list *list, const struct resource_kind *kind, const char *id,
                                   const char *name)
{
    struct resource *record = resource_list_append(list, kind, "eu-de");

    record->id = id;
    record->name = name;
    record->status = "running";
    record->settings = (struct resource_settings){
        .given = RESOURCE_METADATA_SETTINGS, .enabled = false, .protocol = "http", .hop_limit = 1};
    return record;
}

static struct plan_item *add_item(struct fixture *f, enum plan_action action, struct resource *record)
{
    static const struct resource_settings none;
    struct plan_item *item = &f->plan.items[f->plan.count++];

    *item = (struct plan_item){.action = action, .resource = record, .wanted = &none, .verdict = PLAN_CHANGE};
    return item;
}

static void compare(struct fixture *f)
{
    plan_compare(&f->plan,
                 &(struct plan_situation){.now = f->now,
                                          .templates = f->templates,
                                          .groups = f->groups,
                                          .bodies = f->bodies,
                                          .stale = f->stale,
                                          .restarts = f->restarts},
                 &f->staleness);
}

static void expect(const struct fixture *f, size_t index, enum plan_verdict verdict, const char *words)
{
    const char *reason = f->staleness.reasons[index];

    if (f->plan.items[index].verdict != verdict || (words == NULL) != (reason == NULL) ||
        (words != NULL && (strncmp(reason, PREFIX, strlen(PREFIX)) != 0 || strstr(reason, words) == NULL))) {
        fail_msg("item %zu: verdict %d, %s", index, (int)f->plan.items[index].verdict, reason != NULL ? reason : "-");
    }
}

/* --- servers ------------------------------------------------------------------------------------------ */

static void a_server_is_stale_by_whatever_the_plan_shows_of_it(void **state)
{
    static const struct {
        const char *name, *protocol, *status, *planned_status, *etag, *crn;
        bool enabled;
        int hop_limit;
        enum plan_verdict verdict;
        const char *words;
    } rows[] = {
        {"web", "http", "running", "running", "a", "c", false, 1, PLAN_CHANGE, NULL},
        {"web", "https", "running", "running", "b", "c", true, 1, PLAN_UNCHANGED, NULL},
        {"web", "https", "running", "running", "b", "c", true, 7, PLAN_UNCHANGED, NULL},
        {"web", "http", "running", "running", "a", "c", true, 1, PLAN_CHANGE, "enabled false -> true"},
        {"web", "https", "running", "running", "a", "c", false, 1, PLAN_CHANGE, "protocol http -> https"},
        {"web", "http", "running", "running", "a", "c", false, 2, PLAN_CHANGE, "hop limit 1 -> 2"},
        {"api", "http", "running", "running", "a", "c", false, 1, PLAN_CHANGE, "renamed from web to api"},
        {"api", "https", "running", "running", "a", "c", true, 1, PLAN_CHANGE, "renamed from web to api"},
        {"web", "http", "running", "running", "b", "c", false, 1, PLAN_CHANGE, "another ETag"},
        {"web", "http", "stopped", "running", "b", "c", false, 1, PLAN_CHANGE, "status running -> stopped"},
        {"web", "http", "running", "starting", "b", "c", false, 1, PLAN_CHANGE, NULL},
        {"web", "http", "running", "running", NULL, "c", false, 1, PLAN_CHANGE, NULL},
        {"web", "http", "running", "running", "a", "d", false, 1, PLAN_CHANGE, "CRN c -> d"},
        {"web", "http", "deleting", "running", "a", "c", false, 1, PLAN_CHANGE, "delet"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(fixture_free) struct fixture f = {0};
        fixture_make(&f);
        struct resource *was = add_record(f.list, &resource_instance, "i", "web");
        was->etag = "a";
        was->crn = "c";
        was->status = rows[i].planned_status;
        add_item(&f, PLAN_SET, was)->wanted = &f.wanted;
        struct resource *now = add_record(f.list, &resource_instance, "i", rows[i].name);
        now->etag = rows[i].etag;
        now->crn = rows[i].crn;
        now->status = now->lifecycle_state = rows[i].status;
        now->settings.enabled = rows[i].enabled;
        now->settings.protocol = rows[i].protocol;
        now->settings.hop_limit = rows[i].hop_limit;
        f.now[0] = now;
        compare(&f);
        expect(&f, 0, rows[i].verdict, rows[i].words);
        assert_int_equal(f.staleness.count, rows[i].words != NULL);
        if (rows[i].words == NULL) {
            assert_ptr_equal(f.plan.items[0].resource, now);
            assert_string_equal(now->etag, rows[i].etag != NULL ? rows[i].etag : "a");
        }
    }
}

static void what_is_gone_or_cannot_be_read_is_stale(void **state)
{
    CLEANUP(fixture_free) struct fixture f = {0};

    (void)state;
    fixture_make(&f);
    add_item(&f, PLAN_SET, add_record(f.list, &resource_instance, "i", "web"))->wanted = &f.wanted;
    add_item(&f, PLAN_MOVE, add_record(f.list, &resource_group, "g", "group"));
    add_item(&f, PLAN_SET, add_record(f.list, &resource_instance, "j", "odd"))->wanted = &f.wanted;
    add_record(f.groups, &resource_group, "h", "group");
    f.now[2] = add_record(f.list, &resource_instance, "j", "odd");
    f.now[2]->odd = "status is null";
    compare(&f);
    expect(&f, 0, PLAN_CHANGE, "it was deleted");
    expect(&f, 1, PLAN_CHANGE, "another instance group has its name (h)");
    expect(&f, 2, PLAN_CHANGE, "status is null");
    plan_skip_stale(&f.plan, &f.staleness);
    assert_int_equal(f.plan.items[0].verdict, PLAN_SKIP);
    assert_non_null(strstr(f.plan.items[0].reason, PREFIX "it was deleted"));
}

static void a_restart_that_was_done_meanwhile_is_not_done_again(void **state)
{
    static const struct {
        enum resource_switch pending;
        const char *status;
        enum plan_verdict verdict;
    } rows[] = {{RESOURCE_ON, "running", PLAN_CHANGE},
                {RESOURCE_UNKNOWN, "running", PLAN_CHANGE},
                {RESOURCE_OFF, "running", PLAN_UNCHANGED},
                {RESOURCE_ON, "stopped", PLAN_UNCHANGED}};
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(fixture_free) struct fixture f = {0};
        fixture_make(&f);
        add_item(&f, PLAN_RESTART, add_record(f.list, &resource_instance, "i", "web"));
        f.now[0] = add_record(f.list, &resource_instance, "i", "web");
        f.now[0]->settings.enabled = true;
        f.now[0]->status = rows[i].status;
        f.now[0]->lifecycle_state = "stable";
        f.restarts[0] = rows[i].pending;
        compare(&f);
        expect(&f, 0, rows[i].verdict, NULL);
    }
}

/* Each of these has what the plan wants, so that nothing but what is odd of it makes it stale. */
static void what_is_odd_is_stale_whatever_it_has(void **state)
{
    static const enum plan_action actions[] = {PLAN_SET, PLAN_RESTART, PLAN_MOVE, PLAN_ROLL, PLAN_DELETE};

    (void)state;
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        const struct resource_kind *kind = actions[i] == PLAN_MOVE || actions[i] == PLAN_ROLL ? &resource_group
                                           : actions[i] == PLAN_DELETE                        ? &resource_template
                                                                                              : &resource_instance;
        CLEANUP(fixture_free) struct fixture f = {0};
        fixture_make(&f);
        struct plan_item *item = add_item(&f, actions[i], add_record(f.list, kind, "x", "web"));
        if (actions[i] == PLAN_MOVE) {
            item->move.to.id = "t";
        }
        f.now[0] = add_record(f.list, kind, "x", "web");
        f.now[0]->template_id = "t";
        f.now[0]->odd = "status is null";
        compare(&f);
        expect(&f, 0, PLAN_CHANGE, "status is null");
    }
}

/* What has the name in another region is something else. */
static void names_count_in_their_region(void **state)
{
    CLEANUP(fixture_free) struct fixture f = {0};

    (void)state;
    fixture_make(&f);
    add_item(&f, PLAN_MOVE, add_record(f.list, &resource_group, "g", "group"));
    add_record(f.groups, &resource_group, "h", "group")->region = "us-south";
    struct resource *successor = add_record(f.list, &resource_template, NULL, "tpl-r2");
    struct plan_item *item = add_item(&f, PLAN_CREATE, successor);
    item->wanted = &f.wanted;
    item->create.record = successor;
    item->create.body = plan_own(&f.plan, json_object());
    add_record(f.templates, &resource_template, "t-8", "tpl-r2")->region = "us-south";
    compare(&f);
    expect(&f, 0, PLAN_CHANGE, "it was deleted");
    assert_null(strstr(f.staleness.reasons[0], "has its name"));
    expect(&f, 1, PLAN_CHANGE, NULL);
}

/* --- templates ---------------------------------------------------------------------------------------- */

/* create tpl-r2 from tpl, move group, roll it, delete tpl */
static void make_chain(struct fixture *f)
{
    fixture_make(f);
    struct resource *successor = add_record(f->list, &resource_template, NULL, "tpl-r2");
    struct plan_item *item = add_item(f, PLAN_CREATE, successor);
    item->wanted = &f->wanted;
    item->create.record = successor;
    item->create.body = plan_own(&f->plan, json_build("{s:{s:s}}", "source_template", "id", "t"));
    for (int i = 0; i < 2; i++) {
        item = add_item(f, i == 0 ? PLAN_MOVE : PLAN_ROLL, add_record(f->list, &resource_group, "g", "group"));
        item->depends_on = f->plan.count - 1;
    }
    f->plan.items[1].move.from = (struct plan_template){"t", "tpl"};
    f->plan.items[1].move.to = (struct plan_template){NULL, "tpl-r2"};
    item = add_item(f, PLAN_DELETE, add_record(f->list, &resource_template, "t", "tpl"));
    item->depends_on = 3;
    struct resource *group = add_record(f->groups, &resource_group, "g", "group");
    group->template_id = "t";
    f->now[1] = f->now[2] = group;
    f->now[3] = add_record(f->templates, &resource_template, "t", "tpl");
    f->stale[2] = 3;
}

static void a_chain_of_a_template_is_current_as_a_whole(void **state)
{
    CLEANUP(fixture_free) struct fixture f = {0};

    (void)state;
    make_chain(&f);
    compare(&f);
    assert_int_equal(f.staleness.count, 0);
    for (size_t i = 0; i < 4; i++) {
        expect(&f, i, PLAN_CHANGE, NULL);
    }
}

static void a_chain_is_stale_as_a_whole(void **state)
{
    static const char *const words[] = {"has the name tpl-r2 now",          "(t) was deleted",
                                        "instance group other uses it now", "instance template tpl -> t-9",
                                        "renamed from group to g2",         "membership count 2 -> 4",
                                        "renamed from tpl to old"};
    (void)state;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        CLEANUP(fixture_free) struct fixture f = {0};
        make_chain(&f);
        switch (i) {
        case 0:
            add_record(f.templates, &resource_template, "t-8", "tpl-r2");
            break;
        case 1:
            resource_list_truncate(f.templates, 0);
            break;
        case 2:
            add_record(f.groups, &resource_group, "h", "other")->template_id = "t";
            break;
        case 3:
            f.now[1]->template_id = "t-9";
            break;
        case 4:
            f.now[1]->name = "g2";
            break;
        case 5:
            f.plan.items[2].roll.before.count = 2;
            f.now[2]->membership_count = 4;
            break;
        default:
            f.now[3]->name = "old";
            break;
        }
        compare(&f);
        assert_int_equal(f.staleness.count, 4);
        for (size_t k = 0; k < 4; k++) {
            expect(&f, k, PLAN_CHANGE, words[i]);
        }
    }
}

/* The plan is of a move alone: what is created is of no use where another group has come to use the old template. */
static void a_create_waits_for_groups_that_the_plan_does_not_know(void **state)
{
    static const struct {
        const char *group, *uses, *words;
        bool moves;
    } rows[] = {
        {"h", "t", "instance group other uses it now", true},
        {"h", "t-5", NULL, true},
        {"g", "t", NULL, true},
        {"h", "t", NULL, false}, /* no group is moved: it may be used as before */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(fixture_free) struct fixture f = {0};
        make_chain(&f);
        f.plan.items[3].verdict = PLAN_SKIP; /* the old one stays */
        for (size_t k = 1; k < 3 && !rows[i].moves; k++) {
            f.plan.items[k].action = PLAN_SET;
            f.plan.items[k].verdict = PLAN_SKIP;
        }
        add_record(f.groups, &resource_group, rows[i].group, "other")->template_id = rows[i].uses;
        compare(&f);
        expect(&f, 0, PLAN_CHANGE, rows[i].words);
    }
}

static void groups_that_are_deleted_or_renamed_are_stale(void **state)
{
    static const struct {
        enum plan_action action;
        const char *name, *status, *words;
    } rows[] = {
        {PLAN_MOVE, "group", "healthy", NULL},
        {PLAN_MOVE, "group", "deleting", "status healthy -> deleting"},
        {PLAN_ROLL, "group", "healthy", NULL},
        {PLAN_ROLL, "g2", "healthy", "renamed from group to g2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(fixture_free) struct fixture f = {0};
        fixture_make(&f);
        struct resource *was = add_record(f.list, &resource_group, "g", "group");
        was->template_id = "t";
        was->status = "healthy";
        struct plan_item *item = add_item(&f, rows[i].action, was);
        if (rows[i].action == PLAN_MOVE) {
            item->move.from.id = "t";
            item->move.to.id = "t-2";
        }
        f.now[0] = add_record(f.groups, &resource_group, "g", rows[i].name);
        f.now[0]->template_id = "t";
        f.now[0]->status = rows[i].status;
        f.stale[0] = 1;
        compare(&f);
        expect(&f, 0, PLAN_CHANGE, rows[i].words);
    }
}

static void members_of_a_group_of_that_name_elsewhere_keep_their_reason(void **state)
{
    CLEANUP(fixture_free) struct fixture f = {0};
    char reason[PLAN_REASON_SIZE];

    (void)state;
    fixture_make(&f);
    add_item(&f, PLAN_ROLL, add_record(f.list, &resource_group, "g", "group"));
    struct resource *server = add_record(f.list, &resource_instance, "i", "web");
    server->region = "us-south";
    struct plan_item *member = add_item(&f, PLAN_SET, server);
    plan_replaced_reason("group", reason);
    member->verdict = PLAN_SKIP;
    member->reason = reason;
    f.now[0] = add_record(f.groups, &resource_group, "g", "group");
    compare(&f);
    expect(&f, 0, PLAN_UNCHANGED, NULL);
    assert_string_equal(f.plan.items[1].reason, reason);
}

static void members_say_whether_their_group_is_rolled(void **state)
{
    static const struct {
        int64_t stale;
        const char *template, *reason;
    } rows[] = {{3, "t", "it is replaced: this plan rolls instance group group"},
                {3, "t-9", "not replaced: the roll of instance group group is left out"},
                {0, "t-2", "was replaced: instance group group was rolled already"}};
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(fixture_free) struct fixture f = {0};
        char reason[PLAN_REASON_SIZE];
        fixture_make(&f);
        struct resource *group = add_record(f.list, &resource_group, "g", "group");
        group->template_id = "t";
        add_item(&f, PLAN_ROLL, group);
        struct plan_item *member = add_item(&f, PLAN_SET, add_record(f.list, &resource_instance, "i", "web"));
        plan_replaced_reason("group", reason);
        member->verdict = PLAN_SKIP;
        member->reason = reason;
        f.now[0] = add_record(f.groups, &resource_group, "g", "group");
        f.now[0]->template_id = rows[i].template;
        f.stale[0] = rows[i].stale;
        compare(&f);
        plan_skip_stale(&f.plan, &f.staleness);
        assert_string_equal(f.plan.items[1].reason, rows[i].reason);
    }
}

static void a_chain_that_was_carried_out_is_done_and_one_that_was_cut_off_goes_on(void **state)
{
    (void)state;

    for (int whole = 0; whole < 2; whole++) {
        CLEANUP(fixture_free) struct fixture f = {0};
        make_chain(&f);
        struct resource *made = add_record(f.templates, &resource_template, "t-2", "tpl-r2");
        made->settings.enabled = true;
        made->settings.protocol = "https";
        json_object_set_new(f.bodies, "t", json_build("{s:s}", "zone", "z"));
        json_object_set_new(f.bodies, "t-2", json_build("{s:s}", "zone", "z"));
        if (whole) {
            f.now[1]->template_id = "t-2";
            f.stale[2] = 0;
            f.now[3] = NULL;
        }
        compare(&f);
        assert_int_equal(f.staleness.count, 0);
        expect(&f, 0, PLAN_UNCHANGED, NULL);
        assert_string_equal(f.plan.items[0].resource->id, "t-2");
        assert_ptr_not_equal(f.plan.items[0].resource->id, made->id); /* a copy: the list may go before the plan */
        for (size_t k = 1; k < 4; k++) {
            expect(&f, k, whole ? PLAN_UNCHANGED : PLAN_CHANGE, NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_is_stale_by_whatever_the_plan_shows_of_it),
        cmocka_unit_test(what_is_gone_or_cannot_be_read_is_stale),
        cmocka_unit_test(what_is_odd_is_stale_whatever_it_has),
        cmocka_unit_test(names_count_in_their_region),
        cmocka_unit_test(a_restart_that_was_done_meanwhile_is_not_done_again),
        cmocka_unit_test(a_chain_of_a_template_is_current_as_a_whole),
        cmocka_unit_test(a_chain_is_stale_as_a_whole),
        cmocka_unit_test(a_create_waits_for_groups_that_the_plan_does_not_know),
        cmocka_unit_test(groups_that_are_deleted_or_renamed_are_stale),
        cmocka_unit_test(members_of_a_group_of_that_name_elsewhere_keep_their_reason),
        cmocka_unit_test(members_say_whether_their_group_is_rolled),
        cmocka_unit_test(a_chain_that_was_carried_out_is_done_and_one_that_was_cut_off_goes_on),
    };

    return cmocka_run_group_tests_name("plan stale", tests, NULL, NULL);
}
