/* Room inventory: what is read beyond records while lists still come, once each, and what is said of the gaps. */
#include "tests/unit/http_fixture.h"

#include "inventory/inventory_facts.h"

#define CRN(type, id)  "crn:v1:bluemix:public:is:eu-de:a/1::" type ":" id
#define ITEM(type, id) "{\"id\":\"" id "\",\"name\":\"n-" id "\",\"crn\":\"" CRN(type, id) "\""
#define SERVER(id)                                                                                           \
    ITEM("instance", id)                                                                                     \
    ",\"status\":\"running\",\"zone\":{\"name\":\"eu-de-1\"},\"vpc\":{\"id\":\"v1\",\"name\":\"vpc-prod\"}," \
    "\"vcpu\":{\"architecture\":\"amd64\"},\"cpu\":{\"architecture\":\"amd64\"},"                            \
    "\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":1}}"
#define GROUP(id)              \
    ITEM("instance-group", id) \
    ",\"status\":\"healthy\",\"membership_count\":2,\"instance_template\":{\"id\":\"t1\"}}"
#define MEMBER(id, template)                                                                                     \
    "{\"id\":\"" id "\",\"name\":\"" id                                                                          \
    "\",\"status\":\"healthy\",\"instance_template\":{\"id\":\"" template "\"},\"delete_instance_on_membership_" \
                                                                          "delete\":true}"

#define OF_VPC    ",\"vpc\":{\"id\":\"v1\"},\"user_data\":\"password=Vb7Kq2\"}"
#define OF_SUBNET ",\"primary_network_interface\":{\"subnet\":{\"id\":\"n1\"}}}"
#define TEMPLATES ITEM("instance-template", "t1") OF_VPC "," ITEM("instance-template", "t2") OF_SUBNET

/* The API: what each path answers with. */
static const struct {
    const char *path, *body;
} answers[] = {
    {"/v1/instances?s", "{\"instances\":[" SERVER("s3") "," SERVER("s4") "],\"total_count\":4}"},
    {"/v1/instances?", "{\"instances\":[" SERVER("s1") "," SERVER(
                           "s2") "],\"total_count\":4,\"next\":{\"href\":\"https://x/v1/instances?start=2\"}}"},
    {"/v1/instances/s1/initialization", "{\"default_trusted_profile\":{\"auto_link\":true,\"target\":{\"id\":"
                                        "\"Profile-1\",\"crn\":\"" CRN("profile", "Profile-1") "\"}},\"keys\":[]}"},
    {"/v1/instances/s2/initialization", "{\"default_trusted_profile\":{\"target\":{\"id\":\"Profile-2\"}}}"},
    {"/v1/instances/s", "{\"keys\":[]}"},
    {"/v1/instance/templates", "{\"templates\":[" TEMPLATES "],\"total_count\":2}"},
    {"/v1/instance_groups/g1/memberships",
     "{\"memberships\":[" MEMBER("m1", "t1") "," MEMBER("m2", "t0") "],\"total_count\":2}"},
    {"/v1/instance_groups/g2/memberships", "{\"memberships\":[],\"total_count\":0}"},
    {"/v1/instance_groups?", "{\"instance_groups\":[" GROUP("g1") "," GROUP("g2") "],\"total_count\":2}"},
    {"/v1/vpcs", "{\"vpcs\":[" ITEM("vpc", "v1") "}],\"total_count\":1}"},
    {"/v1/subnets",
     "{\"subnets\":[" ITEM("subnet", "n1") ",\"vpc\":{\"id\":\"v1\",\"name\":\"vpc-prod\"}}],\"total_count\":1}"},
};

enum { FAULTS = 2 };

struct world {
    struct loopback server;
    struct http *http;
    struct answer_parser *parser;
    struct vpc *api;
    struct inventory_scope scope;
    struct {
        const char *path; /* with this; NULL: none */
        int status;
    } faults[FAULTS];
    unsigned miscounted; /* so many last pages of instances have a total that is too high */
    unsigned initializations, before_last_page;
    unsigned asked;
};

static enum afterwards answer_world(struct loopback *server, const struct heard *heard, struct text *answer)
{
    struct world *world = server->context;

    for (size_t i = 0; i < FAULTS; i++) {
        if (world->faults[i].path != NULL && strstr(heard->path, world->faults[i].path) != NULL) {
            loopback_json(answer, world->faults[i].status, "", "{\"errors\":[{\"code\":\"no\",\"message\":\"No.\"}]}");
            return KEEP_OPEN;
        }
    }
    bool last_page = strstr(heard->path, "/v1/instances?") != NULL && strstr(heard->path, "start=2") != NULL;
    world->initializations += strstr(heard->path, "/initialization") != NULL;
    if (last_page) {
        world->before_last_page = world->initializations;
    }
    if (last_page && world->miscounted > 0) {
        world->miscounted--;
        loopback_json(answer, 200, "", "{\"instances\":[" SERVER("s3") "," SERVER("s4") "],\"total_count\":5}");
        return KEEP_OPEN;
    }
    for (size_t i = last_page ? 0 : 1; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (last_page || strncmp(heard->path, answers[i].path, strlen(answers[i].path)) == 0) {
            loopback_json(answer, 200, "", answers[i].body);
            return KEEP_OPEN;
        }
    }
    loopback_json(answer, 404, "", "{\"errors\":[{\"code\":\"not_found\",\"message\":\"No.\"}]}");
    return KEEP_OPEN;
}

static int open_world(void **state)
{
    static struct world world;

    world = (struct world){.parser = answer_parser_create()};
    loopback_start(&world.server, answer_world, &world);
    world.http = open_session(NULL);
    world.api = vpc_create(world.http, world.parser, "eu-de", url_of(&world.server, "/v1"), VPC_API_VERSION);
    world.scope = (struct inventory_scope){.http = world.http, .regions = &world.api, .region_count = 1};
    *state = &world;
    return 0;
}

static int close_world(void **state)
{
    struct world *world = *state;

    vpc_destroy(world->api);
    http_destroy(world->http);
    loopback_stop(&world->server);
    answer_parser_destroy(world->parser);
    return 0;
}

/* Notes the name's last character, which only the object of the API and the record together give. */
static bool ask(const struct resource *record, const struct inventory_seen *seen, bool selected,
                struct inventory_fact *fact, unsigned *ret_questions, void *context, struct err *e)
{
    struct world *world = context;
    struct answer_string name = answer_value(answer_find(seen->item, "name")).string;

    (void)record;
    if (answer_string_is(name, "n-refused")) {
        return err_set(e, ERR_USAGE, "no verdict");
    }
    world->asked++;
    fact->note = (uint64_t)name.data[name.size - 1];
    *ret_questions = selected ? INVENTORY_INITIALIZATION | INVENTORY_MEMBERS : 0;
    return true;
}

static bool look(const char *text, size_t size, const char **ret_secret, const void *context)
{
    (void)context;
    *ret_secret = size > 8 && memcmp(text, "password", 8) == 0 ? "a password" : NULL;
    return true;
}

struct result {
    struct inventory_facts *facts;
    struct resource_list *list, *others;
    struct text missing;
    size_t gone;
};

static void result_free(struct result *result)
{
    inventory_facts_release(&result->facts);
    resource_list_destroy(result->list);
    resource_list_destroy(result->others);
    text_free(&result->missing);
}

static bool read_world(struct world *world, const struct inventory_selector *selector, struct result *ret,
                       struct err *e)
{
    static const struct resource_kind *const kinds[] = {&resource_instance, &resource_template, &resource_group};
    static const struct resource_kind *const related[] = {&resource_template, &resource_group};
    struct inventory_selector observed = *selector;

    *ret = (struct result){.list = resource_list_create(), .others = resource_list_create()};
    ret->facts = inventory_facts_create(&(struct inventory_facts_terms){
        .scope = &world->scope, .ask = ask, .look = look, .context = world, .name_vpcs = true});
    observed.observer = inventory_facts_observer(ret->facts);
    if (selector->names.count > 0) {
        inventory_facts_read_others(ret->facts, related, 2, ret->others);
    }
    return inventory_select(&world->scope, kinds, 3, &observed, ret->list, &ret->missing, e) &&
           inventory_facts_complete(ret->facts, ret->list, &ret->missing, &ret->gone, e);
}

static const struct inventory_fact *fact_of(const struct result *result, const char *id)
{
    for (size_t i = 0; i < resource_list_count(result->list); i++) {
        const struct resource *record = resource_list_at(result->list, i);
        if (strcmp(record->id, id) == 0) {
            return inventory_facts_of(result->facts, record);
        }
    }
    return NULL;
}

static void everything_is_read_once_while_the_lists_come(void **state)
{
    struct world *world = *state;
    CLEANUP(result_free) struct result result = {0};
    struct err e = ERR_INIT;

    world->miscounted = 1; /* the list is read again, and the observer sees everything twice */
    assert_true(read_world(world, &(struct inventory_selector){0}, &result, &e));
    assert_string_equal(text_string(&result.missing), "");
    assert_int_equal(resource_list_count(result.list), 8);
    assert_int_equal(world->initializations, 4);
    assert_int_equal(world->asked, 8);
    assert_true(world->before_last_page > 0);
    const struct inventory_fact *first = fact_of(&result, "s1");
    assert_int_equal(first->initialization, INVENTORY_READ);
    assert_string_equal(first->profile, CRN("profile", "Profile-1"));
    assert_int_equal(first->auto_link, RESOURCE_ON);
    assert_int_equal(first->note, '1');
    const struct inventory_fact *second = fact_of(&result, "s2");
    assert_string_equal(second->profile, "Profile-2");
    assert_int_equal(second->auto_link, RESOURCE_UNKNOWN);
    assert_int_equal(fact_of(&result, "s3")->initialization, INVENTORY_READ);
    assert_null(fact_of(&result, "s3")->profile);
    const struct inventory_fact *template = fact_of(&result, "t1");
    assert_int_equal(template->initialization, INVENTORY_NOT_ASKED);
    assert_int_equal(template->user_data, INVENTORY_READ);
    assert_string_equal(template->secret, "a password");
    assert_int_equal(fact_of(&result, "t2")->user_data, INVENTORY_NOT_ASKED);
    assert_int_equal(fact_of(&result, "g1")->counts.members, 2);
    assert_int_equal(fact_of(&result, "g1")->counts.stale, 1);
    assert_int_equal(fact_of(&result, "g2")->members, INVENTORY_READ);
}

static void templates_have_the_names_of_their_vpcs(void **state)
{
    struct world *world = *state;
    CLEANUP(result_free) struct result result = {0};
    struct err e = ERR_INIT;
    size_t templates = 0;

    assert_true(read_world(world, &(struct inventory_selector){0}, &result, &e));
    for (size_t i = 0; i < resource_list_count(result.list); i++) {
        const struct resource *record = resource_list_at(result.list, i);
        if (record->kind == &resource_template) {
            assert_string_equal(record->vpc, strcmp(record->id, "t1") == 0 ? "n-v1" : "vpc-prod");
            templates++;
        }
    }
    assert_int_equal(templates, 2);
}

/* What judges the selection is matched, and nothing else is asked about it. */
static void others_are_read_beside_the_selection(void **state)
{
    struct world *world = *state;
    CLEANUP(result_free) struct result result = {0};
    const char *glob = "n-s*";
    unsigned looked_at = 0;
    struct err e = ERR_INIT;

    assert_true(read_world(world, &(struct inventory_selector){.names = {&glob, 1}}, &result, &e));
    assert_int_equal(resource_list_count(result.list), 4);
    assert_int_equal(resource_list_count(result.others), 4);
    for (size_t i = 0; i < resource_list_count(result.others); i++) {
        const struct inventory_fact *fact = inventory_facts_of(result.facts, resource_list_at(result.others, i));
        assert_int_not_equal(fact->note, 0);
        assert_int_equal(fact->members, INVENTORY_NOT_ASKED);
        looked_at += fact->user_data == INVENTORY_READ;
    }
    assert_true(looked_at > 0); /* the user_data of a template judges the groups that use it */
}

/* A slip in a selector costs no more than the look-up of the name. */
static void others_are_not_read_for_a_slip(void **state)
{
    struct world *world = *state;
    CLEANUP(result_free) struct result result = {0};
    const char *glob = "n-s*", *vpc = "vpc-prdo";
    struct err e = ERR_INIT;

    const struct inventory_selector slip = {.names = {&glob, 1}, .vpcs = {&vpc, 1}};
    assert_false(read_world(world, &slip, &result, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_int_equal(world->server.requests, 1);
}

static void gaps_are_one_line_a_kind(void **state)
{
    static const struct {
        const char *path, *line;
        int status;
    } rows[] = {
        {"/initialization", "initializations of 4 instances of eu-de: ", 403},
        {"/s2/initialization", "initializations of 1 instance of eu-de: ", 403},
        {"/memberships", "members of 2 instance groups of eu-de: ", 403},
        {"/vpcs", "VPC names of 1 instance template of ", 403},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world *world = *state;
        CLEANUP(result_free) struct result result = {0};
        struct err e = ERR_INIT;
        world->faults[0].path = rows[i].path;
        world->faults[0].status = rows[i].status;
        assert_true(read_world(world, &(struct inventory_selector){0}, &result, &e));
        assert_memory_equal(text_string(&result.missing), rows[i].line, strlen(rows[i].line));
        assert_ptr_equal(strchr(text_string(&result.missing), '\n'),
                         text_string(&result.missing) + result.missing.size - 1);
        assert_int_equal(resource_list_count(result.list), 8);
        bool unread = strstr(rows[i].path, "initialization") != NULL;
        assert_int_equal(fact_of(&result, "s2")->initialization, unread ? INVENTORY_UNREADABLE : INVENTORY_READ);
    }
}

/* A server that is gone by now is no gap; one that is there and has no initialization is. */
static void what_was_deleted_meanwhile_is_dropped(void **state)
{
    struct world *world = *state;
    struct err e = ERR_INIT;
    CLEANUP(result_free) struct result gone = {0}, odd = {0};

    world->faults[0].path = "/v1/instances/s3";
    world->faults[0].status = 404;
    world->faults[1].path = "/g2/memberships";
    world->faults[1].status = 404;
    assert_true(read_world(world, &(struct inventory_selector){0}, &gone, &e));
    assert_string_equal(text_string(&gone.missing), "");
    assert_int_equal(gone.gone, 2);
    assert_int_equal(resource_list_count(gone.list), 6);
    assert_null(fact_of(&gone, "s3"));
    world->faults[0].path = "/v1/instances/s3/initialization";
    world->faults[1].path = NULL;
    assert_true(read_world(world, &(struct inventory_selector){0}, &odd, &e));
    assert_int_equal(odd.gone, 0);
    assert_int_equal(fact_of(&odd, "s3")->initialization, INVENTORY_UNREADABLE);
    assert_non_null(strstr(text_string(&odd.missing), "initializations of 1 instance of eu-de: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_is_read_once_while_the_lists_come, open_world, close_world),
        cmocka_unit_test_setup_teardown(templates_have_the_names_of_their_vpcs, open_world, close_world),
        cmocka_unit_test_setup_teardown(others_are_read_beside_the_selection, open_world, close_world),
        cmocka_unit_test_setup_teardown(others_are_not_read_for_a_slip, open_world, close_world),
        cmocka_unit_test_setup_teardown(gaps_are_one_line_a_kind, open_world, close_world),
        cmocka_unit_test_setup_teardown(what_was_deleted_meanwhile_is_dropped, open_world, close_world),
    };
    return cmocka_run_group_tests_name("inventory facts", tests, NULL, NULL);
}
