/* Room inventory: what selectors find in two regions, what is said about the rest, and which API a record has. */
#include "tests/unit/http_fixture.h"

#include "inventory/inventory_selector.h"

enum { PAGE = 2, REGIONS = 2 };

#define CRN(region, id)        "crn:v1:bluemix:public:is:" region ":a/1::instance:" id
#define ITEM(region, id, name) "\"id\":\"" id "\",\"name\":\"" name "\",\"crn\":\"" CRN(region, id) "\""
#define SERVER(region, id, name, status, zone, vpc)                                                             \
    "{" ITEM(region, id,                                                                                        \
             name) ",\"status\":\"" status "\",\"zone\":{\"name\":\"" zone "\"},\"vpc\":{\"id\":\"r006-" vpc    \
                   "\",\"name\":\"" vpc                                                                         \
                   "\"},\"resource_group\":{\"id\":\"0123456789abcdef0123456789abcdef\",\"name\":\"default\"}," \
                   "\"vcpu\":{\"architecture\":\"amd64\"},"                                                     \
                   "\"metadata_service\":{\"enabled\":true,\"protocol\":\"http\",\"response_hop_limit\":1}}"
#define GROUP(id, name, template) \
    "{" ITEM("eu-de", id,         \
             name) ",\"status\":\"healthy\",\"membership_count\":2,\"instance_template\":{\"id\":\"" template "\"}}"
#define MEMBER(id, template, takes)                                                                              \
    "{\"id\":\"" id "\",\"name\":\"" id                                                                          \
    "\",\"status\":\"healthy\",\"instance_template\":{\"id\":\"" template "\"},\"delete_instance_on_membership_" \
                                                                          "delete\":" takes "}"

#define EMPTY_GROUP "fedcba9876543210fedcba9876543210"
#define LIKE_AN_ID  "r006-5f1c4d10-7c2b-4b5e-9d3e-0123456789ab"

/* What the API has, in the order of its lists. */
static const struct {
    const char *region, *collection, *item;
} things[] = {
    {"eu-de", "instances", SERVER("eu-de", "0717_a1", "web-1", "running", "eu-de-1", "prod")},
    {"eu-de", "instances", SERVER("eu-de", "0717_a12", "web-12", "running", "eu-de-2", "prod")},
    {"eu-de", "instances", SERVER("eu-de", "0717_a2", "web-2", "stopped", "eu-de-2", "test")},
    {"eu-de", "instances", SERVER("eu-de", "0717_a3", "db-1", "running", "eu-de-1", "test")},
    {"us-south", "instances", SERVER("us-south", "0727_b1", "web-1", "running", "us-south-1", "prod")},
    {"us-south", "instances", SERVER("us-south", "0727_b2", "db-2", "running", "us-south-1", "prod")},
    {"eu-de", "instance/templates",
     "{" ITEM("eu-de", "0717-t1",
              "old") ",\"vpc\":{\"id\":\"r006-prod\"},\"created_at\":\"x\",\"href\":\"x/0717-t1\","
                     "\"resource_group\":{\"id\":\"g\",\"name\":\"default\",\"href\":\"x\"},\"image\":{\"id\":\"i\"},"
                     "\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":2},"
                     "\"default_trusted_profile\":{\"target\":{\"id\":\"Profile-1\"},\"auto_link\":true}}"},
    {"eu-de", "instance/templates", "{" ITEM("eu-de", "0717-t2", "new") ",\"vpc\":{\"id\":\"r006-test\"}}"},
    {"us-south", "instance/templates", "{" ITEM("us-south", "0727-t3", LIKE_AN_ID) "}"},
    {"eu-de", "vpcs", "{" ITEM("eu-de", "r006-prod", "prod") "}"},
    {"eu-de", "vpcs", "{" ITEM("eu-de", "r006-test", "test") "}"},
    {"eu-de", "vpcs",
     "{" ITEM("eu-de", "r006-empty", "1-empty") ",\"resource_group\":{\"id\":\"" EMPTY_GROUP "\",\"name\":\"empty\"}}"},
    {"us-south", "vpcs", "{" ITEM("us-south", "r014-prod", "prod") "}"},
    {"eu-de", "regions/eu-de/zones", "{\"name\":\"eu-de-1\"}"},
    {"eu-de", "regions/eu-de/zones", "{\"name\":\"eu-de-2\"}"},
    {"eu-de", "regions/eu-de/zones", "{\"name\":\"eu-de-3\"}"},
    {"us-south", "regions/us-south/zones", "{\"name\":\"us-south-1\"}"},
    {"eu-de", "instance_groups", GROUP("r006-g1", "asg-1", "0717-t1")},
    {"eu-de", "instance_groups", GROUP("r006-g2", "asg-2", "0717-gone")},
    {"eu-de", "instance_groups/r006-g1/memberships", MEMBER("m-1", "0717-t1", "true")},
    {"eu-de", "instance_groups/r006-g1/memberships", MEMBER("m-2", "0717-t0", "false")},
    {"eu-de", "instance_groups/r006-g1/memberships", MEMBER("m-3", "0717-t0", "true")},
};

/* What the API is asked, and what it does wrong. Every member but the first is set by the test. */
struct world {
    struct loopback server;
    struct http *http;
    struct answer_parser *parser;
    struct vpc *regions[REGIONS];
    struct inventory_scope scope;
    const char *refused; /* 403 where the path has this; NULL: nowhere */
    unsigned miscounted; /* so many first pages of instances of eu-de have a total that is too high */
};

static const char *value_of(const char *path, const char *name, char value[64])
{
    const char *found = strstr(path, name);

    value[0] = '\0';
    if (found != NULL) {
        snprintf(value, 64, "%.*s", (int)strcspn(found + strlen(name), "& "), found + strlen(name));
    }
    return found != NULL ? value : NULL;
}

static bool is_named(const char *item, const char *name)
{
    char member[128];

    snprintf(member, sizeof(member), "\"name\":\"%s\"", name);
    return strstr(item, member) != NULL;
}

/* One page of PAGE items; templates come whole (vpc-api.md 1.5). */
static void answer_list(struct world *world, const char *region, const char *collection, const char *path,
                        struct text *answer)
{
    CLEANUP(text_free) struct text body = {0};
    char name[64];
    char start[64];
    char vpc[64];
    bool by_name = value_of(path, "&name=", name) != NULL;
    bool by_vpc = value_of(path, "vpc.name=", vpc) != NULL;
    size_t first = value_of(path, "start=", start) != NULL ? strtoul(start, NULL, 10) : 0;
    size_t size = strchr(collection, '/') == NULL ? PAGE : 100;
    size_t total = 0;

    text_printf(&body, "{\"%s\":[", strrchr(collection, '/') != NULL ? strrchr(collection, '/') + 1 : collection);
    for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
        if (strcmp(things[i].region, region) != 0 || strcmp(things[i].collection, collection) != 0 ||
            (by_name && !is_named(things[i].item, name)) || (by_vpc && !is_named(things[i].item, vpc))) {
            continue;
        }
        if (total >= first && total < first + size) {
            text_printf(&body, "%s%s", total > first ? "," : "", things[i].item);
        }
        total++;
    }
    bool miscounts = strcmp(collection, "instances") == 0 && strcmp(region, "eu-de") == 0 && world->miscounted > 0;
    world->miscounted -= miscounts && first + size >= total;
    text_printf(&body, "],\"total_count\":%zu", total + miscounts);
    if (first + size < total) {
        text_printf(&body, ",\"next\":{\"href\":\"https://x/?start=%zu\"}", first + size);
    }
    text_append(&body, "}");
    loopback_json(answer, 200, "", text_string(&body));
}

static enum afterwards answer_world(struct loopback *server, const struct heard *heard, struct text *answer)
{
    struct world *world = server->context;
    char region[16];
    char path[128];

    if ((world->refused != NULL && strstr(heard->path, world->refused) != NULL) ||
        sscanf(heard->path, "/%15[^/]/v1/%127[^?]", region, path) != 2) {
        loopback_json(answer, 403, "X-Request-Id: r-1\r\n",
                      "{\"errors\":[{\"code\":\"no\",\"message\":\"Nothing for you.\"}]}");
        return KEEP_OPEN;
    }
    if (strstr(path, "/initialization") != NULL) {
        loopback_json(answer, 200, "",
                      strstr(path, "a1/") != NULL ? "{\"default_trusted_profile\":{\"id\":\"Profile-9\"}}" : "{}");
        return KEEP_OPEN;
    }
    const char *id = strncmp(path, "instances/", 10) == 0            ? path + 10
                     : strncmp(path, "instance/templates/", 19) == 0 ? path + 19
                                                                     : NULL;
    for (size_t i = 0; id != NULL && i < sizeof(things) / sizeof(things[0]); i++) {
        char member[128];
        snprintf(member, sizeof(member), "\"id\":\"%s\"", id);
        if (strcmp(things[i].region, region) == 0 && strstr(things[i].item, member) != NULL) {
            loopback_json(answer, 200, "ETag: W/\"1\"\r\n", things[i].item);
            return KEEP_OPEN;
        }
    }
    if (id != NULL) {
        loopback_json(answer, 404, "", "{\"errors\":[{\"code\":\"not_found\",\"message\":\"No.\"}]}");
    } else {
        answer_list(world, region, path, heard->path, answer);
    }
    return KEEP_OPEN;
}

static int open_world(void **state)
{
    static struct world world;

    world = (struct world){.parser = answer_parser_create()};
    loopback_start(&world.server, answer_world, &world);
    world.http = open_session(NULL);
    world.regions[0] =
        vpc_create(world.http, world.parser, "eu-de", url_of(&world.server, "/eu-de/v1"), VPC_API_VERSION);
    world.regions[1] =
        vpc_create(world.http, world.parser, "us-south", url_of(&world.server, "/us-south/v1"), VPC_API_VERSION);
    world.scope = (struct inventory_scope){.http = world.http, .regions = world.regions, .region_count = REGIONS};
    *state = &world;
    return 0;
}

static int close_world(void **state)
{
    struct world *world = *state;

    for (size_t i = 0; i < REGIONS; i++) {
        vpc_destroy(world->regions[i]);
    }
    http_destroy(world->http);
    loopback_stop(&world->server);
    answer_parser_destroy(world->parser);
    return 0;
}

/* "web-1@eu-de db-1@eu-de" */
static void append_names(struct text *out, const struct resource_list *list)
{
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *record = resource_list_at(list, i);
        text_printf(out, "%s%s@%s", i > 0 ? " " : "", record->name, record->region);
    }
}

#define WORDS(...)                                                                 \
    {                                                                              \
        .items = (const char *const[]){__VA_ARGS__},                               \
        .count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *) \
    }
#define WEB_1_CRN  CRN("eu-de", "0717_a1")
#define EVERYTHING "db-1@eu-de web-1@eu-de web-12@eu-de web-2@eu-de db-2@us-south web-1@us-south"

static const struct selection_row {
    const struct resource_kind *kind;
    const char *where;
    struct inventory_selector selector;
    const char *found; /* NULL: an error */
    const char *words; /* of the error or, where nothing is found, of the effect, in part */
    unsigned requests; /* of both regions; 0: not counted */
} rows[] = {
    {&resource_instance, NULL, {.where = NULL}, EVERYTHING, NULL, 3},
    /* filters of the API */
    {&resource_instance, NULL, {.names = WORDS("web-1")}, "web-1@eu-de web-1@us-south", NULL, 2},
    {&resource_instance, NULL, {.vpcs = WORDS("test")}, "db-1@eu-de web-2@eu-de", NULL, 2},
    /* filters of ours */
    {&resource_instance, NULL, {.names = WORDS("web-1*")}, "web-1@eu-de web-12@eu-de web-1@us-south", NULL, 3},
    {&resource_instance, NULL, {.names = WORDS("db-*", "web-2")}, "db-1@eu-de web-2@eu-de db-2@us-south", NULL, 3},
    {&resource_instance, NULL, {.excludes = WORDS("web-*")}, "db-1@eu-de db-2@us-south", NULL, 3},
    {&resource_instance, NULL, {.zones = WORDS("eu-de-1")}, "db-1@eu-de web-1@eu-de", NULL, 5},
    {&resource_instance, NULL, {.statuses = WORDS("stopped")}, "web-2@eu-de", NULL, 3},
    {&resource_instance,
     NULL,
     {.resource_groups = WORDS("default"), .zones = WORDS("eu-de-2")},
     "web-12@eu-de web-2@eu-de",
     NULL,
     5},
    {&resource_instance, NULL, {.vpcs = WORDS("r006-test", "1-empty")}, "db-1@eu-de web-2@eu-de", NULL, 5},
    /* names that exist and select nothing */
    {&resource_instance, NULL, {.vpcs = WORDS("1-empty")}, "", "no instance matches --vpc 1-empty", 6},
    {&resource_instance, NULL, {.zones = WORDS("eu-de-3")}, "", "no instance matches --zone eu-de-3", 5},
    {&resource_instance, NULL, {.resource_groups = WORDS("empty")}, "", "matches --resource-group empty", 0},
    {&resource_instance, NULL, {.resource_groups = WORDS(EMPTY_GROUP)}, "", "matches --resource-group fedc", 0},
    {&resource_instance, NULL, {.names = WORDS("x-*")}, "", "no instance matches --name 'x-*'", 3},
    {&resource_instance, NULL, {.names = WORDS("web-7")}, "", "no instance matches --name web-7", 2},
    {&resource_instance, NULL, {.excludes = WORDS("*")}, "", "--exclude '*' leaves none", 3},
    {&resource_instance,
     NULL,
     {.zones = WORDS("eu-de-1"), .names = WORDS("web-*"), .excludes = WORDS("web*")},
     "",
     "--exclude 'web*' leaves none of what matches --zone eu-de-1 and --name 'web-*'",
     0},
    {&resource_instance,
     NULL,
     {.zones = WORDS("eu-de-1"), .statuses = WORDS("stopped"), .names = WORDS("web-*")},
     "",
     "no instance matches --zone eu-de-1 and --status stopped",
     0},
    {&resource_instance, ".status == \"failed\"", {.names = WORDS("*")}, "", "--name '*' and --where", 0},
    /* names that do not exist */
    {&resource_instance,
     NULL,
     {.vpcs = WORDS("prd")},
     NULL,
     "there is no VPC \"prd\" in eu-de, us-south: did you mean prod?",
     5},
    {&resource_instance, NULL, {.vpcs = WORDS("prod", "zzz")}, NULL, "there is no VPC \"zzz\" in eu-de, us-south", 3},
    {&resource_instance, NULL, {.targets = WORDS("web-12"), .vpcs = WORDS("r006-no")}, NULL, "no VPC \"r006-no\"", 0},
    {&resource_template, NULL, {.vpcs = WORDS("prd")}, NULL, "did you mean prod?", 3},
    {&resource_instance, NULL, {.zones = WORDS("eu-de-9")}, NULL, "did you mean eu-de-1?", 2},
    {&resource_instance, NULL, {.resource_groups = WORDS("defualt")}, NULL, "did you mean default?", 0},
    {&resource_instance, NULL, {.resource_groups = WORDS("Nope")}, NULL, "no resource group \"Nope\" with anything", 0},
    {&resource_instance, ".status == \"stopped\"", {.where = NULL}, "web-2@eu-de", NULL, 3},
    /* targets: a request each, in every region */
    {&resource_instance, NULL, {.targets = WORDS("web-12", "db-2")}, "web-12@eu-de db-2@us-south", NULL, 4},
    {&resource_instance, NULL, {.targets = WORDS("0717_a2")}, "web-2@eu-de", NULL, 2},
    {&resource_instance, NULL, {.targets = WORDS(WEB_1_CRN)}, "web-1@eu-de", NULL, 2},
    {&resource_instance, NULL, {.targets = WORDS("db-1", "db-1", "0717_a3")}, "db-1@eu-de", NULL, 0},
    {&resource_instance,
     NULL,
     {.targets = WORDS("web-1")},
     NULL,
     "\"web-1\" names 2 resources (instance 0717_a1 in eu-de, instance 0727_b1 in us-south): say which by id",
     0},
    {&resource_instance, NULL, {.targets = WORDS("web-1", "db-1")}, NULL, "names 2 resources", 0},
    {&resource_instance,
     NULL,
     {.targets = WORDS("db-1", "nope", "0717_zz")},
     NULL,
     "there is no instance \"nope\", \"0717_zz\"",
     0},
    {&resource_instance,
     NULL,
     {.targets = WORDS("n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "n10", "n11", "n12")},
     NULL,
     "\"n10\" and 2 more",
     0},
    /* a target that another selector leaves out exists */
    {&resource_instance,
     NULL,
     {.targets = WORDS("db-1", "web-2"), .statuses = WORDS("running")},
     "db-1@eu-de",
     NULL,
     0},
    {&resource_instance, NULL, {.targets = WORDS("web-2"), .excludes = WORDS("web-*")}, "", "leaves none", 0},
    {&resource_instance,
     NULL,
     {.targets = WORDS("web-2"), .zones = WORDS("us-south-1")},
     "",
     "none of the named ones matches --zone us-south-1",
     0},
    /* a name never begins another one's match */
    {&resource_instance, NULL, {.targets = WORDS("web")}, NULL, "there is no instance \"web\"", 0},
    /* VPCs of templates are ids: their names are read */
    {&resource_template, NULL, {.vpcs = WORDS("prod")}, "old@eu-de", NULL, 0},
    {&resource_template, NULL, {.vpcs = WORDS("r006-test")}, "new@eu-de", NULL, 0},
    {&resource_template,
     NULL,
     {.targets = WORDS("new"), .vpcs = WORDS("prod")},
     "",
     "named ones matches --vpc prod",
     0},
    {&resource_template, NULL, {.targets = WORDS("old", "new")}, "new@eu-de old@eu-de", NULL, 2},
    /* a word that looks like an id is no name */
    {&resource_template,
     NULL,
     {.targets = WORDS("old", LIKE_AN_ID)},
     NULL,
     "there is no instance template \"" LIKE_AN_ID "\"",
     0},
};

static void selectors_find_what_they_say(void **state)
{
    struct world *world = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        CLEANUP(text_free) struct text names = {0};
        struct inventory_selector selector = rows[i].selector;
        struct err e = ERR_INIT;
        unsigned before = world->server.requests;
        CLEANUP(query_release)
        struct query *where = rows[i].where != NULL ? query_compile(rows[i].where, NULL, &e) : NULL;
        CLEANUP(inventory_effect_free) struct inventory_effect effect = {0};
        assert_true(rows[i].where == NULL || where != NULL);
        selector.effect = &effect;
        selector.where = where;
        bool good = inventory_select(&world->scope, &rows[i].kind, 1, &selector, list, NULL, &e);
        append_names(&names, list);
        if (good != (rows[i].found != NULL) || strcmp(text_string(&names), good ? rows[i].found : "") != 0 ||
            (!good && ((e.code != ERR_NOT_FOUND && e.code != ERR_USAGE) || strstr(e.message, rows[i].words) == NULL)) ||
            (good && (effect.why.size > 0) != (names.size == 0)) ||
            (good && rows[i].words != NULL && strstr(text_string(&effect.why), rows[i].words) == NULL)) {
            fail_msg("row %zu: \"%s\" (%s) (%s)", i, text_string(&names), e.message, text_string(&effect.why));
        }
        unsigned requests = world->server.requests - before;
        if (rows[i].requests != 0 && requests != rows[i].requests) {
            fail_msg("row %zu: %u requests instead of %u", i, requests, rows[i].requests);
        }
    }
}

static void selectors_narrow_and_excludes_alone_do_not(void **state)
{
    static const char *const web[] = {"web-*"}, *const other[] = {"db-*"}, *const vpc[] = {"prod"},
                             *const vpc_id[] = {"r010-1"}, *const vpc_crn[] = {"crn:v1:a::vpc:r010-1"},
                             *const zone[] = {"eu-de-2"}, *const status[] = {"stopped", "running"};
    static const struct {
        struct inventory_selector selector;
        bool matches, narrows;
    } judged[] = {
        {.matches = true, .narrows = false},
        {.selector = {.names = {web, 1}}, true, true},
        {.selector = {.names = {other, 1}}, false, true},
        {.selector = {.excludes = {other, 1}}, true, false},
        {.selector = {.excludes = {web, 1}}, false, false},
        {.selector = {.vpcs = {vpc, 1}}, true, true},
        {.selector = {.vpcs = {vpc_id, 1}}, true, true},
        {.selector = {.vpcs = {vpc_crn, 1}}, true, true},
        {.selector = {.vpcs = {other, 1}}, false, true},
        {.selector = {.zones = {zone, 1}}, false, true},
        {.selector = {.statuses = {status, 2}}, true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++) {
        const struct resource record = {.kind = &resource_instance,
                                        .name = "web-01",
                                        .status = "running",
                                        .zone = "eu-de-1",
                                        .vpc = "prod",
                                        .vpc_id = "r010-1"};
        assert_int_equal(inventory_selector_judge(&judged[i].selector, &record) == INVENTORY_WHERE, judged[i].matches);
        assert_int_equal(inventory_selector_narrows(&judged[i].selector), judged[i].narrows);
    }
}

static void many_targets_are_read_as_a_list(void **state)
{
    struct world *world = *state;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    const struct resource_kind *kind = &resource_instance;
    const char *words[INVENTORY_TARGETS_SINGLY + 1];
    struct err e = ERR_INIT;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        words[i] = i % 2 == 0 ? "0717_a1" : "web-12";
    }
    const struct inventory_selector selector = {.targets = {words, sizeof(words) / sizeof(words[0])}};
    assert_true(inventory_select(&world->scope, &kind, 1, &selector, list, NULL, &e));
    assert_int_equal(resource_list_count(list), 2);
    assert_int_equal(world->server.requests, 3);
}

static void records_know_their_api(void **state)
{
    struct world *world = *state;
    static const struct resource_kind *const kinds[] = {&resource_instance, &resource_template};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct inventory_selector selector = {0};
    struct err e = ERR_INIT;

    assert_true(inventory_select(&world->scope, kinds, 2, &selector, list, NULL, &e));
    assert_int_equal(resource_list_count(list), 9);
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *record = resource_list_at(list, i);
        assert_ptr_equal(record->api, world->regions[strcmp(record->region, "eu-de") == 0 ? 0 : 1]);
    }
    /* read singly, with its ETag */
    const char *target = "0727_b2";
    CLEANUP(resource_list_release) struct resource_list *one = resource_list_create();
    selector.targets = (struct inventory_words){.items = &target, .count = 1};
    assert_true(inventory_select(&world->scope, kinds, 1, &selector, one, NULL, &e));
    assert_ptr_equal(resource_list_at(one, 0)->api, world->regions[1]);
    assert_string_equal(resource_list_at(one, 0)->etag, "W/\"1\"");
}

static void what_could_not_be_read_is_an_error_or_a_line(void **state)
{
    struct world *world = *state;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(text_free) struct text missing = {0};
    CLEANUP(text_free) struct text names = {0};
    const struct resource_kind *kind = &resource_instance;
    struct inventory_selector selector = {0};
    struct err e = ERR_INIT;

    world->refused = "/us-south/";
    assert_false(inventory_select(&world->scope, &kind, 1, &selector, list, NULL, &e));
    assert_non_null(strstr(e.message, "listing instances in us-south"));
    assert_int_equal(resource_list_count(list), 0);
    e = ERR_INIT;
    /* a target that is nowhere else may be in the part that is missing */
    const char *targets[] = {"db-1", "db-2"};
    selector.targets = (struct inventory_words){.items = targets, .count = 2};
    assert_true(inventory_select(&world->scope, &kind, 1, &selector, list, &missing, &e));
    append_names(&names, list);
    assert_string_equal(text_string(&names), "db-1@eu-de");
    assert_non_null(strstr(text_string(&missing), "us-south"));
}

static void a_line_about_what_is_missing_comes_once(void **state)
{
    struct world *world = *state;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(text_free) struct text missing = {0};
    struct err e = ERR_INIT;

    world->refused = "/us-south/";
    assert_true(inventory_read_all(&world->scope, &resource_instance, list, &missing, &e));
    size_t size = missing.size;
    assert_true(size > 0);
    assert_true(inventory_read_all(&world->scope, &resource_instance, list, &missing, &e));
    assert_int_equal(missing.size, size);
    /* a line that is part of another one is another line */
    CLEANUP(text_free) struct text longer = {0};
    text_printf(&longer, "%.*s, and more\n", (int)size - 1, text_string(&missing));
    assert_true(inventory_read_all(&world->scope, &resource_instance, list, &longer, &e));
    assert_int_equal(longer.size, size + strlen(", and more") + size);
}

/* What an observer was given, and how many requests there had been. */
struct seen {
    struct world *world;
    struct text names;
    unsigned calls, first_requests;
};

static void note_selected(const struct resource *record, const struct inventory_seen *item, void *context)
{
    struct seen *seen = context;

    (void)item;
    text_printf(&seen->names, "%s ", record->name);
    assert_non_null(record->api);
    seen->first_requests = seen->calls++ == 0 ? seen->world->server.requests : seen->first_requests;
}

static void an_observer_gets_each_record_as_its_page_comes(void **state)
{
    struct world *world = *state;
    const struct resource_kind *kind = &resource_instance;
    const char *web = "web-*";
    struct inventory_selector selector = {.names = {.items = &web, .count = 1}};
    const struct inventory_scope scope = {.http = world->http, .regions = world->regions, .region_count = 1};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct seen seen = {.world = world};
    const struct inventory_observer observer = {.selected = note_selected, .context = &seen};
    struct err e = ERR_INIT;

    selector.observer = &observer;
    assert_true(inventory_select(&scope, &kind, 1, &selector, list, NULL, &e));
    assert_string_equal(text_string(&seen.names), "web-1 web-12 web-2 ");
    assert_int_equal(seen.first_requests, 1);
    assert_int_equal(world->server.requests, 2);
    /* a list that does not add up is read again, and so is what it reports */
    text_clear(&seen.names);
    world->miscounted = 1;
    resource_list_truncate(list, 0);
    assert_true(inventory_select(&scope, &kind, 1, &selector, list, NULL, &e));
    assert_string_equal(text_string(&seen.names), "web-1 web-12 web-2 web-1 web-12 web-2 ");
    assert_int_equal(resource_list_count(list), 3);
    text_free(&seen.names);
}

static void globs_without_effect_are_named(void **state)
{
    struct world *world = *state;
    const struct resource_kind *kind = &resource_instance;
    struct inventory_selector selector = {
        .zones = WORDS("eu-de-1"), .names = WORDS("web-*", "db-*", "zz-*"), .excludes = WORDS("web-2", "db-1")};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(inventory_effect_free) struct inventory_effect effect = {0};
    struct err e = ERR_INIT;

    selector.effect = &effect;
    assert_true(inventory_select(&world->scope, &kind, 1, &selector, list, NULL, &e));
    assert_int_equal(resource_list_count(list), 1);
    assert_string_equal(text_string(&effect.why), "");
    /* web-2 exists, but in another zone */
    assert_string_equal(text_string(&effect.idle), "--name 'zz-*' has no effect: it matches no instance\n"
                                                   "--exclude web-2 has no effect: it matches no instance\n");
}

static const struct {
    const char *refused;
    struct inventory_selector selector;
    const char *error; /* in part; NULL: something is selected */
} unread[] = {
    {"/vpcs", {.vpcs = WORDS("test")}, NULL},
    {"/vpcs", {.vpcs = WORDS("tset")}, "--vpc tset could not be looked up"},
    {"/zones", {.zones = WORDS("eu-de-1")}, NULL},
    {"/zones", {.zones = WORDS("eu-de-9")}, "--zone eu-de-9 could not be looked up"},
    {"/vpcs", {.resource_groups = WORDS("default")}, NULL},
    {"/vpcs", {.resource_groups = WORDS("empty")}, "--resource-group empty could not be looked up"},
};

static void what_a_record_bears_exists_where_look_ups_fail(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(unread) / sizeof(unread[0]); i++) {
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        const struct resource_kind *kind = &resource_instance;
        struct err e = ERR_INIT;
        world->refused = unread[i].refused;
        bool good = inventory_select(&world->scope, &kind, 1, &unread[i].selector, list, NULL, &e);
        if (good != (unread[i].error == NULL) || (good && resource_list_count(list) == 0) ||
            (!good && (e.code == ERR_USAGE || strstr(e.message, unread[i].error) == NULL))) {
            fail_msg("row %zu: %s", i, e.message);
        }
    }
}

/* --- records from elsewhere ------------------------------------------------------------------------- */

static void an_unknown_region_has_no_api(void **state)
{
    struct world *world = *state;
    struct vpc *nameless = vpc_create(world->http, world->parser, "", "http://127.0.0.1:1/v1", VPC_API_VERSION);
    struct vpc *const one[] = {nameless};
    const struct {
        struct vpc *const *regions;
        size_t count;
        const char *region;
        struct vpc *api; /* NULL: an error */
        const char *words;
    } found[] = {
        {world->regions, 2, "eu-de", world->regions[0], ""},
        {world->regions, 2, "us-south", world->regions[1], ""},
        {world->regions, 2, "eu-gb", NULL,
         "instance web is in region eu-gb, which is not among those of this command: "
         "give --region eu-de,us-south,eu-gb"},
        {world->regions, 1, "us-south", NULL, "give --region eu-de,us-south"},
        {world->regions, 1, "eu-d", NULL, "region eu-d,"},
        {world->regions, 2, NULL, NULL, "the region of instance web is not known: give the one it is in with --region"},
        {world->regions, 2, "", NULL, "is not known"},
        {world->regions, 1, NULL, world->regions[0], ""},
        {one, 1, "eu-gb", nameless, ""},
        {one, 1, NULL, nameless, ""},
    };

    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        const struct inventory_scope scope = {
            .http = world->http, .regions = found[i].regions, .region_count = found[i].count};
        struct err e = ERR_INIT;
        resource_list_append(list, &resource_instance, found[i].region)->name = "web";
        bool good = inventory_find_apis(&scope, list, &e);
        if (good != (found[i].api != NULL) || resource_list_at(list, 0)->api != found[i].api ||
            (!good && (e.code != ERR_USAGE || strstr(e.message, found[i].words) == NULL))) {
            fail_msg("row %zu: %s", i, e.message);
        }
    }
    vpc_destroy(nameless);
}

static void every_region_that_lacks_is_named_and_an_api_that_is_known_stays(void **state)
{
    struct world *world = *state;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    const struct inventory_scope scope = {.http = world->http, .regions = world->regions, .region_count = 1};
    struct err e = ERR_INIT;

    resource_list_append(list, &resource_instance, "us-south")->api = world->regions[1];
    assert_true(inventory_find_apis(&scope, list, &e));
    assert_ptr_equal(resource_list_at(list, 0)->api, world->regions[1]);
    resource_list_append(list, &resource_instance, "eu-gb")->id = "0797_1";
    resource_list_append(list, &resource_instance, "jp-tok")->id = "0799_1";
    resource_list_append(list, &resource_instance, "eu-gb")->id = "0797_2";
    assert_false(inventory_find_apis(&scope, list, &e));
    assert_non_null(strstr(e.message, "instance 0797_1 is in region eu-gb"));
    assert_non_null(strstr(e.message, "give --region eu-de,eu-gb,jp-tok"));
}

/* --- details ---------------------------------------------------------------------------------------- */

static void read_kind(struct world *world, const struct resource_kind *kind, struct resource_list *list)
{
    struct err e = ERR_INIT;

    if (!inventory_read_all(&world->scope, kind, list, NULL, &e)) {
        fail_msg("%s", e.message);
    }
}

static void members_are_counted_by_their_template(void **state)
{
    struct world *world = *state;
    CLEANUP(resource_list_release) struct resource_list *groups = resource_list_create();
    CLEANUP(text_free) struct text missing = {0};
    struct err e = ERR_INIT;

    read_kind(world, &resource_group, groups);
    struct resource_membership_counts *counts = inventory_read_members(&world->scope, groups, NULL, NULL, &e);
    assert_non_null(counts);
    assert_true(counts[0].known);
    assert_int_equal(counts[0].members, 3);
    assert_int_equal(counts[0].stale, 2);
    assert_int_equal(counts[0].loose, 1);
    assert_int_equal(counts[1].members, 0);
    free(counts);
    world->refused = "r006-g1/memberships";
    assert_null(inventory_read_members(&world->scope, groups, NULL, NULL, &e));
    assert_non_null(strstr(e.message, "reading the members of instance group asg-1"));
    e = ERR_INIT;
    counts = inventory_read_members(&world->scope, groups, NULL, &missing, &e);
    assert_non_null(counts);
    assert_false(counts[0].known);
    assert_non_null(strstr(text_string(&missing), "members of instance group asg-1"));
    free(counts);
}

static void profiles_are_read_or_held(void **state)
{
    struct world *world = *state;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct err e = ERR_INIT;

    read_kind(world, &resource_instance, list);
    read_kind(world, &resource_template, list);
    size_t count = resource_list_count(list);
    json_t **profiles = inventory_read_profiles(&world->scope, list, NULL, &e);
    assert_non_null(profiles);
    for (size_t i = 0; i < count; i++) {
        const struct resource *record = resource_list_at(list, i);
        const char *found = json_string_value(json_at(profiles[i], "/id"));
        found = found != NULL ? found : json_string_value(json_at(profiles[i], "/target/id"));
        const char *expected = strcmp(record->id, "0717_a1") == 0   ? "Profile-9"
                               : strcmp(record->id, "0717-t1") == 0 ? "Profile-1"
                                                                    : NULL;
        assert_true((found == NULL) == (expected == NULL));
        assert_true(found == NULL || strcmp(found, expected) == 0);
    }
    inventory_free_profiles(profiles, count);
    world->refused = "/initialization";
    assert_null(inventory_read_profiles(&world->scope, list, NULL, &e));
    assert_non_null(strstr(e.message, "reading the trusted profiles"));
}

static void groups_take_the_settings_of_their_templates(void **state)
{
    struct world *world = *state;
    CLEANUP(resource_list_release) struct resource_list *groups = resource_list_create();
    struct err e = ERR_INIT;

    read_kind(world, &resource_group, groups);
    assert_true(inventory_take_template_settings(&world->scope, groups, NULL, &e));
    assert_string_equal(resource_list_at(groups, 0)->settings.protocol, "https");
    assert_int_equal(resource_list_at(groups, 0)->settings.hop_limit, 2);
    assert_int_equal(resource_list_at(groups, 1)->settings.given, 0);
}

static void a_template_comes_with_the_body_that_creates_it_again(void **state)
{
    struct world *world = *state;
    CLEANUP(inventory_templates_free) struct inventory_templates templates = {0};
    CLEANUP(text_free) struct text body = {0};
    struct err e = ERR_INIT;

    assert_true(inventory_read_templates(&world->scope, &templates, &e));
    assert_int_equal(resource_list_count(templates.list), 3);
    json_print(&body, json_object_get(templates.bodies, "0717-t1"), JSON_PRINT_COMPACT);
    assert_string_equal(text_string(&body),
                        "{\"vpc\":{\"id\":\"r006-prod\"},\"resource_group\":{\"id\":\"g\"},\"image\":{\"id\":\"i\"},"
                        "\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":2},"
                        "\"default_trusted_profile\":{\"target\":{\"id\":\"Profile-1\"},\"auto_link\":true}}");
    world->refused = "/templates";
    struct inventory_templates none = {0};
    assert_false(inventory_read_templates(&world->scope, &none, &e));
    assert_null(none.list);
}

static void a_template_is_read_by_name_id_or_crn(void **state)
{
    static const struct {
        const char *word, *id, *words;
        unsigned requests;
    } found[] = {
        {"old", "0717-t1", NULL, 2},
        {"0717-5f1c4d10-7c2b-4b5e-9d3e-0123456789ab", NULL, "404", 1},
        {"crn:v1:bluemix:public:is:eu-de:a/1::instance-template:0717-t2", "0717-t2", NULL, 1},
        {"none", NULL, "there is no instance template \"none\"", 2}, /* the second one looks for near names */
    };
    struct world *world = *state;
    const struct inventory_scope scope = {.http = world->http, .regions = world->regions, .region_count = 1};

    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        JSON_CLEANUP json_t *answer = NULL;
        unsigned before = world->server.requests;
        struct err e = ERR_INIT;
        bool good = inventory_read_template(&scope, found[i].word, &answer, &e);
        if (good != (found[i].id != NULL) || world->server.requests - before != found[i].requests ||
            (good && strcmp(json_string_value(json_object_get(answer, "id")), found[i].id) != 0) ||
            (!good && (answer != NULL || strstr(e.message, found[i].words) == NULL))) {
            fail_msg("%s: %s", found[i].word, e.message);
        }
    }
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selectors_narrow_and_excludes_alone_do_not),
        IN_WORLD(selectors_find_what_they_say),
        IN_WORLD(many_targets_are_read_as_a_list),
        IN_WORLD(records_know_their_api),
        IN_WORLD(what_could_not_be_read_is_an_error_or_a_line),
        IN_WORLD(a_line_about_what_is_missing_comes_once),
        IN_WORLD(an_observer_gets_each_record_as_its_page_comes),
        IN_WORLD(globs_without_effect_are_named),
        IN_WORLD(what_a_record_bears_exists_where_look_ups_fail),
        IN_WORLD(an_unknown_region_has_no_api),
        IN_WORLD(every_region_that_lacks_is_named_and_an_api_that_is_known_stays),
        IN_WORLD(members_are_counted_by_their_template),
        IN_WORLD(profiles_are_read_or_held),
        IN_WORLD(groups_take_the_settings_of_their_templates),
        IN_WORLD(a_template_is_read_by_name_id_or_crn),
        IN_WORLD(a_template_comes_with_the_body_that_creates_it_again),
    };

    return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
