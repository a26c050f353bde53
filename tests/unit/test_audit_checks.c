/* Room audit: what every check comes to, by a resource's settings, what is known of it and what its rule wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "audit/audit.h"

struct row {
    enum audit_check_number check;
    enum audit_result result;
    const char *why; /* of AUDIT_CANNOT_TELL: what its message has */
    const struct resource_kind *kind;
    struct resource_settings now;
    struct policy_wanted wanted;
    const char *architecture, *odd;
    struct audit_facts facts;
};

#define VM    .kind = &resource_instance
#define METAL .kind = &resource_bare_metal
#define TPL   .kind = &resource_template

/* What it has; a setting that is left out is not known. */
#define ALL RESOURCE_METADATA_SETTINGS
#define HAS(given_, on, protocol_, hops) \
    .now = {.given = (given_), .enabled = (on), .protocol = (protocol_), .hop_limit = (hops), .trusted_profile = "P-1"}
#define ON_HTTPS       HAS(ALL, true, "https", 1)
#define ON_HTTP        HAS(ALL, true, "http", 1)
#define OFF_HTTPS      HAS(ALL, false, "https", 1)
#define OFF_HTTP       HAS(ALL, false, "http", 1)
#define HOPS(on, hops) HAS(ALL, on, "https", hops)
#define UNKNOWN(on)    HAS(ALL & ~(unsigned)RESOURCE_ENABLED, on, "http", 5)
#define LINKED(on, link)                              \
    .now = {.given = ALL | RESOURCE_PROFILE_SETTINGS, \
            .enabled = (on),                          \
            .protocol = "https",                      \
            .hop_limit = 1,                           \
            .auto_link = (link),                      \
            .trusted_profile = "P-1"}

/* What its rule wants. */
#define WANTS(given_, ...) .wanted = {.given = (given_), __VA_ARGS__}
#define WANTS_ON           WANTS(RESOURCE_ENABLED, .enabled = true)
#define WANTS_OFF          WANTS(RESOURCE_ENABLED, .enabled = false)
#define WANTS_HTTPS        WANTS(RESOURCE_PROTOCOL, .protocol = "https")
#define WANTS_HTTP         WANTS(RESOURCE_PROTOCOL, .protocol = "http")
#define WANTS_MAX(hops)    WANTS(RESOURCE_HOP_LIMIT, .hop_limit = (hops), .hop_limit_is_max = true)
#define WANTS_HOPS(hops)   WANTS(RESOURCE_HOP_LIMIT, .hop_limit = (hops))
#define WANTS_LINK(link)   WANTS(RESOURCE_AUTO_LINK, .auto_link = (link))
#define WANTS_PROFILE(how) .wanted = {.profile = POLICY_PROFILE_##how}
#define WANTS_ONE_OF(how)  .wanted = {.profile = POLICY_PROFILE_##how, .profiles = allowed, .profile_count = 1}

/* What is known of it. */
#define FACTS(...)   .facts = {__VA_ARGS__}
#define NOTHING      FACTS(.profile = NULL)
#define PROFILE(id_) FACTS(.profile_reading = AUDIT_READ, .profile = (id_))
#define NO_PROFILE   PROFILE(NULL)
#define UNREADABLE   FACTS(.profile_reading = AUDIT_UNREADABLE)
#define NAMED(name_) FACTS(.profile_reading = AUDIT_READ, .profile = "P-1", .profile_name = (name_))
#define LINKS(how)   FACTS(.profile_reading = AUDIT_READ, .profile = "P-1", .auto_link = RESOURCE_##how)
#define UNKNOWN_PROFILE \
    FACTS(.architecture_reading = AUDIT_UNREADABLE, .architecture_lacks = "the architecture of profile x, which ...")
#define USE(now, then)                                                                           \
    FACTS(.use_reading = AUDIT_READ, .use_now = PREFLIGHT_##now, .use_wanted = PREFLIGHT_##then, \
          .use_now_reason = "why", .use_wanted_reason = "why")

static const char *const allowed[] = {"web-profile"};

#define PASS           AUDIT_PASS, NULL
#define FAIL           AUDIT_FAIL, NULL
#define CANNOT(why)    AUDIT_CANNOT_TELL, why
#define NOT_APPLICABLE AUDIT_NOT_APPLICABLE, NULL
#define NONE           AUDIT_NO_RESULT, NULL

static const struct row settings_rows[] = {
    {AUDIT_ENABLED_OVER_HTTP, FAIL, VM, ON_HTTP, WANTS_HTTPS},
    {AUDIT_ENABLED_OVER_HTTP, FAIL, METAL, ON_HTTP, WANTS_HTTPS},
    {AUDIT_ENABLED_OVER_HTTP, PASS, VM, ON_HTTPS, WANTS_HTTPS},
    {AUDIT_ENABLED_OVER_HTTP, NOT_APPLICABLE, VM, OFF_HTTP, WANTS_HTTPS},
    {AUDIT_ENABLED_OVER_HTTP, NOT_APPLICABLE, VM, ON_HTTP, WANTS_HTTP},
    {AUDIT_ENABLED_OVER_HTTP, NOT_APPLICABLE, VM, ON_HTTP, WANTS_ON},
    {AUDIT_ENABLED_OVER_HTTP, CANNOT("metadata_service.enabled"), VM, UNKNOWN(false), WANTS_HTTPS},
    {AUDIT_ENABLED_OVER_HTTP, CANNOT("metadata_service.protocol"), VM, HAS(RESOURCE_ENABLED, true, NULL, 1),
     WANTS_HTTPS},
    {AUDIT_TEMPLATE_OVER_HTTP, FAIL, TPL, ON_HTTP, WANTS_HTTPS},
    {AUDIT_ENABLED_OVER_HTTPS, FAIL, VM, ON_HTTPS, WANTS_HTTP},
    {AUDIT_ENABLED_OVER_HTTPS, PASS, VM, ON_HTTP, WANTS_HTTP},
    {AUDIT_ENABLED_OVER_HTTPS, NOT_APPLICABLE, VM, ON_HTTPS, WANTS_HTTPS},
    {AUDIT_TEMPLATE_OVER_HTTPS, FAIL, TPL, ON_HTTPS, WANTS_HTTP},
    {AUDIT_HOP_LIMIT, FAIL, VM, HOPS(true, 3), WANTS_MAX(2)},
    {AUDIT_HOP_LIMIT, PASS, VM, HOPS(true, 2), WANTS_MAX(2)},
    {AUDIT_HOP_LIMIT, PASS, VM, HOPS(true, 1), WANTS_MAX(2)},
    {AUDIT_HOP_LIMIT, FAIL, VM, HOPS(true, 1), WANTS_HOPS(2)},
    {AUDIT_HOP_LIMIT, FAIL, VM, HOPS(true, 3), WANTS_HOPS(2)},
    {AUDIT_HOP_LIMIT, PASS, VM, HOPS(true, 2), WANTS_HOPS(2)},
    {AUDIT_HOP_LIMIT, NOT_APPLICABLE, VM, HOPS(false, 9), WANTS_MAX(2)},
    {AUDIT_HOP_LIMIT, NOT_APPLICABLE, METAL, HOPS(true, 9), WANTS_MAX(2)},
    {AUDIT_HOP_LIMIT, NOT_APPLICABLE, VM, HOPS(true, 9), WANTS_HTTPS},
    {AUDIT_TEMPLATE_HOP_LIMIT, FAIL, TPL, HOPS(true, 3), WANTS_MAX(2)},
    {AUDIT_DISABLED, FAIL, VM, OFF_HTTPS, WANTS_ON},
    {AUDIT_DISABLED, PASS, VM, ON_HTTPS, WANTS_ON},
    {AUDIT_DISABLED, NOT_APPLICABLE, VM, OFF_HTTPS, WANTS_OFF},
    {AUDIT_DISABLED, NOT_APPLICABLE, VM, OFF_HTTPS, WANTS_HTTPS},
    {AUDIT_DISABLED, NOT_APPLICABLE, VM, OFF_HTTPS, WANTS_ON, .architecture = "s390x"},
    {AUDIT_DISABLED, FAIL, VM, OFF_HTTPS, WANTS_ON, .architecture = "amd64"},
    {AUDIT_DISABLED, CANNOT("the architecture"), VM, OFF_HTTPS, WANTS_ON, .odd = "vcpu is missing"},
    {AUDIT_DISABLED, CANNOT("the architecture"), METAL, OFF_HTTPS, WANTS_ON, .odd = "cpu is missing"},
    {AUDIT_DISABLED, PASS, VM, ON_HTTPS, WANTS_ON, .odd = "vcpu is missing"},
    {AUDIT_DISABLED, CANNOT("metadata_service.enabled"), VM, UNKNOWN(true), WANTS_ON},
    {AUDIT_TEMPLATE_DISABLED, FAIL, TPL, OFF_HTTPS, WANTS_ON},
    {AUDIT_ENABLED_WHERE_FORBIDDEN, FAIL, VM, ON_HTTPS, WANTS_OFF},
    {AUDIT_ENABLED_WHERE_FORBIDDEN, PASS, VM, OFF_HTTPS, WANTS_OFF},
    {AUDIT_ENABLED_WHERE_FORBIDDEN, NOT_APPLICABLE, VM, ON_HTTPS, WANTS_ON},
    {AUDIT_ENABLED_WHERE_FORBIDDEN, CANNOT("metadata_service.enabled"), VM, UNKNOWN(true), WANTS_OFF},
    {AUDIT_TEMPLATE_ENABLED_WHERE_FORBIDDEN, FAIL, TPL, ON_HTTPS, WANTS_OFF},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, FAIL, VM, ON_HTTPS, .architecture = "s390x"},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, PASS, VM, OFF_HTTPS, .architecture = "s390x"},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, PASS, VM, ON_HTTPS, .architecture = "amd64"},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, PASS, VM, UNKNOWN(true), .architecture = "amd64"},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, CANNOT("metadata_service.enabled"), VM, UNKNOWN(true), .architecture = "s390x"},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, CANNOT("the architecture"), VM, ON_HTTPS, .odd = "vcpu is missing"},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, FAIL, TPL, ON_HTTPS, .architecture = "s390x"},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, PASS, TPL, ON_HTTPS, .architecture = "amd64"},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, CANNOT("of profile x"), TPL, ON_HTTPS, UNKNOWN_PROFILE},
    {AUDIT_UNSUPPORTED_ARCHITECTURE, PASS, TPL, OFF_HTTPS, UNKNOWN_PROFILE},
    {AUDIT_TEMPLATE_DISABLED, NOT_APPLICABLE, TPL, OFF_HTTPS, WANTS_ON, .architecture = "s390x"},
    {AUDIT_TEMPLATE_DISABLED, CANNOT("of profile x"), TPL, OFF_HTTPS, WANTS_ON, UNKNOWN_PROFILE},
    {AUDIT_STORED_WHILE_DISABLED, FAIL, VM, OFF_HTTP, WANTS_HTTPS},
    {AUDIT_STORED_WHILE_DISABLED, FAIL, TPL, OFF_HTTP, WANTS_HTTPS},
    {AUDIT_STORED_WHILE_DISABLED, PASS, TPL, OFF_HTTPS, WANTS_HTTPS},
    {AUDIT_STORED_WHILE_DISABLED, CANNOT("the architecture"), VM, OFF_HTTP, WANTS_HTTPS, .odd = "vcpu is missing"},
    {AUDIT_STORED_WHILE_DISABLED, NOT_APPLICABLE, TPL, OFF_HTTP, WANTS_HTTPS, .architecture = "s390x"},
    {AUDIT_STORED_WHILE_DISABLED, FAIL, VM, HOPS(false, 3), WANTS_MAX(2)},
    {AUDIT_STORED_WHILE_DISABLED, PASS, VM, OFF_HTTPS, WANTS_HTTPS},
    {AUDIT_STORED_WHILE_DISABLED, PASS, METAL, OFF_HTTPS,
     WANTS(RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT, .protocol = "https", .hop_limit = 1)},
    {AUDIT_STORED_WHILE_DISABLED, NOT_APPLICABLE, VM, ON_HTTP, WANTS_HTTPS},
    {AUDIT_STORED_WHILE_DISABLED, NOT_APPLICABLE, VM, OFF_HTTP, WANTS_OFF},
    {AUDIT_STORED_WHILE_DISABLED, NOT_APPLICABLE, VM, OFF_HTTP, WANTS_HTTPS, .architecture = "s390x"},
    {AUDIT_STORED_WHILE_DISABLED, NOT_APPLICABLE, VM, OFF_HTTP,
     WANTS(RESOURCE_ENABLED | RESOURCE_PROTOCOL, .enabled = true, .protocol = "https")},
    {AUDIT_STORED_WHILE_DISABLED, CANNOT("metadata_service.enabled"), VM, UNKNOWN(false), WANTS_HTTPS},
    {AUDIT_STORED_WHILE_DISABLED, PASS, VM, UNKNOWN(false), WANTS_HTTP},
    {AUDIT_STORED_WHILE_DISABLED, CANNOT("metadata_service.protocol"), VM, HAS(RESOURCE_ENABLED, false, NULL, 1),
     WANTS_HTTPS},
    {AUDIT_STORED_WHILE_DISABLED, CANNOT("metadata_service.response_hop_limit"), VM,
     HAS(RESOURCE_ENABLED, false, NULL, 1), WANTS_MAX(2)},
};

static const struct row profile_rows[] = {
    {AUDIT_PROFILE_WHILE_DISABLED, NONE, VM, OFF_HTTPS},
    {AUDIT_PROFILE_WHILE_DISABLED, FAIL, VM, OFF_HTTPS, PROFILE("P-1")},
    {AUDIT_PROFILE_WHILE_DISABLED, PASS, VM, ON_HTTPS, PROFILE("P-1")},
    {AUDIT_PROFILE_WHILE_DISABLED, PASS, VM, OFF_HTTPS, NO_PROFILE},
    {AUDIT_PROFILE_WHILE_DISABLED, CANNOT("its trusted profile"), VM, OFF_HTTPS, UNREADABLE},
    {AUDIT_PROFILE_WHILE_DISABLED, CANNOT("metadata_service.enabled"), VM, UNKNOWN(false), PROFILE("P-1")},
    {AUDIT_PROFILE_WHILE_DISABLED, FAIL, TPL, LINKED(false, false)},
    {AUDIT_PROFILE_WHILE_DISABLED, PASS, TPL, OFF_HTTPS},
    {AUDIT_HOP_LIMIT_WITH_PROFILE, FAIL, VM, HOPS(true, 2), PROFILE("P-1")},
    {AUDIT_HOP_LIMIT_WITH_PROFILE, PASS, VM, HOPS(true, 1), PROFILE("P-1")},
    {AUDIT_HOP_LIMIT_WITH_PROFILE, PASS, VM, HOPS(true, 2), NO_PROFILE},
    {AUDIT_HOP_LIMIT_WITH_PROFILE, NOT_APPLICABLE, VM, HOPS(false, 2), PROFILE("P-1")},
    {AUDIT_HOP_LIMIT_WITH_PROFILE, NOT_APPLICABLE, METAL, HOPS(true, 2), PROFILE("P-1")},
    {AUDIT_HOP_LIMIT_WITH_PROFILE, NONE, VM, HOPS(true, 2)},
    {AUDIT_HOP_LIMIT_WITH_PROFILE, CANNOT("its trusted profile"), VM, HOPS(true, 2), UNREADABLE},
    {AUDIT_HOP_LIMIT_WITH_PROFILE, CANNOT("metadata_service.enabled"), VM, UNKNOWN(false), PROFILE("P-1")},
    {AUDIT_HOP_LIMIT_WITH_PROFILE, CANNOT("metadata_service.response_hop_limit"), VM,
     HAS(RESOURCE_ENABLED, true, NULL, 0), PROFILE("P-1")},
    {AUDIT_PROFILE_MISSING, FAIL, VM, ON_HTTPS, WANTS_PROFILE(REQUIRED), NO_PROFILE},
    {AUDIT_PROFILE_MISSING, PASS, VM, ON_HTTPS, WANTS_PROFILE(REQUIRED), PROFILE("P-1")},
    {AUDIT_PROFILE_MISSING, NOT_APPLICABLE, VM, ON_HTTPS, WANTS_ONE_OF(ALLOWED), NO_PROFILE},
    {AUDIT_PROFILE_MISSING, CANNOT("its trusted profile"), VM, ON_HTTPS, WANTS_PROFILE(REQUIRED), UNREADABLE},
    {AUDIT_PROFILE_MISSING, NONE, VM, ON_HTTPS, WANTS_PROFILE(REQUIRED)},
    {AUDIT_PROFILE_FORBIDDEN, FAIL, VM, ON_HTTPS, WANTS_PROFILE(FORBIDDEN), PROFILE("P-1")},
    {AUDIT_PROFILE_FORBIDDEN, PASS, VM, ON_HTTPS, WANTS_PROFILE(FORBIDDEN), NO_PROFILE},
    {AUDIT_PROFILE_FORBIDDEN, NOT_APPLICABLE, VM, ON_HTTPS, WANTS_PROFILE(REQUIRED), PROFILE("P-1")},
    {AUDIT_PROFILE_FORBIDDEN, CANNOT("its trusted profile"), VM, ON_HTTPS, WANTS_PROFILE(FORBIDDEN), UNREADABLE},
    {AUDIT_PROFILE_FORBIDDEN, NONE, VM, ON_HTTPS, WANTS_PROFILE(FORBIDDEN)},
    {AUDIT_PROFILE_NOT_ALLOWED, FAIL, VM, ON_HTTPS, WANTS_ONE_OF(ALLOWED), NAMED("db-profile")},
    {AUDIT_PROFILE_NOT_ALLOWED, PASS, VM, ON_HTTPS, WANTS_ONE_OF(ALLOWED), NAMED("web-profile")},
    {AUDIT_PROFILE_NOT_ALLOWED, PASS, VM, ON_HTTPS, WANTS_ONE_OF(ALLOWED), NO_PROFILE},
    {AUDIT_PROFILE_NOT_ALLOWED, CANNOT("the name of"), VM, ON_HTTPS, WANTS_ONE_OF(ALLOWED), PROFILE("P-1")},
    {AUDIT_PROFILE_NOT_ALLOWED, CANNOT("its trusted profile"), VM, ON_HTTPS, WANTS_ONE_OF(ALLOWED), UNREADABLE},
    {AUDIT_PROFILE_NOT_ALLOWED, FAIL, VM, ON_HTTPS, WANTS_ONE_OF(REQUIRED), NAMED("db-profile")},
    {AUDIT_PROFILE_NOT_ALLOWED, NOT_APPLICABLE, VM, ON_HTTPS, WANTS_PROFILE(REQUIRED), NAMED("db-profile")},
    {AUDIT_PROFILE_NOT_ALLOWED, NONE, VM, ON_HTTPS, WANTS_ONE_OF(ALLOWED)},
    {AUDIT_PROFILE_AUTO_LINK, FAIL, VM, ON_HTTPS, WANTS_LINK(false), LINKS(ON)},
    {AUDIT_PROFILE_AUTO_LINK, PASS, VM, ON_HTTPS, WANTS_LINK(false), LINKS(OFF)},
    {AUDIT_PROFILE_AUTO_LINK, FAIL, VM, ON_HTTPS, WANTS_LINK(true), LINKS(OFF)},
    {AUDIT_PROFILE_AUTO_LINK, PASS, VM, ON_HTTPS, WANTS_LINK(true), LINKS(ON)},
    {AUDIT_PROFILE_AUTO_LINK, CANNOT("auto_link"), VM, ON_HTTPS, WANTS_LINK(true), LINKS(UNKNOWN)},
    {AUDIT_PROFILE_AUTO_LINK, NOT_APPLICABLE, VM, ON_HTTPS, WANTS_LINK(true), NO_PROFILE},
    {AUDIT_PROFILE_AUTO_LINK, NOT_APPLICABLE, VM, ON_HTTPS, WANTS_ON, LINKS(ON)},
    {AUDIT_PROFILE_AUTO_LINK, CANNOT("its trusted profile"), VM, ON_HTTPS, WANTS_LINK(true), UNREADABLE},
    {AUDIT_PROFILE_AUTO_LINK, NONE, VM, ON_HTTPS, WANTS_LINK(true)},
    {AUDIT_PROFILE_AUTO_LINK, NONE, VM, ON_HTTPS, WANTS_ON},
    {AUDIT_PROFILE_AUTO_LINK, FAIL, TPL, LINKED(true, false), WANTS_LINK(true)},
    {AUDIT_PROFILE_AUTO_LINK, NOT_APPLICABLE, TPL, LINKED(true, true), WANTS_LINK(false)},
    {AUDIT_TEMPLATE_AUTO_LINK, FAIL, TPL, LINKED(true, true), WANTS_LINK(false)},
    {AUDIT_TEMPLATE_AUTO_LINK, PASS, TPL, LINKED(true, false), WANTS_LINK(false)},
    {AUDIT_TEMPLATE_AUTO_LINK, PASS, TPL, ON_HTTPS, WANTS_LINK(false)},
    {AUDIT_TEMPLATE_AUTO_LINK, NOT_APPLICABLE, TPL, LINKED(true, true), WANTS_LINK(true)},
    {AUDIT_TEMPLATE_AUTO_LINK, NOT_APPLICABLE, TPL, LINKED(true, true), WANTS_ON},
    {AUDIT_TEMPLATE_AUTO_LINK, CANNOT("auto_link"), TPL, HAS(ALL | RESOURCE_TRUSTED_PROFILE, true, "https", 1),
     WANTS_LINK(false)},
};

static const struct row server_rows[] = {
    {AUDIT_ALLOWED_USE, NONE, VM, ON_HTTPS},
    {AUDIT_ALLOWED_USE, CANNOT("its allowed_use"), VM, ON_HTTPS, FACTS(.use_reading = AUDIT_UNREADABLE)},
    {AUDIT_ALLOWED_USE, PASS, VM, ON_HTTPS, USE(ALLOWED, ALLOWED)},
    {AUDIT_ALLOWED_USE, FAIL, VM, ON_HTTPS, USE(FORBIDDEN, ALLOWED)},
    {AUDIT_ALLOWED_USE, FAIL, VM, ON_HTTPS, USE(ALLOWED, FORBIDDEN)},
    {AUDIT_ALLOWED_USE, FAIL, VM, ON_HTTPS, USE(FORBIDDEN, UNDETERMINED)},
    {AUDIT_ALLOWED_USE, CANNOT(""), VM, ON_HTTPS, USE(UNDETERMINED, ALLOWED)},
    {AUDIT_ALLOWED_USE, CANNOT(""), VM, ON_HTTPS, USE(ALLOWED, UNDETERMINED)},
    {AUDIT_RESTART_PENDING, NONE, VM, ON_HTTPS},
    {AUDIT_RESTART_PENDING, FAIL, VM, ON_HTTPS, FACTS(.restart_pending = RESOURCE_ON)},
    {AUDIT_RESTART_PENDING, PASS, VM, ON_HTTPS, FACTS(.restart_pending = RESOURCE_OFF)},
    {AUDIT_RESTART_PENDING, CANNOT("the history"), VM, ON_HTTPS, FACTS(.restart_reading = AUDIT_UNREADABLE)},
    {AUDIT_RESTART_PENDING, PASS, VM, OFF_HTTPS,
     FACTS(.restart_reading = AUDIT_UNREADABLE, .restart_pending = RESOURCE_OFF)},
    {AUDIT_RESTART_PENDING, NOT_APPLICABLE, METAL, ON_HTTPS, FACTS(.restart_pending = RESOURCE_ON)},
    {AUDIT_SECRET_IN_USER_DATA, NONE, VM, ON_HTTPS},
    {AUDIT_SECRET_IN_USER_DATA, FAIL, VM, ON_HTTPS, FACTS(.user_data_reading = AUDIT_READ, .secret = "a password")},
    {AUDIT_SECRET_IN_USER_DATA, FAIL, TPL, ON_HTTPS, FACTS(.user_data_reading = AUDIT_READ, .secret = "a password")},
    {AUDIT_SECRET_IN_USER_DATA, PASS, VM, ON_HTTPS, FACTS(.user_data_reading = AUDIT_READ)},
    {AUDIT_SECRET_IN_USER_DATA, NOT_APPLICABLE, VM, OFF_HTTPS,
     FACTS(.user_data_reading = AUDIT_READ, .secret = "a password")},
    {AUDIT_SECRET_IN_USER_DATA, CANNOT("its user_data"), VM, ON_HTTPS, FACTS(.user_data_reading = AUDIT_UNREADABLE)},
    {AUDIT_SECRET_IN_USER_DATA, CANNOT("metadata_service.enabled"), VM, UNKNOWN(true),
     FACTS(.user_data_reading = AUDIT_READ, .secret = "a password")},
};

static void expect(const struct row *row, size_t number)
{
    struct resource_list *list = resource_list_create();
    struct resource *record = resource_list_append(list, row->kind, "eu-de");
    const struct policy_rule rule = {.name = "rule", .severity = POLICY_SEVERITY_OF_CHECK, .wanted = row->wanted};
    struct audit_facts facts = row->facts;
    struct audit audit;

    record->id = record->name = "a";
    record->settings = row->now;
    record->settings.given &= row->kind->settings;
    record->architecture = row->architecture;
    record->odd = row->odd;
    facts.match.rule = &rule;
    audit_make(
        &(struct audit_inventory){
            .selected = list, .known = list, .facts = &facts, .known_facts = &facts, .known_whole = true},
        &(struct audit_terms){.program = "vpcmeta", .checks = 1U << row->check}, &audit);
    enum audit_result result = audit_result_of(&audit, 0, row->check);
    const char *why = result == AUDIT_CANNOT_TELL ? audit.findings[0].why : NULL;
    if (result != row->result || (row->why != NULL && strstr(why, row->why) == NULL)) {
        fail_msg("row %zu, %s: %d (%s), not %d", number, audit_check_ids[row->check], (int)result,
                 why != NULL ? why : "", (int)row->result);
    }
    audit_free(&audit);
    resource_list_destroy(list);
}

static void settings_are_judged_by_what_the_rule_wants(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(settings_rows) / sizeof(settings_rows[0]); i++) {
        expect(&settings_rows[i], i);
    }
}

static void trusted_profiles_are_judged_where_they_were_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(profile_rows) / sizeof(profile_rows[0]); i++) {
        expect(&profile_rows[i], i);
    }
}

static void what_records_do_not_hold_is_judged_by_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(server_rows) / sizeof(server_rows[0]); i++) {
        expect(&server_rows[i], i);
    }
}

static void groups_are_judged_by_their_template_and_members(void **state)
{
    static const struct {
        const char *template_id;
        unsigned given; /* of the template, which is on over http */
        bool whole;
        enum audit_check_number check;
        enum audit_result result;
        struct audit_facts facts;
    } rows[] = {
        {"t", ALL, true, AUDIT_GROUP_TEMPLATE, AUDIT_FAIL, NOTHING},
        {"t", RESOURCE_ENABLED, true, AUDIT_GROUP_TEMPLATE, AUDIT_CANNOT_TELL, NOTHING},
        {"gone", ALL, true, AUDIT_GROUP_TEMPLATE, AUDIT_NOT_APPLICABLE, NOTHING},
        {"gone", ALL, false, AUDIT_GROUP_TEMPLATE, AUDIT_CANNOT_TELL, NOTHING},
        {NULL, ALL, true, AUDIT_GROUP_TEMPLATE, AUDIT_CANNOT_TELL, NOTHING},
        {"t", ALL, true, AUDIT_GROUP_TEMPLATE_MISSING, AUDIT_PASS, NOTHING},
        {"gone", ALL, true, AUDIT_GROUP_TEMPLATE_MISSING, AUDIT_FAIL, NOTHING},
        {"gone", ALL, false, AUDIT_GROUP_TEMPLATE_MISSING, AUDIT_CANNOT_TELL, NOTHING},
        {NULL, ALL, true, AUDIT_GROUP_TEMPLATE_MISSING, AUDIT_CANNOT_TELL, NOTHING},
        {"t", ALL, true, AUDIT_GROUP_MEMBERS, AUDIT_NO_RESULT, NOTHING},
        {"t", ALL, true, AUDIT_GROUP_MEMBERS, AUDIT_CANNOT_TELL, FACTS(.members_reading = AUDIT_UNREADABLE)},
        {"t", ALL, true, AUDIT_GROUP_MEMBERS, AUDIT_PASS, FACTS(.members_reading = AUDIT_READ, .members = 2)},
        {"t", ALL, true, AUDIT_GROUP_MEMBERS, AUDIT_FAIL,
         FACTS(.members_reading = AUDIT_READ, .members = 2, .stale_members = 1)},
    };
    const struct policy_rule rule = {
        .name = "rule", .severity = POLICY_SEVERITY_OF_CHECK, WANTS(RESOURCE_PROTOCOL, .protocol = "https")};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct resource_list *list = resource_list_create();
        struct resource *group = resource_list_append(list, &resource_group, "eu-de");
        struct resource *used = resource_list_append(list, &resource_template, "eu-de");
        struct audit_facts facts[2] = {rows[i].facts};
        struct audit audit;
        group->id = group->name = "g";
        group->template_id = rows[i].template_id;
        used->id = used->name = "t";
        used->settings =
            (struct resource_settings){.given = rows[i].given, .enabled = true, .protocol = "http", .hop_limit = 1};
        facts[0].match.rule = facts[1].match.rule = &rule;
        audit_make(
            &(struct audit_inventory){
                .selected = list, .known = list, .facts = facts, .known_facts = facts, .known_whole = rows[i].whole},
            &(struct audit_terms){.program = "vpcmeta"}, &audit);
        if (audit_result_of(&audit, 0, rows[i].check) != rows[i].result) {
            fail_msg("row %zu: %d", i, (int)audit_result_of(&audit, 0, rows[i].check));
        }
        audit_free(&audit);
        resource_list_destroy(list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_judged_by_what_the_rule_wants),
        cmocka_unit_test(trusted_profiles_are_judged_where_they_were_read),
        cmocka_unit_test(what_records_do_not_hold_is_judged_by_facts),
        cmocka_unit_test(groups_are_judged_by_their_template_and_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
