/* Room audit: no command is recommended of which the audit knows that it cannot work, and they come in a good order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/audit_fixture.h"

#define FORBIDDEN .facts = {.use_reading = AUDIT_READ, .use_wanted = PREFLIGHT_FORBIDDEN, .use_wanted_reason = "no"}
#define PENDING   .facts = {.restart_pending = RESOURCE_ON}
#define STALE     .facts = {.members_reading = AUDIT_READ, .members = 3, .stale_members = 2}

/* "rule name: message | fix", a line a finding; then the commands for all of it. */
static void describe(const struct fixture *fixture, struct text *out)
{
    for (size_t i = 0; i < fixture->audit.count; i++) {
        const struct audit_finding *finding = &fixture->audit.findings[i];
        text_printf(out, "%s: ", audit_check_ids[finding->check]);
        audit_message(&fixture->audit, finding, out);
        text_append(out, " | ");
        audit_fix(&fixture->audit, finding, out);
        text_append_char(out, '\n');
    }
    audit_grouped_fixes(&fixture->audit, 0, out);
}

static void commands_that_cannot_work_are_not_recommended(void **state)
{
    static const struct {
        struct given rows[ROWS_MAX];
        const char *described;
    } cases[] = {
        {{{INSTANCE("a"), OFF, FORBIDDEN}},
         "allowed-use: its allowed_use contradicts what policy rule baseline wants: no | vpcmeta instance show a "
         "--region eu-de\n"
         "disabled: disabled (stored: https, hop limit 1); its allowed_use forbids what the policy wants | vpcmeta "
         "instance show a --region eu-de\n"},
        /* off is the one thing that allowed_use does not stand against */
        {{{INSTANCE("a"), ON, .architecture = "s390x", FORBIDDEN}},
         "unsupported-architecture: enabled, but s390x has no metadata service (x86 only) | vpcmeta instance set a "
         "--enabled false --region eu-de\n"
         "allowed-use: its allowed_use contradicts what policy rule baseline wants: no | vpcmeta instance set a "
         "--enabled false --region eu-de\n"
         "vpcmeta instance set a --enabled false --region eu-de\n"},
        /* a group has the obstacle of its template, whatever is known of the group itself */
        {{{TEMPLATE("t"), ON, .protocol = "http", FORBIDDEN}, {GROUP("g"), .template_id = "t"}},
         "template-over-http: new instances answer over http; used by group g; its allowed_use forbids what the policy "
         "wants | vpcmeta template show t --region eu-de\n"
         "group-template: template t: template-over-http; the template's allowed_use forbids what the policy wants | "
         "vpcmeta template show t --region eu-de\n"
         "allowed-use: its allowed_use contradicts what policy rule baseline wants: no | vpcmeta template show t "
         "--region eu-de\n"},
        /* the hop limit is never forbidden */
        {{{INSTANCE("a"), ON, .protocol = "http", .hop_limit = 5, FORBIDDEN}},
         "enabled-over-http: answers over http; its allowed_use forbids what the policy wants | vpcmeta instance set a "
         "--hop-limit 1 --region eu-de\n"
         "hop-limit: hop limit 5 is above 1 | vpcmeta instance set a --hop-limit 1 --region eu-de\n"
         "allowed-use: its allowed_use contradicts what policy rule baseline wants: no | vpcmeta instance set a "
         "--hop-limit 1 --region eu-de\n"
         "vpcmeta instance set a --hop-limit 1 --region eu-de\n"},
        {{{INSTANCE("a"), ON, .hop_limit = 5, .lifecycle_state = "suspended"}},
         "hop-limit: hop limit 5 is above 1; its lifecycle state is suspended, in which it cannot be changed | vpcmeta "
         "instance show a --region eu-de\n"},
        {{{BARE_METAL("a"), OFF, .lifecycle_state = "deleting"}},
         "disabled: disabled (stored: https); its lifecycle state is deleting, in which it cannot be changed | vpcmeta "
         "bare-metal show a --region eu-de\n"},
        {{{INSTANCE("a"), OFF, .status = "failed"}},
         "disabled: disabled (stored: https, hop limit 1); its status is failed, in which it cannot be changed | "
         "vpcmeta instance show a --region eu-de\n"},
        {{{INSTANCE("a"), ON, .status = "running", PENDING}},
         "restart-pending: enabled, and no stop and start is known since: until then the service is not complete | "
         "vpcmeta instance restart a --region eu-de\n"
         "vpcmeta instance restart a --region eu-de\n"},
        {{{INSTANCE("a"), ON, .status = "paused", PENDING}},
         "restart-pending: enabled, and no stop and start is known since: until then the service is not complete; its "
         "status is paused, and only running servers are restarted | vpcmeta instance show a --region eu-de\n"},
        {{{INSTANCE("a"), ON, .lifecycle_state = "suspended", .status = "running", PENDING}},
         "restart-pending: enabled, and no stop and start is known since: until then the service is not complete; its "
         "lifecycle state is suspended, in which it cannot be changed | vpcmeta instance show a --region eu-de\n"},
        /* neither members nor secrets are the work of a command; the secret of the template is the group's as well */
        {{{TEMPLATE("t"), ON, .facts = {.user_data_reading = AUDIT_READ, .secret = "a private key"}},
          {GROUP("g"), .template_id = "t", STALE}},
         "secret-in-user-data: user_data holds what looks like a private key; no command removes it: create it again "
         "without the secret, and replace the secret | vpcmeta template show t --region eu-de\n"
         "group-template: template t: secret-in-user-data; no command fixes secret-in-user-data: create a template as "
         "it "
         "should be and let the group use it by hand | vpcmeta template show t --region eu-de\n"
         "group-members: 2 of 3 members were made from another template; vpcmeta template replace t --enabled true "
         "--update-groups --roll --region eu-de replaces them | vpcmeta group show g --region eu-de\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        CLEANUP(text_free) struct text out = {0};
        begin(&fixture, cases[i].rows, NULL, true);
        describe(&fixture, &out);
        assert_string_equal(text_string(&out), cases[i].described);
        end(&fixture);
    }
}

/* Whichever of its findings comes last. */
static void what_is_known_of_a_template_is_not_what_is_known_of_its_group(void **state)
{
    static const struct given rows[ROWS_MAX] = {{TEMPLATE("t"), ON, .protocol = "http", FORBIDDEN},
                                                {GROUP("g"), .template_id = "t"}};
    struct fixture fixture;

    (void)state;
    begin(&fixture, rows, &(struct audit_terms){.max_hop_limit = 1, .excluded = 1U << AUDIT_ALLOWED_USE}, true);
    assert_int_equal(fixture.audit.fix_count, 1);
    assert_int_equal(fixture.audit.fixes[0].obstacle, AUDIT_USE_FORBIDS);
    assert_int_equal(fixture.audit.fixes[0].settings.given, 0);
    end(&fixture);
}

static void restarts_come_last(void **state)
{
    static const struct given rows[ROWS_MAX] = {
        {INSTANCE("a"), ON, PENDING}, {INSTANCE("b"), OFF}, {TEMPLATE("t"), OFF}, {INSTANCE("c"), ON, PENDING}};
    struct fixture fixture;
    CLEANUP(text_free) struct text lines = {0};

    (void)state;
    begin(&fixture, rows, &(struct audit_terms){.max_hop_limit = 1, .fail_on = POLICY_LOW}, true);
    audit_grouped_fixes(&fixture.audit, 0, &lines);
    assert_string_equal(text_string(&lines),
                        "vpcmeta instance set b --enabled true --region eu-de\n"
                        "vpcmeta template replace t --enabled true --update-groups --delete-old --region eu-de\n"
                        "vpcmeta instance restart a c --region eu-de\n");
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_that_cannot_work_are_not_recommended),
        cmocka_unit_test(what_is_known_of_a_template_is_not_what_is_known_of_its_group),
        cmocka_unit_test(restarts_come_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
