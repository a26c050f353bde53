/* Room audit: every rule, what its findings say and advise, their order, and the counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/audit_fixture.h"

/* "rule name, rule name": the findings in their order. */
static const char *reported(const struct fixture *fixture, struct text *out)
{
    text_clear(out);
    for (size_t i = 0; i < fixture->audit.count; i++) {
        const struct audit_finding *finding = &fixture->audit.findings[i];
        text_printf(out, "%s%s %s", i > 0 ? ", " : "", audit_check_ids[finding->check], finding->resource->name);
    }
    return text_string(out);
}

static void each_kind_of_resource_breaks_the_rules_that_concern_it(void **state)
{
    static const struct {
        struct given rows[ROWS_MAX];
        const char *reported;
    } cases[] = {
        {{{INSTANCE("a"), ON}}, ""},
        {{{INSTANCE("a"), ON, .protocol = "http"}}, "enabled-over-http a"},
        {{{INSTANCE("a"), ON, .protocol = "ftp"}}, "enabled-over-http a"},
        {{{INSTANCE("a"), ON, .hop_limit = 2}}, "hop-limit a"},
        {{{INSTANCE("a"), ON, .protocol = "http", .hop_limit = 64}}, "enabled-over-http a, hop-limit a"},
        {{{INSTANCE("a"), ON, .architecture = "amd64"}}, ""},
        {{{INSTANCE("a"), ON, .architecture = "s390x"}}, "unsupported-architecture a"},
        {{{INSTANCE("a"), ON, .protocol = "http", .hop_limit = 2, .architecture = "s390x"}},
         "enabled-over-http a, hop-limit a, unsupported-architecture a"},
        {{{INSTANCE("a"), OFF}}, "disabled a"},
        {{{INSTANCE("a"), OFF, .protocol = "http", .hop_limit = 64}}, "disabled a"},
        {{{INSTANCE("a"), OFF, .protocol = "http", .hop_limit = 64, .architecture = "s390x"}}, ""},
        {{{BARE_METAL("a"), ON}}, ""},
        {{{BARE_METAL("a"), ON, .protocol = "http"}}, "enabled-over-http a"},
        {{{BARE_METAL("a"), ON, .hop_limit = 9}}, ""},
        {{{BARE_METAL("a"), OFF}}, "disabled a"},
        {{{BARE_METAL("a"), ON, .architecture = "s390x"}}, "unsupported-architecture a"},
        {{{BARE_METAL("a"), OFF, .protocol = "http", .architecture = "s390x"}}, ""},
        {{{TEMPLATE("t"), ON}}, ""},
        {{{TEMPLATE("t"), ON, .protocol = "http"}}, "template-over-http t"},
        {{{TEMPLATE("t"), ON, .hop_limit = 3}}, "template-hop-limit t"},
        {{{TEMPLATE("t"), OFF, .protocol = "http", .hop_limit = 3}}, "template-disabled t"},
        {{{TEMPLATE("t"), ON, .auto_link = true}}, "template-auto-link t"},
        {{{TEMPLATE("t"), OFF, .auto_link = true}},
         "template-auto-link t, template-disabled t, profile-while-disabled t"},
        {{{TEMPLATE("t"), ON}, {GROUP("g"), .template_id = "t"}}, ""},
        {{{TEMPLATE("t"), ON, .protocol = "http"}, {GROUP("g"), .template_id = "t"}},
         "template-over-http t, group-template g"},
        {{{TEMPLATE("t"), OFF}, {GROUP("g"), .template_id = "t"}}, "group-template g, template-disabled t"},
        {{{TEMPLATE("t"), ON}, {GROUP("g"), .template_id = "gone"}}, "group-template-missing g"},
    };
    CLEANUP(text_free) struct text out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        begin(&fixture, cases[i].rows, NULL, true);
        assert_string_equal(reported(&fixture, &out), cases[i].reported);
        end(&fixture);
    }
}

static void hop_limits_are_judged_by_the_limit_of_the_policy(void **state)
{
    static const struct given rows[ROWS_MAX] = {
        {INSTANCE("a"), ON, .hop_limit = 2},
        {INSTANCE("b"), ON, .hop_limit = 3},
        {TEMPLATE("t"), ON, .hop_limit = 3},
    };
    static const struct {
        int max;
        const char *reported;
    } cases[] = {
        {1, "hop-limit a, hop-limit b, template-hop-limit t"},
        {2, "hop-limit b, template-hop-limit t"},
        {3, ""},
        {64, ""},
    };
    CLEANUP(text_free) struct text out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        begin(&fixture, rows, &(struct audit_terms){.max_hop_limit = cases[i].max}, true);
        assert_string_equal(reported(&fixture, &out), cases[i].reported);
        end(&fixture);
    }
}

static void rules_and_severity_choose_what_is_reported(void **state)
{
    static const struct given rows[ROWS_MAX] = {
        {INSTANCE("a"), ON, .protocol = "http", .hop_limit = 2},
        {INSTANCE("b"), OFF},
        {TEMPLATE("t"), OFF},
        {GROUP("g"), .template_id = "t"},
    };
    static const struct {
        struct audit_terms policy;
        const char *reported;
    } cases[] = {
        {{.max_hop_limit = 1}, "enabled-over-http a, hop-limit a, group-template g, disabled b, template-disabled t"},
        {{.max_hop_limit = 1, .severity = POLICY_MEDIUM}, "enabled-over-http a, hop-limit a"},
        {{.max_hop_limit = 1, .severity = POLICY_HIGH}, "enabled-over-http a"},
        {{.max_hop_limit = 1, .checks = 1U << AUDIT_DISABLED | 1U << AUDIT_HOP_LIMIT}, "hop-limit a, disabled b"},
        {{.max_hop_limit = 1, .checks = 1U << AUDIT_GROUP_TEMPLATE}, "group-template g"},
        {{.max_hop_limit = 1, .checks = 1U << AUDIT_DISABLED, .excluded = 1U << AUDIT_DISABLED}, ""},
        /* what is accepted in a template is accepted in its groups */
        {{.max_hop_limit = 1, .excluded = 1U << AUDIT_TEMPLATE_DISABLED},
         "enabled-over-http a, hop-limit a, disabled b"},
    };
    CLEANUP(text_free) struct text out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        begin(&fixture, rows, &cases[i].policy, true);
        assert_string_equal(reported(&fixture, &out), cases[i].reported);
        end(&fixture);
    }
}

static void a_group_is_as_bad_as_its_template(void **state)
{
    static const struct given rows[ROWS_MAX] = {
        {TEMPLATE("hard"), ON, .protocol = "http", .hop_limit = 5},
        {TEMPLATE("mild"), OFF},
        {GROUP("g1"), .template_id = "mild"},
        {GROUP("g2"), .template_id = "hard"},
    };
    struct fixture fixture;
    CLEANUP(text_free) struct text message = {0};

    (void)state;
    begin(&fixture, rows, NULL, true);
    assert_int_equal(fixture.audit.by_result[AUDIT_GROUP_TEMPLATE][AUDIT_FAIL], 2);
    for (size_t i = 0; i < fixture.audit.count; i++) {
        const struct audit_finding *finding = &fixture.audit.findings[i];
        if (finding->check == AUDIT_GROUP_TEMPLATE) {
            bool hard = strcmp(finding->resource->name, "g2") == 0;
            assert_int_equal(finding->severity, hard ? POLICY_HIGH : POLICY_LOW);
            text_clear(&message);
            audit_message(&fixture.audit, finding, &message);
            assert_string_equal(text_string(&message), hard ? "template hard: template-over-http, template-hop-limit"
                                                            : "template mild: template-disabled");
        }
    }
    end(&fixture);
}

/* When the templates could not be read, one that was not seen may be there. */
static void a_template_is_missing_only_where_all_are_known(void **state)
{
    static const struct given rows[ROWS_MAX] = {{GROUP("g"), .template_id = "t"}};
    struct fixture fixture;

    (void)state;
    begin(&fixture, rows, NULL, false);
    assert_int_equal(fixture.audit.failed, 0);
    assert_int_equal(audit_result_of(&fixture.audit, 0, AUDIT_GROUP_TEMPLATE), AUDIT_CANNOT_TELL);
    assert_int_equal(audit_result_of(&fixture.audit, 0, AUDIT_GROUP_TEMPLATE_MISSING), AUDIT_CANNOT_TELL);
    end(&fixture);
}

static void templates_and_groups_outside_of_the_selection_are_known(void **state)
{
    static const struct given known[] = {
        {TEMPLATE("t"), ON, .protocol = "http"}, {GROUP("g"), .template_id = "t"}, {GROUP("h"), .template_id = "t"}};
    struct resource_list *selected = resource_list_create();
    struct resource_list *around = resource_list_create();
    struct audit audit;
    CLEANUP(text_free) struct text message = {0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        append(around, &known[i]);
    }
    append(selected, &known[1]);
    append(selected, &known[0]);
    const struct policy_rule rule = baseline_rule(1);
    const struct audit_facts facts[2] = {{.match.rule = &rule}, {.match.rule = &rule}};
    audit_make(&(struct audit_inventory){.selected = selected, .known = around, .facts = facts, .known_whole = true},
               &(struct audit_terms){.max_hop_limit = 1, .program = "vpcmeta"}, &audit);
    assert_int_equal(audit.count, 2);
    assert_int_equal(audit.findings[1].check, AUDIT_GROUP_TEMPLATE);
    audit_message(&audit, &audit.findings[0], &message);
    assert_string_equal(text_string(&message), "new instances answer over http; used by groups g, h");
    audit_free(&audit);
    resource_list_destroy(selected);
    resource_list_destroy(around);
}

static void findings_say_what_is_wrong_and_which_command_mends_it(void **state)
{
    static const struct {
        struct given rows[ROWS_MAX];
        const char *message, *fix;
    } cases[] = {
        {{{INSTANCE("web-01"), ON, .protocol = "http"}},
         "answers over http",
         "vpcmeta instance set web-01 --protocol https --region eu-de"},
        {{{BARE_METAL("bm-01"), ON, .protocol = "http"}},
         "answers over http",
         "vpcmeta bare-metal set bm-01 --protocol https --region eu-de"},
        {{{INSTANCE("web-01"), ON, .hop_limit = 8}},
         "hop limit 8 is above 2",
         "vpcmeta instance set web-01 --hop-limit 2 --region eu-de"},
        {{{INSTANCE("z-01"), ON, .architecture = "s390x"}},
         "enabled, but s390x has no metadata service (x86 only)",
         "vpcmeta instance set z-01 --enabled false --region eu-de"},
        {{{INSTANCE("web-01"), OFF, .protocol = "http"}},
         "disabled (stored: http, hop limit 1)",
         "vpcmeta instance set web-01 --enabled true --protocol https --region eu-de"},
        {{{INSTANCE("web-01"), OFF, .protocol = "http", .hop_limit = 9}},
         "disabled (stored: http, hop limit 9)",
         "vpcmeta instance set web-01 --enabled true --protocol https --hop-limit 2 --region eu-de"},
        {{{INSTANCE("web-01"), OFF}},
         "disabled (stored: https, hop limit 1)",
         "vpcmeta instance set web-01 --enabled true --region eu-de"},
        {{{BARE_METAL("bm-01"), OFF, .protocol = "http"}},
         "disabled (stored: http)",
         "vpcmeta bare-metal set bm-01 --enabled true --protocol https --region eu-de"},
        {{{TEMPLATE("t"), OFF, .protocol = "http", .assumed = true}},
         "new instances are disabled at first (no metadata_service in it)",
         "vpcmeta template replace t --enabled true --protocol https --update-groups --delete-old --region eu-de"},
        {{{TEMPLATE("t"), OFF, .protocol = "http"}},
         "new instances are disabled at first (http, hop limit 1)",
         "vpcmeta template replace t --enabled true --protocol https --update-groups --delete-old --region eu-de"},
        {{{TEMPLATE("t"), ON, .hop_limit = 3}, {GROUP("g"), .template_id = "t"}},
         "new instances have hop limit 3, above 2; used by group g",
         "vpcmeta template replace t --hop-limit 2 --update-groups --delete-old --region eu-de"},
        {{{TEMPLATE("t"), ON, .auto_link = true}},
         "links trusted profile Profile-1 to every new instance",
         "vpcmeta template replace t --auto-link false --update-groups --delete-old --region eu-de"},
        {{{GROUP("g"), .template_id = "gone"}},
         "template gone does not exist: give the group one that exists by hand",
         "vpcmeta group show g --region eu-de"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        CLEANUP(text_free) struct text message = {0};
        CLEANUP(text_free) struct text fix = {0};
        begin(&fixture, cases[i].rows, &(struct audit_terms){.max_hop_limit = 2}, true);
        assert_true(fixture.audit.count >= 1);
        audit_message(&fixture.audit, &fixture.audit.findings[0], &message);
        audit_fix(&fixture.audit, &fixture.audit.findings[0], &fix);
        assert_string_equal(text_string(&message), cases[i].message);
        assert_string_equal(text_string(&fix), cases[i].fix);
        end(&fixture);
    }
}

/* Two commands of one template would undo each other: the second one would start from the template of before. */
static void all_findings_of_a_resource_have_one_fix(void **state)
{
    static const struct {
        struct given rows[ROWS_MAX];
        struct audit_terms policy;
        const char *fixes;
    } cases[] = {
        {{{INSTANCE("a"), ON, .protocol = "http", .hop_limit = 8}},
         {.max_hop_limit = 2},
         "vpcmeta instance set a --protocol https --hop-limit 2 --region eu-de\n"},
        {{{INSTANCE("a"), ON, .protocol = "http", .hop_limit = 8, .architecture = "s390x"}},
         {.max_hop_limit = 2},
         "vpcmeta instance set a --enabled false --region eu-de\n"},
        {{{TEMPLATE("t"), OFF, .protocol = "http", .hop_limit = 3, .auto_link = true}},
         {.max_hop_limit = 1},
         "vpcmeta template replace t --enabled true --protocol https --hop-limit 1 --auto-link false "
         "--update-groups --delete-old --region eu-de\n"},
        {{{TEMPLATE("t"), ON, .protocol = "http", .hop_limit = 3}, {GROUP("g"), .template_id = "t"}},
         {.max_hop_limit = 1},
         "vpcmeta template replace t --protocol https --hop-limit 1 --update-groups --delete-old --region eu-de\n"},
        /* the finding of the group says all of them */
        {{{TEMPLATE("t"), ON, .protocol = "http", .hop_limit = 3}, {GROUP("g"), .template_id = "t"}},
         {.max_hop_limit = 1, .severity = POLICY_HIGH},
         "vpcmeta template replace t --protocol https --hop-limit 1 --update-groups --delete-old --region eu-de\n"},
        /* what the operator left out stays as it is */
        {{{INSTANCE("a"), ON, .protocol = "http", .hop_limit = 8}},
         {.max_hop_limit = 2, .excluded = 1U << AUDIT_HOP_LIMIT},
         "vpcmeta instance set a --protocol https --region eu-de\n"},
        {{{INSTANCE("a"), ON, .protocol = "http", .hop_limit = 8}},
         {.max_hop_limit = 2, .checks = 1U << AUDIT_HOP_LIMIT},
         "vpcmeta instance set a --hop-limit 2 --region eu-de\n"},
        {{{INSTANCE("a"), OFF, .protocol = "http", .hop_limit = 8}},
         {.max_hop_limit = 2, .excluded = 1U << AUDIT_ENABLED_OVER_HTTP | 1U << AUDIT_TEMPLATE_HOP_LIMIT},
         "vpcmeta instance set a --enabled true --hop-limit 2 --region eu-de\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        CLEANUP(text_free) struct text fix = {0};
        begin(&fixture, cases[i].rows, &cases[i].policy, true);
        assert_true(fixture.audit.count >= 1);
        for (size_t f = 0; f < fixture.audit.count; f++) {
            text_clear(&fix);
            audit_fix(&fixture.audit, &fixture.audit.findings[f], &fix);
            text_append_char(&fix, '\n');
            assert_string_equal(text_string(&fix), cases[i].fixes);
        }
        text_clear(&fix);
        audit_grouped_fixes(&fixture.audit, 0, &fix);
        assert_string_equal(text_string(&fix), cases[i].fixes); /* of one resource they are the same */
        end(&fixture);
    }
}

static void one_of_several_with_a_name_is_called_by_its_id(void **state)
{
    static const struct given rows[ROWS_MAX] = {{INSTANCE("a"), OFF}, {INSTANCE("a"), OFF}, {BARE_METAL("b"), OFF}};
    static const char *const wanted[] = {"vpcmeta instance set 0717_1 --enabled true --region eu-de",
                                         "vpcmeta instance set 0717_2 --enabled true --region eu-de",
                                         "vpcmeta bare-metal set b --enabled true --region eu-de"};
    struct resource_list *list = resource_list_create();
    struct audit audit;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        append(list, &rows[i]);
        resource_list_at(list, i)->id = (const char *[]){"0717_1", "0717_2", "0717_3"}[i];
    }
    const struct policy_rule rule = baseline_rule(1);
    const struct audit_facts facts[3] = {{.match.rule = &rule}, {.match.rule = &rule}, {.match.rule = &rule}};
    audit_make(&(struct audit_inventory){.selected = list, .known = list, .facts = facts},
               &(struct audit_terms){.max_hop_limit = 1, .program = "vpcmeta"}, &audit);
    for (size_t i = 0; i < 3; i++) {
        CLEANUP(text_free) struct text fix = {0};
        audit_fix(&audit, &audit.findings[i], &fix);
        assert_string_equal(text_string(&fix), wanted[i]);
    }
    audit_free(&audit);
    resource_list_destroy(list);
}

/* More than are named, of every likeness; the predicate says exactly what was found in them. */
static void many_that_become_the_same_have_one_command(void **state)
{
    static const struct audit_option options[] = {{"vpc", "vpc-prod"}, {"exclude", "b*"}};
    static const struct {
        struct given row;
        struct audit_terms policy;
        const char *line;
    } cases[] = {
        {{INSTANCE("a"), ON, .protocol = "http"},
         {.max_hop_limit = 1},
         "vpcmeta instance set --where '.metadata_service.enabled and ((.metadata_service.protocol // \"https\") != "
         "\"https\")' --protocol https --region eu-de\n"},
        {{INSTANCE("a"), ON, .protocol = "http", .hop_limit = 5},
         {.max_hop_limit = 1, .where = ".a or .b"},
         "vpcmeta instance set --where '(.a or .b) and .metadata_service.enabled and ((.metadata_service.protocol // "
         "\"https\") != \"https\" or .metadata_service.response_hop_limit > 1)' --protocol https --hop-limit 1 "
         "--region eu-de\n"},
        {{INSTANCE("a"), ON, .protocol = "http", .hop_limit = 5},
         {.max_hop_limit = 2},
         "vpcmeta instance set --where '.metadata_service.enabled and .metadata_service.response_hop_limit > 2' "
         "--protocol https --hop-limit 2 --region eu-de\n"},
        {{INSTANCE("a"), ON, .architecture = "s390x"},
         {.max_hop_limit = 1},
         "vpcmeta instance set --where '.metadata_service.enabled and ((.vcpu // .cpu).architecture // \"amd64\") "
         "!= \"amd64\"' --enabled false --region eu-de\n"},
        {{BARE_METAL("a"), OFF, .protocol = "http"},
         {.max_hop_limit = 1, .options = options, .option_count = 2},
         "vpcmeta bare-metal set --where '.metadata_service.enabled == false' --vpc vpc-prod --exclude 'b*' "
         "--enabled true --protocol https --region eu-de\n"},
        {{TEMPLATE("a"), ON, .auto_link = true},
         {.max_hop_limit = 1},
         "vpcmeta template replace --where '.metadata_service.enabled and (.default_trusted_profile | . != null and "
         ".auto_link != false)' --auto-link false --update-groups --delete-old --region eu-de\n"},
        /* a comment would hide the rest, and single resources were named */
        {{INSTANCE("a"), ON, .protocol = "http"},
         {.max_hop_limit = 1, .where = ".a # all"},
         "vpcmeta instance set a0 a1 a2 a3 a4 --protocol https --region eu-de\n"},
        {{INSTANCE("a"), ON, .protocol = "http"},
         {.max_hop_limit = 1, .targeted = true},
         "vpcmeta instance set a0 a1 a2 a3 a4 --protocol https --region eu-de\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static const char *const names[] = {"a0", "a1", "a2", "a3", "a4"};
        struct given rows[ROWS_MAX] = {0};
        struct fixture fixture;
        CLEANUP(text_free) struct text lines = {0};
        for (size_t row = 0; row < 5; row++) {
            rows[row] = cases[i].row;
            rows[row].name = names[row];
        }
        begin(&fixture, rows, &cases[i].policy, true);
        audit_grouped_fixes(&fixture.audit, 0, &lines);
        assert_string_equal(text_string(&lines), cases[i].line);
        end(&fixture);
    }
}

static void a_long_command_is_one_command_on_several_lines(void **state)
{
    static const struct given rows[ROWS_MAX] = {{INSTANCE("a"), ON, .hop_limit = 2},
                                                {INSTANCE("b"), ON, .hop_limit = 2},
                                                {INSTANCE("c"), ON, .hop_limit = 2},
                                                {INSTANCE("d"), ON, .hop_limit = 2},
                                                {INSTANCE("e"), ON, .hop_limit = 2}};
    struct fixture fixture;
    CLEANUP(text_free) struct text lines = {0};

    (void)state;
    begin(&fixture, rows, &(struct audit_terms){.max_hop_limit = 1, .where = ".a == \"it's so\""}, true);
    audit_grouped_fixes(&fixture.audit, 60, &lines);
    assert_string_equal(text_string(&lines), "vpcmeta instance set --where '(.a == \"it'\\''s so\")\n"
                                             "    and .metadata_service.enabled\n"
                                             "    and (.metadata_service.response_hop_limit > 1)' \\\n"
                                             "    --hop-limit 1 --region eu-de\n");
    end(&fixture);
}

static void many_groups_are_not_all_named(void **state)
{
    static const struct given rows[ROWS_MAX] = {
        {TEMPLATE("t"), ON, .protocol = "http"}, {GROUP("g1"), .template_id = "t"}, {GROUP("g2"), .template_id = "t"},
        {GROUP("g3"), .template_id = "t"},       {GROUP("g4"), .template_id = "t"}, {GROUP("g5"), .template_id = "t"},
        {GROUP("other"), .template_id = "u"},
    };
    struct fixture fixture;
    CLEANUP(text_free) struct text message = {0};

    (void)state;
    begin(&fixture, rows, NULL, true);
    audit_message(&fixture.audit, &fixture.audit.findings[0], &message);
    assert_string_equal(text_string(&message), "new instances answer over http; used by groups g1, g2, g3 and 2 more");
    end(&fixture);
}

/* A fix is pasted into a shell; the name comes from somebody else. */
static void a_name_that_would_be_read_as_something_else_is_not_in_the_command(void **state)
{
    static const struct {
        const char *name, *id, *crn, *target;
    } cases[] = {
        {"web-01", "0717_1e09", "crn:v1:x", "web-01"},
        {"--all", "0717_1e09", "crn:v1:x", "0717_1e09"},
        {"a b", "0717_1e09", "crn:v1:x", "0717_1e09"},
        {"a;reboot", "0717_1e09", "crn:v1:x", "0717_1e09"},
        {"$(id)", "0717_1e09", "crn:v1:x", "0717_1e09"},
        {"", "0717_1e09", "crn:v1:x", "0717_1e09"},
        {"0717_1e10", "0717_1e09", "crn:v1:x", "0717_1e09"}, /* reads as an id */
        {"a'b", "web-02", "crn:v1:x", "crn:v1:x"},           /* the id reads as a name */
        {"a\nb", "-x", "a;b", "'a;b'"},                      /* nothing reads well: quoted */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct resource_list *list = resource_list_create();
        struct audit audit;
        CLEANUP(text_free) struct text fix = {0};
        CLEANUP(text_free) struct text wanted = {0};
        append(list, &(struct given){INSTANCE(cases[i].name), ON, .protocol = "http"});
        resource_list_at(list, 0)->id = cases[i].id;
        resource_list_at(list, 0)->crn = cases[i].crn;
        const struct policy_rule rule = baseline_rule(1);
        const struct audit_facts facts = {.match.rule = &rule};
        audit_make(&(struct audit_inventory){.selected = list, .known = list, .facts = &facts},
                   &(struct audit_terms){.max_hop_limit = 1, .program = "vpcmeta"}, &audit);
        audit_fix(&audit, &audit.findings[0], &fix);
        text_printf(&wanted, "vpcmeta instance set %s --protocol https --region eu-de", cases[i].target);
        assert_string_equal(text_string(&fix), text_string(&wanted));
        audit_free(&audit);
        resource_list_destroy(list);
    }
}

static void findings_come_worst_first_then_by_rule_then_as_the_inventory_stands(void **state)
{
    static const struct given rows[ROWS_MAX] = {
        {INSTANCE("a"), OFF},
        {INSTANCE("b"), ON, .protocol = "http", .hop_limit = 2},
        {INSTANCE("c"), ON, .protocol = "http"},
        {TEMPLATE("t"), ON, .protocol = "http"},
        {BARE_METAL("d"), OFF},
        {BARE_METAL("e"), ON, .protocol = "http"},
    };
    struct fixture fixture;
    CLEANUP(text_free) struct text out = {0};

    (void)state;
    begin(&fixture, rows, NULL, true);
    assert_string_equal(reported(&fixture, &out),
                        "enabled-over-http b, enabled-over-http c, enabled-over-http e, template-over-http t, "
                        "hop-limit b, disabled a, disabled d");
    end(&fixture);
}

static void drop_zeros(json_t *counts)
{
    const char *name;
    json_t *count;
    void *next;

    json_object_foreach_safe (counts, next, name, count) {
        if (json_integer_value(count) == 0) {
            json_object_del(counts, name);
        }
    }
}

static void counts_are_told_by_kind_state_protocol_and_hop_limit(void **state)
{
    static const struct given rows[ROWS_MAX] = {
        {INSTANCE("a"), ON, .protocol = "http"},
        {INSTANCE("b"), ON, .hop_limit = 2},
        {INSTANCE("c"), OFF, .protocol = "http", .hop_limit = 2},
        {INSTANCE("d"), ON, .hop_limit = 70},
        {TEMPLATE("t"), ON, .protocol = "other", .hop_limit = 64},
        {BARE_METAL("e"), ON},
        {GROUP("g"), .template_id = "t"},
    };
    static const char wanted[] =
        "{\"max_hop_limit\":1,\"resources\":{\"instance\":4,\"template\":1,\"bare-metal\":1,\"group\":1},"
        "\"metadata_service\":{"
        "\"instance\":{\"enabled\":3,\"disabled\":1,"
        "\"protocol\":{\"enabled\":{\"http\":1,\"https\":2},\"disabled\":{\"http\":1,\"https\":0}},"
        "\"response_hop_limit\":{\"enabled\":{\"1\":1,\"2\":1,\"other\":1},\"disabled\":{\"2\":1}}},"
        "\"template\":{\"enabled\":1,\"disabled\":0,"
        "\"protocol\":{\"enabled\":{\"http\":0,\"https\":0,\"other\":1},\"disabled\":{\"http\":0,\"https\":0}},"
        "\"response_hop_limit\":{\"enabled\":{\"64\":1},\"disabled\":{}}},"
        "\"bare-metal\":{\"enabled\":1,\"disabled\":0,"
        "\"protocol\":{\"enabled\":{\"http\":0,\"https\":1},\"disabled\":{\"http\":0,\"https\":0}}}},"
        "\"findings\":{\"total\":7,\"severity\":{\"critical\":0,\"high\":3,\"medium\":3,\"low\":1,\"info\":0},"
        "\"rule\":{\"enabled-over-http\":1,\"template-over-http\":1,\"hop-limit\":2,\"template-hop-limit\":1,"
        "\"group-template\":1,\"disabled\":1}},"
        "\"regions\":{\"eu-de\":{\"resources\":7,\"enabled\":5,\"disabled\":1,"
        "\"findings\":{\"total\":7,\"severity\":{\"critical\":0,\"high\":3,\"medium\":3,\"low\":1,\"info\":0}}}},"
        "\"results\":{\"pass\":26,\"fail\":7,\"excepted\":0,\"cannot_tell\":0,\"not_applicable\":27},"
        "\"unmanaged\":0,"
        "\"exceptions\":{\"open\":7,\"excepted\":0,\"expired\":0,\"unused\":[],\"expires_soon\":[]},"
        "\"policy\":{\"name\":\"baseline\",\"digest\":null,\"as_of\":null}}";
    struct fixture fixture;
    CLEANUP(text_free) struct text out = {0};

    (void)state;
    begin(&fixture, rows, NULL, true);
    JSON_CLEANUP json_t *summary = audit_summary(&fixture.audit);
    assert_int_equal(json_object_size(json_object_get(summary, "checks")), AUDIT_CHECKS);
    json_object_del(summary, "checks");
    json_t *rules = json_object_get(json_object_get(summary, "findings"), "rule");
    assert_int_equal(json_object_size(rules), AUDIT_CHECKS);
    drop_zeros(rules);
    json_print(&out, summary, JSON_PRINT_COMPACT);
    assert_string_equal(text_string(&out), wanted);
    end(&fixture);
}

/* A profile that could not be read is not the lack of one. */
static void a_template_whose_profile_cannot_be_read_may_have_one(void **state)
{
    static const enum audit_check_number checks[] = {AUDIT_TEMPLATE_AUTO_LINK, AUDIT_PROFILE_MISSING,
                                                     AUDIT_PROFILE_FORBIDDEN, AUDIT_PROFILE_WHILE_DISABLED};

    (void)state;
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        static const struct given rows[ROWS_MAX] = {{0}};
        struct fixture fixture;
        begin(&fixture, rows, NULL, true);
        audit_free(&fixture.audit);
        append(fixture.list, &(struct given){TEMPLATE("t"), OFF});
        resource_list_at(fixture.list, 0)->odd = "default_trusted_profile is not an object";
        fixture.rule.wanted.profile =
            checks[i] == AUDIT_PROFILE_FORBIDDEN ? POLICY_PROFILE_FORBIDDEN : POLICY_PROFILE_REQUIRED;
        audit_list(&fixture, &(struct audit_terms){.program = "vpcmeta"}, true);
        assert_int_equal(audit_result_of(&fixture.audit, 0, checks[i]), AUDIT_CANNOT_TELL);
        end(&fixture);
    }
}

/* Where the value that is missing decides, nothing is claimed; and one required profile is not as good as another. */
static void what_an_answer_lacks_is_neither_a_finding_nor_the_lack_of_one(void **state)
{
    static const char *const profiles[] = {"Profile-11111111-1111-4111-8111-111111111111"};
    static const struct {
        struct given row;
        unsigned lacks;
        const char *odd;
        enum audit_check_number check;
        enum audit_result result;
    } cases[] = {
        {{INSTANCE("a"), ON, .protocol = "http"},
         RESOURCE_ENABLED,
         "metadata_service.enabled is null",
         AUDIT_ENABLED_OVER_HTTP,
         AUDIT_CANNOT_TELL},
        {{INSTANCE("a"), OFF}, 0, "vcpu is null", AUDIT_DISABLED, AUDIT_CANNOT_TELL},
        {{TEMPLATE("t"), ON, .auto_link = true}, 0, NULL, AUDIT_PROFILE_NOT_ALLOWED, AUDIT_FAIL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static const struct given none[ROWS_MAX] = {{0}};
        struct fixture fixture;
        begin(&fixture, none, &(struct audit_terms){.max_hop_limit = 1}, true);
        audit_free(&fixture.audit);
        append(fixture.list, &cases[i].row);
        struct resource *record = resource_list_at(fixture.list, 0);
        record->settings.given &= ~cases[i].lacks;
        record->odd = cases[i].odd;
        fixture.rule.wanted.profile = POLICY_PROFILE_REQUIRED;
        fixture.rule.wanted.profiles = profiles;
        fixture.rule.wanted.profile_count = 1;
        audit_list(&fixture, &(struct audit_terms){.program = "vpcmeta"}, true);
        assert_int_equal(audit_result_of(&fixture.audit, 0, cases[i].check), cases[i].result);
        end(&fixture);
    }
}

static void an_empty_inventory_has_no_findings(void **state)
{
    static const struct given rows[ROWS_MAX] = {{0}};
    struct fixture fixture;

    (void)state;
    begin(&fixture, rows, NULL, true);
    assert_int_equal(fixture.audit.count, 0);
    assert_int_equal(fixture.audit.kind_count, 4);
    end(&fixture);
}

static void every_rule_is_complete_and_has_an_id_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < AUDIT_CHECKS; i++) {
        const struct audit_check *rule = &audit_checks[i];
        unsigned found = 0;
        struct err e = ERR_INIT;
        assert_non_null(audit_check_ids[i]);
        assert_int_equal(strspn(audit_check_ids[i], "abcdefghijklmnopqrstuvwxyz-"), strlen(audit_check_ids[i]));
        assert_non_null(rule->title);
        assert_non_null(rule->meaning);
        assert_non_null(rule->message);
        assert_non_null(rule->fix);
        assert_non_null(rule->basis);
        assert_true(audit_add_check(audit_check_ids[i], &found, &e));
        assert_int_equal(found, 1U << i);
    }
    assert_null(audit_check_ids[AUDIT_CHECKS]);
}

static void an_unknown_rule_is_refused_with_the_nearest(void **state)
{
    unsigned rules = 0;
    struct err e = ERR_INIT;

    (void)state;
    assert_false(audit_add_check("hop-limits", &rules, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.message, "there is no rule \"hop-limits\"; did you mean \"hop-limit\"?");
    err_clear(&e);
    assert_false(audit_add_check("q", &rules, &e));
    assert_non_null(strstr(e.message, "--list-rules"));
    assert_int_equal(rules, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_resource_breaks_the_rules_that_concern_it),
        cmocka_unit_test(hop_limits_are_judged_by_the_limit_of_the_policy),
        cmocka_unit_test(rules_and_severity_choose_what_is_reported),
        cmocka_unit_test(a_group_is_as_bad_as_its_template),
        cmocka_unit_test(a_template_is_missing_only_where_all_are_known),
        cmocka_unit_test(templates_and_groups_outside_of_the_selection_are_known),
        cmocka_unit_test(findings_say_what_is_wrong_and_which_command_mends_it),
        cmocka_unit_test(all_findings_of_a_resource_have_one_fix),
        cmocka_unit_test(one_of_several_with_a_name_is_called_by_its_id),
        cmocka_unit_test(many_that_become_the_same_have_one_command),
        cmocka_unit_test(a_long_command_is_one_command_on_several_lines),
        cmocka_unit_test(many_groups_are_not_all_named),
        cmocka_unit_test(a_name_that_would_be_read_as_something_else_is_not_in_the_command),
        cmocka_unit_test(findings_come_worst_first_then_by_rule_then_as_the_inventory_stands),
        cmocka_unit_test(counts_are_told_by_kind_state_protocol_and_hop_limit),
        cmocka_unit_test(a_template_whose_profile_cannot_be_read_may_have_one),
        cmocka_unit_test(what_an_answer_lacks_is_neither_a_finding_nor_the_lack_of_one),
        cmocka_unit_test(an_empty_inventory_has_no_findings),
        cmocka_unit_test(every_rule_is_complete_and_has_an_id_of_its_own),
        cmocka_unit_test(an_unknown_rule_is_refused_with_the_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
