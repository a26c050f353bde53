/* Room policy: what a file means: which rule matches, what it wants, which exception covers a finding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "catalog_fixture.h"
#include "policy/policy_parts.h"
#include "policy_fixture.h"

static void test_texts(void **state)
{
    const struct policy_terms terms = fixture_terms(schemas);
    struct err e = ERR_INIT;
    CLEANUP(policy_release) struct policy *baseline = policy_baseline(&terms, &e);

    (void)state;
    assert_non_null(baseline);
    assert_string_equal(policy_name(baseline), "baseline");
    assert_int_equal(policy_rule_count(baseline), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct policy_wanted *wanted = &policy_rule_at(baseline, i)->wanted;
        assert_true(wanted->enabled && wanted->hop_limit_is_max && !wanted->auto_link);
        assert_int_equal(wanted->hop_limit, 1);
        assert_int_equal(wanted->given, RESOURCE_METADATA_SETTINGS | (i == 1 ? RESOURCE_AUTO_LINK : 0));
        /* the profiles of servers cost a request each */
        assert_int_equal(policy_rule_needs_profile(policy_rule_at(baseline, i)), i == 1);
    }
    GOOD(example, policy_example_text);
    assert_int_equal(policy_rule_count(example), 3);
    assert_true(policy_has_predicates(example));
    assert_false(policy_rule_needs_profile(policy_rule_at(example, 0)));
    assert_true(policy_rule_needs_profile(policy_rule_at(example, 1)));
    assert_true(policy_names_profiles(example));
    assert_int_equal(policy_rule_at(example, 0)->apply.max_unavailable, 25);
    assert_true(policy_rule_at(example, 0)->apply.percent);
}

/* --- reading ------------------------------------------------------------------------------------------ */

static void test_yaml_and_json_say_the_same(void **state)
{
    static const char *const texts[] = {
        "version: 1\nrules:\n  - name: no\n    kinds: instance\n    where:\n      name: [\"web-*\", off]\n"
        "    metadata_service: {enabled: True, protocol: https, response_hop_limit: {max: 2}}\n",
        "\xef\xbb\xbfversion: 1\r\nrules:\r\n- kinds: [instance]\r\n  name: 'no'\r\n  where: &w {name: [web-*, "
        "'off']}\r\n"
        "  metadata_service: {enabled: true, protocol: \"https\", response_hop_limit: {max: 2}}\r\n",
        "{\"version\":1,\"rules\":[{\"name\":\"no\",\"kinds\":[\"instance\"],\"where\":{\"name\":[\"web-*\",\"off\"]},"
        "\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":{\"max\":2}}}]}",
        "{schema_version: 1, rules: [{name: no, kinds: [instance], where: {name: [\"web-*\", off]},\n"
        " metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 2}}}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        CLEANUP(text_free) struct text faults = {0};
        const struct policy_terms terms = fixture_terms(schemas);
        struct err e = ERR_INIT;
        CLEANUP(policy_release)
        struct policy *policy = policy_read(texts[i], strlen(texts[i]),
                                            i == 3   ? "standard input"
                                            : i == 2 ? "p.json"
                                                     : "p.yaml",
                                            &terms, &faults, &e);
        assert_string_equal(text_string(&faults), "");
        const struct policy_rule *rule = policy_rule_at(policy, 0);
        assert_string_equal(rule->name, "no");
        assert_true(rule->wanted.enabled && rule->wanted.hop_limit_is_max);
        assert_int_equal(rule->wanted.hop_limit, 2);
        struct resource off = {.kind = &resource_instance, .name = "off", .region = "eu-de"};
        assert_ptr_equal(policy_match(policy, &off, 0).rule, rule);
    }
}

static void test_aliases_repeat_values(void **state)
{
    GOOD(policy, "version: 1\nrules:\n"
                 "  - {name: a, where: {vpc: x}, metadata_service: &m {enabled: true, protocol: https}}\n"
                 "  - {name: b, metadata_service: *m}\n");

    (void)state;
    assert_true(policy_rule_at(policy, 1)->wanted.enabled);
    assert_string_equal(policy_rule_at(policy, 1)->wanted.protocol, "https");
}

static void test_apply_of_the_file_holds_for_rules_without_their_own(void **state)
{
    GOOD(policy, "version: 1\napply: {restart: needed, max_unavailable: 3}\nrules:\n"
                 "  - {name: a, where: {vpc: x}, apply: {restart: never, roll: true, max_unavailable: 25%}}\n"
                 "  - {name: b}\n");
    const struct policy_apply *first = &policy_rule_at(policy, 0)->apply, *second = &policy_rule_at(policy, 1)->apply;

    (void)state;
    assert_false(first->restart);
    assert_true(first->roll && first->update_groups && first->delete_old && first->percent);
    assert_int_equal(first->max_unavailable, 25);
    assert_true(second->restart && second->update_groups && !second->roll && !second->percent);
    assert_int_equal(second->max_unavailable, 3);
}

/* --- matching ----------------------------------------------------------------------------------------- */

#define MATCHING                                                                                               \
    "version: 1\nrules:\n"                                                                                     \
    "  - {name: region, where: {region: eu-gb}}\n"                                                             \
    "  - {name: zone, kinds: [instance, template], where: {zone: [us-south-1, us-south-2]}}\n"                 \
    "  - {name: vpc, where: {vpc: [vpc-prod, r006-1, 'crn:v1:bluemix:public:is:us-south:a/1::vpc:r006-2']}}\n" \
    "  - {name: group, where: {resource_group: payments}}\n"                                                   \
    "  - {name: status, kinds: instance, where: {status: [stopped, failed]}}\n"                                \
    "  - {name: names, where: {name: ['web-*', 'db-?', '*-x', 'a*b*c', exact, '[xy]*'], exclude: ['web-9*']}}\n"

struct match_row {
    const char *rule; /* NULL: unmanaged */
    struct resource record;
    const char *lacks; /* the rule is undecided */
};

#define SERVER .kind = &resource_instance
#define PLACED SERVER, .region = "us-south"

static const struct match_row match_rows[] = {
    {"region", {SERVER, .region = "eu-gb", .name = "q"}, NULL},
    {"zone", {PLACED, .name = "q", .zone = "us-south-2"}, NULL},
    {NULL, {PLACED, .name = "q", .zone = "us-south-3"}, NULL},
    {NULL, {.kind = &resource_bare_metal, .region = "us-south", .name = "q", .zone = "us-south-2"}, NULL},
    {"vpc", {PLACED, .name = "q", .vpc = "vpc-prod", .vpc_id = "r006-9"}, NULL},
    {"vpc", {PLACED, .name = "q", .vpc = "other", .vpc_id = "r006-1"}, NULL},
    {"vpc", {PLACED, .name = "q", .vpc = "other", .vpc_id = "r006-2"}, NULL},
    {NULL, {PLACED, .name = "q", .vpc = "vpc-prod-2", .vpc_id = "r006-9"}, NULL},
    {"group", {PLACED, .name = "q", .resource_group = "payments"}, NULL},
    {"status", {PLACED, .name = "q", .status = "failed"}, NULL},
    {NULL, {PLACED, .name = "q", .status = "running"}, NULL},
    {NULL, {.kind = &resource_bare_metal, .region = "us-south", .name = "q", .status = "failed"}, NULL},
    {"names", {PLACED, .name = "web-1"}, NULL},
    {"names", {PLACED, .name = "web-"}, NULL},
    {NULL, {PLACED, .name = "my-web-1"}, NULL},
    {NULL, {PLACED, .name = "web-91"}, NULL},
    {"names", {PLACED, .name = "db-1"}, NULL},
    {NULL, {PLACED, .name = "db-12"}, NULL},
    {"names", {PLACED, .name = "q-x"}, NULL},
    {"names", {PLACED, .name = "x-q"}, NULL},
    {NULL, {PLACED, .name = "z-q"}, NULL},
    {"names", {PLACED, .name = "aabbcc"}, NULL},
    {"names", {PLACED, .name = "exact"}, NULL},
    {NULL, {PLACED, .name = "exactly"}, NULL},
    /* what an answer lacks is neither a match nor the lack of one */
    {NULL, {SERVER, .name = "q"}, "region"},
    {NULL, {PLACED, .name = "q", .odd = "zone is null"}, "zone"},
    {NULL, {PLACED, .name = "q", .vpc_id = "r006-9"}, "vpc"},
    {NULL, {.kind = &resource_template, .region = "us-south", .name = "q", .subnet_id = "s"}, "vpc"},
    {NULL,
     {PLACED, .name = "q", .zone = "us-south-3", .vpc = "v", .vpc_id = "i", .resource_group_id = "g"},
     "resource_group"},
    {NULL,
     {PLACED, .zone = "us-south-3", .vpc = "v", .vpc_id = "i", .resource_group = "g", .status = "running",
      .odd = "name is null"},
     "name"},
};

static void test_the_first_rule_that_matches_holds(void **state)
{
    GOOD(policy, MATCHING);

    (void)state;
    for (size_t i = 0; i < sizeof(match_rows) / sizeof(match_rows[0]); i++) {
        const struct match_row *row = &match_rows[i];
        const struct policy_match match = policy_match(policy, &row->record, 0);
        const char *rule = match.rule != NULL ? match.rule->name : NULL;
        if (!text_equal(rule, row->rule) || !text_equal(match.lacks, row->lacks) ||
            match.cannot_tell != (row->lacks != NULL)) {
            fail_msg("row %zu: rule %s, lacks %s", i, rule != NULL ? rule : "none",
                     match.lacks != NULL ? match.lacks : "nothing");
        }
    }
}

/* Patterns taken apart match what text_glob matches: all of up to five signs, with all names of up to four letters. */
static void test_patterns_match_as_those_of_selectors(void **state)
{
    static const char signs[] = "ab*?\\", letters[] = "ab";
    size_t matches = 0;

    (void)state;
    for (int number = 0; number < 5 * 5 * 5 * 5 * 5; number++) {
        char pattern[12] = "";
        const char *why;
        for (int at = 0, rest = number; at < 5; at++, rest /= 5) {
            pattern[at] = signs[rest % 5];
        }
        struct policy_glob glob;
        if (!policy_glob_is_valid(pattern, &why)) {
            continue;
        }
        policy_glob_compile(pattern, &glob);
        for (int word = 0; word < 1 << 7; word++) {
            char name[12] = "ababababab";
            for (int at = 0; at < 7; at++) {
                name[at] = letters[word >> at & 1];
            }
            name[word % 11] = '\0';
            const struct policy_name named = policy_name_of(name);
            bool match = policy_glob_any(&glob, 1, &named);
            if (match != text_glob(pattern, name)) {
                fail_msg("%s and %s", pattern, name);
            }
            matches += match;
        }
    }
    assert_true(matches > 1000);
}

static void test_predicates_are_over_the_object_of_the_api(void **state)
{
    GOOD(policy, "version: 1\nrules:\n"
                 "  - {name: small, kinds: instance, where: {jq: .vcpu.count < 4}}\n"
                 "  - {name: other, where: {name: ['db-*'], jq: '.tags | length > 0'}}\n");
    static const char small[] = "{\"vcpu\":{\"count\":2}}", big[] = "{\"vcpu\":{\"count\":8},\"tags\":[1]}";
    const struct resource web = {.kind = &resource_instance, .name = "web-1"};
    const struct resource db = {.kind = &resource_instance, .name = "db-1"};
    struct err e = ERR_INIT;
    uint64_t holds = 0;

    (void)state;
    assert_true(policy_test(policy, &web, small, strlen(small), &holds, &e));
    assert_string_equal(policy_match(policy, &web, holds).rule->name, "small");
    assert_true(policy_test(policy, &web, big, strlen(big), &holds, &e));
    assert_null(policy_match(policy, &web, holds).rule);
    assert_true(policy_test(policy, &db, big, strlen(big), &holds, &e));
    assert_string_equal(policy_match(policy, &db, holds).rule->name, "other");
    GOOD(slip, "version: 1\nrules: [{name: a, where: {jq: .name}}]\n");
    assert_false(policy_test(slip, &web, "{\"name\":\"x\"}", 12, &holds, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_non_null(strstr(e.message, "`jq` of the rule \"a\""));
}

/* Where what the predicate reads is missing, a later rule must not hold instead. */
static void test_a_predicate_that_fails_on_an_odd_record_leaves_its_rule_open(void **state)
{
    GOOD(policy, "version: 1\nrules:\n"
                 "  - {name: web, where: {jq: '.zone.name | startswith(\"a\")'}}\n"
                 "  - {name: rest}\n");
    const struct resource odd = {.kind = &resource_instance, .name = "web-1", .odd = "zone is null"};
    const struct resource whole = {.kind = &resource_instance, .name = "web-1"};
    struct err e = ERR_INIT;
    uint64_t holds = 0;

    (void)state;
    assert_true(policy_test(policy, &odd, "{}", 2, &holds, &e));
    const struct policy_match match = policy_match(policy, &odd, holds);
    assert_true(match.cannot_tell);
    assert_null(match.rule);
    assert_string_equal(match.undecided->name, "web");
    assert_string_equal(match.lacks, "what its jq reads");
    assert_false(policy_test(policy, &whole, "{}", 2, &holds, &e));
    assert_int_equal(e.code, ERR_USAGE);
}

static void test_reasons_say_what_does_not_match(void **state)
{
    GOOD(policy, MATCHING "  - {name: servers, kinds: [bare-metal]}\n");
    const struct resource record = {PLACED,        .name = "q",         .zone = "us-south-3",       .vpc = "vpc-dev",
                                    .vpc_id = "i", .status = "running", .resource_group = "default"};
    static const char *const reasons[] = {
        "region is us-south, not eu-gb",
        "zone is us-south-3, not us-south-1 or us-south-2",
        "vpc is vpc-dev, not vpc-prod, r006-1 or crn:v1:bluemix:public:is:us-south:a/1::vpc:r006-2",
        "resource_group is default, not payments",
        "status is running, not stopped or failed",
        "name is q, not web-*, db-?, *-x, a*b*c or 2 others",
        "kind is instance",
    };

    (void)state;
    for (size_t i = 0; i < policy_rule_count(policy); i++) {
        CLEANUP(text_free) struct text reason = {0};
        assert_false(policy_explain(policy, i, &record, 0, &reason));
        assert_string_equal(text_string(&reason), reasons[i]);
    }
    CLEANUP(text_free) struct text none = {0};
    const struct resource web = {PLACED, .name = "web-1"};
    assert_true(policy_explain(policy, 5, &web, 0, &none));
    assert_string_equal(text_string(&none), "");
}

/* --- what is wanted ----------------------------------------------------------------------------------- */

static void test_settings_are_those_that_differ_and_that_the_kind_has(void **state)
{
    GOOD(policy, "version: 1\nrules:\n"
                 "  - {name: a, metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 2}},"
                 " trusted_profile: {auto_link: false}}\n");
    const struct policy_wanted *wanted = &policy_rule_at(policy, 0)->wanted;
    struct resource record = {
        .kind = &resource_instance,
        .settings = {.given = RESOURCE_METADATA_SETTINGS, .enabled = true, .hop_limit = 5, .protocol = "https"}};
    struct resource_settings settings;

    (void)state;
    policy_settings(wanted, &record, &settings);
    assert_int_equal(settings.given, RESOURCE_HOP_LIMIT);
    assert_int_equal(settings.hop_limit, 2);
    record.settings.hop_limit = 1;
    policy_settings(wanted, &record, &settings);
    assert_int_equal(settings.given, 0);
    record.settings.enabled = false;
    record.settings.protocol = "http";
    record.kind = &resource_bare_metal;
    record.settings.given = RESOURCE_ENABLED | RESOURCE_PROTOCOL;
    policy_settings(wanted, &record, &settings);
    assert_int_equal(settings.given, RESOURCE_ENABLED | RESOURCE_PROTOCOL);
    assert_true(settings.enabled);
    assert_string_equal(settings.protocol, "https");
    record.kind = &resource_group;
    policy_settings(wanted, &record, &settings);
    assert_int_equal(settings.given, 0);
    record.kind = &resource_template;
    record.settings = (struct resource_settings){.given = RESOURCE_METADATA_SETTINGS | RESOURCE_PROFILE_SETTINGS,
                                                 .enabled = true,
                                                 .protocol = "https",
                                                 .hop_limit = 2,
                                                 .auto_link = true};
    policy_settings(wanted, &record, &settings);
    assert_int_equal(settings.given, RESOURCE_AUTO_LINK);
    assert_false(settings.auto_link);
    assert_false(policy_fulfils(wanted, &record.settings, RESOURCE_AUTO_LINK));
    assert_true(policy_fulfils(wanted, &record.settings, RESOURCE_HOP_LIMIT));
}

static void test_a_plain_hop_limit_is_exactly_that(void **state)
{
    GOOD(policy, "version: 1\nrules: [{name: a, metadata_service: {response_hop_limit: 2}}]\n");
    const struct policy_wanted *wanted = &policy_rule_at(policy, 0)->wanted;
    struct resource_settings settings = {.given = RESOURCE_HOP_LIMIT, .hop_limit = 1};

    (void)state;
    assert_false(policy_fulfils(wanted, &settings, RESOURCE_HOP_LIMIT));
    settings.hop_limit = 2;
    assert_true(policy_fulfils(wanted, &settings, RESOURCE_HOP_LIMIT));
    settings.hop_limit = 3;
    assert_false(policy_fulfils(wanted, &settings, RESOURCE_HOP_LIMIT));
    assert_true(policy_fulfils(wanted, &settings, RESOURCE_PROTOCOL));
}

static void test_rules_contradict_each_other_where_no_value_fulfils_both(void **state)
{
    static const struct {
        const char *one, *other;
        unsigned settings;
    } rows[] = {
        {"enabled: true", "enabled: false", RESOURCE_ENABLED},
        {"enabled: true, protocol: https", "enabled: true, protocol: http", RESOURCE_PROTOCOL},
        {"protocol: https", "protocol: https", 0},
        {"enabled: true", "protocol: http", 0},
        {"enabled: false, protocol: https", "protocol: http", 0}, /* off, the protocol does not count */
        {"response_hop_limit: 3", "response_hop_limit: 2", RESOURCE_HOP_LIMIT},
        {"response_hop_limit: 3", "response_hop_limit: {max: 2}", RESOURCE_HOP_LIMIT},
        {"response_hop_limit: 2", "response_hop_limit: {max: 2}", 0},
        {"response_hop_limit: {max: 1}", "response_hop_limit: {max: 5}", 0},
        {"enabled: true, response_hop_limit: 1", "enabled: false, response_hop_limit: 2", RESOURCE_ENABLED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text file = {0};
        text_printf(&file,
                    "version: 1\nrules:\n- {name: a, where: {name: x}, metadata_service: {%s}}\n"
                    "- {name: b, metadata_service: {%s}}\n",
                    rows[i].one, rows[i].other);
        GOOD(policy, text_string(&file));
        const struct policy_rule *a = policy_rule_at(policy, 0), *b = policy_rule_at(policy, 1);
        assert_int_equal(policy_contradiction(a, b), rows[i].settings);
        assert_int_equal(policy_contradiction(b, a), rows[i].settings);
    }
}

static void test_references_have_their_places_in_the_file(void **state)
{
    GOOD(policy, "version: 1\nrules:\n- name: a\n  kinds: instance\n  where:\n    zone: z-1\n"
                 "    name: [\"web-*\", db-1]\n  trusted_profile: {allowed: p}\n");
    static const struct {
        enum policy_referent referent;
        const char *word;
        size_t line, column;
    } rows[] = {{POLICY_REFERS_TO_ZONE, "z-1", 6, 11},
                {POLICY_REFERS_TO_NAME, "web-*", 7, 12},
                {POLICY_REFERS_TO_NAME, "db-1", 7, 21},
                {POLICY_REFERS_TO_PROFILE, "p", 8, 30}};
    bool seen[4] = {false};

    (void)state;
    assert_int_equal(policy_reference_count(policy), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct policy_reference *reference = policy_reference_at(policy, i);
        assert_int_equal(reference->referent, rows[i].referent);
        assert_string_equal(reference->word, rows[i].word);
        assert_int_equal(reference->place.line, rows[i].line);
        assert_int_equal(reference->place.column, rows[i].column);
    }
    policy_references_see(policy, &(struct resource){.kind = &resource_bare_metal, .name = "db-1"}, seen);
    assert_false(seen[2]); /* the rule is about another kind */
    policy_references_see(policy, &(struct resource){.kind = &resource_instance, .name = "web-1"}, seen);
    assert_true(seen[1] && !seen[2]);
}

/* --- exceptions --------------------------------------------------------------------------------------- */

#define CRN                   "crn:v1:bluemix:public:is:us-south-1:a/1::instance:0717_1"
#define ACCEPT(members, date) "      - {" members ", reason: r, owner: o, expires: " date "}\n"

static const char *reason_for(const struct policy *policy, const char *name, const char *check)
{
    const struct resource record = {.kind = &resource_instance, .name = name, .crn = CRN};
    const struct policy_match match = policy_match(policy, &record, 0);
    const struct policy_exception *exception = policy_exception_for(match.rule, &record, check);

    return exception == NULL ? NULL : exception->name != NULL ? exception->name : exception->crn;
}

static void test_exceptions_cover_whole_names_and_crns_come_first(void **state)
{
    GOOD(policy,
         "version: 1\nrules:\n  - name: a\n    exceptions:\n" ACCEPT("name: 'legacy-*', rules: hop-limit", "2027-01-31")
             ACCEPT("name: 'leg', rules: [disabled]", "2027-01-31")
                 ACCEPT("crn: '" CRN "', rules: [disabled]", "2027-01-31") ACCEPT("name: 'old-*'", "2026-11-27")
                     ACCEPT("name: 'old-1'", "2026-11-28"));

    (void)state;
    assert_string_equal(reason_for(policy, "legacy-1", "hop-limit"), "legacy-*");
    assert_null(reason_for(policy, "my-legacy-1", "hop-limit"));
    assert_null(reason_for(policy, "legacy-1", "enabled-over-http"));
    assert_string_equal(reason_for(policy, "leg", "disabled"), CRN);
    assert_string_equal(reason_for(policy, "old-2", "unmanaged"), "old-*");
    /* one that holds still is better than one that has expired, whichever stands first */
    assert_string_equal(reason_for(policy, "old-1", "unmanaged"), "old-1");
    GOOD(past, "version: 1\nrules:\n  - name: a\n    exceptions:\n" ACCEPT("crn: '" CRN "'", "2026-11-27")
                   ACCEPT("name: 'web-*'", "2027-01-31"));
    assert_string_equal(reason_for(past, "web-1", "disabled"), "web-*");
    assert_string_equal(reason_for(past, "db-1", "disabled"), CRN);
}

static void test_an_exception_holds_to_the_end_of_its_last_day(void **state)
{
    static const struct {
        const char *date;
        bool expired, soon;
    } rows[] = {
        {"2026-11-27", true, false},  {"2026-11-28", false, true}, {"2026-12-12", false, true},
        {"2026-12-13", false, false}, {"2000-02-29", true, false}, {"2028-02-29", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text text = {0};
        text_printf(&text,
                    "version: 1\nrules:\n  - name: a\n    exceptions:\n"
                    "      - {name: x, reason: r, owner: o, expires: %s}\n",
                    rows[i].date);
        GOOD(policy, text_string(&text));
        assert_int_equal(policy_exception_at(policy, 0)->expired, rows[i].expired);
        assert_int_equal(policy_exception_at(policy, 0)->expires_soon, rows[i].soon);
    }
}

static void test_exceptions_of_files_of_their_own(void **state)
{
    GOOD(policy,
         "version: 1\nrules:\n"
         "  - {name: a, where: {name: 'a-*'}, exceptions: [{name: a-1, reason: r, owner: o, expires: 2027-01-31}]}\n"
         "  - {name: b}\n");
    static const char object[] =
        "exceptions:\n  - {policy_rules: a, name: '*', reason: r, owner: o, expires: 2027-01-31}\n";
    static const char list[] = "[{\"name\":\"b-*\",\"reason\":\"r\",\"owner\":\"o\",\"expires\":\"2027-01-31\"}]";
    static const char wrong[] = "- {name: x, policy_rules: c, reason: r, owner: o}\n";
    const struct policy_terms terms = fixture_terms(schemas);
    CLEANUP(text_free) struct text faults = {0}, digest = {0};
    struct err e = ERR_INIT;

    (void)state;
    text_append(&digest, policy_digest(policy));
    assert_true(policy_add_exceptions(policy, object, strlen(object), "e.yaml", &terms, &faults, &e));
    assert_string_not_equal(policy_digest(policy), text_string(&digest));
    assert_true(policy_add_exceptions(policy, list, strlen(list), "e.json", &terms, &faults, &e));
    assert_string_equal(text_string(&faults), "");
    assert_int_equal(policy_exception_count(policy), 3);
    assert_int_equal(policy_exception_at(policy, 2)->number, 2);
    assert_string_equal(policy_exception_at(policy, 2)->file, "e.json");
    assert_string_equal(reason_for(policy, "a-1", "disabled"), "a-1");
    assert_string_equal(reason_for(policy, "a-2", "disabled"), "*");
    assert_string_equal(reason_for(policy, "b-2", "disabled"), "b-*");
    assert_null(reason_for(policy, "c", "disabled"));
    assert_false(policy_add_exceptions(policy, wrong, strlen(wrong), "w.yaml", &terms, &faults, &e));
    assert_string_equal(
        text_string(&faults),
        "w.yaml:1:3: /0: `expires` is missing; write expires: YYYY-MM-DD, the last day it holds, or give "
        "--allow-unlimited-exceptions\n"
        "w.yaml:1:27: /0/policy_rules: there is no rule in the policy called \"c\"; write the `name` of "
        "one of its rules\n");
    assert_int_equal(policy_exception_count(policy), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_yaml_and_json_say_the_same),
        cmocka_unit_test(test_aliases_repeat_values),
        cmocka_unit_test(test_apply_of_the_file_holds_for_rules_without_their_own),
        cmocka_unit_test(test_the_first_rule_that_matches_holds),
        cmocka_unit_test(test_patterns_match_as_those_of_selectors),
        cmocka_unit_test(test_predicates_are_over_the_object_of_the_api),
        cmocka_unit_test(test_a_predicate_that_fails_on_an_odd_record_leaves_its_rule_open),
        cmocka_unit_test(test_reasons_say_what_does_not_match),
        cmocka_unit_test(test_settings_are_those_that_differ_and_that_the_kind_has),
        cmocka_unit_test(test_a_plain_hop_limit_is_exactly_that),
        cmocka_unit_test(test_rules_contradict_each_other_where_no_value_fulfils_both),
        cmocka_unit_test(test_references_have_their_places_in_the_file),
        cmocka_unit_test(test_exceptions_cover_whole_names_and_crns_come_first),
        cmocka_unit_test(test_an_exception_holds_to_the_end_of_its_last_day),
        cmocka_unit_test(test_exceptions_of_files_of_their_own),
    };

    return cmocka_run_group_tests(tests, open_schemas, close_schemas);
}
