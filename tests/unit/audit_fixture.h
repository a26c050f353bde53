/* An inventory of a few resources and its audit, for the tests of room audit. */
#ifndef TESTS_AUDIT_FIXTURE_H
#define TESTS_AUDIT_FIXTURE_H

#include "audit/audit.h"

enum { ROWS_MAX = 8 };

/* One resource of a test's inventory; what is left out is as the API would say it of an ordinary one. */
struct given {
    const struct resource_kind *kind;
    const char *name;
    bool enabled;
    const char *protocol; /* NULL: "https" */
    int hop_limit;        /* 0: 1 */
    const char *architecture;
    bool auto_link, assumed;
    const char *template_id;
    const char *status, *lifecycle_state;
    struct audit_facts facts; /* besides the match */
};

#define INSTANCE(name_)   .kind = &resource_instance, .name = name_
#define TEMPLATE(name_)   .kind = &resource_template, .name = name_
#define BARE_METAL(name_) .kind = &resource_bare_metal, .name = name_
#define GROUP(name_)      .kind = &resource_group, .name = name_
#define ON                .enabled = true
#define OFF               .enabled = false

static inline void append(struct resource_list *list, const struct given *given)
{
    struct resource *record = resource_list_append(list, given->kind, "eu-de");

    record->name = given->name;
    record->id = given->name;
    record->crn = "crn:v1:bluemix:public:is:eu-de-1:a/1::x:y";
    record->architecture = given->architecture;
    record->template_id = given->template_id;
    record->status = given->status;
    record->lifecycle_state = given->lifecycle_state;
    record->settings_assumed = given->assumed;
    if (given->kind->settings == 0) {
        return;
    }
    record->settings = (struct resource_settings){.given = given->kind->settings & RESOURCE_METADATA_SETTINGS,
                                                  .enabled = given->enabled,
                                                  .protocol = given->protocol != NULL ? given->protocol : "https",
                                                  .hop_limit = given->hop_limit != 0 ? given->hop_limit : 1,
                                                  .auto_link = given->auto_link,
                                                  .trusted_profile = "Profile-1"};
    if (given->auto_link) {
        record->settings.given |= RESOURCE_AUTO_LINK | RESOURCE_TRUSTED_PROFILE;
    }
}

/* What the built-in policy wants, with another limit. */
static inline struct policy_rule baseline_rule(int max_hop_limit)
{
    return (struct policy_rule){.name = "baseline",
                                .severity = POLICY_SEVERITY_OF_CHECK,
                                .wanted = {.given = RESOURCE_METADATA_SETTINGS | RESOURCE_AUTO_LINK,
                                           .enabled = true,
                                           .protocol = "https",
                                           .hop_limit_is_max = true,
                                           .hop_limit = max_hop_limit}};
}

/* An audit of an inventory that is its own surroundings; both are freed by end(). */
struct fixture {
    struct resource_list *list;
    struct policy_rule rule;
    struct audit_facts facts[ROWS_MAX];
    struct audit audit;
};

/* Audits the list of the fixture, all of it by its rule. */
static inline void audit_list(struct fixture *fixture, const struct audit_terms *terms, bool whole)
{
    for (size_t i = 0; i < resource_list_count(fixture->list); i++) {
        fixture->facts[i].match.rule = &fixture->rule;
    }
    audit_make(&(struct audit_inventory){.selected = fixture->list,
                                         .known = fixture->list,
                                         .facts = fixture->facts,
                                         .known_facts = fixture->facts,
                                         .known_whole = whole},
               terms, &fixture->audit);
}

static inline void begin(struct fixture *fixture, const struct given *rows, const struct audit_terms *terms, bool whole)
{
    struct audit_terms used = terms != NULL ? *terms : (struct audit_terms){.max_hop_limit = 1};
    used.program = "vpcmeta";

    *fixture = (struct fixture){.rule = baseline_rule(used.max_hop_limit), .list = resource_list_create()};
    for (size_t i = 0; i < ROWS_MAX && rows[i].kind != NULL; i++) {
        append(fixture->list, &rows[i]);
        fixture->facts[i] = rows[i].facts;
    }
    audit_list(fixture, &used, whole);
}

static inline void end(struct fixture *fixture)
{
    audit_free(&fixture->audit);
    resource_list_destroy(fixture->list);
}

#endif
