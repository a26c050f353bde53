/* Room policy: what a rule takes from the file, whom it can be about, and how files are told apart. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "catalog_fixture.h"
#include "policy_fixture.h"

static void shares_and_numbers_replace_each_other(void **state)
{
    static const struct {
        const char *of_file, *of_rule;
        unsigned most;
        bool percent;
    } rows[] = {
        {"50%", "2", 2, false}, {"50%", "25%", 25, true}, {"3", "25%", 25, true},
        {"3", "2", 2, false},   {"50%", NULL, 50, true},  {"3", NULL, 3, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text file = {0};
        text_printf(&file, "version: 1\napply: {max_unavailable: %s}\nrules:\n  - {name: a", rows[i].of_file);
        if (rows[i].of_rule != NULL) {
            text_printf(&file, ", apply: {max_unavailable: %s}", rows[i].of_rule);
        }
        text_append(&file, "}\n");
        GOOD(policy, text_string(&file));
        assert_int_equal(policy_rule_at(policy, 0)->apply.max_unavailable, rows[i].most);
        assert_int_equal(policy_rule_at(policy, 0)->apply.percent, rows[i].percent);
    }
}

/* A kind without settings of its own, as groups, takes them from what it is made of. */
static void a_hop_limit_can_be_wanted_of_what_has_one(void **state)
{
    static const struct {
        const char *kinds;
        bool good;
    } rows[] = {
        {"group", true}, {"instance", true}, {"template", true}, {"bare-metal", false}, {"[bare-metal, group]", true}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text file = {0}, faults = {0};
        text_printf(&file, "version: 1\nrules:\n  - {name: a, kinds: %s, metadata_service: {response_hop_limit: 1}}\n",
                    rows[i].kinds);
        CLEANUP(policy_release) struct policy *policy = fixture_policy(text_string(&file), schemas, &faults);
        if ((policy != NULL) != rows[i].good) {
            fail_msg("kinds: %s: %s", rows[i].kinds, text_string(&faults));
        }
    }
}

static void a_profile_is_the_same_by_id_and_by_crn(void **state)
{
    static const char crn[] = "crn:v1:bluemix:public:iam-identity::a/1::profile:Profile-1";
    static const struct {
        const char *allowed, *profile;
        enum policy_truth allows;
    } rows[] = {
        {crn, "Profile-1", POLICY_YES}, {"Profile-1", crn, POLICY_YES}, {crn, crn, POLICY_YES},
        {crn, "Profile-2", POLICY_NO},  {"Profile-2", crn, POLICY_NO},  {"web-profile", "Profile-1", POLICY_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text file = {0};
        text_printf(&file, "version: 1\nrules:\n  - {name: a, trusted_profile: {allowed: [\"%s\"]}}\n",
                    rows[i].allowed);
        GOOD(policy, text_string(&file));
        assert_int_equal(policy_allows_profile(&policy_rule_at(policy, 0)->wanted, rows[i].profile, NULL),
                         rows[i].allows);
    }
}

/* The digest of a policy with exceptions tells it from another one with the same exceptions. */
static void digests_are_of_the_policy_and_of_its_exceptions(void **state)
{
    static const char exceptions[] = "- {name: x, reason: r, owner: o, expires: 2027-01-31}\n";
    static const char *const texts[] = {"version: 1\nrules: [{name: a}]\n", "version: 1\nrules: [{name: b}]\n"};
    const struct policy_terms terms = fixture_terms(schemas);
    CLEANUP(text_free) struct text first = {0};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        CLEANUP(text_free) struct text faults = {0};
        struct err e = ERR_INIT;
        GOOD(policy, texts[i]);
        assert_true(policy_add_exceptions(policy, exceptions, strlen(exceptions), "e.yaml", &terms, &faults, &e));
        if (i == 0) {
            text_append(&first, policy_digest(policy));
        } else {
            assert_string_not_equal(policy_digest(policy), text_string(&first));
        }
    }
}

static void a_region_that_is_not_known_leaves_its_rule_open(void **state)
{
    static const struct {
        const char *region, *rule;
        bool cannot_tell;
    } rows[] = {{"eu-gb", "gb", false}, {"eu-de", "rest", false}, {"", NULL, true}, {NULL, NULL, true}};
    GOOD(policy, "version: 1\nrules:\n  - {name: gb, where: {region: eu-gb}}\n  - {name: rest}\n");

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct resource record = {.kind = &resource_instance, .name = "web", .region = rows[i].region};
        const struct policy_match match = policy_match(policy, &record, 0);
        assert_true(text_equal(match.rule != NULL ? match.rule->name : NULL, rows[i].rule));
        assert_int_equal(match.cannot_tell, rows[i].cannot_tell);
    }
}

static bool wait_or_stop(const void *context, int fd, short events, struct err *e)
{
    struct pollfd waited = {.fd = fd, .events = events};

    return *(const bool *)context ? err_set(e, ERR_CANCELLED, "interrupted") : poll(&waited, 1, -1) == 1;
}

/* A signal while a predicate is evaluated ends the command; of an odd record it is not the lack of an answer. */
static void a_signal_is_no_answer_of_a_predicate(void **state)
{
    /* of true it has no end, so that it is waited for */
    static const char text[] = "version: 1\nrules:\n"
                               "  - {name: a, where: {jq: 'if .x == true then last(repeat(1)) else .x end'}}\n"
                               "  - {name: b}\n";
    bool stopped = false;
    const struct query_wait wait = {.ready = wait_or_stop, .context = &stopped};
    struct policy_terms terms = fixture_terms(schemas);
    const struct resource odd = {.kind = &resource_instance, .name = "web", .odd = "zone is null"};
    CLEANUP(text_free) struct text faults = {0};
    struct err e = ERR_INIT;
    uint64_t holds = 0;

    (void)state;
    terms.wait = &wait;
    CLEANUP(policy_release) struct policy *policy = policy_read(text, strlen(text), "p.yaml", &terms, &faults, &e);
    assert_non_null(policy);
    assert_true(policy_test(policy, &odd, "{\"x\":1}", 7, &holds, &e)); /* not evaluated, and that is all */
    stopped = true;
    assert_false(policy_test(policy, &odd, "{\"x\":true}", 10, &holds, &e));
    assert_int_equal(e.code, ERR_CANCELLED);
}

static void files_of_exceptions_have_no_control_characters_either(void **state)
{
    static const char exceptions[] = "- {name: \"x\\0*\", reason: r, owner: o, expires: 2027-01-31}\n";
    const struct policy_terms terms = fixture_terms(schemas);
    CLEANUP(text_free) struct text faults = {0};
    struct err e = ERR_INIT;
    GOOD(policy, "version: 1\nrules: [{name: a}]\n");

    (void)state;
    assert_false(policy_add_exceptions(policy, exceptions, strlen(exceptions), "e.yaml", &terms, &faults, &e));
    assert_string_equal(text_string(&faults),
                        "e.yaml:1:10: /0/name: the control character U+0000 is not allowed here; remove it\n");
    assert_int_equal(policy_exception_count(policy), 0);
}

/* What people write on several lines stays; names do not have them (test_policy_faults). */
static void prose_may_have_several_lines(void **state)
{
    GOOD(policy, "version: 1\ndescription: |\n  two\n  lines\nrules:\n  - name: a\n    where:\n      jq: |\n"
                 "        .x ==\n        \t1\n    exceptions:\n"
                 "      - {name: x, reason: \"r\\n\\ts\\r\\n\", owner: o, expires: 2027-01-31}\n");

    (void)state;
    assert_string_equal(policy_exception_at(policy, 0)->reason, "r\n\ts\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_and_numbers_replace_each_other),
        cmocka_unit_test(a_hop_limit_can_be_wanted_of_what_has_one),
        cmocka_unit_test(a_profile_is_the_same_by_id_and_by_crn),
        cmocka_unit_test(digests_are_of_the_policy_and_of_its_exceptions),
        cmocka_unit_test(a_region_that_is_not_known_leaves_its_rule_open),
        cmocka_unit_test(a_signal_is_no_answer_of_a_predicate),
        cmocka_unit_test(files_of_exceptions_have_no_control_characters_either),
        cmocka_unit_test(prose_may_have_several_lines),
    };

    return cmocka_run_group_tests_name("policy rows", tests, open_schemas, close_schemas);
}
